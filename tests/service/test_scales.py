"""Reliability: against published examples and libraries that we did not write, and by what must hold for any answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from crmlib.service import difference_reliability, item_diagnostics, parallel_analysis, reliability, reverse_items

ITEMS = list("abcd")
# 24 respondents, four items on 1-7. References computed once from exactly these numbers:
# pingouin 0.7.0 cronbach_alpha: 0.6914909525945865, 95 % [0.425, 0.853];
# scikit-learn 1.9.1 FactorAnalysis(1, tol=1e-12): omega (Σλ)² / ((Σλ)² + Σψ) = 0.7122405575;
# semopy 2.3.11 "f =~ a + b + c + d": omega = 0.71230 from estimates with six decimals.
ANSWERS = pd.DataFrame(
    [
        [3, 4, 4, 3], [5, 5, 6, 5], [5, 7, 6, 5], [3, 4, 5, 3], [3, 4, 2, 3], [3, 4, 4, 4], [5, 5, 5, 5], [4, 3, 4, 4],
        [4, 5, 4, 4], [2, 2, 3, 1], [6, 4, 4, 5], [4, 4, 4, 5], [5, 5, 6, 4], [4, 5, 2, 2], [3, 3, 3, 5], [4, 5, 3, 5],
        [5, 5, 5, 7], [4, 3, 5, 4], [4, 4, 6, 3], [4, 5, 3, 3], [2, 3, 3, 5], [2, 2, 3, 6], [3, 5, 6, 3], [3, 4, 4, 3],
    ],
    columns=ITEMS,
)  # fmt: skip


def with_covariance(covariance: np.ndarray, n: int) -> np.ndarray:
    """Numbers whose sample covariance is exactly the given one."""
    raw = np.random.default_rng(0).standard_normal((n, len(covariance)))
    raw -= raw.mean(axis=0)
    white = np.linalg.solve(np.linalg.cholesky(np.cov(raw, rowvar=False)), raw.T)
    return (np.linalg.cholesky(covariance) @ white).T


def test_alpha_agrees_with_pingouin():
    found = reliability(ANSWERS, ITEMS).iloc[0]
    assert found["alpha"] == pytest.approx(0.6914909525945865, rel=1e-12)
    assert round(found["alpha_low"], 3) == 0.425
    assert round(found["alpha_high"], 3) == 0.853


def test_omega_agrees_with_scikit_learn_and_semopy():
    omega = reliability(ANSWERS, ITEMS)["omega"].iloc[0]
    assert omega == pytest.approx(0.7122405574979409, abs=2e-5)
    assert omega == pytest.approx(0.7123041516682912, abs=2e-4)


def test_alpha_and_item_total_of_a_published_example():
    """Denis, Applied Univariate, Bivariate, and Multivariate Statistics (SPSS output): alpha .633, item 1 .712, ten people."""
    sd = np.array([2.71006, 5.05085, 4.74810, 2.71621, 3.80058])
    correlation = np.array(
        [
            [1, 0.679, 0.351, 0.827, 0.022],
            [0.679, 1, 0.612, 0.743, -0.463],
            [0.351, 0.612, 1, 0.462, -0.129],
            [0.827, 0.743, 0.462, 1, -0.011],
            [0.022, -0.463, -0.129, -0.011, 1],
        ]
    )
    items = [f"Item_{place}" for place in range(1, 6)]
    frame = pd.DataFrame(with_covariance(correlation * np.outer(sd, sd), 10), columns=items)
    assert reliability(frame, items)["alpha"].iloc[0] == pytest.approx(0.633, abs=6e-4)
    assert item_diagnostics(frame, items)["item_total"].iloc[0] == pytest.approx(0.712, abs=6e-4)


def test_alpha_by_hand():
    """Three people, two items: variances 1 and 4, total 3 5 9 → 28/3 … alpha = 2 (1 − 5 / 9.333)."""
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [2, 3, 6]})
    total = np.var([3, 5, 9], ddof=1)
    alpha = 2 * (1 - (1 + np.var([2, 3, 6], ddof=1)) / total)
    found = reliability(frame, ["a", "b"]).iloc[0]
    assert found["alpha"] == pytest.approx(alpha)
    assert np.isnan(found["omega"])  # two items do not determine a factor


def test_omega_equals_alpha_when_items_carry_the_factor_equally_and_exceeds_it_when_not():
    equal = np.full((4, 4), 0.5) + 0.7 * np.eye(4)
    found = reliability(pd.DataFrame(with_covariance(equal, 200), columns=ITEMS), ITEMS).iloc[0]
    assert found["omega"] == pytest.approx(found["alpha"], abs=1e-5)
    loading = np.array([0.95, 0.8, 0.5, 0.3])
    unequal = np.outer(loading, loading) + np.diag(1 - loading**2)
    found = reliability(pd.DataFrame(with_covariance(unequal, 200), columns=ITEMS), ITEMS).iloc[0]
    true = loading.sum() ** 2 / unequal.sum()
    assert found["omega"] == pytest.approx(true, abs=1e-4)
    assert found["alpha"] < true - 0.02


def test_a_fit_that_runs_to_a_border_gives_no_omega():
    """Two items that are almost one and a third that hardly goes with them: a unique variance runs to zero."""
    covariance = np.array([[1, 0.9, 0.2], [0.9, 1, 0.1], [0.2, 0.1, 1]])
    found = reliability(pd.DataFrame(with_covariance(covariance, 100), columns=list("abc")), list("abc")).iloc[0]
    assert np.isnan(found["omega"])
    assert found["alpha"] > 0


def test_omega_is_the_same_in_every_run():
    """Its fit must not start at random: one data set, one omega."""
    covariance = np.array([[1, 0.6, 0.5, 0.4], [0.6, 1, 0.5, 0.3], [0.5, 0.5, 1, 0.2], [0.4, 0.3, 0.2, 1]])
    answers = pd.DataFrame(with_covariance(covariance, 100), columns=list("abcd"))
    assert len({reliability(answers, list("abcd"))["omega"].iloc[0] for _ in range(5)}) == 1


matrices = hnp.arrays(np.int64, st.tuples(st.integers(5, 30), st.integers(3, 5)), elements=st.integers(1, 7))


def alpha_slowly(table: list[list[int]]) -> float:
    """The definition, without numpy."""

    def variance(numbers):
        mean = sum(numbers) / len(numbers)
        return sum((x - mean) ** 2 for x in numbers) / (len(numbers) - 1)

    k = len(table[0])
    own = sum(variance([row[j] for row in table]) for j in range(k))
    return k / (k - 1) * (1 - own / variance([sum(row) for row in table]))


def alpha_of(frame: pd.DataFrame, items: list[str]) -> float:
    return float(reliability(frame, items)["alpha"].iloc[0])


@settings(max_examples=30)  # each example fits a factor model five times
@given(matrices)
def test_alpha_is_its_definition_and_knows_no_order_unit_or_level(table):
    assume((table.min(axis=0) < table.max(axis=0)).all())
    assume(np.var(table.sum(axis=1)) > 1e-9)
    assume(np.var(table[:, 1:].sum(axis=1)) > 1e-9)
    names = [f"i{place}" for place in range(table.shape[1])]
    frame = pd.DataFrame(table, columns=names)
    alpha = alpha_of(frame, names)
    assert alpha == pytest.approx(alpha_slowly(table.tolist()), abs=1e-9)
    assert alpha_of(frame[names[::-1]].sample(frac=1, random_state=1), names[::-1]) == pytest.approx(alpha)
    assert alpha_of(3 * frame + 11, names) == pytest.approx(alpha)
    assert alpha_of(reverse_items(frame, names), names) == pytest.approx(alpha)  # all turned round: the same
    first = item_diagnostics(frame, names).iloc[0]
    assert first["item_total"] == pytest.approx(frame[names[0]].corr(frame[names[1:]].sum(axis=1)), abs=1e-9)
    assert first["alpha_if_deleted"] == pytest.approx(alpha_slowly(table[:, 1:].tolist()), abs=1e-9)


def test_turning_one_item_round_changes_alpha_and_is_noticed():
    turned = reverse_items(ANSWERS, ["b"])
    assert reliability(turned, ITEMS)["alpha"].iloc[0] < 0.2
    found = item_diagnostics(turned, ITEMS).set_index("item")["suspect"]
    assert found["b"] == "runs the other way"
    assert not (found.drop("b") == "runs the other way").any()
    pd.testing.assert_frame_equal(reverse_items(turned, ["b"]), ANSWERS)


def test_dropping_items_one_by_one_is_alpha_if_deleted():
    found = item_diagnostics(ANSWERS, ITEMS).set_index("item")
    for item in ITEMS:
        others = [name for name in ITEMS if name != item]
        assert found.loc[item, "alpha_if_deleted"] == pytest.approx(reliability(ANSWERS, others)["alpha"].iloc[0])


def test_reliability_of_a_difference_is_that_of_simulated_true_differences():
    """Oracle: true scores and errors drawn apart; reliability is the share of true variance in the observed difference."""
    rng = np.random.default_rng(3)
    n = 400_000
    common = rng.standard_normal(n)
    true_a, true_b = 1.2 * common + 0.5 * rng.standard_normal(n), 0.8 * common + 0.6 * rng.standard_normal(n)
    a, b = true_a + 0.7 * rng.standard_normal(n), true_b + 0.5 * rng.standard_normal(n)
    share = np.var(true_a - true_b) / np.var(a - b)
    found = difference_reliability(
        np.var(true_a) / np.var(a), np.var(true_b) / np.var(b), np.corrcoef(a, b)[0, 1], a.std(), b.std()
    )
    assert found == pytest.approx(share, abs=0.004)


@given(st.floats(0.05, 0.95), st.floats(-0.9, 0.9))
def test_two_uncorrelated_scales_lose_nothing_and_a_shared_part_costs(good, correlation):
    assert difference_reliability(good, good, 0.0) == pytest.approx(good)
    moved = difference_reliability(good, good, correlation)
    assert (moved <= good) == (correlation >= 0) or abs(moved - good) < 1e-9


def test_parallel_analysis_finds_the_number_of_factors_put_in_and_none_in_noise():
    rng = np.random.default_rng(8)
    names = [f"i{place}" for place in range(12)]
    for factors in (1, 2, 3, 4):
        drawn = np.repeat(rng.standard_normal((600, factors)), 12 // factors, axis=1)
        frame = pd.DataFrame(drawn + rng.standard_normal((600, 12)), columns=names)
        assert parallel_analysis(frame, names, draws=40)["kept"].sum() == factors
    noise = pd.DataFrame(rng.standard_normal((600, 12)), columns=names)
    found = parallel_analysis(noise, names, draws=40)
    assert found["kept"].sum() <= 1
    assert found["eigenvalue"].sum() == pytest.approx(12)
    assert found["variance_share"].sum() == pytest.approx(1)
    pd.testing.assert_frame_equal(found, parallel_analysis(noise, names, draws=40))  # the same for all
