"""Buying without a contract: likelihood, derivatives, predictions, recovery, and what is said where the data are silent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln, gammaln, hyp2f1
from scipy.stats import beta as beta_law
from scipy.stats import gamma as gamma_law

from crmlib.value import buying as room
from crmlib.value import (
    buying_model,
    fit_buying,
    fit_spend,
    hold_out_test,
    predict_purchases,
    predict_spend,
    purchase_clv,
    spend_model,
)
from crmlib.value import spend as spend_room
from tests.value.conftest import bank_shop, histories

TRUE = {"r": 0.6, "alpha": 6.0, "a": 0.9, "b": 3.2, "p": 5.0, "q": 4.0, "v": 600.0}


def log_likelihood(parameters, x, t_x, t):
    """Fader, Hardie & Lee (2005), equation 6, term by term."""
    r, alpha, a, b = parameters
    alive = betaln(a, b + x) - (r + x) * np.log(alpha + t)
    gone = np.where(x > 0, betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x), -np.inf)
    return np.sum(gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b) + np.logaddexp(alive, gone))


@pytest.fixture(scope="module")
def buyers():
    return histories(3_000, 1)


def weeks(frame):
    return frame["repeat_frequency"].to_numpy(), frame["days_first_to_last"] / 7, frame["days_observed"] / 7


def test_log_likelihood_is_the_published_one_and_highest_there(buyers):
    model = fit_buying(buyers)
    assert model.log_likelihood == pytest.approx(log_likelihood(model.parameters, *weeks(buyers)), rel=1e-10)
    for place in range(4):
        for factor in (0.99, 1.01):
            moved = np.array(model.parameters)
            moved[place] *= factor
            assert log_likelihood(moved, *weeks(buyers)) < model.log_likelihood
    assert model.groups < model.customers


@pytest.mark.parametrize("theta", [(0.6, 6.0, 0.9, 3.2), (2.0, 0.5, 1.0, 0.3), (0.1, 30.0, 0.2, 0.3)])
def test_derivatives_of_the_buying_likelihood(buyers, theta):
    x, last, seen = room.read_histories(buyers, "day")
    parts = room._likelihood(*room._group(x, last, seen), 7.0)
    check_derivatives(parts, theta, lambda one: log_likelihood(one, *weeks(buyers)))


def spend_log_likelihood(parameters, x, z):
    """Fader & Hardie (2013), equation 1a."""
    p, q, v = parameters
    return np.sum(
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + (p * x - 1) * np.log(z) + p * x * np.log(x)
        - (p * x + q) * np.log(v + x * z)
    )  # fmt: skip


@pytest.mark.parametrize("theta", [(5.0, 4.0, 600.0), (0.5, 0.9, 100.0)])
def test_derivatives_of_the_spend_likelihood(theta):
    frame = bank_shop(3, 800).dropna(subset="monetary_value")
    x, z = frame["repeat_frequency"].to_numpy(float), frame["monetary_value"].to_numpy()
    check_derivatives(spend_room._likelihood(x, z), theta, lambda one: spend_log_likelihood(one, x, z))


def check_derivatives(parts, theta, outside):
    """Compare gradient and Hessian with differences of a likelihood written by another hand."""
    theta = np.array(theta)
    value, slope, bend = parts(theta)
    assert value == pytest.approx(outside(theta), rel=1e-9)
    step = 1e-5 * theta
    for i in range(len(theta)):
        up, down = theta.copy(), theta.copy()
        up[i] += step[i]
        down[i] -= step[i]
        assert slope[i] == pytest.approx((outside(up) - outside(down)) / (2 * step[i]), rel=1e-4, abs=1e-3)
        np.testing.assert_allclose(bend[i], (parts(up)[1] - parts(down)[1]) / (2 * step[i]), rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(bend, bend.T)


# --- predictions ----------------------------------------------------------------------------------------------------------


def closed_form(parameters, x, t_x, t, ahead):
    """Fader, Hardie & Lee (2005), equation 10."""
    r, alpha, a, b = parameters
    c = a + b + x - 1
    z = ahead / (alpha + t + ahead)
    top = c / (a - 1) * (1 - ((alpha + t) / (alpha + t + ahead)) ** (r + x) * hyp2f1(r + x, b + x, c, z))
    return top / (1 + (x > 0) * a / (b + x - 1) * ((alpha + t) / (alpha + t_x)) ** (r + x))


@given(
    st.floats(0.1, 5), st.floats(0.5, 50), st.floats(0.1, 4), st.floats(0.2, 6), st.integers(1, 40), st.floats(0.02, 1),
    st.floats(5, 150), st.floats(1, 200),
)  # fmt: skip
def test_expected_purchases_agree_with_the_closed_form(r, alpha, a, b, x, part, t, ahead):
    if abs(a - 1) < 0.02:  # the closed form loses its digits there
        a = 1.1
    one = pd.DataFrame({"customer": [1], "repeat_frequency": [x], "t_x": [part * t], "T": [t]})
    found = predict_purchases(
        buying_model(r, alpha, a, b), one, ahead * 7, measured_in="week", first_to_last="t_x", observed="T"
    )
    expected = closed_form((r, alpha, a, b), x, part * t, t, ahead)
    assert found["expected_purchases"].item() == pytest.approx(expected, rel=1e-5, abs=1e-9)
    assert 0 <= found["probability_alive"].item() <= 1


@pytest.mark.parametrize(("a", "b"), [(1.0, 2.0), (0.5, 0.5), (0.3, 0.4), (0.05, 0.1), (1.0, 0.001)])
@pytest.mark.parametrize("x", [0, 1, 7])
def test_where_the_closed_form_fails_a_plain_integral_does_not(a, b, x):
    """a = 1 divides by 0, a + b ≤ 1 leaves the range for x = 0: averaged over rate and dropout by brute force instead."""
    r, alpha, t, ahead = 0.6, 6.0, 40.0, 52.0

    def purchases(p):  # expected over the rate, given the chance of stopping p
        if p < 1e-12:
            return (r + x) / (alpha + t) * ahead
        return -np.expm1(-(r + x) * np.log1p(p * ahead / (alpha + t))) / p

    # v = p^a removes the pole of the beta density at 0, w = (1 − p)^(b + x) the one at 1
    scale = np.exp(-betaln(a, b + x))
    low = quad(lambda v: purchases(v ** (1 / a)) * (1 - v ** (1 / a)) ** (b + x - 1) / a, 0, 0.5**a)[0]
    high = quad(
        lambda w: purchases(1 - w ** (1 / (b + x))) * (1 - w ** (1 / (b + x))) ** (a - 1) / (b + x), 0, 0.5 ** (b + x)
    )[0]
    one = pd.DataFrame(
        {"customer": [1], "repeat_frequency": [x], "days_first_to_last": [70 * (x > 0)], "days_observed": [280]}
    )
    found = predict_purchases(buying_model(r, alpha, a, b), one, 52 * 7).iloc[0]
    assert found["expected_purchases"] == pytest.approx(found["probability_alive"] * scale * (low + high), rel=1e-5)


def test_a_equal_to_one_is_no_special_place():
    one = pd.DataFrame({"customer": [1], "repeat_frequency": [3], "days_first_to_last": [200], "days_observed": [272]})
    below, at, above = (
        predict_purchases(buying_model(0.24, 4.4, a, 2.4), one)["expected_purchases"].item()
        for a in (0.999, 1.0, 1.001)
    )
    assert above < at < below
    assert at == pytest.approx((above + below) / 2, rel=1e-6)


def test_probability_alive_by_bayes():
    """Prior × likelihood of the history, alive or stopped, integrated over rate and dropout."""
    r, alpha, a, b, x, t_x, t = 0.8, 5.0, 1.2, 2.5, 2, 12.0, 30.0

    nodes, weights = np.polynomial.legendre.leggauss(300)
    p, rate = np.meshgrid((1 + nodes) / 2, 2 * (1 + nodes))  # rates up to 4 a week
    weight = np.outer(weights, weights) * beta_law.pdf(p, a, b) * gamma_law.pdf(rate, r, scale=1 / alpha) * rate**x
    here = np.sum(weight * (1 - p) ** x * np.exp(-rate * t))
    gone = np.sum(weight * (1 - p) ** (x - 1) * p * np.exp(-rate * t_x))
    one = pd.DataFrame({"customer": [1], "repeat_frequency": [x], "t_x": [t_x], "T": [t]})
    found = predict_purchases(
        buying_model(r, alpha, a, b), one, 7, measured_in="week", first_to_last="t_x", observed="T"
    )
    assert found["probability_alive"].item() == pytest.approx(here / (here + gone), rel=1e-4)


def test_a_crowd_does_what_is_expected_of_it():
    """Simulated buyers: those with the model's true parameters buy as often afterwards as it expects, group by group."""
    rng = np.random.default_rng(0)
    rate, stop = rng.gamma(0.6, 1 / 42, 30_000), rng.beta(0.9, 3.2, 30_000)
    x, last, here, later = np.zeros(30_000), np.zeros(30_000), np.ones(30_000, dtype=bool), np.zeros(30_000)
    for day in range(1, 601):
        buys = here & (rng.random(30_000) < -np.expm1(-rate))
        if day <= 300:
            x[buys] += 1
            last[buys] = day
        later += buys & (day > 300)
        if day == 301:
            at_300 = here.copy()
        here &= ~(buys & (rng.random(30_000) < stop))
    past = pd.DataFrame(
        {"customer": range(30_000), "repeat_frequency": x, "days_first_to_last": last, "days_observed": 300}
    )
    model = buying_model(0.6, 42, 0.9, 3.2, "day")
    found = predict_purchases(model, past, 300)
    for low, high in ((0, 0), (1, 1), (2, 3), (4, 9)):
        rows = (x >= low) & (x <= high)
        error = later[rows].std() / np.sqrt(rows.sum())
        assert (
            abs(found["expected_purchases"][rows].mean() - later[rows].mean()) < 4 * error + 0.02 * later[rows].mean()
        )
    assert abs(found["probability_alive"].mean() - at_300.mean()) < 0.01


