"""Waiting by hand: a command has no worker slot to give back, so it sleeps out what a task would be rescheduled for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.cli.output import errors
from pipeline.clock import SystemClock
from pipeline.errors import TryLater


def patiently(verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a verb of the night until it no longer asks to come back; says on standard error what is waited for."""
    while True:
        try:
            return verb(*args, **kwargs)
        except TryLater as later:
            errors.print(f"waits {later.seconds:.0f} s: {later.why}", style="dim", markup=False, highlight=False, soft_wrap=True)
            SystemClock().sleep(later.seconds)
