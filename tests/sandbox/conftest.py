"""The sandbox as a process, and a Lazada caller that shares no code with anybody."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import requests
import uvicorn

ROOT = Path(__file__).parents[2]


@dataclass
class Sandbox:
    """A running sandbox: what it announced, and its process."""

    told: dict
    process: subprocess.Popen

    @property
    def base(self) -> str:
        return self.told["clock"].removesuffix("/clock")

    def get(self, path: str, **parameters: object):
        reply = requests.get(f"{self.base}{path}", params=parameters, timeout=30)
        reply.raise_for_status()
        return reply.json()

    def post(self, path: str, body: dict) -> requests.Response:
        return requests.post(f"{self.base}{path}", json=body, timeout=30)

    def now(self) -> datetime:
        return datetime.fromisoformat(self.get("/clock")["now"])

    def lazada(self, shop: str) -> LazadaCaller:
        return LazadaCaller(self, self.told["marketplaces"]["lazada"]["shops"][shop])

    def end(self) -> int:
        self.process.terminate()
        code = self.process.wait(10)
        self.process.stdout.close()
        return code


@dataclass
class LazadaCaller:
    """Signed calls to one shop's gateway."""

    sandbox: Sandbox
    told: dict

    def call(self, path: str, *, method: str = "GET", base: str | None = None, spoil: dict | None = None, **business: object) -> dict:
        """The answer's JSON. ``spoil`` replaces parameters after signing."""
        return self.send(path, method, base or self.told["base_url"], {**self.signed(path, business), **(spoil or {})})

    def signed(self, path: str, business: dict, *, token: str | None = None, at: datetime | None = None) -> dict[str, str]:
        secrets = self.told["credentials"]
        parameters = {name: str(value) for name, value in business.items()}
        parameters |= {"app_key": secrets["app_key"], "sign_method": "sha256"}
        parameters["timestamp"] = str(round((at or self.sandbox.now()).timestamp() * 1000))
        if not path.startswith("/auth/"):
            parameters["access_token"] = token or secrets["access_token"]
        message = path + "".join(name + parameters[name] for name in sorted(parameters))
        parameters["sign"] = hmac.new(secrets["app_secret"].encode(), message.encode(), hashlib.sha256).hexdigest().upper()
        return parameters

    def send(self, path: str, method: str, base: str, parameters: dict[str, str]) -> dict:
        place = {"params": parameters} if method == "GET" else {"data": parameters}
        reply = requests.request(method, f"{base}{path}", timeout=30, **place)
        assert reply.status_code == 200  # Lazada's errors too come under 200
        return reply.json()


def start(*options: object) -> Sandbox:
    command = [sys.executable, "-m", "sandbox", "serve", "--json", *map(str, options)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    assert line, f"the sandbox ended with {process.wait(10)}"
    return Sandbox(json.loads(line), process)


@pytest.fixture(name="start")
def start_fixture() -> Iterator:
    """``start(*options)``; every sandbox started is ended with the test."""
    with contextlib.ExitStack() as ending:

        def opened(*options: object) -> Sandbox:
            found = start(*options)
            ending.callback(lambda: found.end() if found.process.poll() is None else found.process.stdout.close())
            return found

        yield opened


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The default world with Lazada alone, shared by a file's reading tests."""
    found = start("--marketplaces", "lazada")
    yield found
    found.end()


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[str, dict]]:
    """(address, holder): whatever application the holder holds under ``app`` is served, in this process."""
    holder: dict = {}

    async def current(scope, receive, send):
        await holder["app"](scope, receive, send)

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(current, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", holder
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="module")
def start_one() -> Iterator:
    """``start_one(*options)`` for a whole file's tests."""
    with contextlib.ExitStack() as ending:

        def opened(*options: object) -> Sandbox:
            found = start(*options)
            ending.callback(found.end)
            return found

        yield opened
