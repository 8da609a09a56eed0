"""What Harbour Bank asks: the yearly survey, the monthly pulse, and the market study with two rivals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.companies._store import stream
from crmlib.companies.bank.parameters import DIMENSIONS, ITEMS, MONTHS, PER_YEAR, WAVE_MONTHS, value
from crmlib.companies.bank.people import BRANCHES, People
from crmlib.companies.bank.service import months_of

LOADINGS = (0.85, 0.76, 0.66, 0.80, 0.58)
CENTRE = {"tan": (5.20, 5.05), "rel": (5.60, 4.95), "res": (5.45, 4.85), "ass": (5.35, 5.10), "emp": (5.00, 4.80)}
REVERSED = "emp5"  # worded the other way round, in expectation and in perception
STAY_REASONS = ("habit", "convenience", "price", "incentive", "value", "no alternative")
NEEDS = ("speed", "yield", "credit", "advice", "safety", "status")
# rows: need segments (convenience, yield, credit, advice); columns: NEEDS, on a 1-7 scale
NEED_MEANS = np.array(
    [
        [6.1, 3.8, 3.3, 2.9, 5.0, 3.0],
        [4.2, 6.2, 2.8, 3.9, 4.6, 3.4],
        [4.6, 3.4, 6.1, 3.6, 4.1, 3.1],
        [3.9, 5.0, 3.7, 6.2, 5.6, 4.9],
    ]
)
OVERALL = (7.95, 1.35)  # sat_overall: mean and SD before rounding, for average satisfaction
OUTAGE = {19: -0.40, 20: -0.40, 30: -0.30}  # pulse months with a special cause, in SD of satisfaction


def reported_satisfaction(people: People, k: int) -> np.ndarray:
    """Latent satisfaction plus the mark that the last 12 months' problems leave in what a customer reports."""
    told, until = people.problems, WAVE_MONTHS[k]
    recent = (told["month"] > until - PER_YEAR) & (told["month"] <= until) & told["noticed"]
    out = people.year["satisfaction"][:, k].copy()
    for name, rows in (("mark_unresolved", ~told["resolved"]), ("mark_resolved", told["resolved"] & ~told["at_once"])):
        marked = np.zeros(people.n, dtype=bool)
        marked[told["who"][recent & rows]] = True
        out += value(f"problem.{name}") * marked
    return out


def scale(
    rng: np.random.Generator,
    mean: np.ndarray | float,
    sd: float,
    latent: np.ndarray,
    loading: float,
    low: int,
    high: int,
) -> np.ndarray:
    """Answer a scale question: the latent seen with error, rounded to a point of the scale."""
    heard = loading * latent + np.sqrt(1 - loading**2) * rng.standard_normal(len(latent))
    return np.clip(np.rint(mean + sd * heard), low, high).astype("int64")


def core_answers(people: People, rng: np.random.Generator, k: int, rows: np.ndarray, reported: np.ndarray) -> dict:
    """Answers that everybody would give (oracle estimands need them for those who stay silent, too)."""
    felt = {name: one[rows, k] for name, one in people.year.items()}
    out = {
        "sat_overall": scale(rng, *OVERALL, reported, 0.93, 1, 10),
        "recommend": scale(
            rng, 7.5, 2.0, felt["word_of_mouth"] + 0.35 * (reported - felt["satisfaction"]), 0.92, 0, 10
        ),
    }
    for number, loading in enumerate((0.86, 0.80, 0.74), start=1):
        out[f"att{number}"] = scale(rng, 4.6, 1.35, felt["attachment"], loading, 1, 7)
    for number, loading in enumerate((0.88, 0.82, 0.72), start=1):
        out[f"int{number}"] = scale(rng, 5.2, 1.30, felt["intention"], loading, 1, 7)
    return out


