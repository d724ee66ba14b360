"""The way through a shop's catalogue: the active inventory report of each site, then all inventory items, and each one's offers.

Inventory API shows only what was made through it; the report shows every live listing, but little of each. There is no list of
all offers: one call an SKU. All pages are one group, because only together they tell which listings were made elsewhere.
"""

from __future__ import annotations

from datetime import datetime

from connectors.contract import Window
from connectors.ebay.gateway import Ask
from connectors.ebay.reports import is_readable
from connectors.ebay.sites import marketplace
from connectors.ebay.walk import SAME_PAGE, Step, Todo, again, rows_of
from connectors.errors import CursorExpired
from connectors.verdicts import Reply

FEED, INVENTORY = "/sell/feed/v1", "/sell/inventory/v1"
REPORT = "LMS_ACTIVE_INVENTORY_REPORT"
SCHEMA = "1.0"
DONE, DEAD = ("COMPLETED", "COMPLETED_WITH_ERROR"), ("FAILED", "ABORTED")
POLL_SECONDS = 10.0
PAGE = 100  # SKUs; the offset of both listings is the number of a page, unlike that of orders


class ListingsWay:
    """State lies in the todos: the report's task, the page of items, the SKUs still to be asked for."""

    def __init__(self, sites: tuple[str, ...]) -> None:
        self._sites = sites

    def start(self, window: Window, now: datetime) -> list[Todo]:
        reports = [{"part": f"task/{site}", "joins": True} for site in self._sites]
        return [*reports, {"part": "items", "page": 0, "joins": True}]

    def ask(self, todo: Todo, window: Window) -> Ask:
        part, _, site = todo["part"].partition("/")
        if part == "task":
            return Ask(
                "createInventoryTask", f"{FEED}/inventory_task", method="POST", json={"feedType": REPORT, "schemaVersion": SCHEMA},
                headers={"X-EBAY-C-MARKETPLACE-ID": marketplace(site)}, note=f"active inventory report of {site}", is_json=False,
            )
        if part == "status":
            return Ask("getInventoryTask", f"{FEED}/inventory_task/{todo['id']}", note=f"task {todo['id']}", tolerates=(404,))
        if part == "report":
            path = f"{FEED}/task/{todo['id']}/download_result_file"
            return Ask("getResultFile", path, note=f"report {todo['id']} of {site}", is_json=False)
        if part == "items":
            page = {"limit": str(PAGE), "offset": str(todo["page"])}
            return Ask("getInventoryItems", f"{INVENTORY}/inventory_item", page, note=f"page {todo['page']}")
        return offers(todo["sku"], todo["page"])

    def after(self, todo: Todo, reply: Reply) -> Step:
        part, _, site = todo["part"].partition("/")
        if part == "task":
            return Step([{"part": f"status/{site}", "id": created(reply), "joins": True}])
        if part == "status":
            return _after_status(todo, reply, site)
        if part == "items":
            return _after_items(todo, reply)
        if part == "report":
            is_whole = is_readable(reply.body)
            return Step() if is_whole else Step([again(todo, "ebay getResultFile", "the report arrives broken")], is_kept=False)
        if part == "offers":
            told = rows_of(reply, "offers", "offerId").total or 0
            return Step([{**todo, "page": todo["page"] + 1}] if (todo["page"] + 1) * PAGE < told else [])
        return Step()


def offers(sku: str, page: int = 0) -> Ask:
    """A page of one SKU's offers; 404 where it has none. The contract marks ``sku`` as optional, eBay does not."""
    params = {"sku": sku, "limit": str(PAGE), "offset": str(page)}
    return Ask("getOffers", f"{INVENTORY}/offer", params, note=f"SKU {sku}", tolerates=(404,))


def created(reply: Reply) -> str:
    """The number of what a call made: the end of its ``Location``."""
    return reply.headers.get("Location", "").rstrip("/").rpartition("/")[2]


def _after_status(todo: Todo, reply: Reply, site: str) -> Step:
    document = reply.json_or_none()
    status = document.get("status") if reply.status == 200 and isinstance(document, dict) else "ABORTED"
    if status in DEAD:
        raise CursorExpired(f"ebay getInventoryTask: task {todo['id']} of {site} is {status}. The catalogue is read again from its start.")
    if status in DONE:
        return Step([{"part": f"report/{site}", "id": todo["id"], "joins": True}], is_kept=False)
    return Step([todo], is_kept=False, wait_seconds=POLL_SECONDS)


def _after_items(todo: Todo, reply: Reply) -> Step:
    rows = rows_of(reply, "inventoryItems", "sku")
    if todo["page"] and rows.ids and rows.ids[0] == todo.get("first_id"):
        return Step([again(todo, "ebay getInventoryItems", SAME_PAGE)], is_kept=False)
    if todo["page"] and rows.total != todo["total"]:
        raise CursorExpired("ebay getInventoryItems: articles came or went while the catalogue was read. It is read again from its start.")
    asked = [{"part": "offers", "sku": sku, "page": 0, "joins": True} for sku in rows.ids]
    page = todo["page"] + 1
    if rows.records and rows.total is not None and page * PAGE < rows.total:
        asked.append({"part": "items", "page": page, "total": rows.total, "first_id": rows.ids[0] if rows.ids else None, "joins": True})
    return Step(asked)


