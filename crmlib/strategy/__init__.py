"""Relationship strategy: value delivered to the customer, three levels of bonds, margin in the chain, and a budget over five years."""

from __future__ import annotations

from crmlib.strategy.behaviour import (
    ACTS,
    AGES,
    CUTS,
    LEVERS,
    TIERS,
    Behaviour,
    YearEnd,
    fit_behaviour,
    small_bank,
    start_frame,
    year_end,
)
from crmlib.strategy.bonds import relationship_levels
from crmlib.strategy.chain import margin_chain
from crmlib.strategy.delivered import COSTS, VALUES, delivered_value, marginal_rule
from crmlib.strategy.levers import aim, check_responses, lever_responses
from crmlib.strategy.plans import check_plan, make_plan
from crmlib.strategy.simulator import (
    PlanRun,
    check_bands,
    compare_plans,
    customer_worth,
    marginal_plan,
    next_yuan,
    simulate_plan,
)
from crmlib.strategy.tournament import Tournament, play_tournament

__all__ = [
    "ACTS",
    "AGES",
    "COSTS",
    "CUTS",
    "LEVERS",
    "TIERS",
    "VALUES",
    "Behaviour",
    "PlanRun",
    "Tournament",
    "YearEnd",
    "aim",
    "check_bands",
    "check_plan",
    "check_responses",
    "compare_plans",
    "customer_worth",
    "delivered_value",
    "fit_behaviour",
    "lever_responses",
    "make_plan",
    "margin_chain",
    "marginal_plan",
    "marginal_rule",
    "next_yuan",
    "play_tournament",
    "relationship_levels",
    "simulate_plan",
    "small_bank",
    "start_frame",
    "year_end",
]
