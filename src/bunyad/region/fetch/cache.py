"""What was fetched once is kept under its content's hash."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from bunyad.region.folder import file_hash


def default_cache_folder(environ: Mapping[str, str]) -> Path:
    """Return the cache folder: `BUNYAD_CACHE`, or `bunyad` in the user's cache folder."""
    if environ.get("BUNYAD_CACHE"):
        return Path(environ["BUNYAD_CACHE"])
    home = environ.get("XDG_CACHE_HOME") or environ.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".cache") / "bunyad"


class Cache:
    """
    A folder of answers: `blobs/` by content hash, `index/` by request, `parts/` unfinished.

    Nothing is ever half there: files are written beside and then moved into place.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _index(self, key: str) -> Path:
        return self.folder / "index" / f"{hashlib.sha256(key.encode()).hexdigest()}.json"

    def part(self, key: str) -> Path:
        """Return where the unfinished answer to a request is kept."""
        path = self.folder / "parts" / f"{hashlib.sha256(key.encode()).hexdigest()}.part"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def find(self, key: str) -> Path | None:
        """Return the answer to a request; one that has been damaged is forgotten."""
        index = self._index(key)
        try:
            digest = str(json.loads(index.read_text("utf-8"))["sha256"])
            blob = self._blob(digest)
            if file_hash(blob) == digest:
                return blob
        except (OSError, ValueError, KeyError, TypeError):
            pass
        index.unlink(missing_ok=True)
        return None

    def keep(self, key: str, part: Path, *, shown_url: str) -> Path:
        """Move a finished answer to its place and return it."""
        digest = file_hash(part)
        blob = self._blob(digest)
        blob.parent.mkdir(parents=True, exist_ok=True)
        part.replace(blob)
        index = self._index(key)
        index.parent.mkdir(parents=True, exist_ok=True)
        write_whole(index, json.dumps({"sha256": digest, "url": shown_url}).encode())
        return blob

    def forget(self, key: str) -> None:
        """Drop the answer to a request, also an unfinished one."""
        self._index(key).unlink(missing_ok=True)
        for path in (self.part(key), self.part(key).with_suffix(".json")):
            path.unlink(missing_ok=True)

    def _blob(self, digest: str) -> Path:
        return self.folder / "blobs" / digest[:2] / digest


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there as a whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
