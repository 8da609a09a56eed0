"""The capstone's report: what it shows, what it refuses, where it writes; and the gaps that a log leaves."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import crmlib as crm
from crmlib.practice.report import WORDS

FINDING = {
    "say": "20 % of buyers bring 60 % of revenue.",
    "method": "customer_pyramid",
    "window": "2025",
    "label": "descriptive",
}
PAGES = {
    "title": "Tea",
    "author": "Li Hua",
    "decision": "Write to 200 customers. Price: ¥1,200.",
    "findings": [FINDING],
    "cannot_tell": ["No costs: no profit."],
    "next": "Leave half in peace, by lot.",
    "sources": ["Export of the shop."],
}


def with_finding(**parts):
    return PAGES | {"findings": [FINDING | parts]}


class Seen(HTMLParser):
    """What a browser makes of a page: its tags, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.texts, self.open = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "style":
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag == "style":
            self.open.pop()

    def handle_data(self, data):
        if not self.open:
            self.texts.append(data)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def figure():
    yield crm.show.plot_pyramid(
        crm.customer_pyramid(pd.DataFrame({"customer": range(10), "revenue": range(10, 20)})).table
    )
    plt.close("all")


def test_every_part_is_on_the_page(figure):
    table = pd.DataFrame(
        {
            "tier": ["Top"],
            "mean_worth": [1234.5678],
            "share": [0.123456],
            "since": [pd.Timestamp("2025-03-01")],
            "gap": [np.nan],
        }
    )
    report = crm.capstone_report(with_finding(table=table, figure=figure) | {"company": "A shop", "question": "Whom?"})
    seen = Seen(report.html)
    text = " ".join(" ".join(seen.texts).split())
    for part in (
        "Tea",
        "Li Hua · A shop",
        "Whom?",
        "Write to 200",
        "20 % of buyers",
        "Method: customer_pyramid. Window: 2025.",
        "No costs",
        "Leave half",
        "Export",
    ):
        assert part in text
    cells = re.findall(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", report.html)
    assert cells == ["tier", "mean worth", "share", "since", "gap", "Top", "1,235", "0.12", "2025-03-01", "–"]
    (image,) = [attrs for tag, attrs in seen.tags if tag == "img"]
    assert image["alt"]
    assert image["src"].startswith("data:image/png;base64,")


def test_a_page_needs_nothing_from_outside_and_runs_nothing(figure):
    page = crm.capstone_report(with_finding(figure=figure)).html
    assert "default-src 'none'" in page
    plain = "html head meta title style body h1 h2 h3 p b div section ul li br table thead tbody tr th td img details summary"
    assert {tag for tag, _ in Seen(page).tags} <= set(plain.split(" "))
    assert "http" not in page.replace("http-equiv", "")
    assert "@media print" in page


NASTY = '<script>alert(1)</script><img src=x onerror=alert(2)> & "quotes"'


@pytest.mark.parametrize(
    "pages",
    [
        *[PAGES | {part: f"1 {NASTY}"} for part in ("title", "author", "company", "question", "decision", "next")],
        PAGES | {"sources": [NASTY], "cannot_tell": [NASTY]},
        *[with_finding(**{part: NASTY}) for part in ("say", "method", "window")],
        with_finding(table=pd.DataFrame({NASTY: [NASTY]})),
        with_finding(table=pd.DataFrame({"n": [1]}, index=pd.Index([NASTY], name=NASTY))),
        PAGES | {"cannot_tell": pd.DataFrame({"missing": [NASTY], "cannot_tell": [NASTY], "ask_for": [NASTY]})},
    ],
)
def test_what_is_typed_is_text(pages):
    seen = Seen(crm.capstone_report(pages).html)
    assert {"script", "img"} & {tag for tag, _ in seen.tags} == set()
    assert [attrs for _, attrs in seen.tags if any(name.startswith("on") for name in attrs)] == []
    assert "alert(1)" in "".join(seen.texts)


def test_the_same_parts_give_the_same_bytes(figure, here):
    pages = with_finding(figure=figure)
    first = crm.capstone_report(pages, "one.html")
    crm.capstone_report(pages, "two.html")
    assert (here / "one.html").read_bytes() == (here / "two.html").read_bytes() == first.html.encode()
    assert b"\r" not in (here / "one.html").read_bytes()


def test_nothing_is_written_without_a_name_and_nothing_over_a_file(here):
    assert crm.capstone_report(PAGES).file is None
    assert list(here.iterdir()) == []
    (here / "mine.html").write_text("my own work", encoding="utf-8")
    with pytest.raises(FileExistsError, match=r"There is a file mine\.html already\. .*replace=True"):
        crm.capstone_report(PAGES, "mine.html")
    assert (here / "mine.html").read_text(encoding="utf-8") == "my own work"
    report = crm.capstone_report(PAGES, "mine.html", replace=True)
    assert (here / "mine.html").read_text(encoding="utf-8") == report.html
    assert "Written: mine.html" in repr(report)


def test_a_report_that_is_refused_leaves_the_old_one(here):
    crm.capstone_report(PAGES, "mine.html")
    old = (here / "mine.html").read_bytes()
    with pytest.raises(ValueError, match="empty"):
        crm.capstone_report(PAGES | {"decision": " "}, "mine.html", replace=True)
    assert (here / "mine.html").read_bytes() == old


@pytest.mark.parametrize("name", ["../up.html", "sub/in.html", "sub\\in.html", "C:\\in.html", "C:in.html", ".html"])
def test_a_report_stays_in_its_folder(here, name):
    with pytest.raises(ValueError, match="file name alone"):
        crm.capstone_report(PAGES, name)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("name", ["report.txt", "report", "report.html.py", ""])
def test_a_report_is_an_html_page(here, name):
    with pytest.raises(ValueError, match=r"must end in \.html"):
        crm.capstone_report(PAGES, name)


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        (["Tea"], "needs its parts by name"),
        ({name: part for name, part in PAGES.items() if name != "decision"}, "lacks 'decision'"),
        (PAGES | {"decison": "x"}, r"no part 'decison'\. Did you mean 'decision'\?"),
        (PAGES | {"author": "..."}, "part 'author' is empty"),
        (PAGES | {"title": 3}, "part 'title' must be text between quotes, but it is a int"),
        (PAGES | {"findings": []}, "'findings' must be a list"),
        (PAGES | {"sources": "one"}, "'sources' must be a list"),
        (PAGES | {"sources": [""]}, "Each of the sources is empty"),
        (PAGES | {"findings": ["x"]}, "Finding 1 must have its parts by name"),
        (PAGES | {"findings": [FINDING, {"say": "x"}]}, "Finding 2 lacks 'method', 'window' and 'label'"),
        (with_finding(metod="x"), "Finding 1 has no part 'metod'. Did you mean 'method'"),
        (with_finding(label="proven"), "must be descriptive, predictive or causal, but it is 'proven'"),
        (with_finding(say=""), "Finding 1, part 'say', is empty"),
        (with_finding(table=[1]), "table of finding 1 must be a pandas DataFrame"),
        (with_finding(table=pd.DataFrame({"n": range(13)})), r"has 13 rows\. .*\.head\(12\)"),
        (with_finding(figure="figure.png"), "must be what a crm.show.plot_... function returns, but it is a str"),
        (PAGES | {"cannot_tell": []}, "Every data set has its limits"),
        (PAGES | {"cannot_tell": "nothing"}, "Every data set has its limits"),
        (PAGES | {"cannot_tell": ...}, "must be a frame from data_gaps, or a list of sentences"),
        (PAGES | {"cannot_tell": None}, "must be a frame from data_gaps, or a list of sentences"),
        (PAGES | {"cannot_tell": {"No costs."}}, "must be a frame from data_gaps, or a list of sentences"),
        (PAGES | {"cannot_tell": ["No costs.", ...]}, "Each sentence of the part 'cannot_tell' is empty"),
        (PAGES | {"cannot_tell": [None]}, "Each sentence of the part 'cannot_tell' must be text between quotes"),
        (PAGES | {"findings": ...}, "'findings' must be a list"),
        (PAGES | {"sources": None}, "'sources' must be a list"),
        (PAGES | {"title": ...}, "The part 'title' is empty. Write your sentence"),
        (PAGES | {"company": ...}, "The part 'company' is empty"),
        (PAGES | {"question": 5}, "The part 'question' must be text between quotes, but it is a int"),
        (PAGES | {"company": pd.Series(["a", "b"])}, "The part 'company' must be text between quotes"),
        (PAGES | {"cannot_tell": pd.DataFrame({"missing": ["x"]})}, "no columns 'cannot_tell' and 'ask_for'"),
    ],
)
def test_bad_input_gets_a_sentence(pages, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        crm.capstone_report(pages)


def test_a_part_that_may_be_left_out_may_be_empty():
    assert crm.capstone_report(PAGES | {"company": None, "question": ""}).html == crm.capstone_report(PAGES).html


def failed(pages) -> list[str]:
    checks = crm.capstone_report(pages).checks
    return checks.loc[~checks["ok"], "check"].tolist()


def test_the_checks():
    assert failed(PAGES) == []
    assert failed(PAGES | {"decision": "Improve relations."}) == ["the decision names a number"]
    assert failed(with_finding(say="Revenue is concentrated.")) == ["every finding has a number"]
    assert failed(with_finding(label="causal")) == ["what is called causal says what makes it so"]
    assert failed(with_finding(label="causal", method="campaign_uplift, arms drawn by lot")) == []
    assert failed(PAGES | {"next": "word " * WORDS}) == [f"two pages: {WORDS} words or fewer"]


def test_words_are_counted_as_a_reader_would():
    """Words, numbers and Chinese characters; not the style, not the description of a figure."""
    extra = crm.capstone_report(PAGES | {"next": PAGES["next"] + " About 1,234.5 yuan (don't round). 客户"}).words
    assert extra - crm.capstone_report(PAGES).words == 7


def test_a_description_is_not_counted(figure):
    assert crm.capstone_report(with_finding(figure=figure)).words == crm.capstone_report(PAGES).words


def log(customers: int, days: list[str], **columns) -> pd.DataFrame:
    frame = pd.MultiIndex.from_product([range(customers), pd.to_datetime(days)], names=["customer", "date"]).to_frame(
        index=False
    )
    return frame.assign(revenue=10.0, **columns)


BESIDE = {
    "consents": pd.DataFrame({"customer": [1]}),
    "survey": pd.DataFrame({"customer": range(2_000)}),
    "customers": pd.DataFrame({"customer": [1], "left": [pd.NaT]}),
    "wallets": pd.DataFrame({"customer": [1]}),
    "market_study": pd.DataFrame({"rater": [1]}),
    "leads": pd.DataFrame({"lead": [1]}),
    "campaign_members": pd.DataFrame(
        {
            "campaign": "offer",
            "arm": ["treated"] * 500 + ["control"] * 500,
            "cost": 1.0,
            "outcome": [True] * 300 + [False] * 700,
        }
    ),
}
WHOLE = log(1_200, ["2023-01-01", "2024-12-31"], product="tea", cost=1.0)


def test_where_nothing_is_missing_nothing_is_named():
    assert len(crm.data_gaps(WHOLE, BESIDE)) == 0


@pytest.mark.parametrize(
    ("table", "missing"),
    [
        ("consents", "consents"),
        ("survey", "a survey"),
        ("customers", "day of leaving"),
        ("wallets", "elsewhere"),
        ("market_study", "rivals"),
        ("leads", "never bought"),
        ("campaign_members", "an experiment"),
    ],
)
def test_a_table_that_is_not_there_is_a_gap(table, missing):
    (gap,) = crm.data_gaps(WHOLE, {name: frame for name, frame in BESIDE.items() if name != table})["missing"]
    assert missing in gap


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (WHOLE.drop(columns="cost"), "costs"),
        (WHOLE.drop(columns="product"), "products"),
        (
            log(1_200, ["2024-01-01", "2024-12-31"], product="tea", cost=1.0),
            "two years of history (there are 12 months)",
        ),
        (log(999, ["2023-01-01", "2024-12-31"], product="tea", cost=1.0), "many customers (there are 999)"),
    ],
)
def test_what_the_log_lacks_is_a_gap(given, missing):
    assert crm.data_gaps(given, BESIDE)["missing"].tolist() == [missing]


