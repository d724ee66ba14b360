"""The landing: pages as they arrived and the batches made of them, compressed and encrypted, on a folder or object store.

``<root>/<client>/<shop>/<entity>/<pull id>/<attempt>/<page>`` and, beside the attempts, ``batches/<chunk>.<table>``.
A file is bound to its place: moved, shortened or altered, it is refused by name.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from transforms.tables import CANONICAL

MAGIC = b"DYL1"
NONCE_BYTES = 12
SIZES = struct.Struct(">QI")  # bytes of the whole plain text, bytes of its head
BATCHES = "batches"


class LandingError(RuntimeError):
    """A landed file is missing or cannot be read; names it and says what now."""


@dataclass(frozen=True)
class PullRef:
    """What leads to a pull's files."""

    client: str
    shop: str
    entity: str
    pull_id: str

    @property
    def place(self) -> str:
        return f"{self.client}/{self.shop}/{self.entity}/{self.pull_id}"


@dataclass(frozen=True)
class LandedPage:
    """A page read back; the same attributes as ``connectors.contract.Page``."""

    body: bytes
    received_at: datetime
    request: str
    part: str = "records"
    group: int = 0
    request_id: str | None = None
    cursor: Mapping[str, Any] | None = None
    announced: int | None = None


HEAD = ("request", "part", "group", "request_id", "cursor", "announced")


