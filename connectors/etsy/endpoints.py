"""What can be read and written at Etsy, how fast, and what reading it this way cannot see. Data, no loops."""

from __future__ import annotations

from datetime import timedelta

from connectors.contract import Budget, Endpoint

# One pool an app, whatever is called. Etsy counts the day as a sliding one, so what may be spent at once and what comes
# back over the day together stay below the day's number.
SECOND = Budget(
    "calls of a second", 8, 8, per="app",
    source="Typical start of an app: 10 a second (x-limit-per-second tells yours); a fifth is left for the seller's own tools.",
)
DAY = Budget(
    "calls of a day", 5_000 / 86_400, 5_000, per="app",
    source="Typical start of an app: 10,000 in a sliding day (x-limit-per-day tells yours): half at once, half over the day.",
)
OPERATIONS = (
    "getShopReceipts", "getShopReceipt", "getShopPaymentAccountLedgerEntries", "getPaymentAccountLedgerEntryPayments",
    "getListingsByShop", "getListingsByListingIds", "getReviewsByShop", "getShop", "getMe", "getListingInventory",
    "updateListingInventory", "updateListing", "createReceiptShipment", "getShippingCarriers",
)
BUDGETS = dict.fromkeys(OPERATIONS, SECOND)

SWEEP_DAYS = 90  # how far back cancelled and open receipts are looked for beside the changed ones
EDIT_DAYS = 100  # how long a buyer may still edit a review, with some room
LONGEST_LEDGER = timedelta(days=31)

ENDPOINTS = {
    endpoint.entity: endpoint
    for endpoint in (
        Endpoint(
            "orders", ("orders", "order_lines", "shipments", "returns"), "order_id", incremental="updated_timestamp",
            overlap=timedelta(hours=6), has_trusted_clock=False,
            operations=(
                "getShopReceipts", "getShopPaymentAccountLedgerEntries", "getPaymentAccountLedgerEntryPayments", "getShopReceipt"
            ),
            blind_spots=(
                f"Neither a cancellation nor a refund moves updated_timestamp. So cancelled and open receipts of the last {SWEEP_DAYS} "
                "days are read every time, and refunded ones by way of the ledger; a change of another kind that the clock does not show "
                "(a note, an address of a shipped receipt) is seen with the receipt's next change. Etsy tells neither when a parcel "
                "arrived nor what is in it, and a refund names neither lines nor units."
            ),
        ),
        Endpoint(
            "listings", ("listings", "inventory"), "listing_id", incremental="snapshot", has_trusted_clock=False,
            retires={"listings": {}, "inventory": {}}, operations=("getListingsByShop",),
            blind_spots=(
                "Etsy has no updated-since filter: each of its five states is read whole. Vendor counts are of listings, ours of variants. "
                "A running sale is not in the price. Variants without an article number go by Etsy's number of the variant; one article "
                "number in several listings counts as one stock, the one read last."
            ),
        ),
        Endpoint(
            "reviews", ("reviews",), "review_id", incremental="created_timestamp", overlap=timedelta(days=EDIT_DAYS),
            operations=("getReviewsByShop",),
            blind_spots=f"An edit more than {EDIT_DAYS} days after the review, and messages, which Etsy's API does not have.",
        ),
        Endpoint(
            "ledger", ("ledger_entries", "payouts", "payments"), "entry_id", incremental="created_timestamp",
            overlap=timedelta(days=1), max_window=LONGEST_LEDGER, has_trusted_clock=False,
            operations=("getShopPaymentAccountLedgerEntries", "getPaymentAccountLedgerEntryPayments"),
            blind_spots=(
                "Entries do not name their payout. A payment is read when an entry refers to it; a change of its status alone is not seen. "
                "A transfer that came back is an entry of its own, not a change of its payout."
            ),
        ),
        Endpoint(
            "account", ("seller_accounts",), "account_id", incremental="snapshot", has_trusted_clock=False, operations=("getShop",),
            blind_spots="A suspended shop answers 404 or 403, which ends the pull with an error instead of a row.",
        ),
    )
}

WRITES = ("stock", "price", "shipment")
MODES = ("c2c",)
