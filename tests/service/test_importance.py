"""Importance and performance: quadrants by hand, class means, and weights of choice against statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmlib.service import QUADRANTS, derived_importance, five_gaps, importance_by_class, importance_performance

FOUR = pd.DataFrame(
    {
        "attribute": ["speed", "advice", "decor", "coffee"],
        "importance": [40.0, 35.0, 15.0, 10.0],
        "performance": [4.0, 6.0, 6.0, 4.0],
        "best_rival": [5.0, 5.0, 6.0, 6.0],
    }
)


def test_four_attributes_by_hand():
    found = importance_performance(FOUR, rival="best_rival").set_index("attribute")
    assert found["quadrant"].astype(str).to_dict() == {
        "speed": "concentrate here", "advice": "keep up the good work", "decor": "possible overkill", "coffee": "low priority",
    }  # fmt: skip
    assert found["lead"].to_dict() == {"speed": -1, "advice": 1, "decor": 0, "coffee": -2}
    assert found["quadrant"].cat.ordered
    assert found["importance_cut"].tolist() == [25] * 4


def test_another_cut_gives_another_verdict_and_a_value_on_the_cut_is_high():
    middle = importance_performance(FOUR, performance_cut=4.0).set_index("attribute")["quadrant"]
    assert middle["speed"] == "keep up the good work"
    assert importance_performance(FOUR, importance_cut=40)["quadrant"].astype(str).tolist()[:2] == [
        "concentrate here", "possible overkill",
    ]  # fmt: skip
    median = importance_performance(FOUR.assign(importance=[90, 5, 3, 2]), importance_cut="median")
    assert median["importance_cut"].iloc[0] == 4


def test_each_group_has_its_own_cuts():
    two = pd.concat([FOUR.assign(of="home"), FOUR.assign(of="plant", importance=FOUR["importance"] + 50)])
    found = importance_performance(two, by="of")
    assert found.groupby("of")["importance_cut"].first().tolist() == [25, 75]
    assert found["quadrant"].tolist()[:4] == found["quadrant"].tolist()[4:]


levels = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=9)


@given(levels, st.integers(0, 10), st.integers(0, 10))
def test_any_attributes_fall_where_the_definition_says(rows, first, second):
    frame = pd.DataFrame(rows, columns=["importance", "performance"])
    found = importance_performance(frame, importance_cut=first, performance_cut=second)["quadrant"].astype(str)
    for (important, good), quadrant in zip(rows, found, strict=True):
        if important >= first:
            assert quadrant == QUADRANTS[1 if good >= second else 0]
        else:
            assert quadrant == QUADRANTS[3 if good >= second else 2]


def test_class_means_agree_with_scipy():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"class": np.repeat(["home", "plant"], 60), "attribute": np.tile(["price", "training"], 60)})
    frame["rating"] = rng.integers(1, 8, 120)
    found = importance_by_class(frame).set_index(["class", "attribute"])
    for key, rows in frame.groupby(["class", "attribute"])["rating"]:
        low, high = stats.t.interval(0.95, len(rows) - 1, rows.mean(), rows.std() / np.sqrt(len(rows)))
        assert found.loc[key, ["low", "high"]].tolist() == pytest.approx([low, high])
    assert found["above_average"].groupby("attribute").sum().tolist() == pytest.approx([0, 0])


def study(n: int = 150, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"rater": np.repeat(np.arange(n), 3), "bank": np.tile(["A", "B", "C"], n)})
    frame["value"], frame["service"] = rng.integers(1, 11, (2, 3 * n))
    frame["main"] = frame["bank"] == np.repeat(rng.choice(["A", "B", "C"], n), 3)
    appeal = 0.4 * frame["value"] + 0.2 * frame["service"] + 0.8 * frame["main"] + rng.gumbel(size=3 * n)
    frame["chosen"] = appeal == appeal.groupby(frame["rater"]).transform("max")
    return frame.sample(frac=1, random_state=4)  # in no order


def test_weights_of_choice_agree_with_statsmodels():
    from statsmodels.discrete.conditional_models import ConditionalLogit

    frame = study()
    found = derived_importance(frame, ["value", "service"], habit="main")
    fit = ConditionalLogit(
        frame["chosen"].to_numpy(float),
        frame[["value", "service", "main"]].to_numpy(float),
        groups=frame["rater"].to_numpy(),
    ).fit(disp=0)
    assert found["weight"].to_numpy() == pytest.approx(fit.params[:2], abs=1e-4)
    assert ((found["high"] - found["low"]) / 3.92).to_numpy() == pytest.approx(fit.bse[:2], rel=1e-3)
    assert found["share"].sum() == pytest.approx(1)
    assert found["odds"].to_numpy() == pytest.approx(np.exp(found["weight"]))


def test_five_gaps_have_owners_and_say_what_cannot_be_measured():
    gaps = five_gaps()
    assert gaps["gap"].tolist() == [1, 2, 3, 4, 5]
    assert gaps["owner"].is_unique
    assert (gaps.drop(columns="gap") != "").all(axis=None)
    assert gaps.set_index("gap").loc[[1, 5], "measured"].tolist() == ["no", "yes"]
