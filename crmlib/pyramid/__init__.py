"""The customer pyramid: who is a customer, who matters most, who moves, and how concentrated the money is.

Functions that sort out raw records return a `Result` (`.table`, `.customers`, `.excluded`): rows that cannot be used are
set aside, counted and explained. Functions that return one number or one frame refuse such rows instead.
"""

from __future__ import annotations

from crmlib._frames import Result
from crmlib.pyramid.concentration import (
    WhaleCurve,
    gini,
    high_value_under_swing,
    lorenz_curve,
    market_share_of_high_value,
    top_share,
    whale_curve,
)
from crmlib.pyramid.records import STATUSES, customer_summary, lifecycle_status
from crmlib.pyramid.tiers import CUTS, TIERS, Migration, customer_pyramid, regression_to_the_mean, tier_migration

__all__ = [
    "CUTS",
    "STATUSES",
    "TIERS",
    "Migration",
    "Result",
    "WhaleCurve",
    "customer_pyramid",
    "customer_summary",
    "gini",
    "high_value_under_swing",
    "lifecycle_status",
    "lorenz_curve",
    "market_share_of_high_value",
    "regression_to_the_mean",
    "tier_migration",
    "top_share",
    "whale_curve",
]
