"""The contract's questions, answered from an account's folder and, where one is named, its mailbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from connectors.contract import Budget, Endpoint, Page, Services, Shop, Window
from connectors.errors import FatalError
from connectors.exact import read_json
from connectors.files import drafts
from connectors.files.tabular import Unreadable
from connectors.frames import Draft, Records
from connectors.globalsources import map_goods, map_leads, map_listings, map_papers, pages, quotation, rows, workbook
from connectors.globalsources.account import MAPPING, Account
from connectors.globalsources.cells import Cells
from connectors.globalsources.drop import FOLDERS, REASON, REFUSED, Drop
from connectors.globalsources.endpoints import BUDGETS, ENDPOINTS
from connectors.globalsources.mailbox import Mailbox
from connectors.globalsources.reading import Reading
from connectors.globalsources.sources import read_cells
from connectors.writes import Answer, LadderChange, LadderStep, PriceChange, QuotationOffer, StockChange
from transforms.tables import CANONICAL

Mapper = Callable[[int, Cells, Shop, Callable[[str], str], Mapping[str, str]], dict[str, Draft]]
MAPPERS: dict[str, Mapper] = {
    "inquiries": map_leads.inquiries, "rfqs": map_leads.rfqs, "quotations": map_papers.quotations, "contracts": map_papers.contracts,
    "inspections": map_goods.inspections, "acceptances": map_goods.acceptances, "shipments": map_goods.shipments,
    "payments": map_goods.payments, "listings": map_listings.listings,
}
SHOWN = 5  # rejected files named in one error


@dataclass(frozen=True)
class GlobalSourcesConnector:
    """One account's folder, and its mailbox."""

    shop: Shop
    account: Account
    mailbox: Mailbox | None
    services: Services
    endpoints: Mapping[str, Endpoint] = field(default_factory=lambda: ENDPOINTS)
    budgets: Mapping[str, Budget] = field(default_factory=lambda: BUDGETS)

    def check(self) -> str:
        """Whose folder it is, what lies in it, and whether its mailbox answers."""
        self._prepare("check")
        count = {name: len([path for path in (self.account.folder / name).rglob("*") if path.is_file()]) for name in FOLDERS}
        own = f", {MAPPING} with {len(self.account.book.templates)} templates in all" if (self.account.folder / MAPPING).is_file() else ""
        mail = f"; {self.mailbox.check()}" if self.mailbox else ""
        return f"folder {self.account.folder}: " + ", ".join(f"{number} files in {name}/" for name, number in count.items()) + own + mail

    def read(self, entity: str, window: Window, cursor: Mapping[str, Any] | None = None) -> Iterator[Page]:
        """A page a file, unchanged, and at last the list of them: a night without a new file lands that alone.

        Raises:
            FatalError: the client's folder is missing or cannot be written to, a mail template or setting is wrong; or, after
                everything else was read, files lie rejected. RetryableError: the mailbox does not answer.
        """
        self._prepare(entity)
        if self.mailbox and cursor is None:
            self.mailbox.fetch(self.account, entity, window.start, self.services.clock.now())
        reading = Reading(self.account, entity, window, self.services.clock, self.services.pseudonym, cursor)
        yield from reading.pages()
        self._tell(entity, reading)

    def record_ids(self, entity: str, pages_: Sequence[Page]) -> list[str]:
        return [number for page, cells, known in self._read(entity, pages_) for number in self._ids(entity, cells, known)]

    def _ids(self, entity: str, cells: Cells | Unreadable, known: Mapping[str, str]) -> list[str]:
        return [] if isinstance(cells, Unreadable) else rows.record_ids(entity, cells, self.services.pseudonym, known)

    def map(self, entity: str, pages_: Sequence[Page]) -> dict[str, pd.DataFrame]:
        tables = ENDPOINTS[entity].tables
        found = {name: [Draft(CANONICAL[name], self.shop, Records.of([])).frame()] for name in tables}
        for at, cells, known in self._read(entity, pages_):
            if isinstance(cells, Unreadable):  # landed under a mapping that is gone: a replay must not lose it
                mapped = {tables[0]: drafts.unread(at, CANONICAL[tables[0]], self.shop, str(cells))}
            else:
                mapped = MAPPERS[entity](at, cells, self.shop, self.services.pseudonym, known)
            for name, draft in mapped.items():
                found[name].append(draft.frame())
        return {name: pd.concat(frames, ignore_index=True) for name, frames in found.items()}

    def _read(self, entity: str, pages_: Sequence[Page]) -> Iterator[tuple[int, Cells | Unreadable, Mapping[str, str]]]:
        known = pages.names_for(pages_)
        for at, page in enumerate(pages_):
            if pages.is_file(page):
                yield at, self._cells(entity, page), known.get(page.group, {})

    def _cells(self, entity: str, page: Page) -> Cells | Unreadable:
        try:
            return read_cells(page.body, entity, pages.suffix_of(page), pages.made_at(page), self.account)
        except Unreadable as why:
            return why

    def remarks(self, entity: str, pages_: Sequence[Page], now: datetime) -> list[str]:
        """What a person should know though nothing is missing: how old the last file is where none is new, and what was set aside."""
        listing = next((read_json(page.body) for page in pages_ if page.part == pages.LISTING), None)
        return [] if listing is None else [*_freshness(entity, listing, now), *_left(entity, listing)]

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        """Every change in one workbook, and a task for a person: nobody but that person knows when it is done."""
        return self._upload("stock", workbook.stock_rows(changes), [change.job_id for change in changes], dry_run)

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        return {change.job_id: None for change in changes}

    def push_prices(self, changes: Sequence[PriceChange], *, dry_run: bool = False) -> list[Answer]:
        return self._upload("prices", workbook.price_rows(changes), [change.job_id for change in changes], dry_run)

    def observe_prices(self, changes: Sequence[PriceChange]) -> dict[str, int | None]:
        return {change.job_id: None for change in changes}

    def push_price_tiers(self, changes: Sequence[LadderChange], *, dry_run: bool = False) -> list[Answer]:
        return self._upload("ladders", workbook.ladder_rows(changes), [change.job_id for change in changes], dry_run)

    def observe_price_tiers(self, changes: Sequence[LadderChange]) -> dict[str, tuple[LadderStep, ...] | None]:
        return {change.job_id: None for change in changes}

    def push_quotations(self, offers: Sequence[QuotationOffer], *, dry_run: bool = False) -> list[Answer]:
        """A workbook an offer, for the salesperson to send to the buyer."""
        due = self.services.clock.now() + self.account.upload_within
        if dry_run:
            return [Answer(offer.job_id, True, "would be a quotation to send by hand") for offer in offers]
        return [self._to_send(offer, due) for offer in offers]

    def _to_send(self, offer: QuotationOffer, due: datetime) -> Answer:
        try:
            name = quotation.save(self.account.folder / "out", self.account.name, offer)
        except OSError as error:
            raise self._unwritable("push", error) from None
        message = f"send out/{name} to the buyer by hand by {due:%Y-%m-%d %H:%M} UTC, then `daiyun jobs done`"
        return Answer(offer.job_id, True, message, vendor_ref=f"out/{name}", due_at=due)

    def push_products(self, changes: Sequence[workbook.Wished], *, dry_run: bool = False) -> list[Answer]:
        return self._upload("listings", workbook.product_rows(changes), [change.job_id for change in changes], dry_run)

    def observe_products(self, changes: Sequence[workbook.Wished]) -> dict[str, Mapping[str, Any] | None]:
        return {change.job_id: None for change in changes}

    def _upload(self, what: str, lines: Sequence[workbook.Row], jobs: Sequence[str], dry_run: bool) -> list[Answer]:
        due = self.services.clock.now() + self.account.upload_within
        if dry_run or not jobs:
            return [Answer(job, True, "would be in a workbook to upload by hand") for job in jobs]
        try:
            name = workbook.save(self.account.folder / "out", what, self.account.name, lines)
        except OSError as error:
            raise self._unwritable("push", error) from None
        message = f"upload out/{name} by hand by {due:%Y-%m-%d %H:%M} UTC, then `daiyun jobs done`"
        return [Answer(job, True, message, vendor_ref=f"out/{name}", due_at=due) for job in jobs]

    def _who(self, entity: str) -> str:
        return f"{self.shop.marketplace} {entity}, shop '{self.shop.client}/{self.shop.name}'"

    def _prepare(self, entity: str) -> None:
        if not self.account.folder.parent.is_dir():
            raise FatalError(
                f"{self._who(entity)}: there is no folder {self.account.folder.parent}. Make it, or mend DAIYUN_DROP or the host of the "
                f"connection '{self.shop.name}'. Not retried."
            )
        try:
            Drop(self.account).prepare()
        except OSError as error:
            raise self._unwritable(entity, error) from None

    def _unwritable(self, entity: str, error: OSError) -> FatalError:
        where = f"{self.account.folder} cannot be written to ({error.strerror})"
        return FatalError(f"{self._who(entity)}: {where}. Mend its rights. Not retried.")

    def _tell(self, entity: str, reading: Reading) -> None:
        """Red until each rejected file is mended or taken away; whatever else lay there has landed by now."""
        refused = {str(told.get("file")): str(told.get("reason")) for told in reading.rejections() if told.get("kind") == REFUSED}
        troubles = {**refused, **reading.lost}
        if troubles:
            told = "; ".join(f"{name}: {why}" for name, why in list(troubles.items())[:SHOWN])
            more = f"; and {len(troubles) - SHOWN} more" if len(troubles) > SHOWN else ""
            raise FatalError(
                f"{self._who(entity)}: {len(troubles)} files lie in rejected/ unread, the others were read. {told}{more}. The reason lies "
                f"beside each as <file>{REASON}: drop a mended file under the same name, or take it away with its reason. Not retried."
            )


def _freshness(entity: str, listing: Mapping[str, Any], now: datetime) -> list[str]:
    if listing["read"]:
        return []
    if listing["last_made_at"] is None:
        return [f"{entity}: no file has come yet"]
    last = datetime.fromisoformat(listing["last_made_at"])
    hours, agreed = (now - last).total_seconds() / 3600, float(listing["fresh_within_hours"])
    late = f", more than the {agreed:.0f} h agreed" if hours > agreed else ""
    return [f"{entity}: no new file; the last one was made {last:%Y-%m-%d %H:%M} UTC and is {hours:.0f} h old{late}"]


def _left(entity: str, listing: Mapping[str, Any]) -> list[str]:
    unknown = sorted({name for file in listing["read"] for name in file.get("unknown", ())})
    aside = [f"{entity}: {listing['aside']} mails lie set aside in rejected/"] if listing["aside"] else []
    return [*aside, *([f"{entity}: columns nobody knows: {', '.join(unknown)[:200]}"] if unknown else [])]
