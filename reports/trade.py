"""Trade with businesses at the head of the report: its headline, its story, its figures, and what they leave out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.by_hand import HandFed
from reports.language import Language
from reports.stage_words import stage_name
from reports.view import compared
from transforms.metrics import TradeFigures, TradeSum, TradeWeek
from transforms.stages import Board

GAP = " · "
MOST_STAGES, MOST_CURRENCIES = 3, 5  # the data beside the report holds all
INQUIRED = ("inquiries", "quotations")
LONG = 11  # letters of a figure that fit half a telephone


@dataclass(frozen=True)
class Traded:
    """A week of trade with what is needed to tell it.

    Attributes:
        board: where its deals stood at the week's end; None where there is none.
        is_comparable: every account of it is proven back over the week before, ``is_whole``: and told to the end of this one.
    """

    week: TradeWeek
    board: Board | None
    is_comparable: bool
    is_whole: bool

    @property
    def is_compared(self) -> bool:
        """A fall may be a file that has not come, and nobody would put it right later."""
        return self.is_comparable and self.is_whole


def lead(
    traded: Traded, retail: Mapping[str, Any], labels: Mapping[str, str], hand_fed: Sequence[HandFed], speak: Language
) -> dict[str, Any]:
    """What stands at the report's head: trade alone, or behind ``retail`` (what the report shows of sales) where there are shops."""
    stale = [labels.get(name, name) for name in late(traded.week, hand_fed)]
    told = {"headline": headline(traded.week, speak), "story": [*story(traded, speak), *_stale(stale, speak)]}
    tiles, before = figures(traded, speak), retail["story"] if retail["is_retail"] else retail["restatement"]
    return {
        "headline": GAP.join([retail["headline"], told["headline"]]) if retail["is_retail"] else told["headline"],
        "story": [*before, *told["story"]], "paragraphs": [each for each in (before, told["story"]) if each],
        "figures": retail["figures"] if retail["is_retail"] else [], "trade": {"figures": tiles, "money": money(traded.week, speak)},
        "parcels": retail["parcels"] if retail["is_retail"] else None,  # of orders
        "restated": retail["restated"] if retail["is_retail"] or retail["restatement"] else None,  # nothing of trade ever is
    }


def headline(week: TradeWeek, speak: Language) -> str:
    """Contracts and what they are worth, and the money that came; where there is neither, what asks for one."""
    this, asked = week.this, _asked(week.this, week, speak)
    worth, received = _amount(this.signed, week, speak), _amount(this.received, week, speak)
    if this.contracts and this.received.own:
        return speak.say_n(
            "%(n)s contract worth %(worth)s signed, %(received)s received", "%(n)s contracts worth %(worth)s signed, %(received)s received",
            this.contracts, worth=worth, received=received,
        )
    if this.contracts:
        return speak.say_n("%(n)s contract worth %(worth)s signed", "%(n)s contracts worth %(worth)s signed", this.contracts, worth=worth)
    if this.received.own:
        return speak.say("No contract signed, %(received)s received", received=received)
    if asked and "contracts" not in week.told:
        return asked
    if this.inquiries or this.quotations:
        return speak.say("No contract signed, %(asked)s", asked=asked)
    return speak.say("No inquiry, quotation or contract this week") if asked else speak.say("No contract signed this week")


def story(traded: Traded, speak: Language) -> list[str]:
    this, said = traded.week.this, []
    if asked := _asked(this, traded.week, speak):
        said.append(_against(asked, _asked(traded.week.before, traded.week, speak), traded, speak))
    if this.inquiries:
        told = {"answered": speak.number(this.answered), "inquiries": speak.number(this.inquiries)}
        said.append(speak.say("Answered so far: %(answered)s of %(inquiries)s inquiries.", **told))
    if this.returned.own:
        said.append(speak.say("%(amount)s was paid back to buyers.", amount=_amount(this.returned, traded.week, speak)))
    if overdue := _overdue(traded.board):
        said.append(speak.say_n(
            "%(n)s deal is overdue; see “Where everything stands”.", "%(n)s deals are overdue; see “Where everything stands”.", overdue,
        ))
    return said


