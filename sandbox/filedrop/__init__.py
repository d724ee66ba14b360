"""What brands save into their folders: exports of advertising networks and of shops' visitors, and the truth about them."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.dropping import Dropping
from sandbox.filedrop.exports import exports_of
from sandbox.filedrop.truth import ACCOUNT, rows
from sandbox.market import House
from sandbox.world.cast import SERVICES, SITES
from sandbox.world.model import Shop


def account(home: Shop) -> Mapping[str, str]:
    """What the client's file says of exports that leave it out: their network's account, the amounts' currency."""
    networks = {network: number for (client, network), number in ACCOUNT.items() if client == home.client}
    return {"currency": SITES[home.sites[0]].currency, **networks}


def open_market(house: House) -> Dropping:
    accounts = {name: account(home) for name, home in SERVICES.items() if home.marketplace == "filedrop"}
    return Dropping("filedrop", house, rows, exports_of, accounts)
