"""Every truth that the bank records is found by the plain right analysis, and missed by the naive one where a trap is set.

Forty banks of 6 000 customers, seeds fixed. An honest 95 % interval covers the truth in 33 to 40 of 40 (fewer than 33 has a
chance of 1 in 1 300), and its z-scores have mean 0 and SD 1: intervals that cover because they are too wide show there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmlib.companies import simulate_bank
from crmlib.companies.bank.parameters import PARAMETERS
from tests.companies.bank.analyses import ANALYSES
from tests.companies.bank.traps import NAIVE, STORIES

SEEDS = range(100, 140)
CUSTOMERS = 6_000

# Truths that the tables hold to the cent or that are counts; `test_data.py` recomputes them.
EXACT = {
    "quality.weight_tan", "quality.weight_rel", "quality.weight_res", "quality.weight_ass", "quality.weight_emp",
    "cost.teller", "cost.call", "cost.app", "cost.overhead", "gaming.share", "retention.quiet_share",
}  # fmt: skip


@pytest.fixture(scope="module")
def forty() -> dict[str, pd.DataFrame]:
    """Run all analyses on forty banks, one bank at a time."""
    right, naive, stories, truths = [], [], [], set()
    for seed in SEEDS:
        bank = simulate_bank(customers=CUSTOMERS, seed=seed)
        truths |= {*bank.truth.parameters.index, *bank.truth.estimands.index}
        for analysis in ANALYSES:
            right += [(seed, *row) for row in analysis(bank)]
        for analysis in NAIVE:
            naive += [(seed, *row) for row in analysis(bank)]
        for story in STORIES:
            stories += [(seed, *row) for row in story(bank)]
    columns = ["seed", "truth", "estimate", "error", "value"]
    out = {"right": pd.DataFrame(right, columns=columns), "naive": pd.DataFrame(naive, columns=columns)}
    for frame in out.values():
        frame["z"] = (frame["estimate"] - frame["value"]) / frame["error"]
        frame["covers"] = frame["z"].abs() < stats.norm.ppf(0.975)
    out["stories"] = pd.DataFrame(stories, columns=["seed", "story", "holds"])
    out["truths"] = pd.DataFrame({"truth": sorted(truths)})
    return out


def test_every_truth_is_recovered_or_recomputed(forty):
    recovered = set(forty["right"]["truth"])
    assert recovered | EXACT == set(forty["truths"]["truth"])
    assert set(PARAMETERS) <= set(forty["truths"]["truth"])
    assert not recovered & EXACT


def test_intervals_cover_in_a_plausible_share_of_forty_banks(forty):
    covered = forty["right"].groupby("truth")["covers"].agg(["sum", "size"])
    assert (covered["size"] == len(SEEDS)).all()
    short = covered[covered["sum"] < 33]
    assert short.empty, short.to_string()


def test_estimates_are_centred_and_their_errors_honest(forty):
    z = forty["right"].groupby("truth")["z"].agg(["mean", "std"])
    # 100 truths: 3.6 standard errors of a mean, and the chi-square limits for an SD, leave 1 in 30 to chance in all
    off = z[z["mean"].abs() > 3.6 / np.sqrt(len(SEEDS))]
    assert off.empty, off.to_string()
    low, high = np.sqrt(stats.chi2.ppf([0.0002, 0.9998], len(SEEDS) - 1) / (len(SEEDS) - 1))
    odd = z[~z["std"].between(low, high)]
    assert odd.empty, odd.to_string()


def test_naive_analyses_miss_the_truth(forty):
    # A right analysis misses eight times or more in forty with a chance of 1 in 1 400.
    missed = (~forty["naive"]["covers"]).groupby(forty["naive"]["truth"]).sum()
    assert len(missed) >= len(NAIVE)
    assert (missed >= 8).all(), missed.to_string()


def test_the_naive_direction_is_the_one_lessons_warn_of(forty):
    bias = forty["naive"].groupby("truth")["z"].mean()
    too_high = {
        "contact.fcr_base", "satisfaction.economic", "money.mood", "win_back.uplift", "satisfaction.taking_part",
        "share still here after five years", "survey.mean_satisfaction.2024",
    }  # fmt: skip
    assert (bias[sorted(too_high)] > 0).all()
    assert (bias[["churn.products", "churn.payroll", "money.referred_lead", "attenuated slope"]] < 0).all()


def test_lessons_stories_hold_in_nearly_every_bank(forty):
    held = forty["stories"].groupby("story", sort=False)["holds"].sum()
    assert (held >= 36).all(), held[held < 36].to_string()
