"""What came back, what was said, and where each order stands on its chain."""

from transforms.schema import Column, Kind, Table

RETURN_STATUSES = ("requested", "approved", "in_transit", "received", "refunded", "rejected", "cancelled", "closed")

RETURNS = Table(
    name="returns",
    grain="One order line in one return, refund or after-sale cancellation request.",
    key=("return_id", "return_line_id"),
    body=(
        Column("return_id", Kind.TEXT, "The marketplace's number of the request (RMA, reverse order)."),
        Column("return_line_id", Kind.TEXT, "The line of the request (the SKU where the marketplace numbers none)."),
        Column("order_id", Kind.TEXT, "The order it is about."),
        Column("line_id", Kind.TEXT, "The order line, where told.", nullable=True),
        Column("sku", Kind.TEXT, "The article.", nullable=True),
        Column("kind", Kind.TEXT, "What the buyer asked for.", allowed=("return", "refund_only", "cancel")),
        Column("status", Kind.TEXT, "Where the request stands.", allowed=RETURN_STATUSES),
        Column("status_raw", Kind.TEXT, "The marketplace's own word."),
        Column("quantity", Kind.INTEGER, "Units."),
        Column("reason", Kind.TEXT, "The marketplace's reason code or text.", nullable=True),
        Column("currency", Kind.TEXT, "ISO 4217 of the refund.", nullable=True),
        Column("refund_minor", Kind.MINOR, "What is refunded to the buyer, positive.", nullable=True),
        Column("requested_at", Kind.INSTANT, "When it was asked for (where only a day is told: that day's start at the site)."),
        Column("requested_date", Kind.DAY, "The same as a calendar day at the site."),
    ),
)

REVIEWS = Table(
    name="reviews",
    grain="One review or follow-up by one buyer.",
    key=("review_id",),
    body=(
        Column("review_id", Kind.TEXT, "The marketplace's number of it."),
        Column("kind", Kind.TEXT, "What it speaks of.", allowed=("product", "follow_up", "seller")),
        Column("product_id", Kind.TEXT, "The product.", nullable=True),
        Column("order_id", Kind.TEXT, "The order, where told.", nullable=True),
        Column("rating", Kind.INTEGER, "1 (bad) to 5 (good)."),
        Column("text", Kind.TEXT, "What the buyer wrote, in the buyer's language.", nullable=True),
        Column("reply", Kind.TEXT, "The seller's answer.", nullable=True),
        Column("reviewed_at", Kind.INSTANT, "When it was written."),
        Column("reviewed_date", Kind.DAY, "The same as a calendar day at the site."),
    ),
)

STAGES_B2C = ("ordered", "paid", "shipped", "delivered", "after_sales")

STAGE_EVENTS = Table(
    name="stage_events",
    grain="The moment one order entered one stage of its chain, derived from the canonical rows that prove it.",
    key=("order_id", "stage"),
    is_derived=True,
    body=(
        Column("order_id", Kind.TEXT, "The order."),
        Column("mode", Kind.TEXT, "The trade mode whose chain it is.", allowed=("b2c",)),
        Column("stage", Kind.TEXT, "The stage entered.", allowed=STAGES_B2C),
        Column("entered_at", Kind.INSTANT, "When (earliest proof)."),
        Column("entered_date", Kind.DAY, "The same as a calendar day at the order's site."),
        Column("evidence", Kind.TEXT, "Table and column the instant comes from, as table.column."),
    ),
)
