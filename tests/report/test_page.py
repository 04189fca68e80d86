"""The page is one file that asks nobody for anything and believes no name."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

from report.sample import HOSTILE

from bunyad.report.page import safe_json

ADDRESS = re.compile(r"""(?:src|href|action)\s*=\s*["'](?!data:|#)([^"']+)""")


class Tags(HTMLParser):
    """Collects the elements of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags_of(path: Path) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(path.read_text("utf-8"))
    return parser.found


def test_no_element_of_the_page_points_outside(report_file: Path) -> None:
    for tag, attributes in tags_of(report_file):
        for name in ("src", "href", "action", "srcset", "poster"):
            value = attributes.get(name) or "#"
            assert value.startswith(("#", "data:")), (tag, value)


def test_the_policy_allows_no_connection(report_file: Path) -> None:
    policies = [
        attributes["content"]
        for tag, attributes in tags_of(report_file)
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]

    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    assert "unsafe-eval" not in policies[0]
    assert "script-src 'sha256-" in policies[0]
    assert "connect-src" not in policies[0]


def test_a_hostile_name_stays_a_name(report_file: Path) -> None:
    text = report_file.read_text("utf-8")

    assert HOSTILE not in text
    assert not [tag for tag, attributes in tags_of(report_file) if "onerror" in attributes]
    assert "\\u003c/script\\u003e\\u003cimg" in text


def test_escaped_json_reads_back_the_same() -> None:
    value = {"name": HOSTILE, "line": "a\u2028b", "both": "&amp;"}

    assert json.loads(str(safe_json(value))) == value


def test_the_file_is_small_enough_to_send(report_file: Path) -> None:
    assert report_file.stat().st_size < 6e6


def test_every_identifier_stands_once(report_file: Path) -> None:
    found = [attributes["id"] for _, attributes in tags_of(report_file) if "id" in attributes]

    assert len(found) == len(set(found))


def test_libraries_inside_of_the_page_come_with_their_licences() -> None:
    folder = resources.files("bunyad.report").joinpath("vendor")
    packages = json.loads(folder.joinpath("manifest.json").read_text("utf-8"))

    assert all(len(package["sha512"]) == 128 for package in packages)
    for package in packages:
        inside = [target for target in package["files"].values() if "report/vendor" in target]
        assert not inside or any(target.endswith("LICENSE") for target in inside)
