"""Notebooks, exercises and their sources belong together, and building one gives the same bytes each time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from crmlib.practice import scoring
from tests import kernels
from tools import build

LESSONS = build.sources()
EXERCISES = build.exercises()


def content(notebook):
    return [(cell.cell_type, cell.id, cell.metadata, cell.source) for cell in notebook.cells]


@pytest.mark.parametrize("source", LESSONS, ids=lambda source: source.stem)
def test_a_notebook_has_the_cells_of_its_source(source):
    stored = nbformat.read(LESSONS[source], as_version=4)
    wanted = build.read_source(source)
    assert content(stored) == content(wanted), f"Type: python course.py build {source.stem[:2]}"
    assert stored.metadata == wanted.metadata


@pytest.mark.parametrize("source", EXERCISES, ids=lambda source: source.stem)
def test_an_exercise_and_its_key_have_the_cells_of_their_master(source):
    for file, wanted in zip(
        (EXERCISES[source], build.key_of(EXERCISES[source])), build.exercise_notebooks(source), strict=True
    ):
        stored = nbformat.read(file, as_version=4)
        assert content(stored) == content(wanted), f"Type: python course.py build {source.stem[:2]}"
        assert stored.metadata == wanted.metadata


def test_every_notebook_has_a_source(root):
    assert set((root / "notebooks").glob("*.ipynb")) == {*LESSONS.values(), *build.reference_pages(root)}
    assert set((root / "exercises").glob("*.ipynb")) == set(EXERCISES.values())
    assert set((root / "exercises" / "solutions").glob("*.ipynb")) == set(map(build.key_of, EXERCISES.values()))


@pytest.mark.parametrize("notebook", LESSONS.values(), ids=lambda notebook: notebook.stem)
def test_a_notebook_was_run_from_top_to_bottom_without_a_complaint(notebook):
    code = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []


@pytest.mark.parametrize("source", [*LESSONS, *EXERCISES], ids=lambda source: f"{source.parts[-3]} {source.stem}")
def test_no_line_of_code_is_cut_off_on_the_page(source):
    code = [cell.source for cell in build.read_source(source).cells if cell.cell_type == "code"]
    assert [line for cell in code for line in cell.splitlines() if len(line) > 104] == []


@pytest.mark.parametrize("notebook", LESSONS.values(), ids=lambda notebook: notebook.stem)
def test_a_notebook_names_its_concepts(notebook):
    concepts = nbformat.read(notebook, as_version=4).metadata["crm"]["concepts"]
    assert isinstance(concepts, list)
    assert all(isinstance(concept, str) for concept in concepts)


SOURCE = """\
# ---
# jupyter:
#   crm:
#     concepts: [A1, B2.1]
# ---

# %% [markdown] lang="en" tags=["en"]
# # A lesson

# %% [markdown] lang="zh" tags=["zh"]
# # 一课

# %%
import os
2 + 2

# %%
2 + 2

# %%
2 + 2
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with one lesson."""
    (tmp_path / "notebooks" / "source").mkdir(parents=True)
    (tmp_path / "requirements.lock").write_text("", encoding="utf-8")
    (tmp_path / "crmlib").mkdir()
    (tmp_path / "crmlib" / "sql").mkdir()
    (tmp_path / "crmlib" / "value.py").write_text("", encoding="utf-8")
    (tmp_path / "crmlib" / "sql" / "gini.sql").write_text("", encoding="utf-8")
    write_source(tmp_path, SOURCE)
    return tmp_path


def write_source(project: Path, text: str) -> None:
    (project / "notebooks" / "source" / "00_lesson.py").write_text(text, encoding="utf-8")


def built(project: Path) -> Path:
    return project / "notebooks" / "00_lesson.ipynb"


def test_building_twice_gives_the_same_bytes(project):
    build.build(["00"], root=project)
    first = built(project).read_bytes()
    build.build(["00"], force=True, root=project)
    assert built(project).read_bytes() == first
    assert b"\r\n" not in first


def test_a_built_notebook_keeps_what_the_source_says_of_itself(project):
    build.build(["00"], root=project)
    notebook = nbformat.read(built(project), as_version=4)
    assert notebook.metadata["crm"] == {"concepts": ["A1", "B2.1"]}
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert set(notebook.metadata) == {"crm", "kernelspec", "language_info"}
    assert [cell.metadata.get("lang") for cell in notebook.cells[:2]] == ["en", "zh"]
    assert notebook.cells[2].outputs[0].data["text/plain"] == "4"


def test_a_change_in_one_cell_leaves_the_ids_of_the_others(project):
    source = project / "notebooks" / "source" / "00_lesson.py"
    before = [cell.id for cell in build.read_source(source).cells]
    write_source(project, SOURCE.replace("import os", "import sys"))
    after = [cell.id for cell in build.read_source(source).cells]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, True, False, True, True]
    assert len(set(after)) == len(after)


@pytest.mark.parametrize(
    "changed",
    [
        "notebooks/source/00_lesson.py",
        "crmlib/value.py",
        "crmlib/sql/gini.sql",
        "requirements.lock",
        "notebooks/00_lesson.ipynb",
    ],
)
def test_only_what_is_out_of_date_is_built(project, changed, monkeypatch):
    runs = []
    execute = build.execute
    monkeypatch.setattr(build, "execute", lambda notebook, folder: runs.append(folder) or execute(notebook, folder))
    build.build(["00"], root=project)
    build.build(["00"], root=project)
    assert len(runs) == 1
    with (project / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    build.build(["00"], root=project)
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("import ipywidgets\nipywidgets.IntSlider()", "cell 3 shows a widget: give it the tag nbval-ignore-output"),
        ("import warnings\nwarnings.warn('old', stacklevel=1)", "cell 3 prints a warning"),
        ("import pathlib\npathlib.Path.home()", "cell 3 shows a path of this computer"),
        ("object()", "cell 3 shows a memory address"),
        ("1 / 0", "division by zero"),
    ],
)
def test_a_cell_that_would_go_stale_or_differ_elsewhere_is_refused(project, cell, said):
    write_source(project, SOURCE.replace("import os\n2 + 2", cell))
    with pytest.raises(build.BuildError, match=said):
        build.build(["00"], root=project)
    assert not built(project).exists()


@pytest.mark.parametrize("home", [r"D:\people\lina", "/home/李娜"])
def test_a_path_is_noticed_on_windows_and_in_any_script(project, home, monkeypatch):
    monkeypatch.setattr(build.Path, "home", lambda: build.Path(home))
    write_source(project, SOURCE.replace("import os\n2 + 2", f"print({home + '/course'!r})"))
    with pytest.raises(build.BuildError, match="cell 3 shows a path of this computer"):
        build.build(["00"], root=project)


def test_a_tagged_widget_leaves_no_view_behind(project):
    widget = '# %% tags=["nbval-ignore-output"]\nimport ipywidgets\nipywidgets.IntSlider()\n'
    write_source(project, SOURCE + "\n" + widget)
    build.build(["00"], root=project)
    text = built(project).read_text(encoding="utf-8")
    assert "widget-view" not in text
    assert "widgets" not in json.loads(text)["metadata"]


MASTER = """\
# ---
# jupyter:
#   crm:
#     concepts: [A5]
#     exercise: "02"
# ---

