"""Entries that are likely the same organisation, with the reasons."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from bunyad.partner.organisations.directory import Directory
from bunyad.partner.organisations.folding import bare_name
from bunyad.partner.organisations.model import Organisation

LARGEST_BLOCK = 200
"""Entries that share a word; words that more share tell nothing."""
NAMES_ALIKE = 88.0
"""Least likeness of two names, of 100, at which they alone make twins."""
NAMES_NEAR = 50.0
"""Least likeness of two names, of 100, at which another sign is needed too."""
SHARED = 3
"""Entries of one domain of mail at most; more than these share a provider, not an organisation."""
FREE_MAIL = ("gmail.com", "mail.ru", "yahoo.com", "outlook.com", "hotmail.com", "yandex.ru")
FIRST_LETTERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """Two entries, how sure it is that they are one [0 to 1], and why."""

    one: str
    other: str
    likeness: float
    reasons: tuple[str, ...]
    """Of `name`, `website`, `mail`, `country`."""


def find_twins(directory: Directory) -> tuple[Twins, ...]:
    """
    Find entries that are likely the same organisation; a person decides whether to merge them.

    Names are compared in small Latin letters without legal forms, by the share of letters of the
    words they do and do not have in common (rapidfuzz, `token_sort_ratio`). Two entries are told
    where the names are nearly the same in one country, or are near and the website or the domain
    of the mail is the same too.

    Parameters
    ----------
    directory
        Whom to compare with one another.

    Returns
    -------
    tuple of Twins
        Surest first.
    """
    entries = directory.organisations
    names = [bare_name(one.name) for one in entries]
    sites = [_site(one) for one in entries]
    mails = _mail_domains(directory)
    found = []
    for i, j in _pairs(names, sites, [mails.get(one.id, "") for one in entries]):
        one, other = entries[i], entries[j]
        likeness = fuzz.token_sort_ratio(names[i], names[j])
        signs = [
            name
            for name, is_so in (
                ("website", sites[i] and sites[i] == sites[j]),
                ("mail", mails.get(one.id) and mails.get(one.id) == mails.get(other.id)),
                ("country", one.country == other.country),
            )
            if is_so
        ]
        strong = [sign for sign in signs if sign != "country"]
        if (likeness >= NAMES_ALIKE and signs) or (likeness >= NAMES_NEAR and strong):
            found.append(Twins(one=one.id, other=other.id, reasons=("name", *signs),
                               likeness=_sure(likeness, len(signs))))  # fmt: skip
    return tuple(sorted(found, key=lambda pair: (-pair.likeness, pair.one, pair.other)))


def _sure(likeness: float, signs: int) -> float:
    """Return how sure it is, for ordering: the names' likeness, each sign halving the doubt."""
    return round(1 - (1 - likeness / 100) * 0.5**signs, 4)


def _pairs(*keys: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the pairs that share a word of the name, its beginning, the site or the domain."""
    blocks: dict[str, list[int]] = defaultdict(list)
    names, *others = keys
    for index, name in enumerate(names):
        for word in {*name.split(), name[:FIRST_LETTERS] + "…"}:
            blocks[word].append(index)
    for number, values in enumerate(others):
        for index, value in enumerate(values):
            if value:
                blocks[f"{number} {value}"].append(index)
    seen: set[tuple[int, int]] = set()
    for block in blocks.values():
        if len(block) > LARGEST_BLOCK:
            continue
        for pair in combinations(sorted(set(block)), 2):
            if pair not in seen:
                seen.add(pair)
                yield pair


def _site(one: Organisation) -> str:
    return (urlsplit(one.website).hostname or "").removeprefix("www.")


def _mail_domains(directory: Directory) -> dict[str, str]:
    """Return the domain of an organisation's mail, where it is its own."""
    found = {}
    for one in directory.contacts:
        domain = one.email.rpartition("@")[2].lower()
        if domain not in FREE_MAIL:
            found[one.organisation] = domain
    shared = Counter(found.values())
    return {one: domain for one, domain in found.items() if shared[domain] <= SHARED}
