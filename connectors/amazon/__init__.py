"""Amazon, through the Selling Partner API.

Versions: orders 2026-01-01, listings items 2021-08-01, FBA inventory v1, finances 2024-06-19, transfers 2024-06-01,
reports 2021-06-30, sellers v1. Rates: ``endpoints.py`` (orders: one page of 100 every three minutes after twenty).
Reference: https://developer-docs.amazon.com/sp-api/docs.

A shop is one seller account in one region; its sites must lie in that region. Account number: ``seller_id``. Secrets:
``client_id``, ``client_secret``, ``refresh_token``. Without a host in the connection the region's own one is called.
"""

from connectors.amazon.connector import connect
from connectors.amazon.endpoints import BUDGETS, ENDPOINTS, MODES, WRITES
from connectors.amazon.sites import CURRENCIES

__all__ = ["BUDGETS", "CURRENCIES", "ENDPOINTS", "MODES", "WRITES", "connect"]
