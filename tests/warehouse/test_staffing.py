"""Erlang C against its definition, a published worked example and a simulated queue; staffing by hour by property."""

from __future__ import annotations

import heapq
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.warehouse import arrivals_by_hour, erlang_c, staff_by_hour

DAY = pd.DataFrame({"hour": [9, 10, 22], "per_day": [30.0, 60.0, 0.5], "minutes": [6.0, 5.0, 6.0]})


def test_two_agents_by_hand():
    """Load 1, two agents: C = (1/2 · 2/1) / (1 + 1 + 1) = 1/3; mean wait = C · 6 min / (2 − 1) = 2 minutes."""
    row = erlang_c(calls_per_hour=10, minutes=6, agents=2, seconds=0).iloc[0]
    assert row["load"] == pytest.approx(1)
    assert row["must_wait"] == pytest.approx(1 / 3)
    assert row["mean_wait"] == pytest.approx(120)
    assert row["service_level"] == pytest.approx(2 / 3)


def test_the_published_example():
    """The worked example in the documentation of pyworkforce: 100 calls in half an hour, 3 minutes each, 20 seconds: 14 agents."""
    row = staff_by_hour(
        pd.DataFrame({"hour": [10], "per_day": [200.0], "minutes": [3.0]}), target=0.8, seconds=20
    ).iloc[0]
    assert (row["load"], row["agents"]) == (10, 14)
    assert row["service_level"] == pytest.approx(0.8883500191794669, rel=1e-12)
    assert row["occupancy"] == pytest.approx(0.7142857142857143, rel=1e-12)
    waits = erlang_c(calls_per_hour=200, minutes=3, agents=14)["must_wait"].iloc[0]
    assert waits == pytest.approx(0.1741319335950498, rel=1e-12)


@given(st.floats(0.1, 30), st.integers(1, 12))
def test_erlang_c_is_its_definition(load, more):
    agents = math.floor(load) + more
    terms = [load**k / math.factorial(k) for k in range(agents)]
    last = load**agents / math.factorial(agents) * agents / (agents - load)
    row = erlang_c(calls_per_hour=load * 10, minutes=6, agents=agents).iloc[0]
    assert row["must_wait"] == pytest.approx(last / (sum(terms) + last), rel=1e-6)


def test_erlang_c_is_what_a_queue_does():
    """300,000 calls by chance, five agents, in a simulated queue that knows no formula."""
    draw = np.random.default_rng(7)
    n, agents, minutes = 300_000, 5, 6.0
    arrive = np.cumsum(draw.exponential(60 / 40, n))  # forty calls an hour
    length = draw.exponential(minutes, n)
    free = [0.0] * agents
    wait = np.empty(n)
    for call in range(n):
        begin = max(arrive[call], heapq.heappop(free))
        wait[call] = begin - arrive[call]
        heapq.heappush(free, begin + length[call])
    row = erlang_c(calls_per_hour=40, minutes=minutes, agents=agents, seconds=20).iloc[0]
    assert (wait > 1e-9).mean() == pytest.approx(row["must_wait"], abs=0.015)
    assert 60 * wait.mean() == pytest.approx(row["mean_wait"], rel=0.06)
    assert (wait <= 20 / 60).mean() == pytest.approx(row["service_level"], abs=0.015)


def test_too_few_agents_never_catch_up():
    row = erlang_c(calls_per_hour=20, minutes=6, agents=2).iloc[0]
    assert (row["must_wait"], row["mean_wait"], row["service_level"]) == (1, np.inf, 0)


@given(st.floats(0.5, 0.98), st.floats(0.1, 20), st.integers(0, 60))
def test_the_fewest_agents_that_meet_the_target(target, times, seconds):
    table = staff_by_hour(DAY, target=target, times=times, seconds=seconds)
    for row, day in zip(table.itertuples(), DAY.itertuples(), strict=True):
        asked = {"calls_per_hour": row.calls, "minutes": day.minutes, "seconds": seconds}
        assert row.calls == pytest.approx(day.per_day * times)
        assert erlang_c(agents=row.agents, **asked)["service_level"].iloc[0] >= target
        if row.agents > 1:
            assert erlang_c(agents=row.agents - 1, **asked)["service_level"].iloc[0] < target


