"""Outages, the service centre, problems and complaints; and the satisfaction that they leave behind."""

from __future__ import annotations

import numpy as np

from crmlib.companies._store import stream
from crmlib.companies.utility.parameters import (
    CLASSES,
    DAYS,
    FEEDERS_PER_REGION,
    HALF_MONTHS,
    MONTHS,
    REGION_PROBLEMS,
    REGIONS,
    WINDOW,
    logistic,
    value,
)
from crmlib.companies.utility.people import People, pick

AGENTS = 40
AUDIT_SHARE = 0.06  # of contacts with an agent: the quality team calls the customer and asks
TYPHOON_MONTH = 31  # August 2025
BONUS_DAY = int(DAYS[12])
TRAINING_DAY = int(DAYS[24])
CHANNELS = ("phone", "counter", "chat", "app")
# share of contacts by hour of the day: the centre is open round the clock, the counters from 9 to 17
HOURS = np.array([1, 1, 1, 1, 1, 1, 2, 4, 8, 11, 11, 9, 6, 7, 9, 9, 8, 6, 5, 5, 4, 3, 2, 1], dtype=float)
REASON_SHARES = (0.0, 0.34, 0.22, 0.12, 0.18, 0.14)
REASON_ODDS = np.array([0.25, 0.0, 0.35, 0.25, 0.40, -0.65])  # log-odds of resolving at once, by reason
REASON_MINUTES = np.array([3.5, 6.5, 4.0, 8.0, 5.0, 9.0])
REGION_OUTAGES = np.array([0.8, 1.1, 1.0, 2.2, 1.2, 0.5])
CAUSES = ("equipment", "storm", "planned work", "third party")


