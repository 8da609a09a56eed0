"""Draw the two figures of Delta Power's datasheet. `python course.py build data` runs it."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.axes import Axes

from crmlib.companies import Company, load_utility

mpl.use("Agg")  # files, no window

BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
COLOURS = {"residential": GREEN, "commercial": ORANGE, "industrial": BLUE}


def opened_market(company: Company, axes: Axes) -> None:
    """Draw the share of each class's customers of January 2023 who have not gone to a rival, by month."""
    months = pd.date_range("2023-01-01", periods=37, freq="MS")
    for kind, colour in COLOURS.items():
        customers = company.customers[(company.customers["class"] == kind) & (company.customers["since"] < months[0])]
        switched = customers["left"].where(customers["exit_reason"] == "switched")
        axes.plot(months, [100 * (1 - (switched < month).mean()) for month in months], color=colour, label=kind)
    for row in company.market_opening.dropna().itertuples():
        axes.axvline(row.opened, color=COLOURS[row[1]], linestyle=":")
    axes.set(
        title="Nobody switches until the class may choose", xlabel="month (dotted: the market opens)",
        ylabel="customers of January 2023\nwho have not switched, %", ylim=(70, 101),
    )  # fmt: skip
    axes.legend(frameon=False)


def time_of_use(company: Company, axes: Axes) -> None:
    """Draw the share of use at peak of homes by arm and month."""
    homes = company.customers.loc[company.customers["class"] == "residential", ["customer", "tou_arm"]]
    bills = company.bills.merge(homes, on="customer")
    use = bills[["kwh_peak", "kwh_flat", "kwh_valley"]].sum(axis=1)
    share = (100 * bills["kwh_peak"] / use)[use > 0].groupby([bills["month"], bills["tou_arm"]], observed=True).mean()
    arms = {"trial control": BLUE, "trial time-of-use": ORANGE, "opted in": GREEN}
    for arm, colour in arms.items():
        axes.plot(share.unstack()[arm], color=colour, label=arm)
    axes.axvline(np.datetime64("2024-07-01"), color="grey", linestyle=":")
    axes.set(
        title="The lot shows a small effect; those who opted in were different before",
        xlabel="month (dotted: time-of-use prices begin)", ylabel="use at peak hours, % of use (homes)",
    )  # fmt: skip
    axes.legend(frameon=False)


def draw(folder: Path) -> list[Path]:
    """Write both figures into `folder`; return the files."""
    company = load_utility(folder)
    written = []
    for name, figure in (("opened_market", opened_market), ("time_of_use", time_of_use)):
        _, axes = plt.subplots(figsize=(8, 4), layout="constrained")
        figure(company, axes)
        axes.xaxis.set_major_locator(mdates.MonthLocator(bymonth=(1, 7)))
        axes.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
        axes.spines[["top", "right"]].set_visible(False)
        path = folder / f"{name}.png"
        axes.figure.savefig(path, dpi=110, metadata={"Software": None})
        plt.close(axes.figure)
        written.append(path)
    return written
