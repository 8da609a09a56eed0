"""Every truth that the utility records is found by the plain right analysis, and missed by the naive one where a trap is set.

Forty companies of 3 000 customers, seeds fixed. An honest 95 % interval covers the truth in 33 to 40 of 40 (fewer than 33 has a
chance of 1 in 1 300), and its z-scores have mean 0 and SD 1: intervals that cover because they are too wide show there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmlib.companies.utility import simulate_utility
from crmlib.companies.utility.parameters import PARAMETERS
from tests.companies.utility.analyses import ANALYSES
from tests.companies.utility.traps import NAIVE, STORIES

SEEDS = range(100, 140)
CUSTOMERS = 3_000

# Truths that the tables hold exactly; `test_data.py` recomputes them.
EXACT = {
    "market.opened.commercial", "market.opened.industrial", "tou.month", "tou.gain_structural", "tou.gain_shift",
    "arrears.in_debt", "arrears.over_91", "survey.call_back",
}  # fmt: skip


@pytest.fixture(scope="module")
def forty() -> dict[str, pd.DataFrame]:
    """Run all analyses on forty companies, one at a time."""
    found: dict[str, list] = {"right": [], "naive": [], "stories": []}
    truths = set()
    for seed in SEEDS:
        company = simulate_utility(customers=CUSTOMERS, seed=seed, hourly=False)
        truths |= {*company.truth.parameters.index, *company.truth.estimands.index}
        for kind, analyses in (("right", ANALYSES), ("naive", NAIVE), ("stories", STORIES)):
            found[kind] += [(seed, *row) for analysis in analyses for row in analysis(company)]
    columns = ["seed", "truth", "estimate", "error", "value"]
    out = {kind: pd.DataFrame(found[kind], columns=columns) for kind in ("right", "naive")}
    for frame in out.values():
        frame["z"] = (frame["estimate"] - frame["value"]) / frame["error"]
        frame["covers"] = frame["z"].abs() < stats.norm.ppf(0.975)
    out["stories"] = pd.DataFrame(found["stories"], columns=["seed", "story", "holds"])
    out["truths"] = pd.DataFrame({"truth": sorted(truths)})
    return out


def test_every_truth_is_recovered_or_recomputed(forty):
    recovered = set(forty["right"]["truth"])
    assert recovered | EXACT == set(forty["truths"]["truth"])
    assert set(PARAMETERS) <= set(forty["truths"]["truth"])
    assert not recovered & EXACT


def test_intervals_cover_in_a_plausible_share_of_forty_companies(forty):
    covered = forty["right"].groupby("truth")["covers"].agg(["sum", "size"])
    assert (covered["size"] == len(SEEDS)).all()
    assert stats.binom.cdf(32, 40, 0.95) < 0.001
    short = covered[covered["sum"] < 33]
    assert short.empty, short.to_string()
    # All truths together: neither too narrow nor too wide.
    assert 0.94 < forty["right"]["covers"].mean() < 0.96


def test_estimates_are_centred_and_their_errors_honest(forty):
    z = forty["right"].groupby("truth")["z"].agg(["mean", "std"])
    # 130 truths: 3.6 standard errors of a mean, and the chi-square limits for an SD, leave 1 in 20 to chance in all
    off = z[z["mean"].abs() > 3.6 / np.sqrt(len(SEEDS))]
    assert off.empty, off.to_string()
    low, high = np.sqrt(stats.chi2.ppf([0.0002, 0.9998], len(SEEDS) - 1) / (len(SEEDS) - 1))
    odd = z[~z["std"].between(low, high)]
    assert odd.empty, odd.to_string()


def test_naive_analyses_miss_the_truth(forty):
    # A right analysis misses in eight or more of forty with a chance of 1 in 1 400; these miss in nearly all.
    assert stats.binom.sf(7, 40, 0.05) < 0.001
    missed = (~forty["naive"]["covers"]).groupby(forty["naive"]["truth"]).sum()
    assert len(missed) >= len(NAIVE)
    assert (missed >= 30).all(), missed.to_string()


def test_the_naive_direction_is_the_one_lessons_warn_of(forty):
    bias = forty["naive"].groupby("truth")["z"].mean()
    too_high = [
        "satisfaction.residential.2023", "satisfaction.residential.2024", "satisfaction.residential.2025", "fcr.true",
        "fcr.bonus_effect", "tou.gain_shift",
    ]  # fmt: skip
    assert (bias[too_high] > 0).all()
    assert (bias[["tou.shift.residential", "fcr.skill", "problem.rate.Hill"]] < 0).all()


def test_lessons_stories_hold_in_nearly_every_company(forty):
    held = forty["stories"].groupby("story", sort=False)["holds"].sum()
    assert (held >= 36).all(), held[held < 36].to_string()
