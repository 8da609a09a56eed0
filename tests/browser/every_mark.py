"""Pictures with every kind of mark that the shared view draws, and one whose redraw is measured."""

import numpy as np
import pandas as pd

from crmlib.show import axis, bars, curve, cut, number, panel, picture, points, table

TIERS = ["Top", "Big", "Medium", "Small", "Inactive"]
REASONS = ["Convenience of the branch next door", "Price", "Service", "Habit"]
QUARTERS = [
    (12 * year + month, f"{name} {2024 + year}")
    for year in (0, 1)
    for month, name in ((0, "Jan"), (3, "Apr"), (6, "Jul"), (9, "Oct"))
]


def scatter(share, how_many=1000):
    """Points with a cut that follows the slider: what a redraw costs is measured on this panel."""
    draws = np.random.default_rng(7)
    satisfaction = draws.normal(72, 11, how_many).clip(0, 100)
    profit = draws.lognormal(6.5, 1.1, how_many) * (0.5 + satisfaction / 100) - 900
    border = float(np.quantile(profit, 1 - share / 100))
    return panel(
        "Who is in the top group",
        axis("Satisfaction", unit="points of 100", limits=(0, 100)),
        axis("Profit a year", unit="¥ thousand", scale=1e3),
        [
            points(
                satisfaction, profit, name="Customers", strong=[0, 17], texts=[f"customer {n}" for n in range(how_many)]
            )
        ],
        cuts=[cut(border, "top group", across="y", strong=True), cut(60, "unhappy"), cut(95, "delighted customers")],
    )


def curves(share):
    month = np.arange(24)
    kept = 0.97**month
    return panel(
        "Customers kept",
        axis("Month", ticks=QUARTERS),
        axis("Kept", unit="%", scale=0.01),
        [
            curve(month, kept, name="Harbour Bank", low=kept * 0.95, high=np.minimum(kept * 1.05, 1)),
            curve(month, (1 - share / 400) ** month, name="Delta Power", colour=1),
            curve(month, np.where(month < 12, np.nan, 0.8), name="Plan", colour=2, dashed=True),
            curve(month, 1 - month / 60, name="A fourth", colour=3),
            curve(month, 1 - month / 40, name="A fifth", colour=4),
        ],
        cuts=[cut(13, "industry's market opens")],
    )


def every_mark(share=20):
    tall = [share * 40_000, 900_000, 500_000, 120_000, -80_000]
    people = [share, 80, 300, 600, 1000 - share]
    side = panel(
        "Profit by tier",
        axis("Tier", categories=TIERS),
        axis("Profit a year", unit="¥ million", scale=1e6),
        [bars(tall, name="2024"), bars([value * 1.2 for value in tall], name="2025", colour=1, strong=[0])],
    )
    level = panel(
        "Why they stay", axis("Customers"), axis("", categories=REASONS), [bars([310, share, 120, 12], strong=[1])]
    )
    stacked = panel(
        "Where the profit comes from",
        axis("Tier", categories=TIERS),
        axis("Profit", unit="¥"),
        [bars([5, 4, 3, 2, -1], name="Interest"), bars([2, share / 10, 1, 1, -2], name="Fees", colour=2)],
        stacked=True,
    )
    return picture(
        side,
        level,
        stacked,
        curves(share),
        scatter(share),
        alt=f"Five panels; the top group is {share} % of the customers.",
        numbers=[
            number("Profit of the top tier", tall[0], unit="¥"),
            number("Share of customers", share, unit="%", colour=1),
            number("Not known", None),
        ],
        below=table(pd.DataFrame({"Tier": TIERS, "Customers": [f"{n:,}" for n in people]}), "Customers by tier"),
    )


def one_scatter(share=20):
    return picture(
        curves(share),
        scatter(share),
        alt=f"Two panels; the top group is {share} %.",
        numbers=[number("Share", share, unit="%")],
    )
