"""Campaigns as uplift: published examples, a loop, what must hold; lists by value × uplift; costs; the class's variants."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from crmlib.retention import (
    campaign_decision,
    campaign_power,
    campaign_uplift,
    check_lists,
    class_variants,
    compare_lists,
    keep_or_win,
    rank_calls,
    sampling_distribution,
    switching_costs,
    uplift_model,
)
from tests.retention.variants import COLUMNS, FILE, SEEDS, variant


def arms(treated: int, hits: int, control: int, control_hits: int, cost: float = 60.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": ["treated"] * treated + ["control"] * control,
            "outcome": [True] * hits
            + [False] * (treated - hits)
            + [True] * control_hits
            + [False] * (control - control_hits),
            "cost": [cost] * treated + [0.0] * control,
        }
    )


def test_the_interval_is_newcombes():
    """Newcombe (1998), table II, contrast (a): 56 of 70 against 48 of 80, method 10: 0.0524 to 0.3339."""
    found = campaign_uplift(arms(70, 56, 80, 48), wanted="more").iloc[0]
    assert found["uplift"] == pytest.approx(0.2)
    assert [found["low"], found["high"]] == pytest.approx([0.0524, 0.3339], abs=5e-5)


def test_an_arm_without_an_outcome_still_has_an_interval():
    found = campaign_uplift(arms(50, 0, 50, 0)).iloc[0]
    assert found["uplift"] == 0
    assert found["low"] < 0 < found["high"]
    assert np.isnan(found["cost_per_changed"])


def test_cost_per_customer_saved_by_hand():
    """Of 1 000 called 90 left, of 1 000 not called 120: 30 saved for ¥60 000."""
    found = campaign_uplift(arms(1000, 90, 1000, 120)).iloc[0]
    assert found[["changed", "cost", "cost_per_changed"]].tolist() == pytest.approx([30, 60_000, 2000])
    assert found["cost_low"] == pytest.approx(60 / -found["low"])
    assert found["cost_high"] == pytest.approx(60 / -found["high"])
    harm = campaign_uplift(arms(1000, 120, 1000, 90)).iloc[0]
    assert harm["changed"] == pytest.approx(-30)
    assert np.isnan(harm["cost_per_changed"])
    assert harm["cost_high"] == np.inf


def test_groups_are_what_a_loop_finds():
    draws = np.random.default_rng(2)
    members = pd.DataFrame({"arm": draws.choice(["treated", "control"], 600), "group": draws.choice(list("abc"), 600),
                            "outcome": draws.random(600) < 0.2, "cost": 7.0})  # fmt: skip
    found = campaign_uplift(members, by="group").set_index("group")
    for name in "abc":
        alone = campaign_uplift(members[members["group"] == name]).iloc[0]
        pd.testing.assert_series_equal(found.loc[name], alone, check_names=False)


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_what_holds_for_any_campaign(treated, control, data):
    hits, control_hits = data.draw(st.integers(0, treated)), data.draw(st.integers(0, control))
    found = campaign_uplift(arms(treated, hits, control, control_hits)).iloc[0]
    assert -1 - 1e-9 <= found["low"] <= found["uplift"] <= found["high"] <= 1 + 1e-9
    other = campaign_uplift(arms(control, control_hits, treated, hits)).iloc[0]  # arms exchanged
    assert [other["uplift"], other["low"], other["high"]] == pytest.approx(
        [-found["uplift"], -found["high"], -found["low"]]
    )


def test_power_agrees_with_r():
    """R's power.prop.test, examples of its help page: n = 50, .50 and .75: power .740; power .90: n = 76.7."""
    assert campaign_power(0.5, 0.25, per_arm=50)["power"].iloc[0] == pytest.approx(0.740, abs=5e-4)
    assert campaign_power(0.5, 0.25, power=0.9)["per_arm"].iloc[0] == 77


