"""Layers, ladder and index: by hand, against loops, and what a ladder looks like when there is one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.satisfaction import VERTICAL, composite_index, satisfaction_ladder, satisfaction_layers

RUNGS = list(VERTICAL)


def test_layers_by_hand():
    answers = pd.DataFrame(
        {
            "customer": [1, 2, 3, 4],
            "branch": ["A", "A", "B", "B"],
            "mind1": [7, 5, 4, 1], "mind2": [7, 3, 4, 1],
            "look1": [4, 4, 1, 7], "look2": [5, 3, 1, np.nan],
        }
    )  # fmt: skip
    layers = {"mind": ["mind1", "mind2"], "visual": ["look1", "look2"]}
    found = satisfaction_layers(answers, layers, "branch")
    assert found.customers["mind"].tolist() == [100, 50, 50, 0]
    assert found.customers["visual"].tolist() == pytest.approx([100 * 3.5 / 6, 100 * 2.5 / 6, 0, 100])
    table = found.table.set_index(["branch", "layer"])["score"]
    assert table[("A", "mind")] == 75
    assert table[("B", "visual")] == 50
    assert len(found.excluded) == 0
    assert (found.table["low"] >= 0).all()
    assert (found.table["high"] <= 100).all()


def test_a_perfect_ladder_and_no_ladder():
    draws = np.random.default_rng(1)
    felt = draws.uniform(0, 100, 2_000)
    ladder = pd.DataFrame(
        {name: np.where(felt > cut, 90.0, 20.0) for name, cut in zip(RUNGS, (20, 50, 80), strict=True)}
    )
    found = satisfaction_ladder(ladder)
    assert found.loc[found["in_step"], "share"].sum() == 1
    assert found.loc[found["in_step"], "if_unrelated"].sum() < 0.85
    # the same shares, unrelated: most are still in step, and no more than chance says
    mixed = ladder.apply(lambda column: draws.permutation(column))
    found = satisfaction_ladder(mixed)
    in_step = found[found["in_step"]]
    assert in_step["share"].sum() == pytest.approx(in_step["if_unrelated"].sum(), abs=0.03)
    assert in_step["share"].sum() > 0.5


@given(people=st.lists(st.tuples(*[st.sampled_from([0.0, 50.0, 66.6667, 83.3, 100.0])] * 3), min_size=1, max_size=40))
def test_the_ladder_agrees_with_loops(people):
    found = satisfaction_ladder(pd.DataFrame(people, columns=RUNGS)).set_index("pattern")
    for pattern, row in found.iterrows():
        wanted = set() if pattern == "none" else set(pattern.split("+"))
        members = [one for one in people if {n for n, v in zip(RUNGS, one, strict=True) if v > 66} == wanted]
        assert row["customers"] == len(members)
        assert row["in_step"] == (wanted == set(RUNGS[: len(wanted)]))
    assert found["share"].sum() == pytest.approx(1)
    assert found["if_unrelated"].sum() == pytest.approx(1)
    assert len(found) == 8


def test_the_index_by_hand_and_its_weights_are_stated():
    answers = pd.DataFrame({"customer": [1, 2, 3], "sat": [10, 1, 5.5], "trust": [7, 7, 4]})
    found = composite_index(answers, {"sat": 0.75, "trust": 0.25}, scale={"sat": (1, 10), "trust": (1, 7)})
    assert found.customers["index"].tolist() == [100, 25, 50]
    assert found.table["weights"].tolist() == ["0.75 sat + 0.25 trust"]
    assert found.table["index"].iloc[0] == pytest.approx(175 / 3)


@given(
    answers=st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)), min_size=2, max_size=30),
    weight=st.floats(0, 1),
)
def test_the_index_is_between_its_parts_and_on_its_scale(answers, weight):
    frame = pd.DataFrame(answers, columns=["a", "b"]).assign(customer=range(len(answers)))
    row = composite_index(frame, {"a": weight, "b": 1 - weight}).table.iloc[0]
    a, b = ((frame[name].mean() - 1) * 100 / 6 for name in "ab")
    assert min(a, b) - 1e-9 <= row["index"] <= max(a, b) + 1e-9
    assert 0 <= row["low"] <= row["index"] + 1e-9
    assert row["index"] - 1e-9 <= row["high"] <= 100
    upside_down = composite_index(
        8 - frame[["a", "b"]].assign(customer=frame["customer"]), {"a": weight, "b": 1 - weight}
    )
    assert upside_down.table["index"].iloc[0] == pytest.approx(100 - row["index"])


def test_other_weights_change_the_winner():
    answers = pd.DataFrame(
        {"customer": range(4), "branch": list("AABB"), "product": [7, 6, 4, 4], "service": [3, 3, 6, 5]}
    )
    best = [
        composite_index(answers, {"product": w, "service": 1 - w}, "branch").table.set_index("branch")["index"].idxmax()
        for w in (0.7, 0.3)
    ]
    assert best == ["A", "B"]
