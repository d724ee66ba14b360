"""`daiyun jobs`: wanted changes, where they stand, and deciding on the guarded ones."""

from __future__ import annotations

import getpass
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import typer

from pipeline import opened as state
from pipeline import steps
from pipeline.cli.output import AsJson, known_client, show
from pipeline.cli.patience import patiently
from pipeline.errors import PipelineError, SettingsError
from pipeline.words import after, before
from transforms.wishes import COLUMNS as WISHES
from warehouse import jobs
from warehouse.database import client_session
from warehouse.ledger_tables import JOB_STATUSES

app = typer.Typer(no_args_is_help=True, help="Wanted changes of stock, prices, parcels, products, offers and quotations.")
COLUMNS = (
    "job_id", "batch", "shop", "kind", "site", "sku", "before", "after", "status", "due", "needs_approval", "reasons", "digest",
    "decided_by",
)  # fmt: skip
ClientArgument = Annotated[str, typer.Option("--client", help="Whose jobs; * for all.")]
ClientOption = Annotated[str, typer.Option("--client", help="Whose jobs.")]
BatchOption = Annotated[str, typer.Option("--batch", help="As `plan` and `list` print it.")]


@app.command("list")
def list_jobs(
    client: ClientArgument = "*",
    status: Annotated[str | None, typer.Option("--status", help=", ".join(JOB_STATUSES))] = None,
    batch: Annotated[str | None, typer.Option("--batch", help="Only this batch's.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every job and where it stands: planned, waiting, approved, acknowledged, observed, …

    `digest` names the list a waiting job is asked about with, or was decided on with. `due` says by when somebody is to do by hand
    what a marketplace takes from nobody else; tick it off with `daiyun jobs done`.
    """
    if status is not None and status not in JOB_STATUSES:
        raise SettingsError(f"No job can be '{status}'; there are: {', '.join(JOB_STATUSES)}.")
    with client_session(state.engine(), known_client(client)) as conn:
        rows = [row for row in jobs.list_jobs(conn, client, status) if batch in (None, row["batch"])]
        asked = {key: jobs.digest(jobs.waiting(conn, *key)) for key in {(row["client"], row["batch"]) for row in rows}}
    now = state.clock().now() if any(row["due_at"] for row in rows) else None
    for row in rows:
        row["due"] = due_text(row, now)
        row["digest"] = asked[row["client"], row["batch"]] if row["status"] == "waiting" else row["decision_digest"]
        row["before"], row["after"] = (tell(SimpleNamespace(**row)) for tell in (before, after))
    show(rows, COLUMNS, as_json=as_json, title="Jobs")


def due_text(row: Mapping[str, Any], now: datetime | None) -> str | None:
    """By when, of what still waits for a person: ``2026-11-17 03:00, by hand``, and whether that is past."""
    if row["status"] != "manual_pending" or row["due_at"] is None or now is None:
        return None
    return f"{row['due_at'].astimezone(UTC):%Y-%m-%d %H:%M} by hand: {row['vendor_ref']}" + (", OVERDUE" if row["due_at"] < now else "")


@app.command("done")
def done(
    job_ids: Annotated[list[str], typer.Argument(help="Ids `list` prints, of what was done by hand.")],
    is_done: Annotated[bool, typer.Option("--done/--not-done", help="--not-done: it was not done, or is not there.")] = True,
    note: Annotated[str, typer.Option("--note", help="Kept with the job.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say, in your name, that what these jobs wanted is done: the workbook uploaded, the quotation sent, or seen where it was sent.

    They end as `manual_done`: done by your word, not seen by us. With --not-done they end as `failed`, and can be wanted again.
    """
    with client_session(state.engine(), "*") as conn:
        found = [row for row in jobs.list_jobs(conn, status="manual_pending") if row["job_id"] in job_ids]
    if lost := sorted(set(job_ids) - {row["job_id"] for row in found}):
        raise PipelineError(
            f"No job {', '.join(lost)} waits for anybody's hand; `daiyun jobs list --status manual_pending` shows those that do. "
            "None was ticked off."
        )
    for client in sorted({row["client"] for row in found}):
        with client_session(state.engine(), client) as conn:
            mark = jobs.mark_done_by_hand if is_done else jobs.mark_undone_by_hand
            mark(conn, [row["job_id"] for row in found if row["client"] == client], getpass.getuser(), note)
    ended = [{**row, "status": "manual_done" if is_done else "failed"} for row in found]
    show(ended, ("job_id", "shop", "sku", "status"), as_json=as_json, title="Done by hand")


@app.command("history")
def history(job_id: Annotated[str, typer.Argument(help="The id `list` prints.")], as_json: AsJson = False) -> None:
    """Every step one job took, when and by whom."""
    with client_session(state.engine(), "*") as conn:
        rows = jobs.events(conn, job_id)
    if not rows:
        raise PipelineError(f"No job {job_id}; `daiyun jobs list` shows them.")
    show(rows, ("at", "status", "by", "note"), as_json=as_json, title=f"Job {job_id}")


@app.command("plan")
def plan(client: ClientOption, as_json: AsJson = False) -> None:
    """Compare wanted with observed stock and note the differences; sends nothing."""
    planned = steps.plan_client(client, run_id=f"manual__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}")
    show([planned], ("batch", "jobs", "needs_approval", "reasons", "digest", "subject"), as_json=as_json, title="Planned")


@app.command("want")
def want(
    client: ClientOption,
    shop: Annotated[str, typer.Option("--shop", help="Of which of its shops.")],
    kind: Annotated[str, typer.Option("--kind", help=", ".join(WISHES))],
    file: Annotated[Path, typer.Option("--file", help="A CSV of wishes; docs/clients.md shows its columns.")],
    as_json: AsJson = False,
) -> None:
    """Note changes of prices, parcels, products or offers, or quotations, that somebody asks for; sends nothing.

    They go the way of every job: the guard decides whether a person must approve, `push` sends and reads back.
    """
    told = steps.want_changes(client, shop=shop, kind=kind, file=file, run_id=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}")
    columns = ("batch", "jobs", "unchanged", "under_way", "needs_approval", "reasons", "digest", "subject")
    show([told], columns, as_json=as_json, title="Wanted")


@app.command("decide")
def decide(
    client: ClientOption,
    batch: BatchOption,
    approve: Annotated[bool, typer.Option("--approve/--reject", help="Say which; nothing is assumed.")],
    digest: Annotated[str | None, typer.Option("--digest", help="The list you saw, as `plan` and `list` name it.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Kept with the decision.")] = "",
    as_json: AsJson = False,
) -> None:
    """Approve or reject a guarded batch, in your name, as the approval in Airflow would.

    An approval holds for the list you name and for no other.
    """
    with client_session(state.engine(), known_client(client)) as conn:
        undecided = jobs.waiting(conn, client, batch)
    if not undecided:
        raise PipelineError(f"Client '{client}': no job of batch {batch} waits for a decision; `daiyun jobs list --status waiting`.")
    if approve and digest is None:
        raise PipelineError(
            f"Client '{client}': say which list you approve with --digest; `daiyun jobs list --client {client} --batch {batch}` "
            f"shows the {len(undecided)} changes that wait and their digest. Nothing was decided."
        )
    shown = digest if digest is not None else jobs.digest(undecided)
    steps.record_decision(client, batch=batch, approved=approve, by=getpass.getuser(), reason=reason, shown=shown)
    row = {"client": client, "batch": batch, "jobs": len(undecided), "digest": shown, "decision": "approved" if approve else "rejected"}
    show([row], ("batch", "jobs", "digest", "decision"), as_json=as_json, title="Decided")


@app.command("push")
def push(client: ClientOption, batch: BatchOption, as_json: AsJson = False) -> None:
    """Send what may be sent of a batch, and read it back; guarded jobs nobody approved are refused."""
    with client_session(state.engine(), known_client(client)) as conn:
        if not jobs.of_batch(conn, client, batch):
            raise PipelineError(f"Client '{client}' has no batch {batch}; `daiyun jobs list --client {client}` shows them.")
    row = patiently(steps.push_client, client, batch=batch)
    patiently(steps.observe_client, client, batch=batch)
    with client_session(state.engine(), client) as conn:  # the ledger's word: a wait in between splits the verb's own counts
        ended = Counter(job.status for job in jobs.of_batch(conn, client, batch))
    row |= {status: ended[status] for status in ("observed", "failed", "waiting", "manual_pending")}
    show([row], ("acknowledged", "refused", "observed", "failed", "waiting", "manual_pending"), as_json=as_json, title="Pushed")
    if row["failed"]:
        raise typer.Exit(1)
