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


def known_company(**responses: dict[str, object]):
    """A company without doubt or chance: of the Small 10 % leave and 20 % become Medium, who stay for ever.

    Every year 40 join, and 10 % of the lost come back unasked, all of them Small. 80 % of those who leave do so by choice.
    """
    told = BEHAVIOUR.responses.assign(error=0.0)
    for row, values in responses.items():
        lever, group = row.split("__")
        told.loc[(told["lever"] == lever) & (told["group"] == group), list(values)] = list(values.values())
    sure = certain(
        [[0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0.1, 0, 0, 0.2, 0.7]],
        responses=told,
        money=BEHAVIOUR.money.assign(mean=[0.0, 0, 1_000, 100, 50, 30], sd=0.0),
        chances=BEHAVIOUR.chances.assign(hits=[0.8e9, 0.1e9], of=[1e9, 1e9]),
    )
    sure.arrivals[["years", *TIERS]] = [[1e8, 0, 0, 0, 40e8], [1e8, 0, 0, 0, 10e8]]
    return sure


# At 25 %: a Medium customer brings 1,000 / 0.25 for ever; a Small one v = (100 + 0.2 × 4,000 + 0.7 v) / 1.25.
MEDIUM_WORTH, SMALL_WORTH = 4_000.0, 900 / 0.55
# What two years bring from 1,000 Small customers and 100 lost ones, worked on paper for each lever. The worths are of the year's end.
HALF = np.log(2)  # money for the cost of everybody × ln 2 reaches half of them
TWO_YEARS = {
    # 100 leave, 80 of them by choice; 10 of 100 come back; 700 + 50 stay or come, 200 move up
    "nothing": (
        {}, {}, 0.0,
        {"joined": [40, 40], "returned": [10, 8], "left": [100, 75], "Medium": [200, 350], "Small": [750, 573],
         "fees": [0, 0], "contribution": [102_300, 277_240]}, 0.0,
    ),
    # half of 500 prospects bring 6 %, three quarters of 400 suspects 2 %: 15 + 6 more join in each year
    "acquire": (
        {"acquire__prospect": {"eligible": 500, "cost": 4.0, "effect": 0.06, "share": 0.5},
         "acquire__suspect": {"eligible": 400, "cost": 2.5, "effect": 0.02, "share": 0.5}}, {"acquire": 1.0}, 4_000 * HALF,
        {"joined": [61, 61], "returned": [10, 8], "left": [100, 77.1], "Medium": [200, 354.2], "Small": [771, 608.7],
         "fees": [0, 0], "contribution": [103_350, 280_390]}, 0.0,
    ),
    # 80 of the 100 lost can be asked, half of them are: 10 % + 0.4 × 20 % come back; in the second year there are 80 lost
    "win_back": (
        {"win_back__Lost": {"eligible": 0.8, "cost": 30.0, "effect": 0.2}}, {"win_back": 1.0}, 2_400 * HALF,
        {"joined": [40, 40], "returned": [18, 8 + 12.8 * (1 - 2**-1.25)], "left": [100, 75.8], "Medium": [200, 351.6],
         "Small": [758, 0.7 * 758 + 48 + 12.8 * (1 - 2**-1.25)],
         "fees": [0, 0], "contribution": [102_540, 278_040 + 30 * 12.8 * (1 - 2**-1.25)]}, 0.0,
    ),
    # half of the Small can be sold to, half of them are reached: 250 × ¥10 a year, of which 90 % are there in the second year
    "upgrade": (
        {"upgrade__Small": {"eligible": 0.5, "cost": 6.0, "effect": 10.0, "share": 1.0},
         **{f"upgrade__{tier}": {"share": 0.0} for tier in ("Top", "Big", "Medium")}}, {"upgrade": 1.0}, 3_000 * HALF,
        {"joined": [40, 40], "returned": [10, 8], "left": [100, 75], "Medium": [200, 350], "Small": [750, 573],
         "fees": [0, 2_250], "contribution": [102_300, 277_240]},
        # paid for the first time a year on, then by 90 % of those before: 1 / 1.25 + 0.9 / 1.25² + ... = 1 / 0.35
        (2_250 + 3_750 * (1 - 2 ** (-4 / 3))) * 0.9 / 0.35,
    ),
}  # fmt: skip


