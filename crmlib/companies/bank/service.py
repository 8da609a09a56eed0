"""Contacts, agents and problems at Harbour Bank."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.companies._store import stream
from crmlib.companies.bank.parameters import MONTHS, PER_YEAR, value
from crmlib.companies.bank.people import BRANCHES, NEVER, People

AGENTS = 120
REASONS = ("enquiry", "transaction", "card", "loan", "follow-up", "complaint")
# Share of a day's contacts by hour, 8:00 to 21:00 (the branches close at 17:00, the call centre at 22:00).
HOURS = {
    "teller": np.array([0, 9, 14, 15, 11, 8, 12, 14, 12, 5, 0, 0, 0, 0], dtype=float),
    "call": np.array([3, 8, 11, 11, 9, 7, 8, 9, 8, 7, 6, 6, 5, 2], dtype=float),
}


def days_of(month: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Turn a month of the window and a share of the month (0 to 1) into a day (datetime64[D])."""
    first = np.datetime64("2023-01", "M") + month.astype("int64")
    start, end = first.astype("datetime64[D]"), (first + 1).astype("datetime64[D]")
    return start + np.minimum((share * (end - start).astype(int)).astype(int), (end - start).astype(int) - 1)


def months_of(month: np.ndarray) -> np.ndarray:
    """Turn a month of the window into its first day."""
    return (np.datetime64("2023-01", "M") + month.astype("int64")).astype("datetime64[us]")


