"""How the command speaks: tables for people, JSON where a program reads, errors without tracebacks."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table as Grid
from sqlalchemy.exc import OperationalError

from connectors.errors import ConnectorError
from pipeline.errors import PipelineError
from transforms.schema import SchemaError

console = Console()
errors = Console(stderr=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@contextlib.contextmanager
def complain() -> Iterator[None]:
    try:
        yield
    except (PipelineError, ConnectorError, SchemaError) as error:
        errors.print(f"[bold red]{type(error).__name__}[/]: ", end="")
        errors.print(str(error), markup=False, highlight=False)
        sys.exit(1)
    except OperationalError as error:
        errors.print("[bold red]Database[/]: ", end="")
        errors.print(
            f"{str(error.orig).strip().splitlines()[0]}. Check DAIYUN_DATABASE_URL; `daiyun db upgrade` makes the tables.", markup=False
        )
        sys.exit(1)


def show(rows: Iterable[Mapping[str, Any]], columns: Iterable[str], *, as_json: bool, title: str = "") -> None:
    """Print rows as JSON (all fields) or as a table of ``columns``."""
    rows = list(rows)
    if as_json:
        sys.stdout.write(json.dumps(rows, default=str, ensure_ascii=False) + "\n")
        return
    grid = Grid(title=title or None, title_justify="left")
    columns = list(columns)
    for column in columns:
        grid.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        grid.add_row(*(_cell(row.get(column)) for column in columns))
    console.print(grid if rows else f"{title or 'Nothing'}: none.")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "[green]yes[/]" if value else "[red]no[/]"
    if hasattr(value, "isoformat"):
        return value.isoformat(sep=" ", timespec="seconds") if hasattr(value, "hour") else value.isoformat()
    return str(value).replace("[", "\\[")
