"""How customers move: read from the bank's own records, with what is uncertain about it. The simulator is handed the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crmlib._frames import (
    is_whole,
    listed,
    need_columns,
    need_days,
    need_frame,
    need_numbers,
    need_once,
    need_yes_no,
    ordered_category,
    rows_text,
)

TIERS = ("Top", "Big", "Medium", "Small")
AGES = ("first year", "second year", "later")
LEVERS = ("acquire", "upgrade", "keep", "win_back", "service")
GROUPS = (*TIERS, "joined", "returned")
ACTS = ("arrivals", "fees", "leaving", "moving up", "returning")
CUTS = (25_000, 8_000, 2_000)
PEOPLE, MONEY = "The frame of customers", "The frame of months"


@dataclass(frozen=True, repr=False)
class Behaviour:
    """How customers behave, as counts and estimates: what the simulator is handed.

    moves : one row per tier and age at a year's end: `tier`, `age`, how many `left` in the next year, and how many ended it
        in `Top`, `Big`, `Medium`, `Small` (customers).
    arrivals : one row per kind of newcomer (joined, returned): `kind`, `years` watched, and how many stood in each tier at
        the end of the year in which they came.
    chances : `chance`, `hits`, `of`: the share of leavers who go by own choice, and of these the share who return unasked.
    money : one row per group (the tiers at the start of a year; those who joined or returned in it): `group`, `customers`,
        `mean` and `sd` of a customer's contribution in the year (¥).
    responses : what the levers do; see `lever_responses`.
    """

    moves: pd.DataFrame
    arrivals: pd.DataFrame
    chances: pd.DataFrame
    money: pd.DataFrame
    responses: pd.DataFrame

    def __repr__(self) -> str:
        watched = int(self.moves[["left", *TIERS]].to_numpy().sum())
        return f"Behaviour from {watched:,} customer-years and {len(self.responses)} responses: .moves .arrivals .chances .money .responses"

    def with_responses(self, responses: pd.DataFrame) -> Behaviour:
        """Return the same behaviour with other responses, to ask *what if*."""
        return replace(self, responses=responses)


@dataclass(frozen=True, repr=False)
class YearEnd:
    """Who is there at a year's end. start: what the simulator begins with; customers: one row per customer; year: which one."""

    start: pd.DataFrame
    customers: pd.DataFrame
    year: int

    def __repr__(self) -> str:
        return self.start.to_string(index=False)


