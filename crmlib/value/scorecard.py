"""One page on a company's customers: value, behaviour, satisfaction."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import Result, empty_ids, need_columns, need_numbers, need_once, reasons_text, set_aside
from crmlib.value._checks import column_or_number, need_table
from crmlib.value.lifetime import retention_annuity


def value_scorecard(
    customers: pd.DataFrame,
    retention: str | float = "retention",
    discount: float = 0.10,
    periods: int | None = 10,
    *,
    revenue: str = "revenue",
    profit: str = "profit",
    margin: str | None = None,
    share_of_wallet: str | None = None,
    lifetime: str | None = None,
    satisfaction: str | None = None,
    loyalty: str | None = None,
    acquisition_cost: str | float = 0.0,
    by: str | None = None,
    customer: str = "customer",
) -> Result:
    """Put the performance measures of customer management on one scorecard.

    Sources translate 每客户利润率 as *profit per customer*, but it says *profit rate*. Both are here, since they rank
    customers differently: a large customer with thin margins leads by profit, a small one with low costs by rate.

    Parameters
    ----------
    customers : one row per customer and one period (a year).
    retention : column, or one number: share who stay from one period to the next, for the lifetime value.
    discount, periods : per period; horizon in periods, None: infinite.
    revenue, profit : columns of money in the period.
    margin : column of money per period that would be lost with the customer (contribution), for the lifetime value; None:
        `profit`, from which overhead that stays should not have been taken.
    share_of_wallet : column, our share of the customer's spending in the category, 0 to 1.
    lifetime : column, periods since joining.
    satisfaction, loyalty : columns of scores, on any scale. Empty where a customer was not asked.
    acquisition_cost : column, or one number: money once spent to win the customer.
    by : column with groups to compare.

    Returns
    -------
    Result. table, one row per measure: `dimension` (value, behaviour, satisfaction), `measure`, `customers` (who have it), `everyone`
    and one column per group. *profit rate* is total profit / total revenue; the mean of the customers' own rates would let tiny
    accounts decide. *CLV* counts contribution still to come, from the next period on; *NPV* takes the cost of winning the
    customer off. Measures without a column are not listed.
    customers: id, `profit`, `profit_rate` (empty without revenue above 0), `rank_by_profit`, `rank_by_rate` (1 = best), `clv`, `npv`.
    excluded: customers without an id, or without revenue, profit, margin or retention.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; a rate outside its range; a customer has two rows.

    Source: the list of measures: Curry & Curry (2000), The Customer Marketing Method.

    >>> year = pd.DataFrame({"customer": [1, 2], "revenue": [5000.0, 400.0], "profit": [500.0, 120.0], "joined_years": [3, 8]})
    >>> card = value_scorecard(year, 0.8, 0.10, None, lifetime="joined_years")
    >>> card.table[["measure", "everyone"]].round(2)
                    measure  everyone
    0   profit per customer    310.00
    1           profit rate      0.11
    2                   CLV    826.67
    3                   NPV    826.67
    4  revenue per customer   2700.00
    5              lifetime      5.50
    >>> card.customers[["customer", "rank_by_profit", "rank_by_rate"]]
       customer  rank_by_profit  rank_by_rate
    0         1               1             2
    1         2               2             1
    """
    what = "The frame of customers"
    need_table(customers, [customer, revenue, profit], what)
    need_once(customers, customer, what)
    money = {
        "revenue": need_numbers(customers, revenue, what),
        "profit": need_numbers(customers, profit, what),
        "margin": column_or_number(customers, margin or profit, "margin", what),
        "retention": column_or_number(customers, retention, "retention", what),
        "acquisition cost": column_or_number(customers, acquisition_cost, "acquisition_cost", what),
    }
    optional = {
        "share of wallet": share_of_wallet,
        "lifetime": lifetime,
        "satisfaction": satisfaction,
        "loyalty": loyalty,
    }
    scores = {name: column_or_number(customers, one, name, what) for name, one in optional.items() if one is not None}
    if share_of_wallet is not None and (scores["share of wallet"] > 1).any():
        raise ValueError(f"Column {share_of_wallet!r} must be shares from 0 to 1. Divide percentages by 100 first.")
    if by is not None:
        need_columns(customers, [by], what)
    annuity = retention_annuity(money["retention"], discount, periods, what)
    keep, excluded = set_aside(
        len(customers),
        [(f"no {customer}", empty_ids(customers, customer))]
        + [(f"no {name}", np.isnan(one)) for name, one in money.items()],
    )
    if not keep.any():
        raise ValueError(f"{what} has no customer to show: {reasons_text(excluded)}. Check the columns.")
    clv = money["margin"] * annuity
    wide = pd.DataFrame(
        {
            "revenue": money["revenue"],
            "profit": money["profit"],
            "CLV": clv,
            "NPV": clv - money["acquisition cost"],
            **scores,
        },
        index=customers.index,
    )[keep]
    measures = [
        ("value", "profit per customer", "profit"),
        ("value", "profit rate", None),
        ("value", "CLV", "CLV"),
        ("value", "NPV", "NPV"),
        ("behaviour", "revenue per customer", "revenue"),
        ("behaviour", "share of wallet", "share of wallet"),
        ("behaviour", "lifetime", "lifetime"),
        ("satisfaction", "satisfaction", "satisfaction"),
        ("satisfaction", "loyalty", "loyalty"),
    ]
    measures = [one for one in measures if one[2] is None or one[2] in wide.columns]
    groups = {"everyone": np.ones(len(wide), dtype=bool)}
    if by is not None:
        kinds = customers.loc[keep, by]
        groups |= {str(kind): (kinds == kind).to_numpy() for kind in sorted(kinds.dropna().unique())}
    table = pd.DataFrame([one[:2] for one in measures], columns=["dimension", "measure"])
    table["customers"] = [len(wide) if column is None else int(wide[column].notna().sum()) for *_, column in measures]
    for group, rows in groups.items():
        part = wide[rows]
        total = part["revenue"].sum()
        rate = part["profit"].sum() / total if total > 0 else np.nan
        table[group] = [rate if column is None else part[column].mean() for *_, column in measures]
    rate = wide["profit"] / wide["revenue"].where(wide["revenue"] > 0)
    found = pd.DataFrame(
        {
            customer: customers.loc[keep, customer],
            "profit": wide["profit"],
            "profit_rate": rate,
            "rank_by_profit": wide["profit"].rank(method="min", ascending=False).astype(np.int64),
            "rank_by_rate": rate.rank(method="min", ascending=False).astype("Int64"),
            "clv": wide["CLV"],
            "npv": wide["NPV"],
        }
    )
    return Result(table, found.reset_index(drop=True), excluded)
