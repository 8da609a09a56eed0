"""Fitting the BG/NBD model beside lifetimes: the same customers, the same optimum, in one run.

    python benchmarks/bgnbd.py [--write]

needs the dependency group `reference`. The customers buy and stop as the model says, with known parameters. Each engine gets
the same summary (repeat purchases, time of the last one, time observed; in weeks) and starts where it always starts.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
from measure import machine, report
from scipy.special import betaln, gammaln

TRUE = (0.6, 6.0, 0.9, 3.2)  # r, alpha in weeks, a, b
DAYS = 3 * 365


def data(customers: int) -> pd.DataFrame:
    """Simulate purchase histories over up to three years, to the day."""
    r, alpha, a, b = TRUE
    draw = np.random.default_rng(20)
    rate = draw.gamma(r, 1 / alpha, customers) / 7
    stop = draw.beta(a, b, customers)
    seen = draw.integers(DAYS // 10, DAYS + 1, customers)
    x, last, clock = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    live = np.arange(customers)
    while len(live):
        clock[live] += draw.exponential(1 / np.maximum(rate[live], 1e-12))
        live = live[clock[live] < seen[live]]
        day = np.ceil(clock[live])
        new = day > last[live]  # purchases of one day are one
        x[live[new]] += 1
        last[live[new]] = day[new]
        live = live[draw.random(len(live)) >= stop[live]]
    return pd.DataFrame(
        {"customer": np.arange(customers), "repeat_frequency": x, "days_first_to_last": last, "days_observed": seen}
    )


def with_crmlib(frame: pd.DataFrame):
    from crmlib.value import fit_buying

    def run():
        return fit_buying(frame, "week")

    return run, lambda model: np.array(model.parameters)


def with_lifetimes(frame: pd.DataFrame):
    from lifetimes import BetaGeoFitter

    x, last, seen = frame["repeat_frequency"], frame["days_first_to_last"] / 7, frame["days_observed"] / 7

    def run():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the years since its last release
            return BetaGeoFitter().fit(x, last, seen)

    return run, lambda model: model.params_[["r", "alpha", "a", "b"]].to_numpy()


def log_likelihood(parameters: np.ndarray, frame: pd.DataFrame) -> float:
    """Judge both answers by the published formula (Fader, Hardie & Lee 2005, equation 6), in weeks."""
    r, alpha, a, b = parameters
    x, last, seen = frame["repeat_frequency"].to_numpy(), frame["days_first_to_last"] / 7, frame["days_observed"] / 7
    alive = betaln(a, b + x) - (r + x) * np.log(alpha + seen)
    gone = betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last)
    either = np.logaddexp(alive, np.where(x > 0, gone, -np.inf))
    return float(np.sum(gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b) + either))


def times(run, repeats: int) -> tuple[float, float, object]:
    """Return the median of several runs, after one that is not counted: seconds by the clock, and of the processor."""
    found, seconds, busy = run(), [], []
    for _ in range(repeats):
        start, used = time.perf_counter(), time.process_time()
        found = run()
        busy.append(time.process_time() - used)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), statistics.median(busy), found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--write", action="store_true", help="put the table into README.md")
    given = options.parse_args()
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "lifetimes"))
    lines = [
        f"{machine()}; {versions}", "",
        "| customers | engine | milliseconds | × crmlib | of the processor | × crmlib | log-likelihood | r | alpha | a | b |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for customers, engines in ((2_357, 2), (100_000, 2), (1_000_000, 1)):
        frame = data(customers)
        first = None
        for name, engine in (("crmlib", with_crmlib), ("lifetimes", with_lifetimes))[:engines]:
            run, plain = engine(frame)
            seconds, busy, found = times(run, 40 if customers < 10_000 else 5)
            parameters = plain(found)
            likelihood = log_likelihood(parameters, frame)
            first = first or (seconds, parameters, likelihood, busy)
            np.testing.assert_allclose(parameters, first[1], rtol=0.01)
            np.testing.assert_allclose(likelihood, first[2], rtol=1e-7)
            told = [f"{customers:,}", name, f"{1000 * seconds:,.1f}", f"{seconds / first[0]:.0f}"]
            told += [f"{1000 * busy:,.1f}", f"{busy / first[3]:.0f}", f"{likelihood:,.2f}"]
            lines.append("| " + " | ".join(told + [f"{one:.4f}" for one in parameters]) + " |")
    report("bgnbd", lines, given.write)


if __name__ == "__main__":
    main()
