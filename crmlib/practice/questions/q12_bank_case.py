"""Exercise 12, the bank case: month ends and rate deals, twenty places, a score judged a year later, and a programme's break-even.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank. The
room is imported under the name that students type, `crm`.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from crmlib import accounts as crm
from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question

POINTS = {"contribution": 3 / 6, "elsewhere": 2 / 6, "products": 1 / 6}


@lru_cache(maxsize=4)
def sorted_base(bank: Company) -> pd.DataFrame:
    """One row per customer of the end of 2024, with the contribution of 2025."""
    rows = (
        bank.years[bank.years["year"] == 2024].merge(bank.wallets[bank.wallets["year"] == 2024]).merge(bank.customers)
    )
    rows = rows[~(rows["left"] < "2025-01-01")].reset_index(drop=True)
    after = bank.years[bank.years["year"] == 2025].set_index("customer")["contribution"]
    advisers = bank.bonds[(bank.bonds["bond"] == "adviser") & (bank.bonds["since"] < "2025-01-01")]
    return rows.assign(
        elsewhere=rows["wallet"] - rows["assets_here"],
        next_year=rows["customer"].map(after).fillna(0.0),
        adviser=rows["customer"].isin(advisers["customer"]),
    )


@lru_cache(maxsize=4)
def managers(bank: Company) -> pd.DataFrame:
    """One row per manager: deposits of December 2025 at month end and on all days, and the target."""
    home = bank.customers[["customer", "branch"]].merge(bank.branches[["branch", "manager"]])
    december = bank.months[bank.months["month"] == "2025-12-01"].merge(home)
    sums = december.groupby("manager")[["deposits_end", "deposits_average"]].sum()
    return sums.join(bank.branches.set_index("manager")["deposit_target"])


@lru_cache(maxsize=4)
def deals_of(bank: Company) -> pd.DataFrame:
    """The accounts of 2025 that are paid more than 0.2 points above the list, with the transfer price."""
    last = bank.years[bank.years["year"] == 2025]
    price = bank.rates.loc[bank.rates["month"] >= "2025-01-01", "transfer_price"].mean()
    return last[last["paid_rate"] - last["list_rate"] > 0.002].assign(price=price)


# --- q1: the month end ---------------------------------------------------------------------------------------------


def short_by_days(bank: Company) -> float:
    home = bank.customers[["customer", "branch"]].merge(bank.branches)
    december = bank.months[bank.months["month"] == "2025-12-01"].merge(home)
    sums = december.groupby(["manager", "deposit_target"])[["deposits_end", "deposits_average"]].sum().reset_index()
    by_month_end = sums["deposits_end"] >= sums["deposit_target"]
    gap = sums["deposit_target"] - sums["deposits_average"]
    return gap[by_month_end & (gap > 0)].sum()


def short(bank: Company, which: str) -> float:
    """Say how much is missing, by another reading of the question."""
    rows = managers(bank)
    by_days = rows["deposit_target"] - rows["deposits_average"]
    by_end = rows["deposits_end"] - rows["deposit_target"]
    only_at_end = (by_end >= 0) & (by_days > 0)
    return float(
        {
            "everybody who misses it": by_days[by_days > 0].sum(),
            "everybody who reaches it at month end": by_days[by_end >= 0].sum(),
            "above the target at month end": by_end[only_at_end].sum(),
            "count": only_at_end.sum(),
        }[which]
    )


Q1 = Question(
    name="q1",
    variable="short_by_days",
    points=2,
    kind="number",
    unit="¥",
    tolerance=0.6,
    expected=short_by_days,
    story=lambda bank: short(bank, "count") >= 3,
    why="Their bonus hangs on one day of the month. Counted by all days it would not be paid.",
    misconceptions=[
        Misconception(
            "everybody who misses it",
            lambda bank: short(bank, "everybody who misses it"),
            "Managers who miss the target by month end, too, are in it. Keep those who reach it on the last day.",
        ),
        Misconception(
            "everybody who reaches it at month end",
            lambda bank: short(bank, "everybody who reaches it at month end"),
            "Managers who reach the target by all days as well are in it: they are not short of anything.",
        ),
        Misconception(
            "above the target at month end",
            lambda bank: short(bank, "above the target at month end"),
            "That is by how much they *exceed* the target on the last day. Asked for is what is missing by the mean of all days.",
        ),
        Misconception(
            "count for money",
            lambda bank: short(bank, "count"),
            "That is how many managers these are. The question asks how many yuan they are short of the target.",
        ),
    ],
    hints=[
        "Each manager has three numbers: deposits at month end, the mean of all days, and the target. Which two comparisons do you need?",
        "Keep the rows of `books` with `month == '2025-12-01'`, then add up both kinds of deposits by manager.",
        "Merge the sums with `bank.branches[['manager', 'deposit_target']]`; keep those with end ≥ target and mean of days < target, "
        "and add up target − mean of days.",
    ],
)

# --- q2: what the deals cost ---------------------------------------------------------------------------------------------


def deal_cost(bank: Company) -> float:
    last = bank.years[bank.years["year"] == 2025]
    above_list = last["paid_rate"] - last["list_rate"]
    cost = last["deposits_average"] * above_list * last["months"] / 12
    return cost[above_list > 0.002].sum()


def cost_of_deals(bank: Company, rate: str = "above", by_months: bool = True) -> float:
    rows = deals_of(bank)
    points = rows["paid_rate"] - (rows["list_rate"] if rate == "above" else 0)
    return float((rows["deposits_average"] * points * (rows["months"] / 12 if by_months else 1)).sum())


def cost_of_all(bank: Company) -> float:
    last = bank.years[bank.years["year"] == 2025]
    return float((last["deposits_average"] * (last["paid_rate"] - last["list_rate"]) * last["months"] / 12).sum())


Q2 = Question(
    name="q2",
    variable="deal_cost",
    points=2,
    kind="number",
    unit="¥",
    tolerance=0.6,
    expected=deal_cost,
    story=lambda bank: deal_cost(bank) > 200_000,
    why="It is in no account's statement: the margin is merely smaller.",
    misconceptions=[
        Misconception(
            "whole interest for the deal",
            lambda bank: cost_of_deals(bank, rate="whole"),
            "That is all of the interest on these accounts. The list rate would have been paid anyway: take what is above it.",
        ),
        Misconception(
            "months forgotten",
            lambda bank: cost_of_deals(bank, by_months=False),
            "Rates are per year, but some customers were here for a part of it: times `months` / 12.",
        ),
        Misconception(
            "all accounts",
            cost_of_all,
            "All accounts are in it. Those within 0.2 points of the list have no deal: leave them out.",
        ),
        Misconception(
            "points of percent for shares",
            lambda bank: 100 * cost_of_deals(bank),
            "That is a hundred times too much. The rates are shares already: 0.018 is 1.8 %.",
        ),
    ],
    hints=[
        "A deal is what the customer is paid above the list rate. On how much money, and for how long?",
        "`paid_rate` − `list_rate` is a year's share. Times `deposits_average`, times `months` / 12.",
        "Add up the rows with more than 0.002 above the list; or `crm.rate_deals(last, transfer_price=price).table`, column `deal_cost`.",
    ],
)

# --- q3: how many may leave ---------------------------------------------------------------------------------------------


def may_leave(bank: Company) -> float:
    last = bank.years[bank.years["year"] == 2025]
    price = bank.rates.loc[bank.rates["month"] >= "2025-01-01", "transfer_price"].mean()
    deal = crm.rate_deals(last, transfer_price=price).table.set_index("rate").loc["deal"]
    return 100 * deal["deal_cost"] / deal["margin_at_list"]


def margin_share(bank: Company) -> float:
    return 100 - may_leave(bank)


def of_all_accounts(bank: Company) -> float:
    last = bank.years[bank.years["year"] == 2025]
    table = crm.rate_deals(last, transfer_price=deals_of(bank)["price"].iloc[0]).table.set_index("rate")
    return 100 * float(table.loc["deal", "deal_cost"] / table.loc["all", "margin_at_list"])


def of_the_interest(bank: Company) -> float:
    return 100 * cost_of_deals(bank) / cost_of_deals(bank, rate="whole")


Q3 = Question(
    name="q3",
    variable="may_leave",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=may_leave,
    story=lambda bank: 50 < may_leave(bank) < 97,
    why="Nobody knows how many would leave. But now you know what would have to happen for the deals to be worth their price.",
    misconceptions=[
        Misconception(
            "those who must stay",
            margin_share,
            "That is the share that must *stay*: what is left of the margin. The question asks how many may leave.",
        ),
        Misconception(
            "margin of all accounts",
            of_all_accounts,
            "You divided by the margin of all accounts. Only those with a deal would leave or stay: take theirs.",
        ),
        Misconception(
            "share of the interest",
            of_the_interest,
            "That is the deals' share of the interest paid. Compare with the *margin* that these deposits would bring at the list rate.",
        ),
    ],
    hints=[
        "Today these deposits bring a small margin each. At the list rate each would bring more, but fewer might be there.",
        "Margin at the list rate: deposits × (transfer price − list rate) × months / 12. What share of it must remain?",
        "1 − margin now / margin at the list rate, in percent; both are in the row 'deal' of `crm.rate_deals(...).table`.",
    ],
)

# --- q4: two lists ---------------------------------------------------------------------------------------------


def percent_of_best(bank: Company) -> float:
    last = bank.years[bank.years["year"] == 2025]
    by_deposits = last.nlargest(20, "deposits_average")["profit"].sum()
    by_profit = last.nlargest(20, "profit")["profit"].sum()
    return 100 * by_deposits / by_profit


def percent_of(bank: Company, by: str, column: str, year: int = 2025) -> float:
    rows = bank.years[bank.years["year"] == year]
    return 100 * float(rows.nlargest(20, by)[column].sum() / rows.nlargest(20, column)[column].sum())


def on_both_lists(bank: Company) -> float:
    last = bank.years[bank.years["year"] == 2025]
    return 100 * float(crm.ranking_overlap(last, ["deposits_average", "profit"], top=20)["share"].iloc[0])


Q4 = Question(
    name="q4",
    variable="percent_of_best",
    points=1,
    kind="percent",
    tolerance=0.06,
    expected=percent_of_best,
    story=lambda bank: -20 < percent_of_best(bank) < 90,
    why="Who is large here and who earns the bank money are two questions.",
    misconceptions=[
        Misconception(
            "share of accounts on both lists",
            on_both_lists,
            "That is the share of the accounts on both lists. The question asks for their money.",
        ),
        Misconception(
            "deposits for profit",
            lambda bank: percent_of(bank, "profit", "deposits_average"),
            "That is the *deposits* of the most profitable, as a share of those of the largest depositors. Compare the `profit` of both.",
        ),
        Misconception(
            "list by revenue",
            lambda bank: percent_of(bank, "revenue", "profit"),
            "You took the twenty with the most revenue. The head of branches wants the largest *depositors*: `deposits_average`.",
        ),
        Misconception(
            "the year before",
            lambda bank: percent_of(bank, "deposits_average", "profit", 2024),
            "That is 2024. The question is about 2025.",
        ),
    ],
    hints=[
        "Two lists of 20 customers, and one number for each: the profit that they bring together.",
        "`last.nlargest(20, 'profit')['profit'].sum()` is the best that twenty accounts can bring.",
        "The other list has `'deposits_average'` in the first place, and `['profit'].sum()` too. Divide, and turn the share into percent.",
    ],
)

# --- q5: a score, judged ---------------------------------------------------------------------------------------------


def score_brought(bank: Company) -> float:
    rows = (
        bank.years[bank.years["year"] == 2024].merge(bank.wallets[bank.wallets["year"] == 2024]).merge(bank.customers)
    )
    base = rows[~(rows["left"] < "2025-01-01")].copy()
    base = base.assign(elsewhere=base["wallet"] - base["assets_here"])
    after = bank.years[bank.years["year"] == 2025].set_index("customer")["contribution"]
    base["next_year"] = base["customer"].map(after).fillna(0.0)
    weights = {"contribution": 3 / 6, "elsewhere": 2 / 6, "products": 1 / 6}
    scored = crm.account_scores(base, weights, top=20).customers
    listed = scored.loc[scored["listed"], "customer"]
    return base.loc[base["customer"].isin(listed), "next_year"].sum()


def listed(bank: Company, weights: dict[str, float], scale: str = "rank") -> pd.Series:
    return crm.account_scores(sorted_base(bank), weights, top=20, scale=scale).customers["listed"]


def brought(bank: Company, weights: dict[str, float], scale: str = "rank", column: str = "next_year") -> float:
    return float(sorted_base(bank).loc[listed(bank, weights, scale), column].sum())


Q5 = Question(
    name="q5",
    variable="score_brought",
    points=3,
    kind="number",
    unit="¥",
    tolerance=0.6,
    expected=score_brought,
    why="Known at the end of 2024, judged by 2025: that is how a list must be tested.",
    misconceptions=[
        Misconception(
            "money of the same year",
            lambda bank: brought(bank, POINTS, column="contribution"),
            "That is what they brought in 2024, which was in the score. A list is judged by what comes *after* it: `next_year`.",
        ),
        Misconception(
            "parts by range",
            lambda bank: brought(bank, POINTS, scale="range"),
            "You took the parts by range. The question takes them by rank.",
        ),
        Misconception(
            "equal weights",
            lambda bank: brought(bank, dict.fromkeys(POINTS, 1 / 3)),
            "You weighted the three criteria alike. Three, two and one of six points are 0.5, 0.333 and 0.167.",
        ),
        Misconception(
            "weights the other way round",
            lambda bank: brought(bank, dict(zip(POINTS, reversed(POINTS.values()), strict=True))),
            "You gave products three points and contribution one. It is the other way round.",
        ),
        Misconception(
            "forty places",
            lambda bank: float(
                sorted_base(bank)
                .loc[crm.account_scores(sorted_base(bank), POINTS, top=40).customers["listed"], "next_year"]
                .sum()
            ),
            "That is a list of forty. Your district has twenty places: `top=20`.",
        ),
    ],
    hints=[
        "Weights must add up to 1: what are 3, 2 and 1 points of 6?",
        "`crm.account_scores(base, weights, top=20).customers` has a column `listed`.",
        "Keep the customers of `base` who are listed, and add up their `next_year`.",
    ],
)

# --- q6: against deposits ---------------------------------------------------------------------------------------------


def better_by(bank: Company) -> float:
    rows = bank.years[bank.years["year"] == 2024].merge(bank.customers)
    base = rows[~(rows["left"] < "2025-01-01")].copy()
    after = bank.years[bank.years["year"] == 2025].set_index("customer")["contribution"]
    base["next_year"] = base["customer"].map(after).fillna(0.0)
    by_contribution = base.nlargest(20, "contribution")["next_year"].sum()
    by_deposits = base.nlargest(20, "deposits_average")["next_year"].sum()
    return by_contribution - by_deposits


def top_sum(bank: Company, by: str, column: str = "next_year") -> float:
    return float(sorted_base(bank).nlargest(20, by)[column].sum())


Q6 = Question(
    name="q6",
    variable="better_by",
    points=2,
    kind="number",
    unit="¥",
    tolerance=0.6,
    expected=better_by,
    story=lambda bank: better_by(bank) > 2_000,
    why="A list that needs no committee, only a column.",
    misconceptions=[
        Misconception(
            "the other way round",
            lambda bank: -better_by(bank),
            "The size is right, the sign is not: take the list by contribution first, then subtract that by deposits.",
        ),
        Misconception(
            "money of the same year",
            lambda bank: (
                top_sum(bank, "contribution", "contribution") - top_sum(bank, "deposits_average", "contribution")
            ),
            "That compares the money of 2024, the year in which the lists were made. Judge them by `next_year`.",
        ),
        Misconception(
            "revenue for deposits",
            lambda bank: top_sum(bank, "contribution") - top_sum(bank, "revenue"),
            "You compared with the list by revenue. The question compares with that by deposits.",
        ),
        Misconception(
            "one list alone",
            lambda bank: top_sum(bank, "contribution"),
            "That is what the list by contribution brought. Subtract what the list by deposits brought.",
        ),
    ],
    hints=[
        "Two lists of twenty, both made from 2024; one number for each, from 2025.",
        "`base.nlargest(20, 'contribution')['next_year'].sum()` is the first. The second has `deposits_average`.",
        "`crm.judge_lists(base, ['deposits_average', 'contribution'], 'next_year', top=20)` has a column `difference`.",
    ],
)

# --- q7: how much hangs on the weights ---------------------------------------------------------------------------------------------


def other_weights(bank: Company) -> float:
    rows = (
        bank.years[bank.years["year"] == 2024].merge(bank.wallets[bank.wallets["year"] == 2024]).merge(bank.customers)
    )
    base = rows[~(rows["left"] < "2025-01-01")].reset_index(drop=True)
    base = base.assign(elsewhere=base["wallet"] - base["assets_here"])
    after = bank.years[bank.years["year"] == 2025].set_index("customer")["contribution"]
    next_year = base["customer"].map(after).fillna(0.0)
    first = crm.account_scores(base, {"contribution": 3 / 6, "elsewhere": 2 / 6, "products": 1 / 6}, top=20).customers
    second = crm.account_scores(base, {"contribution": 1 / 6, "elsewhere": 2 / 6, "products": 3 / 6}, top=20).customers
    return next_year[second["listed"]].sum() - next_year[first["listed"]].sum()


OTHER = dict(zip(POINTS, reversed(POINTS.values()), strict=True))

Q7 = Question(
    name="q7",
    variable="other_weights",
    points=2,
    kind="number",
    unit="¥",
    tolerance=0.6,
    expected=other_weights,
    story=lambda bank: abs(other_weights(bank)) > 2_000,
    why="The same data, the same criteria, other weights. Whoever sets the weights picks the accounts.",
    misconceptions=[
        Misconception(
            "the other way round",
            lambda bank: -other_weights(bank),
            "The size is right, the sign is not: what the product manager's list brought, less what yours did.",
        ),
        Misconception(
            "one list alone",
            lambda bank: brought(bank, OTHER),
            "That is what the product manager's list brought. Subtract what the list of question 5 did.",
        ),
        Misconception(
            "parts by range",
            lambda bank: brought(bank, OTHER, "range") - brought(bank, POINTS, "range"),
            "You took the parts by range. The question takes them by rank.",
        ),
        Misconception(
            "money of the same year",
            lambda bank: brought(bank, OTHER, column="contribution") - brought(bank, POINTS, column="contribution"),
            "That compares the money of 2024, the year in which the lists were made. Judge them by `next_year`.",
        ),
    ],
    hints=[
        "Two lists of twenty, from the same customers. Only the weights differ.",
        "The second has the weights 1/6, 2/6 and 3/6.",
        "`next_year` of the customers listed with the new weights, added up; less your answer to question 5.",
    ],
)

# --- q8: the break-even ---------------------------------------------------------------------------------------------


def points_needed(bank: Company) -> float:
    rows = (
        bank.years[bank.years["year"] == 2024].merge(bank.wallets[bank.wallets["year"] == 2024]).merge(bank.customers)
    )
    base = rows[~(rows["left"] < "2025-01-01")]
    advisers = bank.bonds[(bank.bonds["bond"] == "adviser") & (bank.bonds["since"] < "2025-01-01")]
    rich = (base["kind"] == "personal") & (base["assets_here"] >= 200_000)
    members = base[rich & ~base["customer"].isin(advisers["customer"])]
    stake = 4 * members["contribution"]
    return 100 * 1_200 * len(members) / stake.sum()


def members_of(bank: Company, line: float = 200_000, with_advisers: bool = False) -> pd.DataFrame:
    rows = sorted_base(bank)
    rich = (rows["kind"] == "personal") & (rows["assets_here"] >= line)
    return rows[rich & (with_advisers | ~rows["adviser"])]


def needed(members: pd.DataFrame, factor: float = 4) -> float | None:
    total = factor * members["contribution"].sum()
    return 100 * 1_200 * len(members) / total if total > 0 else None


def businesses_too(bank: Company) -> float | None:
    rows = sorted_base(bank)
    return needed(rows[(rows["assets_here"] >= 200_000) & ~rows["adviser"]])


Q8 = Question(
    name="q8",
    variable="points_needed",
    points=2,
    kind="percent",
    tolerance=0.006,
    expected=points_needed,
    story=lambda bank: 3 < points_needed(bank) < 20,
    why="Compare it with the share who leave at all: about 12 % a year in the lesson's bank.",
    misconceptions=[
        Misconception(
            "one year for four",
            lambda bank: needed(members_of(bank), factor=1),
            "Who leaves takes more than a year's contribution along: what is at stake is 4 × `contribution`.",
        ),
        Misconception(
            "advisers counted twice",
            lambda bank: needed(members_of(bank, with_advisers=True)),
            "Customers who have an adviser already are in it. Only those without one would become members.",
        ),
        Misconception(
            "another line",
            lambda bank: needed(members_of(bank, line=300_000)),
            "You drew the line at ¥300,000. This district draws it at ¥200,000.",
        ),
        Misconception(
            "businesses as members",
            businesses_too,
            "Businesses are in it. The programme is for private customers: `kind == 'personal'`.",
        ),
    ],
    hints=[
        "Break-even: cost of all members = points × what is at stake with all of them.",
        "Cost: ¥1,200 × members. At stake: the sum of 4 × `contribution`. The quotient is a share: times 100 for points.",
        "`crm.programme_break_even(members, base='stake', cost='adviser_cost', uplift=0.03).table`, column `break_even`.",
    ],
)

# --- q9: whom to admit ---------------------------------------------------------------------------------------------


def gain_admitted(bank: Company) -> float:
    rows = (
        bank.years[bank.years["year"] == 2024].merge(bank.wallets[bank.wallets["year"] == 2024]).merge(bank.customers)
    )
    base = rows[~(rows["left"] < "2025-01-01")]
    advisers = bank.bonds[(bank.bonds["bond"] == "adviser") & (bank.bonds["since"] < "2025-01-01")]
    rich = (base["kind"] == "personal") & (base["assets_here"] >= 200_000)
    members = base[rich & ~base["customer"].isin(advisers["customer"])]
    gain = 0.03 * 4 * members["contribution"] - 1_200
    return gain[gain > 0].sum()


def gains(bank: Company, factor: float = 4) -> pd.Series:
    return 0.03 * factor * members_of(bank)["contribution"] - 1_200


def positive_contribution(bank: Company) -> float:
    one = gains(bank)
    return float(one[members_of(bank)["contribution"] > 0].sum())


def cost_forgotten(bank: Company) -> float:
    one = gains(bank)
    return float((one[one > 0] + 1_200).sum())


Q9 = Question(
    name="q9",
    variable="gain_admitted",
    points=2,
    kind="number",
    unit="¥",
    tolerance=0.6,
    expected=gain_admitted,
    story=lambda bank: gain_admitted(bank) > 1_000 and gains(bank).sum() < -1_000,
    why="For everybody the programme loses, for some it gains. The door decides, not the average.",
    misconceptions=[
        Misconception(
            "everybody admitted",
            lambda bank: float(gains(bank).sum()),
            "That is the gain with everybody admitted. Leave out those whose gain is below 0.",
        ),
        Misconception(
            "whoever contributes",
            positive_contribution,
            "You admitted everybody with a contribution above 0. To pay for himself a member must bring more than he costs.",
        ),
        Misconception(
            "cost forgotten",
            cost_forgotten,
            "That is what the admitted bring. Their advisers cost ¥1,200 each: take that off.",
        ),
        Misconception(
            "count for money",
            lambda bank: int((gains(bank) > 0).sum()),
            "That is how many to admit. The question asks what the programme then gains, in yuan.",
        ),
    ],
    hints=[
        "One member's gain: 0.03 × what is at stake with him, less ¥1,200.",
        "Make a column of gains, keep those above 0, and add them up.",
        "`crm.programme_break_even(...)` with `uplift=0.03`: the row 'those who pay' of `.table`, column `gain`.",
    ],
)

# --- q10: the advice ---------------------------------------------------------------------------------------------

Q10 = Question(
    name="q10",
    variable="advice",
    points=5,
    kind="text",
    rubric={
        5: "A clear answer to all three of Ms Tang's questions (places, target, programme); at least three of your own numbers, with unit "
        "and year; keeps finding money apart from causing it; names a reason from the incentive, not from people's character; names one "
        "thing that the data cannot tell, and the trial that would.",
        3: "Clear answers to two of the questions with fitting numbers; or all three with one number; the limit of the data is missing "
        "or general.",
        1: "Numbers without a decision, or a decision without numbers.",
        0: "Nothing, or nothing about this district.",
    },
    hints=[
        "One sentence per paper: places, target, programme. Begin each with the decision.",
        "Which of your numbers would make the head of branches change his mind?",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8, Q9, Q10)
