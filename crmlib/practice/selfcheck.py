"""The self-check of a lesson: a few multiple-choice questions with an explanation for every answer. No score is kept."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from crmlib._frames import listed
from crmlib.practice.feedback import SIGNS
from crmlib.practice.scoring import CORRECT, NOT_YET

if TYPE_CHECKING:
    import ipywidgets

_KEYS = {"ask", "answers", "right"}
_COLOURS = {CORRECT: ("#14491a", "#e8f5e9"), NOT_YET: ("#8a3800", "#fff3e0")}

# The widgets' own style gives an answer one line; a longer one would run into the next part.
_STYLE = """<style>
.crm-quiz .widget-radio, .crm-quiz .widget-radio-box { height: auto; width: auto; }
.crm-quiz .widget-radio-box label { display: flex; flex-direction: row-reverse; justify-content: flex-end; gap: 0.6em;
  height: auto; max-width: 46em; margin: 2px 0; padding: 0; line-height: 1.45; white-space: normal; }
.crm-quiz .widget-radio-box input { position: static; float: none; flex: none; margin: 0.1em 0 0; }
</style>"""


def lesson_questions(lesson: str) -> list[dict]:
    """Return the questions of a lesson's self-check, from `quizzes/NN.toml`, where a reader of the notebook does not see them.

    >>> lesson_questions("02")[0]["right"]
    '3'
    """
    files = {
        file.name.removesuffix(".toml"): file
        for file in resources.files("crmlib.practice").joinpath("quizzes").iterdir()
    }
    if lesson not in files:
        raise ValueError(f"There is no self-check for lesson {lesson!r}. There are: {listed(sorted(files), most=20)}.")
    return tomllib.loads(files[lesson].read_text(encoding="utf-8"))["question"]


def quiz(questions: str | Sequence[Mapping]) -> ipywidgets.VBox:
    """Make a short self-check: choose an answer, press Check, read why it is right or not.

    Parameters
    ----------
    questions : number of a lesson, such as "02", for the course's own questions; or one dict each: `ask`, the question;
        `answers`, {answer: its explanation}, two or more; `right`, the right answer, as it stands in `answers`.

    Returns
    -------
    A container of widgets. Tab moves from answer to answer and on to Check, Space chooses and presses.

    Raises
    ------
    ValueError : a question lacks a part, `right` is not one of its answers, or the lesson has no self-check.

    >>> box = quiz([{"ask": "What is 1 % of 250 customers?", "right": "3 customers", "answers": {
    ...     "2 customers": "The Top tier is rounded up.", "3 customers": "2.5, rounded up to a whole customer."}}])
    >>> type(box).__name__
    'VBox'
    """
    import ipywidgets as widgets

    if isinstance(questions, str):
        questions = lesson_questions(questions)
    if not questions:
        raise ValueError("A quiz needs one or more questions.")
    for number, question in enumerate(questions, start=1):
        _check(number, question)
    parts = [_one(number, question) for number, question in enumerate(questions, start=1)]
    box = widgets.VBox([*parts, widgets.HTML(_STYLE)])
    box.add_class("crm-quiz")
    return box


def _check(number: int, question: Mapping) -> None:
    if set(question) != _KEYS:
        raise ValueError(
            f"Question {number} must have the parts 'ask', 'answers' and 'right'; it has {sorted(question)}."
        )
    if len(question["answers"]) < 2 or not all(question["answers"].values()):
        raise ValueError(f"Question {number} needs two or more answers, each with an explanation.")
    if question["right"] not in question["answers"]:
        raise ValueError(f"Question {number}: {question['right']!r} is not one of its answers.")


def explain(question: Mapping, chosen: str | None) -> tuple[str, list[tuple[str, str]]]:
    """Return the status of a chosen answer, and (answer, explanation) pairs to show: all of them once it is right."""
    if chosen is None:
        return "", []
    if chosen != question["right"]:
        return NOT_YET, [(chosen, question["answers"][chosen])]
    others = [(answer, why) for answer, why in question["answers"].items() if answer != chosen]
    return CORRECT, [(chosen, question["answers"][chosen]), *others]


def _one(number: int, question: Mapping) -> ipywidgets.VBox:
    import ipywidgets as widgets

    choice = widgets.RadioButtons(
        options=list(question["answers"]),
        value=None,
        layout=widgets.Layout(width="auto"),
    )
    button = widgets.Button(description="Check", tooltip=f"Check question {number}", layout=widgets.Layout(width="7em"))
    told = widgets.HTML()

    def tell(_: object) -> None:
        told.value = _told(*explain(question, choice.value))

    def forget(_: object) -> None:
        told.value = ""

    button.on_click(tell)
    choice.observe(forget, "value")
    ask = widgets.HTML(f'<div style="max-width:46em;line-height:1.45"><b>{number}. {escape(question["ask"])}</b></div>')
    return widgets.VBox([ask, choice, button, told], layout=widgets.Layout(margin="0 0 18px 0"))


def _told(status: str, pairs: list[tuple[str, str]]) -> str:
    if not status:
        return '<div role="status">Choose an answer first.</div>'
    text, ground = _COLOURS[status]
    heading = f"{SIGNS[status]} {'Correct' if status == CORRECT else 'Not yet: choose again'}"
    (_, first), *others = pairs
    rest = "".join(f"<li><i>{escape(answer)}</i> {escape(why)}</li>" for answer, why in others)
    more = (
        f'<div style="margin-top:6px">The other answers:</div><ul style="margin:2px 0 0;padding-left:1.2em">{rest}</ul>'
        if rest
        else ""
    )
    return (
        f'<div role="status" style="border-left:5px solid {text};background:{ground};color:{text};padding:8px 12px;'
        f'max-width:46em;line-height:1.45"><b>{heading}</b><div>{escape(first)}</div>{more}</div>'
    )
