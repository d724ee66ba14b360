"""What orders two readings of one landed page, when a pull's pages expire, and on which clock a quota bucket was written.

Batches made before this lack the new column: pulls that wait to be merged or certified are checked again from their pages.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

VERSIONED = (
    "confirmations", "fx_rates", "inventory", "ledger_entries", "listings", "order_lines", "orders", "payouts", "returns", "reviews",
    "shipment_lines", "shipments",
)


def upgrade() -> None:
    for table in VERSIONED:
        op.add_column(table, sa.Column("derivation", sa.BigInteger(), server_default="1", nullable=False))
    of_pages = "how often its pages were mapped"
    op.add_column("pulls", sa.Column("derivation", sa.BigInteger(), server_default="0", nullable=False, comment=of_pages))
    for name, comment in (
        ("landed_at", "when its newest page was landed"),
        ("expired_at", "when its pages were given up: nobody may read them any more"),
        ("removed_at", "when the last of them was gone from the landing"),
    ):
        op.add_column("pulls", sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=comment))
    noted = "our clock when it was last used; if later than now, that clock was ahead"
    op.add_column("quota_buckets", sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True, comment=noted))
    op.execute("SELECT set_config('daiyun.client', '*', true)")
    op.execute("UPDATE pulls SET derivation = 1 WHERE counts ? 'validated'")
    op.execute("UPDATE pulls SET state = 'landed' WHERE state IN ('validated', 'merged')")
    op.execute("UPDATE pulls SET resume_state = 'landed' WHERE resume_state = 'validated'")


def downgrade() -> None:
    op.drop_column("quota_buckets", "noted_at")
    for name in ("removed_at", "expired_at", "landed_at", "derivation"):
        op.drop_column("pulls", name)
    for table in VERSIONED:
        op.drop_column(table, "derivation")
