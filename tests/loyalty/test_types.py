"""Loyalty types: by hand, against a slow oracle, and what must hold for any answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.loyalty import (
    LOYALTY_TYPES,
    STAY_REASONS,
    cells_of,
    compare_types,
    loyalty_indices,
    loyalty_rules,
    loyalty_types,
)

COLUMNS = ["customer", "att1", "att2", "att3", "share_said", "stay_reason", "choice_available"]
EIGHT = pd.DataFrame(
    [
        (1, 6, 6, 7, 90, "value", True),  # attached, buys here
        (2, 6, 5, 6, 20, "convenience", True),  # attached, buys elsewhere
        (3, 3, 4, 2, 80, "habit", True),
        (4, 3, 3, 3, 70, "convenience", True),
        (5, 4, 4, 3, 60, "incentive", True),
        (6, 2, 3, 3, 30, "price", True),
        (7, 3, 3, 4, 10, "habit", True),
        (8, 7, 7, 7, 100, "no alternative", False),
    ],
    columns=COLUMNS,
)
ANSWERS = st.lists(
    st.tuples(
        *[st.integers(1, 7)] * 3, st.integers(0, 20).map(lambda n: 5 * n), st.sampled_from(STAY_REASONS), st.booleans()
    ),
    min_size=1,
    max_size=40,
).map(lambda rows: pd.DataFrame([(i, *row) for i, row in enumerate(rows)], columns=COLUMNS))
RULES = st.sampled_from(["literature", "textbook"])


def test_eight_customers_by_hand():
    found = loyalty_types(EIGHT)
    assert found.customers["type"].tolist() == [
        "premium", "latent", "inertia", "convenience", "incentive", "price", "no loyalty", "monopoly",
    ]  # fmt: skip
    textbook = loyalty_types(EIGHT, rules=loyalty_rules("textbook")).customers["type"].tolist()
    assert (textbook[1], textbook[6]) == ("unnamed", "latent")
    assert textbook[2:6] == ["inertia", "convenience", "incentive", "price"]
    assert found.table.set_index("type").loc["latent", "mean_attachment"] == pytest.approx(17 / 3)
    assert len(found.excluded) == 0


def test_the_two_sets_of_rules_differ_in_two_cells_only():
    ours, theirs = cells_of(loyalty_rules()), cells_of(loyalty_rules("textbook"))
    both = ours.merge(theirs, left_index=True, right_index=True)
    differ = both[both["type_x"] != both["type_y"]]
    pairs = set(zip(differ["attachment_x"], differ["repurchase_x"], differ["type_x"], differ["type_y"], strict=True))
    assert pairs == {("high", "low", "latent", "unnamed"), ("low", "low", "no loyalty", "latent")}
    assert (differ["choice_x"] == "yes").all()


@given(ANSWERS, RULES, st.sampled_from([1, 3.5, 5, 14 / 3, 7]), st.sampled_from([0, 45, 50, 100]))
def test_types_agree_with_a_slow_oracle(survey, after, attachment_cut, repurchase_cut):
    """Customer by customer, cell by cell, in fractions: no rounding, no arrays."""
    from fractions import Fraction

    meaning = {tuple(row[:4]): row[4] for row in cells_of(loyalty_rules(after)).itertuples(index=False)}
    found = loyalty_types(
        survey, rules=loyalty_rules(after), attachment_cut=attachment_cut, repurchase_cut=repurchase_cut
    )
    cut = Fraction(attachment_cut).limit_denominator(100)
    for row, given_type in zip(survey.itertuples(index=False), found.customers["type"], strict=True):
        high = Fraction(row.att1 + row.att2 + row.att3, 3) >= cut
        cell = (
            "yes" if row.choice_available else "no",
            "high" if high else "low",
            "high" if row.share_said >= repurchase_cut else "low",
            row.stay_reason,
        )
        assert given_type == meaning[cell]
    assert found.table["customers"].sum() == len(survey)
    assert found.table["share"].sum() == pytest.approx(1)
    assert found.customers["type"].notna().all()


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(survey, random):
    order = list(range(len(survey)))
    random.shuffle(order)
    mixed = loyalty_types(survey.iloc[order].reset_index(drop=True))
    pd.testing.assert_frame_equal(mixed.table, loyalty_types(survey).table)


@given(ANSWERS, st.floats(1, 7), st.floats(1, 7))
def test_a_higher_cut_makes_no_customer_more_attached(survey, one, two):
    low, high = sorted([one, two])
    first, second = (
        loyalty_types(survey, attachment_cut=cut).customers["attachment_level"] == "high" for cut in (low, high)
    )
    assert not (second & ~first).any()


@given(ANSWERS)
def test_a_changed_rule_moves_the_customers_of_its_cell_and_nobody_else(survey):
    rules = loyalty_rules()
    place = rules.index[(rules["type"] == "inertia")][0]
    rules.loc[place, "type"] = "creature of habit"
    before, after = loyalty_types(survey), loyalty_types(survey, rules=rules)
    moved = compare_types(before, after).query("moved")
    was = (before.customers["type"] == "inertia").sum()
    assert moved["customers"].sum() == was
    assert set(moved["second"]) <= {"creature of habit"}
    # the seven stay in the table though no rule makes inertia any more; what the rules add comes after them
    assert after.table["type"].tolist() == [*LOYALTY_TYPES, "creature of habit", "no loyalty"]


@given(ANSWERS, st.integers(1, 9))
def test_weights_act_as_copies(survey, times):
    weights = np.where(np.arange(len(survey)) % 2, times, 1)
    weighted = loyalty_types(survey.assign(w=weights), weight="w").table
    copies = survey.loc[survey.index.repeat(weights)].assign(customer=range(weights.sum()))
    copied = loyalty_types(copies.reset_index(drop=True)).table
    for column in ("share", "mean_attachment", "mean_repurchase"):
        np.testing.assert_allclose(weighted[column], copied[column], rtol=1e-12)


def test_who_stands_on_a_cut_is_high():
    survey = EIGHT.iloc[[0]].assign(att1=5, att2=5, att3=5, share_said=50)
    assert loyalty_types(survey).customers["type"].tolist() == ["premium"]
    thirds = EIGHT.iloc[[0]].assign(att1=4, att2=5, att3=5)
    assert loyalty_types(thirds, attachment_cut=4.666667).customers["attachment_level"].tolist() == ["high"]


def test_one_customer_and_extreme_cuts():
    one = loyalty_types(EIGHT.iloc[[2]])
    assert one.table["share"].sum() == 1
    assert one.table.loc[one.table["customers"] == 0, "mean_attachment"].isna().all()
    everybody = loyalty_types(EIGHT, attachment_cut=1, repurchase_cut=0)
    assert set(everybody.customers["type"]) == {"premium", "monopoly"}


def test_the_given_frame_stays_as_it_was():
    before = EIGHT.copy()
    loyalty_types(EIGHT)
    loyalty_indices(EIGHT.assign(int1=5, int2=[5, 6] * 4, int3=4))
    pd.testing.assert_frame_equal(EIGHT, before)


def test_compare_counts_pairs_and_needs_the_same_customers():
    ours, theirs = loyalty_types(EIGHT), loyalty_types(EIGHT, rules=loyalty_rules("textbook"))
    table = compare_types(ours, theirs)
    assert table["customers"].sum() == 8
    assert table.query("moved")["customers"].sum() == 2
    with pytest.raises(ValueError, match="8 and 7 have only 7 in common"):
        compare_types(ours, loyalty_types(EIGHT.iloc[1:]))


def test_the_seven_types_come_first_and_in_order():
    assert tuple(loyalty_types(EIGHT).table["type"])[:7] == LOYALTY_TYPES


# --- indices ----------------------------------------------------------------------------------------------------------

FULL = st.lists(st.tuples(*[st.integers(1, 7)] * 6, st.integers(0, 100)), min_size=5, max_size=30).map(
    lambda rows: pd.DataFrame(rows, columns=["att1", "att2", "att3", "int1", "int2", "int3", "share_said"]).assign(
        customer=range(len(rows))
    )
)


@given(FULL)
def test_correlations_and_their_intervals_agree_with_scipy(survey):
    from scipy import stats

    found = loyalty_indices(survey)
    for row in found.agreement.itertuples():
        x, y = found.customers[row.first], found.customers[row.second]
        if np.ptp(x) == 0 or np.ptp(y) == 0:
            assert np.isnan(row.correlation)
            continue
        theirs = stats.pearsonr(x, y)
        assert row.correlation == pytest.approx(theirs.statistic, abs=1e-9)
        if abs(row.correlation) < 0.999:
            interval = theirs.confidence_interval(0.95)
            assert (row.low, row.high) == pytest.approx((interval.low, interval.high), abs=1e-9)


@given(FULL)
def test_patterns_count_each_customer_once_and_disagreement_is_theirs(survey):
    found = loyalty_indices(survey)
    assert found.table["customers"].sum() == len(survey)
    differ = found.table[found.table["affective"].astype(str) != found.table["conative"].astype(str)]["share"].sum()
    pair = found.agreement.query("first == 'affective' and second == 'conative'")["disagree"].item()
    assert pair == pytest.approx(differ)


def test_another_scale_gives_the_same_index():
    survey = EIGHT.assign(int1=[1, 7, 4, 5, 5, 2, 6, 7])
    on_seven = loyalty_indices(survey, conative="int1").customers
    on_ten = survey.assign(share_said=survey["share_said"] / 10)
    shifted = loyalty_indices(on_ten, conative="int1", scales=((1, 7), (0, 10), (1, 7))).customers
    pd.testing.assert_frame_equal(on_seven, shifted)
    assert on_seven["conative"].tolist() == pytest.approx([0, 100, 50, 400 / 6, 400 / 6, 100 / 6, 500 / 6, 100])
