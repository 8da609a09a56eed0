"""Figures and the explorer of strategy: what they draw is what the tables say, with titles, units and words."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.show import (
    description,
    explore_strategy,
    plot_back_test,
    plot_delivered,
    plot_margin_chain,
    plot_next_yuan,
    plot_plans,
    plot_reach,
    plot_tiers_ahead,
    strategy_picture,
)
from crmlib.strategy import (
    COSTS,
    LEVERS,
    VALUES,
    compare_plans,
    delivered_value,
    make_plan,
    margin_chain,
    next_yuan,
    simulate_plan,
    small_bank,
)

START, BEHAVIOUR = small_bank()
RATINGS = pd.DataFrame({"rater": [1, 1, 2, 2], "bank": ["A", "B", "A", "B"]})
for _place, _name in enumerate((*VALUES, *COSTS)):
    RATINGS[_name] = [7, 5 + (_place % 3), 6, 5]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_to_the_right_is_better_for_the_customer():
    table = delivered_value(RATINGS, own="A")
    ax = plot_delivered(table, own="A")
    means = table.set_index("bank")
    wanted = [
        (-1 if name in COSTS else 1) * (means.loc["A", name] - means.loc["B", name]) for name in (*VALUES, *COSTS)
    ]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(wanted)
    assert [text.get_text() for text in ax.get_yticklabels()][:5] == [
        "product (value)", "service (value)", "personnel (value)", "image (value)", "money (cost)",
    ]  # fmt: skip
    lead = means.loc["B", "ahead"]
    word = "ahead" if lead >= 0 else "behind"
    assert ax.get_title(loc="left") == f"A is {abs(lead):.1f} points {word} of B"
    assert "(points of the scale)" in ax.get_xlabel()


def test_the_chain_reaches_the_price_and_a_loss_is_below_0():
    prices = pd.DataFrame(
        {"class": ["home", "shop"], "fuel": 0.2, "wholesale_peak": 0.4, "wholesale_flat": 0.4, "wholesale_valley": 0.4,
         "grid": 0.1, "levy": 0.01, "cost_to_serve": 0.02, "retail": [0.5, 0.6]}
    )  # fmt: skip
    use = pd.DataFrame({"class": ["home", "shop"], "peak": 0.5, "flat": 0.3, "valley": 0.2})
    ax = plot_margin_chain(margin_chain(prices, use))
    retailer = ax.patches[-2:]
    assert [bar.get_width() for bar in retailer] == pytest.approx([-0.03, 0.07])
    assert retailer[0].get_x() == pytest.approx(0)
    assert retailer[1].get_x() + retailer[1].get_width() == pytest.approx(0.6)
    assert ax.get_title(loc="left") == "The retailer keeps −6 % (home) to 12 % (shop) of the price"
    assert "retailer −0.030" in description(ax)
    assert ax.get_xlabel() == "¥ per kilowatt-hour"


def test_tiers_and_bands_of_the_plans():
    runs = {
        name: simulate_plan(START, make_plan(9_000, shares), BEHAVIOUR, budget=9_000, paths=40).pyramid
        for name, shares in {"nothing": {}, "keep": {"keep": 1.0}}.items()
    }
    axes = plot_tiers_ahead(runs)
    for ax, tier in zip(axes, ("Top", "Big", "Medium"), strict=True):
        for line, frame in zip(ax.get_lines(), runs.values(), strict=True):
            np.testing.assert_allclose(line.get_ydata(), frame.loc[frame["tier"] == tier, "mean"])
        last = runs["keep"].query("tier == @tier")["mean"].iloc[-1]
        assert ax.get_title(loc="left").startswith(f"{tier}, keep:")
        assert ax.get_title(loc="left").endswith(f"→ {last:,.0f}")
        assert ax.get_xlabel() == "year of the plan"
        assert ax.get_ylim()[0] == 0
    assert axes[0].get_ylabel() == "customers"


def test_plans_beside_spending_nothing():
    plans = {"nothing": make_plan(9_000, {}), "mail": make_plan(9_000, {"acquire": 0.2})}
    table = compare_plans(START, plans, BEHAVIOUR, budget=9_000, paths=60, chance=False)
    ax = plot_plans(table)
    assert [text.get_text() for text in ax.get_yticklabels()] == table["plan"].tolist()
    scale = 1e3 if table[["gain_low", "gain_high"]].abs().to_numpy().max() >= 1e4 else 1
    np.testing.assert_allclose(ax.get_lines()[0].get_xdata(), table["gain"] / scale)
    assert ("¥ thousand" if scale == 1e3 else "¥") in ax.get_xlabel()
    best = table.loc[table["gain"].idxmax(), "plan"]
    gain = table["gain"].max() / scale
    word = " thousand" if scale == 1e3 else ""
    assert ax.get_title(loc="left") == f"Best here: {best}, {'+' if gain >= 0 else '−'}¥{abs(gain):,.1f}{word}"


def test_next_yuan_stands_beside_its_cost():
    tables = {"none": next_yuan(START, make_plan(0, {}), BEHAVIOUR, step=100, paths=30)}
    ax = plot_next_yuan(tables)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(tables["none"]["gain"].tolist())
    assert [text.get_text() for text in ax.get_xticklabels()] == [
        "acquire",
        "upgrade",
        "keep",
        "win back",
        "service quality",
    ]
    assert ax.get_lines()[0].get_ydata()[0] == 1
    assert "what it costs" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_reach_flattens():
    ax = plot_reach(BEHAVIOUR.responses, "keep", "Small", 1_000, 84_000)
    x, y = ax.get_lines()[0].get_data()
    full = 60 * 0.7 * 1_000
    np.testing.assert_allclose(y, 1 - np.exp(-x * 1_000 / full))
    assert ax.get_title(loc="left") == "The first half of the money reaches 63 %, the second 23 % more"
    assert ax.get_ylabel() == "of those who may be reached (%)"
    with pytest.raises(ValueError, match="0 rows for the lever 'keep' and the group 'Best'"):
        plot_reach(BEHAVIOUR.responses, "keep", "Best", 10, 10)


def test_the_back_test_marks_what_lies_outside():
    table = pd.DataFrame(
        {
            "measure": ["left", "Top"],
            "low": [10, 5],
            "mean": [15, 6],
            "high": [20, 7],
            "actual": [12, 9],
            "inside": [True, False],
        }
    )
    ax = plot_back_test(table)
    inside, outside = ax.get_lines()
    assert inside.get_xdata().tolist() == [0.2]
    assert outside.get_xdata().tolist() == [2.0]
    assert ax.get_title(loc="left") == "1 of 2 values of 2025 lie inside their band"
    assert "Outside: Top." in description(ax)


@pytest.mark.parametrize("plot", [plot_delivered, plot_margin_chain, plot_plans, plot_back_test])
def test_a_missing_column_is_named(plot):
    with pytest.raises(ValueError, match="has no column"):
        plot(pd.DataFrame({"plan": ["x"]}))


def numbers_of(picture: dict) -> dict:
    return {one["name"]: one["value"] for one in picture["numbers"]}


def test_the_picture_says_what_the_simulator_says():
    given = {"acquire": 2, "upgrade": 0, "keep": 3, "win_back": 1, "service": 0}
    picture = strategy_picture(START, BEHAVIOUR, 9_000, **given, paths=50)
    json.dumps(picture)
    plans = {
        "nothing": make_plan(9_000, {}),
        "mine": make_plan(9_000, {"acquire": 2 / 9, "keep": 3 / 9, "win_back": 1 / 9}),
    }
    table = compare_plans(START, plans, BEHAVIOUR, budget=9_000, paths=50, chance=False).set_index("plan").loc["mine"]
    numbers = numbers_of(picture)
    assert numbers["Spent a year"] == 6_000
    assert numbers["Left over a year"] == 3_000
    assert numbers["Gain"] == pytest.approx(table["gain"] / 1e6)
    assert numbers["From"] == pytest.approx(table["gain_low"] / 1e6)
    assert numbers["Customers in year 5"] == pytest.approx(table["customers"])
    assert numbers["Top and Big"] == pytest.approx(table["top_and_big"])
    more = next_yuan(START, plans["mine"], BEHAVIOUR, paths=50)
    assert picture["panels"][1]["marks"][0]["values"] == pytest.approx(more["gain"].tolist())
    assert picture["panels"][1]["cuts"][0]["at"] == 1


def test_a_plan_over_the_budget_is_said_and_not_cut():
    picture = strategy_picture(START, BEHAVIOUR, 9_000, 9, 0, 1, 0, 0)
    assert picture["panels"][0]["title"] == "This plan is ¥1,000 a year over the budget: nothing is simulated"
    numbers = numbers_of(picture)
    assert numbers["Spent a year"] == 10_000
    assert numbers["Left over a year"] == -1_000
    assert numbers["Gain"] is None
    assert "Take something away" in picture["alt"]


def test_the_explorer_begins_with_all_on_keep_and_can_be_reset():
    explorer = explore_strategy(START, BEHAVIOUR, 20_000)
    assert {name: control.value for name, control in explorer.controls.items()} == dict.fromkeys(LEVERS, 0) | {
        "keep": 20
    }
    assert all("¥ thousand a year" in control.description for control in explorer.controls.values())
    explorer.controls["acquire"].value = 10
    assert "Left over a year: ¥0 → −¥10,000" in explorer.view.picture["changed"]
    explorer.controls["keep"].value = 10
    assert "Left over a year: −¥10,000 → ¥0" in explorer.view.picture["changed"]
    explorer.reset.click()
    assert explorer.controls["keep"].value == 20
    assert explorer.controls["acquire"].value == 0


def test_every_corner_of_the_sliders_can_be_drawn():
    for given in ([0] * 5, [20, 0, 0, 0, 0], [0, 20, 0, 0, 0], [0, 0, 0, 20, 0], [0, 0, 0, 0, 20], [4] * 5, [20] * 5):
        picture = strategy_picture(START, BEHAVIOUR, 20_000, *given, paths=10)
        assert picture["alt"]
        json.dumps(picture, allow_nan=False)
