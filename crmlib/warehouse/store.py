"""The warehouse: from a company's operational tables to a star schema in an embedded database, and measures in SQL on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from crmlib._frames import (
    is_whole,
    listed,
    need_columns,
    need_day,
    need_days,
    need_frame,
    need_numbers,
    need_once,
    rows_text,
    the_column,
)

# What the load reads of each operational table: d a day that must be there, o one that may be empty, n a number, t anything.
_NEEDED = {
    "bank": {
        "customers": {"customer": "n", "kind": "t", "branch": "n", "birth_year": "t", "joined": "d", "left": "o",
                      "returned": "o", "left_again": "o"},
        "branches": {"branch": "n", "region": "t"},
        "bonds": {"customer": "n", "bond": "t", "since": "d", "until": "o"},
        "holdings": {"customer": "n", "product": "t", "opened": "d", "closed": "o"},
        "months": {"customer": "n", "month": "d", "revenue": "n", "expected_loss": "n", "cost_to_serve": "n"},
        "years": {"customer": "n", "year": "n", "revenue": "n", "contribution": "n", "profit": "n"},
        "wallets": {"customer": "n", "year": "n", "share_of_wallet": "n"},
        "purchases": {"customer": "n", "date": "d", "amount": "n"},
        "contacts": {"customer": "n", "time": "d", "channel": "t", "minutes": "n"},
        "leads": {"lead": "n", "first_contact": "o", "customer": "t"},
        "consents": {"customer": "n", "purpose": "t", "channel": "t", "given": "o", "withdrawn": "o"},
    },
    "utility": {
        "customers": {"customer": "n", "class": "t", "feeder": "n", "region": "t", "since": "d", "left": "o", "tou_from": "o"},
        "bills": {"customer": "n", "month": "d", "amount": "n", "kwh_peak": "n", "kwh_flat": "n", "kwh_valley": "n"},
        "price_chain": {"month": "d", "class": "t", "wholesale_peak": "n", "wholesale_flat": "n", "wholesale_valley": "n",
                        "grid": "n", "levy": "n", "cost_to_serve": "n"},
        "contacts": {"customer": "n", "time": "d", "channel": "t", "minutes": "n"},
        "prospects": {"prospect": "n", "asked": "o"},
    },
}  # fmt: skip
# Which columns of an operational table tell its rows apart.
_KEYS = {
    "customers": ["customer"],
    "branches": ["branch"],
    "months": ["customer", "month"],
    "years": ["customer", "year"],
    "wallets": ["customer", "year"],
    "leads": ["lead"],
    "bills": ["customer", "month"],
    "price_chain": ["month", "class"],
    "prospects": ["prospect"],
}
_CLOSED = "This warehouse is closed. Open it again with open_warehouse(...)."
_DAYS = ("start", "end", "as_of", "last_day")
_GRAIN = {
    "dim_customer": "a version of a customer",
    "dim_date": "a day",
    "dim_place": "a branch or feeder",
    "fact_consent": "a consent",
    "fact_contact": "a contact",
    "fact_contract": "a contract",
    "fact_lead": "a lead",
    "fact_month": "a customer and month",
    "fact_purchase": "a purchase or bill",
    "fact_relationship": "a relationship",
    "fact_wallet": "a customer and year end",
    "fact_year": "a customer and year",
}


def measures() -> pd.DataFrame:
    """List the measures that are written in SQL, one file each.

    Returns
    -------
    Frame: `measure` (name of the file), `parameters` (what it must be told), `meaning` (the file's first line).

    >>> measures().loc[lambda table: table["measure"] == "gini", ["measure", "parameters"]]
      measure parameters
    3    gini       year
    """
    texts = {file.name[:-4]: file.read_text(encoding="utf-8") for file in _files("sql")}
    lines = [(name, ", ".join(_parameters(text)), text.splitlines()[0].lstrip("- ")) for name, text in texts.items()]
    return pd.DataFrame(lines, columns=["measure", "parameters", "meaning"])


def measure_sql(name: str) -> str:
    """Return the SQL of a measure.

    Raises
    ------
    ValueError : there is no such measure.

    >>> print(measure_sql("gini").splitlines()[0])
    -- Gini coefficient of a year's revenue, as gini gives it: 0 if all customers are equal. $year.
    """
    known = {file.name[:-4]: file for file in _files("sql")}
    if name not in known:
        raise ValueError(f"There is no measure {name!r} in SQL. There are {listed(known, most=30)}.")
    return known[name].read_text(encoding="utf-8")


def _files(folder: str) -> list:
    return sorted(
        (file for file in (resources.files(__package__) / folder).iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )


def _parameters(text: str) -> list[str]:
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return sorted(set(re.findall(r"\$(\w+)", code)))


class Warehouse:
    """A star schema that can be asked, and not changed. Close it when done, or use it in a `with` block."""

    def __init__(self, connection: Any, name: str) -> None:
        self._connection = connection
        self.name = name

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Warehouse of the {self.name}: {len(self.tables)} tables, {self.tables['rows'].sum():,} rows"

    def close(self) -> None:
        """Close the database; its memory is freed."""
        self._connection.close()

    @property
    def tables(self) -> pd.DataFrame:
        """The tables: `table`, `grain` (what one row is), `rows`, `columns`."""
        found = self._run(
            "SELECT table_name, string_agg(column_name, ', ' ORDER BY ordinal_position) AS columns "
            "FROM information_schema.columns WHERE table_schema = 'main' GROUP BY table_name ORDER BY table_name"
        )
        names = found["table_name"].tolist()
        rows = [int(self._run(f'SELECT COUNT(*) AS n FROM "{name}"')["n"].iloc[0]) for name in names]
        grain = [_GRAIN.get(name, "a row of a report") for name in names]
        return pd.DataFrame({"table": names, "grain": grain, "rows": rows, "columns": found["columns"]})

    def sql(self, query: str, **values: object) -> pd.DataFrame:
        """Ask the warehouse one question in SQL.

        Parameters
        ----------
        query : one SELECT. Names such as $year in it are filled in from `values`; a day is given as '2025-12-31' for
            $start, $end, $as_of and $last_day, and reaches the query as its number.

        Returns
        -------
        Frame with the answer. Without ORDER BY its rows may come in any order.

        Raises
        ------
        ValueError : the query is not one SELECT; a table, column or value is missing; the SQL cannot be read.
        """
        import duckdb

        try:
            statements = self._connection.extract_statements(query)
        except duckdb.ConnectionException:
            raise ValueError(_CLOSED) from None
        except duckdb.Error as problem:
            raise ValueError(
                f"The SQL cannot be read: {_first_line(problem)} Check commas, brackets and quotes."
            ) from None
        if len(statements) != 1:
            raise ValueError(f"Ask one question at a time: the SQL holds {len(statements)} statements.")
        if statements[0].type != duckdb.StatementType.SELECT:
            raise ValueError(
                "The warehouse is read, not written (it is non-volatile): only SELECT is allowed. Changes are made in the "
                "operational tables, and loaded from there."
            )
        wanted = _parameters(query)
        missing = [name for name in wanted if name not in values]
        if missing:
            raise ValueError(
                f"The SQL needs a value for {listed(missing)}: add {', '.join(f'{name}=...' for name in missing)}."
            )
        unknown = [name for name in values if name not in wanted]
        if unknown:
            raise ValueError(f"The SQL has no ${unknown[0]}. It knows {listed(wanted) or 'no values'}.")
        return self._run(query, {name: _plain(value, name) for name, value in values.items()})

    def measure(self, name: str, **values: object) -> pd.DataFrame:
        """Compute one of the `measures()`; `values` are its parameters.

        Returns
        -------
        Frame with the measure.

        Raises
        ------
        ValueError : there is no such measure, or it needs another value.
        """
        if name == "retention_rates" and {"start", "end"} <= set(values):
            for side, day in (("before", values["start"]), ("after", values["end"])):
                first = pd.Timestamp(need_day(day, "start" if side == "before" else "end"), unit="D")
                values[f"year_{side}"] = first.year - 1
                values[f"month_{side}"] = ((first.to_period("M") - 1).to_timestamp() - pd.Timestamp(0)).days
        return self.sql(measure_sql(name), **values)

    def _run(self, query: str, values: Mapping[str, object] | None = None) -> pd.DataFrame:
        import duckdb

        try:
            return self._connection.execute(query, dict(values or {})).df()
        except duckdb.ConnectionException:
            raise ValueError(_CLOSED) from None
        except duckdb.CatalogException as problem:
            table = re.search(r"Table with name \"?([\w.]+)\"? does not exist", str(problem))
            if not table:
                raise ValueError(f"The SQL asks for what is not there: {_first_line(problem)}") from None
            names = self._run("SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1")
            raise ValueError(
                f"The warehouse has no table {table[1]!r}. Its tables are {listed(names['table_name'], most=20)}."
            ) from None
        except duckdb.Error as problem:
            raise ValueError(f"The SQL cannot be answered: {_first_line(problem)}") from None


def _first_line(problem: Exception) -> str:
    text = str(problem).splitlines()[0].strip()
    return text if text.endswith((".", "!", "?")) else text + "."


def _plain(value: object, name: str) -> object:
    if name in _DAYS and not is_whole(value):
        return need_day(value, name)
    return value.item() if isinstance(value, np.generic) else value


def _connect() -> Any:
    import duckdb

    connection = duckdb.connect(":memory:")
    # a query must see the warehouse alone: neither the reader's variables nor files nor the network
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_external_access = false")
    return connection


def with_plain_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose text is of the kind that every version of the database can read (the first ones know no `str` of pandas 3)."""
    return frame.astype({name: object for name in frame if isinstance(frame[name].dtype, pd.StringDtype)})


def open_warehouse(tables: Mapping[str, pd.DataFrame], company: str = "bank") -> Warehouse:
    """Load a company's operational tables into a star schema, in memory.

    The same twelve tables for both companies: facts (relationships, contracts, months, years, purchases, contacts ...) around
    dimensions (date, place, customer). What has no place in it is refused, since a join would drop or double it without a word: a
    customer, month or branch listed twice, a row of a customer or branch that is not listed, a bill without a price.
    `dim_customer` keeps history: a customer has one row per span with the same
    programme (slowly changing dimension, type 2), from `valid_from` to `valid_to`. Money is exact.

    Parameters
    ----------
    tables : name -> frame, such as `bank.tables`.
    company : "bank" or "utility": which load to use.

    Returns
    -------
    Warehouse. Close it when done.

    Raises
    ------
    ValueError, TypeError : another company; a table or column is missing, empty, or of the wrong type; a row is there twice, or
        points to a customer, branch or price that is not.

    Source: subject-oriented, integrated, time-variant, non-volatile: Inmon (1992), Building the Data Warehouse; star schema
    and slowly changing dimensions: Kimball (1996), The Data Warehouse Toolkit.

    >>> from crmlib.companies import load_utility
    >>> with open_warehouse(load_utility().tables, "utility") as warehouse:
    ...     warehouse.sql("SELECT COUNT(*) AS versions, COUNT(DISTINCT customer) AS customers FROM dim_customer")
       versions  customers
    0      3614       3000
    """
    if company not in _NEEDED:
        raise ValueError(f"`company` must be one of {listed(_NEEDED)}, but it is {company!r}.")
    if not isinstance(tables, Mapping):
        raise TypeError(f"`tables` must be a dict of frames, such as bank.tables, but it is a {type(tables).__name__}.")
    missing = [name for name in _NEEDED[company] if name not in tables]
    if missing:
        raise ValueError(
            f"The warehouse of the {company} needs the tables {listed(missing, most=20)}. Add them to `tables`."
        )
    for name, columns in _NEEDED[company].items():
        _check(name, tables[name], columns)
    _check_keys({name: tables[name] for name in _NEEDED[company]})
    connection = _connect()
    try:
        for name, columns in _NEEDED[company].items():
            connection.register(f"op_{name}", with_plain_text(tables[name][list(columns)]))
        for script in ("star", company, "versions", "months"):
            connection.execute((resources.files(__package__) / "load" / f"{script}.sql").read_text(encoding="utf-8"))
        for name in _NEEDED[company]:
            connection.unregister(f"op_{name}")
        connection.execute("DROP TABLE person; DROP TABLE spell; DROP TABLE month; SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return Warehouse(connection, company)


def _check(name: str, frame: pd.DataFrame, columns: Mapping[str, str]) -> None:
    what = f"The table {name!r}"
    need_columns(need_frame(frame, what), columns, what)
    for column, kind in columns.items():
        if kind in "do":
            _, empty = need_days(frame, column, what)
            if kind == "d" and empty.any():
                raise ValueError(
                    f"Column {column!r} of the table {name!r} has no day in {rows_text(empty)}. Fill it in."
                )
        elif kind == "n":
            empty = np.isnan(need_numbers(frame, column, what))
            if empty.any() and column != "share_of_wallet":
                raise ValueError(f"Column {column!r} of the table {name!r} is empty in {rows_text(empty)}. Fill it in.")


def _check_keys(tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse rows that a join would double or drop."""
    for name, key in _KEYS.items():
        if name in tables and len(key) == 1:
            need_once(tables[name], key[0], f"The table {name!r}")
        elif name in tables:
            twice = tables[name].duplicated(key).to_numpy()
            if twice.any():
                raise ValueError(
                    f"The table {name!r} must have one row per {' and '.join(key)}, but they repeat in {rows_text(twice)}. "
                    "Remove the repeated rows first."
                )
    for name, frame in tables.items():
        if name != "customers" and "customer" in frame:
            _need_known(frame, "customer", tables["customers"], name, "customers")
    if "branches" in tables:
        _need_known(tables["customers"], "branch", tables["branches"], "customers", "branches")
    if "bills" in tables:
        _need_prices(tables["bills"], tables["customers"], tables["price_chain"])


def _need_known(frame: pd.DataFrame, column: str, known: pd.DataFrame, name: str, other: str) -> None:
    unknown = (frame[column].notna() & ~frame[column].isin(known[column])).to_numpy(bool)
    if unknown.any():
        raise ValueError(
            f"{the_column(column, f'The table {name!r}')} names {listed(frame.loc[unknown, column].unique()[:3])}, not listed in the "
            f"table {other!r}, in {rows_text(unknown)}. Add what is missing there, or leave these rows out."
        )


def _need_prices(bills: pd.DataFrame, customers: pd.DataFrame, prices: pd.DataFrame) -> None:
    kind = bills["customer"].map(customers.set_index("customer")["class"].astype("str"))
    asked = pd.MultiIndex.from_arrays([need_days(bills, "month", "The table 'bills'")[0], kind])
    there = pd.MultiIndex.from_arrays(
        [need_days(prices, "month", "The table 'price_chain'")[0], prices["class"].astype("str")]
    )
    without = ~asked.isin(there)
    if without.any():
        first = int(np.flatnonzero(without)[0])
        raise ValueError(
            f"The table 'price_chain' has no price for {rows_text(without)} of the table 'bills', such as class {kind.iloc[first]!r} in "
            f"{bills['month'].iloc[first]:%Y-%m}. Add the month and class there."
        )
