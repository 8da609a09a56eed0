"""Funnel, record of branches, roads to zero, comparisons: by hand, against a slow oracle, and against statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.service import (
    PATHS,
    adjusted_difference,
    branch_record,
    complaint_funnel,
    stayed_after,
    zero_complaint_roads,
)

WINDOW = {"start": "2024-01-01", "as_of": "2024-12-31"}


def problems(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["noticed", "voiced", "resolved"]).astype(bool)


def test_ten_problems_by_hand():
    """3 unnoticed; of 7 noticed 1 solved at once, 2 silent; 4 voiced, of these 3 resolved; 2 of the 3 stayed, 1 unknown."""
    frame = problems([(0, 0, 0)] * 3 + [(1, 0, 1)] + [(1, 0, 0)] * 2 + [(1, 1, 0)] + [(1, 1, 1)] * 3)
    frame["stayed"] = [True, True, False, True, False, True, False, True, True, None]
    found = complaint_funnel(frame, stayed="stayed")
    table = found.table.set_index("stage")
    assert table["problems"].to_dict() == {"problem": 10, "noticed": 7, "voiced": 4, "resolved": 3, "stayed": 2}
    assert table["of_stage_before"].tolist()[1:] == [0.7, 4 / 7, 0.75, 1.0]
    assert table["of_all"].tolist() == [1, 0.7, 0.4, 0.3, 0.2]
    paths = found.paths.set_index("path")
    assert paths["problems"].tolist() == [3, 1, 2, 1, 3]
    assert paths.loc["not noticed", ["known", "stayed", "stay_share"]].tolist() == [3, 2, 2 / 3]
    assert paths.loc["complained, solved", "known"] == 2
    assert paths["share"].sum() == pytest.approx(1)


def test_wilsons_interval_of_a_published_example():
    """Newcombe (1998), Statistics in Medicine 17, table I, method 3: 15 of 148 gives 0.0624 to 0.1605."""
    frame = problems([(1, 0, 0)] * 15 + [(0, 0, 0)] * 133)
    row = complaint_funnel(frame).table.set_index("stage").loc["noticed"]
    assert round(row["low"], 4) == 0.0624
    assert round(row["high"], 4) == 0.1605


flags = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.sampled_from([True, False, None]),
                           st.sampled_from("ab")), min_size=1, max_size=30)  # fmt: skip


@given(flags)
def test_any_problems_against_a_slow_oracle(rows):
    rows = [(noticed, voiced and noticed, *rest) for noticed, voiced, *rest in rows]
    frame = pd.DataFrame(rows, columns=["noticed", "voiced", "resolved", "stayed", "branch"])
    frame["stayed"] = frame["stayed"].astype("boolean")
    found = complaint_funnel(frame, stayed="stayed", by="branch")
    for branch, table in found.paths.groupby("branch"):
        mine = [row for row in rows if row[4] == branch]
        ends = dict.fromkeys(PATHS, 0)
        for noticed, voiced, resolved, *_ in mine:
            if not noticed:
                ends["not noticed"] += 1
            elif voiced:
                ends["complained, solved" if resolved else "complained, not solved"] += 1
            else:
                ends["solved before a complaint" if resolved else "silent, not solved"] += 1
        assert dict(zip(table["path"].astype(str), table["problems"], strict=True)) == ends
    stages = found.table.set_index(["branch", "stage"])["problems"]
    for branch in stages.index.levels[0]:
        assert stages[branch].tolist() == sorted(stages[branch], reverse=True)  # a funnel never widens


def test_voiced_but_not_noticed_is_set_aside_and_said():
    found = complaint_funnel(problems([(1, 1, 1), (0, 1, 0)]))
    assert found.excluded.to_numpy().tolist() == [["voiced though not noticed", 1, "1"]]
    assert found.table["problems"].iloc[0] == 1


def test_who_stayed_by_hand():
    customers = pd.DataFrame(
        {
            "customer": [1, 2, 3, 4],
            "left": pd.to_datetime([None, "2024-06-30", "2024-06-30", "2024-01-01"]),
            "own_choice": [False, True, False, True],
        }
    )
    frame = pd.DataFrame(
        {
            "customer": [1, 1, 2, 2, 3, 4],
            "date": pd.to_datetime(
                ["2024-01-01", "2024-12-01", "2024-06-20", "2024-01-01", "2024-06-20", "2024-03-01"]
            ),
        }
    )
    found = stayed_after(frame, customers, days=100, as_of="2024-12-31")
    # stayed; not over yet; left in time; stayed the first 100 days; left without choosing; had left before
    assert found.tolist() == [True, pd.NA, False, True, pd.NA, pd.NA]


CUSTOMERS = pd.DataFrame(
    {
        "customer": range(6),
        "branch": [1, 1, 1, 2, 2, 3],
        "joined": pd.to_datetime(["2020-01-01", "2024-07-01", "2020-01-01", "2020-01-01", "2019-05-05", "2025-01-01"]),
        "left": pd.to_datetime([None, None, "2024-07-01", "2024-12-31", "2023-05-05", None]),
        "own_choice": [False, False, True, False, True, False],
    }
)


def test_record_of_branches_by_hand():
    told = problems([(1, 1, 1), (1, 0, 0), (0, 0, 0), (1, 0, 1)]).assign(branch=[1, 1, 1, 2])
    found = branch_record(CUSTOMERS, told, **WINDOW).set_index("branch")
    assert found["customers"].tolist() == [3, 1, 0]  # of branch 2 one had left before, of branch 3 one joined later
    # 366 days, 184 days from 1 July, 182 days to 1 July
    assert found.loc[1, "customer_years"] == pytest.approx((366 + 184 + 182) / 365.25)
    assert found["left"].tolist() == [1, 0, 0]
    assert found.loc[1, "churn"] == pytest.approx(1 / found.loc[1, "customer_years"])
    assert found.loc[1, ["complaints", "problems"]].tolist() == [1, 3]
    assert found.loc[1, "noticed_share"] == pytest.approx(2 / 3)
    assert found.loc[1, "solved_share"] == 0.5
    assert found.loc[1, "unsolved_rate"] * found.loc[1, "customer_years"] == pytest.approx(1)
    assert found.loc[2, ["churn", "churn_low", "unsolved_rate"]].tolist() == [0, 0, 0]
    assert np.isnan(found.loc[3, "noticed_share"])


def test_poisson_interval_of_a_published_example():
    """Garwood (1936), Biometrika 28, as tabulated for epidemiologists: 10 events, 4.795 to 18.390."""
    many = pd.DataFrame(
        {
            "customer": range(100),
            "branch": 1,
            "joined": pd.Timestamp("2020-01-01"),
            "left": pd.to_datetime(["2024-12-31"] * 10 + [None] * 90),
            "own_choice": [True] * 10 + [False] * 90,
        }
    )
    row = branch_record(many, problems([(0, 0, 0)]).assign(branch=1), **WINDOW).iloc[0]
    assert row["left"] == 10
    assert row["churn_low"] * row["customer_years"] == pytest.approx(4.795, abs=6e-4)
    assert row["churn_high"] * row["customer_years"] == pytest.approx(18.390, abs=6e-4)


def record(**columns) -> pd.DataFrame:
    base = {
        "complaints": 0,
        "customer_years": 500.0,
        "unsolved_rate": 0.1,
        "churn": 0.1,
        "churn_low": 0.0,
        "churn_high": 0.2,
    }
    return pd.DataFrame(base | columns | {"branch": range(1, 1 + len(columns["problems"]))})


def test_every_road_to_zero():
    found = record(
        problems=[50, 50, 50, 0, 5, 50],
        noticed_share=[0.8, 0.1, 0.8, np.nan, 1.0, 0.8],
        solved_share=[0.9, 1.0, 0.1, np.nan, 0.0, 0.1],
        complaints=[0, 0, 0, 0, 0, 9],
    )
    roads = zero_complaint_roads(found).sort_values("branch").set_index("branch")["road"].to_dict()
    assert roads == {1: "solved", 2: "not noticed", 3: "not spoken", 4: "nothing wrong", 5: "too few to tell"}
    assert len(zero_complaint_roads(found, at_most=9)) == 6
    assert zero_complaint_roads(found, solved_above=0.95).set_index("branch").loc[1, "road"] == "not spoken"
    assert zero_complaint_roads(found[found["complaints"] > 0]).empty


def test_differences_agree_with_statsmodels_formula():
    import statsmodels.formula.api as smf

    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"customer": rng.integers(0, 80, 300), "path": rng.choice(["none", "solved", "silent"], 300)})
    frame["attached"] = rng.standard_normal(300) + (frame["path"] == "solved")
    frame["score"] = 2 * frame["attached"] - (frame["path"] == "silent") + rng.standard_normal(300)
    found = adjusted_difference(frame, "score", "path", "none", ["attached"]).set_index("group")
    for formula, name in (("", "raw"), (" + attached", "adjusted")):
        fit = smf.ols(f"score ~ C(path, Treatment('none')){formula}", frame).fit(
            cov_type="cluster", cov_kwds={"groups": frame["customer"]}
        )
        for group in ("solved", "silent"):
            key = f"C(path, Treatment('none'))[T.{group}]"
            assert found.loc[group, name] == pytest.approx(fit.params[key])
            assert found.loc[group, f"{name}_high"] - found.loc[group, name] == pytest.approx(1.96 * fit.bse[key])
    assert found.loc["solved", "raw"] > 1.5 > 0.5 > found.loc["solved", "adjusted"]  # the attached were solved more
