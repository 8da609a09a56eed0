"""One million customers of each company on one core: seconds and peak memory.

python benchmarks/companies.py [--customers 1_000_000] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import time
from functools import partial

from measure import fresh_process, machine, peak_mib, report


def one_company(name: str, customers: int) -> None:
    """Simulate one company in this process."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from crmlib.companies import simulate_bank, simulate_utility

    start = time.perf_counter()
    simulate = {"bank": simulate_bank, "utility": partial(simulate_utility, hourly=False)}[name]
    company = simulate(customers=customers, seed=1)
    seconds = time.perf_counter() - start
    rows = sum(len(frame) for frame in company.tables.values())
    print(json.dumps({"seconds": seconds, "peak": peak_mib(), "tables": len(company.tables), "rows": rows}))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--customers", type=int, default=1_000_000)
    options.add_argument("--write", action="store_true", help="put the table into README.md")
    options.add_argument("--one", choices=["bank", "utility"], help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        return one_company(given.one, given.customers)
    lines = [
        machine(),
        "",
        "| company | customers | tables | rows | seconds | peak memory, GiB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in ("bank", "utility"):
        found = fresh_process("companies.py", "--one", name, "--customers", given.customers, one_core=True)
        lines.append(
            f"| {name} | {given.customers:,} | {found['tables']} | {found['rows']:,} | {found['seconds']:.0f} "
            f"| {found['peak'] / 1024:.1f} |"
        )
    report("companies", lines, given.write)


if __name__ == "__main__":
    main()
