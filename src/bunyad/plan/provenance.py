"""Where a plan comes from: hashes of inputs, code and options, and versions of libraries."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import bunyad
from bunyad.options import Options

LIBRARIES = (
    "geopandas",
    "highspy",
    "linopy",
    "numba",
    "power-grid-model",
    "numpy",
    "pandas",
    "pvlib",
    "pyproj",
    "pypsa",
    "rasterio",
    "scipy",
    "shapely",
    "windpowerlib",
    "xarray",
)
"""Libraries whose version can change a plan."""

FEEDS: dict[str, tuple[str, ...]] = {
    "potential": ("region",),
    "settle": ("region",),
    "connect": ("region", "settle", "potential"),
    "energy": ("potential", "settle", "connect"),
    "programme": ("potential", "settle", "connect", "energy"),
    "report": ("region", "potential", "settle", "connect", "energy", "programme"),
}
"""Stages that each stage takes the results of."""

SHARED_CODE = ("errors.py", "tables.py", "project.py", "tiles")
REPORT_CODE = ("report", "messages", "plan", "store")


def versions() -> dict[str, str]:
    """Return the versions of this program, Python and the libraries that matter."""
    found = {name: metadata.version(name) for name in LIBRARIES}
    return {"bunyad": bunyad.__version__, "python": platform.python_version(), **found}


def stage_keys(
    inputs: Mapping[str, str], options: Options, changes: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """
    Return a key for each stage that changes when anything it depends on does.

    The options of a room hold those that it shares with others.

    Parameters
    ----------
    inputs
        SHA-256 of each input file.
    options
        Every option.
    changes
        What a scenario changes, by the first stage that it matters to, from `change_parts`.

    Returns
    -------
    dict of str to str
        SHA-256 by stage, `region` to `report`.
    """
    values = options.model_dump()
    parts = changes or {}
    start = [inputs, versions(), _code("region", *SHARED_CODE)]
    keys = {"region": _digest([*start, *_part(parts, "region")])}
    for stage, feeds in FEEDS.items():
        code = _code(*REPORT_CODE) if stage == "report" else _code(stage)
        own = values if stage == "report" else values[stage]
        fed = {feed: keys[feed] for feed in feeds}
        keys[stage] = _digest([stage, code, own, fed, *_part(parts, stage)])
    return keys


def _part(changes: Mapping[str, Any], stage: str) -> list[Any]:
    """Return the changes of a stage, nothing where there are none: the key stays as it was."""
    return [changes[stage]] if stage in changes else []


def _digest(content: Any) -> str:
    """Return the SHA-256 of anything that JSON can hold."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _code(*names: str) -> str:
    """Return the SHA-256 of the files of parts of the package."""
    root = Path(str(resources.files("bunyad")))
    found: list[Path] = []
    for name in names:
        path = root / name
        inside = path.rglob("*") if path.is_dir() else [path]
        found += [file for file in inside if file.is_file() and "__pycache__" not in file.parts]
    summed = hashlib.sha256()
    for file in sorted(found):
        summed.update(str(file.relative_to(root)).encode())
        summed.update(file.read_bytes())
    return summed.hexdigest()
