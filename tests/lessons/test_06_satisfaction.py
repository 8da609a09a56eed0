"""Lesson 06: every number in its text is the one that its code computes."""

from __future__ import annotations

from inspect import signature

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import crmlib as crm
from crmlib.show import formulas_picture

LESSON = "06_satisfaction"


def signed(number: float, decimals: int = 2) -> str:
    return f"{number:.{decimals}f}".replace("-", "−")


@pytest.fixture
def ranks(lesson) -> pd.DataFrame:
    return lesson["crossing"].table.set_index("branch")


def test_the_survey(lesson):
    survey, answers = lesson["survey"], lesson["answers"]
    assert lesson.says(
        f"{len(survey):,} customers answered in 2025, {survey['followed_up'].sum()} of them only when phoned"
    )
    e, p, i = answers[["expectation", "perception", "ideal"]].mean()
    assert lesson.says(f"On average customers expect {e:.2f}, perceive {p:.2f}, and would call {i:.2f} ideal")
    assert len(lesson["scored"].excluded) == 0
    assert [len(columns) for columns in lesson["items"].values()] == [22, 22, 5]
    ideals = survey[lesson["items"]["ideal"]]
    assert lesson.says(f"{100 * (ideals >= 6).mean().mean():.0f} % of the ideals are a 6 or a 7")
    assert round(survey["followed_up"].sum() / 36) == 11


def test_the_eight_by_hand(lesson):
    eight = lesson["eight"]
    gap, ratio = eight["P - E"].mean(), eight["P / E"].mean()
    assert lesson.says(
        f"the gap is {signed(gap)}, mean $P$ / mean $E$ is {lesson['P'] / lesson['E']:.2f}. And yet the mean of"
    )
    assert lesson.says(f"their ratios is {ratio:.2f}")
    third = eight.iloc[2]
    assert third["P / E"] == eight["P / E"].max()
    assert lesson.says(
        f"the third customer: expected {third['expectation']:.2f}, perceived {third['perception']:.2f}, a ratio of "
        f"{third['P / E']:.2f}"
    )
    row = crm.satisfaction_scores(eight).table.iloc[0]
    assert row[["gap", "mean_ratio"]].tolist() == pytest.approx([gap, ratio])


def test_the_whole_bank_answers_the_prediction(lesson):
    row = lesson["whole"].iloc[0]
    assert row["perception"] < row["expectation"]
    assert lesson["above_1"] is True
    assert lesson.says(
        f"the gap is {signed(row['gap'])} (below 0: less than expected), the mean ratio {row['mean_ratio']:.2f} (above 1: more"
    )
    assert lesson.says(f"the ratio of means {row['ratio_of_means']:.3f} (below 1: less)")
    moved = crm.satisfaction_scores(lesson["moved"], scale=(0, 6)).table.iloc[0]
    assert lesson.says(f"The mean ratio jumps from {row['mean_ratio']:.2f} to {moved['mean_ratio']:.2f}")
    assert moved[["gap", "ideal_gap"]].tolist() == pytest.approx(row[["gap", "ideal_gap"]].tolist())


def test_the_formulas_part(lesson, ranks):
    assert lesson["best"] == {"gap": 6, "mean_ratio": 6, "ratio_of_means": 6, "ideal_gap": 1}
    assert lesson.says("By the gap and both ratios branch 6 is first; by the distance to the ideal branch 1")
    assert lesson.says(f"which the gap has in place {ranks.loc[1, 'gap']}")
    assert ranks["perception"].idxmin() == 35
    assert lesson.says(f"there branch 35 is first, and branch 6 is {ranks.loc[6, 'perception']}th")
    pairs = lesson["crossing"].agreement.query("first == 'gap'").set_index("second")
    ideal = pairs.loc["ideal_gap"]
    assert lesson.says(
        f"36 branches make {ideal['pairs']} pairs. Gap and distance to the ideal order {ideal['reversed']} of"
    )
    assert lesson.says(f"is {ideal['kendall']:.2f}. Is that chance? In {ideal['clearly_reversed']} pairs")
    assert lesson.says(f"hardly differ ({pairs.loc['ratio_of_means', 'reversed']} pairs)")
    assert pairs.loc["mean_ratio", "reversed"] > pairs.loc["ratio_of_means", "reversed"]


