"""What the tariff room checks in every frame of use: energy by period, prices by period."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_amounts, need_columns, need_frame, need_numbers, rows_text

PERIODS = ("peak", "flat", "valley")
KWH = tuple(f"kwh_{period}" for period in PERIODS)
USAGE = "The frame of use"


def need_usage(usage: pd.DataFrame, *more: str) -> np.ndarray:
    """Return kWh by period, rows x (peak, flat, valley), from a frame that has them and `more` columns."""
    need_columns(need_frame(usage, USAGE), [*KWH, *more], USAGE)
    return np.column_stack([need_amounts(usage, name, USAGE) for name in KWH])


def no_gaps(frame: pd.DataFrame, columns: Iterable[str], what: str, used: np.ndarray | None = None) -> None:
    """Refuse empty cells in columns of names, dates or numbers; with `used`, in these rows of the frame only."""
    for name in columns:
        empty = frame[name].isna().to_numpy()
        if used is not None:
            empty = empty & used
        if empty.any():
            raise ValueError(
                f"Column {name!r} of {what[0].lower()}{what[1:]} is empty in {rows_text(empty)}. Fill these cells in or "
                "remove the rows."
            )


def used_numbers(frame: pd.DataFrame, column: str, what: str, used: np.ndarray) -> np.ndarray:
    """Return a column as numbers in the rows that are used; messages count rows in the whole frame."""
    numbers = need_numbers(frame.assign(**{column: frame[column].where(used)}), column, what)
    no_gaps(frame, [column], what, used)
    return numbers[used]


def need_names(names: Iterable[str], argument: str) -> list[str]:
    """Return names as a list; refuse a single one (it would be read letter by letter), none, and one given twice."""
    if isinstance(names, str):
        raise TypeError(f"`{argument}` must be a list of names, such as [{names!r}], but it is the text {names!r}.")
    found = list(names)
    if not found:
        raise ValueError(f"`{argument}` is empty. Give at least one name.")
    twice = [name for place, name in enumerate(found) if name in found[:place]]
    if twice:
        raise ValueError(f"`{argument}` names {listed(twice)} more than once. Give each name once.")
    return found
