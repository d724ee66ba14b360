"""`daiyun connector`: what can be read and written where, and whether it keeps the contract."""

from __future__ import annotations

from typing import Annotated

import typer

from connectors import registry
from pipeline import connector_kit, connector_page, contract_suite
from pipeline.cli.output import AsJson, console, show

app = typer.Typer(no_args_is_help=True, help="The marketplaces' connectors.")


@app.command("list")
def list_connectors(as_json: AsJson = False) -> None:
    """Every registered connector: its trade modes, what it reads and what it writes."""
    rows = connector_page.summary()
    plain = [{key: value if isinstance(value, str) else ", ".join(value) for key, value in row.items()} for row in rows]
    show(rows if as_json else plain, ("name", "modes", "reads", "writes"), as_json=as_json, title="Connectors")


@app.command("test")
def test_connectors(
    name: Annotated[str | None, typer.Argument(help="A registered connector.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every registered connector.")] = False,
    only: Annotated[str, typer.Option(help="Only tests that match (pytest's -k).")] = "",
    as_json: AsJson = False,
) -> None:
    """Run the contract suite and print the score; exit code 1 when something failed. Needs the development environment."""
    if every == (name is not None):
        raise typer.BadParameter("give the name of one connector, or --all")
    rows = contract_suite.score(registry.known() if name is None else [name], only)
    show(rows, ("name", "passed", "failed"), as_json=as_json, title="Contract")
    if any(row["failed"] for row in rows):
        raise typer.Exit(1)


@app.command("new")
def new_connector(name: Annotated[str, typer.Argument(help="A Python word in small letters.")], as_json: AsJson = False) -> None:
    """Begin a connector: a small one that works, its marketplace in the sandbox, and a test of what is still to be written."""
    written = connector_kit.begin(name)
    show([{"path": str(path)} for path in written], ("path",), as_json=as_json, title="Written")
    if not as_json:
        console.print(
            "Next: [bold]make .venv/.dev[/] (registers it), [bold]python -m pipeline.connector_page docs/connectors.md[/], "
            f"[bold]daiyun connector test {name}[/]; the walk-through is docs/add-a-connector.md."
        )
