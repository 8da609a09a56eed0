"""How course.py makes .venv, when it leaves it alone, and what it says when a step fails."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path, PurePosixPath

import pytest

import course


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """A course folder, with a space and a Chinese word in its name, that has all that an installation reads."""
    folder = tmp_path / "crm 课程"
    for name in ("crmlib/__init__.py", "requirements.lock", "tests/requirements.lock", "pyproject.toml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, folder / name)  # the installers read pyproject.toml for settings, even unasked
    return folder


@pytest.fixture
def steps(folder: Path, monkeypatch) -> list[list[str]]:
    """The steps that course.py would run; instead of them, a real but empty environment that knows crmlib is made."""
    steps = []

    def step(root, title, command):
        steps.append([str(word) for word in command])
        if "venv" in steps[-1]:
            make_environment(Path(steps[-1][-1]))

    def make_environment(place):
        venv.create(place, with_pip=False)
        (site_packages(place) / "pip").mkdir()
        (site_packages(place) / "crmlib.pth").write_text(str(folder), encoding="utf-8")

    monkeypatch.setattr(course, "run_step", step)
    monkeypatch.setattr(course.shutil, "which", lambda name: None)
    return steps


def site_packages(place: Path) -> Path:
    return next(path for lib in ("Lib/site-packages", "lib/python*/site-packages") for path in place.glob(lib))


def test_first_start_installs_with_hashes_and_then_crmlib(folder, steps):
    course.prepare(folder)
    make, packages, own = steps
    assert make[1:] == ["-m", "venv", str(folder / ".venv")]
    assert {"--require-hashes", "--only-binary", str(folder / "requirements.lock")} <= set(packages)
    assert {"--no-deps", "--no-build-isolation", "--no-index", "-e", str(folder)} <= set(own)


def test_second_start_runs_no_step(folder, steps):
    course.prepare(folder)
    steps.clear()
    course.prepare(folder)
    assert steps == []


def test_tests_add_their_packages_once_and_lab_stays_ready(folder, steps):
    course.prepare(folder)
    steps.clear()
    course.prepare(folder, "test")
    assert [str(folder / "tests" / "requirements.lock") in step for step in steps] == [True, False]
    steps.clear()
    course.prepare(folder, "test")
    course.prepare(folder, "run")
    assert steps == []


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_changed_pins_are_installed_into_the_same_environment(folder, steps, changed):
    course.prepare(folder)
    steps.clear()
    (folder / changed).write_text("changed", encoding="utf-8")
    course.prepare(folder)
    assert len(steps) == 2
    assert not any("venv" in step for step in steps)


def test_a_failed_installation_is_not_taken_for_done(folder, steps, monkeypatch):
    make_step = course.run_step

    def fail(root, title, command):
        make_step(root, title, command)
        if "--require-hashes" in command:
            raise course.Stop("no network")

    with monkeypatch.context() as patch:
        patch.setattr(course, "run_step", fail)
        with pytest.raises(course.Stop, match="no network"):
            course.prepare(folder)
    steps.clear()
    course.prepare(folder)
    assert len(steps) == 3


def test_a_moved_folder_gets_a_new_environment(folder, steps):
    course.prepare(folder)
    assert course.stamp_of(folder, folder / ".venv") != {}
    moved = folder.with_name("moved")
    shutil.move(folder, moved)
    assert course.stamp_of(moved, moved / ".venv") == {}


def test_an_environment_whose_python_is_gone_is_made_anew(folder, steps):
    course.prepare(folder)
    shutil.rmtree(course.python_of(folder / ".venv").parent)
    steps.clear()
    course.prepare(folder)
    assert "venv" in steps[0]


def test_uv_is_used_where_it_is(folder, steps, monkeypatch):
    monkeypatch.setattr(course.shutil, "which", lambda name: "/there/uv" if name == "uv" else None)
    course.prepare(folder)
    assert [step[:2] for step in steps] == [["/there/uv", "venv"], ["/there/uv", "pip"], ["/there/uv", "pip"]]


def test_wheels_given_or_beside_course_py_replace_the_network(folder, steps, tmp_path):
    given = tmp_path / "stick"
    given.mkdir()
    offline = ["--no-index", "--find-links"]
    assert course.package_source(folder, str(given)) == [*offline, given]
    assert course.package_source(folder, None) == []
    (folder / "wheels").mkdir()
    assert course.package_source(folder, None) == [*offline, folder / "wheels"]
    with pytest.raises(course.Stop, match=r"There is no folder .*nowhere"):
        course.package_source(folder, str(tmp_path / "nowhere"))


def test_nothing_outside_the_folder_is_read_or_written(folder, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("PIP_TARGET", "elsewhere")
    variables = course.surroundings(folder)
    assert "PYTHONPATH" not in variables
    assert "PIP_TARGET" not in variables
    written = [name for name in variables if re.match(r"JUPYTER\w*_DIR|IPYTHONDIR|MPLCONFIGDIR", name)]
    assert len(written) == 7
    assert all(Path(variables[name]).is_relative_to(folder / ".venv") for name in written)


# --- What a failed step says. Real processes, and the real installers where they can be made to fail here. ---


def failure(folder: Path, *command: object) -> str:
    with pytest.raises(course.Stop) as stop:
        course.run_step(folder, "Trying", list(command))
    assert str(folder / "course.log") in str(stop.value)
    assert (folder / "course.log").stat().st_size > 0
    return str(stop.value)


@pytest.fixture(params=["pip", "uv"])
def install(request) -> list[object]:
    """The start of an install command into a throw-away place."""
    if request.param == "uv":
        uv = Path(sys.executable).with_name("uv.exe" if course.WINDOWS else "uv")
        if not uv.exists():
            pytest.skip("uv is not in this environment")
        return [uv, "pip", "install", "--python", sys.executable, "--no-cache"]
    pytest.importorskip("pip", reason="this environment was made by uv, without pip")
    return [sys.executable, "-m", "pip", "install", "--no-cache-dir"]


def write_wheel(folder: Path) -> Path:
    """Write the smallest wheel there can be, so that the installers have something to check."""
    folder.mkdir()
    wheel = folder / "tinything-1.0-py3-none-any.whl"
    info = "tinything-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tinything.py", "")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tinything\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", f"tinything.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return wheel


def lock_of(folder: Path, fingerprint: str) -> None:
    (folder / "requirements.lock").write_text(f"tinything==1.0 --hash=sha256:{fingerprint}\n", encoding="utf-8")


def test_the_right_hash_installs_and_a_wrong_one_says_so(folder, install, tmp_path):
    wheel = write_wheel(tmp_path / "stick")
    source = [*course.package_source(folder, str(wheel.parent)), "--target", tmp_path / "there"]
    lock_of(folder, hashlib.sha256(wheel.read_bytes()).hexdigest())
    course.run_step(folder, "Trying", [*install, *source, *course.locked(folder, "run")])
    assert (tmp_path / "there" / "tinything.py").exists()

    lock_of(folder, "0" * 64)
    source[-1] = tmp_path / "elsewhere"
    said = failure(folder, *install, *source, *course.locked(folder, "run"))
    assert "A file is not the one that the course was tested with" in said
    assert not (tmp_path / "elsewhere" / "tinything.py").exists()


def test_no_network(folder, install, tmp_path, monkeypatch):
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "UV_INDEX", "UV_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_RETRIES", "1")  # by default both try for longer, with the same words in the end
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    lock_of(folder, "0" * 64)
    nobody = ["--index-url", "http://127.0.0.1:9", "--target", tmp_path / "there"]
    said = failure(folder, *install, *nobody, *course.locked(folder, "run"))
    assert "is this computer online?" in said
    assert "--wheels FOLDER" in said


def test_a_folder_of_packages_that_lacks_one(folder, install, tmp_path):
    (tmp_path / "stick").mkdir()
    lock_of(folder, "0" * 64)
    source = [*course.package_source(folder, str(tmp_path / "stick")), "--target", tmp_path / "there"]
    said = failure(folder, *install, *source, *course.locked(folder, "run"))
    assert f"no ready-made file for this computer (Python {sys.version_info[0]}.{sys.version_info[1]}" in said


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            "The virtual environment was not created successfully because ensurepip is not\n"
            "available.  On Debian/Ubuntu systems, you need to install the python3-venv\npackage",
            "sudo apt install python",
        ),
        ("/usr/bin/python3: No module named venv", "sudo apt install python"),
        ("Error: Command '['py', '-m', 'ensurepip']' returned non-zero exit status 1.", "sudo apt install python"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("OSError: [WinError 112] There is not enough space on the disk", "disk is full"),
        ("[WinError 5] Access is denied: 'C:\\\\Program Files\\\\crm'", "may not be written to"),
        ("[WinError 32] The process cannot access the file because it is being used by another process", "in use"),
        ("[WinError 206] The filename or extension is too long", "C:\\crm"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))", "secure connections"),
        ("socket.gaierror: [Errno 11001] getaddrinfo failed", "is this computer online?"),
        ("something nobody thought of", "delete the folder .venv"),
    ],
)
def test_advice(folder, output, said):
    assert said in failure(folder, sys.executable, "-c", f"print({output!r}); raise SystemExit(1)")


def test_a_long_folder_name_on_windows_stops_before_anything_is_installed(folder):
    long_name = Path("C:\\") / ("deep" * 30)
    with pytest.raises(course.Stop, match="too long for Windows"):
        course.check_folder(long_name, windows=True, takes_long_paths=lambda: False)
    course.check_folder(long_name, windows=True, takes_long_paths=lambda: True)
    course.check_folder(Path("C:\\crm"), windows=True, takes_long_paths=lambda: False)


@pytest.mark.locked
def test_the_room_kept_for_long_paths_is_enough_and_not_wasteful(root):
    """The longest path that the pinned packages bring, as it would be on Windows."""
    names = re.findall(r"^([\w.-]+)==", (root / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    longest = 0
    for name in names:
        with contextlib.suppress(metadata.PackageNotFoundError):  # pinned for another system
            for file in metadata.files(name) or []:
                parts = [part for part in PurePosixPath(file).parts if part != ".."]
                prefix = "\\.venv\\" if ".." in PurePosixPath(file).parts else "\\.venv\\Lib\\site-packages\\"
                longest = max(longest, len(prefix + "\\".join(parts)))
    assert longest <= course.LONGEST_PATH <= longest + 30


# --- JupyterLab ---


def settings_of(venv: Path) -> dict[str, dict]:
    return json.loads((venv / "share/jupyter/lab/settings/overrides.json").read_text(encoding="utf-8"))


def known_settings(plugin: str) -> dict[str, dict]:
    """Return what JupyterLab's own description of a plugin says of its settings."""
    package, name = plugin.split(":")
    schema = Path(sys.prefix) / "share/jupyter/lab/schemas" / package / f"{name}.json"
    return json.loads(schema.read_text(encoding="utf-8"))["properties"]


