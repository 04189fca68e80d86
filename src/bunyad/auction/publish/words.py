"""Words of an auction for people: the catalogues `messages/auction.*.ftl`."""

from bunyad.words import LANGUAGES, Catalogue

__all__ = ["LANGUAGES", "has_words", "words"]

_CATALOGUE = Catalogue("auction")
has_words = _CATALOGUE.has_words
words = _CATALOGUE.words
