"""Exercise 03, customer value: what a newcomer may cost, and who is still worth a letter.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question
from crmlib.pyramid import customer_summary
from crmlib.value import fit_buying, fit_cohort, predict_purchases, referral_value, residual_by_tenure, retention_clv

RETENTION, DISCOUNT, YEARS = 0.80, 0.10, 10
WON_FOR = 400


def personal(bank: Company, *years: int) -> pd.DataFrame:
    """Rows of `bank.years` of private customers."""
    people = bank.customers[bank.customers["kind"] == "personal"]
    return bank.years[bank.years["year"].isin(years) & bank.years["customer"].isin(people["customer"])]


# --- q1: the profit rate ---------------------------------------------------------------------------------------------


def profit_rate(bank: Company) -> float:
    people = bank.customers[bank.customers["kind"] == "personal"]
    year_2025 = bank.years[bank.years["year"] == 2025].merge(people[["customer"]])
    return 100 * year_2025["profit"].sum() / year_2025["revenue"].sum()


def percent(rows: pd.DataFrame, part: str) -> float:
    return 100 * float(rows[part].sum() / rows["revenue"].sum())


def mean_of_rates(bank: Company) -> float:
    rows = personal(bank, 2025)
    rows = rows[rows["revenue"] > 0]
    return 100 * float((rows["profit"] / rows["revenue"]).mean())


Q1 = Question(
    name="q1",
    variable="profit_rate",
    points=1,
    kind="percent",
    tolerance=0.006,
    expected=profit_rate,
    why="Sums first, then one division: large and small customers count by their money.",
    misconceptions=[
        Misconception(
            "mean of the customers' rates",
            mean_of_rates,
            "You took a rate for each customer and then the mean. An account of ¥10 counts there as much as one of ¥10,000. "
            "Add up first, divide once.",
        ),
        Misconception(
            "profit per customer",
            lambda bank: float(personal(bank, 2025)["profit"].mean()),
            "That is profit per customer, in yuan. A rate is a part of revenue.",
        ),
        Misconception(
            "contribution for profit",
            lambda bank: percent(personal(bank, 2025), "contribution"),
            "That is before overhead. The question asks for `profit`.",
        ),
        Misconception(
            "three years for one",
            lambda bank: percent(personal(bank, 2023, 2024, 2025), "profit"),
            "All three years are in it. Keep the rows of 2025.",
        ),
        Misconception(
            "businesses left in",
            lambda bank: percent(bank.years[bank.years["year"] == 2025], "profit"),
            "Small businesses are in it. Keep the customers whose `kind` is 'personal'.",
        ),
    ],
    hints=[
        "Two columns of `bank.years` are needed, and of `bank.customers` the `kind`.",
        "Keep the rows of 2025 whose customer is 'personal': `.merge()` with those customers, or `.isin()`.",
        "Sum of `profit`, divided by the sum of `revenue`, times 100.",
    ],
)

# --- q2: the first year ------------------------------------------------------------------------------------------------


def first_year_percent(bank: Company) -> float:
    joiners = bank.customers[bank.customers["joined"].between("2023-04-01", "2024-12-31")]
    anniversary = joiners["joined"] + pd.DateOffset(years=1)
    gone = joiners["left"] <= anniversary
    return 100 * (1 - gone.mean())


def joined_in(bank: Company, last: str, first: str = "2023-04-01") -> pd.DataFrame:
    people = bank.customers
    rows = people[people["joined"].between(first, last)]
    return rows.assign(gone=rows["left"] <= rows["joined"] + pd.DateOffset(years=1))


def everybody_in_2024(bank: Company) -> float:
    people = bank.customers
    there = people[(people["joined"] < "2024-01-01") & ~(people["left"] < "2024-01-01")]
    return 100 * float((~(there["left"] <= "2024-12-31")).mean())


def early_leavers_dropped(bank: Company) -> float:
    """Of each year's joiners, those still there at its end, and how many of them were there on the anniversary."""
    joiners = joined_in(bank, "2024-12-31")
    year_end = pd.to_datetime(joiners["joined"].dt.year.astype("str") + "-12-31")
    there = joiners[~(joiners["left"] <= year_end)]
    return 100 * float((~there["gone"]).mean())


