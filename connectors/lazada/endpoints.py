"""What can be read and written at Lazada, how fast, and what reading it this way cannot see. Data, no loops."""

from __future__ import annotations

from datetime import timedelta

from connectors.contract import Budget, Endpoint

_CAREFUL = (
    "Lazada publishes no limit for this call ('each API differs'); a careful guess of ours. "
    "A real ban (ApiCallLimit, 901) is waited out. App-wide: 10,000,000 calls a day online, 10,000 in test."
)


def _careful(operation: str, per_second: float, burst: int) -> Budget:
    return Budget(operation, per_second, burst, per="shop", source=_CAREFUL)


BUDGETS = {
    budget.operation: budget
    for budget in (
        _careful("orders/get", 2, 4),
        _careful("orders/items/get", 5, 10),
        _careful("logistic/order/trace", 10, 20),
        _careful("products/get", 5, 10),
        _careful("reverse/getreverseordersforseller", 2, 4),
        _careful("finance/transaction/details/get", 2, 4),
        _careful("finance/payout/status/get", 1, 2),
        _careful("review/seller/history/list", 10, 20),
        _careful("review/seller/list/v2", 5, 10),
        _careful("seller/get", 1, 2),
        Budget(
            "product/stock/sellable/update", 10, 10, per="shop",
            source="Lazada publishes 50 inventory writes a second per seller; a fifth of it is left for the seller's own tools.",
        ),
    )
}

ENDPOINTS = {
    endpoint.entity: endpoint
    for endpoint in (
        Endpoint(
            "orders", ("orders", "order_lines", "shipments", "shipment_lines"), "order_id",
            incremental="updated_at", overlap=timedelta(hours=1), fresh_within=timedelta(days=3),
            operations=("orders/get", "orders/items/get", "logistic/order/trace"),
            blind_spots=(
                "An order that is updated while its window is read leaves it, and is read by the next. Tracking events that do not "
                "move the order's updated_at are seen with its next change. Order numbers are unique per store: one shop, one store."
            ),
        ),
        Endpoint(
            "listings", ("listings", "inventory"), "listing_id", incremental="snapshot",
            retires={"listings": {}, "inventory": {}}, operations=("products/get",),
            blind_spots="Vendor counts are of products, ours of variants; a running special price is judged at the page's arrival.",
        ),
        Endpoint(
            "returns", ("returns",), "return_id", incremental="return_order_line_gmt_modified", overlap=timedelta(hours=1),
            operations=("reverse/getreverseordersforseller",),
            blind_spots="Amounts come without a currency: the site's is taken. The vendor's list of statuses is incomplete.",
        ),
        Endpoint(
            "ledger", ("ledger_entries",), "entry_id", incremental="transaction_date", overlap=timedelta(days=14),
            max_window=timedelta(days=179), has_trusted_clock=False, operations=("finance/transaction/details/get",),
            blind_spots="Days, not instants, and no count. An entry that is paid out more than 14 days after its day keeps `deferred`.",
        ),
        Endpoint(
            "payouts", ("payouts",), "payout_id", incremental="created_at", overlap=timedelta(days=30),
            operations=("finance/payout/status/get",),
            blind_spots="A statement paid more than 30 days after it was made keeps `pending`; the call gives no count.",
        ),
        Endpoint(
            "reviews", ("reviews",), "review_id", incremental="create_time", overlap=timedelta(days=6),
            max_window=timedelta(days=7), has_trusted_clock=False,
            operations=("products/get", "review/seller/history/list", "review/seller/list/v2"),
            blind_spots=(
                "Lazada shows reviews of the last 90 days only: older windows are not readable at all. A reply or an edit more than "
                "6 days after the review is not seen. Reviews of products that left the catalogue are not found."
            ),
        ),
    )
}

WRITES = ("stock",)
MODES = ("b2c",)
