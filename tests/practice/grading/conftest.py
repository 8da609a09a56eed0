"""What the tests of grading share: runners that are started once, and small notebooks."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from crmlib.practice.grading.runner import Limits, Runner

# Short, so that a notebook that never ends costs a test little; long enough for one that does end on a busy computer.
SHORT = Limits(seconds=6, megabytes=700, printed_megabytes=5)


@pytest.fixture(scope="session")
def in_rooms():
    """A runner with the rooms that the Linux kernel builds."""
    with Runner(SHORT) as runner:
        if not runner.sandboxed:
            pytest.skip(f"this computer builds no rooms: {runner.why_not_sandboxed}")
        yield runner


@pytest.fixture(scope="session")
def plainly():
    """A runner as on Windows and macOS: fresh processes, no rooms."""
    with Runner(SHORT, sandboxed=False) as runner:
        yield runner


@pytest.fixture(params=["in_rooms", "plainly"])
def runner(request) -> Runner:
    """Both ways to run a submission."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def small() -> Callable[..., bytes]:
    """Return the bytes of a small notebook for exercise 02: first cell the id, then the cells given."""

    def make(*cells: str, student: str = "b1x", **stamp: str) -> bytes:
        sources = [f'student = "{student}"', *cells]
        content = {
            "cells": [{"cell_type": "code", "metadata": {}, "source": source} for source in sources],
            "metadata": {"crm": {"exercise": "02", **stamp}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        return json.dumps(content).encode()

    return make