@pytest.mark.parametrize("lever", TWO_YEARS)
def test_two_years_of_a_lever_by_hand(lever):
    responses, shares, spend, expected, fees_to_come = TWO_YEARS[lever]
    start = start_frame([[0, 0, 0]] * 3 + [[0, 0, 1_000]], lost=100)
    plan = make_plan(spend, shares, years=2)
    sure = known_company(**responses)
    run = simulate_plan(start, plan, sure, budget=spend, paths=3, chance=False, discount=0.25)
    for name, values in expected.items():
        for path in range(3):
            found = run.paths.loc[run.paths["path"] == path, name].tolist()
            assert found == pytest.approx(values, rel=1e-3), name
    table = run.equity.set_index("measure")["mean"]
    net = [expected["contribution"][year] + expected["fees"][year] - spend for year in range(2)]
    assert table["net_of_years"] == pytest.approx(net[0] / 1.25 + net[1] / 1.5625, rel=1e-3)
    there = expected["Medium"][1] * MEDIUM_WORTH + expected["Small"][1] * SMALL_WORTH
    assert table["customers_left_worth"] == pytest.approx((there + fees_to_come) / 1.5625, rel=1e-3)
    if fees_to_come:  # small beside the customers' worth: looked at alone
        none = simulate_plan(start, make_plan(0, {}, 2), sure, budget=spend, paths=3, chance=False, discount=0.25)
        more = table["customers_left_worth"] - none.equity["mean"].iloc[1]
        assert more == pytest.approx(fees_to_come / 1.5625, rel=1e-3)


def test_a_comparison_of_plans_by_hand():
    """Contacts win back 20 % ± 5 % more of half of the lost: the gain is a normal variable, and its quantiles stand in a table."""
    told = {"eligible": 1.0, "cost": 30.0, "effect": 0.2, "error": 0.05}
    sure = known_company(win_back__Lost=told)
    start = start_frame([[0, 0, 3], [0, 0, 7], [0, 0, 0], [0, 0, 1_000]], lost=1_000)
    spend = 30_000 * HALF  # ¥20,794
    plans = {"nothing": make_plan(spend, {}, 1), "contacts": make_plan(spend, {"win_back": 1.0}, 1)}
    settings = {"budget": spend, "paths": 4_000, "chance": False, "discount": 0.25, "level": 0.8}
    found = compare_plans(start, plans, sure, **settings).set_index("plan")
    each = (30 + SMALL_WORTH) / 1.25  # of one who came back: ¥30 in the year, then what a Small customer brings
    gain, sd = 100 * each - spend / 1.25, 25 * each
    nothing = (100_000 + 40 * 50 + 100 * 30 + 200 * MEDIUM_WORTH + 840 * SMALL_WORTH) / 1.25
    z = 1.28155  # of a normal variable 80 % lie within
    contacts = found.loc["contacts"]
    assert contacts["spent"] == pytest.approx(spend)
    assert contacts["customers"] == pytest.approx(10 + 200 + 840 + 100, rel=2e-3)
    assert found["top_and_big"].tolist() == pytest.approx([10, 10], rel=1e-3)
    assert found.loc["nothing", ["equity", "equity_low", "equity_high"]].tolist() == pytest.approx(
        [nothing] * 3, rel=1e-3
    )
    off = 0.06 * sd  # of 4,000 paths
    assert contacts[["gain", "gain_low", "gain_high"]].tolist() == pytest.approx(
        [gain, gain - z * sd, gain + z * sd], abs=off
    )
    equity = nothing + gain
    assert contacts[["equity", "equity_low", "equity_high"]].tolist() == pytest.approx(
        [equity, equity - z * sd, equity + z * sd], abs=off + 1e-3 * nothing
    )
    alone = simulate_plan(start, plans["contacts"], sure, **settings).equity.set_index("measure").loc["customer_equity"]
    assert alone.tolist() == pytest.approx(contacts[["equity", "equity_low", "equity_high"]].tolist())


