from datetime import UTC, datetime

import pytest

from transforms.checks import BatchFacts, check
from transforms.checks.docs import as_frame, build_data_docs
from transforms.checks.gate import suite, validate
from transforms.tables import CANONICAL, ORDERS

FACTS = BatchFacts(now=datetime(2026, 11, 10, 12, tzinfo=UTC))


def test_data_docs_are_pages_that_name_the_broken_rule(chunk, tmp_path):
    tallies = check("orders", chunk([{"total_minor": 1}]), FACTS).tallies
    index = build_data_docs(tmp_path, tallies.values())
    assert index.name == "index.html" and "orders" in index.read_text()
    pages = [page.read_text() for page in tmp_path.rglob("*.html") if "validations" in page.parts and "orders" in str(page)]
    assert any("total_adds_up" in page and "pull-1/0#0" in page for page in pages)
    assert build_data_docs(tmp_path, tallies.values()) == index  # a second night, the same folder


def test_without_a_tally_there_is_nothing_to_show(tmp_path):
    with pytest.raises(ValueError, match="validate a pull first"):
        build_data_docs(tmp_path, [])


def test_a_tally_turns_back_into_its_rows(chunk):
    orders = [{"total_minor": 1}, {"order_id": "B", "unit_count": 0, "items_minor": None}]
    tally = check("orders", chunk(orders), FACTS).tallies["orders"]
    frame = as_frame(tally)
    assert len(frame) == 2 and (~frame["rule_total_adds_up"]).sum() == 1


@pytest.mark.parametrize("name", sorted(CANONICAL))
def test_the_declared_schema_is_a_suite_that_rows_keep(name, row, table_of):
    table = CANONICAL[name]
    result = validate(suite(table, part="schema"), table_of(table, [row(table, content_hash=1)]), "SUMMARY")
    assert result.success, [r.expectation_config for r in result.results if not r.success]


def test_the_schema_suite_sees_what_is_wrong(row, table_of):
    bad = table_of(ORDERS, [row(ORDERS, status="?", site=None)]).drop(columns="unit_count").assign(total_minor=1.5)
    result = validate(suite(ORDERS, part="schema"), bad, "SUMMARY")
    broken = {(r.expectation_config.type, r.expectation_config.kwargs["column"]) for r in result.results if not r.success}
    assert {
        ("expect_column_values_to_be_in_set", "status"), ("expect_column_values_to_not_be_null", "site"),
        ("expect_column_to_exist", "unit_count"), ("expect_column_values_to_be_of_type", "total_minor"),
    } <= broken
