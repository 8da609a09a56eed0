"""The measures in SQL on ten million purchases, on the embedded engine; and plain hashes of phone numbers, all tried.

    python benchmarks/warehouse.py [--rows 10000000] [--write]
    python benchmarks/warehouse.py --phones [--write]

The first part fills the star's tables, asks each measure that needs them, and checks three answers against numpy. The second tries
all 1,000,000,000 numbers that begin with 12 against the plain SHA-256 of the course's invented phone numbers.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from importlib import resources
from importlib.metadata import version

import numpy as np
from measure import forget_peak, fresh_process, machine, peak_mib, report

CUTS = {"top": 0.01, "big": 0.04, "medium": 0.15}
SPAN = {"start": "2023-01-01", "as_of": "2025-12-31"}
ASKED = {
    "customer_summary": SPAN,
    "rfm": SPAN | {"scores": 5},
    "customer_pyramid": {"year": 2025, **CUTS},
    "tier_migration": {"before": 2024, "after": 2025, **CUTS},
    "top_share": {"year": 2025, "share": 0.2},
    "gini": {"year": 2025},
    "whale_curve": {"year": 2025},
}
ALL_NUMBERS = 1_000_000_000


def fill(rows, customers):
    """Return a warehouse with that many purchases by chance, their years, and the purchases as arrays."""
    import pandas as pd

    from crmlib.warehouse.store import Warehouse, _connect

    draw = np.random.default_rng(14)
    first = (np.datetime64("2023-01-01") - np.datetime64("1970-01-01")).astype(int)
    ids = draw.integers(0, customers, rows)
    days = (first + draw.integers(0, 1096, rows)).astype(np.int32)
    money = draw.lognormal(3, 1, rows).round(2)
    connection = _connect()
    connection.execute((resources.files("crmlib.warehouse") / "load" / "star.sql").read_text(encoding="utf-8"))
    connection.register("drawn", pd.DataFrame({"customer": ids, "day": days, "amount": money}))
    connection.execute("INSERT INTO fact_purchase SELECT customer, day, CAST(amount AS DECIMAL(18,4)) FROM drawn")
    connection.unregister("drawn")
    connection.execute("""
        INSERT INTO fact_year
        SELECT p.customer, d.year, sum(p.amount), 0.4 * sum(p.amount), 0.4 * sum(p.amount) - 8
        FROM fact_purchase p JOIN dim_date d ON d.day = p.day GROUP BY p.customer, d.year""")
    return Warehouse(connection, "benchmark"), ids, days, money


def check(warehouse, ids, days, money):
    """Compare with numpy, which knows no SQL."""
    summary = warehouse.measure("customer_summary", **SPAN)
    np.testing.assert_array_equal(summary["customer"], np.unique(ids))
    np.testing.assert_allclose(summary["revenue"], np.bincount(ids, weights=money)[np.unique(ids)], atol=0.005)
    last_year = np.bincount(ids, weights=money * (days >= 20089))  # 2025-01-01
    values = np.sort(last_year[np.bincount(ids, weights=days >= 20089) > 0])[::-1]
    n = len(values)
    held = np.interp(0.2 * n, np.arange(n + 1), np.append(0, np.cumsum(values))) / values.sum()
    np.testing.assert_allclose(warehouse.measure("top_share", year=2025, share=0.2)["top_share"], held, rtol=1e-9)
    gini = 2 * np.sum(np.arange(1, n + 1) * values[::-1]) / (n * values.sum()) - (n + 1) / n
    np.testing.assert_allclose(warehouse.measure("gini", year=2025)["gini"], gini, rtol=1e-7)


def one_size(rows):
    """Time each measure in this process."""
    begin = time.perf_counter()
    warehouse, *drawn = fill(rows, max(1_000, rows // 10))
    filled = time.perf_counter() - begin
    check(warehouse, *drawn)
    del drawn
    forget_peak()
    found = {"fill": {"seconds": filled, "answer": rows, "peak": peak_mib()}}
    for name, values in ASKED.items():
        forget_peak()
        seconds = []
        for _ in range(3):
            start = time.perf_counter()
            answer = warehouse.measure(name, **values)
            seconds.append(time.perf_counter() - start)
        found[name] = {"seconds": statistics.median(seconds), "answer": len(answer), "peak": peak_mib()}
    warehouse.close()
    print(json.dumps(found))


def try_some(hashes, start, stop):
    from crmlib.warehouse import crack_hashes

    return crack_hashes(hashes, range(start, stop))["phone"].tolist()


def phones(limit):
    """Try all numbers in steps, with the course's own loop, one process a core; every number found must be one of the list."""
    import pandas as pd

    from crmlib.companies import load_bank
    from crmlib.warehouse import plain_hash

    bank = load_bank(tables=["export_app", "export_branch"])
    listed = pd.concat([bank.export_app["phone"], bank.export_branch["phone"]]).str.replace(" ", "")
    hashes = plain_hash(listed).dropna().drop_duplicates()
    step = min(5_000_000, limit)
    starts = range(0, limit, step)
    begin = time.perf_counter()
    with ProcessPoolExecutor() as pool:
        stops = [min(start + step, limit) for start in starts]
        found = [phone for part in pool.map(try_some, [hashes] * len(starts), starts, stops) for phone in part]
    seconds = time.perf_counter() - begin
    assert set(found) <= set(listed)
    print(json.dumps({"hashes": len(hashes), "found": len(found), "seconds": seconds}))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--phones", action="store_true", help="try all phone numbers instead")
    options.add_argument("--numbers", type=int, default=ALL_NUMBERS, help="how many numbers to try")
    options.add_argument("--write", action="store_true", help="put the table into README.md")
    options.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        return (phones if given.one[0] == "phones" else one_size)(int(given.one[1]))

    head = f"{machine()}; duckdb {version('duckdb')}"
    if given.phones:
        found = fresh_process("warehouse.py", "--one", "phones", given.numbers)
        lines = [head, "", "| numbers tried | different hashes | turned back | seconds | numbers per second |",
                 "|---:|---:|---:|---:|---:|",
                 f"| {given.numbers:,} | {found['hashes']:,} | {found['found']:,} | {found['seconds']:,.0f} "
                 f"| {given.numbers / found['seconds']:,.0f} |"]  # fmt: skip
        return report("warehouse_phones", lines, given.write)
    lines = [head, "", "| purchases | customers | measure | rows of the answer | seconds | peak memory, MiB |",
             "|---:|---:|---|---:|---:|---:|"]  # fmt: skip
    for rows in (given.rows // 10, given.rows):
        for name, one in fresh_process("warehouse.py", "--one", "rows", rows).items():
            lines.append(
                f"| {rows:,} | {max(1_000, rows // 10):,} | {name} | {one['answer']:,} | {one['seconds']:.2f} | {one['peak']:,.0f} |"
            )
    report("warehouse", lines, given.write)


if __name__ == "__main__":
    main()
