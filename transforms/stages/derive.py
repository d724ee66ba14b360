"""Proofs into stage events: one event a subject and stage, and no move that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from transforms.schema import Kind
from transforms.stages.chain import Chain
from transforms.tables import STAGE_EVENTS, STAGE_EXCEPTIONS

SUBJECT = ["subject_kind", "subject_id"]
PROOF = {
    "subject_kind": Kind.TEXT, "subject_id": Kind.TEXT, "stage": Kind.TEXT, "entered_at": Kind.INSTANT, "entered_date": Kind.DAY,
    "evidence": Kind.TEXT,
}
WAIT = {**dict.fromkeys(("subject_kind", "subject_id", "stage", "ref", "evidence"), Kind.TEXT), "since_at": Kind.INSTANT}
PATIENCE = timedelta(days=30)  # how long a missing parent is waited for


@dataclass(frozen=True)
class StagedShop:
    """Whose stages they are.

    Attributes:
        zone: IANA; the account's own days, for instants that have no calendar day beside them.
        feeders: the client's other accounts whose papers are about this shop's deals (what a platform does not tell of them).
    """

    client: str
    name: str
    mode: str
    zone: str
    feeders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Derived:
    """``events``: ``STAGE_EVENTS``. ``exceptions``: ``STAGE_EXCEPTIONS``. Both sorted by key."""

    events: pd.DataFrame
    exceptions: pd.DataFrame

    def of(self, kind: str) -> Derived:
        """What is about one kind of subject."""
        return Derived(*(frame[(frame["subject_kind"] == kind).to_numpy(dtype=bool)] for frame in (self.events, self.exceptions)))


def derive(chain: Chain, shop: StagedShop, proofs: pd.DataFrame, waits: pd.DataFrame | None = None) -> Derived:
    """The stages these proofs show; the order of rows says nothing.

    A stage that several rows prove is entered at the earliest of them. A stage is **refused** where both its day and its instant
    lie before those of a stage it must follow: an illegal move, told as an exception and kept out of the events; what follows is
    judged as if it had not been told. Days, because some sources tell only the day; instants too, because two accounts of one
    deal may count their days in two zones.

    Args:
        proofs: columns of ``PROOF``; rows of stages that are not in ``chain`` count nowhere, so that one reading of an order
            serves two modes.
        waits: columns of ``WAIT``: elders that are named and not there, with when the youngest was first seen.
    """
    told = _earliest(proofs[proofs["stage"].isin(chain.by_name)])
    refused, against = _refused(chain, told)
    scope = {"client": shop.client, "shop": shop.name, "mode": chain.mode}
    events = _stamped(told[~refused], scope)
    exceptions = []
    if refused.any():
        moves = told[refused]
        exceptions.append(moves.assign(ref=against[refused], kind="illegal_move", since_at=moves["entered_at"], due_at=moves["entered_at"]))
    waits = waits[waits["stage"].isin(chain.by_name)] if waits is not None else ()
    if len(waits):
        exceptions.append(waits.assign(kind="missing_parent", due_at=waits["since_at"] + PATIENCE))
    typed = [STAGE_EXCEPTIONS.conform(_stamped(each, scope)[list(STAGE_EXCEPTIONS.names)]) for each in exceptions]
    return Derived(_ordered(events, STAGE_EVENTS), _ordered(pd.concat(typed or [STAGE_EXCEPTIONS.empty()]), STAGE_EXCEPTIONS))


def _earliest(proofs: pd.DataFrame) -> pd.DataFrame:
    """One row a subject and stage; of two proofs at one instant the first by the alphabet of their evidence."""
    ordered = proofs.dropna(subset="entered_at").sort_values([*SUBJECT, "stage", "entered_at", "evidence"])
    return ordered.drop_duplicates([*SUBJECT, "stage"]).reset_index(drop=True)


def _refused(chain: Chain, told: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Per row: whether it is refused, and the stage it lies before (the latest of several)."""
    row = told.groupby(SUBJECT, sort=False).ngroup().to_numpy()
    column = told["stage"].map(chain.place).to_numpy(dtype="int64")
    days = np.full((row.max() + 1 if len(row) else 0, len(chain.stages)), np.nan)  # one row a subject, one column a stage
    days[row, column] = told["entered_date"].to_numpy(dtype="datetime64[D]").astype("int64")
    micros = days.copy()
    micros[row, column] = told["entered_at"].astype("datetime64[us, UTC]").astype("int64").to_numpy()
    against = np.full(days.shape, -1)
    for stage in chain.stages:
        elders, here = [chain.place[name] for name in chain.before[stage.name]], chain.place[stage.name]
        if elders:
            later = (days[:, elders] > days[:, [here]]) & (micros[:, elders] > micros[:, [here]])
            is_bad = later.any(axis=1)
            latest = np.where(later, days[:, elders], -np.inf).argmax(axis=1)
            against[is_bad, here] = np.array(elders)[latest][is_bad]
            days[is_bad, here] = np.nan  # refused, so nothing is held against it
    names = np.array([*chain.place, None], dtype=object)
    found = against[row, column]
    return found >= 0, names[found]


def _stamped(frame: pd.DataFrame, scope: Mapping[str, str]) -> pd.DataFrame:
    return frame.assign(**scope)


def _ordered(frame: pd.DataFrame, table) -> pd.DataFrame:
    """By the key; the scope and the mode are the same on every row."""
    if not len(frame):
        return table.empty()
    wanted = table.conform(frame[list(table.names)])
    return wanted.sort_values([name for name in table.key if name != "mode"], ignore_index=True)

