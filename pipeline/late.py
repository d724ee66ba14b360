"""A push long after its plan: the shop has sold meanwhile, and a quantity raised as planned would sell those units twice."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from connectors.writes import StockChange
from pipeline.opened import OpenShop
from warehouse.jobs import Job

log = logging.getLogger(__name__)
SOON = timedelta(hours=1)  # of the wall; what is sold within it, the buffer is for


def overtaken(opened: OpenShop, changes: Sequence[StockChange], jobs: Mapping[str, Job]) -> dict[str, str]:
    """Job id → why it must not be sent any more; asks the marketplace about changes that were not sent soon after their plan.

    Overtaken is what would raise a stock that shows something else than it did to the plan (and to whoever approved it).
    Lowering does no harm, and what shows the wanted quantity already was sent by a push that was stopped.
    """
    now = datetime.now(UTC)
    late = [change for change in changes if now - jobs[change.job_id].planned_at > SOON]
    seen = opened.connector.observe_stock(late) if late else {}
    found = {}
    for change in late:
        shown, job = seen.get(change.job_id), jobs[change.job_id]
        if shown is not None and shown != job.observed_quantity and change.quantity > shown:
            found[change.job_id] = f"shows {shown} by now, not {job.observed_quantity} as when it was planned ({job.planned_at:%H:%M} UTC)"
            log.warning("%s %s %s: %s; not sent, the next plan looks afresh", opened.name, change.site, change.sku, found[change.job_id])
    return found
