"""The page prints: the map is on the paper, and so is what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest

pytestmark = pytest.mark.browser

DRAWN = ".box[data-idle=yes]"


def text_of(paper: pdfium.PdfDocument) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in paper)


def colours_of(page: pdfium.PdfPage) -> int:
    """Count how many colours the upper half of a page has."""
    picture = np.asarray(page.render(scale=1).to_pil().convert("RGB"))
    upper = picture[: len(picture) // 2].reshape(-1, 3)
    return len(np.unique(upper // 8, axis=0))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_is_on_the_paper_with_its_figures(
    open_page: Any, tmp_path: Path, scheme: str
) -> None:
    page = open_page(scheme=scheme)
    page.locator(DRAWN).wait_for(timeout=60_000)
    path = tmp_path / "map.pdf"
    page.pdf(path=path, format="A4", print_background=True)

    with pdfium.PdfDocument(path) as paper:
        assert len(paper) <= 3
        assert colours_of(paper[0]) > 60  # relief, lines and shades; a blank map has some ten
        text = text_of(paper)
    assert "Two valleys" in text
    assert "Cost of all projects" in text
    assert "Draw an area" not in text


def test_a_long_table_has_its_head_on_every_page(open_page: Any, site: Any, tmp_path: Path) -> None:
    page = open_page(f"#/plans/{site.plan}/tables")
    page.locator("tbody tr").first.wait_for()
    page.evaluate(
        """() => {
            const body = document.querySelector("tbody");
            const rows = [...body.children];
            while (body.children.length < 150) body.append(...rows.map(row => row.cloneNode(true)));
        }"""
    )
    heads = [one.strip() for one in page.locator("thead th").all_inner_texts()]
    path = tmp_path / "table.pdf"
    page.pdf(path=path, format="A4")

    with pdfium.PdfDocument(path) as paper:
        told = [one.get_textpage().get_text_bounded() for one in paper]
    assert len(told) > 2
    assert all(head in text for text in told for head in heads[:2])


def test_urdu_brings_its_letters_and_english_does_not_load_them(open_page: Any) -> None:
    asked: list[str] = []
    page = open_page("#/plans", language="ur")
    page.get_by_role("heading", level=1).wait_for()
    assert page.evaluate("document.fonts.check('16px \"Noto Naskh Arabic\"', '\u0645')")
    loaded = "[...document.fonts].filter(one => one.status === 'loaded').map(one => one.family)"
    assert any("Noto Naskh Arabic" in one for one in page.evaluate(loaded))

    page = open_page("#/plans")
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.get_by_role("heading", level=1).wait_for()
    assert not [url for url in asked if "noto" in url]
