"""Exercise 04, value quadrants: whom the bank lives on, and what closing the small accounts would do to profit.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank. The
room is imported under the name that students type, `crm`.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from crmlib import value as crm
from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question


@lru_cache(maxsize=4)
def everybody(bank: Company) -> pd.DataFrame:
    """One row per customer of 2024, those who left and businesses included, with the estimate of the potential."""
    wallets = bank.wallets.loc[bank.wallets["year"] == 2024, ["customer", "wallet", "assets_here"]]
    rows = bank.years[bank.years["year"] == 2024].merge(bank.customers, on="customer").merge(wallets, on="customer")
    return rows.assign(potential=(rows["wallet"] - rows["assets_here"]) * 0.10 * 0.01)


@lru_cache(maxsize=4)
def sorted_base(bank: Company) -> pd.DataFrame:
    """The personal customers who were there at the start of 2025, with quadrant by median and the mark of the motion."""
    rows = everybody(bank)
    rows = rows[(rows["kind"] == "personal") & ~(rows["left"] < "2025-01-01")].reset_index(drop=True)
    advisers = bank.bonds[(bank.bonds["bond"] == "adviser") & (bank.bonds["since"] < "2025-01-01")]
    no_adviser = ~rows["customer"].isin(advisers["customer"])
    return rows.assign(
        small=(rows["contribution"] < 40) & (rows["expected_loss"] == 0) & no_adviser, quadrant=quadrants(rows)
    )


def quadrants(rows: pd.DataFrame, current_up: float = 1.0, potential_up: float = 1.0) -> pd.Series:
    """Name each customer's quadrant, the medians multiplied by a factor."""
    rich = rows["contribution"] >= current_up * rows["contribution"].median()
    promising = rows["potential"] >= potential_up * rows["potential"].median()
    names = {(True, True): "strategic", (True, False): "profitable", (False, True): "risk", (False, False): "ordinary"}
    return pd.Series([names[pair] for pair in zip(rich, promising, strict=True)], index=rows.index)


# --- q1: the money elsewhere --------------------------------------------------------------------------------------------


def potential_total(bank: Company) -> float:
    people = bank.customers[bank.customers["kind"] == "personal"]
    here = people[~(people["left"] < "2025-01-01")]
    wallets = bank.wallets.loc[bank.wallets["year"] == 2024, ["customer", "wallet", "assets_here"]]
    base = bank.years[bank.years["year"] == 2024].merge(here).merge(wallets)
    return ((base["wallet"] - base["assets_here"]) * 0.10 * 0.01).sum()


Q1 = Question(
    name="q1",
    variable="potential_total",
    points=1,
    kind="number",
    unit="¥",
    tolerance=0.6,
    expected=potential_total,
    why="It is an estimate: the tenth that could be won, and the fen that each yuan brings, are assumptions.",
    misconceptions=[
        Misconception(
            "wallet for what is elsewhere",
            lambda bank: 0.001 * sorted_base(bank)["wallet"].sum(),
            "You took the whole wallet. What customers have here already brings its money: subtract `assets_here`.",
        ),
        Misconception(
            "assets here for what is elsewhere",
            lambda bank: 0.001 * sorted_base(bank)["assets_here"].sum(),
            "You took what they have here. The potential lies in what they have elsewhere: the wallet less `assets_here`.",
        ),
        Misconception(
            "all of it won",
            lambda bank: 10 * sorted_base(bank)["potential"].sum(),
            "That counts all that customers have elsewhere. Only one yuan in ten could be won.",
        ),
        Misconception(
            "assets for margin",
            lambda bank: 100 * sorted_base(bank)["potential"].sum(),
            "These are the assets that could be won. A yuan of them brings 1 fen a year: times 0.01.",
        ),
        Misconception(
            "everybody of 2024",
            lambda bank: everybody(bank)["potential"].sum(),
            "Businesses and customers who had left are in it. Use the rows of `base`.",
        ),
    ],
    hints=[
        "Per customer: the wallet less what is here, times the share that could be won, times the margin of a yuan.",
        "A tenth is 0.10; 1 fen is 0.01 yuan. Then add up all customers of `base` with `.sum()`.",
        "`crm.potential_value(base, margin_rate=0.01, win_share=0.10).table` holds the total.",
    ],
)

