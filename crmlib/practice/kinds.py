"""Kinds of answers: how plain data are read as a number, customer numbers, a series ..., and when two are the same."""

from __future__ import annotations

import math
import re
from typing import Any

from crmlib.practice.answers import JSON, LARGEST
from crmlib.practice.declare import Question

NUMERIC = ("number", "share", "percent")


class Trouble(Exception):
    """The answer is not of the kind that is asked for; the text helps the student."""


def read(question: Question, answer: JSON) -> Any:
    """Return an answer in the one form in which answers of its kind are compared.

    Parameters
    ----------
    question : whose kind says what is asked for.
    answer : plain data, from anywhere: nothing about its shape is trusted.

    Returns
    -------
    number, share, percent: float; choice: letter; ids: frozenset; series: {label: float}; text: str.

    Raises
    ------
    Trouble with a sentence for the student.
    """
    if isinstance(answer, dict) and answer.get("kind") == "unreadable":
        says = answer.get("says")
        raise Trouble(says[:300] if isinstance(says, str) and says else "The answer cannot be read.")
    if question.kind == "ids":
        return _ids(answer)
    if question.kind == "series":
        return _series(answer)
    single = _single(answer, question.kind in NUMERIC)
    if single is None:
        raise Trouble("The answer is empty: a missing number (NaN) or None came out of the calculation.")
    if question.kind == "text":
        if not isinstance(single, str):
            raise Trouble('A text is asked for. Write it between quotes: """...""".')
        return single.strip()
    if question.kind == "choice":
        letter = single.strip().strip("()[].:").lower() if isinstance(single, str) else ""
        if letter not in question.options:
            raise Trouble(f"One letter is asked for, in quotes: {', '.join(map(repr, question.options))}.")
        return letter
    return _number(single)


def _number(value: JSON) -> float:
    if isinstance(value, bool):
        raise Trouble("The answer is True or False, but a number is asked for: was == typed, or a sum forgotten?")
    if isinstance(value, str) and re.match(r"-?\d+ days|P\d", value):
        raise Trouble(
            "These are spans of time, but numbers are asked for: `.dt.days` turns a column of them into whole days."
        )
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value):
        raise Trouble("These are dates, but numbers are asked for: the difference of two dates, in days.")
    if isinstance(value, str):
        raise Trouble("The answer is text, but a number is asked for. Write it without quotes and without units.")
    if not isinstance(value, int | float):
        raise Trouble("A number is asked for.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Trouble("The answer is infinite or missing, often the trace of a division by zero.")
    return number


def _single(answer: JSON, numeric: bool) -> JSON:
    """Take the one value out of a list, series or frame that holds no more."""
    for _ in range(3):
        if isinstance(answer, dict):
            columns = answer.get("columns")
            if isinstance(columns, list) and len(columns) > 1:
                raise Trouble("One value is asked for, but the answer is a whole table. Take the one number out of it.")
            answer = answer.get("values")
        if not isinstance(answer, list):
            break
        if len(answer) != 1:
            more = " Was `.sum()`, `.mean()` or `len()` forgotten?" if numeric else ""
            raise Trouble(f"One value is asked for, but the answer holds {len(answer):,}.{more}")
        answer = answer[0]
    if isinstance(answer, list | dict):
        raise Trouble("One value is asked for, but the answer is a list or a table.")
    return answer


def _columns(answer: JSON) -> tuple[list, list, list, list]:
    """Return labels, columns' names, the columns, and the name of the labels, of a series or frame."""
    if isinstance(answer, list):
        return [], [None], [answer], [None]
    if isinstance(answer, dict) and isinstance(answer.get("index"), list) and isinstance(answer.get("values"), list):
        if answer.get("kind") == "series":
            return answer["index"], [None], [answer["values"]], [None]
        names, columns = answer.get("columns"), answer["values"]
        if isinstance(names, list) and len(names) == len(columns) and all(isinstance(one, list) for one in columns):
            return answer["index"], names, columns, [answer.get("index_name")]
    raise Trouble("A list or a table with one row per customer is asked for.")


def _whole(value: JSON) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) < LARGEST
    return isinstance(value, float) and value.is_integer() and abs(value) < LARGEST


def _label(value: JSON) -> int | str:
    if _whole(value):
        return int(value)
    if isinstance(value, str):
        return value
    raise Trouble("The labels must be customer numbers or names.")


