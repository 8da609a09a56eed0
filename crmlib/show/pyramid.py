"""Figures and the explorer of the customer pyramid: the pyramid as it is drawn on a board, Lorenz and whale curve, migration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame, reasons_text
from crmlib.show._style import ON_PALETTE, PALETTE, finish, money_scale, new_axes, percent_axis
from crmlib.show._text import tr


def plot_pyramid(table: pd.DataFrame, measure: str = "revenue"):
    """Draw the pyramid of tiers, and beside each tier the share of the measure that it brings.

    Parameters
    ----------
    table : the `.table` of `customer_pyramid`: one row per tier, highest first, columns `tier`, `customers`,
        `customer_share`, `value_share` (shares of 1).
    measure : what was ranked, for the title and labels.

    Returns
    -------
    matplotlib Axes of the bars.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.

    >>> from crmlib.pyramid import customer_pyramid
    >>> values = pd.DataFrame({"customer": range(100), "revenue": [900] + [10] * 99})
    >>> plot_pyramid(customer_pyramid(values).table).get_xlabel()
    'share of revenue (%)'
    """
    need_columns(
        need_frame(table, "The table of tiers"),
        ["tier", "customers", "customer_share", "value_share"],
        "The table of tiers",
    )
    shape, ax = new_axes(2, height=4.0)
    n = len(table)
    for place, row in enumerate(table.itertuples()):
        top, bottom = n - place, n - place - 1
        corners = [((n - top) / n, top), ((n - bottom) / n, bottom)]  # half the width at the tier's two edges
        outline = [(-corners[0][0], top), (corners[0][0], top), (corners[1][0], bottom), (-corners[1][0], bottom)]
        colour = PALETTE[place % len(PALETTE)]
        shape.fill(*zip(*outline, strict=True), facecolor=colour, edgecolor="white", linewidth=2)
        inside = place >= n / 2  # the upper tiers are too narrow for their text
        words = "{tier}\n{n:,} ({share:.1f} %)" if inside else "{tier}: {n:,} customers ({share:.1f} %)"
        shape.text(
            0 if inside else corners[1][0] + 0.06,
            bottom + 0.5,
            tr(words, tier=row.tier, n=row.customers, share=100 * row.customer_share),
            ha="center" if inside else "left",
            va="center",
            color=ON_PALETTE[place % len(PALETTE)] if inside else "#1A1A1A",
            fontsize=11,
        )
        ax.barh(bottom + 0.5, row.value_share, height=0.7, color=colour)
        ax.annotate(
            f"{100 * row.value_share:.0f} %",
            (row.value_share, bottom + 0.5),
            (6, 0),
            textcoords="offset points",
            va="center",
        )
    shape.set(xlim=(-1.02, 1.35), ylim=(0, n))
    shape.axis("off")
    ax.set(ylim=(0, n), xlim=(0, min(1.0, 1.2 * table["value_share"].max())), yticks=[])
    ax.grid(visible=False)
    first = table.iloc[0]
    brings = "; ".join(f"{row.tier} {100 * row.value_share:.0f} %" for row in table.itertuples())
    finish(
        ax,
        title=tr("What each tier brings"),
        x=tr("share of {measure}", measure=measure),
        y="",
        words=tr("A pyramid of {n} tiers. Shares of {measure}: ", n=n, measure=measure) + brings + ".",
    )
    finish(
        shape,
        title=tr(
            "{share:.1f} % of customers bring {value:.0f} %",
            share=100 * first.customer_share,
            value=100 * first.value_share,
        ),
        x="",
        y="",
        words=tr("The top tier has {n:,} customers.", n=first.customers),
    )
    return percent_axis(ax, "x")


def plot_lorenz(curve: pd.DataFrame, gini: float, measure: str = "revenue"):
    """Draw the Lorenz curve beside the line of equality.

    Parameters
    ----------
    curve : from `lorenz_curve`: columns `customer_share`, `value_share`, from (0, 0) to (1, 1).
    gini : the Gini coefficient, for the title.
    measure : what is concentrated.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `curve` is no frame, is empty or lacks a column.
    """
    need_columns(need_frame(curve, "The Lorenz curve"), ["customer_share", "value_share"], "The Lorenz curve")
    ax = new_axes()
    ax.plot([0, 1], [0, 1], color=PALETTE[4], linestyle="--", linewidth=1.5)
    ax.plot(curve["customer_share"], curve["value_share"], color=PALETTE[0], linewidth=2.5)
    ax.fill_between(
        curve["customer_share"], curve["value_share"], curve["customer_share"], color=PALETTE[0], alpha=0.12
    )
    top = 1 - float(np.interp(0.8, curve["customer_share"], curve["value_share"]))
    ax.annotate(
        tr("the top 20 % bring {share:.0f} %", share=100 * top), (0.8, 1 - top), (-12, 0), textcoords="offset points",
        ha="right", va="center", fontsize=11,
    )  # fmt: skip
    ax.plot([0.8], [1 - top], "o", color=PALETTE[1])
    ax.text(0.40, 0.46, tr("if all were equal"), rotation=27, fontsize=11, color="#444444", ha="center")
    ax.set(xlim=(0, 1), ylim=(0, 1.01))
    finish(
        ax,
        title=tr("Gini {gini:.2f}: few customers bring most of the {measure}", gini=gini, measure=measure),
        x=tr("customers, from smallest to largest"),
        y=tr("cumulative {measure}", measure=measure),
        words=tr(
            "Lorenz curve: the top 20 % of customers bring {share:.0f} %; Gini {gini:.2f}.", share=100 * top, gini=gini
        ),
    )
    percent_axis(ax, "x")
    return percent_axis(ax)


def plot_whale(curve: pd.DataFrame, measure: str = "profit"):
    """Draw the whale curve: profit added up from the most to the least profitable customer.

    Parameters
    ----------
    curve : the `.curve` of `whale_curve`: columns `customer_share`, `cumulative_profit_share`.
    measure : what is added up.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `curve` is no frame, is empty or lacks a column.
    """
    need_columns(need_frame(curve, "The whale curve"), ["customer_share", "cumulative_profit_share"], "The whale curve")
    ax = new_axes()
    share, total = curve["customer_share"].to_numpy(), curve["cumulative_profit_share"].to_numpy()
    peak = int(total.argmax())
    at_20 = float(np.interp(0.2, share, total))
    ax.plot(share, total, color=PALETTE[0], linewidth=2.5)
    ax.axhline(1, color=PALETTE[4], linewidth=1.2, linestyle="--")
    for x, y, words, shift, side in (
        (0.2, at_20, tr("top 20 %: {share:.0f} %", share=100 * at_20), (10, -14), "left"),
        (share[peak], total[peak], tr("peak: {share:.0f} %", share=100 * total[peak]), (0, 8), "center"),
    ):
        ax.plot([x], [y], "o", color=PALETTE[1])
        ax.annotate(words, (x, y), shift, textcoords="offset points", ha=side, fontsize=11)
    ax.set(xlim=(0, 1), ylim=(min(0.0, total.min()), 1.14 * total.max()))
    finish(
        ax,
        title=tr(
            "{share:.0f} % of customers lose money: profit falls from {peak:.0f} % to 100 %",
            share=100 * (1 - share[peak]), peak=100 * total[peak],
        ),
        x=tr("customers, from most to least profitable"),
        y=tr("cumulative {measure}, of the total", measure=measure),
        words=tr(
            "Whale curve: the top 20 % bring {first:.0f} %, the peak is {peak:.0f} % at {at:.0f} % of customers, then it falls to 100 %.",
            first=100 * at_20, peak=100 * total[peak], at=100 * share[peak],
        ),
    )  # fmt: skip
    percent_axis(ax, "x")
    return percent_axis(ax)


def plot_migration(table: pd.DataFrame, measure: str = "revenue"):
    """Draw what each move between tiers did to the total, in money.

    Parameters
    ----------
    table : the `.table` of `tier_migration`: one row per move, columns `move`, `customers`, `change` (money).
    measure : what was ranked.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    need_columns(need_frame(table, "The table of moves"), ["move", "customers", "change"], "The table of moves")
    ax = new_axes(height=3.6)
    scale, unit = money_scale(table["change"].abs().max())
    change = table["change"] / scale
    places = np.arange(len(table))[::-1]
    ax.barh(places, change, color=[PALETTE[0] if value >= 0 else PALETTE[1] for value in change], height=0.65)
    names = [tr("{move} ({n:,} customers)", move=row.move, n=row.customers) for row in table.itertuples()]
    ax.set_yticks(places, names)
    ax.axvline(0, color="#444444", linewidth=1)
    ax.grid(axis="y", visible=False)
    room = 0.24 * change.abs().max()
    ax.set_xlim(min(0.0, change.min()) - room, max(0.0, change.max()) + room)
    for place, value in zip(places, change, strict=True):
        ax.annotate(
            f"{value:+.1f}".replace("-", "−"), (value, place), (5 if value >= 0 else -5, 0), textcoords="offset points",
            ha="left" if value >= 0 else "right", va="center", fontsize=11,
        )  # fmt: skip
    total = change.sum()
    moves = "; ".join(f"{row.move} {value:+.1f}" for row, value in zip(table.itertuples(), change, strict=True))
    finish(
        ax,
        title=tr(
            "The year changed {measure} by {sign}¥{total:.1f}{word}",
            measure=measure,
            sign="+" if total >= 0 else "−",
            total=abs(total),
            word=unit.removeprefix("¥"),
        ),
        x=tr("change of {measure} ({unit})", measure=measure, unit=unit),
        y="",
        words=tr("Bars, in {unit}: ", unit=unit) + moves + ".",
    )
    return ax


