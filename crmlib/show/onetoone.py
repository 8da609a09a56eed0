"""Figures and explorer of one-to-one marketing: share of customer, matching scores, need segments, pressure, offers, packages."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_columns, need_frame
from crmlib.show._style import DASHES, PALETTE, finish, label_ends, new_axes, percent_axis
from crmlib.show._text import tr

GREY = "#444444"


def plot_share_of_customer(table: pd.DataFrame):
    """Draw share of market, reach and share of customer by year.

    Parameters
    ----------
    table : from `share_of_customer`: `year`, `share_of_market`, `reach`, `share_of_customer`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.

    >>> table = pd.DataFrame({"year": [2024, 2025], "share_of_market": [0.13, 0.12], "reach": [0.48, 0.48],
    ...                       "share_of_customer": [0.28, 0.26]})
    >>> plot_share_of_customer(table).get_title(loc="left")
    '2024 to 2025: reach +0.0 points, share of customer −2.0'
    """
    what = "The table of shares"
    names = {"reach": "reach", "share_of_customer": "share of customer", "share_of_market": "share of market"}
    need_columns(need_frame(table, what), ["year", *names], what)
    table = table.sort_values("year")
    ax = new_axes(height=3.8)
    for place, (column, name) in enumerate(names.items()):
        ax.plot(
            table["year"], table[column], marker="o", color=PALETTE[place], linestyle=DASHES[place], linewidth=2.4, label=tr(name)
        )  # fmt: skip
        for year, value in zip(table["year"], table[column], strict=True):
            ax.annotate(
                f"{100 * value:.1f} %", (year, value), (0, 8), textcoords="offset points", ha="center", fontsize=11,
                color=PALETTE[place],
            )  # fmt: skip
    ax.set_xticks(table["year"].to_numpy())
    ax.margins(x=0.12)  # the numbers of the first year stay clear of the axis
    ax.set_ylim(0, 1.25 * table[list(names)].to_numpy().max())
    label_ends(ax)
    before, after = table.iloc[max(0, len(table) - 2)], table.iloc[-1]
    finish(
        ax,
        title=tr(
            "{a} to {b}: reach {reach:+.1f} points, share of customer {share:+.1f}", a=int(before["year"]), b=int(after["year"]),
            reach=100 * (after["reach"] - before["reach"]) + 0.0,
            share=100 * (after["share_of_customer"] - before["share_of_customer"]),
        ).replace("-", "−"),
        x=tr("year end"),
        y=tr("share of the money"),
        words=tr("Three lines by year, in %: ")
        + "; ".join(
            f"{row.year}: " + ", ".join(f"{tr(name)} {100 * getattr(row, column):.1f}" for column, name in names.items())
            for row in table.itertuples()
        )
        + ".",
    )  # fmt: skip
    return percent_axis(ax)


def plot_scores(scored: pd.DataFrame, threshold: float):
    """Draw how alike the candidate pairs are, and the threshold from which a pair counts as one person.

    Parameters
    ----------
    scored : from `score_pairs`: column `score`.
    threshold : 0 to 1.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `scored` is no frame, is empty or lacks the column.

    >>> plot_scores(pd.DataFrame({"score": [0.3, 0.9, 1.0]}), 0.7).get_title(loc="left")
    '2 of 3 candidate pairs score 0.7 or more'
    """
    what = "The frame of pairs"
    need_columns(need_frame(scored, what), ["score"], what)
    score = scored["score"].dropna().to_numpy()
    above = int((score >= threshold).sum())
    ax = new_axes(height=3.8)
    edges = np.linspace(0, 1, 51)
    ax.hist(score[score < threshold], bins=edges, color=PALETTE[4], edgecolor="white")
    ax.hist(score[score >= threshold], bins=edges, color=PALETTE[0], edgecolor="white")
    ax.axvline(threshold, color="#1A1A1A", linewidth=1.6)
    ax.annotate(
        tr("threshold {t:g}", t=threshold), (threshold, ax.get_ylim()[1]), (-6, -4), textcoords="offset points", ha="right",
        va="top", fontsize=12,
    )  # fmt: skip
    ax.set_xlim(0, 1.005)
    ax.yaxis.set_major_formatter("{x:,.0f}")
    close = int((np.abs(score - threshold) < 0.05).sum())
    return finish(
        ax,
        title=tr("{a:,} of {n:,} candidate pairs score {t:g} or more", a=above, n=len(score), t=threshold),
        x=tr("score (0 nothing alike, 1 the same)"),
        y=tr("pairs"),
        words=tr(
            "Histogram of {n:,} scores between {low:.2f} and {high:.2f}; {a:,} at or above {t:g}; {c:,} within 0.05 of it.",
            n=len(score), low=score.min(), high=score.max(), a=above, t=threshold, c=close,
        ),
    )  # fmt: skip


def plot_segment_numbers(numbers: pd.DataFrame, worst: float = 0.8):
    """Draw how well a second half of the customers finds the same segments, and the silhouette, by number of segments.

    Parameters
    ----------
    numbers : from `segment_numbers`: `segments`, `silhouette`, `stability`, `stability_low`.
    worst : stability that is asked for; the title names the most segments that reach it.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `numbers` is no frame, is empty or lacks a column.
    """
    what = "The table of numbers of segments"
    need_columns(need_frame(numbers, what), ["segments", "silhouette", "stability", "stability_low"], what)
    ax = new_axes(height=3.8)
    for place, (column, name) in enumerate((("stability", "stability"), ("silhouette", "silhouette"))):
        ax.plot(
            numbers["segments"], numbers[column], marker="o", color=PALETTE[place], linestyle=DASHES[place], linewidth=2.4,
            label=tr(name),
        )  # fmt: skip
    ax.fill_between(
        numbers["segments"], numbers["stability_low"], numbers["stability"], color=PALETTE[0], alpha=0.15, linewidth=0
    )
    ax.set_xticks(numbers["segments"].to_numpy())
    ax.set_ylim(min(0.0, 1.1 * numbers["silhouette"].min()), 1.05)
    label_ends(ax)
    good = numbers.loc[numbers["stability"] >= worst, "segments"]
    title = (
        tr("Up to {k} segments come back in another sample", k=int(good.max()))
        if len(good)
        else tr("No number of segments comes back in another sample")
    )
    return finish(
        ax,
        title=title,
        x=tr("segments"),
        y=tr("index (1 = perfect)"),
        words=tr("Two lines by number of segments, stability and silhouette: ")
        + "; ".join(f"{row.segments}: {row.stability:.2f}, {row.silhouette:.2f}" for row in numbers.itertuples())
        + ".",
    )


def plot_segments(table: pd.DataFrame):
    """Draw the mean of each need in each segment as a table of colours.

    Parameters
    ----------
    table : the `.table` of `need_segments`: `segment`, `customers`, `share`, and the needs.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of segments"
    need_columns(need_frame(table, what), ["segment", "customers", "share"], what)
    from matplotlib.colors import LinearSegmentedColormap

    needs = [name for name in table if name not in ("segment", "customers", "share")]
    values = table[needs].to_numpy(float)
    ax = new_axes(height=0.55 * len(table) + 1.7)
    colours = LinearSegmentedColormap.from_list("blues", ["#F2F7FB", PALETTE[0]])
    ax.imshow(values, cmap=colours, aspect="auto")
    middle = values.min() + 0.6 * np.ptp(values)
    for (row, column), value in np.ndenumerate(values):
        ax.text(
            column, row, f"{value:.1f}", ha="center", va="center", fontsize=12, color="white" if value > middle else "#1A1A1A"
        )  # fmt: skip
    ax.set_xticks(np.arange(len(needs)), [tr(name.removeprefix("need_")) for name in needs])
    ax.set_yticks(
        np.arange(len(table)),
        [f"{row.segment}: {row.customers:,} ({100 * row.share:.0f} %)" for row in table.itertuples()],
    )
    ax.grid(visible=False)
    tops = [needs[place].removeprefix("need_") for place in values.argmax(axis=1)]
    return finish(
        ax,
        title=tr("{k} segments, most in need of {tops}", k=len(table), tops=listed([tr(name) for name in tops]).replace("'", "")),
        x=tr("mean answer, 1 = unimportant, 7 = very important"),
        y=tr("segment: customers"),
        words=tr("Means of the needs by segment. ")
        + "; ".join(
            f"{row['segment']:.0f}: " + ", ".join(f"{name.removeprefix('need_')} {row[name]:.1f}" for name in needs)
            for _, row in table.iterrows()
        )
        + ".",
    )  # fmt: skip


