"""Grade a class: take all submissions in, run each apart, score what came out, in rows that lose nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path

from crmlib._frames import listed
from crmlib.companies import datasets_folder
from crmlib.practice import scoring
from crmlib.practice.declare import Question, fault_in, questions_of
from crmlib.practice.grading import sandbox
from crmlib.practice.grading.notebooks import Notebook, Unreadable, read_notebook
from crmlib.practice.grading.owners import Owner, newest_first, owner_of, owner_without_roster
from crmlib.practice.grading.roster import Student
from crmlib.practice.grading.runner import Run, Runner
from crmlib.practice.grading.store import MOST_ENDS, Store, key_of
from crmlib.practice.grading.submissions import File
from crmlib.practice.kinds import NUMERIC
from crmlib.practice.scoring import NOT_ATTEMPTED, NOT_SCORED, Score, judge, known_for
from crmlib.practice.variants import normalised

ONLY_CHOSEN = "The platform's own part of the file's name fits nobody; only the words that the student chose do."


class Stopped(RuntimeError):
    """The grading cannot go on; the text says why and what to do."""


@dataclass
class Row:
    """What became of one student of the roster, or of one file that counts for nobody.

    student : None for a file whose owner is not known.
    path : of the file, or empty.
    notebook : None where nothing was run.
    counts : whether the scores are the student's. Not for a file beside a newer one.
    scores : one per question; empty for a file that counts for nobody.
    answers : variable -> plain value.
    rights : question -> the right number on this student's data, for questions with a number.
    notes : sentences about the file, for student and instructor.
    discreet : sentences for the instructor alone: they name other students.
    incomplete : whether the student's points are not known, because an answer could not be scored.
    """

    student: Student | None
    path: str = ""
    content: bytes = b""
    notebook: Notebook | None = None
    counts: bool = True
    scores: list[Score] = field(default_factory=list)
    answers: dict = field(default_factory=dict)
    rights: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    discreet: list[str] = field(default_factory=list)
    incomplete: bool = False

    @property
    def all_notes(self) -> list[str]:
        return [*self.notes, *self.discreet]

    @property
    def points(self) -> float:
        return sum(score.points for score in self.scores if score.status != NOT_SCORED)

    @property
    def max_points(self) -> float:
        return sum(score.max_points for score in self.scores if score.status != NOT_SCORED)


def grade(
    files: list[File],
    exercise: str,
    students: list[Student] | None,
    store: Store,
    runner: Runner,
    *,
    asked: Sequence[Question] | None = None,
    private: Path | None = None,
    workers: int = 2,
    regrade: bool = False,
    tell: Callable[[int, int], None] = lambda done, total: None,
    say: Callable[[str], None] = lambda text: None,
) -> list[Row]:
    """Run and score all submissions.

    Parameters
    ----------
    files : all of them, in memory already.
    exercise : its number.
    students : the roster; None takes the ids from the files' names.
    store : where finished runs are kept.
    runner : runs the notebooks; its limits hold for each.
    asked : the questions, as `scoring.questions` gives them; None reads them here.
    private : an instructor's own file of questions. It never reaches a notebook's process.
    workers : how many run at a time.
    regrade : run also what has been run before.
    tell : called with how many are done, and of how many.
    say : called with sentences about the run as a whole.

    Returns
    -------
    One Row per student of the roster, in its order, then one per file that counts for nobody. A private question that
    cannot be worked out is "not scored" for the whole class, and in nobody's total.

    Raises
    ------
    Stopped : a submission changed the files of the course. ValueError : no such exercise, or an unusable private file.
    """
    declared = scoring.questions(exercise, private) if asked is None else asked
    variables = {question.name: question.variable for question in declared}
    blank = [
        Score(question.name, 0.0, float(question.points), NOT_ATTEMPTED, "", "There is no answer.")
        for question in declared
    ]
    version = scoring.version(exercise)
    rows = rows_of(files, exercise, students)
    for row in rows:
        if row.counts:
            row.scores = list(blank)
        if row.notebook is not None:
            row.notes += stamp_notes(row.notebook, exercise, version, variables)

    names = sorted(variables.values())
    before = fingerprint(private)
    works: dict[str, list[Row]] = {}
    for row in rows:
        if row.notebook is not None:
            works.setdefault(key_of(row.content, names, before, runner.limits), []).append(row)

    faults: dict[str, str] = {}
    runner.stop.clear()
    if runner.sandboxed:
        _refuse_visible(private)
    else:
        say(
            f"Submissions run without a room of the system's own ({runner.why_not_sandboxed}): see "
            "instructor/grading.md for what that cannot prevent."
        )

    def work(key: str) -> None:
        run = None if regrade else store.load(key)
        if run is None:
            store.begin(key)
            try:
                run = runner.run(works[key][0].notebook.cells, names)
            except BaseException:
                store.finish(key)
                raise
            if not runner.sandboxed and fingerprint(private) != before:  # its mark stays: it is a suspect
                raise Stopped(
                    f"While {works[key][0].path!r} ran, files of the course were changed, perhaps by that notebook. "
                    "Nothing of this run can be trusted: get a fresh copy of the course, look at the notebook, and "
                    "grade again without it."
                )
            store.finish(key)
            store.save(key, run)
        for row in works[key]:
            _enter(row, run, exercise, declared, works[key], faults, private)

    # What was running when the grader itself was ended, perhaps by it, runs last and alone.
    suspects = [key for key in works if store.ends(key) and (regrade or store.load(key) is None)]
    for key in [key for key in suspects if store.ends(key) >= MOST_ENDS]:
        suspects.remove(key)
        for row in works.pop(key):
            row.notes.append(f"It was not run: {MOST_ENDS} times the grader itself was ended while it ran. Look at it.")
    total = len(works)
    done = 0
    tell(done, total)
    for keys, at_once in (([key for key in works if key not in suspects], workers), (suspects, 1)):
        with ThreadPoolExecutor(max(1, at_once)) as pool:
            try:
                for finished in as_completed([pool.submit(work, key) for key in keys]):
                    finished.result()
                    done += 1
                    tell(done, total)
            except BaseException:
                runner.stop.set()
                pool.shutdown(cancel_futures=True)
                raise
    for name, fault in faults.items():
        say(
            f"The private question {name} of {private.name if private else ''} could not be scored, so it counts for nobody "
            f"and is in no total. {fault} Correct it there and type the same command again."
        )
        for row in rows:
            row.scores = [not_scored(score) if score.question == name else score for score in row.scores]
    return rows


def rows_of(files: list[File], exercise: str, students: list[Student] | None) -> list[Row]:
    """Tell whose each file is, which one of several counts, and read the notebooks."""
    notebooks: dict[str, Notebook] = {}
    readable = []
    for file in files:
        if not file.problem:
            try:
                notebooks[file.path] = read_notebook(file.content)
            except Unreadable as fault:
                file = replace(file, problem=str(fault))
        readable.append(file)
    this_one = {path: notebook.exercise.zfill(2) == exercise.zfill(2) for path, notebook in notebooks.items()}

    everybody: dict[str, Student] = {} if students is None else {normalised(one.id): one for one in students}
    of_student: dict[str, list[File]] = {key: [] for key in everybody}
    told: dict[str, Owner] = {}
    doubts: dict[str, list[str]] = {}  # student -> files handed in under the name that are nobody's
    nobodys = []
    for file in readable:
        owner = told[file.path] = owner_without_roster(file.path) if students is None else owner_of(file.path, students)
        if owner.student is None:
            nobodys.append(Row(None, file.path, counts=False, notes=[owner.problem, file.problem]))
            if owner.under is not None:
                doubts.setdefault(normalised(owner.under.id), []).append(file.path)
        else:
            key = normalised(owner.student.id)
            everybody.setdefault(key, owner.student)
            of_student.setdefault(key, []).append(file)

    for key, mine in of_student.items():
        # Whoever names a file may name it after a classmate: it never stands beside a file that somebody else handed in.
        chosen = [file for file in mine if told[file.path].chosen_under]
        if len(chosen) < len(mine) or len({told[file.path].chosen_under for file in chosen}) > 1:
            for file in chosen:
                mine.remove(file)
                says = (
                    f"Only the words that the student chose say that it is {everybody[key].id!r}'s, and there is another "
                    "file for that id from somebody else. It counts for nobody. Find out whose it is."
                )
                nobodys.append(Row(None, file.path, counts=False, notes=[says, file.problem]))
                doubts.setdefault(key, []).append(file.path)

    rows, beside = [], []
    for key, mine in of_student.items():
        ordered = newest_first(mine, this_one)
        doubt = (
            [f"It is not told whether {listed(doubts[key])} is this student's: see its row."] if key in doubts else []
        )
        if not ordered:
            says = "What was handed in could not be told to be yours." if key in doubts else "Nothing was handed in."
            rows.append(Row(everybody[key], notes=[says], discreet=doubt))
            continue
        first, *others = ordered
        if told[first.path].chosen_under:
            doubt.append(ONLY_CHOSEN)
        notes = [first.problem]
        if others:
            notes.append(f"{len(ordered)} files were handed in; this one counts.")
        rows.append(
            Row(everybody[key], first.path, first.content, notebooks.get(first.path), notes=notes, discreet=doubt)
        )
        beside += [
            Row(
                everybody[key],
                other.path,
                counts=False,
                notes=[f"It does not count: {first.path} does.", other.problem],
            )
            for other in others
        ]
    rows += [*beside, *nobodys]
    for row in rows:
        row.notes = [note for note in row.notes if note]
    return rows


def stamp_notes(notebook: Notebook, exercise: str, version: str, variables: dict[str, str]) -> list[str]:
    """Return what is odd about a notebook before it is run."""
    notes = list(notebook.notes)
    if not notebook.exercise and not notebook.version:
        notes.append("It lost the course's stamp, so its version is not known.")
    elif notebook.exercise.zfill(2) != exercise.zfill(2):
        notes.append(f"It is the notebook of exercise {notebook.exercise}, graded as {exercise}.")
    elif notebook.version != version:
        notes.append(
            f"It was made for another version of the exercise ({notebook.version}; graded with {version}): "
            "questions may have changed."
        )
    asked = notebook.answers_in_text(variables)
    if asked:
        notes.append(f"The answer to {listed(asked)} stands in a text cell, which is not run.")
    return notes


def run_notes(run: Run, student: Student) -> tuple[list[str], list[str]]:
    """Return what is odd about how a notebook ran, and whether it says another owner: for all, for the instructor alone."""
    notes = [run.reason] if run.reason else []
    discreet = []
    if run.failed:
        first = min(run.failed, key=int)
        many = f"{len(run.failed)} code cells" if len(run.failed) > 1 else "A code cell"
        notes.append(f"{many} stopped with an error; the first is cell {first}: {run.failed[first]}")
    if not run.student.strip():
        notes.append("The notebook does not say whose it is (the variable student).")
    elif normalised(run.student) != normalised(student.id):
        notes.append(
            f"The notebook's variable student is not {student.id!r}, under whose name it was handed in and is scored: "
            "its numbers are about other data."
        )
        discreet.append(f"The notebook says student = {run.student!r}.")
    return notes, discreet


def fingerprint(private: Path | None = None) -> str:
    """Return a fingerprint of crmlib's files, the course's data and the private questions: whether one was changed.

    Compiled copies (`__pycache__`) and installed packages are not in it: they change of themselves, or are too many.
    """
    total = hashlib.sha256()
    for folder in (Path(str(resources.files("crmlib"))), datasets_folder()):
        for path in sorted(folder.rglob("*")):
            if "__pycache__" not in path.parts and path.is_file():
                total.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    if private is not None:
        total.update(private.read_bytes())
    return total.hexdigest()


def _enter(
    row: Row,
    run: Run,
    exercise: str,
    declared: Sequence[Question],
    same: list[Row],
    faults: dict[str, str],
    private: Path | None,
) -> None:
    """Put into a row what came of its run: this is where the scoring happens, far from the notebook's process.

    `faults`: private question -> what is wrong with it; it is filled here.
    """
    row.answers = run.answers
    if len(same) > 1:
        others = [other.student.id for other in same if other is not row]
        row.discreet.append(f"The same file, byte by byte, was handed in by {listed(others)}.")
    try:
        notes, discreet = run_notes(run, row.student)
        row.notes += notes
        row.discreet += discreet
    except Exception as fault:  # one student's odd notebook must not cost the others their grades
        row.discreet.append(f"How it ran cannot be said ({type(fault).__name__}: {fault}). Please tell the authors.")
    own = {question.name for question in questions_of(exercise)}
    scores = []
    for question, blank in zip(declared, row.scores, strict=True):
        try:
            about = known_for(question, exercise, row.student.id)
        except Exception as fault:
            if question.name not in own and private is not None:
                faults.setdefault(question.name, fault_in(private, fault))
            else:
                _mark_incomplete(row, question, fault)
            scores.append(not_scored(blank))
            continue
        try:
            scores.append(judge(question, run.answers.get(question.variable, ...), about))
        except Exception as fault:
            _mark_incomplete(row, question, fault)
            scores.append(not_scored(blank))
        if question.kind in NUMERIC:
            row.rights[question.name] = float(about.right)
    row.scores = scores


def not_scored(score: Score) -> Score:
    """Return the score of a question that cannot be scored: neither right nor wrong, and in no total."""
    return replace(
        score, points=0.0, status=NOT_SCORED, misconception="", message="This question could not be scored yet."
    )


def _mark_incomplete(row: Row, question: Question, fault: Exception) -> None:
    row.incomplete = True
    row.discreet.append(
        f"The answer to {question.name} could not be scored ({type(fault).__name__}: {fault}), so the student's points are "
        "not known. Please tell the authors."
    )


def _refuse_visible(private: Path | None) -> None:
    if private is None:
        return
    file = private.resolve()
    for folder in sandbox.visible_paths():
        if file.is_relative_to(folder.resolve()):
            raise ValueError(f"{private} lies in a folder that notebooks can read ({folder}). Move it out of there.")
