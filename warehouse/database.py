"""How the warehouse is opened: engine, migrations, and the one way a transaction begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, make_url, text

EVERY_CLIENT = "*"
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_204_113  # any number, the same for all: one migration at a time


def make_engine(url: str, **options) -> Engine:
    """An engine over psycopg 3, whatever PostgreSQL driver ``url`` names."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    # An error must never show what a statement was given: buyers, tokens, whole rows.
    return create_engine(address, **{"hide_parameters": True, "pool_pre_ping": True, "pool_size": 3, "max_overflow": 10, **options})


@contextmanager
def client_session(engine: Engine, client: str, *, is_snapshot: bool = False) -> Iterator[Connection]:
    """A transaction that sees one client's rows (``*``: every client's); commits at the end, rolls back on an error.

    Args:
        is_snapshot: for reading: all queries see the one instant it began at, whatever others commit meanwhile.
    """
    if not client:
        raise ValueError("a session needs a client's name (or '*'); row-level security would show it nothing")
    opened = engine.execution_options(isolation_level="REPEATABLE READ") if is_snapshot else engine
    with opened.begin() as conn:
        conn.execute(text("SELECT set_config('daiyun.client', :client, true)"), {"client": client})
        yield conn


def upgrade(admin_url: str, revision: str = "head") -> None:
    """Bring the schema to ``revision``; nothing happens where it is there already.

    ``admin_url`` names the owner of the tables, never ``daiyun_app``, which is granted what it needs.
    """
    from alembic import command  # only who migrates pays its import

    engine = make_engine(admin_url, pool_size=1)
    try:
        with engine.connect() as conn:
            conn.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
            conn.commit()
            command.upgrade(_config(conn), revision)
            conn.commit()
            conn.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
            conn.commit()
    finally:
        engine.dispose()


def _config(conn: Connection):
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    return config
