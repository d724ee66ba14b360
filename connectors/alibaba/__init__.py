"""Alibaba.com's international station, seller side: Global Open Platform (https://openapi.alibaba.com, read 2026-11).

Signed calls to one gateway with two doors, paths under ``/rest`` and methods under ``/sync``; errors under HTTP 200. Which of them an
app may call depends on its permission packages: that is learnt by asking and kept for the shop (``grants``). Scalars are strings,
booleans too; nothing may be the word "null". Limits per second are not published (``endpoints.BUDGETS`` are ours).
The trade-assurance order is the contract: its deposit and balance are its milestones. The old TOP door (MD5) is not used.

Connection: ``host`` (and ``auth_host``, if another) ``https://openapi-api.alibaba.com``; secrets ``app_key``, ``app_secret`` and
``refresh_token`` (or, once, the consent's ``code``) of the seller's main account: a sub-account cannot ship. ``account`` may hold
``seller_id`` (checked) and ``rfq_search`` (words parted by commas; needed by the optional entity ``rfqs``).
"""

from __future__ import annotations

from connectors.alibaba.connector import AlibabaConnector
from connectors.alibaba.endpoints import BUDGETS, ENDPOINTS, MODES, WRITES
from connectors.contract import Credentials, Services, Shop


def connect(shop: Shop, credentials: Credentials, services: Services) -> AlibabaConnector:
    """Open a shop; nothing is called yet.

    Raises:
        FatalError: keys are missing, or the shop has not exactly the site CN.
    """
    return AlibabaConnector(shop, credentials, services)


__all__ = ["BUDGETS", "ENDPOINTS", "MODES", "WRITES", "AlibabaConnector", "connect"]