def test_purchases_added_up_count_each_customer_from_his_own_first_day():
    """Fader, Hardie & Lee (2005), equation 9, for each of three customers and the time since he came."""
    model = buying_model(0.243, 4.414, 0.793, 2.426)
    came = pd.to_datetime(["2025-01-01", "2025-03-01", "2025-06-20"])
    past = pd.DataFrame({"customer": [1, 2, 3], "first_purchase": came, "repeat_frequency": 0, "days_first_to_last": 0,
                         "days_observed": (pd.Timestamp("2025-06-30") - came).days})  # fmt: skip
    log = pd.DataFrame({"customer": [1, 2, 3, 3], "date": [*came, pd.Timestamp("2025-09-30")], "revenue": 10.0})
    found = hold_out_test(model, past, log, "2025-06-30").by_week.set_index("day")["expected"]
    r, alpha, a, b = model.parameters
    for day in ("2025-01-15", "2025-06-25", "2025-09-30"):
        t = np.maximum((pd.Timestamp(day) - came).days.to_numpy() / 7, 0)
        each = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t)))
        assert found[day] == pytest.approx(each.sum(), rel=1e-6)


# --- recovery -------------------------------------------------------------------------------------------------------------


def test_the_banks_truth_is_recovered_on_forty_seeds():
    """95 % intervals; calendar days merge purchases of one day, which costs a little coverage of alpha."""
    covered = pd.Series(0, index=list(TRUE))
    estimates = []
    for seed in range(40):
        shop = bank_shop(seed)
        table = pd.concat([fit_buying(shop).table, fit_spend(shop).table]).set_index("parameter")
        truth = pd.Series(TRUE)
        covered += (table["low"] <= truth) & (table["high"] >= truth)
        estimates.append(table["estimate"])
    assert covered.min() >= 31, covered
    assert covered.sum() >= 245, covered  # of 280
    np.testing.assert_allclose(pd.concat(estimates, axis=1).median(axis=1)[list(TRUE)], list(TRUE.values()), rtol=0.06)


