"""Who may import whom inside crmlib, and what `import crmlib` costs."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


def lint_imports(folder: Path) -> tuple[int, str]:
    """Run import-linter on the crmlib in `folder`; return its exit code and report."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    utf8 = dict(os.environ, PYTHONUTF8="1")
    answer = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", env=utf8)
    return answer.returncode, answer.stdout + answer.stderr


def test_crmlib_keeps_the_contract(root):
    code, report = lint_imports(root)
    assert code == 0, report
    assert re.search(r"Contracts: 4 kept, 0 broken", report)


@pytest.fixture
def house(root, tmp_path) -> Path:
    """A small crmlib with every kind of room, under the real contract, that keeps it."""
    (tmp_path / "pyproject.toml").write_text((root / "pyproject.toml").read_text("utf-8"), encoding="utf-8")
    files = {
        "__init__.py": "",
        "_frames.py": "",
        "pyramid.py": "from crmlib._frames import check\nfrom crmlib.value import lifetime\n",
        "value.py": "import numpy\n",
        "companies/__init__.py": "from crmlib._frames import check\nfrom crmlib.companies import bank\n",
        "companies/bank.py": "from crmlib import _frames\n",
        "show/__init__.py": "from crmlib.pyramid import tiers\n",
        "practice/__init__.py": "from crmlib.companies import load_bank\nfrom crmlib import show, pyramid\n",
    }
    for name, text in files.items():
        (tmp_path / "crmlib" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "crmlib" / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_contract_allows_what_it_should(house):
    code, report = lint_imports(house)
    assert code == 0, report


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("pyramid.py", "from crmlib.companies import load_bank"),
        ("pyramid.py", "from crmlib import show"),
        ("value.py", "import crmlib.practice"),
        ("value.py", "import crmlib"),
        ("companies/bank.py", "from crmlib.show import style"),
        ("companies/bank.py", "from crmlib import pyramid"),
        ("companies/__init__.py", "from crmlib import practice"),
        ("show/__init__.py", "from crmlib import practice"),
        ("show/__init__.py", "from crmlib.companies.bank import load"),
        ("_frames.py", "from crmlib import value"),
        ("_frames.py", "from crmlib import companies"),
        ("new_room.py", "import numpy"),
    ],
)
def test_the_contract_refuses(house, room, line):
    file = house / "crmlib" / room
    # inside a function, where imports of heavy libraries are welcome and could hide a wrong one
    file.write_text(
        (file.read_text("utf-8") if file.exists() else "") + f"\ndef late():\n    {line}\n", encoding="utf-8"
    )
    code, report = lint_imports(house)
    assert code == 1, report
    assert "BROKEN" in report or "not listed" in report.lower() or "not be in the contract" in report.lower(), report


def private_imports(file: Path, crmlib: Path) -> list[str]:
    """Return the private names that a module takes from another room."""
    room = file.relative_to(crmlib).parts[0].removesuffix(".py")
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("crmlib") or node.level:
            continue
        for alias in node.names:
            parts = [*node.module.split("."), alias.name][1:]
            if parts[0] not in (room, "_frames") and any(part.startswith("_") for part in parts):
                found.append(f"{file.name}: from {node.module} import {alias.name}")
    return found


def test_no_room_uses_the_private_names_of_another(root, tmp_path):
    files = sorted((root / "crmlib").rglob("*.py"))
    assert [name for file in files for name in private_imports(file, root / "crmlib")] == []

    wrong = tmp_path / "value.py"
    wrong.write_text(
        "from crmlib.pyramid import _cut\nfrom crmlib.show._style import x\nfrom crmlib._frames import _ok"
    )
    assert len(private_imports(wrong, tmp_path)) == 2


def test_import_crmlib_loads_no_heavy_library():
    heavy = {"scipy", "seaborn", "statsmodels", "sklearn", "ipywidgets", "anywidget", "matplotlib", "IPython"}
    show = "import crmlib, sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    answer = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.split())
    assert "crmlib" in loaded
    assert loaded & heavy == set()
