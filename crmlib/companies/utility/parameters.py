"""Delta Power's structural parameters: every number that the simulation puts in, what it means and where it is from.

`published` marks a size taken from a source that the datasheet names; everything else is a design choice.
"""

from __future__ import annotations

import numpy as np

MONTHS = 36
MONTH_STARTS = np.arange("2023-01", "2026-02", dtype="datetime64[M]").astype(
    "datetime64[D]"
)  # the last one closes the window
DAY_ZERO = MONTH_STARTS[0]
DAYS = (MONTH_STARTS - DAY_ZERO).astype(int)  # day numbers of the month starts
WINDOW = int(DAYS[-1])
WAVE_MONTHS = (5, 17, 29)  # the yearly survey goes out in June
HALF_MONTHS = 6  # what happened from January to June shapes the satisfaction of that year
DIMENSIONS = ("tan", "rel", "res", "ass", "emp")
ITEMS = {"tan": 4, "rel": 5, "res": 4, "ass": 4, "emp": 5}

CLASSES = ("residential", "commercial", "industrial")
REGIONS = ("Harbour", "Old Town", "North Bank", "Hill", "Delta Flats", "New Town")
FEEDERS_PER_REGION = 8
PERIODS = ("peak", "flat", "valley")
HOUR_PERIOD = np.array([2] * 7 + [1] * 2 + [0] * 3 + [1] * 5 + [0] * 5 + [1] + [2])  # peak 9-12 and 17-22, valley 23-7
AGE_BANDS = ("under 35", "35-49", "50-64", "65 and over")
RIVALS = ("grid affiliate", "generator's shop", "industrial park", "gas company", "independent", "energy services")
REASONS = ("outage", "billing", "payment", "connection", "tariff", "complaint")
PROBLEM_KINDS = ("billing error", "voltage", "meter", "late repair", "rude service")
ATTRIBUTES = (
    "price", "reliability of supply", "power quality", "technical support", "emergency repair", "training", "upgrades",
)  # fmt: skip

# segment: class, share of the class, mean and SD of log monthly kWh, share of use at peak and valley, mean substitution
SEGMENTS = {
    "day home": (0, 0.35, 5.02, 0.48, 0.36, 0.27, 0.075),
    "evening home": (0, 0.50, 4.95, 0.46, 0.43, 0.24, 0.110),
    "electric heating": (0, 0.15, 5.25, 0.45, 0.37, 0.32, 0.095),
    "small shop": (1, 0.55, 6.6, 0.75, 0.47, 0.15, 0.003),
    "office": (1, 0.27, 7.3, 0.80, 0.45, 0.17, 0.003),
    "catering and hotel": (1, 0.18, 7.9, 0.75, 0.48, 0.22, 0.012),
    "continuous": (2, 0.30, 10.6, 0.90, 0.34, 0.33, 0.020),
    "two-shift": (2, 0.40, 9.8, 0.90, 0.43, 0.20, 0.100),
    "batch": (2, 0.30, 10.0, 0.90, 0.39, 0.27, 0.260),
}

# tariff: class, price per kWh at peak, flat, valley hours in fen, upper kWh of tiers 1 and 2 (0: none), surcharges of tiers 2
# and 3 in fen, price per kW of contract and month in fen, meaning. Whole fen and whole kWh make every bill exact.
# Published: the surcharges, the shares of homes that the tiers cover, peak to valley of 3 to 4; the prices are choices.
TARIFFS = {
    "home flat": (0, 56, 56, 56, 0, 0, 0, 0, 0, "one price, no tiers: homes that share a meter"),
    "home tiered": (0, 54, 54, 54, 260, 400, 5, 30, 0, "one price, surcharges by the month's volume"),
    "home time-of-use": (0, 78, 52, 22, 260, 400, 5, 30, 0, "price by the hour, surcharges by the month's volume"),
    "business flat": (1, 80, 80, 80, 0, 0, 0, 0, 0, "one price"),
    "business time-of-use": (1, 104, 74, 30, 0, 0, 0, 0, 0, "price by the hour"),
    "industry two-part": (2, 58, 58, 58, 0, 0, 0, 0, 2400, "one price and a charge for the contracted power"),
    "industry time-of-use": (
        2,
        82,
        56,
        24,
        0,
        0,
        0,
        0,
        2400,
        "price by the hour and a charge for the contracted power",
    ),
}
DEFAULT_TARIFF = ("home tiered", "business flat", "industry two-part")
TOU_TARIFF = ("home time-of-use", "business time-of-use", "industry time-of-use")

