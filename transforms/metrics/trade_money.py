"""Money that came for trade contracts: each amount with its instant, and which part of the contract's money it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from transforms.stages.deal_money import RANK, completed

GIVEN_BACK = ("refund", "reversal", "chargeback")
COLUMNS = ("shop", "at", "currency", "part", "minor")


@dataclass(frozen=True)
class _Part:
    """A part of a contract's money: what lies between ``start`` and ``end`` of all that is paid for it, the first due first."""

    name: str
    start: int
    end: int
    is_told: bool


def money_received(milestones: pd.DataFrame, payments: pd.DataFrame, places: Mapping[str, str]) -> pd.DataFrame:
    """One row an amount that came: ``shop`` (whose word it is), ``at``, ``currency``, ``part``, ``minor``.

    A part of which the contract's own source tells when it was there came then, as a whole. What transfers are told of a contract fills
    its parts in the order in which they fall due: what of them lies in a part told already came once and is not counted again; the rest
    came when the transfer did. ``part`` is ``deposit``, or ``balance`` for all else: the balance, a sum paid at once, what was paid
    beyond, and a transfer that names no contract.

    Args:
        milestones, payments: ``PAYMENT_MILESTONES`` and ``PAYMENTS`` of one client's accounts that trade by contracts.
        places: account → the account whose deals its papers are about.
    """
    rows, parts = [], defaultdict(list)
    ordered = milestones.assign(rank=milestones["milestone"].map(RANK)).sort_values("rank", kind="stable")
    for row in ordered.to_dict("records"):
        known = parts[places[row["shop"]], row["contract_id"], row["currency"]]
        start, is_told = known[-1].end if known else 0, not pd.isna(row["paid_at"])
        part = _Part("deposit" if row["milestone"] == "deposit" else "balance", start, start + int(row["due_minor"]), is_told)
        known.append(part)
        if is_told:
            rows.append((row["shop"], row["paid_at"], row["currency"], part.name, int(row["due_minor"])))
    came: dict[tuple, int] = defaultdict(int)
    for row in completed(payments, "payment").sort_values(["paid_at", "payment_id"]).to_dict("records"):
        contract = (places[row["shop"]], row["order_id"], row["currency"])
        known, start = ([], 0) if pd.isna(row["order_id"]) else (parts.get(contract, []), came[contract])
        came[contract] = start + int(row["amount_minor"])
        rows += [(row["shop"], row["paid_at"], row["currency"], *each) for each in _split(known, start, start + int(row["amount_minor"]))]
    return _frame(rows)


def money_given_back(payments: pd.DataFrame) -> pd.DataFrame:
    """The same of what went back to buyers, as positive amounts."""
    back = completed(payments, *GIVEN_BACK)
    return _frame((row["shop"], row["paid_at"], row["currency"], "returned", -int(row["amount_minor"])) for row in back.to_dict("records"))


def _split(parts: list[_Part], start: int, end: int) -> Iterator[tuple[str, int]]:
    """What of a transfer lies in parts that nobody told, and beyond them all."""
    for part in (part for part in parts if not part.is_told):
        within = min(end, part.end) - max(start, part.start)
        if within > 0:
            yield part.name, within
    beyond = end - max(start, parts[-1].end if parts else 0)
    if beyond > 0:
        yield "balance", beyond


def _frame(rows: Any) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=list(COLUMNS))
    return made.assign(at=pd.to_datetime(made["at"], utc=True).astype("datetime64[us, UTC]"))
