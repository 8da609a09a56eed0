"""Satisfaction and staying: the curve by competition, and what the opening of a market changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    as_dates,
    empty_ids,
    listed,
    need_columns,
    need_day,
    need_days,
    need_frame,
    need_numbers,
    need_once,
    need_yes_no,
    reasons_text,
    rows_text,
    set_aside,
)
from crmlib.loyalty._answers import need_weights
from crmlib.loyalty._fit import fit


def follow_up(
    answers: pd.DataFrame,
    exits: pd.DataFrame,
    *,
    months: int = 12,
    until: str = "2025-12-31",
    asked: str = "asked",
    customer: str = "customer",
) -> Result:
    """Say of each answer whether the customer was still there after some months.

    The window begins on the first day of the month after the question. Who left in it by own choice has not stayed; who left
    for another reason (death, moving house) is neither, and is set aside, as is who cannot be followed to the window's end.

    Parameters
    ----------
    answers : one row per answer, columns `customer` and `asked` (date).
    exits : one row per customer, columns `customer`, `left` (date; empty for those still there), `own_choice` (True or
        False: left by own decision; of no meaning for those still there).
    months : length of the window.
    until : last day on which it is known who left.

    Returns
    -------
    Result. customers: the rows of `answers` that can be followed, with `stayed` (1 or 0). table: `stayed`, `answers`, `share`.
    excluded: answers that cannot be used, by reason.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a customer has two rows in `exits`, nobody is left.

    >>> answers = pd.DataFrame({"customer": [1, 2, 3], "asked": pd.to_datetime(["2024-06-15"] * 3)})
    >>> exits = pd.DataFrame({"customer": [1, 2, 3], "left": pd.to_datetime(["2024-09-30", None, "2024-06-20"]),
    ...                       "own_choice": [True, False, True]})
    >>> found = follow_up(answers, exits)
    >>> found.customers["stayed"].tolist(), found.excluded["reason"].tolist()
    ([0, 1], ['left before the window began'])
    """
    what, also = "The frame of answers", "The frame of exits"
    need_columns(need_frame(answers, what), [customer, asked], what)
    need_columns(need_frame(exits, also), [customer, "left", "own_choice"], also)
    need_once(exits, customer, also)
    if isinstance(months, bool) or not isinstance(months, int | np.integer) or months < 1:
        raise ValueError(f"`months` must be a whole number above 0, but it is {months!r}.")
    end_of_record = need_day(until, "until")
    day, no_date = need_days(answers, asked, what)
    left, still = need_days(exits, "left", also)
    own = need_yes_no(exits, "own_choice", also)
    row = pd.Index(exits[customer]).get_indexer(answers[customer])
    start = as_dates(day).astype("datetime64[M]") + 1
    end = (start + int(months)).astype("datetime64[D]").astype(np.int64) - 1
    first = start.astype("datetime64[D]").astype(np.int64)
    gone = np.where(still[row] | (row < 0), np.iinfo(np.int64).max, left[row])
    inside = (gone >= first) & (gone <= end)
    keep, excluded = set_aside(
        len(answers),
        [
            (f"no {customer}", empty_ids(answers, customer)),
            (f"no {asked}", no_date),
            ("not in the frame of exits", row < 0),
            ("left before the window began", gone < first),
            (f"followed for less than {months} months", end > end_of_record),
            ("left, but not by own choice", inside & ~own[row]),
        ],
    )
    if not keep.any():
        raise ValueError(f"No answer can be followed for {months} months: {reasons_text(excluded)}.")
    stayed = (~inside[keep]).astype(np.int64)
    count = np.bincount(stayed, minlength=2)[::-1]
    table = pd.DataFrame({"stayed": [1, 0], "answers": count, "share": count / count.sum()})
    return Result(table, answers[keep].assign(stayed=stayed).reset_index(drop=True), excluded)


@dataclass(frozen=True, repr=False)
class Curve:
    """What `satisfaction_curve` found: `.curve` (group × band), `.slopes` (one row per group), `.excluded`."""

    curve: pd.DataFrame
    slopes: pd.DataFrame
    excluded: pd.DataFrame

    def __repr__(self) -> str:
        return self.slopes.to_string(index=False)


def satisfaction_curve(
    answers: pd.DataFrame,
    outcome: str = "stayed",
    satisfaction: str = "satisfaction",
    group: str | None = None,
    *,
    edges: Sequence[float] = (0, 50, 60, 70, 80, 90, 100),
    per: float = 10.0,
    weight: str | None = None,
    level: float = 0.95,
    customer: str = "customer",
) -> Curve:
    """Describe an outcome by bands of satisfaction in each group, with the slope of the straight line through it.

    Parameters
    ----------
    answers : one row per answer; a customer may answer in several waves.
    outcome : column of the outcome: 0 or 1 (stayed), or any number (intention).
    satisfaction : column of the score, on the scale that `edges` cover.
    group : column of the market or class; None: all rows together.
    edges : borders of the bands, rising; a score on a border belongs to the band above it, the highest score to the last band.
    per : points of satisfaction to which the slope refers.
    weight : column that says for how many customers a row stands.
    level : of the intervals.

    Returns
    -------
    Curve. curve: `group`, `band` (text), `answers`, `mean_satisfaction`, `outcome` (weighted mean), `low`, `high`: Wilson's
    interval for an outcome of 0 and 1 (with weights: for the effective number of answers, Kish), else the normal one.
    slopes: `group`, `answers`, `customers`, `outcome`, `slope` (per `per` points), `error`, `low`, `high`: least squares,
    errors clustered by customer. excluded: rows without a score, an outcome or a group.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a score is outside the edges, a group is too small or
        all its customers are equally satisfied.

    Source: Jones & Sasser (1995), Why satisfied customers defect; interval: Wilson (1927).

    >>> answers = pd.DataFrame({"customer": range(6), "satisfaction": [40, 55, 65, 75, 85, 95], "stayed": [0, 0, 1, 1, 1, 1]})
    >>> found = satisfaction_curve(answers, edges=(0, 60, 80, 100))
    >>> found.curve[["band", "answers", "outcome"]]
         band  answers  outcome
    0    0-60        2      0.0
    1   60-80        2      1.0
    2  80-100        2      1.0
    """
    what = "The frame of answers"
    columns = [customer, outcome, satisfaction] + [one for one in (group, weight) if one is not None]
    need_columns(need_frame(answers, what), columns, what)
    borders = np.asarray(edges, dtype=float)
    if len(borders) < 2 or (np.diff(borders) <= 0).any():
        raise ValueError(f"`edges` must be at least two rising numbers, but they are {listed(edges, 12)}.")
    score, value = need_numbers(answers, satisfaction, what), need_numbers(answers, outcome, what)
    outside = (score < borders[0]) | (score > borders[-1])
    if outside.any():
        raise ValueError(
            f"Column {satisfaction!r} is outside {borders[0]:g} to {borders[-1]:g} in {rows_text(outside)}: it has "
            f"{score[outside][0]:g}. Correct these rows, or give `edges` that cover the scale."
        )
    gaps = [
        (f"no {customer}", empty_ids(answers, customer)),
        (f"no {satisfaction}", np.isnan(score)),
        (f"no {outcome}", np.isnan(value)),
    ]
    if group is not None:
        gaps.append((f"no {group}", answers[group].isna().to_numpy()))
    keep, excluded = set_aside(len(answers), gaps)
    if not keep.any():
        raise ValueError(f"{what} has no answer to use: {reasons_text(excluded)}. Check the columns.")
    kept = pd.DataFrame(
        {
            "customer": answers.loc[keep, customer].to_numpy(),
            "group": answers.loc[keep, group].astype("str").to_numpy() if group is not None else "all",
            "score": score[keep],
            "value": value[keep],
            "weight": need_weights(answers[keep], weight, what),
        }
    )
    kept["band"] = np.minimum(np.searchsorted(borders, kept["score"], side="right"), len(borders) - 1) - 1
    yes_no = kept["value"].isin([0, 1]).all()
    curve = _bands(kept, borders, bool(yes_no), level)
    slopes = []
    for name, rows in kept.groupby("group", sort=False):
        x = np.column_stack([np.ones(len(rows)), rows["score"].to_numpy()])
        try:
            found = fit(
                rows["value"].to_numpy(), x, rows["weight"].to_numpy(), rows["customer"], level, ["", satisfaction]
            )
        except ValueError as problem:
            raise ValueError(f"Group {name!r}: {problem}") from None
        # an outcome that never varies has a slope of exactly 0, not of the last bit
        flat = np.ptp(rows["value"]) == 0
        line = (0.0,) * 4 if flat else tuple(per * number for number in found.contrast(np.array([0.0, 1.0])))
        mean = np.average(rows["value"], weights=rows["weight"])
        slopes.append((name, len(rows), rows["customer"].nunique(), mean, *line))
    columns = ["group", "answers", "customers", "outcome", "slope", "error", "low", "high"]
    return Curve(curve, pd.DataFrame(slopes, columns=columns), excluded)


def _bands(kept: pd.DataFrame, borders: np.ndarray, yes_no: bool, level: float) -> pd.DataFrame:
    """Return the mean outcome of each group and band with its interval."""
    from scipy import stats

    z = stats.norm.ppf((1 + level) / 2)
    weighted = kept.assign(ws=kept["weight"] * kept["score"], wv=kept["weight"] * kept["value"], w2=kept["weight"] ** 2)
    sums = weighted.groupby(["group", "band"], sort=False)[["weight", "ws", "wv", "w2"]].sum()
    sums["answers"] = weighted.groupby(["group", "band"], sort=False).size()
    order = {name: place for place, name in enumerate(kept["group"].unique())}
    sums = sums.reset_index().sort_values(
        ["group", "band"], key=lambda one: one.map(order) if one.name == "group" else one
    )
    mean, n = sums["wv"] / sums["weight"], sums["weight"] ** 2 / sums["w2"]
    if yes_no:
        centre = (mean + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(mean * (1 - mean) / n + z**2 / (4 * n**2))
    else:
        rest = kept.merge(sums[["group", "band"]].assign(mean=mean), on=["group", "band"])
        squares = (rest["weight"] * (rest["value"] - rest["mean"]) ** 2).groupby([rest["group"], rest["band"]]).sum()
        variance = squares.reindex(pd.MultiIndex.from_frame(sums[["group", "band"]])).to_numpy() / sums["weight"]
        centre = mean
        half = z * np.sqrt(variance / (n - 1).where(n > 1))
    low, high = borders[sums["band"]], borders[sums["band"] + 1]
    return pd.DataFrame(
        {
            "group": sums["group"],
            "band": [f"{a:g}-{b:g}" for a, b in zip(low, high, strict=True)],
            "answers": sums["answers"],
            "mean_satisfaction": sums["ws"] / sums["weight"],
            "outcome": mean,
            "low": centre - half,
            "high": centre + half,
        }
    ).reset_index(drop=True)


def difference_in_differences(
    answers: pd.DataFrame,
    outcome: str,
    opened: Mapping[object, object],
    *,
    slope_on: str | None = None,
    group: str = "class",
    time: str = "wave",
    weight: str | None = None,
    level: float = 0.95,
    customer: str = "customer",
) -> pd.DataFrame:
    """Compare groups whose market opened with groups that had no choice yet, before and after.

    For each opened group g and time t since its opening: (g at t − g at its last time before) − (controls at t − controls at
    that same earlier time). Controls are the groups not yet open at t; several are averaged by their answers at the earlier
    time. A group that is already open never serves as control. With `slope_on`, what is compared is not the mean of the
    outcome but its slope on that column.

    Parameters
    ----------
    answers : one row per answer or per customer and time.
    outcome : column of numbers.
    opened : group -> first time with a choice; None for a group that never has one.
    slope_on : column, such as satisfaction; None: compare means.
    group, time : columns.
    weight : column that says for how many customers a row stands.
    level : of the intervals.

    Returns
    -------
    Frame, one row per opened group and time, and a last row "all" (their average, by answers): `group`, `time`, `before`
    (time compared with), `controls` (names), `answers` (of the group at that time), `change` (of the group),
    `control_change`, `effect`, `error`, `low`, `high`. Errors are clustered by customer. **Causal** if the groups would have
    changed alike without the opening.

    Raises
    ------
    ValueError, TypeError : a column is missing, a value is empty, a group is not in `opened`, there is no earlier time or no
        control.

    Source: the estimator of Card & Krueger (1994), with not-yet-treated controls as in Callaway & Sant'Anna (2021).

    >>> answers = pd.DataFrame({"customer": range(12), "class": ["open"] * 6 + ["closed"] * 6, "wave": [1, 1, 1, 2, 2, 2] * 2,
    ...                         "intention": [6.0, 6, 6, 4, 4, 4, 5, 5, 5, 5, 6, 5.5]})
    >>> difference_in_differences(answers, "intention", {"open": 2, "closed": None})[["group", "change", "effect"]].round(3)
      group  change  effect
    0  open    -2.0    -2.5
    1   all    -2.0    -2.5
    """
    what = "The frame of answers"
    columns = [customer, group, time, outcome] + [one for one in (slope_on, weight) if one is not None]
    need_columns(need_frame(answers, what), columns, what)
    numbers = {name: need_numbers(answers, name, what) for name in [outcome, *([slope_on] if slope_on else [])]}
    empty = np.any([np.isnan(one) for one in numbers.values()], axis=0)
    empty |= answers[[group, time]].isna().any(axis=1).to_numpy() | empty_ids(answers, customer)
    if empty.any():
        raise ValueError(f"{what} has an empty cell in {rows_text(empty)}. Remove these rows first.")
    names = answers[group].astype("str").to_numpy()
    when = answers[time].to_numpy()
    opens = {str(name): None if first is None or pd.isna(first) else first for name, first in opened.items()}
    strange = sorted(set(names) - set(opens))
    if strange:
        raise ValueError(
            f"`opened` does not say when the market of {strange[0]!r} opened. Give a time, or None for never."
        )
    weights = need_weights(answers, weight, what)
    cells = pd.MultiIndex.from_arrays([names, when]).unique().sort_values()
    place = {cell: at for at, cell in enumerate(cells)}
    code = cells.get_indexer(pd.MultiIndex.from_arrays([names, when]))
    dummies = (code[:, None] == np.arange(len(cells))).astype(float)
    x, labels, shift = dummies, [f"{g} at {t}" for g, t in cells], 0
    if slope_on:
        score = numbers[slope_on]
        mean = np.bincount(code, weights * score, len(cells)) / np.bincount(code, weights, len(cells))
        x, shift = np.hstack([dummies, dummies * (score - mean[code])[:, None]]), len(cells)
        labels = labels + [f"{slope_on} of {label}" for label in labels]
    found = fit(numbers[outcome], x, weights, answers[customer], level, labels)
    size = np.bincount(code, minlength=len(cells))

    def pick(cell: tuple) -> np.ndarray:
        return np.eye(x.shape[1])[shift + place[cell]]

    rows, contrasts, counts = [], [], []
    for name, first in opens.items():
        times = sorted(t for g, t in cells if g == name)
        before = [t for t in times if first is not None and t < first]
        for t in (t for t in times if first is not None and t >= first):
            if not before:
                raise ValueError(
                    f"The group {name!r} has no answers before its market opened at {first}. Leave it out."
                )
            closed = [c for c, at in opens.items() if at is None or at > t]
            controls = [c for c in closed if (c, t) in place and (c, before[-1]) in place]
            if not controls:
                raise ValueError(
                    f"No group without a choice was asked both at {before[-1]} and at {t}: nothing to compare."
                )
            part = np.array([size[place[c, before[-1]]] for c in controls], dtype=float)
            own = pick((name, t)) - pick((name, before[-1]))
            theirs = np.sum(
                [(pick((c, t)) - pick((c, before[-1]))) * p for c, p in zip(controls, part / part.sum(), strict=True)],
                axis=0,
            )
            contrasts.append(own - theirs)
            counts.append(size[place[name, t]])
            change = [float(np.sum(one * found.coefficients)) for one in (own, theirs)]
            rows.append((name, t, before[-1], ", ".join(controls), counts[-1], *change, *found.contrast(contrasts[-1])))
    if not rows:
        raise ValueError(
            "No market in these data has opened: `opened` needs a time within the data for at least one group."
        )
    shares = np.array(counts) / np.sum(counts)
    total = np.sum([share * one for share, one in zip(shares, contrasts, strict=True)], axis=0)
    change = [float(np.sum(shares * [row[place] for row in rows])) for place in (5, 6)]
    rows.append(("all", "", "", "", int(np.sum(counts)), *change, *found.contrast(total)))
    columns = [
        "group",
        "time",
        "before",
        "controls",
        "answers",
        "change",
        "control_change",
        "effect",
        "error",
        "low",
        "high",
    ]
    return pd.DataFrame(rows, columns=columns)