def leaving_days(people: People) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the days of the first exit, the return and the second exit (NaT where there is none)."""
    share = stream(people.seed, "days").random((people.n, 3))
    out = []
    for place, month in enumerate((people.left, people.returned, people.left_again)):
        if place == 1:  # who leaves again in the month of returning returned early in it
            within = np.where(people.returned == people.left_again, 0.1, 0.95) * share[:, place]
        else:
            within = 0.15 + 0.849 * share[:, place]
        day = days_of(np.where(month < NEVER, month, 0), within)
        out.append(np.where(month < NEVER, day, np.datetime64("NaT")))
    return tuple(out)


def joining_days(people: People) -> np.ndarray:
    """Return the day of joining; in the month of leaving it lies in the first tenth of the month."""
    month = np.floor(people.joined).astype(int)
    share = people.joined - month
    return days_of(month, np.where(month == people.left, 0.1 * share, share))


def contact_counts(people: People, present: np.ndarray) -> dict[str, np.ndarray]:
    """Draw visits, calls and app sessions: customers x months, zero outside the relationship."""
    rng = stream(people.seed, "usage")
    n = people.n
    pull = np.exp(0.6 * people.engagement - 0.18) * np.where(people.quiet, 0.12, 1.0)
    counter_person = np.exp(0.9 * rng.standard_normal(n) - 0.405)
    young = np.clip((70 - people.age) / 30, 0.1, 1.5)
    rates = {
        "teller": value("contact.teller")
        * pull
        * counter_person
        * np.exp(0.70 * people.size - 0.245)
        * (2 - young)
        * 1.1,
        "call": value("contact.call") * pull * np.exp(0.60 * people.size - 0.18),
        "app": 48.0 * young * np.exp(0.5 * people.engagement - 0.125),
    }
    out = {}
    for name, rate in rates.items():
        counts = np.empty((n, MONTHS), dtype=np.uint16)
        for month in range(MONTHS):
            counts[:, month] = rng.poisson(rate / PER_YEAR) * present[:, month]
        out[name] = counts
    return out


def make_agents(people: People) -> dict[str, np.ndarray]:
    rng = stream(people.seed, "agents")
    return {
        "skill": rng.standard_normal(AGENTS),
        "branch": np.concatenate([np.arange(2 * BRANCHES) % BRANCHES, np.full(AGENTS - 2 * BRANCHES, -1)]),
        "trained": rng.integers(2015, 2023, AGENTS),
    }


def make_contacts(people: People, counts: dict[str, np.ndarray], present: np.ndarray) -> pd.DataFrame:
    """One row per visit or call, with the agent's code and what the log shows: did the customer come back within 7 days?"""
    rng = stream(people.seed, "contacts")
    agents = make_agents(people)
    whos, months, channels = [], [], []
    for code, name in enumerate(("teller", "call")):
        flat = counts[name].ravel()
        cell = np.repeat(np.arange(flat.size), flat)
        whos.append(cell // MONTHS)
        months.append(cell % MONTHS)
        channels.append(np.full(len(cell), code, dtype=np.int8))
    who, month, channel = np.concatenate(whos), np.concatenate(months), np.concatenate(channels)
    day = _inside(people, who, month, rng.random(len(who)))
    reason = rng.choice(4, len(who), p=[0.34, 0.36, 0.16, 0.14])
    # Voiced problems that came by counter or phone are contacts too.
    told = people.problems
    heard = np.flatnonzero(told["voiced"] & (told["where"] < 2) & present[told["who"], told["month"]])
    who = np.concatenate([who, told["who"][heard]])
    month = np.concatenate([month, told["month"][heard]])
    channel = np.concatenate([channel, told["where"][heard]])
    day = np.concatenate([day, told["date"][heard]])
    reason = np.concatenate([reason, np.full(len(heard), 5)])
    minute = np.empty(len(who), dtype="int64")
    for code, name in enumerate(("teller", "call")):
        rows = np.flatnonzero(channel == code)
        share = HOURS[name] / HOURS[name].sum()
        minute[rows] = 60 * (8 + rng.choice(14, len(rows), p=share)) + rng.integers(0, 60, len(rows))
    home = people.branch[who]
    agent = np.where(
        channel == 0, home + BRANCHES * rng.integers(0, 2, len(who)), rng.integers(2 * BRANCHES, AGENTS, len(who))
    )
    log_odds = np.log(value("contact.fcr_base") / (1 - value("contact.fcr_base")))
    true = 1 / (1 + np.exp(-(log_odds + value("contact.fcr_skill") * agents["skill"][agent])))
    solved = rng.random(len(who)) < true
    coded = solved | (rng.random(len(who)) < value("contact.coded_if_not"))
    stamp = day.astype("datetime64[m]") + minute
    length = np.maximum(1, np.round(rng.gamma(2.0, 3.0, len(who)) * np.where(reason == 5, 2.2, 1.0))).astype(int)
    # An unsolved contact brings the customer back within 1 to 6 days, by phone.
    back = np.flatnonzero(~solved)
    again = stamp[back] + rng.integers(1, 7, len(back)) * 1440
    again = (
        again.astype("datetime64[D]").astype("datetime64[m]")
        + minute[back] % 60
        + 60 * (8 + rng.choice(14, len(back), p=HOURS["call"] / HOURS["call"].sum()))
    )
    first_spell = ~(day[back] > people.left_day[who[back]])  # NaT compares as false: still a customer
    last = np.where(first_spell, people.left_day[who[back]], people.left_again_day[who[back]])
    last = np.where(np.isnat(last), np.datetime64("2026-01-01"), last)
    fits = again < last.astype("datetime64[m]")
    back, again = back[fits], again[fits]
    follow_up = np.ones(len(back), dtype=bool)
    repeated = np.zeros(len(who), dtype=bool)
    repeated[back] = True
    frame = pd.DataFrame(
        {
            "customer": people.first_id + np.concatenate([who, who[back]]),
            "time": np.concatenate([stamp, again]).astype("datetime64[us]"),
            "channel": pd.Categorical.from_codes(np.concatenate([channel, 1 * follow_up]), ["teller", "call"]),
            "reason": pd.Categorical.from_codes(np.concatenate([reason, 4 * follow_up]), list(REASONS)),
            "minutes": np.concatenate([length, np.ceil(rng.gamma(2.0, 3.0, len(back)))]).astype(int),
            "agent": 1 + np.concatenate([agent, rng.integers(2 * BRANCHES, AGENTS, len(back))]),
            "coded_resolved": np.concatenate([coded, follow_up]),
            "repeat_within_7_days": np.concatenate([repeated, ~follow_up]),
        },
        copy=False,
    ).sort_values(["customer", "time", "agent"], ignore_index=True)
    frame.insert(0, "contact", np.arange(1, len(frame) + 1))
    return frame


def monthly_counts(people: People, contacts: pd.DataFrame, channel: str) -> np.ndarray:
    """Count a channel's contacts: customers x months."""
    rows = contacts.loc[contacts["channel"] == channel]
    month = rows["time"].to_numpy().astype("datetime64[M]") - np.datetime64("2023-01", "M")
    cell = (rows["customer"].to_numpy() - people.first_id) * MONTHS + month.astype("int64")
    return np.bincount(cell, minlength=people.n * MONTHS).astype(np.uint16).reshape(people.n, MONTHS)


def _inside(people: People, who: np.ndarray, month: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return days in `month` that lie within the relationship of each `who`."""
    joined = np.floor(people.joined).astype(int)[who]
    start = np.where(joined == month, (people.join_day[who] - days_of(month, np.zeros(len(who)))).astype(int), 0)
    back = (people.returned[who] == month) & (people.returned[who] < NEVER)
    start = np.where(back, (people.back_day[who] - days_of(month, np.zeros(len(who)))).astype(int), start)
    first = days_of(month, np.zeros(len(who)))
    length = (days_of(month, np.ones(len(who))) - first).astype(int) + 1
    end = length
    for left, day in ((people.left, people.left_day), (people.left_again, people.left_again_day)):
        here = (left[who] == month) & (left[who] < NEVER)
        end = np.where(here, (day[who] - first).astype(int), end)
    return first + np.minimum(start + (share * np.maximum(end - start, 1)).astype(int), np.maximum(end - 1, start))


def date_problems(people: People) -> None:
    """Give the problems of present customers their day and the place where they were voiced."""
    told = people.problems
    rng = stream(people.seed, "voices")
    told["where"] = rng.choice(4, len(told["who"]), p=[0.38, 0.44, 0.12, 0.06])
    told["date"] = _inside(people, told["who"], told["month"], told["day"])


def make_problems(people: People, present: np.ndarray) -> pd.DataFrame:
    """One row per service problem that the audit found, with what became of it."""
    told = people.problems
    rows = np.flatnonzero(present[told["who"], told["month"]])
    rows = rows[np.lexsort((told["who"][rows], told["date"][rows]))]
    voiced = told["voiced"][rows]
    resolved = told["resolved"][rows]
    return pd.DataFrame(
        {
            "problem": np.arange(1, len(rows) + 1),
            "customer": people.first_id + told["who"][rows],
            "branch": 1 + people.branch[told["who"][rows]],
            "date": told["date"][rows].astype("datetime64[us]"),
            "kind": pd.Categorical.from_codes(told["kind"][rows], ["wrong fee", "delay", "error", "staff"]),
            "noticed": told["noticed"][rows],
            "voiced": voiced,
            "voiced_at": pd.Categorical.from_codes(
                np.where(voiced, told["where"][rows], -1), ["branch", "phone", "app", "regulator"]
            ),
            "resolved": resolved,
            "days": pd.array(np.where(resolved, told["days"][rows], 0), dtype="Int64"),
        }
    ).assign(days=lambda frame: frame["days"].where(frame["resolved"]))
