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


ENGINES = {"crmlib": with_crmlib, "lifetimes": with_lifetimes}


def log_likelihood(parameters: np.ndarray, frame: pd.DataFrame) -> float:
    """Judge both answers by the published formula (Fader, Hardie & Lee 2005, equation 6), in weeks."""
    r, alpha, a, b = parameters
    x, last, seen = frame["repeat_frequency"].to_numpy(), frame["days_first_to_last"] / 7, frame["days_observed"] / 7
    alive = betaln(a, b + x) - (r + x) * np.log(alpha + seen)
    gone = betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last)
    either = np.logaddexp(alive, np.where(x > 0, gone, -np.inf))
    return float(np.sum(gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b) + either))


def times(runs: dict, rounds: int) -> dict[str, tuple[float, float, object]]:
    """Run the engines in turn, so that a busy computer slows all alike.

    Return for each the median seconds by the clock and of the processor, and its answer; the first round is not counted.
    """
    found, clock, used = {}, {name: [] for name in runs}, {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            start, busy = time.perf_counter(), time.process_time()
            found[name] = run()
            used[name].append(time.process_time() - busy)
            clock[name].append(time.perf_counter() - start)
    return {name: (statistics.median(clock[name][1:]), statistics.median(used[name][1:]), found[name]) for name in runs}


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
    for customers, names in ((2_357, ENGINES), (100_000, ENGINES), (1_000_000, ["crmlib"])):
        frame = data(customers)
        engines = {name: ENGINES[name](frame) for name in names}
        measured = times({name: run for name, (run, _) in engines.items()}, 40 if customers < 10_000 else 5)
        parameters = {name: plain(measured[name][2]) for name, (_, plain) in engines.items()}
        likelihood = {name: log_likelihood(one, frame) for name, one in parameters.items()}
        for name, (seconds, busy, _) in measured.items():
            np.testing.assert_allclose(parameters[name], parameters["crmlib"], rtol=1e-3)
            np.testing.assert_allclose(likelihood[name], likelihood["crmlib"], rtol=1e-7)
            told = [f"{customers:,}", name, f"{1000 * seconds:,.1f}", f"{seconds / measured['crmlib'][0]:.0f}"]
            told += [f"{1000 * busy:,.1f}", f"{busy / measured['crmlib'][1]:.0f}", f"{likelihood[name]:,.2f}"]
            lines.append("| " + " | ".join(told + [f"{one:.4f}" for one in parameters[name]]) + " |")
    report("bgnbd", lines, given.write)


if __name__ == "__main__":
    main()
