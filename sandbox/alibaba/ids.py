"""Alibaba.com's numbers and ways of writing, over the world's."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sandbox.world import SHOPS
from sandbox.world.model import Product
from sandbox.world.trade import Deal, Firm

PACIFIC = ZoneInfo("America/Los_Angeles")  # of dates as texts, in and out
CARRIERS = {
    "COSCO": "EX_ASP_OCEAN_COSCO", "Maersk": "EX_ASP_OCEAN_MAERSK", "MSC": "EX_ASP_OCEAN_MSC", "Evergreen": "EX_ASP_OCEAN_EVERGREEN",
    "Cathay Cargo": "EX_ASP_AIR_CX", "Lufthansa Cargo": "EX_ASP_AIR_LH", "DHL": "EX_ASP_DHL", "FedEx": "EX_ASP_FEDEX", "UPS": "EX_ASP_UPS",
    "China Post": "EX_ASP_CHINA_POST",
}


def seller_id(shop: str) -> int:
    return 2_210_000_000_000 + SHOPS[shop].number


def trade_id(deal: Deal) -> str:
    """More digits than a float holds exactly."""
    return str(234_000_000_000_000_000 + deal.number * 1000 + 17)


def lot(deal: Deal) -> int:
    """A number to vary small things by, from deal to deal."""
    return deal.number // 1000 + deal.number % 10


def deal_number(wanted: str) -> int | None:
    """The world's number behind a trade id; None where it is none."""
    number, tail = divmod(int(wanted) - 234_000_000_000_000_000, 1000) if wanted.isascii() and wanted.isdecimal() else (0, 0)
    return number if number > 0 and tail == 17 else None


def masked(number: str) -> str:
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"


def line_id(deal: Deal, index: int) -> str:
    return f"{trade_id(deal)}{index:02d}"


def buyer_id(firm: Firm) -> str:
    return f"B{700_000_000 + firm.number * 13}"


def rfq_id(deal: Deal) -> str:
    return str(9_000_000_000 + deal.number)


def noun(product: Product) -> int:
    return product.number % 1000 // 4


def sku_id(product: Product) -> int:
    return 105_000_000_000 + product.number


def disguised(product_id: int) -> str:
    """The same product's number as the old platform writes it."""
    return "IDX1" + hashlib.sha256(str(product_id).encode()).hexdigest()[:24]


def money(minor: int | None, currency: str) -> dict[str, str] | None:
    return None if minor is None else {"amount": f"{Decimal(minor).scaleb(-2):.4f}", "currency": currency}


def exact(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": f"{amount:.4f}", "currency": currency}


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def stamp(at: datetime | None) -> dict[str, object] | None:
    """An instant as texts and as milliseconds: ``Jun. 11, 2024, 20:10:13 PDT.``"""
    if at is None:
        return None
    return {"format_date": at.astimezone(PACIFIC).strftime("%b. %d, %Y, %H:%M:%S %Z."), "timestamp": str(milliseconds(at))}
