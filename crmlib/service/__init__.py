"""Service quality: SERVQUAL and its scales, importance and performance, complaints, control charts, participation.

`servqual` returns a `Result` (`.table`, `.customers`, `.excluded`): answers that cannot be used are set aside, counted and
explained. Functions that return one frame refuse such rows with a sentence instead, or say which they left out.
"""

from __future__ import annotations

from crmlib._frames import Result
from crmlib.service.complaints import (
    PATHS,
    ROADS,
    Funnel,
    adjusted_difference,
    branch_record,
    complaint_funnel,
    stayed_after,
    zero_complaint_roads,
)
from crmlib.service.control import WESTERN_ELECTRIC, ControlChart, Rule, control_chart, zone_signals
from crmlib.service.gaps import five_gaps
from crmlib.service.importance import (
    QUADRANTS,
    derived_importance,
    importance_by_class,
    importance_performance,
    servqual_attributes,
)
from crmlib.service.participation import invitation_effect
from crmlib.service.scales import (
    difference_reliability,
    item_diagnostics,
    parallel_analysis,
    reliability,
    reverse_items,
)
from crmlib.service.servqual import IMPORTANCE, SERVQUAL, compare_predictors, servqual

__all__ = [
    "IMPORTANCE",
    "PATHS",
    "QUADRANTS",
    "ROADS",
    "SERVQUAL",
    "WESTERN_ELECTRIC",
    "ControlChart",
    "Funnel",
    "Result",
    "Rule",
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
]
