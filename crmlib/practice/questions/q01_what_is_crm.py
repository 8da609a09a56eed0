"""Exercise 01, what CRM is: whether a chart of happy branches may spend the district's money.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question
from crmlib.relationship import customer_base, service_profit_chain


@lru_cache(maxsize=4)
def growth(bank: Company) -> pd.Series:
    """Growth of revenue from 2024 to 2025; empty for whoever lacks one of the years."""
    revenue = bank.years.pivot(index="customer", columns="year", values="revenue")
    return revenue[2025] / revenue[2024] - 1


# --- q1: the stages of a relationship --------------------------------------------------------------------------------


def developing_customers(bank: Company) -> int:
    revenue = bank.years.pivot(index="customer", columns="year", values="revenue")
    growth = revenue[2025] / revenue[2024] - 1
    return int((growth > 0.2).sum())


def acquired(bank: Company) -> int:
    revenue = bank.years.pivot(index="customer", columns="year", values="revenue")
    return int((revenue[2024].isna() & revenue[2025].notna()).sum())


def growth_of_the_later_year(bank: Company) -> pd.Series:
    return 1 - 1 / (1 + growth(bank))


Q1 = Question(
    name="q1",
    variable="developing_customers",
    points=1,
    kind="number",
    unit="customers",
    expected=developing_customers,
    story=lambda bank: bool((bank.years["revenue"] > 0).all()),  # else growth has no meaning for somebody
    why="A customer of one year only has no growth: `NaN > 0.2` is False, so nobody new is counted.",
    misconceptions=[
        Misconception(
            "limit of 10 %",
            lambda bank: int((growth(bank) > 0.1).sum()),
            "That is the number with a limit of 10 %. Here a customer is developing above 20 %.",
        ),
        Misconception(
            "everybody who grew",
            lambda bank: int((growth(bank) > 0).sum()),
            "Those are all who grew, by however little. Growth of up to 20 % still counts as mature.",
        ),
        Misconception(
            "growth against the later year",
            lambda bank: int((growth_of_the_later_year(bank) > 0.2).sum()),
            "The growth was divided by the revenue of 2025. Growth is measured against where it started: divide by 2024.",
        ),
        Misconception(
            "declining customers counted too",
            lambda bank: int((growth(bank).abs() > 0.2).sum()),
            "Those are all who changed by more than 20 %, in both directions. Developing is one direction only.",
        ),
        Misconception(
            "new customers counted as developing",
            lambda bank: developing_customers(bank) + acquired(bank),
            "Customers without a row in 2024 are in it. They are acquired, not developing: without a year before there is no "
            "growth.",
        ),
    ],
    hints=[
        "You need both years side by side: one row per customer, one column per year. `.pivot(...)` turns rows into columns.",
        "Growth is revenue of 2025 / revenue of 2024 − 1. Compare it with 0.2; `.sum()` counts the True.",
        "`crm.lifecycle_stage(rows of 2024, rows of 2025, tolerance=0.2).table` counts every stage in one step.",
    ],
)

# --- q2: where the base settles --------------------------------------------------------------------------------------


def settles_at(bank: Company) -> float:
    years = bank.years
    in_2024 = set(years.loc[years["year"] == 2024, "customer"])
    in_2025 = set(years.loc[years["year"] == 2025, "customer"])
    kept = len(in_2024 & in_2025) / len(in_2024)
    new = len(in_2025 - in_2024)
    return new / (1 - kept)


@lru_cache(maxsize=4)
def base(bank: Company) -> tuple[int, float, int]:
    """Customers of 2024, the share of them kept, and the new ones of 2025."""
    before, after = (set(bank.years.loc[bank.years["year"] == which, "customer"]) for which in (2024, 2025))
    return len(before), len(before & after) / len(before), len(after - before)


Q2 = Question(
    name="q2",
    variable="settles_at",
    points=2,
    kind="number",
    unit="customers",
    tolerance=1,  # a whole customer, however it is rounded
    expected=settles_at,
    why="There as many leave as come: new = (1 − share kept) × base.",
    misconceptions=[
        Misconception(
            "share kept for share lost",
            lambda bank: base(bank)[2] / base(bank)[1],
            "You divided by the share that stays. The base settles where as many leave as come: divide by the share that leaves.",
        ),
        Misconception(
            "the next year for the long run",
            lambda bank: base(bank)[0] * base(bank)[1] + base(bank)[2],
            "That is the base one year later. It goes on changing: ask at which size as many leave as come.",
        ),
        Misconception(
            "new customers forgotten",
            lambda bank: base(bank)[0] * base(bank)[1],
            "Those are the customers kept after one year. Nobody new is in it, and the long run is longer.",
        ),
        Misconception(
            "ten years for the long run",
            lambda bank: float(customer_base(base(bank)[0], base(bank)[1], base(bank)[2], 10)["customers"].iloc[-1]),
            "That is the base after ten years, still on its way. A formula gives the end of the way.",
        ),
        Misconception(
            "share rounded on the way",
            lambda bank: base(bank)[2] / (1 - round(base(bank)[1], 2)),
            "The way is right, but the share kept was rounded to two decimals. A hundredth of it moves the result by a tenth: "
            "round at the end only.",
        ),
    ],
    hints=[
        "Two numbers are needed: the share of the customers of 2024 who are there in 2025, and how many of 2025 were not there "
        "in 2024.",
        "In Python, `set(...)` makes a set of customer numbers: `one & other` are those in both, `one - other` those in the "
        "first only.",
        "Each year (1 − share kept) × base leave and `new` come. Set both equal and solve for the base.",
    ],
)

# --- q3: what the letter added ---------------------------------------------------------------------------------------


def letter_points(bank: Company) -> float:
    members = bank.campaign_members
    letter = members[members["campaign"] == "cross-sell"]
    rate = letter.groupby("arm")["outcome"].mean()
    return 100 * (rate["treated"] - rate["control"])


@lru_cache(maxsize=4)
def letter(bank: Company) -> pd.DataFrame:
    members = bank.campaign_members
    arms = members[members["campaign"] == "cross-sell"].groupby("arm")["outcome"]
    return arms.agg(bought="sum", rate="mean")


def rate_with_letter(bank: Company) -> float | None:
    rate = letter(bank)["rate"]
    return 100 * rate["treated"] if rate["control"] > 0 else None  # nobody bought anyway: then it is the effect


def relative_effect(bank: Company) -> float | None:
    rate = letter(bank)["rate"]
    return 100 * (rate["treated"] / rate["control"] - 1) if rate["control"] > 0 else None


Q3 = Question(
    name="q3",
    variable="letter_points",
    points=2,
    kind="number",
    unit="points: 3, not 0.03",
    tolerance=0.01,  # two decimals
    expected=letter_points,
    why="The control group shows who buys without a letter. Drawn by lot, it is the same kind of people.",
    misconceptions=[
        Misconception(
            "everybody with a letter counted as its success",
            rate_with_letter,
            "That is the rate with a letter. Some of them would have bought anyway: what does the other arm show?",
        ),
        Misconception(
            "control minus treated",
            lambda bank: -letter_points(bank),
            "The size is right, the sign is not: with the letter minus without it.",
        ),
        Misconception(
            "per cent for points",
            relative_effect,
            "That is the growth of the rate in per cent of the rate. Points are asked for: one rate minus the other.",
        ),
        Misconception(
            "numbers of buyers subtracted",
            lambda bank: float(letter(bank)["bought"]["treated"] - letter(bank)["bought"]["control"]),
            "You subtracted numbers of buyers. The arms are not of the same size: subtract rates.",
        ),
    ],
    hints=[
        "Keep the rows of `bank.campaign_members` whose `campaign` is cross-sell. `arm` says who got the letter.",
        "`outcome` is True for a buyer. The mean of True and False is the share of True: `.groupby('arm')['outcome'].mean()`.",
        "Share of buyers with the letter minus share without it, times 100.",
    ],
)

# --- q4: share of wallet ---------------------------------------------------------------------------------------------


def own_share(bank: Company) -> float:
    wallets_2025 = bank.wallets[bank.wallets["year"] == 2025]
    return wallets_2025["assets_here"].sum() / wallets_2025["wallet"].sum()


def share_of_the_city(bank: Company) -> float:
    assets = bank.market[bank.market["year"] == 2025].set_index("bank")["assets"]
    return assets["Harbour Bank"] / assets.sum()


Q4 = Question(
    name="q4",
    variable="own_share",
    points=2,
    kind="share",
    tolerance=0.0005,
    expected=own_share,
    why="The mean of the customers' own shares is larger: small wallets are often at one bank, large ones at several.",
    misconceptions=[
        Misconception(
            "mean of the shares for share of the sums",
            lambda bank: bank.wallets.loc[bank.wallets["year"] == 2025, "share_of_wallet"].mean(),
            "That is the mean of the customers' shares: a wallet of ¥500 counts as much as one of ¥5 million. The question asks "
            "for the share of the money.",
        ),
        Misconception(
            "share of the city",
            share_of_the_city,
            "That is the bank's share of the whole city's money. The question asks about the wallets of its own customers.",
        ),
        Misconception(
            "what the others hold",
            lambda bank: 1 - own_share(bank),
            "That is what the other banks hold. The question asks for Harbour Bank's part.",
        ),
        Misconception(
            "ratio to the others",
            lambda bank: own_share(bank) / (1 - own_share(bank)),
            "You divided by what the other banks hold. A share is a part of the whole, Harbour Bank included.",
        ),
    ],
    hints=[
        "`bank.describe('wallets')` explains the columns: `wallet` is all the money, `assets_here` the part at Harbour Bank.",
        "The share of the money is a sum divided by a sum, not the mean of many shares.",
        "Keep 2025; `.sum()` of `assets_here`, divided by `.sum()` of `wallet`.",
    ],
)

# --- q5 to q7: the service-profit chain ------------------------------------------------------------------------------


def between_percent(bank: Company) -> float:
    import numpy

    from crmlib.relationship import service_profit_chain

    panel = bank.branch_years.copy()
    panel["log_revenue"] = numpy.log(panel["typical_revenue"])
    table = service_profit_chain(panel, "staff_satisfaction", "log_revenue")
    return 100 * 5 * table.set_index("comparison").at["between", "slope"]


@lru_cache(maxsize=8)
def chain(bank: Company, *, lag: int = 1, log: bool = True) -> pd.DataFrame:
    """Change of revenue for 5 points of mood, with its interval: in per cent with the logarithm, else in ¥ times 100."""
    panel = bank.branch_years.copy()
    panel["outcome"] = np.log(panel["typical_revenue"]) if log else panel["typical_revenue"]
    found = service_profit_chain(panel, "staff_satisfaction", "outcome", lag=lag).set_index("comparison")
    return 100 * 5 * found[["slope", "low", "high"]]


Q5 = Question(
    name="q5",
    variable="between_percent",
    points=2,
    kind="percent",
    tolerance=0.01,  # two decimals
    expected=between_percent,
    why="This is the consultant's chart in one number. What it may be used for is the next question.",
    story=lambda bank: chain(bank).at["between", "slope"] > 0,
    misconceptions=[
        Misconception(
            "within for between",
            lambda bank: chain(bank).at["within", "slope"],
            "That is the comparison within branches. The consultant's chart compares one branch with another: between.",
        ),
        Misconception(
            "pooled for between",
            lambda bank: chain(bank).at["pooled", "slope"],
            "That is the line through all branches and years in one cloud. Take the row `between`: one mean per branch.",
        ),
        Misconception(
            "the same year for the year after",
            lambda bank: chain(bank, lag=0).at["between", "slope"],
            "That is mood and revenue of the same year. The question asks for the revenue a year later: `lag=1`, which is the "
            "default.",
        ),
        Misconception(
            "one point for five",
            lambda bank: chain(bank).at["between", "slope"] / 5,
            "That is the change for one point of mood. The programme promises 5 points.",
        ),
        Misconception(
            "yuan for per cent",
            lambda bank: chain(bank, log=False).at["between", "slope"],
            "The logarithm is missing: with revenue itself the slope is in yuan. Take `np.log` of `typical_revenue` first.",
        ),
    ],
    hints=[
        "Make a copy of `bank.branch_years`, and in it a new column: `np.log` of the column `typical_revenue`.",
        "`crm.service_profit_chain(panel, 'staff_satisfaction', name of your new column)` has three rows. The column `slope` is per "
        "point of mood.",
        "The slope of the row `between`, times 5 points, times 100 to make it percent.",
    ],
)

Q6 = Question(
    name="q6",
    variable="which_chart",
    points=1,
    kind="choice",
    expected="c",
    options={
        "a": "Between branches: averages over all years are the least shaken by chance.",
        "b": "All branches and years in one cloud (pooled): most rows, so most knowledge.",
        "c": "Within branches: each branch after its own better years, against itself.",
        "d": "The happiest branch against the least happy one: there the contrast is clearest.",
    },
    why="The programme changes the mood of a branch where it stands. Only this comparison leaves the place as it is.",
    misconceptions=[
        Misconception(
            "steady for relevant",
            "a",
            "Steady it is. But a branch in a rich street has content staff and rich customers: does the programme move the street?",
        ),
        Misconception(
            "many rows for the right comparison",
            "b",
            "In that cloud, differences between places and changes within a place are mixed. More rows of it do not unmix them.",
        ),
        Misconception(
            "contrast for evidence",
            "d",
            "Two branches differ in much more than mood, and two extremes owe part of it to luck.",
        ),
    ],
    hints=[
        "What does the programme change, and what does it leave as it is: the street, the customers, the manager?",
        "Which comparison holds equal what the programme leaves as it is?",
    ],
)


PRICE = 4.5  # % of revenue: near the middle of the districts' upper ends, so that both answers occur


def mood_pays(bank: Company) -> str:
    import numpy

    from crmlib.relationship import service_profit_chain

    panel = bank.branch_years.copy()
    panel["log_revenue"] = numpy.log(panel["typical_revenue"])
    table = service_profit_chain(panel, "staff_satisfaction", "log_revenue")
    upper_end = 100 * 5 * table.set_index("comparison").at["within", "high"]
    return "d" if upper_end < 4.5 else "b"


def not_on_the_edge(bank: Company) -> bool:
    """The price is neither below the interval nor at its upper end; zero is in it."""
    within = chain(bank).loc["within"]
    return bool(within["low"] < 0 < within["high"] and abs(within["high"] - PRICE) > 0.1)


Q7 = Question(
    name="q7",
    variable="mood_pays",
    points=3,
    kind="choice",
    expected=mood_pays,
    options={
        "a": "Yes: branches with happier staff earn more by far more than the price.",
        "b": "It cannot be told: the price lies inside the interval.",
        "c": "No: the interval holds zero, so mood does nothing to revenue.",
        "d": "No: even the upper end of the interval lies below the price.",
    },
    why="Compare the price with both ends of the interval: above the upper end, inside, or below the lower end.",
    story=not_on_the_edge,
    misconceptions=[
        Misconception(
            "between for within",
            "a",
            "That is the chart of question 5: it compares places. Look at the row `within`, and at its interval.",
        ),
        Misconception(
            "no effect shown taken for no effect",
            "c",
            "Zero lies in the interval, and so does everything else between its two ends. Where does the price lie?",
        ),
        Misconception(
            "no answer taken for the careful one",
            lambda bank: "b" if mood_pays(bank) == "d" else None,
            "An interval that holds zero can still answer this question. Which end of it must reach the price for the programme to "
            "pay?",
        ),
        Misconception(
            "the slope compared without its interval",
            lambda bank: "d" if mood_pays(bank) == "b" else None,
            "The slope lies below the price. Does the whole interval?",
        ),
    ],
    hints=[
        "In the table of question 5, take the row `within` and its columns `low` and `high`, again times 5 and times 100.",
        "Write three numbers on a line: both ends of the interval, and the price. What follows from their order?",
    ],
)

# --- q8: the answer to the consultant --------------------------------------------------------------------------------

Q8 = Question(
    name="q8",
    variable="answer_to_consultant",
    points=5,
    kind="text",
    rubric={
        5: "A clear answer that Mr Hu can send; between and within told apart in plain words, each with your own number and unit; "
        "compares the price with the interval; says what these data cannot tell, and what a test by lot would need to be able to tell it "
        "(many more branches than 36, or years); one better use of money, with a number of this exercise.",
        3: "A clear answer with at least one fitting number of your own; between and within are told apart, but what cannot be told, "
        "or how to find out, is missing.",
        1: "An answer without numbers, or numbers without an answer; or it trusts the chart.",
        0: "Nothing, or nothing about this bank.",
    },
    hints=[
        "Begin with the answer: does Mr Hu sign, or not, or not yet?",
        "The consultant is no fool: the chart is right. Say in one sentence what it shows, and in one what it does not.",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8)
