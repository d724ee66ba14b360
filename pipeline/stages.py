"""Stages in the night and by hand: what a merge touched, and everything a client has."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, select

from connectors import registry
from pipeline import opened as state
from pipeline.agency import refresh_agency
from pipeline.clients import Client, ShopEntry
from pipeline.errors import SettingsError
from transforms.sites import SITES
from transforms.stages import CHAINS, StagedShop
from transforms.stages.agency import EVERY_SHOP
from transforms.stages.deals import COLUMNS, LINKS, name_of
from transforms.stages.subjects import SUBJECTS, Subject
from transforms.tables import STAGE_EVENTS, STAGE_EXCEPTIONS
from warehouse.database import client_session
from warehouse.stages import NAMED_BY_ID, forget_deals, refresh
from warehouse.tables import metadata

log = logging.getLogger(__name__)
SUBJECTS_AT_ONCE = 20_000


def staged_shop(client: Client, entry: ShopEntry) -> StagedShop:
    """``entry`` with its trade mode and the zone of its days."""
    home = SITES.get(entry.sites[0])
    feeders = tuple(each.name for each in client.shops if each.deals_of == entry.name)
    return StagedShop(client.name, entry.name, trade_mode(client, entry), home.zone if home else client.zone, feeders)


def deals_shop(client: Client, entry: ShopEntry) -> StagedShop:
    """The shop whose deals the papers of ``entry`` are about: itself, unless the client's file names another."""
    return staged_shop(client, next((each for each in client.shops if each.name == entry.deals_of), entry))


def trade_mode(client: Client, entry: ShopEntry) -> str:
    """What the client's file says; else the one its kind of shop serves, of several B2C where it is among them.

    Raises:
        SettingsError: that kind of shop does not serve the mode the file says.
    """
    served = registry.module(entry.marketplace).MODES
    if entry.mode and entry.mode not in served:
        raise SettingsError(
            f"Client '{client.name}', shop '{entry.name}': {entry.marketplace} is no place for {entry.mode}; "
            f"it serves {', '.join(served)}. Mend `mode` in the client's file."
        )
    return entry.mode or ("b2c" if "b2c" in served else served[0])


def trade_modes(client: Client) -> tuple[str, ...]:
    """The chains that can have anything of the client on them, by its file."""
    found = {trade_mode(client, entry) for entry in client.shops} | ({"agency"} if client.agreement else set())
    return tuple(mode for mode in CHAINS if mode in found)


def rebuild(client: Client) -> dict[str, int]:
    """Derive every stage of the client again from what is stored; shop (``*``: the agency's own) → how many rows differed."""
    changed = {entry.name: _rebuild_shop(staged_shop(client, entry), has_deals=entry.deals_of is None) for entry in client.shops}
    return changed | ({EVERY_SHOP: refresh_agency(client, is_whole=True)} if client.agreement else {})


def _rebuild_shop(shop: StagedShop, *, has_deals: bool) -> int:
    changed = 0
    if not has_deals:
        with client_session(state.engine(), shop.client) as conn:
            changed = forget_deals(conn, shop.client, shop.name)
    for kind in (kind for kind in SUBJECTS if has_deals or kind != "deal"):
        for some in _every(shop, kind):
            with client_session(state.engine(), shop.client) as conn:
                changed += refresh(conn, shop, {kind: some})
    return changed


def _heads(subject: Subject) -> dict[str, str]:
    """Table → column of the tables by which every subject of that kind is found."""
    tables = subject.heads or tuple(subject.columns)[:1]
    return {table: subject.columns[table] for table in tables}


def _every(shop: StagedShop, kind: str) -> Iterator[set[str]]:
    """All subjects of one kind that have rows, some at a time; deals all at once, for they hang together."""
    with client_session(state.engine(), shop.client) as conn:
        found = _deals(conn, shop) if kind == "deal" else _found(conn, shop, kind, _heads(SUBJECTS[kind]), (shop.name,))
        if kind in NAMED_BY_ID:
            found |= _derived(conn, shop, kind)
    ordered = sorted(found)
    step = len(ordered) if kind == "deal" else SUBJECTS_AT_ONCE
    for start in range(0, len(ordered), step or 1):
        yield set(ordered[start : start + step])


def _deals(conn: Connection, shop: StagedShop) -> set[str]:
    """The names of every paper; none where the shop trades with no businesses (its payments name orders, not contracts)."""
    if shop.mode != "b2b":
        return set()
    heads = {table: SUBJECTS["deal"].columns[table] for table in (*COLUMNS, *LINKS)}
    places, named = (shop.name, *shop.feeders), set()
    for table, column in heads.items():
        owner = table if table in COLUMNS else "contracts"
        named |= {name_of(owner, number) for number in _found(conn, shop, "deal", {table: column}, places)}
    return named


def _found(conn: Connection, shop: StagedShop, kind: str, heads: Mapping[str, str], places: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for table, column in heads.items():
        stored = metadata.tables[table].c
        query = select(stored[column]).distinct().where(stored.client == shop.client, stored.shop.in_(places))
        for name, value in [SUBJECTS[kind].only[table]] if table in SUBJECTS[kind].only else ():
            query = query.where(stored[name] == value)
        found.update(conn.execute(query.where(stored[column].is_not(None))).scalars())
    return found


def _derived(conn: Connection, shop: StagedShop, kind: str) -> set[str]:
    """What stages were once derived of, also where the papers are there no more."""
    found: set[str] = set()
    for table in (STAGE_EVENTS, STAGE_EXCEPTIONS):
        own = metadata.tables[table.name].c
        mine = (own.client == shop.client, own.shop == shop.name, own.subject_kind == kind)
        found.update(conn.execute(select(own.subject_id).distinct().where(*mine)).scalars())
    return found
