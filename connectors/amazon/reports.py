"""Reports: ask, wait, fetch. ``createReport`` → ``getReport`` until it is done → ``getReportDocument`` → download.

A report that Amazon cancels or fails may mean "no data", "asked too soon" or real trouble, and nothing tells which. So
the refusal is landed, the report is asked for once more after half an hour, and only a second cancellation counts as
"no data" — and never for a snapshot, where "no data" would retire everything the shop has, nor for a day's visitors. Where it
does not count, the second refusal ends the run, is landed too, and the next run asks anew half an hour later.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.amazon.endpoints import ENDPOINTS
from connectors.amazon.flatfile import charset_named, part_name
from connectors.amazon.queries import stamp
from connectors.amazon.sites import SITES
from connectors.contract import Page, Shop, Window
from connectors.errors import CursorExpired, FatalError, QuotaWait, RetryableError
from connectors.http import Call, Session
from connectors.paging import cut
from connectors.verdicts import Reply

ASK_AGAIN_AFTER = timedelta(minutes=30)  # Amazon builds a fresh one at most that often
LONGEST_BUILD = timedelta(hours=3)
OLDEST_JOB = timedelta(hours=12)
FIRST_POLL_SECONDS, SLOWEST_POLL_SECONDS = 10.0, 60.0
PATH = "/reports/2021-06-30"


@dataclass
class Job:
    """One report being asked for; lives in the cursor as JSON.

    ``refusals``: how often Amazon cancelled or failed it, or handed it out half filled. ``options``: as the kind takes them.
    ``fault``: why this run ends with it; the next one goes on.
    """

    site: str
    kind: str
    span: tuple[str, str] | None = None
    options: Mapping[str, str] | None = None
    report_id: str | None = None
    asked_at: str | None = None
    not_before: str | None = None
    refusals: int = 0
    document_id: str | None = None
    is_done: bool = False
    fault: str | None = None

    @property
    def note(self) -> str:
        return f"{self.kind}, site {self.site}" + (f", {self.span[0]} to {self.span[1]}" if self.span else "")


@dataclass(frozen=True)
class Document:
    """A downloaded report, uncompressed."""

    body: bytes = field(repr=False)
    charset: str | None
    reply: Reply


class ReportDesk:
    """Asks for reports and fetches them. ``may_be_empty``: whether two cancellations count as no data.

    ``objection``: what is wrong with a report that is done, in two words; one with an objection is treated as one that failed.
    """

    def __init__(
        self, session: Session, host: str, *, may_be_empty: bool, objection: Callable[[bytes, Job], str | None] = lambda body, job: None
    ) -> None:
        self._session, self._host, self._may_be_empty, self._objection = session, host, may_be_empty, objection
        self._clock = session.services.clock

    def run(self, jobs: list[Job]) -> Iterator[tuple[Job, dict[str, Any]]]:
        """Work until every job is done. Yields a page's fields whenever something is worth landing; jobs change in place."""
        self._refuse_stale(jobs)
        for job in (job for job in jobs if not job.is_done and not job.report_id and not job.refusals):
            yield job, self._ask(job)
        for job in jobs:
            while not job.is_done:
                if job.report_id is None:
                    self._sleep_until(datetime.fromisoformat(job.not_before or stamp(self._clock.now())))
                    yield job, self._ask(job)
                yield job, self._wait_and_fetch(job)
                if job.fault:
                    raise RetryableError(job.fault)

    def document(self, job: Job) -> Document:
        """Download the job's document. Its address dies after five minutes, so a refused one is asked for anew, once.

        Raises:
            RetryableError: it arrives broken.
        """
        try:
            return self._download(job)
        except FatalError:
            return self._download(job)

    def _ask(self, job: Job) -> dict[str, Any]:
        body: dict[str, Any] = {"reportType": job.kind, "marketplaceIds": [SITES[job.site].marketplace_id]}
        if job.span:
            body |= {"dataStartTime": job.span[0], "dataEndTime": job.span[1]}
        if job.options:
            body |= {"reportOptions": dict(job.options)}
        reply = self._session.send(Call("createReport", "POST", f"{self._host}{PATH}/reports", json=body, note=job.note))
        job.report_id, job.asked_at, job.not_before = reply.json["reportId"], stamp(self._clock.now()), None
        return _page(reply, "createReport", job, "request")

    def _wait_and_fetch(self, job: Job) -> dict[str, Any]:
        while True:
            reply = self._session.send(Call("getReport", "GET", f"{self._host}{PATH}/reports/{job.report_id}", note=job.note))
            status = reply.json.get("processingStatus")
            if status == "DONE":
                job.document_id = reply.json["reportDocumentId"]
                document = self.document(job)
                objection = self._objection(document.body, job)
                if objection:
                    return self._refused(job, document.reply, objection)
                job.is_done = True
                return _page(document.reply, "getReportDocument", job, "rows", document.charset) | {"body": document.body}
            if status in ("CANCELLED", "FATAL"):
                return self._refused(job, reply, status)
            self._wait(job, status)

    def _wait(self, job: Job, status: Any) -> None:
        age = self._clock.now() - datetime.fromisoformat(job.asked_at or "")
        if age > LONGEST_BUILD:
            raise RetryableError(
                f"{self._session.who('getReport')}: {job.note} is still {status} after {age}. "
                "The window stays open: run the step again later."
            )
        self._sleep(min(max(age.total_seconds() / 3, FIRST_POLL_SECONDS), SLOWEST_POLL_SECONDS), "getReport")

    def _refused(self, job: Job, reply: Reply, status: str) -> dict[str, Any]:
        job.refusals += 1
        if job.refusals > 1 and status == "CANCELLED" and self._may_be_empty:
            job.is_done = True
        elif job.refusals % 2 == 0:
            job.fault = (
                f"{self._session.who('getReport')}: {job.note}: Amazon ended the report {job.report_id} as {status} twice, half an "
                "hour apart. That may mean no data, too early or a fault of theirs, so nothing is taken for granted: the window "
                "stays open and is asked for again in the next run. Look at the report in Seller Central if it stays so."
            )
        job.report_id, job.not_before = None, stamp(self._clock.now() + ASK_AGAIN_AFTER)
        return _page(reply, f"getReport ({status})", job, "refusal")

    def _download(self, job: Job) -> Document:
        address = f"{self._host}{PATH}/documents/{job.document_id}"
        told = self._session.send(Call("getReportDocument", "GET", address, note=job.note)).json
        reply = self._session.send(
            Call("downloadReport", "GET", told["url"], note=job.note, is_signed=False, is_json=False)  # presigned: no token goes there
        )
        body = reply.body
        if told.get("compressionAlgorithm") == "GZIP" and body[:2] == b"\x1f\x8b":  # else the HTTP layer unzipped it already
            body = self._unzip(body, job)
        return Document(body, charset_named(reply.headers.get("Content-Type")), reply)

    def _unzip(self, body: bytes, job: Job) -> bytes:
        unzip = zlib.decompressobj(wbits=31)
        try:
            plain = unzip.decompress(body) + unzip.flush()
        except zlib.error:
            plain = None
        if plain is None or not unzip.eof:
            raise RetryableError(f"{self._session.who('downloadReport')}: {job.note}: the compressed file is broken or cut off. "
                                 "Run the step again; the report is fetched anew.")
        return plain

    def _refuse_stale(self, jobs: list[Job]) -> None:
        now = self._clock.now()
        waiting = (job for job in jobs if not (job.is_done and job.span))  # what a fetched span holds does not grow old beside the others
        if any(job.asked_at and now - datetime.fromisoformat(job.asked_at) > OLDEST_JOB for job in waiting):
            raise CursorExpired(f"{self._session.who('getReport')}: the report asked for is over {OLDEST_JOB} old; a fresh one is needed.")

    def _sleep_until(self, moment: datetime) -> None:
        seconds = (moment - self._clock.now()).total_seconds()
        if seconds > 0:
            self._sleep(seconds, "createReport")

    def _sleep(self, seconds: float, operation: str) -> None:
        if seconds > self._session.services.patience_seconds:
            raise QuotaWait(seconds, operation)
        self._clock.sleep(seconds)


