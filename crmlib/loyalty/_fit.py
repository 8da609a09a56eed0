"""Least squares with weights, and standard errors that know who answered more than once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Fit:
    """Coefficients, their covariance, and the t value that makes an interval of the wanted level."""

    coefficients: np.ndarray
    covariance: np.ndarray
    reach: float

    def contrast(self, weights: np.ndarray) -> tuple[float, float, float, float]:
        """Return a weighted sum of coefficients: value, standard error, low and high end of its interval."""
        value = float(np.sum(weights * self.coefficients))
        error = float(np.sqrt(max(0.0, weights @ self.covariance @ weights)))
        return value, error, value - self.reach * error, value + self.reach * error


def fit(
    y: np.ndarray, x: np.ndarray, weights: np.ndarray, customers: pd.Series | None, level: float, names: list[str]
) -> Fit:
    """Regress y on the columns of x; rows of one customer form a cluster (CR1, t with clusters − 1 degrees of freedom).

    Raises ValueError if the rows are too few, or if a column of x follows from the others.

    >>> line = fit(np.array([1.0, 3.0, 5.0]), np.array([[1.0, 0], [1, 1], [1, 2]]), np.ones(3), None, 0.95, ["", "x"])
    >>> line.coefficients.round(6).tolist()
    [1.0, 2.0]
    """
    import statsmodels.api as sm
    from scipy import stats

    groups = np.arange(len(y)) if customers is None else pd.factorize(customers)[0]
    clusters = groups.max() + 1 if len(groups) else 0
    if clusters <= x.shape[1]:
        raise ValueError(
            f"{clusters:,} customers are too few to estimate {x.shape[1]} numbers with an interval. Use more customers, fewer "
            "groups, or fewer columns to adjust for."
        )
    scaled = x / np.sqrt(np.mean(x**2, axis=0)).clip(min=np.finfo(float).tiny)
    if np.linalg.matrix_rank(scaled) < x.shape[1]:
        alone = [name for name, column in zip(names, x.T, strict=True) if name and np.ptp(column) == 0]
        which = f"{alone[0]!r} is the same in every row" if alone else "one of them follows from the others"
        raise ValueError(
            f"The effect of {', '.join(n for n in names if n)} cannot be told apart: {which}. Leave it out."
        )
    result = sm.WLS(y, x, weights=weights).fit(cov_type="cluster", cov_kwds={"groups": groups})
    reach = float(stats.t.ppf((1 + level) / 2, clusters - 1))
    return Fit(np.asarray(result.params), np.asarray(result.cov_params()), reach)
