"""Marketplaces on loopback over one seeded world; imports nothing of the rest of the house."""
