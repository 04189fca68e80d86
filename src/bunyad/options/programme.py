"""Options of the room `programme`."""

from __future__ import annotations

from bunyad.options.base import RoomOptions


class ProgrammeOptions(RoomOptions):
    """Options of the room `programme`."""
