"""Lesson 10: every number in its text is the one that its code computes."""

from __future__ import annotations

import numpy as np
import pytest

import crmlib as crm

LESSON = "10_relational_benefits"


def signed(value: float, decimals: int = 2) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")


@pytest.fixture
def paths(lesson):
    return lesson["paths"].table.set_index(["cause", "effect"])


@pytest.fixture
def designs(lesson):
    return lesson["found"].table.set_index(["design", "benefit"])


def test_the_eight_by_hand_and_by_crm(lesson):
    eight = lesson["eight"]
    between = np.polyfit(eight["discounts_new"], eight["attachment_new"], 1)[0]
    within = np.polyfit(lesson["rise"]["discounts"], lesson["rise"]["attachment"], 1)[0]
    assert lesson.says(
        f"a point more of discounts goes with {between:.2f} points more attachment. Within a customer, with {within:.2f}."
    )
    assert lesson["by_crm"]["estimate"].item() == pytest.approx(between)
    assert lesson["change"]["estimate"].item() == pytest.approx(within)


def test_the_paths(lesson, paths):
    estimate = paths["estimate"]
    benefits = estimate.drop(index=["satisfaction", "commitment", *lesson["service"]], level="cause")
    assert benefits.idxmax() == ("confidence", "satisfaction")
    assert lesson.says(f"strongest path from a benefit: {estimate['confidence', 'satisfaction']:.2f}.")
    assert lesson.says(
        f"Confidence → commitment is {estimate['confidence', 'commitment']:.2f}, too small to tell from 0"
    )
    assert paths.loc[("confidence", "commitment"), "low"] < 0
    assert lesson.says(
        f"straight to commitment ({estimate['community', 'commitment']:.2f}); special treatment does both "
        f"({estimate['special', 'satisfaction']:.2f} and {estimate['special', 'commitment']:.2f}). "
        f"Discounts → intention: {signed(estimate['economic', 'intention'])}"
    )
    assert lesson.says(
        f"paths to satisfaction ({estimate['economic', 'satisfaction']:.2f}) and commitment "
        f"({estimate['economic', 'commitment']:.2f}), both clear of 0"
    )
    assert (paths.loc[[("economic", "satisfaction"), ("economic", "commitment")], "low"] > 0).all()


def test_the_parts_of_the_effect(lesson):
    part = lesson["split"].table.set_index("part")
    direct = part.loc["direct"]
    assert lesson.says(
        f"Of a total of {part.loc['total', 'estimate']:.2f}, {part.loc['through satisfaction', 'estimate']:.2f} runs through "
        f"satisfaction and {part.loc['through commitment', 'estimate']:.2f} through commitment; the direct rest is "
        f"{direct['estimate']:.2f} ({signed(direct['low'])} to {direct['high']:.2f})"
    )
    assert 0.78 < part.loc["indirect", "share"] < 0.86  # "about four fifths"


def test_the_long_way_of_confidence(lesson, paths):
    steps = [("confidence", "satisfaction"), ("satisfaction", "commitment"), ("commitment", "intention")]
    first, second, third = (paths.loc[step, "estimate"] for step in steps)
    assert lesson.says(
        f"commitment → intention: {first:.2f} × {second:.2f} × {third:.2f} = {first * second * third:.2f}."
    )
    through = lesson["split"].table.set_index("part").loc["through commitment", "estimate"]
    assert first * second * third / through > 0.85  # "nearly all of it"


def test_words_and_deeds(lesson):
    found = 100 * lesson["deeds"].table.set_index(["effect", "cause"])[["estimate", "low", "high"]]
    words = found["estimate"]["word_of_mouth"] / 100
    assert lesson.says(
        f"rises by {words['satisfaction']:.2f} SD per SD of satisfaction and by {words['commitment']:.2f} per SD of commitment"
    )
    fewer = -found.loc["leaves"]
    satisfied, committed = fewer.loc["satisfaction"], fewer.loc["commitment"]
    assert lesson.says(
        f"goes with {satisfied['estimate']:.2f} fewer leavers among 100 customers ({satisfied['high']:.2f} to "
        f"{satisfied['low']:.2f}), an SD of commitment with {committed['estimate']:.2f} ({committed['high']:.2f} to {committed['low']:.2f})"
    )


def test_an_unsolved_problem(lesson):
    moods = lesson["moods"].set_index("effect")
    assert lesson.says(f"is lower by {-moods.loc['satisfaction', 'estimate']:.2f} SD")
    for name in ("commitment", "attachment"):
        assert moods.loc[name, "low"] < 0 < moods.loc[name, "high"]
    assert lesson.says(
        f"say {-moods.loc['satisfaction', 'estimate']:.2f} SD less; their commitment is lower by {-moods.loc['commitment', 'estimate']:.2f}"
    )


