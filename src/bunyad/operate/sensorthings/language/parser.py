"""
A filter's sentences, from loose to tight: or, and, not, comparison, sum, product, one thing.

`not` binds more loosely than a comparison, so that `not result gt 4` means what it says.
"""

from __future__ import annotations

from collections.abc import Callable

from bunyad.operate.sensorthings.language.lexer import Word, read_words
from bunyad.operate.sensorthings.language.tree import (
    Among,
    Binary,
    Call,
    Expression,
    Literal,
    Path,
    Quantified,
    Unary,
)
from bunyad.operate.sensorthings.refusals import Refusal
from bunyad.operate.sensorthings.times import read_duration, read_time

DEEPEST = 60  # brackets in brackets
COMPARISONS = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
_QUANTIFIERS = ("any", "all")
_SUMS = frozenset({"add", "sub"})
_PRODUCTS = frozenset({"mul", "div", "mod"})
_CONSTANTS: dict[str, Literal] = {
    "true": Literal("boolean", value=True),
    "false": Literal("boolean", value=False),
    "null": Literal("null", value=None),
}


def parse_expression(text: str, *, where: str = "$filter") -> Expression:
    """
    Read an expression of `$filter` or `$orderby`.

    Raises
    ------
    Refusal
        If it cannot be read; the text says where.

    Examples
    --------
    >>> parse_expression("result add 1 eq 5").sign
    'eq'
    """
    reader = _Reader(read_words(text), where, len(text))
    tree = reader.alternatives()
    reader.end()
    return tree


