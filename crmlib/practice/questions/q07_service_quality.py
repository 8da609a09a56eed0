"""Exercise 07, service quality and complaints: what stands behind a branch without complaints.

Each `expected` function is what `solution()` shows to the student, so it stands on its own; `bank` is the student's bank.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question
from crmlib.service import branch_record, invitation_effect, servqual, zero_complaint_roads

# --- q1: the complaint funnel ----------------------------------------------------------------------------------------


def heard_percent(bank: Company) -> float:
    return 100 * bank.problems["voiced"].mean()


Q1 = Question(
    name="q1",
    variable="heard_percent",
    points=1,
    kind="percent",
    tolerance=0.05,  # one decimal
    expected=heard_percent,
    why="The complaint book shows the tip. Only an audit shows the rest.",
    misconceptions=[
        Misconception(
            "of those noticed for of all",
            lambda bank: 100 * bank.problems.loc[bank.problems["noticed"], "voiced"].mean(),
            "That is the share of the problems that customers noticed. The question asks for the share of all problems.",
        ),
        Misconception(
            "noticed for heard of",
            lambda bank: 100 * bank.problems["noticed"].mean(),
            "That is what customers noticed. Most of them tell nobody: the bank hears of what is voiced.",
        ),
        Misconception(
            "solved for heard of",
            lambda bank: 100 * bank.problems["resolved"].mean(),
            "That is what was solved. Much of it was solved before anybody complained.",
        ),
        Misconception(
            "what the bank does not hear of",
            lambda bank: 100 - heard_percent(bank),
            "That is the part that the bank never hears of. The question asks for the other one.",
        ),
        Misconception(
            "solved complaints for all complaints",
            lambda bank: 100 * (bank.problems["voiced"] & bank.problems["resolved"]).mean(),
            "Those are the complaints that were solved. The bank heard of the others, too.",
        ),
    ],
    hints=[
        "`bank.describe('problems')` explains the columns. Which one says that the customer complained?",
        "The mean of a column of True and False is the share of True.",
        "The mean of `voiced` over all rows, times 100. `crm.complaint_funnel(bank.problems).table` has it as `of_all`.",
    ],
)

# --- q2: whom to call ------------------------------------------------------------------------------------------------


def call_list(bank: Company) -> list:
    problems = bank.problems[bank.problems["date"] >= "2025-01-01"]
    silent = problems[problems["noticed"] & ~problems["voiced"] & ~problems["resolved"]]
    return silent["customer"].unique().tolist()


@lru_cache(maxsize=4)
def problems_2025(bank: Company) -> pd.DataFrame:
    return bank.problems[bank.problems["date"] >= "2025-01-01"]


def customers_with(problems: pd.DataFrame, condition: str) -> list:
    return sorted(set(problems.query(condition)["customer"]))


Q2 = Question(
    name="q2",
    variable="call_list",
    points=2,
    kind="ids",
    unit="customer numbers",
    expected=call_list,
    why="They were let down, they know it, and they said nothing: the path on which most customers are lost.",
    misconceptions=[
        Misconception(
            "problems that nobody noticed",
            lambda bank: customers_with(problems_2025(bank), "not voiced and not resolved"),
            "Customers who never noticed their problem are in it. A call would be the first they hear of it.",
        ),
        Misconception(
            "solved problems left in",
            lambda bank: customers_with(problems_2025(bank), "noticed and not voiced"),
            "Customers whose problem was solved are in it: they have nothing left to tell.",
        ),
        Misconception(
            "those who complained",
            lambda bank: customers_with(problems_2025(bank), "voiced and not resolved"),
            "These complained: the bank knows them. The list is for those who said nothing.",
        ),
        Misconception(
            "complainers left in",
            lambda bank: customers_with(problems_2025(bank), "noticed and not resolved"),
            "Unsolved is right, but who complained is in it, too. The list is for those who said nothing.",
        ),
        Misconception(
            "three years for one",
            lambda bank: customers_with(bank.problems, "noticed and not voiced and not resolved"),
            "The problems of all three years are in it. Keep those of 2025 first.",
        ),
    ],
    hints=[
        "Three columns of True and False decide: `noticed`, `voiced`, `resolved`. Say in words what each must be.",
        "`&` means and, `~` means not: `~problems['voiced']` is True where nobody complained.",
        "Keep the rows of 2025 (`date` on or after '2025-01-01') that fulfil all three, and take their column `customer`. A "
        "customer may stand there twice.",
    ],
)

# --- q3: SERVQUAL ----------------------------------------------------------------------------------------------------


def weighted_gap(bank: Company) -> float:
    gap = pd.Series(0.0, index=bank.survey.index)
    for dimension, items in {"tan": 4, "rel": 5, "res": 4, "ass": 4, "emp": 5}.items():
        for item in range(1, items + 1):
            difference = bank.survey[f"p_{dimension}{item}"] - bank.survey[f"e_{dimension}{item}"]
            if (dimension, item) == ("emp", 5):
                difference = -difference  # (8 − p) − (8 − e)
            gap += bank.survey[f"imp_{dimension}"] / 100 * difference / items
    return gap.mean()


@lru_cache(maxsize=4)
def overall(bank: Company) -> pd.Series:
    scored = servqual(bank.survey, reverse=["emp5"], wave="wave")
    names = ["gap", "weighted_gap", "weighted_perception"]
    return pd.concat(
        [
            scored.customers[names].mean(),
            scored.table.set_index("dimension")["gap"].rename(lambda name: f"gap of {name}"),
        ]
    )


Q3 = Question(
    name="q3",
    variable="weighted_gap",
    points=2,
    kind="number",
    unit="points of the scale from 1 to 7",
    # each customer's gaps by own weights, or mean gaps by mean weights: both are in use, and they differ by about 0.01
    tolerance=0.02,
    expected=weighted_gap,
    why="It is worse than the plain gap, because service falls short where customers care most.",
    misconceptions=[
        Misconception(
            "all dimensions alike",
            lambda bank: overall(bank)["gap"],
            "That is the plain gap: each dimension counts the same. Weigh them by the points that customers give.",
        ),
        Misconception(
            "expectation minus perception",
            lambda bank: -weighted_gap(bank),
            "The size is right, the sign is not: a gap is what customers perceive minus what they expect.",
        ),
        Misconception(
            "weights that sum to 100",
            lambda bank: 100 * weighted_gap(bank),
            "The weights sum to 100, not to 1. Divide the points by 100.",
        ),
        Misconception(
            "perception for gap",
            lambda bank: overall(bank)["weighted_perception"],
            "That is perception alone, SERVPERF. For the gap, deduct what customers expect.",
        ),
        Misconception(
            "sum of the gaps",
            lambda bank: 5 * overall(bank)["gap"],
            "You added up five gaps without weights. The weights sum to 1: the result is a mean, not a sum.",
        ),
    ],
    hints=[
        "A dimension's gap is the mean of perception − expectation over its questions. Which dimension has how many questions?",
        "Question 5 of empathy is worded the other way round: it must be turned. `crm.servqual` does that when you name it in "
        "`reverse`.",
        "`crm.servqual(bank.survey, reverse=['emp5'], wave='wave').table`: the row overall, the column `weighted_gap`.",
    ],
)

# --- q4: the control chart -------------------------------------------------------------------------------------------


def lower_limit(bank: Company) -> float:
    calm = bank.pulse[bank.pulse["month"] <= "2024-06-30"]
    n = calm["answered"]
    centre = (n * calm["mean_score"]).sum() / n.sum()
    variance = ((n - 1) * calm["sd_score"] ** 2).sum() / (n - 1).sum()
    july = bank.pulse.loc[bank.pulse["month"] == "2025-07-01", "answered"].iloc[0]
    return centre - 3 * (variance / july) ** 0.5


@lru_cache(maxsize=4)
def limits(bank: Company) -> tuple[float, float, int, int]:
    """Centre of the calm months, standard deviation of an answer, answers of July 2025 and of all calm months."""
    calm = bank.pulse[bank.pulse["month"] <= "2024-06-30"]
    n = calm["answered"]
    variance = ((n - 1) * calm["sd_score"] ** 2).sum() / (n - 1).sum()
    july = bank.pulse.loc[bank.pulse["month"] == "2025-07-01", "answered"].iloc[0]
    return float((n * calm["mean_score"]).sum() / n.sum()), float(variance**0.5), int(july), int(n.sum())


Q4 = Question(
    name="q4",
    variable="lower_limit",
    points=2,
    kind="number",
    unit="points of 100",
    tolerance=0.1,  # plain or weighted means of the calm months: a few hundredths
    expected=lower_limit,
    why="A fall that stays above the lower limit needs no meeting: so many answers may differ that much by chance.",
    misconceptions=[
        Misconception(
            "two sigma for three",
            lambda bank: limits(bank)[0] - 2 * limits(bank)[1] / limits(bank)[2] ** 0.5,
            "That is the limit at two standard errors. A calm process crosses it about once in 20 months; the chart uses three.",
        ),
        Misconception(
            "upper limit",
            lambda bank: limits(bank)[0] + 3 * limits(bank)[1] / limits(bank)[2] ** 0.5,
            "That is the upper limit. For a fall in satisfaction look at the lower one.",
        ),
        Misconception(
            "single answers for a mean",
            lambda bank: limits(bank)[0] - 3 * limits(bank)[1],
            "That is a limit for one customer's answer. A month is a mean of many answers: divide s by the root of their number.",
        ),
        Misconception(
            "answers of all calm months",
            lambda bank: limits(bank)[0] - 3 * limits(bank)[1] / limits(bank)[3] ** 0.5,
            "You divided by the root of all answers of the calm months. The limit is for one month: take the answers of July 2025.",
        ),
    ],
    hints=[
        "The formula is in the lesson: centre − 3 · s / √n. Centre and s come from the calm months, n from July 2025.",
        "s is the standard deviation between single answers, pooled over the calm months: the root of the mean of "
        "`sd_score` squared is close enough.",
        "`crm.control_chart(bank.pulse, size='answered', spread='sd_score', baseline_until='2024-06-30').points` has a row per month "
        "with its `low`.",
    ],
)

# --- q5: the invitation ----------------------------------------------------------------------------------------------


def invitation_points(bank: Company) -> float:
    members = bank.campaign_members
    panel = members[members["campaign"] == "panel"]
    left = panel.groupby("arm")["outcome"].mean()
    return 100 * (left["treated"] - left["control"])


@lru_cache(maxsize=4)
def panel_rates(bank: Company) -> pd.Series:
    """Shares of leavers in percent: treated, control, takers, refusers; and the effect per head."""
    panel = bank.campaign_members[bank.campaign_members["campaign"] == "panel"]
    invited = panel["arm"] == "treated"
    groups = {
        "treated": invited,
        "control": ~invited,
        "takers": panel["responded"],
        "refusers": invited & ~panel["responded"],
    }
    rates = {name: 100 * panel.loc[group, "outcome"].mean() for name, group in groups.items()}
    per_head = invitation_effect(panel, "outcome", took_part="responded").set_index("comparison")["effect"]
    return pd.Series(rates | {"per head": 100 * per_head["took part, per head"]})


Q5 = Question(
    name="q5",
    variable="invitation_points",
    points=2,
    kind="percent",
    tolerance=0.01,  # two decimals
    expected=invitation_points,
    why="Only the two groups that the lot made are alike. Who accepts an invitation was attached before.",
    misconceptions=[
        Misconception(
            "those who came for those who were invited",
            lambda bank: panel_rates(bank)["takers"] - panel_rates(bank)["control"],
            "You compared those who took part with the control group. They chose to come: they differ from the others before any "
            "panel. Compare the groups as they were drawn.",
        ),
        Misconception(
            "those who came against those who refused",
            lambda bank: panel_rates(bank)["takers"] - panel_rates(bank)["refusers"],
            "You compared those who came with those who refused. The customers chose these groups, not the lot.",
        ),
        Misconception(
            "control minus invited",
            lambda bank: -invitation_points(bank),
            "The size is right, the sign is not: invited minus control. Fewer leavers among the invited is a negative number.",
        ),
        Misconception(
            "the invited alone",
            lambda bank: panel_rates(bank)["treated"],
            "That is the share of leavers among the invited. What would it have been without the invitation?",
        ),
        Misconception(
            "per head of those who came",
            lambda bank: panel_rates(bank)["per head"],
            "That is the effect per head of those who took part. The question asks about the invitation: all who were invited.",
        ),
    ],
    hints=[
        "Keep the rows of `bank.campaign_members` whose `campaign` is panel. Which column did the lot fill, and which one the customers?",
        "`outcome` is True for who left; its mean is a share. Compare the shares of the two arms.",
        "`crm.invitation_effect(panel, 'outcome')` gives the difference as a share; times 100.",
    ],
)

# --- q6: behind the zero ---------------------------------------------------------------------------------------------


def behind_the_zero(bank: Company) -> int:
    problems = bank.problems
    complaints = problems.groupby("branch")["voiced"].sum()
    quiet = problems[problems["branch"].isin(complaints.index[complaints == 0])]
    loudest = quiet["branch"].value_counts().idxmax()
    there = quiet[quiet["branch"] == loudest]
    return int((there["noticed"] & ~there["resolved"]).sum())


@lru_cache(maxsize=4)
def quiet_branches(bank: Company) -> pd.DataFrame:
    """Branches without a complaint, with most problems first: problems, noticed, solved, unsolved (noticed), left over."""
    problems = bank.problems
    sums = problems.assign(
        problems=1,
        solved=problems["noticed"] & problems["resolved"],
        unsolved=problems["noticed"] & ~problems["resolved"],
        left_over=~problems["resolved"],
    )
    sums = sums.groupby("branch")[["problems", "voiced", "noticed", "solved", "unsolved", "left_over"]].sum()
    return sums[sums["voiced"] == 0].sort_values("problems", ascending=False)


def one_branch_stands_out(bank: Company) -> bool:
    """One branch without complaints has the most problems, and most of them are noticed and unsolved."""
    table = quiet_branches(bank)
    first = table.iloc[0]
    return bool(first["problems"] > table["problems"].iloc[1] and first["unsolved"] > first["problems"] / 2)


Q6 = Question(
    name="q6",
    variable="behind_the_zero",
    points=2,
    kind="number",
    unit="problems",
    expected=behind_the_zero,
    why="This is the road called not spoken: customers notice, nobody solves, and nobody speaks or nobody is asked.",
    story=one_branch_stands_out,
    misconceptions=[
        Misconception(
            "no complaints read as no problems",
            0,
            "No complaint was written down, but the audit looked behind it. Count the rows of `bank.problems`, not the complaints.",
        ),
        Misconception(
            "all its problems",
            lambda bank: int(quiet_branches(bank)["problems"].iloc[0]),
            "Those are all its problems. Keep those that customers noticed and that were not solved.",
        ),
        Misconception(
            "solved ones left in",
            lambda bank: int(quiet_branches(bank)["noticed"].iloc[0]),
            "Those are the problems that customers noticed. Some of them were solved.",
        ),
        Misconception(
            "unnoticed ones left in",
            lambda bank: int(quiet_branches(bank)["left_over"].iloc[0]),
            "Those are all its problems that were not solved. Some of them nobody has noticed yet.",
        ),
        Misconception(
            "all quiet branches together",
            lambda bank: int(quiet_branches(bank)["unsolved"].sum()),
            "Those are the problems of all branches without complaints together. Take the one with the most problems.",
        ),
    ],
    hints=[
        "First find the branches without a complaint: the sum of `voiced` per branch is 0. The table above has them.",
        "Which of them has the most rows in `bank.problems`? Keep that branch's rows.",
        "Of these rows count those with `noticed` and not (`~`) `resolved`.",
    ],
)

# --- q7: the road where nobody speaks -----------------------------------------------------------------------------------


def silence_costs(bank: Company) -> str:
    from crmlib.service import branch_record, zero_complaint_roads

    people, window = bank.customers, {"start": "2023-01-01", "as_of": "2025-12-31"}
    own = people["left"].notna() & ~people["exit_reason"].isin(["death", "moved abroad", "closed by bank"])
    people = people.assign(own_choice=own)
    road = zero_complaint_roads(branch_record(people, bank.problems, **window), least_problems=10)
    road = road.set_index("branch")["road"].astype(str)
    people["road"] = people["branch"].map(road).fillna("all others")
    problems = bank.problems.assign(road=bank.problems["branch"].map(road).fillna("all others"))
    churn = branch_record(people, problems, by="road", **window).set_index("road")
    return "d" if churn.at["not spoken", "churn_low"] > churn.at["all others", "churn"] else "b"


@lru_cache(maxsize=4)
def churn_by_road(bank: Company) -> pd.DataFrame:
    people = bank.customers
    own = people["left"].notna() & ~people["exit_reason"].isin(["death", "moved abroad", "closed by bank"])
    people, window = people.assign(own_choice=own), {"start": "2023-01-01", "as_of": "2025-12-31"}
    road = zero_complaint_roads(branch_record(people, bank.problems, **window), least_problems=10)
    names = road.set_index("branch")["road"].astype(str)
    frames = (frame.assign(road=frame["branch"].map(names).fillna("all others")) for frame in (people, bank.problems))
    return branch_record(*frames, by="road", **window).set_index("road")


def all_roads_and_no_tie(bank: Company) -> bool:
    """All three roads are there, and the others' churn does not lie on the lower end of the interval."""
    table = churn_by_road(bank)
    if not {"not spoken", "not noticed", "solved"} <= set(table.index):
        return False
    return bool(abs(table.at["not spoken", "churn_low"] - table.at["all others", "churn"]) > 0.001)


