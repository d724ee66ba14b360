"""`daiyun stages` and `daiyun fees`: where everything stands, and what the agency's month costs."""

from __future__ import annotations

import getpass
import json
import sys
from typing import Annotated

import typer

from pipeline import agency, boards
from pipeline import opened as state
from pipeline import stages as derived
from pipeline.cli.output import AsJson, console, errors, known_client, show
from pipeline.clients import Client
from reports.facts import Brand
from reports.language import LOCALES, language
from reports.stage_words import exception_text, next_action
from reports.stages import StagesPage, page
from transforms.stages import CHAINS, Board

MOST = 20
AMOUNTS = ("net_sales", "base", "share", "adjusted", "fee")
ClientOption = Annotated[str, typer.Option("--client", help="Whose; * for all.")]
fees_app = typer.Typer(no_args_is_help=True, help="What the agency's months cost.")


def stages(
    client: ClientOption = "*",
    mode: Annotated[str | None, typer.Option("--mode", help="Only this trade mode: b2b, b2c, c2c or agency.")] = None,
    days: Annotated[int, typer.Option("--days", min=1, help="Orders, deals, campaigns that began in the last so many days.")] = boards.DAYS,
    as_html: Annotated[bool, typer.Option("--html", help="One client's page, to standard output.")] = False,
    code: Annotated[str | None, typer.Option("--language", help="Of the page and the next actions; default: the client's.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="First derive every stage again from what is stored.")] = False,
    as_json: AsJson = False,
) -> None:
    """Where everything stands on its chain: counts, shares, times, and what is stuck since when."""
    if mode and mode not in CHAINS:
        raise typer.BadParameter(f"no trade mode is called {mode!r}; there are {', '.join(CHAINS)}", param_hint="--mode")
    if code and code not in LOCALES:
        raise typer.BadParameter(f"no language {code!r}; there are {', '.join(sorted(LOCALES))}", param_hint="--language")
    if as_html and client == "*":
        raise typer.BadParameter("a page is one client's: name it with --client", param_hint="--html")
    if as_html and as_json:
        raise typer.BadParameter("one of the two: the page or the numbers", param_hint="--html")
    known_client(client)
    wanted = [each for each in state.clients().good.values() if client in ("*", each.name)]
    if rebuild:
        for each in wanted:
            changed = sum(derived.rebuild(each).values())
            errors.print(f"{each.name}: every stage derived again; {changed:,} rows are others now.", highlight=False)
    found = [(each, boards.client_boards(each, (mode,) if mode else (), days)) for each in wanted]
    if as_html:
        sys.stdout.write(html(*found[0], days, code))
    elif as_json:
        rows = [_plain(each, board, days, code) for each, several in found for board in several]
        sys.stdout.write(json.dumps(rows, default=lambda value: value.isoformat(), ensure_ascii=False) + "\n")
    else:
        for each, several in found:
            for board in several:
                _print(each, board, code)
            if not several:
                console.print(_nothing(each, mode, days), markup=False, highlight=False)


def _nothing(client: Client, mode: str | None, days: int) -> str:
    """Why there is nothing to tell, as far as the client's file says."""
    modes = derived.trade_modes(client)
    if mode and mode not in modes:
        return f"{client.name} is not on the chain {mode}; by its file it is on {', '.join(modes)}."
    what = f"on the chain {mode} " if mode else ""
    return f"{client.name}: nothing {what}has begun in the last {days} days. Was a night run (`daiyun certificate --client {client.name}`)?"


def html(client: Client, several: list[Board], days: int, code: str | None = None) -> str:
    look = Brand(name=client.brand, colour=client.theme.colour, logo_text=client.theme.logo_text)
    facts = StagesPage(look, client.zone, days, boards.every_shop(client), tuple(several), state.clock().now())
    return page(facts, code or client.language)


def _plain(client: Client, board: Board, days: int, code: str | None) -> dict:
    speak, row = language(code or client.language), boards.plain(client, board, days)
    row["stuck"] = [{**item, "next_action": next_action(board.mode, item["waits_for"], speak)} for item in row["stuck"]]
    return row


def _print(client: Client, board: Board, code: str | None) -> None:
    speak = language(code or client.language)
    title = f"{client.name}, {board.mode}"
    lines = [
        {
            "stage": line.stage, "entered": f"{line.entered:,}" if line.is_told else "no data", "share": _percent(line.share),
            "step": _percent(line.step), "median": _time(line.median_hours), "p90": _time(line.p90_hours),
            "waiting": line.waiting, "overdue": line.stuck, "allowed": _time(line.service_level_hours),
        }
        for line in board.lines
    ]
    show(lines, lines[0], as_json=False, title=title)
    console.print("share: of all that began; step: of those at the stage before; times from the stage before.", style="dim")
    stuck = [
        {
            "shop": item.shop, "what": f"{item.subject_kind} {item.subject_id}", "at": item.at, "waits for": item.waits_for,
            "since": item.since, "next action": next_action(board.mode, item.waits_for, speak),
        }
        for item in board.stuck[:MOST]
    ]
    if stuck:
        show(stuck, stuck[0], as_json=False, title=f"{title}: overdue, {len(stuck)} of {len(board.stuck)}")
    odd = [
        {
            "shop": each.shop, "what": f"{each.subject_kind} {each.subject_id}", "since": each.since,
            "what is wrong, and what to do": exception_text(each.kind, each.stage, each.ref, speak),
        }
        for each in board.exceptions[:MOST]
    ]
    if odd:
        show(odd, odd[0], as_json=False, title=f"{title}: does not fit together, {len(odd)} of {len(board.exceptions)}")
    late = [
        {
            "shop": each.shop, "missing": each.ref.partition(" > ")[2], "named by": each.ref.partition(" > ")[0], "papers": each.papers,
            "waited for since": each.since, "a fault from": each.due,
        }
        for each in board.waiting[:MOST]
    ]
    if late:
        show(late, late[0], as_json=False, title=f"{title}: papers that are named and have not come, {len(late)} of {len(board.waiting)}")
        console.print("Export or read again what holds them, or correct the number that names them.", style="dim")


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.0f} %" if share >= 0.1 or not share else f"{100 * share:.1f} %"


def _time(hours: float | None) -> str | None:
    """Short, so that a line of the table stays one in a terminal."""
    if hours is None:
        return None
    value, unit = (hours, "h") if hours < 48 else (hours / 24, "d")
    return f"{value:.1f}".removesuffix(".0") + f" {unit}"


@fees_app.command("list")
def list_fees(
    client: Annotated[str, typer.Option("--client", help="Whose; * for all with an agreement.")] = "*", as_json: AsJson = False
) -> None:
    """Every month under the agreement: what it costs, and whether it is settled."""
    known_client(client)
    wanted = [each for each in state.clients().good.values() if each.name == client or (client == "*" and each.agreement)]
    rows = [row for each in wanted for row in agency.fees(each)]
    _show_fees(rows, ("client", "month", "status", *AMOUNTS, "lacks"), as_json=as_json, title="Fees")


@fees_app.command("settle")
def settle_fee(
    client: Annotated[str, typer.Option("--client", help="Whose.")],
    month: Annotated[str, typer.Option("--month", help="Such as 2026-10; over, and proven complete.")],
    note: Annotated[str | None, typer.Option("--note", help="Kept with it, such as the invoice's number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Freeze a month's fee as settled, in your name."""
    settled = agency.settle(state.find_client(client), month, by=getpass.getuser(), note=note)
    _show_fees([settled], ("client", "month", "fee", "settled_at", "settled_by"), as_json=as_json, title="Settled")


def _show_fees(rows: list[dict], columns: tuple[str, ...], *, as_json: bool, title: str) -> None:
    """For people in whole amounts of money, for programs in minor units."""
    speak = language("en")
    money = [{name: speak.money(row[f"{name}_minor"], row["currency"], exact=True) for name in AMOUNTS} for row in rows]
    show(rows if as_json else [row | more for row, more in zip(rows, money, strict=True)], columns, as_json=as_json, title=title)
