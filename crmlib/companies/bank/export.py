"""The dirty export: what two old systems know of the same people. All names, phones and addresses are invented.

The branch system writes GBK and day/month/year, the app UTF-8 with a mark and ISO dates; the same person may stand in both, or
twice in one, with slips of the pen. Phones begin with 12, which no operator uses.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.companies._store import stream
from crmlib.companies.bank.people import People

SURNAMES = list("赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹")
GIVEN = list("安宁思远明月清和若水子衿嘉树云帆晓晨雨桐文博志诚佳音海棠春晖立新永康")
STREETS = ("海棠路", "临江街", "灯塔路", "船坞巷", "盐市街", "柳湾路", "石桥街", "望潮路", "帆影路", "晒网巷")


def make_export(people: People, revenue: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the branch system's rows, the app's rows, and the truth: which customer each record is.

    Parameters
    ----------
    people : the simulated customers.
    revenue : last year's revenue by customer id, CNY; a customer's records share it between them.
    """
    rng = stream(people.seed, "export")
    ids = rng.permutation(revenue.index.to_numpy())[: max(60, min(3000, len(revenue) // 5))]
    n = len(ids)
    person = _persons(rng, n, people.age[ids - people.first_id])
    rank = revenue.loc[ids].rank(pct=True).to_numpy()
    # Large customers have dealt with more departments: they stand in more systems, more often.
    in_branch = rng.random(n) < 0.75
    in_app = ~in_branch | (rng.random(n) < 0.12 + 0.80 * rank**3)
    twice = in_branch & (rng.random(n) < 0.03 + 0.60 * rank**4)
    source = np.concatenate([np.flatnonzero(in_branch), np.flatnonzero(twice), np.flatnonzero(in_app)])
    app = np.arange(len(source)) >= in_branch.sum() + twice.sum()
    order = rng.permutation(len(source))
    source, app = source[order], app[order]
    copies = np.bincount(source, minlength=n)
    part = rng.gamma(2.0, 1.0, len(source))
    part /= np.bincount(source, weights=part, minlength=n)[source]
    rows = {name: one[source].copy() for name, one in person.items()}
    _slip(rng, rows, copies[source] > 1)
    year, month, day = (rows.pop(name).astype(int) for name in ("year", "month", "day"))
    iso = [f"{y:04d}-{m:02d}-{d:02d}" for y, m, d in zip(year, month, day, strict=True)]
    local = [f"{d:02d}/{m:02d}/{y:04d}" for y, m, d in zip(year, month, day, strict=True)]
    frame = pd.DataFrame(
        {
            "record": np.where(app, "A", "B").astype(object)
            + pd.Series(np.arange(10001, 10001 + len(source))).astype(str),
            "name": rows["name"],
            "phone": rows["phone"],
            "birth_date": np.where(app, iso, local),
            "address": rows["address"],
            "revenue_2025": np.round(revenue.loc[ids].to_numpy()[source] * part, 2),
            "invented": True,
        }
    )
    truth = pd.DataFrame({"record": frame["record"], "customer": ids[source]})
    return frame[~app].reset_index(drop=True), frame[app].reset_index(drop=True), truth


def _persons(rng: np.random.Generator, n: int, age: np.ndarray) -> dict[str, np.ndarray]:
    first = rng.choice(SURNAMES, n)
    second = rng.choice(GIVEN, n)
    third = np.where(rng.random(n) < 0.8, rng.choice(GIVEN, n), "")
    house, floor, door = rng.integers(1, 399, n), rng.integers(1, 28, n), rng.integers(1, 5, n)
    street = rng.choice(STREETS, n)
    return {
        "name": np.array([a + b + c for a, b, c in zip(first, second, third, strict=True)], dtype=object),
        "phone": np.array([f"12{digits:09d}" for digits in rng.integers(0, 10**9, n)], dtype=object),
        "year": 2025 - age,
        "month": rng.integers(1, 13, n),
        "day": rng.integers(1, 29, n),
        "address": np.array(
            [f"{s}{h}号{f}{d:02d}室" for s, h, f, d in zip(street, house, floor, door, strict=True)], dtype=object
        ),
    }


def _slip(rng: np.random.Generator, rows: dict[str, np.ndarray], repeated: np.ndarray) -> None:
    """Put slips into records: a wrong character, two digits swapped, a short address, day and month exchanged, blanks."""
    n = len(repeated)

    def some(share: float) -> np.ndarray:
        return np.flatnonzero(rng.random(n) < np.where(repeated, share, share / 3))

    for row in some(0.12):
        name = rows["name"][row]
        place = rng.integers(1, len(name))
        rows["name"][row] = name[:place] + rng.choice(GIVEN) + name[place + 1 :]
    for row in some(0.10):
        digits = list(rows["phone"][row])
        place = rng.integers(2, 10)
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
        rows["phone"][row] = "".join(digits)
    for row in some(0.15):
        rows["phone"][row] = rows["phone"][row][:3] + " " + rows["phone"][row][3:7] + " " + rows["phone"][row][7:]
    rows["phone"][some(0.08)] = ""
    for row in some(0.20):
        rows["address"][row] = rows["address"][row].replace("号", "-").replace("室", "")
    rows["address"][some(0.06)] = ""
    swap = some(0.05)
    swap = swap[rows["day"][swap] <= 12]
    rows["day"][swap], rows["month"][swap] = rows["month"][swap], rows["day"][swap]
