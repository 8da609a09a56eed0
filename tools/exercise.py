"""From the master of an exercise to two notebooks: the student's, with placeholders, and the key.

A master is a source like a lesson's. What stands between `### BEGIN SOLUTION` and `### END SOLUTION` is in the key alone; the
student finds `variable = ...` there, for each variable that a question asks for (the dots in quotes, for a text). In its text,
`{points q1}`, `{options q6}` and `{rubric q10}` are filled in from the declarations of the questions.
"""

from __future__ import annotations

import ast
import copy
import re

import nbformat

from crmlib.practice import declare
from crmlib.practice.feedback import points_text

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


class ExerciseError(Exception):
    """A master that cannot become an exercise as it is; the text says why."""


def two_notebooks(master: nbformat.NotebookNode) -> tuple[nbformat.NotebookNode, nbformat.NotebookNode]:
    """Return the student's notebook and the key, neither executed, both with the content version of the questions."""
    number = master.metadata["crm"]["exercise"]
    questions = {question.name: question for question in declare.questions_of(number)}
    texts = {question.variable for question in questions.values() if question.kind == "text"}
    wanted = {question.variable for question in questions.values()}
    student, key = copy.deepcopy(master), copy.deepcopy(master)
    asked: list[str] = []
    for notebook in (student, key):
        notebook.metadata["crm"]["version"] = declare.version(number)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = _filled(cell.source, questions)
            elif notebook is key:
                cell.source = "\n".join(line for line in cell.source.splitlines() if line.strip() not in (BEGIN, END))
            else:
                cell.source, names = _without_solution(cell.source, wanted, texts)
                asked += names
    if sorted(asked) != sorted(wanted):
        raise ExerciseError(
            f"each variable of a question must be assigned in one solution: wanted {sorted(wanted)}, found {sorted(asked)}"
        )
    return student, key


def _filled(text: str, questions: dict[str, declare.Question]) -> str:
    """Fill in what the declarations say of a question."""

    def fill(match: re.Match) -> str:
        what, name = match.groups()
        if name not in questions:
            raise ExerciseError(f"{match[0]} names a question that is not declared")
        question = questions[name]
        if what == "points":
            return points_text(question.points)
        if what == "options":
            return "\n".join(f"- **{letter}** · {option}" for letter, option in question.options.items())
        lines = [f"| {points:g} | {level} |" for points, level in question.rubric.items()]
        return "\n".join(["| points | what earns them |", "|---|---|", *lines])

    return re.sub(r"\{(points|options|rubric) (\w+)\}", fill, text)


def _without_solution(source: str, wanted: set[str], texts: set[str]) -> tuple[str, list[str]]:
    """Return a cell with placeholders in place of its solution, and the variables that it asks for."""
    kept: list[str] = []
    names: list[str] = []
    region: list[str] | None = None
    for line in source.splitlines():
        if line.strip() in (BEGIN, END):
            if (line.strip() == BEGIN) != (region is None):
                raise ExerciseError(f"a solution begins or ends twice in the cell {source[:60]!r}")
            if region is None:
                region = []
            else:
                found = [name for name in _assigned("\n".join(region)) if name in wanted]
                kept += [f'{name} = """\n...\n"""' if name in texts else f"{name} = ..." for name in found]
                names += found
                region = None
        elif region is not None:
            region.append(line)
        else:
            kept.append(line)
    if region is not None:
        raise ExerciseError(f"a solution does not end in the cell {source[:60]!r}")
    return "\n".join(kept), names


def _assigned(code: str) -> list[str]:
    nodes = (target for node in ast.parse(code).body if isinstance(node, ast.Assign) for target in node.targets)
    return [target.id for target in nodes if isinstance(target, ast.Name)]
