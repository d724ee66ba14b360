"""Data Docs: what the rules found, as pages a person can open."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from transforms.checks.facts import Tally
from transforms.checks.gate import RULE_PREFIX, quiet, suite
from transforms.tables import CANONICAL

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
from great_expectations.core.validation_definition import ValidationDefinition


def build_data_docs(folder: Path | str, tallies: Iterable[Tally]) -> Path:
    """Validate what the tallies say with each table's rules and write the pages.

    Args:
        folder: an own folder for Great Expectations' files; made if absent, earlier results in it stay listed.
        tallies: of one pull or of many; those of one table are added up.
    Returns:
        The start page (``index.html``).
    Raises:
        ValueError: there is no tally, so there is nothing to show.
    """
    by_table: dict[str, list[Tally]] = defaultdict(list)
    for tally in tallies:
        by_table[tally.table].append(tally)
    if not by_table:
        raise ValueError("no tally: validate a pull first, then build Data Docs")
    context = gx.get_context(mode="file", project_root_dir=str(folder))
    quiet(context)
    source = context.data_sources.add_or_update_pandas("daiyun")
    for name, some in by_table.items():
        total = some[0]
        for one in some[1:]:
            total = total + one
        _validate(context, source, name, total)
    pages = context.build_data_docs()
    return Path(next(iter(pages.values())).removeprefix("file://"))


def _validate(context, source, name: str, tally: Tally) -> None:
    expectations = context.suites.add_or_update(suite(CANONICAL[name], part="rules"))
    definition = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("rows")
    validation = context.validation_definitions.add_or_update(
        ValidationDefinition(name=name, data=definition, suite=expectations),
    )
    checkpoint = context.checkpoints.add_or_update(gx.Checkpoint(
        name=name, validation_definitions=[validation],
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["landing_ref"]},
    ))
    checkpoint.run(batch_parameters={"dataframe": as_frame(tally)})


def as_frame(tally: Tally) -> pd.DataFrame:
    """One row a counted row: a boolean column a rule, and the landing reference of the examples."""
    left = dict(tally.patterns)
    for bits, _ in tally.examples:
        left[bits] -= 1
    patterns = np.array([*(bits for bits, _ in tally.examples), *np.repeat(list(left), list(left.values()))], dtype=np.int64)
    refs = [ref for _, ref in tally.examples] + [""] * (len(patterns) - len(tally.examples))
    frame = pd.DataFrame({RULE_PREFIX + rule: (patterns >> place & 1) == 0 for place, rule in enumerate(tally.rules)})
    return frame.assign(landing_ref=refs)
