"""`region.yaml`: what people write to describe a region, and how it is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bunyad.errors import InputError
from bunyad.region.rules import SHAPES, LandRuleEntry
from bunyad.written import fields_faults, parse_fields

FILE_NAME = "region.yaml"
SCHEMA_NAME = "region.schema.json"

Origin = Literal["measured", "published", "modelled", "assumed"]


class _Entry(BaseModel):
    """Base of every part of the file: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class HorizonEntry(_Entry):
    """Years that the plan covers."""

    first_year: int = Field(title="First year of the plan", ge=1950, le=2200)
    last_year: int = Field(title="Last year of the plan, the one it is designed for", le=2200)

    @model_validator(mode="after")
    def _in_order(self) -> HorizonEntry:
        if self.last_year <= self.first_year:
            raise ValueError(f"last_year must be later than first_year ({self.first_year})")
        return self


class CurrencyEntry(_Entry):
    """Money of the region."""

    code: str = Field(title="ISO 4217 code", pattern="^[A-Z]{3}$")
    per_usd: float = Field(title="Units of the currency for one US dollar", gt=0)
    price_year: int = Field(title="Year whose prices all costs are in", ge=1950, le=2200)


class LayerEntry(_Entry):
    """One file of the folder."""

    file: str = Field(title="File name, relative to the folder", min_length=1)
    origin: Origin = Field(title="Whether it was measured, published, modelled or assumed")
    source: str = Field(title="Who made it, and where it can be found", min_length=1)
    licence: str = Field(title="Licence or terms of use", min_length=1)
    note: str = Field(default="", title="What a reader should know of it")
    sha256: str = Field(
        default="",
        title="SHA-256 of the file, checked when it is read; empty where nobody noted it",
        pattern="^([0-9a-f]{64})?$",
    )


class LayersEntry(_Entry):
    """The files of the folder."""

    districts: LayerEntry = Field(title="Polygons of the districts (GeoJSON or GeoPackage)")
    elevation: LayerEntry = Field(title="Height of the ground in metres (GeoTIFF)")
    land_cover: LayerEntry = Field(title="IGBP land cover classes (GeoTIFF)")
    wind_speed: LayerEntry = Field(title="Mean wind speed at 100 m in m/s (GeoTIFF)")
    climate: LayerEntry = Field(title="Hourly climate year at points (NetCDF)")
    settlements: LayerEntry = Field(title="Settlements (CSV)")
    population: LayerEntry = Field(title="Population by settlement and year (CSV)")
    rivers: LayerEntry | None = Field(default=None, title="Rivers (GeoJSON or GeoPackage)")
    protected: LayerEntry | None = Field(default=None, title="Protected land (GeoJSON, GeoPackage)")
    plants: LayerEntry | None = Field(default=None, title="Existing and committed plants (CSV)")
    substations: LayerEntry | None = Field(default=None, title="Substations (CSV)")
    interconnectors: LayerEntry | None = Field(default=None, title="Ties to other grids (CSV)")
    corridors: LayerEntry | None = Field(
        default=None, title="Decided road and rail corridors (CSV)"
    )
    roads: LayerEntry | None = Field(default=None, title="Existing roads (GeoJSON, GeoPackage)")
    railways: LayerEntry | None = Field(
        default=None, title="Existing railways (GeoJSON, GeoPackage)"
    )
    power_lines: LayerEntry | None = Field(
        default=None, title="Existing power lines (GeoJSON, GeoPackage)"
    )
    hazards: LayerEntry | None = Field(default=None, title="Land to be cleared, by district (CSV)")
    published: LayerEntry | None = Field(default=None, title="Published figures to compare (CSV)")
    masts: LayerEntry | None = Field(default=None, title="Wind measured at masts (CSV)")


class TargetEntry(_Entry):
    """One published aim of the programme."""

    key: str = Field(title="Short name", min_length=1)
    title: str = Field(title="What is aimed at, in words", min_length=1)
    value: float = Field(title="Value")
    unit: str = Field(title="Unit of the value")
    source: str = Field(title="Who set it, and when", min_length=1)


class AssumptionEntry(_Entry):
    """A value that the region sets for an option."""

    value: float | str = Field(title="Value, in the option's unit")
    unit: str = Field(title="Unit; must be the option's own")
    source: str = Field(title="Where the value comes from", min_length=1)


class RegionFile(_Entry):
    """A region folder's `region.yaml`."""

    name: str = Field(title="Short name: letters, digits and hyphens", pattern="^[a-z0-9-]+$")
    title: dict[str, str] = Field(title="Name for people, by language code", min_length=1)
    crs: str = Field(title="Metric projection, such as EPSG:32638", pattern=r"^EPSG:\d+$")
    cell_size_m: float = Field(default=1000, title="Cell size of the terrain grid [m]", ge=50)
    margin_km: float = Field(default=10, title="Terrain kept around the region [km]", ge=0, le=200)
    horizon: HorizonEntry
    currency: CurrencyEntry
    layers: LayersEntry
    extra_layers: dict[str, LayerEntry] = Field(
        default_factory=dict,
        title="Layers that only the rules for land look at (GeoJSON, GeoPackage, GeoTIFF)",
    )
    land_rules: list[LandRuleEntry] | None = Field(
        default=None, title="Where plants may not stand, in order; left out: as the options say"
    )
    targets: list[TargetEntry] = Field(default_factory=list)
    assumptions: dict[str, AssumptionEntry] = Field(
        default_factory=dict, title="Option values of the region, by `room.name`"
    )

    @model_validator(mode="after")
    def _own_names(self) -> RegionFile:
        taken = sorted(set(self.extra_layers) & {*LayersEntry.model_fields, *SHAPES})
        if taken:
            raise ValueError(f"extra_layers with names other than {', '.join(taken)}")
        return self


def region_schema() -> dict[str, Any]:
    """Return the JSON Schema of `region.yaml`, for editors to complete and check."""
    schema = RegionFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def read_region_file(folder: Path) -> RegionFile:
    """
    Read and check the `region.yaml` of a folder.

    Parameters
    ----------
    folder
        The region folder.

    Raises
    ------
    InputError
        Naming every fault with its field and line.
    """
    path = folder / FILE_NAME
    content = read_yaml(path)
    try:
        return RegionFile.model_validate(content)
    except ValidationError as error:
        raise InputError.of(fields_faults(error, content, where=str(path))) from None


def read_yaml(path: Path) -> Any:
    """Read one YAML 1.2 document that must be a mapping."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise InputError(
            "the file is missing",
            where=str(path),
            mend="a region is a folder with a region.yaml; see docs/how-to/add-a-region.md",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the file cannot be read ({error})", where=str(path), mend="give a UTF-8 text file"
        ) from None
    return parse_fields(text, where=str(path), start="name: ...")


def layer_entries(file: RegionFile) -> Iterator[tuple[str, LayerEntry]]:
    """Yield the layers that the file names, with their keys, in the declared order."""
    for key in LayersEntry.model_fields:
        entry = getattr(file.layers, key)
        if entry is not None:
            yield key, entry
    yield from file.extra_layers.items()
