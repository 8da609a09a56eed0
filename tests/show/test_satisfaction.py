"""Figures and the explorer of satisfaction: what they draw is what the tables say, with titles, units and words."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from crmlib.satisfaction import FORMULAS, formula_ranks, satisfaction_layers, satisfaction_scores
from crmlib.show import (
    PALETTE,
    description,
    explore_formulas,
    formulas_picture,
    plot_formula_ranks,
    plot_layers,
    plot_nonresponse,
    plot_score_intervals,
)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    draws = np.random.default_rng(6)
    branch = np.repeat(range(1, 11), 40)
    tilt = draws.normal(0, 0.4, (3, 10))[:, branch - 1]
    values = np.clip(np.array([[5.2], [5.0], [6.3]]) + tilt + draws.normal(0, 0.7, (3, 400)), 1, 7)
    frame = pd.DataFrame(values.T, columns=["expectation", "perception", "ideal"])
    return frame.assign(branch=branch, customer=range(400))


@pytest.fixture(scope="module")
def ranks(answers):
    return formula_ranks(answers, "branch", formulas=list(FORMULAS))


def test_every_branch_is_a_line_through_its_ranks(ranks):
    ax = plot_formula_ranks(ranks.table, strong=[3, 7])
    lines = ax.get_lines()
    assert len(lines) == 10
    drawn = sorted(tuple(line.get_ydata()) for line in lines)
    assert drawn == sorted(tuple(row) for row in ranks.table[list(FORMULAS)].to_numpy())
    coloured = {to_hex(line.get_color()).upper(): line for line in lines if line.get_linewidth() > 2}
    assert set(coloured) == set(PALETTE[:2])
    assert list(coloured[PALETTE[0]].get_ydata()) == ranks.table.set_index("branch").loc[3, list(FORMULAS)].tolist()
    bottom, top = ax.get_ylim()
    assert bottom > 10 > 1 > top  # rank 1 is at the top
    first = ranks.table.set_index("branch")
    assert f"First by P − E: branch {first['gap'].idxmin()}" in ax.get_title(loc="left")
    assert f"branch 3: P − E {first.loc[3, 'gap']}" in description(ax)
    assert [text.get_text() for text in ax.texts].count("branch 7") == 2  # named at both ends


@pytest.mark.parametrize("formula", list(FORMULAS))
def test_intervals_stand_in_order_with_their_limits(ranks, formula):
    ax = plot_score_intervals(ranks.scores, formula, strong=[3])
    one = ranks.scores[ranks.scores["formula"] == formula].sort_values("rank")
    bars = [
        line for line in ax.get_lines() if len(line.get_xdata()) == 2 and line.get_xdata()[0] == line.get_xdata()[1]
    ]
    assert [tuple(bar.get_ydata()) for bar in bars] == list(zip(one["low"], one["high"], strict=True))
    assert [label.get_text() for label in ax.get_xticklabels()] == one["branch"].astype("str").tolist()
    bottom, top = ax.get_ylim()
    assert (bottom > top) == (formula == "ideal_gap")  # the most satisfied is up, also where less is better
    best = one.iloc[0]
    reach = sum(
        row.low <= best["high"] if formula == "ideal_gap" else row.high >= best["low"]
        for row in one.iloc[1:].itertuples()
    )
    assert f"{reach} of 9 intervals reach its own" in ax.get_title(loc="left")


def test_layers_have_bars_and_words():
    items = pd.DataFrame({"customer": range(6), "a": [5, 6, 7, 4, 5, 6], "b": [1, 2, 3, 2, 2, 1]})
    table = satisfaction_layers(items, {"mind": ["a"], "visual": ["b"]}).table
    ax = plot_layers({"Across": table, "Again": table})
    assert len(ax.figure.axes) == 2
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], table["score"])
    assert ax.get_xlim() == (0, 100)
    assert ax.get_title(loc="left") == f"Across: mind {table['score'].iloc[0]:.0f}, visual {table['score'].iloc[1]:.0f}"
    assert "Again: mind" in description(ax)


CHECK = pd.DataFrame(
    {"method": ["as they came", "with the follow-up"], "mean": [8.4, 8.1], "low": [8.3, 7.9], "high": [8.5, 8.3]}
)


def test_silence_shows_each_method_and_the_truth():
    ax = plot_nonresponse(CHECK, 8.0, "1-10")
    assert "from 8.40 to 8.10" in ax.get_title(loc="left")
    bars = {tuple(line.get_xdata()) for line in ax.get_lines()}
    assert {(8.3, 8.5), (7.9, 8.3), (8.0, 8.0)} <= bars
    assert "with the follow-up 8.10 (7.90 to 8.30); everybody: 8.00" in description(ax)
    assert ax.get_xlabel() == "mean (1-10)"
    assert "everybody" not in description(plot_nonresponse(CHECK))


def bad_input():
    yield plot_formula_ranks, [[1]], {}, "must be a pandas DataFrame"
    yield plot_formula_ranks, [pd.DataFrame({"branch": [1], "gap": [1]})], {}, "needs the ranks of two formulas"
    two = pd.DataFrame({"branch": [1], "gap": [1], "ideal_gap": [1]})
    yield plot_formula_ranks, [two], {"strong": [9]}, "has no branch 9"
    yield plot_formula_ranks, [two], {"strong": [1] * 6}, "Only 5 groups can be drawn in colour"
    yield plot_score_intervals, [pd.DataFrame({"branch": [1]})], {}, "has no columns 'formula'"
    yield plot_layers, [{"A": pd.DataFrame()}], {}, "has no rows"
    yield plot_nonresponse, [pd.DataFrame({"mean": [1]})], {}, "has no columns 'method'"
    yield explore_formulas, [two], {}, "has no columns 'mean_ratio' and 'ratio_of_means'"


@pytest.mark.parametrize(("function", "given", "arguments", "sentence"), list(bad_input()))
def test_bad_input_gets_a_sentence(function, given, arguments, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        function(*given, **arguments)


def test_an_unknown_formula_is_named(ranks):
    with pytest.raises(ValueError, match="has no formula 'happiness'"):
        plot_score_intervals(ranks.scores, "happiness")


# --------------------------------------------------------------------------------------------------------------- explorer

OTHERS = pd.DataFrame(
    {
        "gap": [0.5, 0.0, -0.5, -1.0],
        "mean_ratio": [1.2, 1.05, 1.0, 0.9],
        "ratio_of_means": [1.1, 1.0, 0.9, 0.8],
        "ideal_gap": [1.0, 0.5, 2.0, 1.5],
    }
)


def shown(picture: dict) -> dict[str, str]:
    return {one["name"]: one["text"] for one in picture["numbers"]}


def test_the_picture_by_hand():
    """Half expect 6, half 4, all perceive 5: gap 0, ratios 5/6 and 5/4."""
    picture = formulas_picture(5, 5, 6.2, 1, groups=OTHERS)
    json.dumps(picture)
    assert shown(picture) == {
        "P − E": "0.00", "P / E, mean of ratios": "1.04", "mean P / mean E": "1.00", "I − P": "1.20",
        "Best rank": "2", "Worst rank": "3",
    }  # fmt: skip
    assert picture["panels"][0]["marks"][0]["values"] == [5, 5, 6.2]
    assert picture["panels"][1]["marks"][0]["values"] == [50, 50, 50, 50]  # a tie is neither behind nor ahead
    assert [row[2:] for row in picture["table"]["rows"]] == [
        ["satisfied", "2 of 5"], ["satisfied", "3 of 5"], ["satisfied", "2 of 5"],
        ["1.2 points short of the ideal", "3 of 5"],
    ]  # fmt: skip
    assert (
        picture["table"]["caption"]
        == "Half of the customers expect 6.0, half 4.0. Satisfied: within 0.25 points of the expected"
    )


def test_formulas_disagree_when_expectations_differ():
    says = [row[2] for row in formulas_picture(5, 4.7, 7, 2, groups=OTHERS)["table"]["rows"]]
    assert says[:3] == ["dissatisfied", "delighted", "dissatisfied"]


def test_promising_less_wins_by_the_gap_and_changes_nothing_else():
    before, after = (formulas_picture(e, 5, 6, 1, groups=OTHERS) for e in (5.5, 4.4))
    assert before["table"]["rows"][0][-1] == "3 of 5"
    assert after["table"]["rows"][0][-1] == "1 of 5"
    assert before["table"]["rows"][3] == after["table"]["rows"][3]


def test_expectations_cannot_leave_the_scale():
    assert (
        formulas_picture(6.5, 6, 7, 3, groups=OTHERS)["table"]["caption"]
        == "Half of the customers expect 7.0, half 6.0. Satisfied: within 0.25 points of the expected"
    )
    assert shown(formulas_picture(1, 1.5, 7, 3, groups=OTHERS))["P / E, mean of ratios"] == "1.50"


def test_it_agrees_with_the_room():
    people = pd.DataFrame({"customer": range(4), "expectation": [3.5, 3.5, 6.5, 6.5], "perception": 4.5, "ideal": 6.0})
    row = satisfaction_scores(people).table.iloc[0]
    numbers = {one["name"]: one["value"] for one in formulas_picture(5, 4.5, 6, 1.5, groups=OTHERS)["numbers"]}
    assert [numbers["P − E"], numbers["P / E, mean of ratios"], numbers["mean P / mean E"], numbers["I − P"]] == (
        pytest.approx(row[["gap", "mean_ratio", "ratio_of_means", "ideal_gap"]].tolist())
    )


def test_every_end_of_every_slider_gives_a_picture():
    explorer = explore_formulas(OTHERS)
    sliders = list(explorer.controls.values())
    start = explorer.view.picture["numbers"]
    for places in product(*([slider.min, slider.max] for slider in sliders)):
        for slider, place in zip(sliders, places, strict=True):
            slider.value = place
        assert explorer.view.picture["panels"][0]["marks"][0]["values"] == list(places[:3])
        assert all(np.isfinite(one["value"]) for one in explorer.view.picture["numbers"])
    explorer.reset.click()
    assert explorer.view.picture["numbers"] == start
    explorer.controls["expectation"].value = 4.7
    assert "Expectation E (1-7): 5.7 → 4.7. P − E: −0.10 → 0.90" in explorer.view.picture["changed"]
