"""Bad input: each case gets a sentence that names column, rows and remedy, or is set aside and counted."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from crmlib.loyalty import (
    behaviour_after,
    cells_of,
    difference_in_differences,
    effect_sizes,
    follow_up,
    loyalty_indices,
    loyalty_rules,
    loyalty_types,
    satisfaction_curve,
    with_scales,
)
from tests.loyalty.test_estimates import ASKED, PEOPLE, YEARS

SURVEY = pd.DataFrame(
    {
        "customer": [1, 2, 3, 4],
        "att1": [5, 6, 2, 3], "att2": [5, 6, 2, 3], "att3": [5, 6, 2, 4],
        "int1": [5, 6, 2, 3], "int2": [5, 6, 2, 3], "int3": [5, 6, 2, 4],
        "share_said": [80, 20, 90, 10],
        "stay_reason": ["value", "habit", "habit", "price"],
        "choice_available": [True, True, False, True],
    }
)  # fmt: skip
ANSWERS = pd.DataFrame(
    {
        "customer": range(8),
        "satisfaction": [40.0, 50, 60, 70, 80, 90, 95, 100],
        "stayed": [0, 1, 1, 0, 1, 1, 1, 1],
        "class": ["home", "shop"] * 4,
        "wave": [1, 1, 1, 1, 2, 2, 2, 2],
        "asked": pd.Timestamp("2024-06-01"),
    }
)
EXITS = pd.DataFrame({"customer": range(8), "left": pd.NaT, "own_choice": False})
EFFECTS = pd.DataFrame(
    [["stays", "satisfaction", "stayed", "wave", "moods"]],
    columns=["effect", "cause", "outcome", "adjust_for", "confounded_by"],
)
RULES = loyalty_rules()
OPENED = {"home": None, "shop": 2}


def survey(**columns) -> pd.DataFrame:
    return SURVEY.assign(**columns)


# name: (function, positional arguments, further arguments, the sentence)
REFUSED = {
    "not a table": (loyalty_types, [[1, 2]], {}, "The survey must be a pandas DataFrame (a table), but it is a list."),
    "no rows": (loyalty_types, [SURVEY.iloc[:0]], {}, "The survey has no rows."),
    "no such column": (loyalty_types, [SURVEY.drop(columns="att2")], {}, "The survey has no column 'att2'."),
    "a score of 0": (loyalty_types, [survey(att1=[0, 6, 2, 3])], {},
        "Column 'att1' of the survey must hold answers from 1 to 7, but is outside in 1 row (row 0): it has 0. Correct these "
        "rows, or state another scale."),
    "a score of 8": (loyalty_types, [survey(att3=[5, 8, 8, 3])], {}, "outside in 2 rows (rows 1 and 2): it has 8"),
    "a share above 100": (loyalty_types, [survey(share_said=[80, 120, 0, 0])], {}, "answers from 0 to 100, but is outside"),
    "scores as text": (loyalty_types, [survey(att1=["5", "6", "2", "3"])], {}, "must hold numbers, but row 0 has the text '5'"),
    "an infinite score": (loyalty_types, [survey(share_said=[np.inf, 1, 2, 3])], {}, "is infinite in 1 row (row 0)"),
    "an unknown reason": (loyalty_types, [survey(stay_reason=["value", "love", "love", "price"])], {},
        "Column 'stay_reason' of the survey has the reason 'love' in 2 rows, but the known ones are 'habit', 'convenience', "
        "'price', 'incentive', 'value' and 'no alternative'. Rename it, or give your own list in `reasons` and rules for each."),
    "choice as text": (loyalty_types, [survey(choice_available=["yes", "yes", "no", "yes"])], {},
        "Column 'choice_available' of the survey must say True or False in every row."),
    "a customer twice": (loyalty_types, [survey(customer=[1, 1, 2, 3])], {},
        "The survey must have one row per customer, but column 'customer' repeats in 1 row (row 1)."),
    "a cut off the scale": (loyalty_types, [SURVEY], {"attachment_cut": 50}, "`attachment_cut` must lie on the scale from 1 to 7"),
    "a cut that is no number": (loyalty_types, [SURVEY], {"repurchase_cut": np.nan}, "`repurchase_cut` must lie on the scale"),
    "a scale upside down": (loyalty_types, [SURVEY], {"attachment_scale": (7, 1)},
        "`attachment_scale` must be the lowest and the highest answer, such as (1, 7), but it is (7, 1)."),
    "nobody answered": (loyalty_types, [survey(att1=np.nan)], {}, "has no customer to give a type: 4 × no att1."),
    "a weight of 0": (loyalty_types, [survey(w=[1, 0, 1, 1])], {"weight": "w"},
        "Column 'w' of the survey is empty or not above 0 in 1 row (row 1)."),
    "another set of rules": (loyalty_rules, ["Griffin"], {}, "two sets of rules, 'literature' and 'textbook', but not 'Griffin'"),
    "a cell left open": (cells_of, [RULES.drop(index=2)], {},
        "The rules leave a cell open: choice yes, attachment low, repurchase high, reason habit (1 of 48 cells). Add a rule "
        "for it, or write 'any'."),
    "a cell named twice": (cells_of, [pd.concat([RULES, RULES.iloc[[0]]])], {},
        "The rules name a cell twice: choice no, attachment high, repurchase high, reason habit (24 of 48 cells). Keep one "
        "rule for each cell."),
    "a word that rules do not know": (cells_of, [RULES.replace({"attachment": {"high": "strong"}})], {},
        "Column 'attachment' of the frame of rules knows 'high', 'low' and 'any', but has 'strong' in 10 rows"),
    "a rule without a type": (cells_of, [RULES.assign(type=RULES["type"].where(RULES.index != 3))], {},
        "Column 'type' of the frame of rules is empty in 1 row (row 3)."),
    "rules without a column": (cells_of, [RULES.drop(columns="reason")], {}, "The frame of rules has no column 'reason'."),
    "an item used twice": (loyalty_indices, [SURVEY], {"conative": ["int1", "att1"]},
        "The item 'att1' is used twice. Indices that share an item agree by construction: give each its own items."),
    "an index off the scale": (loyalty_indices, [survey(int2=[5, 9, 2, 3])], {}, "Column 'int2' of the survey must hold answers"),
    "two scales for three": (loyalty_indices, [SURVEY], {"scales": [(1, 7), (0, 100)]}, "need three entries each"),
    "indices of nobody": (loyalty_indices, [survey(int1=np.nan)], {}, "has no customer with all answers: 4 × no int1"),
    "an exit twice": (follow_up, [ANSWERS, pd.concat([EXITS, EXITS.iloc[[0]]])], {}, "The frame of exits must have one row per customer"),
    "own choice as text": (follow_up, [ANSWERS, EXITS.assign(own_choice="no")], {}, "must say True or False in every row"),
    "dates as text": (follow_up, [ANSWERS.assign(asked="June 2024"), EXITS], {}, "must hold dates, but begins with the text"),
    "months of nothing": (follow_up, [ANSWERS, EXITS], {"months": 0}, "`months` must be a whole number above 0, but it is 0."),
    "followed too short": (follow_up, [ANSWERS, EXITS], {"until": "2024-12-31"}, "No answer can be followed for 12 months: 8 × followed"),
    "satisfaction off the scale": (satisfaction_curve, [ANSWERS.assign(satisfaction=101.0)], {},
        "Column 'satisfaction' is outside 0 to 100 in 8 rows"),
    "edges that fall": (satisfaction_curve, [ANSWERS], {"edges": (100, 0)}, "`edges` must be at least two rising numbers"),
    "one customer": (satisfaction_curve, [ANSWERS.iloc[[0]]], {},
        "Group 'all': 1 customers are too few to estimate 2 numbers with an interval."),
    "all equally satisfied": (satisfaction_curve, [ANSWERS.assign(satisfaction=70.0)], {},
        "The effect of satisfaction cannot be told apart: 'satisfaction' is the same in every row. Leave it out."),
    "no outcome at all": (satisfaction_curve, [ANSWERS.assign(stayed=np.nan)], {}, "has no answer to use: 8 × no stayed"),
    "a group without an opening": (difference_in_differences, [ANSWERS, "stayed", {"home": None}], {},
        "`opened` does not say when the market of 'shop' opened. Give a time, or None for never."),
    "nothing before": (difference_in_differences, [ANSWERS, "stayed", {"home": None, "shop": 1}], {},
        "The group 'shop' has no answers before its market opened at 1. Leave it out."),
    "no control": (difference_in_differences, [ANSWERS, "stayed", {"home": 2, "shop": 2}], {},
        "No group without a choice was asked both at 1 and at 2: nothing to compare."),
    "nothing opened": (difference_in_differences, [ANSWERS, "stayed", {"home": None, "shop": None}], {},
        "No market in these data has opened"),
    "an empty cell": (difference_in_differences, [ANSWERS.assign(stayed=[np.nan] + [1] * 7), "stayed", OPENED], {},
        "The frame of answers has an empty cell in 1 row (row 0). Remove these rows first."),
    "a cause that does not vary": (effect_sizes, [ANSWERS.assign(satisfaction=5), EFFECTS], {},
        "The effect 'stays' cannot be estimated: column 'satisfaction' has the same value in all 8 usable rows."),
    "adjusted for itself": (effect_sizes, [ANSWERS, EFFECTS.assign(adjust_for="wave, satisfaction")], {},
        "The effect 'stays' adjusts for its own cause or outcome. Remove it from adjust_for."),
    "adjusted for a copy": (effect_sizes, [ANSWERS.assign(copy=2 * ANSWERS["satisfaction"]), EFFECTS.assign(adjust_for="copy")],
        {}, "The effect 'stays': The effect of satisfaction, copy cannot be told apart: one of them follows from the others."),
    "too few rows": (effect_sizes, [ANSWERS.iloc[2:5], EFFECTS], {}, "3 customers are too few to estimate 3 numbers"),
    "no such confounder": (effect_sizes, [ANSWERS, EFFECTS.assign(adjust_for="age")], {}, "The frame of answers has no column 'age'"),
    "no row is complete": (effect_sizes, [ANSWERS.assign(satisfaction=np.nan), EFFECTS], {}, "has the same value in all 0 usable rows"),
    "a year twice": (behaviour_after, [ASKED, pd.concat([YEARS, YEARS.iloc[[0]]]), PEOPLE], {},
        "The frame of years must have one row per customer and year, but some repeat. Add them up first."),
    "a person twice": (behaviour_after, [ASKED, YEARS, pd.concat([PEOPLE, PEOPLE])], {},
        "The frame of customers must have one row per customer"),
    "an answer without a date": (behaviour_after, [ASKED.assign(asked=pd.NaT), YEARS, PEOPLE], {},
        "Every answer needs a date in 'asked', and every customer one in 'joined'. Remove rows without."),
    "no referrers": (behaviour_after, [ASKED, YEARS, PEOPLE.drop(columns="referrer")], {},
        "The frame of customers has no column 'referrer'."),
    "revenue as text": (behaviour_after, [ASKED, YEARS.assign(revenue="100"), PEOPLE], {},
        "Column 'revenue' of the frame of years must hold numbers, but row 0 has the text '100'."),
    "a survey without items": (with_scales, [SURVEY], {}, "The survey has no columns 'swc1', 'swc2', 'swc3'"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_gets_a_sentence(case):
    function, given, more, sentence = REFUSED[case]
    with pytest.raises((ValueError, TypeError), match=re.escape(sentence)):
        function(*given, **more)


def reasons(excluded: pd.DataFrame) -> dict[str, int]:
    return dict(zip(excluded["reason"], excluded["rows"], strict=True))


def test_what_is_missing_is_set_aside_and_counted_once():
    holes = pd.concat([SURVEY, SURVEY.assign(customer=[5, 6, 7, None])], ignore_index=True)
    holes.loc[[4, 5], "att2"] = np.nan
    holes.loc[4, "share_said"] = np.nan
    holes["choice_available"] = holes["choice_available"].astype("boolean")
    holes.loc[6, "choice_available"] = pd.NA
    found = loyalty_types(holes)
    assert reasons(found.excluded) == {"no customer": 1, "no att2": 2, "no choice_available": 1}
    assert len(found.customers) + found.excluded["rows"].sum() == len(holes)
    assert found.excluded.set_index("reason").loc["no att2", "first_rows"] == "4 and 5"
    assert found.customers["type"].tolist() == loyalty_types(SURVEY).customers["type"].tolist()
    assert reasons(loyalty_indices(holes).excluded) == {"no customer": 1, "no att2": 2}


def test_an_unanswered_reason_is_set_aside_and_not_unknown():
    found = loyalty_types(survey(stay_reason=pd.Categorical(["value", None, "habit", "price"])))
    assert reasons(found.excluded) == {"no stay_reason": 1}


def test_the_curve_counts_what_it_leaves_out():
    answers = ANSWERS.assign(
        satisfaction=[np.nan, *ANSWERS["satisfaction"][1:]], stayed=[1, np.nan, *ANSWERS["stayed"][2:]]
    )
    found = satisfaction_curve(answers)
    assert reasons(found.excluded) == {"no satisfaction": 1, "no stayed": 1}
    assert found.curve["answers"].sum() == found.slopes["answers"].sum() == 6


def test_one_customer_has_a_type_and_indices_but_no_correlation():
    assert loyalty_types(SURVEY.iloc[[0]]).customers["type"].tolist() == ["premium"]
    alone = loyalty_indices(SURVEY.iloc[[0]])
    assert alone.customers["affective"].tolist() == pytest.approx([400 / 6])
    assert alone.agreement["correlation"].isna().all()


def test_own_reasons_with_own_rules():
    rules = pd.DataFrame(
        [("any", "any", "any", "love", "fan"), ("any", "any", "any", "rest", "other")],
        columns=["choice", "attachment", "repurchase", "reason", "type"],
    )
    found = loyalty_types(survey(stay_reason=["love", "rest", "rest", "love"]), rules=rules, reasons=("love", "rest"))
    assert found.customers["type"].tolist() == ["fan", "other", "other", "fan"]