def test_wins_are_the_futures_with_a_gain():
    """As above, but at a cost at which the mean gain is half its standard deviation: it is above 0 in 69 % of the futures."""
    each = (30 + SMALL_WORTH) / 1.25
    spend = 1.25 * (100 - 12.5) * each
    sure = known_company(win_back__Lost={"eligible": 1.0, "cost": spend / (1_000 * HALF), "effect": 0.2, "error": 0.05})
    start = start_frame([[0, 0, 0]] * 3 + [[0, 0, 1_000]], lost=1_000)
    plans = {"nothing": make_plan(spend, {}, 1), "contacts": make_plan(spend, {"win_back": 1.0}, 1)}
    found = compare_plans(start, plans, sure, budget=spend, paths=4_000, chance=False, discount=0.25).set_index("plan")
    assert found["equity"].min() > 0
    assert found["wins"].to_dict() == pytest.approx({"contacts": 0.691, "nothing": 0.0}, abs=0.025)


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


@pytest.mark.parametrize(("budget", "left_over"), [(12_000, False), (60_000, True)])
def test_the_marginal_plan_cannot_be_improved_by_one_step(budget, left_over):
    """No step moved from lever to lever gains ¥50 (a step costs ¥3,791); where money is left, no step added gains ¥50 either."""
    step = 1_000
    plan = marginal_plan(START, BEHAVIOUR, budget=budget, step=step)
    unspent = budget - plan[list(LEVERS)].sum(axis=1).iloc[0]
    assert unspent >= step if left_over else unspent == 0

    def equity(one: pd.DataFrame) -> float:
        sure = BEHAVIOUR.with_responses(BEHAVIOUR.responses.assign(error=0.0))
        return simulate_plan(START, one, sure, budget=2 * budget, paths=300, chance=False).equity["mean"].iloc[2]

    moved = [
        plan.assign(**{take: plan[take] - step, give: plan[give] + step})
        for take in LEVERS
        for give in LEVERS
        if take != give and (plan[take] >= step).all()
    ]
    assert len(moved) == 8  # from the two levers that the plan spends on
    added = [plan.assign(**{give: plan[give] + step}) for give in LEVERS] if left_over else []
    best = equity(plan)
    assert max(equity(other) for other in moved + added) <= best + 50


def test_the_next_yuan_is_what_a_step_more_brings_before_its_cost():
    """Against runs of the plan with and without the step: the customer equity of a run has the step's cost taken off."""
    step, settings = 1_000, {"paths": 60, "seed": 3, "discount": 0.25}
    plan = make_plan(12_000, {"acquire": 0.2, "win_back": 0.6}, years=2)
    told = next_yuan(START, plan, BEHAVIOUR, step=step, level=0.8, **settings).set_index("lever")
    assert told.index.tolist() == list(LEVERS)
    paid = 1_000 / 1.25 + 1_000 / 1.5625

    def equity(one: pd.DataFrame) -> float:
        run = simulate_plan(START, one, BEHAVIOUR, budget=20_000, chance=False, **settings)
        return run.equity.set_index("measure").loc["customer_equity", "mean"]

    more = {lever: plan.assign(**{lever: plan[lever] + step}) for lever in LEVERS}
    expected = {lever: (equity(one) - equity(plan)) / paid + 1 for lever, one in more.items()}
    assert told["gain"].to_dict() == pytest.approx(expected, rel=1e-6)
    assert told["spend_more"].to_dict() == {lever: equity(one) > equity(plan) for lever, one in more.items()}
    assert set(told["spend_more"]) == {True, False}
    pairs = compare_plans(START, {"plan": plan, **more}, BEHAVIOUR, budget=20_000, chance=False, level=0.8, **settings)
    gains = pairs.set_index("plan").loc[list(LEVERS)]
    np.testing.assert_allclose(told["low"], gains["gain_low"] / paid + 1, rtol=1e-6)
    np.testing.assert_allclose(told["high"], gains["gain_high"] / paid + 1, rtol=1e-6)


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
