"""The canonical tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fx_rates",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rate_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("rate_per_eur", sa.Numeric(precision=20, scale=8), nullable=False),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "rate_date", "currency", name=op.f("pk_fx_rates")),
        comment="What one euro was worth in one currency, as one source published it for one day.",
    )
    op.create_table(
        "inventory",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("fulfilled_by", sa.Text(), nullable=False),
        sa.Column("sellable_quantity", sa.BigInteger(), nullable=False),
        sa.Column("reserved_quantity", sa.BigInteger(), nullable=True),
        sa.Column("inbound_quantity", sa.BigInteger(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "site", "sku", "location", name=op.f("pk_inventory")),
        comment="Stock of one SKU at one location, as the marketplace shows it on one site.",
    )
    op.create_table(
        "ledger_entries",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("line_id", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("kind_raw", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_date", sa.Date(), nullable=False),
        sa.Column("payout_id", sa.Text(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "entry_id", name=op.f("pk_ledger_entries")),
        comment="One amount of one money movement on the shop's account.",
    )
    op.create_index("ix_ledger_entries_posted_date", "ledger_entries", ["client", "posted_date"], unique=False)
    op.create_index("ix_ledger_entries_shop_transaction_id", "ledger_entries", ["client", "shop", "transaction_id"], unique=False)
    op.create_table(
        "listings",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=False),
        sa.Column("fulfilled_by", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_date", sa.Date(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "site", "listing_id", name=op.f("pk_listings")),
        comment="One sellable variant on one site of a shop.",
    )
    op.create_table(
        "order_lines",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("shipped_quantity", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("items_minor", sa.BigInteger(), nullable=True),
        sa.Column("discount_minor", sa.BigInteger(), nullable=True),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=True),
        sa.Column("tax_minor", sa.BigInteger(), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "order_id", "line_id", name=op.f("pk_order_lines")),
        comment="One line of one order (at Lazada one unit).",
    )
    op.create_table(
        "orders",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_date", sa.Date(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fulfilled_by", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("items_minor", sa.BigInteger(), nullable=True),
        sa.Column("discount_minor", sa.BigInteger(), nullable=True),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=True),
        sa.Column("tax_minor", sa.BigInteger(), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("unit_count", sa.BigInteger(), nullable=False),
        sa.Column("ship_country", sa.Text(), nullable=True),
        sa.Column("buyer_key", sa.Text(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "order_id", name=op.f("pk_orders")),
        comment="One order of one shop, as the marketplace shows it now.",
    )
    op.create_index("ix_orders_placed_at", "orders", ["client", "placed_at"], unique=False)
    op.create_table(
        "payouts",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("payout_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("initiated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("initiated_date", sa.Date(), nullable=False),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "payout_id", name=op.f("pk_payouts")),
        comment="One transfer (or statement to be transferred) from the marketplace to the seller.",
    )
    op.create_table(
        "returns",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("return_id", sa.Text(), nullable=False),
        sa.Column("return_line_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("refund_minor", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_date", sa.Date(), nullable=False),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "return_id", "return_line_id", name=op.f("pk_returns")),
        comment="One order line in one return, refund or after-sale cancellation request.",
    )
    op.create_index("ix_returns_requested_at", "returns", ["client", "requested_at"], unique=False)
    op.create_index("ix_returns_shop_order_id", "returns", ["client", "shop", "order_id"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("review_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("rating", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_date", sa.Date(), nullable=False),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "review_id", name=op.f("pk_reviews")),
        comment="One review or follow-up by one buyer.",
    )
    op.create_index("ix_reviews_reviewed_date", "reviews", ["client", "reviewed_date"], unique=False)
    op.create_table(
        "shipment_lines",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("shipment_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "order_id", "shipment_id", "line_id", name=op.f("pk_shipment_lines")),
        comment="One order line inside one parcel.",
    )
    op.create_table(
        "shipments",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("shipment_id", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "order_id", "shipment_id", name=op.f("pk_shipments")),
        comment="One parcel of one order.",
    )
    op.create_table(
        "stage_events",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_date", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "order_id", "stage", name=op.f("pk_stage_events")),
        comment="The moment one order entered one stage of its chain, derived from the canonical rows that prove it.",
    )


def downgrade() -> None:
    op.drop_table("stage_events")
    op.drop_table("shipments")
    op.drop_table("shipment_lines")
    op.drop_index("ix_reviews_reviewed_date", table_name="reviews")
    op.drop_table("reviews")
    op.drop_index("ix_returns_shop_order_id", table_name="returns")
    op.drop_index("ix_returns_requested_at", table_name="returns")
    op.drop_table("returns")
    op.drop_table("payouts")
    op.drop_index("ix_orders_placed_at", table_name="orders")
    op.drop_table("orders")
    op.drop_table("order_lines")
    op.drop_table("listings")
    op.drop_index("ix_ledger_entries_shop_transaction_id", table_name="ledger_entries")
    op.drop_index("ix_ledger_entries_posted_date", table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_table("inventory")
    op.drop_table("fx_rates")
