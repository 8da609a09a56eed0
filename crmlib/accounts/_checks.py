"""Checks that the modules of this room share."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import (
    empty_ids,
    is_whole,
    listed,
    need_columns,
    need_frame,
    need_numbers,
    need_once,
    rows_text,
    set_aside,
)

ACCOUNTS = "The frame of accounts"


def is_number(value: object) -> bool:
    """Say whether something is one finite number (True and False are not)."""
    return isinstance(value, int | float | np.number) and not isinstance(value, bool) and math.isfinite(value)


def need_number(value: object, name: str, words: str, low: float = -math.inf, high: float = math.inf) -> float:
    """Return one finite number from `low` to `high`, or say what is needed."""
    if not is_number(value) or not low <= value <= high:
        raise ValueError(f"`{name}` must be {words}, but it is {value!r}.")
    return float(value)


def normal_quantile(level: float) -> float:
    """Return how many standard errors an interval reaches to each side."""
    from scipy import stats

    return float(stats.norm.ppf((1 + level) / 2))


def need_accounts(frame: pd.DataFrame, customer: str, columns: list[str]) -> pd.DataFrame:
    """Return a frame that has one row per customer and these columns, each named once."""
    need_columns(need_frame(frame, ACCOUNTS), [customer, *columns], ACCOUNTS)
    repeated = sorted({name for name in [customer, *columns] if [customer, *columns].count(name) > 1})
    if repeated:
        raise ValueError(f"Column {listed(repeated)} is named twice. Each column can have one part to play.")
    need_once(frame, customer, ACCOUNTS)
    return frame


def known_numbers(
    frame: pd.DataFrame, customer: str, columns: list[str]
) -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame]:
    """Return id and columns of the customers who have all of them, which rows these are, and who was set aside."""
    need_accounts(frame, customer, columns)
    values = {name: need_numbers(frame, name, ACCOUNTS) for name in columns}
    reasons = [(f"no {customer}", empty_ids(frame, customer))]
    keep, excluded = set_aside(len(frame), reasons + [(f"no {name}", np.isnan(one)) for name, one in values.items()])
    if not keep.any():
        raise ValueError(f"No customer has an id and {listed(columns)}. Check the columns.")
    return pd.DataFrame({customer: frame[customer], **values})[keep].reset_index(drop=True), keep, excluded


def rows_kept(bad: np.ndarray | pd.Series, keep: np.ndarray) -> str:
    """Name rows by their place in the frame that was given: `bad` has one value for each row that was kept of it.

    >>> rows_kept(np.array([False, True]), np.array([False, True, True]))
    '1 row (row 2)'
    """
    places = np.zeros(len(keep), dtype=bool)
    places[keep] = bad
    return rows_text(places)


def need_top(top: object, customers: int) -> int:
    """Return how long a list is: at least 1, and shorter than the frame."""
    if not is_whole(top) or top < 1:
        raise ValueError(f"`top` must be a whole number of accounts, 1 or more, but it is {top!r}.")
    if top >= customers:
        raise ValueError(
            f"`top` is {top:,}, but only {customers:,} customers can be ranked. A list of everybody picks nobody: "
            "make it shorter."
        )
    return int(top)


def need_weights(weights: object) -> dict[str, float]:
    """Return the weights of a score: at least 0 each, and 1 together."""
    if not isinstance(weights, Mapping) or not weights:
        raise ValueError(
            "`weights` must name the criteria and their weights, such as {'contribution': 0.6, 'elsewhere': 0.4}."
        )
    bad = [name for name, one in weights.items() if not is_number(one)]
    if bad:
        raise ValueError(f"The weight of {listed(bad)} must be a number, such as 0.2 for 20 %.")
    below = [name for name, one in weights.items() if one < 0]
    if below:
        raise ValueError(
            f"The weight of {listed(below)} is below 0. Where less is better, turn the column round "
            "(frame['cost'] = -frame['cost']) and give it a weight above 0."
        )
    total = math.fsum(weights.values())
    if not math.isclose(total, 1.0, abs_tol=1e-9):
        remedy = "Percent? Divide each by 100." if math.isclose(total, 100.0) else "Divide each by their sum."
        if total == 0:
            remedy = "Give at least one criterion a weight."
        raise ValueError(f"The weights add up to {total:g}, but must add up to 1. {remedy}")
    return {name: float(one) for name, one in weights.items()}


def best(scores: np.ndarray, ids: pd.Series, top: int) -> np.ndarray:
    """Mark the `top` highest scores; the smaller id goes first among equals."""
    order = np.lexsort((pd.factorize(ids, sort=True)[0], -np.round(scores, 12)))
    chosen = np.zeros(len(scores), dtype=bool)
    chosen[order[:top]] = True
    return chosen
