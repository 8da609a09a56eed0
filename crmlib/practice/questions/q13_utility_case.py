"""Exercise 13, the utility's case: bills, the lot against the volunteers, gains and losers, codes, and the opened market.

Each `expected` function is what `solution()` shows to the student, so it stands on its own. The student's town is a small power company,
drawn with a number from the student's bank.
"""

from __future__ import annotations

from functools import lru_cache, wraps

import pandas as pd

from crmlib import companies
from crmlib.companies import Company
from crmlib.practice.declare import Misconception, Question
from crmlib.tariff import (
    compare_arms,
    exit_panel,
    opening_effect,
    peak_share_change,
    resolution_rates,
    tariff_change,
)

TOWN = 600
ARMS = ("trial time-of-use", "trial control")

_drawn = lru_cache(maxsize=4)(companies.simulate_utility)


@wraps(companies.simulate_utility)
def simulate_utility(**how: int) -> Company:
    # Each `expected` draws the town anew, since it is shown to a student; here a town is drawn once for all of them.
    return _drawn(**how)


def town_of(bank: Company) -> Company:
    return simulate_utility(customers=TOWN, seed=int(bank.years["app_sessions"].sum()), hourly=False)


def home_of(bank: Company) -> tuple[int, int, int, int]:
    """Return the home's kWh at peak, in flat hours, in the valley, and what it moves."""
    number = int(bank.years["app_sessions"].sum())
    return 200 + number % 97, 150 + number % 53, 60 + number % 41, 20 + number % 37


# --- q1: a bill ---------------------------------------------------------------------------------------------------------


def home_bill(bank: Company) -> float:
    lent = int(bank.years["app_sessions"].sum())
    peak, flat, valley = 200 + lent % 97, 150 + lent % 53, 60 + lent % 41
    tier_2, tier_3 = 400 - 260, peak + flat + valley - 400
    return peak * 0.78 + flat * 0.52 + valley * 0.22 + tier_2 * 0.05 + tier_3 * 0.30


def energy(bank: Company) -> float:
    peak, flat, valley, _ = home_of(bank)
    return peak * 0.78 + flat * 0.52 + valley * 0.22


def volume(bank: Company) -> int:
    return sum(home_of(bank)[:3])


Q1 = Question(
    name="q1",
    variable="home_bill",
    points=1,
    kind="number",
    unit="¥",
    tolerance=0.006,
    expected=home_bill,
    why="Energy by the hour, surcharges by the month's volume: two rules, added.",
    misconceptions=[
        Misconception(
            "surcharges forgotten",
            energy,
            "That is the energy by the hour alone. The tariff has tiers, too: the month is larger than tier 2.",
        ),
        Misconception(
            "surcharge on the whole month",
            lambda bank: energy(bank) + 0.30 * volume(bank),
            "You put the surcharge of tier 3 on every kWh. It is due only on what lies above the end of tier 2.",
        ),
        Misconception(
            "tier 3 from the end of tier 1",
            lambda bank: energy(bank) + 0.30 * (volume(bank) - 260),
            "Between the ends of tier 1 and tier 2 the smaller surcharge is due.",
        ),
        Misconception(
            "the higher tier at peak",
            lambda bank: energy(bank) + 0.30 * home_of(bank)[0],
            "You put the surcharge on the use at peak: the mix-up of the article. A tier does not know the hour.",
        ),
    ],
    hints=[
        "Two parts: what does each hour's power cost, and what is added because the month is large?",
        "The surcharges count the sum of the three numbers: 0.05 a kWh from 260 to 400, 0.30 above.",
        "140 kWh lie in tier 2. How many lie above 400?",
    ],
)

# --- q2: the same home moves ----------------------------------------------------------------------------------------------


def saved(bank: Company) -> float:
    moved = 20 + int(bank.years["app_sessions"].sum()) % 37
    return moved * (0.78 - 0.22)


Q2 = Question(
    name="q2",
    variable="saved",
    points=1,
    kind="number",
    unit="¥",
    tolerance=0.006,
    expected=saved,
    why="The month's volume stays, and with it the surcharge.",
    misconceptions=[
        Misconception(
            "the surcharge falls, too",
            lambda bank: home_of(bank)[3] * (0.78 - 0.22 + 0.30),
            "The surcharge of tier 3 cannot fall: the month is as large as before. Only the hour has changed.",
        ),
        Misconception(
            "not used at all",
            lambda bank: home_of(bank)[3] * 0.78,
            "That is what the power costs at peak. It is not saved but used in the valley, and paid there.",
        ),
        Misconception(
            "to the flat hours",
            lambda bank: home_of(bank)[3] * (0.78 - 0.52),
            "You moved it to the flat hours. Its new price is that of the valley.",
        ),
    ],
    hints=[
        "Which part of the bill looks at the hour, and which at the sum of the month? Which of them changes?",
        "Each kWh leaves the peak's price and meets the valley's.",
    ],
)

