"""Arguments and files that the utility cannot work with: a sentence that says what to do."""

from __future__ import annotations

import shutil

import pytest

from crmlib.companies import load_utility, write_company
from crmlib.companies.utility import simulate_utility


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"customers": 0}, "`customers` is 0, but the model needs at least 300"),
        ({"customers": -5}, "at least 300"),
        ({"customers": 3000.0}, "`customers` must be a whole number"),
        ({"customers": "3000"}, "`customers` must be a whole number"),
        ({"customers": True}, "`customers` must be a whole number"),
        ({"seed": -1}, "`seed` is -1, but it must be zero or more"),
        ({"seed": 1.5}, "`seed` must be a whole number"),
    ],
)
def test_impossible_arguments(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        simulate_utility(**arguments)


def test_the_smallest_company_works_with_many_seeds():
    for seed in range(12):
        company = simulate_utility(customers=300, seed=seed, hourly=seed < 5)
        assert len(company.customers) == 300
        assert company.truth.estimands["value"].notna().all()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("companies") / "utility"
    write_company(simulate_utility(customers=300, seed=1), folder)
    return folder


@pytest.fixture
def files(written, tmp_path):
    return shutil.copytree(written, tmp_path / "utility")


def test_untouched_files_load(files):
    assert len(load_utility(files).customers) == 300
    assert list(load_utility(files, tables=["tariffs"]).tables) == ["tariffs"]


def test_a_missing_table_of_load(files):
    (files / "load_hourly.csv.gz").unlink()
    with pytest.raises(FileNotFoundError, match=r"load_hourly\.csv\.gz is missing or was renamed"):
        load_utility(files)


def test_an_unknown_table():
    with pytest.raises(ValueError, match=r"Delta Power has no table 'branches'\. It has 'customers'"):
        load_utility(tables=["branches"])


def test_an_edited_tariff(files):
    path = files / "tariffs.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.78", "0,78"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"tariffs\.csv"):
        load_utility(files)


def test_a_price_that_is_not_a_number(files):
    path = files / "tariffs.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.78", "dear"), encoding="utf-8")
    with pytest.raises(ValueError, match="column 'price_peak' should be a number but is 'dear' in 1 row"):
        load_utility(files, allow_edited=True)
