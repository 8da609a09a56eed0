"""Tariffs and the utility: bills by rules, load that moves, a trial by lot, arrears, the service centre, forecasts, the market.

Calculated: bills, load shift, margins. Descriptive: segments, ageing, channels, volunteers. Predictive: the debt score,
forecasts. Causal, where the arm was drawn by lot: the trial of time-of-use prices, the training of agents.
"""

from __future__ import annotations

from crmlib._frames import Result
from crmlib.tariff.arrears import DebtScore, arrears_ageing, compare_scores, debt_frame, debt_score
from crmlib.tariff.bills import bill, compare_bills, period_use
from crmlib.tariff.centre import agent_results, channel_costs, resolution_rates, weighted_slope
from crmlib.tariff.forecast import forecast_errors, seasonal_naive, weather_calendar
from crmlib.tariff.market import exit_panel, kwh_chain, opening_effect
from crmlib.tariff.shift import bill_margin, load_segments, shift_load, tariff_change, unit_costs, winners_losers
from crmlib.tariff.trial import compare_arms, peak_share_change

__all__ = [
    "DebtScore",
    "Result",
    "agent_results",
    "arrears_ageing",
    "bill",
    "bill_margin",
    "channel_costs",
    "compare_arms",
    "compare_bills",
    "compare_scores",
    "debt_frame",
    "debt_score",
    "exit_panel",
    "forecast_errors",
    "kwh_chain",
    "load_segments",
    "opening_effect",
    "peak_share_change",
    "period_use",
    "resolution_rates",
    "seasonal_naive",
    "shift_load",
    "tariff_change",
    "unit_costs",
    "weather_calendar",
    "weighted_slope",
    "winners_losers",
]
