"""The class report: where the class stumbled, over what, and how its answers scatter around the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from crmlib.companies import load_bank
from crmlib.practice.answers import plain
from crmlib.practice.declare import Question, questions_of, value_for
from crmlib.practice.grading.byhand import MARKED
from crmlib.practice.grading.grade import Row
from crmlib.practice.grading.page import Markup, page, picture, sentence, table, text
from crmlib.practice.grading.results import amount, open_texts
from crmlib.practice.kinds import NUMERIC, Trouble, read
from crmlib.practice.scoring import BY_HAND, CORRECT, NOT_ATTEMPTED, NOT_SCORED, NOT_YET
from crmlib.show import PALETTE, finish, new_axes

STATES = {
    CORRECT: (PALETTE[2], "", "correct"),
    NOT_YET: (PALETTE[1], "//", "not yet"),
    NOT_ATTEMPTED: ("#DDDDDD", "", "not attempted"),
    BY_HAND: (PALETTE[3], "..", "read by hand"),
}
# Exercises about a company of their own, drawn with a number of the student's bank: no larger bank has their truth.
OTHER_COMPANY = frozenset({"13"})


def class_report(rows: list[Row], exercise: str, version: str, questions: Sequence[Question]) -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    rows : of the whole class, scored.
    exercise, version : which one, and the edition it was graded with.
    questions : in the order of the exercise.
    """
    students = [row for row in rows if row.counts and row.student is not None]
    ran = [row for row in students if row.notebook is not None]
    scored = {score.question for row in ran for score in row.scores if score.status != NOT_SCORED}
    questions = [question for question in questions if question.name in scored]
    handed_in = sum(bool(row.path) for row in students)
    most = max((row.max_points for row in students), default=0)
    waiting = sum(open_texts(row) for row in students)
    parts = [
        f"<p>{len(students)} students, {handed_in} handed in, {len(ran)} notebooks could be run. "
        + (f"{waiting} texts are still to be marked by hand and count 0 here. " if waiting else "")
        + f"Version of the exercise: {text(version)}.</p>"
    ]
    if ran and questions:
        points = np.array([row.points for row in ran])
        parts.append(
            f"<p>Of those whose notebook ran, half have {amount(float(np.median(points)))} of {amount(most)} points or more; "
            f"the lowest has {amount(float(points.min()))}, the highest {amount(float(points.max()))}.</p>"
        )
        parts += [
            "<h2>Question by question</h2>",
            picture(plot_states(ran, questions)),
            _question_table(ran, questions),
        ]
        parts += ["<h2>What the class stumbled on</h2>", *_misconceptions(ran, questions)]
        parts += ["<h2>The class as a sampling distribution</h2>", *_samples(ran, questions, exercise)]
    odd = [row for row in rows if row.all_notes]
    parts.append("<h2>What to look at</h2>")
    parts.append(
        table(
            ["student", "file", "what was found"],
            [
                (
                    row.student.id if row.student else "nobody",
                    Markup(f'<span class="long">{text(row.path)}</span>'),
                    " ".join(row.all_notes),
                )
                for row in odd
            ],
        )
        if odd
        else "<p>Nothing.</p>"
    )
    return page(f"Exercise {exercise}: the class", parts)


def counts(rows: list[Row], question: str) -> Counter:
    """Return how many students stand in which state at a question; a marked text counts as read by hand."""
    found = Counter(score.status for row in rows for score in row.scores if score.question == question)
    found[BY_HAND] += found.pop(MARKED, 0)
    return found


def plot_states(rows: list[Row], questions: Sequence[Question]):
    """Draw one bar per question: how many students are right, not yet right, and did not try. Return the Axes."""
    ax = new_axes(height=1.4 + 0.42 * len(questions))
    names = [question.name for question in questions]
    left = np.zeros(len(names))
    for state, (colour, hatch, label) in STATES.items():
        width = np.array([counts(rows, name)[state] for name in names], dtype=float)
        if width.any():
            ax.barh(names, width, left=left, color=colour, hatch=hatch, edgecolor="white", label=label)
        left += width
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    figure = ax.get_figure()
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    right = {name: counts(rows, name)[CORRECT] for name in names}
    gradable = [question.name for question in questions if question.kind != "text"]
    hardest = min(gradable, key=right.get) if gradable else names[0]
    said = "; ".join(
        f"{name} " + ", ".join(f"{counts(rows, name)[state]} {label}" for state, (*_, label) in STATES.items())
        for name in names
    )
    return finish(
        ax,
        title=f"{hardest} was the hardest: {right[hardest]} of {len(rows)} were right",
        x="students",
        y="",
        words=f"Bars of {len(rows)} students per question: {said}.",
    )


def _question_table(rows: list[Row], questions: Sequence[Question]) -> str:
    lines = []
    for question in questions:
        found = counts(rows, question.name)
        lines.append((question.name, question.variable, *(found[state] for state in STATES)))
    return table(["question", "variable", *(label for *_, label in STATES.values())], lines)


