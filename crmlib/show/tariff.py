"""Figures of the utility's case, and the tariff explorer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_amounts, need_columns, need_frame, rows_text
from crmlib.show._style import DASHES, PALETTE, finish, label_ends, money_scale, new_axes, percent_axis
from crmlib.show._text import tr

GREY = "#444444"
SHADES = {"peak": "#F6DDCB", "valley": "#D6E6F2"}


def plot_day(profile: pd.DataFrame, hours: pd.DataFrame):
    """Draw the load of an average day, one line per column, with peak and valley hours shaded.

    Parameters
    ----------
    profile : one row per hour (index 0 to 23), one column per line: load relative to its mean (1 = the mean hour).
    hours : 24 rows: `hour`, `period` ("peak", "flat", "valley").

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if a frame is none, is empty, lacks a column or an hour.

    >>> day = pd.DataFrame({"homes": [1.0] * 23 + [2.0]})
    >>> hours = pd.DataFrame({"hour": range(24), "period": ["valley"] * 8 + ["peak"] * 16})
    >>> plot_day(day, hours).get_title(loc="left")
    'Busiest hour: homes 23'
    """
    need_frame(profile, "The profile of the day")
    need_columns(need_frame(hours, "The table of hours"), ["hour", "period"], "The table of hours")
    if list(profile.index) != list(range(24)):
        raise ValueError("The profile of the day must have one row per hour, in order: index 0 to 23.")
    ax = new_axes()
    period = hours.set_index("hour")["period"].astype(str)
    for hour in range(24):
        if period[hour] in SHADES:
            ax.axvspan(hour - 0.5, hour + 0.5, color=SHADES[period[hour]], linewidth=0)
    for place, name in enumerate(profile.columns):
        ax.plot(
            profile.index,
            profile[name],
            color=PALETTE[place],
            linestyle=DASHES[place],
            linewidth=2.4,
            label=tr(str(name)),
        )
    ax.set(xlim=(-0.5, 23.5), ylim=(0, 1.12 * float(profile.to_numpy().max())))
    ax.set_xticks(range(0, 24, 3))
    for name in SHADES:
        first = int(period.index[period == name][0]) if (period == name).any() else None
        if first is not None:
            ax.text(first, 0.04 * ax.get_ylim()[1], tr(name), fontsize=10, color=GREY)
    label_ends(ax)
    tops = {name: int(profile[name].idxmax()) for name in profile}
    title = tr("Busiest hour: ") + ", ".join(f"{tr(str(name))} {hour}" for name, hour in tops.items())
    return finish(
        ax,
        title=title,
        x=tr("hour of the day (shaded: peak and valley hours of the tariff)"),
        y=tr("load / its mean"),
        words=tr("Lines of load by hour. ")
        + "; ".join(
            tr("{name}: from {low:.2f} to {high:.2f} times its mean", name=tr(str(name)), low=profile[name].min(), high=profile[name].max())
            for name in profile
        )
        + ".",
    )  # fmt: skip


def plot_bills(bills: pd.DataFrame, *, edges: Sequence[float] = ()):
    """Draw the month's bill against the month's use, one line per tariff, with the ends of the tiers.

    Parameters
    ----------
    bills : one row per use of the month (index in kWh, rising), one column of amounts (yuan) per tariff or kind of customer.
    edges : ends of tiers (kWh).

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `bills` is no frame or is empty.
    """
    need_frame(bills, "The frame of bills")
    ax = new_axes()
    for place, name in enumerate(bills.columns):
        ax.plot(
            bills.index, bills[name], color=PALETTE[place], linestyle=DASHES[place], linewidth=2.4, label=tr(str(name))
        )
    for edge in edges:
        ax.axvline(edge, color=GREY, linewidth=1, linestyle=":")
        ax.text(edge, 0.97 * ax.get_ylim()[1], f" {edge:g} kWh", fontsize=10, color=GREY, va="top")
    ax.set(xlim=(bills.index.min(), bills.index.max()), ylim=(0, None))
    label_ends(ax)
    last = bills.iloc[-1]
    return finish(
        ax,
        title=tr("A tier bends the line; the hour decides which line"),
        x=tr("use of the month (kWh)"),
        y=tr("bill (¥)"),
        words=tr("Bills at {kwh:g} kWh: ", kwh=bills.index[-1])
        + "; ".join(f"{tr(str(name))} ¥{value:,.0f}" for name, value in last.items())
        + ".",
    )


def plot_estimates(table: pd.DataFrame, *, title: str, x: str, truth: float | None = None):
    """Draw estimates with their intervals, one row each, and the truth where it is known.

    Parameters
    ----------
    table : `who` (name of the row), `difference`, `low`, `high`.
    title : the finding.
    x : what is measured, with its unit.
    truth : drawn as an upright line.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of estimates"
    need_columns(need_frame(table, what), ["who", "difference", "low", "high"], what)
    ax = new_axes(height=0.6 * len(table) + 1.7)
    at = np.arange(len(table))[::-1]
    for place, (y, row) in enumerate(zip(at, table.itertuples(), strict=True)):
        ax.plot([row.low, row.high], [y, y], color=PALETTE[place], linewidth=4, solid_capstyle="butt")
        ax.plot([row.difference], [y], "o", color=PALETTE[place], markersize=9)
    ax.axvline(0, color=GREY, linewidth=1.2)
    if truth is not None:
        ax.axvline(truth, color="#1A1A1A", linewidth=1.6, linestyle="--")
        ax.text(truth, len(table) - 0.45, f" {tr('truth')}", fontsize=11)
    ax.set_yticks(at, [tr(str(name)) for name in table["who"]])
    ax.set_ylim(-0.6, len(table) - 0.1)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    words = "; ".join(
        f"{tr(str(row.who))}: {row.difference:.1f} ({row.low:.1f} to {row.high:.1f})" for row in table.itertuples()
    )
    if truth is not None:
        words += tr("; truth {truth:.1f}", truth=truth)
    return finish(
        ax, title=title, x=x, y="", words=tr("Estimates with 95 % intervals. ") + words.replace("-", "−") + "."
    )


