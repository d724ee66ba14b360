"""The page of stages and the mail's section, as people read them."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
import report_beside as beside
import report_boards as boards
import report_weeks as weeks
from report_browser import Browser, chromium

from reports.colours import READABLE, contrast
from reports.flow import flow
from reports.language import LOCALES, language
from reports.stage_words import counted, exception_text, mode_name, next_action, stage_name, subject_name
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
    assert "<script" not in html and "http" not in html.replace("http-equiv", "") and "url(" not in html and "@import" not in html
    assert not re.findall(r'(?:src|href)="(?!#)', html)
    drawings = html.split("<svg")[1:]
    for piece in drawings:
        svg = ElementTree.fromstring("<svg" + piece.partition("</svg>")[0] + "</svg>")
        for bar in svg.iter("rect"):
            for start, size in (("x", "width"), ("y", "height")):
                assert float(bar.get(start)) >= 0 and float(bar.get(start)) + float(bar.get(size)) <= 100.01
    assert len(drawings) > 100


@pytest.mark.parametrize("scheme", [0, 1])
def test_words_stand_out_from_what_is_behind_them_by_day_and_by_night(scheme):
    styles = re.findall(r":root {([^}]*)}", shown("en"))
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]+);", styles[scheme].replace("#fff;", "#ffffff;")))
    for words in ("ink", "faint", "bad", "good"):
        assert contrast(colours[words], colours["card"]) >= READABLE, words
    assert contrast(colours["ink"], colours["page"]) >= READABLE and contrast(colours["faint"], colours["page"]) >= READABLE
    assert contrast(colours["bar"], colours["card"]) >= 3 and contrast(colours["head"], colours["card"]) >= 3


def test_every_element_is_closed_and_every_link_leads_somewhere():
    for several in (ALL, (boards.hostile(),), ()):
        seen = Elements()
        seen.feed(shown("en", several))
        assert seen.open == [] and seen.wrong == [] and len(set(seen.ids)) == len(seen.ids) and set(seen.links) <= set(seen.ids)


class Elements(HTMLParser):
    """Every element as the browser would have to close it for us, were it left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.wrong, self.ids, self.links = [], [], [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"].removeprefix("#")] if "href" in given else []
        self.open += [tag] if tag not in ("meta", "br") else []

    def handle_startendtag(self, tag, attrs): ...

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            self.wrong.append(tag)


def test_the_ribbon_is_as_wide_as_what_came_at_least_so_far_and_dark_where_it_is_on_record():
    board = boards.make("b2c")
    placed = next(line for line in board.lines if line.stage == "ordered")
    lines = {"ordered": (100, 100), "paid": (0, 60), "confirmed": (30, 60), "shipped": (60, 60), "delivered": (0, 0), "after_sales": (0, 0)}
    made = [replace(placed, stage=stage, entered=entered, reached=reached) for stage, (entered, reached) in lines.items()]
    rows = flow(replace(board, lines=tuple(made)), language("en"))
    assert [row["down"]["reached"][2] for row in rows] == [100, 60, 60, 60, 0, 0]
    assert [row["down"]["entered"][2] for row in rows] == [100, 0, 30, 60, 0, 0]
    assert [row["down"]["link"] is None for row in rows] == [False, False, False, True, True, True]
    assert rows[0]["down"]["link"] == "0,0 100,0 80,100 20,100" and rows[0]["across"]["link"] == "0,0 0,100 100,80 100,20"


def test_between_two_stages_stand_the_share_the_times_and_who_waits():
    board = boards.make("b2c")
    line = next(each for each in board.lines if each.stage == "paid")
    told = replace(line, step=0.5, median_hours=0.0, p90_hours=30.0, waiting=1200, stuck=3)
    (row,) = [row["between"] for row in flow(replace(board, lines=(board.lines[2], told)), language("en")) if row["between"]]
    assert row == {
        "step": "50%", "took": ["half at once", "nine of ten within 30\xa0hr"], "waiting": "1,200 waiting", "overdue": "3 of them overdue",
    }


def test_a_hundred_thousand_overdue_are_counted_and_the_longest_named_under_one_next_action():
    html = shown("en", (boards.hostile(100_000, 100_000),))
    assert len(html.encode()) < 100_000
    assert html.count("Remind the buyer to pay") == 2, "once for the longest overdue, once for all"
    assert "100,000 waiting" in html and "99,997 more" in html and "and 99,980 more that this page leaves out" in html


@pytest.mark.parametrize(("code", "words"), [
    ("en", ("Quotation Q-9 has not come yet; Contract PI-9 names it. Export or read it", "names Quotation Q-2026-0117, which has")),
    ("zh", ("尚未收到", "已 30 天未收到")),
])  # fmt: skip
def test_a_missing_elder_is_named_with_who_names_it_and_what_to_do_also_before_it_counts_as_a_fault(code, words):
    text = unescape(shown(code, (boards.make("b2b", exceptions=True),)))
    assert all(word in text for word in words)
    told = "missing_parent", "contract", "inspections/1 > contracts/C", language(code), 3
    both = [exception_text(*told, is_due=due) for due in (True, False)]
    assert len(set(both)) == 2 and all("2" in each and "C" in each for each in both)


def test_what_a_shop_writes_is_shown_and_never_run():
    board = boards.make("b2c")
    evil = replace(board, stuck=(replace(board.stuck[0], subject_id="<script>1</script>"),))
    assert "<script>" not in shown("en", (evil,))


def test_a_client_without_anything_has_a_page_that_says_so_and_which_shops_will_fill_it():
    html = shown("en", ())
    assert "Nothing has begun yet." in html and all(name in html for name in ("Shopify (United States)", "Etsy (United States)"))
    assert "<svg" not in html and "Nothing is overdue" not in html


@pytest.mark.parametrize("code", LOCALES)
def test_the_mail_tells_the_trades_chains_and_not_the_agencys_own(code):
    metrics = weeks.lumora()
    report = build(metrics, weeks.LUMORA, weeks.certificates(metrics), code, boards=ALL, shops=boards.SHOPS)
    speak = language(code)
    assert all(mode_name(mode, speak) in report.html and mode_name(mode, speak) in report.text for mode in ("b2b", "b2c", "c2c"))
    assert mode_name("agency", speak) not in report.html
    assert len(report.html.encode()) < LARGEST_BYTES
    assert {each["mode"] for each in report.data["stages"]} == set(CHAINS)


@pytest.mark.parametrize("code", LOCALES)
def test_the_fullest_mail_of_a_client_in_all_trades_still_arrives_uncut(code):
    metrics = weeks.lumora()
    mail = build(
        metrics, weeks.LUMORA, weeks.certificates(metrics), code, weeks.lumora_changes(), beside.unkind(), boards=ALL, shops=boards.SHOPS
    )
    assert len(mail.html.encode()) < LARGEST_BYTES


def in_mail(code, several):
    metrics = weeks.lumora()
    return build(metrics, weeks.LUMORA, weeks.certificates(metrics), code, boards=several, shops=boards.SHOPS)


def test_the_mail_reads_as_a_chain_with_what_lies_between_its_stages_and_one_next_action_for_all_that_wait_for_it():
    text = in_mail("en", (boards.make("b2b"),)).text
    told = (
        "Inquiry: 60 deals", "  ↓ 98% · half within", "1 waiting · 1 of them overdue", "Negotiation: 59  98% of all", "Completed: 18",
        "9 are overdue", "- Answer the inquiry with a quotation. 1 overdue", "  Longest overdue: Inquiry 90000000000; 59",
        "6 more are overdue.",
    )
    at = [text.index(each) for each in told]
    assert at == sorted(at)
    hostile = in_mail("zh", (boards.hostile(100_000, 100_000),))
    assert hostile.text.count("提醒买家付款") == 1 and "100,000 项逾期" in hostile.text and "<script>" not in hostile.html
    assert "已付款：暂无数据" in hostile.text and "已送达" not in hostile.text, "what has nothing to tell is left out"


BEYOND = """[...document.querySelectorAll('body *')].filter(e => e.getClientRects().length)
    .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5 || e.getBoundingClientRect().left < -0.5).map(e => e.outerHTML)"""
# Every line of every text, each with every other: pixels that two share; and texts that stick out of the card they stand in.
CROSSED = """(() => { const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), all = []
    while (walk.nextNode()) { const range = document.createRange(); range.selectNodeContents(walk.currentNode)
        if (walk.currentNode.data.trim()) for (const r of range.getClientRects()) if (r.width > 1) all.push([r, walk.currentNode.data]) }
    all.sort((a, b) => a[0].top - b[0].top)
    return all.flatMap(([a, said], i) => { const found = []
        for (const [b, other] of all.slice(i + 1)) { if (b.top > a.bottom) break
            if (a.left < b.right - 1 && b.left < a.right - 1 && b.top < a.bottom - 4) found.push([said, other]) }
        return found }) })()"""
OUTSIDE = """[...document.querySelectorAll('.chain .stage')].filter(e => { const room = e.parentElement.getBoundingClientRect()
    const spot = e.getBoundingClientRect(); return spot.right > room.right + 0.5 || e.scrollWidth > e.clientWidth + 1 })
    .map(e => e.textContent)"""


WITHOUT_CHROMIUM = pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine: the layout cannot be looked at")


@WITHOUT_CHROMIUM
def test_nothing_reaches_beyond_a_telephone_or_a_desk_and_no_label_covers_another(tmp_path):
    with Browser(tmp_path) as browser:
        for code in LOCALES:
            for several in (ALL, (boards.hostile(),), ()):
                for width in (390, 1280):
                    browser.show(shown(code, several), width)
                    browser.value("document.querySelectorAll('details').forEach(e => e.open = true)")
                    assert browser.value("document.documentElement.scrollWidth") <= width
                    assert browser.value(BEYOND) == [] and browser.value(CROSSED) == [] and browser.value(OUTSIDE) == []
                    drawn = "[...document.querySelectorAll('.bar')].filter(e => e.getClientRects().length).length"
                    assert browser.value(drawn) == sum(len(board.lines) for board in several), "one drawing of each stage is in sight"


@WITHOUT_CHROMIUM
def test_the_mails_section_fits_a_telephone_and_no_label_covers_another(tmp_path):
    with Browser(tmp_path) as browser:
        for code in LOCALES:
            for several in (ALL, (boards.hostile(),)):
                browser.show(in_mail(code, several).html, 390)
                assert browser.value("document.documentElement.scrollWidth") <= 390
                assert browser.value(BEYOND) == [] and browser.value(CROSSED) == []
