"""What customers say: the yearly survey (the bank's instrument), the monthly pulse, and what business customers weigh."""

from __future__ import annotations

import numpy as np

from crmlib.companies._store import stream
from crmlib.companies.utility.market import opening_month
from crmlib.companies.utility.parameters import (
    ATTRIBUTES, CLASSES, DAYS, DIMENSIONS, HALF_MONTHS, IMPORTANCE, ITEMS, MONTHS, WAVE_MONTHS, logistic, month_of, value,
)  # fmt: skip
from crmlib.companies.utility.people import NEVER, People, pick, response

MOST_INVITED = 6000
OUTCOMES = ("answered", "called back", "no answer")
STAY_REASONS = ("no choice", "habit", "convenience", "price", "reward", "conviction")
# per dimension: mean perception, mean expectation, mean ideal (1-7)
LEVELS = {"tan": (5.1, 5.2, 5.9), "rel": (5.3, 6.1, 6.6), "res": (4.9, 5.8, 6.4), "ass": (5.3, 5.8, 6.3), "emp": (4.7, 5.4, 6.1)}
REVERSED = "p_res3"  # worded the other way round: "is often too busy to respond"
PULSE_ASKED = (300, 180, 90)
PULSE_RATE = (0.62, 0.55, 0.66)
BILLING_MONTH, STORM_MONTH = 15, 31


def wave_day(year: int) -> int:
    return int(DAYS[WAVE_MONTHS[year] + 1]) - 20


def scale(level: np.ndarray, low: int, high: int) -> np.ndarray:
    """Answer on a scale of whole numbers."""
    return np.clip(np.rint(level), low, high).astype(np.int64)


def index_level(people: People, who: np.ndarray, year: int) -> np.ndarray:
    """Satisfaction index (0-100) that a customer would state without any error of measurement."""
    shift = np.array([0.0, value("satisfaction.business"), value("satisfaction.industry")])[people.kind[who]]
    return value("satisfaction.index_mean") + shift + value("satisfaction.index_sd") * people.satisfaction[who, year]


def make_survey(people: People, problems: dict) -> tuple[dict, dict, list[tuple[str, float, str]]]:
    """Run the three waves; return invitations, answers and the true population means of the index."""
    invited, answers, estimands = [], [], []
    for year in range(3):
        rng = stream(people.seed, f"survey {year}")
        there = np.flatnonzero((people.since < wave_day(year) - 90) & (people.left > wave_day(year)))
        triple = _satisfaction_items(people, there, year, rng)
        index = (sum(triple.values()) / 3 - 1) / 9 * 100
        for kind, name in enumerate(CLASSES):
            mean = float(index[people.kind[there] == kind].mean())
            text = f"mean satisfaction index (0-100) of all {name} customers in June {2023 + year}, had everyone answered"
            estimands.append((f"satisfaction.{name}.{2023 + year}", mean, text))
        people.truth[f"index_{2023 + year}"] = (there, index)

        share = min(1.0, MOST_INVITED / len(there))
        chosen = rng.random(len(there)) < share
        who = there[chosen]
        triple = {name: column[chosen] for name, column in triple.items()}
        draw = rng.random((2, len(who)))
        chance = response(people, year, value("survey.answer"), value("survey.answer_satisfaction"))[who]
        outcome = np.where(draw[0] < chance, 0, np.where(draw[1] < value("survey.call_back"), 1, 2)).astype(np.int8)
        invited.append((who, np.full(len(who), year), outcome))
        got = outcome < 2
        weight = np.where(outcome[got] == 0, 1.0, 1 / value("survey.call_back")) / share
        sheet = _sheet(people, who[got], year, rng)
        sheet |= _problem_items(problems, who[got], year, people.n)
        answers.append(
            {"customer": who[got], "year": np.full(got.sum(), year), "outcome": outcome[got], "weight": weight}
            | {name: column[got] for name, column in triple.items()}
            | sheet
        )
    names = ("customer", "year", "outcome")
    invitations = {name: np.concatenate([part[i] for part in invited]) for i, name in enumerate(names)}
    return invitations, {name: np.concatenate([part[name] for part in answers]) for name in answers[0]}, estimands


