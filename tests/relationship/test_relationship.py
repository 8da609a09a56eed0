"""Stages of a relationship, the customer base over the years, the service-profit chain, and the checklist."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.companies import load_bank, simulate_bank
from crmlib.relationship import (
    STAGES,
    customer_base,
    lifecycle_stage,
    programme_checklist,
    programme_risks,
    service_profit_chain,
)


def frame(**money: float | None) -> pd.DataFrame:
    return pd.DataFrame({"customer": list(money), "revenue": list(money.values())}).astype({"revenue": float})


# --- stages -------------------------------------------------------------------------------------------------------------


def test_each_stage_by_hand():
    before = frame(grows=100, border=100, holds=100, shrinks=100, leaves=100)
    after = frame(grows=111, border=110, holds=90, shrinks=89, comes=50, returns=70)
    found = lifecycle_stage(before, after, former=frame(returns=1, holds=1))
    stage = found.customers.set_index("customer")["stage"].astype("str").to_dict()
    assert stage == {
        "grows": "developing",
        "border": "mature",  # exactly 10 % more
        "holds": "mature",
        "shrinks": "declining",
        "leaves": "lost",
        "comes": "acquired",
        "returns": "won back",
    }
    table = found.table.set_index("stage")
    assert table["customers"].tolist() == [1, 1, 2, 1, 1, 1]
    assert table["before"].sum() == 500
    assert table["after"].sum() == 111 + 110 + 90 + 89 + 50 + 70
    assert table["customer_share"].sum() == pytest.approx(1)


def test_who_cannot_be_placed_is_counted():
    before = frame(free=0, owed=-5, known=10, blank=None)
    after = frame(free=10, owed=10, known=None, blank=3)
    with_gap = lifecycle_stage(before, after)
    assert with_gap.excluded.set_index("reason")["rows"].to_dict() == {
        "no revenue": 2,
        "revenue not above 0 in the earlier period": 2,
    }
    assert with_gap.customers.empty
    assert with_gap.table["customers"].sum() == 0


@given(
    st.dictionaries(st.integers(0, 30), st.floats(0.01, 1e6), min_size=1),
    st.dictionaries(st.integers(0, 30), st.floats(0.01, 1e6), min_size=1),
    st.floats(0, 2),
)
def test_stages_agree_with_a_loop_and_lose_nobody(before, after, tolerance):
    def as_frame(money):
        return pd.DataFrame({"customer": list(money), "revenue": list(money.values())})

    found = lifecycle_stage(as_frame(before), as_frame(after), tolerance=tolerance)
    slow = {}
    for customer in before.keys() | after.keys():
        if customer not in before:
            slow[customer] = "acquired"
        elif customer not in after:
            slow[customer] = "lost"
        else:
            growth = round(after[customer] / before[customer] - 1, 12)
            slow[customer] = "developing" if growth > tolerance else "declining" if growth < -tolerance else "mature"
    assert found.customers.set_index("customer")["stage"].astype("str").to_dict() == slow
    assert found.table["after"].sum() == pytest.approx(sum(after.values()))


REFUSED = {
    "no frame": (([1], frame(a=1)), {}, "must be a pandas DataFrame"),
    "empty": ((frame(a=1).iloc[:0], frame(a=1)), {}, "The frame of customers before has no rows"),
    "missing column": ((frame(a=1), frame(a=1).drop(columns="revenue")), {}, "customers after has no column 'revenue'"),
    "twice": ((pd.concat([frame(a=1)] * 2), frame(a=1)), {}, "repeats in 1 row"),
    "text": ((frame(a=1).astype("str"), frame(a=1)), {}, "must hold numbers"),
    "infinite": ((frame(a=np.inf), frame(a=1)), {}, "is infinite in 1 row"),
    "tolerance": ((frame(a=1), frame(a=1)), {"tolerance": -0.1}, "`tolerance` must be a share of 0 or more"),
    "former": ((frame(a=1), frame(a=1)), {"former": frame(a=1).drop(columns="customer")}, "has no column 'customer'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_frames_get_a_sentence(case):
    arguments, more, sentence = REFUSED[case]
    copies = [one.copy() if isinstance(one, pd.DataFrame) else one for one in arguments]
    with pytest.raises((ValueError, TypeError), match=sentence):
        lifecycle_stage(*arguments, **more)
    for one, copy in zip(arguments, copies, strict=True):
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, copy)


def test_the_bank_s_stages_hold_every_customer_of_the_two_years():
    years = load_bank(tables=["years"]).years
    before, after = (years[years["year"] == year] for year in (2024, 2025))
    former = years[years["year"] == 2023]
    found = lifecycle_stage(before, after, former)
    assert (
        found.table["customers"].sum() + found.excluded["rows"].sum()
        == pd.concat([before, after])["customer"].nunique()
    )
    assert found.table["stage"].tolist() == list(STAGES)
    assert (found.table["customers"].iloc[:5] > 0).all()


# --- the base over the years ----------------------------------------------------------------------------------------------


@given(st.floats(0, 1e6), st.floats(0, 1), st.floats(0, 1e5), st.integers(1, 40))
def test_the_base_is_kept_plus_new(customers, retention, new, years):
    base = customer_base(customers, retention, new, years)
    here = customers
    for year in range(1, years + 1):
        row = base.iloc[year]
        assert row["kept"] == pytest.approx(retention * here, abs=1e-6)
        assert row["lost"] == pytest.approx((1 - retention) * here, abs=1e-6)
        here = retention * here + new
        assert row["customers"] == pytest.approx(here)


def test_a_base_settles_where_as_many_leave_as_come():
    base = customer_base(1000, retention=0.9, new=50, years=400)
    assert base["customers"].iloc[-1] == pytest.approx(500)
    assert base["lost"].iloc[-1] == pytest.approx(50)
    assert customer_base(500, 0.9, 50, 5)["customers"].tolist() == pytest.approx([500] * 6)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((100, 1.2, 0), "`retention` must be a number from 0 to 1, such as 0.85"),
        ((100, 85, 0), "`retention` must be a number from 0 to 1"),
        ((-1, 0.8, 0), "`customers` must be a number of 0 or more"),
        ((100, 0.8, np.inf), "`new` must be a number of 0 or more"),
        ((100, 0.8, "ten"), "`new` must be a number"),
        ((100, 0.8, 1, 0), "`years` must be a whole number of 1 or more"),
        ((100, float("nan"), 1), "`retention` must be a number from 0 to 1"),
    ],
)
def test_a_base_outside_its_range_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        customer_base(*arguments)


# --- the service-profit chain ---------------------------------------------------------------------------------------------


def made(units: int, years: int, lasting: float, effect: float, seed: int) -> pd.DataFrame:
    """Make branches whose lasting quality lifts mood and sales; mood itself lifts next year's sales by `effect`."""
    draws = np.random.default_rng(seed)
    quality = np.repeat(draws.normal(size=units), years + 1)
    mood = 70 + 5 * quality + draws.normal(0, 4, len(quality))
    panel = pd.DataFrame(
        {"branch": np.repeat(np.arange(units), years + 1), "year": np.tile(np.arange(years + 1), units)}
    )
    panel["mood"] = mood
    before = panel.groupby("branch")["mood"].shift()
    common = np.tile(draws.normal(0, 3, years + 1), units)
    panel["sales"] = 100 + lasting * quality + effect * before + common + draws.normal(0, 1, len(panel))
    return panel


