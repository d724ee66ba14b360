"""`daiyun jobs`: wanted stock changes, where they stand, and deciding on the guarded ones."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from pipeline import opened as state
from pipeline import steps
from pipeline.cli.output import AsJson, show
from warehouse import jobs
from warehouse.database import client_session

app = typer.Typer(no_args_is_help=True, help="Wanted stock changes.")
COLUMNS = ("job_id", "client", "shop", "site", "sku", "observed_quantity", "wanted_quantity", "status", "needs_approval", "decided_by")
ClientArgument = Annotated[str, typer.Option("--client", help="Whose jobs.")]


@app.command("list")
def list_jobs(
    client: ClientArgument = "*", status: Annotated[str | None, typer.Option("--status")] = None, as_json: AsJson = False
) -> None:
    """Every job and where it stands: planned, waiting, approved, acknowledged, observed, …"""
    with client_session(state.engine(), client) as conn:
        rows = jobs.list_jobs(conn, client, status)
    show(rows, COLUMNS, as_json=as_json, title="Stock jobs")


@app.command("history")
def history(job_id: str, as_json: AsJson = False) -> None:
    """Every step one job took, when and by whom."""
    with client_session(state.engine(), "*") as conn:
        rows = jobs.events(conn, job_id)
    show(rows, ("at", "status", "by", "note"), as_json=as_json, title=f"Job {job_id}")


@app.command("plan")
def plan(client: ClientArgument, as_json: AsJson = False) -> None:
    """Compare wanted with observed stock and note the differences; sends nothing."""
    planned = steps.plan_client(client, run_id="manual")
    show([planned], ("batch", "jobs", "needs_approval", "subject"), as_json=as_json, title="Planned")


@app.command("decide")
def decide(
    client: ClientArgument,
    batch: Annotated[str, typer.Option("--batch")],
    approve: Annotated[bool, typer.Option("--approve/--reject")],
    reason: Annotated[str, typer.Option("--reason")] = "",
) -> None:
    """Approve or reject a guarded batch, in your name, as the approval in Airflow would."""
    steps.record_decision(client, batch=batch, approved=approve, by=getpass.getuser(), reason=reason)


@app.command("push")
def push(client: ClientArgument, batch: Annotated[str, typer.Option("--batch")], as_json: AsJson = False) -> None:
    """Send what may be sent of a batch, and read it back; guarded jobs nobody approved are refused."""
    rows = [steps.push_client(client, batch=batch), steps.observe_client(client, batch=batch)]
    show(rows, ("acknowledged", "refused", "observed", "failed"), as_json=as_json, title="Pushed")
