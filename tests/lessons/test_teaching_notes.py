"""A teaching note quotes its lesson: each of its figures is in the lesson, and each part that a lecturer needs is there."""

from __future__ import annotations

import re
from decimal import Decimal

import nbformat
import pytest

from tests.lessons.conftest import stands
from tools import build

NOTES = sorted((build.ROOT / "instructor").glob("[0-9][0-9]_*.md"))
PARTS = (
    "## Two hours",
    "## Forty-five minutes",
    "## Board plan",
    "## What the class will argue about",
    "## Wrong arguments",
    "## Discussion questions",
    "## Free-text question and its rubric",
    "## One slide",
)
FIGURE = re.compile(r"[−¥]*(?<![\d.,])(?:\d+(?:\.\d+)? %|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|(?<=¥)\d+)(?!\d|[.,]\d)")

VOICED = "(905 + 1450) / (2122 + 5482 + 905 + 1450)"
# Figures that the lesson does not say as they stand: how they follow from numbers that it says or prints.
FOLLOWS = {
    "04_value_quadrants": {
        "−0.03": "-31762 / 10**6", "¥2.85": "2851630 / 10**6", "19 %": "17090 / 89156", "85 %": "85 / 100",
        "83 %": "83 / 100", "79 %": "79 / 100", "66 %": "66 / 100",
    },
    "05_one_to_one": {"48 %": "1 - 0.52"},
    "06_satisfaction": {"8.44": "8.44", "1.4": "2 ** 0.5", "¥11,910": "397 * 30"},
    "07_service_quality": {
        "0.4": "100 * 0.004", "0.50": "0.50", "−0.41": "-0.41", "0.53": "0.526", "0.85": "0.85", "1.1": "1.09",
        "−2.7": "-100 * 0.027", "24 %": VOICED, "76 %": f"1 - {VOICED}", "85 %": "0.853", "92 %": "0.923",
        "94 %": "0.938",
    },
    "12_bank_case": {
        "366,426": "366426.19", "80,902": "80902.37", "1.8": "2.06 - 0.27", "0.3": "0.27", "4.2": "4.24",
        "−8.32": "-8.32", "−¥132,877": "-132876.61",
    },
    "15_capstone": {"59 %": "1 - 41 / 100"},
}  # fmt: skip
# Figures that are nobody's finding, and why.
OWN = {
    "00_welcome": {"75 %": "what a wrong argument counts among the eight"},
    "02_customer_pyramid": {"1,000": "a question's supposition", "−0.4": "what a Gini of losses could come to"},
    "06_satisfaction": {"¥30": "a question's supposition: the lesson gives no price of a call"},
    "09_retention": {"98 %": "a telecom that a question makes up", "80 %": "the same telecom"},
    "10_relational_benefits": {"80 %": "what a wrong argument calls fair"},
    "14_building_crm": {"0.1": "typed to show how a computer adds", "0.2": "the same sum"},
    "15_capstone": {"15 %": "a supposition: ten times the shop's 1.5 %"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("piece", "text", "found"),
    [
        ("37 %", "it is 37 % now", True),
        ("37 %", "it is 0.372", False),
        ("7 of", "37 of them", False),
        ("7 of", "1,007 of them", False),
        ("7 of", "from −7 of", False),
        ("by 3", "by 3.", True),
        ("by 3", "by 3.5", False),
        ("by 3", "by 30", False),
    ],
)
def test_a_number_is_looked_for_whole(piece, text, found):
    assert stands(piece, text) == found


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_a_note_has_all_its_parts(note):
    text = note.read_text(encoding="utf-8")
    parts = (*PARTS[1:], "## Half an hour") if note.stem == "00_welcome" else PARTS  # it fills no two hours
    assert [part for part in parts if part not in text] == []
    rubric = text.split("rubric\n")[1].split("\n## ")[0]
    assert [level for level in "4321" if f"\n| {level} " not in rubric] == []


def figures(note) -> set[str]:
    return set(FIGURE.findall(note.read_text(encoding="utf-8").replace("*", "")))


def lesson_of(note) -> tuple[str, str]:
    """Return what a lesson says, and what it prints."""
    cells = nbformat.read(build.ROOT / "notebooks" / f"{note.stem}.ipynb", as_version=4).cells
    words = " ".join(cell.source for cell in cells if cell.cell_type == "markdown").replace("*", "")
    printed = " ".join(
        str(output.get("text", "")) + " " + str(output.get("data", {}).get("text/plain", ""))
        for cell in cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    return words, re.sub(r"(?<![\w.])-(?=\d)", "−", re.sub(r"(?<=\d)%", " %", printed))


def shows(figure: str, words: str, printed: str) -> bool:
    """Whether a lesson says a figure, or prints a long one. A table's 0.37 is not taken for 37 %: tables hold too many.

    A fall of 4.3 % may be quoted without its sign; a figure with a sign needs one in the lesson.
    """
    forms = [figure, f"−{figure}"]
    if any(stands(form, words) for form in forms):
        return True
    if "¥" in figure or "%" in figure or "," in figure:
        bare = figure.replace("¥", "")
        forms += [bare, bare.replace(",", "")] * ("," in figure)
        return any(stands(form, printed) for form in forms)
    return False


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_a_note_quotes_its_lesson(note):
    words, printed = lesson_of(note)
    quoted = figures(note)
    assert quoted
    missing = {figure for figure in quoted if not shows(figure, words, printed)}
    assert missing == set(FOLLOWS.get(note.stem, {})) | set(OWN.get(note.stem, {}))


@pytest.mark.parametrize(
    ("stem", "figure", "sum_"), [(stem, *pair) for stem, pairs in FOLLOWS.items() for pair in pairs.items()]
)
def test_what_follows_from_numbers_of_the_lesson(stem, figure, sum_):
    both = " ".join(lesson_of(build.ROOT / "instructor" / f"{stem}.md"))
    for number in re.findall(r"[\d.]+", sum_.replace("10**6", "")):
        forms = [sign + text for sign in ("", "−") for text in (number, f"{Decimal(number):,}")]
        assert any(stands(form, both) for form in forms), number
    value = eval(sum_) * (100 if figure.endswith(" %") else 1)
    bare = figure.replace("¥", "").replace("−", "-").removesuffix(" %")
    assert f"{value:,.{len(bare.partition('.')[2])}f}" == bare
