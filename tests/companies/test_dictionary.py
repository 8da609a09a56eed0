"""The data dictionaries, read by a tool that we did not write: Frictionless finds every file as `datapackage.json` describes it."""

from __future__ import annotations

import csv
import gzip
import inspect
import itertools
import json
from pathlib import Path

import frictionless
import pytest

from crmlib.companies import _store, load_bank, simulate_bank, simulate_utility

HEAD = 300  # rows read per file: Frictionless checks some ten thousand a second, pandas the rest (`test_data.py`)


@pytest.mark.parametrize("company", ["bank", "utility"])
def test_frictionless_reads_the_heads_of_all_files(root, company):
    folder = root / "datasets" / company
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    bad = {}
    for resource in descriptor["resources"]:
        resource["schema"].pop(
            "foreignKeys", None
        )  # a head cannot hold what it refers to; the loader checks all of them
        path = folder / resource["path"]
        opened = gzip.open if path.suffix == ".gz" else Path.open
        with opened(path, "rt", encoding=resource["encoding"], newline="") as file:
            head = list(itertools.islice(csv.reader(file), HEAD))
        report = frictionless.Resource(
            data=head, schema=frictionless.Schema.from_descriptor(resource["schema"])
        ).validate()
        if not report.valid:
            bad[resource["path"]] = [str(error.message) for error in report.tasks[0].errors][:3]
    assert bad == {}


@pytest.mark.parametrize("company", ["bank", "utility"])
def test_every_column_is_described(company):
    about = _store.dictionary(company)
    for group in ("tables", "truth"):
        for table, spec in about[group].items():
            assert spec["about"], table
            assert set(spec["key"]) <= set(spec["fields"]), table
            for column, field in spec["fields"].items():
                assert len(field["about"]) >= 3, (table, column)
                if field["type"] == "number":
                    assert "decimals" in field, (table, column)
                if "refers_to" in field and group == "tables":
                    target, _, key = field["refers_to"].partition(".")
                    assert key in about["tables"][target]["fields"], (table, column)


def test_all_files_together_are_small_enough_to_download(root):
    total = sum(file.stat().st_size for file in (root / "datasets").rglob("*") if file.is_file())
    assert total < 40e6


@pytest.mark.parametrize(("company", "simulate"), [("bank", simulate_bank), ("utility", simulate_utility)])
def test_the_default_company_is_the_shipped_one(company, simulate):
    defaults = inspect.signature(simulate).parameters
    shipped = _store.dictionary(company)["company"]
    assert defaults["seed"].default == shipped["seed"]
    assert defaults["customers"].default == shipped["customers"]


def test_a_student_may_add_a_column_to_a_wide_table():
    """pandas warns (an error in these tests) where a frame of many columns lies in pieces."""
    for company in (load_bank(tables=["survey"]), simulate_bank(customers=300, seed=1)):
        survey = company.survey
        survey["gap"] = survey["p_tan1"] - survey["e_tan1"]
        assert survey["gap"].between(-6, 6).all()
