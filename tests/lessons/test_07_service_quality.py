"""Lesson 07: every number in its text is the one that its code computes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import crmlib as crm

LESSON = "07_service_quality"


def minus(value: float, decimals: int = 2) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")


def test_the_scores(lesson):
    item = crm.item_diagnostics(lesson["survey"], [f"p_emp{place}" for place in range(1, 6)]).set_index("item")
    assert lesson.says(f"runs the other way ({minus(item.loc['p_emp5', 'item_total'])})")
    table = lesson["scored"].table.set_index("dimension")
    gap = table["gap"]
    assert lesson.says(
        f"Reliability falls {-gap['reliability']:.2f} points short, responsiveness {-gap['responsiveness']:.2f}"
    )
    assert gap[["tangibles", "assurance", "empathy"]].abs().max() < 0.1  # "the rest is level"
    first = table.loc[["reliability", "responsiveness"], "importance"].sum()
    assert lesson.says(f"Customers give these two {100 * first:.0f} of their 100 points")
    assert lesson.says(
        f"the weighted gap ({minus(table.loc['overall', 'weighted_gap'])}) is worse than the plain one "
        f"({minus(gap['overall'])})"
    )


def test_the_scale(lesson):
    scales = lesson["scales"]
    assert set(scales["alpha"].round(2)) | set(scales["omega"].round(2)) == {0.82, 0.83}
    assert lesson.says("Alpha and omega agree, 0.82 to 0.83")
    assert set(scales["alpha_expected"].round(2)) == {0.89, 0.90}
    assert lesson.says("Expectations are measured even better, 0.89 to 0.90")
    items = crm.service.SERVQUAL["reliability"]
    sides = [lesson["turned"][[f"{way}_{item}" for item in items]].mean(axis=1) for way in "pe"]
    together = sides[0].corr(sides[1])
    assert lesson.says(f"(correlation {together:.2f} for the dimension reliability)")
    alphas = scales.loc["reliability", ["alpha", "alpha_expected"]]
    exact = crm.difference_reliability(*alphas, together, sides[0].std(), sides[1].std())
    assert exact == pytest.approx(lesson["gap_scale"], abs=0.015)
    assert round(lesson["textbook"], 2) == 0.5
    assert crm.parallel_analysis(lesson["turned"], lesson["perceptions"], draws=20)["kept"].sum() == 4
    with_assurance = lesson["by_dimension"]["perception_assurance"].drop("perception_assurance")
    assert lesson.says(
        f"nearly one thing ({with_assurance['perception_empathy']:.2f}; every other pair lies near 0.35)"
    )
    off = lesson["by_dimension"].to_numpy()[np.triu_indices(5, 1)]
    assert np.sort(off)[:-1] == pytest.approx(np.full(9, 0.35), abs=0.025)


def test_gap_or_perception(lesson):
    scores = lesson["scores"]
    explains = crm.compare_predictors(lesson["people"], scores, "sat_overall").set_index("predictor")["strength"]
    assert lesson.says(
        f"The gap explains {100 * explains['gap']:.1f} % of the differences in satisfaction, perception "
        f"{100 * explains['perception']:.0f} %"
    )
    names = crm.compare_predictors(lesson["early"], scores, "leaves").set_index("predictor")
    assert lesson.says(
        f"in {100 * names.loc['perception', 'strength']:.0f} of 100 pairs, the gap in "
        f"{100 * names.loc['gap', 'strength']:.0f}"
    )
    assert names.loc["perception", "lead_low"] > 0
    assert names.loc["weighted_perception", "strength"] - names.loc["perception", "strength"] < 0.005
    assert names["lead"].tolist() == pytest.approx((names["strength"] - names["strength"].iloc[0]).tolist())


def test_branches_by_gap(lesson):
    rank = lesson["ranks"]
    assert rank.loc[36].tolist() == [36, 23, 2]
    assert lesson.says("has the lowest expectations of all and is second by the gap, though only 23rd by perception")
    assert rank.loc[2, ["gap", "perception"]].tolist() == [7, 32]
    assert lesson.says("Branch 2 is 7th by the gap and 32nd by perception")
    assert rank.loc[25, ["expectation", "gap"]].tolist() == [1, 36]
    last = lesson["survey"].query("wave == 2025")
    one = crm.servqual(last, "branch", reverse=["emp5"]).table
    one = one[one["dimension"] == "overall"].set_index("branch")["gap"].rank(ascending=False)
    assert lesson.says(f"branch 36 is {one[36]:.0f}th by gap")


def test_the_funnel(lesson):
    table, paths = lesson["funnel"].table.set_index("stage"), lesson["funnel"].paths.set_index("path")
    assert lesson.says(f"Of 100 problems the bank hears of {100 * table.loc['voiced', 'of_all']:.0f}")
    end = paths.loc["complained, solved", ["problems", "known", "stayed"]].astype(int)
    assert lesson.says(
        f"After {end['problems']:,} solved complaints {end['stayed']:,} customers stayed and "
        f"{end['known'] - end['stayed']} left; for {end['problems'] - end['known']} the half-year"
    )
    assert paths["problems"].idxmax() == "silent, not solved"
    stay = 100 * paths["stay_share"]
    assert lesson.says(f"The largest path, {100 * paths.loc['silent, not solved', 'share']:.0f} %, is silent")
    assert lesson.says(f"{stay['silent, not solved']:.1f} % of those customers are still there half a year later")
    assert lesson.says(f"against {stay['not noticed']:.1f} % of those who never noticed")
    assert lesson.says(f"lie between ({stay['complained, not solved']:.1f} %)")


def test_the_six_branches(lesson):
    record, roads = lesson["record"].set_index("branch"), lesson["roads"].set_index("branch")
    zero = record[record["complaints"] == 0]
    assert len(record) == 36
    assert sorted(zero["churn_rank"]) == [4, 7, 9, 17, 35, 36]
    assert lesson.says("The six stand at ranks 4, 7, 9, 17, 35 and 36")
    for road, branches in {"Solved": (18, 26), "Not noticed": (21, 28), "Not spoken": (2, 4)}.items():
        assert roads.index[roads["road"] == road.lower()].sort_values().tolist() == sorted(branches)
        low, high = (f"{100 * zero.loc[branch, 'churn']:.0f}" for branch in branches)
        assert lesson.says(f"{road} ({branches[0]}, {branches[1]})")
        assert lesson.says(f"hurn {low} and {high} %")
    assert zero.loc[[21, 28], "noticed_share"].between(0.06, 0.08).all()
    assert (zero.loc[[18, 21, 26, 28], "solved_share"] == 1).all()  # of the noticed
    assert (zero.loc[[2, 4], "problem_rate"] > 1).all()
    assert zero.loc[[2, 4], "noticed_share"].round(1).tolist() == [0.8, 0.8]
    assert (1 / zero.loc[[2, 4], "solved_share"]).round().tolist() == [9, 9]
    fewer = crm.zero_complaint_roads(lesson["record"], noticed_below=0.05).set_index("branch")["road"]
    assert fewer[[21, 28]].tolist() == ["solved", "solved"]  # answer 4
    low, high = 100 * zero.loc[28, ["churn_low", "churn_high"]].astype(float)
    assert lesson.says(f"may be anything from {low:.0f} to {high:.0f} %. Its rank of {zero.loc[28, 'churn_rank']} is")


def test_what_goes_with_churn(lesson):
    record = lesson["record"]
    both = {36: record, 34: record[~record["branch"].isin([2, 4])]}
    found = {
        n: {rate: stats.pearsonr(frame[rate], frame["churn"]) for rate in lesson["rates"]} for n, frame in both.items()
    }
    r = {n: {rate: one.statistic for rate, one in rates.items()} for n, rates in found.items()}
    assert lesson.says(f"({minus(r[36]['complaint_rate'])}; without the two +{r[34]['complaint_rate']:.2f})")
    assert lesson.says(f"Unsolved problems seem to (+{r[36]['unsolved_rate']:.2f})")
    assert lesson.says(
        f"without them +{r[34]['unsolved_rate']:.2f}, and {len(both[34])} branches cannot tell that from zero"
    )
    assert all(one.pvalue > 0.05 for one in found[34].values())
    assert found[36]["complaint_rate"].pvalue > 0.05
    problems = lesson["problems"]
    rest = crm.complaint_funnel(problems[~problems["branch"].isin([2, 4])], stayed="stayed").paths.set_index("path")
    less = rest.loc["not noticed", "stay_share"] - rest.loc["silent, not solved", "stay_share"]
    assert lesson.says(f"the silent stay {100 * less:.1f} points less often")


def test_answered_complainers(lesson):
    raw = crm.adjusted_difference(lesson["survey"], "attachment", "complaint", "none").set_index("group")["raw"]
    assert lesson.says(f"Answered complainers are {raw['answered']:.2f} points more attached")
    assert lesson.says(f"the unanswered are {raw['not answered']:.2f} points more attached")
    satisfied = lesson["satisfied"][["adjusted", "adjusted_low", "adjusted_high"]]
    value, low, high = satisfied.loc[("attachment", "answered")]
    assert lesson.says(f"({value:.2f}, interval {minus(low)} to {high:.2f})")
    costs = satisfied["adjusted"].xs("not answered", level="group")
    assert lesson.says(f"an unanswered one costs {-costs['attachment']:.2f} points of ten")
    value, low, high = satisfied.loc[("and perception", "answered")]
    assert lesson.says(f"it is {minus(value)} ({minus(low)} to {high:.2f}) and {minus(costs['and perception'])}")
    assert lesson["bank"].truth["problem.mark_resolved"] == -0.05
    assert lesson.says("An answered complaint leaves −0.05 SD of satisfaction on record")


def test_importance(lesson):
    weights, placed = lesson["weights"].set_index("attribute"), lesson["placed"].set_index("attribute")
    value, other = weights.loc["value"], weights.loc["relationship"]
    assert weights["weight"].idxmax() == "value"
    assert lesson.says(f"multiplies the odds of being chosen by {value['odds']:.2f}")
    for row in (value, other):
        assert lesson.says(f"({row['weight']:.2f}; {row['low']:.2f} to {row['high']:.2f})")
    assert other["high"] > value["low"]  # the intervals overlap
    lead = placed["lead"]
    assert lesson.says(f"a rival does it {-lead['value']:.1f} points of 100 better")
    assert lesson.says(f"in brand the best rival is {-lead['brand']:.1f} points ahead")
    assert lesson.says(f"the bank leads, by {lead['relationship']:.1f}")
    assert placed.loc["value", "quadrant"] == "keep up the good work"
    assert lesson["study"]["rater"].nunique() == 1_500
    assert lesson["rated"]["customer"].nunique() == 600
    means = lesson["classes"].set_index(["class", "attribute"])
    rank = means["rank"]
    first = {("industrial", "emergency repair"): 1, ("industrial", "technical support"): 2, ("industrial", "price"): 7}
    assert all(rank[key] == place for key, place in (first | {("residential", "price"): 2}).items())
    assert rank["residential", "training"] == 7
    industry = means.loc["industrial"]
    function = industry.loc[["reliability of supply", "power quality"]]
    assert (industry.loc[["emergency repair", "technical support"], "low"] > function["high"].max()).all()
    assert (industry.loc["upgrades", "importance"] > function["importance"]).all()
    assert lesson.says(
        f"training ({industry.loc['training', 'importance']:.2f}) is level with function (reliability of supply "
        f"{function['importance'].iloc[0]:.2f}, power quality {function['importance'].iloc[1]:.2f})"
    )
    assert abs(industry.loc["training", "importance"] - function["importance"]).max() < 0.01


def test_the_explorer(lesson):
    grid = lesson["grid"]

    def verdicts(who: str, cut: float) -> pd.Series:
        rows = grid[grid["group"] == who]
        found = crm.importance_performance(rows, importance_cut=20, performance_cut=cut)
        return found.set_index("attribute")["quadrant"].astype("str")

    at = {cut: verdicts("Harbour Bank", cut) for cut in (65, 68, 70)}
    same = at[65].index[at[65] == at[70]]
    assert same.tolist() == ["assurance"]
    assert lesson.says("four of the five verdicts change between 65 and 70; only assurance stays")
    assert [at[cut]["reliability"] for cut in (68, 70)] == ["keep up the good work", "concentrate here"]
    classes = [f"Delta Power, {name}" for name in ("residential", "commercial", "industrial")]
    low = pd.DataFrame({name: verdicts(name, 65) for name in classes})
    assert low.index[low.ne(low.iloc[:, 0], axis=0).any(axis=1)].tolist() == ["responsiveness"]
    assert low.loc["responsiveness"].tolist() == ["concentrate here", "concentrate here", "keep up the good work"]
    high = pd.DataFrame({name: verdicts(name, 70) for name in classes})
    assert high.eq(high.iloc[:, 0], axis=0).all(axis=None)
    ours = lesson["scored"].table.set_index("dimension")["importance"].drop("overall")
    assert ours.idxmax() == "reliability"


def test_months_and_the_panel(lesson):
    months = lesson["chart"].points.set_index("time")
    flagged = months[months["signal"] != ""]
    assert flagged.index.strftime("%Y-%m").tolist() == ["2024-08", "2024-09", "2025-04", "2025-07"]
    outside = (months["value"] < months["low"]) | (months["value"] > months["high"])
    assert (outside.sum(), len(months)) == (4, 36)
    assert lesson.says("Four of 36 months lie outside the limits. The other 32 wander between 77 and 82")
    rest = months.drop(flagged.index)["value"]
    assert 77 < rest.min() < rest.max() < 82
    assert lesson["bank"].pulse["answered"].mean() == pytest.approx(220, abs=3)
    assert abs(80.1 - 79.0) < 3 * lesson["chart"].table["sigma"].iloc[0]  # question 3: inside the limits
    panel = crm.invitation_effect(lesson["panel"], "outcome", took_part="responded").set_index("kind")
    per = 100 * panel[["effect", "low", "high"]].astype(float)
    assert lesson.says(f"half of {len(lesson['panel']):,} customers")
    assert lesson.says(f"left {-per.loc['naive', 'effect']:.1f} points less often than the control group")
    causal = per.loc["causal"]
    assert lesson.says(
        f"{minus(causal['effect'], 1)} points, anything from {minus(causal['low'], 1)} to +{causal['high']:.1f}"
    )
    came = panel["taken_up"].iloc[0]
    assert lesson.says(f"divides it by the {100 * came:.0f} % who came: {minus(causal['effect'] / came, 1)} points")
    assert per.loc["causal, for takers", "effect"] == pytest.approx(causal["effect"] / came)
    assert lesson["bank"].truth["satisfaction.taking_part"] == 0.3


def test_what_agents_code(lesson):
    contacts, coded = lesson["bank"].contacts, lesson["coded"]
    assert lesson.says(f"Agents coded {100 * coded.loc[True, 'share of contacts']:.0f} % of contacts as resolved")
    assert lesson.says(f"Of those, {100 * coded.loc[True, 'mean']:.0f} % came back")
    settled = 1 - contacts["repeat_within_7_days"].mean()
    assert lesson.says(
        f"{100 * settled:.0f} % of contacts settled the matter, not {100 * contacts['coded_resolved'].mean():.0f}"
    )


def test_the_decision(lesson):
    record, problems = lesson["record"].set_index("branch"), lesson["problems"]
    churn = 100 * record["churn"]
    everybody = 100 * record["left"].sum() / record["customer_years"].sum()
    assert lesson.says(
        f"branches 2 and 4 have none and lose {churn[2]:.0f} and {churn[4]:.0f} % a year, all branches together "
        f"{everybody:.0f} %"
    )
    assert (100 * record.loc[[2, 4], "churn_low"] > everybody).all()
    paths = lesson["paths"]
    silent, quiet = paths.loc["silent, not solved"], paths.loc["not noticed"]
    share = [one["stayed"] / one["known"] for one in (quiet, silent)]
    error = np.sqrt(sum(p * (1 - p) / one["known"] for p, one in zip(share, (quiet, silent), strict=True)))
    year = silent["problems"] / 3
    each = share[0] - share[1]
    assert lesson.says(
        f"about {each * year:.0f} for the silent problems ({(each - 1.96 * error) * year:.0f} to "
        f"{(each + 1.96 * error) * year:.0f}), with ¥{each * year * lesson['worth'] / 1000:.0f} thousand"
    )
    assert lesson.says(f"against {lesson['levers'].loc['complained, not solved', 'customers']:.0f} for unanswered")
    hushed = problems[problems["noticed"] & ~problems["voiced"] & ~problems["resolved"]]
    assert lesson.says(f"branches 2 and 4 hold {100 * hushed['branch'].isin([2, 4]).mean():.0f} % of the silent")
    low, high = (100 * record.loc[[18, 26], name] for name in ("churn_low", "churn_high"))
    assert lesson.says(f"({low[18]:.0f} to {high[18]:.0f} %, {low[26]:.0f} to {high[26]:.0f} %)")
    assert (high > everybody).all()
    assert record.sort_values("churn").index[:3].tolist() == [13, 11, 35]
    assert (record.loc[[13, 11, 35], "complaints"] > 50).all()


def test_the_truth_and_the_answers(lesson):
    truth = lesson["bank"].truth
    word = {"solves": "solved", "hides": "not noticed", "silences": "not spoken"}
    roads = lesson["roads"]
    assert roads["road"].tolist() == lesson["kinds"].loc[roads["branch"]].map(word).tolist()
    checks = lesson["checks"].T.astype(float)
    assert (checks["found"] - checks["truth"]).abs().max() < 0.06
    assert truth["choice.value"] == checks.loc["weight of value", "truth"]
    problems = lesson["problems"]
    kinds = crm.complaint_funnel(problems, by="kind").paths
    quiet = kinds[kinds["path"] == "silent, not solved"].set_index("kind")["share"]
    error = np.sqrt(quiet * (1 - quiet) / problems["kind"].value_counts())
    assert quiet.max() - 1.96 * error[quiet.idxmax()] < quiet.min() + 1.96 * error[quiet.idxmin()]  # answer 5
