"""Delivered value, the marginal rule, bonds and the margin chain: by hand, against scipy, and on the two companies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmlib.companies import load_bank, load_utility, simulate_bank
from crmlib.strategy import COSTS, VALUES, delivered_value, margin_chain, marginal_rule, relationship_levels


@pytest.fixture(scope="module")
def ratings():
    return load_bank(tables=["market_study"]).market_study


def test_the_lead_over_a_competitor_is_a_paired_difference(ratings):
    found = delivered_value(ratings).set_index("bank")
    score = ratings[list(VALUES)].sum(axis=1) - ratings[list(COSTS)].sum(axis=1)
    wide = score.groupby([ratings["rater"], ratings["bank"].astype("str")]).sum().unstack()
    for rival in ("Northern Bank", "Pearl Bank"):
        test = stats.ttest_rel(wide["Harbour Bank"], wide[rival])
        interval = test.confidence_interval(0.95)
        assert found.loc[rival, "ahead"] == pytest.approx(wide["Harbour Bank"].mean() - wide[rival].mean())
        assert found.loc[rival, ["low", "high"]].tolist() == pytest.approx([interval.low, interval.high])
    assert found.loc["Harbour Bank", ["ahead", "low", "high"]].tolist() == [0, 0, 0]


def test_weights_turn_sums_into_weighted_means(ratings):
    even = dict.fromkeys((*VALUES, *COSTS), 0.25)
    plain, weighted = (delivered_value(ratings, weights=weights).set_index("bank") for weights in (None, even))
    np.testing.assert_allclose(weighted["delivered"], plain["delivered"] / 4)
    only = delivered_value(ratings, weights=dict.fromkeys((*VALUES, *COSTS), 0.0) | {"image": 1.0, "money_cost": 1.0})
    np.testing.assert_allclose(only["delivered"], only["image"] - only["money_cost"])


def test_difference_and_ratio_can_disagree():
    """A: 20 − 10 = 10 beats B: 12 − 4 = 8; by ratio B's 3 beats A's 2."""
    frame = pd.DataFrame({"rater": [1, 1, 2, 2], "bank": ["A", "B"] * 2})
    for name in VALUES:
        frame[name] = [5, 3, 5, 3]
    for name in COSTS:
        frame[name] = [2.5, 1, 2.5, 1]
    found = delivered_value(frame, own="A").set_index("bank")
    assert found["delivered"].to_dict() == {"A": 10, "B": 8}
    assert found["value_per_cost"].to_dict() == {"A": 2, "B": 3}


def test_delivered_value_goes_with_the_next_choice():
    """In other banks of the same city, too: raters choose the bank of highest delivered value more often than one in three."""
    for seed in range(3):
        study = simulate_bank(400, seed).market_study
        score = study[list(VALUES)].sum(axis=1) - study[list(COSTS)].sum(axis=1)
        chosen = score.groupby(study["rater"]).rank(ascending=False)[study["chosen"]]
        assert (chosen < 2).mean() > 0.36


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(-50, 100)), min_size=1, max_size=8))
def test_the_marginal_rule_stops_at_a_level_no_neighbour_beats(steps):
    cost, gain = np.cumsum(np.array(steps, dtype=float), axis=0).T
    table = marginal_rule(pd.DataFrame({"gain": gain, "cost": cost}))
    assert table["next_gain"].sum() == pytest.approx(gain[-1])
    reached = int(table["go"].sum())
    totals = np.append(0.0, table["total"])
    assert (np.diff(totals[: reached + 1]) > 0).all()
    if reached < len(table):
        assert totals[reached + 1] <= totals[reached] + 1e-9
    assert table["go"].tolist() == [True] * reached + [False] * (len(table) - reached)


def test_the_average_can_please_where_the_last_step_loses():
    table = marginal_rule(pd.DataFrame({"gain": [100, 130], "cost": [20, 60]}))
    assert table["gain_per_yuan"].iloc[1] > 2
    assert table["go"].tolist() == [True, False]


def test_a_bond_by_hand():
    """Leaving 0.19 a year; a bond that halves the rate keeps 0.9 of 100 %: 9 in 100 saved, for two years until copied."""
    bonds = pd.DataFrame(
        {"level": ["social"], "bond": ["adviser"], "hazard_ratio": [0.5], "cost": [30.0], "years_to_copy": [2.0]}
    )
    row = relationship_levels(bonds, leave=0.19, margin=1_000, years=3, discount=0.25).iloc[0]
    assert row["saved"] == pytest.approx(9)
    assert row["break_even"] == pytest.approx(30 / 0.09)
    assert row["worth"] == pytest.approx((90 - 30) / 1.25 + (90 - 30) / 1.25**2 - 30 / 1.25**3)
    soon = relationship_levels(bonds.assign(years_to_copy=1.5), leave=0.19, margin=1_000, years=3, discount=0.25).iloc[
        0
    ]
    assert soon["worth"] == pytest.approx((90 - 30) / 1.25 + (45 - 30) / 1.25**2 - 30 / 1.25**3)
    never = relationship_levels(bonds.assign(hazard_ratio=1.2), leave=0.19, margin=1_000).iloc[0]
    assert never["saved"] < 0
    assert np.isinf(never["break_even"])


def test_the_parts_of_a_price_add_up():
    utility = load_utility(tables=["customers", "bills", "price_chain"])
    bills = utility.bills.merge(utility.customers[["customer", "class"]])
    use = bills.groupby("class", observed=True)[["kwh_peak", "kwh_flat", "kwh_valley"]].sum()
    use = use.div(use.sum(axis=1), axis=0).set_axis(["peak", "flat", "valley"], axis="columns").reset_index()
    chain = margin_chain(utility.price_chain, use)
    retail = utility.price_chain.groupby("class", observed=True)["retail"].mean()
    paid = chain.groupby("class")["paid"].sum()
    for name in retail.index:
        assert paid[name] == pytest.approx(retail[name])
    assert chain.groupby("class")["share"].sum().tolist() == pytest.approx([1, 1, 1])
    # one row by hand: the retailer of January 2023, homes
    row = utility.price_chain.iloc[[0]]
    even = pd.DataFrame({"class": ["residential"], "peak": [0.2], "flat": [0.5], "valley": [0.3]})
    left = 0.5561 - (0.2 * 0.5630 + 0.5 * 0.4171 + 0.3 * 0.2190) - 0.1250 - 0.012 - 0.04
    found = margin_chain(row, even).set_index("member")["paid"]
    assert found["retailer"] == pytest.approx(left)
    assert found["generator"] == pytest.approx(0.2 * 0.5630 + 0.5 * 0.4171 + 0.3 * 0.2190 - 0.2519)
