"""How long a night's calls take under the declared quotas, before one of them is made. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.contract import Budget, Endpoint


@dataclass(frozen=True)
class Need:
    """How often one shop will call one operation, and whose bucket (``holder``) the calls come out of."""

    shop: str
    budget: Budget
    holder: str
    calls: int


def waiting_seconds(needs: Sequence[Need]) -> dict[tuple[str, str], float]:
    """(shop, operation) → seconds until the shop's last call of it may be made, all shops beginning together.

    A bucket is full when the night begins. Shops that share one take turns call by call, as the limiter hands its
    reservations out, so a shop with few calls does not wait for one with many.
    """
    buckets: dict[tuple[str, str], list[Need]] = {}
    for need in needs:
        buckets.setdefault((need.holder, need.budget.operation), []).append(need)
    return {
        (need.shop, need.budget.operation): _wait(need, sharing) for sharing in buckets.values() for need in sharing if need.calls
    }


def _wait(need: Need, sharing: Iterable[Need]) -> float:
    served = sum(min(need.calls, other.calls) for other in sharing)
    return max(0, served - need.budget.burst) / need.budget.rate_per_second


def entity_seconds(endpoints: Mapping[str, Endpoint], waits: Mapping[str, float]) -> dict[str, float]:
    """Entity → seconds until it is read: its slowest operation's. ``waits``: of one shop, by operation."""
    return {name: max((waits.get(each, 0.0) for each in endpoint.operations), default=0.0) for name, endpoint in endpoints.items()}
