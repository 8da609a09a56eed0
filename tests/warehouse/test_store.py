"""The star: what Inmon asks of a warehouse, by hand and by property; and what it says to bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.companies import simulate_bank
from crmlib.warehouse import measure_sql, measures, open_warehouse

SMALL = simulate_bank(customers=300, seed=3)


def with_bonds(spells: list[tuple[int, int, int | None]]) -> dict[str, pd.DataFrame]:
    """The small bank with other club memberships: customer by place, first and last day after joining."""
    people = SMALL.customers
    rows = []
    for place, first, last in spells:
        person = people.iloc[place]
        since = person["joined"] + pd.Timedelta(days=first)
        until = pd.NaT if last is None else person["joined"] + pd.Timedelta(days=first + last)
        rows.append((person["customer"], "club", since, until))
    frame = pd.DataFrame(rows, columns=["customer", "bond", "since", "until"])
    return SMALL.tables | {"bonds": frame.astype({"since": "datetime64[us]", "until": "datetime64[us]"})}


def test_history_by_hand():
    """Customer 1 joins the club on day 10, leaves it after day 20, comes back on day 40: four versions."""
    with open_warehouse(with_bonds([(0, 10, 10), (0, 40, None)])) as warehouse:
        person = SMALL.customers.iloc[0]
        found = warehouse.sql(
            "SELECT programme, valid_from, valid_to, is_current FROM dim_customer WHERE customer = $id ORDER BY valid_from",
            id=int(person["customer"]),
        )
        joined = (person["joined"] - pd.Timestamp(0)).days
        assert found["programme"].tolist() == ["none", "club", "none", "club"]
        assert (found["valid_from"] - joined).tolist() == [0, 10, 21, 40]
        assert (found["valid_to"] - joined).tolist()[:3] == [9, 20, 39]
        assert found["is_current"].tolist() == [False, False, False, True]


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 60), st.one_of(st.none(), st.integers(0, 30))),
        min_size=1,
        max_size=8,
    )
)
def test_versions_cover_every_day_once_and_tell_the_truth(spells):
    """However memberships overlap: on each day a customer has one version, and it says whether a spell holds."""
    with open_warehouse(with_bonds(spells)) as warehouse:
        versions = warehouse.sql("SELECT * FROM dim_customer ORDER BY customer, valid_from")
    assert versions.groupby("customer")["is_current"].sum().eq(1).all()
    for place in {place for place, *_ in spells}:
        person = SMALL.customers.iloc[place]
        joined = (person["joined"] - pd.Timestamp(0)).days
        mine = versions[versions["customer"] == person["customer"]]
        for day in range(0, 100):
            holds = (mine["valid_from"] <= joined + day) & (joined + day <= mine["valid_to"])
            assert holds.sum() == 1
            member = any(p == place and a <= day and (b is None or day <= a + b) for p, a, b in spells)
            assert (mine.loc[holds, "programme"].iloc[0] == "club") == member
        pairs = zip(mine["programme"], mine["programme"].iloc[1:], strict=False)
        assert all(one != other for one, other in pairs)  # a version is a change


def test_facts_carry_the_version_of_their_day(of_bank, bank):
    rows = of_bank.sql(
        "SELECT COUNT(*) AS n, COUNT(DISTINCT m.customer * 100000 + m.day) AS distinct_rows, "
        "SUM(CASE WHEN v.customer = m.customer THEN 1 ELSE 0 END) AS same FROM fact_month m "
        "JOIN dim_customer v ON v.customer_key = m.customer_key"
    ).iloc[0]
    assert rows["n"] == rows["distinct_rows"] == rows["same"] == len(bank.months)


def test_money_is_exact(of_bank, bank):
    """A sum of half a million floats is off; whole cents are not."""
    cents = int((bank.months["revenue"] * 100).round().astype(np.int64).sum())
    found = of_bank.sql("SELECT CAST(SUM(revenue) * 100 AS BIGINT) AS cents FROM fact_month")["cents"].iloc[0]
    assert found == cents


def test_time_variant_is_not_as_of_today(of_bank):
    """The operational table forgets; the warehouse does not."""
    then = of_bank.measure("programme_on_day", as_of="2024-07-01").set_index("programme")["customers"]
    today = of_bank.sql(
        "SELECT programme, COUNT(*) AS n FROM dim_customer JOIN fact_relationship USING (customer) WHERE is_current "
        "AND began <= 19905 AND (ended IS NULL OR ended > 19905) GROUP BY programme"
    ).set_index("programme")["n"]
    assert pd.Timestamp(19905, unit="D") == pd.Timestamp("2024-07-01")
    assert then.sum() == today.sum()
    assert then["club"] != today["club"]


def test_the_warehouse_cannot_be_changed(of_bank):
    before = of_bank.tables["rows"].sum()
    for attempt in ("DELETE FROM fact_year", "DROP TABLE fact_year", "UPDATE fact_year SET revenue = 0", "SET threads = 1",
                    "CREATE TABLE mine AS SELECT 1", "COPY fact_year TO 'year.csv'", "ATTACH 'other.db'"):  # fmt: skip
        with pytest.raises(ValueError, match="is read, not written"):
            of_bank.sql(attempt)
    assert of_bank.tables["rows"].sum() == before


def test_a_query_sees_neither_files_nor_the_readers_variables(of_bank, root):
    secret = pd.DataFrame({"a": [1]})
    with pytest.raises(ValueError, match="has no table 'secret'"):
        of_bank.sql("SELECT * FROM secret")
    with pytest.raises(ValueError, match=r"cannot be answered|is not there"):
        of_bank.sql(f"SELECT * FROM read_text('{(root / 'README.md').as_posix()}')")
    assert len(secret) == 1


def test_opening_leaves_the_frames_alone():
    copies = {name: frame.copy() for name, frame in SMALL.tables.items()}
    open_warehouse(SMALL.tables).close()
    for name, frame in SMALL.tables.items():
        pd.testing.assert_frame_equal(frame, copies[name])


YEAR_2025 = "SELECT COUNT(*) AS n FROM fact_year WHERE year = $year"
ASKED = {
    "a table that is not there": ("SELECT * FROM customers", {}, "The warehouse has no table 'customers'. Its tables are"),
    "a column that is not there": ("SELECT profits FROM fact_year", {}, 'The SQL cannot be answered: Binder Error: Referenced col'),
    "a slip of the pen": ("SELCT 1", {}, "The SQL cannot be read: "),
    "two questions": ("SELECT 1; SELECT 2", {}, "Ask one question at a time: the SQL holds 2 statements."),
    "a value is missing": (YEAR_2025, {}, "The SQL needs a value for 'year': add year=..."),
    "a value too many": (YEAR_2025, {"year": 2025, "years": 3}, r"The SQL has no \$years. It knows 'year'."),
    "a day that is none": ("SELECT $as_of AS day", {"as_of": "31/12/2025"}, "`as_of` must be a day like '2025-12-31'"),
}  # fmt: skip


@pytest.mark.parametrize("case", ASKED)
def test_a_wrong_question_gets_a_sentence(case, of_bank):
    query, values, says = ASKED[case]
    with pytest.raises(ValueError, match=f"^{says}"):
        of_bank.sql(query, **values)


def test_a_measure_that_is_not_there(of_bank):
    with pytest.raises(ValueError, match=r"^There is no measure 'ginny' in SQL. There are 'arrivals_by_hour'"):
        of_bank.measure("ginny", year=2025)


def test_a_closed_warehouse_says_so():
    warehouse = open_warehouse(SMALL.tables)
    warehouse.close()
    with pytest.raises(ValueError, match=r"^This warehouse is closed. Open it again with open_warehouse"):
        warehouse.sql("SELECT 1")


def changed(table: str, **columns: object) -> dict[str, pd.DataFrame]:
    return SMALL.tables | {table: SMALL.tables[table].assign(**columns)}


REFUSED = {
    "not a dict": ([1], {}, TypeError, r"`tables` must be a dict of frames, such as bank.tables, but it is a list."),
    "another company": (SMALL.tables, {"company": "hotel"}, ValueError, "`company` must be one of 'bank' and 'utility', but"),
    "a table is missing": ({k: v for k, v in SMALL.tables.items() if k != "leads"}, {}, ValueError,
        "The warehouse of the bank needs the tables 'leads'. Add them to `tables`."),
    "an empty export": (SMALL.tables | {"months": SMALL.tables["months"].iloc[:0]}, {}, ValueError,
        "The table 'months' has no rows. Check the filter or the file that it came from."),
    "a column is missing": (SMALL.tables | {"months": SMALL.tables["months"].drop(columns="revenue")}, {}, ValueError,
        "The table 'months' has no column 'revenue'."),
    "dates as text": (changed("purchases", date="03/04/2025"), {}, ValueError,
        "Column 'date' of the table 'purchases' must hold dates, but begins with the text '03/04/2025'."),
    "a date is missing": (changed("customers", joined=pd.NaT), {}, ValueError, "Column 'joined' of the table 'customers' has no day in"),
    "money as text": (changed("months", revenue="12.50"), {}, ValueError, "Column 'revenue' of the table 'months' must hold numbers"),
    "customers twice": (SMALL.tables | {"customers": pd.concat([SMALL.customers, SMALL.customers])}, {}, ValueError,
        "The table 'customers' must have one row per customer, but column 'customer' repeats in 300 rows"),
    "half of the customers": (SMALL.tables | {"customers": SMALL.customers.head(150)}, {}, ValueError,
        r"Column 'customer' of the table 'bonds' names .*, not listed in the table 'customers', in [\d,]+ rows"),
    "a month of a stranger": (SMALL.tables | {"months": pd.concat([SMALL.months, SMALL.months.head(1).assign(customer=7)])}, {}, ValueError,
        rf"Column 'customer' of the table 'months' names 7, not listed in the table 'customers', in 1 row \(row {len(SMALL.months)}\)"),
    "a month twice": (SMALL.tables | {"months": pd.concat([SMALL.months, SMALL.months.head(1)])}, {}, ValueError,
        rf"The table 'months' must have one row per customer and month, but they repeat in 1 row \(row {len(SMALL.months)}\)"),
    "a year twice": (SMALL.tables | {"years": pd.concat([SMALL.years, SMALL.years.head(1)])}, {}, ValueError,
        "The table 'years' must have one row per customer and year"),
    "a wallet twice": (SMALL.tables | {"wallets": pd.concat([SMALL.wallets, SMALL.wallets.head(1)])}, {}, ValueError,
        "The table 'wallets' must have one row per customer and year"),
    "a lead twice": (SMALL.tables | {"leads": pd.concat([SMALL.leads, SMALL.leads.head(1)])}, {}, ValueError,
        "The table 'leads' must have one row per lead"),
    "a branch twice": (SMALL.tables | {"branches": pd.concat([SMALL.branches, SMALL.branches.head(1)])}, {}, ValueError,
        r"The table 'branches' must have one row per branch, but column 'branch' repeats in 1 row \(row 36\)"),
    "a branch that is closed": (SMALL.tables | {"branches": SMALL.branches.iloc[1:]}, {}, ValueError,
        "Column 'branch' of the table 'customers' names 1, not listed in the table 'branches', in"),
    "money is missing": (changed("months", revenue=np.nan), {}, ValueError, "Column 'revenue' of the table 'months' is empty in"),
}  # fmt: skip


def test_bills_without_a_customer_or_a_price_get_a_sentence(utility):
    tables, prices = utility.tables, utility.tables["price_chain"]
    first = prices.iloc[0]
    kind = tables["customers"].set_index("customer")["class"].reindex(tables["bills"]["customer"]).to_numpy()
    lost = int(((tables["bills"]["month"] == first["month"]) & (kind == first["class"])).sum())
    for changed_tables, says in (
        ({"price_chain": prices.iloc[1:]}, rf"^The table 'price_chain' has no price for {lost:,} rows .* of the table 'bills', such as "
         rf"class '{first['class']}' in 2023-01. Add the month and class there."),
        ({"price_chain": pd.concat([prices, prices.head(1)])}, r"^The table 'price_chain' must have one row per month and class"),
        ({"bills": pd.concat([tables["bills"], tables["bills"].head(1)])}, r"^The table 'bills' must have one row per customer and month"),
        ({"customers": tables["customers"].iloc[1:]}, r"^Column 'customer' of the table 'bills' names 200001, not listed in the table"),
        ({"prospects": pd.concat([tables["prospects"], tables["prospects"].head(1)])}, r"^The table 'prospects' must have one row per"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=says):
            open_warehouse(tables | changed_tables, "utility")


def test_a_price_holds_for_its_month_whatever_the_hour(utility, of_utility):
    prices = utility.tables["price_chain"]
    later = utility.tables | {"price_chain": prices.assign(month=prices["month"] + pd.Timedelta(hours=6))}
    with open_warehouse(later, "utility") as warehouse:
        assert len(warehouse.sql("SELECT day FROM fact_month")) == len(utility.tables["bills"])


@pytest.mark.parametrize("case", REFUSED)
def test_bad_tables_get_a_sentence(case):
    tables, options, kind, says = REFUSED[case]
    with pytest.raises(kind, match=f"^{says}"):
        open_warehouse(tables, **options)


def test_measures_are_listed_with_what_they_mean():
    table = measures()
    assert table["measure"].is_unique
    assert (table["meaning"].str.len() > 20).all()
    for name in table["measure"]:
        assert measure_sql(name).count(";") <= measure_sql(name).split("\n\n")[0].count(
            ";"
        )  # one statement, comments apart
        assert "ORDER BY" in measure_sql(name) or name in ("gini", "top_share")  # one number needs no order
