"""DHL Shipment Tracking, Unified 1.4.1 (https://developer.dhl.com/api-reference/shipment-tracking, read 2026-11).

Connection: ``host`` ``https://api-eu.dhl.com``, secret ``api_key`` (the brand's own key: DHL admits no third-party service). One
number a call, one call a second, 250 calls a day until DHL grants more; the day ends at 00:00 GMT.
"""

from __future__ import annotations

from connectors.contract import Credentials, Services, Shop
from connectors.dhl.connector import DhlConnector
from connectors.dhl.endpoints import BUDGETS, ENDPOINTS, MODES, SOURCE, WRITES


def connect(shop: Shop, credentials: Credentials, services: Services) -> DhlConnector:
    """Open a brand's DHL key; nothing is called yet.

    Raises:
        FatalError: the key is missing.
    """
    return DhlConnector(shop, credentials, services)


__all__ = ["BUDGETS", "ENDPOINTS", "MODES", "SOURCE", "WRITES", "DhlConnector", "connect"]
