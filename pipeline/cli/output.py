"""How the command speaks: tables for people, JSON where a program reads, errors without tracebacks."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console
from rich.table import Table as Grid

from pipeline import opened as state
from pipeline.errors import DatabaseTrouble, PipelineError, SettingsError, Stopped, TryLater
from pipeline.plainly import plainly

PIPE_WIDTH = 1000  # into a pipe or a file every row is one line, whatever COLUMNS says: what cuts lines there breaks grep


def _console(stream: TextIO, *, stderr: bool = False) -> Console:
    return Console(stderr=stderr, width=None if stream.isatty() else PIPE_WIDTH)


console = _console(sys.stdout)
errors = _console(sys.stderr, stderr=True)


def is_watched() -> bool:
    """Standard error is a terminal, where a bar can move."""
    return errors.file.isatty()


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@contextlib.contextmanager
def complain() -> Iterator[None]:
    """Say what stopped the command on standard error, unwrapped, and end it with exit code 1."""
    try:
        with plainly():
            yield
    except PipelineError as error:
        errors.print(f"[bold red]{_kind(error)}[/]: ", end="")
        errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


def _kind(error: PipelineError) -> str:
    return {Stopped: "Stopped", DatabaseTrouble: "Database", SettingsError: "Settings", TryLater: "Later"}.get(type(error), "Failed")


def known_client(name: str) -> str:
    """``name``, if there is such a client (``*``: all); a misspelt one must not look like one without rows."""
    return name if name == "*" else state.find_client(name).name


def show(rows: Iterable[Mapping[str, Any]], columns: Iterable[str], *, as_json: bool, title: str = "") -> None:
    """Print rows as JSON (all fields) or as a table of ``columns``."""
    rows = list(rows)
    if as_json:
        sys.stdout.write(json.dumps(rows, default=_plain, ensure_ascii=False) + "\n")
        return
    grid = Grid(title=title or None, title_justify="left")
    columns = list(columns)
    for column in columns:
        grid.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        grid.add_row(*(_cell(row.get(column)) for column in columns))
    console.print(grid if rows else f"{title or 'Nothing'}: none.")


def _plain(value: Any) -> str:
    """Instants and days as ISO 8601, anything else in its own words."""
    return value.isoformat() if isinstance(value, date) else str(value)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "[green]yes[/]" if value else "[red]no[/]"
    if hasattr(value, "isoformat"):
        return value.isoformat(sep=" ", timespec="seconds") if hasattr(value, "hour") else value.isoformat()
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value)).replace("[", "\\[")
    return str(value).replace("[", "\\[")
