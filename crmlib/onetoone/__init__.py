"""One-to-one marketing: identify, differentiate, interact, customise; and share of customer against share of market.

Descriptive: matching, segments, shares. Predictive: the next offer. Causal, where it was drawn by lot: contact pressure.
"""

from __future__ import annotations

from crmlib.onetoone.customise import bundle_coverage, customisation_approach, modular_costs
from crmlib.onetoone.dialogue import contact_permission, contact_pressure, dialogue_log
from crmlib.onetoone.identify import (
    candidate_pairs,
    match_exactly,
    match_quality,
    match_records,
    merge_records,
    score_pairs,
    threshold_table,
    tidy_records,
)
from crmlib.onetoone.needs import NeedSegments, compare_segments, need_segments, segment_numbers
from crmlib.onetoone.offers import next_offers, offer_frame, offer_hits
from crmlib.onetoone.share import share_of_customer

__all__ = [
    "NeedSegments",
    "bundle_coverage",
    "candidate_pairs",
    "compare_segments",
    "contact_permission",
    "contact_pressure",
    "customisation_approach",
    "dialogue_log",
    "match_exactly",
    "match_quality",
    "match_records",
    "merge_records",
    "modular_costs",
    "need_segments",
    "next_offers",
    "offer_frame",
    "offer_hits",
    "score_pairs",
    "segment_numbers",
    "share_of_customer",
    "threshold_table",
    "tidy_records",
]