def year_end(
    customers: pd.DataFrame,
    months: pd.DataFrame,
    year: int,
    *,
    cuts: Sequence[float] = CUTS,
    own_choice: str = "own",
    returns: bool = True,
) -> YearEnd:
    """Count the customers who are there at a year's end, by tier and age.

    A customer's *rate* is the mean revenue of the months October to December × 12; the tier follows from fixed money cuts, so
    that a whole company can move up. The *age* counts calendar years since joining (or returning): first, second, later.

    Parameters
    ----------
    customers : one row per customer: `customer`, `joined`, `left`, `returned`, `left_again` (dates) and `own_choice`.
    months : one row per customer and month: `customer`, `month`, `revenue` (¥).
    year : whose last day is meant.
    cuts : lowest rate of Top, Big and Medium, ¥ a year, falling.
    own_choice : column that is True for whoever left (or would leave) by own choice; True or False in every row.
    returns : whether whoever came back counts; False for records that cannot know it.

    Returns
    -------
    YearEnd. start: 13 rows, `tier`, `age`, `customers`; the last row, tier "Lost", holds the customers lost in this year by
    own choice, whom the bank may win back (who left and came back within the year stands in a tier instead). customers:
    `customer`, `rate` (¥ a year), `tier`, `age`, `kind` (stayed, joined, returned: how the customer came to be there in this
    year). year: as given.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, cuts do not fall, a customer has no month to be placed by.

    >>> people = pd.DataFrame({"customer": [1, 2], "joined": pd.to_datetime(["2020-05-01", "2023-02-01"]),
    ...     "left": pd.to_datetime([None, "2023-08-01"]), "returned": pd.NaT, "left_again": pd.NaT, "own": True})
    >>> paid = pd.DataFrame({"customer": [1, 1], "month": pd.to_datetime(["2023-10-01", "2023-11-01"]), "revenue": [800.0, 600]})
    >>> found = year_end(people, paid, 2023)
    >>> found.customers
       customer    rate tier    age    kind
    0         1  8400.0  Big  later  stayed
    >>> int(found.start["customers"].iloc[-1])
    1
    """
    edges = _cuts(cuts)
    if not is_whole(year):
        raise ValueError(f"`year` must be a calendar year such as 2024, but it is {year!r}.")
    need_columns(
        need_frame(customers, PEOPLE), ["customer", "joined", "left", "returned", "left_again", own_choice], PEOPLE
    )
    need_once(customers, "customer", PEOPLE)
    own = need_yes_no(customers, own_choice, PEOPLE)
    need_columns(need_frame(months, MONEY), ["customer", "month", "revenue"], MONEY)
    end = np.datetime64(f"{year}-12-31", "D").astype(np.int64)
    begin = np.datetime64(f"{year}-01-01", "D").astype(np.int64)
    (joined, no_day), (left, stays), (back, never), (again, stays_again) = (
        need_days(customers, name, PEOPLE) for name in ("joined", "left", "returned", "left_again")
    )
    if no_day.any():
        raise ValueError(
            f"Column 'joined' of the frame of customers is empty in {rows_text(no_day)}. Add the day or remove the rows."
        )
    first = (joined <= end) & (stays | (left > end))
    second = returns & ~never & (back <= end) & (stays_again | (again > end))
    here = np.flatnonzero(first | second)
    came = np.where(second, back, joined)[here]
    in_year = came >= begin
    age = np.minimum(year - came.astype("datetime64[D]").astype("datetime64[Y]").astype(int) - 1970, 2)
    kind = np.where(~in_year, 0, np.where(second[here], 2, 1))

    day, no_month = need_days(months, "month", MONEY)
    revenue = need_numbers(months, "revenue", MONEY)
    quarter = ~no_month & (day >= np.datetime64(f"{year}-10-01", "D").astype(np.int64)) & (day <= end)
    rate = 12 * pd.Series(revenue[quarter]).groupby(months["customer"].to_numpy()[quarter]).mean()
    rate = rate.reindex(customers["customer"].to_numpy()[here]).to_numpy()
    if np.isnan(rate).any():
        who = customers["customer"].to_numpy()[here][np.isnan(rate)]
        raise ValueError(
            f"{len(who):,} customers were there at the end of {year} but have no revenue from October to December "
            f"{year}: {listed(who[:5].tolist())}. Add their months, or correct their dates."
        )
    tier = len(edges) - np.searchsorted(edges[::-1], rate, side="right")
    counts = np.bincount(3 * tier + age, minlength=12)
    gone = ~stays & (left >= begin) & (left <= end) & own & ~second
    people = pd.DataFrame(
        {
            "customer": customers["customer"].to_numpy()[here],
            "rate": rate,
            "tier": ordered_category(tier, TIERS),
            "age": ordered_category(age, AGES),
            "kind": ordered_category(kind, ("stayed", "joined", "returned")),
        }
    )
    return YearEnd(start_frame(counts.reshape(4, 3), int(gone.sum())), people, int(year))


