"""What the room's functions share: usable answers on a scale, groups, and intervals that stay on the scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import empty_ids, listed, need_columns, need_frame, need_numbers, reasons_text, rows_text, set_aside

Scale = tuple[float, float]
SURVEY = "The survey"


def scale_text(scale: Scale) -> str:
    """Write a scale as a reader would: 1-7."""
    return f"{scale[0]:g}-{scale[1]:g}"


def as_names(names: str | Sequence[str] | None) -> list[str]:
    """Return one column name or several as a list."""
    return [] if names is None else [names] if isinstance(names, str) else list(names)


def numbers_on_scale(answers: pd.DataFrame, columns: Iterable[str], scale_of: Mapping[str, Scale]) -> pd.DataFrame:
    """Return columns as numbers; refuse one without any answer, and one that clearly has another scale."""
    numbers = {}
    for column in columns:
        values = need_numbers(answers, column, SURVEY)
        known = ~np.isnan(values)
        if not known.any():
            raise ValueError(
                f"Column {column!r} of the survey is empty in every row, so it cannot be scored. "
                "Leave it out, or check the file that it came from."
            )
        scale = scale_of[column]
        off = known & ((values < scale[0]) | (values > scale[1]))
        if off.sum() > known.sum() / 4:
            low, high = np.nanmin(values), np.nanmax(values)
            raise ValueError(
                f"Column {column!r} of the survey runs from {low:g} to {high:g}: {off.sum():,} of {known.sum():,} answers "
                f"are not on the scale {scale_text(scale)}. Give the scale that was asked, such as scale=(0, 10)."
            )
        numbers[column] = values
    return pd.DataFrame(numbers)


def sort_out(
    answers: pd.DataFrame,
    told: pd.DataFrame,
    keys: Sequence[str],
    groups: Sequence[str],
    reasons: Sequence[tuple[str, np.ndarray]],
) -> tuple[np.ndarray, pd.DataFrame]:
    """Say which rows stay: with a key and a group, the first of equal answers, none of the further reasons."""
    nobody = [(f"no {name}", empty_ids(answers, name)) for name in dict.fromkeys([*keys, *groups])]
    nameless = np.any([bad for _, bad in nobody[: len(keys)]], axis=0) if keys else np.zeros(len(answers), dtype=bool)
    if keys:
        whole = pd.concat([answers[list(dict.fromkeys([*keys, *groups]))], told], axis=1)
        same = whole.duplicated().to_numpy() & ~nameless
        other = answers.duplicated(list(keys)).to_numpy() & ~nameless & ~same
        if other.any():
            raise ValueError(
                f"The survey has different answers of one {' and '.join(keys)}: {rows_text(other)} repeat an earlier one. "
                "Keep one of them; if they come from several surveys, name the column that tells these apart: "
                f"key=({', '.join(map(repr, keys))}, 'wave')."
            )
        nobody.append(("the same answer again", same))
    keep, excluded = set_aside(len(answers), [*nobody, *reasons])
    if not keep.any():
        raise ValueError(f"The survey has no usable answer: {reasons_text(excluded)}. Check the columns and the scale.")
    return keep, excluded


def usable(
    answers: pd.DataFrame,
    columns: Sequence[str],
    scale_of: Mapping[str, Scale],
    key: str | Sequence[str],
    by: str | Sequence[str] | None = None,
    also: Mapping[str, tuple[str, float]] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Sort out answers: return key and group columns, the numbers (both of usable rows only), and what was set aside.

    `also` maps a column to a further reason and the value that it holds for.
    """
    keys, groups, columns = as_names(key), as_names(by), list(dict.fromkeys(columns))
    need_columns(need_frame(answers, SURVEY), [*keys, *groups, *columns], SURVEY)
    clash = sorted({*keys, *groups} & {*columns})
    if clash:
        raise ValueError(
            f"Column {listed(clash)} cannot be both an answer and a customer or group. Name another column."
        )
    answers = answers.reset_index(drop=True)
    numbers = numbers_on_scale(answers, columns, scale_of)
    reasons = [(f"no {name}", numbers[name].isna().to_numpy()) for name in columns]
    for name in columns:
        (low, high), values = scale_of[name], numbers[name].to_numpy()
        reasons.append((f"{name} not on the scale {scale_text((low, high))}", (values < low) | (values > high)))
    reasons += [(reason, (numbers[name] == value).to_numpy()) for name, (reason, value) in (also or {}).items()]
    keep, excluded = sort_out(answers, numbers, keys, groups, reasons)
    names = answers.loc[keep, list(dict.fromkeys([*keys, *groups]))]
    return names.reset_index(drop=True), numbers[keep].reset_index(drop=True), excluded


