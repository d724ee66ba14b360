"""Refresh tokens that change with every use: none is lost, whatever happens between the vendor's answer and our row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import Token
from connectors.memory import MemoryTokens
from connectors.tokens import AccessTokens, GrantRefused, RotatingGrant

NOW = datetime(2026, 11, 16, 3, 10, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.moment, self.slept = NOW, []

    def now(self):
        return self.moment

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


class Vendor:
    """Takes a refresh token until its successor has been used; ``asked`` are those it was shown."""

    def __init__(self):
        self.issued, self.used, self.asked, self.dead = 0, 0, [], set()

    def exchange(self, token):
        self.asked.append(token)
        number = int(token.removeprefix("r"))
        if number < self.used or token in self.dead:
            raise GrantRefused("refresh_token is revoked")
        self.used, self.issued = number, self.issued + 1
        return Token(f"a{self.issued}", NOW + timedelta(hours=1), f"r{self.issued}")


class Stumbling(MemoryTokens):
    """A store whose writes fail so many times."""

    def __init__(self, failures):
        super().__init__()
        self.failures = failures

    def put(self, name, token):
        if self.failures and token.access_token:
            self.failures -= 1
            raise OSError("the database went away")
        super().put(name, token)


def tokens(vendor, store, clock=None):
    clock = clock or Clock()
    return AccessTokens("etsy/shop", store, clock, RotatingGrant("etsy/shop", store, clock, vendor.exchange, "r0"))


def test_the_first_token_is_the_connections_and_from_then_on_the_youngest_is_used():
    vendor, store = Vendor(), MemoryTokens()
    assert tokens(vendor, store).current() == "a1"
    assert tokens(vendor, store).current() == "a1"
    assert [tokens(vendor, store).renew(f"a{n}") for n in (1, 2)] == ["a2", "a3"]
    assert vendor.asked == ["r0", "r1", "r2"]
    kept = store.get("etsy/shop")
    assert (kept.refresh_token, kept.former) == ("r3", ("r2",))


def test_a_token_that_was_answered_and_never_stored_is_replaced_by_way_of_the_one_before():
    vendor, store = Vendor(), MemoryTokens()
    tokens(vendor, store).current()
    vendor.exchange("r1")  # answered; the process was killed before it stored r2
    assert tokens(vendor, store).renew("a1") == "a3"
    assert vendor.asked == ["r0", "r1", "r1"]


def test_where_the_youngest_is_refused_those_it_came_from_are_tried_and_the_connections_last():
    vendor, store = Vendor(), MemoryTokens()
    store.put("etsy/shop", Token("a9", NOW, "r9", ("r8",)))
    vendor.dead = {"r9", "r8"}
    assert tokens(vendor, store).current() == "a1"
    assert vendor.asked == ["r9", "r8", "r0"]


def test_when_all_are_refused_nothing_is_forgotten_and_the_error_is_the_vendors():
    vendor, store = Vendor(), MemoryTokens()
    store.put("etsy/shop", Token("a9", NOW, "r9", ("r8",)))
    vendor.dead = {"r9", "r8", "r0"}
    with pytest.raises(GrantRefused, match="revoked"):
        tokens(vendor, store).current()
    kept = store.get("etsy/shop")
    assert (kept.refresh_token, kept.former) == ("r9", ("r8", "r0"))


def test_a_store_that_stumbles_is_asked_again_before_the_answer_is_let_go():
    vendor, store, clock = Vendor(), Stumbling(3), Clock()
    assert tokens(vendor, store, clock).current() == "a1"
    assert len(clock.slept) == 3 and store.get("etsy/shop").refresh_token == "r1"


def test_a_store_that_takes_nothing_costs_no_token():
    class Full(MemoryTokens):
        def put(self, name, token):
            raise OSError("disk full")

    vendor = Vendor()
    with pytest.raises(OSError, match="disk full"):
        tokens(vendor, Full()).current()
    assert vendor.asked == []


def test_no_token_shows_in_a_repr():
    shown = repr(Token("secret-a", NOW, "secret-r", ("secret-f",)))
    assert "secret" not in shown
