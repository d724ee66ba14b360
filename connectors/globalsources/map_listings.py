"""The agency's product workbook: one row a model, or one a step of its price ladder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

import numpy as np
import pyarrow as pa

from connectors.columns import RATE
from connectors.contract import Shop
from connectors.files import drafts
from connectors.frames import Draft
from connectors.globalsources import words
from connectors.globalsources.book import STEPS
from connectors.globalsources.cells import Cells, family
from connectors.globalsources.map_papers import whole
from transforms.tables import INVENTORY, LISTINGS, PRICE_TIERS

LOCATION = "DEFAULT"
OF_A_STEP = ("moq", "fob_price_min", "fob_price_max")
Step = tuple[int, Decimal, Decimal, Decimal | None]  # head, from how many, price, upper end of a range


def listings(at: int, cells: Cells, shop: Shop, pseudonym: Callable[[str], str], known: Mapping[str, str]) -> dict[str, Draft]:
    goods = family(cells, "model_no", OF_A_STEP)
    heads, draft = goods.heads, goods.begin(at, LISTINGS, shop)
    draft.constant("site", shop.sites[0])
    draft.constant("fulfilled_by", "seller")
    heads.put_texts(draft, listing_id="model_no", sku="model_no", title="name")
    heads.put_moment_and_day(draft, "listed", "listed_at")
    draft.text("status_raw", [text or "active" for text in heads.texts("status")])
    heads.put_word(draft, "status", "status", words.LISTING_STATUS, default="active")
    codes = heads.currencies(draft, *(f"tier_price_{n}" for n in STEPS))
    steps = _steps(cells, goods.parent, heads, draft)
    least = {head: price for head, _, price, _ in sorted(steps, key=lambda step: -step[1])}
    prices = [whole(least.get(head), code) for head, code in enumerate(codes)]
    draft.text("currency", codes)
    draft.put("price_minor", pa.array(prices, pa.int64()))
    return {"listings": draft, "price_tiers": _tiers(at, steps, heads, codes, shop), "inventory": _stock(at, heads, shop)}


def _steps(cells: Cells, parent: np.ndarray, heads: Cells, draft: Draft) -> list[Step]:
    """From the numbered columns where a model has any, else from its rows."""
    found = _numbered(heads, draft)
    has_ladder = {head for head, *_ in found}
    rows = zip(parent.tolist(), *(cells.texts(name) for name in OF_A_STEP), strict=True)
    for head, *texts in rows:
        if head not in has_ladder and texts[1] is not None:
            moq, low, high = (_number(draft, head, name, text) for name, text in zip(OF_A_STEP, texts, strict=True))
            if low is not None:
                found.append((head, moq if moq is not None else Decimal(1), low, high if high != low else None))
    return found


def _numbered(heads: Cells, draft: Draft) -> list[Step]:
    found: list[Step] = []
    for n in STEPS:
        names = f"tier_quantity_{n}", f"tier_price_{n}"
        for head, texts in enumerate(zip(*(heads.texts(name) for name in names), strict=True)):
            if None not in texts:
                quantity, price = (_number(draft, head, name, text) for name, text in zip(names, texts, strict=True))
                found += [(head, quantity, price, None)] if None not in (quantity, price) else []
            elif any(texts):
                draft.faults.add(head, names[0], "a step needs both its quantity and its price")
    return found


def _number(draft: Draft, head: int, name: str, text: str | None) -> Decimal | None:
    found = None if text is None else drafts.number(text)
    if text is not None and found is None:
        draft.faults.add_value(head, name, text, "is not an amount")
    return found


def _tiers(at: int, steps: list[Step], heads: Cells, codes: list[str | None], shop: Shop) -> Draft:
    names, units = heads.texts("model_no"), heads.texts("unit")
    draft = drafts.bare(at, [heads.grid.lines[head] for head, *_ in steps], heads.made_at, PRICE_TIERS, shop)
    draft.constant("site", shop.sites[0])
    for name, values in (("listing_id", names), ("unit", units), ("currency", codes)):
        draft.text(name, [values[head] for head, *_ in steps])
    for name, place in (("minimum_quantity", 1), ("unit_price", 2), ("highest_price", 3)):
        draft.put(name, pa.array([step[place] for step in steps], RATE))
    return draft


def _stock(at: int, heads: Cells, shop: Shop) -> Draft:
    """Only of models whose stock is told."""
    stocked = [row for row, text in enumerate(heads.texts("stock")) if text is not None]
    draft = drafts.bare(at, [heads.grid.lines[row] for row in stocked], heads.made_at, INVENTORY, shop)
    for name, value in (("site", shop.sites[0]), ("location", LOCATION), ("fulfilled_by", "seller")):
        draft.constant(name, value)
    draft.text("sku", [heads.texts("model_no")[row] for row in stocked])
    drafts.counts(draft, "sellable_quantity", [heads.texts("stock")[row] for row in stocked])
    return draft
