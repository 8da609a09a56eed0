"""The capstone's report: two pages to print, made of a reader's own sentences, tables and figures, and of what the data cannot tell."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any

import numpy as np
import pandas as pd

from crmlib._frames import did_you_mean, listed, need_columns, need_frame
from crmlib.practice.grading.page import page, picture, table, text
from crmlib.retention import campaign_uplift

LABELS = ("descriptive", "predictive", "causal")
WORDS = 700  # fill two A4 pages beside two figures and two short tables
ROWS, FIGURES = 12, 2  # of one table, and in all: more cannot be read on two pages
GAP_COLUMNS = ["missing", "cannot_tell", "ask_for"]
_REQUIRED = ("title", "author", "decision", "findings", "cannot_tell", "next", "sources")
_OPTIONAL = ("company", "question")
_FINDING = ("say", "method", "window", "label")
_SHOWN = ("table", "figure")
_PRINT = """<style>
.head { color: #444; margin-top: -.6rem } .decision { border: 2px solid #0072B2; border-radius: 6px; padding: .3rem 1rem; margin: 1rem 0 }
.how { color: #444; font-size: .85rem; margin-top: .2rem } h3 { font-size: 1rem; margin: 1.4rem 0 .2rem } p, li { max-width: 46rem }
img { display: block; max-width: 36rem } section table { width: auto; min-width: 24rem } ol, ul { margin: .3rem 0 }
@page { size: A4; margin: 14mm 16mm }
@media print {
  body { font-size: 9.5pt; line-height: 1.32; margin: 0; padding: 0; max-width: none }
  h1 { font-size: 15pt; margin: 0 } h2 { font-size: 11.5pt; margin: .7rem 0 .2rem; break-after: avoid }
  h3 { font-size: 9.5pt; margin: .5rem 0 .1rem; break-after: avoid } p { margin: .2rem 0; max-width: none } li { max-width: none }
  img { max-width: none; width: auto; height: 48mm } details { display: none } .how { font-size: 8pt }
  table { font-size: 8.5pt; margin: .3rem 0 } th, td { padding: .1rem .4rem } .head { margin: 0 } .decision { margin: .4rem 0 }
  section, tr, img { break-inside: avoid }
}
</style>"""


def data_gaps(
    log: pd.DataFrame, tables: Mapping[str, pd.DataFrame] | None = None, *, set_aside: int = 0
) -> pd.DataFrame:
    """Say what a purchase log, and the tables beside it, cannot tell: what is missing, and what would be needed.

    Only what can be looked up in the data is looked at. What you know of their making (a campaign in the middle, a shop that was closed)
    you must add yourself.

    Parameters
    ----------
    log : one row per purchase or refund: `customer`, `date`, `revenue`; further columns as there are.
    tables : name -> frame, such as `bank.tables`; None: there is the log alone. Looked at are `campaign_members`, `consents`,
        `customers` (column `left`), `leads`, `market_study`, `survey` and `wallets`.
    set_aside : rows of the file that could not be read, `len(form.own.set_aside)`.

    Returns
    -------
    Frame, one row per gap: `missing`, `cannot_tell`, `ask_for`. Gaps of the tables come first, then those of the log.

    Raises
    ------
    ValueError, TypeError : the log lacks a column; a table is no frame.

    >>> log = pd.DataFrame({"customer": [1, 2], "date": pd.to_datetime(["2025-01-01", "2025-03-01"]), "revenue": [20.0, 30.0]})
    >>> data_gaps(log)["missing"].head(3).tolist()
    ['an experiment (a control group drawn by lot)', 'a list of consents', 'a survey']
    """
    need_columns(need_frame(log, "The purchase log"), ["customer", "date", "revenue"], "The purchase log")
    tables = {} if tables is None else tables
    for name, frame in tables.items():
        if not isinstance(frame, pd.DataFrame):
            raise TypeError(f"tables[{name!r}] must be a pandas DataFrame, but it is a {type(frame).__name__}.")
    known = {*tables, *(["left"] if "left" in tables.get("customers", pd.DataFrame()) else [])}
    beside = [gap for name, gap in _BESIDE.items() if name not in known]
    found = [*beside, *_experiments(tables), *_answers(log, tables), *_inside(log, set_aside)]
    return pd.DataFrame(found, columns=GAP_COLUMNS)


# What each kind of evidence beside a purchase log would tell. `left` stands for the day of leaving in the table of customers.
_BESIDE = {
    "campaign_members": (
        "an experiment (a control group drawn by lot)",
        "what a contact, a price or a benefit changes: who is contacted may have bought anyway",
        "a campaign in which half of the list, by lot, is left in peace",
    ),
    "consents": ("a list of consents", "who may be contacted at all", "consent by purpose and channel, with its day"),
    "survey": ("a survey", "why they buy, stay or leave", "answers that can be joined to the customer number"),
    "left": (
        "a day of leaving",
        "whether a silent customer is gone or pauses",
        "a contract's end, or a call to a sample",
    ),
    "wallets": (
        "what they buy elsewhere",
        "share of customer: who could bring more",
        "a question in a survey, or a panel",
    ),
    "market_study": ("the rivals", "whether the market moved or the company did", "a market study"),
    "leads": ("people who never bought", "whom to win, and at what cost", "the list of leads and mailings"),
}


def _experiments(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str, str]]:
    """Return the campaigns with a control group that were too small to show an effect."""
    if "campaign_members" not in tables:
        return []
    arms = campaign_uplift(tables["campaign_members"], wanted="more", by="campaign")
    unclear = arms[(arms["low"] <= 0) & (arms["high"] >= 0)]
    points = 100 * unclear.set_index("campaign")[["uplift", "low", "high"]]
    people = (unclear["treated"] + unclear["control"]).to_numpy()
    return [
        (
            f"enough people in the campaign {row.Index!r} (there are {row.people:,})",
            f"whether it changed anything: {row.uplift:+.2f} points, {row.low:+.2f} to {row.high:+.2f}",
            "a larger campaign of the same kind",
        )
        for row in points.assign(people=people).itertuples()
    ]


def _answers(log: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str, str]]:
    """Return the gap that a survey leaves, if fewer than half of the buyers answered it."""
    if "survey" not in tables:
        return []
    answered = log["customer"].drop_duplicates().isin(tables["survey"]["customer"]).mean()
    if answered >= 0.5:
        return []
    why = "why the others buy, stay or leave; who answers may differ from who does not"
    return [(f"answers of most customers ({100 * answered:.0f} % answered)", why, "a follow-up of the others")]


def _inside(log: pd.DataFrame, set_aside: int) -> list[tuple[str, str, str]]:
    """Return what the log itself lacks."""
    names = {str(name).lower() for name in log.columns}
    months = (log["date"].max() - log["date"].min()).days / 30.44
    days = log.loc[log["revenue"] >= 0].drop_duplicates(["customer", "date"])["customer"].value_counts()
    again = int((days > 1).sum())
    gaps = {
        ("costs", "profit: the best by revenue may lose money", "cost of goods and of service per customer"): not names
        & {"cost", "costs", "margin", "profit", "contribution"},
        ("products", "what to offer next", "a column with the product of each purchase"): "product" not in names,
        (f"two years of history (there are {months:.0f} months)", "season apart from trend", "the years before"): months
        < 23.5,
        (
            f"many customers (there are {len(days):,})",
            "much about a Top tier of one in a hundred: it holds fewer than ten people",
            "wider tiers, or a longer time",
        ): len(days) < 1000,
        (
            f"many repeat customers (there are {again:,})",
            "how often customers come back: a model has little to learn from",
            "a longer time",
        ): again < 50,
        (
            f"{set_aside:,} row{'s' * (set_aside != 1)} of the file, set aside",
            "whether they would change the picture",
            "a clean export",
        ): set_aside > 0,
    }
    return [gap for gap, there in gaps.items() if there]


@dataclass(frozen=True, repr=False)
class CapstoneReport:
    """A report as one HTML page.

    html : the page. words : of text in it. checks : one row per thing that a computer can check: `check`, `ok`, `found`.
    file : where it was written, or None.
    """

    html: str = field(repr=False)
    words: int
    checks: pd.DataFrame
    file: str | None = None

    def __repr__(self) -> str:
        lines = [f"{'✔' if ok else '✘'} {check} ({found})" for check, ok, found in self.checks.itertuples(index=False)]
        end = (
            f"Written: {self.file}, beside this notebook. Open it with a double click; print it with Ctrl+P."
            if self.file
            else "Not written to a file yet."
        )
        return "\n".join([*lines, end])


def capstone_report(pages: Mapping[str, Any], file: str | None = None, *, replace: bool = False) -> CapstoneReport:
    """Make the report of a recommendation: one HTML page that needs nothing but itself, and prints on two A4 pages.

    Parameters
    ----------
    pages : the parts of the report.
        `title`, `author`, `decision` (what to do, its price, in a few sentences), and if you like `company`, `question`: text.
        `findings`: list of dicts: `say` (your sentence, with its number), `method`, `window` (from when to when), `label`
        ("descriptive", "predictive" or "causal"), and if you like `table` (a frame of up to 12 rows, rounded as it shall be shown) and
        `figure` (an Axes).
        `cannot_tell`: frame from `data_gaps`, or list of sentences. `next`: what to measure next, text. `sources`: list of texts.
    file : name of the page in the notebook's folder, ending in .html; None writes nothing.
    replace : write over a file of that name.

    Returns
    -------
    CapstoneReport. The same parts give the same page, byte for byte. Text is shown as it is typed and never read as HTML.

    Raises
    ------
    ValueError, TypeError : a part is missing, empty, unknown or of the wrong kind (the message names it); a file name with a folder in
        it. FileExistsError : there is such a file and `replace` is not True.

    >>> pages = {"title": "Tea", "author": "Li", "decision": "Call 20 customers. Price: ¥400.", "cannot_tell": ["No costs: no profit."],
    ...     "findings": [{"say": "82 % of revenue comes from 20 % of customers.", "method": "customer_pyramid", "window": "2025",
    ...                   "label": "descriptive"}], "next": "Leave half in peace, by lot.", "sources": ["Export of the shop."]}
    >>> bool(capstone_report(pages).checks["ok"].all())
    True
    """
    _check_parts(pages)
    where = None if file is None else _check_name(file, replace)
    findings = pages["findings"]
    head = " · ".join(text(pages[part]) for part in ("author", "company") if pages.get(part))
    parts = [_PRINT, f'<p class="head">{head}</p>']
    if pages.get("question"):
        parts.append(f"<p><b>Question.</b> {text(pages['question'])}</p>")
    parts.append(f'<div class="decision"><p><b>Recommendation.</b> {_lines(pages["decision"])}</p></div>')
    parts.append("<h2>What the data show</h2>")
    parts += [_finding(place, one) for place, one in enumerate(findings, start=1)]
    parts += ["<h2>What these data cannot tell</h2>", _gaps(pages["cannot_tell"])]
    parts += ["<h2>What to measure next</h2>", f"<p>{_lines(pages['next'])}</p>"]
    parts += ["<h2>Sources</h2>", "<ul>" + "".join(f"<li>{text(one)}</li>" for one in pages["sources"]) + "</ul>"]
    made = page(str(pages["title"]), parts)
    words = _count(made)
    if where is not None:
        where.write_text(made, encoding="utf-8", newline="\n")
    return CapstoneReport(made, words, _checks(pages, words), file)


def _check_parts(pages: Mapping[str, Any]) -> None:
    if not isinstance(pages, Mapping):
        raise TypeError(
            f"The report needs its parts by name, {{'title': ..., ...}}, but it got a {type(pages).__name__}."
        )
    _check_names(pages, _REQUIRED, _OPTIONAL, "The report")
    for part in ("title", "author", "decision", "next"):
        _need_text(pages[part], f"The part {part!r}")
    for part in _OPTIONAL:
        given = pages.get(part)
        if given is not None and not (isinstance(given, str) and given == ""):
            _need_text(given, f"The part {part!r}")
    for part in ("findings", "sources"):
        if not _is_list(pages[part]):
            raise ValueError(f"The part {part!r} must be a list with one or more entries, between [ and ].")
    for one in pages["sources"]:
        _need_text(one, "Each of the sources")
    for place, one in enumerate(pages["findings"], start=1):
        what = f"Finding {place}"
        if not isinstance(one, Mapping):
            raise TypeError(
                f"{what} must have its parts by name, {{'say': ..., ...}}, but it is a {type(one).__name__}."
            )
        _check_names(one, _FINDING, _SHOWN, what)
        for part in _FINDING:
            _need_text(one[part], f"{what}, part {part!r},")
        if one["label"] not in LABELS:
            raise ValueError(
                f"{what}: the label must be {', '.join(LABELS[:-1])} or {LABELS[-1]}, but it is {one['label']!r}."
            )
        if one.get("table") is not None:
            rows = len(need_frame(one["table"], f"The table of finding {place}"))
            if rows > ROWS:
                raise ValueError(
                    f"The table of finding {place} has {rows:,} rows. On two pages nobody reads more than {ROWS}: take .head({ROWS})."
                )
        if one.get("figure") is not None and not hasattr(one["figure"], "get_figure"):
            given = type(one["figure"]).__name__
            raise TypeError(
                f"The figure of finding {place} must be what a crm.show.plot_... function returns, but it is a {given}."
            )
    gaps = pages["cannot_tell"]
    if isinstance(gaps, pd.DataFrame):
        need_columns(gaps, GAP_COLUMNS, "The part 'cannot_tell'")
        empty = gaps.empty
    else:
        empty = not _is_list(gaps)
    if empty:
        raise ValueError(
            "The part 'cannot_tell' must be a frame from data_gaps, or a list of sentences. Every data set has its limits."
        )
    for one in [] if isinstance(gaps, pd.DataFrame) else gaps:
        _need_text(one, "Each sentence of the part 'cannot_tell'")


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and len(value) > 0


def _check_names(given: Mapping[str, Any], required: Sequence[str], optional: Sequence[str], what: str) -> None:
    known = [*required, *optional]
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ValueError(
            f"{what} has no part {unknown[0]!r}. {did_you_mean(unknown[0], known)}Its parts are {listed(known, most=20)}."
        )
    missing = [name for name in required if name not in given]
    if missing:
        raise ValueError(f"{what} lacks {listed(missing)}.")


def _need_text(value: object, what: str) -> None:
    if value is ...:  # three dots without quotes: as the form stood before anything was written
        value = ""
    if not isinstance(value, str):
        raise TypeError(f"{what} must be text between quotes, but it is a {type(value).__name__}.")
    if not value.strip() or value.strip(" .") == "":
        raise ValueError(f"{what} is empty. Write your sentence.")


def _check_name(file: str, replace: bool) -> Path:
    """Return where a page may be written: a file of its own, in the folder of the notebook."""
    name = str(file)
    if PureWindowsPath(name).name != name or name.startswith("."):
        raise ValueError(
            f"{name!r} names a folder. The report is written beside the notebook: give a file name alone, such as 'my_report.html'."
        )
    if not name.lower().endswith(".html"):
        raise ValueError(f"The name must end in .html, such as 'my_report.html', but it is {name!r}.")
    where = Path.cwd() / name
    if where.exists() and not replace:
        raise FileExistsError(
            f"There is a file {name} already. Take another name, or say replace=True to write over it."
        )
    return where


def _lines(words: str) -> str:
    return "<br>".join(text(line) for line in words.strip().splitlines())


def _finding(place: int, one: Mapping[str, Any]) -> str:
    shown = ""
    if one.get("figure") is not None:
        shown += _settled(one["figure"])
    if one.get("table") is not None:
        shown += _table(one["table"])
    how = f"{text(one['label'].capitalize())}. Method: {text(one['method'])}. Window: {text(one['window'])}."
    return f'<section><h3>{place}. {_lines(one["say"])}</h3>{shown}<p class="how">{how}</p></section>'


def _settled(ax: Any) -> str:
    """Return a figure's picture. Its layout is held from now on: it would move a little with each drawing, and change the next page."""
    figure = ax.get_figure()
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return picture(ax)


def _table(frame: pd.DataFrame) -> str:
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    return table(
        [str(name).replace("_", " ") for name in frame.columns],
        [[_cell(value) for value in row] for row in frame.itertuples(index=False)],
    )


def _cell(value: object) -> object:
    """Return a cell as the page shows it: numbers with at most two decimals, days without a time, nothing as a dash."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, np.generic):
        value = value.item()
    return round(value, 0 if abs(value) >= 1000 else 2) if isinstance(value, float) else value


def _gaps(gaps: pd.DataFrame | Sequence[str]) -> str:
    if isinstance(gaps, pd.DataFrame):
        return table(
            ["missing", "so these data cannot tell", "what would tell"],
            gaps[GAP_COLUMNS].itertuples(index=False, name=None),
        )
    return "<ul>" + "".join(f"<li>{text(one)}</li>" for one in gaps) + "</ul>"


def _count(made: str) -> int:
    """Count the words that a reader of the printed page sees."""
    body = made.split("<body>")[1]
    body = re.sub(r"<(style|details)\b.*?</\1>", " ", body, flags=re.DOTALL)
    return len(re.findall(r"[\u4e00-\u9fff]|[^\W_](?:[\w.,'’-]*\w)?", html.unescape(re.sub(r"<[^>]+>", " ", body))))


def _checks(pages: Mapping[str, Any], words: int) -> pd.DataFrame:
    findings = pages["findings"]
    bare = [place for place, one in enumerate(findings, start=1) if not re.search(r"\d", one["say"])]
    figures = sum(one.get("figure") is not None for one in findings)
    lot = re.compile(r"\b(lot|random|randomi[sz]ed|experiment|control|staggered)", re.IGNORECASE)
    bold = [
        place
        for place, one in enumerate(findings, start=1)
        if one["label"] == "causal" and not lot.search(f"{one['method']} {one['say']}")
    ]
    rows = [
        (f"two pages: {WORDS} words or fewer", words <= WORDS, f"{words:,}"),
        (f"{FIGURES} figures or fewer", figures <= FIGURES, str(figures)),
        ("every finding has a number", not bare, "all" if not bare else f"not finding {listed(bare)}"),
        ("the decision names a number", bool(re.search(r"\d", pages["decision"])), "in the recommendation"),
        ("what is called causal says what makes it so", not bold, "all" if not bold else f"not finding {listed(bold)}"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["check", "ok", "found"])
