"""customer_summary beside Polars, DuckDB and lifetimes: each in its own process, the same numbers, in one run.

    python benchmarks/customer_summary.py [--write]

needs the dependency group `reference`. Each engine starts from a frame or table of its own in memory, and may use all
cores. Its results are compared with crmlib's, customer by customer.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
import warnings
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
from measure import forget_peak, fresh_process, machine, peak_mib, report

DAY = 86_400_000_000  # microseconds
AS_OF = np.datetime64("2024-12-31")
COLUMNS = ["frequency", "days_since_last", "days_first_to_last", "days_observed", "monetary_value", "revenue"]
MORE = ["refunds", "refunded"]


def data(rows, customers, refunds):
    """Return ids, times of day and money; refunds are 2 % of the rows."""
    draw = np.random.default_rng(20)
    ids = draw.integers(100_000, 100_000 + customers, rows)
    times = np.datetime64("2023-01-01", "us") + draw.integers(0, 731 * DAY, rows).astype("timedelta64[us]")
    money = draw.lognormal(3, 1, rows).round(2)
    if refunds:
        money[draw.random(rows) < 0.02] *= -1
    return ids, times, money


def crmlib_engine(ids, times, money, kind):
    import pandas as pd

    from crmlib.pyramid import customer_summary

    frame = pd.DataFrame({"customer": ids, "date": times, "revenue": money})
    if kind == "category":
        frame["customer"] = frame["customer"].astype("category")
    if kind == "text":
        frame["customer"] = pd.Series(list(map("C{:07d}".format, ids.tolist())), dtype="str")

    def run():
        return customer_summary(frame, as_of=AS_OF).customers

    return run, lambda found: (
        found["customer"].astype("str").to_numpy(object),
        found[[*COLUMNS, *MORE]].to_numpy(float),
    )


def polars_engine(ids, times, money, kind, way="in-memory"):
    import polars as pl

    frame = pl.DataFrame({"customer": ids, "date": times, "revenue": money})
    if kind != "number":
        text = pl.format("C{}", pl.col("customer").cast(pl.String).str.zfill(7))
        frame = frame.with_columns(customer=text.cast(pl.Categorical) if kind == "category" else text)

    def run():
        rows = frame.lazy()
        days = (
            rows.filter(pl.col("revenue") >= 0)
            .group_by("customer", day=pl.col("date").dt.date())
            .agg(paid=pl.col("revenue").sum())
        )
        bought = days.group_by("customer").agg(
            first_purchase=pl.col("day").min(),
            last_purchase=pl.col("day").max(),
            frequency=pl.len().cast(pl.Int64),
            paid=pl.col("paid").sum(),
            on_first=pl.col("paid").get(pl.col("day").arg_min()),
        )
        back = (
            rows.filter(pl.col("revenue") < 0)
            .group_by("customer")
            .agg(refunds=pl.len().cast(pl.Int64), refunded=-pl.col("revenue").sum())
        )
        as_of = pl.lit(AS_OF.astype(object))
        return (
            bought.join(back, on="customer", how="left")
            .with_columns(pl.col("refunds", "refunded").fill_null(0))
            .select(
                "customer",
                "first_purchase",
                "last_purchase",
                "frequency",
                repeat_frequency=pl.col("frequency") - 1,
                days_since_last=(as_of - pl.col("last_purchase")).dt.total_days(),
                days_first_to_last=(pl.col("last_purchase") - pl.col("first_purchase")).dt.total_days(),
                days_observed=(as_of - pl.col("first_purchase")).dt.total_days(),
                monetary_value=pl.when(pl.col("frequency") > 1).then(
                    (pl.col("paid") - pl.col("on_first")) / (pl.col("frequency") - 1)
                ),
                revenue=pl.col("paid") - pl.col("refunded"),
                refunds="refunds",
                refunded="refunded",
            )
            .collect(engine=way)
        )

    def plain(found):
        found = found.with_columns(pl.col("customer").cast(pl.String)).sort("customer")
        return found["customer"].to_numpy(), found.select(*COLUMNS, *MORE).cast(pl.Float64).to_numpy()

    return run, plain


def duckdb_engine(ids, times, money, kind):
    import duckdb
    import pandas as pd

    base = duckdb.connect()
    frame = pd.DataFrame({"customer": ids, "date": times, "revenue": money})
    customer = "customer" if kind == "number" else "'C' || lpad(customer::varchar, 7, '0')"
    if kind == "category":
        base.execute(f"create type ids as enum (select distinct {customer} as id from frame order by id)")
        customer = f"({customer})::ids"
    base.execute(f"create table log as select {customer} as customer, date, revenue from frame")
    del frame

    def run():
        base.execute(f"""
            create or replace table summary as
            with days as (
                select customer, date::date as day, sum(revenue) as paid from log where revenue >= 0 group by all
            ), bought as (
                select customer, min(day) as first_purchase, max(day) as last_purchase, count(*) as frequency,
                       sum(paid) as paid, arg_min(paid, day) as on_first
                from days group by customer
            ), back as (
                select customer, count(*) as refunds, -sum(revenue) as refunded from log where revenue < 0 group by customer
            )
            select customer, first_purchase, last_purchase, frequency, frequency - 1 as repeat_frequency,
                   date '{AS_OF}' - last_purchase as days_since_last, last_purchase - first_purchase as days_first_to_last,
                   date '{AS_OF}' - first_purchase as days_observed,
                   case when frequency > 1 then (paid - on_first) / (frequency - 1) end as monetary_value,
                   paid - coalesce(refunded, 0) as revenue, coalesce(refunds, 0) as refunds,
                   coalesce(refunded, 0) as refunded
            from bought left join back using (customer)""")

    def plain(_):
        columns = ", ".join([*COLUMNS, *MORE])
        found = base.execute(f"select customer::varchar as id, {columns} from summary order by id").fetchnumpy()
        numbers = [np.ma.filled(np.ma.asarray(found[name]).astype(float), np.nan) for name in [*COLUMNS, *MORE]]
        return np.asarray(found["id"]), np.column_stack(numbers)

    return run, plain


def lifetimes_engine(ids, times, money, kind):
    import pandas as pd
    from lifetimes.utils import summary_data_from_transaction_data

    warnings.simplefilter("ignore")  # of the years since its last release
    frame = pd.DataFrame({"customer": ids, "date": times, "revenue": money})

    def run():
        return summary_data_from_transaction_data(
            frame, "customer", "date", "revenue", observation_period_end=str(AS_OF)
        )

    def plain(found):
        found = found.sort_index()
        return found.index.astype("str").to_numpy(object), found[
            ["frequency", "recency", "T", "monetary_value"]
        ].to_numpy()

    return run, plain


ENGINES = {
    "crmlib": crmlib_engine,
    "Polars": polars_engine,
    "Polars, streaming": partial(polars_engine, way="streaming"),
    "DuckDB": duckdb_engine,
    "lifetimes": lifetimes_engine,
}


def one_engine(engine, kind, rows, customers, refunds, file):
    """Measure one engine in this process; leave its results in `file`."""
    run, plain = ENGINES[engine](*data(rows, customers, refunds), kind)
    forget_peak()
    start_mib = peak_mib()
    found = run()
    peak = peak_mib()
    seconds = []
    for _ in range(3 if rows > 2_000_000 else 9):
        del found
        start = time.perf_counter()
        found = run()
        seconds.append(time.perf_counter() - start)
    ids, numbers = plain(found)
    ids = np.char.lstrip(ids.astype(str), "C0").astype(np.int64)
    order = np.argsort(ids)
    np.savez(file, ids=ids[order], numbers=numbers[order])
    print(json.dumps({"seconds": statistics.median(seconds), "peak": peak, "above": peak - start_mib}))


def same_numbers(mine, other, engine):
    """Compare the results of two engines, customer by customer."""
    mine, other = np.load(mine), np.load(other)
    np.testing.assert_array_equal(mine["ids"], other["ids"])
    if engine == "lifetimes":  # repeat frequency, recency, T, and 0 for the mean of nothing
        frequency, _, recency, observed, value = mine["numbers"].T[:5]
        np.testing.assert_allclose(
            np.column_stack([frequency - 1, recency, observed, np.nan_to_num(value)]), other["numbers"], atol=1e-9
        )
    else:
        np.testing.assert_allclose(mine["numbers"], other["numbers"], rtol=1e-7, atol=1e-7)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--customers", type=int, default=1_000_000)
    options.add_argument("--write", action="store_true", help="put the tables into README.md")
    options.add_argument("--one", nargs=6, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        engine, kind, rows, customers, refunds, file = given.one
        return one_engine(engine, kind, int(rows), int(customers), refunds == "True", file)

    lines = [f"{machine()}; " + ", ".join(f"{name} {version(name)}" for name in ("pandas", "polars", "duckdb", "lifetimes")), "",
             "| rows | customers | ids | engine | seconds | × crmlib | peak memory, MiB | above its frame, MiB |",
             "|---:|---:|---|---|---:|---:|---:|---:|"]  # fmt: skip
    plans = [
        (kind, given.rows, given.customers, True, ("crmlib", "Polars", "Polars, streaming", "DuckDB"))
        for kind in ("number", "category", "text")
    ]
    plans.append(("number", given.rows // 10, given.customers // 10, False, ("crmlib", "lifetimes")))
    with tempfile.TemporaryDirectory() as folder:
        for kind, rows, customers, refunds, engines in plans:
            first = None
            for engine in engines:
                file = Path(folder, f"{engine}.npz")
                found = fresh_process("customer_summary.py", "--one", engine, kind, rows, customers, refunds, file)
                first = first or found
                same_numbers(Path(folder, "crmlib.npz"), file, engine)
                lines.append(
                    f"| {rows:,} | {customers:,} | {kind} | {engine} | {found['seconds']:.2f} "
                    f"| {found['seconds'] / first['seconds']:.1f} | {found['peak']:,.0f} | {found['above']:,.0f} |"
                )
    report("customer_summary", lines, given.write)


if __name__ == "__main__":
    main()