def _ids(answer: JSON) -> frozenset:
    """Take ids from the column `customer`, the only column if it holds whole numbers, or the labels."""
    labels, names, columns, _ = _columns(answer)
    if "customer" in names:
        found = columns[names.index("customer")]
    elif len(columns) == 1 and (not labels or all(_whole(one) for one in columns[0])):
        found = columns[0]
    else:
        found = labels
    if not all(_whole(one) for one in found):
        raise Trouble("Customer numbers are asked for: whole numbers such as 100001, in a list or a column.")
    return frozenset(int(one) for one in found)


def _series(answer: JSON) -> dict[int | str, float]:
    labels, names, columns, _ = _columns(answer)
    if len(columns) == 2 and names[0] == "customer":
        labels, columns = columns[0], columns[1:]
    if len(columns) != 1:
        raise Trouble("One value per customer is asked for: a Series, or a table with the columns customer and value.")
    values = columns[0]
    if not labels:
        raise Trouble(
            "The values have lost their customer numbers. Give a Series with the customer as its index: "
            '`table.set_index("customer")["column"]`.'
        )
    if len(labels) != len(values):
        raise Trouble("Labels and values differ in number.")
    empty = sum(one is None for one in values)
    if empty:
        raise Trouble(f"{empty:,} of the {len(values):,} values are missing.")
    found = {_label(label): _number(value) for label, value in zip(labels, values, strict=True)}
    if len(found) < len(labels):
        raise Trouble(f"A customer has more than one value: {len(labels):,} rows, {len(found):,} customers.")
    return found


def same(question: Question, one: Any, other: Any, slack: float = 1.0) -> bool:
    """Say whether two answers, read by `read`, agree within `slack` times the question's tolerance."""
    allowed = slack * question.tolerance + 1e-9
    if question.kind in NUMERIC:
        return abs(one - other) <= allowed
    if question.kind == "series":
        return one.keys() == other.keys() and all(abs(one[label] - other[label]) <= allowed for label in one)
    return one == other


def rounded_too_far(question: Question, answer: float, right: float) -> bool:
    """Say whether an answer is the right one, rounded to fewer decimals than the question allows."""
    return (
        question.kind in ("share", "percent")
        and abs(answer - round(right, 2 if question.kind == "share" else 0)) < 1e-9
    )


def help_for(question: Question, answer: Any, right: Any) -> str:
    """Return help for a wrong answer that nobody foresaw: what is odd about it, never what is right."""
    if question.kind in NUMERIC:
        return _number_help(question, answer, right)
    if question.kind == "ids":
        if len(answer) != len(right):
            more = "more" if len(answer) > len(right) else "fewer"
            return f"There are {more} customers in the answer than there should be. Check how many belong to the group."
        return "The number of customers fits, but some of them do not belong there. By which column were they ranked?"
    if question.kind == "series":
        if answer.keys() != right.keys():
            if not answer.keys() & right.keys():
                return "The labels of the Series are not customer numbers: `.set_index('customer')` before taking the column."
            much, few = answer.keys() - right.keys(), right.keys() - answer.keys()
            said = " and ".join(["customers too many"] * bool(much) + ["customers missing"] * bool(few))
            return f"There are {said}. Which rows should count, and which not?"
        differ = sum(abs(answer[label] - right[label]) > question.tolerance + 1e-9 for label in right)
        part = "every customer" if differ == len(right) else "some customers, not for all"
        return f"The customers fit; the value is off for {part}. Check the definition and the two dates."
    return "That is not it. Read the options again, against your own numbers."


def _number_help(question: Question, answer: float, right: float) -> str:
    unit = {"share": "as a share between 0 and 1", "percent": "in percent"}.get(question.kind, question.unit)
    asked = f" It is asked {'in ' * (question.kind == 'number')}{unit}." if unit else ""
    if answer * right < 0:
        return (
            f"The sign is wrong: it should be {'positive' if right > 0 else 'negative'}. What was subtracted from what?"
        )
    if question.kind == "share" and 1 < abs(answer) <= 1000 and abs(answer) >= 5 * abs(right):
        return "That looks like percent. A share between 0 and 1 is asked for: divide by a hundred."
    if question.kind == "percent" and abs(answer) <= min(1, abs(right) / 5):
        return "That looks like a share. Percent is asked for: times a hundred."
    if right and (abs(answer) >= 5 * abs(right) or abs(answer) <= abs(right) / 5):
        size = "large" if abs(answer) > abs(right) else "small"
        return f"It is far too {size}: at least by a factor of 5. Check the rows that count, and the unit.{asked}"
    return (
        "Kind, sign and order of size fit, but it is not the value. Check, in this order: which rows count, which year, "
        f"which column.{asked}"
    )
