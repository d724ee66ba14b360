"""What can be seen of a deal at an instant: the fold of its events before then (one at the instant itself is the next night's)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sandbox.world.trade import Acceptance, Consignment, Deal, DealEvent, Inspection, Quotation, Terms


@dataclass
class QuotationState:
    """``status``: draft, sent, accepted, rejected or expired."""

    quotation: Quotation
    status: str
    issued_at: datetime
    updated_at: datetime


@dataclass
class MilestoneState:
    """``status``: due, remitted (a transfer is on its way or not matched), paid, refunded or cancelled."""

    name: str
    status: str = "due"
    remitted_at: datetime | None = None
    paid_at: datetime | None = None
    refunded_at: datetime | None = None


@dataclass
class ConsignmentState:
    consignment: Consignment
    shipped_at: datetime
    delivered_at: datetime | None = None


@dataclass
class ContractState:
    """The contract now.

    Attributes:
        terms: with the confirmed changes; ``proposed``: a change that waits for the buyer.
        inspections, acceptances: with the instant of each.
        refunds: (instant, milestone or None for a claim's settlement, amount in minor units).
    """

    terms: Terms
    created_at: datetime
    updated_at: datetime
    milestones: dict[str, MilestoneState]
    proposed: Terms | None = None
    signed_at: datetime | None = None
    started_at: datetime | None = None
    ready_at: datetime | None = None
    frozen_at: datetime | None = None
    charged_back_at: datetime | None = None
    cancelled_at: datetime | None = None
    completed_at: datetime | None = None
    consignments: list[ConsignmentState] = field(default_factory=list)
    inspections: list[tuple[datetime, Inspection]] = field(default_factory=list)
    acceptances: list[tuple[datetime, Acceptance]] = field(default_factory=list)
    refunds: list[tuple[datetime, str | None, int]] = field(default_factory=list)

    @property
    def shipped_quantity(self) -> Decimal:
        return sum((each.consignment.quantity for each in self.consignments), Decimal(0))

    @property
    def quantity(self) -> Decimal:
        return sum((line.quantity for line in self.terms.lines), Decimal(0))

    @property
    def is_paid(self) -> bool:
        return all(each.status == "paid" for each in self.milestones.values())

    @property
    def stage(self) -> str:
        """draft, signed, deposit_paid, in_production, ready, paid, partially_shipped, shipped, completed, cancelled, disputed, on_hold."""
        ended = (
            (self.cancelled_at, "cancelled"), (self.frozen_at or self.charged_back_at, "disputed"), (self.completed_at, "completed"),
            (self.proposed, "on_hold"),
        )
        found = next((word for since, word in ended if since), None)
        if found:
            return found
        if self.consignments:
            return "shipped" if self.shipped_quantity == self.quantity else "partially_shipped"
        if self.is_paid and self.ready_at:
            return "paid"
        return "ready" if self.ready_at else "in_production" if self.started_at else self._paper

    @property
    def _paper(self) -> str:
        if self.is_paid:
            return "paid"
        is_begun = any(each.status == "paid" for each in self.milestones.values())
        return "deposit_paid" if is_begun else "signed" if self.signed_at else "draft"


@dataclass
class DealState:
    """One deal at an instant. ``inquiry_status``: new, read, replied, closed, spam; ``rfq_status``: open, quoted, won, lost, expired."""

    deal: Deal
    inquiry_status: str | None = None
    inquiry_updated_at: datetime | None = None
    rfq_status: str | None = None
    rfq_updated_at: datetime | None = None
    quotations: dict[int, QuotationState] = field(default_factory=dict)
    contract: ContractState | None = None


_Apply = Callable[[DealState, DealEvent], None]


def deal_at(deal: Deal, at: datetime) -> DealState | None:
    """The deal as seen at ``at``: what happened strictly before it; None where it had not begun."""
    if deal.began_at >= at:
        return None
    state = DealState(deal)
    for event in deal.events:
        if event.at >= at:
            break
        _APPLY[event.kind](state, event)
        if state.contract and event.kind not in _PAPERS:
            state.contract.updated_at = event.at
    return state


def _inquiry(word: str) -> _Apply:
    def apply(state: DealState, event: DealEvent) -> None:
        state.inquiry_status, state.inquiry_updated_at = word, event.at

    return apply


def _rfq(word: str) -> _Apply:
    def apply(state: DealState, event: DealEvent) -> None:
        if state.deal.rfq and not (word == "expired" and state.rfq_status != "open"):
            state.rfq_status, state.rfq_updated_at = word, event.at

    return apply


def _offered(word: str) -> _Apply:
    def apply(state: DealState, event: DealEvent) -> None:
        quotation = state.deal.quotations[event.index]
        state.quotations[event.index] = QuotationState(quotation, word, event.at, event.at)
        if word == "sent":
            _rfq("quoted")(state, event)

    return apply


def _answered(word: str) -> _Apply:
    def apply(state: DealState, event: DealEvent) -> None:
        mine = state.quotations[event.index]
        mine.status, mine.updated_at = word, event.at
        if word == "accepted":
            _rfq("won")(state, event)

    return apply


def _drawn_up(state: DealState, event: DealEvent) -> None:
    terms = state.deal.terms
    state.contract = ContractState(terms, event.at, event.at, {name: MilestoneState(name) for name in terms.due_minor})


def _stamp(name: str) -> _Apply:
    def apply(state: DealState, event: DealEvent) -> None:
        setattr(state.contract, name, event.at)

    return apply


def _money(word: str) -> _Apply:
    def apply(state: DealState, event: DealEvent) -> None:
        mine = state.contract.milestones[event.milestone]
        mine.status = word
        setattr(mine, f"{word}_at", event.at)

    return apply


def _refunded(state: DealState, event: DealEvent) -> None:
    state.contract.refunds.append((event.at, event.milestone, event.amount_minor))
    if event.milestone:
        _money("refunded")(state, event)


def _cancelled(state: DealState, event: DealEvent) -> None:
    state.contract.cancelled_at = event.at
    for each in state.contract.milestones.values():
        each.status = each.status if each.status in ("paid", "refunded") else "cancelled"


def _change(is_asked: bool) -> _Apply:
    """A wanted change; then its end, with the terms that hold from then on where they are new ones."""

    def apply(state: DealState, event: DealEvent) -> None:
        state.contract.proposed = event.terms if is_asked else None
        if event.terms and not is_asked:
            state.contract.terms = event.terms

    return apply


def _unfrozen(state: DealState, event: DealEvent) -> None:
    state.contract.frozen_at = None


def _inspected(state: DealState, event: DealEvent) -> None:
    state.contract.inspections.append((event.at, state.deal.inspections[event.index]))


def _shipped(state: DealState, event: DealEvent) -> None:
    state.contract.consignments.append(ConsignmentState(state.deal.consignments[event.index], event.at))


def _arrived(state: DealState, event: DealEvent) -> None:
    next(each for each in state.contract.consignments if each.consignment.index == event.index).delivered_at = event.at


def _accepted(state: DealState, event: DealEvent) -> None:
    state.contract.acceptances.append((event.at, state.deal.acceptances[event.index]))


def _touched(state: DealState, event: DealEvent) -> None:
    """A change in something nobody reads here: only the updated time moves."""


_PAPERS: dict[str, _Apply] = {
    "asked": _inquiry("new"), "read": _inquiry("read"), "replied": _inquiry("replied"), "closed": _inquiry("closed"),
    "spam": _inquiry("spam"), "posted": _rfq("open"), "request_expired": _rfq("expired"), "lost": _rfq("lost"),
    "drafted": _offered("draft"), "quoted": _offered("sent"), "quote_rejected": _answered("rejected"),
    "quote_accepted": _answered("accepted"), "quote_expired": _answered("expired"),
}
_APPLY: dict[str, _Apply] = {
    **_PAPERS, "drawn_up": _drawn_up, "signed": _stamp("signed_at"), "remitted": _money("remitted"), "paid": _money("paid"),
    "refunded": _refunded, "started": _stamp("started_at"), "ready": _stamp("ready_at"), "change_asked": _change(True),
    "change_confirmed": _change(False), "change_refused": _change(False), "frozen": _stamp("frozen_at"), "unfrozen": _unfrozen,
    "charged_back": _stamp("charged_back_at"), "cancelled": _cancelled, "completed": _stamp("completed_at"), "touched": _touched,
    "inspected": _inspected, "shipped": _shipped, "arrived": _arrived, "accepted": _accepted,
}
