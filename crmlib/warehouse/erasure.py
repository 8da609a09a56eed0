"""Retention periods and erasure: what is due, what is deleted, and what happens to the totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    as_dates,
    is_whole,
    listed,
    need_columns,
    need_day,
    need_days,
    need_frame,
    need_numbers,
    need_once,
)


def retention_rules() -> pd.DataFrame:
    """Return Harbour Bank's retention periods: `table`, `years_after_leaving`, `reason`. An example, not legal advice.

    >>> retention_rules().loc[:1, ["table", "years_after_leaving"]]
          table  years_after_leaving
    0  consents                    3
    1  messages                    1
    """
    with (resources.files(__package__) / "retention_rules.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def due_for_erasure(
    customers: pd.DataFrame, rules: pd.DataFrame | None = None, *, as_of: object, customer: str = "customer"
) -> Result:
    """Say whose data in which table are past their retention period on a day.

    Parameters
    ----------
    customers : one row per customer: `left` (empty while a customer) and, if there, `returned` and `left_again`. Who came back
        and is still here is a customer. Who comes back after `as_of` has not come back yet.
    rules : one row per table: `table`, `years_after_leaving` (a whole number); None: `retention_rules()`.
    as_of : day, such as "2025-12-31".

    Returns
    -------
    Result. table, one row per rule: `table`, `years_after_leaving`, `due` (customers). customers, one row per table and customer:
    `table`, id, `left`, `due_since`. excluded: nothing.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; a rule is not a whole number of years.

    >>> gone = pd.DataFrame({"customer": [1, 2, 3], "left": pd.to_datetime(["2023-05-01", "2025-02-01", None])})
    >>> rules = pd.DataFrame({"table": ["messages"], "years_after_leaving": [1]})
    >>> due_for_erasure(gone, rules, as_of="2025-12-31").customers
          table  customer       left  due_since
    0  messages         1 2023-05-01 2024-05-01
    """
    what = "The frame of customers"
    need_columns(need_frame(customers, what), [customer, "left"], what)
    need_once(customers, customer, what)
    rules = retention_rules() if rules is None else rules
    need_columns(need_frame(rules, "The frame of rules"), ["table", "years_after_leaving"], "The frame of rules")
    day = need_day(as_of, "as_of")
    today = pd.Timestamp(day, unit="D")
    left, here = need_days(customers, "left", what)
    if "returned" in customers.columns:
        need_columns(customers, ["left_again"], what)
        back, never = need_days(customers, "returned", what)
        never |= back > day
        again, still = need_days(customers, "left_again", what)
        left, here = np.where(never, left, again), np.where(never, here, still)
    gone = pd.DataFrame({customer: customers[customer].to_numpy(), "left": as_dates(left)})[~here]
    parts, lines = [], []
    for rule in rules.itertuples():
        if not is_whole(rule.years_after_leaving) or rule.years_after_leaving < 0:
            raise ValueError(
                f"The retention period of {rule.table!r} must be a whole number of years, 0 or more, but it is "
                f"{rule.years_after_leaving!r}."
            )
        due = gone["left"] + pd.DateOffset(years=rule.years_after_leaving)
        part = gone.assign(due_since=due)[due <= today]
        part.insert(0, "table", rule.table)
        parts.append(part)
        lines.append((rule.table, rule.years_after_leaving, len(part)))
    table = pd.DataFrame(lines, columns=["table", "years_after_leaving", "due"])
    nothing = pd.DataFrame(
        {"reason": pd.Series(dtype="str"), "rows": pd.Series(dtype="int64"), "first_rows": pd.Series(dtype="str")}
    )
    return Result(table, pd.concat(parts, ignore_index=True), nothing)


@dataclass(frozen=True, repr=False)
class Erasure:
    """What an erasure left.

    tables : name -> frame, without the erased customers.
    remainder : sums that replace the erased rows: `table`, `period`, `column`, `amount`. No rows if the group was too small.
    report : one row per table: `table`, `rows_before`, `rows_erased`, `links_cut`, `money_before`, `money_after`, `remainder`.
    """

    tables: dict[str, pd.DataFrame]
    remainder: pd.DataFrame
    report: pd.DataFrame

    def __repr__(self) -> str:
        return self.report.to_string(index=False)


def erase_customers(
    tables: Mapping[str, pd.DataFrame],
    customers: Iterable[object],
    *,
    money: Mapping[str, tuple[str, str]] | None = None,
    links: Iterable[str] = ("referrer",),
    least: int = 5,
    customer: str = "customer",
) -> Erasure:
    """Delete customers from every table, and say what becomes of the totals.

    Their rows go, and so do other customers' links to them. For tables of `money` their sum by period stays as a nameless
    remainder, so that what is left + remainder = the total as it was. Where fewer than `least` people stand behind a sum, it
    is not kept: a sum over few is still about them. Then the report shows by how much the total falls.

    Parameters
    ----------
    tables : name -> frame; frames without the column `customer` stay as they are.
    customers : ids to erase.
    money : table -> (column of the period, column of money); None: months and their revenue, years and their revenue.
    links : columns that hold another customer's id; they are emptied.
    least : smallest number of people behind a remainder, 2 or more.

    Returns
    -------
    Erasure.

    Raises
    ------
    ValueError, TypeError : nobody to erase, an id that no table has, a column that is missing.

    >>> months = pd.DataFrame({"customer": [1, 2, 3], "month": pd.to_datetime(["2025-01-01"] * 3), "revenue": [5.0, 7.0, 9.0]})
    >>> done = erase_customers({"months": months}, [1, 2], money={"months": ("month", "revenue")}, least=2)
    >>> done.tables["months"]["customer"].tolist(), done.remainder["amount"].tolist()
    ([3], [12.0])
    """
    ids = pd.Index(pd.Series(list(customers)).dropna().unique())
    if not len(ids):
        raise ValueError("Nobody is to be erased: the list of customers is empty.")
    if not is_whole(least) or least < 2:
        raise ValueError(f"`least` must be a whole number, 2 or more, but it is {least!r}.")
    held = {name: frame for name, frame in tables.items() if customer in frame.columns}
    known = pd.Index([]).append([pd.Index(frame[customer].dropna().unique()) for frame in held.values()])
    strange = ids[~ids.isin(known)]
    if len(strange):
        raise ValueError(f"No table has the {customer} {listed(strange.tolist())}. Check the list of customers.")
    if money is None:
        usual = {"months": ("month", "revenue"), "years": ("year", "revenue")}
        money = {name: pair for name, pair in usual.items() if name in tables}
    for name, (period, amount) in money.items():
        if name not in tables:
            raise ValueError(
                f"`money` names the table {name!r}, which is not there. There are {listed(tables, most=12)}."
            )
        need_columns(need_frame(tables[name], f"The table {name!r}"), [customer, period, amount], f"The table {name!r}")
        need_numbers(tables[name], amount, f"The table {name!r}")
    left, rest, lines = dict(tables), [], []
    for name, frame in held.items():
        gone = frame[customer].isin(ids)
        kept = frame[~gone]
        cut = 0
        for link in [column for column in links if column in frame.columns]:
            lost = kept[link].isin(ids)
            cut += int(lost.sum())
            kept = kept.assign(**{link: kept[link].mask(lost)})
        left[name] = kept.reset_index(drop=True)
        before = after = over = np.nan
        if name in money:
            period, amount = money[name]
            by = frame[gone].groupby(period, observed=True).agg(people=(customer, "nunique"), amount=(amount, "sum"))
            by = by[by["people"] >= least] if len(ids) >= least else by.iloc[:0]
            before, after, over = frame[amount].sum(), kept[amount].sum(), by["amount"].sum()
            part = by["amount"].round(2).rename_axis("period").reset_index()
            part.insert(0, "table", name)
            part.insert(2, "column", amount)
            rest.append(part.astype({"period": "str"}))
        lines.append((name, len(frame), int(gone.sum()), cut, before, after, over))
    columns = ["table", "rows_before", "rows_erased", "links_cut", "money_before", "money_after", "remainder"]
    empty = pd.DataFrame({"table": [], "period": [], "column": [], "amount": []})
    remainder = pd.concat(rest, ignore_index=True) if rest else empty
    return Erasure(left, remainder, pd.DataFrame(lines, columns=columns))
