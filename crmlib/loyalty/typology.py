"""Seven loyalty types: attachment × repurchase × reason × choice, by rules that a reader can change."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    empty_ids,
    listed,
    need_columns,
    need_frame,
    need_once,
    need_scale,
    need_yes_no,
    ordered_category,
    reasons_text,
    rows_text,
    set_aside,
)
from crmlib.loyalty._answers import at_least, item_mean, item_names, need_weights

LOYALTY_TYPES = ("monopoly", "inertia", "latent", "convenience", "price", "incentive", "premium")
STAY_REASONS = ("habit", "convenience", "price", "incentive", "value", "no alternative")
_SIDES = {"choice": ("yes", "no"), "attachment": ("high", "low"), "repurchase": ("high", "low")}
_SHARED = (
    ("no", "any", "any", "any", "monopoly"),
    ("yes", "any", "any", "no alternative", "monopoly"),
    ("yes", "low", "high", "habit", "inertia"),
    ("yes", "low", "high", "convenience", "convenience"),
    ("yes", "low", "high", "incentive", "incentive"),
    ("yes", "low", "any", "price", "price"),
    ("yes", "low", "any", "value", "price"),
)
_GOOD = ("habit", "convenience", "price", "incentive", "value")
_LOOSE = ("habit", "convenience", "incentive")  # low attachment, low repurchase, and not there for the price


def loyalty_rules(after: str = "literature") -> pd.DataFrame:
    """Return the rules that make a loyalty type of attachment, repurchase, reason and choice, as a frame to read and change.

    Both sets agree on most cells. Who has no choice is monopoly, whatever they feel. Low attachment and high repurchase are
    three types that only the reason parts; who stays for price or value without attachment is price. They differ in two cells:

    - "literature" (Dick & Basu 1994): *latent* loyalty is high attachment with low repurchase; low with low is no loyalty.
    - "textbook" (the Chinese source of this course): *latent* is low attachment with low repurchase; high attachment with
      low repurchase has no type there, and is called "unnamed" here so that nobody is lost.

    Parameters
    ----------
    after : "literature" or "textbook".

    Returns
    -------
    Frame, one row per rule: `choice` (yes, no), `attachment`, `repurchase` (high, low), `reason` (of STAY_REASONS), `type`.
    "any" stands for every value. Together the rules name each of the 48 cells once.

    Raises
    ------
    ValueError : another name.

    Source: attachment × repurchase after Dick & Basu (1994) and Griffin (1995); the further types after Sindell (2000). Where price and
    value go without attachment, and that "no alternative" means monopoly, are choices of this course.

    >>> rules = loyalty_rules("literature")
    >>> rules[rules["type"] == "latent"].head(2)
      choice attachment repurchase       reason    type
    7    yes       high        low        habit  latent
    8    yes       high        low  convenience  latent
    """
    if after not in ("literature", "textbook"):
        raise ValueError(f"There are two sets of rules, 'literature' and 'textbook', but not {after!r}.")
    bonded, loose = ("latent", "no loyalty") if after == "literature" else ("unnamed", "latent")
    rows = [*_SHARED]
    rows += [("yes", "high", "low", reason, bonded) for reason in _GOOD]
    rows += [("yes", "high", "high", reason, "premium") for reason in _GOOD]
    rows += [("yes", "low", "low", reason, loose) for reason in _LOOSE]
    return pd.DataFrame(rows, columns=[*_SIDES, "reason", "type"], dtype="str")


def _read_rules(rules: object, reasons: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Return the type of each cell (a code, by choice × attachment × repurchase × reason), and the names of the types."""
    what = "The frame of rules"
    need_columns(need_frame(rules, what), [*_SIDES, "reason", "type"], what)
    levels = {**_SIDES, "reason": tuple(reasons)}
    for column, known in levels.items():
        odd = ~rules[column].isin([*known, "any"]).to_numpy()
        if odd.any():
            raise ValueError(
                f"Column {column!r} of the frame of rules knows {listed([*known, 'any'], 9)}, but has "
                f"{rules[column][odd].iloc[0]!r} in {rows_text(odd)}. Correct the rule."
            )
    blank = empty_ids(rules, "type")
    if blank.any():
        raise ValueError(f"Column 'type' of the frame of rules is empty in {rows_text(blank)}. Name the type.")
    found = [name for name in rules["type"].unique() if name not in LOYALTY_TYPES]
    types = [*LOYALTY_TYPES, *found]
    named = np.zeros([len(known) for known in levels.values()], dtype=int)
    cells = np.full(named.shape, -1)
    for row in rules.to_dict("records"):  # a dozen or two of rules, never customers
        place = tuple(
            slice(None) if row[column] == "any" else known.index(row[column]) for column, known in levels.items()
        )
        cells[place] = types.index(row["type"])
        named[place] += 1
    for wrong, told, mend in (
        (named == 0, "leave a cell open", "Add a rule for it, or write 'any'."),
        (named > 1, "name a cell twice", "Keep one rule for each cell."),
    ):
        if wrong.any():
            first = np.argwhere(wrong)[0]
            cell = ", ".join(f"{column} {known[at]}" for (column, known), at in zip(levels.items(), first, strict=True))
            raise ValueError(f"The rules {told}: {cell} ({int(wrong.sum())} of {wrong.size} cells). {mend}")
    return cells, types


