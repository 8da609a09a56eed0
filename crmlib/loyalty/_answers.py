"""Checks of survey answers that the loyalty room shares: scores on a scale, weights, the index of several items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame, need_numbers, rows_text, the_column


def need_scores(frame: pd.DataFrame, column: str, scale: tuple[float, float], what: str) -> np.ndarray:
    """Return answers on a scale as numbers (no answer: NaN); refuse answers outside it.

    >>> need_scores(pd.DataFrame({"att1": [5, 8]}), "att1", (1, 7), "The survey")
    Traceback (most recent call last):
    ...
    ValueError: Column 'att1' of the survey must hold answers from 1 to 7, but is outside in 1 row (row 1): it has 8...
    """
    numbers = need_numbers(frame, column, what)
    outside = (numbers < scale[0]) | (numbers > scale[1])
    if outside.any():
        raise ValueError(
            f"{the_column(column, what)} must hold answers from {scale[0]:g} to {scale[1]:g}, but is "
            f"outside in {rows_text(outside)}: it has {numbers[outside][0]:g}. Correct these rows, or state another scale."
        )
    return numbers


def item_mean(
    frame: pd.DataFrame, columns: Sequence[str] | str, scale: tuple[float, float], what: str
) -> tuple[np.ndarray, list[tuple[str, np.ndarray]]]:
    """Return the mean of several items in points of their scale, and which rows lack an answer, by item.

    >>> mean, gaps = item_mean(pd.DataFrame({"a": [4, 7], "b": [5, None]}), ["a", "b"], (1, 7), "The survey")
    >>> mean.tolist(), [(reason, rows.tolist()) for reason, rows in gaps]
    ([4.5, nan], [('no a', [False, False]), ('no b', [False, True])])
    """
    names = item_names(columns)
    scores = [need_scores(frame, name, scale, what) for name in names]
    return np.sum(scores, axis=0) / len(names), [
        (f"no {name}", np.isnan(one)) for name, one in zip(names, scores, strict=True)
    ]


def item_names(columns: Sequence[str] | str) -> list[str]:
    """Return column names as a list, from one name or several.

    >>> item_names("share_said")
    ['share_said']
    """
    return [columns] if isinstance(columns, str) else list(columns)


def at_least(values: np.ndarray, cut: float) -> np.ndarray:
    """Say which values reach a cut; rounding keeps 14 / 3 from missing a cut of 4.666667.

    >>> at_least(np.array([4.6, 14 / 3]), 4.666667).tolist()
    [False, True]
    """
    return np.round(values, 6) >= round(cut, 6)


def need_weights(frame: pd.DataFrame, weight: str | None, what: str) -> np.ndarray:
    """Return the weights of the rows, 1 each where no column is named; refuse empty, zero and negative ones.

    >>> need_weights(pd.DataFrame({"weight": [1.0, 5.0]}), "weight", "The survey").tolist()
    [1.0, 5.0]
    """
    if weight is None:
        return np.ones(len(frame))
    numbers = need_numbers(frame, weight, what)
    wrong = ~(numbers > 0)
    if wrong.any():
        raise ValueError(
            f"{the_column(weight, what)} is empty or not above 0 in {rows_text(wrong)}. A weight says for "
            "how many customers a row stands. Correct these rows, or leave them out."
        )
    return numbers


SCALES = {
    "attachment": ("att1", "att2", "att3"),
    "intention": ("int1", "int2", "int3"),
    "switching_cost": ("swc1", "swc2", "swc3"),
    "image": ("visual1", "visual2", "mind1", "mind2"),
    "special_treatment": ("spe1", "spe2"),
    "discounts": ("eco1", "eco2"),
    "satisfaction": ("sat_overall", "sat_expected", "sat_ideal"),
}
ENDS = {"satisfaction": (1, 10)}  # every other scale runs from 1 to 7


def with_scales(survey: pd.DataFrame) -> pd.DataFrame:
    """Add to a survey's answers the mean of each set of items that the loyalty lesson uses.

    Parameters
    ----------
    survey : one row per answer, with the items of either company's survey (att1, att2, att3, int1 ...).

    Returns
    -------
    The survey, with `attachment`, `intention`, `switching_cost`, `image`, `special_treatment` and `discounts` (means on
    1-7) and `satisfaction` (the mean of three answers on 1-10, as an index from 0 to 100). An item without an answer
    leaves the mean empty.

    Raises
    ------
    ValueError, TypeError : an item is missing, holds no numbers or is outside its scale.

    >>> items = {item: [4] for names in SCALES.values() for item in names}
    >>> with_scales(pd.DataFrame(items))[["attachment", "satisfaction"]].round(1)
       attachment  satisfaction
    0         4.0          33.3
    """
    what = "The survey"
    need_columns(need_frame(survey, what), [item for items in SCALES.values() for item in items], what)
    means = {name: item_mean(survey, items, ENDS.get(name, (1, 7)), what)[0] for name, items in SCALES.items()}
    return survey.assign(**means | {"satisfaction": 100 * (means["satisfaction"] - 1) / 9})
