"""Retention periods and erasure: nobody stays anywhere, and the totals add up or the report says what changed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.companies import simulate_bank
from crmlib.warehouse import due_for_erasure, erase_customers, open_warehouse, retention_rules

SMALL = simulate_bank(customers=300, seed=4)
IDS = SMALL.customers["customer"].tolist()


def test_due_by_hand():
    """Left on 29 February 2024; came back; came back and left again; still here."""
    people = pd.DataFrame(
        {
            "customer": [1, 2, 3, 4],
            "left": pd.to_datetime(["2024-02-29", "2023-01-01", "2023-01-01", None]),
            "returned": pd.to_datetime([None, "2023-06-01", "2023-06-01", None]),
            "left_again": pd.to_datetime([None, None, "2024-06-01", None]),
        }
    )
    rules = pd.DataFrame({"table": ["messages", "months"], "years_after_leaving": [1, 10]})
    found = due_for_erasure(people, rules, as_of="2025-02-28")
    assert found.customers[["table", "customer"]].to_numpy().tolist() == [["messages", 1]]
    assert found.table["due"].tolist() == [1, 0]
    assert due_for_erasure(people, rules, as_of="2025-02-27").customers.empty
    later = due_for_erasure(people, rules, as_of="2025-06-01")
    assert later.customers["customer"].tolist() == [1, 3]


def test_what_has_not_happened_yet_decides_nothing():
    """Left in May 2023 and back in January 2025: in June 2024 he is gone, and in 2025 a customer again."""
    person = pd.DataFrame({"customer": [1], "left": pd.to_datetime(["2023-05-01"])})
    whole = person.assign(returned=pd.to_datetime(["2025-01-01"]), left_again=pd.NaT)
    rules = pd.DataFrame({"table": ["messages"], "years_after_leaving": [1]})
    for as_of, due in (("2024-06-30", 1), ("2024-12-31", 1), ("2025-01-01", 0), ("2026-06-30", 0)):
        assert due_for_erasure(whole, rules, as_of=as_of).table["due"].tolist() == [due], as_of
    early = due_for_erasure(whole, rules, as_of="2024-06-30").customers
    pd.testing.assert_frame_equal(early, due_for_erasure(person, rules, as_of="2024-06-30").customers)
    again = whole.assign(left_again=pd.to_datetime(["2025-03-01"]))
    assert due_for_erasure(again, rules, as_of="2024-06-30").customers["left"].tolist() == [pd.Timestamp("2023-05-01")]
    with pytest.raises(ValueError, match="has no column 'left_again'"):
        due_for_erasure(whole.drop(columns="left_again"), rules, as_of="2025-12-31")


def test_the_banks_own_rules(bank):
    found = due_for_erasure(bank.customers, as_of="2025-12-31")
    table = found.table.set_index("table")["due"]
    assert list(table.index) == retention_rules()["table"].tolist()
    here = bank.customers["left"].isna() | (bank.customers["returned"].notna() & bank.customers["left_again"].isna())
    assert not found.customers["customer"].isin(bank.customers.loc[here, "customer"]).any()
    assert table["consents"] == 0  # three years after leaving: the records begin in January 2023
    assert table["messages"] > table["contacts"] > 0


@settings(max_examples=25)
@given(st.sets(st.sampled_from(IDS), min_size=1, max_size=40))
def test_nobody_stays_and_nothing_else_goes(ids):
    before = {name: frame.copy() for name, frame in SMALL.tables.items()}
    done = erase_customers(SMALL.tables, ids)
    for name, frame in done.tables.items():
        pd.testing.assert_frame_equal(SMALL.tables[name], before[name])
        if "customer" in frame.columns:
            assert not frame["customer"].isin(ids).any()
            assert len(frame) == (~SMALL.tables[name]["customer"].isin(ids)).sum()
        if "referrer" in frame.columns:
            assert not frame["referrer"].isin(ids).any()
    row = done.report.set_index("table").loc["months"]
    missing = row["money_before"] - row["money_after"] - row["remainder"]
    if len(ids) < 5:
        assert row["remainder"] == 0
        assert done.remainder.empty
        assert missing == pytest.approx(SMALL.months.loc[SMALL.months["customer"].isin(ids), "revenue"].sum(), abs=0.01)
    else:
        few = SMALL.months[SMALL.months["customer"].isin(ids)].groupby("month")["revenue"].agg(["size", "sum"])
        assert missing == pytest.approx(few.loc[few["size"] < 5, "sum"].sum(), abs=0.01)
        assert row["remainder"] == pytest.approx(few.loc[few["size"] >= 5, "sum"].sum(), abs=0.01)


def test_totals_come_back_to_the_cent(bank, of_bank):
    """Erase 400 customers: revenue by year left in a new warehouse + remainder = revenue as it was."""
    ids = bank.customers["customer"].iloc[::50]
    done = erase_customers(bank.tables, ids)
    query = "SELECT year, SUM(revenue) AS revenue, COUNT(*) AS customers FROM fact_year GROUP BY year ORDER BY year"
    before = of_bank.sql(query).set_index("year")
    with open_warehouse(done.tables) as warehouse:
        after = warehouse.sql(query).set_index("year")
    rest = done.remainder[done.remainder["table"] == "years"]
    rest = rest.set_index(rest["period"].astype(int))["amount"]
    np.testing.assert_allclose(after["revenue"] + rest, before["revenue"], atol=0.005)
    assert (after["customers"] < before["customers"]).all()


def test_a_link_to_the_erased_is_cut(bank):
    referrer = bank.customers["referrer"].value_counts().index[0]
    linked = int((bank.customers["referrer"] == referrer).sum())
    done = erase_customers({"customers": bank.customers}, [referrer])
    assert done.report["links_cut"].tolist() == [linked]
    assert done.tables["customers"]["referrer"].isna().sum() >= bank.customers["referrer"].isna().sum() + linked - 1


MONTHS = SMALL.months
REFUSED = {
    "nobody": ({"months": MONTHS}, [], {}, r"^Nobody is to be erased"),
    "a stranger": ({"months": MONTHS}, [7], {}, r"^No table has the customer 7. Check the list"),
    "a table of money that is not there": ({"months": MONTHS}, IDS[:1], {"money": {"month": ("month", "revenue")}},
        r"^`money` names the table 'month', which is not there."),
    "a column of money that is not there": ({"months": MONTHS}, IDS[:1], {"money": {"months": ("month", "income")}},
        r"^The table 'months' has no column 'income'"),
    "a sum over one": ({"months": MONTHS}, IDS[:1], {"least": 1}, r"^`least` must be a whole number, 2 or more"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_erasure_refuses(case):
    tables, ids, options, says = REFUSED[case]
    with pytest.raises(ValueError, match=says):
        erase_customers(tables, ids, **options)


@pytest.mark.parametrize(("rules", "says"), [
    (pd.DataFrame({"table": ["months"], "years_after_leaving": [1.5]}), r"^The retention period of 'months' must be a whole number"),
    (pd.DataFrame({"table": ["months"]}), r"^The frame of rules has no column 'years_after_leaving'"),
])  # fmt: skip
def test_rules_that_cannot_be_read(rules, says):
    with pytest.raises(ValueError, match=says):
        due_for_erasure(SMALL.customers, rules, as_of="2025-12-31")