def test_cost_per_call_by_hand():
    """Two agents answer 2/3 of ten calls of 6 minutes at once, one would answer none: 2 · 55 yuan for the ten calls."""
    day = pd.DataFrame({"hour": [9], "per_day": [5.0], "minutes": [6.0]})
    row = staff_by_hour(day, target=0.6, seconds=0, times=2, wage=55).iloc[0]
    assert row[["calls", "agents", "cost_per_call"]].tolist() == pytest.approx([10, 2, 11])


def test_a_large_line_needs_fewer_agents_per_call():
    per_call = [staff_by_hour(DAY, times=times)["agents"].sum() / times for times in (1, 5, 25)]
    assert per_call[0] > per_call[1] > per_call[2]


def test_dividing_the_work_is_not_enough():
    table = staff_by_hour(DAY)
    assert table["by_load"].tolist() == [3, 5, 1]
    assert table["level_by_load"].tolist()[:2] == [0, 0]  # exactly busy all the time: the queue never ends
    assert (table["agents"].iloc[:2] > table["by_load"].iloc[:2]).all()


def test_arrivals_are_the_banks(bank):
    table = arrivals_by_hour(bank.contacts, channel="call", start="2025-01-01", as_of="2025-12-31")
    calls = bank.contacts[(bank.contacts["channel"] == "call") & (bank.contacts["time"].dt.year == 2025)]
    assert table["contacts"].sum() == len(calls)
    assert table["per_day"].sum() == pytest.approx(len(calls) / 365)


CONTACTS = pd.DataFrame({"time": pd.to_datetime(["2025-01-01 10:00"]), "channel": "call", "minutes": 5.0})
SPAN = {"channel": "call", "start": "2025-01-01", "as_of": "2025-01-31"}
REFUSED = {
    "a channel": (lambda: arrivals_by_hour(CONTACTS, **SPAN | {"channel": "fax"}), r"^There is no contact by 'fax' between .* are: call."),
    "a span": (lambda: arrivals_by_hour(CONTACTS, **SPAN | {"as_of": "2024-01-01"}), r"^The span is empty"),
    "an empty export": (lambda: arrivals_by_hour(CONTACTS.iloc[:0], **SPAN), r"^The frame of contacts has no rows"),
    "times as text": (lambda: arrivals_by_hour(CONTACTS.assign(time="10:00"), **SPAN), r"^Column 'time' of the frame of contacts must"),
    "an empty time": (lambda: arrivals_by_hour(pd.concat([CONTACTS, CONTACTS.assign(time=pd.NaT)]), **SPAN), r"is empty in 1 row"),
    "percent": (lambda: staff_by_hour(DAY, target=80), r"^`target` must be a share .* but it is 80. It looks like percent."),
    "all calls": (lambda: staff_by_hour(DAY, target=1.0), r"^`target` must be a share above 0 and below 1"),
    "no calls": (lambda: staff_by_hour(DAY.assign(per_day=0.0)), r"must have calls and minutes above 0, but has not in 3 rows"),
    "no size": (lambda: staff_by_hour(DAY, times=0), r"^`times` must be a number above 0"),
    "a negative wage": (lambda: staff_by_hour(DAY, wage=-1), r"^`wage` must be a number of 0 or more, but it is -1."),
    "a wage of nothing": (lambda: staff_by_hour(DAY, wage=None), r"^`wage` must be a number of 0 or more, but it is None."),
    "half an agent": (lambda: erlang_c(10, 6, 1.5), r"^`agents` must be a whole number"),
    "an agent that is missing": (lambda: erlang_c(10, 6, np.nan), r"^`agents` must be a whole number, 1 or more, but it is nan."),
    "agents of nothing": (lambda: erlang_c(10, 6, None), r"^`agents` must be a whole number, 1 or more, but it is None."),
    "agents without end": (lambda: erlang_c(10, 6, np.inf), r"^`agents` must be a whole number, 1 or more, but it is inf."),
    "agents as text": (lambda: erlang_c(10, 6, "two"), r"^`agents` must be a whole number, 1 or more, but it is 'two'."),
    "no minutes": (lambda: erlang_c(10, 0, 2), r"^`minutes` must be a number above 0"),
    "a negative time": (lambda: erlang_c(10, 6, 2, seconds=-1), r"^`seconds` must be a number of 0 or more"),
    "no time": (lambda: erlang_c(10, 6, 2, seconds=None), r"^`seconds` must be a number of 0 or more, but it is None."),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_gets_a_sentence(case):
    call, says = REFUSED[case]
    with pytest.raises(ValueError, match=says):
        call()
