"""Curve, differences in differences and effect sizes: published numbers, other libraries, slow oracles, invariances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from crmlib.loyalty import (
    behaviour_after,
    difference_in_differences,
    effect_sizes,
    follow_up,
    loyal_effects,
    loyalty_levers,
    satisfaction_curve,
    with_scales,
)


def drawn(seed: int, n: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    customer = rng.integers(0, n // 2, n)
    score = rng.integers(20, 101, n).astype(float)
    return pd.DataFrame(
        {
            "customer": customer,
            "satisfaction": score,
            "stayed": (rng.random(n) < 0.4 + 0.005 * score).astype(int),
            "intention": 2 + 0.04 * score + rng.normal(0, 1, n) + 0.3 * (customer % 3),
            "weight": rng.choice([1.0, 5.0], n),
            "market": rng.choice(["a", "b"], n),
            "tenure": rng.exponential(5, n),
        }
    )


def slow_cluster(y, x, w, groups) -> tuple[np.ndarray, np.ndarray]:
    """Weighted least squares with the CR1 sandwich, customer by customer in plain loops."""
    n, k = x.shape
    bread = np.linalg.inv(sum(w[i] * np.outer(x[i], x[i]) for i in range(n)))
    b = bread @ sum(w[i] * x[i] * y[i] for i in range(n))
    meat, names = np.zeros((k, k)), sorted(set(groups))
    for name in names:
        score = sum((w[i] * x[i] * (y[i] - x[i] @ b) for i in range(n) if groups[i] == name), np.zeros(k))
        meat += np.outer(score, score)
    g = len(names)
    return b, g / (g - 1) * (n - 1) / (n - k) * bread @ meat @ bread


# --- the curve --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_slope_error_and_interval_against_loops(seed):
    frame = drawn(seed)
    found = satisfaction_curve(frame, "intention", weight="weight").slopes.iloc[0]
    x = np.column_stack([np.ones(len(frame)), frame["satisfaction"]])
    b, v = slow_cluster(*(frame["intention"].to_numpy(), x, frame["weight"].to_numpy(), frame["customer"].tolist()))
    error = np.sqrt(v[1, 1])
    reach = stats.t.ppf(0.975, frame["customer"].nunique() - 1)
    assert found["slope"] == pytest.approx(10 * b[1])
    assert found["error"] == pytest.approx(10 * error)
    assert (found["low"], found["high"]) == pytest.approx((10 * (b[1] - reach * error), 10 * (b[1] + reach * error)))


def test_the_slope_without_weights_is_scipys():
    frame = drawn(7)
    theirs = stats.linregress(frame["satisfaction"], frame["stayed"])
    assert satisfaction_curve(frame, per=1).slopes["slope"].item() == pytest.approx(theirs.slope)


def test_shares_of_bands_have_scipys_wilson_interval():
    frame = drawn(3, 200)
    for row in satisfaction_curve(frame).curve.itertuples():
        low, high = (float(end) for end in row.band.split("-"))
        inside = frame[(frame["satisfaction"] >= low) & ((frame["satisfaction"] < high) | (high == 100))]
        theirs = stats.binomtest(int(inside["stayed"].sum()), len(inside)).proportion_ci(method="wilson")
        assert row.answers == len(inside)
        assert row.outcome == pytest.approx(inside["stayed"].mean())
        assert (row.low, row.high) == pytest.approx((theirs.low, theirs.high))


def test_means_of_bands_have_the_normal_interval():
    frame = drawn(4)
    row = satisfaction_curve(frame, "intention", edges=(0, 100)).curve.iloc[0]
    half = stats.norm.ppf(0.975) * stats.sem(frame["intention"])
    assert (row["low"], row["high"]) == pytest.approx(
        (frame["intention"].mean() - half, frame["intention"].mean() + half)
    )


def test_groups_are_taken_apart():
    frame = drawn(5)
    both = satisfaction_curve(frame, group="market")
    alone = satisfaction_curve(frame[frame["market"] == "b"])
    assert both.slopes.set_index("group").loc["b", "slope"] == pytest.approx(alone.slopes["slope"].item())
    assert both.curve.groupby("group")["answers"].sum().to_dict() == frame["market"].value_counts().to_dict()


@pytest.mark.parametrize("seed", range(3))
def test_asking_twice_teaches_nothing_new(seed):
    """Copies of the same customers leave the error as it is; taken for new customers they seem to shrink it by √2."""
    frame = drawn(seed, 400).drop_duplicates("customer")
    once = satisfaction_curve(frame).slopes.iloc[0]
    twice = satisfaction_curve(pd.concat([frame, frame])).slopes.iloc[0]
    posed = satisfaction_curve(pd.concat([frame, frame.assign(customer=frame["customer"] + 10_000)])).slopes.iloc[0]
    assert twice["slope"] == pytest.approx(once["slope"])
    assert twice["error"] == pytest.approx(once["error"], rel=0.02)
    assert posed["error"] == pytest.approx(once["error"] / np.sqrt(2), rel=0.02)


# --- differences in differences ---------------------------------------------------------------------------------------


def test_card_and_krueger():
    """Minimum wages and employment (American Economic Review 84(4), 1994), table 3: full-time equivalents per store.

    New Jersey 20.44 before and 21.03 after, Pennsylvania 23.33 and 21.17: 2.76 in their table, 2.75 from rounded means.
    """
    means = {("NJ", 0): 20.44, ("NJ", 1): 21.03, ("PA", 0): 23.33, ("PA", 1): 21.17}
    rows = [(state, when, mean + off) for (state, when), mean in means.items() for off in (-2.0, 0.0, 2.0)]
    stores = pd.DataFrame(rows, columns=["state", "when", "jobs"]).assign(store=range(12))
    found = difference_in_differences(
        stores, "jobs", {"NJ": 1, "PA": None}, group="state", time="when", customer="store"
    ).iloc[0]
    assert found["change"] == pytest.approx(0.59)
    assert found["control_change"] == pytest.approx(-2.16)
    assert found["effect"] == pytest.approx(2.76, abs=0.011)


def panel(seed: int = 0, n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    people = pd.DataFrame({"customer": range(n), "class": rng.choice(["home", "shop", "plant"], n)})
    frame = people.merge(pd.DataFrame({"wave": [2023, 2024, 2025]}), how="cross")
    frame["x"] = rng.normal(0, 1, len(frame)).round(2)
    frame["y"] = rng.normal(0, 1, len(frame)) + frame["customer"] % 4 + 0.5 * frame["x"]
    frame["w"] = rng.choice([1.0, 4.0], len(frame))
    return frame


OPENED = {"home": None, "shop": 2025, "plant": 2024}


@pytest.mark.parametrize("seed", range(3))
def test_effects_against_differences_of_means(seed):
    frame = panel(seed)
    found = difference_in_differences(frame, "y", OPENED)
    mean = frame.groupby(["class", "wave"])["y"].mean()
    size = frame.groupby(["class", "wave"]).size()

    def change(name: str, now: int, before: int) -> float:
        return mean[name, now] - mean[name, before]

    shop = change("shop", 2025, 2024) - change("home", 2025, 2024)
    both = size["home", 2023] + size["shop", 2023]
    control = size["home", 2023] / both * change("home", 2024, 2023) + size["shop", 2023] / both * change(
        "shop", 2024, 2023
    )
    early = change("plant", 2024, 2023) - control
    late = change("plant", 2025, 2023) - change("home", 2025, 2023)  # shop is open by then: no control any more
    assert found["effect"].tolist()[:3] == pytest.approx([shop, early, late])
    counts = [size["shop", 2025], size["plant", 2024], size["plant", 2025]]
    assert found["effect"].iloc[3] == pytest.approx(np.average([shop, early, late], weights=counts))
    assert found["controls"].tolist() == ["home", "home, shop", "home", ""]


def test_error_of_two_by_two_against_loops_and_statsmodels_formula():
    import statsmodels.formula.api as smf

    frame = panel(1).query("wave < 2025 and `class` != 'shop'").reset_index(drop=True)
    found = difference_in_differences(frame, "y", {"home": None, "plant": 2024}, slope_on="x", weight="w").iloc[0]
    frame = frame.assign(plant=(frame["class"] == "plant").astype(float), late=(frame["wave"] == 2024).astype(float))
    theirs = smf.wls("y ~ x * plant * late", frame, weights=frame["w"]).fit(
        cov_type="cluster", cov_kwds={"groups": frame["customer"]}
    )
    assert found["effect"] == pytest.approx(theirs.params["x:plant:late"])
    assert found["error"] == pytest.approx(theirs.bse["x:plant:late"])
    late, plant, x = (frame[name].to_numpy() for name in ("late", "plant", "x"))
    columns = np.column_stack([np.ones(len(x)), late, plant, late * plant, x, x * late, x * plant, x * late * plant])
    b, v = slow_cluster(frame["y"].to_numpy(), columns, frame["w"].to_numpy(), frame["customer"].tolist())
    assert (found["effect"], found["error"]) == pytest.approx((b[7], np.sqrt(v[7, 7])))


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["home", "shop", "plant"]), st.sampled_from([2023, 2024, 2025]), st.floats(-5, 5))
def test_what_happens_to_all_or_always_is_no_effect(name, wave, much):
    frame = panel(2)
    usual = difference_in_differences(frame, "y", OPENED)["effect"]
    for rows in (frame["wave"] == wave, frame["class"] == name):
        shifted = frame.assign(y=frame["y"] + much * rows)
        np.testing.assert_allclose(difference_in_differences(shifted, "y", OPENED)["effect"], usual, atol=1e-9)
    only_now = frame.assign(y=frame["y"] + much * ((frame["class"] == "shop") & (frame["wave"] == 2025)))
    change = difference_in_differences(only_now, "y", OPENED)["effect"] - usual
    np.testing.assert_allclose(change[:3], [much, 0, 0], atol=1e-9)


# --- effect sizes -----------------------------------------------------------------------------------------------------


def one_effect(cause: str, outcome: str, adjust_for: str = "") -> pd.DataFrame:
    return pd.DataFrame(
        [["an effect", cause, outcome, adjust_for, "something else"]],
        columns=["effect", "cause", "outcome", "adjust_for", "confounded_by"],
    )


def test_adjusted_slope_against_nist_certified_values_for_longley():
    """NIST Statistical Reference Datasets, Longley (highly collinear): certified coefficients of a regression on six columns."""
    import statsmodels.datasets.longley as longley

    data = longley.load_pandas().data.assign(customer=range(16))
    certified = {
        "GNPDEFL": 15.0618722713733, "GNP": -0.0358191792925910, "UNEMP": -2.02022980381683,
        "ARMED": -1.03322686717359, "POP": -0.0511041056535807, "YEAR": 1829.15146461355,
    }  # fmt: skip
    for name, value in certified.items():
        others = ", ".join(other for other in certified if other != name)
        row = effect_sizes(data, one_effect(name, "TOTEMP", others)).iloc[0]
        slope = row["adjusted"] * row["outcome_sd"] / data[name].std(ddof=0)
        assert slope == pytest.approx(value, rel=1e-7)


@pytest.mark.parametrize("seed", range(3))
def test_adjusted_interval_against_loops(seed):
    frame = drawn(seed)
    row = effect_sizes(frame, one_effect("satisfaction", "intention", "tenure"), weight="weight").iloc[0]
    w = frame["weight"].to_numpy()

    def in_sd(values):
        mean = (w * values).sum() / w.sum()
        return (values - mean) / np.sqrt((w * (values - mean) ** 2).sum() / w.sum())

    x = np.column_stack([np.ones(len(frame)), in_sd(frame["satisfaction"]), frame["tenure"]])
    b, v = slow_cluster(in_sd(frame["intention"].to_numpy()), x, w, frame["customer"].tolist())
    half = stats.t.ppf(0.975, frame["customer"].nunique() - 1) * np.sqrt(v[1, 1])
    assert row[["adjusted", "adjusted_low", "adjusted_high"]].tolist() == pytest.approx(
        [b[1], b[1] - half, b[1] + half]
    )


@given(st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_the_naive_effect_is_the_correlation_and_has_no_unit(seed):
    frame = drawn(seed)
    r = stats.pearsonr(frame["satisfaction"], frame["intention"]).statistic
    row = effect_sizes(frame, one_effect("satisfaction", "intention")).iloc[0]
    assert row["naive"] == pytest.approx(r)
    assert row["adjusted"] == pytest.approx(r)  # nothing to adjust for
    yuan = frame.assign(intention=7.1 * frame["intention"] + 3, satisfaction=frame["satisfaction"] / 20)
    assert effect_sizes(yuan, one_effect("satisfaction", "intention"))["naive"].item() == pytest.approx(r)


def test_a_cause_of_yes_and_no_gives_the_gap_between_two_groups():
    frame = drawn(1).assign(treated=lambda one: one["market"] == "a")
    row = effect_sizes(frame, one_effect("treated", "intention")).iloc[0]
    means = frame.groupby("treated")["intention"].mean()
    assert row["naive"] * row["outcome_sd"] == pytest.approx(means[True] - means[False])


def test_adjusting_removes_a_confounder_that_is_measured():
    rng = np.random.default_rng(5)
    size = rng.normal(0, 1, 4_000)
    frame = pd.DataFrame({"customer": range(4_000), "size": size, "liking": size + rng.normal(0, 1, 4_000)})
    frame["profit"] = 2 * size + rng.normal(0, 1, 4_000)  # liking does nothing
    row = effect_sizes(frame, one_effect("liking", "profit", "size")).iloc[0]
    assert row["naive_low"] > 0.5
    assert row["adjusted_low"] < 0 < row["adjusted_high"]


def test_rows_without_an_answer_are_counted_and_both_estimates_use_the_same_rows():
    frame = drawn(2)
    frame.loc[[3, 8], "tenure"] = np.nan
    frame.loc[5, "intention"] = np.nan
    row = effect_sizes(frame, one_effect("satisfaction", "intention", "tenure")).iloc[0]
    assert (row["answers"], row["set_aside"]) == (117, 3)
    kept = frame.dropna()
    assert row["naive"] == pytest.approx(stats.pearsonr(kept["satisfaction"], kept["intention"]).statistic)


def test_levers_are_six_and_name_where_to_look():
    levers = loyalty_levers()
    assert len(levers) == levers["lever"].nunique() == levers["term"].nunique() == 6
    assert set(levers["evidence"]) <= {"drawn by lot", "observed", "none"}


# --- follow-up ---------------------------------------------------------------------------------------------------------


def test_follow_up_by_hand():
    """Asked in June 2024: the window is July 2024 to June 2025."""
    exits = pd.DataFrame(
        {
            "customer": range(1, 8),
            "left": pd.to_datetime(
                ["2024-06-30", "2024-07-01", "2025-06-30", "2025-07-01", None, "2024-12-31", "2025-06-30"]
            ),
            "own_choice": [True, True, True, True, False, False, True],
        }
    )
    answers = pd.DataFrame({"customer": [1, 2, 3, 4, 5, 6, 7, 9], "asked": pd.Timestamp("2024-06-17")})
    answers.loc[6, "asked"] = pd.Timestamp("2024-12-02")  # its window ends on 31 December 2025: just known
    found = follow_up(answers, exits)
    assert found.customers[["customer", "stayed"]].to_numpy().tolist() == [[2, 0], [3, 0], [4, 1], [5, 1], [7, 0]]
    assert dict(zip(found.excluded["reason"], found.excluded["rows"], strict=True)) == {
        "not in the frame of exits": 1, "left before the window began": 1, "left, but not by own choice": 1,
    }  # fmt: skip
    late = follow_up(answers, exits, until="2025-12-30")
    assert "followed for less than 12 months" in late.excluded["reason"].tolist()


@given(
    st.lists(st.tuples(st.integers(0, 40), st.one_of(st.none(), st.integers(0, 1200))), min_size=1, max_size=30),
    st.integers(1, 18),
)
def test_follow_up_against_a_loop(rows, months):
    base = pd.Timestamp("2023-01-01")
    answers = pd.DataFrame(
        {"customer": range(len(rows)), "asked": [base + pd.DateOffset(days=10 * asked) for asked, _ in rows]}
    )
    exits = pd.DataFrame(
        {
            "customer": range(len(rows)),
            "left": pd.to_datetime([None if gone is None else base + pd.DateOffset(days=gone) for _, gone in rows]),
            "own_choice": True,
        }
    )
    expected = []
    for asked, left in zip(answers["asked"], exits["left"], strict=True):
        start = asked.replace(day=1) + pd.DateOffset(months=1)
        end = start + pd.DateOffset(months=months)
        if (pd.notna(left) and left < start) or end > pd.Timestamp("2026-01-01"):
            continue
        expected.append(int(pd.isna(left) or left >= end))
    if not expected:
        with pytest.raises(ValueError, match="No answer can be followed"):
            follow_up(answers, exits, months=months)
    else:
        assert follow_up(answers, exits, months=months).customers["stayed"].tolist() == expected


# --- behaviour of the year after ---------------------------------------------------------------------------------------

YEARS = pd.DataFrame(
    [
        (1, 2024, 12, 2, 100.0, 10.0, 90.0, 0.010, 0.010),
        (1, 2025, 12, 3, 150.0, 20.0, 130.0, 0.012, 0.010),
        (2, 2024, 12, 1, 0.5, 5.0, -4.5, 0.010, 0.010),
        (2, 2025, 7, 0, 10.0, 2.0, 8.0, 0.010, 0.006),  # left in summer: no full year to compare
        (3, 2025, 12, 1, 40.0, 4.0, 36.0, 0.010, 0.010),
    ],
    columns=[
        "customer",
        "year",
        "months",
        "products",
        "revenue",
        "cost_to_serve",
        "contribution",
        "paid_rate",
        "list_rate",
    ],
)
PEOPLE = pd.DataFrame(
    {
        "customer": [1, 2, 3, 4, 5],
        "joined": pd.to_datetime(["2020-10-01", "2023-10-02", "2024-10-01", "2025-09-30", "2025-10-01"]),
        "referrer": pd.array([None, None, 1, 1, 1], dtype="Int64"),
    }
)
ASKED = pd.DataFrame({"customer": [2, 1, 3], "wave": 2024, "asked": pd.to_datetime(["2024-10-01"] * 3)})


def test_behaviour_is_taken_from_the_right_year_and_kept_in_order():
    found = behaviour_after(ASKED, YEARS, PEOPLE)
    assert found["customer"].tolist() == [2, 1, 3]
    assert found["brought"].tolist() == [0, 2, 0]  # on the day of the question and 364 days later, not a year later
    np.testing.assert_allclose(found["tenure"], [365 / 365.25, 4.0, 0.0], atol=0.01)
    np.testing.assert_allclose(found["products"], [1, 2, np.nan])
    np.testing.assert_allclose(found["products_added"], [np.nan, 1, np.nan])
    np.testing.assert_allclose(found["private_rate"], [np.nan, 0.2, 0.0], atol=1e-9)
    np.testing.assert_allclose(found["log_revenue"], [0.0, np.log(100), np.nan])  # below one yuan counts as one
    np.testing.assert_allclose(found["log_cost"], [np.nan, np.log(20), np.log(4)])
    np.testing.assert_allclose(found["contribution"], [np.nan, 130, 36])


def test_two_answers_of_one_customer_each_get_their_own_year():
    twice = pd.DataFrame({"customer": 1, "wave": [2024, 2023], "asked": pd.to_datetime(["2024-10-01", "2023-10-01"])})
    found = behaviour_after(twice, YEARS, PEOPLE)
    assert found["brought"].tolist() == [2, 0]
    np.testing.assert_allclose(found["contribution"], [130, 90])


def test_every_effect_of_the_loyal_has_its_columns_and_a_note():
    made = {"stayed", "attachment", "satisfaction", "switching_cost", "price_ok", "recommend"}
    made |= set(behaviour_after(ASKED, YEARS, PEOPLE).columns)
    effects = loyal_effects()
    wanted = {*effects["cause"], *effects["outcome"], *", ".join(effects["adjust_for"]).split(", ")}
    assert wanted <= made
    assert (effects["confounded_by"].str.len() > 10).all()


@given(st.integers(1, 7), st.integers(1, 7), st.integers(1, 10))
def test_scales_are_means_in_points_and_satisfaction_an_index(one, two, three):
    items = ["att1", "att2", "att3", "int1", "int2", "int3", "swc1", "swc2", "swc3", "visual1", "visual2", "mind1", "mind2",
             "spe1", "spe2", "eco1", "eco2"]  # fmt: skip
    survey = pd.DataFrame({item: [one, two] for item in items}).assign(sat_overall=three, sat_expected=10, sat_ideal=1)
    found = with_scales(survey)
    assert found["attachment"].tolist() == found["image"].tolist() == [one, two]
    assert found["satisfaction"].tolist() == pytest.approx([(three + 11 - 3) / 27 * 100] * 2)
    assert list(found.columns[: len(survey.columns)]) == list(survey.columns)
