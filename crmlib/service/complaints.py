"""Complaints: how many problems are ever heard of, what became of them, and what a branch without complaints may hide."""

from __future__ import annotations

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
    need_numbers,
    need_once,
    need_yes_no,
    reasons_text,
    set_aside,
)

PROBLEMS = "The frame of problems"
CUSTOMERS = "The frame of customers"

# What became of a problem. The order is the order in which a path ends.
PATHS = (
    "not noticed",
    "solved before a complaint",
    "silent, not solved",
    "complained, not solved",
    "complained, solved",
)
# The roads to zero complaints: what the records show, and what to do about it.
ROADS = (
    ("solved", "noticed, and solved before anyone complains", "learn from it"),
    ("not noticed", "problems that nobody has noticed yet", "find and repair before they do"),
    (
        "not spoken",
        "noticed and unsolved; nobody speaks, or nobody asks",
        "ask, open a channel, reward the asking",
    ),
    ("nothing wrong", "hardly a problem happened at all", "check that problems are looked for"),
    ("too few to tell", "too few problems on record", "wait, or look at several branches together"),
)


@dataclass(frozen=True, repr=False)
class Funnel:
    """Problems from the first to the last stage. table: stages; paths: how they ended; excluded: rows set aside."""

    table: pd.DataFrame
    paths: pd.DataFrame
    excluded: pd.DataFrame

    def __repr__(self) -> str:
        aside = int(self.excluded["rows"].sum())
        return f"{self.table.round(3).to_string(index=False)}\n({aside:,} rows set aside)"


def complaint_funnel(problems: pd.DataFrame, *, stayed: str | None = None, by: str | None = None) -> Funnel:
    """Count problems through the funnel: problem → noticed → voiced → resolved → stayed.

    Each stage counts those of the stage before: voiced among noticed, resolved among voiced. What the funnel leaves out on
    the way is in `paths`: every problem ends on one of five.

    Parameters
    ----------
    problems : one row per problem, with columns `noticed`, `voiced`, `resolved` of True and False.
    stayed : column of True and False that says whether the customer was still there some time later (see `stayed_after`);
        empty where that is not known yet: such a problem counts in every stage but this one.
    by : column of groups; None: all together.

    Returns
    -------
    Funnel. table, one row per group and stage: `by`, `stage`, `problems`, `of_stage_before` (share), `low`, `high` (95 %,
    Wilson), `of_all` (share of all problems). The stage "stayed" is a share of the resolved whose stay is known.
    paths, one row per group and path: `by`, `path`, `problems`, `share`, and with `stayed`: `known`, `stayed`, `stay_share`,
    `stay_low`, `stay_high`.
    excluded: rows voiced though not noticed, which cannot be.
    Intervals take problems as independent; where a few customers have most of the problems they are too narrow.

    Raises
    ------
    ValueError, TypeError : a column is missing, or not of True and False; no usable row.

    Source: TARP (1979), Consumer complaint handling in America; Wilson (1927) for the interval.

    >>> problems = pd.DataFrame({"noticed": [True, True, True, False], "voiced": [True, True, False, False],
    ...                          "resolved": [True, False, False, False]})
    >>> complaint_funnel(problems).table[["stage", "problems", "of_stage_before", "of_all"]]
          stage  problems  of_stage_before  of_all
    0   problem         4              NaN    1.00
    1   noticed         3         0.750000    0.75
    2    voiced         2         0.666667    0.50
    3  resolved         1         0.500000    0.25
    """
    columns = ["noticed", "voiced", "resolved"]
    need_columns(need_frame(problems, PROBLEMS), columns + [name for name in (stayed, by) if name], PROBLEMS)
    noticed, voiced, resolved = (need_yes_no(problems, name, PROBLEMS) for name in columns)
    reasons = [("voiced though not noticed", voiced & ~noticed)]
    if by:
        reasons.append((f"no {by}", problems[by].isna().to_numpy()))
    keep, excluded = set_aside(len(problems), reasons)
    if not keep.any():
        raise ValueError(f"{PROBLEMS} has no usable row: {reasons_text(excluded)}. Check its columns.")
    path = np.select(
        [~noticed, noticed & ~voiced & resolved, noticed & ~voiced, ~resolved], range(4), 4
    )  # in the order of PATHS
    frame = pd.DataFrame({"path": path, "noticed": noticed, "voiced": voiced, "resolved": voiced & resolved})
    frame["group"] = problems[by].to_numpy() if by else "all"
    frame["known"], frame["stayed"] = _known(problems, stayed)
    frame = frame[keep]

    sums = frame.assign(problem=True, known_end=frame["resolved"] & frame["known"])
    sums["stayed_end"] = sums["known_end"] & sums["stayed"]
    sums = sums.groupby("group", observed=True)[["problem", *columns, "known_end", "stayed_end"]].sum()
    stages = [("problem", "problem", None), ("noticed", "noticed", "problem"), ("voiced", "voiced", "noticed"),
              ("resolved", "resolved", "voiced")]  # fmt: skip
    if stayed:
        stages.append(("stayed", "stayed_end", "known_end"))
    parts = []
    for name, column, base in stages:
        part = pd.DataFrame({"stage": name, "problems": sums[column]})
        part[["of_stage_before", "low", "high"]] = np.nan if base is None else _share(sums[column], sums[base])
        part["of_all"] = sums[column] / sums["problem"]
        parts.append(part)
    table = pd.concat(parts).rename_axis(by or "group").sort_index(kind="stable").reset_index()

    counts = frame.groupby(["group", "path"], observed=True).agg(problems=("path", "size"), known=("known", "sum"))
    counts["stayed"] = frame[frame["stayed"]].groupby(["group", "path"], observed=True).size()
    every = pd.MultiIndex.from_product([sums.index, range(len(PATHS))], names=["group", "path"])
    counts = counts.reindex(every).fillna(0).astype(int)
    counts.insert(
        1, "share", counts["problems"] / counts.groupby(level="group", observed=True)["problems"].transform("sum")
    )
    if stayed:
        counts[["stay_share", "stay_low", "stay_high"]] = _share(counts["stayed"], counts["known"])
    else:
        counts = counts.drop(columns=["known", "stayed"])
    paths = counts.reset_index()
    paths["path"] = pd.Categorical.from_codes(paths["path"], list(PATHS))
    paths = paths.rename(columns={"group": by or "group"})
    if not by:
        table, paths = table.drop(columns="group"), paths.drop(columns="group")
    return Funnel(table, paths, excluded)


