"""What a customer under contract is worth: retention, margin and time.

A payment in t periods counts for margin × (chance that the customer is still here) / (1 + discount)^t.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib._frames import Result, empty_ids, listed, need_once, rows_text, set_aside
from crmlib.value._checks import (
    column_or_number,
    need_discount,
    need_number,
    need_periods,
    need_table,
    need_timing,
    need_within,
)


def retention_clv(
    margin: float | Sequence[float],
    retention: float | Sequence[float],
    discount: float = 0.10,
    periods: int | None = None,
    *,
    first_payment: str = "after one period",
    acquisition_cost: float = 0.0,
) -> float:
    """Compute the customer lifetime value of a customer under contract.

    The two conventions of the first payment differ by exactly one margin, the one that is certain because it is paid
    today. With m the margin, r the retention rate and d the discount rate, over an infinite horizon

        now:               m (1 + d) / (1 + d − r)   a new customer, who pays on joining
        after one period:  m r / (1 + d − r)         an existing customer who has paid for this period: residual value

    Parameters
    ----------
    margin : money per period, one number, or one for each payment in order.
    retention : share who stay from one period to the next, 0 to 1; one number, or one for each renewal in order.
    discount : per period (a year, if periods are years), 0 to 1; 0 gives the plain sum of what is to come.
    periods : number of renewals that count (the horizon); None: infinite, or as many as the sequences say.
    first_payment : 'now' (before the first renewal, so there are periods + 1 payments) or 'after one period'.
    acquisition_cost : spent today to win the customer, taken off.

    Returns
    -------
    Money, today's value.

    Raises
    ------
    ValueError : a rate outside its range, lengths that do not fit, a value that would be infinite.

    Source: Berger & Nasr (1998), Journal of Interactive Marketing 12(1); Gupta & Lehmann (2003), the same journal 17(1).

    >>> round(retention_clv(100, 0.8, 0.10), 2)
    266.67
    >>> round(retention_clv(100, 0.8, 0.10, first_payment="now"), 2)
    366.67
    >>> round(retention_clv([100, 120, 140], [0.7, 0.8, 0.9], 0.10), 2)
    172.19
    """
    cost = need_number(acquisition_cost, "acquisition_cost", "an amount of money")
    now, rate = need_timing(first_payment), need_discount(discount)
    need_periods(periods)
    if np.ndim(margin) or np.ndim(retention) or periods is not None:
        return float(clv_table(margin, retention, discount, periods, first_payment=first_payment)["value"].sum()) - cost
    paid = need_number(margin, "margin", "an amount of money per period")
    stay = float(_rates(retention, "retention")[0])
    if stay == 1:
        raise ValueError(
            "A `retention` of 1 over an infinite horizon is a customer who never leaves, dies or closes. "
            "Give a horizon, such as periods=10, or a retention below 1."
        )
    return float(paid * stay / (1 + rate - stay) + now * paid - cost)


def clv_table(
    margin: float | Sequence[float],
    retention: float | Sequence[float],
    discount: float = 0.10,
    periods: int | None = None,
    *,
    first_payment: str = "after one period",
) -> pd.DataFrame:
    """Lay out a customer lifetime value period by period.

    Parameters
    ----------
    margin, retention, discount, periods, first_payment : as in `retention_clv`. The horizon must be finite.

    Returns
    -------
    One row per payment: `period` (0 is now), `retention` (into this period; empty for period 0), `still_here` (chance),
    `margin`, `discount_factor`, `value` (the product of the last three), `together` (values added up).

    Raises
    ------
    ValueError : as in `retention_clv`; no horizon.

    >>> clv_table(100, 0.8, 0.10, 2, first_payment="now").round(3)
       period  retention  still_here  margin  discount_factor    value  together
    0       0        NaN        1.00   100.0            1.000  100.000   100.000
    1       1        0.8        0.80   100.0            0.909   72.727   172.727
    2       2        0.8        0.64   100.0            0.826   52.893   225.620
    """
    now, rate = need_timing(first_payment), need_discount(discount)
    need_periods(periods)
    stay, paid = _rates(retention, "retention"), _amounts(margin)
    implied = {}
    if np.ndim(retention):
        implied["retention"] = len(stay)
    if np.ndim(margin):
        implied["margin"] = len(paid) - now
    if periods is not None:
        implied["periods"] = periods
    if not implied:
        raise ValueError("A table needs a horizon. Give it, such as periods=10.")
    if len(set(implied.values())) > 1 or min(implied.values()) < 1:
        told = listed([f"{name} for {count}" for name, count in implied.items()]).replace("'", "")
        extra = " (one margin more than retention rates, since the first payment comes now)" if now else ""
        raise ValueError(
            f"The lengths do not fit: they give {told} renewals. Give all the same number, 1 or more{extra}."
        )
    horizon = next(iter(implied.values()))
    period = np.arange(0 if now else 1, horizon + 1)
    stay = np.broadcast_to(stay, horizon)
    here = np.append(1.0, np.cumprod(stay))[period]
    factor = (1 + rate) ** -period.astype(float)
    value = here * paid * factor
    return pd.DataFrame(
        {
            "period": period,
            "retention": np.append(np.nan, stay)[period],
            "still_here": here,
            "margin": np.broadcast_to(paid, len(period)),
            "discount_factor": factor,
            "value": value,
            "together": np.cumsum(value),
        }
    )


def value_components(
    customers: pd.DataFrame,
    retention: str | float = "retention",
    discount: float = 0.10,
    periods: int | None = 10,
    *,
    historical: str = "historical",
    margin: str = "margin",
    potential_margin: str | float = 0.0,
    acquisition_cost: float = 0.0,
    customer: str = "customer",
) -> Result:
    """Split each customer's value into historical, current and potential value, and set it beside a new customer's.

    Rules. *Historical*: what the customer has brought. *Current*: what he still brings if nothing changes. *Potential*: what
    could be added, for example by cross-selling, at the same retention. Sources disagree on what a lifetime value holds: `lifetime`
    is current + potential, the expected value of what is to come; `with_history` counts history in. A decision about
    tomorrow needs the first. `new_customer` is the value of a *new* customer with the same margin and retention: he pays on joining, and
    had to be won. For an existing customer that would count a margin which he has already paid.

    Parameters
    ----------
    customers : one row per existing customer, who has paid for the present period.
    retention : column, or one number: share who stay from one period to the next.
    discount, periods : per period; horizon in periods, None: infinite.
    historical, margin : columns: money brought so far; money per period if nothing changes (both may be negative).
    potential_margin : column, or one number: extra money per period, times the chance that it comes.
    acquisition_cost : money spent to win a new customer.

    Returns
    -------
    Result. table, one row per component: `component`, `total`, `mean`, `share_of_lifetime` (of the total of `lifetime`; empty if
    that is not above 0). customers: id, `historical`, `current`, `potential`, `lifetime`, `with_history`, `new_customer`.
    excluded: customers without an id or a number.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a rate is outside its range, a customer has two rows.

    Source: residual against new-customer value: Fader & Hardie (2010), Marketing Science 29(1).

    >>> base = pd.DataFrame({"customer": [1, 2], "historical": [900.0, 50.0], "margin": [100.0, 40.0], "extra": [0.0, 30.0],
    ...                      "retention": [0.8, 0.9]})
    >>> found = value_components(base, periods=None, potential_margin="extra").customers.round(1)
    >>> found[["current", "potential", "lifetime", "with_history", "new_customer"]]
       current  potential  lifetime  with_history  new_customer
    0    266.7        0.0     266.7        1166.7         366.7
    1    180.0      135.0     315.0         365.0         220.0
    """
    what = "The frame of customers"
    need_table(customers, [customer, historical, margin], what)
    need_once(customers, customer, what)
    past = column_or_number(customers, historical, "historical", what)
    paid = column_or_number(customers, margin, "margin", what)
    extra = column_or_number(customers, potential_margin, "potential_margin", what)
    stay = column_or_number(customers, retention, "retention", what)
    cost = need_number(acquisition_cost, "acquisition_cost", "an amount of money")
    annuity = retention_annuity(stay, discount, periods, what)
    keep, excluded = set_aside(
        len(customers),
        [
            (f"no {customer}", empty_ids(customers, customer)),
            ("no number to compute with", np.isnan(past + paid + extra + stay)),
        ],
    )
    parts = {
        "historical": past,
        "current": paid * annuity,
        "potential": extra * annuity,
        "lifetime": (paid + extra) * annuity,
        "with_history": past + (paid + extra) * annuity,
        "new_customer": paid * (1 + annuity) - cost,
    }
    found = pd.DataFrame({customer: customers[customer], **parts})[keep].reset_index(drop=True)
    total = found[list(parts)].sum()
    whole = total["lifetime"] if total["lifetime"] > 0 else np.nan
    table = pd.DataFrame(
        {
            "component": list(parts),
            "total": total.to_numpy(),
            "mean": (total / max(len(found), 1)).to_numpy(),
            "share_of_lifetime": (total / whole).to_numpy(),
        }
    )
    return Result(table, found, excluded)


def retention_annuity(retention: np.ndarray, discount: float, periods: int | None, what: str) -> np.ndarray:
    """Return, for each customer, today's value of one yuan per period for as long as he stays, from the next period on."""
    rate = need_discount(discount)
    need_periods(periods)
    need_within(retention, "retention", what, 0, 1, "a share from 0 to 1, such as 0.85 for 85 %")
    if periods is None:
        if (retention == 1).any():
            raise ValueError(
                f"A retention of 1 over an infinite horizon is a customer who never leaves, in {rows_text(retention == 1)}. "
                "Give a horizon, such as periods=10."
            )
        return retention / (1 + rate - retention)
    # Added up term by term: the closed form loses digits where retention / (1 + discount) is near 1.
    annuity, term = np.zeros_like(retention), np.ones_like(retention)
    for _ in range(periods):
        term = term * (retention / (1 + rate))
        annuity += term
    return annuity


