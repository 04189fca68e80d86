"""The message catalogues are complete, and numbers follow each language."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.errors import InputError
from bunyad.options import option_table
from bunyad.project import KINDS
from bunyad.report import LANGUAGES, format_number, messages
from bunyad.settle.result import USES

SCRIPTS = (
    "words.js",
    "tables.js",
    "charts.js",
    "curves.js",
    "sun.js",
    "place.js",
    "routes.js",
    "land.js",
    "map.js",
    "networks.js",
    "facts.js",
    "main.js",
    "page.html.j2",
)
GROUPS = ("kind", "carrier", "use", "service", "funding", "origin", "level", "month", "summary",
          "layer", "explain", "room", "card", "ground", "over", "section", "money", "unit", "lot",
          "column", "fact", "project", "curves", "rules", "summer", "winter", "year-balance",
          "balance", "kinds", "public", "private", "gantt", "people", "direction",
          "horizon", "lost", "months", "days", "certainty", "duration", "site-curve",
          "networks", "check", "case", "radio", "fibre", "variant", "profile", "item", "route-costs",
          "route-choices")  # fmt: skip
"""Groups of messages whose names the page puts together."""


def page_text() -> str:
    folder = resources.files("bunyad.report").joinpath("page")
    return "\n".join(folder.joinpath(name).read_text("utf-8") for name in SCRIPTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_english_stands_in_each_language(language: str) -> None:
    assert set(messages("en")) <= set(messages(language))


def test_messages_take_the_same_values_in_each_language() -> None:
    def holes(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    for key, text in messages("en").items():
        assert holes(messages("az")[key]) == holes(text), key


def test_no_message_of_english_is_unused() -> None:
    text = page_text()

    unused = [
        key
        for key in messages("en")
        if f'"{key}"' not in text and not key.startswith(tuple(f"{group}-" for group in GROUPS))
    ]

    assert not unused


def test_every_message_that_the_page_asks_for_exists() -> None:
    asked = set(re.findall(r"""\bt\(['"]([a-z][\w-]*)['"][,)]""", page_text()))

    assert asked <= set(messages("en"))


def test_words_of_the_data_have_messages() -> None:
    wanted = [f"kind-{kind}" for kind in KINDS] + [f"use-{use}" for use in USES]

    assert set(wanted) <= set(messages("en"))


def test_every_option_has_an_azerbaijani_title() -> None:
    wanted = {"option-" + row.key.replace(".", "-") for row in option_table()}

    assert not wanted - set(messages("az"))


def test_numbers_follow_the_marks_of_babel() -> None:
    # Babel 2.18, CLDR 47: format_decimal(-12345.6, locale="az") is "-12.345,6".
    assert format_number(-12345.6, language="az", decimals=1) == "−12.345,6"
    assert format_number(-12345.6, language="en", decimals=1) == "−12,345.6"


@given(st.integers(-(10**12), 10**12))
def test_marks_never_change_the_digits(value: int) -> None:
    for language in LANGUAGES:
        written = format_number(value, language=language)

        assert int(re.sub(r"[.,]", "", written).replace("−", "-")) == value


def test_an_unknown_language_is_named_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"xx.*Choose from en, az"):
        messages("xx")
