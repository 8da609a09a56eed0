"""RFM: recency, frequency and monetary value as scores."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import Result, empty_ids, is_whole, need_numbers, need_once, reasons_text, set_aside
from crmlib.value._checks import need_table


def rfm_scores(
    customers: pd.DataFrame,
    scores: int = 5,
    *,
    recency: str = "days_since_last",
    frequency: str = "frequency",
    monetary: str = "revenue",
    customer: str = "customer",
) -> Result:
    """Score customers by recency, frequency and monetary value: the highest score is the best.

    Equal values always get equal scores, also where sums of money differ in the seventh decimal only. A value's place is the middle
    of the places that its equals take up; the score is the part of the ranking in which it falls. So groups need not be of equal
    size: where most customers bought once, most have the same score for frequency, and some scores stay empty.

    Parameters
    ----------
    customers : one row per customer, as `customer_summary(...).customers` gives it.
    scores : how many scores there are (5: from 1 to 5), 2 or more.
    recency : column, days since the last purchase: few are good.
    frequency, monetary : columns, purchases and money: much is good.

    Returns
    -------
    Result. customers: id, `recency`, `frequency`, `monetary` (values), `r`, `f`, `m` (scores), `rfm` (text, such as '535').
    table: one row per measure and score: `measure`, `score`, `customers`, `lowest`, `highest` (values; empty if nobody has the score).
    excluded: customers without an id or a value.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; a customer has two rows; nobody is left.

    Source: Hughes (1994), Strategic Database Marketing; the rule for ties is this course's.

    >>> shop = pd.DataFrame({"customer": [1, 2, 3, 4], "days_since_last": [5, 40, 40, 90], "frequency": [9, 1, 1, 1],
    ...                      "revenue": [300.0, 80.0, 20.0, 50.0]})
    >>> rfm_scores(shop, 4).customers[["customer", "r", "f", "m", "rfm"]]
       customer  r  f  m  rfm
    0         1  4  4  4  444
    1         2  3  2  3  323
    2         3  3  2  1  321
    3         4  1  2  2  122
    """
    what = "The frame of customers"
    measures = {"recency": recency, "frequency": frequency, "monetary": monetary}
    need_table(customers, [customer, *measures.values()], what)
    need_once(customers, customer, what)
    if not is_whole(scores) or scores < 2:
        raise ValueError(f"`scores` must be a whole number, 2 or more, but it is {scores!r}.")
    values = {name: need_numbers(customers, column, what) for name, column in measures.items()}
    keep, excluded = set_aside(
        len(customers),
        [(f"no {customer}", empty_ids(customers, customer))]
        + [(f"no {measures[name]}", np.isnan(numbers)) for name, numbers in values.items()],
    )
    if not keep.any():
        raise ValueError(f"{what} has no customer to score: {reasons_text(excluded)}. Check the columns.")
    found = pd.DataFrame({customer: customers[customer], **values})[keep].reset_index(drop=True)
    tables = []
    for name, letter in zip(measures, "rfm", strict=True):
        best_last = found[name].round(6).rank(method="average", ascending=name != "recency")
        # the middle of a tie's places, from 0 to 1; rounding keeps 0.6 × 5 from becoming 2.9999
        found[letter] = 1 + np.floor(np.round((best_last - 0.5) / len(found) * scores, 9)).astype(np.int64)
        by = found.groupby(letter)[name].agg(customers="size", lowest="min", highest="max")
        by = by.reindex(range(1, scores + 1)).rename_axis("score").reset_index()
        tables.append(by.assign(measure=name, customers=by["customers"].fillna(0).astype(np.int64)))
    found["rfm"] = found["r"].astype("str") + found["f"].astype("str") + found["m"].astype("str")
    table = pd.concat(tables, ignore_index=True)[["measure", "score", "customers", "lowest", "highest"]]
    return Result(table, found, excluded)
