"""How a deal lives: from the first question to goods accepted, drawn from one random stream a deal.

Deals stop at every stage: questions nobody answers, quotations that expire, deposits that never come, transfers that are not
matched, ships that do not arrive, contracts called off, changed, frozen and charged back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sandbox.world.cast import ZONES
from sandbox.world.deal_goods import send_and_accept
from sandbox.world.firms import Firm
from sandbox.world.ladders import fine_price, trait
from sandbox.world.model import Product
from sandbox.world.trade import Acceptance, Consignment, Deal, DealEvent, Inquiry, Inspection, Quotation, Rfq, Terms, TradeLine

CURRENCY = "USD"
PORTS = {"CN": ("Ningbo", "Shanghai", "Shenzhen"), "HK": ("Hong Kong",)}


@dataclass
class Draft:
    """A deal in the making. ``product`` is what was asked for, ``others`` what is quoted beside it."""

    number: int
    shop: str
    site: str
    firm: Firm
    inquiry: Inquiry | None
    rfq: Rfq | None
    product: Product
    others: tuple[Product, ...]
    events: list[DealEvent] = field(default_factory=list)
    quotations: list[Quotation] = field(default_factory=list)
    consignments: tuple[Consignment, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()

    def add(self, at: datetime, kind: str, **more: object) -> datetime:
        self.events.append(DealEvent(at, kind, **more))
        return at

    def local(self, at: datetime):
        return at.astimezone(ZONES[self.site]).date()


def live(rng: Random, draft: Draft, at: datetime) -> Deal:
    """The whole deal. Events come back in time order; streams of other deals are not touched."""
    agreed = _negotiate(rng, draft, at)
    contract = _contract(rng, draft, agreed) if agreed else {}
    events = tuple(sorted(draft.events, key=lambda event: event.at))
    return Deal(
        draft.number, draft.shop, draft.site, draft.firm, CURRENCY, draft.inquiry, draft.rfq, tuple(draft.quotations), events=events,
        consignments=draft.consignments, inspections=draft.inspections, acceptances=draft.acceptances, **contract,
    )


def later(rng: Random, at: datetime, least_hours: float, most_hours: float) -> datetime:
    return at + timedelta(seconds=round(rng.uniform(least_hours, most_hours) * 3600))


def _negotiate(rng: Random, draft: Draft, at: datetime) -> datetime | None:
    """Up to the accepted quotation, or to where it ended (None)."""
    if draft.rfq:
        draft.add(at, "posted")
        draft.add(draft.rfq.expires_at, "request_expired")
        if rng.random() < 0.45:
            return None
        answered = later(rng, at, 2, (draft.rfq.expires_at - at) / timedelta(hours=1) - 1)
    else:
        answered = _read_and_reply(rng, draft, at)
        if answered is None:
            return None
    return _quote(rng, draft, answered)


def _read_and_reply(rng: Random, draft: Draft, at: datetime) -> datetime | None:
    draft.add(at, "asked")
    fate = rng.random()
    if fate < 0.08:
        draft.add(later(rng, at, 1, 30), "spam")
    elif fate >= 0.16:
        read = draft.add(later(rng, at, 0.1, 30), "read")
        if fate >= 0.24:
            replied = draft.add(later(rng, read, 0.1, 20), "replied")
            if fate >= 0.42:
                return replied
            draft.add(later(rng, replied, 48, 240), "closed")
    return None


def _quote(rng: Random, draft: Draft, at: datetime) -> datetime | None:
    """One to three offers, each of them lower."""
    if rng.random() < 0.04:
        _offer(rng, draft, later(rng, at, 1, 30), Decimal(1), "drafted")
        return None
    discount = Decimal(1)
    for _ in range(3):
        sent = later(rng, at, 1, 60)
        quotation = _offer(rng, draft, sent, discount, "quoted")
        fate = rng.random()
        if fate < 0.22:
            expired = datetime.combine(quotation.valid_until + timedelta(days=1), datetime.min.time(), ZONES[draft.site])
            draft.add(expired.astimezone(sent.tzinfo), "quote_expired", index=quotation.index)
            return None
        at = later(rng, sent, 5, 120)
        if fate > 0.5:
            return draft.add(at, "quote_accepted", index=quotation.index)
        draft.add(at, "quote_rejected", index=quotation.index)
        discount *= Decimal("0.97")
    if draft.rfq:
        draft.add(at, "lost")
    return None


def _offer(rng: Random, draft: Draft, at: datetime, discount: Decimal, kind: str) -> Quotation:
    if draft.quotations:
        former = draft.quotations[-1].lines
        lines = tuple(replace(line, unit_price=_price(line.unit_price * discount)) for line in former)
    else:
        lines = tuple(_line(rng, index, product, draft) for index, product in enumerate((draft.product, *draft.others)))
    incoterm = draft.rfq.incoterm if draft.rfq else rng.choice(("FOB", "FOB", "CIF", "EXW", "DAP"))
    quotation = Quotation(
        len(draft.quotations), lines, draft.local(at) + timedelta(days=rng.choice((7, 15, 30))), incoterm, rng.choice(PORTS[draft.site]),
        draft.rfq.payment_terms if draft.rfq else rng.choice(("T/T 30/70", "T/T 50/50", "100% in advance")), rng.choice((10, 15, 25, 35)),
    )
    draft.quotations.append(quotation)
    draft.add(at, kind, index=quotation.index)
    return quotation


def _line(rng: Random, index: int, product: Product, draft: Draft) -> TradeLine:
    mine, asked = trait(product), draft.inquiry or draft.rfq
    lots = mine.least * rng.choice((1, 2, 4, 8))
    odd = mine.step * rng.randrange(1, 300) if rng.random() < 0.15 else Decimal(0)
    wanted = asked.quantity if index == 0 and asked.quantity else lots + odd
    return TradeLine(index, product, wanted, mine.unit, _price(fine_price(product) * rng.randint(92, 115) / 100), Decimal(mine.least))


def _price(value: Decimal) -> Decimal:
    """Cheap goods are priced to a hundredth of a cent, dear ones to the cent."""
    return value.quantize(Decimal("0.0001") if value < 1 else Decimal("0.01"))


def _contract(rng: Random, draft: Draft, agreed: datetime) -> dict[str, object]:
    """The contract's terms, and what becomes of it; gives the deal's own fields of it."""
    offer, courier = draft.quotations[-1], rng.random() < 0.25
    percent = None if courier or rng.random() < 0.1 else 50 if "50" in offer.payment_terms else 30
    terms = _terms(rng, offer.lines, percent)
    drawn = draft.add(later(rng, agreed, 3, 90), "drawn_up")
    signed = later(rng, drawn, 2, 90)
    ship_by = draft.local(signed) + timedelta(days=offer.lead_time_days + 14)
    due_on = {name: ship_by if name == "balance" else draft.local(signed) + timedelta(days=7) for name in terms.due_minor}
    _run(rng, draft, terms, drawn, signed, courier)
    written = "100% in advance" if percent is None else f"T/T {percent}/{100 - percent}"
    return {
        "terms": terms, "incoterm": offer.incoterm, "port": offer.port, "payment_terms": written, "ship_by": ship_by, "due_on": due_on,
    }


def _terms(rng: Random, lines: tuple[TradeLine, ...], percent: int | None) -> Terms:
    goods = Terms(lines, 0, 0, 0, 0, percent).items_minor
    freight = rng.choice((0, 0, rng.randint(2_000, 180_000)))
    discount = goods * rng.choice((0, 0, 0, 1, 3)) // 100
    return Terms(lines, freight, freight // 50, discount, goods * 5 // 100 if rng.random() < 0.1 else 0, percent)


def _run(rng: Random, draft: Draft, terms: Terms, drawn: datetime, signed: datetime, courier: bool) -> None:
    fate = rng.random()
    if fate < 0.05:  # the other side never agrees
        return
    if fate < 0.09:
        draft.add(later(rng, drawn, 20, 200), "cancelled")
        return
    draft.add(signed, "signed")
    if fate < 0.14:  # agreed, and no money ever
        return
    if fate < 0.19:
        draft.add(later(rng, signed, 100, 400), "cancelled")
        return
    if rng.random() < 0.08:
        draft.add(later(rng, drawn, 1, 2000), "touched")
    terms, signed = _changed(rng, draft, terms, signed)
    if terms is None:
        return
    first = next(iter(terms.due_minor))
    sent = draft.add(later(rng, signed, 5, 120), "remitted", milestone=first)
    if fate < 0.23:  # a transfer nobody can match
        return
    paid = draft.add(later(rng, sent, 2, 80), "paid", milestone=first)
    if fate < 0.27:
        gone = draft.add(later(rng, paid, 20, 200), "cancelled")
        draft.add(later(rng, gone, 1, 48), "refunded", milestone=first, amount_minor=terms.due_minor[first])
        return
    started = draft.add(later(rng, paid, 5, 60), "started")
    if fate < 0.31:  # production that does not end
        return
    send_and_accept(rng, draft, terms, started, courier)


def _changed(rng: Random, draft: Draft, terms: Terms, signed: datetime) -> tuple[Terms | None, datetime]:
    """Now and then the seller asks for a change before any money came: confirmed, refused, or left waiting (None)."""
    if rng.random() > 0.12:
        return terms, signed
    first, *rest = terms.lines
    wanted = replace(terms, lines=(replace(first, quantity=first.quantity * 2), *rest))
    asked = draft.add(later(rng, signed, 2, 60), "change_asked", terms=wanted)
    fate = rng.random()
    if fate < 0.25:
        return None, asked
    answered = later(rng, asked, 2, 70)
    if fate < 0.45:
        return terms, draft.add(answered, "change_refused")
    return wanted, draft.add(answered, "change_confirmed", terms=wanted)
