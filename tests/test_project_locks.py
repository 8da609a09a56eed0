"""pyproject.toml is the one place for dependencies: the locks and environment.yml follow it."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tools.lock import ENVIRONMENT, RUN_LOCK, TEST_LOCK, environment_yml, project

PROJECT = project()
RUN = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["lab"]]
TEST = PROJECT["dependency-groups"]["test"]
LOCKS = pytest.mark.parametrize("lock", [RUN_LOCK, TEST_LOCK], ids=["run", "test"])


def pins(lock: Path) -> list[Requirement]:
    """Return the pinned requirements of a lock, with their conditions on the system."""
    return [
        Requirement(line.rstrip(" \\")) for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line[:60]
    ]


@LOCKS
def test_a_lock_has_pins_and_hashes_and_nothing_else(lock):
    lines = lock.read_text(encoding="utf-8").splitlines()
    pin, fingerprint = r"[\w.-]+==[\w.]+( ;.+)? \\$", r"    --hash=sha256:[0-9a-f]{64}( \\)?$"
    assert [line for line in lines if not re.match(f"{pin}|{fingerprint}", line)] == []
    followed = zip(lines, [*lines[1:], ""], strict=True)
    assert [line for line, following in followed if "==" in line and "--hash" not in following] == []


@LOCKS
def test_one_version_of_each_package_for_all_pythons(lock):
    names = [pin.name for pin in pins(lock)]
    assert len(names) == len(set(names)) > 100


def test_the_tests_run_on_what_a_student_runs():
    assert {str(pin) for pin in pins(RUN_LOCK)} <= {str(pin) for pin in pins(TEST_LOCK)}


@pytest.mark.parametrize(("lock", "wanted"), [(RUN_LOCK, RUN), (TEST_LOCK, TEST)], ids=["run", "test"])
def test_the_locks_follow_pyproject(lock, wanted):
    versions = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in pins(lock)}
    stale = [
        text
        for text in wanted
        if versions.get(canonicalize_name(Requirement(text).name), "") not in Requirement(text).specifier
    ]
    assert stale == [], "Type: python course.py lock"


def test_lab_installs_only_what_running_needs():
    named = {canonicalize_name(pin.name) for pin in pins(RUN_LOCK)}
    only_tests = {
        "pytest",
        "nbval",
        "jupytext",
        "hypothesis",
        "ruff",
        "playwright",
        "uv",
        "frictionless",
    }
    assert named & only_tests == set()


@pytest.mark.locked
def test_the_installed_set_is_complete():
    """Installing takes the locks at their word (--no-deps), so each package must find all that it asks for."""
    missing = []
    for pin in pins(TEST_LOCK):
        if pin.marker and not pin.marker.evaluate():
            continue
        for text in metadata.requires(pin.name) or []:
            need = Requirement(text)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                try:
                    installed = metadata.version(need.name)
                except metadata.PackageNotFoundError:
                    installed = "nothing"
                if installed == "nothing" or not need.specifier.contains(installed, prereleases=True):
                    missing.append(f"{pin.name} needs {need}, there is {installed}")
    assert missing == []


def test_environment_yml_is_the_generated_one():
    assert ENVIRONMENT.read_text(encoding="utf-8") == environment_yml(PROJECT), "Type: python course.py lock"


def test_environment_yml_has_the_names_and_ranges_of_pyproject():
    content = yaml.safe_load(ENVIRONMENT.read_text(encoding="utf-8"))
    asked = dict(entry.split(" ", 1) for entry in content["dependencies"] if isinstance(entry, str) and " " in entry)
    python = SpecifierSet(asked.pop("python"))
    asked["duckdb"] = asked.pop("python-duckdb")  # on conda-forge, duckdb alone is the program for the command line
    assert {name: SpecifierSet(ranges) for name, ranges in asked.items()} == {
        Requirement(text).name: Requirement(text).specifier for text in RUN
    }
    assert "3.11" in python
    assert "3.10" not in python
    assert {"pip": ["-e ."]} in content["dependencies"]
    assert content["channels"] == ["conda-forge", "nodefaults"]


@pytest.mark.parametrize(
    ("name", "bundled"),
    [
        ("numpy", "2.4.0"),
        ("pandas", "3.0.2"),
        ("matplotlib", "3.10.0"),
        ("statsmodels", "0.14.6"),
        ("scikit-learn", "1.8.0"),
        ("duckdb", "1.5.0"),
    ],
)
def test_the_browser_edition_of_python_satisfies_the_lower_bounds(name, bundled):
    """`bundled` is what Pyodide for Python 3.14 has; a higher bound would shut out an edition without installation."""
    (requirement,) = (Requirement(text) for text in [*RUN, *TEST] if Requirement(text).name == name)
    assert bundled in requirement.specifier
