"""WooCommerce, a brand's own store: REST API v3 (https://woocommerce.github.io/woocommerce-rest-api-docs, read 2026-11; seen on 9.2.5).

Every store is a server of its own with its own plugins and patience; WooCommerce publishes no rate limit
(``endpoints.BUDGETS`` are ours). Connection: ``host`` the store's final address (``https://www.brand.example``, a subfolder
included), secrets ``consumer_key`` and ``consumer_secret``; ``account`` ``{"auth": "query"}`` only where the host strips the
``Authorization`` header. Over https the key travels as a password, over http it signs (OAuth 1.0a).
"""

from __future__ import annotations

from connectors.contract import Credentials, Services, Shop
from connectors.woocommerce.connector import WooCommerceConnector
from connectors.woocommerce.endpoints import BUDGETS, ENDPOINTS, MODES, WRITES


def connect(shop: Shop, credentials: Credentials, services: Services) -> WooCommerceConnector:
    """Open a store; nothing is called yet.

    Raises:
        FatalError: keys are missing, the site is unknown, or there is more than one: a store is one site.
    """
    return WooCommerceConnector(shop, credentials, services)


__all__ = ["BUDGETS", "ENDPOINTS", "MODES", "WRITES", "WooCommerceConnector", "connect"]
