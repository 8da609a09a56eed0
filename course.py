#!/usr/bin/env python3
"""The one command of the course. Type it in a terminal, in the folder that holds this file.

    python course.py lab            open the course in the browser (also: python course.py)
    python course.py test           run every test; more words are handed to pytest
    python course.py test --lowest  run the unit tests on the oldest versions that are allowed
    python course.py reset 02       a fresh copy of lesson 02 (--exercise: of its exercise); yours is kept under another name
    python course.py update         after downloading a newer course: new packages, new lessons, your work untouched
    python course.py wheels         fill the folder wheels/ so that a classroom can install without network
    python course.py build          rebuild what is generated: notebooks and data (for authors)
    python course.py lock           pin the versions anew (for authors)

Everything is installed in the folder .venv beside this file and nothing outside it; deleting .venv undoes it.
Your own copies of the lessons are in my-work, and no command ever writes over them.
"""

# Only the standard library, and only syntax that an old Python can read: it must get far enough to say that it is too old.

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
from pathlib import Path

ROOT = Path(__file__).absolute().parent
OLDEST, NEWEST = (3, 11), (3, 14)  # what requirements.lock has ready-made files for
LONGEST_PATH = 150  # the longest path inside .venv, in characters, with some room; a test compares it with the real one

WINDOWS = os.name == "nt"


class Stop(Exception):
    """The course cannot go on; the text says why, and what to do next."""


class Places:
    """Where things are, below one folder. Tests use another folder."""

    def __init__(self, root):
        self.root = root
        self.venv = root / ".venv"
        self.lowest = root / ".venv-lowest"
        self.log = root / "course.log"
        self.my_work = root / "my-work"
        self.originals = self.my_work / ".originals.json"
        self.locks = {"run": root / "requirements.lock", "test": root / "tests" / "requirements.lock"}
        self.project = root / "pyproject.toml"


def say(text):
    print(text, flush=True)


# --- Which Python -----------------------------------------------------------------------------------------------------


def version_text(version):
    return ".".join(str(part) for part in version[:2])


def python_advice(version, windows=WINDOWS):
    """Return what to tell someone whose Python is too old, too new or 32-bit."""
    command = "py -{} course.py lab".format(version_text(NEWEST)) if windows else "python{} course.py lab".format(version_text(NEWEST))
    if version < OLDEST:
        problem = "Python {} or newer is needed; this is Python {}.".format(version_text(OLDEST), version_text(version))
    elif version > NEWEST:
        problem = "This is Python {}, which is newer than the course's packages; Python {} to {} will do.".format(
            version_text(version), version_text(OLDEST), version_text(NEWEST)
        )
    else:
        problem = "This is a 32-bit Python; the course's packages need a 64-bit one."
    return "{}\nGet Python {} (64-bit) from https://www.python.org/downloads/ and then type:  {}".format(
        problem, version_text(NEWEST), command
    )


def is_suitable(version, maxsize=sys.maxsize):
    return OLDEST <= tuple(version[:2]) <= NEWEST and maxsize > 2**32


