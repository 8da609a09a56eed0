"""What the guide promises holds: its weeks fit the notes, its table the exercises, its code runs, its columns are the real ones."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from crmlib.practice.declare import questions_of
from crmlib.practice.grading.roster import ID_COLUMNS

HOURS, BREAK = 120, 10


@pytest.fixture(scope="module")
def guide(root: Path) -> str:
    return (root / "instructor" / "guide.md").read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    return text.split(heading, 1)[1].split("\n#", 1)[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table's rows, without its header."""
    lines = [line.strip("| ").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines[2:]]


def minutes_of(root: Path, lesson: str, part: str) -> int:
    """Work out from a note how long a part of its plan is."""
    (note,) = (root / "instructor").glob(f"{lesson}_*.md")
    text = note.read_text(encoding="utf-8")
    if part == "short":
        assert "## Forty-five minutes" in text
        return 45
    plan = rows(section(text, "## Two hours"))
    place = next(place for place, row in enumerate(plan) if row[1] == "Break")
    return int(plan[place][0]) if part == "to the break" else HOURS - int(plan[place + 1][0])


WEEK = re.compile(r"(\d\d|case \d\d) (short|to the break|from the break) \((\d+)\)")


def test_six_weeks_fit_the_notes_and_the_hours(root, guide):
    weeks = rows(section(guide, "### Six weeks"))
    assert len(weeks) == 6
    halves = set()
    for week in weeks:
        for lesson, part, minutes in WEEK.findall(week[2]):
            assert minutes_of(root, lesson[-2:], part) == int(minutes), (week[0], lesson)
            halves.add((lesson, part))
        total = sum(map(int, re.findall(r"\((\d+)\)", week[2])))
        assert 0 < total <= HOURS - BREAK, week
    assert {part for _, part in halves} == {"short", "to the break", "from the break"}
    begun = {lesson for lesson, part in halves if part == "to the break"}
    assert begun == {lesson for lesson, part in halves if part == "from the break"} != set()


def test_what_the_six_weeks_reach_is_given_as_homework(guide):
    """The exercise questions that show an outcome stand in the plan, where it says that the outcome is reached."""
    plan = section(guide, "### Six weeks")
    shown = {row[0]: row[3] for row in rows(section(guide, "## Learning outcomes"))}
    assert "exercise 02 q1, q2, q4" in plan
    assert "exercise 02, rest" in plan  # so q7 and q10, too
    assert shown["O1"].startswith("exercise 02 q4, q7, q10; case 12")
    assert "case 12, a page" in plan
    assert shown["O3"] == "exercise 08 q1-q4"
    assert "exercise 08 q1-q4" in plan


def test_the_table_of_exercises_is_that_of_the_exercises(root, guide):
    names = ("exercise", "questions", "points", "minutes")
    numbers, *table = (re.search(rf"^\| {name} \| (.*) \|$", guide, re.MULTILINE)[1].split(" | ") for name in names)
    notebooks = {file.name[:2]: file for file in sorted((root / "exercises").glob("*.ipynb"))}
    assert numbers == list(notebooks)
    for place, number in enumerate(numbers):
        asked = questions_of(number)
        told = [int(row[place]) for row in table]
        minutes = nbformat.read(notebooks[number], as_version=4).metadata["crm"]["minutes"]
        assert told == [len(asked), sum(question.points for question in asked), minutes]
        assert [question.points for question in asked if question.kind == "text"] == [5]
        assert asked[-1].kind == "text"


def test_the_columns_of_a_roster_stand_in_their_order(root):
    text = (root / "instructor" / "grading.md").read_text(encoding="utf-8")
    told = re.findall(r"`([^`]+)`", section(text, "**Which id?**").split(".")[0])
    assert [name.replace(" ", "").lower() for name in told] == list(ID_COLUMNS)


def test_the_fieldwork_feeds_its_tools(guide, tmp_path, monkeypatch, capsys):
    """Invent what the table of items asks for, and run the guide's code on it as it stands."""
    part = section(guide, "## Fieldwork")
    said = " ".join(row[2] for row in rows(part.split("What to ask", 1)[1].split("Everybody has")[0]))
    columns = re.findall(r"`(\w+)`", said)
    assert len(columns) == 15
    rng = np.random.default_rng(1)
    n = 60
    mood = rng.normal(4.5, 1, n)
    answers = pd.DataFrame({"customer": range(1, n + 1)})
    for name in columns:
        answers[name] = np.clip(np.rint(mood + rng.normal(0, 0.7, n)), 1, 7).astype(int)
    answers["p3"] = 8 - answers["p3"]
    answers["share_said"] = 10 * rng.integers(0, 11, n)
    reasons = re.search(r"reason to stay[^|]*\| ([^|]*) \|", part)[1].split(", ")
    assert len(reasons) == 6
    answers["stay_reason"] = rng.choice(reasons, n)
    answers["choice_available"] = rng.random(n) < 0.7
    asked = pd.DataFrame({"customer": range(1, 101), "answered": [True] * 50 + [False] * 50})
    asked["followed_up"] = asked["customer"].between(51, 60)
    answers.to_csv(tmp_path / "answers.csv", index=False)
    asked.to_csv(tmp_path / "asked.csv", index=False)
    monkeypatch.chdir(tmp_path)
    exec(re.search(r"```python\n(.*?)```", part, re.DOTALL)[1], {})
    shown = capsys.readouterr().out
    for word in ("runs the other way", "omega", "ratio_of_means", "with the follow-up", "premium"):
        assert word in shown
