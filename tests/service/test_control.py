"""Control charts: NIST's worked example, the published run length of the zone rules, a slow oracle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.service import WESTERN_ELECTRIC, Rule, control_chart, zone_signals


def months(values, **columns) -> pd.DataFrame:
    time = pd.date_range("2023-01-01", periods=len(values), freq="MS")
    return pd.DataFrame({"month": time, "mean_score": values} | columns)


def test_individuals_chart_of_the_nist_handbook():
    """NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: ten flow rates, centre 50.81, mean moving range 1.8778,
    limits 55.8041 and 45.8159 with d2 rounded to 1.128."""
    flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    found = control_chart(months(flow))
    assert found.table["centre"].iloc[0] == pytest.approx(50.81)
    assert found.table["sigma"].iloc[0] * 2 / np.sqrt(np.pi) == pytest.approx(1.8778, abs=5e-5)
    assert found.points["high"].iloc[0] == pytest.approx(55.8041, abs=0.002)
    assert found.points["low"].iloc[0] == pytest.approx(45.8159, abs=0.002)
    assert (found.points["signal"] == "").all()


def test_x_bar_chart_by_hand():
    """Sizes 4 and 16, SDs 2 and 4: pooled variance (3·4 + 15·16) / 18 = 14; centre (4·10 + 16·15) / 20 = 14."""
    found = control_chart(months([10.0, 15.0], n=[4, 16], sd=[2.0, 4.0]), size="n", spread="sd").points
    assert found["centre"].tolist() == [14, 14]
    assert found["high"].tolist() == pytest.approx([14 + 3 * np.sqrt(14) / 2, 14 + 3 * np.sqrt(14) / 4])
    assert found["z"].tolist() == pytest.approx([-4 / (np.sqrt(14) / 2), 1 / (np.sqrt(14) / 4)])


def test_later_points_do_not_move_the_limits_of_the_baseline():
    values = [50.0, 51, 49, 50, 52, 48, 50, 51, 49, 50]
    calm = control_chart(months(values), baseline_until="2023-10-01")
    stormy = control_chart(months([*values, 90.0, 20.0]), baseline_until="2023-10-01")
    assert stormy.table[["centre", "sigma"]].equals(calm.table[["centre", "sigma"]])
    assert stormy.points["signal"].iloc[-2:].str.contains("1 beyond 3 sigma").all()
    assert stormy.points["in_baseline"].tolist() == [True] * 10 + [False] * 2
    everything = control_chart(months([*values, 90.0, 20.0]))
    assert everything.table["sigma"].iloc[0] > 5 * stormy.table["sigma"].iloc[0]  # a storm in the baseline hides itself


def slowly(z: list[float], rule: Rule) -> list[bool]:
    found = []
    for place in range(len(z)):
        window = z[max(0, place - rule.among + 1) : place + 1]
        up = sum(value > rule.sigmas for value in window) >= rule.points and z[place] > rule.sigmas
        down = sum(value < -rule.sigmas for value in window) >= rule.points and z[place] < -rule.sigmas
        found.append(up or down)
    return found


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=40))
def test_signals_against_a_slow_oracle_and_its_mirror(z):
    found = zone_signals(z)
    for rule in WESTERN_ELECTRIC:
        assert found[rule.name].tolist() == slowly(z, rule)
    pd.testing.assert_frame_equal(found, zone_signals([-value for value in z]))


def test_each_rule_alone():
    rule = {one.points: one.name for one in WESTERN_ELECTRIC}
    assert zone_signals([3.1, 2.9])[rule[1]].tolist() == [True, False]
    assert zone_signals([2.1, -2.1, 2.1])[rule[2]].tolist() == [False, False, True]
    assert zone_signals([2.1, -2.1, -0.5, 2.1])[rule[2]].sum() == 0
    assert zone_signals([1.1, 1.1, 0, 1.1, 1.1])[rule[4]].tolist() == [False] * 4 + [True]
    assert zone_signals([0.1] * 9)[rule[8]].tolist() == [False] * 7 + [True, True]


@pytest.mark.parametrize(("rules", "published"), [(WESTERN_ELECTRIC, 91.75), (WESTERN_ELECTRIC[:1], 370.40)])
def test_average_run_length_is_the_published_one(rules, published):
    """Champ & Woodall (1987), Technometrics 29, table 1: a steady process signals once in 91.75 points, by rule 1 in 370.40."""
    rng = np.random.default_rng(12)
    first = []
    for _ in range(1_500):
        z = rng.standard_normal(3_000)
        signal = zone_signals(z, rules).to_numpy().any(axis=1)
        first.append(signal.argmax() + 1 if signal.any() else len(z))
    error = np.std(first) / np.sqrt(len(first))
    assert abs(np.mean(first) - published) < 3.5 * error
    assert error < 0.03 * published


def test_order_of_rows_does_not_matter():
    frame = months([50.0, 51, 49, 50, 60])
    pd.testing.assert_frame_equal(
        control_chart(frame).points, control_chart(frame.sample(frac=1, random_state=3)).points
    )


def test_rows_without_value_are_set_aside_and_said():
    found = control_chart(months([50.0, np.nan, 51, 49], n=[9, 9, 1, 9], sd=[1.0] * 4), size="n", spread="sd")
    assert found.excluded.to_numpy().tolist() == [["no mean_score", 1, "1"], ["n below 2, or no sd", 1, "2"]]
    assert len(found.points) == 2
