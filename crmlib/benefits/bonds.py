"""Bonds against leaving: who has a bond must have had it before the month in which he could leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import (
    empty_ids,
    listed,
    need_columns,
    need_day,
    need_days,
    need_frame,
    need_level,
    need_numbers,
    need_once,
    need_yes_no,
    set_aside,
)

WHAT, BONDS = "The frame of customers", "The frame of bonds"


@dataclass(frozen=True, repr=False)
class Hazard:
    """table: one row per bond; months: customer-months with and without each bond; excluded: customers set aside and why."""

    table: pd.DataFrame
    months: pd.DataFrame
    excluded: pd.DataFrame

    def __repr__(self) -> str:
        return self.table.to_string(index=False)


def bond_hazard(
    customers: pd.DataFrame,
    bonds: pd.DataFrame,
    kinds: Sequence[str],
    *,
    observed_from: object,
    as_of: object,
    ever: bool = False,
    adjust_for: Sequence[str] = (),
    offset: str | None = None,
    tenure_bands: Sequence[float] = (1, 3, 6),
    own_choice: str | None = None,
    level: float = 0.95,
    customer: str = "customer",
    joined: str = "joined",
    left: str = "left",
    bond: str = "bond",
    since: str = "since",
) -> Hazard:
    """Estimate what a bond does to the chance of leaving in a month, bonds counted only from before that month.

    Each customer counts in every month on whose first day he was a customer. In discrete time with a complementary log-log
    link, log(−log(1 − h)) = α(tenure) + β'bonds + γ'x, the slopes are log hazard ratios: exp(β) times the rate of leaving.

    With `ever`, a bond counts in all months of a customer who ever had it. That is wrong, and here to be seen: who got a
    bond in the third year had to stay for three years to get it (*immortal time*).

    Parameters
    ----------
    customers : one row per customer, with dates `joined` and `left` (empty while there; the first leaving counts).
    bonds : one row per customer and bond: `bond` (its kind), `since`. A bond holds until the customer leaves; those of people who
        are not among `customers` are not used.
    kinds : bonds to estimate, together.
    observed_from, as_of : first and last day of the records, such as '2023-01-01'. Months are calendar months.
    adjust_for : columns of numbers in `customers` that do not change.
    offset : column that enters with a slope of 1 (a known log rate).
    tenure_bands : years at which the base rate may step; () for one rate.
    own_choice : column that says True for whom leaving was the customer's own decision; others leave the data without an event.
    level : of the intervals.

    Returns
    -------
    Hazard. table, one row per bond, then per column adjusted for: `term`, `estimate` (log hazard ratio), `error`, `low`, `high`,
    `hazard_ratio`, `ratio_low`, `ratio_high`. months, one row per bond: `bond`, `months_with`, `left_with`, `months_without`,
    `left_without`, `rate_with`, `rate_without` (per year). excluded: `reason`, `rows`, `first_rows`.

    Raises
    ------
    ValueError, TypeError : a column is missing or wrong, a customer has two rows, a bond nobody has, nobody leaves.

    Source: Prentice & Gloeckler (1978), Biometrics 34; immortal time: Suissa (2008), American Journal of Epidemiology 167(4).

    >>> people = pd.DataFrame({"customer": range(6), "joined": pd.Timestamp("2022-05-05"),
    ...     "left": pd.to_datetime(["2023-02-10", "2023-03-10", "2023-05-20", "2023-06-20", None, None])})
    >>> ties = pd.DataFrame({"customer": [2, 4], "bond": "adviser", "since": pd.to_datetime(["2023-04-10", "2022-05-05"])})
    >>> found = bond_hazard(people, ties, ["adviser"], observed_from="2023-01-01", as_of="2023-06-30", tenure_bands=())
    >>> found.months[["bond", "months_with", "left_with", "months_without", "left_without"]]
          bond  months_with  left_with  months_without  left_without
    0  adviser            7          1              21             3
    """
    import statsmodels.api as sm
    from scipy import stats

    need_level(level)
    start, end = need_day(observed_from, "observed_from"), need_day(as_of, "as_of")
    if start >= end:
        raise ValueError(f"`observed_from` ({observed_from}) must be before `as_of` ({as_of}).")
    if isinstance(kinds, str) or not len(kinds):
        raise ValueError("`kinds` must be a list of bonds, such as ['adviser', 'payroll'].")
    edges = sorted(tenure_bands)
    fixed = [*adjust_for] + [offset] * (offset is not None)
    need_columns(
        need_frame(customers, WHAT), [customer, joined, left, *fixed] + [own_choice] * (own_choice is not None), WHAT
    )
    need_once(customers, customer, WHAT)
    first_day, no_first = need_days(customers, joined, WHAT)
    last_day, stays = need_days(customers, left, WHAT)
    own = np.ones(len(customers), dtype=bool) if own_choice is None else need_yes_no(customers, own_choice, WHAT)
    traits = {name: need_numbers(customers, name, WHAT) for name in fixed}
    months = pd.date_range(pd.Timestamp(observed_from).replace(day=1), as_of, freq="MS")
    months = months[months >= pd.Timestamp(observed_from)]
    opens = (months - pd.Timestamp(0)).days.to_numpy()
    first_month = np.searchsorted(opens, first_day, side="left")
    exit_month = np.searchsorted(opens, np.where(stays, end + 1, last_day), side="right") - 1
    keep, excluded = set_aside(
        len(customers),
        [
            (f"no {customer}", empty_ids(customers, customer)),
            (f"no day in {joined!r}", no_first),
            *((f"no {name}", np.isnan(one)) for name, one in traits.items()),
            (f"{left!r} is before {joined!r}", ~stays & (last_day < first_day)),
            (
                "no month in the records",
                (first_month >= len(opens)) | (~stays & (last_day < start)) | (exit_month < first_month),
            ),
        ],
    )
    if not keep.any():
        raise ValueError(f"{WHAT} has nobody at risk between {observed_from} and {as_of}. Check the dates.")
    month = np.arange(len(opens))
    risk = (month >= first_month[keep, None]) & (month <= exit_month[keep, None])
    gone = (month == exit_month[keep, None]) & (~stays & own & (last_day <= end))[keep, None]
    has = _bonds_held(customers.loc[keep, customer], bonds, kinds, opens, ever, customer, bond, since)
    who, when = np.nonzero(risk)
    event = gone[who, when]
    if not event.any():
        raise ValueError("Nobody leaves between these days: there is nothing to explain.")
    tenure = (opens[when] - first_day[keep][who]) / 365.25
    band = np.searchsorted(edges, tenure, side="right")
    held = {kind: one[who, when] for kind, one in has.items()}
    causes = [*held.values(), *(traits[name][keep][who] for name in adjust_for)]
    known = np.zeros(len(who)) if offset is None else traits[offset][keep][who]
    # equal customer-months are counted once; columns are numbered, so that no name of a trait can meet one of ours
    months_at_risk = pd.DataFrame(dict(enumerate([event, known, band, *causes])))
    counts = months_at_risk.groupby([*months_at_risk], as_index=False).size()
    rows = []
    for kind in kinds:
        mine = held[kind]
        sizes = [int(mine.sum()), int(event[mine].sum()), int((~mine).sum()), int(event[~mine].sum())]
        if not (sizes[1] and sizes[3]):
            raise ValueError(
                f"The bond {kind!r} cannot be compared: {sizes[1]} customers left with it ({sizes[0]:,} months) and {sizes[3]} "
                f"without ({sizes[2]:,} months). Both must have happened. Leave it out, or take more months."
            )
        rows.append((kind, *sizes, 12 * sizes[1] / sizes[0], 12 * sizes[3] / sizes[2]))
    terms = [*kinds, *adjust_for]
    steps = counts[2].to_numpy()[:, None] == np.unique(band)
    fitted = sm.GLM(
        counts[0].to_numpy(float),
        np.column_stack([counts[[place + 3 for place in range(len(terms))]].to_numpy(float), steps]),
        family=sm.families.Binomial(link=sm.families.links.CLogLog()),
        offset=counts[1].to_numpy(),
        freq_weights=counts["size"].to_numpy(),
    ).fit()
    lines, reach = [], stats.norm.ppf((1 + level) / 2)
    for name, b, e in zip(
        terms, fitted.params, fitted.bse, strict=False
    ):  # the steps of the base rate come after the terms
        low, high = b - reach * e, b + reach * e
        lines.append((name, b, e, low, high, np.exp(b), np.exp(low), np.exp(high)))
    names = ["bond", "months_with", "left_with", "months_without", "left_without", "rate_with", "rate_without"]
    return Hazard(
        pd.DataFrame(
            lines, columns=["term", "estimate", "error", "low", "high", "hazard_ratio", "ratio_low", "ratio_high"]
        ),
        pd.DataFrame(rows, columns=names),
        excluded,
    )


def _bonds_held(
    ids: pd.Series, bonds: pd.DataFrame, kinds: Sequence[str], opens: np.ndarray, ever: bool, customer: str, bond: str, since: str
) -> dict[str, np.ndarray]:  # fmt: skip
    """Say which customer has which bond on the eve of each month (customers × months); with `ever`, in all months."""
    need_columns(need_frame(bonds, BONDS), [customer, bond, since], BONDS)
    days, missing = need_days(bonds, since, BONDS)
    if missing.any():
        raise ValueError(
            f"{int(missing.sum()):,} bonds have no day in {since!r}: nobody can say in which months they held. Find the day, or "
            "remove these rows."
        )
    unknown = [kind for kind in kinds if kind not in set(bonds[bond])]
    if unknown:
        raise ValueError(
            f"No bond is called {listed(unknown)}. The kinds are {listed(sorted(bonds[bond].astype('str').unique()))}."
        )
    out = {}
    for kind in kinds:
        mine = (bonds[bond] == kind).to_numpy()
        begins = pd.Series(days[mine]).groupby(bonds.loc[mine, customer].to_numpy()).min()
        day = ids.map(begins).to_numpy(float)
        out[kind] = np.repeat(~np.isnan(day)[:, None], len(opens), axis=1) if ever else day[:, None] < opens
    return out
