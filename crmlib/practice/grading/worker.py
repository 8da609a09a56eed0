"""What runs inside a submission's own process: its cells, one after the other, and nothing of the scoring.

The process is told the cells and the names of the variables that are asked for. After every cell it hands out what
those variables hold, as one line of plain JSON. It knows no expected value and no private question, so whatever a
notebook does in here, it can only change its own answers. The last whole line counts, so a notebook that never ends,
or ends its own process, keeps the answers that it had given before.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys

# Environment variables that say where a program may keep its files.
PLACES = ("HOME", "USERPROFILE", "TEMP", "TMP", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "APPDATA", "LOCALAPPDATA")


def main() -> None:
    """Read the job from standard input and run it: how a platform without a sandbox starts this process."""
    job = json.loads(sys.stdin.buffer.read())
    limit_resources(job["megabytes"], job["seconds"])
    run_job(job)


def run_job(job: dict) -> None:
    """Run a job: standard output becomes the way out for answers, everything that is printed goes to standard error."""
    way_out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    sys.stdin = io.StringIO()
    run_cells(job["cells"], job["variables"], way_out)
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)  # no exit handlers, and no waiting for threads that a notebook left behind


def run_cells(cells: list[str], variables: list[str], way_out: io.TextIOBase) -> None:
    """Run the cells of a notebook, and after each write a line with the answers so far.

    Parameters
    ----------
    cells : the source text of each code cell, in order.
    variables : names of the variables that hold answers.
    way_out : where the lines go. A line holds `cell` (how many have run), `done`, `student` (what the notebook calls its
        owner), `answers` (variable -> plain value) and `failed` (number of a cell, from 1 -> its error in one line).
    """
    from crmlib.practice.answers import collect

    shell = new_shell()
    failed: dict[str, str] = {}
    for number, source in enumerate(cells, start=1):
        error = run_cell(shell, source)
        if error:
            failed[str(number)] = error
        line = {
            "cell": number,
            "done": number == len(cells),
            "student": plain_name(shell.user_ns.get("student")),
            "answers": collect(shell.user_ns, variables),
            "failed": failed,
        }
        way_out.write(json.dumps(line) + "\n")
        way_out.flush()


def new_shell():
    """Return an IPython shell without history, so that magics and displays work as in a notebook."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Silent(DisplayHook):
        """Shows no values: nobody looks, and a huge table would only cost time."""

        def __call__(self, result=None):
            if result is not None and not self.quiet():
                self.update_user_ns(result)

    class Shell(InteractiveShell):
        displayhook_class = Silent

        system = InteractiveShell.system_raw  # the other way asks for a terminal

        def showtraceback(self, *_, **__):
            """Do nothing: the error goes into one line of the row, and a long traceback takes seconds to lay out."""

        showsyntaxerror = showindentationerror = showtraceback

        def enable_gui(self, gui=None):
            """Do nothing: there is no screen."""

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "nocolor"
    settings.InteractiveShell.cache_size = 0
    return Shell.instance(config=settings)  # the one that get_ipython() finds


def run_cell(shell, source: str) -> str:
    """Run one cell; return its error in one line, or nothing. Errors of a cell do not stop those that follow."""
    try:
        result = shell.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
    except BaseException as raised:  # a cell may raise SystemExit or an exception of its own making
        error = raised
    if error is None:
        return ""
    try:
        return f"{type(error).__name__}: {error}"[:300]
    except BaseException:  # the text of an exception is student code too
        return "an error without a readable text"


def plain_name(value: object) -> str:
    if type(value) is int and abs(value) < 10**30:  # an id typed without quotes
        value = str(value)
    return value[:100] if type(value) is str else ""


def limit_resources(megabytes: int, seconds: float) -> None:
    """Ask the system itself to stop this process from growing (no effect on Windows, partly on macOS)."""
    try:
        import resource
    except ImportError:
        return
    mega = 1024**2
    wanted: list[tuple[int, int]] = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 64 * mega),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CPU, int(seconds) + 5),
    ]
    if sys.platform == "linux":  # macOS does not keep to it
        wanted.append((resource.RLIMIT_AS, address_space() + megabytes * mega))
    for what, most in wanted:
        hard = resource.getrlimit(what)[1]
        with contextlib.suppress(ValueError, OSError):
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (least, least))


def address_space() -> int:
    """Return how many bytes of address space this process uses (Linux)."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
