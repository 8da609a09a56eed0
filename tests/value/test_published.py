"""On public data the models give the published numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.value import (
    fit_buying,
    fit_cohort,
    fit_spend,
    hold_out_test,
    predict_purchases,
    predict_spend,
    purchase_clv,
)


@pytest.fixture(scope="module")
def buying(calibration):
    return fit_buying(calibration, "week")


@pytest.fixture(scope="module")
def spend(calibration):
    return fit_spend(calibration)


def test_bg_nbd_on_cdnow(buying):
    """Fader, Hardie & Lee (2005), table 2: 0.243, 4.414, 0.793, 2.426 and −9582.4."""
    np.testing.assert_allclose(buying.parameters, [0.2426, 4.414, 0.793, 2.426], atol=5e-4)
    assert buying.log_likelihood == pytest.approx(-9582.43, abs=0.005)
    np.testing.assert_allclose(buying.table["standard_error"], [0.0126, 0.3782, 0.1857, 0.7053], rtol=5e-3)
    assert (buying.customers, buying.repeat_customers, buying.converged, buying.warnings) == (2357, 946, True, ())


def test_expected_purchases_of_the_papers_customer(buying):
    """x = 2, t_x = 30.43, T = 38.86 weeks: 1.2259 purchases in 39 weeks; given in weeks and in days (213 and 272)."""
    weeks = pd.DataFrame({"customer": [1], "repeat_frequency": [2], "t_x": [30.43], "T": [38.86]})
    found = predict_purchases(buying, weeks, 39 * 7, measured_in="week", first_to_last="t_x", observed="T")
    assert found["expected_purchases"].item() == pytest.approx(1.2259, abs=1e-3)
    days = pd.DataFrame({"customer": [1], "repeat_frequency": [2], "days_first_to_last": [213], "days_observed": [272]})
    found = predict_purchases(buying, days, 39 * 7)
    assert found["expected_purchases"].item() == pytest.approx(1.226, abs=1e-3)


def test_gamma_gamma_on_cdnow(spend):
    """Fader & Hardie (2013): 6.25, 3.74, 15.44 on the 946 repeat buyers."""
    np.testing.assert_allclose(spend.parameters, [6.2496, 3.7442, 15.4435], atol=1.5e-4)
    assert spend.log_likelihood == pytest.approx(-4055.918, abs=5e-4)
    assert (spend.customers, spend.converged) == (946, True)
    p, q, v = spend.parameters
    assert spend.mean_spend == pytest.approx(p * v / (q - 1))


def test_the_unit_of_time_changes_alpha_and_nothing_else(calibration, buying, spend):
    days = fit_buying(calibration, "day")
    np.testing.assert_allclose(days.parameters, np.array(buying.parameters) * [1, 7, 1, 1], rtol=1e-5)
    # a density per day is a seventh of one per week, once for each repeat purchase
    purchases = calibration["repeat_frequency"].sum()
    assert days.log_likelihood == pytest.approx(buying.log_likelihood - purchases * np.log(7))
    by_day, by_week = (purchase_clv(model, spend, calibration, 365) for model in (days, buying))
    pd.testing.assert_frame_equal(by_day, by_week, rtol=1e-5)


def test_money_of_the_hold_out(calibration, buying, spend):
    """Undiscounted, the value of 273 days is purchases × spend; a discount takes off less than that of the full time."""
    value = purchase_clv(buying, spend, calibration, 273, 0.0)
    purchases = predict_purchases(buying, calibration, 273)["expected_purchases"]
    amount = predict_spend(spend, calibration)["expected_spend"]
    np.testing.assert_allclose(value["clv"], purchases * amount)
    discounted = purchase_clv(buying, spend, calibration, 273, 0.10)["clv"].sum() / value["clv"].sum()
    assert 1.1 ** (-273 / 365.25) < discounted < 1
    # each month from its middle: on the whole about half the time
    assert discounted == pytest.approx(1.1 ** (-273 / 365.25 / 2), abs=0.003)


def test_hold_out_to_the_day(cdnow, calibration, buying):
    """39 weeks of 1997-10-01 to 1998-06-30; the paper's figure 2 is under-forecast like this."""
    found = hold_out_test(buying, calibration, cdnow, "1997-09-30")
    one = found.table.iloc[0]
    assert (str(one["first_day"].date()), str(one["last_day"].date()), one["days"]) == ("1997-10-01", "1998-06-30", 273)
    later = cdnow[cdnow["date"] > "1997-09-30"].drop_duplicates(["customer", "date"])
    assert one["actual"] == len(later) == 1882
    assert one["expected"] == pytest.approx(predict_purchases(buying, calibration, 273)["expected_purchases"].sum())
    assert -0.15 < one["error"] < -0.05
    assert found.by_frequency["customers"].sum() == 2357
    first = found.by_frequency.iloc[0]
    assert (first["frequency"], first["customers"]) == ("0", 1411)
    counted = later["customer"].value_counts().reindex(calibration["customer"], fill_value=0).to_numpy()
    np.testing.assert_array_equal(found.customers["actual"], counted)
    foretold = predict_purchases(buying, calibration, 273)["expected_purchases"]
    assert one["correlation"] == pytest.approx(np.corrcoef(foretold, counted)[0, 1])
    assert first["actual"] == pytest.approx(counted[calibration["repeat_frequency"] == 0].mean())
    last = found.by_week.iloc[-1]
    assert last["actual"] == calibration["repeat_frequency"].sum() + 1882
    assert (found.by_week["actual"].diff().dropna() >= 0).all()
    assert (found.by_week["expected"].diff().dropna() > 0).all()


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_hold_out_that_starts_on_another_day_is_refused(cdnow, calibration, buying, shift):
    day = str(np.datetime64("1997-09-30") + shift)
    with pytest.raises(ValueError, match=f"not observed to the end of {day}"):
        hold_out_test(buying, calibration, cdnow, day)


@pytest.mark.parametrize(
    ("kept", "alpha", "beta", "log_likelihood"),
    [
        ([1000, 869, 743, 653, 593, 551, 517, 491], 0.668, 3.806, -1611.2),
        ([1000, 631, 468, 382, 326, 289, 262, 241], 0.704, 1.182, -1680.3),
    ],
)
def test_the_cohorts_of_fader_and_hardie(kept, alpha, beta, log_likelihood):
    """Fader & Hardie (2007): 'High End' and 'Regular' customers over seven years."""
    counts = pd.DataFrame({"period": range(1, 8), "at_risk": kept[:-1], "kept": kept[1:]})
    found = fit_cohort(counts)
    np.testing.assert_allclose(found.table["estimate"], [alpha, beta], atol=6e-4)
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=0.05)
    assert found.converged
    assert found.warnings == ()
