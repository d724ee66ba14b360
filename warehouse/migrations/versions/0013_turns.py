"""Quotas that shops share: what was really spent, and whose turn comes when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    spent = "of a quota that shops share: when the calls really granted are paid back"
    op.add_column("quota_buckets", sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True, comment=spent))
    turns = "of a quota that shops share: whose turn comes when"
    column = sa.Column("turns", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False, comment=turns)
    op.add_column("quota_buckets", column)


def downgrade() -> None:
    op.drop_column("quota_buckets", "turns")
    op.drop_column("quota_buckets", "spent_at")
