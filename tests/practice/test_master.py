"""From a master to the student's notebook and the key."""

from __future__ import annotations

import nbformat
import pytest

from crmlib.practice import declare
from tools.exercise import ExerciseError, two_notebooks

QUESTIONS = (
    declare.Question(name="q1", variable="share", points=2, kind="share", expected=0.5),
    declare.Question(
        name="q2", variable="why", points=1, kind="choice", expected="a", options={"a": "one", "b": "two"}
    ),
    declare.Question(name="q3", variable="advice", points=3, kind="text", rubric={3: "all", 0: "none"}),
)
SOLVED = "import math\n### BEGIN SOLUTION\nhelper = 1\nshare = helper / 2\n### END SOLUTION\nmath.pi"
OTHERS = '### BEGIN SOLUTION\nwhy = "a"\nadvice = "Do it."\n### END SOLUTION'


@pytest.fixture(autouse=True)
def _declared(monkeypatch):
    monkeypatch.setattr(declare, "questions_of", lambda number: QUESTIONS)
    monkeypatch.setattr(declare, "version", lambda number: "v1")


def master(*code: str, text: str = "") -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_markdown_cell(text), *map(nbformat.v4.new_code_cell, code)]
    return nbformat.v4.new_notebook(cells=cells, metadata={"crm": {"exercise": "02"}})


def sources(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_the_student_gets_placeholders_and_the_key_the_solution():
    student, key = two_notebooks(master(SOLVED, OTHERS))
    assert sources(student) == ["import math\nshare = ...\nmath.pi", 'why = ...\nadvice = """\n...\n"""']
    assert sources(key) == ["import math\nhelper = 1\nshare = helper / 2\nmath.pi", 'why = "a"\nadvice = "Do it."']
    assert student.metadata["crm"] == key.metadata["crm"] == {"exercise": "02", "version": "v1"}


def test_what_is_declared_is_filled_into_the_text():
    student, key = two_notebooks(master(SOLVED, OTHERS, text="{points q1}, {points q2}\n\n{options q2}\n\n{rubric q3}"))
    lines = ["2 points, 1 point", "", "- **a** · one", "- **b** · two", "", "| points | what earns them |", "|---|---|"]
    assert student.cells[0].source.splitlines() == [*lines, "| 3 | all |", "| 0 | none |"]
    assert key.cells[0].source == student.cells[0].source


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ([SOLVED], "", "found \\['share'\\]"),
        ([SOLVED, OTHERS, SOLVED], "", "each variable"),
        ([SOLVED.replace("### END SOLUTION", ""), OTHERS], "", "does not end"),
        ([SOLVED.replace("### END", "### BEGIN"), OTHERS], "", "begins or ends twice"),
        ([SOLVED, OTHERS], "{points q9}", "{points q9} names a question"),
    ],
)
def test_a_master_with_a_slip_is_refused(code, text, said):
    with pytest.raises(ExerciseError, match=said):
        two_notebooks(master(*code, text=text))
