"""Every canonical table, by name. Declared here once; everything else is generated from it."""

from transforms.tables.goods import INVENTORY, LISTINGS
from transforms.tables.money import FX_RATES, LEDGER_ENTRIES, PAYOUTS
from transforms.tables.orders import ORDER_LINES, ORDERS, SHIPMENT_LINES, SHIPMENTS
from transforms.tables.service import RETURNS, REVIEWS, STAGE_EVENTS

CANONICAL = {
    table.name: table
    for table in (
        LISTINGS, ORDERS, ORDER_LINES, SHIPMENTS, SHIPMENT_LINES, INVENTORY, RETURNS,
        LEDGER_ENTRIES, PAYOUTS, REVIEWS, FX_RATES, STAGE_EVENTS,
    )
}

__all__ = ["CANONICAL", *(name.upper() for name in CANONICAL)]
