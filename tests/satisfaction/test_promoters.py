"""Net promoter score: a published example, statsmodels and scipy, exact coverage by counting every possible sample."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from crmlib.satisfaction import net_promoter_score, nps_change
from crmlib.satisfaction._answers import limits


def survey(recommend: list, first: int = 1) -> pd.DataFrame:
    return pd.DataFrame({"customer": range(first, first + len(recommend)), "recommend": recommend})


def points(recommend) -> np.ndarray:
    return np.array([100 if value >= 9 else -100 if value <= 6 else 0 for value in recommend])


def test_a_published_example():
    """The hat of W. Huber (Cross Validated, question 18603): 1/2 promoters, 1/3 passives, 1/6 detractors.

    NPS 1/3, variance of a ticket 5/9. For 324 answers the standard error is √(5/9) / 18, about 4.1 points.
    """
    answers = survey([10] * 162 + [8] * 108 + [3] * 54)
    row = net_promoter_score(answers).table.iloc[0]
    assert row["nps"] == pytest.approx(100 / 3)
    assert row["se"] == pytest.approx(100 * np.sqrt(5 / 9 / 323))  # n − 1: the variance is estimated
    assert round(row["se"], 1) == 4.1


def test_every_answer_has_its_class():
    row = net_promoter_score(survey(list(range(11)))).table.iloc[0]
    assert row[["promoters", "passives", "detractors"]].tolist() == pytest.approx([2 / 11, 2 / 11, 7 / 11])
    assert net_promoter_score(survey(list(range(11)))).customers["points"].tolist() == [-100] * 7 + [0, 0, 100, 100]


@given(recommend=st.lists(st.integers(0, 10), min_size=2, max_size=60))
def test_standard_error_agrees_with_statsmodels(recommend):
    row = net_promoter_score(survey(recommend)).table.iloc[0]
    peer = DescrStatsW(points(recommend))
    assert row["nps"] == pytest.approx(peer.mean)
    assert row["se"] == pytest.approx(peer.std_mean if len(set(points(recommend))) > 1 else 0)
    assert -100 <= row["low"] <= row["nps"] + 1e-9
    assert row["nps"] - 1e-9 <= row["high"] <= 100


def exact_coverage(n: int, promoters: float, detractors: float) -> tuple[float, float]:
    """Probability that the interval covers, and that nps ± 1.96 se does, over every sample of n, without simulation."""
    up, down = (side.ravel() for side in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
    up, down = up[up + down <= n], down[up + down <= n]
    chance = stats.multinomial.pmf(
        np.column_stack([up, down, n - up - down]), n, [promoters, detractors, 1 - promoters - detractors]
    )
    mean = 100 * (up - down) / n
    variance = (1e4 * (up + down) / n - mean**2) * n / (n - 1)
    low, high = limits(mean, variance / n, np.full(len(mean), n), (-100, 100), 0.95)
    true, plain = 100 * (promoters - detractors), 1.96 * np.sqrt(variance / n)
    return chance[(low <= true) & (true <= high)].sum(), chance[np.abs(mean - true) <= plain].sum()


@pytest.mark.parametrize("n", [10, 30, 120])
def test_the_interval_covers_whatever_the_shares(n):
    shares = [(p, d) for p in np.arange(0.05, 0.96, 0.15) for d in np.arange(0.05, 1 - p, 0.15)]
    covered = np.array([exact_coverage(n, *pair) for pair in shares])
    assert covered[:, 0].min() > 0.935
    assert covered[:, 0].mean() < 0.98  # and not by being endless
    if n == 10:
        assert (covered[:, 1] < 0.935).mean() > 0.7  # the plain ± 1.96 se does not


@pytest.mark.parametrize("n", [8, 25, 100])
def test_the_interval_of_a_skewed_answer_covers_and_stays_on_the_scale(n):
    """20 000 samples of answers on 1-10 of which four in five are 8 or more."""
    scale, chance = np.arange(1, 11), np.array([1, 1, 1, 2, 3, 5, 8, 19, 28, 32]) / 100
    sample = np.random.default_rng(n).choice(scale, size=(20_000, n), p=chance)
    low, high = limits(sample.mean(axis=1), sample.var(axis=1, ddof=1) / n, np.full(20_000, n), (1, 10), 0.95)
    true = (scale * chance).sum()
    assert 0.92 <= ((low <= true) & (true <= high)).mean() <= 0.98
    assert low.min() >= 1
    assert high.max() <= 10


def test_all_alike_is_no_proof():
    """Ten promoters of ten do not show that all customers are; the plain interval would have no width."""
    row = net_promoter_score(survey([10] * 10)).table.iloc[0]
    assert (row["nps"], row["se"], row["high"]) == (100, 0, 100)
    assert 0 < row["low"] < 60


def test_finite_population_by_every_possible_sample():
    """Eight customers, all 56 samples of five: se² is right on average, exactly."""
    population = [10, 9, 8, 8, 7, 6, 3, 9]
    nps, squares = [], []
    for sample in itertools.combinations(population, 5):
        row = net_promoter_score(survey(list(sample)), population=8).table.iloc[0]
        nps.append(row["nps"])
        squares.append(row["se"] ** 2)
    assert np.mean(nps) == pytest.approx(points(population).mean())
    assert np.mean(squares) == pytest.approx(np.var(nps))
    without = [
        net_promoter_score(survey(list(s))).table["se"].iloc[0] ** 2 for s in itertools.combinations(population, 5)
    ]
    assert np.mean(without) > 2 * np.var(nps)  # without the correction: far too wide


def test_a_census_has_no_error():
    row = net_promoter_score(survey([10, 8, 3]), population=3).table.iloc[0]
    assert row[["nps", "se", "low", "high"]].tolist() == [0, 0, 0, 0]
    groups = survey([10, 10, 3, 8]).assign(branch=list("AABB"))
    table = net_promoter_score(groups, "branch", population={"A": 2, "B": 200}).table
    assert table["se"].tolist()[0] == 0
    assert table["low"].tolist()[0] == table["high"].tolist()[0] == 100
    assert table["low"].tolist()[1] < table["nps"].tolist()[1] < table["high"].tolist()[1]


def test_one_answer_has_no_interval():
    row = net_promoter_score(survey([9])).table.iloc[0]
    assert row["nps"] == 100
    assert row[["se", "low", "high"]].isna().all()


# ----------------------------------------------------------------------------------------------------------------- change

BEFORE, AFTER = [10, 3, 8, 7, 9, 6, 10, 2, 9, 8], [10, 7, 9, 7, 10, 7, 8, 4, 9, 9]


def test_the_paired_test_is_scipys():
    table = nps_change(survey(BEFORE), survey(AFTER)).set_index("method")
    x, y = points(BEFORE), points(AFTER)
    paired, apart = stats.ttest_rel(y, x), stats.ttest_ind(y, x, equal_var=False)
    low, high = paired.confidence_interval(0.95)
    row = table.loc["same customers"]
    assert (row["p"], row["low"], row["high"]) == pytest.approx((paired.pvalue, low, high))
    low, high = apart.confidence_interval(0.95)
    row = table.loc["all, as if independent"]
    assert (row["p"], row["low"], row["high"]) == pytest.approx((apart.pvalue, low, high))
    # everybody is in both: counting the overlap is pairing
    pd.testing.assert_series_equal(table.loc["all, overlap counted"], table.loc["same customers"], check_names=False)
    assert table["se"].iloc[0] < table["se"].iloc[1]


def test_without_overlap_the_samples_are_independent():
    table = nps_change(survey(BEFORE), survey(AFTER, first=50)).set_index("method")
    assert table["in_both"].tolist() == [0, 0, 0]
    assert table.loc["same customers", ["change", "se", "p"]].isna().all()
    assert table.loc["all, overlap counted", "se"] == table.loc["all, as if independent", "se"]
    assert table.loc["all, overlap counted", "p"] == table.loc["all, as if independent", "p"]


def test_partial_overlap_by_simulation():
    """200 pairs of samples of 60 with 30 in both who answer alike: the third row's error is the right one."""
    draws = np.random.default_rng(4)
    changes, errors = [], []
    for _ in range(200):
        lasting = draws.normal(8, 2, 90)
        first = pd.DataFrame({"customer": range(60), "recommend": lasting[:60] + draws.normal(0, 1, 60)})
        second = pd.DataFrame({"customer": range(30, 90), "recommend": lasting[30:] + draws.normal(0, 1, 60)})
        both = [frame.assign(recommend=frame["recommend"].round().clip(0, 10)) for frame in (first, second)]
        table = nps_change(*both)
        changes.append(table["change"].iloc[2])
        errors.append(table["se"].to_numpy()[1:])
    apart, overlap = np.mean(errors, axis=0)
    assert overlap == pytest.approx(np.std(changes), rel=0.15)
    assert apart > 1.15 * overlap


def test_nothing_changed_and_everybody_changed():
    table = nps_change(survey([10, 8, 3]), survey([10, 8, 3])).iloc[0]
    assert table[["change", "se", "p"]].tolist() == [0, 0, 1]
    table = nps_change(survey([3, 4, 2]), survey([10, 9, 9])).iloc[0]
    assert table[["change", "se", "p"]].tolist() == [200, 0, 0]
