"""Trade between businesses: inquiries, requests, quotations, contracts, shipments, inspections, acceptances; price ladders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ROLE = "daiyun_app"
CLIENTS_OWN = (
    "acceptances", "contract_lines", "contracts", "inquiries", "inspections", "payment_milestones", "price_tiers", "quotation_lines",
    "quotations", "rfqs", "trade_shipments",
)
SETTING = "(SELECT current_setting('daiyun.client', true))"
WALL = f"client = {SETTING} OR {SETTING} = '*'"


def upgrade() -> None:
    op.create_table(
        "acceptances",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("acceptance_id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_date", sa.Date(), nullable=False),
        sa.Column("accepted_quantity", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("rejected_quantity", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("claim_minor", sa.BigInteger(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "acceptance_id", name=op.f("pk_acceptances")),
        comment="One time a buyer accepted goods of one contract.",
    )
    op.create_table(
        "contract_lines",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "contract_id", "line_id", name=op.f("pk_contract_lines")),
        comment="One line of one contract.",
    )
    op.create_table(
        "contracts",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("quotation_id", sa.Text(), nullable=True),
        sa.Column("inquiry_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_date", sa.Date(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ship_by_date", sa.Date(), nullable=True),
        sa.Column("buyer_key", sa.Text(), nullable=True),
        sa.Column("buyer_country", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("items_minor", sa.BigInteger(), nullable=True),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=True),
        sa.Column("discount_minor", sa.BigInteger(), nullable=True),
        sa.Column("tax_minor", sa.BigInteger(), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("deposit_minor", sa.BigInteger(), nullable=True),
        sa.Column("incoterm", sa.Text(), nullable=True),
        sa.Column("payment_terms", sa.Text(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "contract_id", name=op.f("pk_contracts")),
        comment="One trade contract with one buyer (proforma invoice, purchase order, trade assurance order).",
    )
    op.create_table(
        "inquiries",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("inquiry_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_date", sa.Date(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=True),
        sa.Column("buyer_key", sa.Text(), nullable=True),
        sa.Column("buyer_country", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("product_name", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("target_price", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "inquiry_id", name=op.f("pk_inquiries")),
        comment="One question one buyer sent about one thing, by whatever road.",
    )
    op.create_table(
        "inspections",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("inspection_id", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("inspected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inspected_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("result_raw", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("sample_size", sa.BigInteger(), nullable=True),
        sa.Column("acceptance_level", sa.Text(), nullable=True),
        sa.Column("critical_count", sa.BigInteger(), nullable=True),
        sa.Column("major_count", sa.BigInteger(), nullable=True),
        sa.Column("minor_count", sa.BigInteger(), nullable=True),
        sa.Column("report_file", sa.Text(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "inspection_id", name=op.f("pk_inspections")),
        comment="One inspection of one contract's goods.",
    )
    op.create_table(
        "payment_milestones",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("due_minor", sa.BigInteger(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "contract_id", "milestone", name=op.f("pk_payment_milestones")),
        comment="One part of a contract's money, as its terms split it.",
    )
    op.create_table(
        "price_tiers",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.Text(), nullable=False),
        sa.Column("minimum_quantity", sa.Numeric(precision=20, scale=8), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=20, scale=8), nullable=False),
        sa.Column("highest_price", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "site", "listing_id", "minimum_quantity", name=op.f("pk_price_tiers")),
        comment="One step of a listing's price ladder; a listing without one has the one price it shows.",
    )
    op.create_table(
        "quotation_lines",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("quotation_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("minimum_quantity", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("incoterm", sa.Text(), nullable=True),
        sa.Column("port", sa.Text(), nullable=True),
        sa.Column("lead_time_days", sa.BigInteger(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "quotation_id", "line_id", name=op.f("pk_quotation_lines")),
        comment="One line of one quotation.",
    )
    op.create_table(
        "quotations",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("quotation_id", sa.Text(), nullable=False),
        sa.Column("inquiry_id", sa.Text(), nullable=True),
        sa.Column("rfq_id", sa.Text(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_date", sa.Date(), nullable=False),
        sa.Column("valid_until_date", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("payment_terms", sa.Text(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "quotation_id", name=op.f("pk_quotations")),
        comment="One offer made to one buyer.",
    )
    op.create_table(
        "rfqs",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("rfq_id", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_date", sa.Date(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("buyer_country", sa.Text(), nullable=True),
        sa.Column("destination_country", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("incoterm", sa.Text(), nullable=True),
        sa.Column("payment_terms", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("target_price", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("quotes_left", sa.BigInteger(), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "rfq_id", name=op.f("pk_rfqs")),
        comment="One request for quotation a buyer posted to many sellers.",
    )
    op.create_table(
        "trade_shipments",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("shipment_id", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.Column("container_number", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_raw", sa.Text(), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expected_date", sa.Date(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=20, scale=8), nullable=True),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "contract_id", "shipment_id", name=op.f("pk_trade_shipments")),
        comment="One consignment under one contract.",
    )
    for table in CLIENTS_OWN:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY client_wall ON {table} USING ({WALL}) WITH CHECK ({WALL})")


def downgrade() -> None:
    op.drop_table("trade_shipments")
    op.drop_table("rfqs")
    op.drop_table("quotations")
    op.drop_table("quotation_lines")
    op.drop_table("price_tiers")
    op.drop_table("payment_milestones")
    op.drop_table("inspections")
    op.drop_table("inquiries")
    op.drop_table("contracts")
    op.drop_table("contract_lines")
    op.drop_table("acceptances")
