"""How each door writes the same answer: scalars as texts at the one, lists under their type's name at the other."""

from __future__ import annotations

from typing import Any

TYPES = {
    "order_list": "trade_ecology_order", "order_products": "trade_ecology_order_product", "fund_pay_list": "fund_pay",
    "refund_list": "refund", "shipping_order_list": "shippingorderlist", "products": "alibaba_product_brief_response",
    "request_list": "requestlist", "tracking_list": "logistics_tracking", "goods": "shipping_good", "carrier_list": "carrier",
}


def said(value: Any) -> Any:
    """``/rest``: numbers and booleans are texts."""
    if isinstance(value, dict):
        return {name: said(each) for name, each in value.items()}
    if isinstance(value, list):
        return [said(each) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else value


def typed(value: Any, name: str = "") -> Any:
    """``/sync``: an empty list is left out."""
    if isinstance(value, dict):
        return {key: typed(each, key) for key, each in value.items() if each != []}
    if isinstance(value, list):
        return {TYPES.get(name, "json"): [typed(each) for each in value]}
    return value