def loyalty_types(
    survey: pd.DataFrame,
    attachment: Sequence[str] | str = ("att1", "att2", "att3"),
    repurchase: Sequence[str] | str = "share_said",
    *,
    rules: pd.DataFrame | None = None,
    attachment_cut: float = 5.0,
    repurchase_cut: float = 50.0,
    attachment_scale: tuple[float, float] = (1, 7),
    repurchase_scale: tuple[float, float] = (0, 100),
    reason: str = "stay_reason",
    choice: str = "choice_available",
    reasons: Sequence[str] = STAY_REASONS,
    weight: str | None = None,
    customer: str = "customer",
) -> Result:
    """Give each customer one of seven loyalty types.

    Attachment and repurchase are each the mean of their items. A mean at or above its cut is high: who stands exactly on a
    cut counts as high. The rules then name the type by choice, attachment, repurchase and reason.

    Parameters
    ----------
    survey : one row per customer (one wave).
    attachment, repurchase : columns of items. Repurchase is behaviour, such as the share of wallet; intention is not.
    rules : from `loyalty_rules`, perhaps changed; None: the literature's.
    attachment_cut, repurchase_cut : in points of the scale.
    attachment_scale, repurchase_scale : lowest and highest answer.
    reason : column with the main reason for staying, one of `reasons`.
    choice : column that says True if there is somebody else to choose.
    weight : column that says for how many customers a row stands; None: each row for one.

    Returns
    -------
    Result. table, one row per type: `type` (the seven, then what the rules add), `customers` (who answered), `share`
    (weighted), `mean_attachment`, `mean_repurchase` (empty where a type is). customers: id, `attachment`, `repurchase`
    (points), `attachment_level`, `repurchase_level` (high, low), `choice` (yes, no), `reason`, `type`, `weight`.
    excluded: rows without an id or an answer.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, an answer is outside its scale, a reason is unknown, a
        customer has two rows, a cut is outside the scale, the rules leave a cell open or name one twice.

    Source: Dick & Basu (1994); Griffin (1995); Sindell (2000).

    >>> survey = pd.DataFrame({"customer": [1, 2, 3], "liking": [6, 2, 6], "share": [80, 80, 80],
    ...                        "stay_reason": ["value", "habit", "habit"], "choice_available": [True, True, False]})
    >>> found = loyalty_types(survey, "liking", "share")
    >>> found.customers[["customer", "attachment_level", "repurchase_level", "type"]]
       customer attachment_level repurchase_level      type
    0         1             high             high   premium
    1         2              low             high   inertia
    2         3             high             high  monopoly
    """
    what = "The survey"
    columns = [customer, *item_names(attachment), *item_names(repurchase), reason, choice] + [weight] * bool(weight)
    need_columns(need_frame(survey, what), columns, what)
    need_once(survey, customer, what)
    cells, types = _read_rules(loyalty_rules() if rules is None else rules, reasons)
    scores, gaps = {}, [(f"no {customer}", empty_ids(survey, customer))]
    for name, items, cut, scale in (
        ("attachment", attachment, attachment_cut, need_scale(attachment_scale, "attachment_scale")),
        ("repurchase", repurchase, repurchase_cut, need_scale(repurchase_scale, "repurchase_scale")),
    ):
        if not scale[0] <= cut <= scale[1]:
            raise ValueError(
                f"`{name}_cut` must lie on the scale from {scale[0]:g} to {scale[1]:g}, but it is {cut!r}."
            )
        scores[name], missing = item_mean(survey, items, scale, what)
        gaps += missing
    gaps += [(f"no {column}", survey[column].isna().to_numpy()) for column in (reason, choice)]
    keep, excluded = set_aside(len(survey), gaps)
    if not keep.any():
        raise ValueError(f"{what} has no customer to give a type: {reasons_text(excluded)}. Check the columns.")
    kept = survey[keep].infer_objects()
    unknown = ~kept[reason].isin(reasons).to_numpy()
    if unknown.any():
        raise ValueError(
            f"Column {reason!r} of the survey has the reason {kept[reason][unknown].iloc[0]!r} in {int(unknown.sum()):,} rows, "
            f"but the known ones are {listed(reasons, 9)}. Rename it, or give your own list in `reasons` and rules for each."
        )
    weights = need_weights(kept, weight, what)
    free = need_yes_no(kept, choice, what)
    place = (
        (~free).astype(int),
        (~at_least(scores["attachment"][keep], attachment_cut)).astype(int),
        (~at_least(scores["repurchase"][keep], repurchase_cut)).astype(int),
        pd.Categorical(kept[reason], categories=list(reasons)).codes.astype(int),
    )
    code = cells[place]
    customers = pd.DataFrame(
        {
            customer: kept[customer].to_numpy(),
            "attachment": scores["attachment"][keep],
            "repurchase": scores["repurchase"][keep],
            "attachment_level": ordered_category(place[1], _SIDES["attachment"]),
            "repurchase_level": ordered_category(place[2], _SIDES["repurchase"]),
            "choice": ordered_category(place[0], _SIDES["choice"]),
            "reason": ordered_category(place[3], reasons),
            "type": ordered_category(code, types),
            "weight": weights,
        }
    )
    size = np.bincount(code, minlength=len(types))
    total = np.bincount(code, weights=weights, minlength=len(types))
    some = np.where(size > 0, total, np.nan)
    table = pd.DataFrame(
        {
            "type": ordered_category(range(len(types)), types),
            "customers": size,
            "share": total / total.sum(),
            "mean_attachment": np.bincount(code, weights * customers["attachment"], len(types)) / some,
            "mean_repurchase": np.bincount(code, weights * customers["repurchase"], len(types)) / some,
        }
    )
    return Result(table, customers, excluded)


