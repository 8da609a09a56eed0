"""What prices by the hour do: load that moves, and what that means for the customer's bill, the company's margin and the peak."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_amounts, need_columns, need_frame, need_numbers, rows_text
from crmlib.tariff._usage import KWH, PERIODS, USAGE, need_usage, no_gaps
from crmlib.tariff.bills import TARIFFS, bill

CHAIN = "The price chain"
COSTS = tuple(f"cost_{period}" for period in PERIODS)


def _three_prices(prices: Sequence[float], name: str) -> np.ndarray:
    array = np.asarray(prices, dtype=float)
    if array.shape != (3,) or not (array > 0).all():
        raise ValueError(
            f"`{name}` must be three prices above 0, of peak, flat and valley hours, but it is {prices!r}."
        )
    return array


def _moved(kwh: np.ndarray, ratio: np.ndarray, elasticity: np.ndarray) -> np.ndarray:
    weights = kwh * ratio ** -elasticity[:, None]
    total, sums = kwh.sum(axis=1, keepdims=True), weights.sum(axis=1, keepdims=True)
    return np.where(sums > 0, weights * total / np.where(sums > 0, sums, 1), 0.0)


def _elasticities(usage: pd.DataFrame, elasticity: float | str) -> np.ndarray:
    if isinstance(elasticity, str):
        need_columns(usage, [elasticity], USAGE)
        return need_amounts(usage, elasticity, USAGE)
    if not isinstance(elasticity, int | float) or not 0 <= elasticity < np.inf:
        raise ValueError(f"`elasticity` must be a number from 0 on or the name of a column, but it is {elasticity!r}.")
    return np.full(len(usage), float(elasticity))


def shift_load(
    usage: pd.DataFrame, before: Sequence[float], after: Sequence[float], elasticity: float | str
) -> pd.DataFrame:
    """Move load between peak, flat and valley hours as prices change; the month's sum stays.

    Constant elasticity of substitution σ: ln(kWh at peak / kWh in the valley) changes by −σ × the change of ln(price at peak
    / price in the valley), and likewise for every pair of periods.

    Parameters
    ----------
    usage : one row per customer or bill: `kwh_peak`, `kwh_flat`, `kwh_valley`.
    before, after : prices in peak, flat and valley hours (money per kWh).
    elasticity : σ, a number, or the name of a column with one for each row. 0: nothing moves.

    Returns
    -------
    A copy of `usage` with the three kWh columns after the move.

    Raises
    ------
    ValueError, TypeError : a column is missing, kWh empty or negative, prices not above 0, σ below 0.

    Source: Faruqui & Sergici (2010) report such elasticities from fifteen experiments.

    >>> use = pd.DataFrame({"kwh_peak": [400.0], "kwh_flat": [300.0], "kwh_valley": [300.0]})
    >>> shift_load(use, (0.5, 0.5, 0.5), (0.8, 0.5, 0.2), elasticity=0.1).round(1)
       kwh_peak  kwh_flat  kwh_valley
    0     377.7     296.9       325.4
    """
    kwh = need_usage(usage)
    ratio = _three_prices(after, "after") / _three_prices(before, "before")
    moved = _moved(kwh, ratio[None, :], _elasticities(usage, elasticity))
    return usage.assign(**dict(zip(KWH, moved.T, strict=True)))


def unit_costs(chain: pd.DataFrame) -> pd.DataFrame:
    """What one kWh costs the supplier in each period: the generator, the grid, levies, service.

    Parameters
    ----------
    chain : one row per `month` and `class`: `wholesale_peak`, `wholesale_flat`, `wholesale_valley`, `grid`, `levy`,
        `cost_to_serve` (money per kWh).

    Returns
    -------
    Frame: `month`, `class`, `cost_peak`, `cost_flat`, `cost_valley` (money per kWh).

    Raises
    ------
    ValueError, TypeError : a column is missing, a number is empty or negative.

    >>> chain = pd.DataFrame({"month": ["2025-01"], "class": ["residential"], "wholesale_peak": [0.55], "wholesale_flat": [0.4],
    ...                       "wholesale_valley": [0.2], "grid": [0.12], "levy": [0.01], "cost_to_serve": [0.04]})
    >>> unit_costs(chain)[["cost_peak", "cost_flat", "cost_valley"]].round(2)
       cost_peak  cost_flat  cost_valley
    0       0.72       0.57         0.37
    """
    wholesale = [f"wholesale_{period}" for period in PERIODS]
    need_columns(need_frame(chain, CHAIN), ["month", "class", *wholesale, "grid", "levy", "cost_to_serve"], CHAIN)
    no_gaps(chain, ["month", "class"], CHAIN)
    on_top = sum(need_amounts(chain, name, CHAIN) for name in ("grid", "levy", "cost_to_serve"))
    return chain[["month", "class"]].assign(
        **{f"cost_{period}": need_amounts(chain, f"wholesale_{period}", CHAIN) + on_top for period in PERIODS}
    )


def bill_margin(bills: pd.DataFrame, chain: pd.DataFrame) -> pd.DataFrame:
    """Add to each bill what its power cost the supplier, and what is left.

    margin = amount − Σ kWh of the period × cost of the period.

    Parameters
    ----------
    bills : one row per bill: `month`, `class`, `kwh_peak`, `kwh_flat`, `kwh_valley`, `amount` (money).
    chain : as for `unit_costs`.

    Returns
    -------
    A copy of `bills`, its index from 0, with `kwh`, `cost_peak`, `cost_flat`, `cost_valley` (per kWh), `cost` and `margin` (money).

    Raises
    ------
    ValueError, TypeError : a column is missing; a month and class of the bills is not in the chain.

    >>> chain = pd.DataFrame({"month": ["2025-01"], "class": ["residential"], "wholesale_peak": [0.55], "wholesale_flat": [0.4],
    ...                       "wholesale_valley": [0.2], "grid": [0.12], "levy": [0.01], "cost_to_serve": [0.04]})
    >>> one = pd.DataFrame({"month": ["2025-01"], "class": ["residential"], "kwh_peak": [50], "kwh_flat": [50], "kwh_valley": [0],
    ...                     "amount": [56.0]})
    >>> bill_margin(one, chain)[["cost", "margin"]].round(2)
       cost  margin
    0  64.5    -8.5
    """
    kwh = need_usage(bills, "month", "class", "amount")
    amount = need_numbers(bills, "amount", USAGE)
    costs = unit_costs(chain)
    if costs.duplicated(["month", "class"]).any():
        raise ValueError("The price chain has a month and class twice. Keep one row for each.")
    bills = bills.astype({"class": "str"}).drop(columns=[name for name in COSTS if name in bills])
    out = bills.merge(costs.astype({"class": "str"}), on=["month", "class"], how="left", validate="many_to_one")
    unknown = out["cost_peak"].isna().to_numpy()
    if unknown.any():
        raise ValueError(f"The price chain has no row for the month and class of {rows_text(unknown)} of the bills.")
    cost = sum(kwh[:, place] * out[name].to_numpy() for place, name in enumerate(COSTS))
    return out.assign(kwh=kwh.sum(axis=1), cost=cost, margin=amount - cost)


def tariff_change(usage: pd.DataFrame, tariffs: pd.DataFrame, to: str, elasticity: float | str = 0.0) -> pd.DataFrame:
    """Put customers on another tariff, on paper: bill, margin and peak use before and after.

    structural gain = old bill − new bill of the *unmoved* load; gain by shifting = new bill unmoved − new bill moved
    (`shift_load`). Who has a structural gain gains without doing anything.

    Parameters
    ----------
    usage : one row per bill: `customer`, `tariff` (the present one), `kwh_peak`, `kwh_flat`, `kwh_valley`, `cost_peak`,
        `cost_flat`, `cost_valley` (money per kWh, from `bill_margin`), and what `bill` needs besides.
    tariffs : rules, as for `bill`.
    to : name of the new tariff.
    elasticity : σ of `shift_load`, a number or a column.

    Returns
    -------
    Frame, one row per customer, sums over the rows of `usage`: `customer`, `before`, `after` (bills), `structural`,
    `shifting`, `gain` (their sum, the customer's), `margin_before`, `margin_after`, `margin_change` (the company's),
    `peak_before`, `peak_after` (kWh in peak hours). A calculation, not a finding: true only if the elasticity is.

    Raises
    ------
    ValueError, TypeError : a column is missing, a tariff without rules, σ below 0.

    >>> rules = pd.DataFrame({"tariff": ["flat", "by hour"], "price_peak": [0.5, 0.9], "price_flat": [0.5, 0.5],
    ...     "price_valley": [0.5, 0.2], "tier1_kwh": [None, None], "tier2_kwh": [None, None], "surcharge_tier2": [0, 0],
    ...     "surcharge_tier3": [0, 0], "price_kw_month": [0, 0]})
    >>> use = pd.DataFrame({"customer": [1, 2], "tariff": "flat", "kwh_peak": [100, 0], "kwh_flat": [50, 50], "kwh_valley": [0, 100],
    ...                     "cost_peak": 0.7, "cost_flat": 0.5, "cost_valley": 0.3})
    >>> tariff_change(use, rules, "by hour", 0.1)[["customer", "structural", "shifting", "margin_change"]].round(2)
       customer  structural  shifting  margin_change
    0         1       -40.0      0.79          39.61
    1         2        30.0      0.90         -30.30
    """
    kwh = need_usage(usage, "customer", "tariff", *COSTS)
    no_gaps(usage, ["customer"], USAGE)
    costs = np.column_stack([need_amounts(usage, name, USAGE) for name in COSTS])
    old = bill(usage, tariffs)["amount"].to_numpy()
    still = usage.assign(tariff=to)
    unmoved = bill(still, tariffs)["amount"].to_numpy()
    prices = tariffs.assign(tariff=tariffs["tariff"].astype(str)).set_index("tariff")
    prices = prices[[f"price_{period}" for period in PERIODS]].astype(float)
    if not (prices > 0).all(axis=None):
        raise ValueError(
            f"{TARIFFS} has a price of 0 per kWh: how load moves depends on ratios of prices. Use prices above 0."
        )
    ratio = prices.loc[str(to)].to_numpy()[None, :] / prices.loc[usage["tariff"].astype(str)].to_numpy()
    shifted = _moved(kwh, ratio, _elasticities(usage, elasticity))
    moved = bill(still.assign(**dict(zip(KWH, shifted.T, strict=True))), tariffs)["amount"].to_numpy()
    rows = pd.DataFrame(
        {
            "before": old, "after": moved, "structural": old - unmoved, "shifting": unmoved - moved, "gain": old - moved,
            "margin_before": old - (kwh * costs).sum(axis=1), "margin_after": moved - (shifted * costs).sum(axis=1),
            "peak_before": kwh[:, 0], "peak_after": shifted[:, 0],
        },
        index=usage.index,
    )  # fmt: skip
    rows.insert(7, "margin_change", rows["margin_after"] - rows["margin_before"])
    return rows.groupby(usage["customer"]).sum().reset_index()


def winners_losers(change: pd.DataFrame, by: str, *, worth: float = 0.0) -> pd.DataFrame:
    """Count who gains and who loses by a new tariff, group by group.

    Parameters
    ----------
    change : one row per customer: `gain`, `structural`, `shifting` (money; from `tariff_change`) and the column `by`.
    by : column of groups, such as class, segment or hardship.
    worth : a gain or loss counts only above this amount (money).

    Returns
    -------
    Frame, one row per group: `by`, `customers`, `gain` (mean), `structural`, `shifting` (means), `win`, `lose` (shares of
    the customers), `worst` (gain at the 5th percentile).

    Raises
    ------
    ValueError, TypeError : a column is missing or empty, `worth` is below 0.

    >>> change = pd.DataFrame({"class": ["home"] * 4, "gain": [12.0, 4.0, -8.0, 0.0], "structural": [10.0, 3.0, -9.0, 0.0],
    ...                        "shifting": [2.0, 1.0, 1.0, 0.0]})
    >>> winners_losers(change, "class")[["customers", "gain", "win", "lose"]]
       customers  gain  win  lose
    0          4   2.0  0.5  0.25
    """
    what = "The frame of changes"
    need_columns(need_frame(change, what), [by, "gain", "structural", "shifting"], what)
    no_gaps(change, [by, "gain", "structural", "shifting"], what)
    if not worth >= 0:
        raise ValueError(f"`worth` must be an amount from 0 on, but it is {worth!r}.")
    gain = need_numbers(change, "gain", what)
    frame = change[[by, "gain", "structural", "shifting"]].assign(win=gain > worth, lose=gain < -worth)
    groups = frame.groupby(by, observed=True)
    out = groups[["gain", "structural", "shifting", "win", "lose"]].mean()
    out.insert(0, "customers", groups.size())
    return out.assign(worst=groups["gain"].quantile(0.05)).reset_index()


def load_segments(usage: pd.DataFrame, by: str | Sequence[str]) -> pd.DataFrame:
    """Segment customers by their load: how much, when, how evenly, and what is left of it.

    load factor = kWh / (contracted kW × hours of the months): 1 if the contracted power ran all the time.

    Parameters
    ----------
    usage : one row per bill: `customer`, `month`, `kwh_peak`, `kwh_flat`, `kwh_valley`, `contract_kw`, `amount`, `margin` (from
        `bill_margin`) and the column `by`.
    by : column of segments, or several.

    Returns
    -------
    Frame, one row per segment: `by`, `customers`, `kwh_each` (kWh per customer and bill), `kwh_share` (of all), `peak_share`
    (of the segment's kWh), `load_factor`, `margin_each` (money per customer and bill), `margin_share` (of all; can be below 0).
    `peak_share` is empty for a segment that uses nothing, `load_factor` for one without contracted power.

    Raises
    ------
    ValueError, TypeError : a column is missing, kWh empty or negative, the margins add up to 0.

    >>> use = pd.DataFrame({"customer": [1, 2], "month": pd.Timestamp("2025-04-01"), "kind": ["shop", "plant"], "kwh_peak": [50, 400],
    ...     "kwh_flat": [30, 300], "kwh_valley": [20, 300], "contract_kw": [1, 2], "amount": [80.0, 600.0], "margin": [20.0, 80.0]})
    >>> load_segments(use, "kind")[["kind", "kwh_share", "peak_share", "load_factor", "margin_share"]].round(2)
        kind  kwh_share  peak_share  load_factor  margin_share
    0  plant       0.91         0.4         0.69           0.8
    1   shop       0.09         0.5         0.14           0.2
    """
    keys = [by] if isinstance(by, str) else list(by)
    kwh = need_usage(usage, "customer", "month", "contract_kw", "amount", "margin", *keys)
    no_gaps(usage, [*keys, "customer", "month"], USAGE)
    if not pd.api.types.is_datetime64_any_dtype(usage["month"]):
        raise ValueError("Column 'month' of the frame of use must hold dates. Convert it first with pd.to_datetime.")
    able = need_amounts(usage, "contract_kw", USAGE) * 24 * usage["month"].dt.days_in_month
    frame = usage[[*keys, "customer"]].assign(
        kwh=kwh.sum(axis=1), peak=kwh[:, 0], able=able, margin=need_numbers(usage, "margin", USAGE)
    )
    groups = frame.groupby(keys, observed=True)
    sums, bills = groups[["kwh", "peak", "able", "margin"]].sum(), groups.size()
    all_margin = sums["margin"].sum()
    if all_margin == 0:
        raise ValueError(f"The margins of {listed(keys)} add up to 0, so that nobody has a share of them.")
    return pd.DataFrame(
        {
            "customers": groups["customer"].nunique(),
            "kwh_each": sums["kwh"] / bills,
            "kwh_share": sums["kwh"] / sums["kwh"].sum(),
            "peak_share": sums["peak"] / sums["kwh"],
            "load_factor": sums["kwh"] / sums["able"].where(sums["able"] > 0),
            "margin_each": sums["margin"] / bills,
            "margin_share": sums["margin"] / all_margin,
        }
    ).reset_index()
