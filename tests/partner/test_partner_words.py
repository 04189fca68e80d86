"""Every message of partners is there in each language, with the same holes."""

from __future__ import annotations

from importlib import resources

import pytest
from fluent.syntax import FluentParser, ast, visitor

from bunyad.errors import InputError
from bunyad.partner.words import LANGUAGES, words


class Holes(visitor.Visitor):
    """Gathers the names of holes."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802  (its name)
        self.found.add(node.id.name)


def catalogue(language: str) -> dict[str, set[str]]:
    text = resources.files("bunyad").joinpath(f"messages/partner.{language}.ftl").read_text("utf-8")
    found = {}
    for entry in FluentParser().parse(text).body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            holes = Holes()
            holes.visit(entry)
            assert entry.id.name not in found
            found[entry.id.name] = holes.found
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_are_the_same_in_each_language(language: str) -> None:
    assert catalogue(language) == catalogue("en")


def test_a_language_without_a_catalogue_is_told() -> None:
    with pytest.raises(InputError, match="no catalogue for 'de'"):
        words("criterion-text", "de")