def find_python():
    """Return the command of a suitable Python elsewhere on this computer, or None."""
    wanted = [version_text((3, minor)) for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    candidates = [["py", "-" + version] for version in wanted] if WINDOWS else [["python" + version] for version in wanted]
    for candidate in candidates:
        if shutil.which(candidate[0]):
            check = candidate + ["-c", "import sys; print(sys.version_info[0], sys.version_info[1], sys.maxsize)"]
            answer = subprocess.run(check, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            numbers = [int(word) for word in answer.stdout.split() if word.isdigit()]
            if answer.returncode == 0 and len(numbers) == 3 and is_suitable(numbers[:2], numbers[2]):
                return candidate
    return None


# --- The environment in .venv -----------------------------------------------------------------------------------------


def python_of(venv):
    return venv / "Scripts" / "python.exe" if WINDOWS else venv / "bin" / "python"


def digest(*files):
    """Return one fingerprint of the contents of some files."""
    total = hashlib.sha256()
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def read_json(file):
    """Return what a small JSON file of ours holds; nothing where it is missing or was cut off."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write_json(file, content):
    file.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def tool_environment(places):
    """Return the environment variables for pip, uv and Jupyter: all they write stays below .venv."""
    variables = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "JUPYTER_PATH", "JUPYTER_CONFIG_PATH"):
        variables.pop(name, None)
    own = places.venv / "var"
    variables.update(
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PIP_NO_INPUT="1",
        VIRTUAL_ENV=str(places.venv),
        PATH=str(python_of(places.venv).parent) + os.pathsep + variables.get("PATH", ""),
        IPYTHONDIR=str(own / "ipython"),
        MPLCONFIGDIR=str(own / "matplotlib"),
        JUPYTER_CONFIG_DIR=str(own / "jupyter"),
        JUPYTER_DATA_DIR=str(own / "jupyter" / "data"),
        JUPYTER_RUNTIME_DIR=str(own / "jupyter" / "runtime"),
        JUPYTERLAB_SETTINGS_DIR=str(own / "jupyter" / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(own / "jupyter" / "workspaces"),
    )
    return variables


# What the log of a failed step contains, and what to do about it. The first match counts.
FAILURES = (
    (
        r"ensurepip is not available|No module named '?(ensurepip|venv)\b|ensurepip.*returned non-zero",
        "This Python came without the parts that make an environment (venv and ensurepip).\n"
        "On Debian or Ubuntu type:  sudo apt install python{version}-venv\n"
        "Elsewhere, get Python from https://www.python.org/downloads/. Then type the command again.",
    ),
    (
        r"DO NOT MATCH THE HASHES|Hash mismatch",
        "A downloaded file is not the one that the course was tested with: the download was cut off or changed on its way.\n"
        "Type the command again; if it fails again, try another network (not a hotel's or a guest's).",
    ),
    (
        r"No space left|WinError 112|Errno 28",
        "The disk is full. The course needs about 1 GB. Make room and type the command again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|invalid peer certificate",
        "The network changes secure connections on their way (a company or school filter does this).\n"
        "Try another network, or ask your instructor for a folder of packages and type:  python course.py lab --wheels FOLDER",
    ),
    (
        r"WinError 32|being used by another process",
        "Some files are in use. Close JupyterLab and other windows that use this folder, and type the command again.",
    ),
    (
        r"WinError 206|filename or extension is too long|enable-long-paths",
        "This folder's name is too long for Windows. Move the whole folder to a short place such as C:\\crm and type the command again.",
    ),
    (
        r"Permission denied|Access is denied|WinError 5\b",
        "This folder may not be written to. Move the whole course folder into your own documents and type the command again.",
    ),
    (
        r"Name or service not known|Temporary failure in name resolution|getaddrinfo failed|Failed to establish a new connection"
        r"|NewConnectionError|Network is unreachable|ConnectTimeout|ReadTimeout|timed out|ProxyError|dns error|error sending request"
        r"|Connection refused|ConnectionResetError|nodename nor servname",
        "The packages could not be downloaded: is this computer online? The first start needs the network, later ones do not.\n"
        "Without network, ask your instructor for a folder of packages and type:  python course.py lab --wheels FOLDER",
    ),
    (
        r"No matching distribution found|Could not find a version|no wheels? |has no usable wheels|not found in the (package registry|provided package)",
        "A package has no ready-made file for this computer (Python {version}, {system}) in the place that was searched.\n"
        "With --wheels, the folder must have been filled on the same kind of computer with the same Python version.",
    ),
)


def advice(log_text):
    """Return what to do about a failed step, from what its log says."""
    for pattern, text in FAILURES:
        if re.search(pattern, log_text, re.IGNORECASE):
            return text.format(version=version_text(sys.version_info), system=sys.platform)
    return "Type the command again; if it fails again, delete the folder .venv and start anew."


def run_step(places, title, command, expected=0):
    """Run one step with its output in the log and its progress on the screen; say what to do when it fails.

    `expected` is the number of packages that will be named in the output, for the progress line.
    """
    say(title + " ...")
    named, lines = set(), []
    with places.log.open("a", encoding="utf-8") as log:
        log.write("\n$ {}\n".format(" ".join(str(word) for word in command)))
        try:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=str(places.root),
                env=dict(tool_environment(places), PYTHONUTF8="1"),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            log.write(str(error) + "\n")
            raise Stop("This step could not be started: {}\n{}".format(error, advice(str(error))))
        for line in process.stdout:
            log.write(line)
            lines.append(line)
            package = re.match(r"\s*(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line)
            if package and expected and sys.stdout.isatty():
                named.add(package.group(1))
                print("\r  {} of {}: {:<40}".format(len(named), expected, package.group(1)), end="", flush=True)
            if line.startswith("Installing collected packages") and sys.stdout.isatty():
                print("\r  {:<60}".format("all downloaded; unpacking takes a minute or so"), end="", flush=True)
        if named:
            print("\r" + " " * 70 + "\r", end="", flush=True)
        if process.wait() != 0:
            raise Stop("This step failed: {}.\n{}\nAll details are in {}".format(title, advice("".join(lines)), places.log))


def pins(lock):
    """Return how many packages a lock names, whatever the system."""
    return len(re.findall(r"^[\w.-]+==", lock.read_text(encoding="utf-8"), re.MULTILINE))


def stamp_of(venv):
    """Return what we know to be in an environment; nothing where it is unfinished, was moved, or lost its Python."""
    stamp = read_json(venv / "course.json")
    if stamp.get("folder") != str(venv):
        return {}
    try:
        works = subprocess.run([str(python_of(venv)), "-c", ""], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        works = False
    return stamp if works else {}


def check_folder(root, windows=WINDOWS, long_paths=None):
    """Stop where Windows would refuse the long paths inside .venv."""
    if not windows or len(str(root)) + LONGEST_PATH < 260:
        return
    if long_paths if long_paths is not None else windows_takes_long_paths():
        return
    raise Stop(
        "The name of this folder is too long for Windows ({} characters):\n  {}\n"
        "Move the whole folder to a short place such as C:\\crm and type the command again.".format(len(str(root)), root)
    )


def windows_takes_long_paths():
    import winreg  # exists on Windows only

    with contextlib.suppress(OSError):
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return winreg.QueryValueEx(key, "LongPathsEnabled")[0] == 1
    return False


def make_venv(places, venv):
    """Make an empty environment; what was there before is removed."""
    if venv.exists():
        say("Removing the unfinished or moved environment {}".format(venv.name))
        shutil.rmtree(str(venv), ignore_errors=True)
    uv = shutil.which("uv")
    command = [uv, "venv", "--python", sys.executable, venv] if uv else [sys.executable, "-m", "venv", venv]
    run_step(places, "Making the environment {} with Python {}".format(venv.name, sys.version.split()[0]), command)
    write_json(venv / "course.json", {"folder": str(venv), "python": sys.version.split()[0]})


def has_pip(venv):
    return any(venv.glob("[Ll]ib/**/site-packages/pip")) or any(venv.glob("Lib/site-packages/pip"))


def installer(venv):
    """Return the start of an install command: uv where it is there (quicker), else the environment's own pip."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", python_of(venv), "--compile-bytecode"]
    return [python_of(venv), "-m", "pip", "install", "--progress-bar", "off"]


def prepare(places, group="run", wheels=None):
    """Bring .venv up to date with the lock of `group`; return at once where it is."""
    wanted = digest(places.locks[group], places.project)
    stamp = stamp_of(places.venv)
    if stamp.get(group) == wanted:
        return
    check_folder(places.root)
    with contextlib.suppress(OSError):
        places.log.unlink()
    if not stamp or not (shutil.which("uv") or has_pip(places.venv)):
        make_venv(places, places.venv)

    install = installer(places.venv)
    if wheels is None and (places.root / "wheels").is_dir():
        wheels = places.root / "wheels"
    source = []
    if wheels is not None:
        if not Path(wheels).is_dir():
            raise Stop("There is no folder {}. Give the folder that holds the packages after --wheels.".format(wheels))
        source = ["--no-index", "--find-links", Path(wheels).absolute()]
    lock = places.locks[group]
    # The lock is complete, so --no-deps: pip need not think. Ready-made files only: a student has no compiler.
    locked = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", lock]
    count = pins(lock)
    title = "Installing up to {} packages from {} (some minutes the first time)".format(count, "the folder " + str(wheels) if source else "the network")
    run_step(places, title, install + source + locked, expected=count)
    # pip refuses a folder where it checks hashes, so the course's own package comes in a second step; it needs no download.
    run_step(places, "Installing crmlib", install + ["--no-index", "--no-deps", "--no-build-isolation", "-e", places.root])

    quiet_jupyter(places)
    done = {"folder": str(places.venv), "python": (stamp or read_json(places.venv / "course.json")).get("python"), "run": digest(places.locks["run"], places.project)}
    if group == "test":
        done["test"] = wanted
    write_json(places.venv / "course.json", done)


def quiet_jupyter(places):
    """Switch off JupyterLab's question about news and its look for updates, for this environment only."""
    settings = places.venv / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    write_json(settings / "overrides.json", quiet)


# --- The student's copies ---------------------------------------------------------------------------------------------


def lessons(places):
    """Return {path inside my-work: the original file} of all lessons and exercises."""
    found = {file.name: file for file in sorted((places.root / "notebooks").glob("*.ipynb"))}
    found.update({"exercises/" + file.name: file for file in sorted((places.root / "exercises").glob("*.ipynb"))})
    return found


def copy_new(original, target):
    """Copy a file to a place where there is none; never write over one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:  # "x" refuses an existing file, even one that appeared a moment ago
        file.write(original.read_bytes())


def copy_lessons(places):
    """Copy the lessons that are missing in my-work; return the names of the new ones and of those changed in the course since."""
    known = read_json(places.originals)
    new, changed = [], []
    for name, original in lessons(places).items():
        fingerprint = digest(original)
        target = places.my_work / name
        if not target.exists():
            copy_new(original, target)
            known[name] = fingerprint
            new.append(name)
        elif known.setdefault(name, fingerprint) != fingerprint:
            changed.append(name)
    places.my_work.mkdir(exist_ok=True)
    write_json(places.originals, known)
    return new, changed


def tell_changed(changed):
    for name in changed:
        number = re.match(r"(?:exercises/)?(\d+)", name)
        option = " --exercise" if name.startswith("exercises/") else ""
        fresh = "python course.py reset {}{}".format(number.group(1) if number else name, option)
        say("{} has changed in the course. Your copy is kept as it is; for the new one type:  {}".format(name, fresh))


def backup_name(target, now):
    """Return an unused name beside a file that says that it is the student's earlier copy."""
    stem = "{}-my-copy-until-{:%Y-%m-%d-%H%M}".format(target.stem, now)
    names = [stem] + ["{}-{}".format(stem, number) for number in range(2, 100)]
    return next(path for path in (target.with_name(name + target.suffix) for name in names) if not path.exists())


def reset(places, number, exercise=False, now=None):
    """Put a fresh copy of one lesson into my-work; keep the student's under another name."""
    folder = "exercises/" if exercise else ""
    matches = {
        name: file
        for name, file in lessons(places).items()
        if name.startswith(folder) and name.count("/") == folder.count("/") and name[len(folder) :].split("_")[0] == number.zfill(2)
    }
    if not matches:
        there = ", ".join(sorted({Path(name).name.split("_")[0] for name in lessons(places)}))
        raise Stop("There is no {} {}. There are: {}".format("exercise" if exercise else "lesson", number, there or "none yet"))
    known = read_json(places.originals)
    for name, original in matches.items():
        target = places.my_work / name
        if target.exists():
            backup = backup_name(target, now or datetime.datetime.now())
            try:
                target.rename(backup)
            except PermissionError:
                raise Stop("{} is in use. Close it in JupyterLab and type the command again.".format(name))
            say("Your copy is kept as my-work/{}".format(backup.relative_to(places.my_work).as_posix()))
        copy_new(original, target)
        known[name] = digest(original)
        say("my-work/{} is fresh.".format(name))
    write_json(places.originals, known)


# --- The commands -----------------------------------------------------------------------------------------------------


def free_port(first):
    """Return the first port from `first` on that no other program uses."""
    for port in range(first, first + 50):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise Stop("The ports {} to {} are all in use. Close other JupyterLab windows, or give another one:  --port 9000".format(first, first + 49))


def run_on_screen(places, command):
    """Run a command that talks to the student itself, and return its exit code. Ctrl+C is the command's to handle."""
    process = subprocess.Popen([str(word) for word in command], cwd=str(places.root), env=tool_environment(places))
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return process.wait()


def lab(places, options, more):
    prepare(places, wheels=options.wheels)
    new, changed = copy_lessons(places)
    if new:
        say("New in my-work: " + ", ".join(new))
    tell_changed(changed)

    port = free_port(options.port)
    if port != options.port:
        say("Port {} is in use by another program (perhaps JupyterLab in another window), so {} is taken.".format(options.port, port))
    welcome = sorted(places.my_work.glob("00_*.ipynb"))
    say("Opening JupyterLab on port {}. To stop it: File > Shut Down there, or Ctrl+C here.".format(port))
    return run_on_screen(
        places,
        [python_of(places.venv), "-m", "jupyterlab"]
        + ["--ServerApp.root_dir={}".format(places.my_work), "--ServerApp.port={}".format(port), "--log-level=ERROR"]
        + (["--LabApp.default_url=/lab/tree/" + welcome[0].name] if welcome else [])
        + (["--no-browser"] if options.no_browser else [])
        + more,
    )


def test(places, options, more):
    prepare(places, "test", wheels=options.wheels)
    if options.lowest:
        return test_lowest(places, more)
    return run_on_screen(places, [python_of(places.venv), "-m", "pytest"] + more)


def test_lowest(places, more):
    """Run unit tests and doctests on the lowest versions that pyproject.toml allows, in an environment of its own."""
    wanted = digest(places.project)
    if stamp_of(places.lowest).get("lowest") != wanted:
        make_venv(places, places.lowest)
        uv = python_of(places.venv).with_name("uv.exe" if WINDOWS else "uv")
        install = [uv, "pip", "install", "--python", python_of(places.lowest), "--resolution", "lowest-direct", "--only-binary", ":all:"]
        run_step(places, "Installing the lowest versions", install + ["--group", "test", "-e", places.root])
        write_json(places.lowest / "course.json", {"folder": str(places.lowest), "lowest": wanted})
    # Old versions warn about each other; what counts here is that the results hold.
    chosen = ["-W", "default", "-m", "not browser and not locked", "tests", "crmlib"]
    return run_on_screen(places, [python_of(places.lowest), "-m", "pytest"] + chosen + more)


def author(module):
    """Return a command that runs one of the author's tools with the words that follow it."""

    def command(places, options, more):
        prepare(places, "test", wheels=options.wheels)
        return run_on_screen(places, [python_of(places.venv), "-m", module] + more)

    return command


def update(places, options, more):
    prepare(places, wheels=options.wheels)
    new, changed = copy_lessons(places)
    say("New in my-work: " + ", ".join(new) if new else "No new lessons.")
    tell_changed(changed)
    say("The course is up to date. Open it with:  python course.py lab")
    return 0


def reset_lesson(places, options, more):
    reset(places, options.number, options.exercise)
    return 0


def wheels(places, options, more):
    """Fill a folder with the packages for computers like this one."""
    folder = Path(options.folder).absolute()
    with tempfile.TemporaryDirectory() as scratch:  # its pip does the work, whatever the course's own environment was made with
        venv = Path(scratch) / "venv"
        run_step(places, "Making ready", [sys.executable, "-m", "venv", venv])
        download = [python_of(venv), "-m", "pip", "download", "--progress-bar", "off", "--dest", folder]
        locked = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", places.locks["test" if options.test else "run"]]
        run_step(places, "Downloading the packages into {}".format(folder), download + locked, expected=pins(places.locks["run"]))
    say("Done. The folder serves computers with the same system and Python {}.".format(version_text(sys.version_info)))
    say("Put it beside course.py under the name wheels, or type:  python course.py lab --wheels FOLDER")
    return 0


def parse(words):
    """Return the options and the remaining words, which go to pytest, Jupyter or the author's tool."""
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help")):
        words = ["lab"] + words
    parser = argparse.ArgumentParser(prog="python course.py", usage=__doc__, add_help=False)
    commands = parser.add_subparsers(dest="command")
    takes_wheels = argparse.ArgumentParser(add_help=False)
    takes_wheels.add_argument("--wheels", metavar="FOLDER")

    def add(name, command, parents=(takes_wheels,), takes_more=True):
        sub = commands.add_parser(name, parents=list(parents), add_help=False, allow_abbrev=False)
        sub.set_defaults(run=command, takes_more=takes_more)
        return sub

    sub = add("lab", lab)
    sub.add_argument("--port", type=int, default=8888)
    sub.add_argument("--no-browser", action="store_true")
    add("test", test).add_argument("--lowest", action="store_true")
    add("build", author("tools.build"))
    add("lock", author("tools.lock"))
    add("update", update, takes_more=False)
    sub = add("reset", reset_lesson, parents=(), takes_more=False)
    sub.add_argument("number")
    sub.add_argument("--exercise", action="store_true")
    sub = add("wheels", wheels, parents=(), takes_more=False)
    sub.add_argument("folder", nargs="?", default="wheels")
    sub.add_argument("--test", action="store_true", help="the packages for the tests too")

    if words[0] in ("-h", "--help", "help"):
        print(__doc__)
        raise SystemExit(0)
    if words[0] not in commands.choices:
        raise Stop("There is no command {!r}. The commands are: {}.".format(words[0], ", ".join(commands.choices)))
    options, more = parser.parse_known_args(words)
    if more and not options.takes_more:
        raise Stop("{} does not know {}. For help type:  python course.py --help".format(words[0], " ".join(more)))
    return options, more


def main(words=None, root=ROOT):
    words = sys.argv[1:] if words is None else words
    try:
        if not is_suitable(sys.version_info):
            other = find_python()
            if other is None:
                raise Stop(python_advice(tuple(sys.version_info[:2])))
            return subprocess.call(other + [str(Path(__file__).absolute())] + words)
        options, more = parse(words)
        return options.run(Places(root), options, more)
    except Stop as stop:
        print("\n{}".format(stop), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Type the same command again to go on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