# --- q2: customers in a quadrant -----------------------------------------------------------------------------------------


def risk_customers(bank: Company) -> int:
    people = bank.customers[bank.customers["kind"] == "personal"]
    here = people[~(people["left"] < "2025-01-01")]
    wallets = bank.wallets.loc[bank.wallets["year"] == 2024, ["customer", "wallet", "assets_here"]]
    base = bank.years[bank.years["year"] == 2024].merge(here).merge(wallets)
    potential = (base["wallet"] - base["assets_here"]) * 0.10 * 0.01
    return int(((base["contribution"] < 150) & (potential >= 30)).sum())


def count_risk(rows: pd.DataFrame, column: str = "contribution", low: float = 150, high: float = 30) -> int:
    return int(((rows[column] < low) & (rows["potential"] >= high)).sum())


def profitable_customers(bank: Company) -> int:
    rows = sorted_base(bank)
    return int(((rows["contribution"] >= 150) & (rows["potential"] < 30)).sum())


def both_low(bank: Company) -> int:
    rows = sorted_base(bank)
    return int(((rows["contribution"] < 150) & (rows["potential"] < 30)).sum())


Q2 = Question(
    name="q2",
    variable="risk_customers",
    points=1,
    kind="number",
    unit="customers",
    expected=risk_customers,
    why="The two cuts are head office's choice. With other cuts the same word means other people.",
    misconceptions=[
        Misconception(
            "cuts swapped",
            lambda bank: count_risk(sorted_base(bank), low=30, high=150),
            "You cut the contribution at ¥30 and the potential at ¥150. It is the other way round.",
        ),
        Misconception(
            "profitable for risk",
            profitable_customers,
            "These bring much today and little more tomorrow: profitable customers. Risk customers are in the opposite corner.",
        ),
        Misconception(
            "low on both",
            both_low,
            "These are low on both axes: ordinary customers, as we read the map. The risk corner has a *high* potential.",
        ),
        Misconception(
            "everybody of 2024",
            lambda bank: count_risk(everybody(bank)),
            "Businesses and customers who had left are in it. Use the rows of `base`.",
        ),
        Misconception(
            "profit for contribution",
            lambda bank: count_risk(sorted_base(bank), "profit"),
            "You used `profit`, which has overhead taken off. Current value is the `contribution`: what ends when the customer goes.",
        ),
    ],
    hints=[
        "Two conditions, one per axis. On which side of each cut are risk customers?",
        "Make the potential a column of `base`: the formula of question 1, before the sum.",
        "`(base['contribution'] < ...) & (base['potential'] >= ...)`, each in brackets; then `.sum()` counts the True.",
    ],
)

# --- q3: money in a quadrant ----------------------------------------------------------------------------------------------


def strategic_percent(bank: Company) -> float:
    people = bank.customers[bank.customers["kind"] == "personal"]
    here = people[~(people["left"] < "2025-01-01")]
    wallets = bank.wallets.loc[bank.wallets["year"] == 2024, ["customer", "wallet", "assets_here"]]
    base = bank.years[bank.years["year"] == 2024].merge(here).merge(wallets)
    base["potential"] = (base["wallet"] - base["assets_here"]) * 0.10 * 0.01
    money = crm.value_quadrants(base, "contribution", "potential").table.set_index("quadrant")["current_total"]
    return 100 * money["strategic"] / money.sum()


def percent_strategic(bank: Company, column: str) -> float:
    rows = sorted_base(bank)
    return 100 * rows.loc[rows["quadrant"] == "strategic", column].sum() / rows[column].sum()


