"""Paths, mediation, designs, bonds and joint value against hand calculations, statsmodels, and slow loops."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.mediation import Mediation

from crmlib.benefits import (
    BENEFIT_SCALES,
    benefit_evidence,
    bond_hazard,
    joint_value,
    mediate,
    path_model,
    relational_benefits,
    reported_results,
)

# Commitment on satisfaction beside confidence in `people`: what is lasting acts on satisfaction through confidence alone, so
# leaving it and quality out does not move this slope.
SLOPE = 0.6


def people(rows: int = 300, seed: int = 1) -> pd.DataFrame:
    """Two answers per customer; confidence acts on satisfaction (0.5), both on commitment (0.2 and 0.6)."""
    rng = np.random.default_rng(seed)
    customer = np.arange(rows) // 2
    lasting = rng.normal(size=rows)[customer]
    confidence = lasting + rng.normal(size=rows)
    quality = 0.4 * confidence + rng.normal(size=rows)
    satisfaction = 0.5 * confidence + 0.3 * quality + rng.normal(size=rows)
    commitment = 0.2 * confidence + 0.6 * satisfaction + 0.5 * lasting + rng.normal(size=rows)
    columns = {"confidence": confidence, "quality": quality, "satisfaction": satisfaction, "commitment": commitment}
    return pd.DataFrame({"customer": customer, "wave": 2024 + np.arange(rows) % 2, **columns})


def asked_twice(frame: pd.DataFrame, names: list[str], noise: float, seed: int) -> tuple[pd.DataFrame, dict]:
    """Ask three questions on each variable, each heard with an error of its own."""
    rng = np.random.default_rng(seed)
    out = frame[["customer"]].copy()
    for name in names:
        for number in (1, 2, 3):
            out[f"{name}{number}"] = frame[name] + noise * number / 2 * rng.normal(size=len(frame)) + number
    return out, {name: [f"{name}{number}" for number in (1, 2, 3)] for name in names}


# --- paths ------------------------------------------------------------------------------------------------------------


def test_a_path_by_hand():
    answers = pd.DataFrame({"customer": [1, 2, 3, 4], "x": [1.0, 2, 3, 4], "y": [2.0, 1, 4, 5]})
    line = path_model(answers, {"y": ["x"]}, standard=False).table.iloc[0]
    assert line["estimate"] == pytest.approx(6 / 5)  # Σ(x−2.5)(y−3) / Σ(x−2.5)² = 6 / 5
    # residuals 0.8, −1.4, 0.4, 0.2 times x−2.5, squared and added: 2.03; CR1: 4/3 · 3/2; over 5²
    assert line["error"] == pytest.approx(np.sqrt((1.44 + 0.49 + 0.04 + 0.09) * (4 / 3) * (3 / 2) / 25))


def test_paths_are_least_squares_with_clusters():
    answers = people()
    found = path_model(answers, {"commitment": ["satisfaction", "confidence", "quality"]}, standard=False).table
    x = sm.add_constant(answers[["satisfaction", "confidence", "quality"]])
    oracle = sm.OLS(answers["commitment"], x).fit(cov_type="cluster", cov_kwds={"groups": answers["customer"]})
    np.testing.assert_allclose(found["estimate"], oracle.params.iloc[1:], rtol=1e-10)
    np.testing.assert_allclose(found["error"], oracle.bse.iloc[1:], rtol=1e-10)
    standard = path_model(answers, {"commitment": ["satisfaction", "confidence", "quality"]}).table
    sd = answers[["satisfaction", "confidence", "quality"]].std().to_numpy() / answers["commitment"].std()
    np.testing.assert_allclose(standard["estimate"], oracle.params.iloc[1:] * sd, rtol=1e-10)


def test_several_questions_are_averaged_and_their_reliability_is_alpha():
    frame, scales = asked_twice(people(), ["confidence", "satisfaction"], 0.6, 3)
    found = path_model(frame, {"satisfaction": ["confidence"]}, scales=scales, standard=False)
    means = {name: frame[items].mean(axis=1) for name, items in scales.items()}
    slope = np.cov(means["confidence"], means["satisfaction"])[0, 1] / means["confidence"].var()
    assert found.table["estimate"].iloc[0] == pytest.approx(slope)
    items = frame[scales["confidence"]]
    alpha = 3 / 2 * (1 - items.var().sum() / items.sum(axis=1).var())
    assert found.scales.set_index("variable").loc["confidence", "reliability"] == pytest.approx(alpha)


def test_the_correction_finds_what_error_hid_and_its_interval_is_honest():
    hits, naive, z = 0, 0, []
    for seed in range(60):
        truth = people(500, seed)
        frame, scales = asked_twice(truth, ["confidence", "satisfaction", "commitment"], 1.2, seed + 1_000)
        arrows = {"commitment": ["satisfaction", "confidence"]}
        for corrected in (False, True):
            line = path_model(frame, arrows, scales=scales, corrected=corrected, standard=False).table.iloc[0]
            inside = line["low"] < SLOPE < line["high"]
            hits, naive = hits + (inside and corrected), naive + (inside and not corrected)
            if corrected:
                z.append((line["estimate"] - SLOPE) / line["error"])
    assert naive < 30  # attenuated
    assert hits > naive + 15
    assert abs(np.mean(z)) < 0.35
    assert 0.85 < np.std(z) < 1.20


def test_a_variable_of_yes_and_no_is_a_gap_between_groups():
    answers = people().assign(offered=lambda one: one["customer"] % 2 == 0)
    line = path_model(answers, {"commitment": ["offered"]}).table.iloc[0]
    mean = answers.groupby("offered")["commitment"].mean()
    sd = answers["commitment"].std(ddof=0)
    assert line["estimate"] == pytest.approx((mean[True] - mean[False]) / sd)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(-50, 50), st.floats(0.01, 100))
def test_standard_slopes_do_not_know_the_scale_or_the_order_of_rows(seed, shift, factor):
    answers = people(60, seed)
    arrows = {"commitment": ["satisfaction", "confidence"]}
    before = path_model(answers, arrows).table
    moved = answers.assign(satisfaction=shift + factor * answers["satisfaction"]).sample(frac=1, random_state=seed)
    after = path_model(moved, arrows).table
    np.testing.assert_allclose(after["estimate"], before["estimate"], rtol=1e-6)
    np.testing.assert_allclose(after["error"], before["error"], rtol=1e-5)


# --- mediation ----------------------------------------------------------------------------------------------------------


def test_mediation_by_hand():
    # m = 2x exactly on average, y = 3m + x: through m 6, direct 1, total 7; the wiggle in m sums to 0 and is level with x
    x = np.array([-1.0, -1, 0, 0, 1, 1] * 4)
    wiggle = np.array([1.0, -1] * 12)
    answers = pd.DataFrame({"customer": range(24), "x": x, "m": 2 * x + wiggle, "y": 3 * (2 * x + wiggle) + x})
    found = mediate(answers, "x", ["m"], "y", standard=False, resamples=200).table.set_index("part")
    assert found["estimate"].to_dict() == pytest.approx({"total": 7, "direct": 1, "indirect": 6, "through m": 6})
    assert found.loc["indirect", "share"] == pytest.approx(6 / 7)


def test_mediation_agrees_with_statsmodels():
    answers = people(400, 5).groupby("customer", as_index=False).first()
    found = mediate(
        answers, "confidence", ["satisfaction"], "commitment", adjust_for=["quality"], standard=False, resamples=4_000
    ).table.set_index("part")
    ones = np.ones((len(answers), 1))
    outcome = sm.OLS(
        answers["commitment"].to_numpy(), np.hstack([ones, answers[["confidence", "satisfaction", "quality"]]])
    )
    mediator = sm.OLS(answers["satisfaction"].to_numpy(), np.hstack([ones, answers[["confidence", "quality"]]]))
    model = Mediation(outcome, mediator, (1, 1), 2)
    fitted = model.fit(n_rep=400, method="parametric", rng=np.random.default_rng(1)).summary()
    for ours, theirs in (("indirect", "ACME (average)"), ("direct", "ADE (average)"), ("total", "Total effect")):
        line, oracle = found.loc[ours], fitted.loc[theirs]
        assert line["estimate"] == pytest.approx(oracle["Estimate"], abs=0.02)
        # it draws each customer's mediator anew, which adds to the width
        assert line["high"] - line["low"] == pytest.approx(
            oracle["Upper CI bound"] - oracle["Lower CI bound"], rel=0.35
        )


def test_the_interval_is_that_of_a_slow_bootstrap_over_customers():
    answers = people(120, 8)
    fast = mediate(answers, "confidence", ["satisfaction"], "commitment", standard=False, resamples=3_000).table
    rng, products = np.random.default_rng(4), []
    rows = [group.to_numpy() for _, group in answers.groupby("customer")[["confidence", "satisfaction", "commitment"]]]
    for _ in range(1_500):
        drawn = np.concatenate([rows[place] for place in rng.integers(0, len(rows), len(rows))])
        x, m, y = drawn.T
        a = np.polyfit(x, m, 1)[0]
        b = np.linalg.lstsq(np.column_stack([np.ones_like(x), x, m]), y, rcond=None)[0][2]
        products.append(a * b)
    slow = np.quantile(products, [0.025, 0.975])
    np.testing.assert_allclose(fast.set_index("part").loc["indirect", ["low", "high"]].astype(float), slow, atol=0.04)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.booleans())
def test_parts_add_up_to_the_total(seed, corrected, standard):
    frame, scales = asked_twice(people(160, seed), ["confidence", "quality", "satisfaction", "commitment"], 0.5, seed)
    plan = {"scales": scales, "corrected": corrected, "standard": standard, "resamples": 100}
    found = mediate(frame, "confidence", ["satisfaction", "quality"], "commitment", **plan)
    part = found.table.set_index("part")["estimate"]
    assert part["total"] == pytest.approx(part["direct"] + part["indirect"])
    assert part["indirect"] == pytest.approx(part["through satisfaction"] + part["through quality"])
    arrows = {"commitment": ["confidence", "satisfaction", "quality"]}
    slopes = path_model(frame, arrows, **{k: plan[k] for k in ("scales", "corrected", "standard")}).table
    assert part["direct"] == pytest.approx(slopes["estimate"].iloc[0])


def test_the_same_seed_gives_the_same_interval_and_another_one_nearly():
    answers = people()
    first, again, other = (
        mediate(answers, "confidence", ["satisfaction"], "commitment", seed=seed).table for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert (first["low"] != other["low"]).all()
    np.testing.assert_allclose(first["low"], other["low"], atol=0.03)


# --- designs --------------------------------------------------------------------------------------------------------------


def test_each_design_is_the_regression_that_its_name_says():
    rng = np.random.default_rng(3)
    survey = people(400, 11).assign(loyal=lambda one: one["commitment"] + rng.normal(size=400))
    survey = survey.drop(index=survey.index[7])  # one customer without a pair
    table = benefit_evidence(survey, ["confidence", "quality"], "loyal", adjust_for=["satisfaction"], scales={}).table
    found = table.set_index(["benefit", "design"])["estimate"]
    sd = survey[["confidence", "quality", "satisfaction", "loyal"]].std(ddof=0)
    z = survey[["confidence", "quality", "satisfaction", "loyal"]] / sd
    z[["customer", "wave"]] = survey[["customer", "wave"]]
    first, second = (z[z["wave"] == wave].set_index("customer").drop(columns="wave") for wave in (2024, 2025))
    both = first.merge(second, on="customer", suffixes=("", "_next"))
    gone = (second - first).dropna()

    def slope(frame, effect, causes):
        return sm.OLS(frame[effect], sm.add_constant(frame[causes])).fit().params["confidence"]

    causes = ["confidence", "quality", "satisfaction"]
    assert found["confidence", "alone"] == pytest.approx(slope(z, "loyal", ["confidence"]))
    assert found["confidence", "together"] == pytest.approx(slope(z, "loyal", causes))
    assert found["confidence", "lagged"] == pytest.approx(slope(both, "loyal_next", [*causes, "loyal"]))
    assert found["confidence", "change"] == pytest.approx(slope(gone, "loyal", causes))
    assert table["answers"].tolist() == [399, 399, 199, 199] * 2


def test_by_lot_is_the_gap_in_the_outcome_per_gap_in_the_benefit():
    survey = people(400, 12)
    arm = (survey["customer"] % 2).astype(float)
    survey["confidence"] += 0.8 * arm
    survey["commitment"] += 0.3 * arm
    survey["offered"] = arm.where(survey["wave"] == 2025)
    line = benefit_evidence(
        survey, ["confidence"], "commitment", lot={"confidence": "offered"}, scales={}
    ).table.set_index("design").loc["by lot"]  # fmt: skip
    mean = survey[survey["wave"] == 2025].groupby("offered")[["confidence", "commitment"]].mean()
    gap = mean.loc[1.0] - mean.loc[0.0]
    sd = survey[["confidence", "commitment"]].std(ddof=0)
    assert line["estimate"] == pytest.approx(
        gap["commitment"] / gap["confidence"] * sd["confidence"] / sd["commitment"]
    )
    assert line["answers"] == 200
    # the delta method for a ratio of two gaps, from the arms' own variances and covariances
    ratio, variance = gap["commitment"] / gap["confidence"], 0.0
    for _, rows in survey.dropna(subset="offered").groupby("offered"):
        variance += np.var(rows["commitment"] - ratio * rows["confidence"], ddof=0) / len(rows)
    expected = np.sqrt(variance) / gap["confidence"] * sd["confidence"] / sd["commitment"]
    assert line["error"] == pytest.approx(expected, rel=0.02)


# --- bonds ----------------------------------------------------------------------------------------------------------------


def town(rows: int = 400, seed: int = 2) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    joined = pd.Timestamp("2020-01-15") + pd.to_timedelta(rng.integers(0, 1_800, rows), "D")
    left = joined + pd.to_timedelta(rng.integers(5, 2_500, rows), "D")
    customers = pd.DataFrame({"customer": range(rows), "joined": joined, "left": left, "size": rng.normal(size=rows)})
    customers["own"] = rng.random(rows) < 0.8
    customers.loc[customers["left"] > "2024-12-31", "left"] = pd.NaT
    who = rng.choice(rows, rows // 2, replace=False)
    since = customers["joined"].to_numpy()[who] + pd.to_timedelta(rng.integers(0, 700, len(who)), "D")
    return customers, pd.DataFrame(
        {"customer": who, "bond": rng.choice(["adviser", "payroll"], len(who)), "since": since}
    )


def slow_months(customers: pd.DataFrame, bonds: pd.DataFrame) -> pd.DataFrame:
    """One row per customer and month, by loops."""
    start = {(row.customer, row.bond): row.since for row in bonds.itertuples()}
    never, rows = pd.Timestamp("2100-01-01"), []
    for person in customers.itertuples():
        for month in pd.date_range("2023-01-01", "2024-12-31", freq="MS"):
            gone = person.left if pd.notna(person.left) else never
            if person.joined <= month <= gone:
                rows.append(
                    {
                        "adviser": start.get((person.customer, "adviser"), never) < month,
                        "payroll": start.get((person.customer, "payroll"), never) < month,
                        "old": (month - person.joined).days / 365.25 >= 2,
                        "size": person.size,
                        "event": person.own and (gone.year, gone.month) == (month.year, month.month),
                    }
                )
    return pd.DataFrame(rows).astype(float)


def test_bond_hazards_are_those_of_a_loop_over_customers_and_months():
    customers, bonds = town()
    found = bond_hazard(
        customers, bonds, ["adviser", "payroll"], observed_from="2023-01-01", as_of="2024-12-31", adjust_for=["size"],
        tenure_bands=(2,), own_choice="own", level=0.9,
    )  # fmt: skip
    slow = slow_months(customers, bonds)
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    oracle = sm.GLM(slow["event"], sm.add_constant(slow.drop(columns="event")), family=family).fit()
    terms = ["adviser", "payroll", "size"]
    np.testing.assert_allclose(found.table["estimate"], oracle.params[terms], rtol=1e-6)
    np.testing.assert_allclose(found.table["error"], oracle.bse[terms], rtol=1e-5)
    limits = oracle.conf_int(0.1).loc[terms]
    np.testing.assert_allclose(found.table[["low", "high"]], limits, rtol=1e-5)
    np.testing.assert_allclose(found.table["hazard_ratio"], np.exp(oracle.params[terms]), rtol=1e-5)
    np.testing.assert_allclose(found.table[["ratio_low", "ratio_high"]], np.exp(limits), rtol=1e-5)
    months = found.months.set_index("bond")
    for bond in ("adviser", "payroll"):
        without, with_ = 12 * slow.groupby(bond)["event"].mean()  # a year has twelve months
        assert months.loc[bond, ["rate_with", "rate_without"]].tolist() == pytest.approx([with_, without])
    assert months.loc["adviser", "months_with"] == slow["adviser"].sum()
    assert months.loc["adviser", "left_with"] == slow.loc[slow["adviser"] == 1, "event"].sum()
    assert (months["months_with"] + months["months_without"] == len(slow)).all()


def test_a_bond_with_no_effect_seems_to_keep_customers_if_counted_from_ever():
    """Nobody's leaving depends on the bond here, yet who ever had it must have stayed long enough to get it."""
    rng = np.random.default_rng(6)
    joined = pd.Timestamp("2023-01-01")
    stay, wait = rng.exponential(600, 4_000), rng.exponential(600, 4_000)
    left = pd.Series(joined + pd.to_timedelta(stay, "D")).dt.normalize()
    customers = pd.DataFrame({"customer": range(4_000), "joined": joined, "left": left.where(left <= "2025-12-31")})
    got = np.flatnonzero(wait < np.minimum(stay, 1_000))
    since = joined + pd.to_timedelta(wait[got], "D")
    bonds = pd.DataFrame({"customer": got, "bond": "adviser", "since": since})
    plan = {"observed_from": "2023-01-01", "as_of": "2025-12-31", "tenure_bands": ()}
    wrong = bond_hazard(customers, bonds, ["adviser"], ever=True, **plan).table.iloc[0]
    right = bond_hazard(customers, bonds, ["adviser"], **plan).table.iloc[0]
    assert wrong["high"] < -0.5
    assert right["low"] < 0 < right["high"]


