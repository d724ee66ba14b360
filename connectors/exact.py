"""Read JSON without ever letting a number through a float."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

_FAST = msgspec.json.Decoder(float_hook=str)


class NotJson(ValueError):
    """The bytes are no JSON document (cut off, or something else altogether)."""


def read_json(body: bytes) -> Any:
    """Parse ``body``; numbers with a fraction or an exponent come back as their text (``"19.90"``), whole ones as int.

    The standard library reads what the fast parser is too strict for (lone surrogates, a byte-order mark).

    Raises:
        NotJson: cut off or not JSON; the message names the place, never the content.
    """
    try:
        return _FAST.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _read_slowly(body)


def _read_slowly(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig", errors="replace"), parse_float=str, parse_constant=str)
    except RecursionError as error:
        raise NotJson("nested too deeply to be an answer") from error
    except ValueError as error:
        place = getattr(error, "pos", 0)
        raise NotJson(f"no JSON from character {place} of {len(body)} bytes on") from None


@contextmanager
def without_collector() -> Iterator[None]:
    """Pause Python's cycle collector: parsed JSON has no cycles, and searching a large tree for them costs more than parsing it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
