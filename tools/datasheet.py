"""Write the datasheet of Harbour Bank: one page of text whose numbers are computed, and two pictures.

`python course.py build data` runs it, after the data.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]

TEMPLATE = ROOT / "tools" / "datasheet_bank.md"


def numbers(bank) -> dict[str, float]:
    """Compute the numbers of the page from the bank's tables."""
    last = bank.years.query("year == 2025 and months == 12")
    revenue, profit = last["revenue"].sort_values(ascending=False), last["profit"].sort_values(ascending=False)
    rate = churn_by_tenure(bank)
    return {
        "top1": revenue.iloc[: len(revenue) // 100].sum() / revenue.sum(),
        "top20": profit.iloc[: len(profit) // 5].sum() / profit.sum(),
        "losers": (profit < 0).mean(),
        "churn_new": rate.loc[0, "all"],
        "churn_old": rate.loc[5, "all"],
        "share": bank.wallets["share_of_wallet"].mean(),
        "response": bank.invitations["answered"].mean(),
        "voiced": bank.problems.loc[bank.problems["noticed"], "voiced"].mean(),
        "uplift": bank.truth["retention.uplift"],
        "quiet": bank.truth["retention.uplift.quiet"],
        "customers": len(bank.customers),
        "branches": len(bank.branches),
        "tables": len(bank.tables),
    }


def churn_by_tenure(bank) -> pd.DataFrame:
    """Yearly churn by completed years of relationship: raw, and for customers in the middle fifth of the true hazard."""
    people = bank.customers.merge(bank.truth.tables["people"][["customer", "yearly_hazard"]], on="customer")
    start, end = pd.Timestamp("2023-01-01"), pd.Timestamp("2026-01-01")
    year = pd.Timedelta(days=365.25)
    enter = (people["joined"].clip(lower=start) - people["joined"]) / year
    leave = (people["left"].fillna(end) - people["joined"]) / year
    own = people["exit_reason"].notna() & ~people["exit_reason"].isin(["death", "moved abroad", "closed by bank"])
    middle = people["yearly_hazard"].between(*people["yearly_hazard"].quantile([0.4, 0.6]))
    rows = {}
    for tenure in range(12):
        exposure = (leave.clip(upper=tenure + 1) - enter.clip(lower=tenure)).clip(lower=0)
        event = own & (leave >= tenure) & (leave < tenure + 1)
        rows[tenure] = [1 - np.exp(-event[some].sum() / exposure[some].sum()) for some in (slice(None), middle)]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["all", "equal hazard"])


def draw(bank, folder: Path) -> None:
    """Write the two pictures."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    import seaborn as sns

    look = sns.axes_style("whitegrid") | sns.plotting_context("notebook")
    look["axes.prop_cycle"] = mpl.cycler(color=sns.color_palette("colorblind"))
    with mpl.rc_context(look):
        rate = 100 * churn_by_tenure(bank)
        fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
        ax.plot(rate.index + 0.5, rate["all"], marker="o", label="all customers")
        ax.plot(rate.index + 0.5, rate["equal hazard"], marker="s", linestyle="--", label="middle fifth of true hazard")
        ax.set(xlabel="years since joining", ylabel="leave within a year (%)", ylim=(0, None))
        ax.set_title("New customers leave sooner, though nobody's hazard falls", loc="left")
        ax.legend()
        fig.savefig(folder / "tenure.png", dpi=110, metadata={"Software": None})
        profit = bank.years.query("year == 2025 and months == 12")["profit"].sort_values(ascending=False)
        share = 100 * profit.cumsum() / profit.sum()
        fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
        ax.plot(np.linspace(0, 100, len(share)), share)
        ax.axhline(100, color="grey", linewidth=1)
        ax.set(
            xlabel="customers, from most to least profitable (%)",
            ylabel="cumulative profit (% of total)",
            xlim=(0, 100),
        )
        ax.set_title(f"{100 * (profit < 0).mean():.0f} % of customers take back what the others bring", loc="left")
        fig.savefig(folder / "whale.png", dpi=110, metadata={"Software": None})
        plt.close("all")


def text(bank, seed: int) -> str:
    return re.sub(r"(?<=\d)%", " %", TEMPLATE.read_text(encoding="utf-8").format(**numbers(bank), seed=seed))


def write(folder: Path) -> None:
    """Write the page and its pictures beside the bank's files."""
    from crmlib.companies import dictionary, load_bank

    bank = load_bank(folder)
    page = text(bank, dictionary("bank")["company"]["seed"])
    (folder / "datasheet.md").write_text(page, encoding="utf-8", newline="\n")
    draw(bank, folder)
