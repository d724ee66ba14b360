"""The report says how old a hand-fed shop's last file is, and what waits for somebody's hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from report_weeks import CERTIFIED, week

from reports.by_hand import HandFed
from reports.facts import Brand
from reports.weekly import build

FED = HandFed("harbor_globalsources", "globalsources", ("HK",), CERTIFIED, CERTIFIED - timedelta(hours=20), timedelta(hours=48))


def said(fed: HandFed, code: str = "en") -> str:
    report = build(week(), Brand("Harbor"), [], code, hand_fed=[fed])
    line = next(line for line in report.text.splitlines() if "harbor_globalsources" in line)
    assert "harbor_globalsources" in report.html
    return line


def test_the_age_of_the_last_file_stands_beside_the_shops_certificates():
    assert said(FED).startswith("✓ Global Sources (Hong Kong SAR China)") and "20 hours old" in said(FED)
    late = said(replace(FED, last_file_at=CERTIFIED - timedelta(hours=50)))
    assert late.startswith("!") and "50 hours old, more than the 48 agreed" in late
    assert "no file has come yet" in said(replace(FED, last_file_at=None)) and "小时" in said(FED, "zh")


def test_uploads_that_wait_are_reminded_of_and_overdue_ones_stand_out():
    waiting = replace(FED, waiting=3, due_at=CERTIFIED + timedelta(hours=5))
    assert "3 changes wait to be uploaded by hand until" in said(waiting) and said(waiting).startswith("✓")
    overdue = replace(waiting, overdue=1, due_at=CERTIFIED - timedelta(hours=5))
    assert said(overdue).startswith("!") and "overdue since" in said(overdue)
