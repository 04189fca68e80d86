"""
Patterns that people send, matched in time that grows with the text and never runs away.

Python's own engine tries alternatives one after the other: `(a+)+$` takes it longer than anyone
lives. Here a pattern becomes an automaton (Thompson 1968) whose sets of states are remembered as
they are met, so that each character costs one look-up. POSIX extended expressions (IEEE 1003.2)
and what is common of Perl's are understood; what no automaton can do (back references, looking
ahead) is refused.
"""

from __future__ import annotations

from typing import TypeAlias

from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.query.pattern_parts import (
    END,
    START,
    Node,
    Test,
    parse_pattern,
)

MOST_STATES = 2_000
"""States of an automaton, so that `(a{999}){999}` is refused and not built."""
_MOST_SETS = 5_000
"""Sets of states remembered; more, and the memory is emptied."""

_Edge: TypeAlias = tuple[Test, int]


class Pattern:
    """A pattern ready to be searched for; `search` tells whether it occurs in a text."""

    __slots__ = ("_alphabet", "_edges", "_empty", "_last", "_literal", "_moves", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._literal: str | None = None if _has_meaning(text) else text
        self._edges: list[list[_Edge]] = []
        self._empty: list[list[tuple[str, int]]] = []
        self._moves: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._last = 0
        if self._literal is None:
            self._build(parse_pattern(text))

    def search(self, text: str) -> bool:
        """
        Tell whether the pattern occurs anywhere in a text.

        Examples
        --------
        >>> compile_pattern("^Str(eet|asse)[0-9]+$").search("Street12")
        True
        """
        if self._literal is not None:
            return self._literal in text
        states = self._close({0}, at_start=True, at_end=not text)
        for at, char in enumerate(text):
            if self._last in states:
                return True
            states = self._step(states, char, at_end=at == len(text) - 1)
        return self._last in states

    def _step(self, states: frozenset[int], char: str, *, at_end: bool) -> frozenset[int]:
        key = (states, char)
        if not at_end and (known := self._moves.get(key)) is not None:
            return known
        reached = {to for state in states for test, to in self._edges[state] if test(char)}
        reached.add(0)  # a match may begin after any character
        after = self._close(reached, at_start=False, at_end=at_end)
        if not at_end:
            if len(self._moves) >= _MOST_SETS:
                self._moves.clear()
            self._moves[key] = after
        return after

    def _close(self, states: set[int], *, at_start: bool, at_end: bool) -> frozenset[int]:
        reached, waiting = set(states), list(states)
        while waiting:
            for kind, to in self._empty[waiting.pop()]:
                passes = (kind != START or at_start) and (kind != END or at_end)
                if passes and to not in reached:
                    reached.add(to)
                    waiting.append(to)
        return frozenset(reached)

    def _build(self, node: Node) -> None:
        start = self._state()
        self._last = self._add(node, start)

    def _state(self) -> int:
        if len(self._edges) >= MOST_STATES:
            raise bad_request(f"the pattern {self.text[:80]!r} is too large")
        self._edges.append([])
        self._empty.append([])
        return len(self._edges) - 1

    def _add(self, node: Node, start: int) -> int:
        """Add the states of a node after `start`; return the state at its end."""
        if node.kind == "test":
            end = self._state()
            self._edges[start].append((node.test, end))
            return end
        if node.kind in {START, END}:
            end = self._state()
            self._empty[start].append((node.kind, end))
            return end
        if node.kind == "either":
            end = self._state()
            for part in node.parts:
                first = self._state()
                self._empty[start].append(("", first))
                self._empty[self._add(part, first)].append(("", end))
            return end
        if node.kind == "repeat":
            return self._add_repeat(node, start)
        for part in node.parts:
            start = self._add(part, start)
        return start

    def _add_repeat(self, node: Node, start: int) -> int:
        part = node.parts[0]
        for _ in range(node.least):
            start = self._add(part, start)
        if node.most is None:
            loop, after = self._state(), self._state()
            self._empty[start].append(("", loop))
            self._empty[loop].append(("", after))
            self._empty[self._add(part, loop)].append(("", loop))
            return after
        ends = [start]
        for _ in range(node.most - node.least):
            start = self._add(part, start)
            ends.append(start)
        after = self._state()
        for end in ends:
            self._empty[end].append(("", after))
        return after


def _has_meaning(text: str) -> bool:
    return any(char in "\\.[]()*+?{}^$|" for char in text)


def compile_pattern(text: str) -> Pattern:
    """
    Return a pattern that searches in linear time.

    Raises
    ------
    Problem
        If it is malformed, too large, or asks for what no automaton can do.

    Examples
    --------
    >>> compile_pattern("(a+)+$").search("a" * 2_000 + "b")
    False
    """
    return Pattern(text)
