"""Words of a room for people: the Fluent catalogues `messages/<room>.<language>.ftl`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from fluent.runtime import FluentBundle, FluentResource

from bunyad.errors import InputError

LANGUAGES = ("en", "az")
"""Languages that have a catalogue."""


@cache
def _bundle(room: str, language: str) -> FluentBundle:
    if language not in LANGUAGES:
        raise InputError(
            f"there is no catalogue for {language!r}",
            where="language",
            mend=f"choose from {', '.join(LANGUAGES)}",
        )
    path = resources.files("bunyad").joinpath(f"messages/{room}.{language}.ftl")
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource(path.read_text("utf-8")))
    return bundle


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of one room, such as `auction`."""

    room: str

    def has_words(self, key: str, language: str) -> bool:
        """Tell whether there is a message."""
        return bool(_bundle(self.room, language).has_message(key))

    def words(self, key: str, language: str, values: Mapping[str, str | int] | None = None) -> str:
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
        >>> Catalogue("auction").words("moment-closed", "en", {"bids": 4})
        'Bidding closed. Bids that stand: 4.'
        """
        bundle = _bundle(self.room, language)
        pattern = bundle.get_message(key).value
        assert pattern is not None, key
        filled = {name: str(value) for name, value in (values or {}).items()}
        text, faults = bundle.format_pattern(pattern, filled)
        assert not faults, f"message {key}: {faults}"
        return str(text)
