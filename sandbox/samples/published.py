"""A published answer, as its bytes and as what they say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import Response

from sandbox.samples.raw import cut


@dataclass(frozen=True)
class Sample:
    """One published answer or record: its bytes, and the same read."""

    body: bytes
    document: Any

    def part(self, *path: str | int) -> Sample:
        """What lies at ``path`` inside, with its own bytes. Raises KeyError where there is nothing."""
        return sample(cut(self.body.decode(), path))

    def answer(self) -> Response:
        return Response(self.body, media_type="application/json")


def sample(text: str) -> Sample:
    """Raises ValueError for what is no JSON."""
    return Sample(text.encode(), json.loads(text))


def read(file: Path) -> Sample:
    return sample(file.read_text(encoding="utf-8"))


def listed(records: Sequence[Sample]) -> str:
    """A JSON list of records, each in its own bytes."""
    return f"[{', '.join(record.body.decode() for record in records)}]"
