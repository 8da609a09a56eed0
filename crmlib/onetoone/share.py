"""Share of customer and share of market: two ways to the same money."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import empty_ids, listed, need_amounts, need_columns, need_frame, rows_text, the_column

WALLETS, MARKET = "The frame of wallets", "The market"


def share_of_customer(
    wallets: pd.DataFrame, market: pd.DataFrame, bank: str, *, year: str = "year", customer: str = "customer"
) -> pd.DataFrame:
    """Split a bank's share of market into how far it reaches and how much of each customer it has.

        share of market = reach × share of customer
        assets here / all assets = (wallets of our customers / all assets) × (assets here / wallets of our customers)

    Scale raises the reach: more customers. Scope raises the share of customer: more of what the same customers need.

    Parameters
    ----------
    wallets : one row per customer and year: `customer`, `year`, `assets_here`, `wallet` (money at all banks, this one included).
    market : one row per year and bank: `year`, `bank`, `assets` (money held there).
        The row of our bank holds the same money as `assets_here` of all its customers together.
    bank : ours, as the market calls it.

    Returns
    -------
    Frame, one row per year: `year`, `customers`, `assets_here`, `wallet` (of our customers), `market` (all assets),
    `share_of_market`, `reach`, `share_of_customer` (of the money), `mean_share` (of the customers, each counting the same),
    `at_rivals` (money of our own customers that lies elsewhere), `of_the_bank` (assets here / the bank's own row of the market: 1
    for all of its customers, less for some of them, whose share of market and reach are then those of this part alone).

    Raises
    ------
    ValueError : a column is missing or empty, a customer with two rows in a year, more assets here than in the wallet, no such bank,
        a year without market, wallets larger than the market, more assets here than the market's row of the bank (by more than
        0.1 %: rounding), nothing to divide.

    Source: Peppers & Rogers (1993), The One to One Future: share of customer, not share of market. The split is arithmetic.

    >>> wallets = pd.DataFrame({"customer": [1, 2], "year": 2025, "assets_here": [30.0, 10.0], "wallet": [40.0, 60.0]})
    >>> market = pd.DataFrame({"year": 2025, "bank": ["ours", "theirs"], "assets": [40.0, 160.0]})
    >>> share_of_customer(wallets, market, "ours")[["share_of_market", "reach", "share_of_customer", "at_rivals"]]
       share_of_market  reach  share_of_customer  at_rivals
    0              0.2    0.5                0.4       60.0
    """
    need_columns(need_frame(wallets, WALLETS), [customer, year, "assets_here", "wallet"], WALLETS)
    need_columns(need_frame(market, MARKET), [year, "bank", "assets"], MARKET)
    for frame, names, what in ((wallets, (customer, year), WALLETS), (market, (year, "bank"), MARKET)):
        for name in names:
            empty = empty_ids(frame, name)
            if empty.any():
                raise ValueError(f"{the_column(name, what)} is empty in {rows_text(empty)}. Fill it in.")
    twice = wallets.duplicated([customer, year]).to_numpy()
    if twice.any():
        raise ValueError(
            f"{WALLETS} has a customer twice in one year, in {rows_text(twice)}. Remove the repeated rows first."
        )
    here, whole = (need_amounts(wallets, name, WALLETS) for name in ("assets_here", "wallet"))
    more = here > whole
    if more.any():
        raise ValueError(
            f"In {rows_text(more)} of the frame of wallets there is more here than in the whole wallet. Correct these rows."
        )
    need_amounts(market, "assets", MARKET)
    if not (market["bank"] == bank).any():
        raise ValueError(
            f"{MARKET} has no bank {bank!r}. There are: {listed(market['bank'].astype('str').unique(), most=12)}."
        )
    each = np.divide(here, whole, out=np.full(len(here), np.nan), where=whole > 0)
    table = wallets.assign(each=each).groupby(year)
    table = table.agg(
        customers=(customer, "size"), assets_here=("assets_here", "sum"), wallet=("wallet", "sum"), mean_share=("each", "mean")
    ).reset_index()  # fmt: skip
    table["market"] = table[year].map(market.groupby(year)["assets"].sum())
    lost = table["market"].isna() | (table["wallet"] <= 0)
    if lost.any():
        raise ValueError(
            f"For {listed(table.loc[lost, year].tolist())} there is no market, or the wallets are empty: no share."
        )
    if (table["wallet"] > table["market"]).any():
        raise ValueError(
            "The wallets of the bank's customers add up to more than the whole market. Are both in the same unit?"
        )
    own = table[year].map(market[market["bank"] == bank].groupby(year)["assets"].sum()).fillna(0.0)
    above = table["assets_here"] > 1.001 * own  # a market report may be rounded
    if above.any():
        first = table[above].iloc[0]
        raise ValueError(
            f"For {listed(table.loc[above, year].tolist())} the customers hold more here than the market says that {bank!r} has: "
            f"{first['assets_here']:,.0f} against {own[above].iloc[0]:,.0f}. Are both in the same unit, and of the same bank?"
        )
    table["share_of_market"] = table["assets_here"] / table["market"]
    table["reach"] = table["wallet"] / table["market"]
    table["share_of_customer"] = table["assets_here"] / table["wallet"]
    table["at_rivals"] = table["wallet"] - table["assets_here"]
    table["of_the_bank"] = (table["assets_here"] / own).where(own > 0)
    order = [year, "customers", "assets_here", "wallet", "market", "share_of_market", "reach", "share_of_customer"]
    return table[[*order, "mean_share", "at_rivals", "of_the_bank"]]
