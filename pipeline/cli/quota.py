"""`daiyun quota`: what the coming night costs the vendors' quotas, and when each shop will be fresh."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from pipeline.cli.night import INSTANTS, ClientOption, ShopOption, chosen
from pipeline.cli.output import AsJson, show
from pipeline.quota_plan import plan_night

app = typer.Typer(no_args_is_help=True, help="The vendors' quotas and the coming night.")
SHOPS = ("shop", "marketplace", "fresh_at", "calls", "bottleneck")
OPERATIONS = ("shop", "operation", "per", "calls", "basis", "rate_per_second", "burst", "seconds")


@app.callback()
def about() -> None:
    """Keeps `plan` a word of its own."""


@app.command("plan")
def plan(
    shop: ShopOption = None,
    client: ClientOption = None,
    at: Annotated[datetime | None, typer.Option(formats=INSTANTS, help="When the night starts (UTC); default: by its cron.")] = None,
    operations: Annotated[bool, typer.Option("--operations", help="One row an operation instead of one a shop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what each shop will call, what it will wait for, and when it will be fresh; calls nobody.

    All shops are planned, because shops of one app share its quota; --shop and --client choose what is shown.
    """
    names = chosen(shop, client)
    rows = [row for row in plan_night(at.replace(tzinfo=UTC) if at else None) if row["shop"] in names]
    if operations and not as_json:
        show(_by_operation(rows), OPERATIONS, as_json=False, title="Calls of the coming night")
        return
    show(rows, SHOPS, as_json=as_json, title="The coming night")


def _by_operation(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"shop": row["shop"], **each} for row in rows for each in row["operations"]]
