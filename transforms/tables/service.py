"""What came back, what was said, what is disputed, and how the seller's account stands."""

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
    grain="One thing one buyer said: a review, a follow-up, feedback on the seller, or a message.",
    key=("review_id",),
    body=(
        Column("review_id", Kind.TEXT, "The marketplace's number of it."),
        Column(
            "kind", Kind.TEXT, "Review of a product, its follow-up, feedback on the seller, or a buyer's message.",
            allowed=("product", "follow_up", "seller", "message"),
        ),
        Column("product_id", Kind.TEXT, "The product.", nullable=True),
        Column("order_id", Kind.TEXT, "The order, where told.", nullable=True),
        Column("line_id", Kind.TEXT, "The order line, where told and unique in the shop.", nullable=True),
        Column("rating", Kind.INTEGER, "1 (bad) to 5 (good); null where the marketplace gives no number.", nullable=True),
        Column(
            "verdict", Kind.TEXT, "Where the marketplace judges in words instead of numbers.", nullable=True,
            allowed=("positive", "neutral", "negative"),
        ),
        Column("text", Kind.TEXT, "What the buyer wrote, in the buyer's language.", nullable=True),
        Column("reply", Kind.TEXT, "The seller's answer.", nullable=True),
        Column("reviewed_at", Kind.INSTANT, "When it was written."),
        Column("reviewed_date", Kind.DAY, "The same as a calendar day at the site."),
    ),
)

DISPUTE_KINDS = (
    "not_received", "not_as_described", "unauthorised", "credit_not_processed", "duplicate", "wrong_amount", "cancelled", "other",
)
DISPUTE_STATUSES = ("open", "waiting_for_seller", "waiting_for_buyer", "under_review", "won", "lost", "withdrawn", "closed")

DISPUTES = Table(
    name="disputes",
    grain="One case a buyer opened against the seller at a marketplace or payment service.",
    key=("dispute_id",),
    body=(
        Column("dispute_id", Kind.TEXT, "The vendor's number of the case."),
        Column("order_id", Kind.TEXT, "The order, where told.", nullable=True),
        Column("payment_id", Kind.TEXT, "The payment it is about, where told.", nullable=True),
        Column("kind", Kind.TEXT, "What the buyer claims.", allowed=DISPUTE_KINDS),
        Column("kind_raw", Kind.TEXT, "The vendor's own reason."),
        Column("status", Kind.TEXT, "Where the case stands.", allowed=DISPUTE_STATUSES),
        Column("status_raw", Kind.TEXT, "The vendor's own word(s), joined by a comma."),
        Column("currency", Kind.TEXT, "ISO 4217 of the amount.", nullable=True),
        Column("amount_minor", Kind.MINOR, "What is disputed, positive.", nullable=True),
        Column("opened_at", Kind.INSTANT, "When it was opened."),
        Column("opened_date", Kind.DAY, "The same as a calendar day at the site."),
        Column("respond_by_at", Kind.INSTANT, "Until when the seller must answer.", nullable=True),
    ),
)

SELLER_ACCOUNTS = Table(
    name="seller_accounts",
    grain="One seller account as its marketplace shows it: whether it may trade, and how it stands.",
    key=("account_id",),
    body=(
        Column("account_id", Kind.TEXT, "The marketplace's number or name of the account."),
        Column("status", Kind.TEXT, "Whether it may sell.", allowed=("verified", "pending", "restricted", "suspended", "on_holiday")),
        Column("status_raw", Kind.TEXT, "The marketplace's own word(s), joined by a comma."),
        Column("kind", Kind.TEXT, "Who trades under it.", nullable=True, allowed=("individual", "business")),
        Column("country", Kind.TEXT, "Where it is registered, ISO 3166-1 alpha-2.", nullable=True),
        Column("rating_count", Kind.INTEGER, "How many buyers have judged it.", nullable=True),
        Column("rating_percent", Kind.RATE, "Share of positive judgements, or the average in per cent of the best; exact.", nullable=True),
        Column("opened_at", Kind.INSTANT, "Since when it exists.", nullable=True),
    ),
)
