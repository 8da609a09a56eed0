"""What has been run already: one small file per submission, so that an interrupted grading goes on where it was.

Only the answers are kept, never points: they are scored anew each time. So nobody gains by writing into this folder more
than by writing the same answers into the notebook. A mark is set while a submission runs; one that is found at the start
tells which submission was running when the grader itself was ended.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from crmlib.practice.grading.runner import Limits, Run, are_errors, is_plain

MOST_ENDS = 2  # times that the grader may end while a submission runs before that one is left alone


def key_of(content: bytes, variables: list[str], version: str, limits: Limits) -> str:
    """Return a name for a run: it changes with the submission, the course's version, what is asked for and the limits."""
    about = json.dumps([sorted(variables), version, repr(limits)]).encode()
    return hashlib.sha256(hashlib.sha256(content).digest() + about).hexdigest()[:32]


class Store:
    """The folder of finished runs."""

    def __init__(self, folder: Path):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def load(self, key: str) -> Run | None:
        """Return a finished run, or None where there is none, or none that can be read."""
        try:
            said = json.loads((self._folder / f"{key}.json").read_text(encoding="utf-8"))
            run = Run(**said)
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        whole = isinstance(run.answers, dict) and is_plain(run.answers) and isinstance(run.seconds, float | int)
        texts = isinstance(run.student, str) and isinstance(run.reason, str)
        return run if whole and texts and isinstance(run.failed, dict) and are_errors(run.failed) else None

    def save(self, key: str, run: Run) -> None:
        """Keep a finished run; a file is either whole or not there."""
        draft = self._folder / f"{key}.draft"
        draft.write_text(json.dumps(run.to_json()), encoding="utf-8")
        os.replace(draft, self._folder / f"{key}.json")  # noqa: PTH105 - replaces on Windows too, as rename does not

    def ends(self, key: str) -> int:
        """Return how many times the grader itself was ended while this submission ran."""
        try:
            return len((self._folder / f"{key}.running").read_bytes())
        except OSError:
            return 0

    def begin(self, key: str) -> None:
        """Mark a submission as running; the mark stays if the grader is ended from outside."""
        with (self._folder / f"{key}.running").open("ab") as mark:
            mark.write(b"x")

    def finish(self, key: str) -> None:
        """Take the last mark away again."""
        left = self.ends(key) - 1
        mark = self._folder / f"{key}.running"
        if left > 0:
            mark.write_bytes(b"x" * left)
        else:
            mark.unlink(missing_ok=True)
