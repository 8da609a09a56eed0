"""What a whole class finds: one campaign, two hundred banks, two hundred answers."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pandas as pd

from crmlib._frames import need_amounts, need_columns, need_frame, need_numbers, rows_text


def class_variants() -> pd.DataFrame:
    """Return what 200 students would find for the retention call, each at a bank of his own (2,000 customers, seeds 1 to 200).

    Precomputed, so that a lecture need not wait: each row is `campaign_uplift` on the retention campaign of one simulated bank.

    Returns
    -------
    Frame, one row per bank: `seed`, `treated`, `control` (persons), `treated_rate`, `control_rate`, `uplift`, `error`, `low`,
    `high` (95 % interval), `truth` (the recorded mean uplift of those listed at that bank).

    >>> class_variants().columns.tolist()[:3]
    ['seed', 'treated', 'control']
    """
    file = resources.files("crmlib.retention") / "class_variants.csv"
    with file.open(encoding="utf-8") as stream:
        return pd.read_csv(stream)


def sampling_distribution(variants: pd.DataFrame, *, truth: str = "truth") -> pd.DataFrame:
    """Summarise many estimates of one quantity, each from a sample of its own: the sampling distribution.

    Parameters
    ----------
    variants : one row per sample: `uplift`, `error`, `low`, `high` and the truth of that sample's company.
    truth : column of the truth.

    Returns
    -------
    Frame, one row: `samples`, `mean`, `truth` (mean), `sd` (between samples), `mean_error` (mean of the standard errors that each
    sample reports by itself: should be near the sd), `covered` (share whose interval holds the truth: should be near the level),
    `wrong_sign` (share of estimates on the other side of 0), `significant` (share whose interval leaves out 0: the power),
    `exaggeration` (mean size of the significant ones / mean size of the truth).

    Raises
    ------
    ValueError, TypeError : a column is missing, empty or of the wrong type; fewer than two samples.

    >>> variants = pd.DataFrame({"uplift": [-0.05, 0.01], "error": [0.02, 0.02], "low": [-0.09, -0.03], "high": [-0.01, 0.05],
    ...                          "truth": [-0.03, -0.03]})
    >>> sampling_distribution(variants)[["mean", "covered", "wrong_sign", "significant"]]
       mean  covered  wrong_sign  significant
    0 -0.02      1.0         0.5          0.5
    """
    what = "The frame of samples"
    names = ["uplift", "low", "high", truth]
    need_columns(need_frame(variants, what), [*names, "error"], what)
    if len(variants) < 2:
        raise ValueError("A sampling distribution needs two samples or more.")
    found, low, high, true = (need_numbers(variants, name, what) for name in names)
    error = need_amounts(variants, "error", what)
    gap = np.isnan(found + low + high + true)
    if gap.any():
        raise ValueError(f"The frame of samples is empty in {rows_text(gap)}. Fill these rows in, or leave them out.")
    clear = (low > 0) | (high < 0)
    return pd.DataFrame(
        {
            "samples": [len(found)],
            "mean": [found.mean()],
            "truth": [true.mean()],
            "sd": [found.std(ddof=1)],
            "mean_error": [error.mean()],
            "covered": [((low <= true) & (true <= high)).mean()],
            "wrong_sign": [(found * true < 0).mean()],
            "significant": [clear.mean()],
            "exaggeration": [np.abs(found[clear]).mean() / np.abs(true).mean() if clear.any() else np.nan],
        }
    )