def make_outages(seed: int) -> dict[str, np.ndarray]:
    """Draw interruptions of supply, one entry per feeder and event; a storm hits several feeders at once."""
    rng = stream(seed, "outages")
    feeders = len(REGIONS) * FEEDERS_PER_REGION
    exposed = REGION_OUTAGES[np.arange(feeders) // FEEDERS_PER_REGION]
    rate = 0.16 * exposed * np.exp(0.35 * rng.standard_normal(feeders))
    cell = np.repeat(np.arange(feeders * MONTHS), rng.poisson(np.repeat(rate, MONTHS)))
    feeder, month = cell // MONTHS, cell % MONTHS
    day = DAYS[month] + rng.random(len(cell)) * (DAYS[month + 1] - DAYS[month])
    cause = pick(rng, np.array([0.50, 0.0, 0.30, 0.20]), len(cell))

    stormy = np.where(np.isin(np.arange(MONTHS) % 12, (5, 6, 7, 8)), 0.40, 0.10)
    storm_month = np.append(np.repeat(np.arange(MONTHS), rng.poisson(stormy)), TYPHOON_MONTH)
    when = DAYS[storm_month] + rng.random(len(storm_month)) * (DAYS[storm_month + 1] - DAYS[storm_month] - 1)
    hit = rng.random((len(when), feeders)) < 0.16 * exposed
    hit[-1] = rng.random(feeders) < 0.55
    which, storm_feeder = np.nonzero(hit)
    feeder = np.concatenate([feeder, storm_feeder])
    day = np.concatenate([day, when[which] + 0.3 * rng.random(len(which))])
    cause = np.concatenate([cause, np.full(len(which), 1, dtype=np.int8)])
    minutes = np.exp(np.log(np.array([55.0, 140.0, 110.0, 45.0]))[cause] + 0.55 * rng.standard_normal(len(day)))
    order = np.argsort(day, kind="stable")
    return {
        "feeder": feeder[order] + 1,
        "day": day[order],
        "minutes": np.ceil(minutes[order]).astype(int),
        "cause": cause[order],
    }


def outage_hours(people: People, outages: dict, year: int) -> np.ndarray:
    """Hours without supply from January to June of a year, per customer (of the customer's feeder)."""
    inside = (outages["day"] >= DAYS[12 * year]) & (outages["day"] < DAYS[12 * year + HALF_MONTHS])
    hours = np.bincount(outages["feeder"][inside], outages["minutes"][inside] / 60, minlength=people.feeder.max() + 1)
    return hours[people.feeder]


def make_agents(seed: int) -> dict[str, np.ndarray]:
    """Draw the agents: latent skill, the score in the skill test, training by lot."""
    rng = stream(seed, "agents")
    skill = rng.standard_normal(AGENTS)
    skill = (skill - skill.mean()) / skill.std()
    test = np.clip(np.rint(68 + 8 * skill + 5 * rng.standard_normal(AGENTS)), 20, 100)
    trained = np.zeros(AGENTS, dtype=bool)
    trained[rng.permutation(AGENTS)[: AGENTS // 2]] = True
    joined = -(rng.random(AGENTS) * 3500).astype(int) - 30
    return {"skill": skill, "test": test, "trained": trained, "joined": joined}


def chance_resolved(
    agents: dict, agent: np.ndarray, reason: np.ndarray, day: np.ndarray, trained: bool | None = None
) -> np.ndarray:
    """Probability that an agent resolves a contact at once; `trained` overrides who was trained (for the true effect)."""
    got = agents["trained"][agent] if trained is None else trained
    log_odds = value("fcr.base") + value("fcr.skill") * agents["skill"][agent] + REASON_ODDS[reason]
    return logistic(log_odds + value("fcr.training") * (got & (day >= TRAINING_DAY)))


def make_contacts(people: People, outages: dict, agents: dict) -> dict[str, np.ndarray]:
    """Draw contacts of customers who may later turn out to have left (those are dropped once leaving is known)."""
    rng = stream(people.seed, "contacts")
    start, end = np.maximum(people.since, 0), np.minimum(people.gone, WINDOW)
    rate = np.array([value(f"contact.rate.{name}") for name in CLASSES])[people.kind] / 365.25
    rate *= np.exp(0.6 * rng.standard_normal(people.n) - 0.18)  # some call often
    count = rng.poisson(rate * (end - start))
    customer = np.repeat(np.arange(people.n, dtype=np.int32), count)
    day = np.floor(start[customer] + rng.random(len(customer)) * (end - start)[customer])
    day += (pick_hours(rng, len(day)) + rng.random(len(day))) / 24
    reason = pick(rng, np.array(REASON_SHARES), len(day))
    hit, hit_day = _outage_callers(rng, people, outages)
    customer, day = np.concatenate([customer, hit]), np.concatenate([day, hit_day])
    reason = np.concatenate([reason, np.zeros(len(hit), dtype=np.int8)])

    parts = []
    while len(customer):  # every round holds the repeats of the round before; three in four need no next one
        channel = _channels(rng, people, customer, day, reason)
        agent = np.where(channel < 3, rng.integers(0, AGENTS, len(day)), -1).astype(np.int16)
        chance = np.where(agent >= 0, chance_resolved(agents, agent, reason, day), 0.88)
        resolved = rng.random(len(day)) < chance
        minutes = np.exp(np.log(REASON_MINUTES[reason]) + 0.5 * rng.standard_normal(len(day)))
        minutes *= np.exp(value("fcr.bonus_minutes") * (day >= BONUS_DAY)) * np.array([1.0, 1.6, 1.4, 0.8])[channel]
        coded_open = np.where(day >= BONUS_DAY, value("fcr.coded_bonus"), value("fcr.coded_before"))
        coded = rng.random(len(day)) < np.where(resolved, 0.985, coded_open)
        parts.append((customer, day, reason, channel, agent, resolved, coded, minutes))
        again = ~resolved & (rng.random(len(day)) < value("fcr.repeat"))
        customer, reason = customer[again], reason[again]
        later = np.floor(day[again] + 0.7 + 5.2 * rng.random(len(customer)))
        day = later + (pick_hours(rng, len(later)) + rng.random(len(later))) / 24
    names = ("customer", "day", "reason", "channel", "agent", "resolved", "coded", "minutes")
    contacts = {name: np.concatenate([part[i] for part in parts]) for i, name in enumerate(names)}
    keep = contacts["day"] < people.gone[contacts["customer"]]
    return {name: column[keep] for name, column in contacts.items()}


def pick_hours(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.searchsorted(np.cumsum(HOURS) / HOURS.sum(), rng.random(n), side="right")


def _outage_callers(rng, people, outages) -> tuple[np.ndarray, np.ndarray]:
    """Draw who calls about each outage, within its length, among the customers of the feeder."""
    order = np.argsort(people.feeder, kind="stable").astype(np.int32)
    first = np.searchsorted(people.feeder[order], np.arange(outages["feeder"].max() + 2))
    start = first[outages["feeder"]]
    size = first[outages["feeder"] + 1] - start
    event = np.repeat(np.arange(len(size)), size)
    place = np.arange(len(event)) - np.repeat(np.cumsum(size) - size, size) + np.repeat(start, size)
    chance = value("contact.outage") * np.where(outages["cause"] == 2, 0.4, 1.0)
    calls = rng.random(len(event)) < chance[event]
    event, customer = event[calls], order[place[calls]]
    day = outages["day"][event] + rng.random(len(event)) * outages["minutes"][event] / 1440
    there = (day >= people.since[customer]) & (day < WINDOW)
    return customer[there], day[there]


def _channels(rng, people, customer, day, reason) -> np.ndarray:
    """Draw the channel: customers who joined the online service move to chat and app, the counter closes at night."""
    online = people.online[customer] <= day
    hour = (day % 1) * 24
    draw = rng.random(len(day))
    counter = np.where((hour >= 9) & (hour < 17) & (reason != 0), np.where(online, 0.10, 0.30), 0.0)
    app = np.where(online, np.where((reason == 5) | (reason == 0), 0.20, 0.45), 0.0)
    chat = np.where(online, 0.15, 0.02)
    return np.select([draw < counter, draw < counter + app, draw < counter + app + chat], [1, 3, 2], 0).astype(np.int8)


def unresolved_contacts(people: People, contacts: dict, year: int) -> np.ndarray:
    """Contacts from January to June of a year that were not resolved, per customer."""
    inside = (
        (contacts["day"] >= DAYS[12 * year]) & (contacts["day"] < DAYS[12 * year + HALF_MONTHS]) & ~contacts["resolved"]
    )
    return np.bincount(contacts["customer"][inside], minlength=people.n)


def make_problems(people: People) -> dict[str, np.ndarray]:
    """Draw problems: noticed or not, voiced or not, resolved or not."""
    rng = stream(people.seed, "problems")
    start, end = np.maximum(people.since, 0), np.minimum(people.gone, WINDOW)
    rates, voice = np.array([REGION_PROBLEMS[name] for name in REGIONS]).T
    rate = rates[people.region] / 365.25
    customer = np.repeat(np.arange(people.n, dtype=np.int32), rng.poisson(rate * (end - start)))
    m = len(customer)
    day = np.floor(start[customer] + rng.random(m) * (end - start)[customer]).astype(int)
    kind = pick(rng, np.array([0.34, 0.16, 0.16, 0.20, 0.14]), m)
    noticed = rng.random(m) < value("problem.noticed")
    voiced = noticed & (rng.random(m) < voice[people.region[customer]])
    resolved = voiced & (rng.random(m) < value("problem.resolved"))
    days = np.ceil(np.exp(np.log(np.where(resolved, 6.0, 21.0)) + 0.8 * rng.standard_normal(m))).astype(int)
    delay = np.floor(-4 * np.log(1 - rng.random(m))).astype(int)
    where = pick(rng, np.array([0.55, 0.20, 0.17, 0.08]), m)
    worth = np.rint(np.exp(3.6 + 0.7 * rng.standard_normal(m)) * np.array([1, 4, 20])[people.kind[customer]])
    paid = np.where(resolved & (rng.random(m) < 0.4), worth, 0.0)
    return {
        "customer": customer, "day": day, "kind": kind, "noticed": noticed, "voiced": voiced, "resolved": resolved,
        "days": days, "opened": day + delay, "where": where, "compensation": paid,
    }  # fmt: skip


def open_problems(people: People, problems: dict, year: int) -> np.ndarray:
    """Noticed problems from January to June of a year that nobody solved, per customer."""
    inside = (problems["day"] >= DAYS[12 * year]) & (problems["day"] < DAYS[12 * year + HALF_MONTHS])
    inside &= problems["noticed"] & ~problems["resolved"]
    return np.bincount(problems["customer"][inside], minlength=people.n)


def make_satisfaction(people: People, outages: dict, contacts: dict, problems: dict) -> None:
    """Set satisfaction (customers x years, SD units): the person, the year, and what happened from January to June."""
    rng = stream(people.seed, "satisfaction")
    people.satisfaction = np.empty((people.n, 3))
    for year in range(3):
        hours = outage_hours(people, outages, year)
        people.truth[f"outage_hours_{2023 + year}"] = hours
        people.satisfaction[:, year] = (
            value("satisfaction.person") * people.person
            + value("satisfaction.year") * rng.standard_normal(people.n)
            + value("satisfaction.outage") * (hours - 2.0)
            + value("satisfaction.unresolved_contact") * (unresolved_contacts(people, contacts, year) - 0.2)
            + value("satisfaction.unresolved_problem") * (open_problems(people, problems, year) - 0.12)
        )


def repeat_within_week(contacts: dict) -> np.ndarray:
    """Whether the same customer came back for the same reason within seven days."""
    order = np.lexsort((contacts["day"], contacts["reason"], contacts["customer"]))
    customer, reason, day = (contacts[name][order] for name in ("customer", "reason", "day"))
    next_one = (customer[1:] == customer[:-1]) & (reason[1:] == reason[:-1]) & (day[1:] - day[:-1] <= 7)
    out = np.zeros(len(order), dtype=bool)
    out[order[:-1]] = next_one
    return out
