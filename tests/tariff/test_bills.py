"""Bills: worked by hand, the same as the company's own, and the properties that tell a tier from a time-of-use price."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.tariff import bill, compare_bills, period_use

TARIFFS = pd.DataFrame(
    [
        ("flat", 0.56, 0.56, 0.56, None, None, 0.0, 0.0, 0.0),
        ("tiered", 0.54, 0.54, 0.54, 260, 400, 0.05, 0.30, 0.0),
        ("by hour", 0.78, 0.52, 0.22, None, None, 0.0, 0.0, 0.0),
        ("both", 0.78, 0.52, 0.22, 260, 400, 0.05, 0.30, 0.0),
        ("plant", 0.82, 0.56, 0.24, None, None, 0.0, 0.0, 24.0),
    ],
    columns=["tariff", "price_peak", "price_flat", "price_valley", "tier1_kwh", "tier2_kwh", "surcharge_tier2", "surcharge_tier3",
             "price_kw_month"],
)  # fmt: skip
HOMES = ["flat", "tiered", "by hour", "both"]
KWH = ["kwh_peak", "kwh_flat", "kwh_valley"]
use = st.tuples(*[st.integers(0, 900)] * 3)


def amount(kwh, tariff: str, part: str = "amount") -> float:
    return float(bill(pd.DataFrame([[*kwh, tariff]], columns=[*KWH, "tariff"]), TARIFFS)[part].iloc[0])


def test_four_bills_of_one_home_by_hand():
    """500 kWh, of which 250 at peak, 150 flat, 100 in the valley: worked on paper."""
    found = compare_bills(pd.DataFrame([[250, 150, 100]], columns=KWH), TARIFFS, HOMES).iloc[0]
    # flat 500 x 0.56; tiered 500 x 0.54 + 140 x 0.05 + 100 x 0.30; by hour 195 + 78 + 22; both: the two added
    assert found.tolist() == [280.00, 307.00, 295.00, 332.00]


def test_a_plant_by_hand():
    """10 MWh with 50 kW: 4,000 x 0.82 + 3,000 x 0.56 + 3,000 x 0.24 + 50 x 24."""
    plant = pd.DataFrame(
        {"tariff": ["plant"], "kwh_peak": [4000], "kwh_flat": [3000], "kwh_valley": [3000], "contract_kw": [50]}
    )
    row = bill(plant, TARIFFS).iloc[0]
    assert row[["kwh", "energy", "surcharge", "capacity", "amount"]].tolist() == [10_000, 5680.0, 0.0, 1200.0, 6880.0]
    third = bill(plant.assign(month_share=1 / 3, contract_kw=7), TARIFFS)["capacity"].iloc[0]
    assert third == 56.0  # 7 x 24 / 3
    assert (
        bill(plant.assign(month_share=10 / 31, contract_kw=7), TARIFFS)["capacity"].iloc[0] == 54.19
    )  # 54.193.. rounded down


def test_every_bill_of_the_company(power):
    """91,225 bills that the simulation worked out in whole fen, by other code."""
    customers = power.customers[["customer", "contract_kw", "since", "left"]]
    bills = power.bills.merge(customers, on="customer")
    end = bills["month"] + pd.offsets.MonthEnd(0)
    first = bills["since"].where(bills["since"] > bills["month"], bills["month"])
    last = bills["left"].where(bills["left"] < end, end)
    bills["month_share"] = ((last - first).dt.days + 1) / bills["month"].dt.days_in_month
    found = bill(bills, power.tariffs)
    assert len(found) > 90_000
    # Part months may end a fen apart: their share is no exact decimal.
    apart = (found["amount"] - bills["amount"]).abs()
    assert apart[bills["month_share"] == 1].max() < 0.001
    assert apart.max() < 0.011


@given(use, st.integers(0, 2), st.integers(1, 50), st.sampled_from(HOMES))
def test_more_power_never_costs_less(kwh, where, more, tariff):
    larger = [value + more * (place == where) for place, value in enumerate(kwh)]
    assert amount(larger, tariff) > amount(kwh, tariff)


@given(st.sampled_from([260, 400]), st.sampled_from(["tiered", "both"]))
@settings(max_examples=4)
def test_no_jump_at_the_end_of_a_tier(edge, tariff):
    """One kWh more costs at most the price with the surcharge: nobody pays the surcharge on what lies below."""
    at, above = (amount([0, total, 0], tariff) for total in (edge, edge + 1))
    flat = float(TARIFFS.set_index("tariff").at[tariff, "price_flat"])
    surcharge = {260: 0.05, 400: 0.30}[edge]
    assert above - at == pytest.approx(flat + surcharge, abs=1e-9)


@given(use, use)
def test_energy_adds_up_over_hours_and_a_surcharge_does_not_care_when(one, two):
    both = [a + b for a, b in zip(one, two, strict=True)]
    assert amount(both, "both", "energy") == pytest.approx(
        amount(one, "both", "energy") + amount(two, "both", "energy"), abs=0.011
    )
    turned = [both[2], both[0], both[1]]
    assert amount(turned, "both", "surcharge") == amount(both, "both", "surcharge")


@given(use)
def test_a_price_by_the_hour_does_not_care_how_much(kwh):
    """Without tiers twice the use costs twice as much; the mean price of a tiered bill rises."""
    twice = [2 * value for value in kwh]
    assert amount(twice, "by hour") == pytest.approx(2 * amount(kwh, "by hour"), abs=0.011)
    assert amount(twice, "tiered") >= 2 * amount(kwh, "tiered") - 0.011


@given(use)
def test_the_combined_tariff_is_the_sum_of_both_rules(kwh):
    assert amount(kwh, "both") == pytest.approx(amount(kwh, "by hour") + amount(kwh, "tiered", "surcharge"), abs=0.011)


def test_hours_become_periods(power):
    """Against a count by hand of one customer's week, and the sums of the whole sample."""
    load = power.load_hourly[power.load_hourly["time"] < "2023-09-01"]
    found = period_use(load, power.tariff_hours)
    assert found[KWH].to_numpy().sum() == pytest.approx(load["kwh"].sum())
    one = found.iloc[0]
    mine = load[(load["customer"] == one["customer"]) & (load["time"].dt.to_period("M") == one["month"].to_period("M"))]
    hour = mine["time"].dt.hour
    assert one["kwh_peak"] == pytest.approx(mine.loc[hour.isin([9, 10, 11, 17, 18, 19, 20, 21]), "kwh"].sum())
    assert one["kwh_valley"] == pytest.approx(mine.loc[(hour >= 23) | (hour < 7), "kwh"].sum())


def test_the_rows_stay_in_their_order():
    frame = pd.DataFrame([[1, 2, 3, "flat"], [900, 0, 0, "both"]], columns=[*KWH, "tariff"], index=[7, 3])
    found = bill(frame, TARIFFS)
    assert found.index.tolist() == [7, 3]
    assert found["amount"].tolist() == [3.36, np.round(900 * 0.78 + 7 + 150, 2)]
