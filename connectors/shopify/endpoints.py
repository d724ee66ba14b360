"""What can be read and written at Shopify, how fast, and what reading it this way cannot see. Data, no loops."""

from __future__ import annotations

from datetime import timedelta

from connectors.contract import Budget, Endpoint

VERSION = "2026-10"
PAGED_UP_TO = 250  # records of a window read page by page; more are asked for as a file
RECORDS_A_FILE = 1000  # a bulk operation's slice of a window: one page of the landing

BUDGETS = {
    budget.operation: budget
    for budget in (
        Budget(
            "graphql", 4, 20, per="shop",
            source="Shopify counts points, not calls (100 restored a second on the standard plan, a bucket of 2000): each answer tells the "
            "points left and how fast they come back, and the next call waits for those it needs. The rate here only keeps bursts small.",
        ),
        Budget("downloadFile", 2, 5, per="shop", source="A storage service without a published limit; a careful guess of ours."),
        Budget("access_token", 0.2, 3, per="shop", source="A token lives a day; Shopify publishes no limit for asking. A guess of ours."),
    )
}

_INDEX = timedelta(minutes=10)  # the search index follows writes by seconds, now and then minutes

ENDPOINTS = {
    endpoint.entity: endpoint
    for endpoint in (
        Endpoint(
            "orders", ("orders", "order_lines", "shipments", "shipment_lines"), "order_id", incremental="updated_at",
            overlap=timedelta(hours=1), lag=_INDEX, operations=("graphql", "downloadFile"),
            blind_spots=(
                "Orders older than 60 days are invisible without the scope read_all_orders. Test orders are left out. An order that "
                "changes while its window is read leaves it and is read by the next. Amounts are those before returns, in the shop's "
                "own currency; what a buyer saw in another is not read. Payment times are those of the first 250 transactions."
            ),
        ),
        Endpoint(
            "listings", ("listings", "inventory"), "listing_id", incremental="snapshot", retires={"listings": {}, "inventory": {}},
            operations=("graphql", "downloadFile"),
            blind_spots="Deleted products vanish without a trace. A variant without a SKU, or two with the same, is shown in quarantine.",
        ),
        Endpoint(
            "returns", ("returns",), "return_id", incremental="updated_at", overlap=timedelta(days=2), lag=_INDEX, operations=("graphql",),
            blind_spots=(
                "Read with their orders, by the order's update time: whether every refund moves it is not documented, so two days are "
                "read again. A refund that names a return stands on that return's lines, any other in rows of its own."
            ),
        ),
        Endpoint(
            "ledger", ("ledger_entries",), "entry_id", incremental="processed_at", overlap=timedelta(days=14), lag=_INDEX,
            has_trusted_clock=False, operations=("graphql",),
            blind_spots="Only Shopify Payments has one. An entry that is paid out more than 14 days after it was booked keeps `deferred`.",
        ),
        Endpoint(
            "payouts", ("payouts",), "payout_id", incremental="issued_at", overlap=timedelta(days=14), lag=_INDEX, has_trusted_clock=False,
            operations=("graphql",), blind_spots="Only Shopify Payments has them. A fate known more than 14 days after issue is not seen.",
        ),
        Endpoint(
            "payments", ("payments",), "payment_id", incremental="processed_at", overlap=timedelta(days=1), lag=_INDEX,
            has_trusted_clock=False,
            operations=("graphql",),
            blind_spots="Money that moved, by payment method; failed attempts and the gateway's fees are not told.",
        ),
        Endpoint(
            "disputes", ("disputes",), "dispute_id", incremental="initiated_at", overlap=timedelta(days=90), lag=_INDEX,
            has_trusted_clock=False, operations=("graphql",),
            blind_spots="A verdict more than 90 days after the dispute began is not seen.",
        ),
        Endpoint(
            "account", ("seller_accounts",), "account_id", incremental="snapshot", retires={"seller_accounts": {}},
            has_trusted_clock=False, operations=("graphql",),
            blind_spots="A frozen or locked shop answers nothing at all; it never shows itself so.",
        ),
    )
}

WRITES = ("stock", "price", "shipment", "product")
MODES = ("b2c",)
