"""A control chart: which month differs by more than chance, and which is noise that nobody should explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import (
    need_columns,
    need_day,
    need_days,
    need_frame,
    need_numbers,
    reasons_text,
    rows_text,
    set_aside,
)

WHAT = "The frame of months"
MEAN_RANGE_OF_TWO = 2 / np.sqrt(np.pi)  # d2 = 1.128: mean range of two normal numbers, in standard deviations


@dataclass(frozen=True)
class Rule:
    """Signal if at least `points` of `among` successive points lie further than `sigmas` from the centre, on one side."""

    name: str
    points: int
    among: int
    sigmas: float


# The four zone rules; a reader may leave some out or write others.
WESTERN_ELECTRIC = (
    Rule("1 beyond 3 sigma", 1, 1, 3.0),
    Rule("2 of 3 beyond 2 sigma", 2, 3, 2.0),
    Rule("4 of 5 beyond 1 sigma", 4, 5, 1.0),
    Rule("8 on one side", 8, 8, 0.0),
)


@dataclass(frozen=True, repr=False)
class ControlChart:
    """A control chart. table: centre and spread, one row; points: one row per month; excluded: rows set aside."""

    table: pd.DataFrame
    points: pd.DataFrame
    excluded: pd.DataFrame

    def __repr__(self) -> str:
        flagged = self.points[self.points["signal"] != ""]
        return f"{self.table.round(2).to_string(index=False)}\n({len(flagged)} of {len(self.points)} points signal)"


def zone_signals(z: Sequence[float], rules: Sequence[Rule] = WESTERN_ELECTRIC) -> pd.DataFrame:
    """Say at which points which rule signals.

    A rule signals at a point that lies in its zone itself and completes the count: with "2 of 3 beyond 2 sigma", the point
    and at least one of the two before it, on the same side.

    Parameters
    ----------
    z : points in order, as distances from the centre in sigmas.
    rules : see `Rule`.

    Returns
    -------
    Frame, one row per point, one column per rule: True where it signals.

    Raises
    ------
    ValueError : a rule that asks for more points than it looks at, or two rules of one name.

    >>> zone_signals([0.5, 2.1, 0.3, 2.4, 3.2])["2 of 3 beyond 2 sigma"].tolist()
    [False, False, False, True, True]
    """
    names = [rule.name for rule in rules]
    wrong = [rule.name for rule in rules if not 1 <= rule.points <= rule.among or rule.sigmas < 0]
    if wrong or len(set(names)) < len(names):
        raise ValueError(
            f"The rule {(wrong or names)[0]!r} cannot be used: each rule needs a name of its own, 1 ≤ points ≤ among, and sigmas "
            "of 0 or more."
        )
    z = np.asarray(z, dtype=float)
    found = {}
    for rule in rules:
        signal = np.zeros(len(z), dtype=bool)
        for side in (1, -1):
            inside = side * z > rule.sigmas
            so_far = np.append(0, np.cumsum(inside))
            before = np.maximum(np.arange(len(z)) + 1 - rule.among, 0)
            signal |= inside & (so_far[1:] - so_far[before] >= rule.points)
        found[rule.name] = signal
    return pd.DataFrame(found)


def control_chart(
    months: pd.DataFrame,
    value: str = "mean_score",
    *,
    time: str = "month",
    size: str | None = None,
    spread: str | None = None,
    baseline_until: object = None,
    rules: Sequence[Rule] = WESTERN_ELECTRIC,
) -> ControlChart:
    """Draw the limits of a Shewhart chart and say which points signal.

    With `size` and `spread` an X-bar chart: each point is a mean of n answers, sigma_i = s / √n_i, where s² = Σ (n−1) s_i² / Σ (n−1)
    pools the standard deviations; the centre is the mean of all answers. Without them an individuals chart: sigma = mean
    moving range / 1.128, the centre is the mean of the points. Limits at centre ± 3 sigma.

    Parameters
    ----------
    months : one row per month (or week, day).
    value : column with the month's value; time : its date.
    size, spread : columns with the number of answers behind the value and their standard deviation; both or neither.
    baseline_until : last day of the period from which centre and sigma are taken; later points are judged by them. None: all.
    rules : zone rules; see `Rule`. More rules find smaller shifts and cry wolf more often: with all four of `WESTERN_ELECTRIC` a
        steady process signals once in 92 points on average, with the first alone once in 370.

    Returns
    -------
    ControlChart. table: `chart` ("X-bar" or "individuals"), `points`, `baseline_points`, `centre`, `sigma` (of a point; X-bar: at
    the mean size).
    points, in order of time: `time`, `value`, `centre`, `low`, `high`, `z` (distance in sigmas), `in_baseline`, `signal` (names of
    the rules, "" for none).
    excluded: rows without date or value, with fewer than two answers.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a date twice, fewer than two points in the baseline, no
    spread at all.

    Source: Shewhart (1931), Economic Control of Quality; Western Electric (1956), Statistical Quality Control Handbook; once in
    92: Champ & Woodall (1987), Technometrics 29.

    >>> flow = pd.DataFrame({"month": pd.date_range("2025-01-01", periods=5, freq="MS"), "mean_score": [50, 51, 49, 50, 60.0]})
    >>> chart = control_chart(flow, baseline_until="2025-04-30")
    >>> chart.points[["value", "high", "z"]].round(2).tail(2)
       value   high     z
    3   50.0  53.54  0.00
    4   60.0  53.54  8.46
    >>> chart.points["signal"].iloc[-1]
    '1 beyond 3 sigma'
    """
    if (size is None) != (spread is None):
        raise ValueError("An X-bar chart needs both `size` and `spread`; an individuals chart neither.")
    columns = [value] + ([size, spread] if size and spread else [])
    need_columns(need_frame(months, WHAT), [time, *columns], WHAT)
    day, undated = need_days(months, time, WHAT)
    numbers = {name: need_numbers(months, name, WHAT) for name in columns}
    reasons = [(f"no {time}", undated), (f"no {value}", np.isnan(numbers[value]))]
    if size and spread:
        reasons.append((f"{size} below 2, or no {spread}", ~(numbers[size] >= 2) | ~(numbers[spread] >= 0)))
    keep, excluded = set_aside(len(months), reasons)
    if not keep.any():
        raise ValueError(f"{WHAT} has no usable row: {reasons_text(excluded)}. Check its columns.")
    twice = months.loc[keep, time].duplicated().to_numpy()
    if twice.any():
        raise ValueError(
            f"{WHAT} has a {time} twice: {rows_text(twice)}. A chart follows one series: choose one class or company first."
        )
    order = np.flatnonzero(keep)[np.argsort(day[keep], kind="stable")]
    x, day = numbers[value][order], day[order]
    baseline = (
        day <= need_day(baseline_until, "baseline_until") if baseline_until is not None else np.ones(len(x), dtype=bool)
    )
    if baseline.sum() < 2:
        raise ValueError(
            f"The baseline has {int(baseline.sum())} points. Two are the least to see any spread, twenty or so make limits worth "
            "having. Move `baseline_until`."
        )
    if size and spread:
        n, s = numbers[size][order], numbers[spread][order]
        centre = np.sum((n * x)[baseline]) / n[baseline].sum()
        pooled = np.sqrt(np.sum(((n - 1) * s**2)[baseline]) / (n - 1)[baseline].sum())
        sigma = pooled / np.sqrt(n)
        typical = pooled / np.sqrt(n[baseline].mean())
    else:
        centre = x[baseline].mean()
        typical = np.abs(np.diff(x[baseline])).mean() / MEAN_RANGE_OF_TWO
        sigma = np.full(len(x), typical)
    if not typical > 0:
        raise ValueError("The points of the baseline show no spread at all, so there are no limits. Check the column.")
    z = (x - centre) / sigma
    found = zone_signals(z, rules)
    names = np.array([rule.name for rule in rules], dtype=object)
    signal = ["; ".join(names[row]) for row in found.to_numpy()]
    points = pd.DataFrame(
        {
            "time": months[time].to_numpy()[order],
            "value": x,
            "centre": centre,
            "low": centre - 3 * sigma,
            "high": centre + 3 * sigma,
            "z": z,
            "in_baseline": baseline,
            "signal": signal,
        }
    )
    table = {
        "chart": "X-bar" if size else "individuals",
        "points": len(x),
        "baseline_points": int(baseline.sum()),
        "centre": centre,
        "sigma": typical,
    }
    return ControlChart(pd.DataFrame([table]), points, excluded)
