"""What was known of a customer before a day, and nothing that became known later: the start of any prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    as_dates,
    empty_ids,
    is_whole,
    listed,
    need_columns,
    need_day,
    need_days,
    need_frame,
    need_numbers,
    need_once,
    need_yes_no,
    rows_text,
    set_aside,
)
from crmlib.retention._numbers import auc, left_or_stayed, numeric
from crmlib.retention._spells import WHAT


def count_events(
    events: pd.DataFrame,
    feature: str,
    before: object,
    *,
    months: int = 12,
    date: str = "date",
    customer: str = "customer",
) -> pd.DataFrame:
    """Turn dated events into facts: how many each customer had in the months before a day.

    Parameters
    ----------
    events : one row per event, dates in column `date`.
    feature : name of the fact, such as "complaints".
    before : the day; events on it and later do not count.
    months : how far back to look.

    Returns
    -------
    Facts for `churn_frame`, one row per customer with an event: `customer`, `feature`, `value` (number of events), `known` (day of
    the last one counted). Rows without a customer or a date are refused.

    Raises
    ------
    ValueError, TypeError : a column is missing, of the wrong type or empty; no event in that time.

    >>> calls = pd.DataFrame({"customer": [1, 1, 2], "date": pd.to_datetime(["2024-05-02", "2024-06-30", "2024-07-01"])})
    >>> count_events(calls, "calls", "2024-07-01")
       customer feature  value      known
    0         1   calls      2 2024-06-30
    """
    day, dates = _facts_of(events, [date], before, customer)
    if not is_whole(months) or months < 1:
        raise ValueError(f"`months` must be a whole number of months from 1 on, but it is {months!r}.")
    since = (pd.Timestamp(day, unit="D") - pd.DateOffset(months=int(months)) - pd.Timestamp(0)).days
    rows = (dates[date] >= since) & (dates[date] < day)
    return _facts(events, rows, dates[date], feature, customer, f"in the {months} months before {before}")


def count_open(
    spells: pd.DataFrame,
    feature: str,
    on: object,
    *,
    opened: str = "opened",
    closed: str = "closed",
    customer: str = "customer",
) -> pd.DataFrame:
    """Turn things with a beginning and an end (products, contracts) into facts: how many each customer had when a day began.

    Parameters
    ----------
    spells : one row per thing, dates `opened` and `closed` (empty while open).
    feature : name of the fact, such as "products".
    on : the day; what was opened on it does not count yet, what is closed on it still does.

    Returns
    -------
    Facts for `churn_frame`: `customer`, `feature`, `value` (number open), `known` (day on which the last of them was opened).

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, `opened` is empty, nothing was open.

    >>> held = pd.DataFrame({"customer": [1, 1], "opened": pd.to_datetime(["2020-01-01", "2024-02-01"]),
    ...                      "closed": pd.to_datetime([None, "2024-05-01"])})
    >>> count_open(held, "products", "2024-07-01")["value"].tolist()
    [1]
    """
    need_columns(need_frame(spells, "The frame of events"), [closed], "The frame of events")
    day, dates = _facts_of(spells, [opened], on, customer)
    end, is_open = need_days(spells, closed, "The frame of events")
    rows = (dates[opened] < day) & (is_open | (end >= day))
    return _facts(spells, rows, dates[opened], feature, customer, f"open on {on}")


def _facts_of(frame: pd.DataFrame, names: list[str], day: object, customer: str) -> tuple[int, dict[str, np.ndarray]]:
    what = "The frame of events"
    need_columns(need_frame(frame, what), [customer, *names], what)
    no_id = empty_ids(frame, customer)
    if no_id.any():
        raise ValueError(
            f"Column {customer!r} of the frame of events is empty in {rows_text(no_id)}. Leave these rows out."
        )
    dates = {}
    for name in names:
        dates[name], missing = need_days(frame, name, what)
        if missing.any():
            raise ValueError(
                f"Column {name!r} of the frame of events is empty in {rows_text(missing)}. Find the day, or leave it out."
            )
    return need_day(day, "the day"), dates


def _facts(
    frame: pd.DataFrame, rows: np.ndarray, days: np.ndarray, feature: str, customer: str, when: str
) -> pd.DataFrame:
    if not rows.any():
        raise ValueError(f"There is no event {when}. Check the day and the dates.")
    found = pd.DataFrame({"customer": frame.loc[rows, customer].array, "known": as_dates(days[rows])})
    found = found.groupby("customer")["known"].agg(value="size", known="max").reset_index()
    found.insert(1, "feature", feature)
    return found


def churn_frame(
    customers: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    start: object,
    months: int = 12,
    records_until: object = None,
    own_choice: str | None = None,
    absent: Mapping[str, float] | None = None,
    customer: str = "customer",
    joined: str = "joined",
    left: str = "left",
) -> Result:
    """Set what was known of each customer before a day beside whether the customer left in the months after it.

    Parameters
    ----------
    customers : one row per customer, dates `joined` and `left` (empty while there).
    facts : one row per customer and fact: `customer`, `feature` (its name), `value` (a number), `known` (the day from which the
        firm knew it). Of several facts of one name the last one known counts.
    start : first day of the outcome window. A fact that became known on this day or later is refused: no list made that
        morning could have used it.
    months : length of the outcome window.
    records_until : last day of the records; the window must end by then. None: not checked.
    own_choice : column that says True for whom the leaving was his own decision; who left otherwise within the window is set
        aside: neither kept nor lost.
    absent : feature -> value for customers without such a fact ({"complaints": 0}); otherwise the value stays empty.

    Returns
    -------
    Result. table: one row: `start`, `end` (last day of the window), `customers`, `leavers`, `churn`.
    customers: one row per customer there at the start: `customer`, one column per feature, `left` (True: left in the window).
    excluded: customers set aside; who was not there at the start is not one of them.

    Raises
    ------
    ValueError, TypeError : a fact dated too late (the message names feature, rows and remedy), a column is missing or of the
    wrong type, nobody was there, the window reaches beyond the records.

    >>> people = pd.DataFrame({"customer": [1, 2], "joined": pd.to_datetime(["2020-01-01"] * 2),
    ...                        "left": pd.to_datetime([None, "2024-09-01"])})
    >>> facts = pd.DataFrame({"customer": [1, 2], "feature": "complaints", "value": [0, 2],
    ...                       "known": pd.to_datetime(["2024-06-30"] * 2)})
    >>> churn_frame(people, facts, start="2024-07-01").customers
       customer  complaints   left
    0         1         0.0  False
    1         2         2.0   True
    >>> churn_frame(people, facts, start="2024-06-30")
    Traceback (most recent call last):
    ...
    ValueError: 'complaints' became known on or after 2024-06-30, when the outcome window begins, in 2 rows (rows 0 and 1)...
    """
    need_columns(need_frame(customers, WHAT), [customer, joined, left] + [own_choice] * (own_choice is not None), WHAT)
    need_once(customers, customer, WHAT)
    what = "The frame of facts"
    need_columns(need_frame(facts, what), [customer, "feature", "value", "known"], what)
    begin = need_day(start, "start")
    if not is_whole(months) or months < 1:
        raise ValueError(f"`months` must be a whole number of months from 1 on, but it is {months!r}.")
    end = (pd.Timestamp(begin, unit="D") + pd.DateOffset(months=int(months)) - pd.Timestamp(0)).days
    if records_until is not None and end - 1 > need_day(records_until, "records_until"):
        raise ValueError(
            f"The outcome window runs to {as_dates(np.array([end - 1]))[0]!s:.10}, but the records end on {records_until}: who "
            "leaves later would look kept. Choose an earlier `start` or fewer `months`."
        )
    known, no_date = need_days(facts, "known", what)
    if no_date.any():
        raise ValueError(
            f"Column 'known' of the frame of facts is empty in {rows_text(no_date)}. A fact without a day cannot be shown to have "
            "been known in time: find the day, or leave the fact out."
        )
    late = known >= begin
    if late.any():
        names = listed(dict.fromkeys(facts.loc[late, "feature"]))
        raise ValueError(
            f"{names} became known on or after {start}, when the outcome window begins, in {rows_text(late)}. Nobody could have "
            "used it that morning, and it may be a trace of the leaving itself. Keep what was known before: "
            f"facts[facts['known'] < '{start}']."
        )
    first, no_first = need_days(customers, joined, WHAT)
    last, stays = need_days(customers, left, WHAT)
    own = np.ones(len(customers), dtype=bool) if own_choice is None else need_yes_no(customers, own_choice, WHAT)
    here = no_first | ((first < begin) & (stays | (last >= begin)))
    base = customers[here].reset_index(drop=True)
    first, last, stays, own, no_first = (one[here] for one in (first, last, stays, own, no_first))
    within = ~stays & (last < end)
    if not here.any():
        raise ValueError(f"Nobody was a customer on {start}. Check the dates of the frame of customers.")
    keep, excluded = set_aside(
        len(base),
        [
            (f"no {customer}", empty_ids(base, customer)),
            (f"no day in {joined!r}", no_first),
            (f"{left!r} is before {joined!r}", ~stays & (last < first)),
            ("left within the window, not by own choice", within & ~own),
        ],
    )
    values = need_numbers(facts, "value", what)
    tidy = pd.DataFrame(
        {"customer": facts[customer].array, "feature": facts["feature"].astype("str").array, "value": values}
    )
    tidy = tidy.iloc[np.argsort(known, kind="stable")].drop_duplicates(["customer", "feature"], keep="last")
    wide = tidy.pivot(index="customer", columns="feature", values="value")
    out = wide.reindex(base.loc[keep, customer]).rename_axis(columns=None).reset_index(names="customer")
    for name, value in (absent or {}).items():
        need_columns(out, [name], "The frame of facts, by feature,")
        out[name] = out[name].fillna(value)
    out["left"] = (within & own)[keep]
    dates = as_dates(np.array([begin, end - 1]))
    table = pd.DataFrame(
        {"start": dates[:1], "end": dates[1:], "customers": [len(out)], "leavers": [int(out["left"].sum())],
         "churn": [out["left"].mean()]}
    )  # fmt: skip
    return Result(table, out, excluded)


def suspicious_features(
    frame: pd.DataFrame, features: Sequence[str], outcome: str = "left", *, limit: float = 0.8
) -> pd.DataFrame:
    """Look for features that know the outcome too well: a leak that dates did not catch.

    For each feature alone: the AUC, the chance that a leaver has the higher value than a stayer (ties count half; turned round if
    below 0.5), and the AUC of whether it is empty. Honest signs of leaving are weak. One that parts leavers from stayers almost by
    itself was probably written down after they left.

    Parameters
    ----------
    frame : one row per customer.
    features : columns of numbers or True / False; empty cells allowed.
    outcome : column that says True for leavers.
    limit : AUC from which a feature is called suspicious.

    Returns
    -------
    Frame, one row per feature, most telling first: `feature`, `empty` (rows), `auc`, `auc_of_empty`, `suspicious`.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, nobody left or nobody stayed.

    >>> frame = pd.DataFrame({"visits": [1, 2, 3, 4], "survey_of_leavers": [None, None, 5, 2], "left": [False, False, True, True]})
    >>> suspicious_features(frame, ["visits", "survey_of_leavers"])
                 feature  empty  auc  auc_of_empty  suspicious
    0             visits      0  1.0           0.5        True
    1  survey_of_leavers      2  NaN           1.0        True
    """
    what = "The frame of customers"
    need_columns(need_frame(frame, what), [*features, outcome], what)
    left = left_or_stayed(frame, outcome)
    lines = []
    for name in features:
        values = numeric(frame, name)
        empty = np.isnan(values)
        one = auc(values[~empty], left[~empty])
        other = auc(empty.astype(float), left)
        one, other = max(one, 1 - one), max(other, 1 - other)
        lines.append((name, int(empty.sum()), one, other, bool(np.nanmax([one, other]) >= limit)))
    found = pd.DataFrame(lines, columns=["feature", "empty", "auc", "auc_of_empty", "suspicious"])
    best = found[["auc", "auc_of_empty"]].max(axis=1)
    return found.loc[best.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
