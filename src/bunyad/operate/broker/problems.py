"""
Errors as the standard has them (ETSI GS CIM 009, 5.5.2 and 6.3.2; RFC 7807).

Problem
├─ bad_request           400 BadRequestData: the data does not follow the data model
├─ invalid_request       400 InvalidRequest: the request is not what the operation takes
├─ too_complex           403 TooComplexQuery
├─ too_many_results      403 TooManyResults
├─ not_found             404 ResourceNotFound
├─ no_tenant             404 NonexistentTenant
├─ already_exists        409 AlreadyExists
├─ conflict              409 Conflict
├─ not_supported         422 OperationNotSupported
└─ no_context            503 LdContextNotAvailable
"""

from __future__ import annotations

from typing import Any

import orjson

ERRORS = "https://uri.etsi.org/ngsi-ld/errors/"


class Problem(Exception):  # noqa: N818  (the standard's word)
    """
    What the broker answers where it cannot do what was asked.

    Parameters
    ----------
    status
        HTTP status.
    kind
        The standard's name of the error; None for an error that HTTP alone describes.
    title
        One line that is the same for all of the kind.
    detail
        What is wrong here, with the offending value.
    """

    def __init__(
        self, status: int, kind: str | None, title: str, detail: str = "",
        headers: tuple[tuple[str, str], ...] = (), **more: Any,
    ) -> None:  # fmt: skip
        self.status = status
        self.type = "about:blank" if kind is None else ERRORS + kind
        self.title = title
        self.detail = detail
        self.headers = headers
        self.more = more
        super().__init__(f"{title}: {detail}")

    def document(self) -> dict[str, Any]:
        """Return the problem's members."""
        return {
            "type": self.type, "title": self.title, "detail": self.detail or f"{self.title}.",
            "status": self.status, **self.more,
        }  # fmt: skip

    def body(self) -> bytes:
        """Return the problem as JSON."""
        return orjson.dumps(self.document())


def bad_request(detail: str) -> Problem:
    """Return the problem of data that does not follow the data model."""
    return Problem(400, "BadRequestData", "The data is not as the data model has it", detail)


def invalid_request(detail: str) -> Problem:
    """Return the problem of a request that is not what the operation takes."""
    return Problem(400, "InvalidRequest", "The request is not what the operation takes", detail)


def too_complex(detail: str) -> Problem:
    """Return the problem of a query that costs too much."""
    return Problem(403, "TooComplexQuery", "The query is too complex", detail)


def too_many_results(detail: str) -> Problem:
    """Return the problem of a query that asks for too much."""
    return Problem(403, "TooManyResults", "The query has too many results", detail)


def not_found(detail: str) -> Problem:
    """Return the problem of a resource that is not there."""
    return Problem(404, "ResourceNotFound", "The resource is not there", detail)


def no_tenant(name: str) -> Problem:
    """Return the problem of a tenant that is not there."""
    return Problem(404, "NonexistentTenant", "The tenant is not there", name)


def already_exists(detail: str) -> Problem:
    """Return the problem of a resource that is there already."""
    return Problem(409, "AlreadyExists", "The resource is there already", detail)


def conflict(detail: str) -> Problem:
    """Return the problem of a request against what is there."""
    return Problem(409, "Conflict", "The request is against what is there", detail)


def not_supported(detail: str) -> Problem:
    """Return the problem of an operation that the broker does not have."""
    return Problem(422, "OperationNotSupported", "The operation is not supported", detail)


def no_context(detail: str) -> Problem:
    """Return the problem of a JSON-LD context that cannot be had."""
    return Problem(503, "LdContextNotAvailable", "A JSON-LD context is not available", detail)
