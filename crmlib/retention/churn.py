"""Who is likely to leave: a logistic model, what its list is worth, and from which risk on a call would pay.

Predictive only. Who is likely to leave is not who can be kept: for that see `crmlib.retention.uplift`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    listed,
    need_columns,
    need_frame,
    need_level,
    need_yes_no,
    rows_text,
    set_aside,
)
from crmlib.retention._numbers import auc, filled, left_or_stayed, matrix


@dataclass(frozen=True, repr=False)
class ChurnModel:
    """A fitted logistic model. table: one row per feature; `risk(frame)`: each customer's chance of leaving."""

    table: pd.DataFrame
    intercept: float
    customers: int
    leavers: int
    features: tuple[str, ...] = field(default=())

    def risk(self, frame: pd.DataFrame) -> pd.Series:
        """Return the chance of leaving (0 to 1) for each row of a frame with the model's features."""
        x = matrix(frame, self.features)
        score = self.intercept + np.sum(x * self.table["coefficient"].to_numpy(), axis=1)
        return pd.Series(1 / (1 + np.exp(-score)), index=frame.index, name="risk")

    def __repr__(self) -> str:
        return f"{self.table.round(3).to_string(index=False)}\n({self.leavers:,} of {self.customers:,} customers left)"


def churn_model(
    frame: pd.DataFrame, features: Sequence[str], outcome: str = "left", *, level: float = 0.95
) -> ChurnModel:
    """Fit the chance of leaving to features known before: log(p / (1 − p)) = b₀ + Σ bⱼ xⱼ, by maximum likelihood.

    Parameters
    ----------
    frame : one row per customer, such as the `.customers` of `churn_frame`.
    features : columns of numbers or True / False, without empty cells.
    outcome : column that says True for leavers.
    level : of the intervals.

    Returns
    -------
    ChurnModel. table: `feature`, `coefficient` (log-odds per unit of the feature), `error` (standard error), `low`, `high`,
    `odds_ratio` (exp of the coefficient). `intercept`, `customers`, `leavers`; `risk(frame)` predicts.
    Predictive: a coefficient says who leaves, not what would keep them.

    Raises
    ------
    ValueError, TypeError : a column is missing, of the wrong type or empty in some rows; nobody left or nobody stayed; a feature
    does not vary, follows from others, or parts leavers from stayers without a remainder (a leak, or too few customers).

    Source: Cox (1958), The regression analysis of binary sequences; Newton's method.

    >>> frame = pd.DataFrame({"offers": [0, 0, 0, 0, 1, 1, 1, 1], "left": [False] * 3 + [True] + [False] + [True] * 3})
    >>> churn_model(frame, ["offers"]).table[["feature", "coefficient", "odds_ratio"]].round(3)
      feature  coefficient  odds_ratio
    0  offers        2.197         9.0
    """
    from scipy import stats

    what = "The frame of customers"
    names = tuple(features)
    need_columns(need_frame(frame, what), [*names, outcome], what)
    left = left_or_stayed(frame, outcome)
    x = matrix(frame, names)
    mean, sd = x.mean(axis=0), x.std(axis=0)
    if (sd == 0).any():
        raise ValueError(f"Feature {names[int(np.argmin(sd))]!r} has the same value in every row. Leave it out.")
    z = np.column_stack([np.ones(len(x)), (x - mean) / sd])
    if np.linalg.matrix_rank(z) < z.shape[1]:
        raise ValueError(f"Among {listed(names)} one feature follows from the others. Leave one out.")
    b = np.zeros(z.shape[1])
    b[0] = np.log(left.mean() / (1 - left.mean()))
    for _ in range(50):
        p = 1 / (1 + np.exp(-(z @ b)))
        information = (z * (p * (1 - p))[:, None]).T @ z
        # An outcome that a feature predicts without a remainder drives its coefficient to infinity, and information to 0.
        if np.abs(b[1:]).max() > 25 or np.linalg.eigvalsh(information)[0] < 1e-7 * len(z):
            name = names[int(np.abs(b[1:]).argmax())]
            raise ValueError(
                f"Feature {name!r} parts leavers from stayers without a remainder, at least in one of its values, so that its "
                "coefficient grows without end. Either it was written down after they left (a leak), or there are too few "
                "customers for it: leave it out, or use more of them."
            )
        step = np.linalg.solve(information, z.T @ (left - p))
        b = b + step * min(1.0, 4.0 / np.abs(step).max())
        if np.abs(step).max() < 1e-10:
            break
    else:
        raise ValueError("The model did not settle in 50 steps. Use fewer features, or more customers.")
    error = np.sqrt(np.diag(np.linalg.inv(information)))[1:] / sd
    coefficient = b[1:] / sd
    reach = stats.norm.ppf((1 + level) / 2) * error
    table = pd.DataFrame(
        {
            "feature": names, "coefficient": coefficient, "error": error, "low": coefficient - reach,
            "high": coefficient + reach, "odds_ratio": np.exp(coefficient),
        }
    )  # fmt: skip
    return ChurnModel(table, float(b[0] - np.sum(coefficient * mean)), len(frame), int(left.sum()), names)


