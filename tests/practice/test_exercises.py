"""Every exercise on the data of many students: the key, each misconception, each story, the untouched notebook.

One student after the other is tried once, and the tests look at what was found: a company is large.
"""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any

import nbclient
import nbformat
import pytest

import crmlib
from crmlib import companies
from crmlib.practice import declare, notebook, scoring, variants
from crmlib.practice.answers import plain
from crmlib.practice.scoring import BY_HAND, CORRECT, NOT_ATTEMPTED, NOT_YET
from tools import build

MASTERS = {build.read_source(source).metadata["crm"]["exercise"]: source for source in build.exercises()}


@dataclass
class Tried:
    """What came out for one student."""

    student: str
    draws: int
    key: list[scoring.Score]
    untouched: list[scoring.Score]
    untouched_text: str
    shown_solutions: list[scoring.Score]
    wrong: dict[tuple[str, str], scoring.Score]
    stories: dict[str, bool]
    near: list[str]
    said: dict[str, list[str]]
    right: dict[str, Any]


def students(config: pytest.Config) -> list[str]:
    """Ids as schools give them."""
    count = 200 if config.getoption("--all-ids") else 12
    return ["guest", *(f"{2025_00_100 + 37 * place}" for place in range(1, count))]


@pytest.fixture(scope="module", params=sorted(MASTERS))
def number(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def notebooks(number) -> tuple[nbformat.NotebookNode, nbformat.NotebookNode]:
    return build.exercise_notebooks(MASTERS[number])


@pytest.fixture(scope="module")
def classroom(request, number, notebooks) -> list[Tried]:
    return [try_student(number, student, *notebooks) for student in students(request.config)]


def run(content: nbformat.NotebookNode, student: str) -> tuple[dict, str]:
    """Run a notebook's cells with another id; return its variables and what it printed."""
    variables: dict[str, Any] = {}
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setattr(notebook, "user_variables", lambda: variables)
        for cell in content.cells:
            if cell.cell_type == "code":
                exec(cell.source.replace('student = "guest"', f'student = "{student}"'), variables)
    return variables, printed.getvalue()


def answers_in(number: str, variables: dict) -> dict:
    names = scoring.variables(number).values()
    return {name: plain(variables[name]) for name in names if name in variables}


def try_student(number: str, student: str, untouched: nbformat.NotebookNode, key: nbformat.NotebookNode) -> Tried:
    draws: list[int] = []
    made: dict[int, Any] = {}  # each declared answer for this student's company, as the draw works it out

    def remembered(value: Any, company: companies.Company) -> Any:
        made[id(value)] = declare.value_for(value, company)
        return made[id(value)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variants, "value_for", remembered)
        simulate = variants.simulate_bank
        patch.setattr(variants, "simulate_bank", lambda **options: draws.append(1) or simulate(**options))
        company = variants.variant(number, student)
    about = variants.sheet(number, student)
    questions = declare.questions_of(number)
    solved = run(key, student)[0]
    start, printed = run(untouched, student)
    shown = run_solutions(number, student, start)
    wrong, said = {}, {}
    for question in questions:
        for one in question.misconceptions:
            # nothing was made where this student's company is still remembered from another test
            value = made[id(one.value)] if made else declare.value_for(one.value, company)
            if value is not None:
                scored = scoring.score(number, student, {question.variable: plain(value)})
                wrong[question.name, one.name] = next(one for one in scored if one.question == question.name)
        said[question.name] = [
            scoring.judge(question, answer, about[question.name]).message
            for answer in wrong_answers(about[question.name].right)
        ]
    return Tried(
        student,
        len(draws),
        scoring.score(number, student, answers_in(number, solved)),
        scoring.score(number, student, answers_in(number, start)),
        printed,
        scoring.score(number, student, shown),
        wrong,
        {one.name: one.story(company) for one in questions if one.story is not None},
        [text for one in questions for text in variants.problems(one, about[one.name])],
        said,
        {name: known.right for name, known in about.items()},
    )


def run_solutions(number: str, student: str, start: dict) -> dict:
    """Run the code that solution() shows, in a notebook that was only opened."""
    variables = {name: start[name] for name in ("bank", "crm", "pd")}
    with pytest.MonkeyPatch.context() as patch:
        # Each shown solution stands on its own and may draw the same company anew: here it is drawn once.
        patch.setattr(crmlib, "simulate_utility", cache(crmlib.simulate_utility))
        for question in declare.questions_of(number):
            if question.kind != "text":
                exec(notebook.solution_code(question), variables)
    return answers_in(number, variables)


def wrong_answers(right: Any) -> list:
    """Wrong answers of many kinds, made from the right one."""
    other = [None, True, "many", [], [1, 2], {"kind": "series", "index": [], "values": []}]
    if isinstance(right, float):
        return [*other, -right, right * 1.07 + 1, right * 12, right / 12, right + 3, str(right) + " customers"]
    if isinstance(right, frozenset):
        return [*other, sorted(right)[1:], [*right, 1], [*sorted(right)[1:], 1]]
    if isinstance(right, dict):
        labels, values = list(right), list(right.values())
        return [
            *other,
            values,
            {"kind": "series", "index": labels[1:], "values": values[1:]},
            {"kind": "series", "index": labels, "values": [value + 7 for value in values]},
            {"kind": "series", "index": [*labels[:-1], 5], "values": values},
        ]
    return other


def test_the_key_gets_full_marks_for_every_student(classroom):
    for tried in classroom:
        status = {one.question: one.status for one in tried.key}
        assert set(status.values()) <= {CORRECT, BY_HAND}, (tried.student, status)
        assert all(one.points == one.max_points for one in tried.key if one.status == CORRECT)


def test_the_solution_that_is_shown_gets_full_marks_too(number, classroom):
    texts = {question.name for question in declare.questions_of(number) if question.kind == "text"}
    for tried in classroom:
        wrong = [one for one in tried.shown_solutions if one.status != CORRECT and one.question not in texts]
        assert wrong == [], tried.student


def test_every_misconception_is_recognised_by_its_name_and_earns_nothing(classroom):
    for tried in classroom:
        for (question, name), one in tried.wrong.items():
            assert (one.status, one.misconception, one.points) == (NOT_YET, name, 0), (tried.student, question, name)


def test_every_declared_misconception_can_be_made_by_somebody(number, classroom):
    made = {pair for tried in classroom for pair in tried.wrong}
    declared = {(one.name, wrong.name) for one in declare.questions_of(number) for wrong in one.misconceptions}
    assert made == declared


def test_no_two_answers_can_be_taken_for_each_other_and_every_story_holds(classroom):
    for tried in classroom:
        assert all(tried.stories.values()), (tried.student, tried.stories)
        assert tried.near == [], tried.student


def test_students_have_different_right_answers(number, classroom):
    """Whoever copies a neighbour's numbers earns next to nothing."""
    for question in declare.questions_of(number):
        if question.kind in ("number", "share", "percent", "ids", "series"):
            copied = [
                sum(one.right[question.name] == other.right[question.name] for other in classroom) - 1
                for one in classroom
            ]
            assert sum(copied) <= 0.1 * len(classroom) ** 2, question.name


def test_the_untouched_notebook_runs_and_nothing_counts_as_attempted(classroom):
    for tried in classroom:
        assert {one.status for one in tried.untouched} == {NOT_ATTEMPTED}
        assert len(re.findall(r"^○ Not attempted · q\d+$", tried.untouched_text, re.MULTILINE)) == len(tried.untouched)


def formats(value: float) -> set[str]:
    """A number as people write it."""
    texts = {f"{value:.{places}f}" for places in range(1, 6)} | {f"{value:,.{places}f}" for places in range(3)}
    texts |= {str(value), f"{value:.1%}", f"{value:.0%}"}
    return {text for text in texts if len(re.sub(r"\D", "", text).strip("0")) > 1}  # one digit is no secret


def test_no_help_shows_the_right_value(number, classroom):
    for question in declare.questions_of(number):
        constant = {one.says for one in question.misconceptions}  # the same for every student: it cannot know the value
        for tried in classroom:
            right = tried.right[question.name]
            values = [right] if isinstance(right, float) else list(right) if isinstance(right, frozenset) else []
            for message in set(tried.said[question.name]) - constant:
                for text in {text for value in values for text in formats(value)}:
                    whole = rf"(?<![\d.,]){re.escape(text)}(?![\d]|[.,]\d)"
                    assert not (text in message and re.search(whole, message)), (tried.student, question.name, message)


def test_hints_and_sentences_do_not_tell_the_choice(number):
    for question in declare.questions_of(number):
        texts = [*question.hints, *(one.says for one in question.misconceptions)]
        if question.kind == "choice" and isinstance(question.expected, str):
            told = question.options[question.expected]
            assert not any(told in text or re.search(rf'"{question.expected}"', text) for text in texts)


def test_what_hints_name_is_there(number):
    text = " ".join(hint for question in declare.questions_of(number) for hint in question.hints)
    for path in re.findall(r"\bcrm\.([a-z_]+(?:\.[a-z_]+)?)\(", text):
        assert callable(attrgetter(path)(crmlib)), path


def test_help_for_an_unforeseen_answer_is_there_for_every_question(classroom):
    for tried in classroom:
        assert all(len(message) > 15 for messages in tried.said.values() for message in messages)


def test_most_students_get_the_first_company_drawn(classroom):
    """A story that often fails makes opening the exercise slow."""
    assert sum(tried.draws for tried in classroom) <= 1.6 * len(classroom)


def solution_lines(number: str, key: nbformat.NotebookNode) -> set[str]:
    """The lines of the master's solutions, without those that say nothing."""
    inside, found = False, set()
    for line in MASTERS[number].read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            inside = "BEGIN" in line
        elif inside and len(line.strip()) > 12:
            found.add(line.strip())
    shown = "\n".join(notebook.solution_code(one) for one in declare.questions_of(number) if one.kind != "text")
    return found | {line.strip() for line in shown.splitlines() if len(line.strip()) > 12}


def test_the_students_notebook_holds_no_solution(number, notebooks):
    stored = nbformat.read(build.exercises()[MASTERS[number]], as_version=4)
    text = "\n".join(cell.source for cell in stored.cells)
    lines = solution_lines(number, notebooks[1])
    assert len(lines) > len(declare.questions_of(number))
    assert [line for line in lines if line in text] == []
    assert "SOLUTION" not in text
    for question in declare.questions_of(number):
        dots = '"""\n...\n"""' if question.kind == "text" else "..."
        assert f"{question.variable} = {dots}" in text
        assert not any(hint in text for hint in question.hints)
        assert not question.why or question.why not in text
        assert not any(one.says in text for one in question.misconceptions)


def test_the_students_notebook_has_no_outputs_and_the_key_was_run(number):
    student = build.exercises()[MASTERS[number]]
    code = [cell for cell in nbformat.read(student, as_version=4).cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in code] == [([], None)] * len(code)
    key = [cell for cell in nbformat.read(build.key_of(student), as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in key] == list(range(1, len(key) + 1))
    assert "0 not yet, 0 not attempted" in key[-1].outputs[0].data["text/plain"]


def test_the_version_is_stamped_into_both_notebooks(number):
    student = build.exercises()[MASTERS[number]]
    for file in (student, build.key_of(student)):
        about = nbformat.read(file, as_version=4).metadata["crm"]
        assert (about["exercise"], about["version"]) == (number, scoring.version(number))


def test_the_students_notebook_runs_in_a_kernel(number, tmp_path):
    content = nbformat.read(build.exercises()[MASTERS[number]], as_version=4)
    nbclient.NotebookClient(
        content, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    last = content.cells[-1].outputs[0].data
    questions = len(declare.questions_of(number))
    assert f"0 of {questions} correct, 0 not yet, {questions} not attempted" in last["text/plain"]
    assert 'role="status"' in last["text/html"]