def _known(problems: pd.DataFrame, stayed: str | None) -> tuple[np.ndarray, np.ndarray]:
    if stayed is None:
        return np.zeros(len(problems), dtype=bool), np.zeros(len(problems), dtype=bool)
    values = problems[stayed]
    known = values.notna().to_numpy()
    filled = values.where(values.notna(), False)
    odd = ~filled.isin([True, False]).to_numpy()
    if odd.any():
        raise ValueError(
            f"Column {stayed!r} of the frame of problems must say True or False, or be empty where it is not known yet. It has "
            f"{filled[odd].iloc[0]!r}."
        )
    return known, filled.astype(bool).to_numpy()


def _share(hits: pd.Series, tries: pd.Series) -> np.ndarray:
    """Share and its 95 % Wilson interval, empty where nothing was tried."""
    from statsmodels.stats.proportion import proportion_confint

    n = tries.to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = proportion_confint(hits.to_numpy(float), np.where(n > 0, n, np.nan), method="wilson")
        return np.column_stack([hits.to_numpy(float) / np.where(n > 0, n, np.nan), low, high])


def stayed_after(
    problems: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    days: int = 183,
    as_of: object,
    own_choice: str = "own_choice",
    customer: str = "customer",
    date: str = "date",
    left: str = "left",
) -> pd.Series:
    """Say for each problem whether its customer was still there some days later.

    Parameters
    ----------
    problems : one row per problem: `customer`, `date`.
    customers : one row per customer: `customer`, `left` (empty: still there), `own_choice` (True: who left, chose to).
    days : how long to wait.
    as_of : last day that the records cover, such as "2025-12-31".

    Returns
    -------
    Series with the index of `problems`: True, False, or empty where it cannot be known: the time was not over on the as-of
    day, the customer left within it without choosing to, or had left before the problem (and came back, perhaps).

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; `days` below 1; a problem of an unknown customer, after
    the as-of day, or without a date.

    >>> problems = pd.DataFrame({"customer": [1, 2, 2], "date": pd.to_datetime(["2025-01-01", "2025-01-01", "2025-12-01"])})
    >>> customers = pd.DataFrame({"customer": [1, 2], "left": pd.to_datetime(["2025-03-01", None]), "own_choice": [True, False]})
    >>> stayed_after(problems, customers, as_of="2025-12-31").tolist()
    [False, True, <NA>]
    """
    if isinstance(days, bool) or not isinstance(days, int | np.integer) or days < 1:
        raise ValueError(f"`days` must be a whole number of days, 1 or more, but it is {days!r}.")
    need_columns(need_frame(problems, PROBLEMS), [customer, date], PROBLEMS)
    need_columns(need_frame(customers, CUSTOMERS), [customer, left, own_choice], CUSTOMERS)
    need_once(customers, customer, CUSTOMERS)
    last = need_day(as_of, "as_of")
    when, undated = need_days(problems, date, PROBLEMS)
    gone, staying = need_days(customers, left, CUSTOMERS)
    chose = need_yes_no(customers, own_choice, CUSTOMERS)
    place = pd.Index(customers[customer]).get_indexer(problems[customer])
    end = np.where(staying, np.iinfo(np.int64).max, gone)[place]
    for wrong, sentence in (
        (place < 0, "belong to a customer who is not in the frame of customers"),
        (undated, "have no date"),
        (when > last, f"lie after the as-of day {as_of}"),
    ):
        if wrong.any():
            raise ValueError(
                f"{int(wrong.sum()):,} rows of the frame of problems {sentence}, the first is row {int(wrong.argmax())}. Correct "
                "them or leave them out first."
            )
    went = end <= np.minimum(when + days, last)
    known = np.where(went, chose[place], when + days <= last) & (end >= when)
    return pd.Series(~went, index=problems.index, dtype="boolean").mask(~known)


