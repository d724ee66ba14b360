"""Build the house from its settings and what the journal remembers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sandbox.clock import WorldClock, instant, iso
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.market import House
from sandbox.quotas import Quotas, Stats
from sandbox.stock import Stock
from sandbox.world import World

DEFAULT_HORIZON = datetime(2026, 11, 16, 3, tzinfo=UTC)


@dataclass(frozen=True)
class Settings:
    seed: int = 1
    days: int = 30
    orders_per_day: int = 40
    horizon: datetime = DEFAULT_HORIZON
    speed: float = 1.0
    state: Path | None = None
    faults: str = "none"


def open_house(settings: Settings) -> House:
    """The world, its clock and its stock; with a state file of an earlier run they go on where that one stopped.

    Raises:
        ValueError: the state file is of another world.
    """
    journal = Journal(settings.state)
    opening = journal.last("opened")
    shape = {"seed": settings.seed, "days": settings.days, "orders_per_day": settings.orders_per_day}
    if opening and {name: opening[name] for name in shape} != shape:
        raise ValueError(
            f"{settings.state} is the state of another world ({opening['seed']=}, {opening['days']=}, {opening['orders_per_day']=}): "
            "give the same numbers or another --state"
        )
    origin = instant(opening["origin"]) if opening else settings.horizon
    moved = journal.last("horizon")
    horizon = max(settings.horizon, origin, instant(moved["until"]) if moved else origin)
    clock = WorldClock(horizon, settings.speed, not_before=journal.last_at)
    if not opening:
        journal.add("opened", {**shape, "origin": iso(origin)}, clock.now())
    world = World(**shape, origin=origin)
    faults = Faults(settings.faults, settings.seed)
    return House(settings.seed, world, clock, Quotas(clock), Stats(), Stock(world, clock, faults, journal, settings.seed), faults, journal)
