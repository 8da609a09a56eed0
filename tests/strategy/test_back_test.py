"""Forecasts held against what happened: fitted on months 1-24, checked on months 25-36, in the course's bank and in 20 others."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crmlib.companies import load_bank, simulate_bank
from crmlib.strategy import check_bands, fit_behaviour, make_plan, simulate_plan, small_bank, year_end

FATE = ("death", "moved abroad", "closed by bank")


def back_test(bank, paths: int = 300) -> pd.DataFrame:
    """Bands for 2025 from the records up to 2024, and the actual values; who came back counts in neither."""
    customers = bank.customers.assign(own=~bank.customers["exit_reason"].isin(FATE))
    behaviour = fit_behaviour(customers, bank.months, bank.years, small_bank()[1].responses, last=2024)
    before, after = (year_end(customers, bank.months, year, returns=False) for year in (2024, 2025))
    run = simulate_plan(before.start, make_plan(0, {}, 1), behaviour, budget=0, paths=paths)
    kinds, paid = after.customers["kind"].value_counts(), bank.years[bank.years["year"] == 2025]
    first = ~paid["customer"].isin(customers.loc[customers["returned"].notna(), "customer"])
    actual = after.customers["tier"].value_counts().rename(str).to_dict() | {
        "joined": kinds["joined"],
        "left": len(before.customers) - kinds["stayed"],
        "customers_end": len(after.customers),
        "contribution": paid.loc[first, "contribution"].sum(),
    }
    return check_bands(run, pd.DataFrame([actual]))


def test_the_courses_bank_falls_inside_its_bands():
    table = back_test(load_bank(tables=["customers", "months", "years"]))
    assert len(table) == 8
    assert table["inside"].sum() >= 7


@pytest.fixture(scope="module")
def twenty():
    return pd.concat([back_test(simulate_bank(2_500, seed)).assign(seed=seed) for seed in range(500, 520)])


def test_the_bands_cover_in_twenty_fresh_banks(twenty):
    """Nominal 90 %. 160 checks, eight of each bank moving together: between 82 and 97 % is what chance allows."""
    assert 0.82 <= twenty["inside"].mean() <= 0.97
    by_measure = twenty.groupby("measure")["inside"].mean()
    assert (by_measure >= 0.65).all(), by_measure
    lesson = Path(__file__).parents[2] / "notebooks" / "source" / "11_relationship_strategy.py"
    text = " ".join(lesson.read_text(encoding="utf-8").replace("\n#", " ").split())
    said = f"{100 * twenty['inside'].mean():.0f} % of {len(twenty)} values lay in their 90 % band"
    assert said in text, said
    assert by_measure["contribution"] == 1
    assert "The band of contribution is too wide: all 20 lay inside" in text


def test_the_bands_are_not_covering_by_being_wide(twenty):
    """Customers at the end are foretold within a few per cent, and a band without parameter uncertainty would be too narrow."""
    total = twenty[twenty["measure"] == "customers_end"]
    assert ((total["high"] - total["low"]) / total["mean"]).max() < 0.10
    assert (twenty["low"] < twenty["high"]).all()


def test_the_forecast_is_not_off_to_one_side(twenty):
    score = (twenty["actual"] - twenty["mean"]) / ((twenty["high"] - twenty["low"]) / 3.29)
    assert abs(score.mean()) < 0.5