def test_the_news_question_is_off_by_settings_that_jupyterlab_knows(tmp_path):
    course.set_jupyter(tmp_path)
    quiet = settings_of(tmp_path)["@jupyterlab/apputils-extension:notification"]
    known = known_settings("@jupyterlab/apputils-extension:notification")
    assert quiet["fetchNews"] in [choice["const"] for choice in known["fetchNews"]["oneOf"]]
    assert quiet["checkForUpdates"] is False
    assert known["checkForUpdates"]["type"] == "boolean"


def test_texts_are_shown_as_pages_by_a_setting_and_a_viewer_that_jupyterlab_knows(tmp_path):
    course.set_jupyter(tmp_path)
    shown = settings_of(tmp_path)["@jupyterlab/docmanager-extension:plugin"]
    assert set(shown) <= set(known_settings("@jupyterlab/docmanager-extension:plugin"))
    (viewer,) = shown["defaultViewers"].values()
    programs = (Path(sys.prefix) / "share/jupyter/lab/static").glob("*.js")
    assert any(f'"{viewer}"' in file.read_text(encoding="utf-8") for file in programs)


def test_an_environment_that_was_installed_earlier_gets_new_settings(folder, steps):
    course.prepare(folder)
    file = folder / ".venv/share/jupyter/lab/settings/overrides.json"
    wanted = file.read_bytes()
    file.write_text("{}", encoding="utf-8")
    steps.clear()
    course.prepare(folder)
    assert file.read_bytes() == wanted
    assert steps == []


