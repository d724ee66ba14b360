"""One offer → the sheet a salesperson sends to the buyer: nothing of ours in it but the account's name."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from connectors.globalsources.workbook import Row, save_sheets
from connectors.writes import QuotationOffer

HEADER = (
    "Item 品名", "Model No. 型号", "Quantity 数量", "Unit 单位", "Unit Price 单价", "Currency 币种", "Amount 金额",
    "Incoterm 贸易术语", "Port 港口", "Remark 备注",
)  # fmt: skip


def save(out: Path, account: str, offer: QuotationOffer) -> str:
    """Write it under a name made of its content; returns that. Raises OSError: the folder cannot be written to."""
    return save_sheets(out, f"quotation__{account}", {"Quotation": _rows(offer)})


def _rows(offer: QuotationOffer) -> list[Row]:
    items: list[Row] = [
        (item.name, item.sku, item.quantity, item.unit, item.unit_price, item.currency, item.quantity * item.unit_price, item.incoterm,
         item.port, item.remark or None)
        for item in offer.items
    ]  # fmt: skip
    total = sum((item.quantity * item.unit_price for item in offer.items), Decimal(0))
    return [
        HEADER, *items, ("Total 合计", None, None, None, None, offer.items[0].currency, total),
        (), ("Your request 询价编号", offer.rfq_id or offer.inquiry_id), ("Payment terms 付款方式", offer.payment_terms),
        ("Valid until 有效期至", offer.valid_until.isoformat()), ("Message 留言", offer.message),
    ]
