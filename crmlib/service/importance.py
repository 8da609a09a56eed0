"""Importance and performance: where a yuan of service buys most, by class of customer and against rivals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_columns, need_frame, need_numbers, need_scale, need_yes_no, ordered_category

# (important, performs well) -> what to do; the names of the authors, in the order of urgency.
QUADRANTS = ("concentrate here", "keep up the good work", "low priority", "possible overkill")
WHAT = "The frame of attributes"


def importance_performance(
    attributes: pd.DataFrame,
    *,
    by: str | None = None,
    importance: str = "importance",
    performance: str = "performance",
    rival: str | None = None,
    importance_cut: float | str = "mean",
    performance_cut: float | str = "mean",
) -> pd.DataFrame:
    """Sort attributes into four quadrants: important or not, performed well or not.

    Important and poor: *concentrate here*. Important and good: *keep up the good work*. Unimportant and poor: *low
    priority*. Unimportant and good: *possible overkill*. A value on the cut counts as high. The cuts are a choice, and
    with it the verdict: try others.

    Parameters
    ----------
    attributes : one row per attribute (and group): mean importance and mean performance, in any unit.
    by : column of groups that get cuts of their own, such as a customer class.
    rival : column of the best rival's performance, in the unit of `performance`; optional.
    importance_cut, performance_cut : "mean" or "median" over the attributes of the group, or a number.

    Returns
    -------
    The frame with the columns `importance_cut`, `performance_cut`, `quadrant` (ordered category, most urgent first), and
    with `rival` also `lead` (performance − rival's): a strength that the rival has, too, sets nobody apart.

    Raises
    ------
    ValueError, TypeError : a column is missing, of the wrong type or has gaps; a cut is neither a number, "mean" nor "median".

    Source: Martilla & James (1977), Importance-performance analysis, Journal of Marketing 41.

    >>> attributes = pd.DataFrame({"attribute": ["speed", "decor"], "importance": [40, 10], "performance": [4.1, 5.6]})
    >>> importance_performance(attributes)[["attribute", "performance_cut", "quadrant"]]
      attribute  performance_cut           quadrant
    0     speed             4.85   concentrate here
    1     decor             4.85  possible overkill
    """
    columns = [importance, performance] + ([rival] if rival else [])
    need_columns(need_frame(attributes, WHAT), columns + ([by] if by else []), WHAT)
    for column in columns:
        gaps = np.isnan(need_numbers(attributes, column, WHAT))
        if gaps.any():
            raise ValueError(
                f"Column {column!r} of the frame of attributes has {int(gaps.sum())} gaps. Fill or leave out these rows."
            )
    out = attributes.copy()
    for name, column, at in (
        ("importance_cut", importance, importance_cut),
        ("performance_cut", performance, performance_cut),
    ):
        if at in ("mean", "median") and isinstance(at, str):
            out[name] = (
                attributes.groupby(by, observed=True)[column].transform(at) if by else getattr(attributes[column], at)()
            )
        elif isinstance(at, int | float | np.number) and not isinstance(at, bool) and np.isfinite(at):
            out[name] = float(at)
        else:
            raise ValueError(f"`{name}` must be a number, 'mean' or 'median', but it is {at!r}.")
    important = (out[importance] >= out["importance_cut"]).to_numpy()
    good = (out[performance] >= out["performance_cut"]).to_numpy()
    out["quadrant"] = ordered_category(np.where(important, good.astype(int), 2 + good), QUADRANTS)
    if rival:
        out["lead"] = out[performance] - out[rival]
    return out


def servqual_attributes(
    table: pd.DataFrame, by: str | None = None, *, group: str = "all", scale: tuple[int, int] = (1, 7)
) -> pd.DataFrame:
    """Turn SERVQUAL's table into attributes for the grid: importance in points of 100, performance on 0-100.

    Parameters
    ----------
    table : the `.table` of `servqual`, with importance; its overall rows are left out.
    by : its column of groups; None: one group, called `group`.
    scale : lowest and highest answer of the survey; performance = 100 (perception − low) / (high − low).

    Returns
    -------
    Frame, one row per group and dimension: `group`, `attribute`, `importance`, `performance`.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, or the scale is none.

    >>> table = pd.DataFrame({"dimension": ["speed", "overall"], "importance": [1.0, 1.0], "perception": [4.0, 4.0]})
    >>> servqual_attributes(table)
      group attribute  importance  performance
    0   all     speed       100.0         50.0
    """
    what = "The table of SERVQUAL"
    low, high = need_scale(scale)
    need_columns(need_frame(table, what), ["dimension", "importance", "perception"] + ([by] if by else []), what)
    rows = table[table["dimension"] != "overall"]
    return pd.DataFrame(
        {
            "group": rows[by].astype("str") if by else group,
            "attribute": rows["dimension"],
            "importance": 100 * rows["importance"],
            "performance": 100 * (rows["perception"] - low) / (high - low),
        }
    ).reset_index(drop=True)


def importance_by_class(
    ratings: pd.DataFrame, by: str = "class", *, attribute: str = "attribute", rating: str = "rating"
) -> pd.DataFrame:
    """Average stated importance by attribute and class of customer, with intervals.

    Parameters
    ----------
    ratings : one row per customer and attribute, with the customer's class in column `by`.
    by : column of the class.
    attribute, rating : columns of the attribute and of its rated importance (points of the scale).

    Returns
    -------
    Frame, one row per class and attribute, most important first within a class: `by`, `attribute`, `customers` (who rated
    it), `importance`, `low`, `high` (95 %, t; empty with one rating), `rank`, `average` (mean over the classes' means),
    `above_average`.

    Raises
    ------
    ValueError, TypeError : a column is missing, of the wrong type or has gaps.

    Source of the claim that support, training, spares and upgrades weigh more in business markets: Levitt (1980),
    Marketing success through differentiation of anything, Harvard Business Review 58.

    >>> ratings = pd.DataFrame({"class": ["home", "home", "plant", "plant"] * 2, "attribute": ["price"] * 4 + ["training"] * 4,
    ...                         "rating": [6, 7, 5, 5, 2, 3, 6, 5]})
    >>> importance_by_class(ratings)[["class", "attribute", "importance", "rank"]]
       class attribute  importance  rank
    0   home     price         6.5     1
    1   home  training         2.5     2
    2  plant  training         5.5     1
    3  plant     price         5.0     2
    """
    from scipy import stats

    what = "The frame of ratings"
    need_columns(need_frame(ratings, what), [by, attribute, rating], what)
    gaps = np.isnan(need_numbers(ratings, rating, what)) | ratings[[by, attribute]].isna().any(axis=1).to_numpy()
    if gaps.any():
        raise ValueError(
            f"The frame of ratings has {int(gaps.sum()):,} rows with a gap. Leave them out first: ratings.dropna()."
        )
    cells = ratings.groupby([by, attribute], observed=True)[rating].agg(["size", "mean", "std"]).reset_index()
    half = stats.t.ppf(0.975, cells["size"].clip(lower=2) - 1) * cells["std"] / np.sqrt(cells["size"])
    cells["low"], cells["high"] = cells["mean"] - half, cells["mean"] + half
    cells["rank"] = cells.groupby(by, observed=True)["mean"].rank(ascending=False, method="min").astype(int)
    cells["average"] = cells.groupby(attribute, observed=True)["mean"].transform("mean")
    cells["above_average"] = cells["mean"] - cells["average"]
    cells = cells.sort_values([by, "rank"], kind="stable", ignore_index=True)
    cells = cells.rename(columns={"size": "customers", "mean": "importance"})
    return cells[[by, attribute, "customers", "importance", "low", "high", "rank", "average", "above_average"]]


def derived_importance(
    ratings: pd.DataFrame,
    attributes: Sequence[str],
    *,
    chosen: str = "chosen",
    rater: str = "rater",
    habit: str | None = None,
) -> pd.DataFrame:
    """Return what each attribute weighs when people choose between firms, instead of what they say it weighs.

    A conditional logit: the log-odds of choosing one firm over another rise by b_k for each point by which it is rated
    better in attribute k, the other attributes held equal.

    Parameters
    ----------
    ratings : one row per rater and firm.
    attributes : columns of ratings.
    chosen : column that says True for the one firm the rater would choose.
    rater : column of the person.
    habit : column that says True for the present main firm, to be held equal; optional.

    Returns
    -------
    Frame, one row per attribute: `attribute`, `weight` (log-odds per point), `low`, `high` (95 %), `odds` (odds ratio per
    point), `share` (of the sum of the attributes' positive weights). Predictive: weights of choice as stated, not proof of cause.

    Raises
    ------
    ValueError, TypeError : a column is missing, of the wrong type or has gaps; a rater chose no firm, or more than one.

    Source: McFadden (1974), Conditional logit analysis of qualitative choice behavior.

    >>> rng = np.random.default_rng(7)
    >>> ratings = pd.DataFrame({"rater": np.repeat(range(400), 2), "service": rng.integers(1, 11, 800).astype(float)})
    >>> gap = ratings["service"] - ratings.groupby("rater")["service"].transform("mean") + rng.logistic(size=800)
    >>> ratings["chosen"] = gap.groupby(ratings["rater"]).rank() == 2
    >>> bool(derived_importance(ratings, ["service"])["low"].gt(0).all())
    True
    """
    what = "The frame of ratings"
    extra = [habit] if habit else []
    need_columns(need_frame(ratings, what), [*attributes, chosen, rater, *extra], what)
    taken = need_yes_no(ratings, chosen, what).astype(float)
    picked = pd.Series(taken).groupby(ratings[rater].to_numpy()).sum()
    if (picked != 1).any():
        raise ValueError(
            f"Each {rater} must have chosen exactly one firm, but {int((picked != 1).sum()):,} did not, among them {rater} "
            f"{listed(picked.index[picked != 1], 3)}. Leave them out."
        )
    x = np.column_stack(
        [need_numbers(ratings, name, what) for name in attributes]
        + [need_yes_no(ratings, name, what) for name in extra]
    )
    if np.isnan(x).any():
        raise ValueError(
            f"{int(np.isnan(x).any(axis=1).sum()):,} rows of the frame of ratings have a gap. Leave these raters out."
        )
    estimate, errors = _conditional_logit(x.astype(float), taken.astype(bool), ratings[rater].to_numpy())
    weight, error = estimate[: len(attributes)], errors[: len(attributes)]
    positive = np.clip(weight, 0, None)
    return pd.DataFrame(
        {
            "attribute": list(attributes),
            "weight": weight,
            "low": weight - 1.96 * error,
            "high": weight + 1.96 * error,
            "odds": np.exp(weight),
            "share": positive / positive.sum() if positive.any() else np.nan,
        }
    )


def _conditional_logit(x: np.ndarray, taken: np.ndarray, sets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit by Newton's method; statsmodels' ConditionalLogit, with which the tests compare, walks through raters one by one."""
    order = np.argsort(sets, kind="stable")
    x, taken, sets = x[order], taken[order], sets[order]
    starts = np.flatnonzero(np.append(True, sets[1:] != sets[:-1]))
    of_set = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(sets))))
    weight = np.zeros(x.shape[1])
    for _ in range(50):
        appeal = np.sum(x * weight, axis=1)
        appeal = np.exp(appeal - np.maximum.reduceat(appeal, starts)[of_set])
        chance = appeal / np.add.reduceat(appeal, starts)[of_set]
        apart = x - np.add.reduceat(chance[:, None] * x, starts)[of_set]
        information = (chance[:, None] * apart).T @ apart
        if np.linalg.matrix_rank(information) < len(weight):
            break
        step = np.linalg.solve(information, apart[taken].sum(axis=0))
        weight = weight + step
        if np.abs(step).max() < 1e-10:
            error = np.sqrt(np.diag(np.linalg.inv(information)))
            if (error * x.std(axis=0)).max() < 50:  # more is a flat top: some attribute decides every choice
                return weight, error
            break
    raise ValueError(
        "The weights cannot be told: an attribute does not differ between the firms of any rater, two attributes say the "
        "same, or one of them decides every choice. Leave an attribute out, or ask more people."
    )
