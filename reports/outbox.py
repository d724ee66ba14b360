"""Finished reports as files: ``<out>/<client>/<period>.html`` and ``.json``, and a page that lists them all."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.facts import Report, ReportError
from reports.files import write_atomically

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Written:
    """Where a report lies now."""

    html: Path
    json: Path
    index: Path


def write(report: Report, out: Path) -> Written:
    """Write a report and bring the index up to date. Writing the same report again changes nothing."""
    folder = out / report.client
    folder.mkdir(parents=True, exist_ok=True)
    page, data = folder / f"{report.period}.html", folder / f"{report.period}.json"
    write_atomically(page, report.html.encode())
    facts = {key: value for key, value in asdict(report).items() if key not in ("html", "data")}
    write_atomically(data, json.dumps({**facts, "data": report.data}, ensure_ascii=False, indent=1).encode())
    return Written(page, data, write_index(out))


def read(out: Path, client: str, period: str) -> Report:
    """The report as it was written, so that a later delivery sends the very same mail.

    Raises:
        ReportError: there is none, or its files are damaged.
    """
    page, data = out / client / f"{period}.html", out / client / f"{period}.json"
    try:
        return Report(html=page.read_text(encoding="utf-8"), **json.loads(data.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ReportError(
            f"client {client!r}, period {period}: no whole report in the outbox ({type(error).__name__}). Build it again before sending."
        ) from None


def write_index(out: Path) -> Path:
    """``<out>/index.html``: reports by brand, newest first. For the agency's operators, hence in English."""
    brands: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in sorted(out.glob("*/*.json"), key=lambda one: (one.parent.name, one.stem)):
        row = _row(file)
        if row:
            brands[row["brand"]].insert(0, row)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    index = out / "index.html"
    write_atomically(index, environment.get_template("index.html").render(brands=list(brands.items())).encode())
    return index


def _row(file: Path) -> dict[str, Any] | None:
    """A report's line; None for a file that is no report of ours or was written only half."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        facts = {"language": kept["language"], "is_complete": kept["is_complete"]}
        said = {"brand": kept["data"]["brand"], "headline": kept["data"]["headline"]}
    except (ValueError, KeyError, TypeError):
        return None
    return {**facts, **said, "period": file.stem.replace("_", " – "), "href": f"{file.parent.name}/{file.stem}"}
