"""Trade between businesses in one week: definitions that hold in every report.

* A **day** is a calendar day in the client's zone, as for orders. Where a source tells only a day (its instant is that day's start in
  the account's zone), it is that day, whatever the client's zone. All is as known in the report's night and never restated.
* A paper that several accounts tell of one deals' account counts once, as that account itself tells it, else the first by name.
* **inquiries**: received in the period and no spam. **answered**: of those, so far, by a quotation that was sent or a contract that
  names it, or by the word of its source. **answers**: inquiries whose first quotation was sent in the period, whenever they came;
  **median**: the shortest time within which half of those had it (of this week's inquiries the slow answers are still to come).
* **quotations**: made in the period, no drafts. **contracts**: signed in the period (drawn up, where nobody tells the signing), no
  drafts and none cancelled since; **signed** is what their buyers owe in all.
* **deposits**, **balances**: what came in the period (``trade_money``), before what was **returned** in it. Both are **received**.
* **shipped**, **arrived**: consignments that left, that came; **accepted**: times a buyer accepted goods, **claims** of them with some
  refused or money claimed back.
* Money is converted a day's sum at a time, as sales are; a currency that lacks one of its rates is left out of all converted sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from transforms.metrics.facts import Converter, own_frames
from transforms.metrics.shapes import ClientFacts, Period, RateUsed
from transforms.metrics.trade_money import money_given_back, money_received
from transforms.sites import zone_dates
from transforms.stages.proofs import is_not

NEEDED = (
    "inquiries", "quotations", "contracts", "payment_milestones", "payments", "trade_shipments", "acceptances", "fx_rates",
)  # fmt: skip
INQUIRY = ["place", "inquiry_id"]
PAPERS = {  # what numbers one, within the account whose deals it is about
    "inquiries": ("inquiry_id",), "quotations": ("quotation_id",), "contracts": ("contract_id",), "payments": ("payment_id",),
    "trade_shipments": ("contract_id", "shipment_id"), "acceptances": ("acceptance_id",),
}  # fmt: skip
Sums = dict[tuple[str, date, str], int]  # (what, day, currency) → minor units


@dataclass(frozen=True)
class TradeAccount:
    """An account that trades by contracts: the account whose deals its papers are about, and the zone of its days."""

    place: str
    zone: str


@dataclass(frozen=True)
class TradeSum:
    """``own``: (currency, minor units), one a currency, by code; ``converted_minor`` leaves out what has no rate."""

    own: tuple[tuple[str, int], ...]
    converted_minor: int


@dataclass(frozen=True)
class TradeFigures:
    """One period (definitions: this module's own). ``median_seconds``: None where nothing was answered."""

    inquiries: int
    answered: int
    answers: int
    median_seconds: int | None
    quotations: int
    contracts: int
    signed: TradeSum
    received: TradeSum
    deposits: TradeSum
    balances: TradeSum
    returned: TradeSum
    shipped: int
    arrived: int
    accepted: int
    claims: int


@dataclass(frozen=True)
class TradeWeek:
    """One client's trade in a period and in the one of the same length before it.

    Attributes:
        accounts: those that tell of it.
        told: of ``inquiries``, ``quotations``, ``contracts``, ``received`` and ``shipped`` those of which they ever told anything;
            of the others nobody tells, and their nought is no figure.
    """

    currency: str
    accounts: tuple[str, ...]
    told: tuple[str, ...]
    this: TradeFigures
    before: TradeFigures
    unconverted: tuple[str, ...]
    rates: tuple[RateUsed, ...]


def trade_week(
    client: ClientFacts, frames: Mapping[str, pd.DataFrame], accounts: Mapping[str, TradeAccount], period: Period
) -> TradeWeek | None:
    """None where there is no inquiry, quotation or contract at all.

    Args:
        frames: the tables ``NEEDED`` of this client's ``accounts``; of a contract and an inquiry all rows that name them.
    Raises:
        SchemaError: a frame is missing or holds another client's rows.
    """
    own = own_frames(client, frames, NEEDED)
    if own["inquiries"].empty and own["quotations"].empty and own["contracts"].empty:
        return None
    told = _Told(own, accounts, client.zone)
    before = Period(period.start - (period.end - period.start), period.start)
    sums = {key: minor for key, minor in told.sums().items() if before.start <= key[1] < period.end}
    convert = Converter(own["fx_rates"], client.currency, {(currency, day) for _, day, currency in sums})
    converted = {(what, day, currency): convert(minor, currency, day) for (what, day, currency), minor in sorted(sums.items())}
    return TradeWeek(
        client.currency, tuple(accounts), told.ever(), told.figures(period, sums, converted), told.figures(before, sums, converted),
        tuple(sorted(convert.unconverted)), convert.used(),
    )


class _Told:
    """The rows that count, each with its ``day``."""

    def __init__(self, own: Mapping[str, pd.DataFrame], accounts: Mapping[str, TradeAccount], zone: str) -> None:
        self.accounts, self.zone = accounts, zone
        self.places = {name: account.place for name, account in accounts.items()}
        papers = {name: self._once(own[name], *key) for name, key in PAPERS.items()}
        quotations, contracts, goods = papers["quotations"], papers["contracts"], papers["trade_shipments"]
        self.quotations = self._dated(quotations[is_not(quotations["status"], "draft")], "issued_at")
        inquiries = self._dated(papers["inquiries"][is_not(papers["inquiries"]["status"], "spam")], "received_at")
        self.inquiries, self.answers = self._answered(inquiries, own["contracts"])
        agreed = contracts[is_not(contracts["status"], "draft", "cancelled")]
        self.contracts = self._dated(agreed.assign(at=agreed["signed_at"].fillna(agreed["created_at"])), "at")
        alive = goods[is_not(goods["status"], "cancelled")]
        self.shipped, self.arrived = self._dated(alive, "shipped_at"), self._dated(alive, "delivered_at")
        taken = papers["acceptances"]
        has_claim = (taken["claim_minor"] > 0).fillna(False) | (taken["rejected_quantity"] > 0).fillna(False)
        self.accepted = self._dated(taken.assign(has_claim=has_claim.astype(bool)), "accepted_at")
        milestones = own["payment_milestones"].merge(contracts[["shop", "contract_id"]])  # of the account whose word the contract is
        self.money = self._dated(money_received(milestones, papers["payments"], self.places), "at")
        self.returned = self._dated(money_given_back(papers["payments"]), "at")

    def _once(self, frame: pd.DataFrame, *key: str) -> pd.DataFrame:
        place = frame["shop"].map(self.places)
        ordered = frame.assign(place=place, is_fed=frame["shop"] != place).sort_values(["is_fed", "shop"], kind="stable")
        return ordered.drop_duplicates(["place", *key])

    def ever(self) -> tuple[str, ...]:
        kinds = {"inquiries": self.inquiries, "quotations": self.quotations, "contracts": self.contracts}
        return tuple(name for name, rows in (kinds | {"received": self.money, "shipped": self.shipped}).items() if len(rows))

    def _dated(self, frame: pd.DataFrame, at: str) -> pd.DataFrame:
        frame = frame[frame[at].notna()].copy()
        days = zone_dates(frame[at], self.zone)
        for zone in {account.zone for account in self.accounts.values()} - {self.zone}:
            local = pd.to_datetime(frame[at], utc=True).astype("datetime64[us, UTC]").dt.tz_convert(zone)
            is_day = frame["shop"].isin([name for name, one in self.accounts.items() if one.zone == zone]) & (local == local.dt.normalize())
            days = days.mask(is_day.fillna(False).astype(bool), zone_dates(frame[at], zone))
        return frame.assign(day=days, place=frame["shop"].map(self.places))

    def _answered(self, inquiries: pd.DataFrame, contracts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The inquiries with ``is_answered``, and the first quotation of each that has one, with ``seconds``."""
        named = self.quotations.dropna(subset="inquiry_id").sort_values(["issued_at", "quotation_id"])
        first = named.drop_duplicates(INQUIRY)[[*INQUIRY, "issued_at", "day"]]
        answers = first.merge(inquiries[[*INQUIRY, "received_at"]], on=INQUIRY)
        took = (answers["issued_at"] - answers["received_at"]).dt.total_seconds()
        led = contracts.dropna(subset="inquiry_id").assign(place=contracts["shop"].map(self.places))
        papers = {place for frame in (first, led) for place in frame[INQUIRY].itertuples(index=False, name=None)}
        known = [place in papers for place in inquiries[INQUIRY].itertuples(index=False, name=None)]
        said = (inquiries["status"] == "replied").fillna(False).to_numpy(dtype=bool)
        return inquiries.assign(is_answered=said | pd.array(known, dtype=bool)), answers.assign(seconds=took.clip(lower=0))

    def sums(self) -> Sums:
        found: Sums = {}
        signed = self.contracts.assign(part="signed", minor=self.contracts["total_minor"])
        for frame in (signed, self.money, self.returned):
            for (part, day, currency), minor in frame.groupby(["part", "day", "currency"])["minor"].sum().items():
                found[part, day, currency] = int(minor)
        return found

    def figures(self, period: Period, sums: Sums, converted: Sums) -> TradeFigures:
        asked, answers, taken = (_within(frame, period) for frame in (self.inquiries, self.answers, self.accepted))

        def money(*parts: str) -> TradeSum:
            keys = [key for key in sums if key[0] in parts and period.start <= key[1] < period.end]
            codes = sorted({currency for *_, currency in keys})
            own = tuple((code, sum(sums[key] for key in keys if key[2] == code)) for code in codes)
            return TradeSum(own, sum(converted[key] for key in keys))

        times = sorted(int(each) for each in answers["seconds"])
        return TradeFigures(
            inquiries=len(asked), answered=int(asked["is_answered"].sum()), answers=len(answers),
            median_seconds=times[(len(times) - 1) // 2] if times else None, quotations=len(_within(self.quotations, period)),
            contracts=len(_within(self.contracts, period)), signed=money("signed"), received=money("deposit", "balance"),
            deposits=money("deposit"), balances=money("balance"), returned=money("returned"), shipped=len(_within(self.shipped, period)),
            arrived=len(_within(self.arrived, period)), accepted=len(taken), claims=int(taken["has_claim"].sum()),
        )  # fmt: skip


def _within(frame: pd.DataFrame, period: Period) -> pd.DataFrame:
    last = period.end - timedelta(days=1)
    return frame[frame["day"].between(period.start, last).fillna(False).astype(bool)]
