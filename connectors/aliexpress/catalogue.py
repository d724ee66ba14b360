"""What the marketplace shows of single products now: for writes that need it, and to read writes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.aliexpress.envelope import business_error, field, listed, result
from connectors.aliexpress.gateway import Gateway
from connectors.aliexpress.read_listings import ask_product
from connectors.loose import entries, text

Sku = Mapping[str, Any]


def skus_of(gateway: Gateway, products: Iterable[str | None]) -> dict[tuple[str, str], Sku]:
    """(product, SKU's id) → the SKU as shown, its currency filled in; products that are gone or refused have none."""
    found: dict[tuple[str, str], Sku] = {}
    for product_id in sorted({each for each in products if each and each.isdecimal()}):
        ask = ask_product(product_id)
        document = gateway.call(ask.operation, ask.parameters, note=ask.note, kind=ask.kind).json
        product = result(document)
        if business_error(document):
            continue
        for sku in entries(listed(field(product, "aeop_ae_product_s_k_us"))):
            currency = text(sku.get("currency_code")) or text(field(product, "currency_code"))
            found[product_id, text(sku.get("id"))] = {**sku, "currency_code": currency}
    return found


def place_of(product_id: str | None, listing_id: str) -> tuple[str, str]:
    """Where a listing is shown: its product and the SKU's own id (a listing is called ``product:id``)."""
    product = product_id or listing_id.partition(":")[0]
    return product, listing_id.removeprefix(f"{product}:")
