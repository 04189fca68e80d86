"""The options of a plan as a form needs them: type, title, unit, range, default and source."""

from __future__ import annotations

from functools import cache
from typing import Any

from bunyad.options import ROOMS, Options, option_rows
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.plans.bodies import OptionState

KINDS = {"boolean": "yes-no", "integer": "whole", "number": "number", "string": "text"}


def list_options(call: Call[Nothing, Nothing]) -> list[OptionState]:
    """List the options, by room and in the order of the reference."""
    del call
    return _all_options()


@cache
def _all_options() -> list[OptionState]:
    """Describe the options once; they come with the package."""
    definitions = Options.model_json_schema()["$defs"]
    defaults = Options()
    return [
        _state(room, name, definitions, getattr(getattr(defaults, room), name))
        for room in ROOMS
        for name in option_rows(room)
    ]


def _state(room: str, name: str, definitions: dict[str, Any], default: Any) -> OptionState:
    """Describe one option by its row and by its field's JSON Schema."""
    row = option_rows(room)[name]
    schema = definitions[f"{room.title()}Options"]["properties"][name]
    choices = [str(one) for one in schema.get("enum", ())]
    return OptionState(
        key=row.key,
        room=room,
        title=row.title,
        kind="choice" if choices else KINDS[schema["type"]],
        choices=choices,
        default=default,
        minimum=row.minimum,
        maximum=row.maximum,
        unit=row.unit,
        source=row.source,
    )
