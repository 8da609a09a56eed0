"""Paths from benefits to loyalty: a regression for each arrow's head, with or without correction for error of measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_level
from crmlib.benefits._scores import Scores, read_scores


@dataclass(frozen=True, repr=False)
class Paths:
    """table: one row per arrow; scales: one row per variable; excluded: rows set aside and why."""

    table: pd.DataFrame
    scales: pd.DataFrame
    excluded: pd.DataFrame

    def __repr__(self) -> str:
        return self.table.to_string(index=False)


def regress(scores: Scores, effect: str, causes: Sequence[str], *, standard: bool) -> tuple[np.ndarray, np.ndarray]:
    """Regress one variable on others; return slopes and their covariance, robust to clusters of rows (CR1).

    With error-free second moments M of the causes (X'X less the causes' error variances on the diagonal) the slopes are
    M⁻¹X'y. The covariance is the sandwich of the estimating equations X(y − Xb) + Db, where D is each row's share of the error
    variances; with `standard`, the sampling error of the standard deviations is added.
    """
    columns = scores.place(causes)
    x, own = scores.points[:, columns], scores.true[:, columns]
    target = scores.place([effect])[0]
    y, own_y = scores.points[:, target], scores.true[:, target]
    rows, k = x.shape
    clusters = int(scores.customers.max()) + 1
    if clusters <= k + 1:
        raise ValueError(
            f"{clusters:,} customers are too few to estimate {k} paths to {effect!r}. Use more customers or fewer causes."
        )
    error = x**2 - own
    moments = x.T @ x - np.diag(error.sum(axis=0))
    scale = np.sqrt(np.abs(np.diag(moments)))
    values = np.linalg.eigvalsh(moments / np.outer(scale, scale))
    if values[0] < 1e-8:
        raise ValueError(
            f"The paths from {listed(causes)} to {effect!r} cannot be told apart: one of these causes follows from the others. "
            "Leave it out."
        )
    inverse = np.linalg.inv(moments)
    slopes = inverse @ (x.T @ y)
    influence = rows * (x * (y - x @ slopes)[:, None] + error * slopes) @ inverse
    if standard:
        yes_no = np.array([name in scores.yes_no for name in causes])
        spread = np.where(yes_no, 0.0, own / own.mean(axis=0) - 1)
        spread_y = 0.0 if effect in scores.yes_no else own_y / own_y.mean() - 1
        influence = influence + slopes * 0.5 * (spread - np.broadcast_to(spread_y, rows)[:, None])
    sums = np.stack([np.bincount(scores.customers, influence[:, place], clusters) for place in range(k)], axis=1)
    few = clusters / (clusters - 1) * (rows - 1) / (rows - k - 1)
    return slopes, few * sums.T @ sums / rows**2


def path_model(
    answers: pd.DataFrame,
    arrows: Mapping[str, Sequence[str]],
    *,
    scales: Mapping[str, Sequence[str]] | None = None,
    corrected: bool = False,
    standard: bool = True,
    level: float = 0.95,
    customer: str = "customer",
) -> Paths:
    """Estimate the paths of a diagram: each variable with arrows into it is regressed on the variables that they come from.

    Answers are never exact. An error in a cause pulls its slope towards 0, and what it explains goes to the other causes. With
    several questions per variable the error can be measured: answers to two questions on one thing go together only as far as
    the thing itself does. `corrected` takes the error out of each cause's variance before the slopes are computed (errors in
    variables). It needs errors that do not go together between questions.

    Parameters
    ----------
    answers : one row per answer; several rows of one customer form a cluster.
    arrows : effect -> its causes, such as {"commitment": ["satisfaction", "special"]}.
    scales : variable -> its questions (columns of `answers`); a variable without an entry is a column, taken as free of error.
    corrected : correct for error of measurement.
    standard : slopes in standard deviations (of what the questions measure, if corrected); a variable that is only 0 and 1
        (True and False) stays so. False: in points of the scales.
    level : of the intervals.

    Returns
    -------
    Paths. table, one row per arrow: `cause`, `effect`, `estimate`, `error` (standard error), `low`, `high`. scales, one row per
    variable: `variable`, `items`, `mean`, `sd` (points), `reliability` (share of the variance that is not error: Cronbach's
    alpha; empty for a single question). excluded: `reason`, `rows`, `first_rows`.

    Raises
    ------
    ValueError, TypeError : a column is missing or holds no numbers, a variable does not vary, an item is in two scales,
    causes that follow from one another, too few customers, items that do not go together (if corrected).

    Source: least squares with clusters: Liang & Zeger (1986); errors in variables: Fuller (1987), Measurement Error Models, ch. 2;
    reliability: Cronbach (1951).

    >>> answers = pd.DataFrame({"customer": range(6), "safe": [1, 2, 3, 4, 5, 6], "satisfied": [2, 1, 4, 3, 6, 9]})
    >>> path_model(answers, {"satisfied": ["safe"]}, standard=False).table.round(3)
      cause     effect  estimate  error    low   high
    0  safe  satisfied       1.4  0.356  0.702  2.098
    """
    from scipy import stats

    need_level(level)
    if not arrows or any(isinstance(causes, str) or not len(causes) for causes in arrows.values()):
        raise ValueError(
            "`arrows` must name each effect with a list of its causes, such as {'commitment': ['satisfaction']}."
        )
    for effect, causes in arrows.items():
        if effect in causes or len(set(causes)) < len(causes):
            raise ValueError(f"The arrows into {effect!r} come from {listed(causes)}: each cause once, and not itself.")
    names = [name for effect, causes in arrows.items() for name in (effect, *causes)]
    scores = read_scores(answers, names, scales, corrected, customer, standard=standard)
    lines, reach = [], stats.norm.ppf((1 + level) / 2)
    for effect, causes in arrows.items():
        slopes, covariance = regress(scores, effect, causes, standard=standard)
        errors = np.sqrt(np.diag(covariance))
        lines += [
            (cause, effect, b, e, b - reach * e, b + reach * e)
            for cause, b, e in zip(causes, slopes, errors, strict=True)
        ]
    table = pd.DataFrame(lines, columns=["cause", "effect", "estimate", "error", "low", "high"])
    return Paths(table, scores.table, scores.excluded)
