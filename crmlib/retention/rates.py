"""Retention by five measures on one base: customers, contracts, products, revenue, share of wallet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    empty_ids,
    need_amounts,
    need_columns,
    need_day,
    need_days,
    need_frame,
    need_once,
    need_yes_no,
    rows_text,
    set_aside,
)

MEASURES = ("customers", "contracts", "products", "revenue", "share of wallet")


def retention_base(
    customers: pd.DataFrame,
    holdings: pd.DataFrame,
    months: pd.DataFrame,
    wallets: pd.DataFrame,
    *,
    start: object,
    end: object,
    customer: str = "customer",
) -> Result:
    """Take stock of the customers of one day, and of the same customers at a later one.

    Parameters
    ----------
    customers : one row per customer: `joined`, `left` (dates, `left` empty while there), and, if there, `returned` and
        `left_again` of those who came back.
    holdings : one row per product held: `customer`, `product`, `opened`, `closed` (dates, empty while held).
    months : one row per customer and month: `customer`, `month` (its first day), `revenue` (money).
    wallets : one row per customer and year end: `customer`, `year`, `share_of_wallet` (0 to 1).
    start, end : the two days, such as '2024-01-01' and '2025-01-01': state at the beginning of the day, so that whoever left
        the day before is gone. Revenue is that of the month before each day; share of wallet that of the year end before.

    Returns
    -------
    Result. table: one row: `start`, `end`, `customers` (the base), `kept`.
    customers: one row per customer of the base: `customer`, `kept` (True or False), `contracts_before`, `contracts_after`
    (of the contracts open at the start, those still open), `products_before`, `products_after` (all held, new ones too),
    `revenue_before`, `revenue_after` (money a month), `share_before`, `share_after` (of wallet; 0 for who is gone).
    excluded: customers that could not be placed.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; `end` is not after `start`; nobody was there at the start;
    the months or wallets do not reach both days.

    >>> base = retention_base(
    ...     pd.DataFrame({"customer": [1, 2], "joined": pd.to_datetime(["2020-01-01"] * 2),
    ...                   "left": pd.to_datetime([None, "2024-05-05"])}),
    ...     pd.DataFrame({"customer": [1, 2], "product": "current", "opened": pd.to_datetime(["2020-01-01"] * 2),
    ...                   "closed": pd.to_datetime([None, "2024-05-05"])}),
    ...     pd.DataFrame({"customer": [1, 2, 1], "month": pd.to_datetime(["2023-12-01"] * 2 + ["2024-12-01"]),
    ...                   "revenue": [10.0, 20.0, 12.0]}),
    ...     pd.DataFrame({"customer": [1, 2, 1], "year": [2023, 2023, 2024], "share_of_wallet": [0.5, 0.4, 0.3]}),
    ...     start="2024-01-01", end="2025-01-01")
    >>> base.customers[["customer", "kept", "contracts_after", "revenue_after", "share_after"]]
       customer   kept  contracts_after  revenue_after  share_after
    0         1   True                1           12.0          0.3
    1         2  False                0            0.0          0.0
    """
    what = "The frame of customers"
    need_columns(need_frame(customers, what), [customer, "joined", "left"], what)
    need_once(customers, customer, what)
    days = (need_day(start, "start"), need_day(end, "end"))
    if days[1] <= days[0]:
        raise ValueError(f"`end` ({end}) must be after `start` ({start}).")
    joined, no_joined = need_days(customers, "joined", what)
    left, stays = need_days(customers, "left", what)
    keep, excluded = set_aside(
        len(customers),
        [
            (f"no {customer}", empty_ids(customers, customer)),
            ("no day in 'joined'", no_joined),
            ("'left' is before 'joined'", ~stays & (left < joined)),
        ],
    )
    spans = [(joined, left, stays)]
    if {"returned", "left_again"} <= set(customers.columns):
        back, never = need_days(customers, "returned", what)
        again, still = need_days(customers, "left_again", what)
        spans.append((np.where(never, 10**9, back), again, still))
    here = [keep & np.any([(a < day) & (c | (b >= day)) for a, b, c in spans], axis=0) for day in days]
    if not here[0].any():
        raise ValueError(f"Nobody was a customer on {start}. Check the dates of the frame of customers.")
    base = customers.loc[here[0], customer].reset_index(drop=True)
    out = pd.DataFrame({"customer": base, "kept": here[1][here[0]]})
    place = pd.Index(base)

    what = "The frame of holdings"
    need_columns(need_frame(holdings, what), [customer, "product", "opened", "closed"], what)
    opened, no_opened = need_days(holdings, "opened", what)
    if no_opened.any():
        raise ValueError(f"Column 'opened' of the frame of holdings is empty in {rows_text(no_opened)}. Fill it in.")
    closed, is_open = need_days(holdings, "closed", what)
    rows = place.get_indexer(holdings[customer])
    held = [(opened < day) & (is_open | (closed >= day)) & (rows >= 0) for day in days]
    kept = out["kept"].to_numpy()
    for name, part in (
        ("contracts_before", held[0]),
        ("contracts_after", held[0] & held[1] & kept[rows]),
        ("products_before", held[0]),
        ("products_after", held[1] & kept[rows]),
    ):
        out[name] = np.bincount(rows[part], minlength=len(out))

    what = "The frame of months"
    need_columns(need_frame(months, what), [customer, "month", "revenue"], what)
    first_days, no_month = need_days(months, "month", what)
    revenue = need_amounts(months, "revenue", what)
    for name, day in zip(("before", "after"), days, strict=True):
        month = (pd.Timestamp(day, unit="D").to_period("M") - 1).to_timestamp()
        those = (first_days == (month - pd.Timestamp(0)).days) & ~no_month
        _need_some(
            those, f"{what} has no month {month:%Y-%m}, the last one before {pd.Timestamp(day, unit='D'):%Y-%m-%d}"
        )
        rows = place.get_indexer(months.loc[those, customer])
        out[f"revenue_{name}"] = np.bincount(rows[rows >= 0], weights=revenue[those][rows >= 0], minlength=len(out)) * (
            kept if name == "after" else 1
        )

    what = "The frame of wallets"
    need_columns(need_frame(wallets, what), [customer, "year", "share_of_wallet"], what)
    share = need_amounts(wallets, "share_of_wallet", what)
    if (share > 1).any():
        raise ValueError(
            f"Column 'share_of_wallet' of the frame of wallets is above 1 in {rows_text(share > 1)}. Write 45 % as 0.45."
        )
    for name, day in zip(("before", "after"), days, strict=True):
        year = pd.Timestamp(day, unit="D").year - 1
        those = (wallets["year"] == year).to_numpy()
        _need_some(those, f"{what} has no year {year}")
        found = pd.Series(share[those], index=wallets.loc[those, customer].to_numpy()).reindex(place).to_numpy()
        out[f"share_{name}"] = np.where(kept, found, 0.0) if name == "after" else found
    table = pd.DataFrame({"start": [str(start)], "end": [str(end)], "customers": [len(out)], "kept": [int(kept.sum())]})
    return Result(table, out, excluded)


def _need_some(rows: np.ndarray, sentence: str) -> None:
    if not rows.any():
        raise ValueError(f"{sentence}. Choose days that the data cover.")


def retention_rates(base: pd.DataFrame) -> pd.DataFrame:
    """Return five retention rates of one base of customers.

    Each rate is what is left after the period / what was there before it:

    - customers: customers kept / customers
    - contracts: contracts still open / contracts open at the start (a contract that was closed and replaced is lost)
    - products: products held by them now / held then (new ones replace lost ones, so that it may exceed 1)
    - revenue: revenue from them now / then (may exceed 1; the rate *without growth* counts no customer above what he brought)
    - share of wallet: their mean share now (0 for who is gone) / then; customers without a known share at both ends are
      left out of this line and counted in `set_aside`

    Parameters
    ----------
    base : the `.customers` of `retention_base`, or a frame with the same columns.

    Returns
    -------
    Frame, one row per measure: `measure`, `customers` (on which it rests), `set_aside`, `before`, `after`, `rate`,
    `rate_of_kept` (the same among the customers who stayed: below 1, they left in part), `without_growth` (each customer
    counted up to what he had before).

    Raises
    ------
    ValueError, TypeError : a column is missing, empty or negative; the sum before is 0.

    >>> base = pd.DataFrame({"customer": [1, 2, 3, 4], "kept": [True, True, True, False], "contracts_before": [2, 1, 1, 1],
    ...     "contracts_after": [1, 1, 1, 0], "products_before": [2, 1, 1, 1], "products_after": [2, 1, 2, 0],
    ...     "revenue_before": [10, 10, 10, 70], "revenue_after": [10, 5, 30, 0], "share_before": [0.5] * 4,
    ...     "share_after": [0.5, 0.1, 0.5, 0.0]})
    >>> retention_rates(base)[["measure", "rate", "rate_of_kept", "without_growth"]].round(2)
               measure  rate  rate_of_kept  without_growth
    0        customers  0.75          1.00            0.75
    1        contracts  0.60          0.75            0.60
    2         products  1.00          1.25            0.80
    3          revenue  0.45          1.50            0.25
    4  share of wallet  0.55          0.73            0.55
    """
    what = "The frame of the base"
    pairs = {
        "contracts": "contracts",
        "products": "products",
        "revenue": "revenue",
        "share of wallet": "share",
    }
    names = [f"{stem}_{when}" for stem in pairs.values() for when in ("before", "after")]
    need_columns(need_frame(base, what), ["customer", "kept", *names], what)
    kept = need_yes_no(base, "kept", what)
    lines = []
    for measure in MEASURES:
        if measure == "customers":
            before, after, known = np.ones(len(base)), kept.astype(float), np.ones(len(base), dtype=bool)
        else:
            both = [f"{pairs[measure]}_{when}" for when in ("before", "after")]
            known = base[both].notna().all(axis=1).to_numpy()
            if measure != "share of wallet":
                known = np.ones(len(base), dtype=bool)
            before, after = (need_amounts(base[known], name, what) for name in both)
        stay = kept[known]
        total = before.sum()
        if not total > 0:
            raise ValueError(
                f"The base has no {measure} before the period: there is nothing to keep. Check the columns."
            )
        held = before[stay].sum()
        mean = len(before) if measure == "share of wallet" else 1
        lines.append(
            (
                measure, int(known.sum()), int((~known).sum()), total / mean, after.sum() / mean, after.sum() / total,
                after[stay].sum() / held if held > 0 else np.nan, np.minimum(before, after).sum() / total,
            )
        )  # fmt: skip
    return pd.DataFrame(
        lines,
        columns=["measure", "customers", "set_aside", "before", "after", "rate", "rate_of_kept", "without_growth"],
    )
