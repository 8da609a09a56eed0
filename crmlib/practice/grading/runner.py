"""Run one submission apart and take its answers out, whatever it does.

A watchdog limits the time, the memory and number of its processes, and what it prints, on every system. On Linux a
room of its own (`sandbox`) is added where the kernel allows. What comes back is treated as written by a stranger:
read up to a limit, parsed as JSON, checked field by field.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from crmlib.practice.grading.worker import PLACES

LONGEST_LINE = 4_000_000  # bytes; the answers to an exercise take some thousand, a table of all customers 100,000
MOST_ANSWER_BYTES = 20 * LONGEST_LINE  # all lines of one submission together
MOST_PROCESSES = 64
DEEPEST = 12
PAUSE = 0.2  # seconds between two looks of the watchdog; each looks through all processes of the computer


@dataclass(frozen=True)
class Limits:
    """What one submission may use: seconds on the clock, MiB of memory, MB of printed text."""

    seconds: float = 120
    megabytes: int = 2048
    printed_megabytes: int = 20


@dataclass(frozen=True)
class Run:
    """What came of running a submission.

    `student` is what the notebook calls its owner; `answers` variable -> plain value; `failed` number of a code cell ->
    its error; `reason` why the run was cut short, or nothing.
    """

    student: str = ""
    answers: dict = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict:
        return asdict(self)


class Cancelled(RuntimeError):
    """The grader was told to stop while a submission ran."""


class Runner:
    """Starts submissions, each in a process of its own. Several threads may use one runner. A context manager."""

    def __init__(self, limits: Limits, sandboxed: bool = True):
        self.limits = limits
        self._lock = threading.Lock()
        self._orders: socket.socket | None = None
        self._template: subprocess.Popen | None = None
        self.stop = threading.Event()
        self.why_not_sandboxed = ""
        if not sandboxed:
            self.why_not_sandboxed = "it was switched off"
        elif sys.platform != "linux":
            self.why_not_sandboxed = "only Linux has it"
        else:
            self._start_template()

    @property
    def sandboxed(self) -> bool:
        """Whether each submission gets a room that the kernel builds."""
        return not self.why_not_sandboxed

    def _start_template(self) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-P", "-m", "crmlib.practice.grading.template", str(theirs.fileno())]
        with theirs:
            self._template = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=plain_environment(Path(tempfile.gettempdir())),
                start_new_session=True,  # Ctrl+C is for the grader, which then ends what it started
            )
        self._orders = ours
        with ours.makefile("rb") as answer:
            line = answer.readline()
        self.why_not_sandboxed = json.loads(line)["refused"] if line else "its first process did not start"
        if self.why_not_sandboxed:
            self.close()

    def close(self) -> None:
        """End the warm process, if there is one."""
        if self._orders is not None:
            self._orders.close()
            self._template.wait()
            self._orders = self._template = None

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, cells: list[str], variables: list[str]) -> Run:
        """Run the code cells of one notebook and return its answers.

        Parameters
        ----------
        cells : source text of each code cell, in order.
        variables : names of the variables that hold answers.

        Raises
        ------
        Cancelled : `stop` was set meanwhile.
        """
        limits = self.limits
        job = {"cells": cells, "variables": variables, "seconds": limits.seconds, "megabytes": limits.megabytes}
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="crm-", ignore_cleanup_errors=True) as folder:
            process = _Copy(self._orders, self._lock, job) if self.sandboxed else _Fresh(job, Path(folder))
            answers = _Collector(process.answers, MOST_ANSWER_BYTES, keep=2 * LONGEST_LINE)
            printed = _Collector(process.printed, limits.printed_megabytes * 1_000_000, keep=1)
            reason = ""
            try:
                while process.is_running() and not reason:
                    if self.stop.is_set():
                        raise Cancelled
                    reason = _exceeded(limits, time.monotonic() - start, process.family(), answers, printed)
                    if not reason:
                        process.wait(PAUSE)
            finally:
                code = process.end()
                answers.finish()
                printed.finish()
        # It may have filled a limit and ended before the watchdog looked.
        reason = reason or _exceeded(limits, 0, [], answers, printed)
        line, whole = last_line(bytes(answers.tail))
        if line is None:
            return Run(reason=reason or "It ended before its first cell had run.", seconds=time.monotonic() - start)
        if not reason and not (line["done"] and whole and code == 0):
            reason = "It ended its own process."
        if reason:
            place = f"in code cell {line['cell'] + 1}" if line["cell"] < len(cells) else "after its last cell"
            reason += f" That was {place}; answers given before that count."
        found = {name: value for name, value in line["answers"].items() if name in variables}
        return Run(line["student"], found, line["failed"], reason, time.monotonic() - start)


def _exceeded(limits: Limits, seconds: float, family: list, answers: _Collector, printed: _Collector) -> str:
    """Return which limit a submission has passed, in a sentence, or nothing."""
    if seconds > limits.seconds:
        return f"It was stopped after {limits.seconds:g} seconds: a loop without end, or very slow code."
    if printed.full:
        return f"It was stopped because it printed more than {limits.printed_megabytes} MB."
    if answers.full:
        return "It was stopped because its answers were far larger than any answer can be."
    if len(family) > MOST_PROCESSES:
        return f"It was stopped because it started more than {MOST_PROCESSES} processes."
    if _memory(family) > limits.megabytes * 1024**2:
        return f"It was stopped because it used more than {limits.megabytes:,} MB of memory."
    return ""


def _memory(family: list) -> int:
    """Return the bytes of memory that some processes hold together; what they share is counted for each."""
    import psutil

    total = 0
    for process in family:
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total


class _Fresh:
    """A submission in a new Python process, with a temporary folder as its place: works on every system."""

    def __init__(self, job: dict, folder: Path):
        share_fonts(folder)
        self._popen = subprocess.Popen(
            [sys.executable, "-P", "-m", "crmlib.practice.grading.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=plain_environment(folder),
            start_new_session=True,
        )
        self.answers, self.printed = self._popen.stdout, self._popen.stderr
        self._seen: dict = {}
        with contextlib.suppress(OSError), self._popen.stdin as way_in:
            way_in.write(json.dumps(job).encode())

    def is_running(self) -> bool:
        return self._popen.poll() is None

    def wait(self, seconds: float) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)

    def family(self) -> list:
        """Return the process and all that it started; those that left its family since are remembered."""
        import psutil

        with contextlib.suppress(psutil.Error):
            first = psutil.Process(self._popen.pid)
            for process in (first, *first.children(recursive=True)):
                self._seen[process] = None
        alive = []
        for process in self._seen:
            with contextlib.suppress(psutil.Error):
                if process.is_running():
                    alive.append(process)
        return alive

    def end(self) -> int:
        """End the process and all that it started; return its exit code."""
        import psutil

        for process in self.family():
            with contextlib.suppress(psutil.Error):
                process.kill()
        if os.name == "posix":
            import signal

            with contextlib.suppress(OSError):
                os.killpg(self._popen.pid, signal.SIGKILL)
        return self._popen.wait()


class _Copy:
    """A submission in a copy of the warm process, in a room of its own (Linux)."""

    def __init__(self, orders: socket.socket, lock: threading.Lock, job: dict):
        job_out, job_in = os.pipe()
        answers_out, answers_in = os.pipe()
        printed_out, printed_in = os.pipe()
        self._line, theirs = socket.socketpair()
        with theirs, lock:
            socket.send_fds(orders, [b"."], [job_out, answers_in, printed_in, theirs.fileno()])
        for end in (job_out, answers_in, printed_in):
            os.close(end)
        self.answers, self.printed = os.fdopen(answers_out, "rb"), os.fdopen(printed_out, "rb")
        with contextlib.suppress(OSError), os.fdopen(job_in, "wb") as way_in:
            way_in.write(json.dumps(job).encode())
        self._told = b""
        self._over = False

    def _listen(self, seconds: float) -> None:
        self._line.settimeout(seconds)
        with contextlib.suppress(TimeoutError, ConnectionError):
            more = self._line.recv(100)
            self._told += more
            self._over = not more

    def is_running(self) -> bool:
        return not self._over

    def wait(self, seconds: float) -> None:
        self._listen(seconds)

    def family(self) -> list:
        import psutil

        with contextlib.suppress(psutil.Error, ValueError):
            return psutil.Process(int(self._told.split(b"\n")[0])).children(recursive=True)
        return []

    def end(self) -> int:
        """Let go of the line, on which the watcher ends the room; return the exit code of the notebook's process."""
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_WR)
        while not self._over:
            self._listen(10)
        self._line.close()
        words = self._told.split()
        return int(words[1]) if len(words) > 1 else -1


