"""Make `crmlib/retention/class_variants.csv`: the retention campaign at 200 simulated banks.

    python -m tests.retention.variants

takes some minutes. `test_sampling.py` compares a few rows with what this makes.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from crmlib.companies import simulate_bank
from crmlib.retention import campaign_uplift

FILE = Path(__file__).resolve().parents[2] / "crmlib" / "retention" / "class_variants.csv"
CUSTOMERS = 2_000
SEEDS = range(1, 201)
COLUMNS = ["treated", "control", "treated_rate", "control_rate", "uplift", "error", "low", "high"]


def variant(seed: int) -> dict[str, float]:
    """Return one row of the file."""
    bank = simulate_bank(CUSTOMERS, seed)
    members = bank.campaign_members[bank.campaign_members["campaign"] == "retention"]
    row = campaign_uplift(members)[COLUMNS].iloc[0]
    return {"seed": seed} | row.round(6).to_dict() | {"truth": round(bank.truth["retention.uplift"], 6)}


if __name__ == "__main__":
    frame = pd.DataFrame([variant(seed) for seed in SEEDS]).astype({"treated": int, "control": int})
    FILE.write_bytes(frame.to_csv(index=False, lineterminator="\n").encode())
