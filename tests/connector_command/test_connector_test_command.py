from __future__ import annotations

import json

from typer.testing import CliRunner

from pipeline import contract_suite
from pipeline.cli import app


def run(*words: str):
    return CliRunner().invoke(app, ["connector", "test", *words])


def test_the_command_runs_the_suite_for_one_connector_and_prints_its_score():
    done = run("lazada", "--only", "frames_have_the_declared", "--json")
    (row,) = json.loads(done.stdout)
    assert done.exit_code == 0 and row["name"] == "lazada" and row["passed"] >= 6 and row["failed"] == 0
    assert "passed" in done.stderr


def test_a_failed_test_is_exit_code_1_and_is_counted(monkeypatch):
    monkeypatch.setenv("DAIYUN_CONTRACT_TARGET", "/no/such/announcement.json")
    done = run("lazada", "--only", "frames_have_the_declared", "--json")
    assert done.exit_code == 1 and json.loads(done.stdout)[0]["failed"] >= 6


def test_it_says_what_is_wrong_with_its_words():
    assert run().exit_code == 2 and run("lazada", "--all").exit_code == 2
    unknown = run("nobody")
    assert unknown.exit_code == 1 and "Unknown connector 'nobody'" in unknown.stderr


def test_without_the_development_environment_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(contract_suite, "FOLDER", tmp_path / "nothing")
    done = run("lazada")
    assert done.exit_code == 1 and "development environment" in done.stderr
