"""What all tests share. Fixtures of one room live in a conftest.py of that room's folder."""

from __future__ import annotations

import os
import re
from importlib import metadata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings
from xdist.scheduler.loadscope import LoadScopeScheduling

# The same cases in every run, and no stop-watch: a busy computer is not a fault of the code.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")

# The tests keep every core busy already; linear algebra on more threads than that waits for itself. The workers, and the
# kernels they start, take it from here; set before, it stays as it is.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parents[1]

# What takes longest is handed out first, so that no worker is left alone with it at the end.
LONGEST = (
    "tests/browser/test_lessons.py",
    "tests/practice/test_exercises.py",
    "tests/companies/bank/test_truth.py",
    "tests/onetoone/test_truth.py",
    "notebooks/",
    "tests/lessons/",
)
# Files whose tests share nothing but what belongs to one exercise or lesson: each of these is a share of its own.
BY_PARAMETER = LONGEST[:2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the project."""
    return ROOT


@pytest.fixture(autouse=True)
def _numbers_are_printed_as_usual():
    """A test that runs a lesson or an exercise leaves pandas' way of printing as it was for the next one."""
    yield
    for option in ("display.float_format", "display.max_colwidth", "display.precision"):
        pd.reset_option(option)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all-ids", action="store_true", help="try the exercises on 200 student ids instead of 12")


class Shares(LoadScopeScheduling):
    """Hand out the tests file by file; those of a long file, exercise by exercise or lesson by lesson."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, name = nodeid.partition("::")
        return f"{file}[{name.partition('[')[2]}" if file in BY_PARAMETER else file


def pytest_xdist_make_scheduler(config: pytest.Config, log) -> LoadScopeScheduling:
    return Shares(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first; skip the tests marked `locked` where other versions than the pinned ones are installed."""
    items.sort(
        key=lambda item: next((k for k, file in enumerate(LONGEST) if item.nodeid.startswith(file)), len(LONGEST))
    )
    pinned = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    numerical = ("numpy", "pandas", "scipy", "matplotlib", "seaborn")
    others = [name for name in numerical if metadata.version(name) != pinned[name]]
    if others:
        skip = pytest.mark.skip(reason=f"other versions than in requirements.lock are installed: {', '.join(others)}")
        for item in items:
            if item.get_closest_marker("locked"):
                item.add_marker(skip)
