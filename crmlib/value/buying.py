"""Buying without a contract: the BG/NBD model of repeat purchases.

A customer buys at a rate of his own (gamma: r, alpha) and after each repeat purchase may silently stop (beta: a, b). Nobody sees the
stop; the pattern of purchases only makes it more or less likely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import listed, need_amounts, need_once, rows_text
from crmlib.value._checks import DAYS_PER_YEAR, need_number, need_table
from crmlib.value._fit import maximise, parameter_table

UNITS = {"day": 1.0, "week": 7.0, "month": DAYS_PER_YEAR / 12, "year": DAYS_PER_YEAR}
SAMPLE = 2_000  # histories from which a large fit takes its start
NODES = 64  # of the quadrature over the chance of stopping
_WHAT = "The frame of customers"


@dataclass(frozen=True, repr=False)
class BuyingModel:
    """A fitted BG/NBD model.

    table : `parameter` (r, alpha, a, b), `estimate`, `standard_error`, `low`, `high` (95 %, on the log scale).
    unit : of time ('week'): alpha is in it, and the log-likelihood counts densities per unit.
    log_likelihood : at the estimates, in the original units: nothing scaled, averaged or penalised.
    customers, repeat_customers : how many the fit used; groups : how many different histories they have.
    iterations, converged : of Newton's method.
    warnings : what a reader must know, in sentences; empty if nothing.
    """

    table: pd.DataFrame
    unit: str
    log_likelihood: float
    customers: int
    repeat_customers: int
    groups: int
    iterations: int
    converged: bool
    warnings: tuple[str, ...]

    @property
    def parameters(self) -> tuple[float, float, float, float]:
        """The estimates r, alpha, a, b."""
        return tuple(self.table["estimate"])

    def __repr__(self) -> str:
        said = "".join(f"\nNote: {text}" for text in self.warnings)
        return (
            f"{self.table.to_string(index=False)}\n{self.customers:,} customers, {self.repeat_customers:,} of them bought again; "
            f"time in {self.unit}s; log-likelihood {self.log_likelihood:,.2f}{said}"
        )


def fit_buying(
    customers: pd.DataFrame,
    unit: str = "week",
    *,
    measured_in: str = "day",
    frequency: str = "repeat_frequency",
    first_to_last: str = "days_first_to_last",
    observed: str = "days_observed",
    customer: str = "customer",
) -> BuyingModel:
    """Fit the BG/NBD model to the purchase histories of customers, by maximum likelihood.

    Customers with equal histories are counted once, and Newton's method uses the exact first and second derivatives, so
    that a million customers take about a second.

    Parameters
    ----------
    customers : one row per customer, as `customer_summary(...).customers` gives it.
    unit : of alpha: 'day', 'week', 'month' or 'year'.
    measured_in : unit of the columns of time. Days must be whole numbers.
    frequency : column, repeat purchases (purchase days after the first).
    first_to_last : column, time from the first purchase to the last one (0 without a repeat purchase).
    observed : column, time from the first purchase to the end of the data (T).

    Returns
    -------
    BuyingModel. Where the data do not fix a parameter, `.warnings` says which and what can still be used.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; times or counts that cannot be; fewer than two customers;
        nobody bought again; a customer has two rows.

    Source: Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2), equation 6.

    >>> weeks = pd.DataFrame({"customer": range(6), "repeat_frequency": [0, 0, 0, 1, 2, 6],
    ...     "days_first_to_last": [0, 0, 0, 70, 91, 203], "days_observed": [200, 250, 270, 230, 260, 210]})
    >>> fit_buying(weeks).warnings[-1]
    'Only 3 customers bought again: with fewer than 50, take these numbers as a rough guide.'
    """
    per_unit = _days_per(unit, "unit")
    x, days_last, days_seen = read_histories(
        customers, measured_in, frequency=frequency, first_to_last=first_to_last, observed=observed, customer=customer
    )
    if len(x) < 2:
        raise ValueError("One customer cannot show how customers differ. Give the histories of all customers.")
    repeaters = int((x > 0).sum())
    if not repeaters:
        raise ValueError(
            f"None of the {len(x):,} customers bought again, so that nothing can be learnt about how often they buy or when they stop. "
            "Watch them for longer, or check that the log has more than one purchase per customer."
        )
    histories = _group(x, days_last, days_seen)
    mean_seen = float(days_seen.mean()) / per_unit
    pace = float(x.mean()) / mean_seen
    low = np.array([1e-4, 1e-4 * mean_seen, 1e-4, 1e-4])
    high = np.array([1e4, 1e5 * mean_seen, 1e4, 1e4])
    start = np.clip([0.5, 0.5 / pace, 0.8, 2.5], low, high)
    if len(histories[0]) > 10 * SAMPLE:  # the top for a part of the customers is near the top for all
        every = len(histories[0]) // SAMPLE
        start = maximise(_likelihood(*(one[::every] for one in histories), per_unit), start, low, high).estimate
    fit = maximise(_likelihood(*histories, per_unit), start, low, high)
    return BuyingModel(
        table=parameter_table(("r", "alpha", "a", "b"), fit),
        unit=unit,
        log_likelihood=fit.log_likelihood,
        customers=len(x),
        repeat_customers=repeaters,
        groups=len(histories[0]),
        iterations=fit.iterations,
        converged=fit.converged,
        warnings=_warnings(fit, unit, repeaters),
    )


def predict_purchases(
    model: BuyingModel,
    customers: pd.DataFrame,
    days: float = 365,
    *,
    measured_in: str = "day",
    frequency: str = "repeat_frequency",
    first_to_last: str = "days_first_to_last",
    observed: str = "days_observed",
    customer: str = "customer",
) -> pd.DataFrame:
    """Predict, for each customer, whether he is still a customer and how often he will buy.

    Parameters
    ----------
    model : from `fit_buying`.
    customers, measured_in, frequency, first_to_last, observed : as in `fit_buying`.
    days : length of the time ahead, in days whatever the model's unit; above 0.

    Returns
    -------
    One row per customer: id, `probability_alive` (1 for whoever has no repeat purchase yet: in this model a customer can stop only
    after one), `expected_purchases` in the time ahead.

    Raises
    ------
    ValueError, TypeError : as in `fit_buying`; days not above 0.

    Source: Fader, Hardie & Lee (2005), equation 10; probability alive: Fader, Hardie & Lee (2008, note). The mean over the chance of
    stopping is taken by Gauss quadrature, which holds where the published closed form divides by 0 (a = 1) or leaves its range.

    >>> history = pd.DataFrame({"customer": [1], "repeat_frequency": [2], "t_x": [30.43], "T": [38.86]})
    >>> cdnow = buying_model(0.2426, 4.414, 0.793, 2.426, "week")
    >>> predict_purchases(cdnow, history, days=39 * 7, measured_in="week", first_to_last="t_x", observed="T").round(4)
       customer  probability_alive  expected_purchases
    0         1             0.7266              1.2259
    """
    x, days_last, days_seen = read_histories(
        customers, measured_in, frequency=frequency, first_to_last=first_to_last, observed=observed, customer=customer
    )
    ahead = need_number(days, "days", "a number of days above 0")
    if ahead <= 0:
        raise ValueError(f"`days` must be a number of days above 0, but it is {days!r}.")
    return pd.DataFrame(
        {
            customer: customers[customer].to_numpy(),
            "probability_alive": alive(model, x, days_last, days_seen),
            "expected_purchases": expected(model, x, days_last, days_seen, np.array([ahead]))[:, 0],
        }
    )


def buying_model(r: float, alpha: float, a: float, b: float, unit: str = "week") -> BuyingModel:
    """Make a model from known parameters, such as published ones, to predict with.

    Parameters
    ----------
    r, alpha, a, b : above 0; alpha in `unit`.

    Returns
    -------
    BuyingModel without standard errors or log-likelihood.

    >>> buying_model(0.24, 4.4, 0.8, 2.4).parameters
    (0.24, 4.4, 0.8, 2.4)
    """
    _days_per(unit, "unit")
    given = {"r": r, "alpha": alpha, "a": a, "b": b}
    for name, value in given.items():
        if need_number(value, name, "a number above 0") <= 0:
            raise ValueError(f"`{name}` must be a number above 0, but it is {value!r}.")
    table = pd.DataFrame({"parameter": list(given), "estimate": np.array(list(given.values()), dtype=float)})
    table[["standard_error", "low", "high"]] = np.nan
    return BuyingModel(table, unit, float("nan"), 0, 0, 0, 0, True, ())


# --- what this room shares --------------------------------------------------------------------------------------------


def read_histories(
    customers: pd.DataFrame,
    measured_in: str,
    *,
    frequency: str = "repeat_frequency",
    first_to_last: str = "days_first_to_last",
    observed: str = "days_observed",
    customer: str = "customer",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return repeat purchases, and times in days, of customers whose histories can be; refuse others with a sentence."""
    per_unit = _days_per(measured_in, "measured_in")
    need_table(customers, [customer, frequency, first_to_last, observed], _WHAT)
    need_once(customers, customer, _WHAT)
    x, last, seen = (need_amounts(customers, name, _WHAT) for name in (frequency, first_to_last, observed))
    for name, odd, words in (
        (frequency, x != np.floor(x), "holds parts of purchases in {rows}. Count whole purchase days"),
        (first_to_last, last > seen, f"is above {observed!r} in {{rows}}: nobody buys after the end of the data"),
        (
            first_to_last,
            (x > 0) & (last == 0),
            f"is 0 in {{rows}}, although {frequency!r} counts a later purchase there",
        ),
        (
            first_to_last,
            (x == 0) & (last > 0),
            f"is above 0 in {{rows}}, although {frequency!r} counts no later purchase there",
        ),
    ):
        if odd.any():
            the = f"Column {name!r} of the frame of customers"
            raise ValueError(f"{the} {words.format(rows=rows_text(odd))}. Sum up the log with customer_summary.")
    if measured_in == "day":
        parts = (seen != np.floor(seen)) | (last != np.floor(last))
        if parts.any():
            raise ValueError(
                f"Columns {first_to_last!r} and {observed!r} should be whole days, but there are parts of days in {rows_text(parts)}. "
                "If they are weeks or months, say so: measured_in='week'."
            )
    return x, last * per_unit, seen * per_unit


