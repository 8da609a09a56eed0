"""Figures (a frame in, a matplotlib Axes out) and explorers (widgets), in one style.

Each name is loaded from its module when first used, so that a figure does not load the widgets.
"""

from __future__ import annotations

import importlib
from typing import Any

_MODULES = {
    "_style": ("PALETTE", "description", "finish", "label_ends", "money_axis", "new_axes", "percent_axis", "style"),
    "_text": ("tr",),
    "_picture": ("axis", "bars", "check_picture", "curve", "cut", "number", "panel", "picture", "points", "table"),
    "accounts": (
        "accounts_picture",
        "explore_accounts",
        "plot_account_kinds",
        "plot_account_lists",
        "plot_deals",
        "plot_month_end",
        "plot_programme",
        "plot_weight_moves",
    ),
    "benefits": ("benefits_picture", "explore_benefits", "plot_evidence", "plot_paths"),
    "loyalty": (
        "explore_loyalty",
        "loyalty_picture",
        "plot_defection_gain",
        "plot_effects",
        "plot_loyalty_map",
        "plot_satisfaction_curve",
    ),
    "onetoone": (
        "explore_matching",
        "matching_picture",
        "plot_coverage",
        "plot_offer_hits",
        "plot_pressure",
        "plot_scores",
        "plot_segment_numbers",
        "plot_segments",
        "plot_share_of_customer",
    ),
    "pyramid": ("explore_pyramid", "plot_lorenz", "plot_migration", "plot_pyramid", "plot_whale", "pyramid_picture"),
    "quadrants": (
        "explore_quadrants",
        "plot_actions",
        "plot_firing",
        "plot_quadrants",
        "plot_sensitivity",
        "quadrants_picture",
    ),
    "retention": (
        "calls_picture",
        "explore_calls",
        "explore_rates",
        "plot_calibration",
        "plot_call_lists",
        "plot_cohorts",
        "plot_lift",
        "plot_retention_rates",
        "plot_survival",
        "plot_tenure",
        "plot_uplift",
        "plot_variants",
        "rates_picture",
    ),
    "satisfaction": (
        "explore_formulas",
        "formulas_picture",
        "plot_formula_ranks",
        "plot_layers",
        "plot_nonresponse",
        "plot_score_intervals",
    ),
    "relationship": ("base_picture", "explore_base", "plot_chain", "plot_timeline", "plot_value_map"),
    "service": (
        "explore_importance",
        "importance_picture",
        "plot_class_importance",
        "plot_complaints_churn",
        "plot_control",
        "plot_funnel",
        "plot_gaps",
        "plot_importance_performance",
    ),
    "tariff": (
        "explore_tariff",
        "plot_bills",
        "plot_codes",
        "plot_day",
        "plot_estimates",
        "plot_forecast",
        "plot_opening",
        "plot_price_chain",
        "plot_winners",
        "tariff_picture",
    ),
    "strategy": (
        "explore_strategy",
        "plot_back_test",
        "plot_delivered",
        "plot_margin_chain",
        "plot_next_yuan",
        "plot_plans",
        "plot_reach",
        "plot_tiers_ahead",
        "strategy_picture",
    ),
    "value": (
        "clv_picture",
        "explore_clv",
        "plot_alive",
        "plot_clv",
        "plot_cohort",
        "plot_drivers",
        "plot_hold_out",
        "plot_scorecard",
    ),
    "warehouse": (
        "explore_staffing",
        "plot_roles",
        "plot_staffing",
        "plot_standing_out",
        "plot_star",
        "staffing_picture",
    ),
    "welcome": ("explore_welcome", "kept_share", "plot_kept", "welcome_picture"),
    "view": ("View", "choice", "explorer", "slider", "steps"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [*_MODULE_OF]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"crmlib.show.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"crmlib.show has no {name!r}. See dir(crmlib.show) for what it has.")


def __dir__() -> list[str]:
    return sorted(__all__)
