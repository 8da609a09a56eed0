"""A runner for tests that are not about running: it starts nothing and answers at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

from crmlib.practice.grading.runner import Limits, Run


class Ready:
    """Stands for `Runner`; `answer` makes the run of a notebook from its code cells."""

    sandboxed, limits, why_not_sandboxed = True, Limits(), ""

    def __init__(self, answer: Callable[[list[str]], Run]):
        self._answer, self.stop = answer, threading.Event()

    def __enter__(self) -> Ready:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, cells: list[str], variables: list[str]) -> Run:
        return self._answer(cells)
