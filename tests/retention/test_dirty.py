"""Bad input: each case gets a sentence that names column, rows and remedy, or is set aside and counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.retention import (
    calibration,
    call_threshold,
    campaign_decision,
    campaign_power,
    campaign_uplift,
    check_lists,
    churn_by_tenure,
    churn_frame,
    churn_model,
    cohort_triangle,
    compare_lists,
    count_events,
    count_open,
    keep_or_win,
    lift,
    rank_calls,
    retention_base,
    retention_rates,
    sampling_distribution,
    survival_curve,
    suspicious_features,
    tenure_models,
    uplift_model,
)

dates = pd.to_datetime
PEOPLE = pd.DataFrame(
    {
        "customer": [1, 2, 3, 4],
        "joined": dates(["2020-01-01", "2022-05-05", "2023-01-01", "2024-03-03"]),
        "left": dates(["2024-02-02", None, "2024-01-10", None]),
    }
)
FACTS = pd.DataFrame(
    {"customer": [1, 2, 4], "feature": "visits", "value": [1, 2, 3], "known": dates(["2023-01-01"] * 3)}
)
SCORED = pd.DataFrame(
    {
        "customer": range(6),
        "risk": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
        "value": [100.0, 200, 300, 400, 500, 600],
        "uplift": [-0.1, 0.1, 0, 0, -0.2, 0.2],
        "visits": [3, 1, 4, 1, 5, 9],
        "left": [False, True, False, True, False, True],
    }
)
MEMBERS = pd.DataFrame(
    {"arm": ["treated", "control"] * 4, "outcome": [True, False, False, True] * 2, "cost": [60.0, 0] * 4, "x": range(8)}
)
BASE = pd.DataFrame(
    {"customer": [1, 2], "kept": [True, False]}
    | {
        f"{stem}_{when}": [1.0, 0.5]
        for stem in ("contracts", "products", "revenue", "share")
        for when in ("before", "after")
    }
)
HELD = pd.DataFrame({"customer": [1], "product": ["card"], "opened": dates(["2020-01-01"]), "closed": dates([None])})
MONTHS = pd.DataFrame({"customer": [1, 1], "month": dates(["2022-12-01", "2023-12-01"]), "revenue": [5.0, 6.0]})
WALLETS = pd.DataFrame({"customer": [1, 1], "year": [2022, 2023], "share_of_wallet": [0.5, 0.6]})
TABLES, YEAR = [PEOPLE, HELD, MONTHS, WALLETS], {"start": "2023-01-01", "end": "2024-01-01"}
UNTIL, WINDOW = {"as_of": "2024-12-31"}, {"start": "2024-01-01"}
ROW = pd.DataFrame({"treated": [100], "uplift": [-0.03], "error": [0.01], "cost": [6000.0]})
NONE = pd.to_datetime([None] * 4)

# name: (function, frames, further arguments, the sentence)
REFUSED = {
    "not a table": (survival_curve, [[1, 2]], UNTIL, "The frame of customers must be a pandas DataFrame (a table), but it is a list."),
    "no rows": (cohort_triangle, [PEOPLE.iloc[:0]], UNTIL,
        "The frame of customers has no rows. Check the filter or the file that it came from."),
    "a column is missing": (churn_by_tenure, [PEOPLE.drop(columns="left")], UNTIL,
        "The frame of customers has no column 'left'. Its columns are 'customer' and 'joined'. Rename the column, or name yours in "
        "the call."),
    "dates as text": (survival_curve, [PEOPLE.assign(joined="01/02/2020")], UNTIL,
        "Column 'joined' of the frame of customers must hold dates, but begins with the text '01/02/2020'. Convert it first and say "
        "in which order day, month and year stand, for example pd.to_datetime(frame['joined'], format='%Y-%m-%d')."),
    "a customer twice": (survival_curve, [pd.concat([PEOPLE, PEOPLE.iloc[:1]])], UNTIL,
        "The frame of customers must have one row per customer, but column 'customer' repeats in 1 row (row 4). Remove the "
        "repeated rows first."),
    "a day written the other way": (survival_curve, [PEOPLE], {"as_of": "31.12.2024"},
        "`as_of` must be a day like '2025-12-31' (year-month-day), but it is '31.12.2024'."),
    "records that begin after they end": (survival_curve, [PEOPLE], {**UNTIL, "observed_from": "2025-06-01"},
        "`observed_from` (2025-06-01) is after `as_of` (2024-12-31). Exchange them."),
    "nobody has joined yet": (survival_curve, [PEOPLE], {"as_of": "2019-12-31"},
        "The frame of customers has no usable row: joined after 2019-12-31. Check dates and columns."),
    "own choice as text": (survival_curve, [PEOPLE.assign(own="yes")], {**UNTIL, "own_choice": "own"},
        "Column 'own' of the frame of customers must say True or False in every row. Make it so, for example with "
        "frame['own'] == 'yes'."),
    "a level in percent": (survival_curve, [PEOPLE], {**UNTIL, "level": 95},
        "`level` must lie between 0 and 1, such as 0.95 for 95 %, but it is 95."),
    "a group without a name": (survival_curve, [PEOPLE.assign(g=["A", None, "A", "A"])], {**UNTIL, "by": "g"},
        "Column 'g' of the frame of customers is empty in 1 row (row 1). Fill it in."),
    "everyone at risk is gone while others come later": (survival_curve,
        [pd.DataFrame({"customer": [1, 2], "joined": dates(["2023-01-01", "2020-01-01"]), "left": dates(["2023-03-01", None])})],
        {**UNTIL, "observed_from": "2023-01-01"},
        "On day 60 of the relationship all customers at risk left (1), while others come under observation later: the curve would "
        "stay at 0. Start it later: from_years=0.2."),
    "nobody left": (tenure_models, [PEOPLE.assign(left=NONE)], UNTIL,
        "Nobody left in these records, so that no story of leaving can be fitted. Choose a longer time."),
    "ages that do not rise": (churn_by_tenure, [PEOPLE, (0, 2, 1)], UNTIL,
        "`edges` must be rising ages in years from 0 on, such as (0, 1, 2, 5), but they are 0, 2 and 1."),
    "an age that nobody reached": (churn_by_tenure, [PEOPLE, (0, 5, 30, 40)], UNTIL,
        "Nobody was observed between 5 and 30 years. Choose other `edges`."),
    "a hazard below zero": (churn_by_tenure, [PEOPLE.assign(h=[0.1, -1, 0.1, np.nan])], {**UNTIL, "edges": (0, 1), "hazard": "h"},
        "Column 'h' of the frame of customers is empty or below 0 in 2 rows (rows 1 and 3)."),
    "no whole year": (cohort_triangle, [PEOPLE], {"as_of": "2020-06-01"},
        "No customer was observed for a whole year of the relationship. Choose a longer time."),
    "an end before the start": (retention_base, TABLES, {"start": "2024-01-01", "end": "2024-01-01"},
        "`end` (2024-01-01) must be after `start` (2024-01-01)."),
    "nobody at the start": (retention_base, TABLES, {"start": "2020-01-01", "end": "2024-01-01"},
        "Nobody was a customer on 2020-01-01. Check the dates of the frame of customers."),
    "a day that the data do not cover": (retention_base, TABLES, {"start": "2023-01-01", "end": "2025-01-01"},
        "The frame of months has no month 2024-12, the last one before 2025-01-01. Choose days that the data cover."),
    "a share in percent": (retention_base, [*TABLES[:3], WALLETS.assign(share_of_wallet=[50, 60])], YEAR,
        "Column 'share_of_wallet' of the frame of wallets is above 1 in 2 rows (rows 0 and 1). Write 45 % as 0.45."),
    "a negative revenue": (retention_base, [PEOPLE, HELD, MONTHS.assign(revenue=[-5.0, 6]), WALLETS], YEAR,
        "Column 'revenue' of the frame of months is empty or below 0 in 1 row (row 0). Correct these rows."),
    "a product without a beginning": (retention_base, [PEOPLE, HELD.assign(opened=dates([None])), MONTHS, WALLETS], YEAR,
        "Column 'opened' of the frame of holdings is empty in 1 row (row 0). Fill it in."),
    "no revenue before": (retention_rates, [BASE.assign(revenue_before=0.0)], {},
        "The base has no revenue before the period: there is nothing to keep. Check the columns."),
    "a fact dated too late": (churn_frame, [PEOPLE, FACTS.assign(known=dates(["2023-01-01", "2024-01-01", "2024-05-05"]))], WINDOW,
        "'visits' became known on or after 2024-01-01, when the outcome window begins, in 2 rows (rows 1 and 2). Nobody could have "
        "used it that morning, and it may be a trace of the leaving itself. Keep what was known before: "
        "facts[facts['known'] < '2024-01-01']."),
    "a fact without a day": (churn_frame, [PEOPLE, FACTS.assign(known=dates(["2023-01-01", None, "2023-01-01"]))], WINDOW,
        "Column 'known' of the frame of facts is empty in 1 row (row 1). A fact without a day cannot be shown to have been known in "
        "time: find the day, or leave the fact out."),
    "a window beyond the records": (churn_frame, [PEOPLE, FACTS], {**WINDOW, "records_until": "2024-06-30"},
        "The outcome window runs to 2024-12-31, but the records end on 2024-06-30: who leaves later would look kept. Choose an "
        "earlier `start` or fewer `months`."),
    "half a month": (churn_frame, [PEOPLE, FACTS], {**WINDOW, "months": 0.5},
        "`months` must be a whole number of months from 1 on, but it is 0.5."),
    "an unknown feature filled": (churn_frame, [PEOPLE, FACTS], {**WINDOW, "absent": {"calls": 0}},
        "The frame of facts, by feature, has no column 'calls'. Its columns are 'customer' and 'visits'. Rename the column, or name "
        "yours in the call."),
    "no event in time": (count_events, [pd.DataFrame({"customer": [1], "date": dates(["2020-01-01"])}), "calls", "2024-01-01"], {},
        "There is no event in the 12 months before 2024-01-01. Check the day and the dates."),
    "an event without a customer": (count_open, [HELD.assign(customer=None), "products", "2024-01-01"], {},
        "Column 'customer' of the frame of events is empty in 1 row (row 0). Leave these rows out."),
    "an empty feature": (churn_model, [SCORED.assign(visits=[3, np.nan, 4, 1, 5, 9]), ["visits"]], {},
        "Column 'visits' of the frame of customers is empty in 1 row (row 1). Say what an empty cell means "
        "(frame['visits'].fillna(0) if it is a count), or leave the column or these rows out."),
    "nobody left in the window": (churn_model, [SCORED.assign(left=False), ["visits"]], {},
        "Column 'left' of the frame of customers says False in every row. A model needs both, some who left and some who stayed."),
    "a feature that never changes": (churn_model, [SCORED.assign(visits=3), ["visits"]], {},
        "Feature 'visits' has the same value in every row. Leave it out."),
    "a feature that follows from others": (churn_model, [SCORED.assign(twice=2 * SCORED["visits"]), ["visits", "twice"]], {},
        "Among 'visits' and 'twice' one feature follows from the others. Leave one out."),
    "a leak": (churn_model, [SCORED.assign(asked_why=SCORED["left"]), ["visits", "asked_why"]], {},
        "Feature 'asked_why' parts leavers from stayers without a remainder, at least in one of its values, so that its coefficient "
        "grows without end. Either it was written down after they left (a leak), or there are too few customers for it: leave it "
        "out, or use more of them."),
    "a value that all leavers share": (churn_model, [SCORED.assign(calls=[1, 1, 0, 0, 0, 0], left=[True, True, True, False, False, False]),
        ["calls"]], {},
        "Feature 'calls' parts leavers from stayers without a remainder, at least in one of its values, so that its coefficient "
        "grows without end. Either it was written down after they left (a leak), or there are too few customers for it: leave it "
        "out, or use more of them."),
    "an outcome of 0 and 1": (suspicious_features, [SCORED.assign(left=[0, 1] * 3), ["visits"]], {},
        "Column 'left' of the frame of customers must say True or False in every row. Make it so, for example with "
        "frame['left'] == 'yes'."),
    "a risk in percent": (calibration, [SCORED.assign(risk=SCORED["risk"] * 100)], {"groups": 2},
        "Column 'risk' of the frame of customers must lie above 0 and below 1, but does not in 6 rows (rows 0, 1, 2, 3, 4 and 1 more). "
        "Write 12 % as 0.12."),
    "more groups than customers": (lift, [SCORED], {}, "6 customers cannot be cut into 10 groups. Use fewer groups."),
    "a saved share in percent": (call_threshold, [SCORED], {"cost": 60, "saved_share": 30},
        "`saved_share` must lie above 0 and up to 1, such as 0.3 for 30 %, but it is 30."),
    "a cost below zero": (call_threshold, [SCORED], {"cost": -1, "saved_share": 0.3},
        "`cost` must be an amount of 0 or more, but it is -1."),
    "a cost below zero, ranked": (rank_calls, [SCORED], {"cost": -1}, "`cost` must be an amount of 0 or more, but it is -1."),
    "a value as text": (rank_calls, [SCORED.assign(value="¥100")], {"cost": 60},
        "Column 'value' of the frame of customers must hold numbers, but row 0 has the text '¥100'. Convert it first, for example "
        "with pd.to_numeric(frame['value'])."),
    "an uplift in percent": (rank_calls, [SCORED.assign(uplift=-3)], {"cost": 60},
        "Column 'uplift' of the frame of customers must lie between −1 and 1, but does not in 6 rows (rows 0, 1, 2, 3, 4 and 1 more). "
        "Write 3 percentage points fewer leavers as −0.03."),
    "more calls than customers": (compare_lists, [SCORED, ["risk"], 7], {"cost": 60},
        "`places` must be a whole number of calls from 1 to the 6 customers, but it is 7."),
    "more places than members": (check_lists, [MEMBERS, ["x"], 9], {},
        "`places` must be a whole number of calls from 1 to the 8 customers, but it is 9."),
    "arms with other names": (campaign_uplift, [MEMBERS.assign(arm=["called", "not"] * 4)], {},
        "Column 'arm' of the frame of campaign members is neither 'treated' nor 'control' in 8 rows (rows 0, 1, 2, 3, 4 and 3 more). "
        "Say how the arms are called: treated=..., control=..."),
    "one arm": (campaign_uplift, [MEMBERS.query("arm == 'treated'")], {},
        "Nobody is in the arm 'control': there is nothing to compare with."),
    "one arm in a group": (campaign_uplift, [MEMBERS.assign(g=["A", "B"] * 4)], {"by": "g"},
        "Nobody in g 'B' is in the arm 'treated': there is nothing to compare with."),
    "an arm of one kind for a model": (uplift_model, [MEMBERS.query("arm == 'treated'"), ["x"]], {},
        "Column 'arm' has one arm only: an uplift needs customers with and without the contact."),
    "an unknown wish": (campaign_uplift, [MEMBERS], {"wanted": "less"},
        "`wanted` must be 'fewer' (customers who leave) or 'more' (who return), but it is 'less'."),
    "a cost that is empty": (campaign_uplift, [MEMBERS.assign(cost=np.nan)], {},
        "Column 'cost' of the frame of campaign members is empty in 8 rows (rows 0, 1, 2, 3, 4 and 3 more). Fill it in."),
    "no change": (campaign_power, [0.12, 0], {},
        "`base` (0.12) and base + change (0.12) must be shares between 0 and 1, and the change not 0. Write a fall from 12 % to 9 % "
        "as base=0.12, change=-0.03."),
    "a decision of points for shares": (campaign_decision, [0.4, 10, 0.05], {},
        "`base` (0.4) and base + change must be shares between 0 and 1, and `break_even` (0.05) a change of shares. Write 10 points more "
        "than 40 % as base=0.40, change=0.10."),
    "a decision that no number brings": (campaign_decision, [0.4, 0.05, 0.05], {},
        "A change of 0.05 is the break-even itself: no number of customers decides that. Give `per_arm`, or another change."),
    "half a customer to decide": (campaign_decision, [0.4, 0.1, 0.05], {"per_arm": 0.5},
        "`per_arm` must be a whole number of customers from 2 on, but it is 0.5."),
    "half a customer": (campaign_power, [0.12, -0.03], {"per_arm": 0.5},
        "`per_arm` must be a whole number of customers from 2 on, but it is 0.5."),
    "a campaign that lost customers": (keep_or_win, [ROW.assign(uplift=0.01), ROW.assign(uplift=0.01)], {},
        "On balance the retention campaign lost customers, so that there is no cost per customer. Report the uplift instead."),
    "several rows at once": (keep_or_win, [pd.concat([ROW, ROW]), ROW], {},
        "The result of the retention campaign has 2 rows. Choose one of them, such as frame.iloc[[0]]."),
    "one sample": (sampling_distribution, [pd.DataFrame(
        {"uplift": [0.1], "error": [0.1], "low": [0.0], "high": [0.2], "truth": [0.1]})], {},
        "A sampling distribution needs two samples or more."),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence(name):
    function, given, arguments, sentence = REFUSED[name]
    before = [one.copy() if isinstance(one, pd.DataFrame) else one for one in given]
    with pytest.raises((ValueError, TypeError)) as refusal:
        function(*given, **arguments)
    assert str(refusal.value) == sentence
    for now, was in zip(given, before, strict=True):
        if isinstance(was, pd.DataFrame):
            pd.testing.assert_frame_equal(now, was)


ODD = pd.DataFrame(
    {
        "customer": [1, None, 3, 4, 5, 6],
        "joined": dates(["2020-01-01", "2020-01-01", None, "2024-03-03", "2026-01-01", "2020-01-01"]),
        "left": dates(["2024-02-02", None, None, "2023-01-01", None, "2022-05-05"]),
    }
)
LINES = [["no customer", 1, "1"], ["no day in 'joined'", 1, "2"], ["'left' is before 'joined'", 1, "3"]]


@pytest.mark.parametrize(
    ("function", "more", "lines"),
    [
        (survival_curve, {"as_of": "2024-12-31", "observed_from": "2023-01-01"},
         [*LINES, ["joined after 2024-12-31", 1, "4"], ["left before 2023-01-01, when the records begin", 1, "5"]]),
        (cohort_triangle, {"as_of": "2024-12-31"}, [*LINES, ["joined after 2024-12-31", 1, "4"]]),
    ],
)  # fmt: skip
def test_set_aside_and_counted(function, more, lines):
    assert function(ODD, **more).excluded.to_numpy().tolist() == lines


def test_a_base_sets_aside_and_counts():
    found = retention_base(ODD, HELD, MONTHS, WALLETS, **YEAR)
    assert found.excluded.to_numpy().tolist() == LINES
    assert found.customers["customer"].tolist() == [1]


def test_a_later_exit_is_not_yet_known():
    later = PEOPLE.assign(left=dates(["2030-01-01"] * 4))
    assert survival_curve(later, **UNTIL).curve["left"].sum() == 0


UNDERSTOOD = {
    "other row labels": PEOPLE.set_axis(list("xxyz")),
    "times with a zone": PEOPLE.assign(joined=PEOPLE["joined"].dt.tz_localize("Asia/Shanghai")),
    "python dates": PEOPLE.assign(joined=[one.date() for one in PEOPLE["joined"]]),
    "ids as text": PEOPLE.assign(customer=list("abcd")),
}


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_understood(name):
    found, plain = (survival_curve(one, **UNTIL).curve for one in (UNDERSTOOD[name], PEOPLE))
    pd.testing.assert_frame_equal(found, plain)


def test_one_customer_is_enough_for_a_curve():
    curve = survival_curve(PEOPLE.iloc[:1], **UNTIL).curve
    assert curve["kept"].tolist() == [1, 0]
