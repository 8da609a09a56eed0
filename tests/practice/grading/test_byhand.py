"""Marks given by hand: what a spreadsheet, a wrong folder or another exercise does to the table, no mark is lost."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from crmlib.practice.declare import questions_of
from crmlib.practice.grading import __main__ as command
from crmlib.practice.grading.byhand import (
    HEADER,
    MARKED,
    enter_marks,
    looks_like,
    print_of,
    read_marks,
    save_copy,
    write_texts,
)
from crmlib.practice.grading.grade import Row
from crmlib.practice.grading.roster import Student
from crmlib.practice.grading.runner import Run
from crmlib.practice.scoring import BY_HAND, NOT_ATTEMPTED, Score
from tests.practice.grading.ready import Ready

ASKED = questions_of("02")
TEXT = next(question for question in ASKED if question.kind == "text")


def row(student: str, text: str = "", name: str = "") -> Row:
    state = BY_HAND if text else NOT_ATTEMPTED
    score = Score(TEXT.name, 0.0, float(TEXT.points), state, "", "")
    return Row(
        Student(student, name), f"{student}.ipynb", scores=[score], answers={TEXT.variable: text} if text else {}
    )


def cells(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


def save(file: Path, table: list[dict[str, str]], header: list[str] = HEADER) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, header, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(table)


def marked(file: Path, rows: list[Row], points: str = "3", **change: str) -> list[dict[str, str]]:
    """Write the texts, give each the points, and change cells as a spreadsheet would."""
    write_texts(file, rows, ASKED, "02")
    table = [one | {"points": points} | change for one in cells(file)]
    save(file, table)
    return table


def test_a_mark_survives_a_spreadsheet_that_eats_zeros(tmp_path):
    file = tmp_path / "texts.csv"
    rows = [row("0071234", "My text.")]
    marked(file, rows, student="71234")
    entered = enter_marks(rows, read_marks(file, ASKED, "02"), ASKED)
    assert entered.says == []
    assert (rows[0].points, rows[0].scores[0].status) == (3, MARKED)
    write_texts(file, rows, ASKED, "02", entered.kept)
    assert [(one["student"], one["points"]) for one in cells(file)] == [("0071234", "3")]


@pytest.mark.parametrize(
    ("student", "shown"),
    [("0071234", "71234"), ("202100123456", "2.021E+11"), ("202100123456", "2,021E+11"), ("007", "7"), ("S1", "S1")],
)
def test_without_its_own_column_a_mark_finds_the_only_student_it_can_be_of(tmp_path, student, shown):
    file = tmp_path / "texts.csv"
    rows = [row(student, "My text."), row("999", "Another.")]
    table = marked(file, rows, student=shown)[:1]
    save(file, table, HEADER[:-1])
    assert enter_marks(rows, read_marks(file, ASKED, "02"), ASKED).says == []
    assert [one.points for one in rows] == [3, 0]


def test_ids_that_a_spreadsheet_made_alike_are_told_apart_by_name_and_text(tmp_path):
    file = tmp_path / "texts.csv"
    rows = [row("202100123456", "One.", "Ada"), row("202100123457", "Two.", "Bo"), row("202100123458", "Two.", "Bo")]
    table = marked(file, rows, student="2.021E+11")
    for one, points in zip(table, ("1", "2", "3"), strict=True):
        one["points"] = points
    save(file, table[:2], HEADER[:-1])
    entered = enter_marks(rows, read_marks(file, ASKED, "02"), ASKED)
    assert [one.points for one in rows] == [1, 0, 0]  # two students with one name and one text: nobody guesses
    assert entered.says[0].startswith("1 mark does not count now: 2 points for q10 of 2.021e+11 (Bo), which fits no")
    assert [mark.points for mark in entered.kept] == [2]


@pytest.mark.parametrize("shown", ["71235", "7.1234E+4x", "712", "", "2.022E+11"])
def test_another_id_does_not_look_alike(shown):
    assert not looks_like("0071234", shown)
    assert not looks_like("202100123456", shown)


def test_a_mark_for_nobody_is_said_and_kept(tmp_path):
    file = tmp_path / "texts.csv"
    marked(file, [row("s1", "My text.", "Ada"), row("s2", "Text.")])
    now = [row("s2", "Text."), row("s3")]
    entered = enter_marks(now, read_marks(file, ASKED, "02"), ASKED)
    assert [one.points for one in now] == [3, 0]
    assert "3 points for q10 of s1 (Ada), which fits no student" in entered.says[0]
    write_texts(file, now, ASKED, "02", entered.kept)
    assert [(one["student"], one["points"]) for one in cells(file)] == [("s2", "3"), ("s1", "3")]
    again = [row("s1", "My text.", "Ada")]
    assert len(enter_marks(again, read_marks(file, ASKED, "02"), ASKED).kept) == 1  # of s2
    assert again[0].points == 3


def test_a_mark_for_a_question_that_is_not_asked_now_is_kept(tmp_path):
    file = tmp_path / "texts.csv"
    rows = [row("s1", "My text.")]
    table = marked(file, rows)
    save(file, [one | {"belongs_to": one["belongs_to"].replace("q10", "p7")} for one in table])
    entered = enter_marks(rows, read_marks(file, ASKED, "02"), ASKED)
    assert "Was --private forgotten?" in entered.says[0]
    assert [mark.question for mark in entered.kept] == ["p7"]


def test_a_mark_for_an_earlier_text_is_said_until_there_is_a_later_one(tmp_path):
    file = tmp_path / "texts.csv"
    marked(file, [row("s1", "First.")], "2")
    now = [row("s1", "Second.")]
    entered = enter_marks(now, read_marks(file, ASKED, "02"), ASKED)
    assert now[0].points == 0
    assert entered.says == ["s1, q10: the text changed since it was marked (2 points); mark it again."]
    both = [one | {"points": "4"} for one in cells(write_texts(tmp_path / "new.csv", now, ASKED, "02"))]
    save(file, [*cells(file), *both])
    entered = enter_marks(now, read_marks(file, ASKED, "02"), ASKED)
    assert now[0].points == 4
    assert "its later mark counts" in entered.says[0]


def test_a_table_with_two_marks_for_a_text_or_without_its_columns_is_refused(tmp_path):
    file = tmp_path / "texts.csv"
    table = marked(file, [row("s1", "My text.")])
    save(file, table * 2)
    with pytest.raises(ValueError, match="row 3 is about the same text as row 2"):
        read_marks(file, ASKED, "02")
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has no columns student, question and points"):
        read_marks(file, ASKED, "02")


def test_marks_of_another_exercise_are_refused(tmp_path):
    file = tmp_path / "texts.csv"
    marked(file, [row("s1", "My text.")])
    with pytest.raises(ValueError, match=r"marks for exercise 02.*--out grades-03\.csv"):
        read_marks(file, questions_of("03"), "03")


def test_a_copy_is_made_once(tmp_path):
    file = tmp_path / "texts.csv"
    file.write_text("one", encoding="utf-8")
    first = save_copy(file)
    assert save_copy(file) == first
    file.write_text("two", encoding="utf-8")
    assert save_copy(file) != first
    assert sorted(copy.read_text("utf-8") for copy in tmp_path.glob("texts-before-2*.csv")) == ["one", "two"]


def test_columns_that_somebody_added_are_said(tmp_path):
    file = tmp_path / "texts.csv"
    rows = [row("s1", "My text.")]
    save(file, [one | {"comment": "good"} for one in marked(file, rows)], [*HEADER, "comment"])
    assert "'comment'" in enter_marks(rows, read_marks(file, ASKED, "02"), ASKED).says[0]


# --- By the command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def graded(tmp_path, monkeypatch) -> Path:
    """A class of one, graded, with a mark in the table."""

    def answer(code: list[str]) -> Run:
        return Run(student="s1", answers={TEXT.variable: code[0]})

    monkeypatch.setattr(command, "Runner", lambda *_: Ready(answer))
    content = {"cells": [{"cell_type": "code", "source": "My text."}], "metadata": {}}
    (tmp_path / "class").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "class" / "s1.ipynb").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "roster.csv").write_text("id,name\ns1,Ada\n", encoding="utf-8")
    assert run(tmp_path, "class", "02") == 0
    file = tmp_path / "grades-02-by-hand.csv"
    save(file, [one | {"points": "3"} for one in cells(file)])
    return tmp_path


def run(folder: Path, submissions: str, exercise: str, *more: str) -> int:
    words = [submissions, "--exercise", exercise, "--roster", "roster.csv", "--from", str(folder), "--workers", "1"]
    return command.main([*words, *more])


def test_a_wrong_folder_costs_no_mark(graded, capsys):
    file = graded / "grades-02-by-hand.csv"
    before = file.read_bytes()
    assert run(graded, "empty", "02") == 0
    (copy,) = graded.glob("grades-02-by-hand-before-*.csv")
    assert copy.read_bytes() == before
    said = capsys.readouterr().out
    assert "1 mark does not count now: 3 points for q10 of s1 (Ada), of whom there is no text in this run" in said
    assert copy.name in said
    assert run(graded, "class", "02") == 0
    assert [one["points"] for one in cells(file)] == ["3"]
    assert cells(graded / "grades-02-overview.csv")[0]["points"] == "3"


def test_another_exercise_leaves_the_marks_alone(graded, capsys):
    file = graded / "grades-02-by-hand.csv"
    before = {one.name: one.read_bytes() for one in graded.glob("grades*.*")}
    assert run(graded, "class", "03", "--out", "grades-02.csv") == 1
    assert "holds marks for exercise 02" in capsys.readouterr().err
    assert {one.name: one.read_bytes() for one in graded.glob("grades*.*")} == before
    assert run(graded, "class", "03") == 0  # by itself each exercise has tables of its own
    assert file.read_bytes() == before[file.name]


def test_a_run_whose_marks_all_count_makes_no_copy(graded):
    assert run(graded, "class", "02") == 0
    assert not list(graded.glob("*-before-*"))


def test_the_mark_of_a_text_is_known_by_a_name_that_no_spreadsheet_changes():
    assert print_of("a").startswith("t")
    assert print_of("a") != print_of("b")