class ReturnsReports:
    """Merchant returns: one report a site and at most 59 days of requests."""

    KIND = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"

    def __init__(self, session: Session, host: str, shop: Shop) -> None:
        self._desk, self._shop = ReportDesk(session, host, may_be_empty=True), shop

    def read(self, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        return job_pages(self._desk, jobs_from(cursor) or self._jobs(window), cursor)

    def _jobs(self, window: Window) -> list[Job]:
        parts = list(cut(window, ENDPOINTS["returns"].max_window))
        return [Job(site, self.KIND, (stamp(part.start), stamp(part.end))) for site in self._shop.sites for part in parts]


def job_pages(desk: ReportDesk, jobs: list[Job], cursor: Mapping[str, Any] | None) -> Iterator[Page]:
    """The pages of reports that stand for themselves, from the start or after the one that gave ``cursor``."""
    group = (cursor or {}).get("group", 0)
    for _, fields in desk.run(jobs):
        is_last = all(job.is_done for job in jobs)
        yield Page(**fields, group=group, cursor=None if is_last else {"jobs": jobs_state(jobs), "group": group + 1})
        group += 1


def jobs_state(jobs: list[Job]) -> list[dict[str, Any]]:
    return [{**vars(job), "span": list(job.span) if job.span else None, "fault": None} for job in jobs]


def jobs_from(cursor: Mapping[str, Any] | None) -> list[Job] | None:
    if cursor is None:
        return None
    return [Job(**{**state, "span": tuple(state["span"]) if state["span"] else None}) for state in cursor["jobs"]]


def _page(reply: Reply, operation: str, job: Job, kind: str, charset: str | None = None) -> dict[str, Any]:
    return {
        "body": reply.body, "received_at": reply.received_at, "request_id": reply.request_id,
        "request": f"{operation} {job.note}", "part": part_name(kind, job.site, charset),
    }
