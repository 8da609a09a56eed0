"""Bad input: each case gets a sentence that names the column or the word, the rows and the remedy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crmlib.value import (
    buying_model,
    clv_table,
    fit_buying,
    fit_cohort,
    fit_spend,
    hold_out_test,
    predict_purchases,
    predict_spend,
    purchase_clv,
    referral_value,
    residual_by_tenure,
    retention_clv,
    rfm_scores,
    spend_model,
    value_components,
    value_drivers,
    value_scorecard,
)

PAST = pd.DataFrame(
    {
        "customer": [1, 2, 3],
        "first_purchase": pd.to_datetime(["2025-01-01", "2025-01-05", "2025-01-09"]),
        "repeat_frequency": [2, 0, 1],
        "days_first_to_last": [20, 0, 9],
        "days_observed": [30, 26, 22],
        "monetary_value": [40.0, np.nan, 25.0],
    }
)
LOG = pd.DataFrame(
    {
        "customer": [1, 1, 2, 3],
        "date": pd.to_datetime(["2025-01-01", "2025-01-21", "2025-01-05", "2025-02-10"]),
        "revenue": [10.0] * 4,
    }
)
BASE = pd.DataFrame(
    {
        "customer": [1, 2, 3],
        "revenue": [100.0, 80, 60],
        "profit": [20.0, -5, 10],
        "historical": [9.0, 9, 9],
        "margin": [10.0, 5, 1],
        "retention": [0.8, 0.9, 0.7],
        "value": [5.0, 6, 7],
        "referrer": [None, 1, 1],
    }
)
M = buying_model(0.24, 4.4, 0.8, 2.4)
S = spend_model(6.25, 3.74, 15.4)
STUDY = pd.DataFrame(
    {
        "rater": [1, 1, 2, 2],
        "bank": ["A", "B"] * 2,
        "brand": [5, 6, 7, 3],
        "value": [4, 6, 5, 5],
        "relationship": [3, 4, 8, 2],
        "chosen": [False, True, True, False],
    }
)
PERIODS = pd.DataFrame({"period": [1, 2], "at_risk": [100, 80], "kept": [80, 70]})

# name: (function, what it gets, further words, the sentence)
REFUSED = {
    "one customer": (
        fit_buying,
        [PAST.head(1)],
        {},
        "One customer cannot show how customers differ. Give the histories of all customers.",
    ),
    "all on one day": (
        fit_buying,
        [PAST.assign(repeat_frequency=0, days_first_to_last=0, days_observed=0)],
        {},
        "None of the 3 customers bought again, so that nothing can be learnt about how often they buy or when they"
        " stop. Watch them for longer, or check that the log has more than one purchase per customer.",
    ),
    "a customer twice": (
        fit_buying,
        [PAST.assign(customer=[1, 2, 1])],
        {},
        "The frame of customers must have one row per customer, but column 'customer' repeats in 1 row (row 2). "
        "Remove the repeated rows first.",
    ),
    "no customers": (
        fit_buying,
        [PAST.iloc[:0]],
        {},
        "The frame of customers has no rows. Check the filter or the file that it came from.",
    ),
    "a column is missing": (
        fit_buying,
        [PAST.drop(columns="days_observed")],
        {},
        "The frame of customers has no column 'days_observed'. Its columns are 'customer', 'first_purchase', "
        "'repeat_frequency', 'days_first_to_last' and 'monetary_value'. Rename the column, or name yours in the "
        "call.",
    ),
    "half a purchase": (
        fit_buying,
        [PAST.assign(repeat_frequency=[0.5, 0, 1])],
        {},
        "Column 'repeat_frequency' of the frame of customers holds parts of purchases in 1 row (row 0). Count "
        "whole purchase days. Sum up the log with customer_summary.",
    ),
    "fewer than no purchases": (
        fit_buying,
        [PAST.assign(repeat_frequency=[-1, 0, 1])],
        {},
        "Column 'repeat_frequency' of the frame of customers is empty or below 0 in 1 row (row 0). Correct these rows.",
    ),
    "weeks given as days": (
        fit_buying,
        [PAST.assign(days_observed=[30.4, 26, 22])],
        {},
        "Columns 'days_first_to_last' and 'days_observed' should be whole days, but there are parts of days in 1 "
        "row (row 0). If they are weeks or months, say so: measured_in='week'.",
    ),
    "a purchase after the end": (
        fit_buying,
        [PAST.assign(days_first_to_last=[31, 0, 9])],
        {},
        "Column 'days_first_to_last' of the frame of customers is above 'days_observed' in 1 row (row 0): nobody "
        "buys after the end of the data. Sum up the log with customer_summary.",
    ),
    "a repeat on the first day": (
        fit_buying,
        [PAST.assign(days_first_to_last=[0, 0, 9])],
        {},
        "Column 'days_first_to_last' of the frame of customers is 0 in 1 row (row 0), although 'repeat_frequency' "
        "counts a later purchase there. Sum up the log with customer_summary.",
    ),
    "a last purchase without a repeat": (
        fit_buying,
        [PAST.assign(days_first_to_last=[20, 5, 9])],
        {},
        "Column 'days_first_to_last' of the frame of customers is above 0 in 1 row (row 1), although "
        "'repeat_frequency' counts no later purchase there. Sum up the log with customer_summary.",
    ),
    "an unknown unit": (
        fit_buying,
        [PAST],
        {"unit": "weeks"},
        "`unit` must be one of 'day', 'week', 'month' and 'year', but it is 'weeks'.",
    ),
    "an empty time": (
        fit_buying,
        [PAST.assign(days_observed=[30, np.nan, 22])],
        {},
        "Column 'days_observed' of the frame of customers is empty or below 0 in 1 row (row 1). Correct these rows.",
    ),
    "no time ahead": (
        predict_purchases,
        [M, PAST],
        {"days": 0},
        "`days` must be a number of days above 0, but it is 0.",
    ),
    "a parameter of 0": (buying_model, [0, 1, 1, 1], {}, "`r` must be a number above 0, but it is 0."),
    "a hold-out without days": (
        hold_out_test,
        [M, PAST, LOG, "2025-01-31", "2025-01-31"],
        {},
        "No day is left for the hold-out: the model knows the days up to 2025-01-31, and the hold-out would end on"
        " 2025-01-31. Choose an earlier `calibration_end` and fit again.",
    ),
    "a hold-out beyond the log": (
        hold_out_test,
        [M, PAST, LOG, "2025-01-31", "2025-03-31"],
        {},
        "The log ends on 2025-02-10, so that days up to 2025-03-31 would count as days without purchases. Choose "
        "an earlier `last_day`.",
    ),
    "a hold-out longer than the history": (
        hold_out_test,
        [M, PAST, pd.concat([LOG, LOG.assign(date=pd.Timestamp("2025-12-01"))]), "2025-01-31"],
        {},
        "The hold-out (304 days) is longer than the history (31 days) that the model learned from. Choose a "
        "`last_day` up to 2025-03-03.",
    ),
    "a hold-out from another day": (
        hold_out_test,
        [M, PAST, LOG, "2025-01-30"],
        {},
        "The customers were not observed to the end of 2025-01-30: first purchase + days observed gives another "
        "day in 3 rows (rows 0, 1 and 2). Sum up the log with customer_summary(log, as_of='2025-01-30').",
    ),
    "two time zones": (
        hold_out_test,
        [
            M,
            PAST,
            LOG.assign(
                date=pd.Series(
                    [pd.Timestamp("2025-01-01", tz=z) for z in ("UTC", "Asia/Shanghai", "UTC", "UTC")], dtype=object
                )
            ),
            "2025-01-31",
        ],
        {},
        "Column 'date' of the purchase log mixes time zones. Bring all of it to one first: "
        "pd.to_datetime(frame['date'], utc=True).dt.tz_convert('Asia/Shanghai').",
    ),
    "no dates": (
        hold_out_test,
        [M, PAST, LOG.assign(date=pd.NaT), "2025-01-31"],
        {},
        "The purchase log has no row with a date.",
    ),
    "free purchases": (
        fit_spend,
        [PAST.assign(monetary_value=[0.0, np.nan, 5])],
        {},
        "Column 'monetary_value' of the frame of customers must be above 0, but is not in 1 row (row 0): the model"
        " knows no free or negative purchases. Keep refunds apart, and leave out customers who only got gifts.",
    ),
    "refunds as spend": (
        fit_spend,
        [PAST.assign(monetary_value=[-4.0, np.nan, 5])],
        {},
        "Column 'monetary_value' of the frame of customers must be above 0, but is not in 1 row (row 0): the model"
        " knows no free or negative purchases. Keep refunds apart, and leave out customers who only got gifts.",
    ),
    "no spend where there were purchases": (
        fit_spend,
        [PAST.assign(monetary_value=np.nan)],
        {},
        "Column 'monetary_value' of the frame of customers is empty although 'repeat_frequency' says that there "
        "was a repeat purchase, in 2 rows (rows 0 and 2). Sum up the log with customer_summary.",
    ),
    "too few to compare": (
        fit_spend,
        [PAST],
        {},
        "Only 2 customers bought again: too few to learn how spend differs. Use a longer log, or the plain mean.",
    ),
    "all spend the same": (
        fit_spend,
        [pd.DataFrame({"customer": range(4), "repeat_frequency": 2, "monetary_value": 9.0})],
        {},
        "All customers spend exactly the same on average, so there is no difference to model: use that amount as "
        "it is.",
    ),
    "a mean that does not exist": (
        predict_spend,
        [spend_model(5, 0.9, 10), PAST],
        {},
        "A mean spend does not exist in this model (q = 0.90 is not above 1): so many customers would spend so "
        "much that the mean grows without end, for 1 row (row 1). Look for a few huge amounts in the log, or use "
        "the median instead.",
    ),
    "a margin rate in percent": (
        purchase_clv,
        [M, S, PAST],
        {"margin_rate": 30},
        "`margin_rate` must be a share from 0 to 1, but it is 30. Write 30 % as 0.3.",
    ),
    "a discount in percent": (
        purchase_clv,
        [M, S, PAST],
        {"discount": 10},
        "`discount` must be a rate from 0 to 1, such as 0.10 for 10 %, but it is 10. Write 10 % as 0.1.",
    ),
    "retention 1 for ever": (
        retention_clv,
        [100, 1.0],
        {},
        "A `retention` of 1 over an infinite horizon is a customer who never leaves, dies or closes. Give a "
        "horizon, such as periods=10, or a retention below 1.",
    ),
    "retention in percent": (
        retention_clv,
        [100, 85],
        {},
        "`retention` must be shares from 0 to 1, such as 0.85 for 85 %, but 85 is not. Write 85 % as 0.85.",
    ),
    "a discount of -1": (
        retention_clv,
        [100, 0.8, -1],
        {},
        "`discount` must be a rate from 0 to 1, such as 0.10 for 10 %, but it is -1. Below 0, money in ten years "
        "would be worth more than money today.",
    ),
    "a discount as text": (
        retention_clv,
        [100, 0.8, "10%"],
        {},
        "`discount` must be a rate such as 0.10 for 10 %, but it is '10%'.",
    ),
    "no periods": (
        retention_clv,
        [100, 0.8, 0.1, 0],
        {},
        "`periods` must be a whole number, 1 or more, or None for an infinite horizon, but it is 0.",
    ),
    "an unknown timing": (
        retention_clv,
        [100, 0.8],
        {"first_payment": "later"},
        "`first_payment` must be 'now' or 'after one period', but it is 'later'.",
    ),
    "lengths that do not fit": (
        retention_clv,
        [[1, 2, 3], [0.8, 0.9]],
        {},
        "The lengths do not fit: they give retention for 2 and margin for 3 renewals. Give all the same number, 1 "
        "or more.",
    ),
    "a margin too few": (
        retention_clv,
        [[1, 2], [0.8, 0.9]],
        {"first_payment": "now"},
        "The lengths do not fit: they give retention for 2 and margin for 1 renewals. Give all the same number, 1 "
        "or more (one margin more than retention rates, since the first payment comes now).",
    ),
    "a gap among the margins": (
        retention_clv,
        [[1, np.nan], 0.8],
        {},
        "`margin` must be a number, or a list of numbers without gaps, but it is [1, nan].",
    ),
    "a table without end": (clv_table, [100, 0.8], {}, "A table needs a horizon. Give it, such as periods=10."),
    "customers who never leave": (
        value_components,
        [BASE.assign(retention=1.0)],
        {"periods": None},
        "A retention of 1 over an infinite horizon is a customer who never leaves, in 3 rows (rows 0, 1 and 2). "
        "Give a horizon, such as periods=10.",
    ),
    "a column in percent": (
        value_components,
        [BASE.assign(retention=[80, 90, 70])],
        {},
        "`retention` of the frame of customers must be a share from 0 to 1, such as 0.85 for 85 %, but is not in 3"
        " rows (rows 0, 1 and 2).",
    ),
    "a customer in every row": (
        value_components,
        [BASE.assign(customer=1)],
        {},
        "The frame of customers must have one row per customer, but column 'customer' repeats in 2 rows (rows 1 "
        "and 2). Remove the repeated rows first.",
    ),
    "who referred himself": (
        referral_value,
        [BASE.assign(referrer=[1, 1, 1])],
        {},
        "Column 'referrer' names the customer himself in 1 row (row 0). Empty it there.",
    ),
    "referrers as text": (
        referral_value,
        [BASE.assign(referrer=["a", "1", "1"])],
        {},
        "Column 'customer' holds numbers, column 'referrer' text: no referrer would be found. Make both of one kind.",
    ),
    "more credit than value": (
        referral_value,
        [BASE],
        {"credit": 1.5},
        "`credit` must be a share from 0 to 1, but it is 1.5: nobody can give more than his value.",
    ),
    "one period": (
        fit_cohort,
        [PERIODS.head(1)],
        {},
        "One period cannot show whether retention rises. Give at least two.",
    ),
    "more kept than at risk": (
        fit_cohort,
        [PERIODS.assign(kept=[120, 70])],
        {},
        "Each row of the table of periods needs a period 1, 2, 3 ..., someone at risk, and no more kept than at "
        "risk; not so in 1 row (row 0).",
    ),
    "nobody left": (
        fit_cohort,
        [PERIODS.assign(kept=[100, 80])],
        {},
        "Nobody left, or nobody stayed: there is no retention curve to fit.",
    ),
    "half a tenure": (
        residual_by_tenure,
        [fit_cohort(PERIODS), 100.0],
        {"tenures": (0.5,)},
        "`tenures` must be whole numbers from 0, but they are 0.5.",
    ),
    "no columns to score": (
        rfm_scores,
        [PAST],
        {"scores": 1},
        "The frame of customers has no columns 'days_since_last', 'frequency' and 'revenue'. Its columns are "
        "'customer', 'first_purchase', 'repeat_frequency', 'days_first_to_last', 'days_observed' and "
        "'monetary_value'. Rename the column, or name yours in the call.",
    ),
    "nobody to score": (
        rfm_scores,
        [pd.DataFrame({"customer": [1], "days_since_last": [np.nan], "frequency": [1], "revenue": [1]})],
        {},
        "The frame of customers has no customer to score: 1 × no days_since_last. Check the columns.",
    ),
    "a share of wallet above 1": (
        value_scorecard,
        [BASE],
        {"share_of_wallet": "revenue"},
        "Column 'revenue' must be shares from 0 to 1. Divide percentages by 100 first.",
    ),
    "nobody has revenue": (
        value_scorecard,
        [BASE.assign(revenue=np.nan)],
        {},
        "The frame of customers has no customer to show: 3 × no revenue. Check the columns.",
    ),
    "two choices": (
        value_drivers,
        [STUDY.assign(chosen=True), "A"],
        {},
        "Each person must have chosen exactly one company, but 1 and 2 did not. Leave them out.",
    ),
    "an unknown company": (
        value_drivers,
        [STUDY, "C"],
        {},
        "No row of the study is about 'C'. Column 'bank' has 'A' and 'B'.",
    ),
    "two ratings that are one": (
        value_drivers,
        [STUDY.assign(value=STUDY["brand"]), "A"],
        {},
        "The drivers cannot be told apart: one follows from the others, does not differ within any person, or "
        "decides every choice alone. Leave one out.",
    ),
    "ratings that foretell all": (
        value_drivers,
        [STUDY.assign(brand=[1, 9, 9, 1]), "A", ["brand"]],
        {},
        "The ratings foretell every choice, so that weights grow without end. Ask more people.",
    ),
    "a cost of something else": (
        value_drivers,
        [STUDY, "A"],
        {"cost": {"price": 1}},
        "`cost` names 'price', which is no driver. The drivers are 'brand', 'value' and 'relationship'.",
    ),
}


@pytest.mark.parametrize(("function", "frames", "further", "sentence"), REFUSED.values(), ids=REFUSED)
def test_refused_with_a_sentence(function, frames, further, sentence):
    copies = [one.copy() if isinstance(one, pd.DataFrame) else one for one in frames]
    with pytest.raises((ValueError, TypeError)) as refusal:
        function(*frames, **further)
    assert str(refusal.value) == sentence
    for one, copy in zip(frames, copies, strict=True):
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, copy)


# --- unusual, and still right -------------------------------------------------------------------------------------------------


def test_times_of_one_zone_count_by_its_own_clock():
    """23:30 in Shanghai on the last day of the calibration is not the hold-out, although it is in UTC+9."""
    log = LOG.assign(date=LOG["date"].dt.tz_localize("Asia/Shanghai"))
    late = pd.DataFrame(
        {"customer": [1], "date": [pd.Timestamp("2025-01-31 23:30", tz="Asia/Shanghai")], "revenue": 5.0}
    )
    found = hold_out_test(M, PAST, pd.concat([log, late], ignore_index=True), "2025-01-31")
    assert found.customers["actual"].tolist() == [0, 0, 1]


def test_future_dates_do_not_count_up_to_the_last_day():
    log = pd.concat([LOG, LOG.assign(date=pd.Timestamp("2099-01-01"))], ignore_index=True)
    found = hold_out_test(M, PAST, log, "2025-01-31", "2025-02-15")
    assert found.table["actual"].item() == 1


def test_a_margin_of_zero_is_worth_nothing():
    assert retention_clv(0, 0.8) == 0
    assert purchase_clv(M, S, PAST, margin_rate=0.0)["clv"].tolist() == [0, 0, 0]
    card = value_scorecard(BASE.assign(profit=0.0)).table.set_index("measure")["everyone"]
    assert (card["CLV"], card["profit rate"]) == (0, 0)
    found = value_components(BASE.assign(margin=0.0)).table.set_index("component")
    assert found["share_of_lifetime"].isna().all()


def test_a_customer_who_costs_money_has_a_negative_value():
    assert retention_clv(-50, 0.8) == pytest.approx(-50 * 0.8 / 0.3)
    assert value_components(BASE.assign(margin=-5.0)).customers["lifetime"].lt(0).all()


def test_text_ids_and_shuffled_rows_keep_their_order():
    named = PAST.assign(customer=["Wu", "Li", "An"]).iloc[[2, 0, 1]]
    found = predict_purchases(M, named).set_index("customer")
    plain = predict_purchases(M, PAST).set_axis(["Wu", "Li", "An"])
    for name in ("Wu", "Li", "An"):
        assert found.loc[name, "expected_purchases"] == plain.loc[name, "expected_purchases"]
    assert found.index.tolist() == ["An", "Wu", "Li"]


def test_observed_for_no_time_at_all():
    """A customer of the last day: nothing is known, so the model expects what it expects of a new customer."""
    new = pd.DataFrame({"customer": [1], "repeat_frequency": [0], "days_first_to_last": [0], "days_observed": [0]})
    found = predict_purchases(buying_model(2.0, 10.0, 1e-4, 1e4, "day"), new, 30).iloc[0]
    assert found["probability_alive"] == 1
    assert found["expected_purchases"] == pytest.approx(2 / 10 * 30, rel=1e-3)
