"""Figures of customer value and its explorer: what they draw is what the tables say, with titles, units and words."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.show import (
    clv_picture,
    description,
    explore_clv,
    plot_alive,
    plot_clv,
    plot_cohort,
    plot_drivers,
    plot_hold_out,
    plot_scorecard,
)
from crmlib.value import (
    buying_model,
    clv_table,
    fit_cohort,
    hold_out_test,
    predict_purchases,
    retention_clv,
    value_scorecard,
)

COUNTS = pd.DataFrame({"period": [1, 2, 3], "at_risk": [1000, 780, 655], "kept": [780, 655, 570]})
MODEL = buying_model(0.24, 4.4, 0.8, 2.4)
PAST = pd.DataFrame(
    {"customer": [1, 2, 3], "first_purchase": pd.to_datetime(["2025-01-01", "2025-01-05", "2025-01-09"]),
     "repeat_frequency": [2, 0, 9], "days_first_to_last": [20, 0, 20], "days_observed": [30, 26, 22]}
)  # fmt: skip
LOG = pd.DataFrame({"customer": [1, 1, 2, 3], "date": pd.to_datetime(["2025-01-01", "2025-01-21", "2025-01-05", "2025-02-10"]),
                    "revenue": [10.0] * 4})  # fmt: skip


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def title(ax):
    return ax.get_title(loc="left")


def test_clv_lines_end_where_the_values_end():
    tables = {"80 %": clv_table(100, 0.8, 0.1, 10), "90 %": clv_table(100, 0.9, 0.1, 10, first_payment="now")}
    ax = plot_clv(tables)
    for line, table in zip(ax.get_lines(), tables.values(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), table["together"])
    best = retention_clv(100, 0.9, 0.1, 10, first_payment="now")
    assert title(ax) == f"90 %: worth ¥{best:,.0f}"
    assert f"80 % ¥{retention_clv(100, 0.8, 0.1, 10):,.0f}" in description(ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("years from now", "value added up (¥)")


def test_a_cohort_shows_points_intervals_and_the_line_of_the_model():
    model = fit_cohort(COUNTS)
    ax = plot_cohort(model.retention, 0.82)
    points, line, level = ([float(y) for y in ax.get_lines()[one].get_ydata()] for one in (0, -2, -1))
    np.testing.assert_allclose(points, [0.78, 655 / 780, 570 / 655])
    np.testing.assert_allclose(line, model.retention["fitted"])
    assert set(level) == {0.82}
    assert title(ax).startswith("From 78 to 87 %")
    assert ax.get_ylabel() == "stay for another year (%)"


def test_a_hold_out_draws_both_sides():
    found = hold_out_test(MODEL, PAST, LOG, "2025-01-31")
    over = plot_hold_out(found)
    by = over.figure.axes[1]
    np.testing.assert_allclose(over.get_lines()[0].get_ydata(), found.by_week["actual"])
    np.testing.assert_allclose(over.get_lines()[1].get_ydata(), found.by_week["expected"])
    heights = [bar.get_height() for bar in by.patches]
    np.testing.assert_allclose(heights, [*found.by_frequency["actual"], *found.by_frequency["expected"]])
    assert title(over) == f"The model expects {100 * (found.table['expected'].item() / 1 - 1):.0f} % too many"
    assert "2025-02-10" in description(over)
    assert [text.get_text() for text in by.get_xticklabels()] == ["0", "2", "7+"]


def test_silence_kills_the_frequent_buyer_first():
    ax = plot_alive(MODEL, PAST, {1: "two", 3: "nine"}, 100)
    lines = ax.get_lines()
    at_10 = pd.DataFrame({"customer": [1], "repeat_frequency": [9], "days_first_to_last": [20], "days_observed": [30]})
    assert lines[1].get_ydata()[10] == pytest.approx(predict_purchases(MODEL, at_10)["probability_alive"].item())
    for line in lines:
        assert (np.diff(line.get_ydata()) < 0).all()
    assert lines[1].get_ydata()[-1] < lines[0].get_ydata()[-1]
    with pytest.raises(ValueError, match="not there: \\[8\\]"):
        plot_alive(MODEL, PAST, {8: "nobody"})


def test_a_scorecard_draws_differences_and_says_what_it_leaves_out():
    year = pd.DataFrame(
        {"customer": [1, 2, 3], "revenue": [500.0, 300, 100], "profit": [50.0, -90, 10], "kind": ["a", "a", "b"]}
    )
    table = value_scorecard(year, 0.8, by="kind").table
    ax = plot_scorecard(table)
    shown = table[table["everyone"] > 0]
    drawn = [bar.get_width() for bar in ax.patches]
    wanted = [*(shown["a"] / shown["everyone"] - 1), *(shown["b"] / shown["everyone"] - 1)]
    np.testing.assert_allclose(drawn, wanted)
    assert "Left out, since everyone has 0 or less: profit per customer, profit rate, CLV, NPV" in description(ax)
    assert title(ax) == "B: revenue per customer −67 %"
    with pytest.raises(ValueError, match="compares one to five groups"):
        plot_scorecard(table[["measure", "everyone"]])


def test_a_scorecards_title_sets_the_widest_difference_beside_satisfaction():
    table = pd.DataFrame({"measure": ["profit", "years", "satisfaction"], "everyone": [100.0, 5, 8], "app": [90.0, 5, 8.0],
                          "referral": [129.0, 6, 7.9]})  # fmt: skip
    assert title(plot_scorecard(table)) == "Referral: profit +29 %, satisfaction −1 %"
    assert title(plot_scorecard(table, ["app"])) == "App: profit −10 %, satisfaction ±0 %"
    calm = plot_scorecard(table.assign(app=[100.0, 5, 12]), ["app"])
    assert title(calm) == "App: satisfaction +50 %, profit ±0 %"


def test_drivers_stand_at_gap_and_importance():
    table = pd.DataFrame({"driver": ["brand", "value", "main_bank"], "importance": [0.3, 0.4, 0.9],
                          "standard_error": [0.02, 0.02, 0.05], "gap": [-0.5, 0.2, np.nan]})  # fmt: skip
    ax = plot_drivers(table)
    points = ax.get_lines()[1]
    assert points.get_xdata().tolist() == [-0.5, 0.2]
    assert points.get_ydata().tolist() == [0.3, 0.4]
    assert title(ax) == "Value has the highest weight; in brand we stand worst"
    low, high = ax.get_xlim()
    assert low < -0.5
    assert high > 0.2


@pytest.mark.parametrize(
    "plot",
    [plot_cohort, plot_scorecard, plot_drivers, lambda frame: plot_clv({"one": frame})],
    ids=["cohort", "scorecard", "drivers", "clv"],
)
def test_bad_input_gets_a_sentence(plot):
    with pytest.raises(TypeError, match="must be a pandas DataFrame"):
        plot([1, 2])
    with pytest.raises(ValueError, match="has no rows"):
        plot(pd.DataFrame())
    with pytest.raises(ValueError, match="has no columns"):
        plot(pd.DataFrame({"a": [1]}))


# --- the explorer -----------------------------------------------------------------------------------------------------------


def shown(picture):
    return {one["name"]: one["text"] for one in picture["numbers"]}


def test_the_picture_holds_both_conventions_one_margin_apart():
    picture = clv_picture(100, 80, 10, 10, 200)
    numbers = {one["name"]: one["value"] for one in picture["numbers"]}
    assert numbers["With the other timing"] - numbers["Lifetime value"] == pytest.approx(100)
    now = clv_picture(100, 80, 10, 10, 200, "now")
    assert {one["name"]: one["value"] for one in now["numbers"]}["Lifetime value"] == pytest.approx(
        numbers["With the other timing"]
    )
    solid, dashed = picture["panels"][0]["marks"]
    assert (solid["dashed"], dashed["dashed"]) == (False, True)
    assert solid["y"][-1] == pytest.approx(retention_clv(100, 0.8, 0.1, 10))


def test_the_cost_is_back_when_the_line_crosses_it():
    """80 % stay, 10 %: 72.7, 125.6, 164.1, 192.1, 212.4: a cost of 200 is back in year 5, one of 300 never."""
    assert shown(clv_picture(100, 80, 10, 10, 200))["Cost is back in year"] == "5"
    assert shown(clv_picture(100, 80, 10, 10, 300))["Cost is back in year"] == "–"
    assert shown(clv_picture(100, 80, 10, 10, 300))["Value − cost of winning"] == "−¥44"


def test_a_tenth_of_each_is_a_difference_of_two_values():
    right = clv_picture(100, 80, 10, 20, 0)["panels"][1]
    gains = dict(zip(right["y"]["categories"], right["marks"][0]["values"], strict=True))
    base = retention_clv(100, 0.8, 0.1, 20)
    assert gains["margin +10 %"] == pytest.approx(0.1 * base)
    assert gains["leaving −10 %"] == pytest.approx(retention_clv(100, 0.82, 0.1, 20) - base)
    assert gains["discount −10 %"] == pytest.approx(retention_clv(100, 0.8, 0.09, 20) - base)
    assert gains["horizon +2 years"] == pytest.approx(retention_clv(100, 0.8, 0.1, 22) - base)


def test_every_place_of_the_sliders_can_be_drawn():
    for values in product((0, 2_000), (50, 99), (0, 30), (1, 30), (0, 3_000), ("now", "after one period")):
        json.dumps(clv_picture(*values), allow_nan=False)


def test_the_explorer_moves_and_resets():
    widget = explore_clv(500, 80)
    first = shown(widget.view.picture)
    widget.controls["retention"].value = 90
    changed = widget.view.picture["changed"]
    assert changed.startswith("Retention (% a year): 80 → 90.")
    assert "Lifetime value" in changed
    widget.reset.click()
    assert shown(widget.view.picture) == first