def plot_winners(table: pd.DataFrame, by: str):
    """Draw what a new tariff brings each group: what it gains without moving anything, and by shifting.

    Parameters
    ----------
    table : from `winners_losers`: the column `by`, `gain`, `structural`, `shifting` (yuan a year), `lose` (share).
    by : column with the names of the groups.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of winners"
    need_columns(need_frame(table, what), [by, "gain", "structural", "shifting", "lose"], what)
    ax = new_axes(height=0.8 * len(table) + 2.0)
    at = np.arange(len(table))[::-1]
    for place, (name, label) in enumerate((("structural", tr("without shifting")), ("shifting", tr("by shifting")))):
        ax.barh(at + 0.19 - 0.38 * place, table[name], height=0.36, color=PALETTE[1 - place], label=label)
    ax.plot(table["gain"], at, "D", color="#1A1A1A", markersize=7, label=tr("together"))
    ax.axvline(0, color=GREY, linewidth=1.2)
    ax.set_yticks(at, [tr(str(name)) for name in table[by]])
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, ncols=3, borderaxespad=0.2)
    worst = table.loc[table["gain"].idxmin()]
    finish(
        ax,
        title=tr("{name}: {lose:.0f} % lose", name=tr(str(worst[by])).capitalize(), lose=100 * worst["lose"]),
        x=tr("mean gain per customer (¥ a year; left of 0: loss)"),
        y="",
        words=tr("Mean gain in ¥ a year, without shifting, by shifting. ")
        + "; ".join(f"{tr(str(row[by]))} {row['structural']:.0f}, {row['shifting']:.0f}" for _, row in table.iterrows()).replace("-", "−")
        + ".",
    )  # fmt: skip
    ax.set_title(ax.get_title(loc="left"), loc="left", pad=30, fontsize=13, fontweight="bold")
    return ax


def plot_codes(rates: pd.DataFrame, by: str):
    """Draw what agents code beside what audited customers say, period by period.

    Parameters
    ----------
    rates : from `resolution_rates`: the column `by`, `coded`, `audited`, `low`, `high`.
    by : column with the names of the periods, in order.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `rates` is no frame, is empty or lacks a column.
    """
    what = "The table of rates"
    need_columns(need_frame(rates, what), [by, "coded", "audited", "low", "high"], what)
    ax = new_axes(height=3.6)
    at = np.arange(len(rates))
    beside = at + 0.05  # so that the ends of an interval do not lie on the other line's points
    ax.plot(at, rates["coded"], "o-", color=PALETTE[1], linewidth=2.4, markersize=9, label=tr("coded by agents"))
    ax.errorbar(
        beside, rates["audited"], yerr=[rates["audited"] - rates["low"], rates["high"] - rates["audited"]], fmt="s--", color=PALETTE[0],
        linewidth=2.4, markersize=8, capsize=5, label=tr("said by audited customers"),
    )  # fmt: skip
    for name, colour, places in (("coded", PALETTE[1], at), ("audited", PALETTE[0], beside)):
        for x, value in zip(places, rates[name], strict=True):
            # Of the last point on the right, of the others on the left: there no line runs through the figure
            last = len(at) > 1 and x == places[-1]
            ax.annotate(
                f"{100 * value:.0f} %",
                (x, value),
                (10, 0) if last else (-10, 0),
                textcoords="offset points",
                ha="left" if last else "right",
                va="center",
                color=colour,
                fontweight="bold",
            )
    ax.set_xticks(at, [tr(str(name)) for name in rates[by]])
    ax.set(xlim=(-0.3, len(rates) - 0.7), ylim=(0.5, 1.0))
    ax.legend(loc="lower left", frameon=False)
    first, last = rates.iloc[0], rates.iloc[-1]
    finish(
        ax,
        title=tr("The code rose by {a:.0f} points, the customers’ word did not", a=100 * (last["coded"] - first["coded"])),
        x="",
        y=tr("resolved at the first contact"),
        words=tr("Share resolved, coded and audited, in %. ")
        + "; ".join(f"{tr(str(row[by]))}: {100 * row['coded']:.0f}, {100 * row['audited']:.0f}" for _, row in rates.iterrows())
        + tr(". The axis begins at 50 %."),
    )  # fmt: skip
    return percent_axis(ax)


def plot_forecast(table: pd.DataFrame):
    """Draw demand and forecasts over some days.

    Parameters
    ----------
    table : one row per hour (index: time), first column the demand, then the forecasts (MW).

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or has one column only.
    """
    need_frame(table, "The frame of forecasts")
    if table.shape[1] < 2:
        raise ValueError("The frame of forecasts needs the demand and at least one forecast.")
    ax = new_axes(height=3.8)
    colours = ("#1A1A1A", PALETTE[1], PALETTE[0], PALETTE[2])
    days = (table.index - table.index[0]) / pd.Timedelta(days=1)
    for place, name in enumerate(table.columns):
        ax.plot(days, table[name], color=colours[place], linestyle=DASHES[place], linewidth=2, label=tr(str(name)))
    ax.set_xlim(0, days[-1])
    label_ends(ax)
    whole = int(np.ceil(days[-1]))
    ax.set_xticks(
        np.arange(whole) + 0.5, [f"{day:%d %b}" for day in table.index[0] + pd.to_timedelta(range(whole), unit="D")]
    )
    errors = {name: float((table[name] - table.iloc[:, 0]).abs().mean()) for name in table.columns[1:]}
    worst, best = max(errors, key=errors.get), min(errors, key=errors.get)
    return finish(
        ax,
        title=tr("{worst} errs by {a:.0f} MW here, {best} by {b:.0f}", worst=tr(worst).capitalize(), a=errors[worst], best=tr(best),
                 b=errors[best]),
        x="",
        y=tr("demand (MW)"),
        words=tr("Demand and forecasts by hour. Mean absolute error in MW: ")
        + "; ".join(f"{tr(name)} {value:.0f}" for name, value in errors.items())
        + ".",
    )  # fmt: skip


LINKS = ("fuel", "generator's margin", "grid", "levy", "cost to serve", "supplier's margin")


def plot_price_chain(table: pd.DataFrame):
    """Draw who is paid what out of the billed price of a kWh, class by class, in fen.

    `plot_margin_chain` draws the same links from prices without bills, from `margin_chain`, in yuan.

    Parameters
    ----------
    table : from `kwh_chain`: `class`, the links of the chain and `price` (yuan per kWh).

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of the chain"
    need_columns(need_frame(table, what), ["class", *LINKS, "price"], what)
    ax = new_axes(height=0.7 * len(table) + 2.2)
    at = np.arange(len(table))[::-1]
    colours = ("#6E6E6E", PALETTE[1], "#9EC9E2", "#C8C8C8", PALETTE[3], PALETTE[0])
    left = np.zeros(len(table))
    for name, colour in zip(LINKS, colours, strict=True):
        width = 100 * table[name].to_numpy()
        under = width < 0
        ax.barh(at, width, left=np.where(under, 0, left), color=colour, height=0.6, label=tr(name), edgecolor="white")
        left = left + np.where(under, 0, width)
    ax.axvline(0, color=GREY, linewidth=1.2)
    # A class sold below its cost has a longer bar than its price: say the price, and where on the bar it is
    prices = 100 * table["price"].to_numpy()
    ax.vlines(prices, at - 0.38, at + 0.38, color="#1A1A1A", linewidth=2.2)
    for y, end, price in zip(at, left, prices, strict=True):
        ax.annotate(
            tr("price {price:.1f}", price=price), (max(end, price), y), (8, 0), textcoords="offset points", va="center", fontsize=11,
        )  # fmt: skip
    ax.set_xlim(right=1.14 * float(max(left.max(), prices.max())))
    ax.set_yticks(at, [tr(str(name)) for name in table["class"]])
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, ncols=3, borderaxespad=0.2)
    last = table.set_index("class")["supplier's margin"]
    finish(
        ax,
        title=tr("Supplier’s margin per kWh: from {a:.1f} fen down to {b:.1f}", a=100 * last.max(), b=100 * last.min()).replace("-", "−"),
        x=tr("fen per kWh (left of 0: sold below cost)"),
        y="",
        words=tr("Fen per kWh, from fuel to the supplier's margin. ")
        + "; ".join(
            f"{tr(str(row['class']))}: " + ", ".join(f"{tr(name)} {100 * row[name]:.1f}" for name in (*LINKS, "price"))
            for _, row in table.iterrows()
        ).replace("-", "−")
        + ".",
    )  # fmt: skip
    ax.set_title(ax.get_title(loc="left"), loc="left", pad=52, fontsize=13, fontweight="bold")
    return ax


