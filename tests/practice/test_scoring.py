"""Which answers count: forms, tolerances, units, help; and that no JSON whatsoever can break or cheat the scorer."""

from __future__ import annotations

import hashlib
import textwrap

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.practice import scoring, variants
from crmlib.practice.answers import plain
from crmlib.practice.declare import Misconception, Question
from crmlib.practice.scoring import BY_HAND, CORRECT, NOT_ATTEMPTED, NOT_YET, judge
from crmlib.practice.variants import Known


def question(kind: str, **options) -> Question:
    expected = None if kind == "text" else 0
    return Question(**{"name": "q1", "variable": "x", "points": 2, "kind": kind, "expected": expected} | options)


NUMBER = question("number", tolerance=0.05, unit="days")
COUNT = question("number", unit="customers")
SHARE = question("share", tolerance=0.0015)
PERCENT = question("percent", tolerance=0.05)
MONEY = question("number", tolerance=1.0, unit="¥")
CHOICE = question("choice", expected="b", options={"a": "no", "b": "yes"})
IDS = question("ids")
SERIES = question("series", tolerance=0.5)
TEXT = question("text", rubric={2: "good", 0: "nothing"})

IDS_RIGHT = frozenset({100_003, 100_001, 100_002})
SERIES_RIGHT = {100_001: 3.0, 100_002: 40.0}
FRAME = pd.DataFrame({"customer": [100_002, 100_001], "days": [40, 3], "profit": [1.5, 2.5]})


def status(asked: Question, answer: object, right: object) -> str:
    return judge(asked, plain(answer), Known(right, ())).status


@pytest.mark.parametrize(
    ("asked", "answer", "right"),
    [
        (COUNT, 1449, 1449.0),
        (COUNT, 1449.0, 1449.0),
        (COUNT, np.int64(1449), 1449.0),
        (COUNT, [1449], 1449.0),
        (COUNT, np.array([1449.0]), 1449.0),
        (COUNT, np.array([[1449]]), 1449.0),
        (COUNT, pd.Series([1449], index=["n"]), 1449.0),
        (COUNT, pd.DataFrame({"n": [1449]}), 1449.0),
        (COUNT, {"n": 1449}, 1449.0),
        (NUMBER, 31.84, 31.8),
        (PERCENT, 31.8, 31.83),
        (SHARE, 0.318, 0.3183),
        (SHARE, np.float32(0.3183), 0.3183),
        (CHOICE, "b", "b"),
        (CHOICE, " B) ", "b"),
        (CHOICE, "(b)", "b"),
        (CHOICE, ["b"], "b"),
        (IDS, [100_002, 100_001, 100_003], IDS_RIGHT),
        (IDS, {100_002, 100_001, 100_003}, IDS_RIGHT),
        (IDS, np.array([100_002.0, 100_001.0, 100_003.0]), IDS_RIGHT),
        (IDS, pd.Series([100_002, 100_001, 100_003], index=[4, 2, 9]), IDS_RIGHT),
        (IDS, pd.Index([100_002, 100_001, 100_003]), IDS_RIGHT),
        (IDS, pd.Series([9.5, 8.5, 7.5], index=[100_002, 100_001, 100_003]), IDS_RIGHT),
        (IDS, FRAME, frozenset({100_001, 100_002})),
        (IDS, FRAME.set_index("customer"), frozenset({100_001, 100_002})),
        (SERIES, FRAME.set_index("customer")["days"], SERIES_RIGHT),
        (SERIES, FRAME[["customer", "days"]], SERIES_RIGHT),
        (SERIES, FRAME.set_index("customer")[["days"]], SERIES_RIGHT),
        (SERIES, {100_002: 40, 100_001: 3}, SERIES_RIGHT),
        (SERIES, pd.Series([3.2, 40], index=[100_001.0, 100_002.0]), SERIES_RIGHT),
    ],
)
def test_a_right_answer_in_another_reasonable_form_is_right(asked, answer, right):
    assert status(asked, answer, right) == CORRECT