class Landing:
    """``root``: a local folder, or any address ``universal_pathlib`` knows (``s3://…``). ``key``: 32 bytes."""

    def __init__(self, root: str | Path, key: bytes) -> None:
        self._root = str(root)
        self._cipher = AESGCM(key)
        self._is_local = "://" not in self._root

    @cached_property
    def root(self):
        if self._is_local:
            return Path(self._root)
        from upath import UPath  # only where an object store is used: the import takes a while

        return UPath(self._root)

    def write_page(self, pull: PullRef, attempt: int, index: int, page: Any) -> None:
        """Land one page; when this returns it survives a kill and a power cut."""
        head = {name: getattr(page, name) for name in HEAD} | {"received_at": page.received_at.isoformat()}
        self._write(_page_name(pull, attempt, index), json.dumps(head).encode(), page.body, is_last_copy=True)

    def read_pages(self, pull: PullRef, attempt: int, expected: int | None = None) -> Iterator[LandedPage]:
        """Yield the pages of one attempt in order.

        Args:
            expected: how many the pull's row counts; fewer is an error (more: one was landed, then its writer was killed).
        Raises:
            LandingError: a page is missing or damaged.
        """
        indexes = sorted(int(name.split(".")[0]) for name in self._names(f"{pull.place}/{attempt}") if name.endswith(".page"))
        count = len(indexes) if expected is None else expected
        if indexes[:count] != list(range(count)):
            lost = next(number for number in range(count) if number not in set(indexes))
            raise LandingError(f"{self._root}/{_page_name(pull, attempt, lost)}: page {lost} of {count} is missing. {_remedy(pull)}")
        for index in indexes[:count]:
            head, body = self._read(_page_name(pull, attempt, index), pull)
            told = json.loads(head)
            yield LandedPage(body=body, received_at=datetime.fromisoformat(told.pop("received_at")), **told)

    def write_batch(self, pull: PullRef, chunk: int, table: str, frame: pd.DataFrame) -> None:
        """Keep one chunk's finished rows of one table."""
        arrow = pa.Table.from_pandas(frame, schema=CANONICAL[table].arrow_schema, preserve_index=False)
        sink = pa.BufferOutputStream()
        pq.write_table(arrow, sink, compression="lz4", use_dictionary=True, write_statistics=False)
        self._write(_batch_name(pull, chunk, table), b"", memoryview(sink.getvalue()), is_compressed=True)

    def read_batches(self, pull: PullRef) -> Iterator[dict[str, pd.DataFrame]]:
        """Yield table → rows, chunk by chunk in the order they were made."""
        chunks: dict[int, list[str]] = {}
        for name in self._names(f"{pull.place}/{BATCHES}"):
            number, table, ending = name.split(".")
            if ending == "parquet":
                chunks.setdefault(int(number), []).append(table)
        for chunk in sorted(chunks):
            yield {table: self._read_batch(pull, chunk, table) for table in CANONICAL if table in chunks[chunk]}

    def clear_batches(self, pull: PullRef) -> None:
        for name in self._names(f"{pull.place}/{BATCHES}"):
            self._at(f"{pull.place}/{BATCHES}/{name}").unlink(missing_ok=True)

    def remove(self, pull: PullRef) -> None:
        """Remove all of a pull's pages and batches, of every attempt; nothing happens where there are none (any more)."""
        folder = self._at(pull.place)
        while folder.exists():
            with suppress(FileNotFoundError):  # another process removes them too
                shutil.rmtree(folder) if self._is_local else folder.rmdir(recursive=True)

    def pulls(self) -> list[PullRef]:
        """Every pull that has files here."""
        places: list[tuple[str, ...]] = [()]
        for _ in fields(PullRef):
            places = [(*parts, name) for parts in places for name in self._names("/".join(parts))]
        return [PullRef(*parts) for parts in places]

    def expire(self, older_than: datetime, pull: PullRef | None = None) -> int:
        """Remove every file (of one pull, where given) last written before ``older_than``; returns how many.

        It asks nobody whether they are needed. What is in the tables stays.
        """
        removed, folder = 0, self._at(pull.place) if pull else self.root
        for file in list(folder.rglob("*")) if folder.exists() else []:
            if file.is_file() and datetime.fromtimestamp(file.stat().st_mtime, UTC) < older_than:
                file.unlink(missing_ok=True)
                removed += 1
        if self._is_local:
            self._drop_empty_folders()
        return removed

    def _drop_empty_folders(self) -> None:
        for folder, _, _ in os.walk(self.root, topdown=False):
            if folder != str(self.root) and not os.listdir(folder):
                os.rmdir(folder)

    def _read_batch(self, pull: PullRef, chunk: int, table: str) -> pd.DataFrame:
        _, body = self._read(_batch_name(pull, chunk, table), pull, is_compressed=True)
        arrow = pq.read_table(pa.BufferReader(body), use_threads=False)
        return arrow.cast(CANONICAL[table].arrow_schema).to_pandas(types_mapper=pd.ArrowDtype)

    def _at(self, name: str):
        return self.root / name

    def _names(self, folder: str) -> list[str]:
        path = self._at(folder)
        return sorted(item.name for item in path.iterdir()) if path.is_dir() else []

    def _write(self, name: str, head: bytes, body, *, is_last_copy: bool = False, is_compressed: bool = False) -> None:
        plain = b"".join((SIZES.pack(SIZES.size + len(head) + len(body), len(head)), head, body))
        packed = plain if is_compressed else pa.compress(plain, codec="zstd", asbytes=True)
        nonce = os.urandom(NONCE_BYTES)
        sizes = SIZES.pack(len(plain), 0)
        sealed = b"".join((MAGIC, nonce, sizes, self._cipher.encrypt(nonce, packed, sizes + name.encode())))
        if self._is_local:
            _replace(self._at(name), sealed, is_durable=is_last_copy)
        else:  # object stores show a file only when it is whole
            self._at(name).write_bytes(sealed)

    def _read(self, name: str, pull: PullRef, *, is_compressed: bool = False) -> tuple[bytes, bytes]:
        try:
            sealed = self._at(name).read_bytes()
        except FileNotFoundError:
            raise LandingError(f"{self._root}/{name} is missing. {_remedy(pull)}") from None
        start = len(MAGIC) + NONCE_BYTES + SIZES.size
        try:
            if sealed[: len(MAGIC)] != MAGIC or len(sealed) < start:
                raise InvalidTag
            nonce, sizes = sealed[len(MAGIC) : len(MAGIC) + NONCE_BYTES], sealed[start - SIZES.size : start]
            packed = self._cipher.decrypt(nonce, sealed[start:], sizes + name.encode())
        except InvalidTag:
            raise LandingError(
                f"{self._root}/{name} ({len(sealed)} bytes) is cut short, altered, or sealed with another DAIYUN_SECRET_KEY. "
                + _remedy(pull)
            ) from None
        plain = packed if is_compressed else pa.decompress(packed, SIZES.unpack(sizes)[0], codec="zstd", asbytes=True)
        head_end = SIZES.size + SIZES.unpack(plain[: SIZES.size])[1]
        return plain[SIZES.size : head_end], plain[head_end:]


def _page_name(pull: PullRef, attempt: int, index: int) -> str:
    return f"{pull.place}/{attempt}/{index:06d}.page"


def _batch_name(pull: PullRef, chunk: int, table: str) -> str:
    return f"{pull.place}/{BATCHES}/{chunk:06d}.{table}.parquet"


def _remedy(pull: PullRef) -> str:
    return (
        f"Client '{pull.client}', shop '{pull.shop}', {pull.entity}, pull {pull.pull_id}: nothing of it is certified; "
        "restore the file, or let the next night read the window again."
    )


def _replace(file: Path, content: bytes, *, is_durable: bool) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    with temporary.open("wb") as handle:
        handle.write(content)
        if is_durable:
            handle.flush()
            os.fsync(handle.fileno())
    temporary.replace(file)
