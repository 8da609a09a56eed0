"""Worth of fewer defections: against published numbers, a loop, and what must and must not be invariant."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.loyalty import defection_gain, reported_gains

SCENARIO = st.fixed_dictionaries(
    {
        "retention": st.floats(0.0, 0.9),
        "margin": st.floats(1, 1e4),
        "discount": st.floats(0.0, 0.5),
        "years": st.integers(1, 60),
        "growth": st.floats(-0.3, 0.2),
        "acquisition_cost": st.floats(0, 1e4),
    }
)


def one(**values) -> pd.DataFrame:
    return pd.DataFrame([{"retention": 0.8, "margin": 100.0, "discount": 0.1, "years": 5} | values])


def test_margin_multiples_of_gupta_and_lehmann():
    """Customers as assets (Journal of Interactive Marketing 17(1), 2003), table of margin multiples, endless horizon."""
    published = {
        0.60: [1.20, 1.15, 1.11, 1.07],
        0.70: [1.75, 1.67, 1.59, 1.52],
        0.80: [2.67, 2.50, 2.35, 2.22],
        0.90: [4.50, 4.09, 3.75, 3.46],
    }
    rows = [
        (retention, 1.0, discount, 200, multiple)
        for retention, multiples in published.items()
        for discount, multiple in zip((0.10, 0.12, 0.14, 0.16), multiples, strict=True)
    ]
    cases = pd.DataFrame(rows, columns=["retention", "margin", "discount", "years", "published"])
    assert defection_gain(cases)["npv_before"].round(2).tolist() == cases["published"].tolist()


def test_the_lifetimes_in_the_claim_itself():
    """Reichheld & Sasser (1990): one in ten leaves, ten years; one in twenty, twenty years: their doubling."""
    found = defection_gain(one(retention=0.9, discount=0.0, years=200), timing="start")
    assert found["lifetime_before"].item() == pytest.approx(10, abs=1e-6)
    assert found["lifetime_after"].item() == pytest.approx(20, abs=0.01)
    assert found["gain_percent"].item() == pytest.approx(100, abs=0.05)


@given(SCENARIO, st.floats(0.01, 0.1), st.sampled_from(["end", "start"]))
def test_against_a_loop_over_the_years(scenario, points, timing):
    found = defection_gain(pd.DataFrame([scenario]), points=points, timing=timing)

    def value(retention: float) -> float:
        total, there, margin, factor = -scenario["acquisition_cost"], 1.0, scenario["margin"], 1.0
        for _ in range(scenario["years"]):
            if timing == "end":
                there *= retention
                factor /= 1 + scenario["discount"]
            total += margin * there * factor
            if timing == "start":
                there *= retention
                factor /= 1 + scenario["discount"]
            margin *= 1 + scenario["growth"]
        return total

    before, after = value(scenario["retention"]), value(scenario["retention"] + points)
    assert found["npv_before"].item() == pytest.approx(before, rel=1e-9, abs=1e-6)
    assert found["npv_after"].item() == pytest.approx(after, rel=1e-9, abs=1e-6)


@given(SCENARIO, st.floats(1.5, 50))
def test_the_margin_matters_only_beside_a_cost(scenario, factor):
    free = pd.DataFrame([scenario | {"acquisition_cost": 0.0, "retention": max(0.05, scenario["retention"])}])
    percent = defection_gain(free)["gain_percent"].item()
    assert defection_gain(free.assign(margin=free["margin"] * factor))["gain_percent"].item() == pytest.approx(percent)
    value = defection_gain(free)["npv_before"].item()
    costly = free.assign(acquisition_cost=value / 2)
    assert defection_gain(costly)["gain_percent"].item() == pytest.approx(2 * percent)
    assert defection_gain(costly.assign(margin=free["margin"] * factor))["gain_percent"].item() < 2 * percent


@given(SCENARIO)
def test_more_points_are_worth_more_and_a_longer_horizon_too(scenario):
    frame = pd.DataFrame([scenario])
    few, many = (defection_gain(frame, points=points)["gain"].item() for points in (0.02, 0.1))
    assert few < many
    longer = defection_gain(frame.assign(years=scenario["years"] + 5))["gain"].item()
    assert longer >= defection_gain(frame)["gain"].item()


def test_no_percentage_of_a_loss():
    found = defection_gain(one(acquisition_cost=10_000.0))
    assert found["npv_before"].item() < 0
    assert pd.isna(found["gain_percent"].item())
    assert found["gain"].item() > 0


def test_scenarios_keep_their_rows_and_columns():
    cases = pd.DataFrame({"name": ["a", "b"], "retention": [0.8, 0.9], "margin": 10.0, "discount": 0.1, "years": 3})
    found = defection_gain(cases)
    assert found["name"].tolist() == ["a", "b"]
    again = defection_gain(found)
    pd.testing.assert_frame_equal(again, found)


REFUSED = {
    "points as percent": (one(), {"points": 5}, "Write five points as 0.05."),
    "points true": (one(), {"points": True}, "`points` must be a share above 0"),
    "timing": (one(), {"timing": "middle"}, "`timing` must be 'end'"),
    "retention as percent": (
        one(retention=80),
        {},
        "Column 'retention' of the frame of scenarios must be a share from 0 to 1",
    ),
    "past 100 %": (one(retention=0.97), {}, "Retention plus 5 points passes 100 % in 1 row"),
    "half a year": (one(years=2.5), {}, "must be whole years from 1 to 200"),
    "no years": (one(years=None), {}, "must be whole years from 1 to 200"),
    "too long": (one(years=1000), {}, "must be whole years from 1 to 200"),
    "margin of nothing": (one(margin=0), {}, "Column 'margin' of the frame of scenarios must be money above 0"),
    "rate in percent": (one(discount=10), {}, "must be a yearly rate below 1 (10 % is 0.1)"),
    "growth in percent": (one(growth=3), {}, "must be a yearly rate below 1 (3 % is 0.03)"),
    "a negative cost": (one(acquisition_cost=-1), {}, "must be money, 0 or more"),
    "text": (one(margin="100"), {}, "must hold numbers, but row 0 has the text '100'"),
    "no rows": (one().iloc[:0], {}, "The frame of scenarios has no rows"),
    "a column is missing": (one().drop(columns="years"), {}, "The frame of scenarios has no column 'years'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_scenarios_get_a_sentence(case):
    frame, more, sentence = REFUSED[case]
    with pytest.raises(ValueError, match=re.escape(sentence)):
        defection_gain(frame, **more)


def test_the_reported_gains_are_within_the_range_that_is_quoted():
    assert reported_gains()["gain_percent"].between(25, 85).all()
