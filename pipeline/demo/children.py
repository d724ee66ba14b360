"""Processes the demo starts and ends: exactly its own, and none left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from pipeline.errors import PipelineError

STOP_SECONDS = 10


@contextlib.contextmanager
def child(module: str, options: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
    """Run ``python -m module options`` and yield the one JSON line it prints when ready.

    Raises:
        PipelineError: it ended before it was ready; names its log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *options], stdout=subprocess.PIPE, stderr=errors, env={**os.environ, **(env or {})}
        )
    try:
        yield _ready(process, module, log)
    finally:
        stop(process)


def _ready(process: subprocess.Popen, module: str, log: Path) -> dict[str, Any]:
    line = process.stdout.readline()
    try:
        ready = json.loads(line)
    except ValueError:
        raise PipelineError(f"`python -m {module}` ended before it was ready; its last words are in {log}") from None
    threading.Thread(target=_drain, args=(process.stdout,), daemon=True).start()  # an unread pipe would block it one day
    return ready


def _drain(pipe: IO[bytes]) -> None:
    with pipe:
        pipe.read()


def stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
