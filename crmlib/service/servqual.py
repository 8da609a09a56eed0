"""SERVQUAL: what customers expect, what they perceive, the gap between, and whether the gap predicts anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    empty_ids,
    listed,
    need_columns,
    need_frame,
    need_numbers,
    need_scale,
    reasons_text,
    set_aside,
)
from crmlib.service.scales import runs_against

# The five dimensions and their items: column names without the prefix for expectation or perception.
SERVQUAL: dict[str, tuple[str, ...]] = {
    "tangibles": ("tan1", "tan2", "tan3", "tan4"),
    "reliability": ("rel1", "rel2", "rel3", "rel4", "rel5"),
    "responsiveness": ("res1", "res2", "res3", "res4"),
    "assurance": ("ass1", "ass2", "ass3", "ass4"),
    "empathy": ("emp1", "emp2", "emp3", "emp4", "emp5"),
}
# Columns of the points (out of 100) that a respondent gives each dimension.
IMPORTANCE: dict[str, str] = {name: f"imp_{items[0][:3]}" for name, items in SERVQUAL.items()}

WHAT = "The survey"
OVERALL = "overall"


def servqual(
    answers: pd.DataFrame,
    by: str | None = None,
    *,
    dimensions: Mapping[str, Sequence[str]] = SERVQUAL,
    reverse: Sequence[str] = (),
    importance: Mapping[str, str] | Mapping[str, float] | None = IMPORTANCE,
    expected: str = "e_",
    perceived: str = "p_",
    scale: tuple[int, int] = (1, 7),
    customer: str = "customer",
    wave: str | None = None,
    weight: str | None = None,
) -> Result:
    """Score service quality: expectation, perception and their gap by dimension, overall, and weighted by importance.

    A respondent's score in a dimension is the mean of its items; gap = perception − expectation (below 0: less than
    expected). Overall: the plain mean of the dimensions. Weighted overall: Σ w_d · gap_d with the importance w_d that the
    respondent states, Σ w_d = 1; the same for perception alone (SERVPERF, weighted SERVPERF).

    Parameters
    ----------
    answers : one row per respondent and wave.
    by : column to compare, such as "branch" or "kind"; None: the company as a whole.
    dimensions : name of the dimension -> its items, without prefix.
    reverse : items (without prefix) worded the other way round; they are turned round, low + high − answer.
    importance : name of the dimension -> column with the respondent's points out of 100, or -> one weight for all (they
        must sum to 1). None: no weighting.
    expected, perceived : prefixes of the columns.
    scale : lowest and highest answer.
    customer : column of the customer number: answers of one customer in several waves count as one cluster.
    wave : column of the wave; None: a customer may answer once only.
    weight : column of survey weights (customers that a row stands for); None: each row counts once.

    Returns
    -------
    Result. table, one row per group and dimension and one for the overall: `by`, `dimension`, `respondents`,
    `expectation`, `perception`, `gap`, `gap_low`, `gap_high` (95 %, clustered by customer; empty with one customer),
    and with `importance`: `importance` (mean weight, 0 to 1), `weighted_gap` (in the overall row Σ, else the dimension's
    part of it), `weighted_low`, `weighted_high` (overall row).
    customers, one row per usable answer: `customer`, `wave`, `by`, and for each score `gap_<dimension>`,
    `perception_<dimension>`, `gap`, `perception`, `weighted_gap`, `weighted_perception`.
    excluded: rows without customer number, with answers outside the scale or missing, with points that do not sum to
    100, repeated rows (the first copy stays).

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; weights that do not sum to 1; nobody answered a
    dimension; a customer answered twice in a wave and differently; an item runs against the others of its dimension
    (name it in `reverse`).

    Source: Parasuraman, Zeithaml & Berry (1988), Journal of Retailing 64; perception alone: Cronin & Taylor (1992),
    Journal of Marketing 56.

    >>> answers = pd.DataFrame({"customer": [1, 2], "e_a1": [6, 4], "p_a1": [5, 4], "e_b1": [5, 5], "p_b1": [7, 6]})
    >>> scored = servqual(answers, dimensions={"a": ["a1"], "b": ["b1"]}, importance={"a": 0.75, "b": 0.25})
    >>> scored.table[["dimension", "expectation", "perception", "gap", "weighted_gap"]]
      dimension  expectation  perception  gap  weighted_gap
    0         a          5.0         4.5 -0.5        -0.375
    1         b          5.0         6.5  1.5         0.375
    2   overall          5.0         5.5  0.5         0.000
    """
    low, high = need_scale(scale)
    stems = [item for items in dimensions.values() for item in items]
    unknown = [item for item in reverse if item not in stems]
    if unknown:
        raise ValueError(
            f"`reverse` names {listed(unknown)}, which no dimension has. The items are {listed(stems, 30)}."
        )
    stated = importance is not None and all(isinstance(column, str) for column in importance.values())
    points = list(importance.values()) if importance is not None and stated else []
    columns = [f"{way}{item}" for way in (expected, perceived) for item in stems]
    named = [name for name in (customer, by, wave, weight) if name]
    need_columns(need_frame(answers, WHAT), named + columns + points, WHAT)
    numbers = {name: need_numbers(answers, name, WHAT) for name in columns + points + ([weight] if weight else [])}
    _need_every_dimension(dimensions, numbers, (expected, perceived))

    asked = np.column_stack([numbers[name] for name in columns])
    missing, outside = np.isnan(asked), (asked < low) | (asked > high)
    reasons = [
        (f"no {customer}", empty_ids(answers, customer)),
        ("repeated row", answers.duplicated(keep="first").to_numpy()),
        (f"an answer outside {low} to {high}", outside.any(axis=1)),
        ("an answer is missing", missing.any(axis=1)),
    ]
    if by:
        reasons.append((f"no {by}", answers[by].isna().to_numpy()))
    if weight:
        reasons.append((f"no {weight} above 0", ~(numbers[weight] > 0)))
    if stated:
        given = np.column_stack([numbers[name] for name in points])
        reasons.append(
            ("importance points do not sum to 100", ~(np.abs(given.sum(axis=1) - 100) < 0.5) | (given < 0).any(axis=1))
        )
    keep, excluded = set_aside(len(answers), reasons)
    if not keep.any():
        raise ValueError(f"{WHAT} has no usable row: {reasons_text(excluded)}. Check `scale` and the columns.")
    _need_one_answer(answers.loc[keep], customer, wave)

    turned = {}
    for way in (expected, perceived):
        for item in stems:
            answer = numbers[f"{way}{item}"][keep]
            turned[f"{way}{item}"] = low + high - answer if item in reverse else answer
    _need_one_direction(turned, dimensions, (expected, perceived))
    mean = {
        (way, name): np.mean([turned[f"{way}{item}"] for item in items], axis=0)
        for way in (expected, perceived)
        for name, items in dimensions.items()
    }
    weights = _weights(importance, dimensions, numbers, keep)
    people = {name: answers.loc[keep, name].to_numpy() for name in (customer, wave, by) if name}
    people |= {f"gap_{name}": mean[perceived, name] - mean[expected, name] for name in dimensions}
    people |= {f"perception_{name}": mean[perceived, name] for name in dimensions}
    for score in ("gap", "perception"):
        people[score] = np.mean([people[f"{score}_{name}"] for name in dimensions], axis=0)
        if weights is not None:
            people[f"weighted_{score}"] = np.sum(
                [weights[name] * people[f"{score}_{name}"] for name in dimensions], axis=0
            )
    frame = pd.DataFrame(people)
    counts = numbers[weight][keep] if weight else np.ones(int(keep.sum()))
    table = _table(frame, mean, weights, counts, by, list(dimensions), expected, perceived, customer)
    return Result(table, frame, excluded)


def _need_every_dimension(dimensions, numbers, ways) -> None:
    """Refuse a dimension of which some side was answered by nobody."""
    for name, items in dimensions.items():
        for way in ways:
            empty = [f"{way}{item}" for item in items if np.isnan(numbers[f"{way}{item}"]).all()]
            if empty:
                raise ValueError(
                    f"Nobody answered {listed(empty)}: dimension {name!r} cannot be scored. Leave the items, or the whole "
                    "dimension, out of `dimensions`."
                )


def _need_one_answer(kept: pd.DataFrame, customer: str, wave: str | None) -> None:
    key = [name for name in (customer, wave) if name]
    twice = kept.duplicated(key)
    if twice.any():
        who = kept.loc[twice, key].iloc[0].tolist()
        where = f"{customer} {who[0]}" + (f" in {wave} {who[1]}" if wave else "")
        remedy = (
            "Which row is right? Keep it and remove the other."
            if wave
            else "Name the column of the survey wave: wave='wave'."
        )
        raise ValueError(
            f"{WHAT} has {int(twice.sum()):,} further rows with other answers of somebody who is there already, the first is of "
            f"{where}. {remedy}"
        )


def _need_one_direction(turned, dimensions, ways) -> None:
    """Refuse an item that runs against its dimension: most often reversed wording that nobody turned round."""
    for name, items in dimensions.items():
        for way in ways:
            answers = np.column_stack([turned[f"{way}{item}"] for item in items])
            if len(items) < 3 or len(answers) < 20 or (answers.min(axis=0) == answers.max(axis=0)).any():
                continue  # too little to tell a direction from chance
            against, correlation = runs_against(np.cov(answers, rowvar=False))
            if against.any():
                item, together = items[int(against.argmax())], correlation[against.argmax()]
                raise ValueError(
                    f"Item {item!r} ({way}{item}) runs against the other items of {name}: its correlation with them is "
                    f"{together:.2f}".replace("-", "−")
                    + f". Is it worded the other way round? Then name it: reverse=[{item!r}]. "
                    "If it was turned round already, take it out of `reverse`."
                )


def _weights(importance, dimensions, numbers, keep) -> dict[str, np.ndarray] | None:
    """Return each respondent's weight of each dimension; they sum to 1."""
    if importance is None:
        return None
    if set(importance) != set(dimensions):
        raise ValueError(
            f"`importance` must name each dimension once: {listed(dimensions)}. It names {listed(importance)}. "
            "With other dimensions give your own, or importance=None."
        )
    if all(isinstance(one, str) for one in importance.values()):
        return {name: numbers[column][keep] / 100 for name, column in importance.items()}
    try:
        fixed = {name: float(one) for name, one in importance.items()}
    except (TypeError, ValueError):
        raise ValueError("`importance` must give columns of points for all dimensions, or numbers for all.") from None
    total = sum(fixed.values())
    if abs(total - 1) > 1e-6 or min(fixed.values()) < 0:
        raise ValueError(
            f"The weights in `importance` must not be negative and must sum to 1, but they sum to {total:g}. Divide each by "
            "their sum."
        )
    return {name: np.full(int(keep.sum()), one) for name, one in fixed.items()}


