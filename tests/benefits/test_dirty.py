"""Bad input: each case gets a sentence that names column, rows and remedy, or is set aside and counted."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from crmlib.benefits import benefit_evidence, bond_hazard, joint_value, mediate, path_model
from tests.benefits.test_estimates import asked_twice, people, town

ANSWERS = people(40)
ARROWS = {"commitment": ["satisfaction", "confidence"]}
ITEMS, SCALES = asked_twice(ANSWERS, ["confidence", "satisfaction", "commitment"], 0.5, 1)
CUSTOMERS, TIES = town(60)
RECORDS = {"observed_from": "2023-01-01", "as_of": "2024-12-31"}


def answers(**columns) -> pd.DataFrame:
    return ANSWERS.assign(**columns)


def designs(frame, **more):
    return benefit_evidence(frame, ["confidence"], "commitment", **({"scales": {}} | more))


def ties(frame, bonds=TIES, kinds=("adviser",), **more):
    return bond_hazard(frame, bonds, kinds, **(RECORDS | more))


# name: (function, positional arguments, further arguments, the sentence)
REFUSED = {
    "not a table": (path_model, [[1], ARROWS], {}, "The frame of answers must be a pandas DataFrame (a table), but it is a list."),
    "no rows": (path_model, [ANSWERS.iloc[:0], ARROWS], {}, "The frame of answers has no rows."),
    "no such column": (path_model, [ANSWERS.drop(columns="confidence"), ARROWS], {}, "The frame of answers has no column 'confidence'."),
    "answers as text": (path_model, [answers(confidence="high"), ARROWS], {},
        "Column 'confidence' of the frame of answers must hold numbers, but row 0 has the text 'high'."),
    "an infinite answer": (path_model, [answers(confidence=np.inf), ARROWS], {}, "is infinite in 40 rows"),
    "nobody answered": (path_model, [answers(confidence=np.nan), ARROWS], {},
        "The frame of answers has no complete row: 40 × no confidence. Check the columns."),
    "everybody answered the same": (path_model, [answers(confidence=4), ARROWS], {},
        "'confidence' is the same in all 40 complete rows: nothing can be read from it. Leave it out."),
    "a copy of a cause": (path_model, [answers(copy=ANSWERS["satisfaction"]), {"commitment": ["satisfaction", "copy"]}], {},
        "The paths from 'satisfaction' and 'copy' to 'commitment' cannot be told apart: one of these causes follows from the others."),
    "one customer": (path_model, [ANSWERS.iloc[:2], ARROWS], {}, "1 customers are too few to estimate 2 paths to 'commitment'."),
    "an arrow to itself": (path_model, [ANSWERS, {"commitment": ["commitment"]}], {}, "each cause once, and not itself"),
    "causes that are no list": (path_model, [ANSWERS, {"commitment": "satisfaction"}], {}, "`arrows` must name each effect with a list"),
    "no arrows": (path_model, [ANSWERS, {}], {}, "`arrows` must name each effect with a list of its causes"),
    "an item in two scales": (path_model, [ITEMS, ARROWS], {"scales": SCALES | {"confidence": ["confidence1", "satisfaction1"]}},
        "The item 'satisfaction1' is in the scales 'satisfaction' and 'confidence'. Their errors would then agree: give each scale "
        "its own items."),
    "an item twice": (path_model, [ITEMS, ARROWS], {"scales": SCALES | {"confidence": ["confidence1", "confidence1"]}},
        "The scale 'confidence' must be a list of different items"),
    "a scale that is no list": (path_model, [ITEMS, ARROWS], {"scales": SCALES | {"confidence": "confidence1"}},
        "The scale 'confidence' must be a list of different items, such as ['cnf1', 'cnf2']."),
    "an item that was not reversed": (path_model,
        [ITEMS.assign(confidence1=-ITEMS["confidence1"], confidence2=-ITEMS["confidence2"], confidence3=2 * ITEMS["confidence3"]), ARROWS],
        {"scales": SCALES, "corrected": True}, "do not go together (reliability"),
    "a level of 95": (path_model, [ANSWERS, ARROWS], {"level": 95},
        "`level` must lie between 0 and 1, such as 0.95 for 95 %, but it is 95."),
    "a mediator twice": (mediate, [ANSWERS, "confidence", ["satisfaction", "satisfaction"], "commitment"], {},
        "'satisfaction' stands in two roles."),
    "a mediator as text": (mediate, [ANSWERS, "confidence", "satisfaction", "commitment"], {}, "`through` must be a list of mediators"),
    "no mediator": (mediate, [ANSWERS, "confidence", [], "commitment"], {}, "`through` must be a list of mediators"),
    "ten resamples": (mediate, [ANSWERS, "confidence", ["satisfaction"], "commitment"], {"resamples": 10},
        "`resamples` must be a whole number of 100 or more, but it is 10."),
    "few customers": (mediate, [ANSWERS.iloc[:6], "confidence", ["satisfaction"], "commitment"], {},
        "3 customers are too few for 3 variables."),
    "the mediator is the cause again": (mediate, [answers(copy=ANSWERS["confidence"]), "confidence", ["copy"], "commitment"], {},
        "cannot be told apart: one of them follows from the others"),
    "two answers in a wave": (designs, [answers(wave=2024)], {},
        "The frame of answers must have one row per customer and wave, but repeats in 20 rows (rows 1, 3, 5, 7, 9 and 15 more)."),
    "half waves": (designs, [answers(wave=2024.5)], {}, "Column 'wave' of the frame of answers must hold whole numbers such as years"),
    "nobody answered twice": (designs, [ANSWERS[ANSWERS["wave"] == 2024]], {}, "Nobody answered in two waves in a row"),
    "an outcome that is a benefit": (designs, [ANSWERS], {"adjust_for": ["commitment"]}, "no variable may be a benefit, the outcome"),
    "a lot for no benefit": (designs, [answers(arm=1)], {"lot": {"special": "arm"}},
        "`lot` names 'special', but the benefits are 'confidence'."),
    "a lot with three arms": (designs, [answers(arm=np.arange(40) % 3)], {"lot": {"confidence": "arm"}},
        "Column 'arm' must hold 1 (offered), 0 (not offered) and nothing else; empty where not drawn."),
    "a lot with one arm": (designs, [answers(arm=1)], {"lot": {"confidence": "arm"}},
        "Column 'arm' must hold 1 (offered), 0 (not offered)"),
    "an offer that moved nothing": (designs, [people(400, 3).assign(arm=lambda one: one["customer"] % 2)], {"lot": {"confidence": "arm"}},
        "The offer in 'arm' hardly moved 'confidence': by"),
    "nearly a copy": (mediate, [answers(copy=ANSWERS["confidence"] * 3 + 1), "confidence", ["copy"], "commitment"], {},
        "cannot be told apart: one of them follows from the others"),
    "years as text": (joint_value, [1, 0.5, 0, 0], {"years": "five"}, "`years` must be a whole number of 1 or more, but it is 'five'."),
    "a customer twice": (ties, [pd.concat([CUSTOMERS, CUSTOMERS.iloc[[0]]])], {}, "The frame of customers must have one row per customer"),
    "a bond nobody knows": (ties, [CUSTOMERS], {"kinds": ["club"]}, "No bond is called 'club'. The kinds are 'adviser' and 'payroll'."),
    "a bond without a day": (ties, [CUSTOMERS, TIES.assign(since=pd.NaT)], {},
        "30 bonds have no day in 'since': nobody can say in which months they held."),
    "bonds as text": (ties, [CUSTOMERS, TIES.assign(since="yes")], {}, "Column 'since' of the frame of bonds must hold dates"),
    "kinds as text": (ties, [CUSTOMERS], {"kinds": "adviser"}, "`kinds` must be a list of bonds"),
    "days turned round": (ties, [CUSTOMERS], {"observed_from": "2025-01-01"},
        "`observed_from` (2025-01-01) must be before `as_of` (2024-12-31)."),
    "nobody leaves": (ties, [CUSTOMERS.assign(left=pd.NaT)], {}, "Nobody leaves between these days: there is nothing to explain."),
    "a bond that keeps everybody": (ties, [CUSTOMERS.assign(left=CUSTOMERS["left"].where(~CUSTOMERS["customer"].isin(TIES["customer"])))],
        {},
        "The bond 'adviser' cannot be compared: 0 customers left with it"),
    "nobody in the records": (ties, [CUSTOMERS.assign(joined=pd.Timestamp("2030-01-01"), left=pd.NaT)], {}, "has nobody at risk between"),
    "a trait as text": (ties, [CUSTOMERS.assign(size="big")], {"adjust_for": ["size"]},
        "Column 'size' of the frame of customers must hold numbers"),
    "own choice as text": (ties, [CUSTOMERS.assign(own="yes")], {"own_choice": "own"}, "must say True or False in every row"),
    "a negative saving": (joint_value, [-1, 0.5, 0, 0], {}, "`saving` must be an amount of ¥0 or more, but it is -1."),
    "an investment of nothing known": (joint_value, [1, 0.5, np.nan, 0], {}, "`supplier_investment` must be an amount of ¥0 or more"),
    "a share in per cent": (joint_value, [1, 50, 0, 0], {}, "`supplier_share` must be a share from 0 to 1 (0.5 for a half), but it is 50."),
    "half a year": (joint_value, [1, 0.5, 0, 0], {"years": 0.5}, "`years` must be a whole number of 1 or more, but it is 0.5."),
    "a discount of -1": (joint_value, [1, 0.5, 0, 0], {"discount": -1},
        "`discount` must be above -1 (0.10 for 10 % a year), but it is -1."),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_gets_a_sentence(case):
    function, given, more, sentence = REFUSED[case]
    with pytest.raises((ValueError, TypeError), match=re.escape(sentence)):
        function(*given, **more)


def reasons(excluded: pd.DataFrame) -> dict[str, int]:
    return dict(zip(excluded["reason"], excluded["rows"], strict=True))


def test_what_is_missing_is_set_aside_and_counted_once():
    holes = ANSWERS.astype({"customer": "Int64"})
    holes.loc[[3, 9], "confidence"] = np.nan
    holes.loc[9, "commitment"] = np.nan
    holes.loc[5, "customer"] = pd.NA
    found = path_model(holes, ARROWS)
    assert reasons(found.excluded) == {"no customer": 1, "no commitment": 1, "no confidence": 1}
    pd.testing.assert_frame_equal(found.table, path_model(ANSWERS.drop(index=[3, 5, 9]), ARROWS).table)
    assert reasons(mediate(holes, "confidence", ["satisfaction"], "commitment", resamples=100).excluded) == {
        "no customer": 1, "no confidence": 2,
    }  # fmt: skip
    evidence = designs(holes)
    assert reasons(evidence.excluded) == {
        "no customer": 1, "no confidence": 2, "no answer in the next wave": 20,
    }  # fmt: skip
    assert evidence.table.set_index("design").loc[["alone", "change"], "answers"].tolist() == [37, 17]


def test_a_frame_with_repeated_labels_is_read_by_its_rows():
    tangled = pd.concat([ANSWERS[ANSWERS["wave"] == 2024], ANSWERS[ANSWERS["wave"] == 2025].set_axis(range(20))])
    tangled["arm"] = (tangled["customer"] % 2).where(tangled["wave"] == 2025)
    tangled["confidence"] += 2 * (tangled["arm"] == 1)
    plain = designs(tangled.reset_index(drop=True), lot={"confidence": "arm"})
    pd.testing.assert_frame_equal(designs(tangled, lot={"confidence": "arm"}).table, plain.table)


def test_customers_who_were_never_at_risk_are_counted():
    odd = CUSTOMERS.astype({"customer": "Int64"})
    odd.loc[0, "customer"] = pd.NA
    odd.loc[1, "joined"] = pd.NaT
    odd.loc[2, ["joined", "left"]] = [pd.Timestamp("2024-05-05"), pd.Timestamp("2024-04-04")]
    odd.loc[3, ["joined", "left"]] = [pd.Timestamp("2024-05-05"), pd.Timestamp("2024-05-25")]  # within one month
    before = reasons(ties(CUSTOMERS.drop(index=[0, 1, 2, 3])).excluded)["no month in the records"]
    assert reasons(ties(odd).excluded) == {
        "no customer": 1, "no day in 'joined'": 1, "'left' is before 'joined'": 1, "no month in the records": before + 1,
    }  # fmt: skip


def test_a_joint_investment_that_never_pays_says_so_with_empty_shares():
    assert joint_value(0, 0.5, 0, 0).shares[["lowest", "highest"]].isna().all(axis=None)
    assert joint_value(10, 0.5, 1_000, 0).shares[["lowest", "highest"]].isna().all(axis=None)
