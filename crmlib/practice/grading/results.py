"""The tables that a grading leaves: points per question, an overview, files for Moodle and Canvas.

Whatever a student wrote is made inert: a cell that a spreadsheet would run as a formula starts with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import os
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from crmlib.practice.grading.grade import Row
from crmlib.practice.grading.owners import CANVAS, MOODLE, platform_number
from crmlib.practice.scoring import BY_HAND, NOT_SCORED

FORMULA = "=+-@|%\t\r\n"


def inert(text: object) -> object:
    """Return a cell that no spreadsheet runs as a formula; numbers stay numbers.

    >>> inert("=1+1"), inert(" ＝cmd"), inert("Top 20 %"), inert(2.5)
    ("'=1+1", "' ＝cmd", 'Top 20 %', 2.5)
    """
    if not isinstance(text, str):
        return text
    text = "".join(letter for letter in text if letter in "\t\n\r" or unicodedata.category(letter) != "Cc")
    first = unicodedata.normalize("NFKC", text).lstrip(" \ufeff\u200b")[:1]
    return f"'{text}" if first and first in FORMULA else text


def amount(points: float) -> float | int:
    """Return points without a needless `.0`."""
    return int(points) if points == int(points) else round(points, 4)


def total(row: Row) -> float | int | str:
    """Return a student's points, or nothing where they are not known: nobody is given a 0 for it."""
    return "" if row.incomplete else amount(row.points)


def write_table(file: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, excel: bool = True) -> Path:
    """Write a CSV file whose every cell is inert. `excel`: with the mark by which Excel knows UTF-8."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(header)
    table.writerows([inert(cell) for cell in row] for row in rows)
    draft = file.with_name(f"{file.name}.draft")
    draft.write_bytes(text.getvalue().encode("utf-8-sig" if excel else "utf-8", "replace"))
    try:
        os.replace(draft, file)  # noqa: PTH105 - replaces on Windows too, as rename does not
    except PermissionError:
        draft.unlink()
        raise PermissionError(f"{file.name} is open in another program. Close it there and start again.") from None
    return file


def write_points(file: Path, rows: list[Row]) -> Path:
    """Write one row per student and question."""
    header = ["student", "name", "question", "points", "max_points", "status", "misconception", "note"]
    return write_table(
        file,
        header,
        (
            [
                row.student.id,
                row.student.name,
                score.question,
                "" if score.status == NOT_SCORED else amount(score.points),
                amount(score.max_points),
                score.status,
                score.misconception,
                " ".join(row.all_notes),
            ]
            for row in rows
            if row.counts
            for score in row.scores
        ),
    )


def write_overview(file: Path, rows: list[Row]) -> Path:
    """Write one row per student of the roster and per file that counts for nobody, with what there is to say about it."""
    header = ["student", "name", "file", "counts", "points", "max_points", "to_mark_by_hand", "notes"]
    return write_table(
        file,
        header,
        (
            [
                row.student.id if row.student else "",
                row.student.name if row.student else "",
                row.path,
                "yes" if row.counts else "no",
                total(row) if row.counts else "",
                amount(row.max_points) if row.counts else "",
                open_texts(row) if row.counts else "",
                " ".join(row.all_notes),
            ]
            for row in rows
        ),
    )


def write_moodle(file: Path, rows: list[Row]) -> Path:
    """Write totals for Moodle.

    The gradebook's import (Grades > Import > CSV) asks which column tells the user (choose Email address, ID number or
    Username) and which holds the grade. The assignment's grading worksheet is told by the columns Identifier, Grade and
    Last modified (grade). One file serves both. Moodle does not take back the feedback without the grade.
    """
    header = ["Identifier", "Full name", "Username", "ID number", "Email address", "Grade", "Maximum grade"]
    header += ["Last modified (grade)", "Feedback comments"]
    table = []
    for row in of_class(rows):
        one = row.student
        number = one.platform or platform_number(row.path, MOODLE)
        table.append(
            [
                f"Participant {number}" if number else "",
                one.name,
                _column(one.row, "username"),
                _column(one.row, "id number", "idnumber") or one.id,
                one.email,
                total(row),
                amount(row.max_points),
                "",
                " ".join(
                    f"{score.question}: {amount(score.points)}." for score in row.scores if score.status != NOT_SCORED
                ),
            ]
        )
    return write_table(file, header, table, excel=False)


def write_canvas(file: Path, rows: list[Row], title: str) -> Path:
    """Write totals for Canvas (Grades > Import).

    Canvas knows a student by ID, else by SIS User ID, else by SIS Login ID, else by the name; the columns stand in this
    order and Section must be there. A column whose name is no assignment's becomes a new assignment: `title` should be
    the assignment's name as Canvas exports it, such as "Customer pyramid (4711)".
    """
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]
    most = max((row.max_points for row in rows), default=0)
    table: list[list[object]] = [["Points Possible", "", "", "", "", amount(most)]]
    for row in of_class(rows):
        one = row.student
        user, login = _column(one.row, "sis user id"), _column(one.row, "sis login id", "username")
        if not (user or login):
            login = one.id
        name = one.name or one.id
        number = one.platform or platform_number(row.path, CANVAS)
        table.append([name, number, user, login, _column(one.row, "section"), total(row)])
    return write_table(file, header, table, excel=False)


def of_class(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.counts and row.student is not None]


def open_texts(row: Row) -> int:
    """Return how many texts of a row wait for a mark."""
    return sum(score.status == BY_HAND for score in row.scores)


def _column(row: dict[str, str], *names: str) -> str:
    return next((value for name, value in row.items() if name and name.strip().lower() in names), "")
