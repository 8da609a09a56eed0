#!/usr/bin/env python3
"""The one command of the course. Type it in a terminal, in the folder that holds this file.

    python course.py lab            open the course in the browser (also: python course.py)
    python course.py lab --instructor  the same, with the guide, the teaching notes and the keys
    python course.py test           run every test; more words are handed to pytest
    python course.py test --lowest  run the unit tests on the oldest versions that are allowed
    python course.py reset 02       a fresh copy of lesson 02; yours is kept under another name
    python course.py grade FOLDER   grade a class's exercises (for instructors): instructor/grading.md tells how
    python course.py tournament FOLDER  rank a class's plans for lesson 11 in unseen futures (for instructors)
    python course.py quizzes        the self-checks as files for Moodle and Canvas (for instructors)
    python course.py handout 02     lesson 02 as a page to print, without its code (--code: with it); also guide,
                                    grading, note_02, key_02, case_12; without a word: what there is
    python course.py update         after downloading a newer course: new packages, new lessons, your work untouched
    python course.py wheels         fill the folder wheels/, so that a classroom can install without network
    python course.py build          rebuild what is generated: notebooks and data (for authors)
    python course.py lock           pin the versions anew (for authors)

lab takes --port NUMBER, --no-browser and any option of JupyterLab; lab, test and update take --wheels FOLDER;
reset takes --exercise for the exercise of that lesson.

Everything is installed in the folder .venv beside this file and nothing outside it; deleting .venv undoes it.
Your own copies of the lessons are in my-work, and no command ever writes over what you changed there.
"""

# Only the standard library, and only words that an old Python can read: it must get far enough to say it is too old.

import argparse
import contextlib
import datetime
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).absolute().parent
OLDEST, NEWEST = (3, 11), (3, 14)  # what the packages in requirements.lock have ready-made files for
LONGEST_PATH = 170  # room for the longest path inside .venv, in characters; a test compares it with the real one
WINDOWS = os.name == "nt"

LOCKS = {"run": "requirements.lock", "test": "tests/requirements.lock"}
VENV, LOWEST_VENV, MY_WORK, LOG = ".venv", ".venv-lowest", "my-work", "course.log"


class Stop(Exception):
    """The course cannot go on; the text says why, and what to do next."""


def say(text):
    print(text, flush=True)


# --- Which Python -----------------------------------------------------------------------------------------------------


def dotted(version):
    return f"{version[0]}.{version[1]}"


def is_suitable(version, maxsize):
    return OLDEST <= tuple(version[:2]) <= NEWEST and maxsize > 2**32


def python_advice(version, windows=WINDOWS):
    """Return what to tell someone whose Python is too old, too new or 32-bit."""
    if version < OLDEST:
        problem = f"Python {dotted(OLDEST)} or newer is needed; this is Python {dotted(version)}."
    elif version > NEWEST:
        problem = (
            f"This is Python {dotted(version)}, too new for the course's packages: "
            f"Python {dotted(OLDEST)} to {dotted(NEWEST)} is needed."
        )
    else:
        problem = "This is a 32-bit Python; the course's packages need a 64-bit one."
    command = f"py -{dotted(NEWEST)}" if windows else f"python{dotted(NEWEST)}"
    return (
        f"{problem}\nGet Python {dotted(NEWEST)} (64-bit) from https://www.python.org/downloads/ "
        f"and then type:  {command} course.py lab"
    )


def find_python():
    """Return the command of a suitable Python elsewhere on this computer, or None."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        command = ["py", f"-3.{minor}"] if WINDOWS else [f"python3.{minor}"]
        if shutil.which(command[0]) is None:
            continue
        question = "import sys; print(*sys.version_info[:2], sys.maxsize)"
        answer = subprocess.run([*command, "-c", question], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        numbers = [int(word) for word in answer.stdout.split() if word.isdigit()]
        if answer.returncode == 0 and len(numbers) == 3 and is_suitable(numbers[:2], numbers[2]):
            return command
    return None


# --- Small things -----------------------------------------------------------------------------------------------------


def digest(*files):
    """Return one fingerprint of the contents of some files."""
    return digest_of(*(file.read_bytes() for file in files))


def digest_of(*contents):
    total = hashlib.sha256()
    for content in contents:
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def read_json(file):
    """Return what a small JSON file of ours holds; nothing where it is missing or was cut off."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write_json(file, content):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