def grouped(names: pd.DataFrame, by: str | Sequence[str] | None) -> tuple[np.ndarray, pd.DataFrame]:
    """Number the groups of the rows; without groups all rows are one. Return codes and one row per group."""
    groups = as_names(by)
    if not groups:
        return np.zeros(len(names), dtype=np.int64), pd.DataFrame(index=range(1))
    found = names.groupby(groups, observed=True, sort=True)
    codes = found.ngroup().to_numpy()
    return codes, found.size().reset_index()[groups]


def moments(values: np.ndarray, codes: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return answers, mean and variance (n − 1; empty for one answer) of each group."""
    count = np.bincount(codes, minlength=size)
    mean = np.bincount(codes, weights=values, minlength=size) / count
    squares = np.bincount(codes, weights=(values - mean[codes]) ** 2, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        return count, mean, np.where(count > 1, squares / (count - 1), np.nan)


def limits(
    mean: np.ndarray,
    variance: np.ndarray,
    answers: np.ndarray,
    ends: Scale,
    level: float,
    left: np.ndarray | float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Interval of a mean that cannot leave its scale: Wilson's, with the effective sample size and Student's t.

    Parameters
    ----------
    mean, variance : of the estimate; `variance` is the squared standard error, finite population included.
    answers : how many it rests on; with one, there is no interval.
    ends : lowest and highest possible value.
    left : share of the population that was not asked (0: everybody answered, and the mean is exact).

    Where all answers are equal the sample shows no spread; the most that fits such a mean is used instead.
    """
    from scipy import special

    mean, variance, answers = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (mean, variance, answers)))
    low, high = ends
    p = np.clip((mean - low) / (high - low), 0.0, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        v = variance / (high - low) ** 2
        v = np.where((v <= 1e-18) | (p <= 0) | (p >= 1), left * p * (1 - p) / answers, v)
        sizes = np.where(p * (1 - p) > 0, p * (1 - p) / v, answers / left)
        c2 = special.stdtrit(np.maximum(answers - 1, 1), (1 + level) / 2) ** 2 / sizes
        middle = (p + c2 / 2) / (1 + c2)
        half = np.sqrt(np.maximum(c2 * p * (1 - p) + c2**2 / 4, 0)) / (1 + c2)
    exact = np.broadcast_to(np.asarray(left) <= 0, mean.shape)
    half, middle = np.where(exact, 0.0, half), np.where(exact, p, middle)
    nothing = (answers < 2) & ~exact
    width = high - low
    return (
        np.where(nothing, np.nan, low + width * np.clip(middle - half, 0, 1)),
        np.where(nothing, np.nan, low + width * np.clip(middle + half, 0, 1)),
    )


def share_left(population: object, answers: np.ndarray, groups: pd.DataFrame, by: Sequence[str]) -> np.ndarray:
    """Return 1 − n / N for each group (1 without a population), after checking that nobody answered twice."""
    if population is None:
        return np.ones(len(answers))
    if not by:
        sizes = np.array([population], dtype=object)
    elif isinstance(population, int | float | np.number):
        raise ValueError(
            f"`population` must say how many there are in each {by[0]}, such as customers.groupby({by[0]!r}).size(), "
            f"but it is the one number {population!r}."
        )
    else:
        of = pd.Series(population)
        names = pd.MultiIndex.from_frame(groups) if len(by) > 1 else pd.Index(groups[by[0]])
        unknown = names[~names.isin(of.index)]
        if len(unknown):
            raise ValueError(f"`population` has no number for {listed(unknown.tolist())}. Add them.")
        sizes = of.loc[names].to_numpy()
    try:
        sizes = sizes.astype(float)
    except (TypeError, ValueError):
        sizes = np.array([np.nan])
    if not np.isfinite(sizes).all():
        raise ValueError("`population` must be a number of customers, or one number per group.")
    if (sizes < answers).any():
        worst = int(np.argmax(answers - sizes))
        raise ValueError(
            f"`population` is {sizes[worst]:,.0f}, but {answers[worst]:,} answered. It must count everybody who could have "
            "been asked."
        )
    return 1 - answers / sizes
