"""Bad input: each case gets a sentence that names the column, the rows and the remedy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.tariff import (
    agent_results,
    arrears_ageing,
    bill,
    bill_margin,
    channel_costs,
    compare_arms,
    compare_scores,
    debt_frame,
    debt_score,
    exit_panel,
    forecast_errors,
    load_segments,
    peak_share_change,
    period_use,
    resolution_rates,
    seasonal_naive,
    shift_load,
    tariff_change,
    weather_calendar,
    weighted_slope,
    winners_losers,
)
from tests.tariff.test_arrears import BILLS
from tests.tariff.test_bills import TARIFFS

dates = pd.to_datetime
USE = pd.DataFrame(
    {"customer": [1, 2], "tariff": "both", "kwh_peak": [100, 5], "kwh_flat": [50, 5], "kwh_valley": [50, 5]}
)
HOURS = pd.DataFrame({"hour": range(24), "period": "flat"})
LOAD = pd.DataFrame({"customer": 1, "time": pd.date_range("2025-01-01", periods=3, freq="h"), "kwh": 1.0})
CHAIN = pd.DataFrame(
    {"month": ["a"], "class": ["x"], "fuel": 0.2, "wholesale_peak": 0.5, "wholesale_flat": 0.4, "wholesale_valley": 0.2, "grid": 0.1,
     "levy": 0.0, "cost_to_serve": 0.0}
)  # fmt: skip
BILLED = USE.assign(month="b", amount=1.0, **{"class": "x"})
ARMS = pd.DataFrame({"arm": ["new", "new", "old"], "x": [1.0, 2, 3]})
CONTACTS = pd.DataFrame({"contact": [1, 2], "channel": ["phone", "fax"], "minutes": [3.0, 4],
                         "repeat_7d": [True, False], "coded": ["resolved", "done"],
                         "agent": [1, 9]})  # fmt: skip
AUDITS = pd.DataFrame({"contact": [1], "resolved": [True]})
SCORED = pd.DataFrame({"late": [0, 0, 1, 1], "same": 1, "debt": [True, False, True, False], "money": 0.0})
DEMAND = pd.DataFrame({"time": pd.date_range("2025-01-01", periods=48, freq="h"), "demand": 5.0})
WEATHER = pd.DataFrame({"date": pd.date_range("2025-01-01", periods=1), "mean": 5.0, "holiday": False})
PEOPLE = pd.DataFrame({"customer": [1], "class": "shop", "since": dates(["2024-05-05"]), "left": dates(["2024-01-01"])})
SERIES = pd.Series([1.0, 2.0])

# name: (function, frames, further arguments, what the sentence says)
REFUSED = {
    "not a table": (bill, [[1], TARIFFS], {}, "The frame of use must be a pandas DataFrame"),
    "a column is missing": (bill, [USE.drop(columns="kwh_flat"), TARIFFS], {}, "The frame of use has no column 'kwh_flat'"),
    "text for a number": (bill, [USE.assign(kwh_peak=["5", "6"]), TARIFFS], {}, "must hold numbers, but row 0 has the text '5'"),
    "kWh below 0": (bill, [USE.assign(kwh_peak=[-5, 6]), TARIFFS], {},
        "'kwh_peak' of the frame of use is empty or below 0 in 1 row (row 0)"),
    "a tariff without rules": (bill, [USE.assign(tariff="gone"), TARIFFS], {}, "has no rules for 'gone', used in 2 rows (rows 0 and 1)"),
    "tiers out of order": (bill, [USE, TARIFFS.assign(tier1_kwh=900)], {}, "tier 1 must end before tier 2"),
    "a tariff twice": (bill, [USE, pd.concat([TARIFFS, TARIFFS])], {}, "one row per tariff, but column 'tariff' repeats"),
    "no contracted power": (bill, [USE.assign(tariff="plant"), TARIFFS], {}, "no column 'contract_kw'. Merge it from the customers"),
    "more than a month": (bill, [USE.assign(tariff="plant", contract_kw=5, month_share=2), TARIFFS], {},
        "a share from 0 to 1, but is larger in 2 rows"),
    "an hour missing": (period_use, [LOAD, HOURS.iloc[1:]], {}, "each hour from 0 to 23 once"),
    "another period": (period_use, [LOAD, HOURS.assign(period="noon")], {},
        "must be 'peak', 'flat' and 'valley', but is another in 24 rows"),
    "times as text": (period_use, [LOAD.assign(time="x"), HOURS], {}, "Convert it first with pd.to_datetime"),
    "two prices": (shift_load, [USE, (1, 2), (1, 2, 3), 0.1], {}, "`before` must be three prices above 0"),
    "elasticity below 0": (shift_load, [USE, (1, 1, 1), (1, 2, 3), -0.1], {}, "`elasticity` must be a number from 0 on"),
    "elasticity column missing": (shift_load, [USE, (1, 1, 1), (1, 2, 3), "sigma"], {}, "has no column 'sigma'"),
    "a month without costs": (bill_margin, [BILLED, CHAIN], {}, "no row for the month and class of 2 rows (rows 0 and 1)"),
    "a chain with doubles": (bill_margin, [BILLED, pd.concat([CHAIN, CHAIN])], {}, "has a month and class twice"),
    "no costs": (tariff_change, [USE, TARIFFS, "flat"], {}, "has no columns 'cost_peak', 'cost_flat' and 'cost_valley'"),
    "no group": (winners_losers, [pd.DataFrame({"g": [None], "gain": [1.0], "structural": [1.0], "shifting": [0.0]}), "g"], {},
        "Column 'g' of the frame of changes is empty in 1 row (row 0)"),
    "no margin": (load_segments, [USE.assign(month=pd.Timestamp("2025-01-01"), contract_kw=3, amount=0.0, margin=0.0), "tariff"], {},
        "add up to 0"),
    "one side only": (peak_share_change, [USE.assign(month=pd.Timestamp("2025-01-01")), "2024-07-01"], {},
        "No customer has bills both before and after"),
    "one in an arm": (compare_arms, [ARMS, "x", "new", "old"], {}, "fewer than two rows"),
    "no such arm": (compare_arms, [ARMS, "x", "red", "blue"], {}, "holds neither 'red' nor 'blue'"),
    "level 95": (compare_arms, [ARMS, "x", "new", "old"], {"level": 95}, "`level` must lie between 0 and 1"),
    "ends that fall": (arrears_ageing, [BILLS, "2025-04-30"], {"ends": (60, 30)}, "`ends` must rise"),
    "a day as words": (arrears_ageing, [BILLS, "yesterday"], {}, "`as_of` must be a day like '2025-12-31'"),
    "nothing owed": (arrears_ageing, [BILLS, "2020-01-01"], {}, "Nothing is owed on 2020-01-01"),
    "records end too early": (debt_frame, [BILLS, "2025-04-01"], {}, "The bills end too early"),
    "nothing to learn": (debt_score, [SCORED.assign(debt=True), ["late"]], {}, "says the same of everybody"),
    "a feature that does not vary": (debt_score, [SCORED, ["same"]], {}, "'same' has the same value in every row"),
    "a list of all": (compare_scores, [SCORED, ["late"]], {"top": 1}, "`top` must be a share between 0 and 1"),
    "no money": (compare_scores, [SCORED, ["late"]], {"value": "money"}, "there is no money to catch"),
    "a channel without cost": (channel_costs, [CONTACTS, pd.DataFrame({"channel": ["phone"], "cost": [8.0]})], {}, "no row for 'fax'"),
    "another code": (resolution_rates, [CONTACTS, AUDITS], {}, "must say 'resolved' or 'open', but also says 'done'"),
    "a group without audits": (resolution_rates, [CONTACTS.assign(coded="open"), AUDITS], {"by": "channel"},
        "No contact was audited in fax"),
    "an unknown agent": (agent_results, [CONTACTS, pd.DataFrame({"agent": [1]})], {}, "name an agent who is not in the frame"),
    "two points": (weighted_slope, [ARMS.iloc[:2].assign(w=1), "x", "x", "w"], {}, "at least three points"),
    "no slope": (weighted_slope, [ARMS.assign(x=1.0, w=1), "x", "x", "w"], {}, "no line can be drawn"),
    "an hour lost": (seasonal_naive, [DEMAND.drop(index=5)], {}, "must have every hour once, in order"),
    "a week of half hours": (seasonal_naive, [DEMAND], {"hours": 0.5}, "`hours` must be a whole number"),
    "a day without weather": (weather_calendar, [DEMAND, WEATHER, "2025-02-01"], {}, "no temperature for '2025-01-02'"),
    "too little to learn from": (weather_calendar, [DEMAND.iloc[:24], WEATHER, "2025-02-01"], {}, "needs at least 60"),
    "other rows": (forecast_errors, [SERIES, {"f": SERIES.iloc[:1]}], {}, "has other rows than the actual demand"),
    "no forecast": (forecast_errors, [SERIES, {}], {}, "Give at least one forecast"),
    "left before they came": (exit_panel, [PEOPLE, "2024-01-01", "2024-04-01"], {}, "left before they came in 1 row (row 0)"),
    "periods of no length": (exit_panel, [PEOPLE.assign(left=pd.NaT), "2024-01-01", "2024-04-01"], {"months": 0}, "must be a whole number"),
    "half a period": (exit_panel, [PEOPLE.assign(left=pd.NaT), "2024-01-01", "2024-05-01"], {}, "must be whole periods of 3 months"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence(name):
    function, frames, options, sentence = REFUSED[name]
    with pytest.raises((ValueError, TypeError)) as problem:
        function(*frames, **options)
    assert sentence in str(problem.value)
    assert str(problem.value).rstrip().endswith((".", "!", ").", "]]"))


def test_input_stays_as_it_is():
    before = USE.copy()
    bill(USE, TARIFFS)
    shift_load(USE, (1, 1, 1), (1, 2, 3), 0.1)
    tariff_change(USE.assign(cost_peak=1, cost_flat=1, cost_valley=1), TARIFFS, "flat")
    pd.testing.assert_frame_equal(USE, before)


def test_a_customer_without_use_stays():
    none = USE.assign(kwh_peak=0, kwh_flat=0, kwh_valley=0)
    moved = shift_load(none, (1, 1, 1), (1, 2, 3), 0.1)
    assert np.all(moved[["kwh_peak", "kwh_flat", "kwh_valley"]] == 0)