def _table(frame, mean, weights, counts, by, names, expected, perceived, customer) -> pd.DataFrame:
    groups = pd.Series(frame[by]) if by else pd.Series(np.zeros(len(frame), dtype=int))
    codes, levels = pd.factorize(groups, sort=True)
    clusters = pd.factorize(frame[customer])[0]

    def averaged(values):
        return clustered_means(values, counts, codes, clusters, len(levels))

    parts = []
    for name in [*names, OVERALL]:
        whole = name == OVERALL
        sides = [
            np.mean([mean[way, one] for one in names], axis=0) if whole else mean[way, name]
            for way in (expected, perceived)
        ]
        gap = averaged(frame["gap" if whole else f"gap_{name}"].to_numpy())
        part = {
            "dimension": name,
            "respondents": np.bincount(codes, minlength=len(levels)),
            "expectation": averaged(sides[0]).mean,
            "perception": averaged(sides[1]).mean,
            "gap": gap.mean,
            "gap_low": gap.mean - 1.96 * gap.error,
            "gap_high": gap.mean + 1.96 * gap.error,
        }
        if weights is not None:
            weighted = averaged(
                frame["weighted_gap"].to_numpy() if whole else weights[name] * frame[f"gap_{name}"].to_numpy()
            )
            part["importance"] = 1.0 if whole else averaged(weights[name]).mean
            part["weighted_gap"] = weighted.mean
            part["weighted_low"] = weighted.mean - 1.96 * weighted.error if whole else np.nan
            part["weighted_high"] = weighted.mean + 1.96 * weighted.error if whole else np.nan
        part = pd.DataFrame(part)
        if by:
            part.insert(0, by, levels)
        parts.append(part)
    table = pd.concat(parts)
    return (table.sort_values(by, kind="stable") if by else table).reset_index(drop=True)