def alive(model: BuyingModel, x: np.ndarray, days_last: np.ndarray, days_seen: np.ndarray) -> np.ndarray:
    """Return the probability that a customer has not stopped."""
    from scipy.special import expit

    r, alpha, a, b = model.parameters
    unit = UNITS[model.unit]
    again = np.maximum(x, 1)
    odds = np.log(a / (b + again - 1)) + (r + x) * np.log((alpha + days_seen / unit) / (alpha + days_last / unit))
    return np.where(x > 0, expit(-odds), 1.0)


def expected(
    model: BuyingModel, x: np.ndarray, days_last: np.ndarray, days_seen: np.ndarray, ahead: np.ndarray
) -> np.ndarray:
    """Return expected purchases of customers (rows) within so many days ahead (columns)."""
    r, alpha, a, b = model.parameters
    unit = UNITS[model.unit]
    history, back = np.unique(np.column_stack([x, days_seen]), axis=0, return_inverse=True)
    kinds, kind = np.unique(history[:, 0], return_inverse=True)
    rules = [_beta_rule(a, b + one) for one in kinds]
    stop = np.array([nodes for nodes, _ in rules])[kind]
    weight = np.array([weights for _, weights in rules])[kind]
    rate = r + history[:, 0][:, None]
    ratio = (np.asarray(ahead, dtype=float) / unit) / (alpha + history[:, 1][:, None] / unit)
    total = np.zeros(ratio.shape)
    for node in range(NODES):
        p = stop[:, node, None]
        total += weight[:, node, None] * -np.expm1(-rate * np.log1p(p * ratio)) / p
    return total[back.ravel()] * alive(model, x, days_last, days_seen)[:, None]


