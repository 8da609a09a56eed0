"""Roles: who sees which columns of which rows, as data, and a warehouse that holds no more than that."""

from __future__ import annotations

import re
from importlib import resources

import pandas as pd

from crmlib._frames import is_whole, listed, need_columns, need_day, need_frame
from crmlib.warehouse.privacy import pseudonyms
from crmlib.warehouse.store import Warehouse, _connect, measure_sql, with_plain_text

_RULE = re.compile(r"consent to (.+) by (.+)")


def role_grants() -> pd.DataFrame:
    """Return Harbour Bank's roles, one row per column that a role may see.

    Returns
    -------
    Frame: `role`, `table`, `column`, `shown` (plain or pseudonym), `rows` (all, own branch, or "consent to <purpose> by <channel>").

    >>> grants = role_grants()
    >>> grants.loc[grants["role"] == "board", "table"].unique().tolist()
    ['quarter_report']
    """
    with (resources.files(__package__) / "roles.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def open_role(
    warehouse: Warehouse,
    role: str,
    *,
    as_of: object,
    grants: pd.DataFrame | None = None,
    place: int | None = None,
    key: bytes | None = None,
) -> Warehouse:
    """Open what one role may see: its views, filled with its rows and columns, in a warehouse of their own.

    A database server would keep the views and GRANT them. An embedded engine has no users: whoever holds the file holds all of it.
    So the role gets another file, in which the rest does not exist.

    Parameters
    ----------
    warehouse : the whole one, from `open_warehouse`.
    role : as in `grants`.
    as_of : day, such as "2025-12-31": versions of customers and consents as they are then.
    grants : as `role_grants()`, which is the default.
    place : number of the branch, where a rule says "own branch".
    key : for pseudonyms; see `pseudonyms`.

    Returns
    -------
    Warehouse. Close it when done.

    Raises
    ------
    ValueError, TypeError : there is no such role; the branch or the key is missing; a grant cannot be read; `quarter_report`, which is
        of the whole company, is granted by another rule than "all" and "plain".

    >>> from crmlib.companies import simulate_bank
    >>> from crmlib.warehouse import open_warehouse
    >>> with open_warehouse(simulate_bank(customers=300, seed=1).tables) as whole:
    ...     with open_role(whole, "board", as_of="2025-12-31") as view:
    ...         view.tables["table"].tolist()
    ['quarter_report']
    """
    grants = role_grants() if grants is None else grants
    what = "The frame of grants"
    need_columns(need_frame(grants, what), ["role", "table", "column", "shown", "rows"], what)
    mine = grants[grants["role"] == role]
    if mine.empty:
        raise ValueError(f"There is no role {role!r}. There are {listed(grants['role'].unique(), most=12)}.")
    today = need_day(as_of, "as_of")
    odd = mine[~mine["shown"].isin(["plain", "pseudonym"])]
    if len(odd):
        raise ValueError(
            f"A column is shown 'plain' or as 'pseudonym'; the grants say {listed(odd['shown'].unique())}."
        )
    if (mine["shown"] == "pseudonym").any() and key is None:
        raise ValueError(f"The role {role!r} sees pseudonyms: give a key, such as key=secrets.token_bytes(32).")
    views = {
        table: _view(warehouse, table, part, role, today, place, key)
        for table, part in mine.groupby("table", sort=True)
    }
    connection = _connect()
    try:
        for table, frame in views.items():
            connection.register("view_frame", with_plain_text(frame))
            connection.execute(f'CREATE TABLE "{table}" AS SELECT * FROM view_frame')
            connection.unregister("view_frame")
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return Warehouse(connection, f"{role} of the {warehouse.name}")


def _view(warehouse, table, part, role, today, place, key) -> pd.DataFrame:
    rules = part["rows"].unique()
    if len(rules) > 1:
        raise ValueError(
            f"The role {role!r} has two rules for the rows of {table!r}: {listed(rules)}. Keep one of them."
        )
    columns = ", ".join(f'"{column}"' for column in part["column"])
    if table == "quarter_report":
        odd = part[(part["rows"] != "all") | (part["shown"] != "plain")]
        if len(odd):
            raise ValueError(
                f"The grants give the role {role!r} 'quarter_report' with rows {odd['rows'].iloc[0]!r}, shown as "
                f"{odd['shown'].iloc[0]!r}. This report is of the whole company and names nobody: grant it with rows 'all' and shown "
                "'plain', or leave it out."
            )
        report = warehouse.measure(table, start=0, as_of=today)
        need_columns(report, part["column"], "The quarter_report")
        return report[part["column"].tolist()]
    values: dict[str, object] = {}
    where = []
    if table == "dim_customer":
        where.append("$as_of BETWEEN valid_from AND valid_to")
        values["as_of"] = today
    consent = _RULE.fullmatch(rules[0])
    if rules[0] == "own branch":
        if not is_whole(place):
            raise ValueError(f"The role {role!r} sees its own branch only: give its number, such as place=7.")
        where.append(
            "customer IN (SELECT customer FROM dim_customer WHERE place_key = $place AND $as_of BETWEEN valid_from AND valid_to)"
        )
        values |= {"place": place, "as_of": today}
    elif consent:
        allowed = measure_sql("may_contact")
        where.append(f"customer IN (SELECT customer FROM ({allowed}) AS answer WHERE allowed = 1)")
        values |= {"purpose": consent[1], "channel": consent[2], "as_of": today}
    elif rules[0] != "all":
        raise ValueError(
            f"The rule {rules[0]!r} for the rows of {table!r} cannot be read. Write all, own branch, or consent to "
            "<purpose> by <channel>."
        )
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    frame = warehouse.sql(f'SELECT {columns} FROM "{table}"{condition} ORDER BY ALL', **values)
    for column in part.loc[part["shown"] == "pseudonym", "column"]:
        frame[column] = pseudonyms(frame[column], key)
    hidden = part.loc[part["shown"] == "pseudonym", "column"].tolist()
    # sorted by pseudonym: the order of the rows must not give the numbers away
    return frame.sort_values(hidden, kind="stable", ignore_index=True) if hidden else frame


def visible(grants: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return what each role sees: tables and columns (rows) by role, with "plain", "pseudonym" or "" in each cell.

    Parameters
    ----------
    grants : as `role_grants()`, which is the default.

    Returns
    -------
    Frame: index `table`, `column`; one column per role in the order of the grants.

    Raises
    ------
    ValueError : a column is missing, or granted twice to a role.

    >>> visible().loc[("dim_customer", "birth_year")].to_dict()["branch adviser"]
    'plain'
    """
    grants = role_grants() if grants is None else grants
    what = "The frame of grants"
    need_columns(need_frame(grants, what), ["role", "table", "column", "shown"], what)
    twice = grants.duplicated(["role", "table", "column"])
    if twice.any():
        first = grants[twice].iloc[0]
        raise ValueError(
            f"The grants give {first['column']!r} of {first['table']!r} to the role {first['role']!r} twice."
        )
    wide = grants.pivot(index=["table", "column"], columns="role", values="shown").fillna("")
    return wide[list(grants["role"].unique())].rename_axis(columns=None)
