"""Key accounts: by hand, against other people's code and plain loops, and by laws that hold whatever the numbers are."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from crmlib.accounts import (
    account_kinds,
    account_scores,
    judge_lists,
    month_end_lift,
    programme_break_even,
    ranking_overlap,
    rate_deals,
    weight_sensitivity,
)

FIVE = pd.DataFrame(
    {
        "customer": [11, 12, 13, 14, 15],
        "deposits": [900.0, 700, 500, 300, 100],
        "profit": [-50.0, 80, 20, 60, 10],
        "next": [-40.0, 70, 30, 90, 5],
    }
)


def crowd(size: int, seed: int = 5) -> pd.DataFrame:
    """Accounts with heavy tails, deposits and profit loosely tied."""
    draw = np.random.default_rng(seed)
    large = draw.normal(size=size)
    return pd.DataFrame(
        {
            "customer": draw.permutation(size) + 700,
            "deposits": np.exp(9 + 1.5 * large + draw.normal(size=size)),
            "profit": np.exp(5 + large) - np.exp(4 + draw.normal(size=size)),
            "products": draw.integers(1, 8, size),
            "next": np.exp(5 + large) - np.exp(4 + draw.normal(size=size)),
        }
    )


def books(lifts: dict[int, list[float]], accounts: int = 3) -> pd.DataFrame:
    """Month-end and average balances of managers, several accounts each, that add up to the lifts given by month."""
    months = pd.date_range("2025-01-01", periods=12, freq="MS")
    rows = [
        {"manager": who, "month": months[k], "deposits_average": 100.0 * (one + 1), "deposits_end": 100.0 * (one + 1) * (1 + lift)}
        for who, each in lifts.items()
        for k, lift in enumerate(each)
        for one in range(accounts)
    ]  # fmt: skip
    return pd.DataFrame(rows)


# --- by hand --------------------------------------------------------------------------------------------------------------


def test_lift_by_hand():
    """Ends of 110 and 121 over averages of 100: the mean log ratio is 1.5 log 1.1. One account cannot hide the others' ends."""
    found = month_end_lift(books({7: [0.10, 0.21], 8: [0.0, 0.0]})).set_index("manager")
    assert found.loc[7, "lift"] == pytest.approx(1.1**1.5 - 1)
    assert found.loc[7, "deposits_average"] == 600
    assert found.loc[7, "deposits_end"] == pytest.approx(600 * 1.155)
    assert found.loc[8, ["lift", "low", "high"]].tolist() == [0, 0, 0]
    assert not found["flagged"].any()  # two months are not enough to be sure of 4 %
    assert month_end_lift(books({7: [0.2] * 6, 8: [0.01] * 6}))["flagged"].tolist() == [True, False]


def test_the_interval_of_the_lift_is_student_s():
    each = {1: [0.10, 0.14, 0.08, 0.12, 0.2]}
    row = month_end_lift(books(each), level=0.9).iloc[0]
    oracle = stats.ttest_1samp(np.log1p(each[1]), 0).confidence_interval(0.9)
    assert (row["low"], row["high"]) == pytest.approx((np.expm1(oracle.low), np.expm1(oracle.high)))


def test_deals_by_hand():
    """A million at 1.8 % where the list says 0.5 % and the treasury pays 2 %: 15,000 a year shrink to 2,000; half of it in half a year."""
    accounts = pd.DataFrame(
        {"customer": [1, 2, 3, 4], "deposits_average": [1e6, 1e6, 4e5, np.nan], "paid_rate": [0.018, 0.018, 0.005, 0.005],
         "list_rate": 0.005, "months": [12, 6, 12, 12]}
    )  # fmt: skip
    found = rate_deals(accounts, transfer_price=0.02)
    assert found.customers["margin_at_list"].tolist() == pytest.approx([15_000, 7_500, 6_000])
    assert found.customers["margin_paid"].tolist() == pytest.approx([2_000, 1_000, 6_000])
    assert found.customers["deal"].tolist() == [True, True, False]
    table = found.table.set_index("rate")
    assert table.loc["deal", "deal_cost"] == pytest.approx(19_500)
    assert table["deposits_share"].tolist() == pytest.approx([1.5 / 1.9, 0.4 / 1.9, 1])
    assert found.excluded["reason"].tolist() == ["no deposits_average"]