# --- q3: the lot ----------------------------------------------------------------------------------------------------------


def by_lot(bank: Company) -> float:
    town = simulate_utility(customers=600, seed=int(bank.years["app_sessions"].sum()), hourly=False)
    homes = town.customers[town.customers["class"] == "residential"]
    mine = town.bills[town.bills["customer"].isin(homes["customer"])]
    changed = peak_share_change(mine, "2024-07-01").customers.merge(homes[["customer", "tou_arm"]])
    found = compare_arms(changed, "change", "trial time-of-use", "trial control", arm="tou_arm")
    return 100 * found["difference"].iloc[0]


@lru_cache(maxsize=4)
def changes(bank: Company) -> pd.DataFrame:
    town = town_of(bank)
    homes = town.customers[town.customers["class"] == "residential"]
    mine = town.bills[town.bills["customer"].isin(homes["customer"])]
    return peak_share_change(mine, "2024-07-01").customers.merge(homes[["customer", "tou_arm"]])


def difference(bank: Company, column: str, treated: str, control: str) -> float:
    return 100 * float(compare_arms(changes(bank), column, treated, control, arm="tou_arm")["difference"].iloc[0])


def enough_homes(bank: Company) -> bool:
    """Both arms and the volunteers have homes, and what volunteers seem to show is far from what the lot shows."""
    arms = changes(bank)["tou_arm"].astype(str).value_counts().reindex([*ARMS, "opted in"], fill_value=0)
    if arms.min() < 8:
        return False
    return difference(bank, "after", "opted in", "none") < difference(bank, "change", *ARMS) - 5


Q3 = Question(
    name="q3",
    variable="by_lot",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=by_lot,
    story=enough_homes,
    why="Only the lot makes two groups that differ in nothing but the price.",
    misconceptions=[
        Misconception(
            "volunteers after",
            lambda bank: difference(bank, "after", "opted in", "none"),
            "That compares those who opted in with the others, afterwards. They chose, and used less at peak before. Compare the two arms "
            "drawn by lot.",
        ),
        Misconception(
            "control minus treated",
            lambda bank: -difference(bank, "change", *ARMS),
            "You subtracted the wrong way round. Below 0 means that the prices cut the peak.",
        ),
    ],
    hints=[
        "Who was drawn by lot, and to what? The column `tou_arm` says it.",
        "`crm.peak_share_change(bills, start)` measures each home's `change`; merge `tou_arm` to its `.customers`.",
        "`crm.compare_arms(frame, 'change', treated, control, arm='tou_arm')`; its `difference` times 100.",
    ],
)

# --- q4: the volunteers before ------------------------------------------------------------------------------------------


def before_points(bank: Company) -> float:
    town = simulate_utility(customers=600, seed=int(bank.years["app_sessions"].sum()), hourly=False)
    homes = town.customers[town.customers["class"] == "residential"]
    mine = town.bills[town.bills["customer"].isin(homes["customer"])]
    changed = peak_share_change(mine, "2024-07-01").customers.merge(homes[["customer", "tou_arm"]])
    found = compare_arms(changed, "before", "opted in", "none", arm="tou_arm")
    return 100 * found["difference"].iloc[0]


Q4 = Question(
    name="q4",
    variable="before_points",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=before_points,
    story=lambda bank: difference(bank, "before", "opted in", "none") < -5,
    why="What differs before a price began, the price did not do. They chose it because they use little at peak.",
    misconceptions=[
        Misconception(
            "volunteers after",
            lambda bank: difference(bank, "after", "opted in", "none"),
            "That is the difference afterwards, the one on the paper. How large was it already before July 2024?",
        ),
        Misconception(
            "volunteers, change",
            lambda bank: difference(bank, "change", "opted in", "none"),
            "That is how they changed. The question is how they differed before anything began.",
        ),
        Misconception(
            "none minus volunteers",
            lambda bank: -difference(bank, "before", "opted in", "none"),
            "You subtracted the wrong way round. Below 0 means that the volunteers used less at peak.",
        ),
        Misconception(
            "against the control group of the trial",
            lambda bank: difference(bank, "before", "opted in", "trial control"),
            "Those were drawn by lot to keep their tariff. Compare with the homes that were free to choose and did not: `none`.",
        ),
    ],
    hints=[
        "The same table as in question 3, another column and other groups.",
        "`crm.compare_arms(frame, 'before', 'opted in', 'none', arm='tou_arm')`; its `difference` times 100.",
    ],
)

