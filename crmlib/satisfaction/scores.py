"""Three formulas of satisfaction from one questionnaire, how groups rank by each, and a tolerance around "as expected"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import Result, listed, need_columns, need_frame, need_level, need_scale, ordered_category
from crmlib.satisfaction._answers import (
    SURVEY,
    Scale,
    as_names,
    grouped,
    limits,
    moments,
    numbers_on_scale,
    scale_text,
    sort_out,
    usable,
)

# name: (what it is, +1 if more is better, −1 if less is)
FORMULAS = {
    "gap": ("P − E, mean over answers", 1),
    "mean_ratio": ("P / E, mean over answers", 1),
    "ratio_of_means": ("mean P / mean E", 1),
    "ideal_gap": ("I − P, mean over answers", -1),
    "perception": ("P, mean over answers", 1),
}
COMPARING = ("gap", "mean_ratio", "ratio_of_means", "ideal_gap")
MOST_GROUPS = 1_000
CLASSES = ("dissatisfied", "satisfied", "delighted")


def item_scores(
    answers: pd.DataFrame,
    items: Mapping[str, Sequence[str]],
    *,
    scale: Scale = (1, 7),
    reverse: Sequence[str] = (),
    keep: Sequence[str] = (),
    key: str | Sequence[str] = "customer",
    least: float = 0.5,
    check_direction: bool = True,
) -> Result:
    """Average the items of a questionnaire into scores, one column per score.

    A score is the mean of the items that were answered, reversed ones turned round (lowest + highest − answer).

    Parameters
    ----------
    answers : one row per answered questionnaire.
    items : name of a score -> its item columns, such as {"expectation": ["e_tan1", ...]}.
    scale : lowest and highest answer.
    reverse : items worded the other way round.
    keep : further columns to carry along, such as the branch.
    key : column (or columns) that name an answer: the customer, or customer and wave.
    least : share of a score's items that must be answered, above 0 to 1.
    check_direction : refuse an item that clearly runs against the others of its score (95 % limit of the correlation
        with their mean below 0), which hints at a reversed item that was forgotten.

    Returns
    -------
    Result. table, one row per `score`: `items`, `answers`, `mean`, `sd`. customers, one row per usable answer: key, `keep`,
    one column per score on the scale of the items. excluded: no key, the same answer again, an answer off the scale, too
    few items answered.

    Raises
    ------
    ValueError, TypeError : a column is missing, holds text or no answer at all; the scale does not fit; different answers
    of one customer; an item that runs the other way.

    >>> survey = pd.DataFrame({"customer": [1, 2, 3], "e1": [6, 5, 7], "e2": [6, 4, None], "p1": [5, 5, 11]})
    >>> scored = item_scores(survey, {"expectation": ["e1", "e2"], "perception": ["p1"]})
    Traceback (most recent call last):
    ...
    ValueError: Column 'p1' of the survey runs from 5 to 11: 1 of 3 answers are not on the scale 1-7. Give the scale...
    >>> item_scores(survey.assign(p1=[5, 6, 7]), {"expectation": ["e1", "e2"], "perception": ["p1"]}).customers
       customer  expectation  perception
    0         1          6.0         5.0
    1         2          4.5         6.0
    2         3          7.0         7.0
    """
    return score_items(answers, items, scale, reverse, as_names(keep), key, least, check_direction)


def score_items(
    answers: pd.DataFrame,
    items: Mapping[str, Sequence[str]],
    scale: Scale,
    reverse: Sequence[str],
    keep: Sequence[str],
    key: str | Sequence[str],
    least: float = 0.5,
    check_direction: bool = True,
    groups: Sequence[str] = (),
) -> Result:
    """Do the work of `item_scores`; an answer without one of the `groups` is set aside."""
    low, high = need_scale(scale)
    if not isinstance(items, Mapping) or not items:
        raise ValueError(
            f"`items` must map each score to its columns, such as {{'trust': ['tru1', 'tru2']}}, but it is {items!r}."
        )
    if not isinstance(least, int | float) or not 0 < least <= 1:
        raise ValueError(
            f"`least` must be a share above 0 and up to 1, such as 0.5 for half of the items, but it is {least!r}."
        )
    lists = {name: as_names(columns) for name, columns in items.items()}
    every = list(dict.fromkeys(column for columns in lists.values() for column in columns))
    empty = [name for name, columns in lists.items() if not columns]
    unknown = [name for name in as_names(reverse) if name not in every]
    if empty or unknown:
        raise ValueError(
            f"Score {listed(empty)} has no items. Name its columns."
            if empty
            else f"`reverse` names {listed(unknown)}, which is none of the items. Correct the name."
        )
    keys, keep = as_names(key), [*groups, *keep]
    need_columns(need_frame(answers, SURVEY), [*keys, *keep, *every], SURVEY)
    answers = answers.reset_index(drop=True)
    given = numbers_on_scale(answers, every, dict.fromkeys(every, (low, high)))
    on_scale = given.where((given >= low) & (given <= high))
    turned = on_scale.assign(**{name: low + high - on_scale[name] for name in as_names(reverse)})
    if check_direction:
        _need_one_direction(turned, lists, reverse, scale_text((low, high)))
    scores = pd.DataFrame(
        {
            name: turned[columns].mean(axis=1).where(turned[columns].notna().mean(axis=1) >= least - 1e-9)
            for name, columns in lists.items()
        }
    )
    off = (given.notna() & on_scale.isna()).any(axis=1).to_numpy()
    few = scores.isna().any(axis=1).to_numpy()
    rows, excluded = sort_out(
        answers,
        given,
        keys,
        groups,
        [(f"an item not on the scale {scale_text((low, high))}", off), ("too few items answered", few)],
    )
    names = answers.loc[rows, list(dict.fromkeys([*keys, *keep]))]
    customers = pd.concat([names, scores[rows]], axis=1).reset_index(drop=True)
    numbers = customers[list(lists)]
    table = pd.DataFrame(
        {
            "score": list(lists),
            "items": [len(columns) for columns in lists.values()],
            "answers": len(numbers),
            "mean": numbers.mean().to_numpy(),
            "sd": numbers.std().to_numpy(),
        }
    )
    return Result(table, customers, excluded)


def _need_one_direction(numbers, lists, reverse, scale):
    """Refuse an item that clearly runs against the mean of the other items of its score."""
    for name, columns in lists.items():
        against = []
        block = numbers[columns]
        count, total = block.notna().sum(axis=1), block.sum(axis=1)
        for column in columns:
            others = count - block[column].notna()
            rest = ((total - block[column].fillna(0)) / others.where(others > 0)).to_numpy()
            both = block[column].notna().to_numpy() & ~np.isnan(rest)
            x, y = block[column].to_numpy()[both], rest[both]
            if both.sum() < 5 or np.ptp(x) == 0 or np.ptp(y) == 0:
                continue
            r = float(np.corrcoef(x, y)[0, 1])
            # Fisher's z: the correlation is clearly below 0
            if np.arctanh(max(r, -1 + 1e-12)) + 1.96 / np.sqrt(both.sum() - 3) < 0:
                against.append((column not in as_names(reverse), r, column))
        if against:
            _, r, column = min(against)
            advice = (
                "It is named in `reverse`, which turns it round a second time: leave it out there."
                if column in as_names(reverse)
                else f"If it is worded the other way round, say so: reverse=[{column!r}]."
            )
            raise ValueError(
                f"Item {column!r} runs against the other items of {name!r} (correlation {r:.2f} with their mean, scale "
                f"{scale}). {advice} To keep it as it is: check_direction=False."
            )


def satisfaction_scores(
    answers: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    *,
    expectation: str = "expectation",
    perception: str = "perception",
    ideal: str = "ideal",
    scale: Scale = (1, 7),
    key: str | Sequence[str] = "customer",
) -> Result:
    """Score satisfaction by three formulas: P − E, P / E (averaged both ways) and I − P.

    With perception P, expectation E and ideal I of one customer, all on the same scale:

    - `gap` = mean of P − E: above 0, the bank did better than expected (expectancy disconfirmation).
    - `mean_ratio` = mean of P / E, and `ratio_of_means` = mean P / mean E: the same division, averaged after and before.
      They differ by the spread of E: low expectations weigh heavily in the mean of ratios. A ratio also hangs on where the
      scale has its zero, which a rating scale does not have: 1-7 and 0-6 give different ratios.
    - `ideal_gap` = mean of I − P: it measures *dis*satisfaction, so the smallest is best.

    All formulas use the same answers: who lacks one of the three is set aside. Where the scale starts at 0, so is who
    expected 0, because nothing can be divided by it.

    Parameters
    ----------
    answers : one row per answer; `expectation`, `perception` and `ideal` are its columns, on one `scale`.
    by : column (or columns) of groups, such as the branch; None: everybody together.
    scale : lowest and highest answer.
    key : column (or columns) that name an answer: the customer, or customer and wave.

    Returns
    -------
    Result. table, one row per group: `by`, `answers`, the means `expectation`, `perception`, `ideal`, and `gap`,
    `mean_ratio`, `ratio_of_means`, `ideal_gap`. customers, one row per usable answer: key, `by`, the three answers, `gap`,
    `ratio`, `ideal_gap`. excluded: no key or group, the same answer again, a gap, off the scale, expectation of 0.

    Raises
    ------
    ValueError, TypeError : a column is missing, holds text or no answer at all; the scale does not fit; different answers
    of one customer; no usable answer.

    Source: disconfirmation: Oliver (1980), for whom a subtraction is one view of several; the ideal as a standard of comparison: Tse
    & Wilton (1988), who find expectation the better one.

    >>> two = pd.DataFrame({"customer": [1, 2], "expectation": [2, 6], "perception": [4, 3], "ideal": [7, 6]})
    >>> satisfaction_scores(two).table[["gap", "mean_ratio", "ratio_of_means", "ideal_gap"]]
       gap  mean_ratio  ratio_of_means  ideal_gap
    0 -0.5        1.25           0.875        3.0
    """
    ends = need_scale(scale)
    three = [expectation, perception, ideal]
    if len(set(three)) < 3:
        raise ValueError(f"Expectation, perception and ideal must be three columns, but they are {listed(three)}.")
    zero = {expectation: (f"{expectation} is 0: no ratio", 0.0)}
    names, numbers, excluded = usable(answers, three, dict.fromkeys(three, ends), key, by, zero)
    if ends[0] < 0:
        raise ValueError(
            f"The scale {scale_text(ends)} has negative answers, and a ratio of them has no meaning. Number the answers "
            "from 1, or compare gaps only."
        )
    e, p, i = (numbers[name].to_numpy() for name in three)
    customers = pd.concat([names, numbers], axis=1).assign(gap=p - e, ratio=p / e, ideal_gap=i - p)
    codes, table = grouped(names, by)
    means = {
        name: moments(values, codes, len(table))[:2]
        for name, values in (("expectation", e), ("perception", p), ("ideal", i), ("gap", p - e), ("mean_ratio", p / e),
                             ("ideal_gap", i - p))
    }  # fmt: skip
    table = table.assign(
        answers=means["gap"][0],
        expectation=means["expectation"][1],
        perception=means["perception"][1],
        ideal=means["ideal"][1],
        gap=means["gap"][1],
        mean_ratio=means["mean_ratio"][1],
        ratio_of_means=means["perception"][1] / means["expectation"][1],
        ideal_gap=means["ideal_gap"][1],
    )
    return Result(table, customers, excluded)


@dataclass(frozen=True, repr=False)
class FormulaRanks(Result):
    """A `Result` whose table holds ranks, with the scores behind them and how far the formulas agree.

    scores : one row per group and formula: `answers`, `score`, `se`, `low`, `high`, `rank`.
    agreement : one row per pair of formulas.
    """

    scores: pd.DataFrame
    agreement: pd.DataFrame


def formula_ranks(
    answers: pd.DataFrame,
    by: str,
    *,
    formulas: Sequence[str] = COMPARING,
    expectation: str = "expectation",
    perception: str = "perception",
    ideal: str = "ideal",
    scale: Scale = (1, 7),
    key: str | Sequence[str] = "customer",
    level: float = 0.95,
) -> FormulaRanks:
    """Rank groups by each formula, with intervals, and count where the formulas part.

    Rank 1 is the most satisfied group by that formula: the largest gap or ratio, the *smallest* distance to the ideal. Equal
    scores share the better rank. Intervals stay within what the scale allows; that of the ratio of means comes from its
    linear approximation (delta method). A group with one answer has a score, but no interval; nor has a ratio of 0.

    Parameters
    ----------
    answers, expectation, perception, ideal, scale, key : as in `satisfaction_scores`.
    by : column of groups, such as the branch; at least two.
    formulas : which ones: 'gap', 'mean_ratio', 'ratio_of_means', 'ideal_gap', and 'perception' (P alone, no comparison).
    level : of the intervals.

    Returns
    -------
    FormulaRanks. table, one row per group: `by`, `answers`, the rank by each formula, `spread` (worst − best rank).
    scores, one row per group and formula: `answers`, `score`, `se`, `low`, `high`, `rank`. agreement, one row per pair
    of formulas: `kendall` (tau-b of the ranks), `pairs` of groups, `reversed` (one formula prefers A, the other B),
    `clearly_reversed` (and both at 5 %, each pair by itself), `same_best`. customers, excluded: as in `satisfaction_scores`.

    Raises
    ------
    ValueError, TypeError : as in `satisfaction_scores`; fewer than two groups; an unknown formula.

    Source: formulas as in `satisfaction_scores`; perception alone: Cronin & Taylor (1992); tau-b: Kendall (1945).

    >>> survey = pd.DataFrame({"customer": range(4), "branch": ["A", "A", "B", "B"], "expectation": [3, 3, 6, 6],
    ...                        "perception": [4, 4, 6, 6], "ideal": [7, 7, 7, 7]})
    >>> formula_ranks(survey, "branch").table
      branch  answers  gap  mean_ratio  ratio_of_means  ideal_gap  spread
    0      A        2    1           1               1          2       1
    1      B        2    2           2               2          1       1
    """
    chosen = as_names(formulas)
    unknown = [name for name in chosen if name not in FORMULAS]
    if unknown or not chosen:
        raise ValueError(f"`formulas` must be chosen from {listed(FORMULAS)}, but it is {listed(chosen) or 'empty'}.")
    if not isinstance(by, str):
        raise ValueError(f"`by` must name one column of groups, such as 'branch', but it is {by!r}.")
    level = need_level(level)
    found = satisfaction_scores(
        answers, by, expectation=expectation, perception=perception, ideal=ideal, scale=scale, key=key
    )
    if len(found.table) < 2:
        raise ValueError(f"Only one group in column {by!r}: nothing to rank. Choose a column with several groups.")
    if len(found.table) > MOST_GROUPS:
        raise ValueError(
            f"Column {by!r} has {len(found.table):,} groups, too many to rank in pairs. Choose a column with at most "
            f"{MOST_GROUPS:,}, such as the branch."
        )
    codes, groups = grouped(found.customers, by)
    low, high = need_scale(scale)
    e, p = found.customers[expectation].to_numpy(), found.customers[perception].to_numpy()
    ratio = found.table["ratio_of_means"].to_numpy()
    ratio_ends = (low / high, high / low if low > 0 else np.inf)
    of_each = {
        "gap": (p - e, (low - high, high - low)),
        "mean_ratio": (found.customers["ratio"].to_numpy(), ratio_ends),
        "ratio_of_means": (p - ratio[codes] * e, None),
        "ideal_gap": (found.customers["ideal_gap"].to_numpy(), (low - high, high - low)),
        "perception": (p, (low, high)),
    }
    lines, ranks, errors = [], {}, {}
    for name in chosen:
        values, ends = of_each[name]
        score = found.table[name].to_numpy()
        count, _, variance = moments(values, codes, len(groups))
        error = np.sqrt(variance / count)
        if ends is None:
            error = error / found.table["expectation"].to_numpy()
            bottom, top = _log_limits(score, error, count, level)
        elif np.isinf(ends[1]):
            bottom, top = _log_limits(score, error, count, level)
        else:
            bottom, top = limits(score, error**2, count, ends, level)
        # rounded, so that equal scores reached by different sums share a rank
        rank = pd.Series(np.round(-FORMULAS[name][1] * score, 9)).rank(method="min").astype("int64")
        ranks[name], errors[name] = rank.to_numpy(), error
        lines.append(
            groups.assign(formula=name, answers=count, score=score, se=error, low=bottom, high=top, rank=ranks[name])
        )
    wide = pd.DataFrame(ranks)
    table = groups.assign(answers=found.table["answers"], **ranks, spread=wide.max(axis=1) - wide.min(axis=1))
    scores = pd.concat(lines, ignore_index=True)
    scores["formula"] = pd.Categorical(scores["formula"], chosen)
    return FormulaRanks(table, found.customers, found.excluded, scores, _agreement(found.table, errors, ranks, level))


def _log_limits(score, error, answers, level):
    """Interval of a ratio, symmetric on the log scale, so that it stays above 0."""
    from scipy import special

    t = special.stdtrit(np.maximum(answers - 1, 1), (1 + level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.exp(np.where(score > 0, t * error / score, np.nan))
    return score / away, score * away


def _agreement(table, errors, ranks, level):
    """Compare each pair of formulas over all pairs of groups."""
    from scipy import special, stats

    z = special.ndtri((1 + level) / 2)
    sign, clear = {}, {}
    for name, error in errors.items():
        score = np.round(FORMULAS[name][1] * table[name].to_numpy(), 9)
        apart = score[:, None] - score[None, :]
        sign[name] = np.sign(apart)
        with np.errstate(invalid="ignore"):
            clear[name] = np.abs(apart) > z * np.sqrt(error[:, None] ** 2 + error[None, :] ** 2)
    upper = np.triu_indices(len(table), 1)
    lines = []
    names = list(errors)
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            against = (sign[first] * sign[second] < 0)[upper]
            lines.append(
                {
                    "first": first,
                    "second": second,
                    "kendall": float(stats.kendalltau(ranks[first], ranks[second]).statistic),
                    "pairs": len(upper[0]),
                    "reversed": int(against.sum()),
                    "clearly_reversed": int((against & (clear[first] & clear[second])[upper]).sum()),
                    "same_best": bool(((ranks[first] == 1) & (ranks[second] == 1)).any()),
                }
            )
    columns = ["first", "second", "kendall", "pairs", "reversed", "clearly_reversed", "same_best"]
    return pd.DataFrame(lines, columns=columns)


def classify_satisfaction(
    answers: pd.DataFrame,
    by: str | Sequence[str] | None = None,
    *,
    formula: str = "gap",
    tolerance: float = 0.5,
    expectation: str = "expectation",
    perception: str = "perception",
    scale: Scale = (1, 7),
    key: str | Sequence[str] = "customer",
) -> Result:
    """Sort customers into dissatisfied, satisfied and delighted, with a tolerance around "as expected".

    By the gap: satisfied is −tolerance ≤ P − E ≤ tolerance, in points of the scale. By the ratio: satisfied is
    1 − tolerance ≤ P / E ≤ 1 + tolerance. Without a tolerance "exactly as expected" would hold for hardly anybody. The
    band is drawn around the one expectation; the zone of tolerance of the literature runs from the adequate to the desired
    service, which are two answers.

    Parameters
    ----------
    answers, by, expectation, perception, scale, key : as in `satisfaction_scores` (no ideal is needed).
    formula : 'gap' or 'ratio'.
    tolerance : half the width of the band, 0 or more: points for the gap, a share for the ratio (0.1 is 10 %).

    Returns
    -------
    Result. table, one row per group: `by`, `answers`, the shares `dissatisfied`, `satisfied`, `delighted` (together 1).
    customers, one row per usable answer: key, `by`, the formula's value, `class` (ordered category). excluded: as in
    `satisfaction_scores`.

    Raises
    ------
    ValueError, TypeError : as in `satisfaction_scores`; another formula; a tolerance below 0.

    Source: disconfirmation: Oliver (1980); another band, from adequate to desired: Zeithaml, Berry & Parasuraman (1993).

    >>> three = pd.DataFrame({"customer": [1, 2, 3], "expectation": [5, 5, 5], "perception": [4, 5, 7]})
    >>> classify_satisfaction(three).customers["class"].tolist()
    ['dissatisfied', 'satisfied', 'delighted']
    >>> classify_satisfaction(three, tolerance=1).customers["class"].tolist()
    ['satisfied', 'satisfied', 'delighted']
    """
    if formula not in ("gap", "ratio"):
        raise ValueError(
            f"`formula` must be 'gap' or 'ratio', but it is {formula!r}. The ideal knows no \"more than hoped for\"."
        )
    if not isinstance(tolerance, int | float) or not tolerance >= 0:
        raise ValueError(f"`tolerance` must be 0 or more, but it is {tolerance!r}.")
    ends = need_scale(scale)
    zero = {expectation: (f"{expectation} is 0: no ratio", 0.0)} if formula == "ratio" else None
    names, numbers, excluded = usable(
        answers, [expectation, perception], dict.fromkeys([expectation, perception], ends), key, by, zero
    )
    e, p = numbers[expectation].to_numpy(), numbers[perception].to_numpy()
    value, middle = (p - e, 0.0) if formula == "gap" else (p / e, 1.0)
    away = np.round(value - middle, 9)  # 4.4 − 3.9 is a little more than 0.5 to a computer
    kind = 1 + (away > round(tolerance, 9)).astype(int) - (away < -round(tolerance, 9)).astype(int)
    codes, table = grouped(names, by)
    count = np.bincount(codes, minlength=len(table))
    shares = {
        name: np.bincount(codes, weights=kind == place, minlength=len(table)) / count
        for place, name in enumerate(CLASSES)
    }
    customers = names.assign(**{formula: value, "class": ordered_category(kind, CLASSES)})
    return Result(table.assign(answers=count, **shares), customers, excluded)
