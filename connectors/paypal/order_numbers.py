"""Which store order a payment is for, as the store told PayPal: the invoice number, or a number inside the custom field."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

_NUMBER = re.compile(r"[0-9A-Za-z#._-]{1,64}")
_KEYS = ("order_id", "order_number", "id")


def prefixes(account_value: str | None) -> tuple[str, ...]:
    """``invoice_prefix`` of the client's file: one, or several parted by commas where several stores share the account."""
    return tuple(filter(None, (each.strip() for each in (account_value or "").split(","))))


def order_numbers(invoices: Sequence[Any], customs: Sequence[Any], known: Sequence[str]) -> list[Any]:
    """Row by row the order number; null where the store told none."""
    return [order_number(invoice, custom, known) for invoice, custom in zip(invoices, customs, strict=True)]


def order_number(invoice: Any, custom: Any, known: Sequence[str]) -> Any:
    """The invoice number without its prefix; else the custom field's own order number."""
    if invoice is not None and invoice != "":
        prefix = next((each for each in known if isinstance(invoice, str) and invoice.startswith(each)), "")
        return invoice[len(prefix):] if isinstance(invoice, str) else invoice
    return _custom(custom, known)


def _custom(custom: Any, known: Sequence[str]) -> str | None:
    if not isinstance(custom, str):
        return None
    try:
        told = json.loads(custom, parse_float=str)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict):
        found = next((told[key] for key in _KEYS if isinstance(told.get(key), str | int) and not isinstance(told[key], bool)), None)
        return None if found is None else str(found)
    prefix = next((each for each in known if custom.startswith(each)), None)  # plain text is an order's only behind its prefix
    return custom[len(prefix):] if prefix and _NUMBER.fullmatch(custom[len(prefix):]) else None
