"""What a person who must decide is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.clients import Client
from warehouse.jobs import Job

SHOWN_JOBS, LONGEST_FIELD = 40, 80


def approval_text(brand: Client, jobs: Sequence[Job], reasons: Sequence[str], digest: str) -> tuple[str, str]:
    """Subject and Markdown body of an approval: why it is asked, and every change with before and after; ``digest`` names the list."""
    kinds = "/".join(sorted({job.kind for job in jobs})) or "stock"
    subject = f"{brand.brand}: {len(jobs)} {kinds} changes"
    rows = [
        f"| {job.shop} | {job.site} | {job.sku} | {before(job)} | **{after(job)}** |"
        for job in sorted(jobs, key=lambda job: (job.wanted_quantity != 0, job.shop, job.sku))[:SHOWN_JOBS]
    ]
    more = [f"… and {len(jobs) - SHOWN_JOBS} more (`daiyun jobs list --client {brand.name}`)."] if len(jobs) > SHOWN_JOBS else []
    why = [f"- {reason}" for reason in reasons] or ["- nothing above the guard"]
    table = ["| shop | site | SKU | shows now | would become |", "| --- | --- | --- | ---: | ---: |", *rows]
    bound = ["", f"The answer holds for this list alone: `{digest}`."] if digest else []
    return subject, "\n".join(["**Why you are asked**", *why, "", *table, *more, *bound])


def before(job: Job) -> str:
    """What the tables showed of a job's fields when it was planned."""
    return str(job.observed_quantity) if job.kind == "stock" else _fields({name: job.observed.get(name) for name in job.wanted})


def after(job: Job) -> str:
    return str(job.wanted_quantity) if job.kind == "stock" else _fields(job.wanted)


def _fields(fields: Mapping[str, Any]) -> str:
    """``price_minor 1999, currency EUR``; long texts cut, and nothing in them ends a table's cell."""
    told = (_field(name, value) for name, value in fields.items() if value is not None)
    return ", ".join(each.replace("|", "/").replace("\n", " ") for each in told) or "-"


def _field(name: str, value: Any) -> str:
    """What a person decides on is told whole: every step of a ladder, every item of an offer."""
    if name == "steps":
        return "; ".join(f"from {least}: {price}" for least, price in value)
    if name == "items":
        return "; ".join(
            f"{item['quantity']} {item['unit']} {item['name']} at {item['unit_price']} {item['currency']} {item['incoterm']} {item['port']}"
            for item in value
        )
    return f"{name} {value}"[:LONGEST_FIELD]
