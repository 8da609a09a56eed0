"""Retention that rises although nobody changes: customers who differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import listed, rows_text
from crmlib.value._checks import column_or_number, need_discount, need_number, need_periods, need_table
from crmlib.value._fit import maximise, parameter_table
from crmlib.value.lifetime import retention_clv


@dataclass(frozen=True, repr=False)
class CohortModel:
    """Customers who differ in how likely they are to leave, each the same in every period.

    table : `parameter` (alpha, beta), `estimate`, `standard_error`, `low`, `high` (95 %).
    retention : by `period`: `at_risk`, `kept`, `observed` and `fitted` retention.
    log_likelihood : of the stays and leavings.
    converged : whether the search reached the top.
    warnings : what a reader must know, in sentences.
    """

    table: pd.DataFrame
    retention: pd.DataFrame
    log_likelihood: float
    converged: bool
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        said = "".join(f"\nNote: {text}" for text in self.warnings)
        return f"{self.table.to_string(index=False)}\nlog-likelihood {self.log_likelihood:,.2f}{said}"


def fit_cohort(
    kept: pd.DataFrame, *, period: str = "period", at_risk: str = "at_risk", stayed: str = "kept"
) -> CohortModel:
    """Fit the shifted beta-geometric model: retention that rises although nobody changes.

    Each customer has his own chance of leaving, the same in every period; over customers it follows a beta distribution. Those
    likely to leave go first, so the retention of the rest rises with the period t: (beta + t − 1) / (alpha + beta + t − 1).

    Parameters
    ----------
    kept : one row per period of the relationship (1: the first): how many were `at_risk` at its start and how many were still there
        at its end. Periods may come from different cohorts, since only those who are there at the start count.

    Returns
    -------
    CohortModel.

    Raises
    ------
    ValueError, TypeError : a column is missing, counts that cannot be, fewer than two periods, nobody left or nobody stayed.

    Source: Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1).

    >>> counts = pd.DataFrame({"period": [1, 2, 3], "at_risk": [1000, 780, 655], "kept": [780, 655, 570]})
    >>> fit_cohort(counts).retention.round(3)
       period  at_risk  kept  observed  fitted
    0       1     1000   780      0.78   0.780
    1       2      780   655      0.84   0.838
    2       3      655   570      0.87   0.872
    """
    what = "The table of periods"
    need_table(kept, [period, at_risk, stayed], what)
    t, n, k = (column_or_number(kept, name, name, what) for name in (period, at_risk, stayed))
    wrong = ~((t >= 1) & (t == np.floor(t)) & (n > 0) & (k >= 0) & (k <= n))
    if wrong.any():
        raise ValueError(
            f"Each row of the table of periods needs a period 1, 2, 3 ..., someone at risk, and no more kept than at risk; "
            f"not so in {rows_text(wrong)}."
        )
    if len(np.unique(t)) < 2:
        raise ValueError("One period cannot show whether retention rises. Give at least two.")
    if not 0 < k.sum() < n.sum():
        raise ValueError("Nobody left, or nobody stayed: there is no retention curve to fit.")

    def parts(theta):
        alpha, beta = theta
        still, whole = beta + t - 1, alpha + beta + t - 1
        gone = n - k
        value = np.sum(k * np.log(still) + gone * np.log(alpha) - n * np.log(whole))
        slope = np.array([np.sum(gone / alpha - n / whole), np.sum(k / still - n / whole)])
        shared = np.sum(n / whole**2)
        bend = np.array([[shared - np.sum(gone) / alpha**2, shared], [shared, shared - np.sum(k / still**2)]])
        return value, slope, bend

    leave = 1 - k.sum() / n.sum()
    fit = maximise(parts, np.array([leave, 1 - leave]) * 3, np.full(2, 1e-4), np.full(2, 1e6))
    warnings = []
    if fit.at_bound.any() or not (fit.log_error < 2).all():
        warnings.append(
            "The retention curve does not rise measurably: customers need not differ, and alpha and beta are only known as a ratio "
            f"(mean chance of leaving {fit.estimate[0] / fit.estimate.sum():.3f} per period)."
        )
    if not fit.converged:
        warnings.append("The search did not reach the top; do not use these estimates.")
    alpha, beta = fit.estimate
    curve = pd.DataFrame(
        {
            "period": t.astype(np.int64),
            "at_risk": kept[at_risk].to_numpy(),
            "kept": kept[stayed].to_numpy(),
            "observed": k / n,
            "fitted": (beta + t - 1) / (alpha + beta + t - 1),
        }
    )
    return CohortModel(
        parameter_table(("alpha", "beta"), fit), curve, fit.log_likelihood, fit.converged, tuple(warnings)
    )


def residual_by_tenure(
    model: CohortModel,
    margin: float,
    discount: float = 0.10,
    periods: int = 10,
    tenures: Sequence[int] = (0, 1, 2, 3, 4, 5, 10),
) -> pd.DataFrame:
    """Compute what a customer is still worth after so many periods, if customers differ as the model says.

    Parameters
    ----------
    model : from `fit_cohort`.
    margin : money per period. The first payment counted is the one after the next renewal.
    discount, periods : per period; horizon in periods from today.
    tenures : periods completed (0: has just joined and paid).

    Returns
    -------
    One row per tenure: `tenure`, `next_retention` (chance to stay for the next period), `residual_value`, and
    `constant_retention`: the value that the whole table's mean retention, held constant, gives: the same for all tenures.

    Raises
    ------
    ValueError : a tenure that is no whole number from 0.

    Source: Fader & Hardie (2010), Customer-base valuation in a contractual setting, Marketing Science 29(1).

    >>> counts = pd.DataFrame({"period": [1, 2, 3], "at_risk": [1000, 780, 655], "kept": [780, 655, 570]})
    >>> residual_by_tenure(fit_cohort(counts), 100.0, tenures=(0, 3)).round(2)
       tenure  next_retention  residual_value  constant_retention
    0       0            0.78          320.82              281.25
    1       3            0.89          425.11              281.25
    """
    rate, paid = need_discount(discount), need_number(margin, "margin", "an amount of money per period")
    if need_periods(periods) is None:
        raise ValueError("Give a horizon, such as periods=10.")
    tenure = np.asarray(tenures, dtype=float)
    if not ((tenure >= 0) & (tenure == np.floor(tenure))).all():
        raise ValueError(f"`tenures` must be whole numbers from 0, but they are {listed(tenures)}.")
    alpha, beta = model.table["estimate"]
    t = tenure[:, None] + np.arange(1, periods + 1)
    stay = (beta + t - 1) / (alpha + beta + t - 1)
    factor = (1 + rate) ** -np.arange(1.0, periods + 1)
    mean = model.retention["kept"].sum() / model.retention["at_risk"].sum()
    return pd.DataFrame(
        {
            "tenure": tenure.astype(np.int64),
            "next_retention": stay[:, 0],
            "residual_value": paid * (np.cumprod(stay, axis=1) * factor).sum(axis=1),
            "constant_retention": retention_clv(paid, float(mean), rate, periods),
        }
    )
