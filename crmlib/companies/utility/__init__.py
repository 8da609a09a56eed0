"""Delta Power, the sample electricity retailer: a monopoly whose market opens class by class."""

from __future__ import annotations

import numpy as np

from crmlib.companies._store import Company, check_size_and_seed, dictionary
from crmlib.companies.utility import bills, load, market, people, service, survey, system, tables, truth

__all__ = ["simulate_utility"]

LEAST = 300


def simulate_utility(customers: int = 3000, seed: int = 24, hourly: bool = True) -> Company:
    """Simulate Delta Power.

    Parameters
    ----------
    customers : how many customers were ever supplied in the 36 months, at least 300.
    seed : whole number, zero or more; another seed is another company with the same story.
    hourly : also make `load_hourly` (half a million rows for a sample of the trial). The other tables do not depend on it.

    Returns
    -------
    Company with plain frames as attributes (`utility.customers`: one row per customer, `utility.bills`: one row per customer
    and month, ...; `utility.describe()` lists them) and `truth`.

    Raises
    ------
    ValueError if `customers` or `seed` is not a whole number, too small or negative.

    >>> utility = simulate_utility(customers=300, seed=1, hourly=False)
    >>> len(utility.customers)
    300
    >>> bool(utility.truth["switch.satisfaction"] < 0)
    True
    """
    about = dictionary("utility")["company"]
    check_size_and_seed(customers, seed, least=LEAST)

    folk = people.simulate_people(customers, seed)
    weather = system.make_weather(seed)
    outages = service.make_outages(seed)
    agents = service.make_agents(seed)
    contacts = service.make_contacts(folk, outages, agents)
    problems = service.make_problems(folk)
    service.make_satisfaction(folk, outages, contacts, problems)
    offers = market.open_market(folk, problems)
    load.assign_time_of_use(folk)
    raw_bills, cases = bills.make_bills(folk, *system.monthly_degrees(weather))
    invitations, answers, population = survey.make_survey(folk, problems)

    made = {
        "customers": tables.customers(folk),
        "prospects": tables.prospects(folk),
        "market_opening": tables.market_opening(),
    }
    made["tariffs"], made["tariff_hours"] = tables.tariffs()
    made["price_chain"] = tables.price_chain(folk, raw_bills, system.make_prices(seed))
    made["contacts"], made["audits"], resolved, kept = tables.contacts(folk, contacts)
    del contacts
    found = population + truth.estimands(folk, agents, kept, problems, cases, raw_bills)
    del kept
    if hourly:
        sample = load.hourly_sample(folk)
        mine = np.isin(raw_bills["customer"], sample) & np.isin(raw_bills["month"], load.HOURLY_MONTHS)
        kwh = np.stack([raw_bills[name][mine] for name in ("kwh_peak", "kwh_flat", "kwh_valley")], axis=1)
        use = load.make_hourly(folk, raw_bills["customer"][mine], raw_bills["month"][mine].astype(int), kwh)
        made["load_hourly"] = tables.load_hourly(use)
    made["bills"] = tables.bills(raw_bills)
    made["arrears"] = tables.arrears(cases)
    made["outages"] = tables.outages(outages)
    made["agents"] = tables.agents(agents)
    made["contact_costs"] = tables.contact_costs()
    made["complaints"], all_problems = tables.complaints(folk, problems)
    made["invitations"] = tables.invitations(invitations)
    made["survey"] = tables.survey_table(answers)
    made["pulse"] = tables.pulse(survey.make_pulse(folk))
    made["importance"] = tables.importance(survey.make_importance(folk))
    made["rival_offers"] = tables.rival_offers(folk, offers)
    made["switches"] = tables.switches(folk, market.make_switches(folk, offers))
    made["weather"] = tables.weather(weather)
    made["system_demand"] = tables.system_demand(system.make_demand(seed, weather))
    order = [name for name in dictionary("utility")["tables"] if name in made]
    return Company(
        name="utility",
        title=about["title"],
        tables={name: made[name] for name in order},
        truth=truth.make_truth(folk, found, resolved, all_problems, agents),
    )
