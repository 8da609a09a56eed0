"""Write requirements.lock, tests/requirements.lock and environment.yml from pyproject.toml.

    python -m tools.lock             keep every pinned version that still fits
    python -m tools.lock --upgrade   take the newest versions

The locks hold one version of each package for all supported systems and Pythons, with hashes and without addresses:
what a student runs is then what the tests ran. uv resolves; environment.yml needs no resolving and is only translated.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
RUN_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "tests" / "requirements.lock"
ENVIRONMENT = ROOT / "environment.yml"

ON_CONDA = {"duckdb": "python-duckdb"}  # all other packages have the same name on conda-forge

OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--fork-strategy=fewest",  # one version for all Pythons, instead of the newest for each
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--quiet",
    # An optional check of addresses in JSON that nothing here asks for; where it is installed, it builds a grammar for two
    # seconds in every process that reads a notebook.
    "--no-emit-package=rfc3987-syntax",
    "--no-emit-package=lark",
)


def project() -> dict:
    """Return pyproject.toml as a dict."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def environment_yml(project: dict) -> str:
    """Return the text of environment.yml: what running the course needs."""
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["lab"]]
    requirements = [Requirement(text) for text in wanted]
    packages = {ON_CONDA.get(requirement.name, requirement.name): requirement.specifier for requirement in requirements}
    lines = [
        "# Made from pyproject.toml by `python -m tools.lock`: do not edit. For conda and Binder.",
        "name: crm-course",
        "channels:",
        "  - conda-forge",
        "  - nodefaults",
        "dependencies:",
        f"  - python {project['project']['requires-python']},<3.15",
        "  - pip",
        *(f"  - {name} {packages[name]}".rstrip() for name in sorted(packages)),
        "  - pip:",
        "      - -e .",
    ]
    return "\n".join(lines) + "\n"


def compile_lock(lock: Path, *arguments: str) -> None:
    """Let uv resolve pyproject.toml into `lock`."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise SystemExit("uv is needed to write the locks. Type: python course.py lock")
    subprocess.run(
        [
            uv,
            "pip",
            "compile",
            "pyproject.toml",
            *OPTIONS,
            *arguments,
            "--output-file",
            lock.relative_to(ROOT).as_posix(),
        ],
        cwd=ROOT,
        check=True,
    )
    # uv names the packages that were left out in a comment at the end.
    lines = lock.read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith("#")]
    lock.write_text("\n".join(pinned) + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.lock", description=__doc__.splitlines()[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []

    compile_lock(RUN_LOCK, "--group=lab", *upgrade)
    # The run lock is a constraint, so that the tests run on exactly what a student runs.
    compile_lock(TEST_LOCK, "--group=lab", "--group=test", "--constraint=requirements.lock", *upgrade)
    ENVIRONMENT.write_text(environment_yml(project()), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
