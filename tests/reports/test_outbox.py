"""Reports as files."""

from __future__ import annotations

import json

import pytest
import report_weeks as weeks

from reports import outbox
from reports.facts import Brand, ReportError
from reports.weekly import build


def built(metrics=None, brand=weeks.LUMORA, language="zh"):
    metrics = metrics or weeks.lumora()
    return build(metrics, brand, weeks.certificates(metrics), language)


def test_a_report_lies_under_its_client_and_period(tmp_path):
    written = outbox.write(built(), tmp_path)
    assert written.html.relative_to(tmp_path).as_posix() == "lumora/2026-11-09_2026-11-15.html"
    assert "净销售额" in written.html.read_text(encoding="utf-8")
    assert json.loads(written.json.read_text(encoding="utf-8"))["data"]["metrics"]["total"]["orders"] == 629
    assert sorted(file.name for file in tmp_path.rglob("*") if file.name.startswith(".")) == []


def test_a_report_is_read_back_as_it_was(tmp_path):
    report = built()
    outbox.write(report, tmp_path)
    again = outbox.read(tmp_path, "lumora", report.period)
    assert (again.subject, again.html, again.text) == (report.subject, report.html, report.text)
    assert json.dumps(again.data) == json.dumps(report.data)


def test_writing_twice_gives_the_same_bytes(tmp_path):
    first = {file: file.read_bytes() for file in vars(outbox.write(built(), tmp_path)).values()}
    assert {file: file.read_bytes() for file in vars(outbox.write(built(), tmp_path)).values()} == first


def test_the_index_lists_brands_and_escapes_them(tmp_path):
    outbox.write(built(), tmp_path)
    outbox.write(built(weeks.northpeak(), Brand("<i>Peak</i>"), "en"), tmp_path)
    (tmp_path / "lumora" / "half.json").write_text("{", encoding="utf-8")
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="lumora/2026-11-09_2026-11-15.html"' in page
    assert "&lt;i&gt;Peak" in page
    assert page.count("<li") == 2
    assert page.count("provisional") == 1


def test_a_missing_report_is_named(tmp_path):
    with pytest.raises(ReportError, match="client 'lumora', period 2026-11-09_2026-11-15: no whole report"):
        outbox.read(tmp_path, "lumora", "2026-11-09_2026-11-15")
