"""Estimates against what forty small simulated banks have on record, and the careless analyses shown wrong by it.

Forty banks of 700 customers, seeds fixed. An honest 95 % interval covers the truth in 33 to 40 of 40 (fewer has a chance of 1 in
1 300), and its z-scores have mean 0 and SD 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmlib.companies import simulate_bank
from crmlib.retention import (
    campaign_uplift,
    churn_by_tenure,
    churn_frame,
    churn_model,
    compare_lists,
    count_events,
    count_open,
    survival_curve,
    suspicious_features,
)

SEEDS = range(300, 340)
CUSTOMERS = 700
FATE = ["death", "moved abroad", "closed by bank"]
LIMITS = {"as_of": "2025-12-31", "observed_from": "2023-01-01", "own_choice": "own"}
DAY = "2024-07-01"


def facts_of(bank) -> pd.DataFrame:
    bonds = bank.bonds.rename(columns={"since": "opened", "until": "closed"})
    joined = bank.customers[bank.customers["joined"] < DAY]
    years = pd.DataFrame(
        {"customer": joined["customer"], "feature": "years", "known": joined["joined"],
         "value": np.log1p((pd.Timestamp(DAY) - joined["joined"]).dt.days / 365.25)}
    )  # fmt: skip
    return pd.concat(
        [count_open(bank.holdings, "products", DAY), count_open(bonds[bonds["bond"] == "payroll"], "payroll", DAY),
         count_events(bank.contacts, "contacts", DAY, date="time"), years]
    )  # fmt: skip


def one_bank(seed: int) -> tuple[list[tuple], dict[str, float], pd.DataFrame]:
    """Return (truth's name, estimate, error, low, high, value) rows, single findings, and who runs salaries here."""
    bank = simulate_bank(CUSTOMERS, seed)
    members = bank.campaign_members
    people = bank.truth.tables["people"]
    rows, found = [], {}
    for campaign, wanted, name in (("retention", "fewer", "retention.uplift"), ("win-back", "more", "win_back.uplift")):
        line = campaign_uplift(members[members["campaign"] == campaign], wanted=wanted).iloc[0]
        rows.append((name, *line[["uplift", "error", "low", "high"]], bank.truth[name]))
        if campaign == "win-back":  # naive: who was contacted and came back
            found["naive win-back"] = (line["treated_rate"] - bank.truth[name]) / line["error"]
    customers = bank.customers.assign(own=~bank.customers["exit_reason"].isin(FATE) & bank.customers["left"].notna())
    customers = customers.merge(people[["customer", "innate_hazard", "uplift_retention", "quiet"]], on="customer")

    # survival: those who joined in the window are recorded from their first day, and need no correction
    fresh = survival_curve(
        customers[customers["joined"] >= "2023-01-01"], as_of="2025-12-31", own_choice="own", landmarks=(2,)
    )
    right = survival_curve(customers, **LIMITS, from_years=0.05, landmarks=(2, 5)).table["kept"]
    raw = survival_curve(customers, as_of="2025-12-31", own_choice="own", landmarks=(2, 5)).table["kept"]
    found |= {
        "fresh 2": fresh.table.loc[0, "kept"],
        "right 2": right[0],
        "raw 2": raw[0],
        "right 5": right[1],
        "raw 5": raw[1],
    }
    new = customers.loc[customers["joined"] >= "2023-01-01", "innate_hazard"]
    found["law 5"] = np.exp(-5 * new).mean()
    tenure = churn_by_tenure(customers, (0, 2, 15), **LIMITS, hazard="innate_hazard")
    found |= {f"{name} {place}": tenure.loc[place, name] for name in ("rate", "ratio") for place in (0, 1)}

    # churn: what was known on the day, and what was written down later
    frame = churn_frame(
        customers, facts_of(bank), start=DAY, own_choice="own", absent={"products": 0, "payroll": 0, "contacts": 0}
    )
    known = frame.customers
    model = churn_model(known, ["years", "products", "payroll", "contacts"])
    later = bank.years.loc[bank.years["year"] == 2024].set_index("customer")["products"]
    half_year = churn_frame(customers, facts_of(bank), start=DAY, months=6, own_choice="own").customers
    leaking = half_year.assign(products_at_year_end=half_year["customer"].map(later))
    looked = suspicious_features(leaking, ["products_at_year_end", "years"]).set_index("feature")
    found |= {"leak": looked.loc["products_at_year_end", "auc"], "honest": looked.loc["years", "auc"]}
    ever = bank.bonds.loc[bank.bonds["bond"] == "payroll", "customer"]
    joined = known.assign(ever=known["customer"].isin(ever), mine=known["payroll"] > 0)
    # whom to call: judged by the truth
    year = bank.years[bank.years["year"] == 2023].set_index("customer")
    calls = members[members["campaign"] == "retention"].astype({"customer": "int64"})
    calls = calls.merge(known.drop(columns="left"), on="customer").merge(
        people[["customer", "uplift_retention", "quiet"]], on="customer"
    )
    calls["risk"] = model.risk(calls)
    touched = year["teller_visits"].add(year["calls"]).reindex(calls["customer"]).to_numpy()
    calls["silent"] = (touched == 0) & (year["app_sessions"].reindex(calls["customer"]).to_numpy() < 24)
    calls["value"] = 3 * year["contribution"].reindex(calls["customer"]).fillna(0).to_numpy()
    found |= {f"uplift {name}": calls.loc[calls["silent"] == name, "uplift_retention"].mean() for name in (True, False)}
    calls["gain"] = np.where(calls["silent"], 0.0, calls["risk"] * calls["value"])  # the silent are left alone
    lists = compare_lists(calls, ["risk", "gain"], len(calls) // 10, cost=60, uplift="uplift_retention").set_index(
        "rule"
    )
    found |= {
        f"{column} {rule}": lists.loc[rule, column]
        for column in ("saved", "money_kept", "driven_away")
        for rule in lists.index
    }
    return rows, found, joined[["ever", "mine", "years", "left"]]


@pytest.fixture(scope="module")
def forty() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rows, found, salaries = zip(*(one_bank(seed) for seed in SEEDS), strict=True)
    frame = pd.DataFrame(
        [row for one in rows for row in one], columns=["truth", "estimate", "error", "low", "high", "value"]
    )
    frame["z"] = (frame["estimate"] - frame["value"]) / frame["error"]
    return frame, pd.DataFrame(found), pd.concat(salaries, ignore_index=True)


def test_uplift_covers_the_truth_in_a_plausible_share_of_forty_banks(forty):
    inside = (
        forty[0]
        .assign(inside=lambda f: (f["low"] <= f["value"]) & (f["value"] <= f["high"]))
        .groupby("truth")["inside"]
    )
    assert inside.size().tolist() == [len(SEEDS)] * 2
    assert (inside.sum() >= 33).all(), inside.sum().to_string()


def test_uplift_is_centred_and_its_errors_are_honest(forty):
    z = forty[0].groupby("truth")["z"].agg(["mean", "std"])
    assert (z["mean"].abs() < 3 / np.sqrt(len(SEEDS))).all(), z.to_string()
    low, high = np.sqrt(stats.chi2.ppf([0.0005, 0.9995], len(SEEDS) - 1) / (len(SEEDS) - 1))
    assert z["std"].between(low, high).all(), z.to_string()


def test_who_came_back_after_a_contact_is_not_what_the_contact_did(forty):
    z = forty[1]["naive win-back"]  # a right analysis would have a mean of 0, and 2 of 80 beyond 1.96
    assert (z > 0).sum() >= 38
    assert (z > 1.96).sum() >= 10
    assert z.mean() > 1.4


def test_survivors_alone_make_customers_look_faithful(forty):
    found = forty[1]
    gap = found["right 2"] - found["fresh 2"]
    assert abs(gap.mean()) < 0.015  # corrected: as those who are recorded from their first day
    assert (found["raw 2"] > found["fresh 2"] + 0.08).all()
    assert (found["raw 5"] > found["law 5"] + 0.15).all()
    assert abs(found["right 5"].mean() - found["law 5"].mean()) < 0.07


def test_the_rate_falls_with_tenure_and_the_ratio_to_own_hazards_does_not(forty):
    mean = forty[1].mean()
    assert mean["rate 1"] < 0.6 * mean["rate 0"]
    assert mean["ratio 1"] / mean["ratio 0"] == pytest.approx(1, abs=0.1)


def test_a_leak_is_caught_and_an_honest_feature_is_not(forty):
    assert (forty[1]["leak"] > 0.8).all()  # the limit from which `suspicious_features` warns
    assert forty[1]["leak"].mean() > 0.9
    assert (forty[1]["honest"] < 0.8).all()


def test_who_ever_ran_salaries_here_had_to_stay_to_begin(forty):
    """Immortal time: the recorded effect of the bond is −0.40 in the log-hazard."""
    salaries = forty[2]
    now = churn_model(salaries, ["mine", "years"]).table.loc[0, "coefficient"]
    ever = churn_model(salaries[~salaries["mine"]], ["ever", "years"]).table.loc[0, "coefficient"]
    assert now == pytest.approx(-0.40, abs=0.2)
    assert ever < now - 0.5


def test_risk_names_who_leaves_and_not_who_is_kept(forty):
    mean = forty[1].mean()
    assert mean["uplift True"] > mean["uplift False"] + 0.02  # the silent: sleeping dogs among them
    assert mean["money_kept gain"] > 2 * mean["money_kept risk"]
    assert mean["driven_away gain"] < mean["driven_away risk"]
