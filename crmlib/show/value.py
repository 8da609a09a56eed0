"""Figures and the explorer of customer value: lifetime value over time, retention of a cohort, buyers without a contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame
from crmlib.show._style import DASHES, PALETTE, finish, label_ends, money_axis, new_axes, percent_axis
from crmlib.show._text import tr

NOW, LATER = "now", "after one period"


def plot_clv(tables: Mapping[str, pd.DataFrame]):
    """Draw lifetime values as they add up over the years.

    Parameters
    ----------
    tables : name -> frame from `clv_table` (columns `period`, `together`).

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if there is no table, or one is no frame, is empty or lacks a column.

    >>> from crmlib.value import clv_table
    >>> plot_clv({"80 % stay": clv_table(100, 0.8, 0.1, 20)}).get_xlabel()
    'years from now'
    """
    if not tables:
        raise ValueError("There is no table to draw. Give at least one: plot_clv({'80 % stay': clv_table(...)}).")
    ax = new_axes()
    for place, (name, table) in enumerate(tables.items()):
        what = f"The table {name!r}"
        need_columns(need_frame(table, what), ["period", "together"], what)
        ax.plot(
            table["period"], table["together"], color=PALETTE[place % len(PALETTE)], linestyle=DASHES[place % len(DASHES)],
            linewidth=2.4, label=name,
        )  # fmt: skip
    ax.set_xlim(0, max(table["period"].max() for table in tables.values()))
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    label_ends(ax)
    ends = {name: table["together"].iloc[-1] for name, table in tables.items()}
    best = max(ends, key=ends.get)
    finish(
        ax,
        title=tr("{name}: worth ¥{value:,.0f}", name=best, value=ends[best]),
        x=tr("years from now"),
        y=tr("value added up"),
        words=tr("Lines that flatten out. At the end: ")
        + "; ".join(f"{name} ¥{value:,.0f}" for name, value in ends.items())
        + ".",
    )
    return money_axis(ax)


def plot_cohort(retention: pd.DataFrame, constant: float | None = None):
    """Draw the retention of each year of the relationship, as observed and as a model of customers who differ.

    Parameters
    ----------
    retention : the `.retention` of `fit_cohort`: columns `period`, `at_risk`, `observed`, `fitted` (shares of 1).
    constant : a retention that does not rise, drawn level.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `retention` is no frame, is empty or lacks a column.
    """
    what = "The table of retention"
    need_columns(need_frame(retention, what), ["period", "at_risk", "observed", "fitted"], what)
    ax = new_axes()
    x, seen = retention["period"], retention["observed"]
    error = 1.96 * np.sqrt(seen * (1 - seen) / retention["at_risk"])
    ax.errorbar(x, seen, yerr=error, fmt="o", color=PALETTE[0], markersize=7, capsize=3, label=tr("observed"))
    ax.plot(
        x, retention["fitted"], color=PALETTE[1], linewidth=2.2, linestyle="--", label=tr("customers who never change")
    )
    if constant is not None:
        ax.axhline(constant, color=PALETTE[4], linewidth=1.2, linestyle=":")
        ax.annotate(tr("mean"), (x.iloc[0], constant), (0, 4), textcoords="offset points", fontsize=11, color="#444444")
    ax.set_xticks(x)
    ax.legend(loc="lower right", frameon=False)
    first, last = seen.iloc[0], seen.iloc[-1]
    finish(
        ax,
        title=tr("From {a:.0f} to {b:.0f} %: so do customers who never change", a=100 * first, b=100 * last),
        x=tr("year of the relationship"),
        y=tr("stay for another year"),
        words=tr(
            "Points with intervals: observed retention rises from {a:.1f} % in year {s} to {b:.1f} % in year {t}. A line of "
            "customers who differ and never change runs through them.",
            a=100 * first, b=100 * last, s=x.iloc[0], t=x.iloc[-1],
        ),
    )  # fmt: skip
    return percent_axis(ax)


def plot_hold_out(found):
    """Draw what a model foretold beside what came: over time, and by how often customers had bought before.

    Parameters
    ----------
    found : from `hold_out_test`.

    Returns
    -------
    matplotlib Axes of the first panel.
    """
    over, by = new_axes(2, height=4.0)
    week, one = found.by_week, found.table.iloc[0]
    over.plot(week["day"], week["actual"], color=PALETTE[0], linewidth=2.4, label=tr("actual"))
    over.plot(week["day"], week["expected"], color=PALETTE[1], linewidth=2.2, linestyle="--", label=tr("expected"))
    over.axvline(one["calibration_end"], color="#6E6E6E", linewidth=1, linestyle=":")
    over.annotate(
        tr("unseen days"), (one["calibration_end"], 0.03), (6, 0), xycoords=("data", "axes fraction"), fontsize=11,
        textcoords="offset points", color="#444444",
    )  # fmt: skip
    over.legend(loc="upper left", frameon=False)
    over.set_ylim(bottom=0)
    over.yaxis.set_major_formatter("{x:,.0f}")
    ticks = pd.date_range(week["day"].iloc[0], week["day"].iloc[-1], periods=4).normalize()
    over.set_xticks(ticks, [f"{tick:%b %Y}" for tick in ticks])
    groups = found.by_frequency
    places = np.arange(len(groups))
    by.bar(places - 0.2, groups["actual"], width=0.4, color=PALETTE[0], label=tr("actual"))
    by.bar(
        places + 0.2,
        groups["expected"],
        width=0.4,
        color=PALETTE[1],
        hatch="//",
        edgecolor="white",
        label=tr("expected"),
    )
    by.set_xticks(places, [str(name).replace(" or more", "+") for name in groups["frequency"]])
    by.legend(loc="upper left", frameon=False)
    finish(
        by,
        title=tr("... and group by group"),
        x=tr("repeat purchases before"),
        y=tr("purchases after, per customer"),
        words=tr("Bars by earlier purchases, actual and expected: ")
        + "; ".join(f"{row.frequency}: {row.actual:.2f}, {row.expected:.2f}" for row in groups.itertuples())
        + ".",
    )
    word = tr("many") if one["error"] >= 0 else tr("few")
    return finish(
        over,
        title=tr("The model expects {share:.0f} % too {word}", share=abs(100 * one["error"]), word=word),
        x="",
        y=tr("repeat purchases so far"),
        words=tr(
            "Curves up to {day:%Y-%m-%d}. In the {days} unseen days: {actual:,} purchases, {expected:,.0f} expected.",
            day=one["last_day"], days=one["days"], actual=one["actual"], expected=one["expected"],
        ),
    )  # fmt: skip


def plot_alive(model, customers: pd.DataFrame, names: Mapping[object, str], days: int = 365):
    """Draw how the probability of still being a customer falls while nothing is bought.

    Parameters
    ----------
    model : from `fit_buying`.
    customers : from `customer_summary`, one row per customer.
    names : customer id -> name in the figure, for up to five customers.
    days : how many days without a purchase to draw, counted from each one's last purchase.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    ValueError : a customer is not in the frame, or there are more than five.
    """
    from crmlib.value import predict_purchases

    what = "The frame of customers"
    need_columns(need_frame(customers, what), ["customer", "repeat_frequency", "days_first_to_last"], what)
    known = customers.set_index("customer")
    missing = [one for one in names if one not in known.index]
    if missing or not 1 <= len(names) <= len(PALETTE):
        raise ValueError(f"Name one to five customers who are in the frame; not there: {missing or 'none'}.")
    ax = new_axes()
    silent = np.arange(0, days + 1)
    ends = {}
    for place, (one, name) in enumerate(names.items()):
        row = known.loc[one]
        path = pd.DataFrame(
            {
                "customer": silent,
                "repeat_frequency": row["repeat_frequency"],
                "days_first_to_last": row["days_first_to_last"],
                "days_observed": row["days_first_to_last"] + silent,
            }
        )
        chance = predict_purchases(model, path, 1)["probability_alive"]
        ends[name] = chance.iloc[-1]
        ax.plot(silent, chance, color=PALETTE[place], linestyle=DASHES[place], linewidth=2.4, label=name)
    ax.set(xlim=(0, days), ylim=(0, 1.02))
    label_ends(ax)
    finish(
        ax,
        title=tr("The same silence means more from a frequent buyer"),
        x=tr("days since the last purchase"),
        y=tr("probability of being alive"),
        words=tr("Falling lines. After {days} days: ", days=days)
        + "; ".join(f"{name} {100 * value:.0f} %" for name, value in ends.items())
        + ".",
    )
    return percent_axis(ax)


def plot_scorecard(table: pd.DataFrame, groups: Sequence[str] | None = None):
    """Draw how groups of customers differ from everyone, measure by measure.

    Parameters
    ----------
    table : the `.table` of `value_scorecard` with groups: columns `measure`, `everyone` and one per group. A measure for which
        everyone has 0 or less cannot be compared in percent and is left out; the description says so.
    groups : which groups to draw, up to five; None: all.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, lacks a column, or has no group.
    """
    what = "The scorecard"
    need_columns(need_frame(table, what), ["measure", "everyone"], what)
    names = list(
        groups or [name for name in table.columns if name not in ("dimension", "measure", "customers", "everyone")]
    )
    need_columns(table, names, what)
    if not 1 <= len(names) <= len(PALETTE):
        raise ValueError(
            f"A scorecard figure compares one to five groups, and this one has {len(names)}. Name them: groups=."
        )
    shown = table[table["everyone"] > 0]
    left_out = table.loc[~(table["everyone"] > 0), "measure"].tolist()
    relative = shown[names].div(shown["everyone"], axis=0)
    ax = new_axes(height=0.42 * len(shown) + 1.6)
    places = np.arange(len(shown))[::-1]
    width = 0.8 / len(names)
    for number, name in enumerate(names):
        at = places + (len(names) - 1 - 2 * number) * width / 2
        ax.barh(at, relative[name] - 1, height=width, color=PALETTE[number], label=name)
    ax.axvline(0, color="#444444", linewidth=1)
    ax.set_yticks(places, shown["measure"])
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.legend(loc="best", frameon=False)
    apart = (relative.set_axis(shown["measure"]) - 1).abs()
    group = apart.max().idxmax()
    widest = apart[group].idxmax()
    other = "satisfaction" if widest != "satisfaction" and "satisfaction" in apart.index else apart[group].idxmin()
    differs = relative[group].set_axis(shown["measure"]) - 1
    told = ", ".join(f"{one} {_percent(differs[one])}" for one in dict.fromkeys((widest, other)))
    title = tr("{name}: {told}", name=group[:1].upper() + group[1:], told=told)
    words = "; ".join(
        f"{name}: "
        + ", ".join(f"{m} {100 * (v - 1):+.0f} %" for m, v in zip(shown["measure"], relative[name], strict=True))
        for name in names
    )
    finish(
        ax,
        title=title,
        x=tr("difference from everyone"),
        y="",
        words=words
        + (tr(". Left out, since everyone has 0 or less: ") + ", ".join(left_out) if left_out else "")
        + ".",
    )
    return percent_axis(ax, "x")


def plot_drivers(drivers: pd.DataFrame):
    """Draw how much each driver decides the next choice, against how we stand beside the rivals.

    Parameters
    ----------
    drivers : from `value_drivers`: columns `driver`, `importance`, `standard_error`, `gap`. Rows without a gap (inertia) are not
        drawn.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `drivers` is no frame, is empty or lacks a column.
    """
    what = "The table of drivers"
    need_columns(need_frame(drivers, what), ["driver", "importance", "standard_error", "gap"], what)
    shown = drivers.dropna(subset="gap")
    ax = new_axes()
    ax.axvline(0, color="#444444", linewidth=1)
    ax.errorbar(
        shown["gap"],
        shown["importance"],
        yerr=1.96 * shown["standard_error"],
        fmt="o",
        color=PALETTE[0],
        markersize=9,
        capsize=4,
    )
    for row in shown.itertuples():
        ax.annotate(
            str(row.driver), (row.gap, row.importance), (10, 0), textcoords="offset points", va="center", fontsize=12
        )
    room = 0.35 * max(np.ptp(shown["gap"]), 0.2)
    ax.set_xlim(min(0.0, shown["gap"].min()) - room, max(0.0, shown["gap"].max()) + room)
    ax.set_ylim(0, 1.1 * (shown["importance"] + 1.96 * shown["standard_error"]).max())
    heaviest, weakest = shown.loc[shown["importance"].idxmax()], shown.loc[shown["gap"].idxmin()]
    finish(
        ax,
        title=tr(
            "{a} has the highest weight; in {b} we stand worst",
            a=str(heaviest["driver"]).capitalize(),
            b=weakest["driver"],
        ),
        x=tr("our mean rating − the rivals' (points)"),
        y=tr("importance (log-odds per point)"),
        words=tr("Points with intervals: ")
        + "; ".join(f"{row.driver}: importance {row.importance:.2f}, gap {row.gap:+.2f}" for row in shown.itertuples())
        + ".",
    )
    return ax


def clv_picture(
    margin: float, retention: float, discount: float, years: int, cost: float, first_payment: str = LATER
) -> dict:
    """Compute what the explorer of lifetime value shows, as a picture for the shared view.

    Parameters
    ----------
    margin : yuan per year.
    retention, discount : in % per year.
    years : horizon, 1 or more.
    cost : yuan to win the customer.
    first_payment : 'now' or 'after one period'.

    Returns
    -------
    A picture (see `crmlib.show._picture`): value added up over the years, the other convention dashed, and what the value would
    gain if one thing were a tenth better: margin a tenth higher, leaving or discount a tenth lower, horizon a tenth longer.

    Raises
    ------
    ValueError : as `crmlib.value.retention_clv`.

    >>> picture = clv_picture(100, 80, 10, 30, 200)
    >>> [one["text"] for one in picture["numbers"]][:3]
    ['¥267', '¥367', '¥67']
    """
    from crmlib.show._picture import axis, bars, curve, cut, number, panel, picture
    from crmlib.value import clv_table, retention_clv

    stay, rate = retention / 100, discount / 100
    other = NOW if first_payment == LATER else LATER

    def value(m=margin, r=stay, d=rate, n=years):
        return retention_clv(m, r, d, n, first_payment=first_payment)

    now = value()
    lines = [clv_table(margin, stay, rate, years, first_payment=one) for one in (first_payment, other)]
    points = [
        (table["period"].to_numpy(), table["together"].to_numpy())
        if table["period"].iloc[0] == 0
        else (np.append(0, table["period"]), np.append(0.0, table["together"]))
        for table in lines
    ]
    paid_back = next((int(x) for x, y in zip(*points[0], strict=True) if y >= cost), None)
    tenth = max(1, round(years / 10))
    gains = {
        tr("margin +10 %"): value(m=1.1 * margin) - now,
        tr("leaving −10 %"): value(r=1 - 0.9 * (1 - stay)) - now,
        tr("discount −10 %"): value(d=0.9 * rate) - now,
        tr("horizon +{n} years", n=tenth) if tenth > 1 else tr("horizon +1 year"): value(n=years + tenth) - now,
    }
    names = {NOW: tr("first payment now"), LATER: tr("first payment after a year")}
    top = max(max(y.max() for _, y in points), cost, 1.0)
    left = panel(
        tr("Value added up"),
        axis(tr("years from now"), limits=(0, years)),
        axis(tr("value"), unit="¥", limits=(min(0.0, min(y.min() for _, y in points)), 1.08 * top)),
        [
            curve(*points[0], name=names[first_payment], colour=0),
            curve(*points[1], name=names[other], colour=1, dashed=True),
        ],
        cuts=[cut(cost, tr("cost of winning"), across="y")],
        height=320,
    )
    right = panel(
        tr("What a tenth would bring"),
        axis(tr("gain of value"), unit="¥"),
        axis("", categories=list(gains)),
        [bars(list(gains.values()), colour=2)],
        height=320,
    )
    told = "; ".join(f"{name} {gain:+,.0f}" for name, gain in gains.items())
    return picture(
        left,
        right,
        alt=tr(
            "Worth ¥{now:,.0f} ({timing}); a customer won for ¥{cost:,.0f} brings ¥{net:,.0f}. In yuan: {told}.",
            now=now, timing=names[first_payment], cost=cost, net=now - cost, told=told,
        ),
        numbers=[
            number(tr("Lifetime value"), now, unit="¥", colour=0),
            number(tr("With the other timing"), points[1][1][-1], unit="¥", colour=1),
            number(tr("Value − cost of winning"), now - cost, unit="¥"),
            number(tr("Cost is back in year"), paid_back),
            number(tr("Stays on average, from now"), 1 / (1 - stay) if stay < 1 else None, unit=tr("years"), decimals=1),
        ],
    )  # fmt: skip


def explore_clv(margin: float = 700, retention: float = 85, discount: float = 10, years: int = 10, cost: float = 400):
    """Open the explorer of lifetime value: margin, retention, discount, horizon, cost of winning and timing.

    Parameters
    ----------
    margin, retention, discount, years, cost : where the sliders start, in the units of `clv_picture`.

    Returns
    -------
    One widget: sliders, reset button, picture, numbers and a sentence that says what changed.

    >>> explore_clv().controls["retention"].description
    'Retention (% a year)'
    """
    from crmlib.show.view import choice, explorer, slider

    controls = {
        "margin": slider(tr("Margin"), 0, max(2_000, 2 * margin), margin, unit=tr("¥ a year"), step=10),
        "retention": slider(tr("Retention"), 50, 99, retention, unit=tr("% a year"), step=1),
        "discount": slider(tr("Discount"), 0, 30, discount, unit=tr("% a year"), step=1),
        "years": slider(tr("Horizon"), 1, 30, years, unit=tr("years"), step=1),
        "cost": slider(tr("Cost of winning"), 0, max(3_000, 2 * cost), cost, unit="¥", step=10),
        "first_payment": choice(tr("First payment"), [(tr("after a year"), LATER), (tr("now"), NOW)], LATER),
    }
    return explorer(controls, clv_picture)


def _percent(share: float) -> str:
    """Write a difference with its sign: +29 %, −1 %, ±0 %."""
    whole = round(100 * share)
    return f"{whole:+d} %".replace("-", "−") if whole else "±0 %"
