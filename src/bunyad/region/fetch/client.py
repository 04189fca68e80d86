"""Asking politely: one request at a time, pauses, retries, resumed and cached answers."""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from bunyad.errors import SourceError
from bunyad.region.fetch.cache import Cache, write_whole
from bunyad.region.fetch.constants import Service, constants
from bunyad.region.fetch.transport import ByteRange, Response, Transport, TransportError
from bunyad.region.folder import file_hash

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
"""Answers that may be better after a while (RFC 9110, RFC 6585; 529 is PVGIS's overload)."""

SECRET = re.compile(r"(?i)\b([\w-]*(?:key|token|secret|signature|password|appid)[\w-]*)=[^&#]*")
STARTS = {
    "tiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    "zip": (b"PK\x03\x04",),
    "json": (b"{", b"["),
    "parquet": (b"PAR1",),
}
"""First bytes of each kind of file."""
SHOWN = 300
"""Characters of a service's own words that a message shows."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What is asked for and what the answer must be."""

    service: Service
    url: str
    kind: str = ""
    """One of `STARTS`, or empty where any content will do."""
    headers: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()
    """Statuses that mean that there is no such thing, which is no fault."""
    sha256: str = ""
    byte_range: tuple[int, int] | None = None

    @property
    def key(self) -> str:
        """What tells this request from others."""
        part = "" if self.byte_range is None else f" {self.byte_range[0]}-{self.byte_range[1]}"
        return self.url + part


class _Passing(Exception):  # noqa: N818  (never leaves this module)
    """A fault that may pass; with the seconds that the service asks to wait, if it does."""

    def __init__(self, what: str, wait_s: float | None = None) -> None:
        super().__init__(what)
        self.wait_s = wait_s


