"""What every registered connector reads and writes, how fast, and what it cannot see: one page, from the declarations.

Written by ``python -m pipeline.connector_page docs/connectors.md``; a test fails while the page is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from connectors import registry
from connectors.contract import Budget, Endpoint

_HEAD = """# Connectors

Generated from the connectors' own declarations; change them, then run `python -m pipeline.connector_page docs/connectors.md`.
How to write the next one: [add-a-connector.md](add-a-connector.md). How a shop logs in: [connections.md](connections.md).

*Changes by* is the vendor's field a window selects by (`snapshot`: everything is read every time). *Overlap* is how far
before its watermark a pull reaches back for late rows, *lag* how far behind now it stays. A quota reads: calls a second,
and how many at once; whose it is in brackets.
"""


def summary() -> list[dict[str, object]]:
    """``[{name, modes, reads, writes}]`` of every registered connector, by name."""
    return [
        {"name": name, "modes": list(module.MODES), "reads": list(module.ENDPOINTS), "writes": list(module.WRITES)}
        for name, module in ((name, registry.module(name)) for name in registry.known())
    ]


def page() -> str:
    """The whole page, as Markdown."""
    modules = {name: registry.module(name) for name in registry.known()}
    rows = [
        f"| [{name}](#{name}) | {', '.join(module.MODES)} | {', '.join(module.ENDPOINTS)} | {', '.join(module.WRITES) or '-'} |"
        for name, module in modules.items()
    ]
    head = ["| connector | modes | reads | writes |", "| --- | --- | --- | --- |"]
    return "\n".join([_HEAD, *head, *rows, "", *(_section(name, module) for name, module in modules.items())])


def _section(name: str, module: ModuleType) -> str:
    head = ["| reads | tables | changes by | overlap | lag | quota | cannot see |", "| --- | --- | --- | --- | --- | --- | --- |"]
    rows = [_row(endpoint, module.BUDGETS) for endpoint in module.ENDPOINTS.values()]
    used = {operation for endpoint in module.ENDPOINTS.values() for operation in endpoint.operations}
    others = [f"- {_quota(operation, budget)}" for operation, budget in module.BUDGETS.items() if operation not in used]
    writes = f"Writes: {', '.join(module.WRITES)}." if module.WRITES else "Writes nothing."
    optional = ", ".join(f"`{endpoint.entity}`" for endpoint in module.ENDPOINTS.values() if endpoint.is_optional)
    chosen = ["", f"Read only where a client's file names it (`entities`): {optional}."] if optional else []
    told = [writes, *chosen, *(["", "Other operations:", "", *others] if others else [])]
    sources = sorted({budget.source for budget in module.BUDGETS.values() if budget.source})
    return "\n".join([f"## {name}", "", *head, *rows, "", *told, "", *([f"Quotas by: {_cell('; '.join(sources))}", ""] if sources else [])])


def _row(endpoint: Endpoint, budgets: Mapping[str, Budget]) -> str:
    quotas = [_quota(operation, budgets[operation]) for operation in endpoint.operations if operation in budgets]
    cells = (
        f"`{endpoint.entity}`", ", ".join(f"`{table}`" for table in endpoint.tables), f"`{endpoint.incremental}`",
        _span(endpoint.overlap), _span(endpoint.lag), "<br>".join(quotas) or "-", endpoint.blind_spots or "-",
    )  # fmt: skip
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _quota(operation: str, budget: Budget) -> str:
    """An operation that shares its bucket with others names the bucket too."""
    shared = f" of `{budget.operation}`" if budget.operation != operation else ""
    return f"`{operation}` {budget.rate_per_second:g}/s, {budget.burst} ({budget.per}){shared}"


def _span(span: timedelta) -> str:
    """A length of time in the largest unit that makes it whole."""
    for unit, seconds in (("d", 86400), ("h", 3600), ("min", 60)):
        if span and span.total_seconds() % seconds == 0:
            return f"{span.total_seconds() / seconds:.0f} {unit}"
    return f"{span.total_seconds():g} s" if span else "-"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
