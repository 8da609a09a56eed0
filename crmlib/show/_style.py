"""The look of the course's figures: one palette, one size for a notebook page, money axes, a description in words.

Every figure function of `crmlib.show` takes a frame and returns a matplotlib Axes. `new_axes` gives it one; `finish` puts on
the title (the finding), the axis labels with their units, and the description for a reader who cannot see the figure.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from crmlib.show._text import language, tr

# Blue, vermillion, green and reddish purple of Okabe and Ito (2008), and a grey. Their other colours fall below the contrast
# of 3:1 with white that a thin line needs. A second sign (marker, dashes) always goes with the colour.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#6E6E6E")
ON_PALETTE = ("white", "white", "white", "#1A1A1A", "white")  # text that is readable on each colour
DASHES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))

WIDTH = 8.0  # inches; a notebook page is about 800 px wide
HEIGHT = 4.2
SCREEN_DPI = 96
FILE_DPI = 144  # half as fine again as the screen, so that a projector or a dense display stays sharp

_CHINESE_FONTS = (
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "SimHei",
)


class LessonFigure(Figure):
    """A matplotlib figure that carries its description in words and shows it wherever Jupyter shows the figure.

    JupyterLab ignores the alt text of a picture (nbconvert and Voilà do not), so the words also follow the picture, folded.
    """

    description = ""

    def _ipython_display_(self, **_: Any) -> None:
        from IPython.core.pylabtools import print_figure
        from IPython.display import HTML, display

        picture = print_figure(self, "png", dpi=FILE_DPI, base64=True)
        width = round(WIDTH * SCREEN_DPI * self.get_figwidth() / WIDTH)
        metadata: dict[str, Any] = {"width": width}
        if self.description:
            metadata["alt"] = self.description
        bundle = {"image/png": picture, "text/plain": f"<Figure: {self.description or 'no description'}>"}
        display(bundle, metadata={"image/png": metadata}, raw=True)
        if self.description:
            words = html.escape(self.description)
            display(HTML(f"<details><summary>{html.escape(tr('This figure in words'))}</summary>{words}</details>"))


def style() -> dict[str, Any]:
    """Return the matplotlib settings of the course's figures, for `matplotlib.rc_context` (nothing is set for good).

    >>> style()["axes.titlelocation"]
    'left'
    """
    import seaborn as sns

    fonts = ["DejaVu Sans"]
    if language() == "zh":
        known = {font.name for font in font_manager.fontManager.ttflist}
        fonts = [name for name in _CHINESE_FONTS if name in known][:1] + fonts
    return {
        **sns.axes_style("ticks"),
        **sns.plotting_context("notebook"),
        "axes.prop_cycle": mpl.cycler(color=list(PALETTE)),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": "#DDDDDD",
        "axes.titlelocation": "left",
        "axes.titlesize": 13,
        "axes.titleweight": "bold",
        "axes.titlepad": 12,
        "axes.labelsize": 12,
        "xtick.labelsize": 11,
        "ytick.labelsize": 11,
        "legend.fontsize": 11,
        "font.sans-serif": fonts,
    }


def new_axes(panels: int = 1, *, height: float = HEIGHT, share_y: bool = False) -> Any:
    """Open a figure in the course's style and return its Axes (an array of Axes for several panels side by side).

    Parameters
    ----------
    panels : how many panels, side by side.
    height : inches.
    share_y : whether the panels share the scale of the vertical axis.

    >>> new_axes().figure.get_size_inches().tolist()
    [8.0, 4.2]
    """
    # A kernel's first figure turns the display of figures on: inside the context below that would be undone at its end.
    figure = plt.figure(figsize=(WIDTH, height), FigureClass=LessonFigure, layout="constrained")
    with mpl.rc_context(style()):
        axes = figure.subplots(1, panels, sharey=share_y)
        for ax in np.atleast_1d(axes):
            # Ticks are made when first drawn, outside this style: give them its text size now.
            ax.tick_params(axis="x", labelsize=mpl.rcParams["xtick.labelsize"])
            ax.tick_params(axis="y", labelsize=mpl.rcParams["ytick.labelsize"])
            ax.set_axisbelow(True)
    return axes


def finish(ax: Axes, *, title: str, x: str, y: str, words: str) -> Axes:
    """Give a figure its title, axis labels and description, and return its Axes.

    Call it when everything that holds names is drawn: a name is shown as it is typed, `$$ Cash $$` too, and is no formula.

    Parameters
    ----------
    ax : the Axes to finish.
    title : the finding, in a short sentence.
    x, y : axis labels with their units.
    words : what the figure shows, with its main numbers, for a reader who cannot see it. Panels of one figure add up.

    Raises
    ------
    ValueError : the title or the description is missing.
    """
    if not title.strip() or not words.strip():
        raise ValueError("A figure needs a title that states its finding, and a description in words (title=, words=).")
    look = style()  # texts take their look when they are made, which is now
    ax.set_title(
        title,
        loc="left",
        fontsize=look["axes.titlesize"],
        fontweight=look["axes.titleweight"],
        pad=look["axes.titlepad"],
    )
    ax.set_xlabel(x, fontsize=look["axes.labelsize"])
    ax.set_ylabel(y, fontsize=look["axes.labelsize"])
    figure = ax.get_figure()
    for drawn in figure.findobj(Text):
        if "$" in drawn.get_text():
            drawn.set_parse_math(False)
    figure.description = f"{getattr(figure, 'description', '')} {words.strip()}".strip()
    return ax


def description(ax: Axes) -> str:
    """Return the words that describe the figure of `ax`: its text alternative."""
    return getattr(ax.get_figure(), "description", "")


def money_scale(largest: float) -> tuple[float, str]:
    """Choose the unit in which amounts of money are readable: ¥, ¥ thousand or ¥ million.

    Parameters
    ----------
    largest : the largest amount on the axis, in yuan.

    Returns
    -------
    What to divide by, and the unit's name.

    >>> money_scale(2_400_000)
    (1000000.0, '¥ million')
    >>> money_scale(950)
    (1.0, '¥')
    """
    if abs(largest) >= 1e6:
        return 1e6, tr("¥ million")
    if abs(largest) >= 1e4:
        return 1e3, tr("¥ thousand")
    return 1.0, "¥"


def money_text(value: float, unit: str, decimals: int, *, plus: bool = False) -> str:
    """Write an amount with its sign before the ¥; what is 0 after rounding has none.

    Parameters
    ----------
    value : the amount, in `unit`.
    unit : from `money_scale`.
    decimals : how many are shown.
    plus : whether an amount above 0 has a sign too, as a gain or a difference needs.

    >>> money_text(-3.018, "¥ million", 2), money_text(1250, "¥", 0, plus=True), money_text(-0.001, "¥", 2)
    ('−¥3.02 million', '+¥1,250', '¥0.00')
    """
    rounded = round(value, decimals)
    sign = "−" if rounded < 0 else "+" if plus and rounded > 0 else ""
    amount = f"{abs(rounded):,.{decimals}f}"
    return f"{sign}¥{amount}{unit.removeprefix('¥')}" if unit.startswith("¥") else f"{sign}{amount} {unit}"


def money_axis(ax: Axes, which: str = "y") -> Axes:
    """Print an axis that holds yuan in ¥, ¥ thousand or ¥ million, and add that unit to its label.

    Call it after drawing: the unit follows from the limits of the axis.

    Parameters
    ----------
    ax : the Axes, whose data are in yuan.
    which : 'x' or 'y'.
    """
    axis = ax.xaxis if which == "x" else ax.yaxis
    scale, unit = money_scale(max(abs(limit) for limit in axis.get_view_interval()))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / scale:,.6g}"))
    axis.set_label_text(f"{axis.get_label_text()} ({unit})".strip())
    return ax


def percent_axis(ax: Axes, which: str = "y") -> Axes:
    """Print an axis that holds shares (0.2) as percentages (20), and add the unit to its label."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:,.6g}"))
    axis.set_label_text(f"{axis.get_label_text()} (%)".strip())
    return ax


