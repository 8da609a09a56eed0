"""Bad input: each case gets a sentence that names column, rows and remedy."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from crmlib.onetoone import (
    bundle_coverage,
    candidate_pairs,
    compare_segments,
    contact_permission,
    contact_pressure,
    customisation_approach,
    dialogue_log,
    match_exactly,
    match_quality,
    match_records,
    merge_records,
    modular_costs,
    need_segments,
    next_offers,
    offer_frame,
    offer_hits,
    score_pairs,
    segment_numbers,
    share_of_customer,
    threshold_table,
    tidy_records,
)

day = pd.to_datetime
EXPORT = pd.DataFrame(
    {
        "record": ["A1", "A2"],
        "name": ["wu", "li"],
        "phone": ["1", "2"],
        "birth_date": ["1960-03-04", "1961-05-06"],
        "address": ["x", "y"],
    }
)
ISO = {"app": "%Y-%m-%d"}
PAIRS = pd.DataFrame({"left": ["A1"], "right": ["A2"], "score": [0.5]})
TRUTH = pd.DataFrame({"record": ["A1", "A2"], "customer": [1, 1]})
ANSWERS = pd.DataFrame({"customer": [1, 2, 3, 4], "a": [1.0, 2, 6, 7], "b": [7.0, 6, 1, 2]})
PEOPLE = pd.DataFrame({"customer": [1, 2], "joined": day(["2020-01-01"] * 2), "left": day([None, None])})
HELD = pd.DataFrame({"customer": [1], "product": ["card"], "opened": day(["2020-01-01"]), "closed": day([None])})
CONSENTS = pd.DataFrame(
    {
        "customer": [1],
        "purpose": ["marketing"],
        "channel": ["app"],
        "given": day(["2024-01-01"]),
        "withdrawn": day([None]),
    }
)
MESSAGES = pd.DataFrame(
    {
        "customer": [1, 2],
        "quarter": day(["2024-01-01"] * 2),
        "frequency": ["low", "high"],
        "sent": [1, 2],
        "answered": [0, 1],
    }
)
OFFER = {"purpose": "marketing", "channel": "app", "day": "2025-01-01"}
NOW = pd.DataFrame({"customer": [1, 2], "has_a": [False, True], "opens_a": [True, False], "x": [1.0, 2.0]})
IDEAS = pd.DataFrame({"offer": ["x"], "product_changes": [True], "presentation_changes": [True]})
MODULES = pd.DataFrame({"part": ["a", "b"], "options": [1, 2], "cost": [10.0, 20.0], "optional": [True, False]})
WALLETS = pd.DataFrame({"customer": [1], "year": [2025], "assets_here": [3.0], "wallet": [4.0]})
MARKET = pd.DataFrame({"year": [2025], "bank": ["us"], "assets": [10.0]})

# name: (function, frames, further arguments, what the sentence must hold)
REFUSED = {
    "no export": (tidy_records, [{}, {}], {}, "There is no export"),
    "an empty export": (tidy_records, [{"app": EXPORT.iloc[:0]}, ISO], {}, "The export 'app' has no rows. Check the filter or the file"),
    "no way of dates": (tidy_records, [{"app": EXPORT}, {}], {}, "How does 'app' write dates? Add it to `dates`"),
    "other dates": (tidy_records, [{"app": EXPORT}, {"app": "%d/%m/%Y"}], {},
        "Column 'birth_date' of the export 'app' does not fit '%d/%m/%Y' in 2 rows (rows 0 and 1), such as '1960-03-04'"),
    "a record without number": (tidy_records, [{"app": EXPORT.assign(record=["A1", " "])}, ISO], {}, "empty in 1 row"),
    "a record number twice": (tidy_records, [{"app": EXPORT, "b": EXPORT}, ISO | {"b": "%Y-%m-%d"}], {}, "one row per record"),
    "a record without number in the second export": (tidy_records, [{"b": EXPORT.assign(record=["B1", "B2"]),
        "app": EXPORT.assign(record=["A1", None])}, ISO | {"b": "%Y-%m-%d"}], {},
        "Column 'record' of the export 'app' is empty in 1 row (row 1). Number every record."),
    "a phone that is no number": (tidy_records, [{"app": EXPORT.assign(phone=[1.2e10, 0.5])}, ISO], {},
        "Column 'phone' of the export 'app' is no whole number in 1 row (row 1), such as 0.5. Read the file with dtype={'phone': str}"),
    "pairs of a record without number": (candidate_pairs, [EXPORT.assign(record=["A1", None])], {},
        "Column 'record' of the frame of records is empty in 1 row (row 1). Number every record."),
    "scores of a record without number": (score_pairs, [EXPORT.assign(record=[" ", "A2"]), PAIRS], {}, "is empty in 1 row (row 0)"),
    "a match of a record without number": (match_records, [EXPORT.assign(record=["A1", None]), PAIRS, 0.5], {},
        "is empty in 1 row (row 1)"),
    "agreement of a record without number": (match_exactly, [EXPORT.assign(record=["A1", None])], {}, "is empty in 1 row (row 1)"),
    "a truth without number": (match_quality, [EXPORT.assign(person=0), TRUTH.assign(record=["A1", None])], {},
        "Column 'record' of the truth is empty in 1 row (row 1)"),
    "no block": (candidate_pairs, [EXPORT], {"blocks": []}, "`blocks` names no column"),
    "a block that is missing": (candidate_pairs, [EXPORT], {"blocks": ["email"]}, "has no column 'email'"),
    "a placeholder": (candidate_pairs, [EXPORT.assign(phone="000")], {"blocks": ["phone"], "largest": 1},
        "2 records share 'phone' = '000'. That is a placeholder rather than a person"),
    "negative weight": (score_pairs, [EXPORT, PAIRS], {"weights": {"name": -1}}, "`weights` must be 0 or more"),
    "no weight": (score_pairs, [EXPORT, PAIRS], {"weights": {"name": 0}}, "one of them above 0"),
    "an unknown record": (score_pairs, [EXPORT, PAIRS.assign(right="Z9")], {},
        "names records that are not in the frame of records in 1 row"),
    "threshold in percent": (match_records, [EXPORT, PAIRS, 80], {}, "`threshold` must lie between 0 and 1, such as 0.8, but it is 80"),
    "pairs without score": (match_records, [EXPORT, PAIRS[["left", "right"]], 0.8], {}, "has no column 'score'"),
    "nothing to agree on": (match_exactly, [EXPORT], {"on": []}, "`on` names no column"),
    "another company's truth": (match_quality, [EXPORT.assign(person=0), TRUTH.iloc[:1]], {}, "does not say whose the record is in 1 row"),
    "no threshold": (threshold_table, [EXPORT, PAIRS, TRUTH, []], {}, "`thresholds` is empty"),
    "one cost only": (threshold_table, [EXPORT, PAIRS, TRUTH, [0.5]], {"cost_false": 3}, "Give both costs"),
    "a negative cost": (threshold_table, [EXPORT, PAIRS, TRUTH, [0.5]], {"cost_false": -3, "cost_missed": 1}, "0 or more, but it is -3"),
    "negative revenue": (merge_records, [EXPORT.assign(person=0, revenue_2025=[1.0, -1.0])], {}, "is empty or below 0 in 1 row"),
    "needs as one text": (need_segments, [ANSWERS, "a", 2], {}, "`needs` must be a list of columns"),
    "an empty answer": (need_segments, [ANSWERS.assign(a=[1.0, None, 6, 7]), ["a", "b"], 2], {}, "A need is empty in 1 row (row 1)"),
    "one answer from all": (need_segments, [ANSWERS.assign(a=5.0), ["a", "b"], 2], {},
        "Column 'a' of the frame of answers has one value only"),
    "more segments than customers": (need_segments, [ANSWERS, ["a", "b"], 9], {}, "must be a whole number from 2 to 4, but it is 9"),
    "a customer twice": (need_segments, [ANSWERS.assign(customer=1), ["a", "b"], 2], {}, "one row per customer"),
    "no number of segments": (segment_numbers, [ANSWERS, ["a", "b"], []], {}, "`numbers` is empty"),
    "an empty segment": (compare_segments, [ANSWERS.assign(a=[1, None, 2, 2]), "a", "b"], {},
        "Column 'a' of the frame of customers is empty"),
    "nobody to ask": (contact_permission, [PEOPLE.iloc[:0], CONSENTS], OFFER, "has no rows"),
    "an empty customer": (contact_permission, [pd.DataFrame({"customer": ["x", None]}), CONSENTS], OFFER, "nobody to ask about"),
    "a channel nobody knows": (contact_permission, [PEOPLE, CONSENTS], OFFER | {"channel": "fax"},
        "No row of the consents is for 'marketing' by 'fax'. There are: marketing by app"),
    "a typing error": (contact_permission, [PEOPLE, CONSENTS], OFFER | {"purpose": "markting"},
        "No row of the consents is for 'markting' by 'app'. There are: marketing by app"),
    "a day the wrong way round": (contact_permission, [PEOPLE, CONSENTS], OFFER | {"day": "31/12/2025"}, "must be a day like '2025-12-31'"),
    "a contact without time": (dialogue_log, [MESSAGES, pd.DataFrame({"customer": [1], "time": day([None]), "channel": "call",
        "reason": "x"}),
        CONSENTS], {}, "Column 'time' of the frame of contacts is empty in 1 row"),
    "two arms": (contact_pressure, [MESSAGES.assign(customer=1), CONSENTS], {}, "Customer 1 stands in two arms of 'frequency'"),
    "one arm": (contact_pressure, [MESSAGES.assign(frequency="low"), CONSENTS], {}, "Only 1 of the arms"),
    "too late to follow": (contact_pressure, [MESSAGES, CONSENTS], {"until": "2024-06-30"}, "Only 0 of the arms"),
    "no such channel": (contact_pressure, [MESSAGES, CONSENTS], {"channel": "post"}, "No row of the consents is for 'marketing' by 'post'"),
    "an unknown product": (offer_frame, [PEOPLE, HELD], {"day": "2025-01-01", "products": ["gold"]},
        "has no product 'gold'. There are: 'card'"),
    "before the records": (offer_frame, [PEOPLE, HELD], {"day": "1999-01-01"}, "Nobody was a customer on the morning of 1999-01-01"),
    "no feature": (next_offers, [NOW, NOW, []], {}, "`features` is empty"),
    "an empty feature": (next_offers, [NOW, NOW.assign(x=[1.0, None]), ["x"]], {}, "Column 'x' of the frame of now is empty somewhere"),
    "nothing to learn": (next_offers, [NOW.assign(opens_a=False), NOW, ["x"]], {}, "In the past nobody without 'a' opened it"),
    "other products": (next_offers, [NOW, NOW.rename(columns={"has_a": "has_b", "opens_a": "opens_b"}), ["x"]], {},
        "do not have the same products"),
    "no offer frame": (next_offers, [ANSWERS, NOW, ["x"]], {}, "It comes from `offer_frame`"),
    "an offer of nothing": (offer_hits, [pd.DataFrame({"customer": [1], "r": ["gold"]}), NOW, ["r"]], {},
        "names 'gold', which is no product here"),
    "a customer twice today": (offer_hits, [pd.DataFrame({"customer": [1], "r": ["a"]}), pd.concat([NOW, NOW]), ["r"]], {},
        "The frame of now must have one row per customer, but column 'customer' repeats in 2 rows (rows 2 and 3)"),
    "an offer to a customer twice": (next_offers, [NOW, pd.concat([NOW, NOW]), ["x"]], {},
        "The frame of now must have one row per customer"),
    "an offer to a stranger": (offer_hits, [pd.DataFrame({"customer": [1, 9], "r": ["a", "a"]}), NOW, ["r"]], {},
        "names customers who are not in the frame of now, in 1 row (row 1)"),
    "nobody opened": (offer_hits, [pd.DataFrame({"customer": [2], "r": ["a"]}), NOW, ["r"]], {}, "no rule can be judged"),
    "maybe": (customisation_approach, [IDEAS.assign(product_changes="maybe")], {}, "must say True or False in every row"),
    "half an option": (modular_costs, [MODULES.assign(options=[0.5, 1])], {"cost_variant": 5}, "must hold whole numbers from 1 on"),
    "a free variant": (modular_costs, [MODULES], {"cost_variant": 0}, "`cost_variant` must be above 0"),
    "no package": (bundle_coverage, [NOW, []], {}, "`products` is empty"),
    "more here than at all": (share_of_customer, [WALLETS.assign(wallet=1.0), MARKET, "us"], {}, "more here than in the whole wallet"),
    "another bank": (share_of_customer, [WALLETS, MARKET, "them"], {}, "has no bank 'them'. There are: 'us'"),
    "a year without market": (share_of_customer, [WALLETS.assign(year=2024), MARKET, "us"], {}, "For 2024 there is no market"),
    "a wallet without year": (share_of_customer, [WALLETS.assign(year=np.nan), MARKET, "us"], {},
        "Column 'year' of the frame of wallets is empty in 1 row (row 0)"),
    "a wallet without customer": (share_of_customer, [WALLETS.assign(customer=np.nan), MARKET, "us"], {},
        "Column 'customer' of the frame of wallets is empty in 1 row (row 0)"),
    "a market without year": (share_of_customer, [WALLETS, pd.concat([MARKET, MARKET.assign(year=None)]), "us"], {},
        "Column 'year' of the market is empty in 1 row (row 1)"),
    "a market without bank": (share_of_customer, [WALLETS, pd.concat([MARKET, MARKET.assign(bank=None)]), "us"], {},
        "Column 'bank' of the market is empty in 1 row (row 1)"),
    "more here than the market says": (share_of_customer, [WALLETS, pd.DataFrame({"year": 2025, "bank": ["us", "them"],
        "assets": [2.0, 8.0]}), "us"], {}, "For 2025 the customers hold more here than the market says that 'us' has: 3 against 2."),
    "a year in which the bank is not in the market": (share_of_customer, [pd.concat([WALLETS, WALLETS.assign(year=2024)]),
        pd.DataFrame({"year": [2025, 2024], "bank": ["us", "them"], "assets": [9.0, 9.0]}), "us"], {},
        "For 2024 the customers hold more here than the market says that 'us' has: 3 against 0."),
    "other units": (share_of_customer, [WALLETS, MARKET.assign(assets=0.5), "us"], {}, "more than the whole market"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_gets_a_sentence(case):
    function, frames, options, sentence = REFUSED[case]
    with pytest.raises(ValueError, match=re.escape(sentence)):
        function(*frames, **options)


def test_what_is_no_table_is_called_so():
    with pytest.raises(TypeError, match="The frame of records must be a pandas DataFrame"):
        candidate_pairs([1, 2])
    with pytest.raises(TypeError, match="The export 'app' must be a pandas DataFrame"):
        tidy_records({"app": "export.csv"}, ISO)


def test_records_that_share_nothing_have_no_pairs_and_stay_alone():
    pairs = candidate_pairs(EXPORT)
    assert pairs.empty
    scored = score_pairs(EXPORT, pairs)
    matched = match_records(EXPORT, scored, 0.8)
    assert matched["person"].tolist() == [0, 1]
    assert np.isnan(match_quality(matched, TRUTH)["precision"].iloc[0])
