"""What carries customer value: brand, value for money, relationship, each against the rivals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_numbers, need_yes_no
from crmlib.value._checks import need_number, need_table

DRIVERS = ("brand", "value", "relationship")


def value_drivers(
    study: pd.DataFrame,
    company: str,
    drivers: Sequence[str] = DRIVERS,
    *,
    inertia: str | None = None,
    cost: Mapping[str, float] | None = None,
    rater: str = "rater",
    brand: str = "bank",
    chosen: str = "chosen",
) -> pd.DataFrame:
    """Weigh brand, value and relationship by how much they decide the next choice, and set our rating beside the rivals'.

    Each person rates several companies and says which one would be next. The conditional logit gives each driver's weight:
    log-odds of being chosen per point of rating. What a better rating would bring is then computed person by person.

    Parameters
    ----------
    study : one row per person and company rated.
    company : ours, as it stands in column `brand`.
    drivers : columns of ratings.
    inertia : column, True for the person's present company. Leave it out, and the habit of staying is counted as a merit of whatever
        present customers rate higher.
    cost : driver -> money that lifts our rating by one point for everybody.
    rater, brand, chosen : columns: person, company, and True for the one chosen.

    Returns
    -------
    One row per driver (and one for inertia, without ratings): `driver`, `importance` (log-odds per point), `standard_error`, `ours`
    (mean rating), `rivals` (mean of all others), `gap` (ours − rivals), `share_gain` (change of our share of next choices if our rating
    rises by one point), and with `cost` also `cost` and `gain_per_million` (share gained per million of money).

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; an empty rating; a person with no choice or with two.

    Source: Rust, Zeithaml & Lemon (2000), Driving Customer Equity; McFadden (1974).

    >>> study = pd.DataFrame({"rater": [1, 1, 2, 2, 3, 3, 4, 4], "bank": ["A", "B"] * 4, "value": [9, 4, 3, 6, 5, 7, 6, 8],
    ...     "chosen": [True, False, False, True, True, False, False, True]})
    >>> value_drivers(study, "A", ["value"])[["driver", "importance", "ours", "rivals", "gap"]].round(2)
      driver  importance  ours  rivals  gap
    0  value         0.5  5.75    6.25 -0.5
    """
    what = "The study"
    need_table(study, [rater, brand, chosen, *drivers] + ([inertia] if inertia else []), what)
    if not drivers:
        raise ValueError("`drivers` must name at least one column of ratings.")
    took = need_yes_no(study, chosen, what)
    ratings = np.column_stack([need_numbers(study, name, what) for name in drivers])
    if np.isnan(ratings).any():
        raise ValueError("A rating is empty. Leave out persons with an empty rating, with all of their rows.")
    if not (study[brand] == company).any():
        raise ValueError(
            f"No row of the study is about {company!r}. Column {brand!r} has {listed(study[brand].unique())}."
        )
    unknown = [name for name in cost or {} if name not in drivers]
    if unknown:
        raise ValueError(f"`cost` names {listed(unknown)}, which is no driver. The drivers are {listed(drivers)}.")
    x = np.column_stack([ratings, need_yes_no(study, inertia, what)]) if inertia else ratings
    person, names = pd.factorize(study[rater])
    picks = np.bincount(person[took], minlength=len(names))
    if (picks != 1).any():
        raise ValueError(
            f"Each person must have chosen exactly one company, but {listed(names[picks != 1].tolist(), 3)} did not. Leave them out."
        )
    weights, errors = _conditional_logit(x, person, took)
    ours = (study[brand] == company).to_numpy()
    now = _shares(x @ weights, person)[ours].sum() / len(names)
    rows = []
    for place, name in enumerate(drivers):
        lifted = _shares(x @ weights + np.where(ours, weights[place], 0.0), person)[ours].sum() / len(names)
        mean, others = ratings[ours, place].mean(), ratings[~ours, place].mean()
        rows.append((name, weights[place], errors[place], mean, others, mean - others, lifted - now))
    columns = ["driver", "importance", "standard_error", "ours", "rivals", "gap", "share_gain"]
    if inertia:
        rows.append((inertia, weights[-1], errors[-1], np.nan, np.nan, np.nan, np.nan))
    table = pd.DataFrame(rows, columns=columns)
    if cost:
        money = {name: need_number(one, f"cost[{name!r}]", "an amount of money above 0") for name, one in cost.items()}
        if min(money.values()) <= 0:
            raise ValueError("`cost` must be above 0 for each driver that it names.")
        table["cost"] = table["driver"].map(money)
        table["gain_per_million"] = table["share_gain"] / table["cost"] * 1e6
    return table


def _shares(utility, person):
    """Return the chance of each row among the rows of its person."""
    top = np.full(person.max() + 1, -np.inf)
    np.maximum.at(top, person, utility)
    power = np.exp(utility - top[person])
    return power / np.bincount(person, weights=power)[person]


def _conditional_logit(x, person, took):
    """Newton's method; the log-likelihood is concave."""
    weights = np.zeros(x.shape[1])
    people = person.max() + 1
    for _ in range(60):
        share = _shares(x @ weights, person)
        mean = np.column_stack([np.bincount(person, weights=share * one, minlength=people) for one in x.T])
        centred = x - mean[person]
        slope = centred[took].sum(axis=0)
        bend = (centred * share[:, None]).T @ centred
        if np.linalg.eigvalsh(bend)[0] < 1e-9 * max(np.linalg.eigvalsh(bend)[-1], 1e-300):
            raise ValueError(
                "The drivers cannot be told apart: one follows from the others, does not differ within any person, or decides every "
                "choice alone. Leave one out."
            )
        step = np.linalg.solve(bend, slope)
        weights = weights + step / max(1.0, np.abs(step).max())
        if np.abs(step).max() < 1e-10:
            break
    if np.abs(step).max() >= 1e-10 or share[took].min() > 1 - 1e-6:
        raise ValueError("The ratings foretell every choice, so that weights grow without end. Ask more people.")
    return weights, np.sqrt(np.diag(np.linalg.inv(bend)))
