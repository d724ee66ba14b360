"""A decision remembers which changes were shown. What was approved before and not sent yet is planned and asked anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UNBOUND = "decision = 'approved' AND (status = 'approved' OR status = 'pushed' AND needs_approval)"


def upgrade() -> None:
    shown = "digest of the changes that were shown to whoever decided"
    op.add_column("sync_jobs", sa.Column("decision_digest", sa.Text(), nullable=True, comment=shown))
    op.execute("SELECT set_config('daiyun.client', '*', true)")  # the owner, too, is behind the wall
    op.execute(
        "INSERT INTO sync_job_events (client, job_id, from_status, to_status, by, note)"
        " SELECT client, job_id, status, 'superseded', 'upgrade', 'approved before decisions were bound to a list'"
        f" FROM sync_jobs WHERE {UNBOUND}"
    )
    op.execute(f"UPDATE sync_jobs SET status = 'superseded', changed_at = now() WHERE {UNBOUND}")


def downgrade() -> None:
    op.drop_column("sync_jobs", "decision_digest")
