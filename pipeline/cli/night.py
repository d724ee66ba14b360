"""`daiyun check`, `sync`, `certificate`, `rates`: the night by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipeline import opened as state
from pipeline import steps
from pipeline.cli.output import AsJson, errors, is_watched, show
from pipeline.cli.patience import patiently
from pipeline.errors import DatabaseTrouble, PipelineError, SettingsError
from pipeline.opened import open_shop
from pipeline.plainly import plainly
from warehouse import ledger, quarantine
from warehouse.database import client_session

ShopOption = Annotated[list[str] | None, typer.Option("--shop", help="Only this shop; may be repeated.")]
ClientOption = Annotated[str | None, typer.Option("--client", help="Only this client's shops.")]
INSTANTS = ["%Y-%m-%dT%H:%M:%SZ"]
VERBS = ("pull", "validate", "merge", "certify")


def chosen(shops: list[str] | None, client: str | None) -> list[str]:
    """The shops a command is about, in the order of the clients' files; both options together must agree."""
    mine = [entry.name for entry in state.find_client(client).shops] if client else steps.list_shops()
    wanted = {state.find_shop(shop)[1].name for shop in shops or ()}
    strangers = sorted(wanted - set(mine))
    if strangers:
        raise SettingsError(f"{', '.join(strangers)}: no shop of client '{client}', which has {', '.join(mine)}.")
    return [name for name in mine if not wanted or name in wanted]


def _refused(shops: list[str] | None, client: str | None) -> list[tuple[dict[str, Any], str]]:
    """(whose, fault) of each client's file that cannot be read, where a command is about all of them."""
    if shops or client:
        return []
    return [({"client": file.client, "shop": None}, file.fault) for file in state.clients().broken]


def check(shop: ShopOption = None, client: ClientOption = None, as_json: AsJson = False) -> None:
    """Log in to every shop and say whose account answers; changes nothing."""
    rows = [_checked(name) for name in chosen(shop, client)]
    rows += [{**row, "marketplace": None, "is_ok": False, "answer": fault} for row, fault in _refused(shop, client)]
    show(rows, ("client", "shop", "marketplace", "is_ok", "answer"), as_json=as_json, title="Shops")
    if not all(row["is_ok"] for row in rows):
        raise typer.Exit(1)


def _checked(name: str) -> dict[str, Any]:
    opened = open_shop(name)
    row = {"client": opened.client.name, "shop": name, "marketplace": opened.entry.marketplace}
    try:
        with plainly(f"Client '{opened.client.name}', shop '{name}'"):
            return {**row, "is_ok": bool(opened.endpoints), "answer": opened.connector.check()}
    except DatabaseTrouble:
        raise  # every shop would say the same
    except PipelineError as error:
        return {**row, "is_ok": False, "answer": str(error)}


def sync(
    shop: ShopOption = None,
    client: ClientOption = None,
    until: Annotated[datetime | None, typer.Option(formats=INSTANTS, help="Window end (UTC); default: as late as is safe.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=INSTANTS, help="Window start, for reading a stretch again.")] = None,
    as_json: AsJson = False,
) -> None:
    """Pull, validate, merge and certify shops here and now, one after the other."""
    if since and until and since >= until:
        raise SettingsError(f"--since {since:%Y-%m-%dT%H:%M:%SZ} does not lie before --until {until:%Y-%m-%dT%H:%M:%SZ}.")
    names = chosen(shop, client)
    run_id = f"manual__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"
    rows = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=as_json or not is_watched()) as progress:
        bar = progress.add_task("shops", total=len(names) * len(VERBS))
        for place, name in enumerate(names):

            def tell(done: int, name: str = name, place: int = place) -> None:
                progress.update(bar, completed=place * len(VERBS) + done, description=f"{name} {VERBS[done]}")
                if not is_watched():  # a bar is nothing to a pipe, and a night's silence looks like a hung command
                    errors.print(f"{name} {VERBS[done]}", markup=False, highlight=False)

            fault = _sync_one(name, {"until": _utc(until), "since": _utc(since), "run_id": run_id}, tell)
            rows.append({**_held(name), "is_ok": fault is None, "fault": fault, "run_id": run_id})
    rows += [{**row, "quarantined": None, "is_ok": False, "fault": fault, "run_id": run_id} for row, fault in _refused(shop, client)]
    show(rows, ("client", "shop", "is_ok", "quarantined", "fault"), as_json=as_json, title="Synced")
    if not all(row["is_ok"] for row in rows):
        raise typer.Exit(1)


def _held(name: str) -> dict[str, Any]:
    client = state.find_shop(name)[0].name
    with client_session(state.engine(), client) as conn:
        held = quarantine.list_open(conn, client, name)
    return {"client": client, "shop": name, "quarantined": len({(row["table_name"], row["key"]) for row in held})}


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _sync_one(name: str, how: dict[str, Any], tell: Callable[[int], None]) -> str | None:
    """The four verbs over one shop; None, or what went wrong. A failed pull does not keep what landed from going on."""
    run_id = how["run_id"]
    tell(0)
    fault = _fault_of(patiently, steps.pull_shop, name, **how)
    for done, verb in enumerate((steps.validate_shop, steps.merge_shop, steps.certify_shop), start=1):
        tell(done)
        worse = _fault_of(patiently, verb, name, run_id=run_id)
        if worse:
            return fault or worse
    return fault


def _fault_of(verb: Callable[..., Any], *args: Any, **kwargs: Any) -> str | None:
    try:
        verb(*args, **kwargs)
    except DatabaseTrouble:
        raise  # no shop gets on without it
    except PipelineError as error:
        return str(error)
    return None


def certificate(
    shop: ShopOption = None,
    client: ClientOption = None,
    run_id: Annotated[str | None, typer.Option("--run", help="Only this run's certificates.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show each shop's latest proof per entity: announced = stored + quarantined, and how far it reaches."""
    names = chosen(shop, client)
    with client_session(state.engine(), "*") as conn:
        rows = [row for row in ledger.certificates(conn, run_id=run_id) if row["shop"] in names]
    rows += [] if run_id else _never_proven(names, {(row["shop"], row["entity"]) for row in rows})
    if run_id and not rows:
        raise PipelineError(f"Run '{run_id}' certified nothing of {', '.join(names)}.")
    refused = [] if run_id else _refused(shop, client)
    rows += [{**row, "entity": None, "is_certified": False, "reason": fault} for row, fault in refused]
    columns = ("shop", "entity", "watermark", "announced", "stored", "quarantined", "is_certified", "reason")
    show(rows, columns, as_json=as_json, title="Certificates")
    if not all(row["is_certified"] for row in rows):
        raise typer.Exit(1)


def _never_proven(names: list[str], found: set[tuple[str, str]]) -> list[dict[str, Any]]:
    """What a shop should have read and never finished: no certificate is no proof."""
    missing = [(open_shop(name), entity) for name in names for entity in open_shop(name).endpoints if (name, entity) not in found]
    facts = {"is_certified": False, "reason": "never read to its end: run `daiyun sync`, or wait for the night"}
    return [{"client": opened.client.name, "shop": opened.name, "entity": entity, **facts} for opened, entity in missing]


def rates(as_json: AsJson = False) -> None:
    """Fetch the day's exchange rates."""
    show([steps.load_rates()], ("inserted", "updated", "unchanged"), as_json=as_json, title="Exchange rates")
