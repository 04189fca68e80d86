"""From what a request names to a compiled context."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any
from urllib.parse import urljoin

import orjson

from bunyad.operate.broker.contexts.documents import CORE_URL, Documents, is_core
from bunyad.operate.broker.contexts.terms import Context, Terms
from bunyad.operate.broker.problems import bad_request, no_context

OF_CONTEXTS = "http://www.w3.org/ns/json-ld#context"
MOST_COMPILED = 256
DEEPEST = 8
MOST_TERMS = 100_000

_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:\"[^\"]*\"|[^\s;,]+))*)")
_RELATION = re.compile(r";\s*rel\s*=\s*\"?([^\";]+)\"?", re.IGNORECASE)


class Contexts:
    """
    Compiles contexts, each once.

    Parameters
    ----------
    documents
        Where the documents come from.
    """

    def __init__(self, documents: Documents | None = None) -> None:
        self.documents = documents or Documents()
        self._compiled: OrderedDict[bytes, Context] = OrderedDict()
        self._linked: dict[str, str | None] = {}
        self._core_terms = Terms()
        self._core_terms.take(self.documents.core["@context"])
        self.core = Context(self._core_terms)

    async def linked(self, header: str | None) -> Context:
        """
        Return the context that a Link header names, the core context where it names none.

        Parameters
        ----------
        header
            The header's value.
        """
        if header is None:
            return self.core
        address = self.linked_address(header)
        return self.core if address is None else await self.of(address)

    def linked_address(self, header: str) -> str | None:
        """
        Return the address of the context that a Link header names, None where it names none.

        Raises
        ------
        Problem
            If the header names more than one.
        """
        if header in self._linked:
            return self._linked[header]
        found = []
        for address, parameters in _LINK.findall(header):
            relation = _RELATION.search(parameters)
            if relation is not None and OF_CONTEXTS in relation[1].split():
                found.append(address.strip())
        if len(found) > 1:
            raise bad_request("the Link header names more than one JSON-LD context")
        if len(self._linked) > MOST_COMPILED:
            self._linked.clear()
        self._linked[header] = found[0] if found else None
        return self._linked[header]

    async def of(self, source: Any) -> Context:
        """
        Return the compiled context of what stands under `@context`.

        Parameters
        ----------
        source
            Address, object, or list of these; None is the core context.

        Raises
        ------
        Problem
            `BadRequestData` if it is none of these, `LdContextNotAvailable` if one cannot be had.
        """
        if source is None or source == []:
            return self.core
        key = source.encode() if isinstance(source, str) else orjson.dumps(source)
        known = self._compiled.get(key)
        if known is not None:
            self._compiled.move_to_end(key)
            await self._count(source)
            return known
        terms = Terms(self._core_terms.iris, self._core_terms.kinds, self._core_terms.vocabulary)
        await self._take(terms, source, "", ())
        core = self._core_terms
        merged = Terms({**terms.iris, **core.iris}, {**terms.kinds, **core.kinds}, core.vocabulary)
        context = Context(merged, source)
        context.link = _single_address(source)
        self._compiled[key] = context
        if len(self._compiled) > MOST_COMPILED:
            self._compiled.popitem(last=False)
        return context

    def forget(self) -> None:
        """Drop all compiled contexts: a document has changed."""
        self._compiled.clear()

    async def _count(self, source: Any) -> None:
        for address in source if isinstance(source, list) else (source,):
            if isinstance(address, str) and not is_core(address):
                await self.documents.document(address)

    async def _take(self, terms: Terms, source: Any, base: str, path: tuple[str, ...]) -> None:
        if isinstance(source, list):
            for part in source:
                await self._take(terms, part, base, path)
        elif isinstance(source, dict):
            if isinstance(source.get("@import"), str):
                await self._take(terms, source["@import"], base, path)
            for term, meaning in source.items():
                _check_term(term, meaning)
            terms.take(source)
            if len(terms.iris) > MOST_TERMS:
                raise bad_request(f"the contexts have more than {MOST_TERMS} terms")
        elif isinstance(source, str):
            await self._take_address(terms, urljoin(base, source) if base else source, path)
        elif source is not None:
            raise bad_request("@context is neither an address, nor an object, nor a list of these")

    async def _take_address(self, terms: Terms, address: str, path: tuple[str, ...]) -> None:
        if ":" not in address:
            raise bad_request(f"the context {address!r} is no address")
        if is_core(address):
            terms.take(self.documents.core["@context"])
            return
        if address in path or len(path) >= DEEPEST:
            raise no_context(f"{address} leads back to itself, or too deep")
        document = await self.documents.document(address)
        await self._take(terms, document.get("@context"), address, (*path, address))


def _single_address(source: Any) -> str | None:
    """Return the one address that a context consists of, the core one aside."""
    parts = source if isinstance(source, list) else [source]
    others = [part for part in parts if not (isinstance(part, str) and is_core(part))]
    if not others:
        return CORE_URL
    return others[0] if len(others) == 1 and isinstance(others[0], str) else None


def _check_term(term: str, meaning: Any) -> None:
    """Raise unless a term is defined as JSON-LD 1.1 (9.15) and the standard (5.5.7) want it."""
    if term.startswith("@"):
        return
    iri = meaning.get("@id") if isinstance(meaning, dict) else meaning
    if iri is not None and not isinstance(iri, str):
        raise bad_request(f"the term {term!r} stands for no IRI")
    if isinstance(meaning, dict) and "@context" in meaning:
        raise bad_request(f"the term {term!r} has a context of its own")
