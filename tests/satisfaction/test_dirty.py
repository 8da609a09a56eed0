"""Bad answers: each case gets a sentence that names column, rows and remedy, or is set aside and counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.satisfaction import (
    HORIZONTAL,
    classify_satisfaction,
    composite_index,
    formula_ranks,
    item_scores,
    net_promoter_score,
    nonresponse_check,
    nps_change,
    satisfaction_ladder,
    satisfaction_layers,
    satisfaction_scores,
)

SURVEY = pd.DataFrame(
    {
        "customer": range(1, 9),
        "branch": list("AAAABBBB"),
        "expectation": [5.0, 4, 6, 5, 7, 6, 5, 6],
        "perception": [5.0, 5, 4, 6, 6, 5, 6, 7],
        "ideal": [7.0, 7, 6, 7, 7, 7, 6, 7],
    }
)
TENS = pd.DataFrame({"customer": range(1, 9), "recommend": [10, 9, 8, 7, 6, 5, 9, 10]})
ITEMS = pd.DataFrame({"customer": [1, 2, 3, 4, 5], "t1": [1, 3, 4, 6, 7], "t2": [2, 3, 4, 5, 7], "t3": [7, 5, 4, 3, 1]})
INVITED = pd.DataFrame({"customer": [1, 2, 3, 4], "branch": list("AABB"), "answered": [True, True, True, False]})
ANSWERS = pd.DataFrame({"customer": [1, 2, 3], "score": [8, 9, 7]})

SCORES, RANKS, NPS, CHECK = satisfaction_scores, formula_ranks, net_promoter_score, nonresponse_check
ONE_TO_TEN = {"scale": (1, 10), "followed_up": None}

# name: (function, frames, further arguments, the sentence)
REFUSED = {
    "not a table": (SCORES, [[1, 2]], {}, "The survey must be a pandas DataFrame (a table), but it is a list."),
    "no rows": (NPS, [TENS.iloc[:0]], {},
        "The survey has no rows. Check the filter or the file that it came from."),
    "a column is missing": (SCORES, [SURVEY.drop(columns="ideal")], {},
        "The survey has no column 'ideal'. Its columns are 'customer', 'branch', 'expectation' and 'perception'. "
        "Rename the column, or name yours in the call."),
    "answers as text": (NPS, [TENS.assign(recommend="9")], {},
        "Column 'recommend' of the survey must hold numbers, but row 0 has the text '9'. "
        "Convert it first, for example with pd.to_numeric(frame['recommend'])."),
    "an all-missing dimension": (SCORES, [SURVEY.assign(ideal=np.nan)], {},
        "Column 'ideal' of the survey is empty in every row, so it cannot be scored. "
        "Leave it out, or check the file that it came from."),
    "an all-missing item": (item_scores, [ITEMS.assign(t2=np.nan), {"trust": ["t1", "t2"]}], {},
        "Column 't2' of the survey is empty in every row, so it cannot be scored. "
        "Leave it out, or check the file that it came from."),
    "another scale": (SCORES, [SURVEY.assign(perception=SURVEY["perception"] * 10)], {},
        "Column 'perception' of the survey runs from 40 to 70: 8 of 8 answers are not on the scale 1-7. "
        "Give the scale that was asked, such as scale=(0, 10)."),
    "a percentage instead of 0-10": (NPS, [TENS.assign(recommend=TENS["recommend"] * 10)], {},
        "Column 'recommend' of the survey runs from 50 to 100: 8 of 8 answers are not on the scale 0-10. "
        "Give the scale that was asked, such as scale=(0, 10)."),
    "a reversed item": (item_scores, [ITEMS, {"trust": ["t1", "t2", "t3"]}], {},
        "Item 't3' runs against the other items of 'trust' (correlation -0.99 with their mean, scale 1-7). "
        "If it is worded the other way round, say so: reverse=['t3']. To keep it as it is: check_direction=False."),
    "an item reversed that was not": (item_scores, [ITEMS, {"trust": ["t1", "t2"]}], {"reverse": ["t2"]},
        "Item 't2' runs against the other items of 'trust' (correlation -0.97 with their mean, scale 1-7). It is named in "
        "`reverse`, which turns it round a second time: leave it out there. To keep it as it is: check_direction=False."),
    "an unknown reversed item": (item_scores, [ITEMS, {"trust": ["t1"]}], {"reverse": ["t9"]},
        "`reverse` names 't9', which is none of the items. Correct the name."),
    "a score without items": (item_scores, [ITEMS, {"trust": []}], {}, "Score 'trust' has no items. Name its columns."),
    "items as a list": (item_scores, [ITEMS, ["t1"]], {},
        "`items` must map each score to its columns, such as {'trust': ['tru1', 'tru2']}, but it is ['t1']."),
    "a share above one": (item_scores, [ITEMS, {"trust": ["t1"]}], {"least": 50},
        "`least` must be a share above 0 and up to 1, such as 0.5 for half of the items, but it is 50."),
    "a customer with two answers": (SCORES, [SURVEY.assign(customer=[1, 2, 3, 1, 5, 6, 7, 2])], {},
        "The survey has different answers of one customer: 2 rows (rows 3 and 7) repeat an earlier one. Keep one of them; if "
        "they come from several surveys, name the column that tells these apart: key=('customer', 'wave')."),
    "a scale upside down": (SCORES, [SURVEY], {"scale": (7, 1)},
        "`scale` must be the lowest and the highest answer, such as (1, 7), but it is (7, 1)."),
    "a scale of one number": (SCORES, [SURVEY], {"scale": 7},
        "`scale` must be the lowest and the highest answer, such as (1, 7), but it is 7."),
    "a ratio across zero": (SCORES, [SURVEY], {"scale": (-7, 7)},
        "The scale -7-7 has negative answers, and a ratio of them has no meaning. Number the answers from 1, or compare "
        "gaps only."),
    "the same column twice": (SCORES, [SURVEY], {"ideal": "expectation"},
        "Expectation, perception and ideal must be three columns, but they are 'expectation', 'perception' and "
        "'expectation'."),
    "nobody expected anything": (SCORES, [SURVEY.assign(expectation=0)], {"scale": (0, 7)},
        "The survey has no usable answer: 8 × expectation is 0: no ratio. Check the columns and the scale."),
    "an answer as the group": (SCORES, [SURVEY, "ideal"], {},
        "Column 'ideal' cannot be both an answer and a customer or group. Name another column."),
    "one group": (RANKS, [SURVEY.query("branch == 'A'"), "branch"], {},
        "Only one group in column 'branch': nothing to rank. Choose a column with several groups."),
    "a group for each customer": (RANKS, [pd.concat([SURVEY] * 200, ignore_index=True).assign(
        customer=range(1_600), house=range(1_600)), "house"], {},
        "Column 'house' has 1,600 groups, too many to rank in pairs. Choose a column with at most 1,000, such as the branch."),
    "two columns of groups": (RANKS, [SURVEY, ["branch", "customer"]], {},
        "`by` must name one column of groups, such as 'branch', but it is ['branch', 'customer']."),
    "an unknown formula": (RANKS, [SURVEY, "branch"], {"formulas": ["gap", "happiness"]},
        "`formulas` must be chosen from 'gap', 'mean_ratio', 'ratio_of_means', 'ideal_gap' and 'perception', but it is "
        "'gap' and 'happiness'."),
    "a level in percent": (RANKS, [SURVEY, "branch"], {"level": 95},
        "`level` must lie between 0 and 1, such as 0.95 for 95 %, but it is 95."),
    "a class by the ideal": (classify_satisfaction, [SURVEY], {"formula": "ideal_gap"},
        "`formula` must be 'gap' or 'ratio', but it is 'ideal_gap'. The ideal knows no \"more than hoped for\"."),
    "a tolerance below zero": (classify_satisfaction, [SURVEY], {"tolerance": -1},
        "`tolerance` must be 0 or more, but it is -1."),
    "layers that are not there": (satisfaction_layers, [ITEMS, HORIZONTAL], {},
        "The survey has no columns 'mind1', 'mind2', 'behave1', 'behave2', 'visual1' and 'visual2'. Its columns are "
        "'customer', 't1', 't2' and 't3'. Rename the column, or name yours in the call."),
    "one rung": (satisfaction_ladder, [SURVEY], {"rungs": ["ideal"]},
        "`rungs` must be two to six different columns, from the lowest up, but it is 'ideal'."),
    "rungs that are no scores": (satisfaction_ladder, [ITEMS.assign(t1=[-1, 5, 101, np.nan, 3])], {"rungs": ["t1", "t2"]},
        "The frame of scores is empty or outside 0-100 in 3 rows (rows 0, 2 and 3). Use satisfaction_layers to score them."),
    "a rung of nothing": (satisfaction_ladder, [ITEMS], {"rungs": ["t1", "t2"], "reached": 0},
        "`reached` must be a score above 0 and up to 100, but it is 0."),
    "weights in percent": (composite_index, [ITEMS, {"t1": 60, "t2": 40}], {},
        "`weights` must give each column a weight of 0 or more, together 1, but it is {'t1': 60, 't2': 40}. Write 60 % as "
        "0.6. Which weights are right is a decision: state it."),
    "weights that do not sum": (composite_index, [ITEMS, {"t1": 0.6, "t2": 0.3}], {},
        "`weights` must give each column a weight of 0 or more, together 1, but it is {'t1': 0.6, 't2': 0.3}. Which weights "
        "are right is a decision: state it."),
    "a column without a scale": (composite_index, [ITEMS, {"t1": 0.6, "t2": 0.4}], {"scale": {"t1": (1, 7)}},
        "`scale` says nothing about 't2'. Add its lowest and highest score."),
    "fewer customers than answers": (NPS, [TENS], {"population": 5},
        "`population` is 5, but 8 answered. It must count everybody who could have been asked."),
    "one number for all branches": (NPS, [TENS.assign(branch=list("AABBAABB")), "branch"], {"population": 500},
        "`population` must say how many there are in each branch, such as customers.groupby('branch').size(), but it is the "
        "one number 500."),
    "a branch nobody counted": (NPS, [TENS.assign(branch=list("AABBAABB")), "branch"], {"population": {"A": 50}},
        "`population` has no number for 'B'. Add them."),
    "a population of words": (NPS, [TENS], {"population": "many"},
        "`population` must be a number of customers, or one number per group."),
    "a change of one": (nps_change, [TENS.iloc[:1], TENS], {},
        "One of the two surveys has a single answer: a change needs two or more in each."),
    "the silent among the answers": (CHECK, [ANSWERS.assign(score=[8, np.nan, 11]), INVITED, "score"], ONE_TO_TEN,
        "Column 'score' of the survey is empty or not on the scale 1-10 in 2 rows (rows 1 and 2). Correct or remove these "
        "rows first; who did not answer belongs to the invitations."),
    "answered in words": (CHECK, [ANSWERS, INVITED.assign(answered="yes"), "score"], ONE_TO_TEN,
        "Column 'answered' of the frame of invitations must say True or False in every row. Make it so, for example with "
        "frame['answered'] == 'yes'."),
    "two surveys at once": (CHECK, [ANSWERS, pd.concat([INVITED, INVITED]), "score"], ONE_TO_TEN,
        "The frame of invitations must have one row per customer, but 4 rows (rows 4, 5, 6 and 7) repeat one. Choose one "
        "survey first, or name what tells them apart, such as key=('customer', 'wave')."),
    "answers from strangers": (CHECK, [ANSWERS.assign(customer=[1, 2, 9]), INVITED, "score"], ONE_TO_TEN,
        "Answers and invitations do not fit together: 1 invited customers are said to have answered but have no answer, and 1 "
        "answers come from customers not said to have answered. Choose the same survey in both."),
    "followed up without being silent": (CHECK, [ANSWERS, INVITED.assign(followed_up=True), "score"], {"scale": (1, 10)},
        "Columns 'answered' and 'followed_up' of the invitations are both True in 3 rows (rows 0, 1 and 2). The follow-up is "
        "for the silent: correct one of them."),
    "one of the silent": (CHECK, [ANSWERS, INVITED.assign(answered=[True, True, False, False],
        followed_up=[False, False, True, False]), "score"], {"scale": (1, 10)},
        "Fewer than two answers to the invitation or to the follow-up: no spread can be seen in them."),
    "a cell that says nothing": (CHECK, [ANSWERS, INVITED, "score"], {**ONE_TO_TEN, "cells": "branch"},
        "Fewer than two answers in 1 of 2 cells of branch (such as 'B'): nobody there to speak for the others. Weight by "
        "fewer or larger cells."),
    "a customer without a cell": (CHECK, [ANSWERS, INVITED.assign(branch=["A", None, "A", "A"]), "score"],
        {**ONE_TO_TEN, "cells": "branch"},
        "The frame of invitations has no branch in 1 row (row 1). Fill it in: who is invited has one."),
    "more invited than there are": (CHECK, [ANSWERS, INVITED, "score"], {**ONE_TO_TEN, "population": 3},
        "`population` is 3, but 4 were invited. It must count all who could have been."),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence(name):
    function, given, arguments, sentence = REFUSED[name]
    before = [one.copy() if isinstance(one, pd.DataFrame) else one for one in given]
    with pytest.raises((ValueError, TypeError)) as refusal:
        function(*given, **arguments)
    assert str(refusal.value) == sentence
    for now, was in zip(given, before, strict=True):
        if isinstance(was, pd.DataFrame):
            pd.testing.assert_frame_equal(now, was)


def put(column: str, place: int, value: object) -> pd.DataFrame:
    return SURVEY.assign(**{column: [value if row == place else one for row, one in enumerate(SURVEY[column])]})


# name: (function, frames, further arguments, what is set aside, rows of .customers)
SET_ASIDE = {
    "0 and 11 on 0-10": (NPS, [TENS.assign(recommend=[11, 9, 0, 7, 6, 5, -1, 10])], {},
        [["recommend not on the scale 0-10", 2, "0 and 6"]], 6),
    "0 on 1-7": (SCORES, [put("perception", 3, 0)], {}, [["perception not on the scale 1-7", 1, "3"]], 7),
    "an expectation of zero": (SCORES, [put("expectation", 2, 0)], {"scale": (0, 7)},
        [["expectation is 0: no ratio", 1, "2"]], 7),
    "an expectation of zero does no harm to a gap": (classify_satisfaction, [put("expectation", 2, 0)], {"scale": (0, 7)},
        [], 8),
    "but to a ratio": (classify_satisfaction, [put("expectation", 2, 0)], {"scale": (0, 7), "formula": "ratio"},
        [["expectation is 0: no ratio", 1, "2"]], 7),
    "a gap": (SCORES, [put("ideal", 5, np.nan)], {}, [["no ideal", 1, "5"]], 7),
    "several things wrong, the first counts": (SCORES,
        [put("ideal", 5, np.nan).assign(customer=[1, None, 3, 4, 5, None, 7, 8])], {}, [["no customer", 2, "1 and 5"]], 6),
    "no branch": (RANKS, [put("branch", 0, " "), "branch"], {}, [["no branch", 1, "0"]], 7),
    "duplicated respondents": (SCORES, [pd.concat([SURVEY, SURVEY.iloc[[0, 3, 3]]])], {},
        [["the same answer again", 3, "8, 9 and 10"]], 8),
    "two waves": (SCORES, [pd.concat([SURVEY.assign(wave=1), SURVEY.assign(wave=2, ideal=6)])],
        {"key": ("customer", "wave")}, [], 16),
    "an item off the scale": (item_scores, [ITEMS.assign(t1=[1, 3, 4, 6, 8]), {"trust": ["t1", "t2"]}], {},
        [["an item not on the scale 1-7", 1, "4"]], 4),
    "items left out": (item_scores, [ITEMS.assign(t1=[1, np.nan, 4, 6, 7], t2=[2, np.nan, np.nan, 5, 7]),
        {"trust": ["t1", "t2"]}], {}, [["too few items answered", 1, "1"]], 4),
    "a composite with a gap": (composite_index, [ITEMS.assign(t1=[1, np.nan, 4, 6, 7]), {"t1": 0.5, "t2": 0.5}], {},
        [["no t1", 1, "1"]], 4),
    "layers of nobody's branch": (satisfaction_layers,
        [ITEMS.assign(branch=["A", None, "A", " ", "B"]), {"trust": ["t1", "t2"]}, "branch"], {},
        [["no branch", 2, "1 and 3"]], 3),
    "repeated item answers": (satisfaction_layers, [pd.concat([ITEMS, ITEMS.iloc[:1]]), {"trust": ["t1", "t2"]}], {},
        [["the same answer again", 1, "5"]], 5),
}  # fmt: skip


@pytest.mark.parametrize("name", SET_ASIDE)
def test_set_aside_and_counted(name):
    function, given, arguments, excluded, customers = SET_ASIDE[name]
    before = [one.copy() if isinstance(one, pd.DataFrame) else one for one in given]
    found = function(*given, **arguments)
    assert found.excluded.to_numpy().tolist() == excluded
    assert len(found.customers) == customers
    for now, was in zip(given, before, strict=True):
        if isinstance(was, pd.DataFrame):
            pd.testing.assert_frame_equal(now, was)


UNDERSTOOD = {
    "whole numbers": SURVEY.astype({"expectation": "int8", "perception": "int64", "ideal": "Int64"}),
    "other row labels": SURVEY.set_axis(list("xxyyzzww")),
    "a category of branches": SURVEY.astype({"branch": pd.CategoricalDtype(["A", "B", "nobody here"])}),
    "other columns beside": SURVEY.assign(wave=2025, comment=None),
}


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_understood(name):
    found, plain = formula_ranks(UNDERSTOOD[name], "branch"), formula_ranks(SURVEY, "branch")
    assert found.table["branch"].tolist() == ["A", "B"]
    pd.testing.assert_frame_equal(found.scores, plain.scores, check_dtype=False, check_categorical=False)


def test_one_respondent_is_scored_without_an_interval():
    alone = satisfaction_scores(SURVEY.iloc[:1])
    assert alone.table[["answers", "gap", "mean_ratio"]].iloc[0].tolist() == [1, 0, 1]
    layer = satisfaction_layers(ITEMS.iloc[:1], {"trust": ["t1", "t2"]}).table.iloc[0]
    assert layer["score"] == pytest.approx(100 * 0.5 / 6)
    assert layer[["low", "high"]].isna().all()


def test_ties_in_every_formula():
    same = SURVEY.assign(expectation=5, perception=5, ideal=7)
    found = formula_ranks(same, "branch")
    assert (found.table[["gap", "mean_ratio", "ratio_of_means", "ideal_gap"]] == 1).all(axis=None)
    assert found.agreement["reversed"].sum() == 0
    assert found.agreement["kendall"].isna().all()  # no order to compare
    assert found.agreement["same_best"].all()
