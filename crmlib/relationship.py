"""What customer relationship management is about: stages of a relationship, the customer base over the years, the
service-profit chain, and why programmes fail."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    customer_values,
    empty_ids,
    listed,
    need_columns,
    need_frame,
    need_numbers,
    ordered_category,
    rows_text,
    set_aside,
)

STAGES = ("acquired", "developing", "mature", "declining", "lost", "won back")


def lifecycle_stage(
    before: pd.DataFrame,
    after: pd.DataFrame,
    former: pd.DataFrame | None = None,
    measure: str = "revenue",
    *,
    tolerance: float = 0.1,
    customer: str = "customer",
) -> Result:
    """Place each customer in a stage of the relationship, from two periods of the same length.

    *Acquired*: only in the later period. *Developing*, *mature*, *declining*: in both, and the measure grew by more than the
    tolerance, stayed within it, or fell by more. *Lost*: only in the earlier period. *Won back*: in the later period and in
    `former`, but not in the earlier one.

    Parameters
    ----------
    before, after : one row per customer of the period.
    former : one row per customer of any time before `before`; None: nobody is won back.
    measure : column of money.
    tolerance : share by which a mature relationship may grow or shrink, 0 or more.

    Returns
    -------
    Result. table, one row per `stage` in the order of the lifecycle: `customers`, `customer_share` (of all in either
    period), `before`, `after` (money). customers: id, `before`, `after`, `growth` (after / before − 1; empty where `before`
    is missing or not above 0), `stage`. excluded: customers whose measure is empty, or not above 0 in the earlier period,
    so that no growth can be told, though they are in both.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a customer has two rows, the tolerance is below 0.

    Source: the stages acquire, develop, mature, decline, win back are those of relationship marketing, as in Stauss &
    Friege (1999), Regaining service customers, Journal of Service Research 1(4); the tolerance is this course's.

    >>> before = pd.DataFrame({"customer": [1, 2, 3, 4], "revenue": [100, 100, 100, 100]})
    >>> after = pd.DataFrame({"customer": [1, 2, 3, 5], "revenue": [150, 105, 50, 80]})
    >>> lifecycle_stage(before, after).table[["stage", "customers", "before", "after"]]
            stage  customers  before  after
    0    acquired          1     0.0   80.0
    1  developing          1   100.0  150.0
    2      mature          1   100.0  105.0
    3   declining          1   100.0   50.0
    4        lost          1   100.0    0.0
    5    won back          0     0.0    0.0
    """
    if not isinstance(tolerance, int | float) or not 0 <= tolerance < np.inf:
        raise ValueError(f"`tolerance` must be a share of 0 or more, such as 0.1 for 10 %, but it is {tolerance!r}.")
    parts = []
    for frame, name in ((before, "before"), (after, "after")):
        what = f"The frame of customers {name}"
        money = customer_values(frame, measure, customer, what)
        parts.append(pd.DataFrame({customer: frame[customer], name: money, f"in_{name}": True}))
    both = parts[0].merge(parts[1], on=customer, how="outer")
    was, now = (both[f"in_{name}"].eq(True).to_numpy() for name in ("before", "after"))
    earlier, later = both["before"].to_numpy(), both["after"].to_numpy()
    keep, excluded = set_aside(
        len(both),
        [
            (f"no {customer}", empty_ids(both, customer)),
            (f"no {measure}", (was & np.isnan(earlier)) | (now & np.isnan(later))),
            (f"{measure} not above 0 in the earlier period", was & now & ~(earlier > 0)),
        ],
    )
    returned = np.zeros(len(both), dtype=bool)
    if former is not None:
        what = "The frame of former customers"
        need_columns(need_frame(former, what), [customer], what)
        returned = both[customer].isin(former[customer]).to_numpy() & ~was
    growth = np.divide(later, earlier, out=np.full(len(both), np.nan), where=was & now & (earlier > 0)) - 1
    growth = np.round(growth, 12)  # so that 110 after 100 lies on the border of 10 %, and not a hair above it
    stage = np.select([returned, ~was, ~now, growth > tolerance, growth < -tolerance], [5, 0, 4, 1, 3], default=2)
    customers = both[[customer, "before", "after"]].assign(growth=growth, stage=ordered_category(stage, STAGES))[keep]
    count = np.bincount(stage[keep], minlength=len(STAGES))
    sums = {
        name: np.bincount(stage[keep], weights=customers[name].fillna(0), minlength=len(STAGES))
        for name in ("before", "after")
    }
    table = pd.DataFrame(
        {
            "stage": ordered_category(np.arange(len(STAGES)), STAGES),
            "customers": count,
            "customer_share": count / max(count.sum(), 1),
            **sums,
        }
    )
    return Result(table, customers.reset_index(drop=True), excluded)


def customer_base(
    customers: float, retention: float, new: float, years: int = 10, *, margin: float = 1.0
) -> pd.DataFrame:
    """Follow a customer base: each year a share stays and some are won.

    N(t + 1) = r · N(t) + a, which settles at a / (1 − r): the number at which as many leave as come.

    Parameters
    ----------
    customers : at the start, 0 or more.
    retention : share r of the customers of one year who are there in the next, 0 to 1.
    new : customers won each year, a, 0 or more.
    years : how many years to follow, 1 or more.
    margin : what a customer brings in a year, in money.

    Returns
    -------
    Frame, one row per year from 0: `year`, `customers` (at its end), `kept`, `new`, `lost` (in the year; year 0 has none),
    `margin` (customers × margin). The base is an expectation, so parts of customers may occur.

    Raises
    ------
    ValueError : a number outside its range.

    >>> customer_base(1000, retention=0.8, new=100, years=2)[["year", "customers", "kept", "new", "lost"]]
       year  customers   kept    new   lost
    0     0     1000.0    NaN    NaN    NaN
    1     1      900.0  800.0  100.0  200.0
    2     2      820.0  720.0  100.0  180.0
    """
    for name, value, most in (("customers", customers, np.inf), ("retention", retention, 1), ("new", new, np.inf)):
        if not isinstance(value, int | float | np.number) or not 0 <= value <= most or np.isinf(value):
            extent = "from 0 to 1, such as 0.85 for 85 %" if most == 1 else "of 0 or more"
            raise ValueError(f"`{name}` must be a number {extent}, but it is {value!r}.")
    if isinstance(years, bool) or not isinstance(years, int | np.integer) or years < 1:
        raise ValueError(f"`years` must be a whole number of 1 or more, but it is {years!r}.")
    powers = float(retention) ** np.arange(years + 1)
    # won in year k, there is r^(t−k) of them in year t
    base = customers * powers + new * np.append(0, np.cumsum(powers[:-1]))
    frame = pd.DataFrame({"year": np.arange(years + 1), "customers": base})
    frame["kept"] = retention * frame["customers"].shift()
    frame["new"] = np.where(frame["year"] > 0, float(new), np.nan)
    frame["lost"] = frame["customers"].shift() - frame["kept"]
    frame["margin"] = margin * frame["customers"]
    return frame


def service_profit_chain(
    panel: pd.DataFrame,
    cause: str = "staff_satisfaction",
    outcome: str = "revenue",
    *,
    lag: int = 1,
    unit: str = "branch",
    period: str = "year",
) -> pd.DataFrame:
    """Relate an outcome to an earlier cause over several units and years: between the units, and within them.

    *Between* asks: do units with a higher mean of the cause have a higher mean outcome? Anything that differs between units for
    good (the location, say) can make it so. *Within* asks: after a unit's better year, is its outcome better than its own
    mean, beyond what the same years did to all? What is lasting about a unit cannot make it so.

    Parameters
    ----------
    panel : one row per unit and period (whole numbers, such as years), with the cause and the outcome in any units. Take the
        logarithm of money first, to read slopes as rates.
    lag : periods from the cause to the outcome, 0 or more.

    Returns
    -------
    Frame, rows `comparison`: pooled, between, within. Columns `slope` (change of the outcome per unit of the cause), `low`,
    `high` (95 % interval; within and pooled: errors clustered by unit), `units`, `rows`.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a unit has two rows in a period, fewer than three units
    or two periods are left, or the cause does not vary.

    Source: the chain from employees to profit: Heskett et al. (1994), Harvard Business Review 72(2); between against within:
    Mundlak (1978), Econometrica 46(1), for units; here the year's mean is taken out as well.

    >>> panel = pd.DataFrame({"branch": [1, 1, 1, 2, 2, 2, 3, 3, 3], "year": [1, 2, 3] * 3,
    ...                       "mood": [50, 60, 52, 70, 64, 72, 80, 91, 80], "sales": [9, 10, 10, 15, 14, 15, 20, 20, 19]})
    >>> service_profit_chain(panel, "mood", "sales", lag=0)[["comparison", "slope"]].round(2)
      comparison  slope
    0     pooled   0.31
    1    between   0.34
    2     within   0.09
    """
    what = "The panel"
    need_columns(need_frame(panel, what), [unit, period, cause, outcome], what)
    if isinstance(lag, bool) or not isinstance(lag, int | np.integer) or lag < 0:
        raise ValueError(f"`lag` must be a whole number of periods, 0 or more, but it is {lag!r}.")
    twice = panel.duplicated([unit, period])
    if twice.any():
        raise ValueError(f"{what} has a {unit} twice in a {period}: {rows_text(twice)}. Keep one row of each.")
    numbers = pd.DataFrame({name: need_numbers(panel, name, what) for name in (period, cause, outcome)})
    numbers["unit"] = panel[unit].to_numpy()
    earlier = numbers[["unit", period, cause]].assign(**{period: numbers[period] + lag})
    pairs = earlier.merge(numbers[["unit", period, outcome]], on=["unit", period]).dropna()
    if pairs["unit"].nunique() < 3 or pairs[period].nunique() < 2:
        raise ValueError(
            f"{what} leaves {pairs['unit'].nunique()} units and {pairs[period].nunique()} periods with {cause!r} and, {lag} "
            f"later, {outcome!r}. The comparison needs at least 3 units and 2 periods: add rows, or choose a smaller `lag`."
        )
    x, y = pairs[cause].astype(float), pairs[outcome].astype(float)
    means = pairs.groupby("unit")[[cause, outcome]].mean()
    own_x, own_y = (_within(pairs, values, period) for values in (x, y))
    if np.ptp(x) == 0 or np.ptp(own_x.round(9)) == 0:
        raise ValueError(
            f"Column {cause!r} does not vary within the units: there is nothing to compare. Check the column."
        )
    import statsmodels.api as sm

    clusters = {"cov_type": "cluster", "cov_kwds": {"groups": pd.factorize(pairs["unit"])[0]}}
    fits = {
        "pooled": sm.OLS(y, sm.add_constant(x)).fit(**clusters),
        "between": sm.OLS(means[outcome], sm.add_constant(means[cause])).fit(),
        "within": sm.OLS(own_y, own_x.rename(cause)).fit(**clusters),
    }
    rows = [
        (name, fit.params[cause], *fit.conf_int().loc[cause], len(means), int(fit.nobs)) for name, fit in fits.items()
    ]
    return pd.DataFrame(rows, columns=["comparison", "slope", "low", "high", "units", "rows"])


def _within(pairs: pd.DataFrame, values: pd.Series, period: str) -> pd.Series:
    """Take out what is lasting about a unit and common to a period (periods as dummies, which also fits gaps)."""
    dummies = pd.get_dummies(pairs[period], dtype=float)
    dummies = dummies - dummies.groupby(pairs["unit"]).transform("mean")
    own = values - values.groupby(pairs["unit"]).transform("mean")
    slopes, *_ = np.linalg.lstsq(dummies.to_numpy(), own.to_numpy(), rcond=None)
    return own - dummies.to_numpy() @ slopes


def programme_checklist() -> pd.DataFrame:
    """Return the questions to ask before a CRM programme starts: one row per risk.

    Returns
    -------
    Frame: `risk` (its name), `area` (strategy, people, process, data), `question` (to be answered with yes), `if_no` (what
    happens then).

    Source: this course, from the failures that practitioners report: Rigby, Reichheld & Schefter (2002), Avoid the four perils
    of CRM, Harvard Business Review 80(2), among others.

    >>> programme_checklist()["area"].unique().tolist()
    ['strategy', 'people', 'process', 'data']
    """
    return pd.DataFrame(_CHECKLIST, columns=["risk", "area", "question", "if_no"])


_CHECKLIST = (
    ("strategy before software", "strategy", "Is it written which customers the firm wants, before anything is bought?",
     "The software decides what is easy to measure, and that becomes the strategy."),
    ("our own mode", "strategy", "Was the programme shaped for this firm's customers, and not taken over from another industry?",
     "A mode that fits everybody fits nobody: calls that please a bank's clients annoy a utility's."),
    ("a goal in money or behaviour", "strategy", "Is there one number that must change, with a date?",
     "Success is declared by counting licences and logins."),
    ("experience", "people", "Has somebody on the team run such a programme before, or is there a small trial first?",
     "The first mistakes are made on all customers at once."),
    ("the front line", "people", "Do those who talk to customers gain from it, and were they asked?",
     "They type what the form demands, and the data are worthless."),
    ("one owner", "people", "Does one person answer for the customer across departments?",
     "Three departments call the same customer in a week."),
    ("process before tool", "process", "Were the steps changed on paper before they were put into a system?",
     "Bad service becomes fast bad service."),
    ("consent and restraint", "process", "May customers refuse, and is the number of contacts limited?",
     "The best customers are contacted most, and leave first."),
    ("one record", "data", "Does one customer have one record?", "The same person is a stranger, a prospect and a key account."),
    ("a comparison", "data", "Is a group left out at random, so that the effect can be seen?",
     "Whoever would have bought anyway is counted as a success."),
)  # fmt: skip


def programme_risks(answers: Mapping[str, bool]) -> pd.DataFrame:
    """Read a programme against the checklist.

    Parameters
    ----------
    answers : risk (as in `programme_checklist`) -> True if its question can be answered with yes, False if not. A risk that is
        left out counts as not known, which is a risk, too.

    Returns
    -------
    Frame of the risks that remain, in the order of the checklist: `risk`, `area`, `answer` (no, not known), `if_no`.

    Raises
    ------
    ValueError : an answer belongs to no risk, or is neither True nor False.

    >>> rest = [risk for risk in programme_checklist()["risk"] if risk not in ("one owner", "one record")]
    >>> programme_risks(dict.fromkeys(rest, True) | {"one record": False})[["risk", "area", "answer"]]
             risk    area     answer
    0   one owner  people  not known
    1  one record    data         no
    """
    checklist = programme_checklist()
    unknown = [name for name in answers if name not in set(checklist["risk"])]
    if unknown:
        raise ValueError(f"The checklist has no {listed(unknown)}. Its risks are {listed(checklist['risk'], most=12)}.")
    odd = [name for name, answer in answers.items() if not isinstance(answer, bool | np.bool_)]
    if odd:
        raise ValueError(f"Answer {listed(odd)} with True or False, or leave it out if nobody knows.")
    checklist["answer"] = checklist["risk"].map(answers).map({True: "yes", False: "no"}).fillna("not known")
    open_risks = checklist.loc[checklist["answer"] != "yes", ["risk", "area", "answer", "if_no"]]
    return open_risks.reset_index(drop=True)
