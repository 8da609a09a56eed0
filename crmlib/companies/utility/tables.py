"""From arrays to the tables of the data dictionary."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.companies._store import dictionary, stream, typed
from crmlib.companies.utility import bills as billing
from crmlib.companies.utility import load, market, service, survey
from crmlib.companies.utility.parameters import (
    AGE_BANDS,
    ATTRIBUTES,
    CLASSES,
    CONTACT_COST,
    DAY_ZERO,
    DAYS,
    HOUR_PERIOD,
    MONTHS,
    PERIODS,
    PROBLEM_KINDS,
    REASONS,
    REGIONS,
    RIVALS,
    SEGMENTS,
    TARIFFS,
    WINDOW,
    as_dates,
)  # fmt: skip
from crmlib.companies.utility.people import FIRST_ID, NEVER, PAYMENTS, People, pick

EXIT_REASONS = ("moved", "closed", "switched")
WHERE = ("phone", "counter", "app", "regulator")


def table(name: str, columns: dict) -> pd.DataFrame:
    """Build one table as the dictionary describes it."""
    return typed(pd.DataFrame(columns, copy=False), dictionary("utility")["tables"][name])


def choice(codes: np.ndarray, names: tuple[str, ...]) -> pd.Categorical:
    """Words for codes; -1 is missing. Codes, not text: thirty million bills fit in memory."""
    return pd.Categorical.from_codes(codes, categories=list(names))


def dates(day: np.ndarray, missing: np.ndarray | None = None) -> np.ndarray:
    """Days counted from the window's start as dates; NaT where `missing`."""
    out = DAY_ZERO.astype("datetime64[us]") + np.asarray(day).astype("int64") * np.timedelta64(86_400_000_000, "us")
    if missing is not None:
        out[missing] = np.datetime64("NaT")
    return out


def months(month: np.ndarray, missing: np.ndarray | None = None) -> np.ndarray:
    out = (np.datetime64("2023-01", "M") + np.asarray(month).astype("int64")).astype("datetime64[us]")
    if missing is not None:
        out[missing] = np.datetime64("NaT")
    return out


def ids(place: np.ndarray) -> np.ndarray:
    return np.asarray(place, dtype="int64") + FIRST_ID


def numbered(n: int, first: int) -> np.ndarray:
    return np.arange(first, first + n, dtype="int64")


def customers(people: People) -> pd.DataFrame:
    left = people.left < WINDOW
    reason = np.where(people.switched == people.left, 2, np.where(people.kind == 0, 0, 1))
    tariff = np.array([list(TARIFFS).index(name) for name in load.DEFAULT_TARIFF])[people.kind]
    on = people.tou_from < MONTHS
    tariff = np.where(on, np.array([list(TARIFFS).index(name) for name in load.TOU_TARIFF])[people.kind], tariff)
    tariff = np.where(people.home_flat, 0, tariff)
    return table(
        "customers",
        {
            "customer": people.ids,
            "class": choice(people.kind, CLASSES),
            "segment": choice(people.segment, tuple(SEGMENTS)),
            "region": choice(people.region, REGIONS),
            "feeder": people.feeder,
            "since": dates(people.since),
            "left": dates(people.left, ~left),
            "exit_reason": choice(np.where(left, reason, -1), EXIT_REASONS),
            "contract_kw": people.contract,
            "large_user": (people.kind == 2) & (people.contract >= 100),
            "age_band": choice(people.age, AGE_BANDS),
            "hardship": people.hardship,
            "payment_channel": choice(people.payment, PAYMENTS),
            "online_since": dates(people.online, (people.online >= np.minimum(people.left, WINDOW))),
            "tariff": choice(tariff, tuple(TARIFFS)),
            "tou_arm": choice(people.arm, load.ARMS),
            "tou_from": months(people.tou_from, ~on),
        },
    )


def prospects(people: People) -> pd.DataFrame:
    """Places that asked for supply or a quote and have not become customers."""
    rng = stream(people.seed, "prospects")
    n = people.n // 10
    kind = pick(rng, np.array([0.25, 0.45, 0.30]), n)
    asked = np.sort(rng.integers(0, WINDOW, n))
    return table(
        "prospects",
        {
            "prospect": numbered(n, 900_001),
            "class": choice(kind, CLASSES),
            "region": choice(pick(rng, np.ones(len(REGIONS)), n), REGIONS),
            "asked": dates(asked),
            "expected_kwh": np.rint(np.exp(np.array([5.0, 7.0, 10.1])[kind] + 0.8 * rng.standard_normal(n))),
            "quote_sent": rng.random(n) < np.array([0.5, 0.7, 0.85])[kind],
        },
    )