def _against(asked: str, before: str, traded: Traded, speak: Language) -> str:
    if traded.is_compared:
        return speak.say("%(asked)s, after %(before)s the week before.", asked=asked, before=before)
    if traded.is_comparable:
        return speak.say("%(asked)s; this week is not compared, for it is not whole.", asked=asked)
    return speak.say("%(asked)s; there is no full week of trade before to compare with.", asked=asked)


def _asked(figures: TradeFigures, week: TradeWeek, speak: Language) -> str:
    """Inquiries and quotations, as far as anybody tells of them."""
    inquiries = speak.say_n("%(n)s new inquiry", "%(n)s new inquiries", figures.inquiries)
    quotations = speak.say_n("%(n)s quotation", "%(n)s quotations", figures.quotations)
    said = [text for name, text in (("inquiries", inquiries), ("quotations", quotations)) if name in week.told]
    return speak.say("%(inquiries)s and %(quotations)s", inquiries=inquiries, quotations=quotations) if len(said) > 1 else "".join(said)


def late(week: TradeWeek, hand_fed: Sequence[HandFed]) -> list[str]:
    """Accounts of it that people feed and that are behind: a week without a file is no week without trade."""
    return [shop.shop for shop in hand_fed if shop.is_late and shop.shop in week.accounts]


def _stale(shops: Sequence[str], speak: Language) -> list[str]:
    return [speak.say("Files of %(shops)s are missing: the figures of trade may be too low.", shops=speak.listing(shops))] if shops else []


def figures(traded: Traded, speak: Language) -> list[dict[str, Any]]:
    """The tiles, contracts first; each with the week before where that is proven, and a line of its own under it.

    A dash, and no nought, where no account ever told of it.
    """
    week, this, before = traded.week, traded.week.this, traded.week.before
    overdue = _overdue(traded.board)

    def tile(label: str, now: int | None, then: int | None, write, note: str = "", good: int = 1) -> dict[str, Any]:
        moved = compared(now, then, good, speak, comparable=traded.is_compared)
        earlier = write(then) if traded.is_compared and then is not None else None
        return {"label": label, "value": "–" if now is None else write(now), **moved, "before": earlier, "note": note}

    def count(kind: str, label: str, now: int, then: int, note: str = "") -> dict[str, Any]:
        return tile(label, *((now, then) if kind in week.told else (None, None)), speak.number, note)

    def amount(kind: str, label: str, now: TradeSum, then: TradeSum, note: str) -> dict[str, Any]:
        if _is_beyond(now, week) or kind not in week.told:
            own = [_amount(now, week, speak)] if now.own else []
            return tile(label, None, None, speak.number, GAP.join([*own, *filter(None, [note])]))
        earlier = None if _is_beyond(then, week) else then.converted_minor
        made = tile(label, now.converted_minor, earlier, lambda minor: speak.money(minor, week.currency), note)
        return made | {"is_long": len(made["value"]) > LONG}

    def took(seconds: int) -> str:
        return speak.duration(seconds / 3600) if seconds >= 60 else speak.say("same day")

    contracts = speak.say_n("%(n)s contract", "%(n)s contracts", this.contracts)
    answers = speak.say_n("%(n)s answered this week", "%(n)s answered this week", this.answers) if {*INQUIRED} <= {*week.told} else ""
    waiting = {"label": speak.say("Overdue now"), "value": speak.number(overdue), "change": None, "before": None, "is_alert": overdue > 0}
    return [
        amount("contracts", speak.say("Contracts signed"), this.signed, before.signed, contracts if "contracts" in week.told else ""),
        count("inquiries", speak.say("New inquiries"), this.inquiries, before.inquiries),
        tile(speak.say("Half answered within"), this.median_seconds, before.median_seconds, took, answers, good=-1),
        count("quotations", speak.say("Quotations sent"), this.quotations, before.quotations),
        amount("received", speak.say("Money received"), this.received, before.received, _parts(week, speak)),
        count("shipped", speak.say("Consignments shipped"), this.shipped, before.shipped, _goods(this, speak)),
        waiting | {"note": _waits(traded.board, speak)},
    ]


