"""What silence hides: a survey's mean as the answers came, weighted by response rates, and with a follow-up of the silent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib._frames import (
    listed,
    need_columns,
    need_frame,
    need_level,
    need_numbers,
    need_scale,
    need_yes_no,
    rows_text,
)
from crmlib.satisfaction._answers import SURVEY, Scale, as_names, limits, moments, scale_text

INVITED = "The frame of invitations"


def nonresponse_check(
    answers: pd.DataFrame,
    invitations: pd.DataFrame,
    measure: str,
    *,
    scale: Scale,
    cells: str | Sequence[str] | None = None,
    population: float | None = None,
    answered: str = "answered",
    followed_up: str | None = "followed_up",
    key: str | Sequence[str] = "customer",
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate a mean of all customers three ways, and see what those who stayed silent would have changed.

    - *answers as they came*: the mean of who answered the invitation. Right only if silence has nothing to do with the
      measure.
    - *weighted by response rate*: answers of a cell (a branch, an age group) count 1 / its response rate. Right only if
      silence has nothing to do with the measure *within* a cell.
    - *with the follow-up*: some of the silent were drawn by lot and asked until they answered. They stand for all of the
      silent: mean = w₁ȳ₁ + w₂ȳ₂, with w₂ the share of the invited who were silent (double sampling). Right without any
      belief about why people are silent, if the follow-up was drawn by lot and nobody in it refused.

    Parameters
    ----------
    answers : one row per answer: key and `measure`, answers of the follow-up included. One survey at a time.
    invitations : one row per invited customer: key, `answered` (True/False), `followed_up` (True for who answered in the
        follow-up only), and the columns of `cells`.
    measure : column to average; NPS points (−100, 0, 100) make it the net promoter score.
    scale : lowest and highest value of the measure.
    cells : column (or columns) of `invitations` to weight by; None: no weighting.
    population : how many customers could have been invited, for the finite-population correction; None: very many.
    followed_up : None if there was no follow-up.
    key : column (or columns) that name an answer, in both frames.
    level : of the intervals, which stay on the scale.

    Returns
    -------
    Frame, one row per `method`: `invited`, `answers` (how many answers it rests on), `response_rate` (to the invitation),
    `mean`, `se`, `low`, `high`, and `against_naive` (mean − the first row's).

    Raises
    ------
    ValueError, TypeError : a column is missing; invitations and answers do not fit together; a value off the scale or
    empty; a cell in which nobody answered; fewer than two answers.

    Source: double sampling: Hansen & Hurwitz (1946), Cochran (1977) ch. 13; weighting cells: Little & Rubin.

    >>> invitations = pd.DataFrame({"customer": range(10), "answered": [True] * 4 + [False] * 6,
    ...                             "followed_up": [False] * 4 + [True] * 2 + [False] * 4})
    >>> answers = pd.DataFrame({"customer": range(6), "score": [9, 8, 9, 10, 6, 5]})
    >>> nonresponse_check(answers, invitations, "score", scale=(1, 10))[["method", "answers", "mean"]]
                      method  answers  mean
    0  answers as they came        4   9.0
    1    with the follow-up        6   6.9
    """
    level, ends, keys = need_level(level), need_scale(scale), as_names(key)
    names = as_names(cells)
    need_columns(need_frame(invitations, INVITED), [*keys, answered, *as_names(followed_up), *names], INVITED)
    need_columns(need_frame(answers, SURVEY), [*keys, measure], SURVEY)
    value = need_numbers(answers, measure, SURVEY)
    wrong = ~((value >= ends[0]) & (value <= ends[1]))
    if wrong.any():
        raise ValueError(
            f"Column {measure!r} of the survey is empty or not on the scale {scale_text(ends)} in {rows_text(wrong)}. Correct "
            "or remove these rows first; who did not answer belongs to the invitations."
        )
    for frame, what in ((invitations, INVITED), (answers, SURVEY)):
        repeated = frame.duplicated(keys).to_numpy()
        if repeated.any():
            raise ValueError(
                f"{what} must have one row per {' and '.join(keys)}, but {rows_text(repeated)} repeat one. "
                "Choose one survey first, or name what tells them apart, such as key=('customer', 'wave')."
            )
    first = need_yes_no(invitations, answered, INVITED)
    second = need_yes_no(invitations, followed_up, INVITED) if followed_up else np.zeros(len(invitations), dtype=bool)
    if (first & second).any():
        raise ValueError(
            f"Columns {answered!r} and {followed_up!r} of the invitations are both True in {rows_text(first & second)}. The "
            "follow-up is for the silent: correct one of them."
        )
    own = invitations[[*keys, *names]].reset_index(drop=True).assign(_first=first, _second=second)
    told = answers[keys].assign(_value=value).reset_index(drop=True)
    joined = own.merge(told, on=keys, how="left", validate="one_to_one")
    missing = (first | second) & joined["_value"].isna().to_numpy()
    strangers = len(told) - int((joined["_value"].notna() & (first | second)).sum())
    if missing.any() or strangers:
        raise ValueError(
            f"Answers and invitations do not fit together: {missing.sum():,} invited customers are said to have answered "
            f"but have no answer, and {strangers:,} answers come from customers not said to have answered. "
            "Choose the same survey in both."
        )
    y, n = joined["_value"].to_numpy(), len(joined)
    if population is not None and not population >= n:
        raise ValueError(
            f"`population` is {population!r}, but {n:,} were invited. It must count all who could have been."
        )
    y1, y2 = y[first], y[second]
    if len(y1) < 2 or len(y2) == 1:
        raise ValueError("Fewer than two answers to the invitation or to the follow-up: no spread can be seen in them.")
    whole = population or np.inf
    lines = [("answers as they came", len(y1), y1.mean(), y1.var(ddof=1) / len(y1) * (1 - len(y1) / whole), len(y1))]
    if names:
        lines.append((f"weighted by response rate of {_plain(names)}", len(y1), *_weighted(joined, names, whole)))
    if len(y2):
        w = (~first).mean()
        apart = y1.mean() - y2.mean()
        spread = (1 - w) * y1.var(ddof=1) + w * y2.var(ddof=1) + w * (1 - w) * apart**2
        variance = spread / n * (1 - n / whole) + w**2 * y2.var(ddof=1) / len(y2) * (1 - len(y2) / (~first).sum())
        lines.append(("with the follow-up", len(y1) + len(y2), (1 - w) * y1.mean() + w * y2.mean(), variance, len(y2)))
    table = pd.DataFrame(lines, columns=["method", "answers", "mean", "variance", "base"])
    low, high = limits(table["mean"], table["variance"], table["base"], ends, level)
    return pd.DataFrame(
        {
            "method": table["method"],
            "invited": n,
            "answers": table["answers"],
            "response_rate": first.mean(),
            "mean": table["mean"],
            "se": np.sqrt(table["variance"]),
            "low": low,
            "high": high,
            "against_naive": table["mean"] - table["mean"].iloc[0],
        }
    )


def _plain(names):
    """Join column names as words: 'branch and kind'."""
    return listed(names).replace("'", "")


def _weighted(joined, names, whole):
    """Mean with answers weighted by 1 / response rate of their cell, its variance, and answers."""
    gap = joined[names].isna().any(axis=1).to_numpy()
    if gap.any():
        raise ValueError(f"{INVITED} has no {_plain(names)} in {rows_text(gap)}. Fill it in: who is invited has one.")
    cell = joined.groupby(names, observed=True, sort=True)
    codes, size = cell.ngroup().to_numpy(), cell.ngroups
    first = joined["_first"].to_numpy()
    invited = np.bincount(codes, minlength=size)
    came = np.bincount(codes[first], minlength=size)
    if (came < 2).any():
        few = cell.size().index[came < 2]
        raise ValueError(
            f"Fewer than two answers in {len(few):,} of {size:,} cells of {_plain(names)} (such as {few[0]!r}): nobody "
            "there to speak for the others. Weight by fewer or larger cells."
        )
    _, mean, variance = moments(joined["_value"].to_numpy()[first], codes[first], size)
    share = invited / invited.sum()
    error = (share**2 * variance / came).sum() * (1 - first.sum() / whole)
    return (share * mean).sum(), error, int(first.sum())
