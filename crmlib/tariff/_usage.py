"""What the tariff room checks in every frame of use: energy by period, prices by period."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from crmlib._frames import need_amounts, need_columns, need_frame, rows_text

PERIODS = ("peak", "flat", "valley")
KWH = tuple(f"kwh_{period}" for period in PERIODS)
USAGE = "The frame of use"


def need_usage(usage: pd.DataFrame, *more: str) -> np.ndarray:
    """Return kWh by period, rows x (peak, flat, valley), from a frame that has them and `more` columns."""
    need_columns(need_frame(usage, USAGE), [*KWH, *more], USAGE)
    return np.column_stack([need_amounts(usage, name, USAGE) for name in KWH])


def no_gaps(frame: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Refuse empty cells in columns of names, dates or numbers."""
    for name in columns:
        empty = frame[name].isna().to_numpy()
        if empty.any():
            raise ValueError(
                f"Column {name!r} of {what[0].lower()}{what[1:]} is empty in {rows_text(empty)}. Fill these cells in or "
                "remove the rows."
            )