def new_purchases(model: BuyingModel, days: np.ndarray) -> np.ndarray:
    """Return the expected repeat purchases of a new customer within so many days."""
    zero = np.zeros(1)
    return expected(model, zero, zero, zero, days)[0]


def _beta_rule(a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Gauss quadrature for the beta distribution: nodes in (0, 1), and weights that sum to 1 (Golub & Welsch 1969)."""
    from scipy.linalg import eigh_tridiagonal

    n = np.arange(NODES, dtype=float)
    left, right = a - 1, b - 1  # exponents of p and 1 − p
    s = left + right
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (left - right) * s / ((2 * n + s) * (2 * n + s + 2))
        beside = 4 * n * (n + left) * (n + right) * (n + s) / ((2 * n + s) ** 2 * ((2 * n + s) ** 2 - 1))
    middle[0] = (left - right) / (s + 2)
    beside[1] = 4 * (1 + left) * (1 + right) / ((2 + s) ** 2 * (3 + s))
    nodes, vectors = eigh_tridiagonal(middle, np.sqrt(beside[1:]))
    return np.clip((1 + nodes) / 2, 1e-300, 1.0), vectors[0] ** 2


# --- the likelihood -----------------------------------------------------------------------------------------------------


def _group(x, days_last, days_seen):
    """Count equal histories: how many, purchases, days to the last one, days observed."""
    whole = all((times == np.floor(times)).all() for times in (days_last, days_seen))
    span = int(days_seen.max()) + 1
    if whole and (x.max() + 1) * span**2 < 2**62:
        key = (x.astype(np.int64) * span + days_last.astype(np.int64)) * span + days_seen.astype(np.int64)
        key, counts = np.unique(key, return_counts=True)
        rest, seen = np.divmod(key, span)
        xs, last = np.divmod(rest, span)
    else:
        history, counts = np.unique(np.column_stack([x, days_last, days_seen]), axis=0, return_counts=True)
        xs, last, seen = history.T
    return counts.astype(float), xs, last, seen


def _places(values):
    """Return the different values, and for each value its place among them."""
    if values.dtype.kind == "i" and len(values) and values.max() < 10 * len(values):
        there = np.bincount(values) > 0
        return np.flatnonzero(there), (np.cumsum(there) - 1)[values]
    return np.unique(values, return_inverse=True)


def _likelihood(counts, xs, days_last, days_seen, per_unit):
    """Return the function that gives log-likelihood, gradient and Hessian in (r, alpha, a, b).

    Logarithms are taken once per different number or time, and looked up for each history.
    """
    kinds, x_at = _places(xs)
    kinds = kinds.astype(float)
    # Gamma functions of whole steps are products: gamma(r + x) / gamma(r) = r (r + 1) ... (r + x − 1).
    steps = np.arange(kinds[-1])
    beyond = counts.sum() - np.cumsum(np.bincount(xs.astype(np.int64), weights=counts))[: len(steps)]
    spans, seen_at = _places(days_seen)
    spans = spans / per_unit
    n_seen = np.bincount(seen_at, weights=counts)
    x_seen = np.bincount(seen_at, weights=counts * xs)
    everyone = counts.sum()
    again = xs > 0  # only who came back can have stopped
    n, x_at, seen_at = counts[again], x_at[again], seen_at[again]
    lasts, last_at = _places(days_last[again])
    lasts = lasts / per_unit

    def parts(theta):
        r, alpha, a, b = theta
        # Terms of the number of purchases alone: the logarithms of three products, and their derivatives.
        factors = np.array([[r], [b], [a + b]]) + steps
        sums = np.log(factors) @ beyond
        factors = 1 / factors
        slopes = factors @ beyond
        bends = -(factors**2) @ beyond

        # No purchase since the last one: as if still a customer at the end of the data ...
        log_span, in_span = np.log(alpha + spans), 1 / (alpha + spans)
        rate_seen = r * n_seen + x_seen
        inverse = np.sum(n_seen * in_span)

        # ... or stopped at the last purchase. `gap` is the log-odds of that, g its probability.
        log_last, in_last = np.log(alpha + lasts), 1 / (alpha + lasts)
        rate = (r + kinds)[x_at]
        shorter = in_span[seen_at]
        longer = in_last[last_at]
        by_r = log_span[seen_at] - log_last[last_at]
        total = shorter + longer
        shorter = shorter - longer
        odds = np.empty((3, len(n)))  # derivatives of `gap` by r, alpha, b; by a it is 1 / a
        odds[0] = by_r
        np.multiply(rate, shorter, out=odds[1])
        by_b = -1 / (b + np.maximum(kinds, 1) - 1)
        odds[2] = by_b[x_at]
        gap = rate * by_r
        gap += np.log(-a * by_b)[x_at]
        small = np.exp(-np.abs(gap))
        g = np.where(gap > 0, 1.0, small) / (1 + small)
        stopped = n * g
        split = stopped * (1 - g)
        value = (
            sums[0] + sums[1] - sums[2] + everyone * r * np.log(alpha)
            - np.sum(rate_seen * log_span) + np.sum(n * (np.maximum(gap, 0.0) + np.log1p(small)))
        )  # fmt: skip
        by_odds, by_a = odds @ stopped, np.sum(stopped) / a
        slope = np.array(
            [
                slopes[0] + everyone * np.log(alpha) - np.sum(n_seen * log_span) + by_odds[0],
                everyone * r / alpha - np.sum(rate_seen * in_span) + by_odds[1],
                by_a - slopes[2],
                slopes[1] - slopes[2] + by_odds[2],
            ]
        )
        bend = np.empty((4, 4))
        rows = np.array([0, 1, 3])
        bend[np.ix_(rows, rows)] = (odds * split) @ odds.T
        bend[2, rows] = bend[rows, 2] = odds @ split / a
        bend[2, 2] = np.sum(split) / a**2 - by_a / a - bends[2]
        bend[2, 3] -= bends[2]
        bend[3, 2] -= bends[2]
        bend[0, 0] += bends[0]
        cross = everyone / alpha - inverse + np.sum(stopped * shorter)
        bend[0, 1] += cross
        bend[1, 0] += cross
        bend[1, 1] += np.sum(rate_seen * in_span**2) - np.sum(stopped * odds[1] * total) - everyone * r / alpha**2
        bend[3, 3] += bends[1] - bends[2] + np.sum(stopped * odds[2] ** 2)
        return value, slope, bend

    return parts


def _warnings(fit, unit, repeaters):
    """Say in words what the data do not tell."""
    r, alpha, a, b = fit.estimate
    loose = fit.at_bound | ~(fit.log_error < 1.5)
    said = []
    if not fit.converged:
        said.append("The search did not reach the top of the likelihood; do not use these estimates.")
    if r > 20 and loose[:2].any():
        said.append(
            f"The customers' buying rates do not differ measurably: r and alpha are only known as the ratio "
            f"r / alpha = {r / alpha:.3g} purchases per {unit}. Predictions still hold."
        )
    elif loose[:2].any():
        said.append("The data hardly fix r and alpha: their intervals are too wide to be used one by one.")
    if a / (a + b) < 1e-3 and loose[2:].any():
        said.append(
            "Nobody seems to stop for good: the chance of stopping after a purchase is at its lower limit, and a and b mean nothing "
            "one by one."
        )
    elif a + b > 50 and loose[2:].any():
        said.append(
            f"The customers' chances of stopping do not differ measurably: a and b are only known as "
            f"a / (a + b) = {a / (a + b):.3g} per purchase. Predictions still hold."
        )
    elif loose[2:].any():
        said.append("The data hardly fix a and b: their intervals are too wide to be used one by one.")
    if a + b < 1:
        said.append(
            f"a + b = {a + b:.2f} is below 1: customers split into those who stop at once and those who hardly ever stop. "
            "The published formula of expected purchases leaves its range there; crmlib adds up numerically instead."
        )
    if repeaters < 50:
        said.append(
            f"Only {repeaters:,} customers bought again: with fewer than 50, take these numbers as a rough guide."
        )
    return tuple(said)


def _days_per(unit, name):
    if unit not in UNITS:
        raise ValueError(f"`{name}` must be one of {listed(UNITS)}, but it is {unit!r}.")
    return UNITS[unit]
