"""AfterShip Tracking API 2026-07 (https://www.aftership.com/docs/tracking/quickstart/api-quick-start, read 2026-11).

Connection: ``host`` ``https://api.aftership.com``, secret ``api_key`` (sent as ``as-api-key``). One POST registers one number; what
changed since is then listed, 200 a page. Limits are per operation and second.
"""

from __future__ import annotations

from connectors.aftership.connector import AfterShipConnector
from connectors.aftership.endpoints import BUDGETS, ENDPOINTS, MODES, SOURCE, WRITES
from connectors.contract import Credentials, Services, Shop


def connect(shop: Shop, credentials: Credentials, services: Services) -> AfterShipConnector:
    """Open a tracking account; nothing is called yet.

    Raises:
        FatalError: the key is missing.
    """
    return AfterShipConnector(shop, credentials, services)


__all__ = ["BUDGETS", "ENDPOINTS", "MODES", "SOURCE", "WRITES", "AfterShipConnector", "connect"]
