"""Three formulas, ranks and classes: by hand, against a slow oracle, and what must and must not be invariant."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from crmlib.satisfaction import (
    FORMULAS,
    classify_satisfaction,
    formula_ranks,
    item_scores,
    satisfaction_scores,
)

THREE = ["expectation", "perception", "ideal"]


def survey(rows: list[tuple], branch: list | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=THREE, dtype=float)
    frame.insert(0, "customer", range(1, len(frame) + 1))
    return frame if branch is None else frame.assign(branch=branch)


# Four customers of branch A, four of B. A: expectations differ widely. B: all alike, and far from the ideal.
EIGHT = survey(
    [(1, 4, 5), (7, 4, 5), (6, 5, 6), (6, 5, 6), (4, 4, 7), (4, 4, 7), (4, 5, 7), (4, 4, 7)], list("AAAABBBB")
)


def test_eight_customers_by_hand():
    found = satisfaction_scores(EIGHT, "branch").table.set_index("branch")
    a, b = found.loc["A"], found.loc["B"]
    assert a["gap"] == (3 - 3 - 1 - 1) / 4
    assert a["mean_ratio"] == pytest.approx((4 / 1 + 4 / 7 + 5 / 6 + 5 / 6) / 4)
    assert a["ratio_of_means"] == 18 / 20
    assert a["ideal_gap"] == 1
    assert (b["gap"], b["mean_ratio"], b["ratio_of_means"], b["ideal_gap"]) == (0.25, 1.0625, 17 / 16, 2.75)
    # below expectation on average, and yet a mean ratio of 1.56
    assert a["perception"] < a["expectation"]
    assert a["mean_ratio"] > 1.5
    assert found["answers"].tolist() == [4, 4]


def test_ranks_of_eight_customers_part():
    found = formula_ranks(EIGHT, "branch", formulas=list(FORMULAS))
    ranks = found.table.set_index("branch")
    assert ranks.loc["A", list(FORMULAS)].tolist() == [2, 1, 2, 1, 1]
    assert ranks.loc["B", list(FORMULAS)].tolist() == [1, 2, 1, 2, 2]
    assert ranks["spread"].tolist() == [1, 1]
    pairs = found.agreement.set_index(["first", "second"])
    assert pairs.loc[("gap", "mean_ratio"), ["kendall", "pairs", "reversed", "same_best"]].tolist() == [-1, 1, 1, False]
    assert pairs.loc[("gap", "ratio_of_means"), ["kendall", "reversed", "same_best"]].tolist() == [1, 0, True]
    assert pairs["clearly_reversed"].sum() == 0  # four answers each


def test_equal_groups_share_the_better_rank():
    rows = [(4, 5, 6), (4, 5, 6), (5, 5, 6)]
    ranks = formula_ranks(survey(rows, ["A", "B", "C"]), "branch").table
    assert ranks["gap"].tolist() == [1, 1, 3]
    assert ranks["ideal_gap"].tolist() == [1, 1, 1]
    assert ranks["mean_ratio"].dtype == "int64"


def test_one_answer_has_a_score_but_no_interval():
    found = formula_ranks(survey([(4, 5, 6), (4, 5, 6), (5, 6, 7)], ["A", "B", "B"]), "branch").scores
    alone = found[found["branch"] == "A"]
    assert alone["score"].notna().all()
    assert alone[["se", "low", "high"]].isna().all(axis=None)
    assert found.loc[found["branch"] == "B", ["low", "high"]].notna().all(axis=None)


def test_classes_with_a_zone_of_tolerance():
    four = survey([(5, 4.5, 7), (5, 5.5, 7), (5, 5.6, 7), (5, 4.4, 7)])
    assert classify_satisfaction(four).customers["class"].tolist() == [
        "satisfied", "satisfied", "delighted", "dissatisfied"
    ]  # fmt: skip
    ratio = classify_satisfaction(four, formula="ratio", tolerance=0.1)
    assert ratio.customers["class"].tolist() == ["satisfied", "satisfied", "delighted", "dissatisfied"]
    assert ratio.table[["dissatisfied", "satisfied", "delighted"]].iloc[0].tolist() == [0.25, 0.5, 0.25]
    assert classify_satisfaction(four, tolerance=0).table["satisfied"].tolist() == [0]
    # 4.4 − 3.9 is a little more than 0.5 to a computer, and still within a tolerance of 0.5
    assert 4.4 - 3.9 > 0.5
    assert classify_satisfaction(survey([(3.9, 4.4, 7)])).customers["class"].tolist() == ["satisfied"]


def test_items_by_hand():
    items = pd.DataFrame(
        {
            "customer": [1, 2, 3, 4],
            "a1": [7, 6, 2, 1],
            "a2": [1, 3, 5, 7],  # worded the other way round
            "a3": [6, np.nan, 3, np.nan],
            "b1": [4, 4, np.nan, 5],
        }
    )
    found = item_scores(items, {"a": ["a1", "a2", "a3"], "b": ["b1"]}, reverse=["a2"])
    assert found.customers["a"].tolist() == [(7 + 7 + 6) / 3, (6 + 5) / 2, (1 + 1) / 2]
    assert found.customers["customer"].tolist() == [1, 2, 4]
    assert found.excluded.to_numpy().tolist() == [["too few items answered", 1, "2"]]
    assert found.table["items"].tolist() == [3, 1]
    assert item_scores(items, {"a": ["a1", "a2", "a3"]}, reverse=["a2"], least=1).customers["customer"].tolist() == [
        1,
        3,
    ]


def test_a_forgotten_reversed_item_is_noticed_and_a_weak_one_is_not():
    draws = np.random.default_rng(5)
    felt = draws.normal(4, 1.2, 200)
    answers = pd.DataFrame({f"q{n}": np.clip(np.rint(felt + draws.normal(0, 1, 200)), 1, 7) for n in range(1, 5)})
    answers = answers.assign(customer=range(200), q4=8 - answers["q4"], q5=draws.integers(1, 8, 200))
    with pytest.raises(ValueError, match=r"Item 'q4' runs against the other items of 'trust' \(correlation -0\.\d\d"):
        item_scores(answers, {"trust": ["q1", "q2", "q3", "q4"]})
    right = item_scores(answers, {"trust": ["q1", "q2", "q3", "q4"]}, reverse=["q4"]).customers["trust"]
    assert np.corrcoef(right, felt)[0, 1] > 0.85
    with pytest.raises(ValueError, match="turns it round a second time"):
        item_scores(answers, {"trust": ["q1", "q2", "q3"]}, reverse=["q3"])
    item_scores(answers, {"trust": ["q1", "q2", "q3", "q5"]})  # unrelated, not reversed
    item_scores(answers, {"trust": ["q1", "q2", "q3", "q4"]}, check_direction=False)


# ------------------------------------------------------------------------------------------------- oracle and properties

answer = st.integers(1, 7)
rows = st.lists(st.tuples(answer, answer, answer), min_size=2, max_size=40)
branched = st.lists(st.tuples(answer, answer, answer, st.sampled_from("ABCD")), min_size=2, max_size=40).filter(
    lambda several: len({one[3] for one in several}) > 1
)


def of(several: list[tuple]) -> pd.DataFrame:
    return survey([one[:3] for one in several], [one[3] for one in several])


@settings(max_examples=50)
@given(several=branched)
def test_scores_and_ranks_agree_with_loops(several):
    found = formula_ranks(of(several), "branch", formulas=list(FORMULAS))
    slow = {}
    for branch in sorted({one[3] for one in several}):
        people = [one for one in several if one[3] == branch]
        n = len(people)
        slow[branch] = {
            "gap": sum(p - e for e, p, _, _ in people) / n,
            "mean_ratio": sum(p / e for e, p, _, _ in people) / n,
            "ratio_of_means": sum(p for _, p, _, _ in people) / sum(e for e, _, _, _ in people),
            "ideal_gap": sum(i - p for _, p, i, _ in people) / n,
            "perception": sum(p for _, p, _, _ in people) / n,
        }
    for name, (_, direction) in FORMULAS.items():
        of_formula = found.scores[found.scores["formula"] == name].set_index("branch")
        for branch, scores in slow.items():
            assert of_formula.loc[branch, "score"] == pytest.approx(scores[name])
            better = sum(direction * other[name] > direction * scores[name] + 1e-9 for other in slow.values())
            assert of_formula.loc[branch, "rank"] == 1 + better
    for pair in found.agreement.itertuples():
        one, two = FORMULAS[pair.first][1], FORMULAS[pair.second][1]
        against = 0
        for a, b in itertools.combinations(slow.values(), 2):
            x, y = one * (a[pair.first] - b[pair.first]), two * (a[pair.second] - b[pair.second])
            against += abs(x) > 1e-9 and abs(y) > 1e-9 and (x > 0) != (y > 0)
        assert pair.reversed == against
        assert pair.clearly_reversed <= pair.reversed


@settings(max_examples=50)
@given(several=branched)
def test_intervals_hold_their_score_and_stay_within_what_the_scale_allows(several):
    scores = formula_ranks(of(several), "branch", formulas=list(FORMULAS)).scores.dropna()
    ends = {
        "gap": (-6, 6),
        "ideal_gap": (-6, 6),
        "mean_ratio": (1 / 7, 7),
        "ratio_of_means": (0, np.inf),
        "perception": (1, 7),
    }
    for row in scores.itertuples():
        low, high = ends[row.formula]
        assert low - 1e-9 <= row.low <= row.score + 1e-9
        assert row.score - 1e-9 <= row.high <= high + 1e-9


@settings(max_examples=50)
@given(several=branched, constant=st.sampled_from([-1, 1, 4, 93]))
def test_differences_do_not_care_where_the_scale_starts(several, constant):
    answers = of(several)
    moved = answers.assign(**{name: answers[name] + constant for name in THREE})
    if constant < 0:
        moved = moved[moved["expectation"] > 0]
        answers = answers[answers["expectation"] + constant > 0]
        if answers["branch"].nunique() < 2:
            return
    scale = (1 + constant, 7 + constant)
    kinds = ["gap", "ideal_gap", "perception"]
    before = formula_ranks(answers, "branch", formulas=kinds).table
    after = formula_ranks(moved, "branch", formulas=kinds, scale=scale).table
    pd.testing.assert_frame_equal(before, after)


def test_ratios_do_care_where_the_scale_starts():
    """Two branches, the same answers: numbered 1-7 one wins by the ratio, numbered 0-6 the other."""
    answers = survey([(2, 3, 7), (2, 3, 7), (4, 5.5, 7), (4, 5.5, 7)], list("AABB"))
    winner = {}
    for name, shift in (("1-7", 0), ("11-17", 10)):
        moved = answers.assign(**{column: answers[column] + shift for column in THREE})
        table = formula_ranks(moved, "branch", scale=(1 + shift, 7 + shift)).table.set_index("branch")
        winner[name] = {formula: table[formula].idxmin() for formula in ("gap", "mean_ratio", "ratio_of_means")}
    assert winner["1-7"] == {"gap": "B", "mean_ratio": "A", "ratio_of_means": "A"}
    assert winner["11-17"] == {"gap": "B", "mean_ratio": "B", "ratio_of_means": "B"}


@settings(max_examples=50)
@given(several=branched, factor=st.sampled_from([0.5, 2, 10]))
def test_a_unit_changes_no_rank(several, factor):
    answers = of(several)
    scaled = answers.assign(**{name: answers[name] * factor for name in THREE})
    before = formula_ranks(answers, "branch")
    after = formula_ranks(scaled, "branch", scale=(factor, 7 * factor))
    pd.testing.assert_frame_equal(before.table, after.table)
    ratios = before.scores["formula"].isin(["mean_ratio", "ratio_of_means"])
    np.testing.assert_allclose(before.scores.loc[ratios, "low"], after.scores.loc[ratios, "low"])


@given(several=rows)
def test_swapping_expectation_and_perception(several):
    there = satisfaction_scores(survey(several)).table.iloc[0]
    back = satisfaction_scores(survey(several), expectation="perception", perception="expectation").table.iloc[0]
    assert back["gap"] == pytest.approx(-there["gap"])
    assert back["ratio_of_means"] == pytest.approx(1 / there["ratio_of_means"])
    # The mean of ratios flatters both ways: a bank cannot be above its customers' expectations and below, yet both can be > 1.
    assert back["mean_ratio"] * there["mean_ratio"] >= 1 - 1e-12


def test_the_mean_ratio_is_not_turned_over_by_swapping():
    two = survey([(2, 4, 7), (4, 2, 7)])
    there = satisfaction_scores(two).table.iloc[0]
    back = satisfaction_scores(two, expectation="perception", perception="expectation").table.iloc[0]
    assert there["mean_ratio"] == back["mean_ratio"] == 1.25


@given(several=rows, seen=st.integers(1, 7))
def test_with_one_perception_the_mean_ratio_is_never_below_the_ratio_of_means(several, seen):
    found = satisfaction_scores(survey([(e, seen, i) for e, _, i in several])).table.iloc[0]
    assert found["mean_ratio"] >= found["ratio_of_means"] - 1e-12


@settings(max_examples=50)
@given(several=branched, shuffle=st.randoms())
def test_order_and_repeated_rows_change_nothing(several, shuffle):
    answers = of(several)
    order = list(range(len(answers)))
    shuffle.shuffle(order)
    twice = pd.concat([answers.iloc[order], answers.iloc[order[:3]]])
    found, plain = formula_ranks(twice, "branch"), formula_ranks(answers, "branch")
    pd.testing.assert_frame_equal(found.scores, plain.scores)
    assert found.excluded[["reason", "rows"]].to_numpy().tolist() == [["the same answer again", len(order[:3])]]


@settings(max_examples=50)
@given(several=branched)
def test_groups_add_up_to_the_whole(several):
    answers = of(several)
    groups, whole = satisfaction_scores(answers, "branch").table, satisfaction_scores(answers).table.iloc[0]
    for name in ("gap", "mean_ratio", "ideal_gap", "expectation"):
        assert np.average(groups[name], weights=groups["answers"]) == pytest.approx(whole[name])
    assert np.average(groups["ratio_of_means"], weights=groups["answers"] * groups["expectation"]) == pytest.approx(
        whole["ratio_of_means"]
    )


def test_a_large_sample_has_the_usual_t_interval():
    """Far from the ends of the scale Wilson's interval and Student's are the same to a hundredth."""
    draws = np.random.default_rng(8)
    expectation, perception = draws.integers(3, 6, 4_000), draws.integers(3, 6, 4_000)
    answers = survey(list(zip(expectation, perception, [7] * 4_000, strict=True)), ["A"] * 2_000 + ["B"] * 2_000)
    row = formula_ranks(answers, "branch").scores.query("formula == 'gap' and branch == 'A'").iloc[0]
    gap = (perception - expectation)[:2_000]
    low, high = stats.t.interval(0.95, 1_999, gap.mean(), stats.sem(gap))
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=0.001)


def test_the_ratio_of_means_is_covered():
    """400 samples of 60 answers: the delta method's 95 % interval covers the ratio of the population's means in 92-98 %."""
    draws = np.random.default_rng(12)
    covered = 0
    for _ in range(200):
        felt = draws.normal(0, 1, (120,))
        e = np.clip(np.rint(5 + 1.2 * draws.normal(0, 1, 120)), 1, 7)
        p = np.clip(np.rint(5 + 0.9 * felt), 1, 7)
        frame = survey(list(zip(e, p, [7] * 120, strict=True)), ["A"] * 60 + ["B"] * 60)
        found = formula_ranks(frame, "branch", formulas=["ratio_of_means"]).scores
        covered += ((found["low"] <= RATIO) & (found["high"] >= RATIO)).sum()
    assert 0.92 <= covered / 400 <= 0.98


def _rounded_mean(mean: float, sd: float) -> float:
    """Mean of a normal variable rounded and clipped to 1-7, from the normal distribution."""
    edges = np.concatenate([[-np.inf], np.arange(1.5, 7), [np.inf]])
    return float((np.diff(stats.norm.cdf(edges, mean, sd)) * np.arange(1, 8)).sum())


RATIO = _rounded_mean(5, 0.9) / _rounded_mean(5, 1.2)
