"""Figures and the explorer of relationship strategy: value delivered, the margin chain, plans and what they do to the pyramid."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame
from crmlib.show._style import PALETTE, finish, money_scale, money_text, new_axes, percent_axis
from crmlib.show._text import tr

PARTS = {
    "product": "product", "service": "service", "personnel": "personnel", "image": "image", "money_cost": "money",
    "time_cost": "time", "energy_cost": "effort", "psychic_cost": "worry",
}  # fmt: skip
NAMES = {
    "acquire": "acquire",
    "upgrade": "upgrade",
    "keep": "keep",
    "win_back": "win back",
    "service": "service quality",
}
MEMBERS = ("fuel", "generator", "grid", "levies", "cost to serve", "retailer")


def plot_delivered(table: pd.DataFrame, own: str = "Harbour Bank"):
    """Draw where a company is ahead of its competitors and where behind, part by part.

    Parameters
    ----------
    table : from `delivered_value`: one row per company.
    own : the company that the others are compared with.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of delivered value"
    need_columns(need_frame(table, what), ["bank", *PARTS, "delivered", "ahead"], what)
    by_bank = table.set_index("bank")
    rivals = [name for name in by_bank.index if name != own]
    sign = np.array([-1.0 if name.endswith("_cost") else 1.0 for name in PARTS])
    ax = new_axes(height=4.4)
    places = np.arange(len(PARTS))[::-1].astype(float)
    told = []
    for k, rival in enumerate(rivals):
        lead = sign * (by_bank.loc[own, list(PARTS)] - by_bank.loc[rival, list(PARTS)]).to_numpy(float)
        ax.barh(places + 0.19 - 0.38 * k, lead, height=0.36, color=PALETTE[k], label=tr("against {rival}", rival=rival))
        parts = ", ".join(f"{tr(name)} {_signed(value, 1)}" for name, value in zip(PARTS.values(), lead, strict=True))
        told.append(f"{rival}: {parts}")
    kind = [tr("value") if step > 0 else tr("cost") for step in sign]
    ax.set_yticks(places, [f"{tr(name)} ({word})" for name, word in zip(PARTS.values(), kind, strict=True)])
    ax.axvline(0, color="#444444", linewidth=1)
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower left", frameon=False)
    ahead = [tr("{lead} of {rival}", lead=_lead(by_bank.loc[rival, "ahead"]), rival=rival) for rival in rivals]
    return finish(
        ax,
        title=tr("{own} is ", own=own) + ", ".join(ahead),
        x=tr("better for the customer (points of the scale)"),
        y="",
        words=tr("Bars to the right: {own} is better for the customer. ", own=own) + "; ".join(told) + ".",
    )


