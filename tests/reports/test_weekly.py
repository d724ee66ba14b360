"""The weekly report as a reader sees it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
import report_weeks as weeks

from reports.facts import Brand, ReportError, ShopCertificate
from reports.weekly import LARGEST_BYTES, build
from transforms.metrics import Day, StockWatch, TopProduct

REALISTIC = [(weeks.lumora, weeks.LUMORA), (weeks.northpeak, weeks.NORTHPEAK)]


def report(metrics=None, language="en", brand=weeks.LUMORA, certificates=None):
    metrics = metrics or weeks.week()
    return build(metrics, brand, weeks.certificates(metrics) if certificates is None else certificates, language)


def words(html: str) -> str:
    """What a reader reads: the body's text, spaces folded."""

    class Reader(HTMLParser):
        said: tuple[str, ...] = ()
        skipping = 0

        def handle_starttag(self, tag, attrs):
            self.skipping += tag in ("style", "head")

        def handle_endtag(self, tag):
            self.skipping -= tag in ("style", "head")

        def handle_data(self, data):
            if not self.skipping:
                self.said += (data,)

    reader = Reader()
    reader.feed(html)
    return " ".join(" ".join(reader.said).split())


def test_the_headline_says_how_net_sales_moved_in_both_languages():
    now = weeks.figures(weeks.money(gross=120_000, discounts=0, refunds=0))
    metrics = weeks.week(total=now, total_before=weeks.figures(weeks.money(gross=100_000, discounts=0, refunds=0)))
    assert report(metrics, "en").data["headline"] == "Net sales rose 20% to CN¥1,200"
    assert report(metrics, "zh").data["headline"] == "本周净销售额 ¥1,200，比上周增长 20%"
    fallen = weeks.week(total=now, total_before=weeks.figures(weeks.money(gross=160_000, discounts=0, refunds=0)))
    assert report(fallen, "en").data["headline"] == "Net sales fell 25% to CN¥1,200"
    steady = weeks.week(total=now, total_before=now)
    assert report(steady, "en").data["headline"] == "Net sales held steady at CN¥1,200"


def test_a_week_without_orders_reads_as_one_and_draws_no_chart():
    none = weeks.nothing()
    metrics = weeks.week(total=none, days=weeks.spread(0, 0, 0), shops=(weeks.shop(this=none, before=none),))
    said = words(report(metrics).html)
    assert "No orders this week" in said
    assert "no orders this week" in said
    assert "Nothing was sold this week." in said
    assert "Net sales by day" not in said
    assert "本周没有订单" in words(report(metrics, "zh").html)


def test_refunds_above_sales_show_a_negative_amount_with_a_true_minus():
    total = weeks.figures(weeks.money(gross=10_000, discounts=0, refunds=60_000))
    said = report(weeks.week(total=total))
    assert said.data["headline"] == "Refunds were higher than sales: net sales came to −CN¥500"
    assert "−CN¥500" in words(said.html)


def test_a_missing_week_before_is_said_and_nothing_is_compared():
    metrics = weeks.week(total_before=weeks.nothing())
    young = [ShopCertificate("lumora_amazon_us", weeks.CERTIFIED, since=datetime(2026, 11, 8, 16, tzinfo=UTC))]
    said = report(metrics, certificates=young)
    assert said.data["headline"].startswith("Net sales were ")
    assert said.data["net_sales_change"] is None
    assert "there is no full week before to compare with" in words(said.html)
    assert not re.search("[▲▼]", words(said.html))


@pytest.mark.parametrize(
    "third",
    [None, ShopCertificate("northpeak_lazada_ph", None), ShopCertificate("northpeak_lazada_ph", weeks.CERTIFIED, since=None)],
    ids=["no certificate", "nothing certified", "a beginning nobody knows"],
)
def test_one_shop_without_a_proof_of_the_week_before_and_no_percentage_is_shown(third):
    metrics = weeks.northpeak()
    two = [one for one in weeks.certificates(metrics) if one.shop != "northpeak_lazada_ph"]
    assert report(metrics, brand=weeks.NORTHPEAK).data["net_sales_change"] is not None
    for certificates in ([*two, third] if third else two, []):
        said = report(metrics, brand=weeks.NORTHPEAK, certificates=certificates)
        assert said.data["is_comparable"] is False and said.data["net_sales_change"] is None
        assert not re.search("[▲▼]", words(said.html)) and "%" not in said.data["headline"]