def start_frame(cells: object, lost: int = 0) -> pd.DataFrame:
    """Write counts by tier (4 rows) and age (3 columns) as the frame that the simulator begins with.

    Parameters
    ----------
    cells : customers, 4 tiers × 3 ages (the best tier and the youngest age first).
    lost : customers lost in the year before, by own choice.

    Returns
    -------
    Frame of 13 rows: `tier`, `age`, `customers`.

    >>> start_frame([[1, 0, 9], [2, 3, 40], [20, 15, 150], [200, 150, 800]], lost=90).tail(2)
         tier    age  customers
    11  Small  later        800
    12   Lost      –         90
    """
    counts = np.asarray(cells)
    if counts.shape != (4, 3):
        raise ValueError(
            f"`cells` must have 4 rows (tiers) of 3 numbers (ages), but its shape is {counts.shape}. Top comes first."
        )
    return pd.DataFrame(
        {
            "tier": [tier for tier in TIERS for _ in AGES] + ["Lost"],
            "age": [*AGES] * 4 + ["–"],
            "customers": [*counts.ravel().tolist(), lost],
        }
    )


def fit_behaviour(
    customers: pd.DataFrame,
    months: pd.DataFrame,
    years: pd.DataFrame,
    responses: pd.DataFrame,
    *,
    first: int = 2023,
    last: int = 2025,
    win_back: pd.DataFrame | None = None,
    cuts: Sequence[float] = CUTS,
    own_choice: str = "own",
) -> Behaviour:
    """Count from the records who leaves, who moves, who comes, and what each group brings.

    Only days up to the end of `last` are used, so that a behaviour can be fitted on the past and checked on what followed. It
    is *descriptive* of the bank as it was run, with the small campaigns of those years. What the levers add is in `responses`.

    Parameters
    ----------
    customers, months, cuts, own_choice : as for `year_end`.
    years : one row per customer and year: `customer`, `year`, `contribution` (¥: what is lost when the customer goes). Everybody
        who was a customer in a year counted has a row for it.
    responses : what the levers do, from `lever_responses` or by hand.
    first, last : calendar years of the records, both whole; last − first transitions are counted.
    win_back : rows of the win-back study with `customer`, `arm` (control, treated) and `outcome` (True: returned). None: nobody
        is known to return, and `returns` are left out of every count.

    Returns
    -------
    Behaviour.

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type, fewer than two years are given, a contribution is empty, a
        customer has two rows for a year or none.
    """
    if not (is_whole(first) and is_whole(last) and last > first):
        raise ValueError(f"A behaviour needs two years or more: `first` before `last`, not {first!r} and {last!r}.")
    money = "The frame of years"
    need_columns(need_frame(years, money), ["customer", "year", "contribution"], money)
    _one_a_year(years, money)
    returns = win_back is not None
    people = customers.copy()
    _, stays = need_days(people, "left", PEOPLE)
    ends = {
        year: year_end(people, months, year, cuts=cuts, own_choice=own_choice, returns=returns).customers
        for year in range(first, last + 1)
    }
    moves = np.zeros((12, 5), dtype=np.int64)
    brought: list[pd.DataFrame] = []
    arrivals = np.zeros((2, 4), dtype=np.int64)
    for year in range(first, last + 1):
        now = ends[year]
        tiers = now["tier"].cat.codes.to_numpy()
        for place, kind in enumerate(("joined", "returned")):
            arrivals[place] += np.bincount(tiers[(now["kind"] == kind).to_numpy()], minlength=4)
        if year == first:
            continue
        before = ends[year - 1]
        stayed = now.loc[now["kind"] == "stayed"].set_index("customer")["tier"]
        to = before["customer"].map(stayed.cat.codes).fillna(-1).to_numpy(np.int64)
        cell = 3 * before["tier"].cat.codes.to_numpy(np.int64) + before["age"].cat.codes.to_numpy(np.int64)
        moves += np.bincount(5 * cell + to + 1, minlength=60).reshape(12, 5)
        brought.append(_brought(before, now, people, years, year, returns))
    table = pd.DataFrame(moves, columns=["left", *TIERS])
    table.insert(0, "tier", [tier for tier in TIERS for _ in AGES])
    table.insert(1, "age", [*AGES] * 4)
    newcomers = pd.DataFrame(arrivals, columns=list(TIERS))
    newcomers.insert(0, "kind", ["joined", "returned"])
    newcomers.insert(1, "years", [last - first + 1, 1 if returns else 0])
    return Behaviour(
        table, newcomers, _chances(people, stays, win_back, first, last, own_choice), _money(brought), responses
    )


