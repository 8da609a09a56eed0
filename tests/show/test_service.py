"""Lesson 07: its figures and its explorer's picture."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from crmlib.companies import load_bank, load_utility
from crmlib.service import (
    QUADRANTS,
    SERVQUAL,
    branch_record,
    complaint_funnel,
    control_chart,
    derived_importance,
    importance_by_class,
    importance_performance,
    servqual,
    servqual_attributes,
    stayed_after,
    zero_complaint_roads,
)
from crmlib.show import (
    description,
    explore_importance,
    importance_picture,
    plot_class_importance,
    plot_complaints_churn,
    plot_control,
    plot_funnel,
    plot_gaps,
    plot_importance_performance,
)

NOT_CHOSEN = ["death", "moved abroad", "closed by bank"]
MARKET = ["brand", "value", "relationship"]


@pytest.fixture(scope="module")
def bank():
    tables = [
        "customers", "branches", "survey", "problems", "pulse", "market_study", "campaign_members", "contacts", "years",
    ]  # fmt: skip
    return load_bank(tables=tables)


@pytest.fixture(scope="module")
def utility():
    return load_utility(tables=["customers", "importance", "survey"])


@pytest.fixture(scope="module")
def customers(bank) -> pd.DataFrame:
    gone = bank.customers["left"].notna()
    return bank.customers.assign(own_choice=gone & ~bank.customers["exit_reason"].isin(NOT_CHOSEN))


@pytest.fixture(scope="module")
def survey(bank, customers) -> pd.DataFrame:
    return bank.survey.merge(customers[["customer", "branch"]], on="customer")


@pytest.fixture(scope="module")
def scored(survey):
    return servqual(survey, reverse=["emp5"], wave="wave")


@pytest.fixture(scope="module")
def problems(bank, customers) -> pd.DataFrame:
    return bank.problems.assign(stayed=stayed_after(bank.problems, customers, as_of="2025-12-31"))


@pytest.fixture(scope="module")
def funnel(problems):
    return complaint_funnel(problems, stayed="stayed")


@pytest.fixture(scope="module")
def record(customers, problems) -> pd.DataFrame:
    return branch_record(customers, problems, start="2023-01-01", as_of="2025-12-31")


@pytest.fixture(scope="module")
def market(bank) -> pd.DataFrame:
    weights = derived_importance(bank.market_study, MARKET, habit="main_bank")
    mean = 100 * (bank.market_study.groupby("bank")[MARKET].mean() - 1) / 9
    frame = pd.DataFrame({"group": "Harbour Bank in its market", "attribute": MARKET, "weight": weights["weight"]})
    frame["importance"] = 100 * weights["share"]
    frame["performance"] = mean.loc["Harbour Bank"].to_numpy()
    return frame.assign(rival=mean.drop("Harbour Bank").max().to_numpy())


@pytest.fixture(scope="module")
def grid(scored, utility, market) -> pd.DataFrame:
    power = utility.survey.merge(utility.customers[["customer", "class"]], on="customer")
    power["class"] = "Delta Power, " + power["class"].astype("str")
    table = servqual(power, "class", reverse=["emp5"], wave="wave", weight="weight").table
    parts = [servqual_attributes(scored.table, group="Harbour Bank"), servqual_attributes(table, by="class"), market]
    return pd.concat(parts, ignore_index=True)


# --- figures --------------------------------------------------------------------------------------------------------------


def test_gaps_are_drawn_from_the_largest_shortfall_down(scored):
    ax = plot_gaps(scored.table)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names[-1] == "reliability"
    assert set(names) == set(SERVQUAL)
    perceived = {line.get_label(): line for line in ax.get_lines()}["perceived"]
    table = scored.table.set_index("dimension")
    np.testing.assert_allclose(perceived.get_xdata(), table.loc[names, "perception"])
    assert ax.get_title(loc="left") == "Reliability falls 0.35 points short of what customers expect"
    assert "reliability: expected 5.47, perceived 5.12" in description(ax)
    pleased = scored.table.assign(gap=0.5, perception=scored.table["expectation"] + 0.5)
    assert plot_gaps(pleased).get_title(loc="left") == "No dimension falls short of what customers expect"


def test_the_grid_shows_both_sides_and_its_finding(market):
    ax = plot_importance_performance(importance_performance(market, rival="rival"), rival="rival")
    assert ax.get_title(loc="left") == "The best rival leads in brand by 8.5, value by 2.3 points"
    alone = market[market["attribute"] == "relationship"]
    ax_alone = plot_importance_performance(importance_performance(alone, rival="rival"), rival="rival")
    assert ax_alone.get_title(loc="left") == "No rival is ahead"
    drawn = {tuple(point) for line in ax.get_lines() for point in zip(line.get_xdata(), line.get_ydata(), strict=True)}
    for row in market.itertuples():
        assert (row.performance, row.importance) in drawn
        assert (row.rival, row.importance) in drawn
    low, high = ax.get_xlim()
    assert (
        low < market[["performance", "rival"]].min(axis=None) < market[["performance", "rival"]].max(axis=None) < high
    )
    texts = {text.get_text() for text in ax.texts}
    assert set(MARKET) | set(QUADRANTS) <= texts


def test_the_grid_names_what_to_concentrate_on(scored):
    placed = importance_performance(servqual_attributes(scored.table))
    assert plot_importance_performance(placed).get_title(loc="left") == "Concentrate on responsiveness"
    easy = importance_performance(servqual_attributes(scored.table), performance_cut=10)
    assert plot_importance_performance(easy).get_title(loc="left") == "Nothing important is done below the cut"


def test_classes_funnel_and_control_say_their_finding(utility, funnel, bank):
    means = importance_by_class(utility.importance.merge(utility.customers[["customer", "class"]], on="customer"))
    ax = plot_class_importance(means)
    assert ax.get_title(loc="left") == "Training: 5.7 to industrial customers, 2.7 to residential ones"
    assert ax.get_yticklabels()[-1].get_text() == "training"
    ax = plot_funnel(funnel.table)
    assert ax.get_title(loc="left") == "Of 100 problems the bank hears of 17"
    *bars, unknown = ax.patches
    np.testing.assert_allclose([bar.get_width() for bar in bars], funnel.table["of_all"])
    end = funnel.paths.set_index("path").loc["complained, solved", ["problems", "known", "stayed"]].astype(int)
    assert unknown.get_width() == pytest.approx((end["problems"] - end["known"]) / funnel.table["problems"].iloc[0])
    assert unknown.get_x() == pytest.approx(bars[-1].get_width())
    left = end["known"] - end["stayed"]
    assert f"known; {left:,} left, {end['problems'] - end['known']:,} not known" in ax.texts[-1].get_text()
    assert "(%)" in ax.get_xlabel()
    chart = control_chart(bank.pulse, size="answered", spread="sd_score", baseline_until="2024-06-30")
    ax = plot_control(chart.points)
    assert ax.get_title(loc="left") == "4 of 36 months lie outside the limits"
    assert "August 2024 76.3" in description(ax)
    low, high = ax.get_ylim()
    assert low < chart.points[["value", "low"]].min(axis=None)
    assert high > chart.points[["value", "high"]].max(axis=None)
    calm = chart.points[chart.points["signal"] == ""].assign(in_baseline=True)
    assert "Signals: none" in description(plot_control(calm))


def test_complaints_against_churn_names_the_roads(record):
    ax = plot_complaints_churn(record, zero_complaint_roads(record))
    assert ax.get_title(loc="left") == "The branch that loses most has no complaints"
    texts = {text.get_text() for text in ax.texts}
    assert {"branch 4: not spoken", "branch 18: solved", "branch 28: not noticed"} <= texts
    assert sum(len(line.get_xdata()) for line in ax.get_lines()) == 36
    places = [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.get_lines() if len(line.get_xdata()) == 1]
    at = pd.DataFrame(ax.transData.transform(places))
    apart = [np.hypot(*(at.iloc[i] - at.iloc[j])) for i in range(6) for j in range(i)]
    assert min(apart) > 6  # pixels: no marker hides another
    plain = plot_complaints_churn(record)
    assert plain.get_title(loc="left") == "Complaints and churn, branch by branch"
    assert "correlation -0.12" in description(plain)


@pytest.mark.parametrize(
    ("draw", "frame", "sentence"),
    [
        (plot_gaps, [], "must be a pandas DataFrame"),
        (plot_gaps, pd.DataFrame({"dimension": ["a"]}), "has no columns"),
        (plot_gaps, pd.DataFrame({"dimension": ["a", "a"], "expectation": 1, "perception": 1, "gap": 0}), "a dimension twice"),
        (plot_funnel, pd.DataFrame({"stage": ["x", "x"], "problems": 1, "of_stage_before": 1, "of_all": 1}), "a stage twice"),
        (plot_control, pd.DataFrame({"time": [1]}), "has no columns"),
        (explore_importance, pd.DataFrame({"group": ["a"]}), "has no columns"),
    ],
)  # fmt: skip
def test_bad_input_gets_a_sentence(draw, frame, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        draw(frame)


def test_a_grid_of_several_groups_is_refused(grid):
    both = importance_performance(grid[grid["group"] != "Harbour Bank in its market"], by="group")
    with pytest.raises(ValueError, match="more than one pair of cuts"):
        plot_importance_performance(both)


# --- the explorer ---------------------------------------------------------------------------------------------------------

LIMITS = {"importance": (0.0, 50.0), "performance": (50.0, 90.0)}


@pytest.mark.parametrize(("importance_cut", "performance_cut"), [(0, 50), (20, 68), (50, 90), (35, 70)])
def test_the_picture_of_every_group_and_cut_can_be_drawn(grid, importance_cut, performance_cut):
    for who in grid["group"].unique():
        picture = importance_picture(who, importance_cut, performance_cut, grid, LIMITS)
        json.dumps(picture)
        rows = grid[grid["group"] == who]
        verdict = importance_performance(rows, importance_cut=importance_cut, performance_cut=performance_cut)[
            "quadrant"
        ]
        counts = verdict.value_counts()
        assert [one["value"] for one in picture["numbers"]] == [counts[name] for name in QUADRANTS]
        ours = [mark for mark in picture["panels"][0]["marks"] if mark["name"] != "best rival"]
        assert [mark["x"][0] for mark in ours] == pytest.approx(rows["performance"].tolist())
        assert [mark["y"][0] for mark in ours] == pytest.approx(rows["importance"].tolist())
        urgent = rows.loc[(verdict == QUADRANTS[0]).to_numpy(), "attribute"].tolist()
        assert [mark["name"] for mark in ours if mark["strong"]] == urgent
        assert who in picture["alt"]
        assert len(picture["table"]["rows"]) == len(rows)


def test_the_rival_is_shown_where_one_was_asked(grid):
    picture = importance_picture("Harbour Bank in its market", 20, 68, grid, LIMITS)
    assert picture["panels"][0]["marks"][-1]["name"] == "best rival"
    table = pd.DataFrame(picture["table"]["rows"], columns=picture["table"]["columns"]).set_index("attribute")
    assert table.loc["relationship", "lead on the best rival"] == "+4"
    assert "lead on the best rival" not in importance_picture("Harbour Bank", 20, 68, grid, LIMITS)["table"]["columns"]


def test_an_unknown_group_is_named(grid):
    with pytest.raises(ValueError, match="There is no group 'Pearl Bank'"):
        importance_picture("Pearl Bank", 20, 68, grid, LIMITS)


def test_the_explorer_follows_its_controls(grid):
    widget = explore_importance(grid)
    assert set(widget.controls) == {"who", "importance_cut", "performance_cut"}
    before = {one["name"]: one["value"] for one in widget.view.picture["numbers"]}
    widget.controls["performance_cut"].value = 70
    after = {one["name"]: one["value"] for one in widget.view.picture["numbers"]}
    assert before != after
    assert "Good enough from" in widget.view.picture["changed"]
    for who, _ in widget.controls["who"].options:
        widget.controls["who"].value = who
        assert widget.view.picture["panels"][0]["title"] == who
