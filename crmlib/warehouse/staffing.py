"""Channels and staffing by hour: when customers call, and how many people it takes to answer them in time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_day, need_days, need_frame, need_numbers, rows_text


def arrivals_by_hour(
    contacts: pd.DataFrame,
    *,
    channel: str,
    start: object,
    as_of: object,
    time: str = "time",
) -> pd.DataFrame:
    """Count contacts of a channel by hour of the day.

    Parameters
    ----------
    contacts : one row per contact: `time`, `channel`, `minutes` (length).
    channel : such as "call".
    start, as_of : first and last day to count; every day of the span counts, also one without a contact.

    Returns
    -------
    Frame, one row per hour with a contact: `hour` (10: from 10:00 to 10:59), `contacts`, `per_day` (mean), `minutes` (mean length).

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; the channel has no contact in the span.

    >>> log = pd.DataFrame({"time": pd.to_datetime(["2025-01-01 10:05", "2025-01-02 10:50"]), "channel": "call", "minutes": [4, 8]})
    >>> arrivals_by_hour(log, channel="call", start="2025-01-01", as_of="2025-01-04")
       hour  contacts  per_day  minutes
    0    10         2      0.5      6.0
    """
    what = "The frame of contacts"
    need_columns(need_frame(contacts, what), [time, "channel", "minutes"], what)
    first, last = need_day(start, "start"), need_day(as_of, "as_of")
    if last < first:
        raise ValueError(f"The span is empty: `as_of` ({as_of}) lies before `start` ({start}). Swap or correct them.")
    days, missing = need_days(contacts, time, what)
    if missing.any():
        raise ValueError(f"Column {time!r} of the frame of contacts is empty in {rows_text(missing)}. Fill it in.")
    need_numbers(contacts, "minutes", what)
    part = contacts[(contacts["channel"] == channel).to_numpy() & (days >= first) & (days <= last)]
    if part.empty:
        known = ", ".join(sorted(contacts["channel"].dropna().astype("str").unique()))
        raise ValueError(f"There is no contact by {channel!r} between {start} and {as_of}. Channels are: {known}.")
    by = part.groupby(part[time].dt.hour)["minutes"].agg(["size", "mean"])
    return pd.DataFrame(
        {
            "hour": by.index.to_numpy(np.int64),
            "contacts": by["size"].to_numpy(),
            "per_day": by["size"].to_numpy() / (last - first + 1),
            "minutes": by["mean"].to_numpy(float),
        }
    )


def erlang_c(calls_per_hour: float, minutes: float, agents: int, seconds: float = 20) -> pd.DataFrame:
    """Say how long callers wait if a number of agents answers: the Erlang C formula.

    Load a = calls per hour × minutes / 60 (erlangs: agents busy on average). With n > a agents the chance to wait is
    C = (aⁿ/n!)·n/(n−a) / (Σ_{k<n} aᵏ/k! + (aⁿ/n!)·n/(n−a)), the mean wait C × minutes / (n − a), and the share answered within t is
    1 − C × exp(−(n − a) t / minutes). It takes for granted that calls come by chance, lengths are exponential, nobody hangs up.

    Parameters
    ----------
    calls_per_hour : above 0.
    minutes : mean length of a call, with the work after it; above 0.
    agents : people who answer, a whole number of 1 or more.
    seconds : the time within which a call should be answered.

    Returns
    -------
    Frame, one row: `load` (erlangs), `agents`, `occupancy` (load / agents), `must_wait` (chance), `mean_wait` (seconds),
    `service_level` (share answered within `seconds`). If agents are not more than the load the queue grows without end:
    must_wait 1, mean_wait infinite, service_level 0.

    Raises
    ------
    ValueError : a number that makes no sense.

    Source: Erlang (1917), Solution of some problems in the theory of probabilities of significance in automatic telephone exchanges.

    >>> erlang_c(calls_per_hour=20, minutes=6, agents=3).round(3)
       load  agents  occupancy  must_wait  mean_wait  service_level
    0   2.0       3      0.667      0.444      160.0           0.58
    """
    _positive(calls_per_hour=calls_per_hour, minutes=minutes)
    whole = isinstance(agents, int | float | np.number) and not isinstance(agents, bool) and np.isfinite(agents)
    if not whole or agents != int(agents) or agents < 1:
        raise ValueError(f"`agents` must be a whole number, 1 or more, but it is {agents!r}.")
    _not_below_0(seconds=seconds)
    load = np.array([calls_per_hour * minutes / 60])
    waits, mean, level = _erlang_c(load, np.array([minutes]), np.array([int(agents)]), seconds)
    return pd.DataFrame(
        {"load": load, "agents": [int(agents)], "occupancy": load / int(agents), "must_wait": waits, "mean_wait": mean,
         "service_level": level}
    )  # fmt: skip


def _erlang_c(load, minutes, agents, seconds):
    from scipy.stats import poisson

    with np.errstate(divide="ignore", invalid="ignore"):
        full = poisson.pmf(agents, load) * agents / (agents - load)
        waits = full / (poisson.cdf(agents - 1, load) + full)
        mean = waits * 60 * minutes / (agents - load)
        level = 1 - waits * np.exp(-(agents - load) * seconds / (60 * minutes))
    stable = agents > load
    return np.where(stable, waits, 1.0), np.where(stable, mean, np.inf), np.where(stable, level, 0.0)


def staff_by_hour(
    arrivals: pd.DataFrame,
    *,
    target: float = 0.8,
    seconds: float = 20,
    times: float = 1.0,
    wage: float = 0.0,
) -> pd.DataFrame:
    """Return how many agents each hour needs so that the target share of calls is answered in time.

    Parameters
    ----------
    arrivals : from `arrivals_by_hour`: `hour`, `per_day` (calls in that hour of an average day), `minutes`.
    target : share of calls to be answered within `seconds`, above 0 and below 1 (0.8: eight of ten).
    times : size of the company, against the one in `arrivals`.
    wage : cost of one agent's hour, in yuan.

    Returns
    -------
    Frame, one row per hour: `hour`, `calls`, `load` (erlangs), `by_load` (agents if one only divides the work: load, rounded up),
    `agents` (the fewest that meet the target), `occupancy`, `mean_wait` (seconds), `service_level`, `level_by_load`, and `cost_per_call`
    (agents × wage / calls).

    Raises
    ------
    ValueError, TypeError : a column is missing; hours without calls or length; a target that is no share.

    >>> day = pd.DataFrame({"hour": [10, 22], "per_day": [20.0, 1.0], "minutes": [6.0, 6.0]})
    >>> staff_by_hour(day, wage=60)[["hour", "by_load", "agents", "service_level", "cost_per_call"]].round(2)
       hour  by_load  agents  service_level  cost_per_call
    0    10        2       4           0.84           12.0
    1    22        1       1           0.90           60.0
    """
    what = "The frame of arrivals"
    need_columns(need_frame(arrivals, what), ["hour", "per_day", "minutes"], what)
    if not isinstance(target, int | float) or not 0 < target < 1:
        hint = " It looks like percent." if isinstance(target, int | float) and target > 1 else ""
        raise ValueError(f"`target` must be a share above 0 and below 1, such as 0.8, but it is {target!r}.{hint}")
    _positive(times=times)
    _not_below_0(seconds=seconds, wage=wage)
    calls = need_numbers(arrivals, "per_day", what) * times
    minutes = need_numbers(arrivals, "minutes", what)
    wrong = ~((calls > 0) & (minutes > 0))
    if wrong.any():
        raise ValueError(
            f"{what} must have calls and minutes above 0, but has not in {rows_text(wrong)}. Leave these out."
        )
    load = calls * minutes / 60
    lowest = np.floor(load).astype(np.int64) + 1
    agents = lowest.copy()
    while True:  # a round adds one agent wherever the target is missed; the level rises with every agent
        _, mean, level = _erlang_c(load, minutes, agents, seconds)
        short = level < target
        if not short.any():
            break
        agents = agents + short
    by_load = np.maximum(np.ceil(load), 1).astype(np.int64)
    return pd.DataFrame(
        {
            "hour": arrivals["hour"].to_numpy(),
            "calls": calls,
            "load": load,
            "by_load": by_load,
            "agents": agents,
            "occupancy": load / agents,
            "mean_wait": mean,
            "service_level": level,
            "level_by_load": _erlang_c(load, minutes, by_load, seconds)[2],
            "cost_per_call": agents * wage / calls,
        }
    )


def _positive(**numbers: float) -> None:
    for name, number in numbers.items():
        if not isinstance(number, int | float | np.number) or isinstance(number, bool) or not 0 < number < np.inf:
            raise ValueError(f"`{name}` must be a number above 0, but it is {number!r}.")


def _not_below_0(**numbers: float) -> None:
    for name, number in numbers.items():
        if not isinstance(number, int | float | np.number) or isinstance(number, bool) or not 0 <= number < np.inf:
            raise ValueError(f"`{name}` must be a number of 0 or more, but it is {number!r}.")
