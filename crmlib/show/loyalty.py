"""Figures and the explorer of loyalty: the map of types, the satisfaction-loyalty curve, effect sizes, fewer defections."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame
from crmlib.loyalty import loyalty_rules, loyalty_types
from crmlib.show._style import DASHES, PALETTE, finish, label_ends, new_axes, percent_axis
from crmlib.show._text import tr

# Colours by what keeps the customer: attachment, a reason other than attachment, nothing much, no choice.
FAMILIES = {
    "premium": ("premium",),
    "kept by a reason": ("inertia", "convenience", "incentive"),
    "price, or no loyalty": ("price", "no loyalty"),
    "latent": ("latent",),
    "monopoly": ("monopoly",),
}
_MARKERS = ("o", "s", "^", "D", "x")
_POINTS = 1_000


def _family(types: pd.Series, rules: str = "literature") -> np.ndarray:
    """Number the family of each type; under the textbook's rules its own latent cell takes the colour of no loyalty."""
    place = {name: at for at, names in enumerate(FAMILIES.values()) for name in names}
    if rules == "textbook":
        place |= {"latent": 2, "unnamed": 3}
    return types.astype("str").map(place).fillna(2).to_numpy(dtype=int)


def _spread_points(customers: pd.DataFrame, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose up to `most` customers evenly, and move each a little, so that equal answers do not hide each other.

    The same customers always get the same places: steps of an irrational share instead of a lot.
    """
    rows = np.unique(np.linspace(0, len(customers) - 1, min(most, len(customers))).round().astype(int))
    step = (rows[:, None] * np.array([0.754877666, 0.569840291])) % 1 * np.array([4.6, 0.3])
    x, y = customers["repurchase"].to_numpy()[rows], customers["attachment"].to_numpy()[rows]
    # upwards, so that who stands on a cut is drawn on its high side; only the highest answer has to move down
    return (
        rows,
        np.where(x + 4.6 > 100, x - step[:, 0] * (x > 95.4), x + step[:, 0]),
        np.where(y + 0.3 > 7, y - step[:, 1], y + step[:, 1]),
    )


def plot_loyalty_map(found: Mapping[str, object], attachment_cut: float = 5.0, repurchase_cut: float = 50.0):
    """Draw each company's customers on attachment × repurchase, coloured by what keeps them, with the share of each type.

    Parameters
    ----------
    found : name of the company -> what `loyalty_types` found (literature's rules, repurchase on 0-100, attachment on 1-7).
    attachment_cut, repurchase_cut : the cuts that were used.

    Returns
    -------
    matplotlib Axes, one per company.

    Raises
    ------
    TypeError or ValueError if there is nothing to draw.

    >>> survey = pd.DataFrame({"customer": [1, 2], "liking": [6, 2], "share": [80, 80], "stay_reason": ["value", "habit"],
    ...                        "choice_available": [True, True]})
    >>> axes = plot_loyalty_map({"A": loyalty_types(survey, "liking", "share")})
    >>> axes[0].get_title(loc="left")
    'A: 0 % monopoly'
    """
    if not found:
        raise ValueError("`found` has no company to draw. Give a name and what loyalty_types found: {'Bank': found}.")
    for result in found.values():
        need_columns(
            need_frame(getattr(result, "customers", None), "The table of customers"), ["attachment", "type"], "It"
        )
    axes = np.atleast_1d(new_axes(len(found), height=4.6, share_y=True))
    corners = (
        ((99, 6.85), "right", ("premium",)),
        ((1, 6.85), "left", ("latent",)),
        ((99, 1.12), "right", ("inertia", "convenience", "incentive")),
        ((1, 1.12), "left", ("price", "no loyalty")),
    )
    for ax, (name, result) in zip(axes, found.items(), strict=True):
        share = 100 * result.table.set_index("type")["share"]
        rows, x, y = _spread_points(result.customers, _POINTS)
        family = _family(result.customers["type"])[rows]
        for place, (label, marker) in enumerate(zip(FAMILIES, _MARKERS, strict=True)):
            mine = family == place
            ax.scatter(
                x[mine], y[mine], s=13, marker=marker, color=PALETTE[place], alpha=0.55, linewidth=0.7, label=tr(label)
            )
        ax.axvline(repurchase_cut, color="#222222", linewidth=1.2)
        ax.axhline(attachment_cut, color="#222222", linewidth=1.2)
        for (at_x, at_y), side, types in corners:
            words = "\n".join(f"{tr(one)} {share.get(one, 0):.0f} %" for one in types)
            ax.text(
                at_x, at_y, words, ha=side, va="top" if at_y > 4 else "bottom", fontsize=10, zorder=5,
                bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 2},
            )  # fmt: skip
        ax.set(xlim=(0, 100), ylim=(1, 7))
        ax.grid(visible=False)
        told = "; ".join(f"{one} {value:.0f} %" for one, value in share.items() if value >= 0.5)
        finish(
            ax,
            title=tr("{name}: {share:.0f} % monopoly", name=name, share=share["monopoly"]),
            x=tr("repurchase: share of wallet (%)"),
            y=tr("attachment (1-7)") if ax is axes[0] else "",
            words=tr("{name}, customers by attachment and repurchase: ", name=name) + told + ".",
        )
    handles, labels = axes[0].get_legend_handles_labels()
    legend = axes[0].figure.legend(handles, labels, loc="outside lower center", ncols=5, frameon=False, fontsize=10)
    for handle in legend.legend_handles:
        handle.set_alpha(1)
        handle.set_sizes([28])
    return axes


def plot_satisfaction_curve(curve: pd.DataFrame, slopes: pd.DataFrame, title: str = ""):
    """Draw the share that stayed by satisfaction, one line per market, with intervals.

    Parameters
    ----------
    curve, slopes : the `.curve` and `.slopes` of `satisfaction_curve` for an outcome of 0 and 1.
    title : the finding; without one, the smallest and the largest slope.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if a frame is empty or lacks a column.
    """
    columns = ["group", "mean_satisfaction", "outcome", "low", "high"]
    need_columns(need_frame(curve, "The curve"), columns, "The curve")
    need_columns(need_frame(slopes, "The frame of slopes"), ["group", "slope"], "The frame of slopes")
    ax = new_axes()
    for place, (name, rows) in enumerate(curve.groupby("group", sort=False)):
        x = rows["mean_satisfaction"]
        ax.fill_between(x, rows["low"], rows["high"], color=PALETTE[place], alpha=0.13, linewidth=0)
        ax.plot(
            x, rows["outcome"], color=PALETTE[place], linestyle=DASHES[place], marker=_MARKERS[place], linewidth=2.2, label=name
        )  # fmt: skip
    ax.set_ylim(0.05 * np.floor(20 * curve["low"].min()), 1.02)
    label_ends(ax)
    gain = 100 * slopes.set_index("group")["slope"]
    steep = gain.idxmax()
    finish(
        ax,
        title=title
        or tr(
            "Ten points of satisfaction: {least:+.1f} to {most:+.1f} points of staying",
            least=gain.min(),
            most=gain.max(),
        ),
        x=tr("satisfaction (0-100)"),
        y=tr("still a customer a year later"),
        words=tr("Share that stayed by satisfaction. Points of staying per ten points of satisfaction: ")
        + "; ".join(f"{name} {value:+.1f}" for name, value in gain.items())
        + ". "
        + tr("Steepest: {steep}.", steep=steep),
    )
    return percent_axis(ax)


def plot_effects(effects: pd.DataFrame, title: str):
    """Draw effect sizes with intervals, the naive one above the adjusted one.

    Parameters
    ----------
    effects : from `effect_sizes`.
    title : the finding.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if the frame is empty or lacks a column, or the title is missing.
    """
    columns = ["effect", "naive", "naive_low", "naive_high", "adjusted", "adjusted_low", "adjusted_high"]
    need_columns(need_frame(effects, "The frame of effects"), columns, "The frame of effects")
    ax = new_axes(height=1.1 + 0.5 * len(effects))
    places = np.arange(len(effects))[::-1]
    for side, label, shift, colour, marker in (
        ("naive", tr("naive"), 0.14, PALETTE[1], "s"),
        ("adjusted", tr("adjusted"), -0.14, PALETTE[0], "o"),
    ):
        middle = effects[side]
        reach = np.abs(effects[[f"{side}_low", f"{side}_high"]].to_numpy().T - middle.to_numpy())
        ax.errorbar(
            middle, places + shift, xerr=reach, fmt=marker, color=colour, markersize=6, linewidth=1.8, label=label
        )
    ax.axvline(0, color="#444444", linewidth=1)
    ax.set_yticks(places, effects["effect"])
    ax.set_ylim(-0.6, len(effects) - 0.4)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    told = "; ".join(f"{row.effect} {row.naive:+.2f} → {row.adjusted:+.2f}" for row in effects.itertuples())
    finish(
        ax,
        title=title,
        x=tr("effect (standard deviations)"),
        y="",
        words=tr("Naive and adjusted effects: ") + told + ".",
    )
    return ax


def plot_defection_gain(gains: pd.DataFrame):
    """Draw the gain in a customer's value from fewer defections against retention, one line per horizon.

    Parameters
    ----------
    gains : from `defection_gain`: several retentions for each value of `years`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if the frame is empty or lacks a column.
    """
    what = "The frame of gains"
    need_columns(need_frame(gains, what), ["retention", "years", "gain_percent"], what)
    ax = new_axes()
    ax.axhspan(25, 85, color=PALETTE[4], alpha=0.15, linewidth=0)
    ax.text(gains["retention"].min(), 82, tr(" the claim: 25 to 85 %"), va="top", fontsize=11, color="#444444")
    for place, (years, rows) in enumerate(gains.groupby("years")):
        label = tr("{years:g} years", years=years) if years < 100 else tr("endless")
        ax.plot(
            rows["retention"],
            rows["gain_percent"],
            color=PALETTE[place],
            linestyle=DASHES[place],
            linewidth=2.4,
            label=label,
        )
    ax.set_ylim(0, 1.05 * max(85.0, gains["gain_percent"].max()))
    label_ends(ax)
    ends = gains.groupby("years")["gain_percent"].agg(["min", "max"])
    lowest = gains["years"].min()
    finish(
        ax,
        title=tr(
            "Over {years:g} years: {low:.0f} to {high:.0f} %, whatever the retention",
            years=lowest, low=ends.loc[lowest, "min"], high=ends.loc[lowest, "max"],
        ),
        x=tr("retention before (%)"),
        y=tr("rise in a customer's value (%)"),
        words=tr("Rise in value per customer from five points fewer defections. ")
        + "; ".join(f"{years:g} years: {row['min']:.0f} to {row['max']:.0f} %" for years, row in ends.iterrows())
        + ".",
    )  # fmt: skip
    ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
    return ax


def loyalty_picture(
    company: str, rules: str, attachment_cut: float, repurchase_cut: float, surveys: Mapping[str, pd.DataFrame]
) -> dict:
    """Compute the loyalty map for one setting of the explorer, as a picture for the shared view.

    Parameters
    ----------
    company : name of one of the surveys.
    rules : "literature" or "textbook" (see `loyalty_rules`).
    attachment_cut : 1 to 7. repurchase_cut : 0 to 100.
    surveys : name of the company -> one wave of its survey.

    Returns
    -------
    A picture (see `crmlib.show._picture`): up to 1 000 customers as points, and all of them counted by type as bars.
    """
    from crmlib.show._picture import axis, bars, cut, number, panel, picture, points

    found = loyalty_types(
        surveys[company], rules=loyalty_rules(rules), attachment_cut=attachment_cut, repurchase_cut=repurchase_cut
    )
    table = found.table.set_index("type")["customers"]
    rows, x, y = _spread_points(found.customers, _POINTS)
    family = _family(found.customers["type"], rules)[rows]
    labels = (
        list(FAMILIES) if rules == "literature" else [*list(FAMILIES)[:2], "price, or latent", "unnamed", "monopoly"]
    )
    marks = [
        points(x[family == place], y[family == place], name=tr(label), colour=place)
        for place, label in enumerate(labels)
    ]
    plane = panel(
        tr("{company}: {n:,} of {all:,} customers", company=company, n=len(rows), all=len(found.customers)),
        axis(tr("repurchase: share of wallet"), unit="%", limits=(0, 100)),
        axis(tr("attachment"), unit="1-7", limits=(1, 7)),
        marks,
        cuts=[cut(repurchase_cut, strong=True), cut(attachment_cut, across="y", strong=True)],
        height=340,
    )
    count = panel(
        tr("Customers of each type"),
        axis(tr("customers"), limits=(0, max(1.0, 1.08 * float(table.max())))),
        axis("", categories=list(table.index.astype("str"))),
        [bars(table.to_numpy(dtype=float))],
        height=340,
    )
    told = ", ".join(f"{name} {n:,}" for name, n in table.items())
    return picture(
        plane,
        count,
        alt=tr(
            "{company}, attachment cut at {a:g}, repurchase cut at {r:g} %: ",
            company=company, a=attachment_cut, r=repurchase_cut,
        ) + told + ".",
        numbers=[number(str(name), n) for name, n in table.items()],
    )  # fmt: skip


def explore_loyalty(surveys: Mapping[str, pd.DataFrame]):
    """Open the loyalty map: move the cuts on attachment and repurchase, change the company or the rules, and count.

    Parameters
    ----------
    surveys : name of the company -> one wave of its survey, one row per customer (columns as `loyalty_types` expects them).

    Returns
    -------
    One widget: controls, reset button, map, counts and a sentence that says what changed.
    """
    from functools import partial

    from crmlib.show.view import choice, explorer, slider

    names = list(surveys)
    return explorer(
        {
            "company": choice(tr("Company"), [(name, name) for name in names], names[0]),
            "rules": choice(
                tr("Rules"), [(tr("literature"), "literature"), (tr("textbook"), "textbook")], "literature"
            ),
            "attachment_cut": slider(tr("Attachment cut"), 1, 7, 5, unit="1-7", step=0.5),
            "repurchase_cut": slider(tr("Repurchase cut"), 0, 100, 50, unit="% of wallet", step=5),
        },
        partial(loyalty_picture, surveys=surveys),
    )
