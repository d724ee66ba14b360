"""What the platform answers when it will not: an error under HTTP 200."""

from __future__ import annotations


class Refused(Exception):
    """A vendor error. ``kind``: ISV (the caller's fault), ISP (the platform's), SYSTEM."""

    def __init__(self, code: str, message: str, kind: str = "ISV", detail: list[dict[str, object]] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.kind, self.detail = code, message, kind, detail


def missing(name: str) -> Refused:
    return Refused("MissingParameter", f'The required parameter "{name}" was not supplied')