# --- Running a step, and what to say when it fails --------------------------------------------------------------------

# What the output of a failed step contains, and what to do about it. The first match counts.
FAILURES = (
    (
        r"ensurepip is not\s+available|No module named '?(ensurepip|venv)\b|ensurepip.*returned non-zero",
        "This Python came without the parts that make an environment (venv and ensurepip).\n"
        "On Debian or Ubuntu type:  sudo apt install python{python}-venv\n"
        "Elsewhere get Python from https://www.python.org/downloads/. Then type the command again.",
    ),
    (
        r"DO NOT MATCH THE HASHES|Hash mismatch",
        "A file is not the one that the course was tested with: it was cut off or changed on its way.\n"
        "Type the command again; if it fails again, try another network.",
    ),
    (
        r"No space left|WinError 112|Errno 28",
        "The disk is full. The course needs about 1 GB. Make room and type the command again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|invalid peer certificate",
        "The network changes secure connections on their way (a filter of a company or school does this).\n"
        "Try another network, or ask your instructor for a folder of packages and add to the command:  --wheels FOLDER",
    ),
    (
        r"WinError 32|being used by another process",
        "Some files are in use. Close JupyterLab and what else uses this folder, and type the command again.",
    ),
    (
        r"WinError 206|filename or extension is too long|enable-long-paths",
        "The name of this folder is too long for Windows.\n"
        "Move the whole folder to a short place such as C:\\crm and type the command again.",
    ),
    (
        r"Permission denied|Access is denied|WinError 5\b",
        "This folder may not be written to.\n"
        "Move the whole folder to a place of your own, such as your documents, and type the command again.",
    ),
    (
        r"Name or service not known|name resolution|getaddrinfo failed|nodename nor servname|dns error"
        r"|NewConnectionError|new connection|Network is unreachable|Connection refused|ConnectionResetError"
        r"|ConnectTimeout|ReadTimeout|timed out|ProxyError|error sending request",
        "The packages could not be downloaded: is this computer online? Only the first start needs the network.\n"
        "Without network, ask your instructor for a folder of packages and add to the command:  --wheels FOLDER",
    ),
    (
        r"No matching distribution|Could not find a version|no wheels|no usable wheels|was not found in the",
        "There is no ready-made file for this computer (Python {python}, {system}) where it was looked for.\n"
        "A folder of packages must have been filled on the same kind of computer with the same Python version.",
    ),
)


def advice(output):
    """Return what to do about a failed step, from what it printed."""
    for pattern, text in FAILURES:
        if re.search(pattern, output, re.IGNORECASE):
            return text.format(python=dotted(sys.version_info), system=sys.platform)
    return f"Type the command again; if it fails again, delete the folder {VENV} and start anew."


