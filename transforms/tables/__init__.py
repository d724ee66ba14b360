"""Every canonical table, by name. Declared here once; everything else is generated from it."""

from transforms.tables.goods import INVENTORY, LISTINGS, PRICE_TIERS
from transforms.tables.money import FX_RATES, LEDGER_ENTRIES, PAYMENTS, PAYOUTS
from transforms.tables.orders import ORDER_LINES, ORDERS, SHIPMENT_LINES, SHIPMENTS
from transforms.tables.parcels import FOLLOWED_SHIPMENTS, TRACKED_PARCELS, TRACKING_EVENTS
from transforms.tables.promotion import AD_SPEND, TRAFFIC
from transforms.tables.service import DISPUTES, RETURNS, REVIEWS, SELLER_ACCOUNTS
from transforms.tables.stages import STAGE_EVENTS, STAGE_EXCEPTIONS
from transforms.tables.trade import (
    ACCEPTANCES,
    CONTRACT_LINES,
    CONTRACTS,
    INQUIRIES,
    INSPECTIONS,
    PAYMENT_MILESTONES,
    QUOTATION_LINES,
    QUOTATIONS,
    RFQS,
    TRADE_SHIPMENTS,
)

CANONICAL = {
    table.name: table
    for table in (
        LISTINGS, PRICE_TIERS, ORDERS, ORDER_LINES, SHIPMENTS, SHIPMENT_LINES, INVENTORY, RETURNS,
        LEDGER_ENTRIES, PAYOUTS, PAYMENTS, DISPUTES, REVIEWS, SELLER_ACCOUNTS, TRACKED_PARCELS, TRACKING_EVENTS,
        INQUIRIES, RFQS, QUOTATIONS, QUOTATION_LINES, CONTRACTS, CONTRACT_LINES, PAYMENT_MILESTONES, TRADE_SHIPMENTS, INSPECTIONS,
        ACCEPTANCES, AD_SPEND, TRAFFIC, FX_RATES, FOLLOWED_SHIPMENTS, STAGE_EVENTS, STAGE_EXCEPTIONS,
    )
}

__all__ = ["CANONICAL", *(name.upper() for name in CANONICAL)]
