"""One door for every text that a figure or an explorer shows, so that another language needs no other code."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib import resources


@cache
def _catalogue(language: str) -> dict[str, str]:
    if language == "en":
        return {}
    file = resources.files("crmlib.show") / f"{language}.toml"
    if not file.is_file():
        raise ValueError(
            f"There are no figure texts in the language {language!r}. Set the environment variable CRM_LANGUAGE to 'en' "
            "or 'zh', or remove it for English."
        )
    return tomllib.loads(file.read_text(encoding="utf-8"))


def language() -> str:
    """Return the language of figure text: the environment variable CRM_LANGUAGE, or English where it is not set.

    >>> language()
    'en'
    """
    return os.environ.get("CRM_LANGUAGE", "en")


def tr(text: str, /, **values: object) -> str:
    """Translate one text of a figure and fill in its values.

    Parameters
    ----------
    text : the English text, with `{name}` or `{name:.1f}` where a value goes.
    values : one value per name.

    Returns
    -------
    The text in the language of the figures. A text that has no translation yet stays English.

    Raises
    ------
    ValueError : the language has no catalogue.
    KeyError : a name in the text has no value.

    >>> tr("{n:,} customers", n=20000)
    '20,000 customers'
    """
    template = _catalogue(language()).get(text, text)
    return template.format(**values) if values else template
