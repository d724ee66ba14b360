"""Kinds of subjects a shop has: which tables speak of them, by which columns, and what their rows prove."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from transforms.stages import deals
from transforms.stages.deal_proofs import deal_proofs, deal_waits
from transforms.stages.derive import StagedShop
from transforms.stages.goods import ADVERTISING, campaign_ids, campaign_proofs, listing_proofs, seller_proofs
from transforms.stages.orders import order_proofs

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Subject:
    """One kind of subject.

    Attributes:
        columns: table → the column whose values lead to the subjects its rows speak of (deals: to their documents).
        proofs: rows of all these tables, for the subjects concerned, → proofs.
        ids: the same rows → every subject id they may be about; what is stored of those is replaced as a set.
        waits: the same rows → missing parents.
        derived: table → the one derived from it that is read in its place, and is up to date by then.
        only: table → (column, value) of those of its rows that speak of such subjects.
        by_line: tables whose rows may name an order line in place of the order.
        heads: tables each subject has a row in, one of them at least; by default the first.
    """

    columns: Mapping[str, str]
    proofs: Callable[[Frames, StagedShop], pd.DataFrame]
    ids: Callable[[Frames], pd.Series]
    waits: Callable[[Frames], pd.DataFrame] | None = None
    derived: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    by_line: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()


SUBJECTS = {
    "seller": Subject({"seller_accounts": "account_id"}, seller_proofs, lambda frames: frames["seller_accounts"]["account_id"]),
    "listing": Subject(
        {"listings": "listing_id"}, listing_proofs, lambda frames: frames["listings"]["site"] + "/" + frames["listings"]["listing_id"],
    ),
    "campaign": Subject(
        {"ad_spend": "campaign_id", "ledger_entries": "kind_raw"}, campaign_proofs, campaign_ids,
        only={"ledger_entries": ("kind", ADVERTISING)}, heads=("ad_spend", "ledger_entries"),
    ),
    "order": Subject(
        dict.fromkeys(("orders", "shipments", "returns", "reviews", "payments"), "order_id"), order_proofs,
        lambda frames: frames["orders"]["order_id"], derived={"shipments": "followed_shipments"}, by_line=("reviews",),
    ),
    "deal": Subject(
        {table: (deals.COLUMNS | deals.CONTRACT_IN).get(table, "contract_id") for table in deals.TABLES}, deal_proofs,
        lambda frames: pd.Series(sorted(deals.deals_of(frames)), dtype="string[pyarrow]"), deal_waits,
    ),
}  # fmt: skip
