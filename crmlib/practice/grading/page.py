"""HTML pages that need nothing but themselves, in which whatever a student wrote is text and never markup."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Sequence

from crmlib.practice.feedback import marked

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.2rem }
table { border-collapse: collapse; width: 100%; margin: .8rem 0 }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #ccc; overflow-wrap: break-word }
th { border-bottom: 2px solid #555 } td.number, th.number { text-align: right; white-space: nowrap }
blockquote { white-space: pre-wrap; margin: .4rem 0; padding: .2rem .8rem; border-left: 4px solid #999 }
img { max-width: 100%; height: auto } .short { white-space: nowrap } .state { font-weight: 600 } .long { overflow-wrap: anywhere }
"""
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'"  # a second lock: no script, nothing from outside
)


class Markup(str):
    """Text that is HTML already, made by this package."""


def text(value: object) -> str:
    """Return any value as text that a browser shows and does not read as markup.

    >>> text('<script>alert("1")</script>')
    '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;'
    """
    shown = "".join(letter for letter in str(value) if letter in "\n\t" or ord(letter) >= 32)
    return html.escape(shown.encode("utf-8", "replace").decode())


def sentence(value: object) -> Markup:
    """Return a message of a check as HTML: what stands between backquotes is code, between stars emphasised.

    >>> sentence("use `a < b`, *not* more")
    'use <code>a &lt; b</code>, <em>not</em> more'
    """
    return Markup(marked(text(value)))


def page(title: str, parts: Iterable[str]) -> str:
    """Return a whole page from parts that are HTML already."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{text(title)}</title><style>{STYLE}</style></head>\n<body>\n<h1>{text(title)}</h1>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; numbers stand on the right. Cells are text, unless they are `Markup`."""
    rows = list(rows)
    numbers = [_is_number(value) for value in rows[0]] if rows else [False] * len(header)
    head = "".join(
        f'<th scope="col"{" class=number" if number else ""}>{text(name)}</th>'
        for name, number in zip(header, numbers, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _cell(value: object) -> str:
    if isinstance(value, Markup):
        return f"<td>{value}</td>"
    return f'<td class="number">{value:,.6g}</td>' if _is_number(value) else f"<td>{text(value)}</td>"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def picture(ax: object) -> str:
    """Return a figure as part of the page, with its description for a reader who cannot see it; the figure is closed."""
    import matplotlib.pyplot as plt

    from crmlib.show import description

    figure, words, file = ax.get_figure(), description(ax), io.BytesIO()
    figure.savefig(file, format="png", dpi=144)
    plt.close(figure)
    data = base64.b64encode(file.getvalue()).decode()
    return (
        f'<img alt="{text(words)}" src="data:image/png;base64,{data}">'
        f"<details><summary>This figure in words</summary>{text(words)}</details>"
    )
