"""`import crmlib` beside `import pandas`: fresh processes, alternating, medians, their ratio.

python benchmarks/imports.py [--write]
"""

from __future__ import annotations

import argparse
import compileall
import statistics
import subprocess
import sys
import sysconfig
import time

from measure import ROOT, machine, report

LIMIT = 1.1


def seconds(module: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], cwd=ROOT, check=True)
    return time.perf_counter() - start


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=21)
    options.add_argument("--write", action="store_true", help="put the table into README.md")
    given = options.parse_args()
    # without stored bytecode the larger package would be blamed for being compiled
    for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), str(ROOT / "crmlib")}:
        compileall.compile_dir(folder, quiet=2)
    named = {"pandas": "pandas", "crmlib": "crmlib", "crmlib and its pyramid": "crmlib.pyramid"}
    taken = {name: [] for name in named}
    for _ in range(given.rounds):
        for name, module in named.items():
            taken[name].append(seconds(module))
    median = {name: statistics.median(times) for name, times in taken.items()}
    lines = [machine(), "", "| import | seconds (median of fresh processes) | × pandas |", "|---|---:|---:|"]
    lines += [f"| {name} | {value:.3f} | {value / median['pandas']:.3f} |" for name, value in median.items()]
    report("imports", lines, given.write)
    return int(median["crmlib"] / median["pandas"] > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
