"""SERVQUAL scores and their rivals: by hand, against a slow oracle, and by what must and must not change them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmlib.service import SERVQUAL, compare_predictors, servqual
from crmlib.service.servqual import clustered_means

TWO = {"care": ("c1", "c2"), "speed": ("s1",)}
EIGHT = pd.DataFrame(
    {
        "customer": [1, 2, 3, 4, 5, 6, 7, 8],
        "branch": [1, 1, 1, 1, 2, 2, 2, 2],
        "e_c1": [6, 5, 7, 4, 3, 3, 4, 2],
        "e_c2": [6, 5, 5, 4, 3, 5, 4, 2],
        "p_c1": [5, 5, 4, 4, 4, 5, 4, 4],
        "p_c2": [3, 5, 4, 6, 4, 3, 4, 2],
        "e_s1": [7, 6, 6, 5, 3, 4, 2, 3],
        "p_s1": [5, 5, 3, 5, 4, 4, 3, 3],
        "imp_care": [40, 50, 50, 60, 20, 50, 70, 60],
        "imp_speed": [60, 50, 50, 40, 80, 50, 30, 40],
    }
)
STATED = {"care": "imp_care", "speed": "imp_speed"}


def test_eight_customers_by_hand():
    found = servqual(EIGHT, "branch", dimensions=TWO, importance=STATED)
    table = found.table.set_index(["branch", "dimension"])
    # branch 1, care: gaps −2, 0, −2, +1; speed: −2, −1, −3, 0
    assert table.loc[(1, "care"), "gap"] == -0.75
    assert table.loc[(1, "speed"), "gap"] == -1.5
    assert table.loc[(1, "overall"), "gap"] == -1.125
    # weighted: .4·−2+.6·−2, .5·0+.5·−1, .5·−2+.5·−3, .6·1+.4·0
    assert table.loc[(1, "overall"), "weighted_gap"] == pytest.approx((-2 - 0.5 - 2.5 + 0.6) / 4)
    assert table.loc[(1, "care"), "importance"] == 0.5
    assert table.loc[(2, "care"), ["expectation", "perception", "respondents"]].tolist() == [3.25, 3.75, 4]
    parts = table["weighted_gap"].drop("overall", level="dimension").groupby("branch").sum()
    assert parts.tolist() == pytest.approx(table["weighted_gap"].xs("overall", level="dimension").tolist())
    # the interval of a plain mean of four customers
    gaps = np.array([-2, 0, -2, 1])
    assert table.loc[(1, "care"), "gap_high"] - -0.75 == pytest.approx(1.96 * gaps.std(ddof=1) / 2)
    assert found.customers["gap_care"].tolist()[:4] == gaps.tolist()
    assert len(found.excluded) == 0


def test_low_expectation_flatters_the_gap_and_not_the_perception():
    """Branch 2 is served no better than branch 1, and its customers expect less: the gap alone would call it the better."""
    table = servqual(EIGHT, "branch", dimensions=TWO, importance=None).table.set_index(["branch", "dimension"])
    overall = table.xs("overall", level="dimension")
    assert overall.loc[2, "gap"] > 0 > overall.loc[1, "gap"]
    assert overall.loc[2, "perception"] < overall.loc[1, "perception"]
    assert "weighted_gap" not in table


answers = st.lists(st.lists(st.integers(1, 7), min_size=6, max_size=6), min_size=1, max_size=12)


@given(answers, st.integers(0, 100))
def test_any_answers_against_a_slow_oracle(rows, first):
    frame = pd.DataFrame(rows, columns=["e_c1", "e_c2", "p_c1", "p_c2", "e_s1", "p_s1"])
    frame = frame.assign(customer=range(len(frame)), imp_care=first, imp_speed=100 - first)
    found = servqual(frame, dimensions=TWO, importance=STATED, reverse=["c2"] if len(frame) < 20 else [])
    care, speed, both = [], [], []
    for e1, e2, p1, p2, es, ps in rows:  # c2 is turned round: 8 − answer
        care.append((p1 + 8 - p2) / 2 - (e1 + 8 - e2) / 2)
        speed.append(ps - es)
        both.append(first / 100 * care[-1] + (1 - first / 100) * speed[-1])
    table = found.table.set_index("dimension")
    assert table.loc["care", "gap"] == pytest.approx(np.mean(care))
    assert table.loc["speed", "gap"] == pytest.approx(np.mean(speed))
    assert table.loc["overall", "gap"] == pytest.approx(np.mean([np.mean(care), np.mean(speed)]))
    assert table.loc["overall", "weighted_gap"] == pytest.approx(np.mean(both))
    assert np.isnan(table.loc["overall", "gap_low"]) == (len(rows) == 1)


@given(answers)
def test_a_shared_shift_leaves_the_gap_and_moves_the_perception(rows):
    """One point more on both sides: the same gap. The reverse holds for no score that divides (lesson 06)."""
    frame = pd.DataFrame(rows, columns=["e_c1", "e_c2", "p_c1", "p_c2", "e_s1", "p_s1"]).assign(
        customer=range(len(rows))
    )
    before = servqual(frame, dimensions=TWO, importance=None).table
    moved = frame.drop(columns="customer") + 1
    after = servqual(moved.assign(customer=frame["customer"]), dimensions=TWO, importance=None, scale=(1, 8)).table
    assert after["gap"].tolist() == pytest.approx(before["gap"].tolist())
    assert after["perception"].tolist() == pytest.approx((before["perception"] + 1).tolist())


def test_equal_stated_weights_give_the_plain_overall_gap():
    found = servqual(EIGHT, dimensions=TWO, importance={"care": 0.5, "speed": 0.5}).table.set_index("dimension")
    assert found.loc["overall", "weighted_gap"] == pytest.approx(found.loc["overall", "gap"])
    assert found.loc["overall", "weighted_low"] == pytest.approx(found.loc["overall", "gap_low"])


def test_survey_weights_count_rows_as_that_many_customers():
    doubled = pd.concat([EIGHT, EIGHT.iloc[:3].assign(customer=[11, 12, 13])])
    weighted = EIGHT.assign(weight=[2, 2, 2, 1, 1, 1, 1, 1])
    once = servqual(weighted, dimensions=TWO, importance=None, weight="weight").table
    twice = servqual(doubled, dimensions=TWO, importance=None).table
    assert once["gap"].tolist() == pytest.approx(twice["gap"].tolist())
    assert (once["gap_high"] - once["gap_low"] > twice["gap_high"] - twice["gap_low"]).all()  # eight people, not eleven


def test_clustered_error_agrees_with_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(2)
    clusters = rng.integers(0, 30, 200)
    values = rng.standard_normal(30)[clusters] + rng.standard_normal(200)
    found = clustered_means(values, np.ones(200), np.zeros(200, dtype=int), clusters, 1)
    fit = sm.OLS(values, np.ones(200)).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False}, use_t=False
    )
    assert found.mean[0] == pytest.approx(fit.params[0])
    assert found.error[0] == pytest.approx(fit.bse[0] * np.sqrt(30 / 29))


def test_the_five_dimensions_have_the_22_items_of_1988():
    assert sum(len(items) for items in SERVQUAL.values()) == 22
    assert [len(items) for items in SERVQUAL.values()] == [4, 5, 4, 4, 5]


def scores(n: int = 400, seed: int = 5, repeat: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    quality = np.repeat(rng.standard_normal(n), repeat)
    expectation = rng.standard_normal(n * repeat)
    perception = np.rint(2 * (quality + 0.5 * rng.standard_normal(n * repeat)))
    return pd.DataFrame(
        {
            "customer": np.repeat(np.arange(n), repeat),
            "gap": perception - expectation,
            "perception": perception,
            "satisfaction": quality + rng.standard_normal(n * repeat),
            "left": rng.random(n * repeat) < 1 / (1 + np.exp(1.5 + quality)),
        }
    )


def test_strength_agrees_with_scipy():
    frame = scores()
    found = compare_predictors(frame, ["gap", "perception"], "satisfaction").set_index("predictor")
    for name in ("gap", "perception"):
        assert found.loc[name, "strength"] == pytest.approx(frame[name].corr(frame["satisfaction"]) ** 2)
    found = compare_predictors(frame, ["gap", "perception"], "left").set_index("predictor")
    for name in ("gap", "perception"):
        left, stayed = frame.loc[frame["left"], name], frame.loc[~frame["left"], name]
        auc = stats.mannwhitneyu(stayed, left).statistic / (len(left) * len(stayed))
        assert found.loc[name, "strength"] == pytest.approx(auc)


@pytest.mark.parametrize("outcome", ["satisfaction", "left"])
@pytest.mark.parametrize("repeat", [1, 3])
def test_intervals_agree_with_a_bootstrap_of_customers(outcome, repeat):
    frame = scores(n=300, repeat=repeat)
    found = compare_predictors(frame, ["gap", "perception"], outcome)
    error = (found["high"] - found["low"]) / 3.92
    lead_error = (found["lead_high"] - found["lead_low"]).iloc[1] / 3.92
    rng = np.random.default_rng(1)
    rows = np.arange(len(frame)).reshape(300, repeat)
    drawn = []
    for _ in range(250):
        again = frame.iloc[rows[rng.integers(0, 300, 300)].ravel()]
        drawn.append(compare_predictors(again, ["gap", "perception"], outcome)["strength"].to_numpy())
    drawn = np.array(drawn)
    assert error.to_numpy() == pytest.approx(drawn.std(axis=0), rel=0.2)
    assert lead_error == pytest.approx((drawn[:, 1] - drawn[:, 0]).std(), rel=0.2)


def test_the_first_predictor_is_the_measure_of_the_others():
    frame = scores()
    one = compare_predictors(frame, ["gap", "perception"], "left")
    other = compare_predictors(frame, ["perception", "gap"], "left")
    assert one["lead"].iloc[1] == pytest.approx(-other["lead"].iloc[1])
    assert one.loc[0, ["lead", "lead_low", "lead_high"]].tolist() == [0, 0, 0]