@pytest.mark.parametrize(
    ("paid", "listed", "over", "deal"),
    [
        (0.017, 0.015, 0.002, False),  # 0.0020000000000000018 to a computer
        (0.018, 0.016, 0.002, False),  # 0.0019999999999999983
        (0.0170001, 0.015, 0.002, True),
        (0.03, 0.02, 0.01, False),
        (0.018, 0.005, 0.013, False),
    ],
)
def test_a_deal_is_more_than_the_limit_and_not_the_limit_itself(paid, listed, over, deal):
    account = pd.DataFrame(
        {"customer": [1], "deposits_average": 1e6, "paid_rate": paid, "list_rate": listed, "months": 12}
    )
    assert rate_deals(account, transfer_price=0.02, over=over).customers["deal"].tolist() == [deal]


def test_kinds_by_hand():
    """At the line counts as above it; an empty wallet has no share."""
    people = pd.DataFrame(
        {"customer": range(6), "wallet": [300_000.0, 300_000, 299_999, 900_000, 0, 5],
         "assets_here": [300_000.0, 299_999, 299_999, 450_000, 0, 6]}
    )  # fmt: skip
    found = account_kinds(people)
    assert found.customers["kind"].astype("str").tolist() == ["existing", "potential", "other", "existing", "other"]
    table = found.table.set_index("kind")
    assert table["customers"].tolist() == [2, 1, 2]
    assert table.loc["existing", ["assets_here", "elsewhere", "share_of_wallet"]].tolist() == pytest.approx(
        [750_000, 450_000, 0.625]
    )
    assert table["customer_share"].tolist() == pytest.approx([0.4, 0.2, 0.4])  # of the five who are not set aside
    assert table["assets_share"].tolist() == pytest.approx([750_000 / 1_349_998, *[299_999 / 1_349_998] * 2])
    assert math.isnan(found.customers["share_of_wallet"].iloc[4])
    assert found.excluded[["reason", "rows", "first_rows"]].iloc[0].tolist() == [
        "wallet smaller than assets_here",
        1,
        "5",
    ]
    lower = account_kinds(people, line=200_000).table.set_index("kind")["customers"]
    assert lower.tolist() == [4, 0, 1]


def test_scores_by_hand():
    """By rank the parts of profit are 0, 1, 0.5, 0.75, 0.25; by range 80 − −50 is one unit."""
    by_rank = account_scores(FIVE, {"profit": 0.5, "deposits": 0.5}, top=2).customers
    assert by_rank["profit"].tolist() == [0, 1, 0.5, 0.75, 0.25]
    assert by_rank["score"].tolist() == [0.5, 0.875, 0.5, 0.5, 0.125]
    assert by_rank["place"].tolist() == [2, 1, 2, 2, 5]
    assert by_rank["listed"].tolist() == [True, True, False, False, False]  # 11 is the smallest id of the three
    by_range = account_scores(FIVE, {"profit": 1.0}, top=2, scale="range")
    assert by_range.customers["score"].tolist() == pytest.approx([0, 1, 70 / 130, 110 / 130, 60 / 130])
    row = by_range.table.iloc[0]
    assert row[["lowest", "median", "highest", "tied_at_border"]].tolist() == [-50, 20, 80, 1]
    assert row["part_listed"] == pytest.approx((1 + 110 / 130) / 2)
    assert row["part_others"] == pytest.approx((70 + 60) / 130 / 3)
    assert account_scores(FIVE, {"profit": 0.5, "deposits": 0.5}, top=2).table["tied_at_border"].tolist() == [3, 3]


