"""Figures and explorers of retention: five rates, cohorts, survival, calibration, lift in money, uplift, whom to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_columns, need_frame
from crmlib.show._style import DASHES, PALETTE, finish, label_ends, money_axis, money_scale, new_axes, percent_axis
from crmlib.show._text import tr

GREY = "#444444"


def _above_legend(ax) -> None:
    """Move the title up, above a legend of one line."""
    ax.set_title(ax.get_title(loc="left"), loc="left", pad=30, fontsize=13, fontweight="bold")


def plot_retention_rates(rates: pd.DataFrame):
    """Draw the retention rates of one base, one bar per measure, with the rate of those who stayed as a mark.

    Parameters
    ----------
    rates : from `retention_rates`: columns `measure`, `rate`, `rate_of_kept`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `rates` is no frame, is empty or lacks a column.

    >>> rates = pd.DataFrame({"measure": ["customers", "revenue"], "rate": [0.8, 1.1], "rate_of_kept": [1.0, 1.3]})
    >>> plot_retention_rates(rates).get_title(loc="left")
    'One base, one year: retention between 80 and 110 %'
    """
    what = "The table of rates"
    need_columns(need_frame(rates, what), ["measure", "rate", "rate_of_kept"], what)
    ax = new_axes(height=3.4)
    at = np.arange(len(rates))[::-1]
    ax.barh(at, rates["rate"], color=PALETTE[0], height=0.6)
    ax.plot(
        rates["rate_of_kept"], at, "D", color=PALETTE[1], markersize=8, label=tr("only those who stayed"), clip_on=False
    )
    for y, value in zip(at, rates["rate"], strict=True):
        ax.annotate(
            f"{100 * value:.0f} %", (value, y), (-6, 0), textcoords="offset points", ha="right", va="center", color="white",
            fontsize=11, fontweight="bold",
        )  # fmt: skip
    ax.axvline(1, color=GREY, linewidth=1, linestyle="--")
    ax.set_yticks(at, [tr(name) for name in rates["measure"]])
    ax.grid(visible=False)
    ax.set_xlim(0, 1.08 * max(1.0, np.nanmax(rates[["rate", "rate_of_kept"]])))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, ncols=1, borderaxespad=0.2)
    low, high = rates["rate"].min(), rates["rate"].max()
    finish(
        ax,
        title=tr("One base, one year: retention between {low:.0f} and {high:.0f} %", low=100 * low, high=100 * high),
        x=tr("left after the period, of what was there before"),
        y="",
        words=tr("Bars. ")
        + "; ".join(
            tr("{measure} {rate:.1f} %, of those who stayed {kept:.1f} %", measure=tr(row.measure), rate=100 * row.rate,
               kept=100 * row.rate_of_kept)
            for row in rates.itertuples()
        )
        + ".",
    )  # fmt: skip
    _above_legend(ax)
    return percent_axis(ax, "x")


def plot_cohorts(rates: pd.DataFrame):
    """Draw the cohort triangle: who joined in which year, and which share of those still there stayed another year.

    Parameters
    ----------
    rates : the `.rates` of `cohort_triangle`: one row per cohort, one column per year of the relationship, shares.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `rates` is no frame or is empty.
    """
    need_frame(rates, "The cohort triangle")
    from matplotlib.colors import LinearSegmentedColormap

    ax = new_axes(height=0.34 * len(rates) + 1.6)
    values = rates.to_numpy(float)
    colours = LinearSegmentedColormap.from_list("blues", ["#F2F7FB", PALETTE[0]])
    ax.imshow(np.ma.masked_invalid(values), cmap=colours, aspect="auto")
    low, high = np.nanmin(values), np.nanmax(values)
    for row, column in zip(*np.nonzero(np.isfinite(values)), strict=True):
        dark = values[row, column] > low + 0.6 * (high - low)
        ax.text(
            column, row, f"{100 * values[row, column]:.0f}", ha="center", va="center", fontsize=10,
            color="white" if dark else "#1A1A1A",
        )  # fmt: skip
    ax.set_xticks(np.arange(values.shape[1]), [str(name) for name in rates.columns])
    ax.set_yticks(np.arange(len(rates)), [str(name) for name in rates.index])
    ax.grid(visible=False)
    by_year = rates.mean()
    first, last = by_year.iloc[0], by_year.iloc[-1]
    return finish(
        ax,
        title=tr(
            "Of first-year customers {first:.0f} % stay, of the oldest {last:.0f} %", first=100 * first, last=100 * last
        ),
        x=tr("year of the relationship"),
        y=tr("joined in"),
        words=tr("A triangle of yearly retention rates in %. By year of the relationship: ")
        + ", ".join(f"{year}: {100 * value:.0f}" for year, value in by_year.items())
        + tr(". In the upper left there are no cells: of these cohorts the early leavers are not on record."),
    )


def plot_survival(curves: Mapping[str, pd.DataFrame], *, at: float = 5.0, until: float | None = None):
    """Draw survival curves, each with its interval, and what they say after some years.

    Parameters
    ----------
    curves : name -> the `.curve` of `survival_curve` (columns `years`, `kept`, `low`, `high`), most trusted first.
    at : years at which the title compares the first two.
    until : last year drawn.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if a curve is no frame, is empty or lacks a column.
    """
    ax = new_axes()
    told = {}
    for place, (name, curve) in enumerate(curves.items()):
        what = f"The curve {name!r}"
        need_columns(need_frame(curve, what), ["years", "kept", "low", "high"], what)
        if until is not None:
            curve = curve[curve["years"] <= until]
        colour = PALETTE[place]
        ax.step(
            curve["years"],
            curve["kept"],
            where="post",
            color=colour,
            linestyle=DASHES[place],
            linewidth=2.4,
            label=tr(name),
        )
        ax.fill_between(curve["years"], curve["low"], curve["high"], step="post", color=colour, alpha=0.15, linewidth=0)
        told[name] = float(curve["kept"].iloc[max(0, np.searchsorted(curve["years"], at, side="right") - 1)])
        ax.plot([at], [told[name]], "o", color=colour)
        ax.annotate(
            f"{100 * told[name]:.0f} %", (at, told[name]), (6, 8), textcoords="offset points", color=colour, fontsize=12,
            fontweight="bold",
        )  # fmt: skip
    ax.set_ylim(0, 1.02)
    ax.set_xlim(left=0)
    label_ends(ax)
    shares = [100 * value for value in told.values()]
    title = (
        tr("After {at:g} years {a:.0f} % are still there, not {b:.0f} %", at=at, a=shares[0], b=shares[1])
        if len(shares) > 1
        else tr("After {at:g} years {a:.0f} % are still there", at=at, a=shares[0])
    )
    finish(
        ax,
        title=title,
        x=tr("years since joining"),
        y=tr("still customers"),
        words=tr("Survival curves. After {at:g} years: ", at=at)
        + "; ".join(f"{tr(name)} {100 * value:.1f} %" for name, value in told.items())
        + ".",
    )
    return percent_axis(ax)


def plot_tenure(rates: pd.DataFrame):
    """Draw leaving by age of the relationship, and beside it the same against each customer's own hazard.

    Parameters
    ----------
    rates : from `churn_by_tenure` with `hazard`: `from_years`, `to_years`, `yearly_churn`, `low`, `high`, `ratio`, `ratio_low`,
        `ratio_high`.

    Returns
    -------
    matplotlib Axes of the left panel.

    Raises
    ------
    TypeError or ValueError if `rates` is no frame, is empty or lacks a column.
    """
    what = "The table of rates by tenure"
    names = ["from_years", "to_years", "yearly_churn", "low", "high", "ratio", "ratio_low", "ratio_high"]
    need_columns(need_frame(rates, what), names, what)
    left, right = new_axes(2, height=3.9)
    at = np.arange(len(rates))
    groups = [f"{a:g}-{b:g}" for a, b in zip(rates["from_years"], rates["to_years"], strict=True)]
    for ax, name, low, high, colour in (
        (left, "yearly_churn", "low", "high", PALETTE[1]),
        (right, "ratio", "ratio_low", "ratio_high", PALETTE[0]),
    ):
        ax.errorbar(
            at, rates[name], yerr=[rates[name] - rates[low], rates[high] - rates[name]], fmt="o-", color=colour, linewidth=2,
            capsize=4,
        )  # fmt: skip
        ax.set_xticks(at, groups)
        ax.set_ylim(0, 1.15 * rates[high].max())
    first, last = rates.iloc[0], rates.iloc[-1]
    finish(
        left,
        title=tr("New customers leave sooner ..."),
        x=tr("years since joining"),
        y=tr("leave within a year"),
        words=tr(
            "Left: of customers in their first year {a:.0f} % leave within a year, of the oldest group {b:.0f} %.",
            a=100 * first["yearly_churn"], b=100 * last["yearly_churn"],
        ),
    )  # fmt: skip
    percent_axis(left)
    finish(
        right,
        title=tr("... but hardly anybody changed"),
        x=tr("years since joining"),
        y=tr("leavers / expected by own hazard"),
        words=tr(
            "Right: leavers against the number expected from each one's own fixed hazard: {a:.2f} in the first group, {b:.2f} in the last.",
            a=first["ratio"], b=last["ratio"],
        ),
    )  # fmt: skip
    return left


def plot_calibration(groups: pd.DataFrame):
    """Draw predicted against observed shares of leavers, by group of risk, with intervals.

    Parameters
    ----------
    groups : the `.groups` of `calibration`: `predicted`, `observed`, `low`, `high`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `groups` is no frame, is empty or lacks a column.
    """
    what = "The table of groups"
    need_columns(need_frame(groups, what), ["predicted", "observed", "low", "high"], what)
    ax = new_axes()
    top = 1.08 * max(groups["predicted"].max(), groups["high"].max())
    ax.plot([0, top], [0, top], color=PALETTE[4], linestyle="--", linewidth=1.4)
    ax.text(0.93 * top, 0.96 * top, tr("perfect"), ha="right", fontsize=11, color=GREY)
    ax.errorbar(
        groups["predicted"], groups["observed"],
        yerr=[groups["observed"] - groups["low"], groups["high"] - groups["observed"]], fmt="o", color=PALETTE[0], capsize=4,
        linewidth=1.6,
    )  # fmt: skip
    ax.set(xlim=(0, top), ylim=(0, top))
    inside = int(((groups["low"] <= groups["predicted"]) & (groups["predicted"] <= groups["high"])).sum())
    finish(
        ax,
        title=tr("Predicted and observed agree in {n} of {m} groups", n=inside, m=len(groups)),
        x=tr("predicted share of leavers"),
        y=tr("share who left"),
        words=tr("Points by group, predicted then observed, in %: ")
        + "; ".join(
            f"{100 * a:.0f}, {100 * b:.0f}" for a, b in zip(groups["predicted"], groups["observed"], strict=True)
        )
        + ".",
    )
    percent_axis(ax, "x")
    return percent_axis(ax)


def plot_lift(table: pd.DataFrame):
    """Draw how many of the leavers, and how much of the money that left, a list from the top down catches.

    Parameters
    ----------
    table : from `lift` with a value: `group`, `caught`, `money_caught`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of lift"
    need_columns(need_frame(table, what), ["group", "caught", "money_caught"], what)
    ax = new_axes()
    share = np.append(0, np.arange(1, len(table) + 1) / len(table))
    ax.plot([0, 1], [0, 1], color=PALETTE[4], linestyle=":", linewidth=1.4)
    for place, (column, name) in enumerate((("caught", tr("of the leavers")), ("money_caught", tr("of the money")))):
        ax.plot(
            share, np.append(0, table[column]), color=PALETTE[place], linestyle=DASHES[place], marker="o", markersize=4,
            linewidth=2.4, label=name,
        )  # fmt: skip
    first = table.iloc[0]
    ax.axhline(0, color=GREY, linewidth=1)
    ax.set_xlim(0, 1)
    label_ends(ax)
    finish(
        ax,
        title=tr(
            "The riskiest tenth holds {a:.0f} % of the leavers and {b:.0f} % of the money", a=100 * first["caught"],
            b=100 * first["money_caught"],
        ).replace(" -", " −"),
        x=tr("customers on the list, riskiest first"),
        y=tr("caught"),
        words=tr("Two curves by length of the list, leavers and money caught in %: ")
        + "; ".join(f"{100 * row.caught:.0f} and {100 * row.money_caught:.0f}" for row in table.itertuples())
        + ".",
    )  # fmt: skip
    percent_axis(ax, "x")
    return percent_axis(ax)


