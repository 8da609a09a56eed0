"""Maximum likelihood for models of a few positive parameters: Newton's method on their logarithms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

Parts = tuple[float, np.ndarray, np.ndarray]  # log-likelihood, gradient and Hessian in the parameters themselves


@dataclass(frozen=True)
class Fit:
    """Where the search ended: parameters in their own units, and what is known about them."""

    estimate: np.ndarray
    log_likelihood: float
    standard_error: np.ndarray  # NaN where the data do not fix the parameter
    log_error: np.ndarray  # the standard error of the parameter's logarithm; infinite where nothing fixes it
    at_bound: np.ndarray
    iterations: int
    converged: bool


def maximise(parts: Callable[[np.ndarray], Parts], start: np.ndarray, low: np.ndarray, high: np.ndarray) -> Fit:
    """Climb to the highest log-likelihood between two bounds.

    Logarithms keep parameters positive. A Hessian that is not concave is made so by turning its wrong eigenvalues; a step
    is at most two units of a logarithm, and is halved until the likelihood does not fall. A parameter that presses against its bound is
    held there.
    """
    floor, ceiling = np.log(low), np.log(high)
    place = np.clip(np.log(start), floor, ceiling)

    def on_logs(place: np.ndarray) -> Parts:
        theta = np.exp(place)
        value, slope, bend = parts(theta)
        slope = slope * theta
        return value, slope, bend * np.outer(theta, theta) + np.diag(slope)

    value, slope, bend = on_logs(place)
    converged = False
    for iteration in range(1, 201):  # noqa: B007, its last value is reported
        free = ~(((place <= floor) & (slope < 0)) | ((place >= ceiling) & (slope > 0)))
        if not free.any():
            converged = True
            break
        step = np.zeros_like(place)
        step[free] = _newton_step(slope[free], -bend[free][:, free])
        gain = slope @ step  # what the step can still add, at most
        if gain < 1e-10 * (1 + abs(value)):
            if np.abs(step).max() < 1e-3:  # one more step is exact; along a flat ridge it would only wander
                place = np.clip(place + step, floor, ceiling)
                value, slope, bend = on_logs(place)
            converged = True
            break
        step *= min(1.0, 2.0 / np.abs(step).max())
        for _ in range(40):
            new = np.clip(place + step, floor, ceiling)
            new_value, new_slope, new_bend = on_logs(new)
            if np.isfinite(new_value) and new_value >= value:
                break
            step /= 2
        else:
            converged = gain < 1e-8 * (
                1 + abs(value)
            )  # no step gains: the limit of the computer's precision, or trouble
            break
        value, slope, bend = new_value, new_slope, new_bend
        place = np.where(new > ceiling - 1e-6, ceiling, np.where(new < floor + 1e-6, floor, new))
    at_bound = (place <= floor + 1e-9) | (place >= ceiling - 1e-9)
    theta = np.exp(place)
    log_error = np.where(at_bound, np.inf, _errors(bend))
    # At the top, errors on the two scales differ by the parameter alone.
    error = np.where(np.isfinite(log_error), theta * log_error, np.nan)
    return Fit(theta, float(value), error, log_error, at_bound, iteration, converged)


def _newton_step(slope: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    """Return the step to the top of the local parabola; where it opens upwards, turn it over."""
    try:
        root = np.linalg.cholesky(curvature)
    except np.linalg.LinAlgError:
        turned, axes = np.linalg.eigh(curvature)
        turned = np.maximum(np.abs(turned), 1e-9 * max(np.abs(turned).max(), 1e-300))
        return axes @ ((axes.T @ slope) / turned)
    return np.linalg.solve(root.T, np.linalg.solve(root, slope))


def _errors(hessian: np.ndarray) -> np.ndarray:
    """Return standard errors from a Hessian; infinite for a parameter that can move without the likelihood noticing."""
    error = np.full(len(hessian), np.inf)
    some = np.flatnonzero(np.diag(-hessian) > 1e-8)
    if not len(some):
        return error
    scale = np.sqrt(np.diag(-hessian)[some])
    eigenvalues, axes = np.linalg.eigh(-hessian[np.ix_(some, some)] / np.outer(scale, scale))
    spread = (axes**2 / np.maximum(eigenvalues, 1e-9)).sum(axis=1)
    error[some] = np.where(spread < 1e6, np.sqrt(spread) / scale, np.inf)
    return error


def parameter_table(names: tuple[str, ...], fit: Fit) -> pd.DataFrame:
    """Return the parameters with standard errors and 95 % intervals (on the log scale, so that they stay above 0)."""
    with np.errstate(over="ignore"):
        reach = np.exp(1.959964 * fit.log_error)
    return pd.DataFrame(
        {
            "parameter": names,
            "estimate": fit.estimate,
            "standard_error": fit.standard_error,
            "low": fit.estimate / reach,
            "high": fit.estimate * reach,
        }
    )
