"""Five retention rates of one base: by hand, against a plain count, and what must hold for any base."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.retention import retention_base, retention_rates

day = pd.Timestamp
CUSTOMERS = pd.DataFrame(
    {
        "customer": [1, 2, 3, 4, 5, 6],
        "joined": pd.to_datetime(["2020-01-01", "2021-05-05", "2023-12-31", "2024-01-01", "2019-01-01", "2019-01-01"]),
        "left": pd.to_datetime([None, "2024-12-31", "2025-01-01", None, "2023-12-31", "2024-03-03"]),
        "returned": pd.to_datetime([None, None, None, None, None, "2024-10-01"]),
        "left_again": pd.to_datetime([None] * 6),
    }
)
HOLDINGS = pd.DataFrame(
    [
        (1, "current", "2020-01-01", None),
        (1, "card", "2021-01-01", "2024-06-01"),  # closed by a customer who stays
        (1, "card", "2024-07-01", None),  # and opened anew: another contract
        (2, "current", "2021-05-05", "2024-12-31"),
        (3, "current", "2023-12-31", "2025-01-01"),
        (6, "current", "2019-01-01", "2024-03-03"),
        (6, "current", "2024-10-01", None),
        (5, "current", "2019-01-01", "2023-12-31"),
    ],
    columns=["customer", "product", "opened", "closed"],
).astype({"opened": "datetime64[us]", "closed": "datetime64[us]"})
MONTHS = pd.DataFrame(
    [(1, "2023-12-01", 10.0), (2, "2023-12-01", 30.0), (3, "2023-12-01", 5.0), (6, "2023-12-01", 5.0), (1, "2024-12-01", 15.0),
     (2, "2024-12-01", 29.0), (3, "2024-12-01", 4.0), (6, "2024-12-01", 6.0), (4, "2024-12-01", 99.0)],
    columns=["customer", "month", "revenue"],
).astype({"month": "datetime64[us]"})  # fmt: skip
WALLETS = pd.DataFrame(
    [(1, 2023, 0.5), (2, 2023, 0.9), (3, 2023, 0.2), (6, 2023, 0.4), (1, 2024, 0.25), (3, 2024, 0.3), (6, 2024, 0.4)],
    columns=["customer", "year", "share_of_wallet"],
)


def taken(**change) -> pd.DataFrame:
    return retention_base(
        CUSTOMERS, HOLDINGS, MONTHS, WALLETS, **({"start": "2024-01-01", "end": "2025-01-01"} | change)
    )


def test_the_base_by_hand():
    """On the morning of 2024-01-01: customers 1, 2, 3, 6. On that of 2025-01-01: 2 is gone, 3 leaves that day, 6 came back."""
    base = taken().customers
    assert base["customer"].tolist() == [1, 2, 3, 6]
    assert base["kept"].tolist() == [True, False, True, True]
    assert base["contracts_before"].tolist() == [2, 1, 1, 1]
    assert base["contracts_after"].tolist() == [1, 0, 1, 0]
    assert base["products_after"].tolist() == [2, 0, 1, 1]
    assert base["revenue_after"].tolist() == [15, 0, 4, 6]
    assert base["share_after"].tolist() == [0.25, 0, 0.3, 0.4]


def test_the_five_rates_by_hand():
    rates = retention_rates(taken().customers).set_index("measure")
    assert rates["rate"].tolist() == pytest.approx([3 / 4, 2 / 5, 4 / 5, 25 / 50, 0.95 / 2.0])
    assert rates["rate_of_kept"].tolist() == pytest.approx([1, 2 / 4, 4 / 4, 25 / 20, 0.95 / 1.1])
    assert rates["without_growth"].tolist() == pytest.approx(
        [3 / 4, 2 / 5, 4 / 5, (10 + 4 + 5) / 50, (0.25 + 0.2 + 0.4) / 2.0]
    )
    assert (rates["customers"] == 4).all()


def test_an_unknown_share_is_left_out_of_its_line_and_counted():
    unknown = WALLETS[~((WALLETS["customer"] == 3) & (WALLETS["year"] == 2024))]
    base = retention_base(CUSTOMERS, HOLDINGS, MONTHS, unknown, start="2024-01-01", end="2025-01-01").customers
    line = retention_rates(base).set_index("measure").loc["share of wallet"]
    assert line[["customers", "set_aside"]].tolist() == [3, 1]
    assert line["rate"] == pytest.approx((0.25 + 0.4) / 1.8)


amounts = st.integers(0, 50)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), *[amounts] * 6, st.floats(0.01, 1), st.floats(0, 1)), min_size=1, max_size=12))
def test_what_holds_for_any_base(rows):
    names = ["kept", "contracts_before", "contracts_after", "products_before", "products_after", "revenue_before", "revenue_after",
             "share_before", "share_after"]  # fmt: skip
    base = pd.DataFrame(rows, columns=names).assign(customer=range(len(rows)))
    for stem in ("contracts", "products", "revenue", "share"):
        base[f"{stem}_after"] = base[f"{stem}_after"].where(base["kept"], 0)
        base.loc[0, f"{stem}_before"] = max(base.loc[0, f"{stem}_before"], 0.5 if stem == "share" else 1)
    rates = retention_rates(base)
    assert (rates["without_growth"] <= rates["rate"] + 1e-12).all()
    assert (rates["without_growth"] <= 1 + 1e-12).all()
    assert (rates["rate_of_kept"].isna() | (rates["rate"] <= rates["rate_of_kept"] + 1e-12)).all()
    assert rates["rate"].iloc[0] == pytest.approx(base["kept"].mean())
    shuffled = retention_rates(base.sample(frac=1, random_state=1))
    np.testing.assert_allclose(shuffled["rate"], rates["rate"])


def test_a_base_counts_as_a_loop_would():
    """The same stock-taking, customer by customer."""
    draws = np.random.default_rng(5)
    n = 60
    joined = day("2022-01-01") + pd.to_timedelta(draws.integers(0, 900, n), unit="D")
    gone = draws.random(n) < 0.5
    left = pd.Series(joined + pd.to_timedelta(draws.integers(0, 900, n), unit="D")).where(gone)
    customers = pd.DataFrame({"customer": range(n), "joined": joined, "left": left})
    holdings = customers.rename(columns={"joined": "opened", "left": "closed"}).assign(product="current")
    months = pd.DataFrame(
        {"customer": list(range(n)) * 2, "month": [day("2023-05-01")] * n + [day("2024-02-01")] * n, "revenue": 1.0}
    )
    wallets = pd.DataFrame({"customer": list(range(n)) * 2, "year": [2022] * n + [2023] * n, "share_of_wallet": 0.5})
    start, end = day("2023-06-01"), day("2024-03-01")
    expected = {}
    for row in customers.itertuples():
        if row.joined < start and (pd.isna(row.left) or row.left >= start):
            expected[row.customer] = row.joined < end and (pd.isna(row.left) or row.left >= end)
    base = retention_base(customers, holdings, months, wallets, start=start, end=end).customers
    assert base.set_index("customer")["kept"].to_dict() == expected
    assert base["contracts_after"].tolist() == [int(kept) for kept in expected.values()]