def test_wrong_signs_and_exaggeration_are_gelman_and_carlins():
    """Gelman & Carlin (2014): a true effect of 2 with a standard error of 8.1: power .06, wrong sign .24, exaggeration 9.7."""
    per_arm = round(2 * 0.25 / (0.001 * 8.1 / 2) ** 2)  # a change of .001 with a standard error 4.05 times as large
    found = campaign_power(0.5, 0.001, per_arm=per_arm).iloc[0]
    assert found["power"] == pytest.approx(0.06, abs=0.005)
    assert found["false_sign"] == pytest.approx(0.24, abs=0.005)
    assert found["exaggeration"] == pytest.approx(9.7, abs=0.25)  # theirs is by simulation


def test_power_is_the_share_of_simulated_campaigns_that_find_the_change():
    draws = np.random.default_rng(4)
    n = 400
    treated, control = draws.binomial(n, 0.09, 20_000) / n, draws.binomial(n, 0.14, 20_000) / n
    pooled = (treated + control) / 2
    z = (treated - control) / np.sqrt(2 * pooled * (1 - pooled) / n)
    clear = np.abs(z) > stats.norm.ppf(0.975)
    found = campaign_power(0.14, -0.05, per_arm=n).iloc[0]
    assert found["power"] == pytest.approx(clear.mean(), abs=0.015)
    assert found["exaggeration"] == pytest.approx(np.abs(treated - control)[clear].mean() / 0.05, abs=0.03)


def test_decisions_are_those_of_simulated_campaigns_with_newcombes_interval():
    """20 000 campaigns drawn by lot, read with another library's interval: how often does it lie above, or below, the break-even?"""
    draws, n, even = np.random.default_rng(5), 257, 0.043
    for change in (0.0, 0.043, 0.10, 0.15):
        treated, control = draws.binomial(n, 0.405 + change, 20_000), draws.binomial(n, 0.405, 20_000)
        low, high = confint_proportions_2indep(treated, n, control, n, method="newcomb")
        found = campaign_decision(0.405, change, even, per_arm=n).iloc[0]
        assert found["above"] == pytest.approx((low > even).mean(), abs=0.015)
        assert found["below"] == pytest.approx((high < even).mean(), abs=0.015)


def test_a_decision_against_no_break_even_is_a_test_against_no_change():
    """With a break-even of 0 the chance of the right decision is nearly the power, and so are the numbers needed."""
    for change in (0.05, 0.15, -0.10):
        found = campaign_decision(0.4, change, 0, per_arm=300).iloc[0]
        right = "above" if change > 0 else "below"
        assert found[right] == pytest.approx(campaign_power(0.4, change, per_arm=300)["power"].iloc[0], abs=0.01)
        needed = campaign_decision(0.4, change, 0).iloc[0]
        assert needed["per_arm"] == pytest.approx(campaign_power(0.4, change)["per_arm"].iloc[0], rel=0.02)
        assert 0.8 <= needed[right] < 0.81


@settings(max_examples=40)
@given(st.floats(0.05, 0.5), st.floats(-0.04, 0.4), st.floats(-0.2, 0.2), st.integers(10, 5_000))
def test_what_holds_for_any_decision(base, change, even, n):
    found = campaign_decision(base, [change, even if 0 <= base + even <= 1 else change], even, per_arm=n)
    assert (found[["above", "below", "neither"]].to_numpy() >= 0).all()
    assert found[["above", "below", "neither"]].sum(axis=1).to_numpy() == pytest.approx(1)
    more = campaign_decision(base, change, even, per_arm=2 * n).iloc[0]
    right = "above" if change > even else "below"
    assert more[right] >= found.loc[0, right]
    if 0 <= base + even <= 1:
        assert found.loc[1, ["above", "below"]].tolist() == pytest.approx([0.025, 0.025])


def sleeping_dogs(seed: int, n: int = 3_000) -> pd.DataFrame:
    """Risk and uplift that part: the quiet are driven away, the others kept; value has nothing to do with either."""
    draws = np.random.default_rng(seed)
    quiet, lean = draws.random(n) < 0.3, draws.normal(0, 1, n)
    called = draws.random(n) < 0.5
    log_odds = -2.2 + 0.6 * lean + 0.6 * quiet
    effect = np.where(quiet, 0.5, -0.8)
    p0, p1 = (1 / (1 + np.exp(-(log_odds + shift))) for shift in (0, effect))
    return pd.DataFrame(
        {"lean": lean, "quiet": quiet, "arm": np.where(called, "treated", "control"), "cost": 60.0 * called,
         "outcome": draws.random(n) < np.where(called, p1, p0), "risk": p0, "truth": p1 - p0,
         "value": draws.lognormal(6, 1.2, n)}
    )  # fmt: skip


