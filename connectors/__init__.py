"""Marketplaces, one folder each, on shared HTTP machinery. Start at `connectors/contract.py`."""
