"""What a region folder has, what in it is modelled, and what is missing."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass

from bunyad.region.file import LayersEntry
from bunyad.region.model import Layer, Region


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionSummary:
    """A region folder in short."""

    name: str
    title: str
    area_km2: float
    counts: dict[str, int]
    """Entries by kind: districts, settlements, plants and so on."""
    layers: tuple[Layer, ...]
    missing: dict[str, str]
    """Layers that the folder lacks, with what each would hold."""

    def by_origin(self, *origins: str) -> list[Layer]:
        """Return the layers of the given origins."""
        return [layer for layer in self.layers if layer.origin in origins]


def summarise_region(region: Region, *, language: str = "en") -> RegionSummary:
    """
    Tell what a region has, what is modelled and what is missing.

    Parameters
    ----------
    region
        A checked region.
    language
        Language of the title; the first one is taken where it is not there.
    """
    present = {layer.key for layer in region.layers}
    tables: dict[str, Sized] = {
        "districts": region.districts,
        "settlements": region.settlements,
        "population figures": region.population,
        "rivers": region.rivers,
        "plants": region.plants,
        "substations": region.substations,
        "interconnectors": region.interconnectors,
        "corridors": region.corridors,
        "published figures": region.published,
        "masts": region.masts,
        "climate points": region.climate["point"],
    }
    return RegionSummary(
        name=region.name,
        title=region.title.get(language, next(iter(region.title.values()))),
        area_km2=float(region.districts["area_km2"].sum()),
        counts={name: len(table) for name, table in tables.items()},
        layers=region.layers,
        missing={
            key: str(field.title)
            for key, field in LayersEntry.model_fields.items()
            if key not in present
        },
    )
