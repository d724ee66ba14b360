"""One language: its catalogue (gettext ``.po``, compiled when loaded) and its way of writing numbers, money and days."""

from __future__ import annotations

import math
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers, units
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from iso4217 import Currency

from reports.facts import ReportError

CATALOGUES = Path(__file__).parent / "locale"
LOCALES = {"en": "en_US", "zh": "zh_Hans_CN"}
SOURCE = "en"  # the messages themselves
MINUS = "\u2212"  # a true minus: it neither breaks at line ends nor looks like a dash


class Language:
    """Say things and write values in one language. Messages are English; the catalogue holds what they become."""

    def __init__(self, code: str) -> None:
        if code not in LOCALES:
            known = ", ".join(sorted(LOCALES))
            raise ReportError(f"No report language {code!r}; there are {known}. Mend `language:` in the client's YAML.")
        self.code = code
        self.locale = Locale.parse(LOCALES[code])
        self.tag = "zh-Hans" if code == "zh" else code
        self.gap = "" if code == "zh" else " "  # between two sentences
        self.translations = _compiled(code)

    def say(self, message: str, /, **values: object) -> str:
        return self.translations.ugettext(message) % values

    def say_n(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The form for ``n``, which it may name as ``%(n)s``."""
        return self.translations.ungettext(one, many, n) % {"n": self.number(n), **values}

    def number(self, value: int | Decimal) -> str:
        return numbers.format_decimal(value, locale=self.locale).replace("-", MINUS)

    def percent(self, ratio: float) -> str:
        """``ratio`` 0.25 is 25 %; one decimal below ten percent, none above."""
        pattern = "#,##0.0%" if round(abs(ratio), 3) < 0.1 else "#,##0%"
        return numbers.format_percent(ratio, format=pattern, locale=self.locale)

    def money(self, minor: int, currency: str, *, exact: bool = False, signed: bool = False) -> str:
        """An amount of minor units; from a hundred up without cents, with ``exact`` from ten million up; ``signed``: +$12."""
        amount = major(minor, currency)
        whole = not amount or abs(amount) >= (10_000_000 if exact else 100)
        pattern = _pattern(0 if whole else exponent(currency), self._gap(currency))
        text = numbers.format_currency(abs(amount), currency, format=pattern, locale=self.locale, currency_digits=False)
        return (MINUS if amount < 0 else "+" if signed and amount else "") + text

    def _gap(self, currency: str) -> str:
        """Between a currency without a sign of its own and its digits: THB 12, but $12."""
        return "\xa0" if numbers.get_currency_symbol(currency, locale=self.locale)[-1].isalpha() else ""

    def amount_compact(self, minor: int, currency: str) -> str:
        """A short form for a chart's labels, its currency told beside it: 1.2K, 1.2万."""
        amount = round(major(minor, currency))
        digits = 1 if abs(amount) >= 1000 else 0
        return (MINUS if amount < 0 else "") + numbers.format_compact_decimal(abs(amount), locale=self.locale, fraction_digits=digits)

    def day(self, iso: str) -> str:
        """Weekday and day: Mon, Nov 9."""
        return dates.format_skeleton("MMMEd", date.fromisoformat(iso), locale=self.locale)

    def weekday(self, iso: str) -> str:
        return dates.format_date(date.fromisoformat(iso), "EEE", locale=self.locale)

    def day_short(self, iso: str) -> str:
        return dates.format_skeleton("Md", date.fromisoformat(iso), locale=self.locale)

    def day_short_in_words(self, iso: str) -> str:
        return dates.format_skeleton("MMMd", date.fromisoformat(iso), locale=self.locale)

    def day_long(self, iso: str) -> str:
        return dates.format_date(date.fromisoformat(iso), "long", locale=self.locale)

    def month(self, iso: str) -> str:
        """``2026-10``: October 2026."""
        return dates.format_skeleton("yMMMM", date.fromisoformat(f"{iso}-01"), locale=self.locale)

    def days(self, first: str, last: str) -> str:
        """A stretch of days, both included."""
        return dates.format_interval(date.fromisoformat(first), date.fromisoformat(last), skeleton="yMMMd", locale=self.locale)

    def instant(self, value: datetime, zone: str) -> str:
        local = value.astimezone(ZoneInfo(zone))
        return self.day_short_in_words(local.date().isoformat()) + local.strftime(" %H:%M")

    def duration(self, hours: float) -> str:
        """As people say it: minutes below an hour, hours below two days, days above; one decimal below ten."""
        unit, value = ("minute", hours * 60) if hours < 1 else ("hour", hours) if hours < 48 else ("day", hours / 24)
        shown = Decimal(str(value)).quantize(Decimal("0.1") if unit != "minute" and value < 10 else Decimal(1))
        shown = shown.to_integral_value() if shown % 1 == 0 else shown
        return units.format_unit(shown, unit, length="short", locale=self.locale).replace(" ", "\xa0")

    def zone(self, zone: str) -> str:
        """The city a zone is named after."""
        return dates.get_timezone_location(ZoneInfo(zone), locale=self.locale, return_city=True)

    def country(self, code: str) -> str:
        return self.locale.territories.get(code, code)

    def currency(self, code: str) -> str:
        return numbers.get_currency_name(code, count=2, locale=self.locale)

    def listing(self, words: list[str]) -> str:
        """Words in a row: A, B and C."""
        return format_list(words, locale=self.locale)


@lru_cache
def language(code: str) -> Language:
    return Language(code)


@lru_cache
def exponent(currency: str) -> int:
    """Decimal places of an ISO 4217 currency."""
    return Currency(currency).exponent or 0


def major(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-exponent(currency))


def round_up(value: float) -> int:
    """To a quantity a person would order: the next unit below 20, the next ten above."""
    return math.ceil(value) if value <= 20 else math.ceil(value / 10) * 10


def shortened(text: str, width: int) -> str:
    """``text`` cut to ``width`` columns (East Asian letters take two), never between a letter and its marks."""
    used = 0
    for at, letter in enumerate(text):
        used += 0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > width:
            while at and unicodedata.category(text[at]) in ("Mn", "Mc", "Me"):
                at -= 1
            return text[:at].rstrip() + "…"
    return text


def _pattern(digits: int, gap: str) -> str:
    return f"¤{gap}#,##0" + ("." + "0" * digits if digits else "")


def _compiled(code: str) -> NullTranslations:
    if code == SOURCE:
        return NullTranslations()
    with open(CATALOGUES / code / "LC_MESSAGES" / "reports.po", "rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
