"""The service centre: what a contact costs by channel, what agents code and customers find, and what skill does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib._frames import (
    listed,
    need_amounts,
    need_columns,
    need_frame,
    need_level,
    need_once,
    need_yes_no,
    rows_text,
)
from crmlib.tariff._usage import no_gaps, used_numbers

CONTACTS = "The frame of contacts"


def channel_costs(contacts: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """What a contact costs by channel, and what one costs that leaves no repeat.

    Cost per contact that needed no repeat = cost of all contacts / contacts without a repeat within seven days.

    Parameters
    ----------
    contacts : one row per contact: `channel`, `minutes`, `repeat_7d` (True: the customer came back for the same reason
        within seven days).
    costs : one row per `channel`: `cost` (avoidable cost of a contact, money).

    Returns
    -------
    Frame, one row per channel, most contacts first: `channel`, `contacts`, `share`, `minutes` (mean), `repeat` (share),
    `cost` (per contact), `cost_settled` (per contact without repeat), `total` (money).

    Raises
    ------
    ValueError, TypeError : a column is missing or empty, a channel has no cost.

    >>> contacts = pd.DataFrame({"channel": ["phone", "phone", "app"], "minutes": [6.0, 8.0, 3.0], "repeat_7d": [True, False, False]})
    >>> channel_costs(contacts, pd.DataFrame({"channel": ["phone", "app"], "cost": [8.0, 0.2]}))
      channel  contacts     share  minutes  repeat  cost  cost_settled  total
    0   phone         2  0.666667      7.0     0.5   8.0          16.0   16.0
    1     app         1  0.333333      3.0     0.0   0.2           0.2    0.2
    """
    need_columns(need_frame(contacts, CONTACTS), ["channel", "minutes", "repeat_7d"], CONTACTS)
    no_gaps(contacts, ["channel"], CONTACTS)
    need_yes_no(contacts, "repeat_7d", CONTACTS)
    need_amounts(contacts, "minutes", CONTACTS)
    what = "The table of costs"
    need_columns(need_frame(costs, what), ["channel", "cost"], what)
    need_once(costs, "channel", what)
    need_amounts(costs, "cost", what)
    price = costs.assign(channel=costs["channel"].astype(str)).set_index("channel")["cost"]
    groups = contacts.groupby(contacts["channel"].astype(str))
    out = groups.agg(contacts=("channel", "size"), minutes=("minutes", "mean"), repeat=("repeat_7d", "mean"))
    unknown = out.index.difference(price.index).tolist()
    if unknown:
        raise ValueError(f"The table of costs has no row for {', '.join(map(repr, unknown))}.")
    out.insert(1, "share", out["contacts"] / out["contacts"].sum())
    out["cost"] = price.reindex(out.index)
    settled = out["contacts"] * (1 - out["repeat"])
    out["total"] = out["cost"] * out["contacts"]
    out.insert(5, "cost_settled", np.where(settled > 0, out["total"] / settled.where(settled > 0, 1), np.inf))
    return out.sort_values("contacts", ascending=False, kind="stable").rename_axis("channel").reset_index()


def resolution_rates(
    contacts: pd.DataFrame, audits: pd.DataFrame, *, by: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Set what agents coded beside what audited customers say, and beside who did not come back.

    Parameters
    ----------
    contacts : one row per contact: `contact`, `coded` ("resolved" or "open"; empty where no agent served: not used),
        `repeat_7d` and, with `by`, the group.
    audits : a sample of contacts drawn by lot: `contact`, `resolved` (True or False, as the customer says). Audits of contacts
        that are not used (from other years, without a code) are left out, and counted.
    by : column of groups, such as before and after a bonus.
    level : of the interval.

    Returns
    -------
    Frame, one row (or one per group): (`by`,) `contacts`, `coded` (share coded resolved), `audits` (how many), `audited`
    (share resolved as customers say), `low`, `high` (its Wilson interval), `no_repeat` (share without repeat in seven days),
    `gap` (coded − audited), `left_out` (audits that belong to no contact used here; the same number in every row).

    Raises
    ------
    ValueError, TypeError : a column is missing or empty, a code has another name, a group without audits.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.

    >>> contacts = pd.DataFrame({"contact": [1, 2, 3, 4], "coded": ["resolved"] * 3 + ["open"], "repeat_7d": [False, True, False, True]})
    >>> audits = pd.DataFrame({"contact": [1, 2], "resolved": [True, False]})
    >>> resolution_rates(contacts, audits)[["coded", "audited", "no_repeat", "gap"]]
       coded  audited  no_repeat   gap
    0   0.75      0.5        0.5  0.25
    """
    from statsmodels.stats.proportion import proportion_confint

    keys = [by] if by is not None else []
    need_columns(need_frame(contacts, CONTACTS), ["contact", "coded", "repeat_7d", *keys], CONTACTS)
    what = "The frame of audits"
    need_columns(need_frame(audits, what), ["contact", "resolved"], what)
    need_once(contacts, "contact", CONTACTS)
    need_once(audits, "contact", what)
    need_yes_no(audits, "resolved", what)
    no_gaps(audits, ["contact"], what)
    used = contacts["coded"].notna().to_numpy()
    resolved = _resolved(contacts, used)
    served = contacts[used]
    if served.empty:
        raise ValueError("Column 'coded' is empty in every row: no agent coded a contact.")
    need_yes_no(served, "repeat_7d", CONTACTS)
    no_gaps(contacts, keys, CONTACTS, used)
    served = served.assign(
        coded=resolved,
        quiet=~served["repeat_7d"].astype(bool),
        group=served[by] if by is not None else 0,
    )
    asked = audits[["contact", "resolved"]].merge(served[["contact", "group"]], on="contact")
    groups, sample = served.groupby("group", observed=True), asked.groupby("group", observed=True)["resolved"]
    out = pd.DataFrame({"contacts": groups.size(), "coded": groups["coded"].mean()})
    out["audits"] = sample.size().reindex(out.index, fill_value=0)
    if not out["audits"].all():
        raise ValueError(f"No contact was audited in {', '.join(map(str, out.index[out['audits'] == 0]))}.")
    out["audited"] = sample.mean()
    out["low"], out["high"] = proportion_confint(
        sample.sum().reindex(out.index).to_numpy(),
        out["audits"].to_numpy(),
        alpha=1 - need_level(level),
        method="wilson",
    )
    out["no_repeat"] = groups["quiet"].mean()
    out["gap"] = out["coded"] - out["audited"]
    out["left_out"] = len(audits) - len(asked)
    return out.reset_index(drop=True) if by is None else out.rename_axis(by).reset_index()