def plot_uplift(table: pd.DataFrame, by: str, *, title: str, truth: Sequence[float] | None = None):
    """Draw what a contact changed in each group, with its interval; perhaps the truth beside it.

    Parameters
    ----------
    table : from `campaign_uplift` or `check_lists`: `uplift`, `low`, `high`, and the column `by`.
    by : column with the names of the groups.
    title : the finding.
    truth : the true uplift of each row, where it is known.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `table` is no frame, is empty or lacks a column.
    """
    what = "The table of uplifts"
    need_columns(need_frame(table, what), [by, "uplift", "low", "high"], what)
    ax = new_axes(height=0.42 * len(table) + 1.9)
    at = np.arange(len(table))[::-1]
    for y, row in zip(at, table.itertuples(), strict=True):
        colour = PALETTE[0] if row.uplift <= 0 else PALETTE[1]
        ax.plot([100 * row.low, 100 * row.high], [y, y], color=colour, linewidth=3, solid_capstyle="butt")
        ax.plot([100 * row.uplift], [y], "o", color=colour, markersize=8)
    if truth is not None:
        ax.plot(100 * np.asarray(truth), at, "D", color="#1A1A1A", markersize=6, label=tr("truth"), linestyle="none")
        ax.legend(loc="best", frameon=False)
    ax.axvline(0, color=GREY, linewidth=1.2)
    ax.set_yticks(at, [str(name) for name in table[by]])
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    return finish(
        ax,
        title=title,
        x=tr("change of the chance to leave, percentage points (left of 0: the call keeps)"),
        y="",
        words=tr("Uplift with 95 % interval, percentage points. ")
        + "; ".join(
            f"{getattr(row, by)}: {100 * row.uplift:+.1f} ({100 * row.low:+.1f} to {100 * row.high:+.1f})".replace(
                "-", "−"
            )
            for row in table.itertuples()
        )
        + ".",
    )


