"""Lists told page by page (CIM 009, 5.5.9 and 6.3.10)."""

from __future__ import annotations

from dataclasses import dataclass

from bunyad.operate.broker.consuming import add_pages
from bunyad.operate.broker.http import Call, Reply
from bunyad.operate.broker.params import (
    DEFAULT_LIMIT,
    LARGEST_LIMIT,
    LARGEST_OFFSET,
    number,
    options_of,
    truth,
)
from bunyad.operate.broker.problems import bad_request, too_many_results


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted, and whether its whole length is."""

    limit: int
    offset: int
    count: bool


def page_of(call: Call) -> Page:
    """
    Return the page that a request asks for.

    Raises
    ------
    Problem
        If `limit`, `offset` or `count` are none, or nothing at all is asked for.
    """
    count = truth(call, "count") or "count" in options_of(call)
    limit = number(call, "limit", DEFAULT_LIMIT, most=10**9)
    if limit > LARGEST_LIMIT:
        raise too_many_results(f"limit is {limit}; one answer has at most {LARGEST_LIMIT}")
    if limit == 0 and not count:
        raise bad_request("limit is 0, which only a count may have")
    return Page(limit, number(call, "offset", 0, most=LARGEST_OFFSET), count)


def paged(call: Call, reply: Reply, page: Page, total: int) -> Reply:
    """Add to a reply how long the list is, and where the pages beside it are."""
    if page.count:
        reply.headers.append(("NGSILD-Results-Count", str(total)))
    add_pages(call, reply, page.limit, page.offset, more=page.offset + page.limit < total)
    return reply
