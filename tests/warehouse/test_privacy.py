"""Consent, pseudonyms, broken hashes, people who stand out: by hand, by property, on the bank."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlib.warehouse import consent_status, crack_hashes, plain_hash, pseudonyms, standing_out

PEOPLE = pd.DataFrame({"customer": [1, 2, 3, 4, 5, 6]})
CONSENTS = pd.DataFrame(
    {
        "customer": [1, 2, 3, 4, 5, 5, 1],
        "purpose": ["marketing"] * 6 + ["service"],
        "channel": ["phone"] * 6 + ["app"],
        "given": pd.to_datetime(
            ["2024-01-01", "2024-01-01", "2026-02-01", None, "2023-01-01", "2025-06-01", "2024-01-01"]
        ),
        "withdrawn": pd.to_datetime([None, "2025-12-31", None, None, "2024-01-01", None, None]),
    }
)
ASK = {"purpose": "marketing", "channel": "phone"}
KEY = b"a key of more than sixteen bytes"


def test_consent_by_hand():
    """1 agreed; 2 withdrew today; 3 agrees later; 4's day is unknown; 5 withdrew and agreed again; 6 was never asked."""
    found = consent_status(PEOPLE, CONSENTS, **ASK, as_of="2025-12-31")
    answers = ["yes", "no: withdrawn", "no: not yet given", "no: day unknown", "yes", "no: never given"]
    assert found.customers["answer"].astype("str").tolist() == answers
    assert found.customers["allowed"].tolist() == [answer == "yes" for answer in answers]
    assert found.table["customers"].tolist() == [2, 1, 1, 1, 1]


def test_the_day_before_the_withdrawal_is_still_allowed():
    allowed = consent_status(PEOPLE, CONSENTS, **ASK, as_of="2025-12-30").customers["allowed"]
    assert allowed.tolist() == [True, True, False, False, True, False]


def test_consent_for_one_purpose_or_channel_says_nothing_of_another():
    found = consent_status(PEOPLE, CONSENTS, purpose="service", channel="phone", as_of="2025-12-31").customers
    assert not found["allowed"].any()


def test_withdrawn_before_given_is_no_and_counted():
    odd = CONSENTS.iloc[[0]].assign(withdrawn=pd.Timestamp("2023-06-01"))
    found = consent_status(PEOPLE.head(1), odd, **ASK, as_of="2025-12-31")
    assert not found.customers["allowed"].any()
    assert found.excluded["reason"].tolist() == ["withdrawn before it was given: counts as no"]


@given(st.integers(0, 5), st.integers(-400, 400))
def test_more_consent_never_takes_an_answer_away_and_a_withdrawal_never_gives_one(who, days):
    day = pd.Timestamp("2025-12-31")
    before = consent_status(PEOPLE, CONSENTS, **ASK, as_of=day).customers["allowed"]
    extra = CONSENTS.iloc[[0]].assign(customer=who + 1, given=day + pd.Timedelta(days=days))
    after = consent_status(PEOPLE, pd.concat([CONSENTS, extra]), **ASK, as_of=day).customers["allowed"]
    assert (after >= before).all()
    gone = consent_status(PEOPLE, CONSENTS.assign(withdrawn=day), **ASK, as_of=day).customers["allowed"]
    assert not gone.any()


def test_the_bank_messaged_nobody_without_consent(bank):
    """Messages went to those with marketing consent at the quarter's start: the audit must find no other, by phone."""
    for quarter in bank.messages["quarter"].unique():
        sent = bank.messages.loc[bank.messages["quarter"] == quarter, ["customer"]]
        assert consent_status(sent, bank.consents, **ASK, as_of=quarter).customers["allowed"].all()


