"""The opened market: rival offers and who switches. Satisfaction counts only where there is a choice."""

from __future__ import annotations

import numpy as np

from crmlib.companies._store import stream
from crmlib.companies.utility.parameters import CLASSES, DAYS, MONTHS, month_of, value
from crmlib.companies.utility.people import NEVER, People, pick

OFFER_MONTHS = 3
UNRESOLVED_MONTHS = 6
RIVAL_SHARES = (0.28, 0.24, 0.10, 0.08, 0.18, 0.12)
REASON_SHARES = (0.46, 0.22, 0.17, 0.15)
SWITCH_REASONS = ("lower price", "poor service", "group contract", "not given")


def opening_month(kind: int) -> int:
    """First month (0 = January 2023) in which a class may choose; MONTHS if never."""
    return MONTHS if kind == 0 else int(value(f"market.opened.{CLASSES[kind]}")) - 1


def satisfaction_in(month: int) -> int:
    """Year of the satisfaction that counts in a month: from July the one of that year, before July last year's."""
    return max((month - 6) // 12, 0)


def log_hazard(people: People, who: np.ndarray, month: int, offered: np.ndarray, unresolved: np.ndarray) -> np.ndarray:
    """Log of the monthly hazard of switching of some customers, given a choice."""
    return (
        np.log(value("switch.base"))
        + value("switch.satisfaction") * people.satisfaction[who, satisfaction_in(month)]
        + value("switch.attachment") * people.attachment[who]
        + value("switch.cost") * people.switching_cost[who]
        + value("switch.size") * people.size[who]
        + value("switch.offer") * offered
        + value("switch.unresolved") * unresolved
    )


def open_market(people: People, problems: dict) -> dict[str, np.ndarray]:
    """Run the opened months: draw offers, let customers switch at the month's end, set `people.left`.

    Returns the offers (customer, month, rival, saving in per cent); the months at risk go into `people.truth`.
    """
    rng = stream(people.seed, "market")
    people.switched = np.full(people.n, NEVER)
    business = np.flatnonzero(people.kind > 0)
    kind = people.kind[business]
    first = np.array([opening_month(k) for k in range(3)])[kind]
    last_offer = np.full(len(business), -99)
    bad = problems["voiced"] & ~problems["resolved"]
    bad_month, bad_customer = month_of(problems["opened"][bad]), problems["customer"][bad]
    offers, risk = [], []
    for month in range(int(first.min()), MONTHS):
        inside = (people.since[business] < DAYS[month]) & (people.gone[business] >= DAYS[month + 1])
        at_risk = inside & (month >= first) & (people.switched[business] == NEVER)
        place = np.flatnonzero(at_risk)
        who = business[place]
        chance = 1 - np.exp(-value("offer.rate") * np.exp(value("offer.size") * people.size[who]))
        asked = rng.random(len(who)) < chance
        last_offer[place[asked]] = month
        rival = pick(rng, np.array(RIVAL_SHARES), len(who))
        saving = np.round(3 + 7 * rng.random(len(who)), 1)
        offers.append((who[asked], np.full(asked.sum(), month), rival[asked], saving[asked]))
        offered = month - last_offer[place] < OFFER_MONTHS
        recent = (bad_month < month) & (bad_month >= month - UNRESOLVED_MONTHS)
        unresolved = (np.bincount(bad_customer[recent], minlength=people.n) > 0)[who]
        hazard = np.exp(log_hazard(people, who, month, offered, unresolved))
        leaves = rng.random(len(who)) < 1 - np.exp(-hazard)
        people.switched[who[leaves]] = DAYS[month + 1] - 1
        risk.append((who, np.full(len(who), month, dtype=np.int16), offered, unresolved, hazard))
    names = ("customer", "month", "offered", "unresolved", "hazard")
    people.truth["at_risk"] = {name: np.concatenate([part[i] for part in risk]) for i, name in enumerate(names)}
    people.left = np.minimum(people.gone, people.switched)
    return {
        name: np.concatenate([part[i] for part in offers])
        for i, name in enumerate(("customer", "month", "rival", "saving"))
    }


def make_switches(people: People, offers: dict) -> dict[str, np.ndarray]:
    """Who went where, and the reason given: mostly to the rival of the last recent offer."""
    rng = stream(people.seed, "switches")
    who = np.flatnonzero((people.switched < NEVER) & (people.switched == people.left))
    month = month_of(people.switched[who])
    latest = np.full(people.n, -99)
    rival_of = np.zeros(people.n, dtype=np.int8)
    latest[offers["customer"]] = offers["month"]  # offers come in order of time: the last one stays
    rival_of[offers["customer"]] = offers["rival"]
    recent = (month - latest[who] < OFFER_MONTHS) & (rng.random(len(who)) < 0.8)
    rival = np.where(recent, rival_of[who], pick(rng, np.array(RIVAL_SHARES), len(who)))
    return {"customer": who, "month": month, "rival": rival, "reason": pick(rng, np.array(REASON_SHARES), len(who))}
