"""
The part of a query that the index of values can answer.

It lets every entity through that answers the query, and few others; what passes is asked the whole
query afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeAlias

from bunyad.operate.broker.query.answering import PLAIN_MEMBERS
from bunyad.operate.broker.query.language import Between, Both, Clause, Either, Literal, Term
from bunyad.operate.records.entities import LONGEST_FACT
from bunyad.operate.records.wanted import BETWEEN, HAS, Fact

Expand: TypeAlias = Callable[[str], str]
Sieve: TypeAlias = tuple[tuple[Fact, ...], ...]
"""Of each inner tuple one fact must hold."""

_MOST_FACTS = 50
"""Facts of which one must hold; for more, only the attribute is looked up."""


def sieve_of(clause: Clause, expand: Expand, expanded: Collection[str] = ()) -> Sieve:
    """
    Return facts that every answer has.

    Parameters
    ----------
    clause
        The query.
    expand
        Turns a term into its IRI.
    expanded
        Attributes whose values in the query are terms, so that the index cannot be asked for them.

    Returns
    -------
    tuple of tuple of Fact
        Empty if the index is of no help.
    """
    if isinstance(clause, Term):
        return _sieve_of_term(clause, expand, expanded)
    parts = [sieve_of(part, expand, expanded) for part in clause.parts]
    if isinstance(clause, Both):
        return tuple(group for part in parts for group in part)
    assert isinstance(clause, Either)
    if not all(parts):
        return ()
    group = tuple(fact for part in parts for fact in min(part, key=_looseness))
    return (group,) if len(group) <= _MOST_FACTS else ()


def _looseness(group: tuple[Fact, ...]) -> tuple[bool, int]:
    return any(fact.test == HAS for fact in group), len(group)


def _sieve_of_term(term: Term, expand: Expand, expanded: Collection[str]) -> Sieve:
    first = term.path.names[0]
    if first in PLAIN_MEMBERS:
        return ()
    iri = expand(first)
    whole = len(term.path.names) == 1 and not term.path.inside and term.path.beyond is None
    if whole and iri not in expanded and term.operator not in {"", "!=", "~=", "!~="}:
        facts = [_fact(iri, term.operator, value) for value in term.values]
        if len(facts) <= _MOST_FACTS and None not in facts:
            return (tuple(fact for fact in facts if fact is not None),)
    return ((Fact(iri),),)


def _fact(iri: str, operator: str, value: Literal | Between) -> Fact | None:
    low, high = (value.low, value.high) if isinstance(value, Between) else (value, value)
    if not (_indexed(low) and _indexed(high)):
        return None
    if isinstance(value, Between):
        return Fact(iri, BETWEEN, low.value, high.value)
    return Fact(iri, operator, low.value)


def _indexed(literal: Literal) -> bool:
    """Tell whether the index has such values whole: no truth, moment, term or long text."""
    if literal.bare or literal.moment is not None or isinstance(literal.value, bool):
        return False
    return not isinstance(literal.value, str) or len(literal.value) < LONGEST_FACT
