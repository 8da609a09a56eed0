"""A page for each student: what was right, what was not yet, and which sentence helps on."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from crmlib.practice.declare import Question
from crmlib.practice.grading.byhand import MARKED
from crmlib.practice.grading.grade import ONLY_CHOSEN, Row
from crmlib.practice.grading.owners import MOODLE
from crmlib.practice.grading.page import Markup, page, sentence, table, text
from crmlib.practice.grading.results import amount, of_class, open_texts
from crmlib.practice.scoring import BY_HAND, CORRECT, NOT_ATTEMPTED, NOT_SCORED, NOT_YET

STATES = {CORRECT: "✔ correct", NOT_YET: "✘ not yet", NOT_ATTEMPTED: "○ not attempted", BY_HAND: "✎ will be read"}
STATES |= {MARKED: "✎ marked by hand", NOT_SCORED: "… not scored yet"}
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # names that Windows keeps for itself


def write_feedback(folder: Path, rows: list[Row], exercise: str, questions: Sequence[Question]) -> list[Path]:
    """Write one page per student into `folder`, under the student's id; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written, taken = [], set()
    for row in of_class(rows):
        name = file_name(row.student.id)
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        file = folder / f"{name}.html"
        file.write_text(feedback(row, exercise, questions), encoding="utf-8", newline="\n")
        written.append(file)
    return written


def pack_for_moodle(archive: Path, rows: list[Row], pages: Sequence[Path]) -> Path | None:
    """Write the pages of who handed in through Moodle as its "Upload multiple feedback files in a zip" takes them.

    Moodle gives a page to the participant whose number stands in the name of the page's folder, which is that of the download,
    `name_number_assignsubmission_file_`. A page whose folder may be somebody else's is left out.

    Parameters
    ----------
    archive : to write.
    rows, pages : of the grading, and what `write_feedback` returned for them.

    Returns
    -------
    The archive, or None where no file came from Moodle: then nothing is written.

    Source: mod/assign/feedback/file/importziplib.php of Moodle. It was not tried on a running server.
    """
    packed = {}
    for row, page_file in zip(of_class(rows), pages, strict=True):
        by_moodle = [found for part in PurePosixPath(row.path).parts if (found := MOODLE.fullmatch(part))]
        if by_moodle and ONLY_CHOSEN not in row.discreet:
            name = by_moodle[0]["name"].replace("_", " ")  # Moodle finds the number behind the first underscore
            packed[f"{name}_{by_moodle[0]['number']}_assignsubmission_file_/{page_file.name}"] = page_file
    if not packed:
        return None
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, page_file in packed.items():
            opened.write(page_file, name)
    return archive


def file_name(student: str) -> str:
    """Return a file name for an id that every system takes and that cannot lead out of the folder.

    >>> file_name("../../etc/passwd"), file_name("con"), file_name("s1024")
    ('______etc_passwd', '_con', 's1024')
    """
    name = re.sub(r"[^\w-]", "_", student)[:80]
    return f"_{name}" if RESERVED.fullmatch(name) else name


def feedback(row: Row, exercise: str, questions: Sequence[Question]) -> str:
    """Return a student's page. It never holds a right answer."""
    variable = {question.name: question.variable for question in questions}
    waiting = open_texts(row)
    later = (
        f" {waiting} text{'s' if waiting > 1 else ''} will be read and marked by your instructor." if waiting else ""
    )
    parts = [
        f"<p>{text(row.student.name or row.student.id)}: <strong>{amount(row.points)} of {amount(row.max_points)} "
        f"points</strong>.{later}</p>"
    ]
    lines = []
    for score in row.scores:
        said: str = sentence(score.message)
        if score.misconception:
            said = f"<strong>{text(score.misconception[:1].upper() + score.misconception[1:])}.</strong> {said}"
        if score.status in (BY_HAND, MARKED):
            said += f"<blockquote>{text(row.answers.get(variable.get(score.question, ''), ''))}</blockquote>"
        state = Markup(f'<span class="short state">{text(STATES.get(score.status, score.status))}</span>')
        given = "…" if score.status in (BY_HAND, NOT_SCORED) else amount(score.points)
        points = Markup(f'<span class="short">{given} of {amount(score.max_points)}</span>')
        lines.append((score.question, state, points, Markup(said)))
    parts.append(table(["question", "state", "points", "what helps"], lines))
    if row.notes:
        notes = "".join(f"<li>{text(note)}</li>" for note in row.notes)
        parts.append(f"<h2>About the file {text(row.path)}</h2><ul>{notes}</ul>")
    return page(f"Exercise {exercise}: {row.student.id}", parts)
