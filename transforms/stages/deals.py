"""Deals: what links make of inquiries, quotations and contracts, and what they prove.

**One contract, one deal**, for money, goods and acceptance go by contract. A document belongs to the first contract that follows
from it (by when it was drawn up, then by number); a deal without a contract is what hangs together by its inquiry. A deal is
called after its **eldest document** (``inquiry/…``, else ``rfq/…``, ``quotation/…``, ``contract/…``; of two the lesser number),
whether that document is stored yet or only named: its name depends on what the documents say, never on which came first.

* Two inquiries into one contract: one deal, called after the lesser; it began with the earlier.
* A quotation may name the contract it became, a contract its quotation: either joins the two.
* A contract without an inquiry: called after its quotation, else itself; its chain begins there.
* One quotation that became two contracts (or one inquiry, through two quotations): the first contract carries what went before;
  the second is a deal of its own, with its own quotation if it has one. So nothing is counted twice.
* A request for quotation is a deal's beginning once a quotation answers it; until then it is the market's, not ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

TABLES = (
    "inquiries", "rfqs", "quotations", "contracts", "payment_milestones", "trade_shipments", "inspections", "acceptances", "payments",
)
# table → column that names an elder → (the elder's table, its key column, the stage it would prove)
LINKS = {
    "quotations": {"inquiry_id": ("inquiries", "inquiry_id", "inquiry"), "rfq_id": ("rfqs", "rfq_id", "inquiry")},
    "contracts": {
        "quotation_id": ("quotations", "quotation_id", "negotiation"), "inquiry_id": ("inquiries", "inquiry_id", "inquiry"),
    },
    "trade_shipments": {"contract_id": ("contracts", "contract_id", "contract")},
    "inspections": {"contract_id": ("contracts", "contract_id", "contract")},
    "acceptances": {"contract_id": ("contracts", "contract_id", "contract")},
    "payments": {"order_id": ("contracts", "contract_id", "contract")},
}
# The same of papers a row led to: a platform's order names no quotation, a seller's list of quotations does name the order.
LEADS = {"quotations": {"contract_id": ("contracts", "contract_id", "contract")}}
NAMED = {table: links | LEADS.get(table, {}) for table, links in LINKS.items()}  # every paper a row names, and may wait for
OF_CONTRACT = ("payment_milestones", "trade_shipments", "inspections", "acceptances")
CONTRACT_IN = {"payments": "order_id"}  # table → its column for the contract, where that is not `contract_id`
KINDS = {"inquiries": "inquiry", "rfqs": "rfq", "quotations": "quotation", "contracts": "contract"}
COLUMNS = {"inquiries": "inquiry_id", "rfqs": "rfq_id", "quotations": "quotation_id", "contracts": "contract_id"}
_RANK = {kind: rank for rank, kind in enumerate(KINDS.values())}


def name_of(table: str, number: str) -> str:
    """A document's name: what a deal is called if it is the eldest."""
    return f"{KINDS[table]}/{number}"


@dataclass
class _Papers:
    """Who names whom. ``contracts``: every contract stored or named, in the order in which they claim what went before."""

    contracts: list[str]
    parents: dict[str, list[str]] = field(default_factory=dict)  # quotation or contract → its elders
    answers: dict[str, list[str]] = field(default_factory=dict)  # rfq → its quotations


class Families(dict[str, pd.DataFrame]):
    """Frames that nobody changes any more: which deal each document belongs to is worked out once, for all who ask."""

    @cached_property
    def deals(self) -> dict[str, str]:
        return _deals_of(self)


def deals_of(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Document name → the subject id of the deal it belongs to; documents that are only named are there too.

    The frames must hold whole families: with a document, whatever names it and whatever it names.
    """
    return frames.deals if isinstance(frames, Families) else _deals_of(frames)


def _deals_of(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    papers = _papers(frames)
    owner: dict[str, str] = {}
    for contract in papers.contracts:
        for elder in _elders(contract, papers):
            owner.setdefault(elder, contract)
    led: dict[str, list[str]] = {contract: [contract] for contract in papers.contracts}
    for document, contract in owner.items():
        led[contract].append(document)
    called = {contract: min(documents, key=_age) for contract, documents in led.items()}
    found = {document: called[contract] for contract, documents in led.items() for document in documents}
    for document in _unclaimed(frames, papers, found):
        found[document] = _family(document, papers, found)
    return found


def _papers(frames: Mapping[str, pd.DataFrame]) -> _Papers:
    contracts = frames["contracts"]
    drawn = sorted(zip(contracts["created_at"], contracts["contract_id"], strict=True))
    known = [name_of("contracts", number) for _, number in drawn]
    naming = ((table, CONTRACT_IN.get(table, "contract_id")) for table in (*OF_CONTRACT, *LEADS, *CONTRACT_IN))
    named = {name_of("contracts", number) for table, column in naming for number in frames[table][column].tolist() if pd.notna(number)}
    papers = _Papers([*known, *sorted(named - set(known))])
    for table in ("quotations", "contracts"):
        for column, (elders, _, _) in LINKS[table].items():
            for number, elder in _pairs(frames[table], COLUMNS[table], column):
                papers.parents.setdefault(name_of(table, number), []).append(name_of(elders, elder))
    for number, contract in _pairs(frames["quotations"], "quotation_id", "contract_id"):
        quoted = papers.parents.setdefault(name_of("contracts", contract), [])
        quoted += [elder for elder in [name_of("quotations", number)] if elder not in quoted]
    for number, rfq in _pairs(frames["quotations"], "quotation_id", "rfq_id"):
        papers.answers.setdefault(name_of("rfqs", rfq), []).append(name_of("quotations", number))
    return papers


def _pairs(frame: pd.DataFrame, one: str, other: str) -> Iterable[tuple[str, str]]:
    both = zip(frame[one].tolist(), frame[other].tolist(), strict=True)
    return sorted(pair for pair in both if pd.notna(pair[0]) and pd.notna(pair[1]))


def _elders(document: str, papers: _Papers) -> list[str]:
    direct = papers.parents.get(document, [])
    return [*direct, *(elder for each in direct for elder in papers.parents.get(each, []))]


def _age(document: str) -> tuple[int, str]:
    kind, _, number = document.partition("/")
    return _RANK[kind], number


def _unclaimed(frames: Mapping[str, pd.DataFrame], papers: _Papers, found: Mapping[str, str]) -> list[str]:
    """Documents no contract follows from, elders first; a request only where a quotation answers it."""
    stored = {name_of(table, number) for table in ("inquiries", "quotations") for number in frames[table][COLUMNS[table]]}
    named = {elder for elders in papers.parents.values() for elder in elders}
    return sorted((stored | named) - set(found), key=_age)


def _family(document: str, papers: _Papers, found: Mapping[str, str]) -> str:
    """The deal of a document without a contract: its inquiry's, else its request's, else its own.

    A request whose quotation asks back through an inquiry is that inquiry's.
    """
    kind = document.partition("/")[0]
    elders = papers.parents.get(document, []) if kind == "quotation" else []
    if kind == "rfq":
        elders = [elder for each in papers.answers.get(document, []) for elder in papers.parents.get(each, []) if elder != document]
    return found.get(min(elders, key=_age), document) if elders else document
