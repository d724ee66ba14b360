"""Jobs of other kinds than stock: the fields that are wanted, and what the tables showed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FIELDS = {"wanted": "of any kind but stock: the fields that are to be so", "observed": "of any kind but stock: what the tables showed"}
KINDS = "kind IN ('stock', 'price', 'shipment', 'product', 'offer')"
QUANTITY = "(kind = 'stock') = (wanted_quantity IS NOT NULL) AND (kind <> 'stock' OR listing_id IS NOT NULL)"


def upgrade() -> None:
    for name, comment in FIELDS.items():
        column = sa.Column(name, postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False, comment=comment)
        op.add_column("sync_jobs", column)
    op.alter_column("sync_jobs", "listing_id", existing_type=sa.Text(), nullable=True)
    op.alter_column("sync_jobs", "wanted_quantity", existing_type=sa.BigInteger(), nullable=True)
    op.create_check_constraint(op.f("ck_sync_jobs_kind_known"), "sync_jobs", KINDS)
    op.create_check_constraint(op.f("ck_sync_jobs_stock_is_a_quantity"), "sync_jobs", QUANTITY)


def downgrade() -> None:
    op.execute("SELECT set_config('daiyun.client', '*', true)")  # the owner, too, is behind the wall
    op.execute("DELETE FROM sync_job_events e USING sync_jobs j WHERE e.job_id = j.job_id AND j.kind <> 'stock'")
    op.execute("DELETE FROM sync_jobs WHERE kind <> 'stock'")
    op.drop_constraint(op.f("ck_sync_jobs_stock_is_a_quantity"), "sync_jobs")
    op.drop_constraint(op.f("ck_sync_jobs_kind_known"), "sync_jobs")
    op.alter_column("sync_jobs", "wanted_quantity", existing_type=sa.BigInteger(), nullable=False)
    op.alter_column("sync_jobs", "listing_id", existing_type=sa.Text(), nullable=False)
    for name in FIELDS:
        op.drop_column("sync_jobs", name)
