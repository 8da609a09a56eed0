"""Scorecard, RFM scores and value drivers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.discrete.conditional_models import ConditionalLogit

from crmlib.companies import load_bank
from crmlib.value import retention_clv, rfm_scores, value_drivers, value_scorecard


@pytest.fixture(scope="module")
def study():
    return load_bank().market_study


def test_the_scorecard_by_hand():
    year = pd.DataFrame(
        {"customer": [1, 2, 3], "revenue": [5000.0, 400, 600], "profit": [500.0, 120, -20], "stay": [0.8, 0.9, 0.5],
         "wallet": [0.5, 1.0, 0.3], "years": [3, 8, 1], "sat": [8, np.nan, 4], "kind": ["a", "b", "b"], "cost": [100.0, 20, 30]}
    )  # fmt: skip
    card = value_scorecard(
        year,
        "stay",
        0.10,
        None,
        share_of_wallet="wallet",
        lifetime="years",
        satisfaction="sat",
        acquisition_cost="cost",
        by="kind",
    )
    table = card.table.set_index("measure")
    assert table.loc["profit per customer", "everyone"] == pytest.approx(200)
    assert table.loc["profit rate", "everyone"] == pytest.approx(600 / 6000)
    assert table.loc["profit rate", "b"] == pytest.approx(100 / 1000)
    # 500·0.8/0.3 + 120·0.9/0.2 − 20·0.5/0.6
    clv = (500 * 0.8 / 0.3 + 120 * 0.9 / 0.2 - 20 * 0.5 / 0.6) / 3
    assert table.loc["CLV", "everyone"] == pytest.approx(clv)
    assert table.loc["NPV", "everyone"] == pytest.approx(clv - 50)
    assert table.loc["satisfaction", ["customers", "everyone", "b"]].tolist() == [2, 6, 4]
    assert table.loc["lifetime", "everyone"] == 4
    assert "loyalty" not in table.index
    assert card.customers["rank_by_profit"].tolist() == [1, 2, 3]
    assert card.customers["rank_by_rate"].tolist() == [2, 1, 3]
    assert card.customers["clv"].tolist() == pytest.approx([500 * 0.8 / 0.3, 120 * 0.9 / 0.2, -20 * 0.5 / 0.6])
    assert card.customers["npv"].tolist() == pytest.approx(
        [500 * 0.8 / 0.3 - 100, 120 * 0.9 / 0.2 - 20, -20 * 0.5 / 0.6 - 30]
    )


def test_the_scorecard_of_the_bank_agrees_with_plain_sums():
    bank = load_bank()
    year = bank.years[bank.years["year"] == 2025]
    card = value_scorecard(year, 0.87, margin="contribution").table.set_index("measure")["everyone"]
    assert card["profit per customer"] == pytest.approx(year["profit"].sum() / len(year))
    assert card["profit rate"] == pytest.approx(year["profit"].sum() / year["revenue"].sum())
    assert card["CLV"] == pytest.approx(year["contribution"].mean() * retention_clv(1, 0.87, 0.10, 10))


def test_a_customer_without_revenue_has_no_rate():
    year = pd.DataFrame({"customer": [1, 2], "revenue": [0.0, 10], "profit": [-5.0, 5]})
    found = value_scorecard(year, 0.8).customers
    assert found["profit_rate"].isna().tolist() == [True, False]
    assert found["rank_by_rate"].isna().tolist() == [True, False]


# --- RFM --------------------------------------------------------------------------------------------------------------------

SHOP = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4), st.integers(0, 5)), min_size=1, max_size=40)


@given(SHOP, st.integers(2, 7))
def test_equal_values_have_equal_scores_and_better_ones_no_worse(rows, scores):
    shop = pd.DataFrame(rows, columns=["days_since_last", "frequency", "revenue"]).assign(customer=range(len(rows)))
    found = rfm_scores(shop, scores).customers
    for name, letter, sign in (("recency", "r", -1), ("frequency", "f", 1), ("monetary", "m", 1)):
        assert found.groupby(name)[letter].nunique().max() == 1
        in_order = found.sort_values(name)[letter] * sign
        assert in_order.is_monotonic_increasing
        assert found[letter].between(1, scores).all()
    assert (found["rfm"].str.len() == 3).all()


def test_without_ties_the_groups_are_equal():
    shop = pd.DataFrame(
        {"customer": range(50), "days_since_last": range(50), "frequency": range(50), "revenue": range(50)}
    )
    table = rfm_scores(shop).table
    assert (table["customers"] == 10).all()
    assert table.query("measure == 'recency' and score == 5")[["lowest", "highest"]].to_numpy().tolist() == [[0, 9]]


def test_the_order_of_rows_decides_nothing():
    shop = pd.DataFrame({"customer": range(60), "days_since_last": [3] * 40 + [9] * 20, "frequency": [1] * 55 + [4] * 5,
                         "revenue": [5.0, 6.0] * 30})  # fmt: skip
    turned = rfm_scores(shop.iloc[::-1]).customers.sort_values("customer", ignore_index=True)
    pd.testing.assert_frame_equal(turned, rfm_scores(shop).customers)


def test_a_crowd_of_equals_stands_in_the_middle():
    shop = pd.DataFrame({"customer": range(9), "days_since_last": 5, "frequency": 1, "revenue": 20.0})
    assert (rfm_scores(shop).customers["rfm"] == "333").all()


def test_rfm_sets_aside_what_has_no_value():
    shop = pd.DataFrame({"customer": [1, 2], "days_since_last": [1, 2], "frequency": [1, np.nan], "revenue": [1, 2]})
    found = rfm_scores(shop)
    assert found.excluded["reason"].tolist() == ["no frequency"]
    assert len(found.customers) == 1


# --- drivers ----------------------------------------------------------------------------------------------------------------


def test_weights_are_statsmodels_conditional_logit(study):
    names = ["brand", "value", "relationship", "main_bank"]
    other = ConditionalLogit(study["chosen"].astype(int), study[names].astype(float), groups=study["rater"]).fit(disp=0)
    found = value_drivers(study, "Harbour Bank", inertia="main_bank").set_index("driver")
    np.testing.assert_allclose(found.loc[names, "importance"], other.params[names], rtol=1e-4)
    np.testing.assert_allclose(found.loc[names, "standard_error"], other.bse[names], rtol=1e-3)


def test_the_banks_truth_and_the_analysis_that_forgets_habit(study):
    truth = load_bank().truth
    found = value_drivers(study, "Harbour Bank", inertia="main_bank").set_index("driver")
    for name in ("brand", "value", "relationship"):
        assert abs(found.loc[name, "importance"] - truth[f"choice.{name}"]) < 2.5 * found.loc[name, "standard_error"]
    assert (
        abs(found.loc["main_bank", "importance"] - truth["choice.inertia"])
        < 2.5 * found.loc["main_bank", "standard_error"]
    )


def test_what_a_point_brings_is_the_difference_of_two_shares():
    """One driver, two firms, weight w: the share is 1 / (1 + exp(−w (ours − theirs))), person by person."""
    study = pd.DataFrame({"rater": np.repeat(range(4), 2), "bank": ["A", "B"] * 4, "value": [9, 4, 3, 6, 5, 7, 6, 8],
                          "chosen": [True, False, False, True, True, False, False, True]})  # fmt: skip
    found = value_drivers(study, "A", ["value"], cost={"value": 2e6}).iloc[0]
    gap, w = np.array([5, -3, -2, -2]), found["importance"]
    share = [np.mean(1 / (1 + np.exp(-w * (gap + lift)))) for lift in (0, 1)]
    assert found["share_gain"] == pytest.approx(share[1] - share[0])
    assert found["gain_per_million"] == pytest.approx(found["share_gain"] / 2)
    # at the top of the likelihood, expected and observed sums agree
    assert np.sum(gap / (1 + np.exp(-w * gap))) == pytest.approx(np.sum(gap[[0, 2]]), abs=1e-6)


def test_sums_that_differ_by_the_dust_of_adding_up_get_the_same_score():
    cents = [0.1, 0.2, 0.3]
    forwards, backwards = sum(cents), sum(reversed(cents))
    assert forwards != backwards
    shop = pd.DataFrame({"customer": [1, 2], "days_since_last": 5, "frequency": 3, "revenue": [forwards, backwards]})
    assert rfm_scores(shop, 2).customers["m"].nunique() == 1  # noqa: PD101