def plot_opening(panel: pd.DataFrame, opened: Mapping[str, str], *, per_year: float = 4.0):
    """Draw who leaves by class and period, and when each class could first choose.

    Parameters
    ----------
    panel : from `exit_panel`: `class`, `period`, `left`.
    opened : class -> first day with a choice.
    per_year : periods in a year.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `panel` is no frame, is empty or lacks a column.
    """
    what = "The panel"
    need_columns(need_frame(panel, what), ["class", "period", "left"], what)
    ax = new_axes()
    rates = per_year * panel.groupby(["period", "class"])["left"].mean().unstack()
    order = [*opened, *(name for name in rates if name not in opened)]
    for place, name in enumerate(order):
        ax.plot(
            rates.index,
            rates[name],
            color=PALETTE[place],
            linestyle=DASHES[place],
            marker="o",
            markersize=4,
            linewidth=2.2,
            label=tr(str(name)),
        )
        if name in opened:
            ax.axvline(pd.Timestamp(opened[name]), color=PALETTE[place], linewidth=1, linestyle=":")
            ax.annotate(
                tr("{name} may choose", name=tr(str(name))), (pd.Timestamp(opened[name]), 0.98 - 0.08 * place),
                xycoords=("data", "axes fraction"), xytext=(4, 0), textcoords="offset points", ha="left", va="top", fontsize=10,
                color=PALETTE[place],
            )  # fmt: skip
    ax.set_ylim(0, (1.15 + 0.12 * len(opened)) * float(np.nanmax(rates.to_numpy())))  # room for a line of words each
    if len(rates) <= 16:  # a tick under each point; the year where it begins
        names = [
            f"{day:%b}\n{day:%Y}" if day.month == 1 or day == rates.index[0] else f"{day:%b}" for day in rates.index
        ]
        ax.set_xticks(rates.index, names)
    label_ends(ax)
    means = {}
    for name, day in opened.items():
        mine = panel[panel["class"] == name]
        late = mine["period"] >= pd.Timestamp(day)
        means[name] = [per_year * mine.loc[side, "left"].mean() for side in (~late, late)]
    first = next(iter(means))
    finish(
        ax,
        title=tr("{name}: {a:.1f} % a year left before it could choose, {b:.1f} % after", name=tr(str(first)).capitalize(),
                 a=100 * means[first][0], b=100 * means[first][1]),
        x="",
        y=tr("leave, yearly rate"),
        words=tr("Yearly rate of leaving in %, before and after the choice: ")
        + "; ".join(f"{tr(str(name))} {100 * a:.1f}, {100 * b:.1f}" for name, (a, b) in means.items())
        + ".",
    )  # fmt: skip
    return percent_axis(ax)


