"""A mail server on loopback that keeps what it is sent: each message as ``.eml``, its HTML part beside it as ``.html``.

For the demo, the compose file and the tests; it delivers nothing. A message that comes again with the same
``Message-ID`` for the same recipient takes the first one's place, as it does in a mailbox, and is counted in ``.repeats``.

``python -m reports.catcher --folder F --port 0 --json`` prints one line ``{"host", "port", "folder"}`` when it is ready
and ends on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import re
import signal
import sys
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from reports.files import write_atomically

HOST = "127.0.0.1"


class Keeper:
    """aiosmtpd handler: writes each accepted message into ``folder``, one file set a recipient, each file atomically."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        try:
            for recipient in envelope.rcpt_tos:
                self._keep(envelope.original_content, recipient)
        except OSError as error:
            return f"451 4.3.0 not kept: {error.strerror}"
        return "250 2.0.0 kept"

    def _keep(self, raw: bytes, recipient: str) -> None:
        message = message_from_bytes(raw, policy=policy.default)
        name = file_name(message, raw, recipient)
        if (self.folder / f"{name}.eml").exists():
            repeats = self.folder / f"{name}.repeats"
            write_atomically(repeats, str(int(repeats.read_text()) + 1 if repeats.exists() else 1).encode())
        html = message.get_body(("html",))
        if html is not None:
            write_atomically(self.folder / f"{name}.html", html.get_content().encode())
        write_atomically(self.folder / f"{name}.eml", raw)


def file_name(message: EmailMessage, raw: bytes, recipient: str) -> str:
    """Readable and the same for the same message: ``ceo@northpeak.example-1f2e3d4c5b6a``."""
    identity = str(message.get("Message-ID", "")).encode() or raw
    digest = hashlib.sha256(identity + b"\0" + recipient.encode()).hexdigest()[:12]
    return f"{re.sub(r'[^A-Za-z0-9@._+-]', '_', recipient)[:80].lstrip('.')}-{digest}"


class Catcher:
    """The catcher in a thread of this process: ``with Catcher(folder) as catcher: ... catcher.port``.

    Args:
        handler: another aiosmtpd handler than ``Keeper`` (a test's server that refuses).
        options: passed on to ``aiosmtpd.smtp.SMTP`` (``tls_context``, ``authenticator`` …).
    """

    def __init__(self, folder: Path, *, port: int = 0, handler: object = None, **options: Any) -> None:
        self.folder, self.port = folder, port
        self._handler = handler or Keeper(folder)
        self._options = options
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail catcher", daemon=True)

    def __enter__(self) -> Catcher:
        self._thread.start()
        listening = listen(self._handler, self.port, **self._options)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(timeout=10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(_close(self._server), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()


async def listen(handler: object, port: int, *, host: str = HOST, **options: Any) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: SMTP(handler, hostname="localhost", enable_SMTPUTF8=True, loop=loop, **options), host, port)


async def _close(server: asyncio.Server) -> None:
    """Stop listening and end what is still connected."""
    server.close()
    here = asyncio.current_task()
    for task in asyncio.all_tasks():
        if task is not here:
            task.cancel()
    await asyncio.sleep(0)


async def _serve(folder: Path, host: str, port: int, *, as_json: bool) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = await listen(Keeper(folder), port, host=host)
    facts = {"host": host, "port": server.sockets[0].getsockname()[1], "folder": str(folder)}
    print(json.dumps(facts) if as_json else f"Mail catcher on {host}:{facts['port']}, keeping mail in {folder}", flush=True)
    await ended.wait()
    await _close(server)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m reports.catcher", description="Keep mail sent to loopback in a folder.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default=HOST, help="in a container: 0.0.0.0")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--json", action="store_true", help="print one JSON line when ready")
    asked = parser.parse_args()
    try:
        asyncio.run(_serve(asked.folder.resolve(), asked.host, asked.port, as_json=asked.json))
    except OSError as error:
        print(f"The mail catcher cannot listen on {asked.host}:{asked.port} or write to {asked.folder}: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
