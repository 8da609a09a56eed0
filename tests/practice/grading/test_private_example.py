"""The example of private questions that instructors copy: it grades, on every student's data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crmlib.practice import scoring
from crmlib.practice.declare import private_questions, questions_of
from crmlib.practice.scoring import CORRECT, NOT_YET, judge, known_for
from crmlib.practice.variants import variant

STUDENTS = ("s1024", "0071234", "guest")


@pytest.fixture(scope="module")
def example(root: Path) -> Path:
    return root / "instructor" / "my_questions_example.py"


@pytest.fixture(scope="module")
def asked(example):
    return private_questions(example, questions_of("02"))


def answers(student: str) -> dict[str, int]:
    """Work out both answers in another way than the file."""
    years = variant("02", student).years.pivot(index="customer", columns="year", values="revenue")
    best = years[years[2024] > 5_000]
    return {"good_customers": len(best), "still_here": int(best[2025].notna().sum())}


@pytest.mark.parametrize("student", STUDENTS)
def test_right_answers_earn_the_points_and_wrong_ones_their_sentence(asked, student):
    right = answers(student)
    for question in asked:
        about = known_for(question, "02", student)
        score = judge(question, right[question.variable], about)
        assert (score.status, score.points) == (CORRECT, question.points)
        ((name, value, says),) = about.wrong
        assert judge(question, value, about).misconception == name
        assert (judge(question, value, about).status, judge(question, value, about).message) == (NOT_YET, says)


def test_the_class_is_given_the_names_that_are_graded(asked, example):
    text = example.read_text(encoding="utf-8").split('"""')[1]
    assert re.findall(r"Write:  (\w+) = \.\.\.", text) == [question.variable for question in asked]
    assert "5,000 yuan in 2024" in text


def test_changing_one_number_makes_another_question(example, tmp_path):
    mine = tmp_path / "mine.py"
    text = example.read_text(encoding="utf-8")
    assert "YEAR, LEAST = 2024, 5_000" in text
    mine.write_text(text.replace("2024, 5_000", "2023, 8_000"), encoding="utf-8")
    (score, _) = scoring.score("02", "s1024", {"good_customers": answers("s1024")["good_customers"]}, mine)[-2:]
    assert score.status == NOT_YET
