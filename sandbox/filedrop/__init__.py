"""What brands save into their folders: exports of advertising networks and of shops' visitors, and the truth about them."""

from __future__ import annotations

from sandbox.dropping import Dropping
from sandbox.filedrop.exports import exports_of
from sandbox.filedrop.truth import rows
from sandbox.market import House


def open_market(house: House) -> Dropping:
    return Dropping("filedrop", house, rows, exports_of)
