"""Which tracking service follows which parcel: the cheapest that takes it and has room, and never two.

A parcel that a service knows already stays with it: its price there is paid, and its history is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from connectors.contract import ParcelToFollow, TrackingSource

NEVER = datetime.min.replace(tzinfo=UTC)


def assign(parcels: Sequence[ParcelToFollow], sources: Mapping[str, TrackingSource]) -> dict[str, list[ParcelToFollow]]:
    """Account → the parcels it is asked for tonight, oldest check first.

    Args:
        sources: a client's tracking accounts and what following costs there.
    Returns:
        Every account; a parcel that nobody takes, or for which no account has room tonight, is in no list (the next night its
        check is among the oldest). A number that comes twice is followed once.
    """
    found: dict[str, list[ParcelToFollow]] = {name: [] for name in sources}
    by_price = sorted(sources, key=lambda name: (sources[name].cost, sources[name].calls, name))
    waiting = sorted(parcels, key=lambda parcel: (parcel.checked_at or NEVER, parcel.tracking_number, parcel.shop, parcel.order_id))
    known = [parcel for parcel in waiting if parcel.followed_by in sources]
    seen: set[str] = set()
    for parcel in [*known, *(parcel for parcel in waiting if parcel.followed_by not in sources)]:
        if parcel.tracking_number in seen:
            continue
        seen.add(parcel.tracking_number)
        takers = [parcel.followed_by] if parcel.followed_by in sources else by_price
        taker = next((name for name in takers if _takes(sources[name], parcel, len(found[name]))), None)
        if taker:
            found[taker].append(parcel)
    return {name: sorted(mine, key=lambda parcel: (parcel.checked_at or NEVER, parcel.tracking_number)) for name, mine in found.items()}


def _takes(source: TrackingSource, parcel: ParcelToFollow, taken: int) -> bool:
    has_room = source.per_night is None or taken < source.per_night
    is_its_carrier = not source.carriers or (parcel.carrier or "").casefold().startswith(source.carriers)
    return has_room and is_its_carrier and re.fullmatch(source.numbers, parcel.tracking_number) is not None
