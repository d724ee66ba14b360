"""Fixtures every room may use: a real PostgreSQL, migrated, and the warehouse as the application's role."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from warehouse.database import make_engine, upgrade
from warehouse.embedded import APPLICATION, Embedded, start

DISPOSABLE = {"fsync": "off", "full_page_writes": "off"}  # a power cut may take this server; a killed process loses nothing
_numbers = itertools.count(1)

# Files whose tests take minutes begin first; else one of them is still running alone when the others are done.
LONGEST = (
    "test_whole_night.py", "test_four_modes.py", "test_kills.py", "test_celery_topology.py", "test_night.py", "test_on_the_scheduler.py",
    "test_embedded.py", "test_expiry.py", "test_faults.py", "test_cli_commands.py", "test_cli_bad_input.py", "test_cli_quarantine.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest files first; inside a file the order stays."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """A worker takes whole files, and of the contract suite all that concerns one connector: what its bench has opened and read
    serves eight files."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    from connectors import registry

    connectors = set(registry.known())

    class ByConnector(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file, _, test = nodeid.partition("::")
            named = connectors.intersection(test.partition("[")[2].rstrip("]").split("-")) if "/contract/" in file else ()
            return f"tests/contract of {min(named)}" if named else file

    return ByConnector(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Embedded]:
    """The embedded server, its database ``daiyun`` migrated (other databases are copied from it).

    Not below pytest's own temporary folder: every pytest that starts closes that to other users, and as root PostgreSQL
    runs as one.
    """
    with tempfile.TemporaryDirectory(prefix="daiyun-postgres-") as folder, start(Path(folder), DISPOSABLE) as server:
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
