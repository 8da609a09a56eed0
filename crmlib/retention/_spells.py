"""Relationships as lengths of time: when a customer came under observation, until when, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import empty_ids, need_columns, need_day, need_days, need_frame, need_once, need_yes_no, set_aside

YEAR = 365.25  # days
WHAT = "The frame of customers"


@dataclass(frozen=True)
class Spells:
    """Days since joining, one value per customer kept.

    A day of leaving counts as a day of the relationship: who joins and leaves on one day was there for 1 day. A customer is
    under observation for the days entry + 1 … exit.
    """

    frame: pd.DataFrame
    entry: np.ndarray
    exit: np.ndarray
    gone: np.ndarray
    excluded: pd.DataFrame


def spells(
    customers: pd.DataFrame, observed_from: object, as_of: object, own_choice: str | None, customer: str, joined: str, left: str
) -> Spells:  # fmt: skip
    """Read relationships; set aside what cannot be one, and count it."""
    need_columns(need_frame(customers, WHAT), [customer, joined, left] + [own_choice] * (own_choice is not None), WHAT)
    need_once(customers, customer, WHAT)
    end = need_day(as_of, "as_of")
    start = None if observed_from is None else need_day(observed_from, "observed_from")
    if start is not None and start > end:
        raise ValueError(f"`observed_from` ({observed_from}) is after `as_of` ({as_of}). Exchange them.")
    first, no_first = need_days(customers, joined, WHAT)
    last, stays = need_days(customers, left, WHAT)
    own = np.ones(len(customers), dtype=bool) if own_choice is None else need_yes_no(customers, own_choice, WHAT)
    keep, excluded = set_aside(
        len(customers),
        [
            (f"no {customer}", empty_ids(customers, customer)),
            (f"no day in {joined!r}", no_first),
            (f"{left!r} is before {joined!r}", ~stays & (last < first)),
            (f"joined after {as_of}", first > end),
            (f"left before {observed_from}, when the records begin", ~stays & (last < (start or -(10**9)))),
        ],
    )
    if not keep.any():
        raise ValueError(f"{WHAT} has no usable row: {', '.join(excluded['reason'])}. Check dates and columns.")
    first, last, stays, own = first[keep], last[keep], stays[keep], own[keep]
    gone = ~stays & (last <= end)  # who leaves after `as_of` is still there
    until = np.where(gone, last, end) - first + 1
    entry = np.zeros(len(first), dtype=np.int64) if start is None else np.maximum(0, start - first)
    return Spells(customers[keep].reset_index(drop=True), entry, until, gone & own, excluded)
