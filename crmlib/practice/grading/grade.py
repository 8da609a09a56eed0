"""Grade a class: take all submissions in, run each apart, score what came out, in rows that lose nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path

from crmlib._frames import listed
from crmlib.practice import scoring
from crmlib.practice.declare import Question, number_of, private_questions, questions_of
from crmlib.practice.grading import sandbox
from crmlib.practice.grading.notebooks import Notebook, Unreadable, read_notebook
from crmlib.practice.grading.owners import Owner, named_student, newest_first, owner_of
from crmlib.practice.grading.roster import Student
from crmlib.practice.grading.runner import Run, Runner
from crmlib.practice.grading.store import MOST_ENDS, Store, key_of
from crmlib.practice.grading.submissions import File
from crmlib.practice.kinds import NUMERIC
from crmlib.practice.scoring import NOT_ATTEMPTED, Score
from crmlib.practice.variants import known, normalised, sheet, variant


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

    @property
    def all_notes(self) -> list[str]:
        return [*self.notes, *self.discreet]

    @property
    def points(self) -> float:
        return sum(score.points for score in self.scores)

    @property
    def max_points(self) -> float:
        return sum(score.max_points for score in self.scores)


def grade(
    files: list[File],
    exercise: str,
    students: list[Student] | None,
    store: Store,
    runner: Runner,
    *,
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
    private : an instructor's own file of questions. It is read here and never reaches a notebook's process.
    workers : how many run at a time.
    regrade : run also what has been run before.
    tell : called with how many are done, and of how many.
    say : called with sentences about the run as a whole.

    Returns
    -------
    One Row per student of the roster, in its order, then one per file that counts for nobody.

    Raises
    ------
    Stopped : a submission changed the files of the course. ValueError : no such exercise, or an unusable private file.
    """
    declared = questions(exercise, private)
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

    asked = sorted(variables.values())
    before = fingerprint(private)
    works: dict[str, list[Row]] = {}
    for row in rows:
        if row.notebook is not None:
            works.setdefault(key_of(row.content, asked, before, runner.limits), []).append(row)

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
                run = runner.run(works[key][0].notebook.cells, asked)
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
            _enter(row, run, exercise, private, works[key])

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
    nobodys = []
    for file in readable:
        owner = Owner(named_student(file.path)) if students is None else owner_of(file.path, students)
        if owner.student is None:
            nobodys.append(Row(None, file.path, counts=False, notes=[owner.problem, file.problem]))
        else:
            key = normalised(owner.student.id)
            everybody.setdefault(key, owner.student)
            of_student.setdefault(key, []).append(file)

    rows, beside = [], []
    for key, mine in of_student.items():
        ordered = newest_first(mine, this_one)
        if not ordered:
            rows.append(Row(everybody[key], notes=["Nothing was handed in."]))
            continue
        first, *others = ordered
        notes = [first.problem]
        if others:
            notes.append(f"{len(ordered)} files were handed in; this one counts.")
        rows.append(Row(everybody[key], first.path, first.content, notebooks.get(first.path), notes=notes))
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


def run_notes(run: Run, student: Student) -> list[str]:
    """Return what is odd about how a notebook ran, and whether it says another owner."""
    notes = [run.reason] if run.reason else []
    if run.failed:
        first = min(run.failed, key=lambda number: int(number) if number.isdecimal() else 0)
        many = f"{len(run.failed)} code cells" if len(run.failed) > 1 else "A code cell"
        notes.append(f"{many} stopped with an error; the first is cell {first}: {run.failed[first]}")
    if not run.student.strip():
        notes.append("The notebook does not say whose it is (the variable student).")
    elif normalised(run.student) != normalised(student.id):
        notes.append(
            f"The notebook says student = {run.student!r}, so its numbers are about other data; it is scored for "
            f"{student.id!r}, under whose name it was handed in."
        )
    return notes


def fingerprint(private: Path | None = None) -> str:
    """Return a fingerprint of crmlib's own files and of the private questions: whether a submission changed them."""
    total = hashlib.sha256()
    package = Path(str(resources.files("crmlib")))
    for path in sorted(package.rglob("*.py")):
        total.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    if private is not None:
        total.update(private.read_bytes())
    return total.hexdigest()


def _enter(row: Row, run: Run, exercise: str, private: Path | None, same: list[Row]) -> None:
    """Put into a row what came of its run: this is where the scoring happens, far from the notebook's process."""
    row.answers = run.answers
    row.notes += run_notes(run, row.student)
    if len(same) > 1:
        others = [other.student.id for other in same if other is not row]
        row.discreet.append(f"The same file, byte by byte, was handed in by {listed(others)}.")
    try:
        row.scores = scoring.score(exercise, row.student.id, run.answers, private)
        row.rights = right_numbers(exercise, row.student.id, private)
    except Exception as fault:  # one student's odd answers must not cost the others their grades
        row.notes.append(f"Its answers could not be scored ({type(fault).__name__}: {fault}). Please tell the authors.")


def questions(exercise: str, private: Path | None) -> tuple[Question, ...]:
    """Return the exercise's questions and then the instructor's own."""
    own = questions_of(exercise)
    return own if private is None else (*own, *private_questions(private, own))


def right_numbers(exercise: str, student: str, private: Path | None) -> dict[str, float]:
    """Return {question: right number on this student's data}, for the questions that ask for a number."""
    about = dict(sheet(number_of(exercise), normalised(student)))
    numeric = [question for question in questions(exercise, private) if question.kind in NUMERIC]
    for question in numeric:
        if question.name not in about:
            about[question.name] = known(question, variant(exercise, student))
    return {question.name: float(about[question.name].right) for question in numeric}


def _refuse_visible(private: Path | None) -> None:
    if private is None:
        return
    file = private.resolve()
    for folder in sandbox.visible_paths():
        if file.is_relative_to(folder.resolve()):
            raise ValueError(f"{private} lies in a folder that notebooks can read ({folder}). Move it out of there.")