def test_why_they_part(lesson, ranks):
    rows = lesson["rows"]
    assert lesson.says(
        f"Branch 35 is perceived best, {rows.loc[35, 'perception']:.2f}, but its customers expect "
        f"{rows.loc[35, 'expectation']:.2f}"
    )
    assert lesson.says(
        f"Branch 36 is perceived worse, {rows.loc[36, 'perception']:.2f}, by customers who expect only "
        f"{rows.loc[36, 'expectation']:.2f}"
    )
    assert ranks.loc[36, "gap"] == 4
    assert lesson.says(f"(ideal {rows.loc[1, 'ideal']:.2f})")
    assert rows["expectation"].idxmax() == 25 == ranks["gap"].idxmax()
    assert lesson.says(f"because its customers expect {rows.loc[25, 'expectation']:.2f}, more than anywhere else")
    assert set(ranks["gap"].nlargest(3).index) == {25, 12, 34}
    assert lesson.says("(branches 25, 12, 34)")


def test_intervals(lesson):
    scores = lesson["crossing"].scores
    gap = scores[scores["formula"] == "gap"].sort_values("rank")
    count = gap["answers"]
    assert lesson.says(
        f"Between {count.min()} and {count.max()} customers answered per branch, {count.mean():.0f} on average"
    )
    best = gap.iloc[0]
    assert best["branch"] == 6
    assert (gap["high"] >= best["low"]).sum() - 1 == 3
    assert lesson.says("the intervals of three others reach its own")
    middle = gap[gap["rank"].between(5, 26)]
    assert _all_overlap(middle)
    assert lesson.says("From rank 5 to rank 26 every interval overlaps every other")


def test_two_bonuses_are_sure(lesson):
    ahead = lesson["ahead"].set_index("branch")
    assert ahead.index.tolist() == [35, 11, 13, 30, 16, 26]
    assert set(ahead.index) == lesson["six"]["perception"]
    first, second = ahead.loc[35], ahead.loc[11]
    assert lesson.says(
        f"Branch 35 is {first['ahead_of_7th']:.2f} points ahead of rank 7 ({first['low']:.2f} to {first['high']:.2f}), branch "
        f"11 is {second['ahead_of_7th']:.2f} ahead ({second['low']:.2f} to {second['high']:.2f})"
    )
    assert (ahead["low"] > 0).sum() == 2
    assert lesson.says("The intervals of the other four, 13, 30, 16 and 26, hold 0")
    seen, answers = lesson["seen"], lesson["answers"]
    by_scipy = stats.ttest_ind(
        *(answers.loc[answers["branch"] == branch, "perception"] for branch in (11, 6)), equal_var=False
    ).confidence_interval()
    assert (second["low"], second["high"]) == pytest.approx((by_scipy.low, by_scipy.high), abs=0.005)
    sixth = seen.iloc[5]
    margin = 1.96 * np.hypot(seen["se"], sixth["se"])
    like_the_sixth = seen.loc[sixth["score"] - seen["score"] < margin, "rank"]
    assert like_the_sixth.max() == 18
    assert set(range(7, 19)) <= set(like_the_sixth)
    assert lesson.says("rank 6 is within chance of every rank down to 18")
    assert lesson.says("in front of a dozen others")


def _all_overlap(rows: pd.DataFrame) -> bool:
    low, high = rows["low"].to_numpy(), rows["high"].to_numpy()
    return bool((low[:, None] <= high[None, :]).all())


def test_the_zone_of_tolerance(lesson):
    zones = lesson["zones"]
    assert lesson.says(
        f"With half a point of tolerance {100 * zones['±0.5']['dissatisfied']:.0f} % are dissatisfied, with a full point "
        f"{100 * zones['±1.0']['dissatisfied']:.0f} %"
    )
    assert zones["±0.0"]["satisfied"] < 0.02


