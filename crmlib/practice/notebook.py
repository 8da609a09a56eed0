"""An exercise inside a notebook: this student's data, and its questions with check, hint and solution."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

from crmlib.companies import Company
from crmlib.practice.answers import collect
from crmlib.practice.declare import Question, number_of, questions_of
from crmlib.practice.feedback import Panel, check_panel, points_text, progress_line, said, show, state, user_variables
from crmlib.practice.scoring import Score, judge
from crmlib.practice.variants import normalised, sheet, variant


def exercise(number: str, student: str = "guest", *, variables: MutableMapping[str, Any] | None = None) -> Exercise:
    """Open an exercise: it makes this student's own company, and checks the answers in this notebook.

    Parameters
    ----------
    number : of the exercise, such as "02".
    student : your id, as text between quotes. Another id has other data, and so other right answers.
    variables : where the answers are looked up; None: the notebook's own variables.

    Returns
    -------
    Exercise: `.data` is the company, `.q1`, `.q2` ... are the questions, `.progress()` is one line, `.check_all()` a table.

    Raises
    ------
    ValueError : no such exercise, or an id that is not text.

    >>> answers = {"present_customers": 2000}
    >>> exercise("02", "guest", variables=answers).q1.check()
    ✘ Not yet · q1 · Looks like: everybody in the file.
    That is every row of the table: people who left years ago are still in it. Look at the column `left`.
    """
    return Exercise(number_of(number), student, user_variables() if variables is None else variables)


class Exercise:
    """One student's exercise."""

    def __init__(self, number: str, student: str, variables: MutableMapping[str, Any]) -> None:
        self.number, self.student = number, normalised(student)
        self._variables = variables
        self.data: Company = _own_copy(variant(number, self.student))
        self._questions = {one.name: Asked(self, one) for one in questions_of(number)}

    def __getattr__(self, name: str) -> Asked:
        questions = self.__dict__.get("_questions", {})
        if name in questions:
            return questions[name]
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(f"There is no {name!r} here. The questions are {', '.join(questions)}.")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._questions})

    def scores(self) -> list[Score]:
        """Return the scores of all answers as they are now."""
        return [asked.score() for asked in self._questions.values()]

    def progress(self) -> None:
        """Show in one line how far you are."""
        show(Panel(progress_line(self.scores()), self.warnings()))

    def check_all(self) -> None:
        """Check every answer, and show one table."""
        scores = self.scores()
        rows = [(one.question, state(one.status), f"{one.points:g} / {one.max_points:g}", said(one)) for one in scores]
        show(Panel(progress_line(scores), self.warnings(), rows=rows))

    def warnings(self) -> list[str]:
        """Say when the id was changed after the exercise was opened."""
        now = self._variables.get("student")
        if type(now) not in (str, int) or not str(now).strip() or normalised(now) == self.student:
            return []
        return [
            f'Careful: these data belong to "{self.student}", but the id is now "{now}". Run the first cells again.'
        ]

    def _about(self) -> Panel:
        points = sum(asked.question.points for asked in self._questions.values())
        size = len(self.data.tables["customers"])
        lines = [
            f'The data are those of "{self.student}": {self.data.title} with {size:,} people in the customer file.'
        ]
        if self.student == "guest":
            lines.append("Guests are welcome. If your work will be graded, type your own id in the first cell.")
        return Panel(f"Exercise {self.number} · {len(self._questions)} questions, {points_text(points)}", lines)

    def __repr__(self) -> str:
        return repr(self._about())

    def _repr_html_(self) -> str:
        return self._about()._repr_html_()


class Asked:
    """One question in a notebook."""

    def __init__(self, exercise: Exercise, question: Question) -> None:
        self.question = question
        self._exercise = exercise
        self._hints = 0

    def score(self) -> Score:
        """Return the score of the answer as it is now."""
        question, exercise = self.question, self._exercise
        answer = collect(exercise._variables, [question.variable]).get(question.variable, ...)
        return judge(question, answer, sheet(exercise.number, exercise.student)[question.name])

    def check(self) -> None:
        """Say whether the answer is right, and if not, what it looks like."""
        show(check_panel(self.score(), self._exercise.warnings()))

    def hint(self) -> None:
        """Show a hint; each further call shows one more."""
        hints = self.question.hints
        self._hints = min(self._hints + 1, len(hints))
        lines = [f"{place}. {hint}" for place, hint in enumerate(hints[: self._hints], start=1)]
        more = "Run it again for the next one." if self._hints < len(hints) else "There are no more hints."
        show(Panel(f"Hint {self._hints} of {len(hints)} · {self.question.name}", [*lines, more]))

    def solution(self) -> None:
        """Show how it can be done."""
        question = self.question
        if question.kind == "text":
            return self.rubric()
        paragraphs, code = [], solution_code(question)
        if question.kind == "choice":
            right = sheet(self._exercise.number, self._exercise.student)[question.name].right
            paragraphs.append(f"{right}: {question.options[right]}")
            code = code if callable(question.expected) else ""
        return show(Panel(f"Solution · {question.name}", [*paragraphs, question.why], code=code))

    def rubric(self) -> None:
        """Show how a text is marked."""
        rows = [(points_text(points), text) for points, text in self.question.rubric.items()]
        show(Panel(f"How your text is marked · {self.question.name}", rows=rows))

    def __repr__(self) -> str:
        name = self.question.name
        return f"{name}: {points_text(self.question.points)}. Type {name}.check(), {name}.hint() or {name}.solution()."


def _own_copy(company: Company) -> Company:
    """Return the company with frames that a student may change without changing anybody else's."""
    return replace(company, tables={name: frame.copy() for name, frame in company.tables.items()})


def solution_code(question: Question) -> str:
    """Return the code of a question's `expected` as a student would type it.

    The function's `return` becomes an assignment to the question's variable, and crmlib's names get their `crm.`.
    """
    if not callable(question.expected):
        return f"{question.variable} = {question.expected!r}"
    lines = textwrap.dedent(inspect.getsource(question.expected)).splitlines()
    (function,) = ast.parse("\n".join(lines)).body
    if not isinstance(function, ast.FunctionDef):
        raise ValueError(f"{question.name}: `expected` must be a function made with def, so that it can be shown.")
    measures = {name for name, value in vars(inspect.getmodule(question.expected)).items() if _is_measure(value)}
    places = [(node.lineno, node.col_offset) for node in ast.walk(function) if getattr(node, "id", None) in measures]
    for line, column in sorted(places, reverse=True):
        text = lines[line - 1]
        lines[line - 1] = f"{text[:column]}crm.{text[column:]}"
    end = function.body[-1]
    if not isinstance(end, ast.Return):
        raise ValueError(f"{question.name}: `expected` must end in one return.")
    lines[end.lineno - 1] = lines[end.lineno - 1].replace("return ", f"{question.variable} = ", 1)
    return textwrap.dedent("\n".join(lines[_end_of_head(function) :]))


def _is_measure(value: object) -> bool:
    """Whether a student reaches it as `crm.` and its name: a function of a concept room."""
    module = getattr(value, "__module__", None) or ""
    return inspect.isfunction(value) and module.startswith("crmlib.") and not module.startswith("crmlib.practice")


def _end_of_head(function: ast.FunctionDef) -> int:
    """Return how many lines a function's head takes; comments may stand between it and the first statement."""
    parts = [*function.args.args, function.returns]
    return max([function.lineno, *(part.end_lineno or 0 for part in parts if part is not None)])
