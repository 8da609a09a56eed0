"""Arrears: how old the debts are, who is likely to get into debt next, and whether a score knows more than a simple rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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
    need_numbers,
    need_yes_no,
    rows_text,
)
from crmlib.tariff._usage import need_names, no_gaps

BILLS = "The frame of bills"
SCORES = "The frame of scores"


def _owed(bills: pd.DataFrame, day: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what is owed of each bill at the end of a day, and for how many days it has been overdue."""
    need_columns(need_frame(bills, BILLS), ["customer", "month", "amount", "due", "paid", "paid_amount"], BILLS)
    no_gaps(bills, ["customer"], BILLS)
    amount, got = (need_amounts(bills, name, BILLS) for name in ("amount", "paid_amount"))
    (due, undated), (paid, never), (month, _) = (need_days(bills, name, BILLS) for name in ("due", "paid", "month"))
    if undated.any():
        raise ValueError(f"Column 'due' of the frame of bills is empty in {rows_text(undated)}. Fill it in.")
    open_still = (never | (paid > day)) & (month <= day)
    return np.where(open_still, amount - np.where(never, got, 0), 0.0), day - due


def arrears_ageing(bills: pd.DataFrame, as_of: str, *, ends: Sequence[int] = (30, 60, 90)) -> pd.DataFrame:
    """Sort what is owed by how long it has been overdue.

    Parameters
    ----------
    bills : one row per bill: `customer`, `month` (of use), `amount`, `due` (day), `paid` (day, empty if never),
        `paid_amount` (part payments of bills never paid in full; they carry no day, and count on any day).
    as_of : the day. What is paid on the day itself is no longer owed; `debt_frame` asks earlier: a bill that is first paid on the
        day on which it becomes a debt has become one.
    ends : last day overdue of each class of age but the last, rising.

    Returns
    -------
    Frame, one row per class of age: `age` ("not yet due", "1-30 days", ..., "over 90 days"), `bills`, `customers`, `owed`
    (money), `share` (of all that is owed).

    Raises
    ------
    ValueError, TypeError : a column is missing or empty, `ends` do not rise, nothing is owed.

    >>> bills = pd.DataFrame({"customer": [1, 2], "month": pd.to_datetime(["2025-01-01"] * 2), "amount": [100.0, 50.0],
    ...     "due": pd.to_datetime(["2025-02-20"] * 2), "paid": pd.to_datetime([None, "2025-05-01"]), "paid_amount": [20.0, 50.0]})
    >>> arrears_ageing(bills, "2025-04-30").query("owed > 0")
              age  bills  customers   owed  share
    3  61-90 days      2          2  130.0    1.0
    """
    rising = [0, *ends]
    if any(a >= b for a, b in pairwise(rising)):
        raise ValueError(f"`ends` must rise from above 0, such as (30, 60, 90), but they are {tuple(ends)}.")
    owed, late = _owed(bills, need_day(as_of, "as_of"))
    mine = owed > 0
    if not mine.any():
        raise ValueError(f"Nothing is owed on {as_of}.")
    names = ["not yet due", *(f"{a + 1}-{b} days" for a, b in pairwise(rising))]
    names.append(f"over {rising[-1]} days")
    place = np.digitize(late[mine], [1, *(end + 1 for end in ends)])
    frame = pd.DataFrame({"place": place, "customer": bills["customer"].to_numpy()[mine], "owed": owed[mine]})
    groups = frame.groupby("place")
    out = pd.DataFrame(
        {"bills": groups.size(), "customers": groups["customer"].nunique(), "owed": groups["owed"].sum()}
    )
    out = out.reindex(range(len(names)), fill_value=0)
    return out.assign(share=out["owed"] / out["owed"].sum()).set_axis(names).rename_axis("age").reset_index()


