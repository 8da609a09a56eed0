"""Affective, behavioural and conative loyalty: three indices on 0-100, and where they disagree."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    empty_ids,
    need_columns,
    need_frame,
    need_once,
    need_scale,
    ordered_category,
    reasons_text,
    set_aside,
)
from crmlib.loyalty._answers import at_least, item_mean, item_names

SIDES = ("affective", "behavioural", "conative")


@dataclass(frozen=True, repr=False)
class Indices(Result):
    """A `Result` with the agreement of each pair of indices: correlation, interval, share of customers who disagree."""

    agreement: pd.DataFrame


def loyalty_indices(
    survey: pd.DataFrame,
    affective: Sequence[str] | str = ("att1", "att2", "att3"),
    behavioural: Sequence[str] | str = "share_said",
    conative: Sequence[str] | str = ("int1", "int2", "int3"),
    *,
    scales: Sequence[tuple[float, float]] = ((1, 7), (0, 100), (1, 7)),
    cuts: Sequence[float] = (200 / 3, 50.0, 200 / 3),
    level: float = 0.95,
    customer: str = "customer",
) -> Indices:
    """Compute three loyalty indices for each customer from three separate sets of items.

    index = 100 × (mean of the items − lowest answer) / (highest − lowest). An item may serve one index only: an index that
    shares items with another agrees with it by construction.

    Parameters
    ----------
    survey : one row per customer (one wave).
    affective : items on attachment. behavioural : items on buying. conative : items on the intention to stay and buy.
    scales : lowest and highest answer, in the order affective, behavioural, conative.
    cuts : index from which a customer counts as high, in the same order; 66.7 is a mean answer of 5 on 1-7.
    level : of the interval of each correlation.

    Returns
    -------
    Indices. table, one row per pattern: `affective`, `behavioural`, `conative` (high, low), `customers`, `share`.
    agreement, one row per pair of indices: `first`, `second`, `correlation` (Pearson), `low`, `high` (Fisher's interval;
    empty below four customers or without spread), `disagree` (share of customers high in one and low in the other).
    customers: id and the three indices. excluded: rows without an id or an answer.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, an answer is outside its scale, a customer has two
        rows, an item serves two indices.

    Source: the names of the three: Oliver (1999), Whence consumer loyalty?, who has them as phases in a row. Interval: Fisher (1915).

    >>> survey = pd.DataFrame({"customer": [1, 2], "liking": [7, 4], "share": [40, 90], "plan": [7, 5]})
    >>> found = loyalty_indices(survey, "liking", "share", "plan")
    >>> found.customers.round(1)
       customer  affective  behavioural  conative
    0         1      100.0         40.0     100.0
    1         2       50.0         90.0      66.7
    >>> found.agreement["disagree"].tolist()
    [1.0, 0.5, 0.5]
    """
    what = "The survey"
    sets = {name: item_names(items) for name, items in zip(SIDES, (affective, behavioural, conative), strict=True)}
    need_columns(need_frame(survey, what), [customer, *itertools.chain(*sets.values())], what)
    need_once(survey, customer, what)
    used = [item for items in sets.values() for item in items]
    shared = sorted({item for item in used if used.count(item) > 1})
    if shared:
        raise ValueError(
            f"The item {shared[0]!r} is used twice. Indices that share an item agree by construction: give each its own items."
        )
    if len(scales) != 3 or len(cuts) != 3:
        raise ValueError("`scales` and `cuts` need three entries each: affective, behavioural, conative.")
    index, gaps = {}, [(f"no {customer}", empty_ids(survey, customer))]
    for (name, items), scale in zip(sets.items(), scales, strict=True):
        low, high = need_scale(scale, "scales")
        mean, missing = item_mean(survey, items, (low, high), what)
        index[name] = 100 * (mean - low) / (high - low)
        gaps += missing
    keep, excluded = set_aside(len(survey), gaps)
    if not keep.any():
        raise ValueError(f"{what} has no customer with all answers: {reasons_text(excluded)}. Check the columns.")
    customers = pd.DataFrame({customer: survey.loc[keep, customer].to_numpy()} | {k: v[keep] for k, v in index.items()})
    high = {name: at_least(customers[name].to_numpy(), cut) for name, cut in zip(SIDES, cuts, strict=True)}
    pattern = sum(~high[name] * 2 ** (2 - place) for place, name in enumerate(SIDES))
    count = np.bincount(pattern, minlength=8)
    table = pd.DataFrame(
        {name: ordered_category((np.arange(8) >> (2 - place)) & 1, ("high", "low")) for place, name in enumerate(SIDES)}
    ).assign(customers=count, share=count / count.sum())
    agreement = pd.DataFrame(
        [
            (a, b, *_correlation(customers[a].to_numpy(), customers[b].to_numpy(), level), np.mean(high[a] != high[b]))
            for a, b in itertools.combinations(SIDES, 2)
        ],
        columns=["first", "second", "correlation", "low", "high", "disagree"],
    )
    return Indices(table, customers, excluded, agreement)


def _correlation(x: np.ndarray, y: np.ndarray, level: float) -> tuple[float, float, float]:
    from scipy import stats

    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return (np.nan, np.nan, np.nan)
    r = float(np.corrcoef(x, y)[0, 1])
    if len(x) < 4 or abs(r) > 1 - 1e-12:
        return (r, np.nan, np.nan)
    reach = stats.norm.ppf((1 + level) / 2) / np.sqrt(len(x) - 3)
    return (r, float(np.tanh(np.arctanh(r) - reach)), float(np.tanh(np.arctanh(r) + reach)))
