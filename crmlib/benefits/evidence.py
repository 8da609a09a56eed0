"""One question, five designs: what a benefit does to loyalty, from the weakest comparison to the strongest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_columns, need_frame, need_level, need_numbers, rows_text
from crmlib.benefits._scores import WHAT, Scores, read_scores
from crmlib.benefits.concepts import BENEFIT_SCALES
from crmlib.benefits.paths import regress

DESIGNS = ("alone", "together", "lagged", "change", "by lot")


@dataclass(frozen=True, repr=False)
class Evidence:
    """table: one row per benefit and design; scales: one row per variable; excluded: rows set aside and why."""

    table: pd.DataFrame
    scales: pd.DataFrame
    excluded: pd.DataFrame

    def __repr__(self) -> str:
        return self.table.to_string(index=False)


def benefit_evidence(
    survey: pd.DataFrame,
    benefits: Sequence[str],
    outcome: str,
    *,
    adjust_for: Sequence[str] = (),
    lot: Mapping[str, str] | None = None,
    scales: Mapping[str, Sequence[str]] | None = None,
    corrected: bool = False,
    level: float = 0.95,
    customer: str = "customer",
    wave: str = "wave",
) -> Evidence:
    """Estimate the effect of each benefit on an outcome by five designs.

    - *alone*: outcome on one benefit, same wave.
    - *together*: outcome on all benefits and `adjust_for`, same wave.
    - *lagged*: outcome of the next wave on this wave's benefits, `adjust_for` and outcome. The order in time is right; lasting
      differences between customers remain, and lasting effects are adjusted away with the earlier outcome.
    - *change*: change of the outcome between two waves on the changes of benefits and `adjust_for`. Each customer is compared
      with himself, so that nothing lasting can confound.
    - *by lot*: for a benefit that was offered by lot: the gap in the outcome between the arms per gap in the benefit (Wald).
      Only the lot decided, so nothing confounds at all. The offer must act through this benefit alone.

    Parameters
    ----------
    survey : one row per customer and wave.
    benefits, outcome, adjust_for : variables, see `scales`.
    lot : benefit -> column that says 1 (offered), 0 (not offered), or is empty (not drawn, or asked before the offer).
    scales : variable -> its questions; None: those of the bank's survey (`BENEFIT_SCALES`).
    corrected : take error of measurement out of the causes (see `path_model`; does nothing to *by lot*, which needs none).
    level : of the intervals.

    Returns
    -------
    Evidence. table, one row per benefit and design: `benefit`, `design`, `estimate` (SDs of the outcome per SD of the benefit, both
    among all answers of the survey, in every design), `error`, `low`, `high`, `answers` (rows, or pairs of rows, in use).
    scales: as for `path_model`. excluded: `reason`, `rows`, `first_rows`; rows without a next wave count as one reason, and
    serve in *alone* and *together* all the same.

    Raises
    ------
    ValueError, TypeError : a column is missing or wrong, a customer has two rows in a wave, nobody answered twice, a lot that is
    not 0 and 1 or hardly moved the benefit, a variable in two roles.

    Source: change scores and lags: Allison (1990), Sociological Methodology 20; Wald (1940).

    >>> rng = np.random.default_rng(2)
    >>> person, year = rng.normal(size=300), rng.normal(size=(300, 2))
    >>> safe = (person[:, None] + year).ravel()
    >>> liking = (2 * person[:, None] + rng.normal(size=(300, 2))).ravel()  # safe does nothing; one person likes and feels safe
    >>> survey = pd.DataFrame({"customer": np.repeat(range(300), 2), "wave": [1, 2] * 300, "safe": safe, "liking": liking})
    >>> benefit_evidence(survey, ["safe"], "liking", scales={}).table[["design", "estimate", "low", "high"]].round(1)
         design  estimate  low  high
    0     alone       0.6  0.6   0.7
    1  together       0.6  0.6   0.7
    2    lagged       0.2  0.1   0.3
    3    change       0.0 -0.1   0.1
    """
    from scipy import stats

    need_level(level)
    scales = BENEFIT_SCALES if scales is None else scales
    lot = {} if lot is None else dict(lot)
    names = [*benefits, *adjust_for, outcome]
    if isinstance(benefits, str) or not len(benefits) or len(set(names)) < len(names):
        raise ValueError(
            "`benefits` must be a list; and no variable may be a benefit, the outcome and adjusted for at once."
        )
    if not set(lot) <= set(benefits):
        raise ValueError(
            f"`lot` names {listed(sorted(set(lot) - set(benefits)))}, but the benefits are {listed(benefits)}."
        )
    need_columns(need_frame(survey, WHAT), [customer, wave, *lot.values()], WHAT)
    survey = survey.reset_index(drop=True)
    _need_waves(survey, customer, wave)
    now = read_scores(survey, names, scales, corrected, customer)
    whole = _in_sd(survey, now, scales, names, customer, wave)
    items = [column for name in names for column in scales.get(name, [name])]
    both = whole.merge(
        whole.assign(**{wave: whole[wave] - 1}), on=[customer, wave], suffixes=("", "_next"), validate="1:1"
    )
    lagged = {f"{outcome}_next": [f"{item}_next" for item in scales.get(outcome, [outcome])]}
    lagged |= {name: list(scales.get(name, [name])) for name in names}
    change = {name: [f"{item}_change" for item in scales.get(name, [name])] for name in names}
    if len(both) == 0:
        raise ValueError("Nobody answered in two waves in a row: the designs 'lagged' and 'change' need that.")
    both = both.assign(**{f"{item}_change": both[f"{item}_next"] - both[item] for item in items})
    known = {name: [*scales.get(name, [name])] for name in names}
    plans = [("alone", whole, known, outcome, [[name] for name in benefits])]
    plans += [("together", whole, known, outcome, [[*benefits, *adjust_for]])]
    plans += [("lagged", both, lagged, f"{outcome}_next", [[*benefits, *adjust_for, outcome]])]
    plans += [("change", both, change, outcome, [[*benefits, *adjust_for]])]
    lines, reach = [], stats.norm.ppf((1 + level) / 2)
    for design, frame, questions, effect, groups in plans:
        used = list(dict.fromkeys([effect, *(name for causes in groups for name in causes)]))
        scores = read_scores(frame, used, questions, corrected, customer, standard=False)
        for causes in groups:
            slopes, covariance = regress(scores, effect, causes, standard=False)
            errors = np.sqrt(np.diag(covariance))
            lines += [
                (name, design, b, e, len(frame))
                for name, b, e in zip(causes, slopes, errors, strict=True)
                if name in benefits
            ]
    for benefit, column in lot.items():
        lines.append((benefit, "by lot", *_wald(survey, now, whole, benefit, outcome, column, known, customer)))
    table = pd.DataFrame(lines, columns=["benefit", "design", "estimate", "error", "answers"])
    table.insert(4, "low", table["estimate"] - reach * table["error"])
    table.insert(5, "high", table["estimate"] + reach * table["error"])
    table["benefit"] = pd.Categorical(table["benefit"], list(benefits), ordered=True)
    table["design"] = pd.Categorical(table["design"], DESIGNS, ordered=True)
    table = table.sort_values(["benefit", "design"], ignore_index=True).astype({"benefit": "str", "design": "str"})
    alone = ~pd.MultiIndex.from_frame(whole[[customer, wave]]).isin(pd.MultiIndex.from_frame(both[[customer, wave]]))
    first = listed(whole.index[alone][:5].tolist()) + (" …" if alone.sum() > 5 else "")
    no_next = pd.DataFrame(
        {"reason": ["no answer in the next wave"], "rows": [int(alone.sum())], "first_rows": [first]}
    )
    return Evidence(table, now.table, pd.concat([now.excluded, no_next[no_next["rows"] > 0]], ignore_index=True))


def _need_waves(survey: pd.DataFrame, customer: str, wave: str) -> None:
    numbers = need_numbers(survey, wave, WHAT)
    odd = ~np.isclose(numbers, np.round(numbers))
    if odd.any():
        raise ValueError(
            f"Column {wave!r} of the frame of answers must hold whole numbers such as years, but not in {rows_text(odd)}."
        )
    again = survey.duplicated([customer, wave]).to_numpy() & survey[customer].notna().to_numpy()
    if again.any():
        raise ValueError(
            f"The frame of answers must have one row per {customer} and {wave}, but repeats in {rows_text(again)}. Remove these rows."
        )


def _in_sd(
    survey: pd.DataFrame, now: Scores, scales: Mapping, names: Sequence[str], customer: str, wave: str
) -> pd.DataFrame:
    """Return the complete rows with every item divided by its scale's standard deviation (without error, if corrected)."""
    complete = survey.iloc[now.rows]
    out = complete[[customer, wave]].copy()
    for name in names:
        sd = 1.0 if name in now.yes_no else now.sd[now.names.index(name)]
        for item in scales.get(name, [name]):
            out[item] = complete[item].astype(float) / sd
    return out


