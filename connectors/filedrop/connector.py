"""The contract's questions, answered from a folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from connectors.contract import Budget, Endpoint, Page, Services, Shop, Window
from connectors.errors import FatalError
from connectors.filedrop import folder as drop
from connectors.filedrop.endpoints import BUDGETS, ENDPOINTS, FOLDERS
from connectors.filedrop.layouts import read_export
from connectors.filedrop.mapping import LISTING, is_file, map_ads, map_traffic, part_of
from connectors.filedrop.rows import record_ids
from connectors.files.tabular import Unreadable
from connectors.writes import Answer, StockChange

MAPPINGS: dict[str, Callable[[Sequence[Page], Shop], dict[str, pd.DataFrame]]] = {"ad_spend": map_ads, "traffic": map_traffic}


@dataclass(frozen=True)
class FileDropConnector:
    """One client's folder."""

    shop: Shop
    folder: Path
    services: Services
    endpoints: Mapping[str, Endpoint] = field(default_factory=lambda: ENDPOINTS)
    budgets: Mapping[str, Budget] = field(default_factory=lambda: BUDGETS)

    def check(self) -> str:
        """Whose folder it is and what lies in it."""
        self._refuse_missing("check")
        found = {name: len(list((self.folder / name).glob("*.*"))) for name in FOLDERS.values()}
        return f"folder {self.folder}: " + ", ".join(f"{count} files in {name}/" for name, count in found.items())

    def read(self, entity: str, window: Window, cursor: Mapping[str, Any] | None = None) -> Iterator[Page]:
        """A page a file, unchanged, and at last the list of them: a night without a new file lands that alone.

        Raises:
            FatalError: the client's folder is missing; or, after everything else was read, some files were refused whole.
        """
        self._refuse_missing(entity)
        where, clock = self.folder / FOLDERS[entity], self.services.clock
        done: dict[str, str] = dict((cursor or {}).get("read", {}))
        told: list[dict[str, Any]] = list((cursor or {}).get("files", []))
        refused: dict[str, str] = {}
        drop.note(where, self.shop.name, done)
        for file in drop.files(where, self.shop.name, window, clock.now(), done):
            entry = {"name": file.name, "sha256": file.sha256, "modified_at": file.modified_at.isoformat()}
            try:
                export = read_export(file.body, entity)
            except Unreadable as why:
                refused[file.name] = str(why)
                continue
            told.append({**entry, "layout": export.layout.name, "rows": len(export.rows)})
            done[file.sha256] = file.arrived_at.isoformat()
            yield Page(
                body=file.body, received_at=clock.now(), request=f"{FOLDERS[entity]}/{file.name}, {len(export.rows)} rows",
                part=part_of(file.modified_at), group=len(done) - 1, request_id=file.sha256,
                cursor={"read": dict(done), "files": list(told)},
            )
            drop.note(where, self.shop.name, done)  # asked for the next page: this one has landed
            drop.accept(where, file.name)
        listing = {"read": told, "refused": refused}
        yield Page(
            body=json.dumps(listing, ensure_ascii=False).encode(), received_at=clock.now(),
            request=f"{FOLDERS[entity]}/: {len(told)} files", part=LISTING, group=len(done),
        )
        self._refuse(entity, where, refused)

    def record_ids(self, entity: str, pages: Sequence[Page]) -> list[str]:
        return [number for page in pages if is_file(page) for number in self._ids(entity, page)]

    def map(self, entity: str, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
        return MAPPINGS[entity](pages, self.shop)

    def push_stock(self, changes: Sequence[StockChange], *, dry_run: bool = False) -> list[Answer]:
        return [Answer(change.job_id, False, "nothing can be written to a folder of exports") for change in changes]

    def observe_stock(self, changes: Sequence[StockChange]) -> dict[str, int | None]:
        return {change.job_id: None for change in changes}

    def _ids(self, entity: str, page: Page) -> list[str]:
        try:
            return list(record_ids(read_export(page.body, entity), self.shop))
        except Unreadable:
            return []

    def _who(self, entity: str) -> str:
        return f"{self.shop.marketplace} {entity}, shop '{self.shop.client}/{self.shop.name}'"

    def _refuse_missing(self, entity: str) -> None:
        if not self.folder.is_dir():
            raise FatalError(
                f"{self._who(entity)}: there is no folder {self.folder}. Make it (with {' and '.join(FOLDERS.values())} inside), or mend "
                f"DAIYUN_DROP or the host of the connection '{self.shop.name}'. Not retried."
            )

    def _refuse(self, entity: str, where: Path, refused: Mapping[str, str]) -> None:
        """Red until each refused file is mended or taken away; whatever else lay there has landed by now."""
        for name, why in refused.items():
            drop.refuse(where, name, why)
        if refused:
            reasons = "; ".join(f"{FOLDERS[entity]}/{name}: {why}" for name, why in refused.items())
            raise FatalError(
                f"{self._who(entity)}: {len(refused)} of its files cannot be read, the others were. {reasons}. The reason lies beside "
                f"each as <file>{drop.REASON}: drop a mended file, or take this one away. Not retried."
            )