def branch_record(
    customers: pd.DataFrame,
    problems: pd.DataFrame,
    *,
    start: object,
    as_of: object,
    by: str = "branch",
    customer: str = "customer",
    joined: str = "joined",
    left: str = "left",
    own_choice: str = "own_choice",
) -> pd.DataFrame:
    """Put complaints beside churn and beside what the audit found, branch by branch, per customer and year.

    Parameters
    ----------
    customers : one row per customer: `customer`, `by`, `joined`, `left` (empty: still there), `own_choice` (True: chose to go).
    problems : one row per problem: `by`, `noticed`, `voiced`, `resolved` (True or False).
    start, as_of : first and last day counted, such as "2023-01-01" and "2025-12-31". Problems must lie between them.
    by : column of the branch in both frames.

    Returns
    -------
    Frame, one row per branch of `customers`: `by`, `customers` (there at some time), `customer_years`, `complaints` (voiced
    problems), `complaint_rate` (per customer-year), `left` (by own choice), `churn`, `churn_low`, `churn_high` (per
    customer-year; 95 %, exact Poisson), `problems`, `problem_rate`, `noticed_share` (of problems), `solved_share` (of the
    noticed), `unsolved_rate` (noticed and never solved, per customer-year).
    A customer who left and came back counts until the first leaving.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; `start` after `as_of`; a customer twice, without date of
    joining, or who left before joining; a problem of a branch without customers.

    Source: complaint rates against exit: Hirschman (1970), Exit, Voice, and Loyalty; Poisson interval: Garwood (1936).

    >>> customers = pd.DataFrame({"customer": [1, 2], "branch": [7, 7], "joined": pd.to_datetime(["2020-01-01", "2024-01-01"]),
    ...                           "left": pd.to_datetime([None, "2024-12-31"]), "own_choice": [False, True]})
    >>> problems = pd.DataFrame({"branch": [7], "noticed": [True], "voiced": [False], "resolved": [False]})
    >>> record = branch_record(customers, problems, start="2024-01-01", as_of="2024-12-31")
    >>> record[["branch", "customer_years", "complaint_rate", "churn", "unsolved_rate"]].round(2)
       branch  customer_years  complaint_rate  churn  unsolved_rate
    0       7             2.0             0.0    0.5            0.5
    """
    from scipy import stats

    first, last = need_day(start, "start"), need_day(as_of, "as_of")
    if first > last:
        raise ValueError(f"The window is empty: `as_of` ({as_of}) lies before `start` ({start}). Swap or correct them.")
    need_columns(need_frame(customers, CUSTOMERS), [customer, by, joined, left, own_choice], CUSTOMERS)
    need_columns(need_frame(problems, PROBLEMS), [by, "noticed", "voiced", "resolved"], PROBLEMS)
    need_once(customers, customer, CUSTOMERS)
    begin, undated = need_days(customers, joined, CUSTOMERS)
    end, staying = need_days(customers, left, CUSTOMERS)
    chose = need_yes_no(customers, own_choice, CUSTOMERS)
    for wrong, sentence in (
        (empty_ids(customers, by), f"have no {by}"),
        (undated, f"have no date in {joined!r}"),
        (~staying & ~undated & (end < begin), "left before they joined"),
    ):
        if wrong.any():
            raise ValueError(
                f"{int(wrong.sum()):,} rows of the frame of customers {sentence}, the first is row {int(wrong.argmax())}. "
                "Correct them or leave them out first."
            )
    end = np.where(staying, last + 1, end)
    there = (begin <= last) & (end >= first)
    years = np.where(there, np.minimum(end, last + 1) - np.maximum(begin, first), 0) / 365.25
    went = there & ~staying & (end <= last) & chose
    base = pd.DataFrame({by: customers[by].to_numpy(), "customers": there, "customer_years": years, "left": went})
    record = base.groupby(by, observed=True).sum()
    noticed, voiced, resolved = (need_yes_no(problems, name, PROBLEMS) for name in ("noticed", "voiced", "resolved"))
    told = pd.DataFrame({by: problems[by].to_numpy(), "problems": 1, "noticed": noticed, "complaints": voiced})
    told["solved"], told["unsolved"] = noticed & resolved, noticed & ~resolved
    counts = told.groupby(by, observed=True).sum()
    unknown = counts.index.difference(record.index)
    if len(unknown):
        raise ValueError(
            f"The frame of problems has the {by} {listed(unknown[:1])}, which no customer belongs to. Check column {by!r}."
        )
    record = record.join(counts).fillna(0)
    years, number = record["customer_years"], record["left"]
    noticed_any = record["noticed"].where(record["noticed"] > 0)
    out = pd.DataFrame(
        {
            "customers": record["customers"].astype(int),
            "customer_years": years,
            "complaints": record["complaints"].astype(int),
            "complaint_rate": record["complaints"] / years,
            "left": number.astype(int),
            "churn": number / years,
            "churn_low": np.where(number > 0, stats.chi2.ppf(0.025, 2 * number.clip(lower=1)) / 2, 0) / years,
            "churn_high": stats.chi2.ppf(0.975, 2 * number + 2) / 2 / years,
            "problems": record["problems"].astype(int),
            "problem_rate": record["problems"] / years,
            "noticed_share": record["noticed"] / record["problems"].where(record["problems"] > 0),
            "solved_share": record["solved"] / noticed_any,
            "unsolved_rate": record["unsolved"] / years,
        }
    )
    return out.reset_index()


