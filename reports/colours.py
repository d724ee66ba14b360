"""Readable colours out of a brand's own (contrast by WCAG 2's relative luminance)."""

from __future__ import annotations

from dataclasses import dataclass

WHITE, INK, NIGHT = "#ffffff", "#1f2937", "#1c1c1e"
READABLE = 4.5  # WCAG AA for normal text
PALE = 0.55


@dataclass(frozen=True)
class Palette:
    """``brand`` as given; ``on_brand`` text on it; ``accent`` the brand readable on white, ``accent_dark`` on a night background.

    ``pale`` and ``pale_dark`` are what is less than an accent, for bars beside it and never for text.
    """

    brand: str
    on_brand: str
    accent: str
    accent_dark: str
    pale: str
    pale_dark: str


def palette(brand: str) -> Palette:
    """Args: brand: ``#rrggbb``."""
    accent, accent_dark = _until_readable(brand, on=WHITE, towards=INK), _until_readable(brand, on=NIGHT, towards=WHITE)
    return Palette(
        brand=brand,
        on_brand=WHITE if contrast(brand, WHITE) >= contrast(brand, INK) else INK,
        accent=accent, accent_dark=accent_dark, pale=_mix(accent, WHITE, PALE), pale_dark=_mix(accent_dark, NIGHT, PALE),
    )  # fmt: skip


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _until_readable(colour: str, *, on: str, towards: str) -> str:
    for step in range(21):
        mixed = _mix(colour, towards, step / 20)
        if contrast(mixed, on) >= READABLE:
            return mixed
    return towards


def _mix(one: str, other: str, share: float) -> str:
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(_channels(one), _channels(other), strict=True))


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (value / 255 for value in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
