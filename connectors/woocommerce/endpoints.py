"""What can be read and written at a WooCommerce store, how fast, and what reading it this way cannot see. Data, no loops."""

from __future__ import annotations

from datetime import timedelta

from connectors.contract import Budget, Endpoint

_CAREFUL = "WooCommerce publishes no limit; a store's host has one, often on a shared machine: a careful guess of ours, one call at a time."


def _careful(operation: str, per_second: float, burst: int) -> Budget:
    return Budget(operation, per_second, burst, per="shop", source=_CAREFUL)


BUDGETS = {
    budget.operation: budget
    for budget in (
        _careful("index", 1, 2), _careful("orders", 2, 4), _careful("refunds", 2, 4), _careful("products", 2, 4),
        _careful("variations", 3, 6), _careful("reviews", 2, 4), _careful("currency", 1, 2), _careful("status", 0.5, 2),
        _careful("write", 2, 4), _careful("shipment", 2, 4),
    )
}

ENDPOINTS = {
    endpoint.entity: endpoint
    for endpoint in (
        Endpoint(
            "orders", ("orders", "order_lines", "shipments", "shipment_lines", "payments"), "order_id",
            incremental="date_modified_gmt", overlap=timedelta(hours=1), has_trusted_clock=False, operations=("index", "orders"),
            blind_spots=(
                "date_modified does not move when a line, a note or meta data (a tracking number) is written by REST: open orders are "
                "read again every night, closed ones of the last 60 days once a week. An order deleted for good keeps its last state. "
                "What arrived is not told, nor which units lie in which parcel."
            ),
        ),
        Endpoint(
            "listings", ("listings", "inventory"), "listing_id", incremental="snapshot", retires={"listings": {}, "inventory": {}},
            operations=("currency", "products", "variations"),
            blind_spots="Variations are read product by product (there is no list of all). Stock that is not managed has no quantity.",
        ),
        Endpoint(
            "returns", ("returns",), "return_id", incremental="date_modified_gmt", overlap=timedelta(hours=1),
            operations=("refunds", "orders"),
            blind_spots="WooCommerce knows refunds, not returns: what a buyer asked for before is not there. A deleted refund stays.",
        ),
        Endpoint(
            "reviews", ("reviews",), "review_id", incremental="date_created_gmt", overlap=timedelta(days=30), has_trusted_clock=False,
            operations=("reviews",),
            blind_spots="Reviews have no date of change: an edit more than 30 days after the review, or a removal, is not seen.",
        ),
        Endpoint(
            "account", ("seller_accounts",), "account_id", incremental="snapshot", operations=("status",),
            blind_spots="A store judges itself: it may always sell. What is kept is which versions answered.",
        ),
    )
}

WRITES = ("stock", "price", "shipment")
MODES = ("b2c",)
