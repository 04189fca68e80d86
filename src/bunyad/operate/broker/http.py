"""One request and its answer, and the table of what answers which."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunyad.operate.broker.app import Broker
    from bunyad.operate.broker.contexts import Context
    from bunyad.operate.records import Tenant

JSON, JSON_LD = "application/json", "application/ld+json"
GEO_JSON, MERGE_PATCH = "application/geo+json", "application/merge-patch+json"


@dataclass(slots=True)
class Reply:
    """An answer: status, body (JSON bytes, or empty) and headers beside its type and length."""

    status: int
    body: bytes = b""
    media: str = JSON
    headers: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EntityMap:
    """
    Where the entities of a sequence of requests are (4.5.25).

    Attributes
    ----------
    key
        Its identifier.
    where
        Identifier of an entity to those of the registrations of sources that have it; `@none`
        stands for the broker itself.
    linked
        Identifier of a registration to that of the map that its source made.
    """

    key: str
    where: dict[str, list[str]]
    linked: dict[str, str]

    @property
    def sources(self) -> frozenset[str]:
        """Return the registrations of all sources that have something."""
        return frozenset(self.linked).union(*self.where.values())


@dataclass(slots=True)
class Call:
    """
    A request, read as far as every operation needs it.

    Attributes
    ----------
    parts
        What the path's `{names}` stand for, decoded.
    params
        Parameters of the query; one given twice keeps its last value.
    headers
        Headers by lower-case name.
    content
        The body's bytes.
    mapped
        Entities to which the request is bound, if it names a map of them.
    warnings
        What went wrong with other sources, as the header NGSILD-Warning tells it (6.3.17).
    may_delete
        Whether whoever asks may take something away that is there.
    """

    broker: Broker
    method: str
    path: str
    parts: dict[str, str]
    params: dict[str, str]
    headers: dict[str, str]
    content: bytes
    base: str
    mapped: EntityMap | None = None
    warnings: list[str] = field(default_factory=list)
    may_delete: bool = True

    def tenant(self, *, create: bool = False) -> Tenant:
        """Return the records of the tenant that the request names."""
        return self.broker.tenant(self.headers.get("ngsild-tenant", ""), create=create)

    async def linked_context(self) -> Context:
        """Return the context of the Link header, the core one where there is none."""
        return await self.broker.contexts.linked(self.headers.get("link"))


Handler = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """
    A method and a path such as `/entities/{id}/attrs/{attribute}`, and who answers.

    Attributes
    ----------
    params
        Parameters that the operation knows; any other is an InvalidRequest. None allows all.
    """

    method: str
    path: str
    handler: Handler
    params: frozenset[str] | None = None


class Router:
    """Finds who answers a path, part by part."""

    def __init__(self, routes: Iterable[Route] = ()) -> None:
        self._root: dict[str, Any] = {}
        for route in routes:
            self.add(route)

    def add(self, route: Route) -> None:
        """Take a route in."""
        node = self._root
        names = []
        for part in route.path.strip("/").split("/"):
            if part.startswith("{"):
                names.append(part[1:-1])
                part = "{}"  # noqa: PLW2901  (the name is kept beside)
            node = node.setdefault(part, {})
        node.setdefault("", {})[route.method] = (route, tuple(names))

    def find(self, parts: list[str]) -> tuple[dict[str, Any], list[str]] | None:
        """Return the methods of a path with the values of its names, or None."""
        return self._find(self._root, parts, 0, [])

    def _find(
        self, node: dict[str, Any], parts: list[str], at: int, values: list[str]
    ) -> tuple[dict[str, Any], list[str]] | None:
        if at == len(parts):
            methods = node.get("")
            return None if methods is None else (methods, values)
        part = parts[at]
        if part and part in node:
            found = self._find(node[part], parts, at + 1, values)
            if found is not None:
                return found
        if "{}" in node:
            return self._find(node["{}"], parts, at + 1, [*values, part])
        return None
