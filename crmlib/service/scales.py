"""How well a set of questions measures one thing: item diagnostics, alpha, omega, gap scores, number of components."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib._frames import is_whole, listed, need_columns, need_frame, need_numbers, need_scale

WHAT = "The frame of answers"


def reliability(answers: pd.DataFrame, items: Sequence[str]) -> pd.DataFrame:
    """Return Cronbach's alpha and McDonald's omega of the sum of some items.

    Alpha = k / (k − 1) · (1 − Σ s²_i / s²_total) over k items with variances s²_i. It is the reliability of the sum if all
    items carry the common part equally, and a lower bound if not. Omega = (Σ λ_i)² / ((Σ λ_i)² + Σ ψ_i) lets them carry
    it unequally: loadings λ_i and unique variances ψ_i, in the items' own units, come from a one-factor model fitted by
    maximum likelihood (statsmodels' Factor).

    Parameters
    ----------
    answers : one row per respondent.
    items : two or more columns of answers; items worded the other way round are reversed first (`reverse_items`).

    Returns
    -------
    Frame of one row: `items`, `respondents` (with every item answered), `left_out` (with one missing), `alpha`, `alpha_low`,
    `alpha_high` (95 %, Feldt's F interval), `omega` (empty with two items, where one factor is not determined, or where the
    fit pushes a unique variance to zero).

    Raises
    ------
    ValueError, TypeError : fewer than two items, a column is missing or of the wrong type, fewer than two respondents, an
    item to which all gave the same answer.

    Source: Cronbach (1951), Psychometrika 16; McDonald (1999), Test Theory; Feldt, Woodruff & Salih (1987).

    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4, 5, 6, 7, 4], "b": [2, 1, 4, 3, 6, 5, 6, 3], "c": [3, 1, 2, 5, 4, 7, 5, 6]})
    >>> reliability(answers, ["a", "b", "c"])[["items", "respondents", "alpha", "alpha_low", "alpha_high"]].round(2)
       items  respondents  alpha  alpha_low  alpha_high
    0      3            8   0.87       0.56        0.97
    """
    from scipy import stats

    numbers, left_out = _complete(answers, items)
    n, k = numbers.shape
    covariance = np.cov(numbers, rowvar=False)
    alpha = _alpha(covariance)
    low, high = 1 - (1 - alpha) * stats.f.ppf([0.975, 0.025], n - 1, (n - 1) * (k - 1))
    found = {
        "items": k,
        "respondents": n,
        "left_out": left_out,
        "alpha": alpha,
        "alpha_low": low,
        "alpha_high": high,
        "omega": _omega(covariance, n),
    }
    return pd.DataFrame([found])


def reverse_items(answers: pd.DataFrame, items: Sequence[str], scale: tuple[int, int] = (1, 7)) -> pd.DataFrame:
    """Return the answers with some items turned round: low + high − answer.

    Parameters
    ----------
    answers : one row per respondent.
    items : columns to turn round.
    scale : lowest and highest answer of the scale.

    Returns
    -------
    A copy of the frame; only `items` differ.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, or an answer lies outside the scale.

    >>> reverse_items(pd.DataFrame({"late": [7, 1, 4]}), ["late"])["late"].tolist()
    [1, 7, 4]
    """
    low, high = need_scale(scale)
    need_columns(need_frame(answers, WHAT), items, WHAT)
    for item in items:
        numbers = need_numbers(answers, item, WHAT)
        outside = (numbers < low) | (numbers > high)
        if outside.any():
            raise ValueError(
                f"Column {item!r} of the frame of answers holds {numbers[outside][0]:g}, outside the scale from {low} to "
                f"{high}. It cannot be turned round. Correct the answer, or give the right `scale`."
            )
    return answers.assign(**{item: low + high - answers[item] for item in items})


def item_diagnostics(answers: pd.DataFrame, items: Sequence[str]) -> pd.DataFrame:
    """Return, item by item, how it goes with the others of its scale.

    Parameters
    ----------
    answers : one row per respondent; who left an item out is not used.
    items : three or more columns that should measure one thing.

    Returns
    -------
    Frame, one row per item: `item`, `mean`, `sd`, `item_total` (correlation with the sum of the *other* items, as they
    are), `alpha_if_deleted`, `suspect`: "runs the other way" (reversed wording that nobody turned round?) where the item
    correlates below −0.2 with the others once these are turned to point one way (by the sign of their first principal
    component, the majority's way); else "hardly belongs" where `item_total` is below 0.3; else empty.

    Raises
    ------
    ValueError, TypeError : as in `reliability`; fewer than three items.

    Source: Churchill (1979), A paradigm for developing better measures of marketing constructs.

    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4, 5, 6], "b": [2, 1, 4, 3, 6, 5], "late": [7, 5, 6, 3, 4, 1]})
    >>> item_diagnostics(answers, ["a", "b", "late"]).set_index("item")["suspect"].to_dict()
    {'a': 'hardly belongs', 'b': '', 'late': 'runs the other way'}
    """
    numbers, _ = _complete(answers, items, least=3)
    covariance = np.cov(numbers, rowvar=False)
    k = len(items)
    own = np.diag(covariance)
    with_rest = covariance.sum(axis=1) - own
    rest = covariance.sum() - 2 * covariance.sum(axis=1) + own
    with np.errstate(divide="ignore", invalid="ignore"):
        together = np.where(rest > 0, with_rest / np.sqrt(own * rest), np.nan)
    without = [_alpha(np.delete(np.delete(covariance, place, 0), place, 1)) for place in range(k)]
    suspect = np.select([runs_against(covariance)[0], together < 0.3], ["runs the other way", "hardly belongs"], "")
    return pd.DataFrame(
        {
            "item": list(items),
            "mean": numbers.mean(axis=0),
            "sd": np.sqrt(own),
            "item_total": together,
            "alpha_if_deleted": without,
            "suspect": suspect,
        }
    )


def difference_reliability(
    reliability_a: float, reliability_b: float, correlation: float, sd_a: float = 1.0, sd_b: float = 1.0
) -> float:
    """Return the reliability of a difference a − b, from the reliabilities of both and the correlation between them.

    r = (s²_a r_aa + s²_b r_bb − 2 r s_a s_b) / (s²_a + s²_b − 2 r s_a s_b). Two good scales that go together leave a poor
    difference: what they share cancels, their errors add up. Below 0 is possible with estimates that do not fit together.

    Parameters
    ----------
    reliability_a, reliability_b : 0 to 1, of perception and expectation, say.
    correlation : between the two observed scores, above −1 and below 1.
    sd_a, sd_b : their standard deviations, in points.

    Raises
    ------
    ValueError : a reliability or the correlation outside its range, an SD that is not above 0.

    Source: Peter, Churchill & Brown (1993), Caution in the use of difference scores in consumer research.

    >>> round(difference_reliability(0.8, 0.8, 0.6), 2)
    0.5
    """
    for name, number in (("reliability_a", reliability_a), ("reliability_b", reliability_b)):
        if not 0 <= number <= 1:
            raise ValueError(f"`{name}` is a reliability and must lie between 0 and 1, but it is {number!r}.")
    if not -1 < correlation < 1:
        raise ValueError(f"`correlation` must lie between −1 and 1 (neither included), but it is {correlation!r}.")
    if not (sd_a > 0 and sd_b > 0):
        raise ValueError(f"Standard deviations must be above 0, but they are {sd_a!r} and {sd_b!r}.")
    shared = 2 * correlation * sd_a * sd_b
    return (sd_a**2 * reliability_a + sd_b**2 * reliability_b - shared) / (sd_a**2 + sd_b**2 - shared)


def parallel_analysis(
    answers: pd.DataFrame, items: Sequence[str], *, draws: int = 100, quantile: float = 0.95, seed: int = 1
) -> pd.DataFrame:
    """Say how many components some items hold: those whose eigenvalue beats that of random answers.

    The eigenvalues of the items' correlations stand beside those of `draws` tables of independent normal numbers of the
    same size. A component is kept while its eigenvalue, and each before it, is above the given quantile of chance.

    Parameters
    ----------
    answers : one row per respondent; who left an item out is not used.
    items : two or more columns of answers.
    draws : random tables; quantile : of their eigenvalues, between 0 and 1; seed : a whole number, so that all get the same.

    Returns
    -------
    Frame, one row per component: `component`, `eigenvalue`, `chance` (the quantile), `variance_share` (of all items'
    variance), `kept`.

    Raises
    ------
    ValueError, TypeError : as in `reliability`; no more respondents than items; `draws` below 20.

    Source: Horn (1965), Psychometrika 30; 95th percentile: Glorfeld (1995).

    >>> rng = np.random.default_rng(4)
    >>> one, two = rng.standard_normal((2, 200, 1))
    >>> answers = np.hstack([one + rng.standard_normal((200, 3)), two + rng.standard_normal((200, 3))])
    >>> found = parallel_analysis(pd.DataFrame(answers, columns=list("abcdef")), list("abcdef"))
    >>> int(found["kept"].sum())
    2
    """
    if not is_whole(draws) or draws < 20:
        raise ValueError(f"`draws` must be a whole number of 20 or more, but it is {draws!r}.")
    if not 0 < quantile < 1:
        raise ValueError(f"`quantile` must lie between 0 and 1, such as 0.95, but it is {quantile!r}.")
    numbers, _ = _complete(answers, items)
    n, k = numbers.shape
    if n <= k:
        raise ValueError(
            f"{n} respondents cannot show the structure of {k} items. More respondents than items are needed."
        )
    found = np.linalg.eigvalsh(np.corrcoef(numbers, rowvar=False))[::-1]
    rng = np.random.default_rng(seed)
    by_chance = np.array(
        [np.linalg.eigvalsh(np.corrcoef(rng.standard_normal((n, k)), rowvar=False))[::-1] for _ in range(draws)]
    )
    bar = np.quantile(by_chance, quantile, axis=0)
    return pd.DataFrame(
        {
            "component": np.arange(1, k + 1),
            "eigenvalue": found,
            "chance": bar,
            "variance_share": found / k,
            "kept": np.logical_and.accumulate(found > bar),
        }
    )


def runs_against(covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Say which items point away from the majority (below −0.2 with the others, these turned to point one way), and how far."""
    spread = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(spread, spread)
    first = np.linalg.eigh(correlation)[1][:, -1]
    way = np.sign(first) * (1.0 if first.sum() >= 0 else -1.0)
    turned = covariance * np.outer(way, way)
    own = np.diag(covariance)
    rest = turned.sum() - 2 * turned.sum(axis=1) + own
    with np.errstate(divide="ignore", invalid="ignore"):
        together = way * (turned.sum(axis=1) - own) / np.sqrt(own * rest)
    return (together < -0.2) & (way < 0), together