class Means(NamedTuple):
    """Means by group, and their standard errors (NaN where a group has one cluster)."""

    mean: np.ndarray
    error: np.ndarray


def clustered_means(
    values: np.ndarray, counts: np.ndarray, codes: np.ndarray, clusters: np.ndarray, groups: int
) -> Means:
    """Return weighted means by group with errors that let rows of one cluster hang together.

    Variance of Σ w x / Σ w by linearisation: Σ over clusters of (Σ w (x − mean))² / (Σ w)², times m / (m − 1) for m clusters.
    """
    total = np.bincount(codes, counts, groups)
    mean = np.bincount(codes, counts * values, groups) / total
    residual = counts * (values - mean[codes])
    pair = codes.astype(np.int64) * (clusters.max() + 1) + clusters
    pairs, place = np.unique(pair, return_inverse=True)
    of_group = pairs // (clusters.max() + 1)
    squares = np.bincount(of_group, np.bincount(place, residual) ** 2, groups)
    m = np.bincount(of_group, minlength=groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(m > 1, np.sqrt(squares * m / (m - 1)) / total, np.nan)
    return Means(mean, error)


def compare_predictors(
    scores: pd.DataFrame, predictors: Sequence[str], outcome: str, *, customer: str = "customer"
) -> pd.DataFrame:
    """Say which score goes better with an outcome, and whether the lead is more than chance.

    For a yes/no outcome (left): the AUC, the chance that of two respondents, one with the outcome and one without, the
    one *with* it has the lower score (0.5: a coin). For a number (satisfaction): the squared correlation R².

    Parameters
    ----------
    scores : one row per respondent (and wave).
    predictors : two or more columns of scores; the first is the one that the others are compared with.
    outcome : column of True and False, or of numbers.
    customer : rows of one customer count as one cluster.

    Returns
    -------
    Frame, one row per predictor: `predictor`, `measure` ("AUC" or "R²"), `respondents`, `strength`, `low`, `high`, `lead`
    (strength − that of the first), `lead_low`, `lead_high` (95 %, from influence values summed by customer). It describes
    and may predict; it says nothing about causes.

    Raises
    ------
    ValueError, TypeError : a column is missing, of the wrong type or has gaps; a predictor or the outcome does not vary.

    Source: AUC and its variance: DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44.

    >>> scores = pd.DataFrame({"customer": range(6), "gap": [0, -1, 1, -2, 0, 1], "perception": [4, 3, 6, 2, 5, 7],
    ...                        "left": [False, True, False, True, False, False]})
    >>> compare_predictors(scores, ["gap", "perception"], "left")[["predictor", "measure", "strength", "lead"]]
        predictor measure  strength  lead
    0         gap     AUC       1.0   0.0
    1  perception     AUC       1.0   0.0
    """
    what = "The frame of scores"
    if isinstance(predictors, str) or len(predictors) < 2:
        raise ValueError("`predictors` must list two columns or more, such as ['gap', 'perception'].")
    need_columns(need_frame(scores, what), [*predictors, outcome, customer], what)
    yes_no = pd.api.types.is_bool_dtype(scores[outcome])
    given = scores.assign(**{outcome: scores[outcome].astype(float)}) if yes_no else scores
    numbers = {name: need_numbers(given, name, what) for name in [*predictors, outcome]}
    for name, one in numbers.items():
        if np.isnan(one).any():
            raise ValueError(
                f"Column {name!r} of the frame of scores has {int(np.isnan(one).sum()):,} gaps. All scores must be compared on the "
                f"same respondents: leave these out first, scores.dropna(subset=[{name!r}])."
            )
        if one.min() == one.max():
            raise ValueError(f"Column {name!r} of the frame of scores is the same for all: nothing can be compared.")
    y = numbers.pop(outcome)
    measured = [_auc(x, y > 0) if yes_no else _r_squared(x, y) for x in numbers.values()]
    clusters = pd.factorize(scores[customer])[0]
    influence = np.column_stack([np.bincount(clusters, values) for _, values in measured])
    strength = np.array([one for one, _ in measured])
    m = len(influence)
    error = np.sqrt((influence**2).sum(axis=0) * m / (m - 1))
    lead_error = np.sqrt(((influence - influence[:, :1]) ** 2).sum(axis=0) * m / (m - 1))
    lead = strength - strength[0]
    return pd.DataFrame(
        {
            "predictor": list(predictors),
            "measure": "AUC" if yes_no else "R²",
            "respondents": len(y),
            "strength": strength,
            "low": strength - 1.96 * error,
            "high": strength + 1.96 * error,
            "lead": lead,
            "lead_low": lead - 1.96 * lead_error,
            "lead_high": lead + 1.96 * lead_error,
        }
    )


def _auc(score: np.ndarray, yes: np.ndarray) -> tuple[float, np.ndarray]:
    """AUC for low scores going with yes, and each row's influence on it (they sum to 0)."""
    from scipy import stats

    n_yes, n_no = int(yes.sum()), int((~yes).sum())
    ranks, own = stats.rankdata(-score), np.empty(len(score))
    own[yes], own[~yes] = stats.rankdata(-score[yes]), stats.rankdata(-score[~yes])
    # how many of the other group a row stands on the right side of, ties by half
    beaten = (ranks - own) / np.where(yes, n_no, n_yes)
    auc = float(beaten[yes].mean())
    placement = np.where(yes, beaten, 1 - beaten)
    return auc, (placement - auc) / np.where(yes, n_yes, n_no)


def _r_squared(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Squared correlation, and each row's influence on it."""
    zx, zy = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    r = float(np.mean(zx * zy))
    return r**2, 2 * r * (zx * zy - r * (zx**2 + zy**2) / 2) / len(x)
