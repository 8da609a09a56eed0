"""What the simulation knows: structural parameters, oracle estimands, and the latent side of each customer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.companies._store import Truth, dictionary, typed
from crmlib.companies.utility import load, service
from crmlib.companies.utility.bills import DUE_AFTER
from crmlib.companies.utility.parameters import CLASSES, DAYS, MONTHS, PARAMETERS, WINDOW, logistic, value
from crmlib.companies.utility.people import NEVER, People


def customers(people: People) -> pd.DataFrame:
    """The latent side of each customer."""
    gain = people.truth["yearly_gain"]
    columns = {
        "customer": people.ids,
        "satisfaction_2023": people.satisfaction[:, 0],
        "satisfaction_2024": people.satisfaction[:, 1],
        "satisfaction_2025": people.satisfaction[:, 2],
        "person": people.person,
        "attachment": people.attachment,
        "switching_cost": people.switching_cost,
        "size": people.size,
        "strain": people.strain,
        "substitution": people.substitution,
        "peak_weight": people.peak,
        "gain_unshifted": load.gain_without_shifting(people),
        "tou_shift": load.true_shift(people),
        "gain_structural": gain[:, 0],
        "gain_shift": gain[:, 1],
    }
    return pd.DataFrame(columns, copy=False)


def estimands(people: People, agents: dict, contacts: dict, problems: dict, cases: dict, bills: dict) -> list[tuple]:
    """Oracle estimands: (name, value, meaning)."""
    return [
        *_time_of_use(people),
        *_switching(people),
        *_service(people, agents, contacts, problems),
        *_arrears(people, cases, bills),
    ]


def _time_of_use(people: People) -> list[tuple]:
    shift, trial = load.true_shift(people), (people.arm == 1) | (people.arm == 2)
    rows = []
    for kind, name in enumerate(CLASSES):
        mine = trial & (people.kind == kind)
        text = f"mean effect of time-of-use prices on the log of the share used at peak, {name} customers of the trial"
        rows.append((f"tou.shift.{name}", shift[mine].mean(), text))
        text = f"mean elasticity of substitution between peak and valley hours, {name} customers of the trial"
        rows.append((f"tou.elasticity.{name}", people.substitution[mine].mean(), text))
    opted = (people.arm == 3) & (people.kind == 0)
    gain = people.truth["yearly_gain"][opted].mean(axis=0) if opted.any() else (0.0, 0.0)
    rows += [
        ("tou.shift.opted_in", shift[opted].mean(), "the same effect on the homes that opted in by themselves"),
        (
            "tou.gain_structural",
            gain[0],
            "CNY per year that a home gains by opting in if it shifts nothing (mean of those who did)",
        ),
        ("tou.gain_shift", gain[1], "CNY per year that the same homes gain by shifting"),
    ]
    return rows


def _switching(people: People) -> list[tuple]:
    risk = people.truth["at_risk"]
    chance = 1 - np.exp(-risk["hazard"])
    kind = people.kind[risk["customer"]]
    rows = [
        (
            f"switch.rate.{name}",
            12 * chance[kind == place].mean(),
            f"yearly rate of switching of {name} customers with choice",
        )
        for place, name in ((1, "commercial"), (2, "industrial"))
    ]
    # Census of person-months with a choice that follow a survey of the same customer.
    sums = np.zeros(5)
    for year in (1, 2):
        there, index = people.truth[f"index_{2023 + year}"]
        score = np.full(people.n, np.nan)
        score[there] = index
        first = 12 * year + 6
        inside = (risk["month"] >= first) & (risk["month"] < first + 12)
        x, y = score[risk["customer"][inside]], chance[inside]
        known = ~np.isnan(x)
        x, y = x[known], y[known]
        sums += [len(x), x.sum(), y.sum(), (x * x).sum(), (x * y).sum()]
    n, x, y, xx, xy = sums
    slope = (xy - x * y / n) / (xx - x * x / n)
    text = "change of the yearly rate of switching per 10 points of the satisfaction index, all business customers with choice"
    rows.append(("switch.slope_index", 120 * slope, text))
    return rows


def _service(people: People, agents: dict, contacts: dict, problems: dict) -> list[tuple]:
    served = contacts["agent"] >= 0
    agent, reason, day = (contacts[name][served] for name in ("agent", "reason", "day"))
    again = value("fcr.repeat")
    late = day >= service.TRAINING_DAY
    gain = [
        service.chance_resolved(agents, agent[late], reason[late], day[late], np.array(trained)).mean()
        for trained in (False, True)
    ]
    early = ~late
    chance = 1 - again * (1 - service.chance_resolved(agents, agent[early], reason[early], day[early]))
    test = agents["test"][agent[early]]
    slope = np.mean((test - test.mean()) * chance) / test.var()
    noticed = told = 0
    for year in range(3):
        there, _ = people.truth[f"index_{2023 + year}"]
        inside = (
            (problems["day"] >= DAYS[12 * year]) & (problems["day"] < DAYS[12 * year + 6] - 20) & problems["noticed"]
        )
        had = np.bincount(problems["customer"][inside], minlength=people.n)[there] > 0
        voiced = np.bincount(problems["customer"][inside & problems["voiced"]], minlength=people.n)[there] > 0
        noticed, told = noticed + had.sum(), told + voiced.sum()
    # Census slope of the answers on hours without supply, compared within region and year.
    top = bottom = 0.0
    for year in range(3):
        there, index = people.truth[f"index_{2023 + year}"]
        hours, cell = people.truth[f"outage_hours_{2023 + year}"][there], people.region[there]
        size = np.maximum(np.bincount(cell), 1)
        apart = hours - (np.bincount(cell, hours) / size)[cell]
        top, bottom = top + (apart * index).sum(), bottom + (apart * apart).sum()
    return [
        ("fcr.true", contacts["resolved"][served].mean(), "share of contacts with an agent that were resolved at once"),
        (
            "fcr.training_effect",
            again * (gain[1] - gain[0]),
            "effect of the training on the share without repeat in seven days",
        ),
        (
            "fcr.skill_slope",
            10 * slope,
            "change of the share without repeat per 10 points of the skill test, before the training",
        ),
        ("problem.told", told / noticed, "share of customers with a problem that they noticed who told the company"),
        (
            "outage.index_slope",
            top / bottom,
            "points of the satisfaction index per hour without supply, within region and year",
        ),
    ]


def _arrears(people: People, cases: dict, bills: dict) -> list[tuple]:
    usable = (cases["month"] >= 0) & (cases["month"] <= MONTHS - 5)
    odds = cases["odds"][usable]
    slow = [(1 - logistic(odds + extra)) ** 2 for extra in (0.0, value("arrears.call"))]
    owed = (bills["paid"] == NEVER) & (DAYS[bills["month"].astype(int) + 1] + DUE_AFTER + 30 < WINDOW)
    there = people.left >= WINDOW
    plan = np.zeros(people.n, dtype=bool)
    plan[cases["customer"][(cases["plan"] < MONTHS - 1) & (cases["closed"] >= MONTHS - 1)]] = True
    old = owed & (DAYS[bills["month"].astype(int) + 1] + DUE_AFTER + 91 < WINDOW)
    in_debt = np.bincount(bills["customer"][owed], minlength=people.n) > 0
    long_debt = np.bincount(bills["customer"][old], minlength=people.n) > 0
    return [
        (
            "arrears.call_effect",
            (slow[0] - slow[1]).mean(),
            "effect of a call instead of a text on the share paid within 70 days",
        ),
        (
            "arrears.in_debt",
            (in_debt & there).sum() / there.sum(),
            "share of customers at the window's end with a bill 30 days late",
        ),
        (
            "arrears.over_91",
            (long_debt & there & ~plan).sum() / there.sum(),
            "share with a bill over 91 days late and no plan",
        ),
    ]


def make_truth(
    people: People, rows: list[tuple], contacts: pd.DataFrame, problems: pd.DataFrame, agents: dict
) -> Truth:
    """Pack parameters, estimands and latent tables."""
    spec = dictionary("utility")["truth"]
    parameters = pd.DataFrame([(name, *what) for name, what in PARAMETERS.items()], columns=["name", "value", "about"])
    found = pd.DataFrame(rows, columns=["name", "value", "about"])
    latent = {
        "customers": customers(people),
        "agents": pd.DataFrame({"agent": np.arange(1, service.AGENTS + 1), "skill": agents["skill"]}),
        "contacts": contacts,
        "problems": problems,
    }
    return Truth(
        typed(parameters, spec["parameters"]).set_index("name"),
        typed(found, spec["estimands"]).set_index("name"),
        {name: typed(frame, spec[name]) for name, frame in latent.items()},
    )
