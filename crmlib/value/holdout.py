"""How well a model of buying foretells: the days that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import as_dates, need_day, need_days, need_numbers, rows_text
from crmlib.value._checks import need_table
from crmlib.value.buying import BuyingModel, alive, expected, new_purchases, read_histories

_WHAT = "The frame of customers"


@dataclass(frozen=True, repr=False)
class HoldOut:
    """How well a model that knows the past foretold what came after.

    table : one row: `customers`, `calibration_end`, `first_day`, `last_day` and `days` of the hold-out, `actual` and `expected` repeat
        purchases in it, `error` (expected / actual − 1), `correlation` (customer by customer).
    by_frequency : by number of repeat purchases before (`frequency`, the last row 'or more'): `customers`, `actual` and `expected`
        mean purchases in the hold-out.
    by_week : `day` (each seventh day, and the last), `actual` and `expected` repeat purchases added up since the start.
    customers : id, `probability_alive`, `expected`, `actual`.
    """

    table: pd.DataFrame
    by_frequency: pd.DataFrame
    by_week: pd.DataFrame
    customers: pd.DataFrame

    def __repr__(self) -> str:
        one = self.table.iloc[0]
        return (
            f"{one['first_day']:%Y-%m-%d} to {one['last_day']:%Y-%m-%d} ({one['days']} days): purchases: {one['actual']:,}, "
            f"expected {one['expected']:,.1f} ({100 * one['error']:+.1f} %)"
        )


def hold_out_test(
    model: BuyingModel,
    customers: pd.DataFrame,
    transactions: pd.DataFrame,
    calibration_end: object,
    last_day: object = None,
    *,
    most: int = 7,
    customer: str = "customer",
    date: str = "date",
    revenue: str = "revenue",
) -> HoldOut:
    """Compare what the model expects with the purchases of later days that it has not seen.

    The hold-out begins on the day after `calibration_end` and ends with `last_day`, both counted. Purchases of one customer on
    one day are one; refunds are none; customers whose first purchase lies in the hold-out do not count.

    Parameters
    ----------
    model : from `fit_buying`, fitted to `customers`.
    customers : `customer_summary(transactions, as_of=calibration_end).customers`.
    transactions : the whole log, one row per purchase or refund (`customer`, `date`, `revenue`).
    calibration_end : last day that the model knows.
    last_day : last day of the hold-out; None: the last day of the log.
    most : repeat purchases from which customers are put together in `by_frequency`.

    Returns
    -------
    HoldOut.

    Raises
    ------
    ValueError, TypeError : columns missing or of the wrong type; customers not observed exactly to `calibration_end`; a
        hold-out without days, beyond the end of the log, or longer than the history.

    Source: Fader, Hardie & Lee (2005), figures 2 and 4.

    >>> from crmlib.value.buying import buying_model
    >>> log = pd.DataFrame({"customer": [1, 1, 2, 2], "revenue": 10.0,
    ...     "date": pd.to_datetime(["2025-01-01", "2025-01-20", "2025-01-05", "2025-02-10"])})
    >>> past = pd.DataFrame({"customer": [1, 2], "first_purchase": pd.to_datetime(["2025-01-01", "2025-01-05"]),
    ...     "repeat_frequency": [1, 0], "days_first_to_last": [19, 0], "days_observed": [30, 26]})
    >>> hold_out_test(buying_model(1, 30, 1, 3, "day"), past, log, "2025-01-31")
    2025-02-01 to 2025-02-10 (10 days): purchases: 1, expected 0.4 (-61.7 %)
    """
    end = need_day(calibration_end, "calibration_end")
    need_table(transactions, [customer, date, revenue], "The purchase log")
    need_table(customers, [customer, "first_purchase"], _WHAT)
    x, days_last, days_seen = read_histories(customers, "day", customer=customer)
    first, empty = need_days(customers, "first_purchase", _WHAT)
    wrong = empty | (first + days_seen != end)
    if wrong.any():
        raise ValueError(
            f"The customers were not observed to the end of {calibration_end}: first purchase + days observed gives another day in "
            f"{rows_text(wrong)}. Sum up the log with customer_summary(log, as_of={str(calibration_end)!r})."
        )
    day, no_day = need_days(transactions, date, "The purchase log")
    money = need_numbers(transactions, revenue, "The purchase log")
    if no_day.all():
        raise ValueError("The purchase log has no row with a date.")
    log_end = int(day[~no_day].max())
    last = log_end if last_day is None else need_day(last_day, "last_day")
    if last <= end:
        raise ValueError(
            f"No day is left for the hold-out: the model knows the days up to {_text(end)}, and the hold-out would end on {_text(last)}. "
            "Choose an earlier `calibration_end` and fit again."
        )
    if last > log_end:
        raise ValueError(
            f"The log ends on {_text(log_end)}, so that days up to {_text(last)} would count as days without purchases. "
            "Choose an earlier `last_day`."
        )
    history = end - int(first.min()) + 1
    if last - end > history:
        raise ValueError(
            f"The hold-out ({last - end:,} days) is longer than the history ({history:,} days) that the model learned from. "
            f"Choose a `last_day` up to {_text(end + history)}."
        )
    place = pd.Index(customers[customer]).get_indexer(pd.Index(transactions[customer]))
    bought = (place >= 0) & ~no_day & (money >= 0) & (day <= last)
    visits = pd.DataFrame({"place": place[bought], "day": day[bought]}).drop_duplicates().to_numpy()
    repeat = visits[visits[:, 1] > first[visits[:, 0]]]
    actual = np.bincount(repeat[repeat[:, 1] > end, 0], minlength=len(x))
    foretold = expected(model, x, days_last, days_seen, np.array([float(last - end)]))[:, 0]
    by_customer = pd.DataFrame(
        {
            customer: customers[customer].to_numpy(),
            "probability_alive": alive(model, x, days_last, days_seen),
            "expected": foretold,
            "actual": actual,
        }
    )
    group = np.minimum(x.astype(np.int64), most)
    by_frequency = by_customer.groupby(group)[["actual", "expected"]].mean()
    by_frequency.insert(0, "customers", np.bincount(group)[by_frequency.index])
    by_frequency.insert(0, "frequency", [f"{g} or more" if g == most else str(g) for g in by_frequency.index])
    fixed = np.std(foretold) == 0 or np.std(actual) == 0
    table = {
        "customers": len(x),
        "calibration_end": as_dates(np.array([end]))[0],
        "first_day": as_dates(np.array([end + 1]))[0],
        "last_day": as_dates(np.array([last]))[0],
        "days": last - end,
        "actual": int(actual.sum()),
        "expected": foretold.sum(),
        "error": foretold.sum() / actual.sum() - 1 if actual.sum() else np.nan,
        "correlation": np.nan if fixed else np.corrcoef(foretold, actual)[0, 1],
    }
    return HoldOut(
        pd.DataFrame([table]),
        by_frequency.reset_index(drop=True),
        _tracking(model, first, repeat[:, 1], last),
        by_customer,
    )


def _tracking(model, first, repeat_days, last):
    """Repeat purchases added up, as they were and as the model expects them from first purchases alone."""
    begin = int(first.min())
    days = np.unique(np.append(np.arange(begin + 7, last, 7), last))
    starts, count = np.unique(first, return_counts=True)
    span = np.arange(0, last - begin + 1)
    by_age = new_purchases(model, span.astype(float))
    ages = np.maximum(days[:, None] - starts, 0)
    return pd.DataFrame(
        {
            "day": as_dates(days),
            "actual": np.searchsorted(np.sort(repeat_days), days, side="right"),
            "expected": (by_age[ages] * count).sum(axis=1),
        }
    )


def _text(day):
    return str(np.datetime64(int(day), "D"))
