"""What each role sees, cell by cell, and what it cannot reach; who answers for what."""

from __future__ import annotations

import pandas as pd
import pytest

from crmlib.warehouse import check_raci, consent_status, open_role, pseudonyms, raci_table, role_grants, visible

KEY = b"a key of more than sixteen bytes"
DAY = "2025-12-31"
OPTIONS = {"branch adviser": {"place": 7}, "analyst": {"key": KEY}}


def opened(of_bank, role: str):
    return open_role(of_bank, role, as_of=DAY, **OPTIONS.get(role, {}))


@pytest.mark.parametrize("role", role_grants()["role"].unique())
def test_a_role_sees_the_granted_tables_and_columns_and_no_other(role, of_bank):
    grants = role_grants()
    mine = grants[grants["role"] == role].groupby("table")["column"].apply(list).to_dict()
    with opened(of_bank, role) as view:
        seen = {row.table: row.columns.split(", ") for row in view.tables.itertuples()}
        assert seen == mine
        assert (view.tables["rows"] > 0).all()
        for table in set(of_bank.tables["table"]) - set(mine):
            with pytest.raises(ValueError, match="has no table"):
                view.sql(f"SELECT * FROM {table}")
        for table, columns in mine.items():
            if table in set(of_bank.tables["table"]):
                for column in set(of_bank.sql(f"SELECT * FROM {table} LIMIT 1").columns) - set(columns):
                    with pytest.raises(ValueError, match="cannot be answered"):
                        view.sql(f'SELECT {table}."{column}" FROM {table}')


def test_an_adviser_sees_the_own_branch_alone(of_bank, bank):
    ours = set(bank.customers.loc[bank.customers["branch"] == 7, "customer"])
    with opened(of_bank, "branch adviser") as view:
        assert set(view.sql("SELECT customer FROM dim_customer")["customer"]) == ours
        for table in ("fact_contract", "fact_year", "fact_contact"):
            assert set(view.sql(f"SELECT customer FROM {table}")["customer"]) <= ours


def test_marketing_sees_those_who_agreed_alone(of_bank, bank):
    answer = consent_status(bank.customers, bank.consents, purpose="marketing", channel="phone", as_of=DAY).customers
    with opened(of_bank, "marketing") as view:
        assert set(view.sql("SELECT customer FROM dim_customer")["customer"]) == set(
            answer.loc[answer["allowed"], "customer"]
        )


def test_an_analyst_sees_pseudonyms_that_join_and_no_number(of_bank, bank):
    with opened(of_bank, "analyst") as view:
        people = view.sql("SELECT * FROM dim_customer")
        years = view.sql("SELECT * FROM fact_year WHERE year = 2025")
    allowed = consent_status(bank.customers, bank.consents, purpose="analytics", channel="app", as_of=DAY).customers
    known = set(pseudonyms(allowed.loc[allowed["allowed"], "customer"], KEY))
    assert set(people["customer"]) == known
    assert set(years["customer"]) <= known
    assert people["customer"].is_monotonic_increasing  # the order of rows does not follow the numbers
    assert years["customer"].is_monotonic_increasing


def test_the_board_sees_no_customer(of_bank):
    with opened(of_bank, "board") as view:
        report = view.sql("SELECT * FROM quarter_report")
        total = of_bank.sql("SELECT SUM(revenue) AS revenue FROM fact_month")["revenue"].iloc[0]
    assert "customer" not in report.columns
    assert report["customers"].min() > 100
    assert report["revenue"].sum() == pytest.approx(total, abs=0.01)


def test_visible_is_the_grants_as_a_table():
    table = visible()
    assert (table != "").to_numpy().sum() == len(role_grants())
    assert table.loc[("dim_customer", "customer"), "analyst"] == "pseudonym"
    assert table.loc[("fact_year", "profit"), "call centre agent"] == ""


def grants(**columns: object) -> pd.DataFrame:
    row = {"role": "guest", "table": "fact_year", "column": "year", "shown": "plain", "rows": "all"}
    return pd.DataFrame([row | columns])


REFUSED = {
    "no such role": ("director", {}, r"^There is no role 'director'. There are 'branch adviser'"),
    "no branch": ("branch adviser", {}, r"sees its own branch only: give its number, such as place=7"),
    "no key": ("analyst", {}, r"^The role 'analyst' sees pseudonyms: give a key"),
    "a bad key": ("analyst", {"key": b"short"}, r"^`key` has 5 bytes"),
    "a bad day": ("board", {"as_of": "today"}, r"^`as_of` must be a day like"),
    "a way of showing": ("guest", {"grants": grants(shown="blurred")}, r"^A column is shown 'plain' or as 'pseudonym'"),
    "a rule": ("guest", {"grants": grants(rows="some")}, r"^The rule 'some' for the rows of 'fact_year' cannot be read"),
    "a table": ("guest", {"grants": grants(table="salaries")}, r"^The warehouse has no table 'salaries'"),
    "a report of one branch": ("guest", {"grants": grants(table="quarter_report", rows="own branch"), "place": 7},
        r"^The grants give the role 'guest' 'quarter_report' with rows 'own branch', shown as 'plain'. This report is of the"),
    "a report of pseudonyms": ("guest", {"grants": grants(table="quarter_report", column="region", shown="pseudonym"), "key": KEY},
        r"^The grants give the role 'guest' 'quarter_report' with rows 'all', shown as 'pseudonym'."),
    "a column of the report": ("guest", {"grants": grants(table="quarter_report", column="customer")},
        r"^The quarter_report has no column 'customer'"),
    "two rules": ("guest", {"grants": pd.concat([grants(), grants(column="profit", rows="own branch")])},
        r"has two rules for the rows of 'fact_year'"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_roles_that_cannot_be_opened_get_a_sentence(case, of_bank):
    role, options, says = REFUSED[case]
    with pytest.raises(ValueError, match=says):
        open_role(of_bank, role, **{"as_of": DAY} | options)


def test_a_grant_twice_gets_a_sentence():
    with pytest.raises(ValueError, match=r"^The grants give 'year' of 'fact_year' to the role 'guest' twice."):
        visible(pd.concat([grants(), grants()]))


UNDONE = "nobody does it: write R for one role or more"


def test_the_banks_raci_table_is_in_order():
    assert check_raci(raci_table()).empty


@pytest.mark.parametrize(("row", "says"), [
    (["A", "A", "R"], ["2 are accountable ('x' and 'y'): keep one"]),
    (["R", "C", ""], ["nobody is accountable: write A for one role"]),
    (["A", "C", "I"], []),  # one A without R counts as A/R
    (["A/R", "C", "I"], []),
    (["C", "C", "I"], ["nobody is accountable: write A for one role", UNDONE]),
    (["A", "A", "C"], ["2 are accountable ('x' and 'y'): keep one", UNDONE]),
    (["A", "R", "Q"], ["unknown mark 'Q': only R, A, C and I count"]),
    (["A/R", "A", None], ["2 are accountable ('x' and 'y'): keep one"]),
])  # fmt: skip
def test_raci_by_hand(row, says):
    table = pd.DataFrame([["task", *row]], columns=["task", "x", "y", "z"])
    assert check_raci(table)["problem"].tolist() == says


def test_raci_refuses():
    with pytest.raises(ValueError, match="has no roles"):
        check_raci(pd.DataFrame({"task": ["a"]}))
    with pytest.raises(ValueError, match="must have one row per task"):
        check_raci(pd.DataFrame({"task": ["a", "a"], "x": ["A", "A"]}))
