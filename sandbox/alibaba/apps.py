"""Apps of the platform, each with other permission packages: what one may call, another may not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

ORDERS_REST = (
    "/alibaba/order/list", "/alibaba/order/get", "/alibaba/order/fund/query", "/order/logistics/query", "/order/logistics/tracking/get",
)
ORDERS_SYNC = (
    "alibaba.seller.order.list", "alibaba.seller.order.get", "alibaba.seller.order.fund.get", "alibaba.seller.order.logistics.get",
    "alibaba.seller.order.shipping.channels",
)
SHIPPING = ("/alibaba/v2/order/shipping", "/alibaba/order/v2/multi/shipping")
PRODUCTS = (
    "/alibaba/icbu/product/list", "/alibaba/icbu/product/get/v2", "/alibaba/icbu/product/search/v2", "/icbu/product/edit-inventory",
    "/icbu/product/edit-price", "/alibaba/icbu/product/batch/update/status", "alibaba.icbu.product.list",
)
RFQS = ("alibaba.icbu.rfq.search", "alibaba.icbu.rfqdetail.get", "alibaba.icbu.quotation.post")


@dataclass(frozen=True)
class App:
    """``is_masked``: trade numbers are shown with stars, and then are good for nothing."""

    key: str
    grants: frozenset[str]
    is_masked: bool = False


FULL = App("502334", frozenset((*ORDERS_REST, *ORDERS_SYNC, *SHIPPING, *PRODUCTS, *RFQS)))
# Not hosted with the platform: no order detail; and no product package.
LEAN = App("502335", frozenset((*ORDERS_REST, *ORDERS_SYNC)) - {"/alibaba/order/get", "alibaba.seller.order.get"})
MASKED = App("502336", frozenset((*ORDERS_REST, *ORDERS_SYNC)), is_masked=True)
SYNC = App("502337", frozenset((*ORDERS_SYNC, "alibaba.icbu.product.list")))
APPS = {app.key: app for app in (FULL, LEAN, MASKED, SYNC)}


def app_secret(seed: int, key: str) -> str:
    return hashlib.sha256(f"alibaba:{seed}:app:{key}".encode()).hexdigest()[:32]
