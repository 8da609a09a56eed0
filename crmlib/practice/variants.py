"""Every student's own data: the student's id is the seed of a company."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crmlib.companies import Company, simulate_bank
from crmlib.practice.answers import plain
from crmlib.practice.declare import Question, number_of, questions_of, value_for
from crmlib.practice.kinds import NUMERIC, read, same

CUSTOMERS = 2_000
_MOST_DRAWS = 60


def normalised(student: object) -> str:
    """Return a student's id in the form that counts: without blanks, in small letters.

    >>> normalised(" S1024 "), normalised("ｓ１０２４"), normalised(1024)
    ('s1024', 's1024', '1024')
    """
    text = str(student) if type(student) is int else student
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f'The student id must be text such as "guest" or "s1024", but it is {student!r}.')
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def student_seed(student: object) -> int:
    """Return the number that an id stands for: the same on every computer.

    >>> student_seed("guest") == student_seed(" Guest ")
    True
    """
    return _number(normalised(student))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(f"crm course {text}".encode()).digest()[:6], "big")


@dataclass(frozen=True)
class Known:
    """What is known about a question for one company, in the form that is compared.

    right : the right answer (None for a text).
    wrong : (name of the misconception, its answer, its sentence), those that can be made with these data.
    """

    right: Any
    wrong: tuple[tuple[str, Any, str], ...]


def known(question: Question, company: Company) -> Known:
    """Work out a question's right answer and its known wrong ones for one company."""
    if question.kind == "text":
        return Known(None, ())

    right = read(question, plain(value_for(question.expected, company)))
    declared = [(one, value_for(one.value, company)) for one in question.misconceptions]
    wrong = [(one.name, read(question, plain(answer)), one.says) for one, answer in declared if answer is not None]
    return Known(right, (*wrong, *_wrong_units(question, right)))


def _wrong_units(question: Question, right: Any) -> list[tuple[str, float, str]]:
    """Return the right number in a unit that is not asked for."""
    if question.kind == "share":
        return [("percent for share", 100 * right, "It looks like percent. A share between 0 and 1 is asked for.")]
    if question.kind == "percent":
        return [("share for percent", right / 100, "It looks like a share. Percent is asked for: 25, not 0.25.")]
    if question.kind == "number" and "¥" in question.unit:
        return [
            (f"{name} for {question.unit}", right / factor, f"It looks like {name}. It is asked in {question.unit}.")
            for name, factor in {"thousands": 1e3, "millions": 1e6}.items()
        ]
    return []


def problems(question: Question, about: Known) -> list[str]:
    """Say which of a question's answers are too close to tell apart."""
    said = []
    answers = [("right", about.right), *[(name, value) for name, value, _ in about.wrong]]
    # twice the tolerance: no answer may lie within the tolerance of both
    slack = 2.0 if question.kind in (*NUMERIC, "series") else 1.0
    for place, (name, value) in enumerate(answers):
        for other, second in answers[:place]:
            if same(question, value, second, slack):
                said.append(f"{question.name}: {other!r} and {name!r} give the same answer")
    return said


def variant(exercise: str, student: object) -> Company:
    """Return the company of one student in one exercise.

    The id's number is the seed. A company that cannot carry one of the exercise's questions is left out, and the next
    number of a chain is taken; so the same id has the same company everywhere.

    Parameters
    ----------
    exercise : its number, such as "02".
    student : the id; capital letters and blanks do not count.

    Returns
    -------
    Company with 2,000 customers.

    Raises
    ------
    ValueError : no such exercise, or an id that is not text.
    """
    return _draw(number_of(exercise), normalised(student))[0]


@lru_cache(maxsize=1024)
def sheet(exercise: str, student: str) -> dict[str, Known]:
    """Return {question: what is known} for one student."""
    return _draw(number_of(exercise), normalised(student))[1]


@lru_cache(maxsize=4)  # a company takes some megabytes; a notebook needs one, a grader one after the other
def _draw(exercise: str, student: str) -> tuple[Company, dict[str, Known]]:
    seed, questions = _number(student), questions_of(exercise)
    for _ in range(_MOST_DRAWS):
        company = simulate_bank(customers=CUSTOMERS, seed=seed)
        if all(question.story is None or question.story(company) for question in questions):
            about = {question.name: known(question, company) for question in questions}
            if not any(problems(question, about[question.name]) for question in questions):
                return company, about
        seed = _number(f"after {seed}")
    raise RuntimeError(
        f"No company of {_MOST_DRAWS} can carry exercise {exercise}: one of its questions is too strict."
    )