def test_a_week_before_without_orders_gives_no_percentage():
    said = words(report(weeks.week(total_before=weeks.nothing())).html)
    assert "the week before had no orders" in said
    assert "Net sales were CN¥920" in said


def test_more_refunds_are_shown_as_bad_news():
    total, before = (weeks.figures(weeks.money(refunds=refunds)) for refunds in (20_000, 10_000))
    html = report(weeks.week(total=total, total_before=before)).html
    assert re.search(r'class="num bad"[^>]*>▲\s100%', html)


def test_each_currency_stands_alone_and_only_converted_amounts_are_summed():
    said = words(report(weeks.northpeak(), brand=weeks.NORTHPEAK).html)
    assert "€6,421.00 £7,250.99" in said
    assert "MYR 16,169.80" in said.replace("\xa0", " ")
    assert "6,421.00 +" not in said


def test_currencies_without_cents_and_amounts_beyond_float_are_exact():
    dong, rial = weeks.money("VND", gross=12_345_678, discounts=0, refunds=0), weeks.money("KWD", 9_007_199_254_740_993_000, 0, 0)
    metrics = weeks.week(shops=(weeks.shop(this=weeks.figures(own=(dong, rial))),))
    said = words(report(metrics).html).replace("\xa0", " ")
    assert "₫12,345,678" in said
    assert "KWD 9,007,199,254,740,993" in said


def test_the_rates_day_and_source_are_named():
    said = words(report(weeks.northpeak(), brand=weeks.NORTHPEAK).html)
    assert "reference rate published by then (European Central Bank, November 13, 2026)" in said
    assert "1 GBP = 1.31222 USD" in said


def test_a_tiny_rate_is_written_out():
    from transforms.metrics import RateUsed

    metrics = weeks.week(rates=(RateUsed("VND", "CNY", "2026-11-13", "ECB", "0.000033871234"),))
    assert "1 VND = 0.0000338712 CNY" in words(report(metrics).html)


def test_a_currency_without_rate_and_orders_without_money_are_confessed():
    total = weeks.figures(unconverted=("VND",), orders_without_money=2)
    said = words(report(weeks.week(total=total)).html)
    assert "No exchange rate was published for Vietnamese dong" in said
    assert "2 orders show no amount yet" in said


def test_an_uncertified_shop_is_named_above_the_figures():
    metrics = weeks.northpeak()
    until = datetime(2026, 11, 14, 3, tzinfo=UTC)
    sure = datetime(2026, 11, 16, 5, tzinfo=UTC)
    said = report(metrics, brand=weeks.NORTHPEAK, certificates=[
        ShopCertificate("northpeak_amazon_eu", sure), ShopCertificate("northpeak_lazada_my", until),
    ])
    assert not said.is_complete
    assert said.data["open_shops"] == ["northpeak_lazada_my", "northpeak_lazada_ph"]
    text = words(said.html)
    assert text.index("Provisional: the weeks of Lazada (Malaysia) and Lazada (Philippines)") < text.index("Net sales were")
    assert "Lazada (Malaysia) : certified only until Nov 13 22:00" in text
    assert "Lazada (Philippines) : not certified" in text
    assert "Amazon (United Kingdom, Germany) : complete, certified until Nov 16 00:00" in text


def test_a_shop_certified_to_the_last_instant_is_complete_and_a_second_less_is_not():
    end = datetime(2026, 11, 15, 16, tzinfo=UTC)  # midnight in Shanghai
    metrics = weeks.week()
    assert report(metrics, certificates=[ShopCertificate("lumora_amazon_us", end)]).is_complete
    assert not report(metrics, certificates=[ShopCertificate("lumora_amazon_us", end.replace(hour=15))]).is_complete