Q2 = Question(
    name="q2",
    variable="first_year_percent",
    points=2,
    kind="percent",
    tolerance=0.006,
    expected=first_year_percent,
    why="In the whole bank one newcomer in five is gone by the first anniversary; of all customers it is one in eight a year.",
    misconceptions=[
        Misconception(
            "everybody's rate",
            everybody_in_2024,
            "That is the rate of all customers who were there in January 2024. Most of them had passed their first year long ago. "
            "Keep those who joined from April 2023 to the end of 2024.",
        ),
        Misconception(
            "joiners before April",
            lambda bank: 100 * float((~joined_in(bank, "2024-12-31", first="2023-01-01")["gone"]).mean()),
            "The joiners of January to March 2023 are in it. Begin with 1 April 2023.",
        ),
        Misconception(
            "early leavers dropped",
            early_leavers_dropped,
            "You began with those who were there at the end of their first calendar year. Who joined in March and left in "
            "October is missing: begin with all who joined.",
        ),
        Misconception(
            "still here today",
            lambda bank: 100 * float(joined_in(bank, "2024-12-31")["left"].isna().mean()),
            "These are the joiners who never left. Some of them passed their first anniversary and left later: compare `left` with "
            "the anniversary.",
        ),
        Misconception(
            "a first year that is not over",
            lambda bank: 100 * float((~joined_in(bank, "2025-12-31")["gone"]).mean()),
            "The joiners of 2025 are in it. Their first year is not over, so that they have had less time to leave.",
        ),
        Misconception(
            "gone for kept",
            lambda bank: 100 * float(joined_in(bank, "2024-12-31")["gone"].mean()),
            "That is the percentage who were gone. The question asks who was still there.",
        ),
    ],
    hints=[
        "Whose first year is complete? Keep the customers who joined from 2023-04-01 to 2024-12-31, whether they left or not.",
        "The anniversary is `joiners['joined'] + pd.DateOffset(years=1)`.",
        "`joiners['left'] <= anniversary` is True for those who were gone, and False where `left` is empty. How many percent are "
        "False?",
    ],
)

# --- q3: what a newcomer is worth --------------------------------------------------------------------------------------


def newcomer_worth(bank: Company) -> float:
    people = bank.customers[bank.customers["kind"] == "personal"]
    rows = bank.years.merge(people[["customer", "joined"]])
    first = rows[rows["year"] == rows["joined"].dt.year]
    margin = 12 * first["contribution"].sum() / first["months"].sum()
    return retention_clv(margin, 0.80, 0.10, 10, first_payment="now")


@lru_cache(maxsize=4)
def first_rows(bank: Company) -> pd.DataFrame:
    """Each private customer's row of the year in which he joined."""
    rows = personal(bank, 2023, 2024, 2025).merge(bank.customers[["customer", "joined"]])
    return rows[rows["year"] == rows["joined"].dt.year]


def mean_of(bank: Company, column: str) -> float:
    rows = first_rows(bank)
    return float(12 * rows[column].sum() / rows["months"].sum())


def stayers_margin(bank: Company) -> float:
    rows = personal(bank, 2025)
    return float(rows.loc[rows["months"] == 12, "contribution"].mean())


def worth(margin: float, first: int = 0, retention: float = RETENTION, discount: float = DISCOUNT) -> float:
    return sum(margin * (retention / (1 + discount)) ** year for year in range(first, YEARS + 1))


