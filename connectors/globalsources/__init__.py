"""Global Sources, and every step of trade between businesses that happens off a platform: by files, mails and a person's hands.

Global Sources offers suppliers no interface, and logging in by robot is out of the question. What a supplier gets is notification
mails and what its people export or keep in their own sheets: inquiries, requests for quotation, quotations, contracts, inspections,
acceptances, consignments, payments, the product workbook. The same contract serves an Alibaba.com client's steps off the platform
(``account: {platform: alibaba}``, ``entities`` for what the platform does not tell itself).

Below ``<DAIYUN_DROP>/<client>/<account>`` (the account is the shop's name, or ``account: {account: …}``) lie ``inbox``,
``processing``, ``done/<day>``, ``rejected`` with a ``.reason.json`` beside each file, and ``out`` for the workbooks somebody
uploads. Names: ``<entity>__<account>__<yyyymmddThhmmss>__<free>.csv|xlsx|json|eml``; optional ``….manifest.json`` (schema
``gs-drop/1``). A file lands unchanged; the same bytes are read once; which columns and mails there are is data
(``aliases.yaml``, ``platforms.yaml``, ``templates.yaml``, and the account's own ``mapping.yaml``). Mails are believed only from
listed domains the receiving server vouches for; they come as files, or by IMAP (standard library) from the connection's
``auth_host``. Writes become workbooks and manual tasks; none is ever observed by itself.

Source: Global Sources' help pages "Manage Inquiries" and "Settings" (Private Supplier Catalog user guide); columns and mails are
assumptions until a supplier provides real ones.
"""

from __future__ import annotations

from connectors.contract import Credentials, Services, Shop
from connectors.globalsources.account import account_of
from connectors.globalsources.connector import GlobalSourcesConnector
from connectors.globalsources.endpoints import BUDGETS, ENDPOINTS, MODES, WRITES
from connectors.globalsources.mailbox import mailbox_of

FED_BY_HAND = True
HAS_LOGIN = False  # its connection is a folder: the client's own, unless one is named; and a mailbox, where one is


def connect(shop: Shop, credentials: Credentials, services: Services) -> GlobalSourcesConnector:
    """Open an account; nothing is read yet.

    Raises:
        FatalError: a setting of it is wrong.
    """
    account = account_of(shop, credentials)
    return GlobalSourcesConnector(shop, account, mailbox_of(shop, credentials, services.answer_seconds), services)


__all__ = ["BUDGETS", "ENDPOINTS", "FED_BY_HAND", "HAS_LOGIN", "MODES", "WRITES", "GlobalSourcesConnector", "connect"]
