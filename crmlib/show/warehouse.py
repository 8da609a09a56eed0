"""Figures and the explorer of building CRM: the star, what roles see, who stands out, how many people answer by hour."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame
from crmlib.show._style import PALETTE, finish, new_axes, percent_axis
from crmlib.show._text import tr

GREY = "#444444"
_STAFF = ["hour", "calls", "load", "by_load", "agents", "service_level", "level_by_load"]


def plot_star(tables: pd.DataFrame):
    """Draw a star schema: its dimensions in the middle, its facts around them, each with its grain and rows.

    Parameters
    ----------
    tables : the `.tables` of a warehouse: `table` (dim_... or fact_...), `grain`, `rows`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `tables` is no frame, is empty, lacks a column, or has no dimension or no fact.

    >>> tables = pd.DataFrame({"table": ["dim_date", "fact_month"], "grain": ["a day", "a customer and month"], "rows": [365, 9000]})
    >>> plot_star(tables).get_title(loc="left")
    'A star: 1 fact around 1 dimension'
    """
    what = "The table of tables"
    need_columns(need_frame(tables, what), ["table", "grain", "rows"], what)
    dims = tables[tables["table"].str.startswith("dim_")]
    facts = tables[tables["table"].str.startswith("fact_")]
    if dims.empty or facts.empty:
        raise ValueError(
            f"{what} needs at least one table dim_... and one fact_..., but has {len(dims)} and {len(facts)}."
        )
    ax = new_axes(height=4.6)
    ax.axis("off")
    ax.set(xlim=(-1, 1), ylim=(-1, 1))
    middle = [(0, y) for y in np.linspace(0.62, -0.62, len(dims))] if len(dims) > 1 else [(0, 0)]
    left = int(np.ceil(len(facts) / 2))
    around = [(-0.72, y) for y in _heights(left)] + [(0.72, y) for y in _heights(len(facts) - left)]
    for place in around:
        for centre in middle:
            ax.plot([place[0], centre[0]], [place[1], centre[1]], color="#CFCFCF", linewidth=1, zorder=1)
    for frame, places, colour in ((dims, middle, PALETTE[0]), (facts, around, PALETTE[1])):
        for row, (x, y) in zip(frame.itertuples(), places, strict=True):
            ax.text(
                x, y, f"{row.table}\n{tr(row.grain)}\n{row.rows:,}", ha="center", va="center", fontsize=10, zorder=2, color="#1A1A1A",
                bbox={"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": colour, "linewidth": 2},
            )  # fmt: skip
    return finish(
        ax,
        title=tr("A star: {f} around {d}", f=_count(len(facts), "fact"), d=_count(len(dims), "dimension")),
        x="",
        y="",
        words=tr("Dimensions in the middle, facts around them, with what one row is, and rows: ")
        + "; ".join(f"{row.table}, {tr(row.grain)}, {row.rows:,}" for row in tables.itertuples())
        + ".",
    )


def _heights(count: int) -> np.ndarray:
    return np.linspace(0.82, -0.82, count) if count > 1 else np.zeros(count)


def _count(number: int, name: str) -> str:
    return f"{number} {tr(name)}" if number == 1 else f"{number} {tr(name + 's')}"


def plot_roles(seen: pd.DataFrame):
    """Draw what each role sees: a grid of columns by roles, plain or as pseudonym.

    Parameters
    ----------
    seen : from `visible`: index `table`, `column`; one column per role with "plain", "pseudonym" or "".

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `seen` is no frame, is empty, or holds another word.

    >>> cells = pd.MultiIndex.from_tuples([("dim_customer", "customer"), ("fact_year", "profit")], names=["table", "column"])
    >>> seen = pd.DataFrame({"adviser": ["plain", ""], "analyst": ["pseudonym", "plain"]}, index=cells)
    >>> plot_roles(seen).get_title(loc="left")
    'A role sees everything: 1 to 2 of 2 columns'
    """
    need_frame(seen, "The table of what roles see")
    odd = sorted(set(seen.to_numpy().ravel()) - {"plain", "pseudonym", ""})
    if odd:
        raise ValueError(f"The table of what roles see may say plain, pseudonym or nothing, but it says {odd[0]!r}.")
    ax = new_axes(height=0.24 * len(seen) + 1.4)
    for word, colour, marker in (("plain", PALETTE[0], "s"), ("pseudonym", PALETTE[1], "D")):
        rows, columns = np.nonzero((seen == word).to_numpy())
        ax.plot(columns, rows, marker, color=colour, markersize=9, linestyle="none", label=tr(word))
    ax.set_xlim(-0.5, seen.shape[1] - 0.5)
    ax.set_ylim(len(seen) - 0.5, -0.5)
    ax.set_xticks(range(seen.shape[1]), [tr(role).replace(" ", "\n") for role in seen.columns])
    ax.set_yticks(range(len(seen)), [f"{table} · {column}" for table, column in seen.index], fontsize=10)
    starts = np.flatnonzero(np.append(False, seen.index.get_level_values(0)[1:] != seen.index.get_level_values(0)[:-1]))
    for start in starts:
        ax.axhline(start - 0.5, color="#BBBBBB", linewidth=1)
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.1), ncols=2, frameon=False)
    counts = (seen != "").sum()
    everything = tr("No role sees everything") if counts.max() < len(seen) else tr("A role sees everything")
    finish(
        ax,
        title=tr(
            "{all}: {low} to {high} of {n} columns", all=everything, low=counts.min(), high=counts.max(), n=len(seen)
        ),
        x="",
        y="",
        words=tr("Columns that each role sees: ")
        + "; ".join(
            f"{role} {count}" + (tr(" (with pseudonyms)") if (seen[role] == "pseudonym").any() else "")
            for role, count in counts.items()
        )
        + ".",
    )
    return ax


def plot_standing_out(table: pd.DataFrame, *, k: int = 5):
    """Draw how many people stand out as more columns are known.

    Parameters
    ----------
    table : from `standing_out`: `columns`, `unique`, `share_below_k`.
    k : as given to `standing_out`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.

    >>> table = pd.DataFrame({"columns": ["kind", "kind, born"], "unique": [0, 40], "share_below_k": [0.0, 0.5]})
    >>> plot_standing_out(table).get_title(loc="left")
    'No name, and yet 50 % stand out (with born)'
    """
    what = "The table of who stands out"
    need_columns(need_frame(table, what), ["columns", "unique", "share_below_k"], what)
    ax = new_axes(height=0.5 * len(table) + 1.6)
    at = np.arange(len(table))[::-1]
    ax.barh(at, table["share_below_k"], color=PALETTE[1], height=0.6)
    last = [text.split(", ")[-1] for text in table["columns"]]
    names = [tr(name) if place == 0 else f"+ {tr(name)}" for place, name in enumerate(last)]
    ax.set_yticks(at, names)
    for y, row in zip(at, table.itertuples(), strict=True):
        inside = row.share_below_k > 0.8
        ax.annotate(
            tr("{share:.1f} %, {n:,} alone", share=100 * row.share_below_k, n=row.unique), (row.share_below_k, y),
            (-6 if inside else 6, 0), textcoords="offset points", va="center", ha="right" if inside else "left",
            color="white" if inside else GREY, fontsize=11,
        )  # fmt: skip
    ax.set_xlim(0, 1)
    ax.grid(axis="y", visible=False)
    finish(
        ax,
        title=tr(
            "No name, and yet {share:.0f} % stand out (with {last})",
            share=100 * table["share_below_k"].iloc[-1],
            last=tr(last[-1]),
        ),
        x=tr("people in groups smaller than {k}", k=k),
        y=tr("what an outsider knows"),
        words=tr("Bars. Known so far, share in small groups, people alone: ")
        + "; ".join(f"{row.columns}: {100 * row.share_below_k:.1f} %, {row.unique:,}" for row in table.itertuples())
        + ".",
    )
    return percent_axis(ax, "x")


def plot_staffing(staff: pd.DataFrame, *, target: float = 0.8, seconds: float = 20):
    """Draw, by hour, the agents needed and what the service level would be if one only divided the work.

    Parameters
    ----------
    staff : from `staff_by_hour`: `hour`, `calls`, `load`, `by_load`, `agents`, `service_level`, `level_by_load`.
    target, seconds : as given to `staff_by_hour`.

    Returns
    -------
    matplotlib Axes of the left panel.

    Raises
    ------
    TypeError or ValueError if `staff` is no frame, is empty or lacks a column.
    """
    what = "The table of staff by hour"
    need_columns(need_frame(staff, what), _STAFF, what)
    left, right = new_axes(2, height=3.8)
    hours = staff["hour"]
    left.bar(hours, staff["agents"], color=PALETTE[0], width=0.8, label=tr("needed"))
    left.step(
        np.append(hours - 0.5, hours.iloc[-1] + 0.5), np.append(staff["by_load"], staff["by_load"].iloc[-1]), where="post",
        color=PALETTE[1], linewidth=2.4, linestyle="--", label=tr("work divided"),
    )  # fmt: skip
    left.set_ylim(0, 1.35 * staff["agents"].max())
    left.yaxis.get_major_locator().set_params(integer=True)
    left.legend(loc="upper right", frameon=False, ncols=2)
    right.plot(hours, staff["service_level"], "o-", color=PALETTE[0], linewidth=2)
    right.plot(hours, staff["level_by_load"], "s--", color=PALETTE[1], linewidth=2)
    right.axhline(target, color=GREY, linewidth=1.2, linestyle=":")
    # beside the panel: inside, a marker may stand in the way
    right.annotate(
        tr("target"), (1, target), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points", va="center", fontsize=10,
        color=GREY,
    )  # fmt: skip
    right.set_ylim(0, 1.02)
    for ax in (left, right):
        ax.xaxis.get_major_locator().set_params(integer=True)
    short = int((staff["level_by_load"] < target).sum())
    finish(
        left,
        title=tr("{n} agent-hours a day", n=int(staff["agents"].sum())),
        x=tr("hour of the day"),
        y=tr("agents"),
        words=tr(
            "Left: agents by hour; {n} agent-hours a day meet the target, dividing the work gives {m}.", n=int(staff["agents"].sum()),
            m=int(staff["by_load"].sum()),
        ),
    )  # fmt: skip
    finish(
        right,
        title=tr("Divided work misses it in {n} hours", n=short),
        x=tr("hour of the day"),
        y=tr("answered within {s:g} seconds", s=seconds),
        words=tr(
            "Right: share answered in time, lowest hour {a:.0f} % with the agents needed, {b:.0f} % if the work is only divided.",
            a=100 * staff["service_level"].min(), b=100 * staff["level_by_load"].min(),
        ),
    )  # fmt: skip
    percent_axis(right)
    return left


def staffing_picture(arrivals: pd.DataFrame, target: float, seconds: float, times: float, wage: float = 45) -> dict:
    """Compute what the explorer "staff by hour" shows, as a picture for the shared view.

    Parameters
    ----------
    arrivals : from `arrivals_by_hour`.
    target : per cent of the calls to be answered within `seconds`.
    times : size of the company, against that of `arrivals`.
    wage : cost of one agent's hour, in yuan.

    Returns
    -------
    A picture (see `crmlib.show._picture`): agents by hour, and how busy they are.

    >>> day = pd.DataFrame({"hour": [10, 11], "per_day": [20.0, 30.0], "minutes": [6.0, 6.0]})
    >>> [one["text"] for one in staffing_picture(day, 80, 20, 1)["numbers"]]
    ['50.0', '10', '¥9.0', '50 %', '6']
    """
    from crmlib.show._picture import axis, bars, number, panel, picture
    from crmlib.warehouse import staff_by_hour

    staff = staff_by_hour(arrivals, target=target / 100, seconds=seconds, times=times, wage=wage)
    total, calls = int(staff["agents"].sum()), staff["calls"].sum()
    busy = 100 * staff["load"].sum() / total
    left = panel(
        tr("Agents by hour"),
        axis(tr("hour of the day"), categories=staff["hour"]),
        axis(tr("agents")),
        [
            bars(staff["agents"], name=tr("needed")),
            bars(staff["by_load"], name=tr("work divided"), colour=1),
        ],
    )
    right = panel(
        tr("How busy they are"),
        axis(tr("hour of the day"), categories=staff["hour"]),
        axis(tr("time on the phone"), unit="%", limits=(0, 100)),
        [bars(100 * staff["occupancy"], colour=2)],
    )
    words = tr(
        "{calls:,.0f} calls a day, {target:.0f} % or more answered within {seconds:.0f} seconds: {total:,} agent-hours, busy {busy:.0f} %.",
        calls=calls, target=target, seconds=seconds, total=total, busy=busy,
    )  # fmt: skip
    return picture(
        left,
        right,
        alt=words,
        numbers=[
            number(tr("Calls a day"), calls, decimals=1),
            number(tr("Agent-hours a day"), total),
            number(tr("Cost of a call"), total * wage / calls, unit="¥", decimals=1),
            number(tr("Busy"), busy, unit="%"),
            number(tr("Most agents in an hour"), int(staff["agents"].max())),
        ],
    )


def explore_staffing(arrivals: pd.DataFrame, *, wage: float = 45):
    """Open the explorer "staff by hour": service level, waiting time and size of the company.

    Parameters
    ----------
    arrivals, wage : as for `staffing_picture`.

    Returns
    -------
    One widget: sliders, reset button, picture, numbers and a sentence that says what changed.
    """
    from crmlib.show.view import explorer, slider, steps

    sizes = [1, 2, 5, 10, 20, 50]
    return explorer(
        {
            "target": slider(tr("Answered in time"), 50, 95, 80, unit="%", step=5),
            "seconds": slider(tr("In time means within"), 0, 120, 20, unit=tr("seconds"), step=10),
            "times": steps(tr("Size of the bank"), [(f"× {size}", size) for size in sizes], 1),
        },
        partial(staffing_picture, arrivals, wage=wage),
    )
