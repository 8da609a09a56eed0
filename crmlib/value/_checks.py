"""Checks that the modules of this room share."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from crmlib._frames import is_whole, need_columns, need_frame, need_numbers, rows_text

TIMINGS = ("now", "after one period")
DAYS_PER_YEAR = 365.25


def is_number(value: object) -> bool:
    """Say whether something is one finite number (True and False are not)."""
    return (isinstance(value, int | float | np.number) and not isinstance(value, bool)) and math.isfinite(value)


def need_number(value: object, name: str, words: str) -> float:
    """Return one finite number, or say what is needed."""
    if not is_number(value):
        raise ValueError(f"`{name}` must be {words}, but it is {value!r}.")
    return float(value)


def need_discount(discount: object) -> float:
    """Return a discount rate of 0 to 1."""
    rate = need_number(discount, "discount", "a rate such as 0.10 for 10 %")
    if not 0 <= rate <= 1:
        percent = f" Write {rate:g} % as {rate / 100:g}." if rate > 1 else ""
        below = " Below 0, money in ten years would be worth more than money today." if rate < 0 else ""
        raise ValueError(
            f"`discount` must be a rate from 0 to 1, such as 0.10 for 10 %, but it is {rate:g}.{percent}{below}"
        )
    return rate


def need_share(value: object, name: str) -> float:
    """Return one share of 0 to 1."""
    share = need_number(value, name, "a share such as 0.85 for 85 %")
    if not 0 <= share <= 1:
        percent = f" Write {share:g} % as {share / 100:g}." if share > 1 else ""
        raise ValueError(f"`{name}` must be a share from 0 to 1, but it is {share:g}.{percent}")
    return share


def need_periods(periods: object) -> int | None:
    """Return a whole number of periods, or None for an infinite horizon."""
    if periods is not None and (not is_whole(periods) or periods < 1):
        raise ValueError(
            f"`periods` must be a whole number, 1 or more, or None for an infinite horizon, but it is {periods!r}."
        )
    return periods


def need_timing(first_payment: object) -> bool:
    """Return whether the first payment comes now."""
    if first_payment not in TIMINGS:
        raise ValueError(f"`first_payment` must be 'now' or 'after one period', but it is {first_payment!r}.")
    return first_payment == "now"


def column_or_number(frame: pd.DataFrame, given: object, name: str, what: str) -> np.ndarray:
    """Return a value per row: from the column that `given` names, or the same number for all."""
    if isinstance(given, str):
        need_columns(frame, [given], what)
        return need_numbers(frame, given, what)
    return np.full(len(frame), need_number(given, name, "a number, or the name of a column"))


def need_within(values: np.ndarray, name: str, what: str, low: float, high: float, words: str) -> None:
    """Refuse values outside a range; empty ones pass."""
    wrong = (values < low) | (values > high)
    if wrong.any():
        raise ValueError(f"`{name}` of {what[0].lower()}{what[1:]} must be {words}, but is not in {rows_text(wrong)}.")


def need_table(frame: object, columns: list[str], what: str) -> pd.DataFrame:
    """Return a frame with rows and these columns."""
    need_columns(need_frame(frame, what), columns, what)
    return frame
