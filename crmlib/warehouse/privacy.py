"""Consent by purpose and channel, pseudonyms, what a plain hash hides, and who stands out although no name is given."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib._frames import (
    Result,
    as_written,
    empty_ids,
    is_whole,
    listed,
    need_columns,
    need_day,
    need_days,
    need_frame,
    need_once,
    ordered_category,
    set_aside,
)

ANSWERS = ("yes", "no: withdrawn", "no: not yet given", "no: day unknown", "no: never given")


def consent_status(
    customers: pd.DataFrame,
    consents: pd.DataFrame,
    *,
    purpose: str,
    channel: str,
    as_of: object,
    customer: str = "customer",
) -> Result:
    """Say who may be contacted for one purpose by one channel on one day. Unknown means no.

    Rule of consent: yes if one row for this purpose and this channel was given on or before the day, and not withdrawn on or before
    it. One such row is enough, whatever the others say: who withdrew and agreed again has agreed. Everything else is no.
    `contact_permission` answers by the same rule.

    Parameters
    ----------
    customers : one row per customer asked about.
    consents : one row per consent: `customer`, `purpose`, `channel`, `given`, `withdrawn` (days; `withdrawn` empty: still valid).
    purpose, channel : such as "marketing" and "phone"; must occur in `consents`, so that a slip of the pen is noticed.
    as_of : day, such as "2025-12-31".

    Returns
    -------
    Result. table, one row per answer: `answer`, `customers`, `share`. customers: id, `allowed` (True or False), `answer`.
    excluded: consents without a customer, or withdrawn before they were given (these count as no).

    Raises
    ------
    ValueError, TypeError : a column is missing or of the wrong type; a customer has two rows; the purpose or channel is unknown.

    Source: consent for each purpose, as easy to withdraw as to give: GDPR Articles 6 and 7, PIPL Articles 14 and 15 (from memory).

    >>> consents = pd.DataFrame({"customer": [1, 2], "purpose": "marketing", "channel": "phone",
    ...     "given": pd.to_datetime(["2024-01-01"] * 2), "withdrawn": pd.to_datetime([None, "2025-03-01"])})
    >>> people = pd.DataFrame({"customer": [1, 2, 3]})
    >>> consent_status(people, consents, purpose="marketing", channel="phone", as_of="2025-12-31").customers
       customer  allowed           answer
    0         1     True              yes
    1         2    False    no: withdrawn
    2         3    False  no: never given
    """
    what = "The frame of customers"
    need_columns(need_frame(customers, what), [customer], what)
    need_once(customers, customer, what)
    what = "The frame of consents"
    need_columns(need_frame(consents, what), [customer, "purpose", "channel", "given", "withdrawn"], what)
    today = need_day(as_of, "as_of")
    for name, wanted in (("purpose", purpose), ("channel", channel)):
        known = consents[name].dropna().astype("str").unique()
        if wanted not in known:
            raise ValueError(
                f"No consent was ever asked for the {name} {wanted!r}. Known are {listed(sorted(known))}. Without consent the "
                "answer is no; if this is a slip of the pen, correct it."
            )
    given, unknown = need_days(consents, "given", what)
    withdrawn, valid = need_days(consents, "withdrawn", what)
    _, excluded = set_aside(
        len(consents),
        [
            (f"no {customer} in the consents", empty_ids(consents, customer)),
            ("withdrawn before it was given: counts as no", ~unknown & ~valid & (withdrawn < given)),
        ],
    )
    ours = ((consents["purpose"] == purpose) & (consents["channel"] == channel)).to_numpy(dtype=bool)
    answer = np.select([unknown, given > today, ~valid & (withdrawn <= today)], [3, 2, 1], default=0)
    answer = np.where(~unknown & ~valid & (withdrawn < given), 1, answer)
    # of several records the best answer counts: who withdrew and later agreed again has agreed
    best = pd.Series(answer[ours]).groupby(consents.loc[ours, customer].to_numpy()).min()
    code = customers[customer].map(best).fillna(4).astype(np.int64).to_numpy()
    found = pd.DataFrame({customer: customers[customer].to_numpy(), "allowed": code == 0})
    found["answer"] = ordered_category(code, ANSWERS)
    count = np.bincount(code, minlength=len(ANSWERS))
    table = pd.DataFrame(
        {"answer": ordered_category(np.arange(len(ANSWERS)), ANSWERS), "customers": count, "share": count / count.sum()}
    )
    return Result(table, found, excluded)


def plain_hash(values: pd.Series) -> pd.Series:
    """Return the SHA-256 of each value, as text of 64 signs; an empty value stays empty. Not a pseudonym: see `crack_hashes`.

    Numbers and blanks are read as `pseudonyms` reads them.

    >>> plain_hash(pd.Series(["12000000042"])).str[:12].tolist()
    ['17a4642efa03']
    """
    return _each(values, lambda text: hashlib.sha256(text).hexdigest())


def pseudonyms(values: pd.Series, key: bytes) -> pd.Series:
    """Replace each value by a keyed hash (HMAC-SHA-256), cut to 16 signs; an empty value stays empty.

    The same value and key give the same pseudonym, so that tables can still be joined. Whoever has no key can neither compute nor
    try out pseudonyms. With the key everyone can: it is kept apart from the data, and the data remain personal data.

    Parameters
    ----------
    values : column of ids, phone numbers ... Numbers are read as text, whole ones without ".0" (one empty cell makes a column of whole
        numbers one of fractions). Blanks are left out, also those within: "120 0000 0001" and "12000000001" have one pseudonym.
    key : 16 bytes or more, better 32, as `secrets.token_bytes(32)` makes them. Never the same for two recipients.

    Raises
    ------
    ValueError, TypeError : the key is no bytes or too short.

    Source: HMAC: Krawczyk, Bellare & Canetti (1997), RFC 2104, which for SHA-256 wants keys of 32 bytes and 128 bits or more of the
    result, so that nobody can forge a message. A pseudonym proves nothing: its 64 bits only have to keep customers apart
    (a million of them share one with a chance of 1 in 37 million). Pseudonymised data remain personal: GDPR, recital 26.

    >>> pseudonyms(pd.Series([100001, 100002, 100001]), key=b"sixteen bytes ok").tolist()
    ['73ca5d1dce50f4e8', 'cdfb99f147fd1318', '73ca5d1dce50f4e8']
    """
    if not isinstance(key, bytes):
        raise TypeError(f"`key` must be bytes, such as secrets.token_bytes(32), but it is a {type(key).__name__}.")
    if len(key) < 16:
        raise ValueError(
            f"`key` has {len(key)} bytes: it can be guessed. Take 16 or more at random: secrets.token_bytes(32)."
        )
    return _each(values, lambda text: hmac.digest(key, text, "sha256").hex()[:16])


def _each(values: pd.Series, make) -> pd.Series:
    # a hash has no vectorised form: each different value is hashed once
    text = values.astype(object).map(as_written, na_action="ignore").astype("str").str.replace(" ", "", regex=False)
    known = values.notna() & (text != "")
    made = {one: make(one.encode()) for one in text[known].unique()}
    return text.where(known).map(made).rename(values.name)


def crack_hashes(hashes: pd.Series, numbers: range, *, prefix: str = "12", digits: int = 9) -> pd.DataFrame:
    """Try phone numbers one after the other, and report whose plain hash is in the list.

    Parameters
    ----------
    hashes : from `plain_hash`.
    numbers : which numbers to try, within 0 to 10 ** `digits` − 1.
    prefix : with which all numbers begin. The course's invented phones begin with 12, which no operator uses.
    digits : that follow.

    Returns
    -------
    Frame, one row per hash found: `hash`, `phone`; no rows if none was found.

    Raises
    ------
    ValueError : no hash is given, or the numbers do not fit into the digits.

    >>> crack_hashes(plain_hash(pd.Series(["12000000042"])), range(100))["phone"].tolist()
    ['12000000042']
    """
    wanted = set(hashes.dropna())
    if not wanted:
        raise ValueError("There is no hash to look for. Check the column.")
    ends = (numbers[0], numbers[-1]) if isinstance(numbers, range) and len(numbers) else (-1,)
    if min(ends) < 0 or max(ends) >= 10**digits:
        raise ValueError(f"`numbers` must be a range within 0 to {10**digits - 1:,}, but it is {numbers!r}.")
    found = []
    start, sha = prefix.encode() + b"%0" + str(digits).encode() + b"d", hashlib.sha256
    asked = {bytes.fromhex(one) for one in wanted}
    for number in numbers:  # one attempt after the other: this loop is the attack
        phone = start % number
        if sha(phone).digest() in asked:
            found.append((sha(phone).hexdigest(), phone.decode()))
    return pd.DataFrame(found, columns=["hash", "phone"])


def standing_out(frame: pd.DataFrame, columns: Sequence[str], k: int = 5) -> pd.DataFrame:
    """Count who stands out by a combination of columns although no name is given: in groups smaller than `k`.

    Parameters
    ----------
    frame : one row per person.
    columns : what an outsider may know, taken together; they are added one after the other, in this order.
    k : groups smaller than this count as standing out (1 person: unique).

    Returns
    -------
    Frame, one row per step: `columns` (known so far), `groups`, `unique` (people alone in their group), `below_k` (people in
    groups smaller than k), `share_below_k`.

    Raises
    ------
    ValueError, TypeError : a column is missing; `k` is no whole number of 2 or more.

    Source: Sweeney (2002), k-anonymity: a model for protecting privacy.

    >>> people = pd.DataFrame({"region": ["A", "A", "A", "B"], "born": [1970, 1970, 1981, 1981]})
    >>> standing_out(people, ["region", "born"], k=2)
            columns  groups  unique  below_k  share_below_k
    0        region       2       1        1           0.25
    1  region, born       3       2        2           0.50
    """
    what = "The frame of people"
    if isinstance(columns, str) or not len(columns):
        raise ValueError(f"`columns` must be a list of column names, but it is {columns!r}.")
    need_columns(need_frame(frame, what), columns, what)
    if not is_whole(k) or k < 2:
        raise ValueError(f"`k` must be a whole number, 2 or more, but it is {k!r}.")
    lines = []
    for last in range(1, len(columns) + 1):
        known = list(columns[:last])
        size = frame.groupby(known, dropna=False, observed=True).size()
        below = int(size[size < k].sum())
        lines.append((", ".join(known), len(size), int((size == 1).sum()), below, below / len(frame)))
    return pd.DataFrame(lines, columns=["columns", "groups", "unique", "below_k", "share_below_k"])
