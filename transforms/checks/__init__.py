"""Judging rows before they are stored: good rows go on, bad ones to quarantine with rule, value and landing reference.

``check`` judges one chunk of mapped frames, ``batch_findings`` a whole pull; ``transforms.checks.gate.suite`` is a
table's Great Expectations suite and ``transforms.checks.docs.build_data_docs`` turns tallies into Data Docs.
"""

from transforms.checks.catalogue import RULES, rules_of
from transforms.checks.chunk import check
from transforms.checks.facts import BatchFacts, Checked, Finding, Tally
from transforms.checks.volume import batch_findings

__all__ = ["RULES", "BatchFacts", "Checked", "Finding", "Tally", "batch_findings", "build_data_docs", "check", "rules_of", "suite"]


def suite(table):
    """The table's Great Expectations suite: schema and rules (see :func:`transforms.checks.gate.suite`)."""
    from transforms.checks.gate import suite as build  # imports Great Expectations, which takes seconds

    return build(table)


def build_data_docs(folder, tallies):
    """Write Data Docs (see :func:`transforms.checks.docs.build_data_docs`)."""
    from transforms.checks.docs import build_data_docs as build

    return build(folder, tallies)