def plot_variants(variants: pd.DataFrame):
    """Draw what each student of a class finds for the same campaign: the sampling distribution.

    Parameters
    ----------
    variants : from `class_variants`: `uplift`, `low`, `high`, `truth`.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `variants` is no frame, is empty or lacks a column.
    """
    what = "The frame of variants"
    need_columns(need_frame(variants, what), ["uplift", "low", "high", "truth"], what)
    ax = new_axes()
    clear = ((variants["low"] > 0) | (variants["high"] < 0)).to_numpy()
    points = 100 * variants["uplift"].to_numpy()
    edges = np.arange(np.floor(points.min()), np.ceil(points.max()) + 1)
    ax.hist(
        [points[clear], points[~clear]], bins=edges, stacked=True, color=[PALETTE[0], "#BBBBBB"], edgecolor="white",
        label=[tr("interval leaves out 0"), tr("interval holds 0")],
    )  # fmt: skip
    truth = 100 * variants["truth"].mean()
    ax.axvline(truth, color=PALETTE[1], linewidth=2.4)
    top = 1.12 * ax.get_ylim()[1]
    ax.set_ylim(0, top)
    ax.annotate(
        tr("truth {t:.1f}", t=truth).replace("-", "−"), (truth, top), (-6, -4), textcoords="offset points", ha="right", va="top",
        color=PALETTE[1], fontsize=12, fontweight="bold",
    )  # fmt: skip
    ax.axvline(0, color=GREY, linewidth=1.2)
    ax.legend(loc="upper right", frameon=False)
    wrong = int((points > 0).sum())
    return finish(
        ax,
        title=tr("{n} students, one campaign: {w} find that the call does harm", n=len(variants), w=wrong),
        x=tr("estimated uplift of the call (percentage points)"),
        y=tr("students"),
        words=tr(
            "Histogram of {n} estimates between {low:.1f} and {high:.1f} points; truth {t:.1f}; {c} intervals leave out 0; {w} estimates "
            "are above 0.",
            n=len(variants), low=points.min(), high=points.max(), t=truth, c=int(clear.sum()), w=wrong,
        ).replace("-", "−"),
    )  # fmt: skip