def test_the_five_designs(lesson, designs):
    estimate = designs["estimate"]
    assert lesson["first"] == "economic"
    assert lesson.says(
        f"says discounts, {estimate['alone', 'economic']:.2f}, far ahead of confidence at {estimate['alone', 'confidence']:.2f}."
    )
    assert lesson.says(f"still {estimate['together', 'economic']:.2f}.")
    assert lesson.says(f"they keep {estimate['lagged', 'economic']:.2f}, and nothing else is left")
    lagged = designs.loc["lagged"].drop(index="economic")
    assert (lagged["low"] < 0).all()
    assert designs.loc[("lagged", "economic"), "low"] > 0
    change = designs.loc["change"]
    assert lesson.says(f"0.00 ({signed(change.loc['economic', 'low'])} to {change.loc['economic', 'high']:.2f})")
    assert abs(change.loc["economic", "estimate"]) < 0.005
    others = change["estimate"].drop("economic")
    assert lesson.says(f"special treatment and community keep {others.min():.2f} to {others.max():.2f}")
    assert (change["low"].drop("economic") > 0).all()
    lot = designs.loc[("by lot", "special")]
    assert lesson.says(f"special treatment {lot['estimate']:.2f} ({lot['low']:.2f} to {lot['high']:.2f})")
    survey, gap = lesson["survey"], {}
    for name in ("special", "attachment"):
        score = survey[lesson["scales"][name]].mean(axis=1)
        arms = score.groupby(survey["offered"]).mean()
        gap[name] = (arms[1] - arms[0]) / score.std()
    assert lesson.says(
        f"customers notice by {gap['special']:.2f} SD and their attachment by {gap['attachment']:.2f} SD"
    )
    assert gap["attachment"] / gap["special"] == pytest.approx(lot["estimate"], abs=1e-3)
    assert lesson.says(f"alone and together use {designs.loc[('alone', 'economic'), 'answers']:,}, lagged and change the "
                       f"{designs.loc[('change', 'economic'), 'answers']} pairs")  # fmt: skip


def test_the_designs_corrected_for_error(lesson):
    exact = lesson["exact"].table.query("benefit == 'economic'").set_index("design")
    change, promise = exact.loc["change"], exact.loc["alone", "estimate"]
    assert lesson.says(f"The promise grows (alone {promise:.2f}), and the doubt grows more: change says {signed(change['estimate'])} "
                       f"({signed(change['low'])} to {change['high']:.2f})")  # fmt: skip
    assert 0.45 < change["high"] / promise < 0.58  # "up to half"


def test_what_the_explorer_should_have_shown(lesson):
    from crmlib.show import benefits_picture

    table, costs = lesson["found"].table, {"economic": 80, "special": 110, "community": 90, "confidence": 150}
    alone, change = (
        {one["name"]: one["value"] for one in benefits_picture(design, **costs, evidence=table)["numbers"]}
        for design in ("alone", "change")
    )
    assert max(alone, key=alone.get) == "discounts"
    assert lesson.says(f"discounts are the best buy, {alone['discounts']:.2f} SD for ¥100")
    assert sorted(change, key=change.get)[-2:] == ["special treatment", "community"]
    assert lesson.says(
        f"community ({change['community']:.2f}) and special treatment ({change['special treatment']:.2f}) lead"
    )
    assert change["discounts"] < 0.005
    leads = {}
    for cost in (110, 100):
        numbers = benefits_picture("change", **(costs | {"special": cost}), evidence=table)["numbers"]
        leads[cost] = max(numbers, key=lambda one: one["value"])["name"]
    assert leads == {110: "community", 100: "special treatment"}
    assert lesson.says("at ¥100 special treatment passes community")


def test_the_bonds(lesson):
    ever, before = (lesson[name].set_index("term") for name in ("ever", "before"))
    ratio = "hazard_ratio"
    assert lesson.says(f"A hazard_ratio of {ever.loc['payroll', ratio]:.2f} reads")
    assert lesson.says(
        f"it is {before.loc['payroll', ratio]:.2f}; the adviser goes from {ever.loc['adviser', ratio]:.2f} to "
        f"{before.loc['adviser', ratio]:.2f}"
    )
    truth = lesson["bank"].truth
    off = {
        (name, kind): truth[f"churn.{kind}"] - one.loc[kind, "estimate"]
        for name, one in (("ever", ever), ("before", before))
        for kind in ("adviser", "payroll")
    }
    assert lesson.says(
        f"off by {off['ever', 'adviser']:.2f} for the adviser and {off['ever', 'payroll']:.2f} for payroll"
    )
    assert lesson.says(f"the error is {before.loc['adviser', 'error']:.2f}")
    assert lesson["total"].idxmax() == "confidence"
    assert lesson.says(f"had it before by {off['before', 'adviser']:.2f} and {off['before', 'payroll']:.2f}")


