"""Quadrants: by hand, against a plain loop, by laws of conservation, on dirty input, and against the bank's answer book."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crmlib.companies import load_bank
from crmlib.value import (
    compare_actions,
    fire_customers,
    potential_value,
    quadrant_sensitivity,
    value_quadrants,
)

EIGHT = pd.DataFrame(
    {
        "customer": range(1, 9),
        "current": [900.0, 700, 500, 300, 200, 100, 0, -400],
        "potential": [80.0, 5, 60, 5, 70, 5, 5, 90],
    }
)
FAMILY = pd.DataFrame(
    {
        "customer": [1, 2, 3, 4, 5],
        "fired": [True, True, False, False, False],
        "contribution": [-50.0, 30.0, 100.0, 200.0, 400.0],
        "overhead": [10.0, 10.0, 10.0, 20.0, 10.0],
        "household": [7, 8, 7, 9, 9],
        "referrer": [np.nan, np.nan, 1, 2, np.nan],
    }
)
WALLETS = EIGHT.assign(wallet=1.0, assets_here=1.0)


def named(found):
    return dict(zip(found.customers["customer"], found.customers["quadrant"].astype("str"), strict=True))


def lines(found):
    return found.table.set_index("line")["amount"]


def test_by_hand():
    """Half of eight is four: current is high from 250 (between 300 and 200), potential from 32.5."""
    found = value_quadrants(EIGHT)
    names = ["strategic", "profitable", "strategic", "profitable", "risk", "ordinary", "ordinary", "risk"]
    assert list(named(found).values()) == names
    table = found.table.set_index("quadrant")
    assert table["current_cut"].unique() == [250]
    assert table["potential_cut"].unique() == [32.5]
    assert table["current_total"].to_dict() == {"strategic": 1400, "profitable": 1000, "ordinary": 100, "risk": -200}
    assert table["potential_mean"].to_dict() == {"strategic": 70, "profitable": 5, "ordinary": 5, "risk": 80}
    assert table["relationship"].tolist() == ["alliance", "learning", "transaction", "let go"]


def test_the_two_readings_swap_ordinary_and_risk():
    other = named(value_quadrants(EIGHT, reading="layout"))
    swap = {"ordinary": "risk", "risk": "ordinary"}
    assert other == {who: swap.get(name, name) for who, name in named(value_quadrants(EIGHT)).items()}
    assert value_quadrants(EIGHT, reading="layout").table["potential"].tolist() == ["high", "low", "high", "low"]
    assert value_quadrants(EIGHT).table["potential"].tolist() == ["high", "low", "low", "high"]


def test_cuts_by_money_and_by_rank():
    by_money = value_quadrants(EIGHT, cut="money", current_cut=0, potential_cut=90)
    assert by_money.table["customers"].tolist() == [0, 7, 0, 1]
    # the best quarter of eight are two: 900 and 700; by potential 90 and 80
    by_rank = value_quadrants(EIGHT, cut="rank", current_cut=0.25, potential_cut=0.25)
    assert by_rank.table["customers"].tolist() == [1, 1, 5, 1]
    assert by_rank.table[["current_cut", "potential_cut"]].iloc[0].tolist() == [700, 80]
    # the best half by potential: the fourth is 60, nobody ties; the best five reach the four that tie at 5
    tied = value_quadrants(EIGHT, cut="rank", current_cut=1, potential_cut=5 / 8)
    assert tied.table["customers"].tolist() == [8, 0, 0, 0]
    seven = pd.DataFrame({"customer": range(100), "current": np.arange(100.0), "potential": np.arange(100.0)})
    assert value_quadrants(seven, cut="rank", current_cut=0.07, potential_cut=0.07).table["customers"].iloc[0] == 7


def test_sensitivity_by_hand():
    """Cut at 200 for current: customer 5 (200) leaves the high side when it rises; 6 (100) does not come in when it falls."""
    moved = quadrant_sensitivity(EIGHT, cut="money", current_cut=200, potential_cut=60, moves=[-0.5, -0.1, 0.1, 0.4])
    assert moved["to_cut"].tolist() == pytest.approx([100, 180, 220, 280, 30, 54, 66, 84])
    assert moved["changed"].tolist() == [1, 0, 1, 1, 0, 0, 1, 3]
    assert moved["changed_share"].iloc[-1] == 3 / 8
    below = quadrant_sensitivity(EIGHT, cut="money", current_cut=-400, potential_cut=60, moves=[0.1, -0.1])
    assert below["to_cut"].iloc[:2].tolist() == pytest.approx([-360, -440])  # up is up, also below 0
    assert below["changed"].iloc[:2].tolist() == [1, 0]


def test_firing_by_hand():
    """690 from contributions less 60 overhead is 620 before; −20 leave, and the fired's overhead of 20 stays."""
    found = fire_customers(FAMILY)
    assert found.table["amount"].tolist() == [620, 40, -20, 0, 640]
    assert found.table["customers"].tolist() == [5, 2, 2, 0, 3]
    assert found.customers["profit_after"].tolist()[2:] == pytest.approx([100 - 15, 200 - 30, 400 - 15])
    some = fire_customers(FAMILY, overhead_saved=0.5)
    assert some.table["amount"].tolist() == [620, 40, -10, 0, 650]