def zero_complaint_roads(
    record: pd.DataFrame,
    *,
    at_most: int = 0,
    least_problems: int = 20,
    noticed_below: float = 0.3,
    solved_above: float = 0.8,
    by: str = "branch",
) -> pd.DataFrame:
    """Say on which road each branch without complaints came to its zero.

    With too few problems on record: "too few to tell" ("nothing wrong" if there is none in 100 customer-years or more). Else,
    in this order: few problems noticed, "not noticed"; most of the noticed ones solved, "solved"; else "not spoken".

    Parameters
    ----------
    record : from `branch_record`.
    at_most : complaints that still count as none.
    least_problems : problems on record that are needed for a verdict.
    noticed_below : share of problems noticed, below which they count as not noticed yet.
    solved_above : share of noticed problems solved, from which they count as solved.

    Returns
    -------
    Frame, one row per branch without complaints, highest churn first: `by`, `road`, `what_it_is`, `remedy`, and of the record
    `problems`, `noticed_share`, `solved_share`, `unsolved_rate`, `churn`, `churn_low`, `churn_high`.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a share outside 0 to 1.

    The signature needs a record of problems that customers did not voice (an audit, a survey). From complaints alone the
    roads cannot be told apart.

    >>> record = pd.DataFrame({"branch": [1, 2], "complaints": [0, 0], "problems": [90, 80], "customer_years": [400, 300],
    ...     "noticed_share": [0.8, 0.8], "solved_share": [0.1, 1.0], "unsolved_rate": [0.16, 0.0], "churn": [0.19, 0.11],
    ...     "churn_low": [0.16, 0.08], "churn_high": [0.22, 0.14]})
    >>> zero_complaint_roads(record)[["branch", "road", "churn"]]
       branch        road  churn
    0       1  not spoken   0.19
    1       2      solved   0.11
    """
    what = "The record of branches"
    kept = ["problems", "noticed_share", "solved_share", "unsolved_rate", "churn", "churn_low", "churn_high"]
    need_columns(need_frame(record, what), [by, "complaints", "customer_years", *kept], what)
    for name, share in (("noticed_below", noticed_below), ("solved_above", solved_above)):
        if not 0 <= share <= 1:
            raise ValueError(f"`{name}` must be a share between 0 and 1, but it is {share!r}.")
    zero = record[need_numbers(record, "complaints", what) <= at_most].copy()
    few, none = zero["problems"] < least_problems, (zero["problems"] == 0) & (zero["customer_years"] >= 100)
    place = np.select(
        [none, few, zero["noticed_share"] < noticed_below, zero["solved_share"] >= solved_above], [3, 4, 1, 0], 2
    )
    roads = pd.DataFrame(ROADS, columns=["road", "what_it_is", "remedy"]).iloc[place].set_index(zero.index)
    out = pd.concat([zero[[by]], roads, zero[kept]], axis=1)
    return out.sort_values("churn", ascending=False, ignore_index=True)


