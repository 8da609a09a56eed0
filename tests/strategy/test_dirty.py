"""Bad input: each case gets a sentence that names what is wrong and what to do; nothing is clipped or dropped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from crmlib.companies import simulate_bank
from crmlib.strategy import (
    COSTS,
    VALUES,
    aim,
    check_bands,
    check_plan,
    compare_plans,
    delivered_value,
    fit_behaviour,
    lever_responses,
    make_plan,
    margin_chain,
    marginal_plan,
    marginal_rule,
    next_yuan,
    relationship_levels,
    simulate_plan,
    small_bank,
    start_frame,
    year_end,
)

START, BEHAVIOUR = small_bank()
PLAN = make_plan(1_000, {"keep": 0.5, "service": 0.5}, years=2)
TOLD = BEHAVIOUR.responses


def run(start=START, plan=PLAN, behaviour=BEHAVIOUR, **others):
    return simulate_plan(start, plan, behaviour, **({"budget": 1_000, "paths": 5} | others))


def told(**columns):
    return BEHAVIOUR.with_responses(TOLD.assign(**columns))


CASES = [
    (lambda: run(plan=PLAN.drop(columns="win_back")), "The plan has no column 'win_back'"),
    (lambda: run(plan=PLAN.assign(gifts=3)), "the column 'gifts', which is no lever"),
    (lambda: run(plan=PLAN.assign(keep=[5, -1])), "spends less than 0 on 'keep' in 1 row (row 1). Give 0 or more"),
    (lambda: run(plan=PLAN.assign(keep=[np.nan, 1])), "says nothing on 'keep' in 1 row (row 0). Write 0 for nothing"),
    (lambda: run(plan=PLAN.assign(keep=[1, np.inf])), "is infinite in 1 row"),
    (lambda: run(plan=PLAN.assign(keep="much")), "must hold numbers, but row 0 has the text 'much'"),
    (lambda: run(plan=PLAN.assign(acquire=[0, 250])), "spends ¥1,250 in year 2, ¥250 more than the budget of ¥1,000"),
    (lambda: run(plan=PLAN.assign(year=[1, 3])), "must be 1, 2, 3 ... in order, but it is 1 and 3"),
    (lambda: run(plan=PLAN.iloc[:0]), "The plan has no rows"),
    (lambda: run(plan={"keep": 3}), "The plan must be a pandas DataFrame"),
    (lambda: run(budget=-1), "`budget` must be an amount in yuan, 0 or more, but it is -1"),
    (lambda: run(budget=float("nan")), "`budget` must be an amount in yuan"),
    (lambda: run(budget="1000"), "`budget` must be an amount in yuan"),
    (lambda: run(paths=0), "`paths` must be a whole number, 1 or more"),
    (lambda: run(seed=1.5), "`seed` must be a whole number"),
    (lambda: run(discount=-0.1), "`discount` must be a yearly rate such as 0.10"),
    (lambda: run(level=90), "`level` must lie between 0 and 1"),
    (lambda: run(start=START.iloc[1:]), "must have 13 rows"),
    (lambda: run(start=START.assign(customers=0.5)), "must be whole numbers, 0 or more; it is not in 13 rows"),
    (lambda: run(start=START.assign(customers=-1)), "must be whole numbers, 0 or more"),
    (lambda: run(behaviour=TOLD), "must come from fit_behaviour(...), but it is a DataFrame"),
    (lambda: run(behaviour=told(share=0.5)), "add up to 2.000, not to 1"),
    (lambda: run(behaviour=told(cost=0)), "Column 'cost' of the frame of responses must be above 0; it is not in 15 rows"),
    (lambda: run(behaviour=told(error=-1)), "'error' of the frame of responses must be 0 or more"),
    (lambda: run(behaviour=told(effect=np.nan)), "'effect' of the frame of responses must be a number"),
    (lambda: run(behaviour=told(eligible=2)), "must be a share from 0 to 1"),
    (lambda: run(behaviour=told(acts_on="mood")), "rows that the simulator does not know"),
    (lambda: run(behaviour=BEHAVIOUR.with_responses(TOLD[TOLD["lever"] != "keep"])), "says nothing about 'keep'"),
    (lambda: run(behaviour=replace(BEHAVIOUR, moves=BEHAVIOUR.moves.assign(left=-1))), "moves must have 12 rows of counts"),
    (lambda: run(behaviour=replace(BEHAVIOUR, moves=BEHAVIOUR.moves.iloc[:5])), "moves must have 12 rows of counts"),
    (lambda: run(behaviour=replace(BEHAVIOUR, money=BEHAVIOUR.money.iloc[::-1])), "money must have one full row for each of"),
    (lambda: run(behaviour=replace(BEHAVIOUR, money=BEHAVIOUR.money.assign(mean=np.nan))), "money must have one full row"),
    (lambda: make_plan(100, {"kep": 1}), "There is no lever 'kep'"),
    (lambda: make_plan(100, {"keep": 0.7, "service": 0.4}), "at most 1 together"),
    (lambda: make_plan(100, {"keep": -0.1}), "0 or more"),
    (lambda: make_plan(100, {}, years=0), "`years` must be a whole number"),
    (lambda: make_plan("1000", {"keep": 1}), "`budget` must be an amount in yuan, 0 or more, but it is '1000'"),
    (lambda: make_plan(True, {}), "`budget` must be an amount in yuan"),
    (lambda: make_plan(100, {"keep": "half"}), "The share of 'keep' must be a number such as 0.25, but it is 'half'"),
    (lambda: check_plan(PLAN, 999), "¥1 more than the budget of ¥999"),
    (lambda: compare_plans(START, {}, BEHAVIOUR, budget=5), "There is no plan to compare"),
    (lambda: compare_plans(START, {"mine": PLAN}, BEHAVIOUR, budget=5), "Plan 'mine': The plan spends ¥1,000"),
    (lambda: next_yuan(START, PLAN, BEHAVIOUR, step=0), "`step` must be an amount in yuan above 0"),
    (lambda: marginal_plan(START, BEHAVIOUR, budget=10, step=-1), "`step` must be an amount in yuan above 0"),
    (lambda: marginal_plan(START, BEHAVIOUR, budget=9_000), "The step of ¥10,000 is above the budget of ¥9,000"),
    (lambda: aim(TOLD, "keeping", {"Top": 1}), "There is no lever 'keeping'"),
    (lambda: aim(TOLD, "keep", {"Best": 1}), "cannot be aimed at 'Best'. Its groups are 'Top', 'Big', 'Medium' and 'Small'"),
    (lambda: aim(TOLD, "keep", {"Top": 0.5, "Big": 0.4}), "add up to 0.900, not to 1"),
    (lambda: aim(TOLD, "keep", {"Top": 1.5, "Big": -0.5}), "'share' of the frame of responses must be 0 or more"),
    (lambda: start_frame([[1, 2, 3]]), "4 rows (tiers) of 3 numbers (ages)"),
    (lambda: check_bands(run(), pd.DataFrame({"mood": [1]})), "has no column 'mood'"),
    (lambda: check_bands(run(), pd.DataFrame({"left": [1, 2]})), "must be one row, but there are 2"),
    (lambda: check_bands(run(), pd.DataFrame({"left": [1], "Top": [np.nan]})), "say nothing on 'Top'. Fill it in"),
    (lambda: check_bands(run(), pd.DataFrame({"left": ["many"]})), "Column 'left' of the actual values must hold numbers"),
    (lambda: check_bands(run(), pd.DataFrame({"left": [1]}), year=3), "has no year 3. Its years are 1 and 2"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "says"), CASES, ids=[says[:40] for _, says in CASES])
def test_the_simulator_says_what_is_wrong(call, says):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert says in str(caught.value)


def test_a_budget_of_nothing_makes_a_plan_of_nothing():
    plan = marginal_plan(START, BEHAVIOUR, budget=0)
    assert len(plan) == 5
    assert (plan.drop(columns="year") == 0).all(axis=None)


def test_less_than_one_step_can_remain_unspent():
    plan = marginal_plan(START, BEHAVIOUR, budget=2_500, step=1_000)
    assert plan.drop(columns="year").sum(axis=1).tolist() == [2_000] * 5


@pytest.fixture(scope="module")
def bank():
    bank = simulate_bank(600, 3)
    return bank, bank.customers.assign(own=True)


def test_records_that_cannot_be_read_are_refused(bank):
    bank, people = bank
    months, years = bank.months, bank.years
    end = year_end(people, months, 2025)

    def levers(**others):
        given = {
            "customers": people, "members": bank.campaign_members, "leads": bank.leads, "consents": bank.consents,
            "problems": bank.problems, "months": months,
        } | others  # fmt: skip
        return lever_responses(end, *given.values(), product_fee=80, solve_cost=150)

    study = bank.campaign_members[bank.campaign_members["campaign"] == "win-back"]

    def fit(years=years, people=people, win_back=study):
        return fit_behaviour(people, months, years, TOLD, win_back=win_back)

    gone = years[~((years["customer"] == years["customer"].iloc[0]) & (years["year"] == 2024))]
    stranger = bank.problems.assign(customer=bank.problems["customer"].where(bank.problems.index > 0, 999_999))
    members, troubles = bank.campaign_members, bank.problems
    no_control = bank.campaign_members[bank.campaign_members["arm"] == "treated"]
    cases = [
        (lambda: year_end(people, months, 2025, cuts=(1, 2, 3)), "the highest first"),
        (lambda: year_end(people, months, 2025.5), "`year` must be a calendar year"),
        (lambda: year_end(people.drop(columns="left"), months, 2025), "no column 'left'"),
        (lambda: year_end(pd.concat([people, people]), months, 2025), "must have one row per customer"),
        (lambda: year_end(people.assign(joined=pd.NaT), months, 2025), "Column 'joined' of the frame of customers is empty"),
        (lambda: year_end(people, months[months["month"] < "2025-06-01"], 2025), "have no revenue from October to December 2025"),
        (lambda: fit_behaviour(people, months, years, TOLD, first=2024, last=2024), "needs two years or more"),
        (lambda: fit_behaviour(people, months, years.drop(columns="contribution"), TOLD), "no column 'contribution'"),
        (lambda: levers(members=no_control), "has no rows in one of its arms"),
        (lambda: levers(consents=bank.consents.iloc[:0]), "The frame of consents has no rows"),
        (lambda: levers(problems=bank.problems.assign(resolved=True)), "cannot be estimated"),
        (lambda: year_end(people.assign(own="no"), months, 2025), "Column 'own' of the frame of customers must say True or False"),
        (lambda: year_end(people.assign(own=np.nan), months, 2025), "Column 'own' of the frame of customers must say True or False"),
        (lambda: fit(win_back=study.assign(outcome="no")), "Column 'outcome' of the win-back study must say True or False"),
        (lambda: fit(win_back=study.assign(outcome=None)), "Column 'outcome' of the win-back study must say True or False"),
        (lambda: fit(win_back=study[study["arm"] == "treated"]), "The win-back study has no row in the arm 'control'"),
        (lambda: fit(years=years.astype({"customer": "str"})), "see that customers bear the same ids in both frames"),
        (lambda: fit(years=gone), f"customers of 2024: {years['customer'].iloc[0]}. Add their rows"),
        (lambda: fit(years=years.assign(contribution=years["contribution"].where(years.index != 7))), "is empty in 1 row (row 7)"),
        (lambda: fit(years=pd.concat([years, years.iloc[:1]])), "one row per customer and year, but has a second one in 1 row"),
        (lambda: levers(problems=troubles.assign(noticed="no")), "Column 'noticed' of the frame of problems must say True or False"),
        (lambda: levers(problems=troubles.assign(resolved=np.nan)), "Column 'resolved' of the frame of problems must say"),
        (lambda: levers(customers=people.assign(own="no")), "Column 'own' of the frame of customers must say True or False"),
        (lambda: levers(customers=pd.concat([people, people])), "must have one row per customer"),
        (lambda: levers(customers=people[people["joined"] < "2025-01-01"]), "No customer joined in 2025"),
        (lambda: levers(members=members.assign(outcome="no")), "Column 'outcome' of the frame of campaign members must say"),
        (lambda: levers(problems=stranger), "names ids that the frame of customers does not know: 999999, in 1 row (row 0)"),
        (lambda: levers(months=months.assign(customer=999_999)), "The frame of months names ids that the frame of customers"),
        (lambda: levers(problems=troubles.assign(date=pd.NaT)), "Column 'date' of the frame of problems is empty"),
        (lambda: levers(consents=bank.consents.drop(columns="given")), "The frame of consents has no column 'given'"),
        (lambda: lever_responses(end, *[people] * 6, product_fee=0, solve_cost=150), "`product_fee` must be an amount"),
    ]  # fmt: skip
    for call, says in cases:
        with pytest.raises((ValueError, TypeError)) as caught:
            call()
        assert says in str(caught.value), says


RATINGS = pd.DataFrame(
    {"rater": [1, 1, 2, 2], "bank": ["A", "B", "A", "B"]} | {name: [5, 6, 7, 8] for name in (*VALUES, *COSTS)}
)
EQUAL = dict.fromkeys((*VALUES, *COSTS), 0.25)
STEPS = pd.DataFrame({"gain": [5, 8], "cost": [1, 3]})
BONDS = pd.DataFrame({"level": ["social"], "bond": ["club"], "hazard_ratio": [0.8], "cost": [10], "years_to_copy": [2]})
PRICES = pd.DataFrame(
    {"class": ["home"], "fuel": 0.2, "wholesale_peak": 0.5, "wholesale_flat": 0.4, "wholesale_valley": 0.2, "grid": 0.1,
     "levy": 0.01, "cost_to_serve": 0.02, "retail": 0.6}
)  # fmt: skip
USE = pd.DataFrame({"class": ["home"], "peak": [0.4], "flat": [0.4], "valley": [0.2]})
MORE = [
    (lambda: delivered_value(RATINGS.drop(columns="image"), own="A"), "no column 'image'"),
    (lambda: delivered_value(RATINGS, own="C"), "has no company 'C'. It has 'A' and 'B'"),
    (lambda: delivered_value(RATINGS.assign(image=[1, np.nan, 2, 3]), own="A"), "empty rating in 1 row (row 1)"),
    (lambda: delivered_value(RATINGS.iloc[:3], own="A"), "1 raters have not rated every company: 2"),
    (lambda: delivered_value(pd.concat([RATINGS, RATINGS]), own="A"), "rates a company twice in 4 rows"),
    (lambda: delivered_value(RATINGS, own="A", weights=EQUAL | {"image": 0.5}), "four values must be 0 or more and add up to 1"),
    (lambda: delivered_value(RATINGS, own="A", weights=EQUAL | {"time_cost": -0.25, "money_cost": 0.75}), "four costs must be"),
    (lambda: delivered_value(RATINGS, own="A", weights={"image": 1}), "says nothing about 'product'"),
    (lambda: delivered_value(RATINGS, own="A", weights=EQUAL | {"mood": 0.1}), "names 'mood', which is no rating"),
    (lambda: marginal_rule(STEPS.assign(cost=[3, 1])), "must rise in cost"),
    (lambda: marginal_rule(STEPS.assign(gain=[3, None])), "empty gain or cost in 1 row (row 1)"),
    (lambda: relationship_levels(BONDS.assign(hazard_ratio=0), leave=0.1, margin=10), "'hazard_ratio' of the table of bonds"),
    (lambda: relationship_levels(BONDS.assign(cost=None), leave=0.1, margin=10), "'cost' of the table of bonds is empty"),
    (lambda: relationship_levels(BONDS, leave=12, margin=10), "`leave` must be a share between 0 and 1"),
    (lambda: relationship_levels(BONDS, leave=0.1, margin=0), "`margin` must be above 0"),
    (lambda: margin_chain(PRICES, USE.assign(peak=0.5)), "must be 0 or more and add up to 1"),
    (lambda: margin_chain(PRICES, USE.assign(**{"class": "shop"})), "needs one row for each class"),
    (lambda: margin_chain(PRICES.assign(fuel=np.nan), USE), "empty price in 1 row"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "says"), MORE, ids=[says[:40] for _, says in MORE])
def test_value_bonds_and_chain_say_what_is_wrong(call, says):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert says in str(caught.value)
