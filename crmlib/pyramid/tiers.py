"""Who matters most, and who moves: tiers of customers and their migration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    customer_values,
    empty_ids,
    listed,
    ordered_category,
    reasons_text,
    set_aside,
)

TIERS = ("Top", "Big", "Medium", "Small")
CUTS = (0.01, 0.04, 0.15, 0.80)


def customer_pyramid(
    values: pd.DataFrame,
    measure: str = "revenue",
    cuts: Sequence[float] = CUTS,
    *,
    money_cuts: Sequence[float] | None = None,
    names: Sequence[str] | None = None,
    customer: str = "customer",
) -> Result:
    """Rank customers by a measure and cut them into tiers, the best on top.

    Rules. The place of each cut is the cumulative share × the number of customers, rounded up to a whole customer: a
    company of eight still has one Top customer, and a tier may stay empty. Customers with equal values are never parted:
    a tie that crosses a cut goes wholly to the lower tier, so the realised shares can be smaller than planned.

    Parameters
    ----------
    values : one row per (active) customer.
    measure : column to rank by: revenue, profit, assets, number of products ...
    cuts : share of customers in each tier, top first, together 1. Not used with `money_cuts`.
    money_cuts : fixed thresholds instead, highest first, such as (300_000, 200_000): a customer with at least that much
        is in the tier; one more tier holds the rest.
    names : one per tier, top first; None: Top, Big, Medium, Small for four tiers, else Tier 1, Tier 2 ...

    Returns
    -------
    Result. table, one row per tier: `tier` (ordered category, top first), `planned_share` (of customers; empty with money
    cuts), `customers`, `customer_share`, `value`, `value_share`, `cumulative_customer_share`, `cumulative_value_share`,
    `mean_value`, `threshold` (smallest value in the tier, or the fixed cut; empty where there is none). Value shares are
    empty if the total is not above 0. customers, best first: id, measure, `rank` (1 = best, ties share a rank), `tier`.
    excluded: customers without an id or a value.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a customer has two rows, cuts do not fit.

    Source: Curry & Curry (2000), The Customer Marketing Method.

    >>> eight = pd.DataFrame({"customer": range(1, 9), "revenue": [900, 60, 60, 50, 40, 30, 20, 10]})
    >>> pyramid = customer_pyramid(eight, cuts=(0.125, 0.125, 0.25, 0.5))
    >>> pyramid.table[["tier", "planned_share", "customers", "customer_share", "value", "threshold"]]
         tier  planned_share  customers  customer_share  value  threshold
    0     Top          0.125          1           0.125  900.0      900.0
    1     Big          0.125          0           0.000    0.0        NaN
    2  Medium          0.250          3           0.375  170.0       50.0
    3   Small          0.500          4           0.500  100.0       10.0
    """
    what = "The frame of customers"
    numbers = customer_values(values, measure, customer, what)
    tier_names = _tier_names(cuts, money_cuts, names)
    keep, excluded = set_aside(
        len(values), [(f"no {customer}", empty_ids(values, customer)), (f"no {measure}", np.isnan(numbers))]
    )
    if not keep.any():
        raise ValueError(f"{what} has no customer to rank: {reasons_text(excluded)}. Check the columns.")
    ids, numbers = values.loc[keep, customer], numbers[keep]
    tier = _tiers(numbers, cuts, money_cuts)
    count = np.bincount(tier, minlength=len(tier_names))
    value = np.bincount(tier, weights=numbers, minlength=len(tier_names))
    total = value.sum() if value.sum() > 0 else np.nan
    smallest = pd.Series(numbers).groupby(tier).min().reindex(range(len(tier_names))).to_numpy()
    table = pd.DataFrame(
        {
            "tier": ordered_category(np.arange(len(tier_names)), tier_names),
            "planned_share": np.nan if money_cuts is not None else np.asarray(cuts, dtype=float),
            "customers": count,
            "customer_share": count / count.sum(),
            "value": value,
            "value_share": value / total,
            "cumulative_customer_share": np.cumsum(count) / count.sum(),
            "cumulative_value_share": np.cumsum(value) / total,
            "mean_value": value / np.where(count, count, np.nan),
            "threshold": smallest if money_cuts is None else [*map(float, money_cuts), np.nan],
        }
    )
    customers = pd.DataFrame(
        {customer: ids, measure: values.loc[keep, measure], "tier": ordered_category(tier, tier_names)}
    )
    order = np.argsort(-numbers, kind="stable")
    customers.insert(2, "rank", pd.Series(numbers).rank(method="min", ascending=False).to_numpy(np.int64))
    return Result(table, customers.iloc[order].reset_index(drop=True), excluded)


def _tiers(numbers, cuts, money_cuts):
    """Return the tier of each value, 0 = top."""
    if money_cuts is None:
        ordered = -np.sort(-numbers)
        # rounding first keeps 0.07 × 100 = 7.000000000000001 from becoming 8
        places = np.ceil(np.round(np.cumsum(cuts)[:-1] * len(ordered), 6)).astype(np.int64)
        limits = []
        for place in np.minimum(places, len(ordered)):
            if place < len(ordered) and ordered[place] == ordered[place - 1]:
                place = np.searchsorted(-ordered, -ordered[place], side="left")  # the tie goes down
            limits.append(ordered[place - 1] if place else np.inf)
    else:
        limits = money_cuts
    return np.sum([numbers < limit for limit in limits], axis=0, dtype=np.int64)


def _tier_names(cuts, money_cuts, names):
    """Check the cuts and return the names of their tiers."""
    if money_cuts is not None and tuple(cuts) != CUTS:
        raise ValueError("Give `cuts` (shares of customers) or `money_cuts` (amounts), not both.")
    word, given, example = (
        ("cuts", cuts, CUTS) if money_cuts is None else ("money_cuts", money_cuts, (300_000, 200_000))
    )
    try:
        numbers = np.asarray(() if isinstance(given, str) else tuple(given), dtype=float)
    except (TypeError, ValueError):
        numbers = np.array([])
    if not len(numbers) or not np.isfinite(numbers).all():
        raise ValueError(f"`{word}` must be a list of numbers, such as {example}, but it is {given!r}.")
    if money_cuts is None:
        if (numbers <= 0).any() or abs(numbers.sum() - 1) > 1e-9:
            percent = " Write 1 % as 0.01." if numbers.sum() > 1.5 else ""
            raise ValueError(
                f"`cuts` must be shares above 0 that sum to 1, but {listed(numbers.tolist())} sum to {numbers.sum():g}."
                f"{percent} Mend the shares; the last one is the lowest tier's."
            )
        if (np.diff(numbers) < 0).any():
            raise ValueError(
                f"`cuts` must run from the narrow top of the pyramid down to its broad base, but they are "
                f"{listed(numbers.tolist())}. Write {listed(sorted(numbers.tolist()))}, or use `money_cuts`."
            )
    elif (np.diff(numbers) >= 0).any():
        raise ValueError(
            f"`money_cuts` must run from the highest down, each once, but they are {listed(numbers.tolist())}. "
            f"Write {listed(sorted(set(numbers.tolist()), reverse=True))}."
        )
    size = len(numbers) + (money_cuts is not None)
    if names is None:
        return TIERS if size == len(TIERS) else tuple(f"Tier {number}" for number in range(1, size + 1))
    if len(names) != size or len(set(names)) != size:
        raise ValueError(
            f"`names` must be {size} different names, one per tier from the top, but they are {listed(names)}."
        )
    return tuple(names)


@dataclass(frozen=True, repr=False)
class Migration(Result):
    """A `Result` with the migration matrix: tiers before (rows) by tiers after (columns), in customers."""

    matrix: pd.DataFrame


def tier_migration(
    before: pd.DataFrame,
    after: pd.DataFrame,
    measure: str = "revenue",
    cuts: Sequence[float] = CUTS,
    *,
    money_cuts: Sequence[float] | None = None,
    names: Sequence[str] | None = None,
    customer: str = "customer",
) -> Migration:
    """Follow customers between the pyramids of two periods: up, down, stayed, new and lost, in customers and in money.

    Both pyramids are cut the same way (see `customer_pyramid`). Percentile tiers are zero-sum: among the same customers
    without ties, as many fall through each cut as rise through it, however much all of them grow. Fixed money cuts show growth.

    Parameters
    ----------
    before, after : one row per customer of the period. Who is only in `after` is new, who is only in `before` is lost. Where
        both have a column `year`, the years must be in order.
    measure, cuts, money_cuts, names, customer : as in `customer_pyramid`.

    Returns
    -------
    Migration. matrix: customers by tier before (rows, and New) and after (columns, and Lost).
    table, one row per `move` (new, up, stayed, down, lost): `strategy` it belongs to (add, upgrade, keep; empty for those
    who stayed in their tier), `customers`, `before`, `after`, `change` (money; the changes sum to the change of the total).
    customers: id, `before`, `after`, `tier_before`, `tier_after`, `move`. excluded: customers with an empty value in
    either period, who cannot be told from lost ones, and so are left out of both.

    Raises
    ------
    ValueError, TypeError : as in `customer_pyramid`, of either frame.

    Source: the three strategies (add customers, upgrade them, keep them): Curry & Curry (2000).

    >>> before = pd.DataFrame({"customer": [1, 2, 3, 4], "revenue": [500, 300, 100, 50]})
    >>> after = pd.DataFrame({"customer": [1, 2, 3, 5], "revenue": [350, 320, 420, 60]})
    >>> moved = tier_migration(before, after, money_cuts=(400, 200), names=("High", "Middle", "Low"))
    >>> moved.table
         move strategy  customers  before  after  change
    0     new      add          1     0.0   60.0    60.0
    1      up  upgrade          1   100.0  420.0   320.0
    2  stayed                   1   300.0  320.0    20.0
    3    down     keep          1   500.0  350.0  -150.0
    4    lost     keep          1    50.0    0.0   -50.0
    >>> moved.matrix
    after   High  Middle  Low  Lost
    before
    High       0       1    0     0
    Middle     0       1    0     0
    Low        1       0    0     1
    New        0       0    1     0
    """
    tier_names = _tier_names(cuts, money_cuts, names)
    both, excluded = _two_periods(before, after, measure, customer)
    there = both[["before", "after"]].notna().to_numpy()
    size = len(tier_names)
    tier = np.full(there.shape, size)
    for period in (0, 1):
        here = there[:, period]
        if not here.any():
            raise ValueError(f"No customer is left in {('`before`', '`after`')[period]}: {reasons_text(excluded)}.")
        tier[here, period] = _tiers(both.iloc[:, 1 + period].to_numpy()[here], cuts, money_cuts)
    move = np.select(
        [~there[:, 0], ~there[:, 1], tier[:, 1] < tier[:, 0], tier[:, 1] > tier[:, 0]], [0, 4, 1, 3], default=2
    )
    matrix = pd.DataFrame(
        np.bincount(tier[:, 0] * (size + 1) + tier[:, 1], minlength=(size + 1) ** 2).reshape(size + 1, size + 1),
        index=pd.Index([*tier_names, "New"], name="before"),
        columns=pd.Index([*tier_names, "Lost"], name="after"),
    )
    was, now = both["before"].fillna(0).to_numpy(), both["after"].fillna(0).to_numpy()
    table = pd.DataFrame(
        {
            "move": ["new", "up", "stayed", "down", "lost"],
            "strategy": ["add", "upgrade", "", "keep", "keep"],
            "customers": np.bincount(move, minlength=5),
            "before": np.bincount(move, weights=was, minlength=5),
            "after": np.bincount(move, weights=now, minlength=5),
        }
    )
    table["change"] = table["after"] - table["before"]
    both["tier_before"] = ordered_category(np.where(there[:, 0], tier[:, 0], -1), tier_names)
    both["tier_after"] = ordered_category(np.where(there[:, 1], tier[:, 1], -1), tier_names)
    both["move"] = ordered_category(move, tuple(table["move"]))
    return Migration(table, both, excluded, matrix)


def regression_to_the_mean(
    before: pd.DataFrame,
    after: pd.DataFrame,
    measure: str = "revenue",
    top: float = 0.05,
    *,
    customer: str = "customer",
) -> pd.DataFrame:
    """Pick the top customers by one period, by the other and by the average of both, and follow each group.

    Last year's best were partly lucky: picked by `before` they shrink, without anybody's fault. Picked by `after` the
    same customers "grow". Picked by the two-period average neither luck is favoured. Customers of both periods only.

    Parameters
    ----------
    before, after : one row per customer of the period (same length of period).
    measure : column of money.
    top : share of customers to pick, above 0 and below 1; places and ties as in `customer_pyramid`.

    Returns
    -------
    Frame, rows `picked_by` (before, after, average, everyone): `customers`, `mean_before`, `mean_after`, `growth`
    (mean after / mean before − 1) and `lead_kept`: (mean_after − everyone's) / (mean_before − everyone's); by `before`
    and in a normal world this is correlation × standard deviation after / before.

    Raises
    ------
    ValueError, TypeError : as in `tier_migration`; an empty value; fewer than two customers in both periods.

    Source: Galton (1886), Regression towards mediocrity in hereditary stature.

    >>> before = pd.DataFrame({"customer": [1, 2, 3, 4], "revenue": [90.0, 70.0, 30.0, 10.0]})
    >>> after = pd.DataFrame({"customer": [1, 2, 3, 4], "revenue": [60.0, 80.0, 50.0, 10.0]})
    >>> regression_to_the_mean(before, after, top=0.25).round(2)
      picked_by  customers  mean_before  mean_after  growth  lead_kept
    0    before          1         90.0        60.0   -0.33        0.25
    1     after          1         70.0        80.0    0.14        1.50
    2   average          0          NaN         NaN     NaN         NaN
    3  everyone          4         50.0        50.0    0.00         NaN
    """
    if not isinstance(top, int | float) or not 0 < top < 1:
        raise ValueError(f"`top` must be a share above 0 and below 1, such as 0.05 for 5 %, but it is {top!r}.")
    both, excluded = _two_periods(before, after, measure, customer)
    if len(excluded):
        raise ValueError(
            f"Not every customer can be followed: {reasons_text(excluded)}. Fill in or remove these rows first."
        )
    both = both.dropna()
    if len(both) < 2:
        raise ValueError(f"Only {len(both)} customer is in both frames: nothing to follow. Check column {customer!r}.")
    was, now = both["before"].to_numpy(), both["after"].to_numpy()
    groups = {
        by: _tiers(score, (top, 1 - top), None) == 0
        for by, score in (("before", was), ("after", now), ("average", (was + now) / 2))
    }
    groups["everyone"] = np.ones(len(both), dtype=bool)
    count = np.array([group.sum() for group in groups.values()])
    some = np.where(count, count, np.nan)
    mean_was = np.array([was[group].sum() for group in groups.values()]) / some
    mean_now = np.array([now[group].sum() for group in groups.values()]) / some
    with np.errstate(invalid="ignore", divide="ignore"):
        growth = mean_now / mean_was - 1
        lead_kept = (mean_now - mean_now[-1]) / (mean_was - mean_was[-1])
    return pd.DataFrame(
        {
            "picked_by": list(groups),
            "customers": count,
            "mean_before": mean_was,
            "mean_after": mean_now,
            "growth": np.where(np.isfinite(growth), growth, np.nan),
            "lead_kept": np.where(np.isfinite(lead_kept), lead_kept, np.nan),
        }
    )


def _two_periods(before, after, measure, customer):
    """Return one row per customer with the values of both periods, and what was set aside."""
    if all(isinstance(frame, pd.DataFrame) and "year" in frame.columns for frame in (before, after)):
        was, now = before["year"].max(), after["year"].min()
        if was > now:
            raise ValueError(f"`before` has the year {was} and `after` the year {now}: name the earlier year first.")
    frames, asides, empty = {}, [], []
    for name, values in (("before", before), ("after", after)):
        what = f"The frame `{name}`"
        numbers = customer_values(values, measure, customer, what)
        ids, no_id = values[customer], empty_ids(values, customer)
        _, excluded = set_aside(
            len(values),
            [
                (f"no {customer} in `{name}`", no_id),
                (f"no {measure} in `{name}`: not counted in either period", np.isnan(numbers)),
            ],
        )
        asides.append(excluded)
        empty.append(ids[np.isnan(numbers)])
        frames[name] = pd.DataFrame({customer: ids, name: numbers})[~no_id]
    if len({pd.api.types.is_numeric_dtype(frame[customer]) for frame in frames.values()}) > 1:
        raise ValueError(
            f"Column {customer!r} holds numbers in one of the frames `before` and `after`, text in the other: no customer "
            f"would be found again. Make both text: frame[{customer!r}].astype('str')."
        )
    unknown = pd.concat(empty)
    first, second = (frame[~frame[customer].isin(unknown)] for frame in frames.values())
    return first.merge(second, on=customer, how="outer"), pd.concat(asides, ignore_index=True)
