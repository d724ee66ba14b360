"""`daiyun quarantine`: rows that failed a check, and trying them again after the rule or the mapping was mended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline import opened as state
from pipeline.cli.output import AsJson, known_client, show
from pipeline.cli.patience import patiently
from pipeline.errors import PipelineError
from pipeline.replay import replay_shop
from pipeline.tallies import kept_tallies
from transforms.checks import build_data_docs
from warehouse import quarantine
from warehouse.database import client_session

app = typer.Typer(no_args_is_help=True, help="Rows that failed a check.")
ClientOption = Annotated[str, typer.Option("--client", help="Only this client's rows; * for all.")]
ShopOption = Annotated[str | None, typer.Option("--shop", help="Only this shop's rows.")]
COLUMNS = ("id", "shop", "table_name", "key", "rule", "column_name", "value")


def _scope(client: str, shop: str | None) -> str:
    """Whose rows are looked at; a misspelt name is an error, not an empty list."""
    owner = state.find_shop(shop)[0].name if shop else known_client(client)
    if client not in ("*", owner):
        raise PipelineError(f"Shop '{shop}' belongs to client '{owner}', not to '{client}'.")
    return owner


@app.command("list")
def list_rows(client: ClientOption = "*", shop: ShopOption = None, as_json: AsJson = False) -> None:
    """Every row waiting, with the rule it failed and the value that failed it."""
    owner = _scope(client, shop)
    with client_session(state.engine(), owner) as conn:
        rows = quarantine.list_open(conn, owner, shop)
    rows = [_unpacked(row) if as_json else {**row, "key": _short(row["key"])} for row in rows]
    show(rows, COLUMNS, as_json=as_json, title="Quarantine")


@app.command("show")
def show_row(row_id: Annotated[int, typer.Argument(help="The id `list` prints.")], as_json: AsJson = False) -> None:
    """One row in full."""
    with client_session(state.engine(), "*") as conn:
        row = quarantine.show(conn, row_id)
    if row is None:
        raise PipelineError(f"No quarantined row {row_id}; `daiyun quarantine list` shows the open ones.")
    fields = [{"field": name, "value": value} for name, value in row.items()]
    show([_unpacked(row)] if as_json else fields, ("field", "value"), as_json=as_json)


def _unpacked(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "key": json.loads(row["key"]), "row": json.loads(row["row"])}


def _short(key: str) -> str:
    """A key for people: client and shop stand in their own columns."""
    return ", ".join(f"{name} {value}" for name, value in json.loads(key).items() if name not in ("client", "shop"))


@app.command("replay")
def replay(shop: Annotated[str, typer.Option("--shop", help="Whose rows.")], as_json: AsJson = False) -> None:
    """Map and check the landed pages of every quarantined row again, and merge what passes now; nothing is called."""
    rows = patiently(replay_shop, shop)
    show(rows, ("entity", "pull_id", "freed", "still_quarantined", "fault"), as_json=as_json, title="Replayed")
    if any(row["fault"] for row in rows):
        raise typer.Exit(1)


@app.command("docs")
def docs(
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="An own folder for the pages.")],
    client: ClientOption = "*",
    shop: ShopOption = None,
    as_json: AsJson = False,
) -> None:
    """Write Great Expectations' Data Docs of every shop's latest checked pulls: each rule, and how many rows kept it."""
    owner = _scope(client, shop)
    with client_session(state.engine(), owner) as conn:
        tallies, outdated = kept_tallies(conn, owner, shop)
    if not tallies:
        raise PipelineError("Nothing was checked under today's rules yet: run `daiyun sync` first, then build the pages.")
    row = {"page": str(build_data_docs(out.resolve(), tallies)), "rows": sum(tally.rows for tally in tallies), "outdated": outdated}
    show([row], ("page", "rows", "outdated"), as_json=as_json, title="Data Docs")
