"""The contract's questions, answered for one 17TRACK account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.contract import Credentials, Page, Services, Shop, Window
from connectors.http import Call, Session, pick
from connectors.track17.endpoints import BUDGETS, ENDPOINTS, NUMBERS_A_CALL
from connectors.track17.mapping import map_parcels, numbers_of
from connectors.track17.verdict import errors_of, judge
from connectors.track17.words import NOT_REGISTERED, QUOTA_SPENT
from connectors.tracking import listing
from connectors.tracking_account import TrackingAccount, keyed
from connectors.verdicts import Reply

API = "/track/v2.2"


@dataclass(frozen=True)
class Track17Parcels:
    """Land the list, register what is new in it, then read all of it, forty at a time.

    Cursor: ``new`` (entries still to be registered), ``ask`` (numbers still to be read), ``again`` (entries the service turned
    out not to know, which are registered once more and read at the end), ``was_again``, ``group``.
    """

    shop: Shop
    services: Services
    session: Session
    base: str

    def read(self, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        if cursor is None:
            page, entries = listing(self.services, self.services.clock.now())
            new = [entry for entry in entries if not entry["is_known"]]
            state = {"new": new, "ask": [entry["number"] for entry in entries], "again": [], "was_again": False, "group": 0,
                     "orders": {entry["number"]: entry["order"] for entry in entries if entry["is_known"]}}
            yield replace(page, cursor=_cursor(state))
        else:
            state = dict(cursor)
        while _cursor(state) is not None:
            part, reply, state = self._register(state) if state["new"] else self._ask(state)
            state["group"] += 1
            yield Page(
                reply.body, reply.received_at, f"{part}: {len(state['ask'])} numbers left to read", part=part, group=state["group"],
                cursor=_cursor(state),
            )

    def _register(self, state: dict[str, Any]) -> tuple[str, Reply, dict[str, Any]]:
        now, later = state["new"][:NUMBERS_A_CALL], state["new"][NUMBERS_A_CALL:]
        wanted = [{"number": entry["number"], **({"tag": entry["order"]} if entry["order"] else {})} for entry in now]
        reply = self._post("register", wanted)
        errors = errors_of(reply.json)
        if QUOTA_SPENT & set(errors.values()):  # nothing more can be registered: what is known is read all the same
            unpaid = {entry["number"] for entry in later} | {number for number, code in errors.items() if code in QUOTA_SPENT}
            return "register", reply, {**state, "new": [], "ask": [number for number in state["ask"] if number not in unpaid]}
        return "register", reply, {**state, "new": later, "ask": [number for number in state["ask"] if number not in errors]}

    def _ask(self, state: dict[str, Any]) -> tuple[str, Reply, dict[str, Any]]:
        now, later = state["ask"][:NUMBERS_A_CALL], state["ask"][NUMBERS_A_CALL:]
        reply = self._post("gettrackinfo", [{"number": number} for number in now])
        lost = [number for number, code in errors_of(reply.json).items() if code == NOT_REGISTERED]
        again = [*state["again"], *([] if state["was_again"] else lost)]
        state = {**state, "ask": later, "again": again}
        if not later and again:
            entries = [{"number": number, "order": state["orders"].get(number)} for number in again]
            state |= {"new": entries, "ask": again, "again": [], "was_again": True}
        return "gettrackinfo", reply, state

    def _post(self, operation: str, body: Any) -> Reply:
        url = f"{self.base}/{operation}"
        return self.session.send(Call("calls", "POST", url, json=body, note=operation, is_reading=True))


def _cursor(state: Mapping[str, Any]) -> dict[str, Any] | None:
    return dict(state) if state["new"] or state["ask"] else None


class Track17Connector(TrackingAccount):
    """One account."""

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        who = f"track17, shop '{shop.client}/{shop.name}'"
        key = pick(("token",), credentials.secrets, who)["token"]
        session = Session(shop, credentials, services, BUDGETS, sign=keyed("17token", key), judge=judge)
        parcels = Track17Parcels(shop, services, session, credentials.host.rstrip("/") + API)
        super().__init__(parcels, ENDPOINTS, BUDGETS, map_parcels, numbers_of)

    def check(self) -> str:
        """How many numbers the plan still takes."""
        reply = self.session.send(Call("calls", "POST", f"{self.parcels.base}/getquota", json=[], note="getquota", is_reading=True))
        data = reply.json.get("data") or {}
        return f"17TRACK: {data.get('quota_remain')} of {data.get('quota_total')} numbers left to register"