@dataclass(frozen=True, repr=False)
class Calibration:
    """Predicted beside observed. table: the facts, one row; groups: one row per group of equal size, lowest risk first."""

    table: pd.DataFrame
    groups: pd.DataFrame

    def __repr__(self) -> str:
        return self.table.round(3).T.to_string(header=False)


def calibration(
    frame: pd.DataFrame, risk: str = "risk", outcome: str = "left", *, groups: int = 10, level: float = 0.95
) -> Calibration:
    """Compare predicted risks with what happened, in groups of equal size from lowest to highest risk.

    Parameters
    ----------
    frame : one row per customer that the model has not seen, with the predicted `risk` (above 0 and below 1).
    outcome : column that says True for leavers.
    groups : how many.
    level : of the intervals (Wilson).

    Returns
    -------
    Calibration. table: `customers`, `predicted` and `observed` (mean), `auc`, `slope` of log-odds observed on predicted (1 is right;
    below 1 the predictions are too extreme), `slope_low`, `slope_high`, `brier` (mean squared error).
    groups: `group`, `customers`, `predicted`, `observed`, `low`, `high`.

    Raises
    ------
    ValueError, TypeError : as `churn_model`; a risk outside 0 to 1; fewer customers than groups.

    Source: Cox (1958), Two further applications of a model for binary regression; Wilson (1927).

    >>> frame = pd.DataFrame({"risk": [0.1, 0.2, 0.3, 0.4], "left": [False, True, False, True]})
    >>> calibration(frame, groups=2).groups[["group", "predicted", "observed"]]
       group  predicted  observed
    0      1       0.15       0.5
    1      2       0.35       0.5
    """
    from statsmodels.stats.proportion import proportion_confint

    what, level = "The frame of customers", need_level(level)
    need_columns(need_frame(frame, what), [risk, outcome], what)
    left, p = left_or_stayed(frame, outcome), _risk(frame, risk)
    if len(p) < groups:
        raise ValueError(f"{len(p):,} customers cannot be cut into {groups} groups. Use fewer groups.")
    order = np.argsort(p, kind="stable")
    group = np.empty(len(p), dtype=int)
    group[order] = groups * np.arange(len(p)) // len(p)
    n = np.bincount(group, minlength=groups)
    hits = np.bincount(group, weights=left, minlength=groups)
    low, high = proportion_confint(hits, n, alpha=1 - level, method="wilson")
    table = pd.DataFrame(
        {"group": np.arange(1, groups + 1), "customers": n, "predicted": np.bincount(group, weights=p) / n,
         "observed": hits / n, "low": low, "high": high}
    )  # fmt: skip
    line = churn_model(
        pd.DataFrame({"log_odds": np.log(p / (1 - p)), "left": left.astype(bool)}), ["log_odds"], level=level
    )
    slope = line.table.iloc[0]
    facts = {
        "customers": len(p), "predicted": p.mean(), "observed": left.mean(), "auc": auc(p, left), "slope": slope["coefficient"],
        "slope_low": slope["low"], "slope_high": slope["high"], "brier": np.mean((p - left) ** 2),
    }  # fmt: skip
    return Calibration(pd.DataFrame([facts]), table)


def lift(
    frame: pd.DataFrame, by: str = "risk", outcome: str = "left", value: str | None = None, *, groups: int = 10
) -> pd.DataFrame:
    """Count how many of the leavers, and how much of the money that left with them, a list catches that starts at the top.

    Parameters
    ----------
    frame : one row per customer that the model has not seen.
    by : column to rank by, highest first (a risk, or risk times value). Equal values stay in the order of the frame.
    outcome : column that says True for leavers.
    value : column of what is lost when a customer leaves (money; negative: a loss-maker); optional.
    groups : how many groups of equal size.

    Returns
    -------
    Frame, one row per group, top first: `group`, `customers`, `leavers`, `churn`, `lift` (churn / churn of all), `caught` (share of
    all leavers on the list up to here) and, with `value`, `money_lost` (of this group's leavers), `money_caught` (share of the
    money that left, up to here; can exceed 1 where loss-makers leave).

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type or empty, nobody left or nobody stayed.

    >>> frame = pd.DataFrame({"risk": [0.4, 0.3, 0.2, 0.1], "left": [True, False, True, False], "worth": [10, 0, 90, 0]})
    >>> lift(frame, value="worth", groups=2)[["leavers", "lift", "caught", "money_lost", "money_caught"]]
       leavers  lift  caught  money_lost  money_caught
    0        1   1.0     0.5        10.0           0.1
    1        1   1.0     1.0        90.0           1.0
    """
    what = "The frame of customers"
    need_columns(need_frame(frame, what), [by, outcome] + [value] * (value is not None), what)
    left = left_or_stayed(frame, outcome)
    score = filled(frame, by)
    if len(left) < groups:
        raise ValueError(f"{len(left):,} customers cannot be cut into {groups} groups. Use fewer groups.")
    group = np.empty(len(left), dtype=int)
    group[np.argsort(-score, kind="stable")] = groups * np.arange(len(left)) // len(left)
    n, leavers = np.bincount(group), np.bincount(group, weights=left).astype(int)
    out = pd.DataFrame(
        {"group": np.arange(1, groups + 1), "customers": n, "leavers": leavers, "churn": leavers / n,
         "lift": leavers / n / left.mean(), "caught": np.cumsum(leavers) / leavers.sum()}
    )  # fmt: skip
    if value is not None:
        money = np.bincount(group, weights=left * filled(frame, value))
        out["money_lost"] = money
        total = money.sum()
        out["money_caught"] = np.cumsum(money) / total if total > 0 else np.nan
    return out