def _parts(week: TradeWeek, speak: Language) -> str:
    parts = []
    if week.this.deposits.own:
        parts.append(speak.say("deposits %(amount)s", amount=_amount(week.this.deposits, week, speak)))
    if week.this.balances.own:
        parts.append(speak.say("balances %(amount)s", amount=_amount(week.this.balances, week, speak)))
    return GAP.join(parts)


def _goods(figures: TradeFigures, speak: Language) -> str:
    parts = [speak.say("%(n)s arrived", n=speak.number(figures.arrived))] if figures.arrived else []
    if figures.accepted:
        parts.append(speak.say_n("%(n)s acceptance", "%(n)s acceptances", figures.accepted))
    if figures.claims:
        parts.append(speak.say_n("%(n)s claim", "%(n)s claims", figures.claims))
    return GAP.join(parts)


def _overdue(board: Board | None) -> int:
    return len(board.stuck) if board else 0


def _waits(board: Board | None, speak: Language) -> str:
    """What most of the overdue wait for."""
    if not board or not board.stuck:
        return ""
    several = Counter(one.waits_for for one in board.stuck).most_common(MOST_STAGES)
    stages = [f"{stage_name(stage, speak)} ({speak.number(count)})" for stage, count in several]
    return speak.say("Waits for: %(stage)s", stage=speak.say(", ").join(stages))


def money(week: TradeWeek, speak: Language) -> list[dict[str, str]]:
    """Amounts of which some were agreed or paid in another currency than the report's, in their own."""
    told = [
        (speak.say("Contracts signed"), week.this.signed), (speak.say("Deposits received"), week.this.deposits),
        (speak.say("Balances received"), week.this.balances), (speak.say("Paid back"), week.this.returned),
    ]  # fmt: skip
    return [
        {"label": label, "own": _own(each, speak), "converted": "" if _is_beyond(each, week) else _amount(each, week, speak)}
        for label, each in told if any(code != week.currency for code, _ in each.own)
    ]


def _own(each: TradeSum, speak: Language) -> str:
    """By code; where there are too many, that there are more."""
    told = [speak.money(minor, code, exact=True).replace("\xa0", " ") for code, minor in each.own[:MOST_CURRENCIES]]
    return " + ".join([*told, "…"] if len(each.own) > MOST_CURRENCIES else told)


def _is_beyond(each: TradeSum, week: TradeWeek) -> bool:
    """Nothing of it can be converted."""
    return bool(each.own) and all(code in week.unconverted for code, _ in each.own)


def _amount(each: TradeSum, week: TradeWeek, speak: Language) -> str:
    return _own(each, speak) if _is_beyond(each, week) else speak.money(each.converted_minor, week.currency)


def definitions(speak: Language) -> list[tuple[str, str]]:
    return [
        (speak.say("New inquiries"), speak.say("received in the week, spam left out.")),
        (speak.say("Half answered within"), speak.say("from the inquiry to its first quotation, of the quotations of the week.")),
        (speak.say("Contracts signed"), speak.say("or drawn up, where no signing is told; none cancelled since; all the buyer owes.")),
        (speak.say("Money received"), speak.say(
            "for contracts, before what was paid back; deposits as far as a contract asks for one, balances all else."
        )),
        (speak.say("Overdue now"), speak.say(
            "deals that have waited longer than allowed at the week's end. Trade is told as known now; later reports do not correct it."
        )),
    ]  # fmt: skip
