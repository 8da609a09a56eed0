"""Is keeping cheaper than winning? And what makes leaving costly, fairly and unfairly."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import need_columns, need_frame, need_level


def keep_or_win(
    keeping: pd.DataFrame, winning: pd.DataFrame, *, claim: float = 0.2, level: float = 0.95
) -> pd.DataFrame:
    """Set the cost of a customer kept beside the cost of a customer won, and beside the claim "one fifth".

    Both are costs per customer *changed*: whoever would have stayed, or come, anyway is not counted. The ratio is
    (cost per call / share saved) / (cost per mail / share won); its interval is Fieller's, from the errors of both shares.

    Parameters
    ----------
    keeping : one row of `campaign_uplift(..., wanted="fewer")`: the retention campaign.
    winning : one row of `campaign_uplift(..., wanted="more")`: the acquisition campaign.
    claim : the ratio that the textbook names (0.2: keeping costs one fifth).
    level : of the interval.

    Returns
    -------
    Frame, one row: `cost_per_contact_keeping`, `cost_per_contact_winning`, `cost_per_saved`, `cost_per_won`, `ratio`, `low`, `high`
    (`high` infinite if the call may have saved nobody), `claim`, `claim_inside` (whether the interval holds the claim).

    Raises
    ------
    ValueError, TypeError : a frame with more than one row or without the columns; a campaign that changed nothing for the better.

    Source: Fieller (1954), Some problems in interval estimation.

    >>> keeping = pd.DataFrame({"treated": [1000], "uplift": [-0.03], "error": [0.005], "cost": [60_000.0]})
    >>> winning = pd.DataFrame({"treated": [1000], "uplift": [0.01], "error": [0.001], "cost": [4_000.0]})
    >>> keep_or_win(keeping, winning)[["cost_per_saved", "cost_per_won", "ratio", "low", "high"]].round(1)
       cost_per_saved  cost_per_won  ratio  low  high
    0          2000.0         400.0    5.0  3.5   7.7
    """
    from scipy import stats

    level = need_level(level)
    rows = []
    for frame, what in (
        (keeping, "The result of the retention campaign"),
        (winning, "The result of the acquisition campaign"),
    ):
        need_columns(need_frame(frame, what), ["treated", "uplift", "error", "cost"], what)
        if len(frame) > 1:
            raise ValueError(f"{what} has {len(frame)} rows. Choose one of them, such as frame.iloc[[0]].")
        rows.append(frame.iloc[0])
    kept, won = -rows[0]["uplift"], rows[1]["uplift"]
    if kept <= 0 or won <= 0:
        which = "retention campaign lost customers" if kept <= 0 else "acquisition campaign won nobody"
        raise ValueError(f"On balance the {which}, so that there is no cost per customer. Report the uplift instead.")
    contact = [row["cost"] / row["treated"] for row in rows]
    scale = contact[0] / contact[1]
    z = stats.norm.ppf((1 + level) / 2)
    # Fieller: all θ with (won − θ kept)² ≤ z² (error_won² + θ² error_kept²), θ = won / kept.
    a = kept**2 - (z * rows[0]["error"]) ** 2
    b = won * kept
    c = won**2 - (z * rows[1]["error"]) ** 2
    root = np.sqrt(max(b * b - a * c, 0.0))
    low = max(0.0, c / (b + root))
    high = (b + root) / a if a > 0 else np.inf
    ratio = {"ratio": scale * won / kept, "low": scale * low, "high": scale * high}
    return pd.DataFrame(
        [
            {
                "cost_per_contact_keeping": contact[0], "cost_per_contact_winning": contact[1],
                "cost_per_saved": contact[0] / kept, "cost_per_won": contact[1] / won, **ratio, "claim": claim,
                "claim_inside": bool(ratio["low"] <= claim <= ratio["high"]),
            }
        ]
    )  # fmt: skip


def switching_costs() -> pd.DataFrame:
    """Return ways to make leaving costly as data: kind of cost, what the textbook recommends, and a fair alternative.

    The course departs from its source here. The source recommends miles, bundles and cheap software so that leaving hurts. A cost
    that the customer would not choose again, had he known it, keeps bodies and loses minds; in many places the law limits it.
    Costs that arise from value (a person who knows me, a record that is useful) are raised by being better.

    Returns
    -------
    Frame, one row per tactic: `tactic`, `term` (Chinese), `kind` ("procedural": time and effort; "financial": money lost;
    "relational": people and brand given up), `source_says`, `by_value` (what to do instead), `question` (the ethical test).

    Source: the three kinds are those of Burnham, Frels & Mahajan (2003), Consumer switching costs; the sorting is this course's.

    >>> switching_costs()[["tactic", "kind"]]
                  tactic        kind
    0       loyalty miles   financial
    1              bundle   financial
    2      cheap software  procedural
    3        one-stop bank  procedural
    4  working well together  relational
    """
    rows = [
        (
            "loyalty miles", "旅程累积", "financial", "miles are lost on leaving",
            "a reward that is the customer's own, whether he stays or goes", "Would he still stay if the miles were paid out?",
        ),
        (
            "bundle", "捆绑", "financial", "sell products tied together",
            "a bundle that is cheaper because it costs less to serve, and can be taken apart", "Can each part be cancelled alone?",
        ),
        (
            "cheap software", "低价软件", "procedural", "sell the first product cheaply: learning another takes time",
            "teach what is useful elsewhere, and export the customer's data on request", "Can he take his data along?",
        ),
        (
            "one-stop bank", "一揽子金融服务", "procedural", "one bank is less trouble than several",
            "save the customer's time truly; help with the move out as with the move in", "How long does closing take?",
        ),
        (
            "working well together", "愉快地合作", "relational", "a partner whom one knows is not given up lightly",
            "this one is value already: invest in it", "Would he recommend it to a friend?",
        ),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["tactic", "term", "kind", "source_says", "by_value", "question"], dtype="str")
