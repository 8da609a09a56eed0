"""Figures of value quadrants and their explorer: what they draw is what the tables say, with titles, units and words."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.show import (
    description,
    explore_quadrants,
    plot_actions,
    plot_firing,
    plot_quadrants,
    plot_sensitivity,
    quadrants_picture,
)
from crmlib.value import QUADRANTS, compare_actions, fire_customers, quadrant_sensitivity, value_quadrants


def crowd(size: int) -> pd.DataFrame:
    """Customers with heavy tails on both axes, some of them below 0, two to a household."""
    draw = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "customer": np.arange(size) + 500,
            "current": draw.lognormal(5, 1.5, size) - draw.lognormal(4, 1.5, size),
            "potential": draw.lognormal(3, 2, size),
            "overhead": 24.0,
            "household": np.arange(size) // 2,
        }
    )


PEOPLE = crowd(400)
FAMILY = pd.DataFrame(
    {"customer": [1, 2, 3], "fired": [True, False, False], "contribution": [10_000.0, 90_000, 50_000], "overhead": 30_000.0,
     "household": [1, 1, 2]}
)  # fmt: skip


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def texts(ax):
    return [one.get_text() for one in ax.texts]


def title(ax):
    return ax.get_title(loc="left")


def widths(ax):
    return [bar.get_width() for bar in ax.patches]


@pytest.mark.parametrize("reading", ["investment", "layout"])
def test_the_map_puts_each_quadrant_where_its_values_are(reading):
    found = value_quadrants(PEOPLE, reading=reading)
    ax = plot_quadrants(found.table)
    for row in found.table.itertuples():
        label = next(one for one in ax.texts if one.get_text() == f"{row.quadrant} ({row.relationship})")
        x, y = label.get_position()
        assert (x > 1) == (row.current == "high")
        assert (y > 1) == (row.potential == "high")
        money = next(
            one.get_text() for one in ax.texts if one.get_fontsize() == 15 and one.get_position() == (x, int(y) + 0.46)
        )
        sign = "−" if row.current_total < 0 else ""
        assert money == f"{sign}¥{abs(row.current_total) / 1000:,.2f} thousand"
        assert any(one.startswith(f"{row.customers:,} customers") for one in texts(ax))
        assert str(row.quadrant) in description(ax)


def test_sensitivity_has_a_bar_per_move():
    moved = quadrant_sensitivity(PEOPLE)
    ax = plot_sensitivity(moved)
    assert widths(ax) == pytest.approx(moved["changed"].tolist())
    assert texts(ax) == [f"{n:,}" for n in moved["changed"]]
    most = f"{100 * moved['changed_share'].max():.1f} %"
    assert title(ax) == f"A cut moved by 10 % moves at most {most} of customers"
    assert most in description(ax)
    assert [one.get_text() for one in ax.get_yticklabels()][:2] == ["current cut −10 %", "current cut +10 %"]
    assert ax.get_xlabel() == "customers who change quadrant"


def test_the_bridge_of_firing_adds_up():
    """10,000 leave with 30,000 of overhead on the slide: it promises +20,000, and profit falls by 10,000."""
    ax = plot_firing(fire_customers(FAMILY).table)
    assert widths(ax) == pytest.approx([20_000, -30_000, -10_000])
    assert [bar.get_x() for bar in ax.patches] == pytest.approx([0, 20_000, 0])
    assert title(ax) == "The slide promises ¥20,000; profit changes by −¥10,000"
    assert ax.get_xlabel() == "change of yearly profit (¥)"
    assert "−30,000" in texts(ax)
    low, high = ax.get_xlim()
    assert low < -10_000
    assert high > 20_000
    large = FAMILY.assign(contribution=100 * FAMILY["contribution"], overhead=100 * FAMILY["overhead"])
    assert title(plot_firing(fire_customers(large).table)) == (
        "The slide promises ¥2.00 million; profit changes by −¥1.00 million"
    )
    follow = plot_firing(fire_customers(FAMILY, household="household", follow=0.5).table)
    assert widths(follow) == pytest.approx([20_000, -30_000, -45_000, -55_000])
    assert [one.get_text() for one in follow.get_yticklabels()][2] == "those who follow"
    rises = plot_firing(fire_customers(FAMILY.assign(contribution=[-5.0, 900, 900], overhead=0.0)).table)
    assert widths(rises) == pytest.approx([5, 5])
    assert "profit changes by ¥5" in title(rises)


def test_actions_leave_out_what_changes_nothing():
    table = compare_actions(
        FAMILY, {"dearer": (60_000, 0.5), "worse": (-9_000, 0.0)}, contribution="contribution"
    ).table
    ax = plot_actions(table)
    names = [one.get_text() for one in ax.get_yticklabels()]
    assert names == ["fire", "dearer", "worse"]
    assert widths(ax) == pytest.approx((table["change"].iloc[1:] / 1000).tolist())
    assert title(ax) == "Best: dearer, ¥15.00 thousand a year"
    assert texts(ax)[0] == "−150.00"


@pytest.mark.parametrize("plot", [plot_quadrants, plot_sensitivity, plot_firing, plot_actions])
def test_bad_input_gets_a_sentence(plot):
    with pytest.raises(TypeError, match="must be a pandas DataFrame"):
        plot([1, 2])
    with pytest.raises(ValueError, match="has no rows"):
        plot(pd.DataFrame())
    with pytest.raises(ValueError, match="has no columns"):
        plot(pd.DataFrame({"a": [1]}))


def test_a_bridge_of_another_table_is_refused():
    with pytest.raises(ValueError, match="the five lines that fire_customers gives"):
        plot_firing(fire_customers(FAMILY).table.iloc[:3])


# --- the explorer -----------------------------------------------------------------------------------------------------------


def shown(picture):
    return {one["name"]: one["text"] for one in picture["numbers"]}


def values(picture):
    return {one["name"]: one["value"] for one in picture["numbers"]}


def test_the_picture_says_what_the_room_computes():
    picture = quadrants_picture(PEOPLE, 30, 60, "ordinary", 25)
    found = value_quadrants(PEOPLE, cut="rank", current_cut=0.3, potential_cut=0.6)
    fired = (found.customers["quadrant"] == "ordinary").to_numpy()
    assert shown(picture)["Fired"] == f"{fired.sum()} of 400"
    bars = dict(zip(picture["panels"][1]["y"]["categories"], picture["panels"][1]["marks"][0]["values"], strict=True))
    assert bars == pytest.approx(dict(zip(QUADRANTS, found.table["current_total"], strict=True)))
    assert picture["panels"][1]["marks"][0]["strong"] == [2]
    gone = PEOPLE.loc[fired]
    tied = PEOPLE["household"].isin(gone["household"]) & ~fired
    change = -gone["current"].sum() - 0.25 * PEOPLE.loc[tied, "current"].sum()
    scale = 1000 if "thousand" in shown(picture)["Profit changes by"] else 1
    assert values(picture)["Profit changes by"] == pytest.approx(change / scale)
    assert values(picture)["The slide promises"] == pytest.approx((24 * len(gone) - gone["current"].sum()) / scale)
    assert values(picture)["Relatives who may follow"] == tied.sum()


def test_points_stand_on_their_side_of_the_cuts():
    """Two hundred of four hundred are high: ranks above 50 % to the right, and one mark per quadrant."""
    panel = quadrants_picture(PEOPLE, 50, 25)["panels"][0]
    assert [one["at"] for one in panel["cuts"]] == [50, 75]
    side = {"strategic": (True, True), "profitable": (True, False), "ordinary": (False, False), "risk": (False, True)}
    for mark in panel["marks"]:
        right, up = side[mark["name"]]
        assert all((x > 50) == right for x in mark["x"])
        assert all((y > 75) == up for y in mark["y"])
    assert sum(len(mark["x"]) for mark in panel["marks"]) == 400
    first = PEOPLE["current"].iloc[0]
    assert any(
        text == f"500: {'−' if first < 0 else ''}¥{abs(first):,.0f}"
        for mark in panel["marks"]
        for text in mark["texts"]
    )


@pytest.mark.parametrize("size", [999, 1_000, 1_001, 5_003])
def test_at_most_a_thousand_points_and_all_in_the_sums(size):
    people = crowd(size)
    picture = quadrants_picture(people, 50, 50)
    assert sum(len(mark["x"]) for mark in picture["panels"][0]["marks"]) <= 1_000
    assert sum(picture["panels"][1]["marks"][0]["values"]) == pytest.approx(people["current"].sum())
    assert ("One point in" in picture["table"]["caption"]) == (size > 1_000)


def test_every_place_of_the_controls_can_be_drawn():
    for place in product((5, 95), (5, 95), QUADRANTS, (0, 100), ("investment", "layout")):
        json.dumps(quadrants_picture(PEOPLE, *place), allow_nan=False)


def test_an_empty_quadrant_is_said():
    twins = PEOPLE.assign(current=5.0, potential=5.0)
    picture = quadrants_picture(twins, 50, 50, "risk")
    assert shown(picture)["Fired"] == "0 of 400"
    assert shown(picture)["Profit changes by"] == "–"
    assert "nobody is left to compare" in picture["alt"]
    assert picture["table"]["rows"][3][3] == "–"


def test_the_explorer_moves_and_resets():
    widget = explore_quadrants(PEOPLE)
    first = shown(widget.view.picture)
    widget.controls["fire"].value = "strategic"
    changed = widget.view.picture["changed"]
    assert changed.startswith("Fire: risk → strategic.")
    assert "Profit changes by" in changed
    widget.reset.click()
    assert shown(widget.view.picture) == first
