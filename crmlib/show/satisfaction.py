"""Figures and the explorer of satisfaction: ranks by formula, intervals, layers, silence, and three formulas on sliders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_columns, need_frame
from crmlib.show._style import DASHES, PALETTE, finish, new_axes, spread
from crmlib.show._text import tr

NAMES = {
    "gap": "P − E",
    "mean_ratio": "P / E, mean of ratios",
    "ratio_of_means": "mean P / mean E",
    "ideal_gap": "I − P",
    "perception": "P alone",
}
SHORT = {**NAMES, "mean_ratio": "P / E,\nmean of ratios", "ratio_of_means": "mean P /\nmean E"}
QUIET = "#B8B8B8"


def plot_formula_ranks(ranks: pd.DataFrame, by: str = "branch", strong: Iterable[object] = ()):
    """Draw each group's rank from formula to formula: lines that cross are groups that the formulas rank differently.

    Parameters
    ----------
    ranks : the `.table` of `formula_ranks`: one row per group, a column of ranks per formula (1 = most satisfied).
    by : column of groups.
    strong : groups to draw in colour and to name, up to five; the others stay grey.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `ranks` is no frame, is empty, lacks a column, or has not the groups of `strong`.

    >>> ranks = pd.DataFrame({"branch": [1, 2], "gap": [1, 2], "ideal_gap": [2, 1]})
    >>> plot_formula_ranks(ranks, strong=[1, 2]).get_title(loc="left")
    'First by P − E: branch 1. First by I − P: branch 2'
    """
    what = "The table of ranks"
    need_columns(need_frame(ranks, what), [by], what)
    formulas = [name for name in ranks.columns if name in NAMES]
    if len(formulas) < 2:
        raise ValueError(f"{what} needs the ranks of two formulas or more, from {listed(NAMES)}.")
    strong = list(strong)
    missing = [group for group in strong if group not in set(ranks[by])]
    if missing or len(strong) > len(PALETTE):
        raise ValueError(
            f"{what} has no {by} {listed(missing)}."
            if missing
            else f"Only {len(PALETTE)} groups can be drawn in colour."
        )
    ax = new_axes(height=5.4)
    at = np.arange(len(formulas))
    height = ranks.set_index(by)[formulas]
    for group in height.index.difference(strong, sort=False):
        ax.plot(at, height.loc[group], color=QUIET, linewidth=1, marker="o", markersize=3)
    for place, group in enumerate(strong):
        ax.plot(
            at, height.loc[group], color=PALETTE[place], linestyle=DASHES[place], linewidth=2.6, marker="o", zorder=3
        )
    ends = (("right", 0, -10), ("left", len(formulas) - 1, 10))
    for side, x, shift in ends:
        places = spread(height.loc[strong, formulas[x]], 0.045 * len(ranks)) if strong else []
        for place, (group, y) in enumerate(zip(strong, places, strict=True)):
            ax.annotate(
                f"{by} {group}", (x, y), (shift, 0), textcoords="offset points", ha=side, va="center", fontsize=11,
                color=PALETTE[place], annotation_clip=False,
            )  # fmt: skip
    ax.set_xticks(at, [tr(SHORT[name]) for name in formulas])
    ax.set(xlim=(-0.2 - 0.15 * len(formulas), len(formulas) - 0.7), ylim=(len(ranks) + 1, 0))
    ax.set_yticks([1, *range(6, len(ranks) + 1, 6)] if len(ranks) > 8 else range(1, len(ranks) + 1))
    first = {name: listed(height.index[height[name] == 1]) for name in formulas}
    winners: dict[str, list[str]] = {}
    for name, group in first.items():
        winners.setdefault(group, []).append(name)
    title = ". ".join(
        tr(
            "First by {formula}: {by} {group}",
            formula=" and ".join(tr(NAMES[n]) for n in names[:1]),
            by=by,
            group=group,
        )
        for group, names in winners.items()
    )
    words = "; ".join(
        f"{by} {group}: " + ", ".join(f"{tr(NAMES[name])} {height.loc[group, name]:.0f}" for name in formulas)
        for group in strong
    )
    finish(
        ax,
        title=title,
        x="",
        y=tr("rank (1 = most satisfied)"),
        words=tr("Ranks of {n} groups by {m} formulas. ", n=len(ranks), m=len(formulas)) + words + ".",
    )
    return ax


def plot_score_intervals(scores: pd.DataFrame, formula: str = "gap", by: str = "branch", strong: Iterable[object] = ()):
    """Draw each group's score with its interval, best group first.

    Parameters
    ----------
    scores : the `.scores` of `formula_ranks`: rows group × formula, columns `formula`, `score`, `low`, `high`, `rank`.
    formula : which one to draw.
    by : column of groups.
    strong : groups to draw in colour, as in `plot_formula_ranks`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `scores` is no frame, is empty, lacks a column, or has not the formula.
    """
    what = "The table of scores"
    need_columns(need_frame(scores, what), [by, "formula", "score", "low", "high", "rank"], what)
    one = scores[scores["formula"] == formula].sort_values(["rank", by])
    if one.empty:
        raise ValueError(f"{what} has no formula {formula!r}. It has {listed(scores['formula'].unique())}.")
    strong = list(strong)
    ax = new_axes(height=4.4)
    x = np.arange(len(one))
    for place, row in enumerate(one.itertuples()):
        named = getattr(row, by) in strong
        colour = PALETTE[strong.index(getattr(row, by)) % len(PALETTE)] if named else "#6E6E6E"
        ax.plot([place, place], [row.low, row.high], color=colour, linewidth=3 if named else 1.6, solid_capstyle="butt")
        ax.plot([place], [row.score], "o", color=colour, markersize=7 if named else 4)
    best = one.iloc[0]
    less = formula == "ideal_gap"
    reach = one["low"] <= best["high"] if less else one["high"] >= best["low"]
    level = {"gap": 0.0, "mean_ratio": 1.0, "ratio_of_means": 1.0}.get(formula)
    if level is not None:
        ax.axhline(level, color="#444444", linewidth=1, linestyle="--")
    ax.set_xticks(x, [str(group) for group in one[by]], fontsize=9 if len(one) > 20 else 11)
    ax.set_xlim(-0.8, len(one) - 0.2)
    if less:
        ax.invert_yaxis()
    finish(
        ax,
        title=tr(
            "{by} {group} is first by {formula}; {n} of {all} intervals reach its own",
            by=by.capitalize(),
            group=best[by],
            formula=tr(NAMES.get(formula, formula)),
            n=int(reach.sum()) - 1,
            all=len(one) - 1,
        ),
        x=tr("{by}, most satisfied first", by=by),
        y=tr(NAMES.get(formula, formula)) + tr(" with its 95 % interval"),
        words=tr(
            "Scores with intervals, from {first:.2f} ({by} {a}) to {last:.2f} ({by} {b}).",
            first=best["score"],
            last=one["score"].iloc[-1],
            by=by,
            a=best[by],
            b=one[by].iloc[-1],
        ),
    )
    return ax


def plot_layers(tables: Mapping[str, pd.DataFrame]):
    """Draw the scores of layers with their intervals, one panel per kind of layers.

    Parameters
    ----------
    tables : title of a panel -> the `.table` of `satisfaction_layers` without groups: `layer`, `score`, `low`, `high`.

    Returns
    -------
    matplotlib Axes of the first panel.

    Raises
    ------
    TypeError or ValueError if a table is no frame, is empty or lacks a column.
    """
    what = "The table of layers"
    for table in tables.values():
        need_columns(need_frame(table, what), ["layer", "score", "low", "high"], what)
    axes = np.atleast_1d(new_axes(len(tables), height=3.2))
    for ax, (title, table) in zip(axes, tables.items(), strict=True):
        places = np.arange(len(table))
        ax.barh(places, table["score"], height=0.6, color=[PALETTE[k % len(PALETTE)] for k in places])
        error = [table["score"] - table["low"], table["high"] - table["score"]]
        ax.errorbar(table["score"], places, xerr=error, fmt="none", ecolor="#1A1A1A", elinewidth=1.5)
        for place, row in zip(places, table.itertuples(), strict=True):
            ax.annotate(f"{row.score:.0f}", (row.high, place), (6, 0), textcoords="offset points", va="center")
        ax.set_yticks(places, table["layer"].astype("str"))
        ax.set(xlim=(0, 100), ylim=(-0.6, len(table) - 0.4))
        ax.grid(visible=False, axis="y")
        finish(
            ax,
            title=tr(
                "{title}: {first} {a:.0f}, {last} {b:.0f}",
                title=title,
                first=table["layer"].iloc[0],
                a=table["score"].iloc[0],
                last=table["layer"].iloc[-1],
                b=table["score"].iloc[-1],
            ),
            x=tr("score (0-100)"),
            y="",
            words=title + ": " + "; ".join(f"{row.layer} {row.score:.0f}" for row in table.itertuples()) + ".",
        )
    return axes[0]


def plot_nonresponse(check: pd.DataFrame, truth: float | None = None, unit: str = ""):
    """Draw a survey's mean by each method with its interval, beside what everybody would have said.

    Parameters
    ----------
    check : from `nonresponse_check`: rows `method`, columns `mean`, `low`, `high`.
    truth : mean had everybody answered, where it is known.
    unit : of the measure, for the axis.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `check` is no frame, is empty or lacks a column.
    """
    what = "The table of methods"
    need_columns(need_frame(check, what), ["method", "mean", "low", "high"], what)
    ax = new_axes(height=2.9)
    places = np.arange(len(check))[::-1]
    for place, row in zip(places, check.itertuples(), strict=True):
        ax.plot([row.low, row.high], [place, place], color=PALETTE[0], linewidth=3, solid_capstyle="butt")
        ax.plot([row.mean], [place], "o", color=PALETTE[0], markersize=8)
        ax.annotate(
            f"{row.mean:.2f}",
            (row.mean, place),
            (0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=11,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    ax.set_yticks(places, check["method"])
    ax.set_ylim(-0.6, len(check) - 0.3)
    ax.grid(visible=False, axis="y")
    ax.margins(x=0.12)
    words = "; ".join(f"{row.method} {row.mean:.2f} ({row.low:.2f} to {row.high:.2f})" for row in check.itertuples())
    first, last = check["mean"].iloc[0], check["mean"].iloc[-1]
    if truth is not None:
        ax.axvline(truth, color=PALETTE[1], linewidth=2, linestyle="--")
        ax.annotate(
            tr("everybody: {truth:.2f}", truth=truth), (truth, -0.55), (6, 0), textcoords="offset points",
            color=PALETTE[1], fontsize=11, va="bottom",
        )  # fmt: skip
        words += "; " + tr("everybody: {truth:.2f}", truth=truth)
    finish(
        ax,
        title=tr("The silent would have moved the mean from {first:.2f} to {last:.2f}", first=first, last=last),
        x=tr("mean") + (f" ({unit})" if unit else ""),
        y="",
        words=words + ".",
    )
    return ax


# --------------------------------------------------------------------------------------------------------------- explorer

_DECIDING = ("gap", "mean_ratio", "ratio_of_means", "ideal_gap")


def formulas_picture(
    expectation: float,
    perception: float,
    ideal: float,
    apart: float,
    *,
    groups: pd.DataFrame,
    tolerance: float = 0.25,
    scale: tuple[float, float] = (1, 7),
) -> dict:
    """Compute what the formulas say of one branch, and how it would rank among the others, as a picture for the shared view.

    The branch has two kinds of customer in equal number: one expects `apart` points more than the mean, one as much less.
    All of them perceive the same.

    Parameters
    ----------
    expectation, perception, ideal : means of the branch, points of the scale.
    apart : how far expectations lie from their mean, points; no more than the scale has room for.
    groups : the other branches, the `.table` of `satisfaction_scores` (columns gap, mean_ratio, ratio_of_means, ideal_gap).
    tolerance : half the zone in which "as expected" counts as satisfied: points for P − E; for a ratio the same zone as a
        share of the expectation.
    scale : lowest and highest answer.

    Returns
    -------
    A picture (see `crmlib.show._picture`): the branch's three means, the share of other branches behind it by each formula,
    and a table of scores, what they say, and ranks.

    Raises
    ------
    TypeError or ValueError if `groups` is no frame, is empty or lacks a column.

    >>> others = pd.DataFrame({"gap": [0.2], "mean_ratio": [1.1], "ratio_of_means": [1.05], "ideal_gap": [1.0]})
    >>> picture = formulas_picture(5, 5, 6.5, 2, groups=others)
    >>> [(one["name"], one["text"]) for one in picture["numbers"][:2]]
    [('P − E', '0.00'), ('P / E, mean of ratios', '1.19')]
    """
    from crmlib.show._picture import axis, bars, number, panel, picture
    from crmlib.show._picture import table as below

    what = "The table of the other branches"
    need_columns(need_frame(groups, what), _DECIDING, what)
    low, high = scale
    room = max(0.0, min(apart, expectation - low, high - expectation))
    scores = {
        "gap": perception - expectation,
        "mean_ratio": (perception / (expectation + room) + perception / (expectation - room)) / 2,
        "ratio_of_means": perception / expectation,
        "ideal_gap": ideal - perception,
    }
    behind, rank, says = {}, {}, {}
    for name, score in scores.items():
        better = groups[name] < score - 1e-9 if name == "ideal_gap" else groups[name] > score + 1e-9
        worse = groups[name] > score + 1e-9 if name == "ideal_gap" else groups[name] < score - 1e-9
        behind[name], rank[name] = 100 * float(worse.mean()), 1 + int(better.sum())
        zone = tolerance if name == "gap" else tolerance / expectation
        away = score - (0 if name == "gap" else 1)
        says[name] = (
            tr("{score:.1f} points short of the ideal", score=score)
            if name == "ideal_gap"
            else tr("delighted")
            if away > zone + 1e-9
            else tr("dissatisfied")
            if away < -zone - 1e-9
            else tr("satisfied")
        )
    names = [tr(NAMES[name]) for name in _DECIDING]
    left = panel(
        tr("Your branch"),
        axis(tr("mean answer"), unit=f"{low:g}-{high:g}", limits=(0, high)),
        axis("", categories=[tr("expectation E"), tr("perception P"), tr("ideal I")]),
        [bars([expectation, perception, ideal])],
        height=260,
    )
    right = panel(
        tr("Of {n} other branches, behind yours", n=len(groups)),
        axis(tr("share"), unit="%", limits=(0, 100)),
        axis("", categories=names),
        [bars(list(behind.values()), colour=2)],
        height=260,
    )
    shown = pd.DataFrame(
        {
            tr("formula"): names,
            tr("score"): [f"{score:.2f}".replace("-", "−") for score in scores.values()],
            tr("says"): list(says.values()),
            tr("rank"): [tr("{rank} of {n}", rank=place, n=len(groups) + 1) for place in rank.values()],
        }
    )
    caption = tr(
        "Half of the customers expect {more:.1f}, half {less:.1f}. Satisfied: within {zone:g} points of the expected",
        more=expectation + room,
        less=expectation - room,
        zone=tolerance,
    )
    places = list(rank.values())
    words = "; ".join(f"{name} {scores[key]:.2f}, {says[key]}, {tr('rank')} {rank[key]}" for key, name in NAMES.items()
                      if key in scores)  # fmt: skip
    return picture(
        left,
        right,
        alt=tr("Expectation {e:.1f}, perception {p:.1f}, ideal {i:.1f}. ", e=expectation, p=perception, i=ideal)
        + words
        + ".",
        numbers=[
            *(number(tr(NAMES[name]), scores[name], decimals=2) for name in _DECIDING),
            number(tr("Best rank"), min(places)),
            number(tr("Worst rank"), max(places)),
        ],
        below=below(shown, caption),
    )


def explore_formulas(groups: pd.DataFrame, start: Sequence[float] = (5.7, 5.6, 6.5, 1.0)):
    """Open the explorer of the three formulas: one branch on sliders among the bank's others.

    Parameters
    ----------
    groups : the other branches, the `.table` of `satisfaction_scores`.
    start : expectation, perception, ideal and how far expectations lie apart, points on 1-7.

    Returns
    -------
    One widget: four sliders, reset button, picture, numbers, table and a sentence that says what changed.

    >>> others = pd.DataFrame({"gap": [0.2], "mean_ratio": [1.1], "ratio_of_means": [1.05], "ideal_gap": [1.0]})
    >>> explore_formulas(others).controls["perception"].description
    'Perception P (1-7)'
    """
    from functools import partial

    from crmlib.show.view import explorer, slider

    need_columns(need_frame(groups, "The table of the other branches"), _DECIDING, "The table of the other branches")
    e, p, i, apart = start
    return explorer(
        {
            "expectation": slider(tr("Expectation E"), 1, 7, e, unit="1-7", step=0.1),
            "perception": slider(tr("Perception P"), 1, 7, p, unit="1-7", step=0.1),
            "ideal": slider(tr("Ideal I"), 1, 7, i, unit="1-7", step=0.1),
            "apart": slider(tr("Expectations differ by ±"), 0, 3, apart, unit=tr("points"), step=0.1),
        },
        partial(formulas_picture, groups=groups),
    )
