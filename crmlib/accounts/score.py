"""Which accounts are key: a score of several criteria, how much hangs on its weights, and what the list brought a year later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from crmlib._frames import Result, listed, need_level
from crmlib.accounts._checks import (
    best,
    known_numbers,
    need_number,
    need_top,
    need_weights,
    normal_quantile,
)

SCALES = ("rank", "range")
BEST = "best in hindsight"


def account_scores(
    accounts: pd.DataFrame,
    weights: Mapping[str, float],
    *,
    scale: str = "rank",
    top: int = 40,
    customer: str = "customer",
) -> Result:
    """Score accounts by several criteria, and list those with the highest score.

        score = Σ weight × part        with weights that add up to 1 and parts from 0 (lowest account) to 1 (highest)

    The parts make yuan and numbers of products comparable, and there is more than one way to do it:

        'rank'    (rank − 1) / (customers − 1), equal values sharing their mean rank: how many have less
        'range'   (value − lowest) / (highest − lowest): how far up to the largest account

    By rank the second largest is as near to the largest as the 500th to the 501st; by range one giant pushes all others together.

    Parameters
    ----------
    accounts : one row per customer.
    weights : criterion (a column in which more is better) -> weight.
    top : how many accounts are listed. Among equal scores the smaller id goes first; the table says how many tie at the border.

    Returns
    -------
    Result. table, one row per criterion: `criterion`, `weight`, `lowest`, `median`, `highest` (of the column), `part_listed`,
    `part_others` (mean part of the listed, and of the others), `tied_at_border` (accounts with the score of the last one listed).
    customers: id, a part per criterion, `score` (0 to 1), `place` (1 is best, equal scores share it), `listed`.
    excluded: customers without an id or a criterion.

    Raises
    ------
    ValueError, TypeError : weights do not add up to 1 or are below 0, a criterion is missing, is no number or is the same for
        everybody, a customer has two rows.

    >>> people = pd.DataFrame({"customer": [1, 2, 3], "contribution": [900.0, 100, 500], "elsewhere": [0.0, 80_000, 60_000]})
    >>> found = account_scores(people, {"contribution": 0.6, "elsewhere": 0.4}, top=1)
    >>> found.customers
       customer  contribution  elsewhere  score  place  listed
    0         1           1.0        0.0    0.6      1    True
    1         2           0.0        1.0    0.4      3   False
    2         3           0.5        0.5    0.5      2   False
    """
    given = need_weights(weights)
    base, parts, excluded = _parts(accounts, list(given), scale, customer)
    count = need_top(top, len(base))
    score = sum(given[name] * parts[name] for name in given)
    chosen = best(score, base[customer], count)
    rounded = pd.Series(np.round(score, 12))
    found = pd.DataFrame({customer: base[customer], **parts, "score": score})
    found["place"] = rounded.rank(ascending=False, method="min").astype("int64")
    found["listed"] = chosen
    table = pd.DataFrame(
        {
            "criterion": list(given),
            "weight": list(given.values()),
            "lowest": [base[name].min() for name in given],
            "median": [base[name].median() for name in given],
            "highest": [base[name].max() for name in given],
            "part_listed": [parts[name][chosen].mean() for name in given],
            "part_others": [parts[name][~chosen].mean() for name in given],
        }
    )
    table["tied_at_border"] = int((rounded == rounded[chosen].min()).sum())
    return Result(table, found, excluded)


def weight_sensitivity(
    accounts: pd.DataFrame,
    weights: Mapping[str, float],
    *,
    move: float = 0.1,
    scale: str = "rank",
    top: int = 40,
    customer: str = "customer",
) -> Result:
    """Move each weight up and down, the others in proportion, and count who stays on the list.

    A weight that would leave 0 to 1 is not moved: its row has no numbers.

    Parameters
    ----------
    accounts, weights, scale, top : as for `account_scores`; at least two criteria with a weight above 0.
    move : by how much, such as 0.1 (10 points of 100).

    Returns
    -------
    Result. table, two rows per criterion: `criterion`, `move`, `weight` (after it), `kept` (accounts of the list that
    stay on it), `kept_share`.
    customers: id, `listed` (with the weights as given), `lists` (how many of all lists have him), `lists_share`.
    excluded: as for `account_scores`.

    Raises
    ------
    ValueError, TypeError : as `account_scores`; one criterion has all of the weight.

    >>> people = pd.DataFrame({"customer": [1, 2, 3], "contribution": [900.0, 100, 400], "elsewhere": [0.0, 80_000, 60_000]})
    >>> weight_sensitivity(people, {"contribution": 0.45, "elsewhere": 0.55}, top=1).table
          criterion  move  weight  kept  kept_share
    0  contribution  -0.1    0.35     1         1.0
    1  contribution   0.1    0.55     0         0.0
    2     elsewhere  -0.1    0.45     0         0.0
    3     elsewhere   0.1    0.65     1         1.0
    """
    given = need_weights(weights)
    step = need_number(move, "move", "a number above 0 and below 1, such as 0.1", 1e-9, 1 - 1e-9)
    if max(given.values()) == 1:
        raise ValueError(
            "One criterion has all of the weight, so that nothing can move. Give a second one some weight."
        )
    base, parts, excluded = _parts(accounts, list(given), scale, customer)
    count = need_top(top, len(base))
    ids = base[customer]
    first = best(sum(given[name] * parts[name] for name in given), ids, count)
    lists, rows = [first], []
    for name, sign in [(name, sign) for name in given for sign in (-1, 1)]:
        to = round(given[name] + sign * step, 12)
        row = {"criterion": name, "move": sign * step, "weight": np.nan, "kept": pd.NA, "kept_share": np.nan}
        if 0 <= to <= 1:
            ratio = (1 - to) / (1 - given[name])
            score = sum((to if one == name else ratio * given[one]) * parts[one] for one in given)
            lists.append(best(score, ids, count))
            kept = int((lists[-1] & first).sum())
            row |= {"weight": to, "kept": kept, "kept_share": kept / count}
        rows.append(row)
    often = np.sum(lists, axis=0)
    found = pd.DataFrame({customer: ids, "listed": first, "lists": often, "lists_share": often / len(lists)})
    return Result(pd.DataFrame(rows).astype({"kept": "Int64"}), found, excluded)


def ranking_overlap(
    accounts: pd.DataFrame, measures: Sequence[str], *, top: int = 40, customer: str = "customer"
) -> pd.DataFrame:
    """Count how many accounts two rankings share among their best.

    Parameters
    ----------
    accounts : one row per customer.
    measures : two columns or more to rank by, the highest first; among equals the smaller id goes first.
    top : how many of each.

    Returns
    -------
    One row per pair: `first`, `second`, `both` (accounts among the top of both), `share` (of `top`), `by_chance` (accounts that
    two rankings without anything in common would share, top² / customers).

    Raises
    ------
    ValueError, TypeError : a column is missing, is no number or has empty rows, a customer has two rows.

    >>> people = pd.DataFrame({"customer": [1, 2, 3, 4], "deposits": [900.0, 700, 50, 20], "profit": [-8.0, 9, 4, 1]})
    >>> ranking_overlap(people, ["deposits", "profit"], top=2)
          first  second  both  share  by_chance
    0  deposits  profit     1    0.5        1.0
    """
    if isinstance(measures, str) or len(measures) < 2:
        raise ValueError("`measures` must name two columns or more, such as ['deposits_average', 'profit'].")
    base = _complete(accounts, customer, list(measures))
    count = need_top(top, len(base))
    lists = {name: best(base[name].to_numpy(), base[customer], count) for name in measures}
    rows = [
        {"first": one, "second": two, "both": int((lists[one] & lists[two]).sum())}
        for one, two in combinations(measures, 2)
    ]
    table = pd.DataFrame(rows)
    return table.assign(share=table["both"] / count, by_chance=count**2 / len(base))


def judge_lists(
    accounts: pd.DataFrame,
    lists: Sequence[str],
    outcome: str,
    *,
    top: int = 40,
    against: str | None = None,
    level: float = 0.95,
    customer: str = "customer",
) -> pd.DataFrame:
    """Judge ways to pick accounts by what the picked ones brought afterwards.

    Each list holds the `top` accounts by its column, known *before*; the outcome comes *after*. The interval of a difference
    says how far it could have come from a few large accounts: it is that of a sum over customers drawn afresh,

        error² = n × variance over all n customers of (on this list − on the other) × outcome

    Parameters
    ----------
    accounts : one row per customer who was there when the lists were made.
    lists : columns to rank by, the highest first; among equals the smaller id goes first.
    outcome : column of what came afterwards (yuan); 0 for a customer who had left by then.
    against : the list that the others are compared with; the first one unless said.
    level : of the interval.

    Returns
    -------
    One row per list and one for the best list that hindsight could make: `list`, `total` (outcome of its accounts), `share_of_best`,
    `shared_with_best` (accounts), `difference` (to `against`), `low`, `high`.

    Raises
    ------
    ValueError, TypeError : a column is missing, is no number or has empty rows, the outcome is among the lists, a customer has two
        rows.

    >>> people = pd.DataFrame({"customer": range(4), "deposits": [9.0, 8, 2, 1], "profit": [1.0, 6, 7, 2], "next": [2.0, 5, 8, 1]})
    >>> judge_lists(people, ["deposits", "profit"], "next", top=2)[["list", "total", "share_of_best", "difference"]].round(2)
                    list  total  share_of_best  difference
    0           deposits    7.0           0.54         0.0
    1             profit   13.0           1.00         6.0
    2  best in hindsight   13.0           1.00         6.0
    """
    if isinstance(lists, str) or not len(lists):
        raise ValueError("`lists` must name the columns to rank by, such as ['deposits_average', 'score'].")
    if outcome in lists:
        raise ValueError(
            f"{outcome!r} is the outcome and cannot make a list: nobody knew it. {BEST!r} is added by itself."
        )
    if BEST in lists:
        raise ValueError(f"{BEST!r} is the name of the row that is added. Give the column another name.")
    other = lists[0] if against is None else against
    if other not in lists:
        raise ValueError(f"`against` must be one of {listed(lists)}, but it is {against!r}.")
    base = _complete(accounts, customer, [*lists, outcome])
    count = need_top(top, len(base))
    after = base[outcome].to_numpy()
    chosen = {name: best(base[name].to_numpy(), base[customer], count) for name in lists}
    chosen[BEST] = best(after, base[customer], count)
    reach, most = normal_quantile(need_level(level)), after[chosen[BEST]].sum()
    rows = []
    for name, one in chosen.items():
        gap = (one.astype(float) - chosen[other]) * after
        error = np.sqrt(len(base) * gap.var(ddof=1))
        rows.append(
            {
                "list": name,
                "total": after[one].sum(),
                "share_of_best": after[one].sum() / most if most > 0 else np.nan,
                "shared_with_best": int((one & chosen[BEST]).sum()),
                "difference": gap.sum(),
                "low": gap.sum() - reach * error,
                "high": gap.sum() + reach * error,
            }
        )
    return pd.DataFrame(rows)


def _complete(accounts: pd.DataFrame, customer: str, columns: list[str]) -> pd.DataFrame:
    """Return id and columns as numbers; two lists can only be compared over the same customers, so nothing may be empty."""
    base, _, excluded = known_numbers(accounts, customer, columns)
    if len(excluded):
        told = ", ".join(f"{row.rows:,} × {row.reason} (row {row.first_rows})" for row in excluded.itertuples())
        raise ValueError(
            f"The frame of accounts has gaps: {told}. Lists can be compared over the same customers only: fill the gaps, "
            "or leave these rows out yourself."
        )
    return base


def _parts(accounts, names, scale, customer):
    """Return the customers who can be scored, their parts from 0 to 1, and who was set aside."""
    if scale not in SCALES:
        raise ValueError(f"`scale` must be one of {listed(SCALES)}, but it is {scale!r}. See account_scores.")
    taken = [name for name in names if name in ("score", "place", "listed")]
    if taken:
        raise ValueError(f"The name {listed(taken)} is a column of the answer. Give the criterion another name.")
    base, _, excluded = known_numbers(accounts, customer, names)
    same = [name for name in names if base[name].min() == base[name].max()]
    if same:
        raise ValueError(f"Criterion {listed(same)} is the same for everybody, so that it ranks nobody. Leave it out.")
    if scale == "rank":
        parts = {name: ((base[name].rank() - 1) / (len(base) - 1)).to_numpy() for name in names}
    else:
        low = {name: base[name].min() for name in names}
        parts = {name: ((base[name] - low[name]) / (base[name].max() - low[name])).to_numpy() for name in names}
    return base, parts, excluded
