"""eBay: Sell APIs (Fulfillment v1, Inventory v1, Finances v1, Feed v1, Account v1), Commerce APIs (Feedback v1, Identity v1),
Post-Order v2, and the Trading API for listings that were not made through Inventory (https://developer.ebay.com/docs, read 2026-11).

One host for all sites; the money lives on another (``apiz``), whose answers sellers of the EU and the UK get only for signed
requests. Daily limits are per application (``endpoints.BUDGETS``). Connection: ``host`` (``https://api.ebay.com``), ``account``
``seller_id`` (the eBay user name) and, for a stand-in, ``money_host``; secrets ``client_id``, ``client_secret``,
``refresh_token`` (or, once, the consent's ``code`` with the application's ``ru_name``), and for those sellers ``signing_key``
and ``signing_jwe``.
"""

from __future__ import annotations

from connectors.contract import Credentials, Services, Shop
from connectors.ebay.connector import EbayConnector
from connectors.ebay.endpoints import BUDGETS, ENDPOINTS, MODES, WRITES


def connect(shop: Shop, credentials: Credentials, services: Services) -> EbayConnector:
    """Open a shop; nothing is called yet.

    Raises:
        FatalError: keys are missing, the signing key cannot be read, or a site is none of eBay's.
    """
    return EbayConnector(shop, credentials, services)


__all__ = ["BUDGETS", "ENDPOINTS", "MODES", "WRITES", "EbayConnector", "connect"]
