"""Words of a living village for people: the catalogues `messages/operate.*.ftl`."""

from bunyad.words import LANGUAGES, Catalogue

__all__ = ["LANGUAGES", "has_words", "words"]

_CATALOGUE = Catalogue("operate")
has_words = _CATALOGUE.has_words
words = _CATALOGUE.words
