"""The warehouse's own books: what was pulled, proven, put aside, pushed, reported, and what it needs to run."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

PULL_STATES = ("open", "landed", "validated", "merged", "certified", "failed", "superseded")
JOB_KINDS = ("stock", "price", "shipment", "product", "offer", "price_tiers", "quotation")
JOB_STATUSES = (
    "planned", "waiting", "approved", "rejected", "superseded", "pushed", "acknowledged", "observed", "failed",
    "manual_pending", "manual_done",
)
REPORT_STATUSES = ("drafted", "rendered", "sent", "failed")
DELIVERY_STATUSES = ("claimed", "sent", "deferred", "refused")


def _text(name: str, **options) -> Column:
    return Column(name, Text, nullable=options.pop("nullable", False), **options)


def _instant(name: str, **options) -> Column:
    return Column(name, DateTime(timezone=True), nullable=options.pop("nullable", False), **options)


def _now(name: str) -> Column:
    return _instant(name, server_default=func.now())


def _number(name: str, **options) -> Column:
    return Column(name, BigInteger, nullable=options.pop("nullable", False), **options)


def _id(name: str) -> Column:
    return Column(name, BigInteger, Identity(always=True), primary_key=True)


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=f"{column}_known")


def declare(metadata: MetaData) -> None:
    for add in (_pulls, _quarantine, _sync_jobs, _reports, _fees, _services):
        add(metadata)


def _pulls(metadata: MetaData) -> None:
    Table(
        "pulls", metadata,
        _text("pull_id", primary_key=True), _text("client"), _text("shop"), _text("entity"),
        _instant("window_start"), _instant("window_end"), _text("run_id"),
        _text("state", server_default="open"),
        _text("resume_state", nullable=True, comment="the state a failed pull goes on from"),
        _text("reason", nullable=True),
        _number("attempt", server_default="0"),
        _number("pages", server_default="0", comment="pages landed in this attempt; the next page's index"),
        Column("cursor", JSONB(none_as_null=True)),
        _number("announced", nullable=True, comment="the vendor's own count of the window"),
        Column("counts", JSONB(none_as_null=True)),
        _number("derivation", server_default="0", comment="how often its pages were mapped"),
        _instant("landed_at", nullable=True, comment="when its newest page was landed"),
        _instant("expired_at", nullable=True, comment="when its pages were given up: nobody may read them any more"),
        _instant("removed_at", nullable=True, comment="when the last of them was gone from the landing"),
        _now("opened_at"), _now("changed_at"),
        _one_of("state", PULL_STATES),
        CheckConstraint("window_start < window_end", name="window_ordered"),
        Index("ix_pulls_shop", "client", "shop", "entity", "opened_at"),
    )
    Table(
        "certificates", metadata,
        _id("certificate_id"), _text("client"), _text("shop"), _text("entity"), _text("pull_id"), _text("run_id"),
        _instant("window_start"), _instant("window_end"), _number("attempt"),
        _number("announced"), _number("stored"), _number("quarantined"),
        Column("missing", JSONB, nullable=False),
        Column("is_certified", Boolean, nullable=False), _text("reason", nullable=True),
        _now("issued_at"),
        Index("ix_certificates_shop", "client", "shop", "entity", "issued_at"),
        Index("ix_certificates_run", "run_id"),
    )
    Table(
        "watermarks", metadata,
        _text("client", primary_key=True), _text("shop", primary_key=True), _text("entity", primary_key=True),
        _instant("proven_until"), _text("pull_id"), _now("moved_at"),
    )
    Table(
        "confirmations", metadata,
        _text("client", primary_key=True), _text("shop", primary_key=True), _text("table_name", primary_key=True),
        _text("row_key", primary_key=True),
        _instant("source_updated_at"), _instant("seen_at"), _number("derivation", server_default="1"), _number("content_hash"),
        comment="Newest version seen of a row that was left as it is (equal content) or taken away (retired): older ones stay stale.",
    )


def _quarantine(metadata: MetaData) -> None:
    Table(
        "quarantine", metadata,
        _id("fault_id"), _text("client"), _text("shop"), _text("pull_id"),
        _text("table_name"), _text("row_key"), _text("rule"), _text("column_name", nullable=True), _text("value", nullable=True),
        _text("landing_ref"), _text("row", nullable=True, comment="the whole row, JSON"),
        _text("status", server_default="open"), _text("resolved_how", nullable=True), _instant("resolved_at", nullable=True),
        _now("put_at"),
        _one_of("status", ("open", "resolved")),
        Index("ix_quarantine_pull", "pull_id"),
        Index("ix_quarantine_open", "client", "shop", "table_name", "row_key", postgresql_where=text("status = 'open'")),
    )


def _sync_jobs(metadata: MetaData) -> None:
    Table(
        "sync_jobs", metadata,
        _text("job_id", primary_key=True), _text("client"), _text("shop"), _text("kind"), _text("site"), _text("sku"),
        _text("listing_id", nullable=True), _text("product_id", nullable=True),
        _number("observed_quantity", nullable=True), _number("wanted_quantity", nullable=True),
        Column("wanted", JSONB, nullable=False, server_default=text("'{}'"), comment="of any kind but stock: the fields that are to be so"),
        Column("observed", JSONB, nullable=False, server_default=text("'{}'"), comment="of any kind but stock: what the tables showed"),
        _text("job_key", unique=True), _text("status"),
        Column("needs_approval", Boolean, nullable=False), Column("reasons", JSONB, nullable=False),
        _text("batch", comment="jobs of one client planned together; a person approves or rejects a batch"),
        _text("decision", nullable=True), _text("decided_by", nullable=True), _instant("decided_at", nullable=True),
        _text("decision_reason", nullable=True),
        _text("decision_digest", nullable=True, comment="digest of the changes that were shown to whoever decided"),
        _number("attempts", server_default="0"), _text("message", nullable=True), _text("vendor_ref", nullable=True),
        _instant("due_at", nullable=True, comment="by when a person is to have done it, on the night's clock"),
        _now("planned_at"), _now("changed_at"),
        _one_of("status", JOB_STATUSES),
        _one_of("kind", JOB_KINDS),
        CheckConstraint(
            "(kind = 'stock') = (wanted_quantity IS NOT NULL) AND (kind <> 'stock' OR listing_id IS NOT NULL)", name="stock_is_a_quantity",
        ),
        CheckConstraint("decision IN ('approved', 'rejected')", name="decision_known"),
        CheckConstraint(
            "NOT needs_approval OR decision IS NOT DISTINCT FROM 'approved'"
            " OR status NOT IN ('approved', 'pushed', 'acknowledged', 'observed', 'manual_pending', 'manual_done')",
            name="guarded_only_with_approval",
        ),
        Index("ix_sync_jobs_status", "client", "status"),
        Index("ix_sync_jobs_target", "client", "shop", "kind", "site", "sku"),
    )
    Table(
        "sync_job_events", metadata,
        _id("event_id"), _text("client"), _text("job_id"), _text("from_status", nullable=True), _text("to_status"),
        _text("by"), _text("note", nullable=True), _now("happened_at"),
        Index("ix_sync_job_events_job", "job_id"),
    )


def _reports(metadata: MetaData) -> None:
    Table(
        "reports", metadata,
        _text("report_id", primary_key=True), _text("client"), _text("kind"), _text("period", comment="such as 2026-W46"),
        Column("period_start", Date, nullable=False), Column("period_end", Date, nullable=False),
        _number("edition", comment="1 is the first; a restatement is the next"),
        _text("language"), _text("data_version", comment="what the figures were computed from"),
        _text("status", server_default="drafted"),
        Column("numbers", JSONB, nullable=False), _text("html_path", nullable=True), _text("html_hash", nullable=True),
        _text("reason", nullable=True), _now("made_at"), _now("changed_at"),
        _one_of("status", REPORT_STATUSES),
        Index("uq_reports_period", "client", "kind", "period", "edition", unique=True),
    )
    Table(
        "deliveries", metadata,
        _id("delivery_id"), _text("client"), _text("report_id"), _text("recipient"), _text("message_id"),
        _text("status", server_default="claimed"), _text("claimed_by"), _text("reason", nullable=True),
        _number("attempts", server_default="1"), _now("claimed_at"), _instant("sent_at", nullable=True),
        _one_of("status", DELIVERY_STATUSES),
        Index("uq_deliveries_recipient", "report_id", "recipient", unique=True),
    )


def _fees(metadata: MetaData) -> None:
    Table(
        "fee_statements", metadata,
        _text("client", primary_key=True), _text("month", primary_key=True, comment="such as 2026-10, in the client's zone"),
        _text("currency"), _number("net_sales_minor"), _number("base_minor"), _number("share_minor"),
        _number("adjusted_minor", comment="up to the agreed minimum, down to the agreed maximum"), _number("fee_minor"),
        Column("terms", JSONB, nullable=False), _instant("settled_at"), _text("settled_by"), _text("note", nullable=True),
        comment="A month's fee as it was settled between agency and client; frozen with the terms it was computed by.",
    )


def _services(metadata: MetaData) -> None:
    Table(
        "tokens", metadata,
        _text("client", primary_key=True), _text("name", primary_key=True),
        Column("secret", LargeBinary, nullable=False), _instant("expires_at"), _now("changed_at"),
    )
    Table(
        "quota_buckets", metadata,
        _text("bucket", primary_key=True),
        _instant("next_at", comment="theoretical arrival time of the next call (GCRA)"),
        _instant("blocked_until", nullable=True),
        _instant("granted_at", nullable=True, comment="when the last granted call may start"),
        _instant("noted_at", nullable=True, comment="our clock when it was last used; if later than now, that clock was ahead"),
        _instant("spent_at", nullable=True, comment="of a quota that shops share: when the calls really granted are paid back"),
        Column("turns", JSONB, nullable=False, server_default=text("'{}'"), comment="of a quota that shops share: whose turn comes when"),
    )
    Table(
        "call_counts", metadata,
        _text("client", primary_key=True), _text("shop", primary_key=True), _text("run_id", primary_key=True),
        _text("operation", primary_key=True), _number("calls"),
    )