def market_opening() -> pd.DataFrame:
    opened = np.array([market.opening_month(kind) for kind in range(3)])
    return table("market_opening", {"class": choice(np.arange(3), CLASSES), "opened": months(opened, opened >= MONTHS)})


def tariffs() -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = list(TARIFFS.values())
    rules = np.array([row[:9] for row in rows])
    no_tier = rules[:, 4] == 0
    tiers = {
        name: pd.array(np.where(no_tier, 0, rules[:, place]), dtype="Int64")
        for place, name in ((4, "tier1_kwh"), (5, "tier2_kwh"))
    }
    for column in tiers.values():
        column[no_tier] = pd.NA
    frame = table(
        "tariffs",
        {
            "tariff": choice(np.arange(len(rows)), tuple(TARIFFS)),
            "class": choice(rules[:, 0], CLASSES),
            "price_peak": rules[:, 1] / 100,
            "price_flat": rules[:, 2] / 100,
            "price_valley": rules[:, 3] / 100,
            **tiers,
            "surcharge_tier2": rules[:, 6] / 100,
            "surcharge_tier3": rules[:, 7] / 100,
            "price_kw_month": rules[:, 8] / 100,
            "meaning": [row[9] for row in rows],
        },
    )
    return frame, table("tariff_hours", {"hour": np.arange(24), "period": choice(HOUR_PERIOD, PERIODS)})


def bills(raw: dict) -> pd.DataFrame:
    """Free each array once its column is made: at a million customers this is the largest table."""
    columns = {"customer": ids(raw.pop("customer")), "month": months(raw["month"])}
    columns["tariff"] = choice(raw.pop("tariff"), tuple(TARIFFS))
    for name in ("kwh_peak", "kwh_flat", "kwh_valley"):
        columns[name] = raw.pop(name).astype("int64")
    columns["amount"] = raw.pop("fen") / 100
    columns["due"] = dates(DAYS[raw.pop("month").astype(int) + 1] + billing.DUE_AFTER)
    columns["paid"] = dates(raw["paid"], raw["paid"] == NEVER)
    del raw["paid"]
    columns["paid_amount"] = raw.pop("paid_fen") / 100
    return table("bills", columns)


def arrears(cases: dict) -> pd.DataFrame:
    """Cases that began with a bill of the window and were opened before its end."""
    month = cases["month"]
    opened = np.where(month >= 0, DAYS[np.clip(month + 1, 0, MONTHS)] + billing.DUE_AFTER + 10, NEVER)
    keep = np.flatnonzero((month >= 0) & (opened < WINDOW))
    month, closed, outcome = month[keep], cases["closed"][keep].astype(int), cases["outcome"][keep]
    closed_day = np.where(
        closed < MONTHS, DAYS[np.clip(closed + 1, 0, MONTHS)] + billing.DUE_AFTER + cases["slack"][keep], NEVER
    )
    plan = cases["plan"][keep].astype(int)
    plan_day = np.where(plan < MONTHS, DAYS[np.clip(plan + 1, 0, MONTHS)] + 24, NEVER)
    running = closed_day >= WINDOW
    on_plan = plan_day < WINDOW
    outcome = np.where(running, np.where(on_plan, 1, 3), outcome)
    order = np.lexsort((cases["customer"][keep], opened[keep]))
    frame = {
        "case": numbered(len(keep), 1),
        "customer": ids(cases["customer"][keep][order]),
        "opened": dates(opened[keep][order]),
        "first_step": choice(cases["call"][keep][order].astype(int), billing.FIRST_STEPS),
        "debt": cases["debt"][keep][order] / 100,
        "plan_from": dates(plan_day[order], ~on_plan[order]),
        "outcome": choice(outcome[order], billing.OUTCOMES),
        "closed": dates(closed_day[order], running[order]),
    }
    return table("arrears", frame)