class _Collector:
    """Reads a pipe in a thread of its own, so that its writer never waits; keeps the end, counts all."""

    def __init__(self, pipe, most: int, keep: int):
        self.tail, self.full = bytearray(), False
        self._pipe, self._most, self._keep, self._count = pipe, most, keep, 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while piece := os.read(self._pipe.fileno(), 1 << 16):
                if self.full:
                    continue  # read on, so that the writer sees no difference, and keep nothing
                self._count += len(piece)
                self.full = self._count > self._most
                self.tail += piece
                if len(self.tail) > 2 * self._keep:
                    del self.tail[: -self._keep]

    def finish(self) -> None:
        # A process that escaped may hold the other end open; its text is not waited for.
        self._thread.join(2)
        if not self._thread.is_alive():
            self._pipe.close()


def plain_environment(folder: Path) -> dict[str, str]:
    """Return the environment variables of a submission: what Python needs, nothing that tells about the instructor."""
    needed = [
        "PATH",
        "SYSTEMROOT",
        "SYSTEMDRIVE",
        "WINDIR",
        "COMSPEC",
        "PATHEXT",
        "LANG",
        "LC_ALL",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
    ]
    kept = {name: os.environ[name] for name in needed if name in os.environ}
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return {
        **kept,
        **dict.fromkeys(threads, "1"),  # several submissions run at a time, each on one core
        **dict.fromkeys(PLACES, str(folder)),
        "MPLBACKEND": "agg",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",
    }


