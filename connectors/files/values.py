"""Single cells: days, amounts and counts as people and their programs write them. What is doubtful is None, never guessed."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from transforms.money import exponents

EXCEL_DAY_ZERO = date(1899, 12, 30)  # Excel's day 1 is 1900-01-01, and it believes in a 29 February of that year
SERIALS = range(32_874, 73_051)  # 1990 to 2099: other numbers are no days
SIGNS = {
    "€": "EUR", "£": "GBP", "US$": "USD", "CA$": "CAD", "A$": "AUD", "HK$": "HKD", "S$": "SGD", "CN¥": "CNY", "￥": "", "¥": "", "$": "",
}
_LONGEST_SIGNS_FIRST = tuple(sorted(SIGNS, key=len, reverse=True))
_ANY_SIGN = re.compile("[" + "".join({sign[-1] for sign in SIGNS}) + "]")

_ISO = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d\d)(\d\d))(?:[ T]00:00(?::00)?)?", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?", re.ASCII)
_SERIAL_TIME = re.compile(r"(\d{5})(?:\.(\d{1,15}))?", re.ASCII)
_CLOCK = re.compile(r"(.+?)[ T]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:\s*([AaPp][Mm]))?", re.ASCII)
_DOT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+", re.ASCII)
_COMMA = re.compile(r"\d{1,3}(?:[.' ]\d{3})*,\d{1,2}", re.ASCII)
_BLANKS = re.compile(r"[\s\u00a0\u202f]+")
_CODE = re.compile(r"([A-Z]{3})(.*)|(.*?)([A-Z]{3})", re.DOTALL)


def day(text: str, patterns: tuple[str, ...] = (), serial_offset: int = 0) -> date | None:
    """``2026-11-16``, ``2026/11/16``, ``20261116``, Excel's number of the day, or one of ``patterns`` (strptime)."""
    serial = _SERIAL.fullmatch(text)
    if serial:
        number = int(serial.group(1)) + serial_offset
        return EXCEL_DAY_ZERO + timedelta(days=number) if number in SERIALS else None
    iso = _ISO.fullmatch(text)
    try:
        if iso:
            return date(int(iso.group(1)), int(iso.group(3) or iso.group(5)), int(iso.group(4) or iso.group(6)))
    except ValueError:
        return None
    for pattern in patterns:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return None


def moment(text: str, patterns: tuple[str, ...] = (), serial_offset: int = 0) -> datetime | None:
    """A day as :func:`day` reads it, with or without a time of day (``14:05``, ``2:05:30 PM``, a serial's fraction), to the second.

    Without a zone, as people's files are; a day alone is its first instant.
    """
    serial = _SERIAL_TIME.fullmatch(text)
    if serial:
        whole = day(serial.group(1), serial_offset=serial_offset)
        fraction = Decimal("0." + (serial.group(2) or "0"))
        return None if whole is None else datetime.combine(whole, time()) + timedelta(seconds=round(fraction * 86_400))
    clock = _CLOCK.fullmatch(text)
    found = day(clock.group(1).strip() if clock else text, patterns, serial_offset)
    try:
        return None if found is None else datetime.combine(found, _time_of_day(*clock.groups()[1:]) if clock else time())
    except ValueError:
        return None


def _time_of_day(hour: str, minute: str, second: str | None, half: str | None) -> time:
    """Raises ValueError: no such time."""
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError("no hour of half a day")
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    return time(hours, int(minute), int(second or 0))


def amount(text: str) -> tuple[str | None, str | None]:
    """``US$1,234.50`` → (``1234.50``, ``USD``): the plain decimal, and the currency that the cell itself names.

    A sign that several countries use (``$``, ``¥``) names none. ``1.234,50`` has a decimal comma, ``1,234`` thousands.
    """
    if _DOT.fullmatch(text):
        return _plain(text.replace(",", "")), None
    bare, currency = _without_currency(_BLANKS.sub(" ", text).strip())
    is_negative = bare.startswith(("-", "−", "(")) and (bare[0] != "(" or bare.endswith(")"))
    bare = bare.strip("()-−+ ") if is_negative else bare.lstrip("+ ")
    if currency is None:
        bare, currency = _without_currency(bare)
    if _DOT.fullmatch(bare):
        number = bare.replace(",", "")
    elif _COMMA.fullmatch(bare):
        number = re.sub(r"[.' ]", "", bare).replace(",", ".")
    else:
        return None, currency
    return ("-" if is_negative else "") + _plain(number), currency


def _plain(number: str) -> str:
    return "0" + number if number.startswith(".") else number


def _without_currency(text: str) -> tuple[str, str | None]:
    for sign in _LONGEST_SIGNS_FIRST if _ANY_SIGN.search(text) else ():
        if text.startswith(sign) or text.endswith(sign):
            return text.removeprefix(sign).removesuffix(sign).strip(), SIGNS[sign] or None
    code = _CODE.fullmatch(text)
    found = (code.group(1) or code.group(4)) if code else None
    return ((code.group(2) or code.group(3) or "").strip(), found) if found in exponents() else (text, None)


def from_micros(text: str) -> str | None:
    """Millionths of the currency → its plain decimal, exactly."""
    bare, _ = amount(text)
    try:
        return format((Decimal(bare).scaleb(-6)).normalize(), "f") if bare is not None and "." not in bare else None
    except InvalidOperation:
        return None


def count(text: str) -> tuple[int | None, bool]:
    """``1,234`` or ``3.00`` → the whole number; and whether it was a number at all (``2.5`` is one, but no count)."""
    bare, _ = amount(text)
    if bare is None or len(bare) > 24:
        return None, False
    number = Decimal(bare)
    return (int(number), True) if number == number.to_integral_value() else (None, True)
