"""What sixteen small simulated banks have on record: who pulls deposits in, and which list of accounts brings money a year later.

Sixteen banks of 1,500 customers, seeds fixed. The lists are made from what was known at the end of 2024 and judged by 2025.
"""

from __future__ import annotations

import pandas as pd
import pytest

from crmlib.accounts import account_scores, judge_lists, month_end_lift, rate_deals
from crmlib.companies import simulate_bank

SEEDS = range(400, 416)
COMMITTEE = {"contribution": 0.4, "deposits_average": 0.2, "elsewhere": 0.2, "products": 0.2}


def one_bank(seed: int) -> dict[str, object]:
    bank = simulate_bank(customers=1_500, seed=seed)
    branches = bank.branches.merge(bank.truth.tables["branches"], on="branch")
    lift = month_end_lift(bank.months.merge(bank.customers[["customer", "branch"]]).merge(bank.branches))
    caught = lift.merge(branches[["manager", "gaming"]], on="manager")
    last = bank.years[bank.years["year"] == 2025]
    deals = rate_deals(last, transfer_price=bank.rates["transfer_price"].tail(12).mean())
    known = bank.years[bank.years["year"] == 2024].merge(
        bank.wallets[bank.wallets["year"] == 2024].drop(columns="year")
    )
    known = known.merge(bank.customers[["customer", "left"]])
    known = known[~(known["left"] < "2025-01-01")].reset_index(drop=True)
    known["elsewhere"] = known["wallet"] - known["assets_here"]
    known["next"] = known["customer"].map(last.set_index("customer")["contribution"]).fillna(0.0)
    known["score"] = account_scores(known, COMMITTEE, top=20).customers["score"]
    judged = judge_lists(known, ["deposits_average", "revenue", "contribution", "score"], "next", top=20)
    return {
        "wrong": int((caught["flagged"] != caught["gaming"]).sum()),
        "managers": len(caught),
        "lift": caught.loc[caught["gaming"], "lift"].mean(),
        "true_lift": bank.truth["gaming.lift"],
        "deals_to_profit": deals.table["deal_cost"].iloc[0] / last["profit"].sum(),
        **judged.set_index("list")["total"],
    }


@pytest.fixture(scope="module")
def banks() -> pd.DataFrame:
    return pd.DataFrame([one_bank(seed) for seed in SEEDS])


def test_the_managers_who_pull_deposits_in_are_flagged_and_nobody_else(banks):
    assert banks["managers"].sum() == 36 * len(banks)
    assert banks["wrong"].tolist() == [0] * len(banks)


def test_the_lift_is_the_one_on_record(banks):
    """Log lift 0.18, and half the variance of a day's noise of 8 % on top, since amounts are added up before the logarithm."""
    expected = 1.1972 * (1 + 0.08**2 / 2) - 1  # exp(0.18) = 1.1972
    assert banks["true_lift"].unique().tolist() == [0.18]
    assert banks["lift"].mean() == pytest.approx(expected, abs=0.004)


def test_deals_cost_as_much_as_the_banks_earn(banks):
    """A sanity check of the story: in most banks the deals eat at least two thirds of a year's profit."""
    assert (banks["deals_to_profit"] > 2 / 3).mean() > 0.9


def test_last_year_s_contribution_finds_better_accounts_than_deposits_in_every_bank(banks):
    assert (banks["contribution"] > banks["deposits_average"]).all()
    assert (banks["contribution"] > banks["revenue"]).all()


def test_a_committee_s_score_beats_deposits_mostly_and_contribution_never(banks):
    """A score with four criteria spreads its weight on what does not forecast. It would pass for a success beside deposits alone."""
    assert (banks["score"] > banks["deposits_average"]).sum() >= 12
    assert banks["score"].mean() > 1.1 * banks["deposits_average"].mean()
    assert (banks["score"] < banks["contribution"]).all()


def test_deposits_and_revenue_are_poor_baselines_alike(banks):
    wins = (banks["revenue"] > banks["deposits_average"]).sum()
    assert 4 <= wins <= 12
