"""Who is a customer: from dated records to one row per customer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    as_dates,
    empty_ids,
    is_whole,
    need_columns,
    need_day,
    need_days,
    need_frame,
    need_numbers,
    need_once,
    need_yes_no,
    number_ids,
    ordered_category,
    reasons_text,
    set_aside,
)

STATUSES = ("active", "inactive", "prospect", "suspect", "rest of the world")


def lifecycle_status(
    records: pd.DataFrame,
    leads: pd.DataFrame | None = None,
    market: pd.DataFrame | int | None = None,
    *,
    as_of: object,
    window_days: int = 365,
    customer: str = "customer",
    date: str = "date",
    until: str | None = None,
    lead: str = "lead",
    first_contact: str = "first_contact",
    person: str = "person",
    fits: str = "fits",
) -> Result:
    """Sort customers, leads and the market into active, inactive, prospect, suspect and rest of the world.

    As known at the end of the day `as_of`: *active*, a record in the last `window_days` days (the as-of day is one of
    them); *inactive*, a record before that only; *prospect*, in touch but no record yet; *suspect*, could be served but
    was never in touch; *rest of the world*, cannot be served.

    Parameters
    ----------
    records : one row per purchase (`customer`, `date`), or one per relationship (then `date` is its first day and `until`
        names the column of its last day, empty while it lasts). Leave refunds out.
    leads : one row per lead: `lead`, `first_contact` (empty: none so far) and, if there is a column `customer`, the
        customer number of a lead who bought.
    market : one row per person or firm of the market: `person`, `fits` (True: could be served), and the columns
        `customer` and `lead` with their numbers where known, empty otherwise. Or only the size of the market, a number.
    as_of : day, such as "2025-12-31". Later records are set aside; a later first contact has not happened yet.
    window_days : days that count as recent, 1 or more. With relationships, 1 asks who is a customer on the as-of day.

    Returns
    -------
    Result. table: `status`, `count`, `share`. customers: `id`, `source` (customers, leads, market), `status` (ordered
    category), `first` and `last` day of a record (of a lead: first contact). A market given as a number is in the table
    alone.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; no record up to `as_of`; a table of months with a
        window of less than a month; repeated leads or persons.

    Source: Curry & Curry (2000), The Customer Marketing Method.

    >>> bought = pd.DataFrame({"customer": [1, 1, 2], "date": pd.to_datetime(["2024-02-01", "2025-03-05", "2023-07-01"])})
    >>> leads = pd.DataFrame({"lead": [8, 9], "first_contact": pd.to_datetime(["2025-06-01", None])})
    >>> lifecycle_status(bought, leads, 100, as_of="2025-12-31").table
                  status  count  share
    0             active      1   0.01
    1           inactive      1   0.01
    2           prospect      1   0.01
    3            suspect      1   0.01
    4  rest of the world     96   0.96
    """
    what = "The frame of customer records"
    need_columns(need_frame(records, what), [customer, date] + ([until] if until else []), what)
    if not is_whole(window_days) or window_days < 1:
        raise ValueError(f"`window_days` must be a whole number of days, 1 or more, but it is {window_days!r}.")
    today = need_day(as_of, "as_of")
    codes, ids = number_ids(records, customer, what)
    begin, no_date = need_days(records, date, what)
    end = begin
    if until:
        end, lasting = need_days(records, until, what)
        end = np.where(lasting, today, np.minimum(end, today))
    keep, excluded = set_aside(
        len(records),
        [
            (f"no {customer} in the records", codes < 0),
            (f"no {date} in the records", no_date),
            ("record begins after the as-of day", begin > today),
            (f"{until} lies before {date}", end < begin),
        ],
    )
    if not keep.any():
        raise ValueError(
            f"{what} has no usable row up to {as_of}: {reasons_text(excluded)}. Check `as_of` and the columns."
        )
    by_code = pd.DataFrame({"first": begin[keep], "last": end[keep]}).groupby(codes[keep])
    known = by_code.agg({"first": "min", "last": "max"})
    if window_days < 31 and not until and _dates_of_months(begin[keep]):
        raise ValueError(
            f"All dates are first days of months, as in a table of months, and a window of {window_days:,} days can miss the month "
            f"before {as_of}. Take `window_days` of 31 or more."
        )
    parts = [
        pd.DataFrame(
            {
                "id": ids[known.index],
                "source": "customers",
                "status": np.where(known["last"] > today - window_days, 0, 1),
                "first": as_dates(known["first"].to_numpy()),
                "last": as_dates(known["last"].to_numpy()),
            }
        )
    ]
    asides, known_ids = [excluded], parts[0]["id"]
    if leads is not None:
        part, excluded = _lead_status(leads, known_ids, today, lead, first_contact, customer)
        parts.append(part)
        asides.append(excluded)
    if isinstance(market, pd.DataFrame):
        links = {customer: known_ids} if leads is None else {customer: known_ids, lead: leads[lead]}
        part, excluded = _market_status(market, person, fits, links)
        parts.append(part)
        asides.append(excluded)
    people = pd.concat(parts, ignore_index=True)
    counts = np.bincount(people["status"], minlength=5)
    if market is not None and not isinstance(market, pd.DataFrame):
        if not is_whole(market) or market < len(people):
            raise ValueError(
                f"`market` must be a frame, or the number of people and firms in the market: a whole number, at least "
                f"the {len(people):,} customers and leads that are already known. It is {market!r}."
            )
        counts[4] = market - len(people)
    people["status"] = ordered_category(people["status"], STATUSES)
    table = pd.DataFrame(
        {"status": ordered_category(np.arange(5), STATUSES), "count": counts, "share": counts / counts.sum()}
    )
    return Result(table, people, pd.concat(asides, ignore_index=True))


def _dates_of_months(days: np.ndarray) -> bool:
    """Say whether several days are all the first of a month."""
    found = pd.DatetimeIndex(as_dates(np.unique(days)))
    return len(found) > 1 and bool((found.day == 1).all())


def _lead_status(leads, customers, today, lead, first_contact, customer):
    """Return the leads that are no customers yet as prospects or suspects, and what was set aside."""
    what = "The frame of leads"
    need_columns(need_frame(leads, what), [lead, first_contact], what)
    need_once(leads, lead, what)
    contact, none = need_days(leads, first_contact, what)
    bought = (
        leads[customer].isin(customers).to_numpy() if customer in leads.columns else np.zeros(len(leads), dtype=bool)
    )
    keep, excluded = set_aside(
        len(leads),
        [(f"no {lead} in the leads", empty_ids(leads, lead)), ("lead who is counted as a customer", bought)],
    )
    none |= contact > today
    first = as_dates(contact)
    first[none] = np.datetime64("NaT")
    part = {"id": leads[lead], "source": "leads", "status": np.where(none, 3, 2), "first": first, "last": first}
    return pd.DataFrame(part)[keep], excluded


def _market_status(market, person, fits, links):
    """Return the people of the market who are neither customers nor leads, and what was set aside."""
    what = "The frame of the market"
    need_columns(need_frame(market, what), [person, fits, *links], what)
    need_once(market, person, what)
    served = need_yes_no(market, fits, what)
    reasons = [(f"no {person} in the market", empty_ids(market, person))]
    for column, ids in links.items():
        reasons.append((f"person of the market who is counted by {column}", market[column].isin(ids).to_numpy()))
    keep, excluded = set_aside(len(market), reasons)
    part = {"id": market[person], "source": "market", "status": np.where(served, 3, 4)}
    never = np.full(len(market), np.datetime64("NaT", "us"))
    return pd.DataFrame(part).assign(first=never, last=never)[keep], excluded


def customer_summary(
    transactions: pd.DataFrame,
    customer: str = "customer",
    date: str = "date",
    revenue: str = "revenue",
    *,
    start: object = None,
    as_of: object = None,
) -> Result:
    """Sum up a purchase log: one row per customer.

    Rules. A row with revenue below 0 is a refund: it lowers `revenue`, and is neither a purchase nor a purchase day. A
    row with revenue 0 is a purchase. All purchases of a customer on one day are one purchase day. Days are calendar
    days: a purchase at 10:00 on the as-of day counts.

    Parameters
    ----------
    transactions : one row per purchase or refund.
    customer, date, revenue : its columns: customer id, day or time of purchase, money (refunds negative).
    start : first day to count; None: the first in the log.
    as_of : last day to count, from which customers are looked at, such as "2025-12-31"; None: the last day in the log.

    Returns
    -------
    Result. customers, one row per customer in order of the id:
    `first_purchase`, `last_purchase` (days), `frequency` (purchase days), `repeat_frequency` (purchase days after the
    first), `days_since_last` (as-of day − last purchase: the recency of RFM), `days_first_to_last` (last − first: the
    "recency" of BG/NBD), `days_observed` (as-of day − first: T of BG/NBD), `monetary_value` (mean revenue of a purchase
    day after the first, refunds apart, as Gamma-Gamma needs it; empty without a repeat), `revenue` (refunds deducted),
    `refunds` (rows), `refunded` (money, positive).
    table: one row with `customers`, `repeat_customers`, `purchase_days`, `revenue`, `refunds`, `refunded`, `start`, `as_of`.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, money is infinite, or no purchase is left.

    Source: definitions of frequency, recency and T by Fader, Hardie & Lee (2005), Marketing Science 24(2); of monetary
    value by Fader & Hardie (2013), note on the Gamma-Gamma model.

    >>> log = pd.DataFrame({"customer": [7, 7, 7, 9], "revenue": [20.0, 30.0, 10.0, 5.0],
    ...     "date": pd.to_datetime(["2025-01-01 12:00", "2025-01-11 09:00", "2025-01-11 17:00", "2025-01-21 10:00"])})
    >>> summary = customer_summary(log, as_of="2025-01-31").customers
    >>> summary[["customer", "frequency", "days_since_last", "days_first_to_last", "monetary_value"]]
       customer  frequency  days_since_last  days_first_to_last  monetary_value
    0         7          2               20                  10            40.0
    1         9          1               10                   0             NaN
    """
    what = "The purchase log"
    need_columns(need_frame(transactions, what), [customer, date, revenue], what)
    money = need_numbers(transactions, revenue, what)
    day, no_day = need_days(transactions, date, what)
    code, ids = number_ids(transactions, customer, what)
    first_day = need_day(start, "start") if start is not None else None
    last_day = need_day(as_of, "as_of") if as_of is not None else None
    if first_day is not None and last_day is not None and last_day < first_day:
        raise ValueError(f"The window is empty: `as_of` ({as_of}) lies before `start` ({start}). Swap or correct them.")
    reasons = [(f"no {customer}", code < 0), (f"no {date}", no_day), (f"no {revenue}", np.isnan(money))]
    if last_day is not None:
        reasons.append(("after the as-of day", day > last_day))
    if first_day is not None:
        reasons.append(("before the first day to count", day < first_day))
    keep, excluded = set_aside(len(money), reasons)
    refund = money < 0
    counts = keep & ~refund
    bought = np.bincount(code if counts.all() else code[counts], minlength=len(ids)) > 0
    if not bought.any():
        raise ValueError(
            f"{what} has no purchase to count: {reasons_text(excluded) or 'all rows are refunds'}. "
            "Check the columns, `start` and `as_of`."
        )
    if refund.any():
        reasons.append(("refund of a customer without a purchase in the window", refund & ~bought[code]))
        keep, excluded = set_aside(len(money), reasons)
    del reasons, no_day, counts  # ten million rows are large: free what is no longer needed
    if not keep.all():
        code, day, money, refund = code[keep], day[keep], money[keep], refund[keep]
    first_day = int(day.min()) if first_day is None else first_day
    last_day = int(day.max()) if last_day is None else last_day
    numbers = _per_customer(code, day, money, refund, len(ids))
    rows = np.flatnonzero(bought)
    first, last, days = numbers["first"], numbers["last"], numbers["days"]
    with np.errstate(invalid="ignore"):
        mean_repeat = numbers["repeat_money"] / (days - 1)
    customers = pd.DataFrame(
        {
            customer: ids[rows],
            "first_purchase": as_dates(first),
            "last_purchase": as_dates(last),
            "frequency": days,
            "repeat_frequency": days - 1,
            "days_since_last": last_day - last,
            "days_first_to_last": last - first,
            "days_observed": last_day - first,
            "monetary_value": mean_repeat,
            "revenue": numbers["money"],
            "refunds": numbers["refunds"],
            "refunded": numbers["refunded"],
        },
        copy=False,
    )
    table = {
        "customers": len(rows),
        "repeat_customers": int((days > 1).sum()),
        "purchase_days": int(days.sum()),
        **customers[["revenue", "refunds", "refunded"]].sum(),
        "start": pd.Timestamp(first_day, unit="D"),
        "as_of": pd.Timestamp(last_day, unit="D"),
    }
    return Result(pd.DataFrame([table]).astype({"refunds": "int64"}), customers, excluded)


def _per_customer(code, day, money, refund, size):
    """Sum up by customer, for those with a purchase, in order of their codes.

    One whole number per row says customer and day at once: sorted, equal neighbours are purchases of one day, and a
    customer's first and last day stand at the ends of the customer's stretch. Sorting plain numbers is far quicker than
    sorting rows.
    """
    origin = int(day.min())
    span = int(day.max()) - origin + 1
    refunded = refund.any()
    key = (code[~refund] if refunded else code).astype(np.int32 if size * span < 2**31 else np.int64)
    key *= span
    key += (day[~refund] if refunded else day) - origin
    key.sort()
    key = key[np.append(True, key[1:] != key[:-1])]
    owner = key // span
    days = np.bincount(owner, minlength=size)
    bought = days > 0
    days = days[bought]
    ends = np.cumsum(days) - 1
    day_of = key - owner * span
    first = day_of[ends - days + 1].astype(np.int64) + origin
    last = day_of[ends].astype(np.int64) + origin
    del key, owner, day_of
    first_day = np.zeros(size, dtype=day.dtype)
    first_day[bought] = first
    repeat = day > first_day[code]
    if refunded:
        repeat &= ~refund
    return {
        "first": first,
        "last": last,
        "days": days,
        "repeat_money": np.bincount(code, weights=money * repeat, minlength=size)[bought],
        "money": np.bincount(code, weights=money, minlength=size)[bought],
        "refunds": np.bincount(code[refund], minlength=size)[bought],
        "refunded": np.bincount(code[refund], weights=-money[refund], minlength=size)[bought],
    }
