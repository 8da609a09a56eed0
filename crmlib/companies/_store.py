"""How a company is kept: tables that obey a data dictionary, in memory and as files.

Each company has one `dictionary.toml`. From it come the column types of simulated and loaded tables, the checks a loader
makes, and the Frictionless `datapackage.json` beside the files.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from textwrap import shorten

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionDtype

from crmlib._frames import did_you_mean, listed, rows_text

RESTORE = "Take a fresh copy of the folder `datasets` from the course."


@dataclass(frozen=True)
class Truth:
    """What the simulation knows and a real company would not.

    Attributes
    ----------
    parameters : one row per structural parameter (index: name), columns `value`, `about`.
    estimands : one row per oracle estimand computed from this simulation (index: name), columns `value`, `about`.
    tables : dict of frames with latent values (for the bank `people`: one row per customer, and others).
    """

    parameters: pd.DataFrame
    estimands: pd.DataFrame
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        for frame in (self.parameters, self.estimands):
            if name in frame.index:
                return float(frame.at[name, "value"])
        known = [*self.parameters.index, *self.estimands.index]
        near = [other for other in known if name.split(".")[0] in other] or known
        raise KeyError(f"No recorded truth is called {name!r}. Near it: {listed(near, most=10)}.")

    def __repr__(self) -> str:
        return (
            f"Truth: {len(self.parameters)} parameters, {len(self.estimands)} estimands, tables "
            f"{listed(self.tables, most=20)}"
        )


@dataclass(
    frozen=True, eq=False
)  # two companies are the same if they are one object: frames do not compare to yes or no
class Company:
    """A company as plain pandas tables.

    A table is an attribute (`bank.customers`) and an entry of `tables` (`bank.tables["customers"]`); `describe()` is the
    data dictionary; `truth` holds what the simulation put in.
    """

    name: str
    title: str
    tables: Mapping[str, pd.DataFrame]
    truth: Truth

    def __getattr__(self, name: str) -> pd.DataFrame:
        # Reached only when normal look-up failed, so `tables` itself may be absent (copying, unpickling).
        tables = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        if name.startswith("_"):
            raise AttributeError(name)
        near = did_you_mean(name, tables)
        raise AttributeError(f"{self.title} has no table {name!r}. {near}It has {listed(tables, most=40)}.")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.tables})

    def __repr__(self) -> str:
        lines = [f"{self.title}: {len(self.tables)} tables"]
        about = dictionary(self.name)["tables"]
        width = max(map(len, self.tables), default=0)
        for name, frame in self.tables.items():
            lines.append(
                f"  {name:<{width}}  {len(frame):>9,} rows  {shorten(about[name]['about'], 64, placeholder=' …')}"
            )
        return "\n".join(lines)

    def describe(self, table: str | None = None) -> pd.DataFrame:
        """Return the data dictionary: of one table, or the list of tables.

        Parameters
        ----------
        table : name of a table; None lists the tables.

        Returns
        -------
        With a table: one row per column, columns `type`, `unit`, `meaning` (index: column).
        Without: one row per table, columns `rows`, `meaning` (index: table).

        Raises
        ------
        ValueError if the company has no such table.
        """
        known = dictionary(self.name)["tables"]
        if table is None:
            rows = {name: (len(frame), known[name]["about"]) for name, frame in self.tables.items()}
            return pd.DataFrame.from_dict(rows, orient="index", columns=["rows", "meaning"]).rename_axis("table")
        if table not in known:
            raise ValueError(f"{self.title} has no table {table!r}. It has {listed(known, most=40)}.")
        fields = known[table]["fields"]
        rows = {name: (spec["type"], spec.get("unit", ""), spec["about"]) for name, spec in fields.items()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["type", "unit", "meaning"]).rename_axis("column")


@cache
def dictionary(company: str) -> dict:
    """Read a company's data dictionary (`bank` or `utility`)."""
    text = resources.files("crmlib.companies").joinpath(company, "dictionary.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one part of the model, independent of every other part.

    Naming the streams keeps a table's numbers the same when another table is added.
    """
    return np.random.default_rng([seed, int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")])


def check_size_and_seed(customers: object, seed: object, least: int) -> None:
    """Check a simulator's two arguments.

    Raises
    ------
    ValueError with a sentence that says which argument is wrong and what to give instead.
    """
    for value, what in ((customers, "customers"), (seed, "seed")):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
            raise ValueError(f"`{what}` must be a whole number, but it is {value!r}.")
    if customers < least:
        raise ValueError(
            f"`customers` is {customers:,}, but the model needs at least {least:,}: "
            "with fewer, branches and segments would be empty."
        )
    if seed < 0:
        raise ValueError(f"`seed` is {seed}, but it must be zero or more. Any such number gives another company.")


@cache
def _dtype(kind: str, optional: bool, choices: tuple[str, ...]) -> np.dtype | ExtensionDtype:
    """Return the dtype of a column that the dictionary calls by this kind."""
    if kind in ("id", "integer"):
        name = "Int64" if optional else "int64"
    elif kind == "choice":
        return pd.CategoricalDtype(list(choices))
    elif kind in ("date", "month", "time"):
        name = "datetime64[us]"
    else:
        name = "bool" if kind == "yes-no" else "str"
    return pd.api.types.pandas_dtype(name)


def typed(frame: pd.DataFrame, spec: dict) -> pd.DataFrame:
    """Return `frame` with the columns, order, rounding and dtypes that the dictionary states for a table."""
    columns = {}
    for name, about in spec["fields"].items():
        column, kind, optional = frame[name], about["type"], about.get("optional", False)
        if kind == "number":
            # + 0.0: no negative zero in the files
            columns[name] = np.round(column.to_numpy("float64", na_value=np.nan), about["decimals"]) + 0.0
            continue
        dtype = _dtype(kind, optional, tuple(about.get("of", ())))
        # A choice is always converted: two lists of the same words in another order count as equal.
        column = column.astype(dtype) if kind == "choice" or column.dtype != dtype else column
        if kind == "text" and optional:
            column = column.where(column.ne(""))  # as a reader of the file sees it
        columns[name] = column.array
    # copy=False keeps a million-customer company from being held twice; a wide table is copied into one piece, or pandas would
    # warn a student who adds a column to it
    typed_frame = pd.DataFrame(columns, copy=False)
    return typed_frame.copy() if len(columns) > 50 else typed_frame


def problems(frame: pd.DataFrame, spec: dict, where: str) -> list[str]:
    """List what a table breaks of its dictionary, a sentence each (empty: nothing)."""
    said = []
    for name, about in spec["fields"].items():
        column = frame[name]
        missing = column.isna()
        if missing.any() and not about.get("optional", False):
            hint = f" (allowed are {listed(about['of'], most=12)})" if about["type"] == "choice" else ""
            said.append(f"{where}: column {name!r} is empty or not readable in {rows_text(missing, first=2)}{hint}.")
        if about["type"] in ("number", "integer"):
            for bound, beyond in (("min", column.lt), ("max", column.gt)):
                if bound in about:
                    bad = beyond(about[bound]).fillna(False)
                    if bad.any():
                        word = "below" if bound == "min" else "above"
                        said.append(
                            f"{where}: column {name!r} is {word} {about[bound]} in {rows_text(bad, first=2)}; "
                            f"the data dictionary says {bound} {about[bound]}."
                        )
        if about["type"] == "month":
            bad = column.dt.day.ne(1) & ~missing
            if bad.any():
                said.append(
                    f"{where}: column {name!r} must be the first day of a month, not so in {rows_text(bad, first=2)}."
                )
    key = spec["key"]
    bad = frame.duplicated(key)
    if bad.any():
        said.append(f"{where}: {listed(key)} must be different in every row, but repeats in {rows_text(bad, first=2)}.")
    return said


def orphans(tables: Mapping[str, pd.DataFrame], specs: Mapping[str, dict]) -> list[str]:
    """List references that lead nowhere (a contact of a customer who does not exist), a sentence each."""
    said = []
    for table, spec in specs.items():
        if table not in tables:
            continue
        for name, about in spec["fields"].items():
            target, _, key = about.get("refers_to", "").partition(".")
            if target and target in tables:
                column = tables[table][name]
                bad = column.notna() & ~column.isin(tables[target][key])
                if bad.any():
                    said.append(
                        f"{table}: column {name!r} names a {key} that `{target}` does not have in {rows_text(bad, first=2)}."
                    )
    return said


def datasets_folder() -> Path:
    """Return the folder of the shipped data: `datasets/` of a checkout, or the copy inside an installed package."""
    inside = Path(str(resources.files("crmlib"))) / "datasets"
    return inside if inside.is_dir() else inside.parent.parent / "datasets"


def file_name(table: str, spec: dict) -> str:
    return f"{table}.csv.gz" if spec.get("gzip", False) else f"{table}.csv"


def _csv_bytes(frame: pd.DataFrame, spec: dict) -> bytes:
    """Write a table as CSV: ISO dates, LF line ends, the shortest text that reads back to the same number."""
    out = frame.copy(deep=False)
    for name, about in spec["fields"].items():
        if about["type"] in ("date", "month", "time"):
            # numpy writes ISO text twenty times as fast as strftime
            text = np.datetime_as_string(out[name].to_numpy(), unit="m" if about["type"] == "time" else "D")
            out[name] = np.where(out[name].isna(), "", text)
        elif about["type"] == "yes-no":
            out[name] = np.where(out[name], "yes", "no")
        elif about["type"] == "number" and about["decimals"] == 0:
            out[name] = out[name].astype("Int64")
    return out.to_csv(index=False, lineterminator="\n").encode(_encoding(spec))


def _encoding(spec: dict) -> str:
    """Return a file's encoding: UTF-8, unless the dictionary keeps an old system's on purpose."""
    return spec.get("encoding", "utf-8")


def write_company(company: Company, folder: Path) -> list[Path]:
    """Write a company's tables, truth and `datapackage.json` into `folder`; return the files written.

    The same company gives the same bytes: gzip carries no time, floats were rounded by the dictionary.
    """
    about = dictionary(company.name)
    written, resources_ = [], []
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "truth").mkdir(exist_ok=True)
    for group, tables in (("tables", company.tables), ("truth", _truth_tables(company.truth))):
        for table, frame in tables.items():
            spec = about[group][table]
            path = folder / ("truth" if group == "truth" else "") / file_name(table, spec)
            content = _csv_bytes(frame, spec)
            path.write_bytes(gzip.compress(content, compresslevel=6, mtime=0) if path.suffix == ".gz" else content)
            written.append(path)
            resources_.append(_resource(path.relative_to(folder).as_posix(), group, table, spec, len(frame), content))
    package = {
        "profile": "tabular-data-package",
        "name": about["company"]["name"],
        "title": about["company"]["title"],
        "description": about["company"]["about"],
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
        "seed": about["company"]["seed"],
        "customers": about["company"]["customers"],
        "resources": resources_,
    }
    path = folder / "datapackage.json"
    path.write_bytes((json.dumps(package, indent=1, ensure_ascii=False) + "\n").encode("utf-8"))
    return [*written, path]


def _truth_tables(truth: Truth) -> dict[str, pd.DataFrame]:
    return {
        "parameters": truth.parameters.reset_index(),
        "estimands": truth.estimands.reset_index(),
        **truth.tables,
    }


def _resource(path: str, group: str, table: str, spec: dict, rows: int, content: bytes) -> dict:
    """Describe one file in the words of the Frictionless tabular data package."""
    kinds = {
        "id": "integer", "integer": "integer", "number": "number", "choice": "string", "text": "string",
        "date": "date", "month": "date", "time": "datetime", "yes-no": "boolean",
    }  # fmt: skip
    fields, links = [], []
    for name, about in spec["fields"].items():
        limits = {"required": True} if not about.get("optional", False) else {}
        limits |= {
            word: about[key] for key, word in (("min", "minimum"), ("max", "maximum"), ("of", "enum")) if key in about
        }
        one = {"name": name, "type": kinds[about["type"]], "description": about["about"], "constraints": limits}
        if "unit" in about:
            one["unit"] = about["unit"]
        if about["type"] == "yes-no":
            one |= {"trueValues": ["yes"], "falseValues": ["no"]}
        if about["type"] == "time":
            one["format"] = "%Y-%m-%dT%H:%M"
        fields.append(one)
        if "refers_to" in about:
            target, _, key = about["refers_to"].partition(".")
            links.append({"fields": name, "reference": {"resource": target, "fields": key}})
    schema = {"fields": fields, "primaryKey": spec["key"]}
    if links and group == "tables":
        schema["foreignKeys"] = links
    return {
        "name": table.replace("_", "-") if group == "tables" else f"truth-{table.replace('_', '-')}",
        "path": path,
        "profile": "tabular-data-resource",
        "description": spec["about"],
        "encoding": _encoding(spec),
        "rows": rows,
        "sha256": hashlib.sha256(content).hexdigest(),
        "schema": schema,
    }


def load_company(name: str, folder: Path | str | None, tables: list[str] | None, allow_edited: bool) -> Company:
    """Read and check a company's files. `load_bank` and `load_utility` say what each argument means."""
    about = dictionary(name)
    folder = datasets_folder() / name if folder is None else Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"The folder {folder} is not there. {RESTORE}")
    if isinstance(tables, str):
        raise ValueError(f"`tables` must be a list of names, even for one table: tables=[{tables!r}].")
    wanted = list(about["tables"]) if tables is None else tables
    unknown = [table for table in wanted if table not in about["tables"]]
    if unknown:
        raise ValueError(
            f"{about['company']['title']} has no table {listed(unknown)}. It has {listed(about['tables'], most=40)}."
        )
    hashes = _shipped_hashes(folder)
    read = {
        group: {table: _read_table(folder, group, table, about[group][table], hashes, allow_edited) for table in names}
        for group, names in (("tables", wanted), ("truth", list(about["truth"])))
    }
    lost = orphans(read["tables"], about["tables"])
    if lost:
        raise ValueError(" ".join(lost))
    truth = read["truth"]
    return Company(
        name=name,
        title=about["company"]["title"],
        tables=read["tables"],
        truth=Truth(truth.pop("parameters").set_index("name"), truth.pop("estimands").set_index("name"), truth),
    )


