"""How checks, hints and progress look: one content, as HTML in a notebook and as text elsewhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from crmlib.practice.scoring import BY_HAND, CORRECT, NOT_ATTEMPTED, NOT_YET, Score

# A state is told by its sign, its words and its colours (text, ground): each of them alone would do.
SIGNS = {CORRECT: "✔", NOT_YET: "✘", NOT_ATTEMPTED: "○", BY_HAND: "✎"}
WORDS = {CORRECT: "Correct", NOT_YET: "Not yet", NOT_ATTEMPTED: "Not attempted", BY_HAND: "Read by your instructor"}
_COLOURS = {
    CORRECT: ("#14491a", "#e8f5e9"),
    NOT_YET: ("#8a3800", "#fff3e0"),
    NOT_ATTEMPTED: ("#37474f", "#eceff1"),
    BY_HAND: ("#173f7a", "#e3f0fd"),
}
_NOTE = ("#263238", "#f5f5f5")
_MARKS = re.compile(r"`([^`]+)`|(?<![\w*])\*(\w[^*`]*)\*(?![\w*])")


@dataclass(frozen=True, repr=False)
class Panel:
    """A small panel: a heading, paragraphs, and a table or code below them."""

    heading: str
    paragraphs: Sequence[str] = ()
    colours: tuple[str, str] = _NOTE
    code: str = ""
    rows: Sequence[Sequence[str]] = ()

    def __repr__(self) -> str:
        lines = [self.heading, *self.paragraphs, *self.code.splitlines(), *("   ".join(row) for row in self.rows)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        text, ground = self.colours
        parts = [f"<strong>{escape(self.heading)}</strong>"]
        parts += [f'<div style="margin-top:4px">{_marked(one)}</div>' for one in self.paragraphs]
        if self.code:
            parts.append(
                '<pre style="margin:6px 0 0;padding:6px 8px;background:#fff;color:#111;white-space:pre-wrap">'
                f"{escape(self.code)}</pre>"
            )
        if self.rows:
            lines = ["".join(map(_cell, row, range(len(row) - 1, -1, -1))) for row in self.rows]
            parts.append(
                '<table style="margin:6px 0 0;border:0;background:none;color:inherit">'
                + "".join(f'<tr style="background:none">{line}</tr>' for line in lines)
                + "</table>"
            )
        return (
            f'<div role="status" style="border-left:5px solid {text};background:{ground};color:{text};padding:8px 12px;'
            f'max-width:50em;line-height:1.45">{"".join(parts)}</div>'
        )


def marked(html: str, code: str = "<code>") -> str:
    """Return escaped text as HTML: what stands between backticks as code, a word between stars emphasised.

    >>> marked("these are *lost*: `2 * 3 * 4`, and 5 * 6 * 7 too")
    'these are <em>lost</em>: <code>2 * 3 * 4</code>, and 5 * 6 * 7 too'
    """
    return _MARKS.sub(lambda found: f"{code}{found[1]}</code>" if found[1] else f"<em>{found[2]}</em>", html)


def _marked(text: str) -> str:
    return marked(escape(text), '<code style="background:none;color:inherit;font-weight:600;padding:0">')


def _cell(text: str, from_the_right: int) -> str:
    """Return a table's cell; only the last one of a row may break into lines, and a state has its colour."""
    colour = next((_COLOURS[status][0] for status in SIGNS if text == state(status)), "inherit")
    space = "nowrap" if from_the_right else "normal"
    style = f"padding:3px 14px 3px 0;text-align:left;vertical-align:top;white-space:{space};color:{colour}"
    return f'<td style="{style}">{_marked(text)}</td>'


def show(panel: Panel) -> None:
    """Display a panel in a notebook, print it elsewhere."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        print(panel)
    else:
        from IPython.display import display

        display(panel)


def user_variables() -> dict:
    """Return the variables of the notebook that is open, or of the program that runs."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return vars(sys.modules["__main__"]) if shell is None else shell.user_ns


def state(status: str) -> str:
    return f"{SIGNS[status]} {WORDS[status]}"


def points_text(points: float) -> str:
    return f"{points:g} point{'s' * (points != 1)}"


def said(score: Score) -> str:
    """Return a score's sentence, after the name of the mistake where it is known."""
    return f"{_like(score)} {score.message}" if score.misconception else score.message


def _like(score: Score) -> str:
    return f"Looks like: {score.misconception}."


def check_panel(score: Score, more: Sequence[str]) -> Panel:
    heading = f"{state(score.status)} · {score.question}"
    if score.status == CORRECT:
        heading += f" · {points_text(score.points)}"
    if score.misconception:
        heading += f" · {_like(score)}"
    return Panel(heading, [text for text in (score.message, *more) if text], _COLOURS[score.status])


def progress_line(scores: Sequence[Score]) -> str:
    """Say in one line how far an exercise is done."""
    count = {status: sum(score.status == status for score in scores) for status in SIGNS}
    signs = "".join(SIGNS[score.status] for score in scores)
    earned, most = sum(score.points for score in scores), sum(score.max_points for score in scores)
    hand = sum(score.max_points for score in scores if score.status == BY_HAND)
    tail = f", {points_text(hand)} more for the text" if hand else ""
    return (
        f"{signs}  {count[CORRECT]} of {len(scores)} correct, {count[NOT_YET]} not yet, {count[NOT_ATTEMPTED]} not "
        f"attempted: {earned:g} of {points_text(most)}{tail}"
    )
