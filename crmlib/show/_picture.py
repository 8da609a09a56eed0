"""What the shared view draws: a picture as plain data, built from a few words.

A *picture* is a dict that survives JSON. It has one or more *panels* (bars, curves or points between two axes, with cut lines),
a row of *numbers* to read, perhaps a small *table*, and a sentence that says the same in words (`alt`):

    {"panels": [panel, ...], "numbers": [number, ...], "table": table or None, "alt": text, "changed": text}
    panel:  {"title", "height", "stacked", "x": axis, "y": axis, "marks": [mark, ...], "cuts": [cut, ...]}
    axis:   {"label", "scale", "limits": [low, high]} and perhaps {"ticks": [[at, text], ...]}, or {"label", "categories": [...]}
    mark:   {"kind": "bars",   "name", "colour", "values", "strong"}            one value per category
            {"kind": "curve",  "name", "colour", "x", "y", "low", "high", "dashed"}   low and high draw a band
            {"kind": "points", "name", "colour", "x", "y", "strong", "texts"}   texts show under the mouse
    cut:    {"axis": "x" or "y", "at", "text", "strong"}
    number: {"name", "value", "text", "colour"}
    table:  {"caption", "columns": [...], "rows": [[...], ...]}

Horizontal bars have their categories on the y axis. `strong` lists the places (from 0) of marks to stand out; the others fade.
A colour is a place in the course's palette, and brings a dash pattern and a marker with it. `changed` is filled in by
`explorer`. The functions below build the parts, choose limits, and refuse what could not be drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from crmlib._frames import listed
from crmlib.show._style import PALETTE

Part = dict[str, Any]


def _numbers(values: object, what: str) -> list[float | None]:
    """Turn a column into plain numbers; a missing value becomes a gap (None)."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{what} must be numbers. Leave out text, or turn it into numbers first.") from None
    if array.ndim != 1:
        raise ValueError(f"{what} must be one column of numbers, but they have the shape {array.shape}.")
    if np.isinf(array).any():
        raise ValueError(
            f"{what} hold an infinite value at place {int(np.isinf(array).argmax())}. Was something divided by 0?"
        )
    return [None if math.isnan(value) else value for value in array.tolist()]


def _same_length(what: str, **columns: Sequence[object] | None) -> None:
    lengths = {name: len(column) for name, column in columns.items() if column is not None}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"{what} needs columns of one length, but has " + listed(f"{n} {name}" for name, n in lengths.items())
        )


def axis(
    label: str,
    *,
    unit: str = "",
    scale: float = 1.0,
    limits: tuple[float, float] | None = None,
    categories: Iterable[object] | None = None,
    ticks: Iterable[tuple[float, str]] | None = None,
) -> Part:
    """Describe one axis.

    Parameters
    ----------
    label : what is measured.
    unit : its unit, written after the label ('%', '¥ million', 'months').
    scale : what the values are divided by for printing (0.01 for a share shown in %, 1e6 for ¥ million).
    limits : lowest and highest value shown; chosen from the marks where left out.
    categories : names of the places, for bars; such an axis has no limits.
    ticks : pairs of a value and its text, where round numbers would not do (months).

    Raises
    ------
    ValueError : the limits are not in order, or the scale is 0.

    >>> axis("Satisfaction", unit="points of 100", limits=(0, 100))["label"]
    'Satisfaction (points of 100)'
    """
    if not scale:
        raise ValueError(f"The axis {label!r} has the scale 0. Use 1, or 0.01 for percentages, or 1e6 for millions.")
    part: Part = {"label": f"{label} ({unit})" if unit else label, "scale": float(scale)}
    if categories is not None:
        part["categories"] = [str(name) for name in categories]
        if not part["categories"]:
            raise ValueError(f"The axis {label!r} has no categories.")
    elif limits is not None:
        low, high = (float(limit) for limit in limits)
        if not low < high:
            raise ValueError(
                f"The axis {label!r} runs from {low:g} to {high:g}. Give the lower limit first: limits=(low, high)."
            )
        part["limits"] = [low, high]
    if ticks is not None:
        part["ticks"] = [[float(at), str(text)] for at, text in ticks]
    return part