def _wald(
    survey: pd.DataFrame, now: Scores, whole: pd.DataFrame, benefit: str, outcome: str, column: str, known: Mapping, customer: str
) -> tuple[float, float, int]:  # fmt: skip
    """Return the gap in the outcome per gap in the benefit, its standard error, and the number of answers."""
    drawn = need_numbers(survey.loc[whole.index], column, WHAT)
    if not np.isin(drawn[~np.isnan(drawn)], [0, 1]).all() or len(np.unique(drawn[~np.isnan(drawn)])) < 2:
        raise ValueError(
            f"Column {column!r} must hold 1 (offered), 0 (not offered) and nothing else; empty where not drawn."
        )
    rows = whole[~np.isnan(drawn)].assign(**{column: drawn[~np.isnan(drawn)]})
    scores = read_scores(rows, [column, benefit, outcome], known, False, customer, standard=False)
    z, x, y = scores.points.T

    def spread(rest: np.ndarray) -> float:
        sums = np.bincount(scores.customers, z * rest)
        return float(np.sqrt((sums**2).sum() * len(sums) / (len(sums) - 1)))

    if abs(z @ x) < 2 * spread(x - z * (z @ x) / (z @ z)):
        raise ValueError(
            f"The offer in {column!r} hardly moved {benefit!r}: by {z @ x / (z @ z):.2f} SD, less than two standard errors. Then nothing "
            "can be said per SD by lot. Leave it out of `lot`, or compare the outcome of the two arms."
        )
    effect = (z @ y) / (z @ x)
    return effect, spread(y - effect * x) / abs(z @ x), len(rows)
