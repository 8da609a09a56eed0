"""Who Delta Power's customers are: class, place, size, habits, and the latent person behind the record."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from crmlib.companies._store import stream
from crmlib.companies.utility.parameters import (
    DAYS,
    FEEDERS_PER_REGION,
    MONTHS,
    SEGMENTS,
    WINDOW,
    logistic,
    value,
)  # fmt: skip

FIRST_ID = 200_001
NEVER = 10**6  # a day that does not come
CLASS_SHARES = (0.60, 0.28, 0.12)
REGION_SHARES = (0.20, 0.16, 0.18, 0.12, 0.14, 0.20)
PAYMENTS = ("autopay", "app", "bank counter", "cash")


@dataclass
class People:
    """One entry per customer, in an order that says nothing; days are counted from 1 January 2023."""

    n: int
    seed: int
    kind: np.ndarray  # 0 residential, 1 commercial, 2 industrial
    segment: np.ndarray
    region: np.ndarray
    feeder: np.ndarray
    since: np.ndarray  # day
    gone: np.ndarray  # day of moving away or closing, NEVER otherwise
    age: np.ndarray  # age band, -1 for businesses
    strain: np.ndarray  # financial strain, SD units
    hardship: np.ndarray
    online: np.ndarray  # day of joining the online service, NEVER otherwise
    payment: np.ndarray
    size: np.ndarray  # standard normal within the segment; log use scales with it
    log_use: np.ndarray  # log monthly kWh, mild month
    contract: np.ndarray  # kW
    peak: np.ndarray  # log weight of the peak against the flat hours
    valley: np.ndarray
    substitution: np.ndarray
    person: np.ndarray  # lasting level of satisfaction, SD units
    attachment: np.ndarray
    switching_cost: np.ndarray
    left: np.ndarray | None = None  # day of leaving for whatever reason
    switched: np.ndarray | None = None
    satisfaction: np.ndarray | None = None  # customers x 3 years
    arm: np.ndarray | None = None  # 0 none, 1 trial control, 2 trial time-of-use, 3 opted in
    tou_from: np.ndarray | None = None  # month
    home_flat: np.ndarray | None = None  # shares a meter: one price, no tiers
    truth: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def ids(self) -> np.ndarray:
        return np.arange(FIRST_ID, FIRST_ID + self.n, dtype="int64")

    def supplied(self, month: int) -> np.ndarray:
        """Customers who have supply on at least one day of a month."""
        return (self.since < DAYS[month + 1]) & (self.left >= DAYS[month])


def pick(rng: np.random.Generator, shares: np.ndarray, n: int) -> np.ndarray:
    """Draw `n` places with the given shares: one list of shares for all, or one row each."""
    cumulative = np.cumsum(np.broadcast_to(shares, (n, np.shape(shares)[-1])), axis=1)
    return (rng.random((n, 1)) * cumulative[:, -1:] >= cumulative).sum(axis=1).astype(np.int8)


def simulate_people(customers: int, seed: int) -> People:
    """Draw who the customers are, up to moving away or closing; whether they switch is decided later."""
    rng = stream(seed, "people")
    n = customers
    kind = pick(rng, np.array(CLASS_SHARES), n)
    table = np.array(list(SEGMENTS.values()))
    shares = np.stack([np.where(table[:, 0] == k, table[:, 1], 0.0) for k in range(3)])
    segment = pick(rng, shares[kind], n)
    mine = table[segment]
    region = pick(rng, np.array(REGION_SHARES), n)
    feeder = (region * FEEDERS_PER_REGION + rng.integers(0, FEEDERS_PER_REGION, n) + 1).astype(np.int16)

    # Most were customers before the window: their years of supply thin out exponentially since the company's founding in 1991.
    # The share of newcomers continues that curve, so that the window leaves no step in the dates.
    before = -18 * np.log(1 - rng.random(n) * (1 - np.exp(-32 / 18))) * 365.25
    newcomer = rng.random(n) < 0.155
    since = np.floor(np.where(newcomer, rng.random(n) * (WINDOW - 1), -before - 1)).astype(int)
    gone = _moving_day(rng, kind, since)

    age = np.where(kind == 0, pick(rng, np.array([0.20, 0.32, 0.28, 0.20]), n), -1).astype(np.int8)
    strain = rng.standard_normal(n)
    hardship = (kind == 0) & (strain + 0.8 * rng.standard_normal(n) > 1.75)
    # The online service opened in 2016; the older the household, the slower it comes.
    pace = (
        np.array([4.0, 5.5, 11.0, 26.0, 5.0])[age] * np.exp(0.4 * rng.standard_normal(n)) * np.where(hardship, 1.6, 1.0)
    )
    online = -2557 + pace * (-np.log(1 - rng.random(n))) ** (1 / 1.3) * 365.25
    online = np.maximum(online, since).astype(int)
    online[online >= np.minimum(gone, WINDOW)] = NEVER
    payment = _payment(rng, kind, age, online < WINDOW // 2, hardship)

    size = rng.standard_normal(n)
    log_use = mine[:, 2] + mine[:, 3] * size
    contract = _contract(rng, kind, log_use)
    shape, shift = rng.standard_normal((2, n))
    flat = 1 - mine[:, 4] - mine[:, 5]
    peak = np.log(mine[:, 4] / flat) + 0.25 * shape
    valley = np.log(mine[:, 5] / flat) - 0.12 * shape + 0.22 * rng.standard_normal(n)
    link, spread = value("tou.substitution_peak"), value("tou.substitution_spread")
    draw = link * shape + np.sqrt(1 - link**2) * shift
    substitution = mine[:, 6] * np.exp(spread * draw - spread**2 / 2)

    person = rng.standard_normal(n)
    weight = value("attachment.person")
    attachment = weight * person + np.sqrt(1 - weight**2) * rng.standard_normal(n)
    people = People(
        n, seed, kind, segment, region, feeder, since, gone, age, strain, hardship, online, payment, size, log_use, contract,
        peak, valley, substitution, person, attachment, rng.standard_normal(n),
    )  # fmt: skip
    people.home_flat = (kind == 0) & (rng.random(n) < 0.04)
    return people


def _moving_day(rng: np.random.Generator, kind: np.ndarray, since: np.ndarray) -> np.ndarray:
    """Draw the day of moving away or closing from a hazard that rises alike in every class."""
    rise = value("exit.trend") * (np.arange(MONTHS) // 12)
    base = [value(f"exit.{name}") for name in ("moved", "closed.commercial", "closed.industrial")]
    start = np.maximum(since, 0)
    gone = np.full(len(kind), NEVER)
    reach = -np.log(1 - rng.random(len(kind)))
    for place, rate in enumerate(base):
        curve = np.concatenate([[0.0], np.cumsum(rate + rise)])
        mine = kind == place
        goal = reach[mine] + np.interp(start[mine], DAYS, curve)
        day = np.where(goal < curve[-1], np.interp(goal, curve, DAYS).astype(int) + 1, NEVER)
        # a last day after the first one: nobody moves out on the day of moving in
        gone[mine] = np.where(day < WINDOW, np.maximum(day, start[mine] + 5), NEVER)
    return gone


def _payment(rng, kind, age, online, hardship) -> np.ndarray:
    """Draw the way of paying: autopay, app, bank counter, cash."""
    taste = np.array(
        [[0.42, 0.42, 0.06, 0.10], [0.48, 0.34, 0.08, 0.10], [0.45, 0.18, 0.20, 0.17], [0.34, 0.06, 0.32, 0.28]]
    )
    shares = np.where((kind == 0)[:, None], taste[np.maximum(age, 0)], np.array([0.55, 0.10, 0.33, 0.02]))
    shares = shares * np.where(hardship, 0.5, 1.0)[:, None] ** np.array([1, 0, 0, 0])
    shares[:, 1] = np.where(online, shares[:, 1], 0.0)
    return pick(rng, shares, len(kind))


def _contract(rng, kind, log_use) -> np.ndarray:
    """Contracted kW: a step up from what the use needs; homes have one of three standard connections."""
    need = np.exp(log_use) / 730 / np.array([0.10, 0.22, 0.42])[kind] * np.exp(0.2 * rng.standard_normal(len(kind)))
    home = np.select([need < 3.0, need < 5.0], [6, 8], 12)
    step = np.where(kind == 1, 5, 10)
    return np.where(kind == 0, home, (np.ceil(need / step) * step)).astype(int)


def response(people: People, year: int, answer: float, slope: float) -> np.ndarray:
    """Probability that each customer answers the survey of a year, were he or she invited."""
    base = np.log(answer / (1 - answer))
    return logistic(base + slope * people.satisfaction[:, year])