def plot_margin_chain(table: pd.DataFrame, by: str = "class"):
    """Draw who is paid what of the price of a kilowatt-hour, in yuan.

    `plot_price_chain` draws the same links from bills, from `kwh_chain`, in fen.

    Parameters
    ----------
    table : from `margin_chain`.
    by : the column that parts the rows.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of the chain"
    need_columns(need_frame(table, what), [by, "member", "paid", "share"], what)
    wide = table.pivot(index=by, columns="member", values="paid")[list(MEMBERS)]
    share = table.pivot(index=by, columns="member", values="share")
    ax = new_axes(height=3.7)
    places = np.arange(len(wide))[::-1]
    left = np.zeros(len(wide))
    # colours for those who keep a margin, greys with a hatch for what is passed on
    shades = ("#A8A8A8", PALETTE[0], "#C8C8C8", "#8A8A8A", "#E4E4E4", PALETTE[1])
    hatches = (None, None, "//", "..", "xx", None)
    for member, shade, hatch in zip(MEMBERS, shades, hatches, strict=True):
        paid = wide[member].to_numpy()
        # a member that loses is drawn below 0, so that the others still reach the price and what is missing
        ax.barh(
            places,
            paid,
            left=np.where(paid >= 0, left, 0.0),
            height=0.6,
            facecolor=shade,
            hatch=hatch,
            label=tr(member),
            edgecolor="white",
        )
        left = left + np.maximum(paid, 0)
    ax.set_yticks(places, [str(name) for name in wide.index])
    ax.grid(axis="y", visible=False)
    ax.axvline(0, color="#444444", linewidth=1)
    ax.legend(
        loc="upper center", bbox_to_anchor=(0.45, -0.22), ncols=6, frameon=False, columnspacing=1.0, handlelength=1.2
    )
    told = "; ".join(
        f"{name}: " + ", ".join(f"{tr(member)} {_signed(wide.loc[name, member], 3, plus=False)}" for member in MEMBERS)
        for name in wide.index
    )
    kept, lowest = share["retailer"], share["retailer"].idxmin()
    return finish(
        ax,
        title=tr(
            "The retailer keeps {low} % ({lowest}) to {high} % ({highest}) of the price",
            low=_signed(100 * kept[lowest], 0, plus=False), lowest=lowest, high=f"{100 * kept.max():.0f}", highest=kept.idxmax(),
        ),
        x=tr("¥ per kilowatt-hour"),
        y="",
        words=tr("What each member of the chain is paid, in ¥ per kilowatt-hour. ") + told + ".",
    )  # fmt: skip


def plot_tiers_ahead(runs: Mapping[str, pd.DataFrame]):
    """Draw the upper tiers through the years, with their bands, for one or more plans.

    Parameters
    ----------
    runs : name of the plan -> `.pyramid` of `simulate_plan`.

    Returns
    -------
    array of matplotlib Axes: Top, Big, Medium.

    Raises
    ------
    TypeError or ValueError if a table is no frame, is empty or lacks a column.
    """
    what = "The pyramid of a plan"
    axes = new_axes(3, height=3.8)
    names = list(runs)
    for frame in runs.values():
        need_columns(need_frame(frame, what), ["year", "tier", "mean", "low", "high"], what)
    for ax, tier in zip(axes, ("Top", "Big", "Medium"), strict=True):
        told = []
        for k, name in enumerate(names):
            rows = runs[name][runs[name]["tier"] == tier]
            ax.fill_between(rows["year"], rows["low"], rows["high"], color=PALETTE[k], alpha=0.14)
            ax.plot(
                rows["year"],
                rows["mean"],
                color=PALETTE[k],
                linewidth=2.2,
                linestyle=("-", "--", ":")[k % 3],
                label=name,
            )
            last = rows.iloc[-1]
            told.append(f"{name} {last['mean']:,.0f} ({last['low']:,.0f} to {last['high']:,.0f})")
        if tier == "Top":
            ax.legend(loc="lower left", frameon=False)
        first = runs[names[0]][runs[names[0]]["tier"] == tier].iloc[0]["mean"]
        last = runs[names[-1]][runs[names[-1]]["tier"] == tier].iloc[-1]
        ax.set_ylim(bottom=0)
        ax.xaxis.get_major_locator().set_params(integer=True)
        finish(
            ax,
            title=tr(
                "{tier}, {plan}:\n{first:,.0f} → {last:,.0f}", tier=tier, plan=names[-1], first=first, last=last["mean"]
            ),
            x=tr("year of the plan"),
            y=tr("customers") if tier == "Top" else "",
            words=tr("{tier}, from {first:,.0f} now to year {year}: ", tier=tier, first=first, year=int(last["year"]))
            + ", ".join(told)
            + ".",
        )
    return axes


def plot_plans(table: pd.DataFrame):
    """Draw what each plan gains against the first, with its band.

    Parameters
    ----------
    table : from `compare_plans`: columns `plan`, `gain`, `gain_low`, `gain_high` (¥).

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of plans"
    need_columns(need_frame(table, what), ["plan", "gain", "gain_low", "gain_high"], what)
    ax = new_axes(height=max(2.4, 1.2 + 0.5 * len(table)))
    scale, unit = money_scale(table[["gain_low", "gain_high"]].abs().to_numpy().max())
    places = np.arange(len(table))[::-1]
    gain, low, high = (table[name].to_numpy() / scale for name in ("gain", "gain_low", "gain_high"))
    ax.hlines(places, low, high, color=PALETTE[0], linewidth=5, alpha=0.35)
    ax.plot(gain, places, "o", color=PALETTE[0], markersize=8)
    for place, value, end in zip(places, gain, high, strict=True):
        ax.annotate(_signed(value, 2), (end, place), (8, 0), textcoords="offset points", va="center", fontsize=11)
    ax.axvline(0, color="#444444", linewidth=1)
    ax.set_yticks(places, [str(name) for name in table["plan"]])
    ax.grid(axis="y", visible=False)
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.margins(x=0.14)
    told = "; ".join(
        f"{name} {_signed(value, 2)} ({_signed(a, 2)} to {_signed(b, 2)})"
        for name, value, a, b in zip(table["plan"], gain, low, high, strict=True)
    )
    best = table.iloc[int(np.argmax(gain))]
    return finish(
        ax,
        title=tr(
            "Best here: {plan}, {gain}",
            plan=best["plan"],
            gain=money_text(best["gain"] / scale, unit, 1, plus=True),
        ),
        x=tr("customer equity against spending nothing ({unit})", unit=unit),
        y="",
        words=tr("Gain of each plan and its band, in {unit}: ", unit=unit) + told + ".",
    )


