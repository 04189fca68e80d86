"""Answers that are kept ready: their bytes, their tag, and the same bytes packed by gzip."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

LEAST_BYTES = 1_000
"""Shorter answers are sent as they are."""
LEVEL = 6
"""How hard gzip tries: harder takes twice the time for 1 % less."""
MOST_BYTES = 100_000_000
"""Memory for answers that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One answer, ready to be sent."""

    content: bytes
    tag: str
    gzip: bytes
    """Empty where packing does not pay."""


class Shelf:
    """Keeps the answers that were asked last."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Packed] = OrderedDict()
        self._bytes = 0
        self._most_bytes = most_bytes

    def find(self, key: str, make: Callable[[], bytes]) -> Packed:
        """
        Return the answer of a key; it is made where it is not kept.

        Parameters
        ----------
        key
            Stands for the content: another content must have another key.
        make
            Makes the content.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = pack(make())
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._bytes += _size(made)
            while self._bytes > self._most_bytes and self._kept:
                self._bytes -= _size(self._kept.popitem(last=False)[1])
        return made

    def of(self, content: bytes) -> Packed:
        """Return an answer that has been made already; only its packing may be spared."""
        if len(content) < LEAST_BYTES:
            return pack(content)
        return self.find(_tag(content), lambda: content)


SHELF = Shelf()


def pack(content: bytes) -> Packed:
    """Make an answer ready."""
    # Without a time inside, the same content gives the same bytes.
    packed = gzip.compress(content, LEVEL, mtime=0) if len(content) >= LEAST_BYTES else b""
    return Packed(content=content, tag=_tag(content), gzip=packed)


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _size(one: Packed) -> int:
    return len(one.content) + len(one.gzip)
