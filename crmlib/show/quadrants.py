"""Figures and the explorer of value quadrants: the map, how much hangs on the cuts, and what firing customers does to profit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame
from crmlib.show._style import PALETTE, finish, money_scale, new_axes
from crmlib.show._text import tr

COLOURS = {"strategic": 0, "profitable": 2, "ordinary": 4, "risk": 1}  # places in the palette
MOST_POINTS = 1_000


def plot_quadrants(table: pd.DataFrame):
    """Draw the map of quadrants: customers and the money that each brings today.

    Parameters
    ----------
    table : the `.table` of `value_quadrants`: columns `quadrant`, `current`, `potential` ('high', 'low'), `relationship`, `customers`,
        `customer_share`, `current_total` (yuan).

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of quadrants"
    columns = ["quadrant", "current", "potential", "relationship", "customers", "customer_share", "current_total"]
    need_columns(need_frame(table, what), columns, what)
    scale, unit = money_scale(table["current_total"].abs().max())
    ax = new_axes(height=4.4)
    told = []
    for row in table.itertuples():
        x, y = float(row.current == "high"), float(row.potential == "high")
        colour = PALETTE[COLOURS[str(row.quadrant)]]
        ax.fill(
            [x, x + 1, x + 1, x], [y, y, y + 1, y + 1], facecolor=colour, alpha=0.13, edgecolor="white", linewidth=4
        )
        money = _signed(row.current_total / scale, 2, unit)
        name = tr("{name} ({relationship})", name=row.quadrant, relationship=row.relationship)
        share = tr("{n:,} customers ({share:.0f} %)", n=row.customers, share=100 * row.customer_share)
        ax.text(x + 0.5, y + 0.73, name, ha="center", va="center", fontsize=13, fontweight="bold", color="#1A1A1A")
        ax.text(x + 0.5, y + 0.46, money, ha="center", va="center", fontsize=15, color="#1A1A1A")
        ax.text(x + 0.5, y + 0.22, share, ha="center", va="center", fontsize=11, color="#1A1A1A")
        told.append(f"{name}: {share}, {money}")
    ax.set(xlim=(0, 2), ylim=(0, 2))
    ax.set_xticks([0.5, 1.5], [tr("low"), tr("high")])
    ax.set_yticks([0.5, 1.5], [tr("low"), tr("high")])
    ax.grid(visible=False)
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    by_name = table.set_index(table["quadrant"].astype("str"))["current_total"]
    return finish(
        ax,
        title=tr(
            "Strategic customers bring {a}, risk customers {b}",
            a=_signed(by_name["strategic"] / scale, 1, unit),
            b=_signed(by_name["risk"] / scale, 1, unit),
        ),
        x=tr("current value"),
        y=tr("potential value (estimate)"),
        words=tr("A map of four quadrants. ") + "; ".join(told) + ".",
    )


def plot_sensitivity(moved: pd.DataFrame):
    """Draw how many customers change quadrant when a cut moves.

    Parameters
    ----------
    moved : from `quadrant_sensitivity`: columns `cut`, `move`, `changed`, `changed_share`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `moved` is no frame, is empty or lacks a column.
    """
    what = "The table of sensitivity"
    need_columns(need_frame(moved, what), ["cut", "move", "changed", "changed_share"], what)
    ax = new_axes(height=2.9)
    places = np.arange(len(moved))[::-1]
    ax.barh(
        places,
        moved["changed"],
        height=0.62,
        color=[PALETTE[0 if cut == "current" else 1] for cut in moved["cut"]],
    )
    names = [
        tr("{cut} cut {move}", cut=row.cut, move=f"{100 * row.move:+.0f} %".replace("-", "−"))
        for row in moved.itertuples()
    ]
    ax.set_yticks(places, names)
    ax.grid(axis="y", visible=False)
    ax.set_xlim(0, 1.25 * max(moved["changed"].max(), 1))
    for place, row in zip(places, moved.itertuples(), strict=True):
        ax.annotate(
            f"{row.changed:,}", (row.changed, place), (5, 0), textcoords="offset points", va="center", fontsize=11
        )  # fmt: skip
    told = "; ".join(
        f"{name}: {row.changed:,} ({100 * row.changed_share:.1f} %)"
        for name, row in zip(names, moved.itertuples(), strict=True)
    )
    ax.xaxis.set_major_formatter("{x:,.0f}")
    step, share = 100 * moved["move"].abs().max(), 100 * moved["changed_share"].max()
    return finish(
        ax,
        title=tr("A cut moved by {step:.0f} % moves at most {share:.1f} % of customers", step=step, share=share),
        x=tr("customers who change quadrant"),
        y="",
        words=tr("Bars of customers who change quadrant. ") + told + ".",
    )


