"""The self-check of a lesson."""

from __future__ import annotations

from html import escape

import pytest

from crmlib import practice
from crmlib.practice.scoring import CORRECT, NOT_YET
from crmlib.practice.selfcheck import explain, lesson_questions
from tools import build

QUESTION = {
    "ask": "What does <staying> prove?",
    "answers": {"Loyalty.": "Not without a choice.", "Nothing by itself.": "Choice comes first."},
    "right": "Nothing by itself.",
}


def parts(box, which: int = 0):
    _, choice, button, told = box.children[which].children
    return choice, button, told


def test_choosing_tells_nothing_until_check_is_pressed():
    choice, button, told = parts(practice.quiz([QUESTION]))
    assert (choice.value, told.value) == (None, "")
    button.click()
    assert "Choose an answer first" in told.value
    choice.value = "Loyalty."
    assert told.value == ""
    button.click()
    assert "✘ Not yet" in told.value
    assert "Not without a choice." in told.value
    assert "Choice comes first." not in told.value
    choice.value = "Nothing by itself."
    assert told.value == ""
    button.click()
    assert "✔ Correct" in told.value
    assert told.value.index("Choice comes first.") < told.value.index("Not without a choice.")


def test_every_answer_is_explained():
    assert explain(QUESTION, "Loyalty.") == (NOT_YET, [("Loyalty.", "Not without a choice.")])
    status, pairs = explain(QUESTION, QUESTION["right"])
    assert status == CORRECT
    assert dict(pairs) == QUESTION["answers"]
    assert explain(QUESTION, None) == ("", [])


def test_questions_do_not_know_of_each_other():
    box = practice.quiz([QUESTION, QUESTION])
    parts(box, 0)[0].value = "Loyalty."
    assert parts(box, 1)[0].value is None


def test_signs_in_a_question_are_text():
    assert "&lt;staying&gt;" in practice.quiz([QUESTION]).children[0].children[0].value


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        ([], "one or more questions"),
        ([{"ask": "?", "answers": {}}], "Question 1 must have the parts"),
        ([QUESTION, QUESTION | {"right": "Both."}], "Question 2: 'Both.' is not one of its answers"),
        ([QUESTION | {"answers": {"Loyalty.": "x"}}], "two or more answers"),
        ([QUESTION | {"answers": {"Loyalty.": "x", "Nothing by itself.": ""}}], "each with an explanation"),
    ],
)
def test_a_quiz_that_lacks_something_is_refused(questions, said):
    with pytest.raises(ValueError, match=said):
        practice.quiz(questions)


LESSONS = sorted(file.stem for file in (build.ROOT / "crmlib" / "practice" / "quizzes").glob("*.toml"))


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_s_questions_can_be_asked_and_have_wrong_answers_of_every_place(lesson):
    questions = lesson_questions(lesson)
    assert 3 <= len(questions) <= 5
    box = practice.quiz(lesson)
    for which, question in enumerate(questions):
        choice, button, told = parts(box, which)
        for answer, why in question["answers"].items():
            choice.value = answer
            button.click()
            assert ("✔" if answer == question["right"] else "✘") in told.value
            assert escape(why) in told.value
    # whoever always takes the same place must not pass
    assert len({list(question["answers"]).index(question["right"]) for question in questions}) > 1


def test_a_lesson_without_a_self_check_gets_a_sentence():
    with pytest.raises(ValueError, match=r"There is no self-check for lesson '99'\. There are: '00'"):
        practice.quiz("99")
