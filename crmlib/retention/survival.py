"""Survival: how long relationships last, when the records begin in the middle of many of them.

Old customers are in the files only because they stayed (left truncation). Each counts as at risk from the day on which the
records begin, not from the day of joining: otherwise the years before, in which nobody could be seen leaving, look safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_columns, need_level, need_numbers, rows_text
from crmlib.retention._spells import WHAT, YEAR, Spells, spells

LANDMARKS = (1, 2, 3, 5, 10)


@dataclass(frozen=True, repr=False)
class Survival:
    """Kaplan-Meier curves. table: the share still there after 1, 2, 3, 5, 10 years; curve: all steps; excluded: set aside."""

    table: pd.DataFrame
    curve: pd.DataFrame
    excluded: pd.DataFrame

    def __repr__(self) -> str:
        return self.table.to_string(index=False)


def survival_curve(
    customers: pd.DataFrame,
    *,
    as_of: object,
    observed_from: object = None,
    by: str | None = None,
    own_choice: str | None = None,
    from_years: float = 0.0,
    landmarks: Sequence[float] = LANDMARKS,
    level: float = 0.95,
    customer: str = "customer",
    joined: str = "joined",
    left: str = "left",
) -> Survival:
    """Estimate the share of customers still there after each length of relationship (Kaplan-Meier with left truncation).

    Ŝ(t) = Π over days tᵢ ≤ t with leavers of (1 − dᵢ / nᵢ), where dᵢ customers left on day tᵢ of their relationship and nᵢ were at
    risk: under observation, entry < tᵢ ≤ exit. Interval: Greenwood's variance on the log(−log) scale.

    Parameters
    ----------
    customers : one row per customer, dates `joined` and `left` (empty while there).
    as_of : last day of the records; who leaves later is still there.
    observed_from : day on which the records begin; who joined before counts as at risk from then on. None: everyone is taken as
        observed from the day of joining, which is wrong if early leavers are missing.
    by : column of groups, one curve each.
    own_choice : column that says True for whom the leaving was his own decision; other leavers are followed until they left.
    from_years : start the curve at this age: the share still there of those who have reached it. For groups with so few
        customers at risk in their first days that chance alone would set the level of the whole curve.
    landmarks : years for the table.
    level : of the intervals.

    Returns
    -------
    Survival. table: (`by`,) `years`, `at_risk`, `kept`, `low`, `high` (empty beyond the last observed age).
    curve: (`by`,) `years`, `at_risk`, `left`, `kept`, `low`, `high`, one row per day of the relationship on which someone left,
    after a first row with kept = 1. excluded: `reason`, `rows`, `first_rows`.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a customer has two rows; nobody is observed; or everyone
    at risk leaves while others come under observation later (the curve would stay at 0): a later `from_years` is asked for.

    Source: Kaplan & Meier (1958); left truncation: Klein & Moeschberger (2003), Survival Analysis, ch. 4.6.

    >>> people = pd.DataFrame({"customer": [1, 2, 3], "joined": pd.to_datetime(["2022-01-01", "2020-01-01", "2022-01-01"]),
    ...                        "left": pd.to_datetime(["2022-12-31", None, None])})
    >>> survival_curve(people, as_of="2023-12-31", observed_from="2022-01-01", landmarks=(1,)).table.round(3)
       years  at_risk  kept    low  high
    0      1        1   0.5  0.006  0.91
    """
    level = need_level(level)
    read = spells(customers, observed_from, as_of, own_choice, customer, joined, left)
    if by is None:
        groups = [(None, np.ones(len(read.frame), dtype=bool))]
    else:
        need_columns(read.frame, [by], WHAT)
        if read.frame[by].isna().any():
            raise ValueError(
                f"Column {by!r} of the frame of customers is empty in {rows_text(read.frame[by].isna())}. Fill it in."
            )
        groups = [(name, (read.frame[by] == name).to_numpy()) for name in sorted(read.frame[by].unique())]
    curves, tables = [], []
    for name, rows in groups:
        curve, last = _curve(read, rows, from_years * YEAR, level, "" if name is None else f" of {name!r}")
        at = np.asarray(landmarks, dtype=float)
        place = np.searchsorted(curve["years"], at, side="right") - 1
        known = (at * YEAR <= last) & (place >= 0)
        found = curve.loc[np.maximum(place, 0), ["kept", "low", "high"]].reset_index(drop=True)
        found.loc[~known] = np.nan
        entry, until = read.entry[rows], read.exit[rows]
        risk = [int(((entry < t * YEAR) & (until >= t * YEAR)).sum()) for t in at]
        tables.append(pd.concat([pd.DataFrame({"years": landmarks, "at_risk": risk}), found], axis=1))
        curves.append(curve)
    if by is not None:
        for (name, _), curve, table in zip(groups, curves, tables, strict=True):
            curve.insert(0, by, name)
            table.insert(0, by, name)
    return Survival(pd.concat(tables, ignore_index=True), pd.concat(curves, ignore_index=True), read.excluded)


def _curve(read: Spells, rows: np.ndarray, start: float, level: float, whose: str) -> tuple[pd.DataFrame, int]:
    """Return the steps of one curve, and the last day on which somebody was under observation."""
    from scipy import stats

    entry, until, gone = np.maximum(read.entry[rows], int(start)), read.exit[rows], read.gone[rows]
    seen = until > entry
    entry, until, gone = entry[seen], until[seen], gone[seen]
    if not len(entry):
        raise ValueError(f"No customer{whose} is under observation: check `observed_from`, `as_of` and `from_years`.")
    times, left = np.unique(until[gone], return_counts=True)
    entries, exits = np.sort(entry), np.sort(until)
    at_risk = np.searchsorted(entries, times, side="left") - np.searchsorted(exits, times, side="left")
    emptied = (left == at_risk) & (times < exits[-1])
    if emptied.any():
        day = int(times[emptied][-1])
        raise ValueError(
            f"On day {day} of the relationship all customers at risk{whose} left ({int(at_risk[emptied][-1])}), while others come "
            f"under observation later: the curve would stay at 0. Start it later: from_years={np.ceil(10 * day / YEAR) / 10:g}."
        )
    kept = np.cumprod(1 - left / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(left / (at_risk * (at_risk - left)))
        reach = stats.norm.ppf((1 + level) / 2) * np.sqrt(variance) / np.abs(np.log(kept))
        low, high = kept ** np.exp(reach), kept ** np.exp(-reach)
    low, high = np.where(kept > 0, low, 0.0), np.where(kept > 0, high, np.nan)
    began = int(((entry <= start) & (until > start)).sum())
    curve = pd.DataFrame(
        {
            "years": np.append(int(start), times) / YEAR,
            "at_risk": np.append(began, at_risk),
            "left": np.append(0, left),
            "kept": np.append(1.0, kept),
            "low": np.append(1.0, low),
            "high": np.append(1.0, high),
        }
    )
    return curve, int(exits[-1])


def churn_by_tenure(
    customers: pd.DataFrame,
    edges: Sequence[float] = (0, 1, 2, 3, 5, 8, 12),
    *,
    as_of: object,
    observed_from: object = None,
    own_choice: str | None = None,
    hazard: str | None = None,
    level: float = 0.95,
    customer: str = "customer",
    joined: str = "joined",
    left: str = "left",
) -> pd.DataFrame:
    """Count leavers per customer-year at each age of the relationship, and compare them with each customer's own hazard.

    Rate = leavers / customer-years under observation; yearly share = 1 − exp(−rate). If the rate falls with age, either people
    change (duration dependence) or the leavers left and the others were never the leaving kind (heterogeneity). With `hazard`,
    the hazard of each customer known from elsewhere (such as a simulation's truth), leavers are set against the number expected
    had nobody changed, Σ hazard × years: a ratio that is the same at every age says that nobody did.

    Parameters
    ----------
    customers, as_of, observed_from, own_choice, level : as in `survival_curve`.
    edges : ages that part the groups, in years, rising.
    hazard : column with each customer's hazard per year.

    Returns
    -------
    Frame, one row per age group: `from_years`, `to_years`, `customers` (seen at that age), `left`, `customer_years`, `rate` (per
    year), `yearly_churn` (share), `low`, `high` (of the share; exact Poisson limits) and, with `hazard`, `expected`, `ratio`
    (left / expected), `ratio_low`, `ratio_high`.

    Raises
    ------
    ValueError, TypeError : as `survival_curve`; edges that do not rise; a hazard that is empty or negative.

    Source: exact limits: Garwood (1936). Heterogeneity: Vaupel, Manton & Stallard (1979).

    >>> people = pd.DataFrame({"customer": [1, 2], "joined": pd.to_datetime(["2022-01-01", "2020-01-01"]),
    ...                        "left": pd.to_datetime(["2022-12-31", None])})
    >>> churn_by_tenure(people, (0, 1, 5), as_of="2023-12-31")[["to_years", "left", "customer_years", "rate"]].round(2)
       to_years  left  customer_years  rate
    0         1     1             2.0   0.5
    1         5     0             3.0   0.0
    """
    from scipy import stats

    cuts = np.asarray(edges, dtype=float)
    if len(cuts) < 2 or (np.diff(cuts) <= 0).any() or cuts[0] < 0:
        raise ValueError(
            f"`edges` must be rising ages in years from 0 on, such as (0, 1, 2, 5), but they are {listed(edges)}."
        )
    read = spells(customers, observed_from, as_of, own_choice, customer, joined, left)
    begin, end = read.entry / YEAR, read.exit / YEAR
    low, high = cuts[:-1], cuts[1:]
    years = np.clip(np.minimum(end[:, None], high) - np.maximum(begin[:, None], low), 0.0, None)
    group = np.searchsorted(cuts, end, side="left") - 1  # an age of exactly 1 belongs to the first year
    inside = read.gone & (group >= 0) & (group < len(low)) & (read.exit > read.entry)
    left_count = np.bincount(group[inside], minlength=len(low))
    exposure = years.sum(axis=0)
    if not exposure.all():
        empty = int(np.flatnonzero(exposure == 0)[0])
        raise ValueError(f"Nobody was observed between {low[empty]:g} and {high[empty]:g} years. Choose other `edges`.")
    tail = (1 - level) / 2
    few = stats.chi2.ppf(tail, np.maximum(2 * left_count, 1e-300)) / 2 * (left_count > 0)
    many = stats.chi2.ppf(1 - tail, 2 * left_count + 2) / 2
    found = pd.DataFrame(
        {
            "from_years": list(edges[:-1]),
            "to_years": list(edges[1:]),
            "customers": (years > 0).sum(axis=0),
            "left": left_count,
            "customer_years": exposure,
            "rate": left_count / exposure,
            "yearly_churn": 1 - np.exp(-left_count / exposure),
            "low": 1 - np.exp(-few / exposure),
            "high": 1 - np.exp(-many / exposure),
        }
    )
    if hazard is not None:
        need_columns(read.frame, [hazard], WHAT)
        own = need_numbers(read.frame, hazard, WHAT)
        if not (own >= 0).all():
            raise ValueError(
                f"Column {hazard!r} of the frame of customers is empty or below 0 in {rows_text(~(own >= 0))}."
            )
        expected = np.sum(own[:, None] * years, axis=0)
        for name, count in (("ratio", left_count), ("ratio_low", few), ("ratio_high", many)):
            found["expected"] = expected
            found[name] = count / expected
    return found


def tenure_models(
    customers: pd.DataFrame,
    *,
    as_of: object,
    observed_from: object = None,
    own_choice: str | None = None,
    customer: str = "customer",
    joined: str = "joined",
    left: str = "left",
) -> pd.DataFrame:
    """Fit three stories of leaving to the same records: one hazard for all, unlike customers, customers who change.

    - one hazard: S(t) = exp(−λt)
    - unlike customers: each has a hazard of his own that never changes; they are gamma distributed, with mean λ at joining and
      coefficient of variation squared v: S(t) = (1 + vλt)^(−1/v)
    - customers who change: everyone has the same hazard, and it falls with age: S(t) = exp(−(λt)^k), Weibull

    Maximum likelihood with left truncation, S(exit) / S(entry). The last two both let the rate fall. A better fit of one does not
    prove it: if everyone were alike and everyone's hazard fell as λ / (1 + vλt), the curve and its likelihood would be exactly
    those of unlike customers. Records of joining and leaving cannot tell these two apart; customers' own hazards can.

    Parameters
    ----------
    customers, as_of, observed_from, own_choice : as in `survival_curve`.

    Returns
    -------
    Frame, one row per story: `model`, `hazard` (λ per year), `shape` (v or k), `shape_error` (standard error), `log_likelihood`,
    `aic`, `kept_1`, `kept_5`, `kept_10` (share still there after so many years), `half_of_rate_after` (years until the rate of
    leaving has fallen to half of that of the first year; infinite if it never does).

    Raises
    ------
    ValueError, TypeError : as `survival_curve`; nobody left.

    Source: Vaupel, Manton & Stallard (1979), The impact of heterogeneity in individual frailty; Fader & Hardie (2007), How to
    project customer retention (the same idea in discrete time).

    >>> people = pd.DataFrame({"customer": range(4), "joined": pd.Timestamp("2020-01-01"),
    ...                        "left": pd.to_datetime(["2020-02-01", "2020-06-01", "2022-01-01", None])})
    >>> tenure_models(people, as_of="2023-12-31")[["model", "hazard", "kept_1"]].head(1).round(2)
            model  hazard  kept_1
    0  one hazard    0.46    0.63
    """
    from scipy import optimize

    read = spells(customers, observed_from, as_of, own_choice, customer, joined, left)
    seen = read.exit > read.entry
    begin, end, gone = read.entry[seen] / YEAR, read.exit[seen] / YEAR, read.gone[seen]
    if not gone.any():
        raise ValueError(
            "Nobody left in these records, so that no story of leaving can be fitted. Choose a longer time."
        )
    rate = gone.sum() / (end - begin).sum()

    def unlike(p: np.ndarray) -> tuple[Any, Any]:
        hazard, v = np.exp(p)
        return lambda t: -np.log1p(v * hazard * t) / v, lambda t: np.log(hazard) - np.log1p(v * hazard * t)

    def changing(p: np.ndarray) -> tuple[Any, Any]:
        hazard, k = np.exp(p)
        return lambda t: -((hazard * t) ** k), lambda t: np.log(k * hazard) + (k - 1) * np.log(hazard * t)

    def minus(p: np.ndarray, story: Any) -> float:
        log_kept, log_rate = story(p)
        return -float(np.sum(log_rate(end[gone])) + np.sum(log_kept(end)) - np.sum(log_kept(begin)))

    lines = [("one hazard", rate, np.nan, np.nan, gone.sum() * np.log(rate) - gone.sum(), 2, lambda t: -rate * t)]
    for name, story in (("unlike customers", unlike), ("customers who change", changing)):
        best = optimize.minimize(minus, np.log([rate, 0.5]), args=(story,), method="Nelder-Mead",
                                 options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 4000})  # fmt: skip
        step, p = 1e-3, best.x
        moved = [minus(p + step * np.array(d), story) for d in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1))]
        a = (moved[0] - 2 * best.fun + moved[1]) / step**2
        c = (moved[2] - 2 * best.fun + moved[3]) / step**2
        b = (moved[4] + moved[5] - moved[0] - moved[1] - moved[2] - moved[3] + 2 * best.fun) / (2 * step**2)
        error = np.sqrt(a / (a * c - b * b)) if a * c > b * b else np.nan
        hazard, shape = np.exp(p)
        lines.append((name, hazard, shape, shape * error, -best.fun, 4, story(p)[0]))
    out = []
    for name, hazard, shape, error, log_likelihood, twice, log_kept in lines:
        kept = np.exp([log_kept(np.float64(t)) for t in (1, 5, 10)])
        ages = np.arange(0, 101)
        yearly = -np.diff(log_kept(ages.astype(float)))
        below = np.flatnonzero(yearly <= yearly[0] / 2)
        half = float(ages[below[0]]) if len(below) else np.inf
        out.append((name, hazard, shape, error, log_likelihood, twice - 2 * log_likelihood, *kept, half))
    columns = [
        "model",
        "hazard",
        "shape",
        "shape_error",
        "log_likelihood",
        "aic",
        "kept_1",
        "kept_5",
        "kept_10",
        "half_of_rate_after",
    ]
    return pd.DataFrame(out, columns=columns)
