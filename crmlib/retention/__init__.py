"""Retention: how many stay, by which measure; how long; who is likely to leave; whom a contact keeps, and at which cost.

Descriptive: rates, cohorts, survival. Predictive: the churn model. Causal, where the arm was drawn by lot: uplift.
"""

from __future__ import annotations

from crmlib._frames import Result
from crmlib.retention.churn import (
    Calibration,
    ChurnModel,
    calibration,
    call_threshold,
    churn_model,
    lift,
)
from crmlib.retention.cohorts import Cohorts, cohort_triangle
from crmlib.retention.costs import keep_or_win, switching_costs
from crmlib.retention.facts import churn_frame, count_events, count_open, suspicious_features
from crmlib.retention.rates import retention_base, retention_rates
from crmlib.retention.sampling import class_variants, sampling_distribution
from crmlib.retention.survival import Survival, churn_by_tenure, survival_curve, tenure_models
from crmlib.retention.uplift import (
    UpliftModel,
    campaign_decision,
    campaign_power,
    campaign_uplift,
    check_lists,
    compare_lists,
    rank_calls,
    uplift_model,
)

__all__ = [
    "Calibration",
    "ChurnModel",
    "Cohorts",
    "Result",
    "Survival",
    "UpliftModel",
    "calibration",
    "call_threshold",
    "campaign_decision",
    "campaign_power",
    "campaign_uplift",
    "check_lists",
    "churn_by_tenure",
    "churn_frame",
    "churn_model",
    "class_variants",
    "cohort_triangle",
    "compare_lists",
    "count_events",
    "count_open",
    "keep_or_win",
    "lift",
    "rank_calls",
    "retention_base",
    "retention_rates",
    "sampling_distribution",
    "survival_curve",
    "suspicious_features",
    "switching_costs",
    "tenure_models",
    "uplift_model",
]
