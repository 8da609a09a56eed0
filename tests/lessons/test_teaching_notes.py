"""A teaching note quotes its lesson: each of its figures is in the lesson, and each part that a lecturer needs is there."""

from __future__ import annotations

import re

import nbformat
import pytest

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
FIGURE = re.compile(r"¥[\d,]+(?:\.\d+)?|\d+(?:\.\d+)? %|\b\d{1,3}(?:,\d{3})+\b")


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_a_note_has_all_its_parts(note):
    text = note.read_text(encoding="utf-8")
    assert [part for part in PARTS if part not in text] == []
    rubric = text.split("rubric\n")[1].split("\n## ")[0]
    assert [level for level in "4321" if f"\n| {level} " not in rubric] == []


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_a_note_quotes_its_lesson(note):
    """The discussion questions may bring figures of their own."""
    notebook = nbformat.read(build.ROOT / "notebooks" / f"{note.stem}.ipynb", as_version=4)
    lesson = " ".join(cell.source for cell in notebook.cells).replace("*", "")
    outputs = " ".join(
        str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    text = re.sub(r"## Discussion questions.*?(?=\n## )", "", note.read_text(encoding="utf-8"), flags=re.DOTALL)
    figures = FIGURE.findall(text.replace("*", ""))
    assert figures
    printed = {figure: {figure.removesuffix(" %"), figure.replace(",", "")} for figure in figures}
    assert [
        figure for figure in figures if figure not in lesson and not any(one in outputs for one in printed[figure])
    ] == []
