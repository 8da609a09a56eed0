"""Figures and explorer of lesson 01: what they draw is what the tables say, with titles, units and words."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.relationship import service_profit_chain
from crmlib.show import base_picture, description, explore_base, plot_chain, plot_timeline, plot_value_map


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_the_timeline_has_a_bar_per_period_from_start_to_end():
    periods = pd.DataFrame(
        {"view": ["a", "a", "b"], "focus": ["x", "y", "z"], "start": [1950, 1960, 1955], "end": [1960, 1970, 1980]}
    )
    ax = plot_timeline(periods)
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [(1950, 10), (1960, 10), (1955, 25)]
    assert [text.get_text() for text in ax.texts] == ["x", "y", "z"]
    assert ax.get_title(loc="left") == "Marketing's focus moved from x to y"
    first, second, other = (bar.get_facecolor() for bar in ax.patches)
    assert first == second != other  # a colour is a view
    assert description(ax) == "a: x 1950, y 1960; b: z 1955."
    with pytest.raises(ValueError, match="has no column 'end'"):
        plot_timeline(periods.drop(columns="end"))


def test_the_value_map_stacks_shares_to_one():
    shares = pd.DataFrame({"us": [0.25, 0.02], "them": [0.75, 0.98]}, index=["money", "people"])
    ax = plot_value_map(shares, "They hold most")
    ends = {}
    for bar in ax.patches:
        ends[round(bar.get_y(), 2)] = bar.get_x() + bar.get_width()
    assert list(ends.values()) == pytest.approx([1, 1])
    assert {text.get_text() for text in ax.texts} == {"25", "75", "98"}  # 2 % is too narrow for its number
    assert "money: us 25 %, them 75 %" in description(ax)
    for wrong in (shares.assign(us=-0.1), shares.assign(us=0.5)):
        with pytest.raises(ValueError, match="shares of 0 or more that sum to 1; the row 'money' sums to"):
            plot_value_map(wrong, "title")


@pytest.fixture
def panel() -> pd.DataFrame:
    draws = np.random.default_rng(1)
    panel = pd.DataFrame({"branch": np.repeat(range(6), 4), "year": np.tile(range(4), 6)})
    panel["mood"] = draws.normal(70, 5, 24) + panel["branch"]
    return panel.assign(sales=500 * np.exp(0.1 * panel["branch"] + draws.normal(0, 0.1, 24)))


def test_the_chain_draws_means_and_deviations_with_the_slopes_of_the_table(panel):
    left, right = plot_chain(panel, "mood", "sales", per=5, names=("staff mood", "takings"))
    logs = panel.assign(sales=np.log(panel["sales"]))
    found = service_profit_chain(logs, "mood", "sales").set_index("comparison")
    for ax, name, scale in ((left, "between", np.log), (right, "within", lambda percent: percent / 100)):
        line = ax.get_lines()[1]
        (x1, x2), (y1, y2) = line.get_xdata(), scale(line.get_ydata())
        assert (y2 - y1) / (x2 - x1) == pytest.approx(found.loc[name, "slope"])
        assert len(ax.get_lines()[0].get_xdata()) == {"between": 6, "within": 18}[name]
        assert "staff mood" in ax.get_xlabel()
    assert left.get_title(loc="left") == f"Between: {500 * found.loc['between', 'slope']:.0f} % more per 5 points"
    assert right.get_title(loc="left").startswith(f"Within: {500 * found.loc['within', 'slope']:.1f} %")
    assert found.loc["within", "low"] < 0 < found.loc["within", "high"]
    assert right.get_title(loc="left").endswith("perhaps nothing")
    assert left.get_yscale() == "log"
    assert left.get_ylabel() == "takings (¥)"


def test_money_without_a_rate_and_points_below_zero_are_refused(panel):
    with pytest.raises(ValueError, match="'sales' of the panel must be above 0"):
        plot_chain(panel.assign(sales=panel["sales"].where(panel["branch"] > 0, 0)), "mood", "sales")
    with pytest.raises(ValueError, match="`per` must be a number of points above 0"):
        plot_chain(panel, "mood", "sales", per=0)


@pytest.mark.parametrize(("retention", "new"), [(50, 0), (91, 2300), (100, 0), (100, 4600)])
def test_every_place_of_the_sliders_gives_a_picture(retention, new):
    picture = base_picture(15_731, retention, new)
    json.dumps(picture)
    curve, alone = picture["panels"][0]["marks"]
    assert curve["y"][0] == alone["y"][0] == 15_731
    assert curve["y"][1] == pytest.approx(15_731 * retention / 100 + new)
    kept, won, lost = picture["panels"][1]["marks"][0]["values"]
    assert won == new
    assert kept - lost == pytest.approx(curve["y"][-2])  # lost is drawn downwards


def test_the_explorer_starts_where_the_lesson_says_and_follows():
    explorer = explore_base(15_731, retention=91, new=2300)
    explorer.controls["new"].value = 0
    texts = {one["name"]: one["text"] for one in explorer.view.picture["numbers"]}
    assert texts["Customers after 10 years"] == f"{15_731 * 0.91**10:,.0f}"
    assert texts["The base settles at"] == "0"
    assert "New customers (a year): 2,300 → 0." in explorer.view.picture["changed"]
