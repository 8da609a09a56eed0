"""Whose file it is, told by the export's names alone, and which of several files of one student counts.

What the platform wrote decides: students choose the rest of the name, and may choose a classmate's id. The id that a
notebook gives itself is never used here: whoever hands in under a name is scored for that name's data.
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
    """Whose a file is: a student, or why it cannot be told.

    under : the student under whose name it was handed in, where the rest of its name names somebody else.
    chosen_under : the platform's number of whoever handed it in, where only the rest of the name tells the student.
    """

    student: Student | None
    problem: str = ""
    under: Student | None = None
    chosen_under: str = ""


def owner_of(path: str, students: list[Student]) -> Owner:
    """Tell whose file it is.

    The parts of the path are asked one after the other, from the outside in, so what the platform or the instructor wrote
    comes before what the student chose. In the platform's own part of a name the order is: its number (Canvas "ID", Moodle
    "Identifier" of the roster), the student's name as the platform writes it, the student's id. In any other part: the id
    as a word, then the name. The first part that names somebody decides; where a later one names only somebody else, the
    file is nobody's.

    Parameters
    ----------
    path : of the file in the export, `/` between folders.
    students : the roster.
    """
    parts = _parts(path)
    named = [_named(part, students) for part in parts]
    place = next((place for place, found in enumerate(named) if found), len(parts))
    # A platform's number can be another student's id, so it is only a last resort.
    numbers = {part.number for part in parts if part.platform}
    found = named[place] if place < len(parts) else [one for one in students if _plain(one.id) in numbers]
    later = [one for found_later in named[place + 1 :] for one in found_later]
    if len(found) > 1:  # of two of the same name, the one whose id stands in the rest
        found = [one for one in found if one in later] or found
    if len(found) > 1:
        return Owner(None, f"Its name fits several students ({listed(s.id for s in found)}). Put one id into its name.")
    if not found:
        return Owner(None, "Its name fits nobody in the roster. Put the student's id into its name.")
    (owner,) = found
    others = [one.id for one in later if not re.fullmatch(r"\d\d?", one.id)]  # "part 2" is not about student 2
    if others and owner not in later:
        return Owner(
            None,
            f"It was handed in under the name of {owner.id!r}, but the rest of its name, which the student chose, names "
            f"{listed(sorted(set(others)))}. It counts for nobody. Find out whose it is, then put that one id into the "
            "name in place of the other.",
            owner,
        )
    handed_in_by = next((part.number for part in parts if part.platform), "")
    if handed_in_by and place < len(parts) and not parts[place].platform:
        return Owner(owner, chosen_under=handed_in_by)
    return Owner(owner)


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


def owner_without_roster(path: str) -> Owner:
    """Tell whose file it is where there is no roster; nobody's if no id is left of its name, as in "(1).ipynb"."""
    student = named_student(path)
    return Owner(student) if student.id.strip() else Owner(None, "Its name holds no id. Put the student's id into it.")


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


def team_of(path: str) -> str:
    """Return the team's name that a file carries: its own, without what the platform put before it.

    A file that is still called `plan`, as the form is, has the name of who handed it in, or of its folder.

    >>> team_of("Ada Young_123_assignsubmission_file_/blue.csv"), team_of("youngada_123_456_red.csv"), team_of("blue/plan.csv")
    ('blue', 'red', 'blue')
    """
    names = []
    *folders, last = PurePosixPath(path).parts
    for text in (*folders, PurePosixPath(last).stem):
        while known := _by_platform(text):
            names.append(known["name"].strip())
            text = known["rest"]
        names.append(text.strip())
    names = [name for name in names if name] or [path]
    unnamed = re.fullmatch(r"plan\s*(\(\d+\)|-\d+)?", names[-1], re.IGNORECASE)
    return re.sub(r"\.zip$", "", names[-2], flags=re.IGNORECASE) if unnamed and len(names) > 1 else names[-1]


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


@dataclass(frozen=True)
class _Part:
    """A part of a path: texts in which an id may stand, the same written together, and whether the platform wrote it."""

    texts: list[str]
    names: set[str]
    number: str = ""
    platform: bool = False


def _named(part: _Part, students: list[Student]) -> list[Student]:
    """Return the students whom a part of a path names."""
    by_number = [one for one in students if one.platform and one.platform == part.number]
    by_id = [one for one in students if _holds(part.texts, one.id)]
    by_name = [one for one in students if part.names & _spellings(one.name)]
    return by_number or (by_name or by_id if part.number else by_id or by_name)


def _by_platform(text: str) -> re.Match | None:
    """Match a name as a platform writes it. Of two ways the shorter beginning: what follows may be forged."""
    found = [match for pattern in (MOODLE, CANVAS) if (match := pattern.fullmatch(text))]
    return min(found, key=lambda match: match.start("rest"), default=None)


def _parts(path: str) -> list[_Part]:
    """Split a path into what the platform wrote and what is left, from the outside in."""
    *folders, last = PurePosixPath(path).parts
    parts: list[_Part] = []
    for text in (*folders, re.sub(r"\s*\(\d+\)$", "", PurePosixPath(last).stem)):
        while known := _by_platform(text):
            # A second one stands in what the student chose, and may be forged.
            first = not any(part.platform for part in parts)
            parts.append(_Part([_plain(known["name"])], {_letters(known["name"])}, known["number"], first))
            text = known["rest"]
        # In "2024-07" the end is a part of the id, in "work-1" the number of a copy.
        both = {text, COPY.sub("", text)}
        # The exercise's own name, "02_customer_pyramid", holds a number that is nobody's id.
        texts = [re.sub(r"^\d\d_(?=[a-z])", "", _plain(one)) for one in both]
        parts.append(_Part(texts, {_letters(one) for one in both} - {""}))
    return parts
