"""Channels, codes, agents, forecasts, exits: by hand and against other code."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from crmlib.tariff import (
    agent_results,
    channel_costs,
    compare_arms,
    exit_panel,
    forecast_errors,
    opening_effect,
    peak_share_change,
    resolution_rates,
    seasonal_naive,
    weather_calendar,
    weighted_slope,
)

dates = pd.to_datetime


def test_costs_of_channels_by_hand():
    contacts = pd.DataFrame(
        {
            "channel": ["app", "phone", "phone", "phone"],
            "minutes": [2.0, 4, 6, 8],
            "repeat_7d": [True, False, True, False],
        }
    )
    found = channel_costs(contacts, pd.DataFrame({"channel": ["phone", "app"], "cost": [8.0, 0.5]})).set_index(
        "channel"
    )
    assert found.index.tolist() == ["phone", "app"]
    assert found.at["phone", "cost_settled"] == 12.0  # 24 yuan for two that were settled
    assert found.at["app", "cost_settled"] == np.inf
    assert found["total"].tolist() == [24.0, 0.5]


def test_rates_of_resolution_by_group():
    contacts = pd.DataFrame(
        {"contact": range(6), "coded": ["resolved", "resolved", "open", "resolved", "resolved", None],
         "repeat_7d": [False, True, True, False, False, False], "bonus": ["no"] * 3 + ["yes"] * 3}
    )  # fmt: skip
    audits = pd.DataFrame({"contact": [0, 1, 3], "resolved": [True, False, False]})
    found = resolution_rates(contacts, audits, by="bonus").set_index("bonus")
    assert found["contacts"].tolist() == [3, 2]  # the app's contact has no code
    assert found["coded"].tolist() == pytest.approx([2 / 3, 1])
    assert found["audited"].tolist() == [0.5, 0.0]
    assert found["gap"].tolist() == pytest.approx([1 / 6, 1])


def test_wilson_by_its_formula():
    contacts = pd.DataFrame({"contact": range(40), "coded": "resolved", "repeat_7d": False})
    audits = pd.DataFrame({"contact": range(40), "resolved": [True] * 30 + [False] * 10})
    row = resolution_rates(contacts, audits).iloc[0]
    z, p, n = stats.norm.ppf(0.975), 0.75, 40
    centre, reach = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert [row["low"], row["high"]] == pytest.approx(
        [(centre - reach) / (1 + z**2 / n), (centre + reach) / (1 + z**2 / n)]
    )


def test_welch_against_scipy():
    draws = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"arm": ["a"] * 12 + ["b"] * 30 + ["c"] * 5, "x": np.append(draws.normal(1, 3, 12), draws.normal(0, 1, 35))}
    )
    row = compare_arms(frame, "x", "a", "b").iloc[0]
    test = stats.ttest_ind(frame["x"][:12], frame["x"][12:42], equal_var=False)
    ends = test.confidence_interval()
    assert [row["low"], row["high"]] == pytest.approx([ends.low, ends.high])
    assert row["difference"] / row["error"] == pytest.approx(test.statistic)
    assert row[["treated", "control"]].tolist() == [12, 30]


def test_change_of_the_peak_share_by_hand():
    months = dates(["2024-05-01", "2024-06-01", "2024-07-01", "2024-08-01"])
    bills = pd.DataFrame(
        {"customer": 1, "month": months, "kwh_peak": [50, 20, 40, 0], "kwh_flat": 0, "kwh_valley": [50, 80, 60, 10]}
    )
    bills["kwh_flat"] = [100, 100, 100, 100]
    bills = pd.concat([bills, bills.iloc[:2].assign(customer=2)], ignore_index=True)
    found = peak_share_change(bills, "2024-07-01")
    row = found.customers.iloc[0]
    assert row["change"] == pytest.approx(np.log(0.2) - (np.log(0.25) + np.log(0.1)) / 2)
    assert row["change_ratio"] == pytest.approx(np.log(40 / 60) - (np.log(1) + np.log(0.25)) / 2)
    assert found.excluded[["reason", "rows"]].to_numpy().tolist() == [
        ["no use in one of the periods", 1], ["no bill on one side of the start", 2]
    ]  # fmt: skip


def test_slope_through_weighted_points():
    points = pd.DataFrame({"x": [1.0, 2, 4, 7, 9], "y": [2.0, 1, 4, 8, 7], "n": [3, 0, 10, 1, 5]})
    row = weighted_slope(points, "x", "y", "n").iloc[0]
    used = points[points["n"] > 0]
    assert row["slope"] == pytest.approx(np.polyfit(used["x"], used["y"], 1, w=np.sqrt(used["n"]))[0])
    assert row["points"] == 4
    assert row["at_mean"] == pytest.approx(np.average(used["y"], weights=used["n"]))  # through the centre of gravity


def test_the_error_of_a_slope_by_its_formula():
    """HC3 (MacKinnon & White 1985): each squared residual over (1 − leverage)², written in matrices; two draws, two levels."""
    draws = np.random.default_rng(8)
    for level, z in ((0.95, 1.95996), (0.8, 1.28155)):
        points = pd.DataFrame({"x": draws.uniform(30, 90, 40), "n": draws.integers(1, 50, 40)})
        points["y"] = 0.3 + 0.01 * points["x"] + draws.normal(0, 1, 40) / np.sqrt(points["n"])
        row = weighted_slope(points, "x", "y", "n", level=level).iloc[0]
        x, weight = np.column_stack([np.ones(40), points["x"]]), np.diag(points["n"].astype(float))
        bread = np.linalg.inv(x.T @ weight @ x)
        line = bread @ x.T @ weight @ points["y"]
        leverage = np.diag(x @ bread @ x.T @ weight)
        off = (points["y"] - x @ line) * points["n"] / (1 - leverage)
        error = np.sqrt((bread @ x.T @ np.diag(off**2) @ x @ bread)[1, 1])
        found = row[["slope", "error", "low", "high"]].tolist()
        assert found == pytest.approx([line[1], error, line[1] - z * error, line[1] + z * error], rel=1e-4)
        assert row["at_mean"] == pytest.approx(line @ [1, np.average(points["x"], weights=points["n"])])


def test_agents_without_contacts_stay_listed():
    contacts = pd.DataFrame({"agent": [1, 1], "coded": ["resolved", "open"], "repeat_7d": [True, True]})
    found = agent_results(contacts, pd.DataFrame({"agent": [1, 2]}))
    assert found["contacts"].tolist() == [2, 0]
    assert found["no_repeat"].iloc[0] == 0
    assert np.isnan(found["no_repeat"].iloc[1])


def test_last_week_is_last_week(power):
    demand = power.system_demand.iloc[:400]
    assert seasonal_naive(demand).iloc[200] == demand["demand"].iloc[32]
    assert seasonal_naive(demand).isna().sum() == 168


def test_the_model_learns_only_from_before_and_beats_last_week(power):
    demand, weather = power.system_demand, power.weather
    forecast = weather_calendar(demand, weather, "2025-01-01")
    changed = demand.assign(demand=demand["demand"].where(demand["time"] < "2025-01-01", 1.0))
    pd.testing.assert_series_equal(weather_calendar(changed, weather, "2025-01-01"), forecast)
    test = demand["time"] >= "2025-01-01"
    actual = demand.loc[test, "demand"]
    errors = forecast_errors(actual, {"naive": seasonal_naive(demand)[test], "model": forecast[test]})
    assert errors["mae"].iloc[1] < 0.8 * errors["mae"].iloc[0]
    assert errors["hours"].tolist() == [8760, 8760]


def test_the_model_against_statsmodels(power):
    """The line of 18 o'clock, fitted by other code."""
    demand, weather = power.system_demand, power.weather
    forecast = weather_calendar(demand, weather, "2025-01-01")
    evening = demand["time"].dt.hour == 18
    days = weather["date"]
    design = np.column_stack([
        (weather["mean"] - 24).clip(lower=0), (10 - weather["mean"]).clip(lower=0),
        (days.dt.day_of_week >= 5) & ~weather["holiday"], weather["holiday"], np.arange(len(days)),
    ]).astype(float)  # fmt: skip
    load, known = demand.loc[evening, "demand"].to_numpy(), (days < "2025-01-01").to_numpy()
    fitted = sm.OLS(load[known], sm.add_constant(design[known])).fit()
    np.testing.assert_allclose(forecast[evening], fitted.predict(sm.add_constant(design)), rtol=1e-8)