# --- q5: who loses --------------------------------------------------------------------------------------------------------


def losers_percent(bank: Company) -> float:
    town = simulate_utility(customers=600, seed=int(bank.years["app_sessions"].sum()), hourly=False)
    in_2025 = town.bills[town.bills["month"] >= "2025-01-01"]
    on_tiers = in_2025[in_2025["tariff"] == "home tiered"].assign(cost_peak=0.0, cost_flat=0.0, cost_valley=0.0)
    change = tariff_change(on_tiers, town.tariffs, "home time-of-use", 0.1)
    return 100 * (change["gain"] < 0).mean()


@lru_cache(maxsize=8)
def put_on_new_prices(bank: Company, elasticity: float) -> pd.DataFrame:
    town = town_of(bank)
    year = town.bills[(town.bills["month"] >= "2025-01-01") & (town.bills["tariff"] == "home tiered")]
    return tariff_change(
        year.assign(cost_peak=0.0, cost_flat=0.0, cost_valley=0.0), town.tariffs, "home time-of-use", elasticity
    )


Q5 = Question(
    name="q5",
    variable="losers_percent",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=losers_percent,
    why="A mean gain says nothing of them. Name the losers before the launch.",
    misconceptions=[
        Misconception(
            "winners for losers",
            lambda bank: 100 * float((put_on_new_prices(bank, 0.1)["gain"] > 0).mean()),
            "Those are the winners. Count the homes whose `gain` is below 0.",
        ),
        Misconception(
            "nobody shifts",
            lambda bank: 100 * float((put_on_new_prices(bank, 0.0)["gain"] < 0).mean()),
            "That is how many lose if nobody moves anything. The question gives an elasticity of 0.1.",
        ),
    ],
    hints=[
        "`crm.tariff_change` puts each home on the new tariff; which of its columns is what a home gains or loses?",
        "`gain` below 0 is a loss. A share is the mean of True and False; times 100 it is percent.",
    ],
)

# --- q6: the mean -------------------------------------------------------------------------------------------------------


def mean_gain(bank: Company) -> float:
    town = simulate_utility(customers=600, seed=int(bank.years["app_sessions"].sum()), hourly=False)
    in_2025 = town.bills[town.bills["month"] >= "2025-01-01"]
    on_tiers = in_2025[in_2025["tariff"] == "home tiered"].assign(cost_peak=0.0, cost_flat=0.0, cost_valley=0.0)
    change = tariff_change(on_tiers, town.tariffs, "home time-of-use", 0.1)
    return change["gain"].mean()


Q6 = Question(
    name="q6",
    variable="mean_gain",
    points=1,
    kind="number",
    unit="yuan",
    tolerance=0.006,
    expected=mean_gain,
    # the council's sentence is to be true, and not enough
    story=lambda bank: put_on_new_prices(bank, 0.1)["gain"].mean() > 2,
    why="A mean above 0 can be right and still hide every home that pays more.",
    misconceptions=[
        Misconception(
            "nobody shifts",
            lambda bank: float(put_on_new_prices(bank, 0.1)["structural"].mean()),
            "That is the mean gain if nobody moves anything. The question gives an elasticity of 0.1: add what shifting saves.",
        ),
        Misconception(
            "only by shifting",
            lambda bank: float(put_on_new_prices(bank, 0.1)["shifting"].mean()),
            "That is what shifting alone saves. The gain has a second part, which comes without moving anything.",
        ),
        Misconception(
            "after minus before",
            lambda bank: -float(put_on_new_prices(bank, 0.1)["gain"].mean()),
            "You subtracted the wrong way round. A home gains where its new bill is smaller than the old one.",
        ),
        Misconception(
            "a month, not a year",
            lambda bank: float(put_on_new_prices(bank, 0.1)["gain"].mean()) / 12,
            "That is the gain of a month. The bills are those of the year 2025.",
        ),
        Misconception(
            "only the winners",
            lambda bank: float(put_on_new_prices(bank, 0.1).query("gain > 0")["gain"].mean()),
            "You left the losers out. The average is over all these homes.",
        ),
    ],
    hints=[
        "The frame of question 5 has a row for each home. Which column is what it gains over the year?",
        "The mean of `gain`, over all rows.",
    ],
)

