"""What every marketplace's samples come as: shops with their routes, their keys, and the ids of what they serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import BaseRoute

from sandbox.world.model import Shop

FIRST = 900  # the world's own shops have smaller numbers
Served = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Stall:
    """One shop made of samples, mounted at ``/<marketplace>/<name>``.

    Attributes:
        served: entity → the vendor's ids of the records that are served, as often as they are published; None stands for a
            record that is published without one.
        gaps: entity → id (empty: a record without one) → what belongs to the record and is not published, so that it cannot be whole.
        entities: what its client's file has read; empty: everything the marketplace's connector offers.
        door, login: where below the mount the API and the token service begin.
    """

    shop: Shop
    routes: Sequence[BaseRoute]
    account: Mapping[str, str]
    credentials: Mapping[str, Any]
    served: Callable[[], Served]
    gaps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    entities: Sequence[str] = ()
    door: str = ""
    login: str = ""

    def announced(self, base: str) -> dict[str, Any]:
        """Where and how to log in, as the strict marketplaces say it of theirs."""
        mount = f"{base}/{self.shop.marketplace}/{self.shop.name}"
        return {
            "client": self.shop.client, "sites": list(self.shop.sites), "base_url": mount + self.door, "auth_url": mount + self.login,
            "account": dict(self.account), "credentials": dict(self.credentials), "entities": list(self.entities),
        }


def sample_shop(marketplace: str, sites: Sequence[str], number: int = 1, client: str | None = None) -> Shop:
    """The ``number``-th shop of a marketplace's samples; each marketplace is a brand of its own unless a client is named."""
    return Shop(f"samples_{marketplace}_{number}", client or f"samples_{marketplace}", marketplace, tuple(sites), FIRST + number, 0.0)
