"""Utilities that the tests of tariffs share: the shipped one, and small ones of other seeds."""

from __future__ import annotations

import pytest

from crmlib.companies import load_utility, simulate_utility

SEEDS = (3, 5, 7, 11, 13)


@pytest.fixture(scope="session")
def power():
    return load_utility()


@pytest.fixture(scope="session")
def small_utilities():
    return {seed: simulate_utility(customers=1500, seed=seed) for seed in SEEDS}