Q3 = Question(
    name="q3",
    variable="newcomer_worth",
    points=2,
    kind="number",
    unit="yuan per customer",
    tolerance=0.6,
    expected=newcomer_worth,
    why="The first margin is certain and paid today; all that follows needs a customer who is still there.",
    story=lambda bank: mean_of(bank, "contribution") > 100,
    misconceptions=[
        Misconception(
            "old customers' margin",
            lambda bank: worth(stayers_margin(bank)),
            "That is the margin of customers with 12 `months` in 2025. Newcomers are missing, and so is everybody who left: value a "
            "newcomer by `newcomers`.",
        ),
        Misconception(
            "part of a year for a year",
            lambda bank: worth(float(first_rows(bank)["contribution"].mean())),
            "Most rows hold a part of a year: who joined in October shows three months. Divide by the months, times 12.",
        ),
        Misconception(
            "first margin left out",
            lambda bank: worth(mean_of(bank, "contribution"), first=1),
            "This sum begins after a year: right for an existing customer. A newcomer pays on joining, at t = 0.",
        ),
        Misconception(
            "revenue for margin",
            lambda bank: worth(mean_of(bank, "revenue")),
            "You valued the revenue. A part of it goes for serving the customer and for bad loans: take the contribution.",
        ),
        Misconception(
            "profit for margin",
            lambda bank: worth(mean_of(bank, "profit")),
            "Overhead is taken off. It stays when the customer goes, so it is no part of his margin.",
        ),
        Misconception(
            "not discounted",
            lambda bank: worth(mean_of(bank, "contribution"), discount=0.0),
            "Later years are counted in full. A yuan in year t is worth 1 / 1.1 to the power of t today.",
        ),
        Misconception(
            "nobody leaves",
            lambda bank: worth(mean_of(bank, "contribution"), retention=1.0),
            "In this sum nobody ever leaves. After t years only 0.8 to the power of t are still there.",
        ),
    ],
    hints=[
        "First the margin: `12 * newcomers['contribution'].sum()`, divided by the sum of the `months`.",
        "The sum has eleven terms, from t = 0 to t = 10. Each is margin × 0.80 to the power of t / 1.10 to the power of t.",
        "`crm.retention_clv(margin, retention, discount, periods)` does it; its `first_payment` is 'now' or 'after one period'.",
    ],
)

# --- q4: what rising retention cannot tell --------------------------------------------------------------------------------


def by_tenure(bank: Company) -> pd.DataFrame:
    """Per year of the relationship: at risk at its start, kept at its end."""
    joined, left = bank.customers["joined"], bank.customers["left"]
    rows = []
    for year in range(1, 9):
        start, end = joined + pd.DateOffset(years=year - 1), joined + pd.DateOffset(years=year)
        there = (start >= "2023-01-01") & (end <= "2025-12-31") & ~(left <= start)
        rows.append((year, there.sum(), (there & ~(left <= end)).sum()))
    return pd.DataFrame(rows, columns=["period", "at_risk", "kept"])


def retention_rises(bank: Company) -> bool:
    counts = by_tenure(bank)
    early, late = counts.iloc[:1].sum(), counts.iloc[4:].sum()
    return bool(late["kept"] / late["at_risk"] > early["kept"] / early["at_risk"] + 0.03)


Q4 = Question(
    name="q4",
    variable="became_loyal",
    points=3,
    kind="choice",
    expected="b",
    options={
        "a": "Most of it: whoever has been looked after for years leaves less.",
        "b": "These data cannot tell: some of it, all of it, or nothing; the table fits each of the three.",
        "c": "Nothing: customers differ, none of them changes, and the restless are gone after a few years.",
        "d": "The difference between the last row and the first.",
    },
    why="Both stories draw the same line. Follow the same people with a survey, or draw by lot who is looked after.",
    story=retention_rises,
    misconceptions=[
        Misconception(
            "rise read as growing loyalty",
            "a",
            "It may be so. But mix two kinds of customers who never change, one restless and one settled, and count who is left after "
            "each year: which line do you get?",
        ),
        Misconception(
            "one story taken for proved",
            "c",
            "That story fits the table. Does the other one, in which customers do change, contradict the table anywhere? In the lesson "
            "an answer book said that it is most of the story, not all of it; here you have the counts alone.",
        ),
        Misconception(
            "difference of two groups taken for a change",
            "d",
            "Those in the last row are not the newcomers of the first, some years later: most of those newcomers have gone.",
        ),
    ],
    hints=[
        "Which customers are counted in the first row, and which in the last? Are they the same kind of people?",
        "Think of two explanations of the rise. Then look for a number in the table that one of them cannot explain.",
    ],
)

# --- q5: still worth after five years -------------------------------------------------------------------------------------


def five_years_on(bank: Company) -> float:
    came, went = bank.customers["joined"], bank.customers["left"]
    counts = []
    for period in range(1, 9):
        first = came + pd.DateOffset(years=period - 1)
        last = came + pd.DateOffset(years=period)
        seen = (first >= "2023-01-01") & (last <= "2025-12-31") & ~(went <= first)
        counts.append((period, seen.sum(), (seen & ~(went <= last)).sum()))
    cohort = fit_cohort(pd.DataFrame(counts, columns=["period", "at_risk", "kept"]))
    still_worth = residual_by_tenure(cohort, margin=1000, discount=0.10, periods=10, tenures=[5])
    return still_worth["residual_value"].iloc[0]