def plot_pressure(table: pd.DataFrame, arm: str = "frequency"):
    """Draw, by message frequency, the answers per customer and the share who withdrew their consent.

    Parameters
    ----------
    table : from `contact_pressure`: the arm, `sent`, `answered`, `withdrew`, `low`, `high`.
    arm : column with the frequency.

    Returns
    -------
    matplotlib Axes of the left panel.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of frequencies"
    need_columns(need_frame(table, what), [arm, "sent", "answered", "withdrew", "low", "high"], what)
    left, right = new_axes(2, height=3.8)
    at = np.arange(len(table))
    groups = [f"{tr(str(name))}\n({sent:.0f})" for name, sent in zip(table[arm], table["sent"], strict=True)]
    left.bar(at, table["answered"], color=PALETTE[0], width=0.6)
    for x, value in zip(at, table["answered"], strict=True):
        left.annotate(f"{value:.1f}", (x, value), (0, 3), textcoords="offset points", ha="center", fontsize=11)
    left.set_ylim(0, 1.15 * table["answered"].max())
    right.errorbar(
        at, table["withdrew"], yerr=[table["withdrew"] - table["low"], table["high"] - table["withdrew"]], fmt="o",
        color=PALETTE[1], capsize=5, linewidth=2, markersize=8,
    )  # fmt: skip
    right.set_ylim(0, 1.15 * table["high"].max())
    right.set_xlim(-0.5, len(table) - 0.5)
    for ax in (left, right):
        ax.set_xticks(at, groups)
    first, last = table.iloc[0], table.iloc[-1]
    finish(
        left,
        title=tr("More messages, more answers ..."),
        x=tr("frequency (messages in the year)"),
        y=tr("answers per customer"),
        words=tr(
            "Left: {a:.2f} answers per customer at the lowest frequency, {b:.2f} at the highest.", a=first["answered"],
            b=last["answered"],
        ),
    )  # fmt: skip
    finish(
        right,
        title=tr("... and {x:.1f} times as many withdraw", x=last["withdrew"] / first["withdrew"])
        if first["withdrew"]
        else tr("... and more withdraw"),
        x=tr("frequency (messages in the year)"),
        y=tr("withdrew consent"),
        words=tr(
            "Right: {a:.1f} % withdrew at the lowest frequency, {b:.1f} % at the highest.", a=100 * first["withdrew"],
            b=100 * last["withdrew"],
        ),
    )  # fmt: skip
    percent_axis(right)
    return left


def plot_offer_hits(table: pd.DataFrame):
    """Draw the hit rate of each rule for the next offer, with its interval.

    Parameters
    ----------
    table : from `offer_hits`: `rule`, `openers`, `hit_rate`, `low`, `high`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of hits"
    need_columns(need_frame(table, what), ["rule", "openers", "hit_rate", "low", "high"], what)
    ax = new_axes(height=0.6 * len(table) + 1.6)
    at = np.arange(len(table))[::-1]
    for place, (y, row) in enumerate(zip(at, table.itertuples(), strict=True)):
        colour = PALETTE[min(place, 4)]
        ax.plot([row.low, row.high], [y, y], color=colour, linewidth=4, solid_capstyle="butt")
        ax.plot([row.hit_rate], [y], "o", color=colour, markersize=9)
        ax.annotate(
            f"{100 * row.hit_rate:.1f} %",
            (row.hit_rate, y),
            (0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=11,
        )
    ax.set_yticks(at, [tr(str(name).replace("_", " ")) for name in table["rule"]])
    ax.set_ylim(-0.5, len(table) - 0.3)
    ax.set_xlim(0, min(1.0, 1.25 * table["high"].max()))
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    best, plain = table.iloc[0], table.iloc[1] if len(table) > 1 else table.iloc[0]
    finish(
        ax,
        title=tr("Of 100 who open a product, {a:.0f} hit {first}, {b:.0f} {second}", a=100 * best["hit_rate"], b=100 * plain["hit_rate"],
                 first=str(best["rule"]).replace("_", " "), second=str(plain["rule"]).replace("_", " ")),
        x=tr("customers whose next product was named, of those who opened one"),
        y="",
        words=tr("Hit rates with intervals, in %: ")
        + "; ".join(
            f"{str(row.rule).replace('_', ' ')} {100 * row.hit_rate:.1f} ({100 * row.low:.1f} to {100 * row.high:.1f})"
            for row in table.itertuples()
        )
        + ".",
    )  # fmt: skip
    return percent_axis(ax, "x")


def plot_coverage(coverage: pd.DataFrame, goal: float = 0.8):
    """Draw what share of the customers a number of ready-made packages serves.

    Parameters
    ----------
    coverage : from `bundle_coverage`: `customers`, `covered`.
    goal : share to mark.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `coverage` is no frame, is empty or lacks a column.
    """
    what = "The table of packages"
    need_columns(need_frame(coverage, what), ["customers", "covered"], what)
    ax = new_axes(height=3.8)
    count = np.arange(1, len(coverage) + 1)
    need = int(np.searchsorted(coverage["covered"].to_numpy(), goal - 1e-12)) + 1
    ax.step(np.append(0, count), np.append(0, coverage["covered"]), where="post", color=PALETTE[0], linewidth=2.4)
    ax.plot([need], [coverage["covered"].iloc[need - 1]], "o", color=PALETTE[1], markersize=9)
    ax.axhline(goal, color=GREY, linestyle="--", linewidth=1.2)
    ax.set_xlim(0, len(coverage))
    ax.set_ylim(0, 1.03)
    return percent_axis(
        finish(
            ax,
            title=tr("{n} packages serve {g:.0f} % of the customers; all take {m}", n=need, g=100 * goal, m=len(coverage)),
            x=tr("ready-made packages, the most frequent first"),
            y=tr("customers served"),
            words=tr(
                "A curve: the first package serves {a:.0f} % of the customers, {n} serve {g:.0f} %, {m} serve all.",
                a=100 * coverage["covered"].iloc[0], n=need, g=100 * goal, m=len(coverage),
            ),
        )
    )  # fmt: skip


def matching_picture(
    tables: Mapping[str, pd.DataFrame], fields: str, threshold: float, cost_false: float, cost_missed: float
) -> dict:
    """Compute what the explorer "where to draw the line" shows, as a picture for the shared view.

    Parameters
    ----------
    tables : what is compared (words) -> a `threshold_table`, all with the same thresholds.
    fields : which of them.
    threshold : one of its thresholds.
    cost_false, cost_missed : money per pair joined falsely, and per pair missed.

    Returns
    -------
    A picture (see `crmlib.show._picture`): precision and recall, and the cost of the errors, by threshold.

    Raises
    ------
    ValueError : no such table or threshold, or a table without the columns.

    >>> table = pd.DataFrame({"threshold": [0.5, 0.8], "false": [2, 0], "missed": [0, 1], "precision": [0.5, 1.0], "recall": [1.0, 0.5]})
    >>> picture = matching_picture({"name": table}, "name", 0.8, 100, 5)
    >>> [one["text"] for one in picture["numbers"]]
    ['100.0 %', '50.0 %', '0', '1', '¥5', '0.80', '¥5']
    """
    from crmlib.show._picture import axis, curve, cut, number, panel, picture
    from crmlib.show._style import money_scale

    if fields not in tables:
        raise ValueError(f"There is no table for {fields!r}. There are: {listed(tables)}.")
    table, what = tables[fields], "The table of thresholds"
    need_columns(need_frame(table, what), ["threshold", "false", "missed", "precision", "recall"], what)
    row = np.flatnonzero(np.isclose(table["threshold"], threshold))
    if not len(row):
        raise ValueError(
            f"The table has no threshold {threshold:g}. It has: {listed(table['threshold'].round(3).tolist(), most=40)}."
        )
    cost = (cost_false * table["false"] + cost_missed * table["missed"]).to_numpy(float)
    now, at = table.iloc[row[0]], table["threshold"]
    cheapest = int(cost.argmin())
    line = [cut(threshold, tr("your line"), strong=True)]
    ends = (float(at.min()), float(at.max()))
    left = panel(
        tr("Precision and recall: {fields}", fields=fields),
        axis(tr("threshold"), limits=ends),
        axis(tr("share of the pairs"), unit="%", scale=0.01, limits=(0, 1.02)),
        [
            curve(at, table["precision"], name=tr("precision"), colour=0),
            curve(at, table["recall"], name=tr("recall"), colour=1, dashed=True),
        ],
        cuts=line,
        height=330,
    )  # fmt: skip
    scale, unit = money_scale(max(1.0, cost.max()))
    right = panel(
        tr("What the errors cost"),
        axis(tr("threshold"), limits=ends),
        axis(tr("cost"), unit=unit, scale=scale, limits=(0, 1.05 * max(1.0, cost.max()))),
        [curve(at, cost, name=tr("cost of errors"), colour=2)],
        cuts=line,
        height=330,
    )
    numbers = [
        number(tr("Precision"), 100 * now["precision"], unit="%", decimals=1, colour=0),
        number(tr("Recall"), 100 * now["recall"], unit="%", decimals=1, colour=1),
        number(tr("False pairs"), now["false"]),
        number(tr("Missed pairs"), now["missed"]),
        number(tr("Cost of the errors"), cost[row[0]], unit="¥"),
        number(tr("Cheapest threshold"), at.iloc[cheapest] if cost.max() > 0 else None, decimals=2),
        number(tr("Cost there"), cost[cheapest], unit="¥"),
    ]
    alt = tr(
        "Matching by {fields}, threshold {t:.2f}: precision {p:.1f} %, recall {r:.1f} %, {f:,.0f} false pairs, {m:,.0f} missed, "
        "cost ¥{c:,.0f}.",
        fields=fields, t=threshold, p=100 * now["precision"], r=100 * now["recall"], f=now["false"], m=now["missed"],
        c=cost[row[0]],
    )  # fmt: skip
    return picture(left, right, alt=alt, numbers=numbers)


def explore_matching(
    tables: Mapping[str, pd.DataFrame], *, threshold: float, cost_false: float = 500, cost_missed: float = 20
):
    """Open the explorer "where to draw the line": what is compared, the threshold, and what each kind of error costs.

    Parameters
    ----------
    tables, threshold, cost_false, cost_missed : as for `matching_picture`; where the controls start.

    Returns
    -------
    One widget: list and sliders, reset button, picture, numbers and a sentence that says what changed.

    Raises
    ------
    ValueError : there is no table, or the tables do not have the same thresholds.

    >>> table = pd.DataFrame({"threshold": [0.5, 0.8], "false": [2, 0], "missed": [0, 1], "precision": [0.5, 1.0], "recall": [1.0, 0.5]})
    >>> list(explore_matching({"name": table}, threshold=0.8).controls)
    ['fields', 'threshold', 'cost_false', 'cost_missed']
    """
    from functools import partial

    from crmlib.show.view import choice, explorer, slider, steps

    lines = {name: tuple(np.round(table["threshold"], 6)) for name, table in tables.items()}
    if not lines or len(set(lines.values())) > 1:
        raise ValueError(
            "The explorer needs at least one table, and the same thresholds in each. Make them with one list of thresholds."
        )
    first = next(iter(lines))
    start = min(lines[first], key=lambda one: abs(one - threshold))
    return explorer(
        {
            "fields": choice(tr("Compare"), [(tr(name), name) for name in tables], first),
            "threshold": steps(tr("Threshold"), [(f"{one:.2f}", one) for one in lines[first]], start),
            "cost_false": slider(tr("A false merge costs"), 0, 2000, cost_false, unit="¥", step=20),
            "cost_missed": slider(tr("A missed pair costs"), 0, 2000, cost_missed, unit="¥", step=20),
        },
        partial(matching_picture, tables),
    )
