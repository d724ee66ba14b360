"""The order line a review is about: what some marketplaces tell in place of the order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("line_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("reviews", "line_id")
