"""Drive a lesson the way a student does: a real browser, on a JupyterLab of its own.

`JupyterLab` starts a server on copies of the notebooks, with folders of its own for every setting, so that nothing of the person
who runs the tests is read or written. `Lesson` is one opened notebook: run it, move its sliders, read its numbers, photograph it.
One page opens one notebook after the other: to load JupyterLab anew takes the browser as long as the lesson itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

import nbformat
from playwright.sync_api import Browser, Locator, Page, Playwright, TimeoutError

ROOT = Path(__file__).parents[2]
NO_BROWSER = (
    "No browser was found for this test. Install Chromium, Chrome or Edge (on Debian: apt-get install chromium), "
    "or name one in the environment variable CRM_BROWSER."
)
_COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
_PLACES = (  # where installers for Windows and macOS put it, outside the search path
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)


def find_browser() -> str | None:
    """Return the program of a browser that these tests can drive, or None."""
    named = os.environ.get("CRM_BROWSER")
    if named:
        found = shutil.which(named)
        if not found:
            raise FileNotFoundError(f"CRM_BROWSER names {named!r}, but there is no such program.")
        return found
    candidates = (shutil.which(name) for name in (*_COMMANDS, *_PLACES))
    return next((found for found in candidates if found), None)


def launch(playwright: Playwright, program: str) -> Browser:
    """Start the browser without a window."""
    # Without these a fresh Chromium looks up its maker's hosts, which a closed network answers late or never.
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    # Chromium's sandbox refuses the superuser, as in a container.
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return playwright.chromium.launch(
        executable_path=program, chromium_sandbox=not as_root, args=[*quiet, "--disable-gpu", "--disable-quic"]
    )


class JupyterLab:
    """A JupyterLab on a copy of some notebooks, for the length of a `with` block."""

    def __init__(self, home: Path, notebooks: list[Path]) -> None:
        self.home = home
        self._runtime = tempfile.TemporaryDirectory(prefix="lab", ignore_cleanup_errors=True)
        self.work = home / "my-work"
        self.work.mkdir(parents=True)
        for notebook in notebooks:
            # Without its stored results: a number or a picture in the page comes from this run.
            copy = nbformat.read(notebook, as_version=4)
            for cell in copy.cells:
                if cell.cell_type == "code":
                    cell.outputs, cell.execution_count = [], None
            nbformat.write(copy, self.work / notebook.name)

    def __enter__(self) -> JupyterLab:
        settings = self.home / "settings"
        for plugin, text in {
            # Every cell stays in the page, so that a test can look at all of them.
            "notebook-extension/tracker": '{"windowingMode": "none"}',
            "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
        }.items():
            file = settings / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        folders = {
            name: str(self.home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
        }
        environment = (
            os.environ
            | folders
            | {
                "HOME": str(self.home),
                "USERPROFILE": str(self.home),
                "JUPYTER_RUNTIME_DIR": self._runtime.name,
                "JUPYTERLAB_SETTINGS_DIR": str(settings),
                "JUPYTERLAB_WORKSPACES_DIR": str(self.home / "workspaces"),
                "MPLCONFIGDIR": str(self.home / "matplotlib"),
            }
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1",
            f"--notebook-dir={self.work}", "--IdentityProvider.token=", "--ServerApp.port_retries=0",
            "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None",
            "--ServerApp.disable_check_xsrf=True",  # its own tests may end its kernels, and the server itself
        ]  # fmt: skip
        if sys.platform == "linux":
            # Files instead of ports between server and kernel: the browser opens hundreds of connections, and now and then one
            # of them takes a port that was chosen for a kernel. The files' names must be short, hence the folder of their own.
            command.append("--KernelManager.transport=ipc")
        self.url = f"http://127.0.0.1:{port}"
        self.log = self.home / "jupyterlab.log"
        with self.log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=self.work)
        deadline = time.monotonic() + 90
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise RuntimeError(
                    "JupyterLab did not start. Its log ends:\n" + self.log.read_text(encoding="utf-8")[-3000:]
                )
            time.sleep(0.1)
        return self

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/status", timeout=5):
                return True
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Asked politely, the server ends its kernels too.
        request = urllib.request.Request(f"{self.url}/api/shutdown", method="POST")
        try:
            urllib.request.urlopen(request, timeout=10).close()
            self._process.wait(timeout=20)
        except (urllib.error.URLError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait(timeout=10)
        self._runtime.cleanup()

    def load(self, page: Page) -> Page:
        """Load JupyterLab into a page, with no notebook open."""
        page.goto(f"{self.url}/lab?reset")
        page.wait_for_selector(".jp-Launcher", timeout=60_000)
        return page

    def end_kernels(self) -> None:
        """End the kernels of the notebooks that were opened: a closed notebook leaves its kernel running."""
        with urllib.request.urlopen(f"{self.url}/api/sessions", timeout=10) as answer:
            sessions = json.load(answer)
        for one in sessions:
            request = urllib.request.Request(f"{self.url}/api/sessions/{one['id']}", method="DELETE")
            urllib.request.urlopen(request, timeout=20).close()


class Lesson:
    """One notebook, open in JupyterLab; the page is one that `JupyterLab.load` has loaded."""

    def __init__(self, page: Page, lab: JupyterLab, name: str) -> None:
        self.page, self.lab, self.name = page, lab, name
        self._do("docmanager:open", path=f"{name}.ipynb")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        # Before the kernel is there, a command to run would ask which kernel to use, in a dialog that nobody answers.
        page.wait_for_function(_READY, timeout=60_000)

    def _do(self, command: str, **arguments: str) -> None:
        """Give JupyterLab a command."""
        # Braces: the command's promise must not be returned, its value cannot leave the page and the call would wait for ever.
        self.page.evaluate(
            "([name, what]) => { window.jupyterapp.commands.execute(name, what); }", [command, arguments]
        )

    def close(self) -> None:
        """Close the notebook without saving it, and end its kernel."""
        self.page.evaluate(_CLOSE)
        self.page.wait_for_selector(".jp-Notebook", state="detached")
        self.lab.end_kernels()

    def run_all(self, timeout: float = 120) -> float:
        """Run every cell and wait until the kernel rests; return the seconds that took."""
        started = time.monotonic()
        if not self.page.locator(".jp-CodeCell").count():  # a page of text: nothing will begin
            return 0.0
        # Once in some dozen times a JupyterLab that is still loading takes the command and runs nothing: asked again, it runs.
        for _ in range(3):
            self._do("notebook:run-all-cells")
            with contextlib.suppress(TimeoutError):
                self.page.wait_for_function(_BEGUN, timeout=15_000)
                break
        try:
            self.page.wait_for_function(_ALL_RUN, timeout=timeout * 1000)
        except TimeoutError:
            prompts = " ".join(self.page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts())
            light = self.page.locator(".jp-Notebook-ExecutionIndicator").first.get_attribute("data-status")
            raise AssertionError(
                f"{self.name} did not end in {timeout:.0f} s. Its kernel is {light}; its cells: {prompts}\n"
                f"The server's log ends:\n{self.lab.log.read_text(encoding='utf-8')[-2000:]}"
            ) from None
        # A stopped run leaves cells without a number: nothing may count as run that was not.
        waiting = self.page.locator(".jp-CodeCell .jp-InputPrompt", has_text="[ ]").count()
        if waiting and not self.errors():
            raise AssertionError(f"{waiting} cells of {self.name} were not run, although none failed.")
        return time.monotonic() - started

    def errors(self) -> list[str]:
        """Return the text of every error and of every warning that the cells printed."""
        return self.page.locator(
            ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']"
        ).all_inner_texts() + (
            self.page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").all_inner_texts()
        )

    def view(self, which: int = 0) -> Locator:
        """Return one of the notebook's views (the pictures of explorers), once it is drawn."""
        view = self.page.locator(".crm-view").nth(which)
        view.locator("svg").first.wait_for()
        return view

    def slider(self, label: str) -> Locator:
        """Return the handle of the slider with this label."""
        box = self.page.locator(".widget-slider", has=self.page.get_by_text(label, exact=True))
        return box.locator(".noUi-handle").first

    def number(self, name: str, which: int = 0) -> str:
        """Return the text of a number beside the picture."""
        return self.view(which).locator(f"[data-number='{name}'] dd").inner_text()

    def drawing(self, which: int = 0) -> str:
        """Return the picture as it is drawn now, to compare with another moment."""
        return self.view(which).locator(".crm-panels").inner_html()

    def press(self, handle: Locator, key: str, which: int = 0) -> float:
        """Press a key on a control and wait for the new picture; return the milliseconds between, as the page saw them."""
        self.page.evaluate(_WATCH, which)
        handle.focus()
        self.page.keyboard.press(key)
        return float(self.page.evaluate("() => window.crmNextPicture"))

    def photograph(self, folder: Path, slice_height: int = 1400) -> list[Path]:
        """Save the whole notebook as PNG files, one per slice of the page."""
        notebook = self.page.locator(".jp-Notebook").first
        height = notebook.evaluate(
            "(node) => Math.max(...[...node.querySelectorAll('.jp-Cell')].map((c) => c.offsetTop + c.offsetHeight))"
        )
        frame = self.page.viewport_size or {"width": 1280, "height": 900}
        folder.mkdir(parents=True, exist_ok=True)
        # A window as tall as the notebook shows all of it at once; then each slice is cut out of one picture.
        self.page.set_viewport_size({"width": frame["width"], "height": int(height) + 250})
        # A run ends scrolled to the last cell.
        self.page.evaluate(
            "() => document.querySelectorAll('.jp-WindowedPanel-outer, .jp-Notebook').forEach((n) => (n.scrollTop = 0))"
        )
        self.page.wait_for_timeout(800)
        box = notebook.bounding_box() or {"x": 0, "y": 0, "width": frame["width"], "height": height}
        saved = []
        for number, top in enumerate(range(0, int(height), slice_height)):
            file = folder / f"{self.name}-{number:02}.png"
            part = {
                "x": box["x"],
                "y": box["y"] + top,
                "width": box["width"],
                "height": min(slice_height, height - top),
            }
            self.page.screenshot(path=file, clip=part)
            saved.append(file)
        self.page.set_viewport_size(frame)
        return saved

    def window(self, file: Path) -> Path:
        """Save JupyterLab's window with the first explorer in it, its first slider moved to the end."""
        self._do("application:toggle-left-area")
        view = self.view()
        self.page.locator(".noUi-handle").first.focus()
        self.page.keyboard.press("End")
        view.evaluate("(node) => node.scrollIntoView({ block: 'end' })")
        self.page.wait_for_timeout(800)
        self.page.screenshot(path=file)
        return file


