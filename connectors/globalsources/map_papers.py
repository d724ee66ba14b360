"""Quotations and contracts: rows with one number are one paper, each row a line of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.contract import Shop
from connectors.files import drafts
from connectors.files.headers import Grid
from connectors.files.values import amount
from connectors.frames import Draft
from connectors.globalsources import rows, words
from connectors.globalsources.cells import Cells, Family, family
from transforms.money import exponents
from transforms.schema import Table
from transforms.tables import CONTRACT_LINES, CONTRACTS, PAYMENT_MILESTONES, QUOTATION_LINES, QUOTATIONS

DIGITS = 60  # a product of two stored decimals, and a sum of those, has fewer
OF_A_LINE = ("line_no", "model_no", "product_id", "description", "quantity", "unit", "unit_price", "moq", "lead_time_days")
_SPLIT = re.compile(r"t\s*/?\s*t\s*(\d{1,2})\s*[/:]\s*(\d{1,2})", re.IGNORECASE)

Lines = tuple[Draft, Cells, np.ndarray, list[Decimal | None]]  # the draft, its cells, each line's paper, its exact sum


def quotations(at: int, cells: Cells, shop: Shop, pseudonym: Callable[[str], str], known: Mapping[str, str]) -> dict[str, Draft]:
    paper = family(cells, "quotation_no", (*OF_A_LINE, "incoterm", "port"))
    heads, draft = paper.heads, paper.begin(at, QUOTATIONS, shop)
    heads.put_texts(
        draft, quotation_id="quotation_no", rfq_id="rfq_id", contract_id="contract_no", status_raw="status", payment_terms="payment_terms",
    )
    draft.text("inquiry_id", rows.renamed(heads.texts("inquiry_id"), known))
    heads.put_moment_and_day(draft, "issued", "issued_at")
    heads.put_day(draft, "valid_until_date", "valid_until")
    heads.put_word(draft, "status", "status", words.QUOTATION_STATUS, default="sent")
    codes = heads.currencies(draft)
    draft.text("currency", codes)
    lines, kept, parent, sums = _lines(at, cells, paper, codes, "quotation_id", "quotation_no", QUOTATION_LINES, shop)
    draft.put("total_minor", _totals(parent, sums, codes))
    lines.text("incoterm", [None if text is None else text.upper() for text in kept.texts("incoterm")])
    kept.put_texts(lines, port="port")
    drafts.exact(lines, "minimum_quantity", kept.texts("moq"))
    kept.put_counts(lines, lead_time_days="lead_time_days")
    return {"quotations": draft, "quotation_lines": lines}


def contracts(at: int, cells: Cells, shop: Shop, pseudonym: Callable[[str], str], known: Mapping[str, str]) -> dict[str, Draft]:
    paper = family(cells, "contract_no", OF_A_LINE)
    heads, draft = paper.heads, paper.begin(at, CONTRACTS, shop)
    heads.put_texts(draft, contract_id="contract_no", quotation_id="quotation_no", payment_terms="payment_terms")
    draft.text("inquiry_id", rows.renamed(heads.texts("inquiry_id"), known))
    draft.text("status_raw", [text or "signed" for text in heads.texts("status")])
    heads.put_word(draft, "status", "status", words.CONTRACT_STATUS, default="signed")
    heads.put_moment_and_day(draft, "created", "drawn_up_at" if "drawn_up_at" in cells.grid.columns else "signed_at")
    heads.put_moment(draft, "signed_at", "signed_at")
    heads.put_day(draft, "ship_by_date", "ship_by")
    draft.text("buyer_key", rows.buyer_keys(heads, pseudonym, "buyer_company", "buyer_email", "buyer_name"))
    heads.put_country(draft, "buyer_country", "buyer_country")
    draft.text("incoterm", [None if text is None else text.upper() for text in heads.texts("incoterm")])
    codes = heads.currencies(draft, "total", "items", "freight", "discount", "tax", "deposit_amount")
    draft.text("currency", codes)
    for name, field in (("shipping_minor", "freight"), ("discount_minor", "discount"), ("tax_minor", "tax"), ("total_minor", "total")):
        heads.put_amount(draft, name, field, codes)
    lines, kept, parent, sums = _lines(at, cells, paper, codes, "contract_id", "contract_no", CONTRACT_LINES, shop)
    kept.put_texts(lines, product_id="product_id")
    goods = heads.put_amount(draft, "items_minor", "items", codes)
    added = _totals(parent, sums, codes).to_pylist()
    draft.put("items_minor", pa.array([told if told is not None else sum_ for told, sum_ in zip(goods, added, strict=True)], pa.int64()))
    _put_deposits(draft, heads, codes)
    return {"contracts": draft, "contract_lines": lines, "payment_milestones": _milestones(at, draft, heads, shop)}


def _lines(
    at: int, cells: Cells, paper: Family, codes: Sequence[str | None], id_column: str, id_field: str, table: Table, shop: Shop
) -> Lines:
    """Rows that say anything of a line; one without a number is counted within its paper."""
    columns = [cells.texts(name) for name in OF_A_LINE]
    chosen = [row for row, texts in enumerate(zip(*columns, strict=True)) if any(text is not None for text in texts)]
    grid, parent = cells.grid, paper.parent[np.array(chosen, dtype=np.int64)]
    part = Grid(grid.columns, [grid.rows[row] for row in chosen], [grid.lines[row] for row in chosen], grid.width, grid.serial_offset)
    kept = replace(cells, grid=part)
    draft = drafts.begin(at, part, cells.made_at, table, shop)
    names = paper.heads.texts(id_field)
    draft.text(id_column, [names[head] for head in parent])
    places = pd.Series(parent).groupby(parent).cumcount().tolist()
    draft.text("line_id", [told or str(place + 1) for told, place in zip(kept.texts("line_no"), places, strict=True)])
    kept.put_texts(draft, sku="model_no", description="description", unit="unit")
    draft.text("currency", [codes[head] for head in parent])
    quantities = drafts.exact(draft, "quantity", kept.texts("quantity"))
    prices = drafts.exact(draft, "unit_price", kept.texts("unit_price"))
    with localcontext(prec=DIGITS):
        sums = [None if None in pair else pair[0] * pair[1] for pair in zip(quantities, prices, strict=True)]
    draft.put("total_minor", pa.array([whole(each, codes[head]) for each, head in zip(sums, parent, strict=True)], pa.int64()))
    return draft, kept, parent, sums


def whole(amount_: Decimal | None, currency: str | None) -> int | None:
    """In minor units; None where it is finer than those (333 bolts at 0.0325)."""
    digits = exponents().get(currency or "")
    with localcontext(prec=DIGITS):
        minor = None if amount_ is None or digits is None else amount_.scaleb(digits)
        return int(minor) if minor is not None and minor == minor.to_integral_value() else None


def _totals(parent: np.ndarray, sums: Sequence[Decimal | None], codes: Sequence[str | None]) -> pa.Array:
    """Each paper's lines together, rounded once; null where one of them has no sum, or there are none."""
    added: list[Decimal | None] = [None] * len(codes)
    is_whole = [True] * len(codes)
    with localcontext(prec=DIGITS):
        for head, each in zip(parent.tolist(), sums, strict=True):
            is_whole[head] &= each is not None
            added[head] = (added[head] or Decimal(0)) + (each or Decimal(0))
    found = [_rounded(each, code) if is_all else None for each, is_all, code in zip(added, is_whole, codes, strict=True)]
    return pa.array(found, pa.int64())