def _shipped_hashes(folder: Path) -> dict[str, tuple[int, str]]:
    path = folder / "datapackage.json"
    if not path.is_file():
        raise FileNotFoundError(f"The data dictionary {path} is missing. {RESTORE}")
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        return {one["path"]: (one["rows"], one["sha256"]) for one in package["resources"]}
    except (ValueError, KeyError, TypeError) as fault:
        raise ValueError(f"The data dictionary {path} was damaged ({fault}). {RESTORE}") from fault


def _read_table(folder: Path, group: str, table: str, spec: dict, hashes: dict, allow_edited: bool) -> pd.DataFrame:
    path = folder / ("truth" if group == "truth" else "") / file_name(table, spec)
    where = path.relative_to(folder.parent).as_posix()
    if not path.is_file():
        others = sorted(other.name for other in path.parent.glob(f"*{table[:4]}*"))
        found = f" (there is {listed(others)})" if others else ""
        raise FileNotFoundError(f"The file {where} is missing or was renamed{found}. {RESTORE}")
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
    except (EOFError, OSError, zlib.error) as fault:
        raise ValueError(f"The file {where} is damaged or was cut short ({fault}). {RESTORE}") from fault
    rows, digest = hashes.get(path.relative_to(folder).as_posix(), (None, None))
    same = hashlib.sha256(content).hexdigest() == digest
    frame = _parse(content, spec, where)
    if not same and not allow_edited:
        count = f"{len(frame):,} rows instead of {rows:,}" if rows != len(frame) else "other values than were shipped"
        raise ValueError(
            f"The file {where} has {count}: it was cut, edited or saved by another program. {RESTORE} "
            "To read it as it is, on purpose, pass allow_edited=True."
        )
    if not same:
        said = problems(frame, spec, where)
        if said:
            raise ValueError(" ".join(said))
    return frame


