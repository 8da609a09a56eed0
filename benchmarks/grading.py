"""Grading a class of 100, of which 39 go wrong, each in its own way: wall time, and whether everybody has a row.

python benchmarks/grading.py [--write]
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import sys
import tempfile
import time
from pathlib import Path

from measure import ROOT, fresh_process, machine, report

sys.path.insert(0, str(ROOT))

SECONDS = 20  # what one notebook may take; some of those that go wrong never end


def hand_in(folder: Path, size: int, with_broken: bool) -> None:
    """Write the notebooks of a class as Moodle exports them, and its roster."""
    from tests.practice.grading.broken import BROKEN, key_for, named, notebook, packed

    broken = BROKEN if with_broken else []
    lines = ["student id,name"]
    for number in range(size):
        student = f"class{number:03d}"
        lines.append(f"{student},Name{number:03d} Of")
        place = folder / "class" / f"Name{number:03d} Of_{5000 + number}_assignsubmission_file_"
        place.mkdir(parents=True)
        if number < len(broken):
            way = broken[number]
            (place / way.file).write_bytes(way.make(key_for(student)))
        else:  # one in four hands in an exercise that is not begun
            begun = key_for(student) if number % 4 else named(notebook("exercises/02_customer_pyramid.ipynb"), student)
            (place / "02_customer_pyramid.ipynb").write_bytes(packed(begun))
    (folder / "roster.csv").write_text("\n".join(lines), encoding="utf-8")


def measure(size: int, with_broken: bool, rooms: bool) -> dict:
    """Grade a class by the command; return the wall time, the rows and how many have the full points."""
    from crmlib.practice.grading import __main__ as command
    from crmlib.practice.grading.runner import Runner

    if not rooms:
        command.Runner = lambda limits: Runner(limits, sandboxed=False)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        hand_in(folder, size, with_broken)
        words = ["class", "--exercise", "02", "--roster", "roster.csv", "--from", scratch, "--seconds", str(SECONDS)]
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            code = command.main(words)
        seconds = time.perf_counter() - start
        with (folder / "grades-02-overview.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    return {
        "code": code,
        "seconds": seconds,
        "students": len({row["student"] for row in rows}),
        "noted": sum(bool(row["notes"]) for row in rows),
        "full": sum(float(row["points"]) >= 17 for row in rows),
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--write", action="store_true", help="put the table into README.md")
    options.add_argument("--measure", metavar="CASE", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.measure:
        print(json.dumps(measure(**json.loads(given.measure))))
        return 0
    from tests.practice.grading.broken import BROKEN

    cases = [
        (f"100, of which {len(BROKEN)} go wrong", "rooms of the Linux kernel", {"size": 100, "with_broken": True, "rooms": True}),
        ("40, all run", "rooms of the Linux kernel", {"size": 40, "with_broken": False, "rooms": True}),
        ("40, all run", "fresh processes, as on Windows and macOS", {"size": 40, "with_broken": False, "rooms": False}),
    ]  # fmt: skip
    head = "| submissions | apart by | wall seconds | seconds each | students with a row | with a note | full points |"
    lines = [machine(), "", head, "|---|---|---:|---:|---:|---:|---:|"]
    lost = 0
    for what, how, case in cases:
        got = fresh_process(Path(__file__).name, "--measure", json.dumps(case))
        lost += got["code"] != 0 or got["students"] != case["size"]
        each = got["seconds"] / case["size"]
        lines.append(
            f"| {what} | {how} | {got['seconds']:.0f} | {each:.2f} | {got['students']} | {got['noted']} | {got['full']} |"
        )
    report("grading", lines, given.write)
    return int(lost > 0)


if __name__ == "__main__":
    raise SystemExit(main())
