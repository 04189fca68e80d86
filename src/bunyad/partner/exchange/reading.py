"""An exchange as people write it: YAML or JSON, with names in place of positions."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from bunyad.errors import Fault, InputError
from bunyad.partner.exchange.market import (
    NOWHERE,
    Couple,
    Exchange,
    Groups,
    Quota,
    check_exchange,
)
from bunyad.written import Written, check_written

Listed = list[str | list[str]]
"""Names, best first; those in an inner list are tied."""


class HostBody(Written):
    """Who takes in: a startup hub, a laboratory, a school."""

    id: str = Field(min_length=1, max_length=80, title="Name that the lists use")
    name: str = Field(default="", max_length=200, title="Name that people read")
    places: int = Field(ge=0, le=100_000, title="How many it takes at most")
    ranking: Listed = Field(default_factory=list, title="Applicants it would take, best first")


class ApplicantBody(Written):
    """Who wishes for a place: a founder, a pupil, a student."""

    id: str = Field(min_length=1, max_length=80, title="Name that the lists use")
    name: str = Field(default="", max_length=200, title="Name that people read")
    country: str = Field(default="", max_length=2, title="ISO 3166 code")
    field: str = Field(default="", max_length=80, title="Field of work or study")
    organisation: str = Field(default="", max_length=80, title="Account that acts for them")
    wishes: Listed = Field(default_factory=list, title="Hosts, best first")


class CoupleBody(Written):
    """Two who go together, such as co-founders."""

    members: tuple[str, str] = Field(title="Who they are")
    wishes: list[tuple[str, str]] = Field(title="Pairs of hosts, best first; - is no place")


class QuotaBody(Written):
    """A least and a most of some applicants at some hosts."""

    title: str = Field(min_length=1, max_length=200)
    country: str = Field(default="", max_length=2, title="Only those of this country")
    field: str = Field(default="", max_length=80, title="Only those of this field")
    hosts: list[str] = Field(default_factory=list, title="At these hosts together; none: all")
    least: int = Field(default=0, ge=0)
    most: int | None = Field(default=None, ge=0)


class LimitBody(Written):
    """How many of one country or one field each host takes at most."""

    by: Literal["country", "field"]
    most: int = Field(ge=0)


class ExchangeBody(Written):
    """A whole exchange."""

    id: str = Field(default="", max_length=64)
    title: str = Field(min_length=1, max_length=200)
    hosts: list[HostBody] = Field(min_length=1, max_length=10_000)
    applicants: list[ApplicantBody] = Field(min_length=1, max_length=100_000)
    couples: list[CoupleBody] = Field(default_factory=list, max_length=10_000)
    quotas: list[QuotaBody] = Field(default_factory=list, max_length=1_000)
    limit: LimitBody | None = None


def read_exchange(written: Any, *, where: str = "exchange") -> Exchange:
    """
    Read an exchange from the values of a YAML or JSON document.

    Parameters
    ----------
    written
        A dict as `ExchangeBody` describes it, or an `ExchangeBody`.
    where
        Name of the file, for errors.

    Returns
    -------
    Exchange
        The market; names of hosts and applicants are their ids.

    Raises
    ------
    InputError
        With every fault.

    Examples
    --------
    >>> read_exchange({"title": "Autumn", "hosts": [{"id": "hub", "places": 1, "ranking": ["ay"]}],
    ...                "applicants": [{"id": "ay", "wishes": ["hub"]}]}).places
    (1,)
    """
    body = check_written(ExchangeBody, written, where=where)
    hosts, applicants = [one.id for one in body.hosts], [one.id for one in body.applicants]
    names = _Names(where, hosts, applicants)
    wishes = tuple(
        names.groups(one.wishes, names.host, f"wishes of {one.id}") for one in body.applicants
    )
    rankings = tuple(
        names.groups(one.ranking, names.applicant, f"ranking of {one.id}") for one in body.hosts
    )
    couples = tuple(
        Couple(
            first=names.find(one.members[0], names.applicant, "couples"),
            second=names.find(one.members[1], names.applicant, "couples"),
            wishes=tuple(names.pair(pair) for pair in one.wishes),
        )
        for one in body.couples
    )
    quotas = tuple(_quota(one, body, names) for one in body.quotas)
    if names.faults:
        raise InputError.of(names.faults)
    kinds, limits = _limits(body)
    return check_exchange(
        Exchange(
            applicants=tuple(applicants),
            hosts=tuple(hosts),
            places=tuple(one.places for one in body.hosts),
            wishes=wishes,
            rankings=rankings,
            couples=couples,
            quotas=quotas,
            kinds=kinds,
            most_of_kind=limits,
        ),
        where=where,
    )


class _Names:
    """Turns names into positions and gathers what is unknown."""

    def __init__(self, where: str, hosts: list[str], applicants: list[str]) -> None:
        self.where = where
        self.host = {name: place for place, name in enumerate(hosts)}
        self.applicant = {name: place for place, name in enumerate(applicants)}
        self.faults: list[Fault] = []
        for kind, listed in (("hosts", hosts), ("applicants", applicants)):
            twice = {one for one in listed if listed.count(one) > 1} if _repeats(listed) else set()
            self.faults += [
                Fault(f"{where}: {kind}", f"{one} stands there twice", "rename one")
                for one in sorted(twice)
            ]

    def find(self, name: str, known: dict[str, int], field: str) -> int:
        if name not in known:
            self.faults.append(
                Fault(f"{self.where}: {field}", f"{name} is unknown", "correct the name")
            )
        return known.get(name, 0)

    def groups(self, listed: Listed, known: dict[str, int], field: str) -> Groups:
        return tuple(
            tuple(
                self.find(name, known, field) for name in (one if isinstance(one, list) else [one])
            )
            for one in listed
        )

    def pair(self, pair: tuple[str, str]) -> tuple[int, int]:
        first, second = (
            NOWHERE if name == "-" else self.find(name, self.host, "couples") for name in pair
        )
        return first, second


def _repeats(listed: list[str]) -> bool:
    return len(set(listed)) < len(listed)


def _quota(quota: QuotaBody, body: ExchangeBody, names: _Names) -> Quota:
    concerned = frozenset(
        place
        for place, one in enumerate(body.applicants)
        if quota.country in ("", one.country) and quota.field in ("", one.field)
    )
    hosts = [names.find(one, names.host, f"quota {quota.title}") for one in quota.hosts]
    return Quota(
        title=quota.title,
        applicants=concerned,
        hosts=frozenset(hosts or range(len(body.hosts))),
        least=quota.least,
        most=quota.most,
    )


def _limits(body: ExchangeBody) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    if body.limit is None:
        return (), ()
    values = [getattr(one, body.limit.by) for one in body.applicants]
    known = {value: place for place, value in enumerate(dict.fromkeys(values))}
    return (
        tuple(known[value] for value in values),
        tuple((body.limit.most,) * len(known) for _ in body.hosts),
    )