def test_errors_and_their_price_by_hand():
    actual = pd.Series([100.0, 100, 200, 50])
    forecast = pd.Series([90.0, 120, 200, np.nan])
    row = forecast_errors(actual, {"f": forecast}, short=300, long=100).iloc[0]
    assert row["hours"] == 3
    assert row["mae"] == 10
    assert row["mape"] == pytest.approx(0.1)
    assert row["bias"] == pytest.approx(10 / 3)
    assert row["cost"] == 10 * 300 + 20 * 100


def test_who_was_there_and_who_left():
    customers = pd.DataFrame(
        {"customer": [1, 2, 3, 4], "class": "shop", "since": dates(["2020-01-01", "2020-01-01", "2025-03-15", "2020-01-01"]),
         "left": dates(["2025-03-31", "2025-04-01", None, "2024-12-31"])}
    )  # fmt: skip
    panel = exit_panel(customers, "2025-01-01", "2025-07-01")
    found = panel.set_index(["customer", "period"])["left"].unstack()
    assert found.index.tolist() == [1, 2, 3]
    assert found.loc[1].tolist()[0] == 1
    assert found.loc[2].tolist() == [0, 1]
    assert np.isnan(found.loc[3].iloc[0])


def test_the_opening_is_found_and_homes_serve_as_control(small_utilities):
    """The effect of opening, against the yearly rates of switching that each simulation recorded."""
    inside = []
    for company in small_utilities.values():
        panel = exit_panel(company.customers, "2023-01-01", "2026-01-01")
        opened = {"industrial": "2024-01-01", "commercial": "2024-10-01"}
        found = opening_effect(panel, opened, "residential").set_index("class")
        # A switch takes a customer out of the quarter's base only at its end: the quarterly share runs a little below the hazard.
        truth = {kind: 4 * (1 - (1 - company.truth[f"switch.rate.{kind}"] / 12) ** 3) for kind in opened}
        inside += [found.at[kind, "low"] <= truth[kind] <= found.at[kind, "high"] for kind in opened]
    assert sum(inside) >= len(inside) - 2