def plot_firing(table: pd.DataFrame):
    """Draw the bridge from what a slide promises to what firing customers really changes.

    Parameters
    ----------
    table : the `.table` of `fire_customers`: columns `line`, `amount` (yuan).

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column, or is another table.
    """
    what = "The table of firing"
    need_columns(need_frame(table, what), ["line", "amount"], what)
    if len(table) != 5:
        raise ValueError(f"{what} must have the five lines that fire_customers gives, but it has {len(table)}.")
    before, promise, stays, follow, after = table["amount"]
    steps = {tr("the slide promises"): promise, tr("overhead that stays"): stays, tr("those who follow"): follow}
    steps = {name: value for name, value in steps.items() if value or name == next(iter(steps))}
    scale, unit = money_scale(max(abs(value) for value in (*steps.values(), after - before)))
    if scale < 1e6:  # to the yuan, as the text says it
        scale, unit = 1.0, "¥"
    ax = new_axes(height=2.4 + 0.3 * len(steps))
    values = np.array([*steps.values(), after - before]) / scale
    start = np.append(np.cumsum(np.append(0, values[:-2])), 0)
    places = np.arange(len(values))[::-1]
    last = 0 if values[-1] >= 0 else 1
    colours = [PALETTE[4]] + [PALETTE[1] if value < 0 else PALETTE[2] for value in values[1:-1]] + [PALETTE[last]]
    ax.barh(places, values, left=start, height=0.6, color=colours)
    for place, left, value in zip(places[:-1], start[:-1], values[:-1], strict=True):
        ax.plot([left + value] * 2, [place - 0.3, place - 0.7], color="#444444", linewidth=1)
    ax.axvline(0, color="#444444", linewidth=1)
    names = [*steps, tr("change of profit")]
    ax.set_yticks(places, names)
    ends = np.concatenate([start, start + values])
    room = 0.2 * np.ptp(ends)
    ax.set_xlim(ends.min() - room, ends.max() + room)
    digits = 2 if unit != "¥" else 0
    for place, left, value in zip(places, start, values, strict=True):
        right = value >= 0
        ax.annotate(
            f"{value:+,.{digits}f}".replace("-", "−"), (left + value, place), (6 if right else -6, 0), textcoords="offset points",
            ha="left" if right else "right", va="center", fontsize=11,
        )  # fmt: skip
    ax.grid(axis="y", visible=False)
    ax.xaxis.set_major_formatter("{x:,.4g}" if scale > 1 else "{x:,.0f}")
    moved = _signed((after - before) / scale, digits, unit)
    said = _signed(promise / scale, digits, unit)
    return finish(
        ax,
        title=tr("The slide promises {said}; profit changes by {moved}", said=said, moved=moved),
        x=tr("change of yearly profit ({unit})", unit=unit),
        y="",
        words=tr("A bridge, in {unit}: ", unit=unit)
        + "; ".join(f"{name} {value:+,.{digits}f}" for name, value in zip(names, values, strict=True))
        + ".",
    )


