"""Great Expectations: a suite a table, and the gate every chunk passes.

An expectation costs Great Expectations some 6 to 11 ms however few rows it sees, so one expectation a rule, table and
chunk would cost more than the whole night's merge. The rules are therefore evaluated once, vectorised, into one boolean
column each; the gate asks one expectation of a chunk ("every row of every table keeps its rules"), and a table's suite
is run where the gate finds a broken row (its broken rules) and when Data Docs are built (from the tallies, for all rows).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping

import numpy as np
import pandas as pd

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # it would report usage to its makers; must be set before the import

from transforms.checks.catalogue import RULES, rules_of
from transforms.checks.put_off import put_off
from transforms.schema import Table

with put_off("scipy.stats", "altair"):  # a third of the import, for expectations and charts that no suite of ours has
    import great_expectations as gx
    import great_expectations.expectations as gxe

_LOCAL = threading.local()
RULE_PREFIX = "rule_"
_GATE = gx.ExpectationSuite(name="gate", expectations=[gxe.ExpectColumnValuesToBeInSet(column="is_kept", value_set=[True])])


def suite(table: Table, *, part: str = "all") -> gx.ExpectationSuite:
    """The table's suite: its declared schema (on the table's own columns) and its rules (on boolean ``rule_…`` columns).

    Args:
        part: ``all``, ``schema`` or ``rules``.
    """
    expectations = []
    if part in ("all", "schema"):
        expectations += _schema_expectations(table)
    if part in ("all", "rules"):
        expectations += [_rule_expectation(table.name, rule) for rule in rules_of(table)]
    return gx.ExpectationSuite(name=f"{table.name}.{part}", expectations=expectations, meta={"grain": table.grain})


def _schema_expectations(table: Table) -> list:
    made: list = [gxe.ExpectColumnToExist(column=column.name, meta={"doc": column.doc}) for column in table.columns]
    for column in table.columns:
        made.append(gxe.ExpectColumnValuesToBeOfType(column=column.name, type_=column.kind.dtype.type.__name__))
        if not column.nullable:
            made.append(gxe.ExpectColumnValuesToNotBeNull(column=column.name))
        if column.allowed:
            made.append(gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=list(column.allowed)))
    return made


def _rule_expectation(table: str, rule: str) -> gxe.ExpectColumnValuesToBeInSet:
    return gxe.ExpectColumnValuesToBeInSet(
        column=RULE_PREFIX + rule, value_set=[True], description=f"{rule}: {RULES[rule]}", meta={"table": table, "rule": rule},
    )


def gate(kept: Mapping[str, np.ndarray]) -> gx.core.ExpectationSuiteValidationResult:
    """Ask that every row of every table keeps its rules: one validation of one expectation a chunk."""
    return validate(_GATE, pd.DataFrame({"is_kept": np.concatenate(list(kept.values()))}), "BOOLEAN_ONLY")


def rule_result(table: Table, broken: Mapping[str, np.ndarray]) -> gx.core.ExpectationSuiteValidationResult:
    """Run the expectations of the rules that were broken; the answer lists the places of the rows that broke each."""
    frame = pd.DataFrame({RULE_PREFIX + rule: ~mask for rule, mask in broken.items()})
    expectations = [_rule_expectation(table.name, rule) for rule in broken]
    return validate(gx.ExpectationSuite(name=f"{table.name}.broken", expectations=expectations), frame, {"result_format": "COMPLETE"})


def validate(expectations: gx.ExpectationSuite, frame: pd.DataFrame, result_format) -> gx.core.ExpectationSuiteValidationResult:
    """Validate one frame in this thread's ephemeral context."""
    batch = _batch_definition().get_batch({"dataframe": frame})
    return batch.validate(expectations, result_format=result_format)


def _batch_definition():
    if not hasattr(_LOCAL, "definition"):
        context = gx.get_context(mode="ephemeral")
        quiet(context)
        asset = context.data_sources.add_pandas("daiyun").add_dataframe_asset("rows")
        _LOCAL.context, _LOCAL.definition = context, asset.add_batch_definition_whole_dataframe("chunk")
    return _LOCAL.definition


def quiet(context) -> None:
    """No progress bars: a chunk takes milliseconds and logs are read by people."""
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
