"""Returns and refunds as a perfect reader would store them: every refunded cent in one row, and in one row only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sandbox.clock import iso
from sandbox.shopify import ids
from sandbox.shopify.node_orders import REASONS
from sandbox.shopify.shelf import Shelf
from sandbox.shopify.view import OrderView, RefundView, ReturnView

Row = Mapping[str, object]
_STATUS = {"REQUESTED": "requested", "OPEN": "approved", "CLOSED": "closed", "DECLINED": "rejected", "CANCELED": "cancelled"}


def returns(shelf: Shelf) -> Iterator[Row]:
    for seen in shelf.orders().values():
        for request in seen.returns:
            yield from _request(seen, request)
        for refund in seen.refunds:
            if refund.request is None:
                yield from _alone(seen, refund)


def _row(seen: OrderView, **changes: object) -> Row:
    at = changes.pop("at")
    plain = {
        "order_id": str(ids.order_id(seen.order)), "line_id": None, "sku": None, "reason": None, "currency": seen.currency,
        "requested_at": iso(at), "requested_date": ids.day(at, seen.order.site), "source_updated_at": iso(seen.updated_at),
    }
    return {**plain, **changes}


def _line(seen: OrderView, index: int) -> dict[str, object]:
    return {"line_id": str(ids.line_id(seen.order, index)), "sku": seen.order.lines[index].listing.sku}


def _request(seen: OrderView, request: ReturnView) -> Iterator[Row]:
    given = next((refund for refund in seen.refunds if refund.request == request.number), None)
    back = {line.index: line.subtotal_minor for line in given.lines} if given else {}
    status = "refunded" if given else _STATUS[request.status]
    common = {"return_id": f"Return/{request.number}", "kind": "return", "status": status, "status_raw": request.status, "at": request.at}
    for number, index, units, reason in request.lines:
        yield _row(
            seen, **common, **_line(seen, index), return_line_id=str(number), quantity=units, reason=REASONS[reason],
            refund_minor=back.get(index),
        )
    rest = given.total_minor - sum(back.values()) if given else 0
    if rest:
        yield _row(seen, **common, return_line_id="rest", quantity=0, refund_minor=rest)


def _alone(seen: OrderView, refund: RefundView) -> Iterator[Row]:
    common = {"return_id": f"Refund/{refund.number}", "status": "refunded", "at": refund.at}
    for line in refund.lines:
        yield _row(
            seen, **common, **_line(seen, line.index), return_line_id=str(refund.number * 10 + line.index), kind="cancel",
            status_raw="CANCEL", quantity=line.units, refund_minor=line.subtotal_minor + line.tax_minor,
        )
    rest = refund.total_minor - sum(line.subtotal_minor + line.tax_minor for line in refund.lines)
    if rest:
        kind, raw = ("cancel", "CANCEL") if refund.lines else ("refund_only", "REFUND")
        yield _row(seen, **common, return_line_id="rest", kind=kind, status_raw=raw, quantity=0, refund_minor=rest)