# name: (value, what it means)
PARAMETERS: dict[str, tuple[float, str]] = {
    # --- the market
    "market.opened.commercial": (22, "month of the window (1 = January 2023) from which commercial customers may choose"),
    "market.opened.industrial": (13, "month of the window from which industrial customers may choose; homes never may"),
    "switch.base": (0.0076, "monthly hazard of switching at average covariates once the customer's class may choose"),
    "switch.satisfaction": (-0.72, "log-hazard of switching per SD of latent satisfaction, with choice"),
    "switch.attachment": (-0.35, "log-hazard of switching per SD of latent attachment, with choice"),
    "switch.cost": (-0.30, "log-hazard of switching per SD of latent switching cost, with choice"),
    "switch.size": (0.12, "log-hazard of switching per SD of log use within the class, with choice"),
    "switch.offer": (0.70, "log-hazard of switching in the month of a rival's offer and the two after it"),
    "switch.unresolved": (0.80, "log-hazard of switching in the six months after a complaint that stayed unresolved"),
    "exit.satisfaction.no_choice": (0.0, "log-hazard of leaving per SD of satisfaction while there is no choice: none"),
    "exit.moved": (0.0045, "monthly hazard that a home moves out of the area, 2023"),
    "exit.closed.commercial": (0.0040, "monthly hazard that a business closes, 2023"),
    "exit.closed.industrial": (0.0015, "monthly hazard that a plant closes, 2023"),
    "exit.trend": (0.0006, "added to the monthly hazard of moving or closing, in every class, per year after 2023"),
    "offer.rate": (0.045, "rival offers per month to a customer of average size with choice"),
    "offer.size": (0.35, "log-rate of rival offers per SD of log use: rivals call on the large ones"),
    # --- satisfaction
    "satisfaction.person": (0.80, "weight of the lasting personal level in satisfaction"),
    "satisfaction.year": (0.45, "weight of the year's mood in satisfaction"),
    "satisfaction.outage": (-0.10, "satisfaction, in SD, per hour without supply from January to June"),
    "satisfaction.unresolved_contact": (-0.30, "satisfaction, in SD, per contact from January to June that was not resolved"),
    "satisfaction.unresolved_problem": (-0.50, "satisfaction, in SD, per noticed problem from January to June left unsolved"),
    "satisfaction.index_mean": (72.6, "satisfaction index (0-100) of a home at average satisfaction"),
    "satisfaction.index_sd": (14.0, "points of the satisfaction index per SD of satisfaction"),
    "satisfaction.business": (-1.0, "points of the index, commercial against residential"),
    "satisfaction.industry": (-2.0, "points of the index, industrial against residential"),
    "attachment.person": (0.45, "weight of the lasting level of satisfaction in attachment"),
    "survey.answer": (0.27, "share of invited customers of average satisfaction who answer"),
    "survey.answer_satisfaction": (0.40, "log-odds of answering per SD of satisfaction"),
    "survey.call_back": (0.20, "share of the silent in each class, drawn at random, who are called back until they answer"),
    "pulse.billing_system": (-6.0, "points of the pulse in April 2024, when the new billing system sent wrong bills"),
    "pulse.storm": (-5.0, "points of the pulse in August 2025, after a typhoon"),
    # --- service centre
    "contact.rate.residential": (0.77, "contacts per home and year, apart from outages and repeats"),
    "contact.rate.commercial": (1.00, "the same per commercial customer"),
    "contact.rate.industrial": (1.35, "the same per industrial customer"),
    "contact.outage": (0.10, "contacts per customer hit by an outage that was not announced"),
    "fcr.base": (0.88, "log-odds of resolving a contact about a bill at once, agent of average skill"),
    "fcr.skill": (0.45, "log-odds of resolving per SD of agent skill"),
    "fcr.training": (0.50, "log-odds of resolving after the training that half the agents, drawn by lot, got in January 2025"),
    "fcr.repeat": (0.93, "share of unresolved contacts that the customer repeats within seven days"),
    "fcr.coded_before": (0.38, "share of unresolved contacts that agents coded as resolved before the bonus"),
    "fcr.coded_bonus": (0.78, "the same since January 2024, when a bonus was paid for the coded rate"),
    "fcr.bonus_effect": (0.0, "effect of the bonus on the share of contacts truly resolved: none"),
    "fcr.bonus_minutes": (-0.12, "log minutes of a contact since the bonus: agents hurry"),
    "problem.noticed": (0.80, "share of problems that the customer notices"),
    "problem.resolved": (0.60, "share of complaints that get resolved"),
    # --- load and time-of-use prices
    "load.cooling": (0.060, "log monthly use of a home per degree that the month's days exceed 24 on average"),
    "load.heating": (0.030, "the same per degree below 10"),
    "tou.month": (19, "month of the window in which time-of-use prices began: the trial and the first who opted in"),
    "tou.trial_share": (0.36, "share of customers drawn by lot into the trial; half of them get time-of-use prices"),
    "tou.substitution_spread": (0.55, "SD of log substitution between customers of a segment"),
    "tou.substitution_peak": (0.60, "correlation of log substitution with the log of peak over flat use: winners have nothing to shift"),
    "tou.optin.base": (-2.35, "log-odds of opting in of a customer who neither gains nor loses if nothing is shifted"),
    "tou.optin.gain": (0.26, "log-odds of opting in per fen per kWh that the customer gains without shifting anything"),
    # --- payment
    "arrears.start": (0.0165, "monthly hazard that a customer of average strain, not on autopay, stops paying"),
    "arrears.autopay": (-0.65, "log-hazard of that for customers on autopay"),
    "arrears.strain": (0.75, "log-hazard of that per SD of financial strain"),
    "arrears.pay": (0.27, "monthly probability that a debt of a customer of average strain is paid off"),
    "arrears.pay_strain": (-0.45, "log-odds of that per SD of strain"),
    "arrears.call": (0.55, "log-odds of paying in the first two months if the first reminder was a call, not a text; by lot"),
    "arrears.plan": (0.16, "share of debts three or more months old for which a payment plan is agreed each month"),
    # --- demand of the region
    "demand.cooling": (16.0, "MW of system demand per degree above 24"),
    "demand.heating": (7.0, "MW per degree below 10"),
    "demand.trend": (12.0, "MW of growth per year"),
    "demand.weekend": (-45.0, "MW on Saturdays and Sundays against working days"),
}  # fmt: skip
# region: problems per customer and year, share of noticed problems that are voiced
REGION_PROBLEMS = {
    "Harbour": (0.37, 0.35), "Old Town": (0.50, 0.42), "North Bank": (0.40, 0.35),
    "Hill": (0.50, 0.12), "Delta Flats": (0.40, 0.35), "New Town": (0.32, 0.40),
}  # fmt: skip
for region, (rate, voice) in REGION_PROBLEMS.items():
    PARAMETERS[f"problem.rate.{region}"] = (rate, f"problems per customer and year in {region}")
    PARAMETERS[f"problem.voiced.{region}"] = (voice, f"share of noticed problems that customers in {region} voice")
