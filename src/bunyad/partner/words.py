"""Words of partners for people: the catalogues `messages/partner.*.ftl`."""

from bunyad.words import LANGUAGES, Catalogue

__all__ = ["LANGUAGES", "words"]

words = Catalogue("partner").words
