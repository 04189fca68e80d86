"""
Instances in the text formats of research on matching.

`hr`       a line with the numbers of residents and hospitals (and a third one, 0 couples, or 0
           first), residents with their lists, hospitals with posts and their lists; colons are
           allowed and ties stand in round brackets (Irving's program, algmatch, Glasgow)
`hrtc`     three lines: single residents, couples, hospitals; couples have two numbers and a list
           of pairs (Glasgow, pyhrtc; the archive of HRTC instances of Glasgow)
`hrc`      nine lines (residents, hospitals, couples, posts, shortest and longest list, evenness,
           two popularities), then lists; couples are the first residents, two and two, and their
           n-th entries are a pair (Biró, Manlove and McBride 2014; Manlove et al. 2017)
`smp`      lines that start with r, c or p (Bacchus, Drummond and Perrault)
`spa`      three numbers in a line: students, projects, lecturers (algmatch); a project is a host
           that its lecturer ranks for; that only works where a lecturer has one project
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bunyad.errors import Fault, InputError
from bunyad.partner.exchange.market import (
    NOWHERE,
    Couple,
    Exchange,
    Groups,
    check_exchange,
    strict,
)

NUMBER = re.compile(r"-?\d+")
TOKEN = re.compile(r"[()\[\]]|[^\s()\[\],:;]+")
HEAD_OF_HRC = 9
NONE = "-1"
OPENING, CLOSING = ("(", "["), (")", "]")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line: its number in the file, and its tokens."""

    line: int
    tokens: list[str]

    @property
    def numbers(self) -> list[str]:
        return [one for one in self.tokens if one not in "()[]"]


@dataclass(slots=True)
class _Rows:
    """The lines of an instance that are left to read."""

    where: str
    rows: list[_Row]
    at: int = 0

    def take(self, count: int, what: str) -> Iterator[_Row]:
        """Give the next lines; refuse a file that ends before."""
        if count > len(self.rows) - self.at:
            raise _wrong(
                f"{count} {what} are announced and {len(self.rows) - self.at} lines are left",
                self.where,
            )
        self.at += count
        return iter(self.rows[self.at - count : self.at])

    def number(self, what: str) -> int:
        """Give the one number of the next line."""
        row = next(self.take(1, what))
        if len(row.tokens) != 1 or not row.tokens[0].isdigit():
            raise _wrong(f"{what} is {' '.join(row.tokens)}", f"{self.where}: line {row.line}")
        return int(row.tokens[0])


def read_instance(text: str, *, where: str = "instance") -> Exchange:
    r"""
    Read an instance; the format is recognised by its first lines.

    Pairs that are not listed by both sides are kept in the lists; nobody can get them.

    Parameters
    ----------
    text
        What the file holds.
    where
        Name of the file, for errors.

    Returns
    -------
    Exchange
        The market.

    Raises
    ------
    InputError
        If the format is unknown, or the file contradicts itself.

    Examples
    --------
    >>> read_instance("2 2\n1 1 2\n2 (1 2)\n1: 1: 2 1\n2: 1: 1 2").wishes
    (((0,), (1,)), ((0, 1),))
    """
    lines = enumerate(text.splitlines(), start=1)
    read = [_Row(number, TOKEN.findall(line)) for number, line in lines]
    found = [row for row in read if row.tokens]
    if not found:
        raise _wrong("it is empty", where)
    rows = _Rows(where, found)
    if found[0].tokens[0].isalpha() and found[0].tokens[0] in "rcp":
        return check_exchange(_read_smp(rows), where=where)
    heads = 0
    while heads < len(found) and len(found[heads].tokens) == 1 and heads < HEAD_OF_HRC:
        heads += 1
    if heads >= 7 and found[6].tokens[0].lower() in ("true", "false"):
        return check_exchange(_read_hrc(rows), where=where)
    if heads >= 3:
        return check_exchange(_read_hrtc(rows), where=where)
    first = found[0].tokens
    if heads == 0 and all(one.isdigit() for one in first) and len(first) in (2, 3):
        if len(first) == 3 and int(first[2]) > 0:
            return check_exchange(_read_spa(rows), where=where)
        return check_exchange(_read_hr(rows), where=where)
    raise _wrong("its format is none of hr, hrtc, hrc, smp and spa", where)


def _read_hr(rows: _Rows) -> Exchange:
    head = next(rows.take(1, "numbers")).tokens
    residents = list(rows.take(int(head[0]), "residents"))
    hospitals = list(rows.take(int(head[1]), "hospitals"))
    return _market(rows.where, residents, [], hospitals)


def _read_hrtc(rows: _Rows) -> Exchange:
    singles, couples = rows.number("number of singles"), rows.number("number of couples")
    hospitals = rows.number("number of hospitals")
    if singles == 0 and _has_no_couples(rows, couples):
        singles, couples = couples, 0
    single_rows = list(rows.take(singles, "single residents"))
    couple_rows = list(rows.take(couples, "couples"))
    return _market(rows.where, single_rows, couple_rows, list(rows.take(hospitals, "hospitals")))


def _has_no_couples(rows: _Rows, residents: int) -> bool:
    """Tell whether a file whose head is 0, residents, hospitals lists singles, not couples."""
    own = [row.tokens[0] for row in rows.rows[rows.at : rows.at + residents]]
    second = [row.numbers[1] for row in rows.rows[rows.at : rows.at + residents] if row.numbers[1:]]
    return own == [str(one + int(own[0])) for one in range(len(own))] and second != [
        str(int(one) + 1) for one in own
    ]