@pytest.mark.parametrize(
    ("asked", "answer", "right", "said"),
    [
        (COUNT, None, 1449.0, "empty"),
        (COUNT, np.nan, 1449.0, "empty"),
        (COUNT, "1449", 1449.0, "without quotes"),
        (COUNT, True, 1.0, "True or False"),
        (COUNT, [1449, 3], 1449.0, "holds 2"),
        (COUNT, FRAME, 1449.0, "a whole table"),
        (COUNT, sum, 1449.0, "brackets"),
        (COUNT, -1449, 1449.0, "sign"),
        (COUNT, 20, 1449.0, "far too small"),
        (COUNT, 99_999, 1449.0, "far too large"),
        (COUNT, 1450, 1449.0, "order of size fit"),
        (SHARE, 81.7, 0.817, "looks like percent"),
        (PERCENT, 0.318, 31.8, "looks like a share"),
        (CHOICE, "e", "b", "One letter"),
        (CHOICE, 2, "b", "One letter"),
        (CHOICE, "yes", "b", "One letter"),
        (CHOICE, "a", "b", "Read the options again"),
        (IDS, [100_001], IDS_RIGHT, "fewer customers"),
        (IDS, [*IDS_RIGHT, 5], IDS_RIGHT, "more customers"),
        (IDS, [100_001, 100_002, 5], IDS_RIGHT, "do not belong"),
        (IDS, ["Wu"], IDS_RIGHT, "whole numbers"),
        (IDS, 100_001, IDS_RIGHT, "list or a table"),
        (COUNT, FRAME["days"] > 5, 1449.0, "`.sum()`"),
        (COUNT, pd.Timestamp("2025-06-30"), 1449.0, "dates"),
        (SERIES, pd.Series(pd.to_timedelta([3, 40], unit="D"), index=[100_001, 100_002]), SERIES_RIGHT, "`.dt.days`"),
        (SERIES, [3, 40], SERIES_RIGHT, "lost their customer numbers"),
        (SERIES, pd.Series([3, 40]), SERIES_RIGHT, "not customer numbers"),
        (SERIES, FRAME.set_index("customer"), SERIES_RIGHT, "One value per customer"),
        (SERIES, pd.Series([3, None], index=[100_001, 100_002]), SERIES_RIGHT, "1 of the 2 values are missing"),
        (SERIES, pd.Series([3, 3, 40], index=[100_001, 100_001, 100_002]), SERIES_RIGHT, "more than one value"),
        (SERIES, pd.Series([3], index=[100_001]), SERIES_RIGHT, "customers missing"),
        (SERIES, pd.Series([3, 40, 5], index=[100_001, 100_002, 7]), SERIES_RIGHT, "customers too many"),
        (SERIES, pd.Series([4, 41], index=[100_001, 100_002]), SERIES_RIGHT, "every customer"),
        (SERIES, pd.Series([3, 41], index=[100_001, 100_002]), SERIES_RIGHT, "not for all"),
        (TEXT, 5, None, "between quotes"),
    ],
)
def test_a_wrong_answer_gets_help_that_fits(asked, answer, right, said):
    try:
        answer = plain(answer)
    except TypeError as fault:
        answer = {"kind": "unreadable", "says": str(fault)}
    scored = judge(asked, answer, Known(right, ()))
    assert (scored.status, scored.points) == (NOT_YET, 0)
    assert said in scored.message


