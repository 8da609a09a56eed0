"""One rule of consent, written in two rooms that do not know each other: both say what was worked out by hand, whatever the history."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.onetoone import contact_permission
from crmlib.warehouse import consent_status

DAY = "2025-06-30"
ASKED = ("marketing", "phone")
YESTERDAY, TOMORROW = "2025-06-29", "2025-07-01"

# what happened: rows of purpose, channel, given, withdrawn; whether he may be contacted on the day
HISTORIES = {
    "given": ([(*ASKED, "2024-01-01", None)], True),
    "given on the day": ([(*ASKED, DAY, None)], True),
    "given tomorrow": ([(*ASKED, TOMORROW, None)], False),
    "given tomorrow, withdrawn later": ([(*ASKED, TOMORROW, "2026-01-01")], False),
    "withdrawn": ([(*ASKED, "2024-01-01", "2025-01-01")], False),
    "withdrawn yesterday": ([(*ASKED, "2024-01-01", YESTERDAY)], False),
    "withdrawn on the day": ([(*ASKED, "2024-01-01", DAY)], False),
    "withdrawn tomorrow": ([(*ASKED, "2024-01-01", TOMORROW)], True),
    "given and withdrawn on the day": ([(*ASKED, DAY, DAY)], False),
    "withdrawn before it was given": ([(*ASKED, "2025-01-01", "2024-01-01")], False),
    "withdrawn, given tomorrow": ([(*ASKED, TOMORROW, "2024-01-01")], False),
    "withdrawn and given again": ([(*ASKED, "2023-01-01", "2024-01-01"), (*ASKED, "2025-01-01", None)], True),
    "given again and withdrawn again": ([(*ASKED, "2023-01-01", "2024-01-01"), (*ASKED, "2025-01-01", DAY)], False),
    "withdrawn, given again tomorrow": ([(*ASKED, "2023-01-01", "2024-01-01"), (*ASKED, TOMORROW, None)], False),
    "the newer row first": ([(*ASKED, "2025-01-01", None), (*ASKED, "2023-01-01", "2024-01-01")], True),
    "another channel": ([("marketing", "app", "2024-01-01", None)], False),
    "another purpose": ([("service", "phone", "2024-01-01", None)], False),
    "this one withdrawn, another channel not": ([(*ASKED, "2024-01-01", DAY), ("marketing", "app", "2024-01-01", None)], False),
    "the day unknown": ([(*ASKED, None, None)], False),
    "the day unknown, withdrawn later": ([(*ASKED, None, "2026-01-01")], False),
    "the day unknown, and another row": ([(*ASKED, None, None), (*ASKED, "2024-01-01", None)], True),
    "no purpose on file": ([(None, "phone", "2024-01-01", None)], False),
    "never asked": ([], False),
}  # fmt: skip


def consents_of(histories: list[list[tuple]]) -> pd.DataFrame:
    rows = [(who, *row) for who, history in enumerate(histories) for row in history]
    frame = pd.DataFrame(rows, columns=["customer", "purpose", "channel", "given", "withdrawn"])
    return frame.assign(given=pd.to_datetime(frame["given"]), withdrawn=pd.to_datetime(frame["withdrawn"]))


def both_answers(histories: list[list[tuple]], purpose: str, channel: str) -> tuple[list[bool], list[bool]]:
    people, consents = pd.DataFrame({"customer": range(len(histories))}), consents_of(histories)
    ask = {"purpose": purpose, "channel": channel}
    one = contact_permission(people, consents, **ask, day=DAY)["may_contact"]
    other = consent_status(people, consents, **ask, as_of=DAY).customers["allowed"]
    return one.tolist(), other.tolist()


def test_each_history_by_hand():
    histories, may = zip(*HISTORIES.values(), strict=True)
    for answers in both_answers(list(histories), *ASKED):
        assert dict(zip(HISTORIES, answers, strict=True)) == dict(zip(HISTORIES, may, strict=True))


def test_a_purpose_and_a_channel_that_nobody_joined_are_a_no():
    histories = [[("marketing", "app", "2024-01-01", None)], [("service", "phone", "2024-01-01", None)]]
    assert both_answers(histories, *ASKED) == ([False, False], [False, False])


@pytest.mark.parametrize("asked", [("marketting", "phone"), ("marketing", "fax")])
def test_both_notice_a_slip_of_the_pen(asked):
    histories = [[(*ASKED, "2024-01-01", None)]]
    people, consents = pd.DataFrame({"customer": [0]}), consents_of(histories)
    ask = dict(zip(("purpose", "channel"), asked, strict=True))
    with pytest.raises(ValueError, match="No row of the consents is for"):
        contact_permission(people, consents, **ask, day=DAY)
    with pytest.raises(ValueError, match="No consent was ever asked for"):
        consent_status(people, consents, **ask, as_of=DAY)


DATES = st.sampled_from([None, "2024-01-01", YESTERDAY, DAY, TOMORROW, "2026-01-01"])
ROWS = st.tuples(st.sampled_from(["marketing", "service"]), st.sampled_from(["phone", "app"]), DATES, DATES)


@given(st.lists(st.lists(ROWS, max_size=4), max_size=6))
def test_both_say_the_same_of_any_history(histories):
    """And what a plain loop over the rows says."""
    histories = [*histories, [(*ASKED, "2024-01-01", None)]]
    one, other = both_answers(histories, *ASKED)
    by_hand = [
        any(row[:2] == ASKED and row[2] and row[2] <= DAY and not (row[3] and row[3] <= DAY) for row in history)
        for history in histories
    ]
    assert one == other == by_hand
