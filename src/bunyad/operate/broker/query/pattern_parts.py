"""Read a regular expression into its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bunyad.operate.broker.problems import Problem, bad_request

Test: TypeAlias = Callable[[str], bool]
START = "start"
END = "end"
LONGEST = 1_000
"""Characters of a pattern."""
_DEEPEST = 50
_MOST_TIMES = 1_000

_CLASSES: dict[str, Test] = {
    "alpha": str.isalpha,
    "digit": str.isdigit,
    "alnum": str.isalnum,
    "upper": str.isupper,
    "lower": str.islower,
    "space": str.isspace,
    "blank": lambda char: char in " \t",
    "punct": lambda char: char.isprintable() and not char.isalnum() and not char.isspace(),
    "xdigit": lambda char: char in "0123456789abcdefABCDEF",
    "print": str.isprintable,
    "graph": lambda char: char.isprintable() and not char.isspace(),
    "cntrl": lambda char: ord(char) < 32 or ord(char) == 127,
}
_ESCAPES: dict[str, Test] = {
    "d": str.isdigit,
    "D": lambda char: not char.isdigit(),
    "s": str.isspace,
    "S": lambda char: not char.isspace(),
    "w": lambda char: char.isalnum() or char == "_",
    "W": lambda char: not (char.isalnum() or char == "_"),
}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}


def _never(_char: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a pattern: `test`, `both`, `either`, `repeat`, or an end of the text."""

    kind: str
    parts: tuple[Node, ...] = ()
    test: Test = _never
    least: int = 0
    most: int | None = None


_SIGNS = {
    ".": Node("test", test=lambda char: char != "\n"),
    "^": Node(START),
    "$": Node(END),
}


def parse_pattern(text: str) -> Node:
    """
    Return the parts of a regular expression.

    Raises
    ------
    Problem
        If it is malformed or not understood.
    """
    if len(text) > LONGEST:
        raise bad_request(f"a pattern has at most {LONGEST} characters, this one {len(text)}")
    any_case = text.startswith("(?i)")
    reader = _Reader(text, 4 if any_case else 0, any_case=any_case)
    node = reader.either(0)
    if reader.at < len(text):
        raise reader.fault("a parenthesis is closed that was not opened")
    return node


class _Reader:
    def __init__(self, text: str, at: int, *, any_case: bool) -> None:
        self.text, self.at, self.any_case = text, at, any_case

    def fault(self, why: str) -> Problem:
        return bad_request(f"the pattern {self.text[:80]!r} is malformed: {why}")

    def peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise self.fault("it ends too early")
        self.at += 1
        return char

    def either(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise self.fault("its parentheses are nested too deep")
        branches = [self.both(depth)]
        while self.peek() == "|":
            self.at += 1
            branches.append(self.both(depth))
        return branches[0] if len(branches) == 1 else Node("either", tuple(branches))

    def both(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.peek() and self.peek() not in "|)":
            parts.append(self.repeated(self.one(depth)))
        return parts[0] if len(parts) == 1 else Node("both", tuple(parts))

    def repeated(self, node: Node) -> Node:
        while (char := self.peek()) and char in "*+?{":
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(char, (-1, None))
            if least < 0:
                least, most = self.times()
            else:
                self.at += 1
            node = Node("repeat", (node,), least=least, most=most)
            if self.peek() == "?":  # a lazy repeat matches the same texts
                self.at += 1
        return node

    def times(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : end].partition(",")
        numbers = [low or "0", high or low or "0"]
        if end < 0 or not (low or high) or not all(n.isascii() and n.isdigit() for n in numbers):
            raise self.fault("a number of times reads {2}, {2,} or {2,5}")
        if any(len(number) > 4 or int(number) > _MOST_TIMES for number in numbers):
            raise self.fault(f"a part may repeat {_MOST_TIMES} times at most")
        self.at = end + 1
        least = int(numbers[0])
        most = None if comma and not high else int(numbers[1])
        if most is not None and most < least:
            raise self.fault("the most times are fewer than the least")
        return least, most

    def one(self, depth: int) -> Node:
        char = self.take()
        if char == "(":
            return self.group(depth)
        if char == "[":
            return Node("test", test=self.bracket())
        if char == "\\":
            return self.escape()
        if char in "*+?{":
            raise self.fault("there is nothing to repeat")
        return _SIGNS.get(char) or Node("test", test=self.same(char))

    def group(self, depth: int) -> Node:
        if self.peek() == "?":
            if self.peek(2) != "?:":
                raise self.fault("groups that look around or have names are not understood")
            self.at += 2
        node = self.either(depth + 1)
        if self.peek() != ")":
            raise self.fault("a parenthesis is not closed")
        self.at += 1
        return node

    def escape(self) -> Node:
        char = self.take()
        if char in _ESCAPES:
            return Node("test", test=_ESCAPES[char])
        if char.isalnum() and char not in _CONTROLS:
            raise self.fault(f"\\{char} is not understood")
        return Node("test", test=self.same(_CONTROLS.get(char, char)))

    def same(self, char: str) -> Test:
        if self.any_case:
            folded = char.casefold()
            return lambda other: other.casefold() == folded
        return char.__eq__

    def bracket(self) -> Test:
        negated = self.peek() == "^"
        self.at += negated
        tests: list[Test] = []
        while self.peek() != "]" or not tests:
            tests.append(self.member())
        self.at += 1
        if negated:
            return lambda char: not any(test(char) for test in tests)
        return lambda char: any(test(char) for test in tests)

    def member(self) -> Test:
        if self.peek(2) == "[:":
            end = self.text.find(":]", self.at)
            name = self.text[self.at + 2 : end]
            if end < 0 or name not in _CLASSES:
                raise self.fault("a class of characters reads [:alpha:]")
            self.at = end + 2
            return _CLASSES[name]
        low = self.take()
        if low == "\\":
            low = self.take()
            if low in _ESCAPES:
                return _ESCAPES[low]
            low = _CONTROLS.get(low, low)
        if self.peek() != "-" or self.peek(2) in {"-]", "-"}:
            return self.same(low)
        self.at += 1
        high = self.take()
        if high == "\\":
            high = self.take()
        if high < low:
            raise self.fault(f"the range {low}-{high} runs backwards")
        if self.any_case:
            return lambda char: low <= char.lower() <= high or low <= char.upper() <= high
        return lambda char: low <= char <= high
