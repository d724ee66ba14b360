"""The sandbox's own answers: clock, horizon, statistics, buyers' names, truth, exchange rates, and what the brands drop."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.clock import instant, iso
from sandbox.dropping import Dropping, Export
from sandbox.market import House, Market
from sandbox.rates_file import ecb_document, other_csv
from sandbox.stock import master_rows
from sandbox.truth import TABLES, truth_rows
from sandbox.world import CLIENTS, SHOPS
from sandbox.world.cast import TRADERS


def control_routes(house: House, markets: Mapping[str, Market]) -> list[Route]:
    desk = _Desk(house, markets)
    return [
        Route("/clock", desk.clock), Route("/clock", desk.advance, methods=["POST"]), Route("/horizon", desk.move, methods=["POST"]),
        Route("/stats", desk.stats), Route("/buyers", desk.buyers), Route("/truth", desk.tables), Route("/truth/{table}", desk.truth),
        Route("/ecb/eurofxref-hist.xml", desk.history), Route("/ecb/eurofxref-daily.xml", desk.daily),
        Route("/fx/other.csv", desk.other), Route("/masters/{client}.csv", desk.master),
        Route("/drops/{client}", desk.drops), Route("/drops/{client}/{path:path}", desk.drop),
    ]


def _refused(why: str) -> JSONResponse:
    return JSONResponse({"error": why}, 400)


class _Desk:
    def __init__(self, house: House, markets: Mapping[str, Market]) -> None:
        self._house, self._markets = house, markets

    def _time(self) -> JSONResponse:
        clock = self._house.clock
        return JSONResponse({"now": iso(clock.now()), "speed": clock.speed, "horizon": iso(clock.horizon)})

    async def clock(self, request: Request) -> Response:
        return self._time()

    async def advance(self, request: Request) -> Response:
        return await self._change(request, "advance_seconds", lambda value: self._house.clock.advance(float(value)))

    async def move(self, request: Request) -> Response:
        def later(value: str) -> None:
            self._house.clock.move_horizon(instant(value))
            self._house.journal.add("horizon", {"until": iso(self._house.clock.horizon)}, self._house.clock.now())

        return await self._change(request, "until", later)

    async def _change(self, request: Request, name: str, change: Callable[[str], None]) -> Response:
        try:
            change((await request.json())[name])
        except (KeyError, TypeError, ValueError) as error:
            return _refused(f"wanted {{{name!r}: ...}}: {error}")
        self._house.journal.mark(self._house.clock.now())
        return self._time()

    async def stats(self, request: Request) -> Response:
        return JSONResponse(self._house.stats.told())

    async def buyers(self, request: Request) -> Response:
        """Names of the people who bought, of all shops or of ``shop``: what no log line, error or table may show."""
        wanted = request.query_params.get("shop")
        shops = [shop for shop in SHOPS if wanted in (None, shop)]
        people = {state.order.buyer.name for shop in shops for state in self._house.snapshot.orders(shop)}
        return JSONResponse(sorted(people | {name for shop in shops if shop in TRADERS for name in self._firms(shop)}))

    def _firms(self, shop: str) -> Iterator[str]:
        """Buyers of deals: the firms, and who writes for them."""
        for state in self._house.world.deals_at(shop, self._house.clock.horizon):
            yield from (state.deal.firm.name, state.deal.firm.contact, state.deal.firm.email)

    async def tables(self, request: Request) -> Response:
        return JSONResponse(list(TABLES))

    async def truth(self, request: Request) -> Response:
        table = request.path_params["table"]
        if table not in TABLES:
            return JSONResponse({"error": f"no table {table!r}; there are {', '.join(TABLES)}"}, 404)
        rows: Iterable[Mapping[str, object]] = truth_rows(self._house, self._markets, table)
        wanted = {name: request.query_params[name] for name in ("client", "shop") if name in request.query_params}
        return JSONResponse([row for row in rows if all(row.get(name) == value for name, value in wanted.items())])

    async def history(self, request: Request) -> Response:
        return Response(ecb_document(self._rates("ECB")), media_type="text/xml")

    async def daily(self, request: Request) -> Response:
        rows = self._rates("ECB")
        newest = max((row["rate_date"] for row in rows), default="")
        return Response(ecb_document([row for row in rows if row["rate_date"] == newest]), media_type="text/xml")

    async def other(self, request: Request) -> Response:
        return PlainTextResponse(other_csv([row for row in self._rates() if row["source"] != "ECB"]), media_type="text/csv")

    def _rates(self, source: str | None = None) -> list[dict[str, str]]:
        rows = self._house.world.fx_rates(self._house.clock.horizon)
        return [row for row in rows if source in (None, row["source"])]

    async def master(self, request: Request) -> Response:
        client = request.path_params["client"]
        if client not in CLIENTS:
            return PlainTextResponse(f"no client {client}", 404)
        page = io.StringIO()
        rows = csv.writer(page, lineterminator="\n")
        rows.writerow(("sku", "on_hand"))
        rows.writerows(master_rows(self._house.world, client, self._house.clock.horizon))
        counted = format_datetime(self._house.clock.horizon, usegmt=True)
        return PlainTextResponse(page.getvalue(), media_type="text/csv", headers={"Last-Modified": counted})

    async def drops(self, request: Request) -> Response:
        """The paths of a client's exports; none where no market of files is open."""
        return JSONResponse(sorted(self._exports(request)))

    async def drop(self, request: Request) -> Response:
        export = self._exports(request).get(request.path_params["path"])
        if export is None:
            return PlainTextResponse("no such export", 404)
        made = format_datetime(export.at, usegmt=True)
        return Response(export.body, media_type="application/octet-stream", headers={"Last-Modified": made})

    def _exports(self, request: Request) -> Mapping[str, Export]:
        markets = [market for market in self._markets.values() if isinstance(market, Dropping)]
        return {path: made for market in markets for path, made in market.exports(request.path_params["client"]).items()}
