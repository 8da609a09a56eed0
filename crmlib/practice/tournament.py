"""The command behind `python course.py tournament`: one plan per team, ranked in futures that nobody has seen."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from crmlib import strategy
from crmlib.companies import Company, load_bank, simulate_bank
from crmlib.practice.grading.owners import team_of
from crmlib.practice.grading.page import page, picture, table, text
from crmlib.practice.grading.results import write_table
from crmlib.practice.grading.submissions import File, Wanted, read_submissions
from crmlib.show import PALETTE, finish, money_axis, new_axes
from crmlib.strategy.tournament import NOTHING, Tournament, play_tournament

BUDGET, PRACTICE_SEED, SEEDS = 300_000, 1, 20
USAGE = "python course.py tournament PLANS --seed 4711"
LARGEST = 100_000  # bytes; a plan of five rows has some two hundred
PLANS = Wanted((".csv", ".xlsx"), "is no plan: its name must end in .csv or .xlsx.")
BY_FATE = ("death", "moved abroad", "closed by bank")
# A product and a solved problem in yuan, as in lesson 11.
PRODUCT_FEE, SOLVE_COST = 75, 150


def game(bank: Company) -> tuple[pd.DataFrame, strategy.Behaviour]:
    """Return the customers with whom the tournament starts, and how they behave, as lesson 11 finds both in the bank's records.

    The levers *keep* and *service* are aimed at the upper three tiers.
    """
    customers = bank.customers.assign(own=~bank.customers["exit_reason"].isin(BY_FATE))
    members = bank.campaign_members
    end = strategy.year_end(customers, bank.months, int(bank.years["year"].max()))
    responses = strategy.lever_responses(
        end, customers, members, bank.leads, bank.consents, bank.problems, bank.months,
        product_fee=PRODUCT_FEE, solve_cost=SOLVE_COST,
    )  # fmt: skip
    heads = end.start.groupby("tier")["customers"].sum()[["Top", "Big", "Medium"]]
    for lever in ("keep", "service"):
        responses = strategy.aim(responses, lever, heads / heads.sum())
    win_back = members[members["campaign"] == "win-back"]
    return end.start, strategy.fit_behaviour(customers, bank.months, bank.years, responses, win_back=win_back)


def read_plans(place: Path, budget: float, years: int = 5) -> tuple[dict[str, pd.DataFrame], list[tuple[str, str]]]:
    """Read the class's plans; return them by team, and what cannot play, each with a sentence.

    Parameters
    ----------
    place : a folder (with subfolders) or a zip file, as a learning platform exports it too, of files `team name.csv` or
        `.xlsx`: one row per year, columns year, acquire, upgrade, keep, win_back, service, in yuan. A file with a column
        `team` holds the plans of many: without `year`, one row a team, the same every year. Such a file alone will do.
    budget : ¥ a year.
    years : that a plan must have.

    Raises
    ------
    FileNotFoundError : there is no such folder or file. ValueError : it holds no file.
    """
    if place.is_file() and place.suffix.lower() in PLANS.endings:
        files = [File(place.name, place.read_bytes())]
    else:
        files = read_submissions(place, PLANS)
    files = [file for file in files if PurePosixPath(file.path).name[0] not in ".~"]
    if not files:
        raise ValueError(f"{place} holds no plan. Each team hands in one .csv or .xlsx file, named like the team.")
    plans: dict[str, pd.DataFrame] = {}
    refused = []
    for file in files:
        try:
            if file.problem:
                raise ValueError(file.problem)
            for team, plan in _teams(_read(file), file.path, years):
                where = file.path if team == team_of(file.path) else f"{file.path}, {team}"
                try:
                    if team in plans:
                        raise ValueError("Another file has the same team name. One plan per team.")
                    if team == NOTHING:
                        raise ValueError(f"The name {team!r} is taken by the plan that spends nothing.")
                    plan = strategy.check_plan(plan, budget)
                    if len(plan) != years:
                        raise ValueError(f"The plan has {len(plan)} years; it must have {years}.")
                    plans[team] = plan
                except (ValueError, TypeError) as problem:
                    refused.append((where, str(problem)))
        except (ValueError, TypeError) as problem:
            refused.append((file.path, str(problem)))
    return plans, refused


def _read(file: File) -> pd.DataFrame:
    if len(file.content) > LARGEST:
        raise ValueError("The file is far too large for a plan.")
    content = io.BytesIO(file.content)
    try:
        if file.path.lower().endswith(".xlsx"):
            frame = pd.read_excel(content)
        else:
            frame = pd.read_csv(content, sep=None, engine="python", encoding="utf-8-sig")
    except Exception as problem:  # whatever a broken file makes the readers raise, the team gets a sentence
        raise ValueError(
            f"The file cannot be read as a table ({type(problem).__name__}). Save it as CSV (UTF-8) or .xlsx."
        ) from None
    frame = frame.dropna(how="all").reset_index(drop=True)  # empty rows, as spreadsheets leave them at the end
    return frame.rename(columns=lambda name: str(name).strip().lower().replace(" ", "_").replace("-", "_"))


def _teams(frame: pd.DataFrame, path: str, years: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield team and plan: one of a file named like the team, or all of a table with a column `team`."""
    if "team" not in frame:
        yield team_of(path), frame
        return
    if frame["team"].isna().any():
        raise ValueError(f"Row {int(frame['team'].isna().argmax()) + 2} has no team.")
    names = frame["team"].map(lambda name: f"{name:g}" if isinstance(name, float) else str(name).strip())
    for team, rows in frame.groupby(names, sort=False):
        plan = rows.drop(columns="team").reset_index(drop=True)
        if "year" not in plan and len(plan) == 1:
            plan = plan.loc[[0] * years].reset_index(drop=True).assign(year=range(1, years + 1))
        yield str(team), plan