def plot_next_yuan(tables: Mapping[str, pd.DataFrame]):
    """Draw what one more yuan on each lever would bring, beside the yuan that it costs.

    Parameters
    ----------
    tables : name of a plan -> table from `next_yuan`; one or two.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if a table is no frame, is empty or lacks a column.
    """
    what = "The table of next yuan"
    ax = new_axes(height=3.9)
    told, top = [], 0.0
    for k, (name, table) in enumerate(tables.items()):
        need_columns(need_frame(table, what), ["lever", "gain", "low", "high"], what)
        places = np.arange(len(table)) + 0.38 * (k - (len(tables) - 1) / 2)
        gain = table["gain"].to_numpy()
        ax.bar(places, gain, width=0.36, color=PALETTE[k], label=name)
        ax.vlines(places, table["low"], table["high"], color="#222222", linewidth=1.4)
        top = max(top, table["high"].max())
        for place, value, end in zip(places, gain, table["high"], strict=True):
            ax.annotate(
                f"{value:.2f}".replace("-", "−"),
                (place, end),
                (0, 4),
                textcoords="offset points",
                ha="center",
                fontsize=11,
            )
        told.append(f"{name}: " + ", ".join(f"{tr(NAMES[row.lever])} {row.gain:.2f}" for row in table.itertuples()))
    ax.axhline(1, color="#222222", linewidth=1.6, linestyle="--", label=tr("what it costs"))
    ax.set_xticks(np.arange(len(NAMES)), [tr(name) for name in NAMES.values()])
    ax.set_ylim(0, 1.12 * top)
    ax.grid(axis="x", visible=False)
    ax.legend(loc="upper right", frameon=False)
    first = next(iter(tables.values())).set_index("lever")["gain"]
    return finish(
        ax,
        title=tr(
            "After {plan}: ¥1 more brings most on {best}, ¥{high:.2f}",
            plan=next(iter(tables)), best=tr(NAMES[first.idxmax()]), high=first.max(),
        ),
        x="",
        y=tr("¥ of customer equity"),
        words=tr("What one more yuan brings, by lever. ") + "; ".join(told) + ".",
    )  # fmt: skip


def plot_reach(responses: pd.DataFrame, lever: str, group: str, heads: float, most: float):
    """Draw how spending on a lever reaches a group: steep at first, flat at the end.

    Parameters
    ----------
    responses : from `lever_responses`.
    lever, group : the row.
    heads : customers in the group (for leads 1: their number is in the row).
    most : ¥ a year at the right end of the axis.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `responses` is no frame, lacks a column or the row.
    """
    what = "The frame of responses"
    need_columns(need_frame(responses, what), ["lever", "group", "eligible", "cost"], what)
    row = responses[(responses["lever"] == lever) & (responses["group"] == group)]
    if len(row) != 1:
        raise ValueError(
            f"The frame of responses has {len(row)} rows for the lever {lever!r} and the group {group!r}. One is needed."
        )
    full = float(row["cost"].iloc[0] * row["eligible"].iloc[0] * heads)
    spend = np.linspace(0, most, 101)
    reached = -np.expm1(-spend / full)
    half, end = (float(-np.expm1(-most * part / full)) for part in (0.5, 1.0))
    scale, unit = money_scale(most)
    ax = new_axes(height=3.4)
    ax.plot(spend / scale, reached, color=PALETTE[0], linewidth=2.4, label=tr("reached"))
    straight = spend <= full
    ax.plot(
        spend[straight] / scale,
        spend[straight] / full,
        color=PALETTE[4],
        linewidth=1.4,
        linestyle="--",
        label=tr("if nobody were reached twice"),
    )
    ax.set(xlim=(0, most / scale), ylim=(0, 1.05))
    ax.legend(loc="lower right", frameon=False)
    finish(
        ax,
        title=tr(
            "The first half of the money reaches {first:.0f} %, the second {second:.0f} % more", first=100 * half, second=100 * (end - half)
        ),
        x=tr("spent on {lever}, {group} ({unit} a year)", lever=tr(NAMES.get(lever, lever)), group=group, unit=unit),
        y=tr("of those who may be reached"),
        words=tr(
            "A curve that flattens: half of the money reaches {first:.0f} %, all of it {all:.0f} %.", first=100 * half, all=100 * end
        ),
    )  # fmt: skip
    return percent_axis(ax)


