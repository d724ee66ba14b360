"""`daiyun db`: the warehouse's schema."""

from __future__ import annotations

import typer

from pipeline.cli.output import console
from pipeline.errors import SettingsError
from pipeline.settings import settings
from warehouse import database

app = typer.Typer(no_args_is_help=True, help="The warehouse's schema.")


@app.callback()
def group() -> None:
    """Keeps `upgrade` a word of its own."""


@app.command("upgrade")
def upgrade() -> None:
    """Bring the warehouse to this version's tables, policies and grants; safe to repeat."""
    if not settings().admin_database_url:
        raise SettingsError("DAIYUN_ADMIN_DATABASE_URL is not set: `db upgrade` needs the warehouse's owner, not the role daiyun_app.")
    database.upgrade(settings().admin_database_url)
    console.print("The warehouse is up to date.")
