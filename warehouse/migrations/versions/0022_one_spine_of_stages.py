"""Stage events of every trade mode, what keeps a chain from being whole, and the agency's settled fees.

Stage events are derived: the orders' are taken over as they were, `daiyun stages --rebuild` derives everything again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ROLE = "daiyun_app"
SETTING = "(SELECT current_setting('daiyun.client', true))"
WALL = f"client = {SETTING} OR {SETTING} = '*'"
INDEXES = {
    "ix_reviews_shop_order_id": ("reviews", "order_id"), "ix_payments_shop_order_id": ("payments", "order_id"),
    "ix_quotations_shop_inquiry_id": ("quotations", "inquiry_id"), "ix_quotations_shop_rfq_id": ("quotations", "rfq_id"),
    "ix_contracts_shop_quotation_id": ("contracts", "quotation_id"), "ix_contracts_shop_inquiry_id": ("contracts", "inquiry_id"),
    "ix_inspections_shop_contract_id": ("inspections", "contract_id"), "ix_acceptances_shop_contract_id": ("acceptances", "contract_id"),
}  # fmt: skip
SCOPE = ("client", "shop", "mode", "subject_kind", "subject_id")
SUBJECT = ", ".join(SCOPE)


def upgrade() -> None:
    op.rename_table("stage_events", "stage_events_of_orders")
    op.execute("ALTER INDEX pk_stage_events RENAME TO pk_stage_events_of_orders")
    op.create_table(
        "stage_events", *_texts(*SCOPE, "stage"),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_date", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(*SCOPE, "stage", name=op.f("pk_stage_events")),
        comment="The moment one subject (an order, a deal, a listing …) entered one stage of its chain, derived from what proves it.",
    )
    op.create_index("ix_stage_events_entered_at", "stage_events", ["client", "entered_at"])
    op.create_table(
        "stage_exceptions", *_texts(*SCOPE, "kind", "stage", "ref", "evidence"),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(*SCOPE, "kind", "stage", "ref", name=op.f("pk_stage_exceptions")),
        comment="One thing that keeps a subject's chain from being whole: a move that cannot be, or an elder that is not there.",
    )
    _copy("stage_events_of_orders", "stage_events", f"{SUBJECT}, stage, entered_at, entered_date, evidence", "'order', order_id")
    op.drop_table("stage_events_of_orders")
    for name, (table, column) in INDEXES.items():
        op.create_index(name, table, ["client", "shop", column])
    op.create_table(
        "fee_statements", *_texts("client"),
        sa.Column("month", sa.Text(), nullable=False, comment="such as 2026-10, in the client's zone"),
        *_texts("currency"), *(sa.Column(f"{name}_minor", sa.BigInteger(), nullable=False) for name in ("net_sales", "base", "share")),
        sa.Column("adjusted_minor", sa.BigInteger(), nullable=False, comment="up to the agreed minimum, down to the agreed maximum"),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("terms", JSONB(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        *_texts("settled_by"), sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("client", "month", name=op.f("pk_fee_statements")),
        comment="A month's fee as it was settled between agency and client; frozen with the terms it was computed by.",
    )
    for table in ("stage_events", "stage_exceptions"):
        _wall(table)
    _wall("fee_statements", "SELECT, INSERT")  # written once, never changed


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _copy(source: str, target: str, columns: str, subject: str) -> None:
    """What is stored already stays readable; whoever migrates may be bound by the walls, so they see all clients' rows for it."""
    op.execute("SELECT set_config('daiyun.client', '*', true)")
    op.execute(
        f"INSERT INTO {target} ({columns}) SELECT client, shop, mode, {subject}, stage, entered_at, entered_date, evidence FROM {source}"
    )
    op.execute("SELECT set_config('daiyun.client', '', true)")


def _wall(table: str, verbs: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    op.execute(f"GRANT {verbs} ON {table} TO {ROLE}")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY client_wall ON {table} USING ({WALL}) WITH CHECK ({WALL})")


def downgrade() -> None:
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
    op.drop_table("fee_statements")
    op.drop_table("stage_exceptions")
    op.rename_table("stage_events", "stage_events_of_all")
    op.execute("ALTER INDEX pk_stage_events RENAME TO pk_stage_events_of_all")
    op.create_table(
        "stage_events", *_texts("client", "shop", "order_id", "mode", "stage"),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_date", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", "shop", "order_id", "stage", name=op.f("pk_stage_events")),
        comment="The moment one order entered one stage of its chain, derived from the canonical rows that prove it.",
    )
    op.execute("SELECT set_config('daiyun.client', '*', true)")
    op.execute(
        "INSERT INTO stage_events (client, shop, order_id, mode, stage, entered_at, entered_date, evidence)"
        " SELECT client, shop, subject_id, mode, stage, entered_at, entered_date, evidence FROM stage_events_of_all"
        " WHERE mode = 'b2c' AND subject_kind = 'order' AND stage IN ('ordered', 'paid', 'shipped', 'delivered', 'after_sales')"
    )
    op.execute("SELECT set_config('daiyun.client', '', true)")
    op.drop_table("stage_events_of_all")
    _wall("stage_events")
