"""Findings about a whole pull: far fewer or more records than usual, or nothing new where something should be."""

from __future__ import annotations

from statistics import median

from transforms.checks.facts import BatchFacts, Finding

PULLS_TO_KNOW = 4  # fewer certified pulls say nothing about what is usual
SLACK_RECORDS = 10  # small shops move by a handful from day to day
_MAD_TO_SIGMA = 1.4826


def batch_findings(entity: str, facts: BatchFacts) -> list[Finding]:
    """What a person should look at; no row is dropped for it."""
    return [*_volume(entity, facts), *_freshness(entity, facts)]


def usual_band(counts: list[int]) -> tuple[float, float]:
    """Lowest and highest count that surprises nobody: median ± the widest of five robust sigmas, half the median, 10."""
    middle = median(counts)
    spread = _MAD_TO_SIGMA * median(abs(count - middle) for count in counts)
    slack = max(5 * spread, middle / 2, SLACK_RECORDS)
    return middle - slack, middle + slack


def _volume(entity: str, facts: BatchFacts) -> list[Finding]:
    usual = list(facts.usual_counts)
    if facts.count is None or len(usual) < PULLS_TO_KNOW:
        return []
    low, high = usual_band(usual)
    told = f"{entity}: {facts.count} records, usually about {median(usual):.0f}"
    if facts.count == 0 and median(usual) >= SLACK_RECORDS:
        return [Finding(entity, "volume", "suspicious", f"{told}. Look at the marketplace's own page before trusting this pull.")]
    if not low <= facts.count <= high:
        return [Finding(entity, "volume", "warning", f"{told} (between {max(low, 0):.0f} and {high:.0f}).")]
    return []


def _freshness(entity: str, facts: BatchFacts) -> list[Finding]:
    if facts.newest is None or facts.fresh_within is None or facts.now - facts.newest <= facts.fresh_within:
        return []
    hours = (facts.now - facts.newest).total_seconds() / 3600
    expected = facts.fresh_within.total_seconds() / 3600
    return [Finding(entity, "freshness", "warning", f"{entity}: the newest change is {hours:.0f} h old, expected within {expected:.0f} h.")]
