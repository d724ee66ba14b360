"""`daiyun connector`: what can be read and written where."""

from __future__ import annotations

import typer

from pipeline import connector_page
from pipeline.cli.output import AsJson, show

app = typer.Typer(no_args_is_help=True, help="The marketplaces' connectors.")


@app.callback()
def about() -> None:
    """Keeps `list` a word of its own."""


@app.command("list")
def list_connectors(as_json: AsJson = False) -> None:
    """Every registered connector: its trade modes, what it reads and what it writes."""
    rows = connector_page.summary()
    plain = [{key: value if isinstance(value, str) else ", ".join(value) for key, value in row.items()} for row in rows]
    show(rows if as_json else plain, ("name", "modes", "reads", "writes"), as_json=as_json, title="Connectors")