def doubtful(plans: Mapping[str, pd.DataFrame], budget: float) -> list[tuple[str, str]]:
    """Return (team, sentence) of the plans that can play but spend next to nothing, as one in thousands of yuan does."""
    found = []
    for team, plan in plans.items():
        spent = plan[list(strategy.LEVERS)].to_numpy().sum()
        if spent == 0:
            found.append((team, "It spends nothing. Was the form left empty?"))
        elif spent < 0.01 * budget * len(plan):
            says = f"It spends ¥{spent:,.0f} in all. Are these thousands? The file is in yuan."
            found.append((team, says))
    return found


def plot_curse(ranking: pd.DataFrame):
    """Draw each team's gain in the past (on the practice seed) against that in the futures (unseen seeds); return the Axes."""
    ax = new_axes(height=4.4)
    x, y = ranking["practice_gain"], ranking["gain"]
    ends = [min(x.min(), y.min()), max(x.max(), y.max())]
    ax.plot(ends, ends, color=PALETTE[4], linestyle="--", linewidth=1.2)
    ax.scatter(x, y, s=22, color=PALETTE[0], alpha=0.6)
    practice, winner = ranking.loc[x.idxmax()], ranking.iloc[0]
    for row, colour, words in ((practice, PALETTE[1], "first in practice"), (winner, PALETTE[2], "winner")):
        ax.scatter([row["practice_gain"]], [row["gain"]], s=70, color=colour, label=f"{words}: {row['team']}"[:44])
    ax.legend(loc="lower right", fontsize=10)
    fell = practice["practice_gain"] - practice["gain"]
    title = f"The leader in practice {'falls back' if fell > 0 else 'gains'} by ¥{abs(fell) / 1e6:.2f} million"
    words = (
        f"{len(ranking)} teams. First in practice: {practice['team']}, there ¥{practice['practice_gain'] / 1e6:.2f} million, on unseen "
        f"seeds ¥{practice['gain'] / 1e6:.2f} million. Winner: {winner['team']}. Dashed: equal in both."
    )
    finish(ax, title=title, x="gain in the past", y="mean gain in the futures", words=words)
    money_axis(ax, "x")
    return money_axis(ax)


