"""The application's role, its grants, and row-level security on every table that belongs to clients.

The role is made here only where the database has none yet (then without a login: whoever runs the database gives it
one). It owns nothing, so that no table's security can be switched off with it.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLE = "daiyun_app"
CLIENTS_OWN = (
    "call_counts", "certificates", "confirmations", "deliveries", "inventory", "ledger_entries", "listings", "order_lines",
    "orders", "payouts", "pulls", "quarantine", "reports", "returns", "reviews", "shipment_lines", "shipments",
    "stage_events", "sync_job_events", "sync_jobs", "tokens", "watermarks",
)
EVERYBODYS = ("fx_rates", "quota_buckets")
BOOKS = ("certificates", "sync_job_events")  # written once, never changed
# Sub-selects, so that the setting is read once a statement and not once a row.
SETTING = "(SELECT current_setting('daiyun.client', true))"
WALL = f"client = {SETTING} OR {SETTING} = '*'"


def upgrade() -> None:
    op.execute(f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE} NOLOGIN; END IF; END $$")
    op.execute(f"DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO {ROLE}', current_database()); END $$")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
    for table in (*CLIENTS_OWN, *EVERYBODYS):
        verbs = "SELECT, INSERT" if table in BOOKS else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"GRANT {verbs} ON {table} TO {ROLE}")
    for table in CLIENTS_OWN:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY client_wall ON {table} USING ({WALL}) WITH CHECK ({WALL})")


def downgrade() -> None:
    for table in CLIENTS_OWN:
        op.execute(f"DROP POLICY client_wall ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in (*CLIENTS_OWN, *EVERYBODYS):
        op.execute(f"REVOKE ALL ON {table} FROM {ROLE}")
