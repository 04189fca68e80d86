"""The page of a lot: whole, silent, safe with hostile words, and open to everybody."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from published import LOTS, Life, played

from bunyad.auction.publish import Party, Publisher, lot_page, published_files
from bunyad.auction.publish.export import file_name

AXE = Path(__file__).resolve().parents[2] / "vendor/axe.min.js"
HOSTILE = "<script>alert('x')</script>\"&{{ 7*7 }}"


def test_the_page_tells_bids_winner_figures_and_life() -> None:
    page = lot_page(played().events, "lot-1")

    assert "<h1>Lot Plain of Jabrayil</h1>" in page
    assert "Awarded to araz-solar at 47.35 USD/MWh." in page
    assert '<th scope="row">kür-wind</th><td class="number">49.90</td>' in page
    assert page.index("araz-solar</th>") < page.index("kür-wind</th>")
    assert '<tr id="entry-17">' in page
    assert "capacity mw" in page


def test_the_page_says_that_bids_are_sealed_until_they_are_not() -> None:
    events = played().events

    assert "Bids are sealed until the opening." in lot_page(events[:12], "lot-1")
    assert "Nobody bid" not in lot_page(events, "lot-2")


def test_the_page_says_when_nobody_bid() -> None:
    life = Life().publish()
    index = life.bid("araz", "lot-1")
    life.close().open({index: {"price": "40"}})

    assert "Bu lot üçün təklif verilmədi." in lot_page(life.events, "lot-2", language="az")


def test_each_fate_of_a_bid_has_its_word() -> None:
    page = lot_page(played().events, "lot-2")
    life = Life().publish()
    first, second = life.bid("araz", "lot-1"), life.bid("kür", "lot-1")
    life.close()
    life.qualify("kür", fit=False)
    life.open({first: {"price": "40"}})
    undecided = lot_page(life.events, "lot-1")

    assert {"won", "void", "withdrawn"} <= set(re.findall(r"<td>(\w+)</td></tr>", page))
    assert "<td>not decided</td>" in undecided
    assert "<td>unfit bidder</td>" in undecided
    assert str(second) not in re.findall(r'class="number">([^<]*)<', undecided)


def test_registers_names_and_countries_are_shown() -> None:
    party = Party(name="araz-solar", legal_name="Araz Solar LLC", country="AZ")

    page = lot_page(played().events, "lot-1", publisher=Publisher(bidders=(party,)))

    assert "Araz Solar LLC (AZ)" in page


class Tags(HTMLParser):
    """Collects the tags of a page and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))


def hostile_page() -> str:
    lots = [{**LOTS[0], "title": HOSTILE, "note": HOSTILE}, LOTS[1]]
    life = Life(lots=lots).publish()
    life.do("question", "public", {"text": HOSTILE, "lot": None}, 3)
    index = life.bid(f"b {HOSTILE}", "lot-1")
    life.close().open({index: {"price": "40"}})
    return lot_page(life.events, "lot-1")


@pytest.mark.parametrize("page", [hostile_page(), lot_page(played().events, "lot-1")])
def test_the_page_runs_nothing_and_fetches_nothing(page: str) -> None:
    parser = Tags()
    parser.feed(page)

    names = {tag for tag, _ in parser.tags}
    assert not names & {"script", "img", "iframe", "link", "form", "object", "svg"}
    for _, attributes in parser.tags:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert not (attributes.get("href") or "").startswith(("http", "javascript", "//"))
    assert "{{" not in page.replace("{{ 7*7 }}", "")
    assert ">49<" not in page


def test_the_policy_lets_in_the_style_that_is_there_and_nothing_else() -> None:
    page = lot_page(played().events, "lot-1")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)

    assert style is not None
    assert policy is not None
    hashed = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].startswith(f"default-src 'none'; style-src 'sha256-{hashed}'")


def test_names_of_files_cannot_leave_their_folder() -> None:
    lots = [{"id": "../../etc/x"}, {"id": "lot 1"}]
    names = list(published_files(Life(lots=lots).publish().events, Publisher()))

    assert "en/..%2F..%2Fetc%2Fx.html" in names
    assert file_name("..") == "...html"
    assert not [name for name in names if ".." in Path(name).parts]


def test_cells_that_look_like_formulas_are_quoted() -> None:
    life = Life().publish()
    index = life.bid("=cmd", "lot-1")
    life.close().open({index: {"price": "-1.50"}})

    [_, row] = published_files(life.events, Publisher())["bids.csv"].splitlines()

    assert ",'=cmd," in row
    assert ",-1.50," in row


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "az"])
@pytest.mark.parametrize("width", [1360, 390])
def test_axe_finds_no_barrier_and_the_browser_no_fault(
    browser: Any, tmp_path: Path, language: str, width: int
) -> None:
    path = tmp_path / "lot.html"
    path.write_text(lot_page(played().events, "lot-1", language=language), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(path.as_uri())
    colour = page.evaluate("getComputedStyle(document.body).color")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],"
        " resultTypes: ['violations'], preload: false})"
    )
    fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()

    assert [fault["id"] for fault in found["violations"]] == []
    assert colour == "rgb(28, 37, 48)"
    assert not said
    assert fits
