"""Exercise 08, loyalty: whom a club would reward, and what it would be worth.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank. The
room is imported under the name that students type, `crm`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from crmlib import loyalty as crm
from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question

ATTACHMENT, INTENTION = ["att1", "att2", "att3"], ["int1", "int2", "int3"]
RETENTION, DISCOUNT, YEARS = 0.88, 0.10, 5


def answers(bank: Company) -> pd.DataFrame:
    return bank.survey[bank.survey["wave"] == 2025]


def mean_of(survey: pd.DataFrame, items: list[str]) -> pd.Series:
    return survey[items].mean(axis="columns").round(6)


# --- q1: attached, and buying ----------------------------------------------------------------------------------------


def attached_buyers(bank: Company) -> int:
    wave = bank.survey[bank.survey["wave"] == 2025]
    attachment = (wave["att1"] + wave["att2"] + wave["att3"]) / 3
    return int(((attachment >= 5) & (wave["share_said"] >= 50)).sum())


def count_buyers(survey: pd.DataFrame, items: list[str]) -> int:
    return int(((mean_of(survey, items) >= 5) & (survey["share_said"] >= 50)).sum())


def above_the_cuts(bank: Company) -> int:
    survey = answers(bank)
    return int(((mean_of(survey, ATTACHMENT) > 5) & (survey["share_said"] > 50)).sum())


def every_item(bank: Company) -> int:
    survey = answers(bank)
    return int(((survey[ATTACHMENT] >= 5).all(axis="columns") & (survey["share_said"] >= 50)).sum())


Q1 = Question(
    name="q1",
    variable="attached_buyers",
    points=1,
    kind="number",
    unit="customers",
    expected=attached_buyers,
    why="Liking and buying are two questions. Only some of those who like the bank keep half of their money here.",
    misconceptions=[
        Misconception(
            "on the cut taken for low",
            above_the_cuts,
            "Customers exactly on a cut are missing. From 5 on, and from 50 % on, means `>=`.",
        ),
        Misconception(
            "intention for attachment",
            lambda bank: count_buyers(answers(bank), INTENTION),
            "These are the items on intention (`int1` to `int3`). Who means to stay need not like the bank. Use `att1` to `att3`.",
        ),
        Misconception(
            "three waves for one",
            lambda bank: count_buyers(bank.survey, ATTACHMENT),
            "All three surveys are in it, and some customers more than once. Keep the rows of wave 2025 first.",
        ),
        Misconception(
            "every item for the mean",
            every_item,
            "You asked for 5 or more in each of the three items. It is their mean that counts: 7, 5 and 4 will do.",
        ),
        Misconception(
            "buying left out",
            lambda bank: int((mean_of(answers(bank), ATTACHMENT) >= 5).sum()),
            "These are all the attached, whatever they buy. Add the second condition, on `share_said`.",
        ),
    ],
    hints=[
        "Which columns hold the three answers on attachment, and which the share of wallet? See the table above.",
        "`frame[['att1', 'att2', 'att3']].mean(axis='columns')` gives each customer's mean. Compare it with the cut: True or False.",
        "In pandas `&` means and; put each condition in brackets; then `.sum()` counts the True.",
    ],
)

# --- q2: premium among those who buy ----------------------------------------------------------------------------------


def premium_percent(bank: Company) -> float:
    wave = bank.survey[bank.survey["wave"] == 2025]
    people = crm.loyalty_types(wave).customers
    buyers = people[people["repurchase_level"] == "high"]
    return 100 * (buyers["type"] == "premium").mean()


@lru_cache(maxsize=4)
def typed(bank: Company, after: str = "literature") -> pd.DataFrame:
    found = crm.loyalty_types(answers(bank), rules=crm.loyalty_rules(after)).customers
    return found.assign(attached=found["attachment_level"] == "high", buying=found["repurchase_level"] == "high")


def without_a_choice(bank: Company) -> float | None:
    people = typed(bank)
    locked = people["attached"] & people["buying"] & (people["choice"] == "no")
    return 100 * people.loc[people["buying"], "attached"].mean() if locked.any() else None


def no_alternative_kept(bank: Company) -> float | None:
    people = typed(bank)
    free = people["choice"] == "yes"
    stuck = free & people["attached"] & people["buying"] & (people["reason"] == "no alternative")
    free_attached = free & people["attached"] & people["buying"]
    return 100 * free_attached.sum() / people["buying"].sum() if stuck.any() else None


def premium(bank: Company) -> int:
    return int((typed(bank)["type"] == "premium").sum())


Q2 = Question(
    name="q2",
    variable="premium_percent",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=premium_percent,
    why="The other buyers stay for another reason: habit, convenience, price, a reward, or no choice.",
    story=lambda bank: 25 < premium_percent(bank) < 75,
    misconceptions=[
        Misconception(
            "counts those without a choice",
            without_a_choice,
            "Attached and buying is not enough: who has no other bank to choose is a monopoly's customer, not premium.",
        ),
        Misconception(
            "counts those who see no alternative",
            no_alternative_kept,
            "You left out those who say that there is no other bank. But who gives 'no alternative' as the reason to stay is "
            "monopoly, too.",
        ),
        Misconception(
            "percentage of all who answered",
            lambda bank: 100 * premium(bank) / len(typed(bank)),
            "You divided by everybody who answered. The question asks about those who buy: a share of wallet of 50 or more.",
        ),
        Misconception(
            "percentage of the attached",
            lambda bank: 100 * premium(bank) / typed(bank)["attached"].sum(),
            "That is the percentage of the attached who are premium. Divide by those who buy.",
        ),
    ],
    hints=[
        "`crm.loyalty_types(survey of 2025).customers` has one row per customer with `repurchase_level` and `type`.",
        "Which customers make the 100 %? Keep those rows first.",
        "Among the rows whose `repurchase_level` is 'high': how many have the `type` 'premium', in percent?",
    ],
)

# --- q3: two meanings of latent ----------------------------------------------------------------------------------------

Q3 = Question(
    name="q3",
    variable="both_lists",
    points=1,
    kind="choice",
    expected="b",
    options={
        "a": "The same customers: both lists hold those who like the bank and buy little.",
        "b": "Nobody: one holds those who like the bank and buy elsewhere, the other those who do neither.",
        "c": "All of the shorter list: the two differ in how high the cuts are.",
        "d": "A part of each: those whose attachment lies near the cut of 5.",
    },
    why="One word, two cells of the map. Ask what a type means before you write to the people in it.",
    misconceptions=[
        Misconception(
            "one word, one meaning",
            "a",
            "Both lists are called latent, but are they the same rows? Look at `attachment_level` in each.",
        ),
        Misconception(
            "cuts changed, not the meaning",
            "c",
            "The cuts are the same in both. Compare the two sets of rules: which cell of the map is called latent?",
        ),
        Misconception(
            "near the cut",
            "d",
            "With one cut each customer is on one side of it. Count the customer numbers that are on both lists.",
        ),
    ],
    hints=[
        "Make both lists: `crm.loyalty_types(survey, rules=crm.loyalty_rules('textbook'))`, and the same with 'literature'.",
        "Of each, keep the rows whose `type` is 'latent'. `set(one['customer']) & set(other['customer'])` are those on both.",
        "`crm.compare_types(first, second)` counts each pair of types.",
    ],
)

# --- q4: liking and buying ----------------------------------------------------------------------------------------------


def liking_and_buying(bank: Company) -> float:
    wave = bank.survey[bank.survey["wave"] == 2025]
    pairs = crm.loyalty_indices(wave).agreement.set_index(["first", "second"])
    return pairs.at[("affective", "behavioural"), "correlation"]


@lru_cache(maxsize=4)
def agreement(bank: Company) -> pd.DataFrame:
    return crm.loyalty_indices(answers(bank)).agreement.set_index(["first", "second"])


def all_waves(bank: Company) -> float:
    return float(np.corrcoef(bank.survey[ATTACHMENT].mean(axis="columns"), bank.survey["share_said"])[0, 1])


Q4 = Question(
    name="q4",
    variable="liking_and_buying",
    points=2,
    kind="number",
    tolerance=0.0006,
    expected=liking_and_buying,
    why="A correlation near 0: knowing how much customers like the bank, you know next to nothing about how much they buy.",
    misconceptions=[
        Misconception(
            "intention for behaviour",
            lambda bank: agreement(bank).at[("affective", "conative"), "correlation"],
            "That is attachment with intention. Intending is an answer, too; buying is the share of wallet, `share_said`.",
        ),
        Misconception(
            "intention for attachment",
            lambda bank: agreement(bank).at[("behavioural", "conative"), "correlation"],
            "That is buying with intention. Liking is attachment, `att1` to `att3`.",
        ),
        Misconception(
            "share who disagree",
            lambda bank: agreement(bank).at[("affective", "behavioural"), "disagree"],
            "That is the share of customers who are high in one and low in the other. A correlation is asked for.",
        ),
        Misconception(
            "three waves for one",
            all_waves,
            "All three surveys are in it. Keep the rows of wave 2025 first.",
        ),
    ],
    hints=[
        "Two columns with one value per customer: the mean of `att1`, `att2`, `att3`, and `share_said`.",
        "`one.corr(other)` is the correlation of two columns.",
        "`crm.loyalty_indices(survey).agreement` has a row per pair of indices. Affective is liking, behavioural is buying.",
    ],
)

# --- q5: the satisfied who left -----------------------------------------------------------------------------------------


def satisfied_left(bank: Company) -> float:
    people = bank.customers[["customer", "left"]].copy()
    people["own_choice"] = ~bank.customers["exit_reason"].isin(["death", "moved abroad", "closed by bank"])
    asked = crm.with_scales(bank.survey[bank.survey["wave"] < 2025])
    asked["asked"] = pd.to_datetime(asked["wave"].astype("str") + "-10-01")
    seen = crm.follow_up(asked, people).customers
    happy = seen[seen["satisfaction"] >= 80]
    return 100 * (happy["stayed"] == 0).mean()


@lru_cache(maxsize=4)
def followed(bank: Company) -> pd.DataFrame:
    """One row per answer of 2023 and 2024 that can be followed: satisfied or not, left or not."""
    exits = bank.customers[["customer", "left"]].copy()
    exits["own_choice"] = ~bank.customers["exit_reason"].isin(["death", "moved abroad", "closed by bank"])
    earlier = crm.with_scales(bank.survey[bank.survey["wave"] < 2025])
    earlier["asked"] = pd.to_datetime(earlier["wave"].astype("str") + "-10-01")
    found = crm.follow_up(earlier, exits).customers
    return pd.DataFrame({"satisfied": found["satisfaction"] >= 80, "left": found["stayed"] == 0})


def percent_left(bank: Company, satisfied: bool) -> float:
    seen = followed(bank)
    return 100 * float(seen.loc[seen["satisfied"] == satisfied, "left"].mean())


def satisfied_leave_too(bank: Company) -> bool:
    """Some satisfied customers left, and not a larger share of them than of the others."""
    return 3 < percent_left(bank, True) < percent_left(bank, False) + 2


Q5 = Question(
    name="q5",
    variable="satisfied_left",
    points=2,
    kind="percent",
    tolerance=0.006,
    expected=satisfied_left,
    why="Satisfied customers leave, too: in a city with other banks a good mark is no promise.",
    story=satisfied_leave_too,
    misconceptions=[
        Misconception(
            "percentage of the leavers",
            lambda bank: 100 * float(followed(bank).query("left")["satisfied"].mean()),
            "That is how many of the leavers were satisfied. The question begins with the satisfied: how many of them left?",
        ),
        Misconception(
            "percentage of all",
            lambda bank: 100 * float((followed(bank)["left"] & followed(bank)["satisfied"]).mean()),
            "The count is right, but you divided by all answers. Divide by those of satisfied customers.",
        ),
        Misconception(
            "everybody who left",
            lambda bank: 100 * float(followed(bank)["left"].mean()),
            "That is the percentage of all who left. Keep the satisfied first: 80 or more.",
        ),
        Misconception(
            "stayed for left",
            lambda bank: 100 - percent_left(bank, True),
            "That is the percentage who stayed: 1 in the column `stayed` means still there.",
        ),
    ],
    hints=[
        "`followed` has one row per answer. Which rows are those of satisfied customers?",
        "In `stayed`, 1 means still there after a year, 0 means left. So what is the mean of `stayed`?",
        "Keep the rows whose `satisfaction` is 80 or more; `100 * (frame['stayed'] == 0).mean()`.",
    ],
)

# --- q6: five points fewer defections -----------------------------------------------------------------------------------


def gain_of_five_points(bank: Company) -> float:
    full_year = bank.years[(bank.years["year"] == 2025) & (bank.years["months"] == 12)]
    case = {"margin": [full_year["contribution"].mean()], "retention": [0.88], "discount": [0.10], "years": [5]}
    return crm.defection_gain(pd.DataFrame(case), points=0.05).at[0, "gain"]


def mean_margin(bank: Company, months: int = 12) -> float:
    rows = bank.years[(bank.years["year"] == 2025) & (bank.years["months"] >= months)]
    return float(rows["contribution"].mean())


def npv(margin: float, retention: float, discount: float = DISCOUNT) -> float:
    return sum(margin * retention**year / (1 + discount) ** year for year in range(1, YEARS + 1))


def gain(margin: float, after: float, discount: float = DISCOUNT) -> float:
    return npv(margin, after, discount) - npv(margin, RETENTION, discount)


Q6 = Question(
    name="q6",
    variable="gain_of_five_points",
    points=2,
    kind="number",
    unit="yuan per customer",
    tolerance=0.06,
    expected=gain_of_five_points,
    why="It is about 16 % of what a customer is worth, whatever the margin. More than this amount a club must not cost.",
    story=lambda bank: mean_margin(bank) > 100,
    misconceptions=[
        Misconception(
            "5 percent for five points",
            lambda bank: gain(mean_margin(bank), RETENTION * 1.05),
            "You multiplied the retention by 1.05. Five points more than 88 % is 93 %.",
        ),
        Misconception(
            "5 percent of the value",
            lambda bank: 0.05 * npv(mean_margin(bank), RETENTION),
            "That is 5 % of the value. Compute the value twice, with 88 % and with 93 % retention, and subtract.",
        ),
        Misconception(
            "not discounted",
            lambda bank: gain(mean_margin(bank), RETENTION + 0.05, 0.0),
            "The later years are counted in full. A yuan in year t is worth 1 / 1.1 to the power of t today.",
        ),
        Misconception(
            "value for gain",
            lambda bank: npv(mean_margin(bank), RETENTION + 0.05),
            "That is the value with 93 % retention. Subtract the value with 88 %.",
        ),
        Misconception(
            "part of a year for a year",
            lambda bank: gain(mean_margin(bank, months=0), RETENTION + 0.05),
            "The margin holds customers who were there for a part of 2025 only. Keep the rows with 12 months.",
        ),
    ],
    hints=[
        "First the margin: the mean of `contribution` over the rows of 2025 with 12 months.",
        "The value is a sum of five terms, one per year. Compute it with a retention of 0.88 and of 0.93.",
        "`crm.defection_gain(frame, points=0.05)` wants a frame with the columns `margin`, `retention`, `discount` and `years`; the "
        "answer is in its column `gain`.",
    ],
)

# --- q7: the lot cannot tell; what would it take? --------------------------------------------------------------------------


def answers_needed(bank: Company) -> float:
    asked = crm.with_scales(bank.survey[bank.survey["wave"] == 2024])
    offered = bank.campaign_members[bank.campaign_members["campaign"] == "special-offer"]
    asked["lot"] = asked["customer"].map((offered.set_index("customer")["arm"] == "treated").astype(float))
    effect = pd.DataFrame({"effect": ["lot"], "cause": "lot", "outcome": "attachment"})
    found = crm.effect_sizes(asked, effect.assign(adjust_for="", confounded_by="")).iloc[0]
    half = (found["naive_high"] - found["naive_low"]) / 2
    return found["answers"] * (half / 0.10) ** 2


@lru_cache(maxsize=4)
def by_lot(bank: Company) -> pd.Series:
    """Answers and interval of the comparison that was drawn by lot."""
    wave = crm.with_scales(bank.survey[bank.survey["wave"] == 2024])
    offer = bank.campaign_members[bank.campaign_members["campaign"] == "special-offer"]
    wave["lot"] = wave["customer"].map((offer.set_index("customer")["arm"] == "treated").astype(float))
    causes = {"effect": ["lot"], "cause": "lot", "outcome": "attachment", "adjust_for": "", "confounded_by": ""}
    return crm.effect_sizes(wave, pd.DataFrame(causes)).iloc[0]


def by_ratio(bank: Company, power: float, width: float = 0.5) -> float:
    lot = by_lot(bank)
    return float(lot["answers"] * (width * (lot["naive_high"] - lot["naive_low"]) / 0.10) ** power)


def says_so(bank: Company) -> float:
    """The same sum with the customers who say that they are treated specially."""
    wave = crm.with_scales(bank.survey[bank.survey["wave"] == 2024])
    causes = {
        "effect": ["says"],
        "cause": "special_treatment",
        "outcome": "attachment",
        "adjust_for": "",
        "confounded_by": "",
    }
    says = crm.effect_sizes(wave, pd.DataFrame(causes)).iloc[0]
    return float(says["answers"] * ((says["naive_high"] - says["naive_low"]) / 2 / 0.10) ** 2)


def lot_is_vague(bank: Company) -> bool:
    """The interval of the lot holds 0 and reaches further than 0.2 to one side; both arms have answers."""
    wave = bank.survey[bank.survey["wave"] == 2024]
    offer = bank.campaign_members[bank.campaign_members["campaign"] == "special-offer"]
    arms = offer.loc[offer["customer"].isin(wave["customer"]), "arm"].value_counts()
    if len(arms) < 2 or arms.min() < 10:
        return False
    lot = by_lot(bank)
    return bool(lot["naive_low"] < 0 < lot["naive_high"] and max(-lot["naive_low"], lot["naive_high"]) > 0.2)


Q7 = Question(
    name="q7",
    variable="answers_needed",
    points=3,
    kind="number",
    unit="customers",
    tolerance=1.5,  # whole customers, rounded either way
    expected=answers_needed,
    why="The interval of the lot holds no effect, and other effects, too: these data cannot tell. Half the width takes four times "
    "the answers, so a lot that is to decide something must be planned for it.",
    story=lot_is_vague,
    misconceptions=[
        Misconception(
            "width falls with n, not with its root",
            lambda bank: by_ratio(bank, 1),
            "You let the interval shrink as fast as the number of answers grows. It shrinks with its root: four times the answers, half "
            "the width.",
        ),
        Misconception(
            "whole width for half",
            lambda bank: by_ratio(bank, 2, 1.0),
            "You took the whole interval, from low to high. 0.10 either way is half of it.",
        ),
        Misconception(
            "answers added to those there",
            lambda bank: by_ratio(bank, 2) - float(by_lot(bank)["answers"]),
            "That is how many would have to come on top. The question asks for all of them together.",
        ),
        Misconception(
            "the row of who says so",
            says_so,
            "That is the first row. It compares customers who differ in more than the treatment; take the row drawn by lot.",
        ),
    ],
    hints=[
        "Which row compares customers who differ in nothing but the treatment? Half of its interval is `(high - low) / 2`.",
        "The error of a mean, and of a difference of means, falls with the root of the number of answers.",
        "How many times wider than 0.10 is the half interval? Multiply the row's `answers` by the square of that.",
    ],
)

# --- q8: the advice -------------------------------------------------------------------------------------------------------

Q8 = Question(
    name="q8",
    variable="advice",
    points=5,
    kind="text",
    rubric={
        5: "A clear decision on the club that Ms Luo can act on; says whom you mean by loyal, and which buyers that leaves out; "
        "supported by at least two of your own numbers, with their unit and year; names one thing that the data cannot tell, and "
        "how to find it out.",
        3: "A clear decision with at least one fitting number; a limit of the data is not named, or liking, buying and intending are "
        "mixed up in one place.",
        1: "Numbers without a decision, or a decision without numbers.",
        0: "Nothing, or nothing about this bank.",
    },
    hints=[
        "Begin with the decision: the club as planned, another one, or none?",
        "Which of your numbers says how many of its members would be loyal, and which one how much it may cost?",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8)
