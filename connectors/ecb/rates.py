"""Fetch one of the ECB's reference-rate files and turn it into ``FX_RATES`` rows."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname
from xml.etree.ElementTree import Element, ParseError

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import requests
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors.errors import FatalError, RetryableError
from transforms.tables import FX_RATES

SOURCE = "ECB"
TIMEOUT_SECONDS = 30
UNPACKED_LIMIT_BYTES = 64_000_000  # the whole history is 2 MB; a larger member is not it
NAMESPACE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}"
ABSENT = ("N/A", "")


class Getter(Protocol):
    """``requests.Session``, or anything that gets like it."""

    def get(self, url: str, **options: object) -> requests.Response: ...


def fetch_rates(session: Getter, url: str) -> bytes:
    """The file at ``url``, as it is: an http(s) address, a ``file:`` address or a path.

    Raises:
        RetryableError: the ECB does not answer, or answers 5xx or 429.
        FatalError: there is no such file.
    """
    local = _local_path(url)
    return _read(local) if local else _download(session, url)


def _local_path(url: str) -> Path | None:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        return None
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else Path(url)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        mend = "Mend DAIYUN_ECB_URL or DAIYUN_FX_FILES. Not retried."
        raise FatalError(f"ecb rates: cannot read the file {path} ({error.strerror}). {mend}") from None


def _download(session: Getter, url: str) -> bytes:
    where = urlsplit(url)._replace(query="", fragment="").geturl()
    try:
        answer = session.get(url, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:
        raise RetryableError(f"ecb rates: no answer from {where} ({type(error).__name__}). Run the step again later.") from None
    if answer.status_code == 429 or answer.status_code >= 500:
        raise RetryableError(f"ecb rates: HTTP {answer.status_code} on GET {where}. Run the step again later.")
    if answer.status_code != 200:
        raise FatalError(f"ecb rates: HTTP {answer.status_code} on GET {where}. Mend DAIYUN_ECB_URL or _FX_FILES. Not retried.")
    return answer.content


def parse(body: bytes) -> pd.DataFrame:
    """Every rate in one of the ECB's files, whichever of its forms it has (XML, CSV, CSV in a zip).

    Returns:
        ``FX_RATES`` without version columns, one row a day and currency, newest day first as published. Days and
        currencies without a rate (``N/A``) have no row. Rates go from their digits straight to decimals.
    Raises:
        RetryableError: the file is cut off or is no rates file at all.
    """
    try:
        rows = _rows(body)
        if not rows:
            raise ValueError("it holds no rate")
        return _frame(rows)
    except (ValueError, IndexError, ParseError, DefusedXmlException, zipfile.BadZipFile, pa.ArrowException) as error:
        raise RetryableError(
            f"ecb rates: the file ({len(body)} bytes) cannot be read ({type(error).__name__}: {error}). "
            "Nothing was stored; run the step again, or look at the address in DAIYUN_ECB_URL."
        ) from None


def _rows(body: bytes) -> list[tuple[str, date, str]]:
    if body[:2] == b"PK":
        return _from_csv(_unzip(body))
    if body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return _from_xml(body)
    return _from_csv(body)


def _unzip(body: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        members = [info for info in archive.infolist() if info.filename.endswith(".csv")]
        if len(members) != 1 or members[0].file_size > UNPACKED_LIMIT_BYTES:
            raise ValueError("the zip does not hold exactly one CSV of a sensible size")
        return archive.read(members[0])


def _from_xml(body: bytes) -> list[tuple[str, date, str]]:
    """Cubes nest: one without attributes, one a day (``time``), one a currency."""
    root = fromstring(body, forbid_dtd=True)
    return [
        (cube.attrib["currency"], date.fromisoformat(day.attrib["time"]), cube.attrib["rate"])
        for day in root.iter(f"{NAMESPACE}Cube")
        if "time" in day.attrib
        for cube in day
        if _has_rate(cube)
    ]


def _has_rate(cube: Element) -> bool:
    return cube.attrib.get("rate", "") not in ABSENT and "currency" in cube.attrib


def _from_csv(body: bytes) -> list[tuple[str, date, str]]:
    """The header names the currencies; both header and rows end in a comma, which makes an empty last column."""
    lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig")), skipinitialspace=True))
    if not lines or not lines[0] or lines[0][0].strip() != "Date":
        raise ValueError("its first line is not the ECB's header")
    currencies = [name.strip() for name in lines[0][1:]]
    rows = []
    for line in filter(None, lines[1:]):
        if len(line) != len(lines[0]):
            raise ValueError(f"the line of {line[0]} has {len(line)} columns, not {len(lines[0])}")
        day = _csv_day(line[0].strip())
        rows += [(name, day, rate.strip()) for name, rate in zip(currencies, line[1:], strict=True) if name and rate.strip() not in ABSENT]
    return rows


def _csv_day(text: str) -> date:
    """History files write 2026-10-30, the daily file 30 October 2026."""
    return datetime.strptime(text, "%d %B %Y").date() if " " in text else date.fromisoformat(text)


def _frame(rows: list[tuple[str, date, str]]) -> pd.DataFrame:
    currencies, days, rates = zip(*rows, strict=True)
    exact = pc.cast(pa.array(rates, pa.string()), pa.decimal128(20, 8))
    frame = pd.DataFrame({"source": SOURCE, "rate_date": pd.array(days, pd.ArrowDtype(pa.date32())), "currency": currencies})
    frame["rate_per_eur"] = pd.array(exact, dtype=pd.ArrowDtype(exact.type))
    return FX_RATES.conform(frame, version=False)
