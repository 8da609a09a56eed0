"""Figures and explorers of retention: what they draw is what the tables say, with titles, units and words."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.retention import (
    calibration,
    campaign_uplift,
    class_variants,
    cohort_triangle,
    compare_lists,
    lift,
    rank_calls,
    retention_rates,
    survival_curve,
)
from crmlib.show import (
    calls_picture,
    description,
    explore_calls,
    explore_rates,
    plot_calibration,
    plot_call_lists,
    plot_cohorts,
    plot_lift,
    plot_retention_rates,
    plot_survival,
    plot_tenure,
    plot_uplift,
    plot_variants,
    rates_picture,
)

BASE = pd.DataFrame(
    {"customer": [1, 2, 3, 4], "kept": [True, True, True, False], "contracts_before": [2, 1, 1, 1], "contracts_after": [1, 1, 1, 0],
     "products_before": [2, 1, 1, 1], "products_after": [2, 1, 2, 0], "revenue_before": [10, 10, 10, 70],
     "revenue_after": [10, 5, 30, 0], "share_before": [0.5] * 4, "share_after": [0.5, 0.1, 0.5, 0.0]}
)  # fmt: skip
PEOPLE = pd.DataFrame(
    {"customer": range(6), "joined": pd.to_datetime(["2021-05-01"] * 3 + ["2022-07-01"] * 3),
     "left": pd.to_datetime(["2021-12-24", "2022-12-24", None, "2023-01-01", None, None])}
)  # fmt: skip
CALLS = pd.DataFrame({"risk": [0.5, 0.4, 0.3, 0.2], "uplift": [0.1, -0.2, -0.1, 0.0], "value": [100.0, 200, 1000, 50]})


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def scored(n: int = 400) -> pd.DataFrame:
    draws = np.random.default_rng(6)
    risk = draws.uniform(0.02, 0.4, n)
    return pd.DataFrame({"risk": risk, "left": draws.random(n) < risk, "value": draws.normal(500, 900, n)})


def test_a_bar_for_each_rate_and_a_mark_for_those_who_stayed():
    rates = retention_rates(BASE)
    ax = plot_retention_rates(rates)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(rates["rate"].tolist())
    np.testing.assert_allclose(ax.get_lines()[0].get_xdata(), rates["rate_of_kept"])
    assert ax.get_title(loc="left") == "One base, one year: retention between 45 and 100 %"
    assert ax.get_xlim()[1] > rates["rate_of_kept"].max()
    assert "revenue 45.0 %, of those who stayed 150.0 %" in description(ax)


def test_the_triangle_prints_each_cell():
    rates = cohort_triangle(PEOPLE, as_of="2024-12-31").rates
    ax = plot_cohorts(rates)
    printed = {(round(text.get_position()[0]), round(text.get_position()[1])): text.get_text() for text in ax.texts}
    expected = {
        (column, row): f"{100 * value:.0f}"
        for (row, column), value in np.ndenumerate(rates.to_numpy())
        if np.isfinite(value)
    }
    assert printed == expected
    assert [label.get_text() for label in ax.get_yticklabels()] == ["2021", "2022"]


def test_survival_curves_are_the_tables_and_the_title_compares_them():
    right = survival_curve(PEOPLE, as_of="2024-12-31").curve
    raw = right.assign(kept=1.0, low=1.0, high=1.0)
    ax = plot_survival({"right": right, "raw": raw}, at=1.0)
    np.testing.assert_allclose(ax.get_lines()[0].get_ydata(), right["kept"])
    share = 100 * right.loc[right["years"] <= 1, "kept"].iloc[-1]
    assert ax.get_title(loc="left") == f"After 1 years {share:.0f} % are still there, not 100 %"
    assert ax.get_ylabel() == "still customers (%)"


def test_tenure_has_a_panel_for_the_rate_and_one_for_the_ratio():
    rates = pd.DataFrame({"from_years": [0, 1], "to_years": [1, 5], "yearly_churn": [0.2, 0.1], "low": [0.15, 0.08], "high": [0.25, 0.12],
                          "ratio": [1.0, 1.1], "ratio_low": [0.8, 0.9], "ratio_high": [1.2, 1.3]})  # fmt: skip
    ax = plot_tenure(rates)
    left, right = ax.figure.axes
    assert list(left.get_lines()[0].get_ydata()) == rates["yearly_churn"].tolist()
    assert list(right.get_lines()[0].get_ydata()) == rates["ratio"].tolist()
    assert right.get_ylim()[0] == 0  # a ratio that hardly moves must not look as if it did
    assert "20 % leave within a year, of the oldest group 10 %" in description(ax)


def test_calibration_counts_the_groups_that_agree():
    groups = calibration(scored()).groups
    ax = plot_calibration(groups)
    inside = ((groups["low"] <= groups["predicted"]) & (groups["predicted"] <= groups["high"])).sum()
    assert ax.get_title(loc="left") == f"Predicted and observed agree in {inside} of 10 groups"
    assert ax.get_xlim() == ax.get_ylim()


def test_lift_starts_at_nothing_and_ends_at_all():
    table = lift(scored(), value="value")
    ax = plot_lift(table)
    leavers, money = ax.get_lines()[1:3]
    for line, column in ((leavers, "caught"), (money, "money_caught")):
        np.testing.assert_allclose(line.get_ydata(), np.append(0, table[column]))
        assert line.get_ydata()[-1] == pytest.approx(1)
    loss = plot_lift(table.assign(money_caught=-0.04))
    assert "−4 % of the money" in loss.get_title(loc="left")


def test_uplift_has_an_interval_for_each_group_and_the_truth_beside_it():
    members = pd.DataFrame({"arm": ["treated", "control"] * 100, "outcome": [True, False, False, True] * 50, "cost": 1.0,
                            "group": ["A"] * 100 + ["B"] * 100})  # fmt: skip
    table = campaign_uplift(members, by="group")
    ax = plot_uplift(table, "group", title="A finding", truth=[-0.1, 0.1])
    ends = [line.get_xdata() for line in ax.get_lines()[:4:2]]
    np.testing.assert_allclose(ends, 100 * table[["low", "high"]])
    np.testing.assert_allclose(ax.get_lines()[4].get_xdata(), [-10, 10])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["A", "B"]


def test_the_class_is_counted_whole():
    variants = class_variants()
    ax = plot_variants(variants)
    assert sum(bar.get_height() for group in ax.containers for bar in group) == len(variants)
    wrong = (variants["uplift"] > 0).sum()
    assert f"{wrong} find that the call does harm" in ax.get_title(loc="left")


@pytest.mark.parametrize(
    "plot",
    [plot_retention_rates, plot_cohorts, lambda frame: plot_survival({"raw": frame}), plot_tenure, plot_calibration, plot_lift,
     lambda frame: plot_uplift(frame, "group", title="x"), plot_variants],
)  # fmt: skip
def test_bad_input_gets_a_sentence(plot):
    with pytest.raises(TypeError, match="must be a pandas DataFrame"):
        plot([1, 2])
    with pytest.raises(ValueError, match="has no rows"):
        plot(pd.DataFrame())


def test_a_curve_for_each_rule_is_what_its_lists_bring():
    ax = plot_call_lists(CALLS, cost=15, calls=2)
    frame = CALLS.assign(
        at_risk=CALLS["risk"] * CALLS["value"], keeps=-CALLS["uplift"], gain=-CALLS["uplift"] * CALLS["value"]
    )
    for line, rule in zip(ax.get_lines(), ("risk", "value", "at_risk", "keeps", "gain"), strict=False):
        lengths = (1, 2) if rule == "gain" else (1, 2, 3, 4)  # one would be driven away, one is not changed
        nets = [compare_lists(frame, [rule], n, cost=15)["net"][0] for n in lengths]
        np.testing.assert_allclose(line.get_ydata(), [0, *nets], atol=1e-9)
    assert ax.get_title(loc="left") == "2 calls: ¥0 by risk, ¥110 by value × uplift"
    with pytest.raises(ValueError, match="has no columns 'uplift' and 'value'"):
        plot_call_lists(CALLS[["risk"]], cost=15, calls=2)


def numbers(picture: dict) -> dict[str, float]:
    return {one["name"]: one["value"] for one in picture["numbers"]}


def test_the_calls_explorer_says_what_compare_lists_says():
    picture = calls_picture(CALLS, "risk", 2, 15)
    json.dumps(picture)
    line = compare_lists(CALLS, ["risk"], 2, cost=15).iloc[0]
    shown = numbers(picture)
    assert shown["Saved, net"] == pytest.approx(line["saved"])
    assert shown["Driven away"] == pytest.approx(0.1)
    assert shown["Net of cost"] == pytest.approx(line["net"]) == pytest.approx(0)
    assert picture["panels"][1]["marks"][0]["values"] == pytest.approx([0.2, 0.1])
    assert picture["panels"][0]["cuts"][0]["at"] == 2


def test_the_curve_of_a_rule_is_its_net_at_each_length_and_best_where_rank_calls_stops():
    picture = calls_picture(CALLS, "gain", 1, 15)
    for mark, rule in zip(picture["panels"][0]["marks"], ("risk", "value", "at_risk", "keeps", "gain"), strict=True):
        frame = CALLS.assign(
            at_risk=CALLS["risk"] * CALLS["value"], keeps=-CALLS["uplift"], gain=-CALLS["uplift"] * CALLS["value"]
        )
        at, net = dict(zip(mark["x"], mark["y"], strict=True)), compare_lists(frame, [rule], 2, cost=15)["net"][0]
        assert at, net
        assert at[2] == pytest.approx(net)
        assert at[0] == 0
    assert numbers(picture)["Best length for this rule"] == rank_calls(CALLS, cost=15)["call"].sum()


def test_value_times_uplift_calls_nobody_to_drive_him_away():
    loss = CALLS.assign(value=[-5000.0, 200, 1000, 50])  # the sum says 485 for calling the first: he would leave
    picture = calls_picture(loss, "gain", 4, 15)
    assert "2 calls" in picture["alt"]
    assert numbers(picture)["Driven away"] == 0
    assert numbers(picture)["Net of cost"] == pytest.approx(110)
    alone = calls_picture(CALLS.assign(silent=[False, True, False, False]), "gain", 4, 15)
    assert numbers(alone)["Net of cost"] == pytest.approx(85)
    assert "2 calls ranked by risk" in calls_picture(loss.assign(silent=True), "risk", 2, 15)["alt"]
    with pytest.raises(ValueError, match="Nobody is left to call"):
        calls_picture(loss.assign(silent=True), "gain", 2, 15)
    ax = plot_call_lists(loss, cost=15, calls=4)
    assert "¥110 by value × uplift" in ax.get_title(loc="left")


def test_a_list_can_be_judged_by_another_uplift():
    other = CALLS.assign(truth=0.05)
    judges = {"model": "uplift", "truth": "truth"}
    picture = calls_picture(other, "gain", 2, 15, "truth", judges=judges)
    assert numbers(picture)["Saved, net"] == pytest.approx(-0.1)
    assert numbers(picture)["Cost per customer saved"] is None
    explorer = explore_calls(other, judges=judges, calls=2)
    explorer.controls["judge"].value = "truth"
    assert "judged by the truth" in explorer.view.picture["alt"]
    with pytest.raises(ValueError, match="The rule must be one of"):
        calls_picture(CALLS, "luck", 2, 15)


def test_every_place_of_every_control_gives_a_picture():
    draws = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"risk": draws.random(300), "uplift": draws.normal(-0.03, 0.05, 300), "value": draws.normal(300, 900, 300)}
    )
    explorer = explore_calls(frame, calls=33)
    controls = explorer.controls
    rules = [value for _, value in controls["rule"].options]
    for rule, calls, cost in product(rules, (controls["calls"].min, controls["calls"].max), (0, controls["cost"].max)):
        controls["rule"].value, controls["calls"].value, controls["cost"].value = rule, calls, cost
        most = ((frame["uplift"] < 0) & (frame["value"] > 0)).sum() if rule == "gain" else calls
        assert f"{min(calls, most)} calls" in explorer.view.picture["alt"]
    explorer.reset.click()
    assert "33 calls ranked by risk" in explorer.view.picture["alt"]


def test_the_rates_explorer_shows_the_five_rates():
    bases = {"all": {"2024": BASE, "2025": BASE}, "first three": {"2024": BASE.head(3), "2025": BASE.head(3)}}
    picture = rates_picture(bases, "all", "2024")
    json.dumps(picture)
    rates = retention_rates(BASE)
    assert [one["value"] for one in picture["numbers"]] == pytest.approx([4, *(100 * rates["rate"])])
    every, stayed = picture["panels"][0]["marks"]
    assert every["values"] == pytest.approx(rates["rate"].tolist())
    assert stayed["values"] == pytest.approx(rates["rate_of_kept"].tolist())
    explorer = explore_rates(bases)
    explorer.controls["who"].value = "first three"
    assert numbers(explorer.view.picture)["Customers"] == 100
    assert "Base: all → first three" in explorer.view.picture["changed"]


@pytest.mark.parametrize("bases", [{}, {"all": {"2024": BASE}, "some": {"2025": BASE}}])
def test_the_rates_explorer_needs_groups_with_the_same_years(bases):
    with pytest.raises(ValueError, match="at least one group, and the same years"):
        explore_rates(bases)
