"""All listings of a shop: a report a site names the SKUs, then their details twenty at a time.

The search alone cannot page past its thousandth SKU, and the report alone lacks prices by site, issues and dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.amazon.flatfile import decode, part_name, rows_of
from connectors.amazon.items import Batch, ItemCalls, batched, can_be_listed
from connectors.amazon.reports import Job, ReportDesk, jobs_from, jobs_state
from connectors.contract import Page, Shop, Window
from connectors.errors import FatalError, RetryableError
from connectors.http import Session
from connectors.verdicts import Reply

KIND = "GET_MERCHANT_LISTINGS_ALL_DATA"
SKU_COLUMNS = ("seller-sku", "出品者sku")  # Japan's file has its header in Japanese


@dataclass
class Progress:
    """Where the details phase stands: lives in the cursor as JSON. ``singles``: SKUs the last search did not show."""

    at: int = 0
    singles: list[str] = field(default_factory=list)
    gone: list[list[str]] = field(default_factory=list)


class ListingsSnapshot:
    """Reads the snapshot; its cursor continues inside the report phase, between the phases and inside the details phase."""

    def __init__(self, session: Session, host: str, shop: Shop, seller_id: str) -> None:
        self._session, self._shop = session, shop
        self._desk = ReportDesk(session, host, may_be_empty=False)
        self._items = ItemCalls(session, host, seller_id)

    def read(self, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        jobs = jobs_from(cursor) or [Job(site, KIND) for site in self._shop.sites]
        progress = Progress(**(cursor or {}).get("progress", {}))
        group, files = (cursor or {}).get("group", 0), {}
        for job, fields in self._desk.run(jobs):
            files |= {job.site: (fields["body"], fields["part"])} if job.is_done else {}
            yield Page(**fields, group=group, cursor=_cursor(jobs, progress, group))
            group += 1
        skus = {job.site: self._skus(job, files.get(job.site)) for job in jobs}
        for fields, is_last in self._details(skus, progress):
            announced = _count(skus, progress.gone) if is_last else None
            yield Page(**fields, group=group, announced=announced, cursor=None if is_last else _cursor(jobs, progress, group))
            group += 1

    def _skus(self, job: Job, landed: tuple[bytes, str] | None) -> list[str]:
        if landed is None:  # another process landed the report: fetch the same document again
            document = self._desk.document(job)
            landed = document.body, part_name("rows", job.site, document.charset)
        charset = landed[1].partition("charset=")[2] or None
        names, rows = rows_of(decode(landed[0], job.site, charset))
        column = next((at for at, name in enumerate(names) if name.lower() in SKU_COLUMNS), None)
        if column is None:
            raise FatalError(
                f"{self._session.who('listings')}: the report for site {job.site} has no SKU column among its {len(names)}. "
                "Amazon changed the file, or it was decoded wrongly: look at the landed page. Not retried."
            )
        return list(dict.fromkeys(row[column].strip() for row in rows if column < len(row) and row[column].strip()))

    def _details(self, skus: Mapping[str, list[str]], progress: Progress) -> Iterator[tuple[dict[str, Any], bool]]:
        batches = list(_batches(skus))
        if not batches:
            yield self._prove_emptiness(), True
        while progress.at < len(batches):
            yield from self._one_batch(batches[progress.at], progress, is_final=progress.at + 1 == len(batches))

    def _one_batch(self, batch: Batch, progress: Progress, *, is_final: bool) -> Iterator[tuple[dict[str, Any], bool]]:
        if not progress.singles and can_be_listed(batch.skus[0]):
            reply = self._items.search(batch.site, batch.skus)
            shown = {item.get("sku") for item in reply.json.get("items") or ()}
            progress.singles = [sku for sku in batch.skus if sku not in shown]
            progress.at += not progress.singles
            yield _page(reply, "searchListingsItems", "items", batch), is_final and not progress.singles
            is_whole = not progress.singles
        else:
            progress.singles, is_whole = progress.singles or list(batch.skus), False
        while not is_whole:  # a search may leave out what exists: a SKU is gone only when it says so itself
            reply = self._items.one(batch.site, sku := progress.singles.pop(0))
            is_whole, is_gone = not progress.singles, reply.status == 404
            progress.at += is_whole
            progress.gone += [[batch.site, sku]] if is_gone else []
            yield _page(reply, "getListingsItem", "gone" if is_gone else "item", batch), is_final and is_whole

    def _prove_emptiness(self) -> dict[str, Any]:
        """An empty report would retire every listing: believe it only if the search counts none either."""
        site = self._shop.sites[0]
        replies = [self._items.search(each, ()) for each in self._shop.sites]
        counts = [reply.json.get("numberOfResults") for reply in replies]
        if any(counts):
            raise RetryableError(
                f"{self._session.who('listings')}: the report names no SKU, but Amazon counts {sum(filter(None, counts))} listings. "
                "Nothing is retired; the window stays open and is read again."
            )
        return _page(replies[0], "searchListingsItems", "items", Batch(site, ()))


def _batches(skus: Mapping[str, list[str]]) -> Iterator[Batch]:
    for site, names in skus.items():
        yield from batched(site, names)
        yield from (Batch(site, (sku,)) for sku in names if not can_be_listed(sku))


def _count(skus: Mapping[str, list[str]], gone: list[list[str]]) -> int:
    """Distinct SKUs over all sites, without those that turned out to be gone everywhere."""
    absent = {(site, sku) for site, sku in gone}
    return len({sku for site, names in skus.items() for sku in names if (site, sku) not in absent})


def _cursor(jobs: list[Job], progress: Progress, group: int) -> dict[str, Any]:
    state = {"at": progress.at, "singles": list(progress.singles), "gone": list(progress.gone)}
    return {"jobs": jobs_state(jobs), "progress": state, "group": group + 1}


def _page(reply: Reply, operation: str, kind: str, batch: Batch) -> dict[str, Any]:
    return {
        "body": reply.body, "received_at": reply.received_at, "request_id": reply.request_id,
        "request": f"{operation} site {batch.site}, {len(batch.skus)} SKUs", "part": part_name(kind, batch.site),
    }
