"""Sandboxes without their start: a process that has imported everything once forks one for whoever asks.

``Nursery.sandbox(options, log)`` is ``pipeline.demo.children.child("sandbox", options, log)`` in all but that: the same command in
a process of its own, ended by SIGTERM. As a process it reads one order a line: ``{"options": […], "log": …}`` is answered by
``{"pid": …, "line": what the sandbox said when it was ready, "" where it ended before}``, ``{"end": pid}`` by ``{}``.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 10


class Nursery:
    def __init__(self) -> None:
        command = [sys.executable, __file__]
        self._process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    @contextlib.contextmanager
    def sandbox(self, options: Sequence[str], log: Path) -> Iterator[dict[str, Any]]:
        """Its announcement; it ends with the context."""
        log.parent.mkdir(parents=True, exist_ok=True)
        told = self._ask({"options": list(options), "log": str(log)})
        try:
            assert told["line"], f"the sandbox ended before it was ready: {log.read_text(encoding='utf-8')[-500:]}"
            yield json.loads(told["line"])
        finally:
            self._ask({"end": told["pid"]})

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(STOP_SECONDS)
        self._process.stdout.close()

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def begin(options: Sequence[str], log: str) -> dict[str, Any]:
    """Fork a sandbox and wait for what it says; it says nothing more on its standard output."""
    from sandbox.cli import main

    heard, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), 2)
        os.dup2(told, 1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # the orders are the parent's
        os.close(heard)
        status = 1
        try:
            status = main(options)
        except BaseException:
            traceback.print_exc()
        os._exit(status)  # no clean-up of the parent's things: it is the parent's
    os.close(told)
    with os.fdopen(heard) as words:
        return {"pid": pid, "line": words.readline()}


def end(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return
        time.sleep(0.01)


def serve() -> None:
    sys.path.insert(0, str(ROOT))
    from sandbox.shopify.engine import published_schema

    published_schema()  # the one thing of a market that is the same in every world and takes long
    begun: set[int] = set()
    for line in sys.stdin:
        order, answer = json.loads(line), {}
        if "end" in order:
            end(order["end"])
            begun.remove(order["end"])
        else:
            answer = begin(order["options"], order["log"])
            begun.add(answer["pid"])
        print(json.dumps(answer), flush=True)
    for pid in begun:  # whoever asked is gone
        end(pid)


if __name__ == "__main__":
    serve()