def test_the_value_made_together(lesson):
    shares = lesson["joint"].shares.iloc[0]
    assert lesson.says(f"Any share from {100 * shares['lowest']:.0f} to {100 * shares['highest']:.0f} % pays for both")
    leaving = lesson["joint"].switching.loc[0, "customer"]
    assert lesson.says(f"¥{leaving / 1000:.0f} thousand for the customer in year 0")
    refused = crm.joint_value(300_000, 0.8, 400_000, 250_000)
    theirs = refused.table.set_index("side").loc["customer"]
    assert theirs["net_value"] < 0
    assert lesson.says(f"Its share, ¥{theirs['net_value'] + theirs['investment']:,.0f} in present value")


def test_the_decision(lesson):
    kept, full = lesson["kept"], lesson["full"]
    assert lesson.says(
        f"keeps about {-1000 * kept['estimate']:.0f} of 1,000 (from {-1000 * kept['low']:.0f} kept to {1000 * kept['high']:.0f} lost)"
    )
    assert lesson.says(f"¥80 each makes ¥{lesson['per_saved']:,.0f} per customer kept")
    assert lesson.says(
        f"contributes ¥{lesson['margin']:.0f} a year, {100 * lesson['retention']:.0f} % stay, and so one who is kept is worth "
        f"¥{lesson['worth']:,.0f}"
    )
    assert lesson.says(f"best end of the interval, ¥{lesson['at_best']:,.0f}, would it just pay")
    assert lesson["at_best"] < lesson["worth"] < lesson["per_saved"]
    assert lesson.says(
        f"who contribute ¥{lesson['needed']:,.0f} or more a year, {len(lesson['rich']):,} of the {len(full):,} with all twelve months of "
        f"2025: ¥{lesson['gain'] / 1e6:.2f} million a year"
    )
    arms = lesson["offer"]["arm"].value_counts()
    per_arm = crm.campaign_power(0.119, -0.0147)["per_arm"].iloc[0]
    assert kept["estimate"] == pytest.approx(-0.0147, abs=5e-5)
    assert lesson["offer"].query("arm == 'control'")["outcome"].mean() == pytest.approx(0.119, abs=5e-4)
    assert lesson.says(f"that gives {len(lesson['rich']) // 2:,} in each arm, fewer than the {arms['treated']:,} and {arms['control']:,} "
                       f"that could not tell, and some {round(per_arm, -2):,} in each would")  # fmt: skip
    stay = lesson["stay"].query("benefit == 'economic' and design == 'change'").iloc[0]
    assert abs(stay["estimate"]) < 0.005
    assert lesson.says(f"Nor does intention rise: 0.00 ({signed(stay['low'])} to {stay['high']:.2f})")


def test_all_six_claims_hold_here(lesson):
    claims = lesson["claims"].set_index(["cause", "effect"])
    assert len(claims) == 6
    for row in claims.itertuples():
        holds = row.low < 0 < row.high if row.reported in ("no path", "only through") else row.low > 0
        assert holds, row.claim


def test_the_truth(lesson, paths):
    truth = lesson["truth"]
    assert lesson.says(
        f"estimate {paths.loc[('confidence', 'satisfaction'), 'estimate']:.2f}, truth {truth['confidence', 'satisfaction']:.2f}"
    )
    step = ("satisfaction", "commitment")
    assert lesson.says(f"Satisfaction → commitment: {paths.loc[step, 'estimate']:.2f} and {truth[step]:.2f}")
    total, change = lesson["total"], lesson["found"].table.query("design == 'change'").set_index("benefit")
    assert lesson.says(
        f"confidence {total['confidence']:.2f}, community {total['community']:.2f}, special treatment {total['special']:.2f}; discounts 0"
    )
    assert ((change["low"] < total) & (total < change["high"])).all()
    assert lesson["bank"].truth["economic.attachment"] == 0.5


def test_the_answers_at_the_end(lesson, paths):
    raw = crm.path_model(lesson["survey"], lesson["arrows"], scales=lesson["scales"]).table
    raw = raw.set_index(["cause", "effect"])["estimate"]
    assert lesson.says(
        f"confidence → satisfaction is {raw['confidence', 'satisfaction']:.2f} instead of "
        f"{paths.loc[('confidence', 'satisfaction'), 'estimate']:.2f}"
    )
    assert lesson.says(
        f"({raw['reliability', 'satisfaction']:.2f} instead of {paths.loc[('reliability', 'satisfaction'), 'estimate']:.2f})"
    )
    table = crm.benefit_evidence(lesson["survey"], lesson["benefits"], "intention", adjust_for=lesson["service"]).table
    change = table.query("design == 'change'").set_index("benefit")["estimate"]
    assert change.idxmax() == "confidence"
    assert lesson.says(f"3. Confidence, {change['confidence']:.2f}; discounts 0.00")
    assert abs(change["economic"]) < 0.005
