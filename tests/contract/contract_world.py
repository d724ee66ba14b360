"""The small world the suite is run against, made once and opened as often as anybody asks. Imports no connector, so that whoever
changes one may."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# Few days, and just enough orders that the liveliest shop of a marketplace has more than one page of them.
SEED, DAYS, ORDERS_PER_DAY = 3, 5, 150
SPEED = 0.0  # the clock stands still while nobody sleeps: what a quota allows does not hang on how busy this machine is


class Sandboxes:
    """A process that has made the world and forks for everyone who asks: each gets a sandbox with a clock, quotas and tokens of its own."""

    def __init__(self, log: Path) -> None:
        self._log = log
        with log.open("ab") as errors:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": errors}
            self._process = subprocess.Popen([sys.executable, __file__], cwd=ROOT, text=True, **pipes)

    def open(self) -> dict[str, Any]:
        """The announcement of one more sandbox."""
        self._process.stdin.write("one more\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox ended before it was ready: {self._log.read_text(encoding='utf-8')[-500:]}")
        return json.loads(line)

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()


def prepared_sandbox() -> Callable[[], dict[str, Any]]:
    """The world, made but not yet open; what is given opens it in a thread of this process and returns its announcement.

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


def main() -> None:
    """A line in, an announcement out; when nothing more can come, all that was opened ends."""
    sys.path.insert(0, str(ROOT))
    opened, parent, children = prepared_sandbox(), os.getpid(), []
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            print(json.dumps(opened()), flush=True)
            while os.getppid() == parent:
                time.sleep(1)
            os._exit(0)
        children.append(child)
    for child in children:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
