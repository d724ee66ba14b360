"""No secret and no buyer in any log line, error or table, also where the marketplace itself repeats them."""

from __future__ import annotations

import json
import logging
import traceback

import pytest
import requests
from contract_gateway import Call, Reply, Rule
from contract_rules import TROUBLES, Strike

from pipeline.demo.truth import PSEUDONYMS

SHORTEST_SECRET = 8
PARROTS = ((400, "path"), (400, "header"), (400, "body"), (401, "body"), (403, "header"), (422, "path"), (429, "header"), (500, "body"))
SHOWN = 40  # characters of a long secret that are as good as all of it


class Parrot(Rule):
    """Refuses every call and repeats in its message what it was sent: the path with its query, a header's value, the body."""

    def __init__(self, status: int, part: str) -> None:
        self.status, self.part = status, part

    def before(self, call: Call) -> Reply | None:
        longest = max(call.headers.values(), key=len, default="")
        words = {"path": call.path, "header": longest, "body": call.body.decode(errors="replace")}[self.part]
        document = {"error": words, "message": words, "error_description": words, "errors": [{"code": "Refused", "message": words}]}
        return Reply(self.status, {"Content-Type": "application/json"}, json.dumps(document).encode())


class Ear(logging.Handler):
    """Everything that is logged, as a formatter would write it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self._plain = logging.Formatter("%(name)s %(message)s")

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self._plain.format(record))


@pytest.fixture
def ear():
    """Listens to all loggers at their most talkative."""
    listening, root = Ear(), logging.getLogger()
    level = root.level
    root.addHandler(listening)
    root.setLevel(logging.DEBUG)
    yield listening
    root.removeHandler(listening)
    root.setLevel(level)


def words_to_hide(bench) -> set[str]:
    given = {value for name, value in bench.credentials.secrets.items() if not name.endswith("_at")}
    return {word[:SHOWN] for word in given | bench.tokens.ever if word and len(word) >= SHORTEST_SECRET}


def buyers(bench) -> set[str]:
    """Who bought in this shop; empty where the target does not say."""
    if "buyers" not in bench.told:
        return set()
    return set(requests.get(bench.told["buyers"], params={"shop": bench.shop.name}, timeout=60).json())


def leaks(text: str, words: set[str]) -> list[str]:
    return [f"…{text[max(0, text.index(word) - 60):text.index(word)]}" for word in sorted(words) if word in text]


def told_by(error: BaseException | None) -> str:
    return "" if error is None else "".join(traceback.format_exception(error)) + repr(error)


def test_no_secret_in_a_log_line_or_an_error(bench, entity, ear):
    said = [repr(bench.connector), repr(bench.credentials), repr(getattr(bench.connector, "session", ""))]
    bench.tokens.forget()  # so that it logs in under our ears too
    with bench.gateway.under(Rule()) as calls:
        said.append(told_by(bench.read(entity, bench.evening).trouble))
        if not calls:
            pytest.skip("nothing is asked for this shop")
    for status, part in PARROTS:
        bench.tokens.forget()
        with bench.gateway.under(Parrot(status, part)):
            said.append(told_by(bench.read(entity, bench.evening).trouble))
    with bench.gateway.under(Strike([TROUBLES["broken connection"]], for_ever=True)):
        said.append(told_by(bench.read(entity, bench.evening).trouble))
    assert any(said[4:]), "the trouble was not even noticed"
    assert not leaks("\n".join([*said, *ear.lines]), words_to_hide(bench))


def test_who_bought_is_told_only_as_the_pseudonym_that_was_lent(bench, entity):
    tables = bench.calmly(entity, bench.history).content
    names = {name for rows in tables.values() for row in rows.values() for name in row.keys() & PSEUDONYMS}
    if not names:
        pytest.skip("its rows name nobody")
    shown = {row[name] for rows in tables.values() for row in rows.values() for name in names & row.keys()}
    assert shown - {None} <= bench.pseudonyms


def test_no_buyer_in_a_log_line_a_row_or_quarantine(bench, entity, ear):
    names = buyers(bench)
    if not names:
        pytest.skip("the target names no buyers")
    calm = bench.calmly(entity, bench.history)
    halves = [bench.keep(entity, [page]) for page in calm.pages[:3]]  # an order without its items is held back
    rows = [[*(list(table.values()) for table in read.content.values()), read.held] for read in (calm, *halves)]
    shown = json.dumps(rows, default=str, ensure_ascii=False)
    assert not leaks("\n".join([shown, *ear.lines]), names)
