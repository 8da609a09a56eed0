"""How concentrated the money is: within the firm, and the firm in its market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import (
    customer_values,
    empty_ids,
    listed,
    need_amounts,
    need_columns,
    need_frame,
    need_yes_no,
    rows_text,
)


def lorenz_curve(values: pd.DataFrame, measure: str = "revenue", *, customer: str = "customer") -> pd.DataFrame:
    """Return the Lorenz curve: the share of the value that the lowest x % of customers hold.

    Parameters
    ----------
    values : one row per customer.
    measure : column that cannot be negative: revenue, assets ... For profit see `whale_curve`.

    Returns
    -------
    Frame of n + 1 points, from (0, 0) to (1, 1), smallest customer first: `customer_share`, `value_share`.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, empty, infinite or negative values, all values 0.

    Source: Lorenz (1905), Methods of measuring the concentration of wealth.

    >>> lorenz_curve(pd.DataFrame({"customer": [1, 2], "revenue": [30, 10]}))
       customer_share  value_share
    0             0.0         0.00
    1             0.5         0.25
    2             1.0         1.00
    """
    numbers = np.sort(_amounts(values, measure, customer))
    held = np.append(0, np.cumsum(numbers))
    return pd.DataFrame({"customer_share": np.linspace(0, 1, len(held)), "value_share": held / held[-1]})


def gini(values: pd.DataFrame, measure: str = "revenue", *, customer: str = "customer") -> float:
    """Return the Gini coefficient: 0 if all customers are equal, (n − 1) / n if one of n has everything.

    Twice the area between the Lorenz curve and the line of equality: G = 2 Σ i·x_i / (n Σ x_i) − (n + 1) / n with the values
    x_i in rising order, i = 1 … n. Parameters and errors as in `lorenz_curve`.

    Source: the index: Gini (1912), Variabilità e mutabilità; its link to the Lorenz curve: Gini (1914).

    >>> gini(pd.DataFrame({"customer": [1, 2], "revenue": [30, 10]}))
    0.25
    """
    numbers = np.sort(_amounts(values, measure, customer))
    n = len(numbers)
    # ranks about their middle and values above the smallest: the same sum, and exactly 0 for equal customers
    return float(2 * np.sum((np.arange(n) - (n - 1) / 2) * (numbers - numbers[0])) / (n * numbers.sum()))


def top_share(
    values: pd.DataFrame, share: float = 0.2, measure: str = "revenue", *, customer: str = "customer"
) -> float:
    """Return the share of the value that the top `share` of customers hold: the 80 of "80/20".

    Where the cut falls inside a customer, that part of the customer counts (a point on the Lorenz curve). Other parameters
    and errors as in `lorenz_curve`; `share` lies between 0 and 1.

    >>> top_share(pd.DataFrame({"customer": [1, 2, 3, 4], "revenue": [70, 10, 10, 10]}), 0.25)
    0.7
    """
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise ValueError(f"`share` must lie between 0 and 1, such as 0.2 for the top 20 %, but it is {share!r}.")
    numbers = -np.sort(-_amounts(values, measure, customer))
    held = np.append(0, np.cumsum(numbers))
    return float(np.interp(share * len(numbers), np.arange(len(held)), held) / held[-1])


@dataclass(frozen=True, repr=False)
class WhaleCurve:
    """Cumulative profit by customer. table: the facts, one row; deciles: ten rows; curve: n + 1 points."""

    table: pd.DataFrame
    deciles: pd.DataFrame
    curve: pd.DataFrame

    def __repr__(self) -> str:
        return self.table.T.to_string(header=False)


def whale_curve(values: pd.DataFrame, measure: str = "profit", *, customer: str = "customer") -> WhaleCurve:
    """Add up profit from the most to the least profitable customer: the curve rises above the total, then loses it again.

    Parameters
    ----------
    values : one row per customer.
    measure : column of profit; may be negative.

    Returns
    -------
    WhaleCurve. table: `customers`, `profit`, `top_20_share` (of total profit held by the most profitable 20 %: the claim
    says 0.9), `peak_customer_share` (customers before the first without profit), `peak_profit_share` (all gains / total),
    `loss_customers`, `loss_customer_share`, `losses` (money, negative).
    deciles, `decile` 1 = most profitable: `customers`, `profit`, `profit_share`, `cumulative_profit_share`; decile of the
    customer in place r of n is the whole part of 10 (r − 1) / n, plus 1.
    curve: `customer_share`, `cumulative_profit`, `cumulative_profit_share`.
    Shares of profit are empty if the total is not above 0.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, empty or infinite values.

    Source: Cooper & Kaplan (1991), Profit priorities from activity-based costing, Harvard Business Review.

    >>> whale = whale_curve(pd.DataFrame({"customer": range(5), "profit": [100, 40, 0, -10, -30]}))
    >>> whale.table[["profit", "top_20_share", "peak_customer_share", "peak_profit_share", "losses"]]
       profit  top_20_share  peak_customer_share  peak_profit_share  losses
    0   100.0           1.0                  0.4                1.4   -40.0
    """
    numbers = -np.sort(-_complete(values, measure, customer))
    n = len(numbers)
    held = np.append(0, np.cumsum(numbers))
    total = held[-1] if held[-1] > 0 else np.nan
    decile = 10 * np.arange(n) // n
    profit = np.bincount(decile, weights=numbers, minlength=10)
    losses = numbers[numbers < 0]
    table = {
        "customers": n,
        "profit": held[-1],
        "top_20_share": np.interp(0.2 * n, np.arange(n + 1), held) / total,
        "peak_customer_share": (numbers > 0).sum() / n,
        "peak_profit_share": held.max() / total,
        "loss_customers": len(losses),
        "loss_customer_share": len(losses) / n,
        "losses": losses.sum(),
    }
    deciles = {
        "decile": np.arange(1, 11),
        "customers": np.bincount(decile, minlength=10),
        "profit": profit,
        "profit_share": profit / total,
        "cumulative_profit_share": np.cumsum(profit) / total,
    }
    curve = {
        "customer_share": np.linspace(0, 1, n + 1),
        "cumulative_profit": held,
        "cumulative_profit_share": held / total,
    }
    return WhaleCurve(pd.DataFrame([table]), pd.DataFrame(deciles), pd.DataFrame(curve))


def market_share_of_high_value(
    market: pd.DataFrame,
    firm: str,
    wallets: pd.DataFrame | None = None,
    *,
    period: str = "year",
    name: str = "bank",
    customers: str = "customers",
    high_value: str = "high_value_customers",
    value: str = "assets",
    held: str = "assets_here",
    wallet: str = "wallet",
) -> pd.DataFrame:
    """Return a firm's share of the market's high-value customers beside its market share and its share of wallet.

    Parameters
    ----------
    market : one row per period and firm: `period`, `name`, number of `customers` and `high_value` customers, `value` (money).
    firm : the firm, as written in column `name`.
    wallets : one row per period and customer of the firm: money `held` here and in the whole `wallet`; optional.

    Returns
    -------
    Frame, one row per period: `high_value_customers` (the firm's), `market_high_value` (all firms), `high_value_share`,
    `customer_share`, `market_share` (of value), `share_of_wallet` (sum held / sum of wallets; only with `wallets`), and the
    change of the firm's high-value customers since the period before, `change`, in two parts that sum to it:
    `change_by_market` (old share × change of the market: the swing) and `change_by_share` (change of share × new market).
    A customer of several firms counts at each: shares are of customer relations.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; the firm is not there; it has two rows in a period;
    empty or negative numbers; a market of zero.

    >>> market = pd.DataFrame({"year": [2024, 2024, 2025, 2025], "bank": ["A", "B"] * 2, "customers": [100, 300, 100, 300],
    ...     "high_value_customers": [20, 20, 18, 12], "assets": [50, 50, 45, 35]})
    >>> shares = market_share_of_high_value(market, "A")
    >>> shares[["year", "high_value_share", "change", "change_by_market", "change_by_share"]]
       year  high_value_share  change  change_by_market  change_by_share
    0  2024               0.5     NaN               NaN              NaN
    1  2025               0.6    -2.0              -5.0              3.0
    """
    what, money = "The frame of the market", [customers, high_value, value]
    need_columns(need_frame(market, what), [period, name, *money], what)
    ours = market[name] == firm
    if not ours.any():
        raise ValueError(
            f"Column {name!r} of the frame of the market has no {firm!r}. It has {listed(market[name].unique())}."
        )
    repeated = market.duplicated([period, name])
    if repeated.any():
        raise ValueError(
            f"The frame of the market has a {name} twice in a {period}: {rows_text(repeated)}. Sum or remove them."
        )
    numbers = pd.DataFrame({column: need_amounts(market, column, what) for column in money}, index=market.index)
    total = numbers.groupby(market[period]).sum()
    own = numbers[ours].groupby(market.loc[ours, period]).sum().reindex(total.index, fill_value=0)
    if (total == 0).any(axis=None):
        raise ValueError(
            "In some period the whole market is 0: no share can be computed. Check the frame of the market."
        )
    share = own / total
    found = pd.DataFrame(
        {
            "high_value_customers": own[high_value],
            "market_high_value": total[high_value],
            "high_value_share": share[high_value],
            "customer_share": share[customers],
            "market_share": share[value],
        }
    )
    if wallets is not None:
        what = "The frame of wallets"
        need_columns(need_frame(wallets, what), [period, held, wallet], what)
        sums = pd.DataFrame({column: need_amounts(wallets, column, what) for column in (held, wallet)})
        sums = sums.groupby(wallets[period].to_numpy()).sum()
        found["share_of_wallet"] = (sums[held] / sums[wallet]).reindex(found.index)
    found["change"] = own[high_value].diff()
    found["change_by_market"] = share[high_value].shift() * total[high_value].diff()
    found["change_by_share"] = share[high_value].diff() * total[high_value]
    return found.rename_axis(period).reset_index()


def high_value_under_swing(
    wallets: pd.DataFrame,
    threshold: float,
    swings: Sequence[float] = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3),
    *,
    wallet: str = "wallet",
    customer: str = "customer",
    ours: str | None = None,
) -> pd.DataFrame:
    """Count high-value customers if the market swings: every wallet grows or shrinks by the same rate.

    Parameters
    ----------
    wallets : one row per customer, with the money in the whole `wallet`.
    threshold : a wallet of at least this much makes a customer high-value.
    swings : rates of change, −0.2 for a fall by 20 %.
    ours : column that says True for the firm's customers, if the frame holds the whole market; None: all are the firm's.

    Returns
    -------
    Frame, one row per swing: `swing`, `high_value_customers` (the firm's), `change` (rate, against no swing) and, with
    `ours`, `market_high_value`, `market_change`, `high_value_share`: the share rises in a fall if the firm's customers
    stand further above the threshold than the market's. A what-if, not a forecast.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, empty or negative wallets, a swing below −1.

    >>> wallets = pd.DataFrame({"customer": [1, 2, 3, 4], "wallet": [500, 320, 310, 100], "here": [True, False, True, True]})
    >>> moved = high_value_under_swing(wallets, 300, swings=(-0.2, 0), ours="here")
    >>> moved[["swing", "high_value_customers", "market_high_value", "high_value_share"]].round(2)
       swing  high_value_customers  market_high_value  high_value_share
    0   -0.2                     1                  1              1.00
    1    0.0                     2                  3              0.67
    """
    what = "The frame of wallets"
    customer_values(wallets, wallet, customer, what)
    numbers = need_amounts(wallets, wallet, what)
    if not isinstance(threshold, int | float | np.number) or not 0 < threshold < np.inf:
        raise ValueError(f"`threshold` must be an amount above 0, such as 300_000, but it is {threshold!r}.")
    try:
        rates = np.asarray(tuple(swings), dtype=float)
    except (TypeError, ValueError):
        rates = np.empty(0)
    if not len(rates) or not (np.isfinite(rates) & (rates >= -1)).all():
        raise ValueError(
            f"`swings` must list rates of change of −1 or more, such as −0.2 for a fall by 20 %, but it is {swings!r}."
        )
    mine = np.ones(len(numbers), dtype=bool)
    if ours is not None:
        need_columns(wallets, [ours], what)
        mine = need_yes_no(wallets, ours, what)

    def counted(group):
        ordered = np.sort(numbers[group])
        # rounded, so that a wallet of 300 after a fall by 20 % still reaches a threshold of 240
        needed = np.round(threshold / np.where(rates > -1, 1 + rates, np.nan), 6)
        found = len(ordered) - np.searchsorted(ordered, needed, side="left")
        now = (ordered >= threshold).sum()
        return found, found / (now or np.nan) - 1

    count, change = counted(mine)
    found = pd.DataFrame({"swing": rates, "high_value_customers": count, "change": change})
    if ours is not None:
        found["market_high_value"], found["market_change"] = counted(np.ones(len(numbers), dtype=bool))
        found["high_value_share"] = count / found["market_high_value"].where(found["market_high_value"] > 0)
    return found


def _complete(values, measure, customer):
    """Return the measure of every customer; refuse gaps, which a single number could not report."""
    what = "The frame of customers"
    numbers = customer_values(values, measure, customer, what)
    for column, gap in ((customer, empty_ids(values, customer)), (measure, np.isnan(numbers))):
        if gap.any():
            raise ValueError(
                f"Column {column!r} of the frame of customers is empty in {rows_text(gap)}. Fill it in, or remove these rows "
                f"yourself: frame.dropna(subset=[{column!r}])."
            )
    return numbers


def _amounts(values, measure, customer):
    """Return the measure of every customer; refuse negative amounts and a total of zero."""
    numbers = _complete(values, measure, customer)
    if (numbers < 0).any():
        raise ValueError(
            f"Column {measure!r} of the frame of customers is below 0 in {rows_text(numbers < 0)}. Lorenz curve, Gini and top "
            "share need amounts that cannot be negative. For profit use whale_curve."
        )
    if not numbers.any():
        raise ValueError(
            f"Column {measure!r} of the frame of customers is 0 in every row: there is nothing to share out."
        )
    return numbers
