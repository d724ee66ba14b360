"""Shopify, a brand's own store: GraphQL Admin API 2026-10 (https://shopify.dev/docs/api/admin-graphql/2026-10, read 2026-11).

Limits are counted in points, told by every answer (``endpoints.BUDGETS`` says how that is kept). Small windows are read page by page, large
ones as files (bulk operations). Connection: ``host`` ``https://<shop>.myshopify.com``; secrets either ``client_id`` and
``client_secret`` (the grant of apps made since 2026: a token lives a day) or a permanent ``access_token`` of an older app.
"""

from __future__ import annotations

from connectors.contract import Credentials, Services, Shop
from connectors.shopify.connector import ShopifyConnector
from connectors.shopify.endpoints import BUDGETS, ENDPOINTS, MODES, WRITES


def connect(shop: Shop, credentials: Credentials, services: Services) -> ShopifyConnector:
    """Open a shop; nothing is called yet.

    Raises:
        FatalError: secrets or the host are missing, or the shop names not exactly one known site.
    """
    return ShopifyConnector(shop, credentials, services)


__all__ = ["BUDGETS", "ENDPOINTS", "MODES", "WRITES", "ShopifyConnector", "connect"]
