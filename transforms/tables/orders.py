"""What was sold and where the parcels are."""

from transforms.schema import Column, Kind, Table

ORDER_STATUSES = (
    "pending",  # placed, money not secured yet
    "paid",  # to be shipped
    "partially_shipped", "shipped", "delivered",
    "cancelled", "returned", "failed",  # failed: lost, undeliverable or refused by the marketplace
)
LINE_STATUSES = ORDER_STATUSES
SHIPMENT_STATUSES = ("pending", "in_transit", "delivered", "cancelled", "undeliverable", "returned")

_SITE = Column("site", Kind.TEXT, "The marketplace's country, ISO 3166-1 alpha-2 (GB, not UK).")
_ORDER_ID = Column("order_id", Kind.TEXT, "The marketplace's order number.")
_CURRENCY = Column(
    "currency", Kind.TEXT, "ISO 4217 of every amount in the row; null only while the marketplace shows no money yet.", nullable=True,
)


def _money(name: str, doc: str) -> Column:
    return Column(name, Kind.MINOR, f"{doc} Minor units of `currency`; null where the marketplace does not say.", nullable=True)


ORDERS = Table(
    name="orders",
    grain="One order of one shop, as the marketplace shows it now.",
    key=("order_id",),
    body=(
        _ORDER_ID,
        _SITE,
        Column("status", Kind.TEXT, "Our word for where the order stands.", allowed=ORDER_STATUSES),
        Column("status_raw", Kind.TEXT, "The marketplace's own word (several, where it shows several: sorted, joined by a comma)."),
        Column("placed_at", Kind.INSTANT, "When the buyer placed it."),
        Column("placed_date", Kind.DAY, "The same as a calendar day at the marketplace's site."),
        Column("paid_at", Kind.INSTANT, "When it was paid, where the marketplace tells.", nullable=True),
        Column("fulfilled_by", Kind.TEXT, "Who ships it.", nullable=True, allowed=("seller", "marketplace")),
        _CURRENCY,
        _money("items_minor", "Goods, quantity times unit price, before discounts."),
        _money("discount_minor", "Discounts and vouchers, as a positive amount taken off."),
        _money("shipping_minor", "Shipping and gift wrap the buyer pays."),
        _money("tax_minor", "Tax on top of the other amounts (zero where prices include it)."),
        _money("total_minor", "items - discount + shipping + tax, by the marketplace's own rule."),
        Column("unit_count", Kind.INTEGER, "Units ordered, over all lines."),
        Column("ship_country", Kind.TEXT, "Destination, ISO 3166-1 alpha-2.", nullable=True),
        Column(
            "buyer_key", Kind.TEXT,
            "Keyed hash of the buyer's identity, the same for the same buyer at one marketplace within a client; never the identity.",
            nullable=True,
        ),
        Column("deliver_by_at", Kind.INSTANT, "Until when the marketplace promised the buyer the goods, where it tells.", nullable=True),
    ),
)

ORDER_LINES = Table(
    name="order_lines",
    grain="One line of one order (at Lazada one unit).",
    key=("order_id", "line_id"),
    parent="orders",
    parent_key=("order_id",),
    body=(
        _ORDER_ID,
        Column("line_id", Kind.TEXT, "The marketplace's line number."),
        Column("sku", Kind.TEXT, "The seller's own article number.", nullable=True),
        Column("product_id", Kind.TEXT, "The marketplace's product number (ASIN, item id).", nullable=True),
        Column("title", Kind.TEXT, "Product title as ordered, in the site's language.", nullable=True),
        Column("status", Kind.TEXT, "Where this line stands.", allowed=LINE_STATUSES),
        Column("status_raw", Kind.TEXT, "The marketplace's own word.", nullable=True),
        Column("quantity", Kind.INTEGER, "Units ordered."),
        Column("shipped_quantity", Kind.INTEGER, "Units shipped so far."),
        _CURRENCY,
        _money("unit_price_minor", "Price of one unit before discounts."),
        _money("items_minor", "quantity times unit price, before discounts."),
        _money("discount_minor", "Discounts and vouchers on this line, positive."),
        _money("shipping_minor", "Shipping and gift wrap of this line."),
        _money("tax_minor", "Tax on top."),
        _money("total_minor", "items - discount + shipping + tax."),
    ),
)

SHIPMENTS = Table(
    name="shipments",
    grain="One parcel of one order.",
    key=("order_id", "shipment_id"),
    parent="orders",
    parent_key=("order_id",),
    body=(
        _ORDER_ID,
        Column("shipment_id", Kind.TEXT, "The marketplace's package number, unique within the order."),
        Column("carrier", Kind.TEXT, "Carrier as the marketplace names it.", nullable=True),
        Column("tracking_number", Kind.TEXT, "As printed on the label.", nullable=True),
        Column("status", Kind.TEXT, "Where the parcel is.", allowed=SHIPMENT_STATUSES),
        Column("status_raw", Kind.TEXT, "The marketplace's own word.", nullable=True),
        Column("shipped_at", Kind.INSTANT, "Handed to the carrier.", nullable=True),
        Column("delivered_at", Kind.INSTANT, "Delivered, where the marketplace tells when.", nullable=True),
    ),
)

SHIPMENT_LINES = Table(
    name="shipment_lines",
    grain="One order line inside one parcel.",
    key=("order_id", "shipment_id", "line_id"),
    parent="orders",
    parent_key=("order_id",),
    body=(
        _ORDER_ID,
        Column("shipment_id", Kind.TEXT, "The parcel."),
        Column("line_id", Kind.TEXT, "The order line."),
        Column("quantity", Kind.INTEGER, "Units of the line in this parcel."),
    ),
)
