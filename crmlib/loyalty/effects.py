"""What goes with loyalty: effect sizes with intervals, naive beside adjusted; and the six levers as data."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import empty_ids, need_columns, need_frame, need_numbers
from crmlib.loyalty._answers import need_weights
from crmlib.loyalty._fit import fit


def effect_sizes(
    answers: pd.DataFrame,
    effects: pd.DataFrame,
    *,
    weight: str | None = None,
    level: float = 0.95,
    customer: str = "customer",
) -> pd.DataFrame:
    """Estimate effects one by one: naively, and adjusted for what else differs between the customers.

    Naive: the outcome on the cause alone. Adjusted: with the columns of `adjust_for` beside it. Both by least squares on the
    same rows, cause and outcome in standard deviations (a correlation in the naive case without weights), so that the effects
    can be compared. A cause of 0 and 1 stays 0 and 1: its effect is the gap between two groups, in SDs of the outcome.

    Parameters
    ----------
    answers : one row per customer, or several (errors are clustered by customer).
    effects : one row per effect, columns `effect` (its name), `cause`, `outcome` (columns of `answers`), `adjust_for`
        (columns, separated by commas; "" for none) and `confounded_by` (a note in words).
    weight : column that says for how many customers a row stands.
    level : of the intervals.

    Returns
    -------
    Frame, one row per effect: `effect`, `answers`, `set_aside` (rows without one of the columns), `naive`, `naive_low`,
    `naive_high`, `adjusted`, `adjusted_low`, `adjusted_high` (in SDs of the outcome), `outcome_sd` (to turn them back into
    units), `confounded_by`.

    Raises
    ------
    ValueError, TypeError : a column is missing or holds no numbers, a cause or outcome does not vary, too few rows.

    Source: least squares; standard errors robust to clusters: Liang & Zeger (1986).

    >>> answers = pd.DataFrame({"customer": range(5), "liking": [1, 2, 3, 4, 5], "visits": [2, 1, 4, 3, 5]})
    >>> effects = pd.DataFrame([["visits more", "liking", "visits", "", "distance"]],
    ...                        columns=["effect", "cause", "outcome", "adjust_for", "confounded_by"])
    >>> effect_sizes(answers, effects)[["effect", "answers", "naive"]].round(3)
            effect  answers  naive
    0  visits more        5    0.8
    """
    what, also = "The frame of answers", "The frame of effects"
    need_columns(need_frame(effects, also), ["effect", "cause", "outcome", "adjust_for", "confounded_by"], also)
    controls = [[name.strip() for name in text.split(",") if name.strip()] for text in effects["adjust_for"].fillna("")]
    used = sorted({*effects["cause"], *effects["outcome"], *(name for names in controls for name in names)})
    need_columns(need_frame(answers, what), [customer, *used] + [weight] * bool(weight), what)
    numbers = {name: need_numbers(_as_numbers(answers, name), name, what) for name in used}
    weights = need_weights(answers, weight, what)
    no_id = empty_ids(answers, customer)
    lines = []
    for row, names in zip(effects.to_dict("records"), controls, strict=True):
        if row["outcome"] in names or row["cause"] in names:
            raise ValueError(
                f"The effect {row['effect']!r} adjusts for its own cause or outcome. Remove it from adjust_for."
            )
        full = ~np.any([np.isnan(numbers[name]) for name in (row["cause"], row["outcome"], *names)], axis=0) & ~no_id
        w = weights[full]
        y, outcome_sd = _in_sd(numbers[row["outcome"]][full], w, row["outcome"], row["effect"])
        cause, _ = _in_sd(numbers[row["cause"]][full], w, row["cause"], row["effect"], keep_yes_no=True)
        more = [numbers[name][full] for name in names]
        found = []
        for extra, label in (([], []), (more, names)):
            x = np.column_stack([np.ones(full.sum()), cause, *extra])
            try:
                one = fit(y, x, w, answers.loc[full, customer], level, ["", row["cause"], *label])
            except ValueError as problem:
                raise ValueError(f"The effect {row['effect']!r}: {problem}") from None
            value, _, low, high = one.contrast(np.eye(x.shape[1])[1])
            found += [value, low, high]
        lines.append((row["effect"], int(full.sum()), int((~full).sum()), *found, outcome_sd, row["confounded_by"]))
    sides = [f"{side}{end}" for side in ("naive", "adjusted") for end in ("", "_low", "_high")]
    return pd.DataFrame(lines, columns=["effect", "answers", "set_aside", *sides, "outcome_sd", "confounded_by"])


def _as_numbers(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Let a column of True and False count as 1 and 0."""
    if pd.api.types.is_bool_dtype(frame[column]):
        return pd.DataFrame({column: frame[column].astype("Float64")})
    return frame


def _in_sd(
    values: np.ndarray, weights: np.ndarray, column: str, effect: str, *, keep_yes_no: bool = False
) -> tuple[np.ndarray, float]:
    """Centre and divide by the standard deviation (unless 0 and 1 are to stay)."""
    mean = np.average(values, weights=weights) if len(values) else np.nan
    sd = float(np.sqrt(np.average((values - mean) ** 2, weights=weights))) if len(values) else 0.0
    if sd == 0:
        raise ValueError(
            f"The effect {effect!r} cannot be estimated: column {column!r} has the same value in all {len(values):,} usable rows."
        )
    if keep_yes_no and np.isin(values, [0, 1]).all():
        return values, sd
    return (values - mean) / sd, sd


def loyalty_levers() -> pd.DataFrame:
    """Return the six levers on loyalty as data: what each is, where the two companies record it, and how well it is tested.

    Returns
    -------
    Frame, one row per lever: `lever`, `term` (Chinese), `bank` and `utility` (table and columns that move it or show it;
    empty if nothing does), `evidence` in these data: "drawn by lot" (a randomised campaign), "observed" (only compared as it
    came), "none".

    Source: the six levers are those of this course's Chinese text on loyalty.

    >>> loyalty_levers()[["lever", "evidence"]]
                            lever      evidence
    0                       image      observed
    1         distinctive service  drawn by lot
    2    dialogue beyond the need  drawn by lot
    3  focus on loyal potential      observed
    4          complaints handled      observed
    5      listening to customers      observed
    """
    rows = [
        (
            "image",
            "企业形象",
            "survey: visual1, visual2, mind1, mind2",
            "survey: visual1, visual2, mind1, mind2",
            "observed",
        ),
        (
            "distinctive service",
            "特色服务",
            "campaigns: special-offer; survey: spe1, spe2",
            "survey: spe1, spe2",
            "drawn by lot",
        ),
        (
            "dialogue beyond the need",
            "以客户为中心的沟通",
            "campaigns: panel; bonds: adviser",
            "survey: tru1 to tru3",
            "drawn by lot",
        ),
        (
            "focus on loyal potential",
            "锁定忠诚潜力客户",
            "survey: att1 to att3, share_said (latent loyalty)",
            "survey: att1 to att3 of those with a choice",
            "observed",
        ),
        (
            "complaints handled",
            "正确处理抱怨",
            "problems: voiced, resolved, days",
            "complaints: outcome",
            "observed",
        ),
        (
            "listening to customers",
            "倾听客户意见",
            "contacts: repeat_within_7_days",
            "contacts: repeat_7d",
            "observed",
        ),
    ]
    return pd.DataFrame(rows, columns=["lever", "term", "bank", "utility", "evidence"], dtype="str")
