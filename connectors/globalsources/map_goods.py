"""What happens to a contract's goods and money: inspections, consignments, acceptances, payments."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pyarrow as pa

from connectors.columns import INSTANT
from connectors.contract import Shop
from connectors.files import drafts
from connectors.frames import Draft
from connectors.globalsources import rows, words
from connectors.globalsources.cells import Cells
from transforms.tables import ACCEPTANCES, INSPECTIONS, PAYMENTS, TRADE_SHIPMENTS

PROVIDER = "bank_transfer"


def inspections(at: int, cells: Cells, shop: Shop, pseudonym: Callable[[str], str], known: Mapping[str, str]) -> dict[str, Draft]:
    draft = drafts.begin(at, cells.grid, cells.made_at, INSPECTIONS, shop)
    cells.put_texts(
        draft, inspection_id="inspection_no", contract_id="contract_no", agency="agency", acceptance_level="aql", result_raw="result",
        report_file="report_file",
    )
    cells.put_moment_and_day(draft, "inspected", "inspected_at")
    cells.put_word(draft, "kind", "type", words.INSPECTION_KIND)
    cells.put_word(draft, "result", "result", words.INSPECTION_RESULT)
    cells.put_counts(draft, sample_size="sample_size", critical_count="critical", major_count="major", minor_count="minor")
    return {"inspections": draft}


def acceptances(at: int, cells: Cells, shop: Shop, pseudonym: Callable[[str], str], known: Mapping[str, str]) -> dict[str, Draft]:
    draft = drafts.begin(at, cells.grid, cells.made_at, ACCEPTANCES, shop)
    draft.text("acceptance_id", rows.acceptance_ids(cells))
    cells.put_texts(draft, contract_id="contract_no", remark="remark")
    cells.put_moment_and_day(draft, "accepted", "accepted_at")
    drafts.exact(draft, "accepted_quantity", cells.texts("accepted_qty"))
    drafts.exact(draft, "rejected_quantity", cells.texts("rejected_qty"))
    codes = cells.currencies(draft, "claim_amount")
    draft.text("currency", codes)
    cells.put_amount(draft, "claim_minor", "claim_amount", codes)
    return {"acceptances": draft}


def shipments(at: int, cells: Cells, shop: Shop, pseudonym: Callable[[str], str], known: Mapping[str, str]) -> dict[str, Draft]:
    """A consignment has left once its departure day is not after the file's own; it has arrived where an arrival is told."""
    draft = drafts.begin(at, cells.grid, cells.made_at, TRADE_SHIPMENTS, shop)
    cells.put_texts(
        draft, shipment_id="shipment_no", contract_id="contract_no", carrier="carrier", tracking_number="bl_or_awb",
        container_number="container_no", status_raw="status",
    )
    cells.put_word(draft, "mode", "mode", words.MODE)
    cells.put_moment(draft, "shipped_at", "etd")
    cells.put_moment(draft, "delivered_at", "arrived_at")
    cells.put_day(draft, "expected_date", "eta")
    left = [etd if etd is not None and etd <= cells.made_at else None for etd in draft["shipped_at"].to_pylist()]
    draft.put("shipped_at", pa.array(left, INSTANT))
    told = words.keys(cells.texts("status"))
    seen = [
        word or ("delivered" if arrived else "in_transit" if gone else "pending")
        for word, gone, arrived in zip(told, left, draft["delivered_at"].to_pylist(), strict=True)
    ]
    draft.word("status", seen, words.SHIPMENT_STATUS)
    drafts.exact(draft, "quantity", cells.texts("shipped_qty"))
    return {"trade_shipments": draft}


def payments(at: int, cells: Cells, shop: Shop, pseudonym: Callable[[str], str], known: Mapping[str, str]) -> dict[str, Draft]:
    """Bank transfers as the agency books them; what goes back to the buyer, and charges, are negative."""
    draft = drafts.begin(at, cells.grid, cells.made_at, PAYMENTS, shop)
    cells.put_texts(draft, payment_id="payment_no", order_id="contract_no")
    numbers = zip(cells.texts("bank_reference"), cells.texts("payment_no"), strict=True)
    draft.text("transaction_id", [reference or number for reference, number in numbers])
    draft.text("kind_raw", [text or "payment" for text in cells.texts("kind")])
    draft.text("status_raw", [text or "received" for text in cells.texts("status")])
    cells.put_word(draft, "kind", "kind", words.PAYMENT_KIND, default="payment")
    cells.put_word(draft, "status", "status", words.PAYMENT_STATUS, default="received")
    draft.constant("provider", PROVIDER)
    cells.put_moment_and_day(draft, "paid", "paid_at")
    codes = cells.currencies(draft, "amount", "fee")
    draft.text("currency", codes)
    moved, fees = cells.put_amount(draft, "amount_minor", "amount", codes), cells.put_amount(draft, "fee_minor", "fee", codes)
    signed = [
        -abs(each) if each is not None and kind in ("refund", "fee") else each
        for each, kind in zip(moved, draft["kind"].to_pylist(), strict=True)
    ]
    draft.put("amount_minor", pa.array(signed, pa.int64()))
    draft.put("fee_minor", pa.array([None if fee is None else -abs(fee) for fee in fees], pa.int64()))
    draft.text("payer_key", rows.buyer_keys(cells, pseudonym, "payer"))
    return {"payments": draft}
