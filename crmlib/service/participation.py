"""Customers invited to take part: what the invitation did, and what taking part seems to have done."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_columns, need_frame, need_numbers, need_once, need_yes_no

WHAT = "The frame of the trial"


def invitation_effect(
    members: pd.DataFrame,
    outcome: str,
    *,
    arm: str = "arm",
    invited: str = "treated",
    control: str = "control",
    took_part: str | None = None,
    customer: str = "customer",
) -> pd.DataFrame:
    """Return the effect of an invitation drawn by lot, beside the comparison that only looks like it.

    - *invited − control* (intention to treat): the difference between the arms as drawn, whoever took part. The lot makes
      it causal.
    - *took part, per head* (complier effect): that difference divided by the share that took part: the effect on those who
      do if asked. Needs: the invitation alone does nothing, and nobody in the control arm could take part.
    - *took part − control* (naive): those who wanted to against everybody. Not causal: they differed before.

    Parameters
    ----------
    members : one row per customer on the list, with the `arm` that the lot gave.
    outcome : column of True and False (then effects are in shares), or of numbers.
    invited, control : names of the two arms.
    took_part : column of True and False; None: the first line alone.

    Returns
    -------
    Frame, one row per comparison: `comparison`, `kind` ("causal", "causal, for takers", "naive"), `effect`, `low`, `high` (95 %,
    normal; unequal variances), `customers` (in both groups), `taken_up` (share of the invited who took part).

    Raises
    ------
    ValueError, TypeError : a column is missing, of the wrong type or has gaps; a customer twice; an arm that nobody is in, or with one
    customer; somebody of the control arm took part; nobody took part.

    Source: Imbens & Angrist (1994), Identification and estimation of local average treatment effects, Econometrica 62.

    >>> members = pd.DataFrame({"customer": range(8), "arm": ["treated", "control"] * 4,
    ...     "responded": [True, False, True, False, False, False, False, False], "outcome": [5, 3, 5, 4, 3, 3, 4, 4]})
    >>> invitation_effect(members, "outcome", took_part="responded")[["comparison", "effect", "taken_up"]]
                comparison  effect  taken_up
    0    invited − control    0.75       0.5
    1  took part, per head    1.50       0.5
    2  took part − control    1.50       0.5
    """
    columns = [customer, arm, outcome] + ([took_part] if took_part else [])
    need_columns(need_frame(members, WHAT), columns, WHAT)
    need_once(members, customer, WHAT)
    unknown = sorted(set(members[arm].dropna().astype("str")) - {invited, control})
    if unknown or members[arm].isna().any():
        raise ValueError(
            f"Column {arm!r} of the frame of the trial must say {invited!r} or {control!r} in every row, but has "
            f"{listed(unknown) if unknown else 'gaps'}. Name your arms in the call, or choose the two to compare."
        )
    if pd.api.types.is_bool_dtype(members[outcome]):
        y = need_yes_no(members, outcome, WHAT).astype(float)
    else:
        y = need_numbers(members, outcome, WHAT)
    if np.isnan(y).any():
        raise ValueError(
            f"Column {outcome!r} of the frame of the trial has {int(np.isnan(y).sum()):,} gaps. Who is missing may depend on the "
            "invitation: leave them out only if you know that it does not, and say so."
        )
    asked = (members[arm] == invited).to_numpy()
    for name, group in ((invited, asked), (control, ~asked)):
        if group.sum() < 2:
            raise ValueError(f"The arm {name!r} has {int(group.sum())} customers. Two are the least for an interval.")
    effect, error = _difference(y[asked], y[~asked])
    rows = [("invited − control", "causal", effect, error, len(y))]
    taken_up = np.nan
    if took_part:
        took = need_yes_no(members, took_part, WHAT)
        if took[~asked].any():
            raise ValueError(
                f"{int(took[~asked].sum()):,} customers of the arm {control!r} took part. Then the effect per head is not the "
                "difference divided by the take-up. Compare the arms alone: took_part=None."
            )
        if took.sum() < 2:
            raise ValueError(f"{int(took.sum())} customers took part. Two are the least for an interval.")
        taken_up = float(took[asked].mean())
        # Wald estimator d / p; its error is that of the invited's residual y − (d / p) · took part
        ratio = effect / taken_up
        _, spread = _difference((y - ratio * took)[asked], y[~asked])
        rows.append(("took part, per head", "causal, for takers", ratio, spread / taken_up, len(y)))
        rows.append(
            ("took part − control", "naive", *_difference(y[took], y[~asked]), int(took.sum() + (~asked).sum()))
        )
    found = pd.DataFrame(rows, columns=["comparison", "kind", "effect", "error", "customers"])
    found["low"], found["high"] = found["effect"] - 1.96 * found["error"], found["effect"] + 1.96 * found["error"]
    found["taken_up"] = taken_up
    return found[["comparison", "kind", "effect", "low", "high", "customers", "taken_up"]]


def _difference(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    return float(a.mean() - b.mean()), float(np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)))
