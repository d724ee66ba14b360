"""The files in an account's inbox, evening by evening, each list in another form than the evening before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.dropping import Export
from sandbox.globalsources import mails
from sandbox.globalsources.facts import OFFLINE, TOLD, export_times, is_forwarded, mailed, only_mailed
from sandbox.globalsources.forms import FORMS
from sandbox.globalsources.sheets import SHEETS
from sandbox.market import House
from sandbox.world.cast import SERVICES, SHOPS, ZONES
from sandbox.world.model import Shop
from sandbox.world.trade import Deal

FORWARDED_AFTER = timedelta(minutes=5)  # an export: somebody forwards by hand what the rule has missed


def accounts(client: str) -> list[Shop]:
    return [shop for shop in {**SHOPS, **SERVICES}.values() if shop.name in TOLD and shop.client == client]


def exports_of(house: House, client: str) -> Mapping[str, Export]:
    """Path below the client's folder → the file, everything exported before the horizon."""
    return {f"{shop.name}/inbox/{name}": made for shop in accounts(client) for name, made in _account(house, shop)}


def name_of(entity: str, shop: Shop, at: datetime, free: str, suffix: str) -> str:
    return f"{entity}__{shop.name}__{at.astimezone(zone_of(shop)):%Y%m%dT%H%M%S}__{free}.{suffix}"


def zone_of(shop: Shop) -> ZoneInfo:
    return ZONES[shop.sites[0]]


def _account(house: House, shop: Shop) -> Iterator[tuple[str, Export]]:
    before = house.world.first_at
    for turn, at in enumerate(export_times(house.world, house.clock.horizon)):
        for place, entity in enumerate(TOLD[shop.name]):
            rows = list(SHEETS[entity](house, shop, at))
            suffix, form = FORMS[(turn + place) % len(FORMS)]
            if not rows:
                continue
            body = form(rows, zone_of(shop))
            name = name_of(entity, shop, at, "export", suffix)
            yield name, Export(at, body)
            if entity == "inquiries":
                yield name_of(entity, shop, at, "export (1)", suffix), Export(at, body)
                yield name + ".manifest.json", Export(at, _manifest(body, len(rows), at))
        if shop.name != OFFLINE:
            yield from _mails(house, shop, before, at)
        before = at
    if shop.name != OFFLINE:  # the rule forwards what came since; the next export will tell of it too
        yield from (_mail(shop, deal, deal.inquiry.at) for deal in only_mailed(house.world, shop, house.clock.horizon))


def _manifest(body: bytes, rows: int, at: datetime) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return json.dumps({"schema": "gs-drop/1", "sha256": digest, "rows": rows, "exported_at": at.isoformat(), "exported_by": "ops"}).encode()


def _mails(house: House, shop: Shop, since: datetime, until: datetime) -> Iterator[tuple[str, Export]]:
    """Of every inquiry since the last export, so that it is told as a mail and as a row; and one from a forger."""
    fresh = mailed(house.world, shop, since, until)
    for deal in fresh:
        came = until + FORWARDED_AFTER if is_forwarded(deal) else deal.inquiry.at
        yield _mail(shop, deal, came)
    for deal in fresh[:1]:
        came = until - timedelta(minutes=3)
        yield name_of("inquiries", shop, came, "mail-0", "eml"), Export(came, mails.forged(deal, zone_of(shop), came))


def _mail(shop: Shop, deal: Deal, came: datetime) -> tuple[str, Export]:
    return name_of("inquiries", shop, came, f"mail-{deal.number}", "eml"), Export(came, mails.genuine(deal, zone_of(shop), came))
