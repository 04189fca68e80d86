"""
Likeness of texts, also across English, Azerbaijani, Russian and Urdu.

Three views of a text are weighed by TF-IDF (Spärck Jones 1972, A statistical interpretation of
term specificity, J. Documentation 28, p. 11-21) and compared by cosine: its words, groups of 3 to
5 letters, which forgive endings and misspellings, and the concepts of a glossary of the trade,
which are the same in each language. All is done on folded text: small Latin letters without marks.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bunyad.partner.organisations.folding import fold

LANGUAGES = ("en", "az", "ru", "ur")
EXACT_LETTERS = 3
"""Terms this short must be the whole word; longer ones are its beginning, for endings vary."""
Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Glossary:
    """Terms by their first word, which is a beginning or, if short, the whole word."""

    terms: dict[str, list[tuple[tuple[str, ...], str]]]
    longest: int


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing of the trade and its names."""

    en: str
    az: str


def _rows() -> list[dict[str, str]]:
    path = resources.files("bunyad.partner.matching").joinpath("data/glossary.csv")
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


@cache
def concept_names() -> dict[str, Concept]:
    """Return the names of all concepts by their key."""
    return {row["concept"]: Concept(row["concept"], row["name_az"]) for row in _rows()}


@cache
def _glossary() -> _Glossary:
    terms: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for row in _rows():
        for language in LANGUAGES:
            for term in row[language].split(";"):
                words = tuple(fold(term).split())
                terms.setdefault(words[0], []).append((words[1:], row["concept"]))
    return _Glossary(terms, max(len(first) for first in terms))


def _starts(word: str, term: str) -> bool:
    """Tell whether a word is a term or, of longer terms, a form of it."""
    return word == term if len(term) <= EXACT_LETTERS else word.startswith(term)


@lru_cache(maxsize=100_000)
def concepts(text: str) -> tuple[str, ...]:
    """
    Return the concepts of the glossary that a text names, each as often as it names it.

    Examples
    --------
    >>> sorted(concepts("Ağıllı su sayğacları")), sorted(concepts("умные счётчики воды"))
    (['meter', 'smart', 'water'], ['meter', 'smart', 'water'])
    """
    glossary, words = _glossary(), fold(text).split()
    found = []
    for at, word in enumerate(words):
        named = set()
        for size in range(1, min(len(word), glossary.longest) + 1):
            first = word[:size]
            for rest, concept in glossary.terms.get(first, ()):
                follows = words[at + 1 : at + 1 + len(rest)]
                if (
                    _starts(word, first)
                    and len(follows) == len(rest)
                    and all(_starts(one, other) for one, other in zip(follows, rest, strict=True))
                ):
                    named.add(concept)
        found += sorted(named)
    return tuple(found)


def text_likeness(
    offers: Sequence[str], asked: Sequence[str], *, lexical_share: float, glossary: bool = True
) -> Values:
    """
    Return how alike texts are, 0 to 1, offers by row and what is asked by column [-].

    Likeness of concepts and of words and letters make up for each other:
    c + (1 - c) · share · l, with l the mean of the likeness of words and of letters.

    Parameters
    ----------
    offers
        Texts of organisations.
    asked
        Texts of needs.
    lexical_share
        Part that words and letters add, 0 to 1 [-].
    glossary
        Whether concepts count; without them only words and letters do.

    Examples
    --------
    >>> offers = ["Küçə işıqlandırması", "уличные фонари", "bread and cakes"]
    >>> found = text_likeness(offers, ["Smart street lighting"], lexical_share=0.5)
    >>> bool(found[0, 0] > 0.3), bool(found[1, 0] > 0.3), round(float(found[2, 0]), 3)
    (True, True, 0.0)
    """
    folded, wanted = [fold(one) for one in offers], [fold(one) for one in asked]
    words = _cosine(folded, wanted, analyzer="word")
    letters = _cosine(folded, wanted, analyzer="char_wb", ngram_range=(3, 5))
    lexical: Values = (words + letters) / np.float32(2)
    if not glossary:
        return lexical
    named = _cosine(list(offers), list(asked), analyzer=concepts)
    joined: Values = named + (1 - named) * np.float32(lexical_share) * lexical
    return joined


def _cosine(offers: list[str], asked: list[str], **how: object) -> Values:
    """Return the cosine of TF-IDF vectors; texts without a known part are like nothing."""
    # Half a second to import, which a server need not wait for.
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    texts = [*offers, *asked]
    vectorizer = TfidfVectorizer(lowercase=False, sublinear_tf=True, dtype=np.float32, **how)
    try:
        vectors = sparse.csr_matrix(vectorizer.fit_transform(texts))
    except ValueError:  # no text has a part
        return np.zeros((len(offers), len(asked)), np.float32)
    product = vectors[: len(offers)] @ vectors[len(offers) :].T
    return np.clip(np.asarray(product.todense(), np.float32), 0, 1)


def shared_concepts(one: str, other: str) -> tuple[str, ...]:
    """Return the concepts that both texts name, those that the second names first coming first."""
    mine = set(concepts(one))
    return tuple(dict.fromkeys(found for found in concepts(other) if found in mine))


def unique(values: Iterable[object]) -> tuple[list[object], NDArray[np.int64]]:
    """Return the different values, and for each value which of them it is."""
    places: dict[object, int] = {}
    index = [places.setdefault(value, len(places)) for value in values]
    return list(places), np.array(index, np.int64)
