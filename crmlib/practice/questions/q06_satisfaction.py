"""Exercise 06, satisfaction: what a press release may say about a survey.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank. The
room is imported under the name that students type, `crm`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from crmlib import satisfaction as crm
from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question

REVERSED = ["e_emp5", "p_emp5"]
EMPATHY = {side: [f"{side}_emp{item}" for item in range(1, 6)] for side in ("e", "p")}


def answers(bank: Company) -> pd.DataFrame:
    return bank.survey[bank.survey["wave"] == 2025]


def by_invitation(bank: Company, wave: int = 2025) -> pd.DataFrame:
    return bank.survey[(bank.survey["wave"] == wave) & ~bank.survey["followed_up"]]


def turned(survey: pd.DataFrame, items: list[str]) -> pd.DataFrame:
    return survey.assign(**{item: 8 - survey[item] for item in items})


# --- q1: who answered ------------------------------------------------------------------------------------------------


def response_percent(bank: Company) -> float:
    invited = bank.invitations[bank.invitations["wave"] == 2025]
    return 100 * invited["answered"].mean()


def invited(bank: Company) -> pd.DataFrame:
    return bank.invitations[bank.invitations["wave"] == 2025]


Q1 = Question(
    name="q1",
    variable="response_percent",
    points=1,
    kind="percent",
    tolerance=0.006,
    expected=response_percent,
    why="Nearly three of four kept silent. Whether they think the same is question 6.",
    misconceptions=[
        Misconception(
            "the phoned counted as answering",
            lambda bank: 100 * len(answers(bank)) / len(invited(bank)),
            "The customers who answered only when phoned are in it. They had left the invitation unanswered.",
        ),
        Misconception(
            "share of the customer file",
            lambda bank: 100 * len(by_invitation(bank)) / len(bank.customers),
            "You divided by everybody in the customer file. Most of them were never invited, and could not answer.",
        ),
        Misconception(
            "the silent",
            lambda bank: 100 - response_percent(bank),
            "That is the percentage of those who did not answer.",
        ),
        Misconception(
            "three waves for one",
            lambda bank: 100 * bank.invitations["answered"].mean(),
            "That is the rate over all three surveys. Keep the invitations of wave 2025 first.",
        ),
    ],
    hints=[
        "`bank.invitations` has one row per customer invited and wave. Which of its columns says who answered?",
        "Keep the rows with wave 2025. The mean of a column of True and False is the share of True.",
        "`100 * frame['answered'].mean()`, with the rows of 2025 as the frame.",
    ],
)

# --- q2: the gap, with an item worded the other way round ---------------------------------------------------------------


def empathy_gap(bank: Company) -> float:
    answers = bank.survey[bank.survey["wave"] == 2025].copy()
    answers[["e_emp5", "p_emp5"]] = 8 - answers[["e_emp5", "p_emp5"]]
    expectation = answers.filter(regex="^e_emp").mean(axis="columns")
    perception = answers.filter(regex="^p_emp").mean(axis="columns")
    return (perception - expectation).mean()


def gap_of(survey: pd.DataFrame, turn: list[str]) -> float:
    frame = turned(survey, turn)
    return float((frame[EMPATHY["p"]].mean(axis="columns") - frame[EMPATHY["e"]].mean(axis="columns")).mean())


def below_the_ideal(bank: Company) -> float:
    frame = turned(answers(bank), REVERSED)
    return float((frame[EMPATHY["p"]].mean(axis="columns") - frame["ideal_emp"]).mean())


Q2 = Question(
    name="q2",
    variable="empathy_gap",
    points=2,
    kind="number",
    unit="points of the scale from 1 to 7",
    tolerance=0.0006,
    expected=empathy_gap,
    why="Perception minus expectation, with both answers to item 5 turned round: 8 minus the answer.",
    misconceptions=[
        Misconception(
            "reversed item not turned",
            lambda bank: gap_of(answers(bank), []),
            "Item 5 is worded the other way round: who likes the bank marks a low number. Turn `e_emp5` and `p_emp5` first.",
        ),
        Misconception(
            "turned on one side only",
            lambda bank: gap_of(answers(bank), ["p_emp5"]),
            "Item 5 was turned for the perception only. Its expectation is worded the other way round, too.",
        ),
        Misconception(
            "expectation minus perception",
            lambda bank: -empathy_gap(bank),
            "The size is right, the sign is not: perception minus expectation, so that a disappointment is below 0.",
        ),
        Misconception(
            "the ideal for the expectation",
            below_the_ideal,
            "You compared with the ideal bank. The gap compares with what customers expect, the columns `e_`.",
        ),
        Misconception(
            "three waves for one",
            lambda bank: gap_of(bank.survey, REVERSED),
            "All three surveys are in it. Keep the rows of wave 2025 first.",
        ),
    ],
    hints=[
        "Read what `bank.describe('survey')` says about `e_emp5` and `p_emp5`.",
        "On a scale from 1 to 7 an answer x is turned round by 8 - x. Then average each customer's five items: "
        "`.mean(axis='columns')`.",
        "One mean of the five `e_emp` and one of the five `p_emp` for each customer; subtract; then the mean over all customers. "
        "`crm.item_scores(survey, items, reverse=...)` makes the two means.",
    ],
)

# --- q3: a ratio and the numbering of the boxes -------------------------------------------------------------------------


def ratio_0_to_6(bank: Company) -> float:
    wave = bank.survey[bank.survey["wave"] == 2025]
    items = {
        "expectation": [column for column in wave if column.startswith("e_")],
        "perception": [column for column in wave if column.startswith("p_")],
        "ideal": [column for column in wave if column.startswith("ideal_")],
    }
    means = crm.item_scores(wave, items, reverse=["e_emp5", "p_emp5"]).customers
    means[["expectation", "perception", "ideal"]] -= 1
    return crm.satisfaction_scores(means, scale=(0, 6)).table.at[0, "mean_ratio"]


@lru_cache(maxsize=4)
def both_means(bank: Company) -> tuple[np.ndarray, np.ndarray]:
    """Mean expectation and perception of each customer, 1-7."""
    frame = turned(answers(bank), REVERSED)
    sides = [[column for column in frame if column.startswith(side)] for side in ("e_", "p_")]
    e, p = (frame[columns].mean(axis="columns").to_numpy(dtype=float) for columns in sides)
    return e, p


def ratio(bank: Company, less: int) -> float:
    e, p = both_means(bank)
    return float(((p - less) / (e - less)).mean())


def swapped_ratio(bank: Company) -> float | None:
    e, p = both_means(bank)
    return float(((e - 1) / (p - 1)).mean()) if p.min() > 1 else None  # else the fraction is infinite


def ratio_of_means(bank: Company) -> float:
    e, p = both_means(bank)
    return float((p.mean() - 1) / (e.mean() - 1))


def ratio_grows(bank: Company) -> bool:
    """Nobody expects the lowest in all; and renumbering raises a mean ratio that is above 1."""
    return bool(both_means(bank)[0].min() > 1.2 and ratio(bank, 1) > ratio(bank, 0) + 0.01 and ratio(bank, 1) > 1.01)


Q3 = Question(
    name="q3",
    variable="ratio_0_to_6",
    points=2,
    kind="number",
    tolerance=0.0006,
    expected=ratio_0_to_6,
    why="It is another number than with boxes from 1 to 7, although nobody felt anything else.",
    story=ratio_grows,
    misconceptions=[
        Misconception(
            "boxes still numbered 1 to 7",
            lambda bank: ratio(bank, 0),
            "That is the mean ratio with the boxes numbered 1 to 7. Take 1 off every mean answer before you divide.",
        ),
        Misconception(
            "1 taken off the ratio",
            lambda bank: ratio(bank, 0) - 1,
            "You took 1 off the ratio. Renumbering takes 1 off each answer, before dividing.",
        ),
        Misconception(
            "ratio of means",
            ratio_of_means,
            "You averaged before dividing. The mean ratio divides for each customer first, and averages afterwards.",
        ),
        Misconception(
            "expectation over perception",
            swapped_ratio,
            "The fraction is upside down: perception over expectation.",
        ),
    ],
    hints=[
        "First the two means of each customer, over the 22 items, with item 5 of empathy turned. Then take 1 off each mean.",
        "Divide for each customer, then average: `(p / e).mean()`, not `p.mean() / e.mean()`.",
        "`crm.item_scores(survey, items, reverse=['e_emp5', 'p_emp5']).customers` has the means. Take 1 off them, then "
        "`crm.satisfaction_scores(means, scale=(0, 6)).table` has the column `mean_ratio`.",
    ],
)

# --- q4: what may be printed --------------------------------------------------------------------------------------------

Q4 = Question(
    name="q4",
    variable="measure",
    points=1,
    kind="choice",
    expected="c",
    options={
        "a": "The mean ratio: above 1 it proves that customers on average get more than they expect.",
        "b": "The ratio of the two means: averaging first makes it safe from the numbering.",
        "c": "The gap: a difference of two answers does not depend on the number of the lowest box.",
        "d": "None: whoever renumbers the boxes changes every measure.",
    },
    why="Dividing needs a true zero, as yuan and minutes have. On a rating scale the lowest box is only called 1, or 0.",
    misconceptions=[
        Misconception(
            "above 1 means more than expected",
            "a",
            "A few customers who expect next to nothing can lift the mean ratio above 1 while most are let down. And it hangs on the "
            "numbering, as you saw.",
        ),
        Misconception(
            "averaging first mends the ratio",
            "b",
            "Try it: divide mean perception by mean expectation, then take 1 off both means and divide again.",
        ),
        Misconception(
            "nothing survives renumbering",
            "d",
            "Try it with one customer: perception 5, expectation 6, and the same two answers numbered 4 and 5. What changes, what "
            "does not?",
        ),
    ],
    hints=[
        "Compute each measure with boxes 1 to 7 and with boxes 0 to 6.",
        "A customer who expects 6 and perceives 5 expects 5 and perceives 4 after renumbering. Subtract, then divide.",
    ],
)

# --- q5: the error of the net promoter score ----------------------------------------------------------------------------


def nps_error(bank: Company) -> float:
    people = bank.customers
    present = people[(people["joined"] < "2025-08-01") & ~(people["left"] < "2025-10-01")]
    replies = bank.survey[(bank.survey["wave"] == 2025) & ~bank.survey["followed_up"]]
    return crm.net_promoter_score(replies, population=len(present)).table.at[0, "se"]


def could_answer(bank: Company) -> int:
    people = bank.customers
    return int(((people["joined"] < "2025-08-01") & ~(people["left"] < "2025-10-01")).sum())


def points(recommend: pd.Series) -> pd.Series:
    return 100.0 * (recommend >= 9) - 100.0 * (recommend <= 6)


def left_over(bank: Company) -> float:
    """1 - n / N"""
    return 1 - len(by_invitation(bank)) / could_answer(bank)


def error_of(values: pd.Series, left: float) -> float:
    return float(np.sqrt(values.var() / len(values) * left))


def said(bank: Company) -> pd.Series:
    return by_invitation(bank)["recommend"].astype(float)


Q5 = Question(
    name="q5",
    variable="nps_error",
    points=2,
    kind="number",
    unit="points",
    tolerance=0.02,  # the variance over n or n - 1
    expected=nps_error,
    why="Twice the error either way is the interval: a net promoter score of so few answers is known only roughly.",
    misconceptions=[
        Misconception(
            "as if very many could have been asked",
            lambda bank: error_of(points(said(bank)), 1.0),
            "The formula's last part is missing: many of all customers have answered, and that makes the error smaller.",
        ),
        Misconception(
            "standard deviation for standard error",
            lambda bank: float(points(said(bank)).std()),
            "That is how far single customers lie apart. The error of their mean is smaller by the root of their number.",
        ),
        Misconception(
            "error of a share",
            lambda bank: 100 * error_of((said(bank) >= 9).astype(float), left_over(bank)),
            "That is the error of the share of promoters. Detractors vary, too: give every customer +100, 0 or -100 points first.",
        ),
        Misconception(
            "error of the mean answer",
            lambda bank: error_of(said(bank), left_over(bank)),
            "That is the error of the mean answer on 0 to 10. Turn the answers into points (+100, 0, -100) first.",
        ),
        Misconception(
            "the phoned counted",
            lambda bank: error_of(
                points(answers(bank)["recommend"].astype(float)), 1 - len(answers(bank)) / could_answer(bank)
            ),
            "The phoned customers are in it. Keep those who answered the invitation: `followed_up` is False.",
        ),
        Misconception(
            "half an interval for the error",
            lambda bank: 1.96 * nps_error(bank),
            "That is half of a 95 % interval, 1.96 errors. The question asks for one standard error.",
        ),
    ],
    hints=[
        "Who says 9 or 10 gets +100 points, 7 or 8 gets 0, 0 to 6 gets -100. Their mean is the net promoter score.",
        "The standard deviation of the points, divided by the root of n, times the root of 1 - n / N. N is `len(present)`.",
        "`crm.net_promoter_score(answers, population=...)` has the error in the column `se` of its `.table`.",
    ],
)

# --- q6: the silent ------------------------------------------------------------------------------------------------------


def mean_of_all(bank: Company) -> float:
    wave = bank.survey[bank.survey["wave"] == 2025]
    asked = bank.invitations[bank.invitations["wave"] == 2025]
    check = crm.nonresponse_check(wave, asked, "sat_overall", scale=(1, 10)).set_index("method")
    return check.at["with the follow-up", "mean"]


def two_means(bank: Company) -> tuple[float, float, float]:
    """Mean of those who answered the invitation, of the phoned, and the share of the first among the invited."""
    everybody = answers(bank)
    means = everybody.groupby("followed_up")["sat_overall"].mean()
    return float(means[False]), float(means[True]), float(invited(bank)["answered"].mean())


def weighted(first: float, second: float, share: float) -> float:
    return share * first + (1 - share) * second


def swapped_weights(bank: Company) -> float:
    first, second, share = two_means(bank)
    return weighted(first, second, 1 - share)


Q6 = Question(
    name="q6",
    variable="mean_of_all",
    points=2,
    kind="number",
    unit="points of the scale from 1 to 10",
    tolerance=0.0006,
    expected=mean_of_all,
    why="The few who were phoned stand for all of the silent, so they weigh as much as the silent do.",
    misconceptions=[
        Misconception(
            "answers as they came",
            lambda bank: two_means(bank)[0],
            "That is the mean of those who answered the invitation. It says nothing about the silent.",
        ),
        Misconception(
            "all answers pooled",
            lambda bank: float(answers(bank)["sat_overall"].mean()),
            "All answers count the same here, so the few phoned ones hardly matter. But they stand for all who kept silent.",
        ),
        Misconception(
            "the phoned alone",
            lambda bank: two_means(bank)[1],
            "That is the mean of the phoned. They stand for the silent only; put those who answered beside them.",
        ),
        Misconception(
            "weights swapped",
            swapped_weights,
            "The weights are the wrong way round: the phoned stand for the silent, and the silent are the larger part.",
        ),
        Misconception(
            "both means count half",
            lambda bank: weighted(*two_means(bank)[:2], 0.5),
            "You gave both means the same weight. Each counts as much as its part of the invited: see question 1.",
        ),
    ],
    hints=[
        "Two means of `sat_overall` in wave 2025: one where `followed_up` is False, one where it is True.",
        "Weigh the first by the share of the invited who answered (question 1, as a share), the second by the rest.",
        "`crm.nonresponse_check(survey, invitations, 'sat_overall', scale=(1, 10))`, both of wave 2025; read the row 'with the "
        "follow-up'.",
    ],
)

# --- q7: against a rival, with the silent: sure in one district, open in another --------------------------------------------

RIVAL = 30.0


def against_the_rival(bank: Company) -> str:
    people = bank.customers
    present = people[(people["joined"] < "2025-08-01") & ~(people["left"] < "2025-10-01")]
    replies = bank.survey[bank.survey["wave"] == 2025].copy()
    replies["points"] = 100.0 * ((replies["recommend"] >= 9).astype(int) - (replies["recommend"] <= 6))
    letters = bank.invitations[bank.invitations["wave"] == 2025]
    both = crm.nonresponse_check(replies, letters, "points", scale=(-100, 100), population=len(present))
    everybody = both.set_index("method").loc["with the follow-up"]
    return "a" if everybody["low"] > 30 else "b" if everybody["high"] < 30 else "d"


@lru_cache(maxsize=4)
def two_scores(bank: Company) -> pd.DataFrame:
    """The net promoter score as the answers came, and with the silent: `mean`, `low`, `high`."""
    wave = answers(bank)
    check = crm.nonresponse_check(
        wave.assign(points=points(wave["recommend"])),
        invited(bank),
        "points",
        scale=(-100, 100),
        population=could_answer(bank),
    )
    return check.set_index("method")[["mean", "low", "high"]]


def place(row: pd.Series) -> str:
    return "a" if row["low"] > RIVAL else "b" if row["high"] < RIVAL else "d"


def unless_right(bank: Company, letter: str) -> str | None:
    return None if letter == against_the_rival(bank) else letter


def by_the_answers_alone(bank: Company) -> str | None:
    return unless_right(bank, place(two_scores(bank).loc["answers as they came"]))


def too_cautious(bank: Company) -> str | None:
    """Where the interval of everybody lies on one side of the rival's score, and that of the answers does, too."""
    letter = unless_right(bank, "d")
    return None if letter == by_the_answers_alone(bank) else letter