RULES = {"risk": "risk", "value": "value", "at_risk": "value at risk", "keeps": "uplift", "gain": "value × uplift"}


def _with_rules(customers: pd.DataFrame) -> pd.DataFrame:
    """Add a column per rule, highest first to call; `gain` is empty for those whom it never calls."""
    what = "The frame of customers"
    need_columns(need_frame(customers, what), ["risk", "uplift", "value"], what)
    risk, uplift, value = (customers[name] for name in ("risk", "uplift", "value"))
    keeps = (uplift < 0) & (value > 0)
    if "silent" in customers:
        keeps &= ~customers["silent"]
    return customers.assign(at_risk=risk * value, keeps=-uplift, gain=(-uplift * value).where(keeps))


def _nets(frame: pd.DataFrame, uplift: str, cost: float) -> dict[str, np.ndarray]:
    """Add up, for each rule, what a list of each length brings after its cost; a rule that calls nobody else ends early."""
    brings = -frame[uplift] * frame["value"] - cost
    ranked = {name: frame[name].dropna().sort_values(ascending=False, kind="stable").index for name in RULES}
    return {name: np.append(0, np.cumsum(brings[order].to_numpy())) for name, order in ranked.items()}


def plot_call_lists(customers: pd.DataFrame, *, cost: float, calls: int):
    """Draw what call lists bring after their cost, by length of the list, for five rules of ranking.

    Parameters
    ----------
    customers : one row per customer: `risk`, `uplift`, `value` and, if wanted, `silent`, as for `calls_picture`.
    cost : of one call, in yuan.
    calls : length of the list to mark; a rule that has fewer to call is marked at its end.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if `customers` is no frame, is empty or lacks a column.

    >>> frame = pd.DataFrame({"risk": [0.4, 0.2], "uplift": [0.05, -0.10], "value": [100.0, 2000.0]})
    >>> plot_call_lists(frame, cost=60, calls=1).get_title(loc="left")
    '1 calls: −¥65 by risk, ¥140 by value × uplift'
    """
    nets = _nets(_with_rules(customers).reset_index(drop=True), "uplift", cost)
    ax = new_axes()
    for place, (name, net) in enumerate(nets.items()):
        ax.plot(net, color=PALETTE[place], linestyle=DASHES[place], linewidth=2.2, label=tr(RULES[name]))
    ax.axvline(calls, color="#1A1A1A", linewidth=1.4)
    ax.axhline(0, color=GREY, linewidth=1)
    ax.set_xlim(0, len(customers))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False, ncols=5, borderaxespad=0.1, fontsize=10)

    def yuan(value: float) -> str:
        return f"−¥{-value:,.0f}" if value < 0 else f"¥{value:,.0f}"

    at = {name: yuan(net[min(calls, len(net) - 1)]) for name, net in nets.items()}
    finish(
        ax,
        title=tr("{n:,} calls: {risk} by risk, {gain} by value × uplift", n=calls, risk=at["risk"], gain=at["gain"]),
        x=tr("calls"),
        y=tr("money kept − cost of the calls"),
        words=tr("Five curves of net money by length of the list. At {n:,} calls: ", n=calls)
        + "; ".join(f"{tr(RULES[name])} {text}" for name, text in at.items())
        + ".",
    )
    _above_legend(ax)
    return money_axis(ax)


