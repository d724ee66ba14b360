"""Boards as the transforms make them, from a few hundred invented moments: what pages and mails of the tests show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd

from transforms.metrics import ShopFacts
from transforms.stages import CHAINS, Board, ShownException, StuckItem, board
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


def hostile(named: int = 100, orders: int = 1_234_567) -> Board:
    """All orders stand at the first stage and are overdue, some of them named: long, unbreakable, or markup; the rest is empty."""
    name, shop, since = "<script>1</script>&\"'" + "W" * 80, "a_shop_with_a_long_name_" * 4, datetime(2024, 1, 2, tzinfo=UTC)
    plain, lines = make("b2c"), []
    for line in plain.lines:
        entered, waits = (orders if line.stage == "ordered" else 0), (orders if line.stage == "paid" else 0)
        numbers = {"entered": entered, "reached": entered, "waiting": waits, "stuck": waits, "is_told": entered > 0}
        lines.append(replace(line, **numbers, share=None, step=None, median_hours=None, p90_hours=None))
    stuck = [StuckItem(shop, "order", f"{name if n == 0 else 10**39 + n}", "ordered", "paid", since, since) for n in range(named)]
    odd = [ShownException(shop, "order", name, "illegal_move", "shipped", "ordered", "x.y", since, since) for _ in range(50)]
    begun = {"listing": 0, "campaign": 0, "order": orders}
    return Board("b2c", plain.now, begun, 0, tuple(lines), tuple(stuck), tuple(odd), waiting_parents=3)


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
