"""PayPal, the payment service of a brand's own stores and invoices: REST (https://developer.paypal.com/api/rest, read 2026-11).

Transaction Search 1.9, Customer Disputes 1.10, Shipping Tracking 1.6. No listings, no orders: its rows are joined to a store's
orders by the order number the store told PayPal (``account: {invoice_prefix: "WC-"}`` in the client's file names what stands
before it). Connection: ``host`` ``https://api-m.paypal.com`` (``api-m.sandbox.paypal.com`` has credentials and data of its own),
secrets ``client_id`` and ``client_secret`` of one app a merchant account, with Transaction Search switched on.
"""

from __future__ import annotations

from connectors.contract import Credentials, Services, Shop
from connectors.paypal.connector import PayPalConnector
from connectors.paypal.endpoints import BUDGETS, ENDPOINTS, MODES, WRITES


def connect(shop: Shop, credentials: Credentials, services: Services) -> PayPalConnector:
    """Open an account; nothing is called yet.

    Raises:
        FatalError: the app's id or secret is missing.
    """
    return PayPalConnector(shop, credentials, services)


__all__ = ["BUDGETS", "ENDPOINTS", "MODES", "WRITES", "PayPalConnector", "connect"]
