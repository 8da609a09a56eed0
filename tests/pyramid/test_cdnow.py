"""On the public CDNOW log the summary gives the published counts, and the published models come out of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from crmlib.pyramid import customer_pyramid, customer_summary, gini, lifecycle_status, tier_migration, top_share

CALIBRATION = "1997-09-30"


@pytest.fixture(scope="module")
def summary(cdnow):
    return customer_summary(cdnow, as_of=CALIBRATION)


def test_published_counts(cdnow, summary):
    assert len(cdnow) == 6919
    assert summary.table.loc[0, ["customers", "repeat_customers"]].tolist() == [2357, 946]
    late = int((cdnow["date"] > CALIBRATION).sum())
    assert summary.excluded[["reason", "rows"]].to_numpy().tolist() == [["after the as-of day", late]]


def test_agrees_with_plain_pandas(cdnow, summary):
    """The same, spelled out row by row of days."""
    days = cdnow[cdnow["date"] <= CALIBRATION].groupby(["customer", "date"], as_index=False)["revenue"].sum()
    days["first"] = days.groupby("customer")["date"].transform("min")
    repeat = days[days["date"] > days["first"]].groupby("customer")["revenue"]
    by = days.groupby("customer")
    found = summary.customers.set_index("customer")
    assert (found["frequency"] == by.size()).all()
    assert (found["first_purchase"] == by["date"].min()).all()
    assert (found["last_purchase"] == by["date"].max()).all()
    np.testing.assert_allclose(found["revenue"], by["revenue"].sum())
    pd.testing.assert_series_equal(found["monetary_value"].dropna(), repeat.mean(), check_names=False)
    assert found["monetary_value"].notna().sum() == 946


def bg_nbd_log_likelihood(parameters, x, t_x, T):
    """Fader, Hardie & Lee (2005), equation 6."""
    r, alpha, a, b = parameters
    alive = -(r + x) * np.log(alpha + T)
    gone = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x), -np.inf)
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    return np.sum(shared + np.logaddexp(alive, gone))


def test_the_published_bg_nbd_comes_out(summary):
    found = summary.customers
    x, t_x, T = (
        found["repeat_frequency"].to_numpy(),
        found["days_first_to_last"].to_numpy() / 7,
        found["days_observed"].to_numpy() / 7,
    )
    assert bg_nbd_log_likelihood((0.243, 4.414, 0.793, 2.426), x, t_x, T) == pytest.approx(-9582.4, abs=0.05)
    fit = minimize(lambda p: -bg_nbd_log_likelihood(np.exp(p), x, t_x, T), np.zeros(4), method="Nelder-Mead",
                   options={"maxiter": 4000, "xatol": 1e-6, "fatol": 1e-8})  # fmt: skip
    np.testing.assert_allclose(np.exp(fit.x), [0.243, 4.414, 0.793, 2.426], atol=0.0015)


def test_the_published_gamma_gamma_comes_out(summary):
    repeat = summary.customers.dropna(subset=["monetary_value"])
    x, z = repeat["repeat_frequency"].to_numpy(), repeat["monetary_value"].to_numpy()

    def minus_log_likelihood(logs):
        p, q, v = np.exp(logs)
        return -np.sum(
            gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
            + (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(v + x * z)
        )  # fmt: skip

    fit = minimize(minus_log_likelihood, np.ones(3), method="Nelder-Mead",
                   options={"maxiter": 4000, "xatol": 1e-7, "fatol": 1e-9})  # fmt: skip
    np.testing.assert_allclose(np.exp(fit.x), [6.25, 3.74, 15.44], atol=0.006)


def test_one_customer_read_in_the_file(cdnow, summary):
    """Customer 1: 1997-01-01 $29.33, 01-18 $29.73, 08-02 $14.96 and later ones after the calibration."""
    one = summary.customers.set_index("customer").loc[1]
    assert (one["frequency"], one["days_since_last"], one["days_first_to_last"], one["days_observed"]) == (
        3,
        59,
        213,
        272,
    )
    assert one["monetary_value"] == pytest.approx((29.73 + 14.96) / 2)


def test_pyramid_status_and_concentration_on_real_customers(cdnow, summary):
    customers = summary.customers
    table = customer_pyramid(customers).table
    # 1 % of 2 357 is 23.57, and so on; no tie at these cuts
    assert table["cumulative_customer_share"].mul(2357).round().tolist() == [24, 118, 472, 2357]
    ordered = np.sort(customers["revenue"].to_numpy())[::-1]
    np.testing.assert_allclose(table["value"].cumsum(), [ordered[:k].sum() for k in (24, 118, 472, 2357)])
    assert 0 < gini(customers) < 1
    assert top_share(customers) > 0.5

    status = lifecycle_status(cdnow, as_of=CALIBRATION, window_days=90).table.set_index("status")["count"]
    recent = cdnow[cdnow["date"].between("1997-07-03", CALIBRATION)]["customer"].nunique()
    assert status.to_dict() == {"active": recent, "inactive": 2357 - recent, "prospect": 0, "suspect": 0,
                                "rest of the world": 0}  # fmt: skip


def test_migration_on_real_customers_adds_up(cdnow):
    halves = [customer_summary(cdnow, start=a, as_of=b).customers
              for a, b in (("1997-01-01", "1997-09-30"), ("1997-10-01", "1998-06-30"))]  # fmt: skip
    moved = tier_migration(*halves)
    assert moved.table["change"].sum() == pytest.approx(halves[1]["revenue"].sum() - halves[0]["revenue"].sum())
    assert moved.matrix.to_numpy().sum() == pd.concat(halves)["customer"].nunique()
    assert moved.matrix["Lost"].sum() == (~halves[0]["customer"].isin(halves[1]["customer"])).sum()
