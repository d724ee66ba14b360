from __future__ import annotations

import json

from typer.testing import CliRunner

from connectors import registry
from connectors.writes import ALL_WRITES
from pipeline import connector_page
from pipeline.cli import app
from pipeline.job_kinds import KINDS
from pipeline.settings import REPOSITORY
from transforms.tables import CANONICAL


def test_the_page_of_connectors_is_up_to_date():
    written = (REPOSITORY / "docs" / "connectors.md").read_text(encoding="utf-8")
    assert written == connector_page.page(), "python -m pipeline.connector_page docs/connectors.md"


def test_the_page_names_every_entity_quota_and_blind_spot_of_every_connector():
    page = connector_page.page()
    for name in registry.known():
        module = registry.module(name)
        assert f"## {name}" in page
        for endpoint in module.ENDPOINTS.values():
            assert f"| `{endpoint.entity}` |" in page and endpoint.blind_spots.replace("|", "\\|") in page
            assert set(endpoint.tables) <= set(CANONICAL) and set(endpoint.operations) <= set(module.BUDGETS)
        assert all(f"`{operation}`" in page for operation in module.BUDGETS)


def test_the_command_lists_what_is_registered():
    rows = json.loads(CliRunner().invoke(app, ["connector", "list", "--json"]).stdout)
    assert [row["name"] for row in rows] == registry.known()
    assert all(set(row) == {"name", "modes", "reads", "writes"} and row["modes"] and row["reads"] for row in rows)
    assert "amazon" in CliRunner().invoke(app, ["connector", "list"]).stdout


def test_every_write_that_a_connector_declares_is_one_the_night_can_send():
    assert set(KINDS) == set(ALL_WRITES)
    for name in registry.known():
        assert set(registry.module(name).WRITES) <= set(ALL_WRITES), name
