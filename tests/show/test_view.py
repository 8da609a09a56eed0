"""Pictures as plain data, and explorers: tested without a browser."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from crmlib.show import (
    View,
    axis,
    bars,
    check_picture,
    choice,
    curve,
    cut,
    explorer,
    number,
    panel,
    picture,
    points,
    slider,
    steps,
    table,
)
from tests.browser import every_mark

X, Y = axis("Month"), axis("Kept", unit="%")


def one(mark=None, **kwargs):
    return panel("P", X, Y, [mark or curve([1, 2], [3, 4])], **kwargs)


REFUSED = [
    (lambda: picture(alt="words"), "A picture needs at least one panel."),
    (lambda: picture(one(), alt=" "), "needs a description in words"),
    (lambda: panel("P", axis("a", categories="ab"), axis("b", categories="cd"), []), "has categories on both axes"),
    (lambda: picture(panel("P", X, Y, []), alt="w"), "The panel 'P' lacks 'marks'"),
    (lambda: picture(one(bars([1, 2])), alt="w"), "needs an axis with categories"),
    (
        lambda: picture(panel("P", axis("T", categories="abc"), Y, [bars([1, 2])]), alt="w"),
        "has 2 values for 3 categories",
    ),
    (
        lambda: picture(panel("P", axis("T", categories="ab"), Y, [points([1], [2])]), alt="w"),
        "Only bars go with categories",
    ),
    (lambda: picture(one(points([1, 2], [1, 2], strong=[2])), alt="w"), r"one to stand out is at place 2"),
    (lambda: picture(one(curve([1, 2], [3, 4], colour=9)), alt="w"), "has the colour 9"),
    (lambda: picture(one({"kind": "pie"}), alt="w"), "is of the kind 'pie'"),
    (lambda: picture(panel("P", X, axis("k", limits=(0, 1)), [curve([1, 2], [0, 5])]), alt="w"), "Widen limits="),
    (lambda: picture(one(cuts=[cut(99)], mark=curve([1, 2], [3, 4])), alt="w"), "need 1 to 99"),
    (lambda: axis("a", limits=(2, 1)), r"limits=\(low, high\)"),
    (lambda: axis("a", scale=0), "has the scale 0"),
    (lambda: axis("a", categories=[]), "has no categories"),
    (lambda: curve([1, 2], [1]), "needs columns of one length"),
    (lambda: curve([1], [1], low=[0]), "only one edge of its band"),
    (lambda: bars(["a"]), "must be numbers"),
    (lambda: bars([[1], [2]]), "must be one column of numbers"),
    (lambda: bars([1, np.inf]), "infinite value at place 1"),
    (lambda: cut(1, across="z"), "across 'x' or 'y'"),
    (lambda: table(pd.DataFrame({"a": range(21)})), "up to 20 rows, and this one has 21"),
    (lambda: slider("S", 0, 10, 11), "starts at 11, outside 0 to 10"),
    (lambda: slider("S", 0, 10, 1, step=0), "Give a step above 0"),
    (lambda: slider("S", 0, 100, 42, step=5), "starts at 42, which is no step of 5 from 0"),
]


@pytest.mark.parametrize(("make", "sentence"), REFUSED)
def test_what_could_not_be_drawn_is_refused_with_a_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


@pytest.mark.parametrize("name", ["every_mark", "one_scatter"])
def test_pictures_survive_json(name):
    spec = getattr(every_mark, name)(share=12)
    assert check_picture(json.loads(json.dumps(spec))) == spec


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_chosen_limits_hide_no_value(values):
    for mark, x in ((curve(range(len(values)), values), X), (bars(values), axis("c", categories=range(len(values))))):
        part = panel("P", x, Y, [mark])
        low, high = part["y"]["limits"]
        assert low < high
        assert low <= min(values)
        assert max(values) <= high
        if mark["kind"] == "bars":
            assert low <= 0 <= high
        picture(part, alt="w")


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=1, max_size=10))
def test_stacked_bars_fit_their_panel(pairs):
    first, second = zip(*pairs, strict=True)
    part = panel("P", axis("c", categories=range(len(pairs))), Y, [bars(first), bars(second)], stacked=True)
    low, high = part["y"]["limits"]
    for a, b in pairs:
        assert low <= min(0, a) + min(0, b) + 1e-6
        assert max(0, a) + max(0, b) <= high + 1e-6


def test_a_gap_stays_a_gap():
    assert curve([1, 2, 3], [1.0, float("nan"), 3.0])["y"] == [1.0, None, 3.0]


@pytest.mark.parametrize(
    ("value", "options", "text"),
    [
        (1234.5, {"unit": "¥"}, "¥1,234"),
        (-1234.5, {"unit": "¥"}, "−¥1,234"),
        (12.34, {"unit": "%", "decimals": 1}, "12.3 %"),
        (None, {}, "–"),
        (float("nan"), {"unit": "%"}, "–"),
        (-3, {}, "−3"),
    ],
)
def test_numbers_are_printed_as_a_reader_expects(value, options, text):
    assert number("n", value, **options)["text"] == text


def double(n: int, way: str = "up"):
    part = panel("D", axis("", categories=["n"]), axis("v", limits=(0, 40)), [bars([2 * n])])
    return picture(part, alt=f"{way} {2 * n}", numbers=[number("Double", 2 * n)])


def test_an_explorer_computes_says_what_changed_and_resets():
    controls = {"n": slider("Number", 0, 20, 3), "way": choice("Way", [("upwards", "up"), ("downwards", "down")], "up")}
    both = explorer(controls, double)
    assert both.view.picture["alt"] == "up 6"
    both.controls["n"].value = 4
    assert both.view.picture["changed"] == "Number: 3 → 4. Double: 6 → 8."
    both.controls["way"].value = "down"
    assert both.view.picture["changed"] == "Way: upwards → downwards. The numbers stay the same."
    both.reset.click()
    assert (both.controls["n"].value, both.controls["way"].value) == (3, "up")
    assert both.view.picture["alt"] == "up 6"
    assert "Number: 4 → 3." in both.view.picture["changed"]


def test_an_explorer_calls_its_function_once_a_move():
    calls = []

    def counted(n):
        calls.append(n)
        return double(n)

    both = explorer({"n": slider("Number", 0, 20, 3)}, counted)
    both.controls["n"].value = 5
    both.reset.click()
    assert calls == [3, 5, 3]


def test_controls_need_labels_of_their_own():
    with pytest.raises(ValueError, match="needs a label of its own"):
        explorer({"n": slider("Number", 0, 20, 3), "way": steps("Number", [("a", 1)], 1)}, double)


def test_a_view_refuses_what_it_cannot_draw():
    with pytest.raises((TraitError, ValueError), match=re.escape("A picture needs at least one panel.")):
        View(picture={"panels": []})
    view = View(picture=double(2))
    with pytest.raises((TraitError, ValueError), match="description in words"):
        view.picture = double(2) | {"alt": ""}
    assert view.picture["alt"] == "up 4"


def test_whole_numbers_give_a_whole_number_slider():
    assert isinstance(slider("S", 0, 10, 5).value, int)
    assert isinstance(slider("S", 0, 1, 0.5, step=0.1).value, float)
