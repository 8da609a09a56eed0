"""Exercise 11, relationship strategy: what a customer gets, how far a benefit goes, and a budget on five levers.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question
from crmlib.retention import campaign_uplift
from crmlib.strategy import (
    Behaviour,
    compare_plans,
    delivered_value,
    fit_behaviour,
    make_plan,
    next_yuan,
    small_bank,
    year_end,
)

BY_FATE = ["death", "moved abroad", "closed by bank"]
BUDGET, CALL = 30_000, 60
TIERS = ("Top", "Big", "Medium", "Small")


def people(bank: Company) -> pd.DataFrame:
    return bank.customers.assign(own=~bank.customers["exit_reason"].isin(BY_FATE))


# --- q1: delivered value ----------------------------------------------------------------------------------------------


def ahead_of_pearl(bank: Company) -> float:
    table = delivered_value(bank.market_study, own="Harbour Bank").set_index("bank")
    return table.at["Pearl Bank", "ahead"]


@lru_cache(maxsize=4)
def ratings(bank: Company) -> pd.DataFrame:
    return delivered_value(bank.market_study, own="Harbour Bank").set_index("bank")


def lead(bank: Company, column: str, sign: float = 1.0, rival: str = "Pearl Bank") -> float:
    return sign * float(ratings(bank).at["Harbour Bank", column] - ratings(bank).at[rival, column])


Q1 = Question(
    name="q1",
    variable="ahead_of_pearl",
    points=1,
    kind="number",
    unit="points",
    tolerance=0.006,
    expected=ahead_of_pearl,
    why="A lead can come from asking less, not only from giving more.",
    misconceptions=[
        Misconception(
            "costs left out",
            lambda bank: lead(bank, "total_value"),
            "That compares what customers get. Delivered value takes off what it costs them.",
        ),
        Misconception(
            "costs added",
            lambda bank: lead(bank, "total_value") + lead(bank, "total_cost"),
            "The four costs were added. High is costly: they are taken off.",
        ),
        Misconception(
            "the other competitor",
            lambda bank: lead(bank, "delivered", rival="Northern Bank"),
            "That is the lead over Northern Bank. Pearl Bank is asked for.",
        ),
        Misconception(
            "the wrong way round",
            lambda bank: lead(bank, "delivered", -1.0),
            "That is Pearl Bank less Harbour Bank. How far is Harbour Bank ahead?",
        ),
    ],
    hints=[
        "Delivered value of a bank: its four values less its four costs. Take the means over all raters.",
        "`crm.delivered_value(bank.market_study)` has a row per bank, and a column `ahead`.",
    ],
)

# --- q2: the marginal rule ----------------------------------------------------------------------------------------------


def to_call(bank: Company) -> int:
    own = ~bank.customers["exit_reason"].isin(["death", "moved abroad", "closed by bank"])
    there = year_end(bank.customers.assign(own=own), bank.months, 2025).customers
    worth = there["tier"].astype("str").map({"Top": 56_000, "Big": 22_000, "Medium": 7_900, "Small": 1_400})
    return int((0.02 * worth > 60).sum())


@lru_cache(maxsize=4)
def tiers_of(bank: Company, year: int) -> pd.DataFrame:
    return year_end(people(bank), bank.months, year).customers


def counted(bank: Company, *tiers: str) -> int:
    return int(tiers_of(bank, 2025)["tier"].isin(tiers).sum())


Q2 = Question(
    name="q2",
    variable="to_call",
    points=2,
    kind="number",
    unit="customers",
    expected=to_call,
    why="The last step loses, though the average over all calls is above 1.",
    misconceptions=[
        Misconception(
            "average for margin",
            lambda bank: counted(bank, *TIERS),
            "All of them: the calls together gain more than they cost. Look at the last step alone: what does it gain, what does it cost?",
        ),
        Misconception(
            "one step too few",
            lambda bank: counted(bank, "Top", "Big"),
            "The gain per yuan falls from step to step, but the next step still gains more than it costs. Go on.",
        ),
        Misconception(
            "the best step only",
            lambda bank: counted(bank, "Top"),
            "The first step has the best ratio. The rule asks about each further step: does it gain more than it costs?",
        ),
        Misconception(
            "only the last step's customers",
            lambda bank: counted(bank, "Medium"),
            "Those are the customers of the last step that pays. The steps before it count, too.",
        ),
    ],
    hints=[
        "What does one call gain in each tier? Chance to save × worth. What does it cost?",
        "`crm.marginal_rule(levels)` says with `go` which steps pay.",
        "Add up the customers of all steps that pay.",
    ],
)

# --- q3: a bond -------------------------------------------------------------------------------------------------------


def break_even(bank: Company) -> float:
    left = pd.to_datetime(bank.customers["left"])
    there = (bank.customers["joined"] < "2025-01-01") & ~(left < "2025-01-01")
    leave = (left[there].dt.year == 2025).mean()
    return 300 / (0.3 * leave)


def leave_2025(bank: Company, everybody: bool = False) -> float:
    left = bank.customers["left"]
    there = (bank.customers["joined"] < "2025-01-01") & ~(left < "2025-01-01")
    share = left[there | everybody].dt.year == 2025
    return float(share.mean())


Q3 = Question(
    name="q3",
    variable="break_even",
    points=2,
    kind="number",
    unit="¥",
    tolerance=1.0,
    expected=break_even,
    why="Most customers with the bond would have stayed anyway, and the bond is paid for all of them.",
    misconceptions=[
        Misconception(
            "the base rate forgotten",
            300 / 0.3,
            "That divides by 0.3. The bond keeps 30 % of those who would leave, not of all.",
        ),
        Misconception(
            "every leaver saved",
            lambda bank: 300 / leave_2025(bank),
            "That assumes that the bond keeps all who would leave. It keeps 30 % of them.",
        ),
        Misconception(
            "those who leave all the same counted",
            lambda bank: 300 / (0.7 * leave_2025(bank)),
            "0.7 of the leavers leave all the same. How many are kept?",
        ),
        Misconception(
            "everybody in the file as base",
            lambda bank: 300 / (0.3 * leave_2025(bank, everybody=True)),
            "The base of the share who leave: customers who were there on 1 January 2025, not everybody in the file.",
        ),
    ],
    hints=[
        "Of 100 customers with the bond: how many would leave in a year? How many of these does it keep?",
        "What do the 100 bonds cost? Divide by the customers kept.",
    ],
)

# --- q4: diminishing returns ------------------------------------------------------------------------------------------------


def reached_percent(bank: Company) -> float:
    from math import exp

    given = bank.consents.query("purpose == 'marketing' and channel == 'phone'")
    valid = given.loc[given["withdrawn"].isna(), "customer"]
    here = year_end(bank.customers.assign(own=True), bank.months, 2025).customers
    return 100 * (1 - exp(-30_000 / (60 * here["customer"].isin(valid).sum())))


def reach(
    bank: Company, *, withdrawn: bool = False, everybody: bool = False, straight: bool = False, returned: bool = True
) -> float:
    consents = bank.consents[(bank.consents["purpose"] == "marketing") & (bank.consents["channel"] == "phone")]
    yes = bank.customers["customer"].isin(consents.loc[withdrawn | consents["withdrawn"].isna(), "customer"])
    there = (
        bank.customers["customer"].isin(tiers_of(bank, 2025)["customer"]) if returned else bank.customers["left"].isna()
    )
    full = CALL * int((there & (yes | everybody)).sum())
    return 100 * (BUDGET / full if straight else 1 - float(np.exp(-BUDGET / full)))


Q4 = Question(
    name="q4",
    variable="reached_percent",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=reached_percent,
    why="Spread over a group, money reaches some twice before it reaches the last one.",
    misconceptions=[
        Misconception(
            "a straight line",
            lambda bank: reach(bank, straight=True),
            "That is calls / customers, as if nobody were reached twice. Use the curve with e.",
        ),
        Misconception(
            "nobody asked",
            lambda bank: reach(bank, everybody=True),
            "That counts customers who did not agree to calls. No entry means no.",
        ),
        Misconception(
            "withdrawn consent counted",
            lambda bank: reach(bank, withdrawn=True),
            "Some of these customers have withdrawn their consent: `withdrawn` then holds a day.",
        ),
        Misconception(
            "those who came back forgotten",
            lambda bank: reach(bank, returned=False),
            "Some left and came back. They are customers again, and in `end.customers`.",
        ),
        Misconception(
            "those not reached",
            lambda bank: 100 - reach(bank),
            "That is the share who are not reached.",
        ),
    ],
    hints=[
        "Who may be reached? A customer at the end of 2025, with a valid consent to marketing by phone.",
        "With n of them, `np.exp(-30_000 / (60 * n))` is the share that is not reached.",
    ],
)

# --- q5: moving up ----------------------------------------------------------------------------------------------------


def moved_up_percent(bank: Company) -> float:
    own = ~bank.customers["exit_reason"].isin(["death", "moved abroad", "closed by bank"])
    customers = bank.customers.assign(own=own)
    before = year_end(customers, bank.months, 2024).customers
    after = year_end(customers, bank.months, 2025).customers
    both = before[before["tier"] == "Medium"].merge(after, on="customer", how="left", suffixes=("", "_after"))
    return 100 * both["tier_after"].isin(["Top", "Big"]).mean()


def medium_to(bank: Company, *, up: bool = True, stayers: bool = False) -> float:
    before, after = tiers_of(bank, 2024), tiers_of(bank, 2025)
    tier = before.loc[before["tier"] == "Medium", "customer"].map(after.set_index("customer")["tier"].astype("str"))
    hit = tier.isin(["Top", "Big"] if up else ["Small"])
    return 100 * float(hit[tier.notna()].mean() if stayers else hit.mean())


def of_the_upper(bank: Company) -> float:
    before, after = tiers_of(bank, 2024), tiers_of(bank, 2025)
    upper = after[after["tier"].isin(["Top", "Big"])]
    was = upper["customer"].map(before.set_index("customer")["tier"].astype("str"))
    return 100 * float((was == "Medium").mean())


Q5 = Question(
    name="q5",
    variable="moved_up_percent",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=moved_up_percent,
    why="With fixed money cuts everybody can move up. The base holds those who left: they did not move up.",
    misconceptions=[
        Misconception(
            "leavers left out of the base",
            lambda bank: medium_to(bank, stayers=True),
            "That is of the Medium customers who stayed. Those who left belong to the base.",
        ),
        Misconception(
            "down for up",
            lambda bank: medium_to(bank, up=False),
            "That is the percentage who fell to Small.",
        ),
        Misconception(
            "the wrong base",
            of_the_upper,
            "That asks where the Top and Big customers of 2025 came from. The base is the Medium customers of 2024.",
        ),
    ],
    hints=[
        "Take the Medium customers of 2024 and look up each one's tier in 2025. What about those who are not there any more?",
        '`merge(..., how="left")` keeps those who left; their tier is then empty.',
        '`.isin(["Top", "Big"]).mean()` counts an empty tier as not moved up.',
    ],
)

# --- q6 and q7: the simulator ---------------------------------------------------------------------------------------------


def gain_of_calls(bank: Company) -> float:
    own = ~bank.customers["exit_reason"].isin(["death", "moved abroad", "closed by bank"])
    customers = bank.customers.assign(own=own)
    lost = bank.campaign_members.query("campaign == 'win-back'")
    behaviour = fit_behaviour(customers, bank.months, bank.years, small_bank()[1].responses, win_back=lost)
    start = year_end(customers, bank.months, 2025).start
    plans = {"nothing": make_plan(30_000, {}), "calls": make_plan(30_000, {"keep": 1})}
    table = compare_plans(start, plans, behaviour, budget=30_000, chance=False)
    return table.set_index("plan").at["calls", "gain"]


@lru_cache(maxsize=4)
def simulated(bank: Company) -> tuple[pd.DataFrame, Behaviour]:
    win_back = bank.campaign_members[bank.campaign_members["campaign"] == "win-back"]
    responses = small_bank()[1].responses
    behaviour = fit_behaviour(people(bank), bank.months, bank.years, responses, win_back=win_back)
    return year_end(people(bank), bank.months, 2025).start, behaviour


@lru_cache(maxsize=4)
def compared(bank: Company) -> pd.DataFrame:
    start, behaviour = simulated(bank)
    plans = {"nothing": make_plan(BUDGET, {}), "calls": make_plan(BUDGET, {"keep": 1})}
    return compare_plans(start, plans, behaviour, budget=BUDGET, chance=False).set_index("plan")


Q6 = Question(
    name="q6",
    variable="gain_of_calls",
    points=2,
    kind="number",
    unit="¥",
    tolerance=1.0,
    expected=gain_of_calls,
    why="Equity alone says little: nearly all of it comes without any plan. What counts is the difference.",
    misconceptions=[
        Misconception(
            "equity for gain",
            lambda bank: float(compared(bank).at["calls", "equity"]),
            "That is the customer equity with the plan. Most of it comes without the plan: compare with spending nothing.",
        ),
        Misconception(
            "the cost left out",
            lambda bank: float(compared(bank).at["calls", "gain"]) + BUDGET * sum(1.1**-year for year in range(1, 6)),
            "The cost of the plan is missing: `gain` is already after it.",
        ),
        Misconception(
            "the cost twice",
            lambda bank: float(compared(bank).at["calls", "gain"]) - 5 * BUDGET,
            "`gain` is already after what the plan costs. Here the cost is taken off once more.",
        ),
        Misconception(
            "the band's end",
            lambda bank: float(compared(bank).at["calls", "gain_high"]),
            "That is the upper end of the band. The expected gain is asked for.",
        ),
    ],
    hints=[
        "Put both plans into one dictionary, spending nothing first, and let `crm.compare_plans` meet them in the same futures.",
        "The column `gain` compares with the first plan.",
    ],
)


def best_next(bank: Company) -> float:
    own = ~bank.customers["exit_reason"].isin(["death", "moved abroad", "closed by bank"])
    customers = bank.customers.assign(own=own)
    lost = bank.campaign_members.query("campaign == 'win-back'")
    behaviour = fit_behaviour(customers, bank.months, bank.years, small_bank()[1].responses, win_back=lost)
    start = year_end(customers, bank.months, 2025).start
    plan = make_plan(30_000, {"keep": 0.8, "win_back": 0.2})
    return next_yuan(start, plan, behaviour, step=1_000)["gain"].max()


@lru_cache(maxsize=4)
def margins(bank: Company) -> pd.DataFrame:
    start, behaviour = simulated(bank)
    plan = make_plan(BUDGET, {"keep": 0.8, "win_back": 0.2})
    return next_yuan(start, plan, behaviour, step=1_000).set_index("lever")


Q7 = Question(
    name="q7",
    variable="best_next",
    points=2,
    kind="number",
    unit="yuan per yuan",
    tolerance=0.006,
    expected=best_next,
    why="As long as a yuan brings more on one lever than on another, moving it gains.",
    misconceptions=[
        Misconception(
            "the lever with the most money",
            lambda bank: float(margins(bank).at["keep", "gain"]),
            "That is what one more yuan on *keep* brings. Another lever brings more.",
        ),
        Misconception(
            "the other lever of the plan",
            lambda bank: float(margins(bank).at["win_back", "gain"]),
            "That is what one more yuan on *win back* brings. Compare all five levers, also those without money so far.",
        ),
        Misconception(
            "the band's end",
            lambda bank: float(margins(bank)["low"].max()),
            "That is the lower end of the band. The expected gain is asked for.",
        ),
        Misconception(
            "its cost taken off",
            lambda bank: float(margins(bank)["gain"].max()) - 1,
            "The yuan itself was taken off. What it *brings* is asked for: above 1 it pays.",
        ),
    ],
    hints=[
        "`crm.next_yuan(start, plan, behaviour, step=1_000)` has a row per lever.",
        "Look for the largest value in the column `gain`, over all five levers.",
    ],
)

# --- q8: what the data cannot tell ------------------------------------------------------------------------------------------


def offer_moves_up(bank: Company) -> str:
    return "a"


@lru_cache(maxsize=4)
def offer(bank: Company) -> pd.Series:
    """Interval of what the insurance offer changes in the share who move up a tier."""
    month = bank.months["month"]
    rate = {
        name: 12 * bank.months[month.between(first, last)].groupby("customer")["revenue"].mean()
        for name, first, last in (("before", "2023-04-01", "2023-06-01"), ("after", "2024-04-01", "2024-06-01"))
    }
    listed = bank.campaign_members[bank.campaign_members["campaign"] == "cross-sell"].astype({"customer": "int64"})
    both = listed.set_index("customer").join(pd.DataFrame(rate)).dropna(subset=["before", "after"])
    both["outcome"] = np.digitize(both["after"], [2_000, 8_000, 25_000]) > np.digitize(
        both["before"], [2_000, 8_000, 25_000]
    )
    return campaign_uplift(both.reset_index(), level=0.99, wanted="more").iloc[0]


def offer_is_vague(bank: Company) -> bool:
    """The interval holds 0, one more in 100 and one fewer in 100."""
    found = offer(bank)
    return bool(found["low"] < -0.012 and found["high"] > 0.012)


Q8 = Question(
    name="q8",
    variable="offer_moves_up",
    points=2,
    kind="choice",
    expected=offer_moves_up,
    options={
        "a": "These data cannot tell: a gain and a loss of one in 100 both lie inside the interval.",
        "b": "It moves more customers up, or fewer, just as the sign of `uplift` says: the arms were drawn by lot.",
        "c": "Nothing: 0 lies inside the interval, so the offer moves nobody.",
        "d": "Compare those who bought with those who did not: that shows it.",
    },
    story=offer_is_vague,
    why="The lot makes the comparison fair; the number of customers makes it sharp. Here it is fair and blunt.",
    misconceptions=[
        Misconception(
            "estimate taken for the effect",
            "b",
            "Fair on average, yes. How far may chance have moved this one estimate? Read `low` and `high`.",
        ),
        Misconception(
            "no effect shown taken for no effect",
            "c",
            "0 lies inside. Which other effects lie inside as well?",
        ),
        Misconception(
            "buyers compared",
            "d",
            "Who buys differs from who does not, before any offer. The lot chose who got the offer, not who bought.",
        ),
    ],
    hints=[
        "Which changes of the share who move up fit these data? They reach from `low` to `high`.",
        "Is a gain of one in 100 inside? And a loss of one in 100?",
    ],
)

Q9 = Question(
    name="q9",
    variable="advice",
    points=5,
    kind="text",
    rubric={
        5: "A clear decision on the ¥30,000 that Mr Tang can act on (which levers, whom); supported by at least two of your own numbers "
        "with their unit; the reason is a marginal one (the next yuan), and the gain is given against spending nothing; names one "
        "thing that the data cannot tell, and how to find it out.",
        3: "A clear decision with at least one fitting number; the reason is an average, or no limit is named.",
        1: "Numbers without a decision, or a decision without numbers.",
        0: "Nothing, or nothing about this bank.",
    },
    hints=[
        "Begin with the decision: on which levers, and whom?",
        "Which of your numbers speaks of the next yuan, and which of the whole?",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8, Q9)
