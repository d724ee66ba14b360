"""`daiyun report`: build, look at and send a client's weekly report by hand."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipeline import opened as state
from pipeline import steps
from pipeline.cli.output import AsJson, known_client, show
from pipeline.cli.patience import patiently
from pipeline.report import preview as build_preview
from warehouse import reports_ledger
from warehouse.database import client_session

app = typer.Typer(no_args_is_help=True, help="Weekly reports.")
ClientOption = Annotated[str, typer.Option("--client", help="Whose report.")]
NightOption = Annotated[
    datetime | None, typer.Option("--night", formats=["%Y-%m-%dT%H:%M:%SZ"], help="Any instant (UTC) after the week; default: now.")
]


def _night(given: datetime | None) -> datetime:
    return given.replace(tzinfo=UTC) if given else state.clock().now()


@app.command("list")
def list_reports(client: Annotated[str, typer.Option("--client", help="Whose; * for all.")] = "*", as_json: AsJson = False) -> None:
    """Every report and where it stands."""
    with client_session(state.engine(), known_client(client)) as conn:
        rows = reports_ledger.list_reports(conn, client)
    show(rows, ("client", "kind", "period", "edition", "language", "status", "html_path"), as_json=as_json, title="Reports")


@app.command("preview")
def preview(client: ClientOption, night: NightOption = None) -> None:
    """Write the report's HTML to standard output as it would be built now; nothing is kept or sent."""
    sys.stdout.write(build_preview(client, _night(night)).html)


@app.command("send")
def send(client: ClientOption, night: NightOption = None, as_json: AsJson = False) -> None:
    """Build the latest whole week's report and mail it; who has it already gets no second one."""
    sent = patiently(steps.report_client, client, night=_night(night))
    show([sent], ("client", "period", "html", "recipients"), as_json=as_json, title="Sent")