def test_overlap_and_judgement_by_hand():
    """By deposits 11 and 12, by profit 12 and 14; next year 14 and 12 bring most."""
    overlap = ranking_overlap(FIVE, ["deposits", "profit", "next"], top=2)
    assert overlap["both"].tolist() == [1, 1, 2]
    assert overlap["by_chance"].tolist() == [0.8] * 3
    judged = judge_lists(FIVE, ["deposits", "profit"], "next", top=2).set_index("list")
    assert judged["total"].tolist() == [30, 160, 160]
    assert judged["share_of_best"].tolist() == [30 / 160, 1, 1]
    assert judged["shared_with_best"].tolist() == [1, 2, 2]
    assert judged["difference"].tolist() == [0, 130, 130]
    # gaps: +40 for 11, 0 for 12, 0 for 13, +90 for 14, 0 for 15
    # mean 26, squared deviations 6,320, variance 1,580, times 5: √7,900 = 88.8819
    error = 88.8819
    for level, reach in ((0.95, 1.959964), (0.8, 1.281552)):
        row = judge_lists(FIVE, ["deposits", "profit"], "next", top=2, level=level).iloc[1]
        assert row[["low", "high"]].tolist() == pytest.approx([130 - reach * error, 130 + reach * error], rel=1e-5)
    assert judged.loc["deposits", ["low", "high"]].tolist() == [0, 0]
    assert judge_lists(FIVE, ["deposits", "profit"], "next", top=2, against="profit")["difference"].tolist() == [
        -130,
        0,
        0,
    ]


def test_break_even_by_hand():
    people = pd.DataFrame({"customer": [1, 2, 3, 4], "stake": [40_000.0, 10_000, 0, -10_000], "cost": 600.0})
    found = programme_break_even(people, base="stake", cost="cost", uplift=0.02, error=0.005, fixed=100)
    all_, paying = found.table.iloc[0], found.table.iloc[1]
    assert (all_["cost"], all_["base"], all_["break_even"]) == (2_500, 40_000, 0.0625)
    assert all_["gain"] == 0.02 * 40_000 - 2_500
    assert (paying["members"], paying["gain"]) == (1, 800 - 600 - 100)
    assert found.customers["needs"].tolist()[:2] == [0.015, 0.06]
    assert found.customers["needs"].isna().tolist() == [False, False, True, True]
    # everybody: −1,700 and an error of 200, as for those who pay, since the bases of 3 and 4 take away what 2 adds
    for level, reach in ((0.95, 391.9928), (0.8, 256.3103)):
        rows = programme_break_even(
            people, base="stake", cost="cost", uplift=0.02, error=0.005, fixed=100, level=level
        ).table
        assert rows["low"].tolist() == pytest.approx([-1_700 - reach, 100 - reach], rel=1e-6)
        assert rows["high"].tolist() == pytest.approx([-1_700 + reach, 100 + reach], rel=1e-6)
    assert paying["chance"] == pytest.approx(stats.norm.cdf(100 / 200))


def test_a_programme_that_nothing_pays_for():
    """A base below 0 has no break-even; with nobody admitted there is no fixed cost; without error the chance is 0 or 1."""
    people = pd.DataFrame({"customer": [1, 2], "stake": [-5.0, -5.0], "cost": 1.0})
    table = programme_break_even(people, base="stake", cost="cost", uplift=0.5, fixed=10).table
    assert math.isnan(table["break_even"].iloc[0])
    assert table["chance"].tolist() == [0, 0]
    assert table[["members", "cost", "gain", "low", "high"]].iloc[1].tolist() == [0, 0, 0, 0, 0]


def test_a_moved_weight_by_hand():
    """By rank, deposits give 1, 3/4, 1/2, 1/4, 0 and profit 0, 1, 1/2, 3/4, 1/4: 12 leads with 0.85, then 11 with 0.60.

    At 0.4 : 0.6, 14 (0.55) takes the place of 11 (0.40); at 0.8 : 0.2 both stay, with 0.80 each.
    """
    found = weight_sensitivity(FIVE, {"deposits": 0.6, "profit": 0.4}, move=0.2, top=2)
    assert found.table["weight"].tolist() == [0.4, 0.8, 0.2, 0.6]
    assert found.table["kept"].tolist() == [1, 2, 2, 1]
    assert found.table["kept_share"].tolist() == [0.5, 1, 1, 0.5]
    assert found.customers["listed"].tolist() == [True, True, False, False, False]
    assert found.customers["lists_share"].tolist() == pytest.approx([0.6, 1, 0, 0.4, 0])


