"""
Read a query of NGSI-LD's query language (CIM 009, 4.9) into its terms.

    Query      "and" and "or" of terms; "and" binds closer
    ├─ Term    a path, an operator, values
    └─ Path    names of attributes, a way into a value, or over a relationship to another entity
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote

from bunyad.operate.broker.problems import Problem, bad_request
from bunyad.operate.broker.query.moments import MOMENT_START, Moment, read_moment

LONGEST_QUERY = 20_000
"""Characters of a query."""
_DEEPEST = 40
_OPERATORS = ("!~=", "==", "!=", ">=", "<=", "~=", ">", "<")
_NAME = re.compile(r"[^\W\d](?:[\w:/#@%$+&?*-]|\\.)*")
_INNER_NAME = re.compile(r"[\w:/#@%$ +*-]+")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\"<>{}|;,()\[\]=!~]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,300})(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WORD = re.compile(r"[^\s\"<>{}|;,()]+")


@dataclass(frozen=True, slots=True)
class Path:
    """
    A way to a value.

    Attributes
    ----------
    names
        An attribute and the attributes below it, as written.
    inside
        Members to follow inside of the value.
    types
        Types of the entity that a relationship leads to; empty for any.
    beyond
        The path that goes on in that entity.
    """

    names: tuple[str, ...]
    inside: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    beyond: Path | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    """A value of a query: number, text, truth, moment, or a bare word such as a URI."""

    value: float | str | bool
    moment: Moment | None = None
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """A range with both ends in it."""

    low: Literal
    high: Literal


Value: TypeAlias = Literal | Between


@dataclass(frozen=True, slots=True)
class Term:
    """A path, and what is asked of the value there; no operator asks whether it is there."""

    path: Path
    operator: str = ""
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Both:
    """Every part holds."""

    parts: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple[Clause, ...]


Clause: TypeAlias = Term | Both | Either


def parse_query(text: str) -> Clause:
    """
    Return the terms of a query.

    Raises
    ------
    Problem
        If it is malformed, too long or nested too deep.

    Examples
    --------
    >>> parse_query("temperature.observedAt>=2017-12-24").path.names
    ('temperature', 'observedAt')
    """
    if len(text) > LONGEST_QUERY:
        raise bad_request(f"a query has at most {LONGEST_QUERY} characters")
    try:
        return _parsed(text)
    except Problem:
        plain = unquote(text)
        if plain == text:
            raise
    return _parsed(plain)  # bodies too have %22 for quotation marks, as tutorials of brokers do


def _parsed(text: str) -> Clause:
    reader = _Reader(text)
    clause = reader.either(0)
    if reader.at < len(text):
        raise reader.fault("an operator or the end")
    return clause


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def fault(self, wanted: str) -> Problem:
        near = self.text[self.at : self.at + 20] or "its end"
        return bad_request(f"the query is malformed: {wanted} is expected at {near!r}")

    def eat(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found.group()

    def either(self, depth: int) -> Clause:
        parts = [self.both(depth)]
        while self.eat("|"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self, depth: int) -> Clause:
        parts = [self.one(depth)]
        while self.eat(";"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def one(self, depth: int) -> Clause:
        if depth > _DEEPEST:
            raise bad_request("the parentheses of the query are nested too deep")
        if self.eat("("):
            clause = self.either(depth + 1)
            if not self.eat(")"):
                raise self.fault("a closing parenthesis")
            return clause
        return self.term()

    def term(self) -> Term:
        path = self.path(0)
        for operator in _OPERATORS:
            if self.eat(operator):
                break
        else:
            return Term(path)
        if operator in {"~=", "!~="}:
            return Term(path, operator, (Literal(self.pattern()),))
        values = [self.value(operator)]
        if operator in {"==", "!="}:
            while self.eat(","):
                values.append(self.value(operator))
        elif isinstance(values[0].value if isinstance(values[0], Literal) else "", bool):
            raise self.fault("a number, a text or a moment")
        return Term(path, operator, tuple(values))

    def path(self, depth: int) -> Path:
        if depth > _DEEPEST:
            raise bad_request("the query follows too many relationships")
        names = [self.name()]
        while not self.text.startswith("..", self.at) and self.eat("."):
            names.append(self.name())
        if self.eat("{"):
            types, beyond = self.linked(depth)
            return Path(tuple(names), types=types, beyond=beyond)
        return Path(tuple(names), self.inside() if self.eat("[") else ())

    def name(self) -> str:
        name = self.match(_NAME)
        if not name:
            raise self.fault("the name of an attribute")
        if "://" in name:  # the dots of a whole IRI are its own
            while self.text.startswith(".", self.at):
                self.at += 1
                name += "." + self.match(_INNER_NAME)
        return name

    def linked(self, depth: int) -> tuple[tuple[str, ...], Path]:
        types: list[str] = []
        if hint := re.compile(r"[^\s{}\[\]()=<>~!;|:]+:(?!//)").match(self.text, self.at):
            types = hint.group()[:-1].split(",")
            self.at = hint.end()
        beyond = self.path(depth + 1)
        if not self.eat("}") or not all(types):
            raise self.fault("a closing brace")
        return tuple(types), beyond

    def inside(self) -> tuple[str, ...]:
        end = self.text.find("]", self.at)
        members = self.text[self.at : end].split(".") if end >= 0 else []
        if not members or not all(_INNER_NAME.fullmatch(member) for member in members):
            raise self.fault("names in brackets, such as [city] or [air.pm10]")
        self.at = end + 1
        return tuple(members)

    def pattern(self) -> str:
        if self.text.startswith('"', self.at):
            return self.quoted()
        begin, depth, brackets = self.at, 0, False
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "\\":
                self.at += 1
            elif brackets:
                brackets = char != "]" or self.text[self.at - 1] in "[^"
            elif char == "[":
                brackets = True
            elif char == "(":
                depth += 1
            elif (char == ")" and not depth) or (char in ";|" and not depth):
                break
            elif char == ")":
                depth -= 1
            self.at += 1
        self.at = min(self.at, len(self.text))
        if begin == self.at:
            raise self.fault("a pattern")
        return self.text[begin : self.at]

    def quoted(self) -> str:
        end = self.at + 1
        while end < len(self.text) and self.text[end] != '"':
            end += 2 if self.text[end] == "\\" else 1
        raw = self.text[self.at : end + 1]
        if end >= len(self.text):
            raise self.fault("a closing quotation mark")
        self.at = end + 1
        try:
            return str(json.loads(raw))
        except ValueError:  # a pattern's own backslashes are no JSON
            return raw[1:-1].replace('\\"', '"')

    def value(self, operator: str) -> Value:
        low = self.literal()
        if not self.eat(".."):
            if low.bare and operator not in {"==", "!="}:
                raise self.fault("a number, a text in quotation marks or a moment")
            return low
        high = self.literal()
        if operator not in {"==", "!="} or _kind(low) != _kind(high) or _kind(low) == "":
            raise self.fault("a range of two numbers, texts or moments after == or !=")
        return Between(low, high)

    def literal(self) -> Literal:
        while self.eat(" "):  # as in C.5.13
            pass
        if self.text.startswith('"', self.at):
            text = self.quoted()
            return Literal(text, read_moment(text))
        begin = self.at
        for pattern in (MOMENT_START, _NUMBER):
            text = self.match(pattern)
            if text and self.ends():
                return Literal(float(text)) if pattern is _NUMBER else _moment(text, self)
            self.at = begin
        word = self.match(_WORD)
        if word in {"true", "false"}:
            return Literal(word == "true")
        if not word or not (_IRI.fullmatch(word) or _NAME.fullmatch(word)):
            self.at = begin
            raise self.fault("a value")
        return Literal(word, bare=True)

    def ends(self) -> bool:
        """Tell whether a value may end here."""
        return (
            self.at == len(self.text)
            or self.text[self.at] in ";|),"
            or self.text.startswith("..", self.at)
        )


def _moment(text: str, reader: _Reader) -> Literal:
    moment = read_moment(text)
    if moment is None:
        raise reader.fault("a moment that exists")
    return Literal(text, moment)


def _kind(literal: Literal) -> str:
    if literal.bare or isinstance(literal.value, bool):
        return ""
    if isinstance(literal.value, str):
        return "text" if literal.moment is None else literal.moment[0]
    return "number"