PARAMETERS |= {
    f"tou.substitution.{name}": (
        row[6],
        f"mean elasticity of substitution between peak and valley hours, {name}; published: order of size for homes",
    )
    for name, row in SEGMENTS.items()
}
IMPORTANCE = {
    "residential": (6.1, 6.2, 5.3, 3.8, 5.2, 2.6, 3.0),
    "commercial": (5.9, 6.1, 5.5, 4.9, 5.8, 3.7, 4.1),
    "industrial": (5.0, 5.6, 5.7, 6.2, 6.3, 5.6, 5.8),
}
PARAMETERS |= {
    f"importance.{name}.{attribute}": (
        mean,
        f"mean importance (1-7) of {attribute} to {name} customers, before rounding",
    )
    for name, means in IMPORTANCE.items()
    for attribute, mean in zip(ATTRIBUTES, means, strict=True)
}
# avoidable cost of a contact by channel, CNY
CONTACT_COST = {"phone": 8.0, "counter": 15.0, "chat": 4.0, "app": 0.2}


def value(name: str) -> float:
    """Return one structural parameter."""
    return PARAMETERS[name][0]


def logistic(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


def month_of(day: np.ndarray) -> np.ndarray:
    """Month of the window (0 = January 2023) of each day number; before the window -1, after it MONTHS."""
    return np.searchsorted(DAYS, day, side="right") - 1


def as_dates(day: np.ndarray) -> np.ndarray:
    """Turn day numbers (may have fractions) into timestamps to the minute."""
    minutes = np.floor(np.asarray(day, dtype="float64") * 1440).astype("int64")
    return DAY_ZERO.astype("datetime64[us]") + (minutes * 60_000_000).astype("timedelta64[us]")
