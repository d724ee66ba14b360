"""The sales and traffic report: one a site and day, because its figures by product are sums over all the days asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.amazon.reports import Job, ReportDesk, job_pages, jobs_from
from connectors.amazon.sites import SITES, ZONE
from connectors.contract import Page, Shop, Window
from connectors.errors import RetryableError
from connectors.http import Session

KIND = "GET_SALES_AND_TRAFFIC_REPORT"
OPTIONS = {"dateGranularity": "DAY", "asinGranularity": "CHILD"}  # without the second one whole variation families are counted
WHOLE_SHOP = "*"


class TrafficReports:
    """A day belongs to the window in which it ends, at its site."""

    def __init__(self, session: Session, host: str, shop: Shop) -> None:
        self._session, self._shop = session, shop
        self._desk = ReportDesk(session, host, may_be_empty=False, objection=self._objection)

    def read(self, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        return job_pages(self._desk, jobs_from(cursor) or self._jobs(window), cursor)

    def _jobs(self, window: Window) -> list[Job]:
        days = [(site, day) for site in self._shop.sites for day in days_ended(window, ZONE[site])]
        return [Job(site, KIND, (f"{day}T00:00:00Z", f"{day}T00:00:00Z"), options=OPTIONS) for site, day in days]


    def _objection(self, body: bytes, job: Job) -> str | None:
        try:
            document = json.loads(body)
        except ValueError:
            raise RetryableError(
                f"{self._session.who('downloadReport')}: {job.note}: what came is no JSON document. "
                "Run the step again; the report is fetched anew."
            ) from None
        return objection(document, job)


def days_ended(window: Window, zone: str) -> list[date]:
    """The zone's days whose last instant lies in the window; of a window between two midnights the last day before it."""
    first, last = (_last_ended(moment, zone) for moment in (window.start, window.end))
    return [first + timedelta(days=each) for each in range(1, (last - first).days + 1)] or [last]


def _last_ended(moment: datetime, zone: str) -> date:
    """The last day that was over at ``moment``, midnight itself included."""
    return moment.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)


def objection(document: Any, job: Job) -> str | None:
    """Another day's or site's figures, or a day without its products: Amazon fills the two parts one after the other, and says
    DONE between. What is not of the known form has none: it is landed as it is, and the mapping says what is wrong with it."""
    try:
        asked = document["reportSpecification"]
        if job.span and (asked["dataStartTime"][:10], asked["marketplaceIds"]) != (job.span[0][:10], [SITES[job.site].marketplace_id]):
            return "another day's"
        visits = [each["trafficByDate"]["sessions"] for each in document["salesAndTrafficByDate"]]
        return None if document["salesAndTrafficByAsin"] or not any(visits) else "half filled"
    except (TypeError, LookupError):
        return None