def _read_hrc(rows: _Rows) -> Exchange:
    residents, hospitals = rows.number("number of residents"), rows.number("number of hospitals")
    couples = rows.number("number of couples")
    list(rows.take(HEAD_OF_HRC - 3, "lines of the head"))
    members = list(rows.take(2 * couples, "members of couples"))
    joint = []
    for first, second in zip(members[::2], members[1::2], strict=True):
        if len(first.numbers) != len(second.numbers):
            raise _wrong(
                "the lists of the two of a couple differ in length",
                f"{rows.where}: line {second.line}",
            )
        pairs = zip(first.numbers[1:], second.numbers[1:], strict=True)
        flat = [one for pair in pairs for one in pair]
        joint.append(_Row(first.line, [first.numbers[0], second.numbers[0], *flat]))
    singles = list(rows.take(residents - 2 * couples, "single residents"))
    return _market(rows.where, singles, joint, list(rows.take(hospitals, "hospitals")))


def _read_smp(rows: _Rows) -> Exchange:
    by_kind: dict[str, list[_Row]] = {"r": [], "c": [], "p": []}
    for row in rows.rows:
        if row.tokens[0] not in by_kind:
            raise _wrong(f"it starts with {row.tokens[0]}", f"{rows.where}: line {row.line}")
        if len(row.tokens) < 2:
            raise _wrong("it names nobody", f"{rows.where}: line {row.line}")
        by_kind[row.tokens[0]].append(_Row(row.line, row.tokens[1:]))
    couples = [_Row(row.line, row.tokens[1:]) for row in by_kind["c"]]
    paired = {one for row in couples for one in row.tokens[:2]}
    singles = [row for row in by_kind["r"] if row.tokens[0] not in paired]
    return _market(rows.where, singles, couples, by_kind["p"])


def _read_spa(rows: _Rows) -> Exchange:
    head = next(rows.take(1, "numbers")).tokens
    students, projects, lecturers = (
        list(rows.take(int(count), what))
        for count, what in zip(head, ("students", "projects", "lecturers"), strict=True)
    )
    ranking = {row.numbers[0]: row for row in lecturers}
    hosts = []
    for row in projects:
        lecturer = ranking.get(row.numbers[2]) if len(row.numbers) > 2 else None
        if lecturer is None or sum(one.numbers[2:3] == row.numbers[2:3] for one in projects) > 1:
            raise _wrong(
                f"project {row.numbers[0]} has no lecturer of its own",
                f"{rows.where}: line {row.line}",
            )
        places = min(int(row.numbers[1]), int(lecturer.numbers[1]))
        hosts.append(_Row(row.line, [row.numbers[0], str(places), *lecturer.tokens[2:]]))
    return _market(rows.where, students, [], hosts)


def _market(
    where: str, singles: list[_Row], couples: list[_Row], hospitals: list[_Row]
) -> Exchange:
    """Put the lines together; names are the numbers of the file."""
    faults = [
        Fault(f"{where}: line {row.line}", "it names too few", "give number, posts and list")
        for rows, least in ((singles, 1), (couples, 2), (hospitals, 2))
        for row in rows
        if len(row.numbers) < least or (least == 2 and not row.tokens[1].isdigit())
    ]
    if faults:
        raise InputError.of(faults)
    names = [row.tokens[0] for row in singles] + [one for row in couples for one in row.tokens[:2]]
    hosts = [row.tokens[0] for row in hospitals]
    for kind, listed in (("resident", names), ("hospital", hosts)):
        if len(set(listed)) < len(listed):
            twice = next(one for one in listed if listed.count(one) > 1)
            raise _wrong(f"{kind} {twice} has two lines", where)
    applicant = {name: place for place, name in enumerate(names)}
    host = {name: place for place, name in enumerate(hosts)}
    nowhere = {NONE: NOWHERE} | ({} if "0" in host else {"0": NOWHERE})
    wishes = [_groups(row, 1, host, where) for row in singles]
    pairs = []
    for position, row in enumerate(couples):
        first = len(singles) + 2 * position
        joint = _pairs(row, host | nowhere, where)
        pairs.append(Couple(first=first, second=first + 1, wishes=joint))
    wishes += [()] * (2 * len(couples))
    return Exchange(
        applicants=tuple(names),
        hosts=tuple(hosts),
        places=tuple(int(row.tokens[1]) for row in hospitals),
        wishes=tuple(wishes),
        rankings=tuple(_groups(row, 2, applicant, where) for row in hospitals),
        couples=tuple(pairs),
    )


def _groups(row: _Row, skip: int, known: dict[str, int], where: str) -> Groups:
    """Read a list with its ties."""
    tokens = row.tokens[skip:]
    if "(" not in tokens and "[" not in tokens:
        return strict(_known(one, known, row, where) for one in tokens)
    groups: list[tuple[int, ...]] = []
    tied: list[int] | None = None
    for token in tokens:
        if token in OPENING:
            tied = []
        elif token in CLOSING:
            if tied:
                groups.append(tuple(tied))
            tied = None
        elif tied is not None:
            tied.append(_known(token, known, row, where))
        else:
            groups.append((_known(token, known, row, where),))
    return tuple(groups)


def _pairs(row: _Row, known: dict[str, int], where: str) -> tuple[tuple[int, int], ...]:
    """Read the pairs of a couple; the first of equal pairs counts, and nothing twice is no wish."""
    numbers = [_known(one, known, row, where) for one in row.numbers[2:]]
    if len(numbers) % 2:
        raise _wrong("the list of the couple has no whole pairs", f"{where}: line {row.line}")
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return tuple(dict.fromkeys(pair for pair in pairs if pair != (NOWHERE, NOWHERE)))


def _known(token: str, known: dict[str, int], row: _Row, where: str) -> int:
    if token not in known:
        raise _wrong(f"it names {token}, who has no line", f"{where}: line {row.line}")
    return known[token]


def _wrong(what: str, where: str) -> InputError:
    return InputError(what, where=where, mend="give an instance of a known format")
