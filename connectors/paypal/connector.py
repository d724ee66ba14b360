"""The contract's questions, answered for one PayPal account."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from connectors.base import BaseConnector, Entity, Mapper
from connectors.contract import Credentials, Page, Services, Shop, Window
from connectors.loose import text
from connectors.paypal import tracking
from connectors.paypal.endpoints import BALANCES, BUDGETS, ENDPOINTS
from connectors.paypal.map_disputes import map_disputes
from connectors.paypal.map_payments import map_payments
from connectors.paypal.read_disputes import read_disputes
from connectors.paypal.read_payments import read_payments
from connectors.paypal.record_ids import record_ids
from connectors.paypal.wire import Wire
from connectors.writes import Answer, ShipmentNotice, StockChange

# What each part of our work needs; an app has the scopes it was given, and says which with every token.
SCOPES = {
    "payments": "/reporting/search/read", "balances": "/reporting/balances/read", "disputes": "/disputes/read-seller",
    "shipments": "/shipping/trackers/readwrite",
}
Way = Callable[[Wire, Window, Mapping[str, Any] | None], Iterator[Page]]
NO_STOCK = "PayPal keeps no stock; nothing was sent"


class PayPalConnector(BaseConnector):
    """One merchant account."""

    wire: Wire

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        wire = Wire(shop, credentials, services)
        super().__init__(shop, services, wire.session, ENDPOINTS, BUDGETS, _entities(wire))
        object.__setattr__(self, "wire", wire)  # the base is frozen

    def check(self) -> str:
        """Whose account answers, what stands on it, and what its app may not do."""
        granted = self.wire.scopes()
        missing = [name for name, scope in SCOPES.items() if scope not in granted]
        lacks = f"; the app may not read or tell: {', '.join(missing)}" if missing else ""
        if "balances" in missing:
            return f"PayPal app answers{lacks}"
        answer = self.wire.get(BALANCES, f"v1/{BALANCES}", {}).json
        held = [_balance(each) for each in answer.get("balances") or () if isinstance(each, Mapping)]
        return f"account {text(answer.get('account_id')) or '?'}: {', '.join(held) or 'nothing'}{lacks}"

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        return [Answer(change.job_id, False, NO_STOCK) for change in changes]

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        return {change.job_id: None for change in changes}

    def push_shipments(self, notices: Sequence[ShipmentNotice]) -> list[Answer]:
        return tracking.push_shipments(self.wire, notices)

    def observe_shipments(self, notices: Sequence[ShipmentNotice]) -> dict[str, bool]:
        return tracking.observe_shipments(self.wire, notices)


def _balance(each: Mapping[str, Any]) -> str:
    """``1204.50 EUR (80.00 withheld)``; balances of several currencies stand side by side and are never added."""
    total, withheld = (each.get(name) if isinstance(each.get(name), Mapping) else {} for name in ("total_balance", "withheld_balance"))
    shown = f"{text(total.get('value'))} {text(total.get('currency_code'))}"
    kept = text(withheld.get("value"))
    return f"{shown} ({kept} withheld)" if kept.strip("0.") else shown


def _entities(wire: Wire) -> dict[str, Entity]:
    shop, pseudonym = wire.shop, wire.services.pseudonym
    ways: dict[str, tuple[Way, Mapper]] = {
        "payments": (read_payments, lambda pages: map_payments(shop, pseudonym, pages)),
        "disputes": (read_disputes, lambda pages: map_disputes(shop, pages)),
    }
    return {name: Entity(partial(way, wire), mapping, partial(record_ids, name)) for name, (way, mapping) in ways.items()}
