"""The contract's questions, answered for one AfterShip account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from connectors.aftership.endpoints import BUDGETS, ENDPOINTS
from connectors.aftership.mapping import CREATED, map_parcels, numbers_of
from connectors.contract import Credentials, Page, Services, Shop, Window
from connectors.errors import FatalError, RetryableError
from connectors.http import Call, Session, pick
from connectors.tracking import listing
from connectors.tracking_account import TrackingAccount, keyed
from connectors.verdicts import Outcome, Reply, Verdict, judge_by_status

API = "/tracking/2026-07"
KEY = "Put an API key (AfterShip, Settings, API keys; with tracking read and write) into the shop's connection."
DUPLICATE = 4003
PAGE, NUMBERS = 200, 50
NUMBER_FAULTS = frozenset((4005, 4007, 4008, 4009, 4010, 4011, 4012, 4017))  # this number's own: the others go on


@dataclass(frozen=True)
class AfterShipParcels:
    """Land the list, register what is new in it one by one, look up those that were there already, then list what changed.

    Cursor: ``new`` (entries still to be registered), ``look`` (numbers that were registered before), ``is_listing``, ``next`` (the
    vendor's cursor), ``group``.
    """

    shop: Shop
    services: Services
    session: Session
    url: str

    def read(self, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        if cursor is None:
            page, entries = listing(self.services, self.services.clock.now())
            new = [entry for entry in entries if not entry["is_known"]]
            state: dict[str, Any] | None = {"new": new, "look": [], "is_listing": False, "next": None, "group": 0}
            yield replace(page, cursor=state)
        else:
            state = dict(cursor)
        while state is not None:
            group = state["group"] + 1
            part, note, reply, state = self._step(window, {**state, "group": group})
            yield Page(reply.body, reply.received_at, note, part=part, group=group, request_id=reply.request_id, cursor=state)

    def _step(self, window: Window, state: dict[str, Any]) -> tuple[str, str, Reply, dict[str, Any] | None]:
        if state["new"] and not state["is_listing"]:
            entry, later = state["new"][0], state["new"][1:]
            reply = self._create(entry)
            is_there = _code(reply) == DUPLICATE
            look = [*state["look"], entry["number"]] if is_there else state["look"]
            return CREATED, f"create: {len(later)} left", reply, {**state, "new": later, "look": look}
        if state["look"]:
            now, later = state["look"][:NUMBERS], state["look"][NUMBERS:]
            reply = self._list({"tracking_numbers": ",".join(now), "limit": str(PAGE)})
            return "looked up", f"list: {len(now)} by number", reply, {**state, "look": later}
        params = {"updated_at_min": _zulu(window.start), "updated_at_max": _zulu(window.end), "limit": str(PAGE)}
        reply = self._list(params | ({"cursor": state["next"]} if state["next"] else {}), continues=bool(state["next"]))
        pagination = (reply.json.get("data") or {}).get("pagination") or {}
        following = pagination.get("next_cursor") if pagination.get("has_next_page") else None
        if following and following == state["next"]:
            raise RetryableError(f"{self.session.who('list')}: the same cursor came twice. The window stays open and is read again later.")
        after = {**state, "is_listing": True, "next": following} if following else None
        return "changed", f"list: updated {params['updated_at_min']} to {params['updated_at_max']}", reply, after

    def _create(self, entry: Mapping[str, Any]) -> Reply:
        """AfterShip's own 400 about this number is an answer; any other refusal is not."""
        body = {"tracking_number": entry["number"], "order_id": entry["order"]}
        reply = self.session.send(Call("create", "POST", f"{self.url}/trackings", json=body, tolerates=(400,)))
        code = _code(reply)
        if reply.status == 400 and code != DUPLICATE and code not in NUMBER_FAULTS:
            raise FatalError(
                f"{self.session.who('create')}: HTTP 400 on POST {API}/trackings. AfterShip says code {code}. "
                "Asking again changes nothing: mend what the code names. Not retried."
            )
        return reply

    def _list(self, params: Mapping[str, str], *, continues: bool = False) -> Reply:
        return self.session.send(Call("list", "GET", f"{self.url}/trackings", params=params, continues=continues))


def judge(reply: Reply) -> Verdict:
    """By status; ``meta`` says why, and ``X-RateLimit-Reset`` for how long."""
    code, message = _code(reply), _message(reply)
    verdict = judge_by_status(reply)
    if verdict.outcome is Outcome.UNAUTHORIZED:
        return Verdict(Outcome.REFUSED, str(code), message, remedy=KEY)
    if verdict.outcome is Outcome.THROTTLED and verdict.wait_seconds is None:
        return replace(verdict, code=str(code), message=message, wait_seconds=_until_reset(reply))
    return replace(verdict, code=str(code or ""), message=message)


def _meta(reply: Reply) -> Mapping[str, Any]:
    answer = reply.json_or_none()
    meta = answer.get("meta") if isinstance(answer, Mapping) else None
    return meta if isinstance(meta, Mapping) else {}


def _code(reply: Reply) -> Any:
    return _meta(reply).get("code")


def _message(reply: Reply) -> str:
    return str(_meta(reply).get("message") or "")


def _until_reset(reply: Reply) -> float:
    reset = reply.headers.get("X-RateLimit-Reset", "")
    return max(1.0, float(reset) - reply.received_at.timestamp()) if reset.isdecimal() else 1.0


def _zulu(moment: datetime) -> str:
    """With ``Z``: a plus sign would have to be escaped."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


class AfterShipConnector(TrackingAccount):
    """One account."""

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        key = pick(("api_key",), credentials.secrets, f"aftership, shop '{shop.client}/{shop.name}'")["api_key"]
        session = Session(shop, credentials, services, BUDGETS, sign=keyed("as-api-key", key), judge=judge)
        parcels = AfterShipParcels(shop, services, session, credentials.host.rstrip("/") + API)
        super().__init__(parcels, ENDPOINTS, BUDGETS, map_parcels, numbers_of)

    def check(self) -> str:
        """How many trackings the account holds."""
        url = f"{self.parcels.url}/trackings"
        data = self.session.send(Call("list", "GET", url, params={"limit": "1"})).json.get("data") or {}
        return f"AfterShip: {(data.get('pagination') or {}).get('total')} trackings"