def test_the_opening_by_hand():
    panel = pd.DataFrame(
        {"customer": list(range(20)) * 2, "class": (["shop"] * 10 + ["home"] * 10) * 2,
         "period": dates(["2024-01-01"] * 20 + ["2024-04-01"] * 20),
         "left": [1.0] + [0.0] * 9 + [1.0, 1.0] + [0.0] * 8 + [1.0] * 5 + [0.0] * 5 + [1.0] * 3 + [0.0] * 7}
    )  # fmt: skip
    row = opening_effect(panel, {"shop": "2024-04-01"}, "home").iloc[0]
    assert row[["before", "after", "control_change", "effect"]].tolist() == pytest.approx([0.4, 2.0, 0.4, 1.2])
    # Everybody is there twice: the effect is a difference of two mean changes, and its error theirs, with the usual correction
    # for twenty clusters, forty rows and four coefficients.
    change = 4 * (panel["left"][20:].to_numpy() - panel["left"][:20].to_numpy())
    shop, home = change[:10], change[10:]
    error = np.sqrt((shop.var() / 10 + home.var() / 10) * 20 / 19 * 39 / 36)
    assert row[["low", "high"]].tolist() == pytest.approx([1.2 - 1.95996 * error, 1.2 + 1.95996 * error], abs=1e-4)
    for refused, said in {
        "2025-01-01": "both before and after 2025-01-01",
        "01/04/2024": "must be a day like '2025-12-31'",
    }.items():
        with pytest.raises(ValueError, match=said):
            opening_effect(panel, {"shop": refused}, "home")
    doubled_index = pd.concat([panel[:20], panel[20:].reset_index(drop=True)])
    assert opening_effect(doubled_index, {"shop": "2024-04-01"}, "home").iloc[0].tolist() == row.tolist()
