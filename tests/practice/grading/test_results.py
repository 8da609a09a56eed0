"""Tables and pages: what a spreadsheet or a browser would run is inert, and the class report counts right."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from crmlib.practice import questions
from crmlib.practice.declare import questions_of
from crmlib.practice.grading.byhand import MARKED
from crmlib.practice.grading.feedback import file_name, write_feedback
from crmlib.practice.grading.grade import Row
from crmlib.practice.grading.page import text
from crmlib.practice.grading.report import OTHER_COMPANY, class_report, counts, plot_samples
from crmlib.practice.grading.results import inert, write_canvas, write_moodle, write_points, write_table
from crmlib.practice.grading.roster import Student
from crmlib.practice.scoring import BY_HAND, CORRECT, NOT_SCORED, NOT_YET, Score
from crmlib.show import description


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "＝1",
        "＋1",
        "－1",
        "＠a",
        "|calc",
        "%0",
        "\u200b=1",
        "\x00=1",
    ],
)
def test_a_formula_is_inert(cell):
    assert inert(cell).startswith("'")


@pytest.mark.parametrize("cell", ["s1", "Ada", "a=b", "1+1", "", "'quoted", "Top 20 %"])
def test_ordinary_text_is_left_alone(cell):
    assert inert(cell) == cell


def test_numbers_stay_numbers():
    assert (inert(-1.5), inert(0)) == (-1.5, 0)


def test_a_table_reads_back_whole(tmp_path):
    nasty = ['say "hi", you', "two\nlines", "ünï", "\ud800"]
    with write_table(tmp_path / "t.csv", ["a", "b", "c", "d"], [nasty]).open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1] == [*nasty[:3], "?"]


def test_what_a_browser_would_run_is_text():
    assert text("<img src=x onerror='a'>&\x00\x1b") == "&lt;img src=x onerror=&#x27;a&#x27;&gt;&amp;"


@pytest.mark.parametrize("student", ["../x", "a/b", "a\\b", "CON", "nul", "x" * 300, ".", "..", "ü", "a:b", ""])
def test_a_page_stays_in_its_folder(tmp_path, student):
    (written,) = write_feedback(tmp_path / "pages", [Row(Student(student))], "02", ())
    assert written.parent == tmp_path / "pages"
    assert len(written.name) < 100
    assert file_name(student).casefold() not in ("con", "nul", ".", "..")


def test_two_ids_that_look_alike_have_two_pages(tmp_path):
    assert len(set(write_feedback(tmp_path, [Row(Student("a/b")), Row(Student("a?b"))], "02", ()))) == 2


def row(student: str, **states: tuple[str, str]) -> Row:
    one = Row(Student(student), f"{student}.ipynb")
    one.scores = [
        Score(name, float(state == CORRECT), 1.0, state, what, "A `hint`.") for name, (state, what) in states.items()
    ]
    return one


def test_the_report_counts():
    rows = [
        row("s1", q1=(CORRECT, ""), q10=(BY_HAND, "")),
        row("s2", q1=(NOT_YET, "everybody"), q10=(MARKED, "")),
        row("s3", q1=(NOT_YET, ""), q10=(BY_HAND, "")),
    ]
    assert counts(rows, "q1") == {CORRECT: 1, NOT_YET: 2, BY_HAND: 0}
    assert counts(rows, "q10")[BY_HAND] == 3
    for one in rows:
        one.notebook = object()  # stands for one that ran
    asked = [question for question in questions_of("02") if question.name in ("q1", "q10")]
    report = class_report(rows, "02", "v", asked)
    assert "q1 was the hardest" not in report  # that is in the picture
    assert "q1 1 correct, 2 not yet, 0 not attempted, 0 read by hand" in report
    assert "Students per misconception: q1, everybody: 1." in report
    assert "Wrong in a way that no misconception explains: q1 1." in report
    assert "A <code>hint</code>." in report


def test_the_picture_of_a_class_tells_its_numbers():
    question = next(question for question in questions_of("02") if question.name == "q3")
    truths = np.array([0.78, 0.80, 0.82, 0.84])
    given = [(0.78, 0.78, True), (0.80, 0.2, False), (0.82, 0.81, False), (0.84, 80.0, False)]
    ax = plot_samples(question, truths, given, 0.815)
    words = description(ax)
    assert "1 of 4 answers to q3 are right" in words
    assert f"mean 0.81 and the standard deviation {np.std(truths, ddof=1):.3g}" in words
    assert "in the bank of 20,000 customers it is 0.815" in words
    (legend, _) = ax.get_figure().legends
    assert legend.get_title().get_text() == "answers (2 lie far outside)"
    import matplotlib.pyplot as plt

    plt.close(ax.get_figure())


def test_no_larger_bank_has_the_truth_of_an_exercise_about_another_company():
    # Exercise 13 draws a town of 600 with a number of the student's bank.
    asked = [question for question in questions_of("13") if question.kind == "percent"][:1]
    rows = [row(student, **{asked[0].name: (NOT_YET, "")}) for student in ("s1", "s2")]
    for one in rows:
        one.answers, one.rights, one.notebook = {asked[0].variable: 5.0}, {asked[0].name: 4.0}, object()
    report = class_report(rows, "13", "v", asked)
    assert "The right answers of 2 students have the mean 4" in report
    assert "20,000" not in report


def test_every_exercise_that_draws_another_company_is_known():
    modules = {file.name[1:3]: file.read_text("utf-8") for file in Path(questions.__file__).parent.glob("q*.py")}
    assert {number for number, code in modules.items() if re.search(r"simulate_|load_", code)} == OTHER_COMPANY


def test_what_could_not_be_scored_is_in_no_table_as_a_zero(tmp_path):
    whole, partly = (row(student, q1=(CORRECT, ""), p1=(NOT_SCORED, "")) for student in ("s1", "s2"))
    partly.incomplete = True
    with write_points(tmp_path / "p.csv", [whole]).open(encoding="utf-8-sig", newline="") as file:
        assert [one["points"] for one in csv.DictReader(file)] == ["1", ""]
    lines = write_canvas(tmp_path / "c.csv", [whole, partly], "Pyramid (47)").read_text("utf-8").splitlines()
    assert lines[1:] == ["Points Possible,,,,,1", "s1,,,s1,,1", "s2,,,s2,,"]
    with write_moodle(tmp_path / "m.csv", [whole, partly]).open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [one["Grade"] for one in table] == ["1", ""]
    assert [one["Feedback comments"] for one in table] == ["q1: 1."] * 2
    (page, _) = write_feedback(tmp_path, [whole, partly], "02", questions_of("02"))
    assert "1 of 1 points" in page.read_text("utf-8")
    assert "not scored yet" in page.read_text("utf-8")


def test_points_and_platform_tables_hold_what_was_scored(tmp_path):
    rows = [row("s1", q1=(CORRECT, ""), q2=(NOT_YET, "=x"))]
    rows[0].notes = ["A note."]
    with write_points(tmp_path / "p.csv", rows).open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert [(one["question"], one["points"], one["misconception"]) for one in table] == [
        ("q1", "1", ""),
        ("q2", "0", "'=x"),
    ]
    first = write_canvas(tmp_path / "c.csv", rows, "Pyramid (47)").read_text("utf-8").splitlines()
    assert first == [
        "Student,ID,SIS User ID,SIS Login ID,Section,Pyramid (47)", "Points Possible,,,,,2", "s1,,,s1,,1",
    ]  # fmt: skip
