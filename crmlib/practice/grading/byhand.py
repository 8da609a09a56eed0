"""Texts that the instructor marks in a table: written beside their rubric, read back with the points, and none lost.

A spreadsheet changes what looks like a number: 0071234 becomes 71234, and 202100123456 becomes 2.021E+11. So the column
`belongs_to` says in words which text a row is about. Where it was deleted, the student is found by what is left.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from crmlib._frames import listed
from crmlib.practice.declare import Question
from crmlib.practice.grading.grade import Row
from crmlib.practice.grading.results import amount, inert, of_class, write_table
from crmlib.practice.grading.roster import read_table
from crmlib.practice.scoring import BY_HAND
from crmlib.practice.variants import normalised

MARKED = "marked by hand"  # the status of a text that the instructor has read
HEADER = ["student", "name", "question", "text", "rubric", "max_points", "points", "belongs_to"]
BELONGS = re.compile(
    r"exercise (?P<exercise>\d\d), (?P<question>\w+), text (?P<text>\w+), student (?P<student>.+)", re.DOTALL
)


@dataclass(frozen=True)
class Mark:
    """What the instructor gave a text.

    student : the id in its normal form, or, where `text` is empty, what a spreadsheet made of it.
    text : `print_of` the text that it was given for; empty where the column `belongs_to` is gone.
    cells : the row of the table, as it was.
    """

    points: float
    student: str
    name: str
    question: str
    text: str
    cells: dict[str, str]

    def __str__(self) -> str:
        name = f" ({self.name})" if self.name else ""
        return f"{self.points:g} points for {self.question} of {self.student}{name}"


@dataclass
class Entered:
    """What became of the marks: sentences for the instructor, and those that count for nothing now but are kept."""

    says: list[str] = field(default_factory=list)
    kept: list[Mark] = field(default_factory=list)


def print_of(text: str) -> str:
    """Return a short name of a text, by which a mark knows its text again. It starts with a letter, for spreadsheets."""
    return "t" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:10]


def read_marks(file: Path, questions: Sequence[Question], exercise: str) -> list[Mark]:
    """Read the marks that the instructor put into the table of texts.

    Parameters
    ----------
    file : the table; none is no fault.
    questions : of this grading. A mark for another question is read too.
    exercise : its two-digit number.

    Returns
    -------
    One Mark per row with points.

    Raises
    ------
    ValueError : it is another table, or it holds marks of another exercise; points that are no number, below 0 or above the
        question's; two marks for one text. The text names the rows.
    """
    if not file.exists():
        return []
    rows = read_table(file)
    if rows and not {"student", "question", "points"} <= rows[0].keys():
        raise ValueError(
            f"{file.name} has no columns student, question and points, so its marks cannot be read, and it is not "
            "overwritten. Give it these names of columns again, or move it away."
        )
    most = {question.name: float(question.points) for question in questions}
    marks, wrong, seen = [], [], {}
    for number, row in enumerate(rows, start=2):
        if not row["points"]:
            continue
        mark, of_exercise = _mark(row)
        if of_exercise not in ("", exercise):
            raise ValueError(
                f"{file.name} holds marks for exercise {of_exercise}; they would be lost. Write exercise {exercise} to other "
                f"files: --out grades-{exercise}.csv"
            )
        if not 0 <= mark.points <= most.get(mark.question, float("inf")):
            possible = f"0 to {most[mark.question]:g}" if mark.question in most else "0 or more"
            wrong.append(f"row {number}: {row['points']!r} ({possible} are possible)")
        about = (mark.student, mark.question, mark.text or (mark.name, row.get("text", "")))
        if about in seen:
            wrong.append(f"row {number} is about the same text as row {seen[about]}")
        seen[about] = number
        marks.append(mark)
    if wrong:
        raise ValueError(f"{file.name} has points that cannot be used: {'; '.join(wrong[:5])}. Correct them and save.")
    return marks


def _mark(row: dict[str, str]) -> tuple[Mark, str]:
    """Return the mark of one row, and the exercise that it says it is of. Points that are no number become NaN."""
    try:
        points = float(row["points"].replace(",", "."))
    except ValueError:
        points = float("nan")
    name = row.get("name", "")
    if belongs := BELONGS.fullmatch(row.get("belongs_to", "")):
        student = normalised(belongs["student"])
        return Mark(points, student, name, belongs["question"], belongs["text"], row), belongs["exercise"]
    student = row["student"][1:] if row["student"] and inert(row["student"][1:]) == row["student"] else row["student"]
    return Mark(points, normalised(student) if student else "", name, row["question"], "", row), ""


def enter_marks(rows: list[Row], marks: list[Mark], questions: Sequence[Question]) -> Entered:
    """Put the instructor's marks into the scores.

    A mark counts only for the very text that it was given for. One whose text has changed is said, and not kept; one that
    fits no student, no text or no question of this grading is said and kept.
    """
    entered = Entered()
    variable = {question.name: question.variable for question in questions}
    students = of_class(rows)
    strangers, empty, unasked = [], [], []
    about: dict[tuple[int, int], list[Mark]] = {}  # (place of the student, place of the score) -> marks
    for mark in marks:
        if mark.question not in variable:
            unasked.append(mark)
            continue
        who = _target(mark, students, variable[mark.question])
        if who is None:
            strangers.append(mark)
            continue
        scores = students[who].scores
        what = next((n for n, score in enumerate(scores) if score.question == mark.question), None)
        if what is None or scores[what].status != BY_HAND:
            empty.append(mark)
        else:
            about.setdefault((who, what), []).append(mark)
    for (who, what), some in about.items():
        row = students[who]
        score = row.scores[what]
        fitting = [mark for mark in some if _fits(mark, row, variable[score.question])]
        if len(fitting) > 1:
            strangers += fitting
        elif fitting:
            row.scores[what] = replace(
                score, points=fitting[0].points, status=MARKED, message="Marked by your instructor."
            )
        entered.says += [
            f"{row.student.id}, {mark.question}: the text changed since it was marked ({mark.points:g} points); "
            + ("its later mark counts." if fitting else "mark it again.")
            for mark in some
            if mark not in fitting
        ]
    added = [name for name in (marks[0].cells if marks else ()) if name and name not in HEADER]
    if added:
        entered.says.append(
            f"The columns {listed(added)} that somebody added to the table of texts are not carried over."
        )
    for those, why in (
        (strangers, "which fits no student of this run for certain. Correct the id, or check --roster"),
        (empty, "of whom there is no text in this run. Check that SUBMISSIONS is the right folder"),
        (unasked, "which is no question of this run. Was --private forgotten?"),
    ):
        if those:
            entered.kept += those
            one = len(those) == 1
            many = "1 mark does" if one else f"{len(those)} marks do"
            until = "Until then it stands" if one else "Until then they stand"
            entered.says.append(f"{many} not count now: {listed(those)}, {why}. {until} at the end of the table.")
    return entered


def _target(mark: Mark, students: list[Row], variable: str) -> int | None:
    """Return the place of the student whom a mark is about, or None where it cannot be told for certain."""
    ids = [normalised(row.student.id) for row in students]
    if mark.text:
        return ids.index(mark.student) if mark.student in ids else None
    alike = [place for place, one in enumerate(ids) if looks_like(one, mark.student)]
    if len(alike) != 1:
        alike = [
            place
            for place in alike or range(len(students))
            if inert(students[place].student.name) == mark.name and _fits(mark, students[place], variable)
        ]
    return alike[0] if len(alike) == 1 else None


def _fits(mark: Mark, row: Row, variable: str) -> bool:
    """Say whether a mark was given for the text that a student has now."""
    text = str(row.answers.get(variable, ""))
    if mark.text:
        return mark.text == print_of(text)
    return "".join(mark.cells.get("text", "").split()) == "".join(str(inert(text)).split())


def looks_like(student: str, shown: str) -> bool:
    """Say whether a spreadsheet may show an id so.

    >>> looks_like("0071234", "71234"), looks_like("202100123456", "2.021e+11"), looks_like("0071234", "7123")
    (True, True, False)
    """
    if student == shown or not re.fullmatch(r"[0-9]+", student):
        return student == shown
    if re.fullmatch(r"[0-9]+", shown):
        return student.lstrip("0") == shown.lstrip("0")
    if re.fullmatch(r"[0-9]([.,][0-9]+)?e\+?[0-9]{1,3}", shown):  # six digits are shown, without zeros at their end
        return Decimal(f"{Decimal(student):.5e}") == Decimal(shown.replace(",", "."))
    return False


def save_copy(file: Path) -> Path:
    """Copy a table to a name with today's date, unless such a copy of the very same content is there; return the copy."""
    content = file.read_bytes()
    start = f"{file.stem}-before-"
    for copy in file.parent.iterdir():
        if copy.name.startswith(start) and copy.is_file() and copy.read_bytes() == content:
            return copy
    start += f"{datetime.datetime.now():%Y-%m-%d-%H%M%S}"
    copy, number = file.with_name(f"{start}{file.suffix}"), 1
    while copy.exists():
        number += 1
        copy = file.with_name(f"{start}-{number}{file.suffix}")
    copy.write_bytes(content)
    return copy


def write_texts(
    file: Path, rows: list[Row], questions: Sequence[Question], exercise: str, kept: Sequence[Mark] = ()
) -> Path:
    """Write the texts beside their rubric; the points of those that are marked already are kept.

    The instructor fills the column `points`, saves, and grades again with the same command. Marks in `kept` stand at the
    end, as they were.
    """
    of = {question.name: question for question in questions}
    table: list[list[object]] = []
    for row in of_class(rows):
        for score in row.scores:
            if score.status not in (BY_HAND, MARKED):
                continue
            text = str(row.answers.get(of[score.question].variable, ""))
            rubric = " / ".join(f"{points:g}: {what}" for points, what in of[score.question].rubric.items())
            points = amount(score.points) if score.status == MARKED else ""
            one = row.student
            belongs = f"exercise {exercise}, {score.question}, text {print_of(text)}, student {one.id}"
            table.append([one.id, one.name, score.question, text, rubric, amount(score.max_points), points, belongs])
    table += [[mark.cells.get(column, "") for column in HEADER] for mark in kept]
    return write_table(file, HEADER, table)
