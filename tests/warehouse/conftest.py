"""Both companies in a warehouse, opened once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmlib.companies import Company, load_bank, load_utility
from crmlib.warehouse import Warehouse, open_warehouse


@pytest.fixture(scope="session")
def bank() -> Company:
    return load_bank()


@pytest.fixture(scope="session")
def utility() -> Company:
    return load_utility()


@pytest.fixture(scope="session")
def of_bank(bank) -> Iterator[Warehouse]:
    with open_warehouse(bank.tables) as warehouse:
        yield warehouse


@pytest.fixture(scope="session")
def of_utility(utility) -> Iterator[Warehouse]:
    with open_warehouse(utility.tables, "utility") as warehouse:
        yield warehouse
