"""What the seller's people and the platform call things; each from the deal's number.

What Alibaba.com numbers itself bears its number also in the seller's own lists.
"""

from __future__ import annotations

from sandbox.alibaba import ids as platform
from sandbox.world.trade import Deal

ALIBABA = "harbor_alibaba"


def inquiry(deal: Deal) -> str:
    return f"{'INQ' if deal.shop == ALIBABA else 'GSI'}{deal.number}"


def rfq(deal: Deal) -> str:
    return platform.rfq_id(deal) if deal.shop == ALIBABA else f"GSR{deal.number}"


def quotation(deal: Deal, index: int) -> str:
    return f"HBQ-{deal.number}-{index + 1}"


def contract(deal: Deal) -> str:
    return platform.trade_id(deal) if deal.shop == ALIBABA else f"PI{deal.number}"


def shipment(deal: Deal, index: int) -> str:
    return f"S{deal.number}-{index + 1}"


def inspection(deal: Deal, index: int) -> str:
    return f"INS-{deal.number}-{index + 1}"


def acceptance(deal: Deal, index: int) -> str | None:
    """Numbered only where a contract has several."""
    return f"ACC-{deal.number}-{index + 1}" if len(deal.acceptances) > 1 else None


def payment(deal: Deal, what: str) -> str:
    return f"TT{deal.number}-{what}"