def spread(heights: Sequence[float], gap: float) -> np.ndarray:
    """Move heights apart, as little as a simple rule can, until neighbours are at least `gap` apart.

    Parameters
    ----------
    heights : where labels want to be.
    gap : the least distance between two labels, in the same unit.

    Returns
    -------
    Where to put them, in the order given.

    >>> spread([1.0, 1.0, 5.0], gap=1.0).tolist()
    [0.5, 1.5, 5.0]
    """
    wanted = np.asarray(heights, dtype=float)
    order = np.argsort(wanted, kind="stable")
    # Pool neighbours that collide into blocks centred on their mean wish, as isotonic regression does.
    blocks: list[list[float]] = []
    for rank, place in enumerate(order):
        blocks.append([wanted[place] - rank * gap, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, count = blocks.pop()
            before, size = blocks[-1]
            blocks[-1] = [(value * count + before * size) / (count + size), count + size]
    base = np.concatenate([np.full(int(count), value) for value, count in blocks]) if blocks else wanted
    placed = np.empty_like(wanted)
    placed[order] = base + gap * np.arange(len(wanted))
    return placed


def label_ends(ax: Axes, *, gap: float = 0.075) -> Axes:
    """Write each line's label at its right end, in its colour, instead of a legend.

    Parameters
    ----------
    ax : Axes with labelled lines.
    gap : least distance between two labels, as a share of the axis height.
    """
    lines = [line for line in ax.get_lines() if not line.get_label().startswith("_") and len(line.get_xdata())]
    low, high = ax.get_ylim()
    places = spread([line.get_ydata()[-1] for line in lines], gap * (high - low))
    for line, place in zip(lines, places, strict=True):
        ax.annotate(
            line.get_label(),
            xy=(line.get_xdata()[-1], place),
            xytext=(8, 0),
            textcoords="offset points",
            color=line.get_color(),
            fontsize=11,
            va="center",
            annotation_clip=False,
        )
    return ax
