"""SQL and crmlib agree on every shared measure: on both companies, on 20 student variants, and on a second engine."""

from __future__ import annotations

import sqlite3

import pandas as pd
import pytest

from crmlib._frames import need_day
from crmlib.companies import simulate_bank
from crmlib.practice.variants import CUSTOMERS, student_seed
from crmlib.warehouse import measure_sql, measures, open_warehouse
from tests.warehouse.same import CHECKS, Bank, Utility

DAYS = ("start", "end", "as_of", "last_day")


def test_every_measure_has_a_check():
    assert sorted(CHECKS) == measures()["measure"].tolist()


@pytest.mark.parametrize("measure", sorted(CHECKS))
def test_sql_is_crmlib_on_the_bank(measure, of_bank, bank):
    CHECKS[measure](of_bank.measure, Bank(bank.tables))


@pytest.mark.parametrize("measure", sorted(CHECKS))
def test_sql_is_crmlib_on_the_utility(measure, of_utility, utility):
    CHECKS[measure](of_utility.measure, Utility(utility.tables))


@pytest.mark.parametrize("student", ["guest", *(f"2025{number:04d}" for number in range(1, 20))])
def test_sql_is_crmlib_on_a_students_bank(student):
    """The first company that is drawn for a student in the exercises."""
    company = simulate_bank(customers=CUSTOMERS, seed=student_seed(student))
    with open_warehouse(company.tables) as warehouse:
        for check in CHECKS.values():
            check(warehouse.measure, Bank(company.tables))


def test_a_check_notices_a_wrong_cent(bank):
    years = bank.tables["years"].copy()
    years.loc[years["year"] == 2025, "revenue"] += [0.01] + [0.0] * ((years["year"] == 2025).sum() - 1)
    with open_warehouse(bank.tables | {"years": years}) as warehouse, pytest.raises(AssertionError):
        CHECKS["customer_pyramid"](warehouse.measure, Bank(bank.tables))


@pytest.mark.parametrize("make", [Bank, Utility])
def test_the_same_sql_runs_on_another_engine(make, bank, utility):
    """SQLite knows no DECIMAL, no DATE and another division: what runs on both is portable."""
    name, company = ("bank", simulate_bank(customers=600, seed=5)) if make is Bank else ("utility", utility)
    with open_warehouse(company.tables, name) as warehouse:
        star = {table: warehouse.sql(f"SELECT * FROM {table}") for table in warehouse.tables["table"]}
    other = sqlite3.connect(":memory:")
    try:
        for table, frame in star.items():
            frame = frame.drop(columns=[c for c in frame if frame[c].dtype.kind == "M"])
            frame.to_sql(table, other, index=False)

        def ask(measure: str, **values: object) -> pd.DataFrame:
            plain = {key: need_day(one, key) if key in DAYS else one for key, one in values.items()}
            if measure == "retention_rates":
                plain |= {"year_before": 2023, "year_after": 2024, "month_before": need_day("2023-12-01", "day")}
                plain |= {"month_after": need_day("2024-12-01", "day")}
            return pd.read_sql_query(measure_sql(measure), other, params=plain)

        for check in CHECKS.values():
            check(ask, make(company.tables))
    finally:
        other.close()
