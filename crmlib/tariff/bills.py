"""Bills from rules kept as data: a price by the hour, a surcharge by the month's volume, a charge for contracted power.

Two things that are easily mixed up: a **tier** looks at how much is used in the month, whenever that is; a **time-of-use** price
looks at the hour, however much it is.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_amounts, need_columns, need_frame, need_numbers, need_once, rows_text
from crmlib.tariff._usage import PERIODS, USAGE, need_names, need_usage, no_gaps

TARIFFS = "The table of tariffs"
_PRICES = tuple(f"price_{period}" for period in PERIODS)
_TIERS = ("tier1_kwh", "tier2_kwh", "surcharge_tier2", "surcharge_tier3")
_RULES = ("tariff", *_PRICES, *_TIERS, "price_kw_month")


def _rules(tariffs: pd.DataFrame) -> pd.DataFrame:
    """Check a table of tariffs and return it by name, in numbers; a tariff without tiers has endless ones."""
    need_columns(need_frame(tariffs, TARIFFS), _RULES, TARIFFS)
    need_once(tariffs, "tariff", TARIFFS)
    no_gaps(tariffs, ["tariff"], TARIFFS)
    rules = {name: need_amounts(tariffs, name, TARIFFS) for name in _RULES if name not in ("tariff", *_TIERS[:2])}
    one, two = (need_numbers(tariffs, name, TARIFFS) for name in _TIERS[:2])
    wrong = (np.isnan(one) != np.isnan(two)) | (one < 0) | (two < one)
    if wrong.any():
        raise ValueError(
            f"In the table of tariffs tier 1 must end before tier 2, or both must be empty, but not so in {rows_text(wrong)}."
        )
    rules |= {"tier1_kwh": np.where(np.isnan(one), np.inf, one), "tier2_kwh": np.where(np.isnan(two), np.inf, two)}
    return pd.DataFrame(rules, index=pd.Index(tariffs["tariff"].astype(str), name="tariff"))


def bill(usage: pd.DataFrame, tariffs: pd.DataFrame) -> pd.DataFrame:
    """Work out bills from use and tariff rules, part by part.

    energy = Σ kWh × price of the hour's period; surcharge = kWh between the ends of tiers 1 and 2 × s₂ + kWh above × s₃; capacity =
    contracted kW × price per kW and month × share of the month, rounded down to 0.01; amount = their sum, rounded to 0.01 only
    after adding: it can differ by 0.01 from the sum of the parts as shown (100.024 + 0.004 is 100.03, shown are 100.02 and 0.00).

    Parameters
    ----------
    usage : one row per bill: `tariff` (name), `kwh_peak`, `kwh_flat`, `kwh_valley` (kWh of the month); where its tariff has
        a charge for contracted power, `contract_kw` (kW); optional `month_share` (share of the month with supply, 0 to 1; 1
        if left out).
    tariffs : one row per tariff: `tariff`, `price_peak`, `price_flat`, `price_valley` (money per kWh), `tier1_kwh`,
        `tier2_kwh` (upper ends in kWh a month, empty: no tiers), `surcharge_tier2`, `surcharge_tier3` (added to the price,
        money per kWh), `price_kw_month` (money per kW and month).

    Returns
    -------
    Frame with the rows of `usage`: `kwh` (of the month), `energy`, `surcharge`, `capacity`, `amount` (money, to 0.01).

    Raises
    ------
    ValueError, TypeError : a column is missing, kWh empty or negative, a tariff that has no rules, tiers out of order.

    >>> rules = pd.DataFrame({"tariff": ["tiered"], "price_peak": [0.5], "price_flat": [0.5], "price_valley": [0.5],
    ...     "tier1_kwh": [200], "tier2_kwh": [300], "surcharge_tier2": [0.1], "surcharge_tier3": [0.3], "price_kw_month": [0.0]})
    >>> use = pd.DataFrame({"tariff": ["tiered"] * 2, "kwh_peak": [100, 400], "kwh_flat": [50, 0], "kwh_valley": [50, 0]})
    >>> bill(use, rules)
       kwh  energy  surcharge  capacity  amount
    0  200   100.0        0.0       0.0   100.0
    1  400   200.0       40.0       0.0   240.0
    """
    kwh = need_usage(usage, "tariff")
    rules = _rules(tariffs)
    place = rules.index.get_indexer(usage["tariff"].astype(str))
    if (place < 0).any():
        unknown = usage["tariff"][place < 0].unique().tolist()
        raise ValueError(
            f"The table of tariffs has no rules for {listed(unknown)}, used in {rows_text(place < 0)}. It knows "
            f"{listed(rules.index)}."
        )
    rule = {name: column[place] for name, column in rules.items() for column in [column.to_numpy()]}
    total = kwh.sum(axis=1)
    energy = sum(kwh[:, column] * rule[name] for column, name in enumerate(_PRICES))
    second = np.maximum(np.minimum(total, rule["tier2_kwh"]) - rule["tier1_kwh"], 0)
    third = np.maximum(total - rule["tier2_kwh"], 0)
    surcharge = second * rule["surcharge_tier2"] + third * rule["surcharge_tier3"]
    parts = {"energy": energy, "surcharge": surcharge, "capacity": _capacity(usage, rule["price_kw_month"])}
    parts["amount"] = sum(parts.values())
    out = pd.DataFrame({name: part.round(2) for name, part in parts.items()}, index=usage.index)
    whole = all(
        usage[name].dtype.kind in "iu" for name in usage.columns if name in ("kwh_peak", "kwh_flat", "kwh_valley")
    )
    out.insert(0, "kwh", total.astype(np.int64) if whole else total)
    return out


def _capacity(usage: pd.DataFrame, price: np.ndarray) -> np.ndarray:
    """Return the charge for contracted power, rounded down to 0.01."""
    if not price.any():
        return np.zeros(len(usage))
    if "contract_kw" not in usage:
        raise ValueError(
            "Some of these tariffs charge contracted power, but the frame of use has no column 'contract_kw'. Merge it "
            "from the customers: usage.merge(customers[['customer', 'contract_kw']])."
        )
    kilowatt = need_amounts(usage.assign(contract_kw=usage["contract_kw"].where(price > 0, 0)), "contract_kw", USAGE)
    share = need_amounts(usage, "month_share", USAGE) if "month_share" in usage else np.ones(len(usage))
    if (share > 1).any():
        raise ValueError(f"`month_share` is a share from 0 to 1, but is larger in {rows_text(share > 1)}.")
    # A tenth of a millionth of a cent: 100 x 0.29 is 28.999999999999996 to a computer.
    return np.floor(100 * price * kilowatt * share + 1e-7) / 100


def compare_bills(usage: pd.DataFrame, tariffs: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Bill the same use under several tariffs.

    Parameters
    ----------
    usage : one row per bill, as for `bill`; a column `tariff` is not needed.
    tariffs : rules, as for `bill`.
    names : tariffs to compare.

    Returns
    -------
    Frame with the rows of `usage` and one column of amounts (money) per tariff.

    Raises
    ------
    ValueError, TypeError : as for `bill`; `names` is a single text, empty, or names a tariff twice.

    >>> rules = pd.DataFrame({"tariff": ["flat", "by hour"], "price_peak": [0.5, 0.9], "price_flat": [0.5, 0.5],
    ...     "price_valley": [0.5, 0.2], "tier1_kwh": [None, None], "tier2_kwh": [None, None], "surcharge_tier2": [0, 0],
    ...     "surcharge_tier3": [0, 0], "price_kw_month": [0, 0]})
    >>> use = pd.DataFrame({"kwh_peak": [100, 0], "kwh_flat": [50, 50], "kwh_valley": [0, 100]})
    >>> compare_bills(use, rules, ["flat", "by hour"])
       flat  by hour
    0  75.0    115.0
    1  75.0     45.0
    """
    need_frame(usage, USAGE)
    return pd.DataFrame(
        {name: bill(usage.assign(tariff=name), tariffs)["amount"] for name in need_names(names, "names")},
        index=usage.index,
    )