@pytest.mark.parametrize(
    ("ties", "tied", "lost"),
    [
        ({"household": "household"}, [3], 50),
        ({"referrer": "referrer"}, [3, 4], 150),
        ({"household": "household", "referrer": "referrer"}, [3, 4], 150),  # 3 is tied twice and counted once
    ],
)
def test_ties_follow_once(ties, tied, lost):
    found = fire_customers(FAMILY, follow=0.5, **ties)
    assert found.customers.query("tied")["customer"].tolist() == tied
    assert lines(found)["those who follow"] == -lost
    assert lines(found)["profit after"] == 640 - lost


def test_an_empty_household_ties_nobody():
    base = FAMILY.assign(household=[np.nan, 8, np.nan, 9, 9])
    assert not fire_customers(base, household="household", follow=1.0).customers["tied"].any()


def test_actions_by_hand():
    base = pd.DataFrame({"customer": [1, 2, 3], "contribution": [-100.0, 40.0, -10.0], "saved": [130.0, 0.0, 5.0]})
    found = compare_actions(base, {"cheaper": ("saved", 0.2), "dearer": (20, 0.0)})
    table = found.table.set_index("action")
    # cheaper: 0.8·30 + 100, 0.8·40 − 40, 0.8·(−5) + 10; dearer: 20 each
    assert found.customers["cheaper"].tolist() == pytest.approx([124, -8, 6])
    assert table["change"].to_dict() == pytest.approx({"keep as is": 0, "fire": 70, "cheaper": 122, "dearer": 60})
    assert table["left_negative"].to_dict() == {"keep as is": 2, "fire": 0, "cheaper": 1, "dearer": 1}
    assert found.customers["best"].tolist() == ["cheaper", "dearer", "dearer"]
    # together −70: with 135 more it is 65, and 135/65 is above 1; with 60 more it stays below 0
    assert table["break_even"].iloc[2] == pytest.approx(135 / 65)
    assert math.isnan(table["break_even"].iloc[3])


def test_potential_by_hand():
    people = pd.DataFrame(
        {"customer": [1, 2, 3, None], "wallet": [1000.0, 500, 90, 10], "assets_here": [200.0, 500, 100, 5], "ask": [90, 0, 90, 0]}
    )  # fmt: skip
    found = potential_value(people, margin_rate=0.02, win_share=0.5, cross_sell="ask", chance=0.1)
    assert found.customers["potential_estimate"].tolist() == pytest.approx([8 + 9, 0])
    assert found.excluded["reason"].tolist() == ["no customer", "wallet smaller than the assets here"]
    assert found.table["potential_estimate"].iloc[0] == pytest.approx(17)


AMOUNT = st.integers(-50, 50).map(float)
PAIRS = st.lists(st.tuples(AMOUNT, AMOUNT), min_size=1, max_size=40)
CUT = st.one_of(
    st.just({"cut": "median"}),
    st.builds(lambda a, b: {"cut": "money", "current_cut": a, "potential_cut": b}, AMOUNT, AMOUNT),
    st.builds(
        lambda a, b: {"cut": "rank", "current_cut": a, "potential_cut": b},
        st.sampled_from([0.1, 0.25, 0.5, 1.0]),
        st.sampled_from([0.1, 0.25, 0.5, 1.0]),
    ),
)


