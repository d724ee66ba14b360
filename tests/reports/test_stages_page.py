"""The page of stages and the mail's section, as people read them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import report_boards as boards
import report_weeks as weeks
from report_browser import Browser, chromium

from reports.language import LOCALES, language
from reports.stage_words import counted, mode_name, next_action, stage_name, subject_name
from reports.stages import StagesPage, page
from reports.weekly import LARGEST_BYTES, build
from transforms.stages import CHAINS
from transforms.tables.stages import STAGES, SUBJECT_KINDS

ALL = tuple(boards.make(mode, exceptions=mode == "b2b") for mode in CHAINS)


def shown(code, several=ALL):
    return page(StagesPage(weeks.LUMORA, "Asia/Shanghai", 90, boards.SHOPS, several), code)


@pytest.mark.parametrize("code", LOCALES)
def test_every_word_a_chain_can_show_is_said_in_every_language(code):
    speak = language(code)
    assert all(stage_name(stage, speak) for stage in STAGES) and all(counted(kind, 2, speak) for kind in SUBJECT_KINDS)
    for mode, chain in CHAINS.items():
        assert mode_name(mode, speak)
        assert all(next_action(mode, stage.name, speak) for stage in chain.stages if stage.waited != "never")
    assert subject_name("deal", "rfq/7", speak) != "rfq/7"


def test_the_page_tells_what_is_stuck_since_when_and_what_to_do_before_it_draws_the_chain():
    html = shown("en", (boards.make("b2c"),))
    at = [html.index(each) for each in ("overdue and need", "waits for: Shipped", "→ Have it packed", "<svg", ">Delivered<")]
    assert at == sorted(at)
    assert shown("zh", (boards.make("b2c"),)).count("今天完成打包并交运") >= 1


def test_a_page_needs_nothing_beside_it_and_its_drawing_is_sound():
    html = shown("zh")
    assert "<script" not in html and "http" not in html.replace("http-equiv", "") and "url(" not in html
    for piece in html.split("<svg")[1:]:
        svg = ElementTree.fromstring("<svg" + piece.partition("</svg>")[0].replace("&#160;", " ") + "</svg>")
        width = float(svg.get("viewBox").split()[2])
        for bar in svg.iter("rect"):
            assert float(bar.get("x")) >= 0 and float(bar.get("x")) + float(bar.get("width")) <= width


def test_what_a_shop_writes_is_shown_and_never_run():
    from dataclasses import replace

    board = boards.make("b2c")
    evil = replace(board, stuck=(replace(board.stuck[0], subject_id="<script>1</script>"),))
    assert "<script>" not in shown("en", (evil,))


def test_a_client_without_anything_has_a_page_that_says_so():
    assert "Nothing has begun yet." in shown("en", ())


@pytest.mark.parametrize("code", LOCALES)
def test_the_mail_tells_the_trades_chains_and_not_the_agencys_own(code):
    metrics = weeks.lumora()
    report = build(metrics, weeks.LUMORA, weeks.certificates(metrics), code, boards=ALL, shops=boards.SHOPS)
    speak = language(code)
    assert all(mode_name(mode, speak) in report.html and mode_name(mode, speak) in report.text for mode in ("b2b", "b2c", "c2c"))
    assert mode_name("agency", speak) not in report.html
    assert len(report.html.encode()) < LARGEST_BYTES
    assert {each["mode"] for each in report.data["stages"]} == set(CHAINS)


@pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine: the layout cannot be looked at")
def test_nothing_reaches_beyond_a_telephone_or_a_desk(tmp_path):
    beyond = """[...document.querySelectorAll('body *')].filter(e => e.getClientRects().length && !e.closest('details'))
        .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5 || e.getBoundingClientRect().left < -0.5).map(e => e.outerHTML)"""
    crossed = """[...document.querySelectorAll('svg')].flatMap(svg => { const t = [...svg.querySelectorAll('text')]
        .map(e => e.getBoundingClientRect()); return t.flatMap((a, i) => t.slice(i + 1).filter(b => a.left < b.right && b.left < a.right
        && a.top < b.bottom - 1 && b.top < a.bottom - 1).map(b => [a.top, b.top])) })"""
    with Browser(tmp_path) as browser:
        for code in LOCALES:
            for width in (390, 1200):
                browser.show(shown(code), width)
                assert browser.value("document.documentElement.scrollWidth") <= width
                assert browser.value(beyond) == [] and browser.value(crossed) == []
