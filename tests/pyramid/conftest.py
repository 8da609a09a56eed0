"""The public purchase log that results are checked against, where it is to be had."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def cdnow(root: Path) -> pd.DataFrame:
    """The CDNOW log (Fader & Hardie), 1/10 sample: one row per purchase; lies beside the project, never in it."""
    file = root.parent / "shared" / "data" / "CDNOW_sample.txt"
    if not file.exists():
        missing = f"the public CDNOW log is not at {os.path.relpath(file, root)}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    names = ["master", "customer", "date", "cds", "revenue"]
    log = pd.read_csv(file, sep=r"\s+", header=None, names=names, dtype={"date": "str"})
    return log.assign(date=pd.to_datetime(log["date"], format="%Y%m%d"))
