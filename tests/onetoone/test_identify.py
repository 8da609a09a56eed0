"""Matching records: by hand, against plain loops and rapidfuzz's own answer, and what must hold for any records."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from crmlib.onetoone import (
    candidate_pairs,
    match_exactly,
    match_quality,
    match_records,
    merge_records,
    score_pairs,
    threshold_table,
    tidy_records,
)

DESK = pd.DataFrame(
    {"record": ["B1", "B2", "B3"], "name": ["Ｗu  Hai", "Li An", " "], "phone": ["120 0000 0001", None, "12-3"],
     "birth_date": ["04/03/1960", "31/12/1999", None], "address": ["海棠路11号902室", None, "Pier Road 7"], "revenue_2025": [5.0, 7.0, 1.0]}
)  # fmt: skip
APP = pd.DataFrame(
    {"record": ["A1"], "name": ["WU Hai"], "phone": ["12000000001"], "birth_date": ["1960-03-04"], "address": ["海棠路11-902"],
     "revenue_2025": [2.0]}
)  # fmt: skip
STYLES = {"desk": "%d/%m/%Y", "app": "%Y-%m-%d"}


def test_tidy_writes_each_field_in_one_way():
    tidy = tidy_records({"desk": DESK, "app": APP}, STYLES).set_index("record")
    assert tidy.loc["B1", ["phone", "birth_date", "address"]].tolist() == ["12000000001", "1960-03-04", "海棠路11 902"]
    assert tidy.loc["A1", ["phone", "birth_date", "address"]].tolist() == ["12000000001", "1960-03-04", "海棠路11 902"]
    assert tidy.loc["A1", "name"] == "wu hai"
    assert tidy.loc["B2", ["phone", "address"]].isna().all()
    assert pd.isna(tidy.loc["B3", "name"])
    assert pd.isna(tidy.loc["B3", "birth_date"])
    assert tidy["source"].tolist() == ["desk", "desk", "desk", "app"]
    assert tidy["revenue_2025"].sum() == 15  # nothing is lost on the way


def test_candidates_are_the_pairs_that_share_a_value():
    draws = np.random.default_rng(3)
    records = pd.DataFrame(
        {
            "record": np.arange(60),
            "phone": draws.integers(0, 25, 60).astype(str),
            "name": draws.choice(list("abcdefghijk"), 60),
        }
    )
    records.loc[[5, 6, 7], "phone"] = None
    found = candidate_pairs(records, ["phone", ["name", "phone"]])
    same = {}
    for (_, a), (_, b) in combinations(records.iterrows(), 2):
        if pd.notna(a["phone"]) and a["phone"] == b["phone"]:
            same[a["record"], b["record"]] = 1 + (a["name"] == b["name"])
    assert dict(zip(zip(found["left"], found["right"], strict=True), found["blocks"], strict=True)) == same


def test_a_score_by_hand():
    records = pd.DataFrame(
        {"record": ["A", "B", "C"], "name": ["chen yu", "chen yv", None], "phone": ["12345", "12354", "99999"],
         "birth_date": ["1990-03-04", "1990-04-03", "1990-03-04"], "address": [None, "x", None]}
    )  # fmt: skip
    pairs = pd.DataFrame({"left": ["A", "A"], "right": ["B", "C"]})
    scored = score_pairs(records, pairs)
    first, second = scored.iloc[0], scored.iloc[1]
    assert first["name"] == pytest.approx(6 / 7)
    assert first["phone"] == pytest.approx(4 / 5)  # neighbours exchanged: one edit
    assert first["birth_date"] == 0.9  # day and month exchanged
    assert np.isnan(first["address"])
    assert first["score"] == pytest.approx((0.25 * 6 / 7 + 0.30 * 0.8 + 0.25 * 0.9) / 0.80)
    assert second["score"] == pytest.approx((0.30 * 0 + 0.25 * 1) / 0.55)


def test_likeness_is_rapidfuzz_pair_by_pair():
    draws = np.random.default_rng(8)
    texts = ["".join(draws.choice(list("0123"), 6)) for _ in range(40)]
    records = pd.DataFrame({"record": range(40), "phone": texts})
    pairs = pd.DataFrame(list(combinations(range(40), 2)), columns=["left", "right"])
    scored = score_pairs(records, pairs, {"phone": 2})
    expected = [OSA.normalized_similarity(texts[a], texts[b]) for a, b in combinations(range(40), 2)]
    np.testing.assert_allclose(scored["phone"], expected)
    np.testing.assert_allclose(scored["score"], expected)


def test_persons_hang_together_through_a_third():
    records = pd.DataFrame({"record": list("ABCDE")})
    scored = pd.DataFrame({"left": list("ABD"), "right": list("BCE"), "score": [0.9, 0.8, np.nan]})
    assert match_records(records, scored, 0.8)["person"].tolist() == [0, 0, 0, 1, 2]
    assert match_records(records, scored, 0.85)["person"].tolist() == [0, 0, 1, 2, 3]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=14))
def test_quality_counts_every_pair(rows):
    person, customer = zip(*rows, strict=True)
    matched = pd.DataFrame({"record": range(len(rows)), "person": person})
    truth = pd.DataFrame({"record": range(len(rows)), "customer": customer})
    found = match_quality(matched, truth).iloc[0]
    both = [(a[0] == b[0], a[1] == b[1]) for a, b in combinations(rows, 2)]
    assert found["right"] == sum(x and y for x, y in both)
    assert found["false"] == sum(x and not y for x, y in both)
    assert found["missed"] == sum(y and not x for x, y in both)
    joined, true = sum(x for x, _ in both), sum(y for _, y in both)
    assert found["precision"] == pytest.approx(found["right"] / joined) if joined else np.isnan(found["precision"])
    assert found["recall"] == pytest.approx(found["right"] / true) if true else np.isnan(found["recall"])


def test_f1_by_hand():
    """1 pair right, 2 false, 1 missed: precision 1/3, recall 1/2, and 2 · (1/3 · 1/2) / (1/3 + 1/2) = 0.4."""
    matched = pd.DataFrame({"record": ["A1", "A2", "B1", "B2"], "person": [0, 0, 0, 1]})
    truth = pd.DataFrame({"record": ["B2", "B1", "A2", "A1"], "customer": [8, 8, 7, 7]})
    found = match_quality(matched, truth).iloc[0]
    assert found[["precision", "recall", "f1"]].tolist() == pytest.approx([1 / 3, 1 / 2, 0.4])


def test_quality_is_scikit_learn_s_over_all_pairs():
    from sklearn.metrics import precision_recall_fscore_support

    draws = np.random.default_rng(12)
    person, customer = draws.integers(0, 9, 40), draws.integers(0, 14, 40)
    found = match_quality(
        pd.DataFrame({"record": range(40), "person": person}), pd.DataFrame({"record": range(40), "customer": customer})
    ).iloc[0]
    joined, true = zip(
        *((person[a] == person[b], customer[a] == customer[b]) for a, b in combinations(range(40), 2)), strict=True
    )
    oracle = precision_recall_fscore_support(true, joined, average="binary")[:3]
    assert found[["precision", "recall", "f1"]].tolist() == pytest.approx(oracle)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0, 1)), max_size=20),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_higher_threshold_never_joins_more(links, one, other):
    links = [(a, b, s) for a, b, s in links if a != b]
    records = pd.DataFrame({"record": range(10), "revenue_2025": np.arange(10.0)})
    scored = pd.DataFrame(links, columns=["left", "right", "score"]).astype({"left": int, "right": int, "score": float})
    low, high = (match_records(records, scored, limit) for limit in sorted((one, other)))
    assert low["person"].nunique() <= high["person"].nunique()
    # every person of the higher threshold lies whole within one of the lower
    assert low.groupby(high["person"])["person"].nunique().max() == 1
    merged = merge_records(low)
    assert merged["revenue_2025"].sum() == pytest.approx(45)  # money is neither lost nor made
    assert merged["records"].sum() == 10
    heads = len(merged)
    assert (
        merged["revenue_2025"].nlargest(min(3, heads)).sum()
        >= records["revenue_2025"].nlargest(min(3, heads)).sum() - 1e-9
    )


def test_the_table_of_thresholds_is_match_and_quality_row_by_row():
    tidy = tidy_records({"desk": DESK, "app": APP}, STYLES)
    scored = score_pairs(tidy, candidate_pairs(tidy))
    truth = pd.DataFrame({"record": ["B1", "B2", "B3", "A1"], "customer": [1, 2, 3, 1]})
    table = threshold_table(tidy, scored, truth, [0.2, 1.0], cost_false=100, cost_missed=7)
    for row in table.itertuples():
        by_hand = match_quality(match_records(tidy, scored, row.threshold), truth).iloc[0]
        assert (row.right, row.false, row.missed) == tuple(by_hand[["right", "false", "missed"]])
        assert row.cost == 100 * row.false + 7 * row.missed


def test_an_empty_field_agrees_with_nothing():
    records = pd.DataFrame({"record": range(4), "name": ["a"] * 4, "phone": [None, None, "1", "1"]})
    assert match_exactly(records)["person"].tolist() == [0, 1, 2, 2]
    assert candidate_pairs(records, ["phone"]).to_numpy().tolist() == [[2, 3, 1]]


PHONE = "12000000001"


@pytest.mark.parametrize(
    ("phones", "digits"),
    [
        ([12_000_000_001.0, None], [PHONE, None]),  # one empty cell makes a column of numbers one of fractions
        (pd.array([12_000_000_001, None], dtype="Int64"), [PHONE, None]),
        (pd.array([12_000_000_001.0, None], dtype="Float64"), [PHONE, None]),
        (np.array([12_000_000_001.0, "120 0000 0001"], dtype=object), [PHONE, PHONE]),
        (["12000000001.0", "120-0000-0001"], [PHONE, PHONE]),  # such a column, written to a file and read as text
        (["unknown", "n/a"], [None, None]),
        (["-", " "], [None, None]),
    ],
)
def test_a_phone_is_its_digits_however_the_file_was_read(phones, digits):
    people = pd.DataFrame({"record": ["C1", "C2"], "name": "wu hai", "birth_date": "1960-03-04", "address": "-"})
    tidy = tidy_records({"app": people.assign(phone=phones)}, STYLES)
    assert tidy["phone"].astype(object).where(tidy["phone"].notna(), None).tolist() == digits
    assert tidy["address"].isna().all()
    same = digits[0] is not None and digits[0] == digits[1]
    assert match_exactly(tidy)["person"].tolist() == [0, 0 if same else 1]
    phone = score_pairs(tidy, pd.DataFrame({"left": ["C1"], "right": ["C2"]}))["phone"].iloc[0]
    assert phone == 1 if same else np.isnan(phone)  # neither alike nor unlike


def test_a_name_of_signs_alone_is_missing():
    people = pd.DataFrame(
        {"record": ["C1", "C2"], "name": ["-", "?"], "phone": "1", "birth_date": "1960-03-04", "address": "x"}
    )
    assert tidy_records({"app": people}, STYLES)["name"].isna().all()