class _Reader:
    def __init__(self, words: list[Word], where: str, length: int) -> None:
        self._words = words
        self._at = 0
        self._where = where
        self._length = length
        self._depth = 0

    def _peek(self) -> Word | None:
        return self._words[self._at] if self._at < len(self._words) else None

    def _is(self, *texts: str) -> bool:
        word = self._peek()
        return word is not None and word.sort in {"name", "mark"} and word.text in texts

    def _next(self) -> Word:
        word = self._peek()
        if word is None:
            raise Refusal(
                "the expression ends too early", where=self._where, mend="write it to its end"
            )
        self._at += 1
        return word

    def _want(self, text: str) -> None:
        word = self._peek()
        if word is None or word.text != text:
            raise self._wrong(word, f"'{text}' is expected")
        self._at += 1

    def _wrong(self, word: Word | None, hope: str) -> Refusal:
        if word is None:
            return Refusal("the expression ends too early", where=self._where, mend=hope)
        return Refusal(
            f"'{word.text[:40]}' at character {word.at + 1} is not expected",
            where=self._where,
            mend=hope,
        )

    def end(self) -> None:
        if self._peek() is not None:
            raise self._wrong(self._peek(), "join conditions with and, or")

    def alternatives(self) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Refusal("too deep", where=self._where, mend=f"nest no deeper than {DEEPEST}")
        tree = self._joined(self._conjunctions, "or")
        self._depth -= 1
        return tree

    def _chain(self, tighter: Callable[[], Expression], signs: frozenset[str]) -> Expression:
        tree = tighter()
        while self._is(*signs):
            sign = self._next().text
            tree = Binary(sign, tree, tighter())
        return tree

    def _conjunctions(self) -> Expression:
        return self._joined(self._negation, "and")

    def _joined(self, tighter: Callable[[], Expression], sign: str) -> Expression:
        """Read `a or b or c` as a balanced tree, so that hundreds of them go no deeper than ten."""
        parts = [tighter()]
        while self._is(sign):
            self._next()
            parts.append(tighter())
        while len(parts) > 1:
            pairs = [parts[at : at + 2] for at in range(0, len(parts), 2)]
            parts = [Binary(sign, *pair) if len(pair) == 2 else pair[0] for pair in pairs]
        return parts[0]

    def _negation(self) -> Expression:
        turns = 0
        while self._is("not"):
            self._next()
            turns += 1
        tree = self._comparison()
        return Unary("not", tree) if turns % 2 else tree

    def _comparison(self) -> Expression:
        left = self._sum()
        if self._is(*COMPARISONS):
            sign = self._next().text
            return Binary(sign, left, self._sum())
        if self._is("in"):
            self._next()
            return Among(left, self._options())
        return left

    def _options(self) -> tuple[Expression, ...] | Path:
        if not self._is("("):
            path = self._one()
            if not isinstance(path, Path):
                raise Refusal("in needs a list", where=self._where, mend="write (1,2,3)")
            return path
        self._next()
        return self._given()

    def _sum(self) -> Expression:
        return self._chain(self._product, _SUMS)

    def _product(self) -> Expression:
        return self._chain(self._signed, _PRODUCTS)

    def _signed(self) -> Expression:
        turns = 0
        while self._is("-"):
            self._next()
            turns += 1
        tree = self._one()
        return Unary("neg", tree) if turns % 2 else tree

    def _one(self) -> Expression:
        word = self._next()
        if word.text == "(" and word.sort == "mark":
            tree = self.alternatives()
            self._want(")")
            return tree
        if word.sort == "name":
            return self._named(word)
        if word.sort == "mark":
            raise self._wrong(word, "a value, a property or a function is expected")
        return _literal(word)

    def _named(self, word: Word) -> Expression:
        if self._is("("):
            self._next()
            return Call(word.text.lower(), self._given())
        if word.text in _CONSTANTS:
            return _CONSTANTS[word.text]
        steps: list[str | int] = [word.text]
        while self._is("/", "["):
            if self._next().text == "/":
                step = self._next()
                if step.sort not in {"name", "number"}:
                    raise self._wrong(step, "a name is expected after '/'")
                steps.append(step.text)
            else:
                index = self._next()
                if index.sort != "number" or not index.text.isdecimal():
                    raise self._wrong(index, "a place in a list is a whole number from 0")
                steps.append(int(index.text[:9]))
                self._want("]")
        if len(steps) > 1 and steps[-1] in _QUANTIFIERS and self._is("("):
            return self._quantified(str(steps.pop()), tuple(steps))
        return Path(tuple(steps))

    def _quantified(self, sign: str, steps: tuple[str | int, ...]) -> Expression:
        self._next()
        if sign == "any" and self._is(")"):
            self._next()
            return Quantified(sign, steps)
        name = self._next()
        if name.sort != "name":
            raise self._wrong(name, f"{sign} gives each a name, such as {sign}(x:x/name eq 'a')")
        self._want(":")
        condition = self.alternatives()
        self._want(")")
        return Quantified(sign, steps, name.text, condition)

    def _given(self) -> tuple[Expression, ...]:
        given: list[Expression] = []
        if self._is(")"):
            self._next()
            return ()
        while True:
            given.append(self.alternatives())
            if self._is(","):
                self._next()
                continue
            self._want(")")
            return tuple(given)


def _literal(word: Word) -> Literal:
    text = word.text
    if word.sort == "text":
        return Literal("text", text[1:-1].replace("''", "'"))
    if word.sort == "number":
        return Literal("number", _number(text))
    readers: dict[str, Callable[[str], object]] = {
        "time": read_time,
        "duration": lambda it: read_duration(it[len("duration'") : -1]),
        "geometry": lambda it: it[it.index("'") + 1 : -1].replace("''", "'"),
        "clock": _clock,
        "date": str,
    }
    return Literal(word.sort, readers[word.sort](text))


def _number(text: str) -> int | float:
    if text.lstrip("-").isdecimal() and len(text) <= 18:
        return int(text)
    return float(text)


def _clock(text: str) -> str:
    whole, _, fraction = text.partition(".")
    return f"{whole:0<5}{':00' if whole.count(':') == 1 else ''}.{fraction[:6]:0<6}"
