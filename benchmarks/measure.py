"""What the benchmarks share: fresh processes, peak memory, the tables of README.md."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = Path(__file__).with_name("README.md")


def fresh_process(script: str, *arguments: object, one_core: bool = False) -> dict:
    """Run a script in a process of its own; return what its last line says, as JSON."""
    code = [sys.executable, str(Path(__file__).with_name(script)), *map(str, arguments)]
    if one_core:
        threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
        environment = os.environ | dict.fromkeys(threads, "1")
    else:
        environment = os.environ
    answer = subprocess.run(
        code, env=environment | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, encoding="utf-8", check=True
    )
    return json.loads(answer.stdout.splitlines()[-1])


def forget_peak() -> None:
    """Let peak memory be counted from now on (Linux; elsewhere it counts from the start of the process)."""
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_mib() -> float:
    """Return the peak of resident memory of this process, in MiB."""
    if sys.platform == "linux":
        return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


def machine() -> str:
    """Say on what was measured, and how busy it was."""
    load = f", load average {os.getloadavg()[0]:.1f} before the run" if hasattr(os, "getloadavg") else ""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}{load}"


def report(name: str, lines: list[str], write: bool) -> None:
    """Print a table; with `write`, put it into README.md between the marks of that name."""
    text = "\n".join(lines)
    print(text)
    if write:
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        new, found = re.subn(
            pattern, lambda part: f"{part[1]}{text}\n{part[2]}", README.read_text("utf-8"), flags=re.DOTALL
        )
        if not found:
            raise ValueError(f"README.md has no marks <!-- {name} --> … <!-- end -->")
        README.write_text(new, encoding="utf-8", newline="\n")
