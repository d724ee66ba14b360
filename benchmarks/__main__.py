"""``make bench``: measure, write ``build/bench.json``, print a table.

Every subject runs in a process of its own over a fresh database of one embedded PostgreSQL; the first and last size
only show that memory does not grow.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid
from sqlalchemy import create_engine, text

from benchmarks.amazon_pages import DAYS, START, pages
from benchmarks.subjects import ENTITY, SHOP
from warehouse.database import client_session, make_engine, upgrade
from warehouse.embedded import APPLICATION, Embedded, start
from warehouse.landing import LandedPage

CLIENT = "lumora"
ROOT = Path(__file__).resolve().parent.parent
SUBJECTS = ("map_validate_merge", "json_parse", "copy_upsert")
MAIN_SIZE, SIZES = 100_000, (10_000, 100_000, 500_000)
AIM = 2.5
console = Console(stderr=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--orders", type=int, nargs="*", default=list(SIZES), help="numbers of orders to measure")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench.json")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="daiyun-bench-") as folder:
        os.chmod(folder, 0o755)
        with start(Path(folder) / "server") as server:
            upgrade(server.url())
            sizes = {orders: measure(server, Path(folder), orders) for orders in chosen.orders}
    write(sizes, chosen.out)


def measure(server: Embedded, folder: Path, orders: int) -> dict[str, dict]:
    """All subjects over one landing of ``orders`` orders."""
    environment = _environment(folder / f"landing-{orders}")
    with console.status(f"{orders:,} orders: writing the landed pages"):
        databases = {subject: _database(server, f"bench_{orders}_{subject}") for subject in SUBJECTS}
        pull_id = _land(databases, environment, orders)
    found = {}
    for subject in SUBJECTS:
        with console.status(f"{orders:,} orders: {subject}"):
            found[subject] = _run(subject, server, pull_id, {**environment, "DAIYUN_DATABASE_URL": databases[subject]})
    return found


def _environment(landing: Path) -> dict[str, str]:
    key = base64.urlsafe_b64encode(bytes(range(32))).decode()
    own = {"DAIYUN_LANDING": str(landing), "DAIYUN_SECRET_KEY": key, "DAIYUN_CLOCK": "system"}
    # Two variables some machines export; they would falsify timings.
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")}
    return {**clean, **own}


def _database(server: Embedded, name: str) -> str:
    admin = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.execute(text(f"CREATE DATABASE {name} TEMPLATE daiyun"))
        conn.execute(text(f"GRANT CONNECT, TEMP ON DATABASE {name} TO {APPLICATION}"))
    admin.dispose()
    return server.url(name, APPLICATION)


def _land(databases: dict[str, str], environment: dict[str, str], orders: int) -> str:
    """Write the pages into the landing, and the same pull into each database's ledger."""
    from pipeline.settings import settings
    from warehouse import ledger
    from warehouse.landing import Landing

    os.environ.update({**environment, "DAIYUN_DATABASE_URL": next(iter(databases.values()))})
    settings.cache_clear()
    landing = Landing(environment["DAIYUN_LANDING"], settings().key("landing"))
    window = (START, START + timedelta(days=DAYS))
    pull = None
    for url in databases.values():
        engine = make_engine(url)
        with client_session(engine, CLIENT) as conn:
            opened = ledger.open_pull(conn, CLIENT, SHOP, ENTITY, *window, "bench")
            if pull:
                conn.execute(text("UPDATE pulls SET pull_id = :one WHERE pull_id = :other"), {"one": pull.pull_id, "other": opened.pull_id})
            pull = pull or opened
            ledger.set_state(conn, pull.pull_id, "landed")
        engine.dispose()
    for index, body in enumerate(pages(orders)):
        page = LandedPage(body=body, received_at=datetime.now(UTC), request="searchOrders", group=index)
        landing.write_page(pull.ref, 0, index, page)
    for url in databases.values():
        _count_pages(url, pull.pull_id, index)
    return pull.pull_id


def _count_pages(url: str, pull_id: str, last: int) -> None:
    from warehouse import ledger

    engine = make_engine(url)
    with client_session(engine, CLIENT) as conn:
        ledger.save_cursor(conn, pull_id, last, None, None)
    engine.dispose()


def _run(subject: str, server: Embedded, pull_id: str, environment: dict[str, str]) -> dict:
    command = [sys.executable, "-m", "benchmarks.subjects", subject, str(server.cluster.folder), pull_id]
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"benchmark {subject} failed with code {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def write(sizes: dict[int, dict[str, dict]], out: Path) -> None:
    shown = sizes.get(MAIN_SIZE) or sizes[max(sizes)]
    floor = shown["json_parse"]["cpu_seconds"] + shown["copy_upsert"]["cpu_seconds"]
    ratio = round(shown["map_validate_merge"]["cpu_seconds"] / floor, 2)
    out.parent.mkdir(parents=True, exist_ok=True)
    told = {**shown, "cpu_ratio": ratio, "sizes": {str(orders): found for orders, found in sizes.items()}}
    out.write_text(json.dumps(told, indent=1) + "\n")
    grid = Grid(title=f"map → validate → merge takes {ratio} times (json_parse + copy_upsert); aim {AIM}", title_justify="left")
    for name in ("orders", "subject", "rows", "CPU s", "of it database", "wall s", "peak MiB"):
        grid.add_column(name, justify="left" if name == "subject" else "right")
    for orders, found in sizes.items():
        for subject, row in found.items():
            numbers = (row["cpu_seconds"], row["server_cpu_seconds"], row["wall_seconds"])
            grid.add_row(f"{orders:,}", subject, f"{row['rows']:,}", *(f"{number:.2f}" for number in numbers), str(row["peak_mib"]))
    console.print(grid)
    console.print(f"Written to {out}")


if __name__ == "__main__":
    main()
