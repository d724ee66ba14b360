"""`daiyun check`, `sync`, `certificate`, `rates`: the night by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from connectors.errors import ConnectorError
from pipeline import opened as state
from pipeline import steps
from pipeline.cli.output import AsJson, console, show
from pipeline.errors import PipelineError, PullFailed, TryLater, Uncertified
from pipeline.opened import open_shop
from warehouse import ledger
from warehouse.database import client_session

ShopOption = Annotated[list[str] | None, typer.Option("--shop", help="Only this shop; may be repeated.")]
ClientOption = Annotated[str | None, typer.Option("--client", help="Only this client's shops.")]


def chosen(shops: list[str] | None, client: str | None) -> list[str]:
    if shops:
        return [state.find_shop(shop)[1].name for shop in shops]
    return [entry.name for entry in state.find_client(client).shops] if client else steps.list_shops()


def check(shop: ShopOption = None, client: ClientOption = None, as_json: AsJson = False) -> None:
    """Log in to every shop and say whose account answers; changes nothing."""
    rows = [_checked(name) for name in chosen(shop, client)]
    show(rows, ("client", "shop", "marketplace", "is_ok", "answer"), as_json=as_json, title="Shops")
    if not all(row["is_ok"] for row in rows):
        raise typer.Exit(1)


def _checked(name: str) -> dict[str, Any]:
    opened = open_shop(name)
    row = {"client": opened.client.name, "shop": name, "marketplace": opened.entry.marketplace}
    try:
        return {**row, "is_ok": True, "answer": opened.connector.check()}
    except (ConnectorError, PipelineError) as error:
        return {**row, "is_ok": False, "answer": str(error)}


def sync(
    shop: ShopOption = None,
    client: ClientOption = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M:%SZ"], help="Window end (UTC); default: as late as is safe.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M:%SZ"], help="Window start, for reading a stretch again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Pull, validate, merge and certify shops here and now, one after the other."""
    run_id = f"manual__{state.clock().now():%Y-%m-%dT%H:%M:%S}"
    rows = []
    verbs = ("pull", "validate", "merge", "certify")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=as_json) as progress:
        names = chosen(shop, client)
        bar = progress.add_task("shops", total=len(names) * len(verbs))
        for name in names:
            fault = _sync_one(
                name,
                _utc(until),
                _utc(since),
                run_id,
                lambda verb, name=name: progress.update(bar, advance=1, description=f"{name} {verb}"),
            )
            rows.append({"shop": name, "is_ok": fault is None, "fault": fault})
    show(rows, ("shop", "is_ok", "fault"), as_json=as_json, title="Synced")
    if not all(row["is_ok"] for row in rows):
        raise typer.Exit(1)


def _utc(moment: datetime | None) -> datetime | None:
    from datetime import UTC

    return moment.replace(tzinfo=UTC) if moment else None


def _sync_one(name: str, until, since, run_id: str, tell) -> str | None:
    """The four verbs over one shop; a failed pull does not keep what landed from going on."""
    fault = None
    try:
        tell("pull")
        _pull_patiently(name, until, since, run_id)
    except (ConnectorError, PipelineError) as error:
        fault = str(error)
    try:
        for verb, step in (("validate", steps.validate_shop), ("merge", steps.merge_shop), ("certify", steps.certify_shop)):
            tell(verb)
            step(name, run_id=run_id)
    except Uncertified as error:
        return fault or str(error)
    return fault


def _pull_patiently(name: str, until, since, run_id: str) -> None:
    """A command has no slot to give back: it sleeps out what a task would be rescheduled for."""
    from pipeline.clock import SystemClock

    while True:
        try:
            steps.pull_shop(name, until=until, since=since, run_id=run_id)
            return
        except TryLater as later:
            console.print(f"[dim]{later}[/]")
            SystemClock().sleep(later.seconds)


def certificate(
    shop: ShopOption = None,
    client: ClientOption = None,
    run_id: Annotated[str | None, typer.Option("--run", help="Only this run's certificates.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show each shop's latest proof per entity: announced = stored + quarantined, and how far it reaches."""
    names = set(chosen(shop, client))
    with client_session(state.engine(), "*") as conn:
        rows = [row for row in ledger.certificates(conn, run_id=run_id) if row["shop"] in names]
    columns = ("client", "shop", "entity", "window_end", "announced", "stored", "quarantined", "is_certified", "reason")
    show(rows, columns, as_json=as_json, title="Certificates")
    if not all(row["is_certified"] for row in rows):
        raise typer.Exit(1)


def rates(as_json: AsJson = False) -> None:
    """Fetch the day's exchange rates."""
    show([steps.load_rates()], ("inserted", "updated", "unchanged"), as_json=as_json, title="Exchange rates")


__all__ = ["PullFailed", "certificate", "check", "rates", "sync"]
