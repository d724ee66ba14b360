"""`daiyun derive`: what stands on other tables, once more from what is stored."""

from __future__ import annotations

from pipeline import steps
from pipeline.cli.night import ClientOption
from pipeline.cli.output import AsJson, show


def derive(client: ClientOption = None, as_json: AsJson = False) -> None:
    """Derive followed shipments and stages of every stored order again: after an upgrade, or a mended rule. Calls nobody."""
    rows = [{"client": name, "changed": steps.derive_client(name)} for name in ([client] if client else steps.list_clients())]
    show(rows, ("client", "changed"), as_json=as_json, title="Derived rows")
