"""Bad input: each case gets a sentence that names column, rows and remedy, or is set aside and counted."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from crmlib.accounts import (
    account_kinds,
    account_scores,
    judge_lists,
    month_end_lift,
    programme_break_even,
    ranking_overlap,
    rate_deals,
    weight_sensitivity,
)
from tests.accounts.test_accounts import FIVE, books

BOOKS = books({1: [0.1, 0.2], 2: [0.0, 0.1]})
RATES = pd.DataFrame(
    {"customer": [1, 2], "deposits_average": 1e6, "paid_rate": 0.018, "list_rate": 0.005, "months": 12}
)
WALLETS = pd.DataFrame({"customer": [1, 2], "wallet": [900.0, 50], "assets_here": [600.0, 50]})
HALF = {"deposits": 0.5, "profit": 0.5}
MEMBERS = pd.DataFrame({"customer": [1, 2], "stake": [9_000.0, 500], "cost": 100.0})


def programme(frame=MEMBERS, **more):
    return programme_break_even(frame, **({"base": "stake", "cost": "cost", "uplift": 0.1} | more))


def deals(frame=RATES, **more):
    return rate_deals(frame, **({"transfer_price": 0.02} | more))


# name: (function, positional arguments, further arguments, the sentence)
REFUSED = {
    "weights that do not add up": (account_scores, [FIVE, {"deposits": 0.5, "profit": 0.6}], {"top": 2},
        "The weights add up to 1.1, but must add up to 1. Divide each by their sum."),
    "weights in percent": (account_scores, [FIVE, {"deposits": 60, "profit": 40}], {"top": 2},
        "The weights add up to 100, but must add up to 1. Percent? Divide each by 100."),
    "weights of nothing": (weight_sensitivity, [FIVE, {"deposits": 0, "profit": 0}], {"top": 2},
        "The weights add up to 0, but must add up to 1. Give at least one criterion a weight."),
    "a weight below 0": (account_scores, [FIVE, {"deposits": 1.2, "profit": -0.2}], {"top": 2},
        "The weight of 'profit' is below 0. Where less is better, turn the column round (frame['cost'] = -frame['cost'])"),
    "a weight that is no number": (account_scores, [FIVE, {"deposits": "half", "profit": 0.5}], {"top": 2},
        "The weight of 'deposits' must be a number"),
    "a weight that is missing": (account_scores, [FIVE, {"deposits": np.nan, "profit": 1.0}], {"top": 2},
        "The weight of 'deposits' must be a number"),
    "weights as a list": (account_scores, [FIVE, [0.5, 0.5]], {"top": 2}, "`weights` must name the criteria and their weights"),
    "one weight of 1 to be moved": (weight_sensitivity, [FIVE, {"deposits": 1.0, "profit": 0.0}], {"top": 2},
        "One criterion has all of the weight, so that nothing can move."),
    "a move of 10": (weight_sensitivity, [FIVE, HALF], {"top": 2, "move": 10}, "`move` must be a number above 0 and below 1, such as 0.1"),
    "a criterion that is not there": (account_scores, [FIVE, {"fees": 1.0}], {"top": 2}, "The frame of accounts has no column 'fees'."),
    "a criterion of text": (account_scores, [FIVE.assign(profit="much"), HALF], {"top": 2},
        "Column 'profit' of the frame of accounts must hold numbers, but row 0 has the text 'much'."),
    "a criterion without differences": (account_scores, [FIVE.assign(profit=3.0), HALF], {"top": 2},
        "Criterion 'profit' is the same for everybody, so that it ranks nobody. Leave it out."),
    "the customer as a criterion": (account_scores, [FIVE, {"customer": 1.0}], {"top": 2}, "Column 'customer' is named twice."),
    "a criterion called score": (account_scores, [FIVE.assign(score=1.0), {"score": 1.0}], {"top": 2},
        "The name 'score' is a column of the answer."),
    "a scale nobody knows": (account_scores, [FIVE, HALF], {"top": 2, "scale": "z"}, "`scale` must be one of 'rank' and 'range'"),
    "a customer twice": (account_scores, [FIVE.assign(customer=1), HALF], {"top": 2}, "must have one row per customer"),
    "a list of everybody": (account_scores, [FIVE, HALF], {}, "`top` is 40, but only 5 customers can be ranked."),
    "a list of nobody": (account_scores, [FIVE, HALF], {"top": 0}, "`top` must be a whole number of accounts, 1 or more"),
    "a list of 2.5": (judge_lists, [FIVE, ["deposits"], "next"], {"top": 2.5}, "`top` must be a whole number of accounts"),
    "no accounts": (account_scores, [FIVE.iloc[:0], HALF], {}, "The frame of accounts has no rows."),
    "no frame": (ranking_overlap, [[1], ["a", "b"]], {}, "The frame of accounts must be a pandas DataFrame (a table), but it is a list."),
    "nobody complete": (account_scores, [FIVE.assign(profit=np.nan), HALF], {"top": 2},
        "No customer has an id and 'deposits' and 'profit'."),
    "one measure": (ranking_overlap, [FIVE, "deposits"], {}, "`measures` must name two columns or more"),
    "gaps between lists": (ranking_overlap, [FIVE.assign(profit=[1, 2, None, 4, None]), ["deposits", "profit"]], {"top": 2},
        "The frame of accounts has gaps: 2 × no profit (row 2 and 4). Lists can be compared over the same customers only"),
    "the outcome as a list": (judge_lists, [FIVE, ["deposits", "next"], "next"], {"top": 2},
        "'next' is the outcome and cannot make a list"),
    "lists as a word": (judge_lists, [FIVE, "deposits", "next"], {"top": 2}, "`lists` must name the columns to rank by"),
    "a list called hindsight": (judge_lists, [FIVE, ["best in hindsight"], "next"], {"top": 2}, "is the name of the row that is added"),
    "against a stranger": (judge_lists, [FIVE, ["deposits"], "next"], {"top": 2, "against": "profit"},
        "`against` must be one of 'deposits'"),
    "a level in percent": (judge_lists, [FIVE, ["deposits"], "next"], {"top": 2, "level": 95},
        "`level` must lie between 0 and 1, such as 0.95 for 95 %"),
    "no balances": (month_end_lift, [BOOKS.iloc[:0]], {}, "The frame of balances has no rows."),
    "a balance below 0": (month_end_lift, [BOOKS.assign(deposits_end=-1.0)], {}, "is empty or below 0 in 12 rows"),
    "a month without deposits": (month_end_lift, [BOOKS.assign(deposits_average=np.where(BOOKS["manager"] == 2, 0.0, 5.0))], {},
        "Manager 2 has a month without deposits, so that it has no ratio."),
    "one month": (month_end_lift, [books({1: [0.1], 2: [0.1]})], {}, "Manager 1 and 2 has one month only."),
    "a manager without a name": (month_end_lift, [BOOKS.assign(manager=None)], {},
        "Column 'manager' of the frame of balances is empty in 12 rows"),
    "no month": (month_end_lift, [BOOKS.assign(month=pd.NaT)], {}, "Column 'month' of the frame of balances is empty in 12 rows"),
    "above in percent": (month_end_lift, [BOOKS], {"above": 5}, "`above` must be a share such as 0.05 for 5 %, but it is 5."),
    "a rate in percent": (deals, [RATES.assign(paid_rate=[1.8, 0.005])], {},
        "Column 'paid_rate' must be a year's share, but is above 0.5 in 1 row (row 0)."),
    "a rate in percent below an empty row": (deals, [RATES.assign(deposits_average=[np.nan, 1e6], paid_rate=[0.018, 1.8])], {},
        "is above 0.5 in 1 row (row 1)."),
    "thirteen months below an empty row": (deals, [RATES.assign(deposits_average=[np.nan, 1e6], months=13)], {},
        "but is not in 1 row (row 1)."),
    "deposits below 0 below an empty row": (deals, [RATES.assign(paid_rate=[np.nan, 0.01], deposits_average=-1.0)], {},
        "is below 0 in 1 row (row 1)."),
    "a transfer price in percent": (deals, [], {"transfer_price": 2}, "`transfer_price` must be a year's share such as 0.02 for 2 %"),
    "thirteen months": (deals, [RATES.assign(months=[12, 13])], {}, "Column 'months' must be 1 to 12, but is not in 1 row (row 1)."),
    "deposits below 0": (deals, [RATES.assign(deposits_average=[-1.0, 5])], {}, "Column 'deposits_average' is below 0 in 1 row (row 0)."),
    "a wallet below 0": (account_kinds, [WALLETS.assign(wallet=[-1.0, 50])], {},
        "Column 'wallet' of the frame of accounts is below 0 in 1 row"),
    "a line of 0": (account_kinds, [WALLETS], {"line": 0}, "`line` must be an amount above 0, such as 300_000, but it is 0."),
    "one column twice": (account_kinds, [WALLETS], {"assets": "wallet"}, "Column 'wallet' is named twice."),
    "an uplift in percent": (programme, [], {"uplift": 3}, "`uplift` must be a share such as 0.03 for 3 %"),
    "an uplift that is missing": (programme, [], {"uplift": None}, "`uplift` must be a share such as 0.03 for 3 %"),
    "an error below 0": (programme, [], {"error": -0.1}, "`error` must be a standard error of 0 or more"),
    "a fixed gain": (programme, [], {"fixed": -5}, "`fixed` must be an amount of 0 or more"),
    "a cost below 0": (programme, [MEMBERS.assign(cost=[-1.0, 5])], {}, "Column 'cost' is below 0 in 1 row (row 0)."),
    "a cost below 0 below an empty row": (programme, [MEMBERS.assign(stake=[np.nan, 5.0], cost=-1.0)], {},
        "Column 'cost' is below 0 in 1 row (row 1)."),
    "no members": (programme, [MEMBERS.iloc[:0]], {}, "The frame of accounts has no rows."),
    "a cost that is not there": (programme, [], {"cost": "price"}, "The frame of accounts has no column 'price'."),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_bad_input_gets_a_sentence(case):
    function, given, more, sentence = REFUSED[case]
    with pytest.raises((ValueError, TypeError), match=re.escape(sentence)):
        function(*given, **more)


@pytest.mark.parametrize(
    ("result", "reasons", "left"),
    [
        (lambda: account_scores(FIVE.assign(profit=[1, 2, None, 4, 5], customer=[1, 2, 3, None, 5]), HALF, top=2),
         {"no customer": 1, "no profit": 1}, 3),
        (lambda: rate_deals(RATES.assign(paid_rate=[np.nan, 0.005]), transfer_price=0.02), {"no paid_rate": 1}, 1),
        (lambda: account_kinds(WALLETS.assign(wallet=[np.nan, 40])), {"no wallet": 1, "wallet smaller than assets_here": 1}, 0),
        (lambda: programme(MEMBERS.assign(stake=[np.nan, 5.0])), {"no stake": 1}, 1),
    ],
)  # fmt: skip
def test_what_is_set_aside_is_counted(result, reasons, left):
    found = result()
    assert dict(zip(found.excluded["reason"], found.excluded["rows"], strict=True)) == reasons
    assert len(found.customers) == left


def test_ids_may_be_text_and_columns_have_other_names():
    named = FIVE.assign(client=["e", "d", "c", "b", "a"]).drop(columns="customer")
    found = account_scores(named, {"profit": 1.0}, top=2, customer="client")
    assert found.customers.loc[found.customers["listed"], "client"].tolist() == ["d", "b"]
    other = BOOKS.rename(columns={"manager": "who", "deposits_end": "late", "deposits_average": "mean"})
    assert list(month_end_lift(other, manager="who", end="late", average="mean").columns[:4]) == [
        "who",
        "months",
        "late",
        "mean",
    ]
