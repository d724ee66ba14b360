"""Payments, disputes, seller accounts, parcels under way, promotion; feedback may be without a number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None

ROLE = "daiyun_app"
CLIENTS_OWN = ("ad_spend", "disputes", "payments", "seller_accounts", "tracked_parcels", "tracking_events", "traffic")
SETTING = "(SELECT current_setting('daiyun.client', true))"
WALL = f"client = {SETTING} OR {SETTING} = '*'"


def upgrade() -> None:
    op.create_table(
        "ad_spend",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("campaign_name", sa.Text(), nullable=True),
        sa.Column("spend_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("spend_minor", sa.BigInteger(), nullable=False),
        sa.Column("impression_count", sa.BigInteger(), nullable=True),
        sa.Column("click_count", sa.BigInteger(), nullable=True),
        sa.Column("attributed_order_count", sa.BigInteger(), nullable=True),
        sa.Column("attributed_sales_minor", sa.BigInteger(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "network", "account_id", "campaign_id", "spend_date", name=op.f("pk_ad_spend")),
        comment="One campaign of one advertising account on one of the account's days.",
    )
    op.create_table(
        "disputes",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("kind_raw", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_date", sa.Date(), nullable=False),
        sa.Column("respond_by_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "dispute_id", name=op.f("pk_disputes")),
        comment="One case a buyer opened against the seller at a marketplace or payment service.",
    )
    op.create_table(
        "payments",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("kind_raw", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_date", sa.Date(), nullable=False),
        sa.Column("payer_key", sa.Text(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "payment_id", name=op.f("pk_payments")),
        comment="One movement at a payment service or payment provider of a shop.",
    )
    op.create_table(
        "seller_accounts",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("rating_count", sa.BigInteger(), nullable=True),
        sa.Column("rating_percent", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "account_id", name=op.f("pk_seller_accounts")),
        comment="One seller account as its marketplace shows it: whether it may trade, and how it stands.",
    )
    op.create_table(
        "tracked_parcels",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_date", sa.Date(), nullable=True),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "tracking_number", "service", name=op.f("pk_tracked_parcels")),
        comment="One parcel as one tracking service follows it.",
    )
    op.create_table(
        "tracking_events",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("occurred_local", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "tracking_number", "service", "event_id", name=op.f("pk_tracking_events")),
        comment="One event in a parcel's history.",
    )
    op.create_table(
        "traffic",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("traffic_date", sa.Date(), nullable=False),
        sa.Column("view_count", sa.BigInteger(), nullable=True),
        sa.Column("visit_count", sa.BigInteger(), nullable=True),
        sa.Column("order_count", sa.BigInteger(), nullable=True),
        sa.Column("unit_count", sa.BigInteger(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "site", "product_id", "traffic_date", name=op.f("pk_traffic")),
        comment="One product of one shop on one of its site's days: who looked at it.",
    )
    op.add_column("reviews", sa.Column("verdict", sa.Text(), nullable=True))
    op.alter_column("reviews", "rating", existing_type=sa.BIGINT(), nullable=True)
    op.create_table_comment(
        "reviews",
        "One thing one buyer said: a review, a follow-up, feedback on the seller, or a message.",
        existing_comment="One review or follow-up by one buyer.",
        schema=None,
    )
    for table in CLIENTS_OWN:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY client_wall ON {table} USING ({WALL}) WITH CHECK ({WALL})")


def downgrade() -> None:
    op.create_table_comment(
        "reviews",
        "One review or follow-up by one buyer.",
        existing_comment="One thing one buyer said: a review, a follow-up, feedback on the seller, or a message.",
        schema=None,
    )
    op.alter_column("reviews", "rating", existing_type=sa.BIGINT(), nullable=False)
    op.drop_column("reviews", "verdict")
    op.drop_table("traffic")
    op.drop_table("tracking_events")
    op.drop_table("tracked_parcels")
    op.drop_table("seller_accounts")
    op.drop_table("payments")
    op.drop_table("disputes")
    op.drop_table("ad_spend")
