"""What a contact changes: randomised campaigns, the customers it changes, and whom to call.

Uplift = share with the outcome among the contacted − share among the others. Where the arm was drawn by lot it is causal. For an
outcome such as leaving a negative uplift is good: fewer leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import is_whole, need_columns, need_frame, need_level, need_numbers, need_yes_no, rows_text
from crmlib.retention._numbers import filled
from crmlib.retention.churn import ChurnModel, churn_model

MEMBERS = "The frame of campaign members"


def campaign_uplift(
    members: pd.DataFrame,
    *,
    wanted: str = "fewer",
    by: str | None = None,
    level: float = 0.95,
    arm: str = "arm",
    treated: object = "treated",
    control: object = "control",
    outcome: str = "outcome",
    cost: str = "cost",
) -> pd.DataFrame:
    """Compare the two arms of a campaign that were drawn by lot: what the contact changed, and what each change cost.

    uplift = share with the outcome, treated − control. Interval: Newcombe's hybrid score, from the two Wilson intervals; it stays
    within −1 and 1 and does not vanish when an arm has no outcome. Customers changed = −uplift × treated if fewer outcomes are
    wanted (saved), uplift × treated if more (won). Cost per customer changed = cost of all the treated / customers changed.

    Parameters
    ----------
    members : one row per person on the list, everybody as drawn: `arm`, `outcome` (True or False), `cost` (money).
    wanted : "fewer" (leaving) or "more" (returning, joining).
    by : column of groups known before the draw, one row each.
    level : of the intervals.
    treated, control : how the two arms are called.

    Returns
    -------
    Frame, one row (or one per group): (`by`,) `treated`, `control` (persons), `treated_rate`, `control_rate`, `uplift`, `error`
    (standard error), `low`, `high`, `changed` (saved or won; negative: the contact did harm), `cost` (of all the treated),
    `cost_per_changed` (empty if the contact did harm), `cost_low`, `cost_high` (from the interval of the uplift; infinite if
    that reaches 0). Causal, if the arms were drawn by lot.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, an arm has nobody, an arm with another name.

    Source: Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.

    >>> members = pd.DataFrame({"arm": ["treated"] * 100 + ["control"] * 100, "cost": [60.0] * 100 + [0.0] * 100,
    ...                         "outcome": [True] * 9 + [False] * 91 + [True] * 12 + [False] * 88})
    >>> campaign_uplift(members)[["uplift", "low", "high", "changed", "cost_per_changed", "cost_high"]].round(3)
       uplift    low   high  changed  cost_per_changed  cost_high
    0   -0.03 -0.119  0.058      3.0            2000.0        inf
    """
    from statsmodels.stats.proportion import proportion_confint

    need_columns(need_frame(members, MEMBERS), [arm, outcome, cost] + [by] * (by is not None), MEMBERS)
    if wanted not in ("fewer", "more"):
        raise ValueError(
            f"`wanted` must be 'fewer' (customers who leave) or 'more' (who return), but it is {wanted!r}."
        )
    level = need_level(level)
    is_treated = (members[arm] == treated).fillna(False).to_numpy(bool)
    is_control = (members[arm] == control).fillna(False).to_numpy(bool)
    odd = ~is_treated & ~is_control
    if odd.any():
        raise ValueError(
            f"Column {arm!r} of the frame of campaign members is neither {treated!r} nor {control!r} in {rows_text(odd)}. Say how "
            "the arms are called: treated=..., control=..."
        )
    hit = need_yes_no(members, outcome, MEMBERS)
    money = need_numbers(members, cost, MEMBERS)
    if np.isnan(money).any():
        raise ValueError(
            f"Column {cost!r} of the frame of campaign members is empty in {rows_text(np.isnan(money))}. Fill it in."
        )
    if by is None:
        names, group = [None], np.zeros(len(members), dtype=int)
    else:
        group, names = pd.factorize(members[by], sort=True)
        if (group < 0).any():
            raise ValueError(
                f"Column {by!r} of the frame of campaign members is empty in {rows_text(group < 0)}. Fill it in."
            )
    count = {
        name: np.bincount(group[rows], minlength=len(names)) for name, rows in (("t", is_treated), ("c", is_control))
    }
    for name, word in (("t", treated), ("c", control)):
        if not count[name].all():
            which = "" if by is None else f" in {by} {names[int(np.argmin(count[name]))]!r}"
            raise ValueError(f"Nobody{which} is in the arm {word!r}: there is nothing to compare with.")
    hits = {
        n: np.bincount(group[rows & hit], minlength=len(names)) for n, rows in (("t", is_treated), ("c", is_control))
    }
    rate = {name: hits[name] / count[name] for name in "tc"}
    (t_low, t_high), (c_low, c_high) = (
        proportion_confint(hits[name], count[name], alpha=1 - level, method="wilson") for name in "tc"
    )
    uplift = rate["t"] - rate["c"]
    low = uplift - np.sqrt((rate["t"] - t_low) ** 2 + (c_high - rate["c"]) ** 2)
    high = uplift + np.sqrt((t_high - rate["t"]) ** 2 + (rate["c"] - c_low) ** 2)
    error = np.sqrt(sum(rate[name] * (1 - rate[name]) / count[name] for name in "tc"))
    spent = np.bincount(group[is_treated], weights=money[is_treated], minlength=len(names))
    sign = -1 if wanted == "fewer" else 1
    best, least = (-low, -high) if wanted == "fewer" else (high, low)

    def each(effect: np.ndarray, otherwise: float) -> np.ndarray:
        return np.where(effect > 0, spent / count["t"] / np.where(effect > 0, effect, 1.0), otherwise)

    found = pd.DataFrame(
        {
            "treated": count["t"], "control": count["c"], "treated_rate": rate["t"], "control_rate": rate["c"],
            "uplift": uplift, "error": error, "low": low, "high": high, "changed": sign * uplift * count["t"],
            "cost": spent, "cost_per_changed": each(sign * uplift, np.nan), "cost_low": each(best, np.inf),
            "cost_high": each(least, np.inf),
        }
    )  # fmt: skip
    if by is not None:
        found.insert(0, by, names)
    return found


def campaign_power(
    base: float, change: float, *, per_arm: int | None = None, power: float = 0.8, level: float = 0.95
) -> pd.DataFrame:
    """Say how many customers each arm needs, or how likely a given number finds the change.

    Two-sided test of two shares: n = (z₁ √(2 p̄ (1 − p̄)) + z₂ √(p₀ (1 − p₀) + p₁ (1 − p₁)))² / (p₁ − p₀)², with p̄ the mean of
    both shares, z₁ the quantile of `level`, z₂ that of `power`.

    Parameters
    ----------
    base : share with the outcome in the control arm (0 to 1), such as 0.12.
    change : expected uplift in shares, such as −0.03.
    per_arm : customers in each arm; None: work out how many are needed for `power`.
    power : wanted chance of finding the change, if it is real.
    level : 1 − the accepted chance of a false alarm.

    Returns
    -------
    Frame, one row: `base`, `change`, `per_arm` (rounded up), `power` (with that number), `false_sign` (chance that a significant
    result has the wrong sign), `exaggeration` (by how much significant results overstate the change, on average).

    Raises
    ------
    ValueError : shares outside 0 to 1, no change.

    Source: Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, ch. 4; wrong sign and exaggeration:
    Gelman & Carlin (2014), Beyond power calculations.

    >>> campaign_power(0.12, -0.03)[["per_arm", "power"]].round(2)
       per_arm  power
    0     1638    0.8
    """
    from scipy import stats

    after = base + change
    if not 0 < base < 1 or not 0 <= after <= 1 or change == 0:
        raise ValueError(
            f"`base` ({base!r}) and base + change ({after:.4g}) must be shares between 0 and 1, and the change not 0. Write a fall "
            "from 12 % to 9 % as base=0.12, change=-0.03."
        )
    _need_design(per_arm, power, level)
    middle = (base + after) / 2
    null, real = np.sqrt(2 * middle * (1 - middle)), np.sqrt(base * (1 - base) + after * (1 - after))
    z = stats.norm.ppf((1 + level) / 2)
    if per_arm is None:
        per_arm = int(np.ceil(((z * null + stats.norm.ppf(power) * real) / change) ** 2))
    error, cut = real / np.sqrt(per_arm), z * null / np.sqrt(per_arm)
    right = stats.norm.sf((cut - abs(change)) / error)
    wrong = stats.norm.cdf((-cut - abs(change)) / error)
    # Mean size of those results that pass the cut, on either side, of a normal estimate around the true change.
    a, b = (cut - abs(change)) / error, (-cut - abs(change)) / error
    size = (abs(change) * (right - wrong) + error * (stats.norm.pdf(a) + stats.norm.pdf(b))) / (right + wrong)
    return pd.DataFrame(
        {"base": [base], "change": [change], "per_arm": [per_arm], "power": [right + wrong],
         "false_sign": [wrong / (right + wrong)], "exaggeration": [size / abs(change)]}
    )  # fmt: skip


def campaign_decision(
    base: float,
    change: float | Sequence[float],
    break_even: float,
    *,
    per_arm: int | None = None,
    power: float = 0.8,
    level: float = 0.95,
) -> pd.DataFrame:
    """Say how likely a campaign ends in each of three decisions: all of its interval above break-even, all below, or neither.

    For an outcome of which more is wanted. With e = √(p₀ (1 − p₀) / n + p₁ (1 − p₁) / n) the estimate is about normal around the
    true change with standard error e, and its interval reaches z e to either side: chance of "all above" =
    Φ((change − break-even) / e − z), of "all below" = Φ((break-even − change) / e − z), with z the quantile of `level`. The customers
    for a chance of `power`: n = (z + z_power)² (p₀ (1 − p₀) + p₁ (1 − p₁)) / (change − break-even)².

    Parameters
    ----------
    base : share with the outcome in the control arm (0 to 1), such as 0.40.
    change : true uplift in shares, such as 0.10; or a list of them, one row each.
    break_even : uplift in shares from which the contact pays.
    per_arm : customers in each arm; None: work out how many bring the decision that is right for the change with a chance of `power`.
    power : wanted chance of the right decision.
    level : of the interval.

    Returns
    -------
    Frame, one row per change: `change`, `per_arm` (rounded up), `above` (chance that all of the interval lies above break-even: go
    on), `below` (all of it below: stop), `neither` (the test decides nothing).

    Raises
    ------
    ValueError : shares outside 0 to 1; how many customers, if the change is the break-even: no number decides that.

    Source: normal approximation, as in Fleiss, Levin & Paik (2003), ch. 4, with the break-even in the place of no difference.

    >>> campaign_decision(0.4, [0, 0.05, 0.15], 0.05, per_arm=250).round(2)
       change  per_arm  above  below  neither
    0    0.00      250   0.00   0.21     0.79
    1    0.05      250   0.02   0.02     0.95
    2    0.15      250   0.62   0.00     0.38
    """
    from scipy import stats

    changes = np.atleast_1d(np.asarray(change, dtype=float))
    after = base + changes
    if not 0 < base < 1 or not len(changes) or not ((after >= 0) & (after <= 1)).all() or not -1 < break_even < 1:
        raise ValueError(
            f"`base` ({base!r}) and base + change must be shares between 0 and 1, and `break_even` ({break_even!r}) a change of "
            "shares. Write 10 points more than 40 % as base=0.40, change=0.10."
        )
    _need_design(per_arm, power, level)
    spread, apart = base * (1 - base) + after * (1 - after), changes - break_even
    z = stats.norm.ppf((1 + level) / 2)
    if per_arm is None:
        if (apart == 0).any():
            raise ValueError(
                f"A change of {break_even!r} is the break-even itself: no number of customers decides that. Give `per_arm`, or "
                "another change."
            )
        heads = np.ceil((z + stats.norm.ppf(power)) ** 2 * spread / apart**2).astype(int)
    else:
        heads = np.full(len(changes), int(per_arm))
    steps = apart / np.sqrt(spread / heads)
    below, not_above = stats.norm.cdf(-steps - z), stats.norm.cdf(z - steps)
    return pd.DataFrame(
        {"change": changes, "per_arm": heads, "above": stats.norm.cdf(steps - z), "below": below,
         "neither": not_above - below}
    )  # fmt: skip


def _need_design(per_arm: object, power: float, level: float) -> None:
    if not 0 < power < 1 or not 0 < level < 1:
        raise ValueError(f"`power` and `level` must lie between 0 and 1, but they are {power!r} and {level!r}.")
    if per_arm is not None and (not is_whole(per_arm) or per_arm < 2):
        raise ValueError(f"`per_arm` must be a whole number of customers from 2 on, but it is {per_arm!r}.")


@dataclass(frozen=True, repr=False)
class UpliftModel:
    """Two churn models, one for each arm. `uplift(frame)`: what the contact changes for each customer; `untreated`, `treated`."""

    untreated: ChurnModel
    treated: ChurnModel

    def uplift(self, frame: pd.DataFrame) -> pd.Series:
        """Return risk if contacted − risk if not, for each row (negative: the contact keeps; positive: it drives away)."""
        return (self.treated.risk(frame) - self.untreated.risk(frame)).rename("uplift")

    def __repr__(self) -> str:
        return f"Not contacted:\n{self.untreated}\nContacted:\n{self.treated}"


def uplift_model(
    members: pd.DataFrame,
    features: Sequence[str],
    *,
    arm: str = "arm",
    treated: object = "treated",
    outcome: str = "outcome",
) -> UpliftModel:
    """Fit the risk with and without the contact, from a campaign whose arms were drawn by lot; the difference is the uplift.

    Parameters
    ----------
    members : one row per person on the list: `arm`, `outcome` (True or False) and the features, known before the draw.
    features : columns of numbers or True / False.

    Returns
    -------
    UpliftModel. Judge it on members that it has not seen: `campaign_uplift(..., by=...)` in groups of the predicted uplift.

    Raises
    ------
    ValueError, TypeError : as `churn_model`, in either arm.

    Source: two-model approach: Radcliffe & Surry (1999); Ascarza (2018), Retention futility, on why risk is not enough.

    >>> frame = pd.DataFrame({"quiet": [0, 1] * 8, "arm": ["treated"] * 8 + ["control"] * 8,
    ...     "outcome": [False, True, False, True, True, False, False, True, True, False, True, False, False, True, True, False]})
    >>> model = uplift_model(frame, ["quiet"])
    >>> model.uplift(pd.DataFrame({"quiet": [0, 1]})).round(2).tolist()
    [-0.5, 0.5]
    """
    need_columns(need_frame(members, MEMBERS), [arm, outcome, *features], MEMBERS)
    rows = (members[arm] == treated).fillna(False).to_numpy(bool)
    if rows.all() or not rows.any():
        raise ValueError(f"Column {arm!r} has one arm only: an uplift needs customers with and without the contact.")
    return UpliftModel(churn_model(members[~rows], features, outcome), churn_model(members[rows], features, outcome))


def rank_calls(
    frame: pd.DataFrame,
    *,
    cost: float,
    uplift: str = "uplift",
    value: str = "value",
) -> pd.DataFrame:
    """Rank customers by what a call brings: gain = −uplift × value − cost. Early warning by value × uplift, not by risk.

    A call is made to keep somebody. A customer whom it would drive away is not called, even where his value is negative and the
    sum would therefore be a gain: mend the price or the cost instead.

    Parameters
    ----------
    frame : one row per customer: `uplift` (change of the chance to leave by the call, negative: it keeps) and `value` (money
        lost if the customer leaves; negative: a loss-maker).
    cost : of one call (money).

    Returns
    -------
    The frame with `gain` (money), `place` (1 = first) and `call` (True where the call keeps, so that `uplift` is below 0, and the
    gain is above 0). First come customers of positive value whom a call keeps, most gain first; then all others, most gain first.

    Raises
    ------
    ValueError, TypeError : a column is missing, of the wrong type or empty; an uplift outside −1 to 1; a negative cost.

    Source: Ascarza (2018), Retention futility: targeting high-risk customers might be ineffective.

    >>> frame = pd.DataFrame({"customer": [1, 2, 3, 4], "uplift": [-0.10, 0.05, -0.02, 0.05], "value": [500, 9000, 6000, -8000]})
    >>> rank_calls(frame, cost=60)[["customer", "gain", "call"]]
       customer   gain   call
    0         3   60.0   True
    1         1  -10.0  False
    2         4  340.0  False
    3         2 -510.0  False
    """
    need_columns(need_frame(frame, "The frame of customers"), [uplift, value], "The frame of customers")
    effect, worth = _effect(frame, uplift), filled(frame, value)
    _need_cost(cost)
    gain = -effect * worth - cost
    keeps = (effect < 0) & (worth > 0)
    order = np.lexsort((-gain, ~keeps))  # the last key counts first; equal gains stay in their order
    out = frame.assign(gain=gain, call=keeps & (gain > 0)).iloc[order].reset_index(drop=True)
    return out.assign(place=np.arange(1, len(out) + 1))


def compare_lists(
    frame: pd.DataFrame, rules: Sequence[str], places: int, *, cost: float, uplift: str = "uplift", value: str = "value"
) -> pd.DataFrame:
    """Compare rules for the same number of calls: whom each saves, whom it drives away, and what that is worth.

    Parameters
    ----------
    frame : one row per customer: a column per rule (highest first), `uplift` and `value` as in `rank_calls`. Judge rules by an
        uplift that none of them was made from: a simulation's truth, or a model of other customers.
    rules : columns to rank by.
    places : calls.
    cost : of one call (money).

    Returns
    -------
    Frame, one row per rule: `rule`, `calls`, `saved` (customers, net of those driven away), `driven_away` (expected number who
    leave because they were called), `cost`, `cost_per_saved` (empty if none is saved on balance), `money_kept`, `net` (money).

    Raises
    ------
    ValueError, TypeError : as `rank_calls`; more places than customers.

    >>> frame = pd.DataFrame({"risk": [0.5, 0.3, 0.1], "uplift": [0.1, -0.1, -0.05], "value": [100, 2000, 4000]})
    >>> frame["gain"] = -frame["uplift"] * frame["value"]
    >>> compare_lists(frame, ["risk", "gain"], 2, cost=60)[["rule", "saved", "driven_away", "money_kept", "net"]]
       rule  saved  driven_away  money_kept    net
    0  risk   0.00          0.1       190.0   70.0
    1  gain   0.15          0.0       400.0  280.0
    """
    need_columns(need_frame(frame, "The frame of customers"), [*rules, uplift, value], "The frame of customers")
    effect, worth = _effect(frame, uplift), filled(frame, value)
    _need_cost(cost)
    _need_places(places, len(frame))
    lines = []
    for rule in rules:
        chosen = np.argsort(-filled(frame, rule), kind="stable")[:places]
        saved, money = -effect[chosen].sum(), -(effect[chosen] * worth[chosen]).sum()
        spent = cost * places
        saved = 0.0 if abs(saved) < 1e-12 else saved
        each = spent / saved if saved > 0 else np.nan
        away = np.maximum(effect[chosen], 0).sum()
        lines.append((rule, places, saved, away, spent, each, money, money - spent))
    return pd.DataFrame(
        lines, columns=["rule", "calls", "saved", "driven_away", "cost", "cost_per_saved", "money_kept", "net"]
    )


def check_lists(
    members: pd.DataFrame,
    rules: Sequence[str],
    places: int,
    *,
    level: float = 0.95,
    arm: str = "arm",
    treated: object = "treated",
    outcome: str = "outcome",
    cost: str = "cost",
) -> pd.DataFrame:
    """Judge rules by the lot, without any truth: the uplift among the members that each rule would have put on the list.

    Each list holds contacted and not contacted members, drawn by lot, so that their difference is the list's uplift. The rules
    must rest on what was known before the draw, and on no outcome of these members.

    Parameters
    ----------
    members : one row per person: `arm`, `outcome`, `cost`, and a column per rule (highest first).
    rules, places : as in `compare_lists`.

    Returns
    -------
    Frame, one row per rule: `rule`, `places`, then the columns of `campaign_uplift`.

    Raises
    ------
    ValueError, TypeError : as `campaign_uplift`; more places than members.

    >>> members = pd.DataFrame({"arm": ["treated", "control"] * 4, "cost": [60.0, 0.0] * 4, "risk": range(8),
    ...                         "outcome": [False] * 5 + [True] + [False, True]})
    >>> check_lists(members, ["risk"], 4)[["rule", "treated_rate", "control_rate", "uplift"]]
       rule  treated_rate  control_rate  uplift
    0  risk           0.0           1.0    -1.0
    """
    need_columns(need_frame(members, MEMBERS), [arm, outcome, cost, *rules], MEMBERS)
    _need_places(places, len(members))
    parts = []
    for rule in rules:
        chosen = np.argsort(-filled(members, rule), kind="stable")[:places]
        part = campaign_uplift(members.iloc[chosen], level=level, arm=arm, treated=treated, outcome=outcome, cost=cost)
        part.insert(0, "places", places)
        part.insert(0, "rule", rule)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _effect(frame: pd.DataFrame, uplift: str) -> np.ndarray:
    effect = filled(frame, uplift)
    wrong = np.abs(effect) > 1
    if wrong.any():
        raise ValueError(
            f"Column {uplift!r} of the frame of customers must lie between −1 and 1, but does not in {rows_text(wrong)}. "
            "Write 3 percentage points fewer leavers as −0.03."
        )
    return effect


def _need_cost(cost: float) -> None:
    if not cost >= 0:
        raise ValueError(f"`cost` must be an amount of 0 or more, but it is {cost!r}.")


def _need_places(places: int, most: int) -> None:
    if not is_whole(places) or not 1 <= places <= most:
        raise ValueError(
            f"`places` must be a whole number of calls from 1 to the {most:,} customers, but it is {places!r}."
        )