# --- against other code -----------------------------------------------------------------------------------------------------


def test_parts_are_scipy_s_ranks_and_scikit_learn_s_range():
    from sklearn.preprocessing import MinMaxScaler

    people = crowd(300)
    weights = {"deposits": 0.2, "profit": 0.5, "products": 0.3}
    by_rank = account_scores(people, weights, top=30).customers
    for name in weights:
        assert by_rank[name].to_numpy() == pytest.approx((stats.rankdata(people[name]) - 1) / 299)
    scaled = MinMaxScaler().fit_transform(people[list(weights)])
    by_range = account_scores(people, weights, top=30, scale="range").customers
    assert by_range["score"].to_numpy() == pytest.approx(scaled @ list(weights.values()))
    tops = people.assign(score=by_range["score"]).nlargest(30, "score")["customer"]
    assert set(by_range.loc[by_range["listed"], "customer"]) == set(tops)


def test_sensitivity_is_scoring_again_with_the_weights_moved():
    people = crowd(400)
    weights = {"deposits": 0.25, "profit": 0.55, "products": 0.2}
    found = weight_sensitivity(people, weights, move=0.15, top=25)
    first = account_scores(people, weights, top=25).customers
    often = first["listed"].astype(int)
    for row in found.table.itertuples():
        rest = {one: share for one, share in weights.items() if one != row.criterion}
        new = {one: share * (1 - row.weight) / sum(rest.values()) for one, share in rest.items()} | {
            row.criterion: row.weight
        }
        again = account_scores(people, {one: new[one] for one in weights}, top=25).customers
        assert row.kept == (again["listed"] & first["listed"]).sum()
        often = often + again["listed"]
    assert found.customers["lists"].tolist() == often.tolist()
    assert found.customers["lists"].sum() == 7 * 25


def test_a_weight_is_not_moved_out_of_0_to_1():
    table = weight_sensitivity(crowd(60), {"deposits": 0.05, "profit": 0.95}, move=0.1, top=5).table
    assert table["weight"].isna().tolist() == [True, False, False, True]
    assert table["kept"].isna().tolist() == [True, False, False, True]


def test_the_error_of_a_difference_is_that_of_drawing_customers_afresh():
    people = crowd(800, seed=2)
    row = judge_lists(people, ["deposits", "profit"], "next", top=60).iloc[1]
    error = (row["high"] - row["low"]) / 2 / stats.norm.ppf(0.975)
    gap = (
        people["customer"].isin(people.nlargest(60, "profit")["customer"]).astype(int)
        - people["customer"].isin(people.nlargest(60, "deposits")["customer"])
    ) * people["next"]
    draw = np.random.default_rng(1)
    sums = [gap.to_numpy()[draw.integers(0, 800, 800)].sum() for _ in range(4_000)]
    assert error == pytest.approx(np.std(sums), rel=0.05)


def test_overlap_is_that_of_two_sorted_lists():
    people = crowd(500)
    found = ranking_overlap(people, ["deposits", "profit", "next"], top=50)
    for row in found.itertuples():
        tops = [set(people.nlargest(50, name)["customer"]) for name in (row.first, row.second)]
        assert row.both == len(tops[0] & tops[1])


def test_the_chance_is_that_of_drawing_the_uplift():
    people = crowd(200)
    row = programme_break_even(people.assign(cost=40.0), base="profit", cost="cost", uplift=0.2, error=0.05).table.iloc[
        0
    ]
    draws = np.random.default_rng(3).normal(0.2, 0.05, 20_000) * people["profit"].sum() - 8_000
    assert row["chance"] == pytest.approx((draws > 0).mean(), abs=0.012)
    assert row["low"] == pytest.approx(np.quantile(draws, 0.025), rel=0.05)


