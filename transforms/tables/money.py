"""What was earned, charged and paid out, and what a currency was worth that day."""

from transforms.schema import Column, Kind, Table

ENTRY_KINDS = ("sale", "refund", "shipping", "tax", "discount", "fee", "advertising", "adjustment", "other")

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

PAYMENT_KINDS = (
    "payment", "authorisation", "refund", "reversal", "chargeback", "fee", "payout", "conversion", "hold", "adjustment", "other",
)

PAYMENTS = Table(
    name="payments",
    grain="One movement at a payment service or payment provider of a shop.",
    key=("payment_id",),
    body=(
        Column("payment_id", Kind.TEXT, "The provider's number; where that is not unique, joined by a slash with what makes it so."),
        Column("transaction_id", Kind.TEXT, "The provider's transaction number; a shop's order names it in its own payment data."),
        Column("parent_id", Kind.TEXT, "The transaction it belongs to (a refund's payment, a fee's payment).", nullable=True),
        Column("order_id", Kind.TEXT, "The shop's order number, as the provider was told it.", nullable=True),
        Column("kind", Kind.TEXT, "What sort of movement.", allowed=PAYMENT_KINDS),
        Column("kind_raw", Kind.TEXT, "The provider's own code."),
        Column("status", Kind.TEXT, "Where it stands.", allowed=("pending", "completed", "failed", "reversed")),
        Column("status_raw", Kind.TEXT, "The provider's own word."),
        Column("provider", Kind.TEXT, "Who moved the money (paypal, shopify_payments, stripe, cod …)."),
        Column("currency", Kind.TEXT, "ISO 4217."),
        Column("amount_minor", Kind.MINOR, "Signed: positive is to the seller."),
        Column("fee_minor", Kind.MINOR, "What the provider kept of it, signed like the amount (a fee is negative).", nullable=True),
        Column("paid_at", Kind.INSTANT, "When it was started."),
        Column("paid_date", Kind.DAY, "The same as a calendar day at the site."),
        Column("payer_key", Kind.TEXT, "Keyed hash of the payer's identity; never the identity.", nullable=True),
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
