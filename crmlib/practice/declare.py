"""How a question is declared: what is asked, what is right, which wrong answers are known, and which hints help."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import pkgutil
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from crmlib._frames import listed
from crmlib.companies import Company
from crmlib.practice import questions as shelf

KINDS = ("number", "share", "percent", "choice", "ids", "series", "text")
Value = Callable[[Company], Any] | Any


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that is known: its name, the answer it gives, and the sentence that helps.

    `value` is a constant or a function of the company; None where the mistake cannot be made with these data.
    """

    name: str
    value: Value
    says: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of an exercise.

    Parameters
    ----------
    name : what it is called in the notebook (`q1`).
    variable : the name that the student assigns the answer to.
    points : for a right answer.
    kind : number; share (0 to 1); percent (0 to 100); choice (a letter); ids (customer numbers); series (a value per
        customer); text (marked by hand).
    expected : the right answer, a constant or a function of the company. Its code is what `solution()` shows, so it says
        all that it needs and ends in one `return`.
    misconceptions : the wrong answers that are known.
    hints : from a nudge to nearly the solution; none holds the answer.
    tolerance : how far a right number may be off, in the answer's unit: the rounding that the question allows.
    unit : of a number, such as "customers" or "¥".
    options : of a choice, {letter: text}.
    rubric : of a text, {points: what earns them}, the best first.
    story : what these data must show for the question to make sense; a company without it is not given to a student.
    why : one sentence after the solution.

    Raises
    ------
    ValueError : the declaration contradicts itself; the text says how.
    """

    name: str
    variable: str
    points: float
    kind: str
    expected: Value = None
    misconceptions: tuple[Misconception, ...] = ()
    hints: tuple[str, ...] = ()
    tolerance: float = 0.0
    unit: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    rubric: Mapping[float, str] = field(default_factory=dict)
    story: Callable[[Company], bool] | None = None
    why: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "misconceptions", tuple(self.misconceptions))
        object.__setattr__(self, "hints", tuple(self.hints))
        wrong = ""
        if self.kind not in KINDS:
            wrong = f"its kind must be one of {listed(KINDS, most=9)}, but it is {self.kind!r}"
        elif not self.variable.isidentifier() or not re.fullmatch(r"[a-z]\w*", self.name):
            wrong = "its name and its variable must be names that Python allows"
        elif not self.points > 0 or not self.tolerance >= 0:
            wrong = "its points must be above 0, and its tolerance 0 or more"
        elif (self.expected is None) != (self.kind == "text"):
            wrong = "it needs `expected`, unless its kind is text"
        elif (len(self.options) < 2) == (self.kind == "choice"):
            wrong = "a choice, and nothing else, needs two or more `options`"
        elif (max(self.rubric, default=0) != self.points) == (self.kind == "text"):
            wrong = "a text, and nothing else, needs a `rubric` whose best level earns the question's points"
        elif len({known.name for known in self.misconceptions}) < len(self.misconceptions):
            wrong = "two of its misconceptions have the same name"
        if wrong:
            raise ValueError(f"Question {self.name!r} cannot be used: {wrong}.")


def value_for(value: Value, company: Company) -> Any:
    """Return a declared value for one company."""
    return value(company) if callable(value) else value


def number_of(exercise: object) -> str:
    """Return an exercise's two-digit number.

    >>> number_of(2), number_of("02")
    ('02', '02')
    """
    text = exercise.strip() if isinstance(exercise, str) else str(exercise) if type(exercise) is int else ""
    number = text.zfill(2)
    if number not in _modules():
        raise ValueError(f"There is no exercise {exercise!r}. There are: {listed(_modules(), most=20)}.")
    return number


@cache
def _modules() -> dict[str, str]:
    """Return {exercise: name of the module that declares it}."""
    names = sorted(info.name for info in pkgutil.iter_modules(shelf.__path__))
    return {name[1:3]: name for name in names if re.match(r"q\d\d_", name)}


@cache
def questions_of(exercise: str) -> tuple[Question, ...]:
    """Return the declared questions of an exercise."""
    module = importlib.import_module(f"{shelf.__name__}.{_modules()[number_of(exercise)]}")
    return checked(module.QUESTIONS, module.__name__)


def private_questions(file: Path, taken: tuple[Question, ...]) -> tuple[Question, ...]:
    """Return the questions of an instructor's own file: Python, with a tuple `QUESTIONS`.

    Each call runs the file: call it once and pass its questions on.

    Raises
    ------
    ValueError : Python cannot run the file (the text names the line), it has no questions, or a question or variable is
        there already.
    FileNotFoundError : there is no such file.
    """
    file = Path(file)
    if not file.is_file():
        raise FileNotFoundError(f"There is no file {file} with private questions.")
    spec = importlib.util.spec_from_file_location("crm_private_questions", file)
    if spec is None or not isinstance(spec.loader, SourceFileLoader):
        raise ValueError(f"{file} is not a Python file: its name must end in .py.")
    module = importlib.util.module_from_spec(spec)
    try:
        # Not `exec_module`: that leaves a second copy of the expectations on the disk.
        exec(spec.loader.source_to_code(file.read_bytes(), str(file)), module.__dict__)
    except (Exception, SystemExit) as fault:
        raise ValueError(
            f"The file of private questions {file.name} cannot be used. {fault_in(file, fault)} Correct it there and "
            "start again."
        ) from fault
    own = getattr(module, "QUESTIONS", ())
    return checked((*taken, *(own if isinstance(own, tuple | list) else ())), str(file), len(taken) + 1)[len(taken) :]


def fault_in(file: Path, fault: BaseException) -> str:
    """Say in a sentence which line of a Python file has raised which error."""
    lines = [frame.lineno for frame in traceback.extract_tb(fault.__traceback__) if frame.filename == str(file)]
    if isinstance(fault, SyntaxError) and fault.filename == str(file):
        lines, said = [fault.lineno], fault.msg
    else:
        said = str(fault)
    where = f"Line {lines[-1]}" if lines and lines[-1] else "It"
    return f"{where} raises {type(fault).__name__}: {said.rstrip('.')}."


def checked(questions: object, where: str, least: int = 1) -> tuple[Question, ...]:
    """Return questions whose names and variables all differ."""
    found = tuple(questions)  # type: ignore[call-overload]
    if len(found) < least or not all(isinstance(one, Question) for one in found):
        raise ValueError(f"{where} must have a tuple `QUESTIONS` of one or more `Question(...)`.")
    for what in ("name", "variable"):
        names = [getattr(one, what) for one in found]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{where}: the {what} {listed(twice)} is used twice. Give each question its own.")
    return found


def version(exercise: str) -> str:
    """Return the content version of an exercise: it changes with every change of its questions.

    >>> len(version("02"))
    12
    """
    file = resources.files(shelf).joinpath(f"{_modules()[number_of(exercise)]}.py")
    return hashlib.sha256(file.read_text(encoding="utf-8").encode()).hexdigest()[:12]
