"""Exercises: every student's own data, checks that name the mistake, hints, and points from plain answers."""

from __future__ import annotations

import importlib
from typing import Any

_FROM = {
    "capstone_report": "report",
    "data_gaps": "report",
    "exercise": "notebook",
    "map_columns": "column_form",
    "quiz": "selfcheck",
    "Question": "declare",
    "Misconception": "declare",
}

__all__ = ["Misconception", "Question", "capstone_report", "data_gaps", "exercise", "map_columns", "quiz"]


def __getattr__(name: str) -> Any:
    # Only when used: the scorer needs neither a notebook nor widgets.
    if name in _FROM:
        return getattr(importlib.import_module(f"crmlib.practice.{_FROM[name]}"), name)
    raise AttributeError(f"crmlib.practice has no {name!r}.")