def bars(values: Sequence[float], *, name: str = "", colour: int = 0, strong: Iterable[int] = ()) -> Part:
    """Describe bars, one per category of the panel.

    Parameters
    ----------
    values : one length per category.
    name : shown in the legend when a panel has several marks.
    colour : place in the palette, from 0.
    strong : places of the bars that stand out.

    >>> bars([3, 5], name="2025", strong=[1])["values"]
    [3.0, 5.0]
    """
    return {
        "kind": "bars",
        "name": name,
        "colour": colour,
        "values": _numbers(values, f"Bars {name}".strip()),
        "strong": [int(place) for place in strong],
    }


def curve(
    x: Sequence[float],
    y: Sequence[float],
    *,
    name: str = "",
    colour: int = 0,
    low: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
    dashed: bool = False,
) -> Part:
    """Describe a line, perhaps with a band around it.

    Parameters
    ----------
    x, y : the points of the line, in order. A missing y leaves a gap.
    name : shown in the legend when a panel has several marks.
    colour : place in the palette, from 0.
    low, high : the edges of the band (an interval), one per point.
    dashed : for what did not happen (a forecast, a comparison).

    >>> curve([1, 2], [0.5, float("nan")])["y"]
    [0.5, None]
    """
    what = f"The curve {name}".strip()
    if (low is None) != (high is None):
        raise ValueError(f"{what} has only one edge of its band. Give both low= and high=, or neither.")
    _same_length(what, x=x, y=y, low=low, high=high)
    part: Part = {"kind": "curve", "name": name, "colour": colour, "dashed": bool(dashed)}
    part |= {"x": _numbers(x, f"{what}: its x"), "y": _numbers(y, f"{what}: its y")}
    if low is not None:
        part |= {"low": _numbers(low, f"{what}: its low"), "high": _numbers(high, f"{what}: its high")}
    return part


def points(
    x: Sequence[float],
    y: Sequence[float],
    *,
    name: str = "",
    colour: int = 0,
    strong: Iterable[int] = (),
    texts: Sequence[object] | None = None,
) -> Part:
    """Describe a scatter of points (up to a few thousand stay quick).

    Parameters
    ----------
    x, y : one value per point.
    name : shown in the legend when a panel has several marks.
    colour : place in the palette, from 0.
    strong : places of the points that stand out.
    texts : what the mouse shows on each point ('customer 1042').

    >>> points([1, 2], [3, 4], texts=["a", "b"])["texts"]
    ['a', 'b']
    """
    what = f"The points {name}".strip()
    _same_length(what, x=x, y=y, texts=texts)
    part: Part = {"kind": "points", "name": name, "colour": colour, "strong": [int(place) for place in strong]}
    part |= {"x": _numbers(x, f"{what}: their x"), "y": _numbers(y, f"{what}: their y")}
    if texts is not None:
        part["texts"] = [str(text) for text in texts]
    return part


def cut(at: float, text: str = "", *, across: str = "x", strong: bool = False) -> Part:
    """Describe a line across a panel: a border between groups, or the place of a slider.

    Parameters
    ----------
    at : where it stands, in the values of its axis.
    text : written beside it.
    across : the axis it stands on, 'x' (upright) or 'y' (level).
    strong : whether it stands out.

    >>> cut(13, "industry's market opens")["axis"]
    'x'
    """
    if across not in ("x", "y"):
        raise ValueError(f"A cut stands across 'x' or 'y', not across {across!r}.")
    return {"axis": across, "at": _numbers([at], f"The cut {text}".strip())[0], "text": text, "strong": bool(strong)}


def _extent(marks: Sequence[Part], name: str, stacked: bool) -> list[float]:
    """Lowest and highest value that the marks need on an axis."""
    if any(mark["kind"] == "bars" for mark in marks):
        heights = np.array([mark["values"] for mark in marks if mark["kind"] == "bars"], dtype=float)
        if stacked:
            heights = np.concatenate(
                [np.where(heights > 0, heights, 0).sum(axis=0), np.where(heights < 0, heights, 0).sum(axis=0)]
            )
        values = [0.0, *heights[np.isfinite(heights)].ravel()]
    else:
        keys = ("x",) if name == "x" else ("y", "low", "high")
        values = [v for mark in marks for key in keys for v in mark.get(key, ()) if v is not None]
    return [float(min(values)), float(max(values))] if values else [0.0, 1.0]