# --- the tariff explorer ----------------------------------------------------------------------------------------------

HOMES = "The frame of homes"
WHO = {"all": "every home", "winners": "only homes that gain without moving"}
OLD_PRICE = 0.54


def _two_prices(kwh: np.ndarray, ratio: float) -> np.ndarray:
    """Return prices in peak, flat and valley hours: peak / valley = ratio, and the unmoved load of all pays what it paid before."""
    shape = np.array([np.sqrt(ratio), 1.0, 1 / np.sqrt(ratio)])
    return OLD_PRICE * shape * kwh.sum() / (kwh.sum(axis=0) @ shape)


def _no_minus_zero(value: float) -> float:
    """Return 0 for what is 0 but for rounding, so that no "−¥0" is shown."""
    return 0.0 if abs(value) < 1e-6 else float(value)


def _round_limit(value: float) -> float:
    """Return the least 1, 2 or 5 times a power of ten that is not below the value, so that an axis seldom changes."""
    if value <= 1:
        return 1.0
    power = 10 ** np.floor(np.log10(value))
    return float(next(step * power for step in (1, 2, 5, 10) if value <= step * power * (1 + 1e-9)))


def tariff_picture(homes: pd.DataFrame, ratio: float, moved: float, who: str) -> dict:
    """Compute what the tariff explorer shows, as a picture for the shared view.

    The prices keep the sum of all bills as it is while nobody moves anything: what some homes gain, others lose. The tiers play no part:
    the month's volume stays.

    Parameters
    ----------
    homes : one row per home: `kwh_peak`, `kwh_flat`, `kwh_valley` (a year), `cost_peak`, `cost_flat`, `cost_valley` (the
        supplier's, yuan per kWh), `segment`.
    ratio : price at peak / price in the valley, from 1 on.
    moved : share of the use at peak that the homes taking part move to the valley (0 to 1).
    who : who takes part: "all", or "winners" (homes that gain while nothing moves).

    Returns
    -------
    A picture (see `crmlib.show._picture`): mean gain by segment, and together what homes gain, what homes lose and how the company's
    margin changes.

    Raises
    ------
    ValueError, TypeError : a column is missing, empty or negative, a ratio below 1, a share outside 0 to 1, an unknown `who`.

    >>> homes = pd.DataFrame({"kwh_peak": [900, 300], "kwh_flat": 600, "kwh_valley": [300, 900], "segment": ["evening", "night"],
    ...                       "cost_peak": 0.7, "cost_flat": 0.5, "cost_valley": 0.4})
    >>> [one["text"] for one in tariff_picture(homes, 4, 0.1, "all")["numbers"]]
    ['¥0.93 / 0.46 / 0.23', '¥42', '50 %', '−¥47', '−10.0 %']
    """
    from crmlib.show._picture import axis, bars, number, panel, picture

    names = [f"kwh_{period}" for period in ("peak", "flat", "valley")]
    costs = [f"cost_{period}" for period in ("peak", "flat", "valley")]
    need_columns(need_frame(homes, HOMES), [*names, *costs, "segment"], HOMES)
    if ratio < 1 or not 0 <= moved <= 1 or who not in WHO:
        raise ValueError(
            f"The ratio must be 1 or more, the share moved 0 to 1, and who one of {listed(WHO)}, not {ratio!r}, {moved!r} and {who!r}."
        )
    kwh, cost = (np.column_stack([need_amounts(homes, name, HOMES) for name in part]) for part in (names, costs))
    empty = kwh.sum(axis=1) == 0
    if empty.any():
        raise ValueError(f"Homes without any use in {rows_text(empty)}. Remove these rows first.")
    prices = _two_prices(kwh, ratio)
    structural = OLD_PRICE * kwh.sum(axis=1) - kwh @ prices
    takes = np.ones(len(homes), dtype=bool) if who == "all" else structural > 1e-9
    shift = np.where(takes, moved * kwh[:, 0], 0.0)
    shifting = shift * (prices[0] - prices[2])
    gain = np.where(takes, structural, 0.0) + shifting
    margin = -gain + shift * (cost[:, 0] - cost[:, 2])
    peak = _no_minus_zero(-shift.sum() / kwh[:, 0].sum())
    segments = homes["segment"].astype(str)
    order = sorted(segments.unique())
    if isinstance(homes["segment"].dtype, pd.CategoricalDtype):  # in the order of the lesson's tables and figures
        order = [str(name) for name in homes["segment"].cat.categories if str(name) in set(order)]
    by = (
        pd.DataFrame({"segment": segments.to_numpy(), "a": np.where(takes, structural, 0.0), "b": shifting})
        .groupby("segment")[["a", "b"]]
        .mean()
    )
    sums = [_no_minus_zero(each) for each in (gain[gain > 0].sum(), gain[gain < 0].sum(), margin.sum())]
    most = _round_limit(max(map(abs, sums)))
    scale, unit = money_scale(most)
    left = panel(
        tr("Mean gain of the homes of a segment"),
        axis("", categories=[tr(name) for name in order]),
        axis(tr("gain a year"), unit="¥"),
        [
            bars(by.loc[order, "a"], name=tr("without shifting"), colour=1),
            bars(by.loc[order, "b"], name=tr("by shifting"), colour=0),
        ],
        height=320,
    )
    right = panel(
        tr("All together"),
        axis("", categories=[tr("homes that gain"), tr("homes that lose"), tr("company’s margin")]),
        axis(tr("change a year"), unit=unit, scale=scale, limits=(-most, most)),
        [bars(sums)],
        height=320,
    )
    losers = float((gain < -1e-9).mean())
    each = number(tr("Price at peak / flat / valley"), prices[0], unit="¥", decimals=2)
    each["text"] = f"¥{prices[0]:.2f} / {prices[1]:.2f} / {prices[2]:.2f}"
    numbers = [
        each,
        number(tr("Mean gain per home"), _no_minus_zero(gain.mean()), unit="¥"),
        number(tr("Homes that lose"), 100 * losers, unit="%"),
        number(tr("Company’s margin"), _no_minus_zero(margin.sum()), unit="¥"),
        number(tr("These homes’ use at peak"), 100 * peak, unit="%", decimals=1),
    ]
    alt = tr(
        "Peak price {ratio:g} times the valley’s, {moved:.0f} % of the peak moved, {who}: mean gain ¥{gain:.0f} a year, {lose:.0f} % of "
        "the homes lose, the company's margin changes by ¥{margin:,.0f}, the homes' use at peak by {peak:.1f} %.",
        ratio=ratio, moved=100 * moved, who=tr(WHO[who]), gain=_no_minus_zero(gain.mean()), lose=100 * losers,
        margin=_no_minus_zero(margin.sum()), peak=100 * peak,
    )  # fmt: skip
    return picture(left, right, alt=alt.replace("-", "−"), numbers=numbers)


def explore_tariff(homes: pd.DataFrame):
    """Open the tariff explorer: price ratio, share of the peak moved, who takes part.

    Parameters
    ----------
    homes : as for `tariff_picture`.

    Returns
    -------
    One widget: sliders and list, reset button, picture, numbers and a sentence that says what changed.

    >>> homes = pd.DataFrame({"kwh_peak": [900, 300], "kwh_flat": 600, "kwh_valley": [300, 900], "segment": ["evening", "night"],
    ...                       "cost_peak": 0.7, "cost_flat": 0.5, "cost_valley": 0.4})
    >>> list(explore_tariff(homes).controls)
    ['ratio', 'moved', 'who']
    """
    from crmlib.show.view import choice, explorer, slider

    controls = {
        "ratio": slider(tr("Price at peak / in the valley"), 1, 6, 4, step=0.5),
        "moved": slider(tr("Use at peak moved to the valley"), 0, 30, 0, unit="%", step=1),
        "who": choice(tr("Who takes part"), [(tr(label), name) for name, label in WHO.items()], "all"),
    }
    return explorer(controls, lambda ratio, moved, who: tariff_picture(homes, ratio, moved / 100, who))