def share_fonts(folder: Path) -> None:
    """Give a new process the list of fonts that matplotlib made before: making it anew takes seconds."""
    import matplotlib as mpl

    for made in Path(mpl.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(made, folder)


def last_line(tail: bytes) -> tuple[dict | None, bool]:
    """Return the last well-formed line of answers, and whether it is the very last thing that came."""
    lines = tail.split(b"\n")
    for place, line in enumerate(reversed(lines)):
        checked = checked_line(line)
        if checked is not None:
            return checked, place <= 1 and not lines[-1]
    return None, False


def checked_line(line: bytes) -> dict | None:
    """Return what a line says if it has exactly the form of a line of answers, else None."""
    if not line or len(line) > LONGEST_LINE:
        return None
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    form = {"cell": int, "done": bool, "student": str, "answers": dict, "failed": dict}
    if type(said) is not dict or {name: type(value) for name, value in said.items()} != form:
        return None
    if not are_errors(said["failed"]) or len(said["student"]) > 100:
        return None
    if not 0 <= said["cell"] < 100_000 or not all(is_plain(value) for value in said["answers"].values()):
        return None
    return said


def are_errors(failed: dict) -> bool:
    """Say whether this can be {number of a code cell: its error in one line}."""
    return all(
        re.fullmatch(r"[1-9][0-9]{0,5}", number) and type(error) is str and len(error) <= 400
        for number, error in failed.items()
    )


def is_plain(value: object, depth: int = 0) -> bool:
    """Say whether a value read from JSON is one that an answer may be: not deep, no number beyond a float's range."""
    if depth > DEEPEST:
        return False
    if isinstance(value, dict):
        return all(is_plain(item, depth + 1) for item in value.values())
    if isinstance(value, list):
        return all(is_plain(item, depth + 1) for item in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) < 2**63
    return not (isinstance(value, float) and math.isinf(value))