def load_hourly(hourly: dict) -> pd.DataFrame:
    return table(
        "load_hourly", {"customer": ids(hourly["customer"]), "time": as_dates(hourly["day"]), "kwh": hourly["kwh"]}
    )


def outages(raw: dict) -> pd.DataFrame:
    return table(
        "outages",
        {
            "outage": numbered(len(raw["day"]), 1),
            "feeder": raw["feeder"],
            "region": choice((raw["feeder"] - 1) // 8, REGIONS),
            "start": as_dates(raw["day"]),
            "minutes": raw["minutes"],
            "cause": choice(raw["cause"], service.CAUSES),
        },
    )


def agents(raw: dict) -> pd.DataFrame:
    trained = raw["trained"]
    return table(
        "agents",
        {
            "agent": numbered(len(trained), 1),
            "joined": dates(raw["joined"]),
            "skill_test": raw["test"],
            "trained": dates(np.where(trained, service.TRAINING_DAY, 0), ~trained),
        },
    )


def contacts(people: People, raw: dict) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Contacts of customers who had not left, the audited sample, and for each contact whether it was resolved (truth)."""
    raw["repeat"] = service.repeat_within_week(raw)
    keep = np.flatnonzero((raw["day"] < WINDOW) & (raw["day"] < people.left[raw["customer"]]))
    order = keep[np.lexsort((raw["customer"][keep], raw["day"][keep]))]
    raw = {name: column[order] for name, column in raw.items()}
    served = raw["agent"] >= 0
    number = numbered(len(order), 1)
    agent = pd.array(np.where(served, raw["agent"] + 1, 0), dtype="Int64")
    agent[~served] = pd.NA
    frame = table(
        "contacts",
        {
            "contact": number,
            "customer": ids(raw["customer"]),
            "time": as_dates(raw["day"]),
            "channel": choice(raw["channel"], service.CHANNELS),
            "reason": choice(raw["reason"], REASONS),
            "minutes": np.maximum(raw["minutes"], 0.5),
            "agent": agent,
            "coded": choice(np.where(served, np.where(raw["coded"], 0, 1), -1), ("resolved", "open")),
            "repeat_7d": raw["repeat"],
        },
    )
    rng = stream(people.seed, "audits")
    audited = np.flatnonzero(served & (rng.random(len(order)) < service.AUDIT_SHARE))
    audits = table("audits", {"contact": number[audited], "resolved": raw["resolved"][audited]})
    truth = pd.DataFrame({"contact": number, "resolved": raw["resolved"]})
    return frame, audits, truth, raw


def contact_costs() -> pd.DataFrame:
    names = tuple(CONTACT_COST)
    return table(
        "contact_costs", {"channel": choice(np.arange(len(names)), names), "cost": list(CONTACT_COST.values())}
    )


def complaints(people: People, raw: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Complaints that reached the company, and (truth) all problems, noticed and voiced or not."""
    there = raw["day"] < people.left[raw["customer"]]
    order = np.flatnonzero(there)[np.lexsort((raw["customer"][there], raw["day"][there]))]
    raw = {name: column[order] for name, column in raw.items()}
    truth = pd.DataFrame(
        {
            "problem": numbered(len(order), 1),
            "customer": ids(raw["customer"]),
            "happened": dates(raw["day"]),
            "kind": choice(raw["kind"], PROBLEM_KINDS),
            "noticed": raw["noticed"],
            "voiced": raw["voiced"],
            "resolved": raw["resolved"],
        }
    )
    known = np.flatnonzero(raw["voiced"] & (raw["opened"] < np.minimum(WINDOW, people.left[raw["customer"]])))
    known = known[np.lexsort((raw["customer"][known], raw["opened"][known]))]
    closed = raw["opened"] + raw["days"]
    done = (closed < WINDOW)[known]
    frame = table(
        "complaints",
        {
            "complaint": numbered(len(known), 1),
            "customer": ids(raw["customer"][known]),
            "opened": dates(raw["opened"][known]),
            "kind": choice(raw["kind"][known], PROBLEM_KINDS),
            "channel": choice(raw["where"][known], WHERE),
            "outcome": choice(
                np.where(done, np.where(raw["resolved"][known], 0, 1), 2), ("resolved", "not resolved", "open")
            ),
            "closed": dates(closed[known], ~done),
            "compensation": np.where(done, raw["compensation"][known], 0.0),
        },
    )
    return frame, truth


def invitations(raw: dict) -> pd.DataFrame:
    return table(
        "invitations",
        {
            "customer": ids(raw["customer"]),
            "wave": raw["year"] + 2023,
            "outcome": choice(raw["outcome"], survey.OUTCOMES),
        },
    )


def survey_table(raw: dict) -> pd.DataFrame:
    knows = raw["rival_score"] >= 0
    rival = pd.array(np.where(knows, raw["rival_score"], 0), dtype="Int64")
    rival[~knows] = pd.NA
    columns = {**raw, "customer": ids(raw["customer"]), "wave": raw["year"] + 2023}
    columns["followed_up"] = raw["outcome"] == 1
    columns["stay_reason"] = choice(raw["stay_reason"], survey.STAY_REASONS)
    columns["rival_score"] = rival
    return table("survey", columns).copy()  # a copy joins the hundred columns: pandas warns of fragments otherwise


def pulse(raw: dict) -> pd.DataFrame:
    return table(
        "pulse",
        {
            "month": months(raw["month"]), "class": choice(raw["kind"].astype(int), CLASSES), "asked": raw["asked"],
            "answered": raw["answered"], "mean_score": raw["mean"], "sd_score": raw["sd"],
        },
    )  # fmt: skip


def importance(raw: dict) -> pd.DataFrame:
    return table(
        "importance",
        {"customer": ids(raw["customer"]), "attribute": choice(raw["attribute"], ATTRIBUTES), "rating": raw["rating"]},
    )


def rival_offers(people: People, raw: dict) -> pd.DataFrame:
    rng = stream(people.seed, "offer days")
    day = DAYS[raw["month"]] + rng.integers(0, 26, len(raw["month"]))
    order = np.lexsort((raw["customer"], day))
    return table(
        "rival_offers",
        {
            "offer": numbered(len(order), 1),
            "customer": ids(raw["customer"][order]),
            "date": dates(day[order]),
            "rival": choice(raw["rival"][order], RIVALS),
            "saving_percent": raw["saving"][order],
        },
    )


def switches(people: People, raw: dict) -> pd.DataFrame:
    order = np.lexsort((raw["customer"], raw["month"]))
    return table(
        "switches",
        {
            "customer": ids(raw["customer"][order]),
            "date": dates(people.switched[raw["customer"]][order]),
            "rival": choice(raw["rival"][order], RIVALS),
            "reason_given": choice(raw["reason"][order], market.SWITCH_REASONS),
        },
    )


def price_chain(people: People, raw_bills: dict, prices: dict) -> pd.DataFrame:
    """Month by class: what a kWh costs along the chain and what customers paid for it on average."""
    cell = raw_bills["month"].astype(np.int16) * 3 + people.kind[raw_bills["customer"]]
    kwh = sum(
        np.bincount(cell, raw_bills[name], minlength=3 * MONTHS) for name in ("kwh_peak", "kwh_flat", "kwh_valley")
    )
    paid = np.bincount(cell, raw_bills["fen"], minlength=3 * MONTHS) / 100
    kind, month = np.tile(np.arange(3), MONTHS), np.repeat(np.arange(MONTHS), 3)
    return table(
        "price_chain",
        {
            "month": months(month),
            "class": choice(kind, CLASSES),
            "fuel": prices["fuel"][month],
            "wholesale_peak": prices["wholesale"][month, 0],
            "wholesale_flat": prices["wholesale"][month, 1],
            "wholesale_valley": prices["wholesale"][month, 2],
            "grid": prices["grid"][kind, month],
            "levy": prices["levy"][kind, month],
            "cost_to_serve": prices["serve"][kind, month],
            "retail": paid / np.maximum(kwh, 1),
        },
    )


def weather(raw: dict) -> pd.DataFrame:
    columns = {
        "date": dates(raw["day"]),
        "mean": raw["mean"],
        "low": raw["low"],
        "high": raw["high"],
        "holiday": raw["holiday"],
    }
    return table("weather", columns)


def system_demand(raw: dict) -> pd.DataFrame:
    return table(
        "system_demand", {"time": as_dates(raw["day"]), "temperature": raw["temperature"], "demand": raw["demand"]}
    )
