"""What the tests of customer value share: the public log, and buyers who behave as the model says."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from crmlib.companies.bank.purchases import make_purchases
from crmlib.pyramid import customer_summary
from tests.pyramid.conftest import cdnow  # noqa: F401, a fixture


def bank_shop(seed: int, people: int = 5_000) -> pd.DataFrame:
    """Summarise the investment shop of a bank whose customers all stay: its own generator, without the rest of the bank."""
    never = np.full(people, np.datetime64("NaT", "D"))
    joined = np.full(people, np.datetime64("2020-01-01", "D"))
    bank = SimpleNamespace(n=people, seed=seed, first_id=1, join_day=joined, left_day=never)
    log = make_purchases(bank)[0].rename(columns={"amount": "revenue"})
    return customer_summary(log, as_of="2025-12-31").customers


def histories(customers: int, seed: int, rate=None, stop=None, days: int = 500) -> pd.DataFrame:
    """Simulate buyers day by day, by the story of the model and none of its formulas.

    rate : purchases per day, one number per customer; stop : chance of stopping after each purchase.
    """
    draw = np.random.default_rng(seed)
    rate = draw.gamma(0.6, 1 / 42, customers) if rate is None else np.broadcast_to(rate, customers)
    stop = draw.beta(0.9, 3.2, customers) if stop is None else np.broadcast_to(stop, customers)
    seen = draw.integers(days // 2, days + 1, customers)
    x, last, here = np.zeros(customers), np.zeros(customers), np.ones(customers, dtype=bool)
    for day in range(1, days + 1):
        buys = here & (day <= seen) & (draw.random(customers) < -np.expm1(-rate))
        x[buys] += 1
        last[buys] = day
        here &= ~(buys & (draw.random(customers) < stop))
    return pd.DataFrame(
        {"customer": np.arange(customers), "repeat_frequency": x, "days_first_to_last": last, "days_observed": seen}
    )


@pytest.fixture(scope="session")
def calibration(cdnow):  # noqa: F811
    return customer_summary(cdnow, as_of="1997-09-30").customers