def _satisfaction_items(people: People, who: np.ndarray, year: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Three questions (1-10): overall, against what was expected, against the ideal supplier."""
    level = 1 + index_level(people, who, year) * 9 / 100
    noise = rng.standard_normal((3, len(who)))
    return {
        "sat_overall": scale(level + 0.30 + 0.75 * noise[0], 1, 10),
        "sat_expected": scale(level + 0.05 + 0.90 * noise[1], 1, 10),
        "sat_ideal": scale(level - 0.25 + 1.00 * noise[2], 1, 10),
    }


def _sheet(people: People, who: np.ndarray, year: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The rest of the questionnaire."""
    n = len(who)
    feeling, attached = people.satisfaction[who, year], people.attachment[who]

    def noise() -> np.ndarray:
        return rng.standard_normal(n)

    sheet: dict[str, np.ndarray] = {}
    demanding = noise()
    # Assurance and empathy hang together so closely that a factor analysis hardly parts them.
    care = noise()
    own = {name: noise() for name in DIMENSIONS}
    own["ass"], own["emp"] = 0.95 * care + 0.31 * own["ass"], 0.95 * care + 0.31 * own["emp"]
    quality = {name: 0.72 * feeling + 0.60 * own[name] for name in DIMENSIONS}
    loadings = (0.95, 0.80, 1.05, 0.65, 0.90)
    expected, perceived = {}, {}
    for name in DIMENSIONS:
        mean_p, mean_e, mean_ideal = LEVELS[name]
        tilt = noise()
        for item in range(ITEMS[name]):
            pull = loadings[item]
            expected[f"e_{name}{item + 1}"] = scale(mean_e + pull * (0.55 * demanding + 0.30 * tilt) + 0.60 * noise(), 1, 7)
            perceived[f"p_{name}{item + 1}"] = scale(mean_p + pull * 1.05 * quality[name] + 0.75 * noise(), 1, 7)
        sheet[f"ideal_{name}"] = scale(mean_ideal + 0.40 * demanding + 0.45 * noise(), 1, 7)
    perceived[REVERSED] = 8 - perceived[REVERSED]
    sheet = expected | perceived | sheet

    choice = np.array([wave_day(year) >= DAYS[opening_month(k)] for k in range(3)])[people.kind[who]]
    knows = choice & (rng.random(n) < 0.92)
    bond = {name: noise() for name in ("confidence", "social", "special", "economic")}
    trust = 0.65 * feeling + 0.50 * bond["confidence"]
    for item, pull in enumerate((1.0, 0.9, 1.1)):
        sheet[f"att{item + 1}"] = scale(3.7 + 1.15 * pull * attached + 0.75 * noise(), 1, 7)
    # Where there is no choice, everybody intends to stay.
    intent = np.where(choice, 4.9 + 0.55 * feeling + 0.55 * attached + 0.30 * people.switching_cost[who], 6.2 + 0.10 * attached)
    for item in range(3):
        sheet[f"int{item + 1}"] = scale(intent + np.where(choice, 0.75, 0.60) * noise(), 1, 7)
    sheet["recommend"] = scale(6.7 + 1.25 * feeling + 0.75 * attached + 1.3 * noise(), 0, 10)
    sheet["choice_available"] = knows
    sheet["reason_stay"] = _reason(rng, people, who, knows, feeling, attached)
    rival = scale(6.9 + 0.9 * noise() - 0.15 * feeling, 1, 10)
    sheet["rival_score"] = np.where(knows, rival, -1)
    # Homes also burn gas or have a panel on the roof; businesses may split their purchase once they have a choice.
    share = logistic(2.3 + 0.15 * attached + 0.8 * noise() - np.where(choice, 0.5 - 0.20 * feeling, 0.0))
    sheet["share_of_energy"] = np.rint(100 * share).astype(np.int64)
    for name, load in (("image_mind", 0.45), ("image_behaviour", 0.65), ("image_visual", 0.30)):
        sheet[name] = scale(4.8 + load * feeling + 0.25 * attached + 0.9 * noise(), 1, 7)
    for name, mean, load in (("layer_material", 5.3, 0.70), ("layer_spiritual", 4.6, 0.55), ("layer_social", 4.2, 0.40)):
        sheet[name] = scale(mean + load * feeling + 0.15 * attached + 0.9 * noise(), 1, 7)
    for item in range(2):
        sheet[f"trust{item + 1}"] = scale(4.9 + trust + 0.7 * noise(), 1, 7)
    for name, load in (("invested", 0.10), ("felt", 0.75), ("lasting", 0.55)):
        sheet[f"commitment_{name}"] = scale(4.1 + load * attached + 0.25 * feeling + 0.8 * noise(), 1, 7)
    sheet["benefit_confidence"] = scale(4.8 + 0.95 * trust + 0.6 * noise(), 1, 7)
    for name, mean in (("social", 3.0), ("special", 2.9), ("economic", 3.2)):
        sheet[f"benefit_{name}"] = scale(mean + 0.9 * bond[name] + 0.20 * attached + 0.6 * noise(), 1, 7)
    for name, mean, load in (("product", 5.5, 0.45), ("service", 4.9, 0.70), ("staff", 4.9, 0.55), ("image", 4.6, 0.40)):
        sheet[f"value_{name}"] = scale(mean + load * feeling + 0.9 * noise(), 1, 7)
    for name, mean, load in (("money", 4.6, -0.30), ("time", 3.5, -0.40), ("energy", 3.2, -0.35), ("psychic", 3.0, -0.45)):
        sheet[f"cost_{name}"] = scale(mean + load * feeling + 0.9 * noise(), 1, 7)
    return sheet


def _reason(rng, people, who, knows, feeling, attached) -> np.ndarray:
    """Main reason for staying: no choice, or the strongest of five pulls."""
    pulls = np.stack(
        [
            0.55 + 0.25 * people.switching_cost[who],
            0.25 + 0.20 * feeling,
            0.15 - 0.45 * attached,
            -0.55 - 0.15 * attached,
            -0.65 + 0.80 * attached + 0.45 * feeling,
        ],
        axis=1,
    )
    gumbel = -np.log(-np.log(rng.random(pulls.shape)))
    return np.where(knows, 1 + (pulls + 0.8 * gumbel).argmax(axis=1), 0).astype(np.int8)


def _problem_items(problems: dict, who: np.ndarray, year: int, n: int) -> dict[str, np.ndarray]:
    """Had a problem since January, told the company, was it solved: what the customer noticed."""
    inside = (problems["day"] >= DAYS[12 * year]) & (problems["day"] < wave_day(year)) & problems["noticed"]
    had, told, solved = (
        np.bincount(problems["customer"][inside & mask], minlength=n)[who] > 0
        for mask in (problems["noticed"], problems["voiced"], problems["resolved"])
    )
    return {"had_problem": had, "told_company": told, "problem_solved": solved}


def make_pulse(people: People) -> dict[str, np.ndarray]:
    """A text message to a fresh sample of customers each month: one question, answers as 0-100."""
    rng = stream(people.seed, "pulse")
    rows = []
    for month in range(MONTHS):
        there = np.flatnonzero((people.since < DAYS[month]) & (people.left >= DAYS[month + 1]))
        year = max((month - HALF_MONTHS + 1) // 12, 0)  # June starts to feel that year's first half
        mood = 1.2 * rng.standard_normal()  # the month's news
        mood += value("pulse.billing_system") * (month == BILLING_MONTH) + value("pulse.storm") * (month == STORM_MONTH)
        for kind in range(3):
            pool = there[people.kind[there] == kind]
            asked = min(PULSE_ASKED[kind], len(pool))
            who = pool[rng.choice(len(pool), asked, replace=False, shuffle=False)] if asked else pool
            who = who[rng.random(len(who)) < PULSE_RATE[kind]]
            level = 1 + (index_level(people, who, year) + mood) * 9 / 100 + 0.8 * rng.standard_normal(len(who))
            score = (scale(level, 1, 10) - 1) / 9 * 100
            rows.append((month, kind, asked, len(who), score.mean(), score.std(ddof=1)))
    names = ("month", "kind", "asked", "answered", "mean", "sd")
    return {name: np.array([row[i] for row in rows]) for i, name in enumerate(names)}


def make_importance(people: People) -> dict[str, np.ndarray]:
    """Importance of attributes (1-7), asked in person of a sample of every class in March 2024; nobody refused."""
    rng = stream(people.seed, "importance")
    there = np.flatnonzero((people.since < DAYS[14]) & (people.left >= DAYS[15]))
    chosen = [rng.permutation(there[people.kind[there] == kind])[:200] for kind in range(3)]
    who = np.sort(np.concatenate(chosen))
    means = np.array(list(IMPORTANCE.values()))[people.kind[who]]
    rating = 1 + rng.binomial(6, (means - 1) / 6)
    return {
        "customer": np.repeat(who, len(ATTRIBUTES)),
        "attribute": np.tile(np.arange(len(ATTRIBUTES)), len(who)),
        "rating": rating.ravel(),
    }
