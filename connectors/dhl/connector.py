"""The contract's questions, answered for one brand's DHL key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.contract import Credentials, Page, Services, Shop, Window
from connectors.dhl.endpoints import BUDGETS, ENDPOINTS
from connectors.dhl.mapping import NEW, TOLD, map_parcels, numbers_of
from connectors.dhl.words import division
from connectors.errors import QuotaWait, RetryableError
from connectors.http import Call, Session, pick
from connectors.tracking import listing
from connectors.tracking_account import TrackingAccount, keyed
from connectors.verdicts import Outcome, Reply, Verdict, judge_by_status

PATH = "/track/shipments"
KEY = "Put the brand's own key (developer.dhl.com, the app's API Key, approved for Shipment Tracking) into the shop's connection."
UNTOLD_SECONDS = 5.0  # DHL's texts name one call a second and one in five
TRIES = 3


@dataclass(frozen=True)
class DhlParcels:
    """Land the list, then one call a parcel; a day whose calls are spent ends the pull, and the rest comes first the next night.

    Where DHL refuses the very first parcel though our own count of the day says that calls are left, nobody can tell a spent day
    from a shut door, and nothing was read: that is an error.

    Cursor: ``ask`` (entries still to be asked for), ``group``.
    """

    shop: Shop
    services: Services
    session: Session
    url: str

    def read(self, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        if cursor is None:
            page, entries = listing(self.services, self.services.clock.now())
            state = {"ask": entries, "group": 0}
            yield replace(page, cursor=state if entries else None)
        else:
            state = dict(cursor)
        while state["ask"]:
            entry, later = state["ask"][0], state["ask"][1:]
            state = {"ask": later, "group": state["group"] + 1}
            reply = self.ask(entry["number"], division(entry["carrier"], entry["country"]))
            if reply is not None and reply.status == 429 and state["group"] == 1:
                raise RetryableError(
                    f"{self.session.who('shipments')}: HTTP 429, {TRIES} times, before a single parcel was told. Others spend this key's "
                    "calls, or DHL lets it make fewer: look at developer.dhl.com. The parcels are asked for again later."
                )
            if reply is None or reply.status == 429:
                yield Page(b"[]", self.services.clock.now(), f"the day's calls are spent, {len(later) + 1} parcels wait", "spent",
                           group=state["group"])
                return
            part = f"{TOLD if entry['is_told'] else NEW}/{entry['number']}"
            yield Page(
                reply.body, reply.received_at, f"shipments: {len(later)} left", part=part, group=state["group"],
                cursor=state if later else None,
            )

    def ask(self, number: str, service: str | None) -> Reply | None:
        """One parcel's answer, 404 included, or DHL's last 429; None where the day's calls are spent by our own count.

        A refusal for the second and one for the day read alike: what is still refused after some patience is the day's.
        """
        params = {"trackingNumber": number, "language": "en", "requesterCountryCode": self.shop.sites[0]}
        params |= {"service": service} if service else {}
        call = Call("shipments", "GET", self.url, params=params, is_json=False, tolerates=(404, 429))
        for _ in range(TRIES):
            try:
                self.services.limiter.take(BUDGETS["calls of a day"], self.session.holder(BUDGETS["calls of a day"]), 0.0)
            except QuotaWait:
                return None
            reply = self.session.send(call)
            if reply.status != 429:
                return _readable(reply, self.session.who("shipments"))
            budget, wait = BUDGETS["shipments"], judge(reply).wait_seconds
            self.services.limiter.penalise(budget, self.session.holder(budget), UNTOLD_SECONDS if wait is None else wait)
        return reply


def _readable(reply: Reply, who: str) -> Reply:
    if not isinstance(reply.json_or_none(), dict):
        raise RetryableError(f"{who}: an answer cut off, or a web page instead of one (HTTP {reply.status}). Run the step again later.")
    return reply


def judge(reply: Reply) -> Verdict:
    """A key DHL does not know is refused for good; everything else by its status (problem+json says why)."""
    told = reply.json_or_none()
    title, detail = (str(told.get(name) or "") for name in ("title", "detail")) if isinstance(told, Mapping) else ("", "")
    if reply.status < 300 and not isinstance(told, Mapping):
        return Verdict(Outcome.TRANSIENT, message="an answer cut off or not JSON")
    verdict = judge_by_status(reply)
    if verdict.outcome is Outcome.UNAUTHORIZED:
        return Verdict(Outcome.REFUSED, title, detail, remedy=KEY)
    return replace(verdict, code=title, message=detail)


class DhlConnector(TrackingAccount):
    """One brand's key."""

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        key = pick(("api_key",), credentials.secrets, f"dhl, shop '{shop.client}/{shop.name}'")["api_key"]
        session = Session(shop, credentials, services, BUDGETS, sign=keyed("DHL-API-Key", key), judge=judge)
        parcels = DhlParcels(shop, services, session, credentials.host.rstrip("/") + PATH)
        super().__init__(parcels, ENDPOINTS, BUDGETS, map_parcels, numbers_of)

    def check(self) -> str:
        """Ask for DHL's own example number: the key is known where that is answered, found or not."""
        reply = self.parcels.ask("00340434292135100186", None)
        is_spent = reply is None or reply.status == 429
        return "DHL: the key is known, and its calls of today are spent" if is_spent else "DHL: the key is known"