def test_the_uplift_model_finds_who_is_driven_away():
    slopes, means = [], []
    for seed in range(40):
        model = uplift_model(sleeping_dogs(seed), ["lean", "quiet"])
        unseen = sleeping_dogs(900 + seed)
        guess = model.uplift(unseen)
        slopes.append(np.polyfit(guess, unseen["truth"], 1)[0])
        means.append([guess[unseen["quiet"]].mean(), guess[~unseen["quiet"]].mean()])
    quiet, other = np.mean(means, axis=0)
    truth = sleeping_dogs(1).groupby("quiet")["truth"].mean()
    assert quiet == pytest.approx(truth[True], abs=0.01)
    assert other == pytest.approx(truth[False], abs=0.01)
    assert np.mean(slopes) > 0.7


def test_lists_by_value_times_uplift_keep_more_money_than_lists_by_risk():
    for seed in range(10):
        model, unseen = uplift_model(sleeping_dogs(seed), ["lean", "quiet"]), sleeping_dogs(900 + seed)
        unseen["gain"] = -model.uplift(unseen) * unseen["value"]
        lists = compare_lists(unseen, ["risk", "gain"], 300, cost=60, uplift="truth").set_index("rule")
        assert lists.loc["gain", "net"] > lists.loc["risk", "net"]
        assert lists.loc["risk", "driven_away"] > lists.loc["gain", "driven_away"]


def test_lists_by_hand_and_against_every_other_list():
    frame = pd.DataFrame(
        {"risk": [0.5, 0.4, 0.3, 0.2], "uplift": [0.1, -0.2, -0.1, 0.0], "value": [100.0, 200, 1000, 50]}
    )
    ranked = rank_calls(frame, cost=15)
    assert ranked["gain"].tolist() == pytest.approx([85, 25, -15, -25])
    assert ranked["call"].tolist() == [True, True, False, False]
    assert ranked["place"].tolist() == [1, 2, 3, 4]
    lists = compare_lists(frame.assign(gain=-frame["uplift"] * frame["value"]), ["risk", "gain"], 2, cost=15).set_index(
        "rule"
    )
    assert lists.loc["risk", ["saved", "driven_away", "money_kept", "net"]].tolist() == pytest.approx([0.1, 0.1, 30, 0])
    assert lists.loc["risk", "cost_per_saved"] == pytest.approx(300)
    every = [sum(-frame.loc[i, "uplift"] * frame.loc[i, "value"] for i in pair) for pair in combinations(range(4), 2)]
    assert lists.loc["gain", "money_kept"] == pytest.approx(max(every))


def test_nobody_is_called_to_be_driven_away():
    frame = pd.DataFrame({"uplift": [0.1, -0.1, -0.2, 0.1], "value": [-9000.0, 1000, -500, 300]})
    ranked = rank_calls(frame, cost=60)
    assert ranked["gain"].tolist() == pytest.approx([40, 840, -90, -160])  # 840: a loss-maker who would leave
    assert ranked["call"].tolist() == [True, False, False, False]
    assert ranked["place"].tolist() == [1, 2, 3, 4]


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1e4, 1e4)), min_size=1, max_size=30), st.floats(0, 300))
def test_every_call_keeps_somebody_of_value_and_the_called_come_first(rows, cost):
    ranked = rank_calls(pd.DataFrame(rows, columns=["uplift", "value"]), cost=cost)
    called = ranked[ranked["call"]]
    assert (called["uplift"] < 0).all()
    assert (called["value"] > 0).all()
    assert ranked["call"].is_monotonic_decreasing
    assert called["gain"].is_monotonic_decreasing


def test_a_list_is_judged_by_the_lot():
    members = sleeping_dogs(5)
    found = check_lists(members, ["risk", "value"], 700).set_index("rule")
    chosen = members.nlargest(700, "risk")
    pd.testing.assert_frame_equal(
        found.loc[["risk"]].drop(columns="places").reset_index(drop=True), campaign_uplift(chosen)
    )