@dataclass(kw_only=True)
class Client:
    """
    Asks services through a transport, and keeps what they answer.

    `sleep`, `now` and `today` are handed in so that tests need no waiting.
    """

    transport: Transport
    cache: Cache
    refresh: bool = False
    """Whether to ask again for what the cache has."""
    say: Callable[[str], None] = lambda _text: None
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    today: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    _last: dict[str, float] = field(default_factory=dict)
    _fresh: set[str] = field(default_factory=set)

    def fetch(self, want: Want) -> Path | None:
        """
        Return the file that a service answers; None where it says that there is none.

        Raises
        ------
        SourceError
            Naming the service, the URL without secrets, what it answered and what to do.
        """
        if not self.refresh or want.key in self._fresh:
            known = self.cache.find(want.key)
            if known is not None and (not want.sha256 or known.name == want.sha256):
                return known
        return self._insist(want, lambda: self._ask(want))

    def size(self, want: Want) -> int:
        """Return the length of a file that is served in parts [bytes]."""
        return self._insist(want, lambda: self._ask_size(want))

    def _insist(self, want: Want, ask: Callable[[], Answer]) -> Answer:
        """Ask until there is an answer, a lasting fault, or no patience."""
        tries = int(constants()["tries"])
        for attempt in range(1, tries + 1):
            try:
                return ask()
            except _Passing as fault:
                if attempt == tries:
                    raise source_error(
                        want, f"{fault} ({tries} tries)", "try again later; what is there is kept"
                    ) from None
                self._wait(want, fault, attempt)
        raise AssertionError("the loop returns or raises")

    def need(self, want: Want) -> Path:
        """Return the file that a service answers, where there must be one."""
        path = self.fetch(want)
        if path is None:
            raise source_error(want, "there is no such file", "check the box and the layer")
        return path

    def json(self, want: Want) -> Any:
        """Return the JSON that a service answers."""
        path = self.need(want)
        try:
            return json.loads(path.read_text("utf-8"))
        except ValueError as error:
            self.cache.forget(want.key)
            raise source_error(
                want, f"the answer is no JSON ({error})", "try again; the service may be disturbed"
            ) from None

    def _wait(self, want: Want, fault: _Passing, attempt: int) -> None:
        """Wait before the next try: as long as the service asks, or longer each time."""
        longest = constants()["longest_wait_s"]
        if fault.wait_s is not None and fault.wait_s > longest:
            raise source_error(
                want,
                f"{fault}; it asks to wait {fault.wait_s:.0f} s",
                "come back after that; what has been fetched is kept",
            )
        wait = min(constants()["first_wait_s"] * 2 ** (attempt - 1), longest)
        wait = max(wait, fault.wait_s or 0)
        self.say(f"{want.service.name}: {fault}; trying again in {wait:.0f} s")
        self.sleep(wait)

    def _ask(self, want: Want) -> Path | None:
        """Ask once; go on where an earlier answer broke off."""
        part = self.cache.part(want.key)
        mark = part.with_suffix(".json")
        have = part.stat().st_size if part.is_file() and mark.is_file() else 0
        headers = dict(want.headers)
        wanted: ByteRange | None = want.byte_range
        if have and wanted is None:
            wanted = (have, None)
            headers["If-Range"] = str(json.loads(mark.read_text("utf-8"))["validator"])
        else:
            have = 0
        answer = self._send(want, headers, wanted)
        if answer.status in want.absent:
            self._close(answer)
            return None
        if answer.status == 416:
            self.cache.forget(want.key)
            raise _Passing("the rest of the file was refused (status 416)")
        self._check_status(want, answer)
        if have and not _goes_on(answer, have):
            have = 0
        if want.byte_range is not None and answer.status != 206:
            self._close(answer)
            raise source_error(
                want, "it does not serve parts of a file", "try again later or another source"
            )
        expected = _length(answer)
        self._save(answer, part, append_at=have)
        size = part.stat().st_size
        if expected is not None and size < have + expected:
            raise _Passing(f"the file broke off at {size:,} of {have + expected:,} bytes")
        mark.unlink(missing_ok=True)
        self._check_content(want, answer, part)
        kept = self.cache.keep(want.key, part, shown_url=public_url(want.url))
        self._fresh.add(want.key)
        return kept

    def _ask_size(self, want: Want) -> int:
        """Ask for the first byte: the answer tells the length of the whole."""
        answer = self._send(want, dict(want.headers), (0, 0))
        self._check_status(want, answer)
        total = answer.headers.get("content-range", "").rpartition("/")[2]
        self._close(answer)
        if answer.status != 206 or not total.isdigit():
            raise source_error(
                want, "it does not serve parts of a file", "try again later or another source"
            )
        return int(total)

    def _send(
        self, want: Want, headers: Mapping[str, str], byte_range: ByteRange | None
    ) -> Response:
        """Send a request, not sooner after the last one than the service likes."""
        last = self._last.get(want.service.name)
        if last is not None:
            rest = want.service.pause_s - (self.now() - last)
            if rest > 0:
                self.sleep(rest)
        self._last[want.service.name] = self.now()
        try:
            return self.transport.get(want.url, headers, byte_range)
        except TransportError as error:
            raise _Passing(f"no answer ({_clean(str(error))})") from None

    def _check_status(self, want: Want, answer: Response) -> None:
        """Tell passing faults from lasting ones."""
        if answer.status in (200, 206):
            return
        words = _own_words(answer)
        what = f"status {answer.status}" + (f": {words}" if words else "")
        if answer.status in PASSING:
            raise _Passing(what, self._retry_after(answer))
        mend = {
            401: "give a valid key; see docs/how-to/fetch-real-data.md",
            403: "accept the service's terms or give a valid key",
            404: "check the box, the year and the country; the service may have moved",
        }.get(answer.status, "check the box and the year; the service tells what it misses")
        raise source_error(want, what, mend)

    def _retry_after(self, answer: Response) -> float | None:
        """Return how long the service asks to wait [s] (RFC 9110, 10.2.3)."""
        text = answer.headers.get("retry-after", "").strip()
        if not text:
            return None
        if text.isdigit():
            return float(text)
        try:
            moment = email.utils.parsedate_to_datetime(text)
        except ValueError:
            return None
        return max(0.0, (moment - self.today()).total_seconds())

    def _save(self, answer: Response, part: Path, *, append_at: int) -> None:
        """Write the body to the unfinished file; what came before a break is kept."""
        validator = answer.headers.get("etag") or answer.headers.get("last-modified")
        mark = part.with_suffix(".json")
        if validator and not validator.startswith("W/") and answer.status in (200, 206):
            write_whole(mark, json.dumps({"validator": validator}).encode())
        else:
            mark.unlink(missing_ok=True)
        with part.open("ab" if append_at else "wb") as file:
            if append_at:
                file.truncate(append_at)
            try:
                for chunk in answer.chunks:
                    file.write(chunk)
            except TransportError as error:
                raise _Passing(f"the line broke ({_clean(str(error))})") from None

    def _check_content(self, want: Want, answer: Response, part: Path) -> None:
        """Refuse an answer that is not what was asked for."""
        with part.open("rb") as file:
            start = file.read(1024)
        looks_like_page = start.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html"))
        kinds = STARTS.get(want.kind, ())
        begins = start.lstrip() if want.kind == "json" else start
        fault = ""
        if looks_like_page or (kinds and "html" in answer.headers.get("content-type", "")):
            fault = "it answered a web page"
        elif kinds and want.byte_range is None and not begins.startswith(kinds):
            fault = f"the answer is no {want.kind} file" if start else "the answer is empty"
        elif want.sha256 and file_hash(part) != want.sha256:
            fault = f"the file's SHA-256 is {file_hash(part)[:12]}…, not {want.sha256[:12]}…"
        if fault:
            words = _clean(re.sub(rb"<[^>]*>", b" ", start).decode("utf-8", "replace"))
            part.unlink()
            said = f": {words[:SHOWN]}" if words and "SHA" not in fault else ""
            raise source_error(want, fault + said, "try again later or choose another source")

    @staticmethod
    def _close(answer: Response) -> None:
        """Give the connection back."""
        close = getattr(answer.chunks, "close", None)
        if close is not None:
            close()


