"""From plain answers to points. No student's code runs here: only JSON comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crmlib.practice.answers import JSON
from crmlib.practice.declare import Question, number_of, private_questions, questions_of
from crmlib.practice.declare import version as version
from crmlib.practice.kinds import Trouble, help_for, read, rounded_too_far, same
from crmlib.practice.variants import Known, known, normalised, sheet, variant

CORRECT, NOT_YET, NOT_ATTEMPTED, BY_HAND = "correct", "not yet", "not attempted", "by hand"
NOT_SCORED = "not scored"  # by a grader whose question is faulty; such a question is in no total


@dataclass(frozen=True)
class Score:
    """The points of one answer.

    status : "correct", "not yet", "not attempted" or "by hand" (a text: 0 points until somebody has read it).
    misconception : its name, empty if none was recognised.
    message : a sentence for the student; it never holds the right answer. It may repeat some words of the answer.
    """

    question: str
    points: float
    max_points: float
    status: str
    misconception: str
    message: str


def score(exercise: str, student: str, answers: Mapping[str, JSON], private: Path | None = None) -> list[Score]:
    """Score the answers of one student.

    Parameters
    ----------
    exercise : its number, such as "02".
    student : the id, from a roster or a file name: it decides which data the answers are about.
    answers : {name of the variable: plain data}, as `answers.collect` gives them; a name may be missing. Any JSON will do,
        nothing about it is trusted.
    private : an instructor's own file of questions, scored after the exercise's own.

    Returns
    -------
    One Score per question, in the order of the exercise.

    Raises
    ------
    ValueError : no such exercise, or an id that is not text.

    >>> for one in score("02", "guest", {"present_customers": 2000})[:2]:
    ...     print(one.question, one.points, one.status, one.misconception)
    q1 0.0 not yet everybody in the file
    q2 0.0 not attempted
    """
    return [
        judge(question, answers.get(question.variable, ...), known_for(question, exercise, student))
        for question in questions(exercise, private)
    ]


def variables(exercise: str, private: Path | None = None) -> dict[str, str]:
    """Return {question: the variable that holds its answer}.

    >>> variables("02")["q1"]
    'present_customers'
    """
    return {question.name: question.variable for question in questions(exercise, private)}


def questions(exercise: str, private: Path | None = None) -> tuple[Question, ...]:
    """Return the questions of an exercise and then those of an instructor's own file, which is run for it."""
    own = questions_of(number_of(exercise))
    return own if private is None else (*own, *private_questions(Path(private), own))


def known_for(question: Question, exercise: str, student: str) -> Known:
    """Return what is known about one question, the exercise's or an instructor's own, on one student's data."""
    about = sheet(number_of(exercise), normalised(student))
    return about[question.name] if question.name in about else known(question, variant(exercise, student))


def judge(question: Question, answer: JSON, about: Known) -> Score:
    """Score one answer; `...` stands for a variable that is not there."""

    def scored(status: str, message: str, misconception: str = "") -> Score:
        points = float(question.points) if status == CORRECT else 0.0
        return Score(question.name, points, float(question.points), status, misconception, message)

    if answer is ...:
        return scored(
            NOT_ATTEMPTED,
            f"There is no answer yet: the variable `{question.variable}` is not there. Run the cell that sets it.",
        )
    if isinstance(answer, dict) and answer.get("kind") == "placeholder":
        return scored(NOT_ATTEMPTED, f"There is no answer yet: replace the three dots in `{question.variable} = ...`")
    try:
        given = read(question, answer)
    except Trouble as trouble:
        return scored(NOT_YET, str(trouble))
    if question.kind == "text":
        if not given or set(given) <= {".", "…", " "}:
            return scored(NOT_ATTEMPTED, "There is no text yet.")
        words = len(given.split())
        return scored(BY_HAND, f"{words:,} word{'s' * (words != 1)}. Your instructor reads it, by the rubric.")
    if same(question, given, about.right):
        return scored(CORRECT, question.why)
    for name, value, says in about.wrong:
        if same(question, given, value):
            return scored(NOT_YET, says, name)
    if rounded_too_far(question, given, about.right):
        return scored(NOT_YET, "Give the result of the calculation as it is, without rounding.", "rounded too far")
    return scored(NOT_YET, help_for(question, given, about.right))
