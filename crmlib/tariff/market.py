"""The market: who earns what on the way from the generator to the customer, and who leaves once leaving is possible."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import (
    is_whole,
    listed,
    need_amounts,
    need_columns,
    need_day,
    need_days,
    need_frame,
    need_level,
    need_once,
    rows_text,
)
from crmlib.tariff._usage import PERIODS, need_usage, no_gaps
from crmlib.tariff.shift import CHAIN, bill_margin

LINKS = ("fuel", "generator's margin", "grid", "levy", "cost to serve", "supplier's margin")


def kwh_chain(bills: pd.DataFrame, chain: pd.DataFrame) -> pd.DataFrame:
    """Follow a kWh from the generator to the customer: who is paid what out of the average price.

    generator's margin = price paid to generators − fuel; supplier's margin = what the customer pays − all costs. Means over
    the kWh of the bills.

    Needs bills, and weighs by them: price = Σ amounts / Σ kWh, and a month counts by its kWh. Take it to say what the customers of a
    time (a class, a tariff) paid and left. `margin_chain` needs no bills: it takes the `retail` price of each month, every month counts
    alike, and one mix of hours holds for all. Both agree where each month has the same kWh, the same mix and an amount of `retail` × kWh.

    Parameters
    ----------
    bills : one row per bill: `month`, `class`, `kwh_peak`, `kwh_flat`, `kwh_valley`, `amount` (money).
    chain : one row per `month` and `class`: `fuel`, `wholesale_peak`, `wholesale_flat`, `wholesale_valley`, `grid`, `levy`,
        `cost_to_serve` (money per kWh).

    Returns
    -------
    Frame, one row per class: `class`, `kwh` (of all its bills), then in money per kWh `fuel`, `generator's margin`, `grid`,
    `levy`, `cost to serve`, `supplier's margin` (below 0: sold under cost) and `price`, their sum.

    Raises
    ------
    ValueError, TypeError : a column is missing; a month and class of the bills is not in the chain.

    >>> chain = pd.DataFrame({"month": ["2025-01"], "class": ["residential"], "fuel": [0.25], "wholesale_peak": [0.55],
    ...                       "wholesale_flat": [0.4],
    ...                       "wholesale_valley": [0.2], "grid": [0.12], "levy": [0.01], "cost_to_serve": [0.04]})
    >>> one = pd.DataFrame({"month": ["2025-01"], "class": ["residential"], "kwh_peak": [50], "kwh_flat": [50], "kwh_valley": [0],
    ...                     "amount": [56.0]})
    >>> kwh_chain(one, chain)[["generator's margin", "supplier's margin", "price"]].round(3)
       generator's margin  supplier's margin  price
    0               0.225             -0.085   0.56
    """
    need_columns(need_frame(chain, CHAIN), ["fuel"], CHAIN)
    need_amounts(chain, "fuel", CHAIN)
    kwh = need_usage(bills, "month", "class", "amount")
    priced = bill_margin(bills[["month", "class", "kwh_peak", "kwh_flat", "kwh_valley", "amount"]], chain)
    parts = ["fuel", "grid", "levy", "cost_to_serve", *(f"wholesale_{period}" for period in PERIODS)]
    rows = priced.merge(chain.astype({"class": "str"})[["month", "class", *parts]], on=["month", "class"], how="left")
    total = priced["kwh"].to_numpy()
    paid = sum(kwh[:, place] * rows[f"wholesale_{period}"].to_numpy() for place, period in enumerate(PERIODS))
    fuel = total * rows["fuel"].to_numpy()
    sums = pd.DataFrame(
        {
            "kwh": total, "fuel": fuel, "generator's margin": paid - fuel, "grid": total * rows["grid"].to_numpy(),
            "levy": total * rows["levy"].to_numpy(), "cost to serve": total * rows["cost_to_serve"].to_numpy(),
            "supplier's margin": priced["margin"].to_numpy(), "price": priced["amount"].to_numpy(),
        }
    ).groupby(priced["class"]).sum()  # fmt: skip
    each = sums.drop(columns="kwh").div(sums["kwh"], axis="index")
    each.insert(0, "kwh", sums["kwh"])
    return each.rename_axis("class").reset_index()


def exit_panel(customers: pd.DataFrame, start: str, end: str, *, months: int = 3) -> pd.DataFrame:
    """Follow customers from period to period: who was there on its first day, and who left within it.

    Parameters
    ----------
    customers : one row per customer: `customer`, `class`, `since` (first day of supply), `left` (last day, empty if still there).
    start, end : first day of the first period, and the day after the last one.
    months : length of a period, a whole number.

    Returns
    -------
    Frame, one row per customer and period in which it was there on the first day: `customer`, `class`, `period` (its first
    day), `left` (1.0 if it left within the period, else 0.0).

    Raises
    ------
    ValueError, TypeError : a column is missing or empty, a customer left before it came, `end` is no end of a period.

    >>> customers = pd.DataFrame({"customer": [1, 2], "class": "shop", "since": pd.to_datetime(["2020-01-01", "2025-02-01"]),
    ...                           "left": pd.to_datetime(["2025-02-10", None])})
    >>> exit_panel(customers, "2025-01-01", "2025-07-01")
       customer class     period  left
    0         1  shop 2025-01-01   1.0
    1         2  shop 2025-04-01   0.0
    """
    what = "The frame of customers"
    need_columns(need_frame(customers, what), ["customer", "class", "since", "left"], what)
    no_gaps(customers, ["customer", "class", "since"], what)
    need_once(customers, "customer", what)
    (since, _), (left, still) = need_days(customers, "since", what), need_days(customers, "left", what)
    wrong = ~still & (left < since)
    if wrong.any():
        raise ValueError(f"Customers left before they came in {rows_text(wrong)}. Correct `since` or `left`.")
    if not is_whole(months) or months < 1:
        raise ValueError(f"`months` must be a whole number, 1 or more, but it is {months!r}.")
    first, after = need_day(start, "start"), need_day(end, "end")
    edges = pd.date_range(pd.Timestamp(start), pd.Timestamp(end), freq=pd.DateOffset(months=months))
    if after <= first or edges[-1] != pd.Timestamp(end):
        raise ValueError(f"From {start} to {end} must be whole periods of {months} months.")
    days = ((edges - pd.Timestamp(0)) // pd.Timedelta(days=1)).to_numpy()
    there = (since[:, None] <= days[:-1]) & (still[:, None] | (left[:, None] >= days[:-1]))
    who, when = np.nonzero(there)
    return pd.DataFrame(
        {
            "customer": customers["customer"].to_numpy()[who],
            "class": customers["class"].astype(str).to_numpy()[who],
            "period": edges[:-1][when],
            "left": (~still[who] & (left[who] < days[1:][when])).astype(float),
        }
    )


def opening_effect(
    panel: pd.DataFrame, opened: Mapping[str, str], control: str, *, per_year: float = 4.0, level: float = 0.95
) -> pd.DataFrame:
    """Compare leaving before and after a class may choose, with a class that never may: difference in differences.

    effect = (rate after − rate before) of the opened class − the same of the control class, over the same periods. Rates: share of those
    there who left within a period, times `per_year`. Errors are clustered by customer.

    Parameters
    ----------
    panel : from `exit_panel`: `customer`, `class`, `period`, `left` (1.0 or 0.0).
    opened : class -> first day of its choice, the first day of a period.
    control : class without a choice.
    per_year : periods in a year.
    level : of the intervals.

    Returns
    -------
    Frame, one row per opened class: `class`, `before`, `after` (yearly rates of leaving), `control_change` (of the control class),
    `effect`, `low`, `high`. Causal if the class would have changed like the control class, had its market stayed closed.

    Raises
    ------
    ValueError, TypeError : a column is missing or empty, a class is not in the panel, no period lies before or after an opening.

    >>> panel = pd.DataFrame({"customer": [1, 2, 3, 4] * 2, "class": (["shop"] * 2 + ["home"] * 2) * 2,
    ...     "period": pd.to_datetime(["2024-01-01"] * 4 + ["2025-01-01"] * 4), "left": [0.0, 0, 0, 0, 1, 0, 0, 0]})
    >>> opening_effect(panel, {"shop": "2025-01-01"}, "home", per_year=1)[["before", "after", "control_change", "effect"]]
       before  after  control_change  effect
    0     0.0    0.5             0.0     0.5
    """
    import statsmodels.api as sm
    from scipy import stats

    what = "The panel"
    need_columns(need_frame(panel, what), ["customer", "class", "period", "left"], what)
    no_gaps(panel, ["customer", "class", "period"], what)
    need_amounts(panel, "left", what)
    panel = panel.reset_index(drop=True)
    (days, _), left = need_days(panel, "period", what), panel["left"].to_numpy(float)
    z = stats.norm.ppf((1 + need_level(level)) / 2)
    kinds, rows = panel["class"].astype(str), []
    for kind, day in opened.items():
        late = pd.Series(days >= need_day(day, f"opened[{kind!r}]"))
        cells = [(kinds == name) & (late == side) for name in (kind, control) for side in (False, True)]
        if not all(cell.any() for cell in cells):
            raise ValueError(
                f"The panel needs customers of {kind!r} and {control!r} both before and after {day}. Its classes are "
                f"{listed(kinds.unique())}, its periods {panel['period'].min().date()} to {panel['period'].max().date()}."
            )
        used = panel[cells[0] | cells[1] | cells[2] | cells[3]]
        mine, since = (kinds[used.index] == kind).to_numpy(float), late[used.index].to_numpy(float)
        design = np.column_stack([np.ones(len(used)), mine, since, mine * since])
        groups = pd.factorize(used["customer"])[0]
        fitted = sm.OLS(left[used.index], design).fit(cov_type="cluster", cov_kwds={"groups": groups})
        reach = z * per_year * fitted.bse[3]
        before, after, control_before, control_after = (per_year * left[cell].mean() for cell in cells)
        change = control_after - control_before
        effect = after - before - change
        rows.append((kind, before, after, change, effect, effect - reach, effect + reach))
    return pd.DataFrame(rows, columns=["class", "before", "after", "control_change", "effect", "low", "high"])