def loop(rows, cut, current_cut=None, potential_cut=None, reading="investment"):
    """Name each customer's quadrant one by one, from the definition."""

    def is_high(value, all_values, given):
        if cut == "median":
            below = sorted(all_values)
            middle = (below[(len(below) - 1) // 2] + below[len(below) // 2]) / 2
            return value >= middle
        if cut == "money":
            return value >= given
        better = sum(other > value for other in all_values)
        return better < math.ceil(given * len(all_values))  # one of the best, or tied with the last of them

    names = []
    for current, potential in rows:
        rich = is_high(current, [row[0] for row in rows], current_cut)
        promising = is_high(potential, [row[1] for row in rows], potential_cut)
        if rich:
            names.append("strategic" if promising else "profitable")
        else:
            names.append("risk" if promising == (reading == "investment") else "ordinary")
    return names


def framed(rows):
    return pd.DataFrame({"customer": range(len(rows)), "current": [a for a, _ in rows], "potential": [b for _, b in rows]})  # fmt: skip


@settings(max_examples=40)
@given(PAIRS, CUT, st.sampled_from(["investment", "layout"]))
def test_a_plain_loop_agrees_and_nothing_is_lost(rows, cut, reading):
    found = value_quadrants(framed(rows), reading=reading, **cut)
    assert list(named(found).values()) == loop(rows, reading=reading, **cut)
    assert found.table["customers"].sum() == len(rows)
    assert found.table["current_total"].sum() == pytest.approx(sum(a for a, _ in rows))
    assert found.table["potential_total"].sum() == pytest.approx(sum(b for _, b in rows))
    assert found.table["customer_share"].sum() == pytest.approx(1)


@settings(max_examples=40)
@given(PAIRS, CUT)
def test_sensitivity_counts_what_two_calls_differ_in(rows, cut):
    base, before = framed(rows), value_quadrants(framed(rows), **cut)
    amounts = before.table.loc[0, ["current_cut", "potential_cut"]].to_dict()
    assume(cut["cut"] == "rank" or 0 not in amounts.values())  # a cut of 0 is refused, see DIRTY
    assume(cut["cut"] != "rank" or 1.0 not in cut.values())  # so is 10 % more than everybody
    moved = quadrant_sensitivity(base, moves=[-0.1, 0.1], **cut)
    for row in moved.itertuples():
        if cut["cut"] == "rank":
            kind, cuts = "rank", {"current_cut": cut["current_cut"], "potential_cut": cut["potential_cut"]}
        else:
            kind, cuts = "money", amounts
        after = value_quadrants(base, cut=kind, **(cuts | {f"{row.cut}_cut": row.to_cut}))
        changed = (after.customers["quadrant"] != before.customers["quadrant"]).sum()
        assert row.changed == changed
        assert row.risk == after.table["customers"].iloc[3]


@settings(max_examples=50)
@given(
    st.lists(st.tuples(AMOUNT, st.integers(0, 20).map(float), st.booleans(), st.integers(1, 4)), min_size=2, max_size=30),
    st.floats(0, 0.9),
    st.floats(0, 1),
)  # fmt: skip
def test_the_identity_of_firing(rows, follow, saved):
    base = pd.DataFrame(rows, columns=["contribution", "overhead", "fired", "household"])
    base["customer"] = range(len(base))
    if base["fired"].all() or not base["fired"].any():
        return
    found = fire_customers(base, household="household", follow=follow, overhead_saved=saved)
    amount, gone = lines(found), base[base["fired"]]
    assert amount.iloc[:4].sum() == pytest.approx(amount["profit after"], abs=1e-6)
    alone = lines(fire_customers(base))
    assert alone["profit after"] - alone["profit before"] == pytest.approx(-gone["contribution"].sum(), abs=1e-6)
    # the profit of those who remain, by their chance of remaining, is the company's
    stays = np.where(found.customers["fired"], 0, 1 - follow * found.customers["tied"])
    assert (stays * found.customers["profit_after"].fillna(0)).sum() == pytest.approx(amount["profit after"], abs=1e-6)
    # one by one
    total = sum(c * (0 if f else 1) for c, _, f, _ in rows)
    homes = {h for _, _, f, h in rows if f}
    total -= sum(follow * c for c, _, f, h in rows if not f and h in homes)
    carried = sum(o for _, o, _, _ in rows)
    carried -= saved * sum(o if f else follow * o * (h in homes) for _, o, f, h in rows)
    assert amount["profit after"] == pytest.approx(total - carried, abs=1e-6)


@settings(max_examples=50)
@given(st.lists(st.tuples(AMOUNT, AMOUNT, st.floats(0, 1)), min_size=1, max_size=30))
def test_an_action_beats_firing_exactly_for_those_who_then_bring_more_than_nothing(rows):
    base = pd.DataFrame(rows, columns=["contribution", "gain", "leave"]).assign(customer=range(len(rows)))
    found = compare_actions(base, {"plan": ("gain", "leave")})
    assert found.table["change"].tolist() == pytest.approx(found.customers[["keep as is", "fire", "plan"]].sum().tolist())  # fmt: skip
    brings = (base["contribution"] + base["gain"]) * (1 - base["leave"])
    better = found.customers["plan"] - found.customers["fire"]
    np.testing.assert_allclose(better, brings, atol=1e-9)
    best = found.customers[["keep as is", "fire", "plan"]].max(axis=1)
    rows_at = np.arange(len(rows))
    place = found.customers["best"].cat.codes.to_numpy()
    np.testing.assert_allclose(found.customers[["keep as is", "fire", "plan"]].to_numpy()[rows_at, place], best)


@settings(max_examples=25)
@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, random):
    base = framed(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = value_quadrants(base.iloc[order])
    assert named(shuffled) == {base["customer"][at]: named(value_quadrants(base))[at] for at in order}


DIRTY = [
    ("not a frame", lambda: value_quadrants([1, 2]), "must be a pandas DataFrame"),
    ("no rows", lambda: value_quadrants(EIGHT.iloc[:0]), "has no rows"),
    ("a column is missing", lambda: value_quadrants(EIGHT, current="profit"), "has no column 'profit'"),
    ("one column twice", lambda: value_quadrants(EIGHT, potential="current"), "three different columns"),
    ("text", lambda: value_quadrants(EIGHT.assign(current="90")), "must hold numbers, but row 0 has the text '90'"),
    ("infinite", lambda: value_quadrants(EIGHT.assign(current=np.inf)), "is infinite in 8 rows"),
    ("twice", lambda: value_quadrants(EIGHT.assign(customer=1)), "must have one row per customer"),
    ("all empty", lambda: value_quadrants(EIGHT.assign(current=np.nan)), "No customer has an id, a current"),
    ("no such cut", lambda: value_quadrants(EIGHT, cut="mean"), "`cut` must be one of 'median', 'money' and 'rank'"),
    ("no such reading", lambda: value_quadrants(EIGHT, reading="mine"), "`reading` must be one of 'investment' and 'layout'"),
    ("median with a cut", lambda: value_quadrants(EIGHT, current_cut=5), "The median needs no 'current_cut'"),
    ("money without", lambda: value_quadrants(EIGHT, cut="money", current_cut=5), "needs `potential_cut`, an amount"),
    ("percent", lambda: value_quadrants(EIGHT, cut="rank", current_cut=20, potential_cut=0.5), "Write 20 % as 0.2"),
    ("rank of 0", lambda: value_quadrants(EIGHT, cut="rank", current_cut=0, potential_cut=1), "above 0, up to 1"),
    ("cut of 0 moved", lambda: quadrant_sensitivity(EIGHT, cut="money", current_cut=0, potential_cut=1), "a share of 0 is 0"),
    ("move in words", lambda: quadrant_sensitivity(EIGHT, moves=["10 %"]), "`moves` must be shares"),
    ("share above 1", lambda: quadrant_sensitivity(EIGHT, cut="rank", current_cut=0.95, potential_cut=1), "up to 1"),
    ("fired in words", lambda: fire_customers(FAMILY.assign(fired="yes")), "must say True or False"),
    ("nobody fired", lambda: fire_customers(FAMILY.assign(fired=False)), "fires nobody"),
    ("all fired", lambda: fire_customers(FAMILY.assign(fired=True)), "nobody would be left to carry the overhead"),
    ("negative overhead", lambda: fire_customers(FAMILY.assign(overhead=-1.0)), "Write costs as positive numbers"),
    ("follow whom", lambda: fire_customers(FAMILY, follow=0.5), "no tie is named"),
    ("follow in percent", lambda: fire_customers(FAMILY, household="household", follow=20), "Write 20 % as 0.2"),
    ("all follow", lambda: fire_customers(FAMILY.assign(household=1), household="household", follow=1), "all who are not fired follow"),
    ("saved", lambda: fire_customers(FAMILY, overhead_saved=-1), "`overhead_saved` must be a share from 0 to 1"),
    ("no action", lambda: compare_actions(FAMILY, {}), "at least one action"),
    ("fire again", lambda: compare_actions(FAMILY, {"fire": (1, 0)}), "'fire' is always compared"),
    ("name taken", lambda: compare_actions(FAMILY, {"best": (1, 0)}), "a column of the answer"),
    ("no pair", lambda: compare_actions(FAMILY, {"call": 5}), "must be a pair (gain, share who leave)"),
    ("leave in percent", lambda: compare_actions(FAMILY, {"call": (5, 20)}), "a share from 0 to 1, such as 0.1"),
    ("no gain column", lambda: compare_actions(FAMILY, {"call": ("gain", 0)}), "has no column 'gain'"),
    ("rate in percent", lambda: potential_value(WALLETS, margin_rate=2, win_share=0.1), "Write 2 % as 0.02"),
    ("chance", lambda: potential_value(WALLETS, margin_rate=0, win_share=0, chance=3), "`chance` of the frame"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "words"), [case[1:] for case in DIRTY], ids=[case[0] for case in DIRTY])
def test_dirty_input_gets_a_sentence(call, words):
    with pytest.raises((ValueError, TypeError)) as refusal:
        call()
    assert words in str(refusal.value)


def test_what_is_set_aside_is_said():
    base = EIGHT.astype({"customer": "Int64"})
    base.loc[0, "customer"], base.loc[1, "current"], base.loc[7, "potential"] = pd.NA, np.nan, np.nan
    found = value_quadrants(base)
    assert dict(zip(found.excluded["reason"], found.excluded["rows"], strict=True)) == {
        "no customer": 1, "no current": 1, "no potential": 1
    }  # fmt: skip
    assert found.table["customers"].sum() == 5
    gone = fire_customers(FAMILY.assign(contribution=[-50.0, 30, 100, 200, np.nan]))
    assert gone.excluded["reason"].tolist() == ["no contribution or overhead"]
    assert lines(gone)["profit before"] == 280 - 50
    tried = compare_actions(FAMILY.assign(contribution=[np.nan, 1, 2, 3, 4]), {"call": (1, 0)})
    assert (len(tried.customers), tried.excluded["rows"].sum()) == (4, 1)


@pytest.fixture(scope="module")
def labelled():
    """Private customers of 2023 by quadrant, with what came in 2024 and 2025 and the answer book's value to come."""
    bank = load_bank()
    start = bank.years.query("year == 2023").merge(bank.wallets.query("year == 2023").drop(columns="year"))
    start = start.merge(bank.customers.query("kind == 'personal' and not left < '2024-01-01'"))
    start["potential"] = start["wallet"] - start["assets_here"]
    names = value_quadrants(start, "contribution").customers[["customer", "quadrant"]]
    later = bank.years.query("year > 2023").groupby("customer")["contribution"].sum()
    truth = bank.truth.tables["people"][["customer", "residual_value"]]
    return start.merge(names).assign(later=start["customer"].map(later)).merge(truth)


def test_which_labels_the_answer_book_confirms(labelled):
    """Strategic and profitable are worth keeping, and in that order; risk is a loss as a group, yet half of it is not."""
    known = labelled.dropna(subset="residual_value").groupby("quadrant", observed=True)["residual_value"]
    mean, positive = known.mean(), known.agg(lambda values: (values > 0).mean())
    assert mean["strategic"] > 2 * mean["profitable"] > 0
    assert positive[["strategic", "profitable"]].min() > 0.95
    assert mean["risk"] < 0 < known.median()["ordinary"]
    assert 0.4 < positive["risk"] < 0.6
    assert positive["ordinary"] > 0.75


def test_what_2023_says_holds_in_the_two_years_after(labelled):
    later = labelled.groupby("quadrant", observed=True)["later"].sum()
    assert later["risk"] < -4e6
    assert later["strategic"] > 10e6
    firing = fire_customers(labelled.assign(fired=labelled["quadrant"] == "risk"))
    gain = lines(firing)["profit after"] - lines(firing)["profit before"]
    assert gain == pytest.approx(-labelled.loc[labelled["quadrant"] == "risk", "contribution"].sum())
    assert -later["risk"] / 2 == pytest.approx(gain, rel=0.1)
