"""Does a programme for key accounts pay: the uplift that it needs, what it gains, and whom to admit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import Result, need_level
from crmlib.accounts._checks import known_numbers, need_number, normal_quantile, rows_kept


def programme_break_even(
    members: pd.DataFrame,
    *,
    base: str,
    cost: str,
    uplift: float,
    error: float = 0.0,
    fixed: float = 0.0,
    level: float = 0.95,
    customer: str = "customer",
) -> Result:
    """Compare what a programme costs with what it brings, for all members and for those who pay for themselves.

        gain = uplift × Σ base − Σ cost − fixed            break-even uplift = (Σ cost + fixed) / Σ base

    What the uplift is decides what the base is. More business: base is the yearly contribution, and an uplift of 0.05 is 5 % more
    of it. Fewer leave: base is what a customer who stays is worth, and an uplift of 0.02 is a chance of leaving that is 2 points
    lower. Money from elsewhere: base is what all of it would bring in a year, and an uplift of 0.02 is one yuan in fifty that comes.

    A member pays for himself if uplift × base > cost. The programme's uplift is one number for all: who gains more from it is not known
    from the base alone.

    Parameters
    ----------
    members : one row per member.
    base : column of yuan that an uplift of 1 would bring. May be below 0: an account that loses money loses more with more business.
    cost : column of yuan a year, what the member costs the programme.
    uplift, error : the estimate, and its standard error (0: known for sure).
    fixed : yuan a year, whoever is a member.
    level : of the interval.

    Returns
    -------
    Result. table, rows 'everybody' and 'those who pay': `members`, `cost` (fixed cost included), `base`, `break_even` (uplift; empty where
    no uplift is enough), `gain`, `low`, `high` (yuan), `chance` (that the gain is above 0, by a normal error).
    customers: id, `base`, `cost`, `needs` (uplift at which he pays for himself; empty where none is enough), `gain`, `admit`.
    excluded: members without an id or a number.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a cost is below 0, an uplift looks like percent, a customer has two
        rows.

    >>> people = pd.DataFrame({"customer": [1, 2, 3], "stake": [90_000.0, 20_000, -5_000], "adviser": 1_200.0})
    >>> found = programme_break_even(people, base="stake", cost="adviser", uplift=0.03, error=0.01)
    >>> found.table[["who", "members", "cost", "break_even", "gain", "low", "high"]].round(3)
                 who  members    cost  break_even    gain       low      high
    0      everybody        3  3600.0       0.034  -450.0 -2507.962  1607.962
    1  those who pay        1  1200.0       0.013  1500.0  -263.968  3263.968
    """
    rise = need_number(uplift, "uplift", "a share such as 0.03 for 3 %, or 3 points (write 3 % as 0.03)", -1, 1)
    spread = need_number(error, "error", "a standard error of 0 or more, in the uplift's unit", 0, 1)
    always = need_number(fixed, "fixed", "an amount of 0 or more", 0)
    reach = normal_quantile(need_level(level))
    rows, keep, excluded = known_numbers(members, customer, [base, cost])
    below = (rows[cost] < 0).to_numpy()
    if below.any():
        raise ValueError(
            f"Column {cost!r} is below 0 in {rows_kept(below, keep)}. A cost is 0 or more: turn its sign round."
        )
    found = pd.DataFrame({customer: rows[customer], "base": rows[base], "cost": rows[cost]})
    found["needs"] = (found["cost"] / found["base"]).where(found["base"] > 0)
    found["gain"] = rise * found["base"] - found["cost"]
    found["admit"] = found["gain"] > 0
    groups = {"everybody": found, "those who pay": found[found["admit"]]}
    return Result(
        pd.DataFrame([_row(name, one, rise, spread, always, reach) for name, one in groups.items()]), found, excluded
    )


def _row(who: str, rows: pd.DataFrame, rise: float, spread: float, fixed: float, reach: float) -> dict[str, object]:
    from scipy import stats

    cost = rows["cost"].sum() + (fixed if len(rows) else 0.0)  # a programme without members is not run
    total = rows["base"].sum()
    gain, error = rise * total - cost, spread * abs(total)
    chance = float(stats.norm.cdf(gain / error)) if error > 0 else float(gain > 0)
    return {
        "who": who,
        "members": len(rows),
        "cost": cost,
        "base": total,
        "break_even": cost / total if total > 0 else np.nan,
        "gain": gain,
        "low": gain - reach * error,
        "high": gain + reach * error,
        "chance": chance,
    }
