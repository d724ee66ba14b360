"""A marketplace on loopback that answers what a test tells it, and a clock that only moves when somebody sleeps."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.contract import Credentials, Services
from connectors.memory import MemoryLimiter, MemoryTokens

NIGHT = datetime(2026, 11, 16, 3, 10, tzinfo=UTC)


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Said:
    """One answer. ``cut_at``: close the connection after so many bytes of the body."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Loopback:
    """``on(method, path, *answers)``: answers in turn, the last one for ever; an answer may be a function of the request.

    ``now``: the vendor's clock, told in every answer's ``Date``.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: NIGHT) -> None:
        self.now = now
        self.asked: list[Asked] = []
        self._answers: dict[tuple[str, str], list[Any]] = {}
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # head and body in one packet, or the kernel holds the second back for 40 ms
            disable_nagle_algorithm = True

            def _answer(self) -> None:
                outer._handle(self)

            do_GET = do_POST = do_PATCH = do_PUT = _answer

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def on(self, method: str, path: str, *answers: Any) -> None:
        self._answers[(method, path)] = list(answers)

    def calls(self, path: str) -> list[Asked]:
        return [each for each in self.asked if each.path == path]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        asked = Asked(handler.command, parts.path, query, dict(handler.headers.items()), body)
        with self._lock:
            self.asked.append(asked)
            answers = self._answers.get((asked.method, asked.path)) or [Said({"errors": [{"code": "NotFound", "message": "?"}]}, 404)]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        self._write(handler, answer(asked) if callable(answer) else answer)

    def _write(self, handler: BaseHTTPRequestHandler, said: Said | None) -> None:
        if said is None:  # reset the connection without a word
            handler.close_connection = True
            handler.connection.close()
            return
        handler.send_response_only(said.status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(said.raw)), "Date": format_datetime(self.now())}
        headers |= said.headers
        for name, value in headers.items():
            if value:
                handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(said.raw if said.cut_at is None else said.raw[: said.cut_at])
        handler.wfile.flush()
        handler.close_connection = handler.close_connection or said.cut_at is not None


class NightClock:
    """Starts at the night's instant; ``sleep`` moves it and remembers by how much. ``advance`` moves ours alone."""

    def __init__(self, start: datetime = NIGHT) -> None:
        self._now = start
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def elsewhere(self) -> datetime:
        """What an honest clock of somebody else's shows: the night's instant and all that was slept since."""
        return NIGHT + timedelta(seconds=sum(self.slept))

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> NightClock:
    return NightClock()


@pytest.fixture
def loopback(clock):
    server = Loopback(clock.elsewhere)
    yield server
    server.close()


@pytest.fixture
def lend(clock) -> Callable[..., Services]:
    """``lend(patience_seconds=…)``: services on the test's clock; ``lend.calls`` counts."""

    def make(**changes: Any) -> Services:
        plain = Services(clock, MemoryLimiter(clock), MemoryTokens(), pseudonym=lambda text: f"key of {len(text)}", patience_seconds=3600.0)
        return replace(plain, **changes)

    return make


@pytest.fixture
def said() -> type[Said]:
    return Said


@pytest.fixture
def credentials(loopback) -> Credentials:
    secrets = {"client_id": "app-one", "client_secret": "very-secret-word", "refresh_token": "Atzr|refresh-me"}
    return Credentials(loopback.url, loopback.url, secrets)
