"""Which characters the bytes of a file stand for: marks at its start, else strict decoding in a fixed order."""

from __future__ import annotations

import codecs
import re
from itertools import islice

import numpy as np

from crmlib._frames import listed
from crmlib.companies.own._table import rows_counted


def decode(data: bytes, encoding: str | None, source: str) -> tuple[str, str, str]:
    """Return the text, its encoding and how it was known: marks at the start, else strict decoding in a fixed order."""
    if encoding is not None:
        try:
            codec = codecs.lookup(encoding).name
        except LookupError:
            raise ValueError(
                f"encoding={encoding!r} is not known. Usual ones are 'utf-8', 'gb18030' (Chinese) and 'cp1252' (Western)."
            ) from None
        try:
            return data.decode(codec).removeprefix("\ufeff"), encoding, "you said so"
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise ValueError(
                f"{source} is not written in {encoding!r}: line {line} cannot be read so. Leave encoding out to have "
                "it told from the file."
            ) from None
    marks = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
    for mark, codec in marks:
        if data.startswith(mark):
            try:
                return data.decode(codec).removeprefix("\ufeff"), codec, "a byte order mark at its start says so"
            except UnicodeDecodeError:
                raise ValueError(
                    f"{source} begins as {codec} but is damaged or was cut short. Export it again."
                ) from None
    zeros = np.flatnonzero(np.frombuffer(data[:10_000], dtype=np.uint8) == 0)
    if len(zeros):
        codec = "utf-16-le" if (zeros % 2).mean() > 0.9 else "utf-16-be"
        try:
            if not 0.1 < (zeros % 2).mean() < 0.9:
                return data.decode(codec), codec, "every second byte of plain letters is zero"
        except UnicodeDecodeError:
            pass
        raise ValueError(f"{source} is not a text file. Export the table as CSV, .xlsx or Parquet.")
    try:
        text = data.decode("utf-8")
        return text, "utf-8", "plain ASCII letters only" if data.isascii() else "all of it can be read so"
    except UnicodeDecodeError:
        refuse_two_encodings(data, source)
    texts = {}
    for codec in ("gb18030", "cp1252"):
        try:
            texts[codec] = data.decode(codec)
        except UnicodeDecodeError:
            continue
    if not texts:
        raise ValueError(f"{source} is in an encoding that is neither UTF-8, Chinese nor Western. Say encoding='...'.")
    if len(texts) == 1:
        (codec, text), other = next(iter(texts.items())), "gb18030" if "cp1252" in texts else "cp1252"
        return text, codec, f"it cannot be read as utf-8 or {other}"
    # Both can be read. Chinese text is made of the common characters of GB2312's first level; Western letters taken for
    # Chinese give rare ones, because an accented letter swallows the plain letter behind it.
    signs = [found.group() for found in islice(re.finditer(r"[^\x00-\x7f]", texts["gb18030"]), 10_000)]
    pairs = [sign.encode("gb18030") for sign in signs]
    common = np.mean([len(p) == 2 and (0xB0 <= p[0] <= 0xD7 or 0xA1 <= p[0] <= 0xA3) and p[1] >= 0xA1 for p in pairs])
    shown = "".join(signs[:4])
    if common >= 0.6:
        return texts["gb18030"], "gb18030", f"not utf-8, and as gb18030 it gives common Chinese characters ('{shown}')"
    if common <= 0.2:
        shown = "".join(re.findall(r"[^\x00-\x7f]", texts["cp1252"][:100_000])[:4])
        return (
            texts["cp1252"],
            "cp1252",
            f"not utf-8, and as gb18030 it gives no sensible Chinese; Western letters ('{shown}')",
        )
    raise ValueError(
        f"{source} could be in Chinese (GBK) or in a Western encoding. Say encoding='gb18030' or encoding='cp1252'."
    )


def refuse_two_encodings(data: bytes, source: str) -> None:
    """Stop if most lines that are not plain ASCII are UTF-8 and the rest are not."""
    good, bad = 0, []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.isascii():
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad.append(number)
        if len(bad) > good + 1_000:
            break  # another encoding throughout
    if good <= len(bad):
        return
    if bad == [data.count(b"\n") + 1]:
        raise ValueError(f"{source} breaks off in the middle of a character (line {bad[0]}). Copy or export it again.")
    raise ValueError(
        f"{source} is written in two encodings: {rows_counted(good)} in UTF-8, but not line {listed(bad)}. "
        "Files of two systems were pasted together: export them one by one, or correct these lines."
    )
