"""Customer delivered value: what a customer gets, less what it costs him, beside the competitors; and when a benefit pays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_columns, need_frame, need_level, need_numbers, rows_text

VALUES = ("product", "service", "personnel", "image")
COSTS = ("money_cost", "time_cost", "energy_cost", "psychic_cost")


def delivered_value(
    ratings: pd.DataFrame,
    *,
    own: str = "Harbour Bank",
    weights: Mapping[str, float] | None = None,
    level: float = 0.95,
    rater: str = "rater",
    bank: str = "bank",
) -> pd.DataFrame:
    """Compare what customers get and what it costs them, between a company and its competitors.

    Delivered value = (product + service + personnel + image value) − (money + time + energy + psychic cost), in points of the scale
    (Kotler). Every rater rates every company, so companies are compared within raters. *Descriptive.*

    Parameters
    ----------
    ratings : one row per rater and company: `rater`, `bank`, and the eight ratings (points, high = much).
    own : the company that the others are compared with.
    weights : weight of each of the eight ratings; those of the four values together 1, those of the four costs together 1. None:
        plain sums, as in the formula.
    level : of the interval.
    rater, bank : names of the columns.

    Returns
    -------
    Frame, one row per company, the highest delivered value first: `bank`, the eight mean ratings, `total_value`, `total_cost`,
    `delivered` (points), `ahead` (of `own`: its delivered value less this company's), `low`, `high` (interval of `ahead`),
    `value_per_cost` (total value / total cost: another rule, which need not agree).

    Raises
    ------
    ValueError, TypeError : a column is missing, a rating is empty, a rater has not rated every company once, weights do not fit.

    >>> seen = pd.DataFrame({"rater": [1, 1, 2, 2], "bank": ["A", "B"] * 2, "product": [8, 6, 8, 7], "service": [8, 7, 8, 6],
    ...     "personnel": [7, 7, 8, 7], "image": [6, 8, 7, 7], "money_cost": [5, 4, 6, 5], "time_cost": [4, 4, 3, 4],
    ...     "energy_cost": [4, 4, 4, 5], "psychic_cost": [3, 4, 3, 4]})
    >>> delivered_value(seen, own="A")[["bank", "total_value", "total_cost", "delivered", "ahead"]]
      bank  total_value  total_cost  delivered  ahead
    0    A         30.0        16.0       14.0    0.0
    1    B         27.5        17.0       10.5    3.5
    """
    from scipy import stats

    what, level = "The frame of ratings", need_level(level)
    need_columns(need_frame(ratings, what), [rater, bank, *VALUES, *COSTS], what)
    points = {name: need_numbers(ratings, name, what) for name in (*VALUES, *COSTS)}
    empty = np.isnan(np.stack(list(points.values()))).any(axis=0) | ratings[[rater, bank]].isna().any(axis=1).to_numpy()
    if empty.any():
        raise ValueError(
            f"{what} has an empty rating in {rows_text(empty)}. Leave out the raters who did not answer everything."
        )
    names = ratings[bank].astype("str")
    if own not in set(names):
        raise ValueError(f"{what} has no company {own!r}. It has {listed(sorted(names.unique()))}.")
    weight = _weights(weights)
    score = pd.DataFrame({name: points[name] * weight[name] for name in points})
    value, cost = score[list(VALUES)].sum(axis=1), score[list(COSTS)].sum(axis=1)
    wide = pd.DataFrame({"rater": ratings[rater].to_numpy(), "bank": names.to_numpy(), "delivered": value - cost})
    twice = wide.duplicated(["rater", "bank"])
    if twice.any():
        raise ValueError(
            f"A rater rates a company twice in {rows_text(twice)} of the frame of ratings. Keep one of the ratings."
        )
    wide = wide.pivot(index="rater", columns="bank", values="delivered")
    if wide.isna().to_numpy().any():
        short = wide.index[wide.isna().any(axis=1)]
        raise ValueError(
            f"{len(short):,} raters have not rated every company: {listed(short[:5].tolist())}. A comparison needs raters of all; "
            "leave these out."
        )
    means = pd.DataFrame(points).groupby(names.to_numpy()).mean()
    totals = pd.DataFrame({"total_value": value, "total_cost": cost}).groupby(names.to_numpy()).mean()
    lead = wide[[own]].to_numpy() - wide.to_numpy()
    error = lead.std(axis=0, ddof=1) / np.sqrt(len(wide)) if len(wide) > 1 else np.full(wide.shape[1], np.nan)
    reach = stats.t.ppf(0.5 + level / 2, max(len(wide) - 1, 1)) * error
    ahead = pd.DataFrame(
        {"ahead": lead.mean(axis=0), "low": lead.mean(axis=0) - reach, "high": lead.mean(axis=0) + reach},
        index=wide.columns,
    )
    table = means.join(totals)
    table["delivered"] = table["total_value"] - table["total_cost"]
    table = table.join(ahead)
    table["value_per_cost"] = table["total_value"] / table["total_cost"]
    return (
        table.rename_axis("bank")
        .reset_index()
        .sort_values("delivered", ascending=False, kind="stable", ignore_index=True)
    )


def marginal_rule(steps: pd.DataFrame, *, gain: str = "gain", cost: str = "cost") -> pd.DataFrame:
    """Say how far a benefit is worth raising: as long as the next step gains more than it costs.

    Parameters
    ----------
    steps : one row per level of the benefit, rising: `gain` and `cost` of that level in all (¥, against nothing).

    Returns
    -------
    Frame: the columns given, and `next_gain`, `next_cost` (of the step from the level before; the first from nothing), `go` (True
    while the step gains more than it costs, and every step before it did), `total` (gain − cost), `gain_per_yuan` (on
    average: a level can have a good average and a last step that loses).

    Raises
    ------
    ValueError, TypeError : a column is missing or empty, or the levels are not in order of cost.

    >>> levels = pd.DataFrame({"level": ["a letter", "a call", "a visit"], "gain": [50, 90, 110], "cost": [10, 30, 70]})
    >>> marginal_rule(levels)[["level", "next_gain", "next_cost", "go", "total"]]
          level  next_gain  next_cost     go  total
    0  a letter       50.0       10.0   True   40.0
    1    a call       40.0       20.0   True   60.0
    2   a visit       20.0       40.0  False   40.0
    """
    what = "The table of steps"
    need_columns(need_frame(steps, what), [gain, cost], what)
    gains, costs = (need_numbers(steps, name, what) for name in (gain, cost))
    empty = np.isnan(gains) | np.isnan(costs)
    if empty.any():
        raise ValueError(f"{what} has an empty gain or cost in {rows_text(empty)}. Fill it in or leave the level out.")
    next_gain, next_cost = np.diff(gains, prepend=0.0), np.diff(costs, prepend=0.0)
    if not (next_cost > 0).all():
        raise ValueError(
            f"The levels must rise in cost, but {rows_text(~(next_cost > 0))} cost no more than the level before. Sort by {cost!r}."
        )
    return steps.assign(
        next_gain=next_gain,
        next_cost=next_cost,
        go=np.logical_and.accumulate(next_gain > next_cost),
        total=gains - costs,
        gain_per_yuan=gains / costs,
    )


def _weights(weights: Mapping[str, float] | None) -> dict[str, float]:
    if weights is None:
        return dict.fromkeys((*VALUES, *COSTS), 1.0)
    for names, word in ((VALUES, "values"), (COSTS, "costs")):
        missing = [name for name in names if name not in weights]
        if missing:
            raise ValueError(
                f"`weights` says nothing about {listed(missing)}. Give a weight to each of the eight ratings."
            )
        given = np.array([float(weights[name]) for name in names])
        if not (given >= 0).all() or abs(given.sum() - 1) > 1e-6:
            raise ValueError(
                f"The weights of the four {word} must be 0 or more and add up to 1, but they add up to {given.sum():.3g}. "
                "Divide each by their sum."
            )
    extra = [name for name in weights if name not in (*VALUES, *COSTS)]
    if extra:
        raise ValueError(
            f"`weights` names {listed(extra)}, which is no rating. The ratings are {listed((*VALUES, *COSTS), most=8)}."
        )
    return dict(weights)
