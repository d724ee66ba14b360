"""The mail laid out by a real browser at the widths of a telephone and a desk."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import report_beside as beside
import report_trade as trades
import report_weeks as weeks
from report_browser import Browser, chromium

from reports.facts import ShopCertificate
from reports.weekly import build
from transforms.metrics import StockWatch, TopProduct

pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine: the layout cannot be looked at")

BEYOND = """[...document.querySelectorAll('body *')].filter(e => e.getClientRects().length)
    .filter(e => e.getBoundingClientRect().right > WIDTH + 0.5 || e.getBoundingClientRect().left < -0.5)
    .map(e => e.tagName + ': ' + e.textContent.trim().slice(0, 60))"""
COVERED = """[...document.querySelectorAll('.num, .sum')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth)
    .map(e => e.textContent.trim())"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


def unkind() -> weeks.WeeklyMetrics:
    """Long words without a place to break, large sums, a day below zero."""
    word = "Donaudampfschifffahrtsgesellschaft" * 3
    large = weeks.figures(weeks.money(gross=9_876_543_210, discounts=0, refunds=100_000_000, orders=99_999), None, 123_456, 9_876_543)
    product = TopProduct("SKU" * 20, word, 123_456, 9_876_543_210, ("lumora_amazon_us",))
    titled = tuple(TopProduct(f"S{n}", title, 12, 34_500, ("lumora_amazon_us",)) for n, title in enumerate(weeks.LONG_TITLES))
    stock = StockWatch("lumora_amazon_us", ("US",), "SKU" * 20, word, "seller", 0, 123_456, 0.0, "out_of_stock")
    days = weeks.spread(9_876_543_210)
    return weeks.week(
        total=large, total_before=large, days=(*days[:6], weeks.Day(days[6].day, 0, 0, -476_543_210)),
        shops=(weeks.shop(sites=("US", "CA", "MX", "BR"), this=large, before=large),),
        top_products=(product, *titled), stock_to_watch=(stock,),
    )


def unkind_changes() -> weeks.Restated:
    """Billions of a currency written by its code, and a currency that came new, in a shop whose name cannot break."""
    was = weeks.figures(weeks.money(gross=9_876_543_210), (weeks.money("IDR", 987_654_321_000_000),), 123_456, 9_876_543)
    own = (weeks.money("IDR", 876_543_210_000_000), weeks.money("KWD", 9_876_543_210))
    now = weeks.figures(weeks.money(gross=8_765_432_100), own, 1, 2)
    return weeks.compared((weeks.told({"lumora_amazon_us": was, "shop" * 30: was}), {"lumora_amazon_us": now, "shop" * 30: now}))


BESIDE = {"a full week": beside.full, "unkind": beside.unkind, "an empty week": beside.empty}
CHANGES = {"a full week": weeks.lumora_changes, "unkind": unkind_changes}
CASES = {
    "a full week": (weeks.lumora, weeks.LUMORA), "a bad week": (weeks.northpeak, weeks.NORTHPEAK), "unkind": (unkind, weeks.LUMORA),
    "an empty week": (lambda: weeks.week(total=weeks.nothing(), days=weeks.spread(0), shops=()), weeks.LUMORA),
}


@pytest.mark.parametrize("width", [380, 800])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("case", CASES)
def test_nothing_reaches_beyond_the_window(browser, case, language, width):
    make, brand = CASES[case]
    metrics = make()
    certificates = [ShopCertificate(shop.shop, datetime(2026, 11, 14, tzinfo=UTC)) for shop in metrics.shops]
    html = build(metrics, brand, certificates, language, CHANGES.get(case, weeks.Restated)(), BESIDE.get(case, beside.Beside)()).html
    browser.show(html, width)
    assert browser.value("innerWidth") == width
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.value(BEYOND.replace("WIDTH", str(width))) == []
    assert browser.value(COVERED) == []


@pytest.mark.parametrize("width", [380, 800])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_trade_at_the_head_of_the_mail_reaches_beyond_no_window(browser, language, width):
    none = weeks.nothing()
    alone = weeks.week(total=none, days=weeks.spread(0), shops=())
    large = trades.unkind()
    lost = replace(large, unconverted=tuple(code for code, _ in large.this.signed.own))
    for metrics, trade in ((alone, trades.week()), (alone, large), (alone, lost), (weeks.lumora(), large)):
        browser.show(build(metrics, weeks.LUMORA, [], language, beside=beside.Beside(trade=trade)).html, width)
        assert browser.value("document.querySelectorAll('.tile').length") == (12 if metrics.shops else 7)
        assert browser.value("document.documentElement.scrollWidth") <= width
        assert browser.value(BEYOND.replace("WIDTH", str(width))) == []
        assert browser.value(COVERED) == []


def test_the_check_itself_sees_an_overflow(browser):
    html = build(weeks.lumora(), weeks.LUMORA, [], "en").html
    browser.show(re.sub("(<h1[^>]*>)", r'\1<span style="display:inline-block;width:900px">wide</span>', html), 380)
    assert browser.value(BEYOND.replace("WIDTH", "380"))


def test_bars_stand_on_one_line_in_the_ratio_of_their_sales(browser):
    browser.show(build(weeks.lumora(), weeks.LUMORA, [], "en").html, 380)
    bars = browser.value("[...document.querySelectorAll('.bar')].map(e => e.getBoundingClientRect()).map(e => [e.height, e.bottom])")
    assert [round(height * 20 / 132) for height, _ in bars] == [11, 9, 12, 14, 16, 20, 18]
    assert len({round(bottom) for _, bottom in bars}) == 1


def test_text_can_be_read_in_the_dark(browser):
    browser.show(build(weeks.northpeak(), weeks.NORTHPEAK, [], "en", weeks.lumora_changes()).html, 380, dark=True)
    inked = browser.value("[...new Set([...document.querySelectorAll('.ink, .ink td, h1, h2')].map(e => getComputedStyle(e).color))]")
    assert inked
    assert all(min(map(int, re.findall(r"\d+", colour)[:3])) > 140 for colour in inked), inked
    assert browser.value("getComputedStyle(document.querySelector('.card')).backgroundColor") == "rgb(28, 28, 30)"
    light = """[...document.querySelectorAll('body, .page, .page > table, .card, .card > table')]
        .map(e => getComputedStyle(e).backgroundColor).filter(colour => colour.match(/[0-9]+/g).slice(0, 3).some(part => +part > 60))"""
    assert browser.value(light) == []
