"""Etsy, one marketplace for all countries: Open API v3 (https://developers.etsy.com/documentation/reference, read 2026-11).

Key and OAuth token on every call; an access token lives an hour, a refresh token 90 days and is replaced with each use.
About 10 calls a second and 10,000 in a sliding day, one pool an app. There is no test mode. Connection: ``host``
``https://openapi.etsy.com``, ``auth_host`` ``https://api.etsy.com``, account ``shop_id``, secrets ``client_id`` (the
keystring), ``shared_secret`` and ``refresh_token``.
"""

from __future__ import annotations

from connectors.contract import Credentials, Services, Shop
from connectors.etsy.connector import EtsyConnector
from connectors.etsy.endpoints import BUDGETS, ENDPOINTS, MODES, WRITES


def connect(shop: Shop, credentials: Credentials, services: Services) -> EtsyConnector:
    """Open a shop; nothing is called yet.

    Raises:
        FatalError: keys or the shop's number are missing, or the shop names several sites.
    """
    return EtsyConnector(shop, credentials, services)


__all__ = ["BUDGETS", "ENDPOINTS", "MODES", "WRITES", "EtsyConnector", "connect"]