def period_use(load: pd.DataFrame, hours: pd.DataFrame) -> pd.DataFrame:
    """Add up hourly load by customer, month and period of the day.

    Parameters
    ----------
    load : one row per customer and hour: `customer`, `time` (beginning of the hour), `kwh`.
    hours : 24 rows: `hour` (0 to 23), `period` ("peak", "flat" or "valley").

    Returns
    -------
    Frame, one row per customer and month: `customer`, `month` (its first day), `kwh_peak`, `kwh_flat`, `kwh_valley`.

    Raises
    ------
    ValueError, TypeError : a column is missing or empty, an hour is missing or twice there, another period.

    >>> hours = pd.DataFrame({"hour": range(24), "period": ["valley"] * 8 + ["peak"] * 12 + ["flat"] * 4})
    >>> load = pd.DataFrame({"customer": 1, "time": pd.date_range("2025-01-01", periods=24, freq="h"), "kwh": 1.0})
    >>> period_use(load, hours)
       customer      month  kwh_peak  kwh_flat  kwh_valley
    0         1 2025-01-01      12.0       4.0         8.0
    """
    what = "The hourly load"
    need_columns(need_frame(load, what), ["customer", "time", "kwh"], what)
    no_gaps(load, ["customer", "time"], what)
    table = "The table of hours"
    need_columns(need_frame(hours, table), ["hour", "period"], table)
    if sorted(hours["hour"]) != list(range(24)):
        raise ValueError("The table of hours must have each hour from 0 to 23 once.")
    odd = ~hours["period"].isin(PERIODS).to_numpy()
    if odd.any():
        raise ValueError(f"The period of an hour must be {listed(PERIODS)}, but is another in {rows_text(odd)}.")
    if not pd.api.types.is_datetime64_any_dtype(load["time"]):
        raise ValueError("Column 'time' of the hourly load must hold times. Convert it first with pd.to_datetime.")
    period = hours.set_index("hour")["period"].astype(str)
    parts = pd.DataFrame(
        {
            "customer": load["customer"],
            "month": load["time"].dt.normalize() - pd.to_timedelta(load["time"].dt.day - 1, unit="D"),
            "period": load["time"].dt.hour.map(period),
            "kwh": need_amounts(load, "kwh", what),
        }
    )
    wide = parts.pivot_table(index=["customer", "month"], columns="period", values="kwh", aggfunc="sum", fill_value=0.0)
    wide = wide.reindex(columns=list(PERIODS), fill_value=0.0)
    return wide.set_axis([f"kwh_{name}" for name in PERIODS], axis="columns").reset_index()