def debt_frame(bills: pd.DataFrame, day: str, *, months: int = 6, days_late: int = 30) -> pd.DataFrame:
    """Gather what is known on a day of customers who pay, and who of them gets into debt in the months after.

    In debt: a bill is more than `days_late` days overdue, that is, not paid *before* the day number `days_late` + 1 after it fell
    due. One that is paid on that very day has been a debt, though `arrears_ageing` of that day, which counts what is owed at its
    end, no longer shows it. Known on the day: what fell due in the twelve months before it.

    Parameters
    ----------
    bills : one row per bill, as for `arrears_ageing`. A bill without a day of payment that part payments cover in full counts as
        paid in time, as they carry no day.
    day : when the score is needed; only what is known then is used.
    months : how long is watched for a debt, 1 or more.
    days_late : after how many days an overdue bill is a debt, 0 or more.

    Returns
    -------
    Frame, one row per customer with a bill in the month of `day` or the one before, at least one that fell due in the twelve months
    before `day`, and no debt on `day`: `customer`, `bills` (due in these twelve months), `late_bills` (of these paid more than ten
    days late, or open for that long), `overdue` (owes an overdue bill on the day: True or False), `bill` (mean bill, money), `debt`
    (True if in debt within `months`), `at_stake` (sum of the bills that become debts in these months, money, before part
    payments: 0 without debt).

    Raises
    ------
    ValueError, TypeError : a column is missing, `months` or `days_late` are no whole numbers, the bills end before `months` have
        passed.

    >>> bills = pd.DataFrame({"customer": 1, "month": pd.date_range("2024-01-01", periods=6, freq="MS"), "amount": 100.0,
    ...     "due": pd.date_range("2024-02-20", periods=6, freq=pd.DateOffset(months=1)), "paid_amount": 100.0,
    ...     "paid": pd.to_datetime(["2024-02-10", "2024-04-15", "2024-04-18", "2024-05-01", "2024-08-01", "2024-08-01"])})
    >>> debt_frame(bills, "2024-05-01", months=3)[["customer", "bills", "late_bills", "debt", "at_stake"]]
       customer  bills  late_bills  debt  at_stake
    0         1      3           1  True     100.0
    """
    start = need_day(day, "day")
    for name, number, least in (("months", months, 1), ("days_late", days_late, 0)):
        if not is_whole(number) or number < least:
            raise ValueError(f"`{name}` must be a whole number, {least} or more, but it is {number!r}.")
    moment = pd.Timestamp(0) + pd.Timedelta(days=start)
    end = (moment + pd.DateOffset(months=months) - pd.Timestamp(0)).days
    owed, late = _owed(bills, start)
    (due, _), (paid, never) = (need_days(bills, name, BILLS) for name in ("due", "paid"))
    (month, _), amount = need_days(bills, "month", BILLS), need_amounts(bills, "amount", BILLS)
    covered = never & (need_amounts(bills, "paid_amount", BILLS) >= amount)
    never, paid = never & ~covered, np.where(covered, due, paid)
    if due.max() + days_late < end:
        raise ValueError(
            f"The bills end too early: to see who is in debt within {months} months of {day}, bills that fall due until "
            f"{(moment + pd.DateOffset(months=months)).date()} less {days_late} days are needed. Choose an earlier day."
        )
    known = (due < start) & (due >= (moment - pd.DateOffset(years=1) - pd.Timestamp(0)).days)
    settled = np.where(never | (paid > start), start, paid)
    slow = known & (settled - due > 10)
    debt_day = due + days_late + 1  # the first day on which the bill is a debt
    unpaid_then = never | (paid >= debt_day)
    falls = unpaid_then & (debt_day > start) & (debt_day <= end)
    recent = (month >= (moment - pd.DateOffset(months=1, days=moment.day - 1) - pd.Timestamp(0)).days) & (
        month <= start
    )
    rows = pd.DataFrame(
        {
            "bills": known, "late_bills": slow, "overdue": (owed > 0) & (late > 0), "sum": np.where(known, amount, 0.0),
            "in_debt": (owed > 0) & (late > days_late), "recent": recent, "debt": falls,
            "at_stake": np.where(falls, amount, 0.0),
        }
    )  # fmt: skip
    people = rows.groupby(bills["customer"].to_numpy()).agg(
        {"bills": "sum", "late_bills": "sum", "overdue": "any", "sum": "sum", "in_debt": "any", "recent": "any", "debt": "any",
         "at_stake": "sum"}
    )  # fmt: skip
    people = people[people["recent"] & ~people["in_debt"] & (people["bills"] > 0)]
    people = people.assign(bill=people["sum"] / people["bills"]).rename_axis("customer").reset_index()
    return people[["customer", "bills", "late_bills", "overdue", "bill", "debt", "at_stake"]]


@dataclass(frozen=True, repr=False)
class DebtScore:
    """A score for the chance of debt.

    table : `feature`, `coefficient` (log-odds per unit), `low`, `high`, `odds_ratio`.
    """

    table: pd.DataFrame
    intercept: float

    def risk(self, frame: pd.DataFrame) -> np.ndarray:
        """Return each row's chance of debt, from the features of the table."""
        names = self.table["feature"].tolist()
        need_columns(need_frame(frame, SCORES), names, SCORES)
        no_gaps(frame, names, SCORES)
        odds = self.intercept + _features(frame, names).to_numpy() @ self.table["coefficient"].to_numpy()
        return 1 / (1 + np.exp(-odds))

    def __repr__(self) -> str:
        return self.table.to_string(index=False)


