"""Modules that a library imports and we never need: put off until something of them is used."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


class _Later(ModuleType):
    """Stands for a module; the first thing asked of it imports the real one."""

    def __getattr__(self, name: str):
        if name.startswith("__"):  # the import machinery's own questions
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:  # used already while others are put off
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


@contextmanager
def put_off(*names: str) -> Iterator[None]:
    """What is imported meanwhile gets stand-ins for these modules. Afterwards they are as if never mentioned: whoever
    imports one gets the real one, and so does a stand-in that is used. Modules that are imported already stay."""
    laid = {name: _Later(name) for name in names if name not in sys.modules}
    for name, module in laid.items():
        sys.modules[name] = module
        package, _, last = name.rpartition(".")
        if package:
            setattr(import_module(package), last, module)
    try:
        yield
    finally:
        for name, module in laid.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
            package, _, last = name.rpartition(".")
            if package and vars(sys.modules[package]).get(last) is module:
                delattr(sys.modules[package], last)
