"""What can be read and written at Alibaba.com, through which door, how fast, and what reading it this way cannot see. Data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.contract import Budget, Endpoint

SITE = "CN"  # the account sells to the world from one place


@dataclass(frozen=True)
class Door:
    """How one of the gateway's two doors names an operation.

    Attributes:
        name: a path (``/rest``) or a method (``/sync``).
        fixed: parameters that this door always wants beside the caller's.
        renamed: the caller's name of a parameter → this door's.
        wrap: all the caller's parameters travel as one JSON object under this name.
    """

    name: str
    fixed: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    wrap: str | None = None


ORDER_LIST, ORDER, FUND, LOGISTICS, TRACKING = "order_list", "order_get", "order_fund", "order_logistics", "order_tracking"
PRODUCT_LIST, PRODUCT, PRODUCT_SEARCH = "product_list", "product_get", "product_search"
SET_STOCK, SET_PRICES, SET_STATUS = "edit_inventory", "edit_price", "update_status"
SHIP, SHIP_PARTS, CHANNELS = "order_shipping", "order_multi_shipping", "shipping_channels"
RFQ_SEARCH, RFQ_DETAIL, QUOTE = "rfq_search", "rfq_detail", "quotation_post"

_TRADE = {"trade_id": "e_trade_id"}
# Operation → its doors, the better one first: what an app is granted differs by door, and funds are told in full by one only.
DOORS: Mapping[str, Mapping[str, Door]] = {
    ORDER_LIST: {
        "rest": Door("/alibaba/order/list"),
        "sync": Door("alibaba.seller.order.list", wrap="param_trade_ecology_order_list_query"),
    },
    ORDER: {"rest": Door("/alibaba/order/get", renamed=_TRADE), "sync": Door("alibaba.seller.order.get", renamed=_TRADE)},
    FUND: {
        "sync": Door("alibaba.seller.order.fund.get", {"data_select": "fund_serviceFee,fund_fundPay,fund_refund"}, _TRADE),
        "rest": Door("/alibaba/order/fund/query", {"data_select": "fund_transaction_fee"}, _TRADE),
    },
    LOGISTICS: {
        "rest": Door("/order/logistics/query", {"data_select": "logistic_order"}),
        "sync": Door("alibaba.seller.order.logistics.get", {"data_select": "logistic_order"}, _TRADE),
    },
    TRACKING: {"rest": Door("/order/logistics/tracking/get"), "sync": Door("alibaba.order.logistics.tracking.get")},
    PRODUCT_LIST: {
        "rest": Door("/alibaba/icbu/product/list", {"language": "ENGLISH"}),
        "sync": Door("alibaba.icbu.product.list", {"language": "ENGLISH"}),
    },
    PRODUCT: {"rest": Door("/alibaba/icbu/product/get/v2")},
    PRODUCT_SEARCH: {"rest": Door("/alibaba/icbu/product/search/v2")},
    SET_STOCK: {"rest": Door("/icbu/product/edit-inventory")},
    SET_PRICES: {"rest": Door("/icbu/product/edit-price")},
    SET_STATUS: {"rest": Door("/alibaba/icbu/product/batch/update/status")},
    SHIP: {
        "rest": Door("/alibaba/v2/order/shipping", wrap="shipping_request"),
        "sync": Door("alibaba.seller.order.shipping", wrap="shipping_request"),
    },
    SHIP_PARTS: {"rest": Door("/alibaba/order/v2/multi/shipping")},
    CHANNELS: {"sync": Door("alibaba.seller.order.shipping.channels")},
    RFQ_SEARCH: {"sync": Door("alibaba.icbu.rfq.search", wrap="cond")},
    RFQ_DETAIL: {"sync": Door("alibaba.icbu.rfqdetail.get", wrap="rfq_query_dto")},
    QUOTE: {"sync": Door("alibaba.icbu.quotation.post", wrap="dto")},
}
# Asking these changes nothing: what an app may read is learnt by asking, what it may write only by writing.
PROBES: Mapping[str, Mapping[str, object]] = {
    ORDER_LIST: {"role": "seller", "start_page": 0, "page_size": 1}, ORDER: {"trade_id": "0"}, FUND: {"trade_id": "0"},
    LOGISTICS: {"trade_id": "0"}, TRACKING: {"trade_id": "0"}, PRODUCT_LIST: {"current_page": 1, "page_size": 1},
    PRODUCT: {"product_id": "0"}, RFQ_SEARCH: {"search_text": "tool", "current_page": 1, "page_size": 1},
}

_CAREFUL = "Alibaba.com publishes a daily number per app in its console and none a second; a careful guess of ours. A ban is waited out."


def _careful(operation: str, per_second: float, burst: int) -> Budget:
    return Budget(operation, per_second, burst, per="app", source=_CAREFUL)


BUDGETS = {
    budget.operation: budget
    for budget in (
        _careful(ORDER_LIST, 2, 4), _careful(ORDER, 10, 20), _careful(FUND, 10, 20), _careful(LOGISTICS, 10, 20),
        _careful(TRACKING, 10, 20), _careful(PRODUCT_LIST, 2, 4), _careful(PRODUCT, 10, 20), _careful(PRODUCT_SEARCH, 5, 10),
        _careful(SET_STOCK, 5, 10), _careful(SET_PRICES, 5, 10), _careful(SET_STATUS, 2, 4), _careful(SHIP, 2, 4),
        _careful(SHIP_PARTS, 2, 4), _careful(CHANNELS, 1, 2), _careful(RFQ_SEARCH, 2, 4), _careful(RFQ_DETAIL, 5, 10),
        _careful(QUOTE, 1, 2),
    )
}

ENDPOINTS = {
    endpoint.entity: endpoint
    for endpoint in (
        Endpoint(
            "contracts", ("contracts", "contract_lines", "payment_milestones", "trade_shipments", "payments"), "contract_id",
            # a deal by sea takes four months from the first paper to the last; until then its others name this one
            incremental="modified_date", overlap=timedelta(hours=2), reach=timedelta(days=180),
            operations=(ORDER_LIST, ORDER, FUND, LOGISTICS, TRACKING),
            blind_spots=(
                "Production, inspections and acceptances are not told by any method: they come by file drop. Signing has no time, a "
                "payment no due day. Vouchers have no time of their own (shipped_at is the order's, where it has one voucher), tracking "
                "writes times without a zone (no delivered_at). Goods on their way are asked for each night whatever changed; after a "
                "chargeback they are not followed. Where the app may not read an order's detail, its contract is held back with that "
                "reason, and funds and shipments are read all the same; funds are told in full by the sync door only."
            ),
        ),
        Endpoint(
            "listings", ("listings", "price_tiers", "inventory"), "listing_id", incremental="snapshot",
            retires={"listings": {}, "inventory": {}}, operations=(PRODUCT_LIST, PRODUCT),
            blind_spots=(
                "Vendor counts are of products, ours of SKUs. Of products shown with a price range no price can be ordered at: they have "
                "none, only the range. Deleted products are not listed. Details have one door (GOP REST)."
            ),
        ),
        Endpoint(
            "rfqs", ("rfqs",), "rfq_id", incremental="open_time", overlap=timedelta(days=30), is_optional=True, has_trusted_clock=False,
            operations=(RFQ_SEARCH, RFQ_DETAIL),
            blind_spots=(
                "Methods of the old platform, granted rarely. Found are requests that match the words in `account.rfq_search` (parted by "
                "commas). What changes more than 30 days after a request was posted is not seen. The words of `status` are not "
                "published: an unknown one counts as open until the request expires."
            ),
        ),
    )
}

WRITES = ("stock", "price", "price_tiers", "product", "shipment", "quotation")
MODES = ("b2b",)
