"""Keeps a set of processes for one owner: ``python -m pipeline.keeper``, told on standard input what to run.

It ends all of them, and what they started, when its standard input closes (the owner ended, however), when it is told to
(SIGTERM), or when one of them ends by itself. So nothing is left behind, on any system, and nobody else's process is touched.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

GRACE_SECONDS = 8.0
SERVER = "api-server"  # running tasks report to it while they end, so it goes last; it has nothing to finish itself
SERVER_GRACE_SECONDS = 1.0


def main() -> int:
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    order = json.loads(sys.stdin.readline())
    children = {name: _start(argv, Path(order["logs"]) / f"{name}.log") for name, argv in order["commands"].items()}
    print(json.dumps({name: child.pid for name, child in children.items()}), flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), done.set()), daemon=True).start()
    ended = None
    while not done.wait(0.2) and ended is None:
        ended = next((name for name, child in children.items() if child.poll() is not None), None)
    _end([child for name, child in children.items() if name != SERVER], GRACE_SECONDS)
    _end([child for name, child in children.items() if name == SERVER], SERVER_GRACE_SECONDS)
    if ended:
        print(json.dumps({"ended": ended, "code": children[ended].returncode}), flush=True)
    return 1 if ended else 0


def _start(argv: Sequence[str], log: Path) -> subprocess.Popen:
    with log.open("ab") as out:
        return subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_die_with_parent
        )


def _die_with_parent() -> None:
    """Linux only: a second rope, should the keeper itself be killed outright."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _end(children: Sequence[subprocess.Popen], grace_seconds: float) -> None:
    """Ask each child to end; kill those still there after the grace, and at once whatever a child left behind."""
    family = [process for child in children for process in _family(child)]
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline and any(child.poll() is None for child in children):
        time.sleep(0.05)
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    for child in children:
        child.wait()


def _family(child: subprocess.Popen) -> list[psutil.Process]:
    try:
        process = psutil.Process(child.pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


if __name__ == "__main__":
    sys.exit(main())
