"""The shared view, and the explorers that feed it.

The view draws a picture (see `crmlib.show._picture`) in the browser. An explorer is made of controls, a pure function that turns
their values into a picture, and the view: `explorer(controls, compute)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets

from crmlib.show._picture import Part, check_picture
from crmlib.show._style import PALETTE
from crmlib.show._text import tr

_HERE = Path(__file__).parent
_FULL = widgets.Layout(width="100%")


class View(anywidget.AnyWidget):
    """A picture in the browser: set `picture` and it is drawn. A picture that cannot be drawn is refused with a sentence."""

    _esm = _HERE / "view.js"
    _css = _HERE / "view.css"
    picture = traitlets.Dict().tag(sync=True)
    palette = traitlets.List(list(PALETTE)).tag(sync=True)

    @traitlets.validate("picture")
    def _drawable(self, proposal: Any) -> Part:
        return check_picture(proposal["value"])


def _columns(controls: Iterable[widgets.ValueWidget]) -> str:
    """Two controls a row where there is room for label and slider: on a projector the picture is seen, too."""
    longest = max(len(control.description) for control in controls)
    return f"repeat(auto-fit, minmax({14 + 0.5 * max(longest, 18):g}rem, 1fr))"


def _labelled(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit else label


def _shape() -> dict[str, Any]:
    return {"style": {"description_width": "initial"}, "layout": widgets.Layout(width="100%", max_width="46rem")}


def slider(
    label: str, low: float, high: float, start: float, *, unit: str = "", step: float = 1
) -> widgets.ValueWidget:
    """Make a slider for a number.

    Parameters
    ----------
    label, unit : what it sets, and in what unit ('Retention rate', '%').
    low, high, start, step : in that unit. Whole numbers throughout give a whole-number slider.

    Raises
    ------
    ValueError : `start` is not between `low` and `high` or not on a step, or the step is not positive.

    >>> slider("Budget", 0, 100, 40, unit="¥ million").description
    'Budget (¥ million)'
    """
    if not low <= start <= high:
        raise ValueError(f"The slider {label!r} starts at {start:g}, outside {low:g} to {high:g}.")
    if not step > 0:
        raise ValueError(f"The slider {label!r} has a step of {step:g}. Give a step above 0.")
    places = (start - low) / step
    if abs(places - round(places)) > 1e-6:  # the browser would move it to the nearest step, as if somebody had
        raise ValueError(f"The slider {label!r} starts at {start:g}, which is no step of {step:g} from {low:g}.")
    whole = all(float(value).is_integer() for value in (low, high, start, step))
    make = widgets.IntSlider if whole else widgets.FloatSlider
    convert = int if whole else float
    decimals = max(len(f"{float(value):.6f}".rstrip("0").partition(".")[2]) for value in (low, step))
    return make(
        min=convert(low),
        max=convert(high),
        value=convert(start),
        step=convert(step),
        description=_labelled(label, unit),
        readout_format="d" if whole else f".{decimals}f",
        **_shape(),
    )


def steps(label: str, options: Iterable[tuple[str, Any]], start: Any) -> widgets.SelectionSlider:
    """Make a slider over named steps, such as months.

    Parameters
    ----------
    label : what it sets.
    options : pairs of the text shown and the value, in order.
    start : the value at the start.

    >>> steps("Month", [("Jan 2023", 1), ("Feb 2023", 2)], start=1).value
    1
    """
    return widgets.SelectionSlider(options=list(options), value=start, description=label, **_shape())


def choice(label: str, options: Iterable[tuple[str, Any]], start: Any) -> widgets.Dropdown:
    """Make a list to choose one thing from.

    Parameters
    ----------
    label : what it sets.
    options : pairs of the text shown and the value.
    start : the value at the start.
    """
    return widgets.Dropdown(options=list(options), value=start, **(_shape() | {"description": label}))


def what_changed(moved: Mapping[str, tuple[str, str]], before: Iterable[Part], after: Iterable[Part]) -> str:
    """Say in a sentence which control moved and which numbers followed.

    Parameters
    ----------
    moved : control label -> its text before and after.
    before, after : the picture's numbers, from `number`.

    Returns
    -------
    A sentence. That nothing followed is also said: it is often the finding.

    >>> from crmlib.show._picture import number
    >>> what_changed({"Month": ("Jan", "Feb")}, [number("Kept", 99, unit="%")], [number("Kept", 98, unit="%")])
    'Month: Jan → Feb. Kept: 99 % → 98 %.'
    """
    old = {one["name"]: one["text"] for one in before}
    parts = [f"{label}: {a} → {b}." for label, (a, b) in moved.items()]
    followed = [
        f"{one['name']}: {old.get(one['name'], '–')} → {one['text']}"
        for one in after
        if old.get(one["name"]) != one["text"]
    ]
    parts.append("; ".join(followed) + "." if followed else tr("The numbers stay the same."))
    return " ".join(parts)


def _text_of(control: widgets.ValueWidget) -> str:
    if isinstance(control, (widgets.SelectionSlider, widgets.Dropdown)):
        return str(control.options[control.index][0])
    return f"{control.value:,g}" if isinstance(control.value, (int, float)) else str(control.value)


class Explorer(widgets.VBox):
    """Controls, a reset button and the shared view in one container.

    Attributes
    ----------
    controls : dict of the controls by name.
    view : the `View`.
    reset : the button that puts every control back.
    """

    def __init__(self, controls: Mapping[str, widgets.ValueWidget], compute: Callable[..., Part]) -> None:
        self.controls, self._compute = dict(controls), compute
        self._start = {name: control.value for name, control in self.controls.items()}
        self._texts = self._read()
        first = compute(**self._start)
        self.view = View(picture=first | {"changed": tr("Move a control: this line then says what changed.")})
        self.reset = widgets.Button(
            description=tr("Reset"), icon="undo", tooltip=tr("Put every control back to its start")
        )
        self.reset.on_click(self._put_back)
        for control in self.controls.values():
            control.observe(self._redraw, names="value")
        own = list(self.controls.values())
        moved = widgets.GridBox(
            own, layout=widgets.Layout(width="calc(100% - 8px)", grid_template_columns=_columns(own), grid_gap="0 24px")
        )
        row = widgets.HBox([self.reset], layout=_FULL)
        super().__init__([moved, row, self.view], layout=_FULL)

    def _read(self) -> dict[str, str]:
        return {control.description: _text_of(control) for control in self.controls.values()}

    def _redraw(self, _: object = None) -> None:
        after = self._compute(**{name: control.value for name, control in self.controls.items()})
        texts = self._read()
        moved = {label: (self._texts[label], text) for label, text in texts.items() if text != self._texts[label]}
        sentence = what_changed(moved, self.view.picture["numbers"], after["numbers"])
        self._texts = texts
        self.view.picture = after | {"changed": sentence}

    def _put_back(self, _: object = None) -> None:
        for name, control in self.controls.items():
            control.unobserve(self._redraw, names="value")
            control.value = self._start[name]
            control.observe(self._redraw, names="value")
        self._redraw()


def explorer(controls: Mapping[str, widgets.ValueWidget], compute: Callable[..., Part]) -> Explorer:
    """Join controls to a picture.

    Parameters
    ----------
    controls : name -> control, from `slider`, `steps` or `choice` (or any ipywidgets control with a `description`).
    compute : a pure function that takes the controls' values by name and returns a picture. It is called at once, and then for
        every move, so it should take a few hundredths of a second at most.

    Returns
    -------
    One container: the controls, a reset button, and the view with a line that says what changed. It needs no notebook
    around it, so Voilà shows it too.

    Raises
    ------
    ValueError : a control has no label, or two controls have the same one.

    >>> from crmlib.show._picture import axis, bars, number, panel, picture
    >>> def double(n):
    ...     one = panel("Double", axis("", categories=["n"]), axis("Value", limits=(0, 20)), [bars([2 * n])])
    ...     return picture(one, alt=f"A bar of {2 * n}.", numbers=[number("Double", 2 * n)])
    >>> both = explorer({"n": slider("Number", 0, 10, 3)}, double)
    >>> both.controls["n"].value = 4
    >>> both.view.picture["changed"]
    'Number: 3 → 4. Double: 6 → 8.'
    """
    labels = [control.description for control in controls.values()]
    if not all(labels) or len(set(labels)) < len(labels):
        raise ValueError(
            "Every control of an explorer needs a label of its own, since the line below says which one moved."
        )
    return Explorer(controls, compute)
