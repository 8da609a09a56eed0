"""Existing and potential key accounts: who is large here, and who is large elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import Result, empty_ids, need_numbers, ordered_category, rows_text, set_aside
from crmlib.accounts._checks import ACCOUNTS, need_accounts, need_number

KINDS = ("existing", "potential", "other")


def account_kinds(
    accounts: pd.DataFrame,
    *,
    line: float = 300_000,
    wallet: str = "wallet",
    assets: str = "assets_here",
    customer: str = "customer",
) -> Result:
    """Sort accounts into existing key accounts, potential ones, and others, by assets here and at all banks.

        existing: assets here ≥ line      potential: wallet ≥ line > assets here      other: wallet < line

    A list by deposits knows the first kind only. The second needs the wallet: what a customer has at all banks together.

    Parameters
    ----------
    accounts : one row per customer.
    line : yuan. Chinese banks draw it at 200,000 or at 300,000.
    wallet, assets : columns of yuan: assets at all banks, and here. A wallet holds at least what is here.

    Returns
    -------
    Result. table, one row per kind: `kind`, `customers`, `customer_share`, `assets_here`, `assets_share`, `elsewhere` (yuan),
    `share_of_wallet` (assets here / wallet, of the whole kind; empty where nobody is). customers: id, `kind`, `elsewhere`,
    `share_of_wallet` (empty for an empty wallet). excluded: rows without an id or a number, and wallets smaller than the assets here.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, an amount is below 0, a customer has two rows.

    >>> people = pd.DataFrame({"customer": [1, 2, 3], "wallet": [900_000.0, 800_000, 50_000], "assets_here": [600_000.0, 80_000, 50_000]})
    >>> account_kinds(people).table[["kind", "customers", "assets_here", "elsewhere", "share_of_wallet"]]
            kind  customers  assets_here  elsewhere  share_of_wallet
    0   existing          1     600000.0   300000.0         0.666667
    1  potential          1      80000.0   720000.0         0.100000
    2      other          1      50000.0        0.0         1.000000
    """
    need_accounts(accounts, customer, [wallet, assets])
    cut = need_number(line, "line", "an amount above 0, such as 300_000", 1e-9)
    whole, here = need_numbers(accounts, wallet, ACCOUNTS), need_numbers(accounts, assets, ACCOUNTS)
    for name, values in {wallet: whole, assets: here}.items():
        if (values < 0).any():
            raise ValueError(
                f"Column {name!r} of the frame of accounts is below 0 in {rows_text(values < 0)}. Correct it."
            )
    keep, excluded = set_aside(
        len(accounts),
        [
            (f"no {customer}", empty_ids(accounts, customer)),
            (f"no {wallet}", np.isnan(whole)),
            (f"no {assets}", np.isnan(here)),
            (f"{wallet} smaller than {assets}", whole < here),
        ],
    )
    whole, here = whole[keep], here[keep]
    codes = np.where(here >= cut, 0, np.where(whole >= cut, 1, 2))
    found = pd.DataFrame({customer: accounts[customer].to_numpy()[keep], "kind": ordered_category(codes, KINDS)})
    found["elsewhere"] = whole - here
    found["share_of_wallet"] = np.divide(here, whole, out=np.full(len(here), np.nan), where=whole > 0)
    sums = found.assign(assets_here=here).groupby("kind", observed=False)[["assets_here", "elsewhere"]].sum()
    table = sums.assign(customers=found["kind"].value_counts()).reset_index()
    table["customer_share"] = table["customers"] / max(len(found), 1)
    total = table["assets_here"].sum()
    table["assets_share"] = table["assets_here"] / total if total > 0 else np.nan
    both = table["assets_here"] + table["elsewhere"]
    table["share_of_wallet"] = (table["assets_here"] / both).where(both > 0)
    order = ["kind", "customers", "customer_share", "assets_here", "assets_share", "elsewhere", "share_of_wallet"]
    return Result(table[order], found, excluded)
