"""The guard: how far a plan may reach before a person must look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from transforms.stock.basis import Basis, doubts
from transforms.stock.plan import observed


@dataclass(frozen=True)
class Limits:
    """Above any of these a plan waits for approval.

    Attributes:
        max_changed_share: of the seller-kept spots (shop, site, SKU) that are observed, changed at once.
        allow_drop_to_zero: whether a SKU may go out of stock by our hand without a person looking.
        max_relative_change: of one spot's quantity, e.g. 5.0: from 10 to more than 60, or None. Changes of up to
            ``small_change_units`` never count, for from 1 to 9 is nothing.
        max_proof_age: how long ago the tables a plan is made from may have been proven complete.
        max_master_age: how long ago the brand may have counted.
    """

    max_changed_share: float = 0.3
    allow_drop_to_zero: bool = False
    max_relative_change: float | None = 5.0
    small_change_units: int = 20
    max_proof_age: timedelta = timedelta(hours=12)
    max_master_age: timedelta = timedelta(hours=36)


@dataclass(frozen=True)
class Verdict:
    """Whether a person must approve, and why, in words for that person."""

    needs_approval: bool
    reasons: list[str]


def guard(jobs: pd.DataFrame, inventory: pd.DataFrame, limits: Limits, basis: Basis | None = None) -> Verdict:
    """Judge the jobs of one client (or shop) against the stock they were planned over; no jobs, no doubts.

    Args:
        jobs: what ``plan`` gave.
        inventory: the same rows ``plan`` saw, of the same shops.
        basis: how fresh that is; None judges the changes alone.
    """
    reasons = [*_doubts(jobs, basis, limits), *_share(jobs, inventory, limits), *_zeros(jobs, limits), *_jumps(jobs, limits)]
    return Verdict(bool(reasons), reasons)


def _doubts(jobs: pd.DataFrame, basis: Basis | None, limits: Limits) -> list[str]:
    if basis is None or not len(jobs):
        return []
    return doubts(basis, set(jobs["shop"]), limits.max_proof_age, limits.max_master_age)


def _share(jobs: pd.DataFrame, inventory: pd.DataFrame, limits: Limits) -> list[str]:
    spots = len(observed(inventory))
    if not len(jobs) or len(jobs) <= limits.max_changed_share * spots:
        return []
    return [f"{len(jobs)} of {spots} stocks would change ({len(jobs) / max(spots, 1):.0%}, allowed {limits.max_changed_share:.0%})"]


def _zeros(jobs: pd.DataFrame, limits: Limits) -> list[str]:
    zeros = jobs[(jobs["wanted_quantity"] == 0) & (jobs["observed_quantity"] > 0)]
    return [] if limits.allow_drop_to_zero or not len(zeros) else [f"{len(zeros)} would drop to zero: {_names(zeros)}"]


def _jumps(jobs: pd.DataFrame, limits: Limits) -> list[str]:
    if limits.max_relative_change is None:
        return []
    moved = (jobs["wanted_quantity"] - jobs["observed_quantity"]).abs()
    is_far = (moved > limits.small_change_units) & (moved > limits.max_relative_change * jobs["observed_quantity"])
    far = jobs[is_far.fillna(False)]
    return [f"{len(far)} would change by more than {limits.max_relative_change:g} times: {_names(far)}"] if len(far) else []


def _names(jobs: pd.DataFrame) -> str:
    rows = jobs.head(5).itertuples(index=False)
    shown = [f"{row.sku} at {row.shop} {row.site} ({row.observed_quantity} → {row.wanted_quantity})" for row in rows]
    return ", ".join(shown) + (f" and {len(jobs) - 5} more" if len(jobs) > 5 else "")
