"""Columns as numbers, with refusals in words; the interval of a share; how well a number tells leavers from stayers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame, need_numbers, need_yes_no, rows_text


def auc(values: np.ndarray, left: np.ndarray) -> float:
    """Return the share of pairs (leaver, stayer) in which the leaver has the higher value; ties count half."""
    from scipy import stats

    left = left.astype(bool)
    many, few = int(left.sum()), int((~left).sum())
    if not many or not few:
        return np.nan
    return float((stats.rankdata(values)[left].sum() - many * (many + 1) / 2) / (many * few))


def left_or_stayed(frame: pd.DataFrame, outcome: str) -> np.ndarray:
    left = need_yes_no(frame, outcome, "The frame of customers")
    if left.all() or not left.any():
        raise ValueError(
            f"Column {outcome!r} of the frame of customers says {bool(left[0])} in every row. A model needs both, some who left "
            "and some who stayed."
        )
    return left.astype(float)


def numeric(frame: pd.DataFrame, name: str) -> np.ndarray:
    if pd.api.types.is_bool_dtype(frame[name]):
        return frame[name].to_numpy(float, na_value=np.nan)
    return need_numbers(frame, name, "The frame of customers")


def filled(frame: pd.DataFrame, name: str) -> np.ndarray:
    values = numeric(frame, name)
    if np.isnan(values).any():
        raise ValueError(
            f"Column {name!r} of the frame of customers is empty in {rows_text(np.isnan(values))}. Say what an empty cell means "
            f"(frame[{name!r}].fillna(0) if it is a count), or leave the column or these rows out."
        )
    return values


def matrix(frame: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    need_columns(need_frame(frame, "The frame of customers"), names, "The frame of customers")
    return np.column_stack([filled(frame, name) for name in names])