@pytest.mark.parametrize(
    ("asked", "answer", "right", "name"),
    [
        (SHARE, 31.83, 0.3183, "percent for share"),
        (PERCENT, 0.3183, 31.83, "share for percent"),
        (MONEY, 4.2, 4_200_000.0, "millions for ¥"),
        (MONEY, 4_200, 4_200_000.0, "thousands for ¥"),
        (SHARE, 0.32, 0.3183, "rounded too far"),
        (PERCENT, 32, 31.83, "rounded too far"),
    ],
)
def test_the_right_number_in_the_wrong_unit_is_named(asked, answer, right, name):
    about = Known(right, tuple(variants._wrong_units(asked, right)))
    assert judge(asked, answer, about).misconception == name


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", NOT_ATTEMPTED),
        (" ... ", NOT_ATTEMPTED),
        ("…", NOT_ATTEMPTED),
        ("Give them to the most profitable.", BY_HAND),
        ("=1+1 <script>", BY_HAND),
    ],
)
def test_a_text_is_read_by_hand_if_there_is_one(answer, expected):
    scored = judge(TEXT, answer, Known(None, ()))
    assert (scored.status, scored.points, scored.max_points) == (expected, 0, 2)


def test_the_placeholder_and_a_missing_variable_are_not_attempted():
    scored = scoring.score("02", "guest", {"present_customers": plain(...)})
    assert {one.status for one in scored} == {NOT_ATTEMPTED}


amounts = st.floats(-1e6, 1e6)


@given(amounts, st.floats(0, 100), st.floats(-0.999, 0.999))
def test_all_within_the_tolerance_counts(right, tolerance, part):
    asked = question("number", tolerance=tolerance)
    assert judge(asked, right + part * tolerance, Known(right, ())).status == CORRECT


@given(amounts, st.floats(1e-3, 100), st.floats(1.001, 50), st.sampled_from([-1, 1]))
def test_nothing_beyond_the_tolerance_counts(right, tolerance, part, side):
    asked = question("number", tolerance=tolerance)
    assert judge(asked, right + side * part * tolerance, Known(right, ())).status == NOT_YET


@given(st.dictionaries(st.integers(1, 10**6), amounts, min_size=1, max_size=8), st.randoms())
def test_the_order_of_a_series_does_not_matter(right, random):
    labels = list(right)
    random.shuffle(labels)
    answer = pd.Series([right[label] for label in labels], index=labels)
    assert status(SERIES, answer, right) == CORRECT


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["kind", "index", "values", "columns", "index_name", "says"]),
            inner | st.sampled_from(["series", "frame", "placeholder", "unreadable"]),
            max_size=5,
        )
    ),
    max_leaves=15,
)
RIGHT = {
    "number": 31.8, "share": 0.318, "percent": 31.8, "choice": "b", "ids": IDS_RIGHT, "series": SERIES_RIGHT, "text": None
}  # fmt: skip


@given(JUNK, st.sampled_from([NUMBER, SHARE, PERCENT, CHOICE, IDS, SERIES, TEXT]))
def test_no_json_breaks_the_scorer(answer, asked):
    scored = judge(asked, answer, Known(RIGHT[asked.kind], ()))
    assert scored.status in (CORRECT, NOT_YET, NOT_ATTEMPTED, BY_HAND)
    assert (scored.points > 0) == (scored.status == CORRECT)
    assert len(scored.message) < 500


def deep(levels: int) -> list:
    nest: list = []
    for _ in range(levels):
        nest = [nest]
    return nest


@pytest.mark.parametrize("asked", [NUMBER, CHOICE, IDS, SERIES, TEXT], ids=lambda asked: asked.kind)
@pytest.mark.parametrize(
    "answer",
    [deep(900), 10**4000, [10**400] * 3, {"kind": "series"}, {"kind": "unreadable", "says": deep(900)}],
)
def test_absurd_json_is_not_right(asked, answer):
    assert judge(asked, answer, Known(RIGHT[asked.kind], ())).points == 0


def test_an_id_has_its_number_on_every_computer():
    digest = hashlib.sha256(b"crm course s1024").hexdigest()
    assert variants.student_seed("S1024 ") == int(digest[:12], 16)
    assert variants.student_seed("guest") == 274_750_939_951_471


@pytest.mark.parametrize("student", ["", "  ", None, 2.5, ["s1"]])
def test_an_id_that_is_not_text_is_refused(student):
    with pytest.raises(ValueError, match="student id"):
        scoring.score("02", student, {})


def test_an_unknown_exercise_is_refused():
    with pytest.raises(ValueError, match="no exercise '77'"):
        scoring.score("77", "guest", {})