def _misconceptions(rows: list[Row], questions: Sequence[Question]) -> list[str]:
    says = {
        (score.question, score.misconception): score.message
        for row in rows
        for score in row.scores
        if score.misconception
    }
    many = Counter((score.question, score.misconception) for row in rows for score in row.scores if score.misconception)
    if not many:
        return ["<p>No known misconception was met.</p>"]
    order = {question.name: place for place, question in enumerate(questions)}
    ranked = sorted(many, key=lambda key: (-many[key], order[key[0]], key[1]))
    shown = ranked[:12]
    ax = new_axes(height=1.3 + 0.4 * len(shown))
    ax.barh([f"{name}: {what}" for name, what in shown], [many[key] for key in shown], color=PALETTE[1])
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.xaxis.get_major_locator().set_params(integer=True)
    first = shown[0]
    finish(
        ax,
        title=f"{first[0]} leads: {many[first]} students",
        x="students",
        y="",
        words="Students per misconception: " + "; ".join(f"{q}, {what}: {many[q, what]}" for q, what in shown) + ".",
    )
    rest = Counter(
        score.question for row in rows for score in row.scores if score.status == NOT_YET and not score.misconception
    )
    lines = [(name, what, many[name, what], sentence(says[name, what])) for name, what in ranked]
    unknown = ", ".join(f"{name} {number}" for name, number in sorted(rest.items(), key=lambda item: order[item[0]]))
    return [
        picture(ax),
        table(["question", "misconception", "students", "what they were told"], lines),
        f"<p>Wrong in a way that no misconception explains: {text(unknown or 'nobody')}.</p>",
    ]


def _samples(rows: list[Row], questions: Sequence[Question], exercise: str) -> list[str]:
    """Return a figure per question with a number: own answer against own truth, and the truths as a distribution."""
    parts = [
        "<p>Every student has an own sample of customers, so even the right answers differ: together they are a sampling "
        "distribution. On the left each dot is a student, on the line where the answer is right. On the right are the right "
        "answers of the class. Show it when the lesson comes to standard errors.</p>"
    ]
    bank, comparable = None, () if exercise in OTHER_COMPANY else questions_of(exercise)
    for question in questions:
        if question.kind not in NUMERIC:
            continue
        pairs = [(row, row.rights[question.name], number(question, row)) for row in rows if question.name in row.rights]
        given = [(right, answer, _is_right(row, question.name)) for row, right, answer in pairs if answer is not None]
        if len(given) < 2:
            continue
        wide = None
        # A share does not grow with the number of customers. A private question may be about the students' data alone.
        if question.kind != "number" and question in comparable:
            bank = bank or load_bank()
            wide = float(read(question, plain(value_for(question.expected, bank))))
        truths = np.array([right for _, right, _ in pairs])
        parts.append(f"<h3>{text(question.name)}: {text(question.variable)}</h3>")
        parts.append(picture(plot_samples(question, truths, given, wide)))
    return parts if len(parts) > 1 else ["<p>Too few answers for a picture.</p>"]


def number(question: Question, row: Row) -> float | None:
    """Return a student's answer as a number, or None where it is none."""
    if question.variable not in row.answers:
        return None
    try:
        return float(read(question, row.answers[question.variable]))
    except Trouble:
        return None


def _is_right(row: Row, question: str) -> bool:
    return any(score.question == question and score.status == CORRECT for score in row.scores)


def plot_samples(question: Question, truths: np.ndarray, given: list[tuple[float, float, bool]], wide: float | None):
    """Draw the answers of a class to one question around the truth.

    Parameters
    ----------
    question : that was asked.
    truths : right answer of each student, on the student's own data.
    given : (right answer, given answer, whether it was accepted) of each student who gave one.
    wide : the right answer in the course's bank of 20,000 customers, or None where it grows with their number.

    Returns
    -------
    matplotlib Axes of the left panel.
    """
    left, right = new_axes(2, height=4.3)
    unit = {"share": "share of 1", "percent": "%"}.get(question.kind, question.unit)
    right_x = np.array([one[0] for one in given])
    answers, accepted = np.array([one[1] for one in given]), np.array([one[2] for one in given])
    span = max(float(np.ptp(truths)), 1e-9 + 0.02 * abs(float(truths.mean())))
    low, high = truths.min() - 3 * span, truths.max() + 3 * span
    near = (answers >= low) & (answers <= high)
    left.axline((truths.mean(), truths.mean()), slope=1, color=PALETTE[4], linestyle="--", linewidth=1.2)
    for mask, colour, marker, label in (
        (accepted, PALETTE[2], "o", "correct"),
        (~accepted & near, PALETTE[1], "x", "not yet"),
    ):
        left.scatter(right_x[mask], answers[mask], color=colour, marker=marker, label=label)
    far = int((~near & ~accepted).sum())
    right.hist(truths, bins=min(20, max(4, len(truths) // 5)), color=PALETTE[0], edgecolor="white")
    mean, spread = float(truths.mean()), float(truths.std(ddof=1)) if len(truths) > 1 else 0.0
    right.axvline(mean, color="#1A1A1A", linewidth=1.5, label=f"mean {mean:,.4g}")
    if wide is not None:
        right.axvline(wide, color=PALETTE[1], linestyle="--", linewidth=1.8, label=f"in 20,000: {wide:,.4g}")
    right.yaxis.get_major_locator().set_params(integer=True)
    title = f"answers ({far} lie far outside)" if far else "answers"
    figure = left.get_figure()
    for ax, place, name in ((left, "outside lower left", title), (right, "outside lower right", "right answers")):
        figure.legend(*ax.get_legend_handles_labels(), loc=place, ncols=2, frameon=False, title=name)
    words = (
        f"{int(accepted.sum())} of {len(given)} answers to {question.name} are right. The right answers of {len(truths)} "
        f"students have the mean {mean:,.4g} and the standard deviation {spread:,.3g}"
        + (f"; in the bank of 20,000 customers it is {wide:,.4g}." if wide is not None else ".")
    )
    finish(
        left,
        title=f"{int(accepted.sum())} of {len(given)} are right",
        x=f"right on own data ({unit})",
        y=f"answer ({unit})",
        words=words,
    )
    finish(
        right,
        title=f"Standard deviation {spread:,.3g}",
        x=f"right on own data ({unit})",
        y="students",
        words="On the right a histogram of the right answers.",
    )
    return left
