"""Scores of survey scales: the mean of several items, and how much of its variance is not an error of measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import (
    empty_ids,
    listed,
    need_columns,
    need_frame,
    need_numbers,
    number_ids,
    reasons_text,
    set_aside,
)

WHAT = "The frame of answers"


@dataclass(frozen=True)
class Scores:
    """Scores of n rows on p variables, each around its mean.

    points : n × p. true : n × p; the mean of a column is that variable's variance without error of measurement.
    customers : n codes, 0 … clusters − 1. rows : n places in the frame of answers. names : p.
    yes_no : names of the variables that are only 0 and 1.
    sd : p, in points (without error of measurement if corrected). table : one row per variable, for the reader.
    excluded : what was set aside.
    """

    points: np.ndarray
    true: np.ndarray
    customers: np.ndarray
    rows: np.ndarray
    names: list[str]
    yes_no: frozenset[str]
    sd: list[float]
    table: pd.DataFrame
    excluded: pd.DataFrame

    def place(self, names: Sequence[str]) -> list[int]:
        """Return the columns of variables."""
        return [self.names.index(name) for name in names]


def read_scores(
    answers: pd.DataFrame,
    names: Sequence[str],
    scales: Mapping[str, Sequence[str]] | None,
    corrected: bool,
    customer: str,
    *,
    standard: bool = True,
) -> Scores:
    """Compute the scores of `names`: means of the items in `scales`, or columns as they are (taken as free of error).

    With `standard`, a variable is divided by its standard deviation (without error of measurement if `corrected`), unless it holds
    nothing but 0 and 1: those stay, so that an effect is the gap between two groups.
    """
    scales = {} if scales is None else scales
    items = {name: list(scales.get(name, [name])) for name in dict.fromkeys(names)}
    for name, columns in items.items():
        if isinstance(scales.get(name), str) or not columns or len(set(columns)) < len(columns):
            raise ValueError(f"The scale {name!r} must be a list of different items, such as ['cnf1', 'cnf2'].")
    owner: dict[str, str] = {}
    for name, columns in items.items():
        for column in columns:
            if column in owner:
                raise ValueError(
                    f"The item {column!r} is in the scales {owner[column]!r} and {name!r}. Their errors would then agree: give "
                    "each scale its own items."
                )
            owner[column] = name
    need_columns(need_frame(answers, WHAT), [customer, *owner], WHAT)
    numbers = {column: _numbers(answers, column) for column in owner}
    reasons = [(f"no {customer}", empty_ids(answers, customer))]
    reasons += [(f"no {column}", np.isnan(one)) for column, one in numbers.items()]
    keep, excluded = set_aside(len(answers), reasons)
    if not keep.any():
        raise ValueError(f"{WHAT} has no complete row: {reasons_text(excluded)}. Check the columns.")
    codes = np.unique(number_ids(answers[keep], customer, WHAT)[0], return_inverse=True)[1]
    points, true, spread, lines, binary = [], [], [], [], set()
    for name, columns in items.items():
        block = np.column_stack([numbers[column][keep] for column in columns])
        mean = block.mean()
        if len(columns) == 1 and np.isin(block, [0, 1]).all():
            binary.add(name)
        block = block - block.mean(axis=0)
        score = block.mean(axis=1)
        if not score.any():
            raise ValueError(
                f"{name!r} is the same in all {len(score):,} complete rows: nothing can be read from it. Leave it out."
            )
        k = len(columns)
        # the mean product of two different items: errors of different items do not go together, so what is left is the score's own
        shared = ((k * score) ** 2 - (block**2).sum(axis=1)) / (k * (k - 1)) if k > 1 else score**2
        reliability = shared.mean() / (score**2).mean()
        if corrected and not reliability > 0.05:
            raise ValueError(
                f"The items of {name!r} ({listed(columns)}) do not go together (reliability {reliability:.2f}): they cannot be "
                "corrected for error. Is one of them worded the other way round? Reverse it first."
            )
        own = shared if corrected else score**2
        spread.append(float(np.sqrt(own.mean())))
        sd = 1.0 if name in binary or not standard else spread[-1]
        points.append(score / sd)
        true.append(own / sd**2)
        lines.append((name, k, mean, float(np.sqrt((score**2).mean())), min(1.0, reliability) if k > 1 else np.nan))
    table = pd.DataFrame(lines, columns=["variable", "items", "mean", "sd", "reliability"])
    return Scores(
        np.column_stack(points),
        np.column_stack(true),
        codes,
        np.flatnonzero(keep),
        list(items),
        frozenset(binary),
        spread,
        table,
        excluded,
    )


def _numbers(answers: pd.DataFrame, column: str) -> np.ndarray:
    if pd.api.types.is_bool_dtype(answers[column]):
        return answers[column].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    return need_numbers(answers, column, WHAT)