def test_values_of_customers_are_recovered_too():
    """Each buyer's posterior mean, averaged over those with equal predictions, is the truth's average."""
    from types import SimpleNamespace

    from crmlib.companies.bank.purchases import make_purchases
    from crmlib.pyramid import customer_summary

    people = 20_000
    bank = SimpleNamespace(
        n=people, seed=5, first_id=1, join_day=np.full(people, np.datetime64("2020-01-01", "D")),
        left_day=np.full(people, np.datetime64("NaT", "D")),
    )  # fmt: skip
    log, truth = make_purchases(bank)
    shop = customer_summary(log.rename(columns={"amount": "revenue"}), as_of="2025-12-31").customers
    expected = predict_spend(fit_spend(shop), shop).merge(truth, on="customer")
    tenth = pd.qcut(expected["expected_spend"], 10, duplicates="drop")
    by = expected.groupby(tenth, observed=True)[["expected_spend", "mean_spend"]].mean()
    np.testing.assert_allclose(by["expected_spend"], by["mean_spend"], rtol=0.06)


# --- where the data are silent --------------------------------------------------------------------------------------------


def silent(**given):
    frame = histories(4_000, 2, **given)
    return frame, fit_buying(frame)


def test_customers_who_all_buy_at_one_rate():
    frame, model = silent(rate=0.03)
    r, alpha, _, _ = model.parameters
    assert "buying rates do not differ measurably" in model.warnings[0]
    assert r / alpha == pytest.approx(0.03 * 7, rel=0.05)
    assert model.converged
    assert np.isfinite(predict_purchases(model, frame)["expected_purchases"]).all()