# --- laws ---------------------------------------------------------------------------------------------------------------------

VALUES = st.lists(st.integers(-1_000, 1_000), min_size=4, max_size=30, unique=True)


@settings(max_examples=60, deadline=None)
@given(VALUES, st.floats(0.5, 20), st.floats(-50, 50), st.randoms())
def test_units_and_order_of_rows_do_not_matter(values, unit, shift, chance):
    """Thousands for yuan, another zero, or a shuffled file: the same list by either scale."""
    people = pd.DataFrame(
        {"customer": range(len(values)), "a": np.array(values, float), "b": np.arange(len(values)) ** 2.0}
    )
    shuffled = people.sample(frac=1, random_state=chance.randrange(1_000)).assign(a=lambda one: unit * one["a"] + shift)
    for scale in ("rank", "range"):
        before = account_scores(people, {"a": 0.55, "b": 0.45}, top=3, scale=scale).customers
        after = account_scores(shuffled, {"a": 0.55, "b": 0.45}, top=3, scale=scale).customers
        assert before["score"].to_numpy() == pytest.approx(after.sort_values("customer")["score"].to_numpy(), abs=1e-9)
        assert after["listed"].sum() == 3
        assert before["score"].between(-1e-12, 1 + 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_ranks_see_order_alone(values):
    people = pd.DataFrame(
        {"customer": range(len(values)), "a": np.array(values, float), "b": np.arange(len(values)) ** 2.0}
    )
    stretched = people.assign(a=np.exp(people["a"] / 100))
    one, two = (account_scores(frame, {"a": 0.5, "b": 0.5}, top=2).customers["score"] for frame in (people, stretched))
    assert one.tolist() == pytest.approx(two.tolist())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=30), st.integers(1, 900))
def test_kinds_lose_nobody_and_no_yuan(pairs, line):
    people = pd.DataFrame(pairs, columns=["assets_here", "elsewhere"]).assign(customer=range(len(pairs)))
    people["wallet"] = people["assets_here"] + people["elsewhere"]
    table = account_kinds(people, line=line).table
    assert table["customers"].sum() == len(pairs)
    assert table["assets_here"].sum() == people["assets_here"].sum()
    assert table["elsewhere"].sum() == people["elsewhere"].sum()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-900, 900), st.integers(0, 90)), min_size=1, max_size=30), st.integers(0, 500))
def test_at_the_break_even_the_programme_gains_nothing(pairs, fixed):
    people = pd.DataFrame(pairs, columns=["stake", "cost"]).assign(customer=range(len(pairs)))
    row = programme_break_even(people, base="stake", cost="cost", uplift=0.1, fixed=fixed).table.iloc[0]
    assume(row["base"] > 0 and row["break_even"] <= 1)
    again = programme_break_even(people, base="stake", cost="cost", uplift=row["break_even"], fixed=fixed).table
    assert again["gain"].iloc[0] == pytest.approx(0, abs=1e-6)
    assert again["gain"].iloc[1] >= -fixed - 1e-6  # without fixed cost, picking those who pay loses nothing
    assert again["gain"].iloc[1] + fixed >= again["gain"].iloc[0] - 1e-6


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 39), st.integers(0, 20))
def test_no_list_beats_hindsight_and_a_list_is_itself(top, seed):
    people = crowd(40, seed)
    judged = judge_lists(people, ["deposits", "profit"], "next", top=top)
    assert (judged["total"] <= judged["total"].iloc[-1] + 1e-9).all()
    assert judged["shared_with_best"].iloc[-1] == top
    same = ranking_overlap(people.assign(twin=2 * people["deposits"]), ["deposits", "twin"], top=top)
    assert same["share"].tolist() == [1]


def test_inputs_are_left_as_they_were():
    people, before = crowd(50), crowd(50)
    account_scores(people, {"deposits": 0.5, "profit": 0.5}, top=5)
    weight_sensitivity(people, {"deposits": 0.5, "profit": 0.5}, top=5)
    judge_lists(people, ["deposits"], "next", top=5)
    pd.testing.assert_frame_equal(people, before)