_READY = """() => {
  const name = document.querySelector('.jp-Toolbar-kernelName');
  const light = document.querySelector('.jp-Notebook-ExecutionIndicator');
  return window.jupyterapp && name && /Python/.test(name.innerText) && light && light.dataset.status === 'idle';
}"""

# A notebook that was run is changed; one that is changed would ask whether to save it.
_CLOSE = """() => {
  const notebook = window.jupyterapp.shell.currentWidget;
  notebook.context.model.dirty = false;
  notebook.close();
}"""

# True once a cell is waiting, runs or has run.
_BEGUN = """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].some((node) => /[*\\d]/.test(node.innerText))"""

# True once every cell has its number, or one failed; the kernel alone is no sign, it rests before it begins.
_ALL_RUN = """() => {
  const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map((node) => node.innerText.trim());
  const failed = document.querySelector(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']");
  return !prompts.some((text) => text.includes('*')) && (failed || prompts.every((text) => /\\d/.test(text)));
}"""

# Waits, inside the page, for the first change of the picture after the next key, and for the frame that shows it.
_WATCH = """(which) => {
  const panels = document.querySelectorAll('.crm-view .crm-panels')[which];
  window.crmNextPicture = new Promise((resolve, reject) => {
    let pressed = null;
    const eye = new MutationObserver(() => {
      if (pressed === null) return;
      eye.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - pressed));
    });
    eye.observe(panels, { childList: true, subtree: true, attributes: true, characterData: true });
    document.addEventListener('keydown', () => { pressed = performance.now(); }, { capture: true, once: true });
    setTimeout(() => reject(new Error('The picture did not change within 10 seconds of the key.')), 10000);
  });
}"""


def notebooks() -> list[Path]:
    """Return the course's lessons."""
    return sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


SCREEN = {"width": 1280, "height": 900}  # of a small laptop


def new_page(browser: Browser, **options: Any) -> Page:
    """Open a page with the size of a small laptop's screen."""
    return browser.new_page(viewport=SCREEN, **options)
