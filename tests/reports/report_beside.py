"""Sections beside sales to report on: a realistic week, one without anything, and one with everything at its longest."""

from __future__ import annotations

from reports.facts import Beside
from transforms.delivery import DeliveryWeek, SilentParcel
from transforms.promised import PromisedWeek
from transforms.promotion import AdWeek, Promotion, VisitWeek
from transforms.unmatched import PaymentException, PaymentWeek

AS_OF = "2026-11-16T03:00:00+00:00"


def delivery(**changes) -> DeliveryWeek:
    """A hundred and twenty parcels, four of them silent."""
    named = tuple(SilentParcel("lumora_amazon_us", f"114-{n}", f"1Z999AA1012345678{n}", f"2026-11-0{n}") for n in range(2, 6))
    facts = {
        "as_of": AS_OF, "sent": 120, "delivered": 98, "timed": 96, "median_seconds": 3 * 86_400 + 17_280, "p90_seconds": 6 * 86_400,
        "under_way": 51, "silent": 4, "silent_since": "2026-11-02", "silent_days": 7, "named": named, "untold": 3, "undated": 0,
    }  # fmt: skip
    return DeliveryWeek(**{**facts, **changes})


NOTHING = {
    "sent": 0, "delivered": 0, "timed": 0, "median_seconds": None, "p90_seconds": None, "under_way": 0, "silent": 0, "silent_since": None,
    "named": (), "untold": 0, "undated": 0,
}  # fmt: skip


def payments(*exceptions, **changes) -> PaymentWeek:
    facts = {"providers": ("paypal",), "compared": 41, "until": "2026-11-15T22:00:00+00:00", "exceptions": exceptions}
    return PaymentWeek(**{**facts, **changes})


def lost(kind="no_order", **changes) -> PaymentException:
    facts = {"kind": kind, "account": "lumora_paypal", "provider": "paypal", "currency": "USD", "count": 3, "amount_minor": 12_990}
    return PaymentException(**{**facts, "references": ("INV-1", "INV-2", "INV-3"), **changes})


def promotion(**changes) -> Promotion:
    ads = (AdWeek("amazon_ads", "USD", 120_000, 480_000, 61, 7), AdWeek("meta", "USD", 50_000, None, None, 5))
    visits = (VisitWeek("US", 8_123, 402, 7), VisitWeek("DE", 2_000, None, 7))
    files = {"ads_file": "2026-11-15T09:00:00+00:00", "traffic_file": "2026-11-16T01:00:00+00:00"}
    return Promotion(**{"as_of": AS_OF, "period_days": 7, "ads": ads, "visits": visits, **files, **changes})


def full() -> Beside:
    said = lost("no_payment", account="lumora_amazon_us", references=("1001",), count=1)
    return Beside(delivery(), PromisedWeek(50, 46, 4), payments(lost(), lost(currency="EUR", amount_minor=99), said), promotion())


def empty() -> Beside:
    """A night of a client of whose parcels, payments and promotion nothing is known this week."""
    return Beside(delivery(**NOTHING), None, payments(compared=0, until=None), promotion(ads=(), visits=()))


def unkind() -> Beside:
    """Words without a place to break, large sums of a currency written by its code, every list at its longest."""
    word = "X" * 60
    named = tuple(SilentParcel("shop" * 20, word, word, "2026-11-02") for _ in range(20))
    lots = tuple(lost(kind, currency=code, amount_minor=987_654_321_000_000, count=10**6, account="shop" * 20, references=(word,) * 20)
                 for kind in ("no_order", "no_payment") for code in ("IDR", "KWD", "VND", "USD", "EUR", "GBP", "JPY", "CNY"))  # fmt: skip
    ads = tuple(AdWeek(word, "IDR", 987_654_321_000_000, 9_876_543_210, 10**6, 6) for _ in range(20))
    visits = tuple(VisitWeek(site, 987_654_321, 123_456_789, 6) for site in ("US", "GB", "DE", "FR", "JP") * 4)
    counts = dict.fromkeys(("sent", "delivered", "timed", "silent", "untold", "undated"), 10**6)
    numbers = {**counts, "p90_seconds": 10**8, "named": named}
    return Beside(delivery(**numbers), PromisedWeek(10**6, 10**6, 10**6), payments(*lots), promotion(ads=ads, visits=visits))
