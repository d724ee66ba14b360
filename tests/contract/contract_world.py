"""The small world the suite is run against, as a process or inside this one. Imports no connector, so that whoever changes one may."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# Few days, and just enough orders that the liveliest shop of a marketplace has more than one page of them.
SEED, DAYS, ORDERS_PER_DAY = 3, 5, 150
SPEED = 0.0  # the clock stands still while nobody sleeps: what a quota allows does not hang on how busy this machine is
WORLD = ("--seed", f"{SEED}", "--days", f"{DAYS}", "--orders-per-day", f"{ORDERS_PER_DAY}", "--speed", f"{SPEED}")


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


def prepared_sandbox() -> Callable[[], dict[str, Any]]:
    """The same world, made but not yet open; what is given opens it in a thread and returns its announcement.

    Who forks before opening has it as new each time, whatever another fork did to it.
    """
    import uvicorn

    from sandbox.cli import announcement
    from sandbox.house import Settings, open_house
    from sandbox.server import application, open_markets

    house = open_house(Settings(SEED, DAYS, ORDERS_PER_DAY, speed=SPEED))
    house.snapshot  # noqa: B018  made before anybody asks
    markets = open_markets(house)

    def opened() -> dict[str, Any]:
        app, quiet = application(house, markets), {"log_level": "warning", "access_log": False}
        config = uvicorn.Config(app, port=0, date_header=False, **quiet)
        listener, server = config.bind_socket(), uvicorn.Server(config)
        threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
        while not server.started:
            time.sleep(0.01)
        return json.loads(json.dumps(announcement(markets, f"http://127.0.0.1:{listener.getsockname()[1]}")))

    return opened
