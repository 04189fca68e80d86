"""One compiled context: what a name stands for, and what an IRI is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_REMEMBERED = 20_000  # names and IRIs of one context that are remembered
ENDS_OF_PREFIXES = (":", "/", "?", "#", "[", "]", "@")  # JSON-LD 1.1, 4.1.1: gen-delims
KEYWORDS = {"@id", "@type"}


class Terms:
    """
    The terms of contexts taken one after the other, each seeing those before it.

    Attributes
    ----------
    iris
        Term to IRI.
    kinds
        Term to the type its values are of, where the context says one.
    vocabulary
        What stands before names that are no terms.
    """

    def __init__(
        self, iris: Mapping[str, str] | None = None, kinds: Mapping[str, str] | None = None,
        vocabulary: str = "",
    ) -> None:  # fmt: skip
        self.iris: dict[str, str] = dict(iris or {})
        self.kinds: dict[str, str] = dict(kinds or {})
        self.vocabulary = vocabulary

    def take(self, local: Mapping[str, Any]) -> None:
        """
        Take in the definitions of one context object.

        Parameters
        ----------
        local
            What stands under `@context`: terms and what they mean.
        """
        if isinstance(local.get("@vocab"), str):
            self.vocabulary = self._expand(local["@vocab"], local, ())
        for term in local:
            if term.startswith("@"):
                continue
            self._define(term, local)

    def _define(self, term: str, local: Mapping[str, Any]) -> None:
        meaning = local[term]
        if isinstance(meaning, dict):
            kind = meaning.get("@type")
            if isinstance(kind, str):
                self.kinds[term] = kind
            meaning = meaning.get("@id", term)
        if not isinstance(meaning, str):
            self.iris.pop(term, None)
            return
        if meaning == term and ":" not in term:
            self.iris[term] = self.vocabulary + term
            return
        iri = self._expand(meaning, local, (term,))
        if iri:
            self.iris[term] = iri

    def _expand(self, text: str, local: Mapping[str, Any], seen: tuple[str, ...]) -> str:
        if text.startswith("@"):
            return text
        if text in local and text not in seen:
            meaning = local[text]
            if isinstance(meaning, dict):
                meaning = meaning.get("@id", text)
            if isinstance(meaning, str) and meaning != text:
                return self._expand(meaning, local, (*seen, text))
        if ":" in text:
            prefix, rest = text.split(":", 1)
            if rest.startswith("//") or prefix in seen:
                return text
            if prefix in local and isinstance(local[prefix], str | dict):
                return self._expand(prefix, local, seen) + rest
            return self.iris[prefix] + rest if prefix in self.iris else text
        return self.iris.get(text, self.vocabulary + text)


class Context:
    """
    A compiled context.

    Parameters
    ----------
    terms
        All terms, the core ones last.
    source
        What the client named: an address, an object or a list; None for the core context alone.
    """

    def __init__(self, terms: Terms, source: Any = None) -> None:
        self.iris = {term: iri for term, iri in terms.iris.items() if not iri.startswith("@")}
        self.kinds = terms.kinds
        self.vocabulary = terms.vocabulary
        self.source = source
        self.link: str | None = None
        self._names: dict[str, str] = {}
        for term, iri in self.iris.items():
            known = self._names.get(iri)
            if known is None or (len(term), term) < (len(known), known):
                self._names[iri] = term
        self._prefixes = sorted(
            ((iri, term) for term, iri in self.iris.items() if iri.endswith(ENDS_OF_PREFIXES)),
            key=lambda pair: (-len(pair[0]), pair[1]),
        )
        self._expanded: dict[str, str] = {}
        self._compacted: dict[str, str] = {}

    def expand(self, name: str) -> str:
        """
        Return the IRI of a name.

        Parameters
        ----------
        name
            Term, compact IRI (`prefix:rest`) or IRI.
        """
        iri = self._expanded.get(name)
        if iri is None:
            iri = self._expand(name)
            if len(self._expanded) < MOST_REMEMBERED:
                self._expanded[name] = iri
        return iri

    def compact(self, iri: str) -> str:
        """
        Return the shortest name of an IRI: a term, what follows the vocabulary, or a compact IRI.

        Parameters
        ----------
        iri
            IRI.
        """
        name = self._compacted.get(iri)
        if name is None:
            name = self._compact(iri)
            if len(self._compacted) < MOST_REMEMBERED:
                self._compacted[iri] = name
        return name

    def _expand(self, name: str) -> str:
        iri = self.iris.get(name)
        if iri is not None:
            return iri
        if ":" in name:
            prefix, rest = name.split(":", 1)
            if not rest.startswith("//") and prefix in self.iris:
                return self.iris[prefix] + rest
            return name
        return name if name.startswith("@") else self.vocabulary + name

    def _compact(self, iri: str) -> str:
        name = self._names.get(iri)
        if name is not None:
            return name
        if self.vocabulary and iri.startswith(self.vocabulary):
            name = iri[len(self.vocabulary) :]
            if name and ":" not in name and self.expand(name) == iri:
                return name
        for start, prefix in self._prefixes:
            if iri.startswith(start) and len(iri) > len(start):
                name = f"{prefix}:{iri[len(start) :]}"
                if not iri[len(start) :].startswith("//") and name not in self.iris:
                    return name
        return iri
