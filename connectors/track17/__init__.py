"""17TRACK Tracking API v2.2 (https://api.17track.net/en/doc?version=v2.2, read 2026-11; v2.4 has the same shape).

Connection: ``host`` ``https://api.17track.net``, secret ``token`` (the account's access key, sent as ``17token``). A number costs
one unit of the plan when it is registered and nothing when it is read; 40 numbers a call, 3 calls a second.
"""

from __future__ import annotations

from connectors.contract import Credentials, Services, Shop
from connectors.track17.connector import Track17Connector
from connectors.track17.endpoints import BUDGETS, ENDPOINTS, MODES, SOURCE, WRITES


def connect(shop: Shop, credentials: Credentials, services: Services) -> Track17Connector:
    """Open a tracking account; nothing is called yet.

    Raises:
        FatalError: the key is missing.
    """
    return Track17Connector(shop, credentials, services)


__all__ = ["BUDGETS", "ENDPOINTS", "MODES", "SOURCE", "WRITES", "Track17Connector", "connect"]
