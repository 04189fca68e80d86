"""Words for people: the message catalogues, one Fluent file a language."""

from __future__ import annotations

from functools import cache
from importlib import resources

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message, Resource, VariableReference
from fluent.syntax.visitor import Visitor

from bunyad.errors import InputError

LANGUAGES = {"en": "English", "az": "Azərbaycanca"}
"""Languages that have a catalogue, by code, each in its own name."""

NUMBER_MARKS = {"en": (".", ","), "az": (",", ".")}
"""Decimal mark and thousands mark of each language."""


class _Variables(Visitor):
    """Collects the names of the variables that a message takes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


def check_languages(languages: tuple[str, ...]) -> None:
    """
    Raise an error that names every language without a catalogue.

    Raises
    ------
    InputError
        If there is no language or an unknown one.
    """
    unknown = [language for language in languages if language not in LANGUAGES]
    if unknown or not languages:
        raise InputError(
            f"there is no catalogue for {', '.join(unknown) or 'no language at all'}",
            where="languages",
            mend=f"choose from {', '.join(LANGUAGES)}",
        )


def _catalogue_text(language: str) -> str:
    """Return the text of a language's Fluent file."""
    return resources.files("bunyad").joinpath(f"messages/{language}.ftl").read_text("utf-8")


@cache
def messages(language: str) -> dict[str, str]:
    """
    Return every message of a language, with `{name}` where a value goes.

    The page fills in the values; numbers are written by its own rules for each language.

    Parameters
    ----------
    language
        Code of the language, such as `az`.

    Examples
    --------
    >>> messages("en")["kind-solar"]
    'Solar power'
    """
    check_languages((language,))
    text = _catalogue_text(language)
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource(text))
    parsed: Resource = FluentParser(with_spans=False).parse(text)
    resolved = {}
    for entry in parsed.body:
        if isinstance(entry, Message) and entry.value is not None:
            resolved[entry.id.name] = _resolve(bundle, entry)
    return resolved


def _resolve(bundle: FluentBundle, message: Message) -> str:
    """Resolve one message with each variable written as `{name}`."""
    variables = _Variables()
    variables.visit(message.value)
    pattern = bundle.get_message(message.id.name).value
    assert pattern is not None
    holes = {name: f"{{{name}}}" for name in variables.names}
    value, faults = bundle.format_pattern(pattern, holes)
    assert not faults, f"message {message.id.name}: {faults}"
    return str(value)


def format_number(value: float, *, language: str, decimals: int = 0) -> str:
    """
    Write a number with the marks of a language.

    Parameters
    ----------
    value
        Number to write.
    language
        Code of the language.
    decimals
        Digits after the decimal mark.

    Examples
    --------
    >>> format_number(12345.6, language="az", decimals=1)
    '12.345,6'
    """
    decimal_mark, group_mark = NUMBER_MARKS[language]
    text = f"{value:,.{decimals}f}"
    marks = {",": group_mark, ".": decimal_mark, "-": "−"}
    return "".join(marks.get(letter, letter) for letter in text)