@lru_cache(maxsize=4)
def residual(bank: Company) -> pd.DataFrame:
    return residual_by_tenure(fit_cohort(by_tenure(bank)), 1000.0, tenures=(0, 4, 5)).set_index("tenure")


Q5 = Question(
    name="q5",
    variable="five_years_on",
    points=2,
    kind="number",
    unit="yuan",
    tolerance=0.6,
    expected=five_years_on,
    why="Who has stayed five years is likely to be one of the settled. What winning him cost is over, whatever we decide now.",
    misconceptions=[
        Misconception(
            "one rate for all",
            lambda bank: residual(bank).at[5, "constant_retention"],
            "You used everybody's mean retention in every year. After five years the restless are gone: those who remain stay longer.",
        ),
        Misconception(
            "a newcomer's value",
            lambda bank: residual(bank).at[0, "residual_value"],
            "That is the value of someone with 0 years behind him. The question is about five complete years.",
        ),
        Misconception(
            "margin of today counted",
            lambda bank: residual(bank).at[5, "residual_value"] + 1000,
            "You counted a margin today. An existing customer has paid for this year: his next one comes after a year, if he stays.",
        ),
        Misconception(
            "acquisition cost deducted",
            lambda bank: residual(bank).at[5, "residual_value"] - WON_FOR,
            "You took off what winning him cost. It was spent five years ago and comes back by no decision of today.",
        ),
        Misconception(
            "one year short",
            lambda bank: residual(bank).at[4, "residual_value"],
            "That is someone with four complete years. Five years behind him: the next one is his sixth.",
        ),
    ],
    hints=[
        "Fit the model to the table first: `cohort = crm.fit_cohort(by_year)`.",
        "`crm.residual_by_tenure(cohort, margin=1000, tenures=[...])` has a row for each number of complete years.",
        "The column `residual_value` counts from the next payment on. Need anything be added or taken off?",
    ],
)

# --- q6: referrals, once ---------------------------------------------------------------------------------------------------


def base_worth(bank: Company) -> float:
    stayed = bank.customers[(bank.customers["kind"] == "personal") & bank.customers["left"].isna()]
    theirs = bank.years[(bank.years["year"] == 2025) & bank.years["customer"].isin(stayed["customer"])]
    return (3.57 * theirs["contribution"]).sum()


@lru_cache(maxsize=4)
def base(bank: Company) -> pd.DataFrame:
    people = bank.customers[bank.customers["left"].isna()]
    rows = personal(bank, 2025).merge(people[["customer", "referrer"]])
    return rows.assign(value=3.57 * rows["contribution"])[["customer", "referrer", "value"]]


def moved(bank: Company) -> float:
    return float(referral_value(base(bank)).table["moved"].iloc[0])


def of_referred(bank: Company) -> float:
    rows = base(bank)
    return float(rows.loc[rows["referrer"].notna(), "value"].sum())


def twice_with_unknown(bank: Company) -> float | None:
    """Who adds up the referred by hand may count those, too, whose referrer is no longer in the base."""
    return None if abs(of_referred(bank) - moved(bank)) < 10 else base_worth(bank) + of_referred(bank)


Q6 = Question(
    name="q6",
    variable="base_worth",
    points=2,
    kind="number",
    unit="¥",
    tolerance=0.6,
    expected=base_worth,
    story=lambda bank: moved(bank) > 0,
    why="The referred are customers of the base. Crediting their referrers moves value inside it and adds none.",
    misconceptions=[
        Misconception(
            "referrals counted twice",
            lambda bank: base_worth(bank) + moved(bank),
            "You added the value of the referred to the total. They are in the base already: now they are sold twice.",
        ),
        Misconception(
            "referrals counted twice, unknown referrers too",
            twice_with_unknown,
            "You added the value of everybody who was referred. They are in the base already: now they are sold twice.",
        ),
        Misconception(
            "referral value alone",
            moved,
            "That is only what moves from the referred to their referrers. The question asks for the whole base.",
        ),
        Misconception(
            "the referred left out",
            lambda bank: base_worth(bank) - of_referred(bank),
            "You left out the referred customers. They pay like the others: they belong to the base, once.",
        ),
        Misconception(
            "mean for sum",
            lambda bank: float(base(bank)["value"].mean()),
            "That is the mean of a customer. The question asks for all of them together.",
        ),
    ],
    hints=[
        "Each customer of `base` has his `value`. Is somebody who was referred one of its rows?",
        "Compare the columns of `crm.referral_value(base).table`: which of them counts each customer once?",
    ],
)

