"""What Amazon lets a shop read and write, how fast, and what each way of reading cannot see: data, no loops.

Rates and bursts are those of the published API models; Amazon may grant a seller more and says so in a header, which
the session believes.
"""

from __future__ import annotations

from datetime import timedelta

from connectors.contract import Budget, Endpoint

MODES = ("b2c",)
WRITES = ("stock",)

BUDGETS = {
    budget.operation: budget
    for budget in (
        Budget("searchOrders", 0.0056, 20, source="orders_2026-01-01"),
        Budget("searchListingsItems", 5, 5, source="listingsItems_2021-08-01"),
        Budget("getListingsItem", 5, 10, source="listingsItems_2021-08-01"),
        Budget("patchListingsItem", 5, 5, source="listingsItems_2021-08-01"),
        Budget("getInventorySummaries", 2, 2, source="fbaInventory v1"),
        Budget("createReport", 0.0167, 15, source="reports_2021-06-30"),
        Budget("getReport", 2, 15, source="reports_2021-06-30"),
        Budget("getReportDocument", 0.0167, 15, source="reports_2021-06-30"),
        Budget("listTransactions", 0.5, 10, source="finances_2024-06-19"),
        Budget("listPayouts", 0.5, 10, source="transfers_2024-06-01"),
        Budget("getMarketplaceParticipations", 0.016, 15, source="sellers v1"),
    )
}

_REPORT = ("createReport", "getReport", "getReportDocument")

ENDPOINTS = {
    endpoint.entity: endpoint
    for endpoint in (
        Endpoint(
            entity="orders", tables=("orders", "order_lines", "shipments", "shipment_lines"), record_id="order_id",
            incremental="lastUpdatedTime", overlap=timedelta(hours=1), fresh_within=timedelta(days=3), operations=("searchOrders",),
            blind_spots="No buyer data is asked for; no payment time; parcels of orders that Amazon fulfils are not shown.",
        ),
        Endpoint(
            entity="listings", tables=("listings", "inventory"), record_id="listing_id", incremental="snapshot",
            retires={"listings": {}, "inventory": {"fulfilled_by": "seller"}},
            operations=(*_REPORT, "searchListingsItems", "getListingsItem"),
            blind_spots="The report that names the SKUs may be some minutes older than their details.",
        ),
        Endpoint(
            entity="fba_inventory", tables=("inventory",), record_id="sku", incremental="snapshot",
            retires={"inventory": {"fulfilled_by": "marketplace"}}, operations=("getInventorySummaries",),
            blind_spots="Units that are being researched or cannot be sold are not counted.",
        ),
        Endpoint(
            entity="returns", tables=("returns",), record_id="return_id", incremental="Return request date",
            # 57 days and the night fit into one report, so that a refund decided weeks later is still seen
            overlap=timedelta(days=57), max_window=timedelta(days=59), has_trusted_clock=False, operations=_REPORT,
            blind_spots="Returns to Amazon's own warehouses; a status that changes more than 57 days after the request.",
        ),
        Endpoint(
            entity="ledger", tables=("ledger_entries",), record_id="transaction_id", incremental="postedDate",
            overlap=timedelta(days=10), max_window=timedelta(days=170), has_trusted_clock=False, operations=("listTransactions",),
            blind_spots="A deferred amount that is released more than ten days after it was booked is seen late, at the next full reading.",
        ),
        Endpoint(
            entity="traffic", tables=("traffic",), record_id="site,product_id,traffic_date", incremental="the site's day",
            # Amazon promises a day's figures after 72 hours; they grow for some days more
            overlap=timedelta(days=5), lag=timedelta(hours=72), max_window=timedelta(days=1), has_trusted_clock=False, operations=_REPORT,
            blind_spots="The last three days; figures that still change more than eight days after their day; what each of several "
                        "SKUs of one ASIN was looked at (sessions of SKUs cannot be added up).",
        ),
        Endpoint(
            entity="payouts", tables=("payouts",), record_id="payout_id", incremental="creationDate",
            overlap=timedelta(days=30), max_window=timedelta(days=170), operations=("listPayouts",),
            blind_spots="Amounts that are expected but not started.",
        ),
    )
}
