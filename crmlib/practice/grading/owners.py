"""Whose file it is, told by the export's names alone, and which of several files of one student counts.

The id that a notebook gives itself is never used here: whoever hands in under a name is scored for that name's data.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from crmlib._frames import listed
from crmlib.practice.grading.roster import Student
from crmlib.practice.grading.submissions import File, natural

# Moodle: "Ada Young_12345_assignsubmission_file_", the number is that of Moodle's grading worksheet.
MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_file_?(?P<rest>.*)", re.DOTALL)
# Canvas: "youngada_LATE_12345_67890_file.ipynb": the student's number, then that of the file.
CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<number>\d+)_\d+_(?P<rest>.+)", re.DOTALL)
COPY = re.compile(r"\s*\((\d+)\)$|-(\d{1,2})$")  # of a browser "(1)", of Canvas "-1"


@dataclass(frozen=True)
class Owner:
    """Whose a file is: a student, or why it cannot be told."""

    student: Student | None
    problem: str = ""


def owner_of(path: str, students: list[Student]) -> Owner:
    """Tell whose file it is.

    In this order: the platform's number in the name (Canvas "ID", Moodle "Identifier" of the roster), the student's id
    as a word of a folder or file name, the student's name as the platform writes it.

    Parameters
    ----------
    path : of the file in the export, `/` between folders.
    students : the roster.
    """
    numbers, texts, names = _parts(path)
    found = [student for student in students if student.platform and student.platform in numbers]
    found = found or [student for student in students if _holds(texts, student.id)]
    found = found or [student for student in students if names & _spellings(student.name)]
    # A platform's number can be another student's id, so it is only a last resort.
    found = found or [student for student in students if _plain(student.id) in numbers]
    if len(found) == 1:
        return Owner(found[0])
    if found:
        return Owner(None, f"Its name fits several students ({listed(s.id for s in found)}). Put one id into its name.")
    return Owner(None, "Its name fits nobody in the roster. Put the student's id into its name.")


def named_student(path: str) -> Student:
    """Return a student for a file where there is no roster: the id is in the name of the file or of its folder."""
    folders, stem = PurePosixPath(path).parts[:-1], _stem(PurePosixPath(path).name)
    for part in (*folders, PurePosixPath(path).name):
        if moodle := MOODLE.fullmatch(part):
            return Student(moodle["name"], moodle["name"], platform=moodle["number"])
        if canvas := CANVAS.fullmatch(part):
            return Student(canvas["number"], canvas["name"], platform=canvas["number"])
    if re.match(r"\d\d_", stem):  # "02_customer_pyramid_s1024", or the exercise's own name in the student's folder
        last = stem.split("_")[-1]
        stem = last if re.search(r"\d", last) else (folders[-1] if folders else stem)
    return Student(stem)


def copy_number(path: str) -> int:
    """Return the number of a doubled file, 0 for the first.

    >>> copy_number("a/work (2).ipynb"), copy_number("work-1.ipynb"), copy_number("work.ipynb")
    (2, 1, 0)
    """
    found = COPY.search(PurePosixPath(path).stem)
    return int(found[1] or found[2]) if found else 0


def platform_number(path: str, pattern: re.Pattern) -> str:
    """Return the number by which a platform (`MOODLE` or `CANVAS`) knows the student, from a file's path, or nothing."""
    found = [match["number"] for part in PurePosixPath(path).parts if (match := pattern.fullmatch(part))]
    return found[0] if found else ""


def newest_first(files: list[File], this_exercise: dict[str, bool]) -> list[File]:
    """Order the files of one student; the first one counts.

    A readable file goes before one that is not; a notebook of this exercise before another; then the highest number of a
    doubled file, "(2)" before "(1)"; then the last name in the alphabet.

    Parameters
    ----------
    files : of one student.
    this_exercise : path -> whether the notebook says that it is this exercise.
    """
    ordered = sorted(files, key=lambda file: natural(file.path), reverse=True)
    return sorted(
        ordered,
        key=lambda file: (bool(file.problem), not this_exercise.get(file.path, False), -copy_number(file.path)),
    )


def _stem(name: str) -> str:
    return COPY.sub("", PurePosixPath(name).stem)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _letters(text: str) -> str:
    """Return letters and digits only, without accents, as platforms shorten names."""
    split = unicodedata.normalize("NFKD", _plain(text))
    return "".join(letter for letter in split if letter.isalnum())


def _spellings(name: str) -> set[str]:
    """Return the ways in which a name is written together: "Ada Young", "Young, Ada" -> adayoung, youngada."""
    words = [_letters(word) for word in name.replace(",", " ").split()]
    words = [word for word in words if word]
    return {"".join(words[place:] + words[:place]) for place in range(len(words))}


def _holds(texts: list[str], student: str) -> bool:
    """Say whether an id stands in a text as a word of its own."""
    pattern = rf"(?<![^\W_]){re.escape(_plain(student))}(?![^\W_])"
    return any(re.search(pattern, text) for text in texts)


def _parts(path: str) -> tuple[set[str], list[str], set[str]]:
    """Split a path into the platform's numbers, the texts in which an id may stand, and names written together."""
    numbers, texts, names = set(), [], set()
    *folders, last = PurePosixPath(path).parts
    for part in (*folders, _stem(last)):
        known = MOODLE.fullmatch(part) or CANVAS.fullmatch(part)
        if known:
            numbers.add(known["number"])
            names.add(_letters(known["name"]))
            texts += [_plain(known["name"]), _plain(known["rest"])]
        else:
            names.add(_letters(part))
            texts.append(_plain(part))
            if part == _stem(last):  # in "2024-07.ipynb" the end is no number of a copy, but a part of the id
                texts.append(_plain(re.sub(r"\s*\(\d+\)$", "", PurePosixPath(last).stem)))
    # The exercise's own name, "02_customer_pyramid", holds a number that is nobody's id.
    texts = [re.sub(r"^\d\d_(?=[a-z])", "", text) for text in texts]
    return numbers, texts, names - {""}
