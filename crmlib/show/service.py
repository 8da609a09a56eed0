"""Figures and the explorer of lesson 07: gaps, importance and performance, complaints, the control chart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import dates as mdates

from crmlib._frames import listed, need_columns, need_frame
from crmlib.service import QUADRANTS, importance_performance
from crmlib.show._style import PALETTE, finish, new_axes, percent_axis, spread
from crmlib.show._text import tr


def plot_gaps(table: pd.DataFrame):
    """Draw expectation and perception of each dimension, and the gap between.

    Parameters
    ----------
    table : the `.table` of `servqual` for the company as a whole: one row per dimension, columns `dimension`, `expectation`,
        `perception`, `gap` (points of the scale); the overall row is left out.

    Returns
    -------
    matplotlib Axes, largest shortfall on top.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty, lacks a column or holds a dimension twice.

    >>> table = pd.DataFrame({"dimension": ["speed", "care"], "expectation": [5.5, 5.0], "perception": [5.0, 5.1], "gap": [-0.5, 0.1]})
    >>> plot_gaps(table).get_title(loc="left")
    'Speed falls 0.50 points short of what customers expect'
    """

    what = "The table of gaps"
    need_columns(need_frame(table, what), ["dimension", "expectation", "perception", "gap"], what)
    rows = table[table["dimension"] != "overall"].sort_values("gap", ascending=False)
    if rows["dimension"].duplicated().any():
        raise ValueError(f"{what} has a dimension twice. Choose one group first, such as one branch.")
    ax = new_axes(height=3.8)
    places = np.arange(len(rows))
    short = (rows["gap"] < 0).to_numpy()
    ax.hlines(places, rows["perception"], rows["expectation"], linewidth=5, alpha=0.35,
              color=[PALETTE[1] if one else PALETTE[2] for one in short])  # fmt: skip
    ax.plot(rows["expectation"], places, "D", color=PALETTE[4], markersize=9, label=tr("expected"))
    ax.plot(rows["perception"], places, "o", color=PALETTE[0], markersize=10, label=tr("perceived"))
    ends = rows[["expectation", "perception"]].max(axis=1)
    for place, end, gap in zip(places, ends, rows["gap"], strict=True):
        ax.annotate(_signed(gap), (end, place), (12, 0), textcoords="offset points", va="center", fontsize=11)
    low, high = rows[["expectation", "perception"]].min(axis=None), ends.max()
    room = 0.15 * (high - low) or 0.5
    ax.set(ylim=(-0.6, len(rows) - 0.2), xlim=(low - room, high + 2 * room))
    ax.set_yticks(places, rows["dimension"])
    ax.grid(axis="y", visible=False)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), frameon=False, ncols=2)
    worst = rows.iloc[-1]
    title = (
        tr(
            "{name} falls {gap:.2f} points short of what customers expect",
            name=worst["dimension"].capitalize(),
            gap=-worst["gap"],
        )
        if worst["gap"] < 0
        else tr("No dimension falls short of what customers expect")
    )
    words = "; ".join(
        tr("{name}: expected {e:.2f}, perceived {p:.2f}", name=one.dimension, e=one.expectation, p=one.perception)
        for one in rows[::-1].itertuples()
    )
    return finish(ax, title=title, x=tr("mean answer (1-7)"), y="", words=f"{words}.")


def _signed(value: float, decimals: int = 2) -> str:
    return f"{value:+.{decimals}f}".replace("-", "−")


def plot_importance_performance(
    attributes: pd.DataFrame,
    *,
    importance_unit: str = "points of 100",
    performance_unit: str = "0-100",
    rival: str | None = None,
):
    """Draw the grid of importance and performance, with its quadrants and, if there is one, the best rival.

    Parameters
    ----------
    attributes : from `importance_performance` for one group: `attribute`, `importance`, `performance`, `importance_cut`,
        `performance_cut`, `quadrant`.
    importance_unit, performance_unit : written on the axes.
    rival : column with the best rival's performance; drawn as hollow diamonds.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `attributes` is no frame, is empty, lacks a column, or holds several cuts (several groups).
    """

    what = "The grid"
    columns = ["attribute", "importance", "performance", "importance_cut", "performance_cut", "quadrant"]
    need_columns(need_frame(attributes, what), columns + ([rival] if rival else []), what)
    if attributes[["importance_cut", "performance_cut"]].nunique().max() > 1:
        raise ValueError("The grid has more than one pair of cuts. Choose one group first.")
    ax = new_axes(height=4.6)
    across, up = attributes["performance_cut"].iloc[0], attributes["importance_cut"].iloc[0]
    ours = attributes["performance"].to_numpy()
    sides = np.concatenate([ours, attributes[rival] if rival else []])
    width, height = np.ptp(np.append(sides, across)) or 1.0, np.ptp(np.append(attributes["importance"], up)) or 1.0
    ax.set_xlim(min(sides.min(), across) - 0.12 * width, max(sides.max(), across) + 0.32 * width)
    ax.set_ylim(
        min(attributes["importance"].min(), up) - 0.22 * height, max(attributes["importance"].max(), up) + 0.22 * height
    )
    ax.axvline(across, color="#444444", linewidth=1)
    ax.axhline(up, color="#444444", linewidth=1)
    urgent = (attributes["quadrant"] == QUADRANTS[0]).to_numpy()
    heights = attributes["importance"].to_numpy()
    labels = spread(heights, 0.052 * 1.44 * height)
    if rival:
        ax.hlines(heights, ours, attributes[rival], color=PALETTE[4], linewidth=1, alpha=0.6)
        ax.plot(attributes[rival], heights, "D", markerfacecolor="white", markeredgecolor=PALETTE[4], markersize=7)
    ax.plot(ours[~urgent], heights[~urgent], "o", color=PALETTE[0], markersize=9)
    ax.plot(ours[urgent], heights[urgent], "s", color=PALETTE[1], markersize=10)
    ends = np.maximum(ours, attributes[rival]) if rival else ours
    for x, y, name, at in zip(ends, heights, attributes["attribute"], labels, strict=True):
        ax.annotate(name, (x, y), (x + 0.025 * width, at), textcoords="data", va="center", fontsize=11)
    corners = ((0.01, 0.97, 0, "left", "top"), (0.99, 0.97, 1, "right", "top"),
               (0.01, 0.03, 2, "left", "bottom"), (0.99, 0.03, 3, "right", "bottom"))  # fmt: skip
    for x, y, place, side, edge in corners:
        ax.text(
            x,
            y,
            tr(QUADRANTS[place]),
            transform=ax.transAxes,
            ha=side,
            va=edge,
            fontsize=11,
            color="#555555",
            style="italic",
        )
    ax.grid(visible=False)
    names = attributes.loc[urgent, "attribute"].tolist()
    if rival:
        behind = attributes.assign(points=attributes[rival] - attributes["performance"])
        behind = behind[behind["points"] > 0].sort_values("points", ascending=False)
        listing = [f"{row.attribute} by {row.points:.1f}" for row in behind.itertuples()]
        title = (
            tr("The best rival leads in {names} points", names=", ".join(listing))
            if listing
            else tr("No rival is ahead")
        )
    elif names:
        title = tr("Concentrate on {names}", names=", ".join(names))
    else:
        title = tr("Nothing important is done below the cut")
    words = "; ".join(
        f"{tr(name)}: {', '.join(rows['attribute']) or '–'}"
        for name, rows in attributes.groupby("quadrant", observed=False)
    )
    if rival:
        words += tr(". Hollow diamonds: the best rival")
    return finish(
        ax,
        title=title,
        x=tr("performance ({unit})", unit=performance_unit),
        y=tr("importance ({unit})", unit=importance_unit),
        words=f"{words}.",
    )


def plot_class_importance(means: pd.DataFrame, by: str = "class"):
    """Draw how important each attribute is to each class of customer.

    Parameters
    ----------
    means : from `importance_by_class`: columns `by`, `attribute`, `importance`, `low`, `high`.
    by : column of the class.

    Returns
    -------
    matplotlib Axes; attributes in the order of how far the classes part.

    Raises
    ------
    TypeError or ValueError if `means` is no frame, is empty or lacks a column.
    """

    what = "The frame of class means"
    need_columns(need_frame(means, what), [by, "attribute", "importance", "low", "high"], what)
    wide = means.pivot(index="attribute", columns=by, values="importance")
    order = (wide.max(axis=1) - wide.min(axis=1)).sort_values().index
    ax = new_axes(height=4.4)
    markers = "osD^v"
    for place, group in enumerate(wide.columns):
        rows = means[means[by] == group].set_index("attribute").loc[order]
        y = np.arange(len(order)) + 0.16 * (place - (wide.shape[1] - 1) / 2)
        ax.hlines(y, rows["low"], rows["high"], color=PALETTE[place], linewidth=2)
        ax.plot(rows["importance"], y, markers[place], color=PALETTE[place], markersize=8, label=str(group))
    ax.set_yticks(np.arange(len(order)), order)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), frameon=False, ncols=wide.shape[1])
    apart = order[-1]
    low, high = wide.loc[apart].idxmin(), wide.loc[apart].idxmax()
    words = "; ".join(
        f"{name}: " + ", ".join(f"{group} {wide.loc[name, group]:.1f}" for group in wide) for name in order[::-1]
    )
    return finish(
        ax,
        title=tr("{name}: {a:.1f} to {high} customers, {b:.1f} to {low} ones", name=str(apart).capitalize(),
                 a=wide.loc[apart, high], b=wide.loc[apart, low], high=high, low=low),
        x=tr("stated importance (1-7), with 95 % interval"),
        y="",
        words=f"{words}.",
    )  # fmt: skip


def plot_funnel(table: pd.DataFrame):
    """Draw the complaint funnel: of all problems, how many reach each stage.

    Parameters
    ----------
    table : the `.table` of `complaint_funnel` without groups: `stage`, `problems`, `of_stage_before`, `of_all`.

    Returns
    -------
    matplotlib Axes. The stage "stayed" has a second, pale bar for those resolved whose stay is not known.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty, lacks a column or holds a stage twice.
    """

    what = "The table of the funnel"
    need_columns(need_frame(table, what), ["stage", "problems", "of_stage_before", "of_all"], what)
    if table["stage"].duplicated().any():
        raise ValueError(f"{what} has a stage twice. Choose one group first, such as one branch.")
    ax = new_axes(height=3.6)
    places = np.arange(len(table))[::-1]
    ax.barh(places, table["of_all"], color=PALETTE[0], height=0.7)
    for place, row in zip(places, table.itertuples(), strict=True):
        before = (
            ""
            if np.isnan(row.of_stage_before)
            else tr(": {share:.0f} % of those above", share=100 * row.of_stage_before)
        )
        end, unknown = row.of_all, 0
        if row.stage == "stayed":
            known = round(row.problems / row.of_stage_before) if row.problems else 0
            unknown = int(table.set_index("stage").loc["resolved", "problems"]) - known
            ax.barh(place, unknown / table["problems"].iloc[0], left=end, color=PALETTE[0],
                    alpha=0.25, height=0.7)  # fmt: skip
            end += unknown / table["problems"].iloc[0]
            before = tr(
                ": {share:.0f} % of the {known:,} known; {left:,} left, {unknown:,} not known",
                share=100 * row.of_stage_before, known=known, left=known - row.problems, unknown=unknown,
            )  # fmt: skip
        text = f"{row.problems:,}{before}"
        inside = end > 0.5
        ax.annotate(text, (end, place), (-8 if inside else 8, 0), textcoords="offset points", va="center",
                    ha="right" if inside else "left", color="white" if inside else "#1A1A1A", fontsize=11)  # fmt: skip
    ax.set_yticks(places, [tr(str(stage)) for stage in table["stage"]])
    ax.set_xlim(0, 1)
    ax.grid(axis="y", visible=False)
    voiced = table.set_index("stage").loc["voiced"]
    words = "; ".join(f"{row.stage} {row.problems:,} ({100 * row.of_all:.0f} %)" for row in table.itertuples())
    finish(
        ax,
        title=tr("Of 100 problems the bank hears of {heard:.0f}", heard=100 * voiced["of_all"]),
        x=tr("share of all problems"),
        y="",
        words=f"{words}.",
    )
    return percent_axis(ax, "x")


def plot_complaints_churn(record: pd.DataFrame, roads: pd.DataFrame | None = None, by: str = "branch"):
    """Draw complaint rate against churn, branch by branch; branches without complaints by their road to zero.

    Parameters
    ----------
    record : from `branch_record`.
    roads : from `zero_complaint_roads`; None: only the dots.
    by : column of the branch in both.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if a frame is none, is empty or lacks a column.
    """

    what = "The record of branches"
    need_columns(need_frame(record, what), [by, "complaint_rate", "churn"], what)
    ax = new_axes(height=4.4)
    zero = roads[[by, "road"]].merge(record, on=by) if roads is not None and len(roads) else record.iloc[:0]
    others = record[~record[by].isin(zero[by])]
    ax.plot(others["complaint_rate"], others["churn"], "o", color=PALETTE[4], markersize=7, alpha=0.8)
    markers = {
        "not spoken": ("s", 1),
        "not noticed": ("^", 3),
        "solved": ("D", 2),
        "nothing wrong": ("v", 0),
        "too few to tell": ("P", 0),
    }
    top, bottom = record["churn"].max(), record["churn"].min()
    heights = spread(zero["churn"], 0.05 * (top - bottom)) if len(zero) else []
    right = max(record["complaint_rate"].max(), 0.01)
    # a marker that would cover the one below it stands beside it
    steps: dict[int, int] = {}
    order = zero["churn"].sort_values().index.tolist()
    for place, row in enumerate(order):
        near = place > 0 and zero["churn"][row] - zero["churn"][order[place - 1]] < 0.03 * (top - bottom)
        steps[row] = steps[order[place - 1]] + 1 if near else 0
    beside = (0.025 + 0.022 * max(steps.values(), default=0)) * right
    for row, height in zip(zero.itertuples(), heights, strict=True):
        marker, colour = markers[row.road]
        x = row.complaint_rate + 0.022 * right * steps[row.Index]
        ax.plot([x], [row.churn], marker, color=PALETTE[colour], markersize=9, markeredgecolor="white")
        name = tr("{by} {which}: {road}", by=tr(by), which=getattr(row, by), road=tr(row.road))
        ax.annotate(name, (x, row.churn), (row.complaint_rate + beside, height), textcoords="data",
                    va="center", fontsize=11, color=PALETTE[colour])  # fmt: skip
    ax.set_xlim(-0.03 * right, 1.06 * right)
    together = record["complaint_rate"].corr(record["churn"])
    worst = record.sort_values("churn")[by].iloc[-1]
    silent = len(zero) and worst in set(zero[by])
    title = (
        tr("The branch that loses most has no complaints") if silent else tr("Complaints and churn, branch by branch")
    )
    words = tr("Scatter of {n} branches; correlation {r:.2f}. ", n=len(record), r=together)
    words += "; ".join(f"{by} {getattr(row, by)} ({row.road}) {100 * row.churn:.1f} %" for row in zero.itertuples())
    finish(
        ax,
        title=title,
        x=tr("complaints per customer and year"),
        y=tr("churn by own choice, per year"),
        words=words + ".",
    )
    return percent_axis(ax)


def plot_control(points: pd.DataFrame):
    """Draw a control chart: months, centre, limits, and the months that signal.

    Parameters
    ----------
    points : the `.points` of `control_chart`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `points` is no frame, is empty or lacks a column.
    """

    what = "The frame of points"
    need_columns(need_frame(points, what), ["time", "value", "centre", "low", "high", "in_baseline", "signal"], what)
    ax = new_axes()
    ax.plot(points["time"], points["centre"], color="#444444", linewidth=1)
    for edge in ("low", "high"):
        ax.step(points["time"], points[edge], where="mid", color=PALETTE[4], linestyle="--", linewidth=1.2)
    ax.plot(points["time"], points["value"], "o-", color=PALETTE[0], linewidth=1.5, markersize=5)
    flagged = points[points["signal"] != ""]
    ax.plot(flagged["time"], flagged["value"], "s", color=PALETTE[1], markersize=9)
    for row in flagged.itertuples():
        near = (flagged["time"] - row.time).dt.days  # neighbours write to the left and to the right
        side = "right" if near.between(1, 62).any() else "left" if near.between(-62, -1).any() else "center"
        shift = {"right": 4, "left": -4, "center": 0}[side]
        ax.annotate(row.time.strftime("%b %Y"), (row.time, row.value), (shift, -17 if row.value < row.centre else 9),
                    textcoords="offset points", ha=side, fontsize=10, color=PALETTE[1])  # fmt: skip
    later = points.loc[~points["in_baseline"], "time"]
    if len(later):
        ax.axvline(later.iloc[0] - pd.Timedelta(days=15), color="#444444", linewidth=1, linestyle=":")
        ax.annotate(tr("limits are from before this line"), (later.iloc[0], points["high"].max()), (-8, 8), ha="right",
                    textcoords="offset points", fontsize=10, color="#444444")  # fmt: skip
    span = points["high"].max() - points["low"].min()
    lowest, highest = points[["value", "low"]].min(axis=None), points[["value", "high"]].max(axis=None)
    ax.set_ylim(lowest - 0.14 * span, highest + 0.16 * span)
    ax.xaxis.set_major_locator(mdates.MonthLocator(bymonth=(1, 7)))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
    months = "; ".join(f"{row.time:%B %Y} {row.value:.1f} ({row.signal})" for row in flagged.itertuples())
    words = tr("{n} months, centre {centre:.1f}. Signals: ", n=len(points), centre=points["centre"].iloc[0]) + (
        months or tr("none")
    )
    return finish(
        ax,
        title=tr("{n} of {all} months lie outside the limits", n=len(flagged), all=len(points)),
        x=tr("month"),
        y=tr("mean satisfaction (0-100)"),
        words=f"{words}.",
    )


def importance_picture(
    who: str,
    importance_cut: float,
    performance_cut: float,
    attributes: pd.DataFrame,
    limits: Mapping[str, tuple[float, float]],
) -> dict:
    """Compute the grid of importance and performance for one company or class and one pair of cuts, for the shared view.

    Parameters
    ----------
    who : the group, as written in column `group`.
    importance_cut : points of 100; performance_cut : points, 0 to 100.
    attributes : one row per group and attribute: `group`, `attribute`, `importance` (points of 100), `performance` (0-100), and
        `rival` (best rival's performance, empty where none was asked).
    limits : lowest and highest value of the two axes, under "importance" and "performance".

    Returns
    -------
    A picture (see `crmlib.show._picture`): the grid, a count per quadrant, a table of verdicts.

    Raises
    ------
    ValueError : no such group.
    """
    from crmlib.show._picture import axis, cut, number, panel, picture, points, table

    rows = attributes[attributes["group"] == who].reset_index(drop=True)
    if rows.empty:
        raise ValueError(f"There is no group {who!r}. There are {listed(attributes['group'].unique())}.")
    found = importance_performance(rows, importance_cut=importance_cut, performance_cut=performance_cut)
    verdict = found["quadrant"].astype(str)
    urgent = np.flatnonzero(verdict == QUADRANTS[0])
    marks = [
        points([one.performance], [one.importance], name=one.attribute, colour=place % 5, strong=[0] if place in urgent else [],
               texts=[f"{one.attribute}: {one.importance:.0f} / {one.performance:.0f}"])
        for place, one in enumerate(found.itertuples())
    ]  # fmt: skip
    rival = found["rival"].dropna() if "rival" in found else pd.Series(dtype=float)
    if len(rival):
        marks.append(
            points(rival, found.loc[rival.index, "importance"], name=tr("best rival"), colour=4,
                   texts=[tr("best rival, {name}", name=name) for name in found.loc[rival.index, "attribute"]])
        )  # fmt: skip
    grid = panel(
        who,
        axis(tr("performance"), unit="0-100", limits=limits["performance"]),
        axis(tr("importance"), unit=tr("points of 100"), limits=limits["importance"]),
        marks,
        cuts=[cut(performance_cut, tr("good enough")), cut(importance_cut, tr("important"), across="y")],
        height=340,
    )
    shown = found.sort_values(["quadrant", "importance"], ascending=[True, False])
    columns = {
        tr("attribute"): shown["attribute"],
        tr("importance"): shown["importance"].map("{:.0f}".format),
        tr("performance"): shown["performance"].map("{:.0f}".format),
    }
    if len(rival):
        columns[tr("lead on the best rival")] = (shown["performance"] - shown["rival"]).map(lambda one: _signed(one, 0))
    columns[tr("verdict")] = shown["quadrant"].map(lambda one: tr(str(one)))
    names = "; ".join(f"{tr(name)}: {', '.join(found.loc[verdict == name, 'attribute']) or '–'}" for name in QUADRANTS)
    return picture(
        grid,
        alt=f"{who}. {names}.",
        numbers=[number(tr(name).capitalize(), int((verdict == name).sum())) for name in QUADRANTS],
        below=table(pd.DataFrame(columns)),
    )


def explore_importance(attributes: pd.DataFrame):
    """Open the explorer of lesson 07: choose a company or class, move the two cuts, read the verdicts.

    Parameters
    ----------
    attributes : as for `importance_picture`.

    Returns
    -------
    One widget: a list, two sliders, reset button, grid, numbers, table and a sentence that says what changed.

    Raises
    ------
    TypeError or ValueError if `attributes` is no frame, is empty or lacks a column.
    """
    from functools import partial

    from crmlib.show.view import choice, explorer, slider

    what = "The frame of attributes"
    need_columns(need_frame(attributes, what), ["group", "attribute", "importance", "performance"], what)
    sides = attributes[[name for name in ("performance", "rival") if name in attributes]]
    low, high = np.floor(np.nanmin(sides)) - 2, np.ceil(np.nanmax(sides)) + 2
    top = np.ceil(attributes["importance"].max()) + 3
    groups = attributes["group"].drop_duplicates().tolist()
    first = attributes[attributes["group"] == groups[0]]
    limits = {"importance": (0.0, float(top)), "performance": (float(low), float(high))}
    controls = {
        "who": choice(tr("Whose customers"), [(name, name) for name in groups], start=groups[0]),
        "importance_cut": slider(
            tr("Important from"), 0, top, round(first["importance"].mean()), unit=tr("points of 100")
        ),
        "performance_cut": slider(tr("Good enough from"), low, high, round(first["performance"].mean()), unit="0-100"),
    }
    return explorer(controls, partial(importance_picture, attributes=attributes, limits=limits))
