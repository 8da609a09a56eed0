"""A warm process that has loaded the packages once, and is copied for every submission (Linux only).

Loading pandas and its friends takes longer than most notebooks. This process loads them, then copies itself for each
submission; the copy enters a room of its own (`sandbox`) before it sees a line of the notebook. It never runs student
code itself and holds nothing that a student may not see, so every submission starts from the same clean state.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
from pathlib import Path

from crmlib.practice.grading import sandbox, worker

# What notebooks of the course load; a module that is missing is simply loaded later, or not at all.
USUAL = (
    "pandas",
    "numpy",
    "matplotlib.pyplot",
    "seaborn",
    "IPython.core.interactiveshell",
    "crmlib",
    "crmlib.pyramid",
    "crmlib.show",
    "crmlib.practice.answers",
    "crmlib.companies.bank",
    "crmlib.companies.utility",
)


def main() -> None:
    """Load the packages, say whether rooms can be built, then serve orders until the other end closes."""
    orders = socket.socket(fileno=int(sys.argv[1]))
    for module in USUAL:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    with tempfile.TemporaryDirectory() as stage:
        visible = sandbox.visible_paths()
        orders.sendall(json.dumps({"refused": sandbox.available(Path(stage), visible)}).encode() + b"\n")
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the watchers, they must not pile up
        gc.freeze()  # copies would otherwise duplicate this memory as soon as they collect garbage
        while True:
            _, ends, _, _ = socket.recv_fds(orders, 1, 4)
            if len(ends) != 4:
                return
            if os.fork() == 0:
                orders.close()
                with contextlib.suppress(BaseException):
                    watch(ends, Path(stage), visible)
                os._exit(0)
            for end in ends:
                os.close(end)


def watch(ends: list[int], stage: Path, visible: list[Path]) -> None:
    """Start one submission in a room of its own and end it when the grader lets go of its line.

    `ends`: where the job comes from, where answers go, where printed text goes, and the line to the grader, on which its
    end is told.
    """
    job_end, answers_end, printed_end, line = ends
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    with os.fdopen(job_end, "rb") as file:
        job = json.loads(file.read())
    sandbox.new_namespaces()
    child = os.fork()
    if child == 0:
        try:
            os.close(line)
            os.dup2(answers_end, 1)
            os.dup2(printed_end, 2)
            os.close(answers_end)
            os.close(printed_end)
            worker.limit_resources(job["megabytes"], job["seconds"])
            sandbox.build_room(stage, visible)
            sandbox.give_up_rights()
            os.environ.update(dict.fromkeys(worker.PLACES, sandbox.HOME))
            tempfile.tempdir = None  # it was looked up outside
            os.setsid()
            worker.run_job(job)
        finally:
            os._exit(1)
    os.close(answers_end)
    os.close(printed_end)
    os.write(line, f"{os.getpid()}\n".encode())
    process = os.pidfd_open(child)
    select.select([process, line], [], [])
    # Ended by itself, or the grader let go: all other processes of the room end with this first one.
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(process, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(OSError):
        os.write(line, f"{os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    main()