def test_a_company_that_cannot_carry_a_question_is_left_out_in_the_same_way_each_time(monkeypatch):
    """Fake companies: plain seeds. The story refuses odd ones, the misconception coincides where the last digit is 4."""
    asked = question(
        "number",
        expected=lambda company: 10,
        misconceptions=[Misconception("ends in 4", lambda company: 10 if company % 10 == 4 else 20, "says")],
        story=lambda company: company % 2 == 0,
    )
    monkeypatch.setattr(variants, "simulate_bank", lambda customers, seed: seed)
    monkeypatch.setattr(variants, "questions_of", lambda exercise: (asked,))
    found = []
    for place in range(40):
        variants._draw.cache_clear()
        found.append(variants.variant("02", f"s{place}"))
    again = []
    for place in range(40):
        variants._draw.cache_clear()
        again.append(variants.variant("02", f"S{place} "))
    variants._draw.cache_clear()
    assert found == again
    assert len(set(found)) == 40
    assert all(company % 2 == 0 and company % 10 != 4 for company in found)
    first = [variants.student_seed(f"s{place}") for place in range(40)]
    kept = [one for one, company in zip(first, found, strict=True) if one == company]
    assert 5 < len(kept) < 30


def test_a_question_that_no_company_can_carry_is_an_error_of_its_author(monkeypatch):
    asked = question("number", expected=1, story=lambda company: False)
    monkeypatch.setattr(variants, "simulate_bank", lambda customers, seed: seed)
    monkeypatch.setattr(variants, "questions_of", lambda exercise: (asked,))
    variants._draw.cache_clear()
    with pytest.raises(RuntimeError, match="too strict"):
        variants.variant("02", "s1")
    variants._draw.cache_clear()


PRIVATE = """
from crmlib.practice import Misconception, Question

QUESTIONS = (
    Question(
        name="p1",
        variable="branches",
        points=3,
        kind="number",
        expected=lambda bank: len(bank.branches),
        misconceptions=[Misconception("agents", lambda bank: len(bank.agents), "Those are the agents.")],
    ),
)
"""


@pytest.fixture
def private(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(textwrap.dedent(PRIVATE), encoding="utf-8")
    return file


def test_private_questions_are_scored_after_the_others(private):
    assert scoring.variables("02", private)["p1"] == "branches"
    bank = variants.variant("02", "s7")
    last = scoring.score("02", "s7", {"branches": len(bank.branches)}, private)[-1]
    assert (last.question, last.points, last.status) == ("p1", 3, CORRECT)
    last = scoring.score("02", "s7", {"branches": len(bank.agents)}, private)[-1]
    assert (last.points, last.misconception) == (0, "agents")
    assert "branches" not in scoring.variables("02").values()
    assert list(private.parent.iterdir()) == [private]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("p1", "q1"), "the name 'q1' is used twice"),
        (("branches", "days_since"), "the variable 'days_since' is used twice"),
        (("QUESTIONS", "OTHER"), "must have a tuple `QUESTIONS`"),
        (('kind="number"', 'kind="numbers"'), "its kind must be one of"),
    ],
)
def test_a_private_file_with_a_slip_is_refused(private, change, said):
    private.write_text(private.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        scoring.variables("02", private)


def test_a_private_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"mine\.py"):
        scoring.variables("02", tmp_path / "mine.py")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"points": 0}, "points must be above 0"),
        ({"tolerance": -1}, "tolerance 0 or more"),
        ({"variable": "my answer"}, "names that Python allows"),
        ({"expected": None}, "needs `expected`"),
        ({"kind": "choice"}, "two or more `options`"),
        ({"options": {"a": "x", "b": "y"}}, "two or more `options`"),
        ({"kind": "text", "expected": None}, "needs a `rubric`"),
        ({"misconceptions": [Misconception("m", 1, "a"), Misconception("m", 2, "b")]}, "the same name"),
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        question(**{"kind": "number"} | options)
