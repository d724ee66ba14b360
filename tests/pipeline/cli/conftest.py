"""The `daiyun` command over a real sandbox and PostgreSQL, with a gateway between that a test may make lie."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from pipeline import opened
from pipeline.cli import app
from pipeline.demo.environment import Options, environment, sandbox_options
from pipeline.settings import REPOSITORY, settings
from warehouse.database import client_session
from warehouse.embedded import APPLICATION

NIGHT = datetime(2026, 11, 16, 3, tzinfo=UTC)
UNTIL = f"{NIGHT:%Y-%m-%dT%H:%M:%SZ}"
HOP_BY_HOP = {"connection", "content-length", "content-encoding", "transfer-encoding", "server", "host", "keep-alive"}


@dataclass
class Answered:
    """What the sandbox answered and what is passed on; a rule may change all of it."""

    path: str
    status: int
    body: bytes
    cut_at: int | None = None


class Between:
    """A gateway that passes every call on to the sandbox; ``rule`` sees each answer before the caller does."""

    def __init__(self, target: str) -> None:
        self.target, self.rule, self.calls = target, lambda answer: None, []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        between, session = self, requests.Session()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None: ...

            def pass_on(self) -> None:
                between.calls.append(self.path)
                sent = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
                reply = session.request(
                    self.command, between.target + self.path, data=sent, headers=headers, timeout=30, allow_redirects=False
                )
                answer = Answered(self.path, reply.status_code, reply.content)
                between.rule(answer)
                self.send_response_only(answer.status)
                for name, value in reply.headers.items():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body[: answer.cut_at])
                self.close_connection = answer.cut_at is not None

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on

        return Handler


@dataclass
class Spoken:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class House:
    """One warehouse over a sandbox, its clients' folder and its environment; ``run`` is the command in this process."""

    told: Mapping[str, Any]
    env: dict[str, str]
    folder: Path
    patch: pytest.MonkeyPatch
    between: Between

    def enter(self, **changes: str) -> None:
        """Make these settings this process's; ``name=value`` changes one, remembered until changed again."""
        self.env |= changes
        for name in [name for name in os.environ if name.startswith(("DAIYUN_", "AIRFLOW_CONN_")) and name != "DAIYUN_SPECS"]:
            self.patch.delenv(name)
        for name, value in self.env.items():
            self.patch.setenv(name, value)
        forget()

    def run(self, *words: object) -> Spoken:
        done = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "250", "TERM": "dumb"})
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Spoken(done.exit_code, done.stdout, done.stderr)

    def sync(self, shop: str, *words: str) -> Spoken:
        return self.run("sync", "--shop", shop, "--until", UNTIL, *words, "--json")

    def connect(self, shop: str, **changes: Any) -> None:
        """Change a shop's connection: ``host``, ``auth_host``, or a secret by its name; ``through`` puts the gateway between."""
        given = json.loads(self.env[f"AIRFLOW_CONN_{shop.upper()}"])
        if changes.pop("through", False):
            given["host"] = given["host"].replace(self.between.target, self.between.base)
            given["extra"]["auth_host"] = given["extra"]["auth_host"].replace(self.between.target, self.between.base)
        given["host"] = changes.pop("host", given["host"])
        given["extra"]["auth_host"] = changes.pop("auth_host", given["extra"]["auth_host"])
        given["extra"]["secrets"] |= changes
        self.enter(**{f"AIRFLOW_CONN_{shop.upper()}": json.dumps(given)})

    def client(self, name: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change one client's file."""
        file = self.folder / "clients" / f"{name}.yaml"
        data = yaml.safe_load(file.read_text())
        change(data)
        file.write_text(yaml.safe_dump(data, allow_unicode=True))
        forget()

    def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        with client_session(opened.engine(), "*") as conn:
            return [dict(row) for row in conn.execute(text(query), values).mappings()]

    def truth(self, table: str) -> list[dict[str, Any]]:
        return requests.get(f"{self.told['truth']}/{table}", timeout=30).json()

    def sandbox_now(self) -> datetime:
        return datetime.fromisoformat(requests.get(self.told["clock"], timeout=30).json()["now"])

    def kept(self, shop: str) -> dict[str, Any]:
        """What must not change when something goes wrong: stored rows and watermarks."""
        count = "SELECT count(*) AS n FROM {} WHERE shop = :shop"
        found = {name: self.rows(count.format(name), shop=shop)[0]["n"] for name in ("orders", "listings")}
        marks = self.rows("SELECT entity, proven_until FROM watermarks WHERE shop = :shop ORDER BY entity", shop=shop)
        return {**found, "watermarks": {row["entity"]: row["proven_until"] for row in marks}}


def forget() -> None:
    """Drop what this process remembers of other settings."""
    if opened.engine.cache_info().currsize:
        opened.engine().dispose()
    for remembered in (settings, opened.engine, opened.landing, opened.clock, opened.clients):
        remembered.cache_clear()


@contextlib.contextmanager
def furnished(postgres, told: Mapping[str, Any], folder: Path, database: str, smtp_port: int = 9) -> Iterator[House]:
    """A House with a fresh database: clients' files of the repository, connections straight to the sandbox."""
    admin = create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.execute(text(f"CREATE DATABASE {database} TEMPLATE daiyun"))
        conn.execute(text(f"GRANT CONNECT, TEMP ON DATABASE {database} TO {APPLICATION}"))
    (folder / "clients").mkdir(parents=True)
    for file in (REPOSITORY / "clients").glob("*.yaml"):
        (folder / "clients" / file.name).write_bytes(file.read_bytes())
    addresses = {"admin": postgres.url("daiyun").replace("/daiyun", f"/{database}"), "app": postgres.url(database, APPLICATION)}
    mail = {"host": "127.0.0.1", "port": smtp_port}
    env = environment(options(folder), addresses, told, mail, folder / "clients")
    between = Between(told["clock"].removesuffix("/clock"))
    with pytest.MonkeyPatch.context() as patch:
        house = House(told, env, folder, patch, between)
        house.enter()
        try:
            yield house
        finally:
            between.stop()
            forget()
    with admin.connect() as conn:
        conn.execute(text(f"DROP DATABASE {database} WITH (FORCE)"))
    admin.dispose()
    forget()


def options(folder: Path, speed: float = 600) -> Options:
    return Options(seed=1, days=4, orders_per_day=55, out=folder, night=NIGHT, speed=speed)


@pytest.fixture(scope="module")
def told(nursery, request, tmp_path_factory) -> Iterator[Mapping[str, Any]]:
    """A running sandbox's announcement; shared by a file's tests, which may say its ``SPEED``."""
    folder = tmp_path_factory.mktemp("sandbox")
    with nursery.sandbox(sandbox_options(options(folder, getattr(request.module, "SPEED", 600))), folder / "sandbox.log") as line:
        yield line


@pytest.fixture(scope="module")
def shared_house(postgres, told, tmp_path_factory) -> Iterator[House]:
    with furnished(postgres, told, tmp_path_factory.mktemp("house"), "cli_shared") as found:
        yield found


@pytest.fixture
def house(shared_house) -> Iterator[House]:
    """A file's one warehouse; settings, clients' files and the gateway are put right again after each test."""
    env, files = dict(shared_house.env), {file: file.read_bytes() for file in (shared_house.folder / "clients").iterdir()}
    yield shared_house
    for file in (shared_house.folder / "clients").iterdir():
        file.unlink()
    for file, content in files.items():
        file.write_bytes(content)
    shared_house.between.rule, shared_house.env = lambda answer: None, env
    shared_house.enter()