def test_refunds_make_no_repeat_customer():
    refunded = log(1_200, ["2023-01-01", "2024-12-31"], product="tea", cost=1.0)
    refunded.loc[refunded["date"] == "2024-12-31", "revenue"] = -10.0
    assert crm.data_gaps(refunded, BESIDE)["missing"].tolist() == ["many repeat customers (there are 0)"]


def test_rows_set_aside_are_a_gap():
    assert crm.data_gaps(WHOLE, BESIDE, set_aside=1)["missing"].tolist() == ["1 row of the file, set aside"]
    assert crm.data_gaps(WHOLE, BESIDE, set_aside=1_200)["missing"].tolist() == ["1,200 rows of the file, set aside"]


def test_a_campaign_too_small_and_a_thin_survey_are_gaps():
    same = BESIDE["campaign_members"].assign(outcome=[True] * 50 + [False] * 450 + [True] * 49 + [False] * 451)
    thin = BESIDE | {"campaign_members": same, "survey": pd.DataFrame({"customer": range(300)})}
    gaps = crm.data_gaps(WHOLE, thin)
    assert gaps["missing"].tolist() == [
        "enough people in the campaign 'offer' (there are 1,000)",
        "answers of most customers (25 % answered)",
    ]
    assert gaps["cannot_tell"][0].startswith("whether it changed anything: +0.20 points, -3.5")


def test_gaps_refuse_what_is_no_table():
    with pytest.raises(TypeError, match="tables\\['survey'\\] must be a pandas DataFrame"):
        crm.data_gaps(WHOLE, {"survey": [1]})
    with pytest.raises(ValueError, match="no column 'date'"):
        crm.data_gaps(WHOLE.drop(columns="date"))