def test_keeping_and_winning_by_hand():
    """60 a call, 30 of 1 000 saved: 2 000 each. 4 a mail, 20 of 1 000 won: 200 each."""
    keeping = campaign_uplift(arms(1000, 90, 1000, 120))
    winning = campaign_uplift(arms(1000, 30, 1000, 10, 4.0), wanted="more")
    found = keep_or_win(keeping, winning).iloc[0]
    names = ["cost_per_contact_keeping", "cost_per_contact_winning", "cost_per_saved", "cost_per_won", "ratio", "claim"]
    assert found[names].tolist() == pytest.approx([60, 4, 2000, 200, 10, 0.2])
    assert not found["claim_inside"]
    assert keep_or_win(keeping, winning, claim=10)["claim_inside"].item()


def test_fieller_covers_the_ratio_of_costs_in_forty_campaigns():
    draws, inside = np.random.default_rng(9), 0
    for _ in range(40):
        keeping = campaign_uplift(arms(4000, draws.binomial(4000, 0.09), 4000, draws.binomial(4000, 0.12)))
        winning = campaign_uplift(
            arms(6000, draws.binomial(6000, 0.012), 6000, draws.binomial(6000, 0.002), 4.0), wanted="more"
        )
        found = keep_or_win(keeping, winning).iloc[0]
        inside += found["low"] <= (60 / 0.03) / (4 / 0.01) <= found["high"]
    assert inside >= 33


def test_a_call_that_may_save_nobody_has_no_upper_limit_of_cost():
    keeping = campaign_uplift(arms(300, 30, 300, 36))
    winning = campaign_uplift(arms(6000, 72, 6000, 12, 4.0), wanted="more")
    found = keep_or_win(keeping, winning).iloc[0]
    assert found["high"] == np.inf
    assert 0 < found["low"] < found["ratio"]
    # the limits are where the difference of the two shares, one of them scaled, is just significant
    theta = found["low"] / (60 / 4)
    gap = winning["uplift"][0] - theta * -keeping["uplift"][0]
    assert gap / np.hypot(winning["error"][0], theta * keeping["error"][0]) == pytest.approx(stats.norm.ppf(0.975))


def test_every_recommended_lock_in_has_a_fair_alternative():
    table = switching_costs()
    assert table["kind"].isin(["procedural", "financial", "relational"]).all()
    assert (table.map(len) > 1).all(axis=None)


def test_the_variants_are_what_their_source_makes():
    file = class_variants()
    assert file["seed"].tolist() == list(SEEDS)
    made = pd.DataFrame([variant(seed) for seed in (1, 87, 200)])
    stored = file[file["seed"].isin([1, 87, 200])].reset_index(drop=True)
    np.testing.assert_allclose(stored[[*COLUMNS, "truth"]], made[[*COLUMNS, "truth"]], atol=1e-6)
    assert FILE.read_bytes().count(b"\r") == 0


def test_the_class_as_a_whole_finds_the_truth_and_single_students_need_not():
    found = sampling_distribution(class_variants()).iloc[0]
    assert found["mean"] == pytest.approx(found["truth"], abs=3 * found["sd"] / np.sqrt(200))
    assert found["sd"] == pytest.approx(found["mean_error"], rel=0.15)
    assert 0.90 <= found["covered"] <= 0.985
    assert 0.05 < found["wrong_sign"] < 0.25
    assert found["exaggeration"] > 1.5


def test_the_sampling_distribution_by_hand():
    variants = pd.DataFrame({"uplift": [-0.06, 0.02, -0.02, -0.02], "error": 0.02, "low": [-0.10, -0.02, -0.06, -0.06],
                             "high": [-0.02, 0.06, 0.02, 0.02], "truth": [-0.03, -0.03, -0.03, -0.07]})  # fmt: skip
    found = sampling_distribution(variants).iloc[0]
    assert found["mean"] == pytest.approx(-0.02)
    assert found["covered"] == 0.5  # not the second, not the last
    assert found["wrong_sign"] == 0.25
    assert found["significant"] == 0.25
    assert found["exaggeration"] == pytest.approx(0.06 / 0.04)
