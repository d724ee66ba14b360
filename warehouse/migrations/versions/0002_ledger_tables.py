"""The warehouse's own books."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_counts",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "run_id", "operation", name=op.f("pk_call_counts")),
    )
    op.create_table(
        "certificates",
        sa.Column("certificate_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("pull_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("announced", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("quarantined", sa.BigInteger(), nullable=False),
        sa.Column("missing", postgresql.JSONB(), nullable=False),
        sa.Column("is_certified", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificates")),
    )
    op.create_index("ix_certificates_run", "certificates", ["run_id"], unique=False)
    op.create_index("ix_certificates_shop", "certificates", ["client", "shop", "entity", "issued_at"], unique=False)
    op.create_table(
        "confirmations",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("source_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "table_name", "row_key", name=op.f("pk_confirmations")),
        comment="Newest version seen of a row that was left as it is (equal content) or taken away (retired): older ones stay stale.",
    )
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="claimed", nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('claimed', 'sent', 'deferred', 'refused')", name=op.f("ck_deliveries_status_known")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_deliveries")),
    )
    op.create_index("uq_deliveries_recipient", "deliveries", ["report_id", "recipient"], unique=True)
    op.create_table(
        "pulls",
        sa.Column("pull_id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("resume_state", sa.Text(), nullable=True, comment="the state a failed pull goes on from"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempt", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "pages", sa.BigInteger(), server_default="0", nullable=False, comment="pages landed in this attempt; the next page's index"
        ),
        sa.Column("cursor", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("announced", sa.BigInteger(), nullable=True, comment="the vendor's own count of the window"),
        sa.Column("counts", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'landed', 'validated', 'merged', 'certified', 'failed', 'superseded')", name=op.f("ck_pulls_state_known")
        ),
        sa.CheckConstraint("window_start < window_end", name=op.f("ck_pulls_window_ordered")),
        sa.PrimaryKeyConstraint("pull_id", name=op.f("pk_pulls")),
    )
    op.create_index("ix_pulls_shop", "pulls", ["client", "shop", "entity", "opened_at"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("fault_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("pull_id", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("landing_ref", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=True, comment="the whole row, JSON"),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("resolved_how", sa.Text(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("put_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('open', 'resolved')", name=op.f("ck_quarantine_status_known")),
        sa.PrimaryKeyConstraint("fault_id", name=op.f("pk_quarantine")),
    )
    op.create_index(
        "ix_quarantine_open",
        "quarantine",
        ["client", "shop", "table_name", "row_key"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("ix_quarantine_pull", "quarantine", ["pull_id"], unique=False)
    op.create_table(
        "quota_buckets",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False, comment="theoretical arrival time of the next call (GCRA)"),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True, comment="when the last granted call may start"),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_quota_buckets")),
    )
    op.create_table(
        "reports",
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False, comment="such as 2026-W46"),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False, comment="1 is the first; a restatement is the next"),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False, comment="what the figures were computed from"),
        sa.Column("status", sa.Text(), server_default="drafted", nullable=False),
        sa.Column("numbers", postgresql.JSONB(), nullable=False),
        sa.Column("html_path", sa.Text(), nullable=True),
        sa.Column("html_hash", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('drafted', 'rendered', 'sent', 'failed')", name=op.f("ck_reports_status_known")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_reports")),
    )
    op.create_index("uq_reports_period", "reports", ["client", "kind", "period", "edition"], unique=True)
    op.create_table(
        "sync_job_events",
        sa.Column("event_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_sync_job_events")),
    )
    op.create_index("ix_sync_job_events_job", "sync_job_events", ["job_id"], unique=False)
    op.create_table(
        "sync_jobs",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("observed_quantity", sa.BigInteger(), nullable=True),
        sa.Column("wanted_quantity", sa.BigInteger(), nullable=False),
        sa.Column("job_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False, comment="jobs of one client planned together; a person approves or rejects a batch"),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("vendor_ref", sa.Text(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "NOT needs_approval OR decision IS NOT DISTINCT FROM 'approved'"
            " OR status NOT IN ('approved', 'pushed', 'acknowledged', 'observed')",
            name=op.f("ck_sync_jobs_guarded_only_with_approval"),
        ),
        sa.CheckConstraint("decision IN ('approved', 'rejected')", name=op.f("ck_sync_jobs_decision_known")),
        sa.CheckConstraint(
            "status IN ('planned', 'waiting', 'approved', 'rejected', 'superseded', 'pushed', 'acknowledged', 'observed', 'failed')",
            name=op.f("ck_sync_jobs_status_known"),
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_sync_jobs")),
        sa.UniqueConstraint("job_key", name=op.f("uq_sync_jobs_job_key")),
    )
    op.create_index("ix_sync_jobs_status", "sync_jobs", ["client", "status"], unique=False)
    op.create_index("ix_sync_jobs_target", "sync_jobs", ["client", "shop", "kind", "site", "sku"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("client", "name", name=op.f("pk_tokens")),
    )
    op.create_table(
        "watermarks",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("proven_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pull_id", sa.Text(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "entity", name=op.f("pk_watermarks")),
    )


def downgrade() -> None:
    op.drop_table("watermarks")
    op.drop_table("tokens")
    op.drop_index("ix_sync_jobs_target", table_name="sync_jobs")
    op.drop_index("ix_sync_jobs_status", table_name="sync_jobs")
    op.drop_table("sync_jobs")
    op.drop_index("ix_sync_job_events_job", table_name="sync_job_events")
    op.drop_table("sync_job_events")
    op.drop_index("uq_reports_period", table_name="reports")
    op.drop_table("reports")
    op.drop_table("quota_buckets")
    op.drop_index("ix_quarantine_pull", table_name="quarantine")
    op.drop_index("ix_quarantine_open", table_name="quarantine", postgresql_where=sa.text("status = 'open'"))
    op.drop_table("quarantine")
    op.drop_index("ix_pulls_shop", table_name="pulls")
    op.drop_table("pulls")
    op.drop_index("uq_deliveries_recipient", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_table("confirmations")
    op.drop_index("ix_certificates_shop", table_name="certificates")
    op.drop_index("ix_certificates_run", table_name="certificates")
    op.drop_table("certificates")
    op.drop_table("call_counts")
