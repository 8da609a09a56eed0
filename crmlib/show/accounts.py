"""Figures and the explorer of key accounts: month-end deposits, rate deals, lists judged a year later, potential, a programme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame
from crmlib.show._style import PALETTE, finish, money_scale, money_text, new_axes, percent_axis
from crmlib.show._text import tr

MOST_POINTS = 1_000
YOURS = "your score"


def plot_month_end(lift: pd.DataFrame):
    """Draw by how much each manager's deposits at month end exceed those of the other days.

    Parameters
    ----------
    lift : from `month_end_lift`: columns `lift`, `low`, `high` (shares), `flagged`, one row per manager.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `lift` is no frame, is empty or lacks a column.
    """
    what = "The table of managers"
    need_columns(need_frame(lift, what), ["lift", "low", "high", "flagged"], what)
    shown = lift.sort_values("lift", kind="stable").reset_index(drop=True)
    ax = new_axes(height=3.6)
    for flagged, colour, marker, name in (
        (False, PALETTE[0], "o", tr("other managers")),
        (True, PALETTE[1], "s", tr("flagged managers")),
    ):
        these = shown[shown["flagged"] == flagged]
        if these.empty:
            continue
        reach = [these["lift"] - these["low"], these["high"] - these["lift"]]
        ax.errorbar(
            these.index + 1, these["lift"], yerr=reach, fmt=marker, markersize=6, color=colour, elinewidth=1.2, label=name
        )  # fmt: skip
        ax.annotate(
            name,
            (these.index[len(these) // 2] + 1, these["lift"].max()),
            (0, 12),
            textcoords="offset points",
            ha="center",
            color=colour,
            fontsize=11,
        )
    ax.axhline(0, color="#444444", linewidth=1)
    low, high = min(0.0, shown["low"].min()), max(0.0, shown["high"].max())
    ax.set_ylim(low - 0.05 * (high - low), high + 0.3 * (high - low))
    percent_axis(ax)
    many, all_ = int(shown["flagged"].sum()), len(shown)
    mean = shown.loc[shown["flagged"], "lift"].mean() if many else 0.0
    title = tr("No manager has more at month end than on other days")
    if many:
        title = tr(
            "{many} of {all} managers: {mean:.0f} % more deposits on the last day", many=many, all=all_, mean=100 * mean
        )
    rest = shown.loc[~shown["flagged"], "lift"]
    told = (
        ""
        if rest.empty
        else tr(" The others lie between {a:.1f} and {b:.1f} %.", a=100 * rest.min(), b=100 * rest.max())
    )
    return finish(
        ax,
        title=title,
        x=tr("managers, from the smallest lift to the largest"),
        y=tr("month end over all days (%)"),
        words=tr(
            "One point per manager with a 95 % interval: {many} of {all} are flagged, with a mean lift of {mean:.1f} %.",
            many=many,
            all=all_,
            mean=100 * mean,
        )
        + told,
    )


def plot_deals(table: pd.DataFrame):
    """Draw what the deposits with a rate deal would earn at the list rate, what the deals take, and what is left.

    Parameters
    ----------
    table : the `.table` of `rate_deals`: columns `rate`, `margin_at_list`, `deal_cost`, `margin_paid` (yuan).

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column, or has no row 'deal'.
    """
    what = "The table of deals"
    need_columns(need_frame(table, what), ["rate", "margin_at_list", "deal_cost", "margin_paid"], what)
    row = table[table["rate"] == "deal"]
    if len(row) != 1:
        raise ValueError(f"{what} must have one row 'deal', as rate_deals gives it, but it has {len(row)}.")
    whole, taken, left = (float(row[name].iloc[0]) for name in ("margin_at_list", "deal_cost", "margin_paid"))
    scale, unit = money_scale(max(abs(whole), abs(taken)))
    names = [tr("margin at the list rate"), tr("taken by the deals"), tr("margin that is left")]
    values, start = np.array([whole, -taken, left]) / scale, np.array([0.0, whole, 0.0]) / scale
    ax = new_axes(height=2.4)
    places = np.arange(3)[::-1]
    ax.barh(places, values, left=start, height=0.6, color=[PALETTE[4], PALETTE[1], PALETTE[0]])
    ax.set_yticks(places, names)
    ax.axvline(0, color="#444444", linewidth=1)
    ax.grid(axis="y", visible=False)
    ends = np.concatenate([start, start + values, [0.0]])
    ax.set_xlim(ends.min() - 0.04 * np.ptp(ends) * (ends.min() < 0), ends.max() + 0.18 * np.ptp(ends))
    for place, value, end in zip(places, values, np.maximum(start, start + values), strict=True):
        ax.annotate(
            f"{value:,.2f}".replace("-", "−"), (end, place), (6, 0), textcoords="offset points", va="center", fontsize=11
        )  # fmt: skip
    return finish(
        ax,
        title=tr(
            "Of {whole} that these deposits could earn, {left} is left",
            whole=money_text(whole / scale, unit, 2),
            left=money_text(left / scale, unit, 2),
        ),
        x=tr("margin on deposits with a deal ({unit} a year)", unit=unit),
        y="",
        words=tr("Bars, in {unit} a year: ", unit=unit)
        + "; ".join(f"{name} {value:,.2f}" for name, value in zip(names, values, strict=True))
        + ".",
    )


def plot_account_lists(judged: pd.DataFrame, names: Mapping[str, str] | None = None, *, top: int = 40):
    """Draw what the accounts of each list brought afterwards.

    Parameters
    ----------
    judged : from `judge_lists`: columns `list`, `total` (yuan), `share_of_best`; its last row is the best in hindsight.
    names : column -> words for the reader.
    top : how many accounts each list has.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `judged` is no frame, is empty or lacks a column.
    """
    what = "The table of lists"
    need_columns(need_frame(judged, what), ["list", "total", "share_of_best"], what)
    said = [(names or {}).get(name, name) for name in judged["list"]]
    scale, unit = money_scale(judged["total"].abs().max())
    total = judged["total"].to_numpy() / scale
    ax = new_axes(height=1.6 + 0.38 * len(judged))
    places = np.arange(len(judged))[::-1]
    own = judged["total"].iloc[:-1]
    winner = int(own.to_numpy().argmax()) if len(own) else 0
    colours = [PALETTE[4] if place == len(judged) - 1 else PALETTE[0] for place in range(len(judged))]
    ax.barh(places, total, height=0.6, color=colours)
    ax.set_yticks(places, said)
    ax.axvline(0, color="#444444", linewidth=1)
    ax.grid(axis="y", visible=False)
    low, high = min(0.0, total.min()), max(0.0, total.max())
    ax.set_xlim(low - 0.1 * (high - low) * (low < 0), high + 0.22 * (high - low))
    for place, value, share in zip(places, total, judged["share_of_best"], strict=True):
        text = f"{value:,.2f}".replace("-", "−") + (f" ({100 * share:.0f} %)" if np.isfinite(share) else "")
        ax.annotate(text, (max(value, 0), place), (6, 0), textcoords="offset points", va="center", fontsize=11)
    return finish(
        ax,
        title=tr(
            "The {top} accounts by {name} brought most: {money}",
            top=top,
            name=said[winner],
            money=money_text(total[winner], unit, 2),
        ),
        x=tr("contribution of the {top} accounts in the year after ({unit})", top=top, unit=unit),
        y="",
        words=tr("Bars, in {unit}, and as a share of the best list in hindsight: ", unit=unit)
        + "; ".join(f"{name} {value:,.2f}" for name, value in zip(said, total, strict=True))
        + ".",
    )


def plot_weight_moves(table: pd.DataFrame, names: Mapping[str, str] | None = None, *, top: int = 40):
    """Draw how many accounts stay on the list when one weight moves.

    Parameters
    ----------
    table : the `.table` of `weight_sensitivity`: columns `criterion`, `move`, `weight`, `kept`; moves that were not made are left out.
    names : column -> words for the reader.
    top : how many accounts the list has.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column, or if no weight was moved.
    """
    what = "The table of moves"
    need_columns(need_frame(table, what), ["criterion", "move", "weight", "kept"], what)
    shown = table[table["kept"].notna()]
    if shown.empty:
        raise ValueError(f"{what} has no move that was made. Try a smaller one.")
    kept = shown["kept"].astype(int).to_numpy()
    places = np.arange(len(shown))[::-1]
    ax = new_axes(height=1.5 + 0.3 * len(shown))
    colours = [PALETTE[0 if move > 0 else 1] for move in shown["move"]]
    ax.barh(places, kept, height=0.62, color=colours)
    said = [
        tr(
            "{name} {old:.1f} → {new:.1f}",
            name=(names or {}).get(row.criterion, row.criterion),
            old=row.weight - row.move,
            new=row.weight,
        )
        for row in shown.itertuples()
    ]
    ax.set_yticks(places, said)
    ax.set_xlim(0, top * 1.08)
    ax.axvline(top, color="#444444", linewidth=1, linestyle="--")
    ax.grid(axis="y", visible=False)
    for place, value in zip(places, kept, strict=True):
        ax.annotate(
            f"{value}", (value, place), (-6, 0), textcoords="offset points", ha="right", va="center", fontsize=11, color="white"
        )  # fmt: skip
    return finish(
        ax,
        title=tr("Move one weight by a tenth: {a} to {b} of {top} stay", a=kept.min(), b=kept.max(), top=top)
        if np.allclose(shown["move"].abs(), 0.1)
        else tr("Move one weight: {a} to {b} of {top} stay", a=kept.min(), b=kept.max(), top=top),
        x=tr("accounts that stay on the list of {top}", top=top),
        y="",
        words=tr("Bars: ") + "; ".join(f"{name}: {value}" for name, value in zip(said, kept, strict=True)) + ".",
    )


def plot_account_kinds(accounts: pd.DataFrame, *, line: float = 300_000):
    """Draw the map of existing and potential key accounts: assets here against assets at all banks.

    Parameters
    ----------
    accounts : one row per customer: `assets_here`, `wallet` (yuan), `kind` (from `account_kinds`). Customers with less than ¥1,000 on
        either are not drawn, and at most 1,000, evenly from the frame; the title counts everybody.
    line : yuan, where key accounts begin.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `accounts` is no frame, is empty or lacks a column.
    """
    what = "The frame of accounts"
    need_columns(need_frame(accounts, what), ["assets_here", "wallet", "kind"], what)
    counts = accounts["kind"].astype("str").value_counts()
    potential = accounts[accounts["kind"] == "potential"]
    elsewhere = float((potential["wallet"] - potential["assets_here"]).sum())
    drawn = accounts[(accounts["assets_here"] >= 1_000) & (accounts["wallet"] >= 1_000)]
    every = max(1, int(np.ceil(len(drawn) / MOST_POINTS)))
    drawn = drawn.iloc[::every]
    ax = new_axes(height=4.2)
    looks = {"existing": (0, "o"), "potential": (1, "s"), "other": (4, ".")}
    for kind, (colour, marker) in looks.items():
        these = drawn[drawn["kind"] == kind]
        name = tr("{kind} ({n:,})", kind=kind, n=counts.get(kind, 0))
        ax.scatter(
            these["assets_here"],
            these["wallet"],
            s=16 if marker != "." else 8,
            marker=marker,
            color=PALETTE[colour],
            alpha=0.6,
            linewidths=0,
            label=name,
        )
    ax.set(xscale="log", yscale="log")
    ax.axvline(line, color="#444444", linewidth=1, linestyle="--")
    ax.axhline(line, color="#444444", linewidth=1, linestyle="--")
    ax.legend(
        loc="lower right",
        frameon=False,
        title=tr("customers; drawn is one in {every}", every=every) if every > 1 else tr("customers"),
        title_fontsize=10,
    )
    from matplotlib.ticker import FuncFormatter

    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axis.set_minor_formatter(FuncFormatter(lambda *_: ""))
    scale, unit = money_scale(elsewhere)
    return finish(
        ax,
        title=tr(
            "{n:,} potential key accounts have {money} elsewhere",
            n=counts.get("potential", 0),
            money=money_text(elsewhere / scale, unit, 0),
        ),
        x=tr("assets here (¥, each step ten times the last)"),
        y=tr("assets at all banks (¥)"),
        words=tr(
            "Points on logarithmic axes, one customer in {every} drawn, with lines at ¥{line:,.0f}: {told}.",
            every=every,
            line=line,
            told=", ".join(f"{kind} {counts.get(kind, 0):,}" for kind in looks),
        ),
    )


def plot_programme(members: pd.DataFrame):
    """Draw a programme's gain as members are admitted, the one who gains most first.

    Parameters
    ----------
    members : the `.customers` of `programme_break_even`: column `gain` (yuan a year).

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `members` is no frame, is empty or lacks a column.
    """
    what = "The frame of members"
    need_columns(need_frame(members, what), ["gain"], what)
    gains = np.sort(members["gain"].to_numpy(float))[::-1]
    sums = np.concatenate([[0.0], np.cumsum(gains)])
    best = int(sums.argmax())
    scale, unit = money_scale(np.abs(sums).max())
    ax = new_axes(height=3.4)
    ax.plot(np.arange(len(sums)), sums / scale, color=PALETTE[0], linewidth=2)
    ax.axhline(0, color="#444444", linewidth=1)
    for place, colour, marker, up in ((best, PALETTE[2], "o", 10), (len(gains), PALETTE[1], "s", -5)):
        ax.plot([place], [sums[place] / scale], marker, color=colour, markersize=8)
        ax.annotate(
            tr("{n:,}: {money}", n=place, money=money_text(sums[place] / scale, unit, 2 if scale == 1e6 else 0)),
            (place, sums[place] / scale),
            (0, 10) if up > 0 else (-14, up),
            textcoords="offset points",
            ha="right" if place > len(gains) / 2 else "left",
            fontsize=11,
            color=colour,
        )
    ax.margins(y=0.2)
    both = [money_text(sums[place] / scale, unit, 2 if scale == 1e6 else 0) for place in (best, len(gains))]
    return finish(
        ax,
        title=tr("Admit {n:,}: {a}. Admit all {m:,}: {b}", n=best, m=len(gains), a=both[0], b=both[1]),
        x=tr("members admitted, the one who gains most first"),
        y=tr("gain ({unit} a year)", unit=unit),
        words=tr(
            "A line that rises to {a} at {n:,} members and ends at {b} with all {m:,}.",
            n=best,
            m=len(gains),
            a=both[0],
            b=both[1],
        ),
    )


def accounts_picture(
    accounts: pd.DataFrame,
    criteria: Sequence[str],
    names: Mapping[str, str],
    year: int,
    scale: str,
    *points: float,
    top: int = 40,
) -> dict:
    """Compute what the explorer of key accounts shows, as a picture for the shared view.

    Parameters
    ----------
    accounts : one row per customer and year in which lists were made: `customer`, `year`, the criteria, `deposits_average`, `revenue`,
        `contribution`, and `next_year` (contribution of the year after, yuan).
    criteria : columns of the score.
    names : column -> words for the reader.
    year : which year's lists.
    scale : 'rank' or 'range', as in `account_scores`.
    points : one number per criterion, 0 or more; a criterion's weight is its share of all points.
    top : how many accounts each list has.

    Returns
    -------
    A picture (see `crmlib.show._picture`): what the accounts of each list brought in the year after, and how many of the score's accounts
    are on the other lists. Without any points there is no score, and the picture says so.

    Raises
    ------
    ValueError, TypeError : as `account_scores` and `judge_lists`; a number of points per criterion is missing.

    >>> people = pd.DataFrame({"customer": range(4), "year": 2024, "deposits_average": [9.0, 8, 2, 1], "revenue": [1.0, 2, 3, 4],
    ...                        "contribution": [1.0, 6, 7, 2], "next_year": [2.0, 5, 8, 1]})
    >>> words = {"deposits_average": "deposits", "contribution": "contribution"}
    >>> picture = accounts_picture(people, list(words), words, 2024, "rank", 0, 5, top=2)
    >>> [one["text"] for one in picture["numbers"]]
    ['¥13', '¥6', '2 of 2', '100 %']
    """
    from crmlib.accounts import account_scores, judge_lists, ranking_overlap
    from crmlib.show._picture import axis, bars, number, panel, picture
    from crmlib.show._picture import table as below

    if len(points) != len(criteria):
        raise ValueError(
            f"There are {len(criteria)} criteria, but {len(points)} numbers of points. Give one per criterion."
        )
    base = accounts[accounts["year"] == year].reset_index(drop=True)
    weights = {name: one / sum(points) for name, one in zip(criteria, points, strict=True)} if sum(points) else {}
    baselines = ["deposits_average", "revenue", "contribution"]
    lists, scored = list(baselines), None
    if weights:
        scored = account_scores(base, weights, scale=scale, top=top)
        base = base.assign(**{YOURS: scored.customers["score"]})
        lists = [YOURS, *baselines]
    judged = judge_lists(base, lists, "next_year", top=top, against="deposits_average").set_index("list")
    said = {YOURS: tr("your score")} | {name: names.get(name, name) for name in baselines}
    rows = [YOURS, *baselines, judged.index[-1]]
    labels = [said.get(name, tr("best in hindsight")) for name in rows]
    money, unit = money_scale(judged["total"].abs().max())
    totals = [judged["total"].get(name, np.nan) for name in rows]
    shared = [np.nan] * 4
    if scored is not None:
        columns = [YOURS, *baselines, "next_year"]
        pairs = ranking_overlap(base, columns, top=top)
        shared = pairs.loc[pairs["first"] == YOURS, "both"].tolist()
    left = panel(
        tr("Contribution of the {top} accounts in {year}", top=top, year=year + 1),
        axis(tr("in the year after"), unit=unit, scale=money),
        axis("", categories=labels),
        [bars(totals, colour=0, strong=[0])],
        height=320,
    )
    right = panel(
        tr("Your {top}: also on the list by …", top=top),
        axis(tr("accounts"), limits=(0, top)),
        axis("", categories=labels[1:]),
        [bars(shared, colour=2)],
        height=320,
    )
    mine = judged["total"].get(YOURS)
    gap = judged["difference"].get(YOURS)
    by_contribution = None if scored is None else shared[baselines.index("contribution")]
    digits, plain = (2, unit) if money > 1 else (0, "¥")
    numbers = [
        number(tr("Your {top} brought", top=top), None if mine is None else mine / money, unit=plain, decimals=digits),
        number(tr("More than deposits"), None if gap is None else gap / money, unit=plain, decimals=digits),
        {
            **number(tr("Shared with contribution"), by_contribution),
            "text": "–" if by_contribution is None else tr("{a:.0f} of {b}", a=by_contribution, b=top),
        },
        number(
            tr("Of the best possible"),
            None if mine is None else 100 * judged["share_of_best"][YOURS],
            unit="%",
        ),
    ]
    words = tr("There is no score: give at least one criterion some points.")
    shown = pd.DataFrame({tr("criterion"): [names.get(name, name) for name in criteria], tr("weight"): "–"})
    if scored is not None:
        parts = scored.table
        shown[tr("weight")] = [f"{100 * one:.1f}".removesuffix(".0") + " %" for one in parts["weight"]]
        shown[tr("mean part of your accounts")] = [f"{one:.2f}" for one in parts["part_listed"]]
        tied = int(parts["tied_at_border"].iloc[0])
        words = tr("Lists made from {year}, judged by {after}.", year=year, after=year + 1)
        if tied > 1:
            words += " " + tr(
                "{tied:,} accounts tie at the end of your list; the smaller number goes first.", tied=tied
            )
    told = "; ".join(
        f"{name} {'–' if np.isnan(value) else money_text(value / money, unit, digits)}"
        for name, value in zip(labels, totals, strict=True)
    )
    return picture(
        left,
        right,
        alt=tr("What the {top} accounts of each list brought in {after}: {told}.", top=top, after=year + 1, told=told),
        numbers=numbers,
        below=below(shown, words),
    )


def explore_accounts(accounts: pd.DataFrame, weights: Mapping[str, float], names: Mapping[str, str], *, top: int = 40):
    """Open the explorer of key accounts: points per criterion, the scale, and the year in which the lists are made.

    Parameters
    ----------
    accounts, names, top : as for `accounts_picture`.
    weights : criterion -> weight at the start, each a multiple of 0.1, adding up to 1 (a weight of 0.4 is 4 points of 10).

    Returns
    -------
    One widget: sliders and lists, reset button, picture, numbers, table and a sentence that says what changed.

    >>> people = pd.DataFrame({"customer": range(4), "year": 2024, "deposits_average": [9.0, 8, 2, 1], "revenue": [1.0, 2, 3, 4],
    ...                        "contribution": [1.0, 6, 7, 2], "next_year": [2.0, 5, 8, 1]})
    >>> words = {"deposits_average": "deposits", "contribution": "contribution"}
    >>> box = explore_accounts(people, {"deposits_average": 0.5, "contribution": 0.5}, words, top=2)
    >>> box.controls["contribution"].description
    'Contribution (points)'
    """
    from crmlib.accounts import account_scores
    from crmlib.show.view import choice, explorer, slider

    first = accounts[accounts["year"] == accounts["year"].min()]
    account_scores(first, weights, top=top)  # refuses weights and columns in words
    controls = {
        name: slider(_capital(names.get(name, name)), 0, 10, round(10 * weight), unit=tr("points"))
        for name, weight in weights.items()
    }
    years = sorted(int(year) for year in accounts["year"].unique())
    options = [(tr("{year}, judged by {after}", year=year, after=year + 1), year) for year in years]
    controls |= {
        "scale": choice(tr("Parts by"), [(tr("rank"), "rank"), (tr("range"), "range")], "rank"),
        "year": choice(tr("Lists made from"), options, years[0]),
    }

    def compute(scale: str, year: int, **points: float) -> dict:
        given = [points[name] for name in weights]
        return accounts_picture(accounts, list(weights), names, year, scale, *given, top=top)

    return explorer(controls, compute)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