def panel(
    title: str,
    x: Part,
    y: Part,
    marks: Sequence[Part],
    *,
    cuts: Sequence[Part] = (),
    stacked: bool = False,
    height: int = 300,
) -> Part:
    """Describe one panel: marks between two axes.

    Parameters
    ----------
    title : what the panel shows.
    x, y : axes from `axis`. Bars need categories on one of them; without limits the axis fits the marks.
    marks : from `bars`, `curve` and `points`.
    cuts : from `cut`.
    stacked : whether several bars stand on each other rather than side by side.
    height : pixels.

    Raises
    ------
    ValueError : a mark could not be drawn between these axes.

    >>> both = panel("Kept", axis("Month"), axis("Kept", unit="%", scale=0.01), [curve([1, 2], [1.0, 0.9])])
    >>> both["x"]["limits"], both["y"]["limits"]
    ([1.0, 2.0], [0.895, 1.005])
    """
    x, y, marks = dict(x), dict(y), list(marks)
    if "categories" in x and "categories" in y:
        raise ValueError(f"The panel {title!r} has categories on both axes. Give one of them numbers.")
    for name, one in (("x", x), ("y", y)):
        if "categories" not in one and "limits" not in one:
            low, high = _extent(marks, name, stacked)
            room = 0.05 * (high - low) or 0.5
            bars_here = any(mark["kind"] == "bars" for mark in marks)
            if name == "y" or bars_here:  # lines may touch the left and right edge
                low = low - room if low < 0 or not bars_here else low
                high = high + room if high > 0 or not bars_here else high
            elif low == high:
                low, high = low - room, high + room
            if low == high:  # bars of height 0
                high = low + 1.0
            one["limits"] = [float(f"{low:.12g}"), float(f"{high:.12g}")]
    return {
        "title": title,
        "height": int(height),
        "stacked": bool(stacked),
        "x": x,
        "y": y,
        "marks": marks,
        "cuts": list(cuts),
    }


def number(name: str, value: float | None, *, unit: str = "", decimals: int = 0, colour: int | None = None) -> Part:
    """Describe one number to read beside the picture.

    Parameters
    ----------
    name : what it is.
    value : the number, or None where there is none.
    unit : written after it; '¥' is written before it, and of '¥ million' only the million after it.
    decimals : how many decimals are shown.
    colour : place in the palette of the curve it belongs to.

    >>> number("Profit", 1234.5, unit="¥")["text"]
    '¥1,234'
    >>> number("Profit", -2_500_000 / 1e6, unit="¥ million", decimals=1)["text"]
    '−¥2.5 million'
    >>> number("Kept", 98.25, unit="%", decimals=1)["text"]
    '98.2 %'
    """
    known = value is not None and math.isfinite(value)
    text = f"{value:,.{decimals}f}" if known else "–"
    if known and unit.startswith("¥"):
        text = f"−¥{text[1:]}" if text.startswith("-") else f"¥{text}"
        unit = unit[1:].strip()
    if known and unit:
        text = f"{text} {unit}"
    return {"name": name, "value": float(value) if known else None, "text": text.replace("-", "−"), "colour": colour}


def table(frame: pd.DataFrame, caption: str = "") -> Part:
    """Describe a small table below the picture.

    Parameters
    ----------
    frame : up to 20 rows, already rounded or formatted as it should be read; the index is not shown.
    caption : written above it.

    Raises
    ------
    ValueError : the frame has more than 20 rows.
    """
    if len(frame) > 20:
        raise ValueError(
            f"A table beside a picture holds up to 20 rows, and this one has {len(frame):,}. Show the first ones."
        )
    rows = [[str(value) for value in row] for row in frame.itertuples(index=False)]
    return {"caption": caption, "columns": [str(name) for name in frame.columns], "rows": rows}