def ends_away_from_the_rival(bank: Company) -> bool:
    """Neither end of the interval is so near the rival's score that another formula for it would decide."""
    everybody = two_scores(bank).loc["with the follow-up"]
    return bool(everybody["mean"] < RIVAL - 1 and abs(everybody[["low", "high"]] - RIVAL).min() > 1)


Q7 = Question(
    name="q7",
    variable="against_riverside",
    points=3,
    kind="choice",
    expected=against_the_rival,
    options={
        "a": "above",
        "b": "below",
        "c": "level with",
        "d": "none of them: these data cannot tell.",
    },
    why="The rival speaks of all its customers, so the row that counts the silent is the one to compare. Where its interval lies on "
    "one side of 30 the data decide; where it holds 30, they do not.",
    story=ends_away_from_the_rival,
    misconceptions=[
        Misconception(
            "the silent left out",
            by_the_answers_alone,
            "That is what the first row says. Its interval is narrow, but around the score of those who answered. Riverside's 30 "
            "speaks of all its customers.",
        ),
        Misconception(
            "too cautious",
            too_cautious,
            "Does the interval of the row that counts the silent hold 30? If it does not, it says on which side we are.",
        ),
        Misconception(
            "more than the rival",
            "a",
            "Compare the mean of each row with 30, and then the two ends of its interval.",
        ),
        Misconception(
            "no difference shown taken for none",
            "c",
            "To be level is more than not to differ for sure. An interval that holds 30 holds other scores, too.",
        ),
    ],
    hints=[
        "Riverside's 30 comes from all its customers. Which of the two rows speaks of all of yours?",
        "In that row, read `low` and `high`: the scores that fit the answers. Is 30 one of them?",
        "If 30 lies outside, the interval is on one side of it. If 30 lies inside, scores on both sides fit.",
    ],
)

# --- q8: the advice -------------------------------------------------------------------------------------------------------

Q8 = Question(
    name="q8",
    variable="advice",
    points=5,
    kind="text",
    rubric={
        5: "Says of each of the three sentences whether it may be printed, and offers a wording that is true; supported by at least "
        "two of your own numbers, with their unit and year; names one thing that the survey cannot tell, and how to find it out.",
        3: "A clear decision about the three sentences with at least one fitting number; a limit of the survey is not named, or one "
        "decision does not fit its number.",
        1: "Numbers without a decision, or a decision without numbers.",
        0: "Nothing, or nothing about this survey.",
    },
    hints=[
        "Begin with the decision: which of the three sentences stays, which one is changed, which one goes?",
        "Which of your numbers would convince a director who likes the sentence?",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8)
