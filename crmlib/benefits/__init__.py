"""Relational benefits: what customers draw from a relationship, and whether it builds loyalty or merely goes to the loyal.

Four benefits (economic, special treatment, community, confidence) → satisfaction and commitment → attachment, intention, word of
mouth, staying. Paths by regression, mediation, five designs side by side; bonds against the hazard of leaving; joint value.
"""

from __future__ import annotations

from crmlib.benefits.bonds import Hazard, bond_hazard
from crmlib.benefits.concepts import BENEFIT_SCALES, relational_benefits, reported_results
from crmlib.benefits.evidence import DESIGNS, Evidence, benefit_evidence
from crmlib.benefits.joint import JointValue, joint_value
from crmlib.benefits.mediation import Mediation, mediate
from crmlib.benefits.paths import Paths, path_model

__all__ = [
    "BENEFIT_SCALES",
    "DESIGNS",
    "Evidence",
    "Hazard",
    "JointValue",
    "Mediation",
    "Paths",
    "benefit_evidence",
    "bond_hazard",
    "joint_value",
    "mediate",
    "path_model",
    "relational_benefits",
    "reported_results",
]