def _alpha(covariance: np.ndarray) -> float:
    k, total = len(covariance), covariance.sum()
    if not total > 0:
        return np.nan
    return float(k / (k - 1) * (1 - np.trace(covariance) / total))


def _omega(covariance: np.ndarray, n: int) -> float:
    """Omega of a one-factor model; NaN where the model is not determined or a unique variance runs to zero."""
    if len(covariance) < 3:
        return np.nan
    from statsmodels.multivariate.factor import Factor

    spread = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(spread, spread)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # statsmodels warns of what is looked at below: the fit itself
        try:
            fit = Factor(corr=correlation, nobs=n, n_factor=1, method="ml").fit(start=_start(correlation))
        except (np.linalg.LinAlgError, ValueError):
            return np.nan
    unique = np.asarray(fit.uniqueness)
    off = np.abs(fit.loadings[:, 0] ** 2 + unique - 1)  # at the maximum the model's own variances are the data's
    if not np.isfinite(off).all() or off.max() > 0.01 or unique.min() < 0.005:
        return np.nan
    common = float(np.sum(fit.loadings[:, 0] * spread) ** 2)
    return common / (common + float(np.sum(unique * spread**2)))


def _start(correlation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Loadings and unique variances to start from, the same each time: statsmodels' own start is random.

    An item's unique variance starts at what the other items leave unexplained; the loadings are the principal axis of the rest.
    """
    unique = 1 / np.diag(np.linalg.inv(correlation))
    strength, axes = np.linalg.eigh(correlation - np.diag(unique))
    return axes[:, -1:] * np.sqrt(max(strength[-1], 1e-3)), unique


def _complete(answers: pd.DataFrame, items: Sequence[str], least: int = 2) -> tuple[np.ndarray, int]:
    """Return the answers of those who answered every item, and how many did not."""
    if isinstance(items, str) or len(items) < least:
        raise ValueError(f"`items` must list {least} columns or more, such as ['p_tan1', 'p_tan2', 'p_tan3'].")
    twice = pd.Index(items).duplicated()
    if twice.any():
        raise ValueError(f"`items` names {items[int(twice.argmax())]!r} twice. Name each column once.")
    need_columns(need_frame(answers, WHAT), items, WHAT)
    numbers = np.column_stack([need_numbers(answers, item, WHAT) for item in items])
    empty = np.isnan(numbers).all(axis=0)
    if empty.any():
        raise ValueError(
            f"Nobody answered {listed(np.asarray(items, dtype=object)[empty])}: the column is empty. Leave it out of `items`."
        )
    whole = ~np.isnan(numbers).any(axis=1)
    if whole.sum() < 2:
        raise ValueError(
            f"{int(whole.sum())} respondent answered all {len(items)} items. Reliability compares respondents: at least "
            "two are needed, and some dozens to mean anything."
        )
    numbers = numbers[whole]
    constant = numbers.min(axis=0) == numbers.max(axis=0)
    if constant.any():
        raise ValueError(
            f"All respondents gave the same answer to {listed(np.asarray(items, dtype=object)[constant])}. An item that "
            "does not vary cannot go with the others: alpha is not defined. Leave it out of `items`."
        )
    return numbers, int((~whole).sum())
