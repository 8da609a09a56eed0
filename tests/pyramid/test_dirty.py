"""Bad input: each case gets a sentence that names column, rows and remedy, or is set aside and counted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from crmlib.pyramid import (
    customer_pyramid,
    customer_summary,
    gini,
    high_value_under_swing,
    lifecycle_status,
    lorenz_curve,
    market_share_of_high_value,
    regression_to_the_mean,
    tier_migration,
    top_share,
    whale_curve,
)

LOG = pd.DataFrame(
    {
        "customer": [1, 1, 2, 3],
        "date": pd.to_datetime(["2025-01-01", "2025-01-09", "2025-01-05", "2025-01-07"]),
        "revenue": [10.0, 20.0, 30.0, 40.0],
    }
)
YEAR = pd.DataFrame({"customer": [1, 2, 3, 4], "revenue": [40.0, 30.0, 20.0, 10.0]})
LEADS = pd.DataFrame({"lead": [1, 2], "first_contact": pd.to_datetime(["2025-01-01", None])})
PEOPLE = pd.DataFrame({"person": [1, 2], "customer": [1, None], "fits": [True, False]})
MARKET = pd.DataFrame({"year": [1, 1], "bank": ["A", "B"], "customers": [5, 5], "high_value_customers": [1, 2],
                       "assets": [9, 9]})  # fmt: skip
WALLETS = pd.DataFrame({"customer": [1, 2], "wallet": [500, 100]})

PYRAMID, STATUS = customer_pyramid, lifecycle_status
DAY = {"as_of": "2025-01-31"}

# name: (function, frames, further arguments, the sentence)
REFUSED = {
    "not a table": (customer_summary, [[1, 2]], {},
        "The purchase log must be a pandas DataFrame (a table), but it is a list."),
    "no rows": (customer_summary, [LOG.iloc[:0]], {},
        "The purchase log has no rows. Check the filter or the file that it came from."),
    "a column is missing": (customer_summary, [LOG.rename(columns={"date": "day"})], {},
        "The purchase log has no column 'date'. Its columns are 'customer', 'day' and 'revenue'. "
        "Rename the column, or name yours in the call."),
    "a column twice": (customer_summary, [LOG.set_axis(["customer", "date", "date"], axis=1).assign(revenue=1)], {},
        "The purchase log has more than one column 'date'. Keep one of them, or rename the others."),
    "dates as text": (customer_summary, [LOG.assign(date=["03/04/2025", "31/01/2025", None, "x"])], {},
        "Column 'date' of the purchase log must hold dates, but begins with the text '03/04/2025'. Convert it first and say "
        "in which order day, month and year stand, for example pd.to_datetime(frame['date'], format='%Y-%m-%d')."),
    "dates as numbers": (customer_summary, [LOG.assign(date=20250131)], {},
        "Column 'date' of the purchase log must hold dates, but begins with 20250131 (int64). Convert it first and say "
        "in which order day, month and year stand, for example pd.to_datetime(frame['date'], format='%Y%m%d')."),
    "dates as periods": (customer_summary, [LOG.assign(date=LOG["date"].dt.to_period("M"))], {},
        "Column 'date' of the purchase log must hold dates, but begins with 2025-01 (period[M]). Turn the periods into days "
        "first: frame['date'].dt.to_timestamp()."),
    "two time zones": (customer_summary, [LOG.assign(date=pd.Series(
        [pd.Timestamp("2025-01-01", tz=zone) for zone in ("UTC", "Asia/Shanghai", "UTC", "UTC")], dtype=object))], {},
        "Column 'date' of the purchase log mixes time zones. Bring all of it to one first: "
        "pd.to_datetime(frame['date'], utc=True).dt.tz_convert('Asia/Shanghai')."),
    "money as text": (customer_summary, [LOG.assign(revenue=["10", "¥1,234.50", "3", "4"])], {},
        "Column 'revenue' of the purchase log must hold numbers, but row 0 has the text '10'. "
        "Convert it first, for example with pd.to_numeric(frame['revenue'])."),
    "a word among the money": (customer_summary, [LOG.assign(revenue=pd.Series([1, 2, "total", 4], dtype=object))], {},
        "Column 'revenue' of the purchase log must hold numbers, but row 2 has the text 'total'. "
        "Convert it first, for example with pd.to_numeric(frame['revenue'])."),
    "money as yes and no": (customer_summary, [LOG.assign(revenue=True)], {},
        "Column 'revenue' of the purchase log must hold numbers, but row 0 has True (bool). "
        "Convert it first, for example with pd.to_numeric(frame['revenue'])."),
    "infinite money": (customer_summary, [LOG.assign(revenue=[1, np.inf, np.nan, -np.inf])], {},
        "Column 'revenue' of the purchase log is infinite in 2 rows (rows 1 and 3), often the trace of a division by zero. "
        "Correct or remove these rows first."),
    "ids as numbers and text": (customer_summary, [LOG.assign(customer=pd.Series([1, "1", 2, 3], dtype=object))], {},
        "Column 'customer' of the purchase log mixes numbers and text, so that 7 and '7' would be two ids. "
        "Make all of it text first: frame['customer'].astype('str')."),
    "nothing but gaps": (customer_summary, [LOG.assign(date=pd.NaT, revenue=[np.nan, 1, 1, 1])], {},
        "The purchase log has no purchase to count: 4 × no date. Check the columns, `start` and `as_of`."),
    "nothing but refunds": (customer_summary, [LOG.assign(revenue=-1.0)], {},
        "The purchase log has no purchase to count: all rows are refunds. Check the columns, `start` and `as_of`."),
    "everything in the future": (customer_summary, [LOG], {"as_of": "2024-12-31"},
        "The purchase log has no purchase to count: 4 × after the as-of day. Check the columns, `start` and `as_of`."),
    "a window of less than nothing": (customer_summary, [LOG], {"start": "2025-02-01", "as_of": "2025-01-31"},
        "The window is empty: `as_of` (2025-01-31) lies before `start` (2025-02-01). Swap or correct them."),
    "an ambiguous day": (customer_summary, [LOG], {"as_of": "03/04/2025"},
        "`as_of` must be a day like '2025-12-31' (year-month-day), but it is '03/04/2025'."),
    "a day that does not exist": (customer_summary, [LOG], {"as_of": "2025-02-30"},
        "`as_of` must be a day like '2025-12-31' (year-month-day), but it is '2025-02-30'."),
    "a day as a number": (STATUS, [LOG], {"as_of": 20250131},
        "`as_of` must be a day like '2025-12-31' (year-month-day), but it is 20250131."),
    "no day": (STATUS, [LOG], {"as_of": pd.NaT},
        "`as_of` must be a day like '2025-12-31' (year-month-day), but it is NaT."),
    "a window of zero": (STATUS, [LOG], {**DAY, "window_days": 0},
        "`window_days` must be a whole number of days, 1 or more, but it is 0."),
    "a window of half a day": (STATUS, [LOG], {**DAY, "window_days": 0.5},
        "`window_days` must be a whole number of days, 1 or more, but it is 0.5."),
    "no record yet": (STATUS, [LOG], {"as_of": "2020-01-01"},
        "The frame of customer records has no usable row up to 2020-01-01: 4 × record begins after the as-of day. "
        "Check `as_of` and the columns."),
    "a lead twice": (STATUS, [LOG, LEADS.assign(lead=7)], DAY,
        "The frame of leads must have one row per lead, but column 'lead' repeats in 1 row (row 1). "
        "Remove the repeated rows first."),
    "leads without dates": (STATUS, [LOG, LEADS.drop(columns="first_contact")], DAY,
        "The frame of leads has no column 'first_contact'. Its columns are 'lead'. "
        "Rename the column, or name yours in the call."),
    "a market of words": (STATUS, [LOG, None, PEOPLE.assign(fits=["yes", "no"])], DAY,
        "Column 'fits' of the frame of the market must say True or False in every row. "
        "Make it so, for example with frame['fits'] == 'yes'."),
    "a market smaller than the firm": (STATUS, [LOG, LEADS, 4], DAY,
        "`market` must be a frame, or the number of people and firms in the market: a whole number, at least the 5 "
        "customers and leads that are already known. It is 4."),
    "a customer twice": (PYRAMID, [YEAR.assign(customer=[1, 2, 1, 1])], {},
        "The frame of customers must have one row per customer, but column 'customer' repeats in 2 rows (rows 2 and 3). "
        "Add up the rows first: frame.groupby('customer', as_index=False)['revenue'].sum()."),
    "no customer has a value": (PYRAMID, [YEAR.assign(revenue=np.nan)], {},
        "The frame of customers has no customer to rank: 4 × no revenue. Check the columns."),
    "the measure is the customer": (PYRAMID, [YEAR], {"measure": "customer"},
        "Column 'customer' cannot be both the customer and the measure. Name another column."),
    "cuts that sum to less": (PYRAMID, [YEAR], {"cuts": (0.01, 0.04, 0.15, 0.7)},
        "`cuts` must be shares above 0 that sum to 1, but 0.01, 0.04, 0.15 and 0.7 sum to 0.9. "
        "Mend the shares; the last one is the lowest tier's."),
    "cuts in percent": (PYRAMID, [YEAR], {"cuts": (1, 4, 15, 80)},
        "`cuts` must be shares above 0 that sum to 1, but 1.0, 4.0, 15.0 and 80.0 sum to 100. Write 1 % as 0.01. "
        "Mend the shares; the last one is the lowest tier's."),
    "a cut of nothing": (PYRAMID, [YEAR], {"cuts": (0, 0.2, 0.8)},
        "`cuts` must be shares above 0 that sum to 1, but 0.0, 0.2 and 0.8 sum to 1. "
        "Mend the shares; the last one is the lowest tier's."),
    "cuts upside down": (PYRAMID, [YEAR], {"cuts": (0.8, 0.15, 0.05)},
        "`cuts` must run from the narrow top of the pyramid down to its broad base, but they are 0.8, 0.15 and 0.05. "
        "Write 0.05, 0.15 and 0.8, or use `money_cuts`."),
    "cuts as text": (PYRAMID, [YEAR], {"cuts": "top"},
        "`cuts` must be a list of numbers, such as (0.01, 0.04, 0.15, 0.8), but it is 'top'."),
    "money cuts from below": (PYRAMID, [YEAR], {"money_cuts": (200_000, 300_000, 300_000)},
        "`money_cuts` must run from the highest down, each once, but they are 200000.0, 300000.0 and 300000.0. "
        "Write 300000.0 and 200000.0."),
    "one money cut": (PYRAMID, [YEAR], {"money_cuts": 300_000},
        "`money_cuts` must be a list of numbers, such as (300000, 200000), but it is 300000."),
    "a money cut as text": (PYRAMID, [YEAR], {"money_cuts": "10000"},
        "`money_cuts` must be a list of numbers, such as (300000, 200000), but it is '10000'."),
    "both kinds of cuts": (PYRAMID, [YEAR], {"cuts": (0.1, 0.9), "money_cuts": (200, 100)},
        "Give `cuts` (shares of customers) or `money_cuts` (amounts), not both."),
    "years swapped": (tier_migration, [YEAR.assign(year=2025), YEAR.assign(year=2024)], {},
        "`before` has the year 2025 and `after` the year 2024: name the earlier year first."),
    "a column misspelt": (PYRAMID, [YEAR], {"measure": "Revenu"},
        "The frame of customers has no column 'Revenu'. Did you mean 'revenue'? Its columns are 'customer' and 'revenue'. "
        "Rename the column, or name yours in the call."),
    "a table of months, a window of less": (lifecycle_status,
        [LOG.assign(date=pd.to_datetime("2025-01-01") + pd.to_timedelta(31 * (LOG["customer"] % 2), unit="D"))],
        {"as_of": "2025-12-31", "window_days": 30},
        "All dates are first days of months, as in a table of months, and a window of 30 days can miss the month before "
        "2025-12-31. Take `window_days` of 31 or more."),
    "too few names": (PYRAMID, [YEAR], {"names": ("Gold", "Silver")},
        "`names` must be 4 different names, one per tier from the top, but they are 'Gold' and 'Silver'."),
    "a repeated customer in one period": (tier_migration, [YEAR, pd.concat([YEAR, YEAR])], {},
        "The frame `after` must have one row per customer, but column 'customer' repeats in 4 rows (rows 4, 5, 6 and 7). "
        "Add up the rows first: frame.groupby('customer', as_index=False)['revenue'].sum()."),
    "ids that cannot meet": (tier_migration, [YEAR, YEAR.astype({"customer": "str"})], {},
        "Column 'customer' holds numbers in one of the frames `before` and `after`, text in the other: no customer would be "
        "found again. Make both text: frame['customer'].astype('str')."),
    "a period without values": (tier_migration, [YEAR, YEAR.assign(revenue=np.nan)], {},
        "No customer is left in `before`: 4 × no revenue in `after`: not counted in either period."),
    "nobody in both periods": (regression_to_the_mean, [YEAR, YEAR.assign(customer=[4, 5, 6, 7])], {},
        "Only 1 customer is in both frames: nothing to follow. Check column 'customer'."),
    "a gap on the way": (regression_to_the_mean, [YEAR, YEAR.assign(revenue=[1, None, 3, 4])], {},
        "Not every customer can be followed: 1 × no revenue in `after`: not counted in either period. "
        "Fill in or remove these rows first."),
    "top in percent": (regression_to_the_mean, [YEAR, YEAR], {"top": 5},
        "`top` must be a share above 0 and below 1, such as 0.05 for 5 %, but it is 5."),
    "negative money in a Lorenz curve": (lorenz_curve, [YEAR.assign(profit=[5, -1, 3, -2])], {"measure": "profit"},
        "Column 'profit' of the frame of customers is below 0 in 2 rows (rows 1 and 3). Lorenz curve, Gini and top share need "
        "amounts that cannot be negative. For profit use whale_curve."),
    "a gap in a Gini": (gini, [YEAR.assign(revenue=[1, None, 3, 4])], {},
        "Column 'revenue' of the frame of customers is empty in 1 row (row 1). Fill it in, or remove these rows yourself: "
        "frame.dropna(subset=['revenue'])."),
    "nothing but zeros": (gini, [YEAR.assign(revenue=0)], {},
        "Column 'revenue' of the frame of customers is 0 in every row: there is nothing to share out."),
    "a share in percent": (top_share, [YEAR], {"share": 20},
        "`share` must lie between 0 and 1, such as 0.2 for the top 20 %, but it is 20."),
    "a customer without a number": (whale_curve, [YEAR.assign(customer=["a", " ", "c", "d"])], {"measure": "revenue"},
        "Column 'customer' of the frame of customers is empty in 1 row (row 1). Fill it in, or remove these rows yourself: "
        "frame.dropna(subset=['customer'])."),
    "a firm that is not there": (market_share_of_high_value, [MARKET, "C"], {},
        "Column 'bank' of the frame of the market has no 'C'. It has 'A' and 'B'."),
    "a firm twice": (market_share_of_high_value, [MARKET.assign(bank="A"), "A"], {},
        "The frame of the market has a bank twice in a year: 1 row (row 1). Sum or remove them."),
    "fewer than no customers": (market_share_of_high_value, [MARKET.assign(customers=[5, -5]), "A"], {},
        "Column 'customers' of the frame of the market is empty or below 0 in 1 row (row 1). Correct these rows."),
    "an empty market": (market_share_of_high_value, [MARKET.assign(assets=0), "A"], {},
        "In some period the whole market is 0: no share can be computed. Check the frame of the market."),
    "a fall by more than all": (high_value_under_swing, [WALLETS, 300], {"swings": (-20, 0)},
        "`swings` must list rates of change of −1 or more, such as −0.2 for a fall by 20 %, but it is (-20, 0)."),
    "a threshold of zero": (high_value_under_swing, [WALLETS, 0], {},
        "`threshold` must be an amount above 0, such as 300_000, but it is 0."),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence(name):
    function, given, arguments, sentence = REFUSED[name]
    before = [frame.copy() if isinstance(frame, pd.DataFrame) else frame for frame in given]
    with pytest.raises((ValueError, TypeError)) as refusal:
        function(*given, **arguments)
    assert str(refusal.value) == sentence
    for now, was in zip(given, before, strict=True):
        if isinstance(was, pd.DataFrame):
            pd.testing.assert_frame_equal(now, was)


# name: (function, frames, further arguments, what is set aside, rows of .customers)
SET_ASIDE = {
    "gaps everywhere": (customer_summary, [LOG.assign(customer=["a", None, " ", "d"], revenue=[1, 2, 3, np.nan])], {},
        [["no customer", 2, "1 and 2"], ["no revenue", 1, "3"]], 1),
    "no dates": (customer_summary, [LOG.assign(date=LOG["date"].where(LOG.index < 1))], {},
        [["no date", 3, "1, 2 and 3"]], 1),
    "future dates": (customer_summary, [LOG], {"as_of": "2025-01-06"}, [["after the as-of day", 2, "1 and 3"]], 2),
    "a refund alone": (customer_summary, [LOG.assign(revenue=[5, -5, -5, 0])], {},
        [["refund of a customer without a purchase in the window", 1, "2"]], 2),
    "pyramid with gaps": (PYRAMID, [YEAR.assign(revenue=[1, np.nan, -3, 0])], {}, [["no revenue", 1, "1"]], 3),
    "migration with gaps": (tier_migration, [YEAR.assign(revenue=[1, None, 3, 4]), YEAR], {},
        [["no revenue in `before`: not counted in either period", 1, "1"]], 3),
    "many rows": (customer_summary, [pd.DataFrame({"customer": range(50), "date": [pd.Timestamp("2025-01-01")] * 10
        + [pd.NaT] * 40, "revenue": 1})], {}, [["no date", 40, "10, 11, 12, 13 and 14 …"]], 10),
    "status with gaps": (STATUS, [LOG.assign(customer=[1, None, 2, 2])], DAY, [["no customer in the records", 1, "1"]], 2),
}  # fmt: skip


@pytest.mark.parametrize("name", SET_ASIDE)
def test_set_aside_and_counted(name):
    function, given, arguments, excluded, customers = SET_ASIDE[name]
    before = [frame.copy() for frame in given]
    found = function(*given, **arguments)
    assert found.excluded.to_numpy().tolist() == excluded
    assert len(found.customers) == customers
    for now, was in zip(given, before, strict=True):
        pd.testing.assert_frame_equal(now, was)


# The same money and days, unusually stored: understood, not refused.
UNDERSTOOD = {
    "decimals": LOG.assign(revenue=[Decimal("10"), Decimal("20"), Decimal("30"), Decimal("40")]),
    "python dates": LOG.assign(date=pd.Series([stamp.date() for stamp in LOG["date"]], dtype=object)),
    "python dates with times": LOG.assign(
        date=pd.Series([stamp.to_pydatetime() + dt.timedelta(hours=23) for stamp in LOG["date"]], dtype=object)
    ),
    "one time zone": LOG.assign(date=LOG["date"].dt.tz_localize("Asia/Shanghai") + pd.Timedelta(hours=3)),
    "whole numbers": LOG.astype({"revenue": "int32", "customer": "uint8"}),
    "nullable numbers": LOG.astype({"revenue": "Float64", "customer": "Int64"}),
    "other row labels": LOG.set_axis(["x", "x", "y", "z"]),
    "spreadsheet order of columns": LOG[["revenue", "date", "customer"]],
}


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_understood(name):
    found = customer_summary(UNDERSTOOD[name]).customers
    pd.testing.assert_frame_equal(found, customer_summary(LOG).customers, check_dtype=False)
