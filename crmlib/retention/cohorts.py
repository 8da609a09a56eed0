"""Cohorts: who joined together, and how many of them are still there a year later, and another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import as_dates, need_day, need_days
from crmlib.retention._spells import WHAT, spells


@dataclass(frozen=True, repr=False)
class Cohorts:
    """Cohorts by year of joining.

    table : one row per cohort and year of the relationship: `cohort`, `year_of_relationship` (1 = the first), `at_start`, `kept`,
        `rate`.
    rates : the same as a triangle: one row per cohort, one column per year of the relationship, rate in the cells.
    kept : for cohorts that are recorded from their first day: share still there after each year.
    by_year : one row per year of the relationship, all cohorts together: `year_of_relationship`, `at_start`, `kept`, `rate`.
    excluded : customers set aside, with the reason.
    """

    table: pd.DataFrame
    rates: pd.DataFrame
    kept: pd.DataFrame
    by_year: pd.DataFrame
    excluded: pd.DataFrame

    def __repr__(self) -> str:
        return self.rates.round(3).to_string(na_rep="")


def cohort_triangle(
    customers: pd.DataFrame,
    *,
    as_of: object,
    observed_from: object = None,
    own_choice: str | None = None,
    customer: str = "customer",
    joined: str = "joined",
    left: str = "left",
) -> Cohorts:
    """Follow cohorts (customers who joined in the same year) from anniversary to anniversary.

    Year k of the relationship runs from the (k − 1)th anniversary of joining to the day before the kth. The rate is the share of
    those there at its start who are there at its end. A cell is filled if that year lies between `observed_from` and `as_of` for
    every day on which one could have joined, so that all of the cohort is in it.
    Cohorts from before the records began are known by their survivors only: they have rates in later years, which are right,
    and no share of all who joined, which nobody knows.

    Parameters
    ----------
    customers : one row per customer, dates `joined` and `left` (empty while there).
    as_of : the last day of the records.
    observed_from : the day on which the records begin; None if every cohort is recorded from its first day.
    own_choice : column that says True for whom the leaving was his own decision; other leavers count up to the year in which
        they left, and not in it.

    Returns
    -------
    Cohorts: frames `table`, `rates`, `kept`, `by_year`, `excluded`.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a customer has two rows, no whole year was observed.

    >>> people = pd.DataFrame({"customer": [1, 2, 3, 4], "joined": pd.to_datetime(["2021-05-01"] * 3 + ["2022-07-01"]),
    ...                        "left": pd.to_datetime(["2021-12-24", "2022-12-24", None, None])})
    >>> cohort_triangle(people, as_of="2023-12-31")
    year_of_relationship      1    2
    cohort
    2021                  0.667  0.5
    2022                  1.000
    """
    read = spells(customers, observed_from, as_of, own_choice, customer, joined, left)
    frame = read.frame
    day, _ = need_days(frame, joined, WHAT)
    last, stays = need_days(frame, left, WHAT)
    last = np.where(stays, 10**9, last)
    start = -(10**9) if observed_from is None else need_day(observed_from, "observed_from")
    end = need_day(as_of, "as_of")
    dates = pd.DatetimeIndex(as_dates(day))
    most = pd.Timestamp(end, unit="D").year - dates.year.min()
    other = ~read.gone & (last <= end)  # left, and not by own choice
    parts = []
    for k in range(most + 1):
        begin = _anniversary(dates, k)
        stop = _anniversary(dates, k + 1)
        year = dates.year.to_numpy()
        seen = (_days(year + k) >= start) & (
            _days(year + k + 2) - 2 <= end
        )  # who joined on 31 December ends on 30 December
        whole = seen & (begin >= start) & (last >= begin)
        whole &= ~(other & (last < stop))
        parts.append(
            pd.DataFrame(
                {"cohort": dates.year[whole], "year_of_relationship": k + 1, "kept": last[whole] >= stop[whole]}
            )
        )
    cells = pd.concat(parts, ignore_index=True)
    if cells.empty:
        raise ValueError("No customer was observed for a whole year of the relationship. Choose a longer time.")
    table = _count(cells, ["cohort", "year_of_relationship"])
    rates = table.pivot(index="cohort", columns="year_of_relationship", values="rate")
    from_first_day = rates.index >= (-1 if observed_from is None else _first_whole_year(start))
    kept = rates[from_first_day].dropna(axis=1, how="all").cumprod(axis=1, skipna=False)
    return Cohorts(table, rates, kept, _count(cells, ["year_of_relationship"]), read.excluded)


def _count(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    found = cells.groupby(by)["kept"].agg(at_start="size", kept="sum").reset_index()
    return found.assign(rate=found["kept"] / found["at_start"])


def _days(year: np.ndarray) -> np.ndarray:
    """Days from 1970 to the first day of a year."""
    return (year.astype(np.int64) - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)


def _anniversary(dates: pd.DatetimeIndex, years: int) -> np.ndarray:
    """Days since 1970 of the same day `years` later (29 February: the 28th where there is none)."""
    month = dates.to_numpy().astype("datetime64[M]")
    day = (dates.to_numpy().astype("datetime64[D]") - month.astype("datetime64[D]")).astype(int)
    then = month + 12 * years
    length = ((then + 1).astype("datetime64[D]") - then.astype("datetime64[D]")).astype(int)
    return then.astype("datetime64[D]").astype(int) + np.minimum(day, length - 1)


def _first_whole_year(start: int) -> int:
    date = pd.Timestamp(start, unit="D")
    return date.year + (date.day_of_year > 1)
