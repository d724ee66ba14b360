"""What a person who must decide is shown."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.clients import Client
from warehouse.jobs import Job

SHOWN_JOBS = 40


def approval_text(brand: Client, jobs: Sequence[Job], reasons: Sequence[str], digest: str) -> tuple[str, str]:
    """Subject and Markdown body of an approval: why it is asked, and every change with before and after; ``digest`` names the list."""
    subject = f"{brand.brand}: {len(jobs)} stock changes"
    rows = [
        f"| {job.shop} | {job.site} | {job.sku} | {job.observed_quantity} | **{job.wanted_quantity}** |"
        for job in sorted(jobs, key=lambda job: (job.wanted_quantity > 0, job.shop, job.sku))[:SHOWN_JOBS]
    ]
    more = [f"… and {len(jobs) - SHOWN_JOBS} more (`daiyun jobs list --client {brand.name}`)."] if len(jobs) > SHOWN_JOBS else []
    why = [f"- {reason}" for reason in reasons] or ["- nothing above the guard"]
    table = ["| shop | site | SKU | shows now | would become |", "| --- | --- | --- | ---: | ---: |", *rows]
    bound = ["", f"The answer holds for this list alone: `{digest}`."] if digest else []
    return subject, "\n".join(["**Why you are asked**", *why, "", *table, *more, *bound])
