"""What a supplier at Global Sources has: its people's exports and sheets, its notification mails, and the truth about them.

One account tells the deals of its own shop; another the steps off the platform of the client's deals at Alibaba.com.
"""

from __future__ import annotations

from sandbox.dropping import Dropping
from sandbox.globalsources import mails
from sandbox.globalsources.exports import exports_of
from sandbox.globalsources.facts import OFFLINE
from sandbox.globalsources.truth import rows
from sandbox.market import House

ACCOUNTS = {
    "harbor_globalsources": {"mail_senders": mails.SENDER, "mail_authserv": mails.SERVER},
    OFFLINE: {"platform": "alibaba", "zone": "Asia/Shanghai"},
}


def open_market(house: House) -> Dropping:
    return Dropping("globalsources", house, rows, exports_of, ACCOUNTS)