def of_the_gains(bank: Company) -> float:
    rows = sorted_base(bank)
    strategic = rows.loc[rows["quadrant"] == "strategic", "contribution"].sum()
    return 100 * strategic / rows["contribution"].clip(lower=0).sum()


Q3 = Question(
    name="q3",
    variable="strategic_percent",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=strategic_percent,
    story=lambda bank: 100 < strategic_percent(bank) < 300,
    why="More than the whole: what they bring on top, other customers cost. Build an alliance with them first.",
    misconceptions=[
        Misconception(
            "share of customers",
            lambda bank: 100 * float((sorted_base(bank)["quadrant"] == "strategic").mean()),
            "That is their share of the customers. The question asks for their share of the money.",
        ),
        Misconception(
            "profit for contribution",
            lambda bank: percent_strategic(bank, "profit"),
            "You took `profit`. Overhead is shared out by a rule of the accountants; take the `contribution`.",
        ),
        Misconception(
            "share of the potential",
            lambda bank: percent_strategic(bank, "potential"),
            "That is their share of what customers could bring in addition. Asked for is what they bring today.",
        ),
        Misconception(
            "losses left out",
            of_the_gains,
            "The total leaves out the customers who cost more than they bring. Add up everybody: the share may exceed 100 %.",
        ),
    ],
    hints=[
        "Which customers are strategic? Those at or above the median on both axes.",
        "`crm.value_quadrants(base, 'contribution', 'potential').table` has a row per quadrant. Which column holds the money of today?",
        "Divide the `current_total` of the strategic row by the sum of the column, and turn the share into percent.",
    ],
)

# --- q4: what firing does -------------------------------------------------------------------------------------------------


def change_of_profit(bank: Company) -> float:
    people = bank.customers[bank.customers["kind"] == "personal"]
    here = people[~(people["left"] < "2025-01-01")]
    base = bank.years[bank.years["year"] == 2024].merge(here)
    advisers = bank.bonds[(bank.bonds["bond"] == "adviser") & (bank.bonds["since"] < "2025-01-01")]
    no_adviser = ~base["customer"].isin(advisers["customer"])
    small = (base["contribution"] < 40) & (base["expected_loss"] == 0) & no_adviser
    return -base.loc[small, "contribution"].sum()


def small_sum(bank: Company, column: str) -> float:
    rows = sorted_base(bank)
    return float(rows.loc[rows["small"], column].sum())


def slide_misleads(bank: Company) -> bool:
    """After overhead the small accounts lose money, before it they bring some."""
    return small_sum(bank, "profit") < -500 and small_sum(bank, "contribution") > 200


def losers_only(bank: Company) -> float:
    rows = sorted_base(bank)
    return -float(rows.loc[rows["small"], "contribution"].clip(upper=0).sum())


Q4 = Question(
    name="q4",
    variable="change_of_profit",
    points=3,
    kind="number",
    unit="yuan a year",
    tolerance=0.6,
    expected=change_of_profit,
    story=slide_misleads,
    why="Profit falls by what they contribute. The overhead that makes them a loss on the slide stays, and the others carry it.",
    misconceptions=[
        Misconception(
            "overhead saved",
            lambda bank: -small_sum(bank, "profit"),
            "That is the slide's number: it lets the overhead end with the customers. Head office costs the same without them.",
        ),
        Misconception(
            "a loss for a gain",
            lambda bank: small_sum(bank, "contribution"),
            "The size is right, the sign is not. The contribution of those who go is *lost*: does profit rise or fall?",
        ),
        Misconception(
            "revenue lost",
            lambda bank: -small_sum(bank, "revenue"),
            "That is their revenue. What serving them costs ends, too: take the `contribution`.",
        ),
        Misconception(
            "overhead lost on top",
            lambda bank: -small_sum(bank, "contribution") - small_sum(bank, "overhead"),
            "You took off the overhead as well. It is paid before and after: it changes who carries it, not the bank's profit.",
        ),
        Misconception(
            "only those below 0",
            losers_only,
            "You closed only the accounts whose contribution is below 0. That may be wise, but the motion closes all that are `small`.",
        ),
    ],
    hints=[
        "Which amounts end when a customer goes, and which one stays?",
        "`contribution` is what ends, `overhead` is what stays, `profit` is the one less the other.",
        "`crm.fire_customers(base, 'small').table` builds the bridge. The change is the last amount less the first.",
    ],
)

