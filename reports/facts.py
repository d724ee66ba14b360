"""What a report is told beside the metrics, and what it is once built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from transforms.delivery import DeliveryWeek
from transforms.metrics import TradeWeek
from transforms.promised import PromisedWeek
from transforms.promotion import Promotion
from transforms.unmatched import PaymentWeek


class ReportError(ValueError):
    """A report cannot be built from what it was given: which client, what is wrong, what to do."""


@dataclass(frozen=True)
class Brand:
    """How a client's mail looks and whom it speaks of; from the client's YAML.

    Attributes:
        name: the brand as its owner writes it.
        colour: ``#rrggbb``.
        logo_text: what stands where a logo would; the brand's name when empty.
    """

    name: str
    colour: str = "#1f4e79"
    logo_text: str = ""


@dataclass(frozen=True)
class ShopCertificate:
    """How far one shop's data is proven complete.

    Attributes:
        certified_until: instant (UTC-aware) up to which all it was asked for is certified; None: nothing is.
        since: instant from which on all is certified up to there; a week before it cannot be compared with. None: not known, so none can.
    """

    shop: str
    certified_until: datetime | None
    since: datetime | None = None


@dataclass(frozen=True)
class Beside:
    """What a report tells beside sales; what is None has no section. Nothing of it is restated in later reports.

    Attributes:
        delivery: always given by a night.
        promised: where orders of the week were promised for a day.
        payments: where the client has an account at a payment service.
        promotion: where it saves exports of advertising or traffic.
        trade: where it trades with businesses; told at the head of the report, behind retail sales where it has both.
    """

    delivery: DeliveryWeek | None = None
    promised: PromisedWeek | None = None
    payments: PaymentWeek | None = None
    promotion: Promotion | None = None
    trade: TradeWeek | None = None


@dataclass(frozen=True)
class Report:
    """A finished report: frozen text, ready to be stored and mailed.

    Attributes:
        period_start, period_end: ISO days [start, end) in the client's zone.
        data: plain JSON-able data behind every figure shown.
        is_complete: every shop was certified to the period's end.
    """

    client: str
    period_start: str
    period_end: str
    language: str
    subject: str
    html: str
    text: str
    data: dict[str, Any]
    is_complete: bool

    @property
    def period(self) -> str:
        """``2026-11-09_2026-11-15``: first and last day, fit for a file name."""
        return f"{self.period_start}_{self.data['metrics']['last_day']}"
