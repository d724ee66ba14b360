"""Amazon's Selling Partner API over the world: what the real one refuses is refused, with its own words.

Orders 2026-01-01, Listings Items 2021-08-01, FBA Inventory v1, Finances 2024-06-19, Transfers 2024-06-01,
Reports 2021-06-30, Sellers v1, and Login with Amazon. Reference: https://developer-docs.amazon.com/sp-api
"""

from sandbox.amazon.market import open_market

__all__ = ["open_market"]
