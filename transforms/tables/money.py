"""What was earned, charged and paid out, and what a currency was worth that day."""

from transforms.schema import Column, Kind, Table

ENTRY_KINDS = ("sale", "refund", "shipping", "tax", "discount", "fee", "adjustment", "other")

LEDGER_ENTRIES = Table(
    name="ledger_entries",
    grain="One amount of one money movement on the shop's account.",
    key=("entry_id",),
    body=(
        Column("entry_id", Kind.TEXT, "The marketplace's transaction number, with the amount's place in it where it has several."),
        Column("transaction_id", Kind.TEXT, "The marketplace's transaction number."),
        Column("order_id", Kind.TEXT, "The order it is about.", nullable=True),
        Column("line_id", Kind.TEXT, "The order line it is about.", nullable=True),
        Column("sku", Kind.TEXT, "The article it is about.", nullable=True),
        Column("kind", Kind.TEXT, "What sort of amount.", allowed=ENTRY_KINDS),
        Column("kind_raw", Kind.TEXT, "The marketplace's own name of it."),
        Column("status", Kind.TEXT, "Whether the seller can have the money.", allowed=("deferred", "released")),
        Column("currency", Kind.TEXT, "ISO 4217."),
        Column("amount_minor", Kind.MINOR, "Signed: positive is to the seller."),
        Column("posted_at", Kind.INSTANT, "When it was booked (where only a day is told: that day's start at the site)."),
        Column("posted_date", Kind.DAY, "The same as a calendar day at the site."),
        Column("payout_id", Kind.TEXT, "The statement it belongs to, where told.", nullable=True),
    ),
)

PAYOUTS = Table(
    name="payouts",
    grain="One transfer (or statement to be transferred) from the marketplace to the seller.",
    key=("payout_id",),
    body=(
        Column("payout_id", Kind.TEXT, "The marketplace's number of it."),
        Column("status", Kind.TEXT, "Where the transfer stands.", allowed=("pending", "paid", "failed")),
        Column("status_raw", Kind.TEXT, "The marketplace's own word."),
        Column("currency", Kind.TEXT, "ISO 4217."),
        Column("amount_minor", Kind.MINOR, "What is (to be) paid out."),
        Column("initiated_at", Kind.INSTANT, "When it was started or the statement opened."),
        Column("initiated_date", Kind.DAY, "The same as a calendar day at the site."),
    ),
)

FX_RATES = Table(
    name="fx_rates",
    grain="What one euro was worth in one currency, as one source published it for one day.",
    key=("source", "rate_date", "currency"),
    scope="world",
    body=(
        Column("source", Kind.TEXT, "Who published it (ECB)."),
        Column("rate_date", Kind.DAY, "The publisher's day."),
        Column("currency", Kind.TEXT, "ISO 4217."),
        Column("rate_per_eur", Kind.RATE, "Units of the currency for one euro; exact decimal as published."),
    ),
)
