"""A gateway between a connector and its marketplace: passes every call on, remembers it, and changes answers on demand.

It knows HTTP and JSON and nothing of any marketplace. A call's *shape* is its method and path without numbers, so that
"the first call of every kind" can be said of a vendor nobody knows.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import urllib3

HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "server", "keep-alive", "accept-encoding"}
LONGEST_WAY_SECONDS = 30.0
MOST_CALLS = 3000  # of one test: a reading that goes round in circles ends here


@dataclass(frozen=True)
class Call:
    """One request as it came: ``at`` is the marketplace's clock, ``number`` counts from 0 within a rule's reign."""

    number: int
    method: str
    path: str
    at: datetime
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def shape(self) -> str:
        """``GET /orders/#/items``: segments with a digit say which record, not which kind of call."""
        path = self.path.partition("?")[0]
        return f"{self.method} " + re.sub(r"/[^/]*\d[^/]*", "/#", path)


@dataclass
class Reply:
    """What goes back. ``cut_at``: the connection ends after so many bytes; ``stall_seconds``: of the wall, before it."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut_at: int | None = None
    stall_seconds: float = 0.0

    @property
    def document(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def say(self, document: Any) -> None:
        self.body = json.dumps(document, ensure_ascii=False).encode()


class Rule:
    """What to do with calls while it reigns; the plain one passes everything on unchanged."""

    def before(self, call: Call) -> Reply | None:
        """An answer of its own, instead of the marketplace's."""
        return None

    def after(self, call: Call, reply: Reply) -> None:
        """Change the marketplace's answer in place."""


class Gateway:
    """``base`` stands for ``target`` in every address; ``calls`` are those of the present rule, ``passed`` counts all there ever were."""

    def __init__(self, target: str, now: Callable[[], datetime]) -> None:
        self.target, self._now = target, now
        self.rule: Rule | None = None
        self.calls: list[Call] = []
        self.passed = 0
        self._running = 0
        self._pool = urllib3.PoolManager(maxsize=8, retries=False)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._pool.clear()

    @contextmanager
    def under(self, rule: Rule) -> Iterator[list[Call]]:
        """Let a rule reign; gives the calls made under it. A call that an impatient caller gave up is over before."""
        until = time.monotonic() + LONGEST_WAY_SECONDS
        while self._running and time.monotonic() < until:
            time.sleep(0.01)
        self.rule, self.calls = rule, []
        try:
            yield self.calls
        finally:
            self.rule, self.calls = None, []

    @contextmanager
    def _underway(self) -> Iterator[None]:
        with self._lock:
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        rule, calls = (self.rule, self.calls) if self.rule else (Rule(), [])
        with self._lock:
            call = Call(len(calls), method, path, self._now(), headers, body)
            calls.append(call)
            self.passed += 1
        if call.number >= MOST_CALLS:
            return Reply(410, body=b"the gateway gives up: this reading never ends")
        own = rule.before(call)
        if own is not None:
            return own
        sent = {name: value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}  # with our Host: links lead back here
        told = self._pool.request(method, self.target + path, body=body, headers=sent, redirect=False, decode_content=False)
        kept = {name: value for name, value in told.headers.items() if name.lower() not in HOP_BY_HOP}
        reply = Reply(told.status, kept, told.data)
        rule.after(call, reply)
        return reply

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16
            disable_nagle_algorithm = True

            def log_message(self, *_: object) -> None: ...

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                with gateway._underway():
                    reply = gateway._answer(self.command, self.path, dict(self.headers.items()), body)
                if reply.stall_seconds:
                    time.sleep(reply.stall_seconds)
                self.send_response_only(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body[: reply.cut_at])
                self.close_connection = self.close_connection or reply.cut_at is not None

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:  # the caller did not wait for the end
                    self.close_connection = True

            def finish(self) -> None:
                with suppress(OSError):
                    super().finish()

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on

        return Handler
