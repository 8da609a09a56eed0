"""Deposits as a target of the staff: what is there at month end and on the other days, and what a rate above the list costs.

Who is paid for a number works on the number. Two ways to reach a target for deposits at month end cost the bank money and bring
it nothing: money that comes for a night, and a rate above the list that a manager grants on his own.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    empty_ids,
    listed,
    need_amounts,
    need_columns,
    need_days,
    need_frame,
    need_level,
    rows_text,
)
from crmlib.accounts._checks import known_numbers, need_number, rows_kept

_BALANCES = "The frame of balances"


def month_end_lift(
    balances: pd.DataFrame,
    *,
    manager: str = "manager",
    month: str = "month",
    end: str = "deposits_end",
    average: str = "deposits_average",
    above: float = 0.04,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare each manager's deposits at month end with the mean of the month's days.

        lift = exp(mean over months of log(deposits at month end / mean deposits of the days)) − 1

    Customers pay in and draw out on all days, so a lift near 0 is what chance makes. A lift that is there month after month has a
    cause that looks at the calendar. The numbers do not say who that cause is.

    Parameters
    ----------
    balances : one row per account and month, or per manager and month (rows are added up).
    end, average : deposits on the last day, and the mean of the month's days (yuan).
    above : a manager is flagged if the whole interval of the lift lies above this share. China's regulators allow a bank 0.04 (3 %
        from 2014, 4 % since 2018).
    level : of the interval, over the months (Student's t).

    Returns
    -------
    One row per manager, the largest lift first: `manager`, `months`, `deposits_end`, `deposits_average` (yuan, mean over months),
    `lift`, `low`, `high` (shares), `flagged`.

    Raises
    ------
    ValueError, TypeError : a column is missing or wrong, a balance is empty or below 0, a manager has fewer than two months or a
        month without deposits.

    Source: the deposit deviation ratio of the China Banking Regulatory Commission (circular of 11 September 2014), for managers
    instead of banks.

    >>> books = pd.DataFrame({"manager": [101, 101, 102, 102], "month": pd.to_datetime(["2025-01-01", "2025-02-01"] * 2),
    ...                       "deposits_end": [120.0, 121, 99, 101], "deposits_average": [100.0, 100, 100, 100]})
    >>> month_end_lift(books)[["manager", "lift", "flagged"]].round(3)
       manager   lift  flagged
    0      101  0.205     True
    1      102 -0.000    False
    """
    need_columns(need_frame(balances, _BALANCES), [manager, month, end, average], _BALANCES)
    margin = need_number(above, "above", "a share such as 0.05 for 5 %", 0, 1)
    reach = need_level(level)
    nobody = empty_ids(balances, manager)
    if nobody.any():
        raise ValueError(f"Column {manager!r} of the frame of balances is empty in {rows_text(nobody)}. Fill it in.")
    days, no_day = need_days(balances, month, _BALANCES)
    if no_day.any():
        raise ValueError(f"Column {month!r} of the frame of balances is empty in {rows_text(no_day)}. Fill it in.")
    rows = pd.DataFrame(
        {
            "manager": balances[manager],
            "month": days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64),
            "end": need_amounts(balances, end, _BALANCES),
            "average": need_amounts(balances, average, _BALANCES),
        }
    )
    books = rows.groupby(["manager", "month"], observed=True).sum()
    empty = (books <= 0).any(axis=1)
    if empty.any():
        who = books.index[empty].get_level_values("manager").unique()
        raise ValueError(f"Manager {listed(who)} has a month without deposits, so that it has no ratio. Leave it out.")
    books["log"] = np.log(books["end"] / books["average"])
    by = books.groupby("manager", observed=True)
    found = pd.DataFrame(
        {"months": by.size(), "deposits_end": by["end"].mean(), "deposits_average": by["average"].mean()}
    )
    few = found["months"] < 2
    if few.any():
        raise ValueError(
            f"Manager {listed(found.index[few])} has one month only. A habit needs two months or more to show."
        )
    from scipy import stats

    mean, error = by["log"].mean(), by["log"].std() / np.sqrt(found["months"])
    width = stats.t.ppf((1 + reach) / 2, found["months"] - 1) * error
    for name, log in {"lift": mean, "low": mean - width, "high": mean + width}.items():
        found[name] = np.expm1(log)
    found["flagged"] = found["low"] > margin
    found = found.sort_values("lift", ascending=False, kind="stable").reset_index()
    return found.rename(columns={"manager": manager, "deposits_end": end, "deposits_average": average})


