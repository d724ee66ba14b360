"""Processes that log in to the Etsy shop and shoot themselves where they are told to: before the vendor's answer is stored, in the
middle of the commit, or right after. A parent has imported everything once and forks one for each order it is given.

Reads one order a line on stdin: ``database``, ``clock``, ``shop``, ``moment`` (empty: it lives). Answers ``{"status", "said"}``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback

from sqlalchemy import event

from connectors.contract import Credentials, Services, Shop
from connectors.etsy import connect
from connectors.memory import MemoryLimiter
from pipeline.clock import clock_from
from warehouse.database import make_engine
from warehouse.tokens import PostgresTokens

KEY = bytes(range(32))


def shoot() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class ShotTokens(PostgresTokens):
    """Dies around the write that holds a token the vendor has just handed out."""

    moment = ""

    def put(self, name, token) -> None:
        known = self.get(name)
        is_news = bool(token.access_token) and (known is None or token.access_token != known.access_token)
        if is_news and self.moment == "answered":
            shoot()
        if is_news and self.moment == "committing":
            event.listen(self._engine, "commit", lambda conn: shoot())
        super().put(name, token)
        if is_news and self.moment == "stored":
            shoot()


def log_in(database: str, clock: str, shop: dict, moment: str) -> str:
    tokens = ShotTokens(make_engine(database), KEY, shop["client"])
    tokens.moment = moment
    time = clock_from(clock)
    services = Services(time, MemoryLimiter(time), tokens, pseudonym=lambda text: "nobody")
    opened = Shop(shop["client"], "kiln_etsy", "etsy", ("US",), shop["account"])
    return connect(opened, Credentials(shop["base_url"], shop["auth_url"], shop["credentials"]), services).check()


def work(order: dict) -> None:
    heard, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(told, log_in(**order).encode())
            os._exit(0)
        except BaseException:
            os.write(told, traceback.format_exc().encode())
            os._exit(1)
    os.close(told)
    with os.fdopen(heard) as words:
        said = words.read()
    print(json.dumps({"status": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "said": said}), flush=True)


if __name__ == "__main__":
    for line in sys.stdin:
        work(json.loads(line))
