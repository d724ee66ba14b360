"""Exports that a person saves into a folder: advertising spend and traffic of networks and shops nobody lets us read by API.

Below the client's folder (``<DAIYUN_DROP>/<client>``, or the ``host`` of the shop's connection) lie ``ads/`` and ``traffic/``.
CSV (UTF-8, UTF-16 with a mark, GB18030; comma, semicolon or tab) and XLSX (first visible sheet); which columns an export
has is data: ``layouts.yaml``, in English and Chinese. A file lands unchanged; the same bytes are read once, whatever they
are called. A file nobody can read is refused whole, with its reason beside it (``<file>.rejected.txt``), and red in the
night until it is mended or taken away; a bad row is quarantined under its line number.
"""

from __future__ import annotations

from pathlib import Path

from connectors.contract import Credentials, Services, Shop
from connectors.filedrop.connector import FileDropConnector
from connectors.filedrop.endpoints import BUDGETS, ENDPOINTS, MODES, WRITES

HAS_LOGIN = False  # its connection is a folder: the client's own, unless one is named


def connect(shop: Shop, credentials: Credentials, services: Services) -> FileDropConnector:
    """Open a shop; nothing is read yet."""
    return FileDropConnector(shop, Path(credentials.host), services)


__all__ = ["BUDGETS", "ENDPOINTS", "HAS_LOGIN", "MODES", "WRITES", "FileDropConnector", "connect"]
