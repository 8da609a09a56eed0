"""How much electricity is used and when: the time-of-use trial beside the customers who opted in, and the hourly sample."""

from __future__ import annotations

import numpy as np

from crmlib.companies._store import stream
from crmlib.companies.utility.parameters import (
    DAYS,
    DEFAULT_TARIFF,
    HOUR_PERIOD,
    MONTHS,
    TARIFFS,
    TOU_TARIFF,
    logistic,
    value,
)
from crmlib.companies.utility.people import People

TOU_START = int(value("tou.month")) - 1
ARMS = ("none", "trial control", "trial time-of-use", "opted in")
COOLING = np.array([1.0, 0.55, 0.12])  # how strongly a class follows the weather, homes = 1
HEATING = np.array([1.0, 0.40, 0.10])
MONTH_NOISE = np.array([0.12, 0.10, 0.09])
SHAPE_NOISE = np.array([0.06, 0.05, 0.04])
HOURLY_CUSTOMERS = 144
HOURLY_MONTHS = range(TOU_START - 12, TOU_START + 12)


def price_table(names: tuple[str, ...]) -> np.ndarray:
    """Prices in fen per kWh: tariffs x (peak, flat, valley)."""
    return np.array([TARIFFS[name][1:4] for name in names])


def shares_of(
    peak: np.ndarray, valley: np.ndarray, bend: np.ndarray | float = 0.0, relative: np.ndarray | None = None
) -> np.ndarray:
    """Shares of use at peak, flat and valley hours; `bend` is the substitution under prices `relative` to the flat hours'."""
    weights = np.stack([np.exp(peak), np.ones_like(peak), np.exp(valley)], axis=1)
    if relative is not None:
        weights = weights * np.exp(-np.asarray(bend)[:, None] * np.log(relative))
    return weights / weights.sum(axis=1, keepdims=True)


def relative_prices(people: People, who: np.ndarray) -> np.ndarray:
    """Time-of-use prices of each customer's class over its price in the flat hours."""
    prices = price_table(TOU_TARIFF)
    return (prices / prices[:, 1:2])[people.kind[who]]


def assign_time_of_use(people: People) -> None:
    """Draw the trial by lot; let the others opt in: those whose load already suits the prices do so most."""
    rng = stream(people.seed, "time-of-use")
    n = people.n
    settled = (people.since < DAYS[TOU_START - 6]) & (people.left >= DAYS[TOU_START]) & ~people.home_flat
    trial = settled & (rng.random(n) < value("tou.trial_share"))
    lot = rng.random(n) < 0.5
    chance = logistic(value("tou.optin.base") + value("tou.optin.gain") * gain_without_shifting(people))
    opted = settled & ~trial & (rng.random(n) < chance)
    start = np.where(trial, TOU_START, TOU_START + rng.integers(0, 6, n))
    opted &= people.left >= DAYS[start + 1]
    people.arm = np.select([trial & ~lot, trial & lot, opted], [1, 2, 3], 0).astype(np.int8)
    people.tou_from = np.where(people.arm >= 2, start, MONTHS + 9)


def gain_without_shifting(people: People) -> np.ndarray:
    """What time-of-use prices would save each customer whose load stays as it is, in fen per kWh."""
    usual = price_table(DEFAULT_TARIFF)[people.kind, 0]
    return usual - (shares_of(people.peak, people.valley) * price_table(TOU_TARIFF)[people.kind]).sum(axis=1)


def true_shift(people: People) -> np.ndarray:
    """What time-of-use prices do to the log of each customer's peak share (potential outcome, no noise)."""
    who = np.arange(people.n)
    before = shares_of(people.peak, people.valley)[:, 0]
    after = shares_of(people.peak, people.valley, people.substitution, relative_prices(people, who))[:, 0]
    return np.log(after / before)


