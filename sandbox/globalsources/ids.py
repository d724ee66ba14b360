"""What the seller's people and the platform call things; each from the deal's number."""

from __future__ import annotations

from sandbox.world.trade import Deal


def inquiry(deal: Deal) -> str:
    return f"GSI{deal.number}"


def rfq(deal: Deal) -> str:
    return f"GSR{deal.number}"


def quotation(deal: Deal, index: int) -> str:
    return f"HBQ-{deal.number}-{index + 1}"


def contract(deal: Deal) -> str:
    return f"PI{deal.number}"


def shipment(deal: Deal, index: int) -> str:
    return f"S{deal.number}-{index + 1}"


def inspection(deal: Deal, index: int) -> str:
    return f"INS-{deal.number}-{index + 1}"


def acceptance(deal: Deal, index: int) -> str | None:
    """Numbered only where a contract has several."""
    return f"ACC-{deal.number}-{index + 1}" if len(deal.acceptances) > 1 else None


def payment(deal: Deal, what: str) -> str:
    return f"TT{deal.number}-{what}"
