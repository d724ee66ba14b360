"""What some connectors work on besides an address: parcels that other shops tell of, files that somebody saved into a folder."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import requests

from connectors.contract import ParcelToFollow, Shop, TrackingSource
from connectors.sources import assign

CALLS, FEWEST = 2.2, 12  # parcels enough that following them takes more than two calls


class Parcels:
    """The parcels of the client's shops that this account takes, as many as make several calls; always the same ones."""

    def __init__(self, shop: Shop, source: TrackingSource, truth: str) -> None:
        self._shop, self._source, self._truth = shop, source, truth
        self._chosen: list[ParcelToFollow] = []

    def __call__(self) -> Sequence[ParcelToFollow]:
        """As a night would tell of them: with what this account itself told of them so far."""
        told = {row["tracking_number"]: row for row in self._rows("tracked_parcels", shop=self._shop.name)}
        self._chosen = self._chosen or self._choose()
        return [self._as_known(parcel, told.get(parcel.tracking_number)) for parcel in self._chosen]

    def _choose(self) -> list[ParcelToFollow]:
        goes_to = {(row["shop"], row["order_id"]): row["ship_country"] for row in self._rows("orders", client=self._shop.client)}
        sent = [row for row in self._rows("shipments", client=self._shop.client) if row["tracking_number"]]
        waiting = [
            ParcelToFollow(*order, row["tracking_number"], row["carrier"], goes_to.get(order))
            for row in sorted(sent, key=lambda row: (row["shipped_at"] or "~", row["tracking_number"]))
            for order in [(row["shop"], row["order_id"])]
        ]
        taken = {each.tracking_number for each in assign(waiting, {self._shop.name: self._source})[self._shop.name]}
        mine = list({each.tracking_number: each for each in waiting if each.tracking_number in taken}.values())
        wanted = max(FEWEST, math.ceil(CALLS / self._source.calls))
        return mine[:: max(1, len(mine) // wanted)][:wanted]  # from the oldest to the youngest

    def _as_known(self, parcel: ParcelToFollow, row: Mapping[str, Any] | None) -> ParcelToFollow:
        if row is None:
            return parcel
        known = (self._shop.name, row["status"], None)
        return ParcelToFollow(parcel.shop, parcel.order_id, parcel.tracking_number, parcel.carrier, parcel.country, *known)

    def _rows(self, table: str, **wanted: str) -> list[dict[str, Any]]:
        answer = requests.get(f"{self._truth}/{table}", params=wanted, timeout=60)
        answer.raise_for_status()
        return answer.json()


class Folder:
    """The files that the marketplace's address lists, as a person would have saved them; ``path`` is the folder."""

    def __init__(self, path: Path, address: str) -> None:
        self.path, self._address, self._saved, self._until = path, address, path.with_name(f"{path.name}-as-saved"), None
        self._fresh: dict[str, int] = {}

    def renew(self, until: datetime) -> None:
        """As nobody has read it yet; saved once more where the world has moved on to ``until``."""
        if self._until != until:
            self._save()
            self._until, self._fresh = until, _lying(self._saved)
        if _lying(self.path) != self._fresh:
            shutil.rmtree(self.path, ignore_errors=True)
            shutil.copytree(self._saved, self.path, copy_function=os.link)  # a file read is moved, never written to

    def _save(self) -> None:
        for name in requests.get(self._address, timeout=60).json():
            answer = requests.get(f"{self._address}/{name}", timeout=60)
            answer.raise_for_status()
            file = self._saved / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(answer.content)
            made = parsedate_to_datetime(answer.headers["Last-Modified"]).timestamp()
            os.utime(file, (made, made))


def _lying(folder: Path) -> dict[str, int]:
    """Every file below a folder, and its date."""
    there = (f"{place}/{name}" for place, _, names in os.walk(folder) for name in names)
    return {file.removeprefix(str(folder)): os.stat(file).st_mtime_ns for file in there}
