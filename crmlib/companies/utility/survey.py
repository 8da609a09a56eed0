"""What customers say: the yearly survey (the bank's instrument), the monthly pulse, and what business customers weigh."""

from __future__ import annotations

import numpy as np

from crmlib.companies._store import stream
from crmlib.companies.utility.market import opening_month
from crmlib.companies.utility.parameters import (
    ATTRIBUTES,
    CLASSES,
    DAYS,
    DIMENSIONS,
    HALF_MONTHS,
    IMPORTANCE,
    ITEMS,
    MONTHS,
    WAVE_MONTHS,
    logistic,
    value,
)  # fmt: skip
from crmlib.companies.utility.people import People, response

MOST_INVITED = 6000
OUTCOMES = ("answered", "called back", "no answer")
STAY_REASONS = ("habit", "convenience", "price", "incentive", "value", "no alternative")
LOADINGS = (0.85, 0.76, 0.66, 0.80, 0.58)
REVERSED = "emp5"  # worded the other way round, in expectation and in perception
# per dimension: mean expectation, perception, ideal (1-7)
LEVELS = {
    "tan": (5.2, 5.1, 5.9),
    "rel": (6.0, 5.3, 6.6),
    "res": (5.7, 4.8, 6.4),
    "ass": (5.6, 5.2, 6.3),
    "emp": (5.2, 4.6, 6.1),
}
DIMENSION_WEIGHTS = (0.08, 0.42, 0.25, 0.13, 0.12)  # points out of 100: for electricity, reliability above all
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
            text = (
                f"mean satisfaction index (0-100) of all {name} customers in June {2023 + year}, had everyone answered"
            )
            estimands.append((f"satisfaction.{name}.{2023 + year}", mean, text))
        people.truth[f"index_{2023 + year}"] = (there, index)

        share = min(1.0, MOST_INVITED / len(there))
        chosen = rng.random(len(there)) < share
        who = there[chosen]
        triple = {name: column[chosen] for name, column in triple.items()}
        draw = rng.random(len(who))
        chance = response(people, year, value("survey.answer"), value("survey.answer_satisfaction"))[who]
        outcome = np.where(draw < chance, 0, 2).astype(np.int8)
        weight = np.full(len(who), 1 / share)
        for kind in range(3):  # the same share of the silent of every class, drawn by lot
            silent = np.flatnonzero((outcome == 2) & (people.kind[who] == kind))
            called = rng.permutation(silent)[: max(int(np.rint(value("survey.call_back") * len(silent))), 1)]
            outcome[called] = 1
            weight[called] *= len(silent) / max(len(called), 1)
        invited.append((who, np.full(len(who), year), outcome))
        got = outcome < 2
        sheet = _sheet(people, who[got], year, rng)
        sheet |= _problem_items(problems, who[got], year, people.n)
        answers.append(
            {"customer": who[got], "year": np.full(got.sum(), year), "outcome": outcome[got], "weight": weight[got]}
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
        "sat_expected": scale(level + 0.90 * noise[1], 1, 10),
        "sat_ideal": scale(level - 0.30 + 1.00 * noise[2], 1, 10),
    }