@pytest.mark.parametrize("language", ["zh", "en"])
def test_markup_in_data_stays_text(language):
    evil = "<script>alert('x')</script>{{ 7*7 }}&amp;\"</td>"
    metrics = weeks.week(
        top_products=(TopProduct(evil, evil, 3, 100, ("lumora_amazon_us",)),),
        stock_to_watch=(StockWatch("lumora_amazon_us", ("US",), evil, evil, "seller", 0, 28, 0.0, "out_of_stock"),),
    )
    html = report(metrics, language, Brand(evil, "#b45309", evil)).html
    assert "<script" not in html
    assert "alert('x')" not in html
    assert "{{ 7*7 }}" in html
    assert "<script>alert('x')" in words(html)


def test_stock_advice_names_a_quantity_or_asks_for_a_decision():
    def watch(**facts):
        given = {"fulfilled_by": "seller", "sellable_quantity": 4, "units_28d": 28, "days_of_cover": 4.0, "reason": "low_cover", **facts}
        return StockWatch("lumora_amazon_us", ("US",), "SKU", "Lamp", **given)

    stocks = (
        watch(), watch(fulfilled_by="marketplace"),
        watch(sellable_quantity=0, units_28d=0, days_of_cover=None, reason="out_of_stock"),
    )
    said = words(report(weeks.week(stock_to_watch=stocks)).html)
    assert "4 units left, for about 4 days" in said
    assert "Reorder about 30 units (for 30 days)" in said
    assert "Send about 30 units to the marketplace's warehouse" in said
    assert "Nothing sold in 28 days: restock it or take the listing down" in said


def test_two_shops_that_would_look_alike_keep_their_names():
    twins = (weeks.shop(), weeks.shop("lumora_amazon_us_two"))
    said = words(report(weeks.week(shops=twins)).html)
    assert "Amazon (United States) · lumora_amazon_us " in said
    assert "Amazon (United States) · lumora_amazon_us_two" in said


@pytest.mark.parametrize(("make", "brand"), REALISTIC)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_full_week_stays_small_needs_no_network_and_is_the_same_every_time(make, brand, language):
    said = report(make(), language, brand)
    assert len(said.html.encode()) < LARGEST_BYTES
    assert not re.search(r"<img|<script|https?://(?!www\.w3\.org)|@import", said.html)
    assert "&nbsp;" not in words(said.html)
    assert report(make(), language, brand) == said
    assert json.loads(json.dumps(said.data))["metrics"]["total"]["orders"] == make().total.orders


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_longest_lists_and_titles_still_arrive_uncut(language):
    assert len(report(weeks.longest(), language).html.encode()) < LARGEST_BYTES


def test_the_text_alternative_says_the_same():
    said = report(weeks.lumora(), "zh")
    for part in (said.data["headline"], *said.data["story"], "€10,318.00", "库存提醒", "已售罄"):
        assert part in said.text
    assert "<" not in said.text
    assert "&" not in said.text


def test_days_below_zero_hang_from_the_line():
    days = (Day("2026-11-09", 1, 1, 30_000), Day("2026-11-10", 0, 0, -10_000), Day("2026-11-11", 0, 0, 0))
    html = report(weeks.week(days=days)).html
    assert re.search(r'height="99"[^>]*style="height:99px', html)
    assert re.search(r'height="33"[^>]*bgcolor="#c2410c"', html)


def test_the_brand_colour_is_kept_and_text_on_it_readable():
    bright = report(brand=Brand("Sun", "#ffe600"))
    assert "background:#ffe600" in bright.html
    assert "color:#1f2937;\">Sun" in bright.html.replace("\n", "")
    assert 'bgcolor="#ffe600"' not in re.findall(r'class="bar"[^>]*', bright.html)[0]


def test_an_unknown_language_is_refused_with_the_ones_there_are():
    with pytest.raises(ReportError, match="No report language 'fr'; there are en, zh"):
        report(language="fr")
