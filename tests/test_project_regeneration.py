"""The shipped data are what the companies' models and seeds give."""

from __future__ import annotations

import gzip
import json
import platform
import sys
from pathlib import Path

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


def test_the_same_values_on_any_version(root, rebuilt):
    for name, file in rebuilt.items():
        if content(file) == content(root / name):
            continue
        if ".csv" in name:
            pd.testing.assert_frame_equal(
                pd.read_csv(file, low_memory=False), pd.read_csv(root / name, low_memory=False), rtol=1e-6, atol=0.011
            )
        elif name.endswith(".json"):
            new, old = (json.loads(content(each)) for each in (file, root / name))
            assert new.keys() == old.keys(), name
