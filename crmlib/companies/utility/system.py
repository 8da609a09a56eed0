"""What lies around the company: weather, demand of the region, and the chain of prices from generator to customer."""

from __future__ import annotations

import numpy as np

from crmlib.companies._store import stream
from crmlib.companies.utility.parameters import DAY_ZERO, MONTHS, WINDOW, month_of, value

HOLIDAYS = (
    (0, 0),
    (21, 27),
    (94, 94),
    (120, 122),
    (270, 276),
)  # days of the year, alike in every year of this small country
DAY_SHAPE = np.array(
    [62, 58, 55, 54, 54, 57, 66, 78, 90, 99, 103, 103, 98, 97, 98, 98, 99, 104, 112, 115, 111, 101, 86, 72.0]
)
WHOLESALE = (0.54, 0.40, 0.21)  # CNY per kWh bought at peak, flat and valley hours


def wander(rng: np.random.Generator, n: int, keep: float, sd: float) -> np.ndarray:
    """A series that keeps a share of yesterday's departure (AR(1)) with the given SD."""
    shocks = rng.standard_normal(n) * sd * np.sqrt(1 - keep**2)
    out = np.empty(n)
    level = sd * rng.standard_normal()
    for day in range(n):
        level = keep * level + shocks[day]
        out[day] = level
    return out


def make_weather(seed: int) -> dict[str, np.ndarray]:
    """Daily mean, lowest and highest temperature, and holidays."""
    rng = stream(seed, "weather")
    day = np.arange(WINDOW)
    mean = 17.3 - 11.7 * np.cos(2 * np.pi * (day - 20) / 365.25) + wander(rng, WINDOW, 0.7, 2.6)
    swing = 3.6 + 0.9 * rng.random(WINDOW)
    of_year = (DAY_ZERO + day) - (DAY_ZERO + day).astype("datetime64[Y]").astype("datetime64[D]")
    holiday = np.zeros(WINDOW, dtype=bool)
    for first, last in HOLIDAYS:
        holiday |= (of_year.astype(int) >= first) & (of_year.astype(int) <= last)
    return {"day": day, "mean": mean, "low": mean - swing, "high": mean + swing, "holiday": holiday}


def degrees(weather: dict) -> tuple[np.ndarray, np.ndarray]:
    """Degrees above 24 and below 10 of each day's mean."""
    return np.maximum(weather["mean"] - 24, 0), np.maximum(10 - weather["mean"], 0)


def monthly_degrees(weather: dict) -> tuple[np.ndarray, np.ndarray]:
    month = month_of(weather["day"])
    days = np.bincount(month)
    return tuple(np.bincount(month, each) / days for each in degrees(weather))


def make_demand(seed: int, weather: dict) -> dict[str, np.ndarray]:
    """Hourly temperature and demand of the region in MW."""
    rng = stream(seed, "demand")
    hot, cold = degrees(weather)
    weekend = (weather["day"] + 6) % 7 >= 5  # 1 January 2023 was a Sunday
    level = (
        620
        + value("demand.cooling") * hot
        + value("demand.heating") * cold
        + value("demand.trend") * weather["day"] / 365.25
        + value("demand.weekend") * (weekend & ~weather["holiday"])
        - 80 * weather["holiday"]
        + wander(rng, WINDOW, 0.4, 14)
    )
    hour = np.tile(np.arange(24), WINDOW)
    shape = np.tile(DAY_SHAPE / DAY_SHAPE.mean(), WINDOW)
    demand = np.repeat(level, 24) * shape * (1 + 0.006 * rng.standard_normal(24 * WINDOW))
    half = np.repeat((weather["high"] - weather["low"]) / 2, 24)
    temperature = np.repeat(weather["mean"], 24) - half * np.cos(2 * np.pi * (hour - 3) / 24)
    return {"day": np.repeat(weather["day"], 24) + hour / 24, "temperature": temperature, "demand": demand}


def make_prices(seed: int) -> dict[str, np.ndarray]:
    """Prices per kWh along the chain, one entry per month: fuel, wholesale by period, grid, levies, cost to serve."""
    rng = stream(seed, "prices")
    drift = np.exp(wander(rng, MONTHS, 0.85, 0.06))
    return {
        "fuel": 0.235 * drift,
        "wholesale": np.outer(drift**0.6, WHOLESALE),
        "grid": np.array([[0.125], [0.155], [0.095]]) * np.where(np.arange(MONTHS) < 24, 1.0, 1.03),
        "levy": np.array([[0.012], [0.029], [0.029]]) * np.ones(MONTHS),
        "serve": np.array([[0.040], [0.018], [0.004]]) * (1 + 0.02 * (np.arange(MONTHS) // 12)),
    }
