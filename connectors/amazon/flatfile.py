"""Amazon's flat files: tab-separated, a header line, no quoting, and a character set one has to find out.

Amazon says UTF-8; sellers get Windows-1252 in Europe and America and Shift-JIS (cp932) in Japan. What the download's
Content-Type names wins and travels in the page's ``part`` (``rows@DE;charset=cp1252``); else UTF-8 is tried, then the
site's fallback.
"""

from __future__ import annotations

import codecs
import re

from connectors.amazon.sites import SITES
from connectors.contract import Page

_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_STANDARD = "utf-8"
_CALLED_DIFFERENTLY = {"windows-31j": "cp932", "ms932": "cp932", "shift_jis": "cp932", "shift-jis": "cp932"}  # Java's names, and a subset


def charset_named(content_type: str | None) -> str | None:
    """The charset a Content-Type header names, where Python knows it."""
    found = _CHARSET.search(content_type or "")
    named = found.group(1).lower() if found else ""
    try:
        return codecs.lookup(_CALLED_DIFFERENTLY.get(named, named)).name if named else None
    except LookupError:
        return None


def part_name(kind: str, site: str, charset: str | None = None) -> str:
    """``rows@DE``, with the charset behind it where it is not the standard one."""
    return f"{kind}@{site}" + (f";charset={charset}" if charset and charset != _STANDARD else "")


def site_of(page: Page) -> str | None:
    """The site a page's ``part`` names."""
    return page.part.partition("@")[2].partition(";")[0] or None


def text_of(page: Page) -> str:
    """The file as text; characters that no charset explains become the replacement sign."""
    return decode(page.body, site_of(page), charset_named(page.part))


def decode(body: bytes, site: str | None, charset: str | None) -> str:
    fallback = SITES[site].fallback_charset if site in SITES else "cp1252"
    for name in dict.fromkeys((charset or "utf-8-sig", "utf-8-sig", fallback)):
        try:
            return body.decode(name).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    return body.decode(fallback, errors="replace")


def rows_of(text: str) -> tuple[list[str], list[list[str]]]:
    """Header names (stripped) and the fields of every line that is not blank, as many as each has."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    filled = [line.split("\t") for line in lines if line.strip()]
    return ([name.strip() for name in filled[0]], filled[1:]) if filled else ([], [])
