"""Countries as people write them: two letters, or the name in English or Chinese (CLDR's, by Babel)."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from connectors.files.headers import plain

LANGUAGES = ("en", "zh_Hans", "zh_Hant")
ALSO = {
    "usa": "US", "u.s.a.": "US", "united states of america": "US", "uk": "GB", "great britain": "GB", "uae": "AE", "south korea": "KR",
    "korea": "KR", "russia": "RU", "vietnam": "VN", "turkey": "TR", "czech republic": "CZ", "hong kong": "HK", "香港": "HK", "taiwan": "TW",
    "台湾": "TW", "台灣": "TW", "macau": "MO", "澳门": "MO", "the netherlands": "NL", "holland": "NL", "mainland china": "CN",
}


def country(text: str) -> str | None:
    """ISO 3166-1 alpha-2; None where it is no country we know."""
    known = _known()
    return text.upper() if text.upper() in known.values() else known.get(plain(text))


@cache
def _known() -> dict[str, str]:
    names = {
        plain(name): code
        for language in LANGUAGES for code, name in Locale.parse(language).territories.items()
        if re.fullmatch(r"[A-Z]{2}", code) and code not in ("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ")
    }
    return names | ALSO