def test_what_the_explorer_should_have_shown(lesson, ranks):
    rows = lesson["rows"].reset_index()

    def seen(*places: float) -> dict[str, tuple[str, str]]:
        table = formulas_picture(*places, groups=rows)["table"]["rows"]
        return {row[0]: (row[2], row[3], row[1]) for row in table}

    start, less = seen(5.7, 5.6, 6.5, 1.0)["P − E"], seen(4.7, 5.6, 6.5, 1.0)["P − E"]
    assert lesson.says(
        f"so its gap of {signed(lesson['rows'].loc[35, 'gap'])} becomes {start[2]}, and rank {ranks.loc[35, 'gap']} of 36 "
        f"becomes rank {start[1]}"
    )
    assert lesson.says(f"from rank {start[1].split()[0]} to rank {less[1].split()[0]} by the gap")
    needed = next(p for p in np.arange(5.6, 7, 0.1).round(1) if seen(5.7, p, 6.5, 1.0)["P − E"][1].startswith("1 of"))
    assert lesson.says(f"takes a perception of {needed:.1f}")
    assert lesson["rows"]["perception"].max() < needed - 0.5
    apart = seen(5, 5, 6.5, 2.0)
    assert [apart[name][0] for name in ("P − E", "P / E, mean of ratios", "mean P / mean E")] == [
        "satisfied", "delighted", "satisfied"
    ]  # fmt: skip
    assert lesson.says(f"from 1.00 to {(5 / 3 + 5 / 7) / 2:.2f}")
    odd = seen(1, 1.9, 7, 1.0)
    assert (odd["P − E"][1], odd["I − P"][1]) == ("1 of 37", "37 of 37")


def test_layers_ladder_and_index(lesson):
    up = lesson["upwards"].table.set_index("layer")["score"]
    assert lesson.says(f"satisfaction falls from {up['material']:.0f} to {up['social']:.0f}")
    assert np.ptp(lesson["across"].table["score"]) < 5
    steps = 100 * lesson["ladder"].groupby("in_step")[["share", "if_unrelated"]].sum().loc[True]
    assert signature(crm.satisfaction_ladder).parameters["reached"].default == 66.7
    assert lesson.says("A rung counts as reached from 66.7 of 100 on, a mean answer of 5 of 7")
    assert round(100 * (5 - 1) / (7 - 1), 1) == 66.7
    assert lesson.says(f"{steps['share']:.0f} % of customers are in step")
    assert lesson.says(f"nothing to do with each other, {steps['if_unrelated']:.0f} % would be in step")
    assert steps["share"] - steps["if_unrelated"] == pytest.approx(10, abs=1)
    index = lesson["index"].table.sort_values("index", ascending=False)
    first, second = index.iloc[0], index.iloc[1]
    assert (first["branch"], second["branch"]) == (35, 11)
    assert lesson.says(f"leads with {first['index']:.0f} of 100")
    assert lesson.says(f"Its interval, {first['low']:.0f} to {first['high']:.0f}, overlaps that of branch 11")
    assert second["high"] > first["low"]


def test_the_net_promoter_score(lesson):
    change = lesson["change"].set_index("method")
    all_, same = change.loc["all, overlap counted"], change.loc["same customers"]
    assert lesson.says(f"from {all_['before']:.1f} to {all_['after']:.1f}, plus {all_['change']:.1f} points")
    assert lesson.says(f"The interval runs from {signed(all_['low'], 1)} to {all_['high']:.1f}")
    assert lesson.says(
        f"The {same['in_both']:.0f} customers who answered in both years even fell by {-same['change']:.1f}"
    )
    assert lesson.says(f"an interval from {signed(same['low'], 1)} to {same['high']:.1f}")
    assert (change["p"] > 0.3).all()
    assert all_["se"] < change.loc["all, as if independent", "se"]


