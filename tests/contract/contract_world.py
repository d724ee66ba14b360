"""The small world the suite is run against, as a process. Imports nothing of ours, so that whoever warms up before it may."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# Few days, and just enough orders that the liveliest shop of a marketplace has more than one page of them.
WORLD = ("--seed", "3", "--days", "5", "--orders-per-day", "150", "--stall-seconds", "0.9")


@contextmanager
def sandbox(log: Path, *options: str) -> Iterator[dict[str, Any]]:
    """A sandbox of its own, with further options; gives its announcement."""
    with log.open("ab") as errors:
        command = [sys.executable, "-m", "sandbox", "serve", "--json", *WORLD, *options]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox ended before it was ready: {log.read_text(encoding='utf-8')[-500:]}")
        yield json.loads(line)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