Q7 = Question(
    name="q7",
    variable="silence_costs",
    points=3,
    kind="choice",
    expected=silence_costs,
    options={
        "a": "Yes: so many unsolved problems must drive customers away, whatever the churn.",
        "b": "These data cannot tell: the interval holds the churn of all others.",
        "c": "No: where nobody complains, customers are content and stay.",
        "d": "Yes: the whole interval lies above the churn of all others.",
    },
    why="Two branches are few customers: look where the interval lies, not only its middle. And why they leave, it does not say.",
    story=all_roads_and_no_tie,
    misconceptions=[
        Misconception(
            "what must be for what is",
            "a",
            "It is plausible, but the question is what the table shows. Where does the interval of churn lie?",
        ),
        Misconception(
            "silence taken for consent",
            "c",
            "Nobody complained, and the audit found many problems that were noticed and not solved. Compare who leaves.",
        ),
        Misconception(
            "the interval not looked at",
            lambda bank: "d" if silence_costs(bank) == "b" else None,
            "Is the lower end of the interval, `churn_low`, above the churn of all others? Look at it digit by digit.",
        ),
        Misconception(
            "no answer taken for the careful one",
            lambda bank: "b" if silence_costs(bank) == "d" else None,
            "An interval is wide, and may still lie on one side. On which side of `churn_low` is the churn of all others?",
        ),
    ],
    hints=[
        "Take two numbers out of the table: `churn_low` of the road, and `churn` of all others.",
        "If the churn of all others lies between `churn_low` and `churn_high`, both more and not more are possible.",
    ],
)

# --- q8: the recommendation ------------------------------------------------------------------------------------------

Q8 = Question(
    name="q8",
    variable="recommendation",
    points=5,
    kind="text",
    rubric={
        5: "A clear decision on the prize and one first measure; at least two of your own numbers with their unit, one of them on "
        "problems that the bank does not hear of; tells apart at least two roads to zero complaints; names one thing that these "
        "data cannot tell.",
        3: "A clear decision with at least one fitting number of your own; silence is not taken for satisfaction; roads to zero or "
        "the limit of the data are missing.",
        1: "Numbers without a decision, or a decision without numbers.",
        0: "Nothing, or nothing about this bank.",
    },
    hints=[
        "Begin with the decision: does the board's prize go to a branch without complaints?",
        "What should Ms Zhao do first on Monday, and for whom? You made a list in question 2.",
        "Read the rubric's best level once more, and check your text against each of its parts.",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8)
