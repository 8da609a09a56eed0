"""Vertical marketing systems: suppliers, company and channel as one network, and who keeps the margin."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_columns, need_frame, need_numbers, rows_text

CHAIN, USE = "The price chain", "The use by band"
BANDS = ("peak", "flat", "valley")


def margin_chain(chain: pd.DataFrame, use: pd.DataFrame, *, by: str = "class") -> pd.DataFrame:
    """Cut the retail price of a kilowatt-hour into what each member of the chain is paid and keeps.

    The generator is paid the wholesale price and pays for fuel; the retailer is paid the retail price and pays wholesale, grid, levies and
    its cost to serve. What the grid keeps of its charge is not known: it is shown as paid, not as margin. *Descriptive.*

    Needs prices only: take it to see where the margin of a chain sits, whatever was sold in which month. Where there are bills,
    `kwh_chain` says what the customers of a time paid and left: it weighs each month by its kilowatt-hours, with each month's own mix of
    hours, and its price is what was billed. Both agree where each month has the same use, the same mix and an amount of `retail` × use.

    Parameters
    ----------
    chain : one row per month and class: `class`, `fuel`, `wholesale_peak`, `wholesale_flat`, `wholesale_valley`, `grid`, `levy`,
        `cost_to_serve`, `retail` (¥/kWh). Months count alike.
    use : one row per class: `class`, `peak`, `flat`, `valley`: shares of its use, together 1.
    by : name of the column that parts the rows.

    Returns
    -------
    Frame, one row per class and member, from the fuel to the customer: `class`, `member` (fuel, generator, grid, levies, cost to serve,
    retailer), `paid` (¥/kWh that go to it), `share` (of the retail price), `margin` (True for the generator and the retailer: what is left
    for them). The parts of a class add up to its retail price.

    Raises
    ------
    ValueError, TypeError : a column or class is missing, a price is empty, shares do not add up to 1.

    >>> prices = pd.DataFrame({"class": ["home"], "fuel": [0.25], "wholesale_peak": [0.6], "wholesale_flat": [0.4],
    ...     "wholesale_valley": [0.2], "grid": [0.1], "levy": [0.02], "cost_to_serve": [0.03], "retail": [0.6]})
    >>> shares = pd.DataFrame({"class": ["home"], "peak": [0.5], "flat": [0.3], "valley": [0.2]})
    >>> margin_chain(prices, shares)[["member", "paid"]].round(2)["paid"].tolist()
    [0.25, 0.21, 0.1, 0.02, 0.03, -0.01]
    """
    prices = ["fuel", *(f"wholesale_{band}" for band in BANDS), "grid", "levy", "cost_to_serve", "retail"]
    need_columns(need_frame(chain, CHAIN), [by, *prices], CHAIN)
    need_columns(need_frame(use, USE), [by, *BANDS], USE)
    numbers = np.column_stack([need_numbers(chain, name, CHAIN) for name in prices])
    empty = np.isnan(numbers).any(axis=1)
    if empty.any():
        raise ValueError(f"{CHAIN} has an empty price in {rows_text(empty)}. Fill it in or leave the month out.")
    shares = np.column_stack([need_numbers(use, band, USE) for band in BANDS])
    wrong = ~((shares >= 0).all(axis=1) & (np.abs(shares.sum(axis=1) - 1) < 1e-6))
    if wrong.any():
        raise ValueError(
            f"The shares of peak, flat and valley must be 0 or more and add up to 1; they do not in {rows_text(wrong)} of the use by band. "
            "Divide each row by its sum."
        )
    mean = pd.DataFrame(numbers, columns=prices).groupby(chain[by].astype("str").to_numpy()).mean()
    weights = pd.DataFrame(shares, columns=list(BANDS), index=use[by].astype("str").to_numpy())
    absent = [name for name in mean.index if name not in weights.index]
    if absent or weights.index.has_duplicates:
        raise ValueError(
            f"The use by band needs one row for each class of the price chain; check {listed(absent or weights.index)}."
        )
    weights = weights.loc[mean.index]
    wholesale = sum(mean[f"wholesale_{band}"] * weights[band] for band in BANDS)
    parts: Mapping[str, pd.Series] = {
        "fuel": mean["fuel"],
        "generator": wholesale - mean["fuel"],
        "grid": mean["grid"],
        "levies": mean["levy"],
        "cost to serve": mean["cost_to_serve"],
        "retailer": mean["retail"] - wholesale - mean["grid"] - mean["levy"] - mean["cost_to_serve"],
    }
    table = pd.DataFrame(parts).rename_axis(by).reset_index().melt(by, var_name="member", value_name="paid")
    table = table.sort_values(by, kind="stable", ignore_index=True)
    table["share"] = table["paid"] / table[by].map(mean["retail"])
    return table.assign(margin=table["member"].isin(["generator", "retailer"]))
