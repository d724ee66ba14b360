"""Find a marketplace's connector by name: everything that announces itself in ``daiyun.connectors``.

Built-in marketplaces and packages outside this repository come in through the same door.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from types import ModuleType

from connectors.contract import Connector, Credentials, Endpoint, Services, Shop, TrackingSource
from connectors.errors import FatalError

GROUP = "daiyun.connectors"


def known() -> list[str]:
    """Names of the marketplaces that are installed, sorted."""
    return sorted({entry.name for entry in entry_points(group=GROUP)})


def module(marketplace: str) -> ModuleType:
    """The marketplace's module (``connect``, ``MODES``, ``ENDPOINTS``, ``BUDGETS``, ``WRITES``).

    Raises:
        FatalError: nobody announces that name, or its module cannot be imported.
    """
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if marketplace not in found:
        raise FatalError(
            f"Unknown connector '{marketplace}'. Known: {', '.join(sorted(found)) or 'none'}. Correct 'marketplace' in the "
            f"client's file, or install the package that offers it in the entry-point group '{GROUP}'."
        )
    try:
        return found[marketplace].load()
    except ImportError as error:
        raise FatalError(
            f"Connector '{marketplace}' cannot be imported ({found[marketplace].value}): {error}. "
            "Install this project again (pip install -e .), or mend that package."
        ) from error


def endpoints(marketplace: str) -> Mapping[str, Endpoint]:
    """What the marketplace offers to read, by entity, without opening a shop."""
    return module(marketplace).ENDPOINTS


def currencies(marketplace: str) -> Mapping[str, str]:
    """Site → the only currency its prices can be in; empty where a site has no such thing (own stores)."""
    return getattr(module(marketplace), "CURRENCIES", {})


def tracking_source(marketplace: str) -> TrackingSource | None:
    """What following a parcel takes there; None for what follows no parcels."""
    return getattr(module(marketplace), "SOURCE", None)


def is_fed_by_hand(marketplace: str) -> bool:
    """Whether people feed it with files and carry out what we want there (``FED_BY_HAND`` in its module)."""
    return getattr(module(marketplace), "FED_BY_HAND", False)


def connect(shop: Shop, credentials: Credentials, services: Services) -> Connector:
    """Open the shop's marketplace for it."""
    return module(shop.marketplace).connect(shop, credentials, services)
