"""The two companies: simulated from a documented model, shipped as files, with the truth recorded."""

from __future__ import annotations

from pathlib import Path

from crmlib.companies._store import Company, Truth, datasets_folder, dictionary, load_company, write_company

__all__ = [
    "Company",
    "OwnTransactions",
    "Truth",
    "build_datasets",
    "load_bank",
    "load_utility",
    "read_transactions",
    "simulate_bank",
    "simulate_utility",
]


def load_bank(folder: Path | str | None = None, tables: list[str] | None = None, allow_edited: bool = False) -> Company:
    """Load Harbour Bank, the sample bank, from the files that the course ships.

    Parameters
    ----------
    folder : where the files are; None takes the course's own `datasets/bank`.
    tables : names of the tables to read; None reads all (about two seconds).
    allow_edited : read files that differ from the shipped ones (their columns, types and ranges are still checked).

    Returns
    -------
    Company with plain frames as attributes (`bank.customers`: one row per customer who ever bought, ...) and `truth`.

    Raises
    ------
    FileNotFoundError if a file is missing or renamed; ValueError if one was cut or edited, names an unknown table, lacks
    a column or holds a value of the wrong type. Each message says what to do.

    >>> bank = load_bank(tables=["branches"])
    >>> bank.branches.shape[0] >= 30
    True
    """
    return load_company("bank", folder, tables, allow_edited)


def load_utility(
    folder: Path | str | None = None, tables: list[str] | None = None, allow_edited: bool = False
) -> Company:
    """Load Delta Power, the sample electricity retailer, from the files that the course ships.

    Parameters
    ----------
    folder : where the files are; None takes the course's own `datasets/utility`.
    tables : names of the tables to read; None reads all.
    allow_edited : read files that differ from the shipped ones (their columns, types and ranges are still checked).

    Returns
    -------
    Company with plain frames as attributes (`utility.customers`: one row per customer, ...) and `truth`.

    Raises
    ------
    FileNotFoundError if a file is missing or renamed; ValueError if one was cut or edited, names an unknown table, lacks
    a column or holds a value of the wrong type. Each message says what to do.

    >>> utility = load_utility(tables=["customers"])
    >>> sorted(utility.customers["class"].unique())
    ['commercial', 'industrial', 'residential']
    """
    return load_company("utility", folder, tables, allow_edited)


def build_datasets(folder: Path | str | None = None) -> list[Path]:
    """Simulate both companies with their shipped size and seed and write their files; return the files written."""
    from crmlib.companies.bank import simulate_bank
    from crmlib.companies.utility import simulate_utility

    folder = datasets_folder() if folder is None else Path(folder)
    written = []
    for name, simulate in (("bank", simulate_bank), ("utility", simulate_utility)):
        shipped = dictionary(name)["company"]
        company = simulate(customers=shipped["customers"], seed=shipped["seed"])
        written += write_company(company, folder / name)
    return written


def __getattr__(name: str):
    # What a reader of the shipped files does not need loads when first used.
    if name in ("OwnTransactions", "read_transactions"):
        from crmlib.companies import own

        return getattr(own, name)
    if name == "simulate_bank":
        from crmlib.companies.bank import simulate_bank

        return simulate_bank
    if name == "simulate_utility":
        from crmlib.companies.utility import simulate_utility

        return simulate_utility
    raise AttributeError(f"module 'crmlib.companies' has no attribute {name!r}")