def calls_picture(
    customers: pd.DataFrame,
    rule: str,
    calls: int,
    cost: float,
    judge: str = "model",
    *,
    judges: Mapping[str, str] | None = None,
) -> dict:
    """Compute what the explorer "whom to call" shows, as a picture for the shared view.

    Parameters
    ----------
    customers : one row per customer: `risk` (chance to leave, uncalled), `uplift` (estimated change of it by a call; negative:
        the call keeps), `value` (money lost if the customer leaves), and the columns of `judges`; if wanted `silent` (True:
        "gain" leaves this customer alone).
    rule : how the list is ranked: "risk", "value", "at_risk" (risk × value), "keeps" (uplift), "gain" (value × uplift, and only
        customers of positive value whom the call keeps: nobody is called in order to drive him away).
    calls : length of the list; cut to the number of customers whom the rule would call.
    cost : of one call, in yuan.
    judge : by which uplift the list is judged, a name in `judges`.
    judges : name -> column of uplift; None: {"model": "uplift"}.

    Returns
    -------
    A picture (see `crmlib.show._picture`): net money by length of the list for each rule, and what the chosen list does.

    Raises
    ------
    ValueError, TypeError : a column is missing, empty or no number; an unknown rule or judge.

    >>> frame = pd.DataFrame({"risk": [0.4, 0.2], "uplift": [0.05, -0.10], "value": [100.0, 2000.0]})
    >>> picture = calls_picture(frame, "gain", 1, 60)
    >>> [one["text"] for one in picture["numbers"]]
    ['0.1', '0.0', '¥600', '¥200', '¥140', '1']
    """
    from crmlib.retention import compare_lists
    from crmlib.show._picture import axis, bars, curve, cut, number, panel, picture

    judges = judges or {"model": "uplift"}
    if rule not in RULES or judge not in judges:
        raise ValueError(
            f"The rule must be one of {listed(RULES)}, the judge one of {listed(judges)}, not {rule!r} and {judge!r}."
        )
    frame, truth = _with_rules(customers).reset_index(drop=True), judges[judge]
    need_columns(frame, [truth], "The frame of customers")
    n, callable_ = len(frame), frame[frame[rule].notna()]
    if callable_.empty:
        raise ValueError("Nobody is left to call: nobody of positive value has an uplift below 0.")
    calls = min(int(calls), len(callable_))
    chosen = compare_lists(callable_, [rule], calls, cost=cost, uplift=truth).iloc[0]
    at = np.unique(np.append(np.round(np.linspace(0, n, 61)).astype(int), calls))
    nets = _nets(frame, truth, cost)
    shown = {name: np.append(at[at < len(net) - 1], len(net) - 1) for name, net in nets.items()}
    scale, unit = money_scale(max(np.abs(net).max() for net in nets.values()))
    left = panel(
        tr("Net money by length of the list"),
        axis(tr("calls"), limits=(0, n)),
        axis(tr("money kept − cost of the calls"), unit=unit, scale=scale),
        [
            curve(shown[name], net[shown[name]], name=tr(RULES[name]), colour=place)
            for place, (name, net) in enumerate(nets.items())
        ],
        cuts=[cut(calls, tr("your list"), strong=True)],
        height=330,
    )
    right = panel(
        tr("What your calls do"),
        axis(tr("customers expected")),
        axis("", categories=[tr("kept"), tr("driven away")]),
        [bars([chosen["saved"] + chosen["driven_away"], chosen["driven_away"]])],
        height=330,
    )
    numbers = [
        number(tr("Saved, net"), chosen["saved"], decimals=1),
        number(tr("Driven away"), chosen["driven_away"], decimals=1),
        number(tr("Cost per customer saved"), chosen["cost_per_saved"], unit="¥"),
        number(tr("Money kept"), chosen["money_kept"], unit="¥"),
        number(tr("Net of cost"), chosen["net"], unit="¥"),
        number(tr("Best length for this rule"), int(nets[rule].argmax())),
    ]
    alt = tr(
        "{n} calls ranked by {rule}, judged by the {judge}: {saved:.1f} customers saved, {away:.1f} driven away, net ¥{net:,.0f}.",
        n=calls, rule=tr(RULES[rule]), judge=tr(judge), saved=chosen["saved"], away=chosen["driven_away"], net=chosen["net"],
    )  # fmt: skip
    return picture(left, right, alt=alt.replace("-", "−"), numbers=numbers)