def plot_actions(table: pd.DataFrame):
    """Draw what each action changes in profit.

    Parameters
    ----------
    table : the `.table` of `compare_actions`: columns `action`, `change` (yuan); 'keep as is' is left out.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of actions"
    need_columns(need_frame(table, what), ["action", "change"], what)
    shown = table[table["action"] != "keep as is"]
    scale, unit = money_scale(shown["change"].abs().max())
    change = shown["change"].to_numpy() / scale
    ax = new_axes(height=1.6 + 0.45 * len(shown))
    places = np.arange(len(shown))[::-1]
    ax.barh(places, change, height=0.6, color=[PALETTE[1 if name == "fire" else 0] for name in shown["action"]])
    ax.set_yticks(places, shown["action"])
    ax.axvline(0, color="#444444", linewidth=1)
    ax.grid(axis="y", visible=False)
    low, high = min(0.0, change.min()), max(0.0, change.max())
    room = 0.16 * (high - low)
    ax.set_xlim(low - room * (low < 0), high + room)
    for place, value in zip(places, change, strict=True):
        ax.annotate(
            f"{value:+,.2f}".replace("-", "−"), (value, place), (6 if value >= 0 else -6, 0), textcoords="offset points",
            ha="left" if value >= 0 else "right", va="center", fontsize=11,
        )  # fmt: skip
    best = shown.iloc[int(change.argmax())]
    return finish(
        ax,
        title=tr("Best: {name}, {money} a year", name=best["action"], money=_signed(best["change"] / scale, 2, unit)),
        x=tr("change of yearly profit ({unit})", unit=unit),
        y="",
        words=tr("Bars, in {unit}: ", unit=unit)
        + "; ".join(f"{name} {value:+,.2f}" for name, value in zip(shown["action"], change, strict=True))
        + ".",
    )


def quadrants_picture(
    customers: pd.DataFrame, current: float, potential: float, fire: str = "risk", follow: float = 0, reading: str = "investment"
) -> dict:  # fmt: skip
    """Compute what the explorer of quadrants shows, as a picture for the shared view.

    Parameters
    ----------
    customers : one row per customer: `customer`, `current`, `potential`, `overhead` (yuan a year), `household`.
    current, potential : share of customers that count as high on each axis, in %.
    fire : the quadrant that is fired.
    follow : share of their relatives who follow, in %.
    reading : 'investment' or 'layout', as in `value_quadrants`.

    Returns
    -------
    A picture (see `crmlib.show._picture`): up to 1,000 customers, evenly drawn from the frame, placed by their ranks on both
    axes; what each quadrant brings; what the slide promises for the quadrant, and what really changes.

    Raises
    ------
    ValueError, TypeError : as `value_quadrants` and `fire_customers`.

    >>> people = pd.DataFrame({"customer": range(4), "current": [90.0, 50, 20, -30], "potential": [9.0, 1, 2, 8],
    ...                        "overhead": 5.0, "household": [1, 2, 3, 1]})
    >>> [one["text"] for one in quadrants_picture(people, 50, 50)["numbers"]]
    ['1 of 4', '¥35', '¥30', '1']
    """
    from crmlib.show._picture import axis, bars, cut, number, panel, picture, points
    from crmlib.show._picture import table as below
    from crmlib.value import QUADRANTS, fire_customers, value_quadrants

    found = value_quadrants(
        customers, cut="rank", current_cut=current / 100, potential_cut=potential / 100, reading=reading
    )
    tiers, base = found.table, found.customers
    base = base.merge(customers[["customer", "overhead", "household"]], on="customer")
    ranks = base[["current", "potential"]].rank(pct=True, method="average")
    step = max(1, int(np.ceil(len(base) / MOST_POINTS)))
    shown = base.iloc[::step]
    marks = []
    for name in QUADRANTS:
        these = shown[shown["quadrant"] == name]
        texts = [f"{row.customer}: {_signed(row.current, 0, '¥')}" for row in these.itertuples()]
        marks.append(
            points(100 * ranks.loc[these.index, "current"], 100 * ranks.loc[these.index, "potential"], name=name,
                   colour=COLOURS[name], texts=texts)
        )  # fmt: skip
    totals = tiers["current_total"].to_numpy()
    scale, unit = money_scale(np.abs(totals).max())
    fired = base["quadrant"] == fire
    count = int(fired.sum())
    change = promise = relatives = None
    if 0 < count < len(base):
        bridge = fire_customers(
            base.assign(fired=fired), contribution="current", household="household", follow=follow / 100
        )
        amount = bridge.table["amount"]
        change, promise = amount.iloc[4] - amount.iloc[0], amount.iloc[1]
        relatives = int(bridge.customers["tied"].sum())
    left = panel(
        tr("Customers by rank on both axes"),
        axis(tr("current value: customers with less"), unit="%", limits=(0, 100)),
        axis(tr("potential (estimate): customers with less"), unit="%", limits=(0, 100)),
        marks,
        cuts=[cut(100 - current, tr("cut")), cut(100 - potential, tr("cut"), across="y")],
        height=360,
    )
    right = panel(
        tr("What each quadrant brings a year"),
        axis(tr("current value"), unit=unit, scale=scale),
        axis("", categories=QUADRANTS),
        [bars(totals, colour=0, strong=[QUADRANTS.index(fire)])],
        height=360,
    )
    money_unit = "¥" if scale == 1 else unit
    names = [tr("Fired"), tr("The slide promises"), tr("Profit changes by"), tr("Relatives who may follow")]
    numbers = [
        {**number(names[0], count), "text": tr("{a:,} of {b:,}", a=count, b=len(base))},
        number(
            names[1], None if promise is None else promise / scale, unit=money_unit, decimals=0 if scale == 1 else 2
        ),
        number(names[2], None if change is None else change / scale, unit=money_unit, decimals=0 if scale == 1 else 2),
        number(names[3], relatives),
    ]
    rows = pd.DataFrame(
        {
            tr("quadrant"): tiers["quadrant"].astype("str"),
            tr("customers"): [f"{n:,}" for n in tiers["customers"]],
            tr("brings"): [_signed(value / scale, 2, unit) for value in totals],
            tr("per customer"): ["–" if np.isnan(value) else _signed(value, 0, "¥") for value in tiers["current_mean"]],
            tr("relationship"): tiers["relationship"],
        }
    )
    told = "; ".join(
        f"{row.quadrant} {row.customers:,}, {_signed(row.current_total / scale, 2, unit)}" for row in tiers.itertuples()
    )
    result = tr("nobody is left to compare") if change is None else _signed(change / scale, 2, unit)
    return picture(
        left,
        right,
        alt=tr("Customers by quadrant: {told}. Firing {fire} changes profit by: {result}.", told=told, fire=fire, result=result),
        numbers=numbers,
        below=below(rows, tr("One point in {step}; the sums are of all customers.", step=step) if step > 1 else ""),
    )  # fmt: skip


def explore_quadrants(customers: pd.DataFrame):
    """Open the explorer of quadrants: both cuts, the quadrant to fire, relatives who follow, and the reading.

    Parameters
    ----------
    customers : as for `quadrants_picture`.

    Returns
    -------
    One widget: sliders and lists, reset button, picture, numbers, table and a sentence that says what changed.

    >>> people = pd.DataFrame({"customer": range(4), "current": [90.0, 50, 20, -30], "potential": [9.0, 1, 2, 8],
    ...                        "overhead": 5.0, "household": [1, 2, 3, 1]})
    >>> explore_quadrants(people).controls["current"].description
    'High current value (best % of customers)'
    """
    from functools import partial

    from crmlib.show.view import choice, explorer, slider
    from crmlib.value import QUADRANTS

    best = tr("best % of customers")
    controls = {
        "current": slider(tr("High current value"), 5, 95, 50, unit=best, step=5),
        "potential": slider(tr("High potential"), 5, 95, 50, unit=best, step=5),
        "fire": choice(tr("Fire"), [(name, name) for name in QUADRANTS], "risk"),
        "follow": slider(tr("Relatives who follow"), 0, 100, 0, unit="%", step=5),
        "reading": choice(
            tr("Risk customers are those with"),
            [(tr("low current, high potential"), "investment"), (tr("low current, low potential"), "layout")],
            "investment",
        ),
    }
    return explorer(controls, partial(quadrants_picture, customers))


def _signed(value: float, digits: int, unit: str) -> str:
    """Write money with its sign before the yuan: −¥3.02 million."""
    sign = "−" if round(value, digits) < 0 else ""
    return f"{sign}¥{abs(value):,.{digits}f} {unit.removeprefix('¥').strip()}".strip()
