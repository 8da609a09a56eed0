"""Exercise 02, the customer pyramid: whom to give an adviser.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question
from crmlib.pyramid import (
    customer_pyramid,
    regression_to_the_mean,
    tier_migration,
    top_share,
    whale_curve,
)

MONEY_CUTS = (10_000, 4_000, 1_000)
US = "Harbour Bank"


def year(bank: Company, which: int) -> pd.DataFrame:
    return bank.years[bank.years["year"] == which]


def full_year(bank: Company, which: int) -> pd.DataFrame:
    return bank.years[(bank.years["year"] == which) & (bank.years["months"] == 12)]


def three_years(bank: Company, column: str) -> pd.DataFrame:
    return bank.years.groupby("customer", as_index=False)[column].sum()


# --- q1: who is a customer -------------------------------------------------------------------------------------------


def present_customers(bank: Company) -> int:
    people = bank.customers
    never_left = people["left"].isna()
    came_back = people["returned"].notna() & people["left_again"].isna()
    return int((never_left | came_back).sum())


Q1 = Question(
    name="q1",
    variable="present_customers",
    points=1,
    kind="number",
    unit="customers",
    expected=present_customers,
    why="Present are those who never left and those who came back and stayed.",
    misconceptions=[
        Misconception(
            "everybody in the file",
            lambda bank: len(bank.customers),
            "That is every row of the table: people who left years ago are still in it. Look at the column `left`.",
        ),
        Misconception(
            "returners forgotten",
            lambda bank: int(bank.customers["left"].isna().sum()),
            "Those who never left are right, but some people left and came back. Look at the column `returned`.",
        ),
        Misconception(
            "left twice counted as present",
            lambda bank: int((bank.customers["left"].isna() | bank.customers["returned"].notna()).sum()),
            "You thought of those who came back. But a few of them left a second time. Look at the column `left_again`.",
        ),
        Misconception(
            "the leavers",
            lambda bank: int(bank.customers["left"].notna().sum()),
            "That counts the people who left. The question asks for those who are still there: `isna()` and `notna()` are easily "
            "confused.",
        ),
        Misconception(
            "rows of 2025",
            lambda bank: len(year(bank, 2025)),
            "That counts everybody with a row in 2025: who left during the year has one, too. The question asks for one day.",
        ),
    ],
    hints=[
        "Find three columns of `bank.customers` with `bank.describe('customers')`: `left`, `returned`, `left_again`.",
        "`isna()` is True where a cell is empty. Those whose `left` is empty have never left.",
        "Add those whose `returned` is filled and whose `left_again` is empty. In pandas `|` means or, `&` means and; put each "
        "condition in brackets; then `.sum()` counts the True.",
    ],
)

# --- q2: two meanings of recency -------------------------------------------------------------------------------------


def days_since(bank: Company) -> pd.Series:
    log = bank.purchases[bank.purchases["date"] <= "2025-06-30"]
    last = log.groupby("customer")["date"].max()
    return (pd.Timestamp("2025-06-30") - last).dt.days


def first_and_last(bank: Company, until: str) -> pd.DataFrame:
    log = bank.purchases[bank.purchases["date"] <= until]
    return log.groupby("customer")["date"].agg(first="min", last="max")


def days_first_to_last(bank: Company) -> pd.Series:
    days = first_and_last(bank, "2025-06-30")
    return (days["last"] - days["first"]).dt.days


Q2 = Question(
    name="q2",
    variable="days_since",
    points=2,
    kind="series",
    unit="days",
    expected=days_since,
    why="This is the recency of RFM: counted from the day on which you look, to the last purchase before it.",
    misconceptions=[
        Misconception(
            "recency of the BG/NBD model",
            days_first_to_last,
            "These are the days from the first to the last purchase: what probability models call recency. A manager asks how "
            "long a customer has been silent.",
        ),
        Misconception(
            "days since the first purchase",
            lambda bank: (pd.Timestamp("2025-06-30") - first_and_last(bank, "2025-06-30")["first"]).dt.days,
            "These are the days since the first purchase. The question asks for the last one: `max`, not `min`.",
        ),
        Misconception(
            "window one day too long",
            lambda bank: days_since(bank) + 1,
            "Every customer has one day too many. Who bought on 30 June itself was silent for 0 days.",
        ),
        Misconception(
            "the end of the year",
            lambda bank: (pd.Timestamp("2025-12-31") - first_and_last(bank, "2025-12-31")["last"]).dt.days,
            "That is the view from 31 December. The question looks from 30 June: later purchases have not happened yet.",
        ),
        Misconception(
            "later purchases left in",
            lambda bank: (pd.Timestamp("2025-06-30") - first_and_last(bank, "2025-12-31")["last"]).dt.days,
            "Some customers have fewer than 0 days: their last purchase comes after 30 June. Drop the later purchases first.",
        ),
        Misconception(
            "first minus last",
            lambda bank: -days_since(bank),
            "The sizes are right, the sign is not: later day minus earlier day.",
        ),
    ],
    hints=[
        "On 30 June 2025 nobody knew the purchases of July. Which rows of `bank.purchases` may count?",
        "One value per customer: `.groupby('customer')['date']`, and of each group the last day, `.max()`.",
        "`crm.customer_summary(bank.purchases, revenue='amount', as_of='2025-06-30').customers` does it in one step. Read its "
        "help for the right column, and make customer the index with `set_index`.",
    ],
)

# --- q3: 80/20 in revenue --------------------------------------------------------------------------------------------


def top20_revenue_share(bank: Company) -> float:
    year_2025 = bank.years[bank.years["year"] == 2025]
    return top_share(year_2025, 0.2, "revenue")


Q3 = Question(
    name="q3",
    variable="top20_revenue_share",
    points=2,
    kind="share",
    tolerance=0.0015,  # a fifth of the customers is no whole number: rounded up, down or cut inside a customer
    expected=top20_revenue_share,
    why="Near 0.8 in most of this course's simulated banks; lesson 02 shows why 80/20 is no law.",
    story=lambda bank: 0.7 < top20_revenue_share(bank) < 0.9,
    misconceptions=[
        Misconception(
            "share of customers",
            0.2,
            "That is the share of customers. The question asks which share of the revenue they bring.",
        ),
        Misconception(
            "profit for revenue",
            lambda bank: whale_curve(year(bank, 2025)).table.at[0, "top_20_share"],
            "That is their share of profit. This question asks for revenue; profit comes in q5.",
        ),
        Misconception(
            "three years for one",
            lambda bank: top_share(three_years(bank, "revenue"), 0.2),
            "That adds up all three years. Keep the rows of 2025 first.",
        ),
        Misconception(
            "the wrong end",
            lambda bank: 1 - top_share(year(bank, 2025), 0.8),
            "That is the share of the lowest 20 %: the table was sorted with the smallest first.",
        ),
    ],
    hints=[
        "Keep the rows of `bank.years` with year 2025: one row per customer.",
        "Sort by revenue, largest first; add up the revenue of the first fifth; divide by the revenue of all.",
        "`crm.top_share` does it in one step: give it the rows of 2025, 0.2 and the column's name.",
    ],
)

# --- q4: the Top tier ------------------------------------------------------------------------------------------------


def top_customers(bank: Company) -> list:
    year_2025 = bank.years[bank.years["year"] == 2025]
    pyramid = customer_pyramid(year_2025, "profit").customers
    return pyramid.loc[pyramid["tier"] == "Top", "customer"].tolist()


def top_by(frame: pd.DataFrame, column: str) -> list:
    return frame.nlargest(-(-len(frame) // 100), column)["customer"].tolist()


Q4 = Question(
    name="q4",
    variable="top_customers",
    points=2,
    kind="ids",
    unit="customer numbers",
    expected=top_customers,
    why="Ranked by profit: some of those with the most revenue or the largest deposits cost more than they bring.",
    misconceptions=[
        Misconception(
            "revenue for profit",
            lambda bank: top_by(year(bank, 2025), "revenue"),
            "This is the Top tier by revenue, not by profit: what customers cost is left out.",
        ),
        Misconception(
            "deposits for profit",
            lambda bank: top_by(year(bank, 2025), "deposits_average"),
            "This is the Top tier by deposits. A large balance is not yet a profit: it may be paid a special rate.",
        ),
        Misconception(
            "three years for one",
            lambda bank: top_by(three_years(bank, "profit"), "profit"),
            "This is the Top tier of the profit of all three years. Keep the rows of 2025 first.",
        ),
        Misconception(
            "the wrong end",
            lambda bank: top_by(year(bank, 2025).assign(loss=lambda frame: -frame["profit"]), "loss"),
            "These are the customers with the largest losses: the table was sorted with the smallest first.",
        ),
        Misconception(
            "2024 for 2025",
            lambda bank: top_by(year(bank, 2024), "profit"),
            "This is the Top tier of 2024. The question asks for 2025.",
        ),
    ],
    hints=[
        "The Top tier is the first 1 % of customers, rounded up, ranked by profit.",
        "`crm.customer_pyramid(rows of 2025, 'profit')` returns a table, and in `.customers` one row per customer with a tier.",
        "Keep the rows of `.customers` whose `tier` is 'Top', take the column `customer`, and make it a list with `.tolist()`.",
    ],
)

# --- q5 and q6: the whale curve --------------------------------------------------------------------------------------


def top20_profit_percent(bank: Company) -> float:
    year_2025 = bank.years[bank.years["year"] == 2025]
    return 100 * whale_curve(year_2025, "profit").table.at[0, "top_20_share"]


def profit_of_best_by_revenue(bank: Company) -> float:
    last = year(bank, 2025)
    return 100 * last.nlargest(round(0.2 * len(last)), "revenue")["profit"].sum() / last["profit"].sum()


def share_of_gains(bank: Company) -> float:
    whale = whale_curve(year(bank, 2025)).table
    return 100 * whale.at[0, "top_20_share"] / whale.at[0, "peak_profit_share"]


Q5 = Question(
    name="q5",
    variable="top20_profit_percent",
    points=2,
    kind="percent",
    tolerance=0.5,  # a fifth of the customers is no whole number, and the last of them counts for a third of a percent
    expected=top20_profit_percent,
    why="The claim says 90 %. Here it is far above 100 %: what that means is the next question.",
    story=lambda bank: 110 < top20_profit_percent(bank) < 500,
    misconceptions=[
        Misconception(
            "revenue for profit",
            lambda bank: 100 * top_share(year(bank, 2025), 0.2),
            "That is their share of revenue. Costs are not yet deducted: rank by profit, and add up profit.",
        ),
        Misconception(
            "ranked by revenue",
            profit_of_best_by_revenue,
            "Profit was added up, but the customers were ranked by revenue. The most profitable 20 % are other people.",
        ),
        Misconception(
            "contribution for profit",
            lambda bank: 100 * whale_curve(year(bank, 2025), "contribution").table.at[0, "top_20_share"],
            "That is contribution, before overhead. The question asks for the column `profit`.",
        ),
        Misconception(
            "losses left out",
            share_of_gains,
            "The total leaves out the customers who lose money. Total profit is the sum over all customers, losses included.",
        ),
    ],
    hints=[
        "Rank by profit this time. The total is the sum of the column `profit` over all customers of 2025.",
        "Some customers lose the bank money. They belong to the total, so a share may well be above 100 %.",
        "`crm.whale_curve(rows of 2025, 'profit').table` has the column `top_20_share`; `.at[0, 'top_20_share']` takes the number. "
        "Then turn the share into percent.",
    ],
)

Q6 = Question(
    name="q6",
    variable="above_100",
    points=1,
    kind="choice",
    expected="b",
    options={
        "a": "There is an error in the data: no group can hold more than 100 % of the profit.",
        "b": "The best 20 % earn more than the bank's whole profit, and others lose part of it again.",
        "c": "The bank's profit has more than doubled since the year before.",
        "d": "The other 80 % of customers should all be sent away: then the bank would earn that much more.",
    },
    why="Gains add up to more than the total because losses pull the total down: the curve looks like a whale's back.",
    misconceptions=[
        Misconception(
            "a share cannot exceed 100 %",
            "a",
            "A share of a sum can exceed 100 % when some parts are negative. How many customers have a profit below 0?",
        ),
        Misconception(
            "share for growth",
            "c",
            "The number compares customers within one year. No other year is in it.",
        ),
        Misconception(
            "all others lose money",
            "d",
            "Many of the other 80 % earn a little. And overhead stays when a customer goes, so the bank would not gain that "
            "much.",
        ),
    ],
    hints=[
        "Draw it: `crm.show.plot_whale(crm.whale_curve(rows of 2025).curve)`.",
        "What happens to the curve to the right of its highest point?",
    ],
)

# --- q7: migration ---------------------------------------------------------------------------------------------------


def net_risers(bank: Company) -> int:
    full = bank.years[bank.years["months"] == 12]
    before = full[full["year"] == 2024]
    after = full[full["year"] == 2025]
    moves = tier_migration(before, after, "revenue", money_cuts=(10_000, 4_000, 1_000)).table.set_index("move")
    return int(moves.at["up", "customers"] - moves.at["down", "customers"])


@lru_cache(maxsize=4)
def moves(bank: Company, *, money: bool = True, full: bool = True) -> pd.Series:
    frames = [full_year(bank, which) if full else year(bank, which) for which in (2024, 2025)]
    options = {"money_cuts": MONEY_CUTS} if money else {}
    return tier_migration(*frames, **options).table.set_index("move")["customers"]


def net(counts: pd.Series) -> int:
    return int(counts["up"] - counts["down"])


Q7 = Question(
    name="q7",
    variable="net_risers",
    points=2,
    kind="number",
    unit="customers",
    expected=net_risers,
    why="Fixed cuts in money show growth. Percentile tiers cannot: one customer's rise pushes another one down.",
    story=lambda bank: net(moves(bank)) > 0,
    misconceptions=[
        Misconception(
            "percentile cuts",
            lambda bank: net(moves(bank, money=False)),
            "These are percentile tiers: the top 1 % stays 1 %, so risers and fallers nearly cancel out whatever happens. Use the "
            "fixed cuts in money.",
        ),
        Misconception(
            "fallers minus risers",
            lambda bank: -net(moves(bank)),
            "The size is right, the sign is not: risers minus fallers.",
        ),
        Misconception(
            "risers alone",
            lambda bank: int(moves(bank)["up"]),
            "These are the risers. Deduct the customers who fell.",
        ),
        Misconception(
            "new and lost counted",
            lambda bank: net(moves(bank)) + int(moves(bank)["new"] - moves(bank)["lost"]),
            "New and lost customers are in it. A customer who was there in one year only has not moved between tiers.",
        ),
        Misconception(
            "part of a year for a year",
            lambda bank: net(moves(bank, full=False)),
            "Customers who joined or left during a year are in it: eight months of revenue look like a fall. Keep rows with 12 "
            "months.",
        ),
    ],
    hints=[
        "Two frames: the full years (`months` equals 12) of 2024, and those of 2025.",
        "`crm.tier_migration(before, after, 'revenue', money_cuts=(10_000, 4_000, 1_000))` counts the moves in its `.table`.",
        "From the rows of `.table` with the moves up and down, take the column `customers`; subtract.",
    ],
)

# --- q8: market share of high-value customers --------------------------------------------------------------------------


def market_story(bank: Company) -> str:
    rich = bank.market.pivot(index="year", columns="bank", values="high_value_customers")
    count = rich["Harbour Bank"]
    share = count / rich.sum(axis="columns")
    more = "more" if count[2025] > count[2024] else "fewer"
    larger = "larger" if share[2025] > share[2024] else "smaller"
    return {("more", "larger"): "a", ("more", "smaller"): "b", ("fewer", "larger"): "c", ("fewer", "smaller"): "d"}[
        more, larger
    ]


def market_changes(bank: Company) -> bool:
    rich = bank.market.pivot(index="year", columns="bank", values="high_value_customers")
    share = rich[US] / rich.sum(axis="columns")
    return bool(rich.at[2025, US] != rich.at[2024, US] and abs(share[2025] - share[2024]) > 0.002)


OTHER_COUNT = {"a": "c", "b": "d", "c": "a", "d": "b"}
OTHER_SHARE = {"a": "b", "b": "a", "c": "d", "d": "c"}

Q8 = Question(
    name="q8",
    variable="high_value_change",
    points=2,
    kind="choice",
    expected=market_story,
    options={
        "a": "More high-value customers, and a larger share of the market's.",
        "b": "More high-value customers, but a smaller share of the market's.",
        "c": "Fewer high-value customers, but a larger share of the market's.",
        "d": "Fewer high-value customers, and a smaller share of the market's.",
    },
    why="Count and share answer different questions: the count moves with the whole market, the share does not.",
    story=market_changes,
    misconceptions=[
        Misconception(
            "count taken for share",
            lambda bank: OTHER_SHARE[market_story(bank)],
            "The count is right. For the share, divide by the high-value customers of all banks of that year, not by the bank's "
            "own customers.",
        ),
        Misconception(
            "share taken for count",
            lambda bank: OTHER_COUNT[market_story(bank)],
            "The share is right. Now compare the plain numbers of the bank's high-value customers in 2024 and 2025.",
        ),
        Misconception(
            "years swapped",
            lambda bank: OTHER_SHARE[OTHER_COUNT[market_story(bank)]],
            "Both directions are the wrong way round: 2025 against 2024, not the other way.",
        ),
    ],
    hints=[
        "`bank.market` has one row per year and bank. The market is the sum over the banks of a year.",
        "`crm.market_share_of_high_value(bank.market, 'Harbour Bank')` has a row per year. Compare the last two rows.",
        "Two columns answer the question: `high_value_customers` and `high_value_share`.",
    ],
)

# --- q9: what these data cannot tell -----------------------------------------------------------------------------------


def best_fall_behind(bank: Company) -> bool:
    table = regression_to_the_mean(full_year(bank, 2024), full_year(bank, 2025), top=0.2).set_index("picked_by")[
        "growth"
    ]
    return bool(table["before"] < table["everyone"] - 0.005 and table["after"] > table["everyone"])


Q9 = Question(
    name="q9",
    variable="line_effect",
    points=3,
    kind="choice",
    expected="d",
    options={
        "a": "It did harm: without it the best would have grown like everyone else.",
        "b": "It helped: without it the best would have grown even less.",
        "c": "It had no effect: the best of one year always grow less in the next.",
        "d": "These data cannot tell.",
    },
    why="The best of 2024 were partly lucky, so they fall behind in any case; and all of them had the line, so nobody shows what "
    "would have happened without it. A comparison group, best drawn by lot, could tell.",
    story=best_fall_behind,
    misconceptions=[
        Misconception(
            "regression to the mean read as an effect",
            "a",
            "Look at the row picked by `after`: it grew most, phone line or not. Who is picked for a very good year looks worse in "
            "the other year.",
        ),
        Misconception(
            "hoped-for effect",
            "b",
            "It may be so. But which number in the table shows what these customers would have done without the line?",
        ),
        Misconception(
            "no effect shown taken for no effect",
            "c",
            "You saw that the best of a year fall behind in the next. But by how much, without the line? Not having seen an effect "
            "does not show that there is none.",
        ),
    ],
    hints=[
        "Compare three rows of the table: picked by `before`, by `after`, by `average`. Only the way of picking differs.",
        "To know what the line did, whom would you compare these customers with? Are there any such customers?",
    ],
)

# --- q10: the recommendation ---------------------------------------------------------------------------------------------

Q10 = Question(
    name="q10",
    variable="recommendation",
    points=5,
    kind="text",
    rubric={
        5: "A clear decision that Mr Chen can act on; supported by at least two of your own numbers, with their unit and year; "
        "profit or contribution, not only revenue; names one thing that the data cannot tell, and how to find it out.",
        3: "A clear decision with at least one fitting number; a limit of the data is not named, or revenue and profit are mixed "
        "up in one place.",
        1: "Numbers without a decision, or a decision without numbers.",
        0: "Nothing, or nothing about this bank.",
    },
    hints=[
        "Begin with the decision: who gets an adviser?",
        "Which two of your numbers would convince somebody who thinks of revenue only?",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8, Q9, Q10)
