"""The built pages: small enough, and nothing that a strict policy would stop."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

FIRST_LOAD_KB = 700
LATER = re.compile(
    r"(FiguresTab|New|Compare|Admin|Account|SignIn|Join|Assumptions|^az|^ru|^ur|urdu|^noto|"
    r"^(auction|partner|operate)-)"
)


@pytest.fixture
def built(pages: Path) -> Path:
    return pages


def test_the_first_load_is_smaller_than_700_kb(built: Path) -> None:
    first = [built / "index.html"] + [
        path for path in (built / "assets").iterdir() if not LATER.search(path.name)
    ]
    size = sum(len(gzip.compress(path.read_bytes(), 6)) for path in first)
    assert size / 1000 < FIRST_LOAD_KB


def test_the_first_page_holds_no_script_of_its_own(built: Path) -> None:
    page = (built / "index.html").read_text("utf-8")
    assert not re.findall(r"<script(?![^>]*src=)", page)
    assert "http://" not in page
    assert "https://" not in page