# --- joint value ------------------------------------------------------------------------------------------------------------


def test_joint_value_by_hand():
    # 300 a year for 2 years at 20 %: 250 + 208.33 = 458.33
    found = joint_value(300, 0.4, 100, 150, recoverable=0.5, years=2, discount=0.2)
    net = found.table.set_index("side")["net_value"]
    assert net["supplier"] == pytest.approx(0.4 * 458.3333 - 100, abs=1e-3)
    assert net["customer"] == pytest.approx(0.6 * 458.3333 - 150, abs=1e-3)
    assert net["both"] == pytest.approx(458.3333 - 250, abs=1e-3)
    leaving = found.switching.set_index("year")["customer"]
    assert leaving[0] == pytest.approx(0.6 * 458.3333 - 75, abs=1e-3)
    assert leaving[1] == pytest.approx(0.6 * 250 - 37.5)  # one year to come, half of the half recovered
    assert leaving[2] == 0


@settings(max_examples=40, deadline=None)
@given(
    st.floats(1, 1e7), st.floats(0, 1), st.floats(0, 1e7), st.floats(0, 1e7), st.integers(1, 30), st.floats(-0.5, 1),
)  # fmt: skip
def test_both_gain_exactly_between_the_two_shares(saving, share, ours, theirs, years, discount):
    found = joint_value(saving, share, ours, theirs, years=years, discount=discount)
    net = found.table.set_index("side")["net_value"]
    assert net["supplier"] + net["customer"] == pytest.approx(net["both"], rel=1e-6, abs=1e-3)
    low, high = found.shares.loc[0, ["lowest", "highest"]]
    if np.isnan(low):
        assert net["both"] < 0
    else:
        slack = 1e-9
        assert (net["supplier"] >= 0) == (share >= low) or abs(share - low) < slack
        assert (net["customer"] >= 0) == (share <= high) or abs(share - high) < slack


# --- data ---------------------------------------------------------------------------------------------------------------------


def test_the_lists_name_only_what_the_survey_asks():
    benefits, claims = relational_benefits(), reported_results()
    assert set(benefits["scale"]) - {""} <= set(BENEFIT_SCALES)
    assert set(claims["cause"]) | set(claims["effect"]) <= set(BENEFIT_SCALES)
    assert (
        benefits.loc[benefits["gwinner"] == "social", "scale"].item() == ""
    )  # personal ties are a bond, not a question
