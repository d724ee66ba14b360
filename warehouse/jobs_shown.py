"""What a person saw of a batch, as a short word: a decision holds for exactly these changes and for no other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

DIGITS = 16  # 64 bits: nobody forges one here, it only has to differ when a list does


class Change(Protocol):
    """What is shown of one job."""

    shop: str
    kind: str
    site: str
    sku: str
    observed_quantity: int | None
    wanted_quantity: int | None
    wanted: Mapping[str, Any]
    observed: Mapping[str, Any]


class NotAsShown(RuntimeError):
    """A decision, or a push, is about other changes than those that were shown to whoever decided."""


def digest(jobs: Iterable[Change]) -> str:
    """The same for the same changes in any order; empty for none."""
    rows = sorted([job.shop, job.kind, job.site, job.sku, *_change(job)] for job in jobs)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:DIGITS] if rows else ""


def _change(job: Change) -> list[str]:
    quantities = [str(job.observed_quantity), str(job.wanted_quantity)]
    return quantities if job.kind == "stock" else [json.dumps(fields, sort_keys=True) for fields in (job.observed, job.wanted)]
