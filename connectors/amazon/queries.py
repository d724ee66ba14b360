"""Which parameters ask Amazon for what, and where its answers keep records, ids and page tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.amazon.endpoints import ENDPOINTS
from connectors.amazon.listing_pages import Piece, TokenPages
from connectors.amazon.sites import SITES
from connectors.contract import Shop, Window
from connectors.http import Session
from connectors.paging import cut

ORDER_DATA = "PROCEEDS,FULFILLMENT,PACKAGES,CANCELLATION,PROMOTION,TAX"  # neither BUYER nor RECIPIENT: nothing personal


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def orders(session: Session, host: str, shop: Shop) -> TokenPages:
    """searchOrders: the upper bound is always sent, so that a window means the same whenever it is read."""
    def pieces(window: Window) -> list[Piece]:
        params = {
            "lastUpdatedAfter": stamp(window.start), "lastUpdatedBefore": stamp(window.end), "marketplaceIds": _ids(shop),
            "maxResultsPerPage": "100", "includedData": ORDER_DATA,
        }
        return [Piece(params, _span(window, "updated"), "orders")]

    return TokenPages(
        session, host, "searchOrders", "/orders/2026-01-01/orders", pieces, "paginationToken",
        token_of=lambda document: _at(document, "pagination", "nextToken"),
        ids_of=lambda document: ids(_at(document, "orders"), "orderId"), token_life=timedelta(hours=24), until_of=_answered_until,
    )


def fba_inventory(session: Session, host: str, shop: Shop) -> TokenPages:
    def pieces(window: Window) -> list[Piece]:
        return [
            Piece(
                {"details": "true", "granularityType": "Marketplace", "granularityId": marketplace, "marketplaceIds": marketplace},
                f"site {site}", f"summaries@{site}",
            )
            for site, marketplace in ((site, SITES[site].marketplace_id) for site in shop.sites)
        ]

    return TokenPages(
        session, host, "getInventorySummaries", "/fba/inventory/v1/summaries", pieces, "nextToken",
        token_of=lambda document: _at(document, "pagination", "nextToken"),
        ids_of=lambda document: ids(_at(document, "payload", "inventorySummaries"), "sellerSku"), token_life=timedelta(seconds=30),
    )


def ledger(session: Session, host: str, shop: Shop) -> TokenPages:
    """listTransactions without a marketplace: with one, Amazon leaves out what US merchants ship themselves."""
    def pieces(window: Window) -> list[Piece]:
        return [
            Piece({"postedAfter": stamp(part.start), "postedBefore": stamp(part.end)}, _span(part, "posted"), "transactions")
            for part in cut(window, ENDPOINTS["ledger"].max_window)  # a longer span is answered with nothing at all
        ]

    return TokenPages(
        session, host, "listTransactions", "/finances/2024-06-19/transactions", pieces, "nextToken",
        token_of=lambda document: _at(document, "payload", "nextToken"),
        ids_of=lambda document: ids(_at(document, "payload", "transactions"), "transactionId"), token_life=timedelta(hours=24),
    )


def payouts(session: Session, host: str, shop: Shop) -> TokenPages:
    def pieces(window: Window) -> list[Piece]:
        return [
            Piece(
                {"marketplaceIds": _ids(shop), "createdAfter": stamp(part.start), "createdBefore": stamp(part.end)},
                _span(part, "created"), "payouts",
            )
            for part in cut(window, ENDPOINTS["payouts"].max_window)
        ]

    return TokenPages(
        session, host, "listPayouts", "/finances/transfers/2024-06-01/payouts", pieces, "nextToken",
        token_of=lambda document: _at(document, "nextToken"), ids_of=lambda document: ids(_at(document, "payouts"), "id"),
        token_life=timedelta(hours=24),
    )


def ids(records: Any, name: str) -> list[str]:
    """The records' ids, as text; records without one are left out."""
    found = [record.get(name) for record in records if isinstance(record, dict)] if isinstance(records, list) else []
    return [str(value) for value in found if value is not None]


def _ids(shop: Shop) -> str:
    return ",".join(SITES[site].marketplace_id for site in shop.sites)


def _at(document: Any, *steps: str) -> Any:
    for step in steps:
        document = document.get(step) if isinstance(document, dict) else None
    return document


def _answered_until(document: Any) -> datetime | None:
    told = _at(document, "lastUpdatedBefore")
    try:
        moment = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _span(window: Window, verb: str) -> str:
    return f"{verb} from {stamp(window.start)} to {stamp(window.end)}"
