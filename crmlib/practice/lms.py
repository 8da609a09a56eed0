"""The self-checks as files for a learning platform: GIFT for Moodle, QTI 1.2 for Canvas and others."""

from __future__ import annotations

import argparse
import html
import sys
import zipfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from crmlib.practice.selfcheck import lesson_questions

STAMP = (2000, 1, 1, 0, 0, 0)  # of the files in the zip: the same questions give the same bytes


def quiz_numbers() -> list[str]:
    """Return the lessons that have a self-check."""
    folder = resources.files("crmlib.practice").joinpath("quizzes")
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def gift(lesson: str) -> str:
    """Return a self-check as GIFT text (Moodle: question bank, import, GIFT format), explanations included.

    >>> print(gift("02").splitlines()[2])
    ::02-1 A firm has 250 active customers::A firm has 250 active customers. How many are in the Top tier of 1 %?{
    """
    lines = [f"$CATEGORY: $course$/CRM/{lesson}", ""]
    for number, question in enumerate(lesson_questions(lesson), start=1):
        title = f"{lesson}-{number} {question['ask']}".split(".")[0].split("?")[0][:60]
        lines.append(f"::{_gift(title)}::{_gift(question['ask'])}{{")
        for answer, why in question["answers"].items():
            lines.append(f"{'=' if answer == question['right'] else '~'}{_gift(answer)}#{_gift(why)}")
        lines += ["}", ""]
    return "\n".join(lines)


def _gift(text: str) -> str:
    """Mark the letters that GIFT would read as its own."""
    for letter in "\\~=#{}:":
        text = text.replace(letter, f"\\{letter}")
    return " ".join(text.split())


def qti(lesson: str) -> str:
    """Return a self-check as a QTI 1.2 assessment, explanations included."""
    items = "".join(
        _item(f"q{lesson}_{number}", question) for number, question in enumerate(lesson_questions(lesson), start=1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">\n'
        f'<assessment ident="crm_{lesson}" title="CRM {lesson}: check yourself">\n<section ident="root_section">\n'
        f"{items}</section>\n</assessment>\n</questestinterop>\n"
    )


def _item(name: str, question: dict) -> str:
    answers = list(question["answers"].items())
    right = next(place for place, (answer, _) in enumerate(answers) if answer == question["right"])
    labels = "".join(
        f'<response_label ident="a{place}"><material>{_text(answer)}</material></response_label>\n'
        for place, (answer, _) in enumerate(answers)
    )
    told = "".join(
        f'<respcondition continue="Yes"><conditionvar><varequal respident="response1">a{place}</varequal></conditionvar>'
        f'<displayfeedback feedbacktype="Response" linkrefid="a{place}_fb"/></respcondition>\n'
        for place in range(len(answers))
    )
    why = "".join(
        f'<itemfeedback ident="a{place}_fb"><flow_mat><material>{_text(words)}</material></flow_mat></itemfeedback>\n'
        for place, (_, words) in enumerate(answers)
    )
    return (
        f'<item ident="{name}" title="{name}">\n'
        "<itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel>"
        "<fieldentry>multiple_choice_question</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>\n"
        f"<presentation><material>{_text(question['ask'])}</material>\n"
        f'<response_lid ident="response1" rcardinality="Single"><render_choice>\n{labels}</render_choice></response_lid></presentation>\n'
        '<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>\n'
        f'{told}<respcondition continue="No"><conditionvar><varequal respident="response1">a{right}</varequal></conditionvar>'
        '<setvar action="Set" varname="SCORE">100</setvar></respcondition></resprocessing>\n'
        f"{why}</item>\n"
    )


def _text(words: str) -> str:
    return f'<mattext texttype="text/plain">{html.escape(" ".join(words.split()), quote=False)}</mattext>'


def write_quizzes(folder: Path, lessons: Sequence[str] | None = None) -> list[Path]:
    """Write each self-check as `quiz-NN.gift.txt` and `quiz-NN.qti.zip`; return the files.

    Raises
    ------
    ValueError : a lesson has no self-check.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for lesson in lessons or quiz_numbers():
        text = folder / f"quiz-{lesson}.gift.txt"
        text.write_text(gift(lesson), encoding="utf-8", newline="\n")
        archive = folder / f"quiz-{lesson}.qti.zip"
        inside = f"crm_{lesson}/crm_{lesson}.xml"
        manifest = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<manifest identifier="crm_{lesson}_package" xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1">\n'
            "<metadata><schema>IMS Content</schema><schemaversion>1.1.3</schemaversion></metadata>\n<organizations/>\n"
            f'<resources><resource identifier="crm_{lesson}" type="imsqti_xmlv1p2"><file href="{inside}"/></resource></resources>\n'
            "</manifest>\n"
        )
        with zipfile.ZipFile(archive, "w") as package:
            for name, content in (("imsmanifest.xml", manifest), (inside, qti(lesson))):
                package.writestr(zipfile.ZipInfo(name, STAMP), content.encode("utf-8"))
        files += [text, archive]
    return files


def main(words: list[str]) -> int:
    """Write the self-checks as the words of the command say; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python course.py quizzes", usage="python course.py quizzes [FOLDER]", allow_abbrev=False
    )
    parser.add_argument("folder", nargs="?", default="quizzes", help="where to write them")
    parser.add_argument("--from", dest="start", default=".", help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    try:
        files = write_quizzes(Path(given.start) / given.folder)
    except OSError as fault:
        print(
            f"\n{fault.filename} cannot be written ({fault.strerror}). Close it in other programs, or name another folder.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Type the same command again to write all files.", file=sys.stderr)
        return 130
    print(
        f"{len(files)} files are in {files[0].parent}: quiz-NN.gift.txt for Moodle, quiz-NN.qti.zip for Canvas and others."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
