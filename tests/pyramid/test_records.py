"""Lifecycle status and the summary of a purchase log: by hand on eight customers, and against a slow oracle."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.pyramid import customer_summary, lifecycle_status

# Eight customers, told on one screen: as-of day 31 January 2025.
LOG = pd.DataFrame(
    [
        ("Ada", "2025-01-01 10:00", 100.0),  # buys thrice, once on the last day in the morning
        ("Ada", "2025-01-11 18:00", 50.0),
        ("Ada", "2025-01-31 10:00", 30.0),
        ("Bo", "2025-01-05 09:00", 20.0),  # two purchases on one day are one purchase day
        ("Bo", "2025-01-05 21:00", 5.0),
        ("Chen", "2025-01-10 12:00", 60.0),  # a refund: neither a purchase nor a purchase day
        ("Chen", "2025-01-15 12:00", 40.0),
        ("Chen", "2025-01-20 12:00", -15.0),
        ("Dora", "2025-01-02 23:59", 0.0),  # nothing paid is still a purchase
        ("Dora", "2025-01-03 00:01", 8.0),
        ("Emil", "2025-02-01 00:00", 70.0),  # after the as-of day only
        ("Fang", None, 10.0),  # no date
        ("Gül", "2025-01-07 08:00", None),  # no amount
        ("Hu", "2025-01-08 08:00", -9.0),  # a refund of something bought before the log begins
    ],
    columns=["customer", "date", "revenue"],
).astype({"date": "datetime64[us]"})


def test_eight_customers_by_hand():
    found = customer_summary(LOG, as_of="2025-01-31")
    expected = pd.DataFrame(
        {
            "customer": ["Ada", "Bo", "Chen", "Dora"],
            "first_purchase": ["2025-01-01", "2025-01-05", "2025-01-10", "2025-01-02"],
            "last_purchase": ["2025-01-31", "2025-01-05", "2025-01-15", "2025-01-03"],
            "frequency": [3, 1, 2, 2],
            "repeat_frequency": [2, 0, 1, 1],
            "days_since_last": [0, 26, 16, 28],
            "days_first_to_last": [30, 0, 5, 1],
            "days_observed": [30, 26, 21, 29],
            "monetary_value": [40.0, np.nan, 40.0, 8.0],
            "revenue": [180.0, 25.0, 85.0, 8.0],
            "refunds": [0, 0, 1, 0],
            "refunded": [0.0, 0.0, 15.0, 0.0],
        }
    ).astype({"first_purchase": "datetime64[us]", "last_purchase": "datetime64[us]"})
    pd.testing.assert_frame_equal(found.customers, expected)
    assert found.excluded.to_numpy().tolist() == [
        ["no date", 1, "11"],
        ["no revenue", 1, "12"],
        ["after the as-of day", 1, "10"],
        ["refund of a customer without a purchase in the window", 1, "13"],
    ]
    assert found.table.iloc[0].to_dict() == {
        "customers": 4, "repeat_customers": 3, "purchase_days": 8, "revenue": 298.0, "refunds": 1, "refunded": 15.0,
        "start": pd.Timestamp("2025-01-01"), "as_of": pd.Timestamp("2025-01-31"),
    }  # fmt: skip
    assert repr(found).endswith("(4 rows in .customers; 4 rows set aside: see .excluded)")


def test_the_window_ends_and_starts_on_whole_days():
    found = customer_summary(LOG, start="2025-01-02", as_of=pd.Timestamp("2025-01-31 08:00"))
    ada = found.customers.set_index("customer").loc["Ada"]
    assert (ada["frequency"], ada["days_since_last"], ada["days_observed"]) == (2, 0, 20)
    assert ("before the first day to count", 1) in found.excluded[["reason", "rows"]].itertuples(index=False, name=None)


def test_without_as_of_the_last_day_of_the_log_counts():
    assert customer_summary(LOG).table.loc[0, "as_of"] == pd.Timestamp("2025-02-01")
    assert customer_summary(LOG, as_of=dt.date(2025, 2, 1)).customers.equals(customer_summary(LOG).customers)


def oracle(log: pd.DataFrame, as_of: dt.date) -> dict:
    """Sum up row by row in plain Python."""
    buys, money, refunds = defaultdict(lambda: defaultdict(float)), defaultdict(float), defaultdict(list)
    for who, when, paid in log.itertuples(index=False):
        if when.date() > as_of:
            continue
        money[who] += paid
        if paid < 0:
            refunds[who].append(-paid)
        else:
            buys[who][when.date()] += paid
    answer = {}
    for who in sorted(buys):
        days = sorted(buys[who])
        later = [buys[who][day] for day in days[1:]]
        answer[who] = (
            len(days), (as_of - days[-1]).days, (days[-1] - days[0]).days, (as_of - days[0]).days,
            sum(later) / len(later) if later else None, money[who], len(refunds[who]), sum(refunds[who]),
        )  # fmt: skip
    return answer


rows = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.datetimes(dt.datetime(2024, 12, 20), dt.datetime(2025, 1, 12)),
        st.integers(-300, 900).map(float),
    ),
    min_size=1,
    max_size=40,
)
# The same ids as the number, spread far apart, as text and as a category: each takes another way through the code.
WRITTEN = {
    "compact": lambda ids: ids,
    "spread": lambda ids: ids * 10**15,
    "text": lambda ids: ids.map("C{:03d}".format),
    "category": lambda ids: pd.Categorical(ids, categories=range(9)),
    "nullable": lambda ids: ids.astype("Int64"),
    "float": lambda ids: ids.astype(float),
}
UNITS = ["s", "ms", "us", "ns"]


@given(rows=rows, written=st.sampled_from(sorted(WRITTEN)), unit=st.sampled_from(UNITS), shuffle=st.randoms())
def test_summary_agrees_with_the_oracle(rows, written, unit, shuffle):
    log = pd.DataFrame(rows, columns=["customer", "date", "revenue"])
    as_of = dt.date(2025, 1, 5)
    expected = oracle(log, as_of)
    ids = log["customer"]
    log = log.assign(customer=WRITTEN[written](ids), date=log["date"].astype(f"datetime64[{unit}]"))
    before = log.copy()
    if not expected:
        with pytest.raises(ValueError, match="has no purchase to count"):
            customer_summary(log, as_of=as_of)
        return
    found = customer_summary(log, as_of=as_of)
    pd.testing.assert_frame_equal(log, before)
    columns = ["frequency", "days_since_last", "days_first_to_last", "days_observed",
               "monetary_value", "revenue", "refunds", "refunded"]  # fmt: skip
    for line, numbers in zip(found.customers[columns].itertuples(index=False), expected.values(), strict=True):
        assert [None if pd.isna(number) else number for number in line] == pytest.approx(list(numbers))
    assert found.customers["customer"].tolist() == WRITTEN[written](pd.Series(list(expected))).tolist()
    # nothing is lost: rows used and rows set aside are all rows, and so is the money
    used = [who in expected and when.date() <= as_of for who, when, _ in rows]
    assert found.excluded["rows"].sum() == len(rows) - sum(used)
    assert found.customers["revenue"].sum() == pytest.approx(
        np.sum([r[2] for r, ok in zip(rows, used, strict=True) if ok])
    )

    order = list(range(len(log)))
    shuffle.shuffle(order)
    again = customer_summary(log.iloc[order], as_of=as_of).customers
    pd.testing.assert_frame_equal(again, found.customers)


def test_a_span_too_long_for_small_numbers():
    """Customer × day exceeds 32 bits: the key must grow, not wrap."""
    many = pd.DataFrame({"customer": np.arange(20_000), "date": pd.Timestamp("1700-01-01"), "revenue": 1.0})
    late = many.assign(date=pd.Timestamp("2200-06-01"), revenue=3.0)
    found = customer_summary(pd.concat([many, late])).customers
    assert (found["frequency"] == 2).all()
    assert (found["days_first_to_last"] == (dt.date(2200, 6, 1) - dt.date(1700, 1, 1)).days).all()
    assert (found["monetary_value"] == 3).all()


def test_days_before_1970_and_zones_keep_their_own_day():
    late_evening = pd.to_datetime(["1969-12-30 23:30", "1969-12-31 00:30"]).tz_localize("Asia/Shanghai")
    log = pd.DataFrame({"customer": [1, 1], "date": late_evening, "revenue": [1.0, 2.0]})
    found = customer_summary(log, as_of="1970-01-01").customers.iloc[0]
    assert (found["frequency"], found["days_since_last"], found["days_observed"]) == (2, 1, 2)
    assert found["first_purchase"] == pd.Timestamp("1969-12-30")


BOUGHT = pd.DataFrame(
    {
        "customer": [1, 1, 2, 3, 4, None],
        "date": pd.to_datetime(
            ["2023-05-01", "2025-01-01", "2025-01-01 10:00", "2024-12-31", "2026-02-01", "2025-05-05"], format="ISO8601"
        ),
    }
)
LEADS = pd.DataFrame(
    {
        "lead": [91, 92, 93, 94],
        "first_contact": pd.to_datetime(["2025-12-31 16:00", None, "2026-01-01", "2024-01-01"], format="ISO8601"),
        "customer": [None, None, 4, 3],  # 4 buys only in 2026, 3 is a customer already
    }
)
MARKET = pd.DataFrame(
    {
        "person": range(501, 507),
        "customer": [1, 2, None, None, None, None],
        "lead": [None, None, 91, 94, None, None],
        "fits": [True, True, True, True, True, False],
    }
)


def statuses(result) -> dict:
    return {(line.source, int(line.id)): line.status for line in result.customers.itertuples()}


def test_status_of_everyone_by_hand():
    found = lifecycle_status(BOUGHT, LEADS, MARKET, as_of="2025-12-31", window_days=365)
    assert statuses(found) == {
        ("customers", 1): "active",  # 1 January is day 365 of the window
        ("customers", 2): "active",
        ("customers", 3): "inactive",  # one day before the window
        ("leads", 91): "prospect",  # in touch on the as-of day
        ("leads", 92): "suspect",
        ("leads", 93): "suspect",  # the first contact has not happened yet
        ("market", 505): "suspect",
        ("market", 506): "rest of the world",
    }
    assert found.table["count"].tolist() == [2, 1, 1, 3, 1]
    assert found.table["share"].sum() == 1
    assert dict(found.excluded[["reason", "rows"]].to_numpy()) == {
        "no customer in the records": 1,
        "record begins after the as-of day": 1,
        "lead who is counted as a customer": 1,
        "person of the market who is counted by customer": 2,
        "person of the market who is counted by lead": 2,
    }
    assert (
        len(found.customers) + found.excluded["rows"].sum() == len(BOUGHT) + len(LEADS) + len(MARKET) - 1
    )  # 1 bought twice


def test_status_moves_with_window_and_day():
    assert statuses(lifecycle_status(BOUGHT, as_of="2025-12-31", window_days=364)) == dict.fromkeys(
        [("customers", 1), ("customers", 2), ("customers", 3)], "inactive"
    )
    later = lifecycle_status(BOUGHT, LEADS, as_of="2026-02-01", window_days=1)
    assert statuses(later)[("customers", 4)] == "active"
    assert ("leads", 93) not in statuses(later)  # who has become customer 4 by now


def test_relationships_with_a_last_day():
    relations = pd.DataFrame(
        {
            "customer": [1, 2, 3, 4],
            "joined": pd.to_datetime(["2020-01-01", "2020-01-01", "2024-01-01", "2024-01-01"]),
            "left": pd.to_datetime([None, "2024-06-30", "2026-03-01", "2023-12-31"]),
        }
    )
    found = lifecycle_status(relations, market=10, as_of="2025-12-31", date="joined", until="left")
    assert statuses(found) == {("customers", 1): "active", ("customers", 2): "inactive", ("customers", 3): "active"}
    assert found.excluded.to_numpy().tolist() == [["left lies before joined", 1, "3"]]
    assert found.table["count"].tolist() == [2, 1, 0, 0, 7]
    assert found.customers["last"].tolist() == [
        pd.Timestamp("2025-12-31"), pd.Timestamp("2024-06-30"), pd.Timestamp("2025-12-31")]  # fmt: skip


def test_a_column_without_one_date():
    """A file in which nobody left yet gives a column of empty numbers, not of dates."""
    relations = pd.DataFrame({"customer": [1], "joined": [pd.Timestamp("2020-01-01")], "left": [np.nan]})
    found = lifecycle_status(relations, as_of="2025-12-31", window_days=1, date="joined", until="left")
    assert statuses(found) == {("customers", 1): "active"}


@given(
    records=st.lists(st.tuples(st.integers(1, 5), st.integers(0, 40)), min_size=1),
    today=st.integers(0, 40),
    window=st.integers(1, 30),
)
def test_status_agrees_with_the_definition(records, today, window):
    zero = pd.Timestamp("2025-01-01")
    frame = pd.DataFrame(records, columns=["customer", "day"])
    frame["date"] = zero + pd.to_timedelta(frame["day"], unit="D")
    expected = {}
    for who, day in records:
        if day <= today:
            recent = any(w == who and today - window < d <= today for w, d in records)
            expected[("customers", who)] = "active" if recent else "inactive"
    if not expected:
        with pytest.raises(ValueError, match="has no usable row up to"):
            lifecycle_status(frame, as_of=zero + pd.Timedelta(today, unit="D"), window_days=window)
        return
    found = lifecycle_status(frame, as_of=zero + pd.Timedelta(today, unit="D"), window_days=window)
    assert statuses(found) == expected
