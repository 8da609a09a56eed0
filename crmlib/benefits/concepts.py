"""The benefits of a relationship as data: two lists mapped onto each other, the survey's scales, and what a textbook reports."""

from __future__ import annotations

import pandas as pd

# Items of the bank's survey. Confidence and trust are one feeling asked twice; the benefits use the two confidence items.
BENEFIT_SCALES: dict[str, list[str]] = {
    "economic": ["eco1", "eco2"],
    "special": ["spe1", "spe2"],
    "community": ["cmm1", "cmm2"],
    "confidence": ["cnf1", "cnf2"],
    "satisfaction": ["sat_overall", "sat_expected", "sat_ideal"],
    "commitment": ["com1", "com2", "com3"],
    "attachment": ["att1", "att2", "att3"],
    "intention": ["int1", "int2", "int3"],
    "word_of_mouth": ["recommend"],
    "reliability": ["p_rel1", "p_rel2", "p_rel3", "p_rel4", "p_rel5"],
    "responsiveness": ["p_res1", "p_res2", "p_res3", "p_res4"],
    "assurance": ["p_ass1", "p_ass2", "p_ass3", "p_ass4"],
}


def relational_benefits() -> pd.DataFrame:
    """Return the benefits that customers draw from a relationship, in two lists that use some words differently.

    The course's textbook names four: economic (which it calls low), special treatment, community and confidence (which it
    calls high). Gwinner, Gremler and Bitner (1998) name three: confidence; social, which means personal ties with the staff;
    and special treatment, which includes the economic ones. Community and social are not the same: a club of customers is not
    the clerk who knows my name. Personal ties come back in this course as a bond (the adviser).

    Returns
    -------
    Frame, one row per benefit: `benefit`, `chinese`, `level` (the textbook's), `meaning`, `gwinner` (where the article has
    it), `scale` (name in `BENEFIT_SCALES`, empty if the survey does not ask).

    Source: Gwinner, Gremler & Bitner (1998), Journal of the Academy of Marketing Science 26(2), 101-114; the mapping is this course's.

    >>> relational_benefits()[["benefit", "level", "gwinner"]]
                 benefit level                            gwinner
    0           economic   low  special treatment (economic part)
    1  special treatment  high   special treatment (customised part)
    2          community  high                               none
    3         confidence  high                         confidence
    4      personal ties  none                             social
    """
    rows = [
        ("economic", "经济利益", "low", "pays less, earns more: fees, rates, discounts", "special treatment (economic part)", "economic"),
        (
            "special treatment", "特殊待遇利益", "high", "gets quicker or more personal service than others",
            "special treatment (customised part)", "special",
        ),
        ("community", "社团利益", "high", "belongs to a group of customers: clubs, events, user groups", "none", "community"),
        ("confidence", "信任利益", "high", "feels safe: knows what to expect, worries less", "confidence", "confidence"),
        ("personal ties", "社会约束", "none", "is known by name by somebody on the staff", "social", ""),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["benefit", "chinese", "level", "meaning", "gwinner", "scale"], dtype="str")


def reported_results() -> pd.DataFrame:
    """Return what the course's textbook reports of benefits, satisfaction, commitment and loyalty, and who disagrees.

    Returns
    -------
    Frame, one row per claim: `claim` (in this course's words), `cause`, `effect` (names in `BENEFIT_SCALES`), `reported`
    (what the textbook says), `dissent` (who found otherwise, or "").

    Source: the textbook's own sources are Hennig-Thurau, Gwinner & Gremler (2002), Journal of Service Research 4(3), and
    Moorman, Zaltman & Deshpandé (1992); the dissent is Morgan & Hunt (1994), Journal of Marketing 58(3),
    and, on special treatment, Hennig-Thurau et al. themselves.

    >>> reported_results()[["cause", "effect", "reported"]]
            cause        effect      reported
    0    economic     intention       no path
    1     special  satisfaction          path
    2     special    commitment          path
    3   community    commitment          path
    4  confidence  satisfaction   strong path
    5  confidence    commitment  only through
    """
    rows = [
        ("economic benefits do not lead to loyalty", "economic", "intention", "no path", ""),
        (
            "special treatment raises satisfaction", "special", "satisfaction", "path",
            "Hennig-Thurau et al. (2002) doubt it",
        ),
        ("special treatment raises commitment", "special", "commitment", "path", ""),
        ("community acts through commitment", "community", "commitment", "path", ""),
        ("confidence and satisfaction go strongly together", "confidence", "satisfaction", "strong path", ""),
        (
            "confidence acts on commitment only through others", "confidence", "commitment", "only through",
            "Morgan & Hunt (1994): directly",
        ),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["claim", "cause", "effect", "reported", "dissent"], dtype="str")
