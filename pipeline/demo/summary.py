"""`summary.json` and the table a demo ends with: what the night did, from the warehouse and the sandbox's truth."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as Grid
from sqlalchemy import Engine, text

from pipeline.clients import Client
from pipeline.demo.sample_table import show_samples
from pipeline.opened import open_shop
from warehouse import jobs, ledger
from warehouse.calls import calls_by_shop
from warehouse.database import client_session

JOB_STATES = ("planned", "waiting", "acknowledged", "observed", "failed")
DAGS = ("nightly_sync", "push_sync_jobs", "brand_reports")


def gather(engine: Engine, clients: Iterable[Client], run_id: str) -> dict[str, Any]:
    """Shops with their certificates of this run, sync jobs by state, reports, API calls."""
    with client_session(engine, "*") as conn:
        certificates = [*ledger.certificates(conn), *ledger.certificates(conn, run_id=run_id)]  # this run's come last and stand
        calls = calls_by_shop(conn, run_id)
        return {
            "shops": [_shop(client, entry, certificates) for client in clients for entry in client.shops],
            "sync_jobs": _job_counts(conn),
            "reports": _reports(conn),
            "api_calls": {entry.name: calls.get(entry.name, 0) for client in clients for entry in client.shops},
        }


def _shop(client: Client, entry, certificates: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Every entity the shop should read; one that was never certified stands there as that."""
    never = {"announced": 0, "stored": 0, "quarantined": 0, "certified": False}
    found = {row["entity"]: {name: row[source] for name, source in FIELDS} for row in certificates if row["shop"] == entry.name}
    entities = {entity: found.get(entity, never) for entity in open_shop(entry.name).endpoints}
    return {"client": client.name, "shop": entry.name, "marketplace": entry.marketplace, "entities": entities}


FIELDS = (("announced", "announced"), ("stored", "stored"), ("quarantined", "quarantined"), ("certified", "is_certified"))


def _job_counts(conn) -> dict[str, int]:
    """Every job ever planned, and how many stand where now; ``planned`` counts all, as it is how each begins."""
    counts = jobs.counts(conn)
    return {"planned": sum(counts.values()), **{state: counts.get(state, 0) for state in JOB_STATES[1:]}}


def _reports(conn) -> list[dict[str, Any]]:
    rows = conn.execute(
        text(
            "SELECT r.client, r.period, r.language, r.html_path AS html, r.status,"
            " array_agg(d.recipient ORDER BY d.recipient) FILTER (WHERE d.status = 'sent') AS recipients"
            " FROM reports r LEFT JOIN deliveries d USING (report_id) GROUP BY r.report_id ORDER BY r.client, r.period"
        )
    ).mappings()
    return [{**row, "recipients": row["recipients"] or []} for row in rows]


def write(summary: Mapping[str, Any], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(summary, indent=1, default=str, ensure_ascii=False), encoding="utf-8")


def show(summary: Mapping[str, Any], console: Console) -> None:
    """The summary for people: one line a shop, then truth, jobs and reports."""
    grid = Grid(title="The night, shop by shop", title_justify="left")
    for name in ("shop", "records", "stored", "quarantined", "certified", "calls"):
        grid.add_column(name, justify="left" if name in ("shop", "certified") else "right", no_wrap=True)
    for shop in summary["shops"]:
        entities = shop["entities"].values()
        certified = sum(entity["certified"] for entity in entities)
        mark = (
            f"[green]{certified} of {len(entities)}[/]"
            if entities and certified == len(entities)
            else f"[red]{certified} of {len(entities)}[/]"
        )
        totals = [str(sum(entity[name] for entity in entities)) for name in ("announced", "stored", "quarantined")]
        grid.add_row(shop["shop"], *totals, mark, str(summary["api_calls"].get(shop["shop"], 0)))
    console.print(grid)
    if summary["truth"]:
        wrong = {name: row["mismatches"] for name, row in summary["truth"].items() if row["mismatches"]}
        rows = sum(row["expected"] for row in summary["truth"].values())
        verdict = "[green]no difference[/]" if not wrong else f"[red]differences: {wrong}[/]"
        console.print(f"Compared with the marketplaces' own truth: {rows:,} rows in {len(summary['truth'])} tables, {verdict}.")
    if "samples" in summary:
        show_samples(summary, console)
    if summary.get("night_seconds"):
        console.print(f"On the marketplaces' own clock, under their quotas, the night took {summary['night_seconds'] / 60:.0f} minutes.")
    console.print("Stock changes: " + ", ".join(f"{count} {state}" for state, count in summary["sync_jobs"].items()) + ".")
    for fault in shortcomings(summary):
        console.print(f"[red]Not as it should be[/]: {fault}.")


def shortcomings(summary: Mapping[str, Any]) -> list[str]:
    """What is wrong with a demo's night, in words; a push may wait for a person.

    Samples contradict themselves, so of theirs only what is lost counts, and what is published and not served.
    """
    told = [f"{name} differs from the truth in {row['mismatches']} rows" for name, row in summary["truth"].items() if row["mismatches"]]
    for shop, entities in summary.get("samples", {}).items():
        told += [f"{shop}: {len(row['lost'])} samples of {entity} are lost" for entity, row in entities.items() if row["lost"]]
    if "samples" in summary:
        unserved = {vendor: held["answers"] for vendor, held in summary.get("looked_into", {}).items() if held["answers"]}
        return told + [f"{vendor}: {count} whole answers in its descriptions are served by nobody" for vendor, count in unserved.items()]
    for shop in summary["shops"]:
        told += [f"{shop['shop']}: {entity} is not certified" for entity, row in shop["entities"].items() if not row["certified"]]
    states = {run["dag_id"]: run["state"] for run in summary["dag_runs"]}
    good = {dag_id: ("success",) for dag_id in DAGS}
    good |= ({"push_sync_jobs": ("success", "running")} if summary["sync_jobs"]["waiting"] else {})
    told += [f"{dag_id} {_state(states.get(dag_id))}" for dag_id in DAGS if states.get(dag_id) not in good[dag_id]]
    unsent = [row for row in summary["reports"] if row["status"] != "sent"]
    return told + [f"{row['client']}'s report of {row['period']} is {row['status']}" for row in unsent]


def _state(state: str | None) -> str:
    return f"is {state}" if state else "never ran"
