"""Layers of satisfaction (mind, behaviour, visual; material, spiritual, social), the ladder test, and a composite index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import Result, listed, need_columns, need_frame, need_level, need_numbers, need_scale, rows_text
from crmlib.satisfaction._answers import Scale, as_names, grouped, limits, moments, usable
from crmlib.satisfaction.scores import score_items

HORIZONTAL = {
    "mind": ("mind1", "mind2"),
    "behaviour": ("behave1", "behave2"),
    "visual": ("visual1", "visual2"),
}
VERTICAL = {"material": ("mat1", "mat2"), "spiritual": ("spi1", "spi2"), "social": ("soc1", "soc2")}


def satisfaction_layers(
    answers: pd.DataFrame,
    layers: Mapping[str, Sequence[str]] = HORIZONTAL,
    by: str | None = None,
    *,
    scale: Scale = (1, 7),
    reverse: Sequence[str] = (),
    key: str | Sequence[str] = "customer",
    level: float = 0.95,
) -> Result:
    """Score the layers of satisfaction from their items, each on 0-100.

    Horizontal layers: mind (what the firm stands for), behaviour (what its people do), visual (what one sees of it). Vertical
    layers: material (the core product), spiritual (its form, taste and care), social (what it does for society).
    A layer's score is the mean of its items, 100 × (mean − lowest) / (highest − lowest).

    Parameters
    ----------
    answers : one row per answered questionnaire.
    layers : name of a layer -> its item columns; `HORIZONTAL`, `VERTICAL`, or your own.
    by : column of groups; None: everybody together.
    scale, reverse, key : as in `item_scores`.
    level : of the intervals, which stay within 0 and 100.

    Returns
    -------
    Result. table, one row per group and layer: `by`, `layer`, `answers`, `score`, `low`, `high`. customers, one row per
    usable answer: key, `by`, one column per layer (0-100). excluded: as in `item_scores`, and no group.

    Raises
    ------
    ValueError, TypeError : as in `item_scores`.

    Source: the horizontal (MS, BS, VS) and vertical layers are those of Chinese customer-satisfaction (CS) textbooks.

    >>> survey = pd.DataFrame({"customer": [1, 2, 3], "mind1": [7, 5, 6], "mind2": [7, 3, 6], "look1": [4, 4, 1]})
    >>> satisfaction_layers(survey, {"mind": ["mind1", "mind2"], "visual": ["look1"]}).table.round(1)
        layer  answers  score  low   high
    0    mind        3   77.8  ...
    1  visual        3   33.3  ...
    """
    level, ends = need_level(level), need_scale(scale)
    if by is not None and not isinstance(by, str):
        raise ValueError(f"`by` must name one column of groups, such as 'branch', but it is {by!r}.")
    found = score_items(answers, layers, scale, reverse, (), key, groups=as_names(by))
    names = list(layers)
    scores = 100 * (found.customers[names] - ends[0]) / (ends[1] - ends[0])
    customers = found.customers.assign(**scores)
    codes, groups = grouped(customers, by)
    lines = []
    for name in names:
        count, mean, variance = moments(scores[name].to_numpy(), codes, len(groups))
        low, high = limits(mean, variance / count, count, (0, 100), level)
        lines.append(groups.assign(layer=name, answers=count, score=mean, low=low, high=high))
    table = pd.concat(lines, ignore_index=True)
    table["layer"] = pd.Categorical(table["layer"], names)
    return Result(table, customers, found.excluded)


def satisfaction_ladder(
    scores: pd.DataFrame, rungs: Sequence[str] = ("material", "spiritual", "social"), reached: float = 66.7
) -> pd.DataFrame:
    """Test whether layers are a ladder: does nobody stand on a higher rung without the lower ones?

    A customer is in step if the rungs reached are the first, the first two ... or none or all. Chance alone puts many in
    step, since low rungs are reached by more: `if_unrelated` is the share expected if the rungs had nothing to do with
    each other. Only the excess speaks for a ladder.

    Parameters
    ----------
    scores : one row per customer, one column per rung, 0-100 (such as the `.customers` of `satisfaction_layers`).
    rungs : columns from the lowest rung up, two to six.
    reached : score from which a rung counts as reached (66.7 is a 5 on 1-7).

    Returns
    -------
    Frame, one row per pattern of rungs that occurs or could, those in step first: `pattern` (names of the rungs reached),
    `in_step`, `customers`, `share`, `if_unrelated`.

    Raises
    ------
    ValueError, TypeError : a column is missing, has a gap, or is not on 0-100; too few or too many rungs.

    Source: a cumulative scale: Guttman (1944).

    >>> people = pd.DataFrame({"material": [90, 90, 90, 20], "spiritual": [80, 80, 10, 10], "social": [70, 10, 10, 80]})
    >>> satisfaction_ladder(people)[["pattern", "in_step", "customers", "share"]].head(5)
                           pattern  in_step  customers  share
    0                         none     True          0   0.00
    1                     material     True          1   0.25
    2           material+spiritual     True          1   0.25
    3    material+spiritual+social     True          1   0.25
    4                       social    False          1   0.25
    """
    what = "The frame of scores"
    rungs = as_names(rungs)
    if not 2 <= len(rungs) <= 6 or len(set(rungs)) < len(rungs):
        raise ValueError(
            f"`rungs` must be two to six different columns, from the lowest up, but it is {listed(rungs)}."
        )
    need_columns(need_frame(scores, what), rungs, what)
    numbers = np.column_stack([need_numbers(scores, name, what) for name in rungs])
    wrong = ~((numbers >= 0) & (numbers <= 100)).all(axis=1)
    if wrong.any():
        raise ValueError(
            f"{what} is empty or outside 0-100 in {rows_text(wrong)}. Use satisfaction_layers to score them."
        )
    if not isinstance(reached, int | float) or not 0 < reached <= 100:
        raise ValueError(f"`reached` must be a score above 0 and up to 100, but it is {reached!r}.")
    size = len(rungs)
    # rounded up to a tenth of a point: a 5 on 1-7 is 66.67
    on = np.round(numbers, 1) >= reached
    code = on @ (2 ** np.arange(size))
    patterns = np.arange(2**size)
    bits = (patterns[:, None] >> np.arange(size)) & 1
    in_step = (np.diff(bits, axis=1) <= 0).all(axis=1)
    share_on = on.mean(axis=0)
    expected = np.where(bits == 1, share_on, 1 - share_on).prod(axis=1)
    count = np.bincount(code, minlength=len(patterns))
    table = pd.DataFrame(
        {
            "pattern": ["+".join(np.array(rungs)[row == 1]) or "none" for row in bits],
            "in_step": in_step,
            "customers": count,
            "share": count / len(scores),
            "if_unrelated": expected,
        }
    )
    steps = pd.Series(bits.sum(axis=1))
    return pd.concat(
        [
            table[in_step].iloc[np.argsort(steps[in_step].to_numpy(), kind="stable")],
            table[~in_step].sort_values("customers", ascending=False, kind="stable"),
        ],
        ignore_index=True,
    )


def composite_index(
    answers: pd.DataFrame,
    weights: Mapping[str, float],
    by: str | Sequence[str] | None = None,
    *,
    scale: Scale | Mapping[str, Scale] = (1, 7),
    key: str | Sequence[str] = "customer",
    level: float = 0.95,
) -> Result:
    """Combine scores into one index on 0-100 with stated weights.

    index = Σ weight × 100 × (score − lowest) / (highest − lowest). The weights are part of the result: another set gives
    another index, so they are stated in the table and must sum to 1.

    Parameters
    ----------
    answers : one row per answer, one column per score.
    weights : column -> weight, 0 or more, together 1.
    by : column (or columns) of groups; None: everybody together.
    scale : lowest and highest score, the same for all columns, or a mapping column -> (lowest, highest).
    key : column (or columns) that name an answer.
    level : of the intervals, which stay within 0 and 100.

    Returns
    -------
    Result. table, one row per group: `by`, `answers`, `index`, `low`, `high`, and `weights` as text. customers, one row per
    usable answer: key, `by`, the scores, `index`. excluded: no key or group, the same answer again, a gap, off the scale.

    Raises
    ------
    ValueError, TypeError : weights that do not sum to 1; a column without a scale; as in `satisfaction_scores`.

    >>> survey = pd.DataFrame({"customer": [1, 2], "product": [7, 4], "service": [4, 4]})
    >>> composite_index(survey, {"product": 0.6, "service": 0.4}).customers["index"].tolist()
    [80.0, 50.0]
    """
    level = need_level(level)
    columns = list(weights) if isinstance(weights, Mapping) else []
    try:
        parts = np.array([float(weights[name]) for name in columns])
    except (TypeError, ValueError):
        parts = np.array([np.nan])
    if not columns or not (parts >= 0).all() or abs(parts.sum() - 1) > 1e-9:
        percent = " Write 60 % as 0.6." if columns and parts.sum() > 1.5 else ""
        raise ValueError(
            f"`weights` must give each column a weight of 0 or more, together 1, but it is {weights!r}.{percent} Which weights "
            "are right is a decision: state it."
        )
    if isinstance(scale, Mapping):
        missing = [name for name in columns if name not in scale]
        if missing:
            raise ValueError(f"`scale` says nothing about {listed(missing)}. Add its lowest and highest score.")
        scales = {name: need_scale(scale[name], f"scale[{name!r}]") for name in columns}
    else:
        scales = dict.fromkeys(columns, need_scale(scale))
    names, numbers, excluded = usable(answers, columns, scales, key, by)
    each = np.column_stack(
        [(numbers[name] - scales[name][0]) / (scales[name][1] - scales[name][0]) for name in columns]
    )
    index = 100 * (each * parts).sum(axis=1)
    codes, table = grouped(names, by)
    count, mean, variance = moments(index, codes, len(table))
    low, high = limits(mean, variance / count, count, (0, 100), level)
    said = " + ".join(f"{part:g} {name}" for name, part in zip(columns, parts, strict=True))
    table = table.assign(answers=count, index=mean, low=low, high=high, weights=said)
    return Result(table, pd.concat([names, numbers], axis=1).assign(index=index), excluded)
