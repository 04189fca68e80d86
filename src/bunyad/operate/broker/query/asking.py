"""Compile a query into a function of an entity, and into a first sieve for the records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.query.answering import Test, compile_test
from bunyad.operate.broker.query.language import (
    Both,
    Clause,
    Either,
    Path,
    Term,
    parse_query,
)
from bunyad.operate.broker.query.sieve import Sieve, sieve_of

Entity: TypeAlias = Mapping[str, Any]
Expand: TypeAlias = Callable[[str], str]
Find: TypeAlias = Callable[[str], Entity | None]

MOST_TERMS = 500
"""Terms of a query."""


class Query:
    """
    A query ready to be asked.

    Attributes
    ----------
    names
        First attributes of its terms, as whole IRIs.
    depth
        How many relationships to other entities it follows.
    facts
        What the records can look up to find all that match, and few others: of each tuple one
        fact must hold. Empty if the index is of no help.
    """

    __slots__ = ("_test", "depth", "facts", "names")

    def __init__(self, clause: Clause, test: Test, expand: Expand, facts: Sieve) -> None:
        terms = terms_of(clause)
        self._test = test
        self.names = frozenset(expand(term.path.names[0]) for term in terms)
        self.depth = max(_depth(term.path) for term in terms)
        self.facts = facts

    @property
    def links(self) -> bool:
        """Tell whether it follows relationships."""
        return self.depth > 0

    def matches(self, entity: Entity, find: Find | None = None) -> bool:
        """
        Tell whether an entity answers the query.

        Parameters
        ----------
        entity
            Entity in the broker's inner form.
        find
            Gives an entity by its id, for queries that follow relationships.
        """
        return self._test(entity, find)


def compile_query(text: str, expand: Expand, expand_values: Collection[str] = ()) -> Query:
    r"""
    Compile a query of NGSI-LD's query language (CIM 009, 4.9).

    Parameters
    ----------
    text
        The query, percent-decoded.
    expand
        Turns a term into its IRI, as the request's context has it.
    expand_values
        Names of attributes, as written in the query, whose values are terms to expand as well.

    Returns
    -------
    Query
        What to ask entities with.

    Raises
    ------
    Problem
        If the query is malformed.

    Examples
    --------
    >>> query = compile_query("speed>50;brand!=\"Mercedes\"", lambda term: term)
    >>> slow = {"attrs": {"speed": [{"type": "Property", "value": 40}]}}
    >>> query.matches(slow)
    False
    """
    clause = parse_query(text)
    if len(terms_of(clause)) > MOST_TERMS:
        raise bad_request(f"a query has at most {MOST_TERMS} terms")
    wanted = {expand(name) for name in expand_values}
    test = compile_test(clause, expand, wanted)
    return Query(clause, test, expand, sieve_of(clause, expand, wanted))


def _depth(path: Path) -> int:
    return 0 if path.beyond is None else 1 + _depth(path.beyond)


def terms_of(clause: Clause) -> list[Term]:
    """Return the terms of a query from left to right."""
    if isinstance(clause, Both | Either):
        return [term for part in clause.parts for term in terms_of(part)]
    return [clause]
