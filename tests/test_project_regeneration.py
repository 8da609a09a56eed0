"""The shipped data are what the companies' models and seeds give."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import platform
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tools.build import build_data


def content(file: Path) -> bytes:
    """Return the bytes inside a file: compressed forms of the same text may differ."""
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory) -> dict[str, Path]:
    """Return {name: file} of the data, written anew."""
    folder = tmp_path_factory.mktemp("rebuilt")
    build_data(folder)
    made = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    assert len(made) > 10
    return made


def test_every_shipped_table_comes_from_the_model(root, rebuilt):
    tables = (".csv", ".csv.gz", ".json")
    shipped = [file for file in (root / "datasets").rglob("*") if file.name.endswith(tables)]
    assert {file.relative_to(root).as_posix() for file in shipped} == {
        name for name in rebuilt if name.endswith(tables)
    }


@pytest.mark.locked
@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="another processor or mathematics library may round the last digit otherwise",
)
def test_the_same_bytes_on_the_pinned_versions(root, rebuilt):
    different = [name for name, file in rebuilt.items() if content(file) != content(root / name)]
    assert different == [], "Type: python course.py build data"


def compare(new: Path, shipped: Path) -> None:
    """Compare two files' values: whatever is a number may differ in its last digits, and nothing else."""
    if ".csv" in new.suffixes:
        tables = [pd.read_csv(file, low_memory=False) for file in (new, shipped)]
        pd.testing.assert_frame_equal(*tables, rtol=1e-6, atol=0.011)
    elif new.suffix == ".json":
        compare_values(*(json.loads(content(file)) for file in (new, shipped)), shipped.name)
    else:
        assert content(new) == content(shipped), shipped.name


def compare_values(new: Any, shipped: Any, where: str) -> None:
    """Compare what a JSON file holds, leaf by leaf."""
    assert type(new) is type(shipped), where
    if isinstance(new, dict):
        assert new.keys() == shipped.keys(), where
        for name in new.keys() - {"sha256"}:  # the fingerprint of a table: another last digit gives quite another one
            compare_values(new[name], shipped[name], f"{where}/{name}")
    elif isinstance(new, list):
        assert len(new) == len(shipped), where
        for place, pair in enumerate(zip(new, shipped, strict=True)):
            compare_values(*pair, f"{where}/{place}")
    else:
        assert new == (pytest.approx(shipped, rel=1e-6) if isinstance(new, float) else shipped), where


def test_the_same_values_on_any_version(root, rebuilt):
    for name, file in rebuilt.items():
        if content(file) != content(root / name):
            compare(file, root / name)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ('"rows": 36', '"rows": 36', True),
        ('"rows": 36', '"rows": 37', False),
        ('"mean": 0.5', '"mean": 0.5000000001', True),
        ('"mean": 0.5', '"mean": 0.51', False),
        ('"name": "rates"', '"name": "fees"', False),
        ('"sha256": "ab12"', '"sha256": "cd34"', True),
        ('"required": true', '"required": 1', False),
        ('"fields": [1, 2]', '"fields": [1, 2, 3]', False),
    ],
)
def test_what_counts_as_the_same(tmp_path, old, new, same):
    files = [tmp_path / name for name in ("old.json", "new.json")]
    for file, text in zip(files, (old, new), strict=True):
        file.write_text(f'{{"resources": [{{{text}}}]}}', encoding="utf-8")
    with contextlib.nullcontext() if same else pytest.raises(AssertionError):
        compare(*files)


def test_a_text_of_another_wording_is_not_the_same(tmp_path):
    files = [tmp_path / name for name in ("old.md", "new.md")]
    for file, text in zip(files, ("26 members", "27 members"), strict=True):
        file.write_text(text, encoding="utf-8")
    with pytest.raises(AssertionError):
        compare(*files)


def test_each_shipped_table_has_the_fingerprint_on_record(root):
    for package in (root / "datasets").glob("*/datapackage.json"):
        for table in json.loads(package.read_text(encoding="utf-8"))["resources"]:
            assert hashlib.sha256(content(package.parent / table["path"])).hexdigest() == table["sha256"], table["path"]
