"""Debts, the service centre, arms and forecasts: what cannot be used is refused with its row, and rules are kept by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.tariff import (
    agent_results,
    arrears_ageing,
    bill,
    compare_arms,
    compare_bills,
    compare_scores,
    debt_frame,
    debt_score,
    forecast_errors,
    load_segments,
    resolution_rates,
    weather_calendar,
    weighted_slope,
)
from tests.tariff.test_arrears import BILLS
from tests.tariff.test_bills import TARIFFS

dates = pd.to_datetime
DAY = "2025-03-01"
USE = pd.DataFrame({"kwh_peak": [100, 5], "kwh_flat": [50, 5], "kwh_valley": [50, 5]})
CONTACTS = pd.DataFrame(
    {"contact": [1, 2, 3], "agent": [np.nan, 1, 2], "coded": [None, "resolved", "open"], "repeat_7d": [False, True, False]}
)  # fmt: skip
AGENTS = pd.DataFrame({"agent": [1, 2]})
AUDITS = pd.DataFrame({"contact": [2, 3, 99], "resolved": [True, False, True]})
ARMS = pd.DataFrame(
    {"arm": ["other", "new", "new", "old", "old"], "x": [np.nan, 1, 2, 3, 5], "g": [None, "a", "a", "a", "a"]}
)
POINTS = pd.DataFrame({"x": [np.nan, 1, 2, 4], "y": [1.0, 2, 3, 3], "n": [0, 4, 4, 4]})
MIXED = pd.DataFrame(
    {"late": [0, 1, 2, 3, 4, 5, 6, 7], "bill": [3.0, 1, 4, 1, 5, 9, 2, 6], "debt": [False, True, False, False, True, True, False, True]}
)  # fmt: skip
DEMAND = pd.DataFrame({"time": pd.date_range("2025-01-01", periods=24 * 70, freq="h"), "demand": 5.0})
DEMAND["demand"] += np.arange(len(DEMAND)) % 24
WEATHER = pd.DataFrame(
    {"date": pd.date_range("2025-01-01", periods=70), "mean": np.linspace(0, 34, 70), "holiday": False}
)
WEATHER.loc[3, "holiday"] = True
HOURS = pd.Series([4.0, 0, 2], index=dates(["2025-01-01 00:00", "2025-01-01 01:00", "2025-01-01 02:00"]))

# name: (call, what the sentence says)
REFUSED = {
    "a holiday in words": (lambda: weather_calendar(DEMAND, WEATHER.assign(holiday="no"), DAY),
        "Column 'holiday' of the table of weather must say True or False"),
    "an empty holiday": (lambda: weather_calendar(DEMAND, WEATHER.assign(holiday=np.nan), DAY),
        "Column 'holiday' of the table of weather must say True or False"),
    "day or month": (lambda: weather_calendar(DEMAND, WEATHER, "05/03/2025"), "`train_until` must be a day like '2025-12-31'"),
    "an hour without demand": (lambda: forecast_errors(HOURS, {"f": HOURS}),
        "0 or below in 1 row (row 1), first at 2025-01-01 01:00:00"),
    "demand in words": (lambda: forecast_errors(HOURS.astype("object").where(HOURS != 0, "none"), {"f": HOURS}),
        "'actual' of the table of demand and forecasts must hold numbers, but row 1 has the text 'none'"),
    "a forecast as text": (lambda: forecast_errors(HOURS, {"last week": HOURS.astype("str")}),
        "'last week' of the table of demand and forecasts must hold numbers, but row 0 has the text '4.0'"),
    "a forecast's name only": (lambda: forecast_errors(HOURS, {"last week": "naive"}),
        "'last week' must be a column of numbers (a pandas Series, such as demand['demand']), but it is a str"),
    "a forecast without a name": (lambda: forecast_errors(HOURS, HOURS), "Give at least one forecast: {'last week': series}"),
    "a cost in words": (lambda: forecast_errors(HOURS, {"f": HOURS}, short="300"),
        "`short` and `long` are costs from 0 on, but they are '300' and 0.0"),
    "no hour": (lambda: forecast_errors(HOURS, {"f": HOURS * np.nan}), "No hour is left for which"),
    "no months": (lambda: debt_frame(BILLS, DAY, months=-3), "`months` must be a whole number, 1 or more, but it is -3"),
    "a part of a month": (lambda: debt_frame(BILLS, DAY, months=1.5), "`months` must be a whole number"),
    "late before it is due": (lambda: debt_frame(BILLS, DAY, days_late=-1),
        "`days_late` must be a whole number, 0 or more, but it is -1"),
    "one feature as text": (lambda: debt_score(MIXED, "late"),
        "`features` must be a list of names, such as ['late'], but it is the text 'late'"),
    "one score as text": (lambda: compare_scores(MIXED, "late"), "`scores` must be a list of names, such as ['late']"),
    "one tariff as text": (lambda: compare_bills(USE, TARIFFS, "tiered"),
        "`names` must be a list of names, such as ['tiered']"),
    "no feature": (lambda: debt_score(MIXED, []), "`features` is empty"),
    "a feature twice": (lambda: debt_score(MIXED, ["late", "late"]), "`features` names 'late' more than once"),
    "a feature in words": (lambda: debt_score(MIXED.assign(bill="high"), ["late", "bill"]),
        "'bill' of the frame of scores must hold numbers, but row 0"),
    "a score in words": (lambda: compare_scores(MIXED.assign(bill="high"), ["bill"]),
        "'bill' of the frame of scores must hold numbers"),
    "a risk of words": (lambda: debt_score(MIXED, ["bill"]).risk(MIXED.assign(bill="high")),
        "'bill' of the frame of scores must hold numbers"),
    "the same in days and weeks": (lambda: debt_score(MIXED.assign(weeks=MIXED["late"] / 7 + 1), ["bill", "late", "weeks"]),
        "The feature 'weeks' can be computed from 'late'"),
    "a sum of two": (lambda: debt_score(MIXED.assign(both=MIXED["late"] + MIXED["bill"]), ["late", "bill", "both"]),
        "The feature 'both' can be computed from 'late' and 'bill'"),
    "debt itself as a feature": (lambda: debt_score(MIXED.assign(known=MIXED["debt"]), ["late", "known"]),
        "no finite odds ratio fits best"),
    "a sign that never fails": (lambda: debt_score(MIXED.assign(sign=MIXED.index == 1), ["late", "sign"]),
        "Beyond a certain value of 'sign' all customers got into debt, or none did"),
    "a misspelt code": (lambda: agent_results(CONTACTS.replace("resolved", "Resolved"), AGENTS),
        "also says 'Resolved' in 1 row (row 1)"),
    "an agent's empty code": (lambda: agent_results(CONTACTS.replace({"coded": {"open": None}}), AGENTS),
        "Column 'coded' of the frame of contacts is empty in 1 row (row 2)"),
    "an agent in words": (lambda: agent_results(CONTACTS.assign(agent=["Li", None, "Wu"]), AGENTS),
        "frame of agents: 'Li' and 'Wu', in 2 rows (rows 0 and 2)"),
    "an agent without a name": (lambda: agent_results(CONTACTS, pd.DataFrame({"agent": [1, 2, None]})),
        "'agent' of the frame of agents is empty in 1 row (row 2)"),
    "a misspelt code of an audit": (lambda: resolution_rates(CONTACTS.replace("open", "Open"), AUDITS),
        "also says 'Open' in 1 row (row 2)"),
    "no codes": (lambda: resolution_rates(CONTACTS.assign(coded=None), AUDITS), "no agent coded a contact"),
    "an audit of nothing": (lambda: resolution_rates(CONTACTS, AUDITS.assign(contact=[2, 3, None])),
        "'contact' of the frame of audits is empty in 1 row (row 2)"),
    "the row of a group": (lambda: resolution_rates(CONTACTS.assign(g=["a", "b", None]), AUDITS, by="g"),
        "'g' of the frame of contacts is empty in 1 row (row 2)"),
    "the row of a number": (lambda: compare_arms(ARMS.assign(x=[1, 1, 2, 3, np.nan]), "x", "new", "old"),
        "'x' of the frame of arms is empty in 1 row (row 4)"),
    "the row of a text": (lambda: compare_arms(ARMS.assign(x=[None, 1, "2", 3, 4]), "x", "new", "old"),
        "but row 2 has the text '2'"),
    "the row of a group of arms": (lambda: compare_arms(ARMS.assign(g=[None, "a", "a", None, "a"]), "x", "new", "old", by="g"),
        "is empty in 1 row (row 3)"),
    "the row of a point": (lambda: weighted_slope(POINTS.assign(y=[1, 2, 3, np.nan]), "x", "y", "n"),
        "'y' of the frame of points is empty in 1 row (row 3)"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence(name):
    call, sentence = REFUSED[name]
    with pytest.raises((ValueError, TypeError)) as problem:
        call()
    assert sentence in str(problem.value)


def test_rows_that_are_not_used_may_be_empty():
    assert compare_arms(ARMS, "x", "new", "old", by="g")["difference"].tolist() == [-2.5]
    assert weighted_slope(POINTS, "x", "y", "n")["points"].tolist() == [3]


def test_arms_that_do_not_vary_have_a_difference_without_limits():
    row = compare_arms(ARMS.assign(x=[9.0, 1, 1, 3, 3]), "x", "new", "old").iloc[0]
    assert row[["difference", "error"]].tolist() == [-2, 0]
    assert row[["low", "high"]].isna().all()


def test_a_bill_paid_on_the_day_of_its_debt_has_been_one():
    """Due on 20 February: a debt on 23 March, day 31. Paid that day it was one, though nothing is owed when the day is over."""
    one = BILLS.iloc[[0, 1]].assign(paid=dates(["2025-03-23", "2025-03-19"]), paid_amount=[100.0, 110])
    assert debt_frame(one, DAY, months=1)["debt"].tolist() == [True]
    with pytest.raises(ValueError, match="Nothing is owed on 2025-03-23"):
        arrears_ageing(one, "2025-03-23")
    before = one.assign(paid=dates(["2025-03-22", "2025-03-19"]))
    assert debt_frame(before, DAY, months=1)["debt"].tolist() == [False]


def test_part_payments_that_cover_a_bill_leave_no_debt():
    """Without a day of payment: covered in full it is paid, covered in part the whole bill becomes a debt."""
    bills = BILLS.iloc[[0, 1]].assign(due=dates(["2025-02-10", "2025-03-20"]))
    covered, partly = (debt_frame(bills.assign(paid_amount=[got, 110.0]), DAY, months=1) for got in (100.0, 99.0))
    columns = ["late_bills", "overdue", "debt", "at_stake"]
    assert covered[columns].iloc[0].tolist() == [0, False, False, 0]
    assert partly[columns].iloc[0].tolist() == [1, True, True, 100.0]


def test_a_day_with_a_time_zone_is_the_day_on_its_clock():
    day = pd.Timestamp("2025-03-01 23:30", tz="Asia/Shanghai")
    pd.testing.assert_frame_equal(debt_frame(BILLS, day, months=1), debt_frame(BILLS, DAY, months=1))


def test_a_customer_without_a_bill_due_in_the_year_has_no_row():
    bills = BILLS.iloc[[1, 1]].assign(customer=[1, 2], due=dates(["2025-02-20", "2025-03-20"]))
    assert debt_frame(bills, DAY, months=1)["customer"].tolist() == [1]


def test_odds_are_given_where_they_end_somewhere():
    """Nearly separated (one exception on each side) is still fitted."""
    frame = pd.DataFrame({"late": [0] * 9 + [1] + [0] + [1] * 9, "debt": [False] * 10 + [True] * 10})
    assert debt_score(frame, ["late"]).table["odds_ratio"].iloc[0] == pytest.approx(81)


def test_agents_may_have_names():
    contacts = CONTACTS.assign(agent=[None, "Wu", "Li"])
    found = agent_results(contacts, pd.DataFrame({"agent": ["Li", "Wu", "Xu"]})).set_index("agent")
    assert found["contacts"].to_dict() == {"Li": 1, "Wu": 1, "Xu": 0}
    assert found["coded"].dropna().to_dict() == {"Li": 0, "Wu": 1}
    assert found["no_repeat"].dropna().to_dict() == {"Li": 1, "Wu": 0}


def test_audits_of_other_contacts_are_counted():
    """Of three audits one is of a contact that is not there; one without a code counts as left out, too."""
    assert resolution_rates(CONTACTS, AUDITS)[["audits", "left_out"]].to_numpy().tolist() == [[2, 1]]
    uncoded = pd.DataFrame({"contact": [1, 2], "resolved": [True, True]})
    assert resolution_rates(CONTACTS, uncoded)[["audits", "left_out"]].to_numpy().tolist() == [[1, 1]]


def test_no_contracted_power_no_load_factor():
    use = USE.assign(
        customer=[1, 2],
        month=pd.Timestamp("2025-04-01"),
        kind=["shop", "home"],
        contract_kw=[1, 0],
        amount=9.0,
        margin=1.0,
    )
    found = load_segments(use, "kind").set_index("kind")["load_factor"]
    assert found["shop"] == pytest.approx(200 / 720)
    assert np.isnan(found["home"])


def test_an_amount_is_rounded_after_adding():
    """100.024 + 0.004 is 100.028, so 100.03, though the parts read 100.02 and 0.00."""
    rules = TARIFFS.iloc[[0]].assign(
        tariff="t", price_peak=1.0, price_flat=1.0, price_valley=1.0, tier1_kwh=100.0, tier2_kwh=500.0, surcharge_tier2=0.004 / 0.024,
        surcharge_tier3=1.0, price_kw_month=0.0,
    )  # fmt: skip
    use = pd.DataFrame({"tariff": ["t"], "kwh_peak": [100.024], "kwh_flat": [0.0], "kwh_valley": [0.0]})
    assert bill(use, rules)[["energy", "surcharge", "amount"]].iloc[0].tolist() == [100.02, 0.0, 100.03]