# --- q5: how much hangs on the cuts ------------------------------------------------------------------------------------------


def change_quadrant(bank: Company) -> int:
    people = bank.customers[bank.customers["kind"] == "personal"]
    here = people[~(people["left"] < "2025-01-01")]
    wallets = bank.wallets.loc[bank.wallets["year"] == 2024, ["customer", "wallet", "assets_here"]]
    base = bank.years[bank.years["year"] == 2024].merge(here).merge(wallets)
    base["potential"] = (base["wallet"] - base["assets_here"]) * 0.10 * 0.01
    cuts = {
        "current_cut": 1.1 * base["contribution"].median(),
        "potential_cut": 1.5 * base["potential"].median(),
    }
    before = crm.value_quadrants(base, "contribution", "potential").customers["quadrant"]
    after = crm.value_quadrants(base, "contribution", "potential", cut="money", **cuts).customers["quadrant"]
    return int((before != after).sum())


def moved(bank: Company, current_up: float, potential_up: float) -> int:
    rows = sorted_base(bank)
    return int((rows["quadrant"] != quadrants(rows, current_up, potential_up)).sum())


def strategic_lost(bank: Company) -> int:
    rows = sorted_base(bank)
    return int((rows["quadrant"] == "strategic").sum() - (quadrants(rows, 1.1, 1.5) == "strategic").sum())


Q5 = Question(
    name="q5",
    variable="change_quadrant",
    points=2,
    kind="number",
    unit="customers",
    expected=change_quadrant,
    why="Nothing about these customers has changed but the line between high and low. Before letters go out by quadrant, look at those "
    "near a cut.",
    misconceptions=[
        Misconception(
            "current cut alone",
            lambda bank: moved(bank, 1.1, 1.0),
            "Only the cut of the current value was moved. Move both, then compare.",
        ),
        Misconception(
            "potential cut alone",
            lambda bank: moved(bank, 1.0, 1.5),
            "Only the cut of the potential was moved. Move both, then compare.",
        ),
        Misconception(
            "one quadrant for all",
            strategic_lost,
            "That is by how many the strategic quadrant shrinks. Customers of other quadrants change, too: compare row by row.",
        ),
        Misconception(
            "cuts lowered",
            lambda bank: moved(bank, 0.9, 0.5),
            "You lowered the cuts. They are raised: times 1.1, and times 1.5.",
        ),
    ],
    hints=[
        "Each customer has a quadrant before and one after. Count the rows in which they differ.",
        "`cut='money'` takes two amounts, `current_cut` and `potential_cut`: the medians times 1.1 and times 1.5.",
        "`.customers['quadrant']` of both results; `(before != after).sum()`.",
    ],
)

# --- q6: how many relatives must follow -----------------------------------------------------------------------------------------

LIMITS = (0.75, 1.5, 3.0)  # followers of a hundred relatives


def who_follows(bank: Company) -> str:
    people = bank.customers[bank.customers["kind"] == "personal"]
    here = people[~(people["left"] < "2025-01-01")]
    base = bank.years[bank.years["year"] == 2024].merge(here)
    advisers = bank.bonds[(bank.bonds["bond"] == "adviser") & (bank.bonds["since"] < "2025-01-01")]
    advised = base["customer"].isin(advisers["customer"])
    small = (base["contribution"] < 40) & (base["expected_loss"] == 0) & ~advised
    relatives = base["household"].isin(base.loc[small, "household"]) & ~small
    share = 100 * base.loc[small, "contribution"].sum() / base.loc[relatives, "contribution"].sum()
    return "a" if share < 0.75 else "b" if share < 1.5 else "c" if share < 3 else "d"


