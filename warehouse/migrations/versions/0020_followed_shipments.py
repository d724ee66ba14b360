"""Parcels as shop and tracking service know them together, the way from a tracking number to its parcels, and promised deliveries.

The new table is empty after this: `daiyun derive` fills it, and the stages that stand on it, from what is stored.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0013"
branch_labels = None
depends_on = None

ROLE = "daiyun_app"
SETTING = "(SELECT current_setting('daiyun.client', true))"
WALL = f"client = {SETTING} OR {SETTING} = '*'"
TABLE = "followed_shipments"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("shipment_id", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_evidence", sa.Text(), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shipped_evidence", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_evidence", sa.Text(), nullable=True),
        sa.Column("delivered_date", sa.Date(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("tracking_status", sa.Text(), nullable=True),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("client", "shop", "order_id", "shipment_id", name=op.f("pk_followed_shipments")),
        comment="One parcel of one order as far as anybody knows: its shop's word, and the tracking service's where the shop has none.",
    )
    op.add_column("orders", sa.Column("deliver_by_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_followed_shipments_shipped_at", TABLE, ["client", "shipped_at"])
    op.create_index("ix_shipments_tracking_number", "shipments", ["client", "tracking_number"])
    op.create_index("ix_tracked_parcels_tracking_number", "tracked_parcels", ["client", "tracking_number"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO {ROLE}")
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY client_wall ON {TABLE} USING ({WALL}) WITH CHECK ({WALL})")


def downgrade() -> None:
    op.drop_index("ix_tracked_parcels_tracking_number", "tracked_parcels")
    op.drop_index("ix_shipments_tracking_number", "shipments")
    op.drop_table(TABLE)
    op.drop_column("orders", "deliver_by_at")
