"""The simulator: nobody and no yuan appears or vanishes, the same seed gives the same futures, and small cases agree with paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.strategy import (
    LEVERS,
    TIERS,
    aim,
    check_bands,
    compare_plans,
    customer_worth,
    make_plan,
    marginal_plan,
    next_yuan,
    simulate_plan,
    small_bank,
    start_frame,
)

START, BEHAVIOUR = small_bank()
CELLS = st.lists(st.lists(st.integers(0, 400), min_size=3, max_size=3), min_size=4, max_size=4)
SPENDING = st.lists(st.lists(st.floats(0, 60_000), min_size=len(LEVERS), max_size=len(LEVERS)), min_size=1, max_size=6)


def plan_of(spend: list[list[float]]) -> pd.DataFrame:
    plan = pd.DataFrame(spend, columns=list(LEVERS))
    plan.insert(0, "year", np.arange(1, len(plan) + 1))
    return plan


def certain(moves: list[list[float]], **others: object):
    """Return a behaviour so sure of itself that chance and priors no longer matter: counts in the millions."""
    table = BEHAVIOUR.moves.copy()
    table[["left", *TIERS]] = 1e9 * np.repeat(np.asarray(moves, dtype=float), 3, axis=0)
    arrivals = BEHAVIOUR.arrivals.copy()
    arrivals[["years", *TIERS]] = [[1, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
    return replace(BEHAVIOUR, moves=table, arrivals=arrivals, **others)


@settings(max_examples=60, deadline=None)
@given(CELLS, st.integers(0, 300), SPENDING, st.integers(0, 10**6))
def test_nobody_appears_or_vanishes(cells, lost, spend, seed):
    plan = plan_of(spend)
    run = simulate_plan(start_frame(cells, lost), plan, BEHAVIOUR, budget=300_000, paths=7, seed=seed)
    paths = run.paths
    counts = paths[["customers_start", "joined", "returned", "left", "customers_end", *TIERS, "Lost"]].to_numpy()
    assert (counts >= 0).all()
    assert (counts == np.rint(counts)).all()
    end = paths["customers_start"] + paths["joined"] + paths["returned"] - paths["left"]
    assert (end == paths["customers_end"]).all()
    assert (paths[list(TIERS)].sum(axis=1) == paths["customers_end"]).all()
    by_path = paths.pivot(index="path", columns="year")
    assert (by_path["customers_start"].iloc[:, 0] == np.sum(cells)).all()
    assert (by_path["customers_start"].to_numpy()[:, 1:] == by_path["customers_end"].to_numpy()[:, :-1]).all()
    # who comes back was lost the year before; who is lost this year left this year
    pool = np.column_stack([np.full(7, lost), by_path["Lost"].to_numpy()[:, :-1]])
    assert (by_path["returned"].to_numpy() <= pool).all()
    assert (paths["Lost"] <= paths["left"]).all()


@settings(max_examples=60, deadline=None)
@given(CELLS, SPENDING, st.integers(0, 10**6), st.sampled_from([0.0, 0.1, 0.5]))
def test_no_yuan_appears_or_vanishes(cells, spend, seed, discount):
    plan, budget = plan_of(spend), 300_000.0
    run = simulate_plan(start_frame(cells, 40), plan, BEHAVIOUR, budget=budget, paths=7, seed=seed, discount=discount)
    paths = run.paths
    spent = plan.set_index("year")[list(LEVERS)].sum(axis=1).loc[paths["year"]].to_numpy()
    np.testing.assert_array_equal(paths["spent"], spent)
    np.testing.assert_allclose(paths["spent"] + paths["unspent"], budget, rtol=1e-12)
    np.testing.assert_allclose(paths["net"], paths["contribution"] + paths["fees"] - paths["spent"], atol=0.005)
    assert (paths["contribution"] == np.rint(paths["contribution"])).all()
    table = run.equity.set_index("measure")["mean"]
    worth = (paths["net"] / (1 + discount) ** paths["year"]).groupby(paths["path"]).sum()
    assert table["net_of_years"] == pytest.approx(worth.mean(), abs=0.01)
    assert table["customer_equity"] == pytest.approx(table["net_of_years"] + table["customers_left_worth"], abs=0.01)


@settings(max_examples=25, deadline=None)
@given(CELLS, SPENDING)
def test_expected_numbers_conserve_too(cells, spend):
    run = simulate_plan(start_frame(cells), plan_of(spend), BEHAVIOUR, budget=300_000, paths=5, chance=False)
    paths = run.paths
    end = paths["customers_start"] + paths["joined"] + paths["returned"] - paths["left"]
    np.testing.assert_allclose(end, paths["customers_end"], atol=1e-8)


def test_the_same_seed_is_the_same_future_and_another_seed_another():
    plan = make_plan(20_000, {"keep": 0.5, "acquire": 0.1})
    runs = [simulate_plan(START, plan, BEHAVIOUR, budget=20_000, paths=30, seed=seed).paths for seed in (4, 4, 5)]
    pd.testing.assert_frame_equal(runs[0], runs[1])
    assert not runs[0].equals(runs[2])


def test_nothing_that_was_given_is_changed():
    start, behaviour = small_bank()
    plan = make_plan(20_000, {"keep": 0.5, "upgrade": 0.5})
    kept = [start.copy(), plan.copy(), behaviour.moves.copy(), behaviour.responses.copy()]
    simulate_plan(start, plan, behaviour, budget=20_000, paths=10)
    next_yuan(start, plan, behaviour, paths=5)
    marginal_plan(start, behaviour, budget=2_000, step=1_000)
    for before, after in zip(kept, [start, plan, behaviour.moves, behaviour.responses], strict=True):
        pd.testing.assert_frame_equal(before, after)


def test_a_year_by_hand():
    """Of 100 Small customers 10 leave, 20 move up; keeping reaches a known share and saves a tenth of the leavers among them."""
    moves = [[0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0.1, 0, 0, 0.2, 0.7]]
    told = aim(BEHAVIOUR.responses, "keep", {"Small": 1.0})
    keep = (told["lever"] == "keep") & (told["group"] == "Small")
    told.loc[keep, ["eligible", "cost", "effect", "error"]] = [0.5, 60.0, np.log(0.9), 0.0]
    money = BEHAVIOUR.money.assign(mean=[0.0, 0, 1_000, 100, 0, 0], sd=0.0)
    sure = certain(moves, responses=told, money=money)
    thousand = 1_000  # times 100 customers: so many that half a newcomer a year does not matter
    start = start_frame([[0, 0, 0]] * 3 + [[0, 0, 100 * thousand]])
    spend = 60 * 50 * thousand * np.log(2)  # half of the 50 eligible are reached
    plan = make_plan(spend, {"keep": 1.0}, years=1)
    run = simulate_plan(start, plan, sure, budget=spend, paths=3, chance=False, discount=0.25)
    year = run.paths.iloc[0] / thousand
    # half are eligible, half of these are reached: a quarter leaves with 0.09 and not with 0.10
    gone = 25 * 0.09 + 75 * 0.10
    assert year["left"] == pytest.approx(gone, rel=1e-3)
    assert year["Medium"] == pytest.approx((100 - gone) * 2 / 9, rel=1e-3)
    assert year["Small"] == pytest.approx((100 - gone) * 7 / 9, rel=1e-3)
    assert year["contribution"] == pytest.approx(10_000, rel=1e-3)
    table = run.equity.set_index("measure")["mean"] / thousand
    assert table["net_of_years"] == pytest.approx((10_000 - spend / thousand) / 1.25, rel=1e-3)
    # for ever after: Medium brings 1,000 a year at 25 %: worth 4,000. Small: v = (100 + 0.2 × 4,000 + 0.7 v) / 1.25
    small = (100 + 0.2 * 4_000) / (1.25 - 0.7)
    worth = ((100 - gone) * 2 / 9 * 4_000 + (100 - gone) * 7 / 9 * small) / 1.25
    assert table["customers_left_worth"] == pytest.approx(worth, rel=1e-3)


def test_expected_numbers_are_powers_of_the_matrix():
    """Without newcomers, k years of moving are the k-th power of a 12 × 12 matrix written another way."""
    moves = np.array([[0.1, 0.7, 0.2, 0, 0], [0.05, 0.1, 0.6, 0.25, 0], [0.1, 0, 0.1, 0.6, 0.2], [0.2, 0, 0, 0.1, 0.7]])
    step = np.zeros((12, 12))
    for tier in range(4):
        for age in range(3):
            for to in range(4):
                step[3 * tier + age, 3 * to + min(age + 1, 2)] += moves[tier, 1 + to]
    cells = np.arange(12).reshape(4, 3) * 100_000  # so many that half a newcomer a year does not matter
    run = simulate_plan(
        start_frame(cells), make_plan(0, {}, 4), certain(moves.tolist()), budget=0, paths=2, chance=False
    )
    end = cells.ravel() @ np.linalg.matrix_power(step, 4)
    found = run.paths[run.paths["year"] == 4].iloc[0]
    np.testing.assert_allclose(found[list(TIERS)].astype(float), end.reshape(4, 3).sum(axis=1), rtol=1e-3)


def test_the_worth_of_a_customer_is_the_sum_of_all_years():
    moves = np.array([[0.1, 0.7, 0.2, 0, 0], [0.05, 0.1, 0.6, 0.25, 0], [0.1, 0, 0.1, 0.6, 0.2], [0.2, 0, 0, 0.1, 0.7]])
    found = customer_worth(certain(moves.tolist()), discount=0.08).groupby("tier")["worth"].mean()
    brought, now, total = BEHAVIOUR.money["mean"].to_numpy()[:4], np.eye(4), np.zeros(4)
    for year in range(1, 400):
        total += now @ brought / 1.08**year
        now = now @ moves[:, 1:]
    np.testing.assert_allclose(found[list(TIERS)], total, rtol=1e-6)


def test_chance_averages_to_the_expected_numbers():
    plan = make_plan(20_000, {"keep": 0.4, "win_back": 0.3, "service": 0.3}, years=2)
    drawn, expected = (
        simulate_plan(START, plan, BEHAVIOUR, budget=20_000, paths=4_000, chance=chance).years.set_index("year")
        for chance in (True, False)
    )
    columns = ["customers_end", "joined", "returned", "left"]
    np.testing.assert_allclose(drawn[columns], expected[columns], rtol=0.01)


def test_more_money_reaches_more_with_falling_gains():
    spends = [0, 5_000, 10_000, 15_000, 20_000]
    left = [
        simulate_plan(START, make_plan(20_000, {"keep": spend / 20_000}, 1), BEHAVIOUR, budget=20_000, paths=200, chance=False)
        .years["left"].iloc[0]
        for spend in spends
    ]  # fmt: skip
    saved = -np.diff(left)
    assert (saved > 0).all()
    assert (np.diff(saved) < 0).all()


@pytest.mark.parametrize(
    ("lever", "column", "sign"),
    [
        ("acquire", "joined", 1),
        ("keep", "left", -1),
        ("service", "left", -1),
        ("win_back", "returned", 1),
        ("upgrade", "fees", 1),
    ],
)
def test_each_lever_moves_what_it_is_for(lever, column, sign):
    base, more = (
        simulate_plan(START, make_plan(20_000, shares, 2), BEHAVIOUR, budget=20_000, paths=300, chance=False)
        .years[column]
        .iloc[-1]
        for shares in ({}, {lever: 1.0})
    )
    assert sign * (more - base) > 0


def test_moving_up_takes_from_staying_only():
    told = BEHAVIOUR.responses.copy()
    rows = told["lever"] == "upgrade"
    told.loc[rows, ["acts_on", "effect", "error"]] = ["moving up", 0.5, 0.0]
    base, more = (
        simulate_plan(
            START, make_plan(50_000, shares, 1), BEHAVIOUR.with_responses(told), budget=50_000, paths=100, chance=False
        ).years.iloc[0]
        for shares in ({}, {"upgrade": 1.0})
    )
    assert more["left"] == pytest.approx(base["left"])
    run = simulate_plan(
        START,
        make_plan(50_000, {"upgrade": 1.0}, 1),
        BEHAVIOUR.with_responses(told),
        budget=50_000,
        paths=100,
        chance=False,
    )
    none = simulate_plan(START, make_plan(50_000, {}, 1), BEHAVIOUR, budget=50_000, paths=100, chance=False)
    change = (run.pyramid["mean"] - none.pyramid["mean"])[run.pyramid["year"] == 1].to_numpy()
    assert change[0] > 0
    assert change[3] < 0
    assert change.sum() == pytest.approx(0, abs=1e-8)


def test_a_far_too_strong_effect_leaves_chances_between_0_and_1():
    told = BEHAVIOUR.responses.assign(error=0.0)
    told.loc[told["acts_on"] == "leaving", "effect"] = 9.0
    told.loc[told["acts_on"] == "returning", "effect"] = 9.0
    told.loc[told["acts_on"] == "arrivals", "effect"] = -9.0
    run = simulate_plan(
        START, make_plan(90_000, dict.fromkeys(LEVERS, 0.2)), BEHAVIOUR.with_responses(told), budget=90_000, paths=20
    )
    first = run.paths[run.paths["year"] == 1]
    assert (first["joined"] == 0).all()
    assert (first["left"] <= first["customers_start"]).all()


def test_an_empty_company_stays_empty_but_for_newcomers():
    run = simulate_plan(
        start_frame(np.zeros((4, 3), int)), make_plan(9_000, {"keep": 1.0}), BEHAVIOUR, budget=9_000, paths=20
    )
    first = run.paths[run.paths["year"] == 1]
    assert (first["customers_end"] == first["joined"]).all()


def test_plans_meet_in_the_same_futures():
    plans = {"nothing": make_plan(20_000, {}), "same": make_plan(20_000, {}), "keep": make_plan(20_000, {"keep": 1.0})}
    table = compare_plans(START, plans, BEHAVIOUR, budget=20_000, paths=100).set_index("plan")
    assert table.loc["same", ["gain", "gain_low", "gain_high"]].tolist() == [0, 0, 0]
    alone = simulate_plan(START, plans["keep"], BEHAVIOUR, budget=20_000, paths=100).equity.set_index("measure")
    assert table.loc["keep", "equity"] == pytest.approx(alone.loc["customer_equity", "mean"])
    assert table.loc["keep", "spent"] == pytest.approx(100_000)


def test_the_marginal_plan_cannot_be_improved_by_one_step():
    budget, step = 12_000, 1_000
    plan = marginal_plan(START, BEHAVIOUR, budget=budget, step=step)
    assert plan[list(LEVERS)].sum(axis=1).iloc[0] <= budget

    def equity(one: pd.DataFrame) -> float:
        sure = BEHAVIOUR.with_responses(BEHAVIOUR.responses.assign(error=0.0))
        return simulate_plan(START, one, sure, budget=budget, paths=300, chance=False).equity["mean"].iloc[2]

    best = equity(plan)
    for take in LEVERS:
        for give in LEVERS:
            moved = plan.assign(**{take: plan[take] - step})
            moved[give] += step
            if take != give and (moved[take] >= 0).all():
                assert equity(moved) <= best + 0.001 * abs(best)
    told = next_yuan(START, plan, BEHAVIOUR, step=step).set_index("lever")["gain"]
    unspent = budget - plan[list(LEVERS)].sum(axis=1).iloc[0]
    if unspent >= step:
        assert (told < 1.05).all()


def test_bands_are_quantiles_of_the_paths():
    run = simulate_plan(START, make_plan(0, {}), BEHAVIOUR, budget=0, paths=200)
    table = check_bands(run, pd.DataFrame([{"left": 160, "joined": 200, "Top": 10**6}]), year=1).set_index("measure")
    first = run.paths[run.paths["year"] == 1]
    assert table.loc["left", "low"] == np.quantile(first["left"], 0.05)
    assert table.loc["joined", "inside"] == (
        np.quantile(first["joined"], 0.05) <= 200 <= np.quantile(first["joined"], 0.95)
    )
    assert not table.loc["Top", "inside"]
    tier = run.pyramid[(run.pyramid["year"] == 1) & (run.pyramid["tier"] == "Small")].iloc[0]
    assert tier["low"] == np.quantile(first["Small"], 0.05)
