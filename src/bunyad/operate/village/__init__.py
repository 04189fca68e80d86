"""
From plan to life: the entities of a place, and what is expected of them.

- `read_village`: what a plan folder says of one settlement
- `village_entities`: its smart systems as NGSI-LD entities with types of Smart Data Models
- `expected_values`: what each measured attribute should be in every hour of the year
- `send_entities`: put them in a broker, over its web address
- `vocabulary`, `check_entity`: the types and attributes that entities may have
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Village": "model",
    "read_village": "folder",
    "village_entities": "entities",
    "ExpectedSeries": "expected",
    "expected_at": "expected",
    "expected_entities": "expected",
    "expected_values": "expected",
    "send_entities": "send",
    "check_entity": "vocabulary",
    "village_context": "vocabulary",
    "vocabulary": "vocabulary",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605  (names are loaded when asked for: the broker is light)


def __getattr__(name: str) -> Any:
    """Load a name when it is asked for, so that the broker starts without pandas."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"bunyad.operate.village.{_HOMES[name]}"), name)
