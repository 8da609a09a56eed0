"""Loyalty: who stays, who merely has not left, and what staying is worth.

Functions that sort out survey rows return a `Result` (`.table`, `.customers`, `.excluded`): rows that cannot be used are set
aside, counted and explained. Functions that estimate one thing refuse such rows, or count them in a column.
"""

from __future__ import annotations

from crmlib._frames import Result
from crmlib.loyalty._answers import with_scales
from crmlib.loyalty.behaviour import behaviour_after, loyal_effects
from crmlib.loyalty.curve import Curve, difference_in_differences, follow_up, satisfaction_curve
from crmlib.loyalty.effects import effect_sizes, loyalty_levers
from crmlib.loyalty.indices import Indices, loyalty_indices
from crmlib.loyalty.profit import defection_gain, reported_gains
from crmlib.loyalty.typology import LOYALTY_TYPES, STAY_REASONS, cells_of, compare_types, loyalty_rules, loyalty_types

__all__ = [
    "LOYALTY_TYPES",
    "STAY_REASONS",
    "Curve",
    "Indices",
    "Result",
    "behaviour_after",
    "cells_of",
    "compare_types",
    "defection_gain",
    "difference_in_differences",
    "effect_sizes",
    "follow_up",
    "loyal_effects",
    "loyalty_indices",
    "loyalty_levers",
    "loyalty_rules",
    "loyalty_types",
    "reported_gains",
    "satisfaction_curve",
    "with_scales",
]
