"""Where contexts come from: inside of the package, kept, hosted here, or fetched if allowed."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import ipaddress
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson

from bunyad.operate.broker.problems import no_context
from bunyad.operate.reach import ForbiddenError, Reach
from bunyad.operate.records.times import now_us

CORE_URL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"
CORE_FORM = re.compile(
    r"https?://uri\.etsi\.org/ngsi-ld/(?:v1/)?ngsi-ld-core-context(?:-v\d+\.\d+(?:\.\d+)?)?\.jsonld"
)
LARGEST_DOCUMENT = 1_000_000  # bytes
LONGEST_WAIT_S = 5.0
MOST_REDIRECTS = 3
MOST_HELD = 10_000  # documents


def is_core(address: str) -> bool:
    """Tell whether an address is one of the core context's, of any version."""
    return CORE_FORM.fullmatch(address) is not None


@dataclass(slots=True)
class Held:
    """A context document that is kept, and how it was used."""

    address: str
    document: dict[str, Any]
    stored_us: int
    used_us: int = 0
    hits: int = 0


class Documents:
    """
    The context documents that the broker knows.

    Parameters
    ----------
    folder
        Where fetched documents are kept by the hash of their address; None keeps none.
    fetches
        Whether documents may be fetched from anywhere; from this machine they always may.
    reach
        Whom the broker may call.
    """

    def __init__(
        self, folder: Path | None = None, *, fetches: bool = False, reach: Reach | None = None
    ) -> None:
        self.folder = folder
        self.fetches = fetches
        self._opener = _opener(reach or Reach())
        self.held: dict[str, Held] = {}
        self.hosted: Callable[[str], dict[str, Any] | None] = lambda _address: None
        self._fetching: dict[str, asyncio.Task[dict[str, Any]]] = {}
        self.built_in: dict[str, Callable[[], dict[str, Any]]] = {}
        self.core = _core()

    async def document(self, address: str) -> dict[str, Any]:
        """
        Return the document at an address.

        Parameters
        ----------
        address
            Where the context says it is.

        Returns
        -------
        dict
            The document; its context stands under `@context`.

        Raises
        ------
        Problem
            `LdContextNotAvailable` if it cannot be had.
        """
        if is_core(address):
            return self.core
        if address in self.built_in:
            return self.built_in[address]()
        hosted = self.hosted(address)
        if hosted is not None:
            return hosted
        held = self.held.get(address) or self._kept(address)
        if held is None:
            if len(self.held) >= MOST_HELD:  # else a client could fill the disk with one address's
                raise no_context(f"{MOST_HELD} contexts are kept already; delete some")
            document = await self._fetch_once(address)
            held = self.held[address] = Held(address, document, now_us())
            self._keep(held)
        held.hits += 1
        held.used_us = now_us()
        return held.document

    def keep(self, address: str, document: dict[str, Any]) -> None:
        """Keep a document in the folder, under an address that is not asked then."""
        self._keep(Held(address, document, now_us()))

    def forget(self, address: str) -> bool:
        """Drop what is kept of an address; tell whether there was anything."""
        known = self.held.pop(address, None) is not None
        if self.folder is not None:
            path = self._path(address)
            known = known or path.exists()
            path.unlink(missing_ok=True)
        return known

    async def reload(self, address: str) -> None:
        """Fetch a document again; what was kept stays where it cannot be had."""
        document = await self._fetch_once(address)
        held = self.held.get(address)
        if held is None:
            held = self.held[address] = Held(address, document, now_us())
        held.document, held.stored_us = document, now_us()
        self._keep(held)

    def _kept(self, address: str) -> Held | None:
        if self.folder is None or not (path := self._path(address)).exists():
            return None
        document = orjson.loads(path.read_bytes())["document"]
        held = self.held[address] = Held(address, document, now_us())
        return held

    def _keep(self, held: Held) -> None:
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(held.address)
        part = path.with_suffix(".part")
        part.write_bytes(orjson.dumps({"address": held.address, "document": held.document}))
        part.replace(path)

    def _path(self, address: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{hashlib.sha256(address.encode()).hexdigest()}.json"

    async def _fetch_once(self, address: str) -> dict[str, Any]:
        task = self._fetching.get(address)
        if task is None:
            task = self._fetching[address] = asyncio.create_task(self._fetch(address))
            task.add_done_callback(lambda _done: self._fetching.pop(address, None))
        return await asyncio.shield(task)

    async def _fetch(self, address: str) -> dict[str, Any]:
        for _turn in range(MOST_REDIRECTS + 1):
            if not (self.fetches or is_loopback(address)):
                raise no_context(
                    f"{address} is not known here, and nothing is fetched unless the operator "
                    "allows it (--fetch-contexts)"
                )
            try:
                answer = await asyncio.to_thread(_get, self._opener, address)
            except (OSError, ValueError, http.client.HTTPException, ForbiddenError) as error:
                raise no_context(f"{address} cannot be fetched: {error}") from None
            if isinstance(answer, bytes):
                return parse_context(address, answer)
            address = answer
        raise no_context(f"{address} is moved again and again")


def is_loopback(address: str) -> bool:
    """
    Tell whether an address is on this machine.

    Examples
    --------
    >>> is_loopback("http://127.0.0.1:8087/context.jsonld"), is_loopback("https://example.org/")
    (True, False)
    """
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _opener(reach: Reach) -> urllib.request.OpenerDirector:
    """Return what fetches from those who may be called only."""

    class Plain(http.client.HTTPConnection):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._create_connection = reach.connect

    class Sealed(http.client.HTTPSConnection):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._create_connection = reach.connect

    class Http(urllib.request.HTTPHandler):
        def http_open(self, request: urllib.request.Request) -> Any:
            return self.do_open(Plain, request)

    class Https(urllib.request.HTTPSHandler):
        def https_open(self, request: urllib.request.Request) -> Any:
            return self.do_open(Sealed, request)

    return urllib.request.build_opener(_NoRedirects, Http, Https)


def _get(opener: urllib.request.OpenerDirector, address: str) -> bytes | str:
    """Return what stands at an address, or where it has moved to."""
    if not address.startswith(("http://", "https://")):
        raise ValueError("only http and https are fetched")
    request = urllib.request.Request(  # noqa: S310  (the scheme is checked above)
        address, headers={"Accept": "application/ld+json, application/json"}
    )
    try:
        with opener.open(request, timeout=LONGEST_WAIT_S) as answer:
            content: bytes = answer.read(LARGEST_DOCUMENT + 1)
    except urllib.error.HTTPError as error:
        error.close()
        moved = error.headers.get("Location")
        if error.code in {301, 302, 303, 307, 308} and moved:
            return urljoin(address, moved)
        raise
    if len(content) > LARGEST_DOCUMENT:
        raise ValueError(f"it is larger than {LARGEST_DOCUMENT} bytes")
    return content


def parse_context(address: str, content: bytes) -> dict[str, Any]:
    """
    Read a context document.

    Parameters
    ----------
    address
        Where it comes from, for what is said of a fault.
    content
        JSON with a member `@context`.

    Raises
    ------
    Problem
        `LdContextNotAvailable` if it is none.
    """
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise no_context(f"{address} is no JSON: {error}") from None
    if not isinstance(document, dict) or "@context" not in document:
        raise no_context(f"{address} has no @context")
    return document


def _core() -> dict[str, Any]:
    """Return the core context of CIM 009 V1.9.1, annex B, which also answers for older ones."""
    path = resources.files(__package__) / "vocabulary" / "core.json"
    document: dict[str, Any] = orjson.loads(path.read_bytes())
    return document
