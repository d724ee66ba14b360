"""What can be read and written at AliExpress, how fast, and what reading it this way cannot see. Data, no loops."""

from __future__ import annotations

from datetime import timedelta

from connectors.contract import Budget, Endpoint

ORDERS = "aliexpress.solution.order.get"
ORDER = "aliexpress.solution.order.info.get"
PRODUCTS = "aliexpress.solution.product.list.get"
PRODUCT = "aliexpress.solution.product.info.get"
ISSUES = "aliexpress.issue.issuelist.get"
EVALUATIONS = "aliexpress.evaluation.listorderevaluation.get"
PROFILE = "aliexpress.solution.merchant.profile.get"
CARRIERS = "aliexpress.logistics.redefining.listlogisticsservice"
SET_STOCK = "aliexpress.solution.batch.product.inventory.update"
SET_PRICES = "aliexpress.solution.batch.product.price.update"
FULFIL = "aliexpress.solution.order.fulfill"

SITE = "US"  # one shop for the world: AliExpress's own clock is US Pacific, its prices are in USD unless they say otherwise
# Longest spans of creation dates of one query: 180 days for orders that are not finished, 30 for finished ones. A day less is
# asked for, because bounds are rounded outwards, out of November's doubled hour, and a wall's month is an hour longer in March.
OPEN_SPAN, FINISHED_SPAN = timedelta(days=179), timedelta(days=29)
LOOK_BACK = timedelta(days=150)  # how old an order may be and still change: delivery (90), dispute and refund
WHOLE_ISSUE = timedelta(days=90)  # the longest a dispute is expected to go on

_CAREFUL = "AliExpress publishes no limit for this method; a careful guess of ours. A real ban (ApiCallLimit, 7) is waited out."


def _careful(operation: str, per_second: float, burst: int) -> Budget:
    return Budget(operation, per_second, burst, per="shop", source=_CAREFUL)


BUDGETS = {
    budget.operation: budget
    for budget in (
        _careful(ORDERS, 2, 4), _careful(ORDER, 10, 20), _careful(PRODUCTS, 2, 4), _careful(PRODUCT, 10, 20), _careful(ISSUES, 2, 4),
        _careful(EVALUATIONS, 5, 10), _careful(PROFILE, 1, 2), _careful(CARRIERS, 1, 2), _careful(SET_STOCK, 2, 4),
        _careful(SET_PRICES, 2, 4), _careful(FULFIL, 2, 4),
    )
}

ENDPOINTS = {
    endpoint.entity: endpoint
    for endpoint in (
        Endpoint(
            "orders", ("orders", "order_lines", "shipments", "shipment_lines"), "order_id", incremental="gmt_update",
            overlap=timedelta(hours=1), operations=(ORDERS, ORDER),
            blind_spots=(
                f"An order that changes more than {LOOK_BACK.days} days after it was placed is not seen. What is inside which of several "
                "parcels, and how many units of a partly sent line have left, is not told: such parcels have no lines, such a line counts "
                "as not shipped. Tax is not told. A change in the doubled hour of November is dated by the latest instant it can mean."
            ),
        ),
        Endpoint(
            "listings", ("listings", "inventory"), "listing_id", incremental="snapshot", retires={"listings": {}, "inventory": {}},
            operations=(PRODUCTS, PRODUCT),
            blind_spots=(
                "Vendor counts are of products, ours of SKUs. A sale need not move gmt_modified, so every product's SKUs are read each "
                "time. Stock is the product's own number; which warehouse holds it is not told by this method."
            ),
        ),
        Endpoint(
            "disputes", ("disputes", "returns"), "dispute_id", incremental="gmt_modified", overlap=timedelta(days=7),
            operations=(ISSUES, ORDER),
            blind_spots=(
                f"The list has no filter by change: a dispute still changing {WHOLE_ISSUE.days} days after it was opened may be missed. "
                "A dispute is about a whole order line; how many units it means, and whether they come back, is not told."
            ),
        ),
        Endpoint(
            "reviews", ("reviews",), "review_id", incremental="valid_date", overlap=timedelta(days=14), max_window=timedelta(days=1),
            operations=(EVALUATIONS,),
            blind_spots=(
                "An answer or an addition more than 14 days after the review is not seen. The method pages nothing and names no count: "
                "it is asked day by day."
            ),
        ),
        Endpoint(
            "account", ("seller_accounts",), "account_id", incremental="snapshot", operations=(PROFILE,),
            blind_spots="AliExpress says whether the seller may post products, not why not, and gives no rating here.",
        ),
    )
}

WRITES = ("stock", "price", "shipment")
MODES = ("b2c",)
