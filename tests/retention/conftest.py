"""Twelve customers whose numbers were worked out elsewhere, and customers made from a known law of leaving."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

START, END = "2022-01-01", "2023-12-31"


@pytest.fixture
def twelve() -> pd.DataFrame:
    """Customers of records that begin on 2022-01-01: four joined before, and of those only stayers are known."""
    joined = ["2019-03-10", "2020-06-01", "2021-02-15", "2021-11-30", "2022-01-01", "2022-03-20", "2022-05-05", "2022-05-05",
              "2022-08-17", "2022-12-31", "2023-02-02", "2023-04-14"]  # fmt: skip
    left = ["2022-11-09", None, "2023-06-30", None, "2022-09-01", "2023-12-30", "2022-05-05", None, "2023-08-17", None,
            "2023-03-03", None]  # fmt: skip
    return pd.DataFrame({"customer": range(1, 13), "joined": pd.to_datetime(joined), "left": pd.to_datetime(left)})


def mixed_customers(seed: int, *, hazard: float = 0.24, variance: float = 0.8, joiners: int = 3_000) -> pd.DataFrame:
    """Customers who never change, with gamma hazards; only those still there on 2022-01-01, or joining later, are known."""
    draws = np.random.default_rng(seed)
    first = np.floor(draws.uniform(-12 * 365, 3 * 365, joiners)).astype(int)  # days before or after 2022-01-01
    own = hazard * (draws.gamma(1 / variance, variance, joiners) if variance else np.ones(joiners))
    last = first + np.floor(draws.exponential(1 / own) * 365.25).astype(int)
    day = np.datetime64("2022-01-01")
    people = pd.DataFrame({"joined": day + first, "left": day + np.minimum(last, 10_000), "hazard": own})
    people["left"] = people["left"].where(last < 3 * 365)
    known = people[last >= 0].reset_index(drop=True)
    known.insert(0, "customer", np.arange(len(known)))
    return known
