"""Exercise 10, relational benefits: discounts, special treatment, payroll: what binds, and what only goes to the bound.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank. The
room is imported under the name that students type, `crm`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from crmlib import benefits as crm
from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question

DISCOUNTS, ATTACHMENT = ["eco1", "eco2"], ["att1", "att2", "att3"]


@lru_cache(maxsize=4)
def felt(bank: Company) -> pd.DataFrame:
    """One row per answer: the discounts that are noticed, and attachment."""
    survey = bank.survey
    means = {"discounts": survey[DISCOUNTS].mean(axis="columns"), "attachment": survey[ATTACHMENT].mean(axis="columns")}
    return survey[["customer", "wave"]].assign(**means)


def wave(bank: Company, year: int) -> pd.DataFrame:
    return felt(bank)[felt(bank)["wave"] == year]


def slope(cause: pd.Series, effect: pd.Series) -> float:
    return cause.cov(effect) / cause.var()


# --- q1: more discounts, more attached? ------------------------------------------------------------------------------


def slope_between(bank: Company) -> float:
    wave = bank.survey[bank.survey["wave"] == 2025]
    discounts = wave[["eco1", "eco2"]].mean(axis="columns")
    attachment = wave[["att1", "att2", "att3"]].mean(axis="columns")
    return discounts.cov(attachment) / discounts.var()


Q1 = Question(
    name="q1",
    variable="slope_between",
    points=1,
    kind="number",
    unit="points of attachment per point of discounts",
    tolerance=0.0006,
    expected=slope_between,
    why="The proposal is right so far: customers with a point more of discounts like the bank better. Why they do, it does not say.",
    misconceptions=[
        Misconception(
            "correlation for slope",
            lambda bank: wave(bank, 2025)["discounts"].corr(wave(bank, 2025)["attachment"]),
            "That is the correlation: how closely the two go together. A slope says by how many points one rises with the other: "
            "covariance over variance.",
        ),
        Misconception(
            "reversed",
            lambda bank: slope(wave(bank, 2025)["attachment"], wave(bank, 2025)["discounts"]),
            "You divided by the variance of attachment: that is the rise of discounts per point of attachment. Divide by the "
            "variance of discounts.",
        ),
        Misconception(
            "sums for means",
            lambda bank: 1.5 * slope(wave(bank, 2025)["discounts"], wave(bank, 2025)["attachment"]),
            "You added up the items. Attachment has three and discounts two, so that the sums are on different scales: take means.",
        ),
    ],
    hints=[
        "Two columns with one value per customer: the mean of `eco1` and `eco2`, and the mean of `att1`, `att2` and `att3`.",
        "The slope of a line is the covariance of the two over the variance of the cause.",
        "`one.cov(other)` is the covariance of two columns, `one.var()` the variance of one. Which one is the cause?",
    ],
)

# --- q2: each customer with himself -----------------------------------------------------------------------------------


def slope_within(bank: Company) -> float:
    survey = bank.survey[["customer", "wave"]].copy()
    survey["discounts"] = bank.survey[["eco1", "eco2"]].mean(axis="columns")
    survey["attachment"] = bank.survey[["att1", "att2", "att3"]].mean(axis="columns")
    old, new = survey[survey["wave"] == 2024], survey[survey["wave"] == 2025]
    twice = old.merge(new, on="customer", suffixes=("_old", "_new"))
    rise = twice["discounts_new"] - twice["discounts_old"]
    return rise.cov(twice["attachment_new"] - twice["attachment_old"]) / rise.var()


@lru_cache(maxsize=4)
def asked_twice(bank: Company) -> pd.DataFrame:
    twice = wave(bank, 2024).merge(wave(bank, 2025), on="customer", suffixes=("_old", "_new"))
    rises = {name: twice[f"{name}_new"] - twice[f"{name}_old"] for name in ("discounts", "attachment")}
    return twice.assign(**rises)


def enough_twice(bank: Company) -> bool:
    """Enough answered twice for a slope, and within customers it is no larger than between them."""
    return len(asked_twice(bank)) >= 25 and slope_within(bank) < slope_between(bank)


Q2 = Question(
    name="q2",
    variable="slope_within",
    points=2,
    kind="number",
    unit="points of attachment per point of discounts",
    tolerance=0.0006,
    expected=slope_within,
    story=enough_twice,
    why="Compared with himself a customer cannot differ in what lasts: character, district, how long he has been here. Few answered twice, "
    "so this slope is less certain than the first.",
    misconceptions=[
        Misconception(
            "levels for changes",
            lambda bank: slope(asked_twice(bank)["discounts_new"], asked_twice(bank)["attachment_new"]),
            "You kept the customers who answered twice, but compared their levels of 2025 with each other. Subtract each customer's "
            "answers of 2024 first.",
        ),
        Misconception(
            "everybody's levels",
            slope_between,
            "That is the slope of question 1, between customers. Here each customer's change is asked for.",
        ),
        Misconception(
            "the next year on this year",
            lambda bank: slope(asked_twice(bank)["discounts_old"], asked_twice(bank)["attachment_new"]),
            "That is attachment in 2025 on discounts in 2024: dated, but still a comparison of different customers. Use the two changes.",
        ),
        Misconception(
            "change on level",
            lambda bank: slope(asked_twice(bank)["discounts_new"], asked_twice(bank)["attachment"]),
            "You took the change of attachment, but the level of discounts in 2025. Take the change of both.",
        ),
    ],
    hints=[
        "Make a frame of 2024 and one of 2025, and bring the two answers of a customer into one row with `merge(on='customer')`.",
        "`suffixes=('_old', '_new')` keeps the columns of the two years apart. Then subtract old from new, twice.",
        "Then as in question 1: the covariance of the two changes over the variance of the change of discounts.",
    ],
)

# --- q3: why the two differ -------------------------------------------------------------------------------------------


def not_by_chance(bank: Company) -> bool:
    """The gap between customers is far from 0, so that chance is no way out."""
    survey = felt(bank)
    together = survey["discounts"].corr(survey["attachment"])
    return together * np.sqrt(len(survey)) > 3


Q3 = Question(
    name="q3",
    variable="other_reading",
    points=1,
    kind="choice",
    expected="d",
    options={
        "a": "Chance: so few customers answered that such a slope comes about by luck.",
        "b": "Error of measurement: two items measure discounts badly, and that makes a slope larger than it is.",
        "c": "Time: the answers to both questions have risen from survey to survey.",
        "d": "The order: the bank gives discounts to those who are attached already.",
    },
    story=not_by_chance,
    why="Dating the two does not mend it: who likes the bank for life gets discounts every year. Compare a customer with himself, "
    "or draw lots.",
    misconceptions=[
        Misconception(
            "chance suspected everywhere",
            "a",
            "Look at the row `alone`: is 0 anywhere near its interval? Chance makes vague; here something else is at work.",
        ),
        Misconception(
            "error makes slopes larger",
            "b",
            "An error in the cause pulls a slope towards 0, never away from it.",
        ),
        Misconception(
            "time for customers",
            "c",
            "Question 1 uses the answers of one October. Nothing can have risen in them from survey to survey.",
        ),
    ],
    hints=[
        "Think of two customers, one fond of the bank for twenty years, one not. Whom would a branch manager give a discount?",
        "Which of the four makes a gap between customers, and none between a customer's two years?",
    ],
)

# --- q4: through satisfaction -------------------------------------------------------------------------------------------


def indirect(bank: Company) -> float:
    answers = bank.survey[["customer"]].copy()
    answers["confidence"] = bank.survey[["cnf1", "cnf2"]].mean(axis="columns")
    answers["satisfaction"] = bank.survey[["sat_overall", "sat_expected", "sat_ideal"]].mean(axis="columns")
    answers["intention"] = bank.survey[["int1", "int2", "int3"]].mean(axis="columns")
    arrows = {"satisfaction": ["confidence"], "intention": ["satisfaction", "confidence"]}
    paths = crm.path_model(answers, arrows, standard=False).table.set_index(["cause", "effect"])["estimate"]
    return paths[("confidence", "satisfaction")] * paths[("satisfaction", "intention")]


@lru_cache(maxsize=4)
def parts(bank: Company) -> dict[str, float]:
    """The paths of confidence, satisfaction and intention in points, by least squares."""
    survey = bank.survey
    x = survey[["cnf1", "cnf2"]].mean(axis="columns")
    m = survey[["sat_overall", "sat_expected", "sat_ideal"]].mean(axis="columns")
    y = survey[["int1", "int2", "int3"]].mean(axis="columns")
    together = np.column_stack([np.ones(len(x)), x, m])
    direct, b = np.linalg.lstsq(together, y.to_numpy(), rcond=None)[0][1:]
    return {"a": slope(x, m), "b": float(b), "direct": float(direct), "total": slope(x, y)}


def mostly_mediated(bank: Company) -> bool:
    """Satisfaction carries most of it, and some is left."""
    found = parts(bank)
    return found["total"] > 0.05 and found["a"] * found["b"] > 0.4 * found["total"] and found["direct"] > -0.05


Q4 = Question(
    name="q4",
    variable="indirect",
    points=2,
    kind="number",
    unit="points of intention per point of confidence",
    tolerance=0.0006,
    expected=indirect,
    story=mostly_mediated,
    why="Path times path. Compare it with the total, intention on confidence alone: most of it runs through satisfaction.",
    misconceptions=[
        Misconception(
            "a + b",
            lambda bank: parts(bank)["a"] + parts(bank)["b"],
            "You added the two paths. A point of confidence moves satisfaction by a, and each of these points moves intention by b: "
            "multiply.",
        ),
        Misconception(
            "the total",
            lambda bank: parts(bank)["total"],
            "That is the total effect: intention on confidence alone. Asked for is the part that runs through satisfaction.",
        ),
        Misconception(
            "the direct rest",
            lambda bank: parts(bank)["direct"],
            "That is the direct effect, the part that does *not* run through satisfaction.",
        ),
        Misconception(
            "the last arrow alone",
            lambda bank: parts(bank)["b"],
            "That is b alone, from satisfaction to intention. Times a: how much satisfaction moves with confidence.",
        ),
    ],
    hints=[
        "Two regressions: satisfaction on confidence gives a; intention on satisfaction *and* confidence gives b.",
        "`crm.path_model(frame, {'satisfaction': ['confidence'], 'intention': ['satisfaction', 'confidence']}, standard=False).table` "
        "has a row per arrow. The frame needs a column per variable, and `customer`.",
        "Multiply a (confidence to satisfaction) with b (satisfaction to intention). `crm.mediate` does both steps in one.",
    ],
)

# --- q5: months with a bond ---------------------------------------------------------------------------------------------


def payroll_months(bank: Company) -> int:
    payroll = bank.bonds[bank.bonds["bond"] == "payroll"]
    months = 0
    for first in pd.date_range("2025-01-01", "2025-12-01", freq="MS"):
        not_ended = payroll["until"].isna() | (payroll["until"] >= first)
        months = months + ((payroll["since"] < first) & not_ended).sum()
    return int(months)


def firsts() -> np.ndarray:
    return pd.date_range("2025-01-01", "2025-12-01", freq="MS").to_numpy()[:, None]


def held(bonds: pd.DataFrame) -> np.ndarray:
    """Which bond had begun before which first of a month of 2025, and had not ended."""
    return (bonds["since"].to_numpy() < firsts()) & ~(bonds["until"].to_numpy() < firsts())


def payroll(bank: Company) -> pd.DataFrame:
    return bank.bonds[bank.bonds["bond"] == "payroll"]


def ever_had(bank: Company) -> int:
    months = bank.months[bank.months["month"] >= "2025-01-01"]
    return int(months["customer"].isin(payroll(bank)["customer"]).sum())


def from_the_first_day(bank: Company) -> int | None:
    """One day more: a bond that began on the first of a month; None where no bond did."""
    bonds = payroll(bank)
    months = int(((bonds["since"].to_numpy() <= firsts()) & ~(bonds["until"].to_numpy() < firsts())).sum())
    return months if months != payroll_months(bank) else None


Q5 = Question(
    name="q5",
    variable="payroll_months",
    points=2,
    kind="number",
    unit="customer-months",
    expected=payroll_months,
    why="A month belongs to the bond only if the bond came first. Who counts the months before as well makes it look as if the bond "
    "had kept customers who did not have it yet.",
    misconceptions=[
        Misconception(
            "ever had the bond",
            ever_had,
            "These are all months of 2025 of customers who ever had payroll, those before it began included. In these months the bond "
            "could keep nobody: who got it in December *had to stay* until December.",
        ),
        Misconception(
            "the end left out",
            lambda bank: int((payroll(bank)["since"].to_numpy() < firsts()).sum()),
            "Bonds that had ended are counted on. Look at the column `until`: empty means still in force.",
        ),
        Misconception(
            "customers for months",
            lambda bank: int(held(payroll(bank)).any(axis=0).sum()),
            "That counts bonds in force in 2025. Each counts once for every month in which it held.",
        ),
        Misconception(
            "twelve months for everybody",
            lambda bank: 12 * int(held(payroll(bank)).any(axis=0).sum()),
            "You gave each bond twelve months. Some began during the year, and some ended.",
        ),
        Misconception(
            "every kind of bond",
            lambda bank: int(held(bank.bonds).sum()),
            "All bonds are in it: adviser and club, too. Keep the rows whose `bond` is 'payroll'.",
        ),
        Misconception(
            "begun on the first itself",
            from_the_first_day,
            "Nearly. A bond that began on the first of a month did not hold before it: `<`, not `<=`.",
        ),
    ],
    hints=[
        "For one month first, say March 2025: which payroll bonds had begun before 1 March, and had not ended by then?",
        "`since < first`, and `until` empty or `until >= first`; in pandas `|` means or, `&` means and; `.sum()` counts the True.",
        "Go through `pd.date_range('2025-01-01', '2025-12-01', freq='MS')` with `for first in ...:` and add up the twelve counts.",
    ],
)

# --- q6: by lot -----------------------------------------------------------------------------------------------------------


def kept_of_1000(bank: Company) -> float:
    offer = bank.campaign_members[bank.campaign_members["campaign"] == "special-offer"]
    left = offer.groupby("arm")["outcome"].mean()
    return 1000 * (left["control"] - left["treated"])


def leaving(bank: Company) -> dict[str, float]:
    """Of 1,000 leave: not drawn, drawn, and of the drawn those who took it."""
    offer = bank.campaign_members[bank.campaign_members["campaign"] == "special-offer"]
    drawn = offer["arm"] == "treated"
    groups = {"control": ~drawn, "treated": drawn, "took": drawn & offer["responded"]}
    return {name: 1000 * float(offer.loc[rows, "outcome"].mean()) for name, rows in groups.items()}


Q6 = Question(
    name="q6",
    variable="kept_of_1000",
    points=2,
    kind="number",
    unit="customers of 1,000",
    tolerance=0.06,
    expected=kept_of_1000,
    why="The lot made the two groups alike in all but the offer. Who then took it was not drawn by lot.",
    misconceptions=[
        Misconception(
            "takers only",
            lambda bank: leaving(bank)["control"] - leaving(bank)["took"],
            "You kept those who took the offer (`responded`). Nobody drew *them* by lot: who takes an offer may like the bank more. "
            "Compare all who were drawn.",
        ),
        Misconception(
            "treated alone",
            lambda bank: leaving(bank)["treated"],
            "That is how many of 1,000 with the offer left. How many would have left without it? That is what `control` is for.",
        ),
        Misconception(
            "left for kept",
            lambda bank: leaving(bank)["treated"] - leaving(bank)["control"],
            "The size is right, the sign is not: kept are those who leave *without* the offer, less those who leave with it.",
        ),
        Misconception(
            "percentage points for of 1,000",
            lambda bank: kept_of_1000(bank) / 10,
            "That is in percentage points. The question asks: of 1,000 customers.",
        ),
    ],
    hints=[
        "In `outcome`, True means left. So what is the mean of `outcome` in a group?",
        "`offer.groupby('arm')['outcome'].mean()` gives the share who left, with and without the offer.",
        "Times 1,000, and then control less treated: the sign says whether the offer kept customers.",
    ],
)

# --- q7: what the lot can tell ---------------------------------------------------------------------------------------------


def offer_at_120(bank: Company) -> str:
    whole = bank.years[(bank.years["year"] == 2023) & (bank.years["months"] == 12)]
    value_kept = 0.88 * whole["contribution"].mean() / (1 + 0.10 - 0.88)
    offer = bank.campaign_members[bank.campaign_members["campaign"] == "special-offer"]
    drawn = offer[offer["customer"].isin(whole["customer"])].assign(offered=lambda frame: frame["arm"] == "treated")
    effect = crm.path_model(drawn, {"outcome": ["offered"]}, standard=False).table.iloc[0]
    return "b" if -effect["low"] >= 120 / value_kept else "d"


def lot_is_clear(bank: Company) -> bool:
    """The interval holds 0, more leave uninvited than are needed, and these lie clearly inside the interval or beyond its end."""
    year = bank.years[(bank.years["year"] == 2023) & (bank.years["months"] == 12)]
    offer = bank.campaign_members[bank.campaign_members["campaign"] == "special-offer"]
    lot = offer[offer["customer"].isin(year["customer"])].assign(offered=lambda frame: frame["arm"] == "treated")
    found = crm.path_model(lot, {"outcome": ["offered"]}, standard=False).table.iloc[0]
    needed = 120 / (year["contribution"].mean() * 0.88 / (1 + 0.10 - 0.88))
    leave = lot.loc[~lot["offered"], "outcome"].mean()
    return bool(found["low"] < 0 < found["high"] and leave > needed + 0.003 and abs(-found["low"] - needed) > 0.002)


Q7 = Question(
    name="q7",
    variable="at_120",
    points=2,
    kind="choice",
    expected=offer_at_120,
    options={
        "a": "Yes if the estimate is above what is needed, no if it is below: the lot makes the comparison fair.",
        "b": "These data cannot tell.",
        "c": "No: the interval holds 0, so the offer keeps nobody.",
        "d": "No: even the best end of the interval keeps fewer than needed.",
        "e": "Compare those who took the offer with those who were not drawn: that shows it.",
    },
    story=lot_is_clear,
    why="Where what is needed lies inside the interval, draw more customers, for more years, and pool them. Where it lies beyond the "
    "best end, a vague answer is answer enough.",
    misconceptions=[
        Misconception(
            "estimate taken for the effect",
            "a",
            "The lot makes the comparison fair on average. How far chance may still have moved the estimate, the interval says.",
        ),
        Misconception(
            "no effect shown taken for no effect",
            "c",
            "0 lies inside. Does what is needed lie inside as well? Not having seen an effect does not show that there is none.",
        ),
        Misconception(
            "vague taken for unknown",
            lambda bank: "b" if offer_at_120(bank) == "d" else None,
            "The interval is wide. But does any number in it reach `needed`? A vague answer can be enough.",
        ),
        Misconception(
            "needed lies inside",
            lambda bank: "d" if offer_at_120(bank) == "b" else None,
            "Compare `needed` with `high`, the best end: which of the two is larger?",
        ),
        Misconception(
            "takers compared",
            "e",
            "Nobody drew the takers by lot: who takes an offer may like the bank more from the start. The lot chose who was offered it.",
        ),
    ],
    hints=[
        "What would the offer have to keep, and how many would leave without it? Both are in the table.",
        "Read `low` and `high`. Is 0 between them? And `needed`?",
    ],
)

# --- q8: the advice ---------------------------------------------------------------------------------------------------------

Q8 = Question(
    name="q8",
    variable="advice",
    points=5,
    kind="text",
    rubric={
        5: "A clear decision on both programmes that Ms Tang can act on; supported by at least two of your own numbers, with their unit; "
        "says of one number why it may fool (who was given it, or who chose it); names one thing that the data cannot tell, and how "
        "to find it out.",
        3: "A clear decision with at least one fitting number; what the data cannot tell is missing, or a comparison of different "
        "customers is taken for an effect in one place.",
        1: "Numbers without a decision, or a decision without numbers.",
        0: "Nothing, or nothing about this bank.",
    },
    hints=[
        "Begin with the decision: discounts, special treatment, both or neither? For whom?",
        "Which of your numbers compares a customer with himself, and which one rests on a lot?",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8)