def call_threshold(
    frame: pd.DataFrame,
    *,
    cost: float,
    saved_share: float,
    risk: str = "risk",
    value: str = "value",
    outcome: str | None = None,
) -> Result:
    """Say from which risk on a call pays, if a call saves the same share of would-be leavers everywhere.

    A call pays if risk × saved_share × value > cost: above the risk cost / (saved_share × value), which differs from customer to
    customer. A customer without value is never called. **The assumption is the weak point**: calls do not save the same share
    everywhere, and some customers leave because they are called. `rank_calls` needs no such assumption.

    Parameters
    ----------
    frame : one row per customer with `risk` (0 to 1) and `value` (money lost if the customer leaves).
    cost : of one call (money).
    saved_share : share of would-be leavers whom a call keeps (0 to 1).
    outcome : column that says True for leavers, if known: then the false alarms are counted.

    Returns
    -------
    Result. table: one row: `called`, `cost`, `expected_gain` (money, cost deducted) and, with `outcome`, `leavers_called`,
    `false_alarms` (called, and would have stayed), `cost_of_false_alarms`. customers: `customer` (if there), `risk`, `value`,
    `threshold` (empty: no risk is high enough), `gain` (money, of calling), `call`. excluded: nothing.

    Raises
    ------
    ValueError, TypeError : a column is missing, of the wrong type or empty; a cost that is negative, a share outside 0 to 1.

    >>> frame = pd.DataFrame({"customer": [1, 2, 3], "risk": [0.5, 0.5, 0.1], "value": [1000, 100, 1000]})
    >>> call_threshold(frame, cost=60, saved_share=0.3).customers[["threshold", "gain", "call"]]
       threshold  gain   call
    0        0.2  90.0   True
    1        NaN -45.0  False
    2        0.2 -30.0  False
    """
    what = "The frame of customers"
    need_columns(need_frame(frame, what), [risk, value] + [outcome] * (outcome is not None), what)
    if not cost >= 0:
        raise ValueError(f"`cost` must be an amount of 0 or more, but it is {cost!r}.")
    if not 0 < saved_share <= 1:
        raise ValueError(
            f"`saved_share` must lie above 0 and up to 1, such as 0.3 for 30 %, but it is {saved_share!r}."
        )
    p, worth = filled(frame, risk), filled(frame, value)
    if (p < 0).any() or (p > 1).any():
        raise ValueError(f"Column {risk!r} of the frame of customers must lie between 0 and 1.")
    with np.errstate(divide="ignore"):
        threshold = np.where(worth > 0, cost / np.where(worth > 0, saved_share * worth, np.nan), np.nan)
    gain = p * saved_share * worth - cost
    call = gain > 0
    out = frame[["customer"]].copy() if "customer" in frame else pd.DataFrame(index=frame.index)
    out = out.assign(risk=p, value=worth, threshold=np.where(threshold <= 1, threshold, np.nan), gain=gain, call=call)
    table = pd.DataFrame(
        {"called": [int(call.sum())], "cost": [cost * call.sum()], "expected_gain": [gain[call].sum()]}
    )
    if outcome is not None:
        left = need_yes_no(frame, outcome, what)
        table["leavers_called"] = int((call & left).sum())
        table["false_alarms"] = int((call & ~left).sum())
        table["cost_of_false_alarms"] = cost * table["false_alarms"]
    return Result(table, out.reset_index(drop=True), set_aside(len(frame), [])[1])


def _risk(frame: pd.DataFrame, name: str) -> np.ndarray:
    p = filled(frame, name)
    wrong = ~((p > 0) & (p < 1))
    if wrong.any():
        raise ValueError(
            f"Column {name!r} of the frame of customers must lie above 0 and below 1, but does not in {rows_text(wrong)}. "
            "Write 12 % as 0.12."
        )
    return p
