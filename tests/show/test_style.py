"""The course's figures: readable sizes and colours, titles, axes with units, a description in words."""

from __future__ import annotations

import nbclient
import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from crmlib.show import PALETTE, description, finish, label_ends, money_axis, new_axes, percent_axis, style, tr
from crmlib.show._style import ON_PALETTE, money_scale, money_text, spread


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_text_on_a_colour_can_be_read():
    for colour, text in zip(PALETTE, ON_PALETTE, strict=True):
        light, dark = sorted((luminance(colour), 1.0 if text == "white" else luminance(text)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3


@pytest.mark.parametrize("colour", PALETTE)
def test_a_thin_line_stands_out_from_white(colour):
    """WCAG 2.1 asks 3:1 of graphical objects; the light purple is allowed because its line is dashed and labelled."""
    contrast = 1.05 / (luminance(colour) + 0.05)
    assert contrast >= (2.6 if colour == "#CC79A7" else 3)


def test_text_is_large_enough_to_project_and_nothing_is_set_for_good():
    before = dict(plt.rcParams)
    look = style()
    assert look["axes.labelsize"] >= 12
    assert look["xtick.labelsize"] >= 11
    new_axes()
    assert dict(plt.rcParams) == before


def test_a_finished_figure_has_title_labels_and_words():
    ax = new_axes()
    ax.plot([0, 1], [0, 1])
    finish(ax, title="It rises", x="year", y="profit (¥)", words="A line from 0 to 1.")
    assert ax.get_title(loc="left") == "It rises"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("year", "profit (¥)")
    assert description(ax) == "A line from 0 to 1."


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "plus", "text"),
    [
        (3.018, "¥ million", 2, False, "¥3.02 million"),
        (-3.018, "¥ million", 2, True, "−¥3.02 million"),
        (1234.5, "¥", 0, True, "+¥1,234"),
        (0.0, "¥ thousand", 1, True, "¥0.0 thousand"),
        (-0.04, "¥ thousand", 1, True, "¥0.0 thousand"),
        (-12.34, "万元", 1, False, "−12.3 万元"),
    ],
)
def test_an_amount_has_its_sign_before_the_yuan(value, unit, decimals, plus, text):
    assert money_text(value, unit, decimals, plus=plus) == text


def test_a_name_with_dollar_signs_is_no_formula():
    name = r"$$ \frac $$"
    ax = new_axes()
    ax.plot([0, 1], [0, 1], label=name)
    ax.legend()
    ax.annotate(name, (0, 0))
    ax.set_yticks([0, 1], [name, "other"])
    finish(ax, title=name, x=name, y=name, words=name)
    money_axis(ax, "x")
    ax.get_figure().draw_without_rendering()
    drawn = [text for text in ax.get_figure().findobj(plt.Text) if name in text.get_text() and text.get_visible()]
    assert [text.get_parse_math() for text in drawn] == [False] * 6


@pytest.mark.parametrize(("title", "words"), [("", "words"), ("title", "  ")])
def test_a_figure_without_title_or_words_is_refused(title, words):
    with pytest.raises(ValueError, match="needs a title that states its finding, and a description"):
        finish(new_axes(), title=title, x="x", y="y", words=words)


def test_every_figure_of_a_notebook_is_displayed():
    """The first figure of a kernel chooses the backend, which must not spoil the display of the later ones."""
    draw = (
        "from crmlib.show import finish, new_axes\nax = finish(new_axes(), title='t', x='x', y='y', words='figure {n}')"
    )
    cells = [nbformat.v4.new_code_cell(draw.format(n=n)) for n in (1, 2, 3)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    shown = [[output.data["text/plain"] for output in cell.outputs if "image/png" in output.data] for cell in cells]
    assert shown == [["<Figure: figure 1>"], ["<Figure: figure 2>"], ["<Figure: figure 3>"]]


def test_the_displayed_figure_carries_its_words(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *what, **options: shown.append((what, options)))
    finish(new_axes(), title="T", x="x", y="y", words="Two < three.").get_figure()._ipython_display_()
    (_, options), (words, _) = shown
    assert options["metadata"]["image/png"]["alt"] == "Two < three."
    assert "Two &lt; three." in words[0].data


@pytest.mark.parametrize(
    ("largest", "unit"), [(9_999, "¥"), (10_000, "¥ thousand"), (999_999, "¥ thousand"), (-2e6, "¥ million")]
)
def test_money_is_printed_in_a_readable_unit(largest, unit):
    assert money_scale(largest)[1] == unit


def test_money_and_percent_axes_print_values_with_their_unit():
    ax = new_axes()
    ax.plot([0, 0.5], [0, 3_000_000])
    finish(ax, title="T", x="share", y="profit", words="w")
    money_axis(ax)
    percent_axis(ax, "x")
    assert ax.get_ylabel() == "profit (¥ million)"
    assert ax.yaxis.get_major_formatter()(2_500_000, None) == "2.5"
    assert ax.get_xlabel() == "share (%)"
    assert ax.xaxis.get_major_formatter()(0.25, None) == "25"


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=12), st.floats(0.01, 50))
def test_spread_labels_keep_their_order_and_distance(heights, gap):
    placed = spread(heights, gap)
    order = np.argsort(heights, kind="stable")
    assert np.all(np.diff(placed[order]) >= gap * (1 - 1e-6) - 1e-6)
    assert placed.mean() == pytest.approx(np.mean(heights), abs=1e-6)
    apart = np.sort(heights)
    if len(heights) == 1 or np.diff(apart).min() > gap:
        np.testing.assert_allclose(placed, heights, atol=1e-6)


def test_each_line_is_labelled_at_its_end_in_its_colour():
    ax = new_axes()
    for place, name in enumerate("abc"):
        ax.plot([0, 1], [0, 1 + place / 1000], color=PALETTE[place], label=name)
    label_ends(ax)
    texts = {text.get_text(): text for text in ax.texts}
    assert set(texts) == {"a", "b", "c"}
    assert texts["b"].get_color() == PALETTE[1]
    heights = sorted(text.xy[1] for text in texts.values())
    assert min(np.diff(heights)) > 0.05


def test_figure_text_goes_through_one_door(monkeypatch):
    assert tr("{n:,} of {m}", n=1200, m="x") == "1,200 of x"
    monkeypatch.setenv("CRM_LANGUAGE", "xx")
    with pytest.raises(ValueError, match="no figure texts in the language 'xx'"):
        tr("month")