def small_bank() -> tuple[pd.DataFrame, Behaviour]:
    """Return an invented bank of 1,430 customers and 90 lost ones (start, behaviour), small enough to check by hand.

    >>> start, behaviour = small_bank()
    >>> int(start["customers"].sum())
    1520
    """
    start = start_frame([[1, 1, 13], [5, 5, 55], [40, 30, 180], [200, 150, 750]], lost=90)
    tiers = [tier for tier in TIERS for _ in AGES]
    leave = np.array([[2, 1, 8], [2, 1, 7], [20, 14, 9], [20, 15, 10]]).ravel()  # of 100
    stay = {"Top": (80, 15, 4, 1), "Big": (5, 75, 18, 2), "Medium": (0, 6, 76, 18), "Small": (0, 0, 5, 95)}
    moves = pd.DataFrame(
        [[gone, *(np.array(stay[tier]) * (100 - gone) / 100)] for gone, tier in zip(leave, tiers, strict=True)],
        columns=["left", *TIERS],
    )
    moves.insert(0, "tier", tiers)
    moves.insert(1, "age", [*AGES] * 4)
    arrivals = pd.DataFrame(
        [("joined", 2, 2, 10, 60, 328), ("returned", 1, 0, 1, 4, 15)], columns=["kind", "years", *TIERS]
    )
    chances = pd.DataFrame({"chance": ["leaves by own choice", "returns unasked"], "hits": [180, 18], "of": [200, 90]})
    money = pd.DataFrame(
        {"group": list(GROUPS), "customers": [15, 65, 250, 1100, 200, 20], "mean": [20_000.0, 5_000, 1_000, 0, 100, 200],
         "sd": [9_000.0, 3_000, 1_000, 300, 500, 500]}
    )  # fmt: skip
    rows = [
        ("acquire", "prospect", "arrivals", 300, 4.0, 0.012, 0.003, 0.6, "mail to prospects"),
        ("acquire", "suspect", "arrivals", 200, 4.0, 0.004, 0.002, 0.4, "mail to suspects"),
        ("win_back", "Lost", "returning", 1.0, 45.0, 0.07, 0.02, 1.0, "win-back contact"),
    ]
    for lever, acts, eligible, cost, effect, error in (
        ("upgrade", "fees", 0.7, 6.0, 1.0, 0.3),
        ("keep", "leaving", 0.7, 60.0, -0.18, 0.07),
        ("service", "leaving", 1.0, 20.0, -0.06, 0.01),
    ):
        rows += [
            (lever, tier, acts, eligible, cost, effect, error, share, lever)
            for tier, share in zip(TIERS, (0.01, 0.05, 0.17, 0.77), strict=True)
        ]
    names = ["lever", "group", "acts_on", "eligible", "cost", "effect", "error", "share", "estimate"]
    return start, Behaviour(moves, arrivals, chances, money, pd.DataFrame(rows, columns=names))


def _one_a_year(years: pd.DataFrame, what: str) -> None:
    need_numbers(years, "year", what)
    empty = np.isnan(need_numbers(years, "contribution", what))
    if empty.any():
        raise ValueError(
            f"Column 'contribution' of the frame of years is empty in {rows_text(empty)}. Write 0 for a customer who brought "
            "nothing, or correct these rows."
        )
    twice = years.duplicated(["customer", "year"]).to_numpy()
    if twice.any():
        raise ValueError(
            f"{what} must have one row per customer and year, but has a second one in {rows_text(twice)}. Add up the rows first: "
            "frame.groupby(['customer', 'year'], as_index=False)['contribution'].sum()."
        )


