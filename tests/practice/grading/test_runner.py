"""A submission runs apart: its answers come out, and nothing that it does is worth more than its answers."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from crmlib.practice import scoring
from crmlib.practice.grading.runner import Cancelled, checked_line, is_plain, last_line

VARIABLES = sorted(scoring.variables("02").values())
HONEST = 'above_100 = "a"'  # wrong: nothing below may turn it into points


def points(run) -> float:
    return sum(score.points for score in scoring.score("02", "s1", run.answers))


def test_answers_come_out_as_plain_values(runner):
    run = runner.run(
        [
            'student = "s1"',
            "import numpy as np, pandas as pd\npresent_customers = np.int64(12)",
            'top20_revenue_share = pd.Series([0.5], index=["a"])\nabove_100 = ...',
            "1 / 0",
            "net_risers = float('inf')",
        ],
        VARIABLES,
    )
    assert run.student == "s1"
    assert run.reason == ""
    assert run.failed == {"4": "ZeroDivisionError: division by zero"}
    assert run.answers["present_customers"] == 12
    assert run.answers["top20_revenue_share"] == {"kind": "series", "index": ["a"], "values": [0.5]}
    assert run.answers["above_100"] == {"kind": "placeholder"}
    assert run.answers["net_risers"]["kind"] == "unreadable"
    assert set(run.answers) == {"present_customers", "top20_revenue_share", "above_100", "net_risers"}


def test_magics_shell_lines_displays_and_figures_work(runner):
    run = runner.run(
        [
            "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
            "import pandas as pd\nfrom IPython.display import display\ndisplay(pd.DataFrame({'a': [1]}))",
            "%%time\nabove_100 = 'b'",
            "!echo hello",
            "import asyncio\nawait asyncio.sleep(0)",
            "open('mine.txt', 'w').write('x')\nnet_risers = len(open('mine.txt').read())",
            "try:\n    input('?')\nexcept EOFError:\n    present_customers = 7",
        ],
        VARIABLES,
    )
    assert run.failed == {}
    assert run.answers == {"above_100": "b", "net_risers": 1, "present_customers": 7}


def test_every_run_starts_clean(runner):
    runner.run(["import crmlib\ncrmlib.mark = 1\nopen('left.txt', 'w').write('x')"], VARIABLES)
    run = runner.run(
        ["import crmlib, os\nnet_risers = [hasattr(crmlib, 'mark'), os.path.exists('left.txt')]"], VARIABLES
    )
    assert run.answers["net_risers"] == [False, False]


# What the cells do, and what the row says of it. The answer given before stays, and earns what it deserves: nothing.
ATTACKS = {
    "patches the check": (
        "from crmlib.practice import scoring, kinds, notebook\n"
        "right = lambda *_, **__: scoring.Score('q1', 99, 99, 'correct', '', '')\n"
        "scoring.judge = notebook.judge = right\nkinds.same = lambda *_: True\nscoring.score = lambda *_: [right()]\n"
        "notebook.Asked.check = lambda self: None"
    ),
    "rewrites the syntax tree": (
        "import ast\nclass Best(ast.NodeTransformer):\n"
        "    def visit_Constant(self, node):\n        return ast.copy_location(ast.Constant('correct'), node)\n"
        "get_ipython().ast_transformers.append(Best())"
    ),
    "equal to everything": (
        "class Yes(str):\n    def __eq__(self, other): return True\n    def __hash__(self): return hash('b')\n"
        "class Any:\n    def __eq__(self, other): return True\n    __float__ = __index__ = lambda self: 1\n"
        "above_100 = Yes('b')\npresent_customers = Any()\ntop20_revenue_share = Any()"
    ),
    "forges an answer file": (
        "import json, os\nfor name in ('answers.json', 'scores.json', 'grades.csv'):\n"
        "    open(name, 'w').write(json.dumps({'q1': 1.0, 'points': 22}))\n"
        "os.path.islink('x') or (hasattr(os, 'symlink') and os.symlink('/etc/passwd', 'link.json'))"
    ),
    "replaces json and pandas": (
        "import json, pandas as pd, numpy as np\n"
        "json.dumps = lambda *_, **__: '{\"points\": 22}'\njson.JSONEncoder.default = lambda *_: 'correct'\n"
        "pd.Series.__eq__ = lambda *_: True\nnp.isclose = lambda *_, **__: True"
    ),
    "patches what reads the answers": (
        "from crmlib.practice import answers\nanswers.plain = lambda value: {'kind': 'right'}\n"
        "answers.collect = lambda *_: {'points': 22, 'q1': 'correct'}"
    ),
    "walks the stack": (
        "import sys\nframe = sys._getframe()\nwhile frame:\n    for name in list(frame.f_locals):\n"
        "        if 'point' in name or 'score' in name or 'expected' in name:\n"
        "            frame.f_locals[name] = 22\n    frame = frame.f_back"
    ),
    "searches memory for the expectation": (
        "import gc\nfound = [one for one in gc.get_objects() if type(one).__name__ in ('Score', 'Known')]\n"
        "above_100 = str(found[:1])"
    ),
    "writes a line of its own and ends": (
        "import json, os\nline = {'cell': 9, 'done': True, 'student': 's1', 'failed': {}, 'answers': {'points': 22}}\n"
        "for end in range(3, 40):\n    try:\n        os.write(end, (json.dumps(line) + '\\n').encode())\n"
        "    except OSError:\n        pass\nos._exit(0)"
    ),
    "writes rubbish where the answers go": (
        "import os\nfor end in range(3, 40):\n    try:\n        os.write(end, b'{' * 50_000 + b'\\n')\n"
        "    except OSError:\n        pass"
    ),
    "ends itself": "import os\nos._exit(0)",
    "raises what nobody catches": "class Own(BaseException):\n    def __str__(self): raise SystemExit\nraise Own",
    "leaves a process behind": (
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    ),
    "leaves a thread behind": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_earns_nothing(runner, attack):
    run = runner.run(['student = "s1"', HONEST, ATTACKS[attack]], VARIABLES)
    assert points(run) == 0
    assert set(run.answers) <= set(VARIABLES)
    # Nothing but plain data came, whatever it claims.
    json.dumps(run.answers)


def test_what_was_right_before_an_attack_stays_right(runner):
    run = runner.run(['above_100 = "b"', ATTACKS["patches the check"], "import os; os._exit(3)"], VARIABLES)
    assert points(run) == 1
    assert "ended its own process" in run.reason
    assert "code cell 3" in run.reason


STOPPED = {
    "while True: pass": "stopped after",
    "import time; time.sleep(1e6)": "stopped after",
    "while True: print('x' * 1_000_000)": "printed more than 5 MB",
    "import os\nwhile True: os.write(2, b'x' * 100_000)": "printed more than 5 MB",
}


@pytest.mark.parametrize("cell", STOPPED)
def test_a_notebook_that_does_not_end_is_stopped(runner, cell, monkeypatch):
    if "stopped after" in STOPPED[cell]:
        monkeypatch.setattr(runner, "limits", replace(runner.limits, seconds=1.5 if runner.sandboxed else 6))
    start = time.monotonic()
    run = runner.run([HONEST, cell, 'above_100 = "b"'], VARIABLES)
    assert STOPPED[cell] in run.reason
    assert run.answers == {"above_100": "a"}
    assert time.monotonic() - start < 30


def test_memory_is_limited(runner):
    run = runner.run([HONEST, "hoard = []\nwhile True: hoard.append(b'x' * 20_000_000)"], VARIABLES)
    assert "memory" in run.reason or "MemoryError" in run.failed["2"]
    assert run.answers == {"above_100": "a"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_bomb_is_ended(runner):
    run = runner.run([HONEST, "import os\nwhile True: os.fork()"], VARIABLES)
    assert run.reason
    assert run.answers == {"above_100": "a"}


def test_processes_left_behind_are_ended(runner, tmp_path):
    import psutil

    mark = f"crm-left-behind-{os.getpid()}-{time.time_ns()}"
    script = f"import time; mark = {mark!r}; time.sleep(600)"
    cells = [f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {script!r}])\ntime.sleep(0.5)"]
    run = runner.run(cells, VARIABLES)
    assert run.failed == {}
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        left = [
            one for one in psutil.process_iter(["cmdline"]) if any(mark in word for word in one.info["cmdline"] or [])
        ]
        if not left:
            break
        time.sleep(0.1)
    assert left == []


def test_the_instructors_environment_is_not_handed_on(runner, monkeypatch):
    monkeypatch.setenv("CRM_SECRET_OF_THE_INSTRUCTOR", "token")
    run = runner.run(["import os\nabove_100 = os.environ.get('CRM_SECRET_OF_THE_INSTRUCTOR', 'nothing')"], VARIABLES)
    assert run.answers["above_100"] == "nothing"


def test_a_run_can_be_stopped_from_outside(runner):
    threading.Timer(0.5, runner.stop.set).start()
    try:
        with pytest.raises(Cancelled):
            runner.run(["while True: pass"], VARIABLES)
    finally:
        runner.stop.clear()


# --- Only in the rooms of the Linux kernel ----------------------------------------------------------------------------


def seen_from_inside(in_rooms, expression: str):
    run = in_rooms.run([f"import os, socket\nabove_100 = {expression}"], VARIABLES)
    assert run.failed == {}, run.failed
    return run.answers["above_100"]


def test_no_file_outside_is_seen(in_rooms, tmp_path, root):
    private = tmp_path / "private.py"
    private.write_text("QUESTIONS = ()", encoding="utf-8")
    places = [private, tmp_path, root / "course.py", root / "exercises", root / "tests", root / ".git", Path("/proc/1")]
    assert seen_from_inside(in_rooms, f"[os.path.exists(p) for p in {[str(place) for place in places]}]") == [False] * 7
    assert "course.py" not in seen_from_inside(in_rooms, f"os.listdir({str(root)!r})")


def test_nothing_outside_can_be_written(in_rooms, root):
    places = [str(root / "crmlib" / "x.py"), str(Path(sys.prefix) / "x"), "/x", "/dev/x", "/usr/x"]
    for place in places:
        run = in_rooms.run([f"open({place!r}, 'w').write('x')"], VARIABLES)
        assert "Read-only file system" in run.failed["1"], place
        assert not Path(place).exists()


def test_the_course_cannot_be_deleted(in_rooms, root):
    run = in_rooms.run([f"import shutil\nshutil.rmtree({str(root / 'crmlib')!r})"], VARIABLES)
    assert "Read-only" in run.failed["1"]
    assert (root / "crmlib" / "__init__.py").exists()


def test_the_own_folder_has_a_limit(in_rooms):
    run = in_rooms.run(["for n in range(90):\n    open(f'f{n}', 'wb').write(bytes(1_000_000))"], VARIABLES)
    assert "No space left" in run.failed["1"]


def test_there_is_no_network(in_rooms):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        run = in_rooms.run([f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)"], VARIABLES)
        assert "OSError" in run.failed["1"] or "ConnectionRefused" in run.failed["1"]
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


def test_no_other_process_can_be_reached(in_rooms):
    run = in_rooms.run(
        [
            HONEST,
            f"import os, signal\nfor pid in (os.getppid() or 99_999, {os.getpid()}):\n"
            "    try:\n        os.kill(pid, signal.SIGKILL)\n    except ProcessLookupError:\n        pass",
            "net_risers = [os.getpid(), os.getppid()]",
        ],
        VARIABLES,
    )
    assert run.answers["net_risers"] == [1, 0]
    assert run.reason == ""


def test_signals_to_everybody_reach_nobody(in_rooms):
    in_rooms.run(["import os, signal\nos.kill(-1, signal.SIGKILL)", "os.kill(0, signal.SIGKILL)"], VARIABLES)
    assert in_rooms.run(['above_100 = "c"'], VARIABLES).answers == {"above_100": "c"}


def test_no_line_to_the_grader_is_left_open(in_rooms):
    cell = (
        "import os, stat\nsockets = []\nfor end in range(3, 256):\n    try:\n        kind = os.fstat(end).st_mode\n"
        "    except OSError:\n        continue\n    if stat.S_ISSOCK(kind):\n        sockets.append(end)\n"
        "net_risers = len(sockets)"
    )
    run = in_rooms.run([cell], VARIABLES)
    # asyncio's own pair, which IPython opens, are the only sockets.
    assert run.answers["net_risers"] <= 2


def test_rights_cannot_be_won_back(in_rooms):
    cell = (
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "attempts = [libc.mount(b'x', b'/usr', b'tmpfs', 0, None), libc.umount2(b'/submission', 2),\n"
        "            libc.mount(None, b'/', None, 0x20 | 0x1000, None), libc.chroot(b'/usr'), libc.sethostname(b'x', 1)]\n"
        "net_risers = attempts"
    )
    assert in_rooms.run([cell], VARIABLES).answers["net_risers"] == [-1] * 5


def test_a_world_inside_the_room_shows_no_more(in_rooms, root):
    cell = (
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "libc.unshare(0x10000000 | 0x00020000)\n"  # new rights, in a world of its own, if the kernel grants them at all
        "libc.umount2(b'/submission', 2)\nlibc.umount2(b'/', 2)\n"
        "libc.mount(None, b'/', None, 0x20 | 0x1000, None)\n"
        f"attempts = [os.path.exists({str(root / 'course.py')!r}), os.path.exists('/proc'), os.access('/usr', os.W_OK)]\n"
        "net_risers = attempts"
    )
    assert in_rooms.run([cell], VARIABLES).answers["net_risers"] == [False] * 3


# --- What comes back is read as a stranger's --------------------------------------------------------------------------

LINE = {"cell": 1, "done": True, "student": "s1", "answers": {"a": 1.5}, "failed": {}}


def test_a_proper_line_is_read():
    assert checked_line(json.dumps(LINE).encode()) == LINE


@pytest.mark.parametrize(
    "change",
    [
        {"cell": -1},
        {"cell": True},
        {"cell": 10**9},
        {"done": 1},
        {"student": 5},
        {"student": "x" * 101},
        {"answers": []},
        {"answers": {"a": 10**30}},
        {"failed": {"1": 5}},
        {"failed": {"1": "x" * 500}},
        {"failed": {"1" * 5000: "more digits than Python reads"}},
        {"failed": {"": "x"}},
        {"failed": {"0": "x"}},
        {"failed": {"1.5": "x"}},
        {"failed": {"\u00b2": "x"}},
        {"points": 22},
    ],
)
def test_an_improper_line_is_refused(change):
    assert checked_line(json.dumps({**LINE, **change}).encode()) is None


@pytest.mark.parametrize("line", [b"", b"rubbish", b"[" * 100_000, b"\xff\xfe", b"null", b'{"cell": 1', b"1" * 100_000])
def test_rubbish_is_refused(line):
    assert checked_line(line) is None


def test_infinite_and_deep_values_are_refused():
    assert checked_line(json.dumps({**LINE, "answers": {"a": float("inf")}}).encode()) is None
    deep = 1
    for _ in range(40):
        deep = [deep]
    assert not is_plain(deep)
    assert is_plain([[{"kind": "series", "values": [1, None, "x", True]}]])


def test_the_last_whole_line_counts():
    first, second = (json.dumps({**LINE, "cell": number}).encode() for number in (1, 2))
    assert last_line(first + b"\n" + second + b"\n")[0]["cell"] == 2
    assert last_line(first + b"\n" + second[:-3]) == ({**LINE, "cell": 1}, False)
    assert last_line(first + b"\n" + b"rubbish\n") == ({**LINE, "cell": 1}, False)
    assert last_line(b"") == (None, False)