def debt_score(
    frame: pd.DataFrame, features: Sequence[str], outcome: str = "debt", *, level: float = 0.95
) -> DebtScore:
    """Fit the chance of debt to features known before, by logistic regression.

    Parameters
    ----------
    frame : one row per customer, such as from `debt_frame`.
    features : columns of numbers or True / False, a list, without empty cells.
    outcome : column that says True for those who got into debt.
    level : of the intervals.

    Returns
    -------
    DebtScore: `.table`, `.intercept`, `.risk(frame)`. Predictive: it says who, not why.

    Raises
    ------
    ValueError, TypeError : a column is missing, empty or does not vary; nobody or everybody is in debt; a feature follows from
        the others; features separate those in debt from the others, so that no finite odds fit best (Albert & Anderson 1984,
        On the existence of maximum likelihood estimates in logistic regression models; from memory, not checked).

    >>> frame = pd.DataFrame({"late": [0, 0, 0, 0, 1, 1, 1, 1], "debt": [False] * 3 + [True] + [False] + [True] * 3})
    >>> debt_score(frame, ["late"]).table[["feature", "odds_ratio"]].round(2)
      feature  odds_ratio
    0    late         9.0
    """
    import statsmodels.api as sm

    names = need_names(features, "features")
    need_columns(need_frame(frame, SCORES), [*names, outcome], SCORES)
    no_gaps(frame, names, SCORES)
    hit = need_yes_no(frame, outcome, SCORES)
    if hit.all() or not hit.any():
        raise ValueError(f"Column {outcome!r} says the same of everybody: there is nothing to learn.")
    x = _features(frame, names)
    same = [name for name in names if x[name].nunique() < 2]
    if same:
        raise ValueError(f"{listed(same)} has the same value in every row. Leave it out.")
    _need_apart(x)
    _need_mixed(x, hit)
    fitted = sm.Logit(hit.astype(float), sm.add_constant(x)).fit(disp=0)
    ends = fitted.conf_int(alpha=1 - need_level(level)).loc[names]
    table = pd.DataFrame(
        {
            "feature": names, "coefficient": fitted.params[names].to_numpy(), "low": ends[0].to_numpy(), "high": ends[1].to_numpy(),
            "odds_ratio": np.exp(fitted.params[names].to_numpy()),
        }
    )  # fmt: skip
    return DebtScore(table, float(fitted.params["const"]))


