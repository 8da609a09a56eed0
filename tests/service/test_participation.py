"""The randomised invitation: by hand, against scipy and statsmodels, and against a lot drawn again and again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmlib.service import invitation_effect


def trial(n: int = 2_000, seed: int = 1, effect: float = 0.5) -> pd.DataFrame:
    """The keen take part more often and are happier anyway: taking part itself adds `effect`."""
    rng = np.random.default_rng(seed)
    keen, invited = rng.standard_normal(n), rng.random(n) < 0.5
    took = invited & (rng.random(n) < 1 / (1 + np.exp(-keen)))
    return pd.DataFrame(
        {
            "customer": np.arange(n),
            "arm": np.where(invited, "treated", "control"),
            "responded": took,
            "score": keen + effect * took + rng.standard_normal(n),
        }
    )


def test_difference_and_interval_are_welchs_with_the_normal_quantile():
    frame = trial()
    row = invitation_effect(frame, "score").iloc[0]
    a, b = (frame.loc[frame["arm"] == arm, "score"] for arm in ("treated", "control"))
    welch = stats.ttest_ind(a, b, equal_var=False)
    assert row["effect"] == pytest.approx(a.mean() - b.mean())
    assert row["effect"] / ((row["high"] - row["low"]) / 3.92) == pytest.approx(welch.statistic)


def test_effect_per_head_agrees_with_two_stage_least_squares():
    from statsmodels.sandbox.regression.gmm import IV2SLS

    frame = trial()
    row = invitation_effect(frame, "score", took_part="responded").iloc[1]
    ones = np.ones(len(frame))
    took, lot = frame["responded"].to_numpy(float), (frame["arm"] == "treated").to_numpy(float)
    fit = IV2SLS(frame["score"].to_numpy(), np.column_stack([ones, took]), np.column_stack([ones, lot])).fit()
    assert row["effect"] == pytest.approx(fit.params[1])
    assert (row["high"] - row["low"]) / 3.92 == pytest.approx(fit.bse[1], rel=0.02)


def test_the_lot_finds_the_effect_and_the_takers_overstate_it():
    covered, naive = 0, 0
    for seed in range(60):
        found = invitation_effect(trial(n=1_000, seed=seed), "score", took_part="responded").set_index("kind")
        covered += found.loc["causal, for takers", "low"] < 0.5 < found.loc["causal, for takers", "high"]
        naive += found.loc["naive", "low"] < 0.5 < found.loc["naive", "high"]
    assert covered >= 52  # 95 % of 60 is 57; below 52 has a chance of 1 in 500
    assert naive <= 10


def test_yes_and_no_give_a_difference_of_shares():
    frame = trial().assign(left=lambda one: one["score"] < 0)
    row = invitation_effect(frame, "left").iloc[0]
    share = frame.groupby("arm")["left"].mean()
    assert row["effect"] == pytest.approx(share["treated"] - share["control"])
