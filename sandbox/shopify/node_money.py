"""Shopify Payments (bookings, payouts, disputes) and the tenders of every gateway, as objects of the schema."""

from __future__ import annotations

from typing import Any

from sandbox.shopify import ids
from sandbox.shopify.asked import connection
from sandbox.shopify.node_orders import Orders
from sandbox.shopify.shelf import Shelf, Tender, fee_of, gross_of
from sandbox.shopify.view import OrderView
from sandbox.world import SHOPS
from sandbox.world.model import Payout, Posting

Node = dict[str, Any]
TYPES = {"sale": "CHARGE", "refund": "REFUND", "service_fee": "BILLING_DEBIT", "adjustment": "ADJUSTMENT"}
SOURCES = {"sale": "CHARGE", "refund": "REFUND", "service_fee": "SYSTEM_ADJUSTMENT", "adjustment": "ADJUSTMENT"}


class Money:
    """Builds the money's nodes of one shop."""

    def __init__(self, shelf: Shelf, orders: Orders) -> None:
        self._shelf, self._orders = shelf, orders

    def _money(self, minor: int) -> Node:
        return {"amount": ids.amount(minor, self._shelf.currency), "currencyCode": self._shelf.currency}

    def account(self) -> Node | None:
        """None where the shop does not use Shopify Payments."""
        if not self._shelf.has_payments:
            return None
        return {
            "__typename": "ShopifyPaymentsAccount", "id": ids.gid("ShopifyPaymentsAccount", 31_000_000 + SHOPS[self._shelf.shop].number),
            "activated": True, "country": self._shelf.site, "defaultCurrency": self._shelf.currency, "balance": [self._money(0)],
            "balanceTransactions": self._transactions,
            "payouts": connection(
                self._shelf.payouts, self.payout, lambda each: (ids.stamp(each.ends_at), each.number),
                {"issued_at": lambda each: each.ends_at, "status": self._shelf.payout_status},
            ),
        }

    def _transactions(self, info: Any, **arguments: Any) -> Node:
        """Bookings; the payouts themselves stand among them unless ``hideTransfers`` says otherwise."""
        rows: list[Posting | Payout] = list(self._shelf.postings())
        if not arguments.pop("hideTransfers", False):
            rows += [each for each in self._shelf.payouts() if self._shelf.payout_status(each) == "PAID"]
        page = connection(
            lambda: rows, self._row, lambda row: (ids.stamp(_booked(row)), row.number),
            {"processed_at": _booked, "transaction_type": lambda row: TYPES[row.kind] if isinstance(row, Posting) else "TRANSFER"},
        )
        return page(info, **arguments)

    def _row(self, row: Posting | Payout) -> Node:
        return self._booking(row) if isinstance(row, Posting) else self._transfer(row)

    def _booking(self, posting: Posting) -> Node:
        gross, fee, order = gross_of(posting), fee_of(posting), posting.order
        payout = next((each for each in self._shelf.payouts() if each.number == posting.payout), None)
        status = self._shelf.payout_status(payout) if payout else "PENDING"
        return {
            "__typename": "ShopifyPaymentsBalanceTransaction", "id": ids.gid("ShopifyPaymentsBalanceTransaction", posting.number),
            "type": TYPES[posting.kind], "amount": self._money(gross), "fee": self._money(fee), "net": self._money(gross - fee),
            "transactionDate": ids.stamp(posting.at), "test": False,
            "associatedOrder": {"id": ids.gid("Order", ids.order_id(order)), "name": f"#{order.number % 1_000_000}"} if order else None,
            "associatedPayout": {"id": ids.gid("ShopifyPaymentsPayout", payout.number) if payout else None, "status": status},
            "sourceType": SOURCES[posting.kind], "sourceId": str(posting.number),
        }

    def _transfer(self, payout: Payout) -> Node:
        return {
            "__typename": "ShopifyPaymentsBalanceTransaction", "id": ids.gid("ShopifyPaymentsBalanceTransaction", 10**15 + payout.number),
            "type": "TRANSFER", "amount": self._money(-payout.amount_minor), "fee": self._money(0),
            "net": self._money(-payout.amount_minor),
            "transactionDate": ids.stamp(payout.paid_at), "test": False, "associatedOrder": None,
            "associatedPayout": {"id": ids.gid("ShopifyPaymentsPayout", payout.number), "status": "PAID"}, "sourceType": "TRANSFER",
            "sourceId": str(payout.number),
        }

    def payout(self, payout: Payout) -> Node:
        return {
            "__typename": "ShopifyPaymentsPayout", "id": ids.gid("ShopifyPaymentsPayout", payout.number),
            "legacyResourceId": str(payout.number), "status": self._shelf.payout_status(payout), "net": self._money(payout.amount_minor),
            "issuedAt": ids.stamp(payout.ends_at), "transactionType": "DEPOSIT",
        }

    def dispute(self, seen: OrderView) -> Node:
        case = seen.dispute
        is_over = case.status in ("WON", "LOST")
        return {
            "__typename": "ShopifyPaymentsDispute", "id": ids.gid("ShopifyPaymentsDispute", case.number),
            "legacyResourceId": str(case.number), "amount": self._money(case.amount_minor), "status": case.status, "type": case.kind,
            "initiatedAt": ids.stamp(case.at), "evidenceDueBy": ids.stamp(case.due_at),
            "finalizedOn": ids.stamp(case.due_at) if is_over else None,
            "order": lambda info: self._orders.order(seen), "reasonDetails": {"networkReasonCode": None, "reason": case.reason},
        }

    def tender(self, tender: Tender) -> Node:
        return {
            "__typename": "TenderTransaction", "id": ids.gid("TenderTransaction", tender.number),
            "amount": self._money(tender.amount_minor),
            "paymentMethod": tender.method, "processedAt": ids.stamp(tender.at), "remoteReference": tender.reference, "test": False,
            "order": lambda info: self._orders.order(tender.seen),
        }


def _booked(row: Posting | Payout):
    return row.at if isinstance(row, Posting) else row.paid_at