# --- q7: the code and the audit -------------------------------------------------------------------------------------------


def gap_points(bank: Company) -> float:
    town = simulate_utility(customers=600, seed=int(bank.years["app_sessions"].sum()), hourly=False)
    found = resolution_rates(town.contacts, town.audits)
    return 100 * found["gap"].iloc[0]


def rates_of(bank: Company) -> pd.Series:
    town = town_of(bank)
    return 100 * resolution_rates(town.contacts, town.audits).iloc[0]


def app_counted(bank: Company) -> float:
    contacts = town_of(bank).contacts
    return 100 * float((contacts["coded"].astype(str) == "resolved").mean()) - rates_of(bank)["audited"]


Q7 = Question(
    name="q7",
    variable="gap_points",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=gap_points,
    story=lambda bank: rates_of(bank)["gap"] > 2,
    why="The code is written by those who are paid for it, the audit was drawn by lot.",
    misconceptions=[
        Misconception(
            "contacts without a code counted as open",
            app_counted,
            "Contacts in the app have no agent and no code. They are neither resolved nor open: leave them out.",
        ),
        Misconception(
            "the code alone",
            lambda bank: rates_of(bank)["coded"],
            "That is the coded share. Subtract what audited customers say.",
        ),
        Misconception(
            "the audit alone",
            lambda bank: rates_of(bank)["audited"],
            "That is the audited share. By how much does the code exceed it?",
        ),
    ],
    hints=[
        "Two shares: of the contacts with a code, how many are coded resolved; of the audited ones, how many customers say so.",
        "`crm.resolution_rates(contacts, audits)` has both, and their `gap`.",
    ],
)

# --- q8: the opened market ------------------------------------------------------------------------------------------------


def opening_points(bank: Company) -> float:
    town = simulate_utility(customers=600, seed=int(bank.years["app_sessions"].sum()), hourly=False)
    panel = exit_panel(town.customers, "2023-01-01", "2026-01-01")
    found = opening_effect(panel, {"commercial": "2024-10-01"}, control="residential")
    return 100 * found["effect"].iloc[0]


@lru_cache(maxsize=4)
def opening(bank: Company) -> pd.Series:
    panel = exit_panel(town_of(bank).customers, "2023-01-01", "2026-01-01")
    return 100 * opening_effect(panel, {"commercial": "2024-10-01"}, "residential").set_index("class").loc["commercial"]


Q8 = Question(
    name="q8",
    variable="opening_points",
    points=2,
    kind="percent",
    tolerance=0.06,
    expected=opening_points,
    story=lambda bank: opening(bank)["effect"] > 3,
    why="Two differences: before and after, opened and not. What homes changed would have happened anyway.",
    misconceptions=[
        Misconception(
            "the rate after the opening",
            lambda bank: opening(bank)["after"],
            "That is the yearly rate after the opening. Some left before it, too.",
        ),
        Misconception(
            "no control group",
            lambda bank: opening(bank)["after"] - opening(bank)["before"],
            "That is after less before. What changed for homes in the same time has to come off: the opening did not do it.",
        ),
        Misconception(
            "after against homes",
            lambda bank: opening(bank)["effect"] + opening(bank)["before"],
            "You took off what homes changed, but not what commerce lost before the opening.",
        ),
    ],
    hints=[
        "`crm.exit_panel` follows customers by quarter; homes, who may not choose, are the control group.",
        "`crm.opening_effect(panel, {'commercial': '2024-10-01'}, control='residential')`; its `effect` times 100.",
    ],
)

# --- q9: the advice -------------------------------------------------------------------------------------------------------

Q9 = Question(
    name="q9",
    variable="advice",
    points=5,
    kind="text",
    rubric={
        5: "A clear recommendation on prices by the hour that the council can act on; at least two of your own numbers with their "
        "unit; says what was compared with whom; names which group loses; names one thing that the data cannot tell, and how to find "
        "it out.",
        3: "A clear recommendation with at least one fitting number, and volunteers are not taken for the effect of the price; losers "
        "or limits are not named.",
        1: "Numbers without a recommendation, a recommendation without numbers, or volunteers taken for the effect of the price.",
        0: "Nothing, or nothing about this town.",
    },
    hints=[
        "Begin with the recommendation: by choice, for everybody, not yet, or not at all?",
        "Which of your numbers says what the price does, and which who pays for it?",
    ],
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8, Q9)
