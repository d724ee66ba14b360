"""Every sentence in every language, and values as its readers write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

import reports
from reports.language import CATALOGUES, LOCALES, SOURCE, language, shortened

ROOM = Path(reports.__file__).parent
PLACES = [("**.py", "python"), *((f"templates/**.{end}", "jinja2.ext:babel_extract") for end in ("mjml", "txt", "html"))]
WORDS = {**DEFAULT_KEYWORDS, "say": None, "say_n": (1, 2)}
OTHERS = sorted(set(LOCALES) - {SOURCE})


def said() -> set[str]:
    """Message ids of the room (the singular where there are two)."""
    found = (message for _, _, message, _, _ in extract_from_dir(ROOM, PLACES, {}, keywords=WORDS))
    return {message if isinstance(message, str) else message[0] for message in found}


def catalogue(code: str):
    with open(CATALOGUES / code / "LC_MESSAGES" / "reports.po", "rb") as file:
        return read_po(file, locale=code)


def fields(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


def test_messages_are_found_in_code_and_templates():
    assert {"Net sales", "Best day: %(day)s with %(amount)s.", "Weekly report", "%(n)s order"} <= said()


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_translated(code):
    known = catalogue(code)
    untranslated = {message for message in said() if message not in known or not all(_forms(known[message])) or known[message].fuzzy}
    assert not untranslated


@pytest.mark.parametrize("code", OTHERS)
def test_no_translation_is_left_over(code):
    assert {_id(message) for message in catalogue(code) if message.id} == said()


@pytest.mark.parametrize("code", OTHERS)
def test_translations_name_the_same_values(code):
    for message in catalogue(code):
        for form in _forms(message):
            assert fields(form) == fields(_id(message)), _id(message)


def _id(message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_values_are_written_as_each_language_does():
    en, zh = language("en"), language("zh")
    assert (en.number(1234567), zh.number(1234567)) == ("1,234,567", "1,234,567")
    assert (en.money(123456, "USD", exact=True), zh.money(123456, "USD", exact=True)) == ("$1,234.56", "US$1,234.56")
    assert (en.amount_compact(1234500, "CNY"), zh.amount_compact(1234500, "CNY")) == ("12.3K", "1.2万")
    assert (en.amount_compact(388149, "CNY"), zh.amount_compact(388149, "CNY")) == ("3.9K", "3881")
    assert (en.money(5, "JPY"), en.money(-5000, "KWD", exact=True)) == ("¥5", "−KWD\xa05.000")
    assert (en.day("2026-11-09"), zh.day("2026-11-09")) == ("Mon, Nov 9", "11月9日周一")
    assert zh.days("2026-11-30", "2026-12-06") == "2026年11月30日至12月6日"
    assert en.instant(datetime(2026, 11, 15, 16, 5, tzinfo=UTC), "Asia/Shanghai") == "Nov 16 00:05"
    assert (zh.zone("America/New_York"), en.zone("Asia/Shanghai")) == ("纽约", "Shanghai")


def test_one_and_many_differ_in_english():
    en = language("en")
    assert en.say_n("%(n)s order", "%(n)s orders", 1) == "1 order"
    assert en.say_n("%(n)s order", "%(n)s orders", 2000) == "2,000 orders"


@pytest.mark.parametrize("text", ["โคมไฟตั้งพื้นสไตล์นอร์ดิก", "e\u0301" * 20, "落地灯落地灯落地灯", "Stehleuchte mit Fernbedienung"])
def test_a_title_is_never_cut_between_a_letter_and_its_marks(text):
    import unicodedata

    for width in range(1, 12):
        cut = shortened(text, width)
        assert cut.endswith("…")
        rest = text[len(cut) - 1 :].lstrip()
        assert not rest or not unicodedata.category(rest[0]).startswith("M")
    assert shortened(text, 100) == text