REFUSED = {
    "a purpose nobody was asked for": (PEOPLE, CONSENTS, {"purpose": "marketting"},
        r"^No consent was ever asked for the purpose 'marketting'. Known are 'marketing' and 'service'. Without consent the answer is no"),
    "a channel": (PEOPLE, CONSENTS, {"channel": "letter"}, r"^No consent was ever asked for the channel 'letter'."),
    "an empty frame of consents": (PEOPLE, CONSENTS.iloc[:0], {}, r"^The frame of consents has no rows."),
    "a column is missing": (PEOPLE, CONSENTS.drop(columns="given"), {}, r"^The frame of consents has no column 'given'."),
    "a customer twice": (pd.concat([PEOPLE, PEOPLE]), CONSENTS, {}, r"must have one row per customer"),
    "a day that is none": (PEOPLE, CONSENTS, {"as_of": "31.12.2025"}, r"^`as_of` must be a day like '2025-12-31'"),
    "days as text": (PEOPLE, CONSENTS.assign(given="1/2/2024"), {}, r"^Column 'given' of the frame of consents must hold dates"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_unknown_consent_gets_a_sentence(case):
    people, consents, options, says = REFUSED[case]
    with pytest.raises(ValueError, match=says):
        consent_status(people, consents, **{**ASK, "as_of": "2025-12-31"} | options)


def test_hmac_is_the_published_one():
    """A key longer than a block, as in RFC 4231, test case 6, whose text is taken here without its blanks."""
    found = pseudonyms(pd.Series(["TestUsingLargerThanBlock-SizeKey-HashKeyFirst"]), key=b"\xaa" * 131)
    text = b"TestUsingLargerThanBlock-SizeKey-HashKeyFirst"
    pad = hashlib.sha256(b"\xaa" * 131).digest().ljust(64, b"\0")
    inner = hashlib.sha256(bytes(one ^ 0x36 for one in pad) + text).digest()  # the definition of RFC 2104, by hand
    outer = hashlib.sha256(bytes(one ^ 0x5C for one in pad) + inner).hexdigest()
    assert found.tolist() == [outer[:16]]


def test_hmac_is_that_of_openssl():
    """printf 12000000042 | openssl dgst -sha256 -hmac "a key of more than sixteen bytes"."""
    assert pseudonyms(pd.Series([12_000_000_042]), KEY).tolist() == ["6e92dbca7682c3b9"]


def test_pseudonyms_join_and_do_not_collide(bank):
    ids = bank.customers["customer"]
    one, again, other = pseudonyms(ids, KEY), pseudonyms(ids, KEY), pseudonyms(ids, b"another key, as long")
    assert one.equals(again)
    assert one.is_unique
    assert not set(one) & set(other)
    assert pseudonyms(pd.Series(["12 3", "123", None, ""]), KEY).isna().tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    "ids",
    [
        [100001.0, None],  # one empty cell makes a column of numbers one of fractions
        np.array([100001.0, None], dtype=object),
        np.array([np.float32(100001), None], dtype=object),
        pd.array([100001, None], dtype="Int64"),
        pd.array([100001, None], dtype="Float64"),
        ["100 001", None],
    ],
)
def test_an_empty_cell_beside_it_does_not_change_a_pseudonym(ids):
    for made in (lambda one: pseudonyms(one, KEY), plain_hash):
        found, alone = made(pd.Series(ids)), made(pd.Series([100001]))
        assert found.iloc[0] == alone.iloc[0]
        assert pd.isna(found.iloc[1])
    assert pseudonyms(pd.Series([1.5]), KEY).iloc[0] != pseudonyms(pd.Series([1]), KEY).iloc[0]


@pytest.mark.parametrize(("key", "kind", "says"), [
    ("a text", TypeError, r"^`key` must be bytes, such as secrets.token_bytes\(32\), but it is a str."),
    (b"short", ValueError, r"^`key` has 5 bytes: it can be guessed."),
])  # fmt: skip
def test_a_bad_key_gets_a_sentence(key, kind, says):
    with pytest.raises(kind, match=says):
        pseudonyms(pd.Series([1]), key)


def test_plain_hashes_break_and_keyed_ones_do_not(bank):
    phones = bank.export_app["phone"].dropna().str.replace(" ", "")
    phones = phones[phones.str.len() == 11]
    number = int(phones.iloc[0][2:])
    near = range(number - 500, number + 500)
    found = crack_hashes(plain_hash(phones), near)
    inside = phones[phones.str[2:].astype(int).isin(near)]
    assert set(found["phone"]) == set(inside)
    # a pseudonym is cut to 16 signs, and so is each attempt: a plain hash cut like that is found, a keyed one is not
    attempts = {hashlib.sha256(f"12{one:09d}".encode()).hexdigest()[:16] for one in near}
    assert plain_hash(inside).str[:16].isin(attempts).all()
    keyed = pseudonyms(inside, KEY)
    assert keyed.str.len().eq(16).all()
    assert not keyed.isin(attempts).any()


@given(st.sets(st.integers(0, 9_999), min_size=1, max_size=20))
def test_every_number_in_the_range_is_found(numbers):
    phones = pd.Series([f"7{number:04d}" for number in sorted(numbers)])
    found = crack_hashes(plain_hash(phones), range(10_000), prefix="7", digits=4)
    assert found["phone"].tolist() == phones.tolist()


@pytest.mark.parametrize("numbers", [range(0), range(-1, 5), range(10**9 + 1), [1, 2]])
def test_numbers_that_do_not_fit_get_a_sentence(numbers):
    with pytest.raises(ValueError, match=r"^`numbers` must be a range within 0 to 999,999,999"):
        crack_hashes(plain_hash(pd.Series(["12000000000"])), numbers)


def test_no_hash_to_look_for():
    with pytest.raises(ValueError, match=r"^There is no hash to look for."):
        crack_hashes(pd.Series([None]), range(5))


def test_standing_out_grows_with_what_is_known(bank):
    people = bank.customers.merge(bank.branches[["branch"]], on="branch")
    table = standing_out(people, ["kind", "branch", "birth_year", "joined"])
    assert table["groups"].is_monotonic_increasing
    assert table["unique"].is_monotonic_increasing
    assert table["below_k"].is_monotonic_increasing
    sizes = people.groupby(["kind", "branch"], observed=True)["customer"].transform("size")
    assert table["below_k"].iloc[1] == (sizes < 5).sum()


def test_an_empty_value_is_a_value_too():
    table = standing_out(pd.DataFrame({"born": [1980, 1980, np.nan]}), ["born"], k=2)
    assert table["unique"].tolist() == [1]


@pytest.mark.parametrize(("columns", "k", "says"), [
    ("kind", 5, r"^`columns` must be a list"),
    (["king"], 5, r"^The frame of people has no column 'king'"),
    (["kind"], 1, r"^`k` must be a whole number, 2 or more"),
])  # fmt: skip
def test_standing_out_refuses(columns, k, says):
    with pytest.raises(ValueError, match=says):
        standing_out(pd.DataFrame({"kind": ["a"]}), columns, k)
