"""Boards as the transforms make them, from a few hundred invented moments: what pages and mails of the tests show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd

from transforms.metrics import ShopFacts
from transforms.stages import CHAINS, Board, board
from transforms.tables import STAGE_EVENTS, STAGE_EXCEPTIONS

NOW = datetime(2026, 11, 16, 3, tzinfo=UTC)
SHOPS = (
    ShopFacts("lumora_amazon_us", "amazon", ("US",)), ShopFacts("lumora_shopify", "shopify", ("US",)),
    ShopFacts("kiln_etsy", "etsy", ("US",)), ShopFacts("harbor_alibaba", "alibaba", ("CN",)),
)
_SHOP = {"b2b": "harbor_alibaba", "b2c": "lumora_shopify", "c2c": "kiln_etsy", "agency": "*"}
_PACE = {"b2b": 90, "b2c": 20, "c2c": 30, "agency": 100}  # hours from stage to stage


def make(mode: str, subjects: int = 60, now: datetime = NOW, exceptions: bool = False) -> Board:
    """Every seventh subject stops one stage further on; the others go to their end, a little slower one than the one before."""
    chain = CHAINS[mode]
    events, words = [], []
    for leg in chain.legs:
        kind = leg[0].subject
        for n in range(subjects if kind in ("order", "deal") else 4):
            stop = 1 + (n // 7) % len(leg) if n % 7 == 0 else len(leg) if n % 3 else max(len(leg) - 1, 1)
            begun = now - timedelta(days=60 - n % 55)
            for at, stage in enumerate(leg[:stop]):
                entered = begun + timedelta(hours=_PACE[mode] * at + n * 0.7 * at)
                if entered < now:
                    events.append((_SHOP[mode], kind, _number(kind, n), stage.name, entered, stage.proofs[0]))
            if kind == "order":
                words.append((_SHOP[mode], kind, _number(kind, n), "cancelled" if n % 14 == 0 else "paid"))
    columns = ["shop", "subject_kind", "subject_id", "stage", "entered_at", "evidence"]
    frame = pd.DataFrame(events, columns=columns).assign(client="lumora", mode=mode)
    frame["entered_date"] = [at.date() for at in frame["entered_at"]]
    standing = pd.DataFrame(words, columns=["shop", "subject_kind", "subject_id", "status"])
    return board(chain, STAGE_EVENTS.conform(frame), _exceptions(mode) if exceptions else STAGE_EXCEPTIONS.empty(), standing, {}, now)


def _number(kind: str, n: int) -> str:
    numbers = {"order": f"114-{7_000_000 + n}-55", "deal": f"inquiry/{90_000_000_000 + n}", "month": f"2026-{n + 8:02}"}
    return numbers.get(kind, f"{kind} {n}")


def _exceptions(mode: str) -> pd.DataFrame:
    first, last = CHAINS[mode].legs[-1][0].name, CHAINS[mode].legs[-1][-1].name
    subject = {"client": "lumora", "shop": _SHOP[mode], "mode": mode, "subject_kind": "deal", "subject_id": "quotation/Q-2026-0117"}
    rows = [
        {"kind": "illegal_move", "stage": last, "ref": first, "evidence": "x.y", "since_at": NOW, "due_at": NOW},
        {"kind": "missing_parent", "stage": first, "ref": "contracts/PI-2026-0042 > quotations/Q-2026-0117", "evidence": "x.y",
         "since_at": NOW - timedelta(days=40), "due_at": NOW - timedelta(days=10)},
        {"kind": "missing_parent", "stage": first, "ref": "contracts/PI-9 > quotations/Q-9", "evidence": "x.y", "since_at": NOW,
         "due_at": NOW + timedelta(days=30)},
    ]  # fmt: skip
    return STAGE_EXCEPTIONS.conform(pd.DataFrame([subject | row for row in rows]))
