"""Inquiries and requests for quotation. A mail is a file of one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.contract import Shop
from connectors.files import drafts
from connectors.frames import Draft
from connectors.globalsources import rows, words
from connectors.globalsources.cells import Cells
from transforms.tables import INQUIRIES, RFQS


def inquiries(at: int, cells: Cells, shop: Shop, pseudonym: Callable[[str], str], known: Mapping[str, str]) -> dict[str, Draft]:
    draft = drafts.begin(at, cells.grid, cells.made_at, INQUIRIES, shop)
    draft.text("inquiry_id", rows.inquiry_ids(cells, pseudonym, known))
    cells.put_moment_and_day(draft, "received", "received_at")
    cells.put_texts(
        draft, subject="subject", status_raw="status", sku="product_ref", product_name="product_name", unit="unit",
        assigned_to="assigned_to",
    )
    cells.put_word(draft, "source", "source", words.INQUIRY_SOURCE, default="inquiry")
    cells.put_word(draft, "status", "status", words.INQUIRY_STATUS, default="new")
    draft.text("buyer_key", rows.buyer_keys(cells, pseudonym, "buyer_company", "buyer_email", "buyer_name"))
    cells.put_country(draft, "buyer_country", "buyer_country")
    drafts.exact(draft, "quantity", cells.texts("quantity"))
    drafts.exact(draft, "target_price", cells.texts("target_price"))
    draft.text("currency", cells.currencies(draft, "target_price"))
    return {"inquiries": draft}


def rfqs(at: int, cells: Cells, shop: Shop, pseudonym: Callable[[str], str], known: Mapping[str, str]) -> dict[str, Draft]:
    draft = drafts.begin(at, cells.grid, cells.made_at, RFQS, shop)
    cells.put_texts(
        draft, rfq_id="rfq_id", subject="subject", status_raw="status", category="category", unit="unit", payment_terms="payment_terms"
    )
    cells.put_moment_and_day(draft, "posted", "posted_at")
    cells.put_moment(draft, "expires_at", "expires_at")
    cells.put_word(draft, "status", "status", words.RFQ_STATUS, default="open")
    cells.put_country(draft, "buyer_country", "buyer_country")
    cells.put_country(draft, "destination_country", "destination_country")
    draft.text("incoterm", [None if text is None else text.upper() for text in cells.texts("shipping_terms")])
    drafts.exact(draft, "quantity", cells.texts("quantity"))
    drafts.exact(draft, "target_price", cells.texts("target_price"))
    draft.text("currency", cells.currencies(draft, "target_price"))
    cells.put_counts(draft, quotes_left="quotes_left")
    return {"rfqs": draft}
