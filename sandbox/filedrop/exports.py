"""The exports as files, in the forms brands really save them in: titles above, sums below, Chinese headers, copies."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from sandbox.dropping import Export
from sandbox.filedrop.facts import Spend, export_times, spends, visits, whole_shop
from sandbox.market import House
from sandbox.workbook import Serial, workbook
from sandbox.world import World


def exports_of(house: House, client: str) -> Mapping[str, Export]:
    """Path below the client's folder → the file, everything exported before the horizon."""
    found: dict[str, Export] = {}
    for at in export_times(house.world, house.clock.horizon):
        for name, made in FILES.get(client, {}).items():
            found[name.format(day=f"{at:%Y%m%d}")] = Export(at, made(house.world, client, at))
    return found


def _csv(rows: Iterable[Sequence[object]], encoding: str, separator: str = ",", ending: str = "\r\n") -> bytes:
    page = io.StringIO()
    csv.writer(page, delimiter=separator, lineterminator=ending).writerows(rows)
    return page.getvalue().encode(encoding)


def _money(minor: int) -> str:
    return f"{minor // 100:,}.{minor % 100:02d}"


def _amazon_ads(world: World, client: str, at: datetime) -> bytes:
    head = ("Date", "Portfolio name", "Campaign Name", "Impressions", "Clicks", "Spend", "14 Day Total Sales ", "14 Day Total Orders (#)")
    rows = [
        (
            each.day, None, each.campaign.name, each.impressions, each.clicks, _decimal(each.spend_minor), _decimal(each.sales_minor),
            each.orders,
        )
        for each in spends(world, client, "amazon_ads", at)
    ]
    return workbook([("Sponsored Products campaign report",), (), head, *rows])


def _decimal(minor: int) -> Decimal:
    return Decimal(minor).scaleb(-2)


def _google_ads(world: World, client: str, at: datetime) -> bytes:
    found = list(spends(world, client, "google_ads", at))
    head = ("Day", "Customer ID", "Campaign", "Campaign ID", "Currency code", "Impr.", "Clicks", "Cost", "Conversions", "Conv. value")
    rows = [
        (
            each.day, each.campaign.account, each.campaign.name, each.campaign.number, "USD", f"{each.impressions:,}", f"{each.clicks:,}",
            _money(each.spend_minor), f"{each.orders}.00", _money(each.sales_minor),
        )
        for each in found
    ]
    spent, shown = _money(_sum(found, "spend_minor")), f"{_sum(found, 'impressions'):,}"
    total = ("Total: Campaigns", " --", " --", " --", "USD", shown, "", spent, "", "")
    return _csv([("Campaign report",), (_span(found),), head, *rows, total], "utf-8-sig")


def _sum(found: list[Spend], name: str) -> int:
    return sum(getattr(each, name) for each in found)


def _span(found: list[Spend]) -> str:
    days = [each.day for each in found]
    return f"{min(days):%B %d, %Y} - {max(days):%B %d, %Y}"


def _meta(world: World, client: str, at: datetime) -> bytes:
    head = (
        "报告开始日期", "报告结束日期", "账户编号", "广告系列名称", "广告系列编号", "展示次数", "点击量（全部）",
        "花费金额 (USD)", "购买次数", "购买转化价值",
    )
    rows = [
        (
            each.day, each.day, each.campaign.account, each.campaign.name, each.campaign.number, each.impressions, each.clicks,
            _decimal(each.spend_minor), each.orders or "", _decimal(each.sales_minor),
        )
        for each in spends(world, client, "meta", at)
    ]
    return _csv([head, *rows], "gb18030", ending="\n")


def _google_micros(world: World, client: str, at: datetime) -> bytes:
    head = (
        "customer.id", "campaign.id", "campaign.name", "segments.date", "customer.currency_code", "metrics.cost_micros", "metrics.clicks",
        "metrics.impressions",
    )
    rows = [
        (
            each.campaign.account, each.campaign.number, each.campaign.name, each.day, "GBP", each.spend_minor * 10_000, each.clicks,
            each.impressions,
        )
        for each in spends(world, client, "google_ads", at)
    ]
    return _csv([head, *rows], "utf-8", ending="\n")


def _plain_ads(world: World, client: str, at: datetime) -> bytes:
    head = ("平台", "日期", "账户", "计划编号", "计划名称", "消耗", "展现量", "点击量", "订单数", "销售额")
    rows = [
        (
            "TikTok Ads", f"{each.day:%Y/%m/%d}", each.campaign.account, each.campaign.number, each.campaign.name,
            f"£{_money(each.spend_minor)}", each.impressions, each.clicks, each.orders, f"£{_money(each.sales_minor)}",
        )
        for each in spends(world, client, "tiktok_ads", at)
    ]
    return _csv([head, *rows], "utf-16", separator="\t")


def _business_report(world: World, client: str, at: datetime) -> bytes:
    head = ("Date", "Page Views - Total", "Sessions - Total", "Units Ordered", "Total Order Items")
    rows = [(Serial(each.day), each.views, each.visits, each.units, each.orders) for each in whole_shop(world, client, at)]
    return workbook([("Sales and traffic by date",), head, *rows])


def _plain_traffic(encoding: str, separator: str, day: Callable[[date], str]) -> Callable[[World, str, datetime], bytes]:
    def made(world: World, client: str, at: datetime) -> bytes:
        head = ("统计日期", "商品编号", "货号", "浏览量", "访客数", "支付订单数", "支付件数")
        rows = [
            (day(each.day), each.product, each.sku, each.views, f"{each.visits:,}", each.orders, each.units)
            for each in visits(world, client, at)
        ]
        return _csv([head, *rows], encoding, separator)

    return made


# Path with {day} for the export's date → how it is made. A copy is what a browser makes of a second download.
FILES: dict[str, dict[str, Callable[[World, str, datetime], bytes]]] = {
    "lumora": {
        "ads/amazon-ads-{day}.xlsx": _amazon_ads,
        "ads/google-ads-{day}.csv": _google_ads,
        "ads/google-ads-{day} (1).csv": _google_ads,
        "ads/meta-{day}.csv": _meta,
        "traffic/BusinessReport-{day}.xlsx": _business_report,
        "traffic/商品流量-{day}.csv": _plain_traffic("gb18030", ";", lambda day: f"{day.year}/{day.month}/{day.day}"),
    },
    "northpeak": {
        "ads/google-ads-api-{day}.csv": _google_micros,
        "ads/tiktok-{day}.csv": _plain_ads,
        "traffic/products-{day}.csv": _plain_traffic("utf-8", ",", lambda day: f"{day:%d-%b-%Y}"),
    },
}
