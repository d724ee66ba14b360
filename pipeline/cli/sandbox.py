"""`daiyun sandbox`: the loopback marketplaces as a process of their own (this command never imports them)."""

from __future__ import annotations

import os
import sys

import typer

app = typer.Typer(no_args_is_help=True, help="Marketplaces on loopback, for trying things out.")
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command("serve", context_settings=PASS_ON)
def serve(context: typer.Context) -> None:
    """Serve one seeded world: `daiyun sandbox serve --seed 1 --port 0 --json`; `--help` lists the rest."""
    _become("serve", context.args)


@app.command("samples", context_settings=PASS_ON)
def samples(context: typer.Context) -> None:
    """Serve the vendors' own published sample payloads: `daiyun sandbox samples --dir DIR --json`."""
    _become("samples", context.args)


def _become(verb: str, options: list[str]) -> None:
    """Replace this process, so that a signal to it reaches the server itself."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", verb, *options])