def test_silence(lesson):
    check = lesson["check"].set_index("method")
    naive, weighted, follow = check.index
    assert lesson.says(
        f"{check['invited'].iloc[0]:,} customers were invited in 2025, and {100 * check['response_rate'].iloc[0]:.0f} %"
    )
    silent = lesson["invited"].loc[~lesson["invited"]["answered"], "followed_up"].mean()
    assert lesson.says(f"the bank drew {100 * silent:.0f} % of the silent by lot")
    truth = lesson["truth_mean"]
    assert lesson.says(f"would have said: {truth:.2f}. Answers as they came say {check.loc[naive, 'mean']:.2f}")
    assert not check.loc[naive, "low"] <= truth <= check.loc[naive, "high"]
    assert not check.loc[weighted, "low"] <= truth <= check.loc[weighted, "high"]
    assert check.loc[follow, "low"] <= truth <= check.loc[follow, "high"]
    percent = lesson["percent"]
    assert abs(percent["the pulse, mean of 2025"] - percent[follow]) < 1 < percent[naive] - percent[follow]
    pulse = lesson["bank"].pulse.query("month >= 2025")
    assert pulse["answered"].sum() > 0.5 * pulse["asked"].sum()
    points = lesson["silent"].set_index("method")["mean"]
    row = lesson["silent"].set_index("method").loc[follow]
    assert lesson.says(
        f"the net promoter score of {points[naive]:.1f}? With the silent it is {points[follow]:.1f} (interval {row['low']:.1f} to "
        f"{row['high']:.1f}): {points[naive] - points[follow]:.0f} of the {points[naive]:.0f} points"
    )


def test_how_to_raise_it(lesson):
    thirds = pd.DataFrame(lesson["thirds"])
    assert (thirds.loc["highest"] - thirds.loc["lowest"]).round(1).tolist() == [1.5, 1.5]
    means = lesson["drivers"].groupby(lesson["sore"].to_numpy())["sat_overall"].mean()
    assert lesson.says(f"goes with {means[False] - means[True]:.1f} points less, in one customer of nine")
    assert round(1 / lesson["sore"].mean()) == 9


def test_the_decision_and_the_truth(lesson):
    six, true_six = lesson["six"], lesson["true_six"]
    moved = 6 - len(six["gap"] & six["ideal_gap"])
    assert moved == 4
    assert lesson.says(f"four of six bonuses change hands: ¥{moved * 100_000:,} hang on a formula")
    assert lesson["true_branch"].nlargest(2).index.tolist() == [35, 11]
    assert len({13, 30, 16, 26} & true_six) == 2
    ranks = lesson["crossing"].table.set_index("branch")
    tau = {name: -lesson["true_branch"].corr(ranks[name], method="kendall") for name in six}
    assert lesson.says(f"Perception alone: τ {tau['perception']:.2f}, and four of the six bonuses")
    assert lesson.says(f"The gap: {tau['gap']:.2f}, and two of six")
    assert [len(six[name] & true_six) for name in ("perception", "gap")] == [4, 2]


def test_the_answers_at_the_end(lesson):
    bank, people = lesson["bank"], lesson["people"]
    survey = bank.survey.query("wave == 2024").merge(people)
    answers = crm.item_scores(survey, lesson["items"], reverse=["e_emp5", "p_emp5"], keep=["branch", "kind"]).customers
    best = crm.formula_ranks(answers, "branch").table.set_index("branch").idxmin()
    assert (best["gap"], best["ideal_gap"]) == (6, 11)
    assert lesson.says("Branch 6 by the gap again")
    assert lesson.says("By the ideal branch 11")
    now = crm.item_scores(lesson["survey"], lesson["items"], reverse=["e_emp5", "p_emp5"], keep="kind").customers
    kinds = crm.satisfaction_scores(now, "kind").table
    assert kinds[["gap", "mean_ratio", "ideal_gap"]].diff().abs().max().max() < 0.08
