"""crmlib: the measures, companies, figures and exercises behind the customer relationship management course.

`import crmlib as crm` costs what `import pandas` costs: every name below is loaded from its room when first used.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_ROOMS = {
    "benefits": (
        "benefit_evidence",
        "bond_hazard",
        "joint_value",
        "mediate",
        "path_model",
        "relational_benefits",
        "reported_results",
    ),
    "companies": ("Company", "load_bank", "load_utility", "read_transactions", "simulate_bank", "simulate_utility"),
    "loyalty": (
        "behaviour_after",
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
    ),
    "practice": ("exercise", "quiz"),
    "pyramid": (
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
    ),
    "relationship": (
        "customer_base",
        "lifecycle_stage",
        "programme_checklist",
        "programme_risks",
        "service_profit_chain",
    ),
    "retention": (
        "calibration",
        "call_threshold",
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
    ),
    "satisfaction": (
        "classify_satisfaction",
        "composite_index",
        "formula_ranks",
        "item_scores",
        "net_promoter_score",
        "nonresponse_check",
        "nps_change",
        "satisfaction_ladder",
        "satisfaction_layers",
        "satisfaction_scores",
    ),
    "service": (
        "adjusted_difference",
        "branch_record",
        "compare_predictors",
        "complaint_funnel",
        "control_chart",
        "derived_importance",
        "difference_reliability",
        "five_gaps",
        "importance_by_class",
        "importance_performance",
        "invitation_effect",
        "item_diagnostics",
        "parallel_analysis",
        "reliability",
        "reverse_items",
        "servqual",
        "servqual_attributes",
        "stayed_after",
        "zero_complaint_roads",
        "zone_signals",
    ),
    "value": (
        "buying_model",
        "clv_table",
        "compare_actions",
        "fire_customers",
        "fit_buying",
        "fit_cohort",
        "fit_spend",
        "hold_out_test",
        "potential_value",
        "predict_purchases",
        "predict_spend",
        "purchase_clv",
        "quadrant_sensitivity",
        "referral_value",
        "residual_by_tenure",
        "retention_clv",
        "rfm_scores",
        "spend_model",
        "value_components",
        "value_drivers",
        "value_quadrants",
        "value_scorecard",
    ),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = ["__version__", "show", *_ROOMS, *_ROOM_OF]


def __getattr__(name: str) -> Any:
    if name in _ROOM_OF:
        return getattr(importlib.import_module(f"crmlib.{_ROOM_OF[name]}"), name)
    if name == "show" or name in _ROOMS:
        return importlib.import_module(f"crmlib.{name}")
    from crmlib._frames import did_you_mean

    raise AttributeError(f"crmlib has no {name!r}. {did_you_mean(name, __all__)}See dir(crmlib) for what it has.")


def __dir__() -> list[str]:
    return sorted(__all__)
