"""Daiyun's own modules, read once in a process whose forks run tasks, and read anew in a fork when one of their files has changed.

So a task finds them imported (a third of a second each time otherwise), and a mended mapping still counts from the next task on.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ("connectors", "pipeline", "reports", "transforms", "warehouse")

Stamps = Mapping[Path, tuple[int, int]]  # file → when it was written (ns), its length


def preload(*names: str) -> None:
    """Import ``names``; from now on every fork of this process drops all of our modules where a file of theirs is another by then.

    A module that cannot be imported is left to the tasks: they say it where an operator looks.
    """
    stamps = dict(_stamps(_files()))  # before the import: what changes meanwhile counts as changed
    try:
        for name in names:
            import_module(name)
    except Exception:
        logging.getLogger(__name__).exception("Not imported ahead; every task tries by itself")
        _drop()
    os.register_at_fork(after_in_child=lambda: drop_changed(stamps))


def drop_changed(stamps: Stamps) -> None:
    """Forget our modules if any of these files has been written, or is gone. About a millisecond where nothing has changed."""
    if dict(_stamps(stamps)) != stamps:
        _drop()


def _drop() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ROOMS]:
        del sys.modules[name]


def _files() -> Iterator[Path]:
    for room in ROOMS:
        yield from (file for file in (HOUSE / room).rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def _stamps(files: Iterable[Path]) -> Iterator[tuple[Path, tuple[int, int]]]:
    for file in files:
        try:
            found = file.stat()
        except OSError:
            continue
        yield file, (found.st_mtime_ns, found.st_size)
