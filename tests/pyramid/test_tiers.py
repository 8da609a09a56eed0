"""Tiers and their migration: by hand, against a slow oracle, and by what must hold for any customers."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crmlib.pyramid import customer_pyramid, regression_to_the_mean, tier_migration

SHARES = [Fraction(1, 100), Fraction(5, 100), Fraction(20, 100)]  # cumulative, exact


def frame(values, first=1) -> pd.DataFrame:
    return pd.DataFrame({"customer": range(first, first + len(values)), "revenue": values})


def tier_of(result) -> dict:
    return dict(zip(result.customers["customer"], result.customers["tier"].astype(str), strict=True))


def test_eight_customers_by_hand():
    """8 × 1 %, 5 %, 20 % = 0.08, 0.4, 1.6: rounded up the cuts come after 1, 1 and 2 customers."""
    found = customer_pyramid(frame([10, 900, 20, 60, 50, 40, 30, 5]))
    table = found.table.set_index("tier")
    assert table["customers"].to_dict() == {"Top": 1, "Big": 0, "Medium": 1, "Small": 6}
    assert table["value"].to_dict() == {"Top": 900, "Big": 0, "Medium": 60, "Small": 155}
    assert table["threshold"].dropna().to_dict() == {"Top": 900, "Medium": 60, "Small": 5}
    assert table["cumulative_customer_share"].tolist() == [1 / 8, 1 / 8, 2 / 8, 1]
    assert table["cumulative_value_share"].tolist() == [900 / 1115, 900 / 1115, 960 / 1115, 1]
    assert table["mean_value"].round(2).dropna().tolist() == [900, 60, 25.83]
    assert found.customers.iloc[0].tolist() == [2, 900, 1, "Top"]
    assert (found.customers["tier"] <= "Medium").sum() == 2
    assert len(found.excluded) == 0


def test_a_tie_across_a_cut_goes_down():
    """A hundred customers: the 4th to 8th are equal and cross the cut after five."""
    values = [1000, 900, 800, *[700] * 5, *range(192, 100, -1)]
    table = customer_pyramid(frame(values)).table
    assert table["customers"].tolist() == [1, 2, 17, 80]
    assert table["customer_share"].tolist() == [0.01, 0.02, 0.17, 0.8]
    assert table["planned_share"].tolist() == [0.01, 0.04, 0.15, 0.8]
    assert table["threshold"].tolist() == [1000, 800, values[19], 101]


def test_whole_cuts_are_not_pushed_up_by_binary_fractions():
    """0.07 × 100 is 7.000000000000001 to a computer, and still seven customers."""
    assert 0.07 * 100 > 7
    assert customer_pyramid(frame(np.arange(100)), cuts=(0.07, 0.22, 0.71)).table["customers"].tolist() == [7, 22, 71]
    for n in (100, 300, 700, 1_000, 2_900, 100_000):
        counts = customer_pyramid(frame(np.arange(n))).table["customers"]
        assert counts.tolist() == [n // 100, n * 4 // 100, n * 15 // 100, n * 80 // 100]


def test_fixed_money_cuts():
    assets = pd.DataFrame({"customer": list("abcde"), "assets": [300_000, 299_999.99, 200_000, 0, -10]})
    found = customer_pyramid(assets, "assets", money_cuts=(300_000, 200_000), names=("Key", "Potential", "Other"))
    assert tier_of(found) == {"a": "Key", "b": "Potential", "c": "Potential", "d": "Other", "e": "Other"}
    assert found.table["threshold"].tolist()[:2] == [300_000, 200_000]
    assert found.table[["planned_share", "threshold"]].isna().sum().tolist() == [3, 1]
    assert found.table["tier"].cat.ordered


def test_empty_values_are_set_aside_and_said():
    found = customer_pyramid(pd.DataFrame({"customer": ["a", " ", "c", " "], "revenue": [3.0, 2.0, np.nan, 9.0]}))
    assert found.excluded.to_numpy().tolist() == [["no customer", 2, "1 and 3"], ["no revenue", 1, "2"]]
    assert found.customers["customer"].tolist() == ["a"]


def test_one_customer_is_top_and_equal_customers_are_all_small():
    assert tier_of(customer_pyramid(frame([7]))) == {1: "Top"}
    assert customer_pyramid(frame([7] * 200)).table["customers"].tolist() == [0, 0, 0, 200]


def test_a_loss_in_total_has_no_shares():
    table = customer_pyramid(frame([5, -20]).rename(columns={"revenue": "profit"}), "profit").table
    assert table[["value_share", "cumulative_value_share"]].isna().all(axis=None)
    assert table["value"].sum() == -15


def slow_tiers(values: list) -> list:
    """The rule in words: place the cuts exactly, then send down who equals the next one below the cut."""
    ordered = sorted(values, reverse=True)
    n = len(values)
    tiers = []
    for value in values:
        tier = 0
        for share in SHARES:
            place = math.ceil(share * n)
            inside = ordered[:place]
            if place < n and ordered[place] == inside[-1]:
                inside = [v for v in inside if v != inside[-1]]
            tier += value not in inside
        tiers.append(("Top", "Big", "Medium", "Small")[tier])
    return tiers


values = st.lists(st.integers(-20, 60), min_size=1, max_size=250)


@given(values=values)
def test_pyramid_agrees_with_the_rule(values):
    found = customer_pyramid(frame(values))
    assert tier_of(found) == dict(enumerate(slow_tiers(values), start=1))
    assert found.table["customers"].sum() == len(values)
    assert found.table["value"].sum() == sum(values)
    assert (found.table["cumulative_customer_share"] <= [0.01 + 1 / len(values), 0.05 + 1 / len(values),
                                                        0.2 + 1 / len(values), 1]).all()  # fmt: skip


@given(values=values, shuffle=st.randoms(), factor=st.sampled_from([0.5, 2, 1024]), shift=st.integers(-5, 5))
def test_order_scale_and_shift_change_nothing(values, shuffle, factor, shift):
    customers = frame(values)
    tiers = tier_of(customer_pyramid(customers))
    order = list(range(len(values)))
    shuffle.shuffle(order)
    assert tier_of(customer_pyramid(customers.iloc[order])) == tiers
    assert tier_of(customer_pyramid(customers.assign(revenue=customers["revenue"] * factor + shift))) == tiers


@given(values=values, which=st.integers(0, 249))
def test_equal_customers_share_tier_and_rank(values, which):
    twin = values[which % len(values)]
    found = customer_pyramid(frame([*values, twin])).customers
    assert len(found[["revenue", "tier", "rank"]].drop_duplicates()) == found["revenue"].nunique()


# -------------------------------------------------------------------------------------------------------------- migration

BEFORE = frame([500, 300, 250, 100, 90, 50, 40, 10])
AFTER = pd.DataFrame({"customer": [1, 2, 3, 4, 5, 6, 8, 9], "revenue": [600, 150, 260, 320, 80, 220, 10, 410]})


def test_migration_of_eight_by_hand():
    found = tier_migration(BEFORE, AFTER, money_cuts=(400, 200), names=("High", "Middle", "Low"))
    assert found.matrix.loc[
        ["High", "Middle", "Low", "New"], ["High", "Middle", "Low", "Lost"]
    ].to_numpy().tolist() == [
        [1, 0, 0, 0],  # 1
        [0, 1, 1, 0],  # 3 stayed, 2 fell
        [0, 2, 2, 1],  # 4 and 6 rose, 5 and 8 stayed, 7 left
        [1, 0, 0, 0],  # 9
    ]
    table = found.table.set_index("move")
    assert table["customers"].to_dict() == {"new": 1, "up": 2, "stayed": 4, "down": 1, "lost": 1}
    assert table["change"].to_dict() == {"new": 410, "up": 390, "stayed": 100, "down": -150, "lost": -40}
    assert table["change"].sum() == AFTER["revenue"].sum() - BEFORE["revenue"].sum()
    seven = found.customers.set_index("customer").loc[7]
    assert (seven["before"], seven["tier_before"], seven["move"]) == (40, "Low", "lost")
    assert pd.isna(seven["after"])
    assert pd.isna(seven["tier_after"])


def test_who_has_an_empty_value_is_neither_lost_nor_new():
    found = tier_migration(
        BEFORE, AFTER.assign(revenue=AFTER["revenue"].where(AFTER["customer"] != 1)), money_cuts=(400, 200)
    )
    assert found.excluded.to_numpy().tolist() == [["no revenue in `after`: not counted in either period", 1, "0"]]
    assert 1 not in found.customers["customer"].to_numpy()
    assert found.table.set_index("move")["customers"].to_dict() == {
        "new": 1,
        "up": 2,
        "stayed": 3,
        "down": 1,
        "lost": 1,
    }


two_periods = st.dictionaries(
    st.integers(1, 400),
    st.tuples(st.none() | st.integers(-50, 900), st.none() | st.integers(-50, 900)).filter(any),
    min_size=2,
    max_size=120,
)


@given(customers=two_periods, money=st.booleans())
def test_migration_adds_up(customers, money):
    both = pd.DataFrame([(who, *pair) for who, pair in customers.items()], columns=["customer", "before", "after"])
    before, after = (
        both[["customer", when]].dropna().rename(columns={when: "revenue"}).astype("int64")
        for when in ("before", "after")
    )
    assume(len(before) and len(after))
    cuts = {"money_cuts": (500, 200, 0)} if money else {}
    found = tier_migration(before, after, **cuts)
    rows, columns = found.matrix.sum(axis=1), found.matrix.sum(axis=0)
    assert rows.drop("New").to_numpy().tolist() == customer_pyramid(before, **cuts).table["customers"].tolist()
    assert columns.drop("Lost").to_numpy().tolist() == customer_pyramid(after, **cuts).table["customers"].tolist()
    assert found.matrix.loc["New", "Lost"] == 0
    assert (
        found.table["customers"].sum()
        == found.matrix.to_numpy().sum()
        == len(set(before.customer) | set(after.customer))
    )
    assert found.table["before"].sum() == before["revenue"].sum()
    assert found.table["after"].sum() == after["revenue"].sum()
    assert found.table["change"].sum() == after["revenue"].sum() - before["revenue"].sum()
    tiers = [found.matrix.iloc[:4, :4].to_numpy(), found.table.set_index("move")["customers"]]
    assert (np.tril(tiers[0], -1).sum(), np.trace(tiers[0]), np.triu(tiers[0], 1).sum()) == (
        tiers[1]["up"], tiers[1]["stayed"], tiers[1]["down"])  # fmt: skip


@given(n=st.integers(2, 300), seed=st.integers(0, 2**32 - 1), growth=st.floats(0.5, 3))
def test_percentile_tiers_are_zero_sum(n, seed, growth):
    """The same customers, no ties: through every cut as many rise as fall, however much all of them grow."""
    draw = np.random.default_rng(seed)
    before, after = frame(draw.permutation(n)), frame(growth * draw.permutation(n))
    matrix = tier_migration(before, after).matrix.iloc[:4, :4].to_numpy()
    for cut in (1, 2, 3):
        assert matrix[cut:, :cut].sum() == matrix[:cut, cut:].sum()


def test_all_grow_alike_nobody_moves_by_percentiles_many_rise_by_money():
    before = frame(np.random.default_rng(3).lognormal(9, 1, 2_000))
    after = before.assign(revenue=before["revenue"] * 1.2)
    assert tier_migration(before, after).table.set_index("move")["customers"]["stayed"] == 2_000
    cuts = (50_000, 20_000, 10_000)
    moved = tier_migration(before, after, money_cuts=cuts).table.set_index("move")["customers"]
    crossed = sum(((before["revenue"] < cut) & (after["revenue"] >= cut)).sum() for cut in cuts)
    assert moved["up"] == crossed > 100  # 20 % takes nobody across two cuts
    assert moved["down"] == 0


# -------------------------------------------------------------------------------------------------- regression to the mean


def test_regression_follows_the_normal_theory():
    """Bivariate normal, same spread: the lead kept is the correlation, whichever period picked; the average keeps all."""
    draw = np.random.default_rng(11)
    n, rho = 400_000, 0.6
    first = draw.standard_normal(n)
    second = rho * first + math.sqrt(1 - rho**2) * draw.standard_normal(n)
    found = regression_to_the_mean(frame(1_000 + 100 * first), frame(1_000 + 100 * second), top=0.05)
    found = found.set_index("picked_by")
    assert found["customers"].tolist() == [20_000, 20_000, 20_000, n]
    assert found.loc["before", "lead_kept"] == pytest.approx(rho, abs=0.015)
    assert found.loc["after", "lead_kept"] == pytest.approx(1 / rho, abs=0.04)
    assert found.loc["average", "lead_kept"] == pytest.approx(1, abs=0.015)
    # mean of the top 5 % of a normal: density at the 95 % point / 0.05 = 2.0627 standard deviations
    assert found.loc["before", "mean_before"] == pytest.approx(1_000 + 100 * 2.0627, abs=1.5)
    assert found.loc["everyone", "growth"] == pytest.approx(0, abs=0.001)


def test_regression_leaves_out_new_and_lost():
    found = regression_to_the_mean(BEFORE, AFTER, top=0.25).set_index("picked_by")
    assert found.loc["everyone", "customers"] == 7
    # 2 of 7 by `before`: customers 1 and 2; by `after`: 1 and 4; by the average: 1 (550) and 3 (255)
    assert found.loc["before", ["mean_before", "mean_after"]].tolist() == [400, 375]
    assert found.loc["after", ["mean_before", "mean_after"]].tolist() == [300, 460]
    assert found.loc["average", ["mean_before", "mean_after"]].tolist() == [375, 430]
