"""`daiyun quarantine`: rows that failed a check, and trying them again after the rule or the mapping was mended."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipeline import opened as state
from pipeline.cli.output import AsJson, console, show
from pipeline.errors import PipelineError
from pipeline.replay import replay_shop
from warehouse import quarantine
from warehouse.database import client_session

app = typer.Typer(no_args_is_help=True, help="Rows that failed a check.")
ClientOption = Annotated[str, typer.Option("--client", help="Only this client's rows; * for all.")]


@app.command("list")
def list_rows(client: ClientOption = "*", shop: Annotated[str | None, typer.Option("--shop")] = None, as_json: AsJson = False) -> None:
    """Every row waiting, with the rule it failed and the value that failed it."""
    with client_session(state.engine(), client) as conn:
        rows = quarantine.list_open(conn, client, shop)
    show(
        rows,
        ("id", "client", "shop", "table_name", "key", "rule", "column_name", "value", "landing_ref"),
        as_json=as_json,
        title="Quarantine",
    )


@app.command("show")
def show_row(row_id: Annotated[int, typer.Argument(help="The id `list` prints.")], as_json: AsJson = False) -> None:
    """One row in full."""
    with client_session(state.engine(), "*") as conn:
        row = quarantine.show(conn, row_id)
    if row is None:
        raise PipelineError(f"No quarantined row {row_id}; `daiyun quarantine list` shows the open ones.")
    if as_json:
        console.print_json(json.dumps(dict(row), default=str))
    else:
        show([{"field": name, "value": value} for name, value in dict(row).items()], ("field", "value"), as_json=False)


@app.command("replay")
def replay(shop: Annotated[str, typer.Option("--shop", help="Whose rows.")], as_json: AsJson = False) -> None:
    """Map and check the landed pages of every quarantined row again, and merge what passes now; nothing is called."""
    rows = replay_shop(shop)
    show(rows, ("entity", "pull_id", "stored", "still_quarantined"), as_json=as_json, title="Replayed")
