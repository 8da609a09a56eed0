"""Against what the simulation put in: the lot finds the effect of time-of-use prices, the volunteers do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmlib.tariff import (
    agent_results,
    compare_arms,
    peak_share_change,
    resolution_rates,
    tariff_change,
    weighted_slope,
)

TRIAL = ("trial time-of-use", "trial control")


def homes_of(company) -> pd.DataFrame:
    people = company.customers[company.customers["class"] == "residential"]
    changed = peak_share_change(company.bills[company.bills["customer"].isin(people["customer"])], "2024-07-01")
    return changed.customers.merge(people[["customer", "tou_arm"]], on="customer").rename(columns={"tou_arm": "arm"})


@pytest.fixture(scope="module")
def arms(small_utilities):
    """Per seed: truth, the randomised estimate, and the estimate from those who opted in."""
    found = {}
    for seed, company in small_utilities.items():
        homes = homes_of(company)
        lot = compare_arms(homes, "change", *TRIAL).iloc[0]
        free = compare_arms(homes, "after", "opted in", "none").iloc[0]
        found[seed] = (company.truth["tou.shift.residential"], lot, free)
    return found


def test_the_lot_covers_the_truth(arms):
    inside = [lot["low"] <= truth <= lot["high"] for truth, lot, _ in arms.values()]
    assert sum(inside) >= len(inside) - 1  # of 95 % intervals one in five may miss
    errors = [(lot["difference"] - truth) / lot["error"] for truth, lot, _ in arms.values()]
    assert abs(np.mean(errors)) < 2 / np.sqrt(len(errors))


def test_the_volunteers_do_not(arms):
    misses = [not free["low"] <= truth <= free["high"] for truth, _, free in arms.values()]
    assert sum(misses) >= len(misses) - 1
    assert all(free["difference"] < truth for truth, _, free in arms.values())  # they use less at peak anyway


def test_the_shipped_company(power):
    homes = homes_of(power)
    truth = power.truth["tou.shift.residential"]
    lot, free = (compare_arms(homes, *how).iloc[0] for how in (("change", *TRIAL), ("after", "opted in", "none")))
    assert lot["low"] < truth < lot["high"] < 0
    assert free["high"] < truth
    before = compare_arms(homes, "before", "opted in", "none").iloc[0]
    assert before["high"] < 0  # the volunteers were different before


def test_the_gain_without_shifting_is_the_recorded_one(power):
    """The recorded gains compare the same months, with and without time-of-use prices."""
    latent = power.truth.tables["customers"].set_index("customer")
    opted = power.customers[(power.customers["tou_arm"] == "opted in") & (power.customers["class"] == "residential")]
    bills = power.bills[power.bills["customer"].isin(opted["customer"]) & (power.bills["month"] >= "2025-01-01")]
    use = bills.assign(cost_peak=0.0, cost_flat=0.0, cost_valley=0.0, tariff="home time-of-use")
    use = use.merge(latent["substitution"], left_on="customer", right_index=True)
    back = tariff_change(use, power.tariffs, "home tiered", "substitution").set_index("customer")
    # Going back to one price moves the load back: structural + shifting of the way there are the gain of the way back, turned round
    months = bills.groupby("customer").size()
    whole = (-back["structural"] * 12 / months).rename("whole")
    recorded = latent["gain_structural"] + latent["gain_shift"]
    both = pd.concat([whole, recorded.rename("recorded")], axis=1, join="inner")
    # the part years of four customers, taken as whole ones, would lower the correlation to 0.995
    assert np.corrcoef(both.T)[0, 1] > 0.998
    assert stats.linregress(both["recorded"], both["whole"]).slope == pytest.approx(1, abs=0.02)
    assert both["whole"].mean() == pytest.approx(both["recorded"].mean(), rel=0.02)


def test_audits_cover_true_resolution_and_codes_do_not(small_utilities):
    hits = 0
    for company in small_utilities.values():
        found = resolution_rates(company.contacts, company.audits).iloc[0]
        hits += found["low"] <= company.truth["fcr.true"] <= found["high"]
        assert found["coded"] > found["high"]
    assert hits >= len(small_utilities) - 1


def test_skill_and_training(power):
    contacts = power.contacts
    early = contacts[contacts["time"] < "2025-01-01"]
    line = weighted_slope(agent_results(early, power.agents), "skill_test", "no_repeat", "contacts").iloc[0]
    assert 10 * line["low"] < power.truth["fcr.skill_slope"] < 10 * line["high"]
    before, after = (
        agent_results(rows, power.agents).set_index("agent")
        for rows in (early, contacts[contacts["time"] >= "2025-01-01"])
    )
    change = (after["no_repeat"] - before["no_repeat"]).rename("change").reset_index()
    change["arm"] = np.where(power.agents["trained"].notna(), "trained", "not")
    found = compare_arms(change, "change", "trained", "not").iloc[0]
    assert found["low"] < power.truth["fcr.training_effect"] < found["high"]