def surroundings(root):
    """Return the environment variables for what runs in .venv: nothing is read from or written to other places."""
    variables = dict(os.environ)
    foreign = "PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX JUPYTER_PATH JUPYTER_CONFIG_PATH"
    # Without compiled copies every kernel, and there are hundreds in the tests, would translate the whole course anew.
    for name in [*foreign.split(), "PYTHONDONTWRITEBYTECODE"]:
        variables.pop(name, None)
    own = root / VENV / "var"
    variables.update(
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PIP_NO_INPUT="1",
        PYTHONUTF8="1",
        VIRTUAL_ENV=str(root / VENV),
        PATH=str(python_of(root / VENV).parent) + os.pathsep + variables.get("PATH", ""),
        IPYTHONDIR=str(own / "ipython"),
        MPLCONFIGDIR=str(own / "matplotlib"),
        JUPYTER_CONFIG_DIR=str(own / "jupyter"),
        JUPYTER_DATA_DIR=str(own / "jupyter" / "data"),
        JUPYTER_RUNTIME_DIR=str(own / "jupyter" / "runtime"),
        JUPYTERLAB_SETTINGS_DIR=str(own / "jupyter" / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(own / "jupyter" / "workspaces"),
    )
    return variables


def run_step(root, title, command):
    """Run one step, its output in the log and its progress on the screen; say what to do when it fails."""
    say(f"{title} ...")
    command = [str(word) for word in command]
    output = []
    with (root / LOG).open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        with subprocess.Popen(
            command,
            cwd=str(root),
            env=surroundings(root),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            for line in process.stdout:
                log.write(line)
                output.append(line)
                show_progress(output)
        show_progress(None)
    if process.returncode != 0:
        raise Stop(f"This step failed: {title}.\n{advice(''.join(output))}\nAll details are in {root / LOG}")


def show_progress(output):
    """Show on one line of the screen which package pip is busy with; None clears the line."""
    if not sys.stdout.isatty():
        return
    if output is None:
        text = ""
    elif output[-1].startswith("Collecting "):
        count = sum(line.startswith("Collecting ") for line in output)
        text = f"  package {count}: {output[-1].split()[1]}"
    elif output[-1].startswith("Installing collected packages"):
        text = "  all are here; unpacking takes a minute or so"
    else:
        return
    print(f"\r{text:<70}", end="" if text else "\r", flush=True)


def run_on_screen(root, command):
    """Run a command that itself talks to the student, and return its exit code. Ctrl+C is for that command."""
    process = subprocess.Popen([str(word) for word in command], cwd=str(root), env=surroundings(root))
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return process.wait()


# --- The environment in .venv -----------------------------------------------------------------------------------------


def python_of(venv):
    return venv / "Scripts" / "python.exe" if WINDOWS else venv / "bin" / "python"


def has_pip(venv):
    return any(next(venv.glob(f"{lib}/site-packages/pip"), None) for lib in ("Lib", "lib/python*"))


def windows_takes_long_paths():
    import winreg  # exists on Windows only

    with contextlib.suppress(OSError):
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return winreg.QueryValueEx(key, "LongPathsEnabled")[0] == 1
    return False


def check_folder(root, windows=WINDOWS, takes_long_paths=windows_takes_long_paths):
    """Stop where Windows would refuse the long paths inside .venv."""
    if windows and len(str(root)) + LONGEST_PATH >= 260 and not takes_long_paths():
        raise Stop(
            f"The name of this folder is too long for Windows ({len(str(root))} characters):\n  {root}\n"
            "Move the whole folder to a short place such as C:\\crm and type the command again."
        )


def stamp_of(root, venv):
    """Return what is recorded of an environment; nothing where it is unfinished, was moved, or has lost its Python."""
    question = "import importlib.util; print(importlib.util.find_spec('crmlib').origin)"
    try:
        # -I: it must find crmlib by what is installed in it, not by the folder that this happens to run in.
        answer = subprocess.run(
            [str(python_of(venv)), "-I", "-X", "utf8", "-c", question],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        here = Path(answer.stdout.strip()).samefile(root / "crmlib" / "__init__.py")
    except OSError:
        here = False
    return read_json(venv / "course.json") if here else {}


def make_venv(root, venv):
    """Make an empty environment; an unfinished or moved one is removed first."""
    if venv.exists():
        say(f"Removing the old {venv.name} ...")
        try:
            shutil.rmtree(str(venv))
        except OSError as error:
            problem = f"The folder {venv} could not be removed: {error}"
            raise Stop(f"{problem}\nClose JupyterLab, delete the folder, and type the command again.") from None
    python = getattr(sys, "_base_executable", None) or sys.executable  # not that of an environment we are started from
    uv = shutil.which("uv")
    title = f"Making the environment {venv.name} with Python {sys.version.split()[0]}"
    run_step(root, title, [uv, "venv", "--python", python, venv] if uv else [python, "-m", "venv", venv])


def installer(venv):
    """Return the start of an install command: uv where it is there (quicker), else the environment's own pip."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", python_of(venv), "--compile-bytecode"]
    return [python_of(venv), "-m", "pip", "install", "--progress-bar", "off"]


def package_source(root, wheels):
    """Return the install options for a folder of packages, given or found beside this file; none for the network."""
    folder = Path(wheels).absolute() if wheels else root / "wheels"
    if wheels and not folder.is_dir():
        raise Stop(f"There is no folder {folder}. After --wheels, give the folder that holds the packages.")
    if not folder.is_dir():
        return []
    say(f"Packages are taken from {folder}")
    return ["--no-index", "--find-links", folder]


def locked(root, group):
    """Return the install options for a lock: the tested files and no others.

    The lock is complete, hence --no-deps; and a student has no compiler, hence ready-made files (wheels) only.
    """
    return ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", root / LOCKS[group]]


def prepare(root, group="run", wheels=None):
    """Bring .venv up to date with the lock of `group` ("run" or "test"); return at once where it is."""
    fingerprint = {name: digest(root / lock, root / "pyproject.toml") for name, lock in LOCKS.items()}
    stamp = stamp_of(root, root / VENV)
    if stamp.get(group) == fingerprint[group]:
        set_jupyter(root / VENV)
        return
    check_folder(root)
    with contextlib.suppress(OSError):
        (root / LOG).unlink()
    source = package_source(root, wheels)
    if not stamp or not (shutil.which("uv") or has_pip(root / VENV)):
        make_venv(root, root / VENV)

    install = installer(root / VENV)
    run_step(root, "Installing the packages (some minutes the first time)", install + source + locked(root, group))
    # Where hashes are checked, pip refuses a folder: crmlib comes in a second step, which downloads nothing.
    own = ["--no-index", "--no-deps", "--no-build-isolation", "-e", root]
    run_step(root, "Installing crmlib", install + own)
    set_jupyter(root / VENV)
    # The packages for the tests include those for running.
    done = fingerprint if group == "test" else {"run": fingerprint["run"]}
    write_json(root / VENV / "course.json", done)


def set_jupyter(venv):
    """For this environment only: no question about news, no technical warnings, and texts (.md) shown as pages."""
    lab = {
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
        "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
    }
    kernel = {"IPKernelApp": {"log_level": 40}}
    places = {"share/jupyter/lab/settings/overrides.json": lab, "etc/ipython/ipython_kernel_config.json": kernel}
    for place, wanted in places.items():
        if read_json(venv / place) != wanted:
            write_json(venv / place, wanted)


# --- The student's copies ---------------------------------------------------------------------------------------------


def originals_of(root):
    """Return {path inside my-work: the original file} of all lessons and exercises."""
    found = {file.name: file for file in sorted((root / "notebooks").glob("*.ipynb"))}
    found.update({f"exercises/{file.name}": file for file in sorted((root / "exercises").glob("*.ipynb"))})
    return found


def copy_new(original, target):
    """Copy a file to a place where there is none; never write over one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:  # "x" refuses an existing file, even one that appeared a moment ago
        file.write(original.read_bytes())


def record(root):
    """Return the file that remembers which state of each lesson a student's copy was made from."""
    return root / MY_WORK / ".originals.json"


def copy_lessons(root):
    """Copy the lessons that my-work lacks; return their names, and those of lessons changed since."""
    known = read_json(record(root))
    new, changed = [], []
    for name, original in originals_of(root).items():
        fingerprint = digest(original)
        if not (root / MY_WORK / name).exists():
            copy_new(original, root / MY_WORK / name)
            known[name] = fingerprint
            new.append(name)
        elif known.setdefault(name, fingerprint) != fingerprint:
            changed.append(name)
    write_json(record(root), known)
    return new, changed


def tell_lessons(new, changed):
    """Say which lessons were added and which have a newer edition."""
    if new:
        say(f"New in {MY_WORK}: {', '.join(new)}")
    for name in changed:
        number = Path(name).name.split("_")[0]
        option = " --exercise" if name.startswith("exercises/") else ""
        say(f"{name} has changed in the course. Your copy is kept as it is.")
        say(f"  For the new one (yours stays beside it) type:  python course.py reset {number}{option}")


def backup_name(target, now):
    """Return an unused name beside a file that says that it is the student's earlier copy."""
    stem = f"{target.stem}-my-copy-until-{now:%Y-%m-%d-%H%M}"
    names = [stem] + [f"{stem}-{count}" for count in range(2, 100)]
    return next(path for path in (target.with_name(name + target.suffix) for name in names) if not path.exists())


def reset(root, number, exercise=False, now=None):
    """Put a fresh copy of one lesson into my-work; the student's is kept under another name."""
    everything = {name: file for name, file in originals_of(root).items() if name.startswith("exercises/") == exercise}
    chosen = {name: file for name, file in everything.items() if Path(name).name.split("_")[0] == number.zfill(2)}
    if not chosen:
        there = ", ".join(sorted(Path(name).name.split("_")[0] for name in everything)) or "none yet"
        raise Stop(f"There is no {'exercise' if exercise else 'lesson'} {number}. There are: {there}.")
    known = read_json(record(root))
    for name, original in chosen.items():
        target = root / MY_WORK / name
        if target.exists():
            backup = backup_name(target, now or datetime.datetime.now())
            try:
                target.rename(backup)
            except PermissionError:
                raise Stop(f"{name} is in use. Close it in JupyterLab and type the command again.") from None
            say(f"Your copy is kept as {backup.relative_to(root).as_posix()}")
        copy_new(original, target)
        known[name] = digest(original)
        say(f"{target.relative_to(root).as_posix()} is fresh.")
    write_json(record(root), known)


# --- What an instructor reads -----------------------------------------------------------------------------------------


def fit_headings(text, source):
    """Turn links to the headings of `source` into Jupyter's form: `#Your-own-data`, where GitHub has `#your-own-data`."""
    for heading in re.findall(r"^#+ (.+)$", source, re.MULTILINE):
        plain = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        text = text.replace(f"#{plain})", f"#{heading.replace(' ', '-')})")
    return text


def reading_of(root):
    """Return {path inside my-work: text} of guide, notes, cases and keys. Links fit the new places."""
    files = [file for file in sorted((root / "instructor").glob("*")) if file.suffix in (".md", ".csv", ".py")]
    texts = {f"instructor/{file.name}": file.read_text(encoding="utf-8") for file in files}
    pages = "\n".join(text for name, text in texts.items() if name.endswith(".md"))
    found = {name: fit_headings(text.replace("](../notebooks/", "](../"), pages) for name, text in texts.items()}
    for file in sorted((root / "exercises" / "solutions").glob("*.ipynb")):
        text = file.read_text(encoding="utf-8")
        found[f"instructor/keys/{file.name}"] = text.replace("](../", "](../../")
    return found


def copy_reading(root):
    """Bring my-work/instructor up to date; return the names of copies that were edited, and so kept, but changed in the course."""
    known, kept = read_json(record(root)), []
    for name, text in reading_of(root).items():
        target, content = root / MY_WORK / name, text.encode("utf-8")
        if target.exists() and target.read_bytes() != content:
            if digest(target) != known.get(name):  # somebody edited it
                if digest_of(content) != known.get(name):
                    kept.append(name)
                continue
            target.unlink()
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        known[name] = digest(target)
    write_json(record(root), known)
    return kept


def printable(root):
    """Return {word: file} of all that `handout` makes a page of."""
    found = {file.name[:2]: file for file in sorted((root / "notebooks").glob("*.ipynb"))}
    for file in sorted((root / "instructor").glob("*.md")):
        found[f"note_{file.name[:2]}" if file.name[:2].isdigit() else file.stem] = file
    for file in sorted((root / "exercises" / "solutions").glob("*.ipynb")):
        found[f"key_{file.name[:2]}"] = file
    return found


# --- The commands: each takes the folder, its options, and the words it does not know ---------------------------------


def free_port(first):
    """Return the first port from `first` on that no other program uses."""
    for port in range(first, first + 50):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            if not WINDOWS:  # there it would take a port that is in use; elsewhere it takes one that was just left
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise Stop(f"The ports {first} to {first + 49} are all in use. Give another one, such as  --port {first + 1000}")


def lab(root, options, more):
    if not 1024 <= options.port <= 65000:
        raise Stop(f"The port {options.port} cannot be used. Give a number from 1024 to 65000, such as  --port 8890")
    prepare(root, wheels=options.wheels)
    tell_lessons(*copy_lessons(root))
    for name in copy_reading(root) if options.instructor else []:
        say(f"{name} has changed in the course. Yours is kept as it is: for the new one delete it and start again.")
    port = free_port(options.port)
    if port != options.port:
        say(f"Port {options.port} is in use, perhaps by JupyterLab in another window; {port} is taken instead.")
    settings = [
        f"--ServerApp.root_dir={root / MY_WORK}",
        f"--ServerApp.port={port}",
        # The address itself, not a file that points to it: a browser in a sandbox may not read a hidden folder.
        "--ServerApp.use_redirect_file=False",
        "--Application.log_level=ERROR",
    ]
    first = "instructor/guide.md" if options.instructor else "00_welcome.ipynb"
    if (root / MY_WORK / first).exists():
        settings.append(f"--LabApp.default_url=/lab/tree/{first}")
    if options.no_browser:
        settings.append("--no-browser")
    if not WINDOWS and os.geteuid() == 0:  # containers often have no other user
        settings.append("--allow-root")
    say(f"Opening JupyterLab on port {port}. To stop it: File > Shut Down there, or Ctrl+C twice here.")
    return run_on_screen(root, [python_of(root / VENV), "-m", "jupyterlab", *settings, *more])


def test(root, options, more):
    prepare(root, "test", options.wheels)
    if options.lowest:
        return test_lowest(root, more)
    return run_on_screen(root, [python_of(root / VENV), "-m", "pytest", *more])


def test_lowest(root, more):
    """Run unit tests and doctests on the lowest versions that pyproject.toml allows, in an environment of its own."""
    venv, fingerprint = root / LOWEST_VENV, digest(root / "pyproject.toml")
    if stamp_of(root, venv).get("lowest") != fingerprint:
        make_venv(root, venv)
        uv = python_of(root / VENV).with_name("uv.exe" if WINDOWS else "uv")
        lowest = ["--resolution", "lowest-direct", "--group", "lab", "--group", "test", "-e", root]
        command = [uv, "pip", "install", "--python", python_of(venv), "--only-binary", ":all:", *lowest]
        run_step(root, "Installing the lowest versions", command)
        write_json(venv / "course.json", {"lowest": fingerprint})
    # Old versions warn where new ones do not; what counts here is that the results hold.
    chosen = ["-W", "default", "-m", "not browser and not locked", "tests", "crmlib"]
    return run_on_screen(root, [python_of(venv), "-m", "pytest", *chosen, *more])


def author_tool(module):
    """Return the command that runs one of the author's tools."""

    def command(root, options, more):
        prepare(root, "test", options.wheels)
        return run_on_screen(root, [python_of(root / VENV), "-m", module, *more])

    return command


def course_tool(module):
    """Return a command that runs one of the course's tools. File names among its words are meant from where it was typed."""

    def command(root, options, more):
        prepare(root, wheels=options.wheels)
        return run_on_screen(root, [python_of(root / VENV), "-P", "-m", module, "--from", Path.cwd(), *more])

    return command


def handout(root, options, more):
    """Write a lesson as a page to print, text, tables and figures without the code; or a text or key for instructors."""
    there = printable(root)
    word = (options.what or "").lower()
    chosen = [name for name in there if word and name == word.zfill(2)]
    chosen = chosen or [name for name in there if word and name.startswith(word)]
    if len(chosen) != 1:
        if word:
            say(
                f"{options.what!r} names {'several: ' + ', '.join(chosen) if chosen else 'nothing that can be printed'}."
            )
        words = textwrap.fill(", ".join(there), 100)
        raise Stop(f"After handout give one of these, or a beginning that fits only one:\n{words}")
    prepare(root, wheels=options.wheels)
    folder, source = Path.cwd() / "handouts", there[chosen[0]]
    kind = chosen[0].split("_")[0]
    name = f"{kind}_{source.stem}" if kind in ("note", "key") else source.stem
    with tempfile.TemporaryDirectory() as scratch:
        if source.suffix == ".md":  # the same look as a lesson's: a notebook of one text
            text = source.read_text(encoding="utf-8")
            cell = {"cell_type": "markdown", "id": "text", "metadata": {}, "source": fit_headings(text, text)}
            source = Path(scratch) / f"{name}.ipynb"
            write_json(source, {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        convert = ["-m", "nbconvert", "--log-level=ERROR", "--to=html", "--embed-images", "--output-dir", folder]
        convert += ["--output", name] + ([] if options.code or kind == "key" else ["--no-input"])
        code = run_on_screen(root, [python_of(root / VENV), *convert, source])
    if not code:
        say(f"{folder / name}.html: open it in a browser and print it.")
    return code


def update(root, options, more):
    prepare(root, wheels=options.wheels)
    tell_lessons(*copy_lessons(root))
    say("The course is up to date. Open it with:  python course.py lab")
    return 0


def reset_lesson(root, options, more):
    reset(root, options.number, options.exercise)
    return 0


def wheels(root, options, more):
    """Fill a folder with the packages for computers like this one."""
    folder = Path(options.folder).absolute()
    with tempfile.TemporaryDirectory() as scratch:  # a fresh pip, whatever .venv was made with
        venv = Path(scratch) / "venv"
        run_step(root, "Getting ready", [sys.executable, "-m", "venv", venv])
        download = [python_of(venv), "-m", "pip", "download", "--progress-bar", "off", "--dest", folder]
        title = f"Downloading the packages into {folder}"
        run_step(root, title, download + locked(root, "test" if options.test else "run"))
    say(f"Done. The folder serves computers with the same system and Python {dotted(sys.version_info)}.")
    say("Put it beside course.py under the name wheels, or type:  python course.py lab --wheels FOLDER")
    return 0


class Parser(argparse.ArgumentParser):
    """Says what it did not understand the way all of course.py does."""

    def error(self, message):
        raise Stop(f"This was not understood: {message}. For help type:  python course.py --help")


def parse(words):
    """Return the options, and the remaining words, which go to JupyterLab, pytest or the author's tool."""
    if words and words[0] in ("-h", "--help", "help"):
        print(__doc__)
        raise SystemExit(0)
    if not words or words[0].startswith("-"):
        words = ["lab", *words]

    parser = Parser(prog="python course.py")
    commands = parser.add_subparsers()

    def add(name, run, takes_more=False, takes_wheels=True):
        command = commands.add_parser(name, add_help=False, allow_abbrev=False)
        command.set_defaults(run=run, takes_more=takes_more)
        if takes_wheels:
            command.add_argument("--wheels", metavar="FOLDER")
        return command

    command = add("lab", lab, takes_more=True)
    command.add_argument("--port", type=int, default=8888)
    command.add_argument("--no-browser", action="store_true")
    command.add_argument("--instructor", action="store_true")
    add("test", test, takes_more=True).add_argument("--lowest", action="store_true")
    add("build", author_tool("tools.build"), takes_more=True)
    add("lock", author_tool("tools.lock"), takes_more=True)
    add("update", update)
    add("grade", course_tool("crmlib.practice.grading"), takes_more=True)
    add("tournament", course_tool("crmlib.practice.tournament"), takes_more=True)
    add("quizzes", course_tool("crmlib.practice.lms"), takes_more=True)
    command = add("handout", handout)
    command.add_argument("what", nargs="?")
    command.add_argument("--code", action="store_true", help="with the code")
    command = add("reset", reset_lesson, takes_wheels=False)
    command.add_argument("number")
    command.add_argument("--exercise", action="store_true")
    command = add("wheels", wheels, takes_wheels=False)
    command.add_argument("folder", nargs="?", default="wheels")
    command.add_argument("--test", action="store_true", help="the packages for the tests too")

    if words[0] not in commands.choices:
        raise Stop(f"There is no command {words[0]!r}. The commands are: {', '.join(commands.choices)}.")
    options, more = parser.parse_known_args(words)
    if more and not options.takes_more:
        raise Stop(f"{words[0]} does not know {' '.join(more)}. For help type:  python course.py --help")
    return options, more


def main(words, root=ROOT):
    try:
        if not is_suitable(sys.version_info, sys.maxsize):
            other = find_python()
            if other is None:
                raise Stop(python_advice(tuple(sys.version_info[:2])))
            return subprocess.call([*other, str(Path(__file__).absolute()), *words])
        options, more = parse(words)
        return options.run(root, options, more)
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr)
        return 1
    except PermissionError as fault:
        print(
            f"\nThis may not be written: {fault.filename}. Copy the whole course into a folder of your own, such as "
            "Documents, close other programs that have its files open, and type the command there.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Type the same command again to go on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