def agent_results(contacts: pd.DataFrame, agents: pd.DataFrame) -> pd.DataFrame:
    """Count for each agent how many contacts were settled, by the code and by the customer who did not come back.

    Parameters
    ----------
    contacts : one row per contact: `agent` (empty where no agent served: not used), `coded` ("resolved" or "open"), `repeat_7d`.
    agents : one row per `agent`, with what is known of each (such as `skill_test`).

    Returns
    -------
    A copy of `agents` with `contacts`, `coded` (share coded resolved) and `no_repeat` (share without repeat in seven days);
    agents without contacts have empty shares.

    Raises
    ------
    ValueError, TypeError : a column is missing, an agent has two rows or is unknown, a code of a contact that an agent served is
        empty or has another name.

    >>> contacts = pd.DataFrame({"agent": [1, 1, 2], "coded": ["resolved", "open", "resolved"], "repeat_7d": [False, True, False]})
    >>> agent_results(contacts, pd.DataFrame({"agent": [1, 2], "skill_test": [40, 60]}))
       agent  skill_test  contacts  coded  no_repeat
    0      1          40         2    0.5        0.5
    1      2          60         1    1.0        1.0
    """
    need_columns(need_frame(contacts, CONTACTS), ["agent", "coded", "repeat_7d"], CONTACTS)
    what = "The frame of agents"
    need_columns(need_frame(agents, what), ["agent"], what)
    need_once(agents, "agent", what)
    no_gaps(agents, ["agent"], what)
    used = contacts["agent"].notna().to_numpy()
    if not used.any():
        raise ValueError("No contact names an agent.")
    served = contacts[used]
    need_yes_no(served, "repeat_7d", CONTACTS)
    place = pd.Index(agents["agent"]).get_indexer(served["agent"])
    if (place < 0).any():
        unknown = np.zeros(len(contacts), dtype=bool)
        unknown[np.flatnonzero(used)[place < 0]] = True
        who = served["agent"][place < 0].drop_duplicates().tolist()
        raise ValueError(
            f"Some contacts name an agent who is not in the frame of agents: {listed(who, most=5)}, in {rows_text(unknown)}. Add the "
            "agent, or see that agents bear the same ids in both frames."
        )
    no_gaps(contacts, ["coded"], CONTACTS, used)
    counts = np.bincount(place, minlength=len(agents))
    shares = {
        name: np.bincount(place, weights=hits, minlength=len(agents)) / np.where(counts > 0, counts, np.nan)
        for name, hits in (
            ("coded", _resolved(contacts, used)),
            ("no_repeat", ~served["repeat_7d"].to_numpy(dtype=bool)),
        )
    }
    return agents.assign(contacts=counts, **shares).reset_index(drop=True)


