"""Figures and the explorer of relational benefits: the path diagram, five designs side by side, and what a yuan buys."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_columns, need_frame
from crmlib.show._style import PALETTE, finish, new_axes
from crmlib.show._text import tr

# Where the boxes stand: from benefits on the left over what they build to loyalty on the right.
PLACES = {
    "confidence": (0, 3), "special": (0, 2), "community": (0, 1), "economic": (0, 0),
    "satisfaction": (1.45, 3.2), "commitment": (1.6, 1.9),
    "intention": (2.9, 1.2), "attachment": (2.9, 1.2), "word_of_mouth": (2.9, 2.8),
}  # fmt: skip
_WIDE, _HIGH = 0.68, 0.46
_MARKERS = {"alone": "s", "together": "D", "lagged": "^", "change": "o", "by lot": "*"}
_COLOURS = {"alone": 1, "together": 3, "lagged": 4, "change": 0, "by lot": 2}
_SAID = {"economic": "discounts", "special": "special treatment"}  # as the lessons call them


def _edge(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Where the line from one box's middle to another's leaves the first box."""
    way = end - start
    reach = np.array([_WIDE / 2, _HIGH / 2]) / np.maximum(np.abs(way), 1e-9)
    return start + way * min(reach.min(), 1.0)


def _label_spots(lines: list[tuple[np.ndarray, np.ndarray]], boxes: np.ndarray) -> list[np.ndarray]:
    """Choose on each line the place for its label that keeps furthest from boxes, other lines and labels already placed."""
    label = np.array([0.42, 0.20])  # width and height of a label: distances count in these
    steps = np.linspace(0.22, 0.78, 15)[:, None]
    on_way = [start + np.linspace(0, 1, 40)[:, None] * (end - start) for start, end in lines]
    placed: list[np.ndarray] = []
    for place, (start, end) in enumerate(lines):
        spots = start + steps * (end - start)
        others = np.concatenate([*(one for at, one in enumerate(on_way) if at != place), boxes])
        gap = np.abs((spots[:, None, :] - others) / label).max(axis=2).min(axis=1)
        near = np.abs((spots[:, None, :] - np.array(placed or [spots[0] + 9])) / label).max(axis=2).min(axis=1)
        placed.append(
            spots[np.argmax(np.minimum(gap, 0.8) + 2 * np.minimum(near, 1.1) - 0.3 * np.abs(steps[:, 0] - 0.4))]
        )
    return placed


def plot_paths(
    paths: pd.DataFrame,
    truth: Mapping[tuple[str, str], float] | None = None,
    *,
    title: str,
    places: Mapping[str, tuple[float, float]] | None = None,
):
    """Draw a path diagram: boxes for variables, arrows as thick as their paths, the truth in brackets where it is known.

    An arrow whose interval holds 0 is thin, grey and dashed.

    Parameters
    ----------
    paths : the `.table` of `path_model`.
    truth : (cause, effect) -> the true path in the same unit.
    title : the finding.
    places : variable -> (x, y) of its box; None: the places of this course's variables.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if the frame is empty or lacks a column, or a variable has no place.

    >>> paths = pd.DataFrame([["special", "commitment", 0.15, 0.12, 0.18]],
    ...                      columns=["cause", "effect", "estimate", "low", "high"])
    >>> ax = plot_paths(paths, {("special", "commitment"): 0.16}, title="A path")
    >>> [text.get_text() for text in ax.texts if text.get_text()]
    ['special\\ntreatment', 'commitment', '0.15 (0.16)']
    """
    what = "The frame of paths"
    need_columns(need_frame(paths, what), ["cause", "effect", "estimate", "low", "high"], what)
    spots = PLACES if places is None else places
    names = list(dict.fromkeys([*paths["cause"], *paths["effect"]]))
    lost = [name for name in names if name not in spots]
    if lost:
        raise ValueError(f"The diagram has no place for {listed(lost)}. Give one: places={{{lost[0]!r}: (0, 1)}}.")
    truth = {} if truth is None else truth
    ax = new_axes(height=4.8)
    for name in names:
        x, y = spots[name]
        ax.text(
            x, y, tr(_SAID.get(name, name.replace("_", " "))).replace("special ", "special\n"),
            ha="center", va="center", fontsize=12, zorder=4,
        )  # fmt: skip
        _box(ax, x, y)
    told, lines = [], []
    corner = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]) * [_WIDE / 2, _HIGH / 2]
    boxes = np.concatenate([np.array(spots[name]) + corner for name in names])
    for row in paths.itertuples():
        middle, target = (np.array(spots[name], dtype=float) for name in (row.cause, row.effect))
        lines.append((_edge(middle, target), _edge(target, middle)))
    for row, (start, end), at in zip(paths.itertuples(), lines, _label_spots(lines, boxes), strict=True):
        clear = row.low > 0 or row.high < 0
        colour = (PALETTE[0] if row.estimate > 0 else PALETTE[1]) if clear else PALETTE[4]
        ax.annotate(
            "", xy=end, xytext=start, zorder=2,
            arrowprops={
                "arrowstyle": "-|>", "mutation_scale": 16, "shrinkA": 0, "shrinkB": 1, "color": colour,
                "linestyle": "-" if clear else (0, (4, 3)), "linewidth": 1.0 + (9 * abs(row.estimate) if clear else 0),
            },
        )  # fmt: skip
        true = truth.get((row.cause, row.effect))
        words = f"{row.estimate:.2f}" + ("" if true is None else f" ({true:.2f})")
        ax.text(
            *at, words.replace("-", "−"), ha="center", va="center", fontsize=10.5, zorder=5, color=colour if clear else "#444444",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
        )  # fmt: skip
        told.append(f"{row.cause} → {row.effect} {words}")
    spread = np.array([spots[name] for name in names], dtype=float)
    (left, low), (right, high) = spread.min(axis=0), spread.max(axis=0)
    ax.set(xlim=(left - 0.5, right + 0.5), ylim=(low - 0.42, high + 0.42), xticks=[], yticks=[])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    bracket = tr("; in brackets: the truth") if truth else ""
    finish(
        ax,
        title=title,
        x=tr("paths in standard deviations; dashed: the interval holds 0") + bracket,
        y="",
        words=tr("Path diagram: ") + "; ".join(told) + ".",
    )
    return ax


