"""The five gaps of service quality as data: what parts in each, who owns it, and what could measure it."""

from __future__ import annotations

import pandas as pd

# One tuple per gap: number, name, Chinese term, what parts, who owns it, what closes it, what measures it in the two
# companies' data, and whether that is the gap itself ("yes"), a trace of it ("a trace") or nothing ("no").
_GAPS = (
    (
        1,
        "understanding",
        "理解差距",
        "what customers expect – what managers think they expect",
        "market research, and the managers themselves",
        "ask customers, listen to complaints, shorten the way from the counter to the board",
        "nothing: no manager was asked what customers expect",
        "no",
    ),
    (
        2,
        "procedure",
        "程序差距",
        "what managers think customers expect – the standards that are set",
        "operations, process design",
        "standards that measure what customers value: solved, instead of coded as solved",
        "contacts.coded_resolved (the standard in use) against repeat_within_7_days (what a customer would set)",
        "a trace",
    ),
    (
        3,
        "delivery",
        "服务传递差距",
        "the standards – the service delivered",
        "branch managers, staff and human resources",
        "hiring, training, rosters, and authority to solve",
        "problems per customer and year; share of contacts without a repeat, by agent",
        "yes",
    ),
    (
        4,
        "promise",
        "市场沟通差距",
        "the service delivered – what advertising and sales promise",
        "marketing communication and sales",
        "promise what operations can keep; say what goes wrong before it does",
        "expectation by branch: some branches raise it, but no table keeps what was promised",
        "a trace",
    ),
    (
        5,
        "service quality",
        "服务质量差距",
        "what customers expect – what they perceive",
        "the head of the company: it is the sum of the other four",
        "close gaps 1 to 4",
        "survey: perception − expectation, 22 items",
        "yes",
    ),
)


def five_gaps() -> pd.DataFrame:
    """Return the five gaps of service quality, with their owners.

    Returns
    -------
    Frame, one row per gap: `gap` (1 to 5), `name`, `term` (Chinese), `between`, `owner`, `remedy`, `measured_by` (in the
    companies' data), `measured` ("yes", "a trace", "no").

    Source: Parasuraman, Zeithaml & Berry (1985), A conceptual model of service quality and its implications for future
    research, Journal of Marketing 49. Owners and measures: this course.

    >>> five_gaps().set_index("gap").loc[5, "name"]
    'service quality'
    """
    columns = ["gap", "name", "term", "between", "owner", "remedy", "measured_by", "measured"]
    return pd.DataFrame(_GAPS, columns=columns)
