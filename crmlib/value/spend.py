"""How much a purchase is worth: the Gamma-Gamma model of spend, and the money value of buyers without a contract."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib._frames import need_amounts, need_numbers, need_once, rows_text
from crmlib.value._checks import DAYS_PER_YEAR, need_discount, need_number, need_share, need_table
from crmlib.value._fit import maximise, parameter_table
from crmlib.value.buying import BuyingModel, alive, expected, read_histories

_WHAT = "The frame of customers"
STEP = DAYS_PER_YEAR / 12  # days; money is discounted from the middle of each month


@dataclass(frozen=True, repr=False)
class SpendModel:
    """A fitted Gamma-Gamma model.

    table : `parameter` (p, q, v; v in money), `estimate`, `standard_error`, `low`, `high` (95 %, on the log scale).
    log_likelihood : at the estimates, in the original units.
    mean_spend : expected mean spend of a customer drawn at random, p v / (q − 1); NaN if q ≤ 1, when it does not exist.
    customers : customers with a repeat purchase, who alone are used.
    correlation : of repeat purchases and mean spend over them; the model takes it to be 0.
    iterations, converged : of Newton's method.
    warnings : what a reader must know, in sentences; empty if nothing.
    """

    table: pd.DataFrame
    log_likelihood: float
    mean_spend: float
    customers: int
    correlation: float
    iterations: int
    converged: bool
    warnings: tuple[str, ...]

    @property
    def parameters(self) -> tuple[float, float, float]:
        """The estimates p, q, v."""
        return tuple(self.table["estimate"])

    def __repr__(self) -> str:
        said = "".join(f"\nNote: {text}" for text in self.warnings)
        return (
            f"{self.table.to_string(index=False)}\n{self.customers:,} customers with a repeat purchase; mean spend {self.mean_spend:,.2f}; "
            f"log-likelihood {self.log_likelihood:,.2f}{said}"
        )


def fit_spend(
    customers: pd.DataFrame,
    *,
    frequency: str = "repeat_frequency",
    monetary: str = "monetary_value",
    customer: str = "customer",
) -> SpendModel:
    """Fit the Gamma-Gamma model to customers' mean spend per repeat purchase, by maximum likelihood.

    Parameters
    ----------
    customers : one row per customer, as `customer_summary(...).customers` gives it. Customers without a repeat purchase have no mean
        spend (empty) and play no part.
    frequency, monetary : columns: repeat purchases; their mean amount, above 0.

    Returns
    -------
    SpendModel.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; an amount of 0 or less; a mean without a repeat purchase, or the
        other way round; fewer than three customers bought again; all spend the same.

    Source: Fader & Hardie (2013), The Gamma-Gamma model of monetary value (note 25 at brucehardie.com), equation 1a.

    >>> buyers = pd.DataFrame({"customer": range(5), "repeat_frequency": [2, 1, 3, 1, 0],
    ...                        "monetary_value": [20.0, 60.0, 31.0, 9.0, float("nan")]})
    >>> fit_spend(buyers).customers
    4
    """
    x, z = _read_spend(customers, frequency, monetary, customer)
    x, z = x[x > 0], z[x > 0]
    if len(x) < 3:
        raise ValueError(
            f"Only {len(x)} customers bought again: too few to learn how spend differs. Use a longer log, or the plain mean."
        )
    if np.ptp(z) <= 1e-9 * z.max():
        raise ValueError(
            "All customers spend exactly the same on average, so there is no difference to model: use that amount as it is."
        )
    center = float(np.exp(np.mean(np.log(z))))  # amounts near 1 while searching; the answer is in money again
    spread = float(np.var(np.log(z)))
    parts = _likelihood(x, z / center)
    start = np.clip([1 / spread + 0.5, 1 / spread + 1.5, 1.0], 0.3, 50.0)
    bounds = np.array([1e-4, 1e-4, 1e-6]), np.array([1e5, 1e5, 1e6])
    fit = maximise(parts, start, *bounds)
    units = np.array([1.0, 1.0, center])
    table = parameter_table(("p", "q", "v"), fit)
    for name in ("estimate", "standard_error", "low", "high"):
        table[name] *= units
    p, q, v = table["estimate"]
    fixed = np.ptp(x) == 0
    correlation = float("nan") if fixed else float(np.corrcoef(x, z)[0, 1])
    return SpendModel(
        table=table,
        log_likelihood=fit.log_likelihood - len(z) * float(np.log(center)),
        mean_spend=p * v / (q - 1) if q > 1 else float("nan"),
        customers=len(x),
        correlation=correlation,
        iterations=fit.iterations,
        converged=fit.converged,
        warnings=_warnings(fit, q, correlation, len(x)),
    )


def predict_spend(
    model: SpendModel,
    customers: pd.DataFrame,
    *,
    frequency: str = "repeat_frequency",
    monetary: str = "monetary_value",
    customer: str = "customer",
) -> pd.DataFrame:
    """Predict each customer's mean spend per purchase: between his own past mean and everybody's.

    p (v + x m) / (p x + q − 1), with x repeat purchases of mean m. The fewer purchases, the nearer to everybody's mean.

    Parameters
    ----------
    model : from `fit_spend`.
    customers, frequency, monetary : as in `fit_spend`. Whoever has no repeat purchase gets everybody's mean.

    Returns
    -------
    One row per customer: id, `expected_spend` (money per purchase).

    Raises
    ------
    ValueError, TypeError : as in `fit_spend`; the mean does not exist (p x + q ≤ 1).

    Source: Fader & Hardie (2013), equation 5.

    >>> buyers = pd.DataFrame({"customer": [1, 2], "repeat_frequency": [2, 0], "monetary_value": [50.0, float("nan")]})
    >>> predict_spend(spend_model(6.25, 3.74, 15.44), buyers).round(2)
       customer  expected_spend
    0         1           47.34
    1         2           35.22
    """
    p, q, v = model.parameters
    x, z = _read_spend(customers, frequency, monetary, customer)
    none = p * x + q <= 1
    if none.any():
        raise ValueError(
            f"A mean spend does not exist in this model (q = {q:.2f} is not above 1): so many customers would spend so much that the mean "
            f"grows without end, for {rows_text(none)}. Look for a few huge amounts in the log, or use the median instead."
        )
    spend = p * (v + x * np.where(x > 0, z, 0.0)) / (p * x + q - 1)
    return pd.DataFrame({customer: customers[customer].to_numpy(), "expected_spend": spend})


def spend_model(p: float, q: float, v: float) -> SpendModel:
    """Make a model from known parameters, such as published ones, to predict with.

    Parameters
    ----------
    p, q, v : above 0; v in money.

    Returns
    -------
    SpendModel without standard errors or log-likelihood.

    >>> round(spend_model(6.25, 3.74, 15.44).mean_spend, 2)
    35.22
    """
    given = {"p": p, "q": q, "v": v}
    for name, value in given.items():
        if need_number(value, name, "a number above 0") <= 0:
            raise ValueError(f"`{name}` must be a number above 0, but it is {value!r}.")
    table = pd.DataFrame({"parameter": list(given), "estimate": np.array(list(given.values()), dtype=float)})
    table[["standard_error", "low", "high"]] = np.nan
    nan = float("nan")
    return SpendModel(table, nan, p * v / (q - 1) if q > 1 else nan, 0, nan, 0, True, ())


def purchase_clv(
    buying: BuyingModel,
    spend: SpendModel,
    customers: pd.DataFrame,
    days: float = 3 * DAYS_PER_YEAR,
    discount: float = 0.10,
    *,
    margin_rate: float = 1.0,
    measured_in: str = "day",
    frequency: str = "repeat_frequency",
    first_to_last: str = "days_first_to_last",
    observed: str = "days_observed",
    monetary: str = "monetary_value",
    customer: str = "customer",
) -> pd.DataFrame:
    """Compute what existing buyers without a contract are still worth, in money of today.

    Expected purchases of each month ahead × expected spend × margin rate, discounted from the middle of the month. The models'
    unit of time does not matter: `days` are days, and `discount` is per year.

    Parameters
    ----------
    buying, spend : from `fit_buying` and `fit_spend`, fitted to the same customers.
    customers, measured_in, frequency, first_to_last, observed, monetary : as in `fit_buying` and `fit_spend`.
    days : horizon.
    discount : per year, 0 to 1.
    margin_rate : share of spend that the firm keeps, 0 to 1.

    Returns
    -------
    One row per customer: id, `probability_alive`, `expected_purchases` (within the horizon, not discounted), `expected_spend`
    (money per purchase), `clv` (money).

    Raises
    ------
    ValueError, TypeError : as in `predict_purchases` and `predict_spend`; a rate outside its range.

    Source: Fader, Hardie & Lee (2005), RFM and CLV, Journal of Marketing Research 42(4): purchases and spend apart.

    >>> from crmlib.value.buying import buying_model
    >>> history = pd.DataFrame({"customer": [1], "repeat_frequency": [2], "days_first_to_last": [213], "days_observed": [272],
    ...                         "monetary_value": [50.0]})
    >>> found = purchase_clv(buying_model(0.2426, 4.414, 0.793, 2.426), spend_model(6.25, 3.74, 15.44), history, 365, 0.10)
    >>> found.round(2)
       customer  probability_alive  expected_purchases  expected_spend    clv
    0         1               0.73                1.56           47.34  70.78
    """
    rate, keep = need_discount(discount), need_share(margin_rate, "margin_rate")
    ahead = need_number(days, "days", "a number of days above 0")
    if ahead <= 0:
        raise ValueError(f"`days` must be a number of days above 0, but it is {days!r}.")
    x, days_last, days_seen = read_histories(
        customers, measured_in, frequency=frequency, first_to_last=first_to_last, observed=observed, customer=customer
    )
    amount = predict_spend(spend, customers, frequency=frequency, monetary=monetary, customer=customer)[
        "expected_spend"
    ]
    steps = max(1, int(np.ceil(ahead / STEP - 1e-9)))
    ends = np.minimum(np.arange(1, steps + 1) * STEP, ahead)
    by_end = expected(buying, x, days_last, days_seen, ends)
    each = np.diff(by_end, axis=1, prepend=0.0)
    middles = (ends + np.append(0.0, ends[:-1])) / 2
    discounted = (each * (1 + rate) ** (-middles / DAYS_PER_YEAR)).sum(axis=1)
    return pd.DataFrame(
        {
            customer: customers[customer].to_numpy(),
            "probability_alive": alive(buying, x, days_last, days_seen),
            "expected_purchases": by_end[:, -1],
            "expected_spend": amount,
            "clv": discounted * amount.to_numpy() * keep,
        }
    )


def _read_spend(customers, frequency, monetary, customer):
    """Return repeat purchases and their mean amounts (NaN without one)."""
    need_table(customers, [customer, frequency, monetary], _WHAT)
    need_once(customers, customer, _WHAT)
    x, z = need_amounts(customers, frequency, _WHAT), need_numbers(customers, monetary, _WHAT)
    missing = (x > 0) & np.isnan(z)
    if missing.any():
        raise ValueError(
            f"Column {monetary!r} of the frame of customers is empty although {frequency!r} says that there was a repeat purchase, in "
            f"{rows_text(missing)}. Sum up the log with customer_summary."
        )
    low = (x > 0) & ~(z > 0)
    if low.any():
        raise ValueError(
            f"Column {monetary!r} of the frame of customers must be above 0, but is not in {rows_text(low)}: the model knows no free or "
            "negative purchases. Keep refunds apart, and leave out customers who only got gifts."
        )
    return x, z


def _likelihood(x, z):
    """Return the function that gives log-likelihood, gradient and Hessian in (p, q, v)."""
    from scipy.special import digamma, gammaln, zeta

    kinds, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    n = float(len(x))
    money = x * z
    log_money = np.log(money)
    first, second, constant = np.sum(x * log_money), kinds * counts, np.sum(np.log(z))

    def parts(theta):
        p, q, v = theta
        end = np.array([p * kinds + q, p * kinds])
        psi, tri = digamma(end), zeta(2, end)
        log_all, inverse = np.log(v + money), 1 / (v + money)
        both = (p * kinds + q)[place]
        value = (
            np.sum(counts * (gammaln(end[0]) - gammaln(end[1]))) + n * (q * np.log(v) - gammaln(q))
            + p * first - constant - np.sum(both * log_all)
        )  # fmt: skip
        slope = np.array(
            [
                np.sum(second * (psi[0] - psi[1])) + first - np.sum(x * log_all),
                np.sum(counts * psi[0]) + n * (np.log(v) - digamma(q)) - np.sum(log_all),
                n * q / v - np.sum(both * inverse),
            ]
        )
        bend = np.empty((3, 3))
        bend[0, 0] = np.sum(second * kinds * (tri[0] - tri[1]))
        bend[0, 1] = bend[1, 0] = np.sum(second * tri[0])
        bend[0, 2] = bend[2, 0] = -np.sum(x * inverse)
        bend[1, 1] = np.sum(counts * tri[0]) - n * zeta(2, q)
        bend[1, 2] = bend[2, 1] = n / v - np.sum(inverse)
        bend[2, 2] = -n * q / v**2 + np.sum(both * inverse**2)
        return value, slope, bend

    return parts


def _warnings(fit, q, correlation, customers):
    """Say in words what the data do not tell."""
    said = []
    if not fit.converged:
        said.append("The search did not reach the top of the likelihood; do not use these estimates.")
    if q <= 1:
        said.append(
            f"q = {q:.2f} is not above 1: the mean spend of a customer drawn at random does not exist (a few would spend without end), and "
            "crmlib does not give one."
        )
    if fit.at_bound.any() or not (fit.log_error < 1.5).all():
        said.append(
            "The data hardly fix p, q and v one by one: customers' mean spend differs too little, or too few bought often."
        )
    if abs(correlation) > 0.2:
        said.append(
            f"Frequent buyers spend {'more' if correlation > 0 else 'less'} per purchase (correlation {correlation:+.2f}), but the model "
            "takes frequency and spend to be independent: values of frequent buyers are off in that direction."
        )
    if customers < 50:
        said.append(
            f"Only {customers:,} customers bought again: with fewer than 50, take these numbers as a rough guide."
        )
    return tuple(said)
