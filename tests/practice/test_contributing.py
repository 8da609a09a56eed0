"""The example question in CONTRIBUTING works as it stands there."""

from __future__ import annotations

import re
import tomllib

import pytest

from crmlib.practice import Misconception, Question, quiz, variants
from crmlib.practice.answers import plain
from crmlib.practice.kinds import read


@pytest.fixture(scope="module")
def blocks(root) -> list[str]:
    section = (root / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Adding a question")[1].split("\n## ")[0]
    return re.findall(r"```(?:python|toml)\n(.*?)```", section, re.DOTALL)


def test_the_example_agrees_with_its_master(blocks):
    declaration, cells, _ = blocks
    names = {"Question": Question, "Misconception": Misconception}
    exec(declaration, names)
    question = names["Q11"]
    solution = re.search(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cells, re.DOTALL)[1]
    for student in ("guest", "s1"):
        bank = variants.variant("02", student)
        about = variants.known(question, bank)
        assert variants.problems(question, about) == []
        variables = {"bank": bank}
        exec(solution, variables)
        assert read(question, plain(variables[question.variable])) == about.right
    assert f"{question.name}.check()" in cells
    assert f"{{points {question.name}}}" in cells


def test_the_example_of_a_self_check_can_be_made(blocks):
    *_, file = blocks
    assert len(quiz(tomllib.loads(file)["question"]).children) == 2