def slopes(panel: pd.DataFrame, **more) -> pd.DataFrame:
    return service_profit_chain(panel, "mood", "sales", **more).set_index("comparison")


def test_within_is_the_fixed_effects_estimate_of_statsmodels():
    """The same slope as a regression with a dummy for every branch and year."""
    from statsmodels.formula.api import ols

    panel = made(12, 4, 10, 0.5, seed=1)
    before = panel.assign(year=panel["year"] + 1)[["branch", "year", "mood"]]
    pairs = before.merge(panel[["branch", "year", "sales"]]).dropna()
    full = ols("sales ~ mood + C(branch) + C(year)", pairs).fit()
    assert slopes(panel).loc["within", "slope"] == pytest.approx(full.params["mood"])
    gaps = panel.drop(index=[3, 17, 18])
    pairs = before.drop(index=[3, 17, 18]).merge(gaps[["branch", "year", "sales"]]).dropna()
    full = ols("sales ~ mood + C(branch) + C(year)", pairs).fit()
    assert slopes(gaps).loc["within", "slope"] == pytest.approx(full.params["mood"])


def test_what_lasts_makes_the_difference_between_and_none_within():
    covered = 0
    for seed in range(40):
        found = slopes(made(30, 4, lasting=10, effect=0.2, seed=seed))
        assert found.loc["between", "slope"] > 3 * 0.2
        covered += found.loc["within", "low"] <= 0.2 <= found.loc["within", "high"]
    assert covered >= 34  # 38 expected of 40


