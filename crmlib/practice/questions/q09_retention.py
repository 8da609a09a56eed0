"""Exercise 09, retention and churn: whom to call, and what a call changes.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question
from crmlib.retention import campaign_uplift, churn_model, rank_calls, survival_curve

BY_FATE = ["death", "moved abroad", "closed by bank"]
CALLS, COST = 50, 60


def arms(bank: Company, campaign: str, wanted: str = "fewer") -> pd.Series:
    members = bank.campaign_members
    return campaign_uplift(members[members["campaign"] == campaign], wanted=wanted).iloc[0]


# --- q1: the revenue of one base -------------------------------------------------------------------------------------


def revenue_kept(bank: Company) -> float:
    months = bank.months.set_index("customer")
    before = months.loc[months["month"] == "2024-12-01", "revenue"]
    after = months.loc[months["month"] == "2025-12-01", "revenue"]
    still = after[after.index.isin(before.index)]
    return 100 * still.sum() / before.sum()


@lru_cache(maxsize=4)
def two_decembers(bank: Company) -> pd.DataFrame:
    """Revenue of December 2024 and of December 2025, one row per customer of either."""
    decembers = pd.to_datetime(["2024-12-01", "2025-12-01"])
    table = bank.months[bank.months["month"].isin(decembers)].pivot(index="customer", columns="month", values="revenue")
    return table.set_axis(["before", "after"], axis="columns")


def ratio(table: pd.DataFrame) -> float:
    return 100 * float(table["after"].sum() / table["before"].sum())


def heads(bank: Company) -> float:
    base = two_decembers(bank).dropna(subset=["before"])
    return 100 * float(base["after"].notna().mean())


def without_growth(bank: Company) -> float:
    base = two_decembers(bank).dropna(subset=["before"]).fillna(0)
    return 100 * float(base.min(axis="columns").sum() / base["before"].sum())


Q1 = Question(
    name="q1",
    variable="revenue_kept",
    points=1,
    kind="percent",
    tolerance=0.006,
    expected=revenue_kept,
    why="It says what the base still brings. Growth of those who stayed covers those who left: count the heads as well.",
    misconceptions=[
        Misconception(
            "new customers counted",
            lambda bank: ratio(two_decembers(bank)),
            "The revenue of December 2025 holds that of new customers. They were not in the base: nothing of theirs was kept.",
        ),
        Misconception(
            "only those who stayed",
            lambda bank: ratio(two_decembers(bank).dropna()),
            "You took those of both Decembers. Who left is missing below the line: the base is everybody of December 2024.",
        ),
        Misconception(
            "heads for revenue",
            heads,
            "That is the percentage of the customers who were still there. The question asks for their revenue.",
        ),
        Misconception(
            "growth left out",
            without_growth,
            "You counted each customer only up to what he brought before. That is a fair number, too, but another one: here growth counts.",
        ),
    ],
    hints=[
        "The base is fixed in December 2024. Who is in it, and what do these customers bring a year later?",
        "Take both months out of `bank.months`; `.set_index('customer')` lets you compare them customer by customer.",
        "Of December 2025 keep the customers with `.isin()` the index of December 2024. Sum by sum, times 100.",
    ],
)

# --- q2: five years later ------------------------------------------------------------------------------------------------


def five_years_percent(bank: Company) -> float:
    fate = bank.customers["exit_reason"].isin(["death", "moved abroad", "closed by bank"])
    people = bank.customers.assign(by_choice=~fate)
    found = survival_curve(people, as_of="2025-12-31", observed_from="2023-01-01", own_choice="by_choice")
    return 100 * found.table.set_index("years").at[5, "kept"]


def kept_after(bank: Company, years: int, **options: str) -> float:
    customers = bank.customers.assign(own=~bank.customers["exit_reason"].isin(BY_FATE))
    found = survival_curve(customers, as_of="2025-12-31", landmarks=(years,), **options)
    return float(found.table["kept"].iloc[0])


def in_the_file(bank: Company) -> float:
    old = bank.customers[bank.customers["joined"] <= "2020-12-31"]
    return 100 * float(old["left"].isna().mean())


Q2 = Question(
    name="q2",
    variable="five_years_percent",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=five_years_percent,
    why="Early cohorts are known by their survivors only. At risk counts who could have been seen leaving.",
    misconceptions=[
        Misconception(
            "survivors' trap",
            lambda bank: 100 * kept_after(bank, 5, own_choice="own"),
            "This curve counts everybody from the day of joining. Who joined in 2015 and left in 2018 is not in the file: say from when "
            "the records go, `observed_from`.",
        ),
        Misconception(
            "old customers in the file",
            in_the_file,
            "That is the percentage of those who joined five or more years ago and are here. Their early leavers are not in the file.",
        ),
        Misconception(
            "leavers of all",
            lambda bank: 100 * float(bank.customers["left"].isna().mean()),
            "That is the percentage of all rows without a day of leaving, whether after one month or ten years. Ask how long they stayed.",
        ),
        Misconception(
            "first year's rate for all years",
            lambda bank: 100 * kept_after(bank, 1, own_choice="own", observed_from="2023-01-01") ** 5,
            "You took the first year's rate five times. In later years fewer leave.",
        ),
        Misconception(
            "exits not by choice counted",
            lambda bank: 100 * kept_after(bank, 5, observed_from="2023-01-01"),
            "Deaths, moves abroad and accounts closed by the bank count as leaving here. Give the column `own` as `own_choice`.",
        ),
    ],
    hints=[
        "A customer of 2015 can be seen leaving from January 2023 on only. Since when are the records kept, and until when?",
        "`crm.survival_curve` has the parameters `as_of`, `observed_from` and `own_choice`.",
        "Its `.table` has a row for each of several `years`; `kept` is a share.",
    ],
)

# --- q3: won back by the contact ----------------------------------------------------------------------------------------


def won_back_points(bank: Company) -> float:
    members = bank.campaign_members[bank.campaign_members["campaign"] == "win-back"]
    returned = members.groupby("arm")["outcome"].mean()
    return 100 * (returned["treated"] - returned["control"])


def reached_only(bank: Company) -> float:
    members = bank.campaign_members[bank.campaign_members["campaign"] == "win-back"]
    reached = members.loc[members["responded"], "outcome"].mean()
    return 100 * float(reached - members.loc[members["arm"] == "control", "outcome"].mean())


def percent_more(bank: Company) -> float:
    found = arms(bank, "win-back", "more")
    return 100 * float(found["uplift"] / found["control_rate"])


Q3 = Question(
    name="q3",
    variable="won_back_points",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=won_back_points,
    why="Many return by themselves. Only the difference of the two arms is the contact's doing.",
    misconceptions=[
        Misconception(
            "returned, contacted or not",
            lambda bank: 100 * float(arms(bank, "win-back", "more")["treated_rate"]),
            "That is how many of the contacted returned. How many return without a contact?",
        ),
        Misconception(
            "ratio for difference",
            percent_more,
            "That is by how many percent the share is larger, one arm divided by the other. Points are a difference: subtract.",
        ),
        Misconception(
            "control minus treated",
            lambda bank: -100 * float(arms(bank, "win-back", "more")["uplift"]),
            "The size is right, the sign is not: contacted minus not contacted.",
        ),
        Misconception(
            "only those reached",
            reached_only,
            "You compared those who were *reached* with the others. Who picks up the phone is another kind of customer, and the "
            "lot did not choose him. Take everybody who was drawn.",
        ),
        Misconception(
            "not contacted",
            lambda bank: 100 * float(arms(bank, "win-back", "more")["control_rate"]),
            "That is how many returned without any contact. What did the contact add?",
        ),
    ],
    hints=[
        "In `arm`, 'treated' was contacted, 'control' was not; `outcome` says who returned.",
        "The mean of a column of True and False is a share: one for each arm.",
        "`crm.campaign_uplift(members, wanted='more')` has the difference in its column `uplift`, as a share.",
    ],
)

# --- q4: the leak ------------------------------------------------------------------------------------------------------------

Q4 = Question(
    name="q4",
    variable="leaks",
    points=1,
    kind="choice",
    expected="d",
    options={
        "a": "None: the more a feature tells, the better the model.",
        "b": "`complaints`: an AUC so near to 0.5 cannot be right.",
        "c": "`years`: who has been here for long leaves less, everybody knows that.",
        "d": "`products_2024`: it was written down after some of the customers had gone.",
    },
    why="Who has left holds 0 products at the end of the year. On 1 July nobody could have known that.",
    misconceptions=[
        Misconception(
            "the more it tells, the better",
            "a",
            "On which day was each feature written down, and on which day must the model decide? What comes later, nobody will have "
            "on the day of the call.",
        ),
        Misconception(
            "weak taken for leaking",
            "b",
            "Weak is honest: it tells little, but it was known on 1 July. A leak is a feature that was not.",
        ),
        Misconception(
            "known rule taken for a leak",
            "c",
            "The day of joining was known on 1 July. That long-time customers leave less makes it useful; it is no leak.",
        ),
    ],
    hints=[
        "The model decides on the morning of 1 July 2024. Which of the features was known by then?",
        "An AUC of 0.5 is a coin; honest signs of leaving lie between 0.5 and 0.7.",
    ],
)

# --- q5: what one saved customer costs ---------------------------------------------------------------------------------------


def cost_per_saved(bank: Company) -> float:
    members = bank.campaign_members[bank.campaign_members["campaign"] == "retention"]
    return campaign_uplift(members)["cost_per_changed"].iloc[0]


@lru_cache(maxsize=4)
def call_costs(bank: Company) -> pd.Series:
    """Cost of all calls, and the numbers by which people divide it."""
    members = bank.campaign_members[bank.campaign_members["campaign"] == "retention"]
    called = members[members["arm"] == "treated"]
    counts = {"cost": called["cost"].sum(), "called": len(called), "reached": called["responded"].sum()}
    left = called["outcome"].sum()
    saved = float(arms(bank, "retention")["changed"])
    return pd.Series(counts | {"left": left, "stayed": len(called) - left, "saved": saved}, dtype=float)


def cost_per(bank: Company, what: str) -> float:
    costs = call_costs(bank)
    return float(costs["cost"] / costs[what])


Q5 = Question(
    name="q5",
    variable="cost_per_saved",
    points=2,
    kind="number",
    unit="yuan per customer",
    tolerance=0.6,
    expected=cost_per_saved,
    why="Most calls reach customers who stay anyway, and their cost falls on the few who stay because of the call.",
    story=lambda bank: call_costs(bank)["saved"] >= 1,
    misconceptions=[
        Misconception(
            "cost per call",
            lambda bank: cost_per(bank, "called"),
            "That is what one call costs. How many calls does it take until one customer stays because of them?",
        ),
        Misconception(
            "per customer reached",
            lambda bank: cost_per(bank, "reached"),
            "That is per customer who was reached. Most of them would have stayed without a call.",
        ),
        Misconception(
            "per called customer who stayed",
            lambda bank: cost_per(bank, "stayed"),
            "You divided by all the called who stayed. Most of them would have stayed anyway, as those who were not called did.",
        ),
        Misconception(
            "per called customer who left",
            lambda bank: cost_per(bank, "left"),
            "You divided by those who left although they were called. The saved are those who would have left without the call.",
        ),
    ],
    hints=[
        "Saved is who stays *because of* the call. The arm that was not called shows how many leave without one.",
        "The difference of the two shares, times the number of customers called, is how many were saved.",
        "`crm.campaign_uplift(members)` has a column for the cost of each customer changed.",
    ],
)

# --- q6: fifty calls ------------------------------------------------------------------------------------------------------------


def fifty_calls(bank: Company) -> pd.Series:
    rows = bank.years[bank.years["year"] < 2025].merge(bank.customers)
    new_year = pd.to_datetime((rows["year"] + 1).astype("str") + "-01-01")
    fate = rows["exit_reason"].isin(["death", "moved abroad", "closed by bank"])
    rows["goes"] = ~fate & (rows["left"] < new_year + pd.DateOffset(years=1))
    rows["age"] = (new_year - rows["joined"]).dt.days / 365.25
    rows = rows[~(rows["left"] < new_year)]
    risky = churn_model(rows[rows["year"] == 2023], ["age", "products"], "goes")
    now = rows[rows["year"] == 2024]
    dog = (now["teller_visits"] == 0) & (now["calls"] == 0) & (now["app_sessions"] < 24)
    uplift = (-0.25 * risky.risk(now)).mask(dog, 0.01)
    now = now.assign(uplift=uplift, value=36 * now["contribution"] / now["months"])
    return rank_calls(now, cost=60)["customer"].head(50)


@lru_cache(maxsize=4)
def call_list(bank: Company) -> pd.DataFrame:
    frame = bank.years[bank.years["year"] < 2025].merge(bank.customers)
    frame["morning"] = pd.to_datetime((frame["year"] + 1).astype("str") + "-01-01")
    frame = frame[~(frame["left"] < frame["morning"])]
    own = ~frame["exit_reason"].isin(BY_FATE)
    frame["leaves"] = own & (frame["left"] < frame["morning"] + pd.DateOffset(years=1))
    frame["years_here"] = (frame["morning"] - frame["joined"]).dt.days / 365.25
    model = churn_model(frame[frame["year"] == 2023], ["years_here", "products"], "leaves")
    now = frame[frame["year"] == 2024]
    now = now.assign(risk=model.risk(now), value=36 * now["contribution"] / now["months"])
    silent = (now["teller_visits"] + now["calls"] == 0) & (now["app_sessions"] < 24)
    now["uplift"] = (-0.25 * now["risk"]).where(~silent, 0.01)
    return now.assign(keeps=-now["uplift"], at_risk=now["risk"] * now["value"], harm=now["uplift"] * now["value"])


def with_driven_away(bank: Company) -> list[int] | None:
    """The largest sums, loss-makers whom a call drives away among them; without one there is no mistake to make."""
    frame = call_list(bank)
    found = frame.assign(sum=frame["keeps"] * frame["value"]).nlargest(CALLS, "sum")["customer"].to_list()
    return None if set(found) == set(fifty_calls(bank)) else found


def fifty_by(bank: Company, column: str) -> list[int]:
    return call_list(bank).nlargest(CALLS, column)["customer"].to_list()


def at_risk_fifty(bank: Company) -> list[int] | None:
    """The sleeping dogs among the highest value at risk are the mistake; without one there is none to make."""
    found = fifty_by(bank, "at_risk")
    return None if set(found) == set(fifty_calls(bank)) else found


Q6 = Question(
    name="q6",
    variable="fifty_calls",
    points=3,
    kind="ids",
    expected=fifty_calls,
    why="Risk says who leaves, uplift who can be kept, value who should be. A negative value is no reason to drive somebody away: mend "
    "the price or the cost.",
    misconceptions=[
        Misconception(
            "by risk",
            lambda bank: fifty_by(bank, "risk"),
            "These are the 50 most likely to leave. Hardly any of them is worth keeping, and some are silent: a call drives them away.",
        ),
        Misconception(
            "by value",
            lambda bank: fifty_by(bank, "value"),
            "These are the 50 most valuable. Many of them stay anyway: a call changes nothing there.",
        ),
        Misconception(
            "by value at risk",
            at_risk_fifty,
            "Risk × value: the value at risk. But among these are silent customers, and there a call does harm. What counts is what "
            "the call *changes*: the column `uplift`.",
        ),
        Misconception(
            "by uplift alone",
            lambda bank: fifty_by(bank, "keeps"),
            "These calls keep the most customers, worth little or nothing. The question asks for the money: uplift × value.",
        ),
        Misconception(
            "loss-makers driven away",
            with_driven_away,
            "The sum is right, the list is not: it holds silent customers of negative value, whose leaving would count as a gain. A call "
            "is made to keep. Take only rows with an uplift below 0 and a value above 0, then the 50 largest.",
        ),
        Misconception(
            "sign of the uplift",
            lambda bank: fifty_by(bank, "harm"),
            "You ranked by uplift × value from the top. A *negative* uplift keeps the customer: the gain is −uplift × value − cost.",
        ),
    ],
    hints=[
        "What does one call bring? The chance that it keeps the customer, times what he is worth, minus its cost.",
        "The gain is −uplift × value − cost. Take the rows with an uplift below 0 and a value above 0; then `nlargest(50, 'gain')`.",
        "`crm.rank_calls(calls, cost=60)` puts those whom a call keeps first, the largest gain at the top.",
    ],
)

# --- q7: what the lot can tell --------------------------------------------------------------------------------------------------


def panel_pays(bank: Company) -> str:
    members = bank.campaign_members
    panel = campaign_uplift(members[members["campaign"] == "panel"], level=0.99).iloc[0]
    cost, worth = 120, 2000
    kept_at_best = -panel["low"]
    return "a" if kept_at_best >= cost / worth else "d"


def panel_is_clear(bank: Company) -> bool:
    """The interval holds 0, more than 6 of 100 leave uninvited, and 6 lies clearly inside the interval or outside."""
    members = bank.campaign_members
    found = campaign_uplift(members[members["campaign"] == "panel"], level=0.99).iloc[0]
    return bool(
        found["low"] < 0 < found["high"] and found["control_rate"] > 0.063 and abs(-found["low"] - 0.06) > 0.003
    )


Q7 = Question(
    name="q7",
    variable="panel_pays",
    points=3,
    kind="choice",
    expected=panel_pays,
    options={
        "a": "These data cannot tell.",
        "b": "Yes if the estimate keeps as many as needed, no if it keeps fewer: both arms were drawn by lot, so it is fair.",
        "c": "No: the interval holds 0, so the invitation keeps nobody.",
        "d": "No: even the best end of the interval keeps fewer than needed.",
        "e": "Compare the invited who took part with those who did not: that shows it.",
    },
    why="What is needed lies inside the interval or outside it, and that decides. That 0 lies inside decides nothing.",
    story=panel_is_clear,
    misconceptions=[
        Misconception(
            "estimate taken for the effect",
            "b",
            "The lot makes the comparison fair on average. How far chance may have moved this one draw, the interval says.",
        ),
        Misconception(
            "no effect shown taken for no effect",
            "c",
            "0 lies inside. Which other effects lie inside as well? Not having seen an effect does not show that there is none.",
        ),
        Misconception(
            "vague taken for unknown",
            lambda bank: "a" if panel_pays(bank) == "d" else None,
            "The interval is wide. But does any number in it keep as many of 100 as are `needed`? A vague answer can be enough.",
        ),
        Misconception(
            "the interval's end read wrongly",
            lambda bank: "d" if panel_pays(bank) == "a" else None,
            "`uplift` counts leavers: the more negative, the more are kept. Which end is the best one, and does it reach `needed`?",
        ),
        Misconception(
            "those who took part compared",
            "e",
            "Who takes part has chosen to, and likes the bank better from the start. The lot chose the invited, not those who came.",
        ),
    ],
    hints=[
        "Read `low` and `high`: which changes of the share who leave fit these data? A negative one keeps customers.",
        "At best, how many of 100 does the invitation keep? Compare that with `needed`.",
    ],
)

# --- q8: the advice ------------------------------------------------------------------------------------------------------------------

Q8 = Question(
    name="q8",
    variable="advice",
    points=5,
    kind="text",
    rubric={
        5: "A clear decision on the 50 calls that Mr Shen can act on, and on which list; supported by at least two of your own numbers, "
        "with their unit and year; says what was compared with whom; names one thing that the data cannot tell, and how to find it out.",
        3: "A clear decision with at least one fitting number; a limit of the data is not named, or a share of customers is given as "
        "the effect of a campaign in one place.",
        1: "Numbers without a decision, or a decision without numbers.",
        0: "Nothing, or nothing about this bank.",
    },
    hints=[
        "Begin with the decision: whom does he call, and whom not?",
        "Which of your numbers says what a call changes, and which what it costs until one customer stays?",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8)