# %% [markdown]
# {points q1}

# %%
"""


@pytest.fixture
def master(project) -> Path:
    """A small project with one exercise, of one solution for all the variables of exercise 02."""
    answers = "\n".join(f"{name} = 1" for name in scoring.variables("02").values())
    file = project / "exercises" / "source" / "02_exercise.py"
    file.parent.mkdir(parents=True)
    file.write_text(f"{MASTER}### BEGIN SOLUTION\n{answers}\n### END SOLUTION\n", encoding="utf-8")
    return file


def test_an_exercise_is_built_into_a_students_notebook_and_a_key_that_was_run(project, master):
    build.build(["02"], root=project)
    student = nbformat.read(project / "exercises" / "02_exercise.ipynb", as_version=4)
    key = nbformat.read(project / "exercises" / "solutions" / "02_exercise.ipynb", as_version=4)
    assert [cell.get("execution_count") for cell in student.cells] == [None, None]
    assert key.cells[1].execution_count == 1
    empty = key.cells[1].source.replace("= 1", "= ...")
    assert student.cells[1].source == empty.replace("recommendation = ...", 'recommendation = """\n...\n"""')


def test_an_exercise_is_built_anew_when_its_key_is_missing(project, master, capsys):
    build.build(["02"], root=project)
    build.build(["02"], root=project)
    assert "exercises/02_exercise.ipynb is up to date" in capsys.readouterr().out
    (project / "exercises" / "solutions" / "02_exercise.ipynb").unlink()
    build.build(["02"], root=project)
    assert (project / "exercises" / "solutions" / "02_exercise.ipynb").exists()


def test_a_master_with_a_slip_is_named(project, master):
    with master.open("a", encoding="utf-8") as file:
        file.write("\n# %%\n### BEGIN SOLUTION\n")
    with pytest.raises(build.BuildError, match=r"02_exercise\.py: a solution does not end"):
        build.build(["02"], root=project)


def test_an_unknown_lesson_is_named(project):
    with pytest.raises(build.BuildError, match="no source for 17"):
        build.build(["17"], root=project)


def test_the_project_runs_notebooks_in_order_and_sees_a_wrong_number(root, project):
    """Two notebooks under the project's own pytest options, each cell leaning on the one before; one stored number is off."""
    steps = "n = 1\n\n" + "\n".join(f"# %%\nn += 1\nprint(n, {index})\n" for index in range(8))
    for name in ("00_lesson", "01_other"):
        (project / "notebooks" / "source" / f"{name}.py").write_text(f"# %%\n{steps}", encoding="utf-8")
    build.build(["00", "01"], root=project)
    notebook = project / "notebooks" / "01_other.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace('"5 3', '"6 3'), encoding="utf-8", newline="\n")
    (project / "pyproject.toml").write_text((root / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    (project / "tests").mkdir()
    (project / "tests" / "nbval.cfg").write_text(
        (root / "tests" / "nbval.cfg").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (project / "tests" / "kernels.py").write_text(
        (root / "tests" / "kernels.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    command = [sys.executable, "-m", "pytest", "-q", "--color=no", "notebooks"]
    answer = subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8")
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "1 failed, 17 passed" in answer.stdout
    assert "01_other.ipynb::Cell 4" in answer.stdout


def test_a_kernel_that_dies_at_birth_is_started_again():
    calls = []

    def start(words):
        calls.append(words)
        if len(calls) < 3:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return "running"

    assert kernels.patiently(start)("python3") == "running"
    assert calls == ["python3"] * 3

    def other():
        raise RuntimeError("no such kernel")

    with pytest.raises(RuntimeError, match="no such kernel"):
        kernels.patiently(other)()
