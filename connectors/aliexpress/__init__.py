"""AliExpress, seller side: Open Platform methods ``aliexpress.solution.*`` (https://openservice.aliexpress.com, read 2026-11).

Signed calls to one gateway for the world: methods by name under ``/sync``, tokens under ``/rest``; errors under HTTP 200.
Every date is America/Los_Angeles wall time without an offset, every id a 64-bit number. Limits of these methods are not
published (``endpoints.BUDGETS`` are ours). Three product lines share the gateway: a token of the affiliate or dropship
line is refused here.

Connection: ``host`` and ``auth_host`` ``https://api-sg.aliexpress.com``; secrets ``app_key``, ``app_secret`` and
``refresh_token`` (or, once, the consent's ``code``). ``account`` may hold ``seller_id`` (checked), ``token_api`` ``security``
(newer apps' token calls), and a method's name → the name that stands for it in this account's permission group.
"""

from __future__ import annotations

from connectors.aliexpress.connector import AliExpressConnector
from connectors.aliexpress.endpoints import BUDGETS, ENDPOINTS, MODES, WRITES
from connectors.contract import Credentials, Services, Shop


def connect(shop: Shop, credentials: Credentials, services: Services) -> AliExpressConnector:
    """Open a shop; nothing is called yet.

    Raises:
        FatalError: keys are missing, or the shop has not exactly the site US.
    """
    return AliExpressConnector(shop, credentials, services)


__all__ = ["BUDGETS", "ENDPOINTS", "MODES", "WRITES", "AliExpressConnector", "connect"]