TALLIES = ("products", "frequency", "purchases")  # measures that count things; every other measure is money


def pyramid_picture(
    values: Mapping[str, Mapping[str, pd.DataFrame]],
    company: str,
    window: str,
    measure: str,
    top: float = 1,
    big: float = 4,
    medium: float = 15,
    *,
    tallies: Sequence[str] = TALLIES,
) -> dict:
    """Compute what the explorer of the pyramid shows, as a picture for the shared view.

    Parameters
    ----------
    values : company -> window -> frame with one row per customer of that window: `customer` and one column per measure.
    company, window, measure : which of them to show.
    top, big, medium : planned share of customers in the upper three tiers, in % of customers; Small is the rest.
    tallies : measures that are numbers of things and not money.

    Returns
    -------
    A picture (see `crmlib.show._picture`): shares of customers and of the measure by tier, the measure added up from the
    best customer down, and the table of tiers. Instead of a measure that the company does not record, its first measure is
    ranked, and the picture says so.

    Raises
    ------
    ValueError, TypeError : as `crmlib.pyramid.customer_pyramid`, whose rules for ties and rounding hold.

    >>> frame = pd.DataFrame({"customer": range(100), "revenue": [901] + [1] * 99})
    >>> picture = pyramid_picture({"Shop": {"2025": frame}}, "Shop", "2025", "revenue")
    >>> [one["text"] for one in picture["numbers"]]
    ['100', '¥1,000', '90.1 %', '92.0 %']
    """
    from crmlib.pyramid import TIERS, customer_pyramid
    from crmlib.show._picture import axis, bars, curve, cut, number, panel, picture
    from crmlib.show._picture import table as below

    frame = values[company][window]
    instead = ""
    if measure not in frame.columns:
        recorded = next(name for name in frame.columns if name != "customer")
        instead = tr(
            "{company} does not record {measure}: ranked by {recorded}. ",
            company=company,
            measure=measure,
            recorded=recorded,
        )
        measure = recorded
    cuts = (top / 100, big / 100, medium / 100, 1 - (top + big + medium) / 100)
    found = customer_pyramid(frame, measure, cuts)
    tiers = found.table
    numbers = found.customers[measure].to_numpy(float)
    added = np.append(0, np.cumsum(numbers))
    total = added[-1]
    # More points where the curve bends, and one at its peak.
    at = np.unique(np.append(np.linspace(0, 1, 101) ** 2, added.argmax() / len(numbers)))
    height = np.interp(at * len(numbers), np.arange(len(added)), added)
    scale, unit = (1.0, "") if measure in tallies else money_scale(abs(total))
    share = total > 0
    left = panel(
        instead.strip() or tr("Who is in each tier, and what it brings"),
        axis(tr("share"), unit="%", scale=0.01),
        axis("", categories=tiers["tier"].astype("str")),
        [
            bars(tiers["customer_share"], name=tr("customers"), colour=4),
            bars(tiers["value_share"], name=measure, colour=0),
        ],
        height=330,
    )
    right = panel(
        tr("Added up, from the best customer down"),
        axis(tr("customers"), unit="%", scale=0.01, limits=(0, 1)),
        axis(tr("cumulative {measure}", measure=measure), unit="%", scale=0.01)
        if share
        else axis(tr("cumulative {measure}", measure=measure), unit=unit, scale=scale),
        [curve(at, height / total if share else height)],
        cuts=[
            cut(min(place, 1.0), name)
            for place, name in zip(tiers["cumulative_customer_share"].iloc[:-1], TIERS[:-1], strict=True)
        ],
        height=330,
    )
    at_20 = float(np.interp(0.2 * len(numbers), np.arange(len(added)), added))
    brings = "; ".join(
        f"{row.tier} {100 * row.customer_share:.1f} % {tr('of customers')}, {100 * row.value_share:.0f} % {measure}"
        for row in tiers.itertuples()
    )
    caption = tr("Tiers of {company}, {window}", company=company, window=window)
    if len(found.excluded):
        caption += " (" + tr("set aside: {reasons}", reasons=reasons_text(found.excluded)) + ")"
    return picture(
        left,
        right,
        alt=f"{instead}{company}, {window}: {brings}.",
        numbers=[
            number(tr("Customers ranked"), len(numbers)),
            number(tr("Total {measure}", measure=measure), total / scale, unit=unit, decimals=0 if scale == 1 else 2),
            number(tr("The Top tier brings"), 100 * tiers["value_share"].iloc[0], unit="%", decimals=1, colour=0),
            number(tr("The top 20 % bring"), 100 * at_20 / total if share else None, unit="%", decimals=1),
        ],
        below=below(_tiers_to_read(tiers, scale, unit), caption),
    )