@pytest.fixture
def started(folder, steps, monkeypatch) -> list[list[str]]:
    """The commands that would have taken over the screen."""
    started = []
    monkeypatch.setattr(
        course, "run_on_screen", lambda root, command: started.append([str(word) for word in command]) or 0
    )
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "00_welcome.ipynb").write_text("{}", encoding="utf-8")
    return started


def test_lab_opens_the_students_copy_of_the_welcome_notebook(folder, started):
    assert course.main(["lab", "--no-browser", "--IdentityProvider.token=x"], folder) == 0
    (command,) = started
    assert command[:3] == [str(course.python_of(folder / ".venv")), "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={folder / 'my-work'}" in command
    assert "--LabApp.default_url=/lab/tree/00_welcome.ipynb" in command
    assert {"--no-browser", "--IdentityProvider.token=x"} <= set(command)
    assert (folder / "my-work" / "00_welcome.ipynb").exists()


def test_lab_for_instructors_opens_the_guide(folder, started, capsys):
    (folder / "instructor").mkdir()
    (folder / "instructor" / "guide.md").write_text("# Guide", encoding="utf-8")
    assert course.main(["lab"], folder) == 0
    assert not (folder / "my-work" / "instructor").exists()
    assert course.main(["lab", "--instructor"], folder) == 0
    assert "--LabApp.default_url=/lab/tree/instructor/guide.md" in started[-1]
    (folder / "my-work" / "instructor" / "guide.md").write_text("# Mine", encoding="utf-8")
    assert course.main(["lab", "--instructor"], folder) == 0
    assert "guide.md" not in capsys.readouterr().out
    (folder / "instructor" / "guide.md").write_text("# A newer one", encoding="utf-8")
    assert course.main(["lab", "--instructor"], folder) == 0
    assert "instructor/guide.md has changed in the course. Yours is kept" in capsys.readouterr().out


def test_no_command_means_lab(folder, started):
    assert course.main([], folder) == 0
    assert "jupyterlab" in started[0]


def test_a_busy_port_is_told_and_the_next_one_taken(folder, started, capsys):
    with course.socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        busy = other.getsockname()[1]
        course.main(["--port", str(busy)], folder)
    taken = int(re.search(r"--ServerApp.port=(\d+)", " ".join(started[0])).group(1))
    assert taken > busy
    assert f"Port {busy} is in use" in capsys.readouterr().out


def test_test_hands_its_words_to_pytest(folder, started):
    course.main(["test", "-k", "pyramid", "-x"], folder)
    assert started[0][1:] == ["-m", "pytest", "-k", "pyramid", "-x"]


def test_lowest_versions_have_an_environment_of_their_own(folder, started, steps):
    course.main(["test", "--lowest"], folder)
    assert any("lowest-direct" in step for step in steps)
    assert started[0][0].startswith(str(folder / ".venv-lowest"))
    assert "not browser and not locked" in started[0]


def test_update_brings_the_packages_and_the_new_lessons(folder, steps, capsys):
    (folder / "notebooks").mkdir(exist_ok=True)
    (folder / "notebooks" / "17_new.ipynb").write_text("{}", encoding="utf-8")
    assert course.main(["update"], folder) == 0
    assert steps
    assert (folder / "my-work" / "17_new.ipynb").exists()
    assert "python course.py lab" in capsys.readouterr().out


def test_a_handout_is_found_by_its_number_with_and_without_a_zero(folder, started):
    (folder / "notebooks").mkdir(exist_ok=True)
    (folder / "notebooks" / "02_new.ipynb").write_text("{}", encoding="utf-8")
    for number in ("02", "2"):
        assert course.main(["handout", number], folder) == 0
        assert started[-1][-1].endswith("02_new.ipynb")


@pytest.fixture
def printable(folder, started) -> Path:
    """A folder with something of each kind that can be printed."""
    for name in (
        "notebooks/02_new.ipynb", "exercises/solutions/02_new.ipynb", "instructor/02_new.md", "instructor/guide.md",
        "instructor/case_12_places.md", "instructor/case_13_wins.md",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("word", "page", "code"),
    [
        ("02", "02_new", False),
        ("key_02", "key_02_new", True),
        ("note_02", "note_02_new", False),
        ("Guide", "guide", False),
        ("case_12", "case_12_places", False),
    ],
)
def test_a_handout_is_found_by_its_word(printable, started, word, page, code):
    assert course.main(["handout", word], printable) == 0
    command = started[-1]
    assert command[command.index("--output") + 1] == page
    assert ("--no-input" not in command) == code


@pytest.mark.parametrize(
    ("words", "said"),
    [([], ""), (["case"], "names several: case_12_places, case_13_wins"), (["letter"], "nothing that can be printed")],
)
def test_without_one_clear_word_handout_lists_what_there_is(printable, started, capsys, words, said):
    assert course.main(["handout", *words], printable) == 1
    shown = capsys.readouterr()
    assert said in shown.out
    assert "00, 02, note_02, case_12_places, case_13_wins, guide, key_02" in shown.err
    assert started == []


def test_a_text_is_printed_with_its_table_and_its_links(tmp_path, monkeypatch):
    """The real nbconvert, on a text that has what the guide has."""
    source = tmp_path / "instructor" / "guide.md"
    source.parent.mkdir()
    text = "# Guide\n\n[below](#the-tournament)\n\n| a | b |\n|---|---|\n| 1 | **2** |\n\n## The tournament\n"
    source.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(course, "prepare", lambda *_, **__: None)
    monkeypatch.setattr(course, "python_of", lambda venv: Path(sys.executable))
    assert course.main(["handout", "guide"], tmp_path) == 0
    page = (tmp_path / "handouts" / "guide.html").read_text(encoding="utf-8")
    assert "<strong>2</strong>" in page
    assert 'href="#The-tournament"' in page
    assert 'id="The-tournament"' in page


@pytest.mark.parametrize(
    ("words", "said"), [(["lap"], "no command 'lap'"), (["update", "--fast"], "update does not know --fast")]
)
def test_a_mistyped_command_is_answered_in_a_sentence(folder, words, said, capsys):
    assert course.main(words, folder) == 1
    assert said in capsys.readouterr().err


def test_help_runs_without_anything_installed(root):
    # -S and -I: no package of this environment can be found
    answer = subprocess.run([sys.executable, "-I", "-S", root / "course.py", "--help"], capture_output=True, text=True)
    assert answer.returncode == 0
    assert "python course.py reset 02" in answer.stdout
