"""A module that is put off is imported by the first who uses it, and by nobody else."""

from __future__ import annotations

import sys
import wave as known  # imported before anything is put off
from importlib import import_module

import pytest

from transforms.checks.put_off import put_off

PLAIN, BELOW = "chunk", "xml.dom.pulldom"  # of the standard library, and imported by nothing here


@pytest.fixture(autouse=True)
def unknown(monkeypatch):
    for name in (PLAIN, BELOW):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.delattr(sys.modules.get("xml.dom", sys), "pulldom", raising=False)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("name", "something"), [(PLAIN, "Chunk"), (BELOW, "parseString")])
def test_whoever_imported_it_meanwhile_gets_the_real_one_when_it_is_used(name, something):
    with put_off(name):
        stand_in = import_module(name)
    assert name not in sys.modules, "nobody has used it"
    used = getattr(stand_in, something)
    assert used is getattr(sys.modules[name], something)
    assert import_module(name) is sys.modules[name] is not stand_in


def test_it_may_be_used_while_it_is_put_off():
    with put_off(BELOW):
        from xml.dom import pulldom

        used = pulldom.parseString
    assert used is import_module(BELOW).parseString


def test_what_is_imported_already_stays():
    with put_off("wave"):
        assert import_module("wave") is known
    assert import_module("wave") is known


def test_what_it_does_not_have_is_an_attribute_error():
    with put_off(BELOW):
        stand_in = import_module(BELOW)
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = stand_in.no_such_thing