def _brought(
    before: pd.DataFrame, now: pd.DataFrame, people: pd.DataFrame, years: pd.DataFrame, year: int, returns: bool
) -> pd.DataFrame:
    """Contribution of one year by the group in which a customer began it."""
    paid = years.loc[years["year"] == year].set_index("customer")["contribution"]
    start = before.set_index("customer")["tier"].astype("str")
    came = people.loc[pd.to_datetime(people["joined"]).dt.year == year, "customer"]
    came_back = pd.to_datetime(people["returned"]).dt.year == year
    back = people.loc[came_back & returns, "customer"]
    group = pd.concat([start, pd.Series("joined", index=came), pd.Series("returned", index=back)])
    group = group[~group.index.duplicated(keep="last")]
    unknown = group.index[~group.index.isin(paid.index)]
    if len(unknown):
        raise ValueError(
            f"The frame of years says nothing on {len(unknown):,} of the {len(group):,} customers of {year}: {listed(unknown, most=5)}. "
            "Add their rows (0 for who brought nothing), and see that customers bear the same ids in both frames."
        )
    frame = pd.DataFrame({"group": group, "contribution": paid.reindex(group.index)})
    # Who came and had gone before the year's end is paid for by those who are still there: the simulator counts the latter.
    here = now.loc[now["kind"] != "stayed"].groupby("kind", observed=False).size()
    frame["heads"] = frame["group"].map({"joined": here["joined"], "returned": here["returned"]})
    return frame.reset_index(names="customer")


def _money(brought: list[pd.DataFrame]) -> pd.DataFrame:
    every = pd.concat(brought, ignore_index=True)
    found = every.groupby("group")["contribution"].agg(customers="size", total="sum", sd="std").reindex(list(GROUPS))
    # for newcomers the base is those still there at the year's end
    heads = {
        kind: sum(part.loc[part["group"] == kind, "heads"].iloc[0] for part in brought if (part["group"] == kind).any())
        for kind in ("joined", "returned")
    }
    base = found["customers"].fillna(0).astype(np.int64)
    base.update(pd.Series(heads).astype(np.int64))
    mean = (found["total"].fillna(0.0) / base.where(base > 0, 1)).to_numpy()
    return pd.DataFrame(
        {"group": list(GROUPS), "customers": base.to_numpy(), "mean": mean, "sd": found["sd"].fillna(0.0).to_numpy()}
    )


def _chances(
    people: pd.DataFrame, stays: np.ndarray, win_back: pd.DataFrame | None, first: int, last: int, own_choice: str
) -> pd.DataFrame:
    left_in = pd.to_datetime(people["left"]).dt.year.to_numpy()
    gone = ~stays & (left_in >= first) & (left_in <= last)
    own = need_yes_no(people, own_choice, PEOPLE) & gone
    hits, of = 0, 0
    if win_back is not None:
        what = "The win-back study"
        need_columns(need_frame(win_back, what), ["customer", "arm", "outcome"], what)
        outcome = need_yes_no(win_back, "outcome", what)
        drawn = (win_back["arm"].astype("str") == "control").to_numpy()
        if not drawn.any():
            raise ValueError(
                f"{what} has no row in the arm 'control': who returns unasked is not known. Add these rows."
            )
        again = people.loc[people["left_again"].notna() & people["returned"].notna()]
        same_year = pd.to_datetime(again["left_again"]).dt.year == pd.to_datetime(again["returned"]).dt.year
        lost_again = win_back["customer"].isin(again.loc[same_year, "customer"]).to_numpy()
        hits, of = int((drawn & outcome & ~lost_again).sum()), int(drawn.sum())
    return pd.DataFrame(
        {
            "chance": ["leaves by own choice", "returns unasked"],
            "hits": [int(own.sum()), hits],
            "of": [int(gone.sum()), of],
        }
    )


def _cuts(cuts: Sequence[float]) -> np.ndarray:
    edges = np.asarray(cuts, dtype=float)
    if edges.shape != (3,) or not np.isfinite(edges).all() or not (np.diff(edges) < 0).all():
        raise ValueError(
            f"`cuts` must be three amounts of money, the highest first, such as (25000, 8000, 2000), but they are {cuts!r}."
        )
    return edges
