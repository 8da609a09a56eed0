"""Key accounts: deposits as a target, who is key by which measure, who could be, and whether a programme for them pays."""

from __future__ import annotations

from crmlib.accounts.kinds import account_kinds
from crmlib.accounts.programme import programme_break_even
from crmlib.accounts.score import account_scores, judge_lists, ranking_overlap, weight_sensitivity
from crmlib.accounts.target import month_end_lift, rate_deals

__all__ = [
    "account_kinds",
    "account_scores",
    "judge_lists",
    "month_end_lift",
    "programme_break_even",
    "ranking_overlap",
    "rate_deals",
    "weight_sensitivity",
]
