"""Time-of-use prices on trial: what they change where the lot decided, and what the volunteers seem to show."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import Result, need_columns, need_day, need_days, need_frame, need_level, set_aside
from crmlib.tariff._usage import USAGE, need_usage, no_gaps, used_numbers


def peak_share_change(bills: pd.DataFrame, start: str) -> Result:
    """Measure for each customer how the share of use at peak changed from before `start` to after.

    change = mean of ln(kWh at peak / kWh) over the months from `start` on, minus the mean over the months before. About the
    change of the share in relative terms: −0.05 is 5 % less. `change_ratio`: the same for ln(kWh at peak / kWh in the valley).

    Parameters
    ----------
    bills : one row per customer and month: `customer`, `month`, `kwh_peak`, `kwh_flat`, `kwh_valley`.
    start : first month with the new prices, a day such as "2024-07-01".

    Returns
    -------
    Result. customers: `customer`, `before`, `after` (means of ln share), `change`, `change_ratio`; those with months on both
    sides. table: one row: `customers`, `before`, `after` (shares, geometric means), `change`. excluded: bills set aside
    because a period has no use (its logarithm does not exist) or the customer has bills on one side only.

    Raises
    ------
    ValueError, TypeError : a column is missing, kWh empty or negative, no customer has bills on both sides.

    >>> bills = pd.DataFrame({"customer": 1, "month": pd.to_datetime(["2024-06-01", "2024-07-01"]), "kwh_peak": [40, 38],
    ...                       "kwh_flat": [30, 30], "kwh_valley": [30, 32]})
    >>> peak_share_change(bills, "2024-07-01").customers[["change", "change_ratio"]].round(3)
       change  change_ratio
    0  -0.051        -0.116
    """
    kwh = need_usage(bills, "customer", "month")
    no_gaps(bills, ["customer", "month"], USAGE)
    days, _ = need_days(bills, "month", USAGE)
    late = days >= need_day(start, "start")
    usable = (kwh > 0).all(axis=1)
    sides = pd.DataFrame({"early": usable & ~late, "late": usable & late}).groupby(bills["customer"].to_numpy())
    both = sides.transform("any").all(axis=1).to_numpy()
    keep, excluded = set_aside(
        len(bills), [("no use in one of the periods", ~usable), ("no bill on one side of the start", ~both)]
    )
    if not keep.any():
        raise ValueError(f"No customer has bills both before and after {start}. Choose another start.")
    logs = np.log(kwh[keep])
    values = pd.DataFrame({"share": logs[:, 0] - np.log(kwh[keep].sum(axis=1)), "ratio": logs[:, 0] - logs[:, 2]})
    means = values.groupby([bills["customer"].to_numpy()[keep], late[keep]]).mean().unstack()
    customers = pd.DataFrame(
        {
            "before": means["share"][False],
            "after": means["share"][True],
            "change": means["share"][True] - means["share"][False],
            "change_ratio": means["ratio"][True] - means["ratio"][False],
        }
    )
    customers = customers.rename_axis("customer").reset_index()
    table = pd.DataFrame(
        {
            "customers": [len(customers)],
            "before": np.exp(customers["before"].mean()),
            "after": np.exp(customers["after"].mean()),
            "change": customers["change"].mean(),
        }
    )
    return Result(table, customers, excluded)


def compare_arms(
    customers: pd.DataFrame,
    column: str,
    treated: str,
    control: str,
    *,
    arm: str = "arm",
    by: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare the mean of a number between two arms.

    difference = mean of the treated − mean of the control. Interval: Welch's t, which lets the arms spread differently.

    Parameters
    ----------
    customers : one row per customer (or agent, shop ...): the number, the arm and, with `by`, the group.
    column : number to compare.
    treated, control : names of the two arms; rows of other arms are not used.
    arm : column with the arm.
    by : column of groups known before, one row each.
    level : of the intervals.

    Returns
    -------
    Frame, one row (or one per group): (`by`,) `treated`, `control` (how many), `treated_mean`, `control_mean`, `difference`,
    `error`, `low`, `high` (both empty where neither arm varies: nothing then says how far off the difference is). Causal if the
    arms were drawn by lot; only a description if people chose their arm.

    Raises
    ------
    ValueError, TypeError : a column is missing, a number is empty, an arm has fewer than two rows.

    Source: Welch (1947), The generalization of 'Student's' problem when several different population variances are involved.

    >>> frame = pd.DataFrame({"arm": ["new"] * 3 + ["old"] * 3, "use": [1.0, 2.0, 3.0, 3.0, 4.0, 5.0]})
    >>> compare_arms(frame, "use", "new", "old")[["difference", "low", "high"]].round(2)
       difference   low  high
    0        -2.0 -4.27  0.27
    """
    from scipy import stats

    what = "The frame of arms"
    need_columns(need_frame(customers, what), [column, arm] + [by] * (by is not None), what)
    level = need_level(level)
    used = customers[arm].isin([treated, control]).to_numpy()
    if not used.any():
        raise ValueError(f"Column {arm!r} holds neither {treated!r} nor {control!r}.")
    values = used_numbers(customers, column, what, used)
    no_gaps(customers, [by] * (by is not None), what, used)
    frame = customers[used]
    group = np.zeros(len(frame), dtype=int) if by is None else frame[by].to_numpy()
    side = np.where((frame[arm] == treated).to_numpy(bool), "t", "c")
    found = pd.DataFrame({"value": values, "group": group, "side": side}).groupby(["group", "side"])["value"]
    cells = found.agg(["size", "mean", "var"]).unstack("side")
    small = cells["size"].reindex(columns=["t", "c"]).fillna(0) < 2
    if small.to_numpy().any():
        raise ValueError(
            f"An arm has fewer than two rows ({treated!r} or {control!r}): there is no spread to compare with."
        )
    parts = {side: cells["var"][side] / cells["size"][side] for side in "tc"}
    error = np.sqrt(parts["t"] + parts["c"])
    freedom = error**4 / sum(parts[side] ** 2 / (cells["size"][side] - 1) for side in "tc")
    reach = pd.Series(stats.t.ppf((1 + level) / 2, freedom), index=error.index) * error
    difference = cells["mean"]["t"] - cells["mean"]["c"]
    out = pd.DataFrame(
        {
            "treated": cells["size"]["t"].astype(int), "control": cells["size"]["c"].astype(int),
            "treated_mean": cells["mean"]["t"], "control_mean": cells["mean"]["c"], "difference": difference,
            "error": error, "low": difference - reach, "high": difference + reach,
        }
    )  # fmt: skip
    return out.reset_index(drop=True) if by is None else out.rename_axis(by).reset_index()
