"""The first lines of a brand that trades with businesses."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import report_beside as beside
import report_boards as boards
import report_trade as trades
import report_weeks as weeks
from report_trade import ACCOUNT
from test_weekly import words

from reports.by_hand import HandFed
from reports.facts import Beside, Brand, ShopCertificate
from reports.weekly import LARGEST_BYTES, build
from transforms.metrics import ShopFacts, StockWatch, TradeSum

HARBOR = Brand("Harborline Tools 海港五金", "#1e3a5f", "Harborline")
PROVEN = ShopCertificate(ACCOUNT, weeks.CERTIFIED, weeks.PROVEN_SINCE)
DEALS = (boards.make("b2b"),)


def report(week=None, code="en", metrics=None, proofs=(PROVEN,), **more):
    """Of a brand without a shop that has orders, unless ``metrics`` has some."""
    none = weeks.nothing("USD")
    empty = weeks.week(client="harbor", currency="USD", total=none, total_before=none, days=weeks.spread(0, 0, 0), shops=())
    told = {"beside": Beside(beside.delivery(**beside.NOTHING), trade=week or trades.week()), "boards": DEALS, "shops": boards.SHOPS}
    certificates = [*weeks.certificates(metrics), *proofs] if metrics else list(proofs)
    return build(metrics or empty, HARBOR, certificates, code, **{**told, **more})


RETAIL = {
    "en": ("No orders", "Net sales", "By shop", "Top products", "Nothing was sold", "Refunds and returns", "Parcels", "Average order"),
    "zh": ("没有订单", "净销售额", "各店铺", "热销商品", "没有售出", "退款与退货", "包裹", "客单价"),
}
DASHES = {"zh": ["新询盘", "发出报价", "收款", "发运批次", "半数答复用时不超过"],
          "en": ["New inquiries", "Quotations sent", "Money received", "Consignments shipped", "Half answered within"]}  # fmt: skip
FIRST = {
    "en": (
        "3 contracts worth $42,300 signed, $31,100 received",
        "12 new inquiries and 10 quotations, after 10 new inquiries and 7 quotations the week before.",
        "Answered so far: 9 of 12 inquiries.", "9 deals are overdue; see “Where everything stands”.",
        "Contracts signed", "$42,300", "41%", "New inquiries", "Half answered within", "5.3 hr", "Quotations sent", "Money received",
        "$31,100", "deposits $12,000 · balances $19,100", "Consignments shipped", "2 arrived · 3 acceptances · 1 claim", "Overdue now",
        "Waits for: Completed (6)",
    ),
    "zh": (
        "本周签约 3 份，合同额 US$42,300，收款 US$31,100", "新询盘 12 条、报价 10 份（上周新询盘 10 条、报价 7 份）。",
        "本周 12 条询盘中已答复 9 条。", "9 个商机已逾期，详见“各环节进展”。", "签约金额", "新询盘", "半数答复用时不超过", "发出报价",
        "收款", "定金 US$12,000 · 尾款 US$19,100", "发运批次", "到货 2 批 · 买家验收 3 次 · 索赔或拒收 1 次", "目前逾期",
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", ["zh", "en"])
def test_a_brand_that_only_trades_with_businesses_reads_of_its_trade_and_of_no_shop(code):
    made = report(code=code)
    assert made.subject.endswith(FIRST[code][0]) and made.data["headline"] == FIRST[code][0]
    for text in (words(made.html).replace("\xa0", " "), made.text.replace("\xa0", " ")):
        for said in FIRST[code]:
            assert said in text, said
        below = text[text.index(FIRST[code][0]):]  # the preheader, above it, says the same
        at = [below.index(said) for said in FIRST[code][:4]]
        assert at == sorted(at)
        assert not [said for said in RETAIL[code] if said in text]
    assert "<" not in made.text and "&" not in made.text
    assert json.loads(json.dumps(made.data))["trade"]["this"]["signed"]["converted_minor"] == 4_230_000


@pytest.mark.parametrize("code", ["zh", "en"])
def test_a_brand_with_both_trades_reads_of_its_shops_first(code):
    metrics = weeks.northpeak()
    retail = build(metrics, HARBOR, weeks.certificates(metrics), code)
    made = report(code=code, metrics=metrics, proofs=[replace(PROVEN, certified_until=weeks.CERTIFIED + timedelta(days=1))])
    assert made.data["headline"] == f"{retail.data['headline']} · {FIRST[code][0]}"
    for whole in (words(made.html), made.text):
        text = whole[whole.index(FIRST[code][0]):]
        told = [text.index(said) for said in (retail.data["story"][0], FIRST[code][1], retail.data["story"][-1])]
        assert told[0] < told[2] < told[1]
        assert RETAIL[code][-1] in text and FIRST[code][-1].partition(":")[0] in text
        assert text.index(RETAIL[code][-1]) < text.index({"zh": "签约金额", "en": "Contracts signed"}[code])


def test_without_trade_nothing_of_it_is_said():
    metrics = weeks.northpeak()
    plain = build(metrics, HARBOR, weeks.certificates(metrics), "en")
    assert plain.data["trade"] is None and "Contracts signed" not in plain.html + plain.text
    idle = report(trades.week(trades.nothing(), trades.nothing()), boards=())
    assert idle.data["headline"] == "No inquiry, quotation or contract this week", "there were papers, of other weeks"


def test_a_brand_without_shops_is_not_told_that_earlier_weeks_have_not_changed():
    quiet = weeks.compared((weeks.told({}), {}))
    assert quiet.compared and "earlier" not in report(restated=quiet).text
    assert "Nothing in the earlier reports has changed since." in report(metrics=weeks.northpeak(), restated=quiet).text
    assert "Changes to earlier weeks" in words(report(restated=weeks.lumora_changes()).html), "of a shop it has no more"


def test_each_headline_says_what_the_week_had():
    def said(**facts):
        return report(trades.week(trades.nothing(**facts))).data["headline"]

    assert said(contracts=1, signed=trades.usd(500_000)) == "1 contract worth $5,000 signed"
    assert said(received=trades.usd(700_000), deposits=trades.usd(700_000)) == "No contract signed, $7,000 received"
    assert said(inquiries=1) == "No contract signed, 1 new inquiry and 0 quotations"


def test_a_week_before_that_is_not_proven_is_compared_with_nothing():
    young = replace(PROVEN, since=datetime(2026, 11, 8, 16, tzinfo=UTC))
    text = words(report(proofs=[young]).html)
    assert "there is no full week of trade before to compare with" in text and "▲" not in text and "▼" not in text


def test_an_account_that_is_not_read_to_the_weeks_end_stands_above_the_figures_and_promises_no_correction():
    made = report(proofs=[replace(PROVEN, certified_until=datetime(2026, 11, 14, tzinfo=UTC))])
    text = words(made.html)
    assert not made.is_complete and made.data["open_shops"] == [ACCOUNT]
    warned = "The trade of Alibaba.com (China) has not been read completely yet: its figures may be too low."
    assert text.index(warned) < text.index("3 contracts worth") and "as changes to this week" not in text
    assert "what was traded later may be missing" in text and "later orders" not in text


def test_an_account_fed_by_hand_that_is_behind_is_confessed_with_the_figures():
    seen = datetime(2026, 11, 16, 3, tzinfo=UTC)
    fed = HandFed("harbor_gs", "globalsources", ("HK",), seen, seen - timedelta(hours=61), timedelta(hours=48))
    week = trades.week(accounts=(ACCOUNT, "harbor_gs"))
    shops = (*boards.SHOPS, ShopFacts("harbor_gs", "globalsources", ("HK",)))
    made = report(week, hand_fed=[fed], shops=shops, proofs=[PROVEN, replace(PROVEN, shop="harbor_gs")])
    said = "Files of Global Sources (Hong Kong SAR China) are missing: the figures of trade may be too low."
    assert said in words(made.html) and said in made.text and made.is_complete
    fresh = replace(fed, last_file_at=seen - timedelta(hours=5))
    assert "are missing" not in report(week, hand_fed=[fresh], shops=shops).text


def test_a_week_that_is_not_whole_is_compared_with_nothing():
    seen = datetime(2026, 11, 16, 3, tzinfo=UTC)
    fed = HandFed(ACCOUNT, "globalsources", ("HK",), seen, seen - timedelta(hours=61), timedelta(hours=48))
    lacking = replace(PROVEN, certified_until=datetime(2026, 11, 14, tzinfo=UTC))
    assert "▲" in report().text
    for made in (report(hand_fed=[fed]), report(proofs=[lacking])):
        assert "12 new inquiries and 10 quotations; this week is not compared, for it is not whole." in made.text
        assert "▲" not in made.text and "▼" not in made.text and "  from $" not in made.text


@pytest.mark.parametrize("code", ["zh", "en"])
def test_what_no_account_ever_told_of_is_a_dash_and_no_nought(code):
    none = trades.nothing(contracts=1, signed=trades.usd(500_000))
    platform = report(trades.week(none, none, told=("contracts",)), code)
    for name in DASHES[code]:
        assert f"{name}{'：' if code == 'zh' else ': '}–" in platform.text, name
    assert {"zh": "0 条", "en": "0 new"}[code] not in platform.text
    assert report(trades.week(trades.nothing(), told=("contracts",)), code).data["headline"] == {
        "zh": "本周没有新签合同", "en": "No contract signed this week",
    }[code]
    sheet = report(trades.week(trades.nothing(inquiries=2), told=("inquiries",)), code)
    assert sheet.data["headline"] == {"zh": "新询盘 2 条", "en": "2 new inquiries"}[code]


def test_a_week_before_in_money_without_a_rate_hides_nothing_of_this_one():
    dong = TradeSum((("VND", 9_000_000),), 0)
    text = report(trades.week(before=trades.figures(signed=dong), unconverted=("VND",))).text
    assert "Contracts signed: $42,300  (3 contracts)" in text


def test_other_currencies_are_told_in_their_own_and_converted_and_one_without_a_rate_is_confessed():
    text = words(report().html).replace("\xa0", " ")
    assert "Balances received CN¥6,400.00 + $18,200.00 $19,100" in text and "1 CNY = 0.139 USD" in text
    dong = TradeSum((("VND", 9_000_000),), 0)
    made = report(trades.week(trades.figures(signed=dong), unconverted=("VND",), rates=()))
    assert made.data["headline"] == "3 contracts worth ₫9,000,000 signed, $31,100 received"
    assert "Contracts signed: –  (₫9,000,000 · 3 contracts)" in made.text
    assert "No exchange rate was published for Vietnamese dong: it is left out of converted sums." in words(made.html)
    both = report(trades.week(unconverted=("VND",)), "zh").html
    assert "0.139 CNY" not in both and re.search(r"1 CNY = 0\.139 USD</span><br ?/?>越南盾", both), "two sentences, two lines"
    plain = report(trades.week(trades.figures(received=trades.usd(1), deposits=trades.usd(1), balances=trades.NONE), rates=()))
    assert "in its own currencies" not in plain.html


def test_answers_within_the_minute_are_told_as_the_same_day_and_a_slower_answer_is_bad_news():
    assert "Half answered within: same day" in report(trades.week(trades.figures(median_seconds=0))).text
    html = report(trades.week(trades.figures(median_seconds=64_800))).html
    assert 'class="num bad"' in html[html.index("Half answered within"):html.index("Quotations sent")]


def test_what_was_paid_back_is_said_and_never_taken_off_what_came():
    made = report(trades.week(trades.figures(returned=trades.usd(90_000))))
    assert "$900 was paid back to buyers." in made.text and "$31,100 received" in made.data["headline"]


def test_goods_sold_by_contract_are_not_judged_by_the_pace_of_orders():
    watch = StockWatch(ACCOUNT, ("CN",), "HB-1", "Wrench", "seller", 0, 0, None, "out_of_stock")
    metrics = replace(weeks.northpeak(), stock_to_watch=(watch, replace(watch, shop="northpeak_amazon_eu")))
    text = words(report(metrics=metrics).html)
    assert "HB-1 · Alibaba.com (China) → Restock it or take the listing down." in text
    assert "HB-1 · Amazon (United Kingdom, Germany) · 0 sold in 28 days → Nothing sold in 28 days" in text


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_fullest_mail_of_a_client_in_all_trades_with_its_trade_at_its_largest_still_arrives_uncut(code):
    every = tuple(boards.make(mode) for mode in ("b2b", "b2c", "c2c", "agency"))
    more = replace(beside.unkind(), trade=trades.unkind())
    metrics = weeks.lumora()
    proofs = [*weeks.certificates(metrics), PROVEN]
    mail = build(metrics, weeks.LUMORA, proofs, code, weeks.lumora_changes(), more, boards=every, shops=boards.SHOPS)
    assert len(mail.html.encode()) < LARGEST_BYTES
