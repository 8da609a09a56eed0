"""What a student meets in the notebook: check, hint, solution, progress."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys

import pytest

from crmlib import practice
from crmlib.practice import declare, feedback, notebook, variants
from crmlib.practice.feedback import Panel
from crmlib.practice.scoring import BY_HAND, CORRECT, NOT_ATTEMPTED, NOT_YET, Score


@pytest.fixture
def answers() -> dict:
    return {"student": "guest"}


@pytest.fixture
def exercise(answers):
    return practice.exercise("02", "guest", variables=answers)


def test_check_tells_three_states(exercise, answers, capsys):
    exercise.q6.check()
    answers["above_100"] = "a"
    exercise.q6.check()
    answers["above_100"] = "b"
    exercise.q6.check()
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "· q6" in line] == [
        "○ Not attempted · q6",
        "✘ Not yet · q6 · Looks like: a share cannot exceed 100 %.",
        "✔ Correct · q6 · 1 point",
    ]
    assert any(line.startswith("A share of a sum can exceed 100 %") for line in lines)


def test_hints_come_one_by_one_and_stay(exercise, capsys):
    texts = declare.questions_of("02")[0].hints
    for count in (1, 2, 3, 3):
        exercise.q1.hint()
        said = capsys.readouterr().out
        assert f"Hint {count} of 3" in said
        assert [text in said for text in texts] == [place < count for place in range(3)]


def test_the_solution_is_code_that_a_student_can_paste(exercise, capsys):
    exercise.q3.solution()
    said = capsys.readouterr().out
    assert 'top20_revenue_share = crm.top_share(year_2025, 0.2, "revenue")' in said
    assert "return" not in said
    exercise.q6.solution()
    assert "b: The best 20 % earn more" in capsys.readouterr().out
    exercise.q10.solution()
    assert "5 points   A clear decision" in capsys.readouterr().out


def test_progress_is_one_line(exercise, answers, capsys):
    answers |= {"above_100": "b", "line_effect": "a", "recommendation": "Those with the highest profit."}
    exercise.progress()
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("○○○○○✔○○✘✎  1 of 10 correct, 1 not yet, 7 not attempted: 1 of 22 points")
    exercise.check_all()
    assert len(capsys.readouterr().out.splitlines()) == 11


def test_a_changed_id_is_pointed_out(exercise, answers, capsys):
    answers["student"] = "s2048"
    exercise.q1.check()
    assert 'these data belong to "guest", but the id is now "s2048"' in capsys.readouterr().out
    answers["student"] = " Guest "
    exercise.q1.check()
    assert "Careful" not in capsys.readouterr().out


@pytest.mark.parametrize("odd", [..., "", None, 3.5])
def test_an_odd_id_variable_stops_no_check(exercise, answers, odd, capsys):
    answers["student"] = odd
    exercise.q1.check()
    assert "Not attempted" in capsys.readouterr().out


def test_what_a_student_does_to_the_data_harms_nobody(exercise, answers):
    right = exercise.data.customers["left"].isna().sum()
    exercise.data.customers.loc[:, "left"] = None
    del exercise.data.tables["customers"]["branch"]
    again = practice.exercise("02", "guest", variables=answers)
    assert again.data.customers["left"].isna().sum() == right
    assert "branch" in variants.variant("02", "guest").customers


def test_a_question_that_is_not_there_is_named(exercise):
    with pytest.raises(AttributeError, match=r"no 'q11' here\. The questions are q1, q2"):
        _ = exercise.q11


def test_the_shown_code_follows_the_declaration():
    def expected(bank):
        # said to the student, too
        return len(bank.customers)

    question = declare.Question(name="q1", variable="n", points=1, kind="number", expected=expected)
    assert notebook.solution_code(question) == "# said to the student, too\nn = len(bank.customers)"


@pytest.mark.parametrize("status", [CORRECT, NOT_YET, NOT_ATTEMPTED, BY_HAND])
def test_a_state_is_told_by_sign_words_and_colour_and_html_says_what_text_says(status):
    others = {CORRECT, NOT_YET, NOT_ATTEMPTED, BY_HAND} - {status}
    scored = Score("q1", 0.0, 1.0, status, "", "A sentence with `code` in it.")
    panel = feedback.check_panel(scored, ())
    page = panel._repr_html_()
    assert feedback.SIGNS[status] in page
    assert feedback.WORDS[status] in page
    assert not any(feedback.SIGNS[other] in page or feedback._COLOURS[other][0] in page for other in others)
    assert plain_text(page).split() == repr(panel).replace("`", "").split()
    assert ">code</code>" in page


def plain_text(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colours", [*feedback._COLOURS.values(), feedback._NOTE])
def test_text_stands_out_from_its_ground(colours):
    text, ground = map(luminance, colours)
    assert (ground + 0.05) / (text + 0.05) >= 7


def test_html_is_escaped():
    page = Panel("<b>", ["<script>alert(1)</script>"], code="a < b", rows=[("<i>", "&")])._repr_html_()
    assert "<script>" not in page
    assert plain_text(page).split() == ["<b>", "<script>alert(1)</script>", "a", "<", "b", "<i>", "&"]


def test_the_scorer_loads_neither_widgets_nor_plots():
    code = (
        "import json, sys, crmlib.practice.scoring;"
        "print(json.dumps([m for m in ('ipywidgets', 'seaborn', 'matplotlib', 'statsmodels') if m in sys.modules]))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert json.loads(answer.stdout) == []
