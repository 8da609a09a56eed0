"""Mass customisation: what modules cost against whole variants, how many packages a bank needs, and four ways to customise."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib._frames import need_amounts, need_columns, need_frame, need_numbers, need_once, need_yes_no, rows_text

# The words in brackets are what the Chinese textbook of this course says; the original says adaptive, cosmetic, transparent.
APPROACHES = pd.DataFrame(
    [
        (True, True, "collaborative", "合作型 (collaboration)", "ask each customer, then build what was agreed"),
        (False, False, "adaptive", "体验型 (experience)", "one product that each customer sets for himself"),
        (False, True, "cosmetic", "选择型 (selection)", "one product, shown to each customer in another way"),
        (True, False, "transparent", "跟踪型 (tracking)", "watch, and adapt without asking"),
    ],
    columns=["product_changes", "presentation_changes", "approach", "source_says", "do"],
)


def customisation_approach(offers: pd.DataFrame) -> pd.DataFrame:
    """Say which of Gilmore and Pine's four ways to customise fits an offer.

    Two questions decide: does the bank change the *product* for each customer, and does it change the *presentation* (how it is
    shown, named, handed over)? Both: collaborative. Neither, because the customer adapts it himself: adaptive. Presentation only: cosmetic.
    Product only: transparent.

    Parameters
    ----------
    offers : one row per offer: `offer`, `product_changes`, `presentation_changes` (True or False).

    Returns
    -------
    `offers` with `approach`, `source_says` (the name in the Chinese textbook of this
    course, which departs from the original in three of four),
    `do` (what it means in practice).

    Raises
    ------
    ValueError : a column is missing, or does not say True or False in every row.

    Source: Gilmore & Pine (1997), The four faces of mass customization, Harvard Business Review 75(1).

    >>> offers = pd.DataFrame({"offer": ["advised portfolio", "app with own limits"], "product_changes": [True, False],
    ...                        "presentation_changes": [True, False]})
    >>> customisation_approach(offers)["approach"].tolist()
    ['collaborative', 'adaptive']
    """
    what = "The frame of offers"
    keys = ["product_changes", "presentation_changes"]
    need_columns(need_frame(offers, what), ["offer", *keys], what)
    answers = {name: need_yes_no(offers, name, what) for name in keys}
    return offers.assign(**answers).merge(APPROACHES, on=keys, how="left")


def modular_costs(modules: pd.DataFrame, *, cost_variant: float, cost_joint: float = 0.0) -> pd.DataFrame:
    """Compare building modules that combine freely with building whole variants one by one.

    combinations = Π options of each part (an optional part has one more: none). Modules: Σ options × cost per option, plus the joints, one
    per pair of parts, that make them fit. Variants: combinations × cost of a variant. Break-even: the number of variants from
    which modules are cheaper.

    Parameters
    ----------
    modules : one row per part: `part`, `options` (1 or more), `cost` (money to build and keep one option), `optional` (True or False).
    cost_variant : money to build and keep one whole variant.
    cost_joint : money per pair of parts that must fit each other.

    Returns
    -------
    Frame, one row: `parts`, `options` (in all), `combinations`, `cost_modules`, `cost_all_variants`, `cost_per_combination`,
    `break_even_variants` (whole number).

    Raises
    ------
    ValueError : a column is missing, options below 1 or not whole, a negative cost, a part there twice.

    Source: the idea is Pine's (1993), Mass Customization; the arithmetic is ours.

    >>> modules = pd.DataFrame({"part": ["account", "card"], "options": [2, 3], "cost": [100.0, 50.0], "optional": [False, True]})
    >>> modular_costs(modules, cost_variant=120, cost_joint=40).iloc[0].tolist()
    [2.0, 5.0, 8.0, 390.0, 960.0, 48.75, 4.0]
    """
    what = "The frame of modules"
    need_columns(need_frame(modules, what), ["part", "options", "cost", "optional"], what)
    need_once(modules, "part", what)
    options, cost = need_numbers(modules, "options", what), need_amounts(modules, "cost", what)
    optional = need_yes_no(modules, "optional", what)
    wrong = ~((options >= 1) & (options == np.floor(options)))
    if wrong.any():
        raise ValueError(
            f"Column 'options' of the frame of modules must hold whole numbers from 1 on, but not so in {rows_text(wrong)}."
        )
    if not cost_variant > 0 or not cost_joint >= 0:
        raise ValueError(
            f"`cost_variant` must be above 0 and `cost_joint` 0 or more, but they are {cost_variant!r} and {cost_joint!r}."
        )
    parts = len(modules)
    combinations = math.prod(int(one) for one in options + optional)
    together = float((options * cost).sum() + cost_joint * parts * (parts - 1) / 2)
    return pd.DataFrame(
        [
            {
                "parts": parts, "options": int(options.sum()), "combinations": combinations, "cost_modules": together,
                "cost_all_variants": float(combinations * cost_variant), "cost_per_combination": together / combinations,
                "break_even_variants": math.floor(together / cost_variant) + 1,
            }
        ]
    )  # fmt: skip


def bundle_coverage(frame: pd.DataFrame, products: Sequence[str]) -> pd.DataFrame:
    """Count which combinations of products customers really hold, the most frequent first.

    Parameters
    ----------
    frame : one row per customer; from `offer_frame`, with a column `has_...` per product.
    products : which of them.

    Returns
    -------
    Frame, one row per combination that somebody holds: `bundle` (words), `products` (how many), `customers`, `share`, `covered` (share of
    the customers served by this and all more frequent ones).

    Raises
    ------
    ValueError : a column is missing, or does not say True or False.

    >>> frame = pd.DataFrame({"customer": [1, 2, 3, 4], "has_card": [True, True, False, False], "has_loan": [False, False, True, False]})
    >>> bundle_coverage(frame, ["card", "loan"])
       bundle  products  customers  share  covered
    0    card         1          2   0.50     0.50
    1  (none)         0          1   0.25     0.75
    2    loan         1          1   0.25     1.00
    """
    what = "The frame of customers"
    names = [f"has_{name}" for name in products]
    if not names:
        raise ValueError("`products` is empty. Name those that make up the packages.")
    need_columns(need_frame(frame, what), names, what)
    held = pd.DataFrame({name: need_yes_no(frame, name, what) for name in names})
    counts = held.value_counts(sort=False).rename("customers").reset_index()
    words = [
        " + ".join(name for name, has in zip(products, row, strict=True) if has) or "(none)"
        for row in counts[names].to_numpy(bool)
    ]
    table = pd.DataFrame({"bundle": words, "products": counts[names].sum(axis=1), "customers": counts["customers"]})
    table = table.sort_values(["customers", "bundle"], ascending=[False, True], ignore_index=True)
    table["share"] = table["customers"] / len(frame)
    table["covered"] = table["customers"].cumsum() / len(frame)
    return table
