"""Plans: what is spent on each lever in each year, and whether it can be carried out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import is_whole, listed, need_columns, need_frame, need_numbers, rows_text
from crmlib.strategy.behaviour import LEVERS

PLAN = "The plan"


def make_plan(budget: float, shares: Mapping[str, float], years: int = 5) -> pd.DataFrame:
    """Write a plan that spends the same every year.

    Parameters
    ----------
    budget : ¥ a year.
    shares : lever -> share of the budget; levers left out get nothing. Together at most 1.
    years : how many.

    Returns
    -------
    Frame, one row per year: `year` (1, 2 ...), and ¥ on `acquire`, `upgrade`, `keep`, `win_back`, `service`.

    Raises
    ------
    ValueError : the budget is no amount, an unknown lever, a share below 0 or no number, shares above 1 together.

    >>> make_plan(1000, {"keep": 0.5, "service": 0.3}, years=2)
       year  acquire  upgrade   keep  win_back  service
    0     1      0.0      0.0  500.0       0.0    300.0
    1     2      0.0      0.0  500.0       0.0    300.0
    """
    _need_budget(budget)
    unknown = [name for name in shares if name not in LEVERS]
    if unknown:
        raise ValueError(f"There is no lever {listed(unknown)}. The levers are {listed(LEVERS)}.")
    odd = [name for name, share in shares.items() if not isinstance(share, int | float | np.number)]
    if odd:
        raise ValueError(f"The share of {odd[0]!r} must be a number such as 0.25, but it is {shares[odd[0]]!r}.")
    values = np.array([float(shares.get(lever, 0.0)) for lever in LEVERS])
    if not (values >= 0).all() or not values.sum() <= 1 + 1e-9:
        raise ValueError(
            f"The shares of a plan are 0 or more and at most 1 together; these are {dict(shares)}, {values.sum():.3g} together."
        )
    if not is_whole(years) or years < 1:
        raise ValueError(f"`years` must be a whole number, 1 or more, but it is {years!r}.")
    plan = pd.DataFrame(np.tile(budget * values, (years, 1)), columns=list(LEVERS))
    plan.insert(0, "year", np.arange(1, years + 1))
    return check_plan(plan, budget)


def check_plan(plan: pd.DataFrame, budget: float) -> pd.DataFrame:
    """Return a plan if it can be carried out, else say what is wrong with it. Nothing is clipped.

    Parameters
    ----------
    plan : one row per year: `year` (1, 2 ...) and ¥ on each of the five levers.
    budget : ¥ a year that may be spent.

    Raises
    ------
    ValueError, TypeError : a lever is missing or unknown, an amount is empty or below 0, a year spends more than the budget.

    >>> check_plan(make_plan(1000, {"keep": 1.0}, years=1), 900)
    Traceback (most recent call last):
    ...
    ValueError: The plan spends ¥1,000 in year 1, ¥100 more than the budget of ¥900. Take something away.
    """
    _need_budget(budget)
    need_columns(need_frame(plan, PLAN), ["year", *LEVERS], PLAN)
    extra = [name for name in plan.columns if name not in ("year", *LEVERS)]
    if extra:
        raise ValueError(
            f"The plan has the column {listed(extra)}, which is no lever. The levers are {listed(LEVERS)}."
        )
    if need_numbers(plan, "year", PLAN).tolist() != list(range(1, len(plan) + 1)):
        raise ValueError(
            f"Column 'year' of the plan must be 1, 2, 3 ... in order, but it is {listed(plan['year'].tolist())}."
        )
    spend = np.column_stack([need_numbers(plan, lever, PLAN) for lever in LEVERS])
    for place, lever in enumerate(LEVERS):
        if np.isnan(spend[:, place]).any():
            raise ValueError(
                f"The plan says nothing on {lever!r} in {rows_text(np.isnan(spend[:, place]))}. Write 0 for nothing."
            )
        if (spend[:, place] < 0).any():
            raise ValueError(
                f"The plan spends less than 0 on {lever!r} in {rows_text(spend[:, place] < 0)}. Give 0 or more."
            )
    over = spend.sum(axis=1) - budget
    if (over > 0.005).any():
        year = int(np.argmax(over > 0.005))
        raise ValueError(
            f"The plan spends ¥{spend[year].sum():,.0f} in year {year + 1}, ¥{over[year]:,.0f} more than the budget of "
            f"¥{budget:,.0f}. Take something away."
        )
    return plan


def _need_budget(budget: object) -> None:
    if isinstance(budget, bool) or not isinstance(budget, int | float | np.number) or not 0 <= budget < np.inf:
        raise ValueError(f"`budget` must be an amount in yuan, 0 or more, but it is {budget!r}.")