def rate_deals(
    accounts: pd.DataFrame,
    *,
    transfer_price: float,
    over: float = 0.002,
    deposits: str = "deposits_average",
    paid: str = "paid_rate",
    list_rate: str = "list_rate",
    months: str = "months",
    customer: str = "customer",
) -> Result:
    """Find the accounts that are paid more than the list rate, and what that costs.

        margin = deposits × (transfer price − rate) × months / 12

    at the list rate, and at the rate that was paid; the difference is the cost of the deal. The transfer price is what the bank's
    treasury gives a branch for a yuan of deposits: what a deposit is worth to the bank as a whole.

    Parameters
    ----------
    accounts : one row per customer, a year of his: mean deposits (yuan), rates (a year's share, 0.005: 0.5 %), months of the
        year in which he was here (1 to 12).
    transfer_price : a year's share, such as 0.02.
    over : a rate that lies more than this above the list is a deal (0.002: 0.2 points). Both are rounded to nine digits before, so that
        0.017 against 0.015, which a computer takes for a trace more than 0.002, is none.

    Returns
    -------
    Result. table, rows 'deal', 'list rate' and 'all': `accounts`, `deposits` (mean over the whole year: half of them for a customer
    of six months), `deposits_share`, `margin_at_list`, `deal_cost`, `margin_paid` (yuan).
    customers: id, `above_list` (a year's share), `deal`, `margin_at_list`, `deal_cost`, `margin_paid`.
    excluded: rows without an id or a number.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a customer has two rows, a rate looks like percent, months are
        not 1 to 12.

    >>> books = pd.DataFrame({"customer": [1, 2], "deposits_average": [1_000_000.0, 50_000], "paid_rate": [0.018, 0.005],
    ...                       "list_rate": 0.005, "months": 12})
    >>> rate_deals(books, transfer_price=0.02).table[["rate", "accounts", "deposits_share", "margin_at_list", "margin_paid"]].round(2)
            rate  accounts  deposits_share  margin_at_list  margin_paid
    0       deal         1            0.95         15000.0       2000.0
    1  list rate         1            0.05           750.0        750.0
    2        all         2            1.00         15750.0       2750.0
    """
    price = need_number(transfer_price, "transfer_price", "a year's share such as 0.02 for 2 %", 0, 0.5)
    least = need_number(over, "over", "a year's share such as 0.002 for 0.2 points", 0, 0.5)
    base, keep, excluded = known_numbers(accounts, customer, [deposits, paid, list_rate, months])
    for name in (paid, list_rate):
        percent = (base[name].abs() > 0.5).to_numpy()
        if percent.any():
            raise ValueError(
                f"Column {name!r} must be a year's share, but is above 0.5 in {rows_kept(percent, keep)}. Write 1.8 % as 0.018."
            )
    odd = ~base[months].between(1, 12).to_numpy()
    if odd.any():
        raise ValueError(f"Column {months!r} must be 1 to 12, but is not in {rows_kept(odd, keep)}.")
    below = (base[deposits] < 0).to_numpy()
    if below.any():
        raise ValueError(
            f"Column {deposits!r} is below 0 in {rows_kept(below, keep)}. Deposits cannot be: correct these rows."
        )
    year = base[deposits] * base[months] / 12
    found = pd.DataFrame({customer: base[customer], "above_list": base[paid] - base[list_rate]})
    found["deal"] = found["above_list"].round(9) > round(least, 9)
    found["margin_at_list"] = year * (price - base[list_rate])
    found["deal_cost"] = year * found["above_list"]
    found["margin_paid"] = found["margin_at_list"] - found["deal_cost"]
    money = ["deposits", "margin_at_list", "deal_cost", "margin_paid"]
    sums = found.assign(deposits=year)
    rows = {"deal": sums[sums["deal"]], "list rate": sums[~sums["deal"]], "all": sums}
    table = pd.DataFrame([{"rate": name, "accounts": len(one), **one[money].sum()} for name, one in rows.items()])
    whole = table["deposits"].iloc[-1]
    table.insert(3, "deposits_share", table["deposits"] / whole if whole > 0 else np.nan)
    return Result(table, found, excluded)
