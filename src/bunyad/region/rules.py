"""Rules for land: what a region's file says of where plants may not stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bunyad.errors import Fault

Kind = Literal[
    "slope_above",
    "elevation_above",
    "elevation_below",
    "aspect_between",
    "land_cover_in",
    "land_cover_other_than",
    "wind_below",
    "near",
    "inside",
    "outside",
    "layer_above",
    "layer_below",
]

KINDS: dict[str, tuple[str | None, int | None, bool]] = {
    "slope_above": ("%", 1, False),
    "elevation_above": ("m", 1, False),
    "elevation_below": ("m", 1, False),
    "aspect_between": ("degrees", 2, False),
    "land_cover_in": ("class", None, False),
    "land_cover_other_than": ("class", None, False),
    "wind_below": ("m/s", 1, False),
    "near": ("m", 1, True),
    "inside": ("", 0, True),
    "outside": ("", 0, True),
    "layer_above": (None, 1, True),
    "layer_below": (None, 1, True),
}
"""Unit, number of values and whether a layer is named, by kind; none for any."""

SHAPES = ("settlements", "rivers", "protected", "plants", "substations", "border")
"""Vector layers of every region that a rule may name; `border` is the region's own outline."""


class LandRuleEntry(BaseModel):
    """One rule of `region.yaml`: where plants may not stand."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    kind: Kind = Field(title="What the rule looks at")
    title: str = Field(title="What it keeps plants from, in words", min_length=1)
    technologies: list[Literal["solar", "wind"]] = Field(
        default=["solar", "wind"], title="Technologies that it holds for", min_length=1
    )
    layer: str = Field(default="", title="Layer that it looks at, where its kind needs one")
    value: float | list[float] = Field(default=[], title="Limit, or list of classes or bearings")
    unit: str = Field(default="", title="Unit of the value")
    source: str = Field(title="Where the value comes from", min_length=1)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> LandRuleEntry:
        unit, count, has_layer = KINDS[self.kind]
        if unit is not None and self.unit != unit:
            raise ValueError(f"a rule {self.kind} with the unit {unit!r}")
        if count is not None and len(self.values) != count:
            raise ValueError(f"a rule {self.kind} with {count} value(s)")
        if count is None and not self.values:
            raise ValueError(f"a rule {self.kind} with at least one value")
        if has_layer != bool(self.layer):
            raise ValueError(f"a rule {self.kind} {'with a' if has_layer else 'without'} layer")
        if self.kind == "near" and self.values[0] < 0:
            raise ValueError("a distance of 0 or more")
        return self

    @property
    def values(self) -> tuple[float, ...]:
        """The value or values."""
        return tuple(self.value) if isinstance(self.value, list) else (self.value,)


def check_rules(
    entries: Iterable[LandRuleEntry], where: str, shapes: set[str], rasters: set[str]
) -> list[Fault]:
    """
    Name every rule that looks at a layer which is not there, or is not of the right sort.

    Parameters
    ----------
    entries
        The rules as they are written.
    where
        File that they stand in.
    shapes, rasters
        Keys of the extra vector and raster layers.
    """
    faults = []
    for number, entry in enumerate(entries):
        if not entry.layer:
            continue
        known = set(rasters)
        if not entry.kind.startswith("layer_"):
            known |= shapes | set(SHAPES)
        if entry.layer not in known:
            names = ", ".join(sorted(known)) or "no raster of `extra_layers`"
            faults.append(
                Fault(
                    f"{where}: land_rules.{number}.layer",
                    f"a rule {entry.kind} cannot look at {entry.layer!r}",
                    f"name a layer that is there ({names}), or add it to `extra_layers`",
                )
            )
    return faults