def _parse(content: bytes, spec: dict, where: str) -> pd.DataFrame:
    """Turn a file's text into a typed table, or say which column and rows cannot be read."""
    encoding = _encoding(spec)
    try:
        content.decode(encoding)  # pandas would notice a wrong byte only where it stands, in the middle of a table
        header = pd.read_csv(io.BytesIO(content), encoding=encoding, nrows=0).columns
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as fault:
        raise ValueError(f"The file {where} is not a table with commas in {encoding} ({fault}). {RESTORE}") from fault
    missing = [name for name in spec["fields"] if name not in header]
    extra = [name for name in header if name not in spec["fields"]]
    if missing:
        also = f" It has {listed(extra)} instead: was a column renamed?" if extra else ""
        raise ValueError(f"The file {where} has no column {listed(missing)}.{also} {RESTORE}")
    kinds = {name: about["type"] for name, about in spec["fields"].items()}
    dtypes = {}
    for name, about in spec["fields"].items():
        optional = about.get("optional", False)
        if kinds[name] in ("id", "integer"):
            dtypes[name] = "Int64" if optional else "int64"
        elif kinds[name] == "number":
            dtypes[name] = "float64"
        else:
            dtypes[name] = "str"
    # Only an empty cell is missing: a choice may well be the word "none".
    options = {"encoding": encoding, "usecols": list(kinds), "keep_default_na": False, "na_values": [""]}
    try:
        frame = pd.read_csv(io.BytesIO(content), dtype=dtypes, **options)
        for name, kind in kinds.items():
            if kind in ("date", "month", "time"):
                frame[name] = pd.to_datetime(frame[name], format="ISO8601").astype("datetime64[us]")
            elif kind == "choice":
                # what is not in the list gets code -1: missing, and `problems` says so
                choices = spec["fields"][name]["of"]
                frame[name] = pd.Categorical.from_codes(pd.Index(choices).get_indexer(frame[name]), choices)
            elif kind == "yes-no":
                yes = frame[name].eq("yes")
                if not (yes | frame[name].eq("no")).all():
                    raise ValueError(f"{name}: neither yes nor no")
                frame[name] = yes.astype("bool")
    except (ValueError, TypeError, OverflowError) as fault:
        said = _unreadable(pd.read_csv(io.BytesIO(content), dtype="str", **options), spec, where)
        raise ValueError(" ".join(said) or f"The file {where} cannot be read ({fault}). {RESTORE}") from fault
    frame = frame[list(spec["fields"])]
    return frame.copy() if len(spec["fields"]) > 50 else frame  # in one piece, as `typed` says


def _unreadable(text: pd.DataFrame, spec: dict, where: str) -> list[str]:
    said = []
    for name, about in spec["fields"].items():
        column = text[name]
        if about["type"] in ("id", "integer", "number"):
            numbers = pd.to_numeric(column, errors="coerce")
            bad, should = numbers.isna(), "a number"
            if about["type"] != "number":
                bad, should = bad | (numbers % 1 != 0), "a whole number"
        elif about["type"] == "yes-no":
            bad, should = ~column.isin(["yes", "no"]), "yes or no"
        elif about["type"] in ("date", "month", "time"):
            bad, should = pd.to_datetime(column, format="ISO8601", errors="coerce").isna(), "a date like 2024-01-31"
        else:
            continue
        bad &= column.notna() | (not about.get("optional", False))
        if bad.any():
            example = "empty" if pd.isna(column[bad].iloc[0]) else repr(column[bad].iloc[0])
            said.append(
                f"{where}: column {name!r} should be {should} but is {example} in {rows_text(bad, first=2)} "
                f"(row 1 is the header). {RESTORE}"
            )
    return said
