"""Interact: who may be contacted, what was said so far, and how many messages a customer bears."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import (
    as_dates,
    empty_ids,
    is_whole,
    need_columns,
    need_day,
    need_days,
    need_frame,
    need_level,
    need_numbers,
    need_once,
    rows_text,
)

CONSENTS, MESSAGES = "The frame of consents", "The frame of messages"
WHY = ("consent given", "consent begins later", "consent withdrawn", "no consent on file")


def contact_permission(
    customers: pd.DataFrame, consents: pd.DataFrame, *, purpose: str, channel: str, day: str, customer: str = "customer"
) -> pd.DataFrame:
    """Say who may be contacted for one purpose, by one channel, on one day. Unknown means no.

    Rule of consent: yes if one row for this purpose and this channel was given on or before the day, and not withdrawn on or before
    it. One such row is enough, whatever the others say: who withdrew and agreed again has agreed. Everything else is no.
    `consent_status` answers by the same rule.

    Parameters
    ----------
    customers : one row per customer that somebody wants to contact.
    consents : one row per consent: `customer`, `purpose`, `channel`, `given`, `withdrawn` (dates; empty: still valid).
    purpose, channel : such as "marketing" and "phone".
    day : of the contact, such as "2025-12-31". A withdrawal counts from its own day on.

    Returns
    -------
    Frame, one row per customer, in the order given: `customer`, `may_contact` (True or False), `why`: consent given, consent begins
    later, consent withdrawn, no consent on file.

    Raises
    ------
    ValueError : a column is missing, a customer is empty or there twice, or no row at all is for this purpose, or for this channel
        (a typing error rather than a fact).

    >>> consents = pd.DataFrame({"customer": [1, 2], "purpose": "marketing", "channel": "phone",
    ...                          "given": pd.to_datetime(["2024-01-01"] * 2), "withdrawn": pd.to_datetime([None, "2025-06-30"])})
    >>> people = pd.DataFrame({"customer": [1, 2, 3]})
    >>> contact_permission(people, consents, purpose="marketing", channel="phone", day="2025-12-31")
       customer  may_contact                 why
    0         1         True       consent given
    1         2        False   consent withdrawn
    2         3        False  no consent on file
    """
    what = "The frame of customers"
    need_columns(need_frame(customers, what), [customer], what)
    empty = empty_ids(customers, customer)
    if empty.any():
        raise ValueError(
            f"Column {customer!r} of the frame of customers is empty in {rows_text(empty)}: nobody to ask about."
        )
    need_once(customers, customer, what)
    need_columns(need_frame(consents, CONSENTS), [customer, "purpose", "channel", "given", "withdrawn"], CONSENTS)
    today = need_day(day, "day")
    if not ((consents["purpose"] == purpose).any() and (consents["channel"] == channel).any()):
        known = consents[["purpose", "channel"]].drop_duplicates().dropna().astype("str").agg(" by ".join, axis=1)
        raise ValueError(f"No row of the consents is for {purpose!r} by {channel!r}. There are: {', '.join(known)}.")
    rows = consents[((consents["purpose"] == purpose) & (consents["channel"] == channel)).to_numpy(dtype=bool)]
    given, no_date = need_days(rows, "given", CONSENTS)
    until, for_good = need_days(rows, "withdrawn", CONSENTS)
    state = np.select([no_date, given > today, for_good | (until > today)], [3, 1, 0], 2)
    best = (
        pd.Series(state, index=rows[customer].to_numpy()).groupby(level=0).min()
    )  # a valid row outweighs a withdrawn one
    code = best.reindex(customers[customer].to_numpy()).fillna(3).to_numpy(int)
    return pd.DataFrame(
        {
            "customer": customers[customer].to_numpy(), "may_contact": code == 0,
            "why": np.array(WHY, dtype=object)[code],
        }
    ).astype({"why": "str"})  # fmt: skip


def dialogue_log(messages: pd.DataFrame, contacts: pd.DataFrame, consents: pd.DataFrame) -> pd.DataFrame:
    """Put what bank and customer said to each other into one log, in the order of time.

    Parameters
    ----------
    messages : one row per customer and quarter: `customer`, `quarter` (its first day), `sent`, `answered`.
    contacts : one row per visit or call: `customer`, `time`, `channel`, `reason`.
    consents : one row per consent: `customer`, `purpose`, `channel`, `given`, `withdrawn`.

    Each frame may hold the rows of some customers only, but not be empty of columns.

    Returns
    -------
    Frame, one row per event: `customer`, `day`, `began` ("bank" or "customer"), `event` (words). Messages stand on the first day of
    their quarter, since their own days are not on record. Of one day: messages, visits and calls by the clock, consents.

    Raises
    ------
    ValueError : a column is missing or a date is empty.

    >>> day = pd.to_datetime(["2025-04-01"])
    >>> messages = pd.DataFrame({"customer": [7], "quarter": day, "sent": [3], "answered": [1]})
    >>> contacts = pd.DataFrame({"customer": [7], "time": day, "channel": ["call"], "reason": ["card"]})
    >>> consents = pd.DataFrame({"customer": [7], "purpose": ["marketing"], "channel": ["app"], "given": day,
    ...                          "withdrawn": pd.to_datetime(["2025-06-30"])})
    >>> dialogue_log(messages, contacts, consents)["event"].tolist()
    ['3 messages, 1 answered', 'call: card', 'agrees to marketing by app', 'withdraws marketing by app']
    """
    parts = []

    def add(frame: pd.DataFrame, what: str, columns: list[str], date: str, began: str, words) -> None:
        if not isinstance(frame, pd.DataFrame):
            need_frame(frame, what)
        need_columns(frame, ["customer", date, *columns], what)
        days, missing = need_days(frame, date, what)
        if missing.any():
            raise ValueError(
                f"Column {date!r} of {what[0].lower()}{what[1:]} is empty in {rows_text(missing)}. Fill it in."
            )
        text = words(*[frame[name].astype("str") for name in columns])
        # two calls of one day follow each other by their hours, which the log itself does not show
        order = pd.to_datetime(frame[date]).reset_index(drop=True).sort_values(kind="stable").index
        part = {
            "customer": frame["customer"].to_numpy(),
            "day": as_dates(days),
            "began": began,
            "event": text.to_numpy(),
        }
        parts.append(pd.DataFrame(part).loc[order])

    add(messages, MESSAGES, ["sent", "answered"], "quarter", "bank", lambda n, a: n + " messages, " + a + " answered")
    add(contacts, "The frame of contacts", ["channel", "reason"], "time", "customer", lambda c, r: c + ": " + r)
    add(consents, CONSENTS, ["purpose", "channel"], "given", "customer", lambda p, c: "agrees to " + p + " by " + c)
    gone = consents[consents["withdrawn"].notna()] if "withdrawn" in consents else consents
    add(gone, CONSENTS, ["purpose", "channel"], "withdrawn", "customer", lambda p, c: "withdraws " + p + " by " + c)
    whole = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return whole.sort_values(["customer", "day"], kind="stable", ignore_index=True)


def contact_pressure(
    messages: pd.DataFrame,
    consents: pd.DataFrame,
    *,
    months: int = 12,
    until: str = "2025-12-31",
    channel: str = "phone",
    arm: str = "frequency",
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare message frequencies that were drawn by lot: messages, answers, and consents withdrawn within a year.

    Each customer counts from the first quarter in which messages could be sent, for `months` months, whatever happens later; who starts
    too late to be followed so long is left out, in every arm alike. Withdrawn is the consent for marketing.

    Parameters
    ----------
    messages : one row per customer and quarter: `customer`, `quarter` (date), the arm, `sent`, `answered`.
    consents : as for `contact_permission`.
    months : how long each customer is followed.
    until : last day on record.
    channel : whose consent for marketing counts.
    arm : column with the frequency drawn for the customer; its order, if it has one, is kept.
    level : of the intervals: Wilson's for the share, Newcombe's for the difference.

    Returns
    -------
    Frame, one row per arm: the arm, `customers`, `sent`, `answered` (per customer), `withdrew`, `low`, `high` (share of customers), and
    against the first arm `more_answers` (per customer), `more_withdrew`, `more_low`, `more_high` (shares), `answers_per_consent` (answers
    gained for each consent lost; empty where none was lost). Causal, if the arm was drawn by lot.

    Raises
    ------
    ValueError : a column is missing, a customer stands in two arms, only one arm, nobody can be followed so long.

    >>> rows = {"customer": range(40), "quarter": pd.to_datetime(["2024-01-01"] * 40), "sent": [2, 8] * 20, "answered": [0, 1] * 20}
    >>> messages = pd.DataFrame(rows | {"frequency": ["low", "high"] * 20}).astype({"frequency": pd.CategoricalDtype(["low", "high"])})
    >>> consents = pd.DataFrame({"customer": range(40), "purpose": "marketing", "channel": "phone",
    ...     "given": pd.Timestamp("2023-01-01"), "withdrawn": pd.to_datetime([None, "2024-06-01", None, None] * 10)})
    >>> contact_pressure(messages, consents)[["frequency", "customers", "withdrew", "answers_per_consent"]]
      frequency  customers  withdrew  answers_per_consent
    0       low         20       0.0                  NaN
    1      high         20       0.5                  2.0
    """
    from statsmodels.stats.proportion import proportion_confint

    need_columns(need_frame(messages, MESSAGES), ["customer", "quarter", arm, "sent", "answered"], MESSAGES)
    need_columns(need_frame(consents, CONSENTS), ["customer", "purpose", "channel", "withdrawn"], CONSENTS)
    if not is_whole(months) or months < 1:
        raise ValueError(f"`months` must be a whole number of 1 or more, but it is {months!r}.")
    level, last = need_level(level), pd.Timestamp(0) + pd.Timedelta(days=need_day(until, "until"))
    numbers = {name: need_numbers(messages, name, MESSAGES) for name in ("sent", "answered")}
    need_days(messages, "quarter", MESSAGES)
    rows = messages[["customer", "quarter", arm]].assign(**numbers)
    empty = rows.isna().any(axis=1).to_numpy()
    if empty.any():
        raise ValueError(f"{MESSAGES} has an empty field in {rows_text(empty)}. Fill it in, or leave the row out.")
    people = rows.groupby("customer").agg(start=("quarter", "min"), arms=(arm, "nunique"), arm=(arm, "first"))
    if people["arms"].gt(1).any():
        who = people.index[people["arms"].gt(1)][0]
        raise ValueError(f"Customer {who} stands in two arms of {arm!r}: the lot gives each customer one for good.")
    people["end"] = people["start"] + pd.DateOffset(months=int(months))
    people = people[people["end"] <= last + pd.Timedelta(days=1)]
    kinds = people["arm"].cat.remove_unused_categories().cat.categories if isinstance(people["arm"].dtype, pd.CategoricalDtype) else (
        sorted(people["arm"].unique())
    )  # fmt: skip
    if len(kinds) < 2:
        raise ValueError(
            f"Only {len(kinds)} of the arms in {arm!r} have customers who can be followed for {months} months until {last.date()}: "
            "nothing to compare. Shorten `months`, or check `until`."
        )
    own = consents[(consents["purpose"] == "marketing") & (consents["channel"] == channel)]
    if own.empty:
        raise ValueError(f"No row of the consents is for 'marketing' by {channel!r}. Which channel do you mean?")
    gone = own.groupby("customer")["withdrawn"].min()
    people["withdrew"] = people.index.map(gone)
    people["withdrew"] = people["withdrew"].ge(people["start"]) & people["withdrew"].lt(people["end"])
    inside = rows.merge(people[["end"]], left_on="customer", right_index=True)
    inside = inside[inside["quarter"] < inside["end"]]
    sums = inside.groupby("customer")[["sent", "answered"]].sum()
    table = people.join(sums).groupby("arm", observed=True)
    table = table.agg(
        customers=("withdrew", "size"), sent=("sent", "mean"), answered=("answered", "mean"), lost=("withdrew", "sum")
    ).reindex(kinds)
    n, lost = table["customers"].to_numpy(), table["lost"].to_numpy()
    share = lost / n
    low, high = proportion_confint(lost, n, alpha=1 - level, method="wilson")
    more = share - share[0]
    answers = (table["answered"] - table["answered"].iloc[0]).to_numpy()
    spread = [
        np.sqrt((share - low) ** 2 + (high[0] - share[0]) ** 2), np.sqrt((high - share) ** 2 + (share[0] - low[0]) ** 2)
    ]  # fmt: skip
    none = np.arange(len(n)) == 0
    return pd.DataFrame(
        {
            arm: np.asarray(kinds), "customers": n, "sent": table["sent"].to_numpy(), "answered": table["answered"].to_numpy(),
            "withdrew": share, "low": low, "high": high, "more_answers": answers, "more_withdrew": more,
            "more_low": np.where(none, 0.0, more - spread[0]), "more_high": np.where(none, 0.0, more + spread[1]),
            "answers_per_consent": np.where(more > 0, answers / np.where(more > 0, more, 1.0), np.nan),
        }
    )  # fmt: skip
