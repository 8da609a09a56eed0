"""Satisfaction: three formulas, their layers, an index, the net promoter score, and what a survey's silence hides.

Functions that sort out raw answers return a `Result` (`.table`, `.customers`, `.excluded`): answers that cannot be used are
set aside, counted and explained.
"""

from __future__ import annotations

from crmlib._frames import Result
from crmlib.satisfaction.layers import HORIZONTAL, VERTICAL, composite_index, satisfaction_ladder, satisfaction_layers
from crmlib.satisfaction.promoters import net_promoter_score, nps_change
from crmlib.satisfaction.response import nonresponse_check
from crmlib.satisfaction.scores import (
    FORMULAS,
    FormulaRanks,
    classify_satisfaction,
    formula_ranks,
    item_scores,
    satisfaction_scores,
)

__all__ = [
    "FORMULAS",
    "HORIZONTAL",
    "VERTICAL",
    "FormulaRanks",
    "Result",
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
]