@lru_cache(maxsize=4)
def relatives(bank: Company) -> pd.DataFrame:
    found = crm.fire_customers(sorted_base(bank), "small", household="household").customers
    return found[found["tied"]]


def per_hundred(bank: Company, column: str = "contribution") -> float:
    """Followers of a hundred relatives who take along as much as the small accounts bring."""
    return 100 * small_sum(bank, column) / float(relatives(bank)["contribution"].sum())


def answer(share: float) -> str:
    return "abcd"[sum(share >= limit for limit in LIMITS)]


def by_the_slide(bank: Company) -> str | None:
    """Return the letter of who takes the loss on the slide, unless it is the right one."""
    letter = answer(abs(per_hundred(bank, "profit")))
    return None if letter == who_follows(bank) else letter


def by_heads(bank: Company) -> str | None:
    """Return the letter of who lets one relative stand for all small accounts, unless it says nothing about the mistake."""
    letter = answer(100 / len(relatives(bank)))
    return None if letter in (who_follows(bank), by_the_slide(bank)) else letter


def relatives_matter(bank: Company) -> bool:
    """Relatives of the small customers bring something, and the share is not too near a limit."""
    theirs = relatives(bank)
    if len(theirs) < 10 or theirs["contribution"].sum() <= small_sum(bank, "contribution"):
        return False
    return all(abs(per_hundred(bank) / limit - 1) > 0.03 for limit in LIMITS)


Q6 = Question(
    name="q6",
    variable="who_follows",
    points=2,
    kind="choice",
    expected=who_follows,
    options={
        "a": "Fewer than 0.75 in a hundred are enough.",
        "b": "0.75 or more, but fewer than 1.5 in a hundred.",
        "c": "1.5 or more, but fewer than 3 in a hundred.",
        "d": "3 or more in a hundred.",
        "e": "These data cannot tell, since nobody was sent away.",
    },
    story=relatives_matter,
    why="How many *would* follow, these data cannot tell. From how many on it hurts, they can: that is often enough to decide.",
    misconceptions=[
        Misconception(
            "cannot tell what can be computed",
            "e",
            "How many would follow, nobody knows. But the question is from how many on it hurts, and both amounts are on the table: what "
            "the small accounts contribute, and what all relatives bring.",
        ),
        Misconception(
            "loss on the slide for contribution",
            by_the_slide,
            "You compared with the loss on the slide. What the district loses by closing is the *contribution* of the small accounts.",
        ),
        Misconception(
            "customers for money",
            by_heads,
            "That is one relative of all. How many are needed depends on the money: compare what both groups bring, in yuan.",
        ),
    ],
    hints=[
        "Two amounts are needed: what the small accounts contribute together, and what all their relatives bring together.",
        "If all relatives followed, the second amount would be gone. Which part of it is as large as the first?",
        "`100 * -change_of_profit / tied['contribution'].sum()` is the number of followers in a hundred.",
    ],
)

# --- q7: the advice -----------------------------------------------------------------------------------------------------------------

Q7 = Question(
    name="q7",
    variable="advice",
    points=5,
    kind="text",
    rubric={
        5: "A clear decision on the motion that Mr He can act on; supported by at least two of your own numbers, with their unit and "
        "year; keeps contribution and overhead apart; names another way than closing accounts; names one thing that the data cannot tell, "
        "and how to find it out.",
        3: "A clear decision with at least one fitting number; overhead is let go with the customers in one place, or no other way is "
        "named, or no limit of the data.",
        1: "Numbers without a decision, or a decision without numbers.",
        0: "Nothing, or nothing about this bank.",
    },
    hints=[
        "Begin with the decision: close the small accounts, some of them, or none?",
        "Which number of yours says what really happens to profit, and which one whom the bank lives on?",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7)