def adjusted_difference(
    frame: pd.DataFrame,
    outcome: str,
    group: str,
    reference: object,
    adjust: list[str] | None = None,
    *,
    customer: str = "customer",
) -> pd.DataFrame:
    """Compare groups with a reference group, as they are and with some numbers held equal.

    Least squares of the outcome on the groups, without and with `adjust`; errors clustered by customer. A difference after
    adjustment is causal only if nothing else differs between the groups.

    Parameters
    ----------
    frame : one row per observation; rows with a gap in the columns used are left out of both comparisons.
    outcome : column of numbers or of True and False (then differences are in shares).
    group : column of groups.
    reference : the group that the others are compared with.
    adjust : columns of numbers to hold equal.

    Returns
    -------
    Frame, one row per other group: `group`, `rows`, `mean`, `raw`, `raw_low`, `raw_high`, and with `adjust`: `adjusted`,
    `adjusted_low`, `adjusted_high` (95 %).

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, no such reference group, only one group.

    >>> frame = pd.DataFrame({"customer": range(8), "group": list("aabbaabb"), "score": [1, 2, 3, 4, 1, 2, 3, 4]})
    >>> adjusted_difference(frame, "score", "group", "a")[["group", "mean", "raw"]].round(2)
      group  mean  raw
    0     b   3.5  2.0
    """
    import statsmodels.api as sm

    what, held = "The frame", list(adjust or [])
    need_columns(need_frame(frame, what), [outcome, group, customer, *held], what)
    rows = frame[[outcome, group, customer, *held]].dropna()
    if reference not in set(rows[group]):
        raise ValueError(f"Column {group!r} has no group {reference!r} in rows without gaps. Name one that is there.")
    others = [
        name
        for name in rows[group].value_counts().sort_index().index
        if name != reference and (rows[group] == name).any()
    ]
    if not others:
        raise ValueError(f"Column {group!r} has only the group {reference!r}: there is nothing to compare it with.")
    y = rows[outcome].astype(float).to_numpy()
    dummies = np.column_stack([(rows[group] == name).to_numpy(float) for name in others])
    clusters = pd.factorize(rows[customer])[0]
    out = pd.DataFrame(
        {
            "group": others,
            "rows": dummies.sum(axis=0).astype(int),
            "mean": [y[one > 0].mean() for one in dummies.T],
        }
    )
    for name, columns in (("raw", []), ("adjusted", held)):
        if name == "adjusted" and not held:
            continue
        extra = [need_numbers(rows, column, what)[:, None] for column in columns]
        design = np.column_stack([np.ones(len(y)), dummies, *extra])
        fit = sm.OLS(y, design).fit(cov_type="cluster", cov_kwds={"groups": clusters})
        effect, error = fit.params[1 : 1 + len(others)], fit.bse[1 : 1 + len(others)]
        out[name], out[f"{name}_low"], out[f"{name}_high"] = effect, effect - 1.96 * error, effect + 1.96 * error
    return out
