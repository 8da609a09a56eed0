"""Three levels of relationship marketing: financial, social, structural. What a bond saves, what it costs, how soon rivals copy it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame, need_numbers, rows_text

BONDS = "The table of bonds"


def relationship_levels(
    bonds: pd.DataFrame, *, leave: float, margin: float, years: int = 5, discount: float = 0.10
) -> pd.DataFrame:
    """Weigh bonds by what they keep, what they cost and how long rivals need to copy them.

    Berry & Parasuraman (1991) order bonds in three levels: financial (a better price), social (knowing the person), structural
    (a solution built into the customer's own work). The higher the level, the harder to copy. A bond that lowers the rate of leaving h by
    the ratio r saves e^(−rh) − e^(−h) customers of 100 % in a year, worth `margin` each; once rivals have copied it, it saves nobody and
    still costs.

    Parameters
    ----------
    bonds : one row per bond: `level`, `bond`, `hazard_ratio` (rate of leaving with the bond against without), `cost` (¥ per
        customer and year), `years_to_copy` (a judgement).
    leave : share of customers who leave in a year without a bond, 0 to 1.
    margin : ¥ that a saved customer brings, in all.
    years : how far to look.
    discount : a year's.

    Returns
    -------
    `bonds` with `saved` (customers in 100, in a year without copying), `break_even` (¥: how much a saved customer must bring for the
    bond to pay in that year), `worth` (¥ per customer with the bond, over the years, until copied, less cost).

    Raises
    ------
    ValueError, TypeError : a column is missing, or a number is empty or out of range.

    >>> two = pd.DataFrame({"level": ["financial", "structural"], "bond": ["discount", "payroll"], "hazard_ratio": [0.9, 0.7],
    ...     "cost": [20.0, 20], "years_to_copy": [0.5, 5]})
    >>> relationship_levels(two, leave=0.12, margin=5_000)[["bond", "saved", "break_even", "worth"]].round(1)
           bond  saved  break_even  worth
    0  discount    1.1      1766.5  -50.1
    1   payroll    3.4       581.3  576.3
    """
    need_columns(need_frame(bonds, BONDS), ["level", "bond", "hazard_ratio", "cost", "years_to_copy"], BONDS)
    ratio, cost, copied = (need_numbers(bonds, name, BONDS) for name in ("hazard_ratio", "cost", "years_to_copy"))
    for name, fine in (("hazard_ratio", ratio > 0), ("cost", cost >= 0), ("years_to_copy", copied >= 0)):
        if not fine.all():
            raise ValueError(
                f"Column {name!r} of the table of bonds is empty or too low in {rows_text(~fine)}. Correct these rows."
            )
    if not 0 < leave < 1:
        raise ValueError(f"`leave` must be a share between 0 and 1, such as 0.12, but it is {leave!r}.")
    if not (np.isfinite(margin) and margin > 0 and years >= 1 and discount >= 0):
        raise ValueError("`margin` must be above 0, `years` 1 or more and `discount` 0 or more.")
    hazard = -np.log(1 - leave)
    saved = np.exp(-ratio * hazard) - np.exp(-hazard)
    year = np.arange(1, int(years) + 1)
    alone = np.clip(copied[:, None] - (year - 1), 0.0, 1.0)  # share of each year in which rivals have nothing like it
    factor = (1 + discount) ** -year.astype(float)
    worth = ((saved * margin)[:, None] * alone - cost[:, None]) @ factor
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(saved > 0, cost / saved, np.inf)
    return bonds.assign(saved=100 * saved, break_even=needed, worth=worth)
