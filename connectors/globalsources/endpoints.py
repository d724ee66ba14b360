"""What is read from an account's folder: data, no loops. Nothing is asked of anybody but a mailbox, so there are no quotas."""

from __future__ import annotations

from datetime import timedelta

from connectors.contract import Budget, Endpoint

MODES = ("b2b",)
WRITES = ("stock", "price", "price_tiers", "product", "quotation")  # as workbooks a person uploads, or sends to the buyer
BUDGETS: dict[str, Budget] = {}

_BLIND = (
    "What nobody exported: an export shows what its filter let through, so a row that is missing from a newer one is neither "
    "deleted nor cancelled. Rows cut off a CSV exactly at the end of a line, where no manifest counts them."
)
_READ_BY = "the file's own time, or its arrival where that is later"


def _endpoint(entity: str, tables: tuple[str, ...], record_id: str, blind_spots: str = _BLIND) -> Endpoint:
    return Endpoint(
        entity=entity, tables=tables, record_id=record_id, incremental=_READ_BY, finds_late=True, lag=timedelta(minutes=1),
        has_trusted_clock=False, blind_spots=blind_spots,
    )


ENDPOINTS = {
    endpoint.entity: endpoint
    for endpoint in (
        _endpoint(
            "inquiries", ("inquiries",), "inquiry_id",
            _BLIND + " An inquiry told by a mail without its number and by an export with it, where the two differ in minute, "
            "sender or subject, is two.",
        ),
        _endpoint("rfqs", ("rfqs",), "rfq_id"),
        _endpoint("quotations", ("quotations", "quotation_lines"), "quotation_id"),
        _endpoint(
            "contracts", ("contracts", "contract_lines", "payment_milestones"), "contract_id",
            _BLIND + " When a milestone was paid stands in the payments, not here.",
        ),
        _endpoint("inspections", ("inspections",), "inspection_id"),
        _endpoint("acceptances", ("acceptances",), "acceptance_id"),
        _endpoint(
            "shipments", ("trade_shipments",), "contract_id,shipment_id",
            _BLIND + " Whether goods have left follows from the departure day told, by the day the file was made.",
        ),
        _endpoint("payments", ("payments",), "payment_id"),
        _endpoint(
            "listings", ("listings", "price_tiers", "inventory"), "listing_id",
            _BLIND + " What the marketplace itself shows: this is the agency's product workbook.",
        ),
    )
}
FROM_MAIL = ("inquiries", "rfqs")
