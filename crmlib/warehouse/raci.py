"""Who does what: a RACI table as data, and its check."""

from __future__ import annotations

from collections import Counter
from importlib import resources

import pandas as pd

from crmlib._frames import listed, need_columns, need_frame, need_once


def raci_table() -> pd.DataFrame:
    """Return Harbour Bank's RACI table for its customer data: `task` and one column per department.

    R responsible (does it), A accountable (answers for it; does it too where no role has an R), C consulted before, I informed after;
    A/R both.

    >>> raci_table().shape
    (10, 8)
    """
    with (resources.files(__package__) / "raci.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, keep_default_na=False)


def check_raci(table: pd.DataFrame, *, task: str = "task") -> pd.DataFrame:
    """Check a RACI table: exactly one accountable for each task, somebody who does it, no unknown letters.

    Who answers for a task alone also does it where no role has an R: one A without R counts as A/R.

    Parameters
    ----------
    table : one row per task; its name, and one column per role with R, A, C, I, combinations such as A/R, or nothing.

    Returns
    -------
    Frame, one row per problem: `task`, `problem`; no rows if all is well.

    Raises
    ------
    ValueError, TypeError : no rows, no roles, or a task twice.

    >>> check_raci(pd.DataFrame({"task": ["erase data"], "IT": ["R"], "legal": ["C"]}))
             task                                            problem
    0  erase data  nobody is accountable: write A for one role
    """
    what = "The RACI table"
    need_columns(need_frame(table, what), [task], what)
    need_once(table, task, what)
    roles = [column for column in table.columns if column != task]
    if not roles:
        raise ValueError("The RACI table has no roles: add one column per department.")
    problems = []
    for name, cells in zip(table[task], table[roles].fillna("").astype("str").to_numpy(), strict=True):
        marks = [tuple(part.strip() for part in cell.split("/")) if cell.strip() else () for cell in cells]
        count = Counter(letter for mark in marks for letter in mark)
        unknown = sorted(set(count) - set("RACI"))
        if unknown:
            problems.append((name, f"unknown mark {listed(unknown)}: only R, A, C and I count"))
        if count["A"] == 0:
            problems.append((name, "nobody is accountable: write A for one role"))
        if count["A"] > 1:
            who = [role for role, mark in zip(roles, marks, strict=True) if "A" in mark]
            problems.append((name, f"{count['A']} are accountable ({listed(who)}): keep one"))
        if count["R"] == 0 and count["A"] != 1:
            problems.append((name, "nobody does it: write R for one role or more"))
    return pd.DataFrame(problems, columns=["task", "problem"])
