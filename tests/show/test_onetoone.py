"""Figures and explorer of one-to-one marketing: what they draw is what the tables say, with titles, units and words."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from crmlib.onetoone import bundle_coverage, match_quality, match_records, threshold_table
from crmlib.show import (
    description,
    explore_matching,
    matching_picture,
    plot_coverage,
    plot_offer_hits,
    plot_pressure,
    plot_scores,
    plot_segment_numbers,
    plot_segments,
    plot_share_of_customer,
)

SHARES = pd.DataFrame(
    {"year": [2025, 2024], "share_of_market": [0.12, 0.13], "reach": [0.48, 0.47], "share_of_customer": [0.25, 0.28]}
)
NUMBERS = pd.DataFrame(
    {
        "segments": [2, 3, 4],
        "silhouette": [0.3, 0.2, 0.1],
        "stability": [0.95, 0.9, 0.4],
        "stability_low": [0.9, 0.8, 0.1],
    }
)
SEGMENTS = pd.DataFrame(
    {"segment": [1, 2], "customers": [60, 40], "share": [0.6, 0.4], "need_speed": [6.0, 2.0], "need_yield": [3.0, 5.0]}
)
PRESSURE = pd.DataFrame(
    {"frequency": ["low", "high"], "sent": [5.0, 25.0], "answered": [0.5, 2.5], "withdrew": [0.02, 0.1], "low": [0.01, 0.08],
     "high": [0.03, 0.12]}
)  # fmt: skip
HITS = pd.DataFrame(
    {
        "rule": ["by_model", "by_popularity"],
        "openers": [50, 50],
        "hit_rate": [0.49, 0.48],
        "low": [0.4, 0.39],
        "high": [0.58, 0.57],
    }
)
RECORDS = pd.DataFrame({"record": list("ABCDE")})
PAIRS = pd.DataFrame({"left": list("ABD"), "right": list("BCE"), "score": [0.95, 0.7, 0.6]})
TRUTH = pd.DataFrame({"record": list("ABCDE"), "customer": [1, 1, 2, 3, 3]})
LINES = [0.5, 0.65, 0.8, 1.0]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def tables() -> dict[str, pd.DataFrame]:
    other = PAIRS.assign(score=[0.5, 0.9, 0.9])
    return {"all": threshold_table(RECORDS, PAIRS, TRUTH, LINES), "name": threshold_table(RECORDS, other, TRUTH, LINES)}


def test_shares_are_drawn_in_the_order_of_years():
    ax = plot_share_of_customer(SHARES)
    reach, own, market = ax.get_lines()[:3]
    assert list(reach.get_ydata()) == [0.47, 0.48]
    assert list(own.get_ydata()) == [0.28, 0.25]
    assert list(market.get_ydata()) == [0.13, 0.12]
    assert ax.get_title(loc="left") == "2024 to 2025: reach +1.0 points, share of customer −3.0"
    assert "2025: reach 48.0, share of customer 25.0, share of market 12.0" in description(ax)


def test_every_score_is_counted_once():
    ax = plot_scores(PAIRS, 0.65)
    assert sum(bar.get_height() for bar in ax.patches) == len(PAIRS)
    assert ax.get_title(loc="left") == "2 of 3 candidate pairs score 0.65 or more"
    assert "1 within 0.05 of it" not in description(plot_scores(PAIRS, 0.5))


def test_the_title_names_the_most_segments_that_come_back():
    ax = plot_segment_numbers(NUMBERS)
    assert list(ax.get_lines()[0].get_ydata()) == NUMBERS["stability"].tolist()
    assert ax.get_title(loc="left") == "Up to 3 segments come back in another sample"
    assert plot_segment_numbers(NUMBERS, worst=0.99).get_title(loc="left").startswith("No number of segments")


def test_each_mean_of_a_need_is_printed():
    ax = plot_segments(SEGMENTS)
    printed = [text.get_text() for text in ax.texts]
    assert printed == ["6.0", "3.0", "2.0", "5.0"]
    assert ax.get_title(loc="left") == "2 segments, most in need of speed and yield"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["1: 60 (60 %)", "2: 40 (40 %)"]


def test_pressure_has_answers_on_the_left_and_withdrawals_on_the_right():
    left, right = plot_pressure(PRESSURE).figure.axes
    assert [bar.get_height() for bar in left.patches] == [0.5, 2.5]
    assert list(right.get_lines()[0].get_ydata()) == [0.02, 0.1]
    assert right.get_title(loc="left") == "... and 5.0 times as many withdraw"
    none = plot_pressure(PRESSURE.assign(withdrew=[0.0, 0.1], low=0.0)).figure.axes[1]
    assert none.get_title(loc="left") == "... and more withdraw"


def test_hits_have_intervals():
    ax = plot_offer_hits(HITS)
    np.testing.assert_allclose([line.get_xdata() for line in ax.get_lines()[::2]], HITS[["low", "high"]])
    assert ax.get_title(loc="left") == "Of 100 who open a product, 49 hit by model, 48 by popularity"


def test_the_marked_package_is_the_first_that_reaches_the_goal():
    frame = pd.DataFrame({"has_a": [True] * 5 + [False] * 5, "has_b": [True] * 4 + [False] * 6})
    coverage = bundle_coverage(frame, ["a", "b"])  # 5 none, 4 both, 1 a
    ax = plot_coverage(coverage, goal=0.9)
    assert ax.get_title(loc="left") == "2 packages serve 90 % of the customers; all take 3"
    assert plot_coverage(coverage, goal=0.5).get_title(loc="left").startswith("1 packages")


@pytest.mark.parametrize(
    "plot",
    [
        plot_share_of_customer,
        lambda frame: plot_scores(frame, 0.5),
        plot_segment_numbers,
        plot_segments,
        plot_pressure,
        plot_offer_hits,
        plot_coverage,
    ],
)
def test_bad_input_gets_a_sentence(plot):
    with pytest.raises(TypeError, match="must be a pandas DataFrame"):
        plot([1, 2])
    with pytest.raises(ValueError, match="has no rows"):
        plot(pd.DataFrame())
    with pytest.raises(ValueError, match="has no column"):
        plot(pd.DataFrame({"other": [1]}))


def numbers(picture: dict) -> dict[str, float]:
    return {one["name"]: one["value"] for one in picture["numbers"]}


@pytest.mark.parametrize("line", LINES)
def test_the_explorer_says_what_match_quality_says(line):
    picture = matching_picture(tables(), "all", line, 500, 20)
    json.dumps(picture)
    truth = match_quality(match_records(RECORDS, PAIRS, line), TRUTH).iloc[0]
    shown = numbers(picture)
    assert (shown["False pairs"], shown["Missed pairs"]) == (truth["false"], truth["missed"])
    assert shown["Recall"] == pytest.approx(100 * truth["recall"])
    assert shown["Cost of the errors"] == 500 * truth["false"] + 20 * truth["missed"]
    assert shown["Cost there"] <= shown["Cost of the errors"]


def test_the_cheapest_threshold_follows_the_costs():
    strict, loose = (numbers(matching_picture(tables(), "all", 0.5, *costs)) for costs in ((500, 20), (0, 20)))
    assert (strict["Cheapest threshold"], loose["Cheapest threshold"]) == (0.8, 0.5)
    assert numbers(matching_picture(tables(), "all", 0.5, 0, 0))["Cheapest threshold"] is None


def test_every_place_of_every_control_gives_a_true_sentence():
    explorer = explore_matching(tables(), threshold=0.8)
    controls = explorer.controls
    costs = (controls["cost_false"].min, controls["cost_false"].max)
    for fields, line, false, missed in product(["all", "name"], LINES, costs, costs):
        controls["fields"].value, controls["threshold"].value = fields, line
        controls["cost_false"].value, controls["cost_missed"].value = false, missed
        row = tables()[fields].set_index("threshold").loc[line]
        cost = false * row["false"] + missed * row["missed"]
        assert f"threshold {line:.2f}: " in explorer.view.picture["alt"]
        assert (
            f"{row['false']:.0f} false pairs, {row['missed']:.0f} missed, cost ¥{cost:,.0f}"
            in explorer.view.picture["alt"]
        )
    explorer.reset.click()
    assert "Matching by all, threshold 0.80" in explorer.view.picture["alt"]


def test_the_explorer_refuses_what_it_cannot_show():
    with pytest.raises(ValueError, match="no table for 'phone'"):
        matching_picture(tables(), "phone", 0.8, 1, 1)
    with pytest.raises(ValueError, match=r"The table has no threshold 0\.7"):
        matching_picture(tables(), "all", 0.7, 1, 1)
    with pytest.raises(ValueError, match="same thresholds in each"):
        explore_matching({"a": tables()["all"], "b": tables()["all"].head(2)}, threshold=0.8)
