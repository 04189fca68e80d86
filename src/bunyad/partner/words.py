"""Words of partners for people: the catalogues `messages/partner.*.ftl`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from fluent.runtime import FluentBundle, FluentResource

from bunyad.errors import InputError

LANGUAGES = ("en", "az")
"""Languages that have a catalogue."""


@cache
def _bundle(language: str) -> FluentBundle:
    if language not in LANGUAGES:
        raise InputError(
            f"there is no catalogue for {language!r}",
            where="language",
            mend=f"choose from {', '.join(LANGUAGES)}",
        )
    path = resources.files("bunyad").joinpath(f"messages/partner.{language}.ftl")
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource(path.read_text("utf-8")))
    return bundle


def words(key: str, language: str, values: Mapping[str, str | int] | None = None) -> str:
    """
    Return a message with its values filled in.

    Parameters
    ----------
    key
        Name of the message.
    language
        `en` or `az`.
    values
        What its holes take; numbers as they are to be read.

    Raises
    ------
    InputError
        If the language has no catalogue.

    Examples
    --------
    >>> words("reason-language-shared", "en", {"languages": "English"})
    'You share a language: English.'
    """
    bundle = _bundle(language)
    pattern = bundle.get_message(key).value
    assert pattern is not None, key
    filled = {name: str(value) for name, value in (values or {}).items()}
    text, faults = bundle.format_pattern(pattern, filled)
    assert not faults, f"message {key}: {faults}"
    return str(text)