def compare_types(first: Result, second: Result, *, customer: str = "customer") -> pd.DataFrame:
    """Count the customers of each pair of types under two sets of rules, cuts or measures.

    Parameters
    ----------
    first, second : from `loyalty_types`, of the same customers.

    Returns
    -------
    Frame, one row per pair that occurs, largest first: `first`, `second` (types), `customers`, `share` (weighted by the
    first's weights), `moved` (True if the type differs).

    Raises
    ------
    ValueError : the two do not hold the same customers.

    >>> survey = pd.DataFrame({"customer": [1, 2], "liking": [6, 2], "share": [20, 20],
    ...                        "stay_reason": ["value", "habit"], "choice_available": [True, True]})
    >>> ours = loyalty_types(survey, "liking", "share")
    >>> theirs = loyalty_types(survey, "liking", "share", rules=loyalty_rules("textbook"))
    >>> compare_types(ours, theirs)
            first   second  customers  share  moved
    0      latent  unnamed          1    0.5   True
    1  no loyalty   latent          1    0.5   True
    """
    columns = [customer, "type"]
    both = first.customers[[*columns, "weight"]].merge(second.customers[columns], on=customer, suffixes=("_1", "_2"))
    if not len(both) == len(first.customers) == len(second.customers):
        raise ValueError(
            f"The two results must hold the same customers, but {len(first.customers):,} and {len(second.customers):,} have "
            f"only {len(both):,} in common. Give both the same survey."
        )
    pairs = both.assign(first=both["type_1"].astype("str"), second=both["type_2"].astype("str"))
    table = pairs.groupby(["first", "second"], as_index=False).agg(
        customers=("weight", "size"), share=("weight", "sum")
    )
    table["share"] /= table["share"].sum()
    table["moved"] = table["first"] != table["second"]
    return table.sort_values(["customers", "first"], ascending=[False, True], ignore_index=True)


def cells_of(rules: pd.DataFrame, reasons: Sequence[str] = STAY_REASONS) -> pd.DataFrame:
    """Write rules out in full: one row for each of the cells, without "any".

    Parameters
    ----------
    rules : from `loyalty_rules`, perhaps changed.
    reasons : the reasons for staying that may occur.

    Returns
    -------
    Frame, one row per cell: `choice`, `attachment`, `repurchase`, `reason`, `type`.

    Raises
    ------
    ValueError : the rules leave a cell open, name one twice, or use an unknown word.

    >>> cells_of(loyalty_rules()).shape
    (48, 5)
    """
    cells, types = _read_rules(rules, reasons)
    rows = itertools.product(*_SIDES.values(), reasons)
    frame = pd.DataFrame(rows, columns=[*_SIDES, "reason"], dtype="str")
    return frame.assign(type=[types[code] for code in cells.ravel()])
