"""Figures and the explorer of lesson 00: who satisfies, who keeps, and what happens when a market opens."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame
from crmlib.show._text import tr

MONTHS = pd.date_range("2023-01-01", periods=36, freq="MS")


def kept_share(people: pd.DataFrame) -> pd.DataFrame:
    """Follow the customers of January 2023: the share that has not left by own choice, at the end of each month.

    Parameters
    ----------
    people : one row per customer, columns `group` (text), `joined`, `left` (dates; `left` empty for who stayed) and
        `own_choice` (True for who left by own decision: moving house or dying is not one).

    Returns
    -------
    One row per month (index `month`, 36 rows), one column per group in the order of first appearance: share kept, 0 to 1.

    Raises
    ------
    TypeError or ValueError if `people` is no table, is empty, lacks a column, or nobody in a group joined before 2023.

    >>> people = pd.DataFrame({"group": ["A", "A"], "joined": ["2020-05-01", "2021-01-01"],
    ...                        "left": [None, "2023-02-10"], "own_choice": [False, True]})
    >>> kept_share(people)["A"].head(3).tolist()
    [1.0, 0.5, 0.5]
    """
    need_frame(people, "The table of customers")
    need_columns(people, ["group", "joined", "left", "own_choice"], "The table of customers")
    there = people[pd.to_datetime(people["joined"]) < MONTHS[0]].reset_index(drop=True)
    groups = people["group"].drop_duplicates().tolist()
    empty = [group for group in groups if not (there["group"] == group).any()]
    if empty:
        raise ValueError(
            f"Nobody in the group {empty[0]!r} joined before 2023, so there is nobody to follow. Leave it out."
        )
    left = pd.to_datetime(there["left"])
    own = there[there["own_choice"].astype(bool) & left.notna()]
    month = left[own.index].dt.to_period("M").dt.to_timestamp()
    leavers = pd.crosstab(month, own["group"]).reindex(index=MONTHS, columns=groups, fill_value=0)
    kept = 1 - leavers.cumsum() / there["group"].value_counts()[groups]
    return kept[groups].rename_axis(index="month", columns=None)


def plot_kept(kept: pd.DataFrame, opened: Mapping[str, pd.Timestamp]):
    """Draw the share kept of each group over 36 months, with the months in which markets opened.

    Parameters
    ----------
    kept : from `kept_share`.
    opened : name of what opened -> month.

    Returns
    -------
    matplotlib Axes.
    """
    from matplotlib import dates as mdates

    from crmlib.show._style import DASHES, PALETTE, finish, label_ends, new_axes, percent_axis

    ax = new_axes()
    ends = kept.index + pd.offsets.MonthEnd()  # a share is that of a month's end, a market opens on its first day
    for place, group in enumerate(kept.columns):
        ax.plot(ends, kept[group], color=PALETTE[place], linestyle=DASHES[place], linewidth=2.2, label=group)
    low = 0.05 * np.floor(20 * kept.to_numpy().min()) - 0.05
    ax.set_ylim(low, 1.02)
    for name, month in opened.items():
        ax.axvline(month, color="#6E6E6E", linewidth=1, linestyle=":")
        ax.annotate(name, (month, low), xytext=(5, 6), textcoords="offset points", fontsize=10, color="#444444")
    ax.xaxis.set_major_locator(mdates.MonthLocator(bymonth=(1, 7)))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
    label_ends(ax)
    last = kept.iloc[-1]
    finish(
        ax,
        title=tr("Where nobody can leave, nobody leaves: until the market opens"),
        x=tr("month"),
        y=tr("kept of January 2023's customers"),
        words=tr("Lines over 36 months. Kept at the end: ")
        + "; ".join(f"{g} {100 * last[g]:.0f} %" for g in kept)
        + ".",
    )
    return percent_axis(ax)


def welcome_picture(
    month: int, kept: pd.DataFrame, satisfaction: pd.DataFrame, opened: Mapping[str, pd.Timestamp]
) -> dict:
    """Compute what the explorer shows in one month, as a picture for the shared view.

    Parameters
    ----------
    month : 1 to 36.
    kept : from `kept_share`.
    satisfaction : one row per month (the index of `kept`), one column per group of `kept`: mean score, 0 to 100.
    opened : name of what opened -> month.

    Returns
    -------
    A picture (see `crmlib.show._picture`): satisfaction as bars, shares kept as curves up to the month.
    """
    from crmlib.show._picture import axis, bars, curve, cut, number, panel, picture

    groups = list(kept.columns)
    score = satisfaction.iloc[month - 1][groups]
    share = 100 * kept.iloc[month - 1]
    when = kept.index[month - 1].strftime("%b %Y")
    low = 5 * np.floor(20 * kept.to_numpy().min())
    x = np.arange(1, month + 1)
    left = panel(
        tr("Satisfaction up to {when}", when=when),
        axis(tr("mean answer"), unit="0-100", limits=(0, 100)),
        axis("", categories=groups),
        [bars(score)],
    )
    right = panel(
        tr("Kept since January 2023"),
        axis(tr("month"), limits=(1, 36), ticks=[(1, "Jan 2023"), (13, "Jan 2024"), (25, "Jan 2025"), (36, "Dec")]),
        axis(tr("not left by own choice"), unit="%", limits=(low, 101)),
        [curve(x, 100 * kept[group].iloc[:month], name=group, colour=place) for place, group in enumerate(groups)],
        cuts=[cut(list(kept.index).index(at), name) for name, at in opened.items()],  # the end of the month before
    )
    words = "; ".join(f"{g}: {tr('satisfaction')} {score[g]:.0f}, {tr('kept')} {share[g]:.1f} %" for g in groups)
    return picture(
        left,
        right,
        alt=f"{when}. {words}.",
        numbers=[number(group, share[group], unit="%", decimals=1, colour=place) for place, group in enumerate(groups)],
    )


def explore_welcome(kept: pd.DataFrame, satisfaction: pd.DataFrame, opened: Mapping[str, pd.Timestamp]):
    """Open the explorer of lesson 00: a slider through 36 months of both companies.

    Parameters
    ----------
    kept, satisfaction, opened : as for `welcome_picture`.

    Returns
    -------
    One widget: slider, reset button, picture, numbers and a sentence that says what changed.
    """
    from functools import partial

    from crmlib.show.view import explorer, steps

    options = [(at.strftime("%b %Y"), place) for place, at in enumerate(kept.index, start=1)]
    return explorer(
        {"month": steps(tr("Month"), options, start=12)},
        partial(welcome_picture, kept=kept, satisfaction=satisfaction, opened=opened),
    )