def _rounded(amount_: Decimal | None, currency: str | None) -> int | None:
    """In minor units, half a unit up."""
    digits = exponents().get(currency or "")
    with localcontext(prec=DIGITS):
        return None if amount_ is None or digits is None else int(amount_.scaleb(digits).quantize(Decimal(1), ROUND_HALF_UP))


def _put_deposits(draft: Draft, heads: Cells, codes: Sequence[str | None]) -> None:
    """The amount told; else the percentage told, or written into the terms (T/T 30/70), of the total, half a unit up."""
    told = heads.put_amount(draft, "deposit_minor", "deposit_amount", codes)
    totals = draft["total_minor"].to_pylist()
    percents = [_percent(*pair) for pair in zip(heads.texts("deposit_pct"), heads.texts("payment_terms"), strict=True)]
    for row, (text, percent) in enumerate(zip(heads.texts("deposit_pct"), percents, strict=True)):
        if text is not None and percent is None:
            draft.faults.add_value(row, "deposit_minor", text, "is not a percentage")
    found = [
        amount_ if amount_ is not None or None in (total, percent) else _share(total, percent)
        for amount_, total, percent in zip(told, totals, percents, strict=True)
    ]
    parts = [None if not each or each == total else each for each, total in zip(found, totals, strict=True)]
    draft.put("deposit_minor", pa.array(parts, pa.int64()))


def _percent(told: str | None, terms: str | None) -> Decimal | None:
    if told is not None:
        bare = amount(told.removesuffix("%").strip())[0]
        return Decimal(bare) if bare is not None and 0 <= Decimal(bare) <= 100 else None
    split = _SPLIT.search(terms or "")
    return Decimal(split.group(1)) if split and int(split.group(1)) + int(split.group(2)) == 100 else None


def _share(total: int, percent: Decimal) -> int:
    return int((Decimal(total) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))


def _milestones(at: int, draft: Draft, heads: Cells, shop: Shop) -> Draft:
    """Deposit and balance, or all at once; their status is what the contract's own word says of them."""
    totals, deposits, statuses = (draft[name].to_pylist() for name in ("total_minor", "deposit_minor", "status"))
    days = list(zip(heads.days("deposit_due"), heads.days("balance_due"), strict=True))
    found = []
    for row, (total, deposit) in enumerate(zip(totals, deposits, strict=True)):
        first, last = words.MILESTONES.get(statuses[row], (None, None))
        if total is not None and deposit is not None:
            found += [(row, "deposit", deposit, days[row][0], first), (row, "balance", total - deposit, days[row][1], last)]
        elif total is not None:
            found.append((row, "full", total, days[row][1] or days[row][0], first))
    parts = drafts.bare(at, [heads.grid.lines[row] for row, *_ in found], heads.made_at, PAYMENT_MILESTONES, shop)
    for name, source in (("contract_id", draft["contract_id"]), ("currency", draft["currency"])):
        parts.put(name, source.take(pa.array([row for row, *_ in found], pa.int64())))
    kinds = (("milestone", pa.string()), ("due_minor", pa.int64()), ("due_date", pa.date32()), ("status", pa.string()))
    for place, (name, kind) in enumerate(kinds, start=1):
        parts.put(name, pa.array([each[place] for each in found], kind))
    return parts
