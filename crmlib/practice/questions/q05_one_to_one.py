"""Exercise 05, one-to-one marketing: who is who, whom may we ask, what to offer, and whether "personal" is any better.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from crmlib.companies import Company
from crmlib.onetoone import (
    candidate_pairs,
    contact_permission,
    contact_pressure,
    match_exactly,
    match_quality,
    match_records,
    merge_records,
    next_offers,
    offer_frame,
    offer_hits,
    score_pairs,
    share_of_customer,
    tidy_records,
)
from crmlib.practice.declare import Misconception, Question
from crmlib.pyramid import top_share

DATES = {"branch": "%d/%m/%Y", "app": "%Y-%m-%d"}
PRODUCTS = ["savings", "card", "wealth", "mortgage", "loan", "insurance"]


# --- q1: share of customer -------------------------------------------------------------------------------------------


def share_percent(bank: Company) -> float:
    shares = share_of_customer(bank.wallets, bank.market, bank="Harbour Bank")
    return 100 * shares.loc[shares["year"] == 2025, "share_of_customer"].iloc[0]


@lru_cache(maxsize=4)
def shares_of(bank: Company) -> pd.DataFrame:
    return 100 * share_of_customer(bank.wallets, bank.market, bank="Harbour Bank").set_index("year")


def of_2025(bank: Company, column: str) -> float:
    return float(shares_of(bank).loc[2025, column])


Q1 = Question(
    name="q1",
    variable="share_percent",
    points=1,
    kind="percent",
    tolerance=0.006,
    expected=share_percent,
    why="Add up the money first, then divide: large wallets count as much as they hold.",
    misconceptions=[
        Misconception(
            "mean of the shares",
            lambda bank: of_2025(bank, "mean_share"),
            "That is the mean of the customers' shares: each counts the same, whether he has ¥5,000 or ¥5 million. The question asks for "
            "the money.",
        ),
        Misconception(
            "share of market",
            lambda bank: of_2025(bank, "share_of_market"),
            "That is the share of the whole market's money. Of the customer's money: what do *our* customers have at all banks?",
        ),
        Misconception(
            "reach",
            lambda bank: of_2025(bank, "reach"),
            "That is how much of the market's money belongs to our customers, here or elsewhere. How much of *that* lies here?",
        ),
        Misconception(
            "all years together",
            lambda bank: float(100 * bank.wallets["assets_here"].sum() / bank.wallets["wallet"].sum()),
            "You took the rows of all three years. The question asks for 2025.",
        ),
    ],
    hints=[
        "`bank.wallets` has one row per customer and year. Which rows count?",
        "Divide two sums: `assets_here` by `wallet`.",
        "`crm.share_of_customer(bank.wallets, bank.market, bank='Harbour Bank')` has a row per year.",
    ],
)

# --- q2: how many persons --------------------------------------------------------------------------------------------


def records_per_person(bank: Company) -> float:
    both = {"branch": bank.export_branch, "app": bank.export_app}
    rows = tidy_records(both, dates={"branch": "%d/%m/%Y", "app": "%Y-%m-%d"})
    likeness = score_pairs(rows, candidate_pairs(rows))
    return len(rows) / match_records(rows, likeness, threshold=0.80)["person"].nunique()


@lru_cache(maxsize=4)
def records_of(bank: Company) -> pd.DataFrame:
    """The records with the person found by score, at 0.80."""
    records = tidy_records({"branch": bank.export_branch, "app": bank.export_app}, DATES)
    return match_records(records, score_pairs(records, candidate_pairs(records)), 0.80)


def by_rule(bank: Company) -> pd.DataFrame:
    return match_exactly(records_of(bank).drop(columns="person"))


Q2 = Question(
    name="q2",
    variable="records_per_person",
    points=2,
    kind="number",
    unit="records per person",
    tolerance=0.0006,
    expected=records_per_person,
    why="A person is a group of records that hang together by pairs at or above the threshold, or a record alone.",
    misconceptions=[
        Misconception(
            "persons",
            lambda bank: records_of(bank)["person"].nunique(),
            "That is the number of persons. Divide the number of records by it.",
        ),
        Misconception(
            "simple rule",
            lambda bank: len(records_of(bank)) / by_rule(bank)["person"].nunique(),
            'That is what the rule "same name and same phone" finds. The question asks for the score.',
        ),
        Misconception(
            "names",
            lambda bank: len(records_of(bank)) / records_of(bank)["name"].nunique(),
            "You divided by the number of different names. Two persons can share a name, and one can be written in two ways.",
        ),
        Misconception(
            "one branch of the firm",
            lambda bank: len(bank.export_branch) / records_of(bank)["person"].nunique(),
            "You counted the records of the branch file only. The persons stand in both files.",
        ),
    ],
    hints=[
        "Four steps of the lesson: tidy, candidate pairs, score, match. The first three are in the cell above.",
        "`crm.match_records(records, scored, threshold=0.80)` gives each record its `person`.",
        "How many different persons are there? `.nunique()` counts different values. Divide the number of records by it.",
    ],
)

# --- q3: recall of the simple rule -----------------------------------------------------------------------------------


def simple_recall(bank: Company) -> float:
    both = {"branch": bank.export_branch, "app": bank.export_app}
    rows = tidy_records(both, dates={"branch": "%d/%m/%Y", "app": "%Y-%m-%d"})
    simple = match_exactly(rows, on=["name", "phone"])
    return 100 * match_quality(simple, bank.truth.tables["matches"])["recall"].iloc[0]


def quality(bank: Company, column: str) -> float:
    return 100 * float(match_quality(by_rule(bank), bank.truth.tables["matches"])[column].iloc[0])


def missed_percent(bank: Company) -> float:
    return 100 - quality(bank, "recall")


Q3 = Question(
    name="q3",
    variable="simple_recall",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=simple_recall,
    why="Recall looks from the truth: of all pairs that belong together, how many were found? Slips of the pen hide the rest.",
    story=lambda bank: abs(quality(bank, "recall") - 50) > 0.5,
    misconceptions=[
        Misconception(
            "precision",
            lambda bank: quality(bank, "precision"),
            "That is precision: of the pairs that the rule joined, how many are right. Recall asks how many of the true pairs it found.",
        ),
        Misconception(
            "F1",
            lambda bank: quality(bank, "f1"),
            "That is F1, a mean of precision and recall. The question asks for recall.",
        ),
        Misconception(
            "missed",
            missed_percent,
            "That is how many true pairs the rule *missed*. Recall counts those that it found.",
        ),
    ],
    hints=[
        '`crm.match_exactly(records, on=["name", "phone"])` joins by the simple rule.',
        "`crm.match_quality(matched, checked)` counts right, false and missed pairs. Which of its columns looks from the truth?",
        "Recall = right / (right + missed).",
    ],
)

# --- q4: what merging does to the pyramid ----------------------------------------------------------------------------


def top_change(bank: Company) -> float:
    both = {"branch": bank.export_branch, "app": bank.export_app}
    rows = tidy_records(both, dates={"branch": "%d/%m/%Y", "app": "%Y-%m-%d"})
    likeness = score_pairs(rows, candidate_pairs(rows))
    people = merge_records(match_records(rows, likeness, threshold=0.80))
    before = top_share(rows, 0.2, "revenue_2025", customer="record")
    return 100 * (top_share(people, 0.2, "revenue_2025", customer="person") - before)


@lru_cache(maxsize=4)
def twentieths(bank: Company) -> dict[str, float]:
    rows = records_of(bank)
    people = merge_records(rows)
    before = top_share(rows, 0.2, "revenue_2025", customer="record")
    after = top_share(people, 0.2, "revenue_2025", customer="person")
    heads = top_share(people, 0.2 * len(rows) / len(people), "revenue_2025", customer="person")
    return {"before": 100 * before, "after": 100 * after, "heads": 100 * heads}


Q4 = Question(
    name="q4",
    variable="top_change",
    points=2,
    kind="number",
    unit="percentage points",
    tolerance=0.06,
    expected=top_change,
    why="Merging adds up what the best have scattered, and 20 % of fewer heads are fewer heads. Here the first weighs more.",
    story=lambda bank: twentieths(bank)["after"] - twentieths(bank)["before"] > 0.5,
    misconceptions=[
        Misconception(
            "before minus after",
            lambda bank: twentieths(bank)["before"] - twentieths(bank)["after"],
            "The size is right, the sign is not: after minus before.",
        ),
        Misconception(
            "in percent of the share",
            lambda bank: 100 * (twentieths(bank)["after"] / twentieths(bank)["before"] - 1),
            "That is by how many percent the share grew. Points are a difference: subtract.",
        ),
        Misconception(
            "the same number of heads",
            lambda bank: twentieths(bank)["heads"] - twentieths(bank)["before"],
            "You kept the number of heads. The top 20 % of the *persons* are fewer heads than the top 20 % of the records.",
        ),
        Misconception(
            "the share itself",
            lambda bank: twentieths(bank)["after"],
            "That is the share after merging. By how many points did it change?",
        ),
    ],
    hints=[
        "`crm.merge_records(matched)` adds up the revenue of each person.",
        '`crm.top_share(frame, 0.20, "revenue_2025", customer=...)` gives a share: once for the records, once for the persons.',
        "The column of ids is called `record` before merging, `person` afterwards. 100 × (after − before).",
    ],
)

# --- q5: whom may we ask ---------------------------------------------------------------------------------------------


def may_be_asked(bank: Company) -> pd.Series:
    staying = bank.customers[bank.customers["left"].isna()].nsmallest(60, "customer")
    answer = contact_permission(staying, bank.consents, purpose="marketing", channel="app", day="2025-12-31")
    return answer.loc[answer["may_contact"], "customer"]


@lru_cache(maxsize=4)
def sixty(bank: Company) -> pd.DataFrame:
    """The sixty of the list, with their rows of consent (one row each where there is none)."""
    here = bank.customers[bank.customers["left"].isna()].nsmallest(60, "customer")[["customer"]]
    return here.merge(bank.consents, how="left")


def with_rows(bank: Company, purpose: str | None, channel: str | None, withdrawn: bool) -> list[int]:
    rows = sixty(bank)
    fits = rows["given"].notna()
    if purpose:
        fits &= rows["purpose"] == purpose
    if channel:
        fits &= rows["channel"] == channel
    if not withdrawn:
        fits &= rows["withdrawn"].isna()
    return sorted(set(rows.loc[fits, "customer"]))


def not_withdrawn(bank: Company) -> list[int]:
    """Everybody who has not withdrawn: unknown taken for yes."""
    rows = sixty(bank)
    gone = rows[(rows["purpose"] == "marketing") & (rows["channel"] == "app") & rows["withdrawn"].notna()]
    return sorted(set(rows["customer"]) - set(gone["customer"]))


Q5 = Question(
    name="q5",
    variable="may_be_asked",
    points=2,
    kind="ids",
    expected=may_be_asked,
    why="Consent is for one purpose and one channel, until withdrawn. Unknown means no.",
    misconceptions=[
        Misconception(
            "withdrawn counted",
            lambda bank: with_rows(bank, "marketing", "app", withdrawn=True),
            "Some of these have withdrawn their consent. Look at the column `withdrawn`.",
        ),
        Misconception(
            "any purpose",
            lambda bank: with_rows(bank, None, "app", withdrawn=False),
            "Everybody agreed to *service* by app. An offer is marketing.",
        ),
        Misconception(
            "phone",
            lambda bank: with_rows(bank, "marketing", "phone", withdrawn=False),
            "These agreed to marketing by phone. The offer comes through the app.",
        ),
        Misconception(
            "unknown taken for yes",
            not_withdrawn,
            "You took everybody who has not withdrawn. Who was never asked has not agreed: unknown means no.",
        ),
    ],
    hints=[
        "Which purpose, which channel? Both must fit, in the same row of `bank.consents`.",
        "A row with a date in `withdrawn` is no longer valid.",
        '`crm.contact_permission(sixty, bank.consents, purpose=..., channel=..., day="2025-12-31")` says it for each customer.',
    ],
)

# --- q6: the plain rule ----------------------------------------------------------------------------------------------


def popular_hits(bank: Company) -> float:
    goods = ["savings", "card", "wealth", "mortgage", "loan", "insurance"]
    earlier = offer_frame(bank.customers, bank.holdings, day="2024-01-01", products=goods)
    later = offer_frame(bank.customers, bank.holdings, day="2025-01-01", products=goods)
    named = next_offers(earlier, later, ["years", *[f"has_{name}" for name in goods]])
    return 100 * offer_hits(named, later).set_index("rule").loc["by_popularity", "hit_rate"]


@lru_cache(maxsize=4)
def hits_of(bank: Company) -> pd.DataFrame:
    past, now = (
        offer_frame(bank.customers, bank.holdings, day=day, products=PRODUCTS) for day in ("2024-01-01", "2025-01-01")
    )
    offers = next_offers(past, now, ["years", *[f"has_{name}" for name in PRODUCTS]])
    return offer_hits(offers, now).set_index("rule").assign(offers=len(offers))


def hit_percent(bank: Company, rule: str) -> float:
    return 100 * float(hits_of(bank).loc[rule, "hit_rate"])


def per_offer(bank: Company) -> float:
    row = hits_of(bank).loc["by_popularity"]
    return 100 * float(row["hits"] / row["offers"])


Q6 = Question(
    name="q6",
    variable="popular_hits",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=popular_hits,
    why="A rule that knows nothing about the customer is the yardstick for every personal one.",
    misconceptions=[
        Misconception(
            "the model",
            lambda bank: hit_percent(bank, "by_model"),
            "That is the model's hit rate. The plain rule has a column of its own in the offers.",
        ),
        Misconception(
            "chance",
            lambda bank: hit_percent(bank, "chance"),
            "That is what naming a product by lot would hit. The plain rule names the most popular one.",
        ),
        Misconception(
            "of all offers",
            per_offer,
            "You divided by all customers with an offer. Most opened nothing, and no rule could hit there: divide by those who opened "
            "something.",
        ),
    ],
    hints=[
        "`crm.offer_hits(offers, now)` has one row per rule.",
        'Which row is the plain rule "what most people take"? The column `hit_rate` is a share.',
    ],
)

# --- q7: is the model better? ----------------------------------------------------------------------------------------


def most_ahead(bank: Company) -> float:
    goods = ["savings", "card", "wealth", "mortgage", "loan", "insurance"]
    earlier = offer_frame(bank.customers, bank.holdings, day="2024-01-01", products=goods)
    later = offer_frame(bank.customers, bank.holdings, day="2025-01-01", products=goods)
    named = next_offers(earlier, later, ["years", *[f"has_{name}" for name in goods]])
    return 100 * offer_hits(named, later).set_index("rule").loc["by_model", "difference_high"]


def model_points(bank: Company, column: str) -> float:
    return 100 * float(hits_of(bank).loc["by_model", column])


Q7 = Question(
    name="q7",
    variable="most_ahead",
    points=2,
    kind="number",
    unit="percentage points",
    tolerance=0.06,
    expected=most_ahead,
    why="This bound is what the vendor may still claim. An interval on one side of 0 decides; one that holds 0 leaves it open.",
    misconceptions=[
        Misconception(
            "estimate taken for the bound",
            lambda bank: model_points(bank, "difference"),
            "That is the estimate. Chance may have moved it: how far up does the interval of 95 % reach?",
        ),
        Misconception(
            "lower end",
            lambda bank: model_points(bank, "difference_low"),
            "That is the lower end of the interval: the least that fits these data. Asked for is the most.",
        ),
        Misconception(
            "against nothing",
            lambda bank: model_points(bank, "high"),
            "That is the upper end of the model's own hit rate. Asked for is its lead over the plain rule.",
        ),
        Misconception(
            "share for points",
            lambda bank: model_points(bank, "difference_high") / 100,
            "It looks like a share. Percentage points are asked for: 2.5, not 0.025.",
        ),
    ],
    hints=[
        "`crm.offer_hits(offers, now)` compares the model with the plain rule, in the row `by_model`.",
        "The estimate is `difference`; its interval of 95 % goes from one column to another. Which one is the most that fits?",
        "`difference_high` is a share. Times 100 it is points.",
    ],
)

# --- q8: the price of a message --------------------------------------------------------------------------------------


def answers_per_consent(bank: Company) -> float:
    arms = contact_pressure(bank.messages, bank.consents).set_index("frequency")
    return arms.loc["high", "more_answers"] / arms.loc["high", "more_withdrew"]


@lru_cache(maxsize=4)
def pressure_of(bank: Company) -> pd.DataFrame:
    return contact_pressure(bank.messages, bank.consents).set_index("frequency")


def sent_per_consent(bank: Company) -> float:
    arms = pressure_of(bank)
    return float((arms.loc["high", "sent"] - arms.loc["low", "sent"]) / arms.loc["high", "more_withdrew"])


def medium(bank: Company) -> float | None:
    found = float(pressure_of(bank).loc["medium", "answers_per_consent"])
    return found if found == found else None  # empty where the medium arm lost no more than the low one


Q8 = Question(
    name="q8",
    variable="answers_per_consent",
    points=2,
    kind="number",
    unit="answers per consent lost",
    tolerance=0.06,
    expected=answers_per_consent,
    why="Both effects are differences between arms that the lot made alike; their ratio is the price of a consent in answers.",
    story=lambda bank: bool(pressure_of(bank).loc["high", "more_withdrew"] > 0.01),
    misconceptions=[
        Misconception(
            "messages for answers",
            sent_per_consent,
            "You took the messages that were *sent*. The question asks for answers.",
        ),
        Misconception(
            "medium",
            medium,
            "That is the medium frequency against the low one. The question asks for the high one.",
        ),
    ],
    hints=[
        "High against low: how many more answers per customer, and which larger share withdrew?",
        "`pressure` has both differences: `more_answers` and `more_withdrew`, each against the first row.",
        "Divide the first by the second, in the row of the high frequency.",
    ],
)

# --- q9: the advice --------------------------------------------------------------------------------------------------

Q9 = Question(
    name="q9",
    variable="advice",
    points=5,
    kind="text",
    rubric={
        5: "A clear decision on each of the three proposals that Mr Wei can act on; supported by at least three of your own numbers, with "
        "unit and year, each beside its yardstick; respects consent; names one thing that the data cannot tell, and how to find it out.",
        3: "A clear decision on two of the three proposals with at least two fitting numbers; a yardstick or the limit is missing.",
        1: "Numbers without a decision, or a decision without numbers.",
        0: "Nothing, or nothing about this bank.",
    },
    hints=[
        "Go through his proposals one by one: the files, the engine, the messages.",
        "Which number stands beside each of yours: the simple rule, popularity, the low frequency?",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8, Q9)
