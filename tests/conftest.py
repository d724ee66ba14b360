"""Fixtures every room may use: a real PostgreSQL, migrated, and the warehouse as the application's role."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from warehouse.database import make_engine, upgrade
from warehouse.embedded import APPLICATION, Embedded, start

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> Iterator[Embedded]:
    """The embedded server, its database ``daiyun`` migrated (other databases are copied from it)."""
    with start(tmp_path_factory.mktemp("postgres")) as server:
        upgrade(server.url())
        yield server


@pytest.fixture
def database(postgres) -> Iterator[str]:
    """Name of a fresh, migrated database of this test alone (a copy: no migration is run again)."""
    name = f"test_{next(_numbers)}"
    admin = create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.execute(text(f"CREATE DATABASE {name} TEMPLATE daiyun"))
        conn.execute(text(f"GRANT CONNECT, TEMP ON DATABASE {name} TO {APPLICATION}"))
    yield name
    with admin.connect() as conn:
        conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def database_url(postgres, database) -> str:
    """Address of this test's database as the application's role."""
    return postgres.url(database, APPLICATION)


@pytest.fixture
def admin_database_url(postgres, database) -> str:
    return postgres.url(database, make_url(postgres.url()).username)


@pytest.fixture
def engine(database_url) -> Iterator[Engine]:
    """The warehouse as the application sees it: walls up."""
    made = make_engine(database_url)
    yield made
    made.dispose()
