"""Changes a person makes by hand: two steps of a job, and by when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

BEFORE = "'planned', 'waiting', 'approved', 'rejected', 'superseded', 'pushed', 'acknowledged', 'observed', 'failed'"
NOW = f"{BEFORE}, 'manual_pending', 'manual_done'"
GUARDED = (
    "NOT needs_approval OR decision IS NOT DISTINCT FROM 'approved'"
    " OR status NOT IN ('approved', 'pushed', 'acknowledged', 'observed'{})"
)


def upgrade() -> None:
    due = "by when a person is to have done it, on the night's clock"
    op.add_column("sync_jobs", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True, comment=due))
    _check(NOW, GUARDED.format(", 'manual_pending', 'manual_done'"))


def downgrade() -> None:
    op.execute("SELECT set_config('daiyun.client', '*', true)")  # the owner, too, is behind the wall
    op.execute("UPDATE sync_jobs SET status = 'superseded', changed_at = now() WHERE status IN ('manual_pending', 'manual_done')")
    _check(BEFORE, GUARDED.format(""))
    op.drop_column("sync_jobs", "due_at")


def _check(statuses: str, guarded: str) -> None:
    for name, condition in (("status_known", f"status IN ({statuses})"), ("guarded_only_with_approval", guarded)):
        op.drop_constraint(op.f(f"ck_sync_jobs_{name}"), "sync_jobs", type_="check")
        op.create_check_constraint(op.f(f"ck_sync_jobs_{name}"), "sync_jobs", condition)
