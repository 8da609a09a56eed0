"""The bank's investment shop: purchases without a contract, as the BG/NBD and Gamma-Gamma models describe them.

A customer buys at a rate of his own until, after some repeat purchase, he silently stops (Fader, Hardie & Lee 2005).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.companies._store import stream
from crmlib.companies.bank.parameters import value
from crmlib.companies.bank.people import People

LAST_DAY = np.datetime64("2025-12-31")
FIRST_DAY = np.datetime64("2023-01-01")
KINDS = ("fund", "gold", "note")


def make_purchases(people: People) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return purchases (one row each) and the truth of each buyer (rate per week, dropout, mean spend)."""
    rng = stream(people.seed, "purchases")
    start = np.maximum(people.join_day, FIRST_DAY)
    end = np.where(np.isnat(people.left_day), LAST_DAY, people.left_day)
    days = (end - start).astype(int)
    buyer = np.flatnonzero((rng.random(people.n) < 0.40) & (days > 14))
    first = start[buyer] + (rng.random(len(buyer)) * 0.9 * days[buyer]).astype(int)
    watched = (end[buyer] - first).astype(int) / 7
    rate = rng.gamma(value("purchases.r"), 1 / value("purchases.alpha"), len(buyer))
    dropout = rng.beta(value("purchases.a"), value("purchases.b"), len(buyer))
    scale = rng.gamma(value("spend.q"), 1 / value("spend.v"), len(buyer))
    who, when = [np.arange(len(buyer))], [np.zeros(len(buyer))]
    live, clock = np.arange(len(buyer)), np.zeros(len(buyer))
    while len(live):
        clock = clock + rng.exponential(1 / np.maximum(rate[live], 1e-12))
        bought = clock < watched[live]
        live, clock = live[bought], clock[bought]
        who.append(live)
        when.append(clock)
        stays = rng.random(len(live)) >= dropout[live]
        live, clock = live[stays], clock[stays]
    who, when = np.concatenate(who), np.concatenate(when)
    amount = np.maximum(0.01, rng.gamma(value("spend.p"), 1 / scale[who]))
    frame = pd.DataFrame(
        {
            "customer": people.first_id + buyer[who],
            "date": (first[who] + np.rint(when * 7).astype(int)).astype("datetime64[us]"),
            "kind": pd.Categorical.from_codes(rng.choice(3, len(who), p=[0.6, 0.25, 0.15]), list(KINDS)),
            "amount": amount,
        }
    ).sort_values(["customer", "date", "amount"], ignore_index=True)
    frame.insert(0, "purchase", np.arange(1, len(frame) + 1))
    truth = pd.DataFrame(
        {
            "customer": people.first_id + buyer,
            "rate_per_week": rate,
            "dropout": dropout,
            "mean_spend": value("spend.p") / scale,
        }
    )
    return frame, truth
