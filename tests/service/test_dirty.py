"""Bad input: each case gets a sentence that names column, rows and remedy, or is set aside and counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.service import (
    Rule,
    adjusted_difference,
    branch_record,
    compare_predictors,
    complaint_funnel,
    control_chart,
    derived_importance,
    difference_reliability,
    importance_by_class,
    importance_performance,
    invitation_effect,
    item_diagnostics,
    parallel_analysis,
    reliability,
    reverse_items,
    servqual,
    stayed_after,
    zero_complaint_roads,
    zone_signals,
)

DIMENSIONS = {"care": ("c1", "c2", "c3"), "speed": ("s1",)}
COLUMNS = ["e_c1", "e_c2", "e_c3", "p_c1", "p_c2", "p_c3", "e_s1", "p_s1"]


def sheet(n: int = 30, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    felt = rng.standard_normal((n, 1))
    answers = np.clip(np.rint(4 + 1.2 * felt + 0.6 * rng.standard_normal((n, len(COLUMNS)))), 1, 7).astype(int)
    return pd.DataFrame(answers, columns=COLUMNS).assign(customer=range(n), imp_care=60, imp_speed=40)


SHEET = sheet()
SCORED = {"dimensions": DIMENSIONS, "importance": {"care": "imp_care", "speed": "imp_speed"}}
PLAIN = {"dimensions": DIMENSIONS, "importance": None}
ITEMS = ["p_c1", "p_c2", "p_c3"]
TOLD = pd.DataFrame({"noticed": [True, True], "voiced": [True, False], "resolved": [True, False], "branch": [1, 1],
                     "customer": [1, 2], "date": pd.to_datetime(["2025-01-05", "2025-02-05"])})  # fmt: skip
PEOPLE = pd.DataFrame({"customer": [1, 2], "branch": [1, 1], "joined": pd.to_datetime(["2020-01-01", "2021-01-01"]),
                       "left": pd.to_datetime([None, "2025-06-01"]), "own_choice": [False, True]})  # fmt: skip
YEAR = {"start": "2025-01-01", "as_of": "2025-12-31"}
PULSE = pd.DataFrame({"month": pd.date_range("2025-01-01", periods=4, freq="MS"), "mean_score": [50.0, 51, 49, 50],
                      "n": 9, "sd": 2.0})  # fmt: skip
FOUR = pd.DataFrame({"attribute": ["a", "b"], "importance": [1.0, 2.0], "performance": [2.0, 1.0]})
STUDY = pd.DataFrame({"rater": [1, 1, 2, 2], "value": [5, 3, 2, 6], "chosen": [True, False, False, True]})
LOT = pd.DataFrame({"customer": range(6), "arm": ["treated", "control"] * 3, "score": [1.0, 2, 3, 4, 5, 6],
                    "responded": [True, False, True, False, False, False]})  # fmt: skip
SCORES = pd.DataFrame(
    {"customer": range(4), "gap": [1.0, 2, 3, 4], "perception": [2.0, 1, 4, 3], "left": [True, False] * 2}
)
RECORD = branch_record(PEOPLE, TOLD, **YEAR)

# name: (function, frames, further arguments, a part of the sentence)
REFUSED = {
    "not a table": (servqual, [[1, 2]], PLAIN, "The survey must be a pandas DataFrame (a table), but it is a list."),
    "no rows": (servqual, [SHEET.iloc[:0]], PLAIN, "The survey has no rows."),
    "a column is missing": (servqual, [SHEET.drop(columns="p_c2")], PLAIN, "The survey has no column 'p_c2'."),
    "answers as text": (servqual, [SHEET.assign(p_c2="four")], PLAIN,
        "Column 'p_c2' of the survey must hold numbers, but row 0 has the text 'four'."),
    "a reversed item": (servqual, [SHEET.assign(p_c2=8 - SHEET["p_c2"])], PLAIN,
        "Item 'c2' (p_c2) runs against the other items of care: its correlation with them is −"),
    "a reversed item, the remedy": (servqual, [SHEET.assign(p_c2=8 - SHEET["p_c2"])], PLAIN,
        "Is it worded the other way round? Then name it: reverse=['c2']."),
    "turned round twice": (servqual, [SHEET], PLAIN | {"reverse": ["c3"]}, "If it was turned round already, take it out of `reverse`."),
    "reversing what is not there": (servqual, [SHEET], PLAIN | {"reverse": ["c9"]}, "`reverse` names 'c9', which no dimension has."),
    "a dimension that nobody answered": (servqual, [SHEET.assign(e_s1=np.nan)], PLAIN,
        "Nobody answered 'e_s1': dimension 'speed' cannot be scored. Leave the items, or the whole dimension, out of `dimensions`."),
    "everything outside the scale": (servqual, [SHEET], PLAIN | {"scale": (8, 10)},
        "The survey has no usable row: 30 × an answer outside 8 to 10. Check `scale` and the columns."),
    "a scale upside down": (servqual, [SHEET], PLAIN | {"scale": (7, 1)},
        "`scale` must be the lowest and the highest answer, such as (1, 7), but it is (7, 1)."),
    "a scale of one number": (servqual, [SHEET], PLAIN | {"scale": 7}, "but it is 7."),
    "weights that do not sum": (servqual, [SHEET], PLAIN | {"importance": {"care": 0.5, "speed": 0.4}},
        "must not be negative and must sum to 1, but they sum to 0.9. Divide each by their sum."),
    "a weight is missing": (servqual, [SHEET], PLAIN | {"importance": {"care": 1.0}},
        "`importance` must name each dimension once: 'care' and 'speed'. It names 'care'."),
    "weights of two kinds": (servqual, [SHEET], PLAIN | {"importance": {"care": 0.5, "speed": "half"}},
        "`importance` must give columns of points for all dimensions, or numbers for all."),
    "two waves without a name": (servqual, [pd.concat([SHEET, SHEET.iloc[:3].assign(p_s1=7, p_c1=1)])], PLAIN,
        "further rows with other answers of somebody who is there already, the first is of customer 0. Name the column"),
    "two answers in a wave": (servqual, [pd.concat([SHEET, SHEET.iloc[:3].assign(p_s1=7, p_c1=1)]).assign(wave=2024)],
        PLAIN | {"wave": "wave"}, "customer 0 in wave 2024. Which row is right? Keep it and remove the other."),
    "one item": (reliability, [SHEET, ["p_c1"]], {}, "`items` must list 2 columns or more"),
    "one name instead of a list": (reliability, [SHEET, "p_c1"], {}, "`items` must list 2 columns or more"),
    "an item twice": (reliability, [SHEET, ["p_c1", "p_c1"]], {}, "`items` names 'p_c1' twice. Name each column once."),
    "two items for diagnostics": (item_diagnostics, [SHEET, ["p_c1", "p_c2"]], {}, "`items` must list 3 columns or more"),
    "a constant item": (reliability, [SHEET.assign(p_c2=4), ITEMS], {},
        "All respondents gave the same answer to 'p_c2'. An item that does not vary cannot go with the others: alpha is not defined."),
    "an empty item": (reliability, [SHEET.assign(p_c2=np.nan), ITEMS], {}, "Nobody answered 'p_c2': the column is empty."),
    "one respondent": (reliability, [SHEET.iloc[:1], ITEMS], {},
        "1 respondent answered all 3 items. Reliability compares respondents: at least two are needed"),
    "turning 9 round": (reverse_items, [SHEET.assign(p_c1=9), ["p_c1"]], {},
        "Column 'p_c1' of the frame of answers holds 9, outside the scale from 1 to 7. It cannot be turned round."),
    "a reliability above 1": (difference_reliability, [1.2, 0.5, 0.1], {}, "`reliability_a` is a reliability and must lie between 0 and 1"),
    "a correlation of 1": (difference_reliability, [0.8, 0.8, 1.0], {}, "`correlation` must lie between −1 and 1"),
    "an SD of 0": (difference_reliability, [0.8, 0.8, 0.1, 0.0], {}, "Standard deviations must be above 0"),
    "few draws": (parallel_analysis, [SHEET, ITEMS], {"draws": 5}, "`draws` must be a whole number of 20 or more, but it is 5."),
    "a quantile of 95": (parallel_analysis, [SHEET, ITEMS], {"quantile": 95}, "`quantile` must lie between 0 and 1"),
    "fewer people than items": (parallel_analysis, [SHEET.iloc[:3], ITEMS], {}, "3 respondents cannot show the structure of 3 items."),
    "one predictor": (compare_predictors, [SCORES, ["gap"], "left"], {}, "`predictors` must list two columns or more"),
    "a predictor with gaps": (compare_predictors, [SCORES.assign(gap=[1, None, 3, 4]), ["gap", "perception"], "left"], {},
        "Column 'gap' of the frame of scores has 1 gaps."),
    "nobody left": (compare_predictors, [SCORES.assign(left=False), ["gap", "perception"], "left"], {},
        "Column 'left' of the frame of scores is the same for all: nothing can be compared."),
    "a cut of words": (importance_performance, [FOUR], {"importance_cut": "middle"},
        "`importance_cut` must be a number, 'mean' or 'median', but it is 'middle'."),
    "performance with gaps": (importance_performance, [FOUR.assign(performance=[1, None])], {}, "Column 'performance' of the frame"),
    "ratings with gaps": (importance_by_class, [pd.DataFrame({"class": ["a", None], "attribute": "x", "rating": [1, 2]})], {},
        "The frame of ratings has 1 rows with a gap."),
    "two firms chosen": (derived_importance, [STUDY.assign(chosen=[True, True, False, True]), ["value"]], {},
        "Each rater must have chosen exactly one firm, but 1 did not, among them rater 1."),
    "an attribute that decides everything": (derived_importance, [STUDY, ["value"]], {}, "The weights cannot be told"),
    "an attribute twice": (derived_importance, [STUDY.assign(again=STUDY["value"]), ["value", "again"]], {}, "two attributes say the same"),
    "problems as text": (complaint_funnel, [TOLD.assign(voiced="yes")], {},
        "Column 'voiced' of the frame of problems must say True or False in every row."),
    "only impossible problems": (complaint_funnel, [TOLD.assign(noticed=False, voiced=True)], {},
        "The frame of problems has no usable row: 2 × voiced though not noticed."),
    "stayed in words": (complaint_funnel, [TOLD.assign(stayed=["yes", "no"])], {"stayed": "stayed"},
        "Column 'stayed' of the frame of problems must say True or False, or be empty where it is not known yet. It has 'yes'."),
    "dates as text": (stayed_after, [TOLD.assign(date="05/01/2025"), PEOPLE], {"as_of": "2025-12-31"},
        "Column 'date' of the frame of problems must hold dates, but begins with the text '05/01/2025'."),
    "a date is missing": (stayed_after, [TOLD.assign(date=[None, pd.Timestamp("2025-01-01")]), PEOPLE], {"as_of": "2025-12-31"},
        "1 rows of the frame of problems have no date, the first is row 0."),
    "a problem of nobody": (stayed_after, [TOLD.assign(customer=[1, 9]), PEOPLE], {"as_of": "2025-12-31"},
        "1 rows of the frame of problems belong to a customer who is not in the frame of customers, the first is row 1."),
    "a problem in the future": (stayed_after, [TOLD, PEOPLE], {"as_of": "2025-01-31"},
        "1 rows of the frame of problems lie after the as-of day 2025-01-31, the first is row 1."),
    "no time to stay": (stayed_after, [TOLD, PEOPLE], {"as_of": "2025-12-31", "days": 0}, "`days` must be a whole number of days"),
    "an ambiguous day": (branch_record, [PEOPLE, TOLD], {"start": "01/02/2025", "as_of": "2025-12-31"},
        "`start` must be a day like '2025-12-31' (year-month-day), but it is '01/02/2025'."),
    "an empty window": (branch_record, [PEOPLE, TOLD], {"start": "2026-01-01", "as_of": "2025-12-31"},
        "The window is empty: `as_of` (2025-12-31) lies before `start` (2026-01-01). Swap or correct them."),
    "left before joining": (branch_record, [PEOPLE.assign(left=pd.Timestamp("2019-01-01")), TOLD], YEAR,
        "2 rows of the frame of customers left before they joined, the first is row 0."),
    "a customer twice": (branch_record, [pd.concat([PEOPLE, PEOPLE]), TOLD], YEAR, "must have one row per customer"),
    "a customer without branch": (branch_record, [PEOPLE.assign(branch=[1, None]), TOLD], YEAR, "have no branch, the first is row 1."),
    "a problem of no branch": (branch_record, [PEOPLE, TOLD.assign(branch=7)], YEAR,
        "The frame of problems has the branch 7, which no customer belongs to. Check column 'branch'."),
    "a share of 30": (zero_complaint_roads, [RECORD], {"noticed_below": 30}, "`noticed_below` must be a share between 0 and 1"),
    "no such reference": (adjusted_difference, [LOT, "score", "arm", "nobody"], {}, "Column 'arm' has no group 'nobody'"),
    "one group": (adjusted_difference, [LOT.assign(arm="a"), "score", "arm", "a"], {}, "Column 'arm' has only the group 'a'"),
    "a month twice": (control_chart, [pd.concat([PULSE, PULSE.iloc[:1]])], {},
        "The frame of months has a month twice: 1 row (row 4). A chart follows one series: choose one class or company first."),
    "size without spread": (control_chart, [PULSE], {"size": "n"}, "An X-bar chart needs both `size` and `spread`"),
    "no baseline": (control_chart, [PULSE], {"baseline_until": "2025-01-15"}, "The baseline has 1 points."),
    "a flat line": (control_chart, [PULSE.assign(mean_score=50.0)], {}, "show no spread at all"),
    "months as numbers": (control_chart, [PULSE.assign(month=[1, 2, 3, 4])], {}, "Column 'month' of the frame of months must hold dates"),
    "nothing but gaps": (control_chart, [PULSE.assign(mean_score=np.nan)], {}, "has no usable row: 4 × no mean_score."),
    "a rule that cannot signal": (zone_signals, [[1.0], [Rule("odd", 3, 2, 1.0)]], {}, "The rule 'odd' cannot be used"),
    "two rules of a name": (zone_signals, [[1.0], [Rule("odd", 1, 2, 1.0)] * 2], {}, "each rule needs a name of its own"),
    "a third arm": (invitation_effect, [LOT.assign(arm="maybe"), "score"], {}, "but has 'maybe'. Name your arms in the call"),
    "an outcome with gaps": (invitation_effect, [LOT.assign(score=np.nan), "score"], {},
        "Who is missing may depend on the invitation"),
    "a person twice": (invitation_effect, [pd.concat([LOT, LOT]), "score"], {}, "must have one row per customer"),
    "nobody in an arm": (invitation_effect, [LOT.assign(arm="treated"), "score"], {}, "The arm 'control' has 0 customers."),
    "control took part": (invitation_effect, [LOT.assign(responded=True), "score"], {"took_part": "responded"},
        "3 customers of the arm 'control' took part."),
    "nobody took part": (invitation_effect, [LOT.assign(responded=False), "score"], {"took_part": "responded"}, "0 customers took part."),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence(name):
    function, given, arguments, sentence = REFUSED[name]
    before = [one.copy() if isinstance(one, pd.DataFrame) else one for one in given]
    with pytest.raises((ValueError, TypeError)) as refusal:
        function(*given, **arguments)
    assert sentence in str(refusal.value)
    for now, was in zip(given, before, strict=True):
        if isinstance(was, pd.DataFrame):
            pd.testing.assert_frame_equal(now, was)


def spoilt(**changes) -> pd.DataFrame:
    """The sheet with some cells changed: column -> {row: value}."""
    out = SHEET.astype({"customer": "object"})
    for column, cells in changes.items():
        out[column] = out[column].astype("object")
        for row, value in cells.items():
            out.loc[row, column] = value
        if column != "customer":
            out[column] = out[column].astype(float)
    return out


# name: (frame, further arguments, what is set aside)
SET_ASIDE = {
    "0 and 8 on a scale from 1 to 7": (spoilt(p_c1={2: 0, 5: 8}), PLAIN, [["an answer outside 1 to 7", 2, "2 and 5"]]),
    "a gap": (spoilt(e_c2={1: np.nan}), PLAIN, [["an answer is missing", 1, "1"]]),
    "nobody's answers": (spoilt(customer={3: None, 4: " "}), PLAIN, [["no customer", 2, "3 and 4"]]),
    "the same row again": (pd.concat([SHEET, SHEET.iloc[:2]]), PLAIN, [["repeated row", 2, "30 and 31"]]),
    "points that do not sum": (spoilt(imp_care={0: 70, 7: -10}), SCORED, [["importance points do not sum to 100", 2, "0 and 7"]]),
    "no points": (spoilt(imp_care={6: np.nan}), SCORED, [["importance points do not sum to 100", 1, "6"]]),
    "no branch": (SHEET.assign(branch=[None, *[1] * 29]), PLAIN | {"by": "branch"}, [["no branch", 1, "0"]]),
    "no weight": (SHEET.assign(weight=[0, *[1] * 29]), PLAIN | {"weight": "weight"}, [["no weight above 0", 1, "0"]]),
}  # fmt: skip


@pytest.mark.parametrize("name", SET_ASIDE)
def test_set_aside_and_counted(name):
    frame, arguments, excluded = SET_ASIDE[name]
    before = frame.copy()
    found = servqual(frame, **arguments)
    assert found.excluded.to_numpy().tolist() == excluded
    assert len(found.customers) == len(frame) - sum(line[1] for line in excluded)
    pd.testing.assert_frame_equal(frame, before)


def test_one_respondent_has_scores_and_no_interval():
    table = servqual(SHEET.iloc[:1], **SCORED).table
    assert table["gap"].notna().all()
    assert table[["gap_low", "gap_high", "weighted_low"]].isna().all(axis=None)


def test_respondents_who_left_an_item_out_are_counted():
    found = reliability(SHEET.assign(p_c1=SHEET["p_c1"].where(SHEET.index > 4)), ITEMS).iloc[0]
    assert found[["respondents", "left_out"]].tolist() == [25, 5]


def test_a_reversed_item_is_used_once_it_is_named():
    straight = servqual(SHEET, **PLAIN).table
    turned = SHEET.assign(p_c2=8 - SHEET["p_c2"], e_c2=8 - SHEET["e_c2"])
    pd.testing.assert_frame_equal(servqual(turned, **PLAIN, reverse=["c2"]).table, straight)


def test_twenty_unrelated_answers_are_no_reason_to_cry_reversed():
    """Items that have nothing to do with each other stay below the bar of −0.2 in a sample of a few hundred."""
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.integers(1, 8, (300, len(COLUMNS))), columns=COLUMNS).assign(customer=range(300))
    assert len(servqual(frame, **PLAIN).customers) == 300
