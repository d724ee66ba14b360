"""`daiyun landing`: pages as they arrived, kept for a replay and removed with their age."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipeline import steps
from pipeline.cli.output import AsJson, errors, show

app = typer.Typer(no_args_is_help=True, help="Pages as they arrived from the marketplaces.")


@app.callback()
def group() -> None:
    """Keeps `expire` a word of its own."""


@app.command("expire")
def expire(
    strays: Annotated[bool, typer.Option("--strays", help="Also old files of pulls the warehouse does not know.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove pages older than DAIYUN_LANDING_DAYS that nothing needs any more; the night does the same."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=as_json) as progress:
        bar = progress.add_task("pulls", total=None)
        row = steps.expire_landing(lambda done, total: progress.update(bar, completed=done, total=total))
    row["stray_files"] = steps.expire_strays() if strays else 0
    show([row], ("removed", "held", "unfinished", "stray_files"), as_json=as_json, title="Expired pages")