# --- q7: silent, but gone? -------------------------------------------------------------------------------------------------


def silent_but_alive(bank: Company) -> float:
    stayed = bank.customers.loc[bank.customers["left"].isna(), "customer"]
    shop = bank.purchases[bank.purchases["customer"].isin(stayed)].rename(columns={"amount": "revenue"})
    history = customer_summary(shop, as_of="2025-12-31").customers
    found = history.merge(predict_purchases(fit_buying(history), history, days=365))
    quiet = found[(found["repeat_frequency"] >= 1) & (found["days_since_last"] > 180)]
    return quiet["probability_alive"].sum()


@lru_cache(maxsize=4)
def buyers(bank: Company) -> pd.DataFrame:
    here = bank.customers.loc[bank.customers["left"].isna(), "customer"]
    log = bank.purchases[bank.purchases["customer"].isin(here)].rename(columns={"amount": "revenue"})
    summary = customer_summary(log, as_of="2025-12-31").customers
    return summary.merge(predict_purchases(fit_buying(summary), summary, days=365))


def silent(bank: Company, repeats: int = 1, days: str = "days_since_last") -> pd.DataFrame:
    found = buyers(bank)
    return found[(found["repeat_frequency"] >= repeats) & (found[days] > 180)]


Q7 = Question(
    name="q7",
    variable="silent_but_alive",
    points=2,
    kind="number",
    unit="customers",
    tolerance=0.6,
    expected=silent_but_alive,
    why="Half a year of silence is long for who buys each month, and nothing for who buys once a year.",
    misconceptions=[
        Misconception(
            "all the silent",
            lambda bank: len(silent(bank)),
            "That counts the silent. Each of them is alive with a probability: what do these probabilities add up to?",
        ),
        Misconception(
            "one purchase is enough",
            lambda bank: float(silent(bank, repeats=0)["probability_alive"].sum()),
            "Those with a single purchase are in it; to this model they are alive for ever. Keep a `repeat_frequency` of 1 or more.",
        ),
        Misconception(
            "days_first_to_last for days_since_last",
            lambda bank: float(silent(bank, days="days_first_to_last")["probability_alive"].sum()),
            "You used `days_first_to_last`, the time from the first purchase to the last. Silence is `days_since_last`.",
        ),
        Misconception(
            "above one half",
            lambda bank: int((silent(bank)["probability_alive"] >= 0.5).sum()),
            "You counted those with a probability of one half or more as alive and the others as gone. Of ten with 0.3 each, three "
            "are expected alive: add the probabilities up.",
        ),
        Misconception(
            "all repeat buyers",
            lambda bank: float(buyers(bank).query("repeat_frequency >= 1")["probability_alive"].sum()),
            "These are all who bought again. Keep the silent: more than 180 days since the last purchase.",
        ),
    ],
    hints=[
        "Two conditions: a `repeat_frequency` of 1 or more, and `days_since_last` above 180.",
        "`crm.predict_purchases(buying, summary, days=365)` gives each customer's `probability_alive`; merge it with `summary`.",
        "The expected number is the sum of the probabilities of those who fulfil both conditions.",
    ],
)

# --- q8: the advice ----------------------------------------------------------------------------------------------------------

Q8 = Question(
    name="q8",
    variable="advice",
    points=5,
    kind="text",
    rubric={
        5: "A clear decision on the gift and on the silent buyers that Ms Fang can act on; supported by at least two of your own "
        "numbers, with their unit; says whether a value is that of a new or of an existing customer; names one thing that the data "
        "cannot tell, and how to find it out.",
        3: "A clear decision with at least one fitting number; a limit of the data is not named, or a new customer's value and an "
        "existing one's are mixed up.",
        1: "Numbers without a decision, or a decision without numbers.",
        0: "Nothing, or nothing about this bank.",
    },
    hints=[
        "Begin with the decision: the gift for everybody, for some, or not at all? And the letter to the silent?",
        "Which of your numbers is an upper limit to what winning a customer may cost? Would the gift win any?",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8)