class Meter:
    """Reads the month's use of all customers with supply, month after month."""

    def __init__(self, people: People, cooling: np.ndarray, heating: np.ndarray):
        self.people, self.cooling, self.heating = people, cooling, heating
        self.rng = stream(people.seed, "meter")
        self.year_shape = self.rng.standard_normal((3, people.n)) * 0.03
        self.taste = np.exp(
            0.35 * self.rng.standard_normal(people.n) - 0.06
        )  # how much cooling and heating a customer uses
        self.heater = np.where(people.segment == 2, 3.0, 1.0)

    def read(self, month: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return customers, their kWh (peak, flat, valley), and the kWh had time-of-use prices not moved them."""
        people, rng = self.people, self.rng
        who = np.flatnonzero(people.supplied(month))
        kind = people.kind[who]
        noise = rng.standard_normal((3, len(who)))
        log_use = (
            people.log_use[who]
            + self.cooling[month] * value("load.cooling") * COOLING[kind] * self.taste[who]
            + self.heating[month] * value("load.heating") * HEATING[kind] * self.taste[who] * self.heater[who]
            + 0.012 * (month // 12)
            + MONTH_NOISE[kind] * noise[0]
        )
        first, last = np.maximum(people.since[who], DAYS[month]), np.minimum(people.left[who] + 1, DAYS[month + 1])
        use = np.exp(log_use) * ((last - first) / 30.4)
        peak = (
            people.peak[who]
            + self.year_shape[month // 12, who]
            + SHAPE_NOISE[kind] * noise[1]
            + 0.012 * self.cooling[month]
        )
        valley = people.valley[who] + SHAPE_NOISE[kind] * noise[2]
        plain = shares_of(peak, valley)
        shifted = plain.copy()
        on = np.flatnonzero(people.tou_from[who] <= month)
        shifted[on] = shares_of(peak[on], valley[on], people.substitution[who[on]], relative_prices(people, who[on]))
        return who, np.rint(shifted * use[:, None]).astype(np.int64), np.rint(plain * use[:, None]).astype(np.int64)


def hourly_sample(people: People) -> np.ndarray:
    """Customers whose hourly load is kept: from the trial, equal numbers of both arms, half of them homes."""
    rng = stream(people.seed, "hourly sample")
    chosen = []
    for kind, share in enumerate((0.5, 0.25, 0.25)):
        for arm in (1, 2):
            able = np.flatnonzero((people.kind == kind) & (people.arm == arm) & (people.since < DAYS[HOURLY_MONTHS[0]]))
            chosen.append(rng.permutation(able)[: int(HOURLY_CUSTOMERS * share / 2)])
    return np.sort(np.concatenate(chosen))


def make_hourly(people: People, who: np.ndarray, month: np.ndarray, kwh: np.ndarray) -> dict[str, np.ndarray]:
    """Spread the bills of the sample over the hours of the first full week (Monday to Sunday) of each month.

    `who`, `month` and `kwh` (peak, flat, valley) are the rows of the sample's bills.
    """
    rng = stream(people.seed, "hourly")
    start = DAYS[month] + (7 - (DAYS[month] + 6) % 7) % 7  # day 0 is a Sunday; the first Monday of the month
    full = (people.since[who] < DAYS[month]) & (people.left[who] >= DAYS[month + 1])
    who, month, kwh, start = who[full], month[full], kwh[full], start[full]
    hour = np.tile(np.arange(24), 7)
    period = HOUR_PERIOD[hour]
    weekend = np.repeat(np.arange(7) >= 5, 24)
    shape = _hour_shapes()[people.kind[who]][:, hour] * np.where(
        weekend, np.array([1.12, 0.75, 0.85])[people.kind[who]][:, None], 1.0
    )
    wiggle = np.array([0.30, 0.15, 0.08])[people.kind[who]][:, None]
    weight = shape * np.exp(wiggle * rng.standard_normal(shape.shape))
    load = np.empty_like(weight)
    days = DAYS[month + 1] - DAYS[month]
    for place in range(3):
        inside = period == place
        part = weight[:, inside]
        week = kwh[:, place] * 7 / days * np.exp(0.03 * rng.standard_normal(len(who)))
        load[:, inside] = part / part.sum(axis=1, keepdims=True) * week[:, None]
    return {
        "customer": np.repeat(who, 168),
        "day": (start[:, None] + np.arange(168) / 24).ravel(),
        "kwh": load.ravel(),
    }


def _hour_shapes() -> np.ndarray:
    """Relative load by hour: homes wake, leave and come back; shops open and close; plants hardly rest."""
    home = [50, 45, 42, 40, 40, 45, 62, 80, 78, 66, 62, 68, 75, 68, 62, 62, 70, 95, 125, 140, 138, 120, 92, 65]
    shop = [35, 33, 32, 32, 32, 34, 42, 60, 85, 108, 118, 122, 116, 114, 116, 116, 114, 112, 108, 104, 96, 78, 55, 40]
    plant = [
        80,
        79,
        78,
        78,
        79,
        82,
        90,
        100,
        108,
        112,
        113,
        112,
        104,
        108,
        112,
        112,
        110,
        106,
        102,
        100,
        98,
        94,
        88,
        83,
    ]
    return np.array([home, shop, plant], dtype=float)