def make_survey(people: People, present: np.ndarray, wallets: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, dict]:
    """Return invitations (customer x wave), answers (one row per answering customer and wave) and oracle estimands."""
    rng = stream(people.seed, "survey")
    # branches whose customers expect more, or dream of more; the bank as a whole is level
    expects, dreams = rng.normal(0.0, 0.30, BRANCHES), rng.normal(0.0, 0.28, BRANCHES)
    expects, dreams = (expects - expects.mean())[people.branch], (dreams - dreams.mean())[people.branch]
    invitations, answers, estimands, whole = [], [], {}, []
    share = wallets.set_index(["year", "customer"])["share_of_wallet"]
    for k, month in enumerate(WAVE_MONTHS):
        rows = np.flatnonzero(present[:, month] & (people.joined < month - 2))
        reported = reported_satisfaction(people, k)[rows]
        core = core_answers(people, rng, k, rows, reported)
        invited = rng.random(len(rows)) < 0.6
        log_odds = np.log(value("survey.response") / (1 - value("survey.response")))
        chance = 1 / (1 + np.exp(-(log_odds + value("survey.response_satisfaction") * reported)))
        answered = invited & (rng.random(len(rows)) < chance)
        followed = invited & ~answered & (rng.random(len(rows)) < value("survey.follow_up"))
        invitations.append(
            pd.DataFrame(
                {
                    "customer": people.first_id + rows[invited],
                    "wave": 2023 + k,
                    "answered": answered[invited],
                    "followed_up": followed[invited],
                }
            )
        )
        estimands[f"survey.mean_satisfaction.{2023 + k}"] = core["sat_overall"].mean()
        recommend = core["recommend"]
        estimands[f"survey.nps.{2023 + k}"] = 100 * ((recommend >= 9).mean() - (recommend <= 6).mean())
        gone = people.left[rows] - month
        whole.append(
            pd.DataFrame(
                {
                    "wave": k,
                    "sat_overall": core["sat_overall"],
                    "intention": (core["int1"] + core["int2"] + core["int3"]) / 3,
                    "attachment": (core["att1"] + core["att2"] + core["att3"]) / 3,
                    "left_in_12": (gone >= 1) & (gone <= 12) & (people.returned[rows] > month),
                    "commitment": people.year["commitment"][rows, k],
                    "satisfaction": people.year["satisfaction"][rows, k],
                }
            )
        )
        kept = answered | followed
        # Asked in October, known at year end: who left in between answers without a record to compare.
        true_share = share.xs(2023 + k).reindex(people.first_id + rows[kept]).fillna(0.4).to_numpy()
        answers.append(
            _answers(
                people, rng, k, rows[kept], reported[kept], {n: one[kept] for n, one in core.items()}, followed[kept],
                expects, dreams, true_share,
            )
        )  # fmt: skip
    everyone = pd.concat(whole, ignore_index=True)
    estimands["survey.slope_intention_on_satisfaction"] = _slope(everyone["intention"], everyone["sat_overall"])
    early = everyone[everyone["wave"] < 2]
    estimands["survey.slope_leaving_on_satisfaction"] = _slope(early["left_in_12"].astype(float), early["sat_overall"])
    frame = pd.concat(answers, ignore_index=True)
    order = ["customer", "wave"]
    return (
        pd.concat(invitations, ignore_index=True).sort_values(order, ignore_index=True),
        frame.sort_values(order, ignore_index=True),
        estimands,
    )


def _slope(y: pd.Series, x: pd.Series) -> float:
    x = x - x.mean()
    return float((x * y).sum() / (x * x).sum())


