"""The one site of a store: whose calendar and money it goes by."""

from __future__ import annotations

from connectors.contract import Shop
from connectors.errors import FatalError
from transforms.money import minor_exponent
from transforms.sites import SITES, Site


def site_of(shop: Shop) -> Site:
    """Raises FatalError where the store has not exactly one known site."""
    if len(shop.sites) != 1 or shop.sites[0] not in SITES:
        raise FatalError(
            f"woocommerce, shop '{shop.client}/{shop.name}': a store is one known country, not {', '.join(shop.sites) or 'none'}. "
            "Mend `sites` in the client's file (further countries: further shops)."
        )
    return SITES[shop.sites[0]]


def digits(shop: Shop) -> int:
    """Decimals of the store's money, sent as ``dp``: with more, taxes inside prices would come in parts of a cent."""
    return minor_exponent(site_of(shop).currency)