def report(
    found: Tournament,
    refused: Sequence[tuple[str, str]],
    facts: Mapping[str, object],
    doubted: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the tournament's report as one HTML page.

    Parameters
    ----------
    found : from `play_tournament`.
    refused : (file, reason) of the plans that could not play.
    facts : what a reader must know to repeat it, {name: value}.
    doubted : (team, sentence) of the plans that played but look like a mistake.
    """
    ranking, winner = found.ranking, found.ranking.iloc[0]

    def million(value: float) -> str:
        return f"{value / 1e6:,.2f}"

    rows = [
        (row.place, row.team, round(row.gain / 1e6, 2), f"{million(row.gain_low)} to {million(row.gain_high)}", row.firsts,
         round(row.spent / 1e6, 2), row.practice_place)
        for row in ranking.itertuples()
    ]  # fmt: skip
    shared = ranking.loc[ranking["place"] == 1, "team"].tolist()
    lead = found.why.iloc[0]
    curse = found.curse.iloc[0]
    parts = [
        "<p>Gain: ¥ million of customer equity (five years of contribution, less what was spent, and what the customers of the last year "
        "are still worth, discounted) above doing nothing, in the same futures for all teams.</p>",
        f"<p><b>Winner: {text(' and '.join(shared))}</b>, ¥{million(winner['gain'])} million "
        f"(by seed {million(winner['gain_low'])} to {million(winner['gain_high'])}).</p>",
        table(["place", "team", "gain", "by seed", "times first", "spent", "place in practice"], rows),
        "<h2>Why the winner won</h2>",
        f"<p>Most came from <b>{text(lead['lever'])}</b>: spending there what the median team spends would cost the winner "
        f"¥{million(lead['worth'])} million. A negative number says that the median team does better on that lever.</p>",
        table(
            ["lever", "winner, ¥ a year", "median team, ¥ a year", "worth to the winner, ¥ million"],
            [
                (row.lever, round(row.winner), round(row.median), round(row.worth / 1e6, 2))
                for row in found.why.itertuples()
            ],
        ),
        "<h2>The winner's curse</h2>",
        picture(plot_curse(ranking)),
        f"<p>Everybody could practise on one seed. {text(curse['who'].capitalize())} gained ¥{million(curse['practice_gain'])} million "
        f"there, and ¥{million(curse['gain'])} million on the unseen seeds. Whoever leads a ranking is there by skill and by luck, and "
        "luck does not come back: expect less of the best of many than its past result.</p>",
    ]
    if doubted:
        parts += ["<h2>Plans to look at</h2>", table(["team", "what is odd"], doubted)]
    if refused:
        parts += ["<h2>Plans that could not play</h2>", table(["file", "reason"], refused)]
    parts += ["<h2>To repeat it</h2>", table(["", ""], [(name, str(value)) for name, value in facts.items()])]
    return page("The strategy tournament", parts)


def play(given: argparse.Namespace) -> int:
    """Read the plans, play, and write ranking and report."""
    import matplotlib as mpl

    mpl.use("agg")
    start = Path(given.start)
    if given.budget <= 0 or given.seeds < 2 or given.seed < 0:
        raise ValueError("--budget must be above 0, --seeds 2 or more, --seed 0 or more.")
    out = start / given.out
    if out.suffix.lower() != ".html":
        raise ValueError(f"--out names the report: its name must end in .html, not {out.name!r}.")
    plans, refused = read_plans(start / given.plans, given.budget)
    for file, reason in refused:
        print(f"{file} does not play: {reason}")
    if not plans:
        raise ValueError("No plan can be played. See the reasons above.")
    doubted = doubtful(plans, given.budget)
    for team, says in doubted:
        print(f"{team} plays, but look at its plan: {says}")
    print(f"{len(plans)} teams play ...", flush=True)
    customers, behaviour = game(load_bank() if given.bank is None else simulate_bank(20_000, given.bank))
    # the unseen seeds follow from the secret one
    seeds = np.random.default_rng(given.seed).choice(
        np.arange(PRACTICE_SEED + 1, 1_000_000), given.seeds, replace=False
    )
    found = play_tournament(
        customers, plans, behaviour, budget=given.budget, seeds=seeds.tolist(), practice_seed=PRACTICE_SEED
    )
    bank = "Harbour Bank as in the lessons" if given.bank is None else f"a bank simulated with seed {given.bank}"
    facts = {"company": bank, "budget": f"¥{given.budget:,.0f} a year", "seed": given.seed, "unseen seeds": given.seeds}
    out.parent.mkdir(parents=True, exist_ok=True)
    ranking = found.ranking.round(0)
    write_table(out.with_suffix(".csv"), list(ranking.columns), ranking.itertuples(index=False, name=None))
    out.write_text(report(found, refused, facts, doubted), encoding="utf-8", newline="\n")
    first = found.ranking.iloc[0]
    print(
        f"Winner: {first['team']}, ¥{first['gain'] / 1e6:.2f} million. The report is {out}, the ranking {out.with_suffix('.csv').name}."
    )
    return 0


def main(words: list[str]) -> int:
    """Play a tournament as the words of the command say; return the exit code."""
    parser = argparse.ArgumentParser(prog="python course.py tournament", usage=USAGE, allow_abbrev=False)
    parser.add_argument(
        "plans", metavar="PLANS", help="folder or zip file with one .csv or .xlsx per team, or a table of all"
    )
    parser.add_argument(
        "--seed", type=int, required=True, help="a number that nobody knows before; it decides the futures"
    )
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many unseen seeds")
    parser.add_argument("--budget", type=float, default=BUDGET, help="yuan a year")
    parser.add_argument("--bank", type=int, help="play at another bank, simulated with this seed")
    parser.add_argument("--out", default="tournament.html", help="the report; the ranking is put beside it as .csv")
    parser.add_argument("--from", dest="start", default=".", help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    try:
        return play(given)
    except (ValueError, OSError) as fault:
        said = str(fault)
        if getattr(fault, "filename", None) is not None:  # the system's own words, which do not say what to do
            said = f"{fault.filename} cannot be read or written ({fault.strerror}). Close it in other programs, or name another."
        print(f"\n{said}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Type the same command again to play from the start.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