def _answers(
    people: People, rng: np.random.Generator, k: int, rows: np.ndarray, reported: np.ndarray, core: dict,
    followed: np.ndarray, expects: np.ndarray, dreams: np.ndarray, true_share: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    felt = {name: one[rows, k] for name, one in people.year.items()}
    n = len(rows)
    out = {"customer": people.first_id + rows, "wave": np.full(n, 2023 + k), "followed_up": followed}
    general = 1.42 * felt["expectation"] + 0.10 * felt["quality"]
    for name in DIMENSIONS:
        expected = general + 0.45 * rng.standard_normal(n)
        perceived = felt[f"quality_{name}"]
        for number in range(1, ITEMS[name] + 1):
            item, loading = f"{name}{number}", LOADINGS[number - 1]
            out[f"e_{item}"] = scale(rng, CENTRE[name][0] + expects[rows], 1.30, expected, loading, 1, 7)
            out[f"p_{item}"] = scale(rng, CENTRE[name][1], 1.20, perceived, loading, 1, 7)
        out[f"ideal_{name}"] = scale(
            rng, 6.25 + dreams[rows] + 0.5 * expects[rows], 0.75, 0.5 * felt["expectation"], 0.8, 1, 7
        )
    for way in ("e", "p"):
        out[f"{way}_{REVERSED}"] = 8 - out[f"{way}_{REVERSED}"]
    weights = np.array([value(f"quality.weight_{name}") for name in DIMENSIONS])
    drawn = rng.gamma(20 * weights[None, :].repeat(n, axis=0))
    points = rng.multinomial(100, drawn / drawn.sum(axis=1, keepdims=True))
    out |= {f"imp_{name}": points[:, place] for place, name in enumerate(DIMENSIONS)}
    out["sat_overall"] = core["sat_overall"]
    out["sat_expected"] = scale(rng, 7.3, 1.5, 0.9 * reported - 0.35 * felt["expectation"], 0.90, 1, 10)
    out["sat_ideal"] = scale(rng, 6.6, 1.6, 0.9 * reported - 0.30 * dreams[rows] / 0.28, 0.88, 1, 10)
    for number in (1, 2, 3):
        out[f"att{number}"] = core[f"att{number}"]
    for number in (1, 2, 3):
        out[f"int{number}"] = core[f"int{number}"]
    service = (felt["quality_res"] + felt["quality_emp"]) / 2
    batteries = {
        "tru": ("trust", 5.0, 1.30, (0.87, 0.82, 0.76)),
        "com": ("commitment", 4.4, 1.35, (0.86, 0.80, 0.75)),
        "eco": ("economic", 3.9, 1.40, (0.82, 0.76)),
        "spe": ("special", 3.7, 1.45, (0.84, 0.77)),
        "cmm": ("community", 3.1, 1.45, (0.83, 0.76)),
        "cnf": ("trust", 5.1, 1.25, (0.84, 0.78)),
        "mind": (0.65 * reported, 5.0, 1.30, (0.85, 0.78)),
        "behave": (0.55 * service + 0.35 * reported, 5.1, 1.30, (0.85, 0.78)),
        "visual": (0.75 * felt["quality_tan"] + 0.15 * reported, 5.3, 1.20, (0.85, 0.78)),
        "mat": (0.80 * felt["quality"] + 0.30 * reported, 5.5, 1.15, (0.85, 0.78)),
        "spi": (0.35 * felt["quality"] + 0.55 * reported, 4.9, 1.30, (0.85, 0.78)),
        "soc": (0.25 * reported + 0.35 * felt["commitment"], 4.2, 1.40, (0.85, 0.78)),
    }
    for stem, (latent, mean, sd, loadings) in batteries.items():
        latent = felt[latent] if isinstance(latent, str) else latent
        for number, loading in enumerate(loadings, start=1):
            out[f"{stem}{number}"] = scale(rng, mean, sd, latent, loading, 1, 7)
    for number, loading in enumerate((0.84, 0.78, 0.70), start=1):
        out[f"swc{number}"] = scale(rng, 4.0, 1.40, people.switching_cost[rows], loading, 1, 7)
    for place, need in enumerate(NEEDS):
        mean = NEED_MEANS[people.segment[rows], place]
        out[f"need_{need}"] = scale(rng, mean, 1.0, rng.standard_normal(n), 0.5, 1, 7)
    out["price_ok"] = scale(rng, 3.4, 1.5, 0.30 * felt["attachment"] + 0.9 * rng.standard_normal(n), 0.9, 1, 7)
    out["recommend"] = core["recommend"]
    out["choice_available"] = rng.random(n) > np.where(people.branches.region[people.branch[rows]] == 4, 0.15, 0.03)
    out["stay_reason"] = _stay_reason(people, rng, rows, felt, out["choice_available"], WAVE_MONTHS[k])
    score = scale(rng, 7.2, 1.5, 0.3 * people.lasting["satisfaction"][rows] + 0.9 * rng.standard_normal(n), 0.95, 1, 10)
    out["rival_score"] = pd.array(score, dtype="Int64")
    out["rival_score"][rng.random(n) < 0.28] = pd.NA
    out["share_said"] = np.clip(np.rint((true_share + 0.08 * rng.standard_normal(n)) * 20) * 5, 0, 100).astype("int64")
    return pd.DataFrame(out, copy=False)


def _stay_reason(
    people: People, rng: np.random.Generator, rows: np.ndarray, felt: dict, choice: np.ndarray, month: int
) -> pd.Categorical:
    n = len(rows)
    pulls = np.column_stack(
        [
            0.5 - 0.5 * felt["attachment"] + 0.3 * people.switching_cost[rows],
            0.4 + 0.5 * (people.segment[rows] == 0),
            -0.3 + 0.6 * felt["economic"] + 0.4 * (people.segment[rows] == 1),
            -0.7 + 1.2 * (people.club[rows] <= month),
            0.3 + 0.9 * felt["attachment"],
            np.where(choice, -3.0, 2.5),
        ]
    )
    noisy = pulls - np.log(-np.log(rng.random((n, len(STAY_REASONS)))))  # a Gumbel draw makes the choice a logit
    return pd.Categorical.from_codes(noisy.argmax(axis=1), list(STAY_REASONS))


def make_pulse(people: People, present: np.ndarray) -> tuple[pd.DataFrame, dict]:
    """One row per month: a short question sent to a random sample, mean and SD on 0-100."""
    rng = stream(people.seed, "pulse")
    lines, usual, drops = [], [], []
    for month in range(MONTHS):
        there = np.flatnonzero(present[:, month])
        asked = rng.choice(there, size=min(420, len(there)), replace=False)
        answered = asked[rng.random(len(asked)) < 0.52]
        shift = OUTAGE.get(month, 0.0)

        def score(rows: np.ndarray, shift: float = shift, k: int = month // PER_YEAR) -> np.ndarray:
            latent = people.year["satisfaction"][rows, k] + shift
            return (scale(rng, *OVERALL, latent, 0.85, 1, 10) - 1) * 100 / 9

        heard = score(answered)
        lines.append((len(asked), len(answered), heard.mean(), heard.std(ddof=1)))
        if shift == 0.0:
            usual.append(score(there).mean())
        else:
            drops.append(score(there).mean() - score(there, 0.0).mean())
    frame = pd.DataFrame(lines, columns=["asked", "answered", "mean_score", "sd_score"])
    frame.insert(0, "month", months_of(np.arange(MONTHS)))
    return frame, {"pulse.in_control_mean": float(np.mean(usual)), "pulse.special_cause": float(np.mean(drops))}


def make_market_study(people: People) -> pd.DataFrame:
    """One row per person asked in the street and bank: ratings of three banks, and which they would choose next."""
    rng = stream(people.seed, "market study")
    n = 1500
    banks = ("Harbour Bank", "Northern Bank", "Pearl Bank")
    main = rng.choice(3, n, p=[0.34, 0.36, 0.30])
    taste = rng.standard_normal(n)
    level = {  # mean rating of each bank on 1-10
        "brand": (6.6, 6.9, 7.4), "value": (7.0, 7.2, 6.4), "relationship": (7.1, 6.0, 6.7),
        "product": (7.0, 6.9, 7.2), "service": (7.2, 6.2, 6.9), "personnel": (7.3, 6.1, 6.8), "image": (6.6, 6.8, 7.5),
        "money_cost": (5.6, 5.0, 6.4), "time_cost": (4.6, 5.2, 4.9), "energy_cost": (4.4, 5.0, 4.6),
        "psychic_cost": (4.0, 4.8, 4.2),
    }  # fmt: skip
    parts, appeal = [], np.empty((n, 3))
    for place in range(len(banks)):
        known = 0.7 * (main == place)
        common = {name: rng.standard_normal(n) for name in ("brand", "value", "relationship")}
        base = {
            "product": common["value"], "service": common["relationship"], "personnel": common["relationship"],
            "image": common["brand"], "money_cost": -common["value"], "time_cost": -common["value"],
            "energy_cost": -common["relationship"], "psychic_cost": -common["relationship"],
        }  # fmt: skip
        row = {"rater": np.arange(1, n + 1), "bank": np.full(n, place), "main_bank": main == place}
        for name, means in level.items():
            sign = -1 if name.endswith("_cost") else 1
            latent = common.get(name) if name in common else 0.6 * base[name] + 0.8 * rng.standard_normal(n)
            row[name] = scale(rng, means[place] + sign * known, 1.4, latent + 0.2 * sign * taste, 0.95, 1, 10)
        appeal[:, place] = sum(value(f"choice.{name}") * row[name] for name in common) + value("choice.inertia") * (
            main == place
        )
        parts.append(row)
    chosen = (appeal - np.log(-np.log(rng.random((n, 3))))).argmax(axis=1)
    frames = [pd.DataFrame(row | {"chosen": chosen == place}) for place, row in enumerate(parts)]
    frame = pd.concat(frames, ignore_index=True).sort_values(["rater", "bank"], ignore_index=True)
    frame["bank"] = pd.Categorical.from_codes(frame["bank"], list(banks))
    return frame