def _features(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return columns of numbers or True / False as numbers."""
    truths = {name for name in names if pd.api.types.is_bool_dtype(frame[name])}
    return pd.DataFrame(
        {
            name: need_yes_no(frame, name, SCORES).astype(float)
            if name in truths
            else need_numbers(frame, name, SCORES)
            for name in names
        },
        index=frame.index,
    )


def _need_apart(x: pd.DataFrame) -> None:
    """Refuse a feature that can be computed from those before it: their odds could not be told apart."""
    scaled = ((x - x.mean()) / x.std()).to_numpy()
    for place in range(1, x.shape[1]):
        if np.linalg.matrix_rank(scaled[:, : place + 1]) <= place:
            weights = np.linalg.lstsq(scaled[:, :place], scaled[:, place], rcond=None)[0]
            others = x.columns[:place][np.abs(weights) > 1e-6]
            raise ValueError(
                f"The feature {x.columns[place]!r} can be computed from {listed(others)}: their effects cannot be told apart. Leave "
                "one of them out."
            )


def _need_mixed(x: pd.DataFrame, hit: np.ndarray) -> None:
    """Refuse features of which some weighted sum never puts anybody in debt below anybody without: their odds have no end.

    Such a sum exists if a linear programme finds one; else the best sum is that with all weights 0.
    """
    from scipy.optimize import linprog

    sides = np.where(hit, 1.0, -1.0)[:, None] * np.column_stack([np.ones(len(x)), (x - x.mean()) / x.std()])
    found = linprog(-sides.sum(axis=0), A_ub=-sides, b_ub=np.zeros(len(x)), bounds=(-1, 1))
    if -found.fun > 1e-6 * len(x):
        names = x.columns[np.abs(found.x[1:]) > 1e-6]
        sums = f"{listed(names)}" if len(names) == 1 else f"a weighted sum of {listed(names)}"
        raise ValueError(
            f"Beyond a certain value of {sums} all customers got into debt, or none did: no finite odds ratio fits best. Leave "
            f"{'it' if len(names) == 1 else 'one of them'} out, or take more customers."
        )


def compare_scores(
    frame: pd.DataFrame,
    scores: Sequence[str],
    outcome: str = "debt",
    *,
    value: str | None = None,
    top: float = 0.1,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare scores on customers whom none of them has seen: does the second know more than the first?

    AUC: the chance that one who got into debt has the higher score than one who did not (ties count half); 0.5 is a coin.

    Parameters
    ----------
    frame : one row per customer: the scores, the outcome and, optionally, what is at stake.
    scores : columns, a list, the baseline first; higher means riskier.
    outcome : column that says True for those who got into debt.
    value : column of money at stake, 0 for those without debt.
    top : share of the customers on a list, those with the highest score (equal scores share their places evenly).
    level : of the intervals.

    Returns
    -------
    Frame, one row per score: `score`, `auc`, `low`, `high`, `ahead` (AUC minus the first score's), `ahead_low`,
    `ahead_high`, `caught` (share of the outcomes on the list) and, with `value`, `money_caught` (share of the money).

    Raises
    ------
    ValueError, TypeError : a column is missing or empty, nobody or everybody is in debt, `top` is no share.

    Source: DeLong, DeLong & Clarke-Pearson (1988), Comparing the areas under two or more correlated ROC curves.

    >>> frame = pd.DataFrame({"rule": [0, 0, 0, 1, 0, 1, 1, 0], "score": [1, 2, 3, 4, 5, 6, 7, 8], "debt": [False] * 5 + [True] * 3})
    >>> compare_scores(frame, ["rule", "score"], top=0.25)[["score", "auc", "ahead", "caught"]].round(2)
       score   auc  ahead  caught
    0   rule  0.73   0.00    0.44
    1  score  1.00   0.27    0.67
    """
    from scipy import stats

    names = need_names(scores, "scores")
    need_columns(need_frame(frame, SCORES), [*names, outcome] + [value] * (value is not None), SCORES)
    no_gaps(frame, names, SCORES)
    hit = need_yes_no(frame, outcome, SCORES)
    if hit.sum() < 2 or (~hit).sum() < 2:
        raise ValueError(f"Column {outcome!r} needs at least two customers with and two without it.")
    if not 0 < top < 1:
        raise ValueError(f"`top` must be a share between 0 and 1, such as 0.1, but it is {top!r}.")
    z = stats.norm.ppf((1 + need_level(level)) / 2)
    n = {True: int(hit.sum()), False: int((~hit).sum())}
    parts: dict[bool, list[np.ndarray]] = {True: [], False: []}
    lists = []
    columns = _features(frame, names)
    for name in names:
        x = columns[name].to_numpy()
        everybody = stats.rankdata(x)
        parts[True].append((everybody[hit] - stats.rankdata(x[hit])) / n[False])
        parts[False].append(1 - (everybody[~hit] - stats.rankdata(x[~hit])) / n[True])
        lists.append(_on_list(x, top))
    above = {side: np.array(rows) for side, rows in parts.items()}
    auc = above[True].mean(axis=1)
    spread = sum(np.atleast_2d(np.cov(above[side])) / n[side] for side in (True, False))
    error = np.sqrt(np.diag(spread))
    apart = np.sqrt(np.maximum(np.diag(spread) + spread[0, 0] - 2 * spread[0], 0))
    weight = np.array(lists)
    out = pd.DataFrame(
        {
            "score": names, "auc": auc, "low": auc - z * error, "high": auc + z * error, "ahead": auc - auc[0],
            "ahead_low": auc - auc[0] - z * apart, "ahead_high": auc - auc[0] + z * apart,
            "caught": weight @ hit / n[True],
        }
    )  # fmt: skip
    if value is not None:
        money = need_amounts(frame, value, SCORES)
        if not money.any():
            raise ValueError(f"Column {value!r} is 0 in every row: there is no money to catch.")
        out["money_caught"] = weight @ money / money.sum()
    return out


def _on_list(score: np.ndarray, top: float) -> np.ndarray:
    """Return how far each customer is on the list (0 to 1): those at the cut share the places that are left."""
    places = top * len(score)
    above = len(score) - np.searchsorted(np.sort(score), score, side="right")
    equal = np.unique(score, return_inverse=True)[1]
    size = np.bincount(equal)[equal]
    return np.clip((places - above) / size, 0, 1)