def _sheet(people: People, who: np.ndarray, year: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The rest of the questionnaire: the same items as at the bank."""
    n = len(who)
    feeling, attached, stuck = people.satisfaction[who, year], people.attachment[who], people.switching_cost[who]
    choice = np.array([wave_day(year) >= DAYS[opening_month(k)] for k in range(3)])[people.kind[who]]
    knows = choice & (rng.random(n) < 0.92)

    def heard(
        mean: np.ndarray | float, sd: float, latent: np.ndarray, loading: float, low: int = 1, high: int = 7
    ) -> np.ndarray:
        return scale(mean + sd * (loading * latent + np.sqrt(1 - loading**2) * rng.standard_normal(n)), low, high)

    def mixed(**weights: float) -> np.ndarray:
        """A latent of unit variance or so: satisfaction, attachment and something of its own."""
        own = np.sqrt(max(1 - sum(weight**2 for weight in weights.values()), 0.1))
        return (
            weights.get("feeling", 0) * feeling + weights.get("attached", 0) * attached + own * rng.standard_normal(n)
        )

    sheet: dict[str, np.ndarray] = {}
    demanding = rng.standard_normal(n)
    care = rng.standard_normal(
        n
    )  # assurance and empathy hang together so closely that a factor analysis hardly parts them
    for name in DIMENSIONS:
        mean_e, mean_p, mean_ideal = LEVELS[name]
        own = rng.standard_normal(n)
        own = 0.95 * care + 0.31 * own if name in ("ass", "emp") else own
        expected = 0.80 * demanding + 0.60 * rng.standard_normal(n)
        perceived = 0.75 * feeling + 0.15 * demanding + 0.62 * own
        for item in range(1, ITEMS[name] + 1):
            sheet[f"e_{name}{item}"] = heard(mean_e, 1.10, expected, LOADINGS[item - 1])
            sheet[f"p_{name}{item}"] = heard(mean_p, 1.25, perceived, LOADINGS[item - 1])
        sheet[f"ideal_{name}"] = heard(mean_ideal, 0.75, demanding, 0.50)
    for way in ("e", "p"):
        sheet[f"{way}_{REVERSED}"] = 8 - sheet[f"{way}_{REVERSED}"]
    drawn = rng.gamma(20 * np.array(DIMENSION_WEIGHTS)[None, :].repeat(n, axis=0))
    points = rng.multinomial(100, drawn / drawn.sum(axis=1, keepdims=True))
    sheet |= {f"imp_{name}": points[:, place] for place, name in enumerate(DIMENSIONS)}
    for item, loading in enumerate((0.86, 0.80, 0.74), start=1):
        sheet[f"att{item}"] = heard(3.6, 1.35, attached, loading)
    # Where there is no choice everybody intends to stay, happy or not.
    intent = np.where(choice, 4.9 + 0.75 * feeling + 0.75 * attached + 0.4 * stuck, 6.2 + 0.1 * attached)
    for item in range(1, 4):
        sheet[f"int{item}"] = scale(intent + np.where(choice, 0.80, 0.60) * rng.standard_normal(n), 1, 7)
    trust = mixed(feeling=0.7)
    batteries = {
        "tru": (trust, 4.9, 1.30, (0.87, 0.82, 0.76)),
        "com": (mixed(feeling=0.25, attached=0.6), 3.9, 1.35, (0.86, 0.80, 0.75)),
        "eco": (mixed(), 3.4, 1.40, (0.82, 0.76)),
        "spe": (mixed(attached=0.2), 2.9, 1.40, (0.84, 0.77)),
        "cmm": (mixed(attached=0.25), 2.7, 1.35, (0.83, 0.76)),
        "cnf": (trust, 5.0, 1.25, (0.84, 0.78)),
        "mind": (mixed(feeling=0.5, attached=0.2), 4.7, 1.30, (0.85, 0.78)),
        "behave": (mixed(feeling=0.7), 4.7, 1.30, (0.85, 0.78)),
        "visual": (mixed(feeling=0.3), 4.9, 1.20, (0.85, 0.78)),
        "mat": (mixed(feeling=0.7), 5.4, 1.15, (0.85, 0.78)),
        "spi": (mixed(feeling=0.6), 4.5, 1.30, (0.85, 0.78)),
        "soc": (mixed(feeling=0.3, attached=0.3), 4.3, 1.40, (0.85, 0.78)),
        "swc": (stuck, 4.2, 1.40, (0.84, 0.78, 0.70)),
    }
    for stem, (latent, mean, sd, loadings) in batteries.items():
        for item, loading in enumerate(loadings, start=1):
            sheet[f"{stem}{item}"] = heard(mean, sd, latent, loading)
    sheet["price_ok"] = heard(3.3, 1.5, mixed(attached=0.3), 0.9)
    sheet["recommend"] = heard(6.6, 2.0, mixed(feeling=0.65, attached=0.4), 0.92, 0, 10)
    sheet["choice_available"] = knows
    sheet["stay_reason"] = _reason(rng, people, who, knows, feeling, attached)
    sheet["rival_score"] = np.where(knows, heard(6.9, 1.4, mixed(feeling=-0.15), 0.95, 1, 10), -1)
    # Homes also burn gas or have a panel on the roof; businesses may split their purchase once they have a choice.
    share = logistic(2.3 + 0.15 * attached + 0.8 * rng.standard_normal(n) - np.where(choice, 0.5 - 0.20 * feeling, 0.0))
    sheet["share_said"] = np.rint(20 * share).astype(np.int64) * 5
    for name, mean, pull in (
        ("product", 5.5, 0.45),
        ("service", 4.9, 0.65),
        ("staff", 4.9, 0.55),
        ("image", 4.6, 0.40),
    ):
        sheet[f"value_{name}"] = heard(mean, 1.2, mixed(feeling=pull), 0.85)
    for name, mean, pull in (
        ("money", 4.6, -0.30),
        ("time", 3.5, -0.40),
        ("energy", 3.2, -0.35),
        ("psychic", 3.0, -0.45),
    ):
        sheet[f"cost_{name}"] = heard(mean, 1.2, mixed(feeling=pull), 0.85)
    return sheet


def _reason(rng, people, who, knows, feeling, attached) -> np.ndarray:
    """Main reason for staying: no alternative for those who know none, else the strongest of five pulls."""
    pulls = np.stack(
        [
            0.65 - 0.35 * attached + 0.30 * people.switching_cost[who],
            0.25 + 0.15 * feeling,
            0.10 - 0.45 * attached,
            -0.70 - 0.10 * attached,
            -0.65 + 0.90 * attached + 0.45 * feeling,
        ],
        axis=1,
    )
    gumbel = -np.log(-np.log(rng.random(pulls.shape)))
    return np.where(knows, (pulls + gumbel).argmax(axis=1), 5).astype(np.int8)


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