def referral_value(
    customers: pd.DataFrame,
    value: str = "value",
    referrer: str = "referrer",
    *,
    credit: float = 1.0,
    customer: str = "customer",
) -> Result:
    """Credit customers for those whom they referred, without counting anybody's value twice.

    A referred customer's value is already in the value of the customer base. Crediting the referrer *moves* value inside the
    base: what the referrer gains, the referred customer gives, and the total stays. One step of referral counts, not chains.

    Parameters
    ----------
    customers : one row per customer.
    value : column of money, such as a lifetime value.
    referrer : column with the id of the customer who referred this one, empty if nobody did.
    credit : share of the value that goes to the referrer, 0 to 1: the share of referred customers who would not have come
        without.

    Returns
    -------
    Result. customers: id, `own` (value without any credit), `given` (to the referrer), `received` (from those referred),
    `referred` (how many), `with_referral` (own − given + received).
    table: `total`, `moved` (credited to referrers), `counted_twice` (the total of those who add `received` and forget `given`),
    `referrers`, `referred`, `referrer_unknown` (referred by someone who is not in the frame; their value stays with them).
    excluded: customers without an id or a value.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a customer has two rows or referred himself.

    Source: Kumar, Petersen & Leone (2007), Harvard Business Review 85(10), who separate those who would have come anyway
    and credit the saved cost of winning them; here they count nothing.

    >>> base = pd.DataFrame({"customer": [1, 2, 3], "value": [100.0, 60.0, 40.0], "referrer": [None, 1, 1]})
    >>> found = referral_value(base)
    >>> found.customers
       customer    own  given  received  referred  with_referral
    0         1  100.0    0.0     100.0         2          200.0
    1         2   60.0   60.0       0.0         0            0.0
    2         3   40.0   40.0       0.0         0            0.0
    >>> found.table[["total", "moved", "counted_twice"]]
       total  moved  counted_twice
    0  200.0  100.0          300.0
    """
    what = "The frame of customers"
    need_table(customers, [customer, value, referrer], what)
    need_once(customers, customer, what)
    own = column_or_number(customers, value, "value", what)
    part = need_number(credit, "credit", "a share such as 0.5")
    if not 0 <= part <= 1:
        raise ValueError(
            f"`credit` must be a share from 0 to 1, but it is {credit!r}: nobody can give more than his value."
        )
    keep, excluded = set_aside(
        len(customers), [(f"no {customer}", empty_ids(customers, customer)), (f"no {value}", np.isnan(own))]
    )
    base, own = customers[keep].reset_index(drop=True), own[keep]
    selfish = (base[referrer] == base[customer]).fillna(False).to_numpy(bool)
    if selfish.any():
        raise ValueError(f"Column {referrer!r} names the customer himself in {rows_text(selfish)}. Empty it there.")
    if pd.api.types.is_numeric_dtype(base[customer]) and not pd.api.types.is_numeric_dtype(
        base[referrer].dropna().infer_objects()
    ):
        raise ValueError(
            f"Column {customer!r} holds numbers, column {referrer!r} text: no referrer would be found. Make both of one kind."
        )
    place = pd.Index(base[customer]).get_indexer(pd.Index(base[referrer]))
    place[empty_ids(base, referrer)] = -1
    known = place >= 0
    given = np.where(known, part * own, 0.0)
    received = np.bincount(place[known], weights=given[known], minlength=len(base))
    referred = np.bincount(place[known], minlength=len(base))
    found = pd.DataFrame(
        {
            customer: base[customer],
            "own": own,
            "given": given,
            "received": received,
            "referred": referred,
            "with_referral": own - given + received,
        }
    )
    table = {
        "total": own.sum(),
        "moved": given.sum(),
        "counted_twice": own.sum() + given.sum(),
        "referrers": int((referred > 0).sum()),
        "referred": int(known.sum()),
        "referrer_unknown": int((~known & ~empty_ids(base, referrer)).sum()),
    }
    return Result(pd.DataFrame([table]), found, excluded)


def _rates(retention, name):
    """Return retention as an array of shares."""
    rates = np.atleast_1d(_as_numbers(retention, name))
    wrong = ~((rates >= 0) & (rates <= 1))
    if wrong.any():
        first = rates[wrong][0]
        percent = f" Write {first:g} % as {first / 100:g}." if first > 1 else ""
        raise ValueError(f"`{name}` must be shares from 0 to 1, such as 0.85 for 85 %, but {first:g} is not.{percent}")
    return rates


def _amounts(margin):
    return np.atleast_1d(_as_numbers(margin, "margin"))


def _as_numbers(given, name):
    try:
        numbers = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        numbers = np.array(np.nan)
    if numbers.ndim > 1 or not numbers.size or not np.isfinite(numbers).all():
        raise ValueError(f"`{name}` must be a number, or a list of numbers without gaps, but it is {given!r}.")
    return numbers
