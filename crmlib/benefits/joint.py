"""Joint value: what two firms save together, who keeps it, and what it would cost either to leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import is_whole

SIDES = ("supplier", "customer")


@dataclass(frozen=True, repr=False)
class JointValue:
    """table: one row per side; shares: the range of shares that pays for both; switching: year by year."""

    table: pd.DataFrame
    shares: pd.DataFrame
    switching: pd.DataFrame

    def __repr__(self) -> str:
        return self.table.to_string(index=False)


def joint_value(
    saving: float,
    supplier_share: float,
    supplier_investment: float,
    customer_investment: float,
    *,
    recoverable: float = 0.0,
    years: int = 5,
    discount: float = 0.10,
) -> JointValue:
    """Split the value of a joint improvement between supplier and customer.

    A yearly saving S lasts T years; its present value is S·Ā with Ā = Σ (1 + i)⁻ᵗ for t = 1 … T. The supplier keeps the share s and
    each side k pays its investment Iₖ now: net value = its share of S·Ā − Iₖ. Both gain if I₁ / (S·Ā) < s < 1 − I₂ / (S·Ā).

    Before the investment is made, each side can walk away. Afterwards the part that cannot be recovered is a structural bond: who
    leaves at the end of year t loses the share of the saving still to come, and finds only the recoverable part of the machine.

    Parameters
    ----------
    saving : of both together, ¥ a year (0 or more).
    supplier_share : of the saving, 0 to 1.
    supplier_investment, customer_investment : ¥, paid now.
    recoverable : share of an investment that its owner gets back on leaving, falling in a straight line to 0 at the end.
    years : how long the saving lasts (whole years, 1 or more).
    discount : a year, 0.10 for 10 %.

    Returns
    -------
    JointValue. table, one row per side, then both: `side`, `yearly_saving`, `investment`, `net_value` (all ¥). shares, one row:
    `lowest`, `highest` (supplier's share at which either side gains nothing; empty if no share pays for both), `joint_net_value`.
    switching, one row per year from 0 (just invested): `year`, then for each side what leaving would cost: `supplier`,
    `customer` (¥, present value at that time).

    Raises
    ------
    ValueError : a number is out of its range.

    Source: the structural bond as an investment that cannot be recovered: Turnbull & Wilson (1989), Industrial Marketing Management 18(3).

    >>> found = joint_value(100_000, 0.5, 80_000, 60_000, years=2, discount=0.0)
    >>> found.table[["side", "yearly_saving", "net_value"]]
           side  yearly_saving  net_value
    0  supplier        50000.0    20000.0
    1  customer        50000.0    40000.0
    2      both       100000.0    60000.0
    >>> found.shares[["lowest", "highest"]]
       lowest  highest
    0     0.4      0.7
    """
    amounts = {"saving": saving, "supplier_investment": supplier_investment, "customer_investment": customer_investment}
    for name, amount in amounts.items():
        if not np.isfinite(amount) or amount < 0:
            raise ValueError(f"`{name}` must be an amount of ¥0 or more, but it is {amount!r}.")
    for name, share in (("supplier_share", supplier_share), ("recoverable", recoverable)):
        if not 0 <= share <= 1:
            raise ValueError(f"`{name}` must be a share from 0 to 1 (0.5 for a half), but it is {share!r}.")
    if not is_whole(years) or years < 1:
        raise ValueError(f"`years` must be a whole number of 1 or more, but it is {years!r}.")
    if not discount > -1:
        raise ValueError(f"`discount` must be above -1 (0.10 for 10 % a year), but it is {discount!r}.")
    share = np.array([supplier_share, 1 - supplier_share])
    invested = np.array([supplier_investment, customer_investment], dtype=float)
    growth = (1 + discount) ** -np.arange(1, years + 1)
    value = saving * growth.sum()
    net = share * value - invested
    table = pd.DataFrame(
        {
            "side": [*SIDES, "both"],
            "yearly_saving": [*(share * saving), saving],
            "investment": [*invested, invested.sum()],
            "net_value": [*net, net.sum()],
        }
    )
    pays = value > 0 and invested.sum() <= value
    lowest, highest = (invested[0] / value, 1 - invested[1] / value) if pays else (np.nan, np.nan)
    shares = pd.DataFrame({"lowest": [lowest], "highest": [highest], "joint_net_value": [net.sum()]})
    year = np.arange(years + 1)
    to_come = saving * np.append(np.cumsum(growth)[::-1], 0.0)  # years t+1 … T seen from t
    back = recoverable * invested * (1 - year / years)[:, None]
    lost = share * to_come[:, None] - back
    switching = pd.DataFrame({"year": year} | dict(zip(SIDES, lost.T, strict=True)))
    return JointValue(table, shares, switching)
