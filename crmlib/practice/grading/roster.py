"""The class list: who may hand in, and by which ids and names a learning platform calls them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from crmlib._frames import listed
from crmlib.companies.own.encoding import decode
from crmlib.practice.variants import normalised

# Names of columns, in small letters and without blanks; the first that is there counts.
ID_COLUMNS = (
    "studentid",
    "idnumber",
    "matriculationnumber",
    "sisloginid",
    "sisuserid",
    "username",
    "login",
    "student",
    "id",
)
NAME_COLUMNS = ("name", "fullname", "studentname")
FIRST_COLUMNS, LAST_COLUMNS = ("firstname", "givenname"), ("lastname", "surname", "familyname")
EMAIL_COLUMNS = ("email", "emailaddress", "mail")


@dataclass(frozen=True)
class Student:
    """One student of the class.

    id : what the student types in the first cell, and what decides the student's data.
    name, email : empty if the roster does not say.
    platform : number that the platform puts into file names (Canvas "ID", Moodle "Identifier"), or empty.
    row : all columns of the roster, as they were.
    """

    id: str
    name: str = ""
    email: str = ""
    platform: str = ""
    row: dict[str, str] = field(default_factory=dict, hash=False)


def read_roster(file: Path) -> list[Student]:
    """Read the class list from a CSV file.

    Parameters
    ----------
    file : one row per student. The id is in a column `student id` (also: `id number`, `SIS Login ID`, `SIS User ID`,
        `username`, `student`, `id`), the name in `name` (or `first name` and `last name`), the address in `email`.
        The export of a Canvas gradebook, of Moodle's grades or of Moodle's grading worksheet will do as it is.

    Returns
    -------
    One Student per row, in the order of the file.

    Raises
    ------
    ValueError : no column with ids, a row without id, or an id that appears twice.
    FileNotFoundError : there is no such file.
    """
    rows = read_table(file)
    if not rows:
        raise ValueError(
            f"The roster {file.name} has no rows. One row per student is needed, below the names of columns."
        )
    columns = {re.sub(r"[^a-z]", "", name.lower()): name for name in rows[0] if name}
    canvas = {"student", "id", "section"} <= columns.keys()  # here "Student" is the name

    def first_of(names: tuple[str, ...]) -> str | None:
        return next((columns[name] for name in names if name in columns and not (canvas and name == "student")), None)

    id_column = first_of(ID_COLUMNS)
    if id_column is None:
        raise ValueError(
            f"The roster {file.name} has no column with the students' ids. Its columns are {listed(rows[0], most=12)}. "
            'Name the one with the ids "student id".'
        )
    students, seen, wrong = [], {}, []
    for number, row in enumerate(rows, start=2):
        name = _name(row, columns, canvas)
        if canvas and (not name or "points possible" in name.lower() or name == "Student, Test"):
            continue
        if not any(row.values()):
            continue
        if not row[id_column]:
            wrong.append(f"row {number} has no id")
            continue
        key = normalised(row[id_column])
        if key in seen:
            wrong.append(f"row {number} has the id {row[id_column]!r}, which is in row {seen[key]} already")
        seen.setdefault(key, number)
        email = first_of(EMAIL_COLUMNS)
        students.append(
            Student(row[id_column], name, row[email] if email else "", _platform(row, columns, canvas), row)
        )
    if wrong:
        raise ValueError(f"The roster {file.name} cannot be used: {'; '.join(wrong[:5])}. Correct it and start again.")
    if not students:
        raise ValueError(f"The roster {file.name} names no student.")
    return students


def _name(row: dict[str, str], columns: dict[str, str], canvas: bool) -> str:
    if canvas:
        return row[columns["student"]]
    for name in NAME_COLUMNS:
        if name in columns:
            return row[columns[name]]
    parts = [
        next((row[columns[name]] for name in names if name in columns), "") for names in (FIRST_COLUMNS, LAST_COLUMNS)
    ]
    return " ".join(part for part in parts if part)


def _platform(row: dict[str, str], columns: dict[str, str], canvas: bool) -> str:
    if canvas:
        return row[columns["id"]]
    number = re.search(r"\d+$", row[columns["identifier"]]) if "identifier" in columns else None
    return number[0] if number else ""


def read_table(file: Path) -> list[dict[str, str]]:
    """Read a small CSV file as spreadsheets save it: comma, semicolon or tab; UTF-8, UTF-16, Chinese or Western letters.

    Raises
    ------
    ValueError : it is no CSV file, or it cannot be told which letters its bytes stand for.
    FileNotFoundError : there is no such file.
    """
    if not file.is_file():
        raise FileNotFoundError(f"There is no file {file}. Check its name and folder.")
    content = file.read_bytes()
    if content.startswith((b"PK", b"{", b"<")):
        raise ValueError(f"{file.name} is not a CSV file. In the spreadsheet choose: save as CSV (UTF-8).")
    try:
        text, _, _ = decode(content, None, file.name)
    except ValueError:
        raise ValueError(
            f"{file.name}: it cannot be told for certain which letters its bytes stand for. In the spreadsheet choose: save "
            "as CSV (UTF-8)."
        ) from None
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        header = [name.strip() for name in next(table, [])]
        return [
            dict(zip(header, [cell.strip() for cell in row] + [""] * len(header), strict=False)) for row in table if row
        ]
    except csv.Error as fault:
        raise ValueError(f"{file.name} cannot be read as a table ({fault}). Save it again as CSV (UTF-8).") from None
