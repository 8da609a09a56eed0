"""Lesson 08: every number in its text is the one that its code computes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import crmlib as crm
from crmlib.companies import load_utility
from crmlib.loyalty import LOYALTY_TYPES, STAY_REASONS, defection_gain, loyalty_rules, loyalty_types
from tests.loyalty.test_truth import utility_rows

LESSON = "08_loyalty"


@pytest.fixture(scope="module", autouse=True)
def _own_options():
    """The lesson sets an option of pandas for itself, not for other tests."""
    with pd.option_context("display.max_colwidth", 50):
        yield


def test_the_eight_show_every_type_and_crm_agrees_with_the_hand(lesson):
    typed = lesson["typed"]
    assert set(typed["type"]) == {*LOYALTY_TYPES, "no loyalty"}
    by_hand = lesson["eight"]["by_hand"].replace({"habit": "inertia"})
    clear = by_hand != "low and low"
    assert (by_hand[clear] == typed.loc[clear, "type"].astype("str")).all()
    assert set(typed.loc[~clear, "type"]) == {"price", "no loyalty"}


def test_what_the_lesson_says_of_types(lesson):
    shares = 100 * lesson["shares"]
    assert lesson.says(f"And {shares.loc['monopoly', 'Delta Power']:.0f} of 100 are grey")
    assert lesson.says(f"Its largest group, {shares.loc['latent', 'Harbour Bank']:.0f} %, is latent")
    assert shares["Harbour Bank"].idxmax() == "latent"
    assert (shares["Harbour Bank"][["premium", "latent", "price", "no loyalty"]] > 10).all()  # every corner is full
    why = 100 * lesson["why"]
    assert [round(why[name]) for name in ("premium", "monopoly")] == [5, 65]
    assert 29 < 100 - why["premium"] - why["monopoly"] < 31
    liked = 100 * lesson["liked"].sum() / lesson["buyers"]["weight"].sum()
    assert [round(liked.sum()), round(liked["no"])] == [17, 12]
    assert liked["yes"] == pytest.approx(why["premium"])
    assert lesson.says("Five of 100. Seventeen of the hundred are attached, and twelve of these have no choice.")
    assert lesson.says("In all sixty-five have none; the other thirty or so stay")
    moved = lesson["pairs"].query("moved")["customers"].sum()
    assert lesson.says(f"{moved:,} of {len(lesson['bank_2025']):,}: half.")
    assert 0.49 < moved / len(lesson["bank_2025"]) < 0.52
    for cut, count in ((4.5, 628), (5.5, 311)):
        table = loyalty_types(lesson["bank_2025"], attachment_cut=cut).table.set_index("type")
        assert table.loc["premium", "customers"] == count
    assert lesson.says("at an attachment cut of 4.5 the bank has 628 premium customers, at 5.5 only 311.")


def test_the_rules_are_shown_without_losing_one(lesson):
    ways, rules = lesson["ways"], lesson["rules"]
    other = ways["reason"] == "any other"
    assert ways.loc[other, "type"].tolist() == ["latent", "premium"]
    written_out = ways["reason"].replace("any other", lesson["five"]).str.split(", ").str.len()
    assert written_out.sum() == len(rules)
    assert set(lesson["five"].split(", ")) == set(STAY_REASONS) - {"no alternative"}


def test_the_answers_to_the_explorer(lesson):
    bank, power = lesson["bank_2025"], lesson["power_2025"]

    def counts(survey, **changes):
        return loyalty_types(survey, **changes).table.set_index("type")["customers"]

    start, high, low = counts(bank), counts(bank, attachment_cut=6), counts(bank, repurchase_cut=30)
    assert lesson.says(
        f"attachment cut 6: premium falls from {start['premium']} to {high['premium']} and latent from {start['latent']} to "
        f"{high['latent']}, both by 60 %"
    )
    assert [round(100 * (1 - high[one] / start[one])) for one in ("premium", "latent")] == [60, 60]
    pairs = crm.compare_types(loyalty_types(bank), loyalty_types(bank, attachment_cut=6)).query("moved")
    went = pairs.groupby("first")["second"].agg(set)
    assert went["premium"] == {"price", "inertia", "convenience", "incentive"}
    assert went["latent"] == {"price", "no loyalty"}
    assert lesson.says(f"repurchase 30: {low['latent']} of the {start['latent']} latent customers are left")
    moved = crm.compare_types(loyalty_types(bank), loyalty_types(bank, repurchase_cut=30)).query("moved")
    assert set(moved.loc[moved["first"] == "latent", "second"]) == {"premium"}
    textbook = counts(bank, rules=loyalty_rules("textbook"))
    assert lesson.says(f"latent holds {textbook['latent']} other people, and the {textbook['unnamed']} are unnamed")
    assert textbook["unnamed"] == start["latent"]
    monopoly = {counts(power, attachment_cut=a, repurchase_cut=r)["monopoly"] for a in (1, 4, 7) for r in (0, 50, 100)}
    assert monopoly == {664}
    assert lesson.says("Delta Power: 664 monopoly, at every cut")


def test_what_the_lesson_says_of_indices_and_choice(lesson):
    bank = lesson["agree"]["Harbour Bank"].set_index(["first", "second"])
    assert lesson.says(f"go together a little ({bank.loc[('affective', 'conative'), 'correlation']:.2f})")
    for pair in (("affective", "behavioural"), ("behavioural", "conative")):
        assert bank.loc[pair, "low"] < 0 < bank.loc[pair, "high"]
        assert 0.45 < bank.loc[pair, "disagree"] < 0.55
    power = lesson["agree"]["Delta Power"].set_index(["first", "second"])
    assert lesson.says(f"hangs on attachment at {power.loc[('affective', 'conative'), 'correlation']:.2f}")
    mean, sd, part = lesson["mean"]["intention"], lesson["sd"]["intention"], 100 * lesson["r"] ** 2
    assert lesson.says(
        f"everybody intends to stay ({mean[False]:.1f} of 7, standard deviation {sd[False]:.2f}), and attachment explains "
        f"{part[False]:.0f} %"
    )
    assert lesson.says(
        f"the mean falls to {mean[True]:.1f} (standard deviation {sd[True]:.2f}), and attachment explains {part[True]:.0f} %"
    )
    rows = lesson["answers"].groupby("choice")
    line = {choice: np.polyfit(one["attachment"], one["intention"], 1)[0] for choice, one in rows}
    assert lesson["compare"]["per_point_of_attachment"].to_dict() == pytest.approx(line)
    assert lesson.says(
        f"goes with {line[False]:.2f} points of intention in the one group and with {line[True]:.2f} in the"
    )
    assert lesson["mean"]["attachment"].round(1).tolist() == [3.7, 3.7]
    assert lesson.says("The feeling was there all along, 3.7 in both")


def test_what_the_lesson_says_of_the_opening_and_the_curve(lesson):
    level, slope = lesson["level"].iloc[-1], lesson["slope"].iloc[-1]
    assert lesson.says(
        f"The opening cost {-level['effect']:.1f} points of intention ({-level['high']:.1f} to {-level['low']:.1f})"
    )
    ten = [10 * slope[name] for name in ("effect", "low", "high")]
    assert lesson.says(f"worth {ten[0]:.2f} points of intention more ({ten[1]:.2f} to {ten[2]:.2f})")
    assert lesson["level"]["control_change"].abs().max() < 0.05  # those still closed did not change
    lines = 100 * lesson["curve"].slopes.set_index("group")[["slope", "low", "high"]]
    choice, bank = lines.loc["power, choice"], lines.loc["bank, rivals"]
    assert lesson.says(
        f"{choice['slope']:.1f} points of staying at Delta Power ({choice['low']:.1f} to {choice['high']:.1f})"
    )
    assert lesson.says(f"{bank['slope']:.1f} at the bank ({bank['low']:.1f} to {bank['high']:.1f})")
    assert (lines.loc["power, no choice"] == 0).all()
    bands = lesson["curve"].curve.set_index(["group", "band"])["outcome"]
    top, next_to_top = "90-100", "80-90"
    assert lesson.says(f"of the bank's top band {100 * (1 - bands['bank, rivals', top]):.0f} % are gone within a year")
    kept = {market: [100 * bands[market, band] for band in (next_to_top, top)] for market in bands.index.levels[0]}
    assert lesson.says(
        "of the bank's band 80-90 {:.0f} % stayed, of 90 and above {:.0f} %".format(*kept["bank, rivals"])
    )
    assert lesson.says("at Delta Power with a choice {:.0f} % and {:.0f} %".format(*kept["power, choice"]))
    ends = lesson["curve"].curve.set_index(["group", "band"])
    for market in ("bank, rivals", "power, choice"):
        assert ends.loc[(market, next_to_top), "high"] > ends.loc[(market, top), "low"]  # the intervals overlap
    asked = lesson["answers"].query("wave <= 2024").copy()
    asked["asked"] = pd.to_datetime(asked["wave"].astype("str") + "-06-01")
    early = (asked["class"] == "industrial") & (asked["wave"] == 2023)
    some = asked[early | ((asked["wave"] == 2024) & (asked["class"] != "residential"))]
    wider = 100 * crm.satisfaction_curve(crm.follow_up(some, lesson["exits"]).customers).slopes.iloc[0][
        ["slope", "low", "high"]
    ].astype(float)
    assert lesson.says(f"the 4.9 would be {wider['slope']:.1f} ({wider['low']:.1f} to {wider['high']:.1f})")
    error = lesson["curve"].slopes.set_index("group").loc["power, choice", "error"]
    truth = lesson["utility"].truth["switch.slope_index"]
    assert lesson.says(
        f"Our slope of −{choice['slope'] / 100:.3f} has an error of {error:.3f}: the truth of −{-truth:.3f} lies two",
    )
    assert 1.5 < (choice["slope"] / 100 + truth) / -error < 2.5


def test_counted_by_months_the_slope_is_what_the_lesson_says(lesson):
    by_month = {row[0]: row for row in utility_rows(load_utility())[0]}
    _, slope, error, truth = by_month["switch.slope_index"]
    assert lesson.says(f"the answers give −{-slope:.3f} with an error of {error:.3f}: one error away")
    assert abs(slope - truth) < error


def test_what_the_lesson_says_of_money(lesson):
    each = lesson["yearly"]["per_customer"]
    assert lesson.says(
        f"at a loss of ¥{-each['residential']:.0f} a year. A shop brings ¥{each['commercial']:,.0f}",
    )
    assert lesson.says(f"a plant ¥{each['industrial']:,.0f}.")
    worth = lesson["worth"]
    assert lesson.says(
        "ten points are worth ¥{:.2f} million, by the interval {:.2f} to {:.2f}".format(*worth.loc["all"])
    )
    assert lesson.says("¥{1:.2f} to {2:.2f} million. For".format(*worth.loc["industrial"]))
    assert lesson.says("¥{:.2f} million ({:.2f} to {:.2f})".format(*worth.loc["commercial"]))
    assert lesson.says(f"stays below ¥{worth.loc['all', 'low']:.2f} million a year for ten points")
    assert lesson.says(f"Shops alone would pay for ¥{worth.loc['commercial', 'low']:.2f} million")
    lines, margin = lesson["lines"], lesson["business"]
    assert lesson.says(f"plants bring {100 * margin['industrial'] / margin.sum():.0f} % of that margin")
    plants = lines.loc["industrial"]
    assert lesson.says(
        f"from {plants['answers']:.0f} answers, is {100 * plants['slope']:.1f} points with an interval from "
        f"{100 * plants['low']:.1f} to {100 * plants['high']:.1f}"
    )
    count = lesson["yearly"].loc["industrial", "customers"]
    assert lesson.says(f"ask all {count} plants in the next two waves. With {2 * count} answers instead of")
    error = 100 * (plants["high"] - plants["low"]) / 2 / 1.96
    assert lesson.says(f"falls from {error:.1f} points to about {error * (plants['answers'] / (2 * count)) ** 0.5:.1f}")
    rows = lesson["free"].query("`class` == 'industrial'")
    left = 1 - rows["stayed"].mean()
    assert round(100 * 1.96 * (2 * left * (1 - left) / (count / 2)) ** 0.5) == 7
    assert lesson.says(
        f"{count // 2} plants against {count // 2} tell a difference in leaving only from about 7 points on"
    )
    five = lesson["gains"].query("years == 5")["gain_percent"]
    assert lesson.says(f"Over five years the gain is {five.min():.0f} to {five.max():.0f} %")
    endless = pd.DataFrame({"retention": 0.88, "margin": 500, "discount": 0.10, "years": 200, "growth": [0.10, 0.0]})
    grown, level = defection_gain(endless)["gain_percent"]
    assert grown == pytest.approx(
        100 * (0.93 / 0.07 / (0.88 / 0.12) - 1), rel=1e-5
    )  # growth and discount cancel: r / (1 - r)
    assert lesson.says(f"grows by 10 % a year the gain is {grown:.0f} % instead of {level:.0f} %")
    own = defection_gain(lesson["own"])
    assert lesson.says(f"worth ¥{own.loc['all', 'gain']:.0f} for each average customer over five years")
    assert lesson.says(f"{own.loc['all', 'gain_percent']:.0f} %. But who is saved")
    margin = lesson["own"]["margin"]
    assert lesson.says(
        f"(¥{margin['those who left']:.0f} against ¥{margin['all']:.0f}), which makes it ¥{own.loc['those who left', 'gain']:.0f}",
    )
    assert 0.15 < 1 - margin["those who left"] / margin["all"] < 0.25  # a fifth less


def test_what_the_lesson_says_of_loyal_customers_and_levers(lesson):
    found = lesson["effects"].set_index("effect")
    assert lesson.says(f"a higher price is fine (+{found.loc['say: +5 % is fine', 'adjusted']:.2f})")
    assert lesson.says(f"would recommend (+{found.loc['say: would recommend', 'adjusted']:.2f})")
    assert lesson.says(f"They hold more products (+{found.loc['hold more products', 'adjusted']:.2f})")
    for name in (
        "add products next year",
        "bring a customer",
        "cost more to serve",
        "contribute more",
        "stay a year on",
    ):
        assert found.loc[name, "adjusted_low"] < 0 < found.loc[name, "adjusted_high"]
    assert found.loc["stay a year on", "naive_low"] > 0
    assert lesson.says(f"Staying is +{found.loc['stay a year on', 'naive']:.2f} naively")
    assert abs(lesson["told"]["tenure"].corr(lesson["told"]["contribution"])) < 0.01
    tested = lesson["tested"].set_index("effect")
    assert lesson.says(f"(+{tested.loc['discounts', 'adjusted']:.2f} when adjusted for satisfaction")
    assert lesson.says(f"image falls to +{tested.loc['image', 'adjusted']:.2f}")
    lot = tested.loc["special_by_lot"]
    low, high = lot["adjusted_low"], lot["adjusted_high"]
    assert lesson.says(f"+{lot['adjusted']:.2f}, from −{-low:.2f} to +{high:.2f}, with {lot['answers']:.0f} answers")
    assert tested["adjusted"].drop("special_by_lot").idxmax() == "discounts"
    truth = lesson["bank"].truth
    assert lesson.says(f"follow attachment ({truth['economic.attachment']} standard deviations for one)")
    arrows = truth.parameters.index
    assert set(lesson["arrows"].index) == {"attachment.commitment", "attachment.satisfaction"}
    assert truth["satisfaction.economic"] == 0
    assert "commitment.economic" not in arrows


def test_the_check_question_moves_a_few_dozen(lesson):
    rules = lesson["rules"].copy()
    rules.loc[rules["reason"] == "no alternative", "type"] = "inertia"
    before = lesson["found"]["Harbour Bank"].customers["type"].astype("str")
    after = loyalty_types(lesson["bank_2025"], rules=rules).customers["type"].astype("str")
    assert 10 < (before != after).sum() < 60
