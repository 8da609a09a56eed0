"""What a customer is worth: a scorecard, values under contract and without one, RFM scores, quadrants, and what drives value."""

from __future__ import annotations

from crmlib._frames import Result
from crmlib.value.buying import BuyingModel, buying_model, fit_buying, predict_purchases
from crmlib.value.cohorts import CohortModel, fit_cohort, residual_by_tenure
from crmlib.value.drivers import DRIVERS, value_drivers
from crmlib.value.holdout import HoldOut, hold_out_test
from crmlib.value.lifetime import clv_table, referral_value, retention_clv, value_components
from crmlib.value.quadrants import (
    QUADRANTS,
    RELATIONSHIPS,
    compare_actions,
    fire_customers,
    potential_value,
    quadrant_sensitivity,
    value_quadrants,
)
from crmlib.value.rfm import rfm_scores
from crmlib.value.scorecard import value_scorecard
from crmlib.value.spend import SpendModel, fit_spend, predict_spend, purchase_clv, spend_model

__all__ = [
    "DRIVERS",
    "QUADRANTS",
    "RELATIONSHIPS",
    "BuyingModel",
    "CohortModel",
    "HoldOut",
    "Result",
    "SpendModel",
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
]