def test_the_bank_s_chain_against_its_truth():
    """Between branches the location makes mood look ten times as strong as it is; within, the interval holds the truth."""
    truths, within, between = [], [], []
    for seed in range(8):
        bank = simulate_bank(customers=3_000, seed=300 + seed)
        panel = bank.branch_years.assign(log_revenue=np.log(bank.branch_years["typical_revenue"]))
        found = service_profit_chain(panel, "staff_satisfaction", "log_revenue").set_index("comparison")
        truths.append(bank.truth["money.mood"] / 7)  # recorded per standard deviation of mood, which is 7 points
        within.append((found.loc["within", "low"], found.loc["within", "high"]))
        between.append(found.loc["between", "slope"])
    assert sum(low <= truth <= high for truth, (low, high) in zip(truths, within, strict=True)) >= 6
    assert np.mean(between) > 3 * np.mean(truths)


PANEL = made(4, 3, 5, 0.1, seed=2)
REFUSED_PANELS = {
    "empty": (PANEL.iloc[:0], {}, "The panel has no rows"),
    "missing": (PANEL.drop(columns="mood"), {}, "has no column 'mood'"),
    "twice": (pd.concat([PANEL, PANEL.head(1)]), {}, "has a branch twice in a year: 1 row"),
    "two branches": (PANEL[PANEL["branch"] < 2], {}, "leaves 2 units and 3 periods"),
    "lag too long": (PANEL, {"lag": 3}, "1 periods with 'mood' and, 3 later, 'sales'"),
    "no variation": (PANEL.assign(mood=1.0), {}, "does not vary within the units"),
    "negative lag": (PANEL, {"lag": -1}, "`lag` must be a whole number of periods"),
    "text": (PANEL.assign(sales="many"), {}, "must hold numbers"),
}


@pytest.mark.parametrize("case", REFUSED_PANELS)
def test_bad_panels_get_a_sentence(case):
    panel, more, sentence = REFUSED_PANELS[case]
    with pytest.raises(ValueError, match=sentence):
        slopes(panel, **more)


# --- the checklist --------------------------------------------------------------------------------------------------------


def test_a_programme_without_answers_has_every_risk():
    every = programme_checklist()
    assert every["risk"].is_unique
    nothing = programme_risks({})
    assert nothing["risk"].tolist() == every["risk"].tolist()
    assert set(nothing["answer"]) == {"not known"}
    assert programme_risks(dict.fromkeys(every["risk"], True)).empty
    half = programme_risks({"one owner": False, "a comparison": True}).set_index("risk")["answer"]
    assert half["one owner"] == "no"
    assert "a comparison" not in half


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [({"luck": True}, "The checklist has no 'luck'"), ({"one owner": "yes"}, "Answer 'one owner' with True or False")],
)
def test_bad_answers_get_a_sentence(answers, sentence):
    with pytest.raises(ValueError, match=sentence):
        programme_risks(answers)
