"""Value quadrants: customers by current and potential value, and what firing, repricing or a cheaper channel does to profit.

The course's source names four kinds of customers, the relationship to build with each, and two axes; its figure does not say
which corner is whose. Two names follow from their description: strategic customers are high on both axes, profitable ones bring
most of the profit today. The other two are open, and `READINGS` has both ways to read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib._frames import Result, empty_ids, listed, need_once, need_yes_no, ordered_category, set_aside
from crmlib.value._checks import column_or_number, is_number, need_share, need_table, need_within

QUADRANTS = ("strategic", "profitable", "ordinary", "risk")
RELATIONSHIPS = ("alliance", "learning", "transaction", "let go")
# Of ordinary and risk, which has the high potential. The description of risk customers speaks of much investment for little
# expected profit: it takes investment to raise a potential. The layout of the figure puts risk beside profitable instead.
READINGS = {"investment": "risk", "layout": "ordinary"}
CUTS = ("median", "money", "rank")
_WHAT = "The frame of customers"


def potential_value(
    customers: pd.DataFrame,
    *,
    wallet: str = "wallet",
    assets: str = "assets_here",
    margin_rate: float,
    win_share: float,
    cross_sell: str | float = 0.0,
    chance: str | float = 1.0,
    customer: str = "customer",
) -> Result:
    """Estimate what each customer could bring in addition, per year, from what is known at the time.

    potential = (wallet − assets here) × win_share × margin_rate + cross_sell × chance

    It is an estimate on assumptions (`margin_rate`, `win_share`, `chance`), not something observed: keep the word in every
    heading. Wallets come from surveys or models and have errors of their own.

    Parameters
    ----------
    customers : one row per customer.
    wallet, assets : columns of money: assets at all companies, and here. A wallet holds at least what is here.
    margin_rate : yearly margin per yuan of assets, a share (0.01: one fen).
    win_share : share of the assets elsewhere that could be won, 0 to 1.
    cross_sell : yearly margin of a product that the customer has not bought, a column or a number (0: holds it already).
    chance : that he buys it, 0 to 1, a column or a number.

    Returns
    -------
    Result. customers: id, `elsewhere` (wallet − assets), `from_wallet`, `from_cross_selling`, `potential_estimate` (money per year).
    table: `customers`, and the totals of these columns. excluded: customers without an id or a number, and those whose wallet is
    smaller than what they have here.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a share is outside its range, a customer has two rows.

    >>> people = pd.DataFrame({"customer": [1, 2], "wallet": [90_000.0, 10_000.0], "assets_here": [30_000.0, 10_000.0]})
    >>> found = potential_value(people, margin_rate=0.01, win_share=0.1, cross_sell=90, chance=0.5)
    >>> found.customers
       customer  elsewhere  from_wallet  from_cross_selling  potential_estimate
    0         1    60000.0         60.0                45.0               105.0
    1         2        0.0          0.0                45.0                45.0
    """
    need_table(customers, [customer, wallet, assets], _WHAT)
    need_once(customers, customer, _WHAT)
    rate, share = need_share(margin_rate, "margin_rate"), need_share(win_share, "win_share")
    whole = column_or_number(customers, wallet, "wallet", _WHAT)
    here = column_or_number(customers, assets, "assets", _WHAT)
    offer = column_or_number(customers, cross_sell, "cross_sell", _WHAT)
    likely = column_or_number(customers, chance, "chance", _WHAT)
    need_within(likely, "chance", _WHAT, 0, 1, "a share from 0 to 1, such as 0.05 for 5 %")
    keep, excluded = set_aside(
        len(customers),
        [
            (f"no {customer}", empty_ids(customers, customer)),
            ("no number to compute with", np.isnan(whole + here + offer + likely)),
            ("wallet smaller than the assets here", whole < here),
        ],
    )
    found = pd.DataFrame(
        {
            customer: customers[customer],
            "elsewhere": whole - here,
            "from_wallet": (whole - here) * share * rate,
            "from_cross_selling": offer * likely,
        }
    )[keep].reset_index(drop=True)
    found["potential_estimate"] = found["from_wallet"] + found["from_cross_selling"]
    sums = found.drop(columns=customer).sum()
    return Result(pd.DataFrame([{"customers": len(found), **sums}]), found, excluded)


def value_quadrants(
    customers: pd.DataFrame,
    current: str = "current",
    potential: str = "potential",
    *,
    cut: str = "median",
    current_cut: float | None = None,
    potential_cut: float | None = None,
    reading: str = "investment",
    customer: str = "customer",
) -> Result:
    """Sort customers into strategic, profitable, ordinary and risk customers, by current and potential value.

        value         high potential    low potential
        high current  strategic         profitable
        low current   risk              ordinary          reading='investment'
        low current   ordinary          risk              reading='layout'

    With strategic customers build an alliance, with profitable ones a learning relationship, with ordinary ones keep to
    transactions; risk customers, who would need much investment for little expected profit, may be let go. That last advice is
    the source's; `fire_customers` and `compare_actions` put it to the test.

    Parameters
    ----------
    customers : one row per customer.
    current : column of money: what the customer brings per year at present (contribution, or a value derived from it).
    potential : column of money: an estimate of what he could bring in addition, such as `potential_value` makes.
    cut : how high and low are told apart. At the cut is high, so that equal values share their fate.
        'median': half of the customers are high. 'money': at or above the amounts `current_cut`, `potential_cut`.
        'rank': the best share of customers, `current_cut=0.2` for the best fifth, and whoever ties with its last one.
    reading : 'investment' or 'layout', see above.

    Returns
    -------
    Result. table, one row per quadrant: `quadrant`, `current` and `potential` ('high' or 'low'), `relationship`, `customers`,
    `customer_share`, `current_total`, `current_mean`, `potential_total`, `potential_mean`, `current_cut`, `potential_cut` (amounts).
    customers: id, `current`, `potential`, `quadrant`. excluded: customers without an id, a current or a potential value.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a customer has two rows, the cuts do not fit.

    Source: names and relationships from a Chinese lecture on customer relationship management in services; mapping of
    ordinary and risk: the course's reading. The order of the cells is that of a portfolio matrix.

    >>> people = pd.DataFrame({"customer": [1, 2, 3, 4], "current": [900.0, 800.0, 20.0, -50.0], "potential": [70.0, 5.0, 4.0, 90.0]})
    >>> found = value_quadrants(people)
    >>> found.table[["quadrant", "relationship", "customers", "current_total", "potential_total"]]
         quadrant relationship  customers  current_total  potential_total
    0   strategic     alliance          1          900.0             70.0
    1  profitable     learning          1          800.0              5.0
    2    ordinary  transaction          1           20.0              4.0
    3        risk       let go          1          -50.0             90.0
    >>> found.customers["quadrant"].tolist()
    ['strategic', 'profitable', 'ordinary', 'risk']
    """
    base, excluded = _sorted_out(customers, current, potential, reading, customer)
    cuts = _amounts(base, cut, current_cut, potential_cut)
    code = _codes(base, cuts, reading)
    found = base.assign(quadrant=ordered_category(code, QUADRANTS))
    count = np.bincount(code, minlength=4)
    totals = {name: np.bincount(code, weights=base[name], minlength=4) for name in ("current", "potential")}
    means = {name: np.divide(sums, count, out=np.full(4, np.nan), where=count > 0) for name, sums in totals.items()}
    upper = READINGS[reading]
    table = pd.DataFrame(
        {
            "quadrant": ordered_category(range(4), QUADRANTS),
            "current": ["high", "high", "low", "low"],
            "potential": ["high", "low", *("high" if name == upper else "low" for name in QUADRANTS[2:])],
            "relationship": RELATIONSHIPS,
            "customers": count,
            "customer_share": count / len(base),
            "current_total": totals["current"],
            "current_mean": means["current"],
            "potential_total": totals["potential"],
            "potential_mean": means["potential"],
            "current_cut": cuts[0],
            "potential_cut": cuts[1],
        }
    )
    return Result(table, found, excluded)


def quadrant_sensitivity(
    customers: pd.DataFrame,
    current: str = "current",
    potential: str = "potential",
    *,
    cut: str = "median",
    current_cut: float | None = None,
    potential_cut: float | None = None,
    moves: Sequence[float] = (-0.10, 0.10),
    reading: str = "investment",
    customer: str = "customer",
) -> pd.DataFrame:
    """Count how many customers change quadrant when a cut moves by a share of itself, one cut at a time.

    Parameters
    ----------
    customers, current, potential, cut, current_cut, potential_cut, reading, customer : as in `value_quadrants`.
    moves : shares by which each cut moves: 0.10 is 10 % up. An amount moves by that share of its size; with 'rank' the share
        of customers that count as high moves.

    Returns
    -------
    One row per cut and move: `cut` ('current', 'potential'), `move`, `from_cut`, `to_cut` (amounts, or shares with 'rank'), `changed`
    (customers in another quadrant), `changed_share`, then the customers in each quadrant after the move.

    Raises
    ------
    ValueError, TypeError : as in `value_quadrants`; a cut of 0, which has no share to move by; a share that leaves 0 to 1.

    >>> people = pd.DataFrame({"customer": range(6), "current": [10.0, 20, 95, 105, 200, 300], "potential": [1.0, 9, 2, 8, 3, 7]})
    >>> quadrant_sensitivity(people)[["cut", "move", "from_cut", "to_cut", "changed", "risk"]]
             cut  move  from_cut  to_cut  changed  risk
    0    current  -0.1     100.0    90.0        1     1
    1    current   0.1     100.0   110.0        1     2
    2  potential  -0.1       5.0     4.5        0     1
    3  potential   0.1       5.0     5.5        0     1
    """
    base, _ = _sorted_out(customers, current, potential, reading, customer)
    start = _amounts(base, cut, current_cut, potential_cut)
    before = _codes(base, start, reading)
    given = [current_cut, potential_cut] if cut == "rank" else list(start)
    rows = []
    for place, name in enumerate(("current", "potential")):
        for move in moves:
            if not is_number(move):
                raise ValueError(f"`moves` must be shares such as -0.10 and 0.10, but one is {move!r}.")
            if given[place] == 0:
                raise ValueError(
                    f"The {name} cut is 0, and a share of 0 is 0: it would not move. Compare two calls of value_quadrants "
                    "with cut='money' and two amounts instead."
                )
            moved = list(given)
            moved[place] = given[place] + move * abs(given[place])
            cuts = _amounts(base, "rank" if cut == "rank" else "money", *moved)
            code = _codes(base, cuts, reading)
            changed = int((code != before).sum())
            counts = dict(zip(QUADRANTS, np.bincount(code, minlength=4).tolist(), strict=True))
            rows.append(
                {
                    "cut": name,
                    "move": move,
                    "from_cut": given[place],
                    "to_cut": moved[place],
                    "changed": changed,
                    "changed_share": changed / len(base),
                    **counts,
                }
            )
    return pd.DataFrame(rows)


def fire_customers(
    customers: pd.DataFrame,
    fired: str = "fired",
    *,
    contribution: str = "contribution",
    overhead: str = "overhead",
    overhead_saved: float = 0.0,
    household: str | None = None,
    referrer: str | None = None,
    follow: float = 0.0,
    customer: str = "customer",
) -> Result:
    """Compute what firing customers does to profit: their contribution goes, their share of overhead stays.

        change of profit = − contribution of the fired + overhead saved − contribution of those who follow

    A slide that shows profit after overhead promises − (contribution − overhead) of the fired: too much by the overhead that stays,
    which the remaining customers then carry, in proportion to what they carried before.

    Parameters
    ----------
    customers : one row per customer of the company, fired or not.
    fired : column of True and False.
    contribution, overhead : columns of money for the same period: what is lost with the customer, and what he was allocated.
    overhead_saved : share of the overhead of those who go that really ends, 0 (all stays) to 1.
    household, referrer : columns of ties: customers with the household of a fired one, or referred by a fired one, may follow.
        None: that tie does not count. Nobody is counted twice.
    follow : share of the tied customers who follow, 0 to 1, whoever they are.

    Returns
    -------
    Result. table, a bridge: `line` ('profit before', 'profit of the fired, taken out', 'overhead that stays', 'those who follow',
    'profit after'), `amount` (the middle lines are changes and add up), `customers` (of those who follow: the expected number).
    customers: id, `fired`, `tied`, `contribution`, `profit_before`, `profit_after` (with reallocated overhead; empty for the
    fired). excluded: customers without an id, a contribution or an overhead.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a share is outside 0 to 1, nobody or everybody is fired.

    >>> base = pd.DataFrame({"customer": [1, 2, 3], "fired": [False, True, False], "contribution": [100.0, 10.0, 50.0],
    ...                      "overhead": [20.0, 20.0, 20.0]})
    >>> found = fire_customers(base)
    >>> found.table
                                 line  amount  customers
    0                   profit before   100.0        3.0
    1  profit of the fired, taken out    10.0        1.0
    2             overhead that stays   -20.0        1.0
    3                those who follow     0.0        0.0
    4                    profit after    90.0        2.0
    >>> found.customers["profit_after"].tolist()
    [70.0, nan, 20.0]
    """
    ties = [name for name in (household, referrer) if name is not None]
    need_table(customers, [customer, fired, contribution, overhead, *ties], _WHAT)
    need_once(customers, customer, _WHAT)
    saved, share = need_share(overhead_saved, "overhead_saved"), need_share(follow, "follow")
    if share and not ties:
        raise ValueError(
            "`follow` says how many tied customers follow, but no tie is named. Add household='household' or referrer='referrer'."
        )
    out = need_yes_no(customers, fired, _WHAT)
    brings = column_or_number(customers, contribution, "contribution", _WHAT)
    carries = column_or_number(customers, overhead, "overhead", _WHAT)
    if (carries < 0).any():
        raise ValueError(
            f"Column {overhead!r} holds overhead below 0. Write costs as positive numbers, as the formula takes them off."
        )
    keep, excluded = set_aside(
        len(customers),
        [
            (f"no {customer}", empty_ids(customers, customer)),
            (f"no {contribution} or {overhead}", np.isnan(brings + carries)),
        ],
    )
    base, out, brings, carries = customers[keep].reset_index(drop=True), out[keep], brings[keep], carries[keep]
    if out.all() or not out.any():
        raise ValueError(
            f"Column {fired!r} fires {'every customer: nobody would be left to carry the overhead' if out.all() else 'nobody'}. "
            "Mark some customers True and the others False."
        )
    tied = np.zeros(len(base), dtype=bool)
    if household is not None:
        tied |= (base[household].isin(base.loc[out, household]) & ~empty_ids(base, household)).to_numpy()
    if referrer is not None:
        tied |= base[referrer].isin(base.loc[out, customer]).to_numpy()
    tied &= ~out
    stays = np.where(out, 0.0, 1.0 - share * tied)
    goes = np.where(out, 0.0, share * tied)
    overhead_after = carries.sum() - saved * carries[out].sum() - saved * (goes * carries).sum()
    weight = stays * carries
    if not weight.sum() > 0:  # they carried none before: all carry the same
        weight = stays
    if not weight.sum() > 0:
        raise ValueError("Nobody would be left: all who are not fired follow. Lower `follow`, or fire fewer customers.")
    factor = overhead_after / weight.sum()
    each = np.divide(weight, stays, out=np.zeros(len(base)), where=stays > 0) * factor
    found = pd.DataFrame(
        {
            customer: base[customer],
            "fired": out,
            "tied": tied,
            "contribution": brings,
            "profit_before": brings - carries,
            "profit_after": np.where(stays > 0, brings - each, np.nan),
        }
    )
    before = (brings - carries).sum()
    lines = [
        ("profit before", before, len(base)),
        ("profit of the fired, taken out", -(brings - carries)[out].sum(), out.sum()),
        ("overhead that stays", -(1 - saved) * carries[out].sum(), out.sum()),
        ("those who follow", -(goes * (brings - saved * carries)).sum(), goes.sum()),
        ("profit after", (stays * brings).sum() - overhead_after, stays.sum()),
    ]
    table = pd.DataFrame(lines, columns=["line", "amount", "customers"])
    table[["amount", "customers"]] = table[["amount", "customers"]].astype(float) + 0.0  # no −0
    return Result(table, found, excluded)


def compare_actions(
    customers: pd.DataFrame,
    actions: Mapping[str, tuple[str | float, str | float]],
    *,
    contribution: str = "contribution",
    customer: str = "customer",
) -> Result:
    """Compare firing customers with cheaper service, higher prices, or whatever else changes what they bring.

    An action changes a customer's contribution c by a gain g and makes a share l leave:

        change of profit = (1 − l)(c + g) − c

    'fire' is g = 0, l = 1 and 'keep as is' is g = 0, l = 0; both are always among the rows. Since firing is the action after which
    everybody leaves, an action beats it for every customer who brings more than 0 afterwards.

    Parameters
    ----------
    customers : one row per customer who is to be treated.
    actions : name -> (gain, leave): money per period if the customer stays, and share who leave, each a column or a number.
    contribution : column of money per period.

    Returns
    -------
    Result. table, one row per action: `action`, `customers`, `gain` (if all stay), `leaving` (expected number), `change` (of profit),
    `left_negative` (customers who still bring less than 0), `break_even` (share who may leave, whoever they are, before keeping
    them as they are is as good; above 1: better even if all leave; empty where the group still brings less than 0, so that
    leaving is no loss). customers: id, `contribution`, the change under each action, and `best` (the action with the largest
    change). excluded: customers without an id or a number.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, a share is outside 0 to 1, an action is badly given.

    >>> people = pd.DataFrame({"customer": [1, 2], "contribution": [-100.0, 40.0], "adviser": [130.0, 0.0]})
    >>> found = compare_actions(people, {"adviser off": ("adviser", 0.1)})
    >>> found.table[["action", "gain", "leaving", "change", "left_negative"]]
            action   gain  leaving  change  left_negative
    0   keep as is    0.0      0.0     0.0              1
    1         fire    0.0      2.0    60.0              0
    2  adviser off  130.0      0.2   123.0              0
    >>> found.customers["best"].tolist()
    ['adviser off', 'keep as is']
    """
    need_table(customers, [customer, contribution], _WHAT)
    need_once(customers, customer, _WHAT)
    if not isinstance(actions, Mapping) or not actions:
        raise ValueError("`actions` must name at least one action: {'cheaper channel': (gain, share who leave)}.")
    built_in = [name for name in ("keep as is", "fire") if name in actions]
    if built_in:
        raise ValueError(f"The action {listed(built_in)} is always compared. Leave it out, or give yours another name.")
    taken = [name for name in actions if name in (customer, "contribution", "best")]
    if taken:
        raise ValueError(f"The name {listed(taken)} is a column of the answer. Give the action another name.")
    brings = column_or_number(customers, contribution, "contribution", _WHAT)
    plans = {
        "keep as is": (np.zeros(len(customers)), np.zeros(len(customers))),
        "fire": (np.zeros(len(customers)), np.ones(len(customers))),
    }
    for name, given in actions.items():
        if not isinstance(given, Sequence) or isinstance(given, str) or len(given) != 2:
            raise ValueError(f"The action {name!r} must be a pair (gain, share who leave), but it is {given!r}.")
        gain = column_or_number(customers, given[0], f"gain of {name}", _WHAT)
        leave = column_or_number(customers, given[1], f"leave of {name}", _WHAT)
        need_within(leave, f"leave of {name}", _WHAT, 0, 1, "a share from 0 to 1, such as 0.1 for 10 %")
        plans[name] = (gain, leave)
    keep, excluded = set_aside(
        len(customers),
        [
            (f"no {customer}", empty_ids(customers, customer)),
            ("no number to compute with", np.isnan(brings + sum(gain + leave for gain, leave in plans.values()))),
        ],
    )
    brings, rows, changes = brings[keep], [], {}
    for name, (gain, leave) in plans.items():
        gain, leave = gain[keep], leave[keep]
        after = brings + gain
        changes[name] = (1 - leave) * after - brings
        rows.append(
            {
                "action": name,
                "customers": len(brings),
                "gain": gain.sum(),
                "leaving": leave.sum(),
                "change": changes[name].sum(),
                "left_negative": int(((np.round(after, 2) < 0) & (leave < 1)).sum()),  # to the fen
                "break_even": max(gain.sum(), 0.0) / after.sum() if after.sum() > 0 else np.nan,
            }
        )
    found = pd.DataFrame({customer: customers.loc[keep, customer], "contribution": brings, **changes})
    found["best"] = pd.Categorical(found[list(plans)].idxmax(axis=1), categories=list(plans))
    return Result(pd.DataFrame(rows), found.reset_index(drop=True), excluded)


def _sorted_out(customers, current, potential, reading, customer):
    """Return id, current and potential value of the customers who have all three, and who was set aside."""
    if reading not in READINGS:
        raise ValueError(f"`reading` must be one of {listed(READINGS)}, but it is {reading!r}. See value_quadrants.")
    need_table(customers, [customer, current, potential], _WHAT)
    if len({customer, current, potential}) < 3:
        raise ValueError("Customer, current and potential value must be three different columns.")
    need_once(customers, customer, _WHAT)
    columns = {"current": current, "potential": potential}
    values = {name: column_or_number(customers, column, name, _WHAT) for name, column in columns.items()}
    keep, excluded = set_aside(
        len(customers),
        [
            (f"no {customer}", empty_ids(customers, customer)),
            (f"no {current}", np.isnan(values["current"])),
            (f"no {potential}", np.isnan(values["potential"])),
        ],
    )
    base = pd.DataFrame({customer: customers[customer], **values})[keep].reset_index(drop=True)
    if base.empty:
        raise ValueError("No customer has an id, a current and a potential value. Check the columns.")
    return base, excluded


def _amounts(base, cut, current_cut, potential_cut):
    """Return the two cuts in money: a customer is high at or above them."""
    if cut not in CUTS:
        raise ValueError(f"`cut` must be one of {listed(CUTS)}, but it is {cut!r}.")
    given = {"current": current_cut, "potential": potential_cut}
    if cut == "median":
        extra = [f"{name}_cut" for name, value in given.items() if value is not None]
        if extra:
            raise ValueError(f"The median needs no {listed(extra)}. Leave it out, or say cut='money' or cut='rank'.")
        return tuple(float(np.median(base[name])) for name in given)
    for name, value in given.items():
        if not is_number(value):
            example = "an amount of money" if cut == "money" else "a share of customers such as 0.2"
            raise ValueError(f"cut={cut!r} needs `{name}_cut`, {example}, but it is {value!r}.")
        if cut == "rank" and not 0 < value <= 1:
            percent = f" Write {value:g} % as {value / 100:g}." if value > 1 else ""
            raise ValueError(f"`{name}_cut` must be a share of customers above 0, up to 1, but it is {value:g}.{percent}")  # fmt: skip
    if cut == "money":
        return float(current_cut), float(potential_cut)
    amounts = []
    for name, share in given.items():
        # Rounded first: 0.07 × 100 is a little more than 7 in floating point, and is meant as 7.
        last = int(np.ceil(np.round(share * len(base), 9)))
        amounts.append(float(np.sort(base[name])[len(base) - last]))
    return tuple(amounts)


def _codes(base, cuts, reading):
    """Number each customer's quadrant, in the order of QUADRANTS."""
    rich = (base["current"] >= cuts[0]).to_numpy()
    promising = (base["potential"] >= cuts[1]).to_numpy()
    upper = QUADRANTS.index(READINGS[reading])
    return np.where(rich, np.where(promising, 0, 1), np.where(promising, upper, 5 - upper))
