"""A room for one submission, built by the Linux kernel: own processes, own network, own view of the disk.

Inside it a notebook sees the Python packages, crmlib, the course's data and an empty folder of its own, all but the
last read-only. It sees no other process, no network, no home directory, no other submission and no private question
file. When its first process ends, all others end with it. Everything here is done through system calls, with no
further program needed and without being root. Where the kernel does not allow it (`available` tries it), submissions run as
ordinary processes under the watchdog alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import platform
import signal
import struct
import sys
from importlib import resources
from pathlib import Path

HOME = "/submission"  # in the top folder, where no course, environment or home of the computer lies
HOME_MEGABYTES = 64

# Numbers of the Linux kernel's interface (linux/sched.h, linux/mount.h, linux/prctl.h, linux/capability.h)
NEW_USER, NEW_MOUNTS, NEW_PROCESSES, NEW_NETWORK = 0x10000000, 0x00020000, 0x20000000, 0x40000000
NEW_IPC, NEW_HOST = 0x08000000, 0x04000000
BIND, RECURSIVE, PRIVATE, NO_SUID, NO_DEVICES, DETACH = 0x1000, 0x4000, 0x40000, 2, 4, 2
ATTRIBUTE_READ_ONLY, ATTRIBUTE_NO_SUID, AT_RECURSIVE, AT_HERE = 0x1, 0x2, 0x8000, -100
MOUNT_SETATTR, PIVOT_ROOT = 442, {"x86_64": 155, "aarch64": 41}
DIE_WITH_PARENT, NO_NEW_PRIVILEGES, DROP_FROM_BOUND = 1, 38, 24
CAPABILITY_VERSION_3 = 0x20080522


class Refused(OSError):
    """The kernel does not allow a step of building the room."""


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> int:
    # Whole numbers go as 64 bits, else a negative folder or a pointer would be cut where the callee reads a long.
    ready = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    ready = [os.fsencode(a) if isinstance(a, str | Path) else a for a in ready]
    answer = getattr(_libc(), name)(*ready)
    if answer == -1:
        error = ctypes.get_errno()
        raise Refused(error, f"{name}: {os.strerror(error)}")
    return answer


def available(stage: Path, visible: list[Path]) -> str:
    """Try the room once, in a process that ends at once; return why it cannot be built, or nothing.

    For a process without threads. `stage` is an empty directory, and is left empty; `visible` as for `build_room`.
    """
    if sys.platform != "linux" or platform.machine() not in PIVOT_ROOT:
        return "this system has no such rooms"
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            new_namespaces()
            inner = os.fork()
            if inner == 0:
                build_room(stage, visible)
                give_up_rights()
            else:
                os.waitpid(inner, 0)
        except BaseException as error:
            os.write(writer, str(error).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as answer:
        return answer.read().decode()


def new_namespaces() -> None:
    """Leave the namespaces of the computer; the next child is the first process of its own world."""
    user, group = os.geteuid(), os.getegid()
    _call("unshare", NEW_USER | NEW_MOUNTS | NEW_PROCESSES | NEW_NETWORK | NEW_IPC | NEW_HOST)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"1000 {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"1000 {group} 1", encoding="ascii")
    with contextlib.suppress(
        OSError
    ):  # a container may forbid it; a world inside this one would still show nothing more
        Path("/proc/sys/user/max_user_namespaces").write_text("0", encoding="ascii")


def visible_paths() -> list[Path]:
    """Return what a submission may read: Python, its packages, crmlib, the course's data, the system's libraries."""
    from crmlib.companies import datasets_folder

    package = Path(str(resources.files("crmlib")))
    course = package.parent
    packages = [Path(entry) for entry in sys.path if entry and Path(entry).is_dir() and Path(entry) != course]
    system = [Path(name) for name in ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/nix/store", "/etc/fonts")]
    single = [Path(name) for name in ("/etc/ld.so.cache", "/etc/localtime")]
    wanted = [Path(sys.prefix), Path(sys.base_prefix), *packages, package, datasets_folder(), *system, *single]
    # A folder before those inside it: what is inside comes along.
    return sorted({path for path in wanted if path.exists()}, key=lambda path: (len(path.parts), path))


def build_room(stage: Path, visible: list[Path]) -> None:
    """Make a new root directory that holds `visible` read-only and an empty home, and make it the only one.

    `stage` is an empty directory. Only for the first process after `new_namespaces`.
    """
    _call("mount", None, "/", None, RECURSIVE | PRIVATE, None)
    _call("mount", "room", stage, "tmpfs", NO_SUID | NO_DEVICES, "size=1m,mode=755")
    for path in visible:
        show(stage, path)
    (stage / "dev").mkdir(exist_ok=True)
    for name in ("null", "zero", "full", "random", "urandom"):
        show(stage, Path("/dev") / name)
    home = stage / HOME.lstrip("/")
    home.mkdir(parents=True)
    if not (stage / "tmp").exists():  # it does where the course itself lies in there
        (stage / "tmp").symlink_to(HOME)
    os.chdir(stage)
    _call("syscall", PIVOT_ROOT[platform.machine()], ".", ".")
    _call("umount2", ".", DETACH)
    os.chdir("/")
    set_attributes("/", add=ATTRIBUTE_READ_ONLY | ATTRIBUTE_NO_SUID)
    _call("mount", "home", HOME, "tmpfs", NO_SUID | NO_DEVICES, f"size={HOME_MEGABYTES}m,nr_inodes=10000,mode=700")
    os.chdir(HOME)


def show(stage: Path, path: Path) -> None:
    """Bind one file or folder into the new root, under its own name."""
    inside = stage / str(path).lstrip("/")
    if inside.exists() or inside.is_symlink():
        return  # a folder above it is there already, with all that it holds
    inside.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        inside.symlink_to(path.readlink())
        show(stage, path.resolve())
        return
    if path.is_dir():
        inside.mkdir()
    else:
        inside.touch()
    _call("mount", path, inside, None, BIND | RECURSIVE, None)


def set_attributes(path: str, add: int) -> None:
    attributes = struct.pack("QQQQ", add, 0, 0, 0)
    _call("syscall", MOUNT_SETATTR, AT_HERE, path, AT_RECURSIVE, attributes, len(attributes))


def give_up_rights() -> None:
    """Give up every right over the new world for good, and end when the process that watches ends."""
    for capability in range(64):
        if _libc().prctl(DROP_FROM_BOUND, ctypes.c_long(capability), 0, 0, 0) == -1:
            break  # beyond the last one that this kernel knows
    _call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _call("capset", struct.pack("Ii", CAPABILITY_VERSION_3, 0), bytes(24))
    _call("prctl", DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
