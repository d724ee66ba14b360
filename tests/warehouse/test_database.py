"""Migrations, walls and the embedded server."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from warehouse.database import client_session, make_engine, upgrade
from warehouse.embedded import APPLICATION
from warehouse.tables import WALLED, metadata

LISTING = text(
    "INSERT INTO listings (client, shop, site, listing_id, sku, status, status_raw, fulfilled_by,"
    " source_updated_at, seen_at, content_hash, landing_ref)"
    " VALUES (:client, 's', 'US', :id, 'a', 'active', 'x', 'seller', now(), now(), 1, 'p/0#0')"
)


def test_the_migrations_leave_no_difference_to_the_declared_tables(admin_database_url):
    engine = make_engine(admin_database_url)
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_upgrading_twice_changes_nothing(admin_database_url):
    upgrade(admin_database_url)
    upgrade(admin_database_url)


def test_what_was_approved_before_decisions_named_their_list_is_planned_anew(postgres):
    """An empty database, upgraded as far as 0003; the approved job that was not sent would be one no push may send."""
    server = make_engine(postgres.url("postgres"), pool_size=1)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("CREATE DATABASE before_0004"))
    upgrade(postgres.url("before_0004"), "0003")
    engine = make_engine(postgres.url("before_0004"), pool_size=1)
    job = (
        "INSERT INTO sync_jobs (job_id, client, shop, kind, site, sku, listing_id, wanted_quantity, job_key, status,"
        " needs_approval, reasons, batch, decision) VALUES"
        " (:status, 'lumora', 's', 'stock', 'US', :status, 'l', 1, :status, :status, true, '[]', 'b', 'approved')"
    )
    with client_session(engine, "lumora") as conn:
        for status in ("approved", "pushed", "observed"):
            conn.execute(text(job), {"status": status})
    upgrade(postgres.url("before_0004"))
    with client_session(engine, "lumora") as conn:
        found = dict(conn.execute(text("SELECT job_id, status FROM sync_jobs")).all())
        told = conn.execute(text("SELECT count(*) FROM sync_job_events WHERE to_status = 'superseded'")).scalar()
    assert (found, told) == ({"approved": "superseded", "pushed": "superseded", "observed": "observed"}, 2)
    engine.dispose()
    server.dispose()


def test_every_table_with_a_client_has_a_forced_wall(engine):
    with engine.connect() as conn:
        walled = conn.execute(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
                " WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL"
            )
        ).scalars()
        assert sorted(walled) == list(WALLED) and len(WALLED) > 20


def test_the_application_owns_nothing_and_bypasses_nothing(engine):
    with engine.connect() as conn:
        assert conn.execute(text("SELECT current_user")).scalar() == APPLICATION
        powers = text("SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert conn.execute(powers).scalar() is False
        assert conn.execute(text("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")).scalar() == 0


def _store(engine, client: str, listing_id: str) -> None:
    with client_session(engine, client) as conn:
        conn.execute(LISTING, {"client": client, "id": listing_id})


def test_a_session_sees_its_own_client_only(engine):
    _store(engine, "lumora", "1")
    _store(engine, "teahaus", "2")
    with client_session(engine, "lumora") as conn:
        assert conn.execute(text("SELECT listing_id FROM listings")).scalars().all() == ["1"]
        assert conn.execute(text("SELECT listing_id FROM listings WHERE client = 'teahaus'")).all() == []
    with client_session(engine, "*") as conn:
        assert sorted(conn.execute(text("SELECT listing_id FROM listings")).scalars()) == ["1", "2"]


def test_a_session_can_neither_change_nor_take_nor_add_another_clients_rows(engine):
    _store(engine, "teahaus", "2")
    with client_session(engine, "lumora") as conn:
        assert conn.execute(text("UPDATE listings SET sku = 'stolen'")).rowcount == 0
        assert conn.execute(text("DELETE FROM listings")).rowcount == 0
    with pytest.raises(ProgrammingError, match="row-level security"), client_session(engine, "lumora") as conn:
        conn.execute(LISTING, {"client": "teahaus", "id": "3"})
    _store(engine, "lumora", "1")
    with pytest.raises(ProgrammingError, match="row-level security"), client_session(engine, "lumora") as conn:
        conn.execute(text("UPDATE listings SET client = 'teahaus'"))


def test_outside_a_session_nothing_is_seen_and_the_setting_does_not_outlive_one(engine):
    _store(engine, "lumora", "1")
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM listings")).scalar() == 0
    with pytest.raises(ValueError, match="client's name"), client_session(engine, ""):
        pass


def test_certificates_and_job_events_are_written_once(engine):
    for table in ("certificates", "sync_job_events"):
        for verb in (f"UPDATE {table} SET client = client", f"DELETE FROM {table}"):
            with pytest.raises(ProgrammingError, match="permission denied"), client_session(engine, "lumora") as conn:
                conn.execute(text(verb))


def test_the_application_cannot_reach_airflows_database(postgres):
    engine = make_engine(postgres.url("airflow", APPLICATION))
    with pytest.raises(Exception, match="permission denied for database"), engine.connect():
        pass
