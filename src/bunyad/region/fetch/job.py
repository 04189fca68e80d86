"""What is to be fetched, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bunyad.region.fetch.box import Box
from bunyad.region.fetch.client import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """
    What somebody asks for.

    Everything that is not given is taken from the folder, or from the defaults of the sources.
    """

    folder: Path
    layers: tuple[str, ...]
    box: Box | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    """Source of a layer where it is not the first one, such as `{"climate": "nasa-power"}`."""
    year: int | None = None
    """Year of the climate and the population; a typical year where the source has one."""
    name: str = ""
    crs: str = "auto"
    countries: tuple[str, ...] = ()
    """ISO codes of two or three letters; looked up where none is given."""
    admin_level: int = 6
    """Level of the districts in OpenStreetMap."""
    wind_exponent: float | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Keys of services that need one, by service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One layer to be fetched: what a source needs to know."""

    client: Client
    request: FetchRequest
    box: Box
    """The box that was asked for."""
    wide: Box
    """The same with the region's margin."""
    cell_m: float
    """Cell size of the region's terrain grid [m]."""
    title: str
    target: Path
    """Where the layer's file is to be written; moved into the folder when it is whole."""
    layer_file: Mapping[str, Path]
    """Files of the folder's layers that are there, by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a source says of the layer that it made."""

    note: str = ""
    """What a reader should know beyond the service's own note."""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A layer that is now in the folder."""

    key: str
    file: str
    service: str
    licence: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """What was written and what remains to be typed."""

    folder: Path
    written: tuple[Written, ...]
    remaining: Mapping[str, str]
    """Fields and layers that `region.yaml` still needs, with their meaning."""
