"""The net promoter score as what it is: a mean, with a standard error; and its change among the same customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import Result, need_level
from crmlib.satisfaction._answers import as_names, grouped, limits, moments, share_left, usable

SCALE = (0.0, 10.0)
ENDS = (-100.0, 100.0)


def net_promoter_score(
    answers: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    *,
    recommend: str = "recommend",
    population: float | Mapping | pd.Series | None = None,
    key: str | Sequence[str] = "customer",
    level: float = 0.95,
) -> Result:
    """Compute the net promoter score with its standard error and interval.

    NPS = 100 × (share of 9-10 − share of 0-6). Give each customer +100 (promoter), 0 (passive) or −100 (detractor)
    *points*: the NPS is their mean, so its standard error is that of a mean, √(s² / n × (1 − n / N)), with s² the variance
    of the points (n − 1) and N the `population` that could have been asked. The interval (Wilson's, with Student's t and the
    effective sample size) stays within −100 and 100. It holds for a random sample: it knows nothing of who stays silent.

    Parameters
    ----------
    answers : one row per answer; `recommend` is 0 to 10.
    by : column (or columns) of groups; None: everybody together.
    population : how many customers could have been asked (with `by`: group -> number); None: very many.
    key : column (or columns) that name an answer: the customer, or customer and wave.
    level : of the interval.

    Returns
    -------
    Result. table, one row per group: `by`, `answers`, the shares `promoters`, `passives`, `detractors`, and `nps`, `se`,
    `low`, `high` (points; empty where there is one answer). customers, one row per usable answer: key, `by`, the answer,
    `points`. excluded: no key or group, the same answer again, no answer, not on 0-10.

    Raises
    ------
    ValueError, TypeError : a column is missing, holds text or no answer; another scale; a population below the answers.

    Source: Reichheld (2003); the score as a trinomial, and which intervals do well: Rocks (2016), who recommends others than the
    one chosen here; finite population: Cochran (1977), ch. 2.

    >>> ten = pd.DataFrame({"customer": range(10), "recommend": [10, 9, 9, 9, 8, 8, 7, 6, 4, 0]})
    >>> net_promoter_score(ten).table.round(1)
       answers  promoters  passives  detractors   nps    se   low  high
    0       10        0.4       0.3         0.3  10.0  27.7 -45.9  60.2
    """
    level = need_level(level)
    names, numbers, excluded = usable(answers, [recommend], {recommend: SCALE}, key, by)
    points = _points(numbers[recommend].to_numpy())
    codes, groups = grouped(names, by)
    count, mean, variance = moments(points, codes, len(groups))
    left = share_left(population, count, groups, as_names(by))
    error = np.sqrt(variance / count * left)
    low, high = limits(mean, error**2, count, ENDS, level, left)
    shares = {
        name: np.bincount(codes, weights=points == value, minlength=len(groups)) / count
        for name, value in (("promoters", 100), ("passives", 0), ("detractors", -100))
    }
    table = groups.assign(answers=count, **shares, nps=mean, se=error, low=low, high=high)
    return Result(table, pd.concat([names, numbers], axis=1).assign(points=points), excluded)


def nps_change(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    recommend: str = "recommend",
    key: str | Sequence[str] = "customer",
    level: float = 0.95,
) -> pd.DataFrame:
    """Test the change of the net promoter score between two surveys, three ways.

    Who answers twice tends to answer alike. Among them, the change is a mean of differences (paired). Treating all answers
    as two independent samples ignores that some people are in both, and takes the error as too large. The third row uses
    all answers and counts the overlap: variance = s₁²/n₁ + s₂²/n₂ − 2 cov × n₁₂ / (n₁ n₂), with the covariance of those in both.

    Parameters
    ----------
    before, after : one row per answer; `recommend` is 0 to 10. Unusable answers are left out of both.
    key : column (or columns) that name a customer, the same in both.
    level : of the intervals.

    Returns
    -------
    Frame, rows `method` ('same customers', 'all, as if independent', 'all, overlap counted'): `answers_before`,
    `answers_after`, `in_both`, `before`, `after` (NPS), `change`, `se`, `low`, `high`, `p` (two-sided). The error of
    the first needs two customers in both; that of the third is empty with exactly one, whose covariance cannot be seen.

    Raises
    ------
    ValueError, TypeError : as in `net_promoter_score`, of either frame; a frame with one answer.

    Source: paired and Welch's t test (1947); partly overlapping samples: Derrick, Toher & White (2017).

    >>> before = pd.DataFrame({"customer": [1, 2, 3, 4], "recommend": [10, 8, 6, 9]})
    >>> after = pd.DataFrame({"customer": [1, 2, 3, 5], "recommend": [10, 9, 8, 3]})
    >>> nps_change(before, after)[["method", "in_both", "change", "se"]].round(1)
                       method  in_both  change    se
    0          same customers        3    66.7  33.3
    1  all, as if independent        3     0.0  67.7
    2    all, overlap counted        3     0.0  52.0
    """
    from scipy import special

    level = need_level(level)
    keys = as_names(key)
    sides = []
    for frame in (before, after):
        found = net_promoter_score(frame, recommend=recommend, key=key, level=level).customers
        if len(found) < 2:
            raise ValueError("One of the two surveys has a single answer: a change needs two or more in each.")
        sides.append(found[[*keys, "points"]])
    both = sides[0].merge(sides[1], on=keys, suffixes=("_before", "_after"), validate="one_to_one")
    x, y = (side["points"].to_numpy() for side in sides)
    v, n = [x.var(ddof=1), y.var(ddof=1)], [len(x), len(y)]
    one, two = both["points_before"].to_numpy(), both["points_after"].to_numpy()
    m = len(both)
    parts = [v[0] / n[0], v[1] / n[1]]
    squares = parts[0] ** 2 / (n[0] - 1) + parts[1] ** 2 / (n[1] - 1)
    welch = sum(parts) ** 2 / squares if squares > 0 else min(n) - 1.0
    paired, covered = np.nan, np.nan if m else float(np.sqrt(sum(parts)))
    if m > 1:
        paired = float(np.sqrt((two - one).var(ddof=1) / m))
        covariance = float(np.cov(one, two)[0, 1])
        covered = float(np.sqrt(max(0.0, sum(parts) - 2 * covariance * m / (n[0] * n[1]))))
    # degrees of freedom lie between those of the paired and of Welch's test, by the share of answers in both
    shared = (m - 1) + (welch - m + 1) * (n[0] + n[1] - 2 * m) / (n[0] + n[1]) if m else welch
    lines = [
        ("same customers", m, m, one.mean() if m else np.nan, two.mean() if m else np.nan, paired, m - 1),
        ("all, as if independent", *n, x.mean(), y.mean(), float(np.sqrt(sum(parts))), welch),
        ("all, overlap counted", *n, x.mean(), y.mean(), covered, shared),
    ]
    table = pd.DataFrame(lines, columns=["method", "answers_before", "answers_after", "before", "after", "se", "df"])
    change, error, df = table["after"] - table["before"], table["se"], table.pop("df").clip(lower=1)
    t = special.stdtrit(df, (1 + level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * special.stdtr(df, -np.abs(change / error))
    table.insert(3, "in_both", m)
    table = table.assign(change=change)[[*table.columns[:6], "change", "se"]]
    return table.assign(
        low=(change - t * error).clip(-200, 200),
        high=(change + t * error).clip(-200, 200),
        p=np.where(error > 0, p, np.where(error.isna(), np.nan, np.where(change == 0, 1.0, 0.0))),
    )


def _points(recommend):
    """Turn 0-10 into points: +100 for 9 and 10, −100 for 0 to 6, 0 between."""
    return 100.0 * (recommend >= 9) - 100.0 * (recommend <= 6)
