"""Lazada, six countries of South-East Asia: Open Platform REST API (https://open.lazada.com, read 2026-11).

Signed calls to one gateway a country; errors under HTTP 200; one token a consent, refreshed but never prolonged.
Limits are mostly unpublished (``endpoints.BUDGETS`` says which are ours). Connection: ``host`` the home site's gateway,
``auth_host`` (``https://auth.lazada.com/rest``), secrets ``app_key``, ``app_secret`` and ``refresh_token`` (or, once,
the consent's ``code``).
"""

from __future__ import annotations

from connectors.contract import Credentials, Services, Shop
from connectors.lazada.connector import LazadaConnector
from connectors.lazada.endpoints import BUDGETS, ENDPOINTS, MODES, WRITES
from connectors.lazada.sites import CURRENCIES


def connect(shop: Shop, credentials: Credentials, services: Services) -> LazadaConnector:
    """Open a shop; nothing is called yet.

    Raises:
        FatalError: keys are missing, or a site is none of Lazada's.
    """
    return LazadaConnector(shop, credentials, services)


__all__ = ["BUDGETS", "CURRENCIES", "ENDPOINTS", "MODES", "WRITES", "LazadaConnector", "connect"]