def _tiers_to_read(tiers: pd.DataFrame, scale: float, unit: str) -> pd.DataFrame:
    """Format the table of tiers for a reader."""
    unit = unit and f" ({unit})"
    return pd.DataFrame(
        {
            tr("tier"): tiers["tier"].astype("str"),
            tr("planned"): [f"{100 * share:.1f} %" for share in tiers["planned_share"]],
            tr("realised"): [f"{100 * share:.1f} %" for share in tiers["customer_share"]],
            tr("customers"): [f"{n:,}" for n in tiers["customers"]],
            tr("sum") + unit: [f"{value / scale:,.{2 if unit else 0}f}" for value in tiers["value"]],
            tr("share of the sum"): [_known(100 * share, "{:.1f} %") for share in tiers["value_share"]],
            tr("mean"): [_known(value, "{:,.0f}" if unit else "{:,.2f}") for value in tiers["mean_value"]],
            tr("lowest in the tier"): [_known(value, "{:,.0f}") for value in tiers["threshold"]],
        }
    ).replace(r"^-", "−", regex=True)


def _known(value: float, form: str) -> str:
    return "–" if np.isnan(value) else form.format(value)


def explore_pyramid(values: Mapping[str, Mapping[str, pd.DataFrame]], *, tallies: Sequence[str] = TALLIES):
    """Open the explorer of the pyramid: company, window, measure and cuts.

    Parameters
    ----------
    values, tallies : as for `pyramid_picture`. The first company's windows and measures come first; its last window is
        shown at the start.

    Returns
    -------
    One widget: lists and sliders, reset button, picture, numbers, table and a sentence that says what changed.

    Raises
    ------
    ValueError : there is no company, or the companies do not have the same windows.

    >>> frame = pd.DataFrame({"customer": range(100), "revenue": [901] + [1] * 99})
    >>> explore_pyramid({"Shop": {"2025": frame}}).controls["top"].description
    'Top (% of customers)'
    """
    from functools import partial

    from crmlib.show.view import choice, explorer, slider

    windows = {company: list(frames) for company, frames in values.items()}
    if not windows or len({tuple(names) for names in windows.values()}) > 1:
        raise ValueError(
            "The explorer needs at least one company, and the same windows for each: "
            "{'Harbour Bank': {'2025': frame}, 'Delta Power': {'2025': frame}}. "
            f"Given were {windows or 'no companies'}."
        )
    first = next(iter(windows.values()))
    frames = [frame for by_window in values.values() for frame in by_window.values()]
    measures = list(dict.fromkeys(name for frame in frames for name in frame.columns if name != "customer"))

    def pick(label, names, start):
        return choice(tr(label), [(str(name), name) for name in names], start)

    # The bounds keep the tiers in order, narrow to broad, wherever the sliders stand.
    share = tr("% of customers")
    controls = {
        "company": pick("Company", windows, next(iter(windows))),
        "window": pick("Window", first, first[-1]),
        "measure": pick("Rank by", measures, measures[0]),
        "top": slider(tr("Top"), 0.5, 3, 1, unit=share, step=0.5),
        "big": slider(tr("Big"), 3, 10, 4, unit=share, step=1),
        "medium": slider(tr("Medium"), 10, 40, 15, unit=share, step=1),
    }
    return explorer(controls, partial(pyramid_picture, values, tallies=tallies))