def picture(*panels: Part, alt: str, numbers: Sequence[Part] = (), below: Part | None = None) -> Part:
    """Put a picture together and check it.

    Parameters
    ----------
    panels : from `panel`, side by side where the page is wide enough.
    alt : what the picture shows, with its main numbers, for a reader who cannot see it.
    numbers : from `number`, shown above the picture.
    below : from `table`.

    Returns
    -------
    The picture, a dict of plain values (the module's first lines list them).

    Raises
    ------
    ValueError : the picture could not be drawn, or would hide a value.
    """
    return check_picture({"panels": list(panels), "numbers": list(numbers), "table": below, "alt": alt, "changed": ""})


_KINDS = {"bars": ("values",), "curve": ("x", "y"), "points": ("x", "y")}


def check_picture(spec: Mapping[str, Any]) -> Part:
    """Return `spec` if the shared view can draw it without hiding anything, else say which part cannot be drawn and why.

    Parameters
    ----------
    spec : a picture, as the first lines of this module describe it.

    Raises
    ------
    ValueError : names the panel and the mark.

    >>> check_picture({"panels": []})
    Traceback (most recent call last):
    ...
    ValueError: A picture needs at least one panel.
    """
    if not spec.get("panels"):
        raise ValueError("A picture needs at least one panel.")
    if not str(spec.get("alt", "")).strip():
        raise ValueError("A picture needs a description in words for readers who cannot see it: alt='...'.")
    for part in spec["panels"]:
        _check_panel(part)
    return dict(spec)


def _check_panel(part: Part) -> None:
    where = f"The panel {part.get('title', '')!r}"
    missing = [name for name in ("title", "x", "y", "marks") if not part.get(name)]
    if missing:
        raise ValueError(f"{where} lacks {listed(missing)}. Build it with panel(title, x, y, marks).")
    lying = "categories" in part["y"]
    for place, mark in enumerate(part["marks"]):
        kind = mark.get("kind")
        name = f"{where}: mark {place + 1} ({mark.get('name') or kind})"
        if kind not in _KINDS:
            raise ValueError(f"{name} is of the kind {kind!r}. The view draws {listed(_KINDS)}.")
        if any(key not in mark for key in _KINDS[kind]):
            raise ValueError(f"{name} lacks {listed(key for key in _KINDS[kind] if key not in mark)}.")
        if not 0 <= mark.get("colour", 0) < len(PALETTE):
            raise ValueError(
                f"{name} has the colour {mark['colour']}. The palette has the places 0 to {len(PALETTE) - 1}."
            )
        if kind == "bars":
            names = part["y" if lying else "x"].get("categories")
            if names is None:
                raise ValueError(f"{name} needs an axis with categories: axis('Tier', categories=['Top', 'Big']).")
            if len(names) != len(mark["values"]):
                raise ValueError(f"{name} has {len(mark['values'])} values for {len(names)} categories.")
        elif "categories" in part["x"] or "categories" in part["y"]:
            raise ValueError(f"{name} needs numbers on both axes. Only bars go with categories.")
        length = len(mark[_KINDS[kind][0]])
        if any(not 0 <= spot < length for spot in mark.get("strong", ())):
            raise ValueError(
                f"{name} has {length} values, but one to stand out is at place {max(mark['strong'])} (counted from 0)."
            )
    for name in ("x", "y"):
        if "categories" not in part[name]:
            _check_limits(part, name, where)


def _check_limits(part: Part, name: str, where: str) -> None:
    low, high = part[name]["limits"]
    need = _extent(part["marks"], name, part.get("stacked", False))
    need += [one["at"] for one in part.get("cuts", ()) if one["axis"] == name]
    slack = 1e-9 * (high - low)
    if min(need) < low - slack or max(need) > high + slack:
        raise ValueError(
            f"{where}: its {name} axis runs from {low:g} to {high:g}, but the marks and cuts need {min(need):g} to {max(need):g}. "
            "Widen limits=, or leave it out."
        )
