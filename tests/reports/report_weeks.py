"""Weeks to report on: small builders, and one realistic week of two clients."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from reports.facts import Brand, ShopCertificate
from transforms.metrics import (
    Day,
    Figures,
    Money,
    Period,
    RateUsed,
    Restated,
    ShopWeek,
    StockWatch,
    Told,
    TopProduct,
    WeeklyMetrics,
    restate,
)

START = date(2026, 11, 9)
DAYS = [(START + timedelta(days=n)).isoformat() for n in range(7)]
CERTIFIED = datetime(2026, 11, 16, 2, 50, tzinfo=UTC)
PROVEN_SINCE = datetime(2026, 10, 17, 3, tzinfo=UTC)  # a first pull reaches back 30 days
SHARES = (11, 9, 12, 14, 16, 20, 18)  # of a hundred, Monday to Sunday


def money(currency="CNY", gross=100_000, discounts=5_000, refunds=3_000, orders=10) -> Money:
    average = (gross - discounts) // orders if orders else None
    return Money(currency, gross, discounts, refunds, gross - discounts - refunds, average)


def figures(converted: Money | None = None, own: tuple[Money, ...] | None = None, orders=10, units=14, **more) -> Figures:
    converted = converted or money(orders=orders)
    facts = {"cancelled": 0, "orders_without_money": 0, "unconverted": (), **more}
    return Figures(orders=orders, units=units, own=(converted,) if own is None else own, converted=converted, **facts)


NOTHING = Money("CNY", 0, 0, 0, 0, None)


def nothing(currency="CNY") -> Figures:
    return figures(Money(currency, 0, 0, 0, 0, None), own=(), orders=0, units=0)


def spread(net: int, orders=10, units=14) -> tuple[Day, ...]:
    nets = [net * share // 100 for share in SHARES]
    nets[-1] += net - sum(nets)
    return tuple(Day(day, orders // 7, units // 7, amount) for day, amount in zip(DAYS, nets, strict=True))


def shop(name="lumora_amazon_us", marketplace="amazon", sites=("US",), this=None, before=None, days=None) -> ShopWeek:
    this = this or figures()
    return ShopWeek(name, marketplace, sites, this, before or figures(), days or spread(this.converted.net_sales_minor))


def week(**changes) -> WeeklyMetrics:
    """One shop, ten orders, in yuan."""
    total = changes.pop("total", None) or figures()
    facts = {
        "client": "lumora",
        "currency": "CNY",
        "zone": "Asia/Shanghai",
        "period_start": DAYS[0],
        "period_end": "2026-11-16",
        "last_day": DAYS[-1],
        "total": total,
        "total_before": figures(money(gross=90_000)),
        "days": spread(total.converted.net_sales_minor),
        "shops": (shop(this=total),),
        "top_products": (),
        "stock_to_watch": (),
        "rates": (),
        "data_until": "2026-11-16T02:40:00Z",
    }
    return WeeklyMetrics(**{**facts, **changes})


def certificates(metrics: WeeklyMetrics, until: datetime | None = CERTIFIED) -> list[ShopCertificate]:
    return [ShopCertificate(one.shop, until, since=PROVEN_SINCE) for one in metrics.shops]


LUMORA = Brand("Lumora 流光灯具", "#b45309", "Lumora")
NORTHPEAK = Brand("Northpeak Outdoor", "#14532d", "Northpeak")

LONG_TITLES = (
    "流光北欧风格实木护眼落地灯客厅卧室沙发旁立式台灯遥控调光调色温智能语音控制节能省电全光谱学习阅读灯礼盒装",
    "โคมไฟตั้งพื้นสไตล์นอร์ดิกไม้จริงถนอมสายตาสำหรับห้องนั่งเล่นห้องนอนปรับความสว่างด้วยรีโมทประหยัดพลังงาน",
    "Donaudampfschifffahrtsgesellschaftskapitänskajütenschreibtischleuchte mit Fernbedienung und Farbtemperatureinstellung",
    "LED Desk Lamp with Wireless Charger, 5 Lighting Modes, 7 Brightness Levels, Touch Control, Auto Timer, Eye-Caring, Dimmable",
)


def lumora() -> WeeklyMetrics:
    """A good week over three shops, with long titles in four scripts."""
    us = shop(
        this=figures(
            money(gross=21_840_300, discounts=912_000, refunds=431_200, orders=402),
            (money("USD", 3_034_400, 126_700, 59_900, 402),),
            402,
            511,
            cancelled=9,
        ),
        before=figures(money(gross=18_902_100, discounts=801_000, refunds=502_000, orders=351), None, 351, 440),
    )
    eu = shop(
        "lumora_amazon_eu",
        "amazon",
        ("DE", "FR"),
        figures(
            money(gross=9_604_000, discounts=300_400, refunds=812_000, orders=166),
            (money("EUR", 1_167_000, 36_500, 98_700, 166),),
            166,
            190,
            orders_without_money=4,
        ),
        figures(money(gross=10_208_000, discounts=310_000, refunds=404_000, orders=181), None, 181, 208),
    )
    sg = shop(
        "lumora_lazada_sg",
        "lazada",
        ("SG",),
        figures(money(gross=2_310_000, refunds=81_000, orders=61), (money("SGD", 421_700, 9_000, 14_800, 61),), 61, 72),
        figures(money(gross=2_004_000, refunds=64_000, orders=55), None, 55, 60),
    )
    total = figures(
        money(gross=33_754_300, discounts=1_217_400, refunds=1_324_200, orders=625), (), 629, 773, cancelled=14, orders_without_money=4
    )
    before = figures(money(gross=31_114_100, discounts=1_116_000, refunds=970_000, orders=587), (), 587, 708)
    products = tuple(
        TopProduct(
            f"LUM-{n:03d}-{'BLK' if n % 2 else 'WARMWHITE-EU-PLUG'}",
            LONG_TITLES[n % 4],
            96 - 9 * n,
            4_120_000 - 371_000 * n,
            ("lumora_amazon_us", "lumora_amazon_eu") if n % 3 == 0 else ("lumora_amazon_us",),
        )
        for n in range(10)
    )
    stock = tuple(
        StockWatch(
            ("lumora_amazon_us", "lumora_amazon_eu", "lumora_lazada_sg")[n % 3],
            ("US",) if n % 3 == 0 else ("DE", "FR"),
            f"LUM-{n:03d}-BLK",
            LONG_TITLES[(n + 1) % 4],
            "marketplace" if n % 2 else "seller",
            max(n - 1, 0),
            0 if n == 1 else 84 - 4 * n,
            None if n == 1 else 28 * max(n - 1, 0) / (84 - 4 * n),
            "out_of_stock" if n < 2 else "low_cover",
        )
        for n in range(12)
    )
    rates = tuple(
        RateUsed(code, "CNY", day, "ECB", rate)
        for code, rate in (("USD", "7.19784512"), ("EUR", "8.23011100"), ("SGD", "5.47812231"))
        for day in ("2026-11-06", "2026-11-10", "2026-11-13")
    )
    return week(
        total=total,
        total_before=before,
        days=spread(total.converted.net_sales_minor),
        shops=(us, eu, sg),
        top_products=products,
        stock_to_watch=stock,
        rates=rates,
    )


def northpeak() -> WeeklyMetrics:
    """A week that fell, in dollars: two currencies in one shop, one shop without orders, one day below zero."""
    eu = shop(
        "northpeak_amazon_eu",
        "amazon",
        ("GB", "DE"),
        figures(
            money("USD", 1_822_040, 41_000, 96_010, 214),
            (money("EUR", 720_110, 18_000, 60_010, 90), money("GBP", 761_099, 16_000, 20_000, 124)),
            214,
            260,
        ),
        figures(money("USD", 2_404_000, 52_000, 71_000, 281), None, 281, 330),
    )
    my = shop(
        "northpeak_lazada_my",
        "lazada",
        ("MY",),
        figures(money("USD", 402_111, 2_000, 9_000, 51), (money("MYR", 1_662_480, 8_300, 37_200, 51),), 51, 55),
        figures(money("USD", 380_000, 2_000, 4_000, 48), None, 48, 50),
    )
    ph = shop("northpeak_lazada_ph", "lazada", ("PH",), nothing("USD"), figures(money("USD", 90_400, 0, 0, 12), None, 12, 12))
    total = figures(money("USD", 2_224_151, 43_000, 105_010, 265), (), 265, 315, cancelled=3)
    before = figures(money("USD", 2_874_400, 54_000, 75_000, 341), (), 341, 392)
    nets = [310_000, 280_000, -42_000, 402_000, 388_141, 410_000, 328_000]
    days = tuple(Day(day, 30, 40, net) for day, net in zip(DAYS, nets, strict=True))
    products = (
        TopProduct(
            "NP-TENT-2P-GRN", "Northpeak Ridgeline 2-Person Tent, 3-Season, Waterproof 3000 mm", 41, 412_900, ("northpeak_amazon_eu",)
        ),
        TopProduct("NP-BTL-750", "Insulated Bottle 750 ml", 38, 91_200, ("northpeak_amazon_eu", "northpeak_lazada_my")),
        TopProduct("NP-X", None, 3, None, ("northpeak_lazada_my",)),
    )
    rates = tuple(
        RateUsed(code, "USD", "2026-11-13", "ECB", rate)
        for code, rate in (("EUR", "1.14340000"), ("GBP", "1.31221800"), ("MYR", "0.24190000"))
    )
    return week(
        client="northpeak",
        currency="USD",
        zone="America/New_York",
        total=total,
        total_before=before,
        days=days,
        shops=(eu, my, ph),
        top_products=products,
        rates=rates,
    )


def told(shops: dict[str, Figures], weeks_ago=1, *, was_reported=True) -> Told:
    start = START - timedelta(weeks=weeks_ago)
    return Told(Period(start, start + timedelta(days=7)), "Asia/Shanghai", shops, was_reported)


def compared(*pairs: tuple[Told, dict[str, Figures]], currency="CNY") -> Restated:
    """Earlier weeks as they were told, each with what the tables say now."""
    weeks = [restate(one, now, currency) for one, now in pairs]
    return Restated(len(pairs), tuple(week for week in weeks if week))


def lumora_changes() -> Restated:
    """A refund of last week that came late, and an order of the week before that was cancelled while another came in."""
    def us(refunds: int, orders=351, **more) -> Figures:
        dollars = money("USD", 2_626_000, 111_300, refunds, orders)
        return figures(money(gross=18_902_100, discounts=801_000, refunds=refunds * 7, orders=orders), (dollars,), orders, 440, **more)

    sg = figures(money(gross=2_004_000, refunds=64_000, orders=55), (money("SGD", 365_900, 9_000, 11_600, 55),), 55, 60)
    sg_now = figures(money(gross=2_108_000, refunds=64_000, orders=57), (money("SGD", 384_900, 9_000, 11_600, 57),), 57, 63, cancelled=1)
    return compared(
        (told({"lumora_amazon_us": us(69_700), "lumora_lazada_sg": sg}), {"lumora_amazon_us": us(76_600), "lumora_lazada_sg": sg}),
        (told({"lumora_amazon_us": us(52_000), "lumora_lazada_sg": sg}, 2), {"lumora_amazon_us": us(52_000), "lumora_lazada_sg": sg_now}),
    )


def longest() -> WeeklyMetrics:
    """Every list at its longest, with titles and shops to match."""
    names = [f"lumora_amazon_{n}" for n in range(12)]
    product = TopProduct("S" * 60, LONG_TITLES[1] * 5, 10**6, 10**9, tuple(names))
    stock = StockWatch(names[0], ("US", "DE"), "S" * 60, LONG_TITLES[1] * 5, "seller", 3, 28, 3.0, "low_cover")
    many = tuple(shop(name, "amazon", ("DE", "FR", "IT", "ES", "NL", "SE")) for name in names)
    return week(shops=many, top_products=(product,) * 50, stock_to_watch=(stock,) * 200)
