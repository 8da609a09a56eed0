"""Lorenz, Gini, top shares, whale curve and the market: closed forms, slow oracles, and what must always hold."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmlib.pyramid import (
    gini,
    high_value_under_swing,
    lorenz_curve,
    market_share_of_high_value,
    top_share,
    whale_curve,
)


def frame(values, column="revenue") -> pd.DataFrame:
    return pd.DataFrame({"customer": range(len(values)), column: values})


EIGHT = frame([0, 5, 5, 10, 10, 20, 50, 100])


def test_eight_customers_by_hand():
    curve = lorenz_curve(EIGHT.sample(frac=1, random_state=1))
    assert curve["customer_share"].tolist() == [k / 8 for k in range(9)]
    assert curve["value_share"].tolist() == [0, 0, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1]
    # area under the broken line by trapezes: (0 + .025 + .05 + .1 + .15 + .25 + .5 + 1 / 2) / 8
    assert gini(EIGHT) == pytest.approx(1 - 2 * 1.575 / 8)
    assert top_share(EIGHT, 1 / 8) == 0.5
    assert top_share(EIGHT, 0.2) == pytest.approx((100 + 0.6 * 50) / 200)  # 1.6 customers


# 200 000 quantiles at equal steps stand for the distribution, so there is no chance in these.
STEPS = (np.arange(200_000) + 0.5) / 200_000


@pytest.mark.parametrize("sigma", [0.5, 1.0, 1.7])
def test_lognormal_agrees_with_the_closed_form(sigma):
    """Gini = 2 Φ(σ / √2) − 1 and the Lorenz curve L(p) = Φ(Φ⁻¹(p) − σ) (Aitchison & Brown 1957)."""
    values = frame(stats.lognorm(sigma).ppf(STEPS))
    assert gini(values) == pytest.approx(math.erf(sigma / 2), abs=0.002)
    assert top_share(values) == pytest.approx(1 - stats.norm.cdf(stats.norm.ppf(0.8) - sigma), abs=0.002)


def test_pareto_agrees_with_the_closed_form():
    """Gini = 1 / (2 α − 1); the top p hold p^(1 − 1/α); 80/20 is α = log 5 / log 4."""
    alpha = math.log(5) / math.log(4)
    values = frame(stats.pareto(3).ppf(STEPS))
    assert gini(values) == pytest.approx(1 / 5, abs=0.001)
    assert top_share(values) == pytest.approx(0.2 ** (2 / 3), abs=0.001)
    assert 0.2 ** (1 - 1 / alpha) == pytest.approx(0.8)
    # so heavy a tail that the quantiles miss a part of it
    assert 0.7 < top_share(frame(stats.pareto(alpha).ppf(STEPS))) < 0.8


amounts = st.lists(st.integers(0, 1_000), min_size=1, max_size=60).filter(any)


@given(values=amounts)
def test_gini_is_the_mean_difference(values):
    """Half the mean absolute difference of all pairs over the mean: another formula, in exact fractions."""
    n, total = len(values), sum(values)
    exact = Fraction(sum(abs(a - b) for a in values for b in values), 2 * n * total)
    assert gini(frame(values)) == pytest.approx(float(exact), abs=1e-12)


@given(values=amounts)
def test_lorenz_is_convex_and_below_equality(values):
    curve = lorenz_curve(frame(values))
    steps = np.diff(curve["value_share"])
    assert (np.diff(steps) >= -1e-12).all()
    assert (curve["value_share"] <= curve["customer_share"] + 1e-12).all()
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve.iloc[-1].tolist() == [1, 1]
    assert 1 - 2 * np.trapezoid(curve["value_share"], curve["customer_share"]) == pytest.approx(
        gini(frame(values)), abs=1e-12
    )


@given(values=amounts, factor=st.sampled_from([0.25, 3, 1e6]), copies=st.integers(1, 4), shuffle=st.randoms())
def test_scale_order_and_copies_change_nothing(values, factor, copies, shuffle):
    other = [factor * value for value in values * copies]
    shuffle.shuffle(other)
    assert gini(frame(other)) == pytest.approx(gini(frame(values)), abs=1e-12)
    assert top_share(frame(other), 0.3) == pytest.approx(top_share(frame(values), 0.3), abs=1e-12)


@given(values=amounts, gift=st.integers(1, 1_000))
def test_giving_to_the_richest_concentrates_and_to_all_equalises(values, gift):
    richest = [*values]
    richest[int(np.argmax(values))] += gift
    assert gini(frame(richest)) >= gini(frame(values)) - 1e-12
    assert gini(frame([value + gift for value in values])) <= gini(frame(values)) + 1e-12


@pytest.mark.parametrize("n", [1, 2, 3, 10, 12_345])
@pytest.mark.parametrize("value", [1, 0.1, 1e12])
def test_equal_customers_have_gini_zero(n, value):
    assert gini(frame([value] * n)) == 0
    assert top_share(frame([value] * n), 0.2) == pytest.approx(0.2)


def test_one_has_everything():
    assert gini(frame([0, 0, 0, 7])) == 3 / 4
    assert top_share(frame([0, 0, 0, 7]), 0.25) == top_share(frame([0, 0, 0, 7]), 1) == 1
    assert top_share(frame([1, 2]), 0) == 0


# -------------------------------------------------------------------------------------------------------------- whale curve


def test_whale_of_eight_by_hand():
    """Gains 60 + 40 + 20 + 5 = 125, losses −5 − 20 = −25, total 100; the top 1.6 customers hold 60 + 0.6 × 40."""
    whale = whale_curve(frame([-5, 60, 0, 5, -20, 40, 20, 0], "profit"))
    facts = whale.table.iloc[0]
    assert facts.to_dict() == pytest.approx({
        "customers": 8, "profit": 100, "top_20_share": 0.84, "peak_customer_share": 0.5, "peak_profit_share": 1.25,
        "loss_customers": 2, "loss_customer_share": 0.25, "losses": -25,
    })  # fmt: skip
    assert whale.curve["cumulative_profit"].tolist() == [0, 60, 100, 120, 125, 125, 125, 120, 100]
    assert whale.deciles["customers"].sum() == 8
    assert "top_20_share" in repr(whale)


def test_twenty_ninety():
    """A bank as in the claim: 20 of 100 customers earn 90 of 100, the others nearly nothing, or lose it again."""
    assert whale_curve(frame([4.5] * 20 + [0.125] * 80, "profit")).table.loc[0, "top_20_share"] == pytest.approx(0.9)
    losers = whale_curve(frame([10] * 20 + [0] * 40 + [-2.5] * 40, "profit"))
    assert losers.table.loc[0, "top_20_share"] == 2  # more than all of it
    assert losers.deciles["profit"].tolist() == [100, 100, 0, 0, 0, 0, -25, -25, -25, -25]
    assert losers.deciles["cumulative_profit_share"].tolist() == [1, 2, 2, 2, 2, 2, 1.75, 1.5, 1.25, 1]


@given(values=st.lists(st.integers(-500, 500), min_size=1, max_size=80))
def test_whale_agrees_with_sorting_and_adding(values):
    whale = whale_curve(frame(values, "profit"))
    facts = whale.table.iloc[0]
    ordered = sorted(values, reverse=True)
    assert whale.curve["cumulative_profit"].tolist() == [sum(ordered[:k]) for k in range(len(values) + 1)]
    assert whale.deciles["profit"].sum() == facts["profit"] == sum(values)
    assert facts["losses"] == sum(value for value in values if value < 0)
    if sum(values) > 0:
        assert facts["peak_profit_share"] == pytest.approx(sum(v for v in values if v > 0) / sum(values))
        assert whale.curve["cumulative_profit_share"].max() == pytest.approx(facts["peak_profit_share"])
    else:
        assert whale.deciles["profit_share"].isna().all()
    counts = whale.deciles["customers"]
    assert counts.max() - counts.min() <= 1
    assert (np.diff(whale.deciles["profit"] / counts.where(counts > 0)) <= 1e-9).all() or (counts == 0).any()


# ------------------------------------------------------------------------------------------------------------- the market

MARKET = pd.DataFrame(
    {
        "year": [2024, 2024, 2024, 2025, 2025, 2025],
        "bank": ["Ours", "North", "South"] * 2,
        "customers": [100, 300, 600, 110, 300, 590],
        "high_value_customers": [40, 60, 100, 38, 48, 74],
        "assets": [500, 700, 800, 480, 600, 720],
    }
)
WALLETS = pd.DataFrame({"year": [2024, 2024, 2025], "assets_here": [30, 10, 24], "wallet": [50, 50, 48]})


def test_three_shares_and_a_falling_market_by_hand():
    found = market_share_of_high_value(MARKET, "Ours", WALLETS).set_index("year")
    assert found.loc[2024, ["customer_share", "high_value_share", "market_share", "share_of_wallet"]].tolist() == [
        0.1, 0.2, 0.25, 0.4]  # fmt: skip
    assert found.loc[2025, "high_value_share"] == 38 / 160
    # the market lost 20 %, which alone would have cost 8 of 40; winning share brought 6 back
    moved = found.loc[2025, ["change", "change_by_market", "change_by_share"]].astype(float)
    assert moved.tolist() == pytest.approx([-2, -8, 6])
    assert found.loc[2025, "share_of_wallet"] == 0.5


@given(
    firms=st.lists(st.lists(st.integers(1, 999), min_size=4, max_size=4), min_size=2, max_size=5),
    shuffle=st.randoms(),
)
def test_shares_of_all_firms_sum_to_one_and_parts_to_the_change(firms, shuffle):
    rows = [(year, f"B{i}", 1_000, counts[year], 10_000) for i, counts in enumerate(firms) for year in range(4)]
    shuffle.shuffle(rows)
    market = pd.DataFrame(rows, columns=MARKET.columns)
    found = [market_share_of_high_value(market, f"B{i}") for i in range(len(firms))]
    assert sum(result["high_value_share"] for result in found).tolist() == pytest.approx([1] * 4)
    for result, counts in zip(found, firms, strict=True):
        assert result["change"].tolist()[1:] == np.diff(counts).tolist()
        assert (result["change_by_market"] + result["change_by_share"]).tolist()[1:] == pytest.approx(
            np.diff(counts).tolist()
        )


def test_swing_by_hand():
    wallets = pd.DataFrame(
        {"customer": range(6), "wallet": [1_000, 600, 375, 310, 300, 250], "here": [True] * 2 + [False] * 4}
    )
    found = high_value_under_swing(wallets, 300, (-1, -0.5, -0.2, 0, 0.2), ours="here")
    assert found["high_value_customers"].tolist() == [0, 2, 2, 2, 2]
    assert found["market_high_value"].tolist() == [0, 2, 3, 5, 6]
    assert found["high_value_share"].tolist()[1:] == [1, 2 / 3, 2 / 5, 1 / 3]
    assert pd.isna(found["high_value_share"][0])
    assert found["change"].tolist() == [-1, 0, 0, 0, 0]
    assert found["market_change"].tolist() == pytest.approx([-1, -0.6, -0.4, 0, 0.2])


@given(
    wallets=st.lists(st.integers(0, 2_000), min_size=1, max_size=60),
    percent=st.integers(-99, 200),
    threshold=st.integers(1, 1_500),
)
def test_swing_agrees_with_exact_counting(wallets, percent, threshold):
    found = high_value_under_swing(frame(wallets, "wallet"), threshold, [percent / 100])
    assert found["high_value_customers"].tolist() == [sum(w * (100 + percent) >= 100 * threshold for w in wallets)]