def test_customers_who_never_stop():
    frame, model = silent(stop=0.0)
    assert "Nobody seems to stop for good" in model.warnings[0]
    found = predict_purchases(model, frame)
    assert found["probability_alive"].min() > 0.99
    # nobody stops: the negative binomial model's answer, (r + x) / (alpha + T) per week
    r, alpha, _, _ = model.parameters
    plain = (r + frame["repeat_frequency"]) / (alpha + frame["days_observed"] / 7) * 365 / 7
    np.testing.assert_allclose(found["expected_purchases"], plain, rtol=0.01)


def test_customers_who_all_stop_alike():
    _, model = silent(stop=0.25)
    assert "chances of stopping do not differ measurably" in model.warnings[0]
    _, _, a, b = model.parameters
    assert a / (a + b) == pytest.approx(0.25, abs=0.02)


def test_a_plus_b_below_one_is_said_and_predicted():
    draw = np.random.default_rng(3)
    frame, model = silent(stop=draw.beta(0.3, 0.4, 4_000))
    assert "is below 1: customers split" in model.warnings[0]
    found = predict_purchases(model, frame)
    assert found["expected_purchases"].between(0, 365).all()


def test_all_one_timers_are_refused():
    frame = histories(500, 1).assign(repeat_frequency=0, days_first_to_last=0)
    with pytest.raises(ValueError, match="None of the 500 customers bought again"):
        fit_buying(frame)


def test_few_repeat_buyers_are_said():
    assert "with fewer than 50" in fit_buying(histories(50, 1)).warnings[-1]


# --- spend ------------------------------------------------------------------------------------------------------------------


def test_expected_spend_lies_between_own_and_everybodys_mean():
    shop = bank_shop(1, 2_000)
    model = fit_spend(shop)
    found = predict_spend(model, shop)["expected_spend"]
    own = shop["monetary_value"].fillna(model.mean_spend)
    assert ((found - own) * (found - model.mean_spend) <= 1e-9).all()
    assert found[shop["repeat_frequency"] == 0].to_numpy() == pytest.approx(model.mean_spend)
    # with more and more purchases the own mean wins
    many = pd.DataFrame({"customer": [1], "repeat_frequency": [10_000], "monetary_value": [500.0]})
    assert predict_spend(model, many)["expected_spend"].item() == pytest.approx(500, rel=1e-3)


