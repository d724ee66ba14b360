"""Marketplaces, one folder each, on shared HTTP machinery. Start at `contract.py`; the writes stand in `writes.py`."""
