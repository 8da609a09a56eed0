"""Differentiate: customers with the same needs, how many kinds there are, and whether a second sample finds the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import is_whole, need_columns, need_frame, need_numbers, need_once, number_ids, rows_text

ANSWERS = "The frame of answers"


@dataclass(frozen=True, repr=False)
class NeedSegments:
    """Segments of needs.

    table : one row per segment: `segment` (1 the largest), `customers`, `share`, and the mean of each need.
    customers : one row per customer: `customer`, `segment`, `distance` (to the centre of the segment, in standard deviations).
    """

    table: pd.DataFrame
    customers: pd.DataFrame

    def __repr__(self) -> str:
        return f"{self.table.round(2).to_string(index=False)}\n({len(self.customers):,} rows in .customers)"


def _needs(answers: pd.DataFrame, needs: Sequence[str], customer: str | None) -> np.ndarray:
    """Return the needs as a table of numbers, without an empty one."""
    if isinstance(needs, str) or not list(needs):
        raise ValueError("`needs` must be a list of columns, such as ['need_speed', 'need_yield'].")
    need_columns(need_frame(answers, ANSWERS), [*([customer] if customer else []), *needs], ANSWERS)
    if customer:
        need_once(answers, customer, ANSWERS)
    values = np.column_stack([need_numbers(answers, name, ANSWERS) for name in needs])
    empty = np.isnan(values).any(axis=1)
    if empty.any():
        raise ValueError(
            f"A need is empty in {rows_text(empty)} of the frame of answers. Leave those customers out, and say how many: "
            "answers.dropna(subset=needs)."
        )
    flat = [name for name, spread in zip(needs, values.std(axis=0), strict=True) if not spread > 0]
    if flat:
        raise ValueError(
            f"Column {flat[0]!r} of the frame of answers has one value only, and so divides nobody. Leave it out."
        )
    return values


def _number(value: object, name: str, least: int, most: int) -> int:
    if not is_whole(value) or not least <= value <= most:
        raise ValueError(f"`{name}` must be a whole number from {least} to {most:,}, but it is {value!r}.")
    return int(value)


def _fit(scaled: np.ndarray, segments: int, seed: int):
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # on a few thousand rows further threads cost more than they save
        return KMeans(segments, n_init=4, random_state=seed).fit(scaled)


def need_segments(
    answers: pd.DataFrame, needs: Sequence[str], segments: int, *, seed: int = 0, customer: str = "customer"
) -> NeedSegments:
    """Divide customers into segments of like needs, by k-means.

    Each need is put on the same footing (mean 0, standard deviation 1). Then k centres are placed so that the squared distances
    of customers to their nearest centre add up to the least; the best of four starts counts.

    Parameters
    ----------
    answers : one row per customer: `customer` and the needs, in any order.
    needs : columns of numbers, such as answers from 1 to 7.
    segments : how many, 2 or more.
    seed : of the starts.

    Returns
    -------
    NeedSegments. Descriptive: k-means divides any cloud, also one without segments. See `segment_numbers`.

    Raises
    ------
    ValueError : a column is missing, not numbers, empty somewhere or everywhere the same; a customer with two rows; more segments
        than customers.

    Source: MacQueen (1967); the work is done by scikit-learn.

    >>> answers = pd.DataFrame({"customer": [1, 2, 3, 4], "speed": [7, 6, 1, 2], "advice": [1, 2, 7, 6]})
    >>> need_segments(answers, ["speed", "advice"], 2).table[["customers", "speed", "advice"]]
       customers  speed  advice
    0          2    6.5     1.5
    1          2    1.5     6.5
    """
    values = _needs(answers, needs, customer)
    # the starts are drawn by row: in the order of the customers, the same survey gives the same segments however it is sorted
    order_of_ids = np.argsort(number_ids(answers, customer, ANSWERS)[0], kind="stable")
    values = values[order_of_ids]
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    k = _number(segments, "segments", 2, len(np.unique(scaled, axis=0)))
    fitted = _fit(scaled, k, seed)
    centres = pd.DataFrame(fitted.cluster_centers_ * values.std(axis=0) + values.mean(axis=0), columns=list(needs))
    size = np.bincount(fitted.labels_, minlength=k)
    # the largest first; of two alike, the one with the higher first need
    order = np.lexsort((*[-centres[name].to_numpy().round(9) for name in reversed(list(needs))], -size))
    rank = np.argsort(order)
    table = pd.DataFrame({"segment": np.arange(1, k + 1), "customers": size[order], "share": size[order] / len(values)})
    back = np.argsort(order_of_ids)
    labels, scaled = fitted.labels_[back], scaled[back]
    distance = np.linalg.norm(scaled - fitted.cluster_centers_[labels], axis=1)
    return NeedSegments(
        table.join(centres.iloc[order].reset_index(drop=True)),
        pd.DataFrame({"customer": answers[customer].to_numpy(), "segment": rank[labels] + 1, "distance": distance}),
    )


def segment_numbers(
    answers: pd.DataFrame, needs: Sequence[str], numbers: Iterable[int], *, resamples: int = 5, seed: int = 0
) -> pd.DataFrame:
    """Ask how many segments there are: are customers near their own centre, and does a second sample find the same ones?

    silhouette: (b − a) / max(a, b) of each customer, with a the mean distance to the own segment and b to the nearest other;
    from −1 to 1, high is well apart. stability: the customers are cut into two random halves, each half gets its own centres, and
    each set of centres divides *all* customers. The adjusted Rand index compares the two divisions: 1 the same, 0 as by chance.

    Parameters
    ----------
    answers : one row per customer; halves and starts are drawn by row, as in `need_segments`.
    needs : columns of numbers.
    numbers : of segments to try, each 2 or more.
    resamples : random halvings.
    seed : of the halvings and the starts.

    Returns
    -------
    Frame, one row per number: `segments`, `silhouette` (mean; of 2,000 customers drawn at random if there are more), `stability`
    (mean), `stability_low` (the worst halving), `within` (share of the squared distances that is left within segments).

    Raises
    ------
    ValueError : as for `need_segments`; no number; a number above half of the customers.

    Sources: Rousseeuw (1987), silhouettes; Hubert & Arabie (1985), adjusted Rand; Tibshirani & Walther (2005), divisions that
    predict each other.

    >>> draws = np.random.default_rng(1)
    >>> centres = np.repeat([[1.0, 7], [7, 1], [7, 7]], 40, axis=0)
    >>> answers = pd.DataFrame(centres + draws.normal(0, 0.5, (120, 2)), columns=["speed", "advice"])
    >>> found = segment_numbers(answers, ["speed", "advice"], [2, 3, 4], resamples=5)
    >>> found.loc[found["stability"].idxmax(), "segments"]
    np.int64(3)
    """
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    values = _needs(answers, needs, None)
    numbers = list(numbers)
    if not numbers:
        raise ValueError("`numbers` is empty. Say which numbers of segments to try, such as range(2, 8).")
    halves = _number(resamples, "resamples", 1, 1_000)
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    n, most = len(scaled), len(np.unique(scaled, axis=0)) // 2
    draws = np.random.default_rng(seed)
    shown = draws.permutation(n)[:2_000]
    cuts = [draws.permutation(n) for _ in range(halves)]
    rows = []
    for number in numbers:
        k = _number(number, "numbers", 2, most)
        fitted = _fit(scaled, k, seed)
        agreed = []
        for order in cuts:
            first, second = (_fit(scaled[part], k, seed) for part in (order[: n // 2], order[n // 2 :]))
            agreed.append(adjusted_rand_score(first.predict(scaled), second.predict(scaled)))
        rows.append(
            {
                "segments": k, "silhouette": silhouette_score(scaled[shown], fitted.labels_[shown]),
                "stability": np.mean(agreed), "stability_low": np.min(agreed),
                "within": fitted.inertia_ / (n * scaled.shape[1]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def compare_segments(customers: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Say how far two divisions of the same customers agree.

    adjusted Rand index: of all pairs of customers, the share on which both divisions agree (together or apart), moved and stretched so
    that 1 is the same division and 0 what chance brings. matched: the share of customers in the same segment after the best
    one-to-one pairing of names.

    Parameters
    ----------
    customers : one row per customer.
    first, second : columns with the segments; names do not matter.

    Returns
    -------
    Frame, one row: `customers`, `first_segments`, `second_segments`, `adjusted_rand`, `matched`.

    Raises
    ------
    ValueError : a column is missing or empty somewhere.

    Sources: Hubert & Arabie (1985); the pairing is Kuhn's (1955).

    >>> customers = pd.DataFrame({"needs": [1, 1, 2, 2], "truth": ["b", "b", "a", "a"], "value": ["x", "y", "x", "y"]})
    >>> compare_segments(customers, "needs", "truth")[["adjusted_rand", "matched"]]
       adjusted_rand  matched
    0            1.0      1.0
    >>> compare_segments(customers, "needs", "value")[["adjusted_rand", "matched"]]
       adjusted_rand  matched
    0           -0.5      0.5
    """
    from scipy.optimize import linear_sum_assignment
    from sklearn.metrics import adjusted_rand_score

    what = "The frame of customers"
    need_columns(need_frame(customers, what), [first, second], what)
    for name in (first, second):
        empty = customers[name].isna().to_numpy()
        if empty.any():
            raise ValueError(
                f"Column {name!r} of the frame of customers is empty in {rows_text(empty)}. Leave them out first."
            )
    counts = pd.crosstab(customers[first].to_numpy(), customers[second].to_numpy()).to_numpy()
    own, other = linear_sum_assignment(-counts)
    return pd.DataFrame(
        [
            {
                "customers": len(customers), "first_segments": counts.shape[0], "second_segments": counts.shape[1],
                "adjusted_rand": adjusted_rand_score(customers[first], customers[second]),
                "matched": counts[own, other].sum() / len(customers),
            }
        ]
    )  # fmt: skip