def test_a_mean_that_does_not_exist_is_refused():
    draw = np.random.default_rng(1)
    x = draw.integers(1, 8, 3_000)
    scale = draw.gamma(0.8, 1 / 50, 3_000)  # q = 0.8
    z = draw.gamma(5 * x) / x / scale
    frame = pd.DataFrame({"customer": range(3_000), "repeat_frequency": x, "monetary_value": z})
    model = fit_spend(frame)
    assert model.parameters[1] == pytest.approx(0.8, abs=0.06)
    assert np.isnan(model.mean_spend)
    assert "does not exist" in model.warnings[0]
    predict_spend(model, frame)  # each of these has purchases of his own: p x + q is above 1
    with pytest.raises(ValueError, match=r"A mean spend does not exist in this model \(q = 0\.\d+ is not above 1\)"):
        predict_spend(model, frame.assign(repeat_frequency=0, monetary_value=np.nan))
    shop = bank_shop(1, 300)
    buying = fit_buying(shop)
    with pytest.raises(ValueError, match="does not exist"):
        purchase_clv(buying, model, shop)


def test_frequency_and_spend_that_go_together_are_said():
    shop = bank_shop(2, 2_000)
    tied = shop.assign(monetary_value=shop["monetary_value"] * (1 + shop["repeat_frequency"]))
    assert any("spend more per purchase" in text for text in fit_spend(tied).warnings)
    assert fit_spend(shop).warnings == ()


def test_money_scales_with_the_currency():
    shop = bank_shop(4, 2_000)
    yuan, fen = fit_spend(shop), fit_spend(shop.assign(monetary_value=100 * shop["monetary_value"]))
    np.testing.assert_allclose(fen.parameters, np.array(yuan.parameters) * [1, 1, 100], rtol=1e-6)
    assert fen.log_likelihood == pytest.approx(yuan.log_likelihood - yuan.customers * np.log(100))


@given(st.floats(30, 2_000), st.floats(0, 0.5), st.floats(0, 1))
def test_clv_rises_with_horizon_and_margin_and_falls_with_the_discount(days, discount, margin):
    shop = pd.DataFrame(
        {"customer": [1, 2], "repeat_frequency": [3, 0], "days_first_to_last": [200, 0], "days_observed": [272, 100],
         "monetary_value": [60.0, np.nan]}
    )  # fmt: skip
    models = buying_model(0.24, 4.4, 0.8, 2.4), spend_model(6.25, 3.74, 15.4)

    def value(days=days, discount=discount, margin_rate=1.0):
        return purchase_clv(*models, shop, days, discount, margin_rate=margin_rate)["clv"]

    assert (value(days=days + 31) > value()).all()
    assert (value(discount=discount + 0.01) < value()).all()
    np.testing.assert_allclose(value(margin_rate=margin), margin * value())


# --- hold-out ---------------------------------------------------------------------------------------------------------------


def test_refunds_strangers_and_same_days_in_a_hold_out():
    log = pd.DataFrame(
        {
            "customer": [1, 1, 2, 1, 1, 1, 2, 9, 2],
            "date": pd.to_datetime(
                ["2025-01-01", "2025-01-20", "2025-01-05", "2025-02-01 09:00", "2025-02-01 18:00", "2025-02-03", "2025-02-04",
                 "2025-02-05", None],
                format="mixed",
            ),
            "revenue": [10, 10, 10, 10, 10, -10, 10, 10, 10.0],
        }
    )  # fmt: skip
    past = pd.DataFrame({"customer": [1, 2], "first_purchase": pd.to_datetime(["2025-01-01", "2025-01-05"]),
                         "repeat_frequency": [1, 0], "days_first_to_last": [19, 0], "days_observed": [30, 26]})  # fmt: skip
    found = hold_out_test(buying_model(1, 30, 1, 3, "day"), past, log, "2025-01-31")
    # customer 1: two purchases on one day are one, the refund is none; customer 2: one; customer 9 was no customer before
    assert found.customers["actual"].tolist() == [1, 1]
    assert found.table["last_day"].item() == pd.Timestamp("2025-02-05")
    assert found.by_week["actual"].iloc[-1] == 3