def _box(ax, x: float, y: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    ax.add_patch(
        FancyBboxPatch(
            (x - _WIDE / 2 + 0.06, y - _HIGH / 2 + 0.06), _WIDE - 0.12, _HIGH - 0.12, boxstyle="round,pad=0.06",
            facecolor="#EEF3F7", edgecolor="#333333", linewidth=1.2, zorder=3,
        )
    )  # fmt: skip


def plot_evidence(evidence: pd.DataFrame, truth: Mapping[str, float] | None = None, *, title: str):
    """Draw what each design says of each benefit, with intervals, and the truth as an upright line.

    Parameters
    ----------
    evidence : the `.table` of `benefit_evidence`.
    truth : benefit -> the true effect in the same unit.
    title : the finding.

    Returns
    -------
    matplotlib Axes.

    Raises
    ------
    TypeError or ValueError if the frame is empty or lacks a column.
    """
    what = "The frame of evidence"
    need_columns(need_frame(evidence, what), ["benefit", "design", "estimate", "low", "high"], what)
    benefits = list(dict.fromkeys(evidence["benefit"]))
    designs = [name for name in _MARKERS if (evidence["design"] == name).any()]
    ax = new_axes(height=1.3 + 0.95 * len(benefits))
    base = {name: len(benefits) - 1 - place for place, name in enumerate(benefits)}
    for place, design in enumerate(designs):
        rows = evidence[evidence["design"] == design]
        y = rows["benefit"].map(base) + 0.30 - 0.15 * place
        reach = np.array([rows["estimate"] - rows["low"], rows["high"] - rows["estimate"]])
        ax.errorbar(
            rows["estimate"], y, xerr=reach, fmt=_MARKERS[design], color=PALETTE[_COLOURS[design]], linewidth=1.8,
            markersize=11 if design == "by lot" else 6.5, label=tr(design),
        )  # fmt: skip
    for place, (benefit, value) in enumerate((truth or {}).items()):
        label = tr("truth") if place == 0 else "_truth"
        ax.plot(
            [value, value], [base[benefit] - 0.38, base[benefit] + 0.38], color="#111111", linewidth=2.2, label=label
        )
    ax.axvline(0, color="#888888", linewidth=1, zorder=0)
    ax.set_yticks(list(base.values()), [tr(_SAID.get(name, name)) for name in base])
    ax.set_ylim(-0.5, len(benefits) - 0.5)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    told = "; ".join(
        f"{tr(_SAID.get(str(name), str(name)))}: "
        + ", ".join(f"{row.design} {row.estimate:+.2f}" for row in rows.itertuples() if row.design in designs)
        for name, rows in evidence.groupby("benefit", sort=False)
    )
    finish(ax, title=title, x=tr("effect (standard deviations)"), y="", words=tr("Effects by design. ") + told + ".")
    return ax


def benefits_picture(
    design: str, economic: float, special: float, community: float, confidence: float, *, evidence: pd.DataFrame
) -> dict:
    """Compute which benefit to invest in, for one reading of the evidence and one set of costs.

    Parameters
    ----------
    design : which of the designs to believe (see `benefit_evidence`).
    economic, special, community, confidence : ¥ that it costs to raise this benefit by one standard deviation for one customer.
    evidence : the `.table` of `benefit_evidence`.

    Returns
    -------
    A picture (see `crmlib.show._picture`).

    Raises
    ------
    ValueError : the evidence has no such design.
    """
    from crmlib.show._picture import axis, bars, number, panel, picture, table

    costs = {"economic": economic, "special": special, "community": community, "confidence": confidence}
    rows = evidence[(evidence["design"] == design) & evidence["benefit"].isin(costs)].set_index("benefit")
    if rows.empty:
        raise ValueError(f"The evidence has no design {design!r}. It has {listed(evidence['design'].unique())}.")
    cost = rows.index.map(costs).to_numpy(float)
    gain = 100 * rows["estimate"].to_numpy() / cost
    best = int(np.argmax(gain))
    sure = rows["low"].to_numpy() > 0
    names = [tr(_SAID.get(name, name)) for name in rows.index]
    all_effects = evidence["estimate"]  # one scale for every design, so that bars can be compared
    lowest, highest = min(-0.05, 1.1 * float(all_effects.min())), max(0.05, 1.1 * float(all_effects.max()))
    effects = panel(
        tr("Loyalty per SD of the benefit"),
        axis(tr("effect"), unit="SD", limits=(lowest, highest)),
        axis("", categories=names),
        [bars(rows["estimate"].to_numpy(), strong=np.flatnonzero(sure))],
        height=240,
    )
    room = max(0.05, 1.1 * float(np.abs(gain).max()))
    buys = panel(
        tr("Loyalty per ¥100 and customer"),
        axis(tr("effect"), unit="SD", limits=(min(-0.02, 1.1 * float(gain.min())), room)),
        axis("", categories=names),
        [bars(gain, colour=2, strong=[best])],
        height=240,
    )
    shown = pd.DataFrame(
        {
            tr("benefit"): names,
            tr("effect"): [f"{value:+.2f}" for value in rows["estimate"]],
            tr("interval"): [f"{low:+.2f} … {high:+.2f}" for low, high in zip(rows["low"], rows["high"], strict=True)],
            tr("¥ per SD"): [f"{value:,.0f}" for value in cost],
        }
    )
    told = ", ".join(f"{name} {value:+.2f}" for name, value in zip(names, gain, strict=True))
    return picture(
        effects,
        buys,
        alt=tr("Believing {design}, ¥100 buy: ", design=design) + told + tr(" SD. Most: {best}.", best=names[best]),
        numbers=[number(name, value, unit="SD per ¥100", decimals=2) for name, value in zip(names, gain, strict=True)],
        below=table(shown, tr("Dark bars on the left: the interval lies above 0")),
    )


def explore_benefits(evidence: pd.DataFrame):
    """Open the question which benefit to invest in: choose whose evidence to believe, set what each benefit costs.

    Parameters
    ----------
    evidence : the `.table` of `benefit_evidence` for the benefits economic, special, community and confidence.

    Returns
    -------
    One widget: controls, reset button, two panels, a table and a sentence that says what changed.
    """
    from functools import partial

    from crmlib.show.view import choice, explorer, slider

    designs = [name for name in ("alone", "together", "lagged", "change") if (evidence["design"] == name).any()]
    cost = tr("¥ per SD and customer")
    return explorer(
        {
            "design": choice(tr("Believe"), [(tr(name), name) for name in designs], designs[0]),
            "economic": slider(tr("Discounts"), 10, 300, 80, unit=cost, step=10),
            "special": slider(tr("Special treatment"), 10, 300, 110, unit=cost, step=10),
            "community": slider(tr("Community"), 10, 300, 90, unit=cost, step=10),
            "confidence": slider(tr("Confidence"), 10, 300, 150, unit=cost, step=10),
        },
        partial(benefits_picture, evidence=evidence),
    )