def source_error(want: Want, what: str, mend: str) -> SourceError:
    """Return the error that names service, URL without secrets, fault and what to do."""
    return SourceError(what, where=f"{want.service.name} ({public_url(want.url)})", mend=mend)


def public_url(url: str) -> str:
    """
    Return a URL without the secrets in it.

    Examples
    --------
    >>> public_url("https://me:secret@example.org/a?apikey=abc&lat=1")
    'https://example.org/a?apikey=…&lat=1'
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, SECRET.sub(r"\1=…", parts.query), ""))


def _goes_on(answer: Response, have: int) -> bool:
    """Tell whether an answer continues after the bytes that are there."""
    return answer.status == 206 and answer.headers.get("content-range", "").startswith(
        f"bytes {have}-"
    )


def _length(answer: Response) -> int | None:
    """Return the length of the body that the service announces [bytes]."""
    text = answer.headers.get("content-length", "")
    return int(text) if text.isdigit() else None


def _own_words(answer: Response) -> str:
    """Return what the service says of its refusal: the message of a JSON answer, or its text."""
    try:
        body = answer.read()
    except TransportError:
        return ""
    try:
        content = json.loads(body)
    except ValueError:
        return _clean(re.sub(rb"<[^>]*>", b" ", body[:4096]).decode("utf-8", "replace"))
    if isinstance(content, dict):
        for name in ("message", "reason", "detail", "error", "title"):
            if isinstance(content.get(name), str):
                return _clean(str(content[name]))
    return _clean(str(content))


def _clean(text: str) -> str:
    """Return a text on one line, without secrets and not too long."""
    return SECRET.sub(r"\1=…", " ".join(text.split()))[:SHOWN].rstrip(". ")