def plot_back_test(table: pd.DataFrame):
    """Draw forecasts and what happened: each band set to the same width.

    Parameters
    ----------
    table : from `check_bands`, perhaps of several companies one below the other: columns `measure`, `low`, `mean`, `high`, `actual`,
        `inside`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of bands"
    need_columns(need_frame(table, what), ["measure", "low", "mean", "high", "actual", "inside"], what)
    measures = list(dict.fromkeys(table["measure"]))
    ax = new_axes(height=1.3 + 0.36 * len(measures))
    # 0 is the lower edge of the band and 1 the upper
    at = (table["actual"] - table["low"]) / (table["high"] - table["low"])
    places = table["measure"].map({name: len(measures) - 1 - k for k, name in enumerate(measures)}).to_numpy(float)
    inside = table["inside"].to_numpy(bool)
    ax.axvspan(0, 1, color=PALETTE[0], alpha=0.14)
    ax.plot(at[inside], places[inside], "o", color=PALETTE[0], markersize=7)
    ax.plot(at[~inside], places[~inside], "X", color=PALETTE[1], markersize=9)
    ax.set_yticks(np.arange(len(measures))[::-1], [tr(name.replace("_", " ")) for name in measures])
    ax.set_xticks([0, 1], [tr("lower edge of the band"), tr("upper edge")])
    ax.set_xlim(min(-0.3, at.min() - 0.1), max(1.3, at.max() + 0.1))
    ax.grid(axis="y", visible=False)
    return finish(
        ax,
        title=tr("{n} of {all} values of 2025 lie inside their band", n=int(inside.sum()), all=len(table)),
        x="",
        y="",
        words=tr("Each value of 2025 beside its band (shaded). Outside: {out}.", out=", ".join(
            f"{row.measure.replace('_', ' ')}" for row in table[~inside].itertuples()) or tr("none")),
    )  # fmt: skip


def strategy_picture(
    start: pd.DataFrame, behaviour, budget: float, acquire: float, upgrade: float, keep: float, win_back: float, service: float,
    *, paths: int = 400,
) -> dict:  # fmt: skip
    """Compute what the explorer of plans shows, as a picture for the shared view.

    Parameters
    ----------
    start, behaviour : as for `crmlib.strategy.simulate_plan`.
    budget : ¥ a year.
    acquire, upgrade, keep, win_back, service : ¥ thousand a year, the same in five years.
    paths : draws of what is not known.

    Returns
    -------
    A picture (see `crmlib.show._picture`): customers of each tier after five years against spending nothing, and what one more yuan on each
    lever would bring. A plan over the budget is not simulated: the picture says by how much it is over.

    Raises
    ------
    ValueError, TypeError : as `crmlib.strategy.simulate_plan`, for other reasons than the budget.

    >>> from crmlib.strategy import small_bank
    >>> told = strategy_picture(*small_bank(), 20_000, 0, 0, 15, 0, 10)
    >>> told["panels"][0]["title"]
    'This plan is ¥5,000 a year over the budget: nothing is simulated'
    """
    from crmlib.show._picture import axis, bars, cut, number, panel, picture
    from crmlib.strategy import LEVERS, TIERS, compare_plans, make_plan, next_yuan, simulate_plan

    given = dict(zip(LEVERS, (acquire, upgrade, keep, win_back, service), strict=True))
    spent = 1_000.0 * sum(given.values())
    left = budget - spent
    money = [number(tr("Spent a year"), spent, unit="¥"), number(tr("Left over a year"), left, unit="¥")]
    levers = [tr(NAMES[lever]) for lever in LEVERS]
    if left < -0.005:
        over = tr("This plan is ¥{over:,.0f} a year over the budget: nothing is simulated", over=-left)
        shown = panel(
            over,
            axis("", categories=levers),
            axis(tr("spent"), unit=tr("¥ thousand a year")),
            [bars(list(given.values()))],
            height=330,
        )
        unknown = [
            number(name, None)
            for name in (tr("Gain"), tr("From"), tr("To"), tr("Customers in year 5"), tr("Top and Big"))
        ]
        return picture(shown, alt=over + ". " + tr("Take something away."), numbers=[*money, *unknown])
    plan = make_plan(0.0, {})
    plan[list(LEVERS)] = [1_000.0 * float(value) for value in given.values()]
    nothing = make_plan(0.0, {})
    settings = {"budget": budget, "paths": paths, "chance": False}
    table = (
        compare_plans(start, {"nothing": nothing, "plan": plan}, behaviour, **settings).set_index("plan").loc["plan"]
    )
    last = [
        simulate_plan(start, one, behaviour, **settings)
        .pyramid.query("year == 5")
        .set_index("tier")["mean"][list(TIERS)]
        for one in (plan, nothing)
    ]
    change = (last[0] - last[1]).to_numpy()
    more = next_yuan(start, plan, behaviour, paths=paths)
    scale, unit = 1e6, tr("¥ million")
    left_panel = panel(
        tr("Customers in year 5, against spending nothing"),
        axis("", categories=TIERS),
        axis(tr("customers")),
        [bars(change, colour=0)],
        height=330,
    )
    right_panel = panel(
        tr("What ¥1 more on each lever would bring (line: its cost, ¥1)"),
        axis("", categories=levers),
        axis(tr("customer equity"), unit="¥"),
        [bars(more["gain"], colour=2)],
        # without a word: it would lie over the bars
        cuts=[cut(1, across="y", strong=True)],
        height=330,
    )
    gains = [table[name] / scale for name in ("gain", "gain_low", "gain_high")]
    tiers = ", ".join(f"{tier} {_signed(value, 0)}" for tier, value in zip(TIERS, change, strict=True))
    yuan = ", ".join(f"{name} {value:.2f}" for name, value in zip(levers, more["gain"], strict=True))
    return picture(
        left_panel,
        right_panel,
        alt=tr(
            "Customers in year 5 against spending nothing: {tiers}. One more yuan brings: {yuan}.",
            tiers=tiers,
            yuan=yuan,
        ),
        numbers=[
            *money,
            number(tr("Gain"), gains[0], unit=unit, decimals=2),
            number(tr("From"), gains[1], unit=unit, decimals=2),
            number(tr("To"), gains[2], unit=unit, decimals=2),
            number(tr("Customers in year 5"), last[0].sum()),
            number(tr("Top and Big"), last[0][["Top", "Big"]].sum()),
        ],
    )


def explore_strategy(start: pd.DataFrame, behaviour, budget: float = 300_000):
    """Open the explorer of plans: a slider for each lever, the money left over, the pyramid in year 5.

    Parameters
    ----------
    start, behaviour : as for `crmlib.strategy.simulate_plan`.
    budget : ¥ a year, a multiple of 10,000.

    Returns
    -------
    One widget: five sliders, reset button, picture, numbers and a sentence that says what changed. It begins with all the budget on keep.

    >>> from crmlib.strategy import small_bank
    >>> explore_strategy(*small_bank(), 20_000).controls["keep"].description
    'Keep (¥ thousand a year)'
    """
    from functools import partial

    from crmlib.show.view import explorer, slider

    most = int(budget // 1_000)
    unit = tr("¥ thousand a year")
    words = {
        "acquire": "Acquire",
        "upgrade": "Upgrade",
        "keep": "Keep",
        "win_back": "Win back",
        "service": "Service quality",
    }
    controls = {
        lever: slider(tr(name), 0, most, most if lever == "keep" else 0, unit=unit, step=10)
        for lever, name in words.items()
    }
    return explorer(controls, partial(strategy_picture, start, behaviour, budget))


def _signed(value: float, decimals: int, *, plus: bool = True) -> str:
    return (f"{value:+,.{decimals}f}" if plus else f"{value:,.{decimals}f}").replace("-", "−")


def _lead(points: float) -> str:
    word = tr("points ahead") if points >= 0 else tr("points behind")
    return f"{abs(points):.1f} {word}"
