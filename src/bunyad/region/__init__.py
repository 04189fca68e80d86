"""
Region: what is there.

A region is a folder with a `region.yaml` beside standard files. `load_region` reads and checks
it; nothing else in the house reads files.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunyad.region.changed import apply_changes
    from bunyad.region.changes import Changes, changes_schema, check_changes, read_changes
    from bunyad.region.check import RegionSummary, summarise_region
    from bunyad.region.file import RegionFile, read_region_file, region_schema
    from bunyad.region.folder import built_in_regions, find_region, input_hashes
    from bunyad.region.load import load_region
    from bunyad.region.model import Assumption, Currency, LandRule, Layer, Region

_HOMES = {
    "Changes": "changes",
    "apply_changes": "changed",
    "changes_schema": "changes",
    "check_changes": "changes",
    "read_changes": "changes",
    "RegionSummary": "check",
    "summarise_region": "check",
    "RegionFile": "file",
    "read_region_file": "file",
    "region_schema": "file",
    "built_in_regions": "folder",
    "find_region": "folder",
    "input_hashes": "folder",
    "load_region": "load",
    "Assumption": "model",
    "Currency": "model",
    "LandRule": "model",
    "Layer": "model",
    "Region": "model",
}

__all__ = [
    "Assumption",
    "Changes",
    "Currency",
    "LandRule",
    "Layer",
    "Region",
    "RegionFile",
    "RegionSummary",
    "apply_changes",
    "built_in_regions",
    "changes_schema",
    "check_changes",
    "find_region",
    "input_hashes",
    "load_region",
    "read_changes",
    "read_region_file",
    "region_schema",
    "summarise_region",
]


def __getattr__(name: str) -> Any:
    """Import a name where it is first used: a plan that is up to date needs no maps."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"bunyad.region.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'bunyad.region' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