def explore_calls(customers: pd.DataFrame, *, judges: Mapping[str, str] | None = None, calls: int | None = None):
    """Open the explorer "whom to call": ranking rule, length of the list, cost per call.

    Parameters
    ----------
    customers, judges : as for `calls_picture`.
    calls : length of the list at the start; None: a tenth of the customers.

    Returns
    -------
    One widget: lists and sliders, reset button, picture, numbers and a sentence that says what changed.

    >>> frame = pd.DataFrame({"risk": [0.4, 0.2], "uplift": [0.05, -0.10], "value": [100.0, 2000.0]})
    >>> list(explore_calls(frame, calls=1).controls)
    ['rule', 'calls', 'cost']
    """
    from functools import partial

    from crmlib.show.view import choice, explorer, slider

    n = len(need_frame(customers, "The frame of customers"))
    step = 1 if n < 200 else 10
    start = calls or max(1, n // 10)
    controls = {
        "rule": choice(tr("Rank by"), [(tr(label), name) for name, label in RULES.items()], "risk"),
        "calls": slider(tr("Length of the list"), start % step or step, n, start, unit=tr("calls"), step=step),
        "cost": slider(tr("Cost of a call"), 0, 300, 60, unit="¥", step=10),
    }
    if judges and len(judges) > 1:
        controls["judge"] = choice(tr("Judge by"), [(tr(name), name) for name in judges], next(iter(judges)))
        compute = partial(calls_picture, customers, judges=judges)
    else:
        compute = partial(calls_picture, customers, judges=judges, judge=next(iter(judges or {"model": ""})))
    return explorer(controls, compute)


def rates_picture(bases: Mapping[str, Mapping[str, pd.DataFrame]], who: str, year: str) -> dict:
    """Compute what the explorer "one base, five rates" shows, as a picture for the shared view.

    Parameters
    ----------
    bases : group of customers -> year -> the `.customers` of `retention_base` for that group.
    who, year : which of them to show.

    Returns
    -------
    A picture (see `crmlib.show._picture`): the five rates of `retention_rates`, and those of the customers who stayed.
    """
    from crmlib.retention import retention_rates
    from crmlib.show._picture import axis, bars, number, panel, picture

    base = bases[who][year]
    rates = retention_rates(base)
    one = panel(
        tr("{who}, {year}: five retention rates of {n:,} customers", who=who, year=year, n=len(base)),
        axis("", categories=[tr(name) for name in rates["measure"]]),
        axis(tr("left of what was there before"), unit="%", scale=0.01),
        [
            bars(rates["rate"], name=tr("all"), colour=0),
            bars(rates["rate_of_kept"], name=tr("those who stayed"), colour=1),
        ],
        height=380,
    )
    words = "; ".join(f"{tr(row.measure)} {100 * row.rate:.1f} %" for row in rates.itertuples())
    return picture(
        one,
        alt=f"{who}, {year}: {words}.",
        numbers=[number(tr("Base"), len(base))]
        + [number(tr(row.measure).capitalize(), 100 * row.rate, unit="%", decimals=1) for row in rates.itertuples()],
    )


def explore_rates(bases: Mapping[str, Mapping[str, pd.DataFrame]]):
    """Open the explorer "one base, five rates": whom to count, and over which year.

    Parameters
    ----------
    bases : as for `rates_picture`; every group has the same years, and the last is shown first.

    Returns
    -------
    One widget: list and slider, reset button, picture, numbers and a sentence that says what changed.

    Raises
    ------
    ValueError : there is no group, or the groups do not have the same years.
    """
    from functools import partial

    from crmlib.show.view import choice, explorer, steps

    years = {who: list(frames) for who, frames in bases.items()}
    if not years or len({tuple(names) for names in years.values()}) > 1:
        raise ValueError(
            f"The explorer needs at least one group, and the same years for each. Given were {years or 'no groups'}."
        )
    first = next(iter(years))
    return explorer(
        {
            "who": choice(tr("Base"), [(name, name) for name in years], first),
            "year": steps(tr("Year"), [(name, name) for name in years[first]], years[first][-1]),
        },
        partial(rates_picture, bases),
    )
