"""`daiyun demo`: a whole night in real Airflow over loopback marketplaces."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.output import console
from pipeline.demo.environment import Options
from pipeline.demo.run import run_demo
from pipeline.demo.summary import shortcomings

NIGHT = datetime(2026, 11, 16, 3)  # UTC, as typer reads instants without a zone; a Monday: the weekly reports are due


def demo(
    seed: Annotated[int, typer.Option(help="The world's seed: the same seed is the same world.")] = 1,
    days: Annotated[int, typer.Option(min=1, help="Days of history before the night.")] = 30,
    orders_per_day: Annotated[int, typer.Option(min=0, help="Orders a day, over all shops.")] = 40,
    out: Annotated[Path, typer.Option(help="Everything the demo writes lies here; running again is the next run.")] = Path("build/demo"),
    night: Annotated[datetime, typer.Option(formats=["%Y-%m-%dT%H:%M:%SZ"], help="The night's end of interval (UTC).")] = NIGHT,
    speed: Annotated[float, typer.Option(min=1, help="Sandbox seconds in one of ours, quotas included.")] = 60,
    faults: Annotated[str, typer.Option(help="none, flaky or hostile marketplaces.")] = "none",
    samples: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Serve only what the vendors publish, below DIR (docs/samples.md).")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep everything running with Airflow's UI until Ctrl-C.")] = False,
) -> None:
    """One whole night: pull, prove, merge, push stock, mail reports; compared with the marketplaces' own truth."""
    options = Options(
        seed=seed, days=days, orders_per_day=orders_per_day, out=out.resolve(), night=night.replace(tzinfo=UTC),
        speed=1 if samples else speed, faults=faults, samples=samples, keep=keep,
    )  # fmt: skip
    with _ended_in_order():
        summary = run_demo(options, console)
    raise typer.Exit(1 if shortcomings(summary) else 0)


@contextlib.contextmanager
def _ended_in_order() -> Iterator[None]:
    """Asked to end (SIGTERM, SIGHUP, Ctrl-C) at any moment, everything the demo started ends with it."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    except KeyboardInterrupt:
        console.print("Stopped before the night was over; the same command goes on from here.")
        raise typer.Exit(130) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
