"""Figures and the explorer of lesson 01: how marketing's focus moved, who holds the value, the service-profit chain, the base."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame, need_numbers, the_column
from crmlib.show._style import DASHES, ON_PALETTE, PALETTE, finish, new_axes, percent_axis
from crmlib.show._text import tr


def plot_timeline(periods: pd.DataFrame):
    """Draw periods as bars on a common time axis, one row of bars per view of history.

    Parameters
    ----------
    periods : one row per period: `view` (whose periods they are), `focus` (its name), `start` and `end` (years).

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `periods` is no frame, is empty or lacks a column.

    >>> periods = pd.DataFrame({"view": ["one"], "focus": ["services"], "start": [1980], "end": [1990]})
    >>> [text.get_text() for text in plot_timeline(periods).texts]
    ['services']
    """
    need_columns(need_frame(periods, "The table of periods"), ["view", "focus", "start", "end"], "The table of periods")
    views = periods["view"].drop_duplicates().tolist()
    ax = new_axes(height=0.8 + 0.9 * len(views))
    for row in periods.itertuples():
        place = views.index(row.view)
        shade = place % len(PALETTE)  # one colour a view: within a view it would mean nothing
        ax.barh(place, row.end - row.start, left=row.start, height=0.62, color=PALETTE[shade], edgecolor="white")
        ax.text(
            (row.start + row.end) / 2, place, row.focus, ha="center", va="center", fontsize=9.5, color=ON_PALETTE[shade]
        )
    ax.set_yticks(range(len(views)), views)
    ax.invert_yaxis()
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    words = "; ".join(
        f"{view}: " + ", ".join(f"{row.focus} {row.start}" for row in group.itertuples())
        for view, group in periods.groupby("view", sort=False)
    )
    first = periods[periods["view"] == views[0]].sort_values("start")
    return finish(
        ax,
        title=tr(
            "Marketing's focus moved from {first} to {last}", first=first["focus"].iloc[0], last=first["focus"].iloc[-1]
        ),
        x=tr("year"),
        y="",
        words=words + ".",
    )


def plot_value_map(shares: pd.DataFrame, title: str):
    """Draw who holds what part of the value, one stacked bar per row.

    Parameters
    ----------
    shares : one row per bar (index: its name), one column per holder, shares that sum to 1 in each row and are not negative.
    title : the finding.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `shares` is no frame or empty, or a row has a negative share or does not sum to 1.

    >>> plot_value_map(pd.DataFrame({"us": [0.2], "others": [0.8]}, index=["city"]), "Others hold most").get_xlabel()
    'share of the value (%)'
    """
    need_frame(shares, "The table of shares")
    wrong = (shares < 0).any(axis=1) | ((shares.sum(axis=1) - 1).abs() > 1e-6)
    if wrong.any():
        raise ValueError(
            f"Each row of the table of shares must hold shares of 0 or more that sum to 1; the row {wrong.idxmax()!r} "
            f"sums to {shares.sum(axis=1)[wrong.idxmax()]:.3f}. Divide each row by its sum, and leave losses out."
        )
    ax = new_axes(height=1.5 + 0.62 * len(shares))
    left = np.zeros(len(shares))
    places = np.arange(len(shares))[::-1]
    for colour, name in enumerate(shares.columns):
        width = shares[name].to_numpy()
        shade = colour % len(PALETTE)
        ax.barh(places, width, left=left, height=0.66, color=PALETTE[shade], edgecolor="white", label=name)
        for place, begin, size in zip(places, left, width, strict=True):
            if size >= 0.05:
                ax.text(
                    begin + size / 2, place, f"{100 * size:.0f}", ha="center", va="center", color=ON_PALETTE[shade], fontsize=11
                )  # fmt: skip
        left = left + width
    ax.set_yticks(places, [str(name) for name in shares.index])
    ax.set_xlim(0, 1)
    ax.grid(visible=False)
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=5,
        frameon=False,
        fontsize=10,
        handlelength=1,
        columnspacing=1.2,
    )
    words = "; ".join(
        f"{name}: " + ", ".join(f"{holder} {100 * share:.0f} %" for holder, share in row.items())
        for name, row in shares.iterrows()
    )
    finish(ax, title=title, x=tr("share of the value"), y="", words=words + ".")
    ax.set_title(title, loc="left", fontsize=13, fontweight="bold", pad=34)  # room for the legend
    return percent_axis(ax, "x")


def plot_chain(
    panel: pd.DataFrame,
    cause: str,
    outcome: str,
    *,
    per: float = 1.0,
    names: tuple[str, str] | None = None,
    lag: int = 1,
    unit: str = "branch",
    period: str = "year",
):
    """Draw the service-profit chain twice: units' means, and each unit's years around its own mean.

    Parameters
    ----------
    panel, lag, unit, period : as in `crmlib.relationship.service_profit_chain`.
    cause : column of points. outcome : column of money, above 0; its logarithm is compared, so that slopes are rates.
    per : how many points of the cause the titles speak of, above 0.
    names : what the axes call cause and outcome; None: the columns' names.

    Returns
    -------
    Array of two matplotlib Axes: left money on a logarithmic axis, right per cent from a unit's own mean.

    Raises
    ------
    ValueError, TypeError : as in `service_profit_chain`; money that is not above 0, `per` not above 0.
    """
    from matplotlib.ticker import NullFormatter, StrMethodFormatter

    from crmlib.relationship import service_profit_chain

    what = "The panel"
    need_columns(need_frame(panel, what), [unit, period, cause, outcome], what)
    money = need_numbers(panel, outcome, what)
    if (money <= 0).any():
        raise ValueError(f"{the_column(outcome, what)} must be above 0 to have a rate. Leave such rows out first.")
    if not per > 0:
        raise ValueError(f"`per` must be a number of points above 0, such as 5, but it is {per!r}.")
    panel = panel.assign(**{outcome: np.log(money)})
    found = service_profit_chain(panel, cause, outcome, lag=lag, unit=unit, period=period).set_index("comparison")
    earlier = panel[[unit, period, cause]].assign(**{period: panel[period] + lag})
    pairs = (
        earlier.merge(panel[[unit, period, outcome]], on=[unit, period]).dropna().astype({cause: float, outcome: float})
    )
    means = pairs.groupby(unit)[[cause, outcome]].mean()
    own = pairs[[cause, outcome]] - pairs.groupby(unit)[[cause, outcome]].transform("mean")
    own = own - own.groupby(pairs[period]).transform("mean")
    rates = 100 * per * found[["slope", "low", "high"]]
    x, y = names or (cause, outcome)
    perhaps = tr(", perhaps nothing") if rates.loc["within", "low"] < 0 < rates.loc["within", "high"] else ""
    texts = (
        (
            np.exp,
            means,
            tr("Between: {rate:.0f} % more per {per:g} points", rate=rates.loc["between", "slope"], per=per),
            tr("{cause} (points)", cause=x),
            tr("{outcome} (¥)", outcome=y),
        ),
        (
            lambda logs: 100 * logs,
            own,
            tr("Within: {rate:.1f} %{perhaps}", rate=rates.loc["within", "slope"], perhaps=perhaps),
            tr("{cause}, from own mean (points)", cause=x),
            tr("a year later, from own mean (%)"),
        ),
    )
    axes = new_axes(2, height=4.0)
    for place, (name, (scale, points, title, below, beside)) in enumerate(
        zip(("between", "within"), texts, strict=True)
    ):
        ax, slope = axes[place], found.loc[name, "slope"]
        ax.plot(points[cause], scale(points[outcome]), "o", color=PALETTE[place], markersize=5, alpha=0.8)
        ends = np.linspace(points[cause].min(), points[cause].max(), 2)
        line = scale(points[outcome].mean() + slope * (ends - points[cause].mean()))
        ax.plot(ends, line, color="#1A1A1A", linestyle=DASHES[place], linewidth=2)
        words = tr(
            "{title} ({low:.1f} to {high:.1f} %), {n} points.",
            title=title, low=rates.loc[name, "low"], high=rates.loc[name, "high"], n=len(points),
        )  # fmt: skip
        if name == "between":
            ax.set_yscale("log")
            ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
            ax.yaxis.set_minor_formatter(NullFormatter())
            ticks = np.unique(np.round(np.geomspace(*np.exp(points[outcome].agg(["min", "max"])), 5), -1))
            ax.set_yticks(ticks if len(ticks) > 1 else ax.get_yticks())
        finish(ax, title=title, x=below, y=beside, words=words)
    return axes


def base_picture(customers: float, retention: float, new: float, years: int = 10) -> dict:
    """Compute what the explorer of the customer base shows, as a picture for the shared view.

    Parameters
    ----------
    customers : at the start. retention : % a year. new : customers won each year. years : how many to show.

    Returns
    -------
    A picture (see `crmlib.show._picture`): the base as a curve beside the one that wins nobody, and the last year's flows.

    >>> [one["text"] for one in base_picture(1000, 80, 100)["numbers"]]
    ['554', '500', '3.1 years']
    """
    from crmlib.relationship import customer_base
    from crmlib.show._picture import axis, bars, curve, number, panel, picture

    share = retention / 100
    base = customer_base(customers, share, new, years)
    alone = customer_base(customers, share, 0, years)
    last = base.iloc[-1]
    settles = new / (1 - share) if share < 1 else np.inf
    half = np.log(0.5) / np.log(share) if 0 < share < 1 else None
    top = max(base["customers"].max(), customers, 1)
    left = panel(
        tr("Customers over {years} years", years=years),
        axis(tr("year"), limits=(0, years)),
        axis(tr("customers"), limits=(0, 1.05 * top)),
        [
            curve(base["year"], base["customers"], name=tr("with new customers"), colour=0),
            curve(base["year"], alone["customers"], name=tr("without"), colour=1, dashed=True),
        ],
    )
    right = panel(
        tr("The last year's flows"),
        axis(tr("customers")),
        axis("", categories=[tr("kept"), tr("new"), tr("lost")]),
        [bars([last["kept"], last["new"], -last["lost"]])],
    )
    settled = f"{settles:,.0f}" if np.isfinite(settles) else tr("never: nobody leaves")
    return picture(
        left,
        right,
        alt=tr(
            "After {years} years {n:,.0f} customers; without new ones {alone:,.0f}. It settles at {settled}.",
            years=years, n=last["customers"], alone=alone["customers"].iloc[-1], settled=settled,
        ),
        numbers=[
            number(tr("Customers after {years} years", years=years), last["customers"], colour=0),
            number(tr("The base settles at"), settles if np.isfinite(settles) else None),
            number(tr("Half of today's are gone after"), half, unit=tr("years"), decimals=1, colour=1),
        ],
    )  # fmt: skip


def explore_base(customers: int, retention: float, new: int, years: int = 10):
    """Open the explorer of the customer base: retention and new customers a year.

    Parameters
    ----------
    customers, retention (in %), new : where the explorer starts; retention in whole %, new a multiple of 50.

    Returns
    -------
    One widget: two sliders, reset button, picture, numbers and a sentence that says what changed.
    """
    from functools import partial

    from crmlib.show.view import explorer, slider

    most = max(100, 2 * new)
    return explorer(
        {
            "retention": slider(tr("Retention"), 50, 100, retention, unit=tr("% a year"), step=1),
            "new": slider(tr("New customers"), 0, most, new, unit=tr("a year"), step=50),
        },
        partial(base_picture, customers, years=years),
    )
