"""Value under contract: by hand, by closed forms that crmlib does not use, and by laws that hold for all rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln, hyp2f1
from statsmodels.tools.numdiff import approx_hess

from crmlib.value import (
    clv_table,
    fit_cohort,
    referral_value,
    residual_by_tenure,
    retention_clv,
    value_components,
)

MARGIN = st.floats(0.01, 1e5)
RATE = st.floats(0.0, 0.99)
DISCOUNT = st.floats(0.001, 1.0)
HORIZON = st.one_of(st.none(), st.integers(1, 40))
TIMING = st.sampled_from(["now", "after one period"])


def test_by_hand():
    """100 a year, 80 % stay, 10 %: 100·0.8/1.1 = 72.727, then 0.64/1.21 = 52.893, then 0.512/1.331 = 38.467."""
    assert retention_clv(100, 0.8, 0.10, 3) == pytest.approx(72.7273 + 52.8926 + 38.4673, abs=1e-3)
    assert retention_clv(100, 0.8, 0.10, 3, first_payment="now") == pytest.approx(264.0872, abs=1e-3)
    assert retention_clv(100, 0.8, 0.10) == pytest.approx(80 / 0.3)
    assert retention_clv(100, 0.8, 0.10, acquisition_cost=300, first_payment="now") == pytest.approx(110 / 0.3 - 300)
    # margins 50, 80 and 120 paid now and after each renewal; 90 %, then 50 % stay: 50 + 80·0.9/1.1 + 120·0.45/1.21
    assert retention_clv([50, 80, 120], [0.9, 0.5], 0.10, first_payment="now") == pytest.approx(50 + 65.4545 + 44.6281)


def test_a_million_customers_leave_by_lot():
    """What a simulated crowd pays, in today's money, is the formula's value."""
    stays = np.random.default_rng(4).geometric(1 - 0.85, 400_000) - 1  # renewals until leaving
    factor = 1.08 ** -np.arange(1.0, 200)
    paid = np.append(0, np.cumsum(factor))[stays] * 250
    assert retention_clv(250, 0.85, 0.08) == pytest.approx(paid.mean(), rel=0.01)


@given(MARGIN, RATE, DISCOUNT, HORIZON)
def test_the_two_conventions_differ_by_exactly_one_margin(margin, retention, discount, periods):
    now, later = (
        retention_clv(margin, retention, discount, periods, first_payment=one) for one in ("now", "after one period")
    )
    assert now - later == pytest.approx(margin, rel=1e-9)


@given(st.lists(st.tuples(MARGIN, RATE), min_size=1, max_size=12), MARGIN, DISCOUNT)
def test_also_with_margins_and_retention_that_change(payments, first, discount):
    margins, rates = (list(one) for one in zip(*payments, strict=True))
    now = retention_clv([first, *margins], rates, discount, first_payment="now")
    assert now - retention_clv(margins, rates, discount) == pytest.approx(first, rel=1e-6)


@given(MARGIN, RATE, st.floats(0.0001, 0.01), DISCOUNT, HORIZON, TIMING)
def test_more_of_each_is_worth_more(margin, retention, more, discount, periods, timing):
    def value(m=margin, r=retention, d=discount, n=periods):
        return retention_clv(m, r, d, n, first_payment=timing)

    assert value(r=retention + more) > value()
    assert value(m=margin * (1 + more)) > value() or value() == 0
    assert value(d=discount * 0.9) >= value()
    if periods is not None:
        assert value() <= value(n=periods + 1) <= value(n=None) * (1 + 1e-12)


@given(MARGIN, st.floats(0.0, 0.98), DISCOUNT)
def test_limits(margin, retention, discount):
    assert retention_clv(margin, 0.0, discount) == 0
    assert retention_clv(margin, 0.0, discount, first_payment="now") == margin
    assert retention_clv(margin, retention, discount, 2_000) == pytest.approx(
        retention_clv(margin, retention, discount)
    )
    assert retention_clv(margin, 1.0, 0.0, 7) == pytest.approx(7 * margin)  # nobody leaves, no discount
    # nobody leaves: an annuity
    assert retention_clv(margin, 1.0, discount, 30) == pytest.approx(margin * (1 - (1 + discount) ** -30) / discount)


def test_the_table_adds_up_and_a_list_is_a_constant_repeated():
    table = clv_table(100, 0.8, 0.1, 5, first_payment="now")
    assert table["value"].sum() == pytest.approx(retention_clv(100, 0.8, 0.1, 5, first_payment="now"))
    np.testing.assert_allclose(table["value"], table["still_here"] * table["margin"] * table["discount_factor"])
    assert table["together"].iloc[-1] == pytest.approx(table["value"].sum())
    pd.testing.assert_frame_equal(table, clv_table([100] * 6, [0.8] * 5, 0.1, first_payment="now"))
    assert clv_table(100, 0.8, 0.1, 5)["period"].tolist() == [1, 2, 3, 4, 5]


def test_components_are_the_single_values():
    base = pd.DataFrame(
        {"customer": list("abc"), "historical": [900.0, 50, -20], "margin": [100.0, 40, -10], "extra": [0.0, 30, 5],
         "retention": [0.8, 0.9, 1.0]}
    )  # fmt: skip
    found = value_components(base, discount=0.08, periods=10, potential_margin="extra", acquisition_cost=60)
    for row, one in zip(found.customers.itertuples(), base.itertuples(), strict=True):
        current = retention_clv(one.margin, one.retention, 0.08, 10)
        potential = retention_clv(one.extra, one.retention, 0.08, 10)
        assert row.current == pytest.approx(current)
        assert row.potential == pytest.approx(potential)
        assert row.lifetime == pytest.approx(current + potential)
        assert row.with_history == pytest.approx(one.historical + current + potential)
        new = retention_clv(one.margin, one.retention, 0.08, 10, first_payment="now", acquisition_cost=60)
        assert row.new_customer == pytest.approx(new)
    table = found.table.set_index("component")
    assert table.loc["lifetime", "total"] == pytest.approx(found.customers["lifetime"].sum())
    assert table.loc[["current", "potential"], "share_of_lifetime"].sum() == pytest.approx(1)


def test_components_set_aside_what_cannot_be_computed():
    base = pd.DataFrame(
        {"customer": [1, None, 3], "historical": [1.0, 2, 3], "margin": [1.0, 2, np.nan], "retention": 0.5}
    )
    found = value_components(base)
    assert found.customers["customer"].tolist() == [1]
    assert found.excluded["reason"].tolist() == ["no customer", "no number to compute with"]


@given(st.lists(st.tuples(st.floats(-100, 1000), st.integers(-1, 9)), min_size=2, max_size=10), st.floats(0, 1))
def test_referrals_move_value_and_make_none(rows, credit):
    base = pd.DataFrame({"customer": range(len(rows)), "value": [one for one, _ in rows]})
    base["referrer"] = pd.array(
        [who if who >= 0 and who != place else None for place, (_, who) in enumerate(rows)], dtype="Int64"
    )
    found = referral_value(base, credit=credit)
    customers, table = found.customers, found.table.iloc[0]
    assert customers["with_referral"].sum() == pytest.approx(base["value"].sum(), abs=1e-6)
    assert customers["given"].sum() == pytest.approx(customers["received"].sum(), abs=1e-6)
    assert table["counted_twice"] == pytest.approx(table["total"] + table["moved"])
    unknown = base["referrer"].ge(len(rows)).fillna(False).sum()
    assert table["referrer_unknown"] == unknown
    assert table["referred"] == base["referrer"].notna().sum() - unknown


def test_referrals_by_hand():
    """1 brought 2, 2 brought 3; a quarter goes to who brought: 2 gives 15 of 60 and gets 10 of 40. Chains do not count."""
    base = pd.DataFrame(
        {"customer": [1, 2, 3], "value": [100.0, 60, 40], "referrer": pd.array([None, 1, 2], dtype="Int64")}
    )
    found = referral_value(base, credit=0.25)
    customers, table = found.customers, found.table.iloc[0]
    assert customers["own"].tolist() == [100, 60, 40]
    assert customers["given"].tolist() == pytest.approx([0, 15, 10])
    assert customers["received"].tolist() == pytest.approx([15, 10, 0])
    assert customers["with_referral"].tolist() == pytest.approx([115, 55, 30])
    assert customers["referred"].tolist() == [1, 1, 0]
    assert table[["total", "moved", "counted_twice", "referrers", "referred"]].tolist() == pytest.approx(
        [200, 25, 225, 2, 2]
    )


# --- customers who differ -----------------------------------------------------------------------------------------------


def test_the_cohort_fit_is_the_top_of_the_likelihood():
    """Against the likelihood of one cohort written with beta functions: P(leave in t), and P(still here)."""
    kept = np.array([1000, 700, 560, 480, 430])
    model = fit_cohort(pd.DataFrame({"period": range(1, 5), "at_risk": kept[:-1], "kept": kept[1:]}))

    def log_likelihood(alpha, beta):
        t = np.arange(1, 5)
        leave = betaln(alpha + 1, beta + t - 1) - betaln(alpha, beta)
        return np.sum(-np.diff(kept) * leave) + kept[-1] * (betaln(alpha, beta + 4) - betaln(alpha, beta))

    alpha, beta = model.table["estimate"]
    assert model.log_likelihood == pytest.approx(log_likelihood(alpha, beta))
    for a, b in ((1.01, 1), (0.99, 1), (1, 1.01), (1, 0.99)):
        assert log_likelihood(alpha * a, beta * b) < model.log_likelihood

    # its errors are those of that likelihood's curvature, taken by statsmodels; the intervals are symmetric in the logarithm
    estimate = np.array([alpha, beta])
    curvature = approx_hess(estimate, lambda theta: log_likelihood(*theta))
    error = np.sqrt(np.diag(np.linalg.inv(-curvature)))
    np.testing.assert_allclose(model.table["standard_error"], error, rtol=1e-4)
    np.testing.assert_allclose(model.table["low"], estimate * np.exp(-1.959964 * error / estimate), rtol=1e-4)
    np.testing.assert_allclose(model.table["high"], estimate * np.exp(1.959964 * error / estimate), rtol=1e-4)


def test_the_cohort_fit_recovers_the_truth_also_from_survivors():
    """Periods 4 to 6 of customers who were found there later count like those of a cohort followed from its start."""
    draw, covered = np.random.default_rng(11), np.zeros(2)
    for _ in range(40):
        leave = draw.beta(0.8, 3.0, 12_000)
        stays = draw.geometric(leave)  # the period in which he leaves
        rows = []
        for group, first in ((slice(0, 4000), 1), (slice(4000, None), 4)):
            for period in range(first, first + 3):
                there = stays[group] >= period
                rows.append((period, there.sum(), (stays[group] > period).sum()))
        table = fit_cohort(pd.DataFrame(rows, columns=["period", "at_risk", "kept"])).table
        covered += (table["low"] <= [0.8, 3.0]) & (table["high"] >= [0.8, 3.0])
    assert (covered >= 34).all()  # of 40; 95 % intervals fall below that in one run of 200


def test_residual_value_against_the_published_closed_form():
    """Fader & Hardie (2010), over an infinite horizon; 400 periods are as good as that at 10 %."""
    kept = [1000, 869, 743, 653, 593, 551, 517, 491]
    model = fit_cohort(pd.DataFrame({"period": range(1, 8), "at_risk": kept[:-1], "kept": kept[1:]}))
    alpha, beta = model.table["estimate"]
    found = residual_by_tenure(model, 1.0, 0.10, 400, tenures=(0, 1, 4))
    for n, value in zip(found["tenure"], found["residual_value"], strict=True):
        stay = (beta + n) / (alpha + beta + n)
        closed = stay / 1.1 * hyp2f1(1, beta + n + 1, alpha + beta + n + 1, 1 / 1.1)
        assert value == pytest.approx(closed, rel=1e-6)
        assert found.set_index("tenure").loc[n, "next_retention"] == pytest.approx(stay)
    assert found["residual_value"].is_monotonic_increasing
    # 4,417 of 4,926 customer-years were followed by another one: r / (1 + d − r) is 4417 / (1.1 · 4926 − 4417)
    np.testing.assert_allclose(found["constant_retention"], 4417 / 1001.6, rtol=1e-9)
    ten = residual_by_tenure(model, 250.0, 0.10, 10, tenures=(0, 4))  # a horizon that cuts something off
    ratio = 4417 / 4926 / 1.1
    np.testing.assert_allclose(ten["constant_retention"], 250 * ratio * (1 - ratio**10) / (1 - ratio))


def test_nobody_differs_is_said():
    counts = pd.DataFrame({"period": [1, 2, 3], "at_risk": [10_000, 8_000, 6_400], "kept": [8_000, 6_400, 5_120]})
    model = fit_cohort(counts)
    assert "does not rise measurably" in model.warnings[0]
    np.testing.assert_allclose(model.retention["fitted"], 0.8, atol=1e-3)
