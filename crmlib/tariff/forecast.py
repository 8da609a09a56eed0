"""Demand forecasts: last week's load first, then weather and calendar; and what an error costs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import (
    as_dates,
    listed,
    need_amounts,
    need_columns,
    need_day,
    need_frame,
    need_numbers,
    need_yes_no,
    rows_text,
)

DEMAND = "The frame of demand"


def _hours(demand: pd.DataFrame) -> pd.DataFrame:
    need_columns(need_frame(demand, DEMAND), ["time", "demand"], DEMAND)
    if not pd.api.types.is_datetime64_any_dtype(demand["time"]):
        raise ValueError("Column 'time' of the frame of demand must hold times. Convert it first with pd.to_datetime.")
    need_amounts(demand, "demand", DEMAND)
    gaps = (demand["time"].diff().iloc[1:] != pd.Timedelta(hours=1)).to_numpy()
    if gaps.any():
        raise ValueError(
            f"The frame of demand must have every hour once, in order, but the time jumps after {rows_text(gaps)}. Sort it "
            "by time, and fill in or cut off at the gap."
        )
    return demand


def seasonal_naive(demand: pd.DataFrame, *, hours: int = 168) -> pd.Series:
    """Forecast each hour by the same hour a week before: the baseline that a model must beat.

    Parameters
    ----------
    demand : one row per hour, in order: `time`, `demand` (MW).
    hours : how far back; 168 is a week.

    Returns
    -------
    Series (MW) with the rows of `demand`; the first `hours` are empty.

    Raises
    ------
    ValueError, TypeError : a column is missing or empty, an hour is missing or twice there.

    >>> demand = pd.DataFrame({"time": pd.date_range("2025-01-01", periods=3, freq="h"), "demand": [5.0, 6.0, 7.0]})
    >>> seasonal_naive(demand, hours=1).tolist()
    [nan, 5.0, 6.0]
    """
    if not isinstance(hours, int) or hours < 1:
        raise ValueError(f"`hours` must be a whole number from 1 on, such as 168, but it is {hours!r}.")
    return _hours(demand)["demand"].astype(float).shift(hours)


def weather_calendar(demand: pd.DataFrame, weather: pd.DataFrame, train_until: str) -> pd.Series:
    """Forecast hourly demand by least squares on weather and calendar, learned before a day.

    For each hour of the day its own line: demand = a + b × degrees above 24 + c × degrees below 10 + d × weekend + e ×
    holiday + g × years. Degrees: mean of the day. A holiday counts as a holiday only.

    Parameters
    ----------
    demand : one row per hour, in order: `time`, `demand` (MW).
    weather : one row per day: `date`, `mean` (°C), `holiday` (True or False in every row).
    train_until : the model learns from hours before this day only, such as "2025-01-01".

    Returns
    -------
    Series (MW) with the rows of `demand`, for the hours learned from, too. It is given the *measured* temperature of the
    day: a real forecast has only a forecast temperature, and errs more.

    Raises
    ------
    ValueError, TypeError : a column is missing, a day has no weather, `holiday` is neither True nor False, `train_until` is no
        day, less than 60 days to learn from.

    >>> times = pd.date_range("2025-01-01", periods=24 * 70, freq="h")
    >>> days = pd.date_range("2025-01-01", periods=70)
    >>> weather = pd.DataFrame({"date": days, "mean": np.linspace(0, 34, 70), "holiday": days.day == 1})
    >>> demand = pd.DataFrame({"time": times, "demand": 400 + 7 * np.clip(10 - np.repeat(weather["mean"], 24).to_numpy(), 0, None)})
    >>> float(weather_calendar(demand, weather, "2025-03-05").sub(demand["demand"]).abs().max().round(6))
    0.0
    """
    _hours(demand)
    what = "The table of weather"
    need_columns(need_frame(weather, what), ["date", "mean", "holiday"], what)
    need_numbers(weather, "mean", what)
    need_yes_no(weather, "holiday", what)
    until = as_dates(np.array([need_day(train_until, "train_until")]))[0]
    day = demand["time"].dt.normalize()
    by_day = weather.set_index("date")
    if by_day.index.has_duplicates:
        raise ValueError("The table of weather has a day twice. Keep one row per day.")
    dates = pd.DatetimeIndex(day.unique())
    found = by_day.reindex(dates)
    if found["mean"].isna().any():
        gone = found.index[found["mean"].isna()]
        raise ValueError(f"The table of weather has no temperature for {listed(str(one.date()) for one in gone)}.")
    holiday = found["holiday"].to_numpy(dtype=bool)
    years = (dates - dates[0]).days / 365.25
    design = np.column_stack(
        [
            np.ones(len(dates)), np.maximum(found["mean"] - 24, 0), np.maximum(10 - found["mean"], 0),
            (dates.day_of_week >= 5) & ~holiday, holiday, years,
        ]
    ).astype(float)  # fmt: skip
    known = np.asarray(dates < until)
    if known.sum() < 60:
        raise ValueError(
            f"Only {known.sum()} days lie before {train_until}. The model needs at least 60 to learn from."
        )
    place, hour = dates.get_indexer(day), demand["time"].dt.hour.to_numpy()
    load = np.full((len(dates), 24), np.nan)
    load[place, hour] = demand["demand"]
    out = np.empty((len(dates), 24))
    for column in range(24):
        used = known & ~np.isnan(load[:, column])
        out[:, column] = design @ np.linalg.lstsq(design[used], load[used, column], rcond=None)[0]
    return pd.Series(out[place, hour], index=demand.index, name="demand")


def forecast_errors(
    actual: pd.Series, forecasts: Mapping[str, pd.Series], *, short: float = 0.0, long: float = 0.0
) -> pd.DataFrame:
    """Measure forecasts by their errors, and price the errors.

    Power that was not bought ahead is bought at once, `short` dearer; power bought and not needed is sold back, at a loss of
    `long`.

    Parameters
    ----------
    actual : demand (MW) per hour.
    forecasts : name -> forecast (MW) with the same rows; hours that are empty in any of them are left out of all.
    short, long : extra cost per MWh that was forecast too little, and too much (money).

    Returns
    -------
    Frame, one row per forecast: `forecast`, `hours`, `mae` (mean absolute error, MW), `mape` (mean absolute error as a share
    of demand), `bias` (mean of forecast − actual, MW), `cost` (money of all hours).

    Raises
    ------
    ValueError, TypeError : demand or a forecast is no column of numbers, rows differ, a cost is negative, no hour is left, demand is 0
        or below in an hour that counts.

    >>> actual = pd.Series([100.0, 200.0])
    >>> forecast_errors(actual, {"flat": pd.Series([110.0, 190.0])}, short=300, long=100)
      forecast  hours   mae   mape  bias    cost
    0     flat      2  10.0  0.075   0.0  4000.0
    """
    if not isinstance(forecasts, Mapping) or not forecasts:
        raise ValueError("Give at least one forecast: {'last week': series}.")
    if not all(isinstance(cost, int | float | np.number) and 0 <= cost < np.inf for cost in (short, long)):
        raise ValueError(f"`short` and `long` are costs from 0 on, but they are {short!r} and {long!r}.")
    table = pd.DataFrame({"actual": _megawatts(actual, "actual")})
    for name, forecast in forecasts.items():
        values = _megawatts(forecast, name)
        if not forecast.index.equals(actual.index):
            raise ValueError(f"The forecast {name!r} has other rows than the actual demand.")
        table[f"f {name}"] = values
    known = table.notna().all(axis=1).to_numpy()
    if not known.any():
        raise ValueError("No hour is left for which there are the actual demand and all forecasts.")
    none = known & (table["actual"] <= 0).to_numpy()
    if none.any():
        raise ValueError(
            f"Demand is 0 or below in {rows_text(none)}, first at {table.index[none][0]}: an error cannot be a share of it. Correct "
            "these hours, or make them empty to leave them out."
        )
    table = table[known]
    rows = []
    for name in forecasts:
        error = table[f"f {name}"] - table["actual"]
        cost = long * error.clip(lower=0).sum() - short * error.clip(upper=0).sum()
        relative = (error.abs() / table["actual"]).mean()
        rows.append((name, len(table), error.abs().mean(), relative, error.mean(), cost))
    return pd.DataFrame(rows, columns=["forecast", "hours", "mae", "mape", "bias", "cost"])


def _megawatts(values: object, name: str) -> pd.Series:
    """Return demand or a forecast as numbers; refuse what is no column, and text."""
    what = "The table of demand and forecasts"
    if not isinstance(values, pd.Series):
        raise TypeError(
            f"{name!r} must be a column of numbers (a pandas Series, such as demand['demand']), but it is a {type(values).__name__}."
        )
    return pd.Series(need_numbers(values.to_frame(name), name, what), index=values.index)
