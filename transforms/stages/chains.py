"""The four chains, declared. A stage more, a proof more or another service level is a line here."""

from __future__ import annotations

from transforms.stages.chain import Chain, Stage

DAY = 24

_SELLER = Stage("seller_verified", "seller", ("seller_accounts.opened_at",))
_LISTED = Stage("listed", "listing", ("listings.listed_at",))
_PROMOTED = Stage("promoted", "campaign", ("ad_spend.spend_date", "ledger_entries.posted_at"))
_ORDERED = Stage("ordered", "order", ("orders.placed_at",))
_SENT = ("partially_shipped", "shipped", "delivered", "returned")
_PAID = Stage(
    "paid", "order", ("orders.paid_at",), after=("ordered",), waited="always", is_passed=True, hours=DAY,
    done=("paid", *_SENT),
)
_LEFT = ("shipments.shipped_at", "tracked_parcels.shipped_at")  # the carrier's word where the shop has none
_ARRIVED = ("shipments.delivered_at", "tracked_parcels.delivered_at")
_ORDER_ENDED = ("cancelled", "returned", "failed")

B2C = Chain(
    "b2c",
    (
        _LISTED, _PROMOTED, _ORDERED, _PAID,
        # What the order says is `paid`; that its money is there says the payment's own record.
        Stage("confirmed", "order", ("payments.paid_at",), after=("ordered",)),
        Stage("shipped", "order", _LEFT, after=("ordered",), waited="always", hours=2 * DAY, done=_SENT[1:]),
        Stage(
            "delivered", "order", _ARRIVED, after=("shipped",), waited="told", hours=15 * DAY,
            done=("delivered", "returned"),
        ),
        Stage("after_sales", "order", ("returns.requested_at",), after=("ordered",)),
    ),
    ended={"order": _ORDER_ENDED},
)

C2C = Chain(
    "c2c",
    (
        _SELLER, _LISTED, _PROMOTED, _ORDERED, _PAID,
        Stage("shipped", "order", _LEFT, after=("ordered",), waited="always", hours=3 * DAY, done=_SENT[1:]),
        Stage(
            "received", "order", _ARRIVED, after=("shipped",), waited="told", hours=21 * DAY,
            done=("delivered", "returned"),
        ),
        Stage("reviewed", "order", ("reviews.reviewed_at",), after=("ordered",)),
    ),
    ended={"order": _ORDER_ENDED},
)

_PAID_UP = ("paid", "completed")
_GONE = ("partially_shipped", "shipped", "completed")
_BEGUN = ("deposit_paid", "in_production", "ready", "paid", *_GONE)  # goods do not leave without the first money
_MONEY = ("payment_milestones.paid_at", "payments.paid_at")  # the transfers where the contract does not tell when

B2B = Chain(
    "b2b",
    (
        _LISTED,
        Stage("inquiry", "deal", ("inquiries.received_at", "rfqs.posted_at")),
        Stage("negotiation", "deal", ("quotations.issued_at",), after=("inquiry",), waited="always", is_passed=True, hours=DAY),
        Stage(
            "contract", "deal", ("contracts.signed_at", "contracts.created_at"), after=("negotiation",), waited="always", is_passed=True,
            hours=14 * DAY, done=("signed", *_BEGUN), is_basis=True,
        ),
        Stage(
            "deposit_paid", "deal", _MONEY, after=("contract",), waited="told", is_passed=True, hours=7 * DAY,
            done=_BEGUN,
        ),
        # The balance is as often paid against the bill of lading as before the goods leave: no order between the two, and goods
        # that have left are no money that came.
        Stage("paid", "deal", _MONEY, after=("deposit_paid",), waited="always", hours=45 * DAY, done=_PAID_UP),
        Stage(
            "shipped", "deal", ("trade_shipments.shipped_at",), after=("contract",), waited="always", hours=30 * DAY,
            done=_GONE,
        ),
        Stage(
            "received", "deal", ("trade_shipments.delivered_at",), after=("shipped",), waited="told", hours=45 * DAY, done=("completed",),
        ),
        # Before shipment or after arrival, as agreed; a report that found faults enters nothing.
        Stage("inspected", "deal", ("inspections.inspected_at",), after=("contract",), waited="never"),
        Stage(
            "completed", "deal", ("acceptances.accepted_at",), after=("shipped", "contract"), waited="told", hours=14 * DAY,
            done=("completed",),
        ),
    ),
    ended={"deal": ("cancelled", "completed", "closed", "spam", "rejected", "expired")},
)

AGENCY = Chain(
    "agency",
    (
        Stage("agreement_signed", "agreement", ("agreement.signed",)),
        Stage("listings_managed", "month", ("certificates.window_end",), waited="told", is_passed=True, hours=3 * DAY),
        Stage("promoted", "month", ("ad_spend.spend_date",)),
        Stage("served", "month", ("certificates.window_end",), waited="told", is_passed=True, hours=3 * DAY),
        Stage("logistics", "month", ("shipments.shipped_at",)),
        Stage("analysed", "month", ("deliveries.sent_at",), waited="told", is_passed=True, hours=10 * DAY),
        Stage("fee_settled", "month", ("fee_statements.settled_at",), after=("served",), waited="always", hours=45 * DAY),
    ),
    ended={},
)

CHAINS = {chain.mode: chain for chain in (B2B, B2C, C2C, AGENCY)}
