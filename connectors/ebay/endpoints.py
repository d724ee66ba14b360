"""What can be read and written at eBay, how fast, and what reading it this way cannot see. Data, no loops."""

from __future__ import annotations

from datetime import timedelta

from connectors.contract import Budget, Endpoint

_PUBLISHED = "eBay's page 'API call limits', per application and day"
_OURS = "eBay publishes no figure for this call; a careful share of ours, per application and day"


def _daily(operation: str, calls: int, source: str = _PUBLISHED, per: str = "app") -> Budget:
    """A day's calls: half may come at once, the other half comes back over the day, so that no day holds more."""
    return Budget(operation, calls / 2 / 86400, calls // 2, per=per, source=source)


BUDGETS = {
    budget.operation: budget
    for budget in (
        _daily("token", 50_000),
        # Fulfillment: 100,000 together
        _daily("getOrders", 10_000), _daily("getOrder", 15_000), _daily("getShippingFulfillments", 60_000),
        _daily("createShippingFulfillment", 15_000),
        # Inventory: 2,000,000 together
        _daily("getInventoryItems", 100_000), _daily("getInventoryItem", 200_000), _daily("getOffers", 1_500_000),
        _daily("bulkUpdatePriceQuantity", 100_000), _daily("createOffer", 20_000), _daily("updateOffer", 20_000),
        _daily("publishOffer", 20_000), _daily("withdrawOffer", 20_000),
        Budget("createInventoryTask", 1 / 3600, 12, per="shop", source="Feed: 25 active inventory reports a day"),
        _daily("getInventoryTask", 20_000, _OURS), _daily("getResultFile", 5_000, _OURS),
        # Finances: 15,000 together
        _daily("getTransactions", 10_000), _daily("getPayouts", 5_000),
        _daily("searchReturns", 5_000, _OURS), _daily("searchCancellations", 5_000, _OURS), _daily("getFeedback", 5_000, _OURS),
        _daily("getPrivileges", 5_000), _daily("getUser", 5_000, _OURS), _daily("getFeedbackRatingSummary", 5_000, _OURS),
        _daily("ReviseInventoryStatus", 5_000, "Trading: 5,000 calls a day before an application check"),
        _daily("GetItem", 5_000, "Trading: 5,000 calls a day before an application check"),
    )
}

ENDPOINTS = {
    endpoint.entity: endpoint
    for endpoint in (
        Endpoint(
            "orders", ("orders", "order_lines", "shipments", "shipment_lines"), "order_id", incremental="lastmodifieddate",
            overlap=timedelta(hours=1), max_window=timedelta(days=700), operations=("getOrders", "getOrder", "getShippingFulfillments"),
            blind_spots=(
                "Only orders that passed checkout are shown, and none older than two years. eBay follows no parcel: whether one arrived "
                "is not known here. Lines of listings made in the site's own pages may carry no SKU."
            ),
        ),
        Endpoint(
            "listings", ("listings", "inventory"), "listing_id", incremental="snapshot", retires={"listings": {}, "inventory": {}},
            has_trusted_clock=False,
            operations=("createInventoryTask", "getInventoryTask", "getResultFile", "getInventoryItems", "getOffers"),
            blind_spots=(
                "Listings made elsewhere are seen through the active inventory report only: no title, no start, and only while they are "
                "live. Inventory items that were never offered are not listings. The whole catalogue is mapped at once."
            ),
        ),
        Endpoint(
            "returns", ("returns",), "return_id", incremental="creation date", overlap=timedelta(days=60), max_window=timedelta(days=500),
            has_trusted_clock=False, operations=("searchReturns", "searchCancellations"),
            blind_spots="A request that changes more than 60 days after it was made; requests of more than 18 months ago; the SKU.",
        ),
        Endpoint(
            "ledger", ("ledger_entries",), "transaction_id", incremental="transactionDate", overlap=timedelta(days=30),
            max_window=timedelta(days=89), has_trusted_clock=False, operations=("getTransactions",),
            blind_spots="A booking that is released or paid out more than 30 days after its day keeps its earlier state.",
        ),
        Endpoint(
            "payouts", ("payouts",), "payout_id", incremental="payoutDate", overlap=timedelta(days=30), max_window=timedelta(days=89),
            has_trusted_clock=False, operations=("getPayouts",), blind_spots="A payout that fails more than 30 days after it began.",
        ),
        Endpoint(
            "reviews", ("reviews",), "review_id", incremental="period (days back)", overlap=timedelta(days=28), has_trusted_clock=False,
            operations=("getFeedback",),
            blind_spots=(
                "eBay's own automatic entries; follow-ups (they carry no date); a reply more than 28 days after the feedback. Periods end "
                "now, so a window of the past also shows what came after it."
            ),
        ),
        Endpoint(
            "account", ("seller_accounts",), "account_id", incremental="snapshot", retires={"seller_accounts": {}},
            operations=("getUser", "getPrivileges", "getFeedbackRatingSummary"), has_trusted_clock=False,
            blind_spots="When the account was opened; a restriction that eBay shows on its pages only.",
        ),
    )
}

WRITES = ("stock", "price", "shipment", "offer")
MODES = ("b2c", "c2c")
