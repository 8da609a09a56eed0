"""Lesson 07: its figures, its explorer's picture, and what its prose says of the shipped data."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from crmlib.companies import load_bank, load_utility
from crmlib.service import (
    QUADRANTS,
    SERVQUAL,
    adjusted_difference,
    branch_record,
    compare_predictors,
    complaint_funnel,
    control_chart,
    derived_importance,
    difference_reliability,
    importance_by_class,
    importance_performance,
    invitation_effect,
    item_diagnostics,
    parallel_analysis,
    reliability,
    reverse_items,
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


# --- what the lesson says -------------------------------------------------------------------------------------------------


def test_what_it_says_of_servqual(survey, scored):
    item = item_diagnostics(survey, [f"p_emp{place}" for place in range(1, 6)]).set_index("item")
    assert round(item.loc["p_emp5", "item_total"], 2) == -0.52
    assert (item["suspect"] == "runs the other way").tolist() == [False] * 4 + [True]
    table = scored.table.set_index("dimension")
    assert table["gap"].round(2)[["reliability", "responsiveness", "overall"]].tolist() == [-0.35, -0.32, -0.13]
    assert table["gap"][["tangibles", "assurance", "empathy"]].abs().max() < 0.1
    assert round(table.loc["overall", "weighted_gap"], 2) == -0.20
    assert round(100 * table.loc[["reliability", "responsiveness"], "importance"].sum()) == 60


def test_what_it_says_of_the_scale(survey):
    turned = reverse_items(survey, ["p_emp5", "e_emp5"])
    perceived = pd.concat([reliability(turned, [f"p_{item}" for item in items]) for items in SERVQUAL.values()])
    expected = pd.concat([reliability(turned, [f"e_{item}" for item in items]) for items in SERVQUAL.values()])
    assert set(perceived["alpha"].round(2)) | set(perceived["omega"].round(2)) == {0.82, 0.83}
    assert set(expected["alpha"].round(2)) == {0.89, 0.90}
    sides = [turned[[f"{way}_{item}" for item in SERVQUAL["reliability"]]].mean(axis=1) for way in "pe"]
    assert round(sides[0].corr(sides[1]), 2) == 0.06
    alphas = perceived["alpha"].iloc[1], expected["alpha"].iloc[1]
    exact = difference_reliability(*alphas, sides[0].corr(sides[1]), sides[0].std(), sides[1].std())
    assert exact == pytest.approx(difference_reliability(0.82, 0.89, 0.06), abs=0.015)
    assert round(difference_reliability(0.8, 0.8, 0.6), 2) == 0.5
    items = [f"p_{item}" for items in SERVQUAL.values() for item in items]
    assert parallel_analysis(turned, items, draws=20)["kept"].sum() == 4


def test_what_it_says_of_gap_and_perception(survey, scored, customers):
    people = scored.customers.merge(survey[["customer", "wave", "sat_overall"]], on=["customer", "wave"])
    people = people.merge(customers[["customer", "left", "own_choice"]], on="customer")
    names = ["gap", "weighted_gap", "perception", "weighted_perception"]
    explains = compare_predictors(people, names, "sat_overall").set_index("predictor")
    assert (100 * explains["strength"]).round(1)[["gap", "perception"]].tolist() == [3.5, 18.1]
    asked = pd.to_datetime(people["wave"].astype("str") + "-10-31")
    people["leaves"] = people["left"].between(asked, asked + pd.DateOffset(years=1)) & people["own_choice"]
    names_leaver = compare_predictors(people[people["wave"] < 2025], names, "leaves").set_index("predictor")
    assert (100 * names_leaver["strength"]).round()[["gap", "perception"]].tolist() == [53, 57]
    assert names_leaver.loc["perception", "lead_low"] > 0
    assert (names_leaver.loc["weighted_perception", "strength"] - names_leaver.loc["perception", "strength"]) < 0.005


def test_what_it_says_of_branches_by_gap(survey):
    table = servqual(survey, "branch", reverse=["emp5"], wave="wave").table
    overall = table[table["dimension"] == "overall"].set_index("branch")[["expectation", "perception", "gap"]]
    rank = overall.rank(ascending=False).astype(int)
    assert rank.loc[36].tolist() == [36, 23, 2]
    assert rank.loc[2, ["perception", "gap"]].tolist() == [32, 7]
    assert rank.loc[25, ["expectation", "gap"]].tolist() == [1, 36]


def test_what_it_says_of_the_funnel(funnel, bank, problems):
    table = funnel.table.set_index("stage")
    assert round(100 * table.loc["voiced", "of_all"]) == 17
    paths = funnel.paths.set_index("path")
    assert paths["problems"].idxmax() == "silent, not solved"
    assert round(100 * paths.loc["silent, not solved", "share"]) == 39
    stay = (100 * paths["stay_share"]).round(1)
    assert stay[["silent, not solved", "not noticed", "complained, not solved"]].tolist() == [85.3, 92.3, 87.4]
    lost = (paths.loc["not noticed", "stay_share"] - paths["stay_share"]) * paths["problems"] / 3
    assert lost[["silent, not solved", "complained, not solved"]].round().tolist() == [127, 15]
    worth = bank.years["contribution"].sum() / bank.years["months"].sum() * 12
    assert round(lost["silent, not solved"] * worth / 1000) == 63
    silent = problems[problems["noticed"] & ~problems["voiced"] & ~problems["resolved"]]
    assert round(100 * silent["branch"].isin([2, 4]).mean()) == 27
    kinds = complaint_funnel(problems, by="kind").paths
    quiet = kinds[kinds["path"] == "silent, not solved"].set_index("kind")["share"]
    error = np.sqrt(quiet * (1 - quiet) / problems["kind"].value_counts())
    assert quiet.max() - 1.96 * error[quiet.idxmax()] < quiet.min() + 1.96 * error[quiet.idxmin()]  # answer 5


def test_what_it_says_of_the_six_branches(record, bank):
    rank = record.set_index("branch")["churn"].rank().astype(int)
    zero = record[record["complaints"] == 0].set_index("branch")
    assert len(record) == 36
    assert sorted(rank[zero.index]) == [4, 7, 9, 17, 35, 36]
    roads = zero_complaint_roads(record).set_index("branch")
    assert roads["road"].to_dict() == {
        4: "not spoken", 2: "not spoken", 28: "not noticed", 21: "not noticed", 26: "solved", 18: "solved",
    }  # fmt: skip
    assert (100 * zero["churn"]).round().loc[[18, 26, 21, 28, 2, 4]].tolist() == [11, 12, 12, 13, 18, 19]
    assert zero.loc[[21, 28], "noticed_share"].between(0.06, 0.08).all()
    assert (zero.loc[[2, 4], "problem_rate"] > 1).all()
    assert zero.loc[[2, 4], "noticed_share"].round(1).tolist() == [0.8, 0.8]
    assert (1 / zero.loc[[2, 4], "solved_share"]).round().tolist() == [9, 9]
    assert round(record["complaint_rate"].corr(record["churn"]), 2) == -0.12
    assert round(record["unsolved_rate"].corr(record["churn"]), 2) == 0.61
    assert (100 * zero.loc[28, ["churn_low", "churn_high"]]).astype(float).round().tolist() == [11, 15]
    assert record.sort_values("churn")["branch"].head(3).tolist() == [13, 11, 35]
    fewer = zero_complaint_roads(record, noticed_below=0.05).set_index("branch")["road"]
    assert fewer[[21, 28]].tolist() == ["solved", "solved"]  # answer 4
    kinds = bank.truth.tables["branches"].set_index("branch")["kind"]
    word = {"solves": "solved", "hides": "not noticed", "silences": "not spoken"}
    assert roads["road"].tolist() == kinds[roads.index].map(word).tolist()


def test_what_it_says_of_answered_complainers(survey, scored, problems, bank):
    told = problems[problems["voiced"]]
    told = told.assign(wave=told["date"].dt.year + (told["date"].dt.month > 10))
    answered = told.groupby(["customer", "wave"])["resolved"].min().rename("answered")
    frame = survey.join(answered, on=["customer", "wave"])
    frame["complaint"] = frame["answered"].map({True: "answered", False: "not answered"}).fillna("none")
    frame["attachment"] = frame[["att1", "att2", "att3"]].mean(axis=1)
    frame["perception"] = scored.customers["perception"]
    raw = adjusted_difference(frame, "attachment", "complaint", "none").set_index("group")["raw"].round(2)
    assert raw.to_dict() == {"answered": 0.22, "not answered": 0.39}
    held = adjusted_difference(frame, "sat_overall", "complaint", "none", ["attachment", "perception"]).set_index(
        "group"
    )
    assert held.loc["answered", ["adjusted", "adjusted_low", "adjusted_high"]].astype(float).round(2).tolist() == [
        -0.03, -0.18, 0.11,
    ]  # fmt: skip
    assert round(held.loc["not answered", "adjusted"], 2) == -0.39
    assert bank.truth["problem.mark_resolved"] == -0.05


def test_what_it_says_of_importance(market, utility, scored, bank):
    placed = importance_performance(market, rival="rival").set_index("attribute")
    assert placed["importance"].idxmax() == "value"
    assert round(placed.loc["value", "weight"], 2) == 0.43
    assert placed.loc["value", "quadrant"] == "keep up the good work"
    assert (placed["lead"] > 0).to_dict() == {"brand": False, "value": False, "relationship": True}
    assert bank.market_study["rater"].nunique() == 1_500
    rated = utility.importance.merge(utility.customers[["customer", "class"]], on="customer")
    assert rated["customer"].nunique() == 600
    rank = importance_by_class(rated).set_index(["class", "attribute"])["rank"]
    first = {("industrial", "emergency repair"): 1, ("industrial", "technical support"): 2, ("industrial", "price"): 7}
    assert all(rank[key] == place for key, place in (first | {("residential", "price"): 2}).items())
    assert rank["residential", "training"] == 7
    ours = servqual_attributes(scored.table)
    at = {
        cut: importance_performance(ours, performance_cut=cut).set_index("attribute")["quadrant"]
        for cut in (65, 68, 70)
    }
    assert at[68]["reliability"] == "keep up the good work"
    assert at[70]["reliability"] == "concentrate here"
    assert (at[65].astype(str) != at[70].astype(str)).sum() == 4


def test_what_it_says_of_months_and_the_panel(bank):
    chart = control_chart(bank.pulse, size="answered", spread="sd_score", baseline_until="2024-06-30")
    months = chart.points.set_index("time")
    flagged = months[months["signal"] != ""]
    assert flagged.index.strftime("%Y-%m").tolist() == ["2024-08", "2024-09", "2025-04", "2025-07"]
    rest = months.drop(flagged.index)["value"]
    assert 77 < rest.min() < rest.max() < 82
    assert bank.pulse["answered"].mean() == pytest.approx(220, abs=3)
    fall = abs(80.1 - 79.0)
    assert fall < 3 * chart.table["sigma"].iloc[0]  # question 3: inside the limits
    panel = bank.campaign_members.query("campaign == 'panel'")
    found = invitation_effect(panel, "outcome", took_part="responded").set_index("kind")
    assert len(panel) == 4_064
    assert (100 * found.loc["causal", ["effect", "low", "high"]].astype(float)).round(1).tolist() == [-0.8, -2.8, 1.2]
    assert round(100 * found.loc["naive", "effect"], 1) == -2.7
    assert bank.truth["satisfaction.taking_part"] == 0.3
    contacts = bank.contacts
    assert round(100 * contacts["coded_resolved"].mean()) == 91
    assert round(100 * contacts["repeat_within_7_days"].mean()) == 17


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
    assert ax.get_title(loc="left") == "Value matters most, and a rival is 2.3 points ahead"
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
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], funnel.table["of_all"])
    assert "(%)" in ax.get_xlabel()
    chart = control_chart(bank.pulse, size="answered", spread="sd_score", baseline_until="2024-06-30")
    ax = plot_control(chart.points)
    assert ax.get_title(loc="left") == "4 of 36 months differ by more than chance"
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
