"""Facts known in time, the churn model, calibration, lift, threshold: by hand, against statsmodels, against a known law."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from crmlib.retention import (
    calibration,
    call_threshold,
    churn_frame,
    churn_model,
    count_events,
    count_open,
    lift,
    suspicious_features,
)

PEOPLE = pd.DataFrame(
    {
        "customer": [1, 2, 3, 4, 5, 6],
        "joined": pd.to_datetime(["2020-01-01", "2020-01-01", "2024-06-30", "2024-07-01", "2020-01-01", "2020-01-01"]),
        "left": pd.to_datetime([None, "2025-06-30", "2024-07-01", None, "2024-06-30", "2025-07-01"]),
        "own": [False, True, True, False, True, True],
    }
)


def fact(customer: int, feature: str, value: float, known: str) -> dict:
    return {"customer": customer, "feature": feature, "value": value, "known": pd.Timestamp(known)}


FACTS = pd.DataFrame(
    [fact(1, "visits", 1, "2023-01-01"), fact(1, "visits", 3, "2024-06-30"), fact(2, "visits", 2, "2024-06-30"),
     fact(4, "visits", 9, "2024-06-30"), fact(2, "complaint", 1, "2024-05-05")]
)  # fmt: skip


def test_the_window_by_hand():
    """2 leaves on the last day of the window, 6 on the day after it, 3 on its first day; 4 joins that morning, 5 is gone."""
    found = churn_frame(PEOPLE, FACTS, start="2024-07-01", absent={"complaint": 0, "visits": 0})
    assert found.customers.to_numpy().tolist() == [[1, 0, 3, False], [2, 1, 2, True], [3, 0, 0, True], [6, 0, 0, False]]
    table = found.table.iloc[0]
    assert table[["customers", "leavers", "churn"]].tolist() == [4, 2, 0.5]
    assert [str(table[name].date()) for name in ("start", "end")] == ["2024-07-01", "2025-06-30"]


def test_who_left_by_fate_is_set_aside_and_counted():
    fate = PEOPLE.assign(own=[False, False, True, False, True, False])
    found = churn_frame(fate, FACTS, start="2024-07-01", own_choice="own")
    assert found.customers["customer"].tolist() == [1, 3, 6]  # 6 left after the window: kept in it
    assert found.excluded.to_numpy().tolist() == [["left within the window, not by own choice", 1, "1"]]


def test_a_fact_dated_too_late_is_refused_by_name():
    late = pd.concat([FACTS, pd.DataFrame([fact(2, "exit interview", 1, "2025-06-30")])], ignore_index=True)
    with pytest.raises(
        ValueError, match=r"'exit interview' became known on or after 2024-07-01.* in 1 row .row 5."
    ) as refusal:
        churn_frame(PEOPLE, late, start="2024-07-01")
    assert "facts[facts['known'] < '2024-07-01']" in str(refusal.value)
    kept = churn_frame(PEOPLE, late[late["known"] < "2024-07-01"], start="2024-07-01")  # the remedy works
    assert "exit interview" not in kept.customers


def test_events_and_things_open_are_counted_before_the_day_only():
    events = pd.DataFrame({"customer": [1, 1, 1, 2, 3], "date": pd.to_datetime(
        ["2023-06-30", "2023-07-01", "2024-06-30", "2024-07-01", "2023-12-12"])})  # fmt: skip
    found = count_events(events, "calls", "2024-07-01", months=12)
    assert found.to_dict("list") == {
        "customer": [1, 3], "feature": ["calls"] * 2, "value": [2, 1],
        "known": [pd.Timestamp("2024-06-30"), pd.Timestamp("2023-12-12")],
    }  # fmt: skip
    held = pd.DataFrame({"customer": [1, 1, 2, 3], "opened": pd.to_datetime(["2020-01-01", "2020-01-01", "2024-07-01", "2020-01-01"]),
                         "closed": pd.to_datetime(["2024-07-01", "2024-06-30", None, None])})  # fmt: skip
    assert count_open(held, "products", "2024-07-01")[["customer", "value"]].to_numpy().tolist() == [[1, 1], [3, 1]]
    facts = pd.concat([found, count_open(held, "products", "2024-07-01")])
    assert (facts["known"] < "2024-07-01").all()  # so churn_frame takes them


def customers(seed: int, n: int = 1_500, noise: int = 0) -> pd.DataFrame:
    draws = np.random.default_rng(seed)
    x = pd.DataFrame(draws.normal(0, 1, (n, 3 + noise)), columns=["a", "b", "c", *[f"n{i}" for i in range(noise)]])
    risk = 1 / (1 + np.exp(-(-2 + 0.8 * x["a"] - 0.5 * x["b"])))
    return x.assign(true_risk=risk, left=draws.random(n) < risk)


def test_the_model_agrees_with_statsmodels():
    frame = customers(1).assign(
        a=lambda f: 1000 * f["a"], yes=lambda f: f["b"] > 1
    )  # a scale far from 1, and a yes / no
    model = churn_model(frame, ["a", "c", "yes"])
    other = sm.Logit(frame["left"].astype(float), sm.add_constant(frame[["a", "c", "yes"]].astype(float))).fit(
        disp=0, tol=1e-12
    )
    np.testing.assert_allclose(model.table["coefficient"], other.params.iloc[1:], rtol=1e-6)
    np.testing.assert_allclose(model.table["odds_ratio"], np.exp(other.params.iloc[1:]), rtol=1e-6)
    np.testing.assert_allclose(model.table["error"], other.bse.iloc[1:], rtol=1e-6)
    np.testing.assert_allclose(model.table[["low", "high"]], other.conf_int().iloc[1:], rtol=1e-5)
    assert model.intercept == pytest.approx(other.params.iloc[0])
    np.testing.assert_allclose(model.risk(frame), other.predict(), rtol=1e-6)
    assert model.risk(frame).sum() == pytest.approx(frame["left"].sum())


def test_calibration_agrees_with_statsmodels_and_scikit_learn():
    frame = customers(7).assign(
        risk=lambda f: 1 / (1 + np.exp(2.3 - 1.1 * f["a"]))
    )  # too low, too extreme, and no word of b
    facts = calibration(frame, level=0.90).table.iloc[0]
    log_odds = np.log(frame["risk"] / (1 - frame["risk"])).rename("log_odds")
    other = sm.Logit(frame["left"].astype(float), sm.add_constant(log_odds)).fit(disp=0, tol=1e-12)
    assert facts["slope"] == pytest.approx(other.params["log_odds"], rel=1e-6)
    limits = other.conf_int(alpha=0.10).loc["log_odds"].tolist()
    assert facts[["slope_low", "slope_high"]].tolist() == pytest.approx(limits, rel=1e-5)
    assert facts["brier"] == pytest.approx(brier_score_loss(frame["left"], frame["risk"]))
    assert facts["auc"] == pytest.approx(roc_auc_score(frame["left"], frame["risk"]))
    assert facts[["predicted", "observed"]].tolist() == pytest.approx([frame["risk"].mean(), frame["left"].mean()])


def test_coefficients_and_calibration_cover_what_is_known_in_forty_samples():
    inside = np.zeros(4)
    for seed in range(40):
        seen, unseen = customers(seed), customers(1000 + seed)
        model = churn_model(seen, ["a", "b", "c"])
        table = model.table
        inside[:3] += ((table["low"] <= [0.8, -0.5, 0]) & (table["high"] >= [0.8, -0.5, 0])).to_numpy()
        facts = calibration(unseen.assign(risk=unseen["true_risk"])).table.iloc[0]
        inside[3] += facts["slope_low"] <= 1 <= facts["slope_high"]
    assert (inside >= 33).all(), inside


def test_a_model_with_more_features_than_it_can_bear_is_too_sure_on_those_it_has_not_seen():
    slopes = {"seen": [], "unseen": []}
    for seed in range(10):
        seen, unseen = customers(seed, 400, noise=40), customers(500 + seed, 400, noise=40)
        model = churn_model(seen, [name for name in seen if name not in ("left", "true_risk")])
        for name, frame in (("seen", seen), ("unseen", unseen)):
            slopes[name].append(calibration(frame.assign(risk=model.risk(frame))).table["slope"].iloc[0])
    np.testing.assert_allclose(slopes["seen"], 1, atol=1e-6)  # on its own data it looks perfect
    assert np.mean(slopes["unseen"]) < 0.7


def test_groups_of_a_calibration_and_auc_by_hand():
    frame = pd.DataFrame({"risk": [0.1, 0.4, 0.2, 0.3], "left": [False, True, True, False]})
    found = calibration(frame, groups=2)
    assert found.groups["predicted"].tolist() == pytest.approx([0.15, 0.35])
    assert found.groups["observed"].tolist() == [0.5, 0.5]
    # leavers .4 and .2 against stayers .1 and .3: three of four pairs in the right order
    assert found.table["auc"].iloc[0] == 0.75
    assert found.table["brier"].iloc[0] == pytest.approx((0.01 + 0.36 + 0.64 + 0.09) / 4)
    # Wilson for 1 of 2, from Newcombe's (1998) formula by hand: (1 + 1.92073 ± 1.95996 √(0.5 + 0.96036)) / 5.84146
    assert found.groups.loc[0, ["low", "high"]].tolist() == pytest.approx([0.09453, 0.90547], abs=1e-5)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40))
def test_auc_is_the_share_of_pairs(rows):
    frame = pd.DataFrame(rows, columns=["x", "left"])
    frame.loc[[0, 1], "left"] = [True, False]
    up, down = frame.loc[frame["left"], "x"].to_numpy(), frame.loc[~frame["left"], "x"].to_numpy()
    pairs = np.mean((up[:, None] > down) + 0.5 * (up[:, None] == down))
    found = suspicious_features(frame, ["x"]).iloc[0]
    assert found["auc"] == pytest.approx(max(pairs, 1 - pairs))
    assert found["auc_of_empty"] == 0.5


def test_lift_in_customers_and_in_money_by_hand():
    frame = pd.DataFrame(
        {"risk": [0.9, 0.8, 0.2, 0.1], "left": [True, True, False, True], "worth": [-50, 10, 500, 240]},
        index=list("wxyz"),
    )  # fmt: skip
    table = lift(frame, value="worth", groups=2)
    assert table["leavers"].tolist() == [2, 1]
    assert table["lift"].tolist() == pytest.approx([4 / 3, 2 / 3])
    assert table["caught"].tolist() == pytest.approx([2 / 3, 1])
    assert table["money_lost"].tolist() == [-40, 240]  # the riskiest half loses more than it is worth
    assert table["money_caught"].tolist() == pytest.approx([-0.2, 1])


def test_the_threshold_is_where_a_call_pays():
    frame = pd.DataFrame({"customer": [1, 2, 3, 4], "risk": [0.21, 0.19, 0.9, 0.9], "value": [1000, 1000, -5, 0],
                          "left": [False, True, True, True]})  # fmt: skip
    found = call_threshold(frame, cost=60, saved_share=0.3, outcome="left")
    assert found.customers["threshold"].tolist()[:2] == pytest.approx([0.2, 0.2])
    assert found.customers["call"].tolist() == [True, False, False, False]
    assert found.table.iloc[0].tolist() == pytest.approx([1, 60, 0.21 * 0.3 * 1000 - 60, 0, 1, 60])


@settings(max_examples=30)
@given(st.floats(0, 200), st.floats(0.05, 1), st.integers(0, 99))
def test_no_other_list_expects_more(cost, share, seed):
    draws = np.random.default_rng(seed)
    frame = pd.DataFrame({"risk": draws.random(8), "value": draws.normal(200, 600, 8)})
    found = call_threshold(frame, cost=cost, saved_share=share)
    best = max(
        sum(share * r * v - cost for place, (r, v) in enumerate(frame.to_numpy()) if mask >> place & 1)
        for mask in range(256)
    )
    assert found.table["expected_gain"].iloc[0] == pytest.approx(best, abs=1e-9)
