"""Exercises: every student's own data, checks that name the mistake, hints, and points from plain answers."""

from __future__ import annotations

__all__: list[str] = []
