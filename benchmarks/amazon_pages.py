"""Landed pages of Amazon orders as the Orders API 2026-01-01 writes them: seeded, 100 orders a page, about 2.5 lines an order."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

PAGE_SIZE = 100
START, DAYS = datetime(2026, 10, 1, tzinfo=UTC), 40  # over which the orders are spread, however many
LINE_COUNTS, LINE_WEIGHTS = (1, 2, 3, 4, 5, 6), (30, 28, 19, 12, 7, 4)  # 2.5 on average
STATUSES, STATUS_WEIGHTS = ("SHIPPED", "UNSHIPPED", "CANCELLED", "PENDING"), (84, 8, 5, 3)
TITLES = (
    "Ceramic table lamp with linen shade, warm white, 38 cm, for bedside tables and reading corners",
    "Folding camping lantern, 1200 lumen, USB-C charging, waterproof (IP65), hook and magnet",
    "Jasmine green tea, loose leaf, 250 g tin, spring harvest 2026",
    "床头灯 可调光 触摸开关 暖白光 适合卧室与书房",
    'Pendant light 12" brass, dimmable, "Oslo" series',
)


def pages(orders: int, seed: int = 1) -> Iterator[bytes]:
    """Yield the response bodies that hold ``orders`` orders."""
    dice = random.Random(seed)
    for first in range(0, orders, PAGE_SIZE):
        records = [_order(dice, number, orders) for number in range(first, min(first + PAGE_SIZE, orders))]
        document = {"orders": records, "pagination": {"nextToken": f"t{first}"}, "lastUpdatedBefore": _text(START)}
        yield json.dumps(document, ensure_ascii=False).encode()


def _order(dice: random.Random, number: int, orders: int) -> dict[str, Any]:
    created = START + timedelta(seconds=number * DAYS * 86_400 // orders)
    status = dice.choices(STATUSES, STATUS_WEIGHTS)[0]
    by_seller = dice.random() < 0.5
    lines = [_line(dice, number, place, status) for place in range(dice.choices(LINE_COUNTS, LINE_WEIGHTS)[0])]
    total = sum(cents for _, cents in lines)
    order = {
        "orderId": f"{111 + number % 3}-{number:07d}-{dice.randrange(10**7):07d}",
        "createdTime": _text(created), "lastUpdatedTime": _text(created + timedelta(hours=dice.randrange(1, 90))),
        "programs": ["PRIME"] if dice.random() < 0.6 else [],
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": "ATVPDKIKX0DER", "marketplaceName": "Amazon.com"},
        "fulfillment": {
            "fulfillmentStatus": status, "fulfilledBy": "MERCHANT" if by_seller else "AMAZON", "fulfillmentServiceLevel": "STANDARD",
            "shipByWindow": {"earliestDateTime": _text(created), "latestDateTime": _text(created + timedelta(days=2))},
        },
        "orderItems": [line for line, _ in lines],
    }  # fmt: skip
    if status != "PENDING":
        order["proceeds"] = {"grandTotal": _money(total)}
    if by_seller and status == "SHIPPED":
        order["packages"] = [_package(created, number, order["orderItems"])]
    return order


def _line(dice: random.Random, number: int, place: int, status: str) -> tuple[dict[str, Any], int]:
    sku, quantity = dice.randrange(400), dice.choices((1, 2, 3), (85, 11, 4))[0]
    unit = 499 + sku * 37
    items, shipping, tax = unit * quantity, dice.choice((0, 0, 499)), unit * quantity * 8 // 100
    discount = unit // 10 if dice.random() < 0.2 else 0
    parts = [("ITEM", items), ("SHIPPING", shipping), ("TAX", tax), ("DISCOUNT", -discount)]
    total = items + shipping + tax - discount
    shipped = quantity if status == "SHIPPED" else 0
    line: dict[str, Any] = {
        "orderItemId": f"{number:011d}{place:03d}", "quantityOrdered": quantity,
        "product": {
            "asin": f"B0{sku:08d}", "title": TITLES[sku % len(TITLES)], "sellerSku": f"LUM-{sku:04d}-US",
            "condition": {"conditionType": "NEW", "conditionSubtype": "NEW"}, "price": {"unitPrice": _money(unit)},
        },
        "fulfillment": {"quantityFulfilled": shipped, "quantityUnfulfilled": quantity - shipped},
    }  # fmt: skip
    if status != "PENDING":
        shown = [{"type": kind, "subtotal": _money(cents)} for kind, cents in parts if cents or kind == "ITEM"]
        line["proceeds"] = {"proceedsTotal": _money(total), "breakdowns": shown}
    return line, total


def _package(created: datetime, number: int, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "packageReferenceId": "1", "createdTime": _text(created), "packageStatus": {"status": "DELIVERED"}, "carrier": "UPS",
        "shippingService": "UPS Ground", "shipTime": _text(created + timedelta(hours=20)), "trackingNumber": f"1Z{number:016d}",
        "packageItems": [{"orderItemId": line["orderItemId"], "quantity": line["quantityOrdered"]} for line in lines],
    }  # fmt: skip


def _money(cents: int) -> dict[str, str]:
    sign, whole = "-" if cents < 0 else "", abs(cents)
    return {"amount": f"{sign}{whole // 100}.{whole % 100:02d}", "currencyCode": "USD"}


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
