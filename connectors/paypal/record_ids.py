"""The vendor's records in landed pages, read from the raw JSON alone: what the mapping is checked against."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Page


def record_ids(entity: str, pages: Sequence[Page]) -> list[str]:
    """Ids in order of appearance, each once. A record without its number has none; the mapping quarantines it."""
    read = {"payments": payment_ids, "disputes": _dispute_ids}[entity]
    return list(dict.fromkeys(each for page in pages if page.part == entity for each in read(page.body)))


def payment_ids(body: bytes) -> list[str]:
    """Number, code, second, currency and amount of each row: PayPal's number alone names several."""
    details = _list(_field(_document(body), "transaction_details"))
    return [found for each in details if (found := _payment_id(_field(each, "transaction_info"))) is not None]


def _payment_id(info: Any) -> str | None:
    number, money = _field(info, "transaction_id"), _field(info, "transaction_amount")
    if number is None:
        return None
    began = _field(info, "transaction_initiation_date")
    with suppress(TypeError, ValueError):
        began = datetime.fromisoformat(began).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    amount = f"{_text(_field(money, 'currency_code'))}{_text(_field(money, 'value'))}"
    return "/".join(_text(part) for part in (number, _field(info, "transaction_event_code"), began, amount))


def _dispute_ids(body: bytes) -> list[str]:
    items = _list(_field(_document(body), "items"))
    return [str(found) for each in items if (found := _field(each, "dispute_id")) is not None]


def _document(body: bytes) -> Any:
    return json.loads(body, parse_float=str)


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return "" if value is None else str(value)
