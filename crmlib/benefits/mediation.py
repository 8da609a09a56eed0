"""Mediation: how much of an effect runs through what lies between, with intervals from resampled customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import is_whole, need_level
from crmlib.benefits._scores import Scores, read_scores

_AT_ONCE = 250  # resamples held in memory together


@dataclass(frozen=True, repr=False)
class Mediation:
    """table: total, direct and indirect effects; scales: one row per variable; excluded: rows set aside and why."""

    table: pd.DataFrame
    scales: pd.DataFrame
    excluded: pd.DataFrame

    def __repr__(self) -> str:
        return self.table.to_string(index=False)


def mediate(
    answers: pd.DataFrame,
    cause: str,
    through: Sequence[str],
    effect: str,
    *,
    adjust_for: Sequence[str] = (),
    scales: Mapping[str, Sequence[str]] | None = None,
    corrected: bool = False,
    standard: bool = True,
    resamples: int = 2_000,
    seed: int = 0,
    level: float = 0.95,
    customer: str = "customer",
) -> Mediation:
    """Split the effect of a cause into a direct part and parts that run through mediators.

    Three kinds of regression, all with the same columns to adjust for: effect on cause (total, c); each mediator on the cause
    (a); effect on cause and mediators (direct, c′, and b). Through a mediator: a × b. Then c = c′ + Σ a·b exactly. The part
    through one mediator includes what reached it by way of another. Intervals: percentiles over resamples of *customers* (all rows
    of a customer together), since a product of two estimates is not normal.

    The split is causal only if nothing left out drives two of cause, mediators and effect, and if the arrows point the right way.

    Parameters
    ----------
    answers, scales, corrected, standard, level, customer : as for `path_model`.
    cause, through, effect : variables: the cause, a list of mediators, the effect.
    adjust_for : further causes, in every regression.
    resamples : how many times customers are drawn anew.
    seed : of that draw. The same seed gives the same intervals.

    Returns
    -------
    Mediation. table: `part` (total, direct, indirect, then "through" each mediator), `estimate`, `low`, `high`, `share` (of the
    total; empty where the total's interval holds 0, since a share of nothing has no meaning). scales, excluded: as for `path_model`.

    Raises
    ------
    ValueError, TypeError : as for `path_model`; a variable in two roles; fewer than 100 resamples.

    Source: Baron & Kenny (1986); several mediators and resampling: Preacher & Hayes (2008), Behavior Research Methods 40(3), 879-891.

    >>> rng = np.random.default_rng(1)
    >>> safe = rng.normal(size=400)
    >>> satisfied = 0.5 * safe + rng.normal(size=400)
    >>> stays = 0.4 * satisfied + rng.normal(size=400)
    >>> answers = pd.DataFrame({"customer": range(400), "safe": safe, "satisfied": satisfied, "stays": stays})
    >>> found = mediate(answers, "safe", ["satisfied"], "stays", standard=False).table.set_index("part")
    >>> bool(np.isclose(found.loc["direct", "estimate"] + found.loc["indirect", "estimate"], found.loc["total", "estimate"]))
    True
    """
    need_level(level)
    if isinstance(through, str) or not len(through):
        raise ValueError("`through` must be a list of mediators, such as ['satisfaction', 'commitment'].")
    roles = [cause, *through, *adjust_for, effect]
    if len(set(roles)) < len(roles):
        twice = next(name for name in roles if roles.count(name) > 1)
        raise ValueError(
            f"{twice!r} stands in two roles. Each variable is the cause, a mediator, the effect or adjusted for."
        )
    if not is_whole(resamples) or resamples < 100:
        raise ValueError(f"`resamples` must be a whole number of 100 or more, but it is {resamples!r}.")
    scores = read_scores(answers, roles, scales, corrected, customer, standard=standard)
    clusters = int(scores.customers.max()) + 1
    if clusters <= len(roles) + 1:
        raise ValueError(f"{clusters:,} customers are too few for {len(roles)} variables. Use more customers.")
    sums = _sums(scores)
    causes = _covariances(sums.sum(axis=0)[None, :], len(roles))[0, :-1, :-1]
    scale = np.sqrt(np.diag(causes))
    if np.linalg.eigvalsh(causes / np.outer(scale, scale))[0] < 1e-8:
        raise ValueError(
            "Cause, mediators and columns to adjust for cannot be told apart: one of them follows from the others. Leave it out."
        )
    estimate = _split(
        _covariances(sums.sum(axis=0)[None, :], len(roles)), len(through), scores.yes_no, roles, standard
    )[0]
    drawn = np.concatenate(
        [
            _split(_covariances(weights @ sums, len(roles)), len(through), scores.yes_no, roles, standard)
            for weights in _draws(clusters, resamples, seed)
        ]
    )
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    clear = low[0] * high[0] > 0
    table = pd.DataFrame(
        {
            "part": ["total", "direct", "indirect", *(f"through {name}" for name in through)],
            "estimate": estimate,
            "low": low,
            "high": high,
            "share": estimate / estimate[0] if clear else np.nan,
        }
    )
    return Mediation(table, scores.table, scores.excluded)


def _sums(scores: Scores) -> np.ndarray:
    """Add up each customer's rows: how many, the values, their products, and the squares that are free of error."""
    rows, p = scores.points.shape
    first, second = np.triu_indices(p, 1)
    parts = [np.ones((rows, 1)), scores.points, scores.points[:, first] * scores.points[:, second], scores.true]
    whole = np.hstack(parts)
    return np.stack([np.bincount(scores.customers, column) for column in whole.T], axis=1)


def _covariances(sums: np.ndarray, p: int) -> np.ndarray:
    """Turn sums (one row per resample) into covariance matrices, one per resample."""
    means = sums / sums[:, [0]]
    middle, products, squares = means[:, 1 : p + 1], means[:, p + 1 : -p], means[:, -p:]
    first, second = np.triu_indices(p, 1)
    out = np.empty((len(sums), p, p))
    out[:, first, second] = out[:, second, first] = products
    out[:, np.arange(p), np.arange(p)] = squares
    return out - middle[:, :, None] * middle[:, None, :]


def _split(matrices: np.ndarray, mediators: int, yes_no: frozenset, roles: list[str], standard: bool) -> np.ndarray:
    """Return total, direct, indirect and the parts through each mediator, one row per covariance matrix."""
    p = len(roles)
    between, others = np.arange(1, mediators + 1), np.arange(mediators + 1, p - 1)
    outer = np.concatenate([[0], others])
    inner = np.concatenate([[0], between, others])
    a = _solve(matrices, outer, between)[:, 0, :]
    total = _solve(matrices, outer, np.array([p - 1]))[:, 0, 0]
    slopes = _solve(matrices, inner, np.array([p - 1]))[:, :, 0]
    parts = a * slopes[:, 1 : mediators + 1]
    out = np.column_stack([total, slopes[:, 0], parts.sum(axis=1), parts])
    if standard:  # each resample in its own standard deviations
        sd = np.sqrt(np.abs(np.diagonal(matrices, axis1=1, axis2=2)))
        of_cause = 1.0 if roles[0] in yes_no else sd[:, 0]
        of_effect = 1.0 if roles[-1] in yes_no else sd[:, -1]
        out = out * (of_cause / of_effect)[:, None] if np.ndim(of_cause / of_effect) else out
    return out


def _solve(matrices: np.ndarray, causes: np.ndarray, effects: np.ndarray) -> np.ndarray:
    return np.linalg.solve(matrices[:, causes[:, None], causes], matrices[:, causes[:, None], effects])


def _draws(clusters: int, resamples: int, seed: int):
    """Yield how often each customer is drawn, some resamples at a time."""
    rng = np.random.default_rng(seed)
    for start in range(0, resamples, _AT_ONCE):
        size = min(_AT_ONCE, resamples - start)
        hit = rng.integers(0, clusters, (size, clusters)) + clusters * np.arange(size)[:, None]
        yield np.bincount(hit.ravel(), minlength=size * clusters).reshape(size, clusters).astype(float)
