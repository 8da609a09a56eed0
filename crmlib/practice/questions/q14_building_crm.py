"""Exercise 14, building CRM: consent, a broken hash, history, erasure, staffing.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question
from crmlib.pyramid import gini
from crmlib.warehouse import (
    arrivals_by_hour,
    consent_status,
    due_for_erasure,
    open_warehouse,
    staff_by_hour,
    standing_out,
)

# --- q1: who may be called -------------------------------------------------------------------------------------------


def may_be_called(bank: Company) -> int:
    people = bank.customers
    came_back = people["returned"].notna() & people["left_again"].isna()
    here = people[people["left"].isna() | came_back]
    asked = consent_status(here, bank.consents, purpose="marketing", channel="phone", as_of="2025-12-31")
    return int(asked.customers["allowed"].sum())


def present(bank: Company) -> pd.DataFrame:
    """The customers of the last day, with those who came back."""
    people = bank.customers
    return people[people["left"].isna() | (people["returned"].notna() & people["left_again"].isna())]


@lru_cache(maxsize=4)
def consents_of_present(bank: Company) -> pd.DataFrame:
    return bank.consents[bank.consents["customer"].isin(present(bank)["customer"])]


def entries(bank: Company, purpose: str = "marketing", channel: str = "phone", *, valid: bool = True) -> int:
    rows = consents_of_present(bank)
    rows = rows[(rows["purpose"] == purpose) & (rows["channel"] == channel)]
    return int(rows["withdrawn"].isna().sum() if valid else len(rows))


def with_those_who_left(bank: Company) -> int:
    rows = bank.consents[(bank.consents["purpose"] == "marketing") & (bank.consents["channel"] == "phone")]
    return int(rows["withdrawn"].isna().sum())


def never_left(bank: Company) -> int:
    here = bank.customers.loc[bank.customers["left"].isna(), "customer"]
    rows = bank.consents[(bank.consents["purpose"] == "marketing") & (bank.consents["channel"] == "phone")]
    return int(here.isin(rows.loc[rows["withdrawn"].isna(), "customer"]).sum())


Q1 = Question(
    name="q1",
    variable="may_be_called",
    points=1,
    kind="number",
    unit="customers",
    expected=may_be_called,
    why="One purpose, one channel, not withdrawn. Whoever is not in the table has not agreed.",
    misconceptions=[
        Misconception(
            "withdrawals overlooked",
            lambda bank: entries(bank, valid=False),
            "You counted everybody with an entry. Some of them have withdrawn: look at the column `withdrawn`.",
        ),
        Misconception(
            "another channel",
            lambda bank: entries(bank, channel="app"),
            "These agreed to marketing by app. Consent holds for one channel: the plan is to call.",
        ),
        Misconception(
            "those who left counted",
            with_those_who_left,
            "Customers who have left are among them. Only those in `here` are asked for.",
        ),
        Misconception(
            "those who came back forgotten",
            never_left,
            "Some left and came back: they are customers again, and in `here`.",
        ),
        Misconception(
            "everybody",
            lambda bank: len(present(bank)),
            "These are all present customers. Without a valid consent the answer is no.",
        ),
        Misconception(
            "those who may not be called",
            lambda bank: len(present(bank)) - entries(bank),
            "These are the ones who may *not* be called.",
        ),
    ],
    hints=[
        "A consent has a purpose, a channel, a day on which it was given, and perhaps one on which it was withdrawn.",
        "`crm.consent_status(here, bank.consents, purpose=..., channel=..., as_of='2025-12-31')` has a table of answers.",
        "Its `.customers` has one row per customer; `allowed` is True or False, and the sum counts the True.",
    ],
)

# --- q2: history ------------------------------------------------------------------------------------------------------


def members_then(bank: Company) -> int:
    with open_warehouse(bank.tables) as warehouse:
        table = warehouse.measure("programme_on_day", as_of="2024-01-01")
    return int(table.loc[table["programme"] == "club", "customers"].iloc[0])


@lru_cache(maxsize=4)
def memberships(bank: Company) -> pd.DataFrame:
    """One row per club membership, with the days of the relationship."""
    club = bank.bonds[bank.bonds["bond"] == "club"]
    return club.merge(bank.customers[["customer", "joined", "left"]], on="customer")


def members_today(bank: Company) -> int:
    rows = memberships(bank)
    return int(rows.loc[rows["until"].isna(), "customer"].nunique())


def joined_by_then(bank: Company) -> int:
    rows = memberships(bank)
    return int(rows.loc[rows["since"] <= "2024-01-01", "customer"].nunique())


Q2 = Question(
    name="q2",
    variable="members_then",
    points=1,
    kind="number",
    unit="customers",
    expected=members_then,
    story=lambda bank: len(memberships(bank)) > 50,
    why="The warehouse keeps a version of the customer for each span; a label of today says nothing about that day.",
    misconceptions=[
        Misconception(
            "members of today",
            members_today,
            "These are the members at the end of the records. Who was one on 1 January 2024?",
        ),
        Misconception(
            "ever joined by then",
            joined_by_then,
            "You counted who had joined the club by that day. Some had left it, or the bank, before.",
        ),
        Misconception(
            "everybody who ever was one",
            lambda bank: int(memberships(bank)["customer"].nunique()),
            "You counted everybody who ever was a member. Some joined later, some had left.",
        ),
    ],
    hints=[
        "A membership counts if it began on or before that day and had not ended.",
        "`crm.measures()` lists what the warehouse can compute; one of them has `as_of` and a programme.",
        "`warehouse.measure('programme_on_day', as_of=...)` gives both rows; take the one of the club.",
    ],
)

# --- q3: the same number twice ------------------------------------------------------------------------------------------


def gini_2024(bank: Company) -> float:
    return gini(bank.years[bank.years["year"] == 2024])


def of_year(bank: Company, year: int, measure: str = "revenue") -> float | None:
    frame = bank.years[bank.years["year"] == year]
    return None if (frame[measure] < 0).any() else gini(frame, measure)


def top_fifth(bank: Company) -> float:
    values = bank.years.loc[bank.years["year"] == 2024, "revenue"].sort_values(ascending=False)
    return float(values.iloc[: round(0.2 * len(values))].sum() / values.sum())


def all_years(bank: Company) -> float:
    return gini(bank.years.groupby("customer", as_index=False)["revenue"].sum())


Q3 = Question(
    name="q3",
    variable="gini_2024",
    points=1,
    kind="share",
    tolerance=0.00006,
    expected=gini_2024,
    story=lambda bank: not (bank.years["revenue"] < 0).any(),
    why="SQL and crmlib give the same number in every place that counts; a measure is defined once.",
    misconceptions=[
        Misconception(
            "another year",
            lambda bank: of_year(bank, 2025),
            "That is 2025. Which year does the question ask for?",
        ),
        Misconception(
            "three years together",
            all_years,
            "You added up the revenue of all years. The question asks for one.",
        ),
        Misconception(
            "share of the top fifth",
            top_fifth,
            "That is the share of revenue that the top 20 % hold. The Gini coefficient looks at all customers.",
        ),
    ],
    hints=[
        "The warehouse has a measure of that name; it needs to know the year.",
        "`warehouse.measure('gini', year=...)` is a table with one number; `.iloc[0]` takes it out.",
    ],
)

# --- q4: is a hash anonymous --------------------------------------------------------------------------------------------

Q4 = Question(
    name="q4",
    variable="the_hash",
    points=1,
    kind="choice",
    expected="b",
    options={
        "a": "Half a second: the file is as good as a list of phone numbers.",
        "b": "Half an hour: the file is as good as a list of phone numbers.",
        "c": "A month: too long for anybody, so the file is anonymous.",
        "d": "Nobody can say: it depends on how long the hash is.",
    },
    why="1,000,000,000 / 500,000 = 2,000 seconds. Only a key that the recipient never sees stops it.",
    misconceptions=[
        Misconception("a thousand for a thousand million", "a", "Nine digits follow: count their zeros once more."),
        Misconception(
            "seconds for hours", "c", "How many numbers have nine digits, and how many are tried in a second? Divide."
        ),
        Misconception(
            "length of the hash",
            "d",
            "The attack does not care how long a hash is: it compares hashes of known numbers.",
        ),
    ],
    hints=[
        "After the 12 come nine digits. How many numbers are that?",
        "Divide by the numbers tried in a second; the result is in seconds.",
    ],
)

# --- q5: who stands out ----------------------------------------------------------------------------------------------------


def standing_out_percent(bank: Company) -> float:
    people = bank.customers
    came_back = people["returned"].notna() & people["left_again"].isna()
    here = people[people["left"].isna() | came_back]
    table = standing_out(here, ["kind", "region", "birth_year"], k=5)
    return 100 * table["share_below_k"].iloc[-1]


@lru_cache(maxsize=4)
def risks(bank: Company) -> pd.Series:
    here = present(bank)
    three = ["kind", "region", "birth_year"]
    found = standing_out(here, three, k=5)
    with_left = standing_out(bank.customers, three, k=5)
    at_most = standing_out(here, three, k=6)
    return pd.Series(
        {
            "alone": found["unique"].iloc[-1] / len(here),
            "safe": 1 - found["share_below_k"].iloc[-1],
            "left": with_left["share_below_k"].iloc[-1],
            "five": at_most["share_below_k"].iloc[-1],
        }
    )


Q5 = Question(
    name="q5",
    variable="standing_out_percent",
    points=2,
    kind="percent",
    tolerance=0.02,
    expected=standing_out_percent,
    why="A year of birth beside a region is much in a small bank. Give the decade, or nothing.",
    misconceptions=[
        Misconception(
            "only those who are alone",
            lambda bank: 100 * float(risks(bank)["alone"]),
            "These are the ones who are alone in their group. Who is one of two, three or four stands out as well.",
        ),
        Misconception(
            "those who do not stand out",
            lambda bank: 100 * float(risks(bank)["safe"]),
            "That is the percentage who do *not* stand out.",
        ),
        Misconception(
            "those who left counted",
            lambda bank: 100 * float(risks(bank)["left"]),
            "Customers who have left are among them: they fill up the groups. Take those in `here`.",
        ),
        Misconception(
            "five is small, too",
            lambda bank: 100 * float(risks(bank)["five"]),
            "You counted groups of five as well. Smaller than five is asked for.",
        ),
    ],
    hints=[
        "Put those together who have the same kind, region and year of birth; then count the heads in small groups.",
        "`crm.standing_out(frame, [...], k=5)` adds one column after the other; its last row is all together.",
        "`share_below_k` is a share; percent is asked for.",
    ],
)

# --- q6: erasure -------------------------------------------------------------------------------------------------------------


def to_be_erased(bank: Company) -> pd.Series:
    rules = pd.DataFrame({"table": ["messages"], "years_after_leaving": [1]})
    return due_for_erasure(bank.customers, rules, as_of="2025-12-31").customers["customer"]


def gone_by(bank: Company, day: str) -> list[int]:
    people = bank.customers
    last = people["left"].mask(people["returned"].notna(), people["left_again"])
    return people.loc[last <= day, "customer"].to_list()


def came_back(bank: Company) -> bool:
    return bool((bank.customers["returned"].notna() & (bank.customers["left"] <= "2024-12-31")).any())


Q6 = Question(
    name="q6",
    variable="to_be_erased",
    points=2,
    kind="ids",
    expected=to_be_erased,
    story=came_back,
    why="One year after the end of the relationship. Who came back has a relationship again.",
    misconceptions=[
        Misconception(
            "everybody who left",
            lambda bank: bank.customers.loc[bank.customers["left"].notna(), "customer"].to_list(),
            "These are all who ever left. The period runs one year from the day of leaving.",
        ),
        Misconception(
            "two years",
            lambda bank: gone_by(bank, "2023-12-31"),
            "These left two years ago or more. The rule says one year.",
        ),
        Misconception(
            "those who came back",
            lambda bank: bank.customers.loc[bank.customers["left"] <= "2024-12-31", "customer"].to_list(),
            "Some of these came back (`returned`): they are customers again, and nothing of theirs is due.",
        ),
    ],
    hints=[
        "Whose last relationship ended on or before 31 December 2024?",
        "Some came back: look at the columns `returned` and `left_again`.",
        "`crm.due_for_erasure(bank.customers, rules, as_of='2025-12-31')` with a rule of your own: a frame with `table` and "
        "`years_after_leaving`.",
    ],
)

# --- q7: staffing ----------------------------------------------------------------------------------------------------------------


def cost_of_a_call(bank: Company) -> float:
    calls = arrivals_by_hour(bank.contacts, channel="call", start="2023-01-01", as_of="2025-12-31")
    plan = staff_by_hour(calls, target=0.9, seconds=20, times=10)
    return 45 * plan["agents"].sum() / plan["calls"].sum()


@lru_cache(maxsize=4)
def call_costs(bank: Company) -> pd.Series:
    """The cost of a call as people get it wrong."""
    calls = arrivals_by_hour(bank.contacts, channel="call", start="2023-01-01", as_of="2025-12-31")
    plan, eighty, small = (
        staff_by_hour(calls, target=level, times=size) for level, size in ((0.9, 10), (0.8, 10), (0.9, 1))
    )
    return pd.Series(
        {
            "divided": 45 * plan["by_load"].sum() / plan["calls"].sum(),
            "eighty": 45 * eighty["agents"].sum() / eighty["calls"].sum(),
            "small": 45 * small["agents"].sum() / small["calls"].sum(),
            "by_hour": (45 * plan["agents"] / plan["calls"]).mean(),
        }
    )


Q7 = Question(
    name="q7",
    variable="cost_of_a_call",
    points=2,
    kind="number",
    unit="yuan per call",
    tolerance=0.006,
    expected=cost_of_a_call,
    why="The work alone needs fewer people; the rest stand ready, so that chance does not make callers wait.",
    misconceptions=[
        Misconception(
            "work divided",
            lambda bank: float(call_costs(bank)["divided"]),
            "So much would the work alone cost (`by_load`). Then all are busy nearly all the time, and the promise is broken.",
        ),
        Misconception(
            "80 % for 90 %",
            lambda bank: float(call_costs(bank)["eighty"]),
            "That keeps a promise of 80 %. Mr Hu promises 90 %.",
        ),
        Misconception(
            "the district alone",
            lambda bank: float(call_costs(bank)["small"]),
            "That is a line for your district alone. The line serves ten districts like yours: `times=10`.",
        ),
        Misconception(
            "mean of the hours",
            lambda bank: float(call_costs(bank)["by_hour"]),
            "You took the mean of the hours' costs: a quiet hour then counts as much as a busy one. Divide the day's cost by "
            "the day's calls.",
        ),
    ],
    hints=[
        "First the calls by hour, over all three years; then the plan for ten districts.",
        "`crm.arrivals_by_hour(bank.contacts, channel='call', ...)`, then `crm.staff_by_hour(..., target=0.9, times=10)`.",
        "The cost of the day is ¥45 times the sum of `agents`; divide it by the sum of `calls`.",
    ],
)

# --- q8: what these data cannot tell -----------------------------------------------------------------------------------------------

Q8 = Question(
    name="q8",
    variable="at_night",
    points=1,
    kind="choice",
    expected="b",
    options={
        "a": "None: between 22:00 and 8:00 there is not a single call in the records.",
        "b": "These data cannot tell.",
        "c": "As many per hour as between 21:00 and 22:00.",
        "d": "About 19 % of all calls, as at Delta Power.",
    },
    why="The line is closed at night: who would have called is not on record. Open it for a month, and count.",
    misconceptions=[
        Misconception(
            "no record taken for no demand",
            "a",
            "Could anybody have called then? Look at the hours in which the line is open.",
        ),
        Misconception(
            "the last hour carried on", "c", "Why should the night be like the evening? Nothing in the records says so."
        ),
        Misconception(
            "another firm's pattern", "d", "An outage wakes people. That is another firm, with other reasons to call."
        ),
    ],
    hints=[
        "When is the line open? `bank.contacts['time'].dt.hour` has the hours with calls.",
        "What does it mean when there is no record of something that could not happen?",
    ],
)

# --- q9: the advice -----------------------------------------------------------------------------------------------------------------

Q9 = Question(
    name="q9",
    variable="advice",
    points=5,
    kind="text",
    rubric={
        5: "A clear decision on each of the four sentences of the plan; supported by at least three of your own numbers, with their "
        "unit and day; says why the hash is not anonymous and what is done instead; names one thing that these data cannot tell, and how "
        "to find it out.",
        3: "A clear decision with at least two fitting numbers; the hash is refused, but without what is done instead, or no limit is "
        "named.",
        1: "Numbers without a decision, or a decision without numbers.",
        0: "Nothing, or nothing about this bank.",
    },
    hints=[
        "Take the plan sentence by sentence: yes, no, or not yet?",
        "Which of your numbers says who may be called, which who stands out, which what the promise takes?",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8, Q9)