def _resolved(contacts: pd.DataFrame, used: np.ndarray) -> np.ndarray:
    """Say of each contact used whether it is coded resolved; refuse other codes than resolved and open."""
    code = contacts["coded"].astype("object")
    odd = used & ~code.isin(["resolved", "open"]).to_numpy()
    if odd.any():
        raise ValueError(
            f"Column 'coded' must say 'resolved' or 'open', but also says {listed(code[odd].drop_duplicates())} in {rows_text(odd)}."
        )
    return (code[used] == "resolved").to_numpy(dtype=bool)


def weighted_slope(frame: pd.DataFrame, x: str, y: str, weight: str, *, level: float = 0.95) -> pd.DataFrame:
    """Fit a straight line through points that stand for different numbers of cases: y = a + b x.

    Least squares with weights; errors that hold when the points scatter unevenly (HC3).

    Parameters
    ----------
    frame : one row per point (an agent, a branch): `x`, `y`, `weight` (cases behind it; rows with 0 are left out).
    x, y, weight : columns of numbers.
    level : of the interval.

    Returns
    -------
    Frame, one row: `points`, `slope` (change of y per unit of x), `error`, `low`, `high`, `at_mean` (y at the weighted mean of x).
    Descriptive: the line says nothing on why.

    Raises
    ------
    ValueError, TypeError : a column is missing or empty, fewer than three points, x does not vary.

    >>> points = pd.DataFrame({"test": [40, 50, 60, 70], "quiet": [0.60, 0.71, 0.79, 0.90], "n": [10, 10, 10, 10]})
    >>> weighted_slope(points, "test", "quiet", "n")[["points", "slope"]].round(4)
       points  slope
    0       4  0.0098
    """
    import statsmodels.api as sm

    what = "The frame of points"
    need_columns(need_frame(frame, what), [x, y, weight], what)
    cases = need_amounts(frame, weight, what)
    used = cases > 0
    if used.sum() < 3:
        raise ValueError(f"A line with an interval needs at least three points, but {what.lower()} has {used.sum()}.")
    across, up = (used_numbers(frame, name, what, used) for name in (x, y))
    if np.ptp(across) == 0:
        raise ValueError(f"Column {x!r} has the same value in every row: no line can be drawn.")
    middle = np.average(across, weights=cases[used])
    fitted = sm.WLS(up, sm.add_constant(across - middle), weights=cases[used]).fit(cov_type="HC3")
    low, high = fitted.conf_int(alpha=1 - need_level(level))[1]
    return pd.DataFrame(
        {"points": [len(up)], "slope": fitted.params[1], "error": fitted.bse[1], "low": low, "high": high, "at_mean":
        fitted.params[0]}
    )  # fmt: skip
