"""
Every option of a plan, by room.

An option's value comes from, in rising order: the default in `options/<room>.csv`, the
`assumptions` of the region's `region.yaml`, an options file, and `--option room.name=value`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError, model_validator

from bunyad.errors import Fault, InputError
from bunyad.options.auction import AuctionOptions, FinanceTerms
from bunyad.options.base import OptionRow, RoomOptions, option_rows, renamed_options
from bunyad.options.connect import ConnectOptions
from bunyad.options.energy import EnergyOptions
from bunyad.options.finance import FinanceOptions
from bunyad.options.potential import PotentialOptions
from bunyad.options.programme import ProgrammeOptions
from bunyad.options.settle import SettleOptions

__all__ = [
    "ROOMS",
    "AuctionOptions",
    "ConnectOptions",
    "EnergyOptions",
    "FinanceOptions",
    "FinanceTerms",
    "OptionRow",
    "Options",
    "PotentialOptions",
    "ProgrammeOptions",
    "SettleOptions",
    "option_rows",
    "option_table",
    "resolve_options",
]

ROOMS = ("finance", "potential", "settle", "connect", "energy", "programme", "auction")
"""Groups of options: what rooms share, then the rooms in the order in which they run."""

SHARING = ("potential", "connect", "energy", "auction")
"""Rooms whose options hold those of `finance` too."""


class Options(RoomOptions):
    """The options of a whole plan, one group a room; what rooms share is the same in each."""

    finance: FinanceOptions = Field(default_factory=FinanceOptions)
    potential: PotentialOptions = Field(default_factory=PotentialOptions)
    settle: SettleOptions = Field(default_factory=SettleOptions)
    connect: ConnectOptions = Field(default_factory=ConnectOptions)
    energy: EnergyOptions = Field(default_factory=EnergyOptions)
    programme: ProgrammeOptions = Field(default_factory=ProgrammeOptions)
    auction: AuctionOptions = Field(default_factory=AuctionOptions)

    @model_validator(mode="after")
    def _shared_alike(self) -> Options:
        for room in SHARING:
            for name in FinanceOptions.model_fields:
                if getattr(getattr(self, room), name) != getattr(self.finance, name):
                    raise ValueError(f"one value of finance.{name} in all rooms")
        return self


def option_table() -> list[OptionRow]:
    """Return every declared option, by room and in file order."""
    return [row for room in ROOMS for row in option_rows(room).values()]


def resolve_options(*layers: tuple[str, Mapping[str, Any]]) -> Options:
    """
    Combine layers of option values into checked options; later layers win.

    Parameters
    ----------
    layers
        Pairs of the place that the values come from (for messages) and a mapping from
        `room.name` to a value.

    Raises
    ------
    InputError
        Naming every unknown option and every value that is outside its range.

    Examples
    --------
    >>> options = resolve_options(("here", {"potential.solar_max_slope_percent": 5}))
    >>> options.potential.solar_max_slope_percent
    5.0
    """
    known = {row.key: row for row in option_table()}
    faults: list[Fault] = []
    values: dict[str, dict[str, Any]] = {room: {} for room in ROOMS}
    origin: dict[str, str] = {}
    for place, layer in layers:
        for key, value in layer.items():
            if key not in known:
                faults.append(_unknown(place, key, known))
                continue
            room, name = key.split(".")
            values[room][name] = value
            origin[key] = place
    shared = {room: {**values[room], **values["finance"]} for room in SHARING}
    try:
        options = Options.model_validate({**values, **shared})
    except ValidationError as error:
        for fault in error.errors():
            key = ".".join(str(part) for part in fault["loc"][:2])
            if key not in known:  # a value of `finance` that is named where it is declared
                continue
            faults.append(
                Fault(
                    where=origin.get(key, key),
                    what=f"{key} is {fault['input']!r}",
                    mend=_expected(known[key]),
                )
            )
        raise InputError.of(faults) from None
    if faults:
        raise InputError.of(faults)
    return options


def _expected(row: OptionRow) -> str:
    """Say in words what value an option takes."""
    unit = f" [{row.unit}]" if row.unit not in ("", "-") else ""
    if row.minimum is not None and row.maximum is not None:
        return f"Give a value from {row.minimum:g} to {row.maximum:g}{unit}"
    if row.minimum is not None:
        return f"Give a value of {row.minimum:g} or more{unit}"
    return f"Give a value such as {row.default}{unit}"


def _unknown(place: str, key: str, known: Mapping[str, OptionRow]) -> Fault:
    """Describe an unknown option, with the nearest known names."""
    import difflib

    if key in renamed_options():
        mend = f"It is now {renamed_options()[key]}"
        return Fault(where=place, what=f"there is no option {key!r}", mend=mend)
    near = difflib.get_close_matches(key, known, n=3)
    hint = f"Did you mean {', '.join(near)}?" if near else "`bunyad options` lists all options"
    return Fault(where=place, what=f"there is no option {key!r}", mend=hint)
