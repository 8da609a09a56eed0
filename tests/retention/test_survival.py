"""Cohorts and survival: by hand, against lifelines, against a loop, and against a law of leaving that is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import expon, lomax, weibull_min

from crmlib.retention import churn_by_tenure, cohort_triangle, survival_curve, tenure_models
from crmlib.retention._spells import spells
from tests.retention.conftest import END, START, mixed_customers

# lifelines 0.30.3, KaplanMeierFitter().fit(exit, gone, entry=entry) on the twelve customers (days as in `spells`), computed in an
# environment outside this project: day -> (estimate, lower, upper 95 % limit).
LIFELINES = {
    1: (0.875, 0.387000, 0.981393), 30: (0.75, 0.314807, 0.930898), 244: (0.642857, 0.252903, 0.867620),
    366: (0.535714, 0.187334, 0.792472), 651: (0.401786, 0.102078, 0.694650), 866: (0.200893, 0.012272, 0.556889),
}  # fmt: skip
# The same without entry: everyone at risk from the day of joining.
LIFELINES_NAIVE = {1: 0.916667, 30: 0.833333, 244: 0.75, 366: 0.656250, 651: 0.525, 866: 0.35, 1341: 0.0}


def test_days_under_observation(twelve):
    read = spells(twelve, START, END, None, "customer", "joined", "left")
    assert read.entry.tolist() == [1028, 579, 320, 32, 0, 0, 0, 0, 0, 0, 0, 0]
    assert read.exit.tolist() == [1341, 1309, 866, 762, 244, 651, 1, 606, 366, 366, 30, 262]
    assert read.gone.tolist() == twelve["left"].notna().tolist()


def test_kaplan_meier_with_left_truncation_agrees_with_lifelines(twelve):
    late = twelve[twelve["customer"] != 1]  # the oldest is the last one at risk: the curve would end in 0
    with_all = survival_curve(twelve, as_of=END, observed_from=START).curve
    for curve in (with_all, survival_curve(late, as_of=END, observed_from=START).curve):
        found = curve.assign(day=(curve["years"] * 365.25).round().astype(int)).set_index("day")
        for at, expected in LIFELINES.items():
            assert found.loc[at, ["kept", "low", "high"]].tolist() == pytest.approx(expected, abs=2e-6)
    assert with_all["kept"].iloc[-1] == 0


def test_without_truncation_it_is_the_naive_curve(twelve):
    curve = survival_curve(twelve, as_of=END).curve
    found = curve.assign(day=(curve["years"] * 365.25).round().astype(int)).set_index("day")["kept"]
    assert {day: round(found[day], 6) for day in LIFELINES_NAIVE} == LIFELINES_NAIVE


def test_weibull_with_left_truncation_agrees_with_lifelines(twelve):
    """lifelines 0.30.3: WeibullFitter, lambda 1.782708 (its scale: 1 / ours), rho .645936 (error .224247), −10.528076."""
    models = tenure_models(twelve, as_of=END, observed_from=START).set_index("model")
    weibull, exponential = models.loc["customers who change"], models.loc["one hazard"]
    assert 1 / weibull["hazard"] == pytest.approx(1.782708, rel=1e-4)
    assert weibull["shape"] == pytest.approx(0.645936, rel=1e-4)
    assert weibull["shape_error"] == pytest.approx(0.224247, rel=2e-3)
    assert weibull["log_likelihood"] == pytest.approx(-10.528076, abs=1e-5)
    assert 1 / exponential["hazard"] == pytest.approx(1.894984, rel=1e-6)
    assert exponential["log_likelihood"] == pytest.approx(-11.474472, abs=1e-5)
    # two numbers fitted, and one: 2 · 2 + 2 · 10.528076 and 2 · 1 + 2 · 11.474472
    assert weibull["aic"] == pytest.approx(25.056152, abs=3e-5)
    assert exponential["aic"] == pytest.approx(24.948944, abs=3e-5)
    for years in (1, 5, 10):
        assert weibull[f"kept_{years}"] == pytest.approx(weibull_min.sf(years, 0.645936, scale=1.782708), abs=1e-4)
        assert exponential[f"kept_{years}"] == pytest.approx(expon.sf(years, scale=1.894984), abs=1e-6)
    # (n + 1)^k − n^k against 1 in the first year: .565 in the second, .469 in the third, after two years
    assert weibull["half_of_rate_after"] == 2


def test_the_curve_of_unlike_customers_is_a_pareto():
    """A gamma mixture of exponentials is a Pareto of the second kind (Lomax), here by SciPy."""
    people = mixed_customers(2)
    unlike = tenure_models(people, as_of="2024-12-30", observed_from=START).set_index("model").loc["unlike customers"]
    law = lomax(1 / unlike["shape"], scale=1 / (unlike["shape"] * unlike["hazard"]))
    assert unlike[["kept_1", "kept_5", "kept_10"]].tolist() == pytest.approx(law.sf([1, 5, 10]), rel=1e-9)
    read = spells(people, START, "2024-12-30", None, "customer", "joined", "left")
    begin, end = read.entry / 365.25, read.exit / 365.25
    seen = end > begin
    fit = np.where(read.gone, law.logpdf(end), law.logsf(end))[seen].sum() - law.logsf(begin[seen]).sum()
    assert unlike["log_likelihood"] == pytest.approx(fit)
    assert unlike["aic"] == pytest.approx(4 - 2 * fit)
    rate = -np.diff(law.logsf(np.arange(60)))
    half = int(unlike["half_of_rate_after"])
    assert rate[half] <= rate[0] / 2 < rate[half - 1]


def loop_curve(entry, until, gone):
    kept, out = 1.0, []
    for t in sorted({u for u, g in zip(until, gone, strict=True) if g}):
        risk = sum(e < t <= u for e, u in zip(entry, until, strict=True))
        died = sum(g and u == t for u, g in zip(until, gone, strict=True))
        kept *= 1 - died / risk
        out.append((t, risk, died, kept))
    return out


def test_kaplan_meier_is_the_product_of_a_loop():
    people = mixed_customers(11, joiners=400)
    found = survival_curve(people, as_of="2024-12-30", observed_from=START).curve.iloc[1:]
    read = spells(people, START, "2024-12-30", None, "customer", "joined", "left")
    expected = pd.DataFrame(loop_curve(read.entry, read.exit, read.gone), columns=["day", "at_risk", "left", "kept"])
    np.testing.assert_allclose(found["years"] * 365.25, expected["day"])
    np.testing.assert_allclose(found[["at_risk", "left", "kept"]], expected[["at_risk", "left", "kept"]])


def known_law(years: float, hazard: float = 0.24, variance: float = 0.8) -> float:
    return (1 + variance * hazard * years) ** (-1 / variance)


def test_the_corrected_curve_covers_the_known_law_in_forty_samples_and_the_raw_one_does_not():
    covered = np.zeros(3)
    raw = []
    for seed in range(40):
        people = mixed_customers(seed)
        table = survival_curve(people, as_of="2024-12-30", observed_from=START, landmarks=(1, 5, 10)).table
        truth = np.array([known_law(t) for t in (1, 5, 10)])
        covered += ((table["low"] <= truth) & (truth <= table["high"])).to_numpy()
        raw.append(survival_curve(people, as_of="2024-12-30", landmarks=(5,)).table.loc[0, ["kept", "low"]].tolist())
    assert (covered >= 33).all(), covered
    raw = np.array(raw)
    assert (raw[:, 1] > known_law(5) + 0.1).all()  # survivors only: far too many seem to stay


def test_heterogeneity_is_found_with_its_size_and_nobody_changed():
    inside, ratios = 0, []
    for seed in range(40):
        people = mixed_customers(seed)
        models = tenure_models(people, as_of="2024-12-30", observed_from=START).set_index("model")
        unlike = models.loc["unlike customers"]
        inside += abs(np.log(unlike["shape"] / 0.8)) < 1.96 * unlike["shape_error"] / unlike["shape"]
        assert unlike["log_likelihood"] > models.loc["one hazard", "log_likelihood"] + 10
        rates = churn_by_tenure(people, (0, 1, 3, 12), as_of="2024-12-30", observed_from=START, hazard="hazard")
        ratios.append(rates["ratio"].to_numpy())
        assert rates["rate"].iloc[0] > 1.5 * rates["rate"].iloc[2]  # the raw rate falls
    assert inside >= 33
    np.testing.assert_allclose(np.mean(ratios, axis=0), 1.0, atol=0.02)  # the ratio to each one's own hazard does not


def test_customers_alike_are_told_from_unlike_ones():
    people = mixed_customers(3, variance=0)
    models = tenure_models(people, as_of="2024-12-30", observed_from=START).set_index("model")
    assert models["log_likelihood"].max() - models.loc["one hazard", "log_likelihood"] < 4
    assert models.loc["unlike customers", "shape"] < 0.1
    assert models.loc["one hazard", "half_of_rate_after"] == np.inf


def test_leavers_and_years_by_tenure_by_hand():
    people = pd.DataFrame(
        {"customer": [1, 2], "joined": pd.to_datetime(["2022-01-01", "2020-01-01"]),
         "left": pd.to_datetime(["2022-12-31", None]), "own": [True, False], "hazard": [0.5, 0.1]}
    )  # fmt: skip
    rates = churn_by_tenure(
        people, (0, 1, 5), as_of="2023-12-31", observed_from="2022-01-01", own_choice="own", hazard="hazard"
    )
    # 1 was there for 365 days; 2 came under observation on day 732 and was there for 730 more
    assert rates["customer_years"].tolist() == pytest.approx([365 / 365.25, 730 / 365.25])
    assert rates["left"].tolist() == [1, 0]
    assert rates["rate"].tolist() == pytest.approx([365.25 / 365, 0])
    assert rates["yearly_churn"].tolist() == pytest.approx([1 - np.exp(-365.25 / 365), 0])
    assert rates["expected"].tolist() == pytest.approx([0.5 * 365 / 365.25, 0.1 * 730 / 365.25])
    assert rates["low"].tolist() == pytest.approx(
        [1 - np.exp(-0.0253178 / (365 / 365.25)), 0], abs=1e-6
    )  # exact Poisson limits
    assert rates["high"].tolist() == pytest.approx(
        [1 - np.exp(-5.571643 / (365 / 365.25)), 1 - np.exp(-3.688879 / (730 / 365.25))], abs=1e-6
    )
    # the same limits of a count, 0.0253 to 5.5716 of 1 and 0 to 3.6889 of 0, as multiples of the leavers expected
    assert rates["ratio"].tolist() == pytest.approx([1 / (0.5 * 365 / 365.25), 0])
    assert rates["ratio_low"].tolist() == pytest.approx([0.0253178 / (0.5 * 365 / 365.25), 0], abs=1e-6)
    assert rates["ratio_high"].tolist() == pytest.approx(
        [5.571643 / (0.5 * 365 / 365.25), 3.688879 / (0.1 * 730 / 365.25)], abs=1e-5
    )


def test_the_years_are_shared_out_whole():
    people = mixed_customers(4, joiners=300)
    fine = churn_by_tenure(people, (0, 0.5, 1, 2, 4, 8, 20), as_of="2024-12-30", observed_from=START)
    whole = churn_by_tenure(people, (0, 20), as_of="2024-12-30", observed_from=START)
    assert fine["customer_years"].sum() == pytest.approx(whole["customer_years"].iloc[0])
    assert fine["left"].sum() == whole["left"].iloc[0] == people["left"].notna().sum()


def test_groups_have_their_own_curves(twelve):
    groups = twelve.assign(region=["A"] * 4 + ["B"] * 8)
    both = survival_curve(groups, as_of=END, observed_from=START, by="region", from_years=0.1)
    alone = survival_curve(groups[groups["region"] == "B"], as_of=END, observed_from=START, from_years=0.1)
    mine = both.curve[both.curve["region"] == "B"].drop(columns="region").reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, alone.curve)
    assert both.table["region"].unique().tolist() == ["A", "B"]


def test_leavers_by_fate_are_followed_until_they_left(twelve):
    fate = twelve.assign(own=twelve["customer"] != 5)
    curve = survival_curve(fate, as_of=END, observed_from=START, own_choice="own").curve
    assert curve["left"].sum() == 6
    assert 244 not in (curve["years"] * 365.25).round().tolist()


def test_cohorts_by_hand(twelve):
    """2022: six joined. One left on its first day, one in its first year, one 365 days after joining: the anniversary itself."""
    found = cohort_triangle(twelve, as_of=END, observed_from=START)
    cell = found.table.set_index(["cohort", "year_of_relationship"])
    assert cell.loc[(2022, 1)].tolist() == [6, 4, pytest.approx(4 / 6)]
    assert cell.loc[(2021, 2)].tolist() == [2, 2, 1.0]
    assert cell.loc[(2019, 4)].tolist() == [1, 0, 0.0]
    assert set(cell.index) == {(2022, 1), (2021, 2), (2020, 3), (2019, 4)}  # whole years of whole cohorts only
    assert found.kept.index.tolist() == [2022]  # of earlier cohorts only the survivors are known


def test_cohorts_count_as_a_loop_would():
    people = mixed_customers(8, joiners=500)
    found = cohort_triangle(people, as_of="2024-12-30", observed_from=START).table
    expected = {}
    for row in people.itertuples():
        for k in range(1, 20):
            begin, stop = row.joined + pd.DateOffset(years=k - 1), row.joined + pd.DateOffset(years=k)
            whole = row.joined.year + k - 1 >= 2022 and row.joined.year + k <= 2024  # who joined on 31 December, too
            if whole and (pd.isna(row.left) or row.left >= begin):
                there = expected.setdefault((row.joined.year, k), [0, 0])
                there[0] += 1
                there[1] += pd.isna(row.left) or row.left >= stop
    got = {(r.cohort, r.year_of_relationship): [r.at_start, r.kept] for r in found.itertuples()}
    assert got == expected


def test_cohorts_rise_in_retention_though_nobody_changed():
    rates = np.mean(
        [
            cohort_triangle(mixed_customers(s), as_of="2024-12-31", observed_from=START).by_year["rate"].to_numpy()[:8]
            for s in range(10)
        ],
        axis=0,
    )
    assert (np.diff(rates[:6]) > 0).all()
    np.testing.assert_allclose(rates[:3], [known_law(k + 1) / known_law(k) for k in range(3)], atol=0.02)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 700), st.integers(0, 900), st.booleans()), min_size=3, max_size=25))
def test_a_curve_falls_from_1_and_its_limits_enclose_it(rows):
    first = pd.Timestamp("2022-01-01")
    people = pd.DataFrame(rows, columns=["join", "stay", "gone"]).assign(customer=range(len(rows)))
    people["joined"] = first + pd.to_timedelta(people["join"], unit="D")
    people["left"] = (people["joined"] + pd.to_timedelta(people["stay"], unit="D")).where(people["gone"])
    curve = survival_curve(people, as_of="2024-12-31").curve
    assert curve["kept"].iloc[0] == 1
    assert (np.diff(curve["kept"]) < 0).all()
    assert (curve["low"] <= curve["kept"] + 1e-12).all()
    assert (curve["high"].isna() | (curve["high"] >= curve["kept"] - 1e-12)).all()
    assert curve["left"].sum() == (people["left"] <= "2024-12-31").sum()
