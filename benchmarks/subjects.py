"""What is measured, each in a process of its own: ``python -m benchmarks.subjects <subject> <server folder> <pull id>``.

``map_validate_merge`` runs the night's own two verbs over landed pages. ``json_parse`` reads the same bodies with
``json.loads`` and nothing else. ``copy_upsert`` writes the finished rows of the first with COPY and the same upsert.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import sys
from pathlib import Path

from benchmarks.meter import Meter
from benchmarks.plain_upsert import plain_upsert
from warehouse.cluster import Cluster
from warehouse.ledger import Pull, get_pull

SHOP, ENTITY = "lumora_amazon_us", "orders"
CONNECTION = {  # opened, never called
    "host": "http://127.0.0.1:9",
    "extra": {"account": {"seller_id": "A1"}, "secrets": {name: "none" for name in ("client_id", "client_secret", "refresh_token")}},
}


def map_validate_merge(meter: Meter, pull_id: str) -> tuple[int, int]:
    import great_expectations  # noqa: F401  # paid once a worker, before its first task

    import transforms.checks.gate  # noqa: F401
    from pipeline.merge import merge_pull
    from pipeline.opened import open_shop
    from pipeline.validate import validate_pull

    opened = open_shop(SHOP, CONNECTION)
    endpoint, pull = opened.endpoints[ENTITY], _pull(opened, pull_id)
    with meter.running(), _profiled():
        counts = validate_pull(opened, endpoint, pull)
        totals = merge_pull(opened, pull)
    if counts["bad"]:
        raise SystemExit(f"{counts['bad']} rows of the benchmark went to quarantine: generator and mapping disagree")
    return totals["orders"]["inserted"], sum(table["inserted"] for table in totals.values())


def json_parse(meter: Meter, pull_id: str) -> tuple[int, int]:
    from pipeline.opened import landing, open_shop

    pull, orders = _pull(open_shop(SHOP, CONNECTION), pull_id), 0
    for page in landing().read_pages(pull.ref, pull.attempt):
        with meter.client_only():
            document = json.loads(page.body)
        orders += len(document["orders"])
    return orders, orders


def copy_upsert(meter: Meter, pull_id: str) -> tuple[int, int]:
    from pipeline.opened import landing, open_shop

    opened, rows = open_shop(SHOP, CONNECTION), {}
    for frames in landing().read_batches(_pull(opened, pull_id).ref):
        with meter.running(), opened.session() as conn:
            plain_upsert(conn, frames)
        for table, frame in frames.items():
            rows[table] = rows.get(table, 0) + len(frame)
    return rows["orders"], sum(rows.values())


def _pull(opened, pull_id: str) -> Pull:
    with opened.session() as conn:
        return get_pull(conn, pull_id)


def _profiled():
    """With DAIYUN_BENCH_PROFILE=<file>: where the time goes, written there."""
    target = os.environ.get("DAIYUN_BENCH_PROFILE")
    profile = cProfile.Profile()

    class Profiled:
        def __enter__(self):
            if target:
                profile.enable()

        def __exit__(self, *_):
            if target:
                profile.disable()
                with open(target, "w") as file:
                    pstats.Stats(profile, stream=file).sort_stats("cumulative").print_stats(90)

    return Profiled()


def main() -> None:
    subject, folder, pull_id = sys.argv[1:4]
    meter = Meter(Cluster(Path(folder)))
    orders, rows = {each.__name__: each for each in (map_validate_merge, json_parse, copy_upsert)}[subject](meter, pull_id)
    print(json.dumps(meter.result(orders, rows)))


if __name__ == "__main__":
    main()
